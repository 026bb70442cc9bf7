package listing

import (
	"slices"
	"time"

	"portal/internal/request"
	"portal/web/view"
)

// LatestBy is the latest moment of a request in one line, as residents read it; an ended matter has none.
func LatestBy(t request.Tracked, now time.Time) string {
	switch {
	case t.Ended, t.State == "handled", t.State == "withdrawn":
		return ""
	case t.State == "parked" && t.ReviewOn != "":
		return t.ReviewOn + "再看一次"
	case now.After(t.DueAt):
		return "应当 " + view.Moment(t.DueAt, now) + " 前办好，已经超时，系统已报上一级"
	}
	return "最晚 " + view.Moment(t.DueAt, now) + " 办好"
}

// Happened tells what happened with a request, oldest first, and what came of it last. A telephone call that is a
// step of its own is not told twice.
func Happened(t request.Tracked) []request.TrackStep {
	steps := append([]request.TrackStep{{At: t.SubmittedAt, Words: "收到您的问题"}}, t.Steps...)
	if c := t.ContactedAt; c != nil && !slices.ContainsFunc(t.Steps, func(s request.TrackStep) bool { return s.At.Sub(*c).Abs() <= time.Minute }) {
		steps = append(steps, request.TrackStep{At: *c, Words: "工作人员联系了您"})
	}
	slices.SortStableFunc(steps, func(a, b request.TrackStep) int { return a.At.Compare(b.At) })
	if t.DoneAt != nil {
		steps = append(steps, request.TrackStep{At: *t.DoneAt, Words: t.StateWords})
	}
	return steps
}
