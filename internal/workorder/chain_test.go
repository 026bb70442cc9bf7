package workorder_test

import (
	"sync"
	"testing"
	"time"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/workday"
	"portal/internal/workorder"
)

// A request goes its whole way: the department of its category has it by itself, signs, speaks with the resident,
// reports, and the case closes when the callback is locked. The first unit stays known (REQ-02), the community
// assists, every clock says why.
func TestRequestFromDeskToClosing(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	o := c.open()
	if o.Owner.Kind != workorder.Desk || o.Urgency != workorder.Livelihood || !o.DueAt.Equal(c.now.Add(24*time.Hour)) || !o.ContactDue.Equal(c.now.Add(6*time.Hour)) {
		t.Fatalf("opened as %+v", o)
	}
	var r workorder.Routed
	c.tx(c.clerk, func(tx *pg.Tx) (err error) { o, r, err = workorder.Route(c.ctx, tx, o); return err })
	if r.To.Unit != c.city || o.State != workorder.Dispatched || o.FirstUnit != c.city {
		t.Fatalf("routed to %+v, %s", r, o.State)
	}
	if n := c.inbox(c.cityman, "请在时限内签收"); n != 1 {
		t.Errorf("%d lines for the department", n)
	}
	o = c.get(o)
	if !o.Can(c.secretary, authz.WorkHelped) {
		t.Error("the community does not assist")
	}
	o = c.contact(c.cityman, c.sign(c.cityman, o))
	if o.State != workorder.Handling || o.ContactedAt == nil {
		t.Fatalf("after the contact: %s", o.State)
	}
	o = c.report(c.cityman, o)
	c.state(o, workorder.Handled)
	for kind, stopped := range map[string]int64{"contact": 1, "finish": 1, "dispute": 1, "callback": 0} {
		if n := c.number(`SELECT count(*) FROM work_clock WHERE order_id = $1 AND kind = $2 AND (stopped_at IS NOT NULL) = ($3 = 1)`, int64(o.ID), kind, stopped); n != 1 {
			t.Errorf("clock %s: %d rows with stopped %d", kind, n, stopped)
		}
	}
	c.tx(c.caller, func(tx *pg.Tx) error { return workorder.Close(c.ctx, tx, o.ID, "") })
	o = c.get(o)
	if o.State != workorder.Closed || o.ClosedAt == nil || o.Result != "solved" {
		t.Errorf("closed as %+v", o)
	}
	accounts, units, err := workorder.HandledBy(c.ctx, c.db.Q(), o.ID)
	if err != nil || len(accounts) != 1 || accounts[0] != c.cityman.AccountID || len(units) != 1 || units[0] != c.city {
		t.Errorf("handled by %v %v %v", accounts, units, err)
	}
	steps, err := c.s.Steps(c.ctx, c.cityman, o)
	if err != nil || len(steps) != 6 || steps[1].Did != "派给区城市管理局" || steps[4].UnitName != "区城市管理局" {
		t.Errorf("%d steps %+v %v", len(steps), steps, err)
	}
}

// REQ-10: a report needs words that answer, a contact, and a picture where something can be seen. All errors at once.
func TestReportNeedsAnswerContactPicture(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	o := c.sign(c.cityman, c.dispatch(c.open(func(n *workorder.Opening) { n.Physical = true }), to(c.city)))
	_, err := c.s.Report(c.ctx, c.cityman, c.key(), workorder.Report{At: o.At(), Words: "正在协调有关单位。", Result: "solved"})
	names := map[string]bool{}
	for _, f := range fault.Fields(err) {
		names[f.Name] = true
	}
	if len(names) != 3 || !names["words"] || !names["contact"] || !names["photo"] {
		t.Fatalf("fields %v, %v", names, err)
	}
	_, err = c.s.Report(c.ctx, c.cityman, c.key(), workorder.Report{At: o.At(), Words: doneWords, Result: "solved", NoContact: true})
	c.refused(err, fault.KindInvalid, "照片")
	o = c.photo(c.cityman, o, "a")
	o = c.got(c.s.Report(c.ctx, c.cityman, c.key(), workorder.Report{At: o.At(), Words: doneWords, Result: "solved", NoContact: true}))
	c.state(o, workorder.Handled) // REQ-17: nobody can be reached
}

