package kiosk

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"portal/internal/authz"
	"portal/internal/catalog"
	"portal/internal/fault"
	"portal/web/form"
	"portal/web/route"
	"portal/web/view"
)

const (
	pathGuideCan    = pathGuides + "/allowed"
	pathGuideCannot = pathGuides + "/forbidden"
	pathGuideOther  = pathGuides + "/unlisted"

	certificatesOnPage = 6
	mostCertificates   = 200 // published lists hold some dozens
)

func (h handlers) mountGuides(rt *route.Router) {
	rt.Get(pathGuides, authz.KioskUse, h.in(h.guide))
	rt.Get(pathGuideCan, authz.KioskUse, h.in(h.allowedList))
	rt.Get(pathGuideCan+"/{code}", authz.KioskUse, h.in(h.allowedOne))
	rt.Get(pathGuideCannot, authz.KioskUse, h.in(h.forbiddenList))
	rt.Get(pathGuideCannot+"/{code}", authz.KioskUse, h.in(h.forbiddenOne))
	rt.Get(pathGuideCannot+"/{code}/slip", authz.KioskUse, h.in(h.referralSlip))
	rt.Post(pathGuideCannot+"/{code}/slip", authz.KioskUse, h.in(h.printReferral))
	rt.Get(pathGuideOther, authz.KioskUse, h.in(h.unlisted))
}

// certificate is a paper that people come for, as the lists of this community have it. What to bring stands
// on no list, so nothing of it is said.
type certificate struct {
	Code, Title string
	Office      string // whose it is; "" when the list names nobody
	Guessed     bool   // the office is the editors' reading of the list, not the list's own word
	Basis       string // the list or the article, by name
	Text        string // words of the article
	Other       string // another rule that says otherwise (E7)
	Doubt       bool   // the basis is not confirmed
}

var errNoCertificate = fault.NotFound("清单里没有这个证明。请回到“办事材料”再选，或者按“叫人帮忙”")

// list gives what holds in the device's community today.
func (h handlers) list(ctx context.Context, at *here, kind catalog.ListKind) ([]catalog.Entry, error) {
	page, err := catalog.On(ctx, h.f.DB.Q(), catalog.Filter{Kinds: []catalog.ListKind{kind}, Community: at.Session.Device.Community, Day: h.f.Today(),
		Limit: mostCertificates})
	return page.Rows, err
}

// allowed are the certificates that the community may issue.
func (h handlers) allowed(ctx context.Context, at *here) ([]certificate, error) {
	rows, err := h.list(ctx, at, catalog.CertificateAllowed)
	var out []certificate
	for _, e := range rows {
		out = append(out, certificateOf(e))
	}
	return out, err
}

func certificateOf(e catalog.Entry) certificate {
	c := certificate{Code: e.Code, Title: e.Title, Office: e.LeadDepartment, Basis: e.LegalBasis, Text: e.LegalText, Other: otherRule(e.Note),
		Guessed: slices.Contains(strings.Split(e.AssignedFields, "|"), "lead_department"), Doubt: e.Standing == catalog.NeedsReview || e.Has(catalog.FlagBasisDoubtful)}
	if c.Basis == "" {
		c.Basis = e.Source
	}
	return c
}

// forbidden are the certificates that no community issues (R36): those of the negative list, with the office
// that the published list names for them, and what stands on the published list alone.
func (h handlers) forbidden(ctx context.Context, at *here) ([]certificate, error) {
	negatives, err := catalog.Negatives(ctx, h.f.DB.Q(), h.f.Today())
	if err != nil {
		return nil, err
	}
	rows, err := h.list(ctx, at, catalog.CertificateForbidden)
	if err != nil {
		return nil, err
	}
	var out []certificate
	at2 := map[string]int{}
	for _, n := range negatives {
		if n.MatchMode == catalog.CertificateTitle {
			at2[n.Code] = len(out)
			out = append(out, certificate{Code: n.Code, Title: n.Phrase, Basis: n.Source})
		}
	}
	for _, e := range rows {
		c := certificateOf(e)
		if n, hit := catalog.CertificateHit(negatives, e.Title); hit {
			known := &out[at2[n.Code]]
			known.Office, known.Guessed, known.Other = c.Office, c.Guessed, c.Other
			continue
		}
		out = append(out, c)
	}
	return out, nil
}

// otherRule finds in a note which rule says otherwise: 与《…》第十二条(…)存在冲突 (E7). Both are shown; the
// portal names no winner.
func otherRule(note string) string {
	before, _, found := strings.Cut(note, "存在冲突")
	if !found {
		return ""
	}
	if i := strings.LastIndex(before, "与"); i >= 0 {
		return before[i+len("与"):]
	}
	return before
}

// guidePage is 办事材料.
type guidePage struct {
	Frame       view.Page
	Title, Lead string
	Picks       []view.KPick
	Cols        int
	Leaf        leaf
	Back        view.KMove
	Empty       string
}

