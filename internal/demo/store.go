package demo

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"portal/internal/authz"
	"portal/internal/pg"
)

// Marks of a seeding, so that one that was cut off is seen.
const (
	markNone  = ""
	markBegun = "begun"
	markDone  = "done"
)

func markOf(ctx context.Context, q pg.Querier) (string, error) {
	var state string
	err := q.QueryRow(ctx, `SELECT state FROM demo_mark`).Scan(&state)
	if errors.Is(err, pgx.ErrNoRows) {
		return markNone, nil
	}
	if err != nil {
		return "", fmt.Errorf("demo mark: %w", err)
	}
	return state, nil
}

const setMarkSQL = `
INSERT INTO demo_mark (id, state, at) VALUES (1, $1, $2)
ON CONFLICT (id) DO UPDATE SET state = excluded.state, at = excluded.at`

func setMark(ctx context.Context, db *pg.DB, state string) error {
	if _, err := db.Q().Exec(ctx, setMarkSQL, state, db.Now()); err != nil {
		return fmt.Errorf("demo mark: %w", err)
	}
	return nil
}

const isEmptySQL = `SELECT NOT EXISTS (SELECT FROM account) AND NOT EXISTS (SELECT FROM division) AND NOT EXISTS (SELECT FROM legal_document)`

func isEmpty(ctx context.Context, q pg.Querier) (bool, error) {
	var empty bool
	if err := q.QueryRow(ctx, isEmptySQL).Scan(&empty); err != nil {
		return false, fmt.Errorf("is the database empty: %w", err)
	}
	return empty, nil
}

const insertHeld = `INSERT INTO held_field (name, name_key, holder, as_of) VALUES ($1, $2, $3, $4)`
const insertReport = `INSERT INTO report_form (name, unit_id, item_code, frequency, fields) VALUES ($1, $2, $3, $4, $5)`

const actorSQL = `
SELECT a.id, a.name, p.id, p.role, p.unit_id, u.name, p.division, p.title
FROM account a JOIN account_post p ON p.account_id = a.id JOIN unit u ON u.id = p.unit_id
WHERE a.login = $1`

func actorOf(ctx context.Context, q pg.Querier, login string) (authz.Actor, error) {
	a := authz.Actor{Login: login}
	var p authz.Post
	err := q.QueryRow(ctx, actorSQL, login).Scan(&a.AccountID, &a.Name, &p.ID, &p.Role, &p.UnitID, &p.UnitName, &p.Division, &p.Title)
	if err != nil {
		return authz.Actor{}, fmt.Errorf("demo account %s: %w", login, err)
	}
	a.Posts = []authz.Post{p}
	return a, nil
}

// selectOpen finds a running request that an errand may hang on: with the words in its title, taken at the window,
// or the newest of 槐荫社区.
const selectOpen = `
SELECT r.no FROM request r LEFT JOIN account a ON a.id = r.taken_by
WHERE r.settled_at IS NULL AND r.withdrawn_at IS NULL AND r.kind <> 'report' AND NOT r.confidential AND NOT EXISTS (SELECT FROM agency g WHERE g.request_id = r.id)
  AND (r.title = $1 AND a.login = 'clerk' OR $1 = '' AND r.community = $2)
ORDER BY r.id DESC LIMIT 1`

func openRequest(ctx context.Context, q pg.Querier, title string) (no string, err error) {
	if err = q.QueryRow(ctx, selectOpen, title, Huaiyin).Scan(&no); err != nil {
		return "", fmt.Errorf("a request for an errand, %q: %w", title, err)
	}
	return no, nil
}
