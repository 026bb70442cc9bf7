package kiosk

import (
	"net/http"
	"strconv"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/kiosk"
	"portal/web/form"
	"portal/web/route"
	"portal/web/view"
)

// Addresses of the start page's own acts.
const (
	pathLook  = "/kiosk/look"
	pathLeave = "/kiosk/leave"
	pathStay  = "/kiosk/stay"
	pathIdle  = "/kiosk/idle"
)

// homePage is the start page.
type homePage struct {
	Frame view.Page
	Facts []view.KFact
	Tiles []view.Tile
}

// stoppedPage is what a device shows that was taken out of use.
type stoppedPage struct{ Frame view.Page }

// idlePageWords is the countdown of a page without script.
type idlePageWords struct {
	Frame view.Page
	Warn  int
	Still string
	Back  string
	Key   string
}

func (h handlers) mountHome(rt *route.Router) {
	rt.Get(pathHome, authz.KioskUse, unkept(h.home))
	rt.Get(pathLook, authz.KioskUse, h.in(h.stayedHome))
	rt.Post(pathLook, authz.KioskUse, h.in(h.setLook))
	rt.Post(pathLeave, authz.KioskUse, unkept(h.leave))
	rt.Post(pathStay, authz.KioskUse, h.in(h.stay))
	rt.Get(pathIdle, authz.KioskUse, h.in(h.idle))
	h.mountCalls(rt)
}

// home is the start page: it ends the visit before it and wipes what that had (K-9). The tiles come at once; the
// device proves itself behind them. Without script the new visit takes over the proof of the one before while
// that still holds.
func (h handlers) home(w http.ResponseWriter, r *http.Request) error {
	cookie := h.deviceCookie(r)
	d, err := h.Kiosks.Known(r.Context(), cookie)
	if fault.KindOf(err) == fault.KindNotFound {
		return route.See(w, r, pathEnrol)
	}
	if err != nil {
		return err
	}
	at := &here{Session: kiosk.Session{Device: d}}
	if d.State == kiosk.Revoked {
		return h.stopped(w, r, at)
	}
	switch token, err := h.Kiosks.Renew(r.Context(), cookie, h.sessionCookie(r)); {
	case err == nil:
		h.hand(w, cookieSession, token, 0)
	case fault.KindOf(err) == fault.KindNotFound:
		if err := h.end(w, r); err != nil {
			return err
		}
	default:
		return err
	}
	return h.showHome(w, r, at, idleNever)
}

// stayedHome is the start page of somebody who has just changed how the pages look; it waits no longer than
// any other page.
func (h handlers) stayedHome(w http.ResponseWriter, r *http.Request, at *here) error {
	return h.showHome(w, r, at, idlePage)
}

func (h handlers) showHome(w http.ResponseWriter, r *http.Request, at *here, wait idle) error {
	page := homePage{}
	var err error
	if page.Frame, err = h.frame(r, at, "您想办什么", "", wait); err != nil {
		return err
	}
	now := h.f.DB.Now()
	k := &page.Frame.Kiosk
	k.Home, k.Clock, k.Date = true, clock(now), date(now)
	if page.Facts, err = h.facts(r.Context(), now); err != nil {
		return err
	}
	if page.Tiles, err = h.tiles(r.Context(), at); err != nil {
		return err
	}
	return h.f.Render(w, r, http.StatusOK, homeView(page))
}

// stopped takes the cookie back from a device that was taken out of use.
func (h handlers) stopped(w http.ResponseWriter, r *http.Request, at *here) error {
	page, err := h.frame(r, at, "这台机器已停用", "", idleNever)
	if err != nil {
		return err
	}
	h.hand(w, cookieDevice, "", 0)
	h.hand(w, cookieSession, "", 0)
	return h.f.Render(w, r, http.StatusOK, stoppedView(stoppedPage{page}))
}

// setLook keeps one switch of the tools for the rest of this visit.
func (h handlers) setLook(w http.ResponseWriter, r *http.Request, at *here) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	at.Pocket.Look = at.Pocket.Look.with(f)
	if err := h.keep(r.Context(), at); err != nil {
		return err
	}
	back := inside(f.Raw("back"))
	if back == pathHome {
		back = pathLook
	}
	return route.See(w, r, back)
}

// with is the look after one of the switches was pressed; a value that is none changes nothing.
func (l look) with(f *form.Form) look {
	if size := f.Raw("size"); size == "std" || size == "large" || size == "xlarge" {
		l.Size = size
	}
	if on, known := onOff(f.Raw("contrast")); known {
		l.Contrast = on
	}
	if on, known := onOff(f.Raw("low")); known {
		l.Low = on
	}
	return l
}

func onOff(value string) (on, known bool) { return value == "1", value == "1" || value == "0" }

// leave ends the visit: 办完了, or a time without touches.
func (h handlers) leave(w http.ResponseWriter, r *http.Request) error {
	if err := h.end(w, r); err != nil {
		return err
	}
	return route.See(w, r, pathHome)
}

func (h handlers) end(w http.ResponseWriter, r *http.Request) error {
	token := h.sessionCookie(r)
	if token == "" {
		return nil
	}
	if err := h.Kiosks.End(r.Context(), token); err != nil && fault.KindOf(err) != fault.KindNotFound {
		return err
	}
	h.hand(w, cookieSession, "", 0)
	return nil
}

// stay answers 我还在看: opening the session has already moved its end. The script asks without a page in mind.
func (h handlers) stay(w http.ResponseWriter, r *http.Request, _ *here) error {
	if back := r.PostFormValue("back"); back != "" {
		return route.See(w, r, inside(back))
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// idle is the countdown of a page without script (UX-K10): it goes to the start page by itself.
func (h handlers) idle(w http.ResponseWriter, r *http.Request, at *here) error {
	wait, page := idlePage, idlePageWords{Still: "我还在看", Key: form.NewKey(), Back: inside(r.URL.Query().Get("back"))}
	if r.URL.Query().Get("form") == "1" {
		wait, page.Still = idleForm, "我还在填"
	}
	var err error
	if page.Frame, err = h.frame(r, at, "您还在吗", "便民一体机", wait); err != nil {
		return err
	}
	k := &page.Frame.Kiosk
	page.Warn, page.Frame.Path = k.Warn, page.Back
	k.Idle, k.Again = 0, 0
	w.Header().Set("Refresh", strconv.Itoa(page.Warn)+"; url="+pathHome)
	return h.f.Render(w, r, http.StatusOK, idleView(page))
}
