package admission

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"portal/internal/fault"
	"portal/internal/normal"
	"portal/internal/place"
	"portal/internal/policy"
	"portal/internal/workday"
)

type day = workday.Day

// Ground is what the rules compare a form with, besides the form itself.
type Ground struct {
	Today       workday.Day // the day of submission
	Values      policy.Values
	Unit        place.Unit // the applicant
	Communities []string   // every community of the street
	Bases       []Judged
}

// Problem is a broken rule: which, on which step and beside which field, and what to do.
type Problem struct {
	Rule    string // R5, or 4-3 for a field of domain/admission.md §4
	Step    int
	Field   string
	Message string
}

// assistKind is the list of assisted items; what a department calls 协助 counts as entrusted (E33).
const (
	assistKind    = "assist_government"
	entrustedKind = "entrusted"
)

var listKinds = []string{entrustedKind, assistKind, "grid_task", "ledger_kept", "inspection", "system", "signboard_allowed", "certificate_allowed"}

// ListKinds lists the lists an application may ask for, in form order; own duties are no department's to propose (E22).
func ListKinds() []string { return slices.Clone(listKinds) }

// assists reports an assist or entrusted item, where the community is never 主责 (R5, E33).
func (f Form) assists() bool { return f.ListKind == assistKind || f.ListKind == entrustedKind }

// entrusts reports a department, which may only entrust: it needs a law or regulation, and it pays
// (第四十三条第二款, R7, R54, E33), whatever it calls the item.
func (g Ground) entrusts() bool { return g.Unit.RequesterKind.Entrusts() }

// lends reports an item on which the community only lends a hand: what stands on the two lists, and
// everything that a department asks for (E33). A certificate is the community's own paper.
func (g Ground) lends(f Form) bool {
	return f.assists() || g.entrusts() && f.ItemForm != "certificate"
}

const (
	neverPrimary = "协助和委托的事项，社区只能协助或者配合，不能主责（R5）"
	minWords     = 4
)

func afterStart(start workday.Day) string {
	return "结束日期要晚于开始日期 " + start.Chinese()
}

// rule is one line of the table; wrong gives the sentence when it is broken, "" when it is kept.
type rule struct {
	no, field string
	wrong     func(f Form, g Ground) string
}

func size(s string) int { return utf8.RuneCountInString(strings.TrimSpace(s)) }

func unless(kept bool, sentence string) string {
	if kept {
		return ""
	}
	return sentence
}

func between(what, s string, least, most int) string {
	n := size(s)
	if n == 0 {
		return fmt.Sprintf("%s，%d 到 %d 个字", what, least, most)
	}
	return unless(n >= least && n <= most, fmt.Sprintf("%s，%d 到 %d 个字，现在有 %d 个字", what, least, most, n))
}

// rules is the table (domain/admission.md §4 and §7); the first sentence of a field stands.
var rules = slices.Concat(itemRules, workRules, meansRules, dataRules)

var itemRules = []rule{
	{"4-1", "unit", func(_ Form, g Ground) string {
		return unless(g.Unit.Active, "本单位已经停用，不能申请。请联系街道系统管理员")
	}},
	{"4-3", "title", func(f Form, _ Ground) string { return between("写清事项名称", f.Title, 4, MaxTitle) }},
	{"4-4", "item_form", func(f Form, _ Ground) string { return unless(f.ItemForm != "", "选一个事项形态") }},
	{"4-5", "list_kind", func(f Form, _ Ground) string {
		certificate := f.ItemForm == "certificate"
		switch {
		case f.ListKind == "":
			return "选拟列入的清单"
		case certificate != (f.ListKind == "certificate_allowed") && (certificate || f.ItemForm != ""):
			return "证明只能列入可出具证明清单，其他事项不能列入"
		}
		return ""
	}},
	{"R6", "lead_unit", func(f Form, _ Ground) string { return unless(f.LeadUnitID != nil, "写明一个牵头部门（R6）") }},
	{"R7", fieldBasis, basisMissing},
	{"R8", fieldBasis, basisGone},
	{"R7", fieldBasis, basisTooWeak},
	{"R56", fieldBasis, basisCatchAll},
	{"4-7", "reason", func(f Form, _ Ground) string {
		return between("写清为什么必须由社区做，部门自办、购买服务、数据共享为什么不行", f.Reason, 50, MaxReason)
	}},
}

