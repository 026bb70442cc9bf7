package request

import (
	"context"
	"net/http"

	"portal/internal/fault"
	"portal/internal/request"
	"portal/web/form"
	"portal/web/view"
)

const (
	paramPhone    = "phone"
	paramName     = "name"
	paramSecret   = "secret"
	paramMinor    = "minor"
	paramGuardian = "guardian"
	yes           = "yes"
	no            = "no"
	maxName       = 30
)

// phonePage asks for a telephone, which may be left out (REQ-17).
type phonePage struct {
	stepPage
	Walls []view.Option // only for 举报 and 投诉
}

func (h handlers) showPhone(w http.ResponseWriter, r *http.Request, p stepPage) error {
	return h.f.Render(w, r, status(p.Errors), showPhone(phonePage{stepPage: p, Walls: walls(p.Draft)}))
}

// walls ask in plain words whether those who handle it may learn who said it (REQ-13). Hidden is what a
// 举报 begins with.
func walls(d draft) []view.Option {
	hidden := d.Secret || !d.Asked4 && d.Kind == request.Report
	switch d.Kind {
	case request.Report:
		return []view.Option{
			{Value: yes, Label: "不要让他们知道", Hint: "只有街道回访的人能联系您，材料不会给被举报的一方", Chosen: hidden},
			{Value: no, Label: "可以知道，方便核实", Hint: "办理的单位能看到您的电话，被举报的一方看不到", Chosen: !hidden},
		}
	case request.Complaint:
		return []view.Option{
			{Value: yes, Label: "不要让他们知道", Chosen: hidden},
			{Value: no, Label: "可以知道，方便联系", Chosen: !hidden},
		}
	}
	return nil
}

func (h handlers) takePhone(ctx context.Context, fm *form.Form, d draft) (taken, error) {
	d.Secret = walls(d) != nil && (fm.Raw(paramSecret) == yes || d.Kind == request.Report && fm.Raw(paramSecret) != no) // no answer keeps a 举报 hidden
	d.Minor = fm.Raw(paramMinor) != ""
	d.Guardian = d.Minor && fm.Raw(paramGuardian) != ""
	next := stepCheck
	switch fm.Raw(paramGo) {
	case goSkip:
		d.Phone, d.Name, d.Asked4 = "", "", true
		return taken{Draft: d, Next: next}, nil
	case goBack:
		next = stepSay
	}
	d.Phone, d.Name = fm.Line(paramPhone, maxName), fm.Line(paramName, maxName)
	if !fm.Valid() {
		d.Phone, d.Name = fm.Raw(paramPhone), fm.Raw(paramName)
		return taken{d, stepPhone, fm.Errors()}, nil
	}
	errors, err := h.check(ctx, d, paramPhone, paramName)
	if err != nil {
		return taken{}, err
	}
	if next == stepSay && len(errors) > 0 {
		d.Phone, errors = "", nil // going back never holds anybody up; half a number is not kept
	}
	if next == stepCheck && len(errors) == 0 && d.Phone == "" && d.Name != "" {
		errors = []fault.Field{{Name: paramPhone, Message: "写上电话才能联系您；不想留就点“不留电话”"}}
	}
	d.Asked4 = d.Asked4 || len(errors) == 0 && next == stepCheck
	return taken{d, next, errors}, nil
}
