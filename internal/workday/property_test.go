package workday

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// someDay draws a day between two others.
func someDay(t *rapid.T, name string, from, to Day) Day {
	return from.Add(rapid.IntRange(0, to.Sub(from)).Draw(t, name))
}

// anyTable draws an arrangement no wilder than NewCalendar allows: the fixed
// holidays, any other days off, and any free weekend days worked.
func anyTable(t *rapid.T, year int) YearTable {
	table := YearTable{Year: year}
	used := map[Day]bool{}
	for _, f := range fixedHolidays {
		d := NewDay(year, f.month, f.day)
		used[d] = true
		table.Days = append(table.Days, SpecialDay{d, Holiday, f.name})
	}
	off := rapid.IntRange(0, 9).Draw(t, "off of ten")
	worked := rapid.IntRange(0, 10).Draw(t, "worked of ten")
	seed := rapid.Uint64().Draw(t, "seed")
	for d := NewDay(year, time.January, 1); d.Year() == year; d = d.Add(1) {
		seed = seed*6364136223846793005 + 1442695040888963407
		roll := int(seed>>33) % 10
		switch {
		case used[d]:
		case d.weekend() && roll < worked:
			table.Days = append(table.Days, SpecialDay{d, Makeup, "调休"})
		case !d.weekend() && roll < off:
			table.Days = append(table.Days, SpecialDay{d, Holiday, "放假"})
		}
	}
	return table
}

// The bound of an unfinished count holds against every table that can be imported:
// forward the true due day is never before it, backward never after it.
func TestBoundHoldsForEveryNotice(t *testing.T) {
	published := Published()
	short, err := NewCalendar(published)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		full, err := NewCalendar(append(Published(), anyTable(t, 2003), anyTable(t, 2027)))
		if err != nil {
			t.Fatal(err)
		}
		from, n := someDay(t, "from", NewDay(2026, 11, 1), NewDay(2027, 10, 31)), rapid.IntRange(1, 60).Draw(t, "n")
		if rapid.Bool().Draw(t, "backward") {
			from, n = someDay(t, "from", NewDay(2003, 3, 1), NewDay(2004, 1, 31)), -n
		}
		pauses := []Span{}
		if rapid.Bool().Draw(t, "paused") {
			stopped := from.Add(rapid.IntRange(-20, 60).Draw(t, "stopped"))
			pauses = append(pauses, Span{stopped, stopped.Add(rapid.IntRange(0, 20).Draw(t, "length"))})
		}
		guess, truth := CountExcluding(short, from, n, pauses), CountExcluding(full, from, n, pauses)
		switch {
		case guess.Complete && guess.Due != truth.Due:
			t.Fatalf("a complete count changed from %v to %v", guess.Due, truth.Due)
		case guess.Complete || !truth.Complete:
			return
		case n > 0 && truth.Due.Before(guess.Due), n < 0 && truth.Due.After(guess.Due):
			t.Fatalf("from %v, %d: bound %v, true day %v", from, n, guess.Due, truth.Due)
		}
	})
}

// The bound is the best there is: a year that works every weekend and is off only
// on the fixed holidays reaches it exactly.
func TestBoundIsReached(t *testing.T) {
	hardest := YearTable{Year: 2027}
	for d := NewDay(2027, 1, 1); d.Year() == 2027; d = d.Add(1) {
		switch {
		case d.fixed():
			hardest.Days = append(hardest.Days, SpecialDay{d, Holiday, "法定"})
		case d.weekend():
			hardest.Days = append(hardest.Days, SpecialDay{d, Makeup, "调休"})
		}
	}
	full, err := NewCalendar(append(Published(), hardest))
	if err != nil {
		t.Fatal(err)
	}
	short := shipped(t)
	for n := 32; n < 380; n++ {
		guess, truth := Count(short, NewDay(2026, 11, 18), n), Count(full, NewDay(2026, 11, 18), n)
		if guess.Complete || !truth.Complete || guess.Due != truth.Due {
			t.Fatalf("%d: bound %v, true day %v", n, guess.Due, truth.Due)
		}
	}
}

// Counting and measuring agree both ways, the due day is always a working day, one
// more day asked is always later, and a later start is never due earlier.
func TestCountAndBetweenAgree(t *testing.T) {
	cal, err := NewCalendar(Published())
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		from := someDay(t, "from", NewDay(2005, 1, 1), NewDay(2025, 12, 31))
		n := rapid.IntRange(-150, 150).Draw(t, "n")
		e := Count(cal, from, n)
		if !e.Complete || e.CountedSoFar != max(n, -n) || len(e.Steps) != max(e.Due.Sub(from), from.Sub(e.Due)) {
			t.Fatalf("%+v", e)
		}
		if got := Between(cal, from, e.Due); got.Counted != n || !got.Complete {
			t.Fatalf("%d asked, %d between %v and %v", n, got.Counted, from, e.Due)
		}
		if kind, _, _ := cal.Kind(e.Due); n != 0 && !kind.Counts() {
			t.Fatalf("due on %v, a %s", e.Due, kind)
		}
		if next := Count(cal, from, n+1); !next.Due.After(e.Due) && n+1 != 0 && n != 0 {
			t.Fatalf("%d days are due %v, one more %v", n, e.Due, next.Due)
		}
		if later := Count(cal, from.Add(1), n); later.Due.Before(e.Due) {
			t.Fatalf("a day later is due earlier: %v, %v", e.Due, later.Due)
		}
	})
}

// A pause never brings a due day forward, and moves it by exactly the working days
// paused on the way (R15).
func TestPausesOnlyDelay(t *testing.T) {
	cal, err := NewCalendar(Published())
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		from, n := someDay(t, "from", NewDay(2005, 1, 1), NewDay(2025, 6, 30)), rapid.IntRange(1, 60).Draw(t, "n")
		var pauses []Span
		for range rapid.IntRange(0, 3).Draw(t, "pauses") {
			stopped := from.Add(rapid.IntRange(-10, 80).Draw(t, "stopped"))
			pauses = append(pauses, Span{stopped, stopped.Add(rapid.IntRange(0, 30).Draw(t, "length"))})
		}
		plain, paused := Count(cal, from, n), CountExcluding(cal, from, n, pauses)
		if !paused.Complete || paused.Due.Before(plain.Due) {
			t.Fatalf("due %v without, %v with pauses", plain.Due, paused.Due)
		}
		lost := 0
		for _, s := range paused.Steps {
			if kind, _, _ := cal.Kind(s.Day); s.Kind == Paused && kind.Counts() {
				lost++
			}
		}
		if got := Between(cal, from, paused.Due).Counted; got != n+lost {
			t.Fatalf("%d working days passed, want %d and %d paused", got, n, lost)
		}
		if got := BetweenExcluding(cal, from, paused.Due, pauses).Counted; got != n {
			t.Fatalf("%d working days used, want %d", got, n)
		}
	})
}
