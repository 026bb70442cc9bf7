package audit_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"portal/internal/audit"
	"portal/internal/pg"
	"portal/internal/pg/pgtest"
)

// Sealing takes what came since, hands out the head, and does nothing when nothing came.
func TestSealGrows(t *testing.T) {
	db := newDB(t)
	if head, n := seal(t, db); n != 0 || head.Seq != 0 {
		t.Errorf("empty trail: sealed %d, head %v", n, head)
	}
	fill(t, db, 1, 5)
	if waiting, err := audit.Unsealed(t.Context(), db.Q()); err != nil || waiting != 5 {
		t.Errorf("unsealed = %d, %v; want 5", waiting, err)
	}
	first, n := seal(t, db)
	if n != 5 || first.Seq != 5 {
		t.Errorf("sealed %d, head %v; want 5 and seq 5", n, first)
	}
	again, n := seal(t, db)
	if n != 0 || again != first {
		t.Errorf("second run sealed %d, head %v; want 0 and %v", n, again, first)
	}
	fill(t, db, 6, 8)
	second, n := seal(t, db)
	if n != 3 || second.Seq != 8 || second.Chain == first.Chain {
		t.Errorf("sealed %d, head %v", n, second)
	}
	r := verify(t, db.Q(), first, second)
	if !r.Clean() || r.Sealed != 8 || r.Head != second || r.Unsealed != 0 {
		t.Errorf("report %+v%s", r, lines(r))
	}
}

// A head survives printing and reading back; what is no head is refused.
func TestHeadText(t *testing.T) {
	h := audit.Head{Seq: 42, Chain: audit.Hash{1, 2, 255}}
	got, err := audit.ParseHead(" " + h.String() + "\n")
	if err != nil || got != h {
		t.Errorf("ParseHead = %v, %v", got, err)
	}
	for _, bad := range []string{"", "42", "42:", "42:zz", ":" + h.Chain.String(), "0:" + h.Chain.String(), "1:" + h.Chain.String() + "00"} {
		if _, err := audit.ParseHead(bad); err == nil {
			t.Errorf("ParseHead(%q) passes", bad)
		}
	}
}

// An entry whose transaction took its number first but commits last is waited for, never
// sealed around: the sealer goes no further than what is settled.
func TestSealWaitsForSlowWriters(t *testing.T) {
	db := newDB(t)
	ctx := t.Context()
	tx, err := db.Pool().Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(ctx)
	if err := audit.Append(ctx, tx, audit.Entry{At: db.Now(), Actor: "慢", Action: "a", ObjectKind: "k", ObjectID: 1}); err != nil {
		t.Fatal(err)
	}
	fill(t, db, 2, 4) // higher numbers, committed earlier
	done := make(chan int)
	go func() {
		_, n, err := audit.Seal(ctx, db.Pool(), db.Now())
		if err != nil {
			t.Error(err)
		}
		done <- n
	}()
	if n, early := sealerAsks(t, db, done); early {
		t.Fatalf("sealed %d while a writer was open", n)
	}
	if err := tx.Commit(ctx); err != nil {
		t.Fatal(err)
	}
	if n := <-done; n != 4 {
		t.Errorf("sealed %d, want 4", n)
	}
	if r := verify(t, db.Q()); !r.Clean() {
		t.Errorf("report%s", lines(r))
	}
}

// sealerAsks returns when the sealer has asked at least once for the open writers, or early,
// with what it sealed, when it ended without.
func sealerAsks(t *testing.T, db *pg.DB, done <-chan int) (n int, early bool) {
	t.Helper()
	const asked = `
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND query LIKE '%virtualtransaction = ANY%' AND pid <> pg_backend_pid()`
	admin := pgtest.Admin(t, db)
	for {
		seen := 0
		if err := admin.QueryRow(t.Context(), asked).Scan(&seen); err != nil {
			t.Fatal(err)
		}
		select {
		case n := <-done:
			return n, true
		default:
		}
		if seen > 0 {
			return 0, false
		}
	}
}

