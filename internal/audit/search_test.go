package audit_test

import (
	"context"
	"testing"
	"time"

	"portal/internal/audit"
	"portal/internal/fault"
	"portal/internal/page"
)

// The auditors' list narrows by every field, pages by keyset in both directions without losing
// or doubling an entry, and refuses a cursor that is not its own.
func TestSearch(t *testing.T) {
	db := newDB(t)
	start := db.Now()
	for i := range 30 {
		e := audit.Entry{At: start.Add(time.Duration(i) * time.Minute), Actor: "许闻", Action: "application.accept", ObjectKind: "application", ObjectID: int64(i)}
		if i%3 == 0 {
			other := int64(9)
			e.Actor, e.AccountID, e.Action, e.ObjectKind, e.ObjectNo = "沈一鸣", &other, "refusal.issue", "refusal", "梧拒〔2026〕1号"
		}
		if err := audit.Append(t.Context(), db.Q(), e); err != nil {
			t.Fatal(err)
		}
	}
	cases := []struct {
		name string
		f    audit.Filter
		want int
	}{
		{"all", audit.Filter{}, 30},
		{"part of a name", audit.Filter{Actor: "一鸣"}, 10},
		{"a percent sign is only a percent sign", audit.Filter{Actor: "%"}, 0},
		{"account", audit.Filter{AccountID: 9}, 10},
		{"action", audit.Filter{Action: "application.accept"}, 20},
		{"kind", audit.Filter{Kind: "refusal"}, 10},
		{"number", audit.Filter{No: "梧拒〔2026〕1号"}, 10},
		{"from included", audit.Filter{From: start.Add(28 * time.Minute)}, 2},
		{"to not included", audit.Filter{To: start.Add(2 * time.Minute)}, 2},
		{"all at once", audit.Filter{Actor: "许", Kind: "application", From: start, To: start.Add(5 * time.Minute)}, 3},
		{"nobody", audit.Filter{Actor: "无此人"}, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			seen := map[int64]bool{}
			for f := c.f; ; {
				p := search(t, db.Q(), f)
				for _, e := range p.Rows {
					if seen[e.ID] {
						t.Errorf("entry %d twice", e.ID)
					}
					seen[e.ID] = true
				}
				if !p.HasNext {
					break
				}
				f.Cursor = p.Next
			}
			if len(seen) != c.want {
				t.Errorf("found %d, want %d", len(seen), c.want)
			}
		})
	}
	first := search(t, db.Q(), audit.Filter{})
	second := search(t, db.Q(), audit.Filter{Cursor: first.Next})
	back := search(t, db.Q(), audit.Filter{Cursor: second.Prev})
	if back.Rows[0].ID != first.Rows[0].ID || len(back.Rows) != len(first.Rows) {
		t.Errorf("back from the second page starts at %d, want %d", back.Rows[0].ID, first.Rows[0].ID)
	}
	for _, bad := range []string{"x", "AAAA", page.Cursor{Sort: "other", ID: 3}.Encode()} {
		if _, err := audit.Search(t.Context(), db.Q(), audit.Filter{Cursor: bad}, 7); fault.KindOf(err) != fault.KindInvalid {
			t.Errorf("cursor %q: %v, want invalid", bad, err)
		}
	}
}

func search(t *testing.T, q audit.Querier, f audit.Filter) page.Page[audit.Entry] {
	t.Helper()
	p, err := audit.Search(t.Context(), q, f, 7)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// One record's history is its own entries, newest first, cut by the entry before.
func TestHistory(t *testing.T) {
	db := newDB(t)
	fill(t, db, 1, 3)
	fill(t, db, 2, 2)
	all, err := audit.History(t.Context(), db.Q(), "application", 2, 0, 10)
	if err != nil || len(all) != 2 || all[0].ID < all[1].ID {
		t.Fatalf("history = %v, %v", all, err)
	}
	older, err := audit.History(context.WithoutCancel(t.Context()), db.Q(), "application", 2, all[0].ID, 10)
	if err != nil || len(older) != 1 || older[0].ID != all[1].ID {
		t.Errorf("before %d: %v, %v", all[0].ID, older, err)
	}
}
