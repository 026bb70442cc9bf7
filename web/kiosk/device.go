package kiosk

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5/middleware"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/kiosk"
	"portal/internal/request"
	"portal/web/form"
	"portal/web/route"
	"portal/web/static"
	"portal/web/view"
)

// Addresses of the device itself.
const (
	pathChallenge = "/kiosk/challenge"
	pathProof     = "/kiosk/proof"
	pathWorker    = "/kiosk/sw.js"
	pathOffline   = "/kiosk/offline"

	paramSPKI = "spki"

	mimeJSON = "application/json"
)

// enrolPage binds a browser to a device by a code.
type enrolPage struct {
	Frame  view.Page
	Key    string
	Code   string
	Errors []fault.Field
}

// offlinePage is what the browser keeps for the time without a line: nothing in it is a resident's, and it asks
// the server for nothing but a sign of life.
type offlinePage struct {
	Class, Wordmark, Street, Phone string
}

func (h handlers) mountDevice(rt *route.Router) {
	rt.Get(pathEnrol, authz.KioskEnrol, unkept(h.askInvite))
	rt.Post(pathEnrol, authz.KioskEnrol, unkept(h.enrol))
	rt.Post(pathChallenge, authz.KioskUse, unkept(h.challenge))
	rt.Post(pathProof, authz.KioskUse, unkept(h.prove))
	rt.Get(pathWorker, authz.KioskUse, worker)
	rt.Get(pathOffline, authz.KioskUse, unkept(h.offline))
}

func (h handlers) askInvite(w http.ResponseWriter, r *http.Request) error {
	return h.showEnrol(w, r, enrolPage{})
}

func (h handlers) showEnrol(w http.ResponseWriter, r *http.Request, p enrolPage) error {
	p.Key = form.NewKey()
	var err error
	if p.Frame, err = h.frame(r, &here{}, "启用一体机", "便民一体机", idleNever); err != nil {
		return err
	}
	p.Frame.Errors = len(p.Errors)
	return h.f.Render(w, r, status(p.Errors), enrolView(p))
}

// enrolled answers the script that has made the key.
type enrolled struct {
	No string `json:"no"`
}

// enrol takes a code and the public half of a key that the script has just made. A wrong code changes nothing
// of what this browser was.
func (h handlers) enrol(w http.ResponseWriter, r *http.Request) error {
	fm, err := form.Read(r)
	if err != nil {
		return err
	}
	spki, err := base64.RawURLEncoding.DecodeString(fm.Raw(paramSPKI))
	if err != nil {
		spki = nil // no key: said by the domain
	}
	d, cookie, err := h.Kiosks.Enrol(r.Context(), fm.Raw(paramCode), spki, r.UserAgent(), middleware.GetClientIP(r.Context()))
	if errors := fault.Fields(err); len(errors) > 0 {
		return h.showEnrol(w, r, enrolPage{Code: fm.Raw(paramCode), Errors: errors})
	}
	if err != nil {
		return err
	}
	if err := h.end(w, r); err != nil {
		return err
	}
	h.hand(w, cookieDevice, cookie, deviceAge)
	if byScript(r) {
		return tell(w, enrolled{d.No})
	}
	return route.See(w, r, pathHome)
}

// challenged is what the key is to sign: the number of the device and a nonce.
type challenged struct {
	No    string `json:"no"`
	Nonce string `json:"nonce"`
}

// challenge gives a device of ours something to sign; whoever is none learns nothing.
func (h handlers) challenge(w http.ResponseWriter, r *http.Request) error {
	d, err := h.Kiosks.Known(r.Context(), h.deviceCookie(r))
	if err != nil {
		return err
	}
	nonce, err := h.Kiosks.Challenge(r.Context(), h.deviceCookie(r))
	if err != nil {
		return err
	}
	return tell(w, challenged{d.No, nonce})
}

// proven says after how many seconds the next proof is due.
type proven struct {
	Next int `json:"next"`
}

