package request

import (
	"bytes"
	"testing"
	"time"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
)

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
