package admission

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"portal/internal/catalog"
	"portal/internal/normal"
	"portal/internal/workday"
)

// The five checks, in the order 负 重 费 量 期 (ux.md §2.4).
const (
	CheckNegative  = "negative"
	CheckDuplicate = "duplicate"
	CheckFunds     = "funds"
	CheckLoad      = "load"
	CheckAhead     = "ahead"
)

// CheckKinds lists the checks in their order.
var CheckKinds = []string{CheckNegative, CheckDuplicate, CheckFunds, CheckLoad, CheckAhead}

var checkLabels = map[string]string{CheckNegative: "负面清单", CheckDuplicate: "重复采集", CheckFunds: "经费", CheckLoad: "工作量", CheckAhead: "提前申请"}

// CheckLabel is the 中文 name of a check.
func CheckLabel(kind string) string { return checkLabels[kind] }

// Piece is a stretch of a finding; Hit marks words that were found.
type Piece struct {
	Text string `json:"text"`
	Hit  bool   `json:"hit,omitempty"`
}

// Evidence is what a finding rests on, kept with it.
type Evidence struct {
	Pieces    []Piece         `json:"pieces,omitempty"`
	Negative  []string        `json:"negative,omitempty"` // codes of entries hit
	Held      []HeldEvidence  `json:"held,omitempty"`
	Loads     []CommunityLoad `json:"loads,omitempty"`
	NeedFen   int64           `json:"need_fen,omitempty"`
	Latest    string          `json:"latest,omitempty"` // last day to submit in time
	Missing   int             `json:"missing_year,omitempty"`
	Workdays  int             `json:"workdays,omitempty"`
	SameForms []string        `json:"same_forms,omitempty"`
}

// HeldEvidence is a field that somebody holds already.
type HeldEvidence struct {
	Name   string `json:"name"`
	Holder string `json:"holder"`
	AsOf   string `json:"as_of"`
}

// Result is what one check found.
type Result struct {
	Kind     string
	Result   string // pass, explain or fail
	Headline string // 命中 1 条
	Finding  []Piece
	Evidence Evidence
	Points   []string // ready sentences for 退回补正
}

// Words gives the finding without marks.
func (r Result) Words() string {
	var b strings.Builder
	for _, p := range r.Finding {
		b.WriteString(p.Text)
	}
	return b.String()
}

func plain(format string, args ...any) []Piece { return []Piece{{Text: fmt.Sprintf(format, args...)}} }

// Facts are what the checks compare the form with.
type Facts struct {
	Ground
	Negatives []catalog.NegativeEntry
	Cited     []catalog.Cited
	Held      []HeldField
	Reports   []ReportForm
	Hours     map[string]catalog.Hours
	Names     map[string]string // community code → name
	Calendar  *workday.Calendar
}

// Run makes the five checks. It is pure: the same form and facts give the same results.
func Run(f Form, x Facts) []Result {
	return []Result{checkNegative(f, x), checkDuplicate(f, x), checkFunds(f, x), checkLoad(f, x), checkAhead(f, x)}
}

// texts are what the negative list is held against: title, content, steps, names and fields of forms (R4).
func texts(f Form) []catalog.Text {
	return []catalog.Text{{Field: "title", Words: f.Title, Title: true}, {Field: "content", Words: f.Content}, {Field: "authority", Words: f.Authority},
		{Field: "reason", Words: f.Reason}, {Field: "form_name", Words: f.FormName}, {Field: "form_fields", Words: strings.Join(f.FormFields, "\n")},
		{Field: "flag_notes", Words: f.FlagNotes}}
}

var fieldNames = map[string]string{"title": "标题", "content": "工作内容", "authority": "授权内容", "reason": "准入理由", "form_name": "表格名称", "form_fields": "表格字段", "flag_notes": "补充说明"}

// hitsOf finds what stops or warns, with what a cited law lifts (R1–R4, R33, R34).
func hitsOf(f Form, x Facts) []catalog.Hit {
	hits := catalog.Hits(x.Negatives, texts(f), string(f.Role), f.Term == Emergency)
	return catalog.Lift(hits, x.Cited)
}

