package admission

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"portal/internal/admission"
	"portal/internal/catalog"
	"portal/internal/fault"
	"portal/internal/legal"
	"portal/internal/workday"
	"portal/web/form"
	"portal/web/route"
	"portal/web/view"
)

// detailPage holds everything a decision needs on one page (product.md A5).
type detailPage struct {
	Frame      view.Page
	Errors     []view.FieldError
	No         string
	Title      string
	Lead       string
	Standing   view.Chipped
	Mark       *view.Chipped // 结论印记, on closed records only
	Decided    []view.Term   // numbers, who, when, opinion
	PublicHref string
	PrintHref  string
	Clock      *clockBox
	Checks     []view.Check
	Counts     []view.Chipped
	CheckedAt  string
	LoadWords  string
	Ceiling    string
	Loads      []view.Load
	Terms      []view.Term
	Articles   []view.LawText
	Attached   []attachedLine
	Similar    []similarLine
	Conditions []conditionLine
	Confirmed  string // how many conditions are confirmed
	OpenRest   bool   // the other communities' lines are few enough to stand open
	Trail      []view.Event
	More       string // the whole history
	Panel      *panel
	NoPanel    string // why this person cannot decide
	Fix        *fixBox
	Withdraw   *withdrawBox
}

// clockBox is the 期限格 with its words.
type clockBox struct {
	Label, Left, Href, Why string
	Late                   bool
	Cells                  []view.DayCell
	Words                  string // read out for the cells
	Note                   string
}

type attachedLine struct{ Name, Size, Href string }

type similarLine struct{ Words, Href, Who string }

type conditionLine struct {
	ID               string
	Community, Words string
	Mandatory        bool
	Done             string
	Action, Key      string // set where this person may confirm
}

// fixBox is what the applicant has to correct.
type fixBox struct {
	Round   string
	Points  []string
	Opinion string
	Href    string // 修改后重新提交; "" for readers
	Until   string
}

type withdrawBox struct{ Action, Key, Version string }

// detail is the page of one application; a draft's number leads to its form.
func (h handlers) detail(w http.ResponseWriter, r *http.Request) error {
	if _, ok := draft(route.Param(r, "no")); ok {
		return route.See(w, r, pathList+"/"+route.Param(r, "no")+"/edit/1")
	}
	year, seq, err := asked(r)
	if err != nil {
		return err
	}
	return h.show(w, r, year, seq, nil)
}

// show renders the page; with a form it comes back with what was typed and 422.
func (h handlers) show(w http.ResponseWriter, r *http.Request, year, seq int, typed *form.Form) error {
	by := route.Actor(r)
	file, err := h.s.Open(r.Context(), by, year, seq)
	if err != nil {
		return err
	}
	beside, err := h.s.BesideInQueue(r.Context(), by, file.Application)
	if err != nil {
		return err
	}
	var errors []fault.Field
	if typed != nil {
		errors = typed.Errors()
	}
	today, word := h.f.Today(), file.Values.NumberWord
	crumbs := []view.Crumb{}
	if beside.Position > 0 {
		crumbs = append(crumbs, view.Crumb{Href: pathList + "?tab=review", Text: "待我审核"}, view.Crumb{Text: fmt.Sprintf("第 %s 件", view.Bounded(beside.Position))})
	} else {
		crumbs = append(crumbs, view.Crumb{Text: file.No(word)})
	}
	title := "查看"
	offers, why := admission.Offers(by, file)
	if len(offers) > 0 {
		title = "审核"
	}
	p := detailPage{Frame: h.staff(r, title+" - "+file.Title, errors, crumbs...), Errors: summary(errors), No: file.No(word), Title: file.Title,
		PrintHref: file.Path() + "/print", More: file.Path() + "/history", NoPanel: why}
	p.Frame.Prev, p.Frame.Next = beside.Prev(), beside.Next()
	p.head(file, today)
	p.clock(file, today)
	p.checks(file, admission.MayOverride(by, file), today)
	p.loads(file)
	p.content(file)
	p.trail(file, today)
	p.aside(by, file, today)
	if len(offers) > 0 {
		p.Panel = panelOf(file, offers, typed)
	}
	return h.f.Render(w, r, statusOf(errors), showDetail(p))
}

