package admission

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/pg"
)

// Checked is one of the five checks as it was stored at a submission, with the override if the
// reviewer set it aside: both results stay.
type Checked struct {
	Kind           string
	Result         string
	Headline       string
	Finding        string
	Evidence       []byte
	Points         []string
	At             time.Time
	OverrideResult *string
	OverrideName   *string
	OverrideReason *string
	OverrideAt     *time.Time
}

// Stands is the result that counts: the override's, else the check's own.
func (c Checked) Stands() string {
	if c.OverrideResult != nil {
		return *c.OverrideResult
	}
	return c.Result
}

const selectChecked = `
SELECT c.kind, c.result, c.headline, c.finding, c.evidence, c.points, c.at, c.override_result, p.name AS override_name, c.override_reason, c.override_at
FROM application_check c LEFT JOIN account p ON p.id = c.override_by
WHERE c.application_id = $1 AND c.round = $2
ORDER BY array_position(ARRAY['negative','duplicate','funds','load','ahead'], c.kind)`

// checkedOf gives the checks of one round in the order 负 重 费 量 期.
func checkedOf(ctx context.Context, q pg.Querier, id ID, round int) ([]Checked, error) {
	rows, err := q.Query(ctx, selectChecked, id, round)
	if err != nil {
		return nil, fmt.Errorf("checks: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[Checked])
	if err != nil {
		return nil, fmt.Errorf("checks: %w", err)
	}
	return out, nil
}

const updateOverride = `
UPDATE application_check SET override_result = $4, override_by = $5, override_reason = $6, override_at = $7
WHERE application_id = $1 AND round = $2 AND kind = $3`

func storeOverride(ctx context.Context, tx *pg.Tx, a Application, kind, result, reason string) error {
	_, err := tx.Exec(ctx, updateOverride, a.ID, a.Round, kind, result, tx.Actor.AccountID, reason, tx.Now)
	if err != nil {
		return fmt.Errorf("override: %w", err)
	}
	return nil
}

const insertReturn = `
INSERT INTO application_return (application_id, round, points, opinion, by_account, at) VALUES ($1, $2, $3, $4, $5, $6)`

func storeReturn(ctx context.Context, tx *pg.Tx, a Application, points []string, opinion string) error {
	if _, err := tx.Exec(ctx, insertReturn, a.ID, a.Round, points, opinion, tx.Actor.AccountID, tx.Now); err != nil {
		return fmt.Errorf("return: %w", err)
	}
	return nil
}

// Return is one 退回补正: what was to be corrected, who asked, and when it came back.
type Return struct {
	Round         int
	Points        []string
	Opinion       string
	Name          string
	At            time.Time
	ResubmittedAt *time.Time
}

const selectReturns = `
SELECT r.round, r.points, r.opinion, p.name, r.at, r.resubmitted_at
FROM application_return r JOIN account p ON p.id = r.by_account
WHERE r.application_id = $1
ORDER BY r.id DESC`

// returnsOf lists the returns of an application, newest first.
func returnsOf(ctx context.Context, q pg.Querier, id ID) ([]Return, error) {
	rows, err := q.Query(ctx, selectReturns, id)
	if err != nil {
		return nil, fmt.Errorf("returns: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[Return])
	if err != nil {
		return nil, fmt.Errorf("returns: %w", err)
	}
	return out, nil
}

const insertCondition = `
INSERT INTO application_condition (application_id, division, position, words, mandatory) VALUES ($1, $2, $3, $4, $5)`

func storeCondition(ctx context.Context, tx *pg.Tx, id ID, division string, position int, words string, mandatory bool) error {
	if _, err := tx.Exec(ctx, insertCondition, id, division, position, words, mandatory); err != nil {
		return fmt.Errorf("condition: %w", err)
	}
	return nil
}

// Condition is one line that a community confirms (R18).
type Condition struct {
	ID          int64
	Application ID
	Division    string
	Community   string
	Position    int
	Words       string
	Mandatory   bool
	ConfirmedAt *time.Time
	ConfirmedBy *string
}

const conditionColumns = `
SELECT c.id, c.application_id AS application, c.division, coalesce(d.name, c.division) AS community, c.position, c.words, c.mandatory, c.confirmed_at,
       p.name AS confirmed_by
FROM application_condition c LEFT JOIN division d ON d.code = c.division LEFT JOIN account p ON p.id = c.confirmed_by`

const selectConditions = conditionColumns + ` WHERE c.application_id = $1 ORDER BY c.division, c.position`
const lockCondition = conditionColumns + ` WHERE c.id = $1 FOR UPDATE OF c`

func conditions(ctx context.Context, q pg.Querier, sql string, args ...any) ([]Condition, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("conditions: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[Condition])
	if err != nil {
		return nil, fmt.Errorf("conditions: %w", err)
	}
	return out, nil
}

const updateConfirmed = `UPDATE application_condition SET confirmed_at = $2, confirmed_by = $3 WHERE id = $1 AND confirmed_at IS NULL`

func storeConfirmed(ctx context.Context, tx *pg.Tx, id int64) error {
	tag, err := tx.Exec(ctx, updateConfirmed, id, tx.Now, tx.Actor.AccountID)
	if err != nil {
		return fmt.Errorf("confirm condition: %w", err)
	}
	if tag.RowsAffected() != 1 {
		return errConfirmed
	}
	return nil
}

// What runs late (R16), what is near its day, and what was not corrected in time.
const selectTicking = `
SELECT a.id FROM application a
WHERE a.state IN ('submitted', 'accepted', 'street_review', 'returned') AND a.due_on <= $1::date AND a.id > $2
ORDER BY a.id LIMIT $3`

// ticking lists the open applications whose running clock ends on or before the day, after an id.
func ticking(ctx context.Context, q pg.Querier, upTo any, after ID, limit int) ([]ID, error) {
	rows, err := q.Query(ctx, selectTicking, upTo, after, limit)
	if err != nil {
		return nil, fmt.Errorf("clocks: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[ID])
	if err != nil {
		return nil, fmt.Errorf("clocks: %w", err)
	}
	return out, nil
}

const updateDueFixed = `
UPDATE application SET due_on = $2::date
WHERE id = $1 AND ((state = 'returned') = $3) AND state IN ('submitted', 'accepted', 'street_review', 'returned')`

func storeDueFixed(ctx context.Context, tx *pg.Tx, id int64, due any, correction bool) error {
	if _, err := tx.Exec(ctx, updateDueFixed, id, due, correction); err != nil {
		return fmt.Errorf("due day: %w", err)
	}
	return nil
}
