package grid

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"portal/internal/authz"
	"portal/internal/geo"
	"portal/internal/pg"
	"portal/internal/policy"
	"portal/internal/workday"
)

const nearMetres = 30 // grids on both sides of a street are neighbours

// Candidates lists who may be appointed to a post from a day on: those with a post in a neighbouring grid
// first, then those who would answer for fewer households. The order is one of nearness and room for this
// grid; it says nothing about persons (GRD-17).
func (s *Service) Candidates(ctx context.Context, by authz.Actor, id ID, role Role, day workday.Day) ([]Candidate, error) {
	found, err := seats(ctx, s.db.Q(), []ID{id}, day)
	if err != nil {
		return nil, err
	}
	g := found[id]
	if g.ID == 0 || !authz.Allowed(by, authz.GridAssign, g.grid().Object()) {
		return nil, errNoSeat
	}
	around, err := s.OnDay(ctx, by, g.Community, day)
	if err != nil {
		return nil, err
	}
	near := neighbours(around)[id]
	people, err := s.Workers(ctx, by, g.Community, day)
	if err != nil {
		return nil, err
	}
	var out []Candidate
	err = s.db.Read(ctx, func(q pg.Querier) error {
		v, err := policy.Load(ctx, q, day)
		if err != nil {
			return err
		}
		heldBy, err := postsHeldBy(ctx, q, g.Community, day)
		if err != nil {
			return err
		}
		ids := make([]WorkerID, len(people))
		for i, w := range people {
			ids[i] = w.ID
		}
		spans, err := aSpans(ctx, q, ids, day, true)
		if err != nil {
			return err
		}
		out = out[:0]
		for _, w := range people {
			out = append(out, candidate(w, g, role, heldBy[w.ID], near, weigh(spans[w.ID], g, day, workday.Day{}, v, false)))
		}
		return nil
	})
	slices.SortStableFunc(out, func(a, b Candidate) int {
		return cmp.Or(firstTrue(a.Adjacent, b.Adjacent), cmp.Compare(a.HouseholdsAfter, b.HouseholdsAfter))
	})
	return out, err
}

func firstTrue(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

func candidate(w Worker, g seat, role Role, posts []heldBy, near map[ID]bool, b burden) Candidate {
	c := Candidate{Worker: w, HouseholdsBefore: b.Before, HouseholdsAfter: b.Before, Limit: b.Limit}
	if role == RoleA {
		c.HouseholdsAfter, c.OverHouseholds, c.OverGrids = b.After, b.OverHouses, b.OverGrids
	}
	var now []string
	for _, p := range posts {
		now = append(now, shortName(p.GridName, g.CommunityName)+" "+p.Role.Label())
		switch {
		case near[p.GridID] && p.Role.signed(): // a lead is no nearer to one grid than to another
			c.Adjacent = true
		case p.GridID == g.ID && (p.Role == role || p.Role.signed() && role.signed()):
			c.Same = true
		}
	}
	c.Now = "现在没有岗位"
	if len(now) > 0 {
		c.Now = "现任" + strings.Join(now, "、")
	}
	return c
}

// neighbours says which grids touch, by their boundaries.
func neighbours(grids []Grid) map[ID]map[ID]bool {
	out := map[ID]map[ID]bool{}
	for i, a := range grids {
		for _, b := range grids[i+1:] {
			if a.Kind == Micro || b.Kind == Micro || !geo.Adjacent(a.Boundary, b.Boundary, nearMetres) {
				continue
			}
			for _, pair := range [][2]ID{{a.ID, b.ID}, {b.ID, a.ID}} {
				if out[pair[0]] == nil {
					out[pair[0]] = map[ID]bool{}
				}
				out[pair[0]][pair[1]] = true
			}
		}
	}
	return out
}

// households writes a number of households as pages do.
func householdsWords(n int) string { return fmt.Sprintf("%d 户", n) }
