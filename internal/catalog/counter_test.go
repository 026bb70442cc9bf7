package catalog_test

import (
	"context"
	"testing"
	"time"

	"portal/internal/catalog"
	"portal/internal/intake"
	"portal/internal/pg"
	"portal/internal/pg/pgtest"
)

const manyEntries = `
WITH i AS (INSERT INTO admission_item (code, list_kind) SELECT $1 || (1000 + g), 'self_governance' FROM generate_series(1, $2::int) g RETURNING id),
v AS (INSERT INTO admission_item_version (item_id, valid, title, title_key) SELECT id, daterange('2025-01-01', NULL), '楼道巡查', '楼道巡查' FROM i RETURNING id, valid)
INSERT INTO admission_item_scope (version_id, division, valid) SELECT id, '320104900', valid FROM v`

const suspendThem = `UPDATE admission_item_version SET standing = 'suspended' WHERE title = '楼道巡查'`

// R45: up to 999 a count is always that of this moment; above, it may be ten seconds old, and what is
// read is 999+ either way. A total says what Count says.
func TestCounter(t *testing.T) {
	t.Parallel()
	db := all(t, intake.Options{})
	ctx := context.Background()
	c := catalog.NewCounter(db)
	f := catalog.Filter{Day: today}
	by := func(want int) {
		t.Helper()
		counts, err := c.ByKind(ctx, f)
		if err != nil || counts[catalog.SelfGovernance] != want {
			t.Errorf("%d entries, want %d (%v)", counts[catalog.SelfGovernance], want, err)
		}
		clear(counts) // nobody can spoil what is remembered
	}
	total := func(f catalog.Filter) {
		t.Helper()
		read, err := catalog.On(ctx, db.Q(), f)
		if err != nil {
			t.Fatal(err)
		}
		n, more, err := c.Total(ctx, f, read)
		want, wantMore, wantErr := catalog.Count(ctx, db.Q(), f)
		if n != want || more != wantMore || err != nil || wantErr != nil {
			t.Errorf("%+v: %d %v, want %d %v (%v, %v)", f, n, more, want, wantMore, err, wantErr)
		}
	}
	exec := func(sql string, args ...any) {
		t.Helper()
		write(t, db, func(tx *pg.Tx) error { _, err := tx.Exec(ctx, sql, args...); return err })
	}
	before, err := catalog.CountByKind(ctx, db.Q(), f)
	if err != nil {
		t.Fatal(err)
	}
	base := before[catalog.SelfGovernance]
	by(base)
	exec(manyEntries, "ZY-", 3)
	by(base + 3) // few: at once
	exec(manyEntries, "ZZ-", 1000)
	by(catalog.MaxCount + 1)
	for _, f := range []catalog.Filter{f, {Day: today, Words: "楼道巡查"}, {Day: today, Words: "禁毒"}, {Day: today, Kinds: []catalog.ListKind{catalog.AssistGovernment}}, {Day: today.Add(-9999)}} {
		total(f)
	}
	exec(suspendThem)
	by(catalog.MaxCount + 1) // many: remembered
	db.Now = func() time.Time { return pgtest.Now.Add(11 * time.Second) }
	by(base)
}
