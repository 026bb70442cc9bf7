package kiosk

import (
	"context"
	"net/http"
	"slices"

	"portal/internal/request"
	"portal/web/form"
	"portal/web/view"
)

const (
	paramPhone    = "phone"
	paramMinor    = "minor"
	paramGuardian = "guardian"
	paramKind     = "kind"
	paramSecret   = "secret"
	maxPhone      = 20
)

// phonePage asks for a telephone, which may be left out with one touch just as large (REQ-17).
type phonePage struct {
	stepPage
	Child []view.KPick
}

func (h handlers) showPhone(w http.ResponseWriter, r *http.Request, _ *here, p stepPage) error {
	out := phonePage{stepPage: p, Child: []view.KPick{{Name: paramMinor, Value: opposite(p.Draft.Minor), Text: "我不满 14 周岁", Chosen: p.Draft.Minor}}}
	if p.Draft.Minor {
		out.Child = append(out.Child, view.KPick{Name: paramGuardian, Value: opposite(p.Draft.Guardian), Text: "家长同意留电话", Chosen: p.Draft.Guardian})
	}
	return h.f.Render(w, r, status(p.Errors), showPhone(out))
}

// opposite is what a switch asks for.
func opposite(on bool) string {
	if on {
		return no
	}
	return yes
}

// takePhone takes a key, the number, a switch, or that none is left. A child's number counts only with a
// guardian's word (REQ-18); the request is taken in any case.
func (h handlers) takePhone(ctx context.Context, _ *here, fm *form.Form, d draft) (taken, error) {
	if fm.Raw(paramGo) == goSkip {
		d.Phone, d.Called = "", true
		return taken{Draft: d, To: d.onward()}, nil
	}
	d.Phone = fm.Line(paramPhone, maxPhone)
	if !fm.Valid() {
		d.Phone = fm.Raw(paramPhone)
		return taken{Draft: d, Errors: fm.Errors()}, nil
	}
	stay := taken{To: stepPath(stepPhone)}
	switch {
	case fm.Has(paramPress):
		d.Phone = view.KKeyed("digits", d.Phone, fm.Raw(paramPress))
	case fm.Has(paramMinor):
		d.Minor = fm.Raw(paramMinor) == yes
		d.Guardian = d.Guardian && d.Minor
	case fm.Has(paramGuardian):
		d.Guardian = d.Minor && fm.Raw(paramGuardian) == yes
	default:
		return h.takeNumber(ctx, d)
	}
	d.Called = false // half a number is no answer
	stay.Draft = d
	return stay, nil
}

func (h handlers) takeNumber(ctx context.Context, d draft) (taken, error) {
	if d.Phone == "" {
		return wrong(d, "先按号码；不想留就点“不留电话，凭小票查”")
	}
	errors, err := h.checkDraft(ctx, d, paramPhone)
	if err != nil {
		return taken{}, err
	}
	d.Called = true
	return taken{d, d.onward(), errors}, nil
}

// choicePage is one question with a few answers.
type choicePage struct {
	stepPage
	Title, Lead string
	Picks       []view.KPick
}

// showKind asks what one wants; it is answered already, and changed only from the look over everything.
func (h handlers) showKind(w http.ResponseWriter, r *http.Request, _ *here, p stepPage) error {
	out := choicePage{stepPage: p, Title: "您想怎么办"}
	for _, k := range request.KindOrder {
		out.Picks = append(out.Picks, view.KPick{Name: paramKind, Value: string(k), Text: request.KindWords[k], Chosen: k == p.Draft.Kind})
	}
	return h.f.Render(w, r, status(p.Errors), showChoice(out))
}

func (h handlers) takeKind(_ context.Context, _ *here, fm *form.Form, d draft) (taken, error) {
	k := request.Kind(fm.Raw(paramKind))
	if !slices.Contains(request.KindOrder, k) {
		return wrong(d, errNoPick)
	}
	if d = d.meaning(k); d.walled() {
		return taken{Draft: d, To: stepPath(stepWall)}, nil
	}
	return taken{Draft: d, To: stepPath(stepCheck)}, nil
}

// wallWords say in plain words what hiding means (REQ-13).
var wallWords = map[request.Kind][2]string{
	request.Report:    {"只有街道回访的人能联系您", "办理的单位能看到您的电话，被举报的一方看不到"},
	request.Complaint: {"办理的人看不到您的电话", "办理的人可以直接联系您"},
}

func (h handlers) showWall(w http.ResponseWriter, r *http.Request, _ *here, p stepPage) error {
	words := wallWords[p.Draft.Kind]
	out := choicePage{stepPage: p, Title: "要不要让办理的人知道是您", Lead: "两样都照办", Picks: []view.KPick{
		{Name: paramSecret, Value: yes, Text: "不让他们知道", Hint: words[0], Icon: "shield-check", Chosen: p.Draft.Secret},
		{Name: paramSecret, Value: no, Text: "可以知道", Hint: words[1], Icon: "phone", Chosen: p.Draft.Walled && !p.Draft.Secret}}}
	return h.f.Render(w, r, status(p.Errors), showChoice(out))
}

// takeWall: no answer keeps a 举报 hidden.
func (h handlers) takeWall(_ context.Context, _ *here, fm *form.Form, d draft) (taken, error) {
	answer := fm.Raw(paramSecret)
	if !d.walled() || answer != yes && answer != no {
		return wrong(d, errNoPick)
	}
	d.Secret, d.Walled = answer == yes, true
	return taken{Draft: d, To: stepPath(stepCheck)}, nil
}
