package request

import (
	"context"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/policy"
	"portal/internal/workday"
)

func mustPolicy(ctx context.Context, tx *pg.Tx) policy.Values {
	v, err := policy.Load(ctx, tx, workday.DayOf(tx.Now))
	if err != nil {
		panic(err)
	}
	return v
}

// The street's list comes in whole, and the same file again changes nothing; what the street edits stays.
func TestCategoriesComeIn(t *testing.T) {
	t.Parallel()
	h := open(t)
	all, err := Categories(t.Context(), h.db.Q())
	if err != nil || len(all) != 145 {
		t.Fatalf("%d categories, %v", len(all), err)
	}
	c, err := CategoryByCode(t.Context(), h.db.Q(), "0201")
	if err != nil || c.Name != "电梯故障" || c.DueHours != 24 || !c.Physical || !strings.Contains(c.Departments, "；") || c.ParentName != "物业管理" {
		t.Fatalf("%+v, %v", c, err)
	}
	c.Words, c.DueHours = "电梯坏 电梯怪响", 12
	if err := h.s.SaveCategory(t.Context(), h.dispatcher, "key-of-the-category", c); err != nil {
		t.Fatal(err)
	}
	wantKind(t, h.s.SaveCategory(t.Context(), h.dispatcher, "key-of-the-category2", c), fault.KindConflict)
	wantKind(t, h.s.SaveCategory(t.Context(), h.handler, "key-of-the-category3", c), fault.KindNotFound)
	bad := c
	bad.Code, bad.Parent, bad.Version, bad.DueHours, bad.Name = "77", "", 0, 0, "x"
	if got := len(fault.Fields(h.s.SaveCategory(t.Context(), h.dispatcher, "key-of-the-category4", bad))); got != 3 {
		t.Errorf("%d mistakes are named", got)
	}
	if found, err := FindCategories(t.Context(), h.db.Q(), "电梯怪响", 5); err != nil || len(found) == 0 || found[0].Code != "0201" {
		t.Errorf("by the new words: %+v, %v", found, err)
	}
	sum := h.importCategories()
	c, _ = CategoryByCode(t.Context(), h.db.Q(), "0201")
	if sum.Added != 0 || sum.Updated != 1 || !strings.Contains(c.Words, "怪响") || c.DueHours != 24 {
		t.Errorf("the file again: %v, %+v", sum, c)
	}
	if sum := h.importCategories(); sum.Unchanged != 145 {
		t.Errorf("and again: %v", sum)
	}
}

// REQ-01: each request gets a number and a receipt at once; name, telephone and door stand nowhere
// unsealed, and the receipt can be had again by whoever took it.
func TestFilingGivesAReceipt(t *testing.T) {
	t.Parallel()
	h := open(t)
	before := h.entries()
	r, receipt := h.file(h.clerk, func(f *Filing) { f.Channel = Window })
	if r.No != "SQ-2026-1" || r.OrderID != r.HomeOrder || r.TakenBy != h.clerk.AccountID || !r.HasPhone || receipt.No != r.No || len(receipt.Code) != 14 ||
		receipt.NoReply || !receipt.DueAt.Equal(h.now.Add(72*time.Hour)) || !receipt.ContactDue.Equal(h.now.Add(18*time.Hour)) {
		t.Fatalf("%+v\n%+v", r, receipt)
	}
	if got := h.entries() - before; got != 1 {
		t.Errorf("%d entries of one filing", got)
	}
	again, err := h.s.ReceiptOf(t.Context(), h.clerk, r.No)
	if err != nil || again != receipt {
		t.Errorf("reprint %+v, %v", again, err)
	}
	_, err = h.s.ReceiptOf(t.Context(), h.handler, r.No)
	wantKind(t, err, fault.KindNotFound)
	code, _ := ReadCode(receipt.Code)
	h.leaked("张三丰", "13800005678", "502室", code, receipt.Code, receipt.Token, hex.EncodeToString([]byte("13800005678")))

	_, second := h.file(authz.Anonymous, func(f *Filing) { f.Name, f.Phone, f.Door = "", "", "" })
	if second.No != "SQ-2026-2" || !second.NoReply || second.Code == receipt.Code {
		t.Errorf("REQ-17: %+v", second)
	}
}

