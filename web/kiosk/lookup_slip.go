package kiosk

import (
	"net/http"

	"portal/internal/kiosk"
	"portal/internal/request"
	"portal/web/form"
	"portal/web/route"
	"portal/web/view"
)

const (
	paramPrint  = "print"
	paramPaper  = "paper" // what became of a slip that the server prints
	paperGone   = "out"
	paperPrints = "ok"
)

// Heads of the page with a slip, by what became of it; the browser prints by itself where it can.
var slipHeads = map[string]struct{ title, lead string }{
	"":          {"请拿好小票", "小票在下面出来。没出来的，请用手机拍下编号和查询码，或者按“叫人帮忙”"},
	paperPrints: {"请拿好小票", "小票在下面出来"},
	paperGone:   {"请用手机拍下", "小票机没纸了。请用手机拍下编号，或者按“叫人帮忙”"},
}

// reprintPage is a slip that is printed again by its code.
type reprintPage struct {
	Frame       view.Page
	Title, Lead string
	Slip        view.KSlipView
	Browser     bool // the browser is the one that prints
	Out         bool // number and code large, to be photographed (UX-K12)
}

// reprint prints the slip of the opened request: by the printer of the server where the device has one, else
// the page of the slip is printed by the browser. The page comes by a redirect, so that reload prints nothing.
func (h handlers) reprint(w http.ResponseWriter, r *http.Request, at *here) error {
	if _, err := form.Read(r); err != nil {
		return err
	}
	return h.opened(w, r, at, func(t request.Tracked) error {
		to, err := h.printOrShow(r, at, pathLookupProgress+"/"+partSlip, func() (kiosk.Printable, error) { return h.slipOf(r, at, t) })
		if err != nil {
			return err
		}
		return route.See(w, r, to)
	})
}

// printOrShow prints a slip where the server has the printer, and gives the address of the page that shows it.
// A printer that prints nothing is no fault of the resident: the page then asks to photograph it.
func (h handlers) printOrShow(r *http.Request, at *here, path string, slip func() (kiosk.Printable, error)) (string, error) {
	d := at.Session.Device
	if d.Printer != kiosk.BySpool {
		return path, nil
	}
	s, err := slip()
	if err != nil {
		return "", err
	}
	if err := h.Kiosks.Print(r.Context(), d, s); err != nil {
		h.f.Log.Warn("slip not printed", "device", d.No, "err", err)
		return path + "?" + paramPaper + "=" + paperGone, nil
	}
	return path + "?" + paramPaper + "=" + paperPrints, nil
}

// became tells what came of a slip, for the page that shows it: "" when only the resident can see that.
func became(r *http.Request, d kiosk.Device) string {
	told := r.URL.Query().Get(paramPaper)
	switch {
	case d.Paper == kiosk.PaperOut, told == paperGone:
		return paperGone
	case told == paperPrints:
		return paperPrints
	}
	return ""
}

func (h handlers) drawSlip(w http.ResponseWriter, r *http.Request, at *here, t request.Tracked) error {
	s, err := h.slipOf(r, at, t)
	if err != nil {
		return err
	}
	d := at.Session.Device
	was := became(r, d)
	head := slipHeads[was]
	p := reprintPage{Title: head.title, Lead: head.lead, Browser: d.Printer != kiosk.BySpool, Out: was == paperGone, Slip: slipView(s, d)}
	if p.Frame, err = h.frame(r, at, "打小票 - 查进度", "查进度", idlePage); err != nil {
		return err
	}
	return h.f.Render(w, r, http.StatusOK, showReprint(p))
}
