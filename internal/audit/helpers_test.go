package audit_test

import (
	"context"
	"fmt"
	"testing"

	"portal/internal/audit"
	"portal/internal/authz"
	"portal/internal/pg"
	"portal/internal/pg/pgtest"
)

var clerk = authz.Actor{AccountID: 7, Name: "许闻", RequestID: "R1"}

// write makes one entry as the portal does.
func write(ctx context.Context, db *pg.DB, id int64) error {
	return db.Write(ctx, clerk, func(tx *pg.Tx) error { return tx.Record(ctx, changeOf(id)) })
}

func changeOf(id int64) pg.Change {
	c := pg.Change{Action: authz.AppAccept, Kind: "application", ID: id, No: fmt.Sprintf("梧申〔2026〕%d号", id), Reason: fmt.Sprintf("第%d次", id)}
	if id%2 == 0 {
		c.Before, c.After = []byte(`{"state": "submitted"}`), []byte(`{"state": "accepted", "n": 1.50}`)
	}
	return c
}

func fill(t *testing.T, db *pg.DB, from, to int64) {
	t.Helper()
	for id := from; id <= to; id++ {
		if err := write(t.Context(), db, id); err != nil {
			t.Fatal(err)
		}
	}
}

func seal(t *testing.T, db *pg.DB) (audit.Head, int) {
	t.Helper()
	head, n, err := audit.Seal(t.Context(), db.Pool(), db.Now())
	if err != nil {
		t.Fatal(err)
	}
	return head, n
}

func verify(t *testing.T, q audit.Querier, outside ...audit.Head) audit.Report {
	t.Helper()
	r, err := audit.Verify(t.Context(), q, outside...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func lines(r audit.Report) string {
	text := ""
	for _, p := range r.Problems {
		text += fmt.Sprintf("\n%s seq %d entry %d: %s", p.Kind, p.Seq, p.EntryID, p.Line)
	}
	return text
}

func newDB(t *testing.T) *pg.DB {
	t.Helper()
	t.Parallel()
	return pgtest.New(t)
}
