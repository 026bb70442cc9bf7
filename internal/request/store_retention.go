package request

import (
	"context"
	"fmt"
	"time"

	"portal/internal/pg"
)

const (
	// While somebody holds a resident's documents it must stay known whose they are (REQ-16).
	requestsSettled = selectRequest + ` WHERE r.settled_at < $1 AND r.anonymised_at IS NULL AND NOT ` + unendedOfR + ` ORDER BY r.settled_at, r.id LIMIT $2 FOR UPDATE OF r SKIP LOCKED`
	requestsOfPhone = selectRequest + ` WHERE r.phone_index = ANY($1) ORDER BY r.id FOR UPDATE OF r`
)

const tickLock = 320104061 // one runner at a time

func lockTick(ctx context.Context, tx *pg.Tx) error {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, tickLock); err != nil {
		return fmt.Errorf("wait for another tick: %w", err)
	}
	return nil
}

const anonymiseSQL = `
UPDATE request SET person = NULL, phone_index = NULL, title = $2, words = $3, reply = $4, codes = $5, code_index = $6, token_index = $7,
    anonymised_at = $8, version = version + 1
WHERE id = $1`

func storeAnonymous(ctx context.Context, tx *pg.Tx, r Request, codes, code, token []byte) error {
	_, err := tx.Exec(ctx, anonymiseSQL, int64(r.ID), cut(MaskWords(r.Title), longestTitle), cut(MaskWords(r.Words), longestWords), MaskWords(r.Reply), codes,
		code, token, tx.Now)
	return pg.Constraint(err, requestFields)
}

type textRow struct {
	ID    int64
	Words string
}

const (
	selectNoteTexts     = `SELECT id, words FROM request_note WHERE request_id = $1`
	updateNoteText      = `UPDATE request_note SET words = $2 WHERE id = $1`
	selectCallbackTexts = `SELECT id, words FROM callback WHERE request_id = $1 AND words <> ''`
	updateCallbackText  = `UPDATE callback SET words = $2 WHERE id = $1`
)

// maskTexts masks what was said after filing, in notes and callbacks.
func maskTexts(ctx context.Context, tx *pg.Tx, id ID) error {
	notes, err := texts(ctx, tx, selectNoteTexts, id)
	if err != nil {
		return err
	}
	for _, n := range notes {
		if _, err := tx.Exec(ctx, updateNoteText, n.ID, cut(MaskWords(n.Words), 500)); err != nil {
			return fmt.Errorf("mask note: %w", err)
		}
	}
	answers, err := texts(ctx, tx, selectCallbackTexts, id)
	if err != nil {
		return err
	}
	for _, a := range answers {
		if _, err := tx.Exec(ctx, updateCallbackText, a.ID, cut(MaskWords(a.Words), 500)); err != nil {
			return fmt.Errorf("mask callback: %w", err)
		}
	}
	return nil
}

func texts(ctx context.Context, q pg.Querier, sql string, id ID) ([]textRow, error) {
	return collect[textRow](ctx, q, sql, int64(id))
}

const (
	// A sealed field begins with its form and key id: whatever begins otherwise than a fresh one is stale.
	selectStale = `
SELECT id, no, person, codes FROM request
WHERE substring(codes FROM 1 FOR 5) <> $1 OR person IS NOT NULL AND substring(person FROM 1 FOR 5) <> $1
ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED`
	updateSealed = `UPDATE request SET person = $2, codes = $3 WHERE id = $1`
)

type staleRow struct {
	ID            ID
	No            string
	Person, Codes []byte
}

func staleRows(ctx context.Context, q pg.Querier, head []byte, limit int) ([]staleRow, error) {
	return collect[staleRow](ctx, q, selectStale, head, limit)
}

func storeSealed(ctx context.Context, tx *pg.Tx, r staleRow) error {
	if _, err := tx.Exec(ctx, updateSealed, int64(r.ID), r.Person, r.Codes); err != nil {
		return fmt.Errorf("store sealed: %w", err)
	}
	return nil
}

// What is kept about a person, for subject access.
const (
	selectMerges = `
SELECT m.at, f.no AS from_no, t.no AS into_no, m.undone_at FROM request_merge m JOIN work_order f ON f.id = m.from_order
JOIN work_order t ON t.id = m.into_order WHERE m.request_id = $1 ORDER BY m.id`
	selectConsents = `SELECT started_at, consent FROM assist WHERE request_id = $1 ORDER BY id`
)

type mergeFact struct {
	At       time.Time  `json:"at"`
	FromNo   string     `json:"from"`
	IntoNo   string     `json:"into"`
	UndoneAt *time.Time `json:"undone_at,omitempty"`
}

type consentFact struct {
	StartedAt time.Time `json:"at"`
	Consent   string    `json:"consent"`
}
