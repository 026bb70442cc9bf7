package kiosk

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"
	"time"

	"portal/internal/fault"
	"portal/internal/kiosk"
	"portal/internal/request"
	"portal/web/form"
	"portal/web/listing"
	"portal/web/route"
	"portal/web/view"
)

const (
	paramAnswer = "answer"
	answerYes   = "solved"
	answerNo    = "unsolved"
	paramDone   = "done"

	partTrail = "steps"
	partReply = "reply"
	partSaid  = "said"
	partSlip  = "slip"
)

// told are the words after an act; the address carries only which one it was.
var told = map[string]string{answerYes: "谢谢，已经记下您的评价", answerNo: "已经退回重办。办理的单位会再联系您"}

// progressPage is where a request stands, for whoever holds its receipt. With the code alone no words, place
// or owner stand on it (reliability.md §2 rule 18).
type progressPage struct {
	Frame view.Page
	Form  string
	T     request.Tracked
	By    string
	Told  string
	Late  string
	Parts []view.KPick
}

func (p progressPage) full() bool { return p.T.Level == request.Full }

func (p progressPage) heading() string {
	if p.full() {
		return request.MaskWords(p.T.Title)
	}
	return "进度 " + p.T.No
}

func (p progressPage) lead() string {
	switch {
	case !p.full():
		return "只凭查询码，看得到进度，看不到内容"
	case p.T.Community == "":
		return p.T.No
	}
	return p.T.Community + "，" + p.T.No
}

// said is what was just done, or why it could not be done any more.
func (p progressPage) said() string { return cmp.Or(p.Told, p.Late) }

// now is what happens now and by when.
func (p progressPage) now() string {
	if p.By == "" {
		return p.T.Now
	}
	return p.T.Now + "。" + p.By
}

var progressTones = map[string]view.Tone{"handled": view.Warn, "closed": view.OK, "not_accepted": view.Neutral, "diverted": view.Neutral, "withdrawn": view.Neutral, "parked": view.Neutral}

func (p progressPage) tone() view.Tone { return cmp.Or(progressTones[p.T.State], view.Info) }

// asks are the two answers of J8.
func (p progressPage) asks() []view.KPick {
	return []view.KPick{{Name: paramAnswer, Value: answerYes, Text: "满意", Icon: "thumbs-up"},
		{Name: paramAnswer, Value: answerNo, Text: "没解决，退回重办", Icon: "rotate-ccw"}}
}

// opened loads the request of the pocket; without one, or when its receipt opens nothing any more, 查进度
// begins again.
func (h handlers) opened(w http.ResponseWriter, r *http.Request, at *here, next func(t request.Tracked) error) error {
	k := at.Pocket.Open
	if k.Token == "" && k.Code == "" {
		return route.See(w, r, pathLookup)
	}
	t, err := h.Requests.Track(r.Context(), at.key(k))
	if err == nil {
		return next(t)
	}
	code, message, ours := missed(err, k)
	if !ours {
		return err
	}
	at.Pocket.Open = request.Key{}
	if err := h.keep(r.Context(), at); err != nil {
		return err
	}
	return h.drawCode(w, r, at, code, message)
}

func (h handlers) progress(w http.ResponseWriter, r *http.Request, at *here) error {
	return h.opened(w, r, at, func(t request.Tracked) error {
		return h.drawProgress(w, r, at, t, told[r.URL.Query().Get(paramDone)], "")
	})
}

func (h handlers) drawProgress(w http.ResponseWriter, r *http.Request, at *here, t request.Tracked, done, late string) error {
	now := h.f.DB.Now()
	p := progressPage{Form: form.NewKey(), T: t, Told: done, Late: late, By: listing.LatestBy(t, now)}
	part := func(name, text, icon string) {
		p.Parts = append(p.Parts, view.KPick{Href: pathLookupProgress + "/" + name, Text: text, Icon: icon})
	}
	if len(replyWords(t)) > 0 {
		part(partReply, "看答复", "message-square-text")
	}
	part(partTrail, "办到哪一步", "list-checks")
	if p.full() {
		part(partSaid, "您说的", "file-text")
	}
	var err error
	if p.Frame, err = h.frame(r, at, "看进度 - 查进度", "查进度", idlePage); err != nil {
		return err
	}
	code := http.StatusOK
	if late != "" {
		code = http.StatusConflict
	}
	return h.f.Render(w, r, code, showProgress(p))
}

// trailWords tell what happened, oldest first, and what is now.
func trailWords(t request.Tracked, now time.Time) (out []string) {
	for _, s := range listing.Happened(t) {
		out = append(out, view.Moment(s.At, now)+"，"+request.MaskWords(s.Words))
	}
	if t.DoneAt == nil && !t.Ended {
		out = append(out, "现在："+t.Now)
	}
	return out
}

// replyWords are what the resident was told.
func replyWords(t request.Tracked) []string {
	out := paragraphs(request.MaskWords(t.Reply))
	for _, b := range t.Bases {
		out = append(out, "依据："+b.Words)
	}
	for _, line := range [][2]string{{"原因：", t.Ground}, {"可以这样办：", t.ChannelTold}, {"现在还不能解决：", t.ParkedReason}, {"您的评价：", t.Rated}} {
		if line[1] != "" {
			out = append(out, line[0]+line[1])
		}
	}
	return out
}

