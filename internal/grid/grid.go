package grid

import (
	"strings"

	"portal/internal/authz"
	"portal/internal/geo"
	"portal/internal/workday"
)

// ID of a grid; it stays for all its versions.
type ID int64

// ObjectKind of grids in the audit trail.
const ObjectKind = "grid"

// Kind of a grid.
type Kind string

// The kinds. Every building lies in one ordinary or special grid; a micro-grid only subdivides one.
const (
	Ordinary Kind = "grid"
	Special  Kind = "special_grid"
	Micro    Kind = "micro_grid"
)

// Kinds lists them in the order of choice.
var Kinds = []Kind{Ordinary, Special, Micro}

var kindLabels = map[Kind]string{Ordinary: "综合网格", Special: "专属网格", Micro: "微网格"}

// Label is the kind's 中文 name.
func (k Kind) Label() string { return kindLabels[k] }

// Grid is a grid as of one day. Households, Residents and Buildings count what lies in it on that day;
// the public view has zero households and residents.
type Grid struct {
	ID            ID
	Code          string
	Community     string
	CommunityName string
	Kind          Kind
	ParentID      ID // of a micro-grid
	Name          string
	Boundary      geo.Shape // zero: drawn by its buildings only
	System        geo.System
	From          workday.Day // of this version
	Until         workday.Day // zero: no end known
	Reason        string
	Households    int
	Residents     int
	Buildings     int
	Version       int // of the register entry, for who saw what
}

// Object is what reach looks at: the community and the grid itself.
func (g Grid) Object() authz.Object {
	return authz.Object{Divisions: []string{g.Community, g.Code}}
}

// Short is the label inside a map: 第一网格 for 槐荫社区第一网格.
func (g Grid) Short() string { return shortName(g.Name, g.CommunityName) }

func shortName(name, community string) string {
	if short := strings.TrimPrefix(name, community); short != "" {
		return short
	}
	return name
}

// Stands reports whether this version holds on the day.
func (g Grid) Stands(day workday.Day) bool {
	return !day.Before(g.From) && (g.Until.IsZero() || day.Before(g.Until))
}
