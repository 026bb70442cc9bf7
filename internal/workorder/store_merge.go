package workorder

import (
	"context"

	"portal/internal/pg"
)

const selectState = `SELECT state FROM work_order WHERE id = $1`

func stateOf(ctx context.Context, q pg.Querier, id ID) (State, error) {
	var s State
	err := q.QueryRow(ctx, selectState, int64(id)).Scan(&s)
	return s, found(err, "state", ErrNoOrder)
}

// A clock that stands still keeps when its next thing was to happen, and so differs from one that is over; what came
// due meanwhile is told at the next tick.
const sleepClocks = `
UPDATE work_clock SET stopped_at = $2, next_at = COALESCE(next_at, 'infinity') WHERE order_id = $1 AND stopped_at IS NULL`
const wakeClocks = `
UPDATE work_clock SET stopped_at = NULL, next_at = NULLIF(next_at, 'infinity')
WHERE order_id = $1 AND stopped_at IS NOT NULL AND next_at IS NOT NULL`

const setFollowers = `UPDATE work_order SET followers = $2 WHERE id = $1`
