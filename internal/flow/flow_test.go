package flow

import (
	"strings"
	"testing"
)

type state string
type act string

func table() Table[state, act] {
	return New[state, act]("draft",
		Row[state, act]{From: "draft", Do: "submit", To: "submitted"},
		Row[state, act]{From: "submitted", Do: "return", To: "returned", Reason: true, Note: "R15"},
		Row[state, act]{From: "returned", Do: "submit", To: "submitted"},
	)
}

// A lookup gives the row that stands in the table and nothing else.
func TestNext(t *testing.T) {
	tb := table()
	if r, ok := tb.Next("submitted", "return"); !ok || r.To != "returned" || !r.Reason {
		t.Errorf("Next(submitted, return) = %+v, %v", r, ok)
	}
	if _, ok := tb.Next("draft", "return"); ok {
		t.Error("a draft must not be returned")
	}
	if got := tb.States(); len(got) != 3 || got[0] != "draft" {
		t.Errorf("States = %v", got)
	}
	if !strings.Contains(tb.Markdown(), "| submitted | return | returned | yes |  | R15 |") {
		t.Errorf("Markdown = %s", tb.Markdown())
	}
}

// A table with a double row or an unreachable state does not start.
func TestNewRefusesFaultyTables(t *testing.T) {
	cases := map[string]func(){
		"double row": func() {
			New[state, act]("a", Row[state, act]{From: "a", Do: "x", To: "b"}, Row[state, act]{From: "a", Do: "x", To: "c"})
		},
		"unreachable": func() { New[state, act]("a", Row[state, act]{From: "b", Do: "x", To: "c"}) },
	}
	for name, build := range cases {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			build()
		})
	}
}
