package request

import (
	"context"

	"portal/internal/authz"
	"portal/internal/pg"
)

// Category is a line of the street's list of matters; only those with a parent can be chosen.
type Category struct {
	Code, Parent string
	Name         string
	ParentName   string
	Departments  string // as the list names them: a；b
	DueHours     int
	Class        string // service, management, enforcement
	Words        string // other words that people use for it
	Physical     bool   // something that can be seen: evidence is asked (REQ-10)
	Active       bool
	Version      int
}

// Leaf reports whether it can be chosen.
func (c Category) Leaf() bool { return c.Parent != "" }

var _ = context.Background
var _ authz.Action
var _ pg.Querier
