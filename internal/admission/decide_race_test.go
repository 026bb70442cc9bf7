package admission

import (
	"strings"
	"sync"
	"testing"

	"portal/internal/authz"
	"portal/internal/fault"

	"pgregory.net/rapid"
)

// both runs two acts at the same moment and gives their errors.
func both(first, second func() error) (a, b error) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	wg.Go(func() { <-start; a = first() })
	wg.Go(func() { <-start; b = second() })
	close(start)
	wg.Wait()
	return a, b
}

// Two hands at once: one wins, the other reads who did what, and nothing is half done.
func TestRaces(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	decide := func(who authz.Actor, a Application, do authz.Action) func() error {
		return func() error { _, err := o.Decide(t.Context(), who, decision(a, do)); return err }
	}
	cases := []struct {
		name string
		acts func(a Application) (first, second func() error)
		ends []State // the outcomes that are lawful
	}{
		{"two approvers", func(a Application) (func() error, func() error) {
			return decide(o.reviewer, a, authz.AppApprove), decide(o.second, a, authz.AppApprove)
		}, []State{Approved}},
		{"approve and return", func(a Application) (func() error, func() error) {
			return decide(o.reviewer, a, authz.AppApprove), decide(o.second, a, authz.AppReturn)
		}, []State{Approved, Returned}},
		{"approve and reject", func(a Application) (func() error, func() error) {
			return decide(o.reviewer, a, authz.AppCondition), decide(o.second, a, authz.AppReject)
		}, []State{ApprovedConds, Rejected}},
		{"withdraw and approve", func(a Application) (func() error, func() error) {
			return decide(o.reviewer, a, authz.AppApprove), func() error {
				_, err := o.Withdraw(t.Context(), o.dept, Step{ID: a.ID, Version: a.Version}, "")
				return err
			}
		}, []State{Approved, Withdrawn}},
		{"override and approve", func(a Application) (func() error, func() error) {
			return decide(o.reviewer, a, authz.AppApprove), func() error {
				_, err := o.Override(t.Context(), o.second, Override{ID: a.ID, Version: a.Version, Kind: "load", Result: "explain", Reason: "三个社区叠加后接近上限，请复核"})
				return err
			}
		}, []State{Approved, Submitted}},
	}
	seq := 0
	for _, c := range cases {
		for range 3 {
			seq++
			a := o.submitted(t, seq, "ppppp")
			first, second := both(c.acts(a))
			won, lost := first, second
			if won != nil {
				won, lost = second, first
			}
			if won != nil || fault.KindOf(lost) != fault.KindConflict {
				t.Fatalf("%s: %v and %v", c.name, first, second)
			}
			if text := lost.Error(); !strings.Contains(text, "已被他人处理：") || !strings.Contains(text, "刚刚") {
				t.Errorf("%s: the loser reads %q", c.name, text)
			}
			got := o.now(t, a.ID)
			ok := false
			for _, s := range c.ends {
				ok = ok || got.State == s
			}
			if !ok {
				t.Errorf("%s ended in %s", c.name, got.State)
			}
		}
	}
	o.gapless(t)
}

// A decision form sent twice at once, or again later, counts once and gives the same number.
func TestDoubleSubmit(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	a := o.submitted(t, 1, "ppppp")
	d := decision(a, authz.AppApprove)
	d.Key = "decision-key-0123456789"
	var numbers [3]string
	press := func(i int) func() error {
		return func() error {
			got, err := o.Decide(t.Context(), o.reviewer, d)
			numbers[i] = got.AdmittedNo("梧")
			return err
		}
	}
	first, second := both(press(0), press(1))
	if third := press(2)(); first != nil || second != nil || third != nil {
		t.Fatalf("%v, %v, %v", first, second, third)
	}
	if numbers != [3]string{"梧准〔2026〕1号", "梧准〔2026〕1号", "梧准〔2026〕1号"} || len(o.actions(t, a.ID)) != 3 {
		t.Errorf("numbers %v, trail %v", numbers, o.actions(t, a.ID))
	}
	if _, err := o.Decide(t.Context(), o.second, d); fault.KindOf(err) != fault.KindConflict {
		t.Errorf("somebody else's form key: %v", err)
	}
}

// gapless checks the register of admitted numbers: 1, 2, 3 … and only on approvals.
func (o *office) gapless(t testing.TB) {
	t.Helper()
	var n, highest, wrong int
	const sum = `SELECT count(admitted_seq), coalesce(max(admitted_seq), 0),
		count(*) FILTER (WHERE (admitted_seq IS NOT NULL) <> (state IN ('approved', 'approved_with_conditions'))) FROM application`
	if err := o.db.Q().QueryRow(t.Context(), sum).Scan(&n, &highest, &wrong); err != nil {
		t.Fatal(err)
	}
	if n != highest || wrong != 0 {
		t.Errorf("%d numbers up to %d, %d in the wrong state", n, highest, wrong)
	}
}

// Whatever people try in whatever order: the state follows the table, every step leaves exactly one
// entry, refused acts leave none, and numbers belong to approvals alone, without gaps (R40, R49).
func TestAnyOrderOfActs(t *testing.T) {
	o := newOffice(t)
	seq := 0
	actors := []authz.Actor{o.reviewer, o.second, o.leader, o.dept, o.other, o.secretary, o.inHouse}
	acts := append([]authz.Action{authz.AppSubmit, authz.AppWithdraw, authz.AppLapse}, Choices...)
	rapid.Check(t, func(r *rapid.T) {
		seq++
		a := o.submitted(t, seq, rapid.SampledFrom([]string{"ppppp", "pepep", "pfppp"}).Draw(r, "checks"))
		for range rapid.IntRange(1, 6).Draw(r, "length") {
			before, entries := o.now(t, a.ID), len(o.actions(t, a.ID))
			who, do := rapid.SampledFrom(actors).Draw(r, "who"), rapid.SampledFrom(acts).Draw(r, "do")
			d := decision(before, do)
			if rapid.Bool().Draw(r, "stale") {
				d.Version--
			}
			_, err := o.Decide(t.Context(), who, d)
			after, left := o.now(t, a.ID), len(o.actions(t, a.ID))-entries
			if err != nil {
				if after.Version != before.Version || after.State != before.State || left != 0 {
					r.Fatalf("%s %s was refused (%v) and changed %s to %s with %d entries", who.Login, do, err, before.State, after.State, left)
				}
				continue
			}
			way, state := Way(before.State, do), before.State
			for _, step := range way {
				move, lawful := Flow.Next(state, step)
				if !lawful {
					r.Fatalf("%s is not lawful in %s", step, state)
				}
				state = move.To
			}
			if after.State != state || left != len(way) || len(way) == 0 {
				r.Fatalf("%s %s: %s became %s with %d entries, the table says %s with %d", who.Login, do, before.State, after.State, left, state, len(way))
			}
			if (do == authz.AppApprove || do == authz.AppCondition) && strings.Contains(before.Checks, "f") {
				r.Fatalf("%s although a check fails", do)
			}
		}
	})
	o.gapless(t)
}
