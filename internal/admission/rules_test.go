package admission

import (
	"slices"
	"strings"
	"testing"

	"portal/internal/fault"
	"portal/internal/legal"
	"portal/internal/place"
	"portal/internal/policy"
	"portal/internal/workday"

	"pgregory.net/rapid"
)

const (
	shiqiao = "320104900002"
	ownUnit = int64(7)
)

// wednesday is the day on which the forms of these tests are handed in, the day of pgtest.Now.
var wednesday = workday.NewDay(2026, 11, 18)

// sound is an application of a department that keeps every rule.
func sound() Form {
	return Form{
		Title: "独居老人冬季取暖安全走访", ItemForm: "work_task", ListKind: entrustedKind, LeadUnitID: ptr(ownUnit),
		Reason: strings.Repeat("居民不认识上门的人，由社区工作者联系并陪同，能减少打扰。", 2),
		Role:   RoleAssist, AssistModes: []AssistMode{"contact", "escort_visit"},
		Content:   "一、本单位提前三天把名单交给社区。二、社区联系居民并陪同一次。三、本单位当场检查取暖设备。",
		Authority: "不授权，只协助", Occurrences: ptr(2.0), OccurrenceUnit: "month", HoursPerOccurrence: ptr(9.0), PeopleNeeded: ptr(2),
		Communities: []string{huaiyin, linhe}, ScopeReason: "其他社区没有独居老人", Term: Temporary,
		StartOn: workday.NewDay(2027, 1, 11), EndOn: workday.NewDay(2027, 3, 10),
		FundsFen: ptr(int64(396_000)), FundsPayerID: ptr(ownUnit), FundsSource: "部门预算", FundsRule: "by_workload", FundsPayOn: workday.NewDay(2027, 1, 4),
		ContactName: "联络员", ContactPhone: "0000-5550188",
	}
}

// aLaw is an article in force, as the register gives it.
func aLaw() Judged {
	return Judged{Basis: Basis{DocKey: "elderly-rights-law", VersionDate: workday.NewDay(2018, 12, 29), ArticleNo: "7"}, Title: "老年人权益保障法", Article: "第七条",
		Kind: legal.Law, Status: legal.BasisInForce, Found: true, Text: "居民委员会应当反映老年人的要求。"}
}

func aPolicy() Judged {
	return Judged{Basis: Basis{DocKey: "minfa-2015-136", VersionDate: workday.NewDay(2015, 7, 13)}, Title: "民发〔2015〕136号", Kind: legal.PartyStateDoc,
		Status: legal.BasisInForce, Found: true}
}

func written(words string) Judged {
	return Judged{Basis: Basis{Citation: words, VersionDate: workday.NewDay(2026, 3, 1)}}
}

// footing is the ground of a department's application on that day.
func footing() Ground {
	return Ground{Today: wednesday, Values: policy.DefaultValues(wednesday), Unit: place.Unit{ID: ownUnit, Name: "区民政局", RequesterKind: place.DistrictDepartment, Active: true},
		Communities: []string{huaiyin, shiqiao, linhe}, Bases: []Judged{aLaw()}}
}

// with gives bases in the place of the sound one.
func with(bases ...Judged) func(*Form, *Ground) {
	return func(_ *Form, g *Ground) { g.Bases = bases }
}

// asking is an application of another kind of requester.
func asking(kind place.RequesterKind, bases ...Judged) func(*Form, *Ground) {
	return func(_ *Form, g *Ground) {
		g.Unit.RequesterKind = kind
		g.Bases = bases
	}
}

func edit(fn func(f *Form)) func(*Form, *Ground) { return func(f *Form, _ *Ground) { fn(f) } }

func turned(j Judged, change func(*Judged)) Judged {
	change(&j)
	return j
}

