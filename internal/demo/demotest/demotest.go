// Package demotest gives tests the demo street: it is lived through once for all tests of a run and copied for
// each of them. For tests only.
package demotest

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"portal/internal/demo"
	"portal/internal/pg"
	"portal/internal/pg/pgtest"
	"portal/internal/secret"
)

// Street is a copy of the demo street with its keys and files.
type Street struct {
	DB     *pg.DB
	URL    string
	Keys   *secret.Box
	Stores demo.Stores
	Dir    string // the data folder: keys and files
}

// Open gives the street as it is at pgtest.Now; the clock stands there until the test sets DB.Now.
func Open(t testing.TB) Street { return OpenAt(t, pgtest.Now) }

// OpenAt gives the street as of another day.
func OpenAt(t testing.TB, now time.Time) Street {
	t.Helper()
	copied := pgtest.Fill(t, "street_"+now.UTC().Format("20060102t1504"), func(ctx context.Context, url, dir string) error {
		db, err := pg.Open(ctx, url, func() time.Time { return now })
		if err != nil {
			return err
		}
		defer db.Close()
		at, err := stores(dir)
		if err != nil {
			return err
		}
		return demo.Seed(ctx, db, at)
	})
	at, err := stores(copied.Dir)
	if err != nil {
		t.Fatalf("demotest: %v", err)
	}
	db, err := pg.Open(t.Context(), copied.URL, func() time.Time { return now })
	if err != nil {
		t.Fatalf("demotest: %v", err)
	}
	t.Cleanup(db.Close)
	return Street{DB: db, URL: copied.URL, Keys: at.Keys, Stores: at, Dir: copied.Dir}
}

func stores(dir string) (demo.Stores, error) {
	keys, err := secret.OpenDir(filepath.Join(dir, "keys"))
	return demo.Stores{Files: filepath.Join(dir, "files"), Keys: keys}, err
}
