package kiosk

import (
	"net/http"

	"portal/internal/request"
	"portal/web/form"
	"portal/web/route"
)

// paramCall is 叫人帮忙 on a page that holds typed words.
const paramCall = "call"

// typedOn are the pages on which words are typed that no server has seen yet. On them the tools send the page's own
// form (view.KTyped), so that neither a switch nor 叫人帮忙 loses a letter, with script and without. Each keeps what
// was typed in the pocket, as its own answer would, and gives the address that shows it again; what no answer could
// hold stays as it was before. A form whose question is not open in this visit is left to its page.
var typedOn = map[string]func(at *here, fm *form.Form) (back string){
	stepPath(stepSay): func(at *here, fm *form.Form) string {
		if at.Pocket.Draft.open(stepSay) != stepSay {
			return ""
		}
		if words := fm.Text(paramSay, maxSay); fm.Has(paramSay) && fm.Valid() {
			at.Pocket.Draft.Words = words
		}
		return sayPath(fm.Raw(paramFrom) == modeType)
	},
	stepPath(stepPhone): func(at *here, fm *form.Form) string {
		d := &at.Pocket.Draft
		if d.open(stepPhone) != stepPhone {
			return ""
		}
		if phone := fm.Line(paramPhone, maxPhone); fm.Valid() && phone != d.Phone {
			d.Phone, d.Called = phone, false // half a number is no answer
		}
		return stepPath(stepPhone)
	},
	pathLookup: func(at *here, fm *form.Form) string {
		code := codeChars(fm.Line(paramCode, maxCode))
		at.Pocket.Typed = code[:min(len(code), codeLetters)]
		return pathLookup
	},
	pathLookupPhone: func(at *here, fm *form.Form) string {
		if at.Pocket.Open.Code == "" {
			return ""
		}
		digits := request.PhoneDigits(fm.Line(paramPhone4, maxTyped))
		at.Pocket.Typed = digits[:min(len(digits), maxPhone4)]
		return pathLookupPhone
	},
}

// tooled answers a touch of the tools that came with the page's form; every other touch is for the page.
func (h handlers) tooled(next page) page {
	return func(w http.ResponseWriter, r *http.Request, at *here) error {
		hold := typedOn[r.URL.Path]
		if r.Method != http.MethodPost || hold == nil {
			return next(w, r, at)
		}
		fm, err := form.Read(r)
		if err != nil {
			return err
		}
		look, called := at.Pocket.Look.with(fm), fm.Raw(paramCall) == "1"
		if look == at.Pocket.Look && !called {
			return next(w, r, at)
		}
		at.Pocket.Look = look
		back := hold(at, fm)
		switch {
		case back == "":
			return next(w, r, at)
		case called:
			return h.callFrom(w, r, at, fm.Key(), back)
		}
		if err := h.keep(r.Context(), at); err != nil {
			return err
		}
		return route.See(w, r, back)
	}
}
