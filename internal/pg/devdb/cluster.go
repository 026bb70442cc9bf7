package devdb

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const logLimit = 8 << 20 // the server log starts anew beyond this size

// commonSettings go on the command line, so that they follow the program and not an old file. Terse
// errors leave out the DETAIL line, which would write whole rows into the log (reliability.md §2 rule 21).
var commonSettings = []string{
	"listen_addresses=", "unix_socket_permissions=0700", "port=5432",
	"max_connections=200", "timezone=UTC", "log_timezone=UTC",
	"log_min_messages=warning", "log_error_verbosity=terse", "log_line_prefix=%m [%p] %d ", "logging_collector=off",
}

// fastSettings trade every durability for speed; a cluster with them is thrown away.
var fastSettings = []string{
	"fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=500",
	"wal_level=minimal", "max_wal_senders=0", "max_wal_size=4GB", "checkpoint_timeout=1h",
	"autovacuum=off", "shared_buffers=256MB",
}

// makeCluster runs initdb in a draft folder and renames it, so that a killed
// initdb never leaves something that looks like a cluster.
func (s *Server) makeCluster(ctx context.Context) error {
	if s.spot.exists() {
		return nil
	}
	s.say("creating the database in %s (PostgreSQL %d)", s.spot.data, s.install.major)
	draft := s.spot.draft()
	if err := os.RemoveAll(draft); err != nil {
		return fmt.Errorf("left-over of an interrupted start: %w", err)
	}
	if err := os.Mkdir(draft, 0o700); err != nil {
		return fmt.Errorf("cluster folder: %w", err)
	}
	if err := s.who.own(draft); err != nil {
		return fmt.Errorf("cluster folder: %w", err)
	}
	args := []string{"-D", draft, "-U", dbUser, "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"}
	if s.opts.Fast {
		args = append(args, "--no-sync")
	}
	var out bytes.Buffer
	cmd := s.command("initdb", draft, &out, args...)
	p, err := spawn(cmd)
	if err != nil {
		return fmt.Errorf("initdb: %w", err)
	}
	select {
	case <-ctx.Done():
		_ = p.kill()
		<-p.done
		err = ctx.Err()
	case <-p.done:
		err = p.err
	}
	if err != nil {
		_ = os.RemoveAll(draft)
		return fmt.Errorf("initdb: %w: %s", err, lastLines(out.String(), 3))
	}
	return os.Rename(draft, s.spot.data)
}

// command prepares a server program: the right user, a folder it may enter, and
// no PG* variable of the surroundings.
func (s *Server) command(program, dir string, out io.Writer, args ...string) *exec.Cmd {
	cmd := exec.Command(s.install.program(program), args...)
	cmd.Dir = dir
	cmd.Stdout, cmd.Stderr = out, out
	for _, kv := range os.Environ() {
		name, _, _ := strings.Cut(kv, "=")
		if !strings.HasPrefix(name, "PG") && !strings.HasPrefix(name, "LC_") && name != "LANG" && !strings.HasPrefix(name, "PORTAL_") {
			cmd.Env = append(cmd.Env, kv)
		}
	}
	cmd.Env = append(cmd.Env, "LANG=C.UTF-8")
	s.who.dress(cmd)
	return cmd
}

// launch starts the server and waits until it answers. A predecessor that was
// killed may hold its shared memory for a moment: then it is tried again.
func (s *Server) launch(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startWait)
	defer cancel()
	for {
		err := s.launchOnce(ctx)
		if err == nil || !stillHeld(err) || !sleep(ctx, 200*time.Millisecond) {
			return err
		}
	}
}

func stillHeld(err error) bool {
	text := err.Error()
	return strings.Contains(text, "postmaster.pid") || strings.Contains(text, "still in use")
}

func (s *Server) launchOnce(ctx context.Context) error {
	logFile, err := s.openLog()
	if err != nil {
		return err
	}
	defer logFile.Close() // the server keeps its own copy
	from, err := logFile.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	args := []string{"-D", s.spot.data, "-k", s.socket}
	settings := commonSettings
	if s.opts.Fast {
		settings = append(append([]string{}, settings...), fastSettings...)
	}
	for _, kv := range settings {
		args = append(args, "-c", kv)
	}
	p, err := spawn(s.command("postgres", s.spot.data, logFile, args...))
	if err != nil {
		return fmt.Errorf("postgres: %w", err)
	}
	for {
		select {
		case <-p.done:
			return fmt.Errorf("PostgreSQL did not start (log %s): %s", s.spot.log(), logSince(s.spot.log(), from))
		default:
		}
		if err = ping(ctx, s.urlOf("postgres")); err == nil {
			s.mu.Lock()
			s.proc = p
			s.mu.Unlock()
			return nil
		}
		if !sleep(ctx, pollEvery) {
			_ = p.kill()
			<-p.done
			return fmt.Errorf("PostgreSQL does not answer (log %s): %w", s.spot.log(), err)
		}
	}
}

func (s *Server) openLog() (*os.File, error) {
	flags := os.O_CREATE | os.O_APPEND | os.O_WRONLY
	if info, err := os.Stat(s.spot.log()); err == nil && info.Size() > logLimit {
		flags |= os.O_TRUNC
	}
	f, err := os.OpenFile(s.spot.log(), flags, 0o600)
	if err != nil {
		return nil, fmt.Errorf("log of the private PostgreSQL: %w", err)
	}
	return f, nil
}

// takeOver waits for, and if need be ends, a server whose portal is gone. The
// caller holds the lock of the cluster, so whoever runs there has no owner.
func takeOver(ctx context.Context, data string, log io.Writer) error {
	pid := postmasterOf(data)
	if pid == 0 {
		return dropStalePID(data)
	}
	say(log, "waiting for the previous PostgreSQL (process %d) to stop", pid)
	for _, step := range []struct {
		ask  func(int) error
		wait time.Duration
	}{
		{func(int) error { return nil }, 3 * time.Second}, // on Linux it was already told by the kernel
		{interruptPID, stopWait}, {killPID, 10 * time.Second},
	} {
		if err := step.ask(pid); err != nil {
			return fmt.Errorf("previous PostgreSQL (process %d): %w", pid, err)
		}
		if waitGone(ctx, data, step.wait) {
			return dropStalePID(data)
		}
	}
	return fmt.Errorf("the previous PostgreSQL (process %d) on %s does not stop", pid, data)
}

func waitGone(ctx context.Context, data string, d time.Duration) bool {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	for postmasterOf(data) != 0 {
		if !sleep(ctx, pollEvery) {
			return false
		}
	}
	return true
}

// dropStalePID removes the pid file of a killed server: its number may meanwhile
// belong to a stranger, and PostgreSQL would then refuse to start for ever.
func dropStalePID(data string) error {
	err := os.Remove(filepath.Join(data, "postmaster.pid"))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// postmasterOf is the process that serves the cluster, 0 when there is none.
func postmasterOf(data string) int {
	pid, err := strconv.Atoi(readLine(filepath.Join(data, "postmaster.pid")))
	if err != nil || pid <= 1 || !serves(pid, data) {
		return 0
	}
	return pid
}

// logSince is what the server said last about why it gave up.
func logSince(path string, from int64) string {
	b, err := os.ReadFile(path)
	if err != nil || int64(len(b)) <= from {
		return "no reason given"
	}
	return lastLines(string(b[from:]), 4)
}

func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if len(lines) > n {
		lines = lines[len(lines)-n:]
	}
	return strings.Join(lines, " / ")
}
