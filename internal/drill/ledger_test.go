package drill

import "testing"

// The ledger sees each way in which what people were told and what is there can differ.
func TestLedgerCompare(t *testing.T) {
	fine := []row{{"甲1", "2026-1", 1}, {"甲2", "2026-2", 1}}
	for name, c := range map[string]struct {
		rows []row
		bad  func(f finding) []string
	}{
		"clean":            {fine, nil},
		"lost":             {fine[:1], func(f finding) []string { return f.lost }},
		"another number":   {[]row{fine[0], {"甲2", "2026-3", 1}}, func(f finding) []string { return f.lost }},
		"doubled":          {append([]row{{"甲1", "2026-3", 1}}, fine...), func(f finding) []string { return f.doubled }},
		"nobody was told":  {append([]row{{"甲3", "2026-3", 1}}, fine...), func(f finding) []string { return f.unasked }},
		"no audit entry":   {[]row{fine[0], {"甲2", "2026-2", 0}}, func(f finding) []string { return f.untold }},
		"two of the entry": {[]row{fine[0], {"甲2", "2026-2", 2}}, func(f finding) []string { return f.untold }},
	} {
		l := newLedger("甲")
		l.answered("甲1", "2026-1")
		l.answered("甲2", "2026-2")
		f := l.compare(c.rows)
		if c.bad == nil {
			if !f.clean() {
				t.Errorf("%s: %s", name, f)
			}
			continue
		}
		if f.clean() || len(c.bad(f)) != 1 {
			t.Errorf("%s: %s", name, f)
		}
	}
	l := newLedger("甲")
	l.answered("甲1", "2026-1")
	l.answered("甲1", "2026-1")
	l.answered("甲1", "2026-2")
	if f := l.compare(fine[:1]); f.clean() || len(f.wrong) != 1 || l.count() != 1 {
		t.Errorf("contradiction: %s", f)
	}
}
