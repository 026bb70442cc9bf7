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

// What stood still at the merge goes on; what came due meanwhile is told at the next tick.
const wakeClocks = `
UPDATE work_clock SET stopped_at = NULL, next_at = CASE WHEN level = 0 THEN warn_at ELSE due_at END
WHERE order_id = $1 AND stopped_at = $2`

const setFollowers = `UPDATE work_order SET followers = $2 WHERE id = $1`
