package notice

import (
	"slices"
	"testing"

	"portal/internal/fault"
	"portal/internal/page"
	"portal/internal/workday"
)

// inEveryState makes one notice in each state, and tells which of them everybody may read.
func inEveryState(t *testing.T, o *office) map[string]Notice {
	t.Helper()
	ctx := t.Context()
	out := map[string]Notice{}
	gone := o.hung(t)
	if err := o.s.Withdraw(ctx, o.secretary, "", gone.Step(), "写错社区"); err != nil {
		t.Fatal(err)
	}
	out["withdrawn"] = o.get(t, gone.Slug())
	out["ended"] = o.hung(t)
	over := o.hung(t)
	o.on(t, workday.NewDay(2026, 11, 19))
	if err := o.s.Withdraw(ctx, o.secretary, "", o.get(t, over.Slug()).Step(), "写错社区"); err != nil {
		t.Fatal(err)
	}
	out["withdrawn after its end"] = o.get(t, over.Slug())
	out["ended"] = o.get(t, out["ended"].Slug())
	out["issued"] = o.hung(t)
	changed := o.hung(t)
	if err := o.s.Rewrite(ctx, o.worker, "", Change{At: changed.Step(), Text: words(30), Reason: "补充"}); err != nil {
		t.Fatal(err)
	}
	out["changed"] = o.get(t, changed.Slug())
	out["draft"] = o.draft(t, o.worker, Sketch{})
	dropped := o.draft(t, o.worker, Sketch{})
	if err := o.s.Withdraw(ctx, o.secretary, "", dropped.Step(), "不发了"); err != nil {
		t.Fatal(err)
	}
	out["dropped"] = o.get(t, dropped.Slug())
	return out
}

// One rule for page, print, feed, data and site map: the function and the predicate agree on every state.
func TestOneRuleOfWhatEverybodyReads(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	all := inEveryState(t, o)
	open := []string{"issued", "changed", "ended"}
	var listed []ID
	for _, state := range States {
		p, err := o.s.Board(ctx, Filter{State: state})
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range p.Rows {
			if !slices.Contains(listed, n.ID) {
				listed = append(listed, n.ID)
			}
		}
	}
	feed, err := o.s.Newest(ctx, 100)
	if err != nil {
		t.Fatal(err)
	}
	for name, n := range all {
		want := slices.Contains(open, name)
		if n.Public() != want {
			t.Errorf("%s: Public is %v", name, n.Public())
		}
		if got := slices.Contains(listed, n.ID); got != want {
			t.Errorf("%s on the board: %v", name, got)
		}
		if got := slices.ContainsFunc(feed, func(f Notice) bool { return f.ID == n.ID }); got != want {
			t.Errorf("%s in the feed: %v", name, got)
		}
		if _, err := o.s.Read(ctx, n.Slug()); (err == nil) != want || err != nil && fault.KindOf(err) != fault.KindNotFound {
			t.Errorf("%s read: %v", name, err)
		}
		if _, err := o.s.ReadVersion(ctx, n.Slug(), 1); (err == nil) != want {
			t.Errorf("%s, its first words: %v", name, err)
		}
		if _, err := o.s.Object(ctx, o.worker, "", Objecting{No: n.Slug(), Words: "金额对不上"}); fault.KindOf(err) == fault.KindNotFound == want {
			t.Errorf("%s objected to: %v", name, err)
		}
	}
	counts, err := o.s.BoardCounts(ctx, Filter{State: Issued})
	if err != nil || counts[Affairs] != 2 {
		t.Errorf("counts %v, %v", counts, err)
	}
	if n, err := o.s.BoardCount(ctx, Filter{State: Ended}); err != nil || n != 1 {
		t.Errorf("%d ended, %v", n, err)
	}
}

// The board is walked to its end and back, nearest last day first; two characters find, and so does a number.
func TestBoard(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	var slugs []string
	for i := range 7 {
		text := words(15 + i)
		if i == 3 {
			text.PlainTitle = "早市怎么摆摊"
		}
		slugs = append(slugs, o.issue(t, o.draft(t, o.worker, Sketch{Text: text})).Slug())
	}
	standing := o.draft(t, o.worker, Sketch{Kind: Grid, Text: words(0)})
	slugs = append(slugs, o.issue(t, standing).Slug())
	walk := func(cursor string) (out []string, last page.Page[Notice]) {
		for {
			p, err := o.s.Board(ctx, Filter{Limit: 3, Cursor: cursor})
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range p.Rows {
				out = append(out, n.Slug())
			}
			if !p.HasNext {
				return out, p
			}
			cursor = p.Next
		}
	}
	got, last := walk("")
	if !slices.Equal(got, slugs) {
		t.Errorf("order %v, want %v", got, slugs)
	}
	if back, err := o.s.Board(ctx, Filter{Limit: 3, Cursor: last.Prev}); err != nil || len(back.Rows) != 3 || back.Rows[2].Slug() != slugs[5] {
		t.Errorf("back: %d rows, %v", len(back.Rows), err)
	}
	for words, want := range map[string]int{"摆摊": 1, "摊": 1, "2026-2": 1, "梧公示〔2026〕3号": 1, "没有这样的": 0, "%": 0, "": 8} {
		if p, err := o.s.Board(ctx, Filter{Words: words}); err != nil || len(p.Rows) != want {
			t.Errorf("%q finds %d, %v", words, len(p.Rows), err)
		}
	}
	for _, cursor := range []string{"x", page.Cursor{Sort: "notice.board.issued", Keys: []string{"infinity"}, ID: 1}.Encode()} {
		if _, err := o.s.Board(ctx, Filter{Cursor: cursor}); fault.KindOf(err) != fault.KindInvalid {
			t.Errorf("cursor %s: %v", cursor, err)
		}
	}
	if mine, err := o.s.List(ctx, o.other, Filter{State: Issued}); err != nil || len(mine.Rows) != 0 {
		t.Errorf("another community's desk: %d, %v", len(mine.Rows), err)
	}
	if mine, err := o.s.List(ctx, o.supervisor, Filter{State: Issued}); err != nil || len(mine.Rows) != 8 {
		t.Errorf("the supervisors' desk: %d, %v", len(mine.Rows), err)
	}
}
