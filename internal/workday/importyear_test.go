package workday

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// year2027 is a made-up arrangement with everything a year needs.
const year2027 = `day,kind,name
2027-01-01,holiday,元旦
2027-02-06,holiday,春节
2027-02-07,holiday,春节
2027-02-08,holiday,春节
2027-02-20,makeup,春节
2027-04-05,holiday,清明节
2027-05-01,holiday,劳动节
2027-06-09,holiday,端午节
2027-09-15,holiday,中秋节
2027-10-01,holiday,国庆节
2027-10-02,holiday,国庆节
2027-10-03,holiday,国庆节
`

func TestParseYear(t *testing.T) {
	plain, problems := ParseYear(strings.NewReader(year2027))
	if len(problems) > 0 || plain.Year != 2027 || len(plain.Days) != 12 || plain.Days[4] != (SpecialDay{NewDay(2027, 2, 20), Makeup, "春节"}) {
		t.Fatalf("%+v, %v", plain, problems)
	}
	if cal, err := NewCalendar(append(Published(), plain)); err != nil || !cal.Known(2027) {
		t.Fatalf("%v", err)
	}
	chinese := strings.NewReplacer("holiday", "放假", "makeup", "调休上班", "2027-02-06", "2027年2月6日", "2027-05-01", "2027/5/1").Replace(year2027)
	for name, text := range map[string]string{
		"bom":      "\ufeff" + year2027,
		"crlf":     strings.ReplaceAll(year2027, "\n", "\r\n"),
		"comments": "# 国办发明电〔2026〕\n" + year2027 + "# end\n",
		"chinese":  chinese,
		"quoted":   strings.ReplaceAll(year2027, "holiday", `"holiday"`),
		"spaces":   strings.ReplaceAll(year2027, ",", ", "),
		"no end":   strings.TrimSpace(year2027),
	} {
		got, problems := ParseYear(strings.NewReader(text))
		if len(problems) > 0 || !reflect.DeepEqual(got, plain) {
			t.Errorf("%s: %+v, %v", name, got, problems)
		}
	}
}

