package workday

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Kind says what a day is in the calendar.
type Kind string

// The kinds of days. Workday and Makeup count; the others do not.
const (
	Workday Kind = "workday" // Monday to Friday without a holiday
	Weekend Kind = "weekend" // Saturday or Sunday without 调休
	Holiday Kind = "holiday" // a day off of the yearly notice, on any day of the week
	Makeup  Kind = "makeup"  // 调休: a Saturday or Sunday that is worked
	Paused  Kind = "paused"  // the clock stood still (R15); only in an Explanation
)

var kindLabels = map[Kind]string{
	Workday: "工作日", Weekend: "周末", Holiday: "放假", Makeup: "调休上班", Paused: "计时暂停",
}

// Label gives the Chinese word for the kind.
func (k Kind) Label() string { return kindLabels[k] }

// Counts reports whether a day of this kind is a working day.
func (k Kind) Counts() bool { return k == Workday || k == Makeup }

// SpecialDay is one row of a yearly notice: a Holiday or a Makeup day, and the
// festival it belongs to.
type SpecialDay struct {
	Day  Day
	Kind Kind
	Name string
}

// YearTable is the published arrangement of one year. Version is a fingerprint of
// the days, so that two tables with the same days have the same version, and a due
// date can be stored with the versions that made it.
type YearTable struct {
	Year    int
	Source  string
	Version string
	Days    []SpecialDay
}

// fingerprint gives "2026-" and eight hexadecimal digits of the sorted days.
func fingerprint(year int, days []SpecialDay) string {
	lines := make([]string, len(days))
	for i, d := range days {
		lines[i] = d.Day.String() + "," + string(d.Kind) + "," + d.Name
	}
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(strings.Join(lines, "\n")))
	return fmt.Sprintf("%d-%s", year, hex.EncodeToString(sum[:4]))
}

// Calendar answers for every day of the years it was given. It does not change
// after it is built, and may be read from many goroutines. A nil Calendar knows
// no year.
type Calendar struct {
	special  map[Day]SpecialDay
	versions map[int]string
}

// NewCalendar builds a calendar from published years. It refuses what no notice
// can say, because the bounds of an unfinished count rest on it: a year twice, a
// day outside its year, a day twice, a make-up day that is not on a weekend, or a
// fixed statutory holiday (1 January, 1 May, 1 to 3 October) that is not off. An
// empty Version is filled in.
func NewCalendar(years []YearTable) (*Calendar, error) {
	c := &Calendar{special: map[Day]SpecialDay{}, versions: map[int]string{}}
	for _, table := range years {
		if _, twice := c.versions[table.Year]; twice {
			return nil, fmt.Errorf("workday: year %d given twice", table.Year)
		}
		if err := c.add(table); err != nil {
			return nil, fmt.Errorf("workday: year %d: %w", table.Year, err)
		}
	}
	return c, nil
}

func (c *Calendar) add(table YearTable) error {
	for _, s := range table.Days {
		if reason := refuse(s, table.Year); reason != "" {
			return fmt.Errorf("%s: %s", s.Day, reason)
		}
		if _, twice := c.special[s.Day]; twice {
			return fmt.Errorf("%s: %s", s.Day, reasonTwice)
		}
		c.special[s.Day] = s
	}
	for _, f := range fixedHolidays {
		if d := NewDay(table.Year, f.month, f.day); c.special[d].Kind != Holiday {
			return fmt.Errorf("%s: %s", d, reasonFixed(d, f.name))
		}
	}
	c.versions[table.Year] = table.Version
	if table.Version == "" {
		c.versions[table.Year] = fingerprint(table.Year, table.Days)
	}
	return nil
}

// fixedHolidays are the statutory holidays that stand on the same date every year
// since 全国年节及纪念日放假办法 of 1999. No notice turns them into working days.
var fixedHolidays = []struct {
	month time.Month
	day   int
	name  string
}{
	{time.January, 1, "元旦"},
	{time.May, 1, "劳动节"},
	{time.October, 1, "国庆节"},
	{time.October, 2, "国庆节"},
	{time.October, 3, "国庆节"},
}

// fixed reports whether the day is off in every year, published or not.
func (d Day) fixed() bool {
	_, month, day := d.Date()
	for _, f := range fixedHolidays {
		if f.month == month && f.day == day {
			return true
		}
	}
	return false
}

// Known reports whether the arrangement of that year has been published here.
func (c *Calendar) Known(year int) bool {
	return c != nil && c.versions[year] != ""
}

// Years lists the published years in order.
func (c *Calendar) Years() []int {
	if c == nil {
		return nil
	}
	years := make([]int, 0, len(c.versions))
	for y := range c.versions {
		years = append(years, y)
	}
	slices.Sort(years)
	return years
}

// Version gives the fingerprint of a year's table, empty when it is not published.
func (c *Calendar) Version(year int) string {
	if c == nil {
		return ""
	}
	return c.versions[year]
}

// Kind says what the day is and, for holidays and make-up days, of which festival.
// In a year that is not published nothing is known: the kind is empty.
func (c *Calendar) Kind(d Day) (kind Kind, name string, known bool) {
	if d.IsZero() || !c.Known(d.Year()) {
		return "", "", false
	}
	if s, ok := c.special[d]; ok {
		return s.Kind, s.Name, true
	}
	if d.weekend() {
		return Weekend, "", true
	}
	return Workday, "", true
}
