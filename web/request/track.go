package request

import (
	"net/http"
	"time"

	"portal/internal/fault"
	"portal/internal/request"
	"portal/web/form"
	"portal/web/listing"
	"portal/web/route"
	"portal/web/view"
)

// trackPage is the progress of one request for whoever holds its receipt: by the QR's token, or by the
// typed code, which shows less unless the last four digits of the telephone came with it.
type trackPage struct {
	Frame  view.Page
	T      request.Tracked
	Key    request.Key // Device left out
	Form   string      // form key
	Errors []fault.Field
	Typed  string // a supplement that came back
	Reason string // what was said with a rating that came back
	Appeal string // an appeal that came back (REQ-20)
	Told   string // what was just done
	Late   string // why it could not be done any more
	Now    time.Time
	Street string // telephone
	Clock  clockWords
}

func (p trackPage) message(name string) string { return listing.MessageOf(p.Errors, name) }

func (p trackPage) summary() []view.FieldError { return listing.Summary(p.Errors) }

// full reports whether words, place and notes may be shown.
func (p trackPage) full() bool { return p.T.Level == request.Full }

// action is where an act of this page goes.
func (p trackPage) action(act string) string {
	if p.Key.Token != "" {
		return pathTrack + p.Key.Token + "/" + act
	}
	return pathLookup + "/" + act
}

// heading is the matter itself; with the code alone only the number.
func (p trackPage) heading() string {
	if p.full() {
		return p.T.Title
	}
	return "进度 " + p.T.No
}

func (p trackPage) meta() string {
	if !p.full() {
		return fully(p.T.SubmittedAt) + "收到"
	}
	if p.T.Community == "" {
		return p.T.No
	}
	return p.T.Community + " · " + p.T.No
}

// by is the latest moment, in one line; an ended matter has none.
func (p trackPage) by() string { return listing.LatestBy(p.T, p.Now) }

var stateTones = map[string]view.Tone{"handled": view.Warn, "closed": view.OK, "not_accepted": view.Neutral, "diverted": view.Neutral, "withdrawn": view.Neutral, "parked": view.Neutral}

func (p trackPage) tone() view.Tone {
	if t, ok := stateTones[p.T.State]; ok {
		return t
	}
	return view.Info
}

// line is one dot of the trail; the last one may be still to come.
type line struct {
	When, Words string
	Now, Later  bool
}

// lines tell what happened, oldest first, and what comes last.
func (p trackPage) lines() []line {
	var out []line
	for _, s := range listing.Happened(p.T) {
		out = append(out, line{When: view.Moment(s.At, p.Now), Words: s.Words})
	}
	switch {
	case p.T.DoneAt != nil:
		out[len(out)-1].Now = true
	case p.T.Ended, p.T.State == "withdrawn":
		out[len(out)-1].Now = true
	case p.T.CanRate:
		out = append(out, line{When: "现在", Words: "请您确认办得怎么样", Now: true})
	default:
		out[len(out)-1].Now = true
		out = append(out, line{When: "办好以后", Words: "请您确认", Later: true})
	}
	return out
}

// call is the telephone of those who have it now, else the street's.
func (p trackPage) call() string {
	if p.T.OwnerPhone != "" {
		return p.T.OwnerPhone
	}
	return p.Street
}

// clockWords say why a matter is due when it is (REQ-07).
type clockWords struct {
	Contact, Due string // the moments
	Terms        []view.Term
}

func clockOf(t request.Tracked, now time.Time) clockWords {
	limit := "收到以后 " + hours(t.DueAt.Sub(t.SubmittedAt)) + "，按这类问题的时限算"
	if t.Extended {
		limit = "时限延长过一次，理由已经告诉您，现在算到 " + fully(t.DueAt)
	}
	return clockWords{Contact: view.Moment(t.ContactDue, now), Due: view.Moment(t.DueAt, now), Terms: []view.Term{
		{Name: "从什么时候算", Text: fully(t.SubmittedAt) + "，收到的这一刻起，休息日也算"},
		{Name: "最晚联系您", Text: fully(t.ContactDue) + "\n收到以后 " + hours(t.ContactDue.Sub(t.SubmittedAt)) + "内"},
		{Name: "最晚办好", Text: fully(t.DueAt) + "\n" + limit},
		{Name: "会不会停表", Text: "不会。转给别的单位、单位之间有争议，时间都照常算"},
		{Name: "超时怎么办", Text: "系统自动报上一级，直到街道值班领导"},
	}}
}

// device is the browser's random name, for the brakes on guessing.
func (h handlers) device(w http.ResponseWriter, r *http.Request) string {
	return h.f.Sessions.Device(w, r)
}

// draw fills a page of progress.
func (h handlers) draw(w http.ResponseWriter, r *http.Request, p trackPage) error {
	set, err := h.f.Settings(r.Context())
	if err != nil {
		return err
	}
	p.Frame = h.page(r, navTrack, "查进度 - "+p.T.No, p.Errors)
	p.Now, p.Form, p.Street = h.f.DB.Now(), form.NewKey(), set.StreetPhone
	p.Clock = clockOf(p.T, p.Now)
	code := status(p.Errors)
	if p.Late != "" {
		code = http.StatusConflict
	}
	return h.f.Render(w, r, code, showTrack(p))
}

// told are the words after an act; the address carries only which one it was.
var told = map[string]string{
	actRating: "谢谢，已经记下您的评价", actUnsolved: "已经退回重办。办理的单位会再联系您", actSupplement: "已经补充，办理的人马上能看到", actWithdraw: "已经撤回", actAppeal: "申诉已经收到，由另一位负责人决定",
}

const paramDone = "done"

// byToken shows everything to whoever holds the QR.
func (h handlers) byToken(w http.ResponseWriter, r *http.Request) error {
	k := request.Key{Token: route.Param(r, "code")}
	t, err := h.Requests.Track(r.Context(), k)
	if err != nil {
		return err
	}
	return h.draw(w, r, trackPage{T: t, Key: k, Told: told[r.URL.Query().Get(paramDone)]})
}

// clockPage answers 为什么是这个时间.
type clockPage struct {
	Frame view.Page
	Words clockWords
	Back  string
}

func (h handlers) clock(w http.ResponseWriter, r *http.Request) error {
	token := route.Param(r, "code")
	t, err := h.Requests.Track(r.Context(), request.Key{Token: token})
	if err != nil {
		return err
	}
	p := clockPage{Frame: h.page(r, navTrack, "为什么是这个时间 - "+t.No, nil), Words: clockOf(t, h.f.DB.Now()), Back: pathTrack + token}
	return h.f.Render(w, r, http.StatusOK, showClock(p))
}

// saidTerms are what the resident said.
func saidTerms(t request.Tracked) []view.Term {
	terms := []view.Term{{Name: "情况", Text: t.Words}, {Name: "什么事", Text: t.Category}}
	if t.Place != "" {
		terms = append(terms, view.Term{Name: "在哪里", Text: t.Place})
	}
	terms = append(terms, view.Term{Name: "您想", Text: request.KindWords[t.Kind]})
	if t.Code != "" {
		terms = append(terms, view.Term{Name: "查询码", Text: t.Code})
	}
	if t.Joined && t.Followers > 1 {
		terms = append(terms, view.Term{Name: "一起跟进", Text: itoa(t.Followers) + " 人反映了同一件事"})
	}
	return terms
}
