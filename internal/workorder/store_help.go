package workorder

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"portal/internal/pg"
)

const insertHelper = `
INSERT INTO work_helper (order_id, unit_id, community, asked_at, asked) VALUES ($1, NULLIF($2::bigint, 0), NULLIF($3, ''), $4, $5)`
const insertHelperOnce = insertHelper + ` ON CONFLICT DO NOTHING`
const answerHelper = `
UPDATE work_helper SET answered_at = $4, answer = $5
WHERE order_id = $1 AND (unit_id = $2 OR community = NULLIF($3, '')) AND answered_at IS NULL`
const selectHelps = `
SELECT h.id, COALESCE(h.unit_id, 0), COALESCE(u.name, d.name || '居委会', ''), COALESCE(h.community, ''), h.asked, h.asked_at, h.answered_at, h.answer
FROM work_helper h LEFT JOIN unit u ON u.id = h.unit_id LEFT JOIN division d ON d.code = h.community
WHERE h.order_id = $1 ORDER BY h.id`

func addHelper(ctx context.Context, tx *pg.Tx, id ID, unit int64, community, words string, once bool) error {
	sql := insertHelper
	if once {
		sql = insertHelperOnce
	}
	_, err := tx.Exec(ctx, sql, int64(id), unit, community, tx.Now, words)
	return pg.Constraint(err, orderFields)
}

func helps(ctx context.Context, q pg.Querier, id ID) ([]HelpRow, error) {
	rows, err := q.Query(ctx, selectHelps, int64(id))
	if err != nil {
		return nil, fmt.Errorf("helpers: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByPos[HelpRow])
	if err != nil {
		return nil, fmt.Errorf("helpers: %w", err)
	}
	return out, nil
}
