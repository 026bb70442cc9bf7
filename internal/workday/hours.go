package workday

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Office is one stretch of office hours within a day, as the time since midnight.
type Office struct{ From, Until time.Duration }

// Hours are the office hours of a working day, in order.
type Hours []Office

// ParseHours reads 9:00-12:00,14:00-17:30.
func ParseHours(text string) (Hours, error) {
	var out Hours
	last := time.Duration(-1)
	for part := range strings.SplitSeq(text, ",") {
		from, until, ok := strings.Cut(strings.TrimSpace(part), "-")
		a, errA := clock(from)
		b, errB := clock(until)
		if !ok || errA != nil || errB != nil || a >= b || a < last {
			return nil, fmt.Errorf("workday: office hours %q", text)
		}
		out, last = append(out, Office{a, b}), b
	}
	return out, nil
}

func clock(text string) (time.Duration, error) {
	h, m, ok := strings.Cut(text, ":")
	hour, errH := strconv.Atoi(h)
	minute, errM := strconv.Atoi(m)
	if !ok || errH != nil || errM != nil || hour < 0 || hour > 24 || minute < 0 || minute > 59 || hour == 24 && minute > 0 {
		return 0, fmt.Errorf("workday: time of day %q", text)
	}
	return time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute, nil
}

// String writes the hours for readers: 9:00—12:00、14:00—17:30.
func (h Hours) String() string {
	var parts []string
	for _, o := range h {
		parts = append(parts, o.String())
	}
	return strings.Join(parts, "、")
}

// String writes one stretch: 9:00—12:00.
func (o Office) String() string { return ofDay(o.From) + "—" + ofDay(o.Until) }

func ofDay(d time.Duration) string {
	return fmt.Sprintf("%d:%02d", int(d/time.Hour), int(d%time.Hour/time.Minute))
}

// mostDays is how far a count of hours looks; office hours of some length end long before.
const mostDays = 400

// AddHours gives the moment at which n working hours after from are over: only the office hours of working days
// count (REQ-08). Why tells the arithmetic in Chinese. In a year whose calendar is not published the count takes
// Monday to Friday as working days and is not exact.
func (c *Calendar) AddHours(from time.Time, n time.Duration, h Hours) (due time.Time, why string, exact bool, err error) {
	if n < 0 || len(h) == 0 {
		return time.Time{}, "", false, fmt.Errorf("workday: %v of office hours %v", n, h)
	}
	from = from.In(Shanghai)
	exact = true
	left := n
	var told []string
	day := DayOf(from)
	for range mostDays {
		kind, _, known := c.Kind(day)
		works := kind.Counts()
		if !known {
			exact, works = false, !day.weekend() && !day.fixed()
		}
		if works {
			for _, o := range h {
				start, end := day.Start().Add(o.From), day.Start().Add(o.Until)
				if start.Before(from) {
					start = from
				}
				if !start.Before(end) {
					continue
				}
				took := min(left, end.Sub(start))
				left -= took
				told = append(told, fmt.Sprintf("%s %s—%s 计 %s", day.Short(), start.Format("15:04"), start.Add(took).Format("15:04"), hours(took)))
				if left == 0 {
					return start.Add(took).UTC(), sentence(n, h, told, exact), exact, nil
				}
			}
		}
		day = day.Add(1)
	}
	return time.Time{}, "", false, fmt.Errorf("workday: %v of office hours do not end", n)
}

func sentence(n time.Duration, h Hours, told []string, exact bool) string {
	if len(told) > 4 {
		told = append(append(told[:2:2], "……"), told[len(told)-1])
	}
	words := fmt.Sprintf("工作时间为工作日 %s，共 %s：%s。", h, hours(n), strings.Join(told, "，"))
	if !exact {
		words += "其中有的年份放假安排尚未导入，暂按周一至周五计算。"
	}
	return words
}

// hours writes a length: 4 小时, 1 小时 30 分钟, 20 分钟.
func hours(d time.Duration) string {
	h, m := int(d/time.Hour), int(d%time.Hour/time.Minute)
	switch {
	case m == 0:
		return fmt.Sprintf("%d 小时", h)
	case h == 0:
		return fmt.Sprintf("%d 分钟", m)
	}
	return fmt.Sprintf("%d 小时 %d 分钟", h, m)
}
