package admission

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"portal/internal/admission"
	"portal/internal/authz"
	"portal/internal/catalog"
	"portal/internal/fault"
	"portal/internal/place"
	"portal/internal/policy"
	"portal/internal/workday"
	"portal/web/frame"
	"portal/web/route"
	"portal/web/view"
)

// listPage is the list of applications; the address is its state.
type listPage struct {
	Frame    view.Page
	Lead     string
	MayApply bool
	Tabs     []view.Tab
	Tab      admission.Tab
	Words    string
	Units    []view.Option
	Kinds    []view.Option
	Checks   []view.Option
	Applied  []view.Tag
	Clear    string
	Result   string
	Rows     []listRow
	Head     string // of the column with a day
	Pages    view.Pages
	CSV      string
	XLSX     string
	Empty    [2]string // what is empty, and why or what next
}

type listRow struct {
	No, Title, Href, Unit, Kind string
	Standing                    view.Chipped
	Checks                      []view.Check
	First                       string
	Communities, Hours, Funds   string
	NoFunds                     bool
	Day, Left                   string
	Late                        bool
	Verb                        string
}

// query is the filter as the address holds it.
type query struct {
	admission.Filter
	values url.Values // only what narrows, for links
}

var checkChoices = []struct{ value, words string }{{"fail", "有不通过项"}, {"explain", "有需说明项"}}

// asks reads the filter of an address; what is not understood is left out, so any address opens.
func (h handlers) asks(r *http.Request) query {
	in := r.URL.Query()
	tabs := admission.Tabs(route.Actor(r))
	q := query{Filter: admission.Filter{Tab: tabs[0], Today: h.f.Today()}, values: url.Values{}}
	if in.Has("mine") { // the landing page of departments
		in.Set("tab", string(admission.TabMine))
	}
	if t := admission.Tab(in.Get("tab")); slices.Contains(tabs, t) {
		q.Tab = t
	}
	keep := func(name, value string) string {
		if value != "" {
			q.values.Set(name, value)
		}
		return value
	}
	keep("tab", string(q.Tab))
	q.Words = keep("q", clip(in.Get("q"), 60))
	if id, err := strconv.ParseInt(in.Get("unit"), 10, 64); err == nil && id > 0 {
		q.UnitID = id
		keep("unit", in.Get("unit"))
	}
	if k := in.Get("kind"); slices.Contains(admission.ListKinds(), k) {
		q.Kind = keep("kind", k)
	}
	for _, c := range checkChoices {
		if in.Get("check") == c.value {
			q.Check = keep("check", c.value)
		}
	}
	return q
}

// clip cuts words to a length and drops what is no text.
func clip(s string, most int) string {
	out := make([]rune, 0, most)
	for _, c := range s {
		if c >= ' ' && c != 0x7f && c != '\ufffd' && len(out) < most {
			out = append(out, c)
		}
	}
	return string(out)
}

// without is the address of this list without one condition, or with another value for it.
func (q query) with(name, value string) string {
	v := url.Values{}
	for k, all := range q.values {
		v[k] = all
	}
	v.Del("after")
	if value == "" {
		v.Del(name)
	} else {
		v.Set(name, value)
	}
	return pathList + "?" + v.Encode()
}

