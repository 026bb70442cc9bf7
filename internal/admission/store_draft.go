package admission

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"portal/internal/pg"
	"portal/internal/workday"
)

const draftsOf = `SELECT ` + columns + ` FROM application a JOIN unit u ON u.id = a.unit_id
WHERE a.state IN ('draft', 'returned') AND a.unit_id = ANY($1) ORDER BY a.id DESC LIMIT 50`

func many(ctx context.Context, q pg.Querier, sql string, args ...any) ([]Application, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("applications: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[Application])
	if err != nil {
		return nil, fmt.Errorf("applications: %w", err)
	}
	return out, nil
}

const selectBases = `
SELECT doc_key, version_date, article_no, citation, quote FROM application_basis WHERE application_id = $1 ORDER BY position`

// BasesOf lists what an application cites, in its order.
func BasesOf(ctx context.Context, q pg.Querier, id ID) ([]Basis, error) {
	rows, err := q.Query(ctx, selectBases, id)
	if err != nil {
		return nil, fmt.Errorf("bases: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[Basis])
	if err != nil {
		return nil, fmt.Errorf("bases: %w", err)
	}
	return out, nil
}

const deleteBases = `DELETE FROM application_basis WHERE application_id = $1`
const insertBasis = `
INSERT INTO application_basis (application_id, position, doc_key, version_date, article_no, citation, quote) VALUES ($1, $2, $3, $4, $5, $6, $7)`

func replaceBases(ctx context.Context, tx *pg.Tx, id ID, bases []Basis) error {
	if _, err := tx.Exec(ctx, deleteBases, id); err != nil {
		return fmt.Errorf("bases: %w", err)
	}
	for i, b := range bases {
		if _, err := tx.Exec(ctx, insertBasis, id, i+1, b.DocKey, b.VersionDate, b.ArticleNo, b.Citation, b.Quote); err != nil {
			return fmt.Errorf("basis %d: %w", i+1, err)
		}
	}
	return nil
}

const insertCheck = `
INSERT INTO application_check (application_id, round, kind, result, headline, finding, evidence, points, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, COALESCE($8::text[], '{}'), $9)`

func storeChecks(ctx context.Context, tx *pg.Tx, a Application, results []Result) error {
	for _, r := range results {
		evidence, err := json.Marshal(r.Evidence)
		if err != nil {
			return fmt.Errorf("evidence: %w", err)
		}
		if _, err := tx.Exec(ctx, insertCheck, a.ID, a.Round, r.Kind, r.Result, r.Headline, r.Words(), evidence, r.Points, tx.Now); err != nil {
			return fmt.Errorf("check %s: %w", r.Kind, err)
		}
	}
	return nil
}

// HeldField is a field that somebody holds already (the data dictionary, R30).
type HeldField struct {
	Name    string
	NameKey string
	Holder  string
	AsOf    workday.Day
}

const selectHeld = `SELECT name, name_key, holder, as_of FROM held_field WHERE name_key = ANY($1)`

func heldFields(ctx context.Context, q pg.Querier, keys []string) ([]HeldField, error) {
	rows, err := q.Query(ctx, selectHeld, keys)
	if err != nil {
		return nil, fmt.Errorf("held fields: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[HeldField])
	if err != nil {
		return nil, fmt.Errorf("held fields: %w", err)
	}
	return out, nil
}

// ReportForm is a form that communities fill already.
type ReportForm struct {
	Name      string
	UnitID    int64
	Unit      string
	Frequency Every
	Fields    []string
}

const selectReports = `SELECT f.name, f.unit_id, u.name AS unit, f.frequency, f.fields FROM report_form f JOIN unit u ON u.id = f.unit_id ORDER BY f.id`

func reportForms(ctx context.Context, q pg.Querier) ([]ReportForm, error) {
	rows, err := q.Query(ctx, selectReports)
	if err != nil {
		return nil, fmt.Errorf("report forms: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[ReportForm])
	if err != nil {
		return nil, fmt.Errorf("report forms: %w", err)
	}
	return out, nil
}

const selectTwin = `
SELECT a.year, a.seq FROM application a
WHERE a.unit_id = $1 AND a.id <> $2 AND a.title_key = $3 AND a.year IS NOT NULL AND a.state NOT IN ('withdrawn', 'rejected', 'not_accepted', 'lapsed')
  AND a.start_on IS NOT DISTINCT FROM $4::date AND a.end_on IS NOT DISTINCT FROM $5::date
ORDER BY a.id DESC LIMIT 1`

// twinOf finds a numbered application of the same unit with the same title and days, or "" (E25).
func twinOf(ctx context.Context, q pg.Querier, a Application) (slug string, err error) {
	if a.TitleKey == "" {
		return "", nil
	}
	rows, err := q.Query(ctx, selectTwin, a.UnitID, a.ID, a.TitleKey, a.StartOn, a.EndOn)
	if err != nil {
		return "", fmt.Errorf("twin: %w", err)
	}
	type number struct{ Year, Seq int }
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[number])
	if err != nil || len(found) == 0 {
		return "", err
	}
	return fmt.Sprintf("%d-%d", found[0].Year, found[0].Seq), nil
}

const resubmitted = `UPDATE application_return SET resubmitted_at = $2 WHERE application_id = $1 AND resubmitted_at IS NULL`

func markResubmitted(ctx context.Context, tx *pg.Tx, id ID) error {
	if _, err := tx.Exec(ctx, resubmitted, id, tx.Now); err != nil {
		return fmt.Errorf("resubmitted: %w", err)
	}
	return nil
}
