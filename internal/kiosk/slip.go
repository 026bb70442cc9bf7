package kiosk

import (
	"strings"
	"unicode"
)

// Slip is what the device prints on 80 mm paper. It holds the request and its promises and nothing of the
// resident: there is no field for a name, a telephone or a door (K-4, UX-K11). Times come written out.
type Slip struct {
	Street, Device string // 岚桥街道, WTL-01
	No, Code       string // SQ-2026-1121 or 临-K7QF2M; the receipt code as people read it
	Matter         string // masked, as the receipt gives it
	Community      string
	Filed          string // 2026年11月17日 14:12
	Contact, Due   string // 今天 20:12 前打电话给您 · 11月18日 14:12 前
	Phone          string // of the community's duty, never of the resident
	URL            string // what the QR opens
	Provisional    bool   // the line was down: the number is given when it is delivered (UX-K12)
}

// SlipLine is a labelled line of a slip.
type SlipLine struct{ Label, Text string }

// Title is the head of the slip, 岚桥街道 诉求回执.
func (s Slip) Title() string {
	if s.Provisional {
		return s.Street + " 临时回执"
	}
	return s.Street + " 诉求回执"
}

// Where says which device printed it, 梧桐里社区一体机 WTL-01.
func (s Slip) Where() string {
	if s.Device == "" || strings.Contains(s.Device, "一体机") {
		return s.Device
	}
	return s.Community + "一体机 " + s.Device
}

// Lines are the labelled lines; one that nobody promised is absent.
func (s Slip) Lines() []SlipLine {
	all := []SlipLine{{"问题", s.Matter}, {"社区", s.Community}, {"提交", s.Filed}, {"联系", s.Contact}, {"办好", s.Due}}
	var out []SlipLine
	for _, l := range all {
		if strings.TrimSpace(l.Text) != "" {
			out = append(out, l)
		}
	}
	return out
}

// Words below the code of a slip.
const (
	slipScan = "手机扫码看进度"
	slipLate = "到时没人联系您？请打值班电话"
	slipBare = "没有手机：拿本小票到一体机按“查进度”。"
	slipHeld = "网络断了，您的问题已存在本机，网络恢复后自动送出，只送一次。送到以前查不到，查询码一直有效。"
)

// Notes are the sentences under the lines of a provisional slip; none on any other.
func (s Slip) Notes() []string {
	if s.Provisional {
		return []string{slipHeld}
	}
	return nil
}

// plainLine is one line as a printer may be given it: whatever steers a device or cannot be seen is left out, so
// that no text can speak to the printer.
func plainLine(text string) string {
	shown := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r), r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	return strings.Join(strings.Fields(shown), " ")
}
