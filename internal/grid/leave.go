package grid

import (
	"portal/internal/workday"
)

// LeaveKind says why somebody is away. Staff in reach see it; the public never does.
type LeaveKind string

// The kinds of leave.
const (
	AnnualLeave   LeaveKind = "annual"
	SickLeave     LeaveKind = "sick"
	PersonalLeave LeaveKind = "personal"
	TrainingLeave LeaveKind = "training"
	OtherLeave    LeaveKind = "other"
)

// LeaveKinds lists the kinds in the order of forms.
var LeaveKinds = []LeaveKind{AnnualLeave, SickLeave, PersonalLeave, TrainingLeave, OtherLeave}

var leaveLabels = map[LeaveKind]string{AnnualLeave: "年休假", SickLeave: "病假", PersonalLeave: "事假", TrainingLeave: "培训", OtherLeave: "其他"}

// Label is the kind's name.
func (k LeaveKind) Label() string { return leaveLabels[k] }

// Leave is a stretch of days on which a person is away: from a day until the day of return.
type Leave struct {
	ID         int64
	Worker     WorkerID
	WorkerName string
	Community  string
	From       workday.Day
	Until      workday.Day // the day of return; always given
	Kind       LeaveKind   // empty when the reader may not know it
}
