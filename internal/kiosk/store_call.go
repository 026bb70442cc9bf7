package kiosk

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"portal/internal/pg"
)

const (
	putCall = `
INSERT INTO kiosk_call (device_id, community, at, state) VALUES ($1, $2, $3, 'waiting')
ON CONFLICT (device_id) WHERE state <> 'done' DO NOTHING RETURNING id`
	openOfDevice = `SELECT id FROM kiosk_call WHERE device_id = $1 AND state <> 'done'`
	takeIt       = `UPDATE kiosk_call SET state = 'coming', taken_by = $2, taken_at = $3, version = version + 1 WHERE id = $1`
	finishIt     = `UPDATE kiosk_call SET state = 'done', done_at = $2, version = version + 1 WHERE id = $1`
	lateIt       = `UPDATE kiosk_call SET escalated_at = $2, version = version + 1 WHERE id = $1 AND escalated_at IS NULL AND state = 'waiting'`
	lockIt       = `SELECT id FROM kiosk_call WHERE id = $1 FOR UPDATE`
)

// openCall opens a call, or finds the one that is open; made reports which.
func openCall(ctx context.Context, tx *pg.Tx, d Device) (id CallID, made bool, err error) {
	for range 2 { // the open one may be finished between the two statements
		if err = tx.QueryRow(ctx, putCall, d.ID, d.Community, tx.Now).Scan(&id); err == nil {
			return id, true, nil
		}
		if errors.Is(err, pgx.ErrNoRows) {
			err = tx.QueryRow(ctx, openOfDevice, d.ID).Scan(&id)
		}
		if !errors.Is(err, pgx.ErrNoRows) {
			break
		}
	}
	if err != nil {
		return 0, false, fmt.Errorf("call for help: %w", err)
	}
	return id, false, nil
}

func takeCall(ctx context.Context, tx *pg.Tx, id CallID, account int64) error {
	if _, err := tx.Exec(ctx, takeIt, id, account, tx.Now); err != nil {
		return fmt.Errorf("take call: %w", err)
	}
	return nil
}

func finishCall(ctx context.Context, tx *pg.Tx, id CallID) error {
	if _, err := tx.Exec(ctx, finishIt, id, tx.Now); err != nil {
		return fmt.Errorf("finish call: %w", err)
	}
	return nil
}

// markLate reports whether it was this that told the street.
func markLate(ctx context.Context, tx *pg.Tx, id CallID) (bool, error) {
	tag, err := tx.Exec(ctx, lateIt, id, tx.Now)
	if err != nil {
		return false, fmt.Errorf("late call: %w", err)
	}
	return tag.RowsAffected() == 1, nil
}

func lockCall(ctx context.Context, tx *pg.Tx, id CallID) (Call, error) {
	if err := tx.QueryRow(ctx, lockIt, id).Scan(&id); err != nil {
		if errors.Is(err, pgx.ErrNoRows) {
			return Call{}, errNoCall
		}
		return Call{}, fmt.Errorf("lock call: %w", err)
	}
	found, err := calls(ctx, tx, callByID, int64(id))
	if err != nil || len(found) == 0 {
		return Call{}, errors.Join(err, errNoCall)
	}
	return found[0], nil
}
