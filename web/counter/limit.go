package counter

import (
	"net/http"
	"strconv"
	"strings"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/request"
	"portal/web/form"
	"portal/web/frame"
	"portal/web/listing"
	"portal/web/route"
	"portal/web/view"
)

const pathLimits = "/desk/limits"

// mountLimits registers the pages of limits on repeated malicious use (REQ-20).
func (h handlers) mountLimits(rt *route.Router) {
	rt.Get(pathLimits, authz.LimitView, h.limits)
	rt.Get(pathLimits+"/new", authz.LimitSet, h.newLimit)
	rt.Post(pathLimits+"/new", authz.LimitSet, h.setLimit)
	rt.Get(pathLimits+"/{id}", authz.LimitView, h.limit)
	rt.Post(pathLimits+"/{id}/decisions", authz.LimitDecide, h.decideAppeal)
	rt.Post(pathLimits+"/{id}/lift", authz.LimitLift, h.liftLimit)
}

// limitFrame is staff, without the way to 居民诉求 for 司法所, who decides appeals and sees no other requests.
func (h handlers) limitFrame(r *http.Request, title string, errors []fault.Field, crumbs ...view.Crumb) view.Page {
	if authz.Can(route.Actor(r), authz.WorkList) {
		return h.staff(r, title, errors, crumbs...)
	}
	p := h.f.Staff(r, frame.Opts{Title: title, Breadcrumbs: crumbs})
	p.Errors = len(errors)
	return p
}

// limitsPage lists limits in the order of the decisions; nobody stands in it.
type limitsPage struct {
	Frame      view.Page
	Lead, None string
	New        bool // the door to the form
	Tabs       []view.Tab
	Rows       []limitRow
	Pages      view.Pages
}

type limitRow struct {
	Requests, Reason, Post, Until, Href, Verb string
	State                                     view.Chipped
}

// limitFormPage is the one form.
type limitFormPage struct {
	Frame view.Page
	Form  filled
	Lead  string
	Days  view.Field
	Least string
}

// limitPage is one limit: what it rests on, where it stands, and the one act that is next.
type limitPage struct {
	Frame           view.Page
	Form            filled
	Title, Lead     string
	Action, Version string
	State           view.Chipped
	Decide, Lift    bool
	Waits           string // why there is nothing to do here
	Terms, Appeal   []view.Term
	Evidence        []limitEvidence
	Choices         []view.Option
}

// limitEvidence is one request that a limit rests on, masked.
type limitEvidence struct {
	No, Href, At, Title, Words string
}

var limitTones = map[request.LimitState]view.Tone{request.LimitHolds: view.Warn, request.LimitAppealed: view.Info, request.LimitLifted: view.OK,
	request.LimitLapsed: view.Neutral, request.LimitEnded: view.Neutral}

func limitChip(s request.LimitState) view.Chipped {
	return view.Chipped{Tone: limitTones[s], Words: s.Label()}
}

var limitStays = []string{"急事的话（漏气、困人、坠落等）一律照收", "举报、要求保密的诉求一律照收", "窗口、纸质表、街道电话、自助机都不受影响", "已经提交的诉求照常办理，时限不变"}

func (h handlers) limits(w http.ResponseWriter, r *http.Request) error {
	f, now, by := form.Query(r), h.f.DB.Now(), route.Actor(r)
	over := f.Line("state", 10) == "over"
	got, err := h.Requests.Limits(r.Context(), by, !over, f.Line("after", 2000), screen)
	if err != nil {
		return placed(err)
	}
	v, err := h.f.Settings(r.Context())
	if err != nil {
		return err
	}
	state, none := "", "现在没有限制"
	if over {
		state, none = "over", "没有已结束的限制"
	}
	p := limitsPage{Lead: "对反复恶意使用的电话，最长 " + itoa(v.LimitDays) + " 天，到期自动解除；只写诉求编号，不写人", None: none, New: authz.Can(by, authz.LimitSet),
		Tabs:  []view.Tab{{Href: pathLimits, Label: "限制中", Count: -1, Current: !over}, {Href: pathLimits + "?state=over", Label: "已结束", Count: -1, Current: over}},
		Pages: listing.Pages(got, func(cursor string) string { return address(pathLimits, "state", state, "after", cursor) }, "新的在前")}
	for _, l := range got.Rows {
		row := limitRow{Requests: strings.Join(l.Requests, "、"), Reason: l.Reason, Post: l.SetPost + " " + l.SetByName, Until: moment(l.Until, now), Href: l.Path(), Verb: "查看", State: limitChip(l.State(now))}
		if l.Undecided(by, now) && authz.Can(by, authz.LimitDecide) {
			row.Verb = "处理申诉"
		}
		p.Rows = append(p.Rows, row)
	}
	p.Frame = h.limitFrame(r, "看 - 使用限制", nil, view.Crumb{Text: "使用限制"})
	return h.f.Render(w, r, http.StatusOK, showLimits(p))
}

