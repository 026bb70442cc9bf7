package request

import (
	"testing"
	"time"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
)

func (h *house) lock(by authz.Actor, c Callback) (out Outcome, err error) {
	c.Hands, c.Units = []int64{h.handler.AccountID}, []int64{h.dept}
	err = h.in(by, func(tx *pg.Tx) error { out, err = h.s.LockCallback(h.t.Context(), tx, c); return err })
	return out, err
}

func yes(no string) Callback {
	return Callback{No: no, Reached: true, Self: true, Solved: IsSolved, Satisfied: IsSatisfied}
}

// REQ-12: who handles the order neither calls back nor sees an answer before it is locked; from outside it
// is kept, changed and locked once.
func TestCallbackFromOutside(t *testing.T) {
	t.Parallel()
	h := open(t)
	ctx := t.Context()
	r, _ := h.file(authz.Anonymous, nil)
	_, err := h.lock(h.caller, yes(r.No))
	wantKind(t, err, fault.KindConflict) // no reply yet
	h.handle(r.OrderID, "换好了")

	inside := h.person("nei.bu", "内部人", authz.Callback, h.dept)
	_, err = h.lock(inside, yes(r.No))
	wantKind(t, err, fault.KindForbidden)
	draft := Callback{No: r.No, Reached: true, Self: true, Solved: Unsolved, Words: "说还没修，电话13900001111", Hands: []int64{h.handler.AccountID}, Units: []int64{h.dept}}
	wantKind(t, h.s.SaveCallback(ctx, inside, "key-of-callback-000", draft), fault.KindForbidden)
	wantKind(t, h.s.SaveCallback(ctx, h.handler, "key-of-callback-001", draft), fault.KindNotFound)
	if err := h.s.SaveCallback(ctx, h.caller, "key-of-callback-002", draft); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		by   authz.Actor
		want int
	}{{h.caller, 1}, {h.dispatcher, 1}, {inside, 0}, {h.handler, 0}, {h.clerk, 0}} {
		got, err := h.s.CallbacksOf(ctx, c.by, r.No, []int64{h.handler.AccountID}, []int64{h.dept})
		if err != nil || len(got) != c.want {
			t.Errorf("%s sees %d unlocked, %v", c.by.Name, len(got), err)
		}
	}
	out, err := h.lock(h.caller, yes(r.No))
	if err != nil || !out.Locked || !out.AllLocked || out.Reopen || out.Round != 1 || h.again(r).SettledAt == nil {
		t.Fatalf("%+v, %v", out, err)
	}
	if got, err := h.s.CallbacksOf(ctx, h.handler, r.No, []int64{h.handler.AccountID}, []int64{h.dept}); err != nil || len(got) != 1 || got[0].Solved != IsSolved {
		t.Errorf("locked: %+v, %v", got, err)
	}
	_, err = h.lock(h.caller, yes(r.No))
	wantKind(t, err, fault.KindConflict)
	h.leaked("13900001111")
}

// The list of those who wait shows masked data, the longest waiting first, and nobody the orders of the own
// hands and units.
func TestCallbacksDue(t *testing.T) {
	t.Parallel()
	h := open(t)
	ctx := t.Context()
	var all []Request
	for _, phone := range []string{"13800005678", "13800005679", "13800005680", ""} {
		r, _ := h.file(authz.Anonymous, func(f *Filing) { f.Phone = phone })
		h.now = h.now.Add(time.Minute)
		h.handle(r.OrderID, "换好了")
		all = append(all, r)
	}
	secretly, _ := h.file(authz.Anonymous, func(f *Filing) { f.Kind, f.Phone = Report, "13800005681" })
	h.handle(secretly.OrderID, "查处了")
	h.exec(`INSERT INTO work_step (order_id, at, did, account_id, hand) VALUES ($1, $2, 'sign', $3, true)`, all[1].OrderID, h.now, h.caller.AccountID)
	h.now = h.now.Add(73 * time.Hour)
	first, err := h.s.CallbacksDue(ctx, h.caller, "", 1)
	if err != nil || len(first.Rows) != 1 || first.Rows[0].No != all[0].No || first.Rows[0].Phone != "138****5678" || first.Rows[0].Name != "张**" || !first.Rows[0].Late {
		t.Fatalf("%+v, %v", first, err)
	}
	second, err := h.s.CallbacksDue(ctx, h.caller, first.Next, 5)
	if err != nil || len(second.Rows) != 2 || second.Rows[0].No != all[2].No || second.Rows[1].Phone != "保密" || second.HasNext {
		t.Fatalf("%+v, %v", second, err)
	}
	back, err := h.s.CallbacksDue(ctx, h.caller, second.Prev, 5)
	if err != nil || len(back.Rows) != 1 || back.Rows[0].No != all[0].No {
		t.Errorf("back: %+v, %v", back, err)
	}
	_, err = h.s.CallbacksDue(ctx, h.handler, "", 5)
	wantKind(t, err, fault.KindNotFound)
}

