package admission

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"

	"portal/internal/catalog"
	"portal/internal/demo/data"
	"portal/internal/legal"
	"portal/internal/normal"
	"portal/internal/place"
	"portal/internal/workday"
)

// rowsOf reads a published file as maps by column.
func rowsOf(t testing.TB, kind string) []map[string]string {
	t.Helper()
	content, err := data.Bytes(kind)
	if err != nil {
		t.Fatal(err)
	}
	all, err := csv.NewReader(bytes.NewReader(content)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, row := range all[1:] {
		m := map[string]string{}
		for i, name := range all[0] {
			m[strings.TrimPrefix(name, "\ufeff")] = row[i]
		}
		out = append(out, m)
	}
	return out
}

// facts are those of a street with the real negative list and the published calendar; nothing is held
// yet, and both communities have room.
func facts(t testing.TB) Facts {
	t.Helper()
	x := Facts{Ground: footing(), Names: map[string]string{huaiyin: "槐荫社区", linhe: "临河社区"},
		Hours: map[string]catalog.Hours{huaiyin: {Hours: 100, Capacity: 480}, linhe: {Hours: 460, Capacity: 480}}}
	for _, r := range rowsOf(t, "negative") {
		x.Negatives = append(x.Negatives, catalog.NegativeEntry{Code: r["code"], Phrase: r["phrase"], PhraseKey: normal.Key(r["phrase"]),
			MatchMode: catalog.MatchMode(r["match_mode"]), Description: r["description"], Source: r["source"]})
	}
	if len(x.Negatives) != 70 {
		t.Fatalf("%d phrases", len(x.Negatives))
	}
	var err error
	if x.Calendar, err = workday.NewCalendar(workday.Published()); err != nil {
		t.Fatal(err)
	}
	return x
}

// minors is 未成年人保护法第四十三条 as the register gives it.
func minors(t testing.TB) Judged {
	t.Helper()
	for _, r := range rowsOf(t, "articles") {
		if r["doc_key"] == "protection-of-minors-law" && r["version_date"] == "2024-04-26" && r["article_no"] == "43" {
			return Judged{Title: "未成年人保护法", Article: r["article_label"], Kind: legal.Law, Status: legal.BasisInForce, Found: true, Text: r["paragraph_texts"]}
		}
	}
	t.Fatal("the article is not in the file")
	return Judged{}
}

// The negative list while typing (R1–R4, R33, R34): which words stop, which only warn, whatever width,
// script or spaces hide them, and where they are looked for.
func TestNegativeCheck(t *testing.T) {
	t.Parallel()
	x := facts(t)
	title := func(words string, role Role) func(*Form) { return func(f *Form) { f.Title, f.Role = words, role } }
	ofMinors := x
	ofMinors.Cited = cited([]Judged{minors(t)})
	ofShanghai := x
	ofShanghai.Cited = cited([]Judged{turned(minors(t), func(j *Judged) { j.Foreign = true })})
	ofPolicy := x
	ofPolicy.Cited = cited([]Judged{turned(minors(t), func(j *Judged) { j.Kind = legal.PartyStateDoc })})
	ofOldLaw := x
	ofOldLaw.Cited = cited([]Judged{turned(minors(t), func(j *Judged) { j.Status = legal.BasisRepealed })})
	ofStreet := x
	ofStreet.Unit.RequesterKind = place.StreetOffice
	for _, c := range []struct {
		name   string
		x      Facts
		edit   func(*Form)
		result string
		codes  string // of the entries, in order
		rules  string
		stops  int // messages that stop a submission
	}{
		{"nothing", x, func(*Form) {}, resultPass, "", "", 0},
		{"R1 a title", x, title("社区招商引资任务", RoleAssist), resultFail, "NEG-001", "R1", 1},
		{"R4 spaces", x, title("社区招 商 引 资任务", RoleAssist), resultFail, "NEG-001", "R1", 1},
		{"R4 traditional", x, title("社區招商引資任務", RoleAssist), resultFail, "NEG-001", "R1", 1},
		{"R4 wide and zero width", x, title("招　商\u200b引·資", RoleAssist), resultFail, "NEG-001", "R1", 1},
		{"R4 compatibility forms", x, title("协助⼀票否决", RoleAssist), resultFail, "NEG-017", "R1", 1},
		{"R4 a title phrase in the content", x, func(f *Form) { f.Content = "社区不承担招商引资" }, resultPass, "", "", 0},
		{"R2 primary", x, title("参与行政执法检查", RolePrimary), resultFail, "NEG-006", "R1", 1},
		{"R2 assisting", x, title("协助行政执法宣传", RoleAssist), resultExplain, "NEG-006", "R2", 0},
		{"R2 cooperating", x, title("配合行政执法宣传", RoleCooperate), resultExplain, "NEG-006", "R2", 0},
		{"R34 责任状 in the content", x, func(f *Form) { f.Content = "与社区签订责任\n状，逐级落实" }, resultFail, "NEG-016", "R1", 1},
		{"R34 一票否决 in a field of a form", x, func(f *Form) { f.FormFields = []string{"姓名", "是否一票否決"} }, resultFail, "NEG-017", "R1", 1},
		{"R4 the name of a form", x, func(f *Form) { f.FormName = "留痕登记表" }, resultFail, "NEG-040", "R1", 1},
		{"R4 the reason is no text of the task", x, func(f *Form) { f.Reason = "不签责任状，不搞一票否决" }, resultPass, "", "", 0},
		{"打卡", x, func(f *Form) { f.Content = "每天打卡" }, resultFail, "NEG-035", "R1", 1},
		{"打卡 in an emergency", x, func(f *Form) { f.Content, f.Term = "每天打卡、接龙", Emergency }, resultPass, "", "", 0},
		{"R27 an emergency opens nothing else", x, func(f *Form) { f.Title, f.Term = "招商引资应急", Emergency }, resultFail, "NEG-001", "R1", 1},
		{"a word of a rule is no phrase", x, func(f *Form) { f.Content = "单独考核、周报、新建APP、重复报送" }, resultPass, "", "", 0},
		{"one entry in two places counts once", x, func(f *Form) { f.Title, f.Content = "责任状", "责任状，责任状" }, resultFail, "NEG-016", "R1", 2},
		{"two entries", x, func(f *Form) { f.Content = "打卡，截图" }, resultFail, "NEG-035 NEG-038", "R1", 2},

		{"R3 专人专岗 without a law", x, title("设置专人专岗负责未成年人保护工作", RoleAssist), resultFail, "NEG-030", "R1", 1},
		{"R3 a policy does not lift", ofPolicy, title("设置专人专岗负责未成年人保护工作", RoleAssist), resultFail, "NEG-030", "R1", 1},
		{"R3 a law that is gone does not lift", ofOldLaw, title("设置专人专岗负责未成年人保护工作", RoleAssist), resultFail, "NEG-030", "R1", 1},
		{"R3 a rule of another place does not lift", ofShanghai, title("设置专人专岗负责未成年人保护工作", RoleAssist), resultFail, "NEG-030", "R1", 1},
		{"§11 LZ-030", ofMinors, title("设置专人专岗负责未成年人保护工作", RoleAssist), resultExplain, "NEG-030", "R3", 0},
		{"§11 大共治, primary", x, title("探索实施城市管理、综合执法“大共治”工作", RolePrimary), resultFail, "NEG-009 NEG-011", "R1", 2},
		{"§11 大共治, assisting", x, title("探索实施城市管理、综合执法“大共治”工作", RoleAssist), resultExplain, "NEG-009 NEG-011", "R2", 0},
		{"§11 大共治, its own title", x, title("探索实施“大共治”工作", RoleAssist), resultPass, "", "", 0},
		{"§11 XZ-006", x, title("发现生产经营单位事故隐患或安全生产违法行为时报告", RoleAssist), resultExplain, "NEG-010", "R2", 0},
		{"§11 JD-002", x, title("组织实施环境保护、秩序治理、街区更新、物业管理监督、应急管理等城市管理工作", RoleCooperate), resultExplain, "NEG-009", "R2", 0},

		{"R33 a department's own inspection", x, func(f *Form) { f.Flags = []Flag{"inspection"} }, resultFail, "", "R33", 0},
		{"R33 its own assessment", x, func(f *Form) { f.ItemForm = "assessment" }, resultFail, "", "R33", 0},
		{"R33 under the list of inspections (E17)", x, func(f *Form) { f.ListKind = "inspection" }, resultFail, "", "R33", 0},
		{"R33 the street's plan", ofStreet, func(f *Form) { f.Flags = []Flag{"inspection"} }, resultPass, "", "", 0},
		{"R32 a signboard", x, func(f *Form) { f.Flags = []Flag{"signboard"} }, resultExplain, "", "R32", 0},
		{"R35 a work group", x, func(f *Form) { f.Flags = []Flag{"group"} }, resultExplain, "", "R35", 0},
		{"R36 a forbidden certificate", x, func(f *Form) { f.ItemForm, f.Title = "certificate", "出具亲属关系证明" }, resultFail, "NEG-051", "R36", 0},
		{"R36 is about certificates", x, func(f *Form) { f.Title = "告知亲属关系证明去哪里办" }, resultPass, "", "", 0},
		{"E15 voluntary, but registered", x, func(f *Form) {
			f.Content, f.FormFields = "居民自愿参加活动，社区登记", []string{"活动名称"}
		}, resultExplain, "", "E15", 0},
	} {
		f := sound()
		c.edit(&f)
		got := checkNegative(f, c.x)
		if got.Result != c.result || strings.Join(got.Evidence.Negative, " ") != c.codes || strings.Join(got.Evidence.Rules, " ") != c.rules {
			t.Errorf("%s: %s %v %v (%s)", c.name, got.Result, got.Evidence.Negative, got.Evidence.Rules, got.Words())
		}
		if n := len(uniq(got.Evidence.Negative)); c.codes != "" && c.result == resultFail && got.Headline != fmt.Sprintf("命中 %d 条", n) {
			t.Errorf("%s: headline %q for %d entries", c.name, got.Headline, n)
		}
		look := Look{Facts: c.x}
		look.Form = f
		if stops := look.stops(); len(stops) != c.stops {
			t.Errorf("%s: stopped by %v", c.name, stops)
		}
	}
}

// A finding shows the words as they were written, marked; the message that stops names phrase,
// description and source (R1).
func TestWhatIsSaidOfAHit(t *testing.T) {
	t.Parallel()
	x, f := facts(t), sound()
	f.Title = "街道下达的社区招 商 引 資任务分解落实"
	got := checkNegative(f, x)
	var marked []string
	for _, p := range got.Finding {
		if p.Hit {
			marked = append(marked, p.Text)
		}
	}
	if !slices.Equal(marked, []string{"招 商 引 資"}) {
		t.Errorf("marked %q", marked)
	}
	for _, want := range []string{"标题写有“街道下达的社区招 商 引 資任务分解落实”", "触及 NEG-001：社区承担的招商引资任务指标原则上一律取消。出处：民政部、中央组织部"} {
		if !strings.Contains(got.Words(), want) {
			t.Errorf("%s\nmisses %s", got.Words(), want)
		}
	}
	if len(got.Points) != 1 || !strings.HasPrefix(got.Points[0], "删去标题里的“招商引资”") {
		t.Errorf("points %v", got.Points)
	}
	look := Look{Facts: x}
	look.Form = f
	stop := look.stops()
	if len(stop) != 1 || stop[0].Name != "title" {
		t.Fatalf("%v", stop)
	}
	for _, want := range []string{"“招商引资”", "NEG-001", "社区承担的招商引资任务指标原则上一律取消", "出处：民政部、中央组织部关于进一步开展社区减负工作的通知", "（R1）"} {
		if !strings.Contains(stop[0].Message, want) {
			t.Errorf("%s misses %s", stop[0].Message, want)
		}
	}
}

func held(names ...string) []HeldField {
	var out []HeldField
	for _, n := range names {
		out = append(out, HeldField{Name: n, NameKey: normal.Key(n), Holder: "区民政局", AsOf: workday.NewDay(2026, 8, 31)})
	}
	return out
}

func manyNames(word string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("%s%d", word, i+1)
	}
	return out
}

