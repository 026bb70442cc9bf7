package event

import (
	"net/http"
	"strings"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/workorder"
	"portal/web/form"
	"portal/web/frame"
	"portal/web/route"
	"portal/web/view"
)

// whistlesPage is the list of whistles with the figures of both sides (GRD-15).
type whistlesPage struct {
	Frame   view.Page
	MayAdd  bool
	Figures []view.Term
	Tabs    []view.Tab
	Rows    []whistleRow
	Pages   view.Pages
}

type whistleRow struct {
	Href, No, Title, Kind, Place, Units string
	State                               view.Chipped
}

// figureDays is the time of the figures on the list.
const figureDays = 90

func (h handlers) whistles(w http.ResponseWriter, r *http.Request) error {
	q, by := form.Query(r), route.Actor(r)
	tab, at := workorder.WhistleTab(q.Raw("tab")), q.Raw("at")
	if tab.Label() == "" {
		tab = workorder.WhistlesOpen
	}
	found, err := h.s.Whistles(r.Context(), by, tab, at)
	if err != nil {
		return err
	}
	day := h.f.Today()
	rates, err := h.s.WhistleRates(r.Context(), by, day.Add(-figureDays).Start(), day.Add(1).Start())
	if err != nil {
		return err
	}
	p := whistlesPage{Frame: h.staff(r, "办理 - 吹哨", nil, view.Crumb{Text: "吹哨"}), MayAdd: authz.Can(by, authz.WhistleDraft)}
	p.Figures = []view.Term{
		{Name: "报到率", Text: rates.ReportIn() + "（应报到 " + id64(int64(rates.Due)) + " 次，按时 " + id64(int64(rates.InTime)) + " 次）", Href: address(pathWhistles, string(workorder.WhistlesMissed), "")},
		{Name: "滥用率", Text: rates.Abuse() + "（已评价 " + id64(int64(rates.Judged)) + " 次，不该吹 " + id64(int64(rates.Abused)) + " 次）", Href: address(pathWhistles, string(workorder.WhistlesAbused), "")}}
	for _, t := range workorder.WhistleTabs {
		p.Tabs = append(p.Tabs, view.Tab{Href: address(pathWhistles, string(t), ""), Label: t.Label(), Count: -1, Current: t == tab})
	}
	for _, one := range found.Rows {
		row := whistleRow{Href: one.Path(), No: one.No, Title: one.Title, Kind: one.Kind.Label(), Place: one.CommunityName, State: chipOf(one)}
		var names []string
		for _, u := range one.Units {
			names = append(names, u.Name)
		}
		row.Units = strings.Join(names, "、")
		p.Rows = append(p.Rows, row)
	}
	p.Pages = pagesOf(found, pathWhistles, string(tab), at)
	return h.f.Render(w, r, http.StatusOK, showWhistles(p))
}

func chipOf(w workorder.Whistle) view.Chipped {
	tone := view.Info
	switch w.State {
	case workorder.WhistleClosed:
		tone = view.OK
	case workorder.WhistleRaised:
		tone = view.Danger
	case workorder.WhistleOff:
		tone = view.Neutral
	}
	return view.Chipped{Tone: tone, Words: w.State.Label()}
}

// draftPage is 拟吹哨.
type draftPage struct {
	Frame                            view.Page
	Form                             filled
	Order                            string
	Kinds, Units, Leads, Communities []view.Option
}

// askWhistle opens the form; ?order= fills it from a case that the person may see.
func (h handlers) askWhistle(w http.ResponseWriter, r *http.Request) error {
	proposed := map[string]string{"kind": string(workorder.WorkWhistle)}
	if no := form.Query(r).Raw("order"); no != "" {
		o, err := h.s.Get(r.Context(), route.Actor(r), no)
		if err != nil {
			return err
		}
		proposed["title"], proposed["place"], proposed["community"] = o.Title, o.Place, o.Community
	}
	return h.showDraft(w, r, blank(r, proposed))
}

