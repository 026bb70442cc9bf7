package kiosk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/authz"
	"portal/internal/pg"
)

// Lists of a street are short: some dozens of devices, a handful of open calls.
const mostDevices, mostCalls = 500, 100

const deviceColumns = `
SELECT d.id, d.no, d.community, c.name AS community_name, d.place, d.state, d.printer, d.paper, d.paper_at, d.last_seen, d.kept, d.agent, d.screen,
  d.enrolled_at, d.revoked_at, d.reason, d.version, false AS has_invite
FROM kiosk_device d JOIN division c ON c.code = d.community`

const (
	selectByNo     = deviceColumns + ` WHERE d.no = $1`
	lockByNo       = selectByNo + ` FOR UPDATE OF d`
	selectByCookie = deviceColumns + ` WHERE d.cookie_hash = $1`
	selectInReach  = `
SELECT d.id, d.no, d.community, c.name AS community_name, d.place, d.state, d.printer, d.paper, d.paper_at, d.last_seen, d.kept, d.agent, d.screen,
  d.enrolled_at, d.revoked_at, d.reason, d.version, EXISTS (SELECT 1 FROM kiosk_invite i WHERE i.device_id = d.id AND i.until > $3) AS has_invite
FROM kiosk_device d JOIN division c ON c.code = d.community
WHERE $1 OR EXISTS (SELECT 1 FROM unnest($2::text[]) p WHERE starts_with(d.community, p))
ORDER BY d.community, d.no LIMIT $4`
)

func oneDevice(ctx context.Context, q pg.Querier, sql string, arg any) (Device, error) {
	rows, err := q.Query(ctx, sql, arg)
	if err != nil {
		return Device{}, pg.Trouble(fmt.Errorf("kiosk: %w", err))
	}
	d, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Device])
	if errors.Is(err, pgx.ErrNoRows) {
		return d, ErrNoDevice
	}
	if err != nil {
		return d, pg.Trouble(fmt.Errorf("kiosk: %w", err))
	}
	return d, nil
}

func listDevices(ctx context.Context, q pg.Querier, in authz.Scope, now time.Time) ([]Device, error) {
	rows, err := q.Query(ctx, selectInReach, in.All, in.Prefixes, now, mostDevices)
	if err != nil {
		return nil, pg.Trouble(fmt.Errorf("kiosks: %w", err))
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[Device])
	if err != nil {
		return nil, pg.Trouble(fmt.Errorf("kiosks: %w", err))
	}
	return out, nil
}

const callColumns = `
SELECT k.id, d.no AS device, d.place, k.community, c.name AS community_name, k.at, k.state, COALESCE(k.taken_by, 0) AS taken_by,
  COALESCE(a.name || ' ' || (SELECT p.title FROM account_post p WHERE p.account_id = a.id ORDER BY p.id LIMIT 1), a.name, '') AS who,
  k.taken_at, k.done_at, k.escalated_at IS NOT NULL AS late, k.version
FROM kiosk_call k JOIN kiosk_device d ON d.id = k.device_id JOIN division c ON c.code = k.community LEFT JOIN account a ON a.id = k.taken_by`

const (
	callByID     = callColumns + ` WHERE k.id = $1`
	callOfDevice = callColumns + ` WHERE k.device_id = $1 AND (k.state <> 'done' OR k.done_at > $2) ORDER BY k.id DESC LIMIT 1`
	lateCalls    = callColumns + ` WHERE k.state = 'waiting' AND k.escalated_at IS NULL AND k.at < $1 ORDER BY k.id`
	callsInReach = callColumns + `
WHERE k.state <> 'done' AND ($1 OR EXISTS (SELECT 1 FROM unnest($2::text[]) p WHERE starts_with(k.community, p)))
ORDER BY k.at LIMIT $3`
)

func calls(ctx context.Context, q pg.Querier, sql string, args ...any) ([]Call, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, pg.Trouble(fmt.Errorf("calls: %w", err))
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[Call])
	if err != nil {
		return nil, pg.Trouble(fmt.Errorf("calls: %w", err))
	}
	return out, nil
}

func openCalls(ctx context.Context, q pg.Querier, in authz.Scope) ([]Call, error) {
	return calls(ctx, q, callsInReach, in.All, in.Prefixes, mostCalls)
}
