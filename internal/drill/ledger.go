package drill

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// ledger is what the clients remember: the mark of every form that was answered, with the number
// it was given. A mark stands in the words of the form, so it is found again in the table.
type ledger struct {
	prefix string // of every mark
	mu     sync.Mutex
	told   map[string]string // mark to number
	wrong  []string          // answers that contradict each other
	writes chan struct{}     // receives once for each new answer
}

func newLedger(prefix string) *ledger {
	return &ledger{prefix: prefix, told: map[string]string{}, writes: make(chan struct{}, 1<<16)}
}

// answered notes that a form was acknowledged.
func (l *ledger) answered(mark, number string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if before, there := l.told[mark]; there {
		if before != number {
			l.wrong = append(l.wrong, fmt.Sprintf("%s was told %s, then %s", mark, before, number))
		}
		return
	}
	l.told[mark] = number
	l.writes <- struct{}{}
}

func (l *ledger) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.told)
}

// row is one record that came out of a form.
type row struct {
	Mark, Number string
	Trails       int // audit entries of its submission
}

// finding is the ledger beside the table.
type finding struct {
	told    int
	lost    []string // told, and not there under that number
	doubled []string // there more than once
	unasked []string // there, and nobody was told
	untold  []string // without exactly one audit entry
	wrong   []string // answers that contradict each other
}

// compare sets the ledger beside the rows.
func (l *ledger) compare(rows []row) finding {
	l.mu.Lock()
	defer l.mu.Unlock()
	f := finding{told: len(l.told), wrong: slices.Clone(l.wrong)}
	found := map[string][]string{}
	for _, r := range rows {
		found[r.Mark] = append(found[r.Mark], r.Number)
		if r.Trails != 1 {
			f.untold = append(f.untold, fmt.Sprintf("%s has %d audit entries", r.Number, r.Trails))
		}
	}
	for _, mark := range slices.Sorted(maps.Keys(l.told)) {
		switch numbers := found[mark]; {
		case !slices.Contains(numbers, l.told[mark]):
			f.lost = append(f.lost, mark+" "+l.told[mark])
		case len(numbers) > 1:
			f.doubled = append(f.doubled, mark+" "+strings.Join(numbers, " "))
		}
	}
	for _, mark := range slices.Sorted(maps.Keys(found)) {
		if _, there := l.told[mark]; !there {
			f.unasked = append(f.unasked, mark+" "+strings.Join(found[mark], " "))
		}
	}
	return f
}

// clean reports that every acknowledged form is there exactly once and nothing else is.
func (f finding) clean() bool {
	return len(f.lost)+len(f.doubled)+len(f.unasked)+len(f.untold)+len(f.wrong) == 0
}

func (f finding) String() string {
	return fmt.Sprintf("told %d, lost %d %.300q, doubled %d %.300q, there without an answer %d %.300q, without one audit entry %d %.300q, contradictions %d %.300q",
		f.told, len(f.lost), f.lost, len(f.doubled), f.doubled, len(f.unasked), f.unasked, len(f.untold), f.untold, len(f.wrong), f.wrong)
}
