package account

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"portal/internal/pg"
)

// All times come from Go: $4 holds the ends of the waits, and an index below 1 gives no lock.
const chargeBrake = `
INSERT INTO signin_brake AS b (key, misses, last_at) VALUES ($1, 1, $2)
ON CONFLICT (key) DO UPDATE SET
    misses = CASE WHEN b.last_at < $3 THEN 1 ELSE b.misses + 1 END,
    last_at = excluded.last_at,
    locked_until = CASE WHEN b.last_at < $3 THEN NULL
                        ELSE ($4::timestamptz[])[LEAST(b.misses + 1 - $5::int, cardinality($4::timestamptz[]))] END
WHERE b.locked_until IS NULL OR b.locked_until <= $2
RETURNING misses`

const lockedUntil = `SELECT locked_until FROM signin_brake WHERE key = $1`

// errLocked rolls the counts of this try back.
var errLocked = errors.New("account: locked")

// chargeBrakes counts a try under every key, or under none and gives the end of the wait when one
// is locked. It is no use case: nothing of record changes, so it goes without an audit entry.
func chargeBrakes(ctx context.Context, pool *pgxpool.Pool, holds []hold, now time.Time) (until time.Time, err error) {
	err = pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		for i := range holds {
			h := &holds[i]
			err := tx.QueryRow(ctx, chargeBrake, h.key, now, now.Add(-h.forget), h.locks(now), h.free).Scan(&h.misses)
			switch {
			case errors.Is(err, pgx.ErrNoRows):
				if err := tx.QueryRow(ctx, lockedUntil, h.key).Scan(&until); err != nil {
					return err
				}
				return errLocked
			case err != nil:
				return err
			}
		}
		return nil
	})
	if err != nil && !errors.Is(err, errLocked) {
		return time.Time{}, pg.Trouble(fmt.Errorf("count a sign-in: %w", err))
	}
	return until, nil
}

// A lock is only taken back while nobody else was counted since.
const refundBrake = `
UPDATE signin_brake SET misses = GREATEST(misses - 1, 0),
    locked_until = CASE WHEN misses = $2 THEN NULL ELSE locked_until END
WHERE key = $1`

const clearBrake = `DELETE FROM signin_brake WHERE key = $1`

// refund takes back the count of a try that was right; the device starts afresh.
func refund(ctx context.Context, q pg.Querier, holds []hold) error {
	for _, h := range holds {
		var err error
		if strings.HasPrefix(h.kind, deviceBrake.kind) {
			_, err = q.Exec(ctx, clearBrake, h.key)
		} else {
			_, err = q.Exec(ctx, refundBrake, h.key, h.misses)
		}
		if err != nil {
			return fmt.Errorf("refund a sign-in: %w", err)
		}
	}
	return nil
}
