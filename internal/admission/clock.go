package admission

import (
	"context"
	"fmt"

	"portal/internal/pg"
	"portal/internal/policy"
	"portal/internal/workday"
)

// The clocks of an application. The decision clock runs from the first submission to the decision
// and stands still only while the application is returned (R15); the correction clock runs then.
const (
	DecisionClock   = "application.decision"
	CorrectionClock = "application.correction"
)

// startDecision begins the decision clock at the first submission and copies its day to due_on.
func startDecision(ctx context.Context, tx *pg.Tx, a *Application) error {
	return startClock(ctx, tx, a, DecisionClock, policy.Decision)
}

func startClock(ctx context.Context, tx *pg.Tx, a *Application, kind string, limit policy.Key) error {
	today := workday.DayOf(tx.Now)
	v, err := policy.Load(ctx, tx, today)
	if err != nil {
		return err
	}
	basis, err := policy.Basis(ctx, tx, limit, today)
	if err != nil {
		return err
	}
	days := v.Decision
	if limit == policy.Correction {
		days = v.Correction
	}
	d, err := policy.Start(ctx, tx, policy.DeadlineSpec{Kind: kind, ObjectKind: Kind, ObjectID: int64(a.ID), From: today, Days: days, Basis: basis})
	if err != nil {
		return fmt.Errorf("%s: %w", kind, err)
	}
	a.DueOn = d.DueOn
	return nil
}

// pauseDecision stops the decision clock and starts the one for corrections (R15). DueOn is always
// the day of the clock that runs now, so a returned application falls due when its correction does.
func pauseDecision(ctx context.Context, tx *pg.Tx, a *Application) error {
	d, err := policy.Of(ctx, tx, Kind, int64(a.ID), DecisionClock)
	if err != nil {
		return err
	}
	if err := policy.Pause(ctx, tx, d.ID, workday.DayOf(tx.Now)); err != nil {
		return err
	}
	return startClock(ctx, tx, a, CorrectionClock, policy.Correction)
}

// resumeDecision lets the decision clock go on when a returned application comes back (R15).
func resumeDecision(ctx context.Context, tx *pg.Tx, a *Application) error {
	today := workday.DayOf(tx.Now)
	if err := stopClock(ctx, tx, a, CorrectionClock, today); err != nil {
		return err
	}
	d, err := policy.Of(ctx, tx, Kind, int64(a.ID), DecisionClock)
	if err != nil {
		return err
	}
	if d, err = policy.Resume(ctx, tx, d.ID, today); err != nil {
		return err
	}
	a.DueOn = d.DueOn
	return nil
}

// stopClocks ends whatever runs: at a decision, at 不予受理, at a withdrawal and at a lapse.
func stopClocks(ctx context.Context, tx *pg.Tx, a *Application) error {
	for _, kind := range []string{CorrectionClock, DecisionClock} {
		if err := stopClock(ctx, tx, a, kind, workday.DayOf(tx.Now)); err != nil {
			return err
		}
	}
	return nil
}

func stopClock(ctx context.Context, tx *pg.Tx, a *Application, kind string, day workday.Day) error {
	all, err := policy.All(ctx, tx, Kind, int64(a.ID))
	if err != nil {
		return err
	}
	for _, d := range all {
		if d.Kind != kind || !d.StoppedOn.IsZero() {
			continue
		}
		if err := policy.Stop(ctx, tx, d.ID, day); err != nil {
			return err
		}
	}
	return nil
}
