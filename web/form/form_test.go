package form

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"portal/internal/fault"
	"portal/internal/workday"
)

func post(t *testing.T, v url.Values) *Form {
	t.Helper()
	v.Set(KeyField, NewKey())
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	f, err := Read(r)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// Every kind of field keeps lawful input and answers hostile input with a sentence beside the field.
func TestFields(t *testing.T) {
	today := workday.NewDay(2026, 11, 18)
	cases := []struct {
		name, value string
		read        func(f *Form) any
		want        any
		bad         bool
	}{
		{"line", "  独居老人走访 ", func(f *Form) any { return f.Line("x", 60) }, "独居老人走访", false},
		{"line keeps rare characters", "𠮷㛃", func(f *Form) any { return f.Line("x", 60) }, "𠮷㛃", false},
		{"line with NUL", "a\x00b", func(f *Form) any { return f.Line("x", 60) }, "", true},
		{"line with broken bytes", "a\xff", func(f *Form) any { return f.Line("x", 60) }, "", true},
		{"too long", strings.Repeat("长", 61), func(f *Form) any { f.Line("x", 60); return nil }, nil, true},
		{"full-width number", "１２．５", func(f *Form) any { return *f.Decimal("x", 0, 100) }, 12.5, false},
		{"number with unit", "1,518 小时", func(f *Form) any { return *f.Decimal("x", 0, 9999) }, 1518.0, false},
		{"exponent refused", "1e9", func(f *Form) any { return f.Decimal("x", 0, 9999) == nil }, true, true},
		{"NaN refused", "NaN", func(f *Form) any { return f.Decimal("x", 0, 9999) == nil }, true, true},
		{"negative refused", "-1", func(f *Form) any { return f.Int("x", 0, 10) == nil }, true, true},
		{"money to fen", "15180.50元", func(f *Form) any { return *f.Fen("x") }, int64(1518050), false},
		{"day as spoken", "12月28日", func(f *Form) any { return f.Day("x", today) }, workday.NewDay(2026, 12, 28), false},
		{"day infinity refused", "infinity", func(f *Form) any { return f.Day("x", today).IsZero() }, true, true},
		{"choice outside the list", "root", func(f *Form) any { return Choice(f, "x", []string{"a", "b"}) }, "", true},
		{"empty number is nil", "", func(f *Form) any { return f.Int("x", 0, 10) == nil }, true, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f := post(t, url.Values{"x": {c.value}})
			if got := c.read(f); got != c.want {
				t.Errorf("read %q = %v, want %v", c.value, got, c.want)
			}
			if f.Valid() == c.bad {
				t.Errorf("messages = %v, want some: %v", f.Errors(), c.bad)
			}
			if f.Raw("x") != c.value {
				t.Error("what was typed is lost")
			}
		})
	}
}

// A list field splits at lines and 、；, and counts its entries.
func TestLines(t *testing.T) {
	f := post(t, url.Values{"x": {"姓名、住址\n电话；  \n|备注"}})
	if got := f.Lines("x", 10, 20); len(got) != 4 || got[3] != "备注" {
		t.Errorf("lines = %q", got)
	}
	if f.Lines("x", 3, 20); f.Valid() {
		t.Error("four entries passed a limit of three")
	}
}

// Ticked sentences are cleaned like any line, though the page made them: a browser may send others.
func TestValues(t *testing.T) {
	f := post(t, url.Values{"x": {" 删去一句 ", "", "补充依据"}})
	if got := f.Values("x", 10); len(got) != 2 || got[0] != "删去一句" || !f.Valid() {
		t.Errorf("values = %q %v", got, f.Errors())
	}
	for _, bad := range []string{"a\x00b", "\xff", "\u202eabc", strings.Repeat("长", 11)} {
		if f := post(t, url.Values{"x": {"好", bad}}); len(f.Values("x", 10)) != 1 || f.Valid() {
			t.Errorf("%q passed", bad)
		}
	}
}

// A domain's messages join the form's, the first for a field stands, and other errors pass through.
func TestMerge(t *testing.T) {
	f := post(t, url.Values{})
	f.Add("title", "填写事项名称")
	if err := f.Merge(fault.Invalid(fault.Field{Name: "title", Message: "第二句"}, fault.Field{Name: "end_on", Message: "结束日期要晚于开始日期"})); err != nil {
		t.Fatal(err)
	}
	if len(f.Errors()) != 2 || f.Errors()[0].Message != "填写事项名称" {
		t.Errorf("errors = %v", f.Errors())
	}
	if err := f.Merge(fault.Conflict("已被他人处理")); fault.KindOf(err) != fault.KindConflict {
		t.Errorf("conflict was swallowed: %v", err)
	}
}

// A key is long, different each time, and a form without one or with a forged one is refused.
func TestKey(t *testing.T) {
	if a, b := NewKey(), NewKey(); a == b || len(a) < 20 {
		t.Errorf("keys %q %q", a, b)
	}
	for _, body := range []string{"", "form_key=", "form_key=x", "form_key=" + strings.Repeat("a", 65), "form_key=aaaaaaaaaaaaaaaa%00", "form_key='; DROP TABLE form_key", "form_key=%E9%92%A5%E5%8C%99%E9%92%A5%E5%8C%99%E9%92%A5%E5%8C%99"} {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if _, err := Read(r); fault.KindOf(err) != fault.KindInvalid {
			t.Errorf("%q: %v", body, err)
		}
	}
}
