package account

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"portal/internal/pg"
)

type sealedRow struct {
	ID      int64
	Secret  []byte
	Pending []byte
}

const selectSealed = `
SELECT id, totp_secret AS secret, totp_pending AS pending FROM account
WHERE totp_secret IS NOT NULL OR totp_pending IS NOT NULL ORDER BY id`

func sealedFactors(ctx context.Context, q pg.Querier) ([]sealedRow, error) {
	rows, err := q.Query(ctx, selectSealed)
	if err != nil {
		return nil, fmt.Errorf("sealed second factors: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByName[sealedRow])
	if err != nil {
		return nil, fmt.Errorf("sealed second factors: %w", err)
	}
	return all, nil
}

const updateSealed = `UPDATE account SET totp_secret = $2, totp_pending = $3 WHERE id = $1`

func storeSealed(ctx context.Context, tx *pg.Tx, id int64, secret, pending []byte) error {
	if _, err := tx.Exec(ctx, updateSealed, id, secret, pending); err != nil {
		return fmt.Errorf("seal second factor: %w", err)
	}
	return nil
}
