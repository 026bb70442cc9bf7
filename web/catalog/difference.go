package catalog

import (
	"net/http"
	"strconv"

	"portal/internal/catalog"
	"portal/internal/workday"
	"portal/web/form"
	"portal/web/listing"
	"portal/web/view"
)

// differencePage compares two days.
type differencePage struct {
	base
	Form     *form.Form
	From, To workday.Day
	Rows     []catalog.Difference
	More     bool
	Asked    bool
}

func (h handlers) difference(w http.ResponseWriter, r *http.Request) error {
	fm := form.Query(r)
	today := h.Today()
	p := differencePage{base: h.base(r, "比较 - 两天的清单", "lists", listsCrumb, view.Crumb{Text: "两天的不同"}), Form: fm}
	p.From, p.To = fm.Day("from", today), fm.Day("to", today)
	p.Asked = fm.Raw("from") != "" || fm.Raw("to") != ""
	if p.To.IsZero() {
		p.To = today
	}
	if p.Asked && p.From.IsZero() && fm.Valid() {
		fm.Add("from", "填写要比较的前一天，如 2025-12-31")
	}
	if !fm.Valid() {
		p.bad(fm.Errors())
		return h.Render(w, r, http.StatusUnprocessableEntity, showDifference(p))
	}
	if p.Asked {
		if p.To.Before(p.From) {
			p.From, p.To = p.To, p.From
		}
		var err error
		if p.Rows, p.More, err = catalog.Diff(r.Context(), h.DB.Q(), p.From, p.To); err != nil {
			return err
		}
	}
	return h.Render(w, r, http.StatusOK, showDifference(p))
}

// diffLine is one line of the comparison.
type diffLine struct {
	Kind, Code, Title, List, Href string
	Tone                          view.Tone
	Fields                        []catalog.FieldChange
}

var diffTones = map[string]view.Tone{"新增": view.OK, "退出": view.Neutral, "修改": view.Info}

func (p differencePage) lines() []diffLine {
	var out []diffLine
	for _, d := range p.Rows {
		e, day := d.After, p.To
		if e == nil {
			e, day = d.Before, p.From
		}
		out = append(out, diffLine{Kind: d.Kind(), Code: listing.DocNo(*e), Title: e.Title, List: e.ListKind.Label(),
			Href: pathItems + "/" + e.Code + "?on=" + day.String(), Tone: diffTones[d.Kind()], Fields: d.Fields()})
	}
	return out
}

// words says the conclusion first.
func (p differencePage) words() string {
	n := map[string]int{}
	for _, d := range p.Rows {
		n[d.Kind()]++
	}
	if len(p.Rows) == 0 {
		return p.From.Chinese() + "和" + p.To.Chinese() + "的清单一样"
	}
	return p.From.Chinese() + "到" + p.To.Chinese() + "：新增 " + strconv.Itoa(n["新增"]) + " 项，退出 " + strconv.Itoa(n["退出"]) + " 项，修改 " + strconv.Itoa(n["修改"]) + " 项"
}
