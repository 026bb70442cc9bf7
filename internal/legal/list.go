package legal

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"portal/internal/pg"
)

// One line per document: its newest version. The register holds hundreds of rows, not millions.
const listColumns = versionColumns + `,
(SELECT count(*) FROM legal_document o WHERE o.doc_key = d.doc_key)::int AS versions,
(SELECT count(*) FROM legal_article a WHERE a.document_id = d.id)::int AS articles`

const listWhere = `
FROM legal_document d
WHERE NOT EXISTS (SELECT 1 FROM legal_document n WHERE n.doc_key = d.doc_key AND coalesce(n.version_date, '0001-01-01') > coalesce(d.version_date, '0001-01-01'))
  AND ($1 = '' OR d.title LIKE '%' || $1 || '%' OR d.short_title LIKE '%' || $1 || '%')
  AND ($2 = '' OR d.kind = $2) AND ($3 = '' OR d.status = $3) AND ($4 = '' OR d.jurisdiction = $4)`

const listForward = `SELECT ` + listColumns + listWhere + ` AND ($5 = '' OR (d.short_title, d.id) > ($5, $6)) ORDER BY d.short_title, d.id LIMIT $7`
const listBack = `SELECT ` + listColumns + listWhere + ` AND (d.short_title, d.id) < ($5, $6) ORDER BY d.short_title DESC, d.id DESC LIMIT $7`

func listDocuments(ctx context.Context, q pg.Querier, f DocFilter) ([]DocRow, error) {
	title := ""
	if len(f.Cursor.Keys) > 0 {
		title = f.Cursor.Keys[0]
	}
	words := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.TrimSpace(f.Words))
	sql := func(rows pgx.Rows, err error) ([]DocRow, error) {
		if err != nil {
			return nil, fmt.Errorf("legal register: %w", err)
		}
		out, err := pgx.CollectRows(rows, pgx.RowToStructByName[DocRow])
		if err != nil {
			return nil, fmt.Errorf("legal register: %w", err)
		}
		return out, nil
	}
	if f.Cursor.Back {
		return sql(q.Query(ctx, listBack, words, string(f.Kind), string(f.Status), f.Jurisdiction, title, f.Cursor.ID, f.Limit+1))
	}
	return sql(q.Query(ctx, listForward, words, string(f.Kind), string(f.Status), f.Jurisdiction, title, f.Cursor.ID, f.Limit+1))
}
