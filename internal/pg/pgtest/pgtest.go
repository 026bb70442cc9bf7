// Package pgtest gives every test a database of its own, migrated and empty, on a
// real PostgreSQL. It owns no table.
//
// The server is the one of PORTAL_DATABASE_URL, as `portal with-db` sets it;
// without that, the test process starts a fast temporary one. A missing
// PostgreSQL fails the test: nothing here skips.
package pgtest

import (
	"context"
	"net/url"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/pg"
)

const patience = 2 * time.Minute // for one step; a machine under load must not turn a test red

// Now is the fixed time of every test: Wednesday 2026-11-18, 10:00 in Shanghai.
var Now = time.Date(2026, time.November, 18, 10, 0, 0, 0, time.FixedZone("CST", 8*60*60))

// New makes a migrated database for this test and opens it as the portal does. Its
// clock stands at Now until the test sets db.Now; it is dropped at the end of the test.
func New(t testing.TB) *pg.DB {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	db, err := pg.Open(ctx, URL(t), func() time.Time { return Now })
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(db.Close) // before the drop that URL registered
	return db
}

// URL makes the same database and returns its address, for programs that connect
// by themselves. The user is the owner of the cluster, not the working role.
func URL(t testing.TB) string {
	t.Helper()
	c, err := shared()
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	name, err := c.create(ctx)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := c.drop(ctx, name); err != nil {
			t.Errorf("pgtest: %v", err)
		}
	})
	return c.addressOf(name)
}

// Admin connects to the test's database as the cluster's owner, without SET ROLE:
// for looking behind the grants, and for tampering with what the portal may not touch.
func Admin(t testing.TB, db *pg.DB) *pgx.Conn {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	conn, err := pgx.Connect(ctx, db.Pool().Config().ConnString())
	if err != nil {
		t.Fatalf("pgtest: connect as owner: %v", err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// withDatabase is the address of another database on the same server.
func withDatabase(address, name string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	u.Path = "/" + name
	return u.String(), nil
}
