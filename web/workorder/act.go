package workorder

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/workorder"
	"portal/web/form"
	"portal/web/route"
	"portal/web/view"
)

// act is one thing that can be done to a case: a form, or a single button.
type act struct {
	Do     authz.Action
	Path   string // below the case
	Title  string // the verb: the button that leads here and the head of the page
	Lead   string
	After  string // what happens after the button
	Only   string // the address of the source that alone has such an act; both when ""
	Danger bool
	Files  bool
	Alias  map[string]string // fields of the domain that stand under another name in the form
	Verbs  []verb            // more than one way to end; Title when nil
	Fields func(h handlers, in asked) ([]templ.Component, error)
	When   func(o workorder.Order, by authz.Actor, open pending) bool // in place of what the flow allows, or beyond it
	Run    func(h handlers, in asked) (done, more string, err error)
	Next   func(o workorder.Order) string // where to go afterwards; the case when nil
}

// verb is a button of an act.
type verb struct{ Value, Words, Class string }

// pending is what waits for a leader's word on a case.
type pending struct {
	extension, exclusion bool  // asked and not decided
	excluded             bool  // asked, whatever was decided
	category             int64 // who proposed another category that waits (§6.8, 6); 0 nobody
}

// pendingOf asks what waits for a leader.
func (h handlers) pendingOf(r *http.Request, o workorder.Order) (pending, error) {
	e, asked, err := h.s.ExtensionOf(r.Context(), route.Actor(r), o)
	if err != nil {
		return pending{}, err
	}
	x, excluded, err := h.s.ExclusionOf(r.Context(), route.Actor(r), o)
	if err != nil {
		return pending{}, err
	}
	recategory, err := h.cases.CategoryAsked(r.Context(), o)
	var proposer int64
	if recategory != nil {
		proposer = recategory.AskedBy
	}
	return pending{category: proposer, extension: asked && e.DecidedAt == nil, exclusion: excluded && x.ApprovedAt == nil, excluded: excluded}, err
}

// offered reports whether the act is this person's now.
func (a act) offered(o workorder.Order, by authz.Actor, open pending) bool {
	if a.When != nil {
		return a.When(o, by, open)
	}
	return o.Can(by, a.Do)
}

// asked is a form on its way: the case, what was typed, and what is wrong with it.
type asked struct {
	r *http.Request
	o workorder.Order
	f *form.Form // what was typed; what the address holds before anything was
	p *actPage
}

func (in asked) by() authz.Actor     { return route.Actor(in.r) }
func (in asked) at() workorder.Step  { return step(in.o, in.f) }
func (in asked) key() string         { return in.f.Key() }
func (in asked) posted() bool        { return in.r.Method == http.MethodPost }
func (in asked) raw(n string) string { return in.f.Raw(n) }

// typed is what stands in a field: what was typed, or first before anything was.
func (in asked) typed(name, first string) string {
	if in.posted() || in.f.Has(name) {
		return in.f.Raw(name)
	}
	return first
}

// message is the sentence beside a field.
func (in asked) message(name string) string {
	if !in.posted() {
		return ""
	}
	for _, e := range in.f.Errors() {
		if e.Name == name {
			return e.Message
		}
	}
	return ""
}

// tick reads one tick box.
func (in asked) tick(name string) bool {
	return form.Choice(in.f, name, []string{"yes"}) == "yes"
}

// pick reads the number of a choice from a list; 0 when nothing was chosen.
func (in asked) pick(name string) int64 {
	id := number(in.raw(name))
	if id == 0 && in.raw(name) != "" {
		in.f.Add(name, "从列出的选项里选")
	}
	return id
}

// send runs an act of the services, unless something that was typed could not be read: then nothing is done.
func send[T any](in asked, what T, do func(context.Context, authz.Actor, string, T) (workorder.Order, error)) (workorder.Order, error) {
	if err := in.f.Err(); err != nil {
		return workorder.Order{}, err
	}
	return do(in.r.Context(), in.by(), in.key(), what)
}