// prove takes a signed challenge. Fresh, it begins another resident's visit; otherwise it renews the one that is
// under way and changes its token.
func (h handlers) prove(w http.ResponseWriter, r *http.Request) error {
	set, err := h.f.Settings(r.Context())
	if err != nil {
		return err
	}
	signature, err := base64.RawURLEncoding.DecodeString(r.PostFormValue("signature"))
	if err != nil {
		signature = nil // proves nothing
	}
	kept, err := strconv.Atoi(r.PostFormValue("kept"))
	if err != nil {
		kept = 0
	}
	token, err := h.Kiosks.Prove(r.Context(), kiosk.Proof{Cookie: h.deviceCookie(r), Nonce: r.PostFormValue("nonce"), Signature: signature,
		Token: h.sessionCookie(r), Fresh: r.PostFormValue("fresh") == "1", Kept: min(max(kept, 0), mostPages), Screen: r.PostFormValue("screen"), Agent: r.UserAgent()})
	if err != nil {
		return err
	}
	h.hand(w, cookieSession, token, 0)
	return tell(w, proven{set.KioskProof})
}

// worker serves the script that shows a page of ours while the line is down. Its first line names what it keeps,
// so that a new version of the portal is taken over at once.
func worker(w http.ResponseWriter, _ *http.Request) error {
	source, err := static.Source("js/sw.js")
	if err != nil {
		return fmt.Errorf("service worker: %w", err)
	}
	files, err := json.Marshal([]string{pathOffline, static.URL("kiosk.css"), static.URL("kiosk.js"), static.URL("icon.svg")})
	if err != nil {
		return fmt.Errorf("service worker: %w", err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/javascript; charset=utf-8")
	h.Set("Cache-Control", "no-cache")
	h.Set("Service-Worker-Allowed", pathHome)
	if _, err := fmt.Fprintf(w, "const FILES = %s;\n%s", files, source); err != nil {
		return fmt.Errorf("service worker: %w", err)
	}
	return nil
}

func (h handlers) offline(w http.ResponseWriter, r *http.Request) error {
	page, err := h.frame(r, &here{}, "网络断了", "便民一体机", idleNever)
	if err != nil {
		return err
	}
	return h.f.Render(w, r, http.StatusOK, offlineView(offlinePage{Class: "kiosk", Wordmark: page.Wordmark, Street: page.Street, Phone: page.Phone}))
}

// due is how many seconds from now the device should prove itself again; a page that begins no visit asks for
// the whole interval.
func (h handlers) due(at *here, every int) int {
	if at.Session.ProvenAt.IsZero() {
		return every
	}
	return max(1, every-int(h.f.DB.Now().Sub(at.Session.ProvenAt).Seconds()))
}

// undelivered tells staff when something that the device held is refused for good: it stays on the device, its slip
// opens nothing, and a person has to file it anew (reliability.md §2 rule 1). It gives back why it was refused.
func (h handlers) undelivered(r *http.Request, d kiosk.Device, held request.Filing, refused error) error {
	switch kind := fault.KindOf(refused); {
	case kind == fault.KindTooMany, kind == fault.KindNotFound, route.Status(refused) >= http.StatusInternalServerError: // another try may change it
		return refused
	}
	if err := h.Kiosks.Undelivered(r.Context(), d, held.Slip()); err != nil {
		return err
	}
	h.f.Log.Warn("a kept request was refused", "device", d.No)
	return refused
}

// byScript reports whether a script of ours reads the answer.
func byScript(r *http.Request) bool { return r.Header.Get("Accept") == mimeJSON }

// leads goes to the next page, or tells a script where it is.
func leads(w http.ResponseWriter, r *http.Request, path string) error {
	if byScript(r) {
		return tell(w, struct {
			To string `json:"to"`
		}{path})
	}
	return route.See(w, r, path)
}

// tell answers a script.
func tell(w http.ResponseWriter, what any) error {
	body, err := json.Marshal(what)
	if err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	w.Header().Set("Content-Type", mimeJSON+"; charset=utf-8")
	_, err = w.Write(body)
	if err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	return nil
}
