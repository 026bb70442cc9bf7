// Package migrations holds the shape of the data: goose SQL files, and the tables of the job queue
// right after them, under one lock, so that two portals starting at once do not collide.
package migrations

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"math"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	_ "github.com/jackc/pgx/v5/stdlib" // the database/sql driver that goose speaks
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

//go:embed *.sql
var files embed.FS

// Files gives the SQL files, for the template's fingerprint in tests.
func Files() fs.FS { return files }

// lockKey is the advisory lock that keeps the queue's migration single as well.
const lockKey = 320104900

// grants lets the working role use the tables; the trail and its seals may only grow.
const grants = `
GRANT portal_app TO CURRENT_USER;
GRANT USAGE ON SCHEMA public TO portal_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO portal_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO portal_app;
REVOKE UPDATE, DELETE, TRUNCATE ON audit_entry, audit_seal, audit_head FROM portal_app;
REVOKE INSERT, UPDATE, DELETE ON goose_db_version FROM portal_app;`

// Up brings the database at url to the newest shape. It is safe to call from several
// portals at once and costs a few milliseconds when nothing is to be done.
func Up(ctx context.Context, url string) error { return To(ctx, url, math.MaxInt64) }

// To is Up that ends at a version, so that a backup is loaded into the shape it was made of. The
// tables of the job queue are always the newest.
func To(ctx context.Context, url string, version int64) error {
	guard, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("connect for migration: %w", err)
	}
	defer guard.Close(context.WithoutCancel(ctx))
	if _, err := guard.Exec(ctx, `SELECT pg_advisory_lock($1)`, lockKey); err != nil {
		return fmt.Errorf("migration lock: %w", err)
	}
	changed, err := upGoose(ctx, url, version)
	if err != nil {
		return err
	}
	queued, err := upQueue(ctx, url)
	if err != nil {
		return err
	}
	if changed || queued {
		if _, err := guard.Exec(ctx, grants); err != nil {
			return fmt.Errorf("grants: %w", err)
		}
	}
	return nil
}

func provider(db *sql.DB) (*goose.Provider, error) {
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return nil, fmt.Errorf("session locker: %w", err)
	}
	p, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithSessionLocker(locker))
	if err != nil {
		return nil, fmt.Errorf("migration provider: %w", err)
	}
	return p, nil
}

func upGoose(ctx context.Context, url string, version int64) (bool, error) {
	db, err := sql.Open("pgx", url)
	if err != nil {
		return false, fmt.Errorf("open for migration: %w", err)
	}
	defer db.Close()
	p, err := provider(db)
	if err != nil {
		return false, err
	}
	done, err := p.UpTo(ctx, version)
	if err != nil {
		return false, fmt.Errorf("migrate: %w", err)
	}
	return len(done) > 0, nil
}

// Down takes every goose migration back; only tests of the schema use it.
func Down(ctx context.Context, url string) error {
	db, err := sql.Open("pgx", url)
	if err != nil {
		return fmt.Errorf("open for migration: %w", err)
	}
	defer db.Close()
	p, err := provider(db)
	if err != nil {
		return err
	}
	if _, err := p.DownTo(ctx, 0); err != nil {
		return fmt.Errorf("migrate down: %w", err)
	}
	return nil
}

func upQueue(ctx context.Context, url string) (bool, error) {
	pool, err := pgxpool.New(ctx, url)
	if err != nil {
		return false, fmt.Errorf("open for queue migration: %w", err)
	}
	defer pool.Close()
	m, err := rivermigrate.New(riverpgxv5.New(pool), nil)
	if err != nil {
		return false, fmt.Errorf("queue migrator: %w", err)
	}
	res, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil)
	if err != nil {
		return false, fmt.Errorf("migrate queue: %w", err)
	}
	return len(res.Versions) > 0, nil
}

// Pending reports how many goose migrations the database still lacks, for /readyz.
func Pending(ctx context.Context, url string) (int, error) {
	db, err := sql.Open("pgx", url)
	if err != nil {
		return 0, fmt.Errorf("open: %w", err)
	}
	defer db.Close()
	p, err := goose.NewProvider(goose.DialectPostgres, db, files)
	if err != nil {
		return 0, fmt.Errorf("migration provider: %w", err)
	}
	current, target, err := p.GetVersions(ctx)
	if err != nil {
		return 0, fmt.Errorf("versions: %w", err)
	}
	pending := 0
	for _, s := range p.ListSources() {
		if s.Version > current && s.Version <= target {
			pending++
		}
	}
	return pending, nil
}

// Reset throws everything away and migrates anew: only for a demo whose seeding was cut off.
func Reset(ctx context.Context, url string) error {
	c, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("connect for reset: %w", err)
	}
	defer c.Close(context.WithoutCancel(ctx))
	if _, err := c.Exec(ctx, `DROP SCHEMA public CASCADE; CREATE SCHEMA public`); err != nil {
		return fmt.Errorf("reset: %w", err)
	}
	return Up(ctx, url)
}

// Newest is the version of the newest shape that this program knows.
func Newest() (int64, error) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return 0, err
	}
	var newest int64
	for _, name := range names {
		v, err := goose.NumericComponent(name)
		if err != nil {
			return 0, fmt.Errorf("migration %s: %w", name, err)
		}
		newest = max(newest, v)
	}
	return newest, nil
}