// The shield (REQ-14, GRD-21): what the list of the day does not hold goes to no community or grid, government work
// is never led there; the words carry the code, the rule of this street (never another place's), and the lawful owner.
func TestShield(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	o := c.open()
	for _, x := range []struct{ name, item, says string }{
		{"no item", "", "没有对应的社区清单事项"}, {"government work", "XZ-1", "社区只协助，不能主办"}, {"unknown item", "ZZ-9", "当天不在这个社区的清单上"}} {
		for _, target := range []workorder.Target{{Kind: workorder.Community, Community: huaiyin, Item: x.item}, {Kind: workorder.Grid, Grid: c.grid, Item: x.item}} {
			_, err := c.s.Dispatch(c.ctx, c.dispatcher, c.key(), workorder.Dispatch{At: o.At(), To: target})
			c.refused(err, fault.KindInvalid, "to：NOT_ADMITTED")
			c.refused(err, fault.KindInvalid, x.says)
			c.refused(err, fault.KindInvalid, "街道准入清单规则 [D]")
			c.refused(err, fault.KindInvalid, "请派给区城市管理局")
		}
	}
	// an item that another community's list holds
	_, err := c.s.Dispatch(c.ctx, c.dispatcher, c.key(), workorder.Dispatch{At: o.At(), To: workorder.Target{Kind: workorder.Community, Community: shiqiao, Item: "XZ-1"}})
	c.refused(err, fault.KindInvalid, "当天不在这个社区的清单上")
	if n := c.number(`SELECT count(*) FROM audit_entry WHERE object_kind = 'work_order' AND object_id = $1`, int64(o.ID)); n != 1 {
		t.Errorf("%d entries of the trail after refusals", n)
	}
	o = c.dispatch(o, workorder.Target{Kind: workorder.Grid, Grid: c.grid, Item: "ZZ-1"})
	if o.ItemCode != "ZZ-1" || o.Owner.Person != "葛一" {
		t.Errorf("the grid has it as %+v", o.Owner)
	}
	// the adopted policy of the place is named where one is in force
	c.exec(`INSERT INTO local_clause (ground, title, doc_no, words, gives_refusal, condition, divisions, valid, status)
		VALUES ('policy', '社区工作事项准入办法', '梧办发〔2026〕3号', '未经准入的可以拒绝', true, 'unapproved', $1, '[2026-01-01,)', 'in_force')`, []string{huaiyin})
	sh, err := c.s.Shield(c.ctx, c.dispatcher, c.open().ID, workorder.Target{Kind: workorder.Community, Community: huaiyin})
	if err != nil || sh.Admitted || sh.Lawful.Unit != c.city || sh.Basis[:len("本地政策文件")] != "本地政策文件" {
		t.Errorf("shield %+v %v", sh, err)
	}
}

// A rule that points to a grid whose list does not hold the item leaves the case at the desk, with the reason (Q4).
func TestRouteStopsAtTheShield(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	c.rule("1901", workorder.Grid, 0, "XZ-1")
	o := c.open(func(n *workorder.Opening) { n.Category, n.DueHours = "1901", 72 })
	var r workorder.Routed
	c.tx(c.clerk, func(tx *pg.Tx) (err error) { o, r, err = workorder.Route(c.ctx, tx, o); return err })
	o = c.get(o)
	if r.Refused == nil || o.State != workorder.Registered || o.Owner.Kind != workorder.Desk {
		t.Fatalf("%+v, %s", r, o.State)
	}
	if n := c.number(`SELECT count(*) FROM work_step WHERE order_id = $1 AND words LIKE 'NOT_ADMITTED%'`, int64(o.ID)); n != 1 {
		t.Errorf("%d lines with the reason", n)
	}
	choices, err := c.s.Suggest(c.ctx, c.dispatcher, o.ID)
	if err != nil || len(choices) == 0 {
		t.Fatal(err)
	}
	for _, x := range choices {
		if x.Kind != workorder.Unit && x.Refused == nil {
			t.Errorf("%s is offered without a refusal", x.Words)
		}
	}
}

