package catalog

import (
	"net/http"
	"strconv"

	"portal/internal/fault"
	"portal/internal/policy"
	"portal/internal/workday"
	"portal/web/route"
	"portal/web/view"
)

// deadlinePage is 「为什么是这天」.
type deadlinePage struct {
	base
	policy.Explained
	Today workday.Day
}

func (h handlers) deadline(w http.ResponseWriter, r *http.Request) error {
	id, err := strconv.ParseInt(route.Param(r, "id"), 10, 64)
	if err != nil || id <= 0 {
		return fault.NotFound("没有这个期限。可能已经结束，请回到原来的页面查看")
	}
	e, err := policy.Explain(r.Context(), h.DB.Q(), id)
	if err != nil {
		return err
	}
	p := deadlinePage{base: h.base(r, "为什么是这天 - "+e.DueOn.Chinese(), "", view.Crumb{Href: "/desk/todos", Text: "待办"}, view.Crumb{Text: "为什么是这天"}), Explained: e, Today: h.Today()}
	return h.Render(w, r, http.StatusOK, showDeadline(p))
}

// heading is the answer first.
func (p deadlinePage) heading() string {
	if p.NotBefore {
		return "不早于" + p.DueOn.Chinese()
	}
	return p.DueOn.Chinese() + p.DueOn.WeekdayChinese()
}

func (p deadlinePage) lead() string {
	if p.Unit == policy.CalendarDays {
		return "从" + p.StartedOn.Chinese() + "起往后数 " + strconv.Itoa(p.Days) + " 天（当日不计），休息日也算"
	}
	return p.Count.Summary()
}

// state of the clock today.
func (p deadlinePage) state() view.Chipped {
	switch {
	case !p.StoppedOn.IsZero():
		return view.Chipped{Tone: view.Neutral, Words: p.StoppedOn.Short() + "已停止计时"}
	case p.Paused():
		return view.Chipped{Tone: view.Warn, Words: "暂停计时"}
	case p.NotBefore:
		return view.Chipped{Tone: view.Info, Words: "日期待定"}
	case p.Overdue(p.Today):
		return view.Chipped{Tone: view.Danger, Words: "超期 " + strconv.Itoa(p.Today.Sub(p.DueOn)) + " 天"}
	case p.Today == p.DueOn:
		return view.Chipped{Tone: view.Warn, Words: "今天到期"}
	}
	return view.Chipped{Tone: view.Info, Words: "剩 " + strconv.Itoa(p.DueOn.Sub(p.Today)) + " 天"}
}

func (p deadlinePage) facts() []view.Term {
	terms := []view.Term{
		{Name: "依据", Text: p.Basis},
		{Name: "开始日", Text: p.StartedOn.Chinese() + "（当日不计）"},
		{Name: "期限", Text: strconv.Itoa(p.Days) + " " + p.Unit.Label()},
		{Name: "日历版本", Text: p.CalendarVersion},
	}
	for _, s := range p.Pauses {
		terms = append(terms, view.Term{Name: "暂停", Text: pauseWords(s)})
	}
	return terms
}

func pauseWords(s workday.Span) string {
	if s.Resumed.IsZero() {
		return s.Stopped.Chinese() + "起，尚未恢复"
	}
	return s.Stopped.Chinese() + "至" + s.Resumed.Chinese() + "，退回补正期间不计"
}

// cells draws the 期限格: one cell for each day that was passed.
func (p deadlinePage) cells() []view.DayCell {
	var out []view.DayCell
	for _, s := range p.Count.Steps {
		cell := view.DayCell{Label: s.Day.Short() + " " + s.Reason()}
		switch {
		case s.Kind == workday.Paused:
			cell.State = "paused"
		case s.Day == p.Today && !p.stoppedBefore(s.Day):
			cell.State = "today"
		case s.Counted && s.Day.Before(p.Today) && !p.stoppedBefore(s.Day):
			cell.State = "past"
		}
		out = append(out, cell)
	}
	return out
}

// stoppedBefore reports a day after the clock had ended for good.
func (p deadlinePage) stoppedBefore(day workday.Day) bool {
	return !p.StoppedOn.IsZero() && day.After(p.StoppedOn)
}

func (p deadlinePage) cellWords() string {
	passed := 0
	for _, s := range p.Count.Steps {
		if s.Counted && !s.Day.After(p.Today) && !p.stoppedBefore(s.Day) {
			passed++
		}
	}
	return strconv.Itoa(p.Days) + " " + p.Unit.Label() + "，已经数了 " + strconv.Itoa(passed) + " 个"
}
