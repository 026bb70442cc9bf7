package devdb

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// asWrapper makes the test binary play portal with-db around a shell that traps SIGTERM.
const asWrapper = "DEVDB_TEST_WRAPPER"

// asChild makes the test binary play a portal that another test kills or runs as another user.
const asChild = "DEVDB_TEST_CHILD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(asChild); dir != "" {
		os.Exit(child(dir))
	}
	if os.Getenv(asWrapper) != "" {
		const script = `trap 'echo finished; exit 9' TERM; echo working; while :; do sleep 0.05; done`
		code, _ := WithDB(context.Background(), Options{}, []string{"sh", "-c", script})
		os.Exit(code)
	}
	os.Exit(m.Run())
}

// child starts the server of dir, adds a row, says so, and stays until it is told to stop.
func child(dir string) int {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	server, err := Start(ctx, Options{Dir: dir})
	if err == nil {
		err = addRow(ctx, server.URL())
	}
	if err != nil {
		fmt.Println("error", err)
		return 1
	}
	fmt.Println("ready", server.PID())
	_, _ = os.Stdin.Read(make([]byte, 1)) // the parent closes it
	if err := server.Stop(); err != nil {
		fmt.Println("error", err)
		return 1
	}
	return 0
}

func addRow(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	const add = `CREATE TABLE IF NOT EXISTS word (id int GENERATED ALWAYS AS IDENTITY); INSERT INTO word DEFAULT VALUES`
	_, err = conn.Exec(ctx, add)
	return err
}

func rows(t *testing.T, url string) (n int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	const count = `SELECT count(*) FROM word`
	if err := conn.QueryRow(t.Context(), count).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// start runs a server on dir that ends with the test.
func start(t *testing.T, o Options) *Server {
	t.Helper()
	server, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Stop() })
	return server
}

// dataFolder is open to the server's user, so that the cluster lies inside it.
func dataFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "devdb-test-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func childCommand(dir string) (*exec.Cmd, *lockedBuffer) {
	out := &lockedBuffer{}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), asChild+"="+dir)
	cmd.Stdout, cmd.Stderr = out, out
	return cmd, out
}

