package workorder

// ID is a case's key.
type ID int64

// Source is where a case comes from.
type Source string

// The sources.
const (
	FromRequest Source = "request"
	FromFinding Source = "finding"
)

// Label is the source's name.
func (s Source) Label() string {
	return map[Source]string{FromRequest: "居民诉求", FromFinding: "网格发现"}[s]
}

// Kind is what a case is about, apart from its category.
type Kind string

// The kinds.
const (
	Consult    Kind = "consult"
	Help       Kind = "help"
	Complaint  Kind = "complaint"
	Accusation Kind = "report"
	Suggestion Kind = "suggestion"
	Praise     Kind = "praise"
	Found      Kind = "finding"
	Hazard     Kind = "hazard"
)

var kindLabels = map[Kind]string{Consult: "咨询", Help: "求助", Complaint: "投诉", Accusation: "举报", Suggestion: "建议", Praise: "表扬",
	Found: "巡查发现", Hazard: "安全隐患"}

// Label is the kind's name.
func (k Kind) Label() string { return kindLabels[k] }

// State is where a case stands.
type State string

// The states.
const (
	Registered  State = "registered"
	Dispatched  State = "dispatched"
	Signed      State = "signed"
	Handling    State = "handling"
	Handled     State = "handled"
	Disputed    State = "disputed"
	Parked      State = "parked"
	Closed      State = "closed"
	Recorded    State = "recorded"
	NotAccepted State = "not_accepted"
	Diverted    State = "diverted"
	Merged      State = "merged"
	Withdrawn   State = "withdrawn"
)

// States in the order of filters.
var States = []State{Registered, Dispatched, Signed, Handling, Handled, Disputed, Parked, Closed, Recorded, NotAccepted, Diverted, Merged, Withdrawn}

var stateLabels = map[State]string{Registered: "待派单", Dispatched: "待签收", Signed: "已签收", Handling: "办理中", Handled: "待回访", Disputed: "异议待裁定",
	Parked: "已挂起", Closed: "已办结", Recorded: "当场解决", NotAccepted: "不予受理", Diverted: "已告知渠道", Merged: "已并案", Withdrawn: "居民已撤回"}

// Label is the state's name.
func (s State) Label() string { return stateLabels[s] }

// Done reports whether nothing more happens in this state.
func (s State) Done() bool {
	switch s {
	case Closed, Recorded, NotAccepted, Diverted, Merged, Withdrawn:
		return true
	}
	return false
}

// Urgency follows from the limit of the category (§6.2).
type Urgency string

// The urgencies.
const (
	Emergency  Urgency = "emergency"
	Livelihood Urgency = "livelihood"
	General    Urgency = "general"
	Complex    Urgency = "complex"
)

var urgencyLabels = map[Urgency]string{Emergency: "紧急", Livelihood: "民生急事", General: "一般", Complex: "复杂"}

// Urgencies in the order of their limits.
var Urgencies = []Urgency{Emergency, Livelihood, General, Complex}

// Label is the urgency's name.
func (u Urgency) Label() string { return urgencyLabels[u] }

// urgencyOf gives the urgency of a limit in hours (§6.2: 2, 24, 168, above).
func urgencyOf(hours int) Urgency {
	switch {
	case hours <= 2:
		return Emergency
	case hours <= 24:
		return Livelihood
	case hours <= 168:
		return General
	}
	return Complex
}

// Class says by what kind of act a case is settled: the 721 mix counts it (GRD-20).
type Class string

// The classes.
const (
	ByService   Class = "service"
	Management  Class = "management"
	Enforcement Class = "enforcement"
)

var classLabels = map[Class]string{ByService: "服务", Management: "管理", Enforcement: "执法"}

// Label is the class's name, "" where none is set.
func (c Class) Label() string { return classLabels[c] }

// OwnerKind is what kind of body owns a case.
type OwnerKind string

// The kinds of owners.
const (
	Desk      OwnerKind = "desk"
	Unit      OwnerKind = "unit"
	Community OwnerKind = "community"
	Grid      OwnerKind = "grid"
)

var ownerLabels = map[OwnerKind]string{Desk: "街道调度", Unit: "部门、科室", Community: "社区居委会", Grid: "网格"}

// Label is the kind's name.
func (k OwnerKind) Label() string { return ownerLabels[k] }

// ClockKind names a clock of a case or of a whistle.
type ClockKind string

// The clocks of a case, then those of each department in a whistle.
const (
	ContactClock  ClockKind = "contact"
	FinishClock   ClockKind = "finish"
	DisputeClock  ClockKind = "dispute"
	RulingClock   ClockKind = "ruling"
	CallbackClock ClockKind = "callback"
	RedoClock     ClockKind = "redo"
	ReviewClock   ClockKind = "review"

	WhistleSignClock    ClockKind = "whistle_sign"
	WhistleContactClock ClockKind = "whistle_contact"
	WhistleReportClock  ClockKind = "whistle_report"
)

var clockLabels = map[ClockKind]string{ContactClock: "首次联系", FinishClock: "办结时限", DisputeClock: "提出异议", RulingClock: "裁定时限", CallbackClock: "回访时限",
	RedoClock: "重办时限", ReviewClock: "挂起复查", WhistleSignClock: "签收", WhistleContactClock: "联系街道", WhistleReportClock: "报到"}

// Label is the clock's name.
func (k ClockKind) Label() string { return clockLabels[k] }

// ExcludeReason is why a case may stay out of the rates (§6.4).
type ExcludeReason string

// The reasons, in the order of the form.
var ExcludeReasons = []ExcludeReason{"duplicate_channel", "beyond_power", "malicious", "petition_running", "withdrawn_by_resident"}

var excludeLabels = map[ExcludeReason]string{"duplicate_channel": "同一诉求已由其他渠道办理", "beyond_power": "超出街道和部门的职权", "malicious": "经认定为恶意重复反映",
	"petition_running": "正在信访程序中办理", "withdrawn_by_resident": "居民撤回"}

// Label is the reason in words.
func (r ExcludeReason) Label() string { return excludeLabels[r] }

// Stage says what a photo shows.
type Stage string

// The stages.
const (
	Before   Stage = "before"
	After    Stage = "after"
	Evidence Stage = "evidence"
)

// Label is the stage's name.
func (s Stage) Label() string {
	return map[Stage]string{Before: "办理前", After: "办理后", Evidence: "凭据"}[s]
}
