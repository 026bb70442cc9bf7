package legal

import (
	"context"
	"fmt"

	"portal/internal/pg"
)

func versionsByKey(ctx context.Context, q pg.Querier) (map[versionKey]Version, error) {
	all, err := versions(ctx, q, selectAllVersions)
	if err != nil {
		return nil, err
	}
	out := make(map[versionKey]Version, len(all))
	for _, v := range all {
		out[versionKey{v.DocKey, v.VersionDate}] = v
	}
	return out, nil
}

const upsertVersion = `
INSERT INTO legal_document (doc_key, title, short_title, kind, issuer, version_date, effective_from, effective_to, status, jurisdiction, verified,
    source, synthetic, status_as_of, effective_from_basis, article_count, note)
VALUES ($1, $2, $3, $4, $5, $6::date, $7::date, $8::date, $9, $10, $11, $12, $13, $14::date, $15, $16, $17)
ON CONFLICT ON CONSTRAINT legal_document_version DO UPDATE SET title = excluded.title, short_title = excluded.short_title, kind = excluded.kind,
    issuer = excluded.issuer, effective_from = excluded.effective_from, effective_to = excluded.effective_to, status = excluded.status,
    jurisdiction = excluded.jurisdiction, verified = excluded.verified, source = excluded.source, synthetic = excluded.synthetic,
    status_as_of = excluded.status_as_of, effective_from_basis = excluded.effective_from_basis, article_count = excluded.article_count,
    note = excluded.note`

func putVersion(ctx context.Context, tx *pg.Tx, v Version) error {
	_, err := tx.Exec(ctx, upsertVersion, v.DocKey, v.Title, v.ShortTitle, string(v.Kind), v.Issuer, v.VersionDate, v.EffectiveFrom, v.EffectiveTo,
		string(v.Status), v.Jurisdiction, v.Verified, v.Source, v.Synthetic, v.StatusAsOf, v.EffectiveFromBasis, v.ArticleCount, v.Note)
	if err != nil {
		return fmt.Errorf("version of %s: %w", v.DocKey, err)
	}
	return nil
}

const selectAllArticles = `SELECT ` + articleColumns + ` FROM legal_article`

func articlesByKey(ctx context.Context, q pg.Querier) (map[string]Article, error) {
	all, err := articles(ctx, q, selectAllArticles)
	if err != nil {
		return nil, err
	}
	out := make(map[string]Article, len(all))
	for _, a := range all {
		out[textKey(a.DocumentID, a.ArticleNo)] = a
	}
	return out, nil
}

const upsertArticle = `
INSERT INTO legal_article (document_id, article_no, article_label, text, source, synthetic) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT ON CONSTRAINT legal_article_no DO UPDATE SET article_label = excluded.article_label, text = excluded.text, source = excluded.source,
    synthetic = excluded.synthetic`

func putArticle(ctx context.Context, tx *pg.Tx, a Article, synthetic bool) error {
	if _, err := tx.Exec(ctx, upsertArticle, a.DocumentID, a.ArticleNo, a.ArticleLabel, a.Text, a.Source, synthetic); err != nil {
		return fmt.Errorf("article %s: %w", a.ArticleNo, err)
	}
	return nil
}

const upsertChange = `
INSERT INTO legal_change (change_kind, relation, law, doc_key, old_version, old_article, old_article_nos, new_doc_key, new_version, new_article,
    new_article_nos, changed_on, summary, source, verified, synthetic)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
ON CONFLICT ON CONSTRAINT legal_change_key DO UPDATE SET relation = excluded.relation, law = excluded.law, old_article = excluded.old_article,
    new_article = excluded.new_article, changed_on = excluded.changed_on, summary = excluded.summary, source = excluded.source,
    verified = excluded.verified, synthetic = excluded.synthetic`

func putChange(ctx context.Context, tx *pg.Tx, c Change, synthetic bool) error {
	_, err := tx.Exec(ctx, upsertChange, c.ChangeKind, string(c.Relation), c.Law, c.DocKey, c.OldVersion, c.OldArticle, c.OldArticleNos, c.NewDocKey,
		c.NewVersion, c.NewArticle, c.NewArticleNos, c.ChangedOn, c.Summary, c.Source, c.Verified, synthetic)
	if err != nil {
		return fmt.Errorf("change of %s: %w", c.Law, err)
	}
	return nil
}
