package view

import (
	"time"

	"portal/internal/workday"
)

// Moment writes a time of day as people say it: 今天 14:12, 明天 09:00, 周五 11月20日 17:00, 11月30日 17:00.
func Moment(t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	day, today := workday.DayOf(t), workday.DayOf(now)
	words := day.Short()
	switch d := day.Sub(today); {
	case d == 0:
		words = "今天"
	case d == 1:
		words = "明天"
	case d == -1:
		words = "昨天"
	case d > 1 && d < 7:
		words = "周" + string([]rune(day.WeekdayChinese())[2:]) + " " + words
	case day.Year() != today.Year():
		words = day.Chinese()
	}
	return words + " " + t.In(workday.Shanghai).Format("15:04")
}
