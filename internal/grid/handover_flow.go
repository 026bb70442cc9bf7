package grid

import "portal/internal/flow"

// HandoverState is where a handover stands.
type HandoverState string

// The states of a handover.
const (
	Drawn     HandoverState = "drawn"
	Given     HandoverState = "given"
	Signed    HandoverState = "signed"
	Forced    HandoverState = "forced"
	CalledOff HandoverState = "called_off"
)

var handoverLabels = map[HandoverState]string{Drawn: "待移交人签字", Given: "待接收人签字", Signed: "已移交", Forced: "已代为结束", CalledOff: "已撤销"}

// Label is the state's name.
func (s HandoverState) Label() string { return handoverLabels[s] }

// HandoverDo is an act on a handover.
type HandoverDo string

// The acts.
const (
	GiveIt    HandoverDo = "give"
	ReceiveIt HandoverDo = "receive"
	ForceIt   HandoverDo = "force"
	CallItOff HandoverDo = "call_off"
)

type handoverRow = flow.Row[HandoverState, HandoverDo]

// HandoverFlow is the transition table of a handover. The post changes on arrival in Signed or Forced, and
// never before: until then the giver answers (GRD-07).
var HandoverFlow = flow.New(Drawn,
	handoverRow{From: Drawn, Do: GiveIt, To: Given, Note: "GRD-07: the giver signs"},
	handoverRow{From: Drawn, Do: ReceiveIt, To: Signed, Note: "GRD-07: only where nobody gives"},
	handoverRow{From: Given, Do: ReceiveIt, To: Signed, Note: "GRD-07: every entry read"},
	handoverRow{From: Drawn, Do: ForceIt, To: Forced, Reason: true, Note: "GRD-07: by the secretary or a leader who is neither"},
	handoverRow{From: Given, Do: ForceIt, To: Forced, Reason: true, Note: "GRD-07"},
	handoverRow{From: Drawn, Do: CallItOff, To: CalledOff, Reason: true},
	handoverRow{From: Given, Do: CallItOff, To: CalledOff, Reason: true},
)
