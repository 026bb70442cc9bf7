package grid

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"portal/internal/workday"
)

// noReason stands where nobody wrote why a post of a new grid is vacant.
const noReason = "网格新设，尚未指定人员"

// people finds who holds A and B of the grids that open (GRD-03): the persons named; else those of the
// first predecessor, with what is planned for its post; else a vacancy with its reason.
func (r *reckoning) people() {
	lines := map[post][]holding{}
	for _, h := range r.posts {
		at := post{h.Grid, h.Role}
		lines[at] = append(lines[at], h)
	}
	for i := range r.opened {
		o := &r.opened[i]
		if o.Kind == Micro {
			continue
		}
		var a, b []holding
		if len(o.From) > 0 {
			a, b = lines[post{o.From[0], RoleA}], lines[post{o.From[0], RoleB}]
		}
		o.a = r.fill(o.NewGrid, o.A, a, o.B)
		o.b = r.fill(o.NewGrid, o.B, b, r.who(o.a, a))
		if o.A != 0 && o.A == o.B {
			r.refuse("b", "“%s”的 A 岗和 B 岗不能是同一个人", o.Name)
		}
		r.checkPlanned(*o, a, b)
	}
	r.loads(lines)
}

// fill: not the person who holds the other post (A and B differ).
func (r *reckoning) fill(o NewGrid, named WorkerID, before []holding, other WorkerID) filling {
	reason := cmp.Or(o.VacancyReason, noReason)
	now, held := r.now(before)
	switch {
	case named != 0:
		r.checkWorker(o, named)
		return filling{worker: named}
	case !held:
		return filling{reason: reason}
	case now.Worker != 0 && now.Worker == other:
		return filling{reason: reason}
	}
	return filling{inherit: true}
}

// now is the line of a post that holds on the day.
func (r *reckoning) now(lines []holding) (holding, bool) {
	i := slices.IndexFunc(lines, func(h holding) bool { return !h.From.After(r.Change.Day) })
	if i < 0 {
		return holding{}, false
	}
	return lines[i], true
}

func (r *reckoning) who(f filling, before []holding) WorkerID {
	if f.inherit {
		now, _ := r.now(before)
		return now.Worker
	}
	return f.worker
}

// checkPlanned: a person named for one post of a new grid is not the one planned for the other, which it
// inherits with its plans.
func (r *reckoning) checkPlanned(o opening, a, b []holding) {
	for _, side := range []struct {
		named   filling
		plans   filling
		lines   []holding
		field   string
		planned Role
	}{{o.a, o.b, b, "a", RoleB}, {o.b, o.a, a, "b", RoleA}} {
		if side.named.worker == 0 || !side.plans.inherit {
			continue
		}
		for _, h := range side.lines {
			if h.Worker == side.named.worker && h.From.After(r.Change.Day) {
				r.refuse(side.field, "%s从 %s 起已经安排任“%s”的%s，A 岗和 B 岗不能是同一个人。请另选一位", h.Name, h.From.Chinese(), o.Name, side.planned.Label())
			}
		}
	}
}

func (r *reckoning) checkWorker(o NewGrid, id WorkerID) {
	w, known := r.workers[id]
	if !known || w.Community != o.Community || w.From.After(r.Change.Day) || !w.Until.IsZero() {
		r.refuse("a", "为“%s”选的人不在%s的网格员名册里，或者有离开的日期，请另选", o.Name, r.community[o.Community])
	}
}

// loads looks at how many grids, and how many households, an A would have (GRD-06), on the day and on every
// day on which something is planned.
func (r *reckoning) loads(lines map[post][]holding) {
	houses := r.households()
	spans := map[WorkerID][]aSpan{}
	names := map[WorkerID]string{}
	for id, w := range r.workers {
		names[id] = w.Name
	}
	for _, h := range r.posts {
		if h.Worker == 0 {
			continue
		}
		names[h.Worker] = h.Name
		if h.Role == RoleA && !r.closing[h.Grid] {
			spans[h.Worker] = append(spans[h.Worker], aSpan{GridID: h.Grid, From: h.From, Until: h.Until, Households: houses[h.Grid]})
		}
	}
	changed := map[WorkerID]bool{}
	for i, o := range r.opened {
		var own []holding
		switch {
		case o.a.inherit:
			own = lines[post{o.From[0], RoleA}]
		case o.a.worker != 0:
			own = []holding{{Worker: o.a.worker, From: r.Change.Day}}
		}
		for _, h := range own {
			if h.Worker != 0 {
				spans[h.Worker] = append(spans[h.Worker], aSpan{GridID: pseudo(i + 1), From: h.From, Until: h.Until, Households: houses[pseudo(i+1)]})
				changed[h.Worker] = true
			}
		}
	}
	for _, w := range slices.Sorted(maps.Keys(changed)) {
		grids, total := together(spans[w], r.Change.Day, workday.Day{})
		if r.limitA > 0 && grids > r.limitA {
			r.refuse("a", "%s会任 %d 个网格的 A 岗，最多 %d 个。请为其中一个新网格另选 A 岗，或者登记空缺", names[w], grids, r.limitA)
		}
		if r.limitHouses > 0 && total > r.limitHouses {
			r.Limits = append(r.Limits, fmt.Sprintf("%s任 A 岗的网格合计会有 %d 户，超过提醒线 %d 户", names[w], total, r.limitHouses))
		}
	}
}

// households counts each grid's afterwards.
func (r *reckoning) households() map[ID]int {
	out := map[ID]int{}
	for _, g := range r.standing {
		out[g.ID] = g.Households
	}
	for _, m := range r.moves {
		out[m.stay.Grid] -= m.stay.Building.Households
		out[m.grid.key()] += m.stay.Building.Households
	}
	return out
}

// key is the id under which the target stands in lists.
func (t target) key() ID {
	if t.opened > 0 {
		return pseudo(t.opened)
	}
	return t.id
}

// count fills the figures of the grids as they will be.
func (r *reckoning) count() {
	type sums struct{ households, residents, buildings int }
	plus := map[ID]sums{}
	add := func(id ID, m rehoming, sign int) {
		if id == 0 {
			return
		}
		s := plus[id]
		s.households += sign * m.stay.Building.Households
		s.residents += sign * m.stay.Building.Residents
		s.buildings += sign
		plus[id] = s
	}
	for _, m := range r.moves {
		if m.stay.From.After(r.Change.Day) {
			continue // a building that does not stand yet
		}
		if m.grid.id != m.stay.Grid {
			add(m.stay.Grid, m, -1)
			add(m.grid.key(), m, 1)
		}
		add(m.stay.Micro, m, -1)
		add(m.micro.key(), m, 1)
	}
	for _, g := range r.after {
		s, changed := plus[g.ID]
		_, again := r.redraws[g.ID]
		if !changed && !again && g.ID > 0 {
			continue
		}
		if g.ID > 0 && !again {
			r.Before = append(r.Before, g)
		}
		g.Households += s.households
		g.Residents += s.residents
		g.Buildings += s.buildings
		r.After = append(r.After, g)
	}
	slices.SortFunc(r.Before, func(a, b Grid) int { return cmp.Compare(a.Code, b.Code) })
	r.sizes()
}

// sizes reminds of the usual size of a grid; it is a habit and no limit.
func (r *reckoning) sizes() {
	for _, g := range r.After {
		if g.Kind == Ordinary && r.limitHouses > 0 && g.Households > r.limitHouses {
			r.Limits = append(r.Limits, fmt.Sprintf("%s会有 %d 户，超过提醒线 %d 户", g.Name, g.Households, r.limitHouses))
		}
	}
}
