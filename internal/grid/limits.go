package grid

import (
	"fmt"

	"portal/internal/fault"
	"portal/internal/policy"
	"portal/internal/workday"
)

// together counts how many of the spans hold on the same day, on the worst day from a day on.
func together(spans []aSpan, from, until workday.Day) (grids, households int) {
	starts := []workday.Day{from}
	for _, s := range spans {
		if s.From.After(from) {
			starts = append(starts, s.From)
		}
	}
	for _, day := range starts {
		if !until.IsZero() && !day.Before(until) {
			continue
		}
		n, h := 0, 0
		for _, s := range spans {
			if !day.Before(s.From) && (s.Until.IsZero() || day.Before(s.Until)) {
				n, h = n+1, h+s.Households
			}
		}
		grids, households = max(grids, n), max(households, h)
	}
	return grids, households
}

// burden is what being A of one more grid would mean.
type burden struct {
	Before, After int // households
	Grids         int // grids with the new one
	Limit         int // households before a reason is asked
	OverGrids     bool
	OverHouses    bool
}

// weigh adds a grid to the A posts of a person on its days (GRD-06). What an open handover takes away does
// not count, unless strict: at the moment of taking effect only facts do.
func weigh(spans []aSpan, g seat, from, until workday.Day, v policy.Values, strict bool) burden {
	var kept []aSpan
	for _, s := range spans {
		if s.GridID != g.ID && (strict || !s.Leaving) {
			kept = append(kept, s)
		}
	}
	n, before := together(kept, from, until)
	b := burden{Before: before, After: before + g.Households, Grids: n + 1, Limit: v.GridHouseholds}
	b.OverGrids, b.OverHouses = b.Grids > v.GridLimitA, b.After > b.Limit
	return b
}

// refuse says what stands against it: a limit, or a missing reason.
func (b burden) refuse(name string, limit int, reason string) error {
	switch {
	case b.OverGrids:
		return fault.InvalidField("worker", fmt.Sprintf("一人最多任 %d 个网格的 A 岗，%s 会有 %d 个。请另选一位，或者先把其中一个移交出去", limit, name, b.Grids))
	case b.OverHouses && reason == "":
		return fault.InvalidField("reason", fmt.Sprintf("%s 任 A 岗的网格将有 %d 户，超过 %d 户，请写明理由", name, b.After, b.Limit))
	}
	return nil
}
