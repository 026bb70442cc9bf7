// Package kiosks is the staff's side of the touch devices: the register with health, paper and last contact, a
// new device, its enrolment code, paper and an end of service, and the calls for a person. It decides how these
// read; who may do what and what a device may still do is decided by internal/kiosk.
package kiosks

import (
	"net/http"
	"strings"
	"unicode"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/kiosk"
	"portal/web/form"
	"portal/web/frame"
	"portal/web/listing"
	"portal/web/route"
	"portal/web/session"
	"portal/web/view"
)

// Deps is what the pages stand on.
type Deps struct {
	Kiosks *kiosk.Service
	Demo   bool // the register says that the devices of a demo street are made up
	Secure bool // the portal stands behind TLS: the address for enrolment begins with https
}

type handlers struct {
	Deps
	f *frame.Frame
}

// Addresses of these pages; PathCalls is also where 待办 leads.
const (
	module    = "kiosks"
	pathList  = "/desk/settings/kiosks"
	PathCalls = "/desk/help-calls"
	pathNow   = PathCalls + "/now" // what an open page asks
)

// Mount registers the pages.
func Mount(rt *route.Router, f *frame.Frame, d Deps) {
	h := handlers{Deps: d, f: f}
	rt.Get(pathList, authz.KioskView, h.list)
	rt.Get(pathList+"/new", authz.KioskManage, h.registering)
	rt.Post(pathList+"/new", authz.KioskManage, h.register)
	rt.Get(pathList+"/{no}", authz.KioskView, h.device)
	rt.Get(pathList+"/{no}/history", authz.KioskView, h.history)
	rt.Post(pathList+"/{no}/codes/new", authz.KioskManage, h.invite)
	rt.Post(pathList+"/{no}/papers/new", authz.KioskTend, h.paper)
	rt.Get(pathList+"/{no}/revocations/new", authz.KioskManage, h.revoking)
	rt.Post(pathList+"/{no}/revocations/new", authz.KioskManage, h.revoke)
	rt.Get(PathCalls, authz.KioskHelp, h.calls)
	rt.Get(pathNow, authz.KioskHelp, h.now)
	rt.Post(PathCalls+"/{id}", authz.KioskHelp, h.answer)
}

// pathOf is the page of a device.
func pathOf(no string) string { return pathList + "/" + no }

// on is what the policy table asks about a device.
func on(community string) authz.Object { return authz.Object{Divisions: []string{community}} }

// staff is the frame of a page of the register.
func (h handlers) staff(r *http.Request, title string, told []fault.Field, crumbs ...view.Crumb) view.Page {
	o := frame.Opts{Title: title, Module: module}
	if len(crumbs) > 0 {
		o.Breadcrumbs = append([]view.Crumb{{Href: pathList, Text: "一体机"}}, crumbs...)
	}
	p := h.f.Staff(r, o)
	p.Errors = len(told)
	return p
}

// tell leaves a banner for the next page.
func (h handlers) tell(r *http.Request, words, more string) {
	h.f.Sessions.Tell(r.Context(), session.Flash{Tone: "ok", Words: words, More: more})
}

// answered is a form with its messages: what was typed stays in it, and so does its key.
type answered struct {
	Key  string
	form *form.Form
	told []fault.Field
}

func fresh(r *http.Request) answered { return answered{Key: form.NewKey(), form: form.Query(r)} }

func back(f *form.Form) answered { return answered{Key: f.Key(), form: f, told: f.Errors()} }

func (a answered) status() int {
	if len(a.told) > 0 {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

func (a answered) summary() []view.FieldError { return listing.Summary(a.told) }

// field is a question with what was typed; characters that no page can hold are left out.
func (a answered) field(f view.Field) view.Field {
	f.Value = strings.Map(func(c rune) rune {
		if unicode.IsPrint(c) {
			return c
		}
		return -1
	}, strings.ToValidUTF8(a.form.Raw(f.Name), ""))
	f.Error = listing.MessageOf(a.told, f.Name)
	return f
}

// merge puts a refusal of the domain into the form: beside its field, or above all of them. What is no answer
// to a form is given back.
func merge(f *form.Form, err error) error {
	if k := fault.KindOf(err); k == fault.KindConflict || k == fault.KindForbidden {
		known, _ := fault.As(err)
		f.Add("", known.Message)
		return nil
	}
	return f.Merge(err)
}
