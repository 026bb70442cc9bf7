package kiosk

import (
	"bytes"
	"strings"

	"golang.org/x/text/encoding/simplifiedchinese"
	"rsc.io/qr"
)

// The paper: 576 dots of 1/8 mm, 48 columns of 12 dots; a Chinese character takes two.
const (
	slipColumns = 48
	slipDots    = 576
	labelWidth  = 8                  // columns of 问题 and the space after it
	qrDots      = 33 * slipDots / 72 // 33 mm
	qrLargest   = 16                 // what GS ( k takes as a module
)

// Sizes of GS ! : columns and lines of a character, one less each. Words are twice as high as the printer's
// own 3 mm, the number three times (ux.md §2.6 asks for 3.3 and 6 mm).
const (
	sizeBody   = 0x01
	sizeDouble = 0x11
	sizeTriple = 0x22
)

const (
	alignLeft   = 0
	alignCentre = 1
)

// ESCPOS writes the slip in the language of 80 mm printers: GB18030 text, a QR that the printer draws, a cut.
func (s Slip) ESCPOS() []byte {
	var p escpos
	p.head(s.Title(), s.Where())
	p.strong(s.No, sizeTriple)
	p.headline("查询码 "+s.Code, sizeDouble)
	p.rule()
	p.align(alignLeft)
	for _, l := range s.Lines() {
		p.labelled(l)
	}
	p.lines(sizeBody, s.Notes()...)
	if s.URL != "" {
		p.align(alignCentre)
		p.qr(plainLine(s.URL))
		p.lines(sizeBody, slipScan)
		p.align(alignLeft)
	}
	p.rule()
	if s.Phone != "" {
		p.lines(sizeBody, slipLate)
		p.strong(s.Phone, sizeDouble)
	}
	p.lines(sizeBody, slipBare)
	return p.cut()
}

// escpos collects commands and text; text never holds a control byte.
type escpos struct{ bytes.Buffer }

func (p *escpos) raw(b ...byte)   { p.Write(b) }
func (p *escpos) align(how byte)  { p.raw(0x1b, 'a', how) }
func (p *escpos) size(scale byte) { p.raw(0x1d, '!', scale) }

func (p *escpos) bold(on bool) {
	if on {
		p.raw(0x1b, 'E', 1)
	} else {
		p.raw(0x1b, 'E', 0)
	}
}

// head begins a slip: what it is and which device printed it. What follows stands in the middle.
func (p *escpos) head(title, where string) {
	p.raw(0x1b, '@', 0x1c, '&') // begin anew; Chinese characters on
	p.align(alignCentre)
	p.headline(title, sizeDouble)
	p.lines(sizeBody, where)
	p.rule()
}

// strong is a headline in heavy type.
func (p *escpos) strong(text string, scale byte) {
	p.bold(true)
	p.headline(text, scale)
	p.bold(false)
}

// cut ends a slip: feed to the knife and cut.
func (p *escpos) cut() []byte {
	p.raw(0x1d, 'V', 66, 24)
	return p.Bytes()
}

// rule is a dashed line over the paper.
func (p *escpos) rule() {
	p.size(0)
	p.text(strings.Repeat("-", slipColumns))
}

// headline stands on one line as large as it fits, and wraps at the size of the body when it does not.
func (p *escpos) headline(text string, scale byte) {
	text = plainLine(text)
	for scale > sizeBody && columns(text)*(1+int(scale>>4)) > slipColumns {
		scale -= 0x11
	}
	p.lines(max(scale, sizeBody), text)
}

func (p *escpos) lines(scale byte, texts ...string) {
	p.size(scale)
	for _, t := range texts {
		for _, line := range wrap(plainLine(t), slipColumns/(1+int(scale>>4))) {
			p.text(line)
		}
	}
}

func (p *escpos) labelled(l SlipLine) {
	p.size(sizeBody)
	head := l.Label + strings.Repeat(" ", max(1, labelWidth-columns(l.Label)))
	for _, line := range wrap(plainLine(l.Text), slipColumns-labelWidth) {
		p.text(head + line)
		head = strings.Repeat(" ", labelWidth)
	}
}

// text writes one line in GB18030, which knows every character there is.
func (p *escpos) text(line string) {
	b, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(line))
	if err != nil { // only broken text, which plainLine has taken out
		return
	}
	p.Write(b)
	p.raw('\n')
}

// qr has the printer draw a code about 33 mm wide, with the same error correction as on the screen.
func (p *escpos) qr(text string) {
	code, err := qr.Encode(text, qr.M)
	if err != nil { // longer than a code can be: the number and the typed code stand above
		return
	}
	module := min(qrLargest, max(3, (qrDots+code.Size/2)/code.Size))
	p.raw(0x1d, '(', 'k', 4, 0, 49, 65, 50, 0)        // model 2
	p.raw(0x1d, '(', 'k', 3, 0, 49, 67, byte(module)) // dots of a module
	p.raw(0x1d, '(', 'k', 3, 0, 49, 69, 49)           // error correction M
	n := len(text) + 3
	p.raw(0x1d, '(', 'k', byte(n), byte(n>>8), 49, 80, 48)
	p.WriteString(text)
	p.raw(0x1d, '(', 'k', 3, 0, 49, 81, 48) // print it
}

// columns is the width of a text on the paper.
func columns(text string) int {
	n := 0
	for _, r := range text {
		n += columnsOf(r)
	}
	return n
}

func columnsOf(r rune) int {
	if r < 0x80 {
		return 1
	}
	return 2
}

// wrap breaks a line at the width: Chinese anywhere, words and numbers only when they are longer than a line.
func wrap(text string, width int) []string {
	var out []string
	line, used := "", 0
	flush := func() {
		if line = strings.TrimRight(line, " "); line != "" {
			out = append(out, line)
		}
		line, used = "", 0
	}
	for _, piece := range pieces(text) {
		if used+columns(piece) > width {
			flush()
		}
		for _, r := range piece {
			if used == 0 && r == ' ' {
				continue
			}
			if used+columnsOf(r) > width {
				flush()
			}
			line, used = line+string(r), used+columnsOf(r)
		}
	}
	flush()
	return out
}

// pieces are what should not be broken: a run of plain letters and digits, or one Chinese character with the
// closing sign after it.
func pieces(text string) []string {
	var out []string
	run := false
	for _, r := range text {
		plain := r < 0x80 && r != ' '
		switch {
		case plain && run, len(out) > 0 && strings.ContainsRune("，。、；：？！”）》…", r):
			out[len(out)-1] += string(r)
		default:
			out = append(out, string(r))
		}
		run = plain
	}
	return out
}
