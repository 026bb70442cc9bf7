package audit_test

import (
	"testing"

	"portal/internal/audit"
	"portal/internal/pg"
	"portal/internal/pg/pgtest"
)

// BenchmarkTrailCost writes what an acceptance writes (a locked row, an update, a log row, three
// lines to people) with and without its audit entry. The promise is a difference of at most 10 %
// (reliability.md §1); measure on durable storage, with -count 6 and benchstat.
func BenchmarkTrailCost(b *testing.B) {
	for _, c := range []struct {
		name  string
		trail bool
	}{{"without", false}, {"with", true}} {
		b.Run(c.name, func(b *testing.B) {
			db := pgtest.New(b)
			admin := pgtest.Admin(b, db)
			const tables = `
CREATE TABLE bench_row (id int PRIMARY KEY, state text NOT NULL, version int NOT NULL);
CREATE TABLE bench_line (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, row_id int NOT NULL, words text NOT NULL);
CREATE INDEX ON bench_line (row_id);
INSERT INTO bench_row VALUES (1, 'submitted', 1);
GRANT SELECT, INSERT, UPDATE ON bench_row, bench_line TO portal_app`
			if _, err := admin.Exec(b.Context(), tables); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				err := db.Write(b.Context(), clerk, func(tx *pg.Tx) error {
					for _, sql := range []string{
						`SELECT id FROM bench_row WHERE id = 1 FOR UPDATE`,
						`UPDATE bench_row SET state = 'accepted', version = version + 1 WHERE id = 1`,
						`INSERT INTO bench_line (row_id, words) VALUES (1, '已受理')`,
						`INSERT INTO bench_line (row_id, words) VALUES (1, '请于 5 个工作日内办结')`,
						`INSERT INTO bench_line (row_id, words) VALUES (1, '部门申请已受理')`,
						`INSERT INTO bench_line (row_id, words) VALUES (1, '社区知悉')`,
					} {
						if _, err := tx.Exec(b.Context(), sql); err != nil {
							return err
						}
					}
					if !c.trail {
						tx.Replayed()
						return nil
					}
					return tx.Record(b.Context(), changeOf(2))
				})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkSealAndVerify gives the time per entry of sealing and of verifying 20,000 entries.
func BenchmarkSealAndVerify(b *testing.B) {
	db := pgtest.New(b)
	const many = `
INSERT INTO audit_entry (at, account_id, actor, post, action, object_kind, object_id, object_no, before, after, reason, request_id)
SELECT timestamptz '2026-11-18 02:00Z' + n * interval '1 second', n % 40, '许闻', '梧桐街道办事处 党建办', 'application.accept', 'application', n,
       '梧申〔2026〕' || n || '号', '{"state": "submitted"}', '{"state": "accepted"}', '', 'R' || n
FROM generate_series(1, 20000) n`
	for b.Loop() {
		b.StopTimer()
		if _, err := db.Q().Exec(b.Context(), many); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		if _, n, err := audit.Seal(b.Context(), db.Pool(), db.Now()); err != nil || n != 20000 {
			b.Fatalf("sealed %d, %v", n, err)
		}
		if r, err := audit.Verify(b.Context(), db.Q()); err != nil || !r.Clean() {
			b.Fatalf("verify %v, %v", r.Problems, err)
		}
	}
}
