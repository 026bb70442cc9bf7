package admission

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/policy"
	"portal/internal/workday"
)

// handIn is the submission of the version that the applicant sees.
func (o *office) handIn(t testing.TB, a Application, key string) Submission {
	t.Helper()
	return Submission{ID: a.ID, Version: o.now(t, a.ID).Version, Key: key}
}

// submit hands in a sound application under a title of its own.
func (o *office) submit(t testing.TB, title string) Application {
	t.Helper()
	a, err := o.Submit(t.Context(), o.dept, o.handIn(t, o.draft(t, o.dept, func(f *Form) { f.Title = title }), ""))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// stored reads one check of a round.
func (o *office) stored(t testing.TB, id ID, round int, kind string) (result, finding, evidence string) {
	t.Helper()
	const sql = `SELECT result, finding, evidence::text FROM application_check WHERE application_id = $1 AND round = $2 AND kind = $3`
	if err := o.db.Q().QueryRow(t.Context(), sql, id, round, kind).Scan(&result, &finding, &evidence); err != nil {
		t.Fatal(err)
	}
	return result, finding, evidence
}

func (o *office) count(t testing.TB, sql string, args ...any) int {
	t.Helper()
	var n int
	if err := o.db.Q().QueryRow(t.Context(), sql, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

const (
	checksOf    = `SELECT count(*)::int FROM application_check WHERE application_id = $1 AND round = $2`
	clocksOf    = `SELECT count(*)::int FROM deadline WHERE object_kind = 'application' AND object_id = $1`
	lastNumber  = `SELECT coalesce(max(last), 0)::int FROM case_number WHERE kind = '申'`
	inboxLines  = `SELECT count(*)::int FROM inbox_line`
	usedKeys    = `SELECT count(*)::int FROM form_key WHERE key = $1`
	returnsOpen = `SELECT count(*)::int FROM application_return WHERE application_id = $1 AND resubmitted_at IS NULL`
)

func (o *office) clock(t testing.TB, id ID, kind string) policy.Deadline {
	t.Helper()
	d, err := policy.Of(t.Context(), o.db.Q(), Kind, int64(id), kind)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// A submission gives the number, stores the five checks with their evidence, starts the decision clock,
// leaves one entry and tells the reviewers and the secretaries concerned.
func TestSubmit(t *testing.T) {
	t.Parallel()
	o := newCounter(t)
	a, err := o.Submit(t.Context(), o.dept, o.handIn(t, o.draft(t, o.dept, nil), "submit-key-0123456789"))
	if err != nil {
		t.Fatal(err)
	}
	if a.No("梧") != "梧申〔2026〕1号" || a.Slug() != "2026-1" || a.State != Submitted || a.Round != 1 || a.Checks != "ppppp" || *a.HoursTotal != 72 ||
		a.SubmittedAt == nil || a.DueOn != workday.NewDay(2026, 12, 9) || a.AdmittedNo("梧") != "" {
		t.Errorf("submitted: %s %s round %d, %s, due %s", a.No("梧"), a.State, a.Round, a.Checks, a.DueOn)
	}
	if o.count(t, checksOf, a.ID, 1) != 5 || o.count(t, clocksOf, a.ID) != 1 {
		t.Error("checks or clock are missing")
	}
	if result, finding, evidence := o.stored(t, a.ID, 1, CheckFunds); result != resultPass || !strings.Contains(finding, "72 小时 × 55 元") || !strings.Contains(evidence, `"need_fen": 396000`) {
		t.Errorf("stored: %s %s %s", result, finding, evidence)
	}
	if acts := o.actions(t, a.ID); acts[len(acts)-1] != string(authz.AppSubmit) || strings.Count(strings.Join(acts, " "), string(authz.AppSubmit)) != 1 {
		t.Errorf("trail = %v", acts)
	}
	for _, who := range []authz.Actor{o.reviewer, o.second, o.secretary, o.neighbour} {
		if l := o.lines(t, who); len(l) != 1 || l[0] != "梧申〔2026〕1号 区城市管理局申请准入“独居老人冬季取暖安全走访”" {
			t.Errorf("%s was told %v", who.Login, l)
		}
	}
	for _, who := range []authz.Actor{o.dept, o.other} {
		if l := o.lines(t, who); len(l) != 0 {
			t.Errorf("%s was told %v", who.Login, l)
		}
	}
	if _, err := o.Save(t.Context(), o.dept, Save{ID: a.ID, Version: a.Version, Step: StepItem, Form: a.Form}); fault.KindOf(err) != fault.KindConflict {
		t.Errorf("written while the street has it (R40): %v", err)
	}
}

// Returned, corrected and handed in again: the number stays, the round goes up with checks of its own,
// and the clock stood still in between, whatever the correction's own clock said (R15).
func TestResubmission(t *testing.T) {
	t.Parallel()
	o := newCounter(t)
	a := o.submit(t, "独居老人冬季取暖安全走访")
	o.at(workday.NewDay(2026, 11, 20))
	a, err := o.Decide(t.Context(), o.reviewer, decision(a, authz.AppReturn))
	if err != nil {
		t.Fatal(err)
	}
	if d := o.clock(t, a.ID, DecisionClock); !d.Paused() || o.count(t, returnsOpen, a.ID) != 1 {
		t.Error("the clock runs on while returned")
	}
	o.at(workday.NewDay(2026, 11, 25))
	f := a.Form
	f.FundsFen, f.FundsReason = ptr(int64(0)), "年内没有预算，请街道统筹"
	if a, err = o.Save(t.Context(), o.dept, Save{ID: a.ID, Version: a.Version, Step: StepMeans, Form: f}); err != nil {
		t.Fatal(err)
	}
	if a, err = o.Submit(t.Context(), o.dept, Submission{ID: a.ID, Version: a.Version}); err != nil {
		t.Fatal(err)
	}
	if a.No("梧") != "梧申〔2026〕1号" || a.Round != 2 || a.State != Submitted || a.Checks != "ppfpe" || !strings.HasPrefix(a.FirstFailing, "缺 3,960") {
		t.Errorf("again: %s round %d %s %s %s", a.No("梧"), a.Round, a.State, a.Checks, a.FirstFailing)
	}
	if want := workday.NewDay(2026, 12, 14); a.DueOn != want || o.clock(t, a.ID, DecisionClock).Paused() || o.clock(t, a.ID, CorrectionClock).StoppedOn.IsZero() {
		t.Errorf("due %s, want %s: three working days were the applicant's", a.DueOn, want)
	}
	for round, want := range map[int]string{1: resultPass, 2: resultFail} {
		if result, _, _ := o.stored(t, a.ID, round, CheckFunds); result != want || o.count(t, checksOf, a.ID, round) != 5 {
			t.Errorf("round %d: funds %s", round, result)
		}
	}
	if o.count(t, returnsOpen, a.ID) != 0 || o.count(t, lastNumber) != 1 || o.count(t, clocksOf, a.ID) != 2 {
		t.Error("the return is open still, or a number or a clock too many")
	}
	if l := o.lines(t, o.secretary); !strings.Contains(l[len(l)-1], "补正后重新提交") {
		t.Errorf("the secretary was told %v", l)
	}
}

// The five checks are made anew at submission: what the department saw while typing does not count.
func TestChecksAreMadeAgain(t *testing.T) {
	t.Parallel()
	o := newCounter(t)
	a := o.draft(t, o.dept, nil)
	l, err := o.LookAt(t.Context(), o.dept, a.ID, nil)
	if err != nil || l.Results[4].Result != resultPass {
		t.Fatalf("%v, %v", l.Results, err)
	}
	o.at(workday.NewDay(2026, 11, 24))
	if a, err = o.Submit(t.Context(), o.dept, o.handIn(t, a, "")); err != nil || a.Checks != "ppppe" {
		t.Errorf("%s, %v", a.Checks, err)
	}
}

// What stops a submission is told at once, each beside its field, and nothing is left behind: no
// number, no clock, no check, no line, no entry, and the key of the form is still good (R1, R7, R8, R54).
func TestStoppedSubmissionLeavesNothing(t *testing.T) {
	t.Parallel()
	o := newCounter(t)
	const key = "stopped-key-0123456789"
	a := o.draft(t, o.dept, func(f *Form) {
		f.Title, f.Content = "社区招 商 引 资任务分解", "与社区签订责任状，分三步落实"
		f.FundsPayerID, f.Communities, f.EndOn = ptr(o.other.Posts[0].UnitID), nil, workday.Day{}
	}, citing(t, "noise-pollution-law", "2021-12-24", "70"))
	entries := len(o.actions(t, a.ID))
	in := o.handIn(t, a, key)
	_, err := o.Submit(t.Context(), o.dept, in)
	if got := fieldsOf(err); got != "title content basis communities end_on funds_payer" {
		t.Errorf("fields: %s", got)
	}
	for _, f := range fault.Fields(err) {
		want := map[string]string{"title": "出处：民政部、中央组织部", "content": "NEG-016", "basis": "《生态环境法典》第五百九十九条", "funds_payer": "R54"}[f.Name]
		if !strings.Contains(f.Message, want) {
			t.Errorf("%s: %s", f.Name, f.Message)
		}
	}
	now := o.now(t, a.ID)
	if now.State != Draft || now.Version != a.Version || now.Year != nil || now.Round != 0 || now.SubmittedAt != nil || len(o.actions(t, a.ID)) != entries {
		t.Errorf("left: %s version %d round %d", now.State, now.Version, now.Round)
	}
	for what, n := range map[string]int{"numbers": o.count(t, lastNumber), "clocks": o.count(t, clocksOf, a.ID), "checks": o.count(t, checksOf, a.ID, 1),
		"lines": o.count(t, inboxLines), "keys": o.count(t, usedKeys, key)} {
		if n != 0 {
			t.Errorf("%d %s left behind", n, what)
		}
	}
	f := now.Form
	f.Title, f.Content = "商业噪声投诉调解协助", sound().Content
	f.FundsPayerID, f.Communities, f.EndOn = ptr(o.dept.Posts[0].UnitID), []string{huaiyin}, workday.NewDay(2027, 3, 10)
	for step, bases := range map[int][]Basis{StepItem: {citing(t, "ecological-environment-code", "2026-03-12", "599")}, StepWork: nil, StepMeans: nil} {
		if _, err := o.Save(t.Context(), o.dept, Save{ID: a.ID, Version: o.now(t, a.ID).Version, Step: step, Form: f, Bases: bases}); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := o.Submit(t.Context(), o.dept, o.handIn(t, a, key)); err != nil || got.Slug() != "2026-1" {
		t.Errorf("mended and handed in with the same key: %s, %v", got.Slug(), err)
	}
}

// A version of a law that ends overnight stops the submission of the next day (R8).
func TestLawEndsOvernight(t *testing.T) {
	t.Parallel()
	o := newCounter(t)
	draft := func(title string) Application {
		return o.draft(t, o.dept, func(f *Form) { f.Title = title }, citing(t, "noise-pollution-law", "2021-12-24", "70"))
	}
	o.at(workday.NewDay(2026, 8, 14))
	first, second := draft("商业噪声投诉调解协助"), draft("邻里噪声投诉调解协助")
	if _, err := o.Submit(t.Context(), o.dept, o.handIn(t, first, "")); err != nil {
		t.Errorf("on its last day: %v", err)
	}
	o.at(workday.NewDay(2026, 8, 15))
	if _, err := o.Submit(t.Context(), o.dept, o.handIn(t, second, "")); fieldsOf(err) != "basis" || !strings.Contains(err.Error(), "请改引《生态环境法典》第五百九十九条") {
		t.Errorf("a day later: %v", err)
	}
}

// The negative list does not read attachments, neither their names nor what they hold (R4, A4).
func TestAttachmentsAreNotSearched(t *testing.T) {
	t.Parallel()
	o := newCounter(t)
	a := o.draft(t, o.dept, nil)
	code, err := o.Attach(t.Context(), o.dept, NewFile{ID: a.ID, Key: "attach-key-0123456789", Name: "招商引资责任状.pdf", MediaType: "application/pdf"}.sealed())
	if err != nil || code == "" {
		t.Fatal(err)
	}
	got, err := o.Submit(t.Context(), o.dept, o.handIn(t, a, ""))
	if err != nil || got.Checks[0] != 'p' {
		t.Errorf("%s, %v", got.Checks, err)
	}
	if _, finding, _ := o.stored(t, a.ID, 1, CheckNegative); !strings.Contains(finding, "附件不在检索范围内") {
		t.Errorf("the limit of the check is not told: %s", finding)
	}
}

func (f NewFile) sealed() NewFile {
	f.Ref.SHA256, f.Ref.Size = strings.Repeat("ab", 32), 9
	return f
}

// atOnce runs acts together and gives their errors in order.
func atOnce(acts ...func() error) []error {
	out := make([]error, len(acts))
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i, act := range acts {
		wg.Go(func() { <-start; out[i] = act() })
	}
	close(start)
	wg.Wait()
	return out
}

// A double press, at once or later, is one submission with one number (E25); with other keys one wins
// and the others read who did what.
func TestSubmitTwice(t *testing.T) {
	t.Parallel()
	o := newCounter(t)
	a := o.draft(t, o.dept, nil)
	in := o.handIn(t, a, "double-key-0123456789")
	var slugs [4]string
	press := func(i int) func() error {
		return func() error {
			got, err := o.Submit(t.Context(), o.dept, in)
			slugs[i] = got.Slug()
			return err
		}
	}
	errs := append(atOnce(press(0), press(1), press(2)), press(3)())
	for i, err := range errs {
		if err != nil || slugs[i] != "2026-1" {
			t.Errorf("press %d: %s, %v", i, slugs[i], err)
		}
	}
	if now := o.now(t, a.ID); now.Round != 1 || o.count(t, lastNumber) != 1 || o.count(t, checksOf, a.ID, 1) != 5 || len(o.lines(t, o.secretary)) != 1 {
		t.Errorf("round %d, number %d, lines %v", now.Round, o.count(t, lastNumber), o.lines(t, o.secretary))
	}

	b := o.draft(t, o.dept, func(f *Form) { f.Title = "另一件走访" })
	won := 0
	other := func(i int) func() error {
		in := o.handIn(t, b, fmt.Sprintf("window-key-%d-0123456789", i))
		return func() error { _, err := o.Submit(t.Context(), o.dept, in); return err }
	}
	for _, err := range atOnce(other(0), other(1), other(2)) {
		switch {
		case err == nil:
			won++
		case fault.KindOf(err) != fault.KindConflict || !strings.Contains(err.Error(), "已被他人处理：dept.a 刚刚"):
			t.Errorf("the second window: %v", err)
		}
	}
	if won != 1 || o.count(t, lastNumber) != 2 {
		t.Errorf("%d won, last number %d", won, o.count(t, lastNumber))
	}
}

// Two clerks key the same paper form: the second one is shown the first and has to mean it (E25), even
// when both press at the same moment.
func TestTwin(t *testing.T) {
	t.Parallel()
	o := newCounter(t)
	same := func(change func(*Form)) Application { return o.draft(t, o.dept, change) }
	acts := make([]func() error, 3)
	for i := range acts {
		in := o.handIn(t, same(func(f *Form) {
			if i == 1 {
				f.Title = "独居老人 冬季取暖安全走訪" // the key is the same
			}
		}), "")
		acts[i] = func() error { _, err := o.Submit(t.Context(), o.dept, in); return err }
	}
	won := 0
	for _, err := range atOnce(acts...) {
		switch {
		case err == nil:
			won++
		case fieldsOf(err) != FieldTwin || !strings.Contains(err.Error(), "梧申〔2026〕1号"):
			t.Errorf("the second clerk: %v", err)
		}
	}
	if won != 1 || o.count(t, lastNumber) != 1 {
		t.Fatalf("%d went in, last number %d", won, o.count(t, lastNumber))
	}
	second := same(nil)
	if l, err := o.LookAt(t.Context(), o.dept, second.ID, nil); err != nil || l.Twin != "2026-1" {
		t.Errorf("shown before the press: %q, %v", l.Twin, err)
	}
	in := o.handIn(t, second, "")
	in.TwinKnown = true
	if got, err := o.Submit(t.Context(), o.dept, in); err != nil || got.Slug() != "2026-2" {
		t.Errorf("meant so: %s, %v", got.Slug(), err)
	}
	for name, a := range map[string]Application{
		"other days":  same(func(f *Form) { f.EndOn = f.EndOn.Add(1) }),
		"other title": same(func(f *Form) { f.Title = "独居老人春季取暖安全走访" }),
		"other unit":  o.draft(t, o.other, nil),
	} {
		who := o.dept
		if a.UnitID != who.Posts[0].UnitID {
			who = o.other
		}
		if _, err := o.Submit(t.Context(), who, o.handIn(t, a, "")); err != nil {
			t.Errorf("%s is no twin: %v", name, err)
		}
	}
}

// Many hands at once, some of them stopped: the numbers are 1, 2, 3 … without gap or double.
func TestNumbersHaveNoGaps(t *testing.T) {
	t.Parallel()
	o := newCounter(t)
	var acts []func() error
	for i := range 12 {
		a := o.draft(t, o.dept, func(f *Form) {
			f.Title = fmt.Sprintf("走访第%d批", i)
			if i%3 == 2 {
				f.Title += "招商引资"
			}
		})
		in := o.handIn(t, a, "")
		acts = append(acts, func() error { _, err := o.Submit(t.Context(), o.dept, in); return err })
	}
	in := 0
	for i, err := range atOnce(acts...) {
		if err == nil {
			in++
		}
		if (err == nil) != (i%3 != 2) || err != nil && fault.KindOf(err) != fault.KindInvalid {
			t.Errorf("%d: %v", i, err)
		}
	}
	const numbers = `SELECT seq FROM application WHERE seq IS NOT NULL ORDER BY seq`
	rows, err := o.db.Q().Query(t.Context(), numbers)
	if err != nil {
		t.Fatal(err)
	}
	var got []int
	for rows.Next() {
		var n int
		if err := rows.Scan(&n); err != nil {
			t.Fatal(err)
		}
		got = append(got, n)
	}
	if in != 8 || !slices.Equal(got, []int{1, 2, 3, 4, 5, 6, 7, 8}) {
		t.Errorf("%d in, numbers %v", in, got)
	}
}

// The year of a number is that of the day in Shanghai, and the new year begins with 1.
func TestNumberOfTheYear(t *testing.T) {
	t.Parallel()
	o := newCounter(t)
	o.at(workday.NewDay(2026, 12, 31))
	a := o.draft(t, o.dept, func(f *Form) { f.Title, f.StartOn = "年末走访", workday.NewDay(2027, 2, 1) })
	b := o.draft(t, o.dept, func(f *Form) { f.Title, f.StartOn = "年初走访", workday.NewDay(2027, 2, 1) })
	if got, err := o.Submit(t.Context(), o.dept, o.handIn(t, a, "")); err != nil || got.No("梧") != "梧申〔2026〕1号" {
		t.Errorf("%s, %v", got.No("梧"), err)
	}
	o.at(workday.NewDay(2027, 1, 1))
	if got, err := o.Submit(t.Context(), o.dept, o.handIn(t, b, "")); err != nil || got.No("梧") != "梧申〔2027〕1号" {
		t.Errorf("%s, %v", got.No("梧"), err)
	}
}

// Before the decision an application is taken back freely: a draft without a word to anybody, a
// submitted one with its clocks stopped and everybody told; after the decision it is not (R41).
func TestWithdraw(t *testing.T) {
	t.Parallel()
	o := newCounter(t)
	d := o.draft(t, o.dept, func(f *Form) { f.Title = "从没提交过的事" })
	if got, err := o.Withdraw(t.Context(), o.dept, Step{ID: d.ID, Version: d.Version}, ""); err != nil || got.State != Withdrawn || got.Year != nil || o.count(t, inboxLines) != 0 {
		t.Errorf("a draft: %s, %v", got.State, err)
	}
	for _, c := range []struct {
		name string
		do   authz.Action
		told int
	}{{"submitted", "", 2}, {"accepted", authz.AppAccept, 2}, {"returned", authz.AppReturn, 2}} {
		a := o.submit(t, "要撤回的"+c.name)
		var err error
		if c.do != "" {
			if a, err = o.Decide(t.Context(), o.reviewer, decision(a, c.do)); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := o.Withdraw(t.Context(), o.dept, Step{ID: a.ID}, ""); fault.KindOf(err) != fault.KindConflict {
			t.Errorf("%s, without the version that was seen: %v", c.name, err)
		}
		before, key := len(o.lines(t, o.second)), "withdraw-key-"+c.name+"-0123"
		for range 2 { // a double press
			got, err := o.Withdraw(t.Context(), o.dept, Step{ID: a.ID, Version: a.Version}, key)
			if err != nil || got.State != Withdrawn || got.Seq == nil || *got.Seq != *a.Seq {
				t.Fatalf("%s: %s, %v", c.name, got.State, err)
			}
		}
		if l := o.lines(t, o.second); len(l) != before+1 || !strings.Contains(l[before], "区城市管理局撤回了“要撤回的"+c.name+"”") {
			t.Errorf("%s: the reviewer was told %v", c.name, l)
		}
		if o.clock(t, a.ID, DecisionClock).StoppedOn.IsZero() || c.do == authz.AppReturn && o.clock(t, a.ID, CorrectionClock).StoppedOn.IsZero() {
			t.Errorf("%s: a clock runs on", c.name)
		}
		if _, err := o.Submit(t.Context(), o.dept, o.handIn(t, a, "")); fault.KindOf(err) != fault.KindConflict {
			t.Errorf("%s: handed in after the withdrawal: %v", c.name, err)
		}
	}
	a := o.submit(t, "已经决定的事")
	a, err := o.Decide(t.Context(), o.reviewer, decision(a, authz.AppApprove))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Withdraw(t.Context(), o.dept, Step{ID: a.ID, Version: a.Version}, ""); fault.KindOf(err) != fault.KindConflict || o.now(t, a.ID).State != Approved {
		t.Errorf("after the decision: %v", err)
	}
}

// A unit that was closed applies no more (§4 field 1).
func TestClosedUnit(t *testing.T) {
	t.Parallel()
	o := newCounter(t)
	a := o.draft(t, o.dept, nil)
	o.write(t, func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE unit SET active = false WHERE id = $1`, o.dept.Posts[0].UnitID)
		return err
	})
	if _, err := o.Submit(t.Context(), o.dept, o.handIn(t, a, "")); fieldsOf(err) != "unit" {
		t.Errorf("%v", err)
	}
}
