package kiosk

import (
	"net/http"

	"portal/internal/kiosk"
	"portal/web/route"
	"portal/web/view"
)

// referral is the slip of R36: which office a resident is sent to with a certificate that the community does
// not issue, and on what basis. Nothing of the resident stands on it.
type referral struct {
	Street, Place, Device string
	Certificate           string
	Office                string // where to go
	Sure                  string // whether that is the list's own word
	Basis                 string
	Other                 string // another rule says otherwise: both are shown (E7)
	Phone                 string // of the street, which tells the way
	path                  string
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
	f := referral{Street: set.StreetName, Place: d.Place, Device: d.No, Certificate: c.Title, Office: c.Office, Basis: c.Basis, Phone: set.StreetPhone,
		path: pathGuideCannot + "/" + c.Code}
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
	R     referral
	Print bool
}

func (h handlers) referralSlip(w http.ResponseWriter, r *http.Request, at *here) error {
	f, err := h.referral(r, at)
	if err != nil {
		return err
	}
	p := referralPage{R: f, Print: at.Session.Device.Printer != kiosk.BySpool, textPage: textPage{Title: f.Certificate,
		Lead: "小票在下面出来。没出来的，请用手机拍下", Back: view.KMove{Text: "别的证明", Href: pathGuideCannot}, Next: view.KMove{Text: "办完了", Href: pathHome, Icon: "check"}}}
	one, l := cut(r, at.room().sheets(f.lines()), 1)
	p.Lines, p.Leaf, p.Print = one[0], l, p.Print && l.At == 1
	if p.Frame, err = h.frame(r, at, "打去向小票 - 办事材料", "办事材料", idlePage); err != nil {
		return err
	}
	return h.f.Render(w, r, http.StatusOK, showReferral(p))
}
