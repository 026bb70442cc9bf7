package audit

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Querier is what a pool and a transaction have in common.
type Querier interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

const insertEntry = `
INSERT INTO audit_entry (at, account_id, actor, post, action, object_kind, object_id, object_no, before, after, reason, request_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`

// Append writes one entry. Only pg.Tx.Record calls it, inside the transaction of the change.
func Append(ctx context.Context, q Querier, e Entry) error {
	_, err := q.Exec(ctx, insertEntry, e.At, e.AccountID, e.Actor, e.Post, e.Action, e.ObjectKind, e.ObjectID,
		e.ObjectNo, e.Before, e.After, e.Reason, e.RequestID)
	if err != nil {
		return fmt.Errorf("append audit entry: %w", err)
	}
	return nil
}
