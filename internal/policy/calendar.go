package policy

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"sync"

	"portal/internal/authz"
	"portal/internal/pg"
	"portal/internal/sheet"
	"portal/internal/workday"
)

var shipped = sync.OnceValues(func() (*workday.Calendar, error) { return workday.NewCalendar(workday.Published()) })

// Calendar gives the working-day calendar: the years that ship with the portal, and the imported
// ones, which win. version is a fingerprint of all of them.
func Calendar(ctx context.Context, q pg.Querier) (cal *workday.Calendar, version string, err error) {
	years, err := importedYears(ctx, q)
	if err != nil {
		return nil, "", err
	}
	if len(years) == 0 {
		cal, err = shipped()
	} else {
		cal, err = workday.NewCalendar(Merge(workday.Published(), years))
	}
	if err != nil {
		return nil, "", fmt.Errorf("calendar: %w", err)
	}
	return cal, versionOf(cal), nil
}

// Merge lets later tables replace earlier ones of the same year.
func Merge(base, over []workday.YearTable) []workday.YearTable {
	out := slices.DeleteFunc(slices.Clone(base), func(y workday.YearTable) bool {
		return slices.ContainsFunc(over, func(o workday.YearTable) bool { return o.Year == y.Year })
	})
	return append(out, over...)
}

func versionOf(cal *workday.Calendar) string {
	h := sha256.New()
	years := cal.Years()
	for _, y := range years {
		fmt.Fprintf(h, "%d %s\n", y, cal.Version(y))
	}
	if len(years) == 0 {
		return "none"
	}
	return fmt.Sprintf("%d-%d:%s", years[0], years[len(years)-1], hex.EncodeToString(h.Sum(nil))[:8])
}

// LoadResult is what an import of a year did.
type LoadResult struct {
	Year     int
	Holidays int
	Makeups  int
	Changed  bool       // false: the same table was there
	Fixed    []Deadline // deadlines that became exact
	Problems []workday.Problem
}

// LoadYear imports the arrangement of one year from CSV or XLSX with the columns day, kind, name.
// With problems nothing is written and they are returned for the page. Deadlines that were only
// 「not before」 are fixed in the same transaction (issue item 7). Administrators.
func (s *Service) LoadYear(ctx context.Context, by authz.Actor, r io.Reader, fileName, source string) (LoadResult, error) {
	var res LoadResult
	if err := authz.Check(by, authz.CalendarLoad, authz.Object{}); err != nil {
		return res, err
	}
	table, problems, err := readYear(ctx, r, fileName)
	if err != nil || len(problems) > 0 {
		res.Problems = problems
		return res, err
	}
	table.Source = source
	res.Year = table.Year
	for _, d := range table.Days {
		if d.Kind == workday.Holiday {
			res.Holidays++
		} else {
			res.Makeups++
		}
	}
	cal, _, err := Calendar(ctx, s.db.Q())
	if err != nil {
		return res, err
	}
	probe, err := workday.NewCalendar([]workday.YearTable{table})
	if err != nil {
		return res, fmt.Errorf("calendar %d: %w", table.Year, err)
	}
	if cal.Known(table.Year) && cal.Version(table.Year) == probe.Version(table.Year) {
		return res, nil
	}
	res.Changed = true
	table.Version = probe.Version(table.Year)
	err = s.db.Write(ctx, by, func(tx *pg.Tx) error {
		if err := replaceYear(ctx, tx, table); err != nil {
			return err
		}
		if err := tx.Record(ctx, pg.Change{Action: authz.CalendarLoad, Kind: "calendar_year", ID: int64(table.Year),
			After: asJSON(map[string]any{"holidays": res.Holidays, "makeups": res.Makeups, "version": table.Version}), Reason: source}); err != nil {
			return err
		}
		res.Fixed, err = s.fix(ctx, tx)
		return err
	})
	return res, err
}

func readYear(ctx context.Context, r io.Reader, name string) (workday.YearTable, []workday.Problem, error) {
	sh, err := sheet.Read(ctx, r, name, sheet.Limits{MaxBytes: 1 << 20, MaxRows: 400, MaxColumns: 20})
	if err != nil {
		if problem, ok := asFileProblem(err); ok {
			return workday.YearTable{}, []workday.Problem{problem}, nil
		}
		return workday.YearTable{}, nil, err
	}
	var problems []workday.Problem
	for _, p := range append(sh.CheckHeader(sheet.Columns{Required: []string{"day", "kind", "name"}}), sh.Problems...) {
		problems = append(problems, workday.Problem(p))
	}
	if len(problems) > 0 {
		return workday.YearTable{}, problems, nil
	}
	rows := make([]workday.Row, len(sh.Rows))
	for i, row := range sh.Rows {
		rows[i] = workday.Row{Line: row.Number, Day: sh.Get(row, "day"), Kind: sh.Get(row, "kind"), Name: sh.Get(row, "name")}
	}
	table, problems := workday.BuildYear(rows)
	return table, problems, nil
}

// FixDeadlines counts every open 「not before」 deadline again and fixes those that are exact now.
// A job calls it; LoadYear does so by itself.
func (s *Service) FixDeadlines(ctx context.Context) ([]Deadline, error) {
	waiting, err := countInexact(ctx, s.db.Q())
	if err != nil || waiting == 0 {
		return nil, err
	}
	var fixed []Deadline
	err = s.db.Write(ctx, authz.System, func(tx *pg.Tx) error {
		if fixed, err = s.fix(ctx, tx); err != nil {
			return err
		}
		if len(fixed) == 0 {
			tx.Replayed() // nothing changed, nothing to record
		}
		return nil
	})
	return fixed, err
}

func (s *Service) fix(ctx context.Context, tx *pg.Tx) ([]Deadline, error) {
	cal, _, err := Calendar(ctx, tx)
	if err != nil {
		return nil, err
	}
	waiting, err := inexact(ctx, tx)
	if err != nil {
		return nil, err
	}
	var fixed []Deadline
	for _, d := range waiting {
		before := d
		e := d.count(cal)
		d.settle(e)
		if d.DueOn == before.DueOn && d.NotBefore == before.NotBefore && d.CalendarVersion == before.CalendarVersion {
			continue
		}
		if err := storeDue(ctx, tx, d); err != nil {
			return nil, err
		}
		if err := tx.Record(ctx, pg.Change{Action: authz.CalendarLoad, Kind: "deadline", ID: d.ID, Before: asJSON(before), After: asJSON(d),
			Reason: "放假安排导入后重新计算"}); err != nil {
			return nil, err
		}
		fixed = append(fixed, d)
	}
	if len(fixed) > 0 && s.OnFixed != nil {
		return fixed, s.OnFixed(ctx, tx, fixed)
	}
	return fixed, nil
}
