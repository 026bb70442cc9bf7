package workorder_test

import (
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/workday"
	"portal/internal/workorder"
)

func (c *town) whistleDraft(k workorder.WhistleKind) workorder.WhistleDraft {
	return workorder.WhistleDraft{Kind: k, Community: huaiyin, Title: "菜场外占道", Facts: "菜场外长期占道，多次劝导无效", Effort: "街道已劝导三次", Place: "槐安菜场北门",
		Units: []int64{c.city, c.water}, Lead: c.city}
}

func (c *town) act(by authz.Actor, do authz.Action, w workorder.Whistle, more ...func(a *workorder.WhistleAct)) (workorder.Whistle, error) {
	c.Helper()
	a := workorder.WhistleAct{At: w.At(), Words: "按约定办理"}
	if len(by.Posts) > 0 {
		a.Unit = by.Posts[0].UnitID
	}
	for _, m := range more {
		m(&a)
	}
	return c.s.ActOnWhistle(c.ctx, by, c.key(), do, a)
}

func (c *town) done(by authz.Actor, do authz.Action, w workorder.Whistle, more ...func(a *workorder.WhistleAct)) workorder.Whistle {
	c.Helper()
	out, err := c.act(by, do, w, more...)
	c.must(err)
	return out
}

func (c *town) blown(k workorder.WhistleKind) workorder.Whistle {
	c.Helper()
	w, err := c.s.DraftWhistle(c.ctx, c.secretary, c.key(), c.whistleDraft(k))
	c.must(err)
	if k != workorder.EmergencyWhistle {
		w = c.done(c.leader, authz.WhistleApprove, w)
	}
	return c.done(c.leader, authz.WhistleBlow, w)
}

// The table of a whistle's moves is under review: a change shows as a difference of this file.
func TestWhistleFlowGolden(t *testing.T) {
	const path = "testdata/whistle_flow.md"
	got := "# A whistle\n\n" + workorder.WhistleFlow.Markdown()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("the table differs from %s; run the test with -update and look at the difference", path)
	}
	for _, r := range workorder.WhistleFlow.Rows() {
		if !authz.Known(r.Do) || r.From.Label() == "" || r.To.Label() == "" {
			t.Errorf("%s %s %s lacks words", r.From, r.Do, r.To)
		}
	}
}

// A whistle from the draft to its end, with both sides judged (§5.3, GRD-13, GRD-15).
func TestWhistle(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	w := c.blown(workorder.WorkWhistle)
	if n := c.number(`SELECT count(*) FROM work_clock WHERE whistle_id = $1 AND stopped_at IS NULL`, int64(w.ID)); n != 6 {
		t.Errorf("%d clocks", n)
	}
	w = c.done(c.cityman, authz.WhistleSign, w)
	w = c.done(c.cityman, authz.WhistleContact, w)
	w = c.done(c.cityman, authz.WhistleArrive, w)
	w = c.done(c.waterman, authz.WhistleArrive, w) // who reports in has read it
	if u, _ := w.UnitOf(c.water); w.State != workorder.WhistleInAction || u.SignedAt == nil || u.ReportedAt == nil {
		t.Errorf("%s, %+v", w.State, u)
	}
	_, err := c.act(c.waterman, authz.WhistleSolve, w)
	c.refused(err, fault.KindConflict, "牵头") // GRD-13
	w = c.done(c.cityman, authz.WhistleSolve, w)
	w = c.done(c.leader, authz.WhistleConfirm, w)
	_, err = c.act(c.leader, authz.WhistleClose, w)
	c.refused(err, fault.KindConflict, "先评价") // GRD-15
	rates := func(a *workorder.WhistleAct) { a.Rates = map[int64]workorder.Rate{c.city: "good", c.water: "fair"} }
	w = c.done(c.leader, authz.WhistleRate, w, rates)
	w = c.done(c.secretary, authz.WhistleRate, w, rates)
	w = c.done(c.waterman, authz.WhistleJudge, w, func(a *workorder.WhistleAct) { a.Verdict = "abused" })
	w = c.done(c.leader, authz.WhistleClose, w)
	w = c.done(c.cityman, authz.WhistleJudge, w, func(a *workorder.WhistleAct) { a.Verdict = "needed" })
	if u, _ := w.UnitOf(c.water); w.State != workorder.WhistleClosed || w.Abused == nil || !*w.Abused || u.StreetRates != "fair" || u.CommunityRates != "fair" {
		t.Errorf("%+v", w)
	}
	f, err := c.s.WhistleRates(c.ctx, c.leader, c.now.Add(-time.Hour), c.now.Add(time.Hour))
	c.must(err)
	if f.ReportIn() != "100.00%" || f.Abuse() != "100.00%" || f.Due != 2 {
		t.Errorf("%+v", f)
	}
	if n := c.number(`SELECT count(*) FROM work_clock WHERE whistle_id = $1 AND stopped_at IS NULL`, int64(w.ID)); n != 0 {
		t.Errorf("%d clocks run on", n)
	}
	if n := c.number(`SELECT count(*) FROM audit_entry WHERE object_kind = 'whistle' AND object_id = $1`, int64(w.ID)); n != int64(w.Version)+0 {
		t.Errorf("%d entries for version %d", n, w.Version) // one for the draft, one for each change
	}
}

