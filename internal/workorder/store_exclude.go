package workorder

import (
	"context"

	"portal/internal/pg"
)

const insertExclusion = `INSERT INTO work_exclusion (order_id, reason, words, asked_by, asked_at) VALUES ($1, $2, $3, $4, $5)`
const decideExclusion = `
UPDATE work_exclusion SET approved_by = $2, approved_at = $3, refused = $4 WHERE order_id = $1 AND approved_at IS NULL`
const selectExclusion = `
SELECT e.reason, e.words, a.name, e.asked_at, COALESCE(b.name, ''), e.approved_at, e.refused, e.asked_by
FROM work_exclusion e JOIN account a ON a.id = e.asked_by LEFT JOIN account b ON b.id = e.approved_by WHERE e.order_id = $1`

type exclusion struct {
	Exclusion
	byAccount int64
}

func exclusionOf(ctx context.Context, q pg.Querier, id ID) (e exclusion, there bool, err error) {
	err = q.QueryRow(ctx, selectExclusion, int64(id)).Scan(&e.Reason, &e.Words, &e.AskedBy, &e.AskedAt, &e.ApprovedBy, &e.ApprovedAt, &e.Refused, &e.byAccount)
	return e, err == nil, none(err, "exclusion")
}