// While the A is away the B acts, then the lead; what the grid has stays visible to all who hold a post (GRD-04, 05);
// a worker's own request is the B's (§5.5, 4); the desk has it when nobody is there.
func TestActingPersonOfTheGrid(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	c.rule("1901", workorder.Grid, 0, "ZZ-1")
	route := func(change ...func(n *workorder.Opening)) workorder.Order {
		o := c.open(append(change, func(n *workorder.Opening) { n.Category, n.DueHours = "1901", 72 })...)
		c.tx(c.clerk, func(tx *pg.Tx) (err error) { o, _, err = workorder.Route(c.ctx, tx, o); return err })
		return c.get(o)
	}
	own := route(func(n *workorder.Opening) { n.AvoidAccount = c.a.AccountID })
	if own.Owner.Person != "葛二" {
		t.Errorf("the A's own request is with %q", own.Owner.Person)
	}
	_, err := c.s.Sign(c.ctx, c.a, c.key(), own.At())
	c.refused(err, fault.KindNotFound, "没有这件诉求")
	first := route()
	c.away(c.a)
	second := route()
	if first.Owner.Person != "葛一" || second.Owner.Person != "葛二" || second.Owner.Account != c.b.AccountID {
		t.Errorf("owners %+v, %+v", first.Owner, second.Owner)
	}
	if second.Owner.Words() != "槐荫社区第一网格 葛二" {
		t.Error(second.Owner.Words())
	}
	for _, who := range []authz.Actor{c.a, c.b, c.lead} {
		if _, err := c.s.Get(c.ctx, who, first.No); err != nil {
			t.Errorf("%s does not see the grid's case: %v", who.Name, err)
		}
	}
	c.away(c.b)
	c.away(c.lead)
	third := route()
	if third.Owner.Kind != workorder.Desk || third.State != workorder.Registered {
		t.Errorf("nobody is there, and it went to %+v", third.Owner)
	}
}

// One dispute, in working hours of the dispatch, one ruling by another person, no return after it (REQ-08, GRD-11);
// the ruling may become the rule of the category. The resident's clock does not move (REQ-07).
func TestDisputeAndRuling(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	o := c.dispatch(c.open(), to(c.city))
	due := o.DueAt
	_, err := c.s.Dispute(c.ctx, c.waterman, c.key(), workorder.Dispute{At: o.At(), Reason: "不属于本单位"})
	c.refused(err, fault.KindNotFound, "没有这件诉求")
	o = c.got(c.s.Dispute(c.ctx, c.cityman, c.key(), workorder.Dispute{At: c.sign(c.cityman, o).At(), Reason: "路灯属于水务局养护", Suggests: c.water})) // §5.5, 9
	c.state(o, workorder.Disputed)
	d, there, err := c.s.DisputeOf(c.ctx, c.dispatcher, o)
	// 10:00 and four working hours, with the pause from 12:00 to 14:00
	if err != nil || !there || d.SuggestsAs != "区水务局" || d.RuleBy.In(workday.Shanghai).Format("15:04") != "16:00" {
		t.Errorf("dispute %+v %v %v", d, there, err)
	}
	_, err = c.s.Rule(c.ctx, c.cityman, c.key(), workorder.Rule{At: o.At(), Uphold: true, To: to(c.water), Ruling: "异议成立"})
	c.refused(err, fault.KindForbidden, "你的岗位不能裁定")
	_, err = c.s.Rule(c.ctx, c.dispatcher, c.key(), workorder.Rule{At: o.At(), Uphold: true, To: to(c.city), Ruling: "异议成立，改派"})
	c.refused(err, fault.KindInvalid, "另一个单位")
	o = c.got(c.s.Rule(c.ctx, c.dispatcher, c.key(), workorder.Rule{At: o.At(), Uphold: true, To: to(c.water), Ruling: "该段路灯由水务局养护，改派", MakeRule: true}))
	if o.State != workorder.Dispatched || o.Owner.Unit != c.water || o.Disputes != 1 || !o.DueAt.Equal(due) || o.FirstUnit != c.city {
		t.Errorf("ruled as %+v", o)
	}
	if r, err := workorder.RuleFor(c.ctx, c.db.Q(), "0402", huaiyin, workday.DayOf(c.now)); err != nil || r.Unit != c.water || r.Dispute != d.ID {
		t.Errorf("rule %+v %v", r, err)
	}
	_, err = c.s.Dispute(c.ctx, c.waterman, c.key(), workorder.Dispute{At: o.At(), Reason: "也不属于本单位"})
	c.refused(err, fault.KindForbidden, "不能再退回")
	_, err = c.s.Dispatch(c.ctx, c.dispatcher, c.key(), workorder.Dispatch{At: o.At(), To: to(c.city), Why: "再派回去试试"})
	c.refused(err, fault.KindForbidden, "已经裁定")
	// whoever has it handles it to the end
	c.state(c.sign(c.waterman, o), workorder.Signed)
}

