package workday

import (
	"cmp"
	"time"
	_ "time/tzdata" // the portal must know Asia/Shanghai on a machine without zone files
)

// Shanghai is the zone of every day the portal shows or counts.
var Shanghai = mustLoad("Asia/Shanghai")

func mustLoad(name string) *time.Location {
	loc, err := time.LoadLocation(name)
	if err != nil {
		panic("workday: time zone " + name + ": " + err.Error())
	}
	return loc
}

// Day is a civil date, from 0001-01-01 to 9999-12-31, without a clock or a zone.
// The zero value is "no day". Days compare with == and serve as map keys.
type Day struct {
	n int32 // days since 0000-12-31, so that 0001-01-01 is 1 and 0 is no day
}

const (
	secondsPerDay = 86400
	lastDay       = 3652059 // 9999-12-31
)

// unixEpoch is 1970-01-01 in the numbering of Day.
const unixEpoch = 719163

// NewDay gives the day of that year, month and day. A date that does not exist
// (30 February) or lies outside the years 1 to 9999 gives the zero Day; it is
// never rolled over into another month.
func NewDay(year int, month time.Month, day int) Day {
	if year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) {
		return Day{}
	}
	return civil(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
}

// DayOf gives the day on the wall calendar in Shanghai at that moment.
// The zero time gives the zero Day.
func DayOf(t time.Time) Day {
	if t.IsZero() {
		return Day{}
	}
	return civil(t.In(Shanghai))
}

// civil keeps the year, month and day t shows in its own zone.
func civil(t time.Time) Day {
	y, m, d := t.Date()
	if y < 1 || y > 9999 {
		return Day{}
	}
	unix := time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix()
	return Day{int32(unix/secondsPerDay + unixEpoch)} // UTC midnights divide without rest
}

func daysIn(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// utc is midnight UTC of the day, the form dates travel in.
func (d Day) utc() time.Time {
	return time.Unix((int64(d.n)-unixEpoch)*secondsPerDay, 0).UTC()
}

// IsZero reports whether d is no day.
func (d Day) IsZero() bool { return d.n == 0 }

// Date gives year, month and day; three zeros for no day.
func (d Day) Date() (int, time.Month, int) {
	if d.IsZero() {
		return 0, 0, 0
	}
	return d.utc().Date()
}

// Year gives the year, 0 for no day.
func (d Day) Year() int { y, _, _ := d.Date(); return y }

// Month gives the month, 0 for no day.
func (d Day) Month() time.Month { _, m, _ := d.Date(); return m }

// Day gives the day of the month, 0 for no day.
func (d Day) Day() int { _, _, day := d.Date(); return day }

// Weekday gives the day of the week; it means nothing for no day.
func (d Day) Weekday() time.Weekday { return time.Weekday(d.n % 7) } // 0001-01-01 was a Monday

// weekend reports Saturday or Sunday.
func (d Day) weekend() bool {
	w := d.Weekday()
	return w == time.Saturday || w == time.Sunday
}

// Add gives the day n calendar days later, earlier for negative n. No day stays
// no day, and so does a result outside the years 1 to 9999.
func (d Day) Add(n int) Day {
	sum := int64(d.n) + int64(n)
	if d.IsZero() || n > lastDay || n < -lastDay || sum < 1 || sum > lastDay {
		return Day{}
	}
	return Day{int32(sum)}
}

// AddMonths gives the same day n months later, or the last day of that month when
// the month is shorter: 31 January and one month is 28 or 29 February.
func (d Day) AddMonths(n int) Day {
	if d.IsZero() || n > 9999*12 || n < -9999*12 {
		return Day{}
	}
	y, m, day := d.Date()
	months := y*12 + int(m) - 1 + n
	if months < 12 {
		return Day{}
	}
	year, month := months/12, time.Month(months%12+1)
	return NewDay(year, month, min(day, daysIn(year, month)))
}

// Sub gives the calendar days from other to d: positive when d is later. With no
// day on either side it is 0.
func (d Day) Sub(other Day) int {
	if d.IsZero() || other.IsZero() {
		return 0
	}
	return int(d.n) - int(other.n)
}

// Before reports d earlier than other. No day is earlier than every day.
func (d Day) Before(other Day) bool { return d.n < other.n }

// After reports d later than other.
func (d Day) After(other Day) bool { return d.n > other.n }

// Compare orders days for slices.SortFunc: -1, 0 or 1.
func (d Day) Compare(other Day) int { return cmp.Compare(d.n, other.n) }

// Start gives the first moment of the day in Shanghai: midnight, or the moment
// after the gap on the few days of the last century when summer time skipped
// midnight. No day gives the zero time.
func (d Day) Start() time.Time {
	if d.IsZero() {
		return time.Time{}
	}
	y, m, day := d.Date()
	return time.Date(y, m, day, 0, 0, 0, 0, Shanghai)
}
