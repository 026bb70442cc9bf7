package audit

import (
	"context"
	"fmt"
	"math"

	"github.com/jackc/pgx/v5"
)

// verifyPage rows are read per trip: memory stays small and no statement runs long.
const verifyPage = 10000

const (
	sealsAfter = `
SELECT s.seq, s.entry_id, s.digest, s.chain, e.id IS NOT NULL, ` + hashed + `
FROM (SELECT seq, entry_id, digest, chain FROM audit_seal WHERE seq > $1 ORDER BY seq LIMIT $2) s
LEFT JOIN audit_entry e ON e.id = s.entry_id
ORDER BY s.seq`
	unsealedAmong = `
SELECT coalesce(max(id), $2), coalesce(array_agg(id ORDER BY id) FILTER (WHERE entry_id IS NULL), '{}')
FROM (SELECT e.id, s.entry_id FROM audit_entry e LEFT JOIN audit_seal s ON s.entry_id = e.id
      WHERE e.id > $1 AND e.id <= $2 ORDER BY e.id LIMIT $3) entries`
	headsAfter = `
SELECT h.id, h.seq, to_char(h.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US AD'), h.chain, s.chain
FROM audit_head h LEFT JOIN audit_seal s ON s.seq = h.seq
WHERE h.id > $1 ORDER BY h.id LIMIT $2`
	unsealedAbove = `SELECT count(*) FROM audit_entry WHERE id > $1`
)

// Verify reads the whole trail and says what was edited, deleted, inserted or moved, and where.
// outside holds heads that were kept outside the database: without one, somebody who owns the
// database and recomputes every seal and head after a change cannot be found. It streams, so
// that a million entries cost seconds and little memory. Give it one snapshot (pg.DB.Read).
func Verify(ctx context.Context, q Querier, outside ...Head) (Report, error) {
	var r Report
	w := newWalker(&r)
	if err := walkSeals(ctx, q, w); err != nil {
		return r, err
	}
	w.nameChanged()
	ids, err := unsealedBelow(ctx, q, w.sound)
	if err != nil {
		return r, err
	}
	w.nameUnsealed(ids)
	heads := newHeadWalker(&r, outside)
	if err := walkHeads(ctx, q, heads); err != nil {
		return r, err
	}
	heads.finish(w.seq)
	if err := q.QueryRow(ctx, unsealedAbove, w.sound).Scan(&r.Unsealed); err != nil {
		return r, fmt.Errorf("unsealed entries: %w", err)
	}
	return r, nil
}

func walkSeals(ctx context.Context, q Querier, w *walker) error {
	values := make([][]byte, hashedColumns)
	s := sealRow{columns: values}
	var pair [2][]byte
	targets := append([]any{&s.seq, &s.entry}, byteTargets(pair[:])...)
	targets = append(append(targets, &s.present), byteTargets(values)...)
	return pages(func(after int64) (int64, int, error) {
		rows, err := q.Query(ctx, sealsAfter, after, verifyPage)
		if err != nil {
			return 0, 0, fmt.Errorf("seals: %w", err)
		}
		n := 0
		_, err = pgx.ForEachRow(rows, targets, func() error {
			n++
			s.digest, s.chain = pair[0], pair[1]
			w.step(s)
			return nil
		})
		if err != nil {
			return 0, 0, fmt.Errorf("seals: %w", err)
		}
		return s.seq, n, nil
	})
}

func walkHeads(ctx context.Context, q Querier, w *headWalker) error {
	return pages(func(after int64) (int64, int, error) {
		rows, err := q.Query(ctx, headsAfter, after, verifyPage)
		if err != nil {
			return 0, 0, fmt.Errorf("heads: %w", err)
		}
		var h headRow
		var at *string
		n := 0
		_, err = pgx.ForEachRow(rows, []any{&h.id, &h.seq, &at, &h.chain, &h.seal}, func() error {
			n++
			h.at = deref(at)
			w.step(h)
			return nil
		})
		if err != nil {
			return 0, 0, fmt.Errorf("heads: %w", err)
		}
		return h.id, n, nil
	})
}

// unsealedBelow lists entries without a seal up to the last sound one, at most one too many for a report.
func unsealedBelow(ctx context.Context, q Querier, last int64) ([]int64, error) {
	var all []int64
	if last == 0 {
		return nil, nil
	}
	for after := int64(math.MinInt64); after < last && len(all) <= maxProblems; {
		var ids []int64
		if err := q.QueryRow(ctx, unsealedAmong, after, last, verifyPage).Scan(&after, &ids); err != nil {
			return nil, fmt.Errorf("entries without a seal: %w", err)
		}
		all = append(all, ids...)
	}
	return all, nil
}

// pages repeats a keyset read until a page is not full.
func pages(read func(after int64) (last int64, n int, err error)) error {
	after := int64(math.MinInt64)
	for {
		last, n, err := read(after)
		if err != nil || n < verifyPage {
			return err
		}
		after = last
	}
}
