package admission

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"portal/internal/admission"
	"portal/internal/audit"
	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/workday"
	"portal/web/form"
	"portal/web/frame"
	"portal/web/route"
	"portal/web/view"
)

// decide answers the panel: one use case, then the same page with its result and the way to the
// next one; with errors the page comes back as it was filled in.
func (h handlers) decide(w http.ResponseWriter, r *http.Request) error {
	year, seq, err := asked(r)
	if err != nil {
		return err
	}
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	by := route.Actor(r)
	a, err := h.s.View(r.Context(), by, year, seq)
	if err != nil {
		return err
	}
	d := admission.Decision{ID: a.ID, Version: version(f), Key: f.Key(), Do: doOf(f.Raw("do")), Opinion: f.Text("opinion", admission.MaxOpinion)}
	switch d.Do {
	case authz.AppReturn:
		d.Points = append(f.Values("points", admission.MaxPointWords), splitLines(f.Text("more", 600))...)
	case authz.AppCondition:
		d.Conditions = conditionsOf(f)
	}
	if d.Do == "" {
		f.Add("do", "选一个审核决定")
	}
	if !f.Valid() {
		return h.show(w, r, year, seq, f)
	}
	a, err = h.s.Decide(r.Context(), by, d)
	if err = f.Merge(err); err != nil {
		return err
	}
	if !f.Valid() {
		return h.show(w, r, year, seq, f)
	}
	return h.decided(w, r, a, d)
}

func (h handlers) decided(w http.ResponseWriter, r *http.Request, a admission.Application, d admission.Decision) error {
	words := "已" + d.Do.Label()
	if no := a.AdmittedNo(h.f.Word(r.Context())); no != "" {
		words += "，文号 " + no
	}
	more := "已通知" + a.UnitName + "。"
	beside, err := h.s.BesideInQueue(r.Context(), route.Actor(r), a)
	if err != nil {
		return err
	}
	if next := beside.Next(); next != "" && d.Do != authz.AppAccept {
		h.tell(r, words, more, next, "看下一件")
	} else {
		h.tell(r, words, more, "", "")
	}
	return route.See(w, r, a.Path())
}

// overridePage is 改判 of one check, with what was found above the form.
type overridePage struct {
	Frame   view.Page
	Errors  []view.FieldError
	Title   string
	Check   view.Check
	Results []view.Option
	Result  view.Field
	Reason  view.Field
	Action  string
	Back    string
	Key     string
	Version string
}

func (h handlers) check(w http.ResponseWriter, r *http.Request) error {
	return h.overrideForm(w, r, nil)
}

func (h handlers) overrideForm(w http.ResponseWriter, r *http.Request, typed *form.Form) error {
	year, seq, err := asked(r)
	if err != nil {
		return err
	}
	a, c, err := h.s.CheckOf(r.Context(), route.Actor(r), year, seq, route.Param(r, "kind"))
	if err != nil {
		return err
	}
	var errors []fault.Field
	if typed != nil {
		errors = typed.Errors()
	}
	name := admission.CheckLabel(c.Kind)
	p := overridePage{Frame: h.staff(r, "改判 - "+name, errors, view.Crumb{Href: a.Path(), Text: a.No(h.f.Word(r.Context()))}, view.Crumb{Text: "改判"}),
		Errors: summary(errors), Title: "改判 " + name, Action: a.Path() + "/checks/" + c.Kind, Back: a.Path(), Key: form.NewKey(), Version: itoa(a.Version),
		Check:  view.Check{Name: name, Headline: c.Headline, Tone: resultTones[c.Result], Finding: piecesOf(c), Links: linksOf(c)},
		Result: view.Field{Name: "result", Label: "改判为", Error: messageOf(errors, "result")},
		Reason: view.Field{Name: "reason", Label: "理由", Max: admission.MaxOverride, Error: messageOf(errors, "reason"),
			Hint: fmt.Sprintf("%d 到 %d 个字。原结果和理由一起留档，申请单位看得到", admission.MinOverride, admission.MaxOverride)}}
	chosen := ""
	if typed != nil {
		chosen, p.Reason.Value, p.Key, p.Version = typed.Raw("result"), typed.Raw("reason"), typed.Key(), typed.Raw("version")
	}
	for _, v := range []string{"pass", "explain"} {
		p.Results = append(p.Results, view.Option{Value: v, Label: resultWords[v], Chosen: v == chosen, Disabled: v == c.Stands()})
	}
	return h.f.Render(w, r, statusOf(errors), showOverride(p))
}

func (h handlers) override(w http.ResponseWriter, r *http.Request) error {
	year, seq, err := asked(r)
	if err != nil {
		return err
	}
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	by, kind := route.Actor(r), route.Param(r, "kind")
	a, err := h.s.View(r.Context(), by, year, seq)
	if err != nil {
		return err
	}
	reason := f.Text("reason", admission.MaxOverride)
	if !f.Valid() {
		return h.overrideForm(w, r, f)
	}
	a, err = h.s.Override(r.Context(), by, admission.Override{ID: a.ID, Version: version(f), Key: f.Key(), Kind: kind, Result: f.Raw("result"), Reason: reason})
	if err = f.Merge(err); err != nil {
		return err
	}
	if !f.Valid() {
		return h.overrideForm(w, r, f)
	}
	h.tell(r, "已改判"+admission.CheckLabel(kind), "原结果一起留档。", "", "")
	return route.See(w, r, a.Path())
}

