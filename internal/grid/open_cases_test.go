package grid_test

import (
	"context"
	"strings"
	"testing"

	"portal/internal/fault"
	"portal/internal/grid"
	"portal/internal/pg"
)

// GRD-07: a handover names every open case of the grid when it is drawn, and those that came afterwards
// before anybody signs: nobody takes a grid over without having read them.
func TestHandoverNamesOpenCases(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	open := []grid.OpenCase{{No: "SQ-2026-7", Words: "楼道灯不亮，11月20日到期"}}
	c.s.Cases = func(_ context.Context, _ pg.Querier, _ grid.ID) ([]grid.OpenCase, error) { return open, nil }
	g := c.grid(1, "葛一", "葛二", 300)
	at := c.draw(g, "葛三", today)
	listed := func() string {
		var words []string
		for _, e := range c.handover(c.secretary, at.ID).Entries {
			words = append(words, e.Words)
		}
		return strings.Join(words, "|")
	}
	if got := listed(); got != "SQ-2026-7 楼道灯不亮，11月20日到期" {
		t.Fatalf("when drawn: %s", got)
	}
	c.must(c.s.Give(c.ctx, c.who["葛一"], c.key(), at))
	at.Version++
	c.must(c.s.ReadEntries(c.ctx, c.who["葛三"], c.key(), at, nil))
	open = append(open, grid.OpenCase{No: "SQ-2026-70", Words: "积水"})
	for range 2 { // the second time it is there already
		at.Version = c.handover(c.secretary, at.ID).Version
		c.kind(c.s.Receive(c.ctx, c.who["葛三"], c.key(), at), fault.KindInvalid, "还有 1 条移交事项没有读")
	}
	if got := listed(); got != "SQ-2026-7 楼道灯不亮，11月20日到期|SQ-2026-70 积水" {
		t.Fatalf("after a new case: %s", got)
	}
	c.must(c.s.ReadEntries(c.ctx, c.who["葛三"], c.key(), at, nil))
	at.Version = c.handover(c.secretary, at.ID).Version
	c.must(c.s.Receive(c.ctx, c.who["葛三"], c.key(), at))
	c.invariants()
}
