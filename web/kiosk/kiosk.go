// Package kiosk is the touch device in the community: four questions and a slip, progress by code, the
// notice board, the grid worker of a door, the guide to papers, and a person called by one touch. It decides
// how these read and look; what may be filed and seen is decided by the domains.
//
// Nobody signs in here. A device is known by its cookie and proves itself with a key that never leaves the
// browser; each resident has a session of their own, which a touch of 办完了, a time without touches or the
// next visit of the start page ends and wipes (K-3, K-9). What a resident answers lies sealed in that
// session and nowhere else; no address holds anything of a person, and no page is kept by the browser.
package kiosk

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"portal/internal/authz"
	"portal/internal/catalog"
	"portal/internal/fault"
	"portal/internal/grid"
	"portal/internal/handoff"
	"portal/internal/kiosk"
	"portal/internal/notice"
	"portal/internal/request"
	"portal/web/frame"
	"portal/web/route"
	"portal/web/view"
)

// Deps is what the pages stand on.
type Deps struct {
	Kiosks   *kiosk.Service
	Requests *request.Service
	Cases    *handoff.Cases
	Grids    *grid.Service
	Notices  *notice.Service
	Catalog  *catalog.Service
	Secure   bool // behind TLS: cookies with __Host-, https in QR codes
}

type handlers struct {
	Deps
	f *frame.Frame
}

// Addresses of the device.
const (
	pathHome    = "/kiosk"
	pathEnrol   = "/kiosk/enrol"
	pathFile    = "/kiosk/requests/new"
	pathReceipt = "/kiosk/receipts"
	pathLookup  = "/kiosk/lookups"
	pathNotices = "/kiosk/notices"
	pathGrids   = "/kiosk/grids"
	pathGuides  = "/kiosk/guides"
	pathCalls   = "/kiosk/help-calls"
)

// Mount registers the pages; each part has its own file.
func Mount(rt *route.Router, f *frame.Frame, d Deps) {
	h := handlers{Deps: d, f: f}
	h.mountHome(rt)
	h.mountDevice(rt)
	h.mountFile(rt)
	h.mountLookup(rt)
	h.mountNotices(rt)
	h.mountGrids(rt)
	h.mountGuides(rt)
	h.mountTyping(rt)
}

// here is the touch that is being answered: the resident's session and what is in its pocket.
type here struct {
	Session kiosk.Session
	Pocket  pocket
}

// pocket is what one resident has chosen and answered; it ends with the session.
type pocket struct {
	Look  look        `json:"look"`
	Draft draft       `json:"draft"`           // file.go
	Slip  string      `json:"slip,omitempty"`  // token of the receipt that was just given
	Given given       `json:"given"`           // receipt.go
	Open  request.Key `json:"open"`            // the request that 查进度 has opened
	Back  string      `json:"back,omitempty"`  // the page from which somebody was called
	Typed string      `json:"typed,omitempty"` // a code that is being typed without script
}

// look is how the pages appear to this resident.
type look struct {
	Size     string `json:"size,omitempty"` // std, large, xlarge
	Contrast bool   `json:"contrast,omitempty"`
	Low      bool   `json:"low,omitempty"`
}

// page answers a touch within a resident's session.
type page func(w http.ResponseWriter, r *http.Request, at *here) error

// in opens a page only inside a session of an enrolled device; everything else begins at the start page.
func (h handlers) in(next page) route.Handler {
	return unkept(func(w http.ResponseWriter, r *http.Request) error {
		s, err := h.Kiosks.Open(r.Context(), h.deviceCookie(r), h.sessionCookie(r))
		if fault.KindOf(err) == fault.KindNotFound {
			return route.See(w, r, pathHome)
		}
		if err != nil {
			return err
		}
		at := &here{Session: s}
		if len(s.Pocket) > 0 {
			if err := json.Unmarshal(s.Pocket, &at.Pocket); err != nil {
				return fmt.Errorf("pocket: %w", err)
			}
		}
		return h.tooled(next)(w, r, at)
	})
}

// keep puts the pocket back into the session.
func (h handlers) keep(ctx context.Context, at *here) error {
	body, err := json.Marshal(at.Pocket)
	if err != nil {
		return fmt.Errorf("pocket: %w", err)
	}
	return h.Kiosks.Keep(ctx, at.Session, body)
}

// unkept keeps a page out of every store of the browser (K-3, reliability.md §2 rule 19).
func unkept(next route.Handler) route.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Cache-Control", "no-store")
		return next(w, r)
	}
}

// idle says how long a page waits for a touch (UX-K5).
type idle int

const (
	idlePage idle = iota
	idleForm
	idleNever // the start page
)

// frame is the frame of a kiosk page: title without the site's name, the words in the head band, and how
// long the page waits.
func (h handlers) frame(r *http.Request, at *here, title, heading string, wait idle) (view.Page, error) {
	set, err := h.f.Settings(r.Context())
	if err != nil {
		return view.Page{}, err
	}
	k := view.KioskLook{Heading: heading, Device: at.Session.Device.No, Place: at.Session.Device.Place, Contrast: at.Pocket.Look.Contrast,
		Low: at.Pocket.Look.Low, Size: at.Pocket.Look.Size, Proof: h.due(at, set.KioskProof)}
	_, k.Typed = typedOn[r.URL.Path]
	if id := at.Session.ID; id > 0 {
		k.Visit = strconv.FormatInt(int64(id), 10)
	}
	switch wait {
	case idlePage:
		k.Idle, k.Warn = set.KioskIdle, set.KioskWarn
	case idleForm:
		k.Idle, k.Warn, k.Form = set.KioskIdleForm, set.KioskWarnForm, true
	case idleNever:
	}
	return h.f.Kiosk(r, frame.Opts{Title: title}, k), nil
}

// Names of the cookies; with TLS they are bound to the host.
const (
	cookieDevice  = "portal_kiosk"
	cookieSession = "portal_kiosk_visit"
)

const deviceAge = 5 * 365 * 24 * 3600 // seconds

func (h handlers) cookie(name string) string {
	if h.Secure {
		return "__Host-" + name
	}
	return name
}

func (h handlers) read(r *http.Request, name string) string {
	c, err := r.Cookie(h.cookie(name))
	if err != nil {
		return ""
	}
	return c.Value
}

func (h handlers) deviceCookie(r *http.Request) string  { return h.read(r, cookieDevice) }
func (h handlers) sessionCookie(r *http.Request) string { return h.read(r, cookieSession) }

// hand gives the browser a cookie; an empty value takes it back.
func (h handlers) hand(w http.ResponseWriter, name, value string, age int) {
	c := &http.Cookie{Name: h.cookie(name), Value: value, Path: "/", MaxAge: age, HttpOnly: true, Secure: h.Secure, SameSite: http.SameSiteStrictMode}
	if value == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// everybody is in whose name a resident's touch acts; only the number of the request to the server is kept.
func everybody(r *http.Request) authz.Actor {
	by := authz.Anonymous
	by.RequestID = route.Actor(r).RequestID
	return by
}

// inside keeps an address only when it is a page of the device.
func inside(address string) string {
	to := frame.Local(address, pathHome)
	switch {
	case to != pathHome && !strings.HasPrefix(to, pathHome+"/"):
		return pathHome
	case to == stepPath(stepSay) && strings.Contains(address, paramMode+"="+modeType): // Local takes it for a look
		return sayPath(true)
	}
	return to
}