func checkNegative(f Form, x Facts) Result {
	r := Result{Kind: CheckNegative}
	hits := hitsOf(f, x)
	if len(hits) == 0 {
		r.Result, r.Headline, r.Finding = resultPass, "没有命中", plain("标题、内容和表格都没有负面清单里的说法。附件不在检索范围内。")
		return r
	}
	byField := map[string]string{}
	for _, t := range texts(f) {
		byField[t.Field] = t.Words
	}
	blocking := 0
	for _, h := range hits {
		if h.Blocks() {
			blocking++
			r.Points = append(r.Points, fmt.Sprintf("删去%s里的“%s”：%s", fieldNames[h.Field], h.Entry.Phrase, h.Entry.Description))
		}
		r.Evidence.Negative = append(r.Evidence.Negative, h.Entry.Code)
		r.Finding = append(r.Finding, around(byField[h.Field], h)...)
		r.Finding = append(r.Finding, Piece{Text: after(h)})
	}
	r.Evidence.Pieces = r.Finding
	r.Points = slices.Compact(r.Points)
	if blocking > 0 {
		r.Result, r.Headline = resultFail, fmt.Sprintf("命中 %d 条", blocking)
		return r
	}
	r.Result, r.Headline = resultExplain, "有提示"
	return r
}

// around quotes the words with a little of what stands beside them.
func around(words string, h catalog.Hit) []Piece {
	rs := []rune(words)
	const beside = 8
	from, to := max(0, h.Start-beside), min(len(rs), h.End+beside)
	return []Piece{{Text: fieldNames[h.Field] + "写有“" + string(rs[from:h.Start])}, {Text: string(rs[h.Start:h.End]), Hit: true}, {Text: string(rs[h.End:to]) + "”，"}}
}

func after(h catalog.Hit) string {
	switch {
	case h.LiftedBy != "":
		return fmt.Sprintf("%s本身要求这样做，不算命中（R3）。", h.LiftedBy)
	case h.Warning:
		return fmt.Sprintf("社区只协助，可以；不得作为责任主体（%s，R2）。", h.Entry.Code)
	}
	return fmt.Sprintf("触及 %s：%s。出处：%s。", h.Entry.Code, h.Entry.Description, h.Entry.Source)
}

// checkDuplicate compares fields, not names (R30, E17): from the set share on it is a duplicate.
func checkDuplicate(f Form, x Facts) Result {
	r := Result{Kind: CheckDuplicate}
	if len(f.FormFields) == 0 {
		r.Result, r.Headline, r.Finding = resultPass, "不填表", plain("这件事不要社区填表。")
		return r
	}
	held := map[string]HeldField{}
	for _, h := range x.Held {
		held[h.NameKey] = h
	}
	var names []string
	for _, field := range f.FormFields {
		h, ok := held[normal.Key(field)]
		if !ok {
			continue
		}
		names = append(names, fmt.Sprintf("%s（%s，%s更新）", field, h.Holder, h.AsOf.Short()))
		r.Evidence.Held = append(r.Evidence.Held, HeldEvidence{field, h.Holder, h.AsOf.String()})
	}
	r.Evidence.SameForms = sameForms(f.FormFields, x)
	total, known := len(f.FormFields), len(names)
	share := known * 100 / total
	r.Headline = fmt.Sprintf("%d / %d 个字段", known, total)
	switch {
	case share >= x.Values.DuplicateShare:
		r.Result = resultFail
		r.Finding = plain("已有数据重合 %d%%，过了 %d%% 的线，应预填或退回（R30）：%s。", share, x.Values.DuplicateShare, strings.Join(names, "、"))
		r.Points = []string{fmt.Sprintf("%d 个重复字段改用已有数据，只采集其余 %d 个", known, total-known)}
	case known > 0 || len(r.Evidence.SameForms) > 0:
		r.Result = resultExplain
		r.Finding = plain("有 %d 个字段已有数据，可以预填：%s。", known, strings.Join(names, "、"))
	default:
		r.Result, r.Headline, r.Finding = resultPass, "没有重合", plain("%d 个字段都没有现成数据。", total)
	}
	if len(r.Evidence.SameForms) > 0 {
		r.Finding = append(r.Finding, Piece{Text: "社区已在填的" + strings.Join(r.Evidence.SameForms, "、") + "与它相近。"})
	}
	return r
}

