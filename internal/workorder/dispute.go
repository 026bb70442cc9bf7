package workorder

import (
	"context"
	"fmt"

	"portal/internal/authz"
	"portal/internal/catalog"
	"portal/internal/fault"
	"portal/internal/inbox"
	"portal/internal/pg"
	"portal/internal/place"
	"portal/internal/policy"
)

// Dispute is the owner's one objection, in working hours of the dispatch (REQ-08, GRD-11); also of who signed and
// then says that it is not theirs (§5.5, 9). The resident's clock goes on.
func (s *Service) Dispute(ctx context.Context, by authz.Actor, key string, c Dispute) (Order, error) {
	return s.keyed(ctx, by, key, authz.WorkDispute, func(tx *pg.Tx) (Order, error) {
		reason, err := clean("reason", c.Reason, 4, 500, "异议理由写 4 到 500 个字，写明依据和应当由谁办理")
		if err != nil {
			return Order{}, err
		}
		if c.Suggests != 0 {
			if _, err := place.UnitByID(ctx, tx, c.Suggests); err != nil {
				return Order{}, fault.InvalidField("suggests", "没有这个单位，请重新选择")
			}
		}
		v, err := policy.Load(ctx, tx, today(tx))
		if err != nil {
			return Order{}, err
		}
		return s.step(ctx, tx, c.At, act{do: authz.WorkDispute, on: Order.Owned,
			check: func(o Order) error { return mayDispute(ctx, tx, o) },
			change: func(o *Order) (note, error) {
				o.Disputes = 1
				if err := stopClock(ctx, tx, o.ID, DisputeClock); err != nil {
					return note{}, err
				}
				k, err := officeClock(ctx, tx, o.ID, RulingClock, v.RulingHours, policy.RulingHours, v)
				if err != nil {
					return note{}, err
				}
				if err := insertDispute(ctx, tx, *o, reason, c.Suggests, k.DueAt); err != nil {
					return note{}, err
				}
				return note{did: "提出异议", words: reason}, tellRole(ctx, tx, *o, authz.Dispatcher, numbered(*o, "%s提出异议，请在%s前裁定", o.Owner.Words(), moment(k.DueAt)))
			}})
	})
}

func mayDispute(ctx context.Context, tx *pg.Tx, o Order) error {
	if o.Disputes > 0 {
		return fault.Forbidden("这件诉求已经提过一次异议并裁定，不能再退回。请按裁定办理")
	}
	running, err := clocks(ctx, tx, clocksOfOrder, int64(o.ID))
	if err != nil {
		return err
	}
	for _, k := range running {
		if k.Kind != DisputeClock || o.DispatchedAt == nil || k.StartedAt.Before(*o.DispatchedAt) {
			continue
		}
		if tx.Now.After(k.DueAt) {
			return fault.Forbidden("提出异议的时限已过（" + moment(k.DueAt) + "）。请办理；办不了的，申请延期或者请协办")
		}
		return nil
	}
	return fault.Forbidden("这次派单不能提出异议。请办理；办不了的，申请延期或者请协办")
}

// Rule decides a dispute: the case stays, or goes to the owner that the ruling names; nobody returns it after that
// (REQ-08). Whoever objected does not rule. A ruling may become the routing rule of its category in the community.
func (s *Service) Rule(ctx context.Context, by authz.Actor, key string, c Rule) (Order, error) {
	return s.keyed(ctx, by, key, authz.WorkRule, func(tx *pg.Tx) (Order, error) {
		ruling, err := clean("ruling", c.Ruling, 4, 500, "请写明裁定和理由，4 到 500 个字")
		if err != nil {
			return Order{}, err
		}
		if c.MakeRule && !c.RuleFrom.IsZero() && c.RuleFrom.Before(today(tx)) {
			return Order{}, fault.InvalidField("from", ruleBegins)
		}
		var d DisputeRow
		var to Owner
		var p planOf
		return s.step(ctx, tx, c.At, act{do: authz.WorkRule, on: desks,
			check: func(o Order) error {
				if d, err = disputeOf(ctx, tx, o.ID, true); err != nil {
					return err
				}
				if by.AccountID != 0 && d.ByAccount == by.AccountID {
					return fault.Forbidden("提出异议的人不能裁定，请由另一位调度员或者街道领导裁定")
				}
				if !c.Uphold {
					to, p = o.Owner, planOf{to: Target{Kind: o.Owner.Kind, Unit: o.Owner.Unit, Community: o.Owner.Community, Grid: o.Owner.Grid, Item: o.ItemCode}}
					return nil
				}
				if to, p, err = s.target(ctx, tx, o, c.To); err != nil {
					return err
				}
				if to.same(o.Owner) {
					return fault.InvalidField("to", "异议成立时要派给另一个单位")
				}
				return nil
			},
			change: func(o *Order) (note, error) {
				if err := stopClock(ctx, tx, o.ID, RulingClock); err != nil {
					return note{}, err
				}
				if err := settleDispute(ctx, tx, d.ID, c.Uphold, ruling); err != nil {
					return note{}, err
				}
				did := "裁定：异议不成立，仍由" + to.Words() + "办理"
				if c.Uphold {
					did = "裁定：异议成立，改由" + to.Words() + "办理"
					if err := inbox.Tell(ctx, tx, inbox.Audience{AccountID: d.ByAccount}, numbered(*o, "异议成立，改由%s办理", to.Words()), o.Path()); err != nil {
						return note{}, err
					}
				}
				if err := handOver(ctx, tx, o, to, p, cut("裁定："+ruling, 200)); err != nil {
					return note{}, err
				}
				if !c.MakeRule {
					return note{did: did, words: ruling}, nil
				}
				did += "，并作为派单规则"
				if c.RuleFrom.After(today(tx)) {
					did += "，将于" + c.RuleFrom.Chinese() + "生效"
				}
				_, err := putRule(ctx, tx, RoutingRule{From: c.RuleFrom, Category: o.Category, Community: o.Community, Kind: to.Kind, Unit: to.Unit, Item: p.to.Item,
					AssistCommunity: p.assist, Basis: cut(fmt.Sprintf("%s的裁定：%s", o.No, ruling), 200), Dispute: d.ID})
				return note{did: did, words: ruling}, err
			}})
	})
}

