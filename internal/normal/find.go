package normal

import (
	"strings"
	"unicode/utf8"
)

// Span is a stretch of an original text, in characters (runes): from Start up
// to and without End.
type Span struct{ Start, End int }

// Text is a text made ready for many searches, as when one application is
// held against every entry of the negative list.
type Text struct {
	cells []cell
	key   string
}

// Index makes original ready for searching.
func Index(original string) Text {
	cells := cellsOf(original)
	return Text{cells: cells, key: keyText(cells)}
}

// Key returns the key of the whole text.
func (t Text) Key() string { return t.key }

// Contains reports whether the phrase stands in the text (R4).
func (t Text) Contains(phrase string) bool {
	k := Key(phrase)
	return k != "" && strings.Contains(t.key, k)
}

// FindAll returns every place where the phrase stands, in order and without
// overlap in the key, as places in the original: a page marks the words as
// their author wrote them, with the spaces that hid them.
func (t Text) FindAll(phrase string) []Span {
	k := Key(phrase)
	if k == "" {
		return nil
	}
	var spans []Span
	size, chars, bytes := utf8.RuneCountInString(k), 0, 0
	for {
		i := strings.Index(t.key[bytes:], k)
		if i < 0 {
			return spans
		}
		chars += utf8.RuneCountInString(t.key[bytes : bytes+i])
		s := Span{t.cells[chars].start, t.cells[chars+size-1].end}
		if n := len(spans); n > 0 && s.Start < spans[n-1].End {
			spans[n-1].End = max(s.End, spans[n-1].End) // both inside one composed sign
		} else {
			spans = append(spans, s)
		}
		bytes += i + len(k)
		chars += size
	}
}

// Find returns the first place where phrase stands in original, as offsets in
// characters of the original, and whether there is one.
func Find(original, phrase string) (start, end int, ok bool) {
	spans := Index(original).FindAll(phrase)
	if len(spans) == 0 {
		return 0, 0, false
	}
	return spans[0].Start, spans[0].End, true
}
