package grid

import (
	"context"

	"portal/internal/authz"
	"portal/internal/geo"
	"portal/internal/workday"
)

// Change is one change of the shape of grids from a day on: grids that close, that open, that are redrawn.
// A split closes one and opens several, a merge closes several and opens one, a special grid opens inside
// a redrawn ordinary one.
type Change struct {
	Day    workday.Day
	Reason string
	System geo.System
	Close  []ID
	Open   []NewGrid
	Redraw []Redraw
	GiveUp string // why land belongs to no grid any more; empty: none may be lost
}

// NewGrid is a grid that opens.
type NewGrid struct {
	Kind          Kind
	Community     string
	Name          string
	Boundary      geo.Shape
	From          []ID     // the grids it comes from; the first hands on its people
	Parent        ID       // of a micro-grid
	Code          string   // empty: the next free one
	A, B          WorkerID // 0: as in the first predecessor, else vacant
	VacancyReason string
	Buildings     []int64 // listed one by one; empty: those inside the boundary
}

// Redraw gives a grid that stays a new name or boundary. The zero boundary keeps the old one, an empty
// name too.
type Redraw struct {
	ID       ID
	Version  int
	Name     string
	Boundary geo.Shape
}

// Move is a building that changes its grid.
type Move struct {
	BuildingID int64
	Building   string
	From       string
	To         string
}

// Preview is what a change would do, counted afresh each time. Before and After hold the grids that
// it touches. With anything in Blocked the change cannot be made.
type Preview struct {
	Overlaps []geo.Overlap
	Gaps     []geo.Gap
	Moves    []Move
	Homeless []string // buildings that would lie in no grid
	Limits   []string // sizes and loads to look at
	Before   []Grid
	After    []Grid
	Blocked  []string
}

// Preview computes what a change would do; nothing is written.
func (s *Service) Preview(ctx context.Context, by authz.Actor, c Change) (Preview, error) {
	return s.preview(ctx, by, c)
}

// Apply makes a change in one transaction and gives the ids of the grids that open. It refuses what
// Preview blocks. The same form key a second time changes nothing.
func (s *Service) Apply(ctx context.Context, by authz.Actor, key string, c Change) ([]ID, error) {
	return s.apply(ctx, by, key, c)
}

// Part is a share of a split: its name and the buildings that go to it; Boundary is optional.
type Part struct {
	Name      string
	Buildings []int64
	Boundary  geo.Shape
	A, B      WorkerID
}

// SplitPlan builds the change that closes a grid and opens its parts. With a boundary and no list a part
// takes the buildings inside it.
func SplitPlan(g Grid, parts []Part, day workday.Day, reason string) Change {
	c := Change{Day: day, Reason: reason, System: g.System, Close: []ID{g.ID}}
	for _, p := range parts {
		c.Open = append(c.Open, NewGrid{Kind: g.Kind, Community: g.Community, Name: p.Name, Boundary: p.Boundary, From: []ID{g.ID}, A: p.A, B: p.B,
			Buildings: p.Buildings})
	}
	return c
}

// MergePlan builds the change that closes grids and opens one in their place, which takes all their
// buildings. The first one hands on its people unless A and B are given in the part.
func MergePlan(grids []Grid, into Part, day workday.Day, reason string) Change {
	c := Change{Day: day, Reason: reason}
	n := NewGrid{Name: into.Name, Boundary: into.Boundary, A: into.A, B: into.B, Buildings: into.Buildings}
	for i, g := range grids {
		if i == 0 {
			n.Kind, n.Community, c.System = g.Kind, g.Community, g.System
		}
		n.From = append(n.From, g.ID)
		c.Close = append(c.Close, g.ID)
	}
	c.Open = []NewGrid{n}
	return c
}

// MovePlaces are buildings that go to another grid, or to one of its micro-grids, while all boundaries stay.
type MovePlaces struct {
	Buildings []int64
	To        ID
	Micro     ID // 0: none
	Day       workday.Day
	Reason    string
}

// MovePlaces moves buildings from a day on.
func (s *Service) MovePlaces(ctx context.Context, by authz.Actor, key string, m MovePlaces) error {
	return s.movePlaces(ctx, by, key, m)
}

// PlaceAddress decides once that an address lies in another grid than its building, and stores why: the
// precedent of edge case 1, the premises of edge case 2. To 0 lets it follow its building again.
func (s *Service) PlaceAddress(ctx context.Context, by authz.Actor, key string, addressID int64, to ID, day workday.Day, reason string) error {
	return s.placeAddress(ctx, by, key, addressID, to, day, reason)
}
