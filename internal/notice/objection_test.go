package notice

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/secret"
	"portal/internal/workday"
)

func (o *office) object(t testing.TB, n Notice, in Objecting) (ObjectionID, string) {
	t.Helper()
	in.No = n.Slug()
	if in.Words == "" {
		in.Words = "楼道照明的钱不对"
	}
	code, err := o.s.Object(t.Context(), authz.Anonymous, "", in)
	if err != nil {
		t.Fatalf("object: %v", err)
	}
	all, err := o.s.Objections(t.Context(), authz.System, false, "", 1)
	if err != nil || len(all.Rows) == 0 {
		t.Fatalf("objections: %v", err)
	}
	return all.Rows[0].ID, code
}

// An objection is anybody's; the person is sealed, the answer is public without the person, and every look at the
// person is kept (§6.7, REQ-22).
func TestObjectionAndReply(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	n := o.hung(t)
	for _, c := range []struct {
		field, part string
		in          Objecting
	}{
		{"words", "哪里不对", Objecting{Words: "？"}}, {"phone", "电话写数字", Objecting{Words: "金额对不上", Person: Person{Phone: "call me"}}},
		{"name", "最多 30", Objecting{Words: "金额对不上", Person: Person{Name: strings.Repeat("名", 31)}}},
	} {
		c.in.No = n.Slug()
		_, err := o.s.Object(ctx, authz.Anonymous, "", c.in)
		says(t, err, c.field, c.part)
	}
	id, code := o.object(t, n, Objecting{Person: Person{Name: "沈一", Phone: "13900139000"}, From: "10.0.0.1"})
	var row []byte
	if err := o.db.Q().QueryRow(ctx, `SELECT person || code_index FROM objection WHERE id = $1`, id).Scan(&row); err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(row, []byte("139")) || bytes.Contains(row, []byte(code)) {
		t.Error("the row holds the person or the code")
	}
	receipt, err := o.s.Receipt(ctx, n.Slug(), code)
	if err != nil || receipt.DueOn != workday.NewDay(2026, 11, 10) || receipt.Words != "" || receipt.Person != nil {
		t.Errorf("receipt %+v, %v", receipt, err)
	}
	for _, wrong := range []string{"", "x", strings.ToLower(code)} {
		if _, err := o.s.Receipt(ctx, n.Slug(), wrong); fault.KindOf(err) != fault.KindNotFound {
			t.Errorf("code %q: %v", wrong, err)
		}
	}
	if read, err := o.s.Read(ctx, n.Slug()); err != nil || len(read.Objections) != 0 {
		t.Errorf("an open objection is public: %+v, %v", read.Objections, err)
	}
	for _, a := range []authz.Actor{o.other, authz.Anonymous} {
		if _, err := o.s.Objection(ctx, a, id); fault.KindOf(err) != fault.KindNotFound {
			t.Errorf("%s reads it: %v", a.Name, err)
		}
	}
	for _, a := range []authz.Actor{o.other, o.worker, o.supervisor} {
		if _, err := o.s.Reveal(ctx, a, "", id, "打电话核实"); fault.KindOf(err) != fault.KindNotFound {
			t.Errorf("%s sees the person: %v", a.Name, err)
		}
		if err := o.s.Reply(ctx, a, "", Answer{ID: id, Version: 1, Gist: "问照明的钱", Reply: "已核对。"}); fault.KindOf(err) != fault.KindNotFound {
			t.Errorf("%s replies: %v", a.Name, err)
		}
	}
	_, err = o.s.Reveal(ctx, o.secretary, "", id, "")
	says(t, err, "purpose", "为什么")
	p, err := o.s.Reveal(ctx, o.secretary, "", id, "打电话核实")
	if err != nil || p.Name != "沈一" || p.Phone != "13900139000" {
		t.Errorf("the person: %+v, %v", p, err)
	}
	var looks int
	if err := o.db.Q().QueryRow(ctx, `SELECT count(*) FROM audit_entry WHERE object_kind = 'objection' AND reason = '打电话核实' AND coalesce(after::text, '') NOT LIKE '%139%'`).Scan(&looks); err != nil || looks != 1 {
		t.Errorf("%d looks kept, %v", looks, err)
	}
	says(t, o.s.Reply(ctx, o.secretary, "", Answer{ID: id, Version: 1, Gist: "13900139000 问照明的钱", Reply: "已核对，金额无误。"}), "gist", "个人信息")
	says(t, o.s.Reply(ctx, o.secretary, "", Answer{ID: id, Version: 1, Gist: "问照明的钱", Reply: "住 3 幢 502 室的沈先生"}), "reply", "个人信息")
	if err := o.s.Reply(ctx, o.secretary, "", Answer{ID: id, Version: 1, Gist: "照明的钱为什么不对", Reply: "已核对，金额无误，发票可以到社区看。"}); err != nil {
		t.Fatal(err)
	}
	if err := o.s.Reply(ctx, o.leader, "", Answer{ID: id, Version: 1, Gist: "照明的钱为什么不对", Reply: "另一种答复。"}); fault.KindOf(err) != fault.KindConflict {
		t.Errorf("a second reply: %v", err)
	}
	read, err := o.s.Read(ctx, n.Slug())
	if err != nil || len(read.Objections) != 1 || read.Objections[0].Gist != "照明的钱为什么不对" || read.Objections[0].Words != "" || read.Objections[0].Person != nil {
		t.Errorf("the public answer: %+v, %v", read.Objections, err)
	}
	if w, err := o.s.Waits(ctx, o.secretary); err != nil || w.ToAnswer != 0 {
		t.Errorf("still waits: %+v, %v", w, err)
	}
}

