package admission

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"portal/internal/account"
	"portal/internal/audit"
	"portal/internal/authz"
	"portal/internal/catalog"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/pg/pgtest"
	"portal/internal/policy"
	"portal/internal/workday"
)

const (
	huaiyin = "320104900001"
	linhe   = "320104900003"
)

// office is a street with everybody who has a hand in a review.
type office struct {
	*Service
	db                            *pg.DB
	dept, other, reviewer, second authz.Actor
	leader                        authz.Actor
	inHouse, secretary, neighbour authz.Actor
}

func newOffice(t testing.TB) *office {
	t.Helper()
	db := pgtest.New(t)
	o := &office{Service: New(db), db: db}
	o.dept = o.hire(t, "dept.a", "区城市管理局", "district_department", authz.Department, "")
	o.other = o.hire(t, "dept.b", "区民政局", "district_department", authz.Department, "")
	o.reviewer = o.hire(t, "reviewer", "社区建设部", "street_section", authz.Reviewer, "320104900")
	o.second = o.hire(t, "reviewer2", "社区建设部", "street_section", authz.Reviewer, "320104900")
	o.leader = o.hire(t, "leader", "街道办事处", "street_office", authz.Leader, "320104900")
	o.inHouse = o.hire(t, "in.house", "区城市管理局", "district_department", authz.Reviewer, "320104900")
	o.secretary = o.hire(t, "secretary.huaiyin", "槐荫居委会", "residents_committee", authz.Secretary, huaiyin)
	o.neighbour = o.hire(t, "secretary.linhe", "临河居委会", "residents_committee", authz.Secretary, linhe)
	return o
}

func (o *office) hire(t testing.TB, login, unit, requester string, role authz.Role, division string) authz.Actor {
	t.Helper()
	a := authz.Actor{Name: login, Login: login}
	o.write(t, func(ctx context.Context, tx *pg.Tx) error {
		var unitID int64
		if err := tx.QueryRow(ctx, `INSERT INTO unit (name, requester_kind) VALUES ($1, $2)
			ON CONFLICT (name) DO UPDATE SET active = true RETURNING id`, unit, requester).Scan(&unitID); err != nil {
			return err
		}
		id, err := account.Insert(ctx, tx, account.NewAccount{Login: login, Name: login, PasswordHash: "x",
			Posts: []account.NewPost{{Role: string(role), UnitID: unitID, Division: division, Title: role.Label(), From: workday.NewDay(2026, 1, 1)}}})
		a.AccountID = id
		a.Posts = []authz.Post{{Role: role, UnitID: unitID, UnitName: unit, Title: role.Label(), Division: division}}
		return err
	})
	return a
}

// write runs a piece of the ground under the portal's own name.
func (o *office) write(t testing.TB, fn func(ctx context.Context, tx *pg.Tx) error) {
	t.Helper()
	err := o.db.Write(context.Background(), authz.System, func(tx *pg.Tx) error {
		if err := fn(context.Background(), tx); err != nil {
			return err
		}
		return tx.Record(context.Background(), pg.Change{Action: authz.PeopleManage, Kind: "ground", ID: 1})
	})
	if err != nil {
		t.Fatal(err)
	}
}

const insertSubmitted = `
INSERT INTO application (year, seq, unit_id, account_id, state, round, title, title_key, item_form, list_kind, role, assist_modes, communities, term,
    start_on, end_on, occurrences, occurrence_unit, hours_per_occurrence, funds_fen, funds_payer_id, lead_unit_id, created_at, saved_at, submitted_at,
    checks, first_failing, hours_total)
VALUES (2026, $1, $2, $3, 'submitted', 1, $4, $4, 'work_task', 'entrusted', 'assist', '{contact}', $5, 'temporary', '2027-01-11', '2027-03-10', 2, 'month', 9,
    1518000, $2, $2, $6, $6, $6, $7, $8, 36) RETURNING id`

// submitted puts an application before the street as a submission would: number, checks, clock.
// results are the five checks, p, e or f each.
func (o *office) submitted(t testing.TB, seq int, results string) Application {
	t.Helper()
	var id ID
	o.write(t, func(ctx context.Context, tx *pg.Tx) error {
		first := ""
		if i := strings.Index(results, "f"); i >= 0 {
			first = "缺 18,600 元"
		}
		err := tx.QueryRow(ctx, insertSubmitted, seq, o.dept.Posts[0].UnitID, o.dept.AccountID, fmt.Sprintf("沿街商铺消防通道入户走访第%d批", seq),
			[]string{huaiyin, linhe}, tx.Now, results, first).Scan(&id)
		if err != nil {
			return err
		}
		full := map[string]string{"p": "pass", "e": "explain", "f": "fail"}
		for i, kind := range []string{"negative", "duplicate", "funds", "load", "ahead"} {
			if _, err := tx.Exec(ctx, `INSERT INTO application_check (application_id, round, kind, result, headline, finding, points, at)
				VALUES ($1, 1, $2, $3, $4, $4, $5, $6)`, id, kind, full[results[i:i+1]], kind+"的结果", []string{"改正" + kind}, tx.Now); err != nil {
				return err
			}
		}
		a, err := one(ctx, tx, byIDLocked, id)
		if err != nil {
			return err
		}
		if err := startDecision(ctx, tx, &a); err != nil {
			return err
		}
		return saveState(ctx, tx, &a)
	})
	return o.now(t, id)
}

