package workorder

import (
	"net/http"
	"net/url"
	"slices"
	"unicode/utf8"

	"portal/internal/authz"
	"portal/internal/place"
	"portal/internal/request"
	"portal/internal/workorder"
	"portal/web/frame"
	"portal/web/route"
	"portal/web/view"
)

// listPage is the list of cases; the address is its state.
type listPage struct {
	Frame      view.Page
	Lead       string
	Links      []view.Link
	MayTake    bool
	Tabs       []view.Tab
	Tab        string
	Words      string
	WordsError string
	Selects    []choice
	Applied    []view.Tag
	Clear      string
	Result     string
	Rows       []listRow
	Ticks      bool // rows can be chosen for dispatch in bulk
	Caption    string
	Sorted     string
	Pages      view.Pages
	Empty      [2]string
}

// choice is one filter with its options.
type choice struct {
	Field   view.Field
	Options []view.Option
}

type listRow struct {
	No, Title, Href, Pick  string
	Category, Place, Where string
	Owner                  string
	State                  chip
	Chips                  []chip
	Left, Due              string
	Tone                   view.Tone
	Verb                   string
}

var empties = map[workorder.Tab][2]string{
	workorder.TabMine:     {"没有要你办的诉求", "派来的会出现在这里，也会有一条消息"},
	workorder.TabDesk:     {"没有等着派的诉求", "新登记的、规则没有派出去的会出现在这里"},
	workorder.TabOpen:     {"没有在办的诉求", "登记以后会出现在这里"},
	workorder.TabNear:     {"没有快到期的诉求", "用掉八成时间的会出现在这里"},
	workorder.TabLate:     {"没有超期的诉求", ""},
	workorder.TabDisputed: {"没有等着裁定的异议", ""},
	workorder.TabParked:   {"没有挂起的诉求", "挂起的到复查那天会提醒"},
	workorder.TabHandled:  {"没有等着回访的诉求", "报办结以后会出现在这里"},
	workorder.TabAll:      {"还没有诉求", "登记以后会出现在这里"},
}

var sources = []workorder.Source{workorder.FromRequest, workorder.FromFinding}

// bulkShown is how many cases of the desk stand on one page, to be dispatched together.
const bulkShown = 50

// query is the filter as the address holds it; what is not understood is left out, so any address opens.
type query struct {
	workorder.Filter
	values url.Values // only what narrows, for links
	short  bool       // the words are too short to look for
}

func readQuery(r *http.Request, tabs []workorder.Tab) query {
	in := r.URL.Query()
	q := query{Filter: workorder.Filter{Tab: tabs[0]}, values: url.Values{}}
	if t := workorder.Tab(in.Get("tab")); slices.Contains(tabs, t) {
		q.Tab = t
	}
	q.values.Set("tab", string(q.Tab))
	if words := cut(in.Get("q"), 60); utf8.RuneCountInString(words) >= 2 {
		q.Words = words
		q.values.Set("q", words)
	} else if words != "" {
		q.short = true
		q.values.Set("q", words)
	}
	if s := workorder.Source(in.Get("source")); slices.Contains(sources, s) {
		q.Source = s
		q.values.Set("source", string(s))
	}
	if u := workorder.Urgency(in.Get("urgency")); slices.Contains(workorder.Urgencies, u) {
		q.Urgency = u
		q.values.Set("urgency", string(u))
	}
	for name, into := range map[string]*string{"category": &q.Category, "community": &q.Community} {
		if code := in.Get(name); code != "" && len(code) <= 12 && clean(code) {
			*into = code
			q.values.Set(name, code)
		}
	}
	q.Cursor = in.Get("at")
	return q
}

// cut shortens words and drops what is no text.
func cut(s string, most int) string {
	out := make([]rune, 0, most)
	for _, c := range s {
		if c >= ' ' && c != 0x7f && c != '\ufffd' && len(out) < most {
			out = append(out, c)
		}
	}
	return string(out)
}

// with is the address of this list with another value for one condition; "" takes it away.
func (q query) with(name, value string) string {
	v := url.Values{}
	for k, all := range q.values {
		v[k] = all
	}
	v.Del("at")
	if v.Del(name); value != "" {
		v.Set(name, value)
	}
	return pathRequests + "?" + v.Encode()
}

