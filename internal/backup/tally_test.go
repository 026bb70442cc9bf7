package backup

import (
	"testing"

	"pgregory.net/rapid"
)

// The row sum knows no order and no pieces, and sees every changed, doubled and lost row.
func TestTally(t *testing.T) {
	sum := func(rows []string, cut int) Sum {
		var all []byte
		for _, r := range rows {
			all = append(append(all, r...), '\n')
		}
		s := newTally()
		for len(all) > 0 {
			n := min(cut, len(all))
			_, _ = s.Write(all[:n])
			all = all[n:]
		}
		return s.result()
	}
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rapid.StringMatching(`[a-c甲]{0,4}`), 1, 8).Draw(t, "rows")
		mixed := rapid.Permutation(rows).Draw(t, "mixed")
		a, b := sum(rows, 1000), sum(mixed, rapid.IntRange(1, 5).Draw(t, "piece"))
		if !a.sameRows(b) {
			t.Fatalf("%v and %v differ in their row sums", rows, mixed)
		}
		at := rapid.IntRange(0, len(rows)-1).Draw(t, "at")
		for what, other := range map[string][]string{
			"changed": append(append(append([]string{}, rows[:at]...), rows[at]+"x"), rows[at+1:]...),
			"doubled": append(append([]string{}, rows...), rows[at]),
			"lost":    append(append([]string{}, rows[:at]...), rows[at+1:]...),
		} {
			if a.sameRows(sum(other, 1000)) {
				t.Fatalf("%s is not seen: %v and %v", what, rows, other)
			}
		}
	})
}