var (
	repealed = turned(aLaw(), func(j *Judged) {
		j.Status, j.Heir = legal.BasisRepealed, "《生态环境法典》第五百九十九条"
	})
	ended      = turned(aLaw(), func(j *Judged) { j.Status = legal.BasisSuperseded })
	renumbered = turned(aLaw(), func(j *Judged) {
		j.Status, j.Heir = legal.BasisRenumbered, "《突发事件应对法》第三十四条"
	})
	tomorrow   = turned(aLaw(), func(j *Judged) { j.Status = legal.BasisNotYet })
	unverified = turned(aLaw(), func(j *Judged) { j.Kind, j.Status = legal.AdminReg, legal.BasisUnverified })
	elsewhere  = turned(aLaw(), func(j *Judged) { j.Kind, j.Foreign = legal.LocalReg, true })
	catchAll   = turned(aLaw(), func(j *Judged) { j.CatchAll = true })
	bare       = turned(aLaw(), func(j *Judged) { j.ArticleNo, j.Article = "", "" })
	meeting    = written("全区会议要求")
)

// form and frequency of a kept report.
func report(f *Form) {
	f.ItemForm, f.FormName, f.FormFrequency, f.FormFields = "report", "取暖情况表", "month", []string{"取暖方式", "设备年限"}
}

