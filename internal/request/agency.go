package request

import (
	"time"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/workday"
)

// AgencyKind is the object kind of a 全程代办 in the trail.
const AgencyKind = "agency"

// AgencyHow is how somebody authorized an errand (REQ-16).
type AgencyHow string

// The ways.
const (
	WrittenAuthorization  AgencyHow = "written"
	RecordedAuthorization AgencyHow = "recorded"
)

// AgencyHows are the ways in the order of a form.
var AgencyHows = []AgencyHow{WrittenAuthorization, RecordedAuthorization}

// Label is the way's 中文 name.
func (h AgencyHow) Label() string {
	return map[AgencyHow]string{WrittenAuthorization: "书面授权", RecordedAuthorization: "录音录像授权"}[h]
}

// AgencyEnding is how an errand ended.
type AgencyEnding string

// The endings.
const (
	AgencyDone      AgencyEnding = "done"
	AgencyWithdrawn AgencyEnding = "withdrawn"
	AgencyExpired   AgencyEnding = "expired"
)

// AgencyWay is how documents left the agent.
type AgencyWay string

// The ways out: back to the resident, or handed in where the matter is decided.
const (
	WayReturned AgencyWay = "returned"
	WayLodged   AgencyWay = "lodged"
)

// AgencyWays are the ways out in the order of a form.
var AgencyWays = []AgencyWay{WayReturned, WayLodged}

// Label is the way's 中文 name.
func (w AgencyWay) Label() string {
	return map[AgencyWay]string{WayReturned: "交还本人", WayLodged: "已递交受理单位，不退"}[w]
}

// AgencyState is where an errand stands on a day.
type AgencyState string

// The states. After its last day nothing more is done on it, whether the portal has noted its end or not.
const (
	AgencyWaits   AgencyState = "waits"
	AgencyRuns    AgencyState = "runs"
	AgencyReturns AgencyState = "returns" // over, and documents are still to be given back
	AgencyOver    AgencyState = "over"
)

// Label is the state's 中文 name.
func (s AgencyState) Label() string {
	return map[AgencyState]string{AgencyWaits: "待签授权", AgencyRuns: "代办中", AgencyReturns: "待归还材料", AgencyOver: "已结束"}[s]
}

// Agency is a 全程代办: an errand that one named agent runs for a resident. What of it is personal is empty
// unless that agent has opened it.
type Agency struct {
	ID        int64
	RequestID ID
	No        string // SQ-2026-17-1
	RequestNo string
	Agent     int64
	AgentName string
	Community string
	OpenedAt  time.Time
	Until     workday.Day
	How       AgencyHow
	SignedOn  workday.Day
	Ending    AgencyEnding
	EndedAt   *time.Time
	Entries   int
	Held      int // documents that have not left the agent
	Version   int

	Words     AgencyWords
	Documents []AgencyDocument
	Steps     []AgencyStep
	Handovers []AgencyHandover
	Photos    []AgencyPhoto
}

// AgencyWords are what is sealed of an errand.
type AgencyWords struct {
	Matter string `json:"matter,omitempty"`
	Scope  string `json:"scope,omitempty"`
	Signer string `json:"signer,omitempty"`
	Where  string `json:"where,omitempty"` // where a recording is kept
	Result string `json:"result,omitempty"`
}

// AgencyDocument is one document that the resident handed over.
type AgencyDocument struct {
	Nth      int
	At       time.Time
	Name     string
	Original bool
	Pages    int
	OutBy    int // the handover with which it left; 0 while the agent holds it
	Out      AgencyWay
}

// AgencyStep is what the agent did, in words.
type AgencyStep struct {
	At    time.Time
	By    string
	Words string
}

// AgencyHandover is a list of documents with the signatures of both.
type AgencyHandover struct {
	Nth    int
	At     time.Time
	By     string
	Way    AgencyWay
	Day    workday.Day
	Signer string // whoever received them
	Names  []string
}

// AgencyPhoto is a photograph of something signed; its content opens with a purpose (REQ-22).
type AgencyPhoto struct {
	Nth     int
	At      time.Time
	Belongs int // 0 the authorization, else the handover
}

// Slug is the readable number, as in addresses.
func (a Agency) Slug() string { return a.No }

// Path is its page on the desk.
func (a Agency) Path() string { return "/desk/agencies/" + a.No }

// Object is what reach looks at.
func (a Agency) Object() authz.Object {
	o := authz.Object{Account: a.Agent}
	if a.Community != "" {
		o.Divisions = []string{a.Community}
	}
	return o
}

// Lapsed reports whether its last day is over.
func (a Agency) Lapsed(today workday.Day) bool {
	return a.Ending == AgencyExpired || a.EndedAt == nil && today.After(a.Until)
}

// State is where it stands on a day.
func (a Agency) State(today workday.Day) AgencyState {
	switch over := a.EndedAt != nil || a.Lapsed(today); {
	case over && a.Held > 0:
		return AgencyReturns
	case over:
		return AgencyOver
	case a.How == "":
		return AgencyWaits
	}
	return AgencyRuns
}

// Opens reports whether somebody reads what is in it: the named agent alone (REQ-16).
func (a Agency) Opens(by authz.Actor) bool {
	return by.SignedIn() && a.Agent == by.AccountID && authz.Allowed(by, authz.AgencyAct, a.Object())
}

// AgencyAt says which errand somebody acts on, as they saw it.
type AgencyAt struct {
	No      string
	Version int
}

// AgencyOpening begins an errand.
type AgencyOpening struct {
	Matter, Scope string
	Until         workday.Day
}

// AgencySigning is the authorization as it was given: signed on paper, or recorded.
type AgencySigning struct {
	How    AgencyHow
	Signer string
	Day    workday.Day
	Where  string
	Photo  []byte // JPEG or PNG, read anew without its location (blob.Accept)
}

// NewAgencyDocument is a document that comes in.
type NewAgencyDocument struct {
	Name     string
	Original bool
	Pages    int
}

// NewAgencyHandover gives documents out.
type NewAgencyHandover struct {
	Documents []int
	Way       AgencyWay
	Signer    string
	Day       workday.Day
	Photo     []byte
}

var (
	// ErrNoAgency reads the same for what is missing and what is out of reach.
	ErrNoAgency      = fault.NotFound("没有找到这件代办。可能是编号不完整，或者不在你的职责范围内")
	errAgencyStale   = fault.Conflict("这件代办刚才由他人改过了。打开最新的一页再办")
	errAgencyOpen    = fault.Conflict("这件诉求已经有一件代办在办。请先把它办结或撤回")
	errAgencyWaits   = fault.Conflict("授权还没有签。请先打印授权委托书请居民签字，再登记签字")
	errAgencySigned  = fault.Conflict("授权已经登记过签字。要改范围或期限，请撤回后重新开一件")
	errAgencyOver    = fault.Conflict("这件代办已经结束或到期，不能再办。手里的材料请交还居民")
	errAgencyFull    = fault.Conflict("这件代办的记录已满 200 条。请先办结，再开一件新的")
	errAgencySettled = fault.Conflict("这件诉求已经办结或撤回，不能再开代办。居民有新的事，请先登记诉求")
	errAgencyWalled  = fault.Forbidden("举报和要求保密的诉求不开全程代办，以免反映人的身份被人知道。请按诉求办理")
	errAgencyOwn     = fault.Conflict("这件代办已经在你手里，不用接手")
)
