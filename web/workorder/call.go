package workorder

import (
	"net/http"

	"portal/internal/authz"
	"portal/internal/request"
	"portal/internal/workorder"
	"portal/web/form"
	"portal/web/route"
	"portal/web/view"
)

// callPage is the telephone of a resident, after a purpose was given.
type callPage struct {
	Frame                  view.Page
	Lead                   string
	Errors                 []view.FieldError
	Asks                   bool // the purpose is still to be given
	Target, Key, Back      string
	Who, Purposes          []view.Option
	WhoError, PurposeError string
	Name, Phone, Tel, Door string
	Logged                 string
	Records                bool
	Visit, VisitKey        string
	Version                string
	Outcomes               []view.Option
}

// purposes are the reasons for which a telephone may be looked at; the first is that of 打电话.
var purposes = []string{"联系居民，了解情况", "约定上门时间", "告知办理结果", "核实地址"}

// askCall asks for the purpose.
func (h handlers) askCall(w http.ResponseWriter, r *http.Request) error {
	o, c, err := h.callable(r)
	if err != nil {
		return err
	}
	return h.showAsk(w, r, o, c, form.Query(r))
}

// callable opens the case whose resident is to be called.
func (h handlers) callable(r *http.Request) (workorder.Order, []request.Summary, error) {
	o, err := h.theCase(r)
	if err != nil {
		return o, nil, err
	}
	if !mayCall(o, route.Actor(r)) {
		return o, nil, workorder.ErrNoOrder
	}
	c, err := h.cases.Find(r.Context(), route.Actor(r), o.No)
	return o, c.Requests, err
}

func (h handlers) showAsk(w http.ResponseWriter, r *http.Request, o workorder.Order, all []request.Summary, f *form.Form) error {
	p := h.callFrame(r, o)
	p.Asks, p.Key, p.Errors = true, form.NewKey(), nil
	chosen := f.Raw("purpose")
	if chosen == "" {
		chosen = purposes[0]
	}
	p.Purposes = phraseOptions([]string{chosen}, purposes)
	if len(all) > 1 {
		for _, one := range all {
			p.Who = append(p.Who, view.Option{Value: one.No, Label: dotted(one.Name, one.Phone, one.No), Chosen: one.No == f.Raw("request")})
		}
	}
	if r.Method == http.MethodPost {
		p.Errors, p.Frame.Errors = summary(f.Errors()), len(f.Errors())
		for _, e := range f.Errors() {
			switch e.Name {
			case "request":
				p.WhoError = e.Message
			case "purpose":
				p.PurposeError = e.Message
			}
		}
	}
	return h.f.Render(w, r, status(f.Errors()), showCall(p))
}

func (h handlers) callFrame(r *http.Request, o workorder.Order) callPage {
	return callPage{Frame: h.staff(r, o, "打电话 - "+o.Title, nil, view.Crumb{Text: "打电话"}), Lead: dotted(o.No, o.Title), Target: o.Path() + "/calls/new", Back: o.Path(), Version: itoa(o.Version)}
}

// call opens the telephone: the read is logged with its purpose (REQ-22). Who has not signed the case yet signs
// it with the same button.
func (h handlers) call(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	o, all, err := h.callable(r)
	if err != nil {
		return err
	}
	by := route.Actor(r)
	no, purpose := o.No, form.Choice(f, "purpose", purposes)
	if len(all) == 1 {
		no = all[0].No
	}
	if len(all) > 1 {
		if no = f.Raw("request"); !one(all, no) {
			f.Add("request", "选打给谁")
		}
	}
	if purpose == "" {
		purpose = purposes[0]
	}
	if !f.Valid() {
		return h.showAsk(w, r, o, all, f)
	}
	if o.Can(by, authz.WorkSign) && !recordsFor(o, by) {
		if o, err = h.s.Sign(r.Context(), by, below(f.Key(), "sign"), o.At()); err != nil {
			return err
		}
	}
	person, err := h.cases.Reveal(r.Context(), by, no, purpose)
	if err = f.Merge(err); err != nil {
		return err
	}
	if !f.Valid() {
		return h.showAsk(w, r, o, all, f)
	}
	p := h.callFrame(r, o)
	p.Name, p.Phone, p.Door = person.Name, person.Phone, person.Door
	if p.Name == "" {
		p.Name = "反映人没有留姓名"
	}
	if p.Tel = digits(person.Phone); p.Tel != "" {
		p.Tel = "tel:" + p.Tel
	} else {
		p.Phone = "没有留电话，无法回复"
	}
	p.Logged = "这次查看已记下，目的是“" + purpose + "”，居民可以要求查看"
	if o.Can(by, authz.WorkContact) {
		p.Records, p.Visit, p.VisitKey = true, o.Path()+"/"+contacting.Path, form.NewKey()
		p.Outcomes = phraseOptions(contactPhrases[:1], contactPhrases[:2])
	}
	w.Header().Set("Cache-Control", "no-store")
	return h.f.Render(w, r, http.StatusOK, showCall(p))
}

func one(all []request.Summary, no string) bool {
	for _, r := range all {
		if r.No == no {
			return true
		}
	}
	return false
}