// ruleCases hold each rule in a kept and in a broken form; an empty field means that nothing is said.
var ruleCases = []struct {
	name  string
	edit  func(*Form, *Ground)
	rule  string
	field string
	says  string
}{
	{"the sound form", func(*Form, *Ground) {}, "", "", ""},

	{"an active unit (4-1)", func(_ *Form, g *Ground) { g.Unit.Active = false }, "4-1", "unit", "停用"},
	{"a title of four characters", edit(func(f *Form) { f.Title = "冬季走访" }), "", "", ""},
	{"a title of three", edit(func(f *Form) { f.Title = " 冬走访 " }), "4-3", "title", "现在有 3 个字"},
	{"a title of sixty", edit(func(f *Form) { f.Title = strings.Repeat("访", 60) }), "", "", ""},
	{"a title of sixty-one", edit(func(f *Form) { f.Title = strings.Repeat("访", 61) }), "4-3", "title", "4 到 60 个字"},
	{"no form of item", edit(func(f *Form) { f.ItemForm = "" }), "4-4", "item_form", "选一个事项形态"},
	{"no list", edit(func(f *Form) { f.ListKind = "" }), "4-5", "list_kind", "清单"},
	{"a certificate outside its list", edit(func(f *Form) { f.ItemForm = "certificate" }), "4-5", "list_kind", "可出具证明清单"},
	{"no lead department (R6)", edit(func(f *Form) { f.LeadUnitID = nil }), "R6", "lead_unit", "一个牵头部门"},
	{"a reason of fifty", edit(func(f *Form) { f.Reason = strings.Repeat("因", 50) }), "", "", ""},
	{"a reason of forty-nine", edit(func(f *Form) { f.Reason = strings.Repeat("因", 49) + "   " }), "4-7", "reason", "现在有 49 个字"},
	{"a reason of a thousand and one", edit(func(f *Form) { f.Reason = strings.Repeat("因", 1001) }), "4-7", "reason", "50 到 1000"},

	{"R5 assist item, primary", edit(func(f *Form) { f.ListKind, f.Role = assistKind, RolePrimary }), "R5", "role", "不能主责"},
	{"R5 entrusted item, primary", edit(func(f *Form) { f.Role = RolePrimary }), "R5", "role", "不能主责"},
	{"R5 cooperating is kept", edit(func(f *Form) { f.Role = RoleCooperate }), "", "", ""},
	{"E33 a department under another list", edit(func(f *Form) { f.ListKind, f.Role = "grid_task", RolePrimary }), "R5", "role", "不能主责"},
	{"E33 the street under another list", func(f *Form, g *Ground) {
		f.ListKind, f.Role, g.Unit.RequesterKind = "grid_task", RolePrimary, place.StreetOffice
	}, "", "", ""},
	{"a certificate is the community's own paper", edit(func(f *Form) {
		f.ItemForm, f.ListKind, f.Role, f.AssistModes = "certificate", "certificate_allowed", RolePrimary, nil
	}), "", "", ""},
	{"no role", edit(func(f *Form) { f.Role = "" }), "4-5", "role", "选社区的角色"},
	{"R6 no mode of assisting", edit(func(f *Form) { f.AssistModes = nil }), "R6", "assist_modes", "协助方式"},
	{"R6 no mode under another list", edit(func(f *Form) { f.ListKind, f.Role, f.AssistModes = "grid_task", RoleCooperate, nil }), "R6", "assist_modes", "协助方式"},

	{"R7 nothing cited", with(), "R7", "basis", "至少写一条依据"},
	{"R7 a law without article", with(bare), "R7", "basis", "哪一条"},
	{"R7 a policy alone, department", with(aPolicy()), "R7", "basis", "只有文件不够"},
	{"R7 a policy beside a law", with(aPolicy(), aLaw()), "", "", ""},
	{"R7 a policy alone, court or group", asking(place.CourtOrGroup, aPolicy()), "R7", "basis", "只有文件不够"},
	{"R7 a policy alone, street", asking(place.StreetOffice, aPolicy()), "", "", ""},
	{"R7 a policy alone, section of the street", asking(place.StreetSection, aPolicy()), "", "", ""},
	{"R7 a policy alone, district government", asking(place.DistrictGovernment, aPolicy()), "", "", ""},
	{"R7 a policy alone, looser reading", func(_ *Form, g *Ground) {
		g.Bases, g.Values.StrictBasis = []Judged{aPolicy()}, false
	}, "", "", ""},
	{"R7 a meeting alone, looser reading", func(_ *Form, g *Ground) { g.Bases, g.Values.StrictBasis = []Judged{meeting}, false }, "R7", "basis", "不能单独作依据"},
	{"R7 a meeting alone", with(meeting), "R7", "basis", "会议要求、领导批示不能单独作依据"},
	{"R7 a meeting alone, street", asking(place.StreetOffice, meeting), "R7", "basis", "不能单独作依据"},
	{"R7 a meeting in spaces", asking(place.StreetOffice, written("會 議 要 求，领导批示")), "R7", "basis", "不能单独作依据"},
	{"R7 an instruction beside a law", with(written("区领导批示"), aLaw()), "", "", ""},
	{"R7 a document of a meeting has a number", asking(place.StreetOffice, written("梧办发〔2026〕3号落实会议精神的通知")), "", "", ""},
	{"R7 a document without a name", asking(place.StreetOffice, written("上级的通知")), "R7", "basis", "文件名称、文号和成文日期"},
	{"R7 a document without a date", asking(place.StreetOffice, turned(written("梧办发〔2026〕3号"), func(j *Judged) { j.VersionDate = workday.Day{} })), "R7", "basis", "成文日期"},
	{"R7 a regulation that nobody verified", with(unverified), "", "", ""},
	{"R7 a regulation of another place", with(elsewhere), "R7", "basis", "外地的规定"},
	{"R7 of another place, street", asking(place.StreetOffice, elsewhere), "R7", "basis", "外地的规定"},
	{"R7 a regulation of another place and a policy", with(elsewhere, aPolicy()), "R7", "basis", "只有文件不够"},
	{"R7 of another place beside a law", with(elsewhere, aLaw()), "", "", ""},
	{"R8 repealed with an heir", with(repealed), "R8", "basis", "已失效，请改引《生态环境法典》第五百九十九条"},
	{"R8 superseded without heir", with(ended), "R8", "basis", "不能再作依据"},
	{"R8 renumbered", with(renumbered), "R8", "basis", "条文号已变，请改引《突发事件应对法》第三十四条"},
	{"R8 not yet in force", with(tomorrow), "R8", "basis", "还没有施行，请改引现在有效的规定"},
	{"R8 beside a law that holds", with(aLaw(), repealed), "R8", "basis", "已失效"},
	{"R8 two that are gone, both named", with(ended, renumbered), "R8", "basis", "；《老年人权益保障法》第七条条文号已变"},
	{"R56 a catch-all alone", with(catchAll), "R56", "basis", "总括条款"},
	{"R56 a catch-all and an order", with(catchAll, meeting), "R56", "basis", "总括条款"},
	{"R56 a catch-all beside an article", with(catchAll, aLaw()), "", "", ""},

	{"no content", edit(func(f *Form) { f.Content = "走访" }), "4-8", "content", "分几步"},
	{"no authority", edit(func(f *Form) { f.Authority = "无" }), "4-9", "authority", "授权"},
	{"no community", edit(func(f *Form) { f.Communities = nil }), "4-10", "communities", "至少 1 个社区"},
	{"a community of another street", edit(func(f *Form) { f.Communities = []string{huaiyin, "110101001001"} }), "4-10", "communities", "本街道"},
	{"some communities without a reason", edit(func(f *Form) { f.ScopeReason = "" }), "4-10", "scope_reason", "只在这些社区"},
	{"all communities need none", edit(func(f *Form) { f.ScopeReason, f.Communities = "", []string{huaiyin, shiqiao, linhe} }), "", "", ""},
	{"no term", edit(func(f *Form) { f.Term = "" }), "4-11", "term", "期限类型"},
	{"no start", edit(func(f *Form) { f.StartOn = workday.Day{} }), "4-11", "start_on", "从哪天开始"},
	{"starts today", edit(func(f *Form) { f.StartOn = wednesday }), "", "", ""},
	{"started yesterday", edit(func(f *Form) { f.StartOn = wednesday.Add(-1) }), "4-11", "start_on", "不能早于今天 2026年11月18日"},
	{"an emergency may have begun", edit(func(f *Form) { f.Term, f.StartOn, f.EndOn = Emergency, wednesday.Add(-1), wednesday.Add(9) }), "", "", ""},
	{"no end, temporary", edit(func(f *Form) { f.EndOn = workday.Day{} }), "R11", "end_on", "只有长期事项可以不填"},
	{"no end, phased", edit(func(f *Form) { f.Term, f.EndOn = Phased, workday.Day{} }), "R11", "end_on", "只有长期事项可以不填"},
	{"no end, long-term", edit(func(f *Form) { f.Term, f.EndOn = LongTerm, workday.Day{} }), "", "", ""},
	{"R11 ends on its first day", edit(func(f *Form) { f.EndOn = f.StartOn }), "R11", "end_on", "要晚于开始日期 2027年1月11日"},
	{"R11 twelve months to the day", edit(func(f *Form) { f.EndOn = workday.NewDay(2028, 1, 11) }), "", "", ""},
	{"R11 a day more", edit(func(f *Form) { f.EndOn = workday.NewDay(2028, 1, 12) }), "R11", "end_on", "最晚到 2028年1月11日（R11）"},
	{"R11 from a leap day", edit(func(f *Form) { f.StartOn, f.EndOn = workday.NewDay(2028, 2, 29), workday.NewDay(2029, 3, 1) }), "R11", "end_on", "最晚到 2029年2月28日"},
	{"R11 a phased item may last longer", edit(func(f *Form) { f.Term, f.EndOn = Phased, workday.NewDay(2029, 1, 12) }), "", "", ""},
	{"R25 an emergency of thirty days", edit(func(f *Form) { f.Term, f.EndOn = Emergency, f.StartOn.Add(30) }), "", "", ""},
	{"R25 of thirty-one", edit(func(f *Form) { f.Term, f.EndOn = Emergency, f.StartOn.Add(31) }), "R11", "end_on", "应急事项最长 30 天"},
	{"R12 a signboard", edit(func(f *Form) { f.Flags, f.FlagNotes = []Flag{"signboard"}, "某某工作站，室内" }), "R12", "flags", "临时事项不能挂牌子"},
	{"R12 a system", edit(func(f *Form) { f.Flags, f.FlagNotes = []Flag{"system"}, "某某小程序" }), "R12", "flags", "用系统"},
	{"R12 an assessment and a system", edit(func(f *Form) { f.Flags, f.FlagNotes = []Flag{"assessment", "system"}, "年度统一考核" }), "R12", "flags", "用系统或小程序、考核评比"},
	{"R12 a body", edit(func(f *Form) { f.ItemForm = "body" }), "R12", "flags", "设机构"},
	{"R12 the item is the signboard", edit(func(f *Form) { f.ItemForm, f.FlagNotes = "signboard", "某某工作站，室内" }), "R12", "flags", "挂牌子"},
	{"R12 the list is that of systems", edit(func(f *Form) { f.ListKind = "system" }), "R12", "flags", "用系统"},
	{"R12 a work group is none of them", edit(func(f *Form) { f.Flags, f.FlagNotes = []Flag{"group"}, "走访工作群，3 月解散" }), "", "", ""},
	{"R12 binds temporary items", edit(func(f *Form) { f.Term, f.Flags, f.FlagNotes = Phased, []Flag{"signboard"}, "某某工作站，室内" }), "", "", ""},
	{"4-14 a group without note", edit(func(f *Form) { f.Flags = []Flag{"group"} }), "4-14", "flag_notes", "群归谁管"},

	{"not how often", edit(func(f *Form) { f.Occurrences = nil }), "4-12", "occurrences", "做几次"},
	{"never", edit(func(f *Form) { f.Occurrences = ptr(0.0) }), "4-12", "occurrences", "做几次"},
	{"more often than anybody can", edit(func(f *Form) { f.Occurrences = ptr(900.0) }), "4-12", "occurrences", "9999 次"},
	{"no rhythm", edit(func(f *Form) { f.OccurrenceUnit = "" }), "4-12", "occurrence_unit", "多久一轮"},
	{"no hours", edit(func(f *Form) { f.HoursPerOccurrence = nil }), "4-12", "hours_per_occurrence", "多少小时"},
	{"more hours than the figures hold", edit(func(f *Form) {
		f.Occurrences, f.HoursPerOccurrence, f.EndOn = ptr(800.0), ptr(99_999.0), workday.NewDay(2028, 1, 10)
	}), "4-12", "hours_per_occurrence", "9999999 小时"},
	{"nobody needed", edit(func(f *Form) { f.PeopleNeeded = ptr(0) }), "4-12", "people_needed", "几个人"},

	{"R54 no word of money", edit(func(f *Form) { f.FundsFen = nil }), "R54", "funds", "没有就填 0"},
	{"nothing, with a reason", edit(func(f *Form) { f.FundsFen, f.FundsReason = ptr(int64(0)), "本年没有预算" }), "", "", ""},
	{"nothing, without", edit(func(f *Form) { f.FundsFen = ptr(int64(0)) }), "4-15", "funds_reason", "写明原因"},
	{"R54 nobody pays", edit(func(f *Form) { f.FundsPayerID = nil }), "R54", "funds_payer", "哪个单位出"},
	{"R54 somebody else pays for a department", edit(func(f *Form) { f.FundsPayerID = ptr(int64(8)) }), "R54", "funds_payer", "由委托部门自己出"},
	{"E33 called 协助, paid by somebody else", edit(func(f *Form) { f.ListKind, f.FundsPayerID = assistKind, ptr(int64(8)) }), "R54", "funds_payer", "写成协助也一样"},
	{"R54 the street's section is paid for by the office", func(f *Form, g *Ground) {
		f.FundsPayerID, g.Unit.RequesterKind = ptr(int64(8)), place.StreetSection
	}, "", "", ""},
	{"no source", edit(func(f *Form) { f.FundsSource = "" }), "4-15", "funds_source", "从哪里来"},
	{"no rule of paying", edit(func(f *Form) { f.FundsRule = "" }), "4-15", "funds_rule", "怎么拨付"},
	{"no day of paying", edit(func(f *Form) { f.FundsPayOn = workday.Day{} }), "4-15", "funds_pay_on", "哪天拨付"},
	{"no contact", edit(func(f *Form) { f.ContactName = "" }), "4-2", "contact_name", "联系人"},
	{"a telephone that is none", edit(func(f *Form) { f.ContactPhone = "见通讯录" }), "4-2", "contact_phone", "办公电话"},

	{"a monthly report", edit(report), "", "", ""},
	{"R28 a weekly report", edit(func(f *Form) { report(f); f.FormFrequency = "week" }), "R28", "form_frequency", "R28"},
	{"R28 a weekly report in an emergency", edit(func(f *Form) { report(f); f.FormFrequency, f.Term, f.EndOn = "week", Emergency, f.StartOn.Add(9) }), "", "", ""},
	{"R28 five reports a month (E17)", edit(func(f *Form) { report(f); f.Occurrences = ptr(5.0) }), "R28", "form_frequency", "R28"},
	{"R28 weekly visits with a monthly form", edit(func(f *Form) { report(f); f.ItemForm, f.OccurrenceUnit = "work_task", "week" }), "", "", ""},
	{"a form without rhythm", edit(func(f *Form) { report(f); f.FormFrequency = "" }), "4-13", "form_frequency", "多久填一次"},
	{"a form without name", edit(func(f *Form) { report(f); f.FormName = "" }), "4-13", "form_name", "表格名称"},
	{"a form without fields", edit(func(f *Form) { report(f); f.FormFields = []string{" ", ""} }), "4-13", "form_fields", "一行一个"},
	{"a ledger that shows no form (E17)", edit(func(f *Form) { report(f); f.ItemForm, f.FormFields = "ledger", nil }), "4-13", "form_fields", "一行一个"},
	{"a field of a person", edit(func(f *Form) {
		report(f)
		f.FormFields, f.PersonalPurpose, f.PersonalKeep = []string{"户主姓名"}, "上门联系", "一年"
	}), "4-17", "personal_info", "户主姓名"},
	{"personal data without a purpose", edit(func(f *Form) { f.PersonalInfo, f.PersonalKeep = "姓名", "一年" }), "4-17", "personal_purpose", "做什么用"},
	{"personal data kept for ever", edit(func(f *Form) { f.PersonalInfo, f.PersonalPurpose = "姓名", "上门联系" }), "4-17", "personal_keep", "保存多久"},
}

