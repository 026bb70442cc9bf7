package admission

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"portal/internal/fault"
	"portal/internal/legal"
	"portal/internal/place"
	"portal/internal/policy"
	"portal/internal/workday"
)

// Ground is what the rules need besides the form itself.
type Ground struct {
	Today       workday.Day
	Values      policy.Values
	Unit        place.Unit // the applicant
	Communities []string   // every community of the street
	Bases       []Judged
}

// Judged is a cited basis with what it is worth on the day of submission.
type Judged struct {
	Basis
	Title   string // the document's, "" when the register does not hold it
	Kind    legal.DocKind
	Status  legal.BasisStatus
	Found   bool
	Text    string
	Heir    string // 《…》第十条, offered when the cited version no longer holds (R8)
	HeirKey string // doc_key|version|article of it
}

// holds reports whether the basis may carry an application: its version is in force, or nobody has
// found otherwise.
func (j Judged) holds() bool {
	return j.Status == legal.BasisInForce || j.Status == legal.BasisUnverified
}

// orders are words that are no basis by themselves (field 6).
var orders = []string{"会议要求", "会议精神", "领导批示", "领导要求", "上级要求", "工作需要"}

// rule is one line of the table: the field it speaks beside, the rule it rests on, and its sentence
// when it is broken ("" when it is kept).
type rule struct {
	field string
	no    string
	say   func(f Form, g Ground) string
}

func runes(s string) int { return utf8.RuneCountInString(strings.TrimSpace(s)) }

func when(broken bool, sentence string) string {
	if broken {
		return sentence
	}
	return ""
}

// entrusted reports whether the applicant is a department that entrusts (第四十三条第二款, E33).
func (g Ground) entrusted() bool { return g.Unit.RequesterKind.Entrusts() }

// assist reports whether the community is asked to assist, whatever the department calls it (E33).
func (f Form) assist() bool { return f.ListKind == "assist_government" || f.ListKind == "entrusted" }

