package devdb

import (
	"os/exec"
	"runtime"
)

// process is a child with its end.
type process struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when the child has ended
	err  error         // valid after done
}

func (p *process) pid() int { return p.cmd.Process.Pid }

// spawn starts cmd from a goroutine that keeps its thread until the child has
// ended: Linux sends the parent-death signal when the starting thread ends, not
// the process.
func spawn(cmd *exec.Cmd) (*process, error) {
	p := &process{cmd: cmd, done: make(chan struct{})}
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			p.err = cmd.Wait()
		}
		close(p.done)
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return p, nil
}
