package workorder

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/fault"
	"portal/internal/pg"
)

const clockColumns = `
SELECT k.id, COALESCE(k.order_id, 0), COALESCE(k.whistle_id, 0), COALESCE(k.unit_id, 0), k.kind, k.started_at, k.warn_at, k.due_at, k.stopped_at, k.why,
    k.basis, k.calendar, k.level
FROM work_clock k`

const clocksOfOrder = clockColumns + ` WHERE k.order_id = $1 ORDER BY k.id`
const clocksOfWhistle = clockColumns + ` WHERE k.whistle_id = $1 ORDER BY k.id`
const clockByID = clockColumns + ` WHERE k.id = $1`
const lockClock = clockColumns + ` WHERE k.id = $1 AND k.stopped_at IS NULL AND k.next_at <= $2 FOR UPDATE OF k SKIP LOCKED`
const runningOf = clockColumns + ` WHERE k.order_id = ANY($1) AND k.stopped_at IS NULL ORDER BY k.order_id, k.due_at, k.id`

func clocks(ctx context.Context, q pg.Querier, sql string, args ...any) ([]Clock, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("clocks: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Clock, error) {
		var c Clock
		err := row.Scan(&c.ID, &c.Order, &c.Whistle, &c.Unit, &c.Kind, &c.StartedAt, &c.WarnAt, &c.DueAt, &c.StoppedAt, &c.Why, &c.Basis, &c.Calendar, &c.Level)
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("clocks: %w", err)
	}
	return out, nil
}

var errNoClock = fault.NotFound("没有这个期限。可能已经结束，请回到原来的页面查看")

const insertClock = `
INSERT INTO work_clock (order_id, whistle_id, unit_id, kind, started_at, warn_at, due_at, why, basis, calendar, next_at)
VALUES (NULLIF($1::bigint, 0), NULLIF($2::bigint, 0), NULLIF($3::bigint, 0), $4, $5, $6, $7, $8, $9, $10, $6)
RETURNING id`

// startClock lets a clock of a case or of a whistle run. A zero WarnAt is the moment at which the given share of
// the time is used up.
func startClock(ctx context.Context, tx *pg.Tx, c Clock, warnShare int) (Clock, error) {
	if c.WarnAt.IsZero() {
		c.WarnAt = warnAt(c.StartedAt, c.DueAt, warnShare)
	}
	err := tx.QueryRow(ctx, insertClock, int64(c.Order), c.Whistle, c.Unit, string(c.Kind), c.StartedAt, c.WarnAt, c.DueAt, c.Why, c.Basis, c.Calendar).Scan(&c.ID)
	if err != nil {
		return c, fmt.Errorf("start a clock: %w", err)
	}
	return c, nil
}

func warnAt(from, due time.Time, share int) time.Time {
	return from.Add(due.Sub(from) / 100 * time.Duration(share))
}

const stopClockSQL = `UPDATE work_clock SET stopped_at = $3, next_at = NULL WHERE order_id = $1 AND kind = $2 AND stopped_at IS NULL`
const stopAllSQL = `UPDATE work_clock SET stopped_at = $2, next_at = NULL WHERE order_id = $1 AND stopped_at IS NULL`
const stopWhistleClockSQL = `
UPDATE work_clock SET stopped_at = $4, next_at = NULL
WHERE whistle_id = $1 AND kind = $2 AND ($3::bigint = 0 OR unit_id = $3) AND stopped_at IS NULL`

// stopClock ends a running clock of a case; stopping one that does not run changes nothing.
func stopClock(ctx context.Context, tx *pg.Tx, id ID, kinds ...ClockKind) error {
	for _, k := range kinds {
		if _, err := tx.Exec(ctx, stopClockSQL, int64(id), string(k), tx.Now); err != nil {
			return fmt.Errorf("stop a clock: %w", err)
		}
	}
	return nil
}

// stopAllClocks ends everything that runs for a case.
func stopAllClocks(ctx context.Context, tx *pg.Tx, id ID) error {
	if _, err := tx.Exec(ctx, stopAllSQL, int64(id), tx.Now); err != nil {
		return fmt.Errorf("stop the clocks: %w", err)
	}
	return nil
}

// stopWhistleClock ends a whistle's clock; unit 0 means that of every department.
func stopWhistleClock(ctx context.Context, tx *pg.Tx, whistle int64, kind ClockKind, unit int64) error {
	if _, err := tx.Exec(ctx, stopWhistleClockSQL, whistle, string(kind), unit, tx.Now); err != nil {
		return fmt.Errorf("stop a clock: %w", err)
	}
	return nil
}

// A moved clock climbs its ladder anew. One that stands still, for the case was reported and came back, says the new
// moment too, and does not wake.
const moveClockSQL = `
UPDATE work_clock SET due_at = $3, warn_at = $4, why = $5, level = CASE WHEN stopped_at IS NULL THEN 0 ELSE level END,
    warned_at = CASE WHEN stopped_at IS NOT NULL THEN warned_at END, next_at = CASE WHEN stopped_at IS NULL THEN $4::timestamptz END
WHERE id = (SELECT max(id) FROM work_clock WHERE order_id = $1 AND kind = $2)`

func moveClock(ctx context.Context, tx *pg.Tx, c Clock) error {
	if _, err := tx.Exec(ctx, moveClockSQL, int64(c.Order), string(c.Kind), c.DueAt, c.WarnAt, c.Why); err != nil {
		return fmt.Errorf("move a clock: %w", err)
	}
	return nil
}

const climbClock = `UPDATE work_clock SET level = $2, next_at = $3, warned_at = COALESCE(warned_at, $4), stopped_at = $5 WHERE id = $1`
const clocksToDo = `
SELECT id FROM work_clock WHERE stopped_at IS NULL AND next_at <= $1 AND order_id IS NOT NULL ORDER BY next_at, id LIMIT $2`
