package policy

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"portal/internal/pg"
	"portal/internal/workday"
)

type dayRow struct {
	Year    int
	Version string
	Source  string
	Day     workday.Day
	Kind    *string
	Name    *string
}

const selectYears = `
SELECT y.year, y.version, y.source, d.day, d.kind, d.name
FROM calendar_year y LEFT JOIN calendar_day d ON d.year = y.year
ORDER BY y.year, d.day`

func importedYears(ctx context.Context, q pg.Querier) ([]workday.YearTable, error) {
	rows, err := q.Query(ctx, selectYears)
	if err != nil {
		return nil, fmt.Errorf("calendar rows: %w", err)
	}
	days, err := pgx.CollectRows(rows, pgx.RowToStructByName[dayRow])
	if err != nil {
		return nil, fmt.Errorf("calendar rows: %w", err)
	}
	var out []workday.YearTable
	for _, d := range days {
		if n := len(out); n == 0 || out[n-1].Year != d.Year {
			out = append(out, workday.YearTable{Year: d.Year, Source: d.Source, Version: d.Version})
		}
		if d.Kind != nil && d.Name != nil {
			last := &out[len(out)-1]
			last.Days = append(last.Days, workday.SpecialDay{Day: d.Day, Kind: workday.Kind(*d.Kind), Name: *d.Name})
		}
	}
	return out, nil
}

const upsertYear = `
INSERT INTO calendar_year (year, version, source, imported_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (year) DO UPDATE SET version = excluded.version, source = excluded.source, imported_at = excluded.imported_at`
const clearYear = `DELETE FROM calendar_day WHERE year = $1`
const insertDay = `INSERT INTO calendar_day (day, year, kind, name) VALUES ($1::date, $2, $3, $4)`

func replaceYear(ctx context.Context, tx *pg.Tx, t workday.YearTable) error {
	if _, err := tx.Exec(ctx, upsertYear, t.Year, t.Version, t.Source, tx.Now); err != nil {
		return fmt.Errorf("calendar year: %w", err)
	}
	if _, err := tx.Exec(ctx, clearYear, t.Year); err != nil {
		return fmt.Errorf("clear calendar year: %w", err)
	}
	for _, d := range t.Days {
		if _, err := tx.Exec(ctx, insertDay, d.Day, t.Year, string(d.Kind), d.Name); err != nil {
			return fmt.Errorf("calendar day %s: %w", d.Day, err)
		}
	}
	return nil
}