// Fields already held (R30): the line is 60 %, counted on different fields whatever they are called and
// written, never on the form's name (E17), and merging forms hides none (E18).
func TestDuplicateCheck(t *testing.T) {
	t.Parallel()
	x := facts(t)
	x.Held = held(manyNames("已有", 200)...)
	x.Reports = []ReportForm{
		{Name: "独居老人基本情况台账", UnitID: 9, Unit: "区卫生健康局", Frequency: "quarter", Fields: []string{"独居原因", "照护人", "慢性病"}},
		{Name: "五保", UnitID: 9, Unit: "区民政局", Frequency: "once", Fields: manyNames("丙", 4)},
	}
	own := x
	own.Reports = append(slices.Clone(x.Reports), ReportForm{Name: "旧表", UnitID: ownUnit, Unit: "区民政局", Frequency: "month", Fields: []string{"旧"}})
	fellows := x
	fellows.Fellows = []FellowForm{{Unit: "区残联", Title: "冬季摸底", Fields: []string{"新1", "新2"}}}
	mix := func(known, fresh int) []string { return append(manyNames("已有", known), manyNames("新", fresh)...) }
	for _, c := range []struct {
		name     string
		x        Facts
		fields   []string
		edit     func(*Form)
		result   string
		headline string
		says     string
	}{
		{"no form", x, nil, nil, resultPass, "不填表", "不要社区填表"},
		{"nothing held", x, mix(0, 4), nil, resultPass, "没有重合", "4 个字段都没有现成数据"},
		{"59 of 100", x, mix(59, 41), nil, resultExplain, "59 / 100 个字段", "可以预填"},
		{"60 of 100", x, mix(60, 40), nil, resultFail, "60 / 100 个字段", "重合 60%，过了 60% 的线"},
		{"59.7 %", x, mix(40, 27), nil, resultExplain, "40 / 67 个字段", "可以预填"},
		{"3 of 5", x, mix(3, 2), nil, resultFail, "3 / 5 个字段", "已有1（区民政局，截至 2026-08-31）"},
		{"all of them", x, mix(5, 0), nil, resultFail, "5 / 5 个字段", "重合 100%"},
		{"other spelling", x, []string{"已 有１", "已\u200b有2", "新1"}, nil, resultFail, "2 / 3 个字段", "R30"},
		{"a field written twice counts once", x, []string{"已有1", "已有2", "已有3", "新1", "新2", "新 2", "新２", ""}, nil, resultFail, "3 / 5 个字段", "R30"},
		{"E17 a ledger called 档案", x, []string{"独居原因", "照护人", "慢性病"}, func(f *Form) { f.FormName = "关爱档案" }, resultFail, "3 / 3 个字段", "社区已经在填：区卫生健康局“独居老人基本情况台账”（每季度，3 个字段相同）"},
		{"E17 a report called 信息共享", x, []string{"独居原因", "照护人", "新1", "新2"}, func(f *Form) { f.FormName = "信息共享" }, resultExplain, "2 / 4 个字段", "独居老人基本情况台账"},
		{"E17 the same name with other fields", x, mix(0, 3), func(f *Form) { f.FormName = "独居老人基本情况台账" }, resultPass, "没有重合", "没有现成数据"},
		{"E18 forms merged into one", x, slices.Concat(mix(0, 40), []string{"独居原因", "照护人", "慢性病"}, manyNames("丙", 4)), nil, resultExplain, "7 / 47 个字段", "“五保”（一次性，4 个字段相同）"},
		{"R29 a second recurring report", own, mix(0, 3), nil, resultExplain, "没有重合", "R29"},
		{"R29 once is not recurring", own, mix(0, 3), func(f *Form) { f.FormFrequency = "once" }, resultPass, "没有重合", ""},
		{"R31 a form on an assist item", x, mix(0, 3), func(f *Form) { f.ListKind = assistKind }, resultExplain, "没有重合", "R31"},
		{"E24 two departments in one month", fellows, mix(0, 3), nil, resultExplain, "没有重合", "一个月内区残联也申请了字段相近的“冬季摸底”"},
	} {
		f := sound()
		f.FormName, f.FormFrequency, f.FormFields = "走访表", "month", c.fields
		if c.edit != nil {
			c.edit(&f)
		}
		got := checkDuplicate(f, c.x)
		if got.Result != c.result || got.Headline != c.headline || !strings.Contains(got.Words(), c.says) {
			t.Errorf("%s: %s %q %s", c.name, got.Result, got.Headline, got.Words())
		}
		if strings.Contains(strings.Join(got.Points, ""), " 0 个") {
			t.Errorf("%s: %v", c.name, got.Points)
		}
	}
	f := sound()
	f.FormFields = mix(3, 2)
	x.Values.DuplicateShare = 61
	if got := checkDuplicate(f, x); got.Result != resultExplain {
		t.Errorf("the line is a setting: %s", got.Result)
	}
}

