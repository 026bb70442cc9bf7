package kiosk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/pg"
)

const (
	storeChallenge = `INSERT INTO kiosk_challenge (nonce_hash, device_id, until) VALUES ($1, $2, $3)`
	useChallenge   = `DELETE FROM kiosk_challenge WHERE nonce_hash = $1 AND device_id = $2 AND until > $3`
	dropChallenges = `DELETE FROM kiosk_challenge WHERE device_id = $1`
	seenIt         = `UPDATE kiosk_device SET last_seen = $2, kept = $3, screen = $4, agent = CASE WHEN $5 = '' THEN agent ELSE $5 END WHERE id = $1`
)

func putChallenge(ctx context.Context, db *pg.DB, id DeviceID, hash []byte, until time.Time) error {
	return run(ctx, db, "challenge", storeChallenge, hash, id, until)
}

// takeChallenge uses a challenge up and reports whether it was this device's and still good.
func takeChallenge(ctx context.Context, db *pg.DB, id DeviceID, hash []byte, now time.Time) (bool, error) {
	tag, err := db.Pool().Exec(ctx, useChallenge, hash, id, now)
	if err != nil {
		return false, pg.Trouble(fmt.Errorf("challenge: %w", err))
	}
	return tag.RowsAffected() == 1, nil
}

func seen(ctx context.Context, db *pg.DB, id DeviceID, kept int, screen, agent string) error {
	return run(ctx, db, "kiosk seen", seenIt, id, db.Now(), kept, screen, agent)
}

const selectKey = `SELECT public_key FROM kiosk_device WHERE id = $1 AND state = 'working'`

func publicKey(ctx context.Context, q pg.Querier, id DeviceID) (key []byte, err error) {
	err = q.QueryRow(ctx, selectKey, id).Scan(&key)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, ErrNoDevice
	}
	if err != nil {
		return nil, pg.Trouble(fmt.Errorf("key of kiosk: %w", err))
	}
	return key, nil
}

// A visit begins, goes on under another token, or takes the place of the one before in one statement each, and
// only while the device works.
const (
	beginVisit = `
WITH over AS (DELETE FROM kiosk_session WHERE device_id = $1 AND (token_hash = $2 OR prev_hash = $2))
INSERT INTO kiosk_session (device_id, token_hash, opened_at, proven_at, touched_at)
SELECT id, $3, $4, $4, $4 FROM kiosk_device WHERE id = $1 AND state = 'working'`
	replaceVisit = `
WITH over AS (DELETE FROM kiosk_session WHERE id = $1 RETURNING device_id, proven_at)
INSERT INTO kiosk_session (device_id, token_hash, opened_at, proven_at, touched_at)
SELECT o.device_id, $2, $3, o.proven_at, $3 FROM over o JOIN kiosk_device d ON d.id = o.device_id WHERE d.state = 'working'`
	// The token before is taken as well while it holds: the answer that gave the newer one may be lost.
	rotateVisit = `
UPDATE kiosk_session s SET token_hash = $3, prev_hash = s.token_hash, prev_until = $4, proven_at = $5
FROM kiosk_device d
WHERE s.device_id = $1 AND (s.token_hash = $2 OR s.prev_hash = $2 AND s.prev_until > $5) AND s.touched_at > $6 AND d.id = s.device_id
  AND d.state = 'working'`
	selectVisit = `
SELECT id, opened_at, proven_at, touched_at, pocket FROM kiosk_session
WHERE device_id = $1 AND (token_hash = $2 OR prev_hash = $2 AND prev_until > $3)`
	touchVisit  = `UPDATE kiosk_session SET touched_at = $2 WHERE id = $1`
	pocketVisit = `UPDATE kiosk_session SET pocket = $2 WHERE id = $1`
	endVisit    = `DELETE FROM kiosk_session WHERE token_hash = $1 OR prev_hash = $1`
)

func openSession(ctx context.Context, db *pg.DB, id DeviceID, old string, hash []byte, now time.Time) error {
	return one(ctx, db, beginVisit, id, hashOf(old), hash, now)
}

func replaceSession(ctx context.Context, db *pg.DB, old Session, hash []byte, now time.Time) error {
	return one(ctx, db, replaceVisit, old.ID, hash, now)
}

func rotate(ctx context.Context, db *pg.DB, id DeviceID, old, hash []byte, grace, touchedAfter time.Time) error {
	return one(ctx, db, rotateVisit, id, old, hash, grace, db.Now(), touchedAfter)
}

// one runs a statement that must meet exactly one visit.
func one(ctx context.Context, db *pg.DB, sql string, args ...any) error {
	tag, err := db.Pool().Exec(ctx, sql, args...)
	if err != nil {
		return pg.Trouble(fmt.Errorf("visit: %w", err))
	}
	if tag.RowsAffected() != 1 {
		return errNoVisit
	}
	return nil
}

type sessionRow struct {
	ID                            SessionID
	OpenedAt, ProvenAt, TouchedAt time.Time
	Pocket                        []byte
}

func sessionOf(ctx context.Context, q pg.Querier, id DeviceID, hash []byte, now time.Time) (row sessionRow, err error) {
	rows, err := q.Query(ctx, selectVisit, id, hash, now)
	if err != nil {
		return row, pg.Trouble(fmt.Errorf("visit: %w", err))
	}
	row, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[sessionRow])
	if errors.Is(err, pgx.ErrNoRows) {
		return row, errNoVisit
	}
	if err != nil {
		return row, pg.Trouble(fmt.Errorf("visit: %w", err))
	}
	return row, nil
}

func touch(ctx context.Context, db *pg.DB, id SessionID, now time.Time) error {
	return run(ctx, db, "visit", touchVisit, id, now)
}

func keepPocket(ctx context.Context, db *pg.DB, id SessionID, sealed []byte) error {
	return run(ctx, db, "visit", pocketVisit, id, sealed)
}

func endSession(ctx context.Context, db *pg.DB, hash []byte) error {
	return run(ctx, db, "visit", endVisit, hash)
}

const (
	sweepVisits     = `DELETE FROM kiosk_session WHERE touched_at < $1 OR proven_at < $2`
	sweepChallenges = `DELETE FROM kiosk_challenge WHERE until < $1`
	sweepInvites    = `DELETE FROM kiosk_invite WHERE until < $1`
	sweepMisses     = `DELETE FROM kiosk_miss WHERE at < $1`
)

func sweep(ctx context.Context, db *pg.DB, now time.Time, patience, proof time.Duration) (int, error) {
	tag, err := db.Pool().Exec(ctx, sweepVisits, now.Add(-patience), now.Add(-proof))
	if err != nil {
		return 0, pg.Trouble(fmt.Errorf("sweep visits: %w", err))
	}
	if err := run(ctx, db, "sweep challenges", sweepChallenges, now); err != nil {
		return 0, err
	}
	if err := run(ctx, db, "sweep invites", sweepInvites, now); err != nil {
		return 0, err
	}
	if err := run(ctx, db, "sweep misses", sweepMisses, now.Add(-missWindow)); err != nil {
		return 0, err
	}
	return int(tag.RowsAffected()), nil
}
