package grid

import (
	"portal/internal/workday"
)

// Standing says as what somebody answers for a grid.
type Standing string

// The standings, in the order in which they are asked (GRD-04, 05, 19).
const (
	AsA        Standing = "a"
	ActingB    Standing = "acting_b"
	ActingLead Standing = "acting_lead"
	Street     Standing = "street"
)

var standingLabels = map[Standing]string{AsA: "A 岗", ActingB: "B 岗代理", ActingLead: "网格长代理", Street: "街道值班"}

// Label is the standing's name.
func (s Standing) Label() string { return standingLabels[s] }

// Answer says who answers for a grid on a day. There is always somebody (GRD-19).
type Answer struct {
	Grid        ID
	Worker      Worker // zero: the street's desk
	As          Standing
	Phone       string
	RedFlag     bool   // neither A nor B nor lead is there, or the B has been acting for too long
	Why         string // 中文; the public reads a shorter one
	VacantSince workday.Day
	VacantDays  int
	OverLimit   bool // vacant for longer than the setting allows (GRD-03)
}

// Desk is what the street sets: who answers when nobody else does, and how long a B may act.
type Desk struct {
	Phone      string
	ActingDays int
}
