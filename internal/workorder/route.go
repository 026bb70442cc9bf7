package workorder

import (
	"context"
	"encoding/json"
	"fmt"

	"portal/internal/authz"
	"portal/internal/catalog"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/place"
	"portal/internal/workday"
)

// RuleKind is the object kind of routing rules in the trail.
const RuleKind = "routing_rule"

// RuleFor gives the rule that holds for a category in a community on a day; NotFound where there is none.
func RuleFor(ctx context.Context, q pg.Querier, category, community string, day workday.Day) (RoutingRule, error) {
	return groundOn(q, day).rule(ctx, category, community, false)
}

// Rules lists the rules that hold today or later, by category.
func (s *Service) Rules(ctx context.Context, by authz.Actor) ([]RoutingRule, error) {
	if err := authz.Check(by, authz.RouteEdit, authz.Object{}); err != nil {
		return nil, err
	}
	return rules(ctx, s.db.Q(), selectRules, workday.DayOf(s.db.Now()))
}

// SaveRule lets a rule hold from its day on, today or later; the one that held for the same category and place ends
// there. What was dispatched before is not rewritten, so that no rule begins in the past. A rule that
// sends a category to communities or grids needs an item of their list (REQ-14).
func (s *Service) SaveRule(ctx context.Context, by authz.Actor, key string, r RoutingRule) error {
	return s.db.WriteKeyed(ctx, by, key, string(authz.RouteEdit), func(tx *pg.Tx) error {
		if err := authz.Check(by, authz.RouteEdit, authz.Object{}); err != nil {
			return err
		}
		if err := checkRule(ctx, tx, &r); err != nil {
			return err
		}
		if r.ID != 0 {
			seen, err := rules(ctx, tx, lockRule, r.ID)
			if err != nil {
				return err
			}
			if len(seen) == 0 || r.Version != 0 && seen[0].Version != r.Version {
				return errStale
			}
		}
		r.Dispute = 0
		saved, err := putRule(ctx, tx, r)
		if err != nil {
			return err
		}
		return recordRule(ctx, tx, saved, "改了派单规则")
	})
}

const ruleBegins = "规则从今天或者以后的一天起施行，已经派出的不改写"

func checkRule(ctx context.Context, tx *pg.Tx, r *RoutingRule) error {
	var wrong []fault.Field
	basis, err := clean("basis", r.Basis, 2, 200, "依据写 2 到 200 个字")
	wrong = append(wrong, fault.Fields(err)...)
	r.Basis = basis
	day := today(tx)
	switch {
	case r.From.IsZero():
		r.From = day
	case r.From.Before(day):
		wrong = append(wrong, fault.Field{Name: "from", Message: ruleBegins})
	default:
		day = r.From
	}
	switch r.Kind {
	case Unit:
		r.Item = ""
		if r.Unit == 0 {
			wrong = append(wrong, fault.Field{Name: "to", Message: "请选择单位"})
		}
	case Community, Grid:
		r.Unit, r.AssistCommunity = 0, false
		where := r.Community
		if where == "" {
			break
		}
		e, ok, err := catalog.Admitted(ctx, tx, r.Item, where, day)
		if err != nil {
			return err
		}
		if !ok {
			wrong = append(wrong, fault.Field{Name: "item", Message: NotAdmitted + "：" + r.Item + e.Title + "当天不在这个社区的清单上"})
		}
	default:
		wrong = append(wrong, fault.Field{Name: "to", Message: "请选择派给部门、社区还是网格"})
	}
	if r.Kind != Unit && r.Item == "" {
		wrong = append(wrong, fault.Field{Name: "item", Message: "派给社区或者网格，请填清单事项编号"})
	}
	return fault.Invalid(wrong...)
}

func recordRule(ctx context.Context, tx *pg.Tx, r RoutingRule, did string) error {
	after, err := json.Marshal(map[string]any{"did": did, "category": r.Category, "community": r.Community, "kind": r.Kind, "unit": r.Unit, "item": r.Item,
		"assist": r.AssistCommunity, "dispute": r.Dispute})
	if err != nil {
		return fmt.Errorf("trace: %w", err)
	}
	return tx.Record(ctx, pg.Change{Action: authz.RouteEdit, Kind: RuleKind, ID: r.ID, No: r.Category, After: after, Reason: r.Basis})
}

// planOf is where a case goes by itself: the rule of the day, else the department of the category.
type planOf struct {
	to     Target
	assist bool
	why    string
}

func (g *ground) plan(ctx context.Context, o Order) (planOf, error) {
	r, err := g.rule(ctx, o.Category, o.Community, false)
	if err == nil {
		return planOf{to: Target{Kind: r.Kind, Unit: r.Unit, Community: o.Community, Grid: o.GridAtCreation, Item: r.Item}.tidy(),
			assist: r.AssistCommunity, why: "派单规则：" + r.Basis}, nil
	}
	if fault.KindOf(err) != fault.KindNotFound {
		return planOf{}, err
	}
	u, assist, err := g.department(ctx, o.Category)
	if err != nil || u.ID == 0 {
		return planOf{to: Target{Kind: Desk}}, err
	}
	return planOf{to: Target{Kind: Unit, Unit: u.ID}, assist: assist, why: "分类表的首个政府单位"}, nil
}

