// Package request is the pages on which residents say what troubles them and follow it: four questions,
// a look over everything, a receipt, the progress by QR or by typed code, and the three rates of the
// street. It decides how these read; what may be taken, who sees what and what an answer means is decided
// by internal/request and internal/handoff.
//
// Everybody is nobody here: whoever is signed in acts as the public does, so that no trace of the person
// stays. Nothing personal stands in an address, and no page of a person is kept by a browser.
package request

import (
	"net/http"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/grid"
	"portal/internal/handoff"
	"portal/internal/request"
	"portal/web/frame"
	"portal/web/route"
	"portal/web/view"
)

// Deps is what the pages stand on.
type Deps struct {
	Requests *request.Service
	Cases    *handoff.Cases
	Grids    *grid.Service
	Secure   bool // the portal stands behind TLS: addresses in QR codes begin with https
}

type handlers struct {
	Deps
	f    *frame.Frame
	kept *figures
}

// Addresses of these pages, and the keys of the bar.
const (
	pathNew     = "/requests/new"
	pathLookup  = "/requests/lookup"
	pathFigures = "/requests/figures"
	pathTrack   = "/r/"

	navFile  = "file"
	navTrack = "track"
)

// Mount registers the pages.
func Mount(rt *route.Router, f *frame.Frame, d Deps) {
	h := handlers{Deps: d, f: f, kept: new(figures)}
	rt.Get(pathNew, authz.RequestFile, unkept(h.start))
	rt.Post(pathNew, authz.RequestFile, unkept(h.restart))
	rt.Get(pathNew+"/{step}", authz.RequestFile, unkept(h.step))
	rt.Post(pathNew+"/{step}", authz.RequestFile, unkept(h.answer))

	rt.Get(pathLookup, authz.RequestTrack, unkept(h.askCode))
	rt.Post(pathLookup, authz.RequestTrack, unkept(h.byCode))
	rt.Post(pathLookup+"/{act}", authz.RequestTrack, unkept(h.actByCode))
	rt.Get(pathTrack+"{code}", authz.RequestTrack, unkept(h.byToken))
	rt.Get(pathTrack+"{code}/receipt", authz.RequestTrack, unkept(h.receipt))
	rt.Get(pathTrack+"{code}/clock", authz.RequestTrack, unkept(h.clock))
	rt.Post(pathTrack+"{code}/{act}", authz.RequestTrack, unkept(h.actByToken))

	rt.Get(pathFigures, authz.PublicRead, h.figures)
}

// unkept keeps a page of one person out of every store of the browser (reliability.md §2 rule 19).
func unkept(next route.Handler) route.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Cache-Control", "no-store")
		return next(w, r)
	}
}

// everybody is in whose name these pages act; only the number of the request to the server is kept.
func everybody(r *http.Request) authz.Actor {
	by := authz.Anonymous
	by.RequestID = route.Actor(r).RequestID
	return by
}

func (h handlers) page(r *http.Request, nav, title string, errors []fault.Field) view.Page {
	p := h.f.Public(r, frame.Opts{Title: title, Nav: nav})
	p.Errors = len(errors)
	return p
}

// status of a form that came back.
func status(errors []fault.Field) int {
	if len(errors) > 0 {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}