// GRD-12: only the listed leaders blow each kind; only an emergency goes without approval and without what the
// street has tried before.
func TestWhoMayBlow(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	director := c.leader
	director.Posts = []authz.Post{{Role: authz.Leader, Title: "办事处主任", Division: "320104900", UnitID: c.street}}
	for _, x := range []struct {
		kind workorder.WhistleKind
		by   authz.Actor
		may  bool
	}{{workorder.WorkWhistle, c.leader, true}, {workorder.HardWhistle, c.leader, false}, {workorder.HardWhistle, director, true},
		{workorder.EmergencyWhistle, c.leader, true}, {workorder.WorkWhistle, c.secretary, false}, {workorder.WorkWhistle, c.dispatcher, false},
		{workorder.EmergencyWhistle, c.dispatcher, false}} {
		w, err := c.s.DraftWhistle(c.ctx, c.secretary, c.key(), c.whistleDraft(x.kind))
		c.must(err)
		if _, err = c.act(x.by, authz.WhistleApprove, w); (err == nil) != x.may || w.Can(x.by, authz.WhistleApprove, 0) != x.may {
			t.Errorf("%s by %s: %v", x.kind, x.by.Name, err)
		}
	}
	w, err := c.s.DraftWhistle(c.ctx, c.secretary, c.key(), c.whistleDraft(workorder.WorkWhistle))
	c.must(err)
	_, err = c.act(c.leader, authz.WhistleBlow, w)
	c.refused(err, fault.KindConflict, "先批准")
	for _, by := range []authz.Actor{c.dispatcher, c.secretary} {
		if w.Can(by, authz.WhistleBlow, 0) {
			t.Errorf("%s may blow a whistle that nobody approved", by.Name)
		}
	}
	_, err = c.act(c.dispatcher, authz.WhistleBlow, c.done(c.leader, authz.WhistleApprove, w))
	c.refused(err, fault.KindForbidden, "由街道领导")
	d := c.whistleDraft(workorder.WorkWhistle)
	d.Effort = ""
	_, err = c.s.DraftWhistle(c.ctx, c.secretary, c.key(), d)
	c.refused(err, fault.KindInvalid, "街道")
	d.Kind = workorder.EmergencyWhistle
	_, err = c.s.DraftWhistle(c.ctx, c.secretary, c.key(), d)
	c.must(err)
}