// A filing with mistakes stores nothing, and every mistake is named, those the database knows as well.
func TestMistakesStoreNothing(t *testing.T) {
	t.Parallel()
	h := open(t)
	before := h.entries()
	_, _, err := h.tryFile(authz.Anonymous, func(f *Filing) { f.Category, f.Building, f.Phone = "04", 999, "1" })
	names := map[string]bool{}
	for _, f := range fault.Fields(err) {
		names[f.Name] = true
	}
	if !names["category"] || !names["place"] || !names["phone"] || h.entries() != before {
		t.Errorf("%v: %v", names, err)
	}
}

// REQ-05: the same person in the same matter is linked to the running request; another place, matter or
// person is not. Afterwards, when the first is done, it is a new one.
func TestSamePersonSameMatter(t *testing.T) {
	t.Parallel()
	h := open(t)
	first, _ := h.file(authz.Anonymous, nil)
	second, receipt := h.file(authz.Anonymous, func(f *Filing) { f.Phone, f.Words = "+86 138 0000 5678", "还是没修好" })
	third, _ := h.file(authz.Anonymous, nil)
	if second.SameAs != first.ID || third.SameAs != first.ID || receipt.SameAs != first.No {
		t.Fatalf("second %d, third %d, receipt %q", second.SameAs, third.SameAs, receipt.SameAs)
	}
	for what, change := range map[string]func(f *Filing){
		"another place":  func(f *Filing) { f.Building = h.buildings[1] },
		"another matter": func(f *Filing) { f.Category = "0201" },
		"another person": func(f *Filing) { f.Phone = "13900001111" },
		"nobody":         func(f *Filing) { f.Phone = "" },
	} {
		if r, _ := h.file(authz.Anonymous, change); r.SameAs != 0 {
			t.Errorf("%s is linked", what)
		}
	}
	h.exec(`UPDATE work_order SET state = 'closed', closed_at = $1, reply = '修好了', result = 'solved' WHERE id IN (SELECT home_order FROM request WHERE id IN ($2, $3, $4))`,
		h.now, int64(first.ID), int64(second.ID), int64(third.ID))
	r, _ := h.file(authz.Anonymous, nil)
	if r.SameAs != 0 {
		t.Error("linked to what is done")
	}
	h.now = h.now.Add(24 * time.Hour)
	if old, err := h.s.Relapse(t.Context(), h.db.Q(), Filing{Category: "0402", Building: h.buildings[0]}, h.now); err != nil || old == 0 {
		t.Errorf("§6.8, 11: %d, %v", old, err)
	}
	if old, err := h.s.Relapse(t.Context(), h.db.Q(), Filing{Category: "0402", Building: h.buildings[0]}, h.now.AddDate(0, 0, 40)); err != nil || old != 0 {
		t.Errorf("after 40 days: %d, %v", old, err)
	}
}

// Similar running requests are shown for joining, without anybody's data; a 举报 never is.
func TestSimilarShowsNobody(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.file(authz.Anonymous, func(f *Filing) { f.Title = "路灯坏了打13800005678" })
	h.file(authz.Anonymous, func(f *Filing) { f.Kind, f.Confidential = Report, true })
	for _, like := range []Like{{Category: "0402", Building: h.buildings[0], Limit: 5}, {Words: "路灯", Limit: 5}, {Category: "0402", Community: huaiyin, Limit: 5}} {
		rows, err := h.s.Similar(t.Context(), authz.Anonymous, like)
		if err != nil || len(rows) != 1 || strings.Contains(rows[0].Title, "0000") || rows[0].Place != "槐荫苑*幢" || rows[0].StateWords == "" || rows[0].No == "" {
			t.Errorf("%+v: %+v, %v", like, rows, err)
		}
	}
	for _, like := range []Like{{}, {Words: "路"}, {Category: "0402"}, {Building: h.buildings[1], Limit: 5}, {Words: "%%", Limit: 5}} {
		if rows, err := h.s.Similar(t.Context(), authz.Anonymous, like); err != nil || len(rows) != 0 {
			t.Errorf("%+v: %+v, %v", like, rows, err)
		}
	}
}