// Money is hours × price, exact to the fen, and the sum that is shown adds up (第四十三条, R54).
func TestFundsCheck(t *testing.T) {
	t.Parallel()
	x := facts(t)
	fund := func(fen int64) func(*Form) { return func(f *Form) { f.FundsFen = &fen } }
	for _, c := range []struct {
		name     string
		price    int64
		edit     func(*Form)
		need     int64
		result   string
		headline string
		says     string
	}{
		{"enough to the fen", 5500, fund(396_000), 396_000, resultPass, "3,960 元", "72 小时 × 55 元 = 3,960 元"},
		{"a fen short", 5500, fund(395_999), 396_000, resultFail, "缺 0.01 元", "申报 3,959.99 元"},
		{"nothing", 5500, func(f *Form) { f.FundsFen, f.FundsReason = ptr(int64(0)), "本年没有预算" }, 396_000, resultFail, "缺 3,960 元", "申请单位说明：本年没有预算"},
		{"thirds of an hour", 5500, func(f *Form) {
			f.Communities, f.Occurrences, f.OccurrenceUnit, f.HoursPerOccurrence = f.Communities[:1], ptr(1.0), "quarter", ptr(1.0)
			f.FundsFen = ptr(int64(3_684))
		}, 3_685, resultFail, "缺 0.01 元", "0.67 小时 × 55 元 = 36.85 元"},
		{"half a fen goes up", 5050, func(f *Form) {
			f.Communities, f.Occurrences, f.OccurrenceUnit, f.HoursPerOccurrence = f.Communities[:1], ptr(1.0), "once", ptr(0.01)
		}, 51, resultPass, "3,960 元", "0.01 小时 × 50.50 元 = 0.51 元"},
		{"a price with fen", 3333, func(f *Form) { f.FundsFen = ptr(int64(239_976)) }, 239_976, resultPass, "2,399.76 元", "72 小时 × 33.33 元 = 2,399.76 元"},
		{"once is once, however long", 5500, func(f *Form) { f.Occurrences, f.OccurrenceUnit, f.HoursPerOccurrence = ptr(1.0), "once", ptr(4.0) }, 44_000, resultPass, "3,960 元", "8 小时"},
		{"long-term counts a year", 5500, func(f *Form) { f.Term, f.EndOn, f.FundsFen = LongTerm, workday.Day{}, ptr(int64(2_376_000)) }, 2_376_000, resultPass, "23,760 元", "432 小时"},
		{"not filled in", 5500, func(f *Form) { f.FundsFen = nil }, 396_000, resultExplain, "还没填", "55 元"},
		{"no work yet", 5500, func(f *Form) { f.Occurrences = nil; f.FundsFen = ptr(int64(0)) }, 0, resultExplain, "还没填", "工作量"},
	} {
		f, x := sound(), x
		x.Values.HourPriceFen = c.price
		c.edit(&f)
		got := checkFunds(f, x)
		if got.Result != c.result || got.Headline != c.headline || got.Evidence.NeedFen != c.need || !strings.Contains(got.Words(), c.says) {
			t.Errorf("%s: %s %q need %d %s", c.name, got.Result, got.Headline, got.Evidence.NeedFen, got.Words())
		}
	}
	// Only the district government and the street may bring conditions instead of money (第四十三条第一款).
	for kind, want := range map[place.RequesterKind]string{place.StreetOffice: resultExplain, place.DistrictGovernment: resultExplain,
		place.DistrictDepartment: resultFail, place.CourtOrGroup: resultFail} {
		f, x := sound(), x
		x.Unit.RequesterKind = kind
		f.FundsFen, f.FundsReason = ptr(int64(0)), "街道提供两名辅助人员"
		if got := checkFunds(f, x); got.Result != want {
			t.Errorf("%s: %s", kind, got.Result)
		}
	}
}

