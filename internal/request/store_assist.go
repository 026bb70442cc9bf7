package request

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/pg"
)

const selectAssist = `
SELECT id, account_id AS account, started_at, until, ended_at, consent FROM assist WHERE account_id = $1 AND ended_at IS NULL`

func openAssist(ctx context.Context, q pg.Querier, account int64) (Assist, bool, error) {
	var a Assist
	err := q.QueryRow(ctx, selectAssist, account).Scan(&a.ID, &a.Account, &a.StartedAt, &a.Until, &a.EndedAt, &a.Consent)
	if errors.Is(err, pgx.ErrNoRows) {
		return a, false, nil
	}
	if err != nil {
		return a, false, fmt.Errorf("assist: %w", err)
	}
	return a, true, nil
}

const insertAssist = `
INSERT INTO assist (account_id, started_at, until, consent) VALUES ($1, $2, $3, $4)
ON CONFLICT (account_id) WHERE ended_at IS NULL DO NOTHING
RETURNING id`

func storeAssist(ctx context.Context, tx *pg.Tx, until time.Time, consent string) (Assist, error) {
	a := Assist{Account: tx.Actor.AccountID, StartedAt: tx.Now, Until: until, Consent: consent, Left: until.Sub(tx.Now)}
	err := tx.QueryRow(ctx, insertAssist, a.Account, a.StartedAt, a.Until, a.Consent).Scan(&a.ID)
	if errors.Is(err, pgx.ErrNoRows) {
		return a, errAssistOpen
	}
	if err != nil {
		return a, fmt.Errorf("start assist: %w", err)
	}
	return a, nil
}

const closeAssist = `UPDATE assist SET ended_at = $2, request_id = NULLIF($3::bigint, 0) WHERE id = $1 AND ended_at IS NULL`

func endAssist(ctx context.Context, tx *pg.Tx, id int64, request ID) error {
	tag, err := tx.Exec(ctx, closeAssist, id, tx.Now, int64(request))
	if err != nil {
		return fmt.Errorf("end assist: %w", err)
	}
	if tag.RowsAffected() != 1 {
		return errAssistOver
	}
	return nil
}

// An entry ends at its own time, not when somebody looks.
const closeLapsed = `UPDATE assist SET ended_at = until WHERE ended_at IS NULL AND until <= $1 AND ($2 = 0 OR account_id = $2)`

func endLapsedAssists(ctx context.Context, tx *pg.Tx, account int64) error {
	if _, err := tx.Exec(ctx, closeLapsed, tx.Now, account); err != nil {
		return fmt.Errorf("end assists: %w", err)
	}
	return nil
}