func (h handlers) list(w http.ResponseWriter, r *http.Request) error {
	by := route.Actor(r)
	tabs := workorder.Tabs(by)
	q := readQuery(r, tabs)
	p := listPage{Frame: h.f.Staff(r, frame.Opts{Title: "查看 - 居民诉求", Module: "requests", Wide: true}), Tab: string(q.Tab), Words: q.values.Get("q"), MayTake: authz.Can(by, authz.RequestTake),
		Lead: "按时钟排，最急的在最前", Clear: pathRequests + "?tab=" + string(q.Tab), Empty: empties[q.Tab], Caption: q.Tab.Label() + "的诉求和事件", Sorted: "ascending"}
	if q.Tab == workorder.TabAll {
		p.Lead, p.Sorted = "全部诉求和事件，新的在前", ""
	}
	if q.short {
		p.WordsError = "至少写两个字"
	}
	counts, err := h.s.CountTabs(r.Context(), by)
	if err != nil {
		return err
	}
	for _, t := range tabs {
		n, counted := counts[t]
		if !counted {
			n = -1
		}
		p.Tabs = append(p.Tabs, view.Tab{Href: pathRequests + "?tab=" + string(t), Label: t.Label(), Count: n, Current: t == q.Tab})
	}
	if err := h.listChoices(r, &q, &p); err != nil {
		return err
	}
	if q.Tab == workorder.TabDesk {
		q.Limit = bulkShown
	}
	rows, err := h.s.List(r.Context(), by, q.Filter)
	if err != nil {
		return err
	}
	p.Ticks = q.Tab == workorder.TabDesk && authz.Can(by, authz.WorkDispatch)
	for _, o := range rows.Rows {
		p.Rows = append(p.Rows, h.rowOf(o, by))
	}
	p.Result = resultWords(q, len(rows.Rows), counts, rows.HasPrev || rows.HasNext)
	p.Pages = view.Pages{Words: p.Result}
	if rows.HasPrev {
		p.Pages.First, p.Pages.Prev = q.with("at", ""), q.with("at", rows.Prev)
	}
	if rows.HasNext {
		p.Pages.Next = q.with("at", rows.Next)
	}
	p.Links = h.listLinks(by)
	return h.f.Render(w, r, http.StatusOK, showList(p))
}

// listLinks are the doors beside the list, for those who may pass them.
func (h handlers) listLinks(by authz.Actor) []view.Link {
	var out []view.Link
	for _, l := range []struct {
		do authz.Action
		to view.Link
	}{{authz.CallbackMake, view.Link{Href: "/desk/callbacks", Text: "回访"}}, {authz.FiguresView, view.Link{Href: pathRequests + "/figures", Text: "三率"}},
		{authz.CauseView, view.Link{Href: "/desk/causes", Text: "多发问题"}}, {authz.RouteEdit, view.Link{Href: "/desk/routes", Text: "派单规则"}}, {authz.CategoryEdit, view.Link{Href: "/desk/categories", Text: "分类"}},
		{authz.LimitView, view.Link{Href: "/desk/limits", Text: "使用限制"}}} {
		if authz.Can(by, l.do) {
			out = append(out, l.to)
		}
	}
	return out
}

func resultWords(q query, shown int, counts map[workorder.Tab]int, more bool) string {
	n, counted := counts[q.Tab]
	switch {
	case len(q.values) > 1 && more:
		return "筛出的不止这一页"
	case len(q.values) > 1:
		return "筛出 " + itoa(shown) + " 件"
	case !counted:
		return "每页 " + itoa(shown) + " 件"
	}
	return "共 " + view.Bounded(n) + " 件"
}

