package counter

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"portal/internal/authz"
	"portal/internal/blob"
	"portal/internal/fault"
	"portal/internal/policy"
	"portal/internal/request"
	"portal/internal/workday"
	"portal/web/form"
	"portal/web/route"
	"portal/web/view"
)

// agencyActOf is one form of an errand's page: where it goes and what it does; words are told afterwards.
type agencyActOf struct {
	path string
	do   authz.Action
	run  func(h handlers, r *http.Request, f *form.Form, at request.AgencyAt) (told string, err error)
}

var agencyActs = []agencyActOf{
	{"signatures/new", authz.AgencyAct, handlers.signAgency},
	{"documents/new", authz.AgencyAct, handlers.addDocument},
	{"steps/new", authz.AgencyAct, handlers.addStep},
	{"handovers/new", authz.AgencyAct, handlers.giveOut},
	{"results/new", authz.AgencyAct, handlers.finishAgency},
	{"withdrawals/new", authz.AgencyWithdraw, handlers.withdrawAgency},
	{"agents/new", authz.AgencyTakeOver, handlers.takeOverAgency},
	{"reveals/new", authz.AgencyAct, nil},
}

// actOn answers one form: the next page, or the same one with what is wrong.
func (h handlers) actOn(act agencyActOf) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		if _, err := h.theAgency(r, act.do); err != nil {
			return err
		}
		f, err := form.Read(r)
		if err != nil {
			return err
		}
		if act.run == nil {
			return h.agencyPhoto(w, r, f, act.path)
		}
		told, err := act.run(h, r, f, request.AgencyAt{No: route.Param(r, "no"), Version: version(f)})
		if err == nil && f.Valid() {
			h.tell(r, "ok", told, "居民凭小票看得到进展")
			return route.See(w, r, pathAgencies+"/"+route.Param(r, "no"))
		}
		if err = keep(f, err, "photo", blob.Field); err != nil {
			return err
		}
		return h.showAgency(w, r, back(f, nil), act.path)
	}
}

// signedPhoto reads the picture of a form anew, without its place and device; none is none, the domain asks for it.
func signedPhoto(r *http.Request, f *form.Form) []byte {
	body, head, err := r.FormFile(blob.Field)
	if err != nil {
		return nil
	}
	defer func() { _ = body.Close() }()
	file, err := blob.Accept(r.Context(), body, head.Filename)
	switch {
	case err != nil:
		if fields := fault.Fields(err); len(fields) > 0 {
			f.Add(blob.Field, fields[0].Message)
		}
	case !file.Kind.IsImage():
		f.Add(blob.Field, "这里只收照片。请选 JPG 或 PNG 图片")
	default:
		return file.Data
	}
	return nil
}

// valid runs an act whose form could be read; what is wrong in it is asked of the domain alone otherwise.
func valid(f *form.Form, act func() error) error {
	if !f.Valid() {
		return nil
	}
	return act()
}

func (h handlers) signAgency(r *http.Request, f *form.Form, at request.AgencyAt) (string, error) {
	in := request.AgencySigning{How: form.Choice(f, "how", request.AgencyHows), Signer: f.Line("signer", 30), Day: f.Day("day", h.f.Today()),
		Where: f.Line("where", 60), Photo: signedPhoto(r, f)}
	return "已登记授权，可以收材料、开始办了", valid(f, func() error { return h.Requests.SignAgency(r.Context(), route.Actor(r), f.Key(), at, in) })
}

func (h handlers) addDocument(r *http.Request, f *form.Form, at request.AgencyAt) (string, error) {
	in := request.NewAgencyDocument{Name: f.Line("name", 40), Original: form.Choice(f, "kind", documentKinds) == originalDocument}
	if n := f.Int("pages", 1, 999); n != nil {
		in.Pages = *n
	}
	if f.Raw("kind") == "" {
		f.Add("kind", "选原件还是复印件")
	}
	return "已收下“" + in.Name + "”", valid(f, func() error { return h.Requests.AddAgencyDocument(r.Context(), route.Actor(r), f.Key(), at, in) })
}