func (h handlers) list(w http.ResponseWriter, r *http.Request) error {
	q, by := h.asks(r), route.Actor(r)
	var err error
	if q.Cursor, err = admission.ParseCursor(q.Tab, r.URL.Query().Get("after")); err != nil {
		return &fault.Fault{Kind: fault.KindInvalid, Message: err.Error()}
	}
	rows, err := h.s.List(r.Context(), by, q.Filter)
	if err != nil {
		return err
	}
	counts, err := h.s.TabCounts(r.Context(), by, q.Today)
	if err != nil {
		return err
	}
	cal, _, err := policy.Calendar(r.Context(), h.f.DB.Q())
	if err != nil {
		return err
	}
	p := listPage{Frame: h.f.Staff(r, frame.Opts{Title: "查看 - 准入申请", Module: module, Wide: true}), Tab: q.Tab, Words: q.Words, MayApply: authz.Can(by, authz.AppDraft),
		Lead: "部门要社区做的事，先在这里申请", Clear: pathList + "?tab=" + string(q.Tab), Head: dayHeads[q.Tab], Empty: empties[q.Tab],
		CSV: pathList + ".csv?" + q.values.Encode(), XLSX: pathList + ".xlsx?" + q.values.Encode()}
	for _, t := range admission.Tabs(by) {
		p.Tabs = append(p.Tabs, view.Tab{Href: pathList + "?tab=" + string(t), Label: t.Label(), Count: counts[t], Current: t == q.Tab})
	}
	if err := h.choices(r, q, &p); err != nil {
		return err
	}
	word := h.f.Word(r.Context())
	for _, l := range rows.Rows {
		p.Rows = append(p.Rows, rowOf(l, by, q.Filter, word, cal))
	}
	p.Pages = pagesOf(q, rows.Prev, rows.Next, rows.HasPrev, rows.HasNext)
	p.Result = resultOf(q, len(rows.Rows), counts[q.Tab], rows.HasPrev || rows.HasNext)
	return h.f.Render(w, r, http.StatusOK, showList(p))
}

// dayHeads name the column of days, which is the order of the tab.
var dayHeads = map[admission.Tab]string{admission.TabReview: "审核期限", admission.TabMine: "期限", admission.TabAll: "期限", admission.TabRunning: "到期",
	admission.TabExpiring: "到期", admission.TabLeft: "退出", admission.TabRejected: "期限"}

var empties = map[admission.Tab][2]string{
	admission.TabReview:   {"没有等你审核的申请", "部门提交以后会出现在这里"},
	admission.TabMine:     {"没有要修改的申请", "草稿和退回补正的申请会出现在这里"},
	admission.TabAll:      {"还没有准入申请", "部门提交以后会出现在这里"},
	admission.TabRunning:  {"没有执行中的事项", "准予准入的事项从开始日期起出现在这里"},
	admission.TabExpiring: {"30 天内没有事项到期", "到期的事项自动退出清单"},
	admission.TabLeft:     {"没有已退出的事项", "到期的事项会出现在这里"},
	admission.TabRejected: {"没有不予准入的申请", "不予准入的申请会出现在这里，理由可查"},
}

var orderWords = map[admission.Tab]string{admission.TabReview: "按审核期限从近到远", admission.TabRunning: "按到期日从近到远", admission.TabExpiring: "按到期日从近到远",
	admission.TabLeft: "按退出日从近到远"}

func resultOf(q query, shown, inTab int, more bool) string {
	order := orderWords[q.Tab]
	if order == "" {
		order = "从新到旧"
	}
	switch narrowed := len(q.values) > 1; {
	case narrowed && more:
		return "筛出的不止这一页。" + order
	case narrowed:
		return "筛出 " + itoa(shown) + " 件，共 " + view.Bounded(inTab) + " 件。" + order
	}
	return "共 " + view.Bounded(inTab) + " 件。" + order
}

func pagesOf(q query, prev, next string, hasPrev, hasNext bool) view.Pages {
	p := view.Pages{Words: "每页 20 条"}
	if !hasNext {
		p.Words += "，已到最后"
	}
	if hasPrev {
		p.First = q.with("after", "")
		p.Prev = q.with("after", prev)
	}
	if hasNext {
		p.Next = q.with("after", next)
	}
	return p
}

