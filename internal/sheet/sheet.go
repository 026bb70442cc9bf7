// Package sheet decides how tables come in and go out: XLSX and CSV as people
// really save them, read into rows that can be cited by the number the person
// sees, and written so that no spreadsheet runs what a stranger typed
// (reliability rule 16). It knows no columns and owns no table.
//
// Two kinds of trouble are kept apart. What makes the file useless as a whole
// (not a table, too big, encrypted, damaged …) is an *Error with a sentence
// for the user. What is wrong with one row or cell is a Problem of that row;
// the importer adds its own to Sheet.Problems and writes them all with
// WriteReport.
//
// Formula characters: WriteCSV puts an apostrophe before a cell that starts
// with = + - @, their full-width forms, tab or a line break, and Read takes
// exactly that apostrophe off again, so an export that is read back holds the
// same values. A cell that already starts with apostrophes before such a sign
// gets one more, for the same reason.
package sheet

import (
	"context"
	"io"
	"strings"
	"time"
)

// Limits bounds what one file may cost. Zero fields take the value of
// DefaultLimits.
type Limits struct {
	MaxBytes   int64         // the file as uploaded
	MaxUnzip   int64         // all parts of an XLSX together, unpacked
	MaxRows    int           // rows below the header, blank ones included
	MaxColumns int           // cells in a row
	MaxCells   int           // rows × columns
	MaxCell    int           // characters in a cell
	Timeout    time.Duration // for the whole reading
}

// DefaultLimits fits the largest list a street office keeps.
var DefaultLimits = Limits{
	MaxBytes:   20 << 20,
	MaxUnzip:   128 << 20,
	MaxRows:    100_000,
	MaxColumns: 100,
	MaxCells:   2_500_000,
	MaxCell:    32_767, // what a spreadsheet cell can hold
	Timeout:    30 * time.Second,
}

func (l Limits) orDefault() Limits {
	d := DefaultLimits
	l.MaxBytes = either(l.MaxBytes, d.MaxBytes)
	l.MaxUnzip = either(l.MaxUnzip, d.MaxUnzip)
	l.MaxRows = either(l.MaxRows, d.MaxRows)
	l.MaxColumns = either(l.MaxColumns, d.MaxColumns)
	l.MaxCells = either(l.MaxCells, d.MaxCells)
	l.MaxCell = either(l.MaxCell, d.MaxCell)
	l.Timeout = either(l.Timeout, d.Timeout)
	return l
}

func either[T int | int64 | time.Duration](v, d T) T {
	if v > 0 {
		return v
	}
	return d
}

// Sheet is a table that was read. Rows holds the rows that are not blank and
// have the width of the header; Problems what is wrong with the others and
// with single cells.
type Sheet struct {
	Name     string // of the file, for messages only
	Header   []string
	Rows     []Row
	Problems []Problem

	headerRow int
	index     map[string]int
}

// Row is one row; Number is the one the person sees at its left in a
// spreadsheet, the header being 1. Cells has as many entries as the header.
type Row struct {
	Number int
	Cells  []string
}

// Get returns the cell of the row in the named column, exactly as in the
// file, or "" when the sheet has no such column.
func (s *Sheet) Get(r Row, column string) string {
	i, ok := s.index[headerKey(column)]
	if !ok || i >= len(r.Cells) {
		return ""
	}
	return r.Cells[i]
}

// Has reports whether the sheet has the named column.
func (s *Sheet) Has(column string) bool {
	_, ok := s.index[headerKey(column)]
	return ok
}

// Columns says which header cells a kind of import expects.
type Columns struct {
	Required []string
	Optional []string
}

// CheckHeader returns a problem of the header row for every column that is missing,
// written twice or not known. Upper and lower case and spaces around a name
// do not matter.
func (s *Sheet) CheckHeader(want Columns) []Problem {
	known := map[string]bool{}
	for _, c := range append(append([]string{}, want.Required...), want.Optional...) {
		known[headerKey(c)] = true
	}
	var out []Problem
	seen := map[string]bool{}
	for _, h := range s.Header {
		k := headerKey(h)
		switch {
		case k == "":
		case seen[k]:
			out = append(out, Problem{s.headerRow, h, h, "表头有重复的列，请只保留一列。"})
		case !known[k]:
			out = append(out, Problem{s.headerRow, h, h, "表头有不认识的列，请删去或改成模板中的列名。"})
		}
		seen[k] = true
	}
	for _, c := range want.Required {
		if !seen[headerKey(c)] {
			out = append(out, Problem{s.headerRow, c, "", "表头缺少这一列，请按模板补上。"})
		}
	}
	return out
}

// headerKey is what makes two header cells the same column.
func headerKey(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// SplitMulti splits a cell that holds several values separated by | 、 ; or ；
// and drops spaces around them and empty ones.
func SplitMulti(s string) []string {
	var out []string
	for _, part := range strings.FieldsFunc(s, isMulti) {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

func isMulti(r rune) bool { return strings.ContainsRune("|｜、;；", r) }

// Read reads the first table of an XLSX or CSV file. What it is shows in its
// first bytes; name is used in messages only. Errors are *Error, except when
// r itself fails.
func Read(ctx context.Context, r io.Reader, name string, lim Limits) (*Sheet, error) {
	lim = lim.orDefault()
	ctx, cancel := context.WithTimeout(ctx, lim.Timeout)
	defer cancel()
	data, err := io.ReadAll(io.LimitReader(r, lim.MaxBytes+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > lim.MaxBytes {
		return nil, fail(TooBig, nil)
	}
	kind, code := sniff(data)
	if code != "" {
		return nil, fail(code, nil)
	}
	b := &builder{ctx: ctx, lim: lim, sheet: &Sheet{Name: name}}
	if kind == kindXLSX {
		err = readXLSX(b, data)
	} else {
		err = readCSV(b, data)
	}
	if err != nil {
		return nil, err
	}
	return b.done()
}