// documentKind is how the page asks whether a document is the original.
type documentKind string

const (
	originalDocument documentKind = "original"
	copiedDocument   documentKind = "copy"
)

var documentKinds = []documentKind{originalDocument, copiedDocument}

// Label is its 中文 name.
func (k documentKind) Label() string { return originalWord(k == originalDocument) }

func (h handlers) addStep(r *http.Request, f *form.Form, at request.AgencyAt) (string, error) {
	words := f.Text("words", 300)
	return "已记下这一步", valid(f, func() error { return h.Requests.AddAgencyStep(r.Context(), route.Actor(r), f.Key(), at, words) })
}

func (h handlers) giveOut(r *http.Request, f *form.Form, at request.AgencyAt) (string, error) {
	in := request.NewAgencyHandover{Way: form.Choice(f, "way", request.AgencyWays), Signer: f.Line("signer", 30), Day: f.Day("day", h.f.Today()), Photo: signedPhoto(r, f)}
	for _, typed := range f.Values("documents", 200) {
		nth, err := strconv.Atoi(typed)
		if err != nil {
			nth = 0 // the domain says what may be chosen
		}
		in.Documents = append(in.Documents, nth)
	}
	return "已登记交出 " + itoa(len(in.Documents)) + " 份材料", valid(f, func() error { return h.Requests.HandOver(r.Context(), route.Actor(r), f.Key(), at, in) })
}

func (h handlers) finishAgency(r *http.Request, f *form.Form, at request.AgencyAt) (string, error) {
	result := f.Text("result", 300)
	return "代办已办结", valid(f, func() error { return h.Requests.FinishAgency(r.Context(), route.Actor(r), f.Key(), at, result) })
}

func (h handlers) withdrawAgency(r *http.Request, f *form.Form, at request.AgencyAt) (string, error) {
	return "已登记居民撤回授权", valid(f, func() error { return h.Requests.WithdrawAgency(r.Context(), route.Actor(r), f.Key(), at) })
}

func (h handlers) takeOverAgency(r *http.Request, f *form.Form, at request.AgencyAt) (string, error) {
	purpose := f.Line("purpose", 80)
	return "已接手，现在由你代办", valid(f, func() error { return h.Requests.TakeOverAgency(r.Context(), route.Actor(r), f.Key(), at, purpose) })
}

// agencyPhoto shows one photograph of something signed, once its purpose is written (REQ-22).
func (h handlers) agencyPhoto(w http.ResponseWriter, r *http.Request, f *form.Form, path string) error {
	purpose, nth := f.Line("look", 80), number(f, "photo", "从列出的照片里选")
	if f.Valid() {
		photo, err := h.Requests.AgencyPicture(r.Context(), route.Actor(r), route.Param(r, "no"), int(nth), purpose)
		if err == nil {
			return route.SendFile(w, r, route.File{Name: "signed.jpg", MediaType: http.DetectContentType(photo), Image: true, Content: bytes.NewReader(photo)})
		}
		if lost(err) {
			f.Add("photo", "从列出的照片里选")
		} else if err = keep(f, err, "purpose", "look"); err != nil {
			return err
		}
	}
	return h.showAgency(w, r, back(f, nil), path)
}

// agencyPage is one errand. Who is not its agent sees the outline, and what they may do about it.
type agencyPage struct {
	Frame     view.Page
	Form      filled
	Sent      string // the act whose form came back
	No, Lead  string
	Version   string
	Today     string
	Chip      view.Chipped
	Icon      string
	CaseHref  string
	Opens     bool
	Terms     []view.Term
	Documents []agencyPaperRow
	Held      []view.Option
	Trail     []view.Event
	Photos    []view.Option
	May       map[string]bool
	Hows      []view.Option
	Kinds     []view.Option
	Ways      []view.Option
}

