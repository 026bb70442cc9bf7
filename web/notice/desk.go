package notice

import (
	"net/http"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/notice"
	"portal/internal/page"
	"portal/internal/workday"
	"portal/web/form"
	"portal/web/frame"
	"portal/web/listing"
	"portal/web/route"
	"portal/web/view"
)

// listPage is the notices at the desk.
type listPage struct {
	Frame view.Page
	asked
	List  page.Page[notice.Notice]
	Today workday.Day
	Word  string
	May   bool // write a new one
	Waits notice.Waits
	Sees  bool // objections
}

func (h handlers) list(w http.ResponseWriter, r *http.Request) error {
	by, ctx := route.Actor(r), r.Context()
	a, err := h.filter(r, 30, notice.Issued, notice.Draft, notice.Ended, notice.Withdrawn)
	if err != nil {
		return err
	}
	p := listPage{asked: a, Today: h.f.Today(), Word: h.f.Word(ctx), May: authz.Can(by, authz.NoticeDraft), Sees: authz.Can(by, authz.ObjectionView)}
	if a.Form.Valid() {
		p.List, err = h.s.List(ctx, by, a.Filter)
		if err := a.Form.Merge(err); err != nil {
			return err
		}
	}
	if p.Waits, err = h.s.Waits(ctx, by); err != nil {
		return err
	}
	p.Frame = h.staff(r, "查看 - 公示栏", a.Form.Errors())
	return h.f.Render(w, r, status(a.Form.Errors()), showList(p))
}

func (p listPage) tabs() []view.Tab {
	var out []view.Tab
	for _, s := range notice.States {
		t := view.Tab{Label: s.Label(), Href: p.address(pathDesk, paramState, string(s)), Count: -1, Current: p.State == s}
		if s == notice.Draft && p.Waits.ToIssue > 0 {
			t.Count = p.Waits.ToIssue
		}
		out = append(out, t)
	}
	return out
}

func (p listPage) pages() view.Pages {
	return listing.Pages(p.List, func(cursor string) string { return p.address(pathDesk, paramAfter, cursor) }, "每页 30 件，新的在前")
}

func (a asked) kindOptions() []view.Option {
	out := []view.Option{{Label: "全部类别"}}
	for _, k := range notice.Kinds {
		out = append(out, view.Option{Value: string(k), Label: k.Label(), Chosen: k == a.Kind})
	}
	return out
}

func (a asked) placeOptions() []view.Option {
	out := []view.Option{{Label: "全部社区"}}
	for _, c := range a.Places {
		out = append(out, view.Option{Value: c.Code, Label: c.Name, Chosen: c.Code == a.Division})
	}
	return out
}

// when is the window of a row in few words.
func (p listPage) when(n notice.Notice) string {
	switch {
	case n.State == notice.Draft:
		return "写于 " + workday.DayOf(n.DraftedAt).Short()
	case n.State == notice.Withdrawn:
		return workday.DayOf(*n.EndedAt).Short() + "撤下"
	case n.LastOn.IsZero():
		return "长期公开"
	case n.State == notice.Issued:
		return n.LastOn.Short() + "截止，剩 " + left(n, p.Today)
	}
	return n.LastOn.Short() + "结束"
}

// deskPage is one notice at the desk: the sheet as it will hang, and what can be done with it.
type deskPage struct {
	Frame  view.Page
	Errors []view.FieldError
	notice.Record
	Sheet   sheet
	By      authz.Actor
	Today   workday.Day
	Word    string
	Key     string
	Answers bool // may answer objections
}

func (h handlers) desk(w http.ResponseWriter, r *http.Request) error { return h.showDesk(w, r, nil) }

func (h handlers) showDesk(w http.ResponseWriter, r *http.Request, errors []fault.Field) error {
	by := route.Actor(r)
	rec, err := h.s.Get(r.Context(), by, no(r))
	if err != nil {
		return err
	}
	if r.Method == http.MethodGet && rec.Slug() != no(r) {
		return route.See(w, r, rec.DeskPath()) // a draft that has its number by now
	}
	p := deskPage{Record: rec, Errors: listing.Summary(errors), By: by, Today: h.f.Today(), Word: h.f.Word(r.Context()), Key: form.NewKey(),
		Answers: authz.Allowed(by, authz.ObjectionReply, rec.Object())}
	if p.Sheet, err = h.sheet(r, rec); err != nil {
		return err
	}
	verb := "查看"
	if rec.Waiting != nil {
		verb = "预览 A4"
	}
	p.Frame = h.staff(r, verb+" - "+heading(rec.Words().Title), errors, view.Crumb{Text: p.number()})
	return h.f.Render(w, r, status(errors), showDesk(p))
}

func (p deskPage) number() string {
	if n := p.No(p.Word); n != "" {
		return n
	}
	return "待签发的公示"
}