func (h handlers) newLimit(w http.ResponseWriter, r *http.Request) error {
	return h.showLimitForm(w, r, fresh(r, nil))
}

func (h handlers) setLimit(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	d := request.LimitDraft{Nos: request.ReadNumbers(f.Text("nos", 500)), Days: int(number(f, "days", "填写天数")), Reason: f.Text("reason", 200)}
	if f.Valid() {
		id, err := h.Requests.SetLimit(r.Context(), route.Actor(r), f.Key(), d)
		if err == nil {
			h.tell(r, "ok", "已经限制，居民凭回执能看到", "居民不同意可以申诉，由另一位负责人决定")
			return route.See(w, r, request.Limit{ID: id}.Path())
		}
		if err = keep(f, err); err != nil {
			return err
		}
	}
	return h.showLimitForm(w, r, back(f, nil))
}

func (h handlers) showLimitForm(w http.ResponseWriter, r *http.Request, x filled) error {
	v, err := h.f.Settings(r.Context())
	if err != nil {
		return err
	}
	p := limitFormPage{Form: x, Lead: "只限制用这个电话在网上反映新的问题", Least: itoa(v.LimitRequests), Days: short(x.hinted("days", "限制几天", "1 到 "+itoa(v.LimitDays)+" 天，到期自动解除", 2), "s")}
	p.Days.Mode, p.Days.Unit = "numeric", "天"
	p.Frame = h.limitFrame(r, "限制 - 反复恶意使用", x.told, view.Crumb{Href: pathLimits, Text: "使用限制"}, view.Crumb{Text: "限制"})
	return h.f.Render(w, r, x.status(), showLimitForm(p))
}

func (h handlers) limitOf(r *http.Request) (request.Limit, error) {
	id, err := idOf(r, "id")
	if err != nil {
		return request.Limit{}, err
	}
	return h.Requests.LimitOf(r.Context(), route.Actor(r), request.LimitID(id))
}

func (h handlers) limit(w http.ResponseWriter, r *http.Request) error {
	l, err := h.limitOf(r)
	if err != nil {
		return err
	}
	return h.showLimit(w, r, l, fresh(r, nil))
}

const (
	keepLimit = "keep"
	dropLimit = "drop"
)

func (h handlers) decideAppeal(w http.ResponseWriter, r *http.Request) error {
	return h.actOnLimit(w, r, "申诉已经决定，居民凭回执能看到", func(f *form.Form, l request.Limit) error {
		choice := form.Choice(f, "decision", []string{keepLimit, dropLimit})
		if choice == "" {
			f.Add("decision", "选解除还是维持")
		}
		reason := f.Text("reason", 200)
		if !f.Valid() {
			return nil
		}
		return h.Requests.DecideAppeal(r.Context(), route.Actor(r), f.Key(), l.ID, version(f), choice == keepLimit, reason)
	})
}

func (h handlers) liftLimit(w http.ResponseWriter, r *http.Request) error {
	return h.actOnLimit(w, r, "限制已经解除", func(f *form.Form, l request.Limit) error {
		reason := f.Text("reason", 200)
		if !f.Valid() {
			return nil
		}
		return h.Requests.LiftLimit(r.Context(), route.Actor(r), f.Key(), l.ID, version(f), reason)
	})
}

