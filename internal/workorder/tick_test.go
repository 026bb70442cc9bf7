package workorder_test

import (
	"sync"
	"testing"
	"time"

	"portal/internal/workday"
	"portal/internal/workorder"
)

// The ladder of a case (Q5): at 80 % the owner is warned, overdue the owner and the desk are told, later the leader,
// then the district is asked: each once, whoever runs and how often.
func TestLadder(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	o := c.contact(c.cityman, c.sign(c.cityman, c.dispatch(c.open(), to(c.city))))
	for _, x := range []struct {
		after                             time.Duration
		warned, overdue, leader, district int64
	}{
		{19 * time.Hour, 0, 0, 0, 0}, {20 * time.Hour, 1, 0, 0, 0}, {24 * time.Hour, 1, 1, 0, 0}, {48 * time.Hour, 1, 1, 1, 0}, {96 * time.Hour, 1, 1, 1, 1},
		{960 * time.Hour, 1, 1, 1, 1},
	} {
		c.clock(o.StartedAt.Add(x.after))
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() { c.must(c.s.Tick(c.ctx)) })
		}
		wg.Wait()
		got := [4]int64{c.inbox(c.cityman, "办结时限快到"), c.inbox(c.dispatcher, "已超办结时限"), c.inbox(c.leader, "请街道领导督办"), c.inbox(c.leader, "请提请区级督办")}
		if got != [4]int64{x.warned, x.overdue, x.leader, x.district} {
			t.Errorf("after %v: %v", x.after, got)
		}
	}
	if n := c.number(`SELECT count(*) FROM work_step WHERE order_id = $1 AND did = '提请区级督办'`, int64(o.ID)); n != 1 {
		t.Errorf("%d lines about the district", n)
	}
	if n := c.number(`SELECT count(*) FROM audit_entry WHERE object_kind = 'work_clock'`); n != 5 {
		t.Errorf("%d entries of the trail for four rungs and the end of a window", n)
	}
	if n := c.number(`SELECT count(*) FROM work_clock WHERE order_id = $1 AND kind = 'dispute' AND stopped_at IS NULL`, int64(o.ID)); n != 0 {
		t.Error("the window of the dispute never closes")
	}
}

// What is handled, closed or answered is nobody's to remind of; a portal that stood still tells once, not rung by rung.
func TestTickTellsOnce(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	done := c.report(c.cityman, c.contact(c.cityman, c.sign(c.cityman, c.dispatch(c.open(), to(c.city)))))
	parked := c.sign(c.cityman, c.dispatch(c.open(), to(c.city)))
	review := workday.DayOf(c.now).Add(3)
	c.got(c.s.Park(c.ctx, c.dispatcher, c.key(), workorder.Park{At: parked.At(), Reason: "改造工程开工后解决", ReviewOn: review}))
	c.clock(review.Start().Add(9 * time.Hour))
	before := c.number(`SELECT count(*) FROM inbox_line WHERE words LIKE $1 || '%时限%'`, done.No)
	c.must(c.s.Tick(c.ctx))
	if n := c.number(`SELECT count(*) FROM inbox_line WHERE words LIKE $1 || '%时限%' AND words NOT LIKE '%回访%'`, done.No); n != before {
		t.Errorf("%d lines about a handled case", n-before)
	}
	if n := c.inbox(c.dispatcher, "今天复查"); n != 1 {
		t.Errorf("%d reminders of the review", n)
	}
	if n := c.inbox(c.dispatcher, "回访、核查已超时限"); n != 0 {
		t.Error("the callback has time until 72 hours are over")
	}
	c.later(time.Hour)
	c.must(c.s.Tick(c.ctx))
	if n := c.inbox(c.dispatcher, "回访、核查已超时限"); n != 1 {
		t.Errorf("%d reminders of the callback", n)
	}
}
