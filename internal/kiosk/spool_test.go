package kiosk

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func open(t *testing.T, dir string) Spool {
	t.Helper()
	s, err := NewFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// names lists what a folder holds, hidden or not.
func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]string, len(entries))
	for i, e := range entries {
		out[i] = e.Name()
	}
	return out
}

// Each slip is one whole file of its device that only the portal's user can read, or goes to the entry that
// stands there for the device.
func TestFolderSpool(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	for range 2 {
		if err := s.Put(t.Context(), "WTL-01", sample.ESCPOS()); err != nil {
			t.Fatal(err)
		}
	}
	got := names(t, dir)
	if len(got) != 2 || !strings.HasPrefix(got[0], "WTL-01-") || !strings.HasSuffix(got[1], ".escpos") {
		t.Fatalf("the folder holds %v", got)
	}
	body, err := os.ReadFile(filepath.Join(dir, got[0]))
	info, _ := os.Stat(filepath.Join(dir, got[0]))
	if err != nil || info.Mode().Perm() != 0o600 || !strings.Contains(printed(t, body).text(), "SQ-2026-1121") {
		t.Errorf("%v, mode %v", err, info.Mode())
	}

	own := filepath.Join(dir, "WTL-02") // a printer of its own
	if err := os.WriteFile(own, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	below := filepath.Join(dir, "WTL-03")
	if err := os.Mkdir(below, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, no := range []string{"WTL-02", "WTL-02", "WTL-03"} {
		if err := s.Put(t.Context(), no, []byte("票\n")); err != nil {
			t.Errorf("%s: %v", no, err)
		}
	}
	if body, err = os.ReadFile(own); err != nil || string(body) != "票\n票\n" {
		t.Errorf("the printer got %q, %v", body, err)
	}
	if len(names(t, below)) != 1 || len(names(t, dir)) != 4 {
		t.Errorf("%v, %v", names(t, dir), names(t, below))
	}
}

// A device's number never leads out of the folder.
func TestFolderSpoolStaysInside(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	for _, no := range []string{"", ".", "..", "../WTL-01", "/etc/passwd", "WTL-01/../x", "wtl-01", "WTL-01\n", "WTL-1"} {
		if err := s.Put(t.Context(), no, []byte("x")); err == nil {
			t.Errorf("%q was taken", no)
		}
	}
	if got := names(t, dir); len(got) != 0 {
		t.Errorf("the folder holds %v", got)
	}
}

// A printer that takes nothing is an error at once, and nothing half written stays: no paper, full disk, taken
// away, nobody behind it.
func TestFolderSpoolFails(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(t *testing.T, dir string) error{
		"no paper": func(t *testing.T, dir string) error { // what usblp answers, and a full disk
			return os.Symlink("/dev/full", filepath.Join(dir, "WTL-01"))
		},
		"nobody reads": func(t *testing.T, dir string) error {
			return syscall.Mkfifo(filepath.Join(dir, "WTL-01"), 0o600)
		},
		"a link to nothing": func(t *testing.T, dir string) error { // unplugged: the file is not made up instead
			return os.Symlink(filepath.Join(dir, "lp0"), filepath.Join(dir, "WTL-01"))
		},
		"taken away": func(t *testing.T, dir string) error { return os.Remove(dir) },
	} {
		dir := filepath.Join(t.TempDir(), "spool")
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		s := open(t, dir)
		if err := prepare(t, dir); err != nil {
			t.Fatal(err)
		}
		if err := s.Put(t.Context(), "WTL-01", sample.ESCPOS()); err == nil {
			t.Errorf("%s: the slip counts as printed", name)
		}
		if name == "taken away" {
			continue
		}
		if got := names(t, dir); len(got) != 1 || got[0] != "WTL-01" {
			t.Errorf("%s: the folder holds %v", name, got)
		}
	}
}

// A printer that hangs is let go of when the visit ends.
func TestFolderSpoolDoesNotWait(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pipe := filepath.Join(dir, "WTL-01")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := os.OpenFile(pipe, os.O_RDWR, 0) // a reader that never reads
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := open(t, dir).Put(ctx, "WTL-01", make([]byte, 1<<20)); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestNewFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{filepath.Join(dir, "none"), file} {
		if _, err := NewFolder(bad); err == nil {
			t.Errorf("%q is a spool", bad)
		}
	}
	if s, err := NewFolder(""); s != nil || err != nil {
		t.Errorf("a spool without a folder: %v, %v", s, err)
	}
}