func (h handlers) showDraft(w http.ResponseWriter, r *http.Request, x filled) error {
	by := route.Actor(r)
	p := draftPage{Frame: h.staff(r, "拟吹哨 - 吹哨", x.Errors, view.Crumb{Href: pathWhistles, Text: "吹哨"}, view.Crumb{Text: "拟吹哨"}), Form: x, Order: x.value("order")}
	for _, k := range workorder.WhistleKinds {
		who, basis := k.Blowers()
		p.Kinds = append(p.Kinds, view.Option{Value: string(k), Label: k.Label(), Hint: "由" + who + "吹（" + basis + "）"})
	}
	p.Kinds = x.options("kind", p.Kinds)
	sides, err := h.s.WhistleSides(r.Context(), by)
	if err != nil {
		return err
	}
	p.Leads = []view.Option{{Value: "", Label: "只有一个单位时不用选"}}
	for _, u := range sides {
		o := view.Option{Value: id64(u.ID), Label: u.Name}
		p.Leads = append(p.Leads, o)
		for _, v := range x.f.All("units") {
			o.Chosen = o.Chosen || v == o.Value
		}
		p.Units = append(p.Units, o)
	}
	p.Leads = x.options("lead", p.Leads)
	places, err := h.s.WhistlePlaces(r.Context(), by)
	if err != nil {
		return err
	}
	for _, c := range places {
		p.Communities = append(p.Communities, view.Option{Value: c.Code, Label: c.Name})
	}
	p.Communities = x.options("community", p.Communities)
	return h.f.Render(w, r, status(x.Errors), showDraft(p))
}

func (h handlers) draft(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	by := route.Actor(r)
	d := workorder.WhistleDraft{Kind: workorder.WhistleKind(f.Raw("kind")), Community: f.Raw("community"), Title: f.Line("title", 40), Facts: f.Text("facts", 1000),
		Effort: f.Text("effort", 1000), Place: f.Line("place", 80), Lead: number(f.Raw("lead"))}
	if v := f.Raw("lead"); v != "" && d.Lead == 0 {
		f.Add("lead", "请从列表中选择牵头单位")
	}
	for _, v := range f.All("units") {
		if id := number(v); id != 0 && len(d.Units) < 20 {
			d.Units = append(d.Units, id)
		}
	}
	if no := f.Raw("order"); no != "" {
		o, err := h.s.Get(r.Context(), by, no)
		if err != nil {
			return err
		}
		d.Order = o.ID
	}
	if f.Valid() {
		var one workorder.Whistle
		if one, err = h.s.DraftWhistle(r.Context(), by, f.Key(), d); err == nil {
			h.tell(r, "已拟吹哨", one.No+" 等待批准")
			return route.See(w, r, one.Path())
		}
		if err = f.Merge(err); err != nil {
			return err
		}
	}
	return h.showDraft(w, r, sent(f))
}

// whistleAct is one act of the page: its address, its verb, and what it asks.
type whistleAct struct {
	path   string
	do     authz.Action
	ask    string // label of the words; "" asks for none
	ofUnit bool
}

var whistleActs = []whistleAct{
	{"approvals", authz.WhistleApprove, "", false}, {"blows", authz.WhistleBlow, "", false},
	{"signatures", authz.WhistleSign, "", true}, {"contacts", authz.WhistleContact, "联系了谁、约定了什么", true},
	{"arrivals", authz.WhistleArrive, "谁到了现场", true}, {"refusals", authz.WhistleRefuse, "为什么不能报到", true},
	{"solutions", authz.WhistleSolve, "怎样解决的", true}, {"confirmations", authz.WhistleConfirm, "", false},
	{"ratings", authz.WhistleRate, "", false}, {"judgements", authz.WhistleJudge, "", true},
	{"closings", authz.WhistleClose, "小结", false}, {"escalations", authz.WhistleRaise, "请区里协调什么", false},
	{"call-offs", authz.WhistleCallOff, "为什么撤销", false},
}

// actForm is an act as it stands on the page.
type actForm struct {
	Target, Verb, Key, Unit, UnitName string
	Words                             *view.Field
	Rates                             []rateField
	Verdicts                          []view.Option
	First                             bool
}

type rateField struct {
	Field   view.Field
	Options []view.Option
}

type unitRow struct {
	Name, Lead, Signed, Contacted, Reported, Note string
	State                                         view.Chipped
}

// whistlePage is one whistle: its departments with their clocks, and the acts that are open to the reader.
type whistlePage struct {
	Frame   view.Page
	Title   string
	No      string
	State   view.Chipped
	Base    string
	Version string
	Facts   []view.Term
	Units   []unitRow
	Clocks  []view.Term
	Acts    []actForm
	Errors  []view.FieldError
}

