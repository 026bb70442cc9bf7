package workorder

import (
	"context"
	"slices"
	"strings"
	"time"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/flow"
)

// WhistleObject is the object kind of whistles in the trail.
const WhistleObject = "whistle"

// WhistleID is a whistle's key.
type WhistleID int64

// WhistleKind is what a whistle is blown for (§5.1, 北京市街道办事处条例第五条).
type WhistleKind string

// The kinds.
const (
	WorkWhistle      WhistleKind = "work"
	HardWhistle      WhistleKind = "hard"
	EmergencyWhistle WhistleKind = "emergency"
)

// blower says who blows a kind of whistle: GRD-12 as a table.
type blower struct {
	kind   WhistleKind
	label  string
	roles  []authz.Role
	titles []string // words of the post's title, one of which must stand in it; none: every post of these roles
	who    string
	basis  string
}

var leaders = []authz.Role{authz.Leader}

var blowers = []blower{
	{WorkWhistle, "工作推进哨", leaders, nil, "街道领导", "参照南京市鼓楼区做法：街道领导可以吹工作推进哨"},
	{HardWhistle, "攻坚克难哨", leaders, []string{"书记", "主任"}, "党工委书记或者办事处主任", "参照南京市鼓楼区做法：书记、主任可以吹攻坚克难哨"},
	{EmergencyWhistle, "应急哨", []authz.Role{authz.Leader, authz.Dispatcher}, nil, "街道领导，或者值班的调度员", "本街道默认：应急先吹哨、同时告知领导，后补记"},
}

// WhistleKinds in the order of the form.
var WhistleKinds = []WhistleKind{WorkWhistle, HardWhistle, EmergencyWhistle}

func (k WhistleKind) row() blower {
	for _, b := range blowers {
		if b.kind == k {
			return b
		}
	}
	return blower{}
}

// Label is the kind's name.
func (k WhistleKind) Label() string { return k.row().label }

// Blowers says who may blow it, and on what ground.
func (k WhistleKind) Blowers() (who, basis string) { return k.row().who, k.row().basis }

// MayBlow reports whether one of the person's posts may blow this kind (GRD-12).
func (k WhistleKind) MayBlow(by authz.Actor) bool {
	rule := k.row()
	return by.IsSystem() || slices.ContainsFunc(by.Posts, func(p authz.Post) bool {
		one := authz.Actor{AccountID: by.AccountID, Posts: []authz.Post{p}}
		return slices.Contains(rule.roles, p.Role) && authz.Can(one, authz.WhistleBlow) &&
			(len(rule.titles) == 0 || slices.ContainsFunc(rule.titles, func(t string) bool { return strings.Contains(p.Title, t) }))
	})
}

// WhistleState is where a whistle stands.
type WhistleState string

// The states.
const (
	WhistleDrafted   WhistleState = "draft"
	WhistleApproved  WhistleState = "approved"
	WhistleBlown     WhistleState = "blown"
	WhistleInAction  WhistleState = "in_action"
	WhistleSolved    WhistleState = "solved"
	WhistleConfirmed WhistleState = "confirmed"
	WhistleClosed    WhistleState = "closed"
	WhistleRaised    WhistleState = "escalated"
	WhistleOff       WhistleState = "called_off"
)

var whistleLabels = map[WhistleState]string{WhistleDrafted: "待批准", WhistleApproved: "待吹哨", WhistleBlown: "已吹哨", WhistleInAction: "现场办理", WhistleSolved: "待确认",
	WhistleConfirmed: "待评价", WhistleClosed: "已结束", WhistleRaised: "已报区协调", WhistleOff: "已撤销"}

// Label is the state's name.
func (s WhistleState) Label() string { return whistleLabels[s] }

func row(from WhistleState, do authz.Action, to WhistleState, note string) flow.Row[WhistleState, authz.Action] {
	return flow.Row[WhistleState, authz.Action]{From: from, Do: do, To: to, Note: note}
}

func reasoned(r flow.Row[WhistleState, authz.Action]) flow.Row[WhistleState, authz.Action] {
	r.Reason = true
	return r
}

