// Package workorder is the pages of cases for staff: the list in the order of the clock, dispatch one by one
// and in bulk, the case with its one next act, and each act as a form of its own. The same pages serve the
// requests of residents and the findings of grid workers. It decides nothing: who may do what, and what an
// act does, is asked of internal/workorder and internal/handoff. It owns no table.
package workorder

import (
	"net/http"
	"strconv"
	"strings"

	"portal/internal/authz"
	"portal/internal/blob"
	"portal/internal/fault"
	"portal/internal/handoff"
	"portal/internal/request"
	"portal/internal/workorder"
	"portal/web/form"
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
	Blobs    blob.Store
}

type handlers struct {
	f     *frame.Frame
	s     *workorder.Service
	asks  *request.Service
	cases *handoff.Cases
	files blob.Store
}

// The addresses of these pages.
const (
	pathRequests = "/desk/requests"
	pathEvents   = "/desk/events"
	pathBulk     = pathRequests + "/bulk"
	pathClocks   = "/desk/clocks"
)

// Mount registers the pages.
func Mount(rt *route.Router, f *frame.Frame, d Deps) {
	h := handlers{f: f, s: d.Orders, asks: d.Requests, cases: d.Cases, files: d.Blobs}
	rt.Get(pathRequests, authz.WorkList, h.list)
	rt.Get(pathBulk, authz.WorkDispatch, h.bulk)
	rt.Post(pathBulk, authz.WorkDispatch, h.applyBulk)
	rt.Get(pathClocks+"/{id}", authz.WorkView, h.clock)
	for _, base := range []string{pathRequests, pathEvents} {
		one := base + "/{no}"
		rt.Get(one, authz.WorkView, h.showCase)
		rt.Get(one+"/history", authz.WorkView, h.history)
		rt.Get(one+"/clocks", authz.WorkView, h.clocks)
		rt.Get(one+"/photos/{id}", authz.WorkView, h.photo)
		for _, a := range acts {
			if a.Only != "" && a.Only != base {
				continue
			}
			target := one + "/" + a.Path
			if a.Fields != nil {
				rt.Get(target, a.Do, h.asking(a))
			}
			rt.Post(target, a.Do, h.doing(a))
		}
	}
	rt.Get(pathRequests+"/{no}/calls/new", authz.RequestReveal, h.askCall)
	rt.Post(pathRequests+"/{no}/calls/new", authz.RequestReveal, h.call)
}

// theCase opens the case of the address; a finding under the address of requests is a missing page, and so
// is the other way round.
func (h handlers) theCase(r *http.Request) (workorder.Order, error) {
	no := route.Param(r, "no")
	o, err := h.s.Get(r.Context(), route.Actor(r), no)
	if err != nil {
		return o, err
	}
	if !strings.HasPrefix(r.URL.Path, o.Path()) {
		return o, workorder.ErrNoOrder
	}
	return o, nil
}

// module is the line of the rail to which a case belongs.
func module(o workorder.Order) string {
	if o.Source == workorder.FromFinding {
		return "grids"
	}
	return "requests"
}

// crumbs lead from the list to a case.
func crumbs(o workorder.Order, below ...view.Crumb) []view.Crumb {
	list := view.Crumb{Href: pathRequests, Text: "居民诉求"}
	if o.Source == workorder.FromFinding {
		list = view.Crumb{Href: pathEvents, Text: "事件"}
	}
	if len(below) == 0 {
		return []view.Crumb{list, {Text: o.No}}
	}
	return append([]view.Crumb{list, {Href: o.Path(), Text: o.No}}, below...)
}

// staff is the frame of a page about a case; errors are counted in its title.
func (h handlers) staff(r *http.Request, o workorder.Order, title string, errors []fault.Field, below ...view.Crumb) view.Page {
	p := h.f.Staff(r, frame.Opts{Title: title, Module: module(o), Breadcrumbs: crumbs(o, below...), Wide: true})
	p.Errors = len(errors)
	return p
}

func (h handlers) tell(r *http.Request, words, more string) {
	h.f.Sessions.Tell(r.Context(), session.Flash{Tone: "ok", Words: words, More: more})
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

// step is the version that the person saw; a broken one reads as stale.
func step(o workorder.Order, f *form.Form) workorder.Step {
	n, err := strconv.Atoi(f.Raw("version"))
	if err != nil || n < 1 {
		n = -1
	}
	return workorder.Step{ID: o.ID, Version: n}
}

// number reads an id of an address or of a field; 0 for none.
func number(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 {
		return 0
	}
	return n
}

// history is everything that happened to a case, for whoever may see it.
func (h handlers) history(w http.ResponseWriter, r *http.Request) error {
	o, err := h.theCase(r)
	if err != nil {
		return err
	}
	opts := frame.Opts{Title: "查看记录 - " + o.Title, Module: module(o), Breadcrumbs: crumbs(o, view.Crumb{Text: "全部记录"}), Unnamed: o.Unnamed(route.Actor(r))}
	return h.f.History(w, r, opts, o.Title, workorder.OrderKind, int64(o.ID))
}
