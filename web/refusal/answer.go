package refusal

import (
	"net/http"
	"slices"
	"strings"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/refusal"
	"portal/internal/workday"
	"portal/web/form"
	"portal/web/route"
	"portal/web/view"
)

// answerView is the answer as the page shows it: outcome in plain words first, every ground after it.
type answerView struct {
	Outcome refusal.Outcome
	Label   string
	Summary string
	Tone    view.Tone
	Icon    string
	Held    string // why the letter waits (R52); "" when it does not
	Surplus string // what happens to the part beyond a duty; "" when there is none
	Two     bool   // judged by two texts (E31)
	Steps   []stepView
	Alike   []alikeView
}

// alikeView is a list entry with a similar title; Same when the task was found to be this entry.
type alikeView struct {
	refusal.LookAlike
	Same bool
	Key  string
}

type stepView struct {
	No      int
	Title   string
	Grounds []groundView
}

type groundView struct {
	Finding, Reading string
	Names            bool // this ground names the outcome
	Article          *view.LawText
	Place            string
}

var stepTitles = []string{"要求是哪天提的，用哪个文本", "法律、法规和清单怎么规定", "谁提出的，条件够不够", "本地的地方性法规", "本社区执行的政策", "条件都具备时"}

var outcomeLook = map[refusal.Outcome]struct {
	tone view.Tone
	icon string
}{
	refusal.MustDo: {view.Info, "scale"}, refusal.ByRegulation: {view.Danger, "hand"}, refusal.ByPolicy: {view.Danger, "hand"},
	refusal.ToStreet: {view.Warn, "undo-2"}, refusal.Listed: {view.OK, "list-checks"},
}

func (h handlers) answer(s refusal.Seen) answerView {
	a := s.Now
	look := outcomeLook[a.Outcome]
	v := answerView{Outcome: a.Outcome, Label: a.Outcome.Label(), Summary: a.Outcome.Summary(), Tone: look.tone, Icon: look.icon, Two: a.TwoVersions()}
	for _, e := range s.Alike {
		v.Alike = append(v.Alike, alikeView{LookAlike: e, Same: e.Code == s.ItemCode, Key: form.NewKey()})
	}
	if a.Held {
		v.Held = "《" + a.HeldTitle + "》还没有核实。函先留着，合法性审核岗核实以后自动发出"
	}
	if a.Surplus != "" {
		v.Surplus = "超出条文的部分，如另填表格、承担执法：" + a.Surplus.Label() + "。要单独答复，把超出的部分另登记一件"
	}
	for no, title := range stepTitles {
		st := stepView{No: no, Title: title}
		for _, g := range a.Grounds {
			if g.Step == no {
				st.Grounds = append(st.Grounds, showGround(g, a))
			}
		}
		if len(st.Grounds) > 0 {
			v.Steps = append(v.Steps, st)
		}
	}
	return v
}

func showGround(g refusal.Ground, a refusal.Answer) groundView {
	v := groundView{Finding: g.Finding, Reading: g.Reading, Names: g.Outcome == a.Outcome && g.Step == a.Step}
	if g.Surplus {
		v.Finding = "超出部分：" + v.Finding
	}
	c := g.Citation
	if c == nil {
		return v
	}
	law := view.LawText{Law: c.Title, Label: c.ArticleLabel, Href: c.Href(), Period: strings.Join(compact("适用范围 "+c.Jurisdiction, edition(*c), c.Period()), " · ")}
	switch {
	case !c.Known:
		law.Paragraphs, law.State = []string{"条文未收录，请找原文核对"}, view.Chipped{Tone: view.Neutral, Words: "条文未收录"}
	case !c.Verified:
		law.State = view.Chipped{Tone: view.Warn, Words: "待核实"}
	}
	if c.Known {
		law.Paragraphs = strings.Split(c.Text, "\n")
	}
	v.Article = &law
	return v
}

func edition(c refusal.Citation) string {
	if c.Version.IsZero() {
		return ""
	}
	return c.Version.Chinese() + "文本"
}

func compact(parts ...string) []string {
	return slices.DeleteFunc(parts, func(s string) bool { return s == "" || s == "适用范围 " })
}

// taskPage is one task: the answer, the facts, and the one decision beside them.
type taskPage struct {
	Frame  view.Page
	Errors []view.FieldError
	Task   refusal.Seen
	Answer answerView
	Facts  []view.Term
	Base   string // address of the task
	Form   *decision
	Done   *refusal.Refusal // the act that answered it
	Number string           // its document number
	Match  bool             // the actor may say which entry it is
	Print  string
}

