package workorder

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"portal/internal/request"
	"portal/internal/workorder"
	"portal/web/form"
	"portal/web/route"
	"portal/web/view"
)

// casePage is one case as this person sees it now.
type casePage struct {
	Frame    view.Page
	Base     string
	No       string
	Title    string
	Lead     string
	Version  string
	Chips    []chip
	Notice   *view.Banner
	Clocks   []clockFace
	Quick    []quickAct
	SaidHead string
	Merged   string
	Said     []said
	Done     []doneLine
	Photos   []photoView
	AddPhoto string
	Answer   []view.Term
	Dispute  []view.Term
	Helpers  []helperView
	Whistles []whistleLine
	Trail    []view.Event
	Owner    []view.Term
	Owners   []view.Event
	Facts    []view.Term
	NextHead string
	Next     *nextStep
	NoNext   string
	Second   []view.Link
	More     []view.Link
	arrived  bool // somebody has been there
	canCall  bool // somebody who asked left a telephone
}

// clockFace is one of the two clocks of a case.
type clockFace struct {
	Label, At, Left, Icon, Href string
	Tone                        view.Tone
}

// quickAct is one of the row under the clocks; a Key makes it a form.
type quickAct struct{ Icon, Words, Href, Key string }

// said is what one resident said, masked.
type said struct {
	Words, Meta, Phone, Clock string
	Notes                     []string
}

// doneLine is a line of 现场记录.
type doneLine struct {
	Words, When string
	Done        bool
}

type helperView struct {
	Name, Asked, Answer string
	Chip                chip
}

// whistleLine is a whistle that was drafted from this case.
type whistleLine struct {
	Href, Title, Meta string
	Chip              chip
}

// nextStep is the one next act: a form of one button with a Key, else a link.
type nextStep struct {
	Words, Icon, Href, Key, Do, Hint string
	Here                             bool // may send a position, at the touch only
}

func (h handlers) showCase(w http.ResponseWriter, r *http.Request) error {
	o, err := h.theCase(r)
	if err != nil {
		return err
	}
	by, now := route.Actor(r), h.f.DB.Now()
	p := casePage{Frame: h.staff(r, o, "办理 - "+o.Title, nil), Base: o.Path(), No: o.No, Title: o.Title, Version: itoa(o.Version), Lead: whereOf(o),
		Chips: append([]chip{stateChip(o.State)}, chipsOf(o)...)}
	for _, fill := range []func(*http.Request, workorder.Order, *casePage) error{h.fillClocks, h.fillSaid, h.fillTrail, h.fillBeside, h.fillWhistles} {
		if err := fill(r, o, &p); err != nil {
			return err
		}
	}
	p.Frame.BarRests = true // the one next act stands there
	p.Facts = append(p.Facts, factsOf(o, now)...)
	if notice := h.noticeOf(r, o); notice != nil {
		p.Notice = notice
	}
	open, err := h.pendingOf(r, o)
	if err != nil {
		return err
	}
	p.nextOf(o, by, open)
	return h.f.Render(w, r, http.StatusOK, showCase(p))
}

// whereOf is the place of a case; the name of a grid begins with that of its community.
func whereOf(o workorder.Order) string {
	if o.GridName != "" {
		return dotted(o.Place, o.GridName)
	}
	return dotted(o.Place, o.CommunityName)
}

// noticeOf is the one banner of a case: what a reader must know before reading on.
func (h handlers) noticeOf(r *http.Request, o workorder.Order) *view.Banner {
	switch {
	case o.MergedInto != 0:
		into, err := workorder.ByID(r.Context(), h.f.DB.Q(), o.MergedInto)
		if err == nil {
			into, err = h.s.Get(r.Context(), route.Actor(r), into.No)
		}
		if err != nil { // out of reach, or gone: no more is said
			return &view.Banner{Tone: view.Info, Lead: "这一件已并案办理。", Text: "每位反映人都会收到答复"}
		}
		return &view.Banner{Tone: view.Info, Lead: "这一件已并到 " + into.No + " 办理。", Text: "每位反映人都会收到答复。", Href: into.Path(), Link: "去看 " + into.No}
	case o.State == workorder.Parked:
		return &view.Banner{Tone: view.Warn, Lead: "已挂起，" + o.ReviewOn.Chinese() + "复查。", Text: o.ParkedReason}
	case o.NeedsReview:
		return &view.Banner{Tone: view.Warn, Lead: "第二次退回重办。", Text: "换人办理，不再派给上次办理的人"}
	}
	return nil
}

