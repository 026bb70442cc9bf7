package grid_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/grid"
	"portal/internal/intake"
)

// GRD-04, GRD-19: leave switches the answer by itself, for staff with the reason why, for the public with
// no more than the name; the kind of leave is for those who keep it.
func TestLeaveSwitchesTheAnswer(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	g := c.grid(1, "葛一", "葛二", 0)
	leave := grid.Leave{Worker: c.worker["葛一"], From: today, Until: today.Add(3), Kind: grid.SickLeave}
	c.kind(c.s.TakeLeave(c.ctx, c.who["葛二"], c.key(), leave), fault.KindNotFound, "网格员")
	c.must(c.s.TakeLeave(c.ctx, c.who["葛一"], c.key(), leave))
	c.kind(c.s.TakeLeave(c.ctx, c.secretary, c.key(), leave), fault.KindInvalid, "已经登记过请假")
	if c.inbox(c.who["葛二"], "由你代理") != 1 {
		t.Error("the B was not told")
	}
	for _, w := range []struct {
		by   authz.Actor
		says string
	}{{c.secretary, "A 岗葛一请假（11月18日至20日），B 岗葛二代理"}, {c.leader, "A 岗葛一请假（11月18日至20日），B 岗葛二代理"},
		{authz.Anonymous, "现在由葛二代理"}, {c.other, "现在由葛二代理"}} {
		all, err := c.s.WhoOn(c.ctx, w.by, []grid.ID{g}, today)
		if err != nil || all[g].Why != w.says || all[g].Phone != "0000-5550002" || strings.Contains(all[g].Why, "病") {
			t.Errorf("%s reads %+v %v", w.by.Name, all[g], err)
		}
	}
	if _, err := c.s.WhoOn(c.ctx, authz.Anonymous, []grid.ID{g}, today.Add(1)); fault.KindOf(err) != fault.KindInvalid {
		t.Errorf("the public asked for another day: %v", err)
	}
	for _, w := range []struct {
		by   authz.Actor
		n    int
		kind grid.LeaveKind
	}{{c.secretary, 1, grid.SickLeave}, {c.who["葛一"], 1, grid.SickLeave}, {c.watcher, 1, ""}, {c.who["葛二"], 1, ""}, {c.other, 0, ""}, {authz.Anonymous, 0, ""}} {
		all, err := c.s.Leaves(c.ctx, w.by, huaiyin, today)
		if err != nil || len(all) != w.n || w.n == 1 && all[0].Kind != w.kind {
			t.Errorf("%s reads %+v %v", w.by.Name, all, err)
		}
	}
	all, err := c.s.Leaves(c.ctx, c.secretary, huaiyin, today)
	c.must(err)
	c.later(1)
	c.must(c.s.CallOffLeave(c.ctx, c.secretary, c.key(), all[0].ID))
	c.kind(c.s.CallOffLeave(c.ctx, c.secretary, c.key(), all[0].ID), fault.KindConflict, "已经结束")
	if got := c.answer(c.secretary, g, today) + "，" + c.answer(c.secretary, g, today.Add(1)); got != "葛二 B 岗代理，葛一 A 岗" {
		t.Errorf("the day that is past stays: %s", got)
	}
	leave.From = today
	c.kind(c.s.TakeLeave(c.ctx, c.secretary, c.key(), leave), fault.KindInvalid, "从今天或者以后")
	leave.From, leave.Until = today.Add(9), today.Add(9)
	c.kind(c.s.TakeLeave(c.ctx, c.secretary, c.key(), leave), fault.KindInvalid, "晚于")
}

