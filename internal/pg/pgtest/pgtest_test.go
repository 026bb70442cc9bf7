package pgtest_test

import (
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/pg/pgtest"
)

// Two tests at once never see each other's rows, and both begin migrated and empty.
func TestDatabasesAreSeparate(t *testing.T) {
	t.Parallel()
	first, second := pgtest.New(t), pgtest.New(t)
	const create = `CREATE TABLE only_here (id int)`
	if _, err := pgtest.Admin(t, first).Exec(t.Context(), create); err != nil {
		t.Fatal(err)
	}
	const there = `SELECT to_regclass('only_here') IS NOT NULL, to_regclass('audit_entry') IS NOT NULL`
	for name, want := range map[string]bool{"first": true, "second": false} {
		db := first
		if name == "second" {
			db = second
		}
		var mine, migrated bool
		if err := db.Q().QueryRow(t.Context(), there).Scan(&mine, &migrated); err != nil {
			t.Fatal(err)
		}
		if mine != want || !migrated {
			t.Errorf("%s database: own table %v (want %v), migrated %v", name, mine, want, migrated)
		}
	}
}

// The clock stands at 2026-11-18 10:00 in Shanghai and a test may move it.
func TestClock(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	if got := db.Now().UTC().Format(time.RFC3339); got != "2026-11-18T02:00:00Z" {
		t.Errorf("Now = %s", got)
	}
	db.Now = func() time.Time { return pgtest.Now.AddDate(0, 0, 1) }
	if got := db.Now().Day(); got != 19 {
		t.Errorf("day after the move = %d", got)
	}
	if got := pgtest.New(t).Now(); !got.Equal(pgtest.Now) {
		t.Errorf("another database's clock moved too: %v", got)
	}
}

// The portal works under its working role; Admin is the owner of the cluster.
func TestRoles(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	const who = `SELECT current_user, (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)`
	var user string
	var super bool
	if err := db.Q().QueryRow(t.Context(), who).Scan(&user, &super); err != nil {
		t.Fatal(err)
	}
	if user != "portal_app" || super {
		t.Errorf("the portal works as %s, superuser %v", user, super)
	}
	if err := pgtest.Admin(t, db).QueryRow(t.Context(), who).Scan(&user, &super); err != nil {
		t.Fatal(err)
	}
	if user == "portal_app" || !super {
		t.Errorf("Admin works as %s, superuser %v", user, super)
	}
}

// The database is gone after its test, even with a connection left open.
func TestDroppedAtTheEnd(t *testing.T) {
	var address, name string
	t.Run("inner", func(t *testing.T) {
		address = pgtest.URL(t)
		conn, err := pgx.Connect(t.Context(), address)
		if err != nil {
			t.Fatal(err)
		}
		name = conn.Config().Database
	})
	var count int
	db := pgtest.New(t)
	const find = `SELECT count(*) FROM pg_database WHERE datname = $1`
	if err := db.Q().QueryRow(t.Context(), find, name).Scan(&count); err != nil {
		t.Fatal(err)
	}
	if count != 0 {
		t.Errorf("database %s outlived its test", name)
	}
}

// Many tests at once get their databases without tripping over the template.
func TestManyAtOnce(t *testing.T) {
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			conn, err := pgx.Connect(t.Context(), pgtest.URL(t))
			if err != nil {
				t.Errorf("connect: %v", err)
				return
			}
			_ = conn.Close(t.Context())
		})
	}
	wg.Wait()
}
