package workday

import (
	"slices"
	"strings"
	"testing"
)

func TestPublishedYears(t *testing.T) {
	cal := shipped(t)
	years := cal.Years()
	if len(years) != 23 || years[0] != 2004 || years[22] != 2026 {
		t.Fatalf("years %v", years)
	}
	for _, y := range years {
		if !cal.Known(y) || !strings.HasPrefix(cal.Version(y), NewDay(y, 1, 1).String()[:5]) {
			t.Errorf("%d: known %v, version %q", y, cal.Known(y), cal.Version(y))
		}
	}
	if cal.Known(2003) || cal.Known(2027) || cal.Version(2027) != "" {
		t.Error("an unpublished year is known")
	}
	if kind, name, known := cal.Kind(NewDay(2027, 1, 1)); known || kind != "" || name != "" {
		t.Error("a day of 2027 was guessed")
	}
}

// Callers cannot change the embedded years.
func TestPublishedIsACopy(t *testing.T) {
	Published()[0].Days[0].Kind = Makeup
	if Published()[0].Days[0].Kind != Holiday {
		t.Fatal("the shared table was changed")
	}
}

func TestKinds(t *testing.T) {
	cal := shipped(t)
	for _, c := range []struct {
		day    string
		kind   Kind
		name   string
		counts bool
	}{
		{"2026-10-10", Makeup, "国庆节", true},   // R10: Saturday marked 调休 counts
		{"2026-10-01", Holiday, "国庆节", false}, // R10: a weekday holiday does not
		{"2026-10-03", Holiday, "国庆节", false},
		{"2026-11-18", Workday, "", true},
		{"2026-11-21", Weekend, "", false},
		{"2026-02-15", Holiday, "春节", false},
		{"2020-10-01", Holiday, "国庆节、中秋节", false},
	} {
		if kind, name, known := cal.Kind(day(t, c.day)); kind != c.kind || name != c.name || !known || kind.Counts() != c.counts {
			t.Errorf("%s is %s %q known=%v", c.day, kind, name, known)
		}
	}
	for _, k := range []Kind{Workday, Weekend, Holiday, Makeup, Paused} {
		if k.Label() == "" {
			t.Errorf("%s has no label", k)
		}
	}
}

// Two tables have one version exactly when their days are the same.
func TestVersionIsTheDays(t *testing.T) {
	table := Published()[22]
	turned := slices.Clone(table.Days)
	slices.Reverse(turned)
	if fingerprint(2026, turned) != table.Version {
		t.Error("order changes the version")
	}
	turned[0].Name = "别的"
	if fingerprint(2026, turned) == table.Version {
		t.Error("a renamed day keeps the version")
	}
	table.Version = ""
	cal, err := NewCalendar([]YearTable{table})
	if err != nil || cal.Version(2026) != Published()[22].Version {
		t.Errorf("filled in %q, %v", cal.Version(2026), err)
	}
}

func TestNewCalendarRefuses(t *testing.T) {
	good := Published()[22]
	with := func(change func([]SpecialDay) []SpecialDay) []YearTable {
		return []YearTable{{Year: 2026, Days: change(slices.Clone(good.Days))}}
	}
	add := func(s SpecialDay) func([]SpecialDay) []SpecialDay {
		return func(d []SpecialDay) []SpecialDay { return append(d, s) }
	}
	without := func(off Day) func([]SpecialDay) []SpecialDay {
		return func(d []SpecialDay) []SpecialDay {
			return slices.DeleteFunc(d, func(s SpecialDay) bool { return s.Day == off })
		}
	}
	for name, years := range map[string][]YearTable{
		"year twice":         {good, good},
		"another year's day": with(add(SpecialDay{NewDay(2027, 1, 1), Holiday, "元旦"})),
		"no day":             with(add(SpecialDay{Day{}, Holiday, "元旦"})),
		"day twice":          with(add(good.Days[0])),
		"make-up on Monday":  with(add(SpecialDay{NewDay(2026, 11, 16), Makeup, "元旦"})),
		"kind unknown":       with(add(SpecialDay{NewDay(2026, 11, 16), Weekend, "元旦"})),
		"1 January missing":  with(without(NewDay(2026, 1, 1))),
		"3 October missing":  with(without(NewDay(2026, 10, 3))),
	} {
		if cal, err := NewCalendar(years); err == nil || cal != nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestNilCalendarKnowsNothing(t *testing.T) {
	var cal *Calendar
	if cal.Known(2026) || cal.Years() != nil || cal.Version(2026) != "" {
		t.Error("a nil calendar knows a year")
	}
	if e := Count(cal, NewDay(2026, 11, 18), 3); e.Complete || e.MissingYear != 2026 || e.Due != NewDay(2026, 11, 21) {
		t.Errorf("%+v", e)
	}
}