// What nobody can mean, and what the columns of lists and figures hold.
const (
	mostTimes = 9_999     // a year
	mostHours = 9_999_999 // of all communities together
)

var workRules = []rule{
	{"R5", "role", func(f Form, g Ground) string {
		return unless(!g.lends(f) || f.Role != RolePrimary, neverPrimary)
	}},
	{"4-5", "role", func(f Form, _ Ground) string { return unless(f.Role != "", "选社区的角色") }},
	{"R6", "assist_modes", func(f Form, g Ground) string {
		return unless(!g.lends(f) && f.Role != RoleAssist || len(f.AssistModes) > 0, "至少选一种协助方式（R6）")
	}},
	{"4-8", "content", func(f Form, _ Ground) string {
		return between("写清做什么、按什么标准、分几步", f.Content, 10, MaxContent)
	}},
	{"4-9", "authority", func(f Form, _ Ground) string {
		return unless(size(f.Authority) >= minWords, "写清授权到什么程度。没有授权就写“不授权，只协助”")
	}},
	{"4-12", "occurrences", func(f Form, _ Ground) string {
		if times := yearly(f); times != nil && *times > mostTimes {
			return fmt.Sprintf("一年超过 %d 次，请核对次数和多久一轮", mostTimes)
		}
		return unless(f.Occurrences != nil && *f.Occurrences > 0, "填写做几次，如每月 2 次")
	}},
	{"4-12", "occurrence_unit", func(f Form, _ Ground) string { return unless(f.OccurrenceUnit != "", "选多久一轮") }},
	{"4-12", "hours_per_occurrence", func(f Form, _ Ground) string {
		if f.TotalHours() > mostHours {
			return fmt.Sprintf("合计超过 %d 小时，请核对次数和每次小时数", mostHours)
		}
		return unless(f.HoursPerOccurrence != nil && *f.HoursPerOccurrence > 0, "填写每个社区每次要用多少小时，两个人各干 3 小时填 6")
	}},
	{"4-12", "people_needed", func(f Form, _ Ground) string {
		return unless(f.PeopleNeeded != nil && *f.PeopleNeeded > 0, "填写每个社区每次需要几个人")
	}},
	{"R12", "flags", temporaryFlags},
	{"4-14", "flag_notes", flagNotes},
}

// listedAs is the question that a list answers by itself, whatever form the item is given (E17).
var listedAs = map[string]Flag{"signboard_allowed": "signboard", "system": "system", "inspection": "inspection"}

// temporaryFlags is R12: what lives for a while hangs no board, sets up no body, system or assessment.
func temporaryFlags(f Form, _ Ground) string {
	if f.Term != Temporary {
		return ""
	}
	var bad []string
	for _, no := range []Flag{"signboard", "system", "assessment"} {
		if f.HasFlag(no) || string(f.ItemForm) == string(no) || listedAs[f.ListKind] == no {
			bad = append(bad, no.Label())
		}
	}
	if f.ItemForm == "body" {
		bad = append(bad, "设机构")
	}
	return unless(len(bad) == 0, "临时事项不能"+strings.Join(bad, "、")+"（R12）。去掉它，或者改报阶段性、长期")
}

// sayWhat is what the note has to tell for a form of item or a ticked question (R32, R33, R35).
var sayWhat = []struct {
	flag  Flag
	words string
}{
	{"signboard", "牌子叫什么、挂在哪里、谁批准、哪天摘下（R32）"},
	{"system", "系统或公众号归谁管、做什么用、用到哪天（R35）"},
	{"group", "群归谁管、做什么用、哪天解散（R35）"},
	{"inspection", "列入区里或街道哪一次统一检查（R33）"},
	{"assessment", "列入区里或街道哪一次统一考核（R33）"},
	{"campaign", "谁批准的创建、什么时候结束"},
}