func (p deskPage) can(do authz.Action) bool { return p.Record.Can(p.By, do) }

// foreign reports whether somebody else wrote the words that wait: only then the reader may be the second person.
func (p deskPage) foreign() bool {
	return p.Waiting != nil && p.Waiting.WrittenBy != p.By.AccountID
}

// uncleared reports whether personal data still waits for a second person.
func (p deskPage) uncleared() bool {
	return p.Waiting != nil && len(p.Found) > 0 && p.Waiting.ClearedByName == ""
}

// signing says what the signature does.
func (p deskPage) signing() string {
	words := "签发后立即公开，"
	if p.Waiting.Days == 0 {
		words += "长期公开。"
	} else {
		words += "公示 " + itoa(p.Waiting.Days) + " 天，自明天起算。"
	}
	if p.Shown > 0 {
		return words + "重新计时，两个版本都保留"
	}
	return words + "中途改正文会重新计时，两个版本都保留"
}

// wantsResult reports whether the second publication, of the result, is still to come (DL-18).
func (p deskPage) wantsResult() bool {
	return p.Kind.WantsResult() && p.Shown > 0 && p.Result == nil && p.State != notice.Withdrawn
}

func (p deskPage) terms() []view.Term {
	out := []view.Term{{Name: "类别", Text: p.Kind.Label()}, {Name: "发布", Text: p.Issuer()}, {Name: "大白话标题", Text: p.Words().PlainTitle},
		{Name: "一句话", Text: p.Words().PlainSummary}, {Name: "起草", Text: p.DraftedByName + "，" + moment(p.DraftedAt)}}
	if p.Shown > 0 {
		out = append(out, view.Term{Name: "签发", Text: p.IssuedByName + "，" + moment(*p.IssuedAt)}, view.Term{Name: "公示期", Text: windowWords(p.Version, p.Exact)},
			view.Term{Name: "为什么是这天", Text: p.Why + "。依据：" + p.Kind.Basis()})
	}
	if p.EndedAt != nil {
		out = append(out, view.Term{Name: p.State.Label(), Text: moment(*p.EndedAt) + "，" + p.EndReason})
	}
	return out
}

// act runs one act from a form on a notice and leads back to its page.
func (h handlers) act(w http.ResponseWriter, r *http.Request, done, more string, do func(by authz.Actor, f *form.Form, at notice.Step) error) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	by := route.Actor(r)
	rec, err := h.s.Get(r.Context(), by, no(r))
	if err != nil {
		return err
	}
	err = do(by, f, notice.Step{ID: rec.ID, Version: version(f)})
	if err = f.Merge(err); err != nil {
		return err
	}
	if !f.Valid() {
		return h.showDesk(w, r, f.Errors())
	}
	h.tell(r, done, more)
	return route.See(w, r, rec.DeskPath())
}

func (h handlers) issue(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	by := route.Actor(r)
	rec, err := h.s.Get(r.Context(), by, no(r))
	if err != nil {
		return err
	}
	slug, err := h.s.Issue(r.Context(), by, f.Key(), notice.Signature{At: notice.Step{ID: rec.ID, Version: version(f)}, Looked: f.Raw("looked") == "yes"})
	if err = f.Merge(err); err != nil {
		return err
	}
	if !f.Valid() {
		return h.showDesk(w, r, f.Errors())
	}
	h.tell(r, "已签发公示", "大家现在就能看到。请打印、张贴，再登记张贴")
	return route.See(w, r, pathDesk+"/"+slug)
}

func (h handlers) clear(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, "已确认可以公开", "现在可以签发", func(by authz.Actor, f *form.Form, at notice.Step) error {
		return h.s.Clear(r.Context(), by, f.Key(), at)
	})
}

func (h handlers) removeFile(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, "已移除附件", "", func(by authz.Actor, f *form.Form, at notice.Step) error {
		return h.s.RemoveFile(r.Context(), by, f.Key(), at, f.Line("code", 60))
	})
}

func (h handlers) addFile(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, "已加上附件", "", func(by authz.Actor, f *form.Form, at notice.Step) error {
		file, err := h.upload(r)
		if err != nil {
			return err
		}
		return h.s.AddFile(r.Context(), by, f.Key(), at, file)
	})
}

func (h handlers) history(w http.ResponseWriter, r *http.Request) error {
	rec, err := h.s.Get(r.Context(), route.Actor(r), no(r))
	if err != nil {
		return err
	}
	title := heading(rec.Words().Title)
	o := frame.Opts{Title: "操作记录 - " + title, Module: module, Breadcrumbs: []view.Crumb{{Href: pathDesk, Text: "公示栏"}, {Href: rec.DeskPath(), Text: title}, {Text: "操作记录"}}}
	return h.f.History(w, r, o, "操作记录", notice.ObjectKind, int64(rec.ID))
}
