package legal

import (
	"context"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"

	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/workday"
)

const versionColumns = `
d.id, d.doc_key, d.title, d.short_title, d.kind, d.issuer, d.version_date, d.effective_from, d.effective_to, d.status, d.jurisdiction, d.verified,
d.source, d.synthetic, d.status_as_of, d.effective_from_basis, d.article_count, d.note`

const selectVersions = `SELECT ` + versionColumns + ` FROM legal_document d WHERE d.doc_key = $1 ORDER BY d.version_date NULLS FIRST`
const selectAllVersions = `SELECT ` + versionColumns + ` FROM legal_document d ORDER BY d.doc_key, d.version_date NULLS FIRST`

func versions(ctx context.Context, q pg.Querier, sql string, args ...any) ([]Version, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("legal versions: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[Version])
	if err != nil {
		return nil, fmt.Errorf("legal versions: %w", err)
	}
	return out, nil
}

func versionsOf(ctx context.Context, q pg.Querier, docKey string) ([]Version, error) {
	return versions(ctx, q, selectVersions, docKey)
}

const articleColumns = `id, document_id, article_no, article_label, text, source`
const selectArticle = `SELECT ` + articleColumns + ` FROM legal_article WHERE document_id = $1 AND article_no = $2`

// Numbers sort as numbers: 2 before 10.
const selectArticles = `SELECT ` + articleColumns + ` FROM legal_article WHERE document_id = $1 ORDER BY char_length(article_no), article_no`

func articles(ctx context.Context, q pg.Querier, sql string, args ...any) ([]Article, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("legal articles: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[Article])
	if err != nil {
		return nil, fmt.Errorf("legal articles: %w", err)
	}
	return out, nil
}

func articleOf(ctx context.Context, q pg.Querier, documentID int64, no string) (Article, bool, error) {
	all, err := articles(ctx, q, selectArticle, documentID, no)
	if err != nil || len(all) == 0 {
		return Article{}, false, err
	}
	return all[0], true, nil
}

func articlesOf(ctx context.Context, q pg.Querier, documentID int64) ([]Article, error) {
	return articles(ctx, q, selectArticles, documentID)
}

const changeColumns = `
id, change_kind, relation, law, doc_key, old_version, old_article, old_article_nos, new_doc_key, new_version, new_article, new_article_nos,
changed_on, summary, source, verified`
const selectChanges = `SELECT ` + changeColumns + ` FROM legal_change WHERE doc_key = $1 OR new_doc_key = $1 ORDER BY changed_on, id`
const selectAllChanges = `SELECT ` + changeColumns + ` FROM legal_change ORDER BY changed_on DESC, id`

func changes(ctx context.Context, q pg.Querier, sql string, args ...any) ([]Change, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("legal changes: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[Change])
	if err != nil {
		return nil, fmt.Errorf("legal changes: %w", err)
	}
	return out, nil
}

func changesOf(ctx context.Context, q pg.Querier, docKey string) ([]Change, error) {
	return changes(ctx, q, selectChanges, docKey)
}

func allChanges(ctx context.Context, q pg.Querier) ([]Change, error) {
	return changes(ctx, q, selectAllChanges)
}

const selectTexts = `SELECT document_id, article_no FROM legal_article`

func loadRegister(ctx context.Context, q pg.Querier) (*Register, error) {
	r := &Register{byKey: map[string][]Version{}, changes: map[string][]Change{}, texts: map[string]bool{}}
	all, err := versions(ctx, q, selectAllVersions)
	if err != nil {
		return nil, err
	}
	for _, v := range all {
		r.byKey[v.DocKey] = append(r.byKey[v.DocKey], v)
	}
	moved, err := allChanges(ctx, q)
	if err != nil {
		return nil, err
	}
	for _, ch := range moved {
		r.changes[ch.DocKey] = append(r.changes[ch.DocKey], ch)
	}
	rows, err := q.Query(ctx, selectTexts)
	if err != nil {
		return nil, fmt.Errorf("article keys: %w", err)
	}
	var id int64
	var no string
	_, err = pgx.ForEachRow(rows, []any{&id, &no}, func() error { r.texts[textKey(id, no)] = true; return nil })
	if err != nil {
		return nil, fmt.Errorf("article keys: %w", err)
	}
	return r, nil
}

func textKey(id int64, no string) string { return strconv.FormatInt(id, 10) + " " + no }

const dutyColumns = `doc_key, version_date, article_no, duty, note`
const selectDuty = `SELECT ` + dutyColumns + ` FROM legal_duty WHERE doc_key = $1 AND version_date IS NOT DISTINCT FROM $2::date AND article_no = $3`
const selectDuties = `SELECT ` + dutyColumns + ` FROM legal_duty ORDER BY doc_key, version_date, char_length(article_no), article_no`

func duties(ctx context.Context, q pg.Querier, sql string, args ...any) ([]Duty, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("duties: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[Duty])
	if err != nil {
		return nil, fmt.Errorf("duties: %w", err)
	}
	return out, nil
}

func dutyOf(ctx context.Context, q pg.Querier, docKey string, version workday.Day, no string) (Duty, bool, error) {
	all, err := duties(ctx, q, selectDuty, docKey, version, no)
	if err != nil || len(all) == 0 {
		return Duty{}, false, err
	}
	return all[0], true, nil
}

func allDuties(ctx context.Context, q pg.Querier) ([]Duty, error) {
	return duties(ctx, q, selectDuties)
}

const insertDuty = `
INSERT INTO legal_duty (doc_key, version_date, article_no, duty, note) VALUES ($1, $2::date, $3, $4, $5)
ON CONFLICT DO NOTHING`

func insertDuties(ctx context.Context, tx *pg.Tx, list []Duty) error {
	for _, d := range list {
		if _, err := tx.Exec(ctx, insertDuty, d.DocKey, d.VersionDate, d.ArticleNo, string(d.Duty), d.Note); err != nil {
			return fmt.Errorf("duty %s %s: %w", d.DocKey, d.ArticleNo, err)
		}
	}
	return nil
}

const clauseColumns = `
c.id, c.ground, c.title, c.doc_no, c.doc_key, c.version_date, c.article_no, c.article_label, c.words, c.gives_refusal, c.condition, c.divisions,
lower(c.valid) AS from, upper(c.valid) AS until, c.status, c.confirmed_by, c.confirmed_on,
coalesce((SELECT d.status FROM legal_document d WHERE d.doc_key = c.doc_key AND d.version_date IS NOT DISTINCT FROM c.version_date), '') AS doc_status`

const selectClausesOn = `
SELECT ` + clauseColumns + ` FROM local_clause c
WHERE c.divisions && $1 AND c.valid @> $2::date AND c.status <> 'repealed'
ORDER BY c.ground, c.id`
const selectClauses = `SELECT ` + clauseColumns + ` FROM local_clause c ORDER BY c.ground, c.id`
const selectClause = `SELECT ` + clauseColumns + ` FROM local_clause c WHERE c.id = $1`
const lockClause = selectClause + ` FOR UPDATE OF c`

func clauses(ctx context.Context, q pg.Querier, sql string, args ...any) ([]Clause, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("clauses: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[Clause])
	if err != nil {
		return nil, fmt.Errorf("clauses: %w", err)
	}
	return out, nil
}

func oneClause(ctx context.Context, q pg.Querier, sql string, id int64) (Clause, error) {
	all, err := clauses(ctx, q, sql, id)
	if err != nil {
		return Clause{}, err
	}
	if len(all) == 0 {
		return Clause{}, fault.NotFound("没有这一条款。请回到地方条款页查看")
	}
	return all[0], nil
}

const insertClauseSQL = `
INSERT INTO local_clause (ground, title, doc_no, doc_key, version_date, article_no, article_label, words, gives_refusal, condition, divisions, valid,
    status, confirmed_by, confirmed_on)
VALUES ($1, $2, $3, $4, $5::date, $6, $7, $8, $9, $10, $11, daterange($12::date, $13::date), $14, $15, $16::date)
RETURNING id`

func insertClause(ctx context.Context, tx *pg.Tx, c Clause) (int64, error) {
	var id int64
	err := tx.QueryRow(ctx, insertClauseSQL, string(c.Ground), c.Title, c.DocNo, c.DocKey, c.VersionDate, c.ArticleNo, c.ArticleLabel, c.Words,
		c.GivesRefusal, string(c.Condition), c.Divisions, c.From, c.Until, string(c.Status), c.ConfirmedBy, c.ConfirmedOn).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("clause %s: %w", c.Title, err)
	}
	return id, nil
}

// A retired clause ends today; one that was only to begin later never held.
const updateClause = `
UPDATE local_clause SET status = $2, confirmed_by = $3, confirmed_on = $4::date,
    valid = CASE WHEN $2 = 'repealed' THEN daterange(lower(valid), GREATEST(lower(valid), LEAST(upper(valid), $4::date))) ELSE valid END
WHERE id = $1`

func storeClause(ctx context.Context, tx *pg.Tx, c Clause) error {
	if _, err := tx.Exec(ctx, updateClause, c.ID, string(c.Status), c.ConfirmedBy, c.ConfirmedOn); err != nil {
		return fmt.Errorf("clause %d: %w", c.ID, err)
	}
	return nil
}