// After the window of working hours nobody disputes any more; noon and the evening do not count.
func TestDisputeWindow(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		after time.Duration
		open  bool
	}{{3 * time.Hour, true}, {6 * time.Hour, true}, {6*time.Hour + time.Minute, false}} {
		c := newTown(t)
		o := c.dispatch(c.open(), to(c.city))
		c.later(x.after)
		_, err := c.s.Dispute(c.ctx, c.cityman, c.key(), workorder.Dispute{At: o.At(), Reason: "不属于本单位职责"})
		if (err == nil) != x.open {
			t.Errorf("after %v: %v", x.after, err)
		}
	}
}

// Recusal: the unit complained about neither gets the case nor helps nor sees it (REQ-13, §6.8, 2); a case about a
// committee is hidden from its community (§6.8, 12).
func TestRecusal(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	o := c.open(func(n *workorder.Opening) { n.ComplainedUnit = c.city })
	c.tx(c.clerk, func(tx *pg.Tx) error { _, r, err := workorder.Route(c.ctx, tx, o); o.Owner = r.To; return err })
	if o.Owner.Kind != workorder.Desk {
		t.Errorf("went to %s", o.Owner.Words())
	}
	_, err := c.s.Dispatch(c.ctx, c.dispatcher, c.key(), workorder.Dispatch{At: workorder.Step{ID: o.ID}, To: to(c.city)})
	c.refused(err, fault.KindInvalid, "回避")
	o = c.sign(c.waterman, c.dispatch(c.get(o), to(c.water)))
	_, err = c.s.AskHelp(c.ctx, c.waterman, c.key(), workorder.AskHelp{At: o.At(), Unit: c.city, Words: "请一起看现场"})
	c.refused(err, fault.KindInvalid, "回避")
	_, err = c.s.Get(c.ctx, c.cityman, o.No)
	c.refused(err, fault.KindNotFound, "没有这件诉求")
	if p, err := c.s.List(c.ctx, c.cityman, workorder.Filter{Tab: workorder.TabAll}); err != nil || len(p.Rows) != 0 {
		t.Errorf("the unit complained about lists %d cases, %v", len(p.Rows), err)
	}

	h := c.open(func(n *workorder.Opening) { n.ComplainedUnit = c.body })
	if h.HiddenFrom != huaiyin {
		t.Fatalf("hidden from %q", h.HiddenFrom)
	}
	_, err = c.s.Get(c.ctx, c.secretary, h.No)
	c.refused(err, fault.KindNotFound, "没有这件诉求")
	for _, tab := range []workorder.Tab{workorder.TabAll, workorder.TabOpen} {
		p, err := c.s.List(c.ctx, c.secretary, workorder.Filter{Tab: tab})
		for _, row := range p.Rows {
			if err != nil || row.No == h.No {
				t.Errorf("%s lists the hidden case", tab)
			}
		}
	}
	_, err = c.s.Dispatch(c.ctx, c.dispatcher, c.key(), workorder.Dispatch{At: h.At(), To: workorder.Target{Kind: workorder.Grid, Grid: c.grid, Item: "ZZ-1"}})
	c.refused(err, fault.KindInvalid, "回避")
}