// Hours of each community before and after, against its ceiling; exactly at the ceiling is not over it.
func TestLoadCheck(t *testing.T) {
	t.Parallel()
	x := facts(t) // 18 hours a month on 100 and on 460 of 480
	for _, c := range []struct {
		name     string
		edit     func(*Form, *Facts)
		result   string
		headline string
		says     string
	}{
		{"room", func(*Form, *Facts) {}, resultPass, "没有超上限", "共 72 小时，每个社区每月 18 小时"},
		{"to the ceiling", func(f *Form, _ *Facts) { f.HoursPerOccurrence = ptr(10.0) }, resultPass, "没有超上限", "20 小时"},
		{"over it", func(f *Form, _ *Facts) { f.HoursPerOccurrence = ptr(10.1) }, resultExplain, "1 个社区超上限", "临河社区（460 + 20.2，上限 480）"},
		{"the ceiling is a share", func(_ *Form, x *Facts) { x.Values.CeilingShare = 20 }, resultExplain, "2 个社区超上限", "槐荫社区（100 + 18，上限 96）"},
		{"not filled in", func(f *Form, _ *Facts) { f.Communities = nil }, resultExplain, "还没填", "次数、小时和社区"},
	} {
		f, x := sound(), x
		c.edit(&f, &x)
		got := checkLoad(f, x)
		if got.Result != c.result || got.Headline != c.headline || !strings.Contains(got.Words(), c.says) {
			t.Errorf("%s: %s %q %s", c.name, got.Result, got.Headline, got.Words())
		}
	}
	f := sound()
	f.HoursPerOccurrence = ptr(12.0)
	got := checkLoad(f, x)
	want := []CommunityLoad{{Code: huaiyin, Name: "槐荫社区", Planned: 100, Added: 24, Ceiling: 480}, {Code: linhe, Name: "临河社区", Planned: 460, Added: 24, Ceiling: 480}}
	if !slices.Equal(got.Evidence.Loads, want) || len(got.Points) != 1 || strings.Contains(got.Points[0], "槐荫") {
		t.Errorf("loads %+v, points %v", got.Evidence.Loads, got.Points)
	}
}

