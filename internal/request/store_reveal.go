package request

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"portal/internal/authz"
	"portal/internal/pg"
)

const insertReveal = `INSERT INTO reveal (request_id, account_id, at, purpose) VALUES ($1, $2, $3, $4)`

func storeReveal(ctx context.Context, tx *pg.Tx, id ID, purpose string) error {
	_, err := tx.Exec(ctx, insertReveal, int64(id), tx.Actor.AccountID, tx.Now, purpose)
	return pg.Constraint(err, requestFields)
}

// Who is complained about stands with the orders of package workorder: the request's own, and the one it is
// handled under. They are only read.
const selectConcerned = `
SELECT EXISTS (SELECT FROM work_order o WHERE o.id IN ($1, $2)
    AND (o.complained_unit = ANY($3) OR o.hidden_from <> '' AND o.hidden_from = ANY($4)))`

// complainedOf reports whether somebody holds a post in what a request complains about (REQ-13, §6.8, 2 and 12).
func complainedOf(ctx context.Context, q pg.Querier, r Request, by authz.Actor) (concerned bool, err error) {
	units, places := []int64{}, []string{}
	for _, p := range by.Posts {
		units, places = append(units, p.UnitID), append(places, p.Division)
	}
	if err = q.QueryRow(ctx, selectConcerned, r.OrderID, r.HomeOrder, units, places).Scan(&concerned); err != nil {
		return false, fmt.Errorf("who is complained about: %w", err)
	}
	return concerned, nil
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
