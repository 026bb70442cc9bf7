package admission

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"portal/internal/pg"
)

const insertAttachmentSQL = `
INSERT INTO application_attachment (application_id, code, name, sha256, at) VALUES ($1, $2, $3, $4, $5)`

func insertAttachment(ctx context.Context, tx *pg.Tx, id ID, code, name, sha256 string) error {
	if _, err := tx.Exec(ctx, insertAttachmentSQL, id, code, name, sha256, tx.Now); err != nil {
		return fmt.Errorf("attachment: %w", err)
	}
	return nil
}

const removeAttachmentSQL = `
UPDATE application_attachment SET removed_at = coalesce(removed_at, $3) WHERE application_id = $1 AND code = $2 RETURNING name`

// removeAttachment gives the name of the file, "" when the application has none of that code.
func removeAttachment(ctx context.Context, tx *pg.Tx, id ID, code string) (name string, err error) {
	err = tx.QueryRow(ctx, removeAttachmentSQL, id, code, tx.Now).Scan(&name)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("remove attachment: %w", err)
	}
	return name, nil
}

const selectAttachment = `
SELECT t.name, b.media_type, t.sha256 FROM application_attachment t JOIN blob b ON b.sha256 = t.sha256
WHERE t.application_id = $1 AND t.code = $2 AND t.removed_at IS NULL`

func attachment(ctx context.Context, q pg.Querier, id ID, code string) (StoredFile, error) {
	var f StoredFile
	err := q.QueryRow(ctx, selectAttachment, id, code).Scan(&f.Name, &f.MediaType, &f.SHA256)
	if errors.Is(err, pgx.ErrNoRows) {
		return f, errNoFile
	}
	if err != nil {
		return f, fmt.Errorf("attachment: %w", err)
	}
	return f, nil
}

// touch writes without changing anything, so that a repeated save is not acknowledged from a read
// (reliability.md §2 rule 1).
const touchSQL = `UPDATE application SET saved_at = saved_at WHERE id = $1`

func touch(ctx context.Context, tx *pg.Tx, id ID) error {
	if _, err := tx.Exec(ctx, touchSQL, id); err != nil {
		return fmt.Errorf("touch: %w", err)
	}
	return nil
}

// FellowForm is what another unit asks communities to fill in, in an application before the street (E24).
type FellowForm struct {
	Unit, Title string
	Fields      []string
}

const selectFellows = `
SELECT u.name AS unit, a.title, a.form_fields AS fields FROM application a JOIN unit u ON u.id = a.unit_id
WHERE a.state IN ('submitted', 'accepted', 'street_review', 'returned') AND a.unit_id <> $1 AND a.id <> $2
  AND cardinality(a.form_fields) > 0 AND a.communities && $3 AND a.submitted_at >= $4
ORDER BY a.id DESC LIMIT 50`

func fellowForms(ctx context.Context, q pg.Querier, a Application, since day) ([]FellowForm, error) {
	rows, err := q.Query(ctx, selectFellows, a.UnitID, a.ID, some(a.Communities), since.Start())
	if err != nil {
		return nil, fmt.Errorf("fellow forms: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[FellowForm])
	if err != nil {
		return nil, fmt.Errorf("fellow forms: %w", err)
	}
	return out, nil
}

func some(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// Articles that hold every word in their title or text, and documents of which no text is stored.
const selectLaws = `
SELECT d.doc_key, d.short_title AS title, d.version_date, coalesce(a.article_no, '') AS article_no, coalesce(a.article_label, '') AS article_label,
       coalesce(a.text, '') AS text, d.kind, d.status, d.jurisdiction
FROM legal_document d LEFT JOIN legal_article a ON a.document_id = d.id
WHERE d.version_date IS NOT NULL AND coalesce(d.effective_from, '0001-01-01') <= $4::date AND coalesce(d.effective_to, '9999-12-31') >= $4::date
  AND NOT EXISTS (SELECT 1 FROM unnest($1::text[]) w WHERE strpos(d.title || ' ' || d.short_title || ' ' || coalesce(a.text, ''), w) = 0)
  AND (a.id IS NULL OR ($2 = '' OR a.article_no = $2) AND ($3 = '' OR a.article_label = $3))
ORDER BY (SELECT count(*) FROM unnest($1::text[]) w WHERE strpos(d.title || ' ' || d.short_title, w) > 0) DESC, d.status <> 'in_force', char_length(d.title), d.id, a.id
LIMIT 60`

func lawsNamed(ctx context.Context, q pg.Querier, words []string, number, label string, on day) ([]Law, error) {
	rows, err := q.Query(ctx, selectLaws, words, number, label, on)
	if err != nil {
		return nil, fmt.Errorf("laws: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[Law])
	if err != nil {
		return nil, fmt.Errorf("laws: %w", err)
	}
	return out, nil
}