// Floods are braked: five an hour from one address; another address and the next hour are not held up.
func TestFloods(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	n := o.hung(t)
	try := func(i int, from string) error {
		_, err := o.s.Object(ctx, authz.Anonymous, fmt.Sprintf("form-key-0123456789-%s-%d", from, i), Objecting{No: n.Slug(), Words: "金额对不上", From: from})
		return err
	}
	for i := range perAddress {
		if err := try(i, "10.0.0.1"); err != nil {
			t.Fatal(err)
		}
	}
	if err := try(0, "10.0.0.1"); err != nil {
		t.Errorf("the same form again is the same objection: %v", err)
	}
	if err := try(99, "10.0.0.1"); fault.KindOf(err) != fault.KindTooMany {
		t.Errorf("the sixth: %v", err)
	}
	if err := try(0, "10.0.0.2"); err != nil {
		t.Errorf("another address: %v", err)
	}
	o.on(t, workday.NewDay(2026, 11, 4))
	if err := try(100, "10.0.0.1"); err != nil {
		t.Errorf("the next day: %v", err)
	}
}

// Objections come in while the notice hangs; unanswered ones are asked for from the day before on.
func TestObjectionClock(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	n := o.hung(t)
	o.object(t, n, Objecting{})
	asked := func() (n int) {
		if err := o.db.Q().QueryRow(ctx, `SELECT count(*) FROM inbox_line WHERE account_id = $1 AND words LIKE '异议%'`, o.secretary.AccountID).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, c := range []struct {
		on   workday.Day
		want int
	}{{workday.NewDay(2026, 11, 6), 0}, {workday.NewDay(2026, 11, 9), 1}, {workday.NewDay(2026, 11, 10), 1}, {workday.NewDay(2026, 11, 12), 2}, {workday.NewDay(2026, 11, 12), 2}} {
		if o.on(t, c.on); asked() != c.want {
			t.Errorf("%s: %d reminders, want %d", c.on, asked(), c.want)
		}
	}
	o.on(t, workday.NewDay(2026, 11, 18))
	o.object(t, n, Objecting{})
	o.on(t, workday.NewDay(2026, 11, 19))
	_, err := o.s.Object(ctx, authz.Anonymous, "", Objecting{No: n.Slug(), Words: "金额对不上"})
	says(t, err, "words", "公示期已经结束")
}

// Subject access and retention (X8, §6.7): a telephone finds what is held, erasing waits for the answer, time forgets.
func TestSubjectAndRetention(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	n := o.hung(t)
	id, _ := o.object(t, n, Objecting{Person: Person{Name: "沈一", Phone: "+86 139-0013-9000"}})
	o.object(t, n, Objecting{Person: Person{Phone: "13700137000"}, From: "10.0.0.9"})
	held, err := o.s.Export(ctx, "13900139000")
	if err != nil || len(held) != 1 || held[0].Person.Name != "沈一" || held[0].Words == "" {
		t.Fatalf("held: %+v, %v", held, err)
	}
	if none, err := o.s.Export(ctx, "13500135000"); err != nil || len(none) != 0 {
		t.Errorf("a stranger's number: %+v, %v", none, err)
	}
	if erased, waiting, err := o.s.Erase(ctx, "13900139000", "本人要求"); err != nil || erased != 0 || len(waiting) != 1 {
		t.Errorf("erased before the answer: %d, %v, %v", erased, waiting, err)
	}
	if err := o.s.Reply(ctx, o.secretary, "", Answer{ID: id, Version: 1, Gist: "照明的钱为什么不对", Reply: "已核对，金额无误。"}); err != nil {
		t.Fatal(err)
	}
	if erased, waiting, err := o.s.Erase(ctx, "139 0013 9000", "本人要求"); err != nil || erased != 1 || len(waiting) != 0 {
		t.Errorf("erased %d, %v, %v", erased, waiting, err)
	}
	gone, err := o.s.Objection(ctx, o.secretary, id)
	if err != nil || gone.Named() || gone.Words != wordsErased || gone.Reply == "" {
		t.Errorf("after erasing: %+v, %v", gone, err)
	}
	other := gone.ID + 1
	if err := o.s.Reply(ctx, o.secretary, "", Answer{ID: other, Version: 1, Gist: "照明的钱为什么不对", Reply: "已核对，金额无误。"}); err != nil {
		t.Fatal(err)
	}
	o.on(t, workday.NewDay(2027, 1, 4))
	if kept, err := o.s.Objection(ctx, o.secretary, other); err != nil || !kept.Named() {
		t.Errorf("forgotten too early: %+v, %v", kept, err)
	}
	o.on(t, workday.NewDay(2036, 1, 2))
	if kept, err := o.s.Objection(ctx, o.secretary, other); err != nil || kept.Named() || kept.Words != wordsForgotten {
		t.Errorf("not forgotten: %+v, %v", kept, err)
	}
}

// After a rotation of the keys every person is sealed anew and still opens.
func TestReseal(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	dir := t.TempDir()
	old, err := secret.OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	o.s = New(o.db, old, nil)
	n := o.hung(t)
	id, _ := o.object(t, n, Objecting{Person: Person{Name: "沈一"}})
	if done, err := o.s.Reseal(ctx, 10); err != nil || done != 0 {
		t.Errorf("resealed %d with the same key, %v", done, err)
	}
	newer, err := secret.Rotate(dir)
	if err != nil {
		t.Fatal(err)
	}
	o.s = New(o.db, newer, nil)
	if done, err := o.s.Reseal(ctx, 10); err != nil || done != 1 {
		t.Errorf("resealed %d, %v", done, err)
	}
	if p, err := o.s.Reveal(ctx, o.secretary, "", id, "打电话核实"); err != nil || p.Name != "沈一" {
		t.Errorf("the person after the rotation: %+v, %v", p, err)
	}
}
