// Package grid is the pages of 网格: the map and its list, a grid's record, the change of boundaries,
// posts and handovers, and what residents look up. It decides how these read and which doors are open to
// whom; who answers for a door, and whether a change leaves nobody out, is decided by internal/grid.
package grid

import (
	"net/http"
	"strconv"

	"portal/internal/fault"
	"portal/internal/grid"
	"portal/web/frame"
	"portal/web/route"
	"portal/web/session"
	"portal/web/view"
)

// Deps is what the pages stand on.
type Deps struct {
	Grids  *grid.Service
	Secure bool // the portal stands behind TLS: addresses in QR codes begin with https
}

type handlers struct {
	f *frame.Frame
	s *grid.Service

	secure bool
}

// Mount registers the pages.
func Mount(rt *route.Router, f *frame.Frame, d Deps) {
	h := handlers{f: f, s: d.Grids, secure: d.Secure}
	mountMap(rt, h)
	mountPeople(rt, h)
	mountPublic(rt, h)
}

// The rail key of these pages, and the address of the map.
const (
	module    = "grids"
	pathGrids = "/desk/grids"
)

// staff is the frame of a page below the map; errors are counted in its title.
func (h handlers) staff(r *http.Request, title string, errors []fault.Field, crumbs ...view.Crumb) view.Page {
	p := h.f.Staff(r, frame.Opts{Title: title, Module: module, Breadcrumbs: append([]view.Crumb{{Href: pathGrids, Text: "网格"}}, crumbs...)})
	p.Errors = len(errors)
	return p
}

// tell leaves a banner for the next page.
func (h handlers) tell(r *http.Request, tone, words, more string) {
	h.f.Sessions.Tell(r.Context(), session.Flash{Tone: tone, Words: words, More: more})
}

// status of a form that came back.
func status(errors []fault.Field) int {
	if len(errors) > 0 {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

// summary turns messages into the lines of the error summary.
func summary(errors []fault.Field) []view.FieldError {
	out := make([]view.FieldError, len(errors))
	for i, e := range errors {
		out[i] = view.FieldError{Field: e.Name, Message: e.Message}
	}
	return out
}

// messageOf finds the message beside a field.
func messageOf(errors []fault.Field, name string) string {
	for _, e := range errors {
		if e.Name == name {
			return e.Message
		}
	}
	return ""
}

// gridPath is the address of a grid's record, or of a page below it.
func gridPath(code, below string) string { return pathGrids + "/" + code + below }

func itoa(n int) string { return strconv.Itoa(n) }