func (h handlers) whistle(w http.ResponseWriter, r *http.Request) error {
	one, err := h.s.WhistleByNo(r.Context(), route.Actor(r), route.Param(r, "no"))
	if err != nil {
		return err
	}
	return h.showWhistle(w, r, one, whistleAct{}, filled{})
}

func (h handlers) act(a whistleAct) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		f, err := form.Read(r)
		if err != nil {
			return err
		}
		by := route.Actor(r)
		one, err := h.s.WhistleByNo(r.Context(), by, route.Param(r, "no"))
		if err != nil {
			return err
		}
		at := workorder.WhistleStep{ID: one.ID, Version: int(number(f.Raw("version")))}
		if at.Version == 0 {
			at.Version = -1 // a broken one reads as stale
		}
		in := workorder.WhistleAct{At: at, Unit: number(f.Raw("unit")), Words: f.Raw("words"), Verdict: workorder.Verdict(f.Raw("verdict")), Rates: map[int64]workorder.Rate{}}
		for _, u := range one.Units {
			in.Rates[u.Unit] = workorder.Rate(f.Raw("rate-" + id64(u.Unit)))
		}
		if _, err = h.s.ActOnWhistle(r.Context(), by, f.Key(), a.do, in); err == nil {
			h.tell(r, "已"+a.do.Label(), one.No)
			return route.See(w, r, one.Path())
		}
		if err = f.Merge(err); err != nil {
			return err
		}
		return h.showWhistle(w, r, one, a, sent(f))
	}
}

func (h handlers) showWhistle(w http.ResponseWriter, r *http.Request, one workorder.Whistle, came whistleAct, x filled) error {
	by, now := route.Actor(r), h.f.DB.Now()
	p := whistlePage{Frame: h.staff(r, "办理 - "+one.Title, x.Errors, view.Crumb{Href: pathWhistles, Text: "吹哨"}, view.Crumb{Text: one.No}), Title: one.Title, No: one.No,
		State: chipOf(one), Base: one.Path(), Version: id64(int64(one.Version)), Errors: x.summary()}
	p.Facts = factsOf(one)
	if one.OrderNo != "" {
		about, err := h.caseOf(r, one.OrderNo)
		if err != nil {
			return err
		}
		p.Facts = append([]view.Term{about}, p.Facts...)
	}
	names := map[int64]string{}
	for _, u := range one.Units {
		names[u.Unit] = u.Name
		p.Units = append(p.Units, unitRowOf(one, u))
	}
	clocks, err := h.s.WhistleClocks(r.Context(), by, one)
	if err != nil {
		return err
	}
	for _, c := range clocks {
		if c.StoppedAt != nil {
			continue
		}
		left, _, late := workorder.Left(c.DueAt, now)
		t := view.Term{Name: names[c.Unit] + c.Label(), Text: left + "。" + c.Why + "依据：" + c.Basis}
		if late {
			t.Tone = view.Danger
		}
		p.Clocks = append(p.Clocks, t)
	}
	for _, a := range whistleActs {
		if !a.ofUnit {
			if one.Can(by, a.do, 0) {
				p.Acts = append(p.Acts, formOf(one, a, workorder.WhistleUnit{}, came, x))
			}
			continue
		}
		for _, u := range one.Units {
			if one.Can(by, a.do, u.Unit) {
				p.Acts = append(p.Acts, formOf(one, a, u, came, x))
			}
		}
	}
	for i := range p.Acts {
		p.Acts[i].First = i == 0
	}
	return h.f.Render(w, r, status(x.Errors), showWhistle(p))
}

// formOf is the form of an act; the one that came back keeps what was typed and its key.
func formOf(w workorder.Whistle, a whistleAct, u workorder.WhistleUnit, came whistleAct, x filled) actForm {
	out := actForm{Target: w.Path() + "/" + a.path, Verb: a.do.Label(), Key: form.NewKey(), UnitName: u.Name}
	if u.Unit != 0 {
		out.Unit = id64(u.Unit)
	}
	value, message := func(string) string { return "" }, func(string) string { return "" }
	if came.path == a.path && (out.Unit == "" || x.value("unit") == out.Unit) {
		out.Key, value, message = x.Key, x.value, x.message
	}
	if a.ask != "" {
		out.Words = &view.Field{Name: "words", Label: a.ask, Value: value("words"), Error: message("words"), Max: 500}
	}
	switch a.do {
	case authz.WhistleRate:
		for _, part := range w.Units {
			name := "rate-" + id64(part.Unit)
			out.Rates = append(out.Rates, rateField{view.Field{Name: name, Label: part.Name, Error: message(name)}, chosen(choices(workorder.Rates), value(name))})
		}
	case authz.WhistleJudge:
		out.Verdicts = chosen(choices(workorder.Verdicts), value("verdict"))
	}
	return out
}