// At night the desk does not wait for a leader: a dispatcher blows an emergency whistle, and no other kind; every
// leader reads of it at once and may call it off (GRD-12, §5.3: on the spot in 30 minutes).
func TestDispatcherBlowsInAnEmergency(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	d := c.whistleDraft(workorder.EmergencyWhistle)
	d.Effort = ""
	w, err := c.s.DraftWhistle(c.ctx, c.dispatcher, c.key(), d)
	c.must(err)
	for _, by := range []authz.Actor{c.secretary, c.clerk, c.cityman, c.a} {
		if _, err := c.act(by, authz.WhistleBlow, w); err == nil || w.Can(by, authz.WhistleBlow, 0) {
			t.Errorf("%s blew an emergency whistle", by.Name)
		}
	}
	if w.Can(c.dispatcher, authz.WhistleApprove, 0) {
		t.Error("a dispatcher approves")
	}
	waits, err := c.s.WhistlesWaiting(c.ctx, c.dispatcher)
	c.must(err)
	if len(waits) != 1 || waits[0].Do != authz.WhistleBlow {
		t.Errorf("what waits for the dispatcher: %+v", waits)
	}
	w = c.done(c.dispatcher, authz.WhistleBlow, w)
	due := c.text(`SELECT to_char(max(due_at) AT TIME ZONE 'Asia/Shanghai', 'HH24:MI') FROM work_clock WHERE whistle_id = $1 AND kind = 'whistle_report'`, int64(w.ID))
	if want := c.now.In(workday.Shanghai).Add(30 * time.Minute).Format("15:04"); w.State != workorder.WhistleBlown || due != want {
		t.Errorf("%s, on the spot until %s, want %s", w.State, due, want)
	}
	if n := c.inbox(c.leader, "戴渡吹了应急哨"); n != 1 {
		t.Errorf("the leader was told %d times", n)
	}
	if w = c.done(c.leader, authz.WhistleCallOff, w); w.State != workorder.WhistleOff {
		t.Errorf("%s", w.State)
	}
}

// A whistle about a case is found from the case by whoever may see both, and by nobody else.
func TestWhistlesOfACase(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	o := c.dispatch(c.open(), to(c.city))
	d := c.whistleDraft(workorder.WorkWhistle)
	d.Order = o.ID
	w, err := c.s.DraftWhistle(c.ctx, c.secretary, c.key(), d)
	c.must(err)
	if w.OrderNo != o.No {
		t.Errorf("the whistle is about %q", w.OrderNo)
	}
	found := func(by authz.Actor) (nos string) {
		all, err := c.s.WhistlesOf(c.ctx, by, o)
		c.must(err)
		for _, one := range all {
			nos += one.No
		}
		return nos
	}
	if got := found(c.leader) + found(c.secretary); got != w.No+w.No {
		t.Errorf("found %q", got)
	}
	if got := found(c.cityman); got != "" { // not blown yet
		t.Errorf("the department finds %q", got)
	}
	c.done(c.leader, authz.WhistleBlow, c.done(c.leader, authz.WhistleApprove, w))
	if got := found(c.cityman); got != w.No {
		t.Errorf("the department finds %q after the whistle", got)
	}
	if _, err := c.s.WhistlesOf(c.ctx, c.other, o); fault.KindOf(err) != fault.KindNotFound {
		t.Errorf("a case out of reach: %v", err)
	}
}

// GRD-13: several departments have exactly one lead, out of those asked.
func TestOneLead(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	for _, lead := range []int64{0, c.street} {
		d := c.whistleDraft(workorder.WorkWhistle)
		d.Lead = lead
		_, err := c.s.DraftWhistle(c.ctx, c.secretary, c.key(), d)
		c.refused(err, fault.KindInvalid, "牵头")
	}
	d := c.whistleDraft(workorder.WorkWhistle)
	d.Units, d.Lead = []int64{c.water}, 0
	w, err := c.s.DraftWhistle(c.ctx, c.secretary, c.key(), d)
	c.must(err)
	if u, _ := w.UnitOf(c.water); !u.Lead {
		t.Error("the only department leads")
	}
}

