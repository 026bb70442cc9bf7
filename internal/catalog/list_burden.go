package catalog

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"portal/internal/pg"
	"portal/internal/workday"
)

// Hours is what the lists mean for one community in a month.
type Hours struct {
	Community string
	Hours     float64 // Σ hours per occurrence × occurrences a year ÷ 12
	Entries   int     // entries that count
	Capacity  float64
}

// Every community of the register with the entries that hold there on the day and whose load is known.
const selectHours = `
SELECT c.code AS community, c.capacity_hours::float8 AS capacity, count(v.id)::int AS entries,
       coalesce(sum(v.hours_per_occurrence * v.occurrences_per_year) / 12, 0)::float8 AS hours
FROM community c
LEFT JOIN admission_item_version v
  ON v.hours_per_occurrence IS NOT NULL AND v.occurrences_per_year IS NOT NULL AND v.standing IN ('listed', 'needs_review') AND v.valid @> $1::date
 AND EXISTS (SELECT 1 FROM admission_item_scope s WHERE s.version_id = v.id AND s.valid @> $1::date AND c.code LIKE s.division || '%')
 AND NOT EXISTS (SELECT 1 FROM admission_item i WHERE i.id = v.item_id AND i.list_kind IN ('street_basic', 'street_cooperate', 'recalled_by_upper'))
GROUP BY c.code, c.capacity_hours
ORDER BY c.code`

// HoursByCommunity gives the load of every community on a day, before a new entry.
func HoursByCommunity(ctx context.Context, q pg.Querier, day workday.Day) (map[string]Hours, error) {
	rows, err := q.Query(ctx, selectHours, day)
	if err != nil {
		return nil, fmt.Errorf("hours: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByName[Hours])
	if err != nil {
		return nil, fmt.Errorf("hours: %w", err)
	}
	out := make(map[string]Hours, len(all))
	for _, h := range all {
		out[h.Community] = h
	}
	return out, nil
}
