package kiosk

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// paper is what a printer makes of the bytes: lines with their sizes, codes, and whether it was cut.
type paper struct {
	Lines  []string
	Scales []byte
	QR     string
	Module int
	Drawn  bool
	Cut    bool
}

func (p paper) text() string { return strings.Join(p.Lines, "\n") }

// height of the line that holds the words, in millimetres: 24 dots of 1/8 mm, so many times.
func (p paper) height(t *testing.T, words string) float64 {
	t.Helper()
	for i, l := range p.Lines {
		if strings.Contains(l, words) {
			return 3 * float64(1+p.Scales[i]&0x0f)
		}
	}
	t.Fatalf("no line holds %q:\n%s", words, p.text())
	return 0
}

// printed reads the commands as a printer does; one that it does not know fails the test.
func printed(t *testing.T, data []byte) paper {
	t.Helper()
	var p paper
	var line []byte
	scale := byte(0)
	lengths := map[string]int{"\x1b@": 0, "\x1c&": 0, "\x1ba": 1, "\x1bE": 1, "\x1d!": 1, "\x1dV": 2}
	for i := 0; i < len(data); {
		switch b := data[i]; {
		case b == '\n':
			text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(line)
			if err != nil {
				t.Fatal(err)
			}
			p.Lines, p.Scales, line = append(p.Lines, string(text)), append(p.Scales, scale), nil
			i++
		case b >= 0x20:
			line = append(line, b)
			i++
		case bytes.HasPrefix(data[i:], []byte("\x1d(k")):
			n := int(data[i+3]) + int(data[i+4])<<8
			body := data[i+5 : i+5+n]
			switch body[1] {
			case 67:
				p.Module = int(body[2])
			case 80:
				p.QR = string(body[3:])
			case 81:
				p.Drawn = p.QR != ""
			}
			i += 5 + n
		default:
			n, known := lengths[string(data[i:i+2])]
			if !known {
				t.Fatalf("a printer does not know %x at %d", data[i:min(i+4, len(data))], i)
			}
			if data[i] == 0x1d && data[i+1] == '!' {
				scale = data[i+2]
			}
			p.Cut = p.Cut || data[i+1] == 'V'
			i += 2 + n
		}
	}
	if len(line) > 0 {
		t.Errorf("a line without an end: %x", line)
	}
	return p
}

// widest is the columns of the widest line.
func (p paper) widest() int {
	most := 0
	for i, l := range p.Lines {
		most = max(most, columns(l)*(1+int(p.Scales[i]>>4)))
	}
	return most
}

var sample = Slip{Street: "岚桥街道", Device: "WTL-01", No: "SQ-2026-1121", Code: "7KQ4-M2XH-P3T8", Matter: "楼道灯不亮", Community: "梧桐里社区",
	Filed: "2026年11月17日 14:12", Contact: "今天 20:12 前打电话给您", Due: "11月18日 14:12 前", Phone: "0000-5550107", URL: "https://portal.example.invalid/r/3x9QmVb2R7aYk0LwZc1DfA"}

// The slip as the mock-up has it: every line is there, the number is at least 6 mm high and the words 3.3 mm,
// the code is drawn 33 mm wide, and the paper is cut (ux.md §2.6).
func TestSlipAsPrinted(t *testing.T) {
	t.Parallel()
	p := printed(t, sample.ESCPOS())
	for _, words := range []string{"岚桥街道 诉求回执", "梧桐里社区一体机 WTL-01", "SQ-2026-1121", "查询码 7KQ4-M2XH-P3T8", "问题    楼道灯不亮", "社区    梧桐里社区", "提交    2026年11月17日 14:12",
		"联系    今天 20:12 前打电话给您", "办好    11月18日 14:12 前", "手机扫码看进度", "到时没人联系您？请打值班电话", "0000-5550107", "没有手机：拿本小票到一体机按“查进度”。"} {
		if !strings.Contains(p.text(), words) {
			t.Errorf("the slip does not say %q:\n%s", words, p.text())
		}
	}
	if p.QR != sample.URL || !p.Drawn || !p.Cut {
		t.Errorf("code %q, drawn %v, cut %v", p.QR, p.Drawn, p.Cut)
	}
	if width := float64(p.Module*33) / 8; width < 30 || width > 36 { // 33 modules for an address of this length
		t.Errorf("the code is %.1f mm wide", width)
	}
	if mm := p.height(t, "SQ-2026-1121"); mm < 6 {
		t.Errorf("the number is %.1f mm high", mm)
	}
	for _, words := range []string{"问题", "到时没人联系您", "没有手机", "一体机 WTL-01"} {
		if mm := p.height(t, words); mm < 3.3 {
			t.Errorf("%s is %.1f mm high", words, mm)
		}
	}
	if p.widest() > slipColumns {
		t.Errorf("%d columns:\n%s", p.widest(), p.text())
	}
	if strings.Contains(p.text(), "临") {
		t.Errorf("a final slip that looks provisional:\n%s", p.text())
	}
}

// A provisional slip says what it is and what happens next, and is proof all the same (UX-K12).
func TestProvisionalSlip(t *testing.T) {
	t.Parallel()
	s := sample
	s.No, s.Provisional, s.Due, s.Contact = "临-7KQ4M2", true, "", ""
	p := printed(t, s.ESCPOS())
	for _, words := range []string{"临时回执", "临-7KQ4M2", "查询码 7KQ4-M2XH-P3T8", "只送一次"} {
		if !strings.Contains(strings.ReplaceAll(p.text(), "\n", ""), words) {
			t.Errorf("%q is missing:\n%s", words, p.text())
		}
	}
	if strings.Contains(p.text(), "办好") || p.QR != s.URL || p.widest() > slipColumns || p.height(t, "临-7KQ4M2") < 6 {
		t.Errorf("%s, code %q, %d columns", p.text(), p.QR, p.widest())
	}
}

