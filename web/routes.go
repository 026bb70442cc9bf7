package web

import (
	"net/http"
	"net/url"

	"portal/internal/authz"
	"portal/web/account"
	"portal/web/frame"
	"portal/web/route"
	"portal/web/view"
)

// mount registers every feature, one line each.
func mount(rt *route.Router, f *frame.Frame, s Services) {
	rt.Post("/look", authz.ShareTheLook, f.Look)
	rt.Get("/desk/settings/components", authz.GalleryView, gallery(f))
	account.Mount(rt, account.Deps{Accounts: s.Accounts, Sessions: f.Sessions, Pages: f, Demo: s.Demo})
}

// gallery shows every component in its states.
func gallery(f *frame.Frame) route.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		p := f.Staff(r, frame.Opts{Title: "组件与状态", Module: "settings"})
		return f.Render(w, r, http.StatusOK, view.StaffWith(p, view.Gallery()))
	}
}

// toSignIn sends somebody who has not signed in to the sign-in page, and back afterwards when a
// page was asked for.
func toSignIn(w http.ResponseWriter, r *http.Request) {
	to := "/sign-in"
	if r.Method == http.MethodGet {
		to += "?next=" + url.QueryEscape(r.URL.RequestURI())
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}