// confirm says that a condition is met (R18).
func (h handlers) confirm(w http.ResponseWriter, r *http.Request) error {
	year, seq, err := asked(r)
	if err != nil {
		return err
	}
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	by := route.Actor(r)
	a, err := h.s.View(r.Context(), by, year, seq)
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(route.Param(r, "id"), 10, 64)
	if err != nil {
		return admission.ErrNoSuch
	}
	c, err := h.s.Confirm(r.Context(), by, a.ID, id, f.Key())
	if err != nil {
		return err
	}
	h.tell(r, "已确认条件到位", c.Words+"。已通知"+a.UnitName+"。", "", "")
	return route.See(w, r, a.Path())
}

// historyPage is everything that happened to an application.
type historyPage struct {
	Frame  view.Page
	Title  string
	Events []view.Event
	Older  string
	Newest string
}

func (h handlers) history(w http.ResponseWriter, r *http.Request) error {
	year, seq, err := asked(r)
	if err != nil {
		return err
	}
	before, err := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	if err != nil || before < 0 {
		before = 0
	}
	a, trail, more, err := h.s.History(r.Context(), route.Actor(r), year, seq, before)
	if err != nil {
		return err
	}
	p := historyPage{Frame: h.staff(r, "查看记录 - "+a.Title, nil, view.Crumb{Href: a.Path(), Text: a.No(h.f.Word(r.Context()))}, view.Crumb{Text: "全部记录"}),
		Title: a.Title, Events: eventsOf(trail, h.f.Today())}
	if before > 0 {
		p.Newest = a.Path() + "/history"
	}
	if more {
		p.Older = fmt.Sprintf("%s/history?before=%d", a.Path(), trail[len(trail)-1].ID)
	}
	return h.f.Render(w, r, http.StatusOK, showHistory(p))
}

// eventsOf puts entries into words; savings of one draft one after another are one line.
func eventsOf(trail []audit.Entry, today workday.Day) []view.Event {
	var out []view.Event
	for i, e := range trail {
		if i > 0 && e.Action == string(authz.AppDraft) && trail[i-1].Action == e.Action && trail[i-1].Actor == e.Actor {
			continue
		}
		out = append(out, view.Event{When: join(moment(e.At, today), join(e.Post, e.Actor)), Head: admission.Did(e.Action) + change(e), Text: e.Reason})
	}
	return out
}

// change is what an entry says of before and after.
func change(e audit.Entry) string {
	var before, after struct {
		State         admission.State
		Check, Stands string
	}
	if json.Unmarshal(e.Before, &before) != nil || json.Unmarshal(e.After, &after) != nil {
		return ""
	}
	switch {
	case after.Check != "":
		return "：" + admission.CheckLabel(after.Check) + "由" + resultWords[before.Stands] + "改为" + resultWords[after.Stands]
	case before.State != "" && after.State != before.State:
		return "：" + before.State.Label() + " → " + after.State.Label()
	}
	return ""
}

// printPage is the 审批表 on A4.
type printPage struct {
	Frame view.Page
	Head  view.PaperHead
	Rows  []view.Term
	Bases []string
}

func (h handlers) print(w http.ResponseWriter, r *http.Request) error {
	year, seq, err := asked(r)
	if err != nil {
		return err
	}
	f, err := h.s.Open(r.Context(), route.Actor(r), year, seq)
	if err != nil {
		return err
	}
	var d detailPage
	d.content(f)
	d.head(f, h.f.Today())
	v := f.Values
	number := f.AdmittedNo(v.NumberWord)
	if number == "" {
		number = f.No(v.NumberWord)
	}
	p := printPage{Frame: h.f.Staff(r, frame.Opts{Title: "打印审批表 - " + f.Title, Module: module, Breadcrumbs: []view.Crumb{{Href: f.Path(), Text: f.Title}}}),
		Head: view.PaperHead{Issuer: v.StreetName + "办事处", Number: number, Title: "社区工作事项准入审批表", Signed: v.StreetName + "办事处", Date: h.f.Today().Chinese()}}
	if f.DecidedAt != nil {
		p.Head.Date = workday.DayOf(*f.DecidedAt).Chinese()
	}
	p.Rows = append([]view.Term{{Name: "申请文号", Text: f.No(v.NumberWord)}, {Name: "申请单位", Text: f.UnitName}, {Name: "事项名称", Text: f.Title}}, d.Terms...)
	for _, c := range f.Checked {
		text := resultWords[c.Stands()] + "，" + c.Headline
		if c.OverrideReason != nil {
			text += "（改判：" + *c.OverrideReason + "）"
		}
		p.Rows = append(p.Rows, view.Term{Name: admission.CheckLabel(c.Kind), Text: text})
	}
	p.Rows = append(p.Rows, view.Term{Name: "审核结果", Text: d.Standing.Words})
	p.Rows = append(p.Rows, d.Decided...)
	for _, c := range f.Conditions {
		p.Rows = append(p.Rows, view.Term{Name: "条件", Text: c.Community + "：" + c.Words})
	}
	for _, c := range f.Cited {
		p.Bases = append(p.Bases, c.Words)
	}
	return h.f.Render(w, r, http.StatusOK, showPrint(p))
}
