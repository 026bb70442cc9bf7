package request

import (
	"bytes"
	"encoding/json"
	"strings"
	"sync"
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

// The same acts at once happen once: a callback locked twice, a merge and its undoing, the same merge, one
// telephone filed twice.
func TestRaces(t *testing.T) {
	t.Parallel()
	h := open(t)
	ctx := t.Context()
	first, _ := h.file(authz.Anonymous, nil)
	second, _ := h.file(authz.Anonymous, func(f *Filing) { f.Phone = "13900001111" })
	race := func(n int, act func(i int) error) (done int) {
		var wg sync.WaitGroup
		errs := make([]error, n)
		for i := range n {
			wg.Go(func() { errs[i] = act(i) })
		}
		wg.Wait()
		for _, err := range errs {
			if err == nil {
				done++
			} else if k := fault.KindOf(err); k != fault.KindConflict {
				t.Errorf("a loser reads %v", err)
			}
		}
		return done
	}
	merge := func(tx *pg.Tx) error {
		_, err := h.s.Merge(ctx, tx, []string{second.No}, first.No, "同一盏灯")
		return err
	}
	unmerge := func(tx *pg.Tx) error { _, err := h.s.Unmerge(ctx, tx, second.No, "另一盏灯"); return err }
	if n := race(4, func(int) error { return h.in(h.dispatcher, merge) }); n != 1 {
		t.Errorf("%d merges", n)
	}
	if n := race(4, func(int) error { return h.in(h.dispatcher, unmerge) }); n != 1 {
		t.Errorf("%d times apart", n)
	}
	crossed := race(2, func(i int) error {
		return h.in(h.dispatcher, func(tx *pg.Tx) error {
			nos := [][2]string{{first.No, second.No}, {second.No, first.No}}[i]
			_, err := h.s.Merge(ctx, tx, []string{nos[0]}, nos[1], "同一盏灯")
			return err
		})
	})
	if crossed != 1 {
		t.Errorf("%d of two crossed merges", crossed)
	}
	into := h.again(first).OrderID
	race(2, func(i int) error {
		if i == 0 {
			merged := first.No
			if h.again(second).Merged() {
				merged = second.No
			}
			return h.in(h.dispatcher, func(tx *pg.Tx) error { _, err := h.s.Unmerge(ctx, tx, merged, "分开"); return err })
		}
		return h.in(h.handler, func(tx *pg.Tx) error { _, err := h.s.Answer(ctx, tx, into, "换好了"); return err })
	})
	for _, r := range []Request{first, second} {
		if got := h.again(r); (got.OrderID == into) != (got.RepliedAt != nil) {
			t.Errorf("%s under order %d, answered %v", r.No, got.OrderID, got.RepliedAt != nil)
		}
	}
	third, _ := h.file(authz.Anonymous, func(f *Filing) { f.Phone = "13900003333" })
	h.handle(third.OrderID, "换好了")
	if n := race(4, func(i int) error {
		c := yes(third.No)
		by := h.caller
		if i%2 == 1 {
			c.Source, by = ByResident, authz.Anonymous
		}
		_, err := h.lock(by, c)
		return err
	}); n != 1 {
		t.Errorf("%d locked callbacks", n)
	}
	race(4, func(int) error {
		_, _, err := h.tryFile(authz.Anonymous, func(f *Filing) { f.Phone = "13900004444" })
		return err
	})
	var alone int
	h.one(&alone, `SELECT count(*) FROM request WHERE same_as IS NULL AND no IN (SELECT no FROM request ORDER BY id DESC LIMIT 4)`)
	if alone != 1 {
		t.Errorf("%d of four filings of one person count", alone)
	}
}

// A withdrawal ends one request, not those of others; what is dangerous goes on without its author (§6.8, 7).
func TestWithdraw(t *testing.T) {
	t.Parallel()
	h := open(t)
	ctx := t.Context()
	withdraw := func(id ID) (out Left, err error) {
		err = h.in(authz.Anonymous, func(tx *pg.Tx) error { out, err = h.s.Withdraw(ctx, tx, id); return err })
		return out, err
	}
	first, _ := h.file(authz.Anonymous, nil)
	second, receipt := h.file(authz.Anonymous, func(f *Filing) { f.Phone = "13900001111" })
	gas, _ := h.file(authz.Anonymous, func(f *Filing) { f.Category, f.Words = "0504", "楼道里漏气，很重的煤气味" })
	h.do(h.dispatcher, func(tx *pg.Tx) error {
		_, err := h.s.Merge(ctx, tx, []string{second.No}, first.No, "同一盏灯")
		return err
	})
	if out, err := withdraw(second.ID); err != nil || out.Others != 1 || out.Dangerous || out.Order != first.OrderID {
		t.Errorf("%+v, %v", out, err)
	}
	if out, err := withdraw(gas.ID); err != nil || out.Others != 0 || !out.Dangerous {
		t.Errorf("%+v, %v", out, err)
	}
	_, err := withdraw(second.ID)
	wantKind(t, err, fault.KindConflict)
	if n, err := answered(h, first.OrderID); err != nil || n != 1 {
		t.Errorf("%d answered, %v", n, err)
	}
	got, err := h.s.Track(ctx, Key{Token: receipt.Token})
	if err != nil || got.State != "withdrawn" || got.CanRate || got.CanSupplement || got.CanWithdraw {
		t.Errorf("%+v, %v", got, err)
	}
}

func answered(h *house, order int64) (n int, err error) {
	err = h.in(h.handler, func(tx *pg.Tx) error { n, err = h.s.Answer(h.t.Context(), tx, order, "换好了"); return err })
	return n, err
}

// REQ-20: words after filing are braked, words of danger never are; identity numbers in them are not kept.
func TestSupplement(t *testing.T) {
	t.Parallel()
	h := open(t)
	r, receipt := h.file(authz.Anonymous, nil)
	add := func(words string) error {
		return h.in(authz.Anonymous, func(tx *pg.Tx) error { _, err := h.s.Supplement(t.Context(), tx, r.ID, words); return err })
	}
	if err := add("身份证320104199001011234，灯还是不亮"); err != nil {
		t.Fatal(err)
	}
	for range mostNotes - 1 {
		if err := add("灯还是不亮"); err != nil {
			t.Fatal(err)
		}
	}
	wantKind(t, add("灯还是不亮"), fault.KindConflict)
	if err := add("灯杆漏电，有人触电了"); err != nil {
		t.Errorf("danger is braked: %v", err)
	}
	wantKind(t, add("短"), fault.KindInvalid)
	wantKind(t, add("\u202e倒过来"), fault.KindInvalid)
	got, err := h.s.Track(t.Context(), Key{Token: receipt.Token})
	if err != nil || len(got.Notes) != mostNotes+1 {
		t.Errorf("%d notes, %v", len(got.Notes), err)
	}
	h.leaked("320104199001011234")
}

// REQ-16: an assisted entry rests on a consent, runs for its minutes, files one request and ends by itself.
func TestAssist(t *testing.T) {
	t.Parallel()
	h := open(t)
	ctx := t.Context()
	_, err := h.s.StartAssist(ctx, h.clerk, "key-of-the-assist-0", " ")
	wantKind(t, err, fault.KindInvalid)
	_, err = h.s.StartAssist(ctx, h.handler, "key-of-the-assist-1", "居民同意由我代为填写（2026-1）")
	wantKind(t, err, fault.KindNotFound)
	a, err := h.s.StartAssist(ctx, h.clerk, "key-of-the-assist-2", "居民同意由我代为填写（2026-1）")
	if err != nil || a.Left != 30*time.Minute {
		t.Fatalf("%+v, %v", a, err)
	}
	if again, err := h.s.StartAssist(ctx, h.clerk, "key-of-the-assist-2", "居民同意由我代为填写（2026-1）"); err != nil || again.ID != a.ID {
		t.Errorf("the same form: %+v, %v", again, err)
	}
	_, err = h.s.StartAssist(ctx, h.clerk, "key-of-the-assist-3", "居民同意由我代为填写（2026-1）")
	wantKind(t, err, fault.KindConflict)
	h.now = h.now.Add(2 * time.Minute)
	if got, on, err := h.s.AssistOf(ctx, h.clerk); err != nil || !on || got.Left != 28*time.Minute {
		t.Errorf("%+v, %v, %v", got, on, err)
	}
	assisted := func(f *Filing) { f.Channel, f.Assist = Assisted, a.ID }
	_, _, err = h.tryFile(h.dispatcher, assisted)
	wantKind(t, err, fault.KindInvalid) // somebody else's
	r, _ := h.file(h.clerk, assisted)
	var joined int64
	h.one(&joined, `SELECT request_id FROM assist WHERE id = $1 AND ended_at IS NOT NULL`, a.ID)
	if joined != int64(r.ID) || r.TakenBy != h.clerk.AccountID {
		t.Errorf("joined to %d", joined)
	}
	_, _, err = h.tryFile(h.clerk, assisted)
	wantKind(t, err, fault.KindInvalid) // used up
	b, err := h.s.StartAssist(ctx, h.clerk, "key-of-the-assist-4", "居民同意由我代为填写（2026-1）")
	if err != nil {
		t.Fatal(err)
	}
	h.now = h.now.Add(31 * time.Minute)
	if _, on, err := h.s.AssistOf(ctx, h.clerk); err != nil || on {
		t.Errorf("runs on: %v, %v", on, err)
	}
	_, _, err = h.tryFile(h.clerk, func(f *Filing) { f.Channel, f.Assist = Assisted, b.ID })
	wantKind(t, err, fault.KindInvalid) // over
	if _, err := h.s.StartAssist(ctx, h.clerk, "key-of-the-assist-5", "居民同意由我代为填写（2026-1）"); err != nil {
		t.Errorf("the next one: %v", err)
	}
	if err := h.s.EndAssist(ctx, h.clerk, "key-of-the-assist-6"); err != nil {
		t.Error(err)
	}
	if _, on, _ := h.s.AssistOf(ctx, h.clerk); on {
		t.Error("ended, and runs")
	}
}

// A draft is sealed, found by its name alone, and gone after a day (§6.7).
func TestDrafts(t *testing.T) {
	t.Parallel()
	h := open(t)
	ctx := t.Context()
	id, err := h.s.SaveDraft(ctx, "", []byte("电话13800005678"))
	if err != nil || len(id) != 22 {
		t.Fatalf("%q, %v", id, err)
	}
	same, err := h.s.SaveDraft(ctx, id, []byte("电话13800005678，门口"))
	if got, err2 := h.s.Draft(ctx, id); err != nil || err2 != nil || same != id || string(got) != "电话13800005678，门口" {
		t.Errorf("%q, %q, %v, %v", same, got, err, err2)
	}
	h.leaked("13800005678")
	_, err = h.s.SaveDraft(ctx, id, bytes.Repeat([]byte("x"), longestDraft+1))
	wantKind(t, err, fault.KindInvalid)
	_, err = h.s.Draft(ctx, "guess")
	wantKind(t, err, fault.KindNotFound)
	h.now = h.now.Add(25 * time.Hour)
	_, err = h.s.Draft(ctx, id)
	wantKind(t, err, fault.KindNotFound)
	if err := h.s.Tick(ctx); err != nil {
		t.Fatal(err)
	}
	var left int
	if h.one(&left, `SELECT count(*) FROM request_draft`); left != 0 {
		t.Errorf("%d drafts are kept", left)
	}
}

// Subject access: everything that is held about a person, with who read it; erasure of what is settled, and
// a refusal with the numbers of what is not (REQ-22, PIPL 45, 47).
func TestSubject(t *testing.T) {
	t.Parallel()
	h := open(t)
	ctx := t.Context()
	r, receipt := h.file(h.clerk, func(f *Filing) { f.Channel, f.Words = Window, "灯坏了，打13900009999找我老伴" })
	h.do(h.handler, func(tx *pg.Tx) error { _, err := h.s.RevealTx(ctx, tx, r.No, "约上门时间", nil, nil); return err })
	h.handle(r.OrderID, "换好了")
	if _, err := h.lock(h.caller, yes(r.No)); err != nil {
		t.Fatal(err)
	}
	running, _ := h.file(authz.Anonymous, func(f *Filing) { f.Category = "0201" })
	h.file(authz.Anonymous, func(f *Filing) { f.Phone, f.Name = "13900001111", "李四" })

	_, err := h.s.Export(ctx, "12")
	wantKind(t, err, fault.KindInvalid)
	_, err = h.s.Export(ctx, "13700000000")
	wantKind(t, err, fault.KindNotFound)
	before := h.entries()
	all, err := h.s.Export(ctx, "138 0000 5678")
	var held struct{ Requests []map[string]any }
	if err != nil || json.Unmarshal(all, &held) != nil || len(held.Requests) != 2 || h.entries()-before != 2 {
		t.Fatalf("%s, %v", all, err)
	}
	for _, want := range []string{r.No, running.No, "张三丰", "13800005678", "2单元502室", "13900009999", "换好了", "周承办", "约上门时间", "满意"} {
		if !bytes.Contains(all, []byte(want)) {
			t.Errorf("the export lacks %s", want)
		}
	}
	if bytes.Contains(all, []byte("李四")) || bytes.Contains(all, []byte(receipt.Token)) {
		t.Error("the export holds somebody else, or a key")
	}
	_, err = h.s.Erase(ctx, "13900001111", "本人要求")
	wantKind(t, err, fault.KindConflict)
	out, err := h.s.Erase(ctx, "13800005678", "本人要求，电话13800005678")
	if err != nil || strings.Join(out.Requests, "") != r.No || strings.Join(out.Refused, "") != running.No || len(out.Orders) != 1 || out.Orders[0] != r.HomeOrder {
		t.Fatalf("%+v, %v", out, err)
	}
	got := h.again(r)
	if got.HasPerson || got.HasPhone || got.AnonymisedAt == nil || strings.Contains(got.Words, "13900009999") || !strings.Contains(got.Words, "灯坏了") {
		t.Errorf("%+v", got)
	}
	for _, k := range []Key{{Token: receipt.Token}, {Code: receipt.Code}} {
		_, err := h.s.Track(ctx, k)
		wantKind(t, err, fault.KindNotFound)
	}
	_, err = h.s.ReceiptOf(ctx, h.clerk, r.No)
	wantKind(t, err, fault.KindNotFound)
	if again := h.again(running); !again.HasPerson {
		t.Error("what still runs lost its person")
	}
	h.exec(`UPDATE work_order SET title = '已清除', search_key = '' WHERE id = $1`, out.Orders[0]) // handoff's part
	h.leaked("13900009999", "13800005678")
}

// §6.7: three years after it was settled a request loses its person; the day before it does not.
func TestRetention(t *testing.T) {
	t.Parallel()
	h := open(t)
	ctx := t.Context()
	r, _ := h.file(authz.Anonymous, nil)
	open, _ := h.file(authz.Anonymous, func(f *Filing) { f.Phone = "13900001111" })
	h.handle(r.OrderID, "换好了")
	if _, err := h.lock(h.caller, yes(r.No)); err != nil {
		t.Fatal(err)
	}
	retain := func() (orders []int64) {
		h.do(authz.System, func(tx *pg.Tx) (err error) { orders, err = h.s.Retain(ctx, tx, 10); return err })
		return orders
	}
	h.now = h.now.AddDate(3, 0, -1)
	if got := retain(); len(got) != 0 {
		t.Errorf("a day early: %v", got)
	}
	h.now = h.now.AddDate(0, 0, 2)
	if got := retain(); len(got) != 1 || got[0] != r.HomeOrder || h.again(r).HasPerson || !h.again(open).HasPerson {
		t.Errorf("%v", got)
	}
	if got := retain(); len(got) != 0 {
		t.Errorf("again: %v", got)
	}
}