// Whatever stands in a field, nothing but text reaches the paper, and no line is wider than it.
func TestSlipIsOnlyText(t *testing.T) {
	t.Parallel()
	for name, evil := range map[string]string{
		"a cut":             "灯坏\x1dV\x00了",
		"a reset":           "\x1b@灯\x1bp\x00\x19\xfa", // the drawer
		"lines":             "一\n二\r\n三\t四\v五\u2028六",
		"hidden":            "灯\u202e坏\u200b了\ufeff",
		"broken encoding":   "灯\xff\xfe坏",
		"characters rare":   "𠮷野㐂 🏮 é ñ ا",
		"one long word":     strings.Repeat("a", 300),
		"long Chinese":      strings.Repeat("楼道灯不亮，", 60),
		"nothing but space": " \u3000 ",
		"empty":             "",
	} {
		for _, s := range []Printable{Slip{evil, evil, evil, evil, evil, evil, evil, evil, evil, evil, evil, true}, Referral{evil, evil, evil, evil, evil, evil, evil, evil, evil}} {
			p := printed(t, s.ESCPOS()) // an unknown command fails in there
			if p.widest() > slipColumns {
				t.Errorf("%s: %d columns:\n%s", name, p.widest(), p.text())
			}
			if strings.ContainsAny(p.text(), "\x1b\x1d\x1c\u202e\u200b") || !p.Cut {
				t.Errorf("%s: %q", name, p.text())
			}
		}
	}
	if got := printed(t, Slip{Matter: "𠮷 🏮"}.ESCPOS()).text(); !strings.Contains(got, "𠮷 🏮") {
		t.Errorf("a rare character is lost: %s", got)
	}
}

// No paper has a field in which a name, a telephone or a door of a resident could stand (K-4, UX-K11): a new field
// must be judged here first.
func TestSlipHasNoFieldForAPerson(t *testing.T) {
	t.Parallel()
	for of, want := range map[reflect.Type]string{
		reflect.TypeFor[Slip](): "Street string, Device string, No string, Code string, Matter string, Community string, Filed string, Contact string, Due string, Phone string, " +
			"URL string, Provisional bool",
		reflect.TypeFor[Referral](): "Street string, Place string, Device string, Certificate string, Office string, Sure string, Basis string, Other string, Phone string",
	} {
		var got []string
		for f := range of.Fields() {
			got = append(got, f.Name+" "+f.Type.String())
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%s holds %s\nwant %s", of, strings.Join(got, ", "), want)
		}
	}
}

// R36: the slip tells which certificate, where to go and whether that is the list's own word, the basis, a rule that
// says otherwise, and whom to ask; words are at least 3.3 mm high.
func TestReferralAsPrinted(t *testing.T) {
	t.Parallel()
	f := Referral{Street: "岚桥街道", Place: "社区大厅门口", Device: "WTL-01", Certificate: "养犬证明", Office: "公安机关", Sure: "清单写明归它办。找不到请打 0000-5550100",
		Basis: "民政部等六部门意见 附件 第4项", Other: "另有一条规定说法不同：《养犬管理规定》第十二条。以哪条为准由街道法制审核定", Phone: "0000-5550100"}
	p := printed(t, f.ESCPOS())
	whole := strings.ReplaceAll(strings.ReplaceAll(p.text(), "\n", ""), strings.Repeat(" ", labelWidth), "")
	for _, words := range []string{"岚桥街道 办证去向", "社区大厅门口 WTL-01", f.Certificate, "社区不开，也不用社区盖章", f.Office, f.Sure, f.Basis, f.Other, "街道值班电话", f.Phone} {
		if !strings.Contains(whole, words) {
			t.Errorf("the slip does not say %q:\n%s", words, p.text())
		}
	}
	for _, words := range []string{f.Certificate, f.Office, "依据", "值班电话"} {
		if mm := p.height(t, words); mm < 3.3 {
			t.Errorf("%s is %.1f mm high", words, mm)
		}
	}
	if !p.Cut || p.QR != "" || p.widest() > slipColumns {
		t.Errorf("cut %v, code %q, %d columns", p.Cut, p.QR, p.widest())
	}
	f.Other = ""
	if got := printed(t, f.ESCPOS()).text(); strings.Contains(got, "\n\n") {
		t.Errorf("an empty line where no other rule is:\n%s", got)
	}
}

// Lines break where people break them: numbers stay whole, and no line begins with a closing sign.
func TestWrap(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text  string
		width int
		want  string
	}{
		{"今天 20:12 前打电话给您", 10, "今天 20:12|前打电话给|您"},
		{"一二三四五，六", 10, "一二三四|五，六"},
		{"  两边有空  ", 20, "两边有空"},
		{"abcdefghij", 4, "abcd|efgh|ij"},
		{"", 10, ""},
	} {
		if got := strings.Join(wrap(plainLine(c.text), c.width), "|"); got != c.want {
			t.Errorf("%q at %d: %s, want %s", c.text, c.width, got, c.want)
		}
	}
}
