package admission

import (
	"math"
	"slices"
	"strings"
	"testing"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/workday"
)

// draft fills in every step of a new application as its unit does; change, when given, is made to the
// sound form.
func (o *office) draft(t testing.TB, by authz.Actor, change func(*Form), bases ...Basis) Application {
	t.Helper()
	id, err := o.Begin(t.Context(), by, "")
	if err != nil {
		t.Fatal(err)
	}
	f := sound()
	unit := by.Posts[0].UnitID
	f.LeadUnitID, f.FundsPayerID = &unit, &unit
	if change != nil {
		change(&f)
	}
	if len(bases) == 0 {
		bases = []Basis{citing(t, committeeLaw, newText, "43")}
	}
	a := o.now(t, id)
	for step := StepItem; step <= StepData; step++ {
		in := Save{ID: id, Version: a.Version, Step: step, Form: f, Done: true}
		if step == StepItem {
			in.Bases = bases
		}
		if a, err = o.Save(t.Context(), by, in); err != nil {
			t.Fatalf("step %d: %v", step, err)
		}
	}
	return a
}

// fieldsOf names the fields of a fault.
func fieldsOf(err error) string {
	var out []string
	for _, f := range fault.Fields(err) {
		out = append(out, f.Name)
	}
	return strings.Join(out, " ")
}

