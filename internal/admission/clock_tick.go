package admission

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"portal/internal/audit"
	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/inbox"
	"portal/internal/pg"
	"portal/internal/policy"
	"portal/internal/workday"
)

// What a clock itself leaves in the trail; nobody can do these by hand.
const (
	Overdue authz.Action = "application.overdue"
	NearDue authz.Action = "application.near_due"
)

var clockLabels = map[authz.Action]string{Overdue: "超期提醒", NearDue: "快到期提醒"}

// Did names an entry of an application's trail.
func Did(action string) string {
	if l, ok := clockLabels[authz.Action(action)]; ok {
		return l
	}
	return authz.Action(action).Label()
}

// Ticked counts what one round of the clocks did.
type Ticked struct{ Overdue, NearDue, Lapsed int }

// nearPercent is the part of a limit after which a clock is near its day (ux.md §5: 80 %).
const nearPercent = 80

// farthest is how many calendar days ahead a near clock can possibly be: a fifth of the longest
// limit (120 working days) with the holidays between.
const farthest = 60

const tickBatch = 200

// Tick looks at every clock that runs out: a decision overdue by one working day is told to the
// leaders once (R16) and is never deemed approved; a clock near its day is told once to those who
// have to act; a returned application that was not corrected in time lapses. The job calls it.
func (s *Service) Tick(ctx context.Context) (Ticked, error) {
	var done Ticked
	var failed []error
	today := workday.DayOf(s.db.Now())
	for after := ID(0); ; {
		ids, err := ticking(ctx, s.db.Q(), today.Add(farthest), after, tickBatch)
		if err != nil {
			return done, err
		}
		for _, id := range ids {
			after = id
			if err := s.tick(ctx, id, &done); err != nil && fault.KindOf(err) != fault.KindConflict {
				failed = append(failed, fmt.Errorf("clock of application %d: %w", id, err))
			}
		}
		if len(ids) < tickBatch {
			return done, errors.Join(failed...)
		}
	}
}

// tick looks first and writes only where something is to be done; under the lock it looks again.
func (s *Service) tick(ctx context.Context, id ID, done *Ticked) error {
	a, err := one(ctx, s.db.Q(), byID, id)
	if err != nil {
		return err
	}
	did, _, err := calls(ctx, s.db.Q(), a, workday.DayOf(s.db.Now()))
	if err != nil || did == "" {
		return err
	}
	err = s.db.Write(ctx, authz.System, func(tx *pg.Tx) error {
		did, err = s.due(ctx, tx, id)
		return err
	})
	if err != nil {
		return err
	}
	switch did {
	case Overdue:
		done.Overdue++
	case NearDue:
		done.NearDue++
	case authz.AppLapse:
		done.Lapsed++
	}
	return nil
}

// calls says what the running clock of an application asks for on a day, if it was not done yet.
func calls(ctx context.Context, q pg.Querier, a Application, today workday.Day) (authz.Action, policy.Deadline, error) {
	kind := DecisionClock
	switch {
	case a.State == Returned:
		kind = CorrectionClock
	case !underReview(a.State):
		return "", policy.Deadline{}, nil
	}
	d, err := policy.Of(ctx, q, Kind, int64(a.ID), kind)
	if err != nil {
		return "", d, err
	}
	cal, _, err := policy.Calendar(ctx, q)
	if err != nil {
		return "", d, err
	}
	var do authz.Action
	switch {
	case kind == CorrectionClock && d.Overdue(today):
		return authz.AppLapse, d, nil
	case d.Overdue(today) && !today.Before(workday.Count(cal, d.DueOn, 1).Due):
		do = Overdue
	case !d.Overdue(today) && near(cal, d, today):
		do = NearDue
	default:
		return "", d, nil
	}
	told, err := wasTold(ctx, q, a, d, do)
	if told {
		do = ""
	}
	return do, d, err
}

