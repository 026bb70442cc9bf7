package request

import (
	"net/http"

	"portal/internal/fault"
	"portal/internal/request"
	"portal/web/form"
	"portal/web/listing"
	"portal/web/route"
	"portal/web/view"
)

const (
	paramCode   = "code"
	paramPhone4 = "phone4"
	maxCode     = 40
	maxPhone4   = 8
)

// lookupPage asks for the typed code. The code travels in the body of a form, never in an address.
type lookupPage struct {
	Frame        view.Page
	Form         string
	Code, Phone4 string
	Errors       []fault.Field
	Phone        string
}

func (p lookupPage) message(name string) string { return listing.MessageOf(p.Errors, name) }

func (p lookupPage) summary() []view.FieldError { return listing.Summary(p.Errors) }

func (h handlers) askCode(w http.ResponseWriter, r *http.Request) error {
	return h.ask(w, r, http.StatusOK, lookupPage{})
}

func (h handlers) ask(w http.ResponseWriter, r *http.Request, code int, p lookupPage) error {
	set, err := h.f.Settings(r.Context())
	if err != nil {
		return err
	}
	p.Frame = h.page(r, navTrack, "输查询码 - 查进度", p.Errors)
	p.Form, p.Phone = form.NewKey(), set.StreetPhone
	return h.f.Render(w, r, code, showLookup(p))
}

// typed reads the code of a form; where it is nonsense, the rules answer like for any code that opens nothing.
func (h handlers) typed(w http.ResponseWriter, r *http.Request) (*form.Form, request.Key, error) {
	fm, err := form.Read(r)
	if err != nil {
		return nil, request.Key{}, err
	}
	k := request.Key{Code: fm.Line(paramCode, maxCode), Phone4: fm.Line(paramPhone4, maxPhone4), Device: h.device(w, r)}
	if fm.Valid() && k.Code == "" {
		fm.Add(paramCode, "写上回执上的 12 位查询码")
	}
	return fm, k, nil
}

// byCode shows the progress right away: an address with the code in it would stay in the browser.
func (h handlers) byCode(w http.ResponseWriter, r *http.Request) error {
	fm, k, err := h.typed(w, r)
	if err != nil {
		return err
	}
	if !fm.Valid() {
		return h.refuse(w, r, fm, fm.Err())
	}
	t, err := h.Requests.Track(r.Context(), k)
	if err != nil {
		return h.refuse(w, r, fm, err)
	}
	return h.draw(w, r, trackPage{T: t, Key: shown(k)})
}

// refuse shows the question again; a code that opens nothing and a brake read the same whoever asks.
func (h handlers) refuse(w http.ResponseWriter, r *http.Request, fm *form.Form, err error) error {
	p := lookupPage{Code: fm.Raw(paramCode), Phone4: fm.Raw(paramPhone4), Errors: fault.Fields(err)}
	f, ours := fault.As(err)
	kind := fault.KindOf(err)
	if len(p.Errors) == 0 && (!ours || kind != fault.KindNotFound && kind != fault.KindTooMany) {
		return err
	}
	code := http.StatusUnprocessableEntity
	if len(p.Errors) == 0 {
		p.Errors, code = []fault.Field{{Name: paramCode, Message: f.Message}}, route.Status(err)
	}
	return h.ask(w, r, code, p)
}

// actByCode acts with the typed code and shows the progress; the same form sent again does nothing more.
func (h handlers) actByCode(w http.ResponseWriter, r *http.Request) error {
	fm, k, err := h.typed(w, r)
	if err != nil {
		return err
	}
	if !fm.Valid() {
		return h.refuse(w, r, fm, fm.Err())
	}
	done, err := h.act(r.Context(), route.Param(r, "act"), fm, k)
	if err != nil {
		return h.again(w, r, k, fm, err)
	}
	t, err := h.Requests.Track(r.Context(), k)
	if err != nil {
		return err
	}
	return h.draw(w, r, trackPage{T: t, Key: shown(k), Told: told[done]})
}
