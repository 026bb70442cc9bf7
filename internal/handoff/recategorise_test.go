package handoff_test

import (
	"strings"
	"testing"
	"time"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/request"
	"portal/internal/workorder"
)

// §6.8, 6 and REQ-07: who has a case proposes another category, somebody else decides; every resident of the case keeps
// the clock from the own submission, is only ever due earlier, and reads it in words. One entry in the trail each.
func TestRecategorise(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	first := c.file(c.filing("13800009101"))
	f := c.filing("13800009102")
	f.AsSame = first.No
	second := c.file(f)
	o := c.under(first.No)
	owner, dispatcher, leader := c.as("dept.chengguan"), c.as("dispatcher"), c.as("leader")
	if o.Owner.Kind != workorder.Unit || c.under(second.No).ID != o.ID {
		t.Fatalf("%+v", o.Owner)
	}
	ask := func(by authz.Actor, code string) error {
		_, err := c.cases.AskCategory(c.ctx, by, c.key(), workorder.NewCategory{At: c.order(o.No).At(), Category: code, Reason: "现场看过，是电梯不动，不是路灯"})
		return err
	}
	decide := func(by authz.Actor, grant bool) error {
		_, err := c.cases.DecideCategory(c.ctx, by, c.key(), workorder.DecideCategory{At: c.order(o.No).At(), Grant: grant})
		return err
	}
	for login, kind := range map[string]fault.Kind{"dept.minzheng": fault.KindNotFound, "clerk": fault.KindNotFound, "leader": fault.KindForbidden} {
		if err := ask(c.as(login), "0201"); fault.KindOf(err) != kind {
			t.Errorf("%s proposes: %v", login, err)
		}
	}
	if err := decide(leader, true); fault.KindOf(err) != fault.KindConflict {
		t.Errorf("nothing proposed: %v", err)
	}
	entries := func() (n int) {
		c.must(c.s.DB.Q().QueryRow(c.ctx, `SELECT count(*) FROM audit_entry`).Scan(&n))
		return n
	}
	before := entries()
	c.must(ask(owner, "0201"))
	if err := ask(dispatcher, "0206"); fault.KindOf(err) != fault.KindConflict {
		t.Errorf("a second proposal: %v", err)
	}
	if err := decide(owner, true); err == nil {
		t.Error("the owner decides")
	}
	c.must(decide(dispatcher, true))
	if got := entries() - before; got != 2 {
		t.Errorf("%d entries of a proposal and a decision", got)
	}
	after := c.order(o.No)
	if after.Category != "0201" || after.State != o.State || after.Owner != o.Owner || !after.StartedAt.Equal(o.StartedAt) || !after.DueAt.Equal(o.StartedAt.Add(24*time.Hour)) ||
		!after.ContactDue.Before(o.ContactDue) || after.Urgency != workorder.Livelihood {
		t.Errorf("%+v", after)
	}
	var clock time.Time
	c.must(c.s.DB.Q().QueryRow(c.ctx, `SELECT due_at FROM work_clock WHERE order_id = $1 AND kind = 'finish'`, int64(o.ID)).Scan(&clock))
	if !clock.Equal(after.DueAt) {
		t.Errorf("the clock says %v, the case %v", clock, after.DueAt)
	}
	for _, r := range []request.Receipt{first, second} {
		got, err := c.requests.Track(c.ctx, request.Key{Token: r.Token})
		c.must(err)
		if last := got.Notes[len(got.Notes)-1].Words; got.Category != "电梯故障" || !strings.Contains(last, "电梯故障") || !strings.Contains(last, "提前到") || !got.DueAt.Equal(r.SubmittedAt.Add(24*time.Hour)) {
			t.Errorf("%s is told %q, due %v", r.No, last, got.DueAt)
		}
	}

	// Back to the slower one, proposed by the desk: nobody gets more time for it, and the leader decides.
	c.must(ask(dispatcher, "0402"))
	if err := decide(dispatcher, true); fault.KindOf(err) != fault.KindForbidden {
		t.Errorf("who proposed decides: %v", err)
	}
	c.must(decide(leader, true))
	if again := c.order(o.No); again.Category != "0402" || !again.DueAt.Equal(after.DueAt) || again.Urgency != workorder.Livelihood {
		t.Errorf("later: %+v", again)
	}
	c.must(ask(owner, "0201"))
	c.must(decide(leader, false))
	if again := c.order(o.No); again.Category != "0402" {
		t.Errorf("refused: %s", again.Category)
	}
}
