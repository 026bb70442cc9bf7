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