// REQ-06: merging is reversible; every reporter keeps a clock, is answered alone, and gets the own times
// back after taking apart, also when the common order was extended meanwhile.
func TestMergeIsReversible(t *testing.T) {
	t.Parallel()
	h := open(t)
	first, _ := h.file(authz.Anonymous, nil)
	h.now = h.now.Add(time.Hour)
	second, _ := h.file(authz.Anonymous, func(f *Filing) { f.Phone = "13900001111" })
	third, _ := h.file(authz.Anonymous, func(f *Filing) { f.Phone = "13900002222" })
	ctx := t.Context()
	merge := func(into string, nos ...string) error {
		return h.in(h.dispatcher, func(tx *pg.Tx) error { _, err := h.s.Merge(ctx, tx, nos, into, "同一盏路灯"); return err })
	}
	before := h.entries()
	if err := merge(first.No, second.No, third.No, second.No); err != nil {
		t.Fatal(err)
	}
	if got := h.entries() - before; got != 2 {
		t.Errorf("%d entries of two merges", got)
	}
	wantKind(t, merge(first.No, second.No), fault.KindConflict)    // already there
	wantKind(t, merge(second.No, first.No), fault.KindConflict)    // into what is merged itself
	wantKind(t, merge(first.No, "SQ-2026-99"), fault.KindNotFound) // not there
	fourth, _ := h.file(authz.Anonymous, func(f *Filing) { f.Phone = "13900003333" })
	wantKind(t, merge(fourth.No, first.No), fault.KindConflict) // first carries others
	if err := merge(third.No, fourth.No); err != nil || h.again(fourth).OrderID != first.OrderID {
		t.Errorf("into what is merged itself: %v", err)
	}

	until := first.DueAt.Add(48 * time.Hour)
	h.do(h.handler, func(tx *pg.Tx) error { return h.s.Extended(ctx, tx, first.OrderID, until, "等配件") })
	h.do(h.handler, func(tx *pg.Tx) error { return h.s.Contacted(ctx, tx, first.OrderID, h.now) })
	h.handle(first.OrderID, "灯已经换好")
	for _, r := range []Request{first, second, third} {
		if got := h.again(r); got.Reply != "灯已经换好" || got.ContactedAt == nil || got.OrderID != first.OrderID || !got.DueAt.Equal(until) {
			t.Errorf("%s under the common order: %+v", r.No, got)
		}
	}
	h.do(h.dispatcher, func(tx *pg.Tx) error {
		m, err := h.s.Unmerge(ctx, tx, second.No, "是另一盏灯")
		if m.From != first.OrderID || m.To != second.HomeOrder {
			t.Errorf("moved %+v", m)
		}
		return err
	})
	got := h.again(second)
	if got.OrderID != second.HomeOrder || !got.DueAt.Equal(second.DueAt) || !got.ContactDue.Equal(second.ContactDue) || got.RepliedAt != nil ||
		!got.SubmittedAt.Equal(second.SubmittedAt) {
		t.Errorf("apart again: %+v", got)
	}
	wantKind(t, h.in(h.dispatcher, func(tx *pg.Tx) error { _, err := h.s.Unmerge(ctx, tx, second.No, "再分一次"); return err }), fault.KindConflict)
	notes, _ := notesOf(ctx, h.db.Q(), second.ID)
	if len(notes) != 3 { // merged, extended, apart
		t.Errorf("told %d times: %+v", len(notes), notes)
	}
	// Merged into what has its reply already, one is answered with it at once.
	if err := merge(first.No, second.No); err != nil {
		t.Fatal(err)
	}
	if got := h.again(second); got.RepliedAt == nil || got.Reply != "灯已经换好" {
		t.Errorf("merged late: %+v", got)
	}
}

