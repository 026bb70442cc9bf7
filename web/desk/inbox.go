package desk

import (
	"fmt"
	"net/http"
	"strconv"

	"portal/internal/inbox"
	"portal/internal/workday"
	"portal/web/form"
	"portal/web/frame"
	"portal/web/route"
	"portal/web/session"
	"portal/web/view"
)

// inboxPage is what concerns a person, newest first.
type inboxPage struct {
	Frame  view.Page
	Lines  []inboxLine
	Key    string
	UpTo   string // marks read up to this line
	Unread int
	Pages  view.Pages
}

type inboxLine struct {
	Words, Href, When string
	Read              bool
}

func (h handlers) inbox(w http.ResponseWriter, r *http.Request) error {
	by := route.Actor(r)
	lines, err := inbox.Mine(r.Context(), h.DB.Q(), by, r.URL.Query().Get("after"))
	if err != nil {
		return err
	}
	p := inboxPage{Frame: h.Staff(r, frame.Opts{Title: "看消息 - 我的", Module: "inbox"}), Key: form.NewKey(), Pages: view.Pages{Words: "每页 30 条"}}
	today := h.Today()
	for _, l := range lines.Rows {
		if !l.Read {
			p.Unread++
		}
		p.Lines = append(p.Lines, inboxLine{Words: l.Words, Href: frame.Local(l.Href, "/desk/todos"), Read: l.Read, When: moment(workday.DayOf(l.At), today) + l.At.In(workday.Shanghai).Format(" 15:04")})
	}
	if len(lines.Rows) > 0 {
		p.UpTo = strconv.FormatInt(lines.Rows[0].ID, 10)
	}
	if lines.HasPrev {
		p.Pages.First, p.Pages.Prev = "/desk/inbox", "/desk/inbox?after="+lines.Prev
	}
	if lines.HasNext {
		p.Pages.Next = "/desk/inbox?after=" + lines.Next
	}
	return h.Render(w, r, http.StatusOK, showInbox(p))
}

// read marks the lines up to the newest one on the page as read.
func (h handlers) read(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	upTo, err := strconv.ParseInt(f.Raw("up_to"), 10, 64)
	if err != nil || upTo <= 0 {
		return route.See(w, r, "/desk/inbox")
	}
	if err := h.lines.Read(r.Context(), route.Actor(r), upTo); err != nil {
		return err
	}
	h.Sessions.Tell(r.Context(), session.Flash{Tone: "ok", Words: "都标为已读了"})
	return route.See(w, r, "/desk/inbox")
}

func moment(day, today workday.Day) string {
	switch today.Sub(day) {
	case 0:
		return "今天"
	case 1:
		return "昨天"
	}
	if day.Year() == today.Year() {
		return day.Short()
	}
	return day.Chinese()
}

func countWords(n int) string { return fmt.Sprintf("%d 件", n) }

func itoa(n int) string { return strconv.Itoa(n) }
