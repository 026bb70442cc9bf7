package job

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"portal/internal/pg"
)

// sweepBatch rows go per statement, so that a sweep never holds others up.
const sweepBatch = 5000

const (
	deleteSessions = `
DELETE FROM sessions WHERE token IN (SELECT token FROM sessions WHERE expiry < $1 LIMIT $2)`
	deleteFormKeys = `
DELETE FROM form_key WHERE key IN (SELECT key FROM form_key WHERE at < $1 LIMIT $2)`
)

// sweepSessions deletes browser sessions that had ended before.
func sweepSessions(ctx context.Context, q pg.Querier, before time.Time) error {
	return inBatches("sweep sessions", func() (pgconn.CommandTag, error) { return q.Exec(ctx, deleteSessions, before, sweepBatch) })
}

// sweepFormKeys forgets form keys from before.
func sweepFormKeys(ctx context.Context, q pg.Querier, before time.Time) error {
	return inBatches("sweep form keys", func() (pgconn.CommandTag, error) { return q.Exec(ctx, deleteFormKeys, before, sweepBatch) })
}

func inBatches(what string, once func() (pgconn.CommandTag, error)) error {
	for {
		tag, err := once()
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		if tag.RowsAffected() < sweepBatch {
			return nil
		}
	}
}
