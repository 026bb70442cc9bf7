package request

import (
	"strconv"
	"strings"
	"time"

	"portal/internal/workday"
)

var nearDays = map[int]string{-1: "昨天", 0: "今天", 1: "明天"}

// when writes a moment as people say it (ux.md §6, 5): 今天 14:12, 周五（11月20日）14:12, 12月3日 14:12.
func when(t, now time.Time) string {
	day, today := workday.DayOf(t), workday.DayOf(now)
	clock := t.In(workday.Shanghai).Format("15:04")
	date := strconv.Itoa(int(day.Month())) + "月" + strconv.Itoa(day.Day()) + "日"
	away := day.Sub(today)
	switch name, near := nearDays[away]; {
	case near:
		return name + " " + clock
	case away > 1 && away < 7:
		return "周" + strings.TrimPrefix(day.WeekdayChinese(), "星期") + "（" + date + "）" + clock
	case day.Year() == today.Year():
		return date + " " + clock
	}
	return day.Chinese() + " " + clock
}

// fully writes a moment with its date: 2026年11月17日 14:12.
func fully(t time.Time) string {
	return workday.DayOf(t).Chinese() + " " + t.In(workday.Shanghai).Format("15:04")
}

// hours writes a span of whole hours: 6 小时, 3 天, 7 天 12 小时.
func hours(d time.Duration) string {
	n := int(d.Round(time.Hour) / time.Hour)
	days, rest := n/24, n%24
	switch {
	case n < 48 && n != 24:
		return strconv.Itoa(n) + " 小时"
	case rest == 0:
		return strconv.Itoa(days) + " 天"
	}
	return strconv.Itoa(days) + " 天 " + strconv.Itoa(rest) + " 小时"
}
