package catalog

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"portal/internal/pg"
	"portal/internal/workday"
)

const negativeColumns = `
id, code, kind, phrase, phrase_key, match_mode, description, source, synthetic, assigned_fields, lower(valid) AS from, upper(valid) AS until`
const selectNegatives = `SELECT ` + negativeColumns + ` FROM negative_entry WHERE valid @> $1::date ORDER BY code`
const selectNegativesOf = `SELECT ` + negativeColumns + ` FROM negative_entry WHERE code = ANY($1)`

// Negatives gives the negative list of a day.
func Negatives(ctx context.Context, q pg.Querier, day workday.Day) ([]NegativeEntry, error) {
	return negatives(ctx, q, selectNegatives, day)
}

func negatives(ctx context.Context, q pg.Querier, sql string, args ...any) ([]NegativeEntry, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("negative list: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[NegativeEntry])
	if err != nil {
		return nil, fmt.Errorf("negative list: %w", err)
	}
	return out, nil
}

// Work is one task of the street's programme as it was imported.
type Work struct {
	ID               int64
	SectionNo        string
	Section          string
	WorkNo           string
	Work             string
	LeadLabel        string
	LeadDepartments  string
	ResponsibleUnits string
	LeadUnitIDs      []int64
	Goal             string
	Source           string
	Synthetic        bool
	Flagged          bool
	FlagReason       string // why it may not be taken over as it is (R50, E1)
	ProposedRole     Role
	ProposedModes    []AssistMode
}

const workColumns = `
id, section_no, section, work_no, work, lead_label, lead_departments, responsible_units, lead_unit_ids, goal, source, synthetic, flagged,
flag_reason, proposed_role, proposed_modes`
const selectWorks = `SELECT ` + workColumns + ` FROM programme_work ORDER BY id`

// Works lists the street's programme in the order of its file.
func Works(ctx context.Context, q pg.Querier) ([]Work, error) {
	rows, err := q.Query(ctx, selectWorks)
	if err != nil {
		return nil, fmt.Errorf("programme: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[Work])
	if err != nil {
		return nil, fmt.Errorf("programme: %w", err)
	}
	return out, nil
}
