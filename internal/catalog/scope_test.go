package catalog_test

import (
	"testing"

	"portal/internal/catalog"
	"portal/internal/pg/pgtest"
	"portal/internal/workday"
)

// A community's list of the day holds an item or not (REQ-14): its days, its places, its standing and its kind all
// have to be right; prohibitions and the street's own lists are never held.
func TestAdmitted(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	admin := pgtest.Admin(t, db)
	const add = `WITH i AS (INSERT INTO admission_item (code, list_kind) VALUES ($1, $2) RETURNING id),
		v AS (INSERT INTO admission_item_version (item_id, valid, title, title_key, standing) SELECT id, '[2026-01-01,2026-12-01)', '事项', '事项', $3 FROM i RETURNING id)
		INSERT INTO admission_item_scope (version_id, division, valid) SELECT id, $4, NULLIF($5, '')::daterange FROM v`
	for _, x := range [][5]any{
		{"A-1", "self_governance", "listed", "320104900", "[2026-03-01,)"},
		{"A-2", "grid_task", "needs_review", "320104900001", "[2026-01-01,)"},
		{"A-3", "self_governance", "suspended", "320104900", "[2026-01-01,)"},
		{"A-4", "certificate_forbidden", "listed", "320104900", "[2026-01-01,)"},
		{"A-5", "street_basic", "listed", "320104900", "[2026-01-01,)"},
		{"A-6", "entrusted", "listed", "320104900001", ""},
	} {
		if _, err := admin.Exec(t.Context(), add, x[:]...); err != nil {
			t.Fatal(err)
		}
	}
	for _, x := range []struct {
		name, code, community, day string
		want                       bool
	}{
		{"by the street's list", "A-1", "320104900001", "2026-11-18", true},
		{"before its scope begins", "A-1", "320104900001", "2026-02-28", false},
		{"after its version ends", "A-1", "320104900001", "2026-12-01", false},
		{"another street", "A-1", "320104901001", "2026-11-18", false},
		{"its own community, under review (R8)", "A-2", "320104900001", "2026-11-18", true},
		{"another community", "A-2", "320104900002", "2026-11-18", false},
		{"suspended", "A-3", "320104900001", "2026-11-18", false},
		{"a prohibition", "A-4", "320104900001", "2026-11-18", false},
		{"the street's own", "A-5", "320104900001", "2026-11-18", false},
		{"conditions not confirmed (R18)", "A-6", "320104900001", "2026-11-18", false},
		{"no such item", "A-9", "320104900001", "2026-11-18", false},
	} {
		day, err := workday.ParseDay(x.day)
		if err != nil {
			t.Fatal(err)
		}
		e, ok, err := catalog.Admitted(t.Context(), db.Q(), x.code, x.community, day)
		if err != nil || ok != x.want || e.Code != x.code {
			t.Errorf("%s: %v %q %v", x.name, ok, e.Code, err)
		}
	}
}
