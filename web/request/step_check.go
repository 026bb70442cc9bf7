package request

import (
	"net/http"

	"portal/internal/fault"
	"portal/internal/request"
	"portal/web/form"
	"portal/web/route"
	"portal/web/view"
)

// checkPage shows everything before it is filed.
type checkPage struct {
	stepPage
	Terms   []view.Term
	Promise string // by when somebody calls, and by when it is done
	NoReply bool
	Child   bool // a child without a guardian's word: taken without personal data (REQ-18)
}

func (h handlers) showCheck(w http.ResponseWriter, r *http.Request, p stepPage) error {
	ctx, d := r.Context(), p.Draft
	p.Key = d.Key // filing counts under the draft's own key, whichever window it comes from
	set, err := h.f.Settings(ctx)
	if err != nil {
		return err
	}
	c, err := request.CategoryByCode(ctx, h.f.DB.Q(), d.Category)
	if err != nil {
		return err
	}
	now := h.f.DB.Now()
	contact, due := request.Clocks(c, set, now)
	out := checkPage{stepPage: p, Terms: termsOf(d), NoReply: d.Phone == "", Child: d.Minor && !d.Guardian && !request.Dangerous(d.Words, c),
		Promise: view.Moment(contact, now) + " 前有人联系您，" + view.Moment(due, now) + " 前办好"}
	if out.NoReply || out.Child {
		out.Promise = view.Moment(due, now) + " 前办好，结果凭查询码看"
	}
	return h.f.Render(w, r, status(p.Errors), showCheck(out))
}

func termsOf(d draft) []view.Term {
	at := func(s string) string { return pathNew + "/" + s }
	phone := "不留电话，凭查询码查"
	if d.Phone != "" {
		phone = request.MaskPhone(d.Phone)
	}
	terms := []view.Term{
		{Name: "什么事", Text: d.CategoryName, Change: at(stepWhat)},
		{Name: "在哪里", Text: d.place(), Change: at(stepWhere)},
		{Name: "您想", Text: request.KindWords[d.Kind], Change: at(stepSay)},
		{Name: "情况", Text: d.Words, Change: at(stepSay)},
		{Name: "电话", Text: phone, Change: at(stepPhone)},
	}
	if d.Name != "" {
		terms = append(terms, view.Term{Name: "称呼", Text: request.MaskName(d.Name), Change: at(stepPhone)})
	}
	if d.Same != "" {
		terms = append(terms, view.Term{Name: "一起跟进", Text: d.Same, Change: at(stepSay)})
	}
	if walls(d) != nil {
		told := "办理的人可以知道是您"
		if d.Secret {
			told = "不让办理的人知道是您"
		}
		terms = append(terms, view.Term{Name: "保密", Text: told, Change: at(stepPhone)})
	}
	return terms
}

// file takes the draft. A repetition after the draft is gone (double touch, reload, a lost answer) gives
// the same receipt, because the key is the same; a draft that is over begins again.
func (h handlers) file(w http.ResponseWriter, r *http.Request, fm *form.Form, id string, d draft) error {
	ctx := r.Context()
	if id != "" && d.Key != fm.Key() {
		return route.See(w, r, pathNew+"/"+d.open(stepCheck)) // the page of another draft, or of none
	}
	if open := d.open(stepCheck); id != "" && open != stepCheck {
		return route.See(w, r, pathNew+"/"+open)
	}
	receipt, err := h.Cases.File(ctx, everybody(r), fm.Key(), d.filing())
	if l, held := request.AsLimited(err); held {
		return h.limited(w, r, l)
	}
	switch errors := fault.Fields(err); {
	case err == nil:
	case id == "" && len(errors) > 0:
		return errDraftOver
	case len(errors) > 0:
		return h.show(w, r, stepCheck, id, d, errors)
	default:
		return err
	}
	if id != "" {
		if err := h.Requests.DropDraft(ctx, id); err != nil {
			return err
		}
	}
	h.name(w, "")
	return route.See(w, r, pathTrack+receipt.Token+"/receipt")
}

var errDraftOver = fault.NotFound("这份内容已经过期，没有留在系统里。请从“反映问题”重新填一次，或者打街道值班电话")
