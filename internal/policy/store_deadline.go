package policy

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"portal/internal/pg"
	"portal/internal/workday"
)

type deadlineRow struct {
	ID              int64
	Kind            string
	ObjectKind      string
	ObjectID        int64
	StartedOn       workday.Day
	Days            int
	Unit            Unit
	DueOn           workday.Day
	NotBefore       bool
	CalendarVersion string
	Basis           string
	StoppedOn       workday.Day
	PausedFrom      []workday.Day
	PausedTo        []workday.Day
}

const deadlineColumns = `
d.id, d.kind, d.object_kind, d.object_id, d.started_on, d.days, d.unit, d.due_on, d.not_before, d.calendar_version, d.basis, d.stopped_on,
ARRAY(SELECT p.from_on FROM deadline_pause p WHERE p.deadline_id = d.id ORDER BY p.from_on) AS paused_from,
ARRAY(SELECT p.to_on FROM deadline_pause p WHERE p.deadline_id = d.id ORDER BY p.from_on) AS paused_to`

const selectDeadline = `SELECT ` + deadlineColumns + ` FROM deadline d WHERE d.id = $1`
const lockDeadline = selectDeadline + ` FOR UPDATE`
const selectNewest = `SELECT ` + deadlineColumns + ` FROM deadline d WHERE d.object_kind = $1 AND d.object_id = $2 AND d.kind = $3 ORDER BY d.id DESC LIMIT 1`
const selectOfObject = `SELECT ` + deadlineColumns + ` FROM deadline d WHERE d.object_kind = $1 AND d.object_id = $2 ORDER BY d.id`
const selectInexact = `SELECT ` + deadlineColumns + ` FROM deadline d WHERE d.not_before AND d.stopped_on IS NULL ORDER BY d.id FOR UPDATE`
const sumInexact = `SELECT count(*) FROM deadline WHERE not_before AND stopped_on IS NULL`

func deadlines(ctx context.Context, q pg.Querier, sql string, args ...any) ([]Deadline, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("deadlines: %w", err)
	}
	raw, err := pgx.CollectRows(rows, pgx.RowToStructByName[deadlineRow])
	if err != nil {
		return nil, fmt.Errorf("deadlines: %w", err)
	}
	out := make([]Deadline, len(raw))
	for i, r := range raw {
		out[i] = Deadline{ID: r.ID, Kind: r.Kind, ObjectKind: r.ObjectKind, ObjectID: r.ObjectID, StartedOn: r.StartedOn, Days: r.Days, Unit: r.Unit,
			DueOn: r.DueOn, NotBefore: r.NotBefore, CalendarVersion: r.CalendarVersion, Basis: r.Basis, StoppedOn: r.StoppedOn}
		for j := range r.PausedFrom {
			out[i].Pauses = append(out[i].Pauses, workday.Span{Stopped: r.PausedFrom[j], Resumed: r.PausedTo[j]})
		}
	}
	return out, nil
}

func oneDeadline(ctx context.Context, q pg.Querier, sql string, args ...any) (Deadline, error) {
	all, err := deadlines(ctx, q, sql, args...)
	if err != nil {
		return Deadline{}, err
	}
	if len(all) == 0 {
		return Deadline{}, errNoDeadline
	}
	return all[0], nil
}

func deadlineByID(ctx context.Context, q pg.Querier, id int64) (Deadline, error) {
	return oneDeadline(ctx, q, selectDeadline, id)
}

func deadlineForUpdate(ctx context.Context, tx *pg.Tx, id int64) (Deadline, error) {
	return oneDeadline(ctx, tx, lockDeadline, id)
}

func deadlineOf(ctx context.Context, q pg.Querier, objectKind string, objectID int64, kind string) (Deadline, error) {
	return oneDeadline(ctx, q, selectNewest, objectKind, objectID, kind)
}

func deadlinesOf(ctx context.Context, q pg.Querier, objectKind string, objectID int64) ([]Deadline, error) {
	return deadlines(ctx, q, selectOfObject, objectKind, objectID)
}

func inexact(ctx context.Context, tx *pg.Tx) ([]Deadline, error) {
	return deadlines(ctx, tx, selectInexact)
}

func countInexact(ctx context.Context, q pg.Querier) (int, error) {
	var n int
	err := q.QueryRow(ctx, sumInexact).Scan(&n)
	return n, err
}

const insertDeadlineSQL = `
INSERT INTO deadline (kind, object_kind, object_id, started_on, days, unit, due_on, not_before, calendar_version, basis)
VALUES ($1, $2, $3, $4::date, $5, $6, $7::date, $8, $9, $10) RETURNING id`

var errRunning = errors.New("policy: a clock of this kind already runs for this object")

func insertDeadline(ctx context.Context, tx *pg.Tx, d Deadline) (int64, error) {
	open, err := deadlineOf(ctx, tx, d.ObjectKind, d.ObjectID, d.Kind)
	if err == nil && open.StoppedOn.IsZero() {
		return 0, errRunning
	}
	var id int64
	err = tx.QueryRow(ctx, insertDeadlineSQL, d.Kind, d.ObjectKind, d.ObjectID, d.StartedOn, d.Days, string(d.Unit), d.DueOn, d.NotBefore,
		d.CalendarVersion, d.Basis).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("start clock: %w", err)
	}
	return id, nil
}

const updateDue = `UPDATE deadline SET due_on = $2::date, not_before = $3, calendar_version = $4 WHERE id = $1`

func storeDue(ctx context.Context, tx *pg.Tx, d Deadline) error {
	if _, err := tx.Exec(ctx, updateDue, d.ID, d.DueOn, d.NotBefore, d.CalendarVersion); err != nil {
		return fmt.Errorf("due day: %w", err)
	}
	return nil
}

const updateStopped = `UPDATE deadline SET stopped_on = $2::date WHERE id = $1 AND stopped_on IS NULL`

func stopDeadline(ctx context.Context, tx *pg.Tx, id int64, day workday.Day) error {
	if _, err := tx.Exec(ctx, updateStopped, id, day); err != nil {
		return fmt.Errorf("stop clock: %w", err)
	}
	return nil
}

// Two pauses that begin on one day are one: the later end counts.
const insertPause = `
INSERT INTO deadline_pause (deadline_id, from_on) VALUES ($1, $2::date)
ON CONFLICT (deadline_id, from_on) DO UPDATE SET to_on = NULL`
const endPause = `UPDATE deadline_pause SET to_on = GREATEST(from_on, $2::date) WHERE deadline_id = $1 AND to_on IS NULL`

func openPause(ctx context.Context, tx *pg.Tx, id int64, day workday.Day) error {
	if _, err := tx.Exec(ctx, insertPause, id, day); err != nil {
		return fmt.Errorf("pause clock: %w", err)
	}
	return nil
}

func closePause(ctx context.Context, tx *pg.Tx, id int64, day workday.Day) error {
	if _, err := tx.Exec(ctx, endPause, id, day); err != nil {
		return fmt.Errorf("resume clock: %w", err)
	}
	return nil
}