// Thirty working days ahead (R9) by the calendar (R10): exactly 29, 30 and 31, over a 调休 Saturday and
// over holidays, and the count that enters a year without calendar is never a failure.
func TestAheadCheck(t *testing.T) {
	t.Parallel()
	x := facts(t)
	on := workday.NewDay
	for _, c := range []struct {
		name       string
		today      workday.Day
		start      workday.Day
		edit       func(*Form)
		result     string
		headline   string
		says       string
		misses2027 bool
	}{
		// 2026-09-01 is a Tuesday; 中秋 on Friday 25 September, 国庆 1–7 October, and the Saturdays or Sundays made up for it count.
		{"29 working days", on(2026, 6, 22), on(2026, 7, 31), nil, resultFail, "只提前 29 个工作日", "最早 2026年8月3日 开始", false},
		{"30", on(2026, 6, 22), on(2026, 8, 3), nil, resultPass, "提前 30 个工作日", "要求提前 30 个工作日（R9）", false},
		{"31", on(2026, 6, 22), on(2026, 8, 4), nil, resultPass, "提前 31 个工作日", "R9", false},
		{"29 and a Sunday", on(2026, 6, 22), on(2026, 8, 2), nil, resultFail, "只提前 29 个工作日", "", false},
		{"early with a reason", on(2026, 6, 22), on(2026, 7, 31), func(f *Form) { f.EarlyReason = "汛期提前到来" }, resultExplain, "只提前 29 个工作日", "申请单位说明：汛期提前到来", false},
		{"early with a reason of three characters", on(2026, 6, 22), on(2026, 7, 31), func(f *Form) { f.EarlyReason = "很急。" }, resultFail, "只提前 29 个工作日", "写明原因", false},
		{"early in an emergency", on(2026, 6, 22), on(2026, 6, 22), func(f *Form) { f.Term = Emergency }, resultPass, "应急", "不要求提前", false},
		{"in the past", on(2026, 6, 22), on(2026, 6, 1), nil, resultFail, "只提前 0 个工作日", "", false},
		{"no start", on(2026, 6, 22), workday.Day{}, nil, resultExplain, "还没填", "30 个工作日", false},
		{"2027 entered, days counted so far", on(2026, 11, 25), on(2027, 1, 11), nil, resultExplain, "已数到 26 个工作日", "2027 年放假安排尚未导入。到2026 年底已数 26 个工作日，要求 30 个", true},
		{"2027 entered, far ahead", on(2026, 12, 30), on(2027, 12, 1), nil, resultExplain, "已数到 1 个工作日", "2027 年放假安排尚未导入", true},
		{"2027 entered, start still in 2026", on(2026, 11, 25), on(2026, 12, 2), nil, resultExplain, "已数到 5 个工作日", "2027 年放假安排尚未导入。到2026年12月2日已数 5 个工作日", true},
		{"2027 entered, on its first day", on(2026, 12, 31), on(2027, 1, 1), func(f *Form) { f.EarlyReason = "元旦慰问" }, resultExplain, "已数到 0 个工作日", "申请单位说明：元旦慰问", true},
		{"enough before 2027", on(2026, 11, 18), on(2027, 1, 11), nil, resultPass, "至少提前 31 个工作日", "R9", false},
	} {
		f, x := sound(), x
		f.StartOn, x.Today = c.start, c.today
		if c.edit != nil {
			c.edit(&f)
		}
		got := checkAhead(f, x)
		if got.Result != c.result || got.Headline != c.headline || !strings.Contains(got.Words(), c.says) {
			t.Errorf("%s: %s %q %s", c.name, got.Result, got.Headline, got.Words())
		}
		if missing := got.Evidence.Missing == 2027; missing != c.misses2027 {
			t.Errorf("%s: missing year %d", c.name, got.Evidence.Missing)
		}
	}
}

