package pinyin

import (
	"slices"
	"strings"
)

// What it costs to read letters as something else than they spell, on the scale of the words' costs.
const (
	fuzzyCost      = 34 // one sound taken for its neighbour: s for sh, n for l, an for ang
	habitCost      = 40 // somebody who does so throughout pays this once …
	habitEach      = 8  // … and little each time
	initialCost    = 55 // a syllable of which only the first letter was typed
	aloneCost      = 45 // added when that syllable is a word by itself
	unfinishedCost = 8  // the last syllable is still being typed
	longerCost     = 45 // the last syllable is spelled, but may go on: xia, xian
)

// piece is one syllable read at some place of the input.
type piece struct {
	syllable uint16
	end      uint8 // behind its last letter
	cost     uint16
	sounds   uint8 // that were taken for their neighbours
	kind     kind
}

type kind uint8

const (
	fuzzy      kind = 1 << iota // sounds alike
	initial                     // only the first letter
	unfinished                  // the last one, not yet typed to its end
)

// spelling knows by which letters each syllable is typed.
type spelling struct {
	syllables []string
	spelled   map[string][]piece // letters → syllables they spell, or sound like
	longest   int
}

// alike are sounds that many people do not tell apart (UX-K8); the longer stands first.
var (
	alikeInitials = [][2]string{{"zh", "z"}, {"ch", "c"}, {"sh", "s"}, {"n", "l"}}
	alikeFinals   = [][2]string{{"ang", "an"}, {"eng", "en"}, {"ing", "in"}}
)

func newSpelling(syllables []string) spelling {
	s := spelling{syllables: syllables, spelled: map[string][]piece{}}
	for i, name := range syllables {
		for letters, steps := range sayings(name) {
			p := piece{syllable: uint16(i), sounds: uint8(steps)}
			if steps > 0 {
				p.kind = fuzzy
			}
			for _, typed := range umlauts(letters) {
				s.spelled[typed] = append(s.spelled[typed], p)
				s.longest = max(s.longest, len(typed))
			}
		}
	}
	return s
}

// sayings are the letters that may be typed for a syllable, with the number of sounds that differ.
func sayings(name string) map[string]int {
	out := map[string]int{name: 0}
	for _, pair := range alikeInitials {
		for i, from := range pair {
			to := pair[1-i]
			if strings.HasPrefix(name, from) && (len(from) == 2 || !strings.HasPrefix(name, from+"h")) {
				out[to+name[len(from):]] = 1
			}
		}
	}
	said := make([]string, 0, len(out))
	for letters := range out {
		said = append(said, letters)
	}
	for _, letters := range said {
		steps := out[letters]
		for _, pair := range alikeFinals {
			for i, from := range pair {
				if end, ok := strings.CutSuffix(letters, from); ok {
					out[end+pair[1-i]] = steps + 1
				}
			}
		}
	}
	return out
}

// umlauts are the ways to type ü: v, and u where it is not another sound.
func umlauts(letters string) []string {
	switch {
	case strings.HasSuffix(letters, "ve"): // nüe, lüe
		return []string{letters, letters[:1] + "ue"}
	case len(letters) > 1 && strings.ContainsRune("jqxy", rune(letters[0])) && letters[1] == 'u':
		return []string{letters, letters[:1] + "v" + letters[2:]}
	}
	return []string{letters}
}

// at holds what can be read at one place: spelled, and with first letters as well.
type at struct{ spelled, all []piece }

// pieces reads the syllables that may begin at each letter of the input.
func (s *spelling) pieces(typed string) []at {
	out := make([]at, len(typed))
	for i := range typed {
		out[i] = s.at(typed, i)
	}
	return out
}

func (s *spelling) at(typed string, i int) at {
	var spelled, all []piece
	rest := typed[i:]
	if cut := strings.IndexByte(rest, '\''); cut >= 0 {
		rest = rest[:cut]
	}
	for n := min(len(rest), s.longest); n > 0; n-- {
		for _, p := range s.spelled[rest[:n]] {
			p.end = uint8(i + n)
			spelled = append(spelled, p)
		}
	}
	whole := len(s.spelled[rest]) > 0
	for j, name := range s.syllables {
		if rest == "" || name[0] != rest[0] {
			continue
		}
		if i+len(rest) == len(typed) && len(name) > len(rest) && strings.HasPrefix(name, rest) {
			p := piece{uint16(j), uint8(len(typed)), unfinishedCost, 0, unfinished}
			if whole {
				p.cost = longerCost
			}
			spelled = append(spelled, p)
		}
		n := 1
		if len(rest) > 1 && rest[1] == 'h' && strings.HasPrefix(name, rest[:2]) {
			n = 2
		}
		all = append(all, piece{uint16(j), uint8(i + n), initialCost, 0, initial})
	}
	all = append(all, spelled...)
	order := func(a, b piece) int { return int(a.syllable) - int(b.syllable) }
	slices.SortFunc(spelled, order)
	slices.SortFunc(all, order)
	return at{spelled, all}
}
