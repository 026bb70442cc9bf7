package catalog

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/page"
	"portal/internal/pg/pgtest"
	"portal/internal/workday"
)

// fill makes n entries of two kinds; each holds in the street since 2025, every tenth until 2026.
const fill = `
WITH new_items AS (
    INSERT INTO admission_item (code, list_kind)
    SELECT 'ZZ-' || lpad(g::text, 7, '0'), CASE WHEN g % 3 = 0 THEN 'self_governance' ELSE 'assist_government' END FROM generate_series(1, $1::int) g
    RETURNING id, code),
new_versions AS (
    INSERT INTO admission_item_version (item_id, basis_doc_key, basis_version_date, valid, title, title_key)
    SELECT id, 'law-' || (id % 200 + 1), '2020-01-01', daterange('2025-01-01', CASE WHEN substr(code, 10, 1) = '0' THEN date '2026-01-01' END), t.title, t.title
    FROM new_items, LATERAL (SELECT CASE WHEN right(code, 4) = '4711' THEN '排查地下室鱼缸' ELSE '协助开展第' || right(code, 5) || '项宣传教育工作' END AS title) t
    RETURNING id, valid)
INSERT INTO admission_item_scope (version_id, division, valid) SELECT id, '320104900', valid FROM new_versions`

const someLaws = `
INSERT INTO legal_document (doc_key, title, short_title, kind, version_date, status, jurisdiction, verified)
SELECT 'law-' || g, '法律', '法律', 'law', '2020-01-01', 'in_force', 'national', true FROM generate_series(1, 200) g`

var seqScan = regexp.MustCompile(`Seq Scan on admission_item`)

// plan gives what Postgres does with a prepared statement, planned with or without its arguments.
func plan(t testing.TB, conn *pgx.Conn, mode, sql string, args []any) string {
	t.Helper()
	ctx := context.Background()
	if _, err := conn.Exec(ctx, "SET plan_cache_mode = "+mode); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(ctx, "PREPARE looked_at AS "+sql); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if _, err := conn.Exec(ctx, "DEALLOCATE looked_at"); err != nil {
			t.Error(err)
		}
	}()
	literals := make([]string, len(args))
	for i, a := range args {
		switch v := a.(type) {
		case []string:
			literals[i] = "'{" + strings.Join(v, ",") + "}'"
		default:
			literals[i] = fmt.Sprintf("'%v'", v)
		}
	}
	rows, err := conn.Query(ctx, "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY ON) EXECUTE looked_at ("+strings.Join(literals, ", ")+")",
		pgx.QueryExecModeSimpleProtocol)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

// performance.md: lists and searches walk indexes, whatever the number of entries; no plan reads the
// big tables from end to end.
func TestPlansUseTheIndexes(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	ctx := context.Background()
	conn := pgtest.Admin(t, db)
	if _, err := conn.Exec(ctx, fill, 20_000); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(ctx, someLaws); err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"admission_item", "admission_item_version", "admission_item_scope", "legal_document"} {
		if _, err := conn.Exec(ctx, "ANALYZE "+table); err != nil {
			t.Fatal(err)
		}
	}
	day := workday.NewDay(2026, time.November, 18)
	everything := Filter{Day: day}.query()
	one := Filter{Day: day, Kinds: []ListKind{SelfGovernance}, Community: "320104900001"}.query()
	words := Filter{Day: day, Words: "鱼缸"}.query()
	for _, c := range []struct {
		name string
		sql  string
		args []any
	}{
		{"first page", allForward, []any{everything.kinds, everything.standings, day, everything.divisions, "", 51}},
		{"a page far in", allForward, []any{everything.kinds, everything.standings, day, everything.divisions, "ZZ-0015000", 51}},
		{"back", allBack, []any{everything.kinds, everything.standings, day, everything.divisions, "ZZ-0015000", 51}},
		{"one kind in a community", listForward, []any{one.kinds, one.standings, day, one.divisions, "ZZ-0015000", 51}},
		{"frequent word", scanAllForward, []any{everything.kinds, everything.standings, day, everything.divisions, "", 51, "宣传", scanFirst}},
		{"frequent word in a kind", scanKindsForward, []any{one.kinds, one.standings, day, one.divisions, "", 51, "宣传", scanFirst}},
		{"rare word", searchForward, []any{words.kinds, words.standings, day, words.divisions, "", 51, words.like, words.key}},
		{"beginning of a code", prefixForward, []any{everything.kinds, everything.standings, day, everything.divisions, justBefore("ZZ-00150"), 51, "ZZ-00150" + lastCode}},
		{"one entry", selectByCode, []any{"ZZ-0015000"}},
	} {
		// A statement is planned with its arguments first and without them from the sixth time on.
		for _, mode := range []string{"force_custom_plan", "force_generic_plan"} {
			p := plan(t, conn, mode, c.sql, c.args)
			t.Logf("%s, %s: %s", c.name, mode, p[strings.LastIndex(p, "Execution"):])
			if seqScan.MatchString(p) {
				t.Errorf("%s reads a whole table (%s):\n%s", c.name, mode, p)
			}
		}
	}
	// The two steps of a search agree with each other, and paging through gives each row once.
	rare, err := On(ctx, db.Q(), Filter{Day: day, Words: "鱼缸"})
	if err != nil || len(rare.Rows) != 2 {
		t.Fatalf("%d rare entries, %v", len(rare.Rows), err)
	}
	at, seen := page.Cursor{}, 0
	for {
		p, err := On(ctx, db.Q(), Filter{Day: day, Words: "第0", Cursor: at, Limit: 500})
		if err != nil {
			t.Fatal(err)
		}
		seen += len(p.Rows)
		if !p.HasNext {
			break
		}
		if at, err = ParseCursor(p.Next); err != nil {
			t.Fatal(err)
		}
	}
	n, more, err := Count(ctx, db.Q(), Filter{Day: day, Words: "第0"})
	if err != nil || !more || n != MaxCount || seen != 8999 {
		t.Errorf("listed %d, counted %d (more %v), %v", seen, n, more, err)
	}
}

// BenchmarkGrowth times a page, a frequent and a rare word at growing numbers of entries.
func BenchmarkGrowth(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		db := pgtest.New(b)
		conn := pgtest.Admin(b, db)
		if _, err := conn.Exec(context.Background(), fill, n); err != nil {
			b.Fatal(err)
		}
		if _, err := conn.Exec(context.Background(), "ANALYZE"); err != nil {
			b.Fatal(err)
		}
		day := workday.NewDay(2026, time.November, 18)
		for name, f := range map[string]Filter{
			"page": {Day: day}, "kind and community": {Day: day, Kinds: []ListKind{SelfGovernance}, Community: "320104900001"},
			"frequent word": {Day: day, Words: "宣传"}, "rare word": {Day: day, Words: "鱼缸"},
		} {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				for b.Loop() {
					if _, err := On(context.Background(), db.Q(), f); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