// tidy keeps the one side that the kind asks for.
func (t Target) tidy() Target {
	out := Target{Kind: t.Kind}
	switch t.Kind {
	case Unit:
		out.Unit = t.Unit
	case Community:
		out.Community, out.Item = t.Community, t.Item
	case Grid:
		out.Grid, out.Item = t.Grid, t.Item
	}
	return out
}

// Route sends a new case where the rule of the day says, in the caller's use case (Q4). What the list of a community
// does not hold, what would go to the unit complained about, and a grid in which nobody stands today stay at the
// desk, with the reason in the history.
func Route(ctx context.Context, tx *pg.Tx, o Order) (Order, Routed, error) {
	g := groundOn(tx, today(tx))
	p, err := g.plan(ctx, o)
	if err != nil {
		return o, Routed{}, err
	}
	if p.to.Kind == Desk {
		return o, Routed{To: o.Owner}, tellRole(ctx, tx, o, authz.Dispatcher, numbered(o, "等待派单"))
	}
	to, shield, problem, err := g.receive(ctx, o, p.to)
	if err != nil {
		return o, Routed{}, err
	}
	if problem == "" {
		o, err = lockOrder(ctx, tx, o.ID)
		if err != nil {
			return o, Routed{}, err
		}
		o, err = sendTo(ctx, tx, o, to, p, "自动派单："+p.why)
		return o, Routed{To: to}, err
	}
	r := Routed{To: o.Owner}
	if !shield.Admitted {
		r.Refused = &shield
	}
	if err := addStep(ctx, tx, o.ID, note{did: "未自动派单", words: problem}); err != nil {
		return o, r, err
	}
	if err := record(ctx, tx, authz.WorkDispatch, &o, o, "未自动派单", problem); err != nil {
		return o, r, err
	}
	return o, r, tellRole(ctx, tx, o, authz.Dispatcher, numbered(o, "没有自动派单，请手工派单"))
}

// receive names the owner that a target stands for and says what speaks against it: the unit complained about
// (REQ-13), a community from which the case is hidden (§6.8, 12), the list (REQ-14), a grid without anybody
// (GRD-05).
func (g *ground) receive(ctx context.Context, o Order, to Target) (Owner, Shield, string, error) {
	shield := Shield{Admitted: true}
	switch to.Kind {
	case Unit:
		u, err := g.unit(ctx, to.Unit)
		if err != nil {
			return Owner{}, shield, "", err
		}
		w := Owner{Kind: Unit, Unit: u.ID, UnitName: u.Name}
		switch {
		case u.ID == o.ComplainedUnit:
			return w, shield, u.Name + "是被反映的单位，应当回避。请派给其上级或者其他单位", nil
		case u.RequesterKind == place.ResidentsCommittee:
			return w, shield, "派给社区请选“社区”，并选清单事项", nil
		}
		return w, shield, "", nil
	case Community, Grid:
	default:
		return Owner{Kind: Desk}, shield, "请选择派给谁", nil
	}
	community, err := g.community(ctx, to)
	if err != nil {
		return Owner{}, shield, "", err
	}
	b, err := g.body(ctx, community)
	if err != nil {
		return Owner{}, shield, "", err
	}
	w := Owner{Kind: Community, Community: community, CommunityName: b.name, Phone: b.phone}
	free := ""
	if to.Kind == Grid {
		if w, free, err = g.gridOwner(ctx, o, to.Grid); err != nil {
			return w, shield, "", err
		}
	}
	if community == o.HiddenFrom {
		return w, shield, "反映的是这个社区的人和事，应当回避。请派给街道或者其他单位", nil
	}
	if shield, err = g.shield(ctx, o, to); err != nil {
		return w, shield, "", err
	}
	if !shield.Admitted {
		return w, shield, shield.Words, nil
	}
	return w, shield, free, nil
}

// gridOwner is a grid with who acts in it on the day: A, B, lead (GRD-04, 05).
func (g *ground) gridOwner(ctx context.Context, o Order, grid int64) (Owner, string, error) {
	w := Owner{Kind: Grid, Grid: grid}
	if err := g.learnGrids(ctx, grid); err != nil {
		return w, "", err
	}
	h, there := acting(g.posts[grid], o.AvoidAccount, o.Class)
	w.GridName, w.Account, w.Person, w.Phone = g.grids[grid], h.Account, h.Name, h.Phone
	if !there {
		return w, w.GridName + "当天没有可以办理的人员，由街道调度派给别处", nil
	}
	return w, "", nil
}

// sendTo gives a case to an owner: from here runs the window of the one dispute (REQ-08).
func sendTo(ctx context.Context, tx *pg.Tx, o Order, to Owner, p planOf, why string) (Order, error) {
	before := o
	if err := handOver(ctx, tx, &o, to, p, why); err != nil {
		return o, err
	}
	return o, settle(ctx, tx, authz.WorkDispatch, &before, &o, note{did: "派给" + to.Words(), words: why, unit: postName(tx.Actor, before, authz.WorkDispatch)})
}