// Every rule of the form (R5–R8, R11, R12, R25, R28, R54, R56, E33 and §4) kept and broken: one
// sentence, beside the right field and on the right step, and nothing else is said.
func TestRules(t *testing.T) {
	t.Parallel()
	broken := map[string]bool{}
	for _, c := range ruleCases {
		f, g := sound(), footing()
		c.edit(&f, &g)
		got := Problems(f, g)
		if c.field == "" {
			if len(got) != 0 {
				t.Errorf("%s: %+v", c.name, got)
			}
			continue
		}
		broken[c.rule+" "+c.field] = true
		if len(got) != 1 || got[0].Rule != c.rule || got[0].Field != c.field || !strings.Contains(got[0].Message, c.says) || got[0].Step != StepOf(c.field) {
			t.Errorf("%s: %+v; want %s beside %s: …%s…", c.name, got, c.rule, c.field, c.says)
		}
	}
	for _, r := range rules {
		if !broken[r.no+" "+r.field] {
			t.Errorf("no case breaks %s beside %s", r.no, r.field)
		}
	}
}

// All sentences come at once, one for each field, in the order of the steps.
func TestAllRulesAtOnce(t *testing.T) {
	t.Parallel()
	g := footing()
	g.Bases = nil
	got := Broken(Form{}, g)
	want := strings.Fields(`title item_form list_kind lead_unit basis reason role assist_modes content authority occurrences occurrence_unit
		hours_per_occurrence people_needed communities term start_on funds funds_payer contact_name contact_phone`)
	var fields []string
	step := 0
	for _, f := range got {
		fields = append(fields, f.Name)
		if StepOf(f.Name) < step {
			t.Errorf("%s stands before its step", f.Name)
		}
		step = StepOf(f.Name)
		if f.Message == "" {
			t.Errorf("%s says nothing", f.Name)
		}
	}
	if !slices.Equal(fields, want) {
		t.Errorf("fields = %v\nwant     %v", fields, want)
	}
	if fault.KindOf(fault.Invalid(got...)) != fault.KindInvalid {
		t.Error("broken rules are no fault")
	}
}

