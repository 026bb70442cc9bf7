package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/pg"
)

// plain makes PostgreSQL write every value in the one form that reads back to the same value.
var plain = map[string]string{
	"application_name": "portal-backup", "timezone": "UTC", "datestyle": "ISO, YMD", "intervalstyle": "postgres",
	"bytea_output": "hex", "extra_float_digits": "1", "search_path": "public", "jit": "off", "client_encoding": "UTF8",
	// Somebody waits for a backup or nobody does; either way it takes as long as it takes.
	"statement_timeout": "0", "idle_in_transaction_session_timeout": "0", "lock_timeout": "30s",
}

func connect(ctx context.Context, cfg *pgx.ConnConfig) (*pgx.Conn, error) {
	for name, value := range plain {
		cfg.RuntimeParams[name] = value
	}
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("connect for the backup: %w", err)
	}
	return conn, nil
}

// snapshot is the whole database at one moment, read over a connection of its own: a backup takes
// nothing from the pool and cannot hold up the portal's end.
type snapshot struct {
	turn bool // the lock is held
	conn *pgx.Conn
	tx   pgx.Tx
}

// oneAtATime is the advisory lock of a database whose backup is being made.
const oneAtATime = 320104903

const (
	workingRole = `SET ROLE portal_app` // which may read every table and change nothing that is sealed
	takeTurn    = `SELECT pg_try_advisory_lock($1)`
	endTurn     = `SELECT pg_advisory_unlock($1)`
	// The first statement fixes the snapshot; sequences are read later and are therefore never behind the rows.
	versions = `
SELECT (SELECT max(version_id) FROM goose_db_version WHERE is_applied), (SELECT coalesce(max(version), 0)::int FROM river_migration),
       coalesce((SELECT seq || ':' || encode(chain, 'hex') FROM audit_head ORDER BY id DESC LIMIT 1), '')`
	// The database quotes its own names: no statement is put together here.
	lastingTables = `
SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum),
       format('COPY public.%I (%s) TO STDOUT', c.relname, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)),
       format('COPY (SELECT 1 FROM public.%I LIMIT 1) TO STDOUT', c.relname)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relpersistence = 'p' AND c.relname <> ALL ($1)
GROUP BY c.relname ORDER BY c.relname`
	sequenceEnds = `SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' ORDER BY sequencename`
	namedFiles   = `SELECT sha256, size FROM blob ORDER BY sha256`
)

// closeLimit bounds the leave-taking of a session.
const closeLimit = 10 * time.Second

var errOther = errors.New("another backup of this database is being made")

func openSnapshot(ctx context.Context, db *pg.DB) (_ *snapshot, err error) {
	conn, err := connect(ctx, db.Pool().Config().ConnConfig)
	if err != nil {
		return nil, err
	}
	s := &snapshot{conn: conn}
	defer func() {
		if err != nil {
			s.close(ctx)
		}
	}()
	if _, err := conn.Exec(ctx, workingRole); err != nil {
		return nil, fmt.Errorf("working role: %w", err)
	}
	if err := conn.QueryRow(ctx, takeTurn, oneAtATime).Scan(&s.turn); err != nil {
		return nil, fmt.Errorf("turn: %w", err)
	}
	if !s.turn {
		return nil, errOther
	}
	s.tx, err = conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return nil, fmt.Errorf("snapshot: %w", err)
	}
	return s, nil
}

// close gives the turn back and ends the session, and with it the transaction. The server ends a session some
// time after its client has left; whoever comes next should not find the turn taken until then.
func (s *snapshot) close(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeLimit)
	defer cancel()
	if s.tx != nil {
		_ = s.tx.Rollback(ctx)
	}
	if s.turn {
		_, _ = s.conn.Exec(ctx, endTurn, oneAtATime) // a broken line gives it back by itself
	}
	_ = s.conn.Close(ctx)
}

// describe fills the manifest's versions and head.
func (s *snapshot) describe(ctx context.Context, m *Manifest) error {
	if err := s.tx.QueryRow(ctx, versions).Scan(&m.Migration, &m.Queue, &m.Head); err != nil {
		return fmt.Errorf("versions: %w", err)
	}
	return nil
}

// lasting is a table with the statements that read it.
type lasting struct {
	name    string
	columns []string
	read    string
	probe   string // gives a line when the table holds a row
}

func lastingOf(ctx context.Context, q pg.Querier) ([]lasting, error) {
	rows, err := q.Query(ctx, lastingTables, leftOut)
	if err != nil {
		return nil, fmt.Errorf("tables: %w", err)
	}
	tables, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (t lasting, err error) {
		return t, r.Scan(&t.name, &t.columns, &t.read, &t.probe)
	})
	if err != nil {
		return nil, fmt.Errorf("tables: %w", err)
	}
	return tables, nil
}

func (s *snapshot) tables(ctx context.Context) ([]lasting, error) { return lastingOf(ctx, s.tx) }

// read streams a table.
func (s *snapshot) read(ctx context.Context, t lasting, w io.Writer) error {
	if _, err := s.conn.PgConn().CopyTo(ctx, w, t.read); err != nil {
		return fmt.Errorf("read table %s: %w", t.name, err)
	}
	return nil
}

func sequencesOf(ctx context.Context, q pg.Querier) ([]Sequence, error) {
	rows, err := q.Query(ctx, sequenceEnds)
	if err != nil {
		return nil, fmt.Errorf("sequences: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Sequence])
	if err != nil {
		return nil, fmt.Errorf("sequences: %w", err)
	}
	return all, nil
}

func (s *snapshot) sequences(ctx context.Context) ([]Sequence, error) { return sequencesOf(ctx, s.tx) }

// files are the attached files that the snapshot names.
func (s *snapshot) files(ctx context.Context) ([]File, error) {
	rows, err := s.tx.Query(ctx, namedFiles)
	if err != nil {
		return nil, fmt.Errorf("files: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[File])
	if err != nil {
		return nil, fmt.Errorf("files: %w", err)
	}
	return all, nil
}