// Many writers and several sealers at once: the chain stays whole and nothing is sealed twice.
func TestSealUnderLoad(t *testing.T) {
	db := newDB(t)
	var writers, sealers sync.WaitGroup
	stop := make(chan struct{})
	for s := range 3 {
		sealers.Go(func() {
			for {
				if _, _, err := audit.Seal(t.Context(), db.Pool(), db.Now()); err != nil {
					t.Errorf("sealer %d: %v", s, err)
					return
				}
				select {
				case <-stop:
					return
				default:
				}
			}
		})
	}
	for w := range int64(4) {
		writers.Go(func() {
			for i := range int64(40) {
				if err := write(t.Context(), db, w*1000+i); err != nil {
					t.Error(err)
				}
			}
		})
	}
	writers.Wait()
	close(stop)
	sealers.Wait()
	seal(t, db)
	r := verify(t, db.Q())
	if !r.Clean() || r.Sealed != 160 || r.Unsealed != 0 {
		t.Errorf("sealed %d, unsealed %d%s", r.Sealed, r.Unsealed, lines(r))
	}
}

// The portal's role cannot change or empty the trail, and even the owner is refused by triggers
// (reliability.md §2 rule 13).
func TestAppendOnly(t *testing.T) {
	db := newDB(t)
	fill(t, db, 1, 3)
	seal(t, db)
	admin := pgtest.Admin(t, db)
	statements := []string{
		`UPDATE audit_entry SET reason = 'x'`, `DELETE FROM audit_entry`, `TRUNCATE audit_entry`,
		`UPDATE audit_seal SET chain = digest`, `DELETE FROM audit_seal`, `TRUNCATE audit_seal`,
		`UPDATE audit_head SET seq = 1`, `DELETE FROM audit_head`, `TRUNCATE audit_head`,
	}
	for _, sql := range statements {
		_, err := db.Q().Exec(t.Context(), sql)
		if sqlState(err) != "42501" { // insufficient_privilege
			t.Errorf("portal_app: %s: %v, want a refused privilege", sql, err)
		}
		_, err = admin.Exec(t.Context(), sql)
		if sqlState(err) != "23001" { // restrict_violation, from refuse_change
			t.Errorf("owner: %s: %v, want the trigger's refusal", sql, err)
		}
	}
	if r := verify(t, db.Q()); !r.Clean() || r.Sealed != 3 {
		t.Errorf("after all attempts: %+v", r)
	}
}

func sqlState(err error) string {
	var pgErr *pgconn.PgError
	if errors.As(err, &pgErr) {
		return pgErr.Code
	}
	return ""
}

// The sealer refuses to build on seals that were cut off or changed at the end.
func TestSealRefusesABrokenEnd(t *testing.T) {
	cases := map[string]string{
		"last seal gone":       `DELETE FROM audit_seal WHERE seq = 6`,
		"last seal changed":    `UPDATE audit_seal SET chain = sha256('x') WHERE seq = 6`,
		"last head gone":       `DELETE FROM audit_head WHERE seq = 6`,
		"last head changed":    `UPDATE audit_head SET chain = sha256('x') WHERE seq = 6`,
		"last head moved":      `UPDATE audit_head SET at = at - interval '1 day' WHERE seq = 6`,
		"last head at no time": `UPDATE audit_head SET at = 'infinity' WHERE seq = 6`,
		"all heads gone":       `DELETE FROM audit_head`,
	}
	for name, sql := range cases {
		t.Run(name, func(t *testing.T) {
			db := newDB(t)
			fill(t, db, 1, 3)
			seal(t, db)
			fill(t, db, 4, 6)
			seal(t, db)
			fill(t, db, 7, 7)
			tamper(t, pgtest.Admin(t, db), sql)
			if _, _, err := audit.Seal(t.Context(), db.Pool(), db.Now()); !errors.Is(err, audit.ErrBroken) {
				t.Errorf("Seal = %v, want ErrBroken", err)
			}
			if r := verify(t, db.Q()); r.Clean() {
				t.Error("verify finds nothing")
			}
		})
	}
}

// Every problem kind has a 中文 label, and lines carry it.
func TestProblemLabels(t *testing.T) {
	kinds := []audit.ProblemKind{audit.Edited, audit.Swapped, audit.Deleted, audit.Inserted, audit.SealGone, audit.SealChanged,
		audit.SealMoved, audit.HeadChanged, audit.HeadGone, audit.HeadDiffers}
	for _, k := range kinds {
		if k.Label() == "" || strings.ContainsAny(k.Label(), "abcdefghijklmnopqrstuvwxyz") {
			t.Errorf("%s: label %q", k, k.Label())
		}
	}
}
