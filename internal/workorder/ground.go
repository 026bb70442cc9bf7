package workorder

import (
	"context"
	"slices"
	"strings"

	"portal/internal/catalog"
	"portal/internal/fault"
	"portal/internal/legal"
	"portal/internal/pg"
	"portal/internal/place"
	"portal/internal/workday"
)

// ground is what decides who may receive a case on a day: rules, departments, units, grids, the lists. What was read
// is remembered, and `gather` reads for many cases at once, so that a preview of fifty asks as often as one of three.
type ground struct {
	q   pg.Querier
	day workday.Day

	rules       memory[string, []RoutingRule] // by category, those that hold
	departments memory[string, departments]   // by category
	named       memory[string, place.Unit]    // by a writing of the name
	units       memory[int64, place.Unit]
	bodies      memory[string, body] // by community
	homes       memory[int64, string]
	grids       memory[int64, string]
	posts       memory[int64, []holder]
	held        memory[catalog.Asked, catalog.Held]
	clauses     memory[string, []legal.Clause] // by community
	last        memory[ID, Owner]
}

// departments are the bodies that a category names, in its order.
type departments struct {
	known bool
	names []string
}

// body is a community as an owner.
type body struct{ name, phone string }

func groundOn(q pg.Querier, day workday.Day) *ground { return &ground{q: q, day: day} }

// memory keeps answers; the zero value of an answer means that there is none.
type memory[K comparable, V any] map[K]V

