package account

import (
	"context"
	"fmt"
	"time"

	"portal/internal/pg"
)

const (
	sweepIdle = `UPDATE signin SET ended_at = $1, end_reason = $3 WHERE ended_at IS NULL AND last_seen_at < $2`
	sweepOld  = `UPDATE signin SET ended_at = $1, end_reason = $3 WHERE ended_at IS NULL AND at < $2`

	sweepBrowsers = `DELETE FROM sessions WHERE expiry < $1`
	sweepFormKeys = `DELETE FROM form_key WHERE at < $1`
	sweepBrakes   = `DELETE FROM signin_brake WHERE last_at < $1`
)

func sweep(ctx context.Context, q pg.Querier, now time.Time, out *Swept) error {
	tag, err := q.Exec(ctx, sweepIdle, now, now.Add(-IdleLimit), string(EndedIdle))
	if err != nil {
		return fmt.Errorf("end idle sessions: %w", err)
	}
	out.Idle = tag.RowsAffected()
	if tag, err = q.Exec(ctx, sweepOld, now, now.Add(-AbsoluteLimit), string(EndedOld)); err != nil {
		return fmt.Errorf("end old sessions: %w", err)
	}
	out.Old = tag.RowsAffected()
	if tag, err = q.Exec(ctx, sweepBrowsers, now); err != nil {
		return fmt.Errorf("sweep browser sessions: %w", err)
	}
	out.Browsers = tag.RowsAffected()
	if tag, err = q.Exec(ctx, sweepFormKeys, now.Add(-keepFormKeys)); err != nil {
		return fmt.Errorf("sweep form keys: %w", err)
	}
	out.FormKeys = tag.RowsAffected()
	if tag, err = q.Exec(ctx, sweepBrakes, now.Add(-keepBrakes)); err != nil {
		return fmt.Errorf("sweep brakes: %w", err)
	}
	out.Brakes = tag.RowsAffected()
	return nil
}
