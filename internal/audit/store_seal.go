package audit

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// Sealable is a pool or a connection of the portal's working role.
type Sealable interface {
	Querier
	Begin(ctx context.Context) (pgx.Tx, error)
}

const (
	sealLock  = 320104902 // advisory: one sealer at a time
	sealBatch = 5000      // entries per transaction
	calmLimit = 5 * time.Second
	calmStep  = 5 * time.Millisecond
)

// hashed lists every column of an entry as text, in the order in which it is hashed. Text does
// not depend on the session's settings.
const hashed = `e.id::text, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US AD'), e.account_id::text, e.actor, e.post,
       e.action, e.object_kind, e.object_id::text, e.object_no, e.before::text, e.after::text, e.reason, e.request_id`

const hashedColumns = 13

const (
	newestEntry = `SELECT coalesce(max(id), 0) FROM audit_entry`
	// Whoever inserts holds this lock from before it takes a number until it has committed.
	writersNow = `
SELECT coalesce(array_agg(DISTINCT virtualtransaction), '{}') FROM pg_locks
WHERE relation = 'audit_entry'::regclass AND mode = 'RowExclusiveLock' AND granted
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`
	writersLeft = `
SELECT count(*) FROM pg_locks
WHERE relation = 'audit_entry'::regclass AND mode = 'RowExclusiveLock' AND granted AND virtualtransaction = ANY ($1)
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`
	takeSealLock = `SELECT pg_try_advisory_xact_lock($1)`
	lastSeal     = `SELECT seq, entry_id, chain FROM audit_seal ORDER BY seq DESC LIMIT 1`
	lastHeads    = `
SELECT seq, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US AD'), chain
FROM audit_head ORDER BY id DESC LIMIT 2`
	unsealedEntries = `SELECT e.id, ` + hashed + ` FROM audit_entry e WHERE e.id > $1 AND e.id <= $2 ORDER BY e.id LIMIT $3`
	insertHead      = `INSERT INTO audit_head (at, seq, chain) VALUES ($1, $2, $3)`
)

// ErrBroken means that the seals do not end at their head: somebody changed them, and sealing
// on would bury it. Verify tells where.
var ErrBroken = errors.New("audit: the seals do not end at their last head, run verify")

// Seal links the entries that came since the last time into the chain and returns the new head
// for keeping outside, and how many entries it sealed. Entries are sealed in the order of their
// numbers, so one that turns up later below a sealed number is an insertion. Numbers are taken
// before they are committed; therefore Seal waits until everybody who was writing when it looked
// has finished, and seals no further than the newest entry it saw then. When somebody writes for
// longer than five seconds, or another portal is sealing, it leaves the rest for the next time.
func Seal(ctx context.Context, db Sealable, now time.Time) (Head, int, error) {
	var upTo int64
	if err := db.QueryRow(ctx, newestEntry).Scan(&upTo); err != nil {
		return Head{}, 0, fmt.Errorf("newest audit entry: %w", err)
	}
	calm, err := awaitWriters(ctx, db)
	if err != nil || !calm {
		return Head{}, 0, err
	}
	var head Head
	total := 0
	for {
		h, n, err := sealSome(ctx, db, upTo, now)
		if err != nil {
			return head, total, err
		}
		if h.Seq > 0 {
			head = h
		}
		total += n
		if n < sealBatch {
			return head, total, nil
		}
	}
}

// awaitWriters reports whether all who were writing when it began have finished.
func awaitWriters(ctx context.Context, q Querier) (bool, error) {
	var writers []string
	if err := q.QueryRow(ctx, writersNow).Scan(&writers); err != nil {
		return false, fmt.Errorf("audit writers: %w", err)
	}
	tick := time.NewTicker(calmStep)
	defer tick.Stop()
	for waited := time.Duration(0); len(writers) > 0; waited += calmStep {
		left := 0
		if err := q.QueryRow(ctx, writersLeft, writers).Scan(&left); err != nil {
			return false, fmt.Errorf("audit writers: %w", err)
		}
		if left == 0 {
			break
		}
		if waited > calmLimit {
			return false, nil
		}
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-tick.C:
		}
	}
	return true, nil
}

// end is where the chain stands: its last seal and its last head.
type end struct {
	seq, entry  int64
	chain, head Hash
	at          string
}