func (p *detailPage) head(f admission.File, today workday.Day) {
	waiting := false
	for _, c := range f.Conditions {
		waiting = waiting || c.Mandatory && c.ConfirmedAt == nil
	}
	words := f.StandingOn(today, waiting)
	p.Standing = view.Chipped{Tone: standingTones[words], Words: words}
	parts := []string{f.UnitName + " 申请", fmt.Sprintf("涉及 %d 个社区", len(f.Communities))}
	if !f.StartOn.IsZero() {
		parts = append(parts, "拟于 "+f.StartOn.Chinese()+" 开始")
	}
	p.Lead = strings.Join(parts, " · ")
	if !f.State.Decided() && f.State != admission.NotAccepted && f.State != admission.Withdrawn && f.State != admission.Lapsed {
		return
	}
	p.Mark = &view.Chipped{Tone: standingTones[f.State.Label()], Words: f.State.Label()}
	add := func(name, text string) {
		if text != "" {
			p.Decided = append(p.Decided, view.Term{Name: name, Text: text})
		}
	}
	if no := f.AdmittedNo(f.Values.NumberWord); no != "" {
		p.PublicHref = "/items/" + f.Slug()
		p.Decided = append(p.Decided, view.Term{Name: "准入文号", Text: no, Href: p.PublicHref})
	}
	add("审核人", f.Decider())
	if f.DecidedAt != nil {
		add("决定日期", workday.DayOf(*f.DecidedAt).Chinese())
	}
	add("审核意见", f.Opinion)
}

func (p *detailPage) clock(f admission.File, today workday.Day) {
	switch {
	case f.State == admission.Returned && f.Correction != nil:
		p.Clock = clockOf(*f.Correction, fmt.Sprintf("补正期限 %d 个工作日，审核停表", f.Correction.Days), f.Calendar, today)
	case f.State.Open() && f.Decision != nil:
		p.Clock = clockOf(*f.Decision, fmt.Sprintf("审核期限 %d 个工作日", f.Decision.Days), f.Calendar, today)
	}
}

func clockOf(e admission.Clock, label string, cal *workday.Calendar, today workday.Day) *clockBox {
	c := &clockBox{Label: label, Href: "/deadlines/" + strconv.FormatInt(e.ID, 10), Why: "为什么是 " + e.DueOn.Short()}
	c.Left, c.Late = left(cal, e.DueOn, today)
	if e.NotBefore {
		c.Left, c.Late, c.Note = "不早于 "+e.DueOn.Short(), false, e.Sentence()
	}
	passed := 0
	for _, s := range e.Count.Steps {
		cell := view.DayCell{Label: s.Day.Short() + " " + s.Reason()}
		switch {
		case s.Kind == workday.Paused && s.Day.Weekday() != 0 && s.Day.Weekday() != 6:
			cell.State = "paused"
		case !s.Counted:
			continue
		case s.Day == today:
			cell.State = "today"
			passed++
		case s.Day.Before(today):
			cell.State = "past"
			passed++
		}
		c.Cells = append(c.Cells, cell)
	}
	c.Words = fmt.Sprintf("%d 个工作日里的第 %d 天，%s", e.Days, passed, c.Left)
	return c
}

func (p *detailPage) checks(f admission.File, mayOverride bool, today workday.Day) {
	counts := map[string]int{}
	for _, c := range f.Checked {
		counts[c.Stands()]++
		v := view.Check{Name: admission.CheckLabel(c.Kind), Headline: c.Headline, Tone: resultTones[c.Stands()], Finding: piecesOf(c), Links: linksOf(c)}
		if c.OverrideResult != nil {
			v.Headline = resultWords[c.Stands()]
			v.Overridden = fmt.Sprintf("原结果“%s”，%s改判为%s：%s", c.Headline, *c.OverrideName, resultWords[*c.OverrideResult], *c.OverrideReason)
		}
		if mayOverride && (c.Stands() != "pass" || c.OverrideResult != nil) {
			v.Override = f.Path() + "/checks/" + c.Kind
		}
		p.Checks = append(p.Checks, v)
		p.CheckedAt = "系统检查于 " + moment(c.At, today) + "，人可改判"
	}
	for _, r := range []string{"fail", "explain", "pass"} {
		if n := counts[r]; n > 0 {
			p.Counts = append(p.Counts, view.Chipped{Tone: resultTones[r], Words: fmt.Sprintf("%d 项%s", n, resultWords[r])})
		}
	}
}

func (p *detailPage) loads(f admission.File) {
	var over []string
	least, most := 0.0, 0.0
	for i, l := range f.Loads {
		p.Loads = append(p.Loads, view.Load{Name: l.Name, Planned: l.Planned, Added: l.Added, Cap: l.Ceiling})
		if l.Planned+l.Added > l.Ceiling+0.05 {
			over = append(over, l.Name)
		}
		if most = max(most, l.Ceiling); i == 0 || l.Ceiling < least {
			least = l.Ceiling
		}
	}
	if p.Ceiling = view.Hours(most); least != most {
		p.Ceiling = view.Hours(least) + " 至 " + view.Hours(most)
	}
	switch {
	case len(over) > 0:
		p.LoadWords = strings.Join(over, "、") + "叠加后超过每月上限，要说明减去什么（进一退一）"
	case len(p.Loads) > 0:
		p.LoadWords = "叠加后都在每月上限以内"
	}
}

