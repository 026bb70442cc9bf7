package pgtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Filled is a copy of a database that was filled once for all tests of this source: fill gets the address of
// a migrated, empty database and a folder for what belongs to it outside. Two tests never share a database;
// the folder they share, so it is only for what is never changed.
type Filled struct{ URL, Dir string }

// Fill makes such a copy. name tells one content from another; a change of any source below internal fills anew.
func Fill(t testing.TB, name string, fill func(ctx context.Context, url, dir string) error) Filled {
	t.Helper()
	c, err := shared()
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*patience)
	defer cancel()
	tpl, err := c.filled(ctx, name, fill)
	if err != nil {
		t.Fatalf("pgtest: fill %s: %v", name, err)
	}
	made, err := c.copyOf(ctx, tpl)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := c.drop(ctx, made); err != nil {
			t.Errorf("pgtest: %v", err)
		}
	})
	return Filled{URL: c.addressOf(made), Dir: c.dirOf(tpl)}
}

// filled makes the filled template under the same lock as the empty one, whoever comes first.
func (c *cluster) filled(ctx context.Context, name string, fill func(ctx context.Context, url, dir string) error) (tpl string, err error) {
	source, err := sourceSum()
	if err != nil {
		return "", err
	}
	tpl = c.tpl + "_" + name + "_" + source
	c.mu.Lock()
	defer c.mu.Unlock()
	const lock, unlock = `SELECT pg_advisory_lock($1)`, `SELECT pg_advisory_unlock($1)`
	if _, err := c.conn.Exec(ctx, lock, templateLock); err != nil {
		return "", fmt.Errorf("template lock: %w", err)
	}
	defer func() {
		_, e := c.conn.Exec(context.WithoutCancel(ctx), unlock, templateLock)
		err = errors.Join(err, e)
	}()
	there, err := c.exists(ctx, tpl)
	if err != nil {
		return "", err
	}
	if _, e := os.Stat(filepath.Join(c.dirOf(tpl), "ready")); there && e == nil {
		return tpl, nil
	}
	if err := c.exec(ctx, "DROP DATABASE IF EXISTS %s WITH (FORCE)", tpl); err != nil {
		return "", err
	}
	draft, dir := tpl+"_new", c.dirOf(tpl)
	if err := c.exec(ctx, "DROP DATABASE IF EXISTS %s WITH (FORCE)", draft); err != nil {
		return "", err
	}
	if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o700)); err != nil {
		return "", err
	}
	if err := c.exec(ctx, "CREATE DATABASE %s TEMPLATE %s STRATEGY FILE_COPY", draft, c.tpl); err != nil {
		return "", err
	}
	if err := fill(ctx, c.addressOf(draft), dir); err != nil {
		return "", err
	}
	if err := c.exec(ctx, "ALTER DATABASE %s ALLOW_CONNECTIONS false", draft); err != nil {
		return "", err
	}
	if err := c.exec(ctx, "ALTER DATABASE %s RENAME TO %s", draft, tpl); err != nil {
		return "", err
	}
	return tpl, os.WriteFile(filepath.Join(dir, "ready"), nil, 0o600)
}

func (c *cluster) copyOf(ctx context.Context, tpl string) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.made++
	name := fmt.Sprintf("%s%d_%d", testPrefix, c.conn.PgConn().PID(), c.made)
	return name, c.exec(ctx, "CREATE DATABASE %s TEMPLATE %s STRATEGY FILE_COPY", name, tpl)
}

// dirOf keeps the folders of one server apart from those of every other.
func (c *cluster) dirOf(tpl string) string {
	return filepath.Join(os.TempDir(), fmt.Sprintf("portal-pgtest-%d", os.Getuid()), c.id, tpl)
}

// sourceSum tells one state of the source from another: what fills a database lies below internal.
func sourceSum() (string, error) {
	root, err := moduleRoot()
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	err = filepath.WalkDir(filepath.Join(root, "internal"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, "_test.go") {
			return err
		}
		body, err := os.ReadFile(path)
		fmt.Fprintf(sum, "%s %d\n", path, len(body))
		sum.Write(body)
		return err
	})
	return hex.EncodeToString(sum.Sum(nil))[:8], err
}

func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		if _, e := os.Stat(filepath.Join(dir, "go.mod")); e == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("pgtest: no go.mod above the test's folder")
		}
		dir = up
	}
	return "", err
}
