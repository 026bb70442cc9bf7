package notice

import (
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5/middleware"

	"portal/internal/fault"
	"portal/internal/normal"
	"portal/internal/notice"
	"portal/web/form"
	"portal/web/listing"
	"portal/web/route"
	"portal/web/view"
)

// objectPage is 提异议, for anybody.
type objectPage struct {
	Frame  view.Page
	Notice notice.Notice
	Form   *form.Form
	Key    string
	Word   string
	Closed bool // the window is over
	Phone  string
}

func (h handlers) objecting(w http.ResponseWriter, r *http.Request) error {
	return h.showObject(w, r, form.Query(r), nil)
}

func (h handlers) showObject(w http.ResponseWriter, r *http.Request, f *form.Form, errors []fault.Field) error {
	rec, err := h.s.Read(r.Context(), no(r))
	if err != nil {
		return err
	}
	p := objectPage{Notice: rec.Notice, Form: f, Key: form.NewKey(), Word: h.f.Word(r.Context()), Closed: !rec.Objectable(h.f.Today())}
	if p.Phone, err = h.phone(r.Context(), rec.Notice); err != nil {
		return err
	}
	p.Frame = h.public(r, "提异议 - "+heading(rec.Title), view.Crumb{Href: rec.Path(), Text: rec.No(p.Word)}, view.Crumb{Text: "提异议"})
	p.Frame.Errors = len(errors)
	return h.f.Render(w, r, status(errors), showObject(p))
}

func (h handlers) object(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	in := notice.Objecting{No: no(r), Words: f.Text("words", 500), Person: notice.Person{Name: f.Line("name", 30), Phone: f.Line("phone", 20)},
		From: middleware.GetClientIP(r.Context())}
	if f.Valid() {
		code, err := h.s.Object(r.Context(), route.Actor(r), f.Key(), in)
		if err == nil {
			return route.See(w, r, pathBoard+"/"+no(r)+"/objections/"+code)
		}
		if err := f.Merge(err); err != nil {
			return err
		}
	}
	return h.showObject(w, r, f, f.Errors())
}

// field is a question with what was typed and what is wrong with it.
func field(f *form.Form, name, label string) view.Field {
	return view.Field{Name: name, Label: label, Value: shown(f.Raw(name)), Error: listing.MessageOf(f.Errors(), name)}
}

func optional(f *form.Form, name, label, hint string) view.Field {
	v := field(f, name, label)
	v.Optional, v.Hint = true, hint
	return v
}

func hinted(f *form.Form, name, label, hint string, max int) view.Field {
	v := field(f, name, label)
	v.Hint, v.Max = hint, max
	return v
}

// receiptPage is what somebody who objected may keep and follow.
type receiptPage struct {
	Frame view.Page
	notice.Objection
	Word string
	Path string
}

func (h handlers) receipt(w http.ResponseWriter, r *http.Request) error {
	o, err := h.s.Receipt(r.Context(), no(r), route.Param(r, "code"))
	if err != nil {
		return err
	}
	p := receiptPage{Objection: o, Word: h.f.Word(r.Context()), Path: pathBoard + "/" + o.NoticeSlug()}
	p.Frame = h.public(r, "收到异议 - "+o.PlainTitle, view.Crumb{Href: p.Path, Text: o.PlainTitle}, view.Crumb{Text: "异议"})
	w.Header().Set("Cache-Control", "no-store")
	return h.f.Render(w, r, http.StatusOK, showReceipt(p))
}

// due says when the answer comes.
func due(o notice.Objection) string {
	if o.DueOn.IsZero() {
		return ""
	}
	if !o.DueExact {
		return "不早于 " + o.DueOn.Chinese()
	}
	return o.DueOn.Chinese()
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
