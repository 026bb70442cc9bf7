package workday

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

var office = Hours{{9 * time.Hour, 12 * time.Hour}, {14 * time.Hour, 17*time.Hour + 30*time.Minute}}

func shippedYears(t testing.TB) *Calendar {
	t.Helper()
	cal, err := NewCalendar(Published())
	if err != nil {
		t.Fatal(err)
	}
	return cal
}

func at(text string) time.Time {
	out, err := time.ParseInLocation("2006-01-02 15:04", text, Shanghai)
	if err != nil {
		panic(err)
	}
	return out
}

// Working hours (REQ-08): only the office hours of working days count, over noon, night, weekend, holiday and a
// make-up Saturday.
func TestAddHours(t *testing.T) {
	cal := shippedYears(t)
	for _, x := range []struct {
		name, from string
		hours      float64
		want       string
		exact      bool
	}{
		{"within the morning", "2026-11-18 09:30", 1, "2026-11-18 10:30", true},
		{"over noon", "2026-11-18 10:00", 4, "2026-11-18 16:00", true},
		{"to the last minute of the morning", "2026-11-18 09:00", 3, "2026-11-18 12:00", true},
		{"over night", "2026-11-18 16:30", 4, "2026-11-19 12:00", true},
		{"before the office opens", "2026-11-18 06:00", 1, "2026-11-18 10:00", true},
		{"at noon", "2026-11-18 12:30", 1, "2026-11-18 15:00", true},
		{"Friday evening", "2026-11-20 18:00", 4, "2026-11-23 15:00", true},
		{"over the National Day, back on Thursday 8 October", "2026-09-30 17:00", 1, "2026-10-08 09:30", true},
		{"a make-up Saturday counts", "2026-10-10 08:00", 1, "2026-10-10 10:00", true},
		{"into a year without a notice", "2026-12-31 17:00", 1, "2027-01-04 09:30", false},
		{"nothing", "2026-11-18 10:00", 0, "2026-11-18 10:00", true},
	} {
		due, why, exact, err := cal.AddHours(at(x.from), time.Duration(x.hours*float64(time.Hour)), office)
		if err != nil || !due.Equal(at(x.want)) || exact != x.exact || why == "" {
			t.Errorf("%s: %v %v %q %v", x.name, due.In(Shanghai), exact, why, err)
		}
	}
	_, why, _, _ := cal.AddHours(at("2026-11-18 10:00"), 4*time.Hour, office)
	if want := "工作时间为工作日 9:00—12:00、14:00—17:30，共 4 小时：11月18日 10:00—12:00 计 2 小时，11月18日 14:00—16:00 计 2 小时。"; why != want {
		t.Error(why)
	}
}

// The clock of the office runs forward and loses nothing: two counts after each other are one.
func TestAddHoursAddsUp(t *testing.T) {
	cal := shippedYears(t)
	rapid.Check(t, func(t *rapid.T) {
		from := at("2026-01-01 00:00").Add(time.Duration(rapid.IntRange(0, 300*24*60).Draw(t, "minutes")) * time.Minute)
		a := time.Duration(rapid.IntRange(0, 40*60).Draw(t, "a")) * time.Minute
		b := time.Duration(rapid.IntRange(1, 40*60).Draw(t, "b")) * time.Minute
		first, _, _, err := cal.AddHours(from, a, office)
		if err != nil {
			t.Fatal(err)
		}
		second, _, _, err := cal.AddHours(first, b, office)
		if err != nil {
			t.Fatal(err)
		}
		once, _, _, err := cal.AddHours(from, a+b, office)
		if err != nil || !once.Equal(second) || first.Before(from) || !second.After(first) {
			t.Fatalf("%v + %v + %v: %v then %v, at once %v, %v", from, a, b, first, second, once, err)
		}
	})
}

func TestParseHours(t *testing.T) {
	h, err := ParseHours("9:00-12:00,14:00-17:30")
	if err != nil || h.String() != "9:00—12:00、14:00—17:30" {
		t.Errorf("%v %v", h, err)
	}
	for _, bad := range []string{"", "9-12", "12:00-9:00", "9:00-12:00,11:00-13:00", "9:00-25:00", "9:60-10:00", "9:00-24:30", "九点-十点"} {
		if h, err := ParseHours(bad); err == nil {
			t.Errorf("%q gives %v", bad, h)
		}
	}
	if _, _, _, err := shippedYears(t).AddHours(at("2026-11-18 10:00"), time.Hour, nil); err == nil {
		t.Error("no office hours, and yet an end")
	}
}