func rowOf(l admission.Line, by authz.Actor, f admission.Filter, word string, cal *workday.Calendar) listRow {
	standing := l.Standing(f.Today)
	row := listRow{No: l.No(word), Title: l.Title, Href: l.Path(), Unit: l.UnitName, Kind: catalog.ListKind(l.ListKind).Label(),
		Standing: view.Chipped{Tone: standingTones[standing], Words: standing}, Checks: mini(l.Checks), First: l.FirstFailing,
		Communities: itoa(l.Communities), Hours: number(l.HoursTotal), Funds: funds(l.FundsFen), NoFunds: l.FundsFen != nil && *l.FundsFen == 0, Verb: "查看"}
	if l.State == admission.Draft {
		row.No, row.Verb = "草稿", "继续填写"
		if row.Title == "" {
			row.Title = "还没写名称"
		}
	}
	if f.Tab == admission.TabReview {
		row.Standing = view.Chipped{} // the whole tab waits for the same thing
	}
	row.day(l, f, cal)
	switch {
	case l.State == admission.Returned && authz.Can(by, authz.AppSubmit):
		row.Verb = "修改"
	case authz.Can(by, authz.AppApprove) && (l.State == admission.Submitted || l.State == admission.Accepted || l.State == admission.StreetReview):
		row.Verb = "审核"
	}
	return row
}

// day fills the column of days: the running clock of an open application, else the last day.
func (row *listRow) day(l admission.Line, f admission.Filter, cal *workday.Calendar) {
	if l.State.Open() {
		row.Day = near(l.DueOn, f.Today)
		row.Left, row.Late = left(cal, l.DueOn, f.Today)
		if l.NotBefore {
			row.Day, row.Left, row.Late = "不早于 "+row.Day, "放假安排未导入", false
		}
		return
	}
	if l.State == admission.Approved || l.State == admission.ApprovedConds {
		if row.Day = near(l.EndOn, f.Today); row.Day == "" {
			row.Day = "长期"
		}
	}
}

// choices fills the filter fields and the tags of what is applied.
func (h handlers) choices(r *http.Request, q query, p *listPage) error {
	p.Units = []view.Option{{Label: "全部"}}
	p.Kinds = []view.Option{{Label: "全部"}}
	p.Checks = []view.Option{{Label: "全部"}}
	if q.Words != "" {
		p.Applied = append(p.Applied, view.Tag{Words: "关键词：" + q.Words, Href: q.with("q", "")})
	}
	if authz.ReachOf(route.Actor(r), authz.AppList).All {
		units, err := place.Units(r.Context(), h.f.DB.Q(), place.DistrictGovernment, place.DistrictDepartment, place.StreetOffice, place.StreetSection, place.CourtOrGroup)
		if err != nil {
			return err
		}
		for _, u := range units {
			p.Units = append(p.Units, view.Option{Value: strconv.FormatInt(u.ID, 10), Label: u.Name, Chosen: u.ID == q.UnitID})
			if u.ID == q.UnitID {
				p.Applied = append(p.Applied, view.Tag{Words: "部门：" + u.Name, Href: q.with("unit", "")})
			}
		}
	}
	for _, k := range admission.ListKinds() {
		p.Kinds = append(p.Kinds, view.Option{Value: k, Label: catalog.ListKind(k).Label(), Chosen: k == q.Kind})
	}
	if q.Kind != "" {
		p.Applied = append(p.Applied, view.Tag{Words: "类别：" + catalog.ListKind(q.Kind).Label(), Href: q.with("kind", "")})
	}
	for _, c := range checkChoices {
		p.Checks = append(p.Checks, view.Option{Value: c.value, Label: c.words, Chosen: c.value == q.Check})
		if c.value == q.Check {
			p.Applied = append(p.Applied, view.Tag{Words: "检查：" + c.words, Href: q.with("check", "")})
		}
	}
	return nil
}

// sortedBy tells readers of the screen which way the days run; "" where they are not the order.
func sortedBy(t admission.Tab) string {
	switch t {
	case admission.TabReview, admission.TabRunning, admission.TabExpiring:
		return "ascending"
	case admission.TabLeft:
		return "descending"
	}
	return ""
}