func (o *office) now(t testing.TB, id ID) Application {
	t.Helper()
	a, err := one(context.Background(), o.db.Q(), byID, id)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// at moves the clock to 10 o'clock of a day.
func (o *office) at(day workday.Day) {
	o.db.Now = func() time.Time { return day.Start().Add(10 * time.Hour) }
}

func (o *office) actions(t testing.TB, id ID) []string {
	t.Helper()
	entries, err := audit.History(context.Background(), o.db.Q(), Kind, int64(id), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for i := len(entries) - 1; i >= 0; i-- {
		out = append(out, entries[i].Action)
	}
	return out
}

func (o *office) lines(t testing.TB, who authz.Actor) []string {
	t.Helper()
	rows, err := o.db.Q().Query(context.Background(), `SELECT words FROM inbox_line WHERE account_id = $1 ORDER BY id`, who.AccountID)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for rows.Next() {
		var w string
		if err := rows.Scan(&w); err != nil {
			t.Fatal(err)
		}
		out = append(out, w)
	}
	return out
}

func decision(a Application, do authz.Action) Decision {
	d := Decision{ID: a.ID, Version: a.Version, Do: do, Opinion: "依据和经费都清楚"}
	switch do {
	case authz.AppReturn:
		d.Points = []string{"随事项拨付经费 18,600 元"}
	case authz.AppCondition:
		d.Conditions = []NewCondition{{Words: "经费 15,180 元拨到社区", Mandatory: true}}
	}
	return d
}

// A submitted application is approved in one use case with one entry for each step; it gets its
// number only then, stands on its list from its first day, and everybody concerned is told.
func TestApprove(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	a := o.submitted(t, 47, "ppepp")
	if a.AdmittedNo("梧") != "" {
		t.Fatal("a number before the approval")
	}
	got, err := o.Decide(t.Context(), o.reviewer, decision(a, authz.AppApprove))
	if err != nil {
		t.Fatal(err)
	}
	if got.State != Approved || got.AdmittedNo("梧") != "梧准〔2026〕1号" || *got.DecidedBy != o.reviewer.AccountID || got.AcceptedAt == nil {
		t.Errorf("decided = %s %s", got.State, got.AdmittedNo("梧"))
	}
	want := []string{"application.accept", "application.start_review", "application.approve"}
	if acts := o.actions(t, a.ID); strings.Join(acts, " ") != strings.Join(want, " ") {
		t.Errorf("trail = %v", acts)
	}
	item, err := catalog.Item(t.Context(), o.db.Q(), "2026-47", workday.NewDay(2027, 1, 11))
	if err != nil {
		t.Fatal(err)
	}
	if item.State != "生效" || item.Number != "梧准〔2026〕1号" || len(item.Waiting()) != 0 || item.Last() != workday.NewDay(2027, 3, 10) || item.HoursMonth() != 18 {
		t.Errorf("item = %s %s waiting %d until %s, %g hours", item.State, item.Number, len(item.Waiting()), item.Last(), item.HoursMonth())
	}
	for _, day := range []workday.Day{workday.NewDay(2027, 1, 10), workday.NewDay(2027, 3, 11)} {
		if d, err := catalog.Item(t.Context(), o.db.Q(), "2026-47", day); err != nil || d.State == "生效" {
			t.Errorf("%s: %s, %v (R20)", day, d.State, err)
		}
	}
	for _, who := range []authz.Actor{o.dept, o.secretary, o.neighbour, o.second} {
		if l := o.lines(t, who); len(l) != 1 || !strings.Contains(l[0], "准予准入，文号 梧准〔2026〕1号") {
			t.Errorf("%s was told %v", who.Login, l)
		}
	}
	for _, who := range []authz.Actor{o.reviewer, o.other} {
		if l := o.lines(t, who); len(l) != 0 {
			t.Errorf("%s was told %v", who.Login, l)
		}
	}
	d, err := policy.Of(t.Context(), o.db.Q(), Kind, int64(a.ID), DecisionClock)
	if err != nil || d.StoppedOn.IsZero() {
		t.Errorf("the decision clock still runs: %+v, %v", d, err)
	}
}

// Nothing is decided by somebody who may not: the applicant, its section (R17), another department,
// a secretary; a leader decides once a reviewer has accepted.
func TestWhoMayDecide(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	a := o.submitted(t, 1, "ppppp")
	cases := []struct {
		who  authz.Actor
		do   authz.Action
		want fault.Kind
	}{
		{o.dept, authz.AppApprove, fault.KindNotFound},
		{o.other, authz.AppReturn, fault.KindNotFound},
		{o.secretary, authz.AppReject, fault.KindNotFound},
		{authz.Anonymous, authz.AppApprove, fault.KindNotFound},
		{o.inHouse, authz.AppApprove, fault.KindForbidden},
		{o.leader, authz.AppApprove, fault.KindForbidden},
		{o.leader, authz.AppAccept, fault.KindNotFound},
		{o.reviewer, authz.AppSubmit, fault.KindInvalid},
	}
	for _, c := range cases {
		if _, err := o.Decide(t.Context(), c.who, decision(a, c.do)); fault.KindOf(err) != c.want {
			t.Errorf("%s %s: %v", c.who.Login, c.do, err)
		}
	}
	if n := len(o.actions(t, a.ID)); n != 0 || o.now(t, a.ID).State != Submitted {
		t.Errorf("%d entries after refusals", n)
	}
	a, err := o.Decide(t.Context(), o.reviewer, decision(a, authz.AppAccept))
	if err != nil || a.State != Accepted {
		t.Fatalf("accept: %s, %v", a.State, err)
	}
	if a, err = o.Decide(t.Context(), o.leader, decision(a, authz.AppApprove)); err != nil || a.State != Approved {
		t.Errorf("leader: %s, %v", a.State, err)
	}
}

// What a decision needs is asked for beside its field, all at once, and nothing is changed.
func TestDecisionForm(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	good, bad := o.submitted(t, 1, "ppppp"), o.submitted(t, 2, "pffep")
	long := strings.Repeat("长", 501)
	cases := []struct {
		name   string
		d      Decision
		fields string
	}{
		{"return without points and opinion", Decision{ID: good.ID, Version: good.Version, Do: authz.AppReturn, Points: []string{" "}}, "opinion points"},
		{"return with a long point", Decision{ID: good.ID, Version: good.Version, Do: authz.AppReturn, Opinion: "请改", Points: []string{long}}, "points"},
		{"reject without a reason", Decision{ID: good.ID, Version: good.Version, Do: authz.AppReject, Opinion: " "}, "opinion"},
		{"not accepted without a reason", Decision{ID: good.ID, Version: good.Version, Do: authz.AppNotAccept}, "opinion"},
		{"a long opinion", Decision{ID: good.ID, Version: good.Version, Do: authz.AppApprove, Opinion: long}, "opinion"},
		{"conditions without one", Decision{ID: good.ID, Version: good.Version, Do: authz.AppCondition, Conditions: []NewCondition{{Words: "  "}}}, "conditions"},
		{"a condition for a community out of scope", Decision{ID: good.ID, Version: good.Version, Do: authz.AppCondition,
			Conditions: []NewCondition{{Words: "培训一次", Division: "320104900002"}}}, "conditions"},
		{"approval while two checks fail", Decision{ID: bad.ID, Version: bad.Version, Do: authz.AppApprove}, "do"},
		{"conditions while two checks fail", decision(bad, authz.AppCondition), "do"},
	}
	for _, c := range cases {
		_, err := o.Decide(t.Context(), o.reviewer, c.d)
		var names []string
		for _, f := range fault.Fields(err) {
			names = append(names, f.Name)
		}
		if strings.Join(names, " ") != c.fields {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	for _, a := range []Application{good, bad} {
		if o.now(t, a.ID).Version != a.Version {
			t.Error("a refused decision changed the application")
		}
	}
}

// 改判 needs a reason, keeps both results, and opens the approval that a failing check had locked.
func TestOverride(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	a := o.submitted(t, 1, "ppfpp")
	ov := Override{ID: a.ID, Version: a.Version, Kind: "funds", Result: "explain", Reason: "经费由区财政另文安排，文号已核对"}
	for _, c := range []struct {
		who  authz.Actor
		edit func(*Override)
		want fault.Kind
	}{
		{o.reviewer, func(v *Override) { v.Reason = "太短" }, fault.KindInvalid},
		{o.reviewer, func(v *Override) { v.Result = "fail" }, fault.KindInvalid},
		{o.reviewer, func(v *Override) { v.Kind = "load"; v.Result = "pass" }, fault.KindInvalid},
		{o.reviewer, func(v *Override) { v.Kind = "no.such" }, fault.KindNotFound},
		{o.reviewer, func(v *Override) { v.Version++ }, fault.KindConflict},
		{o.dept, func(*Override) {}, fault.KindNotFound},
		{o.inHouse, func(*Override) {}, fault.KindForbidden},
	} {
		bad := ov
		c.edit(&bad)
		if _, err := o.Override(t.Context(), c.who, bad); fault.KindOf(err) != c.want {
			t.Errorf("%s %+v: %v", c.who.Login, bad, err)
		}
	}
	got, err := o.Override(t.Context(), o.reviewer, ov)
	if err != nil || got.Checks != "ppepp" || got.FirstFailing != "" {
		t.Fatalf("override: %q %q, %v", got.Checks, got.FirstFailing, err)
	}
	checked, err := checkedOf(t.Context(), o.db.Q(), a.ID, 1)
	if err != nil || checked[2].Result != "fail" || checked[2].Stands() != "explain" || *checked[2].OverrideName != "reviewer" {
		t.Errorf("stored = %+v, %v", checked[2], err)
	}
	if got, err = o.Decide(t.Context(), o.second, decision(got, authz.AppApprove)); err != nil || got.State != Approved {
		t.Errorf("approve after the override: %s, %v", got.State, err)
	}
	if _, err := o.Override(t.Context(), o.second, Override{ID: a.ID, Version: got.Version, Kind: "load", Result: "explain", Reason: ov.Reason}); fault.KindOf(err) != fault.KindConflict {
		t.Errorf("override after the decision: %v", err)
	}
}

// Conditions are confirmed by the community's own secretary, never by the department; the item
// opens in each community when its mandatory ones are met, not before (R18, E10).
func TestConditions(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	a := o.submitted(t, 5, "ppppp")
	d := decision(a, authz.AppCondition)
	d.Conditions = []NewCondition{{Words: "经费拨到社区", Mandatory: true}, {Words: "培训一次", Division: huaiyin, Mandatory: true},
		{Words: "发放手册", Division: linhe}}
	a, err := o.Decide(t.Context(), o.reviewer, d)
	if err != nil || a.State != ApprovedConds {
		t.Fatalf("decide: %s, %v", a.State, err)
	}
	all, err := conditions(t.Context(), o.db.Q(), selectConditions, a.ID)
	if err != nil || len(all) != 4 {
		t.Fatalf("%d conditions, %v", len(all), err)
	}
	waiting := func() int {
		item, err := catalog.Item(t.Context(), o.db.Q(), "2026-5", workday.NewDay(2027, 2, 1))
		if err != nil {
			t.Fatal(err)
		}
		return len(item.Waiting())
	}
	if waiting() != 2 {
		t.Errorf("%d communities wait", waiting())
	}
	for _, who := range []authz.Actor{o.dept, o.reviewer, o.neighbour, authz.Anonymous} {
		if _, err := o.Confirm(t.Context(), who, a.ID, all[0].ID, ""); fault.KindOf(err) != fault.KindNotFound {
			t.Errorf("%s confirmed 槐荫's condition: %v", who.Name, err)
		}
	}
	const key = "confirm-key-0123456789"
	for range 2 { // a double press counts once
		if c, err := o.Confirm(t.Context(), o.secretary, a.ID, all[0].ID, key); err != nil || c.ConfirmedAt == nil {
			t.Fatalf("confirm: %+v, %v", c, err)
		}
	}
	if waiting() != 2 {
		t.Error("one of two conditions opened the community")
	}
	if _, err := o.Confirm(t.Context(), o.secretary, a.ID, all[0].ID, "another-key-0123456"); fault.KindOf(err) != fault.KindConflict || !strings.Contains(err.Error(), "secretary.huaiyin") {
		t.Errorf("second confirmation: %v", err)
	}
	o.at(workday.NewDay(2027, 1, 20))
	if _, err := o.Confirm(t.Context(), o.secretary, a.ID, all[1].ID, ""); err != nil {
		t.Fatal(err)
	}
	item, err := catalog.Item(t.Context(), o.db.Q(), "2026-5", workday.NewDay(2027, 2, 1))
	if err != nil || len(item.Waiting()) != 1 || item.Scopes[0].From != workday.NewDay(2027, 1, 20) {
		t.Errorf("after both: %+v, %v", item.Scopes, err)
	}
	if acts := o.actions(t, a.ID); acts[len(acts)-1] != "condition.confirm" || len(acts) != 5 {
		t.Errorf("trail = %v", acts)
	}
}
