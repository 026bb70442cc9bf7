package workday

import "testing"

// works says of a table of another source whether a day is worked.
func works(table map[Day]Kind, d Day) bool {
	if kind, ok := table[d]; ok {
		return kind == Makeup
	}
	return !d.weekend()
}

func oracle(t *testing.T, path string) map[Day]Kind {
	t.Helper()
	table := map[Day]Kind{}
	for _, row := range rowsOf(t, path) {
		table[day(t, row[0])] = Kind(row[1])
	}
	if len(table) < 500 {
		t.Fatalf("%s holds only %d days", path, len(table))
	}
	return table
}

// chineseWorkdayErrors are the days on which npm chinese-workday differs from the
// notice of the State Council; on each of them the notice is followed.
var chineseWorkdayErrors = []struct {
	day    string
	works  bool
	reason string
}{
	{"2011-01-29", false, "国办发明电〔2010〕40号: 1月30日、2月12日上班; 29日 is an ordinary Saturday"},
	{"2011-02-12", true, "国办发明电〔2010〕40号: 2月12日上班"},
	{"2011-04-02", true, "国办发明电〔2010〕40号: 4月2日上班"},
	{"2011-12-31", true, "国办发明电〔2011〕45号: 2011年12月31日上班"},
	{"2012-01-29", true, "国办发明电〔2011〕45号: 1月21日、1月29日上班"},
	{"2012-03-31", true, "国办发明电〔2011〕45号: 3月31日、4月1日上班"},
	{"2012-04-01", true, "国办发明电〔2011〕45号: 3月31日、4月1日上班"},
	{"2012-04-28", true, "国办发明电〔2011〕45号: 4月28日上班"},
	{"2012-09-30", false, "国办发明电〔2011〕45号: 9月30日至10月7日放假; only 9月29日 is worked"},
	{"2012-10-08", true, "国办发明电〔2011〕45号: the break ends on 10月7日"},
	{"2013-04-07", true, "国办发明电〔2012〕33号: 4月7日上班"},
	{"2013-04-27", true, "国办发明电〔2012〕33号: 4月27日、28日上班"},
	{"2013-04-28", true, "国办发明电〔2012〕33号: 4月27日、28日上班"},
	{"2013-06-08", true, "国办发明电〔2012〕33号: 6月8日、9日上班"},
	{"2013-06-09", true, "国办发明电〔2012〕33号: 6月8日、9日上班"},
	{"2013-10-12", true, "国办发明电〔2012〕33号: 9月29日、10月12日上班"},
	{"2013-12-29", false, "国办发明电〔2013〕28号: 1月1日放假1天, no make-up day"},
	{"2014-06-03", true, "国办发明电〔2013〕28号: 6月2日放假，与周末连休"},
	{"2014-06-04", true, "国办发明电〔2013〕28号: 6月2日放假，与周末连休"},
	{"2014-09-09", true, "国办发明电〔2013〕28号: 9月8日放假，与周末连休"},
	{"2014-09-10", true, "国办发明电〔2013〕28号: 9月8日放假，与周末连休"},
	{"2014-10-11", true, "国办发明电〔2013〕28号: 9月28日、10月11日上班"},
	{"2015-09-03", false, "抗战胜利70周年纪念日: 9月3日至5日调休放假，9月6日上班"},
	{"2015-09-04", false, "抗战胜利70周年纪念日: 9月3日至5日调休放假，9月6日上班"},
	{"2018-01-01", false, "2018 notice: 1月1日放假，与周末连休"},
	{"2020-01-31", false, "国务院办公厅 2020-01-26: 春节假期延长至2月2日"},
	{"2020-02-01", false, "国务院办公厅 2020-01-26: 春节假期延长至2月2日; the make-up day of 2月1日 fell away"},
	{"2023-01-03", true, "2023 notice: 2022年12月31日至2023年1月2日放假"},
}

// Every day of 2011 to 2026 is worked or free as npm chinese-workday says, except
// on the days listed with the notice that contradicts it.
func TestAgreesWithChineseWorkday(t *testing.T) {
	cal, table := shipped(t), oracle(t, "testdata/chinese-workday.csv")
	excused := map[Day]bool{}
	for _, e := range chineseWorkdayErrors {
		d := day(t, e.day)
		excused[d] = true
		kind, _, _ := cal.Kind(d)
		if kind.Counts() != e.works {
			t.Errorf("%v is %s; %s", d, kind, e.reason)
		}
		if works(table, d) == e.works {
			t.Errorf("%v is listed as an error of the other source, but agrees", d)
		}
	}
	for d := NewDay(2011, 1, 1); d.Year() <= 2026; d = d.Add(1) {
		kind, name, known := cal.Kind(d)
		if !known {
			t.Fatalf("%v is not published", d)
		}
		if !excused[d] && kind.Counts() != works(table, d) {
			t.Errorf("%v is %s %s, the other source says worked=%v", d, kind, name, works(table, d))
		}
	}
}

// Every day of 2007 to 2026 is worked or free as holiday-cn says, which reads the
// notices by itself; there is no exception.
func TestAgreesWithHolidayCN(t *testing.T) {
	cal, table := shipped(t), oracle(t, "testdata/holiday-cn.csv")
	for d := NewDay(2007, 1, 1); d.Year() <= 2026; d = d.Add(1) {
		if kind, name, known := cal.Kind(d); !known || kind.Counts() != works(table, d) {
			t.Errorf("%v is %s %s, the other source says worked=%v", d, kind, name, works(table, d))
		}
	}
}