var rules = []rule{
	{"title", "§4-3", func(f Form, _ Ground) string {
		return when(runes(f.Title) < 4 || runes(f.Title) > 60, "写清事项名称，4 到 60 个字")
	}},
	{"item_form", "§4-4", func(f Form, _ Ground) string { return when(f.ItemForm.Label() == "", "选事项形态") }},
	{"list_kind", "§4-5", func(f Form, _ Ground) string {
		return when(!slices.Contains(ListKinds(), f.ListKind), "选拟列入的清单")
	}},
	{"role", "R5", func(f Form, _ Ground) string {
		if f.Role == "" {
			return "选社区的角色"
		}
		return when(f.assist() && f.Role == RolePrimary, "协助和委托的事项，社区只能协助或配合，不能主责（R5）")
	}},
	{"assist_modes", "R6", func(f Form, _ Ground) string {
		return when(f.assist() && len(f.AssistModes) == 0, "至少选一种协助方式（R6）")
	}},
	{"lead_unit", "R6", func(f Form, _ Ground) string {
		return when(f.assist() && f.LeadUnitID == nil, "写明一个牵头部门（R6）")
	}},
	{"reason", "§4-7", func(f Form, _ Ground) string {
		n := runes(f.Reason)
		return when(n < 50 || n > 1000, fmt.Sprintf("写清为什么必须由社区做、部门自办或共享数据为什么不行，50 到 1000 个字，现在 %d 个字", n))
	}},
	{"basis", "R7", basisRule},
	{"basis", "R8", func(f Form, g Ground) string {
		for _, b := range g.Bases {
			if b.Found && !b.holds() && b.Heir != "" {
				return fmt.Sprintf("《%s》这一条在提交当天%s，请改用%s（R8）", b.Title, b.Status.Label(), b.Heir)
			}
			if b.Found && !b.holds() {
				return fmt.Sprintf("《%s》这一条在提交当天%s，不能再作依据（R8）", b.Title, b.Status.Label())
			}
		}
		return ""
	}},
	{"content", "§4-8", func(f Form, _ Ground) string {
		return when(runes(f.Content) < 10, "写清做什么、按什么标准、分几步，至少 10 个字")
	}},
	{"authority", "§4-9", func(f Form, _ Ground) string {
		return when(runes(f.Authority) < 4, "写清授权内容和权限，没有授权就写“无授权，只协助”")
	}},
	{"communities", "§4-10", func(f Form, g Ground) string {
		for _, c := range f.Communities {
			if !slices.Contains(g.Communities, c) {
				return "从本街道的社区里选"
			}
		}
		return when(len(f.Communities) == 0, "选择至少 1 个社区")
	}},
	{"scope_reason", "§4-10", func(f Form, g Ground) string {
		return when(len(f.Communities) > 0 && len(f.Communities) < len(g.Communities) && runes(f.ScopeReason) < 4, "没有选全部社区的，写明为什么只在这些社区做")
	}},
	{"term", "§4-11", func(f Form, _ Ground) string { return when(f.Term.Label() == "", "选期限类型") }},
	{"start_on", "§4-11", func(f Form, g Ground) string {
		if f.StartOn.IsZero() {
			return "填写从哪天开始"
		}
		return when(f.StartOn.Before(g.Today), "开始日期不能早于今天 "+g.Today.Chinese())
	}},
	{"end_on", "R11", func(f Form, g Ground) string {
		switch {
		case f.EndOn.IsZero():
			return when(f.Term != LongTerm, "填写到哪天结束，只有长期事项可以不填")
		case f.StartOn.IsZero():
			return ""
		case !f.EndOn.After(f.StartOn):
			return "结束日期要晚于开始日期 " + f.StartOn.Chinese()
		case f.Term == Temporary && f.EndOn.After(f.StartOn.AddMonths(g.Values.TemporaryMonths)):
			return fmt.Sprintf("临时事项最长 %d 个月，最晚到 %s（R11）", g.Values.TemporaryMonths, f.StartOn.AddMonths(g.Values.TemporaryMonths).Chinese())
		case f.Term == Emergency && f.EndOn.After(f.StartOn.Add(g.Values.EmergencyDays)):
			return fmt.Sprintf("应急事项最长 %d 天，最晚到 %s（R25）", g.Values.EmergencyDays, f.StartOn.Add(g.Values.EmergencyDays).Chinese())
		}
		return ""
	}},
	{"flags", "R12", func(f Form, _ Ground) string {
		if f.Term != Temporary {
			return ""
		}
		var bad []string
		for _, no := range []Flag{"signboard", "system", "assessment"} {
			if f.HasFlag(no) {
				bad = append(bad, no.Label())
			}
		}
		if f.ItemForm == "body" {
			bad = append(bad, "设机构")
		}
		return when(len(bad) > 0, "临时事项不能"+strings.Join(bad, "、")+"（R12）")
	}},
	{"flag_notes", "§4-14", func(f Form, _ Ground) string {
		return when(len(f.Flags) > 0 && runes(f.FlagNotes) < 4, "选了上面几项的，写明名称、谁管、到哪天为止")
	}},
	{"occurrences", "§4-12", func(f Form, _ Ground) string {
		return when(f.Occurrences == nil || *f.Occurrences <= 0 || f.OccurrenceUnit == "", "填写多久做几次，如每月 2 次")
	}},
	{"hours_per_occurrence", "§4-12", func(f Form, _ Ground) string {
		return when(f.HoursPerOccurrence == nil || *f.HoursPerOccurrence <= 0, "填写每个社区每次要用多少小时")
	}},
	{"people_needed", "§4-12", func(f Form, _ Ground) string { return when(f.PeopleNeeded == nil, "填写每次需要几个人") }},
	{"funds", "R54", func(f Form, _ Ground) string {
		if f.FundsFen == nil {
			return "填写随事项拨付的经费，没有就填 0 并说明原因"
		}
		return when(*f.FundsFen == 0 && runes(f.FundsReason) < 4, "经费填 0 的，说明原因")
	}},
	{"funds_payer", "R54", func(f Form, g Ground) string {
		if f.FundsPayerID == nil {
			return "写明经费由哪个单位出（第四十三条）"
		}
		return when(g.entrusted() && *f.FundsPayerID != g.Unit.ID, "部门委托的事项，经费由委托部门承担（第四十三条第二款，R54）")
	}},
	{"funds_pay_on", "§4-15", func(f Form, _ Ground) string {
		return when(f.FundsFen != nil && *f.FundsFen > 0 && f.FundsPayOn.IsZero(), "填写经费哪天拨付")
	}},
	{"form_frequency", "R28", func(f Form, _ Ground) string {
		if len(f.FormFields) == 0 {
			return ""
		}
		if f.FormFrequency == "" {
			return "填写报表多久报一次"
		}
		return when(f.FormFrequency == "week" && f.Term != Emergency, "保留的报表以月报、季报、年报为主，不能每周报（R28）")
	}},
	{"form_name", "§4-13", func(f Form, _ Ground) string {
		return when(len(f.FormFields) > 0 && runes(f.FormName) < 2, "写明表格名称")
	}},
	{"form_fields", "§4-13", func(f Form, _ Ground) string {
		return when(len(f.FormFields) == 0 && runes(f.FormName) > 0, "写了表格的，列出要填的字段，一行一个")
	}},
	{"personal_purpose", "§4-17", func(f Form, _ Ground) string {
		return when(runes(f.PersonalInfo) > 0 && runes(f.PersonalPurpose) < 4, "采集个人信息的，写明用途")
	}},
	{"personal_keep", "§4-17", func(f Form, _ Ground) string {
		return when(runes(f.PersonalInfo) > 0 && runes(f.PersonalKeep) < 1, "采集个人信息的，写明保存多久")
	}},
	{"contact_name", "§4-2", func(f Form, _ Ground) string { return when(runes(f.ContactName) < 2, "填写联系人") }},
	{"contact_phone", "§4-2", func(f Form, _ Ground) string { return when(runes(f.ContactPhone) < 5, "填写办公电话") }},
}

