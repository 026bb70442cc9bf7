package grid_test

import (
	"testing"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/grid"
	"portal/internal/workday"
)

var noDay workday.Day

// GRD-07: the list is handed over, both sign with their own accounts, nothing stays unread, and until then
// the giver answers. What two persons sign takes effect on the planned day, or today when that is past.
func TestHandoverChangesThePostWhenBothSigned(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	g := c.grid(1, "葛一", "葛二", 300)
	at := c.draw(g, "葛三", today.Add(2), grid.Entry{Kind: grid.KeyEntry, Words: "3幢门禁钥匙一把"}, grid.Entry{Kind: grid.TaskEntry, Words: "5幢路灯报修未回复"})
	if c.inbox(c.who["葛一"], "移交给葛三") != 1 || c.inbox(c.who["葛三"], "阅读移交事项") != 1 {
		t.Error("giver or receiver was not told")
	}
	c.kind(c.s.Receive(c.ctx, c.who["葛三"], c.key(), at), fault.KindForbidden, "葛一还没有签字")
	c.kind(c.s.Give(c.ctx, c.who["葛三"], c.key(), at), fault.KindForbidden, "葛一本人")
	c.kind(c.s.Give(c.ctx, c.secretary, c.key(), at), fault.KindForbidden, "葛一本人")
	c.kind(c.s.Give(c.ctx, c.other, c.key(), at), fault.KindNotFound, "没有这张移交单")
	c.must(c.s.AddEntry(c.ctx, c.who["葛一"], c.key(), at, grid.Entry{Kind: grid.NoteEntry, Words: "7幢独居老人每周三上门"}))
	c.kind(c.s.AddEntry(c.ctx, c.who["葛三"], c.key(), at, grid.Entry{Kind: grid.NoteEntry, Words: "我来写"}), fault.KindForbidden, "移交人或者社区书记")
	c.kind(c.s.Give(c.ctx, c.who["葛一"], c.key(), at), fault.KindConflict, "葛一 刚刚添加了移交事项")
	h := c.handover(c.who["葛一"], at.ID)
	if len(h.Entries) != 3 || h.Unread != 3 || h.State != grid.Drawn || !h.Allowed(c.who["葛一"], grid.GiveIt) || h.Allowed(c.who["葛三"], grid.ReceiveIt) {
		t.Fatalf("%+v", h)
	}
	at.Version = h.Version
	c.must(c.s.RemoveEntry(c.ctx, c.who["葛一"], c.key(), at, h.Entries[2].ID))
	at.Version++
	c.must(c.s.Give(c.ctx, c.who["葛一"], c.key(), at))
	at.Version++
	c.kind(c.s.Receive(c.ctx, c.who["葛一"], c.key(), at), fault.KindForbidden, "葛三本人")
	c.kind(c.s.Receive(c.ctx, c.who["葛三"], c.key(), at), fault.KindInvalid, "还有 2 条移交事项没有读")
	c.kind(c.s.ReadEntries(c.ctx, c.who["葛一"], c.key(), at, nil), fault.KindForbidden, "葛三本人")
	c.must(c.s.ReadEntries(c.ctx, c.who["葛三"], c.key(), at, []int64{h.Entries[0].ID}))
	c.kind(c.s.Receive(c.ctx, c.who["葛三"], c.key(), at), fault.KindInvalid, "还有 1 条移交事项没有读")
	c.must(c.s.ReadEntries(c.ctx, c.who["葛三"], c.key(), at, nil))
	if got := c.answer(c.secretary, g, today.Add(30)); got != "葛一 A 岗" {
		t.Errorf("before both signed: %s", got)
	}
	key := c.key()
	for range 2 { // the same form twice counts once
		c.must(c.s.Receive(c.ctx, c.who["葛三"], key, at))
	}
	for day, want := range map[workday.Day]string{today: "葛一 A 岗", today.Add(1): "葛一 A 岗", today.Add(2): "葛三 A 岗"} {
		if got := c.answer(c.secretary, g, day); got != want {
			t.Errorf("%s: %s, want %s", day, got, want)
		}
	}
	h = c.handover(c.secretary, at.ID)
	if h.State != grid.Signed || h.GivenBy != "葛一" || h.ReceivedBy != "葛三" || h.Effective != today.Add(2) || h.Open() {
		t.Errorf("%+v", h)
	}
	c.kind(c.s.CallOff(c.ctx, c.secretary, c.key(), at, "不再需要移交"), fault.KindConflict, "葛三 刚刚签字接收了A 岗")
	c.invariants()
}

// A planned day that has passed: it takes effect today, and the days between stay with the giver.
func TestLateHandoverTakesEffectToday(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	g := c.grid(1, "葛一", "葛二", 0)
	at := c.draw(g, "葛三", today)
	c.later(5)
	c.must(c.s.Give(c.ctx, c.who["葛一"], c.key(), at))
	at.Version++
	c.must(c.s.Receive(c.ctx, c.who["葛三"], c.key(), at))
	if a, b := c.answer(c.secretary, g, today.Add(4)), c.answer(c.secretary, g, today.Add(5)); a != "葛一 A 岗" || b != "葛三 A 岗" {
		t.Errorf("%s, then %s", a, b)
	}
}

