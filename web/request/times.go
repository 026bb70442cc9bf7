package request

import (
	"strconv"
	"time"

	"portal/internal/workday"
)

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
