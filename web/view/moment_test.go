package view

import (
	"testing"
	"time"

	"portal/internal/workday"
)

// Times are written as people say them, by the calendar of Shanghai (ux.md §6, 5).
func TestMoment(t *testing.T) {
	now := time.Date(2026, 11, 18, 23, 30, 0, 0, workday.Shanghai) // a Wednesday, near midnight
	for want, at := range map[string]time.Time{
		"":                {},
		"今天 14:12":        time.Date(2026, 11, 18, 6, 12, 0, 0, time.UTC),
		"明天 00:05":        time.Date(2026, 11, 18, 16, 5, 0, 0, time.UTC),
		"昨天 17:00":        time.Date(2026, 11, 17, 17, 0, 0, 0, workday.Shanghai),
		"周五 11月20日 09:00": time.Date(2026, 11, 20, 9, 0, 0, 0, workday.Shanghai),
		"11月25日 09:00":    time.Date(2026, 11, 25, 9, 0, 0, 0, workday.Shanghai),
		"11月16日 09:00":    time.Date(2026, 11, 16, 9, 0, 0, 0, workday.Shanghai),
		"2027年1月3日 09:00": time.Date(2027, 1, 3, 9, 0, 0, 0, workday.Shanghai),
	} {
		if got := Moment(at, now); got != want {
			t.Errorf("%v: %q, want %q", at, got, want)
		}
	}
}
