// Package admission is the pages of applications: filing one, the list, and the page on which the
// street decides. It decides nothing: states, checks, offers and words of rules come from
// internal/admission; buttons are shown by asking.
package admission

import (
	"net/http"
	"strings"

	"portal/internal/admission"
	"portal/internal/authz"
	"portal/internal/docno"
	"portal/internal/fault"
	"portal/web/form"
	"portal/web/frame"
	"portal/web/route"
	"portal/web/session"
	"portal/web/view"
)

// Addresses of these pages.
const (
	pathList = "/desk/applications"
	module   = "admission"
)

type handlers struct {
	f *frame.Frame
	s *admission.Service
}

// mountReview registers the list, the page of one application and everything decided on it.
func mountReview(rt *route.Router, f *frame.Frame, s *admission.Service) {
	h := handlers{f: f, s: s}
	rt.Get(pathList, authz.AppList, h.list)
	rt.Get(pathList+".csv", authz.AppList, h.export)
	rt.Get(pathList+".xlsx", authz.AppList, h.export)
	rt.Get(pathList+"/{no}", authz.AppView, h.detail)
	rt.Get(pathList+"/{no}/decisions/new", authz.AppReturn, h.detail)
	rt.Post(pathList+"/{no}/decisions/new", authz.AppReturn, h.decide)
	rt.Get(pathList+"/{no}/checks/{kind}", authz.AppOverride, h.check)
	rt.Post(pathList+"/{no}/checks/{kind}", authz.AppOverride, h.override)
	rt.Post(pathList+"/{no}/conditions/{id}", authz.CondConfirm, h.confirm)
	rt.Get(pathList+"/{no}/print", authz.AppView, h.print)
	rt.Get(pathList+"/{no}/history", authz.AppView, h.history)
}

// asked reads the number of the address; anything that is no number is a missing application.
func asked(r *http.Request) (year, seq int, err error) {
	if year, seq, err = docno.ParseSlug(route.Param(r, "no")); err != nil {
		return 0, 0, admission.ErrNoSuch
	}
	return year, seq, nil
}

// draft gives the id part of draft-12, so that a list may lead to a draft like to any application.
func draft(no string) (string, bool) {
	id, ok := strings.CutPrefix(no, "draft-")
	return id, ok && id != "" && strings.Trim(id, "0123456789") == ""
}

func (h handlers) staff(r *http.Request, title string, errors []fault.Field, crumbs ...view.Crumb) view.Page {
	p := h.f.Staff(r, frame.Opts{Title: title, Module: module, Breadcrumbs: append([]view.Crumb{{Href: pathList, Text: "准入清单"}}, crumbs...)})
	p.Errors = len(errors)
	return p
}

func (h handlers) tell(r *http.Request, words, more, href, link string) {
	h.f.Sessions.Tell(r.Context(), session.Flash{Tone: "ok", Words: words, More: more, Href: href, Link: link})
}

// summary is the error summary of messages.
func summary(errors []fault.Field) []view.FieldError {
	out := make([]view.FieldError, len(errors))
	for i, e := range errors {
		out[i] = view.FieldError{Field: e.Name, Message: e.Message}
	}
	return out
}

func messageOf(errors []fault.Field, field string) string {
	for _, e := range errors {
		if e.Name == field {
			return e.Message
		}
	}
	return ""
}

func statusOf(errors []fault.Field) int {
	if len(errors) > 0 {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

// version reads the version that the person saw; a broken one reads as overtaken, not as an error.
func version(f *form.Form) int {
	if n := f.Int("version", 1, 1<<30); n != nil {
		return *n
	}
	return -1
}