// basisRule is R7: at least one basis with document and article or number; a department needs a law or
// regulation in force (unless the street has set the looser reading), and a meeting or an
// instruction is no basis at all.
func basisRule(_ Form, g Ground) string {
	if len(g.Bases) == 0 {
		return "至少写一条依据：文件名称和条文（R7）"
	}
	lawful := false
	for _, b := range g.Bases {
		if b.DocKey == "" && slices.ContainsFunc(orders, func(o string) bool { return strings.Contains(b.Citation, o) }) {
			return "会议要求和领导批示不能单独作依据，请写明法律、法规或者文件（R7）"
		}
		if b.DocKey == "" && runes(b.Citation) < 4 {
			return "写明文件名称和文号（R7）"
		}
		if b.DocKey != "" && b.Kind.IsLawOrRegulation() && b.ArticleNo == "" {
			return "写明《" + b.Title + "》的哪一条（R7）"
		}
		lawful = lawful || b.Found && b.Kind.IsLawOrRegulation() && b.holds()
	}
	return when(g.entrusted() && g.Values.StrictBasis && !lawful, "部门申请的，至少有一条有效的法律、法规作依据（第四十三条第二款，R7）")
}

// Broken holds the form against every rule and gives all sentences at once, each beside its field.
func Broken(f Form, g Ground) []fault.Field {
	var out []fault.Field
	for _, r := range rules {
		if slices.ContainsFunc(out, func(o fault.Field) bool { return o.Name == r.field }) {
			continue
		}
		if s := r.say(f, g); s != "" {
			out = append(out, fault.Field{Name: r.field, Message: s})
		}
	}
	return out
}

// stepOf tells on which step a field stands.
var stepOf = map[string]int{
	"title": 1, "item_form": 1, "list_kind": 1, "lead_unit": 1, "reason": 1, "basis": 1, "contact_name": 1, "contact_phone": 1,
	"role": 2, "assist_modes": 2, "content": 2, "authority": 2, "communities": 2, "scope_reason": 2, "flags": 2, "flag_notes": 2,
	"term": 3, "start_on": 3, "end_on": 3, "early_reason": 3, "occurrences": 3, "hours_per_occurrence": 3, "people_needed": 3, "funds": 3, "funds_payer": 3,
	"funds_pay_on": 3, "funds_reason": 3, "support": 3,
	"form_name": 4, "form_frequency": 4, "form_fields": 4, "personal_info": 4, "personal_purpose": 4, "personal_keep": 4, "attachment": 4,
}

// StepOf gives the step of a field, StepCheck when it has none.
func StepOf(field string) int {
	if s, ok := stepOf[field]; ok {
		return s
	}
	return StepCheck
}

// listKinds are the lists that an application may ask for, in form order.
var listKinds = []string{"assist_government", "entrusted", "grid_task", "ledger_kept", "inspection", "system", "signboard_allowed"}

// ListKinds lists the choices in form order.
func ListKinds() []string { return slices.Clone(listKinds) }
