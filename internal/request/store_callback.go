package request

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/pg"
)

// The round of an answer: the open one, or the next.
const upsertCallback = `
INSERT INTO callback AS k (request_id, order_id, round, source, by_account, at, reached, self, solved, satisfied, words, locked_at)
VALUES ($1, $2, (SELECT COALESCE(max(round) FILTER (WHERE locked_at IS NULL), max(round) + 1, 1) FROM callback WHERE request_id = $1),
    $3, NULLIF($4::bigint, 0), $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT ON CONSTRAINT callback_one DO UPDATE SET order_id = excluded.order_id, source = excluded.source, by_account = excluded.by_account,
    at = excluded.at, reached = excluded.reached, self = excluded.self, solved = excluded.solved, satisfied = excluded.satisfied,
    words = excluded.words, locked_at = excluded.locked_at
WHERE k.locked_at IS NULL
RETURNING id, round`

func putCallback(ctx context.Context, tx *pg.Tx, r Request, c *Callback, locked *time.Time) error {
	err := tx.QueryRow(ctx, upsertCallback, int64(r.ID), r.OrderID, string(c.Source), tx.Actor.AccountID, tx.Now, c.Reached, c.Self, string(c.Solved),
		string(c.Satisfied), MaskWords(c.Words), locked).Scan(&c.ID, &c.Round)
	if err != nil {
		return pg.Constraint(fmt.Errorf("store callback: %w", err), requestFields)
	}
	return nil
}

const countTries = `
SELECT count(*) FROM callback WHERE request_id = $1 AND locked_at IS NOT NULL AND source = 'staff' AND solved = '' AND at >= $2`

// triesSince counts the tries after the last reply that got no answer.
func triesSince(ctx context.Context, q pg.Querier, r Request) (n int, err error) {
	err = q.QueryRow(ctx, countTries, int64(r.ID), *r.RepliedAt).Scan(&n)
	return n, err
}

const selectCallbacks = `
SELECT r.no, r.version, k.source, k.reached, k.self, k.solved, k.satisfied, k.words, NULL::bigint[] AS hands, NULL::bigint[] AS units, k.id,
    k.request_id AS request, k.order_id AS "order", k.round, COALESCE(k.by_account, 0) AS "by", COALESCE(a.name, '') AS by_name, k.at, k.locked_at
FROM callback k JOIN request r ON r.id = k.request_id LEFT JOIN account a ON a.id = k.by_account
WHERE k.request_id = $1 ORDER BY k.round`

func callbacksOf(ctx context.Context, q pg.Querier, id ID) ([]Callback, error) {
	rows, err := q.Query(ctx, selectCallbacks, int64(id))
	if err != nil {
		return nil, fmt.Errorf("callbacks: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[Callback])
	if err != nil {
		return nil, fmt.Errorf("callbacks: %w", err)
	}
	return out, nil
}

const selectUnreachable = `
SELECT no FROM request
WHERE replied_at <= $1 AND settled_at IS NULL AND withdrawn_at IS NULL AND phone_index IS NULL
ORDER BY replied_at, id LIMIT $2`

func unreachable(ctx context.Context, q pg.Querier, before time.Time, limit int) ([]string, error) {
	rows, err := q.Query(ctx, selectUnreachable, before, limit)
	if err != nil {
		return nil, fmt.Errorf("unreachable: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// Handled, and nobody of it still waits to be asked. The order belongs to package workorder and is only read.
const selectAnswered = `
SELECT o.id FROM work_order o
WHERE o.state = 'handled' AND o.closed_at IS NULL AND o.source = 'request'
  AND NOT EXISTS (SELECT FROM request r WHERE r.order_id = o.id AND r.settled_at IS NULL)
ORDER BY o.due_at, o.id LIMIT $1`

func answeredByAll(ctx context.Context, tx *pg.Tx, limit int) ([]int64, error) {
	rows, err := tx.Query(ctx, selectAnswered, limit)
	if err != nil {
		return nil, fmt.Errorf("orders without anybody to ask: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("orders without anybody to ask: %w", err)
	}
	return out, nil
}
