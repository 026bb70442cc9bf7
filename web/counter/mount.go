// Package counter is the pages of the desk about residents' words: the window with 代办 and paper, the
// longer errand on an authorization, the receipt and its 80 mm slip, callbacks, what is shown of a person,
// merging, the three rates, and what the street keeps for all of this: categories, rules of dispatch,
// repeated causes. It decides how these read; what may happen is decided by internal/request, internal/workorder and internal/handoff.
package counter

import (
	"net/http"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/grid"
	"portal/internal/handoff"
	"portal/internal/request"
	"portal/internal/workorder"
	"portal/web/frame"
	"portal/web/route"
	"portal/web/session"
	"portal/web/view"
)

// Deps is what the pages stand on.
type Deps struct {
	Orders   *workorder.Service
	Requests *request.Service
	Cases    *handoff.Cases
	Grids    *grid.Service
	Secure   bool // the portal stands behind TLS: addresses in QR codes begin with https
}

type handlers struct {
	Deps
	f *frame.Frame
}

// The rail key of these pages, and their addresses.
const (
	module         = "requests"
	pathRequests   = "/desk/requests"
	pathNew        = pathRequests + "/new"
	pathDraft      = pathNew + "/draft"
	pathHints      = pathNew + "/hints"
	pathAssistEnd  = pathRequests + "/assists/end"
	pathFigures    = pathRequests + "/figures"
	pathCallbacks  = "/desk/callbacks"
	pathCategories = "/desk/categories"
	pathRoutes     = "/desk/routes"
	pathCauses     = "/desk/causes"
)

// Mount registers the pages, and the strip of 代办 that every page of the desk shows while it runs.
func Mount(rt *route.Router, f *frame.Frame, d Deps) {
	h := handlers{Deps: d, f: f}
	f.Strip = h.strip

	rt.Get(pathNew, authz.RequestTake, h.newRequest)
	rt.Post(pathNew, authz.RequestTake, h.takeRequest)
	rt.Post(pathDraft, authz.RequestTake, h.autosave)
	rt.Post(pathHints, authz.RequestTake, h.hints)
	rt.Post(pathAssistEnd, authz.RequestTake, h.endAssist)
	rt.Get(pathRequests+"/{no}/receipt", authz.RequestTake, h.receipt)
	rt.Get(pathRequests+"/{no}/reveal", authz.RequestReveal, h.askReveal)
	rt.Post(pathRequests+"/{no}/reveal", authz.RequestReveal, h.reveal)
	rt.Get(pathRequests+"/{no}/merge", authz.RequestMerge, h.merging)
	rt.Post(pathRequests+"/{no}/merge", authz.RequestMerge, h.merge)
	rt.Post(pathRequests+"/{no}/unmerge", authz.RequestMerge, h.unmerge)

	rt.Get(pathCallbacks, authz.CallbackMake, h.callbacks)
	rt.Get(pathCallbacks+"/{no}", authz.CallbackMake, h.callback)
	rt.Post(pathCallbacks+"/{no}", authz.CallbackMake, h.saveCallback)

	rt.Get(pathFigures, authz.FiguresView, h.figures)
	rt.Get(pathFigures+"/{figure}", authz.FiguresView, h.figureRows)
	rt.Get(pathFigures+"/{figure}/export.xlsx", authz.FiguresView, h.figureExport)

	rt.Get(pathCategories, authz.CategoryEdit, h.categories)
	rt.Get(pathCategories+"/{code}", authz.CategoryEdit, h.category)
	rt.Post(pathCategories+"/{code}", authz.CategoryEdit, h.saveCategory)
	rt.Get(pathRoutes, authz.RouteEdit, h.routes)
	rt.Get(pathRoutes+"/new", authz.RouteEdit, h.newRoute)
	rt.Post(pathRoutes+"/new", authz.RouteEdit, h.saveRoute)

	h.mountAgencies(rt)

	rt.Get(pathCauses, authz.CauseView, h.causes)
	rt.Get(pathCauses+"/{id}", authz.CauseView, h.cause)
	rt.Post(pathCauses+"/{id}", authz.CauseDecide, h.decideCause)
	h.mountLimits(rt)
}

// staff is the frame of a page below 居民诉求; messages are counted in its title.
func (h handlers) staff(r *http.Request, title string, errors []fault.Field, crumbs ...view.Crumb) view.Page {
	p := h.f.Staff(r, frame.Opts{Title: title, Module: module, Breadcrumbs: append([]view.Crumb{{Href: pathRequests, Text: "居民诉求"}}, crumbs...)})
	p.Errors = len(errors)
	return p
}

// tell leaves a banner for the next page.
func (h handlers) tell(r *http.Request, tone, words, more string) {
	h.f.Sessions.Tell(r.Context(), session.Flash{Tone: tone, Words: words, More: more})
}
