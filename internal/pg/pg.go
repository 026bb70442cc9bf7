// Package pg is the portal's one way to Postgres: reading, and writing as one use case in one
// transaction with at least one audit entry.
package pg

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"portal/internal/audit"
	"portal/internal/authz"
)

// Querier is what a pool and a transaction have in common.
type Querier = audit.Querier

// DB is a pool that works as the role portal_app, and the clock.
type DB struct {
	pool *pgxpool.Pool
	// Now is the only clock below main; tests set it.
	Now func() time.Time
}

// Limits of every session, so that no statement, lock or forgotten transaction holds others up.
const (
	statementTimeout = 15 * time.Second
	lockTimeout      = 5 * time.Second
	idleInTxTimeout  = 15 * time.Second
	workingRole      = "SET ROLE portal_app"
)

// Open connects the pool; the database must have been migrated.
func Open(ctx context.Context, url string, now func() time.Time) (*DB, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("database url: %w", err)
	}
	params := cfg.ConnConfig.RuntimeParams
	params["timezone"] = "UTC"
	params["application_name"] = "portal"
	params["jit"] = "off" // every statement is short; compiling one takes longer than running it
	params["statement_timeout"] = ms(statementTimeout)
	params["lock_timeout"] = ms(lockTimeout)
	params["idle_in_transaction_session_timeout"] = ms(idleInTxTimeout)
	if cfg.MaxConns < 8 {
		cfg.MaxConns = 8
	}
	cfg.AfterConnect = func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, workingRole)
		return err
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("open pool: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("connect: %w", err)
	}
	return &DB{pool: pool, Now: now}, nil
}

func ms(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// Close waits for connections in use.
func (db *DB) Close() { db.pool.Close() }

// Pool is for the libraries that bring their own tables: sessions and the job queue.
func (db *DB) Pool() *pgxpool.Pool { return db.pool }

// Q reads outside a transaction: one statement, one trip.
func (db *DB) Q() Querier { return db.pool }

// Read runs fn on one snapshot, for pages whose figures must agree with their rows (R45).
func (db *DB) Read(ctx context.Context, fn func(q Querier) error) error {
	opts := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	return Trouble(pgx.BeginTxFunc(ctx, db.pool, opts, func(tx pgx.Tx) error { return fn(tx) }))
}

// Tx is one use case: the time is read once, the actor is known, and every change is recorded.
type Tx struct {
	pgx.Tx
	Now      time.Time
	Actor    authz.Actor
	recorded int
}

type inWrite struct{}

// ErrUnrecorded means that a use case changed something without an audit entry; it is rolled back.
var ErrUnrecorded = errors.New("pg: a write without an audit entry")

const maxTries = 3

// Write runs fn in one transaction as one use case. It refuses to commit when nothing was
// recorded, refuses to nest, rolls back even when the request was cancelled, returns the
// commit's error, and repeats the whole use case on serialization failures and deadlocks.
func (db *DB) Write(ctx context.Context, by authz.Actor, fn func(tx *Tx) error) error {
	if ctx.Value(inWrite{}) != nil {
		return errors.New("pg: Write inside Write")
	}
	ctx = context.WithValue(ctx, inWrite{}, true)
	var err error
	for range maxTries {
		if err = db.writeOnce(ctx, by, fn); !retryable(err) {
			break
		}
	}
	return Trouble(err)
}

func (db *DB) writeOnce(ctx context.Context, by authz.Actor, fn func(tx *Tx) error) error {
	raw, err := db.pool.Begin(ctx)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer raw.Rollback(context.WithoutCancel(ctx)) // nothing after a commit
	tx := &Tx{Tx: raw, Now: db.Now(), Actor: by}
	if err := fn(tx); err != nil {
		return err
	}
	if tx.recorded == 0 {
		return ErrUnrecorded
	}
	if err := raw.Commit(ctx); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// Change is what a use case tells the trail.
type Change struct {
	Action authz.Action
	Kind   string // object kind, e.g. application
	ID     int64
	No     string // the number people see
	Before []byte // JSON or nil
	After  []byte // JSON or nil
	Reason string
}

// Record writes the audit entry of a change into the same transaction.
func (tx *Tx) Record(ctx context.Context, c Change) error {
	e := audit.Entry{
		At: tx.Now, Actor: tx.Actor.Name, Post: tx.Actor.PostLabel(), Action: string(c.Action), ObjectKind: c.Kind,
		ObjectID: c.ID, ObjectNo: c.No, Before: c.Before, After: c.After, Reason: c.Reason, RequestID: tx.Actor.RequestID,
	}
	if tx.Actor.SignedIn() {
		e.AccountID = &tx.Actor.AccountID
	}
	if err := audit.Append(ctx, tx, e); err != nil {
		return err
	}
	tx.recorded++
	return nil
}

// Replayed tells Write that this use case was a repetition: what the first one did is recorded already.
func (tx *Tx) Replayed() { tx.recorded++ }
