package audit

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

const historyOf = `
SELECT id, at, account_id, actor, post, action, object_kind, object_id, object_no, before, after, reason, request_id
FROM audit_entry
WHERE object_kind = $1 AND object_id = $2 AND ($3 = 0 OR id < $3)
ORDER BY id DESC
LIMIT $4`

// History lists what happened to one record, newest first, before the entry `before` (0: from the newest).
func History(ctx context.Context, q Querier, kind string, id, before int64, limit int) ([]Entry, error) {
	rows, err := q.Query(ctx, historyOf, kind, id, before, limit)
	if err != nil {
		return nil, fmt.Errorf("history: %w", err)
	}
	entries, err := pgx.CollectRows(rows, pgx.RowToStructByName[Entry])
	if err != nil {
		return nil, fmt.Errorf("history: %w", err)
	}
	return entries, nil
}
