package kiosk

import (
	"net/http"

	"portal/internal/kiosk"
	"portal/web/form"
	"portal/web/route"
	"portal/web/view"
)

// referral is where a resident is sent with a certificate that the community does not issue (R36): the slip, and its
// address.
type referral struct {
	kiosk.Referral
	path string // of the slip
}

// lines are the same on the screen.
func (f referral) lines() []string {
	out := []string{"去哪里：" + f.Office + "。" + f.Sure, "依据：" + f.Basis}
	if f.Other != "" {
		out = append(out, f.Other)
	}
	return out
}

// referral reads which certificate an address means.
func (h handlers) referral(r *http.Request, at *here) (referral, error) {
	all, err := h.forbidden(r.Context(), at)
	if err != nil {
		return referral{}, err
	}
	c, err := find(all, route.Param(r, "code"))
	if err != nil {
		return referral{}, err
	}
	set, err := h.f.Settings(r.Context())
	if err != nil {
		return referral{}, err
	}
	d := at.Session.Device
	f := referral{path: pathGuideCannot + "/" + c.Code + "/slip",
		Referral: kiosk.Referral{Street: set.StreetName, Place: d.Place, Device: d.No, Certificate: c.Title, Office: c.Office, Basis: c.Basis, Phone: set.StreetPhone}}
	switch {
	case c.Office == "":
		f.Office = set.StreetName + "办事处窗口"
		f.Sure = "清单没有写明归谁办，由窗口帮您问清去哪里。电话 " + f.Phone
	case c.Guessed:
		f.Sure = "清单没有写明，一般归它办。去之前请打 " + f.Phone + " 问清"
	default:
		f.Sure = "清单写明归它办。找不到请打 " + f.Phone
	}
	if c.Other != "" {
		f.Other = "另有一条规定说法不同：" + c.Other + "。以哪条为准由街道法制审核定"
	}
	return f, nil
}

// referralPage is the slip on paper, with the same words on the screen.
type referralPage struct {
	textPage
	R     kiosk.Referral
	Print bool // the browser is the one that prints
}

// printReferral is 打去向小票: by the printer of the server where the device has one, else the page of the slip is
// printed by the browser. The page comes by a redirect, so that reload prints nothing on the server's printer.
func (h handlers) printReferral(w http.ResponseWriter, r *http.Request, at *here) error {
	if _, err := form.Read(r); err != nil {
		return err
	}
	f, err := h.referral(r, at)
	if err != nil {
		return err
	}
	to, err := h.printOrShow(r, at, f.path, func() (kiosk.Printable, error) { return f, nil })
	if err != nil {
		return err
	}
	return route.See(w, r, to)
}

func (h handlers) referralSlip(w http.ResponseWriter, r *http.Request, at *here) error {
	f, err := h.referral(r, at)
	if err != nil {
		return err
	}
	lead := referralLeads[became(r, at.Session.Device)]
	p := referralPage{R: f.Referral, Print: at.Session.Device.Printer != kiosk.BySpool, textPage: textPage{Title: f.Certificate, Lead: lead,
		Back: view.KMove{Text: "别的证明", Href: pathGuideCannot}, Next: view.KMove{Text: "办完了", Href: pathHome, Icon: "check"}}}
	if err := h.lay(r, at, &p.textPage, "打去向小票 - 办事材料", "办事材料", f.lines()); err != nil {
		return err
	}
	p.Print = p.Print && p.Leaf.At == 1
	return h.f.Render(w, r, http.StatusOK, showReferral(p))
}

// referralLeads say what became of the slip.
var referralLeads = map[string]string{
	"":          "小票在下面出来。没出来的，请用手机拍下",
	paperPrints: "小票在下面出来",
	paperGone:   "小票机没纸了。请用手机拍下这一页，或者按“叫人帮忙”",
}
