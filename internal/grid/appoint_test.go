package grid_test

import (
	"strings"
	"testing"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/grid"
	"portal/internal/workday"
)

func (c *town) vacate(id grid.ID, role grid.Role, day workday.Day, reason string) error {
	_, err := c.s.Appoint(c.ctx, c.secretary, c.key(), grid.Appointment{Grid: id, Role: role, Day: day, Reason: reason})
	return err
}

// GRD-03: a post ends with a successor or with a reasoned vacancy; the service says so, and the database
// refuses whatever goes past the service.
func TestNoPostEndsInTheAir(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	g := c.grid(1, "葛一", "葛二", 0)
	c.kind(c.vacate(g, grid.RoleA, noDay, " "), fault.KindInvalid, "空缺的原因")
	for _, sql := range []string{
		`UPDATE grid_assignment SET valid = daterange(lower(valid), '2026-11-18') WHERE role = 'a'`,
		`UPDATE grid_assignment SET valid = 'empty' WHERE role = 'b'`,
		`UPDATE grid_assignment SET worker_id = NULL WHERE role = 'a'`,
	} {
		if _, err := c.admin.Exec(c.ctx, sql); err == nil || !strings.Contains(err.Error(), "is kept on") && !strings.Contains(err.Error(), "vacancy_says_why") {
			t.Errorf("%s: %v", sql, err)
		}
	}
	c.must(c.vacate(g, grid.RoleA, noDay, "退休"))
	if got := c.answer(c.secretary, g, today); got != "葛二 B 岗代理" {
		t.Error(got)
	}
	if c.inbox(c.who["葛二"], "由你代理") != 1 {
		t.Error("the B was not told")
	}
	c.kind(c.vacate(g, grid.RoleA, noDay, "退休"), fault.KindConflict, "已经空缺")
	c.invariants()
}

// Planned moves: a later day is a plan that can be called off, and whoever held the post goes on.
func TestPlansAreCalledOff(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	g := c.grid(1, "葛一", "葛二", 0)
	c.must(c.vacate(g, grid.RoleA, today.Add(10), "退休"))
	_, err := c.s.Appoint(c.ctx, c.secretary, c.key(), grid.Appointment{Grid: g, Role: grid.RoleA, Worker: c.worker["葛三"]})
	c.kind(err, fault.KindConflict, "11月28日起已经安排为空缺（退休）")
	if got := c.answer(c.secretary, g, today.Add(9)) + "，" + c.answer(c.secretary, g, today.Add(10)); got != "葛一 A 岗，葛二 B 岗代理" {
		t.Error(got)
	}
	lines, err := c.s.PostHistory(c.ctx, c.secretary, g)
	c.must(err)
	plan := lines[1]
	if plan.From != today.Add(10) || !plan.Vacant() || plan.VacantSince != today.Add(10) {
		t.Fatalf("%+v", plan)
	}
	c.kind(c.s.CallOffPlan(c.ctx, c.other, c.key(), plan.ID, "别的社区来撤"), fault.KindNotFound, "没有这项安排")
	c.kind(c.s.CallOffPlan(c.ctx, c.secretary, c.key(), lines[0].ID, "已经生效的安排"), fault.KindConflict, "已经生效")
	c.must(c.s.CallOffPlan(c.ctx, c.secretary, c.key(), plan.ID, "推迟退休一年"))
	c.kind(c.s.CallOffPlan(c.ctx, c.secretary, c.key(), plan.ID, "推迟退休一年"), fault.KindNotFound, "可能已经撤销")
	if got := c.answer(c.secretary, g, today.Add(400)); got != "葛一 A 岗" {
		t.Error(got)
	}
	// Who retires on a planned day is asked to hand over, though the post is vacant by then.
	c.must(c.vacate(g, grid.RoleA, today.Add(10), "退休"))
	if h := c.handover(c.secretary, c.draw(g, "葛三", today.Add(10)).ID); h.Giver.Name != "葛一" {
		t.Errorf("giver %+v", h.Giver)
	}
	c.invariants()
}

// A lead takes effect at once; GRD-05 asks the lead when A and B are away.
func TestLeadIsNamedAtOnce(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	g := c.grid(1, "葛一", "葛二", 0)
	done, err := c.s.Appoint(c.ctx, c.secretary, c.key(), grid.Appointment{Grid: g, Role: grid.RoleLead, Worker: c.worker["葛三"]})
	if err != nil || done.Handover != 0 {
		t.Fatalf("%v %v", done, err)
	}
	for _, name := range []string{"葛一", "葛二"} {
		c.must(c.s.TakeLeave(c.ctx, c.secretary, c.key(), grid.Leave{Worker: c.worker[name], From: today, Until: today.Add(3), Kind: grid.AnnualLeave}))
	}
	if got := c.answer(c.secretary, g, today); got != "葛三 网格长代理" {
		t.Error(got)
	}
	c.must(c.vacate(g, grid.RoleLead, noDay, "另有任用"))
	all, err := c.s.WhoOn(c.ctx, c.secretary, []grid.ID{g}, today)
	if err != nil || all[g].As != grid.Street || !all[g].RedFlag || all[g].Phone != "0000-12345678" {
		t.Errorf("%+v %v", all[g], err)
	}
}