// Each refusal names the row as seen in the file, the column, what stood there, and
// says in Chinese what to do.
func TestParseYearRefuses(t *testing.T) {
	change := func(old, with string) string {
		if !strings.Contains(year2027, old) {
			t.Fatalf("%q is not in the file", old)
		}
		return strings.Replace(year2027, old, with, 1)
	}
	for _, c := range []struct {
		name, text string
		want       Problem
	}{
		{"outside the year", year2027 + "2026-12-31,holiday,元旦\n", Problem{14, "day", "2026-12-31", "这一天不在 2027 年；每个文件只放一年的安排，跨年的日子请补进那一年的文件"}},
		{"twice", year2027 + "2027-10-03,holiday,国庆节\n", Problem{14, "day", "2027-10-03", reasonTwice}},
		{"weekday make-up", year2027 + "2027-10-08,makeup,国庆节\n", Problem{14, "day", "2027-10-08", "2027年10月8日是星期五，调休上班只能在星期六或星期日，请核对"}},
		{"no such day", change("2027-02-20", "2027-02-30"), Problem{6, "day", "2027-02-30", "2027 年没有 2 月 30 日，请核对"}},
		{"no date", change("2027-02-20", "正月十四"), Problem{6, "day", "正月十四", reasonFormat}},
		{"no year", change("2027-02-20", "2月20日"), Problem{6, "day", "2月20日", reasonNoYear}},
		{"kind", change("makeup", "work"), Problem{6, "kind", "work", reasonKind}},
		{"no name", change("makeup,春节", "makeup, "), Problem{6, "name", "", reasonNoName}},
		{"long name", change("makeup,春节", "makeup,"+strings.Repeat("春", 61)), Problem{6, "name", strings.Repeat("春", 61), reasonLongName}},
		{"no 春节", strings.ReplaceAll(year2027, "holiday,春节", "holiday,新年"), Problem{0, "name", "春节", "2027 年的安排里没有春节（应在1月20日至2月21日之间放假），请对照国务院办公厅通知补齐"}},
		{"no 中秋节", change("2027-09-15,holiday,中秋节\n", ""), Problem{0, "name", "中秋节", "2027 年的安排里没有中秋节（应在9月7日至10月8日之间放假），请对照国务院办公厅通知补齐"}},
		{"端午节 in winter", change("2027-06-09", "2027-12-09"), Problem{0, "name", "端午节", "2027 年的安排里没有端午节（应在5月27日至6月25日之间放假），请对照国务院办公厅通知补齐"}},
		{"no 元旦", change("2027-01-01,holiday,元旦\n", ""), Problem{0, "day", "2027-01-01", "2027年1月1日（元旦）是法定节假日，必须列为放假，请补上"}},
		{"国庆节 worked", change("2027-10-02,holiday", "2027-10-02,makeup"), Problem{0, "day", "2027-10-02", "2027年10月2日（国庆节）是法定节假日，必须列为放假，请补上"}},
		{"header", change("day,kind,name", "date,type,name"), Problem{1, "", "date,type,name", reasonHeader}},
		{"column twice", change("day,kind,name", "day,kind,name,name"), Problem{1, "", "day,kind,name,name", reasonHeader}},
		{"ragged", change("makeup,春节", "makeup"), Problem{6, "", "2027-02-20,makeup", reasonRagged}},
		{"quote", change("makeup,春节", `"make"up,春节`), Problem{6, "", "", reasonRagged}},
		{"empty", "", Problem{0, "", "", reasonNoRows}},
		{"header only", "day,kind,name\n", Problem{0, "", "", reasonNoRows}},
		{"gb18030", "day,kind,name\n2027-01-01,holiday,\xd4\xaa\xb5\xa9\n", Problem{0, "", "", reasonEncoding}},
		{"too many rows", year2027 + strings.Repeat("2027-10-04,holiday,国庆节\n", 400), Problem{0, "", "", reasonTooBig}},
		{"too big", strings.Repeat("x", maxImportBytes+1), Problem{0, "", "", reasonTooBig}},
	} {
		table, problems := ParseYear(strings.NewReader(c.text))
		if len(problems) != 1 || problems[0] != c.want || table.Year != 0 || table.Days != nil {
			t.Errorf("%s: %+v, table %v\nwant %+v", c.name, problems, table.Year, c.want)
		}
	}
	if _, problems := ParseYear(brokenReader{}); len(problems) != 1 || problems[0].Reason != reasonUnread {
		t.Errorf("broken file: %v", problems)
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errors.New("disk") }

// All problems come back at once, in the order of the file.
func TestParseYearGivesAllProblems(t *testing.T) {
	_, problems := ParseYear(strings.NewReader("day,kind,name\n2027-01-01,holiday,元旦\nx,y,\n2028-01-01,holiday,元旦\n2027-10-08,makeup,国庆节\n"))
	var got []string
	for _, p := range problems {
		got = append(got, fmt.Sprintf("%d %s", p.Row, p.Column))
	}
	want := []string{"3 day", "3 kind", "3 name", "4 day", "5 day", "0 name", "0 name", "0 name", "0 name", "0 day", "0 day", "0 day", "0 day"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
}

// Among years with as many rows the earliest is the file's.
func TestYearOfTheFile(t *testing.T) {
	_, problems := BuildYear([]Row{{2, "2028-01-01", "holiday", "元旦"}, {3, "2027-10-01", "holiday", "国庆节"}})
	if len(problems) == 0 || problems[0].Row != 2 || !strings.HasPrefix(problems[0].Reason, "这一天不在 2027 年") {
		t.Errorf("%+v", problems)
	}
}

// Each shipped year passes the checks an import must pass.
func TestPublishedYearsPassTheImport(t *testing.T) {
	for _, table := range Published() {
		var text strings.Builder
		text.WriteString("day,kind,name\n")
		for _, d := range table.Days {
			fmt.Fprintf(&text, "%s,%s,%s\n", d.Day, d.Kind, d.Name)
		}
		got, problems := ParseYear(strings.NewReader(text.String()))
		if len(problems) > 0 || got.Version != table.Version {
			t.Errorf("%d: %v", table.Year, problems)
		}
	}
}

// No file makes the import panic, and what it accepts makes a calendar.
func FuzzParseYear(f *testing.F) {
	f.Add(year2027)
	f.Add("")
	f.Add("day,kind,name\n\"")
	f.Add("name,day,kind\n元旦,2027年1月1日,休\n,,\n")
	f.Fuzz(func(t *testing.T, text string) {
		table, problems := ParseYear(strings.NewReader(text))
		if len(problems) > 0 {
			return
		}
		if _, err := NewCalendar([]YearTable{table}); err != nil {
			t.Fatalf("accepted, but %v", err)
		}
	})
}