// R10 beside R9, day by day around 国庆: a holiday on a weekday does not count and a 调休 Saturday does.
func TestAheadPassesHolidaysAndMakeUpDays(t *testing.T) {
	t.Parallel()
	x := facts(t)
	x.Values.ApplyAhead = 1
	for _, c := range []struct {
		today, earliest workday.Day
	}{
		{workday.NewDay(2026, 9, 30), workday.NewDay(2026, 10, 8)},  // 国庆 on weekdays
		{workday.NewDay(2026, 10, 9), workday.NewDay(2026, 10, 10)}, // Friday → the 调休 Saturday
		{workday.NewDay(2026, 10, 16), workday.NewDay(2026, 10, 19)},
	} {
		x.Today = c.today
		for start := c.today.Add(1); !start.After(c.earliest); start = start.Add(1) {
			f := sound()
			f.StartOn = start
			want := resultFail
			if start == c.earliest {
				want = resultPass
			}
			if got := checkAhead(f, x); got.Result != want {
				t.Errorf("from %s, start %s: %s %s", c.today, start, got.Result, got.Words())
			}
		}
	}
}

// The short form for lists keeps the order of the checks and the first failing headline.
func TestMarks(t *testing.T) {
	t.Parallel()
	x, f := facts(t), sound()
	if letters, first := marks(Run(f, x)); letters != "ppppp" || first != "" {
		t.Errorf("%s %q", letters, first)
	}
	f.FundsFen, f.Title, f.HoursPerOccurrence = ptr(int64(0)), "协助行政执法宣传", ptr(20.0)
	f.StartOn = wednesday.Add(1)
	if letters, first := marks(Run(f, x)); letters != "epfef" || !strings.HasPrefix(first, "缺 ") {
		t.Errorf("%s %q", letters, first)
	}
	for _, k := range CheckKinds {
		if CheckLabel(k) == "" {
			t.Errorf("%s has no label", k)
		}
	}
}