// fillClocks writes the two clocks: first contact, then the end. A finding has nobody to contact.
func (h handlers) fillClocks(r *http.Request, o workorder.Order, p *casePage) error {
	now := h.f.DB.Now()
	clocks, err := h.s.Clocks(r.Context(), route.Actor(r), o)
	if err != nil {
		return err
	}
	why := map[workorder.ClockKind]workorder.Clock{}
	for _, c := range clocks {
		why[c.Kind] = c
	}
	if o.Source == workorder.FromRequest {
		p.Clocks = append(p.Clocks, face("联系时限", o.ContactDue, o.ContactedAt, why[workorder.ContactClock], now, o.State.Done()))
	}
	if redo, runs := why[workorder.RedoClock]; runs && redo.StoppedAt == nil && o.State != workorder.Handled {
		p.Clocks = append(p.Clocks, face(redo.Label(), redo.DueAt, nil, redo, now, o.State.Done()))
		p.late(redo.DueAt, now)
		return nil
	}
	p.Clocks = append(p.Clocks, face("办结时限", o.DueAt, o.HandledAt, why[workorder.FinishClock], now, o.State.Done()))
	if o.Late(now) {
		p.late(o.DueAt, now)
	}
	return nil
}

// late says on top that a limit has run out.
func (p *casePage) late(due, now time.Time) {
	if left, _, late := workorder.Left(due, now); late {
		p.Notice = &view.Banner{Tone: view.Danger, Lead: "已" + left + "。", Text: "已逐级提醒，居民的进度页也会写明"}
	}
}

func face(label string, due time.Time, done *time.Time, c workorder.Clock, now time.Time, over bool) clockFace {
	f := clockFace{Label: label, At: moment(due, now)}
	if c.ID != 0 {
		f.Href = pathClocks + "/" + id64(c.ID)
	}
	left, near, late := workorder.Left(due, now)
	switch {
	case done != nil && done.After(due):
		f.Tone, f.Icon, f.Left = view.Danger, "circle-alert", "超期后完成"
	case done != nil:
		f.Tone, f.Icon, f.Left = view.OK, "check", "按时完成"
	case over:
		f.Tone, f.Icon, f.Left = view.Neutral, "archive", "已结束"
	case late:
		f.Tone, f.Icon, f.Left = view.Danger, "alarm-clock", left
	case near || !c.WarnAt.IsZero() && now.After(c.WarnAt):
		f.Tone, f.Icon, f.Left = view.Warn, "clock", left
	default:
		f.Tone, f.Icon, f.Left = view.Info, "clock", left
	}
	return f
}

// fillSaid writes what residents said, masked on the server (§6.7); everybody who asked has an own clock.
func (h handlers) fillSaid(r *http.Request, o workorder.Order, p *casePage) error {
	if o.Source == workorder.FromFinding {
		return h.fillFinding(r, o, p)
	}
	now := h.f.DB.Now()
	c, err := h.cases.Find(r.Context(), route.Actor(r), o.No)
	if err != nil {
		return err
	}
	p.SaidHead = "居民说的话"
	for _, one := range c.Requests {
		p.canCall = p.canCall || one.HasPhone
		s := said{Words: one.Words, Meta: dotted(one.Channel.Label()+"提交", moment(one.SubmittedAt, now), one.Kind.Label()), Phone: dotted("反映人 "+one.Name, "电话 "+one.Phone)}
		if one.Walled() {
			s.Phone = "反映人身份保密，办理单位看不到"
		}
		if len(c.Requests) > 1 {
			s.Clock = one.No + " · 自己的办结时限 " + moment(one.DueAt, now)
		}
		for _, n := range one.Notes {
			who := "告知居民"
			if n.FromResident {
				who = "居民补充"
			}
			s.Notes = append(s.Notes, moment(n.At, now)+" "+who+"："+n.Words)
		}
		p.Said = append(p.Said, s)
	}
	if n := len(c.Requests); n > 1 {
		p.Merged = fmt.Sprintf("%d 人反映，并案办理，每人都要答复", n)
	}
	if len(p.Said) == 0 {
		p.Said = []said{{Words: o.Title, Meta: "居民的原话已随并案移走"}}
	}
	return h.fillCallbacks(r, o, c.Requests, p)
}

