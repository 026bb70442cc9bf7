package request

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/pg"
)

const countMiss = `
INSERT INTO code_miss AS m (brake, slot, misses) VALUES ($1, $2, 1)
ON CONFLICT (brake, slot) DO UPDATE SET misses = m.misses + 1 WHERE m.misses < $3
RETURNING misses`

// chargeMiss counts a try under every counter, or under none when one is full. It is no use case: nothing
// of record changes, so it goes without an audit entry.
func chargeMiss(ctx context.Context, db *pg.DB, holds []hold) error {
	err := pgx.BeginFunc(ctx, db.Pool(), func(tx pgx.Tx) error {
		for _, h := range holds {
			var misses int
			err := tx.QueryRow(ctx, countMiss, h.key, h.slot, h.limit).Scan(&misses)
			if errors.Is(err, pgx.ErrNoRows) {
				return errBraked
			}
			if err != nil {
				return fmt.Errorf("count a look-up: %w", err)
			}
		}
		return nil
	})
	return pg.Trouble(err)
}

const uncountMiss = `UPDATE code_miss SET misses = GREATEST(misses - 1, 0) WHERE brake = $1 AND slot = $2`

// refundMiss takes back the count of a try that was right.
func refundMiss(ctx context.Context, db *pg.DB, holds []hold) error {
	err := pgx.BeginFunc(ctx, db.Pool(), func(tx pgx.Tx) error {
		for _, h := range holds {
			if _, err := tx.Exec(ctx, uncountMiss, h.key, h.slot); err != nil {
				return fmt.Errorf("refund a look-up: %w", err)
			}
		}
		return nil
	})
	return pg.Trouble(err)
}

const (
	selectByToken = `SELECT id FROM request WHERE token_index = ANY($1)`
	selectByCode  = `SELECT id FROM request WHERE code_index = ANY($1)`
)

func idByToken(ctx context.Context, q pg.Querier, indexes [][]byte) (ID, error) {
	return oneID(ctx, q, selectByToken, indexes)
}

func idByCode(ctx context.Context, q pg.Querier, indexes [][]byte) (ID, error) {
	return oneID(ctx, q, selectByCode, indexes)
}

func oneID(ctx context.Context, q pg.Querier, sql string, indexes [][]byte) (ID, error) {
	var id int64
	err := q.QueryRow(ctx, sql, indexes).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, ErrNoCode
	}
	if err != nil {
		return 0, fmt.Errorf("receipt: %w", err)
	}
	return ID(id), nil
}

const (
	dropMisses = `DELETE FROM code_miss WHERE slot < $1`
	dropDrafts = `DELETE FROM request_draft WHERE at < $1`
)

// sweep forgets old counters and drafts (§6.7: an abandoned draft is kept a day).
func sweep(ctx context.Context, tx *pg.Tx, now time.Time) error {
	if _, err := tx.Exec(ctx, dropMisses, now.Add(-48*time.Hour)); err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	if _, err := tx.Exec(ctx, dropDrafts, now.Add(-draftLife)); err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	return forgetLimited(ctx, tx, now)
}
