// Package route is the only way to add a page: method, pattern, action, handler. A route whose
// action has no policy row is refused at start, and Fail is the only place where an error
// becomes a page.
package route

import (
	"context"
	"net/http"
	"slices"

	"github.com/go-chi/chi/v5"

	"portal/internal/authz"
	"portal/internal/fault"
)

// Handler answers a request or returns the error that Fail renders.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Route is one registered route, for the walk of the access test.
type Route struct {
	Method, Pattern string
	Action          authz.Action
}

// Router registers guarded routes on one chi mux; there are no sub-routers.
type Router struct {
	mux    chi.Router
	fail   func(w http.ResponseWriter, r *http.Request, err error)
	signIn func(w http.ResponseWriter, r *http.Request)
	routes []Route
}

// New makes a router. fail renders errors; signIn sends somebody who has not signed in to the
// sign-in page and back.
func New(mux chi.Router, fail func(http.ResponseWriter, *http.Request, error), signIn http.HandlerFunc) *Router {
	return &Router{mux: mux, fail: fail, signIn: signIn}
}

// Get registers a page.
func (rt *Router) Get(pattern string, do authz.Action, h Handler) {
	rt.add(http.MethodGet, pattern, do, h)
}

// Post registers a form's target.
func (rt *Router) Post(pattern string, do authz.Action, h Handler) {
	rt.add(http.MethodPost, pattern, do, h)
}

// Routes lists what was registered.
func (rt *Router) Routes() []Route { return slices.Clone(rt.routes) }

func (rt *Router) add(method, pattern string, do authz.Action, h Handler) {
	if !authz.Known(do) {
		panic("route: " + method + " " + pattern + ": action " + string(do) + " has no policy row")
	}
	rt.routes = append(rt.routes, Route{Method: method, Pattern: pattern, Action: do})
	rt.mux.MethodFunc(method, pattern, func(w http.ResponseWriter, r *http.Request) {
		a := Actor(r)
		if !authz.Can(a, do) {
			if !a.SignedIn() {
				rt.signIn(w, r)
				return
			}
			rt.fail(w, r, fault.NotFound(""))
			return
		}
		if err := h(w, r); err != nil {
			rt.fail(w, r, err)
		}
	})
}

type actorKey struct{}

// WithActor stores who acts; only the session middleware does this.
func WithActor(ctx context.Context, a authz.Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

// Actor tells who acts; authz.Anonymous when nobody has signed in.
func Actor(r *http.Request) authz.Actor {
	a, _ := r.Context().Value(actorKey{}).(authz.Actor)
	return a
}

// Param gives a path parameter.
func Param(r *http.Request, name string) string { return chi.URLParam(r, name) }

// See sends the browser to a page after a form (303), so that reload does not send it again.
func See(w http.ResponseWriter, r *http.Request, path string) error {
	http.Redirect(w, r, path, http.StatusSeeOther)
	return nil
}

// Status maps a fault to its status code.
func Status(err error) int {
	switch fault.KindOf(err) {
	case fault.KindInvalid:
		return http.StatusUnprocessableEntity
	case fault.KindNotFound:
		return http.StatusNotFound
	case fault.KindForbidden:
		return http.StatusForbidden
	case fault.KindConflict:
		return http.StatusConflict
	case fault.KindTooLarge:
		return http.StatusRequestEntityTooLarge
	case fault.KindTooMany:
		return http.StatusTooManyRequests
	case fault.KindUnavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}
