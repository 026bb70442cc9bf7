// Package intake decides how a file becomes rows of a register: one mechanism for all eight kinds.
// A kind is a table of columns and a plan; the mechanism reads XLSX or CSV, checks every cell,
// reports every problem at once by row and column, and writes all or nothing in one transaction
// with an audit entry (product.md A3). The same file again changes nothing.
//
// A problem rejects its row, and with one rejected row nothing is written. A flag is an open warning
// on a row that is stored (R50, R56): it stands in the report too, but rejects nothing. Owns no table.
package intake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/sheet"
	"portal/internal/workday"
)

// Column is what a kind expects in a column.
type Column struct {
	Name     string
	Filled   bool                    // an empty cell is a problem
	Optional bool                    // the column may be missing
	Ignored  bool                    // the column may be there and means nothing
	Max      int                     // characters; 0: 2000
	Check    func(cell string) error // what is wrong with a cell that is not empty, in Chinese
}

// Kind is a kind of file.
type Kind struct {
	Name    string // as on the command line: items
	Label   string // 中文
	Columns []Column
	Key     []string     // columns that name a row; twice in one file is a problem
	Do      authz.Action // who may import it; empty: authz.ListImport
	// Plan compares the rows with what is stored. It reads, and writes nothing.
	Plan func(ctx context.Context, q pg.Querier, rows []Row, o Options) (Plan, error)
}

// Mode says what a file may do.
type Mode string

// The modes of an import.
const (
	AddAndUpdate Mode = ""
	AddOnly      Mode = "add"
	UpdateOnly   Mode = "update"
)

// Options of one import.
type Options struct {
	DryRun    bool
	Mode      Mode
	Effective workday.Day // first day of what is new or changed; no day: today
	Spread    bool        // items: days follow the list versions and the days of the cited law
	Today     workday.Day // set by Run
}

// Day is the first day of what is new or changed.
func (o Options) Day() workday.Day {
	if o.Effective.IsZero() {
		return o.Today
	}
	return o.Effective
}

// Act is what a row does.
type Act int

// The acts.
const (
	Unchanged Act = iota
	Added
	Updated
)

// Step is what one row does to the register.
type Step struct {
	Row   Row
	Act   Act
	Flags []sheet.Problem // warnings on the stored row
	Write func(ctx context.Context, tx *pg.Tx) error
}

// Plan is what a file does.
type Plan struct {
	Steps    []Step
	Problems []sheet.Problem
	After    func(ctx context.Context, tx *pg.Tx) error // once, after all rows, when something changes
}

// Row is one row of the file with its cells by column name.
type Row struct {
	Number int
	cells  map[string]string
}

// Text gives a cell, without spaces around it.
func (r Row) Text(column string) string { return r.cells[column] }

// Has reports whether the file has the column at all.
func (r Row) Has(column string) bool { _, ok := r.cells[column]; return ok }

// Day gives a checked date cell; empty is no day.
func (r Row) Day(column string) workday.Day {
	d, _ := workday.ParseDay(r.cells[column]) // Column.Check has read it
	return d
}

// Bool gives a checked true/false cell.
func (r Row) Bool(column string) bool { return r.cells[column] == "true" }

// Multi gives the values of a cell with several (| 、 ;).
func (r Row) Multi(column string) []string { return sheet.SplitMulti(r.cells[column]) }

// Problem says what is wrong with a cell of the row, or warns about it.
func (r Row) Problem(column, reason string) sheet.Problem {
	return sheet.Problem{Row: r.Number, Column: column, Value: r.cells[column], Reason: reason}
}

// NewRow makes a row outside a file, for tests of plans.
func NewRow(number int, cells map[string]string) Row { return Row{Number: number, cells: cells} }

// errNothing and errRejected leave the transaction without a trace.
var (
	errNothing  = errors.New("intake: nothing to write")
	errRejected = errors.New("intake: rows rejected")
)

// lockImports lets one import run at a time.
const lockImports = 320104010

