package workorder

import (
	"context"
	"fmt"
	"slices"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/policy"
)

// Verify says whether a finding is settled. Neither a hand of the case nor its reporter may (GRD-09); when it is not,
// the case goes back like after an unsolved callback (REQ-11). Requests close by the callback, never so.
func (s *Service) Verify(ctx context.Context, by authz.Actor, key string, c Verify) (Order, error) {
	return s.keyed(ctx, by, key, authz.WorkVerify, func(tx *pg.Tx) (Order, error) {
		least := 0
		if !c.Pass {
			least = 4
		}
		words, err := clean("words", c.Words, least, 500, "请写明哪里没有解决，4 到 500 个字")
		if err != nil {
			return Order{}, err
		}
		return s.step(ctx, tx, c.At, act{do: authz.WorkVerify, on: Order.verifiers,
			check: func(o Order) error { return mayVerify(o, by) },
			change: func(o *Order) (note, error) {
				if !c.Pass {
					return note{did: "核查：没有解决，退回重办", words: words}, sendBack(ctx, tx, o, words)
				}
				return note{did: "核查：已解决，结案", words: words}, stopAllClocks(ctx, tx, o.ID)
			}})
	})
}

// verifiers are the community of the place, unless its own people are concerned.
func (o Order) verifiers() []authz.Object {
	if o.Community == "" || o.Community == o.HiddenFrom {
		return nil
	}
	return []authz.Object{{Divisions: []string{o.Community}}}
}

var errOwnHand = fault.Forbidden("你办理过或者上报了这件事，不能由你核查。请由另一位有权限的人核查")

// mayVerify: the verifier is neither a handler nor the reporter (GRD-09), and requests are called back instead. A
// committee whose case it was is its handler too when the desk recorded the work for it (代录).
func mayVerify(o Order, by authz.Actor) error {
	switch {
	case o.Source != FromFinding:
		return fault.Forbidden("居民诉求由回访结案，不用核查")
	case by.AccountID != 0 && (slices.Contains(o.hands, by.AccountID) || by.AccountID == o.ReporterAccount || by.AccountID == o.FirstAccount ||
		by.AccountID == o.AvoidAccount || ownsIt(o, by)):
		return errOwnHand
	}
	return nil
}

func ownsIt(o Order, by authz.Actor) bool {
	_, own := ownPost(o, by, authz.WorkReport)
	return own
}

// sendBack reopens a case: once to the same owner; the second time to the desk, which gives it to somebody else
// (REQ-11). The resident's clock goes on; the handler gets a clock of the original length for the second attempt.
func sendBack(ctx context.Context, tx *pg.Tx, o *Order, why string) error {
	v, err := policy.Load(ctx, tx, today(tx))
	if err != nil {
		return err
	}
	o.Reopened++
	o.SignedAt = nil
	if err := stopClock(ctx, tx, o.ID, CallbackClock, RedoClock, DisputeClock); err != nil {
		return err
	}
	if err := plainClock(ctx, tx, o.ID, RedoClock, o.DueAt.Sub(o.StartedAt), "退回重办，给同样长的时间", "本街道默认 [D] REQ-11；居民的时限照算，不重新起算", v); err != nil {
		return err
	}
	if o.Reopened == 1 {
		o.State = Dispatched
		return tell(ctx, tx, *o, "退回重办，请重新签收："+cut(why, 60))
	}
	o.State, o.NeedsReview, o.ItemCode = Registered, true, ""
	if err := giveTo(ctx, tx, o, Owner{Kind: Desk}, "第二次退回，换人重办"); err != nil {
		return err
	}
	return tellRole(ctx, tx, *o, authz.Dispatcher, numbered(*o, "第二次退回，请派给原单位以外的单位"))
}

// Reopen sends a request back that its callback says is not solved, in the caller's use case (REQ-11).
func Reopen(ctx context.Context, tx *pg.Tx, id ID, why string) (Order, error) {
	return consequence(ctx, tx, id, authz.WorkReopen, func(o *Order) (note, error) {
		return note{did: fmt.Sprintf("第 %d 次退回重办", o.Reopened+1), words: cut(why, 1000), told: true}, sendBack(ctx, tx, o, why)
	})
}

// Close ends a handled request once its callbacks are locked, in the caller's use case (REQ-12). An empty result
// keeps what the report said.
func Close(ctx context.Context, tx *pg.Tx, id ID, result string) error {
	_, err := consequence(ctx, tx, id, authz.WorkClose, func(o *Order) (note, error) {
		if result != "" {
			o.Result = result
		}
		return note{did: "结案", told: true}, stopAllClocks(ctx, tx, o.ID)
	})
	return err
}

// consequence is a transition that nobody asks for: it follows from an act that was allowed elsewhere.
func consequence(ctx context.Context, tx *pg.Tx, id ID, do authz.Action, change func(o *Order) (note, error)) (Order, error) {
	o, err := lockOrder(ctx, tx, id)
	if err != nil {
		return o, err
	}
	move, lawful := Flow.Next(o.State, do)
	if !lawful {
		return o, overtaken(ctx, tx, OrderKind, int64(o.ID))
	}
	before := o
	o.State = move.To
	n, err := change(&o)
	if err != nil {
		return o, err
	}
	return o, settle(ctx, tx, do, &before, &o, n)
}