// The B who stands in for a vacant A is the giver; where nobody stands in, the receiver alone signs.
func TestWhoGivesAVacantPost(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	acting, nobody, promoted := c.grid(1, "", "葛二", 0), c.grid(2, "", "", 0), c.grid(3, "", "葛四", 0)
	if h := c.handover(c.secretary, c.draw(acting, "葛一", noDay).ID); h.Giver.Name != "葛二" {
		t.Errorf("giver %+v", h.Giver)
	}
	at := c.draw(nobody, "葛一", noDay)
	c.kind(c.s.Give(c.ctx, c.secretary, c.key(), at), fault.KindForbidden, "没有移交人")
	c.must(c.s.Receive(c.ctx, c.who["葛一"], c.key(), at))
	if got := c.answer(c.secretary, nobody, today); got != "葛一 A 岗" {
		t.Error(got)
	}
	_, err := c.s.Appoint(c.ctx, c.secretary, c.key(), grid.Appointment{Grid: promoted, Role: grid.RoleA, Worker: c.worker["葛四"]})
	c.kind(err, fault.KindInvalid, "A 岗和 B 岗不能是同一个人")
	// A person without an account cannot sign; the secretary ends it with a reason.
	b, err := c.s.Appoint(c.ctx, c.secretary, c.key(), grid.Appointment{Grid: nobody, Role: grid.RoleB, Worker: c.worker["葛五"]})
	c.must(err)
	c.must(c.s.Force(c.ctx, c.secretary, c.key(), grid.HandoverStep{ID: b.Handover, Version: 1}, "本人没有账号，已当面交接"))
	c.invariants()
}

// GRD-07: who forces a handover closed is the secretary or a leader, is neither of the two, and says why.
func TestForceNeedsAThirdPersonAndAReason(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	g := c.grid(1, "葛一", "葛二", 0)
	at := c.draw(g, "葛三", noDay, grid.Entry{Kind: grid.NoteEntry, Words: "没有人读过"})
	c.kind(c.s.Force(c.ctx, c.who["葛三"], c.key(), at, "我自己结束移交"), fault.KindForbidden, "社区书记或者街道领导")
	c.kind(c.s.Force(c.ctx, c.dispatcher, c.key(), at, "调度员结束移交"), fault.KindForbidden, "社区书记或者街道领导")
	c.kind(c.s.Force(c.ctx, c.secretary, c.key(), at, "离职了"), fault.KindInvalid, "不少于 5 个字")
	both := c.who["葛三"] // the receiver, who is secretary as well
	both.Posts = append(both.Posts, c.secretary.Posts...)
	c.kind(c.s.Force(c.ctx, both, c.key(), at, "我也是社区书记"), fault.KindForbidden, "你是移交的一方")
	c.must(c.s.Force(c.ctx, c.leader, c.key(), at, "葛一已离职无法签字"))
	h := c.handover(c.secretary, at.ID)
	if h.State != grid.Forced || h.CloseReason != "葛一已离职无法签字" || h.GivenAt != nil || h.Effective != today {
		t.Errorf("%+v", h)
	}
	if got := c.answer(c.secretary, g, today); got != "葛三 A 岗" {
		t.Error(got)
	}
	if c.inbox(c.who["葛一"], "代为结束") != 1 || c.inbox(c.who["葛三"], "代为结束") != 1 {
		t.Error("the two were not told")
	}
	c.kind(c.s.Give(c.ctx, c.who["葛一"], c.key(), at), fault.KindConflict, "周岭 刚刚代为结束了移交")
}

func TestCalledOffHandoverLeavesThePost(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	g := c.grid(1, "葛一", "葛二", 0)
	at := c.draw(g, "葛三", noDay)
	_, err := c.s.Appoint(c.ctx, c.secretary, c.key(), grid.Appointment{Grid: g, Role: grid.RoleA, Worker: c.worker["葛四"]})
	c.kind(err, fault.KindConflict, "接收人 葛三")
	_, err = c.s.Appoint(c.ctx, c.secretary, c.key(), grid.Appointment{Grid: g, Role: grid.RoleA, Reason: "调离"})
	c.kind(err, fault.KindConflict, "移交正在办理")
	mine, err := c.s.MyHandovers(c.ctx, c.who["葛三"])
	if err != nil || len(mine) != 1 {
		t.Fatalf("%v %v", mine, err)
	}
	c.kind(c.s.CallOff(c.ctx, c.who["葛三"], c.key(), at, "我不想接这个网格"), fault.KindForbidden, "撤销")
	c.must(c.s.CallOff(c.ctx, c.dispatcher, c.key(), at, "人员另有安排"))
	if got := c.answer(c.secretary, g, today); got != "葛一 A 岗" {
		t.Error(got)
	}
	for _, open := range []bool{true, false} {
		p, err := c.s.Handovers(c.ctx, c.secretary, huaiyin, open, "")
		if err != nil || len(p.Rows) != map[bool]int{true: 0, false: 1}[open] {
			t.Errorf("open %v: %v %v", open, p.Rows, err)
		}
	}
	for who, n := range map[*authz.Actor]int{&c.other: 0, &c.leader: 1} {
		if p, err := c.s.Handovers(c.ctx, *who, "", false, ""); err != nil || len(p.Rows) != n {
			t.Errorf("%s: %v %v", who.Name, p.Rows, err)
		}
	}
	c.draw(g, "葛四", noDay) // the post is free again
}