// A helper sees the case, answers once, and does not become its owner.
func TestHelpers(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	o := c.sign(c.cityman, c.dispatch(c.open(), to(c.city)))
	_, err := c.s.Get(c.ctx, c.waterman, o.No)
	c.refused(err, fault.KindNotFound, "没有这件诉求")
	o = c.got(c.s.AskHelp(c.ctx, c.cityman, c.key(), workorder.AskHelp{At: o.At(), Unit: c.water, Words: "请提供管线图"}))
	_, err = c.s.AskHelp(c.ctx, c.cityman, c.key(), workorder.AskHelp{At: o.At(), Unit: c.water, Words: "请提供管线图"})
	c.refused(err, fault.KindInvalid, "已经请过")
	o = c.got(c.s.Get(c.ctx, c.waterman, o.No))
	if !o.Can(c.waterman, authz.WorkHelped) || o.Can(c.waterman, authz.WorkReport) {
		t.Error("a helper may answer, and nothing else")
	}
	_, err = c.s.Report(c.ctx, c.waterman, c.key(), workorder.Report{At: o.At(), Words: doneWords, Result: "solved"})
	c.refused(err, fault.KindForbidden, "由区城市管理局办理")
	o = c.got(c.s.HelpDone(c.ctx, c.waterman, c.key(), workorder.HelpDone{At: o.At(), Words: "图已发"}))
	if h, err := c.s.HelpsOf(c.ctx, c.cityman, o); err != nil || len(h) != 2 || h[1].Answer != "图已发" || h[1].AnsweredAt == nil || h[0].UnitName != "槐荫社区居委会" {
		t.Errorf("helps %+v %v", h, err)
	}
	if o.Owner.Unit != c.city || c.get(o).Can(c.waterman, authz.WorkHelped) {
		t.Error("the helper answers once and the owner stays")
	}
}

// The desk records for a unit that has no account, and the history says so (代录).
func TestDispatcherRecordsForTheOwner(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	o := c.sign(c.dispatcher, c.dispatch(c.open(), to(c.city)))
	if got := c.text(`SELECT unit_name FROM work_step WHERE order_id = $1 AND did = '签收'`, int64(o.ID)); got != "区城市管理局（街道代录）" {
		t.Error(got)
	}
}

// Extension: once, before the case is due, at most as long again, decided by a leader who did not ask (REQ-09).
func TestExtension(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	o := c.sign(c.cityman, c.dispatch(c.open(), to(c.city)))
	ask := func(until time.Time) error {
		_, err := c.s.Extend(c.ctx, c.cityman, c.key(), workorder.Extend{At: workorder.Step{ID: o.ID}, Until: until, Reason: "配件要从外地调"})
		return err
	}
	c.refused(ask(o.DueAt), fault.KindInvalid, "以后的时间")
	c.refused(ask(o.DueAt.Add(24*time.Hour+time.Second)), fault.KindInvalid, "不能超过原来的时限")
	c.must(ask(o.DueAt.Add(12 * time.Hour)))
	c.refused(ask(o.DueAt.Add(time.Hour)), fault.KindForbidden, "只能申请一次")
	o2 := c.get(o)
	if !o2.DueAt.Equal(o.DueAt) {
		t.Error("asking moved the clock")
	}
	_, err := c.s.DecideExtension(c.ctx, c.cityman, c.key(), workorder.DecideExtension{At: o2.At(), Grant: true})
	c.refused(err, fault.KindForbidden, "你的岗位不能审批延期")
	o2 = c.got(c.s.DecideExtension(c.ctx, c.leader, c.key(), workorder.DecideExtension{At: o2.At(), Grant: true}))
	if !o2.DueAt.Equal(o.DueAt.Add(12*time.Hour)) || !o2.StartedAt.Equal(o.StartedAt) || !o2.Extended {
		t.Errorf("extended as %+v", o2)
	}
	if why := c.text(`SELECT why FROM work_clock WHERE order_id = $1 AND kind = 'finish' AND due_at = $2`, int64(o.ID), o2.DueAt); why == "" {
		t.Error("the clock does not say why")
	}
	late := c.sign(c.cityman, c.dispatch(c.open(), to(c.city)))
	c.later(24 * time.Hour)
	_, err = c.s.Extend(c.ctx, c.cityman, c.key(), workorder.Extend{At: late.At(), Until: late.DueAt.Add(time.Hour), Reason: "来不及办完"})
	c.refused(err, fault.KindForbidden, "已经过了办结时限")
}