// saidWords are what the resident said, and who has read the telephone (REQ-22). A number in the words shows
// masked: others stand around the device (K-4).
func saidWords(t request.Tracked, now time.Time) []string {
	out := paragraphs(request.MaskWords(t.Words))
	for _, line := range [][2]string{{"什么事：", t.Category}, {"在哪里：", t.Place}, {"您想：", request.KindWords[t.Kind]}} {
		if line[1] != "" {
			out = append(out, line[0]+line[1])
		}
	}
	if t.Joined && t.Followers > 1 {
		out = append(out, strconv.Itoa(t.Followers)+" 人反映了同一件事，一起办")
	}
	for _, n := range t.Notes {
		who := "告诉您："
		if n.FromResident {
			who = "您补充："
		}
		out = append(out, view.Moment(n.At, now)+"，"+who+request.MaskWords(n.Words))
	}
	if !t.HasPhone {
		return out
	}
	if len(t.Reveals) == 0 {
		return append(out, "还没有人看过您的电话")
	}
	for _, v := range t.Reveals {
		out = append(out, view.Moment(v.At, now)+"，"+v.Post+request.MaskName(v.Name)+"看过您的电话，用途："+v.Purpose)
	}
	return out
}

// textPage is running text over several screens, with a way back.
type textPage struct {
	Frame       view.Page
	Title, Lead string
	Lines       []string
	Leaf        leaf
	Back        view.KMove
	Next        view.KMove
}

// labelled splits a short name off a line: 依据：……
func labelled(line string) (name, rest string) {
	before, after, found := strings.Cut(line, "：")
	if n := len([]rune(before)); !found || n == 0 || n > 6 || after == "" {
		return "", line
	}
	return before + "：", after
}

// drawText lays paragraphs on the screens of this device.
func (h handlers) drawText(w http.ResponseWriter, r *http.Request, at *here, p textPage, title, heading string, all []string) error {
	if err := h.lay(r, at, &p, title, heading, all); err != nil {
		return err
	}
	return h.f.Render(w, r, http.StatusOK, showText(p))
}

// lay puts on a page what fits its screen, and the frame around it.
func (h handlers) lay(r *http.Request, at *here, p *textPage, title, heading string, all []string) (err error) {
	var one [][]string
	one, p.Leaf = cut(r, at.room().sheets(all), 1)
	p.Lines = one[0]
	p.Frame, err = h.frame(r, at, title, heading, idlePage)
	return err
}

var errNoPart = fault.NotFound("没有这一页。请按“回首页”，再按“查进度”")

func (h handlers) progressPart(w http.ResponseWriter, r *http.Request, at *here) error {
	return h.opened(w, r, at, func(t request.Tracked) error {
		now := h.f.DB.Now()
		p := textPage{Back: view.KMove{Text: "看进度", Href: pathLookupProgress}, Lead: t.No}
		var lines []string
		switch part := route.Param(r, "part"); {
		case part == partSlip:
			return h.drawSlip(w, r, at, t)
		case part == partTrail:
			p.Title, lines = "办到哪一步", trailWords(t, now)
		case part == partReply && len(replyWords(t)) > 0:
			p.Title, lines = "给您的答复", replyWords(t)
		case part == partSaid && t.Level == request.Full:
			p.Title, lines = "您说的", saidWords(t, now)
		default:
			return errNoPart
		}
		return h.drawText(w, r, at, p, p.Title+" - 查进度", "查进度", lines)
	})
}

// rate takes 满意 or 没解决，退回重办; both levels of a receipt may (J8).
func (h handlers) rate(w http.ResponseWriter, r *http.Request, at *here) error {
	fm, err := form.Read(r)
	if err != nil {
		return err
	}
	return h.opened(w, r, at, func(t request.Tracked) error {
		answer := form.Choice(fm, paramAnswer, []string{answerYes, answerNo})
		if answer == "" || !fm.Valid() {
			return h.drawProgress(w, r, at, t, "", "请按“满意”或者“没解决，退回重办”")
		}
		err := h.Cases.Rate(r.Context(), at.key(at.Pocket.Open), fm.Key(), answer == answerYes, "")
		if f, ours := fault.As(err); ours && f.Kind == fault.KindConflict { // answered in another window
			return h.drawProgress(w, r, at, t, "", f.Message)
		}
		if err != nil {
			return err
		}
		return route.See(w, r, pathLookupProgress+"?"+paramDone+"="+answer)
	})
}

// slipOf is the slip of a request that its receipt has opened. With the code alone neither matter, community
// nor link stand on it, as they do not on the screen (rule 18); what stands on it is nothing of a person (K-4).
func (h handlers) slipOf(r *http.Request, at *here, t request.Tracked) (kiosk.Slip, error) {
	set, err := h.f.Settings(r.Context())
	if err != nil {
		return kiosk.Slip{}, err
	}
	now, d := h.f.DB.Now(), at.Session.Device
	s := kiosk.Slip{Street: set.StreetName, Device: d.No, No: t.No, Code: request.ShowCode(at.Pocket.Open.Code), Filed: view.Moment(t.SubmittedAt, now),
		Due: view.Moment(t.DueAt, now) + " 前"}
	if t.Level == request.Full {
		rec, err := h.Requests.ReceiptTx(r.Context(), h.f.DB.Q(), t.No)
		if err != nil {
			return kiosk.Slip{}, err
		}
		s.Code, s.Matter, s.Community, s.URL = rec.Code, rec.Category, rec.Community, listing.Address(r, h.Secure, "/r/"+rec.Token)
		if t.HasPhone && t.ContactedAt == nil {
			s.Contact = view.Moment(t.ContactDue, now) + " 前"
		}
	}
	s.Phone, err = h.phoneIn(r.Context(), d.Community)
	return s, err
}