// The length of a temporary item and of an emergency are settings (R11, R25).
func TestLimitsAreSettings(t *testing.T) {
	t.Parallel()
	f, g := sound(), footing()
	g.Values.TemporaryMonths, g.Values.EmergencyDays = 1, 5
	if got := Broken(f, g); len(got) != 1 || !strings.Contains(got[0].Message, "最长 1 个月，最晚到 2027年2月11日") {
		t.Errorf("%+v", got)
	}
	f.Term = Emergency
	if got := Broken(f, g); len(got) != 1 || !strings.Contains(got[0].Message, "最长 5 天，最晚到 2027年1月16日") {
		t.Errorf("%+v", got)
	}
}

// Whatever a form holds, the rules and the five checks answer: no panic, one sentence for each field, a
// result of each check.
func TestAnyFormIsAnswered(t *testing.T) {
	x := facts(t)
	rapid.Check(t, func(r *rapid.T) {
		f, g := anyForm(r), footing()
		g.Today = anyDay(r, "today")
		g.Unit.RequesterKind = rapid.SampledFrom(place.RequesterKinds).Draw(r, "requester")
		g.Bases = rapid.SliceOfN(rapid.SampledFrom([]Judged{{}, aLaw(), repealed, tomorrow, elsewhere, catchAll, meeting, aPolicy()}), 0, 4).Draw(r, "bases")
		seen := map[string]bool{}
		for _, p := range Problems(f, g) {
			if p.Message == "" || seen[p.Field] || p.Step != StepOf(p.Field) {
				r.Fatalf("%+v", p)
			}
			seen[p.Field] = true
		}
		x := x
		x.Ground = g
		results := Run(f, x)
		for i, c := range results {
			if c.Kind != CheckKinds[i] || c.Headline == "" || c.Words() == "" || !slices.Contains([]string{resultPass, resultExplain, resultFail}, c.Result) {
				r.Fatalf("%+v", c)
			}
			if c.Result == resultFail && len(c.Points) == 0 {
				r.Fatalf("%s fails and says nothing to correct", c.Kind)
			}
		}
		if letters, _ := marks(results); len(letters) != 5 || f.NeedFen(5500) < 0 {
			r.Fatalf("%q, %d", letters, f.NeedFen(5500))
		}
	})
}