// WhistleFlow is the life of a whistle (§5.3). Signing and contact belong to each department: they do not move the
// whistle; the first to report in does.
var WhistleFlow = flow.New(WhistleDrafted,
	row(WhistleDrafted, authz.WhistleApprove, WhistleApproved, "GRD-12: an authorised leader"),
	row(WhistleDrafted, authz.WhistleBlow, WhistleBlown, "GRD-12: emergency only"),
	row(WhistleApproved, authz.WhistleBlow, WhistleBlown, "GRD-12"),
	reasoned(row(WhistleDrafted, authz.WhistleCallOff, WhistleOff, "")),
	reasoned(row(WhistleApproved, authz.WhistleCallOff, WhistleOff, "")),
	reasoned(row(WhistleBlown, authz.WhistleCallOff, WhistleOff, "before anybody reported in")),
	row(WhistleBlown, authz.WhistleSign, WhistleBlown, "1 h"),
	row(WhistleInAction, authz.WhistleSign, WhistleInAction, "the other departments"),
	row(WhistleRaised, authz.WhistleSign, WhistleRaised, ""),
	row(WhistleBlown, authz.WhistleContact, WhistleBlown, "24 h"),
	row(WhistleInAction, authz.WhistleContact, WhistleInAction, ""),
	row(WhistleRaised, authz.WhistleContact, WhistleRaised, ""),
	row(WhistleBlown, authz.WhistleArrive, WhistleInAction, "3 or 5 working days, emergency 30 minutes"),
	row(WhistleInAction, authz.WhistleArrive, WhistleInAction, "the other departments"),
	row(WhistleRaised, authz.WhistleArrive, WhistleInAction, "the district coordinated"),
	reasoned(row(WhistleBlown, authz.WhistleRefuse, WhistleBlown, "told to the leader, who raises it")),
	reasoned(row(WhistleInAction, authz.WhistleRefuse, WhistleInAction, "")),
	reasoned(row(WhistleBlown, authz.WhistleRaise, WhistleRaised, "GRD-14, 条例第四十四条")),
	reasoned(row(WhistleInAction, authz.WhistleRaise, WhistleRaised, "GRD-14")),
	row(WhistleInAction, authz.WhistleSolve, WhistleSolved, "GRD-13: the lead"),
	row(WhistleSolved, authz.WhistleConfirm, WhistleConfirmed, "street"),
	row(WhistleConfirmed, authz.WhistleRate, WhistleConfirmed, "GRD-15: street and community rate the departments"),
	row(WhistleSolved, authz.WhistleJudge, WhistleSolved, "GRD-15: departments judge the whistle"),
	row(WhistleConfirmed, authz.WhistleJudge, WhistleConfirmed, "GRD-15"),
	row(WhistleConfirmed, authz.WhistleClose, WhistleClosed, "both sides were asked"),
	row(WhistleRaised, authz.WhistleClose, WhistleClosed, "the district took it over"),
	row(WhistleClosed, authz.WhistleJudge, WhistleClosed, "GRD-15: also afterwards, once"),
)

// Rate is how the street or the community found a department's part.
type Rate string

// Rates in the order of the form.
var Rates = []Rate{"good", "fair", "poor"}

// Label is the rate in words.
func (r Rate) Label() string {
	return map[Rate]string{"good": "好", "fair": "一般", "poor": "差"}[r]
}

// Verdict is how a department found the whistle.
type Verdict string

// Verdicts in the order of the form.
var Verdicts = []Verdict{"needed", "doubtful", "abused"}

// Label is the verdict in words.
func (v Verdict) Label() string {
	return map[Verdict]string{"needed": "确有必要", "doubtful": "可以不吹", "abused": "不该吹"}[v]
}

// WhistleUnit is a department's part in a whistle.
type WhistleUnit struct {
	Unit           int64
	Name           string
	Lead           bool
	SignedAt       *time.Time
	ContactedAt    *time.Time
	ReportedAt     *time.Time
	ReportedWords  string
	RefusedAt      *time.Time
	Refusal        string
	MissedAt       *time.Time // report-in missed, told to the district (GRD-14)
	StreetRates    Rate
	CommunityRates Rate
	UnitRates      Verdict
}

// Whistle is one 吹哨报到.
type Whistle struct {
	ID            WhistleID
	No            string
	Kind          WhistleKind
	Order         ID
	OrderNo       string
	Community     string
	CommunityName string
	Title         string
	Facts         string
	Effort        string // what the street has tried (GRD-12)
	Place         string
	MeetAt        *time.Time
	State         WhistleState
	DraftedBy     int64
	DraftedByName string
	DraftedAt     time.Time
	ApprovedBy    string
	BlownAt       *time.Time
	SolvedAt      *time.Time
	Solution      string
	ConfirmedAt   *time.Time
	ClosedAt      *time.Time
	EscalatedAt   *time.Time
	StreetMarks   string
	Abused        *bool
	Version       int
	Units         []WhistleUnit
}

// Slug is the number in addresses.
func (w Whistle) Slug() string { return w.No }

// Path is the whistle's page.
func (w Whistle) Path() string { return "/desk/whistles/" + w.No }

// At is the step that acts on the whistle as it was read.
func (w Whistle) At() WhistleStep { return WhistleStep{ID: w.ID, Version: w.Version} }

// UnitOf is a department's part.
func (w Whistle) UnitOf(id int64) (WhistleUnit, bool) {
	for _, u := range w.Units {
		if u.Unit == id {
			return u, true
		}
	}
	return WhistleUnit{}, false
}

// Seen lists whom the whistle concerns. Departments know of it once it is blown.
func (w Whistle) Seen() []authz.Object {
	out := []authz.Object{{Divisions: []string{w.Community}}}
	if w.BlownAt == nil {
		return out
	}
	for _, u := range w.Units {
		out = append(out, authz.Object{Unit: u.Unit})
	}
	return out
}