// What cannot be stored at all is said beside its field and changes nothing there; everything else of
// the step is kept, and nothing typed ends in an error of the database.
func TestSaveKeepsWhatItCan(t *testing.T) {
	t.Parallel()
	o := newCounter(t)
	a := o.draft(t, o.dept, nil)
	long := func(n int) string { return strings.Repeat("长", n) }
	for _, c := range []struct {
		name   string
		step   int
		edit   func(*Save)
		fields string
	}{
		{"a title too long", StepItem, func(s *Save) { s.Form.Title, s.Form.Reason = long(61), "另一个理由" }, "title"},
		{"a title in two lines", StepItem, func(s *Save) { s.Form.Title = "上\n下" }, "title"},
		{"a title that hides", StepItem, func(s *Save) { s.Form.Title = "招\u200b商引资任务" }, "title"},
		{"no characters", StepItem, func(s *Save) { s.Form.Reason = "a\x00b\xff" }, "reason"},
		{"choices that are not offered", StepItem, func(s *Save) { s.Form.ItemForm, s.Form.ListKind = "x", "self_governance" }, "item_form list_kind"},
		{"a unit that is none", StepItem, func(s *Save) { s.Form.LeadUnitID = ptr(int64(math.MaxInt64)) }, "lead_unit"},
		{"too many citations", StepItem, func(s *Save) { s.Bases = slices.Repeat([]Basis{{Citation: "梧办发〔2026〕3号"}}, MaxBases+1) }, "basis"},
		{"a law that is none", StepItem, func(s *Save) { s.Bases = []Basis{{DocKey: "no-such-law"}} }, "basis"},
		{"a version that is none", StepItem, func(s *Save) { s.Bases = []Basis{citing(t, committeeLaw, "2020-01-01", "1")} }, "basis"},
		{"an article beyond the last", StepItem, func(s *Save) { s.Bases = []Basis{citing(t, committeeLaw, newText, "51")} }, "basis"},
		{"an article that is no number", StepItem, func(s *Save) { s.Bases = []Basis{citing(t, committeeLaw, newText, "某条")} }, "basis"},
		{"a citation too long", StepItem, func(s *Save) { s.Bases = []Basis{{Citation: long(201)}} }, "basis"},
		{"R5 never saved as primary", StepWork, func(s *Save) { s.Form.Role = RolePrimary }, "role"},
		{"numbers that no column holds", StepWork, func(s *Save) {
			s.Form.Occurrences, s.Form.HoursPerOccurrence, s.Form.PeopleNeeded = ptr(math.Inf(1)), ptr(math.NaN()), ptr(-1)
		}, "occurrences hours_per_occurrence people_needed"},
		{"a number too large", StepWork, func(s *Save) { s.Form.Occurrences = ptr(1e9) }, "occurrences"},
		{"modes that are not offered", StepWork, func(s *Save) { s.Form.AssistModes, s.Form.Flags = []AssistMode{"fine"}, []Flag{"x"} }, "assist_modes flags"},
		{"codes that are none", StepMeans, func(s *Save) { s.Form.Communities = []string{"%"} }, "communities"},
		{"an end before the start", StepMeans, func(s *Save) { s.Form.EndOn = s.Form.StartOn.Add(-1) }, "end_on"},
		{"money below nothing and beyond all", StepMeans, func(s *Save) { s.Form.FundsFen = ptr(int64(-1)) }, "funds"},
		{"money beyond all", StepMeans, func(s *Save) { s.Form.FundsFen = ptr(int64(math.MaxInt64)) }, "funds"},
		{"too many fields", StepData, func(s *Save) { s.Form.FormFields = manyNames("字段", MaxFields+1) }, "form_fields"},
	} {
		in := Save{ID: a.ID, Version: a.Version, Step: c.step, Form: a.Form}
		c.edit(&in)
		got, err := o.Save(t.Context(), o.dept, in)
		if fieldsOf(err) != c.fields {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if stored := o.now(t, a.ID); stored.Version != got.Version || stored.State != Draft {
			t.Errorf("%s: stored version %d, told %d", c.name, stored.Version, got.Version)
		}
		a = got
	}
	if a.Reason != "另一个理由" || a.Title != "独居老人冬季取暖安全走访" || a.Role != "" || !a.EndOn.IsZero() || *a.Occurrences != 2 || *a.FundsFen != 396_000 {
		t.Errorf("kept: %+v", a.Form)
	}
	for _, step := range []int{0, StepCheck, 99} {
		if _, err := o.Save(t.Context(), o.dept, Save{ID: a.ID, Version: a.Version, Step: step}); fault.KindOf(err) != fault.KindNotFound {
			t.Errorf("step %d: %v", step, err)
		}
	}
}

// A community that is ticked twice is asked once, so hours and money are not doubled.
func TestCommunityTwiceIsOne(t *testing.T) {
	t.Parallel()
	o := newCounter(t)
	a := o.draft(t, o.dept, func(f *Form) { f.Communities = []string{huaiyin, huaiyin, linhe} })
	if got := o.now(t, a.ID); !slices.Equal(got.Communities, []string{huaiyin, linhe}) || got.TotalHours() != 72 {
		t.Errorf("%v, %g hours", got.Communities, got.TotalHours())
	}
}

// Two windows on one form: the second one to save is told, nothing of the first is overwritten, and
// after reading the newest page its words go in. The same words again are the same save.
func TestTwoWindows(t *testing.T) {
	t.Parallel()
	o := newCounter(t)
	a := o.draft(t, o.dept, nil)
	first, second := a.Form, a.Form
	first.Content, second.Authority = "第一个窗口写的工作内容，分三步", "第二个窗口写的授权"
	saved, err := o.Save(t.Context(), o.dept, Save{ID: a.ID, Version: a.Version, Step: StepWork, Form: first})
	if err != nil {
		t.Fatal(err)
	}
	_, err = o.Save(t.Context(), o.dept, Save{ID: a.ID, Version: a.Version, Step: StepWork, Form: second})
	if fault.KindOf(err) != fault.KindConflict || !strings.Contains(err.Error(), "另一个窗口") {
		t.Fatalf("the stale window: %v", err)
	}
	for _, version := range []int{a.Version, 0} {
		if _, err := o.Submit(t.Context(), o.dept, Submission{ID: a.ID, Version: version}); fault.KindOf(err) != fault.KindConflict {
			t.Errorf("handed in from the stale window, version %d: %v", version, err)
		}
	}
	if now := o.now(t, a.ID); now.Content != first.Content || now.Authority != a.Authority || now.Version != saved.Version || now.State != Draft {
		t.Errorf("stored: %q %q", now.Content, now.Authority)
	}
	entries := len(o.actions(t, a.ID))
	again, err := o.Save(t.Context(), o.dept, Save{ID: a.ID, Version: a.Version, Step: StepWork, Form: first})
	if err != nil || again.Version != saved.Version || len(o.actions(t, a.ID)) != entries {
		t.Errorf("the same words again: version %d, %v", again.Version, err)
	}
	second.Content = saved.Content
	if got, err := o.Save(t.Context(), o.dept, Save{ID: a.ID, Version: saved.Version, Step: StepWork, Form: second}); err != nil || got.Authority != second.Authority || got.Content != first.Content {
		t.Errorf("after reading the newest page: %v", err)
	}
}

// Two windows at the same moment: one is kept whole, the other reads that it came second.
func TestTwoWindowsAtOnce(t *testing.T) {
	t.Parallel()
	o := newCounter(t)
	a := o.draft(t, o.dept, nil)
	write := func(words string) func() error {
		return func() error {
			f := a.Form
			f.Content, f.Authority = words+"写的工作内容，分三步做", words+"写的授权"
			_, err := o.Save(t.Context(), o.dept, Save{ID: a.ID, Version: a.Version, Step: StepWork, Form: f})
			return err
		}
	}
	for range 5 {
		first, second := both(write("甲"), write("乙"))
		if (first == nil) == (second == nil) || fault.KindOf(first) != fault.KindConflict && fault.KindOf(second) != fault.KindConflict {
			t.Fatalf("%v and %v", first, second)
		}
		won := "甲"
		if first != nil {
			won = "乙"
		}
		now := o.now(t, a.ID)
		if !strings.HasPrefix(now.Content, won) || !strings.HasPrefix(now.Authority, won) || now.Version != a.Version+1 {
			t.Fatalf("%s won, stored %q %q", won, now.Content, now.Authority)
		}
		f := now.Form
		f.Content, f.Authority = "还原的工作内容，一共分三步", "还原的授权"
		var err error
		if a, err = o.Save(t.Context(), o.dept, Save{ID: a.ID, Version: now.Version, Step: StepWork, Form: f}); err != nil {
			t.Fatal(err)
		}
	}
}

// Live checks read what is typed over what is stored, write nothing, and bear anything.
func TestLookAtWritesNothing(t *testing.T) {
	t.Parallel()
	o := newCounter(t)
	a := o.draft(t, o.dept, nil)
	entries := len(o.actions(t, a.ID))
	typed := a.Form
	typed.EndOn, typed.FundsFen = typed.StartOn.Add(-3), ptr(int64(0))
	l, err := o.LookAt(t.Context(), o.dept, a.ID, &Typed{Step: StepMeans, Form: typed})
	if err != nil {
		t.Fatal(err)
	}
	if got := fieldsOf(fault.Invalid(l.Fields(StepMeans)...)); got != "end_on funds_reason" || len(l.Fields(StepWork)) != 0 {
		t.Errorf("step 3 says %s, step 2 %v", got, l.Fields(StepWork))
	}
	if l.Results[2].Result != resultFail || len(l.Places) != 3 || l.Twin != "" {
		t.Errorf("funds %s, %d places, twin %q", l.Results[2].Result, len(l.Places), l.Twin)
	}
	if now := o.now(t, a.ID); now.Version != a.Version || *now.FundsFen != 396_000 || len(o.actions(t, a.ID)) != entries {
		t.Error("looking changed something")
	}
	if l, err = o.LookAt(t.Context(), o.dept, a.ID, nil); err != nil || len(l.Problems) != 0 {
		t.Errorf("what is stored: %v, %v", l.Problems, err)
	}
}

// A form is its unit's alone: for everybody else it is not there, whatever they try, and nothing changes.
func TestOutOfReach(t *testing.T) {
	t.Parallel()
	o := newCounter(t)
	a := o.draft(t, o.dept, nil)
	mine, err := o.Submit(t.Context(), o.other, o.handIn(t, o.draft(t, o.other, func(f *Form) { f.Title = "民政对象信息核对" }), "key-of-the-other-unit"))
	if err != nil {
		t.Fatal(err)
	}
	entries := len(o.actions(t, a.ID))
	for _, who := range []authz.Actor{o.other, o.reviewer, o.leader, o.secretary, o.inHouse, authz.Anonymous} {
		for name, act := range map[string]func() error{
			"save": func() error {
				_, err := o.Save(t.Context(), who, Save{ID: a.ID, Version: a.Version, Step: StepItem, Form: Form{Title: "改掉"}})
				return err
			},
			"submit": func() error {
				_, err := o.Submit(t.Context(), who, Submission{ID: a.ID, Version: a.Version})
				return err
			},
			"withdraw": func() error {
				_, err := o.Withdraw(t.Context(), who, Step{ID: a.ID, Version: a.Version}, "")
				return err
			},
			"look": func() error { _, err := o.LookAt(t.Context(), who, a.ID, nil); return err },
			"open": func() error { _, err := o.ByPath(t.Context(), who, a.Slug()); return err },
		} {
			if err := act(); fault.KindOf(err) != fault.KindNotFound {
				t.Errorf("%s may %s: %v", who.Name, name, err)
			}
		}
	}
	if now := o.now(t, a.ID); now.Version != a.Version || now.Title != a.Title || len(o.actions(t, a.ID)) != entries {
		t.Error("somebody out of reach changed the form")
	}
	// A used key of one's own opens what it was used for, never the application that the form names.
	got, err := o.Submit(t.Context(), o.other, Submission{ID: a.ID, Version: a.Version, Key: "key-of-the-other-unit"})
	if err != nil || got.ID != mine.ID {
		t.Errorf("a repeated key opened %d, %v; it was used for %d", got.ID, err, mine.ID)
	}
	drafts, err := o.Drafts(t.Context(), o.dept)
	if err != nil || len(drafts) != 1 || drafts[0].ID != a.ID {
		t.Errorf("%d drafts, %v", len(drafts), err)
	}
	for _, slug := range []string{"draft-0", "draft-x", "2026-999", "", "draft-99999999999999999999"} {
		if _, err := o.ByPath(t.Context(), o.dept, slug); fault.KindOf(err) != fault.KindNotFound {
			t.Errorf("%q: %v", slug, err)
		}
	}
}

// Begun in the last days of a year whose follower has no calendar: handed in, asked to explain, due not
// before a day (issue item 7).
func TestUnpublishedYearIsNoObstacle(t *testing.T) {
	t.Parallel()
	o := newCounter(t)
	o.at(workday.NewDay(2026, 12, 21))
	a := o.draft(t, o.dept, func(f *Form) { f.FundsPayOn = workday.NewDay(2027, 1, 8) })
	got, err := o.Submit(t.Context(), o.dept, o.handIn(t, a, ""))
	if err != nil {
		t.Fatal(err)
	}
	if got.Checks[4] != 'e' || got.State != Submitted {
		t.Errorf("%s %s", got.State, got.Checks)
	}
	_, finding, _ := o.stored(t, a.ID, 1, CheckAhead)
	if !strings.Contains(finding, "2027 年放假安排尚未导入") {
		t.Errorf("提前申请: %s", finding)
	}
	if clock := o.clock(t, a.ID, DecisionClock); !clock.NotBefore {
		t.Errorf("the due day %s is given as exact", clock.DueOn)
	}
}