func anyDay(r *rapid.T, label string) workday.Day {
	if rapid.IntRange(0, 4).Draw(r, label+" given") == 0 {
		return workday.Day{}
	}
	return workday.NewDay(2026, 1, 1).Add(rapid.IntRange(-800, 1200).Draw(r, label))
}

func anyForm(r *rapid.T) Form {
	words := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "招 商\u200b引資", "责任状", "打卡", "自愿参加", "走访独居老人"}))
	many := rapid.SliceOfN(words, 0, 4)
	number := rapid.SampledFrom([]*float64{nil, ptr(0.0), ptr(0.01), ptr(3.5), ptr(99_999.0)})
	money := rapid.SampledFrom([]*int64{nil, ptr(int64(0)), ptr(int64(1)), ptr(int64(maxFen))})
	unit := rapid.SampledFrom([]*int64{nil, ptr(ownUnit), ptr(int64(9))})
	f := Form{Title: words.Draw(r, "title"), Content: words.Draw(r, "content"), Reason: words.Draw(r, "reason"), FlagNotes: words.Draw(r, "notes"),
		FormName: words.Draw(r, "form"), FormFields: many.Draw(r, "fields"), Authority: words.Draw(r, "authority"), EarlyReason: words.Draw(r, "early"),
		PersonalInfo: words.Draw(r, "personal"), ContactPhone: words.Draw(r, "phone"),
		ItemForm: rapid.SampledFrom(append(ItemForms(), "", "其他")).Draw(r, "item form"), ListKind: rapid.SampledFrom(append(ListKinds(), "", "其他")).Draw(r, "list"),
		Role: rapid.SampledFrom(append(CommunityRoles(), "")).Draw(r, "role"), Term: rapid.SampledFrom(append(Terms(), "")).Draw(r, "term"),
		OccurrenceUnit: rapid.SampledFrom(append(Everies(), "", "hour")).Draw(r, "every"), FormFrequency: rapid.SampledFrom(append(Everies(), "")).Draw(r, "frequency"),
		Flags:       rapid.SliceOfN(rapid.SampledFrom(Flags()), 0, 3).Draw(r, "flags"),
		Communities: rapid.SliceOfN(rapid.SampledFrom([]string{huaiyin, linhe, "", "x"}), 0, 5).Draw(r, "communities"),
		StartOn:     anyDay(r, "start"), EndOn: anyDay(r, "end"), FundsPayOn: anyDay(r, "pay")}
	f.Occurrences, f.HoursPerOccurrence = number.Draw(r, "occurrences"), number.Draw(r, "hours")
	f.FundsFen, f.FundsPayerID, f.LeadUnitID = money.Draw(r, "funds"), unit.Draw(r, "payer"), unit.Draw(r, "lead")
	return f
}