// AskHelp asks a unit or a community to help; the owner goes on to lead (Q4). Who is complained about is not asked,
// nor the community from which the case is hidden.
func (s *Service) AskHelp(ctx context.Context, by authz.Actor, key string, c AskHelp) (Order, error) {
	return s.keyed(ctx, by, key, authz.WorkAskHelp, func(tx *pg.Tx) (Order, error) {
		words, err := clean("words", c.Words, 2, 200, "请写明要协办什么，2 到 200 个字")
		if err != nil {
			return Order{}, err
		}
		name := ""
		return s.step(ctx, tx, c.At, act{do: authz.WorkAskHelp, on: Order.Owned,
			check: func(o Order) error { name, err = mayHelp(ctx, tx, o, c); return err },
			change: func(o *Order) (note, error) {
				if err := addHelper(ctx, tx, o.ID, c.Unit, c.Community, words, false); err != nil {
					return note{}, err
				}
				to := inbox.Audience{Role: authz.Department, UnitID: c.Unit}
				if c.Unit == 0 {
					to = inbox.Audience{Role: authz.Secretary, Division: c.Community}
				}
				return note{did: "请" + name + "协办", words: words, hand: true}, inbox.Tell(ctx, tx, to, numbered(*o, "%s请协办：%s", o.Owner.Words(), words), o.Path())
			}})
	})
}

func mayHelp(ctx context.Context, tx *pg.Tx, o Order, c AskHelp) (string, error) {
	switch {
	case (c.Unit == 0) == (c.Community == ""):
		return "", fault.InvalidField("to", "请选择一个协办单位或者社区")
	case c.Unit != 0 && c.Unit == o.Owner.Unit, c.Community != "" && c.Community == o.Owner.Community:
		return "", fault.InvalidField("to", "主办单位自己不用协办，请选择别的单位")
	case c.Unit != 0 && c.Unit == o.ComplainedUnit, c.Community != "" && c.Community == o.HiddenFrom:
		return "", fault.InvalidField("to", "被反映的单位应当回避，请选择别的单位")
	case c.Community != "":
		b, err := groundOn(tx, today(tx)).body(ctx, c.Community)
		if err != nil {
			return "", err
		}
		return b.name + "居委会", mayAssist(ctx, tx, o, c.Community, b.name)
	}
	u, err := place.UnitByID(ctx, tx, c.Unit)
	if err != nil {
		return "", fault.InvalidField("to", "没有这个单位，请重新选择")
	}
	return u.Name, nil
}

// mayAssist is the shield of helping (REQ-14, GRD-21): a community assists where its list of the day holds the item of
// the category, in whatever role, or where the rule or the category of the case names the community for it.
func mayAssist(ctx context.Context, tx *pg.Tx, o Order, community, name string) error {
	g := groundOn(tx, today(tx))
	if community == o.Community {
		p, err := g.plan(ctx, o)
		if err != nil || p.assist {
			return err
		}
	}
	code, err := g.item(ctx, o.Category, community)
	if err != nil {
		return err
	}
	if code != "" {
		if _, listed, err := catalog.Admitted(ctx, tx, code, community, today(tx)); err != nil || listed {
			return err
		}
	}
	basis, err := g.basis(ctx, community)
	if err != nil {
		return err
	}
	return fault.InvalidField("to", fmt.Sprintf("%s：“%s”当天不在%s的清单上，也没有派单规则请社区协助，不能请社区协办。依据：%s。请由主办单位办理，或者请有职责的部门协办",
		NotAdmitted, o.CategoryName, name, basis))
}

// HelpDone answers a request for help.
func (s *Service) HelpDone(ctx context.Context, by authz.Actor, key string, c HelpDone) (Order, error) {
	return s.keyed(ctx, by, key, authz.WorkHelped, func(tx *pg.Tx) (Order, error) {
		words, err := clean("words", c.Words, 2, 500, "请写明协办的情况，2 到 500 个字")
		if err != nil {
			return Order{}, err
		}
		return s.step(ctx, tx, c.At, act{do: authz.WorkHelped, on: Order.waitingHelpers, change: func(o *Order) (note, error) {
			for i, h := range o.helpers {
				if h.Answered || !authz.Allowed(by, authz.WorkHelped, h.object()) {
					continue
				}
				if _, err := tx.Exec(ctx, answerHelper, int64(o.ID), h.Unit, h.Community, tx.Now, words); err != nil {
					return note{}, fmt.Errorf("answer of a helper: %w", err)
				}
				o.helpers[i].Answered = true
				break
			}
			n := note{did: "协办答复", words: words, hand: true}
			if len(by.Posts) > 0 {
				n.unit = by.Posts[0].UnitName
			}
			return n, tell(ctx, tx, *o, "的协办单位已答复")
		}})
	})
}

// waitingHelpers are the helpers who have not answered.
func (o Order) waitingHelpers() []authz.Object {
	var out []authz.Object
	for _, h := range o.helpers {
		if !h.Answered {
			out = append(out, h.object())
		}
	}
	return out
}
