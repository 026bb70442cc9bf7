package notice

import (
	"net/http"
	"strconv"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/notice"
	"portal/internal/page"
	"portal/internal/workday"
	"portal/web/form"
	"portal/web/listing"
	"portal/web/route"
	"portal/web/view"
)

// objectionsPage is the list of objections.
type objectionsPage struct {
	Frame    view.Page
	List     page.Page[notice.Objection]
	Answered bool
	Today    workday.Day
}

const paramAnswered = "answered"

func (h handlers) objections(w http.ResponseWriter, r *http.Request) error {
	f := form.Query(r)
	p := objectionsPage{Answered: f.Raw(paramAnswered) == "1", Today: h.f.Today()}
	var err error
	if p.List, err = h.s.Objections(r.Context(), route.Actor(r), p.Answered, f.Raw(paramAfter), 30); err != nil {
		return err
	}
	p.Frame = h.staff(r, "查看 - 异议", nil, view.Crumb{Text: "异议"})
	return h.f.Render(w, r, http.StatusOK, showObjections(p))
}

func (p objectionsPage) tabs() []view.Tab {
	return []view.Tab{{Label: "待答复", Href: pathObjections, Count: -1, Current: !p.Answered}, {Label: "已答复", Href: pathObjections + "?" + paramAnswered + "=1", Count: -1, Current: p.Answered}}
}

func (p objectionsPage) pages() view.Pages {
	return listing.Pages(p.List, func(cursor string) string {
		if p.Answered {
			return pathObjections + "?" + paramAnswered + "=1&" + paramAfter + "=" + cursor
		}
		return pathObjections + "?" + paramAfter + "=" + cursor
	}, "每页 30 件，新的在前")
}

// objectionPage is one objection with its answer.
type objectionPage struct {
	Frame  view.Page
	Errors []view.FieldError
	notice.Objection
	Form   *form.Form
	Key    string
	Reveal string // a key of its own for the form beside it
	May    bool   // answer, and see who asked
	Seen   *notice.Person
	Today  workday.Day
	Word   string
}

// objectionID reads the address; anything that is no number is a missing objection.
func (h handlers) objectionOf(r *http.Request) (notice.Objection, error) {
	id, err := strconv.ParseInt(route.Param(r, "id"), 10, 64)
	if err != nil {
		id = 0
	}
	return h.s.Objection(r.Context(), route.Actor(r), notice.ObjectionID(id))
}

func (h handlers) objection(w http.ResponseWriter, r *http.Request) error {
	o, err := h.objectionOf(r)
	if err != nil {
		return err
	}
	return h.showObjection(w, r, o, form.Query(r), nil, nil)
}

func (h handlers) showObjection(w http.ResponseWriter, r *http.Request, o notice.Objection, f *form.Form, errors []fault.Field, seen *notice.Person) error {
	p := objectionPage{Objection: o, Errors: listing.Summary(errors), Form: f, Key: form.NewKey(), Reveal: form.NewKey(), Seen: seen, Today: h.f.Today(), Word: h.f.Word(r.Context()),
		May: authz.Allowed(route.Actor(r), authz.ObjectionReply, o.Object())}
	p.Frame = h.staff(r, "答复异议 - "+o.PlainTitle, errors, view.Crumb{Href: pathObjections, Text: "异议"}, view.Crumb{Text: o.PlainTitle})
	w.Header().Set("Cache-Control", "no-store")
	return h.f.Render(w, r, status(errors), showObjection(p))
}

func (h handlers) reply(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	o, err := h.objectionOf(r)
	if err != nil {
		return err
	}
	in := notice.Answer{ID: o.ID, Version: version(f), Gist: f.Line("gist", 60), Reply: f.Text("reply", 500)}
	if f.Valid() {
		err := h.s.Reply(r.Context(), route.Actor(r), f.Key(), in)
		if err == nil {
			h.tell(r, "已答复异议", "答复公开在这份公示下面，不写是谁提的")
			return route.See(w, r, pathObjections)
		}
		if err := f.Merge(err); err != nil {
			return err
		}
	}
	return h.showObjection(w, r, o, f, f.Errors(), nil)
}

// reveal shows who objected, once, on the answer to the form; it is not kept by the browser.
func (h handlers) reveal(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	o, err := h.objectionOf(r)
	if err != nil {
		return err
	}
	purpose := f.Line("purpose", 100)
	if f.Valid() {
		p, err := h.s.Reveal(r.Context(), route.Actor(r), f.Key(), o.ID, purpose)
		if err == nil {
			return h.showObjection(w, r, o, f, nil, &p)
		}
		if err := f.Merge(err); err != nil {
			return err
		}
	}
	return h.showObjection(w, r, o, f, f.Errors(), nil)
}
