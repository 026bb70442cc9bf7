package request

import (
	"sync"
	"testing"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/pg/pgtest"
)

// The same acts at once happen once: a callback locked twice, a merge and its undoing, the same merge, one
// telephone filed twice.
func TestRaces(t *testing.T) {
	t.Parallel()
	h := open(t)
	ctx := t.Context()
	first, _ := h.file(authz.Anonymous, nil)
	second, _ := h.file(authz.Anonymous, func(f *Filing) { f.Phone = "13900001111" })
	race := func(n int, act func(i int) error) (done int) {
		var wg sync.WaitGroup
		errs := make([]error, n)
		for i := range n {
			wg.Go(func() { errs[i] = act(i) })
		}
		wg.Wait()
		for _, err := range errs {
			if err == nil {
				done++
			} else if k := fault.KindOf(err); k != fault.KindConflict {
				t.Errorf("a loser reads %v", err)
			}
		}
		return done
	}
	merge := func(tx *pg.Tx) error {
		_, err := h.s.Merge(ctx, tx, []string{second.No}, first.No, "同一盏灯")
		return err
	}
	unmerge := func(tx *pg.Tx) error { _, err := h.s.Unmerge(ctx, tx, second.No, "另一盏灯"); return err }
	if n := race(4, func(int) error { return h.in(h.dispatcher, merge) }); n != 1 {
		t.Errorf("%d merges", n)
	}
	if n := race(4, func(int) error { return h.in(h.dispatcher, unmerge) }); n != 1 {
		t.Errorf("%d times apart", n)
	}
	crossed := race(2, func(i int) error {
		return h.in(h.dispatcher, func(tx *pg.Tx) error {
			nos := [][2]string{{first.No, second.No}, {second.No, first.No}}[i]
			_, err := h.s.Merge(ctx, tx, []string{nos[0]}, nos[1], "同一盏灯")
			return err
		})
	})
	if crossed != 1 {
		t.Errorf("%d of two crossed merges", crossed)
	}
	into := h.again(first).OrderID
	race(2, func(i int) error {
		if i == 0 {
			merged := first.No
			if h.again(second).Merged() {
				merged = second.No
			}
			return h.in(h.dispatcher, func(tx *pg.Tx) error { _, err := h.s.Unmerge(ctx, tx, merged, "分开"); return err })
		}
		return h.in(h.handler, func(tx *pg.Tx) error { _, err := h.s.Answer(ctx, tx, into, "换好了"); return err })
	})
	for _, r := range []Request{first, second} {
		if got := h.again(r); (got.OrderID == into) != (got.RepliedAt != nil) {
			t.Errorf("%s under order %d, answered %v", r.No, got.OrderID, got.RepliedAt != nil)
		}
	}
	third, _ := h.file(authz.Anonymous, func(f *Filing) { f.Phone = "13900003333" })
	h.handle(third.OrderID, "换好了")
	if n := race(4, func(i int) error {
		c := yes(third.No)
		by := h.caller
		if i%2 == 1 {
			c.Source, by = ByResident, authz.Anonymous
		}
		_, err := h.lock(by, c)
		return err
	}); n != 1 {
		t.Errorf("%d locked callbacks", n)
	}
	race(4, func(int) error {
		_, _, err := h.tryFile(authz.Anonymous, func(f *Filing) { f.Phone = "13900004444" })
		return err
	})
	var alone int
	h.one(&alone, `SELECT count(*) FROM request WHERE same_as IS NULL AND no IN (SELECT no FROM request ORDER BY id DESC LIMIT 4)`)
	if alone != 1 {
		t.Errorf("%d of four filings of one person count", alone)
	}
}

// A merge that is not finished yet holds a reply up, and the reply reaches who came with it (REQ-05).
func TestReplyReachesWhoIsBeingMerged(t *testing.T) {
	t.Parallel()
	h := open(t)
	ctx := t.Context()
	first, _ := h.file(authz.Anonymous, nil)
	second, _ := h.file(authz.Anonymous, func(f *Filing) { f.Phone = "13900001111" })
	merged, done := make(chan struct{}), make(chan error, 2)
	owner := pgtest.Admin(t, h.db)
	waiting := func() (yes bool) {
		err := owner.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')`).Scan(&yes)
		return yes || err != nil
	}
	go func() {
		done <- h.in(h.dispatcher, func(tx *pg.Tx) error {
			if _, err := h.s.Merge(ctx, tx, []string{second.No}, first.No, "同一盏灯"); err != nil {
				return err
			}
			close(merged)
			for !waiting() && ctx.Err() == nil { // commit only when the reply waits
			}
			return nil
		})
	}()
	<-merged
	done <- h.in(h.handler, func(tx *pg.Tx) error { _, err := h.s.Answer(ctx, tx, first.OrderID, "换好了"); return err })
	for range 2 {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	if got := h.again(second); got.OrderID != first.OrderID || got.Reply != "换好了" {
		t.Errorf("%+v", got)
	}
}

// The same form key at the same moment takes one request, and everybody gets the same receipt.
func TestSameKeyTwice(t *testing.T) {
	t.Parallel()
	h := open(t)
	ctx := t.Context()
	var wg sync.WaitGroup
	receipts := make([]Receipt, 4)
	for i := range receipts {
		wg.Go(func() {
			err := h.in(authz.Anonymous, func(tx *pg.Tx) error {
				no, err := tx.Once(ctx, "key-of-one-anonymous-form", string(authz.RequestFile), func() (string, error) {
					r, err := h.enter(tx, nil)
					return r.No, err
				})
				if err != nil {
					return err
				}
				receipts[i], err = h.s.ReceiptTx(ctx, tx, no)
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	var n int
	if h.one(&n, `SELECT count(*) FROM request`); n != 1 {
		t.Errorf("%d requests", n)
	}
	for _, r := range receipts[1:] {
		if r != receipts[0] || r.Code == "" {
			t.Errorf("%+v and %+v", receipts[0], r)
		}
	}
}
