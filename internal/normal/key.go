// Package normal decides when two texts are the same for matching (R4) and
// which characters a text that people type may hold (reliability rule 14).
//
// A key is for comparing only: what is stored and shown keeps the characters
// of its author, including 𠮷 and 㛃. Package normal owns no table.
//
// What Key does:
//   - full and half width, compatibility forms, circled and squared letters
//     become the plain character (Unicode NFKC);
//   - traditional and variant characters become simplified, one by one;
//   - Latin letters become lower case;
//   - spaces and line breaks of every kind, control, zero-width and
//     bidirectional characters, variation selectors and combining marks go;
//   - dots, hyphens, underscores, asterisks and the like go when they stand
//     between two Chinese characters (招·商·引·资), and stay elsewhere.
//
// Punctuation that separates sentences or the parts of a list (。，；！？、：
// brackets, quotation marks, / and |) stays, so that words of two sentences
// are never read together.
package normal

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// separators are dropped between Chinese characters.
var separators = runeSet("·•・‧∙⋅●‣*_-‐‒–−.~^`")

// fillers look like nothing but are letters or symbols to Unicode.
var fillers = runeSet("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")

// cell is one character of a key and the part of the original it came from,
// as offsets in characters.
type cell struct {
	r          rune
	start, end int
}

// rounds bounds the search for the fixed point; two are enough for any text
// seen, the rest is for hostile ones.
const rounds = 8

// Key returns the form of s that is compared. Key(Key(s)) == Key(s).
func Key(s string) string {
	return keyText(cellsOf(s))
}

// Contains reports whether the words of phrase stand in haystack, whatever
// width, script or spacing hides them (R4). An empty phrase is nowhere.
func Contains(haystack, phrase string) bool {
	k := Key(phrase)
	return k != "" && strings.Contains(Key(haystack), k)
}

// cellsOf brings s to its key. Each step can make work for another one (a
// compatibility form may hold a space, a dropped joiner lets marks compose),
// so they repeat until nothing changes.
func cellsOf(s string) []cell {
	cells := make([]cell, 0, len(s))
	i := 0
	for _, r := range s {
		cells = append(cells, cell{r, i, i + 1})
		i++
	}
	before := ""
	for range rounds {
		cells = dropSeparators(drop(plain(compose(drop(cells, invisible))), unseen))
		now := keyText(cells)
		if now == before {
			break
		}
		before = now
	}
	return cells
}

// compose applies NFKC. Every character of a result belongs to the whole
// stretch of the original that it was made from.
func compose(cells []cell) []cell {
	text := keyText(cells)
	if norm.NFKC.IsNormalString(text) {
		return cells
	}
	var it norm.Iter
	it.InitString(norm.NFKC, text)
	out := make([]cell, 0, len(cells))
	var made []byte
	for first, at := 0, 0; !it.Done(); {
		made = append(made, it.Next()...)
		n := utf8.RuneCountInString(text[at:it.Pos()])
		if n == 0 {
			continue // a sign that becomes several is handed out in pieces
		}
		start, end := cells[first].start, cells[first+n-1].end
		for _, r := range string(made) {
			out = append(out, cell{r, start, end})
		}
		at, first, made = it.Pos(), first+n, made[:0]
	}
	return out
}

// plain maps each character to its simplified, lower-case form, in place.
func plain(cells []cell) []cell {
	for i, c := range cells {
		r := unicode.ToLower(c.r)
		if s, ok := simplified[r]; ok {
			r = s
		}
		cells[i].r = r
	}
	return cells
}

// invisible characters go first: they keep composed characters apart.
func invisible(r rune) bool {
	return unicode.IsSpace(r) || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Z) || fillers[r]
}

// unseen adds what hangs on another character: combining marks that did not
// compose, and variation selectors.
func unseen(r rune) bool {
	return invisible(r) || unicode.In(r, unicode.Mn, unicode.Me)
}

func drop(cells []cell, out func(rune) bool) []cell {
	kept := cells[:0]
	for _, c := range cells {
		if !out(c.r) {
			kept = append(kept, c)
		}
	}
	return kept
}

// dropSeparators removes each run of separators with a Chinese character on
// both sides.
func dropSeparators(cells []cell) []cell {
	kept := cells[:0]
	for i := 0; i < len(cells); {
		end := i
		for end < len(cells) && separators[cells[end].r] {
			end++
		}
		between := end > i && len(kept) > 0 && end < len(cells) &&
			unicode.Is(unicode.Han, kept[len(kept)-1].r) && unicode.Is(unicode.Han, cells[end].r)
		if !between {
			end = max(end, i+1)
			kept = append(kept, cells[i:end]...)
		}
		i = end
	}
	return kept
}

func keyText(cells []cell) string {
	var b strings.Builder
	b.Grow(3 * len(cells))
	for _, c := range cells {
		b.WriteRune(c.r)
	}
	return b.String()
}

func runeSet(s string) map[rune]bool {
	m := map[rune]bool{}
	for _, r := range s {
		m[r] = true
	}
	return m
}
