package catalog

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/workday"
)

const selectByCode = `SELECT ` + entryColumns + fromEntries + ` WHERE i.code = $1 ORDER BY lower(v.valid) DESC`

// versionsOf gives every version of an entry, newest first.
func versionsOf(ctx context.Context, q pg.Querier, code string) ([]Entry, error) {
	return entries(ctx, q, selectByCode, code)
}

const selectLatest = `
SELECT DISTINCT ON (i.code) ` + entryColumns + fromEntries + `
WHERE i.code = ANY($1)
ORDER BY i.code, lower(v.valid) DESC`

// latest gives the newest version of each code.
func latest(ctx context.Context, q pg.Querier, codes []string) (map[string]Entry, error) {
	all, err := entries(ctx, q, selectLatest, codes)
	if err != nil {
		return nil, err
	}
	out := make(map[string]Entry, len(all))
	for _, e := range all {
		out[e.Code] = e
	}
	return out, nil
}

const selectScopes = `
SELECT s.division, coalesce(d.name, s.division) AS name, lower(s.valid) AS from, upper(s.valid) AS until, s.valid IS NOT NULL AS open
FROM admission_item_scope s LEFT JOIN division d ON d.code = s.division
WHERE s.version_id = $1
ORDER BY s.division`

func scopesOf(ctx context.Context, q pg.Querier, versionID int64) ([]Scope, error) {
	rows, err := q.Query(ctx, selectScopes, versionID)
	if err != nil {
		return nil, fmt.Errorf("scopes: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[Scope])
	if err != nil {
		return nil, fmt.Errorf("scopes: %w", err)
	}
	return out, nil
}

const insertItemSQL = `INSERT INTO admission_item (code, list_kind, application_id, number) VALUES ($1, $2, $3, $4) RETURNING id`

var itemFields = map[string]fault.Field{
	"admission_item_code_key":             {Name: "code", Message: "这个编号已经在册，请核对"},
	"admission_item_version_one":          {Name: "from", Message: "这个编号在这段日期里已经有一个版本，请改日期"},
	"admission_item_assist_never_primary": {Name: "role", Message: "协助事项中社区不能主责（R5）"},
}

func insertItem(ctx context.Context, tx *pg.Tx, e Entry) (int64, error) {
	var id int64
	err := tx.QueryRow(ctx, insertItemSQL, e.Code, string(e.ListKind), e.ApplicationID, e.Number).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("item %s: %w", e.Code, pg.Constraint(err, itemFields))
	}
	return id, nil
}

const insertVersionSQL = `
INSERT INTO admission_item_version (item_id, valid, list_version_id, title, title_key, category, lead_department, lead_unit_id, legal_basis, period,
    frequency, source, synthetic, legal_text, assigned_fields, note, basis_doc_key, basis_version_date, basis_article_no, basis_status,
    successor_doc_key, successor_version_date, successor_article_nos, flags, standing, role, assist_modes, requester, payer, hours_per_occurrence,
    occurrences_per_year)
VALUES ($1, daterange($2::date, $3::date), $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19::date, $20, $21, $22, $23::date,
    $24, $25, $26, $27, $28, $29, $30, $31, $32)
RETURNING id`

func insertVersion(ctx context.Context, tx *pg.Tx, e Entry) (int64, error) {
	var id int64
	err := tx.QueryRow(ctx, insertVersionSQL, e.ItemID, e.From, e.Until, e.ListVersionID, e.Title, e.TitleKey, e.Category, e.LeadDepartment,
		e.LeadUnitID, e.LegalBasis, e.Period, e.Frequency, e.Source, e.Synthetic, e.LegalText, e.AssignedFields, e.Note, e.BasisDocKey,
		e.BasisVersionDate, e.BasisArticleNo, string(e.BasisStatus), e.SuccessorDocKey, e.SuccessorVersionDate, e.SuccessorArticleNos,
		texts(e.Flags), string(e.Standing), string(e.Role), texts(e.AssistModes), e.Requester, e.Payer, e.HoursPerOccurrence, e.OccurrencesPerYear).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("version of %s: %w", e.Code, pg.Constraint(err, itemFields))
	}
	return id, nil
}

func texts[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = string(v)
	}
	return out
}

const updateVersionSQL = `
UPDATE admission_item_version SET valid = daterange($2::date, $3::date), title = $4, title_key = $5, category = $6, lead_department = $7,
    lead_unit_id = $8, legal_basis = $9, period = $10, frequency = $11, source = $12, synthetic = $13, legal_text = $14, assigned_fields = $15,
    note = $16, basis_doc_key = $17, basis_version_date = $18::date, basis_article_no = $19, basis_status = $20, successor_doc_key = $21,
    successor_version_date = $22::date, successor_article_nos = $23, flags = $24, standing = $25, role = $26
WHERE id = $1`