// Parked: a reason, a review day of at most the policy's distance, by the desk or a leader; the resident's clock is
// untouched (REQ-19, GRD-10).
func TestPark(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	o := c.sign(c.cityman, c.dispatch(c.open(), to(c.city)))
	today := workday.DayOf(c.now)
	park := func(by authz.Actor, on workday.Day) (workorder.Order, error) {
		return c.s.Park(c.ctx, by, c.key(), workorder.Park{At: workorder.Step{ID: o.ID}, Reason: "改造工程年底开工，届时一并解决", ReviewOn: on})
	}
	_, err := park(c.cityman, today.Add(30))
	c.refused(err, fault.KindForbidden, "你的岗位不能挂起")
	_, err = park(c.dispatcher, today.Add(91))
	c.refused(err, fault.KindInvalid, "最长 90 天")
	_, err = park(c.dispatcher, today)
	c.refused(err, fault.KindInvalid, "明天")
	p := c.got(park(c.dispatcher, today.Add(30)))
	if p.State != workorder.Parked || !p.DueAt.Equal(o.DueAt) || p.ReviewOn != today.Add(30) {
		t.Errorf("parked as %+v", p)
	}
	p = c.got(park(c.leader, today.Add(60))) // reviewed, and put aside again
	p = c.got(c.s.Resume(c.ctx, c.cityman, c.key(), workorder.Resume{At: p.At(), Words: "工程提前"}))
	c.state(p, workorder.Handling)
}

// Findings are verified by neither a hand nor the reporter (GRD-09); a first failure sends the case back to the same
// owner, a second one to the desk for somebody else (REQ-11).
func TestVerifyAndReopen(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	o := c.open(finding, func(n *workorder.Opening) {
		n.Category, n.Class, n.DueHours, n.ReporterAccount = "1902", workorder.Enforcement, 72, c.secretary.AccountID
	})
	o = c.sign(c.cityman, c.dispatch(o, to(c.city)))
	_, err := c.s.Report(c.ctx, c.cityman, c.key(), workorder.Report{At: o.At(), Words: doneWords, Result: "solved"})
	c.refused(err, fault.KindInvalid, "照片")
	o = c.report(c.cityman, c.photo(c.cityman, o, "a"))
	verify := func(by authz.Actor, pass bool) (workorder.Order, error) {
		return c.s.Verify(c.ctx, by, c.key(), workorder.Verify{At: workorder.Step{ID: o.ID}, Pass: pass, Words: "摊位又回来了"})
	}
	_, err = verify(c.secretary, true)
	c.refused(err, fault.KindForbidden, "不能由你核查")
	if c.get(o).Can(c.secretary, authz.WorkVerify) || !c.get(o).Can(c.dispatcher, authz.WorkVerify) {
		t.Error("the button does not know the rule")
	}
	o = c.got(verify(c.dispatcher, false))
	if o.State != workorder.Dispatched || o.Owner.Unit != c.city || o.Reopened != 1 {
		t.Fatalf("first failure: %+v", o)
	}
	c.later(time.Hour)
	o = c.sign(c.dispatcher2, o) // 代录: a hand of the case from now on
	_, err = c.s.Report(c.ctx, c.cityman, c.key(), workorder.Report{At: o.At(), Words: doneWords, Result: "solved"})
	c.refused(err, fault.KindInvalid, "照片") // the old picture shows the old work
	o = c.report(c.cityman, c.photo(c.cityman, o, "b"))
	_, err = verify(c.dispatcher2, true)
	c.refused(err, fault.KindForbidden, "不能由你核查")
	o = c.got(verify(c.dispatcher, false))
	if o.State != workorder.Registered || o.Owner.Kind != workorder.Desk || !o.NeedsReview {
		t.Fatalf("second failure: %+v", o)
	}
	_, err = c.s.Dispatch(c.ctx, c.dispatcher, c.key(), workorder.Dispatch{At: o.At(), To: to(c.city)})
	c.refused(err, fault.KindInvalid, "不能再由原单位办理")
	c.later(time.Hour)
	o = c.sign(c.waterman, c.dispatch(o, to(c.water)))
	o = c.got(verifyAfter(c, o))
	c.state(o, workorder.Closed)
	r := c.open()
	c.tx(c.clerk, func(tx *pg.Tx) error {
		_, err := workorder.Reopen(c.ctx, tx, r.ID, "还没办")
		c.refused(err, fault.KindConflict, "")
		return workorder.Withdraw(c.ctx, tx, r.ID, true)
	})
}