// content is the whole application as a list of terms, with its bases, papers and look-alikes.
func (p *detailPage) content(f admission.File) {
	add := func(name, text string) {
		if strings.TrimSpace(text) != "" {
			p.Terms = append(p.Terms, view.Term{Name: name, Text: text})
		}
	}
	add("事项类别", join(catalog.ListKind(f.ListKind).Label(), f.ItemForm.Label()))
	add("社区角色", join(f.Role.Label(), labels(f.AssistModes)))
	add("牵头部门", f.LeadName)
	add("为何由社区办", f.Reason)
	add("请社区做什么", f.Content)
	add("授权和权限", f.Authority)
	add("涉及社区", strings.Join(names(f.Loads), "、"))
	add("范围理由", f.ScopeReason)
	add("期限与退出", join(f.Term.Label(), span(f.Form)))
	add("提前不足的理由", f.EarlyReason)
	add("频次和工时", workload(f))
	add("需要人数", people(f.PeopleNeeded))
	add("随带要求", labels(f.Flags))
	add("随带说明", f.FlagNotes)
	add("经费", money(f))
	add("不拨经费的理由", f.FundsReason)
	add("人员、物资、培训", f.Support)
	add("要填的表", join(f.FormName, f.FormFrequency.Label()))
	add("表格字段", strings.Join(f.FormFields, "、"))
	add("采集个人信息", f.PersonalInfo)
	add("采集目的", f.PersonalPurpose)
	add("保存多久", f.PersonalKeep)
	add("联系人", join(f.ContactName, f.ContactPhone))
	for _, c := range f.Cited {
		p.Articles = append(p.Articles, lawText(c))
	}
	for _, a := range f.Attached {
		p.Attached = append(p.Attached, attachedLine{Name: a.Name, Size: size(a.Size), Href: f.Path() + "/attachments/" + a.Code})
	}
	for _, s := range f.Similar {
		p.Similar = append(p.Similar, similarLine{Words: s.Title, Href: s.Path(), Who: join(s.Code, s.ListKind.Label(), s.LeadDepartment)})
	}
}

var basisTones = map[legal.BasisStatus]view.Tone{legal.BasisInForce: view.OK, legal.BasisRenumbered: view.Warn, legal.BasisSuperseded: view.Danger,
	legal.BasisRepealed: view.Danger, legal.BasisUnverified: view.Warn}

func lawText(c admission.Cited) view.LawText {
	t := view.LawText{Law: strings.Trim(c.Words, "《》"), Href: c.Href, Paragraphs: c.Paragraphs, Period: c.Period,
		State: view.Chipped{Tone: basisTones[c.Status], Words: c.Status.Label()}}
	if law, article, ok := strings.Cut(strings.TrimPrefix(c.Words, "《"), "》"); ok {
		t.Law, t.Label = law, article
	}
	if len(t.Paragraphs) == 0 && c.Quote != "" {
		t.Paragraphs = []string{c.Quote}
	}
	if c.Status == "" {
		t.State = view.Chipped{Tone: view.Neutral, Words: "未收录"}
	}
	return t
}

func join(parts ...string) string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, " · ")
}

type labelled interface{ Label() string }

func labels[T labelled](all []T) string {
	out := make([]string, len(all))
	for i, v := range all {
		out[i] = v.Label()
	}
	return strings.Join(out, "、")
}

func names(loads []admission.CommunityLoad) []string {
	out := make([]string, len(loads))
	for i, l := range loads {
		out[i] = l.Name
	}
	return out
}

func workload(f admission.File) string {
	var parts []string
	if f.Occurrences != nil {
		parts = append(parts, f.OccurrenceUnit.Label()+" "+number(f.Occurrences)+" 次")
	}
	if f.HoursPerOccurrence != nil {
		parts = append(parts, "每次每社区 "+number(f.HoursPerOccurrence)+" 小时")
	}
	if f.HoursTotal != nil {
		parts = append(parts, "合计 "+number(f.HoursTotal)+" 小时")
	}
	return strings.Join(parts, "，")
}

func people(n *int) string {
	if n == nil {
		return ""
	}
	return itoa(*n) + " 人"
}

func money(f admission.File) string {
	if f.FundsFen == nil {
		return ""
	}
	out := view.Yuan(*f.FundsFen) + " 元"
	if f.PayerName != "" {
		out += "，" + f.PayerName + "出"
	}
	out = join(out, f.FundsRule.Label(), f.FundsSource)
	if !f.FundsPayOn.IsZero() {
		out += "，" + f.FundsPayOn.Chinese() + "前拨付"
	}
	return out
}

func size(bytes int64) string {
	if bytes >= 1<<20 {
		return fmt.Sprintf("%.1f MB", float64(bytes)/(1<<20))
	}
	return fmt.Sprintf("%d KB", max(1, bytes>>10))
}