func (h handlers) drawGuide(w http.ResponseWriter, r *http.Request, at *here, p guidePage) error {
	var err error
	if p.Frame, err = h.frame(r, at, p.Title+" - 办事材料", "办事材料", idlePage); err != nil {
		return err
	}
	return h.f.Render(w, r, http.StatusOK, showGuide(p))
}

func (h handlers) guide(w http.ResponseWriter, r *http.Request, at *here) error {
	return h.drawGuide(w, r, at, guidePage{Title: "要开证明", Lead: "先看社区能不能开，不能开的告诉您去哪里", Cols: 1, Picks: []view.KPick{
		{Href: pathGuideCan, Text: "社区能开的证明", Hint: "清单上写明可以开的", Icon: "circle-check"},
		{Href: pathGuideCannot, Text: "社区不开的证明", Hint: "告诉您去哪里办，可以打一张小票带去", Icon: "corner-up-right"},
		{Href: pathGuideOther, Text: "两张清单上都没有", Hint: "社区不能直接开，先请街道定", Icon: "circle-question-mark"}}})
}

func (h handlers) allowedList(w http.ResponseWriter, r *http.Request, at *here) error {
	all, err := h.allowed(r.Context(), at)
	if err != nil {
		return err
	}
	return h.drawList(w, r, at, all, pathGuideCan, guidePage{Title: "社区能开的证明", Lead: "按您要的那一个", Empty: "今天的清单上没有社区可以开的证明"})
}

func (h handlers) forbiddenList(w http.ResponseWriter, r *http.Request, at *here) error {
	all, err := h.forbidden(r.Context(), at)
	if err != nil {
		return err
	}
	return h.drawList(w, r, at, all, pathGuideCannot, guidePage{Title: "社区不开的证明", Lead: "按一个，看去哪里办", Empty: "今天的清单上没有这一类"})
}

func (h handlers) drawList(w http.ResponseWriter, r *http.Request, at *here, all []certificate, path string, p guidePage) error {
	rows, l := cut(r, all, at.choices(certificatesOnPage))
	p.Leaf, p.Cols, p.Back = l, 1, view.KMove{Text: "上一步", Href: pathGuides}
	for _, c := range rows {
		p.Picks = append(p.Picks, view.KPick{Href: path + "/" + c.Code, Text: c.Title})
	}
	return h.drawGuide(w, r, at, p)
}

// find picks a certificate by its code.
func find(all []certificate, code string) (certificate, error) {
	if i := slices.IndexFunc(all, func(c certificate) bool { return c.Code == code }); i >= 0 {
		return all[i], nil
	}
	return certificate{}, errNoCertificate
}

func (h handlers) allowedOne(w http.ResponseWriter, r *http.Request, at *here) error {
	all, err := h.allowed(r.Context(), at)
	if err != nil {
		return err
	}
	c, err := find(all, route.Param(r, "code"))
	if err != nil {
		return err
	}
	phone, err := h.phoneIn(r.Context(), at.Session.Device.Community)
	if err != nil {
		return err
	}
	lines := []string{"依据：" + c.Basis, "要带什么：清单上没有写。来之前请打社区值班电话 " + phone + " 问清"}
	if c.Doubt {
		lines = append(lines, "这一项的依据正在核对，开之前请先问社区")
	}
	return h.drawCertificate(w, r, at, textPage{Title: c.Title, Lead: "社区可以开", Back: view.KMove{Text: "别的证明", Href: pathGuideCan}}, lines)
}

func (h handlers) drawCertificate(w http.ResponseWriter, r *http.Request, at *here, p textPage, lines []string) error {
	return h.drawText(w, r, at, p, p.Title+" - 办事材料", "办事材料", lines)
}

// unlisted is R37: what stands on neither list is decided by the street; nobody at the desk issues it.
func (h handlers) unlisted(w http.ResponseWriter, r *http.Request, at *here) error {
	phone, err := h.phoneIn(r.Context(), at.Session.Device.Community)
	if err != nil {
		return err
	}
	return h.drawCertificate(w, r, at, textPage{Title: "清单上没有的证明", Lead: "社区不能直接开，先登记，由街道定", Back: view.KMove{Text: "上一步", Href: pathGuides}},
		[]string{"您可以：问要您开证明的单位，依据哪一条规定，能不能用证件或者承诺书代替", "要登记：按“叫人帮忙”，或者打社区值班电话 " + phone})
}

// forbiddenOne says where a certificate is to be had that the community does not issue (R36).
func (h handlers) forbiddenOne(w http.ResponseWriter, r *http.Request, at *here) error {
	f, err := h.referral(r, at)
	if err != nil {
		return err
	}
	p := textPage{Title: f.Certificate, Lead: "社区不开，也不用社区盖章", Back: view.KMove{Text: "别的证明", Href: pathGuideCannot},
		Next: view.KMove{Text: "打去向小票", Name: paramPrint, Value: "1", Icon: "printer"}}
	if err := h.lay(r, at, &p, p.Title+" - 办事材料", "办事材料", f.lines()); err != nil {
		return err
	}
	return h.f.Render(w, r, http.StatusOK, showForbidden(p, f.path, form.NewKey()))
}
