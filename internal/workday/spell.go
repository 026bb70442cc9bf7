package workday

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// DateError is text that is not a date. Reason is a polite Chinese sentence that
// says what to write instead, ready to stand beside the field.
type DateError struct {
	Value  string
	Reason string
}

func (e *DateError) Error() string { return e.Reason }

const (
	reasonEmpty   = "请填写日期，例如 2026-11-18"
	reasonFormat  = "看不懂这个日期，请写成 2026-11-18 或 2026年11月18日"
	reasonNoYear  = "请写上年份，例如 2026年11月18日"
	reasonRange   = "年份应在 1900 年至 2199 年之间，请核对"
	firstYear     = 1900
	lastYear      = 2199
	maxLooseRunes = 40
)

// String gives 2006-01-02, empty for no day.
func (d Day) String() string {
	if d.IsZero() {
		return ""
	}
	return d.utc().Format(time.DateOnly)
}

// Chinese gives 2026年11月18日, empty for no day.
func (d Day) Chinese() string {
	if d.IsZero() {
		return ""
	}
	y, m, day := d.Date()
	return fmt.Sprintf("%d年%d月%d日", y, m, day)
}

// Short gives 11月18日, empty for no day.
func (d Day) Short() string {
	if d.IsZero() {
		return ""
	}
	_, m, day := d.Date()
	return fmt.Sprintf("%d月%d日", m, day)
}

var weekdays = [...]string{"星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"}

// WeekdayChinese gives 星期三, empty for no day.
func (d Day) WeekdayChinese() string {
	if d.IsZero() {
		return ""
	}
	return weekdays[d.Weekday()]
}

// ParseDay reads exactly 2006-01-02, ten ASCII characters of an existing day. The
// error is a [*DateError].
func ParseDay(s string) (Day, error) {
	if len(s) != len(time.DateOnly) {
		return Day{}, &DateError{s, reasonFormat}
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Year() < 1 {
		return Day{}, &DateError{s, reasonFormat}
	}
	return civil(t), nil
}

// ParseLoose reads a date as people type it: 2026-11-18, 20261118, 2026/11/18,
// 2026.11.18, 2026年11月18日 (or 号), 11月18日; digits and separators may be full
// width, months and days need no leading zero, and spaces may stand around the
// separators. The two separators must be the same. Years run from 1900 to 2199.
//
// A date without a year is the next one that is not past, seen from today: this
// year's when it is today or later, else next year's; 2月29日 is the next that
// exists. With no today a year is required.
//
// The error is always a [*DateError]; hostile input is an error, never a panic.
func ParseLoose(s string, today Day) (Day, error) {
	fail := func(reason string) (Day, error) { return Day{}, &DateError{s, reason} }
	if strings.TrimSpace(s) == "" {
		return fail(reasonEmpty)
	}
	if !utf8.ValidString(s) || utf8.RuneCountInString(s) > maxLooseRunes {
		return fail(reasonFormat)
	}
	year, month, day, ok := fields(tokens(s))
	if !ok {
		return fail(reasonFormat)
	}
	if year == noYear {
		return nextDay(s, month, day, today)
	}
	if year < firstYear || year > lastYear {
		return fail(reasonRange)
	}
	found := NewDay(year, time.Month(month), day)
	if found.IsZero() {
		return fail(fmt.Sprintf("%d 年没有 %d 月 %d 日，请核对", year, month, day))
	}
	return found, nil
}

// nextDay finds the first such day of the year from today on. Nine years cover the
// longest gap between two 29 Februaries.
func nextDay(s string, month, day int, today Day) (Day, error) {
	if today.IsZero() {
		return Day{}, &DateError{s, reasonNoYear}
	}
	for year := today.Year(); year < today.Year()+9; year++ {
		if d := NewDay(year, time.Month(month), day); !d.IsZero() && !d.Before(today) {
			return d, nil
		}
	}
	return Day{}, &DateError{s, fmt.Sprintf("没有 %d 月 %d 日这一天，请核对", month, day)}
}

// token is a run of digits, or one separator in its plain form.
type token struct {
	digits string
	sep    rune
}

// plainSeparator maps what people type to one spelling per separator.
var plainSeparator = map[rune]rune{
	'-': '-', '－': '-', '–': '-', '—': '-', '‐': '-', '‑': '-',
	'/': '/', '／': '/',
	'.': '.', '．': '.',
	'年': '年', '月': '月', '日': '日', '号': '日', '號': '日',
}

// tokens splits the text; nil when it holds anything that is not part of a date.
// Two runs of digits stay apart when only space lies between them, so that they
// never join into another number.
func tokens(s string) []token {
	var out []token
	joined := false
	for _, r := range s {
		if r >= '０' && r <= '９' {
			r = r - '０' + '0'
		}
		switch {
		case unicode.IsSpace(r):
			joined = false
			continue
		case r >= '0' && r <= '9' && joined:
			out[len(out)-1].digits += string(r)
		case r >= '0' && r <= '9':
			out, joined = append(out, token{digits: string(r)}), true
		case plainSeparator[r] != 0:
			out, joined = append(out, token{sep: plainSeparator[r]}), false
		default:
			return nil
		}
	}
	return out
}

// noYear marks a date written without its year.
const noYear = -1

// fields tells year, month and day apart by the shape of the text.
func fields(ts []token) (year, month, day int, ok bool) {
	var shape strings.Builder
	var numbers []string
	for _, t := range ts {
		if t.sep != 0 {
			shape.WriteRune(t.sep)
			continue
		}
		shape.WriteByte('#')
		numbers = append(numbers, t.digits)
	}
	switch shape.String() {
	case "#":
		if all := numbers[0]; len(all) == 8 {
			numbers = []string{all[:4], all[4:6], all[6:]}
		}
	case "#月#日":
		month, ok = number(numbers[0], 1, 2)
		day, okDay := number(numbers[1], 1, 2)
		return noYear, month, day, ok && okDay
	case "#-#-#", "#/#/#", "#.#.#", "#年#月#日":
	default:
		return 0, 0, 0, false
	}
	if len(numbers) != 3 {
		return 0, 0, 0, false
	}
	year, okYear := number(numbers[0], 4, 4)
	month, okMonth := number(numbers[1], 1, 2)
	day, okDay := number(numbers[2], 1, 2)
	return year, month, day, okYear && okMonth && okDay
}

// number reads digits of a permitted length.
func number(digits string, shortest, longest int) (int, bool) {
	if len(digits) < shortest || len(digits) > longest {
		return 0, false
	}
	n, err := strconv.Atoi(digits)
	return n, err == nil
}