// decision is the side column: reason pre-filled, the verbs named by the outcome.
type decision struct {
	Key       string
	Version   string
	Acts      []act
	TakeOn    bool
	TakeOnKey string
	First     bool // taking on is the first verb
	Reason    string
	Reasons   []view.Option
	Errors    map[string]string
	Letter    *refusal.Letter
}

type act struct {
	Kind    refusal.Kind
	Class   string
	Primary bool
}

func (h handlers) task(w http.ResponseWriter, r *http.Request) error {
	year, seq, err := number(r)
	if err != nil {
		return err
	}
	t, err := h.s.View(r.Context(), route.Actor(r), year, seq)
	if err != nil {
		return err
	}
	return h.showTask(w, r, t, form.Query(r))
}

func (h handlers) showTask(w http.ResponseWriter, r *http.Request, t refusal.Seen, f *form.Form) error {
	by := route.Actor(r)
	var errors []fault.Field
	if r.Method == http.MethodPost {
		errors = f.Errors()
	}
	p := taskPage{Frame: h.staff(r, t.Outcome.Label()+" - "+t.Title, errors, view.Crumb{Text: t.Slug()}), Errors: summary(errors), Task: t,
		Answer: h.answer(t), Base: pathTasks + "/" + t.Slug(), Facts: facts(t, workday.DayOf(t.LoggedAt))}
	if t.State == refusal.Logged {
		p.Match = authz.Allowed(by, authz.OfflistLog, t.Object())
		if authz.Allowed(by, authz.RefusalIssue, t.Object()) {
			p.Form = h.decision(r, t, f, r.Method == http.MethodPost)
		}
	} else if t.State == refusal.Answered && authz.Allowed(by, authz.RefusalView, t.Object()) {
		done, err := h.s.OfTask(r.Context(), by, t.ID)
		if err != nil {
			return err
		}
		p.Done, p.Number = &done, done.No(h.f.Word(r.Context()))
	}
	return h.f.Render(w, r, status(errors), showTask(p))
}

func (h handlers) decision(r *http.Request, t refusal.Seen, f *form.Form, posted bool) *decision {
	d := decision{Key: form.NewKey(), TakeOnKey: form.NewKey(), Version: itoa(t.Version), Reason: t.Now.ReasonText, Errors: map[string]string{}}
	code := string(t.Now.Reason)
	if posted {
		d.Reason, code = shown(f.Raw("reason")), f.Raw("reason_code")
		for _, e := range f.Errors() {
			d.Errors[e.Name] = e.Message
		}
	}
	d.Reasons = options(code, refusal.Reasons())
	acts := t.Outcome.Acts()
	for i, k := range acts {
		switch {
		case k == refusal.TakeOn:
			d.TakeOn, d.First = true, i == 0
		case i == 0 && k == refusal.Refuse:
			d.Acts = append(d.Acts, act{k, "btn btn-danger btn-wide", true})
		case i == 0:
			d.Acts = append(d.Acts, act{k, "btn btn-primary btn-wide", true})
		default:
			d.Acts = append(d.Acts, act{k, "btn btn-wide", false})
		}
	}
	if letter, err := h.s.Preview(r.Context(), t, firstLetter(acts)); err == nil {
		d.Letter = &letter
	}
	return &d
}

func firstLetter(acts []refusal.Kind) refusal.Kind {
	for _, k := range acts {
		if k != refusal.TakeOn {
			return k
		}
	}
	return refusal.Return
}

// facts are what was written down.
func facts(t refusal.Seen, logged workday.Day) []view.Term {
	when := t.AskedOn.Chinese()
	if t.AskedTime != "" {
		when += " " + t.AskedTime
	}
	out := []view.Term{{Name: "谁要求的", Text: strings.Join(compact(t.RequesterName, t.AskedBy), " ") + "（" + t.RequesterKind.Label() + "）"},
		{Name: "怎么要求的", Text: t.Channel.Label()}, {Name: "什么时候", Text: when}, {Name: "原话", Text: t.Words}}
	if t.BasisWords != "" {
		out = append(out, view.Term{Name: "对方说的依据", Text: t.BasisWords})
	}
	if t.BasisFit != "" {
		out = append(out, view.Term{Name: "依据和要求", Text: t.BasisFit.Label()})
	}
	out = append(out, view.Term{Name: "经费谁出", Text: t.Payer.Label()})
	said := map[remark]bool{sayConsent: t.ConsentGiven, asPrimary: t.DemandsPrimary, forCertificate: t.Certificate}
	for _, m := range remarks {
		if said[m] {
			out = append(out, view.Term{Name: "另外", Text: m.Label()})
		}
	}
	if !t.LoggedAt.IsZero() {
		out = append(out, view.Term{Name: "登记", Text: t.CommunityName + " " + t.LoggedByName + "，" + logged.Chinese()})
	}
	return out
}