// below is the key of a part of the form: the same for the same part, and never longer than a key may be.
func below(key, part string) string {
	sum := sha256.Sum256([]byte(key + " " + part))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// pressed reports whether one of the act's own buttons was pressed; the lawful owner of the shield is one too.
func (a act) pressed(f *form.Form) bool {
	return a.Verbs == nil || f.Raw("lawful") != "" || slices.ContainsFunc(a.Verbs, func(v verb) bool { return v.Value == f.Raw("do") })
}

// field is a question with what was typed and what is wrong.
func (in asked) field(name, label, hint string, max int) view.Field {
	return view.Field{Name: name, Label: label, Hint: hint, Max: max, Value: in.typed(name, ""), Error: in.message(name)}
}

// choices are options of which the chosen one stays chosen.
func choices[T ~string](chosen string, all []T, label func(T) string) []view.Option {
	out := make([]view.Option, len(all))
	for i, v := range all {
		out[i] = view.Option{Value: string(v), Label: label(v), Chosen: string(v) == chosen}
	}
	return out
}

// actPage is an act as a page.
type actPage struct {
	Frame       view.Page
	Title, Lead string
	Notice      *view.Banner
	Errors      []view.FieldError
	Target      string
	Files       bool
	Key         string
	Version     string
	Fields      []templ.Component
	Verbs       []verb
	After       string
	Back        string
	Facts       []view.Term
}

// asking shows the form of an act; who may not do it finds nothing here.
func (h handlers) asking(a act) route.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		o, err := h.theCase(r)
		if err != nil {
			return err
		}
		open, err := h.pendingOf(r, o)
		if err != nil {
			return err
		}
		if !a.offered(o, route.Actor(r), open) {
			return cannot(o, a)
		}
		return h.showAct(w, asked{r: r, o: o, f: form.Query(r)}, a)
	}
}

// doing runs an act. Messages come back beside their fields with everything that was typed.
func (h handlers) doing(a act) route.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		f, err := form.Read(r)
		if err != nil {
			return err
		}
		o, err := h.theCase(r)
		if err != nil {
			return err
		}
		in := asked{r: r, o: o, f: f}
		if !a.pressed(f) {
			f.Add("do", "从这一页的按钮里选一个")
			return h.showAct(w, in, a)
		}
		done, more, err := a.Run(h, in)
		if err = f.Merge(renamed(err, a.Alias)); err != nil {
			return err
		}
		if !f.Valid() {
			if a.Fields == nil {
				return f.Err()
			}
			return h.showAct(w, in, a)
		}
		if done != "" {
			h.tell(r, done, more)
		}
		to := o.Path()
		if a.Next != nil {
			to = a.Next(o)
		}
		return route.See(w, r, to)
	}
}

// renamed puts messages beside the fields under which the form asks.
func renamed(err error, alias map[string]string) error {
	fields := fault.Fields(err)
	if len(fields) == 0 || alias == nil {
		return err
	}
	out := make([]fault.Field, len(fields))
	for i, e := range fields {
		out[i] = e
		if name, ok := alias[e.Name]; ok {
			out[i].Name = name
		}
	}
	return fault.Invalid(out...)
}

// titleOf is the verb of an act on a case: what was dispatched before is dispatched anew.
func titleOf(a act, o workorder.Order) string {
	if a.Path == dispatching.Path && o.State != workorder.Registered {
		return "改派"
	}
	return a.Title
}

// cannot says that the case is in reach and the act is not, or not now.
func cannot(o workorder.Order, a act) error {
	return fault.Forbidden("现在不能" + titleOf(a, o) + "。这一件" + o.State.Label() + "，由" + o.Owner.Words() + "办理")
}

func (h handlers) showAct(w http.ResponseWriter, in asked, a act) error {
	var errors []fault.Field
	if in.posted() {
		errors = in.f.Errors()
	}
	o := in.o
	p := actPage{Frame: h.staff(in.r, o, titleOf(a, o)+" - "+o.Title, errors, view.Crumb{Text: titleOf(a, o)}), Title: titleOf(a, o), Lead: dotted(o.No, o.Title), Errors: summary(errors),
		Target: in.r.URL.Path, Files: a.Files, Key: form.NewKey(), Version: itoa(o.Version), Verbs: a.Verbs, After: a.After, Back: o.Path(), Facts: h.aboutCase(o)}
	if a.Lead != "" {
		p.Lead = a.Lead
	}
	if p.Verbs == nil {
		p.Verbs = []verb{{Words: titleOf(a, o), Class: "btn-primary"}}
		if a.Danger {
			p.Verbs[0].Class = "btn-danger"
		}
	}
	in.p = &p
	var err error
	if p.Fields, err = a.Fields(h, in); err != nil {
		return err
	}
	return h.f.Render(w, in.r, status(errors), showAct(p))
}

// aboutCase is the case in a few lines beside a form.
func (h handlers) aboutCase(o workorder.Order) []view.Term {
	now := h.f.DB.Now()
	out := []view.Term{{Name: "编号", Text: o.No, Href: o.Path()}, {Name: "状态", Text: o.State.Label()}, {Name: "归谁办", Text: o.Owner.Words()}}
	out = term(out, "地点", dotted(o.CommunityName, o.Place))
	out = term(out, "分类", o.CategoryName)
	if !o.State.Done() {
		left, _, _ := workorder.Left(o.DueAt, now)
		out = term(out, "办结时限", moment(o.DueAt, now)+"，"+left)
	}
	return out
}