func verifyAfter(c *town, o workorder.Order) (workorder.Order, error) {
	o = c.report(c.waterman, c.photo(c.waterman, o, "c"))
	return c.s.Verify(c.ctx, c.dispatcher, c.key(), workorder.Verify{At: o.At(), Pass: true})
}

// A request never closes by verification.
func TestRequestsAreNotVerified(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	o := c.report(c.cityman, c.contact(c.cityman, c.sign(c.cityman, c.dispatch(c.open(), to(c.city)))))
	_, err := c.s.Verify(c.ctx, c.secretary, c.key(), workorder.Verify{At: o.At(), Pass: true})
	c.refused(err, fault.KindForbidden, "由回访结案")
}

// Folding stops a case's own clocks and unfolding gives it back its state, owner and clocks (REQ-06); a withdrawal
// ends it, unless it is dangerous (§6.8, 7).
func TestMergeIsReversible(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	x, y := c.sign(c.cityman, c.dispatch(c.open(), to(c.city))), c.open()
	c.later(time.Hour)
	c.tx(c.dispatcher, func(tx *pg.Tx) error { return workorder.Fold(c.ctx, tx, x.ID, y.ID, "同一盏灯") })
	m := c.get(x)
	if m.State != workorder.Merged || m.MergedInto != y.ID {
		t.Fatalf("%+v", m)
	}
	if n := c.number(`SELECT count(*) FROM work_clock WHERE order_id = $1 AND stopped_at IS NULL`, int64(x.ID)); n != 0 {
		t.Errorf("%d clocks run on", n)
	}
	c.later(time.Hour)
	c.tx(c.dispatcher, func(tx *pg.Tx) error { _, err := workorder.Unfold(c.ctx, tx, x.ID, "不是同一盏"); return err })
	back := c.get(x)
	if back.State != workorder.Signed || back.Owner.Unit != c.city || !back.DueAt.Equal(x.DueAt) || !back.StartedAt.Equal(x.StartedAt) || back.ClosedAt != nil {
		t.Errorf("came back as %+v", back)
	}
	if n := c.number(`SELECT count(*) FROM work_clock WHERE order_id = $1 AND stopped_at IS NULL AND next_at IS NOT NULL AND kind IN ('contact','finish','dispute')`, int64(x.ID)); n != 3 {
		t.Errorf("%d clocks woke", n)
	}
	c.tx(authz.Anonymous, func(tx *pg.Tx) error { return workorder.Withdraw(c.ctx, tx, x.ID, true) })
	c.state(c.get(x), workorder.Signed)
	c.tx(authz.Anonymous, func(tx *pg.Tx) error { return workorder.Withdraw(c.ctx, tx, x.ID, false) })
	c.state(c.get(x), workorder.Withdrawn)
}

// An earlier joined request makes the case due earlier, never later.
func TestEarlier(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	o := c.open()
	for _, due := range []time.Time{o.DueAt.Add(-time.Hour), o.DueAt.Add(time.Hour)} {
		c.tx(c.dispatcher, func(tx *pg.Tx) error {
			if err := workorder.Earlier(c.ctx, tx, o.ID, o.ContactDue, due); err != nil {
				return err
			}
			tx.Replayed()
			return nil
		})
	}
	if got := c.get(o); !got.DueAt.Equal(o.DueAt.Add(-time.Hour)) || !got.ContactDue.Equal(o.ContactDue) {
		t.Errorf("due %v, contact %v", got.DueAt, got.ContactDue)
	}
}

// An exclusion needs a reason of the list and a second person (§6.4).
func TestExclusion(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	o := c.open()
	_, err := c.s.ExcludeAsk(c.ctx, c.dispatcher, c.key(), workorder.ExcludeAsk{At: o.At(), Reason: "because", Words: "重复来电"})
	c.refused(err, fault.KindInvalid, "请选择剔除的原因")
	both := c.leader
	both.Posts = append(both.Posts, c.dispatcher.Posts...)
	c.got(c.s.ExcludeAsk(c.ctx, both, c.key(), workorder.ExcludeAsk{At: o.At(), Reason: "duplicate_channel", Words: "热线已在办"}))
	_, err = c.s.ExcludeDecide(c.ctx, both, c.key(), workorder.ExcludeDecide{At: o.At(), Grant: true})
	c.refused(err, fault.KindForbidden, "不能审批")
	w, err := c.s.Waiting(c.ctx, c.leader2, 10)
	if err != nil || len(w) != 1 || w[0].Verb != "审批剔除" {
		t.Errorf("waits %+v %v", w, err)
	}
	c.got(c.s.ExcludeDecide(c.ctx, c.leader2, c.key(), workorder.ExcludeDecide{At: o.At(), Grant: true}))
	e, there, err := c.s.ExclusionOf(c.ctx, c.dispatcher, o)
	if err != nil || !there || e.ApprovedBy != "周峰" || e.Refused {
		t.Errorf("%+v %v", e, err)
	}
}