// fillCallbacks shows what residents answered, once it is locked (REQ-12).
func (h handlers) fillCallbacks(r *http.Request, o workorder.Order, all []request.Summary, p *casePage) error {
	p.Answer = answerTerms(o)
	hands, units, err := workorder.HandledBy(r.Context(), h.f.DB.Q(), o.ID)
	if err != nil {
		return err
	}
	for _, one := range all {
		answers, err := h.asks.CallbacksOf(r.Context(), route.Actor(r), one.No, hands, units)
		if err != nil {
			return err
		}
		for _, a := range answers {
			if a.LockedAt == nil {
				continue
			}
			words := dotted(a.Source.Label(), a.Solved.Label(), a.Satisfied.Label(), a.Words)
			p.Answer = append(p.Answer, view.Term{Name: "回访 " + one.No, Text: words + "，" + exact(*a.LockedAt)})
		}
	}
	if o.State == workorder.Handled && len(p.Answer) > 0 {
		p.Answer = append(p.Answer, view.Term{Name: "回访", Text: "由办理单位以外的人回访，锁定以后才能看到"})
	}
	return nil
}

func answerTerms(o workorder.Order) []view.Term {
	var out []view.Term
	out = term(out, "给居民的答复", o.Reply)
	out = term(out, "结果", workorder.ResultLabel(o.Result))
	if g, ok := request.GroundByKey(o.Ground); ok {
		out = term(out, "理由", g.Label)
	}
	out = term(out, "该去的渠道", o.Channel)
	if o.HandledAt != nil {
		out = term(out, "报办结", exact(*o.HandledAt))
	}
	if o.ClosedAt != nil {
		out = term(out, "结束", o.State.Label()+"，"+exact(*o.ClosedAt))
	}
	return out
}

// factsOf are the plain facts of a case.
func factsOf(o workorder.Order, now time.Time) []view.Term {
	out := []view.Term{{Name: "分类", Text: dotted(o.CategoryName, o.Kind.Label())}, {Name: "缓急", Text: o.Urgency.Label()}}
	out = term(out, "办理类别", o.Class.Label())
	out = term(out, "提交", moment(o.StartedAt, now))
	out = term(out, "社区", o.CommunityName)
	out = term(out, "发生时的网格", o.GridName)
	out = term(out, "依据清单事项", o.ItemCode)
	if o.Extended {
		out = term(out, "延期", "已延期一次，不能再延")
	}
	if o.Reopened > 0 {
		out = term(out, "退回重办", itoa(o.Reopened)+" 次")
	}
	return out
}

// autoWords begin the reason of what the rules did by themselves.
const autoWords = "自动派单："

// byItself reports a step of the rules: it stands in the use case of whoever typed the request, but was not theirs.
func byItself(s workorder.StepRow) bool {
	return strings.HasPrefix(s.Words, autoWords) || s.Did == "未自动派单"
}

// fillTrail writes what was done, newest first, and 现场记录.
func (h handlers) fillTrail(r *http.Request, o workorder.Order, p *casePage) error {
	by, now := route.Actor(r), h.f.DB.Now()
	steps, err := h.s.Steps(r.Context(), by, o)
	if err != nil {
		return err
	}
	contact, arrived := doneLine{Words: "联系居民"}, doneLine{Words: "到现场"}
	for i := range steps {
		s := steps[len(steps)-1-i]
		who := dotted(s.UnitName, s.Name)
		if byItself(s) {
			who = "系统自动派单"
		}
		p.Trail = append(p.Trail, view.Event{When: dotted(moment(s.At, now), who), Head: s.Did, Text: strings.TrimPrefix(s.Words, autoWords), Now: i == 0 && !o.State.Done()})
		switch {
		case strings.HasSuffix(s.Did, didContact):
			contact = latest(contact, s, now, "已联系")
		case s.Did == didArrive:
			arrived = latest(arrived, s, now, "已到现场")
		}
	}
	if o.Source == workorder.FromRequest {
		p.Done = append(p.Done, contact)
	}
	p.Done, p.arrived = append(p.Done, arrived), arrived.Done
	in := asked{r: r, o: o, f: form.Query(r)}
	if p.Photos, err = h.photosOf(in, ""); err != nil {
		return err
	}
	if photographing.offered(o, by, pending{}) {
		p.AddPhoto = p.Base + "/" + photographing.Path
	}
	return nil
}

// What the history of a case calls a call and an arrival.
const (
	didContact = "联系居民"
	didArrive  = "到现场"
)

// latest keeps the newest step of a kind; steps come newest first.
func latest(line doneLine, s workorder.StepRow, now time.Time, words string) doneLine {
	if line.Done {
		return line
	}
	switch {
	case strings.HasPrefix(s.Words, "已"): // what was written says it already
		words = s.Words
	case s.Words != "":
		words += "，" + s.Words
	}
	return doneLine{Words: words, When: moment(s.At, now), Done: true}
}

