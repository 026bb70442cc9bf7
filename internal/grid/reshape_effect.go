package grid

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// noReason stands where nobody wrote why a post of a new grid is vacant.
const noReason = "网格新设，尚未指定人员"

// people finds who holds A and B of the grids that open (GRD-03): the persons named; else those of the
// first predecessor; else a vacancy with its reason.
func (r *reckoning) people() {
	at := map[ID]map[Role]holding{}
	for _, h := range r.posts {
		if at[h.Grid] == nil {
			at[h.Grid] = map[Role]holding{}
		}
		at[h.Grid][h.Role] = h
	}
	for i := range r.opened {
		o := &r.opened[i]
		if o.Kind == Micro {
			continue
		}
		var before map[Role]holding
		if len(o.From) > 0 {
			before = at[o.From[0]]
		}
		o.a = r.fill(o.NewGrid, o.A, before[RoleA], o.B)
		o.b = r.fill(o.NewGrid, o.B, before[RoleB], r.who(o.a, before[RoleA]))
		if o.A != 0 && o.A == o.B {
			r.refuse("b", "“%s”的 A 岗和 B 岗不能是同一个人", o.Name)
		}
	}
	r.loads(at)
}

// fill: not the person who holds the other post (A and B differ).
func (r *reckoning) fill(o NewGrid, named WorkerID, before holding, other WorkerID) filling {
	reason := cmp.Or(o.VacancyReason, noReason)
	switch {
	case named != 0:
		r.checkWorker(o, named)
		return filling{worker: named}
	case before.Grid == 0:
		return filling{reason: reason}
	case before.Worker != 0 && before.Worker == other:
		return filling{reason: reason}
	}
	return filling{inherit: true}
}

func (r *reckoning) who(f filling, before holding) WorkerID {
	if f.inherit {
		return before.Worker
	}
	return f.worker
}

func (r *reckoning) checkWorker(o NewGrid, id WorkerID) {
	w, known := r.workers[id]
	if !known || w.Community != o.Community || w.From.After(r.Change.Day) || !w.Until.IsZero() {
		r.refuse("a", "为“%s”选的人不在%s的网格员名册里，或者有离开的日期，请另选", o.Name, r.community[o.Community])
	}
}

// loads looks at how many grids, and how many households, an A would have (GRD-06).
func (r *reckoning) loads(at map[ID]map[Role]holding) {
	grids := map[WorkerID][]ID{}
	names := map[WorkerID]string{}
	for id, w := range r.workers {
		names[id] = w.Name
	}
	changed := map[WorkerID]bool{}
	for _, h := range r.posts {
		if h.Role == RoleA && h.Worker != 0 && !r.closing[h.Grid] {
			grids[h.Worker] = append(grids[h.Worker], h.Grid)
		}
		if h.Worker != 0 {
			names[h.Worker] = h.Name
		}
	}
	for i, o := range r.opened {
		var before holding
		if len(o.From) > 0 {
			before = at[o.From[0]][RoleA]
		}
		if w := r.who(o.a, before); w != 0 {
			grids[w] = append(grids[w], pseudo(i+1))
			changed[w] = true
		}
	}
	houses := r.households()
	for _, w := range slices.Sorted(maps.Keys(changed)) {
		if n := len(grids[w]); r.limitA > 0 && n > r.limitA {
			r.refuse("a", "%s会任 %d 个网格的 A 岗，最多 %d 个。请为其中一个新网格另选 A 岗，或者登记空缺", names[w], n, r.limitA)
		}
		total := 0
		for _, id := range grids[w] {
			total += houses[id]
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