// REQ-11: one unsolved answer sends the whole order back, and everybody who was not settled is asked again
// after the next reply; REQ-05: the order is done when every reporter is settled.
func TestUnhappyReopens(t *testing.T) {
	t.Parallel()
	h := open(t)
	first, _ := h.file(authz.Anonymous, nil)
	second, receipt := h.file(authz.Anonymous, func(f *Filing) { f.Phone = "13900001111" })
	third, _ := h.file(authz.Anonymous, func(f *Filing) { f.Phone = "13900002222" })
	h.do(h.dispatcher, func(tx *pg.Tx) error {
		_, err := h.s.Merge(t.Context(), tx, []string{second.No, third.No}, first.No, "同一盏灯")
		return err
	})
	h.handle(first.OrderID, "换好了")
	if out, err := h.lock(h.caller, yes(first.No)); err != nil || out.AllLocked || !out.Locked {
		t.Fatalf("first: %+v, %v", out, err)
	}
	resident := Callback{No: second.No, Source: ByResident, Solved: Unsolved, Satisfied: Unsatisfied, Words: "晚上还是黑的"}
	out, err := h.lock(authz.Anonymous, resident)
	if err != nil || !out.Reopen || out.AllLocked || out.Order != first.OrderID {
		t.Fatalf("second: %+v, %v", out, err)
	}
	if h.again(first).SettledAt == nil || h.again(second).RepliedAt != nil || h.again(third).RepliedAt != nil {
		t.Error("who was settled stays so, the others wait for the next reply")
	}
	_, err = h.lock(authz.Anonymous, resident)
	wantKind(t, err, fault.KindConflict)
	h.handle(first.OrderID, "重新换了灯头")
	if got, err := h.s.Track(t.Context(), Key{Token: receipt.Token}); err != nil || !got.CanRate || got.Reply != "重新换了灯头" {
		t.Errorf("asked again: %+v, %v", got, err)
	}
	if out, err = h.lock(authz.Anonymous, Callback{No: second.No, Source: ByResident, Solved: IsSolved, Satisfied: Basically}); err != nil || out.Round != 2 || out.AllLocked {
		t.Errorf("second again: %+v, %v", out, err)
	}
	if out, err = h.lock(h.caller, yes(third.No)); err != nil || !out.AllLocked {
		t.Errorf("the last: %+v, %v", out, err)
	}
}

// Three tries that reach nobody, or only a relative (§6.8, 10), end as 联系不上; nobody's silence counts as
// satisfied. Without a telephone the time of the callback ends it.
func TestUnreached(t *testing.T) {
	t.Parallel()
	h := open(t)
	ctx := t.Context()
	r, _ := h.file(authz.Anonymous, nil)
	h.handle(r.OrderID, "换好了")
	for i, try := range []Callback{{No: r.No}, {No: r.No, Reached: true}, {No: r.No}} {
		out, err := h.lock(h.caller, try)
		if err != nil || out.TriesLeft != 2-i || out.Lapsed != (i == 2) || out.AllLocked != (i == 2) {
			t.Fatalf("try %d: %+v, %v", i, out, err)
		}
	}
	h.exec(`UPDATE work_order SET state = 'closed', closed_at = $2 WHERE id = $1`, r.OrderID, h.now) // as handoff does
	quiet, _ := h.file(authz.Anonymous, func(f *Filing) { f.Phone, f.Name, f.Door = "", "", "" })
	h.handle(quiet.OrderID, "换好了")
	lapse := func() (out []Outcome) {
		h.do(authz.System, func(tx *pg.Tx) (err error) { out, err = h.s.Lapse(ctx, tx, 10); return err })
		return out
	}
	if out := lapse(); len(out) != 0 {
		t.Errorf("at once: %+v", out)
	}
	h.now = h.now.Add(73 * time.Hour)
	if out := lapse(); len(out) != 1 || !out[0].AllLocked || out[0].Order != quiet.OrderID || !out[0].Lapsed {
		t.Errorf("after three days: %+v", out)
	}
	rates, err := h.s.Rates(ctx, h.dispatcher, Period{h.now.AddDate(0, 0, -30), h.now}, FigureScope{})
	if err != nil || rates.Dispatched != 2 || rates.Valid != 0 || rates.Unreached != 2 || rates.Satisfaction() != "—" || rates.Coverage() != "0.00%" {
		t.Errorf("%+v, %v", rates, err)
	}
}
