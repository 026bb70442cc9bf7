package counter

import (
	"net/http"

	"portal/internal/handoff"
	"portal/internal/request"
	"portal/internal/workorder"
	"portal/web/form"
	"portal/web/listing"
	"portal/web/route"
	"portal/web/view"
)

// screen is the rows of one screen of a list.
const screen = 20

// callbacksPage is who waits to be called, by clock.
type callbacksPage struct {
	Frame view.Page
	Lead  string
	Rows  []dueRow
	Pages view.Pages
}

type dueRow struct {
	No, Href, Title, Who, Replied, Due, Tries string
	State                                     view.Chipped
}

// callbackPage is one callback (REQ-11, 12).
type callbackPage struct {
	Frame      view.Page
	Form       filled
	No, Title  string
	Action     string
	CaseHref   string
	RevealHref string
	Version    string
	Round      string
	State      view.Chipped
	Locked     string
	Reached    []view.Option
	Solved     []view.Option
	Satisfied  []view.Option
	Person     []view.Term
	Terms      []view.Term
	Tries      []view.Event
}

// Answers to 打通了吗. A relative is no valid answer (§6.8, 10).
const (
	reachedSelf  = "self"
	reachedOther = "other"
	reachedNone  = "none"
)

var reachedOptions = []view.Option{
	{Value: reachedSelf, Label: "打通了，是本人"},
	{Value: reachedOther, Label: "打通了，不是本人", Hint: "不算有效回访，改时间再打"},
	{Value: reachedNone, Label: "没打通", Hint: "打三次都没打通，按联系不上结束"},
}

func (h handlers) callbacks(w http.ResponseWriter, r *http.Request) error {
	f := form.Query(r)
	got, err := h.Requests.CallbacksDue(r.Context(), route.Actor(r), f.Line("after", 2000), screen)
	if err != nil {
		return placed(err)
	}
	now := h.f.DB.Now()
	p := callbacksPage{Lead: "期限近的在前；自己单位办的不由自己回访",
		Pages: listing.Pages(got, func(cursor string) string { return address(pathCallbacks, "after", cursor) }, "按回访期限从近到远")}
	for _, d := range got.Rows {
		words, near, late := workorder.Left(d.DueAt, now)
		row := dueRow{No: d.No, Href: pathCallbacks + "/" + d.No, Title: d.Title, Who: reporter(d.Name, d.Phone), Replied: moment(d.RepliedAt, now),
			Due: moment(d.DueAt, now), Tries: triesWords(d), State: view.Chipped{Tone: toneOf(near, late), Words: words}}
		p.Rows = append(p.Rows, row)
	}
	p.Frame = h.staff(r, "回访 - 居民诉求", nil, view.Crumb{Text: "回访"})
	return h.f.Render(w, r, http.StatusOK, showCallbacks(p))
}

// reporter is a person as staff may always see one; what is kept back is said once.
func reporter(name, phone string) string {
	if name == phone {
		return name
	}
	return name + " " + phone
}

func triesWords(d request.Due) string {
	switch {
	case d.Draft:
		return "有暂存"
	case d.Tries == 0:
		return "还没打"
	}
	return itoa(d.Tries) + " 次没打通"
}

func toneOf(near, late bool) view.Tone {
	switch {
	case late:
		return view.Danger
	case near:
		return view.Warn
	}
	return view.Info
}

// called is a request that a callback is about, with its case and those who had a hand in it.
type called struct {
	request.Summary
	Case         handoff.Case
	hands, units []int64
	earlier      []request.Callback
}

// callOf finds the request; one that this person handled reads like none (REQ-12).
func (h handlers) callOf(r *http.Request) (called, error) {
	ctx, by, no := r.Context(), route.Actor(r), route.Param(r, "no")
	c, err := h.Cases.Find(ctx, by, no)
	if err != nil {
		return called{}, err
	}
	one, ok := summaryOf(c, no)
	if !ok {
		return called{}, errNothing
	}
	out := called{Summary: one, Case: c}
	if out.hands, out.units, err = workorder.HandledBy(ctx, h.f.DB.Q(), c.Order.ID); err != nil {
		return out, err
	}
	out.earlier, err = h.Requests.CallbacksOf(ctx, by, no, out.hands, out.units)
	return out, err
}

// summaryOf finds the request of a number among those of a case.
func summaryOf(c handoff.Case, no string) (request.Summary, bool) {
	for _, s := range c.Requests {
		if s.No == no {
			return s, true
		}
	}
	return request.Summary{}, false
}

func (h handlers) callback(w http.ResponseWriter, r *http.Request) error {
	c, err := h.callOf(r)
	if err != nil {
		return err
	}
	return h.showCallback(w, r, c, fresh(r, proposedCallback(c.earlier)))
}

// proposedCallback is what was kept of a call that is not locked.
func proposedCallback(earlier []request.Callback) map[string]string {
	if len(earlier) == 0 || earlier[len(earlier)-1].LockedAt != nil {
		return nil
	}
	d := earlier[len(earlier)-1]
	return map[string]string{"reached": reachedAs(d), "solved": string(d.Solved), "satisfied": string(d.Satisfied), "words": d.Words}
}

func reachedAs(c request.Callback) string {
	switch {
	case !c.Reached:
		return reachedNone
	case !c.Self:
		return reachedOther
	}
	return reachedSelf
}