// rewriteVersion changes a version in place: only on the day it begins, for its flags, or for its days.
func rewriteVersion(ctx context.Context, tx *pg.Tx, e Entry) error {
	_, err := tx.Exec(ctx, updateVersionSQL, e.ID, e.From, e.Until, e.Title, e.TitleKey, e.Category, e.LeadDepartment, e.LeadUnitID, e.LegalBasis,
		e.Period, e.Frequency, e.Source, e.Synthetic, e.LegalText, e.AssignedFields, e.Note, e.BasisDocKey, e.BasisVersionDate, e.BasisArticleNo,
		string(e.BasisStatus), e.SuccessorDocKey, e.SuccessorVersionDate, e.SuccessorArticleNos, texts(e.Flags), string(e.Standing), string(e.Role))
	if err != nil {
		return fmt.Errorf("version of %s: %w", e.Code, pg.Constraint(err, itemFields))
	}
	return nil
}

const closeVersionSQL = `UPDATE admission_item_version SET valid = daterange(lower(valid), $2::date) WHERE id = $1`

func closeVersion(ctx context.Context, tx *pg.Tx, id int64, day workday.Day) error {
	if _, err := tx.Exec(ctx, closeVersionSQL, id, day); err != nil {
		return fmt.Errorf("close version %d: %w", id, err)
	}
	return nil
}

const putScopeSQL = `
INSERT INTO admission_item_scope (version_id, division, valid)
VALUES ($1, $2, CASE WHEN $3::date IS NULL THEN NULL ELSE daterange($3::date, $4::date) END)
ON CONFLICT (version_id, division) DO UPDATE SET valid = excluded.valid`

// putScope stores where a version holds; without a first day it waits for its conditions (R18).
func putScope(ctx context.Context, tx *pg.Tx, versionID int64, division string, from, until workday.Day) error {
	if _, err := tx.Exec(ctx, putScopeSQL, versionID, division, from, until); err != nil {
		return fmt.Errorf("scope %s of version %d: %w", division, versionID, err)
	}
	return nil
}

const copyScopeSQL = `
INSERT INTO admission_item_scope (version_id, division, valid)
SELECT $2, division, valid FROM admission_item_scope WHERE version_id = $1
ON CONFLICT DO NOTHING`

func copyScope(ctx context.Context, tx *pg.Tx, fromVersion, toVersion int64) error {
	if _, err := tx.Exec(ctx, copyScopeSQL, fromVersion, toVersion); err != nil {
		return fmt.Errorf("copy scope: %w", err)
	}
	return nil
}

const shiftScopeSQL = `
UPDATE admission_item_scope SET valid = daterange($2::date, $3::date)
WHERE version_id = $1 AND valid = daterange($4::date, $5::date)`

// shiftScope moves the scopes that had the version's own days along with it.
func shiftScope(ctx context.Context, tx *pg.Tx, before, after Entry) error {
	if _, err := tx.Exec(ctx, shiftScopeSQL, before.ID, after.From, after.Until, before.From, before.Until); err != nil {
		return fmt.Errorf("shift scope: %w", err)
	}
	return nil
}

const updateStanding = `UPDATE admission_item_version SET standing = $2 WHERE id = $1 AND standing = $3`

func storeStanding(ctx context.Context, tx *pg.Tx, id int64, to, was Standing) (bool, error) {
	tag, err := tx.Exec(ctx, updateStanding, id, string(to), string(was))
	if err != nil {
		return false, fmt.Errorf("standing of version %d: %w", id, err)
	}
	return tag.RowsAffected() == 1, nil
}

const updateLoadSQL = `
UPDATE admission_item_version SET hours_per_occurrence = $2, occurrences_per_year = $3, assist_modes = $4, requester = $5, payer = $6 WHERE id = $1`

func storeLoad(ctx context.Context, tx *pg.Tx, id int64, l Load) error {
	if _, err := tx.Exec(ctx, updateLoadSQL, id, l.HoursPerOccurrence, l.OccurrencesPerYear, texts(l.AssistModes), l.Requester, l.Payer); err != nil {
		return fmt.Errorf("load of version %d: %w", id, err)
	}
	return nil
}

// Who cites an article, on a day or ever.
const selectCiting = `
SELECT ` + entryColumns + fromEntries + `
WHERE v.basis_doc_key = $1 AND ($2 = '' OR v.basis_article_no = $2)
ORDER BY i.code, lower(v.valid) DESC
LIMIT 500`

func citing(ctx context.Context, q pg.Querier, docKey, articleNo string) ([]Entry, error) {
	return entries(ctx, q, selectCiting, docKey, articleNo)
}