// waitFor polls for something that other processes do.
func waitFor(t *testing.T, what string, done func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for !done() {
		if !sleep(ctx, pollEvery) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// A second run keeps the data, and a clean stop leaves no process, socket or lock.
func TestSecondRunKeepsTheData(t *testing.T) {
	dir := dataFolder(t)
	for run := 1; run <= 2; run++ {
		server := start(t, Options{Dir: dir})
		if err := addRow(t.Context(), server.URL()); err != nil {
			t.Fatal(err)
		}
		if got := rows(t, server.URL()); got != run {
			t.Errorf("run %d sees %d rows", run, got)
		}
		pid := server.PID()
		if err := server.Stop(); err != nil {
			t.Fatal(err)
		}
		if alive(pid) {
			t.Errorf("process %d outlived Stop", pid)
		}
		for _, left := range []string{server.socket, server.spot.lock(), server.spot.socketRecord(), filepath.Join(server.Folder(), "postmaster.pid")} {
			if _, err := os.Stat(left); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("%s is left after Stop (%v)", left, err)
			}
		}
		if base := filepath.Base(server.Folder()); base != fmt.Sprintf("postgres-%d", server.install.major) {
			t.Errorf("folder %s does not name the version", base)
		}
	}
}

// Chinese sorts and searches only under C.UTF-8; the server has no port and keeps UTC.
func TestClusterSettings(t *testing.T) {
	server := start(t, Options{Ephemeral: true, Fast: true})
	conn, err := pgx.Connect(t.Context(), server.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	const ask = `SELECT datcollate, datctype, pg_encoding_to_char(encoding), current_user::text, current_setting('listen_addresses'), current_setting('timezone')
		FROM pg_database WHERE datname = current_database() AND datname = 'portal'`
	got := make([]string, 6)
	if err := conn.QueryRow(t.Context(), ask).Scan(&got[0], &got[1], &got[2], &got[3], &got[4], &got[5]); err != nil {
		t.Fatal(err)
	}
	if want := "C.UTF-8 C.UTF-8 UTF8 portal  UTC"; strings.Join(got, " ") != want {
		t.Errorf("settings %q, want %q", strings.Join(got, " "), want)
	}
}

// Two data folders are two independent databases at the same time.
func TestTwoFoldersSideBySide(t *testing.T) {
	one, two := start(t, Options{Dir: dataFolder(t)}), start(t, Options{Dir: dataFolder(t)})
	for i, server := range []*Server{one, two} {
		for range i + 1 {
			if err := addRow(t.Context(), server.URL()); err != nil {
				t.Fatal(err)
			}
		}
	}
	if a, b := rows(t, one.URL()), rows(t, two.URL()); a != 1 || b != 2 {
		t.Errorf("rows %d and %d, want 1 and 2", a, b)
	}
}

// kill -9 of the portal takes its server along, and the next start has the data,
// whether it comes at once, while the old server still stops, or later.
func TestPortalKilled(t *testing.T) {
	t.Run("next start at once", func(t *testing.T) { portalKilled(t, false) })
	t.Run("next start later", func(t *testing.T) {
		if runtime.GOOS != "linux" {
			return // elsewhere no kernel tells the server: the next start ends it
		}
		portalKilled(t, true)
	})
}

func portalKilled(t *testing.T, later bool) {
	dir := dataFolder(t)
	cmd, out := childCommand(dir)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the first portal", func() bool { return strings.Contains(out.String(), "\n") })
	var pid int
	if _, err := fmt.Sscanf(out.String(), "ready %d", &pid); err != nil {
		t.Fatalf("child said %q", out.String())
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if later {
		data, _ := filepath.Glob(filepath.Join(dir, "postgres-*", "PG_VERSION"))
		if len(data) != 1 {
			t.Fatalf("clusters in %s: %v", dir, data)
		}
		waitFor(t, "the server to leave by itself", func() bool { return !serves(pid, filepath.Dir(data[0])) })
	}
	second := start(t, Options{Dir: dir})
	if got := rows(t, second.URL()); got != 1 {
		t.Errorf("%d rows after kill -9, want 1", got)
	}
	if serves(pid, second.Folder()) {
		t.Errorf("the killed portal's server %d still runs", pid)
	}
}

// After kill -9 of the postmaster the same URL works again with the committed rows.
func TestServerKilledAndRestarted(t *testing.T) {
	server := start(t, Options{Dir: dataFolder(t)})
	if err := addRow(t.Context(), server.URL()); err != nil {
		t.Fatal(err)
	}
	url := server.URL()
	if err := server.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := ping(t.Context(), url); err == nil {
		t.Fatal("the server answers after Kill")
	}
	if err := server.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if server.URL() != url || rows(t, url) != 1 {
		t.Errorf("after Restart: url %s, rows %d", server.URL(), rows(t, url))
	}
}

// A pid file whose number now belongs to a stranger does not block the start for ever.
func TestStalePIDFile(t *testing.T) {
	dir := dataFolder(t)
	server := start(t, Options{Dir: dir})
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}
	stranger := start(t, Options{Ephemeral: true, Fast: true}) // of the same user, else PostgreSQL itself sees through it
	stale := fmt.Sprintf("%d\n%s\n1\n5432\n/tmp\n\n", stranger.PID(), server.Folder())
	if err := os.WriteFile(filepath.Join(server.Folder(), "postmaster.pid"), []byte(stale), 0o644); err != nil {
		t.Fatal(err)
	}
	start(t, Options{Dir: dir})
}

// One data folder serves one portal; a command beside it may join and never stops the other's server.
func TestSecondPortalOnTheSameFolder(t *testing.T) {
	dir := dataFolder(t)
	first := start(t, Options{Dir: dir})
	guest := start(t, Options{Dir: dir, Join: true})
	if err := addRow(t.Context(), guest.URL()); err != nil {
		t.Fatal(err)
	}
	if err := guest.Stop(); err != nil {
		t.Fatal(err)
	}
	if got := rows(t, first.URL()); got != 1 {
		t.Errorf("the host sees %d rows, want 1", got)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Second) // shorter than the usual patience
	defer cancel()
	if _, err := Start(ctx, Options{Dir: dir}); err == nil || !strings.Contains(err.Error(), "in use by another portal") {
		t.Errorf("second portal: %v", err)
	}
}

// A folder above that is closed to the server's user moves the cluster, always to the same place.
func TestClosedParent(t *testing.T) {
	if os.Geteuid() != 0 {
		// An ordinary user runs the server as himself: nothing is ever closed to it.
		if got := (identity{}).closedAbove("/root"); got != "" {
			t.Errorf("closed at %s", got)
		}
		return
	}
	closed, other := dataFolder(t), dataFolder(t)
	for _, d := range []string{closed, other} {
		if err := os.Chmod(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	var said bytes.Buffer
	first := start(t, Options{Dir: filepath.Join(closed, "data"), Log: &said})
	t.Cleanup(func() { _ = first.Stop(); _ = os.RemoveAll(first.spot.home) })
	if strings.HasPrefix(first.Folder(), closed) || !strings.Contains(said.String(), "cannot enter "+closed) {
		t.Errorf("cluster in %s, said %q", first.Folder(), said.String())
	}
	if err := addRow(t.Context(), first.URL()); err != nil {
		t.Fatal(err)
	}
	_ = first.Stop()
	again := start(t, Options{Dir: filepath.Join(closed, "data")})
	if got := rows(t, again.URL()); got != 1 || again.Folder() != first.Folder() {
		t.Errorf("second run: %d rows in %s, first in %s", got, again.Folder(), first.Folder())
	}
	beside := start(t, Options{Dir: filepath.Join(other, "data")})
	t.Cleanup(func() { _ = beside.Stop(); _ = os.RemoveAll(beside.spot.home) })
	if beside.Folder() == again.Folder() {
		t.Error("two data folders share one cluster")
	}
}

// The same program works for an ordinary user. Under root it is run again as nobody.
func TestOrdinaryUser(t *testing.T) {
	dir := dataFolder(t)
	if os.Geteuid() != 0 {
		server := start(t, Options{Dir: dir})
		if err := addRow(t.Context(), server.URL()); err != nil {
			t.Fatal(err)
		}
		return
	}
	program := filepath.Join(dir, "devdb.test") // the build folder of go test is closed to others
	if err := copyFile(os.Args[0], program); err != nil {
		t.Fatal(err)
	}
	home := filepath.Join(dir, "home")
	if err := os.Mkdir(home, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(home, 65534, 65534); err != nil {
		t.Fatal(err)
	}
	cmd, out := childCommand(filepath.Join(home, "data"))
	cmd.Path, cmd.Dir = program, home
	cmd.Env = append(cmd.Env, "TMPDIR=/tmp", "HOME="+home)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	if err := cmd.Run(); err != nil || !strings.HasPrefix(out.String(), "ready ") {
		t.Fatalf("as nobody: %v, said %q", err, out.String())
	}
	info, err := os.Stat(filepath.Join(home, "data"))
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("data folder of an ordinary user: %v, %v", info, err)
	}
}

// A temporary server leaves no folder behind, and the next start clears what a killed process left.
func TestEphemeral(t *testing.T) {
	server := start(t, Options{Ephemeral: true, Fast: true})
	home := server.spot.home
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(home); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is left (%v)", home, err)
	}
	left := filepath.Join(filepath.Dir(home), "cleft-over")
	if err := os.MkdirAll(filepath.Join(left, "postgres-15"), 0o711); err != nil {
		t.Fatal(err)
	}
	start(t, Options{Ephemeral: true, Fast: true})
	if _, err := os.Stat(left); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s was not cleared (%v)", left, err)
	}
}

// A server that its caller forgot keeps its lock: another start must not clear it away.
func TestForgottenServer(t *testing.T) {
	url := func() string {
		server, err := Start(t.Context(), Options{Ephemeral: true, Fast: true})
		if err != nil {
			t.Fatal(err)
		}
		return server.URL()
	}()
	for range 3 {
		runtime.GC()
	}
	start(t, Options{Ephemeral: true, Fast: true}) // sweeps
	if err := ping(t.Context(), url); err != nil {
		t.Errorf("the forgotten server is gone: %v", err)
	}
	running.Range(func(s, _ any) bool {
		if s := s.(*Server); s.URL() == url {
			_ = s.Stop()
		}
		return true
	})
}

func copyFile(from, to string) error {
	body, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, body, 0o755)
}
