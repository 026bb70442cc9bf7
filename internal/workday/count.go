package workday

import "strings"

// Step is one day a count passed. Index is the number of the working day, from 1,
// and 0 when the day is not counted.
type Step struct {
	Day     Day
	Kind    Kind
	Name    string
	Counted bool
	Index   int
}

// Explanation is a count of working days with every day it passed. It is what a
// due date is stored from, and what 「为什么是这天」 shows.
type Explanation struct {
	From  Day // not counted itself: 开始的当日不计算在内
	Asked int // working days to count, negative backward
	Steps []Step

	// Due is the last day counted when Complete. When not Complete it is a bound
	// that every possible notice respects: counting forward the true day is not
	// before Due, counting backward not after it.
	Due      Day
	Complete bool

	// MissingYear is the unpublished year the count stopped in front of, or 0.
	MissingYear int
	// PausedSince is the day of the open pause the count stopped at, or no day.
	PausedSince Day
	// CountedSoFar is how many working days were counted, never more than asked.
	CountedSoFar int
	// Version joins the versions of the years passed, in the order they were met.
	Version string
}

// Span is a time in which a clock stood still, for R15 from the day an application
// was returned to the day it came back. A day is paused when the clock was stopped
// at its end: the day of stopping is paused, the day of resuming is not, and a stop
// and resumption on one day pause nothing. No Resumed means still stopped.
type Span struct {
	Stopped Day
	Resumed Day
}

// covers reports whether the clock was stopped at the end of that day.
func (s Span) covers(d Day) bool {
	return !s.Stopped.IsZero() && !d.Before(s.Stopped) && (s.Resumed.IsZero() || d.Before(s.Resumed))
}

// open reports a pause that has not ended.
func (s Span) open() bool { return !s.Stopped.IsZero() && s.Resumed.IsZero() }

// pausedOn finds the pause of a day, an open one before the others.
func pausedOn(pauses []Span, d Day) (found Span, paused bool) {
	for _, p := range pauses {
		if p.covers(d) && (!paused || p.open()) {
			found, paused = p, true
		}
	}
	return found, paused
}

// Count gives the n-th working day after from: the day after from is the first that
// may count. A negative n counts backward from the day before. With n zero, or with
// no from, nothing is counted and Due is from itself.
//
// In front of the first day of a year that is not published the count stops, with
// the days counted so far and a bound instead of a due date.
func Count(cal *Calendar, from Day, n int) Explanation {
	return CountExcluding(cal, from, n, nil)
}

// CountExcluding counts like [Count] but passes over the days of the pauses, which
// it shows as [Paused] (R15). A paused day needs no calendar. A forward count that
// reaches an open pause stops there: Due is then the earliest day possible, as if
// the clock went on that very day.
func CountExcluding(cal *Calendar, from Day, n int, pauses []Span) Explanation {
	e := Explanation{From: from, Asked: n, Due: from}
	if n == 0 || from.IsZero() {
		e.Complete = n == 0
		return e
	}
	direction, left := 1, min(n, lastDay)
	if n < 0 {
		direction, left = -1, -max(n, -lastDay)
	}
	var versions []string
	for d := from.Add(direction); left > 0 && !d.IsZero(); d = d.Add(direction) {
		span, paused := pausedOn(pauses, d)
		if paused && span.open() && direction > 0 {
			e.PausedSince = d
			e.Due = CountExcluding(cal, d.Add(-1), left, closed(pauses)).Due
			break
		}
		kind, name, known := cal.Kind(d)
		if !known && !paused {
			e.MissingYear = d.Year()
			e.Due = bound(d, left, direction, pauses)
			break
		}
		if v := cal.Version(d.Year()); v != "" && (len(versions) == 0 || versions[len(versions)-1] != v) {
			versions = append(versions, v)
		}
		step := Step{Day: d, Kind: kind, Name: name, Counted: kind.Counts()}
		if paused {
			step.Kind, step.Counted = Paused, false
		}
		if step.Counted {
			left--
			e.CountedSoFar++
			step.Index = e.CountedSoFar
			e.Due = d
		}
		e.Steps = append(e.Steps, step)
	}
	e.Complete = left == 0
	e.Version = strings.Join(versions, " ")
	return e
}

// closed leaves the open pauses out.
func closed(pauses []Span) (out []Span) {
	for _, p := range pauses {
		if !p.open() {
			out = append(out, p)
		}
	}
	return out
}

// bound gives the day nearest to d, d included, on which the remaining working days
// can be complete whatever the missing notices say. Each remaining working day
// needs a calendar day of its own, and the fixed statutory holidays and the paused
// days are never among them; every other day might be worked. [NewCalendar] refuses
// tables that work on a fixed holiday, so an import can never move the true day to
// the wrong side of this bound.
func bound(d Day, left, direction int, pauses []Span) Day {
	last := d
	for ; !d.IsZero(); d = d.Add(direction) {
		last = d
		if _, paused := pausedOn(pauses, d); paused || d.fixed() {
			continue
		}
		if left--; left == 0 {
			break
		}
	}
	return last
}

// Tally is how many working days lie between two days.
type Tally struct {
	From, To Day
	// Counted is the working days after From up to and with To; when To is before
	// From, minus those from To up to but without From. It agrees with Count:
	// Between(cal, a, Count(cal, a, n).Due) counts n. When not Complete it holds
	// only the published days, so the true number is at least as far from zero.
	Counted  int
	Complete bool
	// MissingYear is the first unpublished year met on the way from From, or 0.
	MissingYear int
	// Unknown is how many days might count besides: those of unpublished years
	// that are not fixed statutory holidays.
	Unknown int
}

// Between counts the working days from a to b, as [Tally] says.
func Between(cal *Calendar, a, b Day) Tally {
	return BetweenExcluding(cal, a, b, nil)
}

// BetweenExcluding counts like [Between] without the days of the pauses (R15). An
// open pause reaches to the end.
func BetweenExcluding(cal *Calendar, a, b Day, pauses []Span) Tally {
	t := Tally{From: a, To: b}
	if a.IsZero() || b.IsZero() {
		return t
	}
	direction := 1
	if b.Before(a) {
		direction = -1
	}
	for d := a; d != b; {
		d = d.Add(direction)
		if _, paused := pausedOn(pauses, d); paused {
			continue
		}
		kind, _, known := cal.Kind(d)
		switch {
		case known && kind.Counts():
			t.Counted += direction
		case !known && t.MissingYear == 0:
			t.MissingYear = d.Year()
		}
		if !known && !d.fixed() {
			t.Unknown++
		}
	}
	t.Complete = t.MissingYear == 0
	return t
}
