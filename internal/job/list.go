package job

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/pg"
)

// State is where a job is in its life.
type State string

// The states of River.
const (
	Available State = "available"
	Scheduled State = "scheduled"
	Retryable State = "retryable"
	Pending   State = "pending"
	Running   State = "running"
	Completed State = "completed"
	Cancelled State = "cancelled"
	Discarded State = "discarded"
)

var stateLabels = map[State]string{
	Available: "等待执行", Scheduled: "已排期", Retryable: "等待重试", Pending: "等待条件", Running: "执行中",
	Completed: "已完成", Cancelled: "已取消", Discarded: "多次失败，已放弃",
}

// States lists every state in the order of the page.
var States = []State{Running, Available, Scheduled, Retryable, Pending, Discarded, Cancelled, Completed}

// Label is the state's 中文 name.
func (s State) Label() string { return stateLabels[s] }

const depth = `SELECT state::text, count(*) FROM river_job WHERE state NOT IN ('completed', 'cancelled') GROUP BY state`

// Depth counts the jobs that are not yet done, by state, for the metrics and the page.
func Depth(ctx context.Context, q pg.Querier) (map[State]int64, error) {
	rows, err := q.Query(ctx, depth)
	if err != nil {
		return nil, fmt.Errorf("queue depth: %w", err)
	}
	counts := map[State]int64{}
	var (
		state State
		n     int64
	)
	if _, err := pgx.ForEachRow(rows, []any{&state, &n}, func() error { counts[state] = n; return nil }); err != nil {
		return nil, fmt.Errorf("queue depth: %w", err)
	}
	return counts, nil
}

// Line is one job on the page of background work (authz.JobsView).
type Line struct {
	ID          int64
	Name        string // the periodic job's name, or the kind
	State       State
	Attempt     int
	MaxAttempts int
	CreatedAt   time.Time
	ScheduledAt time.Time
	FinalizedAt *time.Time
	Failed      bool // an attempt ended in an error; the words are in the log under the job's number
}

const recent = `
SELECT id, CASE kind WHEN 'periodic' THEN args ->> 'name' ELSE kind END AS name, state::text AS state, attempt, max_attempts,
       created_at, scheduled_at, finalized_at, coalesce(cardinality(errors), 0) > 0 AS failed
FROM river_job
WHERE ($1 = '' OR state::text = $1) AND ($2 = 0 OR id < $2)
ORDER BY id DESC
LIMIT $3`

// Recent lists jobs newest first, in one state or ("") in all, before the job `before` (0: from the newest).
func Recent(ctx context.Context, q pg.Querier, in State, before int64, limit int) ([]Line, error) {
	rows, err := q.Query(ctx, recent, string(in), before, limit)
	if err != nil {
		return nil, fmt.Errorf("recent jobs: %w", err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowToStructByName[Line])
	if err != nil {
		return nil, fmt.Errorf("recent jobs: %w", err)
	}
	return lines, nil
}
