package workorder_test

import (
	"testing"

	"portal/internal/authz"
	"portal/internal/workorder"
)

// What a whistle asks of somebody stands in that person's 待办 and nobody else's: the leader approves and blows, each
// department signs under its own clock (GRD-12), and a department knows nothing before it is blown.
func TestWhistlesWaitForWhoeverIsNext(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	w, err := c.s.DraftWhistle(c.ctx, c.secretary, c.key(), c.whistleDraft(workorder.WorkWhistle))
	c.must(err)
	next := func(by authz.Actor) authz.Action {
		t.Helper()
		all, err := c.s.WhistlesWaiting(c.ctx, by)
		c.must(err)
		for _, one := range all {
			if one.Whistle.ID == w.ID {
				if (one.Do == authz.WhistleSign) != (one.Clock != nil) {
					t.Errorf("%s with clock %v", one.Do, one.Clock)
				}
				return one.Do
			}
		}
		return ""
	}
	for _, step := range []struct {
		leader, city authz.Action
	}{{authz.WhistleApprove, ""}, {authz.WhistleBlow, ""}, {"", authz.WhistleSign}} {
		if got := next(c.leader); got != step.leader {
			t.Errorf("the leader is asked for %q, want %q", got, step.leader)
		}
		if got := next(c.cityman); got != step.city {
			t.Errorf("the department is asked for %q, want %q", got, step.city)
		}
		if step.leader != "" {
			w, err = c.s.ActOnWhistle(c.ctx, c.leader, c.key(), step.leader, workorder.WhistleAct{At: w.At(), Words: "同意"})
			c.must(err)
		}
	}
}