func chosen(all []view.Option, value string) []view.Option {
	for i := range all {
		all[i].Chosen = all[i].Value == value
	}
	return all
}

func factsOf(w workorder.Whistle) []view.Term {
	out := []view.Term{{Name: "种类", Text: w.Kind.Label()}, {Name: "社区", Text: w.CommunityName}, {Name: "集合地点", Text: w.Place}, {Name: "情况", Text: w.Facts}}
	for _, t := range []view.Term{{Name: "街道已做的事", Text: w.Effort}, {Name: "批准", Text: w.ApprovedBy}, {Name: "吹哨时间", Text: moment(w.BlownAt)},
		{Name: "报区协调", Text: moment(w.EscalatedAt)}, {Name: "怎样解决的", Text: w.Solution}, {Name: "小结", Text: w.StreetMarks}} {
		if t.Text != "" {
			out = append(out, t)
		}
	}
	return append(out, view.Term{Name: "拟稿", Text: w.DraftedByName})
}

const aboutCase = "由哪一件拟的"

// caseOf is the case that a whistle is about: a link for whoever may see it, else its number alone.
func (h handlers) caseOf(r *http.Request, no string) (view.Term, error) {
	o, err := h.s.Get(r.Context(), route.Actor(r), no)
	switch {
	case err == nil:
		return view.Term{Name: aboutCase, Text: no + " " + o.Title, Href: o.Path()}, nil
	case fault.KindOf(err) == fault.KindNotFound:
		return view.Term{Name: aboutCase, Text: no + "（由街道办理）"}, nil
	}
	return view.Term{}, err
}

func unitRowOf(w workorder.Whistle, u workorder.WhistleUnit) unitRow {
	row := unitRow{Name: u.Name, Signed: moment(u.SignedAt), Contacted: moment(u.ContactedAt), Reported: moment(u.ReportedAt), State: view.Chipped{Tone: view.Info, Words: "待报到"}}
	if u.Lead {
		row.Lead = "牵头"
	}
	switch {
	case w.BlownAt == nil:
		row.State = view.Chipped{Tone: view.Neutral, Words: "未吹哨"}
	case u.MissedAt != nil:
		row.State = view.Chipped{Tone: view.Danger, Words: "未按时报到"}
	case u.ReportedAt != nil:
		row.State = view.Chipped{Tone: view.OK, Words: "已报到"}
	case u.RefusedAt != nil:
		row.State = view.Chipped{Tone: view.Warn, Words: "不能报到"}
	}
	var notes []string
	for _, part := range []struct{ name, words string }{{"", u.ReportedWords}, {"不能报到：", u.Refusal}, {"街道评价：", u.StreetRates.Label()},
		{"社区评价：", u.CommunityRates.Label()}, {"单位评价：", u.UnitRates.Label()}} {
		if part.words != "" {
			notes = append(notes, part.name+part.words)
		}
	}
	row.Note = strings.Join(notes, "；")
	return row
}

// history is everything that happened to a whistle.
func (h handlers) history(w http.ResponseWriter, r *http.Request) error {
	one, err := h.s.WhistleByNo(r.Context(), route.Actor(r), route.Param(r, "no"))
	if err != nil {
		return err
	}
	o := frame.Opts{Title: "查看记录 - " + one.Title, Module: module, Breadcrumbs: []view.Crumb{{Href: pathWhistles, Text: "吹哨"}, {Href: one.Path(), Text: one.No}, {Text: "全部记录"}}}
	return h.f.History(w, r, o, one.Title, workorder.WhistleObject, int64(one.ID))
}

// id of the words of an act; the one that came back is where the error summary leads.
func (a actForm) id() string {
	if a.Words.Error != "" {
		return "f-words"
	}
	return "f" + strings.ReplaceAll(strings.TrimPrefix(a.Target, pathWhistles), "/", "-") + "-" + a.Unit
}
