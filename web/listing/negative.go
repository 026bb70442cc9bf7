package listing

import (
	"regexp"

	"portal/internal/catalog"
	"portal/internal/normal"
)

// CodeShape is the form of an entry's number in an address: LZ-102, 2026-47.
var CodeShape = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{1,29}$`)

// NegativeGroup is the lines of the negative list of one kind.
type NegativeGroup struct {
	Kind string
	Rows []catalog.NegativeEntry
}

// GroupNegatives orders the negative list by kind, as the kinds come; words narrow it.
func GroupNegatives(all []catalog.NegativeEntry, words string) (groups []NegativeGroup, total int) {
	at := map[string]int{}
	for _, n := range all {
		if words != "" && !normal.Contains(n.Phrase+" "+n.Description, words) {
			continue
		}
		i, ok := at[n.Kind]
		if !ok {
			i = len(groups)
			at[n.Kind] = i
			groups = append(groups, NegativeGroup{Kind: n.Kind})
		}
		groups[i].Rows = append(groups[i].Rows, n)
		total++
	}
	return groups, total
}

// modeWords says where a phrase counts, with the rule that enforces it.
func modeWords(n catalog.NegativeEntry) string {
	if rule := n.MatchMode.Rule(); rule != "" {
		return n.MatchMode.Label() + "（" + rule + "）"
	}
	return n.MatchMode.Label()
}
