package admission

// choice is a value with its 中文 name; the order is the order on forms.
type choice[T ~string] struct {
	value T
	label string
}

func labelOf[T ~string](cs []choice[T], v T) string {
	for _, c := range cs {
		if c.value == v {
			return c.label
		}
	}
	return ""
}

func valuesOf[T ~string](cs []choice[T]) []T {
	out := make([]T, len(cs))
	for i, c := range cs {
		out[i] = c.value
	}
	return out
}

// ItemForm is the form of an item (事项形态).
type ItemForm string

var itemForms = []choice[ItemForm]{
	{"work_task", "工作事项"}, {"survey", "调查普查"}, {"ledger", "台账"}, {"report", "报表"}, {"inspection", "检查"},
	{"assessment", "考核评比"}, {"campaign", "创建达标"}, {"certificate", "证明"}, {"system", "系统、公众号、工作群"},
	{"body", "机构"}, {"signboard", "牌子"}, {"meeting", "会议"}, {"training", "培训"},
}

// ItemForms lists the choices in form order.
func ItemForms() []ItemForm { return valuesOf(itemForms) }

// Label is the name on pages.
func (f ItemForm) Label() string { return labelOf(itemForms, f) }

// Role is the part a community is asked to play; never primary on an assist item (R5).
type Role string

// The roles.
const (
	RolePrimary   Role = "primary"
	RoleAssist    Role = "assist"
	RoleCooperate Role = "cooperate"
)

var roles = []choice[Role]{{RoleAssist, "协助"}, {RoleCooperate, "配合"}, {RolePrimary, "主责"}}

// CommunityRoles lists the choices in form order.
func CommunityRoles() []Role { return valuesOf(roles) }

// Label is the name on pages.
func (r Role) Label() string { return labelOf(roles, r) }

// AssistMode is a way of assisting (协助方式, Beijing 2019).
type AssistMode string

var assistModes = []choice[AssistMode]{
	{"contact", "联系居民"}, {"escort_visit", "协助入户"}, {"mobilise", "组织动员"}, {"publicise", "宣传教育"},
	{"persuade", "说服劝导"}, {"discover_report", "发现报告（非专业性）"},
}

// AssistModes lists the choices in form order.
func AssistModes() []AssistMode { return valuesOf(assistModes) }

// Label is the name on pages.
func (m AssistMode) Label() string { return labelOf(assistModes, m) }

// Term is how long an item lives.
type Term string

// The terms.
const (
	LongTerm  Term = "long_term"
	Phased    Term = "phased"
	Temporary Term = "temporary"
	Emergency Term = "emergency"
)

var terms = []choice[Term]{{Temporary, "临时"}, {Phased, "阶段性"}, {LongTerm, "长期"}, {Emergency, "应急"}}

// Terms lists the choices in form order.
func Terms() []Term { return valuesOf(terms) }

// Label is the name on pages.
func (t Term) Label() string { return labelOf(terms, t) }

// Every is a rhythm.
type Every string

var everies = []choice[Every]{
	{"once", "一次性"}, {"week", "每周"}, {"month", "每月"}, {"quarter", "每季度"}, {"year", "每年"},
}

// Everies lists the choices in form order.
func Everies() []Every { return valuesOf(everies) }

// Label is the name on pages.
func (e Every) Label() string { return labelOf(everies, e) }

// Flag is one of the six yes/no questions of field 14.
type Flag string

var flags = []choice[Flag]{
	{"signboard", "挂牌子"}, {"group", "建工作群"}, {"system", "用系统或小程序"}, {"inspection", "检查"},
	{"assessment", "考核评比"}, {"campaign", "创建达标"},
}

// Flags lists the choices in form order.
func Flags() []Flag { return valuesOf(flags) }

// Label is the name on pages.
func (f Flag) Label() string { return labelOf(flags, f) }

// FundsRule is how money follows the task (费随事转).
type FundsRule string

var fundsRules = []choice[FundsRule]{{"by_workload", "按工作量拨付"}, {"yearly", "按年度拨付"}, {"once", "一次性拨付"}}

// FundsRules lists the choices in form order.
func FundsRules() []FundsRule { return valuesOf(fundsRules) }

// Label is the name on pages.
func (r FundsRule) Label() string { return labelOf(fundsRules, r) }
