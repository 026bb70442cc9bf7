package refusal

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"portal/internal/legal"
	"portal/internal/pg"
)

// The register is read in one trip: every version of the documents that a judgement may open, with
// the articles it may cite.
const selectBook = `
SELECT d.id, d.doc_key, d.title, d.short_title, d.kind, d.issuer, d.version_date, d.effective_from, d.effective_to, d.status, d.jurisdiction, d.verified,
    d.source, d.synthetic, d.status_as_of, d.effective_from_basis, d.article_count, d.note,
    COALESCE(a.article_no, '') AS article_no, COALESCE(a.article_label, '') AS article_label, COALESCE(a.text, '') AS text
FROM legal_document d
LEFT JOIN legal_article a ON a.document_id = d.id AND a.article_no = ANY($2)
WHERE d.doc_key = ANY($1)
ORDER BY d.doc_key, d.version_date NULLS FIRST, a.article_no`

type bookRow struct {
	legal.Version
	ArticleNo    string
	ArticleLabel string
	Text         string
}

func loadBook(ctx context.Context, q pg.Querier) (Book, error) {
	docs, articles := needed()
	rows, err := q.Query(ctx, selectBook, docs, articles)
	if err != nil {
		return nil, fmt.Errorf("articles of the steps: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByName[bookRow])
	if err != nil {
		return nil, fmt.Errorf("articles of the steps: %w", err)
	}
	var b Book
	for _, r := range all {
		if n := len(b); n == 0 || b[n-1].ID != r.ID {
			b = append(b, Edition{Version: r.Version, Articles: map[string]legal.Article{}})
		}
		if r.ArticleNo != "" {
			b[len(b)-1].Articles[r.ArticleNo] = legal.Article{DocumentID: r.ID, ArticleNo: r.ArticleNo, ArticleLabel: r.ArticleLabel, Text: r.Text}
		}
	}
	return b, nil
}
