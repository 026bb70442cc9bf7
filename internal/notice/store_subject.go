package notice

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"portal/internal/pg"
)

const objectionsOfPhone = selectObjection + ` WHERE o.phone_index = ANY($1) AND o.forgotten_at IS NULL ORDER BY o.id FOR UPDATE OF o`
const objectionsOld = selectObjection + ` WHERE o.replied_at < $1 AND o.forgotten_at IS NULL ORDER BY o.id LIMIT 200`

const forgetObjectionSQL = `
UPDATE objection SET person = NULL, phone_index = NULL, words = $2, forgotten_at = $3, version = version + 1 WHERE id = $1 AND forgotten_at IS NULL`

func forgetObjection(ctx context.Context, tx *pg.Tx, id ObjectionID, words string) error {
	if _, err := tx.Exec(ctx, forgetObjectionSQL, id, words, tx.Now); err != nil {
		return fmt.Errorf("forget an objection: %w", err)
	}
	return nil
}

// sealedRow is what is sealed in one row.
type sealedRow struct {
	ID        ObjectionID
	Person    []byte
	CodeIndex []byte
}

const selectStale = `
SELECT id, person, code_index FROM objection WHERE person IS NOT NULL AND substring(person FROM 1 FOR 5) <> $1 ORDER BY id LIMIT $2 FOR UPDATE`

func staleObjections(ctx context.Context, tx *pg.Tx, head []byte, limit int) ([]sealedRow, error) {
	rows, err := tx.Query(ctx, selectStale, head, limit)
	if err != nil {
		return nil, fmt.Errorf("sealed objections: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[sealedRow])
	if err != nil {
		return nil, fmt.Errorf("sealed objections: %w", err)
	}
	return out, nil
}

const storePersonSQL = `UPDATE objection SET person = $2 WHERE id = $1`

func storePerson(ctx context.Context, tx *pg.Tx, id ObjectionID, sealed []byte) error {
	if _, err := tx.Exec(ctx, storePersonSQL, id, sealed); err != nil {
		return fmt.Errorf("seal an objection: %w", err)
	}
	return nil
}
