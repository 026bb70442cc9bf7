package request

import (
	"context"
	"fmt"
	"time"

	"portal/internal/pg"
)

const insertMerge = `
INSERT INTO request_merge (request_id, from_order, into_order, at, by_account, reason)
VALUES ($1, $2, $3, $4, NULLIF($5::bigint, 0), $6)`

func storeMerge(ctx context.Context, tx *pg.Tx, id ID, from, into int64, reason string) error {
	if _, err := tx.Exec(ctx, insertMerge, int64(id), from, into, tx.Now, tx.Actor.AccountID, MaskWords(reason)); err != nil {
		return fmt.Errorf("store merge: %w", err)
	}
	return nil
}

const endMerge = `
UPDATE request_merge SET undone_at = $2, undone_by = NULLIF($3::bigint, 0), undone_reason = $4
WHERE request_id = $1 AND undone_at IS NULL`

func undoMerge(ctx context.Context, tx *pg.Tx, id ID, reason string) error {
	tag, err := tx.Exec(ctx, endMerge, int64(id), tx.Now, tx.Actor.AccountID, MaskWords(reason))
	if err != nil {
		return fmt.Errorf("undo merge: %w", err)
	}
	if tag.RowsAffected() != 1 {
		return errStale
	}
	return nil
}

// The home order sleeps while its request is merged, so it still has the request's own times.
const selectOwnClock = `SELECT contact_due, due_at FROM work_order WHERE id = $1`

func ownClock(ctx context.Context, q pg.Querier, home int64) (contact, due time.Time, err error) {
	if err = q.QueryRow(ctx, selectOwnClock, home).Scan(&contact, &due); err != nil {
		err = fmt.Errorf("own clock: %w", err)
	}
	return contact, due, err
}

const selectOpen = `SELECT closed_at IS NULL FROM work_order WHERE id = $1`

func orderOpen(ctx context.Context, q pg.Querier, id int64) (open bool, err error) {
	if err = q.QueryRow(ctx, selectOpen, id).Scan(&open); err != nil {
		err = fmt.Errorf("order of a merge: %w", err)
	}
	return open, err
}
