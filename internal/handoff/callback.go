package handoff

import (
	"context"

	"portal/internal/authz"
	"portal/internal/pg"
	"portal/internal/request"
	"portal/internal/workorder"
)

// Callback locks what a resident said on the telephone. It comes from outside the handling unit and stays
// hidden from it until then (REQ-12). Unsolved or dissatisfied sends the case back once by itself, the second
// time to a reviewer (REQ-11); when every resident has answered, the case is closed. Who may: CallbackMake.
func (c *Cases) Callback(ctx context.Context, by authz.Actor, key string, in request.Callback) error {
	return c.db.WriteKeyed(ctx, by, key, string(authz.CallbackMake), func(tx *pg.Tx) error {
		if err := authz.Check(by, authz.CallbackMake, authz.Object{}); err != nil {
			return err
		}
		r, err := c.requests.ByNo(ctx, tx, in.No)
		if err != nil {
			return err
		}
		in.Source = request.ByStaff
		return c.lock(ctx, tx, r, in)
	})
}

func (c *Cases) lock(ctx context.Context, tx *pg.Tx, r request.Request, in request.Callback) error {
	o, err := workorder.Lock(ctx, tx, workorder.ID(r.OrderID))
	if err != nil {
		return err
	}
	if in.Hands, in.Units, err = workorder.HandledBy(ctx, tx, o.ID); err != nil {
		return err
	}
	got, err := c.requests.LockCallback(ctx, tx, in)
	if err != nil {
		return err
	}
	return c.follow(ctx, tx, got)
}

// follow does to the case what an answer means for it.
func (c *Cases) follow(ctx context.Context, tx *pg.Tx, got request.Outcome) error {
	switch {
	case got.Reopen:
		_, err := workorder.Reopen(ctx, tx, workorder.ID(got.Order), got.Why)
		return err
	case got.AllLocked:
		return workorder.Close(ctx, tx, workorder.ID(got.Order), "")
	}
	return nil
}

// own runs an act of a resident who holds the receipt. Misses brake before the transaction; the key makes a
// repetition the same act.
func (c *Cases) own(ctx context.Context, k request.Key, key, do string, act func(tx *pg.Tx, r request.Request, level request.Level) error) error {
	id, level, err := c.requests.Resolve(ctx, k)
	if err != nil {
		return err
	}
	return c.db.WriteKeyed(ctx, authz.Anonymous, key, do, func(tx *pg.Tx) error {
		r, err := c.requests.ByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := c.lockCasesOf(ctx, tx, []string{r.No}); err != nil {
			return err
		}
		return act(tx, r, level)
	})
}

// Rate is the resident's own answer: 满意, or 没解决，退回重办 (J8). Both levels of a receipt may.
func (c *Cases) Rate(ctx context.Context, k request.Key, key string, solved bool, words string) error {
	return c.own(ctx, k, key, "request.rate", func(tx *pg.Tx, r request.Request, _ request.Level) error {
		in := request.Callback{No: r.No, Source: request.ByResident, Reached: true, Self: true, Solved: request.IsSolved, Satisfied: request.IsSatisfied, Words: words}
		if !solved {
			in.Solved, in.Satisfied = request.Unsolved, request.Unsatisfied
		}
		return c.lock(ctx, tx, r, in)
	})
}

// Supplement adds words of the resident; the owner is told. Only the full receipt may.
func (c *Cases) Supplement(ctx context.Context, k request.Key, key, words string) error {
	return c.own(ctx, k, key, "request.supplement", func(tx *pg.Tx, r request.Request, level request.Level) error {
		if level != request.Full {
			return errNotYours
		}
		order, err := c.requests.Supplement(ctx, tx, r.ID, words)
		if err != nil {
			return err
		}
		return workorder.Supplement(ctx, tx, workorder.ID(order), request.MaskWords(words))
	})
}

// Withdraw takes a request back; what is dangerous goes on without its author (§6.8, 7). Only the full receipt may.
func (c *Cases) Withdraw(ctx context.Context, k request.Key, key string) error {
	return c.own(ctx, k, key, "request.withdraw", func(tx *pg.Tx, r request.Request, level request.Level) error {
		if level != request.Full {
			return errNotYours
		}
		left, err := c.requests.Withdraw(ctx, tx, r.ID)
		if err != nil {
			return err
		}
		if left.Others > 0 {
			return c.count(ctx, tx, left.Order)
		}
		return workorder.Withdraw(ctx, tx, workorder.ID(left.Order), left.Dangerous)
	})
}

// Tick settles callbacks that nobody can make any more and lets go of what is kept no
// longer; the jobs run it.
func (c *Cases) Tick(ctx context.Context) error {
	if err := c.requests.Tick(ctx); err != nil {
		return err
	}
	return c.db.Write(ctx, authz.System, func(tx *pg.Tx) error {
		lapsed, err := c.requests.Lapse(ctx, tx, batch)
		if err != nil {
			return err
		}
		for _, one := range lapsed {
			if err := c.follow(ctx, tx, one); err != nil {
				return err
			}
		}
		gone, err := c.requests.Retain(ctx, tx, batch)
		if err != nil {
			return err
		}
		if err := forget(ctx, tx, gone); err != nil {
			return err
		}
		if len(lapsed)+len(gone) == 0 {
			tx.Replayed() // nothing changed, nothing to record
		}
		return nil
	})
}

const batch = 200 // records of one night's transaction

func forget(ctx context.Context, tx *pg.Tx, orders []int64) error {
	for _, id := range orders {
		if err := workorder.Forget(ctx, tx, workorder.ID(id)); err != nil {
			return err
		}
	}
	return nil
}
