package grid

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"portal/internal/fault"
	"portal/internal/geo"
	"portal/internal/place"
	"portal/internal/workday"
)

// situation is what a change meets: everything about the grids concerned from its day on.
type situation struct {
	today, day  workday.Day
	standing    []Grid               // of the streets concerned, on the day, by code
	asked       map[ID]Grid          // the grids that the change names, with the version nearest to the day
	community   map[string]string    // code → name of the communities concerned
	empty       bool                 // none of these has ever had a grid: a first import may reach back
	later       map[ID]workday.Day   // the first day after this one on which a plan changes the grid
	handovers   map[ID]bool          // grids with a handover that is not closed
	stays       map[int64][]stay     // by building, from the day on
	alone       []aloneAddress       // addresses placed by themselves in grids that close
	posts       []holding            // A and B from the day on in the streets concerned, planned ones too
	workers     map[WorkerID]serving // those the change names
	taken       map[string]string    // a code asked for that was given before → the grid's last name
	last        map[string]int       // highest number ever given under a counter
	limitA      int
	limitHouses int
}

// stay is a building in a grid over some days.
type stay struct {
	ID       int64
	Building place.Building
	Grid     ID
	Micro    ID
	From     workday.Day
	Until    workday.Day
}

// aloneAddress is an address that was placed by itself.
type aloneAddress struct {
	ID       int64 // of the row
	Address  int64
	Text     string
	Building int64
	Grid     ID
	From     workday.Day
	Until    workday.Day
	Reason   string
}

// holding is who holds a post of a grid over some days.
type holding struct {
	Grid   ID
	Role   Role
	Worker WorkerID // 0: vacant
	Name   string
	From   workday.Day
	Until  workday.Day
}

// post is one of the posts of a grid; its lines follow each other.
type post struct {
	grid ID
	role Role
}

// serving is a person of the register.
type serving struct {
	Name      string
	Community string
	From      workday.Day
	Until     workday.Day
}

// target is where a building goes: a grid that is there, or the nth that opens, counted from 1.
type target struct {
	id     ID
	opened int
}

// rehoming is a stay that ends on the day, and the one that begins.
type rehoming struct {
	stay  stay
	grid  target
	micro target
}

// filling is who holds a post of a grid that opens. Inherited posts are copied with what is planned.
type filling struct {
	worker  WorkerID
	inherit bool
	reason  string // of a vacancy
}

// opening is a grid that opens, worked out.
type opening struct {
	NewGrid
	a, b filling
}

type link struct {
	from ID
	to   target
	kind LineageKind
}

// effect is what a change does.
type effect struct {
	Preview
	faults   []fault.Field
	conflict error // somebody was first
	closed   []ID  // micro-grids of a closed grid included
	redrawn  []Grid
	opened   []opening
	moves    []rehoming
	alone    map[int64]target // row of aloneAddress → where it goes
	links    []link
}

// reckoning works a change out.
type reckoning struct {
	situation
	Change
	effect
	byID    map[ID]Grid
	closing map[ID]bool
	redraws map[ID]Grid // as they will be
	after   []Grid      // ordinary and special grids on the day, as they will be; those that open have IDs below 0
}

// reckon works out what a change does. It is pure: everything it looks at is in the situation.
func reckon(n situation, c Change) effect {
	r := &reckoning{situation: n, Change: c, byID: map[ID]Grid{}, closing: map[ID]bool{}, redraws: map[ID]Grid{}}
	r.effect.alone = map[int64]target{}
	for _, g := range n.standing {
		r.byID[g.ID] = g
	}
	r.check()
	if len(r.faults) == 0 && r.conflict == nil {
		r.shapes()
		r.rehome()
		r.people()
		r.descent()
		r.compare()
		r.count()
	}
	for _, f := range r.faults {
		r.Blocked = append(r.Blocked, f.Message)
	}
	if f, ok := fault.As(r.conflict); ok {
		r.Blocked = append(r.Blocked, f.Message)
	}
	return r.effect
}

func (r *reckoning) refuse(field, format string, args ...any) {
	r.faults = append(r.faults, fault.Field{Name: field, Message: fmt.Sprintf(format, args...)})
}

// pseudo is the id under which a grid that opens stands in lists: -1 for the first.
func pseudo(opened int) ID { return ID(-opened) }

func targetOf(id ID) target {
	if id < 0 {
		return target{opened: int(-id)}
	}
	return target{id: id}
}

