package kiosk

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/request"
	"portal/web/form"
	"portal/web/route"
	"portal/web/view"
)

// The steps, as they stand in addresses. kind and wall are asked only from the look over everything; privacy
// is the whole notice behind the line of the first question.
const (
	stepWhat    = "what"
	stepWhere   = "where"
	stepSay     = "say"
	stepPhone   = "phone"
	stepCheck   = "check"
	stepKind    = "kind"
	stepWall    = "wall"
	stepPrivacy = "privacy"

	pathDeliver = "/kiosk/deliveries"

	paramGo = "go"
	goNext  = "next"
	goSkip  = "skip"
	goWhat  = "what"
	yes     = "yes"
	no      = "no"
)

var steps = []string{stepWhat, stepWhere, stepSay, stepPhone, stepCheck}

// stepNames are the four questions as they stand above each of them.
var stepNames = map[string]string{stepWhat: "什么事", stepWhere: "在哪里", stepSay: "说一说", stepPhone: "留电话"}

var fileTitles = map[string]string{stepWhat: "选什么事", stepWhere: "选地点", stepSay: "说情况", stepPhone: "留电话", stepCheck: "核对",
	stepKind: "您想怎么办", stepWall: "要不要保密", stepPrivacy: "个人信息告知"}

var (
	errNoStep = fault.NotFound("没有这一步。请从“反映问题”重新开始")
	errNoPick = "请从屏幕上列出的里面选"
)

// draft is what a resident answered so far in the four questions. It lies in the pocket of the session, and
// every answer is there once the page after it is shown.
type draft struct {
	Key string `json:"key,omitempty"` // the form key under which it is filed: the same from every window

	Category     string `json:"category,omitempty"`
	CategoryName string `json:"category_name,omitempty"`

	Community     string `json:"community,omitempty"` // the device's, until another is chosen
	CommunityName string `json:"community_name,omitempty"`
	Compound      string `json:"compound,omitempty"`
	Building      int64  `json:"building,omitempty"`
	Label         string `json:"label,omitempty"` // 小区 and 楼
	Unit          string `json:"unit,omitempty"`
	Place         string `json:"place,omitempty"` // in words
	Grid          int64  `json:"grid,omitempty"`
	Placed        bool   `json:"placed,omitempty"` // the place is answered, down to the 单元

	Kind  request.Kind `json:"kind,omitempty"`
	Words string       `json:"words,omitempty"`
	Same  string       `json:"same,omitempty"` // number of the running request to follow

	Phone    string `json:"phone,omitempty"`
	Called   bool   `json:"called,omitempty"` // the telephone was answered, perhaps with none
	Secret   bool   `json:"secret,omitempty"` // whoever handles it does not learn who said it
	Walled   bool   `json:"walled,omitempty"` // that was answered
	Minor    bool   `json:"minor,omitempty"`
	Guardian bool   `json:"guardian,omitempty"`

	Notice string `json:"notice,omitempty"` // version of the privacy words that were shown

	Sealed request.Kept `json:"sealed"`       // what 核对 gave the device to hold
	Of     string       `json:"of,omitempty"` // the answers that Sealed holds
}

func (h handlers) mountFile(rt *route.Router) {
	rt.Get(pathFile, authz.KioskUse, h.in(h.startFiling))
	rt.Get(pathFile+"/{step}", authz.KioskUse, h.in(h.step))
	rt.Post(pathFile+"/{step}", authz.KioskUse, h.in(h.answer))
	rt.Post(pathDeliver, authz.KioskUse, h.in(h.deliver))
	h.mountReceipt(rt)
}

// startFiling opens the questions for this visit. Their own addresses open nothing before that, so that Back, in the
// next resident's visit, finds the start page and no question of the last one's (UX-K5, K-3).
func (h handlers) startFiling(w http.ResponseWriter, r *http.Request, at *here) error {
	if at.Pocket.Draft.Key == "" {
		at.Pocket.Draft.Key = form.NewKey()
		if err := h.keep(r.Context(), at); err != nil {
			return err
		}
	}
	return route.See(w, r, pathFile+"/"+stepWhat)
}

// answered reports whether a step has its answer.
func (d draft) answered(s string) bool {
	switch s {
	case stepWhat:
		return d.Category != ""
	case stepWhere:
		return d.Placed
	case stepSay:
		return d.Words != "" && d.Kind != ""
	case stepPhone:
		return d.Called
	}
	return true
}

// open is the step that may be shown when one asks for s: the first without an answer before it.
func (d draft) open(s string) string {
	before := steps
	if i := slices.Index(steps, s); i >= 0 {
		before = steps[:i]
	} else if s == stepPrivacy {
		before = nil
	}
	for _, one := range before {
		if !d.answered(one) {
			return one
		}
	}
	return s
}

// meaning changes the kind; who may know who said it is another question then (REQ-13).
func (d draft) meaning(k request.Kind) draft {
	if d.Kind != k {
		d.Kind, d.Secret, d.Walled = k, k == request.Report, false
	}
	if k == request.Report {
		d.Same = "" // who joins others is known to them
	}
	return d
}

// walled reports whether it is asked who may know who said it.
func (d draft) walled() bool { return d.Kind == request.Report || d.Kind == request.Complaint }

// place is where it is, in words for the resident.
func (d draft) place() string {
	if d.Label != "" {
		return d.Label + d.Unit
	}
	return d.Place
}

// danger is what the words tell of (REQ-04).
func (d draft) danger() []request.Emergency {
	return request.Emergencies(d.CategoryName + " " + d.Words)
}

