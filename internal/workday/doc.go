// Package workday decides which days count. It holds the Chinese working-day
// calendar (weekends, the State Council's holidays and the 调休 make-up days) as
// data, counts forward and backward through it, and says of every counted or
// skipped day why, so that a page can answer 「为什么是这天」 (R9, R10, R15, R16).
// It also spells civil days: [Day] is a date without a clock, as a person writes it.
//
// The package owns no tables: the published years are stored by internal/policy
// and handed in as [YearTable] values; [Published] is the set that ships with the
// portal (2004 to 2026, calendar.csv). Everything here is pure: no clock, no files
// beyond the embedded ones, no other package of the portal.
//
// The calendar never guesses. A count that enters a year whose holiday notice has
// not been imported stops there, shows the days counted so far, and gives only a
// bound that every possible notice respects (see [Explanation.Due]).
//
// The rule for a limit in calendar days whose last day falls on a holiday
// (民法典第二百零三条: the next day after the holiday) is a count of one from the
// day before: Count(cal, last.Add(-1), 1).
package workday