// fillBeside writes the owner now and before, the dispute, and who helps.
func (h handlers) fillBeside(r *http.Request, o workorder.Order, p *casePage) error {
	by, now := route.Actor(r), h.f.DB.Now()
	p.Owner = []view.Term{{Name: "单位", Text: o.Owner.Words()}}
	if o.Owner.Kind != workorder.Grid {
		p.Owner = term(p.Owner, "经办人", o.Owner.Person)
	}
	if o.Owner.Phone != "" {
		p.Owner = append(p.Owner, view.Term{Name: "电话", Text: o.Owner.Phone, Href: "tel:" + digits(o.Owner.Phone)})
	}
	owners, err := h.s.Owners(r.Context(), by, o)
	if err != nil {
		return err
	}
	for i := range owners {
		one := owners[len(owners)-1-i]
		p.Owners = append(p.Owners, view.Event{When: moment(one.From, now) + "起", Head: one.Words, Text: one.Why, Now: one.Until == nil && !o.State.Done()})
	}
	d, there, err := h.s.DisputeOf(r.Context(), by, o)
	if err != nil {
		return err
	}
	if there {
		p.Dispute = disputeTerms(d)
	}
	helps, err := h.s.HelpsOf(r.Context(), by, o)
	if err != nil {
		return err
	}
	for _, one := range helps {
		name := one.UnitName
		if one.Community != "" {
			if name, err = h.nameOf(r, workorder.Target{Kind: workorder.Community, Community: one.Community}); err != nil {
				return err
			}
		}
		v := helperView{Name: name, Asked: moment(one.AskedAt, now) + " 请对方：" + one.Words, Chip: chip{view.Info, "clock", "等答复"}}
		if one.AnsweredAt != nil {
			v.Chip, v.Answer = chip{view.OK, "check", "已答复"}, moment(*one.AnsweredAt, now)+" "+one.Answer
		}
		p.Helpers = append(p.Helpers, v)
	}
	return nil
}

// whistleLooks give the state of a whistle its colour and icon; any other runs.
var whistleLooks = map[workorder.WhistleState]chip{workorder.WhistleDrafted: {Tone: view.Warn, Icon: "pencil"}, workorder.WhistleApproved: {Tone: view.Warn, Icon: "check"},
	workorder.WhistleClosed: {Tone: view.OK, Icon: "archive"}, workorder.WhistleRaised: {Tone: view.Danger, Icon: "circle-alert"}, workorder.WhistleOff: {Tone: view.Neutral, Icon: "undo-2"}}

// fillWhistles lists the whistles about the case that this person may see; each whistle leads back here.
func (h handlers) fillWhistles(r *http.Request, o workorder.Order, p *casePage) error {
	all, err := h.s.WhistlesOf(r.Context(), route.Actor(r), o)
	if err != nil {
		return err
	}
	for _, one := range all {
		look, special := whistleLooks[one.State]
		if !special {
			look = chip{Tone: view.Info, Icon: "megaphone"}
		}
		look.Words = one.State.Label()
		var names []string
		for _, u := range one.Units {
			names = append(names, u.Name)
		}
		p.Whistles = append(p.Whistles, whistleLine{Href: one.Path(), Title: one.Title, Chip: look,
			Meta: dotted(one.No, one.Kind.Label(), strings.Join(names, "、"), moment(one.DraftedAt, h.f.DB.Now())+"拟")})
	}
	return nil
}

// disputeTerms are the one dispute and its one ruling (REQ-08).
func disputeTerms(d workorder.DisputeRow) []view.Term {
	out := []view.Term{{Name: "谁提的", Text: dotted(d.ByName, d.By, exact(d.At))}, {Name: "理由", Text: d.Reason}}
	out = term(out, "认为该由", d.SuggestsAs)
	if d.RuledAt == nil {
		return term(out, "裁定时限", exact(d.RuleBy))
	}
	verdict := "维持原派单"
	if d.Upheld {
		verdict = "异议成立，已改派"
	}
	return append(out, view.Term{Name: "裁定", Text: dotted(verdict, d.Ruler, exact(*d.RuledAt))}, view.Term{Name: "裁定的理由", Text: d.Ruling})
}

// digits are what a telephone link dials.
func digits(phone string) string {
	out := make([]rune, 0, len(phone))
	for _, c := range phone {
		if c >= '0' && c <= '9' || c == '+' && len(out) == 0 {
			out = append(out, c)
		}
	}
	return string(out)
}