func (h handlers) agency(w http.ResponseWriter, r *http.Request) error {
	return h.showAgency(w, r, fresh(r, map[string]string{"day": h.f.Today().String(), "pages": "1"}), "")
}

// form gives the form of an act its own key; only what was sent keeps its own, its words and its messages.
func (p agencyPage) form(path string) filled {
	if p.Sent == path || p.Sent == "" {
		out := p.Form
		if p.Sent == "" {
			out.Key = form.NewKey()
		}
		return out
	}
	return filled{Key: form.NewKey(), typed: nothingTyped, proposed: map[string]string{"day": p.Today, "pages": "1"}}
}

func (p agencyPage) action(path string) string { return pathAgencies + "/" + p.No + "/" + path }

// nothingTyped is the form of whoever has sent none.
var nothingTyped = form.Query(&http.Request{URL: &url.URL{}})

func (h handlers) showAgency(w http.ResponseWriter, r *http.Request, x filled, sent string) error {
	by, today := route.Actor(r), h.f.Today()
	a, err := h.theAgency(r, authz.AgencyView)
	if err != nil {
		return err
	}
	v, err := h.f.Settings(r.Context())
	if err != nil {
		return err
	}
	state := a.State(today)
	p := agencyPage{Form: x, Sent: sent, No: a.No, Version: itoa(a.Version), Today: today.String(), CaseHref: casePath(a.RequestNo, ""), Opens: a.Opens(by)}
	p.Chip, p.Icon = agencyChip(a, today, v)
	p.Lead = "代办人 " + a.AgentName + " · 到 " + a.Until.Chinese() + " 为止"
	if left := leftOf(a, today); left != "" {
		p.Lead += " · " + left
	}
	p.May = map[string]bool{
		"signatures/new":  p.Opens && state == request.AgencyWaits,
		"documents/new":   p.Opens && state == request.AgencyRuns,
		"steps/new":       p.Opens && state == request.AgencyRuns,
		"results/new":     p.Opens && state == request.AgencyRuns,
		"handovers/new":   p.Opens && a.Held > 0,
		"reveals/new":     p.Opens && len(a.Photos) > 0,
		"withdrawals/new": a.EndedAt == nil && !a.Lapsed(today) && authz.Allowed(by, authz.AgencyWithdraw, a.Object()),
		"agents/new":      !p.Opens && state != request.AgencyOver && authz.Allowed(by, authz.AgencyTakeOver, a.Object()),
	}
	p.Terms = agencyTerms(a, p.Opens, v)
	p.fillAgency(a, state)
	p.Frame = h.staff(r, "办理 - 全程代办 "+a.No, x.told, view.Crumb{Href: pathAgencies, Text: "全程代办"}, view.Crumb{Text: a.No})
	w.Header().Set("Cache-Control", "no-store")
	return h.f.Render(w, r, x.status(), showAgency(p))
}

func agencyTerms(a request.Agency, opens bool, v policy.Values) []view.Term {
	out := []view.Term{{Name: "诉求", Text: a.RequestNo, Href: casePath(a.RequestNo, "")}}
	if opens && a.Words.Matter != "" {
		out = append(out, view.Term{Name: "事项", Text: a.Words.Matter}, view.Term{Name: "范围", Text: a.Words.Scope})
	}
	out = append(out, view.Term{Name: "期限", Text: workday.DayOf(a.OpenedAt).Chinese() + "至" + a.Until.Chinese() + "（最长 " + itoa(v.AgencyDays) + " 天）"})
	switch {
	case a.How == "":
		out = append(out, view.Term{Name: "授权", Text: "还没有签，不能收材料、不能办"})
	case opens:
		out = append(out, view.Term{Name: "授权", Text: a.SignedOn.Chinese() + " " + a.How.Label() + "，" + request.MaskName(a.Words.Signer)})
		if a.Words.Where != "" {
			out = append(out, view.Term{Name: "录音录像", Text: a.Words.Where})
		}
	default:
		out = append(out, view.Term{Name: "授权", Text: a.SignedOn.Chinese() + " " + a.How.Label()})
	}
	out = append(out, view.Term{Name: "手里的材料", Text: itoa(a.Held) + " 份"})
	if a.EndedAt != nil {
		out = append(out, view.Term{Name: "结束", Text: fully(*a.EndedAt) + " " + endingWords[a.Ending]})
	}
	if opens && a.Words.Result != "" {
		out = append(out, view.Term{Name: "办成了什么", Text: a.Words.Result})
	}
	return out
}

