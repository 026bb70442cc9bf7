package inbox

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"portal/internal/page"
	"portal/internal/pg"
	"portal/internal/workday"
)

// One line for each account that holds a fitting post on the day; nobody is told of his own act.
const insertLinesSQL = `
INSERT INTO inbox_line (account_id, at, words, href)
SELECT DISTINCT p.account_id, $6::timestamptz, $7, $8
FROM account_post p JOIN account a ON a.id = p.account_id AND a.disabled_at IS NULL
WHERE p.valid @> $5::date AND p.account_id <> $9
  AND ($1 = '' OR p.role = $1) AND ($2 = 0 OR p.unit_id = $2) AND ($4 = 0 OR p.account_id = $4)
  AND ($3 = '' OR (p.division <> '' AND starts_with($3, p.division)))`

func insertLines(ctx context.Context, tx *pg.Tx, to Audience, day workday.Day, words, href string) error {
	_, err := tx.Exec(ctx, insertLinesSQL, string(to.Role), to.UnitID, to.Division, to.AccountID, day, tx.Now, words, href, tx.Actor.AccountID)
	if err != nil {
		return fmt.Errorf("inbox: %w", err)
	}
	return nil
}

const sortNewest = "inbox.newest"
const pageSize = 30

const lineColumns = `SELECT l.id, l.at, l.words, l.href, l.read_at IS NOT NULL AS read FROM inbox_line l WHERE l.account_id = $1 AND `
const linesForward = lineColumns + `l.id < $2 ORDER BY l.id DESC LIMIT $3`
const linesBack = lineColumns + `l.id > $2 ORDER BY l.id LIMIT $3`

func listMine(ctx context.Context, q pg.Querier, account int64, at page.Cursor) (page.Page[Line], error) {
	from := at.ID
	if at.IsZero() {
		from = 1<<63 - 1
	}
	var (
		rows pgx.Rows
		err  error
	)
	if at.Back {
		rows, err = q.Query(ctx, linesBack, account, from, pageSize+1)
	} else {
		rows, err = q.Query(ctx, linesForward, account, from, pageSize+1)
	}
	if err != nil {
		return page.Page[Line]{}, fmt.Errorf("inbox: %w", err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowToStructByName[Line])
	if err != nil {
		return page.Page[Line]{}, fmt.Errorf("inbox: %w", err)
	}
	return page.Cut(lines, pageSize, at, func(l Line) page.Cursor { return page.Cursor{Sort: sortNewest, ID: l.ID} }), nil
}

const updateRead = `UPDATE inbox_line SET read_at = $3 WHERE account_id = $1 AND id <= $2 AND read_at IS NULL`

func markRead(ctx context.Context, tx *pg.Tx, account, upTo int64) (int64, error) {
	tag, err := tx.Exec(ctx, updateRead, account, upTo, tx.Now)
	if err != nil {
		return 0, fmt.Errorf("inbox: %w", err)
	}
	return tag.RowsAffected(), nil
}
