package request

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
)

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
