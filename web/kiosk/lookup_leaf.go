package kiosk

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"portal/web/listing"
	"portal/web/view"
)

const (
	paramPage = "page"
	mostPages = 999
)

// leaf is which page of something long is shown; pages begin with 1.
type leaf struct {
	At, Of int
	path   string
	query  url.Values
}

// cut gives the page that an address asks for; whatever is no page is the nearest one.
func cut[T any](r *http.Request, all []T, size int) ([]T, leaf) {
	l := leaf{At: 1, Of: max(1, (len(all)+size-1)/size), path: r.URL.Path, query: r.URL.Query()}
	if n, err := strconv.Atoi(r.URL.Query().Get(paramPage)); err == nil {
		l.At = min(max(n, 1), l.Of, mostPages)
	}
	from := (l.At - 1) * size
	return all[from:min(from+size, len(all))], l
}

// several reports whether there is anything to turn.
func (l leaf) several() bool { return l.Of > 1 }

func (l leaf) words() string {
	return "第 " + strconv.Itoa(l.At) + " 页，共 " + strconv.Itoa(l.Of) + " 页"
}

func (l leaf) prev() view.KMove { return l.turn(l.At-1, "上一页") }
func (l leaf) next() view.KMove { return l.turn(l.At+1, "下一页") }

// turn is a door to another page; at both ends there is none.
func (l leaf) turn(to int, words string) view.KMove {
	if to < 1 || to > l.Of {
		return view.KMove{}
	}
	q := url.Values{}
	for name, values := range l.query {
		q[name] = values
	}
	q.Set(paramPage, strconv.Itoa(to))
	return view.KMove{Text: words, Href: listing.With(l.path, q)}
}

// room is how much running text fits a screen without scrolling (UX-K4): lines, and characters in one.
type room struct{ lines, chars int }

// Portrait screens hold many lines, landscape screens few long ones; a screen that nobody has told is taken
// for the smaller one. 字再大些 leaves less.
var rooms = map[bool]map[string]room{
	true:  {"": {17, 28}, "large": {14, 25}, "xlarge": {12, 22}},
	false: {"": {7, 38}, "large": {6, 37}, "xlarge": {5, 36}},
}

func (at *here) portrait() bool {
	wide, high, ok := strings.Cut(at.Session.Device.Screen, "x")
	w, errW := strconv.Atoi(wide)
	h, errH := strconv.Atoi(high)
	return ok && errW == nil && errH == nil && h > w
}

// choices is how many of most choices a page of a list holds: with 按钮放低 on its side only one row is left
// (UX-K2).
func (at *here) choices(most int) int {
	if at.Pocket.Look.Low && !at.portrait() {
		return min(most, 4)
	}
	return most
}

func (at *here) room() room {
	all := rooms[at.portrait()]
	if r, ok := all[at.Pocket.Look.Size]; ok {
		return r
	}
	return all[""]
}

// lines is how many lines a paragraph takes; half a line lies between two.
func (r room) linesOf(s string) int { return max(1, (utf8.RuneCountInString(s)+r.chars-1)/r.chars) }

// sheets lays paragraphs on screens, and breaks a paragraph only where it alone is too long, after a stop
// where there is one.
func (r room) sheets(paragraphs []string) [][]string {
	var out [][]string
	var now []string
	used := 0
	turn := func() {
		if len(now) > 0 {
			out, now, used = append(out, now), nil, 0
		}
	}
	for _, p := range paragraphs {
		for p = strings.TrimSpace(p); p != ""; {
			n := r.linesOf(p)
			if n <= r.lines {
				if used+n > r.lines {
					turn()
				}
				now, used, p = append(now, p), used+n+1, ""
				continue
			}
			turn()
			head := upTo(p, r.lines*r.chars)
			now, p = append(now, head), strings.TrimSpace(p[len(head):])
			turn()
		}
	}
	turn()
	if len(out) == 0 {
		out = [][]string{nil}
	}
	return out
}

// upTo is the beginning of s, at most n characters, to the last stop in its second half.
func upTo(s string, n int) string {
	end, stop, count := len(s), 0, 0
	for i, c := range s {
		if count == n {
			end = i
			break
		}
		if count++; count > n/2 && strings.ContainsRune("。；！？\n", c) {
			stop = i + utf8.RuneLen(c)
		}
	}
	if end < len(s) && stop > 0 {
		return s[:stop]
	}
	return s[:end]
}