// §6.8, 6: a category that is decided late makes the times only earlier, each request's from its own submission; the
// author reads it in words, and who proposed does not decide.
func TestRecategoriseOnlyEarlier(t *testing.T) {
	t.Parallel()
	h := open(t)
	r, receipt := h.file(authz.Anonymous, nil)
	ctx := t.Context()
	ask := func(by authz.Actor, code, reason string) error {
		return h.in(by, func(tx *pg.Tx) error { _, _, err := h.s.AskCategory(ctx, tx, r.OrderID, code, reason); return err })
	}
	decide := func(by authz.Actor, grant bool) (due time.Time, err error) {
		err = h.in(by, func(tx *pg.Tx) error {
			_, _, due, err = h.s.DecideCategory(ctx, tx, r.OrderID, grant, "")
			return err
		})
		return due, err
	}
	_, err := decide(h.dispatcher, true)
	wantKind(t, err, fault.KindConflict)
	wantKind(t, ask(h.handler, "0402", "说的是路灯不亮"), fault.KindInvalid) // it is that already
	wantKind(t, ask(h.handler, "04", "说的是路灯不亮"), fault.KindInvalid)
	wantKind(t, ask(h.handler, "0206", "不"), fault.KindInvalid)
	for _, c := range []struct {
		code string
		due  time.Duration
		told string
	}{{"0206", 72 * time.Hour, "时间不变"}, {"0307", 2 * time.Hour, "时间提前到"}, {"0402", 2 * time.Hour, "时间不变"}} {
		h.now = h.now.Add(time.Hour) // the clock runs on from the resident's word
		if err := ask(h.handler, c.code, "现场看过，说的是另一类"); err != nil {
			t.Fatal(err)
		}
		wantKind(t, ask(h.handler, c.code, "再提一次改分类"), fault.KindConflict)
		_, err := decide(h.handler, true)
		wantKind(t, err, fault.KindForbidden)
		due, err := decide(h.dispatcher, true)
		if err != nil || due.Sub(r.SubmittedAt) != c.due || h.again(r).Category != c.code {
			t.Errorf("%s: due after %v, %v", c.code, due.Sub(r.SubmittedAt), err)
		}
		h.exec(`UPDATE work_order SET category = $2 WHERE id = $1`, r.OrderID, c.code) // as workorder does
		got, err := h.s.Track(ctx, Key{Token: receipt.Token})
		if err != nil || !strings.Contains(got.Notes[len(got.Notes)-1].Words, c.told) || !strings.Contains(got.Notes[len(got.Notes)-1].Words, "另一类") {
			t.Errorf("told %+v, %v", got.Notes, err)
		}
	}
	if err := ask(h.handler, "0206", "现场看过，说的是另一类"); err != nil {
		t.Fatal(err)
	}
	if _, err := decide(h.dispatcher, false); err != nil || h.again(r).Category != "0402" {
		t.Errorf("refused: %v", err)
	}
}

// REQ-13, REQ-22: contact data is read with a purpose that is written down; a reporter's identity stays
// hidden from those who handle it, unless the reporter agrees.
func TestRevealHasAPurposeAndAWall(t *testing.T) {
	t.Parallel()
	h := open(t)
	ctx := t.Context()
	plain, receipt := h.file(authz.Anonymous, nil)
	report, _ := h.file(authz.Anonymous, func(f *Filing) { f.Kind = Report })
	agreed, _ := h.file(authz.Anonymous, func(f *Filing) { f.Kind, f.RevealAgreed = Report, true })
	reveal := func(by authz.Actor, no, purpose string) (p Person, err error) {
		err = h.in(by, func(tx *pg.Tx) error {
			p, err = h.s.RevealTx(ctx, tx, no, purpose, []int64{h.handler.AccountID}, []int64{h.dept})
			return err
		})
		return p, err
	}
	p, err := reveal(h.handler, plain.No, "约上门时间，拨打13900001111")
	if err != nil || p.Name != "张三丰" || p.Phone != "13800005678" || p.Door != "2单元502室" {
		t.Fatalf("%+v, %v", p, err)
	}
	_, err = reveal(h.handler, plain.No, " ")
	wantKind(t, err, fault.KindInvalid)
	_, err = reveal(h.handler, report.No, "约上门时间")
	wantKind(t, err, fault.KindForbidden)
	if p, err := reveal(h.handler, agreed.No, "约上门时间"); err != nil || p.Phone == "" {
		t.Errorf("agreed: %+v, %v", p, err)
	}
	if p, err := reveal(h.caller, report.No, "代为联系"); err != nil || p.Phone == "" {
		t.Errorf("from outside: %+v, %v", p, err)
	}
	inside := h.person("nei.bu", "内部人", authz.Dispatcher, h.dept)
	_, err = reveal(inside, report.No, "代为联系")
	wantKind(t, err, fault.KindForbidden)

	sums, err := h.s.Summaries(ctx, h.db.Q(), report.OrderID)
	if err != nil || len(sums) != 1 || sums[0].Name != "保密" || sums[0].Phone != "保密" {
		t.Errorf("behind the wall: %+v, %v", sums, err)
	}
	if sums, err = h.s.Summaries(ctx, h.db.Q(), plain.OrderID); err != nil || sums[0].Name != "张**" || sums[0].Phone != "138****5678" {
		t.Errorf("masked: %+v, %v", sums, err)
	}
	tracked, err := h.s.Track(ctx, Key{Token: receipt.Token})
	if err != nil || len(tracked.Reveals) != 1 || tracked.Reveals[0].Name != "周承办" || !strings.HasPrefix(tracked.Reveals[0].Purpose, "约上门时间") {
		t.Errorf("the resident's list: %+v, %v", tracked.Reveals, err)
	}
	h.leaked("张三丰", "13800005678", "13900001111", "502室")
}

