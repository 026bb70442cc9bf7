package sheet

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxProblems bounds the report: nobody reads more, and a crafted file must
// not fill the memory with complaints.
const maxProblems = 1000

// builder takes rows as a reader finds them and applies what both formats
// share: the header, the limits, blank rows, width, and what a cell may hold.
type builder struct {
	ctx    context.Context
	lim    Limits
	sheet  *Sheet
	ragged bool // a row shorter than the header is an error (CSV)
	full   bool // maxProblems was reached
}

// header takes the first row that is not blank. Cells without a name are no
// columns, and nothing may stand below them.
func (b *builder) header(number int, cells []string) error {
	if len(cells) > b.lim.MaxColumns {
		return fail(TooManyColumns, nil)
	}
	s := b.sheet
	s.headerRow = number
	s.index = make(map[string]int, len(cells))
	for i, c := range cells {
		if reason := b.badCell(c); reason != "" {
			b.problem(number, "", c, reason)
		}
		name := strings.TrimSpace(undefuse(c))
		s.Header = append(s.Header, name)
		if k := headerKey(name); k != "" {
			if _, twice := s.index[k]; !twice {
				s.index[k] = i
			}
		}
	}
	if len(s.index) == 0 {
		return fail(Empty, nil)
	}
	return nil
}

// row takes a row below the header. It is dropped when blank, and becomes a
// problem when its width is not that of the header.
func (b *builder) row(number int, cells []string) error {
	if err := b.alive(); err != nil {
		return err
	}
	if len(cells) > b.lim.MaxColumns {
		return fail(TooManyColumns, nil)
	}
	if number-1 > b.lim.MaxRows {
		return fail(TooManyRows, nil)
	}
	width := len(b.sheet.Header)
	if blank(cells) {
		return nil
	}
	if (len(b.sheet.Rows)+1)*width > b.lim.MaxCells {
		return fail(TooManyRows, nil)
	}
	if b.ragged && len(cells) != width || len(cells) > width && !blank(cells[width:]) {
		b.problem(number, "", strings.Join(cells, ","),
			fmt.Sprintf("这一行有 %d 格，表头有 %d 列，对不上。请检查逗号和引号。", len(cells), width))
		return nil
	}
	out := make([]string, width)
	copy(out, cells)
	for i, c := range out {
		if c == "" {
			continue
		}
		reason := b.badCell(c)
		if b.sheet.Header[i] == "" {
			reason = "这一格上方没有列名。请补上列名或删去这一格。"
		}
		if reason != "" {
			b.problem(number, b.sheet.Header[i], c, reason)
		}
		out[i] = undefuse(c)
	}
	b.sheet.Rows = append(b.sheet.Rows, Row{Number: number, Cells: out})
	return nil
}

// alive stops the reading when its time is over or the person went away.
func (b *builder) alive() error {
	if err := b.ctx.Err(); err != nil {
		return fail(TookTooLong, err)
	}
	return nil
}

func (b *builder) done() (*Sheet, error) {
	if b.sheet.index == nil {
		return nil, fail(Empty, nil)
	}
	return b.sheet, nil
}

func (b *builder) problem(row int, column, value, reason string) {
	switch {
	case b.full:
		return
	case len(b.sheet.Problems) == maxProblems-1:
		b.full = true
		column, value, reason = "", "", "问题太多，从这一行起不再逐行列出。请先改正前面的问题再导入。"
	}
	b.sheet.Problems = append(b.sheet.Problems, Problem{row, column, short(value), reason})
}

// scientific is how a spreadsheet writes a long number it has damaged.
var scientific = regexp.MustCompile(`^[0-9](\.[0-9]+)?E\+[0-9]{1,3}$`)

// sheetErrors are the results of formulas that failed.
var sheetErrors = map[string]bool{
	"#REF!": true, "#N/A": true, "#VALUE!": true, "#NAME?": true, "#DIV/0!": true, "#NULL!": true, "#NUM!": true,
}

// badCell says what is wrong with a cell whatever its column, or "".
func (b *builder) badCell(c string) string {
	switch {
	case len(c) > b.lim.MaxCell && utf8.RuneCountInString(c) > b.lim.MaxCell:
		return fmt.Sprintf("这一格的文字超过 %d 字，请缩短。", b.lim.MaxCell)
	case !utf8.ValidString(c), strings.ContainsRune(c, utf8.RuneError):
		return "这一格有乱码，请重新填写。"
	case strings.ContainsFunc(c, isControl):
		return "这一格有不能显示的控制字符，请删去后重新填写。"
	case sheetErrors[c]:
		return "这一格是出错的公式，请改成数值或文字。"
	case scientific.MatchString(c):
		return "这个长数字已被表格软件改写，后面的位数可能丢失。请把这一列设为文本后重新填写。"
	}
	return ""
}

func isControl(r rune) bool {
	return unicode.Is(unicode.Cc, r) && r != '\t' && r != '\n' && r != '\r'
}

// blank reports whether a person sees nothing in the cells.
func blank(cells []string) bool {
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}

// short cuts a value so that the report stays readable.
func short(s string) string {
	const most = 200
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}