// On the spot: the clerk who took it answers; others do not (REQ-02, 03).
func TestSettledAtTheDesk(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	mine := func(n *workorder.Opening) { n.FirstAccount, n.Kind = c.clerk.AccountID, workorder.Consult }
	o := c.open(mine)
	_, err := c.s.Answer(c.ctx, c.cityman, c.key(), workorder.Settle{At: o.At(), Words: "带身份证即可"})
	c.refused(err, fault.KindNotFound, "没有这件诉求")
	o = c.got(c.s.Answer(c.ctx, c.clerk, c.key(), workorder.Settle{At: o.At(), Words: "带身份证即可"}))
	if o.State != workorder.Closed || o.Reply != "带身份证即可" {
		t.Errorf("%+v", o)
	}
	o = c.open(mine)
	_, err = c.s.Decline(c.ctx, c.clerk, c.key(), workorder.Settle{At: o.At(), Words: "不属于公共职责"})
	c.refused(err, fault.KindInvalid, "ground")
	o = c.got(c.s.Divert(c.ctx, c.dispatcher, c.key(), workorder.Settle{At: o.At(), Words: "请拨打 110 报警", Channel: "110", Ground: "emergency"}))
	c.state(o, workorder.Diverted)
}

// Of two who act at once one is first; the other reads who it was.
func TestRaces(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	both := func(name string, acts ...func() error) {
		errs := make([]error, len(acts))
		var wg sync.WaitGroup
		for i, do := range acts {
			wg.Go(func() { errs[i] = do() })
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
				continue
			}
			if fault.KindOf(err) != fault.KindConflict {
				t.Errorf("%s: %v", name, err)
			}
		}
		if won != 1 {
			t.Errorf("%s: %d won", name, won)
		}
	}
	o := c.open()
	at := o.At()
	keys := []string{c.key(), c.key(), c.key(), c.key(), c.key(), c.key()}
	both("two dispatchers", func() error {
		_, err := c.s.Dispatch(c.ctx, c.dispatcher, keys[0], workorder.Dispatch{At: at, To: to(c.city)})
		return err
	}, func() error {
		_, err := c.s.Dispatch(c.ctx, c.dispatcher2, keys[1], workorder.Dispatch{At: at, To: to(c.city)})
		return err
	})
	at = c.get(o).At()
	both("sign twice", func() error { _, err := c.s.Sign(c.ctx, c.cityman, keys[2], at); return err },
		func() error { _, err := c.s.Sign(c.ctx, c.cityman2, keys[3], at); return err })
	at = c.get(o).At()
	both("dispute twice", func() error {
		_, err := c.s.Dispute(c.ctx, c.cityman, keys[4], workorder.Dispute{At: at, Reason: "不属于本单位"})
		return err
	}, func() error {
		_, err := c.s.Dispute(c.ctx, c.cityman2, keys[5], workorder.Dispute{At: at, Reason: "不属于本单位"})
		return err
	})
	if n := c.number(`SELECT count(*) FROM audit_entry WHERE object_kind = 'work_order' AND object_id = $1`, int64(o.ID)); n != 4 {
		t.Errorf("%d entries of the trail", n)
	}
}

// A form that arrives twice counts once and gives the same answer.
func TestTheSameFormTwice(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	o, k := c.open(), c.key()
	for range 2 {
		got := c.got(c.s.Dispatch(c.ctx, c.dispatcher, k, workorder.Dispatch{At: o.At(), To: to(c.city)}))
		if got.Owner.Unit != c.city || got.Version != 2 {
			t.Errorf("%+v", got)
		}
	}
}
