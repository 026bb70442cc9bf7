package page

import (
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

// A cursor comes back from its text exactly as it was, in URL-safe letters.
func TestEncodeDecode(t *testing.T) {
	cases := []Cursor{
		{Sort: "new", Keys: []string{"2026-10-18"}, ID: 1},
		{Sort: "new", Keys: []string{"2026-10-18"}, ID: 1, Back: true},
		{Sort: "名称", Keys: []string{"𠮷娣㛃", ""}, ID: math.MaxInt64},
		{Sort: "id", ID: math.MinInt64},
		{Sort: "x", Keys: []string{"", "", ""}, ID: 0},
		{ID: 7},
	}
	for _, c := range cases {
		text := c.Encode()
		if strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			t.Errorf("%+v: %q is not URL-safe", c, text)
		}
		got, err := Decode(text, c.Sort, len(c.Keys))
		if err != nil || !same(got, c) {
			t.Errorf("Decode(%q) = %+v, %v; want %+v", text, got, err, c)
		}
	}
}

func TestFirstPage(t *testing.T) {
	if text := (Cursor{}).Encode(); text != "" {
		t.Errorf("first page encodes as %q", text)
	}
	c, err := Decode("", "new", 1)
	if err != nil || !c.IsZero() {
		t.Errorf("Decode of nothing = %+v, %v", c, err)
	}
}

// Whatever a person or an attacker puts into the URL is ErrCursor, never a
// panic and never a cursor of another list.
func TestHostile(t *testing.T) {
	good := Cursor{Sort: "new", Keys: []string{"b"}, ID: 9}.Encode()
	raw, _ := base64.RawURLEncoding.DecodeString(good)
	raw[3] ^= 1
	long := Cursor{Sort: "new", Keys: []string{strings.Repeat("长", 2000)}, ID: 9}.Encode()
	cases := map[string]string{
		"words":          "下一页",
		"sql":            "' OR 1=1 --",
		"one byte":       "AA",
		"cut":            good[:len(good)-1],
		"grown":          good + "A",
		"padded":         good + "=",
		"line break":     good[:4] + "\n" + good[4:],
		"bit changed":    base64.RawURLEncoding.EncodeToString(raw),
		"too long":       strings.Repeat("A", 1<<20),
		"long key":       long,
		"NUL in a key":   Cursor{Sort: "new", Keys: []string{"a\x00b"}, ID: 9}.Encode(),
		"broken UTF-8":   Cursor{Sort: "new", Keys: []string{"\xff"}, ID: 9}.Encode(),
		"other order":    Cursor{Sort: "old", Keys: []string{"b"}, ID: 9}.Encode(),
		"other columns":  Cursor{Sort: "new", Keys: []string{"b", "c"}, ID: 9}.Encode(),
		"too many keys":  Cursor{Sort: "new", Keys: make([]string, 9), ID: 9}.Encode(),
		"missing column": Cursor{Sort: "new", ID: 9}.Encode(),
	}
	for name, text := range cases {
		if c, err := Decode(text, "new", 1); !errors.Is(err, ErrCursor) {
			t.Errorf("%s: got %+v, %v; want ErrCursor", name, c, err)
		}
	}
}

func TestTrim(t *testing.T) {
	cases := []struct {
		n, limit, want int
		more           bool
	}{{0, 3, 0, false}, {3, 3, 3, false}, {4, 3, 3, true}, {2, 0, 0, true}, {2, -1, 0, true}}
	for _, c := range cases {
		got, more := Trim(make([]int, c.n), c.limit)
		if len(got) != c.want || more != c.more {
			t.Errorf("Trim(%d rows, %d) = %d rows, %v", c.n, c.limit, len(got), more)
		}
	}
}

// Walking forward to the end and back to the start shows every row once, in
// reading order, both ways.
func TestWalkBothWays(t *testing.T) {
	all := make([]int, 23)
	for i := range all {
		all[i] = i + 1
	}
	fetch := func(text string) Page[int] {
		at, err := Decode(text, "id", 1)
		if err != nil {
			t.Fatal(err)
		}
		return Cut(query(all, at, 5+1), 5, at, key)
	}
	var forward, backward []int
	p := fetch("")
	for forward = append(forward, p.Rows...); p.HasNext; forward = append(forward, p.Rows...) {
		p = fetch(p.Next)
	}
	if !slices.Equal(forward, all) {
		t.Fatalf("forward %v", forward)
	}
	for backward = slices.Clone(p.Rows); p.HasPrev; backward = append(slices.Clone(p.Rows), backward...) {
		p = fetch(p.Prev)
	}
	if !slices.Equal(backward, all) {
		t.Fatalf("backward %v", backward)
	}
}

// When every row beyond the cursor was withdrawn, the page still offers a way
// on: the first page.
func TestEmptyPageKeepsTheWay(t *testing.T) {
	cases := []struct {
		name       string
		at         Cursor
		prev, next bool
	}{
		{"past the end", key(5), true, false},
		{"before the start", key(5).Reverse(), false, true},
		{"an empty list", Cursor{}, false, false},
	}
	for _, c := range cases {
		p := Cut(nil, 5, c.at, key)
		if p.HasPrev != c.prev || p.HasNext != c.next || p.Prev != "" || p.Next != "" {
			t.Errorf("%s: %+v", c.name, p)
		}
	}
}

// FuzzDecode: any text either is refused or is exactly what Encode writes.
func FuzzDecode(f *testing.F) {
	f.Add("")
	f.Add("AQAA")
	f.Add(Cursor{Sort: "new", Keys: []string{"2026", "标题"}, ID: 3, Back: true}.Encode())
	f.Fuzz(func(t *testing.T, text string) {
		c, err := decode(text)
		if err != nil {
			if !errors.Is(err, ErrCursor) {
				t.Fatalf("unexpected error %v", err)
			}
			return
		}
		if c.Encode() != text {
			t.Fatalf("%q has a second spelling %q", text, c.Encode())
		}
	})
}

// FuzzRoundTrip: every cursor within the limits survives the journey.
func FuzzRoundTrip(f *testing.F) {
	f.Add("new", "2026-10-18", int64(5), true)
	f.Fuzz(func(t *testing.T, sort, k string, id int64, back bool) {
		c := Cursor{Sort: sort, Keys: []string{k}, ID: id, Back: back}
		got, err := Decode(c.Encode(), sort, 1)
		if err == nil && !same(got, c) {
			t.Fatalf("got %+v, want %+v", got, c)
		}
	})
}

func same(a, b Cursor) bool {
	return a.Sort == b.Sort && a.ID == b.ID && a.Back == b.Back && slices.Equal(a.Keys, b.Keys)
}

func key(n int) Cursor {
	return Cursor{Sort: "id", Keys: []string{fmt.Sprintf("%04d", n)}, ID: int64(n)}
}

// query plays the SQL: rows after (or, going back, before) the cursor, in the
// direction of travel.
func query(all []int, at Cursor, limit int) []int {
	var out []int
	rows := slices.Clone(all)
	if at.Back {
		slices.Reverse(rows)
	}
	for _, n := range rows {
		past := int64(n) > at.ID
		if at.Back {
			past = int64(n) < at.ID
		}
		if (at.IsZero() || past) && len(out) < limit {
			out = append(out, n)
		}
	}
	return out
}
