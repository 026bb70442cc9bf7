package main

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

type store struct{ pool *pgxpool.Pool }

type entry struct {
	Code, Kind, Title, Lead, Basis string
	From                           time.Time
}

const entryColumns = `
SELECT i.code, i.list_kind AS kind, v.title, v.lead_department AS lead, v.legal_basis AS basis, lower(v.valid)::timestamp AS from
FROM admission_item i JOIN admission_item_version v ON v.item_id = i.id`

const listEntries = entryColumns + ` WHERE i.code > $1 AND v.standing = 'listed' ORDER BY i.code LIMIT $2`

// A frequent word fills its page from the first rows; a rare one asks the bigram index.
const scanEntries = entryColumns + `
WHERE i.code > $1 AND v.standing = 'listed' AND v.title_key LIKE '%' || $3 || '%'
  AND i.code <= coalesce((SELECT n.code FROM admission_item n WHERE n.code > $1 ORDER BY n.code OFFSET 5000 LIMIT 1), 'zzzz')
ORDER BY i.code LIMIT $2`
const searchEntries = entryColumns + `
WHERE i.code > $1 AND v.standing = 'listed' AND search_bigrams(v.title_key) @> search_bigrams($3) AND v.title_key LIKE '%' || $3 || '%'
ORDER BY i.code LIMIT $2`

func (s store) entries(ctx context.Context, after, words string, n int64) ([]entry, error) {
	if words == "" {
		return collect[entry](s.pool.Query(ctx, listEntries, after, n))
	}
	rows, err := collect[entry](s.pool.Query(ctx, scanEntries, after, n, words))
	if err != nil || len(rows) == int(n) {
		return rows, err
	}
	return collect[entry](s.pool.Query(ctx, searchEntries, after, n, words))
}

type entryDetail struct {
	entry
	Category, Period, Frequency, Source, Article, Note string
	Scopes                                             []string
}

const oneEntry = `
SELECT i.code, i.list_kind AS kind, v.title, v.lead_department AS lead, v.legal_basis AS basis, lower(v.valid)::timestamp AS from,
    v.category, v.period, v.frequency, v.source, v.note,
    coalesce((SELECT a.text FROM legal_document d JOIN legal_article a ON a.document_id = d.id
              WHERE d.doc_key = v.basis_doc_key AND d.version_date = v.basis_version_date AND a.article_no = v.basis_article_no), '') AS article,
    ARRAY(SELECT s.division FROM admission_item_scope s WHERE s.version_id = v.id ORDER BY s.division) AS scopes
FROM admission_item i JOIN admission_item_version v ON v.item_id = i.id
WHERE i.code = $1 ORDER BY lower(v.valid) DESC LIMIT 1`

func (s store) entry(ctx context.Context, code string) (entryDetail, error) {
	rows, err := s.pool.Query(ctx, oneEntry, code)
	if err != nil {
		return entryDetail{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[entryDetail])
}

type application struct {
	No, State, Title, Unit, Checks, Failing string
	Communities                             []string
	Due                                     time.Time
}

const applicationColumns = `
SELECT a.year || '-' || a.seq AS no, a.state, a.title, u.name AS unit, a.checks, a.first_failing AS failing, a.communities,
    coalesce(a.due_on, a.saved_at::date)::timestamp AS due`

const listApplications = applicationColumns + `
FROM application a JOIN unit u ON u.id = a.unit_id
WHERE a.submitted_at IS NOT NULL ORDER BY a.submitted_at DESC, a.id DESC LIMIT $1`
const scanApplications = applicationColumns + `
FROM (SELECT * FROM application WHERE submitted_at IS NOT NULL ORDER BY submitted_at DESC, id DESC LIMIT 5000) a JOIN unit u ON u.id = a.unit_id
WHERE a.title_key LIKE '%' || $2 || '%' ORDER BY a.submitted_at DESC, a.id DESC LIMIT $1`
const searchApplications = applicationColumns + `
FROM application a JOIN unit u ON u.id = a.unit_id
WHERE a.submitted_at IS NOT NULL AND search_bigrams(a.title_key) @> search_bigrams($2) AND a.title_key LIKE '%' || $2 || '%'
ORDER BY a.submitted_at DESC, a.id DESC LIMIT $1`

func (s store) applications(ctx context.Context, words string, n int64) ([]application, error) {
	if words == "" {
		return collect[application](s.pool.Query(ctx, listApplications, n))
	}
	rows, err := collect[application](s.pool.Query(ctx, scanApplications, n, words))
	if err != nil || len(rows) == int(n) {
		return rows, err
	}
	return collect[application](s.pool.Query(ctx, searchApplications, n, words))
}

type applicationDetail struct {
	application
	Reason, Content, Authority, Funds string
	Found                             []string
	Bases                             []string
}

const oneApplication = applicationColumns + `, a.reason, a.content, a.authority, coalesce(a.funds_fen::text, '') AS funds,
    ARRAY(SELECT c.headline || '：' || c.finding FROM application_check c WHERE c.application_id = a.id AND c.round = a.round ORDER BY c.id) AS found,
    ARRAY(SELECT b.citation || b.quote FROM application_basis b WHERE b.application_id = a.id ORDER BY b.position) AS bases
FROM application a JOIN unit u ON u.id = a.unit_id
WHERE a.year = split_part($1, '-', 1)::int AND a.seq = split_part($1, '-', 2)::int`

func (s store) application(ctx context.Context, no string) (applicationDetail, error) {
	rows, err := s.pool.Query(ctx, oneApplication, no)
	if err != nil {
		return applicationDetail{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[applicationDetail])
}

const insertApplication = `
INSERT INTO application (unit_id, account_id, state, title, title_key, created_at, saved_at) VALUES ($1, $2, 'draft', $3, $3, $4, $4) RETURNING id`

// create is one durable row: what a form costs when nobody asks who sent it, whether it came twice
// and what is kept about it.
func (s store) create(ctx context.Context, title string, unit, account int64) (int64, error) {
	var id int64
	err := s.pool.QueryRow(ctx, insertApplication, unit, account, title, time.Now()).Scan(&id)
	return id, err
}

func collect[T any](rows pgx.Rows, err error) ([]T, error) {
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[T])
}