// sameForms names forms in use that share at least half of their fields with the new one.
func sameForms(fields []string, x Facts) []string {
	mine := map[string]bool{}
	for _, f := range fields {
		mine[normal.Key(f)] = true
	}
	var out []string
	for _, r := range x.Reports {
		shared := 0
		for _, f := range r.Fields {
			if mine[normal.Key(f)] {
				shared++
			}
		}
		if len(r.Fields) > 0 && shared*2 >= len(r.Fields) {
			out = append(out, fmt.Sprintf("《%s》（%s）", r.Name, r.Unit))
		}
	}
	return out
}

// MonthlyHours is what one community spends in a month of the item: the same figure that the lists
// show once the item is admitted.
func (f Form) MonthlyHours() float64 {
	times := yearly(f)
	if times == nil || f.HoursPerOccurrence == nil {
		return 0
	}
	return *times * *f.HoursPerOccurrence / 12
}

// TotalHours is what all communities spend together over the item's life; a long-term item counts a year.
func (f Form) TotalHours() float64 {
	one := f.MonthlyHours() * 12
	if !f.StartOn.IsZero() && !f.EndOn.IsZero() {
		one = f.MonthlyHours() * float64(months(f.StartOn, f.EndOn))
	}
	return math.Round(one*float64(len(f.Communities))*100) / 100
}

// NeedFen is what the work costs at the street's hourly price.
func (f Form) NeedFen(priceFen int64) int64 {
	return int64(math.Round(f.TotalHours() * float64(priceFen)))
}

// checkFunds computes hours × price and nothing else: a shortfall fails, whoever explains it, because
// whoever asks or entrusts owes the funds (第四十三条).
func checkFunds(f Form, x Facts) Result {
	r := Result{Kind: CheckFunds}
	need := f.NeedFen(x.Values.HourPriceFen)
	r.Evidence.NeedFen = need
	sum := fmt.Sprintf("%s 小时 × %s 元 = %s 元", hours(f.TotalHours()), yuan(x.Values.HourPriceFen), yuan(need))
	switch {
	case f.FundsFen == nil:
		r.Result, r.Headline, r.Finding = resultExplain, "还没填", plain("按街道标准测算：%s。", sum)
	case *f.FundsFen < need:
		short := need - *f.FundsFen
		r.Result, r.Headline = resultFail, "缺 "+yuan(short)+" 元"
		r.Finding = plain("申报 %s 元。按街道标准测算应随事项拨付 %s 元（%s）。", yuan(*f.FundsFen), yuan(need), sum)
		if f.FundsReason != "" {
			r.Finding = append(r.Finding, Piece{Text: "申请单位说明：" + f.FundsReason})
		}
		r.Points = []string{"随事项拨付经费 " + yuan(need) + " 元"}
	default:
		r.Result, r.Headline, r.Finding = resultPass, yuan(*f.FundsFen)+" 元", plain("申报 %s 元，不低于测算的 %s 元（%s）。", yuan(*f.FundsFen), yuan(need), sum)
	}
	return r
}

// layered lays the item over what each community carries already, against its ceiling.
func layered(f Form, x Facts) []CommunityLoad {
	var out []CommunityLoad
	for _, c := range f.Communities {
		h := x.Hours[c]
		out = append(out, CommunityLoad{Code: c, Name: x.Names[c], Planned: h.Hours, Added: f.MonthlyHours(), Ceiling: h.Capacity * float64(x.Values.CeilingShare) / 100})
	}
	return out
}

