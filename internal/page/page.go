// Package page decides how a list is cut into pages: keyset cursors, never
// OFFSET. A cursor names the last row seen by the values of its sort columns
// and its id, so a page stays right while rows are added above it.
//
// The text of a cursor is opaque and travels in URLs. It carries a version
// and a checksum so that a cut or mistyped link is told apart from a good
// one; it is not signed, because it grants nothing: every list still applies
// the reach of the person who asks. Package page owns no table.
package page

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"slices"
	"strings"
	"unicode/utf8"
)

// ErrCursor says that the text is not a cursor of this list. Callers treat it
// as bad input (a 4xx with the way back to the first page), never as a fault
// of ours.
var ErrCursor = errors.New("翻页位置无效，请从第一页重新查看")

// Limits of a cursor. A URL stays short, and no crafted text costs memory.
const (
	version    = 1
	maxKeys    = 8
	maxKeySize = 1024
	maxText    = 8192
	sumSize    = 4
)

// Cursor marks the row after which (or, with Back, before which) a page
// starts. Sort names the order the cursor was made for; Keys holds one value
// per sort column, in order; ID breaks ties.
type Cursor struct {
	Sort string
	Keys []string
	ID   int64
	Back bool
}

// IsZero reports whether the cursor stands for the first page.
func (c Cursor) IsZero() bool {
	return c.Sort == "" && len(c.Keys) == 0 && c.ID == 0 && !c.Back
}

// Reverse returns the same position read in the other direction.
func (c Cursor) Reverse() Cursor {
	c.Back = !c.Back
	return c
}

// Encode returns the URL-safe text of the cursor; the first page is "".
func (c Cursor) Encode() string {
	if c.IsZero() {
		return ""
	}
	b := []byte{version, 0}
	if c.Back {
		b[1] = 1
	}
	b = binary.AppendVarint(b, c.ID)
	b = appendText(b, c.Sort)
	b = binary.AppendUvarint(b, uint64(len(c.Keys)))
	for _, k := range c.Keys {
		b = appendText(b, k)
	}
	b = binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
	return base64.RawURLEncoding.EncodeToString(b)
}

// Decode reads a cursor of the list whose order is called sort and which has
// that many sort columns. The empty text is the first page. Anything else
// that Encode would not have written for this list is ErrCursor.
func Decode(text, sort string, keys int) (Cursor, error) {
	if text == "" {
		return Cursor{}, nil
	}
	c, err := decode(text)
	if err != nil {
		return Cursor{}, err
	}
	if c.Sort != sort || len(c.Keys) != keys {
		return Cursor{}, ErrCursor
	}
	return c, nil
}

func decode(text string) (Cursor, error) {
	if len(text) > maxText {
		return Cursor{}, ErrCursor
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(b) < 2+sumSize {
		return Cursor{}, ErrCursor
	}
	body, sum := b[:len(b)-sumSize], binary.BigEndian.Uint32(b[len(b)-sumSize:])
	if crc32.ChecksumIEEE(body) != sum || body[0] != version || body[1] > 1 {
		return Cursor{}, ErrCursor
	}
	in := reader{rest: body[2:]}
	c := Cursor{Back: body[1] == 1, ID: in.int(), Sort: in.text()}
	n := in.len(maxKeys)
	for range n {
		c.Keys = append(c.Keys, in.text())
	}
	// The last test refuses every second spelling of the same cursor, such
	// as numbers padded with zero bytes or a base64 text with line breaks.
	if in.bad || len(in.rest) != 0 || c.Encode() != text {
		return Cursor{}, ErrCursor
	}
	return c, nil
}

func appendText(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}

// reader takes values off the front and remembers the first failure.
type reader struct {
	rest []byte
	bad  bool
}

func (r *reader) int() int64 {
	v, n := binary.Varint(r.rest)
	return v * r.took(n)
}

func (r *reader) len(limit uint64) int {
	v, n := binary.Uvarint(r.rest)
	if v > limit {
		n = 0
	}
	return int(v) * int(r.took(n))
}

// text refuses what PostgreSQL would refuse later: NUL and broken UTF-8
// (reliability rule 14).
func (r *reader) text() string {
	n := r.len(maxKeySize)
	if r.bad || n > len(r.rest) {
		r.bad = true
		return ""
	}
	s := string(r.rest[:n])
	r.rest = r.rest[n:]
	if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		r.bad = true
	}
	return s
}

// took drops n bytes and returns 1, or marks the input as bad and returns 0.
func (r *reader) took(n int) int64 {
	if r.bad || n <= 0 {
		r.bad = true
		return 0
	}
	r.rest = r.rest[n:]
	return 1
}

// Trim cuts the one row too many that a list asks for (LIMIT limit+1) and
// says whether there was one.
func Trim[T any](rows []T, limit int) (kept []T, more bool) {
	if limit < 0 {
		limit = 0
	}
	if len(rows) > limit {
		return rows[:limit], true
	}
	return rows, false
}

// Page is one screen of a list: its rows in reading order and the cursors of
// its neighbours, "" where there is none. HasPrev and HasNext tell the first
// page ("" too) from no page.
type Page[T any] struct {
	Rows             []T
	Prev, Next       string
	HasPrev, HasNext bool
}

// Cut turns the rows of a query with LIMIT limit+1 into a page. For a cursor
// with Back the query ran in the opposite order and Cut turns the rows round.
// key gives the cursor of a row (its Back is ignored).
func Cut[T any](rows []T, limit int, at Cursor, key func(T) Cursor) Page[T] {
	kept, more := Trim(rows, limit)
	p := Page[T]{Rows: kept, HasPrev: !at.IsZero(), HasNext: more}
	if at.Back {
		p.Rows = slices.Clone(kept)
		slices.Reverse(p.Rows)
		p.HasPrev, p.HasNext = more, true
	}
	if len(p.Rows) == 0 {
		return emptyPage(p, at)
	}
	if p.HasPrev {
		first := key(p.Rows[0])
		first.Back = true
		p.Prev = first.Encode()
	}
	if p.HasNext {
		last := key(p.Rows[len(p.Rows)-1])
		last.Back = false
		p.Next = last.Encode()
	}
	return p
}

// emptyPage sends a person whose rows are all gone to the first page (the
// text ""): the row at the cursor may still exist, and neither direction from
// it would show it.
func emptyPage[T any](p Page[T], at Cursor) Page[T] {
	p.HasPrev = !at.IsZero() && !at.Back
	p.HasNext = at.Back
	return p
}
