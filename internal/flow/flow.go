// Package flow is a typed transition table: from which state, which action, to which
// state, whether a reason must be given, and the time limit that the new state carries.
// It is not an engine: a domain looks a row up inside its own transaction.
package flow

import (
	"fmt"
	"slices"
	"strings"
)

// Row is one lawful transition.
type Row[S, A ~string] struct {
	From   S
	Do     A
	To     S
	Reason bool   // a reason of at least a few characters must be given
	Limit  string // policy key of the clock that starts on arrival, or ""
	Note   string // the rule or law it rests on
}

// Table holds the rows of one kind of record.
type Table[S, A ~string] struct {
	rows  []Row[S, A]
	start S
}

// New checks the table: no two rows for the same (from, do), every state reachable
// from start. A faulty table panics at start-up, where a test sees it.
func New[S, A ~string](start S, rows ...Row[S, A]) Table[S, A] {
	seen := map[[2]string]bool{}
	for _, r := range rows {
		k := [2]string{string(r.From), string(r.Do)}
		if seen[k] {
			panic(fmt.Sprintf("flow: %s/%s appears twice", r.From, r.Do))
		}
		seen[k] = true
	}
	t := Table[S, A]{rows: rows, start: start}
	reach := map[S]bool{start: true}
	for grew := true; grew; {
		grew = false
		for _, r := range rows {
			if reach[r.From] && !reach[r.To] {
				reach[r.To], grew = true, true
			}
		}
	}
	for _, s := range t.States() {
		if !reach[s] {
			panic(fmt.Sprintf("flow: state %s cannot be reached from %s", s, start))
		}
	}
	return t
}

// Next finds the row for an action in a state.
func (t Table[S, A]) Next(from S, do A) (Row[S, A], bool) {
	for _, r := range t.rows {
		if r.From == from && r.Do == do {
			return r, true
		}
	}
	return Row[S, A]{}, false
}

// Actions lists what may be done in a state, in table order.
func (t Table[S, A]) Actions(from S) []A {
	var out []A
	for _, r := range t.rows {
		if r.From == from {
			out = append(out, r.Do)
		}
	}
	return out
}

// Final reports whether nothing leads out of the state.
func (t Table[S, A]) Final(s S) bool { return len(t.Actions(s)) == 0 }

// States lists all states, start first, in order of first mention.
func (t Table[S, A]) States() []S {
	out := []S{t.start}
	for _, r := range t.rows {
		for _, s := range []S{r.From, r.To} {
			if !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
	}
	return out
}

// Rows gives the table, for tests and pages.
func (t Table[S, A]) Rows() []Row[S, A] { return slices.Clone(t.rows) }

// Markdown prints the table; a golden file keeps it under review.
func (t Table[S, A]) Markdown() string {
	var b strings.Builder
	b.WriteString("| from | do | to | reason | limit | rests on |\n|---|---|---|---|---|---|\n")
	for _, r := range t.rows {
		reason := ""
		if r.Reason {
			reason = "yes"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", r.From, r.Do, r.To, reason, r.Limit, r.Note)
	}
	return b.String()
}