// fillAgency puts down what only the agent has: documents, what was done, photographs.
func (p *agencyPage) fillAgency(a request.Agency, state request.AgencyState) {
	for i, d := range a.Documents {
		row := documentRow(i, a, d)
		p.Documents = append(p.Documents, row)
		if d.OutBy == 0 {
			value := itoa(d.Nth)
			p.Held = append(p.Held, view.Option{Value: value, Label: d.Name, Hint: row.Kind + " " + row.Pages + " 页", Chosen: p.form("handovers/new").chosen("documents", value)})
		}
	}
	handed := map[int]string{0: "授权"}
	for _, o := range a.Handovers {
		handed[o.Nth] = o.Day.Chinese() + " 清单"
	}
	for _, photo := range a.Photos {
		p.Photos = append(p.Photos, view.Option{Value: itoa(photo.Nth), Label: handed[photo.Belongs] + "，" + fully(photo.At) + " 上传"})
	}
	p.Trail = agencyTrail(a)
	p.Hows = p.form("signatures/new").pick("how", choices(request.AgencyHows...))
	p.Kinds = p.form("documents/new").pick("kind", choices(documentKinds...))
	ways := request.AgencyWays
	if state != request.AgencyRuns {
		ways = ways[:1]
	}
	p.Ways = p.form("handovers/new").pick("way", choices(ways...))
	if len(p.Photos) == 1 {
		p.Photos[0].Chosen = true
	} else {
		p.Photos = p.form("reveals/new").pick("photo", p.Photos)
	}
}

// agencyTrail is what was done, newest first.
func agencyTrail(a request.Agency) []view.Event {
	type line struct {
		at    int64
		event view.Event
	}
	var all []line
	for _, s := range a.Steps {
		all = append(all, line{s.At.UnixNano(), view.Event{When: fully(s.At) + " " + s.By, Head: s.Words}})
	}
	for _, o := range a.Handovers {
		all = append(all, line{o.At.UnixNano(), view.Event{When: fully(o.At) + " " + o.By, Head: o.Way.Label() + " " + itoa(len(o.Names)) + " 份材料",
			Text: "清单 " + o.Day.Chinese() + " 由 " + request.MaskName(o.Signer) + " 签收"}})
	}
	slices.SortStableFunc(all, func(x, y line) int { return int(min(max(y.at-x.at, -1), 1)) })
	out := make([]view.Event, len(all))
	for i, l := range all {
		out[i] = l.event
	}
	return out
}

func (h handlers) printAgency(w http.ResponseWriter, r *http.Request, title string, show func(agencyPaper) templ.Component) error {
	a, err := h.theAgency(r, authz.AgencyAct)
	if err != nil {
		return err
	}
	v, err := h.f.Settings(r.Context())
	if err != nil {
		return err
	}
	p := agencyPaper{Issuer: v.StreetName + "办事处", Number: a.No, Title: title, Agent: a.AgentName + "（" + route.Actor(r).PostLabel() + "）", Matter: a.Words.Matter,
		Scope: a.Words.Scope, Until: workday.DayOf(a.OpenedAt).Chinese() + "至" + a.Until.Chinese(), Phone: v.StreetPhone}
	for i, d := range a.Documents {
		p.Documents = append(p.Documents, documentRow(i, a, d))
	}
	p.Frame = h.staff(r, "打印 - "+title+" "+a.No, nil, view.Crumb{Href: a.Path(), Text: a.No})
	w.Header().Set("Cache-Control", "no-store")
	return h.f.Render(w, r, http.StatusOK, show(p))
}