// GRD-14: a missed report-in is told to the district by itself, once, and its clock is never moved; a refusal does
// not stop it.
func TestMissedReportIn(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	w := c.blown(workorder.EmergencyWhistle)
	_, err := c.act(c.cityman, authz.WhistleArrive, w)
	c.must(err)
	w, err = c.s.WhistleByNo(c.ctx, c.leader, w.No)
	c.must(err)
	w = c.done(c.waterman, authz.WhistleRefuse, w, func(a *workorder.WhistleAct) { a.Words = "人手都在抗洪" })
	due := c.text(`SELECT max(due_at)::text FROM work_clock WHERE whistle_id = $1`, int64(w.ID))
	for range 3 {
		c.later(29 * time.Minute)
		c.must(c.s.TickWhistles(c.ctx))
	}
	w, err = c.s.WhistleByNo(c.ctx, c.leader, w.No)
	c.must(err)
	city, _ := w.UnitOf(c.city)
	water, _ := w.UnitOf(c.water)
	if city.MissedAt != nil || water.MissedAt == nil {
		t.Errorf("missed: city %v, water %v", city.MissedAt, water.MissedAt)
	}
	if n := c.inbox(c.leader, "没有报到"); n != 1 {
		t.Errorf("the leader was told %d times", n)
	}
	if now := c.text(`SELECT max(due_at)::text FROM work_clock WHERE whistle_id = $1`, int64(w.ID)); now != due {
		t.Errorf("the clock moved from %s to %s", due, now)
	}
	rows, err := c.s.Whistles(c.ctx, c.leader, workorder.WhistlesMissed, "")
	c.must(err)
	if len(rows.Rows) != 1 {
		t.Errorf("%d rows behind the figure", len(rows.Rows))
	}
	w = c.done(c.leader, authz.WhistleRaise, w)
	if w.State != workorder.WhistleRaised || w.EscalatedAt == nil {
		t.Errorf("%s", w.State)
	}
	w = c.done(c.waterman, authz.WhistleArrive, w)
	_, err = c.act(c.leader, authz.WhistleRaise, w)
	c.refused(err, fault.KindConflict, "不再报第二次")
}

// §5.3: 3 or 5 working days by the calendar; from Wednesday 18 November they end on Monday and on Wednesday.
func TestReportInDays(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	director := c.leader
	director.Posts = []authz.Post{{Role: authz.Leader, Title: "党工委书记", Division: "320104900", UnitID: c.street}}
	c.leader = director
	for kind, want := range map[workorder.WhistleKind]string{workorder.WorkWhistle: "11-24 00:00", workorder.HardWhistle: "11-26 00:00"} {
		w := c.blown(kind)
		if got := c.text(`SELECT to_char(max(due_at) AT TIME ZONE 'Asia/Shanghai', 'MM-DD HH24:MI') FROM work_clock WHERE whistle_id = $1`, int64(w.ID)); got != want {
			t.Errorf("%s ends %s, want %s", kind, got, want)
		}
	}
}

// Two contacts of one department sign at the same moment: it is signed once.
func TestSignedOnce(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	w := c.blown(workorder.WorkWhistle)
	errs, keys := make([]error, 2), []string{c.key(), c.key()}
	var wait sync.WaitGroup
	for i, by := range []authz.Actor{c.cityman, c.cityman2} {
		wait.Go(func() {
			_, errs[i] = c.s.ActOnWhistle(c.ctx, by, keys[i], authz.WhistleSign, workorder.WhistleAct{At: w.At(), Unit: c.city})
		})
	}
	wait.Wait()
	if lost := errors.Join(errs...); (errs[0] == nil) == (errs[1] == nil) || fault.KindOf(errs[0]) != fault.KindConflict && fault.KindOf(errs[1]) != fault.KindConflict {
		t.Errorf("%v", lost)
	}
}

// A department knows of a whistle once it is blown, and other communities never do.
func TestWhistleReach(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	w, err := c.s.DraftWhistle(c.ctx, c.secretary, c.key(), c.whistleDraft(workorder.WorkWhistle))
	c.must(err)
	for _, by := range []authz.Actor{c.cityman, c.other, c.a} {
		if _, err := c.s.WhistleByNo(c.ctx, by, w.No); err == nil || !strings.Contains(err.Error(), "没有这次吹哨") {
			t.Errorf("%s: %v", by.Name, err)
		}
		if rows, err := c.s.Whistles(c.ctx, by, workorder.WhistlesAll, ""); err != nil || len(rows.Rows) != 0 {
			t.Errorf("%s sees %d: %v", by.Name, len(rows.Rows), err)
		}
	}
	w = c.done(c.leader, authz.WhistleBlow, c.done(c.leader, authz.WhistleApprove, w))
	if _, err := c.s.WhistleByNo(c.ctx, c.cityman, w.No); err != nil {
		t.Error(err)
	}
}
