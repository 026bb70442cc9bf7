package counter

import (
	"net/http"
	"slices"

	"portal/internal/fault"
	"portal/internal/request"
	"portal/internal/workorder"
	"portal/web/form"
	"portal/web/route"
	"portal/web/view"
)

// revealPage asks what for, then shows a person's contact; the log stands below it (REQ-22).
type revealPage struct {
	Frame     view.Page
	Form      filled
	No        string
	Action    string
	From      string
	Back      string
	BackWords string
	Uses      []view.Option
	Shown     []view.Term
	Tel       string
	Log       []view.Event
}

const fromCallback = "callback"

// otherUse asks for words of one's own.
const otherUse = "其他"

var uses = []string{"首次联系", "上门办理", "核实情况", "告知结果", "回访", otherUse}

func useOptions() []view.Option {
	out := make([]view.Option, len(uses))
	for i, u := range uses {
		out[i] = view.Option{Value: u, Label: u}
	}
	return out
}

func (h handlers) askReveal(w http.ResponseWriter, r *http.Request) error {
	from := form.Query(r).Raw("from")
	use := ""
	if from == fromCallback {
		use = "回访"
	}
	return h.showReveal(w, r, fresh(r, map[string]string{"use": use}), nil)
}

func (h handlers) reveal(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	purpose, more := f.Line("use", 20), f.Line("purpose", 80)
	switch {
	case purpose == "" || !slices.Contains(uses, purpose):
		f.Add("use", "选用来做什么")
	case purpose == otherUse && more == "":
		f.Add("purpose", "写清用来做什么，居民看得到")
	case more != "":
		purpose += "：" + more
	}
	if f.Valid() {
		person, err := h.Cases.Reveal(r.Context(), route.Actor(r), route.Param(r, "no"), purpose)
		if err == nil {
			return h.showReveal(w, r, back(f, nil), &person)
		}
		if err = keep(f, err); err != nil {
			return err
		}
	}
	return h.showReveal(w, r, back(f, nil), nil)
}

func (h handlers) showReveal(w http.ResponseWriter, r *http.Request, x filled, person *request.Person) error {
	ctx, by, no := r.Context(), route.Actor(r), route.Param(r, "no")
	c, err := h.Cases.Find(ctx, by, no)
	if err != nil {
		return err
	}
	if !c.MayReveal(by, no) {
		return workorder.ErrNoOrder
	}
	p := revealPage{Form: x, No: no, Action: casePath(no, "/reveal"), From: x.value("from"), Uses: x.pick("use", useOptions()),
		Back: c.Order.Path(), BackWords: "回到办理"}
	if p.From == fromCallback {
		p.Back, p.BackWords = pathCallbacks+"/"+no, "回到回访"
	}
	if person != nil {
		p.Shown = personTerms(*person)
		p.Tel = digits(person.Phone)
	}
	seen, err := h.Requests.Reveals(ctx, by, no)
	if err != nil && fault.KindOf(err) != fault.KindForbidden {
		return err
	}
	for _, s := range seen {
		p.Log = append(p.Log, view.Event{When: fully(s.At) + " " + s.Post + " " + s.Name, Head: s.Purpose})
	}
	w.Header().Set("Cache-Control", "no-store")
	p.Frame = h.staff(r, "看联系方式 - "+no, x.told, view.Crumb{Href: c.Order.Path(), Text: no}, view.Crumb{Text: "联系方式"})
	return h.f.Render(w, r, x.status(), showReveal(p))
}

func personTerms(p request.Person) []view.Term {
	var out []view.Term
	for _, t := range []view.Term{{Name: "姓名", Text: p.Name}, {Name: "电话", Text: p.Phone}, {Name: "门牌", Text: p.Door}, {Name: "原话", Text: p.Words}} {
		if t.Text != "" {
			out = append(out, t)
		}
	}
	return out
}

// digits are what a telephone dials.
func digits(phone string) string {
	var out []rune
	for _, c := range phone {
		if c >= '0' && c <= '9' || c == '+' && len(out) == 0 {
			out = append(out, c)
		}
	}
	return string(out)
}