func checkLoad(f Form, x Facts) Result {
	r := Result{Kind: CheckLoad}
	r.Evidence.Loads = layered(f, x)
	var over []string
	for _, l := range r.Evidence.Loads {
		if l.Planned+l.Added > l.Ceiling+0.05 {
			over = append(over, l.Name)
		}
	}
	total := hours(f.TotalHours())
	if len(over) > 0 {
		r.Result, r.Headline = resultExplain, fmt.Sprintf("%d 个社区超上限", len(over))
		r.Finding = plain("共 %s 小时，每个社区每月 %s 小时。%s叠加后超过每月上限，要说明哪件事退出或错开（进一退一）。", total, hours(f.MonthlyHours()), strings.Join(over, "、"))
		r.Points = []string{"错开时间，或者写明哪件事退出：" + strings.Join(over, "、")}
		return r
	}
	r.Result, r.Headline = resultPass, "没有超上限"
	r.Finding = plain("共 %s 小时，每个社区每月 %s 小时，叠加后都在上限以内。", total, hours(f.MonthlyHours()))
	return r
}

// checkAhead counts the working days between submission and start (R9, R10). A year without a
// published calendar is never guessed: it asks for an explanation and does not fail.
func checkAhead(f Form, x Facts) Result {
	r := Result{Kind: CheckAhead}
	ask := x.Values.ApplyAhead
	if f.Term == Emergency {
		r.Result, r.Headline, r.Finding = resultPass, "应急", plain("应急事项不要求提前（R9）。")
		return r
	}
	if f.StartOn.IsZero() {
		r.Result, r.Headline, r.Finding = resultExplain, "还没填", plain("要求提前 %d 个工作日申请（R9）。", ask)
		return r
	}
	tally := workday.Between(x.Calendar, x.Today, f.StartOn)
	r.Evidence.Workdays, r.Evidence.Missing = tally.Counted, tally.MissingYear
	due := workday.Count(x.Calendar, x.Today, ask)
	switch {
	case tally.Counted >= ask:
		r.Result, r.Headline, r.Finding = resultPass, fmt.Sprintf("提前 %d 个工作日", tally.Counted), plain("要求提前 %d 个工作日（R9）。", ask)
		if !tally.Complete {
			r.Headline = fmt.Sprintf("至少提前 %d 个工作日", tally.Counted)
		}
	case !tally.Complete:
		r.Result, r.Headline = resultExplain, fmt.Sprintf("已数到 %d 个工作日", tally.Counted)
		r.Finding = plain("%s，到 %d 年底已数到 %d 个工作日，要求 %d 个。不作推算，导入后自动补算（R10）。", tally.Sentence(), tally.MissingYear-1, tally.Counted, ask)
	case runes(f.EarlyReason) >= 4:
		r.Result, r.Headline = resultExplain, fmt.Sprintf("只提前 %d 个工作日", tally.Counted)
		r.Finding = plain("要求提前 %d 个工作日，最早 %s 开始。申请单位说明：%s", ask, due.Due.Chinese(), f.EarlyReason)
		r.Points = []string{"开始日期推迟到 " + due.Due.Chinese() + " 以后"}
	default:
		r.Result, r.Headline = resultFail, fmt.Sprintf("只提前 %d 个工作日", tally.Counted)
		r.Finding = plain("要求提前 %d 个工作日，现在提交最早 %s 开始（R9）。要提前开始，写明原因或者走应急。", ask, due.Due.Chinese())
		r.Points = []string{"开始日期推迟到 " + due.Due.Chinese() + " 以后"}
	}
	r.Evidence.Latest = due.Due.String()
	return r
}

// marks is the short form of the results for lists: p, e or f each, and the first failing headline.
func marks(results []Result) (short, firstFailing string) {
	for _, r := range results {
		short += r.Result[:1]
		if r.Result == resultFail && firstFailing == "" {
			firstFailing = r.Headline
		}
	}
	return short, firstFailing
}

func hours(h float64) string { return strings.TrimSuffix(fmt.Sprintf("%.1f", h), ".0") }
