package workday

import (
	"strings"
	"testing"
)

// The due days a street office meets, with the day it was asked from 1.
func TestCount(t *testing.T) {
	cal := shipped(t)
	for _, c := range []struct {
		name, from string
		n          int
		due        string
	}{
		{"15 days to decide", "2026-11-18", 15, "2026-12-09"},
		{"R9: 30 days ahead", "2026-11-18", 30, "2026-12-30"},
		{"last known day", "2026-11-18", 31, "2026-12-31"},
		{"R10: a weekday holiday does not count", "2026-09-30", 1, "2026-10-08"},
		{"R10: Saturday 调休 counts", "2026-09-30", 3, "2026-10-10"},
		{"after the 调休 Saturday", "2026-09-30", 4, "2026-10-12"},
		{"from a weekend", "2026-11-21", 1, "2026-11-23"},
		{"over the spring festival", "2026-02-13", 2, "2026-02-24"},
		{"over the turn of a year", "2025-12-31", 1, "2026-01-04"},
		{"none", "2026-11-21", 0, "2026-11-21"},
		{"backward", "2026-10-12", -1, "2026-10-10"},
		{"backward over the break", "2026-10-12", -4, "2026-09-30"},
		{"backward over the turn of a year", "2026-01-04", -1, "2025-12-31"},
		{"R9 backward from the start day", "2026-12-31", -30, "2026-11-19"},
	} {
		e := Count(cal, day(t, c.from), c.n)
		if e.Due.String() != c.due || !e.Complete || e.Sentence() != "" || e.CountedSoFar != max(c.n, -c.n) {
			t.Errorf("%s: %s and %d = %v, complete %v, want %s", c.name, c.from, c.n, e.Due, e.Complete, c.due)
		}
	}
}

