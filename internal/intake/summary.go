package intake

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"portal/internal/pg"
	"portal/internal/sheet"
)

// ProblemColumn is the extra column of the corrected file; an import passes over it.
const ProblemColumn = "问题"

// Summary is what an import did, or would do.
type Summary struct {
	Kind      string
	DryRun    bool
	Read      int
	Added     int
	Updated   int
	Unchanged int
	Flagged   int // stored rows with an open warning
	Rejected  int // rows with a problem; with one, nothing is written

	Problems []sheet.Problem // reject their rows
	Flags    []sheet.Problem // warn about stored rows

	headerWrong []sheet.Problem

	file *sheet.Sheet
	todo Plan
}

// String is the one line of the command.
func (s Summary) String() string {
	return fmt.Sprintf("%s: read=%d added=%d updated=%d unchanged=%d flagged=%d rejected=%d",
		s.Kind, s.Read, s.Added, s.Updated, s.Unchanged, s.Flagged, s.Rejected)
}

// OK reports whether no row was rejected; the command exits 0 then and 2 otherwise.
func (s Summary) OK() bool { return s.Rejected == 0 }

// plan asks the kind and counts.
func (s *Summary) plan(ctx context.Context, q pg.Querier, k Kind, rows []Row, o Options) error {
	if len(s.headerWrong) > 0 {
		return nil // the cells mean nothing without their columns
	}
	p, err := k.Plan(ctx, q, rows, o)
	if err != nil {
		return fmt.Errorf("plan %s: %w", k.Name, err)
	}
	s.todo = p
	s.Problems = append(s.Problems, p.Problems...)
	for _, step := range p.Steps {
		switch step.Act {
		case Added:
			s.Added++
		case Updated:
			s.Updated++
		case Unchanged:
			s.Unchanged++
		}
		if step.Act == Updated && o.Mode == AddOnly {
			s.Problems = append(s.Problems, step.Row.Problem(k.Key[len(k.Key)-1], "已经在册且内容不同；选择“只新增”时不会改动它，请另选导入方式"))
		}
		if step.Act == Added && o.Mode == UpdateOnly {
			s.Problems = append(s.Problems, step.Row.Problem(k.Key[len(k.Key)-1], "册中没有这一行；选择“只更新”时不会新增，请另选导入方式"))
		}
		if len(step.Flags) > 0 {
			s.Flagged++
			s.Flags = append(s.Flags, step.Flags...)
		}
	}
	return nil
}

// forget clears the counts before a repeated transaction.
func (s *Summary) forget() {
	s.Added, s.Updated, s.Unchanged, s.Flagged = 0, 0, 0, 0
	s.Problems, s.Flags, s.todo = nil, nil, Plan{}
}

// close settles the counts: with a rejected row nothing is written, and the line says so.
func (s *Summary) close() {
	rejected := rejectedRows(s.Problems)
	if s.Rejected = len(rejected); s.Rejected == 0 {
		return
	}
	if len(s.headerWrong) > 0 {
		s.Rejected = max(1, s.Read) // no cell means anything without its column
	}
	s.Added, s.Updated, s.Unchanged = 0, 0, 0
}

func (s *Summary) apply(ctx context.Context, tx *pg.Tx) error {
	for _, step := range s.todo.Steps {
		if step.Write == nil {
			continue
		}
		if err := step.Write(ctx, tx); err != nil {
			return fmt.Errorf("row %d: %w", step.Row.Number, err)
		}
	}
	if s.todo.After != nil {
		return s.todo.After(ctx, tx)
	}
	return nil
}

func (s Summary) json() []byte {
	b, err := json.Marshal(map[string]int{"read": s.Read, "added": s.Added, "updated": s.Updated, "unchanged": s.Unchanged, "flagged": s.Flagged})
	if err != nil {
		return nil
	}
	return b
}

// WriteReport writes row,column,value,reason as plain UTF-8, as the command does: the problems
// first, then the warnings on rows that are stored, whose reason begins with 提示.
func (s Summary) WriteReport(w io.Writer) error {
	return s.report(w, sheet.CSV{NoBOM: true})
}

// WriteReportForExcel is the same report as a download, with the mark by which Excel knows UTF-8.
func (s Summary) WriteReportForExcel(w io.Writer) error {
	return s.report(w, sheet.CSV{})
}

func (s Summary) report(w io.Writer, how sheet.CSV) error {
	var rows [][]string
	add := func(p sheet.Problem, before string) {
		rows = append(rows, []string{strconv.Itoa(p.Row), p.Column, p.Value, before + p.Reason})
	}
	for _, p := range s.Problems {
		add(p, "")
	}
	for _, p := range s.Flags {
		add(p, "提示：")
	}
	return sheet.WriteCSV(w, []string{"row", "column", "value", "reason"}, sheet.Rows(rows), how)
}

// WriteCorrected writes the rows with problems as CSV in the columns of the file, with the column
// 问题 after them: correct the cells and import it again. Rows that were fine are left out.
func (s Summary) WriteCorrected(w io.Writer) error {
	if s.file == nil {
		return nil
	}
	reasons := map[int][]string{}
	for _, p := range s.Problems {
		reasons[p.Row] = append(reasons[p.Row], p.Column+"："+p.Reason)
	}
	at := slices.Index(s.file.Header, ProblemColumn)
	header := cut(s.file.Header, at)
	var rows [][]string
	for _, r := range s.file.Rows {
		if why := reasons[r.Number]; len(why) > 0 {
			rows = append(rows, append(cut(r.Cells, at), strings.Join(why, "；")))
		}
	}
	return sheet.WriteCSV(w, append(header, ProblemColumn), sheet.Rows(rows), sheet.CSV{})
}

// cut copies a row without the column of an earlier corrected file.
func cut(cells []string, at int) []string {
	if at < 0 {
		return slices.Clone(cells)
	}
	return slices.Delete(slices.Clone(cells), at, at+1)
}
