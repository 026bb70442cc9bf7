// Package event is the pages of what grid workers find and of 吹哨报到: the list of findings, the form of the phone
// with its outbox, and each whistle with its acts. A finding's own page is one of the cases (web/workorder). It decides
// nothing and owns no table; rules and reach are asked of internal/workorder.
package event

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"portal/internal/authz"
	"portal/internal/blob"
	"portal/internal/fault"
	"portal/internal/page"
	"portal/internal/workday"
	"portal/internal/workorder"
	"portal/web/form"
	"portal/web/frame"
	"portal/web/route"
	"portal/web/session"
	"portal/web/view"
)

// Deps is what the pages stand on.
type Deps struct {
	Orders *workorder.Service
	Blobs  blob.Store
}

type handlers struct {
	f     *frame.Frame
	s     *workorder.Service
	files blob.Store
}

// The addresses of these pages.
const (
	module       = "grids"
	pathEvents   = "/desk/events"
	pathNew      = pathEvents + "/new"
	pathWhistles = "/desk/whistles"
)

// Mount registers the pages.
func Mount(rt *route.Router, f *frame.Frame, d Deps) {
	h := handlers{f: f, s: d.Orders, files: d.Blobs}
	rt.Get(pathEvents, authz.WorkList, h.list)
	rt.Get(pathNew, authz.FindingReport, h.ask)
	rt.Post(pathNew, authz.FindingReport, h.find)
	rt.Get(pathWhistles, authz.WhistleView, h.whistles)
	rt.Get(pathWhistles+"/new", authz.WhistleDraft, h.askWhistle)
	rt.Post(pathWhistles+"/new", authz.WhistleDraft, h.draft)
	rt.Get(pathWhistles+"/{no}", authz.WhistleView, h.whistle)
	rt.Get(pathWhistles+"/{no}/history", authz.WhistleView, h.history)
	for _, a := range whistleActs {
		rt.Post(pathWhistles+"/{no}/"+a.path, a.do, h.act(a))
	}
}

func (h handlers) staff(r *http.Request, title string, errors []fault.Field, crumbs ...view.Crumb) view.Page {
	p := h.f.Staff(r, frame.Opts{Title: title, Module: module, Breadcrumbs: append([]view.Crumb{{Href: "/desk/grids", Text: "网格"}}, crumbs...)})
	p.Errors = len(errors)
	return p
}

func (h handlers) tell(r *http.Request, words, more string) {
	h.f.Sessions.Tell(r.Context(), session.Flash{Tone: "ok", Words: words, More: more})
}

func status(errors []fault.Field) int {
	if len(errors) > 0 {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

// filled is a form as it stands on a page: what was typed, or what the page proposes, and the messages.
type filled struct {
	Key      string
	Errors   []fault.Field
	f        *form.Form
	proposed map[string]string
}

func blank(r *http.Request, proposed map[string]string) filled {
	return filled{Key: form.NewKey(), f: form.Query(r), proposed: proposed}
}

func sent(f *form.Form) filled { return filled{Key: f.Key(), f: f, Errors: f.Errors()} }

func (x filled) value(name string) string {
	if !x.f.Has(name) {
		return x.proposed[name]
	}
	return x.f.Raw(name)
}

func (x filled) field(name, label, hint string, most int) view.Field {
	return view.Field{Name: name, Label: label, Hint: hint, Max: most, Value: x.value(name), Error: x.message(name)}
}

func (x filled) optional(name, label, hint string, most int) view.Field {
	f := x.field(name, label, hint, most)
	f.Optional = true
	return f
}

func (x filled) message(name string) string {
	for _, e := range x.Errors {
		if e.Name == name {
			return e.Message
		}
	}
	return ""
}

// summary turns messages into the lines of the error summary.
func (x filled) summary() []view.FieldError {
	out := make([]view.FieldError, len(x.Errors))
	for i, e := range x.Errors {
		out[i] = view.FieldError{Field: e.Name, Message: e.Message}
	}
	return out
}

// options marks what is chosen.
func (x filled) options(name string, all []view.Option) []view.Option {
	out := make([]view.Option, len(all))
	for i, o := range all {
		o.Chosen = o.Value != "" && x.value(name) == o.Value
		out[i] = o
	}
	return out
}

// choices makes options of labelled values.
func choices[T interface {
	~string
	Label() string
}](all []T) []view.Option {
	out := make([]view.Option, len(all))
	for i, v := range all {
		out[i] = view.Option{Value: string(v), Label: v.Label()}
	}
	return out
}

func number(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 {
		return 0
	}
	return n
}

func id64(n int64) string { return strconv.FormatInt(n, 10) }

// moment writes a moment for readers; nil is nothing.
func moment(t *time.Time) string {
	if t == nil {
		return ""
	}
	return workday.DayOf(*t).Short() + t.In(workday.Shanghai).Format(" 15:04")
}

func address(path, tab, at string) string {
	q := url.Values{}
	if tab != "" {
		q.Set("tab", tab)
	}
	if at != "" {
		q.Set("at", at)
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

func pagesOf[T any](found page.Page[T], path, tab, cursor string) view.Pages {
	var p view.Pages
	if found.HasPrev {
		p.Prev, p.Words = address(path, tab, found.Prev), "接上页"
	}
	if found.HasNext {
		p.Next, p.Words = address(path, tab, found.Next), "还有下页"
	}
	if cursor != "" {
		p.First = address(path, tab, "")
	}
	return p
}
