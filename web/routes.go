package web

import (
	"net/http"
	"net/url"

	"portal/internal/authz"
	"portal/web/account"
	"portal/web/admission"
	"portal/web/catalog"
	"portal/web/counter"
	"portal/web/desk"
	"portal/web/event"
	"portal/web/frame"
	"portal/web/grid"
	"portal/web/home"
	"portal/web/kiosk"
	"portal/web/kiosks"
	"portal/web/notice"
	"portal/web/public"
	"portal/web/refusal"
	"portal/web/request"
	"portal/web/route"
	"portal/web/settings"
	"portal/web/workorder"
)

// mount registers every feature, one line each.
func mount(rt *route.Router, f *frame.Frame, s Services) {
	rt.Post("/look", authz.ShareTheLook, f.Look)
	account.Mount(rt, account.Deps{Accounts: s.Accounts, Sessions: f.Sessions, Pages: f, Demo: s.Demo})
	settings.Mount(rt, f, s.DB)
	home.Mount(rt, f, home.Deps{})
	public.Mount(rt, f, public.Deps{Secure: s.Secure})
	desk.Mount(rt, f, desk.Deps{Applications: s.Admission, Sources: []desk.Source{desk.Refusals(s.DB), desk.Grids(s.Grids), desk.Cases(s.Orders), desk.Whistles(s.Orders), desk.Notices(s.Notices), desk.Kiosks(s.DB, s.Kiosks)}})
	catalog.Mount(rt, f, catalog.Deps{Catalog: s.Catalog, Policy: s.Policy, Blobs: s.Blobs, Kinds: Files(), Secure: s.Secure})
	admission.Mount(rt, f, s.Admission, s.Blobs)
	refusal.Mount(rt, f, refusal.Deps{Refusals: s.Refusals, Laws: s.Laws})
	grid.Mount(rt, f, grid.Deps{Grids: s.Grids, Secure: s.Secure})
	request.Mount(rt, f, request.Deps{Requests: s.Requests, Cases: s.Cases, Grids: s.Grids, Secure: s.Secure})
	counter.Mount(rt, f, counter.Deps{Orders: s.Orders, Requests: s.Requests, Cases: s.Cases, Grids: s.Grids, Secure: s.Secure})
	workorder.Mount(rt, f, workorder.Deps{Orders: s.Orders, Requests: s.Requests, Cases: s.Cases, Blobs: s.Blobs})
	event.Mount(rt, f, event.Deps{Orders: s.Orders, Blobs: s.Blobs})
	notice.Mount(rt, f, notice.Deps{Notices: s.Notices, Drafts: s.Drafts, Blobs: s.Blobs, Secure: s.Secure})
	kiosk.Mount(rt, f, kiosk.Deps{Kiosks: s.Kiosks, Requests: s.Requests, Cases: s.Cases, Grids: s.Grids, Notices: s.Notices, Catalog: s.Catalog, Secure: s.Secure})
	kiosks.Mount(rt, f, kiosks.Deps{Kiosks: s.Kiosks, Demo: s.Demo, Secure: s.Secure})
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