// filing is the draft as a resident's word. Nobody is asked which unit is responsible (REQ-24).
func (d draft) filing() request.Filing {
	return request.Filing{Kind: d.Kind, Category: d.Category, Words: d.Words, Building: d.Building, Door: d.Unit, Place: d.Place, Community: d.Community,
		Grid: d.Grid, Channel: request.Kiosk, Phone: d.Phone, Confidential: d.walled() && d.Secret, RevealAgreed: d.Kind == request.Report && !d.Secret,
		Minor: d.Minor, Guardian: d.Guardian, NoticeVersion: d.Notice, AsSame: d.Same}
}

// stepPage is what all steps share.
type stepPage struct {
	Frame  view.Page
	Key    string
	Step   string
	Draft  draft
	Errors []fault.Field
}

// mended is what is to be put right, in one sentence each.
func (p stepPage) mended() []string {
	var out []string
	for _, e := range p.Errors {
		if !slices.Contains(out, e.Message) {
			out = append(out, e.Message)
		}
	}
	return out
}

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

func stepPath(s string) string { return pathFile + "/" + s }

func (p stepPage) action() string { return stepPath(p.Step) }

// back leads to the step before this one.
func (p stepPage) back() view.KMove {
	i := slices.Index(steps, p.Step)
	switch {
	case i > 0:
		return view.KMove{Text: "上一步", Href: stepPath(steps[i-1])}
	case i == 0:
		return view.KMove{Text: "上一步", Href: pathHome}
	case p.Step == stepPrivacy:
		return view.KMove{Text: "看好了", Href: stepPath(stepWhat)}
	}
	return view.KMove{Text: "上一步", Href: stepPath(stepCheck)}
}

// entry is where a touch that asks for a step is let in. Where nothing was begun, as Back finds it after 办完了, that
// is the start page and no empty question (UX-K5).
func (d draft) entry(s string) string {
	if d.Key == "" {
		return pathHome
	}
	return stepPath(d.open(s))
}

// step shows a question; one whose answers before it are missing leads to the first of them.
func (h handlers) step(w http.ResponseWriter, r *http.Request, at *here) error {
	s := route.Param(r, "step")
	if fileTitles[s] == "" {
		return errNoStep
	}
	if to := at.Pocket.Draft.entry(s); to != stepPath(s) {
		return route.See(w, r, to)
	}
	return h.showStep(w, r, at, s, nil)
}

// showStep draws a step with what was answered and what is to be mended.
func (h handlers) showStep(w http.ResponseWriter, r *http.Request, at *here, s string, errors []fault.Field) error {
	p := stepPage{Key: form.NewKey(), Step: s, Draft: at.Pocket.Draft, Errors: errors}
	var err error
	if p.Frame, err = h.frame(r, at, fileTitles[s]+" - 反映问题", "反映问题", idleForm); err != nil {
		return err
	}
	p.Frame.Errors, p.Frame.Kiosk.Aside = len(errors), "不着急，慢慢来"
	draw := map[string]func(http.ResponseWriter, *http.Request, *here, stepPage) error{
		stepWhat: h.showWhat, stepWhere: h.showWhere, stepSay: h.showSay, stepPhone: h.showPhone, stepCheck: h.showCheck,
		stepKind: h.showKind, stepWall: h.showWall, stepPrivacy: h.showPrivacy}
	return draw[s](w, r, at, p)
}

// taken is what a step made of its form: where to go, or what is to be mended.
type taken struct {
	Draft  draft
	To     string // address
	Errors []fault.Field
}

// answer takes what a step asked.
func (h handlers) answer(w http.ResponseWriter, r *http.Request, at *here) error {
	s := route.Param(r, "step")
	take := map[string]func(context.Context, *here, *form.Form, draft) (taken, error){
		stepWhat: h.takeWhat, stepWhere: h.takeWhere, stepSay: h.takeSay, stepPhone: h.takePhone, stepKind: h.takeKind, stepWall: h.takeWall}
	if take[s] == nil && s != stepCheck {
		return errNoStep
	}
	fm, err := form.Read(r)
	if err != nil {
		return err
	}
	if s == stepCheck {
		return h.file(w, r, at, fm)
	}
	d := at.Pocket.Draft
	if to := d.entry(s); to != stepPath(s) && s != stepWhat { // the first answer may come from a page of before
		return route.See(w, r, to)
	}
	out, err := take[s](r.Context(), at, fm, d)
	if err != nil {
		return err
	}
	if len(out.Errors) > 0 {
		at.Pocket.Draft = out.Draft // shown, not kept
		return h.showStep(w, r, at, s, out.Errors)
	}
	if out.Draft.Key == "" {
		out.Draft.Key = form.NewKey()
	}
	at.Pocket.Draft = out.Draft
	if err := h.keep(r.Context(), at); err != nil {
		return err
	}
	return route.See(w, r, out.To)
}

// wrong sends a step back with one sentence.
func wrong(d draft, message string) (taken, error) {
	return taken{Draft: d, Errors: []fault.Field{{Name: "step", Message: message}}}, nil
}

// checkDraft asks the rules about a draft and keeps the messages about the fields of one step.
func (h handlers) checkDraft(ctx context.Context, d draft, fields ...string) ([]fault.Field, error) {
	f := d.filing()
	_, err := f.Check(ctx, h.f.DB.Q(), h.f.DB.Now())
	found := fault.Fields(err)
	if err != nil && len(found) == 0 {
		return nil, err
	}
	return slices.DeleteFunc(found, func(e fault.Field) bool { return !slices.Contains(fields, e.Name) }), nil
}

// status of a form that came back.
func status(errors []fault.Field) int {
	if len(errors) > 0 {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

// calls are the numbers to ring, in order.
func calls(list []request.Emergency) string {
	var out []string
	for _, e := range list {
		out = append(out, e.Call)
	}
	return strings.Join(out, "、")
}