// Run imports a file. With problems nothing is written and the summary says so; the error is for
// trouble, and for files that are no table at all (a *fault.Fault). Who may: the kind's action.
func Run(ctx context.Context, db *pg.DB, by authz.Actor, k Kind, r io.Reader, name string, o Options) (Summary, error) {
	s := Summary{Kind: k.Name, DryRun: o.DryRun}
	if err := authz.Check(by, k.action(), authz.Object{}); err != nil {
		return s, err
	}
	file, err := sheet.Read(ctx, r, name, sheet.Limits{})
	var bad *sheet.Error
	if errors.As(err, &bad) {
		return s, fault.InvalidField("file", bad.Error())
	}
	if err != nil {
		return s, fmt.Errorf("read %s: %w", k.Name, err)
	}
	o.Today = workday.DayOf(db.Now())
	s.file = file
	s.Read = len(file.Rows) + broken(file)
	s.headerWrong = k.header(file)
	rows, problems := k.rows(file)
	s.Problems = append(slices.Clone(s.headerWrong), problems...)
	rows = slices.DeleteFunc(rows, func(r Row) bool {
		return slices.ContainsFunc(problems, func(p sheet.Problem) bool { return p.Row == r.Number })
	})
	if o.DryRun || len(s.Problems) > 0 {
		err = db.Read(ctx, func(q pg.Querier) error { return s.plan(ctx, q, k, rows, o) })
		s.close()
		return s, err
	}
	err = db.Write(ctx, by, func(tx *pg.Tx) error {
		s.forget()
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, lockImports); err != nil {
			return fmt.Errorf("wait for another import: %w", err)
		}
		if err := s.plan(ctx, tx, k, rows, o); err != nil {
			return err
		}
		if len(s.Problems) > 0 {
			return errRejected
		}
		if s.Added+s.Updated == 0 {
			return errNothing
		}
		if err := s.apply(ctx, tx); err != nil {
			return err
		}
		return tx.Record(ctx, pg.Change{Action: k.action(), Kind: "import", No: k.Name, After: s.json(), Reason: name})
	})
	if errors.Is(err, errNothing) || errors.Is(err, errRejected) {
		err = nil
	}
	s.close()
	return s, err
}

// broken counts the rows that could not even be cut into cells.
func broken(f *sheet.Sheet) int {
	seen := map[int]bool{}
	for _, r := range f.Rows {
		seen[r.Number] = true
	}
	n := 0
	for _, p := range f.Problems {
		if p.Row > 1 && !seen[p.Row] {
			seen[p.Row] = true
			n++
		}
	}
	return n
}

// header tells what is wrong with the columns.
func (k Kind) header(f *sheet.Sheet) []sheet.Problem {
	want := sheet.Columns{Optional: []string{ProblemColumn}}
	for _, c := range k.Columns {
		if c.Optional || c.Ignored {
			want.Optional = append(want.Optional, c.Name)
		} else {
			want.Required = append(want.Required, c.Name)
		}
	}
	return f.CheckHeader(want)
}

// rows checks the cells; every problem of the file is returned at once.
func (k Kind) rows(f *sheet.Sheet) ([]Row, []sheet.Problem) {
	problems := slices.Clone(f.Problems)
	rows := make([]Row, 0, len(f.Rows))
	first := map[string]int{}
	for _, raw := range f.Rows {
		row := Row{Number: raw.Number, cells: make(map[string]string, len(k.Columns))}
		for _, c := range k.Columns {
			if c.Ignored || !f.Has(c.Name) {
				continue
			}
			cell := strings.TrimSpace(strings.ReplaceAll(f.Get(raw, c.Name), "\r\n", "\n"))
			row.cells[c.Name] = cell
			if reason := c.wrong(cell); reason != "" {
				problems = append(problems, row.Problem(c.Name, reason))
			}
		}
		if before, twice := first[row.key(k.Key)]; twice {
			problems = append(problems, row.Problem(k.Key[len(k.Key)-1], fmt.Sprintf("与第 %d 行重复，请只保留一行", before)))
		} else {
			first[row.key(k.Key)] = row.Number
		}
		rows = append(rows, row)
	}
	return rows, problems
}

func (r Row) key(columns []string) string {
	parts := make([]string, len(columns))
	for i, c := range columns {
		parts[i] = r.cells[c]
	}
	return strings.Join(parts, "\x00")
}

const longest = 2000

func (c Column) wrong(cell string) string {
	most := c.Max
	if most == 0 {
		most = longest
	}
	switch n := utf8.RuneCountInString(cell); {
	case n == 0 && c.Filled:
		return "这一栏不能空着，请填写"
	case n == 0:
		return ""
	case n > most:
		return fmt.Sprintf("内容有 %d 个字，最多 %d 个字，请删短", n, most)
	}
	if strings.IndexFunc(cell, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' || r == utf8.RuneError }) >= 0 {
		return "有无法识别的字符，请删去后再导入"
	}
	if c.Check == nil {
		return ""
	}
	if err := c.Check(cell); err != nil {
		return err.Error()
	}
	return ""
}

// rejectedRows are the numbers of rows with problems.
func rejectedRows(problems []sheet.Problem) []int {
	var out []int
	for _, p := range problems {
		if !slices.Contains(out, p.Row) {
			out = append(out, p.Row)
		}
	}
	return out
}
