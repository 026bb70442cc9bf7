package request

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"portal/internal/pg"
)

const insertReveal = `INSERT INTO reveal (request_id, account_id, at, purpose) VALUES ($1, $2, $3, $4)`

func storeReveal(ctx context.Context, tx *pg.Tx, id ID, purpose string) error {
	_, err := tx.Exec(ctx, insertReveal, int64(id), tx.Actor.AccountID, tx.Now, purpose)
	return pg.Constraint(err, requestFields)
}

const selectReveals = `
SELECT v.at, a.name, COALESCE((SELECT u.name || ' ' || p.title FROM account_post p JOIN unit u ON u.id = p.unit_id
    WHERE p.account_id = v.account_id ORDER BY upper_inf(p.valid) DESC, p.id LIMIT 1), '') AS post, v.purpose
FROM reveal v JOIN account a ON a.id = v.account_id
WHERE v.request_id = $1 ORDER BY v.id DESC LIMIT 200`

func revealsOf(ctx context.Context, q pg.Querier, id ID) ([]RevealRow, error) {
	rows, err := q.Query(ctx, selectReveals, int64(id))
	if err != nil {
		return nil, fmt.Errorf("reveals: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[RevealRow])
}

const countMergesSQL = `SELECT count(*) FROM request_merge WHERE request_id = $1`

func countMerges(ctx context.Context, q pg.Querier, id ID) (n int, err error) {
	err = q.QueryRow(ctx, countMergesSQL, int64(id)).Scan(&n)
	return n, err
}
