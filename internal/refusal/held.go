package refusal

import (
	"context"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/legal"
	"portal/internal/pg"
	"portal/internal/policy"
	"portal/internal/workday"
)

// Released is the hook for legal.Service.OnConfirmed: in the transaction that confirms a clause, the
// letters that waited for it go out (R52).
func (s *Service) Released(ctx context.Context, tx *pg.Tx, c legal.Clause) error {
	waiting, err := refusals(ctx, tx, refusalsHeld, c.ID)
	if err != nil {
		return err
	}
	for _, r := range waiting {
		if err := s.settle(ctx, tx, r, c); err != nil {
			return err
		}
	}
	return nil
}

// SettleHeld looks at every held letter and lets go what its clause allows by now, or makes void what
// rested on a clause that was retired. It is a job, and runs after each decision on a clause.
func (s *Service) SettleHeld(ctx context.Context) (settled int, err error) {
	waiting, err := refusals(ctx, s.db.Q(), refusalsHeld, 0)
	if err != nil {
		return 0, err
	}
	for _, r := range waiting {
		c, err := legal.ClauseByID(ctx, s.db.Q(), *r.HeldClause)
		if err != nil {
			return settled, err
		}
		if c.Status != legal.ClauseRepealed && c.NeedsConfirmation() {
			continue
		}
		err = s.db.Write(ctx, authz.System, func(tx *pg.Tx) error { return s.settle(ctx, tx, r, c) })
		if fault.KindOf(err) == fault.KindConflict {
			continue // another one was faster
		}
		if err != nil {
			return settled, err
		}
		settled++
	}
	return settled, nil
}

func (s *Service) settle(ctx context.Context, tx *pg.Tx, r Refusal, c legal.Clause) error {
	if c.Status == legal.ClauseRepealed {
		return s.void(ctx, tx, r)
	}
	return s.release(ctx, tx, r)
}

// release judges anew, writes the letter with today's date and starts the clock. Where the clause no
// longer carries the refusal, the letter becomes void and the task waits for a new answer.
func (s *Service) release(ctx context.Context, tx *pg.Tx, waiting Refusal) error {
	t, err := oneTask(ctx, tx, taskByIDLocked, waiting.TaskID)
	if err != nil {
		return err
	}
	today := workday.DayOf(tx.Now)
	if err := judge(ctx, tx, &t, today); err != nil {
		return err
	}
	ans, err := t.Answer()
	if err != nil {
		return err
	}
	if ans.Held {
		return nil // it waits for another clause as well
	}
	if !ans.Outcome.May(waiting.Kind) {
		return s.void(ctx, tx, waiting)
	}
	v, err := policy.Load(ctx, tx, today)
	if err != nil {
		return err
	}
	r, err := s.step(ctx, tx, Step{ID: waiting.ID, Version: waiting.Version}, authz.OfflistRelease, nil, func(r *Refusal) error {
		promised, err := startClock(ctx, tx, r, v, today)
		if err != nil {
			return err
		}
		r.ReleasedAt, r.Outcome = &tx.Now, ans.Outcome
		f := factsOf(t, *r, v, today)
		f.AnswerBy = promised
		return r.keepLetter(ans, f)
	})
	if err != nil {
		return err
	}
	if err := tellPerson(ctx, tx, r.IssuedBy, "条款已核实，“"+r.Title+"”的函已发出", href(r)); err != nil {
		return err
	}
	return tellIssued(ctx, tx, t, r)
}

// void keeps the number and opens the task again: the community chooses anew, as a rule 退回街道.
func (s *Service) void(ctx context.Context, tx *pg.Tx, waiting Refusal) error {
	r, err := s.step(ctx, tx, Step{ID: waiting.ID, Version: waiting.Version}, authz.ClauseConfirm, nil, func(*Refusal) error { return nil })
	if err != nil {
		return err
	}
	t, err := oneTask(ctx, tx, taskByIDLocked, r.TaskID)
	if err != nil {
		return err
	}
	before := t
	t.State = Logged
	if err := judge(ctx, tx, &t, workday.DayOf(tx.Now)); err != nil {
		return err
	}
	if err := saveTask(ctx, tx, &t); err != nil {
		return err
	}
	if err := recordTask(ctx, tx, authz.OfflistRelease, &before, t, "条款已停用"); err != nil {
		return err
	}
	return tellPerson(ctx, tx, r.IssuedBy, "条款核实后停用，“"+r.Title+"”的函作废，请重新答复", "/desk/tasks/"+t.Slug())
}
