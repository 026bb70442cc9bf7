package job

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"portal/internal/audit"
	"portal/internal/pg"
)

// keyLife is how long a form's key is remembered: far longer than any session, so that a form
// sent twice is one submission whatever happened in between (reliability.md §2 rule 1).
const keyLife = 7 * 24 * time.Hour

// Housekeeping is the kernel's own periodic work: sealing the trail every minute, and sweeping
// ended sessions and old form keys every hour. keep, when given, gets every new head for keeping
// outside the database; the head is logged in any case.
func Housekeeping(db *pg.DB, log *slog.Logger, keep func(audit.Head) error) []Periodic {
	return []Periodic{
		{Name: "seal-audit", Every: time.Minute, Run: func(ctx context.Context) error { return sealTrail(ctx, db, log, keep) }},
		{Name: "sweep-sessions", Every: time.Hour, Run: func(ctx context.Context) error {
			return sweepSessions(ctx, db.Q(), db.Now())
		}},
		{Name: "sweep-form-keys", Every: time.Hour, Run: func(ctx context.Context) error {
			return sweepFormKeys(ctx, db.Q(), db.Now().Add(-keyLife))
		}},
	}
}

func sealTrail(ctx context.Context, db *pg.DB, log *slog.Logger, keep func(audit.Head) error) error {
	head, n, err := audit.Seal(ctx, db.Pool(), db.Now())
	if err != nil || n == 0 {
		return err
	}
	log.InfoContext(ctx, "audit head", "sealed", n, "head", head.String())
	if keep == nil {
		return nil
	}
	if err := keep(head); err != nil {
		return fmt.Errorf("keep audit head: %w", err)
	}
	return nil
}
