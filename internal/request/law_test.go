package request

import (
	"slices"
	"strings"
	"testing"
	"time"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
)

// REQ-13: a telephone that anybody can type never tells who has reported what, and a word against the handler
// never falls by itself into the handler's own case.
func TestReportsAreNeverLinkedByTelephone(t *testing.T) {
	t.Parallel()
	h := open(t)
	report := func(f *Filing) { f.Kind = Report }
	h.file(authz.Anonymous, report)
	for what, change := range map[string]func(f *Filing){"a probe": func(f *Filing) { f.Words = "我也反映过" }, "another report": report,
		"a confidential word": func(f *Filing) { f.Confidential = true }} {
		if r, receipt := h.file(authz.Anonymous, change); r.SameAs != 0 && r.Kind == Report || receipt.SameAs == "SQ-2026-1" {
			t.Errorf("%s is linked to %q", what, receipt.SameAs)
		}
	}
	open, _ := h.file(authz.Anonymous, func(f *Filing) { f.Building = h.buildings[1] })
	if r, receipt := h.file(authz.Anonymous, func(f *Filing) { f.Building, f.Kind = h.buildings[1], Report }); r.SameAs != 0 || receipt.SameAs == open.No {
		t.Errorf("the report joins the ordinary case %s", receipt.SameAs)
	}
}

// REQ-13, §6.7: what a person left as name and door is hidden from staff, from the search and from the title also
// where it stands again in the words; the author reads the own words as they were.
func TestOwnNameInTheWords(t *testing.T) {
	t.Parallel()
	h := open(t)
	r, receipt := h.file(authz.Anonymous, func(f *Filing) {
		f.Kind, f.Door, f.Title, f.Words = Report, "三号楼东户", "张三丰举报违建", "我是张三丰，住三号楼东户。楼下在搭违建"
	})
	all, err := h.s.Summaries(t.Context(), h.db.Q(), r.OrderID)
	if err != nil || len(all) != 1 || strings.Contains(all[0].Words+all[0].Title, "张三丰") || strings.Contains(all[0].Words, "东户") {
		t.Errorf("staff read %+v, %v", all, err)
	}
	var kept string
	h.one(&kept, `SELECT title || search_key FROM work_order WHERE id = $1`, r.OrderID)
	if strings.Contains(kept, "张三丰") || strings.Contains(kept, "东户") {
		t.Errorf("the order holds %q", kept)
	}
	if own, err := h.s.Track(t.Context(), Key{Token: receipt.Token}); err != nil || !strings.Contains(own.Words, "张三丰") {
		t.Errorf("the author reads %q, %v", own.Words, err)
	}
}

// REQ-18: who is under 14 and has no guardian's consent leaves nothing personal behind, not in the place nor in
// the words either.
func TestMinorLeavesNothing(t *testing.T) {
	t.Parallel()
	h := open(t)
	r, receipt := h.file(authz.Anonymous, func(f *Filing) {
		f.Minor, f.Building, f.Place, f.Name, f.Words = true, 0, "槐荫苑3幢2单元502室", "张小丰", "我叫张小丰，电话 13800005678，楼下滑梯坏了"
	})
	if r.HasPerson || r.HasPhone || !receipt.NoReply {
		t.Errorf("kept: %+v %+v", r, receipt)
	}
	h.leaked("张小丰", "13800005678", "502室")
}

// REQ-13, §6.8, 2 and 12: whoever holds a post in what is complained about does not learn who complains, whatever else
// they may; and who read it is for those with the reach of the street (REQ-22).
func TestRevealRecusal(t *testing.T) {
	t.Parallel()
	h := open(t)
	r, _ := h.file(authz.Anonymous, func(f *Filing) { f.Kind = Report })
	reveal := func(by authz.Actor) error {
		return h.in(by, func(tx *pg.Tx) error {
			_, err := h.s.RevealTx(t.Context(), tx, r.No, "核实情况", nil, nil)
			return err
		})
	}
	if err := reveal(h.dispatcher); err != nil {
		t.Fatal(err)
	}
	h.exec(`UPDATE work_order SET complained_unit = $2 WHERE id = $1`, r.OrderID, h.dispatcher.Posts[0].UnitID)
	wantKind(t, reveal(h.dispatcher), fault.KindForbidden)
	h.exec(`UPDATE work_order SET complained_unit = NULL, hidden_from = $2 WHERE id = $1`, r.OrderID, huaiyin)
	if err := reveal(h.caller); err != nil {
		t.Fatal(err)
	}
	local := h.caller
	local.Posts = append(slices.Clone(local.Posts), authz.Post{Role: authz.Worker, UnitID: h.dept, Division: huaiyin})
	wantKind(t, reveal(local), fault.KindForbidden)

	if rows, err := h.s.Reveals(t.Context(), h.dispatcher, r.No); err != nil || len(rows) != 2 {
		t.Errorf("%d reads, %v", len(rows), err)
	}
	_, err := h.s.Reveals(t.Context(), h.handler, r.No)
	wantKind(t, err, fault.KindForbidden)
}

