package kiosk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/fault"
	"portal/internal/pg"
)

var constraints = map[string]fault.Field{
	"kiosk_device_no_key":         errTaken,
	"kiosk_device_community_fkey": {Name: "community", Message: "请选择社区"},
}

const (
	putDevice = `INSERT INTO kiosk_device (no, community, place, state, printer) VALUES ($1, $2, $3, 'waiting', $4) RETURNING id`
	revokeIt  = `
UPDATE kiosk_device SET state = 'revoked', public_key = NULL, revoked_at = $2, reason = $3, version = version + 1 WHERE id = $1`
	paperIt = `UPDATE kiosk_device SET paper = $2, paper_at = $3, version = version + 1 WHERE id = $1`
	goneIt  = `UPDATE kiosk_device SET paper = 'out', paper_at = $2, version = version + 1 WHERE id = $1 AND paper = 'ok'`
	bindIt  = `
UPDATE kiosk_device SET state = 'working', public_key = $2, cookie_hash = $3, agent = $4, enrolled_at = $5, last_seen = $5, kept = 0, version = version + 1
WHERE id = $1 AND state <> 'revoked' RETURNING no`
	endAll = `DELETE FROM kiosk_session WHERE device_id = $1`
)

func insertDevice(ctx context.Context, tx *pg.Tx, n NewDevice) (id DeviceID, err error) {
	err = tx.QueryRow(ctx, putDevice, n.No, n.Community, n.Place, string(n.Printer)).Scan(&id)
	if err != nil {
		return 0, pg.Constraint(fmt.Errorf("register kiosk: %w", err), constraints)
	}
	return id, nil
}

func revoke(ctx context.Context, tx *pg.Tx, id DeviceID, reason string) error {
	if _, err := tx.Exec(ctx, revokeIt, id, tx.Now, reason); err != nil {
		return fmt.Errorf("revoke kiosk: %w", err)
	}
	if _, err := tx.Exec(ctx, dropInvite, id); err != nil {
		return fmt.Errorf("revoke kiosk: %w", err)
	}
	return unbind(ctx, tx, id)
}

// unbind ends what the browser of a device has open.
func unbind(ctx context.Context, tx *pg.Tx, id DeviceID) error {
	if _, err := tx.Exec(ctx, endAll, id); err != nil {
		return fmt.Errorf("end visits: %w", err)
	}
	if _, err := tx.Exec(ctx, dropChallenges, id); err != nil {
		return fmt.Errorf("end challenges: %w", err)
	}
	return nil
}

func setPaper(ctx context.Context, tx *pg.Tx, id DeviceID, p Paper) error {
	if _, err := tx.Exec(ctx, paperIt, id, string(p), tx.Now); err != nil {
		return fmt.Errorf("paper of kiosk: %w", err)
	}
	return nil
}

// paperGone reports whether it was told for the first time.
func paperGone(ctx context.Context, tx *pg.Tx, id DeviceID) (bool, error) {
	tag, err := tx.Exec(ctx, goneIt, id, tx.Now)
	if err != nil {
		return false, fmt.Errorf("paper of kiosk: %w", err)
	}
	return tag.RowsAffected() == 1, nil
}

const (
	storeInvite = `
INSERT INTO kiosk_invite (device_id, code_index, code, until) VALUES ($1, $2, $3, $4)
ON CONFLICT (device_id) DO UPDATE SET code_index = excluded.code_index, code = excluded.code, until = excluded.until`
	selectInvite = `SELECT i.code, i.until FROM kiosk_invite i JOIN kiosk_device d ON d.id = i.device_id WHERE d.no = $1`
	takeInvite   = `DELETE FROM kiosk_invite WHERE code_index = ANY($1) AND until > $2 RETURNING device_id`
	dropInvite   = `DELETE FROM kiosk_invite WHERE device_id = $1`
	goodInvite   = `SELECT EXISTS (SELECT 1 FROM kiosk_invite WHERE device_id = $1 AND until > $2)`
)

func putInvite(ctx context.Context, tx *pg.Tx, id DeviceID, index, sealed []byte, until time.Time) error {
	if _, err := tx.Exec(ctx, storeInvite, id, index, sealed, until); err != nil {
		return fmt.Errorf("store invite: %w", err)
	}
	return nil
}

func inviteOf(ctx context.Context, q pg.Querier, no string) (sealed []byte, until time.Time, err error) {
	err = q.QueryRow(ctx, selectInvite, no).Scan(&sealed, &until)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, until, fault.Conflict("这个启用码已经用过。要再启用，请重新发一个")
	}
	if err != nil {
		return nil, until, pg.Trouble(fmt.Errorf("invite: %w", err))
	}
	return sealed, until, nil
}

func useInvite(ctx context.Context, tx *pg.Tx, indexes [][]byte) (id DeviceID, err error) {
	err = tx.QueryRow(ctx, takeInvite, indexes, tx.Now).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, errNoCode
	}
	if err != nil {
		return 0, fmt.Errorf("use invite: %w", err)
	}
	return id, nil
}

func hasInvite(ctx context.Context, q pg.Querier, id DeviceID, now time.Time) (has bool, err error) {
	if err := q.QueryRow(ctx, goodInvite, id, now).Scan(&has); err != nil {
		return false, pg.Trouble(fmt.Errorf("invite: %w", err))
	}
	return has, nil
}

// bind ties a device to a browser; whatever it was tied to before ends.
func bind(ctx context.Context, tx *pg.Tx, id DeviceID, spki, cookieHash []byte, agent string) (no string, err error) {
	err = tx.QueryRow(ctx, bindIt, id, spki, cookieHash, agent, tx.Now).Scan(&no)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", errNoCode
	}
	if err != nil {
		return "", fmt.Errorf("bind kiosk: %w", err)
	}
	return no, unbind(ctx, tx, id)
}

const (
	addMiss    = `INSERT INTO kiosk_miss (at, origin) VALUES ($1, $2)`
	countMiss  = `SELECT count(*) FILTER (WHERE origin = $2), count(*) FROM kiosk_miss WHERE at > $1`
	forgetMiss = `
DELETE FROM kiosk_miss WHERE ctid = (SELECT ctid FROM kiosk_miss WHERE origin = $1 ORDER BY at DESC LIMIT 1)`
)

// chargeMiss counts a try before it is looked at, so that tries at the same moment count as well.
func chargeMiss(ctx context.Context, db *pg.DB, origin string) error {
	now := db.Now()
	if err := run(ctx, db, "enrolment brake", addMiss, now, origin); err != nil {
		return err
	}
	var own, all int
	if err := db.Pool().QueryRow(ctx, countMiss, now.Add(-missWindow), origin).Scan(&own, &all); err != nil {
		return pg.Trouble(fmt.Errorf("enrolment brake: %w", err))
	}
	if own > missesOrigin || all > missesAll { // what was refused unread is no try: nobody keeps the brake shut for others
		return errors.Join(errBraked, refundMiss(ctx, db, origin))
	}
	return nil
}

func refundMiss(ctx context.Context, db *pg.DB, origin string) error {
	return run(ctx, db, "enrolment brake", forgetMiss, origin)
}

// run does what is no record and has no trail: visits, challenges, brakes.
func run(ctx context.Context, db *pg.DB, what, sql string, args ...any) error {
	if _, err := db.Pool().Exec(ctx, sql, args...); err != nil {
		return pg.Trouble(fmt.Errorf("%s: %w", what, err))
	}
	return nil
}
