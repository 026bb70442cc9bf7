package grid

import (
	"maps"
	"slices"

	"portal/internal/place"
)

// rehome finds out where every building lies afterwards (GRD-01).
func (r *reckoning) rehome() {
	listed, listedMicro := r.listed()
	var homeless []string
	busy := map[ID]int{}
	for _, id := range slices.Sorted(maps.Keys(r.stays)) {
		rows := r.stays[id]
		now := rows[0]
		to, found := r.home(now, listed)
		micro := r.microHome(now, to, listedMicro)
		if found && to == now.Grid && micro == now.Micro {
			continue
		}
		if len(rows) > 1 {
			busy[now.Grid]++
			if busy[now.Grid] == 1 {
				r.refuse("day", "%s里的%s另有 %s 起的迁移计划。请把这次调整定在那一天或者之后", r.nameOf(now.Grid), now.Building.Label(), rows[1].From.Chinese())
			}
			continue
		}
		if !found {
			homeless = append(homeless, now.Building.Label())
			continue
		}
		r.moves = append(r.moves, rehoming{stay: now, grid: targetOf(to), micro: targetOf(micro)})
		r.Moves = append(r.Moves, Move{BuildingID: id, Building: now.Building.Label(), From: r.nameOf(now.Grid, now.Micro), To: r.nameOf(to, micro)})
	}
	r.Homeless = homeless
	if len(homeless) > 0 {
		r.refuse("buildings", "有 %d 幢楼会不在任何网格里：%s。请把它们划进一个网格", len(homeless), few(homeless))
	}
	r.rehomeAddresses()
}

// listed turns the lists of buildings into where each goes.
func (r *reckoning) listed() (grid, micro map[int64]ID) {
	grid, micro = map[int64]ID{}, map[int64]ID{}
	for i, o := range r.Open {
		in := grid
		if o.Kind == Micro {
			in = micro
		}
		for _, b := range o.Buildings {
			if other, twice := in[b]; twice && other != pseudo(i+1) {
				r.refuse("buildings", "%s同时划给了“%s”和“%s”，请只留一处", r.labelOf(b), r.nameOf(other), o.Name)
			}
			if _, there := r.stays[b]; !there {
				r.refuse("buildings", "名单里有一幢楼已经不在册，请刷新后重选")
			}
			in[b] = pseudo(i + 1)
		}
	}
	return grid, micro
}

func (r *reckoning) labelOf(building int64) string {
	if rows := r.stays[building]; len(rows) > 0 {
		return rows[0].Building.Label()
	}
	return "这幢楼"
}

// home is the grid of a building afterwards: the one it is listed for; the one that newly covers it; the
// one it is in, unless that closes or withdraws from it; the only successor of that.
func (r *reckoning) home(s stay, listed map[int64]ID) (ID, bool) {
	if to, ok := listed[s.Building.ID]; ok {
		return to, true
	}
	_, drawn := r.redraws[s.Grid]
	if r.closing[s.Grid] || r.mayTake(s) {
		if to, ok := r.newCover(s); ok {
			return to, true
		}
	}
	switch {
	case r.closing[s.Grid]:
		return r.onlySuccessor(s.Grid)
	case !drawn:
		return s.Grid, true
	}
	was, will := r.byID[s.Grid], r.redraws[s.Grid]
	if will.Boundary.IsZero() || !covers(was, s.Building) || covers(will, s.Building) {
		return s.Grid, true
	}
	for _, g := range r.after {
		if g.Kind != Micro && covers(g, s.Building) {
			return g.ID, true
		}
	}
	return s.Grid, false
}

// mayTake reports whether boundaries may take a building from a grid that stays: within one community.
func (r *reckoning) mayTake(s stay) bool {
	_, concerned := r.community[r.byID[s.Grid].Community]
	return concerned
}

// covers reports whether a building stands inside a boundary that is in the system of its point.
func covers(g Grid, b place.Building) bool {
	return !g.Boundary.IsZero() && g.System == b.System && g.Boundary.Contains(b.Point())
}

// newCover finds the grid that opens, or is redrawn, over a building that was not inside it before. Grids
// with a list of buildings take these and no others.
func (r *reckoning) newCover(s stay) (ID, bool) {
	for _, g := range r.after {
		if g.Kind == Micro || !covers(g, s.Building) {
			continue
		}
		if g.ID < 0 && len(r.Open[-g.ID-1].Buildings) == 0 {
			return g.ID, true
		}
		if _, drawn := r.redraws[g.ID]; drawn && g.ID != s.Grid && (r.closing[s.Grid] || !covers(r.byID[g.ID], s.Building)) {
			return g.ID, true
		}
	}
	return 0, false
}

// onlySuccessor is the one grid that comes from a closed one, as in a merger. With a list of its own it
// takes no others.
func (r *reckoning) onlySuccessor(id ID) (ID, bool) {
	var found []ID
	for i, o := range r.Open {
		if o.Kind != Micro && slices.Contains(o.From, id) {
			found = append(found, pseudo(i+1))
		}
	}
	if len(found) != 1 || len(r.Open[-found[0]-1].Buildings) > 0 {
		return 0, false
	}
	return found[0], true
}

// microHome is the micro-grid of a building afterwards, 0 for none.
func (r *reckoning) microHome(s stay, to ID, listed map[int64]ID) ID {
	if m, ok := listed[s.Building.ID]; ok {
		if r.Open[-m-1].Parent != to {
			r.refuse("buildings", "%s不在“%s”的上级网格里，微网格只能划分自己的网格", s.Building.Label(), r.nameOf(m))
		}
		return m
	}
	for i, o := range r.Open {
		if o.Kind == Micro && o.Parent == to && len(o.Buildings) == 0 && covers(Grid{Boundary: o.Boundary, System: r.System}, s.Building) {
			return pseudo(i + 1)
		}
	}
	for _, d := range r.Redraw {
		g := r.redraws[d.ID]
		if g.Kind == Micro && g.ParentID == to && !d.Boundary.IsZero() && covers(g, s.Building) && !covers(r.byID[d.ID], s.Building) {
			return d.ID
		}
	}
	g, drawn := r.redraws[s.Micro]
	if to != s.Grid || r.closing[s.Micro] || drawn && covers(r.byID[s.Micro], s.Building) && !covers(g, s.Building) {
		return 0
	}
	return s.Micro
}

// rehomeAddresses lets addresses that were placed by themselves in a grid that closes go to the only
// successor, else to where their building goes.
func (r *reckoning) rehomeAddresses() {
	to := map[int64]target{}
	for _, m := range r.moves {
		to[m.stay.Building.ID] = m.grid
	}
	for _, a := range r.situation.alone {
		if !r.closing[a.Grid] {
			continue
		}
		if id, only := r.onlySuccessor(a.Grid); only {
			r.effect.alone[a.ID] = targetOf(id)
			continue
		}
		with, moved := to[a.Building]
		if !moved {
			r.refuse("buildings", "“%s”是单独划在%s里的，请先为这个地址另选网格", a.Text, r.nameOf(a.Grid))
			continue
		}
		r.effect.alone[a.ID] = with
	}
}