// learn asks once for all the keys that nobody asked for before.
func (m *memory[K, V]) learn(keys []K, read func(missing []K) (map[K]V, error)) error {
	if *m == nil {
		*m = memory[K, V]{}
	}
	var missing []K
	seen := map[K]bool{}
	for _, k := range keys {
		if _, known := (*m)[k]; !known && !seen[k] {
			seen[k] = true
			missing = append(missing, k)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	got, err := read(missing)
	if err != nil {
		return err
	}
	for _, k := range missing {
		(*m)[k] = got[k]
	}
	return nil
}

func (g *ground) learnRules(ctx context.Context, categories ...string) error {
	return g.rules.learn(categories, func(missing []string) (map[string][]RoutingRule, error) {
		return rulesHolding(ctx, g.q, missing, g.day)
	})
}

// rule is the rule that holds for a category in a community: one of the community goes before one of everywhere.
func (g *ground) rule(ctx context.Context, category, community string, unitsOnly bool) (RoutingRule, error) {
	if err := g.learnRules(ctx, category); err != nil {
		return RoutingRule{}, err
	}
	for _, at := range []string{community, ""} {
		for _, r := range g.rules[category] {
			if r.Community == at && (r.Kind == Unit || !unitsOnly) {
				return r, nil
			}
		}
	}
	return RoutingRule{}, errNoRule
}

// item is the entry of the lists that belongs to a category here, "" where no rule names one. What a rule of another
// community names comes last.
func (g *ground) item(ctx context.Context, category, community string) (string, error) {
	if err := g.learnRules(ctx, category); err != nil {
		return "", err
	}
	code, best := "", 0
	for _, r := range g.rules[category] {
		rank := 1
		if r.Community == community {
			rank = 3
		} else if r.Community == "" {
			rank = 2
		}
		if r.Item != "" && rank > best {
			code, best = r.Item, rank
		}
	}
	return code, nil
}

func (g *ground) learnDepartments(ctx context.Context, categories ...string) error {
	err := g.departments.learn(categories, func(missing []string) (map[string]departments, error) { return departmentsOf(ctx, g.q, missing) })
	if err != nil {
		return err
	}
	var all []string
	for _, c := range categories {
		for _, name := range g.departments[c].names {
			if !communityBody(name) {
				all = append(all, writings(name)...)
			}
		}
	}
	return g.named.learn(all, func(missing []string) (map[string]place.Unit, error) { return place.UnitsByName(ctx, g.q, missing) })
}

// department reads the departments of a category in order: the first that is no body of a community and that this
// street knows as a unit. Assist tells that the list names a community body too: it assists.
func (g *ground) department(ctx context.Context, category string) (u place.Unit, assist bool, err error) {
	if err := g.learnDepartments(ctx, category); err != nil {
		return u, false, err
	}
	if !g.departments[category].known {
		return u, false, fault.InvalidField("category", "请选择诉求分类")
	}
	for _, name := range g.departments[category].names {
		if communityBody(name) {
			assist = true
			continue
		}
		for _, w := range writings(name) {
			if got := g.named[w]; u.ID == 0 && got.ID != 0 && got.RequesterKind != place.ResidentsCommittee {
				u = got
			}
		}
	}
	return u, assist, nil
}

var errNoUnit = fault.InvalidField("to", "没有这个单位，请重新选择")

func (g *ground) learnUnits(ctx context.Context, ids ...int64) error {
	return g.units.learn(ids, func(missing []int64) (map[int64]place.Unit, error) { return place.UnitsByID(ctx, g.q, missing) })
}

func (g *ground) unit(ctx context.Context, id int64) (place.Unit, error) {
	if err := g.learnUnits(ctx, id); err != nil {
		return place.Unit{}, err
	}
	if g.units[id].ID == 0 {
		return place.Unit{}, errNoUnit
	}
	return g.units[id], nil
}

func (g *ground) learnGrids(ctx context.Context, ids ...int64) error {
	if err := g.homes.learn(ids, func(missing []int64) (map[int64]string, error) { return gridHomes(ctx, g.q, missing) }); err != nil {
		return err
	}
	if err := g.grids.learn(ids, func(missing []int64) (map[int64]string, error) { return gridNames(ctx, g.q, missing, g.day) }); err != nil {
		return err
	}
	return g.posts.learn(ids, func(missing []int64) (map[int64][]holder, error) { return holdersOf(ctx, g.q, missing, g.day) })
}

// community is where a target lies.
func (g *ground) community(ctx context.Context, to Target) (string, error) {
	if to.Kind == Community {
		return to.Community, nil
	}
	if err := g.learnGrids(ctx, to.Grid); err != nil {
		return "", err
	}
	if g.homes[to.Grid] == "" {
		return "", fault.InvalidField("to", "没有这个网格，请重新选择")
	}
	return g.homes[to.Grid], nil
}

func (g *ground) learnBodies(ctx context.Context, communities ...string) error {
	return g.bodies.learn(communities, func(missing []string) (map[string]body, error) { return bodiesOf(ctx, g.q, missing) })
}

func (g *ground) body(ctx context.Context, community string) (body, error) {
	if err := g.learnBodies(ctx, community); err != nil {
		return body{}, err
	}
	if g.bodies[community].name == "" {
		return body{}, fault.InvalidField("to", "没有这个社区，请重新选择")
	}
	return g.bodies[community], nil
}

func (g *ground) learnHeld(ctx context.Context, asked ...catalog.Asked) error {
	return g.held.learn(asked, func(missing []catalog.Asked) (map[catalog.Asked]catalog.Held, error) {
		return catalog.AdmittedAll(ctx, g.q, missing, g.day)
	})
}

func (g *ground) learnClauses(ctx context.Context, communities ...string) error {
	return g.clauses.learn(communities, func(missing []string) (map[string][]legal.Clause, error) {
		return legal.ClausesOnAll(ctx, g.q, missing, g.day)
	})
}

func (g *ground) learnLast(ctx context.Context, ids ...ID) error {
	return g.last.learn(ids, func(missing []ID) (map[ID]Owner, error) { return lastHandlers(ctx, g.q, missing) })
}

// gather reads up what the rules ask of many cases, and of other owners that were chosen for some of them.
func (g *ground) gather(ctx context.Context, all []Order, chosen map[ID]Target) error {
	var categories []string
	for _, o := range all {
		categories = append(categories, o.Category)
	}
	if err := g.learnRules(ctx, categories...); err != nil {
		return err
	}
	if err := g.learnDepartments(ctx, categories...); err != nil {
		return err
	}
	var units, grids []int64
	var communities []string
	var again []ID
	targets := make([]Target, len(all))
	for i, o := range all {
		p, err := g.plan(ctx, o)
		if err != nil {
			return err
		}
		targets[i] = p.to
		if t, other := chosen[o.ID]; other {
			targets[i] = t.tidy()
		}
		switch to := targets[i]; to.Kind {
		case Unit:
			units = append(units, to.Unit)
		case Grid:
			grids = append(grids, to.Grid)
		case Community:
			communities = append(communities, to.Community)
		}
		if o.NeedsReview {
			again = append(again, o.ID)
		}
	}
	if err := g.learnUnits(ctx, units...); err != nil {
		return err
	}
	if err := g.learnGrids(ctx, grids...); err != nil {
		return err
	}
	for _, id := range grids {
		communities = append(communities, g.homes[id])
	}
	if err := g.learnBodies(ctx, communities...); err != nil {
		return err
	}
	if err := g.learnLast(ctx, again...); err != nil {
		return err
	}
	return g.gatherLists(ctx, all, targets, communities)
}

// gatherLists reads what the lists of the communities hold and by which rule they turn away what they do not.
func (g *ground) gatherLists(ctx context.Context, all []Order, targets []Target, communities []string) error {
	var asked []catalog.Asked
	for i, o := range all {
		to := targets[i]
		home := to.Community
		if to.Kind == Grid {
			home = g.homes[to.Grid]
		}
		if to.Kind != Grid && to.Kind != Community || home == "" {
			continue
		}
		code := strings.TrimSpace(to.Item)
		if code == "" {
			var err error
			if code, err = g.item(ctx, o.Category, home); err != nil {
				return err
			}
		}
		if code != "" {
			asked = append(asked, catalog.Asked{Code: code, Community: home})
		}
	}
	if err := g.learnHeld(ctx, asked...); err != nil {
		return err
	}
	var leads []int64
	for _, a := range asked {
		if lead := g.held[a].Entry.LeadUnitID; lead != nil {
			leads = append(leads, *lead)
		}
	}
	if err := g.learnUnits(ctx, leads...); err != nil {
		return err
	}
	return g.learnClauses(ctx, slices.DeleteFunc(communities, func(c string) bool { return c == "" })...)
}
