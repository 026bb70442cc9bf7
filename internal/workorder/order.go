package workorder

import (
	"fmt"
	"slices"
	"time"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/workday"
)

// OrderKind is the object kind of cases in the trail.
const OrderKind = "work_order"

// Owner is who is to act on a case.
type Owner struct {
	Kind          OwnerKind
	Unit          int64
	UnitName      string
	Community     string
	CommunityName string
	Grid          int64
	GridName      string
	Account       int64
	Person, Phone string
}

// Words names the owner: 区城市管理局, 槐荫社区居委会, 第一网格 葛一, 街道调度.
func (o Owner) Words() string {
	switch o.Kind {
	case Unit:
		return o.UnitName
	case Community:
		return o.CommunityName + "居委会"
	case Grid:
		if o.Person != "" {
			return o.GridName + " " + o.Person
		}
		return o.GridName
	}
	return "街道调度"
}

// same reports whether two owners are the same body.
func (o Owner) same(p Owner) bool {
	return o.Kind == p.Kind && o.Unit == p.Unit && o.Community == p.Community && o.Grid == p.Grid
}

// Order is one case: who has it, since when, until when, and how it ended.
type Order struct {
	ID              ID
	No              string
	Source          Source
	Kind            Kind
	Category        string
	CategoryName    string
	Title, Place    string
	Building        int64
	Community       string
	CommunityName   string
	GridAtCreation  int64
	GridName        string // of GridAtCreation
	HiddenFrom      string
	ComplainedUnit  int64
	Class           Class
	Urgency         Urgency
	Confidential    bool
	Physical        bool
	State           State
	Owner           Owner
	FirstAccount    int64
	FirstUnit       int64
	ReporterAccount int64
	AvoidAccount    int64 // never handles it, whatever the posts say
	ItemCode        string
	Reply, Result   string
	Ground, Channel string
	ParkedReason    string
	ReviewOn        workday.Day
	Disputes        int
	Reopened        int
	Extended        bool
	NeedsReview     bool
	RelapseOf       ID
	MergedInto      ID
	Followers       int
	StartedAt       time.Time
	ContactDue      time.Time
	ContactedAt     *time.Time
	DueAt           time.Time
	DispatchedAt    *time.Time
	SignedAt        *time.Time
	HandledAt       *time.Time
	ClosedAt        *time.Time
	Version         int

	mergedFrom State
	holders    []holder // of the owner grid, today
	helpers    []helper
	hands      []int64 // accounts that handled it
}

// Slug is the number in addresses.
func (o Order) Slug() string { return o.No }

// Path is the case's page.
func (o Order) Path() string {
	if o.Source == FromFinding {
		return "/desk/events/" + o.No
	}
	return "/desk/requests/" + o.No
}

// At is the step that acts on the case as it was read.
func (o Order) At() Step { return Step{ID: o.ID, Version: o.Version} }

// Late reports whether the resident's clock has run out while the case was not handled.
func (o Order) Late(now time.Time) bool {
	return !o.State.Done() && o.State != Handled && now.After(o.DueAt)
}

// Step says which case an act is about, and which version the person saw; 0 for jobs.
type Step struct {
	ID      ID
	Version int
}

// Seen lists whom the case concerns: who is covered by one of them may read it. A community whose own people
// are complained about is not among them (§6.8, 12).
func (o Order) Seen() []authz.Object {
	out := o.Owned()
	for _, h := range o.helpers {
		out = append(out, h.object())
	}
	if o.Community != "" && o.Community != o.HiddenFrom {
		out = append(out, authz.Object{Divisions: []string{o.Community}})
	}
	for _, a := range []int64{o.FirstAccount, o.ReporterAccount} {
		if a != 0 {
			out = append(out, authz.Object{Account: a})
		}
	}
	return out
}

// Owned lists who may act for the owner. A grid's case belongs to all who hold a post of the grid today, so that
// what the A had stays with A and B during a leave (GRD-04).
func (o Order) Owned() []authz.Object {
	var out []authz.Object
	switch {
	case o.Owner.Kind == Unit && o.Owner.Unit != o.ComplainedUnit:
		out = append(out, authz.Object{Unit: o.Owner.Unit})
	case o.Owner.Kind == Community && o.Owner.Community != o.HiddenFrom:
		out = append(out, authz.Object{Divisions: []string{o.Owner.Community}})
	case o.Owner.Kind == Grid:
		for _, h := range o.holders {
			if h.Account != 0 && h.Account != o.AvoidAccount {
				out = append(out, authz.Object{Account: h.Account})
			}
		}
	}
	if o.Owner.Account != 0 && o.Owner.Account != o.AvoidAccount {
		out = append(out, authz.Object{Account: o.Owner.Account})
	}
	return out
}

// Helpers lists who was asked to help (协办).
func (o Order) Helpers() []authz.Object {
	var out []authz.Object
	for _, h := range o.helpers {
		out = append(out, h.object())
	}
	return out
}

// covers reports whether the actor may do the action to one of the objects. The empty object stands for what no
// body owns: only a reach everywhere covers it.
func covers(by authz.Actor, do authz.Action, on []authz.Object) bool {
	return authz.Allowed(by, do, authz.Object{}) || slices.ContainsFunc(on, func(x authz.Object) bool { return authz.Allowed(by, do, x) })
}

// visible reports whether the actor may know of the case.
func (o Order) visible(by authz.Actor) bool { return covers(by, authz.WorkView, o.Seen()) }

// ErrNoOrder reads the same for a case that does not exist and one that is out of reach.
var ErrNoOrder = fault.NotFound("没有这件诉求。可能是编号不完整，或者不在你的职责范围内")

// Left says how much of a limit is left: 剩 38 分钟, 剩 3 天, 超期 5 小时.
func Left(due, now time.Time) (words string, near, late bool) {
	d := due.Sub(now)
	if d < 0 {
		return "超期 " + span(-d), false, true
	}
	return "剩 " + span(d), d < nearAlways, false
}

const nearAlways = 2 * time.Hour // less than that is near, whatever the limit was

func span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "不到 1 分钟"
	case d < time.Hour:
		return fmt.Sprintf("%d 分钟", int(d/time.Minute))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d 小时", int(d/time.Hour))
	}
	return fmt.Sprintf("%d 天", int(d/(24*time.Hour)))
}
