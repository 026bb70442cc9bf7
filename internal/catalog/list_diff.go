package catalog

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/pg"
	"portal/internal/workday"
)

// ListVersion is a published version of the street's lists (R43).
type ListVersion struct {
	ID            int64
	Title         string
	DocNo         string
	EffectiveFrom workday.Day
	Note          string
	PublishedAt   time.Time
}

const selectListVersions = `SELECT id, title, doc_no, effective_from, note, published_at FROM list_version ORDER BY effective_from, id`

// ListVersions gives every published version, oldest first.
func ListVersions(ctx context.Context, q pg.Querier) ([]ListVersion, error) {
	rows, err := q.Query(ctx, selectListVersions)
	if err != nil {
		return nil, fmt.Errorf("list versions: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[ListVersion])
	if err != nil {
		return nil, fmt.Errorf("list versions: %w", err)
	}
	return out, nil
}

// VersionOn gives the list version in force on a day; ok is false before the first.
func VersionOn(versions []ListVersion, day workday.Day) (v ListVersion, ok bool) {
	for _, each := range versions {
		if !each.EffectiveFrom.After(day) {
			v, ok = each, true
		}
	}
	return v, ok
}

const insertListVersion = `
INSERT INTO list_version (title, doc_no, effective_from, note, published_at) VALUES ($1, $2, $3::date, $4, $5) RETURNING id`

// AddListVersion publishes a version of the lists; its rows come in by import.
func AddListVersion(ctx context.Context, tx *pg.Tx, v ListVersion) (int64, error) {
	var id int64
	if err := tx.QueryRow(ctx, insertListVersion, v.Title, v.DocNo, v.EffectiveFrom, v.Note, tx.Now).Scan(&id); err != nil {
		return 0, fmt.Errorf("list version: %w", err)
	}
	return id, nil
}

// Difference is one entry that is not the same on two days.
type Difference struct {
	Code   string
	Before *Entry // nil: it was not on the list
	After  *Entry // nil: it is no longer
}

// Kind tells what happened: 新增、退出 or 修改.
func (d Difference) Kind() string {
	switch {
	case d.Before == nil:
		return "新增"
	case d.After == nil:
		return "退出"
	}
	return "修改"
}

// FieldChange is one value that differs.
type FieldChange struct{ Label, Before, After string }

// Fields lists what was changed in an entry that is on both days.
func (d Difference) Fields() []FieldChange {
	if d.Before == nil || d.After == nil {
		return nil
	}
	var out []FieldChange
	for _, c := range itemColumns {
		if b, a := c.get(*d.Before), c.get(*d.After); b != a {
			out = append(out, FieldChange{c.label, b, a})
		}
	}
	if b, a := d.Before.Standing.Label(), d.After.Standing.Label(); b != a {
		out = append(out, FieldChange{"状态", b, a})
	}
	return out
}

// MaxDifferences is where a comparison stops.
const MaxDifferences = 2000

// Only items with a version that begins or ends between the two days can differ; the indexes on both
// ends of valid find them. Standing other than listed or needs_review is not on the list.
const selectDifferences = `
WITH moved AS (
    SELECT item_id FROM admission_item_version WHERE lower(valid) > $1::date AND lower(valid) <= $2::date
    UNION
    SELECT item_id FROM admission_item_version WHERE upper(valid) > $1::date AND upper(valid) <= $2::date)
SELECT ` + entryColumns + `
FROM moved m
JOIN admission_item i ON i.id = m.item_id
JOIN admission_item_version v ON v.item_id = i.id AND (v.valid @> $1::date OR v.valid @> $2::date) AND v.standing IN ('listed', 'needs_review')
LEFT JOIN legal_document d ON d.doc_key = v.basis_doc_key AND d.version_date = v.basis_version_date
ORDER BY i.code, lower(v.valid)
LIMIT $3`

// Diff compares the lists of two days, in order of code; more reports that there were more than
// MaxDifferences versions to compare.
func Diff(ctx context.Context, q pg.Querier, day1, day2 workday.Day) (out []Difference, more bool, err error) {
	if day2.Before(day1) {
		day1, day2 = day2, day1
	}
	all, err := entries(ctx, q, selectDifferences, day1, day2, MaxDifferences+1)
	if err != nil {
		return nil, false, err
	}
	if more = len(all) > MaxDifferences; more {
		all = all[:MaxDifferences]
	}
	for i := range all {
		e := &all[i]
		if n := len(out); n == 0 || out[n-1].Code != e.Code {
			out = append(out, Difference{Code: e.Code})
		}
		last := &out[len(out)-1]
		if e.HoldsOn(day1) {
			last.Before = e
		}
		if e.HoldsOn(day2) {
			last.After = e
		}
	}
	kept := out[:0]
	for _, d := range out {
		if d.Before != d.After {
			kept = append(kept, d)
		}
	}
	return kept, more, nil
}
