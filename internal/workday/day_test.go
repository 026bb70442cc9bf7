package workday

import (
	"encoding/json"
	"testing"
	"time"
)

// Every day from 1900 to 2100 has the year, month, day and weekday of the standard
// library, and begins on itself in Shanghai, even where summer time skipped midnight.
func TestDayAgreesWithTime(t *testing.T) {
	at := time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)
	for d := NewDay(1900, 1, 1); d.Year() <= 2100; d = d.Add(1) {
		y, m, dd := at.Date()
		if d.Year() != y || d.Month() != m || d.Day() != dd || d.Weekday() != at.Weekday() {
			t.Fatalf("%v is %d-%d-%d %v, want %v", d, d.Year(), d.Month(), d.Day(), d.Weekday(), at)
		}
		if NewDay(y, m, dd) != d {
			t.Fatalf("NewDay(%d, %d, %d) = %v, want %v", y, m, dd, NewDay(y, m, dd), d)
		}
		if got := DayOf(d.Start()); got != d {
			t.Fatalf("DayOf(Start) of %v = %v", d, got)
		}
		if got := DayOf(d.Start().Add(-time.Second)); got != d.Add(-1) {
			t.Fatalf("the second before %v is on %v", d, got)
		}
		at = at.AddDate(0, 0, 1)
	}
}

func TestNewDayRefusesWhatDoesNotExist(t *testing.T) {
	for _, c := range []struct {
		y int
		m time.Month
		d int
	}{{2026, 2, 29}, {2026, 2, 30}, {2026, 13, 1}, {2026, 0, 1}, {2026, 1, 0}, {2026, 4, 31}, {0, 1, 1}, {10000, 1, 1}, {-1, 1, 1}, {1900, 2, 29}} {
		if got := NewDay(c.y, c.m, c.d); !got.IsZero() {
			t.Errorf("NewDay(%d, %d, %d) = %v, want no day", c.y, c.m, c.d, got)
		}
	}
	if NewDay(1, 1, 1).IsZero() || NewDay(9999, 12, 31).n != lastDay || NewDay(2024, 2, 29).IsZero() {
		t.Error("an existing day was refused")
	}
}

// The day in Shanghai changes at 16:00 UTC.
func TestDayOfIsShanghai(t *testing.T) {
	for at, want := range map[string]string{
		"2026-11-17T15:59:59Z":      "2026-11-17",
		"2026-11-17T16:00:00Z":      "2026-11-18",
		"2026-11-18T10:00:00+08:00": "2026-11-18",
		"2026-11-17T20:00:00-05:00": "2026-11-18",
	} {
		moment, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := DayOf(moment).String(); got != want {
			t.Errorf("DayOf(%s) = %s, want %s", at, got, want)
		}
	}
	if !DayOf(time.Time{}).IsZero() {
		t.Error("the zero time has a day")
	}
}

func TestAddMonthsEndsWithTheMonth(t *testing.T) {
	for _, c := range []struct {
		from string
		n    int
		want string
	}{
		{"2026-01-31", 1, "2026-02-28"}, {"2024-01-31", 1, "2024-02-29"}, {"2026-11-18", 2, "2027-01-18"},
		{"2026-11-18", -11, "2025-12-18"}, {"2026-03-31", -1, "2026-02-28"}, {"2024-02-29", 12, "2025-02-28"},
		{"2026-05-05", 0, "2026-05-05"}, {"0001-01-31", -1, ""}, {"9999-12-31", 1, ""}, {"2026-12-31", 1, "2027-01-31"},
	} {
		if got := day(t, c.from).AddMonths(c.n).String(); got != c.want {
			t.Errorf("%s and %d months = %q, want %q", c.from, c.n, got, c.want)
		}
	}
}

func TestArithmeticStaysInsideTheYears(t *testing.T) {
	first, last := NewDay(1, 1, 1), NewDay(9999, 12, 31)
	for _, d := range []Day{first.Add(-1), last.Add(1), Day{}.Add(5), last.Add(1 << 40), first.Add(-1 << 40), Day{}.AddMonths(1), last.AddMonths(1 << 40)} {
		if !d.IsZero() {
			t.Errorf("got %v, want no day", d)
		}
	}
	if last.Sub(first) != lastDay-1 || first.Sub(last) != 1-lastDay || first.Sub(Day{}) != 0 {
		t.Error("Sub counts wrong")
	}
	if !first.Before(last) || !last.After(first) || first.Compare(last) != -1 || !(Day{}).Before(first) {
		t.Error("order is wrong")
	}
}

// A date column reads from midnight of whatever zone the driver chose, and writes
// midnight UTC; NULL is no day both ways.
func TestDateColumns(t *testing.T) {
	want := NewDay(2026, 11, 18)
	for name, src := range map[string]any{
		"utc":      time.Date(2026, 11, 18, 0, 0, 0, 0, time.UTC),
		"shanghai": time.Date(2026, 11, 18, 0, 0, 0, 0, Shanghai),
		"west":     time.Date(2026, 11, 18, 0, 0, 0, 0, time.FixedZone("", -11*3600)),
		"late utc": time.Date(2026, 11, 18, 23, 59, 0, 0, time.UTC),
		"text":     "2026-11-18",
		"bytes":    []byte("2026-11-18"),
	} {
		var got Day
		if err := got.Scan(src); err != nil || got != want {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	for _, bad := range []any{"2026-11-31", "infinity", 20261118, true, time.Date(-44, 3, 15, 0, 0, 0, 0, time.UTC)} {
		got := want
		if err := got.Scan(bad); err == nil || got != want {
			t.Errorf("Scan(%v) = %v, %v; want an error and no change", bad, got, err)
		}
	}
	got := want
	if err := got.Scan(nil); err != nil || !got.IsZero() {
		t.Errorf("NULL = %v, %v", got, err)
	}
	if v, err := want.Value(); err != nil || v != time.Date(2026, 11, 18, 0, 0, 0, 0, time.UTC) {
		t.Errorf("Value = %v, %v", v, err)
	}
	if v, err := (Day{}).Value(); err != nil || v != nil {
		t.Errorf("Value of no day = %v, %v", v, err)
	}
}

func TestDayAsText(t *testing.T) {
	type record struct{ On, Until Day }
	text, err := json.Marshal(record{On: NewDay(2026, 11, 18)})
	if err != nil || string(text) != `{"On":"2026-11-18","Until":""}` {
		t.Fatalf("%s, %v", text, err)
	}
	var back record
	if err := json.Unmarshal(text, &back); err != nil || back.On != NewDay(2026, 11, 18) || !back.Until.IsZero() {
		t.Fatalf("%+v, %v", back, err)
	}
	if err := json.Unmarshal([]byte(`{"On":"2026-02-30"}`), &back); err == nil {
		t.Fatal("30 February was read")
	}
}