// REQ-21, §6.7: a reply that several people read holds nobody's telephone or door; an office's landline may stand.
func TestReplyReadByAll(t *testing.T) {
	t.Parallel()
	h := open(t)
	first, _ := h.file(authz.Anonymous, nil)
	second, _ := h.file(authz.Anonymous, func(f *Filing) { f.Phone = "13900001111" })
	answer := func(reply string) error {
		return h.in(h.handler, func(tx *pg.Tx) error {
			_, err := h.s.Answer(t.Context(), tx, first.OrderID, reply)
			return err
		})
	}
	own := "已和 13800005678 的住户约好，修好了"
	if err := answer(own); err != nil {
		t.Fatalf("to one person: %v", err)
	}
	h.do(h.dispatcher, func(tx *pg.Tx) error {
		_, err := h.s.Merge(t.Context(), tx, []string{second.No}, first.No, "同一盏灯")
		return err
	})
	for _, reply := range []string{own, "已到2单元502室修好"} {
		err := answer(reply)
		if f := fault.Fields(err); len(f) != 1 || f[0].Name != "words" || strings.Contains(f[0].Message, "13800005678") {
			t.Errorf("%q: %v", reply, err)
		}
	}
	if err := answer("已修好，有事请打 025-52345678"); err != nil {
		t.Error(err)
	}
}

// A handled order in which nobody is left to be asked is closed all the same: the last one withdrew, dangerous or
// not (§6.8, 7).
func TestNobodyLeftToAsk(t *testing.T) {
	t.Parallel()
	h := open(t)
	ctx := t.Context()
	r, _ := h.file(authz.Anonymous, func(f *Filing) { f.Words = "楼道里有煤气味，闻着漏气" })
	h.handle(r.OrderID, "已关阀检修")
	var left Left
	h.do(authz.Anonymous, func(tx *pg.Tx) (err error) { left, err = h.s.Withdraw(ctx, tx, r.ID); return err })
	if !left.Dangerous {
		t.Fatalf("%+v", left)
	}
	var out []Outcome
	h.do(authz.System, func(tx *pg.Tx) (err error) { out, err = h.s.Lapse(ctx, tx, 10); return err })
	if len(out) != 1 || out[0].Order != r.OrderID || !out[0].AllLocked || out[0].Reopen {
		t.Errorf("%+v", out)
	}
	h.exec(`UPDATE work_order SET state = 'withdrawn', closed_at = $2 WHERE id = $1`, r.OrderID, h.now)
	other, receipt := h.file(authz.Anonymous, func(f *Filing) { f.Phone = "13900001111" })
	h.exec(`UPDATE request SET order_id = $2, settled_at = $3 WHERE id = $1`, int64(other.ID), r.OrderID, h.now)
	if got, err := h.s.Track(ctx, Key{Token: receipt.Token}); err != nil || got.StateWords != "已办结" {
		t.Errorf("who was answered before reads %q, %v", got.StateWords, err)
	}
}

// Pinyin finds from any character of a name, and through other words for it.
func TestPinyinFromAnyCharacter(t *testing.T) {
	t.Parallel()
	h := open(t)
	for typed, want := range map[string]string{"zaosheng": "噪", "ludeng": "路灯", "loushui": "漏水"} {
		found, err := FindCategories(t.Context(), h.db.Q(), typed, 8)
		if err != nil || !slices.ContainsFunc(found, func(c Category) bool { return strings.Contains(c.Name+c.Words, want) }) {
			t.Errorf("%s: %v, %v", typed, found, err)
		}
	}
	if syllablesBegin("zao sheng", "ao") || !syllablesBegin("shi gong zao sheng", "zaosh") {
		t.Error("a syllable is read from its middle, or not at all")
	}
}

// The trail tells the first showing of a receipt from a reprint (§6.8, 4).
func TestFirstShowingIsNoReprint(t *testing.T) {
	t.Parallel()
	h := open(t)
	r, _ := h.file(h.clerk, func(f *Filing) { f.Channel = Window })
	for _, want := range []string{"出示了回执", "补打了回执", "补打了回执"} {
		if _, err := h.s.ReceiptOf(t.Context(), h.clerk, r.No); err != nil {
			t.Fatal(err)
		}
		var did string
		h.one(&did, `SELECT after->>'did' FROM audit_entry ORDER BY id DESC LIMIT 1`)
		if did != want {
			t.Errorf("recorded %q, want %q", did, want)
		}
	}
}

// A mistyped place in a list is bad input, never a fault of ours.
func TestMistypedCursors(t *testing.T) {
	t.Parallel()
	h := open(t)
	period := Period{h.now.Add(-time.Hour), h.now}
	for name, list := range map[string]func() error{
		"callbacks": func() error { _, err := h.s.CallbacksDue(t.Context(), h.caller, "zzz", 10); return err },
		"figures": func() error {
			_, err := h.s.RateRows(t.Context(), h.dispatcher, FigBase, period, FigureScope{}, "zzz", 10)
			return err
		},
	} {
		if err := list(); fault.KindOf(err) != fault.KindInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Words for residents say 您, everywhere.
func TestResidentsAreAddressedPolitely(t *testing.T) {
	t.Parallel()
	for state, said := range stateWords {
		if strings.Contains(said.words+said.now, "你") {
			t.Errorf("%s: %q %q", state, said.words, said.now)
		}
	}
}
