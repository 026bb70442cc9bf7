package admission

import (
	"strings"
	"testing"

	"portal/internal/authz"
	"portal/internal/pg"
	"portal/internal/policy"
	"portal/internal/workday"
)

// The decision clock stands still only while the application is returned: the days outside the
// street's hands are added, and the correction has a clock of its own (R15).
func TestClockStopsOnlyWhileReturned(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	a := o.submitted(t, 1, "ppfpp")
	if want := workday.NewDay(2026, 12, 9); a.DueOn != want {
		t.Fatalf("due %s, want %s: 15 working days after 2026-11-18", a.DueOn, want)
	}
	o.at(workday.NewDay(2026, 11, 20))
	a, err := o.Decide(t.Context(), o.reviewer, decision(a, authz.AppReturn))
	if err != nil {
		t.Fatal(err)
	}
	if want := workday.NewDay(2026, 11, 27); a.State != Returned || a.DueOn != want {
		t.Errorf("returned: %s, due %s, want %s: 5 working days to correct", a.State, a.DueOn, want)
	}
	o.at(workday.NewDay(2026, 11, 25))
	err = o.db.Write(t.Context(), o.dept, func(tx *pg.Tx) error {
		_, err := o.step(t.Context(), tx, Step{ID: a.ID, Version: a.Version}, authz.AppSubmit, func(a *Application) error {
			return resumeDecision(t.Context(), tx, a)
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	a = o.now(t, a.ID)
	if want := workday.NewDay(2026, 12, 14); a.DueOn != want {
		t.Errorf("after three working days with the applicant: due %s, want %s", a.DueOn, want)
	}
	for kind, running := range map[string]bool{DecisionClock: true, CorrectionClock: false} {
		d, err := policy.Of(t.Context(), o.db.Q(), Kind, int64(a.ID), kind)
		if err != nil || d.StoppedOn.IsZero() != running || d.Paused() {
			t.Errorf("%s: %+v, %v", kind, d, err)
		}
	}
}

// An overdue decision is told to the leaders once, one working day after its day, and stays what it
// is: never deemed approved (R16). What is near its day is told to the reviewers once.
func TestOverdueIsToldOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	a := o.submitted(t, 1, "ppppp") // due on 2026-12-09, a Wednesday
	for _, c := range []struct {
		day  workday.Day
		want Ticked
	}{
		{workday.NewDay(2026, 12, 3), Ticked{}},
		{workday.NewDay(2026, 12, 4), Ticked{NearDue: 1}},
		{workday.NewDay(2026, 12, 7), Ticked{}},
		{workday.NewDay(2026, 12, 9), Ticked{}},
		{workday.NewDay(2026, 12, 10), Ticked{Overdue: 1}},
		{workday.NewDay(2026, 12, 11), Ticked{}},
	} {
		o.at(c.day)
		if got, err := o.Tick(t.Context()); err != nil || got != c.want {
			t.Errorf("%s: %+v, %v; want %+v", c.day, got, err, c.want)
		}
	}
	if l := o.lines(t, o.leader); len(l) != 1 || !strings.Contains(l[0], "超期") || !strings.Contains(l[0], "超期不等于准予") {
		t.Errorf("the leader was told %v", l)
	}
	if l := o.lines(t, o.reviewer); len(l) != 2 {
		t.Errorf("the reviewer was told %v", l)
	}
	if got := o.now(t, a.ID); got.State != Submitted || got.Version != a.Version {
		t.Errorf("the clock changed the application: %s", got.State)
	}
	if acts := strings.Join(o.actions(t, a.ID), " "); acts != "application.near_due application.overdue" {
		t.Errorf("trail = %s", acts)
	}
	for _, a := range []authz.Action{Overdue, NearDue, authz.AppLapse} {
		if Did(string(a)) == "" {
			t.Errorf("%s has no label", a)
		}
	}
}

// A due day on a Friday is overdue by one working day on the Monday after, not on the Saturday.
func TestOverdueCountsWorkingDays(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.at(workday.NewDay(2026, 11, 20)) // due on Friday 2026-12-11
	o.submitted(t, 1, "ppppp")
	for _, c := range []struct {
		day  workday.Day
		want int
	}{{workday.NewDay(2026, 12, 12), 0}, {workday.NewDay(2026, 12, 13), 0}, {workday.NewDay(2026, 12, 14), 1}} {
		o.at(c.day)
		if got, err := o.Tick(t.Context()); err != nil || got.Overdue != c.want {
			t.Errorf("%s: %+v, %v", c.day, got, err)
		}
	}
}

// A returned application that is not corrected in time lapses by itself, the day after the last one.
func TestLapse(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	a := o.submitted(t, 1, "ppfpp")
	a, err := o.Decide(t.Context(), o.reviewer, decision(a, authz.AppReturn)) // correction until 2026-11-25
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		day   workday.Day
		want  Ticked
		state State
	}{
		{workday.NewDay(2026, 11, 24), Ticked{NearDue: 1}, Returned},
		{workday.NewDay(2026, 11, 25), Ticked{}, Returned},
		{workday.NewDay(2026, 11, 26), Ticked{Lapsed: 1}, Lapsed},
		{workday.NewDay(2026, 11, 27), Ticked{}, Lapsed},
	} {
		o.at(c.day)
		got, err := o.Tick(t.Context())
		if err != nil || got != c.want || o.now(t, a.ID).State != c.state {
			t.Errorf("%s: %+v %s, %v", c.day, got, o.now(t, a.ID).State, err)
		}
	}
	if l := o.lines(t, o.dept); len(l) != 3 || !strings.Contains(l[2], "逾期未补正") {
		t.Errorf("the applicant was told %v", l)
	}
	for _, kind := range []string{DecisionClock, CorrectionClock} {
		if d, err := policy.Of(t.Context(), o.db.Q(), Kind, int64(a.ID), kind); err != nil || d.StoppedOn.IsZero() {
			t.Errorf("%s still runs, %v", kind, err)
		}
	}
}

// Where the year's calendar is not published the due day is only a bound: nothing is overdue by a
// guess, and the copy in the list follows the import (issue item 7).
func TestUnpublishedYear(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.at(workday.NewDay(2026, 12, 25))
	a := o.submitted(t, 1, "ppppp")
	o.at(workday.NewDay(2027, 2, 20))
	if got, err := o.Tick(t.Context()); err != nil || got != (Ticked{}) {
		t.Errorf("a bound raised %+v, %v", got, err)
	}
	p, err := o.List(t.Context(), o.reviewer, Filter{Tab: TabReview, Today: today})
	if err != nil || len(p.Rows) != 1 || !p.Rows[0].NotBefore {
		t.Errorf("list: %+v, %v", p.Rows, err)
	}
	policies := policy.New(o.db)
	policies.OnFixed = o.DueFixed
	admin := o.hire(t, "admin", "街道办事处", "street_office", authz.Admin, "320104900")
	const table = "day,kind,name\n2027-01-01,holiday,元旦\n2027-02-06,holiday,春节\n2027-02-07,holiday,春节\n2027-02-08,holiday,春节\n2027-04-05,holiday,清明节\n2027-06-09,holiday,端午节\n2027-09-15,holiday,中秋节\n2027-05-01,holiday,劳动节\n2027-05-02,holiday,劳动节\n2027-10-01,holiday,国庆节\n2027-10-02,holiday,国庆节\n2027-10-03,holiday,国庆节\n"
	res, err := policies.LoadYear(t.Context(), admin, strings.NewReader(table), "2027.csv", "国办发明电〔2026〕1号")
	if err != nil || len(res.Problems) > 0 || len(res.Fixed) != 1 {
		t.Fatalf("import: %+v, %v", res, err)
	}
	if got := o.now(t, a.ID); got.DueOn != res.Fixed[0].DueOn || got.DueOn == a.DueOn {
		t.Errorf("due %s, clock %s, was %s", got.DueOn, res.Fixed[0].DueOn, a.DueOn)
	}
}
