package bench

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// line is one bar of performance.md.
type line struct {
	what, bar, reached string
	ok                 bool
	reason             string // where it is short, or a remark
}

func (l line) verdict() string {
	switch {
	case l.ok && l.reason == "":
		return "reached"
	case l.ok:
		return "reached (" + l.reason + ")"
	}
	return "short: " + l.reason
}

// report collects what is printed at the end.
type report struct {
	head  []string
	loads [][]string
	lines []line
	plans []string
}

func (r *report) note(format string, args ...any) {
	r.head = append(r.head, fmt.Sprintf(format, args...))
}

func (r *report) bar(l line) { r.lines = append(r.lines, l) }

// write prints everything as plain tables.
func (r *report) write(w io.Writer) {
	fmt.Fprintln(w)
	for _, h := range r.head {
		fmt.Fprintln(w, h)
	}
	table(w, append([][]string{{"load, c=16", "portal req/s", "CPU ms", "p50 ms", "p95 ms", "HTML KB", "trips", "limit req/s", "CPU ms", "p50 ms", "p95 ms", "HTML KB"}}, r.loads...))
	bars := [][]string{{"bar", "must be", "is", ""}}
	for _, l := range r.lines {
		bars = append(bars, []string{l.what, l.bar, l.reached, l.verdict()})
	}
	table(w, bars)
	for _, p := range r.plans {
		fmt.Fprintln(w, p)
	}
}

func table(w io.Writer, rows [][]string) {
	if len(rows) < 2 {
		return
	}
	width := make([]int, len(rows[0]))
	for _, r := range rows {
		for i, cell := range r {
			width[i] = max(width[i], utf8.RuneCountInString(cell))
		}
	}
	fmt.Fprintln(w)
	for n, r := range rows {
		var b strings.Builder
		for i, cell := range r {
			b.WriteString("  " + cell + strings.Repeat(" ", width[i]-utf8.RuneCountInString(cell)))
		}
		fmt.Fprintln(w, strings.TrimRight(b.String(), " "))
		if n == 0 {
			fmt.Fprintln(w, "  "+strings.Repeat("-", utf8.RuneCountInString(b.String())-2))
		}
	}
}
