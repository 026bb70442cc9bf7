package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"portal/internal/pg/devdb"
	"portal/internal/pg/pgtest"
	"portal/internal/secret"
)

// From backup to a second portal on another cluster, as an operator would do it: the
// history verifies, a second restore is refused, a broken archive is refused, and the missing key
// file is spoken of.
func TestBackupAndRestoreCommands(t *testing.T) {
	t.Parallel()
	s := onStreet(t)
	from, to, dir := t.TempDir(), t.TempDir(), t.TempDir()
	out, code := command(t, "backup", "--to", dir, "--database-url", s.open.url, "--data-dir", from)
	if code != 0 && !strings.Contains(out, "missing or damaged") { // the street's photographs lie in a folder of their own
		t.Fatalf("backup: %d %s", code, out)
	}
	made, err := filepath.Glob(filepath.Join(dir, "portal-*.zip"))
	if err != nil || len(made) != 1 || !strings.Contains(out, made[0]) {
		t.Fatalf("%v %v in: %s", made, err, out)
	}
	server, err := devdb.Start(t.Context(), devdb.Options{Ephemeral: true, Fast: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Stop() })
	other := []string{"--database-url", server.URL(), "--data-dir", to}
	whole, err := os.ReadFile(made[0])
	if err != nil {
		t.Fatal(err)
	}
	torn := filepath.Join(dir, "torn.zip")
	if err := os.WriteFile(torn, whole[:len(whole)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	if out, code := command(t, append([]string{"restore", torn}, other...)...); code != 1 || !strings.Contains(out, "broken") {
		t.Errorf("a torn backup: %d %s", code, out)
	}
	out, code = command(t, append([]string{"restore", made[0]}, other...)...)
	if code != 0 || !strings.Contains(out, "are those of the backup") || !strings.Contains(out, "problems=0") || !strings.Contains(out, secret.FileName) {
		t.Fatalf("restore: %d %s", code, out)
	}
	if out, code := command(t, append([]string{"verify"}, other...)...); code != 0 || !strings.Contains(out, "problems=0") {
		t.Errorf("verify after the restore: %d %s", code, out)
	}
	if out, code := command(t, append([]string{"restore", made[0]}, other...)...); code != 1 || !strings.Contains(out, "not empty") {
		t.Errorf("a second restore: %d %s", code, out)
	}
	if out, code := command(t, "backup", "--to", dir, "--database-url", s.open.url+"&dbname=postgres", "--data-dir", from); code != 1 {
		t.Errorf("a backup of no portal: %d %s", code, out)
	}
}

// A new key is added without losing the old one, and every sealed field goes over to it.
func TestKeysCommands(t *testing.T) {
	t.Parallel()
	dir, url := t.TempDir(), pgtest.URL(t)
	if out, code := command(t, "keys", "rotate", "--data-dir", dir); code != 1 || !strings.Contains(out, "key file") {
		t.Errorf("rotate without keys: %d %s", code, out)
	}
	if _, err := secret.OpenDir(filepath.Join(dir, "keys")); err != nil {
		t.Fatal(err)
	}
	if out, code := command(t, "keys", "rotate", "--data-dir", dir); code != 0 {
		t.Fatalf("rotate: %d %s", code, out)
	}
	text, err := os.ReadFile(filepath.Join(dir, "keys", secret.FileName))
	if err != nil || strings.Count(string(text), " seal ") != 2 {
		t.Errorf("%d sealing keys, %v", strings.Count(string(text), " seal "), err)
	}
	if out, code := command(t, "keys", "reseal", "--data-dir", dir, "--database-url", url); code != 0 || !strings.Contains(out, "second factors: 0") {
		t.Errorf("reseal: %d %s", code, out)
	}
}
