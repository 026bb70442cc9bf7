package backup

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/jackc/pgx/v5"
)

// owner connects as the owner of the database, who may change tables; the working role may not.
func owner(ctx context.Context, url string) (*pgx.Conn, error) {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("database url: %w", err)
	}
	return connect(ctx, cfg)
}

const (
	hasShape  = `SELECT to_regclass('public.goose_db_version') IS NOT NULL`
	shapeOf   = `SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied`
	strangers = `SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r','p','v','m','f')`
)

// mustBeEmpty lets a new database pass, and one that was migrated (not further than the backup) and
// never used, which is how a restore that was cut off leaves it.
func mustBeEmpty(ctx context.Context, url string, version int64) error {
	conn, err := owner(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var shaped bool
	if err := conn.QueryRow(ctx, hasShape).Scan(&shaped); err != nil {
		return fmt.Errorf("look at the database: %w", err)
	}
	if !shaped {
		var n int
		if err := conn.QueryRow(ctx, strangers).Scan(&n); err != nil {
			return fmt.Errorf("look at the database: %w", err)
		}
		if n > 0 {
			return fmt.Errorf("%w: it holds %d tables of something else", ErrNotEmpty, n)
		}
		return nil
	}
	var shape int64
	if err := conn.QueryRow(ctx, shapeOf).Scan(&shape); err != nil {
		return fmt.Errorf("look at the database: %w", err)
	}
	if shape > version {
		return fmt.Errorf("%w: it was migrated further (%d) than the backup (%d)", ErrNotEmpty, shape, version)
	}
	tables, err := lastingOf(ctx, conn)
	if err != nil {
		return err
	}
	for _, t := range tables {
		found := newTally()
		if _, err := conn.PgConn().CopyTo(ctx, found, t.probe); err != nil {
			return fmt.Errorf("look at table %s: %w", t.name, err)
		}
		if found.rows > 0 {
			return fmt.Errorf("%w: table %s holds rows", ErrNotEmpty, t.name)
		}
	}
	return nil
}

const (
	// Rows come table by table, so references are taken off, and put back and thereby checked when all are there.
	// The portal's own triggers have had their say when the rows were written first. Reading and
	// writing names is left to the database; whoever looks from outside sees all of it or nothing.
	loosen = `
CREATE TEMP TABLE restore_reference ON COMMIT DROP AS
SELECT conrelid::regclass::text AS tab, conname::text AS name, pg_get_constraintdef(oid) AS words
FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND conparentid = 0;
CREATE TEMP TABLE restore_trigger ON COMMIT DROP AS
SELECT tgrelid::regclass::text AS tab, tgname::text AS name FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE NOT tgisinternal AND tgenabled = 'O' AND c.relnamespace = 'public'::regnamespace;
DO $$
DECLARE r record;
BEGIN
    FOR r IN SELECT * FROM restore_reference LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', r.tab, r.name);
    END LOOP;
    FOR r IN SELECT * FROM restore_trigger LOOP
        EXECUTE format('ALTER TABLE %s DISABLE TRIGGER %I', r.tab, r.name);
    END LOOP;
END $$`
	tighten = `
DO $$
DECLARE r record;
BEGIN
    FOR r IN SELECT * FROM restore_reference LOOP
        EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s', r.tab, r.name, r.words);
    END LOOP;
    FOR r IN SELECT * FROM restore_trigger LOOP
        EXECUTE format('ALTER TABLE %s ENABLE TRIGGER %I', r.tab, r.name);
    END LOOP;
END $$`
	copyOf = `
SELECT format('COPY public.%1$I (%2$s) FROM STDIN', $1::text, names), format('COPY public.%1$I (%2$s) TO STDOUT', $1::text, names)
FROM (SELECT string_agg(quote_ident(c), ', ' ORDER BY at) AS names FROM unnest($2::text[]) WITH ORDINALITY AS u (c, at)) n`
	setSequence = `SELECT setval(format('public.%I', $1::text)::regclass, coalesce($2::bigint, s.start_value), $2::bigint IS NOT NULL)
FROM pg_sequences s WHERE s.schemaname = 'public' AND s.sequencename = $1::text`
	freshFigures = `ANALYZE`
)

// load fills the tables in one transaction and keeps it only when everything is found again.
func (a *archive) load(ctx context.Context, url string) error {
	conn, err := owner(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, loosen); err != nil {
			return fmt.Errorf("take references off: %w", err)
		}
		if err := a.loadTables(ctx, tx); err != nil {
			return err
		}
		if err := a.setSequences(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, tighten); err != nil {
			return fmt.Errorf("%w: references: %w", ErrDiffers, err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, freshFigures); err != nil { // without figures the first day would be slow
		return fmt.Errorf("analyze: %w", err)
	}
	return nil
}

// loadTables loads every table, then reads it back out of the database and compares.
func (a *archive) loadTables(ctx context.Context, tx pgx.Tx) error {
	here, err := lastingOf(ctx, tx)
	if err != nil {
		return err
	}
	for _, t := range a.manifest.Tables {
		known := slices.IndexFunc(here, func(l lasting) bool { return l.name == t.Name })
		if known < 0 {
			return fmt.Errorf("%w: this portal has no table %q", ErrDiffers, t.Name)
		}
		for _, c := range t.Columns {
			if !slices.Contains(here[known].columns, c) {
				return fmt.Errorf("%w: table %s has no column %q here", ErrDiffers, t.Name, c)
			}
		}
		if err := a.loadTable(ctx, tx, t); err != nil {
			return err
		}
	}
	return nil
}

func (a *archive) loadTable(ctx context.Context, tx pgx.Tx, t Table) error {
	var in, out string
	if err := tx.QueryRow(ctx, copyOf, t.Name, t.Columns).Scan(&in, &out); err != nil {
		return fmt.Errorf("table %s: %w", t.Name, err)
	}
	entry, err := a.open(tablesFolder + t.Name)
	if err != nil {
		return err
	}
	defer entry.Close()
	if _, err := tx.Conn().PgConn().CopyFrom(ctx, entry, in); err != nil {
		return fmt.Errorf("load table %s: %w", t.Name, err)
	}
	found := newTally()
	if _, err := tx.Conn().PgConn().CopyTo(ctx, io.Writer(found), out); err != nil {
		return fmt.Errorf("read table %s again: %w", t.Name, err)
	}
	if !found.result().sameRows(t.Sum) {
		return fmt.Errorf("%w: table %s has %d rows, the backup %d", ErrDiffers, t.Name, found.rows, t.Sum.Rows)
	}
	return nil
}

// setSequences sets every sequence as it stood and compares all of them.
func (a *archive) setSequences(ctx context.Context, tx pgx.Tx) error {
	for _, s := range a.manifest.Sequences {
		if _, err := tx.Exec(ctx, setSequence, s.Name, s.Last); err != nil {
			return fmt.Errorf("sequence %s: %w", s.Name, err)
		}
	}
	found, err := sequencesOf(ctx, tx)
	if err != nil {
		return err
	}
	for _, s := range a.manifest.Sequences {
		if !slices.ContainsFunc(found, s.same) {
			return fmt.Errorf("%w: sequence %s", ErrDiffers, s.Name)
		}
	}
	return nil
}
