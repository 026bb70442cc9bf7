package policy

import (
	"context"
	"errors"

	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/sheet"
	"portal/internal/workday"
)

// Unit of a limit.
type Unit string

// The units of limits.
const (
	Workdays     Unit = "workday"
	CalendarDays Unit = "day"
)

// Label is the unit as it stands behind a number.
func (u Unit) Label() string {
	if u == CalendarDays {
		return "天"
	}
	return "个工作日"
}

// DeadlineSpec says what to count.
type DeadlineSpec struct {
	Kind       string // e.g. application.decision; with the object it names the clock
	ObjectKind string
	ObjectID   int64
	From       workday.Day // not counted itself
	Days       int
	Unit       Unit   // "" is working days
	Basis      string // 中文, the rule it rests on
}

// Deadline is a stored clock. DueOn is the last day in time; with NotBefore it is only the earliest
// day it could be, because the year's calendar is not published yet.
type Deadline struct {
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
	Pauses          []workday.Span // R15
}

// Paused reports whether the clock stands still now.
func (d Deadline) Paused() bool {
	return len(d.Pauses) > 0 && d.Pauses[len(d.Pauses)-1].Resumed.IsZero()
}

// Overdue reports whether the day is past the deadline. A paused, stopped or inexact clock is not
// overdue: nothing is assumed to anybody's harm (R16 raises an alert, never a decision).
func (d Deadline) Overdue(day workday.Day) bool {
	return d.StoppedOn.IsZero() && !d.Paused() && !d.NotBefore && day.After(d.DueOn)
}

func (d Deadline) count(cal *workday.Calendar) workday.Explanation {
	if d.Unit == CalendarDays {
		return workday.Explanation{From: d.StartedOn, Asked: d.Days, Due: d.StartedOn.Add(d.Days + pausedDays(d.Pauses)), Complete: true, CountedSoFar: d.Days}
	}
	return workday.CountExcluding(cal, d.StartedOn, d.Days, d.Pauses)
}

func pausedDays(pauses []workday.Span) int {
	n := 0
	for _, p := range pauses {
		if !p.Resumed.IsZero() {
			n += p.Resumed.Sub(p.Stopped)
		}
	}
	return n
}

func (d *Deadline) settle(e workday.Explanation) {
	d.DueOn, d.NotBefore, d.CalendarVersion = e.Due, !e.Complete, e.Version
	if d.CalendarVersion == "" {
		d.CalendarVersion = "-"
	}
}

var errNoDeadline = fault.NotFound("没有这个期限。可能已经结束，请回到原来的页面查看")

// Start begins a clock. A clock of the same kind that still runs for the object is a mistake of the
// caller and comes back as an error.
func Start(ctx context.Context, tx *pg.Tx, spec DeadlineSpec) (Deadline, error) {
	d := Deadline{Kind: spec.Kind, ObjectKind: spec.ObjectKind, ObjectID: spec.ObjectID, StartedOn: spec.From, Days: spec.Days, Unit: spec.Unit, Basis: spec.Basis}
	if d.Unit == "" {
		d.Unit = Workdays
	}
	cal, _, err := Calendar(ctx, tx)
	if err != nil {
		return d, err
	}
	d.settle(d.count(cal))
	d.ID, err = insertDeadline(ctx, tx, d)
	return d, err
}

// Pause stops the clock from the end of that day (R15: only while returned). Pausing a paused clock
// changes nothing.
func Pause(ctx context.Context, tx *pg.Tx, id int64, day workday.Day) error {
	d, err := deadlineForUpdate(ctx, tx, id)
	if err != nil {
		return err
	}
	if d.Paused() || !d.StoppedOn.IsZero() {
		return nil
	}
	return openPause(ctx, tx, id, day)
}

// Resume lets the clock go on that day and stores the new due day.
func Resume(ctx context.Context, tx *pg.Tx, id int64, day workday.Day) (Deadline, error) {
	d, err := deadlineForUpdate(ctx, tx, id)
	if err != nil || !d.Paused() {
		return d, err
	}
	if err := closePause(ctx, tx, id, day); err != nil {
		return d, err
	}
	d.Pauses[len(d.Pauses)-1].Resumed = day
	cal, _, err := Calendar(ctx, tx)
	if err != nil {
		return d, err
	}
	d.settle(d.count(cal))
	return d, storeDue(ctx, tx, d)
}

// Stop ends the clock for good; stopping a stopped clock changes nothing.
func Stop(ctx context.Context, tx *pg.Tx, id int64, day workday.Day) error {
	return stopDeadline(ctx, tx, id, day)
}

// Of gives the newest clock of a kind for an object; NotFound when there never was one.
func Of(ctx context.Context, q pg.Querier, objectKind string, objectID int64, kind string) (Deadline, error) {
	return deadlineOf(ctx, q, objectKind, objectID, kind)
}

// All gives every clock of an object, oldest first.
func All(ctx context.Context, q pg.Querier, objectKind string, objectID int64) ([]Deadline, error) {
	return deadlinesOf(ctx, q, objectKind, objectID)
}

// Explained is a clock with every day it passed: the page 「为什么是这天」.
type Explained struct {
	Deadline
	Count  workday.Explanation
	Agrees bool // the stored day is what today's calendar gives
}

// Explain counts a clock again for its page.
func Explain(ctx context.Context, q pg.Querier, id int64) (Explained, error) {
	d, err := deadlineByID(ctx, q, id)
	if err != nil {
		return Explained{}, err
	}
	cal, _, err := Calendar(ctx, q)
	if err != nil {
		return Explained{}, err
	}
	e := d.count(cal)
	return Explained{Deadline: d, Count: e, Agrees: d.Paused() || e.Due == d.DueOn && e.Complete == !d.NotBefore}, nil
}

// Sentence is what stands beside a due day that is not exact: 「2027 年放假安排尚未导入」.
func (e Explained) Sentence() string { return e.Count.Sentence() }

func asFileProblem(err error) (workday.Problem, bool) {
	var bad *sheet.Error
	if !errors.As(err, &bad) {
		return workday.Problem{}, false
	}
	return workday.Problem{Reason: bad.Error()}, true
}
