// Package account is the pages of sign-in, of a person's own password, second factor, sessions and
// settings, and of people administration. It decides nothing: internal/account does.
package account

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"portal/internal/account"
	"portal/internal/authz"
	"portal/internal/fault"
	"portal/web/form"
	"portal/web/frame"
	"portal/web/route"
	"portal/web/session"
	"portal/web/view"
)

// Pages is the frame around these pages; *frame.Frame is the real one.
type Pages interface {
	Public(r *http.Request, o frame.Opts) view.Page
	Staff(r *http.Request, o frame.Opts) view.Page
	Render(w http.ResponseWriter, r *http.Request, status int, c templ.Component) error
	History(w http.ResponseWriter, r *http.Request, o frame.Opts, title, kind string, id int64) error
}

// Deps is what the pages need.
type Deps struct {
	Accounts *account.Service
	Sessions *session.Store
	Pages    Pages
	Demo     bool // list the demo accounts on the sign-in page
}

// Addresses of these pages.
const (
	pathSignIn   = "/sign-in"
	pathSecond   = "/sign-in/second-step"
	pathHome     = "/desk/todos"
	pathPassword = "/me/password"
	pathFactor   = "/me/second-factor"
	pathSessions = "/me/sessions"
	pathSettings = "/me/settings"
	pathPeople   = "/desk/settings/people"
)

// Mount registers the pages.
func Mount(rt *route.Router, d Deps) {
	h := handlers{d}
	rt.Get(pathSignIn, authz.SignIn, h.signInPage)
	rt.Post(pathSignIn, authz.SignIn, h.signIn)
	rt.Get(pathSecond, authz.SignIn, h.secondPage)
	rt.Post(pathSecond, authz.SignIn, h.second)
	rt.Post("/sign-out", authz.SignOut, h.signOut)
	rt.Get(pathPassword, authz.OwnSecret, h.passwordPage)
	rt.Post(pathPassword, authz.OwnSecret, h.changePassword)
	rt.Get(pathFactor, authz.OwnSecret, h.factorPage)
	rt.Post(pathFactor, authz.OwnSecret, h.changeFactor)
	rt.Get(pathSessions, authz.OwnSessions, h.sessionsPage)
	rt.Post(pathSessions, authz.OwnSessions, h.endSessions)
	rt.Get(pathSettings, authz.OwnSettings, h.settingsPage)
	rt.Post(pathSettings, authz.OwnSettings, h.changeSettings)
	rt.Get(pathPeople, authz.PeopleManage, h.peoplePage)
	rt.Get(pathPeople+"/new", authz.PeopleManage, h.newPersonPage)
	rt.Post(pathPeople+"/new", authz.PeopleManage, h.addPerson)
	rt.Get(pathPeople+"/{login}", authz.PeopleManage, h.personPage)
	rt.Get(pathPeople+"/{login}/history", authz.PeopleManage, h.personHistory)
	rt.Post(pathPeople+"/{login}", authz.PeopleManage, h.changePerson)
}

type handlers struct{ Deps }

// refused is a form that comes back: its messages, and what else is to be said above it.
type refused struct {
	status int
	fields []fault.Field
	words  string // a message that belongs to no field
}

// refusal sorts an error of a use case: what a form can show beside its fields or above them comes
// back with its status, anything else is for the error page.
func refusal(w http.ResponseWriter, err error) (refused, error) {
	f, ok := fault.As(err)
	if !ok {
		return refused{}, err
	}
	var b *account.Braked
	if errors.As(err, &b) {
		w.Header().Set("Retry-After", strconv.Itoa(retryAfter))
	}
	switch f.Kind {
	case fault.KindInvalid, fault.KindTooMany, fault.KindConflict, fault.KindForbidden:
		return refused{status: route.Status(err), fields: f.Fields, words: f.Message}, nil
	}
	return refused{}, err
}

// retryAfter is a hint for programs; the sentence on the page says the time itself.
const retryAfter = 30

// message gives the sentence beside a field, or "".
func (r refused) message(field string) string {
	for _, f := range r.fields {
		if f.Name == field {
			return f.Message
		}
	}
	return ""
}

// base is what every page of this package carries.
type base struct {
	Frame view.Page
	Key   string // form key
	refused
}

func (h handlers) public(r *http.Request, title string, bad refused) base {
	return mark(base{Frame: h.Pages.Public(r, frame.Opts{Title: title}), Key: form.NewKey(), refused: bad})
}

func (h handlers) staff(r *http.Request, title, module string, bad refused) base {
	return mark(base{Frame: h.Pages.Staff(r, frame.Opts{Title: title, Module: module}), Key: form.NewKey(), refused: bad})
}

// mark lets the page's title begin with the number of messages.
func mark(b base) base {
	b.Frame.Errors = len(b.fields)
	return b
}

func (b base) code() int {
	if b.status == 0 {
		return http.StatusOK
	}
	return b.status
}

// next keeps a way back only when it is a path of this site, and not one of the sign-in itself.
func next(address string) string {
	to := frame.Local(address, "")
	for _, own := range []string{pathSignIn, "/sign-out"} {
		if len(to) >= len(own) && to[:len(own)] == own {
			return ""
		}
	}
	return to
}

func orHome(to string) string {
	if to == "" {
		return pathHome
	}
	return to
}
