package workday

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Problem is one thing wrong with an imported year. Row is the line as a person
// sees it in the file, the header being 1; Row 0 speaks of the whole file. Reason
// is a polite Chinese sentence.
type Problem struct {
	Row    int
	Column string
	Value  string
	Reason string
}

// Row is one line of a year's file, as text. Line numbers as in [Problem].
type Row struct {
	Line            int
	Day, Kind, Name string
}

const (
	columnDay  = "day"
	columnKind = "kind"
	columnName = "name"

	maxImportBytes = 256 << 10
	maxNameRunes   = 60
	maxRows        = 400 // a year has at most 366 days

	reasonTwice    = "这一天在文件中重复出现，请只保留一行"
	reasonKind     = "类型只能是 holiday（放假）或 makeup（调休上班）"
	reasonNoName   = "请写明节日名称，例如 春节"
	reasonLongName = "节日名称太长，请控制在 60 个字以内"
	reasonHeader   = "第一行应为 day,kind,name 三列"
	reasonEncoding = "文件不是 UTF-8 编码，请另存为“CSV UTF-8”后再导入"
	reasonRagged   = "这一行应有 day、kind、name 三列"
	reasonNoRows   = "文件中没有放假安排，请核对后再导入"
	reasonTooBig   = "文件过大：一年的放假安排不会超过 400 行，请核对是否选错文件"
	reasonUnread   = "文件读取失败，请重新选择文件"
)

// kindWords maps what a file may say to the kind.
var kindWords = map[string]Kind{
	"holiday": Holiday, "放假": Holiday, "休": Holiday, "节假日": Holiday,
	"makeup": Makeup, "调休上班": Makeup, "上班": Makeup, "补班": Makeup, "班": Makeup,
}

// ParseYear reads the arrangement of one year from CSV with the columns
// day,kind,name in any order (UTF-8 with or without BOM; lines that begin with #
// are comments). The year is the one most rows belong to; the others are refused.
// With any problem the table is empty, and all problems are returned at once. The
// table's Source is left to the caller.
func ParseYear(r io.Reader) (YearTable, []Problem) {
	data, err := io.ReadAll(io.LimitReader(r, maxImportBytes+1))
	switch {
	case err != nil:
		return YearTable{}, []Problem{{Reason: reasonUnread}}
	case len(data) > maxImportBytes:
		return YearTable{}, []Problem{{Reason: reasonTooBig}}
	case !utf8.Valid(data):
		return YearTable{}, []Problem{{Reason: reasonEncoding}}
	}
	rows, problems := readRows(strings.TrimPrefix(string(data), "\ufeff"))
	if len(problems) > 0 {
		return YearTable{}, problems
	}
	return BuildYear(rows)
}

// readRows splits the text into rows and finds the columns by the header.
func readRows(text string) (rows []Row, problems []Problem) {
	reader := csv.NewReader(strings.NewReader(text))
	reader.Comment, reader.FieldsPerRecord, reader.TrimLeadingSpace = '#', -1, true
	var at map[string]int
	for {
		rec, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var broken *csv.ParseError
		if errors.As(err, &broken) {
			return nil, append(problems, Problem{Row: broken.StartLine, Reason: reasonRagged})
		}
		line, _ := reader.FieldPos(0)
		switch {
		case at == nil:
			if at = header(rec); at == nil {
				return nil, []Problem{{Row: line, Value: strings.Join(rec, ","), Reason: reasonHeader}}
			}
		case len(rec) != len(at):
			problems = append(problems, Problem{Row: line, Value: strings.Join(rec, ","), Reason: reasonRagged})
		default:
			rows = append(rows, Row{line, rec[at[columnDay]], rec[at[columnKind]], rec[at[columnName]]})
		}
	}
	return rows, problems
}

// header gives the place of each column, nil when the three are not there.
func header(rec []string) map[string]int {
	at := map[string]int{}
	for i, name := range rec {
		at[strings.ToLower(strings.TrimSpace(name))] = i
	}
	for _, want := range []string{columnDay, columnKind, columnName} {
		if _, ok := at[want]; !ok {
			return nil
		}
	}
	if len(at) != 3 || len(rec) != 3 {
		return nil
	}
	return at
}

