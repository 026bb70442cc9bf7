package request

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"portal/internal/fault"
	"portal/internal/request"
	"portal/web/form"
	"portal/web/listing"
	"portal/web/route"
	"portal/web/view"
)

// The steps, as they stand in addresses.
const (
	stepWhat  = "what"
	stepWhere = "where"
	stepSay   = "say"
	stepPhone = "phone"
	stepCheck = "check"
)

var steps = []string{stepWhat, stepWhere, stepSay, stepPhone, stepCheck}

// stepNames are the four questions; what the last step is called stands in its title.
var stepNames = map[string]string{stepWhat: "什么事", stepWhere: "在哪里", stepSay: "说一说", stepPhone: "留电话"}

var titles = map[string]string{stepWhat: "选什么事 - 反映问题", stepWhere: "选地点 - 反映问题", stepSay: "说情况 - 反映问题", stepPhone: "留电话 - 反映问题", stepCheck: "核对 - 反映问题"}

var (
	errNoStep = fault.NotFound("没有这一步。请从“反映问题”重新开始")
	errNoPick = "从列出的选项里选"
)

// stepPage is what all steps share.
type stepPage struct {
	Frame   view.Page
	ID      string // the draft's name
	Key     string
	Step    string
	Draft   draft
	Errors  []fault.Field
	Calls   []request.Emergency
	Started bool // something was answered already
}

func (p stepPage) message(name string) string { return listing.MessageOf(p.Errors, name) }

func (p stepPage) summary() []view.FieldError { return listing.Summary(p.Errors) }

// marks draw where one is in the four questions.
func (p stepPage) marks() []view.StepMark {
	var out []view.StepMark
	for _, s := range steps[:len(steps)-1] {
		m := view.StepMark{Label: stepNames[s], State: "later"}
		switch {
		case s == p.Step:
			m.State = "now"
		case p.Draft.answered(s):
			m.State = "done"
		}
		out = append(out, m)
	}
	return out
}

// back is the step before this one.
func (p stepPage) back() string {
	if i := slices.Index(steps, p.Step); i > 0 {
		return pathNew + "/" + steps[i-1]
	}
	return ""
}

func (p stepPage) action() string { return pathNew + "/" + p.Step }

// start leads to the first question.
func (h handlers) start(w http.ResponseWriter, r *http.Request) error {
	return route.See(w, r, pathNew+"/"+stepWhat)
}

// restart lets go of what was answered.
func (h handlers) restart(w http.ResponseWriter, r *http.Request) error {
	if _, err := form.Read(r); err != nil {
		return err
	}
	id, _, err := h.load(r.Context(), r)
	if err != nil {
		return err
	}
	if id != "" {
		if err := h.Requests.DropDraft(r.Context(), id); err != nil {
			return err
		}
	}
	h.name(w, "")
	return route.See(w, r, pathNew+"/"+stepWhat)
}

// step shows a question; one whose answers before it are missing leads to the first of them.
func (h handlers) step(w http.ResponseWriter, r *http.Request) error {
	s := route.Param(r, "step")
	if !slices.Contains(steps, s) {
		return errNoStep
	}
	id, d, err := h.load(r.Context(), r)
	if err != nil {
		return err
	}
	if open := d.open(s); open != s {
		return route.See(w, r, pathNew+"/"+open)
	}
	return h.show(w, r, s, id, d, nil)
}

// show draws a step with what was answered and what is to be mended.
func (h handlers) show(w http.ResponseWriter, r *http.Request, s, id string, d draft, errors []fault.Field) error {
	p := stepPage{Frame: h.page(r, navFile, titles[s], errors), ID: id, Key: form.NewKey(), Step: s, Draft: d, Errors: errors, Calls: d.danger(), Started: id != ""}
	draw := map[string]func(http.ResponseWriter, *http.Request, stepPage) error{
		stepWhat: h.showWhat, stepWhere: h.showWhere, stepSay: h.showSay, stepPhone: h.showPhone, stepCheck: h.showCheck}
	return draw[s](w, r, p)
}

// taken is what a step made of its form: where to go, or what is to be mended.
type taken struct {
	Draft  draft
	Next   string // step
	Errors []fault.Field
}

// answer takes what a step asked. A page that was left behind for a day, or whose draft is filed already,
// begins again; only the last step can tell a repetition from that.
func (h handlers) answer(w http.ResponseWriter, r *http.Request) error {
	s := route.Param(r, "step")
	if !slices.Contains(steps, s) {
		return errNoStep
	}
	fm, err := form.Read(r)
	if err != nil {
		return err
	}
	id, d, err := h.load(r.Context(), r)
	if err != nil {
		return err
	}
	if s == stepCheck {
		return h.file(w, r, fm, id, d)
	}
	if open := d.open(s); open != s {
		return route.See(w, r, pathNew+"/"+open)
	}
	take := map[string]func(context.Context, *form.Form, draft) (taken, error){
		stepWhat: h.takeWhat, stepWhere: h.takeWhere, stepSay: h.takeSay, stepPhone: h.takePhone}
	out, err := take[s](r.Context(), fm, d)
	if err != nil {
		return err
	}
	if len(out.Errors) > 0 {
		return h.show(w, r, s, id, out.Draft, out.Errors)
	}
	if err := h.keep(r.Context(), w, id, out.Draft); err != nil {
		return err
	}
	return route.See(w, r, pathNew+"/"+out.Next)
}

// check asks the rules about a draft and keeps the messages about the fields of one step.
func (h handlers) check(ctx context.Context, d draft, fields ...string) ([]fault.Field, error) {
	f := d.filing()
	_, err := f.Check(ctx, h.f.DB.Q(), h.f.DB.Now())
	found := fault.Fields(err)
	if err != nil && len(found) == 0 {
		return nil, err
	}
	var out []fault.Field
	for _, e := range found {
		if slices.Contains(fields, e.Name) {
			out = append(out, e)
		}
	}
	return out, nil
}

func itoa(n int) string { return strconv.Itoa(n) }