func sealSome(ctx context.Context, db Sealable, upTo int64, now time.Time) (Head, int, error) {
	tx, err := db.Begin(ctx)
	if err != nil {
		return Head{}, 0, fmt.Errorf("begin sealing: %w", err)
	}
	defer tx.Rollback(context.WithoutCancel(ctx)) // nothing after a commit
	mine := false
	if err := tx.QueryRow(ctx, takeSealLock, sealLock).Scan(&mine); err != nil {
		return Head{}, 0, fmt.Errorf("seal lock: %w", err)
	}
	if !mine {
		return Head{}, 0, nil
	}
	at, err := chainEnd(ctx, tx)
	if err != nil {
		return Head{}, 0, err
	}
	head := Head{Seq: at.seq, At: at.at, Chain: at.head}
	seals, chain, err := newSeals(ctx, tx, at, upTo)
	if err != nil || len(seals) == 0 {
		return head, 0, err
	}
	columns := []string{"seq", "entry_id", "digest", "chain"}
	if _, err := tx.CopyFrom(ctx, pgx.Identifier{"audit_seal"}, columns, pgx.CopyFromRows(seals)); err != nil {
		return Head{}, 0, fmt.Errorf("write seals: %w", err)
	}
	now = now.UTC().Truncate(time.Microsecond)
	head = Head{Seq: at.seq + int64(len(seals)), At: now.Format(momentLayout)}
	head.Chain = headHash(at.head, head.At, head.Seq, chain[:])
	if _, err := tx.Exec(ctx, insertHead, now, head.Seq, head.Chain[:]); err != nil {
		return Head{}, 0, fmt.Errorf("write head: %w", err)
	}
	if err := tx.Commit(ctx); err != nil {
		return Head{}, 0, fmt.Errorf("commit seals: %w", err)
	}
	return head, len(seals), nil
}

// chainEnd reads the last seal and checks that the last head stands on it.
func chainEnd(ctx context.Context, q Querier) (end, error) {
	e := end{entry: math.MinInt64}
	var chain []byte
	err := q.QueryRow(ctx, lastSeal).Scan(&e.seq, &e.entry, &chain)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return end{}, fmt.Errorf("last seal: %w", err)
	}
	rows, err := q.Query(ctx, lastHeads)
	if err != nil {
		return end{}, fmt.Errorf("last heads: %w", err)
	}
	heads, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (storedHead, error) {
		var h storedHead
		var at *string
		err := row.Scan(&h.seq, &at, &h.chain)
		h.at = deref(at)
		return h, err
	})
	if err != nil {
		return end{}, fmt.Errorf("last heads: %w", err)
	}
	if len(heads) == 0 && e.seq == 0 {
		return e, nil
	}
	if len(heads) == 0 || len(chain) != len(e.chain) || len(heads[0].chain) != len(e.head) {
		return end{}, ErrBroken
	}
	var before Hash
	if len(heads) == 2 {
		copy(before[:], heads[1].chain)
	}
	last := heads[0]
	e.chain, e.head, e.at = Hash(chain), Hash(last.chain), last.at
	if last.seq != e.seq || headHash(before, last.at, last.seq, chain) != e.head {
		return end{}, ErrBroken
	}
	return e, nil
}

type storedHead struct {
	seq   int64
	at    string
	chain []byte
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// newSeals digests and links the next entries after the end of the chain.
func newSeals(ctx context.Context, q Querier, at end, upTo int64) (seals [][]any, chain Hash, err error) {
	rows, err := q.Query(ctx, unsealedEntries, at.entry, upTo, sealBatch)
	if err != nil {
		return nil, chain, fmt.Errorf("unsealed entries: %w", err)
	}
	defer rows.Close()
	var (
		id     int64
		buf    []byte
		seq    = at.seq
		values = make([][]byte, hashedColumns)
	)
	chain = at.chain
	targets := append([]any{&id}, byteTargets(values)...)
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			return nil, chain, fmt.Errorf("unsealed entry: %w", err)
		}
		buf = encode(buf[:0], values)
		digest := sha256.Sum256(buf)
		chain = link(chain, digest[:])
		seq++
		sealed := chain
		seals = append(seals, []any{seq, id, digest[:], sealed[:]})
	}
	if err := rows.Err(); err != nil {
		return nil, chain, fmt.Errorf("unsealed entries: %w", err)
	}
	return seals, chain, nil
}

// byteTargets scans columns without copying; they hold until the next row.
func byteTargets(values [][]byte) []any {
	targets := make([]any, len(values))
	for i := range values {
		targets[i] = (*pgtype.DriverBytes)(&values[i])
	}
	return targets
}

const countUnsealed = `
SELECT count(*) FROM (
    SELECT FROM audit_entry
    WHERE id > coalesce((SELECT entry_id FROM audit_seal ORDER BY seq DESC LIMIT 1), 0)
    LIMIT 100000) waiting`

// Unsealed counts the entries that wait for the sealer, at most 100,000; for the metrics.
func Unsealed(ctx context.Context, q Querier) (int64, error) {
	var n int64
	if err := q.QueryRow(ctx, countUnsealed).Scan(&n); err != nil {
		return 0, fmt.Errorf("unsealed entries: %w", err)
	}
	return n, nil
}