// shapes works out which grids there are afterwards.
func (r *reckoning) shapes() {
	for _, id := range r.Close {
		r.closing[id] = true
	}
	for _, g := range r.standing {
		if g.Kind == Micro && r.closing[g.ParentID] {
			r.closing[g.ID] = true
		}
	}
	for _, g := range r.standing {
		if r.closing[g.ID] {
			r.closed = append(r.closed, g.ID)
			r.Before = append(r.Before, g)
		}
	}
	for _, d := range r.Redraw {
		g := r.byID[d.ID]
		r.Before = append(r.Before, g)
		g.Name = cmp.Or(d.Name, g.Name)
		if !d.Boundary.IsZero() {
			g.Boundary, g.System = d.Boundary, r.System
		}
		g.From, g.Until, g.Reason = r.Day, workday.Day{}, r.Reason
		r.redraws[d.ID] = g
	}
	for i, o := range r.Open {
		o.Code = r.code(o)
		r.opened = append(r.opened, opening{NewGrid: o})
		r.after = append(r.after, Grid{ID: pseudo(i + 1), Code: o.Code, Community: o.Community, CommunityName: r.community[o.Community], Kind: o.Kind,
			ParentID: o.Parent, Name: o.Name, Boundary: o.Boundary, System: r.System, From: r.Day, Reason: r.Reason, Version: 1})
	}
	for _, g := range r.standing {
		if d, again := r.redraws[g.ID]; again {
			g = d
			r.redrawn = append(r.redrawn, d)
		}
		if !r.closing[g.ID] {
			r.after = append(r.after, g)
		}
	}
	slices.SortFunc(r.after, func(a, b Grid) int { return cmp.Or(strings.Compare(a.Code, b.Code), cmp.Compare(b.ID, a.ID)) })
}

// code gives the code that is asked for, or the next one: numbers only grow, so that no code is given twice
// (GRD-02). Special grids have those from 901 on.
func (r *reckoning) code(o NewGrid) string {
	counter := counterOf(o.Kind, o.Community, r.byID[o.Parent].Code)
	if o.Code != "" {
		return o.Code
	}
	for {
		r.last[counter]++
		code := codeAt(o.Kind, counter, r.last[counter])
		if code == "" {
			r.refuse("open", "%s的%s编码已经用完，请先联系街道管理员", r.community[o.Community], o.Kind.Label())
			return ""
		}
		if !slices.ContainsFunc(r.Open, func(other NewGrid) bool { return other.Code == code }) {
			return code
		}
	}
}

const firstSpecial = 901

// counterOf names the counter that a code comes from: the community with o or s, or the parent of micro-grids.
func counterOf(k Kind, community, parent string) string {
	switch k {
	case Special:
		return community + "s"
	case Micro:
		return parent
	}
	return community + "o"
}

func codeAt(k Kind, counter string, number int) string {
	switch {
	case k == Micro && number < 100:
		return fmt.Sprintf("%s%02d", counter, number)
	case k == Special && max(number, firstSpecial) < 1000:
		return fmt.Sprintf("%s%03d", counter[:12], max(number, firstSpecial))
	case k == Ordinary && number < firstSpecial:
		return fmt.Sprintf("%s%03d", counter[:12], number)
	}
	return ""
}

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

// descent writes down what came from what (edge case 6).
func (r *reckoning) descent() {
	successors := map[ID][]target{}
	add := func(from ID, to target) {
		if !slices.Contains(successors[from], to) {
			successors[from] = append(successors[from], to)
		}
	}
	joined := map[target]int{}
	for i, o := range r.Open {
		for _, from := range o.From {
			add(from, target{opened: i + 1})
			joined[target{opened: i + 1}]++
		}
	}
	for _, m := range r.moves {
		if r.closing[m.stay.Grid] && m.grid.id != 0 {
			add(m.stay.Grid, m.grid)
			joined[m.grid] = 2 // the grid that stays is itself one of those that come together
		}
	}
	for _, from := range slices.Sorted(maps.Keys(successors)) {
		for _, to := range successors[from] {
			kind := ByRecode
			switch {
			case joined[to] > 1:
				kind = ByMerge
			case len(successors[from]) > 1 || !r.closing[from]:
				kind = BySplit
			}
			r.links = append(r.links, link{from: from, to: to, kind: kind})
		}
	}
}

// nameOf names a grid and the micro-grid in it, whether they are there or open.
func (r *reckoning) nameOf(ids ...ID) string {
	var out []string
	for _, id := range ids {
		switch g, there := r.byID[id]; {
		case id == 0:
		case id < 0:
			out = append(out, r.Open[-id-1].Name)
		case there:
			out = append(out, g.Name)
		default:
			out = append(out, r.asked[id].Name)
		}
	}
	return strings.Join(out, " ")
}

const fewest = 5

// few lists the first names and says how many there are.
func few(names []string) string {
	if len(names) <= fewest {
		return strings.Join(names, "、")
	}
	return fmt.Sprintf("%s等", strings.Join(names[:fewest], "、"))
}

// areas are the boundaries of grids under their codes.
func areas(all []Grid, of func(Grid) bool) []geo.Area {
	var out []geo.Area
	for _, g := range all {
		if !g.Boundary.IsZero() && of(g) {
			out = append(out, geo.Area{Name: g.Code, Shape: g.Boundary})
		}
	}
	return out
}
