package refusal

import (
	"net/http"
	"strconv"
	"strings"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/legal"
	"portal/internal/place"
	"portal/web/form"
	"portal/web/frame"
	"portal/web/route"
	"portal/web/view"
)

// clausesPage is 地方条款: the settings that give a right to turn work away, each with its basis.
type clausesPage struct {
	Frame   view.Page
	Errors  []view.FieldError
	Clauses []clauseView
	May     bool // the reader confirms clauses
}

type clauseView struct {
	legal.Clause
	Places  string
	Base    string
	State   view.Chipped
	Period  string
	Right   string
	Waits   bool
	Open    bool
	Key     string
	Note    view.Field
	Citable string // address of the article
}

func (h handlers) clauses(w http.ResponseWriter, r *http.Request) error {
	return h.showClauses(w, r, 0, form.Query(r))
}

// showClauses lists the clauses; at is the one whose form came back.
func (h handlers) showClauses(w http.ResponseWriter, r *http.Request, at int64, f *form.Form) error {
	var errors []fault.Field
	if r.Method == http.MethodPost {
		errors = f.Errors()
	}
	all, err := legal.Clauses(r.Context(), h.f.DB.Q())
	if err != nil {
		return err
	}
	p := clausesPage{May: authz.Can(route.Actor(r), authz.ClauseConfirm)}
	p.Frame = h.f.Staff(r, frame.Opts{Title: "核实 - 地方条款", Module: "settings"})
	p.Frame.Errors = len(errors)
	for _, e := range errors {
		p.Errors = append(p.Errors, view.FieldError{Field: noteName(at), Message: e.Message})
	}
	for _, c := range all {
		v, err := h.clause(r, c)
		if err != nil {
			return err
		}
		if c.ID == at {
			v.Note.Value, v.Note.Error = shown(f.Raw(noteName(at))), messageOf(f, noteName(at))
		}
		p.Clauses = append(p.Clauses, v)
	}
	return h.f.Render(w, r, status(errors), showClauses(p))
}

func noteName(id int64) string { return "note-" + strconv.FormatInt(id, 10) }

var clauseTones = map[legal.ClauseStatus]view.Tone{legal.ClauseInForce: view.OK, legal.ClauseUnverified: view.Warn, legal.ClauseRepealed: view.Neutral}

func (h handlers) clause(r *http.Request, c legal.Clause) (clauseView, error) {
	v := clauseView{Clause: c, Base: pathClauses + "/" + strconv.FormatInt(c.ID, 10), Waits: c.NeedsConfirmation(), Open: c.Status != legal.ClauseRepealed,
		Key: form.NewKey(), State: view.Chipped{Tone: clauseTones[c.Status], Words: c.Status.Label()}, Period: c.From.Chinese() + "起",
		Note: view.Field{Name: noteName(c.ID), Label: "核对了什么", Hint: "如 查国家法律法规数据库，现行有效", Max: 300}}
	if v.Waits {
		v.State = view.Chipped{Tone: view.Warn, Words: legal.ClauseUnverified.Label()}
	}
	if !c.Until.IsZero() {
		v.Period += "，到" + c.Until.Add(-1).Chinese()
	}
	v.Right = c.Condition.Label() + "，居委会可以拒绝"
	if !c.GivesRefusal {
		v.Right = "只约束交办的一方，没有写居委会可以拒绝"
	}
	if c.DocKey != "" && c.ArticleNo != "" {
		v.Citable = "/laws/" + c.DocKey + "/" + c.ArticleNo + "?on=" + h.f.Today().String()
	}
	var names []string
	for _, code := range c.Divisions {
		d, err := place.DivisionByCode(r.Context(), h.f.DB.Q(), code)
		if fault.KindOf(err) == fault.KindNotFound {
			names = append(names, code)
			continue
		}
		if err != nil {
			return v, err
		}
		names = append(names, d.Name)
	}
	v.Places = strings.Join(names, "、")
	return v, nil
}
