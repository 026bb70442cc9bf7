package workorder

import (
	"strconv"
	"strings"
	"time"

	"portal/internal/workday"
	"portal/internal/workorder"
	"portal/web/view"
)

// chip is a status: icon, words and colour.
type chip struct {
	Tone  view.Tone
	Icon  string
	Words string
}

// stateLooks gives each state its colour and icon; the words are those of the state.
var stateLooks = map[workorder.State]chip{
	workorder.Registered: {Tone: view.Warn, Icon: "inbox"}, workorder.Dispatched: {Tone: view.Info, Icon: "send"}, workorder.Signed: {Tone: view.Info, Icon: "pencil"},
	workorder.Handling: {Tone: view.Info, Icon: "circle-dot"}, workorder.Handled: {Tone: view.OK, Icon: "clipboard-check"}, workorder.Disputed: {Tone: view.Warn, Icon: "scale"},
	workorder.Parked: {Tone: view.Warn, Icon: "circle-pause"}, workorder.Closed: {Tone: view.Neutral, Icon: "archive"}, workorder.Recorded: {Tone: view.OK, Icon: "check"},
	workorder.NotAccepted: {Tone: view.Neutral, Icon: "circle-x"}, workorder.Diverted: {Tone: view.Neutral, Icon: "corner-up-right"}, workorder.Merged: {Tone: view.Neutral, Icon: "link"},
	workorder.Withdrawn: {Tone: view.Neutral, Icon: "undo-2"},
}

func stateChip(s workorder.State) chip {
	c, ok := stateLooks[s]
	if !ok {
		c = chip{Tone: view.Neutral, Icon: "circle-dot"}
	}
	c.Words = s.Label()
	return c
}

// moment is a time of day as people say it.
func moment(t, now time.Time) string { return view.Moment(t, now) }

// exact is a moment with its day written out, for records.
func exact(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return workday.DayOf(t).Chinese() + " " + t.In(workday.Shanghai).Format("15:04")
}

func itoa(n int) string { return strconv.Itoa(n) }

func id64[T ~int64](n T) string { return strconv.FormatInt(int64(n), 10) }

// dotted joins what is not empty by middle dots.
func dotted(parts ...string) string {
	kept := parts[:0:0]
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, " · ")
}

// term adds a line when there is something to say.
func term(list []view.Term, name, text string) []view.Term {
	if text == "" {
		return list
	}
	return append(list, view.Term{Name: name, Text: text})
}