// reliability.md §2 rule 18: the QR shows all, the typed code with the last four digits too, the typed code
// alone only the status.
func TestTrackLevels(t *testing.T) {
	t.Parallel()
	h := open(t)
	ctx := t.Context()
	r, receipt := h.file(authz.Anonymous, nil)
	for _, k := range []Key{{Token: receipt.Token}, {Code: receipt.Code, Phone4: "5678"}, {Code: strings.ToLower(receipt.Code), Phone4: "５６７８"}} {
		got, err := h.s.Track(ctx, k)
		if err != nil || got.Level != Full || got.Words != r.Words || got.Place != "槐荫苑1幢" || got.Code != receipt.Code || !got.CanSupplement || !got.CanWithdraw || got.CanRate {
			t.Errorf("%+v: %+v, %v", k, got, err)
		}
	}
	got, err := h.s.Track(ctx, Key{Code: receipt.Code})
	if err != nil || got.Level != Status || got.No != r.No || got.StateWords == "" || !got.DueAt.Equal(r.DueAt) {
		t.Fatalf("%+v, %v", got, err)
	}
	if got.Words+got.Title+got.Place+got.Category+got.Reply+got.Code+got.Owner != "" || got.Notes != nil || got.Steps != nil || got.Reveals != nil {
		t.Errorf("status shows more: %+v", got)
	}
	for _, k := range []Key{{Code: receipt.Code, Phone4: "1234"}, {Code: "K7QF-2M9A-41X8"}, {Token: "nonsense"}, {Token: strings.Repeat("A", 22)}, {}} {
		_, err := h.s.Track(ctx, k)
		if err == nil || err.Error() != ErrNoCode.Error() {
			t.Errorf("%+v: %v", k, err)
		}
	}
	h.handle(r.OrderID, "换好了")
	if got, err = h.s.Track(ctx, Key{Code: receipt.Code}); err != nil || !got.CanRate {
		t.Errorf("to be rated with the code alone: %+v, %v", got, err)
	}
}

// Guesses are braked per code, per device and over all, in the same words for right and wrong codes; the
// QR still opens, and another device and code are not held up. Right codes cost nothing.
func TestGuessesAreBraked(t *testing.T) {
	t.Parallel()
	h := open(t)
	ctx := t.Context()
	_, receipt := h.file(authz.Anonymous, nil)
	_, other := h.file(authz.Anonymous, func(f *Filing) { f.Phone = "13900001111" })
	for range 40 {
		if _, err := h.s.Track(ctx, Key{Code: other.Code, Device: "home"}); err != nil {
			t.Fatalf("a right code: %v", err)
		}
	}
	for i := range 5 {
		_, err := h.s.Track(ctx, Key{Code: receipt.Code, Phone4: "0000", Device: "d" + itoa(i)})
		wantKind(t, err, fault.KindNotFound)
	}
	_, wrong := h.s.Track(ctx, Key{Code: receipt.Code, Phone4: "0000", Device: "d9"})
	_, right := h.s.Track(ctx, Key{Code: receipt.Code, Phone4: "5678", Device: "d8"})
	wantKind(t, wrong, fault.KindTooMany)
	wantKind(t, right, fault.KindTooMany)
	if wrong.Error() != right.Error() {
		t.Errorf("%q and %q", wrong, right)
	}
	if _, err := h.s.Track(ctx, Key{Token: receipt.Token, Device: "d9"}); err != nil {
		t.Errorf("the QR: %v", err)
	}
	if _, err := h.s.Track(ctx, Key{Code: other.Code, Device: "home"}); err != nil {
		t.Errorf("another code: %v", err)
	}
	for range 20 {
		code, _, _ := newCodes()
		_, err := h.s.Track(ctx, Key{Code: code, Device: "guesser"})
		wantKind(t, err, fault.KindNotFound)
	}
	_, err := h.s.Track(ctx, Key{Code: other.Code, Device: "guesser"})
	wantKind(t, err, fault.KindTooMany)
	h.now = h.now.Add(61 * time.Minute)
	if _, err := h.s.Track(ctx, Key{Code: receipt.Code, Phone4: "5678", Device: "d9"}); err != nil {
		t.Errorf("an hour later: %v", err)
	}
	h.leaked("guesser")
}
