package blob_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"portal/internal/blob"
	"portal/internal/fault"
	"portal/internal/pg/pgtest"
)

func newDir(t *testing.T) (*blob.Dir, string) {
	t.Helper()
	root := filepath.Join(t.TempDir(), "files")
	d, err := blob.NewDir(root)
	if err != nil {
		t.Fatal(err)
	}
	return d, root
}

// count gives the whole files and the half ones in the folder.
func count(t *testing.T, root string) (whole, half int) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			if filepath.Base(filepath.Dir(path)) == "tmp" {
				half++
			} else {
				whole++
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return whole, half
}

// Content comes back as it was put, the same content is kept once, even by many at the same time.
func TestDirKeeps(t *testing.T) {
	d, root := newDir(t)
	words := strings.Repeat("居委会", 1000)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			ref, err := d.Put(t.Context(), iotest.OneByteReader(strings.NewReader(words)), 10000)
			if err != nil || ref.Size != int64(len(words)) {
				t.Errorf("Put = %+v, %v", ref, err)
			}
		})
	}
	all.Wait()
	ref, err := d.Put(t.Context(), strings.NewReader(words), int64(len(words)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := d.Open(t.Context(), ref.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	got, err := io.ReadAll(f)
	if err != nil || string(got) != words {
		t.Errorf("read %d bytes, %v", len(got), err)
	}
	if whole, half := count(t, root); whole != 1 || half != 0 {
		t.Errorf("%d whole and %d half files", whole, half)
	}
	if info, err := os.Stat(filepath.Join(root, ref.SHA256[:2], ref.SHA256)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("file %v, %v: want it readable by the portal alone", info, err)
	}
}

// Too much, a broken upload and a request that is gone leave nothing behind.
func TestDirLeavesNothingHalf(t *testing.T) {
	d, root := newDir(t)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	broken := errors.New("connection reset")
	cases := []struct {
		name string
		ctx  context.Context
		r    io.Reader
		ok   func(error) bool
	}{
		{"one byte too many", t.Context(), bytes.NewReader(make([]byte, 101)), func(err error) bool { return fault.KindOf(err) == fault.KindInvalid }},
		{"endless", t.Context(), endless{}, func(err error) bool { return fault.KindOf(err) == fault.KindInvalid }},
		{"broken", t.Context(), io.MultiReader(strings.NewReader("half"), iotest.ErrReader(broken)), func(err error) bool { return errors.Is(err, broken) }},
		{"gone", gone, strings.NewReader("x"), func(err error) bool { return errors.Is(err, context.Canceled) }},
	}
	for _, c := range cases {
		if _, err := d.Put(c.ctx, c.r, 100); !c.ok(err) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if whole, half := count(t, root); whole != 0 || half != 0 {
		t.Errorf("%d whole and %d half files left", whole, half)
	}
}

// A disk that cannot be written is passing trouble: 503, and the form is kept.
func TestDirTrouble(t *testing.T) {
	d, root := newDir(t)
	if err := os.RemoveAll(filepath.Join(root, "tmp")); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Put(t.Context(), strings.NewReader("x"), 10); fault.KindOf(err) != fault.KindUnavailable {
		t.Errorf("Put = %v, want unavailable", err)
	}
}

// Only hashes open files; paths and unknown hashes are not found.
func TestDirOpenRefuses(t *testing.T) {
	d, root := newDir(t)
	if err := os.WriteFile(filepath.Join(root, "secret"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", "secret", "../secret", strings.Repeat("a", 64), strings.Repeat("A", 64), strings.Repeat("../", 21) + "x", strings.Repeat("0", 63) + "\x00"} {
		if f, err := d.Open(t.Context(), name); fault.KindOf(err) != fault.KindNotFound {
			t.Errorf("Open(%q) = %v, %v; want not found", name, f, err)
		}
	}
}

// The table holds one row for the same content however often it is attached.
func TestRemember(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	d, _ := newDir(t)
	ref, err := d.Put(t.Context(), strings.NewReader("x"), 10)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := blob.Remember(t.Context(), db.Q(), ref, blob.PDF.MediaType(), db.Now()); err != nil {
			t.Fatal(err)
		}
	}
	n := 0
	if err := db.Q().QueryRow(t.Context(), `SELECT count(*) FROM blob WHERE sha256 = $1 AND size = 1`, ref.SHA256).Scan(&n); err != nil || n != 1 {
		t.Errorf("%d rows, %v", n, err)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }
