package admission

import (
	"fmt"
	"strconv"
	"time"

	"portal/internal/admission"
	"portal/internal/workday"
	"portal/web/view"
)

var resultTones = map[string]view.Tone{"pass": view.OK, "explain": view.Warn, "fail": view.Danger, "p": view.OK, "e": view.Warn, "f": view.Danger}

var resultWords = map[string]string{"pass": "通过", "explain": "需说明", "fail": "不通过", "p": "通过", "e": "需说明", "f": "不通过"}

// standingTones colours the words of Standing; a state's words come from its Label alone.
var standingTones = map[string]view.Tone{
	"草稿": view.Neutral, "已提交": view.Info, "已受理": view.Info, "街道审核": view.Info, "退回补正": view.Warn, "不予受理": view.Danger, "准予准入": view.OK,
	"附条件准入": view.OK, "不予准入": view.Danger, "执行中": view.OK, "快到期": view.Warn, "已退出": view.Neutral, "已撤回": view.Neutral,
	"逾期未补正": view.Neutral, "待社区确认": view.Warn,
}

// mini draws the five letters of a list row.
func mini(letters string) []view.Check {
	if len(letters) != len(admission.CheckKinds) {
		return nil
	}
	out := make([]view.Check, len(admission.CheckKinds))
	for i, kind := range admission.CheckKinds {
		out[i] = view.Check{Name: admission.CheckLabel(kind), Tone: resultTones[letters[i:i+1]]}
	}
	return out
}

// near writes a day as people say it when it is close: 今天, 明天, 周五; else 12月1日.
func near(day, today workday.Day) string {
	switch d := day.Sub(today); {
	case day.IsZero():
		return ""
	case d == 0:
		return "今天"
	case d == 1:
		return "明天"
	case d == -1:
		return "昨天"
	case day.Year() != today.Year():
		return day.Chinese()
	}
	return day.Short()
}

// left says how many working days there are to a day, or how many it is over.
func left(cal *workday.Calendar, due, today workday.Day) (words string, late bool) {
	switch {
	case due.IsZero():
		return "", false
	case due == today:
		return "今天到期", false
	case due.Before(today):
		return fmt.Sprintf("超期 %d 个工作日", max(1, workdays(cal, due, today))), true
	}
	return fmt.Sprintf("剩 %d 个工作日", workdays(cal, today, due)), false
}

// workdays counts the working days after from, up to and including to; a year without a calendar
// counts as plain Mondays to Fridays, which is what a list can say of it.
func workdays(cal *workday.Calendar, from, to workday.Day) int {
	n := 0
	for d := from.Add(1); !d.After(to) && n < 400; d = d.Add(1) {
		kind, _, known := cal.Kind(d)
		if known && kind.Counts() || !known && d.Weekday() != time.Saturday && d.Weekday() != time.Sunday {
			n++
		}
	}
	return n
}

func number(n *float64) string {
	if n == nil {
		return ""
	}
	return view.Hours(*n)
}

func funds(fen *int64) string {
	if fen == nil {
		return ""
	}
	return view.Yuan(*fen)
}

// moment writes a time of the day for a trail: 今天 09:02, 11月17日 16:30.
func moment(t time.Time, today workday.Day) string {
	return near(workday.DayOf(t), today) + " " + t.In(workday.Shanghai).Format("15:04")
}

func span(f admission.Form) string {
	switch {
	case f.StartOn.IsZero():
		return ""
	case f.EndOn.IsZero():
		return f.StartOn.Chinese() + " 起，长期"
	}
	return f.StartOn.Chinese() + " 至 " + f.EndOn.Chinese() + "，到期自动退出"
}

func itoa(n int) string { return strconv.Itoa(n) }