func (w Whistle) visible(by authz.Actor) bool { return covers(by, authz.WhistleView, w.Seen()) }

// Can reports whether the person may do the act now, for the department where the act is one of a department; it is
// what buttons ask, and what the act itself asks again under lock.
func (w Whistle) Can(by authz.Actor, do authz.Action, unit int64) bool {
	return w.may(by, do, unit) == nil
}

// WhistlesOf lists the whistles about a case, newest first, of those that the person may see.
func (s *Service) WhistlesOf(ctx context.Context, by authz.Actor, o Order) ([]Whistle, error) {
	if !o.visible(by) {
		return nil, ErrNoOrder
	}
	all, err := whistles(ctx, s.db.Q(), whistlesOfOrder, int64(o.ID))
	return slices.DeleteFunc(all, func(w Whistle) bool { return !w.visible(by) }), err
}

// unitActs are acts of one department.
var unitActs = map[authz.Action]func(u WhistleUnit) string{
	authz.WhistleSign:    func(u WhistleUnit) string { return once(u.SignedAt, "已经签收") },
	authz.WhistleContact: func(u WhistleUnit) string { return once(u.ContactedAt, "已经联系过街道") },
	authz.WhistleArrive:  func(u WhistleUnit) string { return once(u.ReportedAt, "已经报到") },
	authz.WhistleRefuse: func(u WhistleUnit) string {
		return once(first(u.ReportedAt, u.RefusedAt), "已经答复过")
	},
	authz.WhistleSolve: func(u WhistleUnit) string {
		switch {
		case !u.Lead:
			return "由牵头单位报解决"
		case u.ReportedAt == nil:
			return "先报到，再报解决"
		}
		return ""
	},
	authz.WhistleJudge: func(u WhistleUnit) string {
		if u.UnitRates != "" {
			return "已经评价过"
		}
		return ""
	},
}

func first(times ...*time.Time) *time.Time {
	for _, t := range times {
		if t != nil {
			return t
		}
	}
	return nil
}

func once(at *time.Time, words string) string {
	if at != nil {
		return words
	}
	return ""
}

func (w Whistle) may(by authz.Actor, do authz.Action, unit int64) error {
	if !w.visible(by) {
		return ErrNoWhistle
	}
	if _, lawful := WhistleFlow.Next(w.State, do); !lawful {
		return fault.Conflict("%s现在%s，不能%s。打开最新的一页再办", w.No, w.State.Label(), do.Label())
	}
	on := []authz.Object{{Divisions: []string{w.Community}}}
	if rule, ofUnit := unitActs[do]; ofUnit {
		u, asked := w.UnitOf(unit)
		if !asked || !covers(by, do, []authz.Object{{Unit: unit}}) {
			return fault.Forbidden("你的岗位不能替这个单位" + do.Label() + "。请由被吹哨的单位办理")
		}
		if problem := rule(u); problem != "" {
			return fault.Conflict("%s%s", u.Name, problem)
		}
	} else if !covers(by, do, on) {
		return fault.Forbidden("你的岗位不能" + do.Label() + "。请找街道领导")
	}
	switch do {
	case authz.WhistleApprove, authz.WhistleBlow:
		if !w.Kind.MayBlow(by) { // GRD-12
			who, basis := w.Kind.Blowers()
			return fault.Forbidden(w.Kind.Label() + "由" + who + "批准和吹哨（" + basis + "）")
		}
		if w.State == WhistleDrafted && do == authz.WhistleBlow && w.Kind != EmergencyWhistle {
			return fault.Conflict("先批准再吹哨，只有应急哨可以直接吹")
		}
	case authz.WhistleRaise:
		if w.EscalatedAt != nil { // the district has it; who came since then goes on
			return fault.Conflict("%s已经报过区协调，不再报第二次。请等区里协调，或者催牵头单位", w.No)
		}
	case authz.WhistleClose:
		if w.State == WhistleConfirmed && slices.ContainsFunc(w.Units, func(u WhistleUnit) bool { return u.StreetRates == "" }) {
			return fault.Conflict("先评价每个单位的报到，再结束吹哨")
		}
	}
	return nil
}

// ErrNoWhistle reads the same for a whistle that does not exist and one that is out of reach.
var ErrNoWhistle = fault.NotFound("没有这次吹哨。可能是编号不完整，或者不在你的职责范围内")

// WhistleStep says which whistle an act is about, and which version the person saw.
type WhistleStep struct {
	ID      WhistleID
	Version int
}

// WhistleDraft is a whistle to draft.
type WhistleDraft struct {
	Kind      WhistleKind
	Order     ID // 0: free, or of a repeated cause
	Community string
	Title     string
	Facts     string
	Effort    string
	Place     string
	MeetAt    *time.Time
	Units     []int64
	Lead      int64
}

// WhistleAct is what is said with an act: for which department, and in which words.
type WhistleAct struct {
	At      WhistleStep
	Unit    int64
	Words   string
	Verdict Verdict
	Rates   map[int64]Rate
}
