package kiosk

// State of a device.
type State string

// The states.
const (
	Waiting State = "waiting"
	Working State = "working"
	Revoked State = "revoked"
)

// Label is the state in words.
func (s State) Label() string {
	return map[State]string{Waiting: "待启用", Working: "在用", Revoked: "已停用"}[s]
}

// Paper of the slip printer.
type Paper string

// What is known of the paper.
const (
	PaperOK  Paper = "ok"
	PaperOut Paper = "out"
)

// Label is the paper in words.
func (p Paper) Label() string { return map[Paper]string{PaperOK: "有纸", PaperOut: "没纸了"}[p] }

// Printer says how a device prints.
type Printer string

// The ways of printing.
const (
	ByBrowser Printer = "browser"
	BySpool   Printer = "spool"
)

// Printers in the order of choice.
var Printers = []Printer{ByBrowser, BySpool}

// Label is the way in words.
func (p Printer) Label() string {
	return map[Printer]string{ByBrowser: "浏览器打印", BySpool: "小票机（ESC/POS）"}[p]
}

// CallState of a call for help.
type CallState string

// The states of a call.
const (
	CallWaiting CallState = "waiting"
	CallComing  CallState = "coming"
	CallDone    CallState = "done"
)

// Label is the state in words.
func (s CallState) Label() string {
	return map[CallState]string{CallWaiting: "等人去", CallComing: "有人去了", CallDone: "已帮好"}[s]
}