// GRD-06: two grids as A at most, counted with what open handovers bring; over 800 households a reason.
func TestLimits(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	g1, g2, g3 := c.grid(1, "葛一", "葛二", 500), c.grid(2, "葛二", "葛一", 400), c.grid(3, "葛四", "葛一", 100)
	c.draw(g1, "葛三", noDay)
	to := grid.Appointment{Grid: g2, Role: grid.RoleA, Worker: c.worker["葛三"]}
	_, err := c.s.Appoint(c.ctx, c.secretary, c.key(), to)
	c.kind(err, fault.KindInvalid, "900 户")
	to.Reason = "过渡期兼管，年底前补人"
	_, err = c.s.Appoint(c.ctx, c.secretary, c.key(), to)
	c.must(err)
	to.Grid = g3
	_, err = c.s.Appoint(c.ctx, c.secretary, c.key(), to)
	c.kind(err, fault.KindInvalid, "最多任 2 个网格的 A 岗")
	people, err := c.s.Candidates(c.ctx, c.secretary, g3, grid.RoleA, today)
	c.must(err)
	over := map[string]bool{}
	for _, p := range people {
		over[p.Worker.Name] = p.OverGrids
		if p.Worker.Name == "葛三" && (p.HouseholdsBefore != 900 || p.HouseholdsAfter != 1000 || !p.OverHouseholds) {
			t.Errorf("%+v", p)
		}
		if p.Worker.Name == "葛一" && (!p.Same || !strings.Contains(p.Now, "第3网格 B 岗")) || p.Worker.Name == "葛五" && p.Now != "现在没有岗位" {
			t.Errorf("%+v", p)
		}
	}
	if len(people) != 5 || !over["葛三"] || over["葛四"] || over["葛五"] {
		t.Errorf("%v", over)
	}
	_, err = c.s.Candidates(c.ctx, c.other, g3, grid.RoleA, today)
	c.kind(err, fault.KindNotFound, "网格")
	// What was promised twice is counted again when it takes effect.
	c.exec(`UPDATE grid_handover SET state = 'called_off', closed_at = made_at, close_reason = '测试' WHERE grid_id = $1`, int64(g2))
	g4 := c.grid(4, "葛三", "葛二", 0)
	c.exec(`UPDATE grid_assignment SET worker_id = $2 WHERE grid_id = $1 AND role = 'a'`, int64(g2), int64(c.worker["葛三"]))
	mine, err := c.s.MyHandovers(c.ctx, c.who["葛三"])
	if err != nil || len(mine) != 1 {
		t.Fatalf("%v %v", mine, err)
	}
	at := grid.HandoverStep{ID: mine[0].ID, Version: 1}
	c.must(c.s.Give(c.ctx, c.who["葛一"], c.key(), at))
	at.Version++
	c.kind(c.s.Receive(c.ctx, c.who["葛三"], c.key(), at), fault.KindInvalid, "会有 3 个")
	if got := c.answer(c.secretary, g1, today); got != "葛一 A 岗" {
		t.Errorf("%s after %d", got, g4)
	}
}

// Reach: another community's secretary, and everybody who only looks on, get what a missing record gives.
func TestPostsAreInReach(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	g := c.grid(1, "葛一", "葛二", 0)
	for _, by := range []authz.Actor{c.other, c.watcher, c.leader, c.who["葛一"], authz.Anonymous} {
		_, err := c.s.Appoint(c.ctx, by, c.key(), grid.Appointment{Grid: g, Role: grid.RoleA, Worker: c.worker["葛三"]})
		c.kind(err, fault.KindNotFound, "网格")
	}
	for name, in := range map[string]grid.Appointment{
		"不能早于今天":   {Grid: g, Role: grid.RoleA, Worker: c.worker["葛三"], Day: today.Add(-1)},
		"请选择 A 岗":  {Grid: g, Role: "c", Worker: c.worker["葛三"]},
		"已经是这个网格的": {Grid: g, Role: grid.RoleA, Worker: c.worker["葛一"]},
		"200 个字":   {Grid: g, Role: grid.RoleA, Worker: c.worker["葛三"], Reason: strings.Repeat("长", 201)},
	} {
		_, err := c.s.Appoint(c.ctx, c.secretary, c.key(), in)
		c.kind(err, fault.KindInvalid, name)
	}
	if _, err := c.s.PostHistory(c.ctx, authz.Anonymous, g); fault.KindOf(err) != fault.KindNotFound {
		t.Error(err)
	}
}

// A micro-grid only subdivides: the people of its grid answer for it, and it has no posts of its own.
func TestMicroGridIsAnsweredForByItsGrid(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	g := c.grid(1, "葛一", "葛二", 0)
	var micro grid.ID
	const add = `WITH m AS (INSERT INTO grid (code, community, kind, parent_id) VALUES ($1, $2, 'micro_grid', $3) RETURNING id),
		v AS (INSERT INTO grid_version (grid_id, valid, name, coord_system, reason, made_at) SELECT id, '[2025-01-01,)', '第1微网格', 'WGS-84', '细分', $4 FROM m)
		SELECT id FROM m`
	c.must(c.admin.QueryRow(c.ctx, add, huaiyin+"00101", huaiyin, int64(g), c.db.Now()).Scan(&micro))
	if got := c.answer(c.secretary, micro, today); got != "葛一 A 岗" {
		t.Error(got)
	}
	_, err := c.s.Appoint(c.ctx, c.secretary, c.key(), grid.Appointment{Grid: micro, Role: grid.RoleA, Worker: c.worker["葛三"]})
	c.kind(err, fault.KindInvalid, "微网格不单独设岗")
}
