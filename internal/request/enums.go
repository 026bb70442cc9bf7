package request

// Kind is what somebody wants, apart from what it is about.
type Kind string

// The kinds.
const (
	Consult    Kind = "consult"
	Help       Kind = "help"
	Complaint  Kind = "complaint"
	Report     Kind = "report"
	Suggestion Kind = "suggestion"
	Praise     Kind = "praise"
)

// Kinds in the order of forms.
var Kinds = []Kind{Consult, Help, Complaint, Report, Suggestion, Praise}

var kindLabels = map[Kind]string{Consult: "咨询", Help: "求助", Complaint: "投诉", Report: "举报", Suggestion: "建议", Praise: "表扬"}

// Label is the kind in 中文.
func (k Kind) Label() string { return kindLabels[k] }

// Channel is the way a request came in.
type Channel string

// The channels. Paper is keyed by a clerk (K-8); Assisted is filed for somebody who agrees on the spot.
const (
	Window   Channel = "window"
	Paper    Channel = "paper_assisted"
	Assisted Channel = "assisted"
	Phone    Channel = "phone"
	Kiosk    Channel = "kiosk"
	Hotline  Channel = "hotline"
)

// Channels in the order of forms.
var Channels = []Channel{Window, Paper, Assisted, Phone, Kiosk, Hotline}

var channelLabels = map[Channel]string{Window: "窗口", Paper: "纸质代录", Assisted: "代办", Phone: "手机", Kiosk: "自助机", Hotline: "热线"}

// Label is the channel in 中文.
func (c Channel) Label() string { return channelLabels[c] }

// Staffed reports whether somebody of the street writes for the resident.
func (c Channel) Staffed() bool { return c == Window || c == Paper || c == Assisted || c == Hotline }

// Solved is the answer to 「问题解决了吗」.
type Solved string

// The answers. Partly counts by itself and never as solved (§6.4).
const (
	NotAsked Solved = ""
	IsSolved Solved = "solved"
	Partly   Solved = "partly"
	Unsolved Solved = "unsolved"
)

// SolvedAnswers in the order of forms.
var SolvedAnswers = []Solved{IsSolved, Partly, Unsolved}

var solvedLabels = map[Solved]string{NotAsked: "未评价", IsSolved: "解决", Partly: "部分解决", Unsolved: "没解决"}

// Label is the answer in 中文.
func (s Solved) Label() string { return solvedLabels[s] }

// Satisfied is the answer to 「满意吗」.
type Satisfied string

// The answers.
const (
	NotRated    Satisfied = ""
	IsSatisfied Satisfied = "satisfied"
	Basically   Satisfied = "basically"
	Unsatisfied Satisfied = "unsatisfied"
)

// SatisfiedAnswers in the order of forms.
var SatisfiedAnswers = []Satisfied{IsSatisfied, Basically, Unsatisfied}

var satisfiedLabels = map[Satisfied]string{NotRated: "未评价", IsSatisfied: "满意", Basically: "基本满意", Unsatisfied: "不满意"}

// Label is the answer in 中文.
func (s Satisfied) Label() string { return satisfiedLabels[s] }

// CallbackSource is who wrote an answer down.
type CallbackSource string

// The sources. Lapsed: three tries reached nobody, or nobody left a telephone and the time is over.
const (
	ByStaff    CallbackSource = "staff"
	ByResident CallbackSource = "resident"
	ByLapse    CallbackSource = "lapsed"
)

var sourceLabels = map[CallbackSource]string{ByStaff: "电话回访", ByResident: "居民自评", ByLapse: "联系不上"}

// Label is the source in 中文.
func (s CallbackSource) Label() string { return sourceLabels[s] }

// Level is how much a receipt shows (reliability.md §2 rule 18).
type Level string

// The levels: the QR, or the typed code with the telephone's last four digits, shows all; the typed code
// alone shows status and times and lets its holder answer 满意 or 没解决.
const (
	Full   Level = "full"
	Status Level = "status"
)

// Label is the level in 中文.
func (l Level) Label() string {
	if l == Full {
		return "全部内容"
	}
	return "办理状态"
}

// CauseState is what became of a repeated trouble.
type CauseState string

// The states.
const (
	Proposed   CauseState = "proposed"
	Whistled   CauseState = "whistled"
	TopicDraft CauseState = "topic_draft"
	SetAside   CauseState = "set_aside"
)

var causeLabels = map[CauseState]string{Proposed: "待处理", Whistled: "已拟吹哨", TopicDraft: "已留作议题", SetAside: "暂不处理"}

// Label is the state in 中文.
func (s CauseState) Label() string { return causeLabels[s] }
