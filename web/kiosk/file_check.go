package kiosk

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"portal/internal/fault"
	"portal/internal/kiosk"
	"portal/internal/request"
	"portal/web/form"
	"portal/web/listing"
	"portal/web/view"
)

const (
	paramKept   = "kept"
	shownOfSaid = 60 // characters of the words on the look over everything
)

// checkPage shows everything before it is filed.
type checkPage struct {
	stepPage
	Promise     string
	Terms       []view.Term
	Note        string
	Kept        request.Kept
	Provisional view.KSlipView
	Prints      bool // by the browser, which needs no line
}

func (h handlers) showCheck(w http.ResponseWriter, r *http.Request, at *here, p stepPage) error {
	ctx := r.Context()
	p.Key = p.Draft.Key // filing counts under the draft's own key, whichever window it comes from
	kept, err := h.sealed(ctx, at)
	if err != nil {
		return err
	}
	p.Draft = at.Pocket.Draft
	set, err := h.f.Settings(ctx)
	if err != nil {
		return err
	}
	c, err := request.CategoryByCode(ctx, h.f.DB.Q(), p.Draft.Category)
	if err != nil {
		return err
	}
	now, dev, d := h.f.DB.Now(), at.Session.Device, p.Draft
	contact, due := request.Clocks(c, set, now)
	out := checkPage{stepPage: p, Terms: termsOf(d), Kept: kept, Prints: dev.Printer != kiosk.BySpool && dev.Paper != kiosk.PaperOut, Provisional: view.KSlipView{Street: set.StreetName, Place: dev.Place, Device: dev.No,
		No: kept.Provisional, Code: kept.Code, Matter: c.Name, Community: d.CommunityName, Filed: view.Moment(now, now),
		URL: listing.Address(r, h.Secure, "/r/"+kept.Token), Provisional: true}}
	if out.Provisional.Phone, err = h.phoneIn(ctx, dev.Community); err != nil {
		return err
	}
	child := d.Minor && !d.Guardian && !request.Dangerous(d.Words, c)
	switch {
	case child:
		out.Note = "没有家长同意，电话不会留下来。请收好小票，凭小票查"
	case d.Phone == "":
		out.Note = "没有电话，我们不能打给您。请收好小票，凭小票查"
	}
	if out.Promise = view.Moment(contact, now) + " 前有人联系您，" + view.Moment(due, now) + " 前办好"; out.Note != "" {
		out.Promise = view.Moment(due, now) + " 前办好"
	}
	return h.f.Render(w, r, status(p.Errors), showCheck(out))
}

// sealed gives what the device holds of this draft. The same answers are sealed once, however often the page is
// shown, so that every provisional slip proves the request that will be filed.
func (h handlers) sealed(ctx context.Context, at *here) (request.Kept, error) {
	d := &at.Pocket.Draft
	body, err := json.Marshal(d.filing())
	if err != nil {
		return request.Kept{}, fmt.Errorf("draft: %w", err)
	}
	if d.Of == string(body) && d.Sealed.Sealed != "" {
		return d.Sealed, nil
	}
	if d.Sealed, err = h.Requests.Keep(ctx, at.Session.Device.No, d.Key, d.filing()); err != nil {
		return request.Kept{}, err
	}
	d.Of = string(body)
	return d.Sealed, h.keep(ctx, at)
}

func termsOf(d draft) []view.Term {
	phone := "不留电话，凭小票查"
	if d.Phone != "" {
		phone = request.MaskPhone(d.Phone)
	}
	said := []rune(d.Words)
	words := d.Words
	if len(said) > shownOfSaid {
		words = string(said[:shownOfSaid]) + fmt.Sprintf("……（共 %d 字）", len(said))
	}
	terms := []view.Term{
		{Name: "什么事", Text: d.CategoryName, Change: stepPath(stepWhat)},
		{Name: "在哪里", Text: d.place(), Change: wherePath(askCompound)},
		{Name: "情况", Text: words, Change: stepPath(stepSay)},
		{Name: "电话", Text: phone, Change: stepPath(stepPhone)},
		{Name: "您想", Text: request.KindWords[d.Kind], Change: stepPath(stepKind)},
	}
	if d.walled() {
		told := "办理的人可以知道是您"
		if d.Secret {
			told = "不让办理的人知道是您"
		}
		terms = append(terms, view.Term{Name: "保密", Text: told, Change: stepPath(stepWall)})
	}
	if d.Same != "" {
		terms = append(terms, view.Term{Name: "一起跟进", Text: d.Same, Change: stepPath(stepSay)})
	}
	return terms
}

// fileKept files what a device of ours holds, and nothing else: whatever was sealed for this device counts once
// under its own key, wherever and how often it arrives (reliability.md §2 rule 1).
func (h handlers) fileKept(r *http.Request, d kiosk.Device, sealed string) (request.Receipt, string, request.Filing, error) {
	ctx := r.Context()
	key, filing, err := h.Requests.Unseal(ctx, d.No, sealed)
	if err != nil {
		return request.Receipt{}, "", filing, err
	}
	receipt, err := h.Cases.File(ctx, everybody(r), key, filing)
	return receipt, key, filing, err
}

// file takes the look over everything. It needs no draft: a form whose session has ended meanwhile still files
// what it carries, as long as the device is proven.
func (h handlers) file(w http.ResponseWriter, r *http.Request, at *here, fm *form.Form) error {
	d := at.Pocket.Draft
	receipt, key, filing, err := h.fileKept(r, at.Session.Device, fm.Raw(paramKept))
	if errors := fault.Fields(err); len(errors) > 0 && d.open(stepCheck) == stepCheck {
		return h.showStep(w, r, at, stepCheck, errors)
	}
	if err != nil {
		return err
	}
	again := at.Pocket.Slip == receipt.Token
	if d.Key == key || d.Key == "" {
		at.Pocket.Draft = draft{}
	}
	at.Pocket.Slip = receipt.Token
	if !again {
		at.Pocket.Given = given{Print: true}
		if filing.Phone != "" && !receipt.Anonymous {
			at.Pocket.Given.Phone = request.MaskPhone(filing.Phone)
		}
	}
	if err := h.keep(r.Context(), at); err != nil {
		return err
	}
	return h.handOver(w, r, at)
}

// delivered answers the script that brings what the device held while the line was down.
type delivered struct {
	No   string `json:"no"`
	Code string `json:"code"`
}

// deliver files what was held; the visit that is under way neither sees nor feels it (K-9).
func (h handlers) deliver(w http.ResponseWriter, r *http.Request, at *here) error {
	fm, err := form.Read(r)
	if err != nil {
		return err
	}
	receipt, _, held, err := h.fileKept(r, at.Session.Device, fm.Raw(paramKept))
	if err != nil {
		return h.undelivered(r, at.Session.Device, held, err)
	}
	return tell(w, delivered{receipt.No, receipt.Code})
}
