package request

import (
	"testing"
	"time"

	"portal/internal/request"
	"portal/internal/workday"
	"portal/web/view"
)

// Moments are written as people say them, within a week by the day, then by the date (ux.md §6, 5).
func TestWhen(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 17, 14, 12, 0, 0, workday.Shanghai)
	at := func(day, hour int) time.Time { return time.Date(2026, 11, day, hour, 30, 0, 0, workday.Shanghai) }
	for _, c := range []struct {
		at   time.Time
		want string
	}{
		{at(17, 20), "今天 20:30"}, {at(18, 0), "明天 00:30"}, {at(16, 23), "昨天 23:30"}, {at(20, 9), "周五 11月20日 09:30"},
		{at(23, 9), "周一 11月23日 09:30"}, {at(24, 9), "11月24日 09:30"}, {at(10, 9), "11月10日 09:30"},
		{time.Date(2027, 1, 4, 9, 0, 0, 0, time.UTC), "2027年1月4日 17:00"}, {time.Date(2026, 11, 17, 16, 30, 0, 0, time.UTC), "明天 00:30"},
	} {
		if got := view.Moment(c.at, now); got != c.want {
			t.Errorf("%v is %q, want %q", c.at, got, c.want)
		}
	}
	for d, want := range map[time.Duration]string{2 * time.Hour: "2 小时", 24 * time.Hour: "1 天", 42 * time.Hour: "42 小时", 168 * time.Hour: "7 天", 180 * time.Hour: "7 天 12 小时"} {
		if got := hours(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}

// What a resident keeps names the day: 明天 means another day tomorrow.
func TestKept(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 17, 14, 12, 0, 0, workday.Shanghai)
	for after, want := range map[time.Duration]string{time.Hour: "今天（11月17日）15:12", 24 * time.Hour: "明天（11月18日）14:12", 72 * time.Hour: "周五 11月20日 14:12"} {
		if got := kept(now.Add(after), now); got != want {
			t.Errorf("after %v: %q, want %q", after, got, want)
		}
	}
}

// A phrase is added once and taken out again, whatever stands around it.
func TestWithPhrase(t *testing.T) {
	t.Parallel()
	for _, c := range [][3]string{
		{"", "灯不亮", "灯不亮"}, {"三楼，", "灯不亮", "三楼，灯不亮"}, {"三楼黑。", "灯不亮", "三楼黑。灯不亮"},
		{"三楼，灯不亮", "灯不亮", "三楼"}, {"灯不亮了", "灯不亮", "灯不亮了，灯不亮"},
	} {
		if got := request.WithPhrase(c[0], c[1]); got != c[2] {
			t.Errorf("%q and %q give %q, want %q", c[0], c[1], got, c[2])
		}
	}
}
