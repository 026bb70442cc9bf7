package policy_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/pg/pgtest"
	"portal/internal/policy"
	"portal/internal/workday"
)

var (
	first  = authz.Actor{AccountID: 1, Name: "甲", Posts: []authz.Post{{Role: authz.Admin}}}
	second = authz.Actor{AccountID: 2, Name: "乙", Posts: []authz.Post{{Role: authz.Admin}}}
	clerk  = authz.Actor{AccountID: 3, Name: "丙", Posts: []authz.Post{{Role: authz.Department}}}
	today  = workday.NewDay(2026, time.November, 18)
)

func load(t *testing.T, q pg.Querier, day workday.Day) policy.Values {
	t.Helper()
	v, err := policy.Load(context.Background(), q, day)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Every default is readable and carries its label, tag and basis.
func TestDefaultsAreWhole(t *testing.T) {
	seen := map[policy.Key]bool{}
	for _, d := range policy.Defaults {
		if seen[d.Key] || d.Label == "" || d.Tag == "" || d.Basis == "" || d.Key.Check(d.Value) != nil {
			t.Errorf("%s: %+v", d.Key, d)
		}
		seen[d.Key] = true
		if d.Key.Check("") == nil || d.Key.Check("\x00") == nil {
			t.Errorf("%s takes an empty or a NUL value", d.Key)
		}
	}
}

// A value changes only when two persons want it, from its day on, and the old one stays readable.
func TestTwoPersonsChangeOne(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	s := policy.New(db)
	ctx := context.Background()
	if got := load(t, db.Q(), today).HourPriceFen; got != 5500 {
		t.Fatalf("default price %d fen", got)
	}
	p := policy.Proposal{Key: policy.HourPrice, Value: "60.5", Basis: "梧办发〔2026〕9号", From: today.Add(10)}
	if _, err := s.Propose(ctx, clerk, p); fault.KindOf(err) != fault.KindNotFound {
		t.Fatalf("a clerk proposes: %v", err)
	}
	bad := p
	bad.Value, bad.Basis, bad.From = "很多", "", today.Add(-1)
	if _, err := s.Propose(ctx, first, bad); len(fault.Fields(err)) != 3 {
		t.Fatalf("want three field messages, got %v", err)
	}
	id, err := s.Propose(ctx, first, p)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Confirm(ctx, first, id, ""); fault.KindOf(err) != fault.KindForbidden {
		t.Fatalf("the same person confirms: %v", err)
	}
	if got := load(t, db.Q(), today.Add(10)).HourPriceFen; got != 5500 {
		t.Fatalf("unconfirmed value holds: %d", got)
	}
	if err := s.Confirm(ctx, second, id, ""); err != nil {
		t.Fatal(err)
	}
	if err := s.Confirm(ctx, second, id, ""); fault.KindOf(err) != fault.KindConflict {
		t.Fatalf("second confirmation: %v", err)
	}
	if a, b := load(t, db.Q(), today.Add(9)).HourPriceFen, load(t, db.Q(), today.Add(10)).HourPriceFen; a != 5500 || b != 6050 {
		t.Fatalf("day before %d, first day %d", a, b)
	}
	next, err := s.Propose(ctx, second, policy.Proposal{Key: policy.HourPrice, Value: "70", Basis: "梧办发〔2026〕11号", From: today.Add(20)})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Confirm(ctx, first, next, ""); err != nil {
		t.Fatal(err)
	}
	if a, b := load(t, db.Q(), today.Add(19)).HourPriceFen, load(t, db.Q(), today.Add(20)).HourPriceFen; a != 6050 || b != 7000 {
		t.Fatalf("the value before the next one: %d, next: %d", a, b)
	}
	h, err := policy.History(ctx, db.Q(), policy.HourPrice)
	if err != nil || len(h) != 2 {
		t.Fatalf("history %v %v", h, err)
	}
}

func start(t *testing.T, db *pg.DB, spec policy.DeadlineSpec) policy.Deadline {
	t.Helper()
	var d policy.Deadline
	write(t, db, func(tx *pg.Tx) (err error) { d, err = policy.Start(context.Background(), tx, spec); return err })
	return d
}

func write(t *testing.T, db *pg.DB, fn func(tx *pg.Tx) error) {
	t.Helper()
	err := db.Write(context.Background(), first, func(tx *pg.Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		return tx.Record(context.Background(), pg.Change{Action: authz.AppAccept, Kind: "test", ID: 1})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// R15: the clock stands still only while the application is returned.
func TestDeadlinePauses(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	ctx := context.Background()
	d := start(t, db, policy.DeadlineSpec{Kind: "decision", ObjectKind: "application", ObjectID: 7, From: today, Days: 5, Basis: "R15"})
	if want := workday.NewDay(2026, time.November, 25); d.DueOn != want || d.NotBefore {
		t.Fatalf("due %s, not before %v; want %s", d.DueOn, d.NotBefore, want)
	}
	write(t, db, func(tx *pg.Tx) error { return policy.Pause(ctx, tx, d.ID, today.Add(1)) })
	paused, err := policy.Of(ctx, db.Q(), "application", 7, "decision")
	if err != nil || !paused.Paused() || paused.Overdue(today.Add(60)) {
		t.Fatalf("%+v %v", paused, err)
	}
	write(t, db, func(tx *pg.Tx) (err error) { d, err = policy.Resume(ctx, tx, d.ID, today.Add(6)); return err })
	if want := workday.NewDay(2026, time.November, 30); d.DueOn != want {
		t.Fatalf("after a pause from Thursday to Tuesday due %s, want %s", d.DueOn, want)
	}
	e, err := policy.Explain(ctx, db.Q(), d.ID)
	if err != nil || !e.Agrees || !e.Count.Complete {
		t.Fatalf("%+v %v", e, err)
	}
	held := 0
	for _, step := range e.Count.Steps {
		if step.Kind == workday.Paused {
			held++
		}
	}
	if held != 5 {
		t.Fatalf("%d paused days shown, want 5", held)
	}
	if e.Overdue(d.DueOn) || !e.Overdue(d.DueOn.Add(1)) {
		t.Fatal("overdue begins the day after the due day")
	}
	write(t, db, func(tx *pg.Tx) error { return policy.Stop(ctx, tx, d.ID, today) })
	again := start(t, db, policy.DeadlineSpec{Kind: "decision", ObjectKind: "application", ObjectID: 7, From: today, Days: 1, Basis: "R15"})
	write(t, db, func(tx *pg.Tx) error { return policy.Stop(ctx, tx, again.ID, today) })
	start(t, db, policy.DeadlineSpec{Kind: "decision", ObjectKind: "application", ObjectID: 7, From: today, Days: 1, Basis: "R15"})
}

const year2027 = `day,kind,name
2027-01-01,holiday,元旦
2027-02-05,holiday,春节
2027-02-06,holiday,春节
2027-02-07,holiday,春节
2027-02-08,holiday,春节
2027-02-09,holiday,春节
2027-02-10,holiday,春节
2027-02-11,holiday,春节
2027-01-31,makeup,春节
2027-04-05,holiday,清明节
2027-05-01,holiday,劳动节
2027-05-02,holiday,劳动节
2027-06-09,holiday,端午节
2027-09-15,holiday,中秋节
2027-10-01,holiday,国庆节
2027-10-02,holiday,国庆节
2027-10-03,holiday,国庆节
`

// Issue item 7: a count that enters an unpublished year is stored as 「not before」, says why, and is
// fixed when the year is imported; the copies elsewhere are told in the same transaction.
func TestUnpublishedYearIsFixedOnImport(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	s := policy.New(db)
	ctx := context.Background()
	var told []policy.Deadline
	s.OnFixed = func(_ context.Context, _ *pg.Tx, fixed []policy.Deadline) error { told = fixed; return nil }
	d := start(t, db, policy.DeadlineSpec{Kind: "decision", ObjectKind: "application", ObjectID: 1, From: workday.NewDay(2026, time.December, 28), Days: 10, Basis: "R9"})
	if !d.NotBefore || d.DueOn.Year() != 2027 {
		t.Fatalf("%+v", d)
	}
	e, err := policy.Explain(ctx, db.Q(), d.ID)
	if err != nil || e.Sentence() != "2027 年放假安排尚未导入" || e.Count.CountedSoFar != 3 {
		t.Fatalf("%q, %d counted, %v", e.Sentence(), e.Count.CountedSoFar, err)
	}
	if e.Overdue(d.DueOn.Add(100)) {
		t.Fatal("an inexact deadline is overdue")
	}
	if _, err := s.LoadYear(ctx, clerk, strings.NewReader(year2027), "2027.csv", "国办发明电"); fault.KindOf(err) != fault.KindNotFound {
		t.Fatalf("a clerk imports a year: %v", err)
	}
	res, err := s.LoadYear(ctx, first, strings.NewReader("day,kind,name\n2027-01-04,makeup,元旦\n"), "2027.csv", "x")
	if err != nil || len(res.Problems) == 0 || res.Changed {
		t.Fatalf("a make-up Monday was taken: %+v %v", res, err)
	}
	res, err = s.LoadYear(ctx, first, strings.NewReader(year2027), "2027.csv", "国办发明电〔2026〕测试号")
	if err != nil || len(res.Problems) > 0 || !res.Changed || res.Year != 2027 || res.Holidays != 16 || res.Makeups != 1 {
		t.Fatalf("%+v %v", res, err)
	}
	if len(res.Fixed) != 1 || len(told) != 1 || told[0].NotBefore || told[0].DueOn != workday.NewDay(2027, time.January, 12) {
		t.Fatalf("fixed %+v", res.Fixed)
	}
	stored, err := policy.Of(ctx, db.Q(), "application", 1, "decision")
	if err != nil || stored.NotBefore || stored.DueOn != told[0].DueOn {
		t.Fatalf("%+v %v", stored, err)
	}
	res, err = s.LoadYear(ctx, first, strings.NewReader(year2027), "2027.csv", "再来一次")
	if err != nil || res.Changed {
		t.Fatalf("the same year again: %+v %v", res, err)
	}
	if fixed, err := s.FixDeadlines(ctx); err != nil || len(fixed) != 0 {
		t.Fatalf("the job finds %v %v", fixed, err)
	}
}
