package grid

import (
	"context"
	"fmt"
	"slices"

	"portal/internal/authz"
	"portal/internal/catalog"
	"portal/internal/pg"
	"portal/internal/policy"
	"portal/internal/workday"
)

// GridLoad is what a grid carries on a day. It describes places and never persons (GRD-17).
type GridLoad struct {
	Grid       Grid
	Answer     Answer
	Households int
	Residents  int
	Buildings  int
	HoursMonth float64 // the community's admitted hours of a month, shared out by households
	Vacant     bool    // the A post
}

// LoadSheet is the load of a community or street with sentences on how to even it out.
type LoadSheet struct {
	Rows   []GridLoad
	Advice []string
	Usual  int // households up to which an ordinary grid is of the usual size
}

// Load tells what the grids of a community or street carry on a day, with sentences on how to even it out.
// Hours are those of the community's admitted items, shared out by households.
func (s *Service) Load(ctx context.Context, by authz.Actor, community string, day workday.Day) (LoadSheet, error) {
	out := LoadSheet{Usual: usualMost}
	grids, err := s.OnDay(ctx, by, community, day)
	if err != nil {
		return out, err
	}
	grids = slices.DeleteFunc(grids, func(g Grid) bool { return g.Kind == Micro })
	ids := make([]ID, len(grids))
	total := map[string]int{}
	for i, g := range grids {
		ids[i] = g.ID
		total[g.Community] += g.Households
	}
	var hours map[string]catalog.Hours
	var answers map[ID]Answer
	var limit int
	err = s.db.Read(ctx, func(q pg.Querier) error {
		v, err := policy.Load(ctx, q, day)
		if err != nil {
			return err
		}
		limit = v.ActingDays
		if hours, err = catalog.HoursByCommunity(ctx, q, day); err != nil {
			return err
		}
		answers, err = whoOn(ctx, q, by, ids, day, workday.DayOf(s.db.Now()))
		return err
	})
	if err != nil {
		return out, err
	}
	for _, g := range grids {
		row := GridLoad{Grid: g, Answer: answers[g.ID], Households: g.Households, Residents: g.Residents, Buildings: g.Buildings,
			Vacant: answers[g.ID].VacantDays > 0}
		if total[g.Community] > 0 {
			row.HoursMonth = hours[g.Community].Hours * float64(g.Households) / float64(total[g.Community])
		}
		out.Rows = append(out.Rows, row)
	}
	out.Advice = advice(out.Rows, limit)
	return out, nil
}

// usualMost is the upper end of the usual size of an ordinary grid (domain/governance.md §5.1).
const usualMost = 500

// advice writes sentences about grids: which is large beside which neighbour, which post is vacant for too
// long. Persons and their numbers never appear in them (GRD-17).
func advice(rows []GridLoad, actingDays int) []string {
	var out []string
	at := make(map[ID]GridLoad, len(rows))
	grids := make([]Grid, len(rows))
	for i, r := range rows {
		at[r.Grid.ID], grids[i] = r, r.Grid
		if r.Answer.OverLimit {
			out = append(out, fmt.Sprintf("%s A 岗已空缺 %d 天，超过 %d 天。请指定人员", r.Grid.Name, r.Answer.VacantDays, actingDays))
		}
		if r.Answer.As == Street {
			out = append(out, r.Grid.Name+"现在没有人在岗，由街道值班接听。请安排代理")
		}
	}
	near := neighbours(grids)
	for _, r := range rows {
		if r.Grid.Kind != Ordinary || r.Households <= usualMost {
			continue
		}
		best := GridLoad{}
		for id := range near[r.Grid.ID] {
			n := at[id]
			if n.Grid.Kind == Ordinary && n.Grid.Community == r.Grid.Community && 2*n.Households <= r.Households+usualMost/2 &&
				(best.Grid.ID == 0 || n.Households < best.Households || n.Households == best.Households && n.Grid.ID < best.Grid.ID) {
				best = n
			}
		}
		words := fmt.Sprintf("%s有 %s，多于一般的 %d 户", r.Grid.Name, householdsWords(r.Households), usualMost)
		if best.Grid.ID != 0 {
			words += fmt.Sprintf("；相邻的%s有%s，可以把交界处的楼栋划一部分过去", best.Grid.Short(), householdsWords(best.Households))
		} else {
			words += "，可以考虑拆分"
		}
		out = append(out, words)
	}
	return out
}
