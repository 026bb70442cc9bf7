package view

import (
	"strconv"
	"strings"
)

// Tone is the meaning of a colour: a status, never a category (UX-C3).
type Tone string

// The tones.
const (
	OK      Tone = "ok"
	Warn    Tone = "warn"
	Danger  Tone = "danger"
	Info    Tone = "info"
	Neutral Tone = "neutral"
	Violet  Tone = "violet"
)

var toneIcons = map[Tone]string{OK: "circle-check", Warn: "triangle-alert", Danger: "circle-x", Info: "circle-dot", Neutral: "archive", Violet: "messages-square"}

func (t Tone) icon() string {
	if name, ok := toneIcons[t]; ok {
		return name
	}
	return "info"
}

var numerals = []string{"〇", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十"}

// Numeral writes 1 to 10 as 一 to 十.
func Numeral(n int) string {
	if n >= 0 && n < len(numerals) {
		return numerals[n]
	}
	return strconv.Itoa(n)
}

// Thousands writes 18600 as 18,600.
func Thousands[N int | int64](n N) string {
	s := strconv.FormatInt(int64(n), 10)
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// Hours writes 18 as 18 and 18.5 as 18.5.
func Hours(h float64) string { return strconv.FormatFloat(float64(int64(h*10+0.5))/10, 'f', -1, 64) }

// Yuan writes 分 as 元: 1518000 → 15,180 and 1518050 → 15,180.50.
func Yuan(fen int64) string {
	if fen%100 == 0 {
		return Thousands(fen / 100)
	}
	return Thousands(fen/100) + "." + strconv.FormatInt(100+fen%100, 10)[1:]
}

// Bounded writes a count that was cut at 1000 as 999+.
func Bounded(n int) string {
	if n > 999 {
		return "999+"
	}
	return strconv.Itoa(n)
}

func itoa(n int) string { return strconv.Itoa(n) }

func (p Page) siteName() string { return p.Street + "社区治理平台" }

func (p Page) title(site string) string {
	t := p.Title + " - " + site
	if p.Errors > 0 {
		t = "有 " + itoa(p.Errors) + " 处需要修改 - " + t
	}
	return t
}

func (p Page) htmlClass() string {
	switch p.FontSize {
	case "large":
		return "size-large"
	case "xlarge":
		return "size-xlarge"
	}
	return ""
}

func (p Page) bodyClass() string {
	if p.Mode == "elder" {
		return "elder"
	}
	return ""
}

func onOff(off bool) string {
	if off {
		return "off"
	}
	return "on"
}

func isOn(on bool) string {
	if on {
		return "true"
	}
	return "false"
}

// pressed tells whether this size is chosen; no choice yet is the standard one.
func pressed(chosen, this string) string {
	return isOn(chosen == this || chosen == "" && this == "std")
}
