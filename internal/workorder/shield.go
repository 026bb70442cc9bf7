package workorder

import (
	"context"
	"strings"

	"portal/internal/authz"
	"portal/internal/catalog"
	"portal/internal/fault"
	"portal/internal/legal"
	"portal/internal/pg"
	"portal/internal/workday"
)

// ownRule is what the shield rests on where no local regulation and no adopted policy is in force: a rule of this
// street and nothing more.
const ownRule = "街道准入清单规则 [D]：当天不在社区清单上的事项，不派给社区和网格；居委会对政府事务只协助，不主办"

// ShieldOf asks the list of the day whether a case may go to a target (REQ-14, GRD-21). Departments and the desk
// are always free; a community or a grid needs an item that its list holds and for which it is itself responsible:
// a committee assists with government work and never leads it.
func ShieldOf(ctx context.Context, q pg.Querier, o Order, to Target, day workday.Day) (Shield, error) {
	return groundOn(q, day).shield(ctx, o, to)
}

func (g *ground) shield(ctx context.Context, o Order, to Target) (Shield, error) {
	if to.Kind == Unit || to.Kind == Desk {
		return Shield{Admitted: true}, nil
	}
	community, err := g.community(ctx, to)
	if err != nil {
		return Shield{}, err
	}
	code := strings.TrimSpace(to.Item)
	if code == "" {
		if code, err = g.item(ctx, o.Category, community); err != nil {
			return Shield{}, err
		}
	}
	s := Shield{}
	listed := false
	if code != "" {
		at := catalog.Asked{Code: code, Community: community}
		if err := g.learnHeld(ctx, at); err != nil {
			return s, err
		}
		s.Item, listed = g.held[at].Entry, g.held[at].Listed
	}
	role := s.Item.Role
	if role == catalog.NoRole {
		role = s.Item.ListKind.Role()
	}
	if listed && role != catalog.Assist && role != catalog.Cooperate {
		s.Admitted = true
		return s, nil
	}
	if s.Lawful, err = g.lawful(ctx, o, s.Item); err != nil {
		return s, err
	}
	if s.Basis, err = g.basis(ctx, community); err != nil {
		return s, err
	}
	s.Words = refusalWords(code, s.Item, listed) + "依据：" + s.Basis + "。请派给" + s.Lawful.Words()
	return s, nil
}

func refusalWords(code string, e catalog.Entry, listed bool) string {
	name := code
	if e.Title != "" {
		name = e.Code + "“" + cut(e.Title, 40) + "”"
	}
	switch {
	case code == "":
		return NotAdmitted + "：这一类诉求没有对应的社区清单事项，不能派给社区或者网格。"
	case listed:
		return NotAdmitted + "：" + name + "是政府事务，社区只协助，不能主办。"
	}
	return NotAdmitted + "：" + name + "当天不在这个社区的清单上，不能派给社区或者网格。"
}

// basis names the rule that says so here: the local regulation or adopted policy in force in the community on
// the day, else the street's own rule. Regulations of other places never appear as if they bound here.
func (g *ground) basis(ctx context.Context, community string) (string, error) {
	if err := g.learnClauses(ctx, community); err != nil {
		return "", err
	}
	for _, c := range g.clauses[community] {
		if c.GivesRefusal && !c.NeedsConfirmation() && (c.Condition == legal.NotListed || c.Condition == legal.Unapproved) {
			return c.Ground.Label() + "：" + clauseName(c) + "；" + ownRule, nil
		}
	}
	return ownRule, nil
}

func clauseName(c legal.Clause) string {
	name := "《" + strings.Trim(c.Title, "《》") + "》"
	if c.DocNo != "" {
		name += "（" + c.DocNo + "）"
	}
	return name + c.ArticleLabel + "（" + c.From.Chinese() + "起施行）"
}

// lawful is who is to have a case that a community may not: the unit of the routing rule, else the first unit
// of the category that is no body of a community, else the department that leads the item, else the desk.
func (g *ground) lawful(ctx context.Context, o Order, item catalog.Entry) (Owner, error) {
	r, err := g.rule(ctx, o.Category, o.Community, unitRulesOnly)
	if err == nil && r.Unit != 0 && r.Unit != o.ComplainedUnit {
		return Owner{Kind: Unit, Unit: r.Unit, UnitName: r.UnitName}, nil
	}
	if err != nil && fault.KindOf(err) != fault.KindNotFound {
		return Owner{}, err
	}
	u, _, err := g.department(ctx, o.Category)
	if err != nil {
		return Owner{}, err
	}
	if u.ID != 0 && u.ID != o.ComplainedUnit {
		return Owner{Kind: Unit, Unit: u.ID, UnitName: u.Name}, nil
	}
	if item.LeadUnitID != nil && *item.LeadUnitID != o.ComplainedUnit {
		lead, err := g.unit(ctx, *item.LeadUnitID)
		if err != nil {
			return Owner{}, err
		}
		return Owner{Kind: Unit, Unit: lead.ID, UnitName: lead.Name}, nil
	}
	return Owner{Kind: Desk}, nil
}

// communityBody reports a body of a community: its committee and what belongs to it, not the offices of the
// government that bear the word in their name.
func communityBody(name string) bool {
	for _, start := range []string{"社区居委会", "社区居民", "居民委员会", "居委会", "社区人民调解", "社区网格", "网格员"} {
		if strings.HasPrefix(name, start) {
			return true
		}
	}
	return false
}

// writings are the ways in which a department of the list may stand in the register: 市场监管局(特种设备),
// without the brackets, and without 街道 in front.
func writings(name string) []string {
	out := []string{name}
	bare := name
	if i := strings.IndexAny(name, "(（"); i > 0 {
		bare = name[:i]
		out = append(out, bare)
	}
	if short, ok := strings.CutPrefix(bare, "街道"); ok && len([]rune(short)) > 1 {
		out = append(out, short)
	}
	return out
}

// Shield asks the list of today for a dispatcher (REQ-14).
func (s *Service) Shield(ctx context.Context, by authz.Actor, id ID, to Target) (Shield, error) {
	day := workday.DayOf(s.db.Now())
	o, err := oneOrder(ctx, s.db.Q(), day, orderByID, int64(id))
	if err != nil {
		return Shield{}, err
	}
	if !o.visible(by) {
		return Shield{}, ErrNoOrder
	}
	return ShieldOf(ctx, s.db.Q(), o, to, day)
}