// The years before the oracle, and 2010, against the text of the notices: first
// and last day off of each break, and each make-up day.
func TestNoticesBefore2011(t *testing.T) {
	cal := shipped(t)
	for _, b := range []struct {
		from, to, name string
		makeups        []string
	}{
		{"2004-01-01", "2004-01-01", "元旦", nil},
		{"2004-01-22", "2004-01-28", "春节", []string{"2004-01-17", "2004-01-18"}},
		{"2004-05-01", "2004-05-07", "劳动节", []string{"2004-05-08", "2004-05-09"}},
		{"2004-10-01", "2004-10-07", "国庆节", []string{"2004-10-09", "2004-10-10"}},
		{"2005-01-01", "2005-01-03", "元旦", nil},
		{"2005-02-09", "2005-02-15", "春节", []string{"2005-02-05", "2005-02-06"}},
		{"2005-05-01", "2005-05-07", "劳动节", []string{"2005-04-30", "2005-05-08"}},
		{"2005-10-01", "2005-10-07", "国庆节", []string{"2005-10-08", "2005-10-09"}},
		{"2006-01-01", "2006-01-03", "元旦", []string{"2005-12-31"}}, // 国办发明电〔2005〕35号
		{"2006-01-29", "2006-02-04", "春节", []string{"2006-01-28", "2006-02-05"}},
		{"2006-05-01", "2006-05-07", "劳动节", []string{"2006-04-29", "2006-04-30"}},
		{"2006-10-01", "2006-10-07", "国庆节", []string{"2006-09-30", "2006-10-08"}},
		{"2007-01-01", "2007-01-03", "元旦", []string{"2006-12-30", "2006-12-31"}}, // 国办发明电〔2006〕49号
		{"2007-02-18", "2007-02-24", "春节", []string{"2007-02-17", "2007-02-25"}},
		{"2007-05-01", "2007-05-07", "劳动节", []string{"2007-04-28", "2007-04-29"}},
		{"2007-10-01", "2007-10-07", "国庆节", []string{"2007-09-29", "2007-09-30"}},
		{"2007-12-30", "2008-01-01", "元旦", []string{"2007-12-29"}},
		{"2008-02-06", "2008-02-12", "春节", []string{"2008-02-02", "2008-02-03"}},
		{"2008-04-04", "2008-04-06", "清明节", nil},
		{"2008-05-01", "2008-05-03", "劳动节", []string{"2008-05-04"}},
		{"2008-06-07", "2008-06-09", "端午节", nil},
		{"2008-09-13", "2008-09-15", "中秋节", nil},
		{"2008-09-29", "2008-10-05", "国庆节", []string{"2008-09-27", "2008-09-28"}},
		{"2009-01-01", "2009-01-03", "元旦", []string{"2009-01-04"}},
		{"2009-01-25", "2009-01-31", "春节", []string{"2009-01-24", "2009-02-01"}},
		{"2009-05-28", "2009-05-30", "端午节", []string{"2009-05-31"}},
		{"2009-10-04", "2009-10-08", "国庆节", []string{"2009-09-27", "2009-10-10"}},
		{"2010-02-13", "2010-02-19", "春节", []string{"2010-02-20", "2010-02-21"}},
		{"2010-06-14", "2010-06-16", "端午节", []string{"2010-06-12", "2010-06-13"}},
		{"2010-09-22", "2010-09-24", "中秋节", []string{"2010-09-19", "2010-09-25"}},
		{"2010-10-01", "2010-10-07", "国庆节", []string{"2010-09-26", "2010-10-09"}},
	} {
		for d := day(t, b.from); !d.After(day(t, b.to)); d = d.Add(1) {
			if kind, name, _ := cal.Kind(d); kind != Holiday || name != b.name {
				t.Errorf("%v is %s %s, want %s", d, kind, name, b.name)
			}
		}
		for _, m := range b.makeups {
			if kind, _, _ := cal.Kind(day(t, m)); kind != Makeup {
				t.Errorf("%s is %s, want 调休上班", m, kind)
			}
		}
	}
}

// A notice only moves days off, it never adds any: each year has its weekdays less
// ten statutory days, and what was moved across the turn of a year balances. This
// holds for 2004 to 2006, which no other source covers, and shows that 31 December
// 2005 must be a make-up day.
func TestDaysOffBalance(t *testing.T) {
	cal := shipped(t)
	for _, c := range []struct{ year, weekdays, moved int }{
		{2004, 366 - 104, 0},
		{2005, 365 - 105, +1},     // 2005-12-31 worked for 2006-01-03
		{2006, 365 - 105, -1 + 2}, // and 2006-12-30, 31 worked for 2007-01-02, 03
	} {
		got := Between(cal, NewDay(c.year, 1, 1).Add(-1), NewDay(c.year, 12, 31))
		if want := c.weekdays - 10 + c.moved; got.Counted != want || !got.Complete {
			t.Errorf("%d has %d working days, want %d", c.year, got.Counted, want)
		}
	}
}
