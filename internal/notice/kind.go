package notice

import (
	"portal/internal/policy"
)

// Kind of a notice.
type Kind string

// The kinds.
const (
	Deliberation Kind = "deliberation"
	Affairs      Kind = "affairs"
	Admission    Kind = "admission"
	Organization Kind = "organization"
	Grid         Kind = "grid"
	Handling     Kind = "handling"
)

// Kinds lists the kinds in the order of the board.
var Kinds = []Kind{Deliberation, Affairs, Admission, Organization, Grid, Handling}

// kindRow says what the law and the street ask of a kind.
type kindRow struct {
	label    string
	law      bool   // the law sets the least number of days
	least    int    // where it does not: our own least number [D]; 0 lets it hang without an end
	result   bool   // a decision whose result is to be published as well (DL-18)
	basis    string // 中文, shown beside the days
	standing bool   // hangs without an end when nobody says otherwise
}

const article34 = "城市居民委员会组织法（2025 年修订）第三十四条"

var kindTable = map[Kind]kindRow{
	Deliberation: {label: "协商结果", law: true, result: true, basis: article34 + "第二款第一项、第五项，第三款：不少于十五日"},
	Affairs:      {label: "居务与财务", law: true, basis: article34 + "第二款第二项、第三项，第三款：不少于十五日"},
	Admission:    {label: "事项准入", law: true, basis: article34 + "第二款第六项，第三款：不少于十五日"},
	Organization: {label: "社会组织", least: 7, basis: "本街道默认：不少于 7 天"},
	Grid:         {label: "网格与人员", standing: true, basis: "本街道默认：长期公开，随时更新"},
	Handling:     {label: "办理结果", law: true, basis: article34 + "第二款第一项、第五项（实施和落实情况），第三款：不少于十五日"},
}

// Label is the kind's 中文 name.
func (k Kind) Label() string { return kindTable[k].label }

// Known reports whether there is such a kind.
func (k Kind) Known() bool { return kindTable[k].label != "" }

// WantsResult reports whether a second notice, of the result, is due after this one (DL-18).
func (k Kind) WantsResult() bool { return kindTable[k].result }

// Standing reports whether such a notice may hang without an end.
func (k Kind) Standing() bool { return kindTable[k].standing }

// Least is the least number of days; 0 where the notice may hang without an end.
func (k Kind) Least(v policy.Values) int {
	if kindTable[k].law {
		return v.PublicationDays
	}
	return kindTable[k].least
}

// Basis says where the least number of days comes from.
func (k Kind) Basis() string { return kindTable[k].basis }

// State of a notice.
type State string

// The states.
const (
	Draft     State = "draft"
	Issued    State = "issued"
	Ended     State = "ended"
	Withdrawn State = "withdrawn"
)

// States lists the states in the order of tabs.
var States = []State{Draft, Issued, Ended, Withdrawn}

var stateLabels = map[State]string{Draft: "待签发", Issued: "公示中", Ended: "已结束", Withdrawn: "已撤下"}

// Label is the state's 中文 name.
func (s State) Label() string { return stateLabels[s] }
