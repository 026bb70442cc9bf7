package workorder

import (
	"context"
	"fmt"
	"time"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/policy"
)

// Extend asks for more time: once, before the case is due, and for no more than it had (REQ-09). A leader decides.
func (s *Service) Extend(ctx context.Context, by authz.Actor, key string, c Extend) (Order, error) {
	return s.keyed(ctx, by, key, authz.WorkExtend, func(tx *pg.Tx) (Order, error) {
		reason, err := clean("reason", c.Reason, 4, 500, "延期理由写 4 到 500 个字，居民会看到")
		if err != nil {
			return Order{}, err
		}
		return s.step(ctx, tx, c.At, act{do: authz.WorkExtend, on: Order.Owned,
			check: func(o Order) error {
				_, asked, err := extensionOf(ctx, tx, o.ID)
				if err != nil {
					return err
				}
				longest := o.DueAt.Add(o.DueAt.Sub(o.StartedAt))
				switch {
				case asked || o.Extended:
					return errExtended
				case !tx.Now.Before(o.DueAt):
					return errTooLate
				case !c.Until.After(o.DueAt):
					return fault.InvalidField("until", "请选择"+moment(o.DueAt)+"以后的时间")
				case c.Until.After(longest):
					return fault.InvalidField("until", "延期不能超过原来的时限，最晚到"+moment(longest))
				}
				return nil
			},
			change: func(o *Order) (note, error) {
				if err := insertExtension(ctx, tx, o.ID, c.Until, reason); err != nil {
					return note{}, err
				}
				words := numbered(*o, "%s申请延期到%s，请在%s前审批", o.Owner.Words(), moment(c.Until), moment(o.DueAt))
				return note{did: "申请延期到" + moment(c.Until), words: reason, hand: true}, tellRole(ctx, tx, *o, authz.Leader, words)
			}})
	})
}

var (
	errExtended = fault.Forbidden("延期只能申请一次，这件诉求已经申请过")
	errTooLate  = fault.Forbidden("已经过了办结时限，不能再延期。请尽快办理并报办结")
	errNoAsked  = fault.Conflict("没有待审批的延期申请。打开最新的一页再办")
)

// DecideExtension grants or refuses more time; whoever asked does not decide. Telling the residents in the same
// transaction is internal/handoff's, which calls DecideExtensionTx.
func (s *Service) DecideExtension(ctx context.Context, by authz.Actor, key string, c DecideExtension) (Order, error) {
	return s.keyed(ctx, by, key, authz.WorkExtendOK, func(tx *pg.Tx) (Order, error) {
		o, _, err := DecideExtensionTx(ctx, tx, c)
		return o, err
	})
}

// DecideExtensionTx is DecideExtension in the caller's use case; it gives what was asked with it. It is the only act
// that moves the moment at which a case is due to a later one (REQ-07, REQ-09).
func DecideExtensionTx(ctx context.Context, tx *pg.Tx, c DecideExtension) (Order, Extension, error) {
	var asked extension
	words, err := clean("words", c.Words, 0, 500, "说明最多 500 个字")
	if err != nil {
		return Order{}, asked.Extension, err
	}
	v, err := policy.Load(ctx, tx, today(tx))
	if err != nil {
		return Order{}, asked.Extension, err
	}
	o, err := new(Service).step(ctx, tx, c.At, act{do: authz.WorkExtendOK, on: desks,
		check: func(o Order) error {
			var there bool
			if asked, there, err = extensionOf(ctx, tx, o.ID); err != nil {
				return err
			}
			switch {
			case !there || asked.DecidedAt != nil:
				return errNoAsked
			case tx.Actor.AccountID != 0 && asked.byAccount == tx.Actor.AccountID:
				return fault.Forbidden("申请延期的人不能审批，请由另一位街道领导审批")
			case c.Grant && !tx.Now.Before(o.DueAt):
				return errTooLate
			}
			return nil
		},
		change: func(o *Order) (note, error) {
			if err := decideExtension(ctx, tx, o.ID, c.Grant); err != nil {
				return note{}, err
			}
			asked.Granted, asked.DecidedAt, asked.DecidedBy = c.Grant, &tx.Now, tx.Actor.Name
			if !c.Grant {
				return note{did: "不同意延期", words: words}, tell(ctx, tx, *o, "的延期申请没有同意，办结时限仍是"+moment(o.DueAt))
			}
			why := fmt.Sprintf("原定%s办结。%s申请延期：%s；%s同意，延到%s。只延一次，不超过原来的时限。", moment(o.DueAt), moment(asked.AskedAt), asked.Reason,
				moment(tx.Now), moment(asked.Until))
			o.DueAt, o.Extended = asked.Until, true
			if err := setDue(ctx, tx, *o); err != nil {
				return note{}, err
			}
			k := Clock{Order: o.ID, Kind: FinishClock, DueAt: o.DueAt, WarnAt: warnAt(o.StartedAt, o.DueAt, v.WarnShare), Why: cut(why, 1000)}
			if err := moveClock(ctx, tx, k); err != nil {
				return note{}, err
			}
			return note{did: "同意延期到" + moment(o.DueAt), words: asked.Reason, told: true}, tell(ctx, tx, *o, "的延期已同意，办结时限改为"+moment(o.DueAt))
		}})
	return o, asked.Extension, err
}

// Earlier lets a case be due earlier, because a request with an earlier clock was joined to it (REQ-05): it never
// makes it later. The caller records it with the merge.
func Earlier(ctx context.Context, tx *pg.Tx, id ID, contactDue, due time.Time) error {
	return earlierFor(ctx, tx, id, contactDue, due, "并入的诉求时限更早")
}

// earlierFor is Earlier with its cause, which stands on the page of the clock.
func earlierFor(ctx context.Context, tx *pg.Tx, id ID, contactDue, due time.Time, cause string) error {
	o, err := lockOrder(ctx, tx, id)
	if err != nil {
		return err
	}
	v, err := policy.Load(ctx, tx, today(tx))
	if err != nil {
		return err
	}
	for _, k := range []struct {
		kind ClockKind
		at   *time.Time
		to   time.Time
	}{{ContactClock, &o.ContactDue, contactDue}, {FinishClock, &o.DueAt, due}} {
		if k.to.Before(o.StartedAt) {
			k.to = o.StartedAt
		}
		if !k.to.Before(*k.at) {
			continue
		}
		*k.at = k.to
		c := Clock{Order: id, Kind: k.kind, DueAt: k.to, WarnAt: warnAt(o.StartedAt, k.to, v.WarnShare),
			Why: cause + "，到" + moment(k.to) + "。每位居民的时限都照自己提出的时间算。"}
		if err := moveClock(ctx, tx, c); err != nil {
			return err
		}
	}
	return setDue(ctx, tx, o)
}