// Whatever is typed, a hit lies inside the words it was found in, and quoting it never fails.
func FuzzHitsOffsets(f *testing.F) {
	x := facts(f)
	for _, s := range []string{"招商引资", "招\u0301 商·引\u200b資", "ﷺ责任状", "一\u20dd票否决", "打\n卡", "\xff截图\xfe", "A-3打卡㍿留痕", strings.Repeat("责", 300)} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, title, fields string) {
		form := Form{Title: title, Content: title, FormFields: strings.Split(fields, "\n"), Role: RolePrimary}
		words := map[string][]rune{}
		for _, text := range texts(form) {
			words[text.Field] = []rune(text.Words)
		}
		for _, h := range hitsOf(form, x) {
			rs := words[h.Field]
			if h.Start < 0 || h.Start >= h.End || h.End > len(rs) {
				t.Fatalf("%s: %d–%d of %d", h.Entry.Code, h.Start, h.End, len(rs))
			}
			if found := string(rs[h.Start:h.End]); !normal.Contains(found, h.Entry.Phrase) {
				t.Fatalf("%s: %q does not hold %s", h.Entry.Code, found, h.Entry.Phrase)
			}
		}
		if got := checkNegative(form, x); got.Headline == "" {
			t.Fatalf("%+v", got)
		}
	})
}
