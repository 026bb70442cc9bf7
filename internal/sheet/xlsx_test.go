package sheet

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

// Numbers keep their digits and dates come in one spelling, whatever the
// format of the cell.
func TestXLSXValues(t *testing.T) {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	style := func(s excelize.Style) int {
		id, err := f.NewStyle(&s)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	chinese, general, zeros := `yyyy"年"m"月"d"日"`, "General", "000000"
	day := time.Date(2026, 10, 8, 0, 0, 0, 0, time.UTC)
	cells := []struct {
		name  string
		value any
		style int
		want  string
	}{
		{"text", "招商引资", 0, "招商引资"},
		{"text number", "007", 0, "007"},
		{"twelve digits", 320104900001, 0, "320104900001"},
		{"twelve digits, General", 320104900001, style(excelize.Style{CustomNumFmt: &general}), "320104900001"},
		{"twelve digits, border", 320104900001, style(excelize.Style{Font: &excelize.Font{Bold: true}}), "320104900001"},
		{"leading zeros by format", 123, style(excelize.Style{CustomNumFmt: &zeros}), "000123"},
		{"twelve digits, 0", 320104900001, style(excelize.Style{NumFmt: 1}), "320104900001"},
		{"twelve digits, text", 320104900001, style(excelize.Style{NumFmt: 49}), "320104900001"},
		{"fraction", 0.1, 0, "0.1"},
		{"short date", day, style(excelize.Style{NumFmt: 14}), "2026-10-08"},
		{"Chinese date", day, style(excelize.Style{CustomNumFmt: &chinese}), "2026年10月8日"},
		{"yes", true, 0, "TRUE"},
		{"leading spaces", "  甲 ", 0, "  甲 "},
		{"line break", "甲\n乙", 0, "甲\n乙"},
	}
	var want []string
	for i, c := range cells {
		head, _ := excelize.CoordinatesToCellName(i+1, 1)
		at, _ := excelize.CoordinatesToCellName(i+1, 2)
		err := errors.Join(f.SetCellValue("Sheet1", head, c.name), f.SetCellValue("Sheet1", at, c.value))
		if c.style != 0 {
			err = errors.Join(err, f.SetCellStyle("Sheet1", at, at, c.style))
		}
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, c.want)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	s := read(t, b.String(), Limits{})
	if diff := cmp.Diff(want, s.Rows[0].Cells); diff != "" || len(s.Problems) != 0 {
		t.Errorf("%s %v", diff, s.Problems)
	}
}

// A workbook with a real password is told apart from a damaged one.
func TestXLSXWithPassword(t *testing.T) {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	var b bytes.Buffer
	if err := f.Write(&b, excelize.Options{Password: "wutong"}); err != nil {
		t.Fatal(err)
	}
	refused(t, b.String(), Limits{}, Encrypted)
}

// Bombs and crafted workbooks end in a sentence, soon, and leave no file
// behind (reliability rule 16).
func TestXLSXHostile(t *testing.T) {
	const cell = `<c t="str"><v>x</v></c>`
	header := `<row r="1">` + cell + `</row>`
	endless := `<row r="1">` + strings.Repeat(`<c><f/></c>`, 1_600_000) + `</row>`
	cases := []struct {
		name, data string
		want       Code
	}{
		{"zip bomb", workbook(t, header, "xl/media/a.bin", strings.Repeat("\x00", 49<<20)), Bomb},
		{"bomb in the worksheet", workbook(t, header+strings.Repeat(" ", 129<<20)), Bomb},
		{"bomb in the strings", workbook(t, header, "xl/sharedStrings.xml", strings.Repeat("<si/>", 6<<20)), Bomb},
		{"bomb in the styles", workbook(t, header, "xl/styles.xml", strings.Repeat("<xf/>", 1<<20)), Bomb},
		{"lying size", lying(t, workbook(t, header+strings.Repeat(" ", 32<<20))), Damaged},
		{"endless row", workbook(t, endless), TooManyRows},
		{"far row", workbook(t, header+`<row r="1048576">`+cell+`</row>`), TooManyRows},
		{"impossible row", workbook(t, header+`<row r="2000000000">`+cell+`</row>`), TooManyRows},
		{"impossible first row", workbook(t, `<row r="2000000000">`+cell+`</row>`), TooManyRows},
		{"far column", workbook(t, header+`<row r="2"><c r="XFD2" t="str"><v>x</v></c></row>`), TooManyColumns},
		{"impossible column", workbook(t, header+`<row r="2"><c r="ZZZZZZ2" t="str"><v>x</v></c></row>`), Damaged},
		{"impossible string", workbook(t, header+`<row r="2"><c t="s"><v>-9</v></c></row>`), ""},
		{"impossible style", workbook(t, header+`<row r="2"><c s="-5"><v>9</v></c></row>`), ""},
		{"broken XML", workbook(t, header+`<row r="2">`+cell+`</row><row r="3"><c><v>a & b</v></c></row><row r="4">`+cell+`</row>`), Damaged},
		{"flipped byte", flipped(t, workbook(t, header+strings.Repeat(`<row>`+cell+`</row>`, 50))), Damaged},
		{"entities", workbook(t, `<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]>`+header), ""},
	}
	t.Setenv("TMPDIR", t.TempDir())
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			_, err := Read(ctx, strings.NewReader(c.data), "a.xlsx", Limits{MaxCells: 700_000})
			var e *Error
			switch {
			case errors.As(err, &e) && c.want != "" && e.Code != c.want:
				t.Errorf("got %s (%v), want %s", e.Code, e.Unwrap(), c.want)
			case err == nil && c.want != "":
				t.Errorf("was read; want %s", c.want)
			case err != nil && e == nil:
				t.Errorf("untyped error %v", err)
			}
			if left, _ := os.ReadDir(os.Getenv("TMPDIR")); len(left) != 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// lying rewrites the stated sizes of a worksheet to a few bytes.
func lying(t *testing.T, data string) string {
	t.Helper()
	b := []byte(data)
	zr, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range zr.File {
		if !strings.HasPrefix(f.Name, "xl/worksheets/") {
			continue
		}
		i := bytes.LastIndex(b, []byte(f.Name)) // its entry in the directory
		binary.LittleEndian.PutUint32(b[i-46+24:], 100)
	}
	return string(b)
}

// flipped damages one byte of the packed worksheet, as a bad disk would.
func flipped(t *testing.T, data string) string {
	t.Helper()
	b := []byte(data)
	name := "xl/worksheets/sheet1.xml"
	b[bytes.Index(b, []byte(name))+len(name)+40] ^= 0x10
	return string(b)
}

func bigRows(rows, columns int) [][]string {
	out := make([][]string, rows)
	for i := range out {
		out[i] = make([]string, columns)
		for j := range out[i] {
			out[i][j] = "事项" + strconv.Itoa(i) + "-" + strconv.Itoa(j)
		}
	}
	return out
}

// BenchmarkXLSX reads and writes 100,000 rows of ten columns.
func BenchmarkXLSX(b *testing.B) {
	rows := bigRows(100_001, 10)
	var file bytes.Buffer
	if err := WriteXLSX(&file, "清单", rows[0], Rows(rows[1:])); err != nil {
		b.Fatal(err)
	}
	b.Run("write", func(b *testing.B) {
		for b.Loop() {
			file.Reset()
			if err := WriteXLSX(&file, "清单", rows[0], Rows(rows[1:])); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("read", func(b *testing.B) {
		for b.Loop() {
			s, err := Read(b.Context(), bytes.NewReader(file.Bytes()), "a.xlsx", Limits{})
			if err != nil || len(s.Rows) != 100_000 {
				b.Fatal(err)
			}
		}
	})
}
