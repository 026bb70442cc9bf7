package grid

import (
	"portal/internal/workday"
)

// Role is a post of a grid.
type Role string

// The posts. Every ordinary and special grid has an A and a B on all of its days (GRD-03); a lead may be named.
const (
	RoleA    Role = "a"
	RoleB    Role = "b"
	RoleLead Role = "lead"
)

// PostRoles lists the posts in the order of pages.
var PostRoles = []Role{RoleA, RoleB, RoleLead}

var roleLabels = map[Role]string{RoleA: "A 岗", RoleB: "B 岗", RoleLead: "网格长"}

// Label is the post's name on pages.
func (r Role) Label() string { return roleLabels[r] }

// Known reports whether there is such a post.
func (r Role) Known() bool { return roleLabels[r] != "" }

// signed reports whether a change of persons needs a handover (GRD-07).
func (r Role) signed() bool { return r == RoleA || r == RoleB }

// Post is one line of a post's history: who holds it from one day until another, or why nobody does.
type Post struct {
	ID          int64
	GridID      ID
	Role        Role
	Worker      Worker // zero: vacancy
	From        workday.Day
	Until       workday.Day // no day: open
	Reason      string
	HandoverID  HandoverID  // 0: without a handover
	VacantSince workday.Day // first day of the unbroken vacancy; no day when somebody holds the post
}

// Vacant reports a recorded vacancy.
func (p Post) Vacant() bool { return p.Worker.IsZero() }

// On reports whether the line holds on the day.
func (p Post) On(day workday.Day) bool {
	return !day.Before(p.From) && (p.Until.IsZero() || day.Before(p.Until))
}

// Appointment says who is to hold a post from a day on.
type Appointment struct {
	Grid    ID
	Role    Role
	Worker  WorkerID // 0: a vacancy, with its reason
	Day     workday.Day
	Reason  string
	Entries []Entry // what is handed over
}

// Appointed says what an appointment led to.
type Appointed struct {
	Handover HandoverID // 0: it took effect on its day at once
}

// Candidate is somebody who may be appointed, with what it would mean for the work, never for the person.
type Candidate struct {
	Worker           Worker
	Now              string // 现任第一网格 B 岗
	Adjacent         bool   // holds a post in a neighbouring grid
	HouseholdsBefore int
	HouseholdsAfter  int
	Limit            int
	OverHouseholds   bool // a reason is asked
	OverGrids        bool // cannot be appointed (GRD-06)
	Same             bool // holds this post, or the other one of A and B, of this grid already
}