func flagNotes(f Form, _ Ground) string {
	for _, s := range sayWhat {
		if (f.HasFlag(s.flag) || string(f.ItemForm) == string(s.flag)) && size(f.FlagNotes) < minWords {
			return "写明" + s.words
		}
	}
	return ""
}

var meansRules = []rule{
	{"4-10", "communities", func(f Form, g Ground) string {
		if slices.ContainsFunc(f.Communities, func(c string) bool { return !slices.Contains(g.Communities, c) }) {
			return "从本街道的社区里选"
		}
		return unless(len(f.Communities) > 0, "选择至少 1 个社区")
	}},
	{"4-10", "scope_reason", func(f Form, g Ground) string {
		part := len(f.Communities) > 0 && len(f.Communities) < len(g.Communities)
		return unless(!part || size(f.ScopeReason) >= minWords, "没有选全部社区，写明为什么只在这些社区做")
	}},
	{"4-11", "term", func(f Form, _ Ground) string { return unless(f.Term != "", "选期限类型") }},
	{"4-11", "start_on", func(f Form, g Ground) string {
		if f.StartOn.IsZero() {
			return "填写从哪天开始"
		}
		return unless(f.Term == Emergency || !f.StartOn.Before(g.Today), "开始日期不能早于今天 "+g.Today.Chinese())
	}},
	{"R11", "end_on", endOn},
	{"R54", "funds", func(f Form, _ Ground) string {
		return unless(f.FundsFen != nil, "填写随事项拨付的经费，没有就填 0 并说明原因")
	}},
	{"4-15", "funds_reason", func(f Form, _ Ground) string {
		return unless(f.FundsFen == nil || *f.FundsFen > 0 || size(f.FundsReason) >= minWords, "经费填 0，写明原因")
	}},
	{"R54", "funds_payer", func(f Form, g Ground) string {
		switch {
		case f.FundsPayerID == nil:
			return "写明经费由哪个单位出（第四十三条）"
		case g.entrusts() && *f.FundsPayerID != g.Unit.ID:
			return "部门委托的事项，经费由委托部门自己出（第四十三条第二款，R54）。写成协助也一样"
		}
		return ""
	}},
	{"4-15", "funds_source", func(f Form, _ Ground) string {
		return unless(!paid(f) || size(f.FundsSource) >= 2, "写明经费从哪里来，如 部门预算")
	}},
	{"4-15", "funds_rule", func(f Form, _ Ground) string { return unless(!paid(f) || f.FundsRule != "", "选怎么拨付") }},
	{"4-15", "funds_pay_on", func(f Form, _ Ground) string {
		return unless(!paid(f) || !f.FundsPayOn.IsZero(), "填写哪天拨付到位")
	}},
	{"4-2", "contact_name", func(f Form, _ Ground) string { return unless(size(f.ContactName) >= 2, "填写联系人") }},
	{"4-2", "contact_phone", func(f Form, _ Ground) string {
		return unless(phone.MatchString(strings.TrimSpace(f.ContactPhone)), "填写办公电话，如 0000-5550188")
	}},
}

var phone = regexp.MustCompile(`^[0-9+][0-9 ()（）转-]{4,28}[0-9]$`)

func paid(f Form) bool { return f.FundsFen != nil && *f.FundsFen > 0 }

// endOn is R11 with the emergency's own limit (R25); only a long-term item may be open-ended.
func endOn(f Form, g Ground) string {
	months, days := g.Values.TemporaryMonths, g.Values.EmergencyDays
	switch {
	case f.EndOn.IsZero():
		return unless(f.Term == LongTerm || f.Term == "", "填写到哪天结束，只有长期事项可以不填")
	case f.StartOn.IsZero():
		return ""
	case !f.EndOn.After(f.StartOn):
		return afterStart(f.StartOn)
	case f.Term == Temporary && f.EndOn.After(f.StartOn.AddMonths(months)):
		return fmt.Sprintf("临时事项最长 %d 个月，最晚到 %s（R11）", months, f.StartOn.AddMonths(months).Chinese())
	case f.Term == Emergency && f.EndOn.After(f.StartOn.Add(days)):
		return fmt.Sprintf("应急事项最长 %d 天，最晚到 %s（R25）", days, f.StartOn.Add(days).Chinese())
	}
	return ""
}

