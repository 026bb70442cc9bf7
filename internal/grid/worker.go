package grid

import (
	"portal/internal/authz"
	"portal/internal/workday"
)

// WorkerID names a person of the register of grid workers.
type WorkerID int64

// The kinds of employment. A part-time worker may hold any post here; what a part-time worker may not be
// sent is a matter of the events (GRD-06).
const (
	FullTime = "full_time"
	PartTime = "part_time"
)

// Employments are the kinds with their words, in the order of forms.
var Employments = []struct{ Value, Label string }{{FullTime, "专职"}, {PartTime, "兼职"}}

// Worker is a person of the register. Phone is the work phone that stands on the public board.
type Worker struct {
	ID         WorkerID
	AccountID  int64  // 0: signs nothing in the portal
	Login      string // of the account, on lists and forms
	Community  string
	Name       string
	Phone      string
	Employment string
	From       workday.Day
	Until      workday.Day // no day: open
	Version    int
	Grids      int // grids this person is A of on the day asked for
	Households int // … and the households in them
}

// IsZero reports that nobody is meant: a vacancy, or a handover without a giver.
func (w Worker) IsZero() bool { return w.ID == 0 }

// EmploymentLabel is 专职 or 兼职.
func (w Worker) EmploymentLabel() string {
	for _, e := range Employments {
		if e.Value == w.Employment {
			return e.Label
		}
	}
	return w.Employment
}

// Object is what reach looks at.
func (w Worker) Object() authz.Object {
	return authz.Object{Divisions: []string{w.Community}, Account: w.AccountID}
}

// serves reports whether the person is in the register on every day from the day on until the other.
func (w Worker) serves(from, until workday.Day) bool {
	if from.Before(w.From) {
		return false
	}
	return w.Until.IsZero() || !until.IsZero() && !until.After(w.Until)
}