// An explanation names every day between, in order, and why it counts or not.
func TestExplanationShowsEveryDay(t *testing.T) {
	e := Count(shipped(t), NewDay(2026, 9, 30), 3)
	var lines []string
	for _, s := range e.Steps {
		lines = append(lines, s.Day.Short()+" "+s.Reason())
	}
	want := []string{
		"10月1日 国庆节放假，不计", "10月2日 国庆节放假，不计", "10月3日 国庆节放假，不计", "10月4日 国庆节放假，不计",
		"10月5日 国庆节放假，不计", "10月6日 国庆节放假，不计", "10月7日 国庆节放假，不计",
		"10月8日 第 1 个工作日", "10月9日 第 2 个工作日", "10月10日 星期六调休上班（国庆节），第 3 个工作日",
	}
	if got := strings.Join(lines, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
	if got, want := e.Summary(), "从2026年9月30日起往后数 3 个工作日（当日不计），到2026年10月10日星期六。"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if cal := shipped(t); e.Version != cal.Version(2026) ||
		Count(cal, NewDay(2025, 12, 30), 5).Version != cal.Version(2025)+" "+cal.Version(2026) {
		t.Errorf("version %q", e.Version)
	}
	if got := Count(shipped(t), NewDay(2026, 11, 20), 1).Steps[0].Reason(); got != "周末，不计" {
		t.Errorf("weekend reads %s", got)
	}
}

// In front of 2027 the count stops: the days so far are shown, and the bound takes
// every day of 2027 as worked except 1 January.
func TestCountStopsAtAnUnpublishedYear(t *testing.T) {
	cal := shipped(t)
	for _, c := range []struct {
		from    string
		n       int
		counted int
		bound   string
	}{
		{"2026-11-18", 32, 31, "2027-01-02"},
		{"2026-11-18", 40, 31, "2027-01-10"},
		{"2026-12-31", 1, 0, "2027-01-02"},
		{"2027-03-01", 3, 0, "2027-03-04"},
		{"2027-04-30", 1, 0, "2027-05-02"},
		{"2027-09-30", 2, 0, "2027-10-05"},
	} {
		e := Count(cal, day(t, c.from), c.n)
		if e.Complete || e.MissingYear != 2027 || e.CountedSoFar != c.counted || e.Due.String() != c.bound {
			t.Errorf("%s and %d: complete %v, missing %d, counted %d, not before %v; want %d and %s",
				c.from, c.n, e.Complete, e.MissingYear, e.CountedSoFar, e.Due, c.counted, c.bound)
		}
		for _, s := range e.Steps {
			if s.Day.Year() == 2027 {
				t.Errorf("%v of an unpublished year is shown as %s", s.Day, s.Kind)
			}
		}
	}
	e := Count(cal, NewDay(2026, 11, 18), 40)
	if e.Sentence() != "2027 年放假安排尚未导入" {
		t.Errorf("sentence %s", e.Sentence())
	}
	if want := "从2026年11月18日起往后数 40 个工作日（当日不计），已数 31 个，不早于2027年1月10日。2027 年放假安排尚未导入。"; e.Summary() != want {
		t.Errorf("got %s\nwant %s", e.Summary(), want)
	}
	back := Count(cal, NewDay(2004, 1, 5), -3)
	if back.Complete || back.MissingYear != 2003 || back.CountedSoFar != 1 || back.Due != NewDay(2003, 12, 30) || !strings.Contains(back.Summary(), "不晚于2003年12月30日") {
		t.Errorf("backward: %+v %s", back, back.Summary())
	}
}

// Importing the missing year completes the same count.
func TestImportCompletesTheCount(t *testing.T) {
	table, problems := ParseYear(strings.NewReader(year2027))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	cal, err := NewCalendar(append(Published(), table))
	if err != nil {
		t.Fatal(err)
	}
	before, after := Count(shipped(t), NewDay(2026, 11, 18), 40), Count(cal, NewDay(2026, 11, 18), 40)
	if !after.Complete || after.Due != NewDay(2027, 1, 14) || after.Due.Before(before.Due) {
		t.Errorf("due %v, before the import not before %v", after.Due, before.Due)
	}
}

// R15: the clock stands still on the days that ended with the application returned.
func TestPauses(t *testing.T) {
	cal, from := shipped(t), NewDay(2026, 11, 18)
	span := func(a, b string) Span {
		s := Span{Stopped: day(t, a)}
		if b != "" {
			s.Resumed = day(t, b)
		}
		return s
	}
	for _, c := range []struct {
		name   string
		pauses []Span
		due    string
	}{
		{"none", nil, "2026-12-09"},
		{"Friday to Wednesday", []Span{span("2026-11-20", "2026-11-25")}, "2026-12-14"},
		{"back on the same day", []Span{span("2026-11-20", "2026-11-20")}, "2026-12-09"},
		{"one night", []Span{span("2026-11-20", "2026-11-21")}, "2026-12-10"},
		{"only a weekend", []Span{span("2026-11-21", "2026-11-23")}, "2026-12-09"},
		{"twice", []Span{span("2026-11-20", "2026-11-23"), span("2026-12-01", "2026-12-03")}, "2026-12-14"},
		{"overlapping", []Span{span("2026-11-20", "2026-11-25"), span("2026-11-23", "2026-11-24")}, "2026-12-14"},
		{"turned around", []Span{span("2026-11-25", "2026-11-20")}, "2026-12-09"},
		{"no day", []Span{{}}, "2026-12-09"},
		{"before the count", []Span{span("2026-11-01", "2026-11-18")}, "2026-12-09"},
		{"after the count", []Span{span("2026-12-10", "2026-12-20")}, "2026-12-09"},
	} {
		e := CountExcluding(cal, from, 15, c.pauses)
		if e.Due.String() != c.due || !e.Complete {
			t.Errorf("%s: due %v, want %s", c.name, e.Due, c.due)
		}
		if got := BetweenExcluding(cal, from, e.Due, c.pauses); got.Counted != 15 || !got.Complete {
			t.Errorf("%s: %d days between", c.name, got.Counted)
		}
	}
	e := CountExcluding(cal, from, 2, []Span{span("2026-11-20", "2026-11-25")})
	for _, s := range e.Steps[1:6] {
		if s.Kind != Paused || s.Counted || s.Index != 0 || s.Reason() != "计时暂停，不计" {
			t.Errorf("%v is %+v", s.Day, s)
		}
	}
}

// A clock that is still stopped gives no due date, only the earliest one possible.
func TestOpenPause(t *testing.T) {
	cal, from := shipped(t), NewDay(2026, 11, 18)
	pauses := []Span{{Stopped: NewDay(2026, 11, 25)}}
	e := CountExcluding(cal, from, 15, pauses)
	if e.Complete || e.CountedSoFar != 4 || e.PausedSince != NewDay(2026, 11, 25) || e.Due != NewDay(2026, 12, 9) || e.Sentence() != "自2026年11月25日起暂停计时，尚未恢复" {
		t.Errorf("%+v %s", e, e.Sentence())
	}
	if done := CountExcluding(cal, from, 3, pauses); !done.Complete || done.Due != NewDay(2026, 11, 23) {
		t.Errorf("a count that ended before the pause: %+v", done)
	}
	if got := BetweenExcluding(cal, from, NewDay(2026, 12, 31), pauses); got.Counted != 4 {
		t.Errorf("%d days used, want 4", got.Counted)
	}
}

// A day on which the clock stood still needs no calendar.
func TestPauseOverAnUnpublishedYear(t *testing.T) {
	cal := shipped(t)
	e := CountExcluding(cal, NewDay(2026, 12, 30), 2, []Span{{NewDay(2026, 12, 31), NewDay(2027, 1, 5)}})
	if e.MissingYear != 2027 || len(e.Steps) != 5 || e.Due != NewDay(2027, 1, 6) || e.Complete {
		t.Errorf("%+v", e)
	}
	later := CountExcluding(cal, NewDay(2026, 12, 30), 3, []Span{{NewDay(2027, 1, 2), NewDay(2027, 1, 5)}})
	if later.Due != NewDay(2027, 1, 6) { // 31 December, then 5 and 6 January at the earliest
		t.Errorf("not before %v", later.Due)
	}
}

func TestBetween(t *testing.T) {
	cal := shipped(t)
	for _, c := range []struct {
		a, b                      string
		counted, missing, unknown int
	}{
		{"2026-11-18", "2026-12-09", 15, 0, 0},
		{"2026-12-09", "2026-11-18", -15, 0, 0},
		{"2026-11-20", "2026-11-22", 0, 0, 0},
		{"2026-11-18", "2026-11-18", 0, 0, 0},
		{"2026-09-30", "2026-10-10", 3, 0, 0},
		{"2026-12-30", "2027-01-04", 1, 2027, 3},
		{"2027-01-04", "2026-12-30", -2, 2027, 2},
		{"2003-12-30", "2004-01-02", 1, 2003, 1},
	} {
		got := Between(cal, day(t, c.a), day(t, c.b))
		if got.Counted != c.counted || got.MissingYear != c.missing || got.Unknown != c.unknown || got.Complete != (c.missing == 0) {
			t.Errorf("from %s to %s: %+v", c.a, c.b, got)
		}
	}
	if got := Between(cal, NewDay(2026, 12, 30), NewDay(2027, 1, 4)).Sentence(); got != "2027 年放假安排尚未导入" {
		t.Errorf("sentence %q", got)
	}
	if got := Between(cal, Day{}, NewDay(2026, 1, 1)); got.Complete || got.Counted != 0 {
		t.Errorf("from no day: %+v", got)
	}
}

// Numbers and days out of reach end, without an invented date.
func TestCountOutOfReach(t *testing.T) {
	cal := shipped(t)
	const huge = int(^uint(0) >> 1)
	for _, n := range []int{huge, -huge - 1, 1 << 30} {
		if e := Count(cal, NewDay(2026, 11, 18), n); e.Complete || e.MissingYear == 0 {
			t.Errorf("%d working days: due %v, missing %d", n, e.Due, e.MissingYear)
		}
	}
	if e := Count(cal, Day{}, 3); e.Complete || !e.Due.IsZero() || e.Summary() != "" {
		t.Errorf("from no day: %+v", e)
	}
	if e := Count(cal, NewDay(9999, 12, 31), 3); e.Complete || e.Sentence() == "" {
		t.Errorf("past the last day: %+v", e)
	}
}
