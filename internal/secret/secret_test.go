package secret

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func openDir(t *testing.T, dir string) *Box {
	t.Helper()
	b, err := OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func seal(t *testing.T, b *Box, plain, about string) []byte {
	t.Helper()
	s, err := b.Seal([]byte(plain), about)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A field opens only where it was sealed for, unchanged; the same words never look the same twice.
func TestSealOpen(t *testing.T) {
	b := openDir(t, t.TempDir())
	for _, plain := range []string{"", "13800000462", "梧桐里 3 幢 𠮷", strings.Repeat("长", 5000)} {
		s := seal(t, b, plain, "account.totp:7")
		if plain != "" && bytes.Contains(s, []byte(plain)) {
			t.Errorf("%.10q stands in its sealed form", plain)
		}
		if again := seal(t, b, plain, "account.totp:7"); bytes.Equal(s, again) {
			t.Errorf("%.10q sealed twice looks the same", plain)
		}
		got, err := b.Open(s, "account.totp:7")
		if err != nil || string(got) != plain {
			t.Errorf("Open = %.10q, %v", got, err)
		}
		if _, err := b.Open(s, "account.totp:8"); !errors.Is(err, ErrSealed) {
			t.Errorf("opened in another row: %v", err)
		}
		for i := range s[:min(len(s), 60)] {
			bad := bytes.Clone(s)
			bad[i] ^= 1
			if _, err := b.Open(bad, "account.totp:7"); !errors.Is(err, ErrSealed) {
				t.Fatalf("a change in byte %d was not noticed: %v", i, err)
			}
		}
	}
	for _, bad := range [][]byte{nil, {}, {1}, bytes.Repeat([]byte{1}, 20)} {
		if _, err := b.Open(bad, ""); !errors.Is(err, ErrSealed) {
			t.Errorf("Open(%v) = %v", bad, err)
		}
	}
}

// The keys outlive a restart, the file is closed to others, and an open file is refused.
func TestKeyFile(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "data")
	s := seal(t, openDir(t, dir), "密", "x")
	path := filepath.Join(dir, FileName)
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode = %v, %v", info.Mode(), err)
	}
	if got, err := openDir(t, dir).Open(s, "x"); err != nil || string(got) != "密" {
		t.Errorf("after a restart: %q, %v", got, err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".keys-*")); len(left) != 0 {
		t.Errorf("left over: %v", left)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenDir(dir); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a readable key file was taken: %v", err)
	}
}

// Two portals starting at once share one set of keys.
func TestStartTogether(t *testing.T) {
	dir := t.TempDir()
	boxes := make([]*Box, 8)
	var wg sync.WaitGroup
	for i := range boxes {
		wg.Go(func() { boxes[i], _ = OpenDir(dir) })
	}
	wg.Wait()
	for i, b := range boxes {
		if b == nil {
			t.Fatalf("portal %d has no keys", i)
		}
		if _, err := b.Open(seal(t, boxes[0], "同", "x"), "x"); err != nil {
			t.Errorf("portal %d has other keys: %v", i, err)
		}
	}
}

// After a rotation the newest key writes, the old one still reads, and the index stays.
func TestRotate(t *testing.T) {
	dir := t.TempDir()
	before := openDir(t, dir)
	old := seal(t, before, "旧", "x")
	after, err := Rotate(dir)
	if err != nil {
		t.Fatal(err)
	}
	fresh := seal(t, after, "新", "x")
	for name, s := range map[string][]byte{"旧": old, "新": fresh} {
		if got, err := openDir(t, dir).Open(s, "x"); err != nil || string(got) != name {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if !after.Stale(old) || after.Stale(fresh) {
		t.Error("Stale does not tell old from new")
	}
	if _, err := before.Open(fresh, "x"); !errors.Is(err, ErrSealed) {
		t.Errorf("the old keys opened the new field: %v", err)
	}
	if !bytes.Equal(before.Index("1", "a"), after.Index("1", "a")) || len(after.Indexes("1", "a")) != 1 {
		t.Error("the rotation lost the index")
	}
	if info, _ := os.Stat(filepath.Join(dir, FileName)); info.Mode().Perm() != 0o600 {
		t.Errorf("mode after rotation = %v", info.Mode())
	}
	if _, err := Rotate(t.TempDir()); err == nil {
		t.Error("rotated keys that do not exist")
	}
}

// The blind index tells equal from unequal and keeps places apart.
func TestIndex(t *testing.T) {
	b := openDir(t, t.TempDir())
	if !bytes.Equal(b.Index("138", "phone"), b.Index("138", "phone")) {
		t.Error("equal values differ")
	}
	for _, other := range [][2]string{{"139", "phone"}, {"138", "id"}, {"e138", "phon"}, {"", "phone138"}} {
		if bytes.Equal(b.Index("138", "phone"), b.Index(other[0], other[1])) {
			t.Errorf("%v is the same as 138, phone", other)
		}
	}
	c, err := Temporary()
	if err != nil || bytes.Equal(b.Index("138", "phone"), c.Index("138", "phone")) {
		t.Errorf("another portal has the same index: %v", err)
	}
}

// A damaged key file is refused without repeating its text.
func TestDamagedFile(t *testing.T) {
	good := "1 seal " + strings.Repeat("A", 43) + "=\n"
	index := "2 index " + strings.Repeat("A", 43) + "=\n"
	cases := map[string]string{
		"empty": "", "no index": good, "no seal": index, "twice": good + good + index,
		"short": good + "2 index QUJD\n", "kind": good + index + "3 other " + strings.Repeat("A", 43) + "=\n",
		"words": good + index + "geheim-geheim\n", "zero": "0 seal " + strings.Repeat("A", 43) + "=\n" + index,
	}
	for name, text := range cases {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, FileName), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenDir(dir); err == nil || strings.Contains(err.Error(), "geheim") || strings.Contains(err.Error(), "AAAA") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzOpen: no bytes make Open panic or open.
func FuzzOpen(f *testing.F) {
	b, err := Temporary()
	if err != nil {
		f.Fatal(err)
	}
	s, _ := b.Seal([]byte("梧桐"), "x")
	f.Add(s[:20])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, raw []byte) {
		if _, err := b.Open(raw, "y"); err == nil {
			t.Error("opened foreign bytes")
		}
	})
}
