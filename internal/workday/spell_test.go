package workday

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestSpellings(t *testing.T) {
	d := NewDay(2026, 11, 8)
	for got, want := range map[string]string{
		d.String(): "2026-11-08", d.Chinese(): "2026年11月8日", d.Short(): "11月8日", d.WeekdayChinese(): "星期日",
		NewDay(2026, 11, 18).WeekdayChinese(): "星期三", NewDay(1, 1, 1).String(): "0001-01-01",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if s := (Day{}).String() + (Day{}).Chinese() + (Day{}).Short() + (Day{}).WeekdayChinese(); s != "" {
		t.Errorf("no day spells %q", s)
	}
}

func TestParseDayIsStrict(t *testing.T) {
	if d, err := ParseDay("2026-11-18"); err != nil || d != NewDay(2026, 11, 18) {
		t.Fatalf("%v, %v", d, err)
	}
	for _, bad := range []string{"", "2026-11-8", "2026-11-31", "2026/11/18", " 2026-11-18", "2026-11-18 ", "２０２６-11-18", "0000-01-01", "2026-11-18T00:00:00Z", "+026-11-18"} {
		if d, err := ParseDay(bad); err == nil {
			t.Errorf("ParseDay(%q) = %v", bad, d)
		}
	}
}

var loose = []struct{ text, want string }{
	{"2026-11-18", "2026-11-18"}, {"20261118", "2026-11-18"}, {"2026/11/18", "2026-11-18"}, {"2026.11.18", "2026-11-18"},
	{"2026年11月18日", "2026-11-18"}, {"2026年11月18号", "2026-11-18"}, {"2026 年 11 月 18 日", "2026-11-18"},
	{"２０２６－１１－１８", "2026-11-18"}, {"２０２６年１１月１８日", "2026-11-18"}, {"２０２６／１１／１８", "2026-11-18"},
	{"　2026-11-18\n", "2026-11-18"}, {"2026-1-8", "2026-01-08"}, {"2026年1月8日", "2026-01-08"}, {"2026–11–18", "2026-11-18"},
	{"1931年9月18日", "1931-09-18"}, {"2024-02-29", "2024-02-29"},
	{"11月18日", "2026-11-18"}, {"11月19日", "2026-11-19"}, {"11月17日", "2027-11-17"}, {"1月5号", "2027-01-05"},
	{"１２月３１日", "2026-12-31"}, {"2月29日", "2028-02-29"},
}

// Dates read in the spellings people use; a date without a year is the next one
// that is not past, seen from 2026-11-18.
func TestParseLoose(t *testing.T) {
	today := NewDay(2026, 11, 18)
	for _, c := range loose {
		if d, err := ParseLoose(c.text, today); err != nil || d.String() != c.want {
			t.Errorf("ParseLoose(%q) = %v, %v; want %s", c.text, d, err, c.want)
		}
	}
}

func TestParseLooseRefuses(t *testing.T) {
	today := NewDay(2026, 11, 18)
	for _, c := range []struct{ text, reason string }{
		{"", reasonEmpty}, {" 　", reasonEmpty},
		{"明天", reasonFormat}, {"2026-11", reasonFormat}, {"2026-11/18", reasonFormat}, {"2026年11月18", reasonFormat},
		{"2026 11 18", reasonFormat}, {"2026 1118", reasonFormat}, {"2 0261118", reasonFormat}, {"202611188", reasonFormat},
		{"26-11-18", reasonFormat}, {"02026-11-18", reasonFormat}, {"-2026-11-18", reasonFormat}, {"2026-11-018", reasonFormat},
		{"2026-11-18; DROP TABLE item", reasonFormat}, {"2026-11-18\x00", reasonFormat}, {"\xff\xfe", reasonFormat},
		{"٢٠٢٦-١١-١٨", reasonFormat}, {strings.Repeat("9", 1000), reasonFormat}, {"月日", reasonFormat}, {"2026\u200b-11-18", reasonFormat},
		{"2026-02-29", "2026 年没有 2 月 29 日，请核对"}, {"20260230", "2026 年没有 2 月 30 日，请核对"},
		{"2026-13-01", "2026 年没有 13 月 1 日，请核对"}, {"2026-00-00", "2026 年没有 0 月 0 日，请核对"},
		{"2月30日", "没有 2 月 30 日这一天，请核对"}, {"1026-11-18", reasonRange}, {"9026-11-18", reasonRange},
	} {
		d, err := ParseLoose(c.text, today)
		var bad *DateError
		if !errors.As(err, &bad) || bad.Reason != c.reason || bad.Value != c.text || !d.IsZero() {
			t.Errorf("ParseLoose(%q) = %v, %v; want %s", c.text, d, err, c.reason)
		}
	}
	if _, err := ParseLoose("11月18日", Day{}); err == nil || err.Error() != reasonNoYear {
		t.Errorf("without today: %v", err)
	}
}

// Whatever is typed, the answer is an existing day or a Chinese sentence; what was
// read reads again from each of its own spellings.
func FuzzParseLoose(f *testing.F) {
	for _, c := range loose {
		f.Add(c.text, 20)
	}
	for _, s := range []string{"", "年月日", "0-0-0", "2026-11-18-", "99999999", "２月３０日", "2026\u3000年", "\x00", "号", strings.Repeat("1年", 30)} {
		f.Add(s, 0)
	}
	f.Fuzz(func(t *testing.T, s string, offset int) {
		today := NewDay(2026, 11, 18).Add(offset % 100000)
		d, err := ParseLoose(s, today)
		if err != nil {
			var bad *DateError
			if !d.IsZero() || !errors.As(err, &bad) || !utf8.ValidString(bad.Reason) || bad.Reason == "" {
				t.Fatalf("ParseLoose(%q) = %v, %v", s, d, err)
			}
			return
		}
		if d.IsZero() {
			t.Fatalf("ParseLoose(%q) gave no day and no error", s)
		}
		if !strings.ContainsAny(s, "年/.") && strings.Contains(s, "月") && d.Before(today) {
			t.Fatalf("ParseLoose(%q) = %v, before today %v", s, d, today)
		}
		if d.Year() < firstYear || d.Year() > lastYear {
			return
		}
		for _, spelling := range []string{d.String(), d.Chinese(), strings.ReplaceAll(d.String(), "-", "")} {
			if again, err := ParseLoose(spelling, today); err != nil || again != d {
				t.Fatalf("%q read as %v, %v; want %v", spelling, again, err, d)
			}
		}
	})
}
