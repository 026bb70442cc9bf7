package grid_test

import (
	"testing"

	"portal/internal/fault"
	"portal/internal/grid"
)

// A split that is planned has copied who holds the posts. Whoever is replaced before its day is replaced in the
// grids to come first, so that none of them opens under somebody who has handed over (GRD-03, GRD-07).
func TestPeopleBeforeAPlannedSplit(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	g := c.grid(1, "葛一", "葛二", 40)
	all, err := c.s.OnDay(c.ctx, c.secretary, huaiyin, today)
	c.must(err)
	in, err := c.s.Buildings(c.ctx, c.secretary, g, today, "")
	c.must(err)
	day := today.Add(10)
	opened, err := c.s.Apply(c.ctx, c.secretary, c.key(), grid.SplitPlan(all[0], []grid.Part{{Name: "甲网格", Buildings: []int64{in.Rows[0].ID}}}, day, "改划"))
	c.must(err)
	_, err = c.s.Appoint(c.ctx, c.secretary, c.key(), grid.Appointment{Grid: g, Role: grid.RoleA, Worker: c.worker["葛三"]})
	c.kind(err, fault.KindConflict, "请先到甲网格办理从11月28日起的 A 岗安排")
	c.kind(c.vacate(g, grid.RoleA, noDay, "退休"), fault.KindConflict, "甲网格")
	_, err = c.s.Appoint(c.ctx, c.secretary, c.key(), grid.Appointment{Grid: opened[0], Role: grid.RoleA, Day: day, Reason: "届时另行指定"})
	c.must(err)
	c.must(c.vacate(g, grid.RoleA, noDay, "退休"))
	if got := c.answer(c.secretary, g, today) + "，" + c.answer(c.secretary, opened[0], day); got != "葛二 B 岗代理，葛二 B 岗代理" {
		t.Error(got)
	}
	c.invariants()
}
