package devdb

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// lockedBuffer collects the output of a process that is still running.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// The exit code is the command's, however it ended; a command that is not there has the shell's code.
func TestWithDBExitCode(t *testing.T) {
	t.Setenv(EnvURL, "postgres://portal@/portal?host=/nowhere") // given: no server is started
	for _, c := range []struct {
		name string
		argv []string
		want int
		ok   bool
	}{
		{"success", []string{"true"}, 0, true},
		{"failure", []string{"sh", "-c", "exit 7"}, 7, true},
		{"killed by a signal", []string{"sh", "-c", "kill -KILL $$"}, 137, true},
		{"address handed on", []string{"sh", "-c", `test "$PORTAL_DATABASE_URL" = 'postgres://portal@/portal?host=/nowhere'`}, 0, true},
		{"no such command", []string{"no-such-command-here"}, 127, false},
		{"no command", nil, 2, false},
	} {
		got, err := WithDB(t.Context(), Options{}, c.argv)
		if got != c.want || (err == nil) != c.ok {
			t.Errorf("%s: exit code %d (want %d), error %v", c.name, got, c.want, err)
		}
	}
}

// The command finds a server that answers, and nothing is left of it afterwards.
func TestWithDBStartsAServer(t *testing.T) {
	t.Setenv(EnvURL, "")
	t.Setenv("PORTAL_TEST", "1")
	seen := t.TempDir() + "/url"
	t.Setenv("SEEN", seen)
	code, err := WithDB(t.Context(), Options{Dir: "unused"}, []string{"sh", "-c", `printf %s "$PORTAL_DATABASE_URL" > "$SEEN"; test -S "$(echo "$PORTAL_DATABASE_URL" | sed 's/.*host=//; s/&.*//; s/%2F/\//g')/.s.PGSQL.5432"`})
	if code != 0 || err != nil {
		t.Fatalf("exit code %d, error %v", code, err)
	}
	url, err := os.ReadFile(seen)
	if err != nil || !strings.HasPrefix(string(url), "postgres://portal@/portal?") {
		t.Fatalf("the command saw %q, %v", url, err)
	}
	if ping(t.Context(), string(url)) == nil {
		t.Error("the server outlived its command")
	}
	if _, err := os.Stat("unused"); err == nil {
		t.Error("a temporary server made a data folder")
	}
}

// SIGTERM reaches the command, which may finish its work, and its exit code comes back.
func TestWithDBPassesSignals(t *testing.T) {
	cmd := exec.Command(os.Args[0])
	out := &lockedBuffer{}
	cmd.Stdout, cmd.Stderr = out, out
	cmd.Env = append(os.Environ(), asWrapper+"=1", EnvURL+"=postgres://portal@/portal?host=/nowhere")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the command", func() bool { return strings.Contains(out.String(), "working") })
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 9 || !strings.Contains(out.String(), "finished") {
		t.Errorf("exit code %d, output %q", code, out.String())
	}
}
