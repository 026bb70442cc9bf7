package sheet

import (
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Problem is one line of an import report: the row as a person counts it, the
// column, the value found there and, in Chinese, what is wrong and what to do.
type Problem struct {
	Row    int
	Column string
	Value  string
	Reason string
}

// WriteReport writes the report of an import as CSV row,column,value,reason.
// Values come from strangers, so they are defused.
func WriteReport(w io.Writer, problems []Problem) error {
	rows := func(yield func([]string, error) bool) {
		for _, p := range problems {
			if !yield([]string{strconv.Itoa(p.Row), p.Column, p.Value, p.Reason}, nil) {
				return
			}
		}
	}
	return WriteCSV(w, []string{"row", "column", "value", "reason"}, rows, CSV{})
}

// CSV says how WriteCSV writes. The zero value is for people: with a BOM, so
// that Excel takes it for UTF-8, and with formula characters defused.
//
// Exact leaves every value as it is. It is for machine-readable exports whose
// values must equal their source, and for nothing that a stranger can type
// into and a clerk opens in a spreadsheet.
type CSV struct {
	Exact bool
	NoBOM bool
}

// Rows makes a sequence of rows held in memory.
func Rows(rows [][]string) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// WriteCSV writes a table as UTF-8 CSV with LF. A row that comes with an error
// ends the writing with that error.
func WriteCSV(w io.Writer, header []string, rows iter.Seq2[[]string, error], how CSV) error {
	if !how.NoBOM {
		if _, err := w.Write(utf8BOM); err != nil {
			return fmt.Errorf("write csv: %w", err)
		}
	}
	cell := defuse
	if how.Exact {
		cell = func(s string) string { return s }
	}
	out := csv.NewWriter(w)
	if err := out.Write(mapCells(header, cell)); err != nil {
		return fmt.Errorf("write csv header: %w", err)
	}
	for row, err := range rows {
		if err != nil {
			return err
		}
		if err := out.Write(mapCells(row, cell)); err != nil {
			return fmt.Errorf("write csv row: %w", err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write csv: %w", err)
	}
	return nil
}

// WriteXLSX writes a table as a workbook of one sheet: every value a text
// cell (so no formula runs and no number loses digits), the header bold and
// frozen. A row that comes with an error ends the writing with that error.
func WriteXLSX(w io.Writer, sheetName string, header []string, rows iter.Seq2[[]string, error]) error {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	if err := fill(f, sheetName, header, rows); err != nil {
		return err
	}
	if err := f.Write(w); err != nil {
		return fmt.Errorf("write xlsx: %w", err)
	}
	return nil
}

func fill(f *excelize.File, sheetName string, header []string, rows iter.Seq2[[]string, error]) error {
	if err := f.SetSheetName(f.GetSheetName(0), sheetName); err != nil {
		return fmt.Errorf("name the sheet: %w", err)
	}
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return fmt.Errorf("header style: %w", err)
	}
	out, err := f.NewStreamWriter(sheetName)
	if err != nil {
		return fmt.Errorf("start xlsx: %w", err)
	}
	top := &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}
	if err := out.SetPanes(top); err != nil {
		return fmt.Errorf("freeze header: %w", err)
	}
	number := 1
	put := func(cells []string, style int) error {
		values := make([]any, len(cells))
		for i, c := range cells {
			values[i] = excelize.Cell{StyleID: style, Value: keepApostrophes(c)}
		}
		at := "A" + strconv.Itoa(number)
		number++
		if err := out.SetRow(at, values); err != nil {
			return fmt.Errorf("xlsx row %s: %w", at, err)
		}
		return nil
	}
	if err := put(header, bold); err != nil {
		return err
	}
	for row, err := range rows {
		if err != nil {
			return err
		}
		if err := put(row, 0); err != nil {
			return err
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("finish xlsx: %w", err)
	}
	return nil
}

// active are the characters that make a spreadsheet run a cell, the full-width
// ones in some input settings.
const active = "=+-@\t\r\n＝＋－＠"

// armed reports whether, after its apostrophes, the cell starts with an active
// character.
func armed(s string) bool {
	rest := strings.TrimLeft(s, "'")
	return rest != "" && strings.IndexAny(rest, active) == 0
}

func defuse(s string) string {
	if armed(s) {
		return "'" + s
	}
	return s
}

// undefuse is the inverse of defuse, and leaves other apostrophes alone.
func undefuse(s string) string {
	if strings.HasPrefix(s, "'") && armed(s) {
		return s[1:]
	}
	return s
}

// keepApostrophes guards a text cell against undefuse. A workbook needs no
// defusing, but Read takes one apostrophe off there too, because a defused CSV
// that is saved as a workbook keeps it as text.
func keepApostrophes(s string) string {
	if strings.HasPrefix(s, "'") {
		return defuse(s)
	}
	return s
}

func mapCells(cells []string, f func(string) string) []string {
	out := slices.Clone(cells)
	for i, c := range out {
		out[i] = f(c)
	}
	return out
}