// due does what the clock asks for, on the locked row.
func (s *Service) due(ctx context.Context, tx *pg.Tx, id ID) (authz.Action, error) {
	a, err := one(ctx, tx, byIDLocked, id)
	if err != nil {
		return "", err
	}
	do, d, err := calls(ctx, tx, a, workday.DayOf(tx.Now))
	switch {
	case err != nil:
		return "", err
	case do == "":
		tx.Replayed() // somebody was faster
		return "", nil
	case do == authz.AppLapse:
		return do, s.lapse(ctx, tx, a)
	}
	return do, s.remind(ctx, tx, a, d, do)
}

// near reports whether 80 % of the working days have passed. A bound instead of a day is never near.
func near(cal *workday.Calendar, d policy.Deadline, today workday.Day) bool {
	left := d.Days - d.Days*nearPercent/100
	return !d.NotBefore && !d.Paused() && !today.Before(workday.Count(cal, d.DueOn, -left).Due)
}

func (s *Service) lapse(ctx context.Context, tx *pg.Tx, a Application) error {
	a, err := s.step(ctx, tx, Step{ID: a.ID, Reason: "补正期限已过，没有重新提交"}, authz.AppLapse, func(a *Application) error {
		return stopClocks(ctx, tx, a)
	})
	if err != nil {
		return err
	}
	words, err := named(ctx, tx, a, "“%s”逾期未补正，已经失效。需要时可以重新申请")
	if err != nil {
		return err
	}
	return tell(ctx, tx, a, words, inbox.Audience{Role: authz.Department, UnitID: a.UnitID}, inbox.Audience{Role: authz.Reviewer})
}

// mark is what a reminder leaves in the trail, so that each due day is told once.
func mark(d policy.Deadline) map[string]string {
	return map[string]string{"due_on": d.DueOn.String(), "clock": d.Kind}
}

func wasTold(ctx context.Context, q pg.Querier, a Application, d policy.Deadline, what authz.Action) (bool, error) {
	trail, err := audit.History(ctx, q, Kind, int64(a.ID), 0, 50)
	return slices.ContainsFunc(trail, func(e audit.Entry) bool {
		var left map[string]string
		return e.Action == string(what) && json.Unmarshal(e.After, &left) == nil && maps.Equal(left, mark(d))
	}), err
}

func (s *Service) remind(ctx context.Context, tx *pg.Tx, a Application, d policy.Deadline, what authz.Action) error {
	words, to := "“%s”的审核已经超期，应于 "+d.DueOn.Short()+" 前答复。超期不等于准予", []inbox.Audience{{Role: authz.Leader}, {Role: authz.Reviewer}}
	switch {
	case what == NearDue && a.State == Returned:
		words, to = "“%s”要在 "+d.DueOn.Short()+" 前补正并重新提交，逾期失效", []inbox.Audience{{Role: authz.Department, UnitID: a.UnitID}}
	case what == NearDue:
		words, to = "“%s”快到期，最晚 "+d.DueOn.Short()+" 答复", []inbox.Audience{{Role: authz.Reviewer}}
	}
	line, err := named(ctx, tx, a, words)
	if err != nil {
		return err
	}
	if err := tell(ctx, tx, a, line, to...); err != nil {
		return err
	}
	left, err := json.Marshal(mark(d))
	if err != nil {
		return fmt.Errorf("trace: %w", err)
	}
	return tx.Record(ctx, pg.Change{Action: what, Kind: Kind, ID: int64(a.ID), No: a.Slug(), After: left})
}

// named puts number and title into a sentence.
func named(ctx context.Context, tx *pg.Tx, a Application, sentence string) (string, error) {
	v, err := policy.Load(ctx, tx, workday.DayOf(tx.Now))
	if err != nil {
		return "", err
	}
	return a.No(v.NumberWord) + " " + fmt.Sprintf(sentence, a.Title), nil
}

// DueFixed copies days that became exact after a calendar import; policy.Service.OnFixed calls it.
func (s *Service) DueFixed(ctx context.Context, tx *pg.Tx, fixed []policy.Deadline) error {
	for _, d := range fixed {
		if d.ObjectKind != Kind || d.Kind != DecisionClock && d.Kind != CorrectionClock {
			continue
		}
		if err := storeDueFixed(ctx, tx, d.ObjectID, d.DueOn, d.Kind == CorrectionClock); err != nil {
			return err
		}
	}
	return nil
}
