//go:build unix

package devdb

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

func supported() error { return nil }

var errLocked = errors.New("locked by another process")

// lockFile takes the file's lock or says errLocked. The kernel lets go of it when
// this process ends, however it ends. The file holds our process id for messages.
func lockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Clean(path), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, errLocked
		}
		return nil, err
	}
	if now, err := os.Stat(path); err != nil || !sameFile(f, now) {
		_ = f.Close() // its holder removed it between our open and our lock
		return nil, errLocked
	}
	if err := f.Truncate(0); err == nil {
		_, _ = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	return f, nil
}

func sameFile(f *os.File, now os.FileInfo) bool {
	info, err := f.Stat()
	return err == nil && os.SameFile(info, now)
}

func lockFileWait(path string) (*os.File, error) {
	for range int(lockWait / pollEvery) {
		f, err := lockFile(path)
		if !errors.Is(err, errLocked) {
			return f, err
		}
		time.Sleep(pollEvery)
	}
	return nil, errLocked
}

// identity is the user who runs the server. The zero value means: the same as we.
type identity struct {
	name  string
	uid   uint32
	gids  []uint32 // the first is the primary group
	other bool
}

// serverIdentity is ourselves, or under root the user postgres, else nobody.
func serverIdentity() (identity, error) {
	if os.Geteuid() != 0 {
		return identity{name: "you"}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		if err != nil {
			continue
		}
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		if err != nil {
			continue
		}
		gids := []uint32{uint32(gid)}
		others, _ := u.GroupIds() // a missing group list only means fewer open doors
		for _, o := range others {
			if n, err := strconv.ParseUint(o, 10, 32); err == nil && n != gid {
				gids = append(gids, uint32(n))
			}
		}
		return identity{name: name, uid: uint32(uid), gids: gids, other: true}, nil
	}
	return identity{}, errors.New("PostgreSQL refuses to run as root, and there is no user postgres or nobody to run it: run the portal as an ordinary user")
}

// folderMode lets the server's user pass through folders of root, and keeps ours to ourselves.
func (w identity) folderMode() os.FileMode {
	if w.other {
		return 0o711
	}
	return 0o700
}

// own gives a folder to the server's user, closed to others.
func (w identity) own(dir string) error {
	if err := os.Chmod(dir, 0o700); err != nil {
		return err
	}
	if !w.other {
		return nil
	}
	return os.Chown(dir, int(w.uid), int(w.gids[0]))
}

// dress makes cmd run as the server's user, in its own process group (Ctrl-C in a
// terminal must reach the portal, which then stops the server last), and die with us.
func (w identity) dress(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if w.other {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: w.uid, Gid: w.gids[0], Groups: w.gids}
	}
	dieWithParent(cmd.SysProcAttr, syscall.SIGINT)
}

// closedAbove is the first existing folder on the way to path (path included)
// that the server's user may not enter, or "".
func (w identity) closedAbove(path string) string {
	if !w.other {
		return ""
	}
	var way []string
	for p := filepath.Clean(path); ; p = filepath.Dir(p) {
		way = append(way, p)
		if p == filepath.Dir(p) {
			break
		}
	}
	slices.Reverse(way)
	for _, p := range way {
		info, err := os.Stat(p)
		if err != nil {
			return "" // the rest is ours to make
		}
		if st, ok := info.Sys().(*syscall.Stat_t); ok && !w.mayEnter(uint32(info.Mode().Perm()), st.Uid, st.Gid) {
			return p
		}
	}
	return ""
}

func (w identity) mayEnter(mode, uid, gid uint32) bool {
	switch {
	case uid == w.uid:
		return mode&0o100 != 0
	case slices.Contains(w.gids, gid):
		return mode&0o010 != 0
	default:
		return mode&0o001 != 0
	}
}

// mayRun keeps the installs whose folder the server's user may enter, and names a closed one.
func (w identity) mayRun(all []install) (open []install, closed string) {
	for _, i := range all {
		if c := w.closedAbove(i.bin); c != "" {
			closed = c
			continue
		}
		open = append(open, i)
	}
	return open, closed
}

func ownedByUs(info os.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(st.Uid) == os.Geteuid()
}

func (p *process) interrupt() error { return p.cmd.Process.Signal(syscall.SIGINT) }
func (p *process) abort() error     { return p.cmd.Process.Signal(syscall.SIGQUIT) }
func (p *process) kill() error      { return p.cmd.Process.Kill() }

func interruptPID(pid int) error { return signalPID(pid, syscall.SIGINT) }
func killPID(pid int) error      { return signalPID(pid, syscall.SIGKILL) }

func signalPID(pid int, sig syscall.Signal) error {
	if err := syscall.Kill(pid, sig); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("signal %v: %w", sig, err)
	}
	return nil
}

func alive(pid int) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}

func (p *process) terminate() error { return p.cmd.Process.Signal(syscall.SIGTERM) }

// forwarded are the signals that with-db hands to its command.
var forwarded = []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGUSR1, syscall.SIGUSR2}

// endWithParent keeps the command from outliving a killed with-db. It stays in our
// process group, so that the terminal treats both as one job.
func endWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{}
	dieWithParent(cmd.SysProcAttr, syscall.SIGTERM)
}

// fromTerminal says whether the terminal sent sig to the command as well: it does
// so for its keys, to every process of the group in front.
func fromTerminal(sig os.Signal) bool {
	if sig != syscall.SIGINT && sig != syscall.SIGQUIT {
		return false
	}
	tty, err := os.Open("/dev/tty")
	if err != nil {
		return false
	}
	defer tty.Close()
	front, err := unix.IoctlGetInt(int(tty.Fd()), unix.TIOCGPGRP)
	return err == nil && front == syscall.Getpgrp()
}

// exitCode follows the shells: 128 and the number of the signal that ended the command.
func exitCode(p *process) int {
	state := p.cmd.ProcessState
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return state.ExitCode()
}
