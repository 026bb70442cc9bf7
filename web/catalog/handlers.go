// Package catalog is the desk's pages around the lists: every list on any day, differences, the sheet
// of a day, an entry with its review, imports, the working-day calendar, the street's rules and
// 「为什么是这天」. It decides nothing: internal/catalog, internal/intake and internal/policy do.
package catalog

import (
	"net/http"

	"portal/internal/authz"
	"portal/internal/blob"
	"portal/internal/catalog"
	"portal/internal/fault"
	"portal/internal/intake"
	"portal/internal/policy"
	"portal/web/form"
	"portal/web/frame"
	"portal/web/listing"
	"portal/web/route"
	"portal/web/session"
	"portal/web/view"
)

// Deps is what the pages need besides the frame.
type Deps struct {
	Catalog *catalog.Service
	Policy  *policy.Service
	Blobs   blob.Store // keeps an uploaded file between looking at it and importing it
	Kinds   intake.Set // of files that may be imported
	Secure  bool       // the portal stands behind TLS: addresses in QR codes begin with https
}

// Addresses of these pages.
const (
	pathLists      = "/desk/lists"
	pathDifference = "/desk/lists/difference"
	pathDay        = "/desk/lists/day"
	pathNegative   = "/desk/lists/negative"
	pathProgramme  = "/desk/lists/programme"
	pathItems      = "/desk/items"
	pathImports    = "/desk/imports"
	pathCalendars  = "/desk/settings/calendars"
	pathLimits     = "/desk/settings/limits"
)

// Mount registers the pages.
func Mount(rt *route.Router, f *frame.Frame, d Deps) {
	h := handlers{f, d, catalog.NewCounter(f.DB)}
	rt.Get(pathLists, authz.ListView, h.lists)
	rt.Get(pathDifference, authz.ListView, h.difference)
	rt.Get(pathDay, authz.ListView, h.day)
	rt.Get(pathNegative, authz.ListView, h.negative)
	rt.Get(pathProgramme, authz.ListView, h.programme)
	rt.Get(pathLists+"/{kind}", authz.ListView, h.list)
	rt.Get(pathLists+"/{kind}/export", authz.ListExport, h.export)
	rt.Get(pathItems, authz.ItemView, h.items)
	rt.Get(pathItems+"/{code}", authz.ItemView, h.item)
	rt.Get(pathItems+"/{code}/history", authz.ItemView, h.history)
	rt.Post(pathItems+"/{code}/reviews", authz.ItemReview, h.review)
	rt.Get(pathImports, authz.FileImport, h.imports)
	rt.Post(pathImports, authz.FileImport, h.upload)
	rt.Get(pathImports+"/{id}", authz.FileImport, h.dryRun)
	rt.Post(pathImports+"/{id}", authz.FileImport, h.apply)
	rt.Get(pathImports+"/{id}/{file}", authz.FileImport, h.importFile)
	rt.Get("/deadlines/{id}", authz.DeadlineView, h.deadline)
	rt.Get(pathCalendars, authz.CalendarView, h.calendars)
	rt.Post(pathCalendars, authz.CalendarLoad, h.loadCalendar)
	rt.Get(pathLimits, authz.PolicyView, h.limits)
	rt.Get(pathLimits+"/{key}", authz.PolicyView, h.limit)
	rt.Post(pathLimits+"/{key}", authz.PolicyPropose, h.propose)
	rt.Post(pathLimits+"/proposals/{id}/confirm", authz.PolicyConfirm, h.confirm)
	rt.Post(pathLimits+"/proposals/{id}/drop", authz.PolicyPropose, h.drop)
}

type handlers struct {
	*frame.Frame
	deps    Deps
	counter *catalog.Counter
}

// base is what every page of this package carries.
type base struct {
	Frame  view.Page
	Key    string // form key
	Errors []fault.Field
}

func (h handlers) base(r *http.Request, title, module string, crumbs ...view.Crumb) base {
	return base{Frame: h.Staff(r, frame.Opts{Title: title, Module: module, Breadcrumbs: crumbs}), Key: form.NewKey()}
}

// bad puts the messages on a page; its title begins with their number.
func (b *base) bad(fields []fault.Field) {
	b.Errors = fields
	b.Frame.Errors = len(fields)
}

// message is the sentence beside a field.
func (b base) message(name string) string { return listing.MessageOf(b.Errors, name) }

func (b base) summary() []view.FieldError { return listing.Summary(b.Errors) }

// tell leaves a sentence for the next page and goes there.
func (h handlers) tell(w http.ResponseWriter, r *http.Request, path string, f session.Flash) error {
	h.Sessions.Tell(r.Context(), f)
	return route.See(w, r, path)
}

// listsCrumb is the way back to the lists.
var listsCrumb = view.Crumb{Href: pathLists, Text: "准入清单"}

// filter reads the filter of an address with the street's communities.
func (h handlers) filter(r *http.Request) (listing.Filter, error) {
	v, err := h.Settings(r.Context())
	if err != nil {
		return listing.Filter{}, err
	}
	communities, err := listing.Communities(r.Context(), h.DB.Q(), v.StreetCode)
	if err != nil {
		return listing.Filter{}, err
	}
	return listing.Read(r, h.Today(), communities), nil
}