// actOnLimit does one act and shows the page again, with the messages where there are any.
func (h handlers) actOnLimit(w http.ResponseWriter, r *http.Request, done string, act func(*form.Form, request.Limit) error) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	l, err := h.limitOf(r)
	if err != nil {
		return err
	}
	if err := act(f, l); err != nil {
		if err = keep(f, err); err != nil {
			return err
		}
	}
	if !f.Valid() {
		return h.showLimit(w, r, l, back(f, nil))
	}
	h.tell(r, "ok", done, "")
	return route.See(w, r, l.Path())
}

func (h handlers) showLimit(w http.ResponseWriter, r *http.Request, l request.Limit, x filled) error {
	by, now := route.Actor(r), h.f.DB.Now()
	state := l.State(now)
	p := limitPage{Form: x, Title: "使用限制 " + strconv.FormatInt(int64(l.ID), 10), Lead: "依据 " + itoa(len(l.Requests)) + " 件诉求，到 " + fully(l.Until) + " 自动解除", Action: l.Path(),
		Version: itoa(l.Version), State: limitChip(state), Decide: l.Undecided(by, now) && authz.Can(by, authz.LimitDecide), Lift: state == request.LimitHolds && authz.Can(by, authz.LimitLift),
		Terms: []view.Term{{Name: "限制什么", Text: "用同一个电话在网上反映新的问题"}, {Name: "谁决定的", Text: l.SetPost + " " + l.SetByName},
			{Name: "从", Text: fully(l.SetAt)}, {Name: "到", Text: fully(l.Until)}, {Name: "理由", Text: l.Reason}}}
	rests, err := h.Requests.LimitEvidence(r.Context(), by, l)
	if err != nil {
		return err
	}
	for _, one := range rests {
		e := limitEvidence{No: one.No, At: fully(one.SubmittedAt), Title: one.Title, Words: one.Words}
		if authz.Can(by, authz.WorkView) {
			e.Href = pathRequests + "/" + one.No
		}
		p.Evidence = append(p.Evidence, e)
	}
	for _, c := range []view.Option{{Value: dropLimit, Label: "申诉成立，马上解除"}, {Value: keepLimit, Label: "维持限制", Hint: "到期照样自动解除"}} {
		c.Chosen = x.chosen("decision", c.Value)
		p.Choices = append(p.Choices, c)
	}
	p.Waits = limitWaits(l, state, by)
	p.Appeal = appealTerms(l, state)
	if l.LiftedAt != nil {
		p.Terms = append(p.Terms, view.Term{Name: "解除", Text: fully(*l.LiftedAt) + "，" + l.LiftedName})
	}
	p.Frame = h.limitFrame(r, "看 - 使用限制", x.told, view.Crumb{Href: pathLimits, Text: "使用限制"}, view.Crumb{Text: strconv.FormatInt(int64(l.ID), 10)})
	return h.f.Render(w, r, x.status(), showLimit(p))
}

// limitWaits says why somebody has nothing to do with a limit now.
func limitWaits(l request.Limit, state request.LimitState, by authz.Actor) string {
	switch {
	case state == request.LimitAppealed && l.SetBy == by.AccountID:
		return "限制是你作的决定，申诉等另一位负责人或司法所处理"
	case state == request.LimitAppealed:
		return "申诉等街道领导或司法所处理"
	case state.Open():
		return "到期自动解除。居民没有申诉"
	}
	return "这项限制已经结束，电话已不再留存"
}

func appealTerms(l request.Limit, state request.LimitState) []view.Term {
	if l.AppealedAt == nil {
		return nil
	}
	out := []view.Term{{Name: "居民说", Text: l.Appeal}, {Name: "申诉时间", Text: fully(*l.AppealedAt)}}
	if l.DecidedAt == nil {
		last := "没有决定的，限制自动结束"
		if state == request.LimitLapsed {
			last = "到期没有决定，限制已自动结束"
		}
		return append(out, view.Term{Name: "最晚决定", Text: fully(*l.DecideBy) + "\n" + last})
	}
	word := "申诉成立，解除限制"
	if l.Kept {
		word = "维持限制"
	}
	return append(out, view.Term{Name: "决定", Text: word}, view.Term{Name: "谁决定的", Text: l.DecidedPost + " " + l.DecidedName}, view.Term{Name: "理由", Text: l.Decision},
		view.Term{Name: "决定时间", Text: fully(*l.DecidedAt)})
}
