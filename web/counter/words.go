package counter

import (
	"strconv"
	"time"

	"portal/internal/workday"
)

// moment writes a time as people say it: 今天 14:12, 明天 09:00, 11月18日 14:12.
func moment(t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	clock, day, today := t.In(workday.Shanghai).Format("15:04"), workday.DayOf(t), workday.DayOf(now)
	if name, near := nearDays[day.Sub(today)]; near {
		return name + " " + clock
	}
	if day.Year() == today.Year() {
		return onPaper(t)
	}
	return day.Chinese() + " " + clock
}

var nearDays = map[int]string{-1: "昨天", 0: "今天", 1: "明天"}

// onPaper writes a time so that it reads the same tomorrow: 11月18日 14:12.
func onPaper(t time.Time) string {
	day := workday.DayOf(t)
	return strconv.Itoa(int(day.Month())) + "月" + strconv.Itoa(day.Day()) + "日 " + t.In(workday.Shanghai).Format("15:04")
}

// fully writes a time for paper and records: 2026年11月17日 14:12.
func fully(t time.Time) string {
	return workday.DayOf(t).Chinese() + " " + t.In(workday.Shanghai).Format("15:04")
}
