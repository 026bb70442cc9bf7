package request

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/pg"
)

const putDraft = `
INSERT INTO request_draft (id, at, body) VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET at = excluded.at, body = excluded.body`

func storeDraft(ctx context.Context, db *pg.DB, id string, sealed []byte) error {
	if _, err := db.Pool().Exec(ctx, putDraft, id, db.Now(), sealed); err != nil {
		return pg.Trouble(fmt.Errorf("store draft: %w", err))
	}
	return nil
}

const selectDraft = `SELECT body FROM request_draft WHERE id = $1 AND at > $2`

func draftOf(ctx context.Context, db *pg.DB, id string, since time.Time) (body []byte, err error) {
	err = db.Pool().QueryRow(ctx, selectDraft, id, since).Scan(&body)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, errNoDraft
	}
	if err != nil {
		return nil, pg.Trouble(fmt.Errorf("draft: %w", err))
	}
	return body, nil
}

const deleteDraft = `DELETE FROM request_draft WHERE id = $1`

func dropDraft(ctx context.Context, db *pg.DB, id string) error {
	if _, err := db.Pool().Exec(ctx, deleteDraft, id); err != nil {
		return pg.Trouble(fmt.Errorf("drop draft: %w", err))
	}
	return nil
}
