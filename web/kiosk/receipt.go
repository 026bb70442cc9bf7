package kiosk

import (
	"net/http"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/kiosk"
	"portal/internal/request"
	"portal/web/form"
	"portal/web/route"
	"portal/web/view"
)

const (
	pathReprint = pathReceipt + "/print"
	pathNoPaper = pathReceipt + "/no-paper"
)

// given is what the receipt page needs beside the receipt itself.
type given struct {
	Phone string `json:"phone,omitempty"` // masked; on the screen only (K-4)
	Print bool   `json:"print,omitempty"` // the browser prints once when the page comes
	Out   bool   `json:"out,omitempty"`   // no slip came out
}

func (h handlers) mountReceipt(rt *route.Router) {
	rt.Get(pathReceipt, authz.KioskUse, h.in(h.receipt))
	rt.Post(pathReprint, authz.KioskUse, h.in(h.printAgain))
	rt.Post(pathNoPaper, authz.KioskUse, h.in(h.noPaper))
}

// coming is one of the things that come after filing.
type coming struct{ Numeral, When, What string }

// receiptPage proves a request at once (REQ-01).
type receiptPage struct {
	Frame  view.Page
	Key    string
	T      request.Tracked
	Lead   string
	Coming []coming
	Slip   view.KSlipView
	URL    string
	Print  bool
	Out    bool // number and code large, to be photographed (UX-K12)
	Phone  string
	Danger []request.Emergency
}

// holding is the touch with the request of the receipt in hand.
func (at *here) holding() *here {
	held := *at
	held.Pocket.Open = request.Key{Token: at.Pocket.Slip}
	return &held
}

// mine loads the request that was just filed; whoever has filed nothing begins at the start page.
func (h handlers) mine(w http.ResponseWriter, r *http.Request, at *here, next func(t request.Tracked) error) error {
	if at.Pocket.Slip == "" {
		return route.See(w, r, pathHome)
	}
	t, err := h.Requests.Track(r.Context(), at.key(request.Key{Token: at.Pocket.Slip}))
	if fault.KindOf(err) == fault.KindNotFound {
		return route.See(w, r, pathHome)
	}
	if err != nil {
		return err
	}
	return next(t)
}

// receipt shows the proof of filing. Reload and Back within the visit show it again, file nothing and print
// nothing.
func (h handlers) receipt(w http.ResponseWriter, r *http.Request, at *here) error {
	return h.mine(w, r, at, func(t request.Tracked) error {
		slip, err := h.slipOf(r, at.holding(), t)
		if err != nil {
			return err
		}
		dev := at.Session.Device
		p := receiptPage{Key: form.NewKey(), T: t, URL: slip.URL, Phone: slip.Phone, Danger: request.Emergencies(t.Title + " " + t.Category + " " + t.Words),
			Slip:  slipView(slip, dev),
			Print: at.Pocket.Given.Print && dev.Printer != kiosk.BySpool, Out: at.Pocket.Given.Out || dev.Paper == kiosk.PaperOut}
		now := h.f.DB.Now()
		done := view.Moment(t.DueAt, now) + " 前"
		if t.HasPhone {
			contact := view.Moment(t.ContactDue, now) + " 前"
			p.Lead = contact + "有人打电话给您"
			p.Coming = append(p.Coming, coming{When: contact, What: "工作人员打电话 " + at.Pocket.Given.Phone + "，核对情况"})
		} else {
			p.Lead = done + "办好，凭小票查结果"
		}
		p.Coming = append(p.Coming, coming{When: done, What: "把问题办好，或者说清楚为什么"}, coming{When: "办好以后", What: "您来确认。没解决可以退回重办"})
		for i := range p.Coming {
			p.Coming[i].Numeral = view.Numeral(i + 1)
		}
		if p.Frame, err = h.frame(r, at, "收好小票 - 反映问题", "反映问题", idlePage); err != nil {
			return err
		}
		if at.Pocket.Given.Print {
			at.Pocket.Given.Print = false
			if err := h.keep(r.Context(), at); err != nil {
				return err
			}
		}
		return h.f.Render(w, r, http.StatusOK, showReceipt(p))
	})
}

// slipView is a slip as the browser shows and prints it.
func slipView(s kiosk.Slip, d kiosk.Device) view.KSlipView {
	return view.KSlipView{Street: s.Street, Place: d.Place, Device: s.Device, No: s.No, Code: s.Code, Matter: s.Matter, Community: s.Community,
		Filed: s.Filed, Contact: s.Contact, Due: s.Due, Phone: s.Phone, URL: s.URL, Provisional: s.Provisional}
}

// handOver prints by the server where it has the printer, and leads to the receipt.
func (h handlers) handOver(w http.ResponseWriter, r *http.Request, at *here) error {
	if at.Pocket.Given.Print && at.Session.Device.Printer == kiosk.BySpool {
		if err := h.bySpool(r, at); err != nil {
			return err
		}
	}
	return leads(w, r, pathReceipt)
}

// bySpool prints the slip; a printer that prints nothing is no fault of the resident (UX-K12).
func (h handlers) bySpool(r *http.Request, at *here) error {
	t, err := h.Requests.Track(r.Context(), at.key(request.Key{Token: at.Pocket.Slip}))
	if err != nil {
		return err
	}
	slip, err := h.slipOf(r, at.holding(), t)
	if err != nil {
		return err
	}
	err = h.Kiosks.Print(r.Context(), at.Session.Device, slip)
	if at.Pocket.Given.Print, at.Pocket.Given.Out = false, err != nil; err != nil {
		h.f.Log.Warn("slip not printed", "device", at.Session.Device.No, "err", err)
	}
	return h.keep(r.Context(), at)
}

// printAgain is 再打一张.
func (h handlers) printAgain(w http.ResponseWriter, r *http.Request, at *here) error {
	if _, err := form.Read(r); err != nil {
		return err
	}
	return h.mine(w, r, at, func(request.Tracked) error {
		at.Pocket.Given.Print, at.Pocket.Given.Out = true, false
		if err := h.keep(r.Context(), at); err != nil {
			return err
		}
		return h.handOver(w, r, at)
	})
}

// noPaper is 没打出来: staff are told, and the number is shown to be photographed.
func (h handlers) noPaper(w http.ResponseWriter, r *http.Request, at *here) error {
	fm, err := form.Read(r)
	if err != nil {
		return err
	}
	return h.mine(w, r, at, func(request.Tracked) error {
		if err := h.Kiosks.PaperGone(r.Context(), at.Session.Device, fm.Key()); err != nil {
			return err
		}
		at.Pocket.Given.Out, at.Pocket.Given.Print = true, false
		if err := h.keep(r.Context(), at); err != nil {
			return err
		}
		return route.See(w, r, pathReceipt)
	})
}