// BuildYear checks the rows of one year, read from any kind of file, and makes its
// table. The checks are those of [ParseYear]. A notice that also moves the last
// days of December is entered in the table of the year those days belong to.
func BuildYear(rows []Row) (YearTable, []Problem) {
	if len(rows) == 0 {
		return YearTable{}, []Problem{{Reason: reasonNoRows}}
	}
	if len(rows) > maxRows {
		return YearTable{}, []Problem{{Reason: reasonTooBig}}
	}
	var problems []Problem
	var days []SpecialDay
	var lines []Row
	for _, row := range rows {
		day, found := readRow(row)
		problems = append(problems, found...)
		if len(found) == 0 {
			days, lines = append(days, day), append(lines, row)
		}
	}
	year := commonYear(days)
	seen := map[Day]bool{}
	for i, s := range days {
		switch reason := refuse(s, year); {
		case reason != "":
			problems = append(problems, Problem{lines[i].Line, columnDay, lines[i].Day, reason})
		case seen[s.Day]:
			problems = append(problems, Problem{lines[i].Line, columnDay, lines[i].Day, reasonTwice})
		}
		seen[s.Day] = true
	}
	slices.SortStableFunc(problems, func(a, b Problem) int { return a.Row - b.Row })
	if len(days) > 0 {
		problems = append(problems, missing(year, days)...)
	}
	if len(problems) > 0 {
		return YearTable{}, problems
	}
	slices.SortFunc(days, func(a, b SpecialDay) int { return a.Day.Compare(b.Day) })
	return YearTable{Year: year, Version: fingerprint(year, days), Days: days}, nil
}

// readRow reads the three cells of one row.
func readRow(row Row) (SpecialDay, []Problem) {
	var problems []Problem
	day, err := ParseLoose(row.Day, Day{})
	if err != nil {
		problems = append(problems, Problem{row.Line, columnDay, row.Day, err.Error()})
	}
	kind := kindWords[strings.ToLower(strings.TrimSpace(row.Kind))]
	if kind == "" {
		problems = append(problems, Problem{row.Line, columnKind, row.Kind, reasonKind})
	}
	name := strings.TrimSpace(row.Name)
	switch {
	case name == "":
		problems = append(problems, Problem{row.Line, columnName, row.Name, reasonNoName})
	case utf8.RuneCountInString(name) > maxNameRunes:
		problems = append(problems, Problem{row.Line, columnName, row.Name, reasonLongName})
	}
	return SpecialDay{day, kind, name}, problems
}

// refuse says why the day cannot stand in that year's table, empty when it can.
func refuse(s SpecialDay, year int) string {
	switch {
	case s.Day.IsZero() || s.Day.Year() != year:
		return fmt.Sprintf("这一天不在 %d 年；每个文件只放一年的安排，跨年的日子请补进那一年的文件", year)
	case s.Kind != Holiday && s.Kind != Makeup:
		return reasonKind
	case s.Kind == Makeup && !s.Day.weekend():
		return fmt.Sprintf("%s是%s，调休上班只能在星期六或星期日，请核对", s.Day.Chinese(), s.Day.WeekdayChinese())
	}
	return ""
}

// commonYear is the year most days belong to, the earliest among equals.
func commonYear(days []SpecialDay) int {
	count := map[int]int{}
	for _, s := range days {
		count[s.Day.Year()]++
	}
	best := 0
	for year, n := range count {
		if n > count[best] || n == count[best] && year < best {
			best = year
		}
	}
	return best
}

// movable are the lunar and solar festivals every yearly notice holds: the word in
// the name, the first year, and the days on which the festival itself can fall.
// Those on a fixed date are in fixedHolidays.
var movable = []struct {
	name, word         string
	since              int
	fromMonth, toMonth time.Month
	fromDay, toDay     int
}{
	{"春节", "春节", 1999, time.January, time.February, 20, 21},
	{"清明节", "清明", 2008, time.April, time.April, 4, 6},
	{"端午节", "端午", 2008, time.May, time.June, 27, 25},
	{"中秋节", "中秋", 2008, time.September, time.October, 7, 8},
}

func reasonFixed(d Day, name string) string {
	return fmt.Sprintf("%s（%s）是法定节假日，必须列为放假，请补上", d.Chinese(), name)
}

// missing says which festivals and fixed holidays the year lacks.
func missing(year int, days []SpecialDay) (problems []Problem) {
	off := map[Day]bool{}
	for _, s := range days {
		off[s.Day] = s.Kind == Holiday
	}
	for _, f := range movable {
		from, to := NewDay(year, f.fromMonth, f.fromDay), NewDay(year, f.toMonth, f.toDay)
		has := func(s SpecialDay) bool {
			return s.Kind == Holiday && !s.Day.Before(from) && !s.Day.After(to) &&
				strings.Contains(s.Name, f.word)
		}
		if year >= f.since && !slices.ContainsFunc(days, has) {
			problems = append(problems, Problem{0, columnName, f.name, fmt.Sprintf(
				"%d 年的安排里没有%s（应在%s至%s之间放假），请对照国务院办公厅通知补齐", year, f.name, from.Short(), to.Short())})
		}
	}
	for _, f := range fixedHolidays {
		if d := NewDay(year, f.month, f.day); !off[d] {
			problems = append(problems, Problem{0, columnDay, d.String(), reasonFixed(d, f.name)})
		}
	}
	return problems
}
