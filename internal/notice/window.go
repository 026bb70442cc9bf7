package notice

import (
	"fmt"

	"portal/internal/workday"
)

// Window is the time in which a notice hangs.
type Window struct {
	From  workday.Day
	Last  workday.Day // the last day, itself included; no day: without an end
	Exact bool        // false: the holidays of that year are not published, Last is the earliest day it could be
	Why   string      // 为什么是这天
}

// windowOf counts the days of a notice that is issued on a day. The day of issue does not count (民法典第二百零一条),
// and where the last day is a day off the next working day is the last one (第二百零三条), so that who reads it at
// the office on the last day finds it open.
func windowOf(cal *workday.Calendar, issued workday.Day, days int) Window {
	if days == 0 {
		return Window{From: issued, Exact: true, Why: "长期公开，内容有变化时随时更新"}
	}
	w := Window{From: issued.Add(1), Last: issued.Add(days), Exact: true}
	w.Why = fmt.Sprintf("%s签发，签发当日不算（民法典第二百零一条），从 %s 起第 %d 天是 %s", issued.Short(), w.From.Short(), days, w.Last.Short())
	counted := w.Last
	for {
		kind, name, known := cal.Kind(w.Last)
		if !known {
			w.Exact = false
			w.Why += fmt.Sprintf("。%d 年放假安排尚未公布，最后一天不早于 %s", w.Last.Year(), w.Last.Short())
			return w
		}
		if kind.Counts() {
			break
		}
		if w.Last == counted {
			w.Why += "，" + dayOff(kind, name) + "，顺延到下一个工作日（第二百零三条）"
		}
		w.Last = w.Last.Add(1)
	}
	if w.Last != counted {
		w.Why += " " + w.Last.Short()
	}
	return w
}

func dayOff(kind workday.Kind, name string) string {
	if name != "" {
		return "是" + name + "假期"
	}
	return "是" + kind.Label()
}

// Days is the number of days of the window; 0 without an end.
func (w Window) Days() int {
	if w.Last.IsZero() {
		return 0
	}
	return w.Last.Sub(w.From) + 1
}
