package kiosk

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"time"

	"portal/internal/policy"
	"portal/internal/workday"
	"portal/web/view"
)

// tiles are the doors of the start page; a module that does not exist has none (issue §2).
func (h handlers) tiles(ctx context.Context, at *here) ([]view.Tile, error) {
	n, err := h.newNotices(ctx, at)
	if err != nil {
		return nil, err
	}
	board := "街道和社区公开的事"
	if n > 0 {
		board = "新的 " + strconv.Itoa(n) + " 件"
	}
	return []view.Tile{
		{Href: pathFile, Icon: "megaphone", Title: "反映问题", Words: "灯不亮、漏水、噪声、垃圾，4 步说清楚", Main: true},
		{Href: pathLookup, Icon: "search-check", Title: "查进度", Words: "扫小票或输查询码"},
		{Href: pathNotices, Icon: "scroll-text", Title: "看公示", Words: board},
		{Href: pathGrids, Icon: "user-search", Title: "找网格员", Words: "谁管我家这片"},
		{Href: pathGuides, Icon: "folder-check", Title: "办事材料", Words: "要带什么、去哪办"},
	}, nil
}

// facts is what the start page says of the street's window: from its office hours and the calendar of working
// days, never from a queue that nobody counts.
func (h handlers) facts(ctx context.Context, now time.Time) ([]view.KFact, error) {
	set, err := h.f.Settings(ctx)
	if err != nil {
		return nil, err
	}
	cal, _, err := policy.Calendar(ctx, h.f.DB.Q())
	if err != nil {
		return nil, err
	}
	kind, _, known := cal.Kind(workday.DayOf(now))
	return window(set.StreetOfficeTime, now, kind, known), nil
}

var hours = regexp.MustCompile(`(\d{1,2}):(\d{2})\s*[—–\-至到~]+\s*(\d{1,2}):(\d{2})`)

// window reads office hours such as 工作日 9:00—12:00，13:30—17:30. Hours that it does not read are shown as they
// were written.
func window(words string, now time.Time, kind workday.Kind, known bool) []view.KFact {
	spans := hours.FindAllStringSubmatch(strings.ReplaceAll(words, "：", ":"), -1)
	if !known || len(spans) == 0 || !strings.Contains(words, "工作日") {
		if words == "" {
			return nil
		}
		return []view.KFact{{Name: "窗口时间", Text: words}}
	}
	if kind != workday.Workday && kind != workday.Makeup {
		return []view.KFact{{Name: "街道窗口", Text: "今天休息"}, {Name: "窗口时间", Text: words}}
	}
	local := now.In(workday.Shanghai)
	minute := local.Hour()*60 + local.Minute()
	last := spans[len(spans)-1]
	closes := view.KFact{Name: "今天办到", Text: last[3] + ":" + last[4]}
	for _, s := range spans {
		switch from, to := minutes(s[1], s[2]), minutes(s[3], s[4]); {
		case minute < from:
			return []view.KFact{{Name: "街道窗口", Text: s[1] + ":" + s[2] + " 开门"}, closes}
		case minute < to:
			return []view.KFact{{Name: "街道窗口", Text: "现在开着"}, closes}
		}
	}
	return []view.KFact{{Name: "街道窗口", Text: "今天已下班"}, {Name: "窗口时间", Text: words}}
}

func minutes(hour, minute string) int {
	h, _ := strconv.Atoi(hour) // digits, as the pattern found them
	m, _ := strconv.Atoi(minute)
	return h*60 + m
}

// clock and date are the server's: the device's own is never read.
func clock(now time.Time) string { return now.In(workday.Shanghai).Format("15:04") }

func date(now time.Time) string {
	d := workday.DayOf(now)
	return now.In(workday.Shanghai).Format("1月2日") + " " + d.WeekdayChinese()
}
