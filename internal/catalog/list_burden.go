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

// SimilarEntry is an entry with how much of its title is shared.
type SimilarEntry struct {
	Entry
	Score float64 // share of common character pairs, 0 to 1
}

// The bigram index gives entries that share a pair with the title; the share of common pairs ranks.
const selectSimilar = `
WITH words AS (SELECT ARRAY(SELECT DISTINCT g FROM unnest(search_bigrams($1)) g) AS grams),
near AS MATERIALIZED (
    SELECT v.id, v.title_key FROM admission_item_version v, words w
    WHERE search_bigrams(v.title_key) && w.grams AND v.valid @> $2::date AND v.standing IN ('listed', 'needs_review')
    LIMIT 5000),
ranked AS (
    SELECT n.id,
           (SELECT count(*) FROM (SELECT DISTINCT g FROM unnest(search_bigrams(n.title_key)) g INTERSECT SELECT unnest(w.grams)) x)::float8
           / GREATEST(1, LEAST(cardinality(w.grams), char_length(n.title_key) - 1)) AS score
    FROM near n, words w
    ORDER BY 2 DESC, n.id
    LIMIT $3)
SELECT ` + entryColumns + `, r.score
FROM ranked r
JOIN admission_item_version v ON v.id = r.id
JOIN admission_item i ON i.id = v.item_id
LEFT JOIN legal_document d ON d.doc_key = v.basis_doc_key AND d.version_date = v.basis_version_date
WHERE r.score >= $4
ORDER BY r.score DESC, i.code`

// leastLikeness is the share of common pairs from which two titles are shown as similar.
const leastLikeness = 0.34

// Similar lists admitted entries whose titles share words with a title key (normal.Key), the most
// alike first: shown while an applicant types.
func Similar(ctx context.Context, q pg.Querier, titleKey string, day workday.Day, limit int) ([]SimilarEntry, error) {
	if len([]rune(titleKey)) < 2 {
		return nil, nil
	}
	rows, err := q.Query(ctx, selectSimilar, titleKey, day, limit, leastLikeness)
	if err != nil {
		return nil, fmt.Errorf("similar entries: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[SimilarEntry])
	if err != nil {
		return nil, fmt.Errorf("similar entries: %w", err)
	}
	return out, nil
}
