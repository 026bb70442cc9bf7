package frame

import (
	"net/http"
	"strconv"
	"time"

	"portal/internal/audit"
	"portal/internal/authz"
	"portal/internal/workday"
	"portal/web/view"
)

// historySize is the entries of one screen.
const historySize = 100

// History answers with the page of everything that happened to one record, newest first (R49). Whether
// the person may see the record was asked before.
func (f *Frame) History(w http.ResponseWriter, r *http.Request, o Opts, title, kind string, id int64) error {
	before, err := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	if err != nil || before < 0 {
		before = 0
	}
	entries, err := audit.History(r.Context(), f.DB.Q(), kind, id, before, historySize+1)
	if err != nil {
		return err
	}
	older := ""
	if len(entries) > historySize {
		entries = entries[:historySize]
		older = r.URL.Path + "?before=" + strconv.FormatInt(entries[historySize-1].ID, 10)
	}
	events := make([]view.Event, len(entries))
	for i, e := range entries {
		if o.Unnamed != 0 && e.AccountID != nil && *e.AccountID == o.Unnamed {
			e.Actor, e.Post = "登记人员", ""
		}
		events[i] = eventOf(e)
	}
	return f.Render(w, r, http.StatusOK, view.StaffWith(f.Staff(r, o), view.History(title, events, older)))
}

func eventOf(e audit.Entry) view.Event {
	head := authz.Action(e.Action).Label()
	if head == "" {
		head = e.Action
	}
	who := e.Actor
	if e.Post != "" {
		who = e.Post + " " + e.Actor
	}
	return view.Event{When: moment(e.At) + " · " + who, Head: head, Text: e.Reason}
}

func moment(t time.Time) string {
	d := workday.DayOf(t)
	return d.Chinese() + " " + t.In(workday.Shanghai).Format("15:04")
}