// Edge case 3: nobody leaves the register or the community while holding a post or a handover.
func TestWorkersLeaveWithoutPosts(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	g := c.grid(1, "葛一", "葛二", 0)
	c.kind(c.s.EndWorker(c.ctx, c.secretary, c.key(), c.worker["葛一"], today.Add(5)), fault.KindConflict, "第1网格 A 岗")
	c.kind(c.s.EndWorker(c.ctx, c.other, c.key(), c.worker["葛三"], today.Add(5)), fault.KindNotFound, "网格员")
	w, err := c.s.WorkerOf(c.ctx, c.secretary, c.worker["葛一"])
	c.must(err)
	if w.Grids != 1 || w.Login != "grid.huaiyin1" {
		t.Errorf("%+v", w)
	}
	w.Community = shiqiao
	c.kind(c.s.ChangeWorker(c.ctx, c.secretary, c.key(), w), fault.KindInvalid, "调度员")
	w.Login = ""
	c.kind(c.s.ChangeWorker(c.ctx, c.dispatcher, c.key(), w), fault.KindConflict, "请先移交")
	c.draw(g, "葛三", noDay)
	c.kind(c.s.EndWorker(c.ctx, c.secretary, c.key(), c.worker["葛三"], today.Add(5)), fault.KindConflict, "移交单")
	four, err := c.s.WorkerOf(c.ctx, c.secretary, c.worker["葛四"])
	c.must(err)
	four.Community, four.Login = shiqiao, ""
	c.must(c.s.ChangeWorker(c.ctx, c.dispatcher, c.key(), four))
	c.kind(c.s.ChangeWorker(c.ctx, c.dispatcher, c.key(), four), fault.KindConflict, "戴渡 刚刚改了葛四的资料")
	_, err = c.s.Appoint(c.ctx, c.secretary, c.key(), grid.Appointment{Grid: g, Role: grid.RoleB, Worker: c.worker["葛四"]})
	c.kind(err, fault.KindInvalid, "不在本社区")
	c.must(c.s.EndWorker(c.ctx, c.secretary, c.key(), c.worker["葛五"], today.Add(5)))
	_, err = c.s.Appoint(c.ctx, c.secretary, c.key(), grid.Appointment{Grid: g, Role: grid.RoleB, Worker: c.worker["葛五"]})
	c.kind(err, fault.KindInvalid, "不在册")
	for day, n := range map[int]int{0: 4, 5: 3} {
		if all, err := c.s.Workers(c.ctx, c.secretary, huaiyin, today.Add(day)); err != nil || len(all) != n {
			t.Errorf("after %d days: %d %v", day, len(all), err)
		}
	}
	for field, w := range map[string]grid.Worker{"login": {Community: huaiyin, Name: "葛六", Phone: "0000-1", Login: "leader"}, "name": {Community: huaiyin, Name: "葛", Phone: "00001"},
		"phone": {Community: huaiyin, Name: "葛六", Phone: "电话"}, "community": {Community: shiqiao, Name: "葛六", Phone: "00001"}} {
		if _, err := c.s.AddWorker(c.ctx, c.secretary, c.key(), w); len(fault.Fields(err)) != 1 || fault.Fields(err)[0].Name != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}

// All of a person's posts move in one go, or none; what would be refused stands in the preview.
func TestBulkMove(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	g1, g2 := c.grid(1, "葛一", "葛二", 300), c.grid(2, "葛一", "葛四", 400)
	c.grid(3, "葛三", "葛二", 200)
	b := grid.Bulk{From: c.worker["葛一"], Day: today.Add(7), To: map[grid.ID]grid.WorkerID{g1: c.worker["葛三"], g2: c.worker["葛三"]}, Reason: "退休"}
	plan, err := c.s.BulkPlan(c.ctx, c.secretary, b)
	c.must(err)
	if !plan.Blocked || plan.Rows[0].Problem != "" || plan.Rows[0].HouseholdsAfter != 500 || !strings.Contains(plan.Rows[1].Problem, "最多任 2 个") {
		t.Fatalf("%+v", plan)
	}
	_, err = c.s.BulkApply(c.ctx, c.secretary, c.key(), b)
	c.kind(err, fault.KindConflict, "第2网格")
	if p, err := c.s.Handovers(c.ctx, c.secretary, huaiyin, true, ""); err != nil || len(p.Rows) != 0 {
		t.Fatalf("a refused move left %v %v", p.Rows, err)
	}
	b.To[g2] = 0
	key := c.key()
	first, err := c.s.BulkApply(c.ctx, c.secretary, key, b)
	c.must(err)
	again, err := c.s.BulkApply(c.ctx, c.secretary, key, b)
	if err != nil || len(first) != 1 || len(again) != 1 || first[0] != again[0] {
		t.Errorf("%v %v %v", first, again, err)
	}
	if got := c.answer(c.secretary, g2, today.Add(7)); got != "葛四 B 岗代理" {
		t.Error(got)
	}
	if plan, err = c.s.BulkPlan(c.ctx, c.secretary, b); err != nil || len(plan.Rows) != 1 || !strings.Contains(plan.Rows[0].Problem, "接收人 葛三") {
		t.Errorf("%+v %v", plan, err)
	}
	_, err = c.s.BulkPlan(c.ctx, c.other, b)
	c.kind(err, fault.KindNotFound, "网格员")
	c.invariants()
}

// GRD-03 and GRD-07: each vacancy past its days and each late handover is told once.
func TestTickTellsOnce(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	c.grid(1, "", "葛二", 0) // vacant since 9 November: its 15th day is the 23rd
	g := c.grid(2, "葛一", "葛二", 0)
	c.draw(g, "葛三", today.Add(1))
	for _, step := range []struct{ day, vacancy, late int }{{1, 0, 0}, {2, 0, 1}, {4, 0, 1}, {5, 1, 1}, {6, 1, 1}} {
		c.later(step.day)
		for range 2 {
			c.must(c.s.Tick(c.ctx))
		}
		if v, l := c.inbox(c.secretary, "第1网格A 岗已空缺"), c.inbox(c.secretary, "还没有签完"); v != step.vacancy || l != step.late {
			t.Errorf("after %d days: %d vacancies, %d handovers", step.day, v, l)
		}
	}
	if c.inbox(c.other, "空缺") != 0 {
		t.Error("another community was told")
	}
}

// GRD-20: the 1+2+N team is a list of posts.
func TestTeam(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	g := c.grid(1, "葛一", "葛二", 0)
	add := func(part grid.TeamPart, post string) error {
		return c.s.AddTeamPost(c.ctx, c.secretary, c.key(), g, grid.TeamPost{Part: part, Post: post, Unit: "槐荫社区", Phone: "0000-5550101"})
	}
	c.must(add(grid.LeadPart, "社区党组织书记"))
	c.kind(add(grid.LeadPart, "第二位书记"), fault.KindInvalid, "最多 1 个")
	c.must(add(grid.HelperPart, "楼栋长"))
	c.must(add(grid.BackbonePart, "社区民警"))
	c.kind(add(grid.HelperPart, "长"), fault.KindInvalid, "2 到 40")
	c.kind(c.s.AddTeamPost(c.ctx, c.other, c.key(), g, grid.TeamPost{Part: grid.HelperPart, Post: "楼栋长", Unit: "石桥"}), fault.KindNotFound, "网格")
	team, err := c.s.Team(c.ctx, c.watcher, g, today)
	if err != nil || len(team) != 3 || team[0].Part != grid.LeadPart || team[1].Part != grid.BackbonePart {
		t.Fatalf("%+v %v", team, err)
	}
	c.kind(c.s.EndTeamPost(c.ctx, c.other, c.key(), team[2].ID), fault.KindNotFound, "团队岗位")
	c.must(c.s.EndTeamPost(c.ctx, c.secretary, c.key(), team[2].ID))
	c.kind(c.s.EndTeamPost(c.ctx, c.secretary, c.key(), team[2].ID), fault.KindNotFound, "已经撤下")
}

// Load is about places: vacancies and sizes, never a person (GRD-17).
func TestLoad(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	c.grid(1, "", "葛二", 620)
	c.grid(2, "葛一", "葛二", 300)
	c.later(8)
	sheet, err := c.s.Load(c.ctx, c.secretary, huaiyin, today.Add(8))
	if err != nil || len(sheet.Rows) != 2 || !sheet.Rows[0].Vacant || sheet.Rows[0].Households != 620 || sheet.Rows[1].Vacant {
		t.Fatalf("%+v %v", sheet, err)
	}
	text := strings.Join(sheet.Advice, "\n")
	if !strings.Contains(text, "第1网格 A 岗已空缺 18 天") || !strings.Contains(text, "620 户") {
		t.Error(text)
	}
	for _, name := range names {
		if strings.Contains(text, name) {
			t.Errorf("a person in %s", text)
		}
	}
	if sheet, err := c.s.Load(c.ctx, c.other, huaiyin, today); err != nil || len(sheet.Rows) != 0 {
		t.Errorf("out of reach: %+v %v", sheet, err)
	}
}

func (c *town) load(k intake.Kind, text string, want string, problems ...string) {
	c.Helper()
	sum, err := intake.Run(c.ctx, c.db, authz.System, k, strings.NewReader(text), "file.csv", intake.Options{})
	if err != nil {
		c.Fatal(err)
	}
	if got := fmt.Sprintf("%d/%d/%d/%d", sum.Added, sum.Updated, sum.Unchanged, sum.Rejected); got != want {
		c.Errorf("%s: %s, want %s: %v", k.Name, got, want, sum.Problems)
	}
	var b strings.Builder
	if err := sum.WriteReport(&b); err != nil {
		c.Fatal(err)
	}
	for _, p := range problems {
		if !strings.Contains(b.String(), p) {
			c.Errorf("no %q in\n%s", p, b.String())
		}
	}
}

// Workers and assignments from files: row errors, all or nothing, the same file again changes nothing.
func TestFilesOfPeople(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	g1, g2 := c.grid(1, "", "葛二", 0), c.grid(2, "葛一", "", 0)
	head := "community,name,phone,employment,login,valid_from,valid_until\n"
	people := head + huaiyin + ",葛六,0000-5550006,专职,,2026-01-01,\n" + huaiyin + ",葛五,0000-5559999,part_time,,2025-01-01,\n"
	c.load(grid.WorkersFile(), head+"320104900009,葛七,0000-5550006,兼职,,2026-01-01,\n"+huaiyin+",葛一,0000-5550001,full_time,,2025-01-01,2026-12-01\n"+
		huaiyin+",葛八,电话,临时,nobody,2026-01-01,\n", "0/0/0/3", "没有这个社区", "第2网格 A 岗", "专职")
	c.load(grid.WorkersFile(), people, "1/1/0/0")
	c.load(grid.WorkersFile(), people, "0/0/2/0")
	head = "grid_code,role,worker,valid_from,valid_until,reason\n"
	posts := head + huaiyin + "001,A岗,葛六,2026-11-10,,补录\n" + huaiyin + "002,b,葛三,2026-11-12,2026-12-01,\n" + huaiyin + "001,网格长,葛三,2026-01-01,,\n"
	c.load(grid.AssignmentsFile(), head+
		huaiyin+"009,a,葛六,2026-11-10,,\n"+huaiyin+"001,b,葛三,2026-11-10,,\n"+huaiyin+"001,a,葛二,2026-11-10,,\n"+huaiyin+"001,a,葛九,2026-11-11,,\n"+
		huaiyin+"002,b,葛三,2026-11-01,,\n"+huaiyin+"002,c,葛三,2026-11-12,,\n", "0/0/0/6",
		"没有这个网格", "由葛二负责", "不能是同一个人", "名册上没有这个人", "由葛四负责", "只能是")
	c.load(grid.AssignmentsFile(), posts, "0/3/0/0")
	c.load(grid.AssignmentsFile(), posts, "0/0/3/0")
	if got := c.answer(c.secretary, g1, today); got != "葛六 A 岗" {
		t.Error(got)
	}
	lines, err := c.s.PostHistory(c.ctx, c.secretary, g2)
	c.must(err)
	var b []string
	for _, p := range lines {
		if p.Role == grid.RoleB {
			b = append(b, fmt.Sprintf("%s%s %s-%s", p.Worker.Name, p.Reason, p.From, p.Until))
		}
	}
	if got := strings.Join(b, "; "); got != "葛四 2025-01-01-2026-11-09; 退休 2026-11-09-2026-11-12; 葛三 2026-11-12-2026-12-01; 退休 2026-12-01-" {
		t.Error(got)
	}
	c.draw(g1, "葛四", noDay)
	c.load(grid.AssignmentsFile(), head+huaiyin+"001,a,葛四,2026-11-20,,\n", "0/0/0/1", "移交单正在办理")
	c.invariants()
}

// GRD-17: nothing here counts, trails or ranks a person. The words themselves never appear.
func TestNoWordOfSurveillance(t *testing.T) {
	t.Parallel()
	words := strings.Fields(strings.ReplaceAll("打·卡 积·分 排·名 在线·时长 轨·迹", "·", ""))
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) < 20 {
		t.Fatal(len(files), err)
	}
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(f)
		_ = f.Close()
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range words {
			if strings.Contains(string(text), w) {
				t.Errorf("%s: %s", name, w)
			}
		}
	}
}