// asks reports whether the community is asked to fill something in.
func (f Form) asks() bool {
	return f.ItemForm == "report" || f.ItemForm == "ledger" || f.ItemForm == "survey" || size(f.FormName) > 0 || len(f.FormFields) > 0
}

// weekly reports a form that is filled in every week or more often: by its own rhythm, or because
// the item is nothing but the form and happens as often (E17).
func (f Form) weekly() bool {
	times := yearly(f)
	onlyForm := f.ItemForm == "report" || f.ItemForm == "ledger"
	return f.FormFrequency == "week" || onlyForm && f.OccurrenceUnit != "once" && times != nil && *times >= occurrencesAYear["week"]
}

var dataRules = []rule{
	{"4-13", "form_name", func(f Form, _ Ground) string { return unless(!f.asks() || size(f.FormName) >= 2, "写明表格名称") }},
	{"4-13", "form_frequency", func(f Form, _ Ground) string { return unless(!f.asks() || f.FormFrequency != "", "选多久填一次") }},
	{"R28", "form_frequency", func(f Form, _ Ground) string {
		return unless(!f.weekly() || f.Term == Emergency, "每周填一次太密，应急以外最密每月一次（R28）")
	}},
	{"4-13", "form_fields", func(f Form, _ Ground) string {
		return unless(!f.asks() || len(uniqueFields(f.FormFields)) > 0, "列出要填的字段，一行一个")
	}},
	{"4-17", "personal_info", func(f Form, _ Ground) string {
		name := personalField(f.FormFields)
		return unless(name == "" || size(f.PersonalInfo) >= 2, "要填“"+name+"”，写明采集哪些个人信息")
	}},
	{"4-17", "personal_purpose", func(f Form, _ Ground) string {
		return unless(!personal(f) || size(f.PersonalPurpose) >= minWords, "写明采集个人信息做什么用")
	}},
	{"4-17", "personal_keep", func(f Form, _ Ground) string {
		return unless(!personal(f) || size(f.PersonalKeep) >= 2, "写明保存多久，如 办结后 6 个月删除")
	}},
}

func personal(f Form) bool { return size(f.PersonalInfo) > 0 || personalField(f.FormFields) != "" }

// personalWords are in the names of fields that hold personal data (个人信息保护法第四条).
var personalWords = []string{"姓名", "身份证", "电话", "手机", "住址", "居住地址", "户籍", "出生", "人脸", "病", "残疾证"}

func personalField(names []string) string {
	for _, n := range names {
		if slices.ContainsFunc(personalWords, func(w string) bool { return strings.Contains(normal.Key(n), w) }) {
			return n
		}
	}
	return ""
}

// Problems holds the form against every rule and gives all sentences at once, one for each field, in
// the order of the steps. It is pure.
func Problems(f Form, g Ground) []Problem {
	var out []Problem
	for _, r := range rules {
		if slices.ContainsFunc(out, func(p Problem) bool { return p.Field == r.field }) {
			continue
		}
		if s := r.wrong(f, g); s != "" {
			out = append(out, Problem{Rule: r.no, Step: StepOf(r.field), Field: r.field, Message: s})
		}
	}
	return out
}

// Broken gives the sentences of Problems as field messages.
func Broken(f Form, g Ground) []fault.Field { return asFields(Problems(f, g)) }

// asFields gives the sentences as field messages.
func asFields(problems []Problem) []fault.Field {
	out := make([]fault.Field, len(problems))
	for i, p := range problems {
		out[i] = fault.Field{Name: p.Field, Message: p.Message}
	}
	return out
}
