package account

import (
	"net/url"
	"time"

	"portal/internal/account"
	"portal/internal/workday"
)

// momentWords writes a time as people say it (ux.md §6): 今天 10:05, 昨天 18:30, 11月16日 08:00.
func momentWords(now, at time.Time) string {
	clock := at.In(workday.Shanghai).Format("15:04")
	today, day := workday.DayOf(now), workday.DayOf(at)
	switch {
	case day == today:
		return "今天 " + clock
	case day == today.Add(-1):
		return "昨天 " + clock
	case day.Year() == today.Year():
		return day.Short() + " " + clock
	}
	return day.Chinese() + " " + clock
}

// span writes the days of a post: 2026年1月1日起, or 2026年1月1日 至 2026年3月31日.
func span(p account.HeldPost) string {
	if p.Until.IsZero() {
		return p.From.Chinese() + "起"
	}
	return p.From.Chinese() + " 至 " + p.Until.Chinese()
}

// standing says whether a post holds today, and with which tone it is shown.
func standing(p account.HeldPost, today workday.Day) (words, tone string) {
	switch {
	case p.Holds(today):
		return "在任", "ok"
	case today.Before(p.From):
		return "未到任", "info"
	}
	return "已结束", "neutral"
}

// reach says how far a post goes.
func reach(p account.HeldPost) string {
	if p.Division == "" {
		return p.UnitName
	}
	if p.Place == "" {
		return p.UnitName + "，区划 " + p.Division
	}
	return p.UnitName + "，" + p.Place
}

// query builds the address of the people list with its filters.
func query(words, state, cursor string) string {
	v := url.Values{}
	for name, value := range map[string]string{"q": words, "state": state, "after": cursor} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if len(v) == 0 {
		return pathPeople
	}
	return pathPeople + "?" + v.Encode()
}
