// Package outside starts the portal as its users meet it, a program of its own behind an address,
// and asks it for pages as a browser without script would. The bench and the drill stand on it. It
// decides nothing and owns no table.
package outside

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// Build builds a package of this module into dir and gives the program's path.
func Build(ctx context.Context, dir, pkg string) (string, error) {
	path := filepath.Join(dir, filepath.Base(pkg))
	cmd := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-trimpath", "-o", path, pkg)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s: %w\n%s", pkg, err, out)
	}
	return path, nil
}

// FreeAddr gives a loopback address that nobody listens on at this moment.
func FreeAddr() (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer ln.Close()
	return ln.Addr().String(), nil
}

// Program is a running server.
type Program struct {
	Base string // http://127.0.0.1:port

	cmd  *exec.Cmd
	done chan struct{}
	out  *tail
}

// Start runs a program that will listen on addr; it ends with this process.
func Start(addr string, env []string, path string, args ...string) (*Program, error) {
	p := &Program{Base: "http://" + addr, done: make(chan struct{}), out: &tail{}}
	p.cmd = exec.Command(path, args...)
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.out
	endWithParent(p.cmd)
	started := make(chan error, 1)
	go func() { // Linux watches the thread that started the child, so the thread stays
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := p.cmd.Start()
		started <- err
		if err == nil {
			_ = p.cmd.Wait() // how it ended stands in ProcessState
		}
		close(p.done)
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", path, err)
	}
	return p, nil
}

// StartPortal runs `portal serve` on a data folder. An empty database address means the private
// PostgreSQL of that folder.
func StartPortal(path, addr, dataDir, databaseURL string, env ...string) (*Program, error) {
	env = append([]string{"PORTAL_ADDR=" + addr, "PORTAL_DATA_DIR=" + dataDir, "PORTAL_DATABASE_URL=" + databaseURL,
		"PORTAL_ENV=demo", "PORTAL_LOG_FORMAT=json"}, env...)
	return Start(addr, env, path, "serve")
}

const pollEvery = 5 * time.Millisecond

// Ready waits until the path is answered with 200.
func (p *Program) Ready(ctx context.Context, path string) error {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 5 * time.Second}
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		if res, err := client.Get(p.Base + path); err == nil {
			_, _ = io.Copy(io.Discard, res.Body)
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-p.done:
			return fmt.Errorf("%s ended before it was ready: %s\n%s", p.cmd.Path, p.cmd.ProcessState, p.out)
		case <-ctx.Done():
			return fmt.Errorf("%s is not ready: %w\n%s", p.cmd.Path, ctx.Err(), p.out)
		case <-tick.C:
		}
	}
}

// PID is the process id.
func (p *Program) PID() int { return p.cmd.Process.Pid }

// Said is the end of what the program printed.
func (p *Program) Said() string { return p.out.String() }

// Ended closes when the program has ended.
func (p *Program) Ended() <-chan struct{} { return p.done }

// Kill ends the program as kill -9 does and waits for its end.
func (p *Program) Kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

const stopWait = 20 * time.Second

// Stop asks the program to end and kills it when it does not.
func (p *Program) Stop() error {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(stopWait):
		p.Kill()
		return errors.New("did not end when asked")
	}
	if !p.cmd.ProcessState.Success() {
		return fmt.Errorf("%s: %s", filepath.Base(p.cmd.Path), p.cmd.ProcessState)
	}
	return nil
}

// tail keeps the last lines that a program printed.
type tail struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

const tailSize = 16 << 10

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf.Write(b)
	if over := t.buf.Len() - tailSize; over > 0 {
		t.buf.Next(over)
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.buf.String()
}
