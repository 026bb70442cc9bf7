package refusal

import (
	"net/http"
	"slices"
	"strings"

	"portal/internal/fault"
	"portal/internal/normal"
	"portal/internal/place"
	"portal/internal/refusal"
	"portal/internal/workday"
	"portal/web/form"
	"portal/web/route"
	"portal/web/view"
)

// asked is the 20-second form as it was typed.
type asked struct {
	Key       string
	Form      *form.Form
	Places    []refusal.Place
	Units     []string
	Today     workday.Day
	More      bool // the second part is open
	Kinds     []view.Option
	Community []view.Option
	Channels  []view.Option
	Payers    []view.Option
	Fits      []view.Option
	Also      []view.Option
}

// logPage is 登记清单外任务.
type logPage struct {
	Frame  view.Page
	Errors []view.FieldError
	asked
}

// checkPage is 「这件事能拒绝吗？」; Seen is nil until something was asked.
type checkPage struct {
	Frame  view.Page
	Errors []view.FieldError
	asked
	Seen    *answerView
	LogHref string // the form of 登记 with the same fields
}

func (h handlers) newTask(w http.ResponseWriter, r *http.Request) error {
	return h.showLog(w, r, form.Query(r)) // 「这件事能拒绝吗？」 hands its fields over in the address
}

func (h handlers) showLog(w http.ResponseWriter, r *http.Request, f *form.Form) error {
	var errors []fault.Field
	if r.Method == http.MethodPost {
		errors = f.Errors()
	}
	a, err := h.asked(r, f, errors)
	if err != nil {
		return err
	}
	p := logPage{Frame: h.staff(r, "登记 - 清单外任务", errors, view.Crumb{Text: "登记"}), Errors: summary(errors), asked: a}
	return h.f.Render(w, r, status(errors), showLog(p))
}

func (h handlers) logTask(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	in := readAsked(f, h.f.Today())
	if f.Valid() {
		year, seq, err := h.s.Log(r.Context(), route.Actor(r), in, f.Key())
		if err == nil {
			h.tell(r, "ok", "已登记，答案如下", "登记的内容留作记录，街道可以看到")
			return route.See(w, r, pathTasks+"/"+refusal.Task{Year: year, Seq: seq}.Slug())
		}
		if err := f.Merge(err); err != nil {
			return err
		}
	}
	return h.showLog(w, r, f)
}

func (h handlers) check(w http.ResponseWriter, r *http.Request) error {
	f := form.Query(r)
	p := checkPage{}
	if f.Has("words") {
		in := readAsked(f, h.f.Today())
		if f.Valid() {
			seen, err := h.s.Try(r.Context(), route.Actor(r), in)
			if err = f.Merge(err); err != nil {
				return err
			}
			if f.Valid() {
				v := h.answer(seen)
				p.Seen, p.LogHref = &v, pathTasks+"/new?"+r.URL.RawQuery
			}
		}
	}
	errors := f.Errors()
	a, err := h.asked(r, f, errors)
	if err != nil {
		return err
	}
	p.Frame, p.Errors, p.asked = h.staff(r, "查 - 这件事能拒绝吗", errors, view.Crumb{Text: "这件事能拒绝吗"}), summary(errors), a
	return h.f.Render(w, r, status(errors), showCheck(p))
}

func summary(errors []fault.Field) []view.FieldError {
	var out []view.FieldError
	for _, e := range errors {
		out = append(out, view.FieldError{Field: e.Name, Message: e.Message})
	}
	return out
}

// readAsked reads the form; what cannot be stored gets its sentence here, the rules of the matter
// come with the use case. A day without a year is one of the year that ends today: what was asked lies behind.
func readAsked(f *form.Form, today workday.Day) refusal.Asked {
	also := form.Choices(f, "also", remarks)
	return refusal.Asked{Community: f.Line("community", 12), Requester: f.Line("requester", 60), Kind: form.Choice(f, "kind", place.RequesterKinds),
		Channel: form.Choice(f, "channel", refusal.Channels()), AskedOn: f.Day("asked_on", today.Add(-364)), AskedTime: strings.ReplaceAll(f.Line("asked_time", 10), "：", ":"),
		AskedBy: f.Line("asked_by", 30), Words: f.Text("words", 1000), Title: f.Line("title", 60), Basis: f.Line("basis", 200),
		Fit: form.Choice(f, "fit", refusal.Fits()), Payer: form.Choice(f, "payer", refusal.Payers()), Consent: slices.Contains(also, sayConsent), Primary: slices.Contains(also, asPrimary),
		Certificate: slices.Contains(also, forCertificate)}
}

// remark is one of the ticks of the second part.
type remark string

const (
	sayConsent     remark = "consent"
	asPrimary      remark = "primary"
	forCertificate remark = "certificate"
)

var remarks = []remark{asPrimary, sayConsent, forCertificate}

var remarkLabels = map[remark]string{asPrimary: "要社区当责任主体，或者做执法的事", sayConsent: "对方说区政府或者街道已经书面同意", forCertificate: "要社区开证明"}

// Label is the tick's words.
func (m remark) Label() string { return remarkLabels[m] }

// more are the fields of the second part.
var more = []string{"asked_by", "title", "basis", "fit", "payer", "also"}

func (h handlers) asked(r *http.Request, f *form.Form, errors []fault.Field) (asked, error) {
	a := asked{Key: form.NewKey(), Form: f, Today: h.f.Today()}
	var err error
	if a.Places, err = h.s.Places(r.Context(), route.Actor(r)); err != nil {
		return a, err
	}
	if a.Units, err = h.s.UnitNames(r.Context()); err != nil {
		return a, err
	}
	for _, name := range more {
		a.More = a.More || f.Raw(name) != ""
	}
	a.Kinds = append([]view.Option{{Label: "名册里的单位不用选"}}, options(f.Raw("kind"), place.RequesterKinds)...)
	for _, p := range a.Places {
		a.Community = append(a.Community, view.Option{Value: p.Code, Label: p.Name, Chosen: p.Code == f.Raw("community")})
	}
	a.Channels = options(f.Raw("channel"), refusal.Channels())
	a.Payers = options(f.Raw("payer"), refusal.Payers())
	a.Fits = options(f.Raw("fit"), refusal.Fits())
	for _, m := range remarks {
		a.Also = append(a.Also, view.Option{Value: string(m), Label: m.Label(), Chosen: slices.Contains(f.All("also"), string(m))})
	}
	return a, nil
}

// options turns a list of values with labels into choices.
func options[T interface {
	~string
	Label() string
}](chosen string, values []T) []view.Option {
	var out []view.Option
	for _, v := range values {
		out = append(out, view.Option{Value: string(v), Label: v.Label(), Chosen: string(v) == chosen})
	}
	return out
}

// field is a question with what was typed and what is wrong with it.
func (a asked) field(name, label string) view.Field {
	return view.Field{Name: name, Label: label, Value: shown(a.Form.Raw(name)), Error: messageOf(a.Form, name)}
}

// shown gives what was typed back, without characters that no page can hold.
func shown(s string) string {
	if clean, err := normal.CleanText(s); err == nil {
		return clean
	}
	return strings.Map(func(c rune) rune {
		if c < ' ' && c != '\n' {
			return -1
		}
		return c
	}, strings.ToValidUTF8(s, ""))
}

func messageOf(f *form.Form, name string) string {
	for _, e := range f.Errors() {
		if e.Name == name {
			return e.Message
		}
	}
	return ""
}

func (a asked) optional(name, label, hint string, max int) view.Field {
	v := a.field(name, label)
	v.Optional, v.Hint, v.Max = true, hint, max
	return v
}
