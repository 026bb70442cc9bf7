package workorder

import (
	"context"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
)

// Answer settles a consultation on the spot (§6.3). The resident's own reply is stored by internal/handoff, which
// calls AnswerTx.
func (s *Service) Answer(ctx context.Context, by authz.Actor, key string, c Settle) (Order, error) {
	return s.keyed(ctx, by, key, authz.WorkAnswer, func(tx *pg.Tx) (Order, error) { return AnswerTx(ctx, tx, c) })
}

// Decline ends a case that is not accepted, with its listed ground and the right channel (REQ-03).
func (s *Service) Decline(ctx context.Context, by authz.Actor, key string, c Settle) (Order, error) {
	return s.keyed(ctx, by, key, authz.WorkDecline, func(tx *pg.Tx) (Order, error) { return DeclineTx(ctx, tx, c) })
}

// Divert ends a case that belongs to another channel: 110, 信访, the court … (REQ-03; §6.8, 8).
func (s *Service) Divert(ctx context.Context, by authz.Actor, key string, c Settle) (Order, error) {
	return s.keyed(ctx, by, key, authz.WorkDivert, func(tx *pg.Tx) (Order, error) { return DivertTx(ctx, tx, c) })
}

// AnswerTx is Answer in the caller's use case.
func AnswerTx(ctx context.Context, tx *pg.Tx, c Settle) (Order, error) {
	return settleAtDesk(ctx, tx, authz.WorkAnswer, c, "当场答复", func(o *Order) { o.Result = "answered" })
}

// DeclineTx is Decline in the caller's use case.
func DeclineTx(ctx context.Context, tx *pg.Tx, c Settle) (Order, error) {
	if c.Ground == "" {
		return Order{}, fault.InvalidField("ground", "请选择不予受理的情形")
	}
	return settleAtDesk(ctx, tx, authz.WorkDecline, c, "不予受理", func(o *Order) { o.Ground, o.Channel = c.Ground, c.Channel })
}

// DivertTx is Divert in the caller's use case.
func DivertTx(ctx context.Context, tx *pg.Tx, c Settle) (Order, error) {
	if c.Channel == "" {
		return Order{}, fault.InvalidField("channel", "请写明应当去哪里反映")
	}
	return settleAtDesk(ctx, tx, authz.WorkDivert, c, "告知渠道："+cut(c.Channel, 60), func(o *Order) { o.Ground, o.Channel = c.Ground, c.Channel })
}

func settleAtDesk(ctx context.Context, tx *pg.Tx, do authz.Action, c Settle, did string, change func(o *Order)) (Order, error) {
	words, err := clean("words", c.Words, 4, 2000, "请写明答复，4 到 2000 个字，居民会看到")
	if err != nil {
		return Order{}, err
	}
	rests := func(Order) error {
		wrong, err := restsOn(ctx, tx, words)
		if err != nil {
			return err
		}
		return fault.Invalid(wrong...)
	}
	return new(Service).step(ctx, tx, c.At, act{do: do, on: Order.taken, check: rests, change: func(o *Order) (note, error) {
		o.Reply = words
		change(o)
		return note{did: did, words: cut(words, 1000), told: true}, stopAllClocks(ctx, tx, o.ID)
	}})
}

// taken is the first staff member asked, who may settle what can be settled on the spot (REQ-02).
func (o Order) taken() []authz.Object {
	if o.FirstAccount == 0 || o.FirstAccount == o.AvoidAccount {
		return nil
	}
	return []authz.Object{{Account: o.FirstAccount}}
}