// listChoices fills the filters and the tags of what is applied.
func (h handlers) listChoices(r *http.Request, q *query, p *listPage) error {
	categories, err := request.Categories(r.Context(), h.f.DB.Q())
	if err != nil {
		return err
	}
	values, err := h.f.Settings(r.Context())
	if err != nil {
		return err
	}
	communities, err := place.Communities(r.Context(), h.f.DB.Q(), values.StreetCode)
	if err != nil {
		return err
	}
	if words := q.values.Get("q"); words != "" {
		p.Applied = append(p.Applied, view.Tag{Words: "关键词：" + words, Href: q.with("q", "")})
	}
	add := func(name, label, chosen string, options []view.Option) {
		all := append([]view.Option{{Label: "全部"}}, options...)
		for _, o := range options {
			if o.Value == chosen && chosen != "" {
				p.Applied = append(p.Applied, view.Tag{Words: label + "：" + o.Label, Href: q.with(name, "")})
			}
		}
		p.Selects = append(p.Selects, choice{view.Field{Name: name, Label: label}, all})
	}
	var kinds, places []view.Option
	for _, c := range categories {
		if c.Active {
			label := c.Name
			if c.Leaf() {
				label = "　" + label
			}
			kinds = append(kinds, view.Option{Value: c.Code, Label: label, Chosen: c.Code == q.Category})
		}
	}
	for _, c := range communities {
		places = append(places, view.Option{Value: c.Code, Label: c.Name, Chosen: c.Code == q.Community})
	}
	add("category", "分类", q.Category, kinds)
	add("community", "社区", q.Community, places)
	add("urgency", "缓急", string(q.Urgency), choices(string(q.Urgency), workorder.Urgencies, workorder.Urgency.Label))
	add("source", "来源", string(q.Source), choices(string(q.Source), sources, workorder.Source.Label))
	return nil
}

// rowOf is one case of the list.
func (h handlers) rowOf(o workorder.Order, by authz.Actor) listRow {
	now := h.f.DB.Now()
	row := listRow{No: o.No, Title: o.Title, Href: o.Path(), Pick: id64(o.ID) + "-" + itoa(o.Version), Category: o.CategoryName, Place: o.Place, Where: o.GridName,
		Owner: o.Owner.Words(), State: stateChip(o.State), Chips: chipsOf(o), Verb: "查看"}
	if row.Where == "" {
		row.Where = o.CommunityName
	}
	if o.State.Done() {
		row.Left, row.Due = o.State.Label(), moment(o.StartedAt, now)+"提交"
	} else {
		left, near, late := workorder.Left(o.DueAt, now)
		row.Left, row.Due = left, moment(o.DueAt, now)+" 前办结"
		if o.State == workorder.Handled {
			row.Left, row.Due = "已报办结", moment(*o.HandledAt, now)
		} else if late {
			row.Tone = view.Danger
		} else if near {
			row.Tone = view.Warn
		}
	}
	all := offered(o, by, pending{excluded: true})
	if recordsFor(o, by) {
		all = deskActs(all)
	}
	if next := chooseNext(o, all, true); next != nil {
		row.Verb = titleOf(*next, o)
	}
	return row
}

// urgencyMarks give each urgency a shape of its own beside its words; what is 一般 needs no mark.
var urgencyMarks = map[workorder.Urgency]chip{workorder.Emergency: {Tone: view.Danger, Icon: "alarm-clock"}, workorder.Livelihood: {Tone: view.Warn, Icon: "house"},
	workorder.Complex: {Tone: view.Neutral, Icon: "calendar-days"}}

// chipsOf are the marks of a case besides its state.
func chipsOf(o workorder.Order) []chip {
	var out []chip
	if mark, marked := urgencyMarks[o.Urgency]; marked {
		mark.Words = o.Urgency.Label()
		out = append(out, mark)
	}
	for _, m := range []struct {
		on bool
		c  chip
	}{{o.Confidential, chip{view.Violet, "lock", "保密"}}, {o.Reopened > 0, chip{view.Warn, "rotate-ccw", "重办"}}, {o.RelapseOf != 0, chip{view.Warn, "rotate-ccw", "复发"}},
		{o.Followers > 1, chip{view.Info, "users", itoa(o.Followers) + " 人反映"}}, {o.Extended, chip{view.Neutral, "calendar-clock", "已延期"}}} {
		if m.on {
			out = append(out, m.c)
		}
	}
	return out
}
