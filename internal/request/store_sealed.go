package request

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"portal/internal/pg"
)

const selectSealed = `SELECT person, codes FROM request WHERE id = $1`

func sealedOf(ctx context.Context, q pg.Querier, id ID) (person, codes []byte, err error) {
	err = q.QueryRow(ctx, selectSealed, int64(id)).Scan(&person, &codes)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil, ErrNoRequest
	}
	if err != nil {
		return nil, nil, fmt.Errorf("sealed fields: %w", err)
	}
	return person, codes, nil
}