func (h handlers) saveCallback(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	c, err := h.callOf(r)
	if err != nil {
		return err
	}
	in := readCallback(f)
	in.No, in.Version, in.Hands, in.Units = c.No, version(f), c.hands, c.units
	lock := form.Choice(f, "do", []string{"lock", "draft"}) == "lock"
	if f.Raw("do") == "" {
		f.Add("do", "选暂存还是锁定")
	}
	if lock {
		askAnswers(f, in)
	}
	if f.Valid() {
		if lock {
			err = h.Cases.Callback(r.Context(), route.Actor(r), f.Key(), in)
		} else {
			err = h.Requests.SaveCallback(r.Context(), route.Actor(r), f.Key(), in)
		}
		if err == nil {
			return h.afterCallback(w, r, in, lock)
		}
		if err = keep(f, err); err != nil {
			return err
		}
	}
	return h.showCallback(w, r, c, back(f, nil))
}

func (h handlers) afterCallback(w http.ResponseWriter, r *http.Request, in request.Callback, lock bool) error {
	switch {
	case !lock:
		h.tell(r, "ok", "已暂存 "+in.No, "没有锁定，还可以改")
		return route.See(w, r, pathCallbacks+"/"+in.No)
	case in.Valid() && in.Unhappy():
		h.tell(r, "warn", "已锁定 "+in.No, "居民说没解决或不满意，已经退回重办")
	case in.Valid():
		h.tell(r, "ok", "已锁定 "+in.No, "办理单位现在可以看到")
	default:
		h.tell(r, "info", "已记下 "+in.No, "没有找到本人，不算有效回访；改时间再打，三次都找不到就按联系不上结束")
	}
	return route.See(w, r, pathCallbacks)
}

func readCallback(f *form.Form) request.Callback {
	in := request.Callback{Source: request.ByStaff, Words: f.Text("words", 500), Solved: form.Choice(f, "solved", request.SolvedAnswers),
		Satisfied: form.Choice(f, "satisfied", request.SatisfiedAnswers)}
	switch f.Raw("reached") {
	case reachedSelf:
		in.Reached, in.Self = true, true
	case reachedOther:
		in.Reached = true
	case reachedNone:
	case "":
		f.Add("reached", "选打通没有")
	default:
		f.Add("reached", "从列出的选项里选")
	}
	if !in.Self { // nobody but the person answers
		in.Solved, in.Satisfied = request.NotAsked, request.NotRated
	}
	return in
}

// askAnswers wants both answers of a person who was reached before they are locked.
func askAnswers(f *form.Form, in request.Callback) {
	if !in.Reached || !in.Self {
		return
	}
	if in.Solved == request.NotAsked {
		f.Add("solved", "照居民的话选解决没有")
	}
	if in.Satisfied == request.NotRated {
		f.Add("satisfied", "照居民的话选满意没有")
	}
}

func (h handlers) showCallback(w http.ResponseWriter, r *http.Request, c called, x filled) error {
	o, now := c.Case.Order, h.f.DB.Now()
	p := callbackPage{Form: x, No: c.No, Title: c.Title, Action: pathCallbacks + "/" + c.No, CaseHref: o.Path(), Version: itoa(c.Version),
		Round: "第 " + itoa(round(c.earlier)) + " 次回访", State: view.Chipped{Tone: view.Info, Words: "待回访"},
		Reached: x.pick("reached", reachedOptions), Solved: x.pick("solved", choices(request.SolvedAnswers...)),
		Satisfied: x.pick("satisfied", choices(request.SatisfiedAnswers...)),
		Person:    []view.Term{{Name: "称呼", Text: c.Name}, {Name: "电话", Text: c.Phone}},
		Terms: []view.Term{{Name: "分类", Text: c.Kind.Label() + " · " + c.CategoryName}, {Name: "原话", Text: c.Words}, {Name: "地点", Text: o.Place},
			{Name: "提交", Text: fully(c.SubmittedAt)}, {Name: "谁办的", Text: o.Owner.Words()}, {Name: "答复", Text: c.Reply}}}
	if c.HasPhone {
		p.RevealHref = address(casePath(c.No, "/reveal"), "from", fromCallback)
	}
	if o.HandledAt != nil {
		p.Terms = append(p.Terms, view.Term{Name: "报办结", Text: fully(*o.HandledAt)})
	}
	switch {
	case c.SettledAt != nil:
		p.State, p.Locked = view.Chipped{Tone: view.OK, Words: "已锁定"}, "回访已经锁定，"+moment(*c.SettledAt, now)
	case c.RepliedAt == nil:
		p.State, p.Locked = view.Chipped{Tone: view.Neutral, Words: o.State.Label()}, "还没有答复居民，现在不用回访"
	case !request.Outside(route.Actor(r), c.hands, c.units):
		p.State, p.Locked = view.Chipped{Tone: view.Neutral, Words: "换人回访"}, "你或你所在的单位经手过这一件，由没有经手的人来回访"
	}
	if p.Locked != "" {
		p.Round = "回访"
	}
	p.Tries = tryEvents(c.earlier)
	p.Frame = h.staff(r, "记录回访 - "+c.No, x.told, view.Crumb{Href: pathCallbacks, Text: "回访"}, view.Crumb{Text: c.No})
	return h.f.Render(w, r, x.status(), showCallback(p))
}

// round counts the call that is being made: a draft is this one.
func round(earlier []request.Callback) int {
	n := len(earlier)
	if n > 0 && earlier[n-1].LockedAt == nil {
		return n
	}
	return n + 1
}

func tryEvents(earlier []request.Callback) []view.Event {
	var out []view.Event
	for i := len(earlier) - 1; i >= 0; i-- {
		c := earlier[i]
		head := "没打通"
		switch {
		case c.Source == request.ByLapse:
			head = c.Source.Label()
		case c.Valid():
			head = c.Solved.Label() + " · " + c.Satisfied.Label()
		case c.Reached && !c.Self:
			head = "不是本人"
		}
		if c.LockedAt == nil {
			head = "暂存：" + head
		}
		out = append(out, view.Event{When: fully(c.At) + " " + c.ByName, Head: head, Text: c.Words})
	}
	return out
}
