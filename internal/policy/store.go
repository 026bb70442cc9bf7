package policy

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/workday"
)

// Setting is one row of policy_setting. ConfirmedAt is nil while it waits for a second person.
type Setting struct {
	ID          int64
	Key         Key
	Value       string
	Basis       string
	From        workday.Day
	Until       workday.Day // first day on which it no longer holds; no day: open
	ProposedBy  *int64
	ConfirmedBy *int64
	ConfirmedAt *time.Time
}

const settingColumns = `
id, key, value, basis, lower(valid) AS from, upper(valid) AS until, proposed_by, confirmed_by, confirmed_at`

const selectConfirmedOn = `SELECT ` + settingColumns + ` FROM policy_setting WHERE confirmed_at IS NOT NULL AND valid @> $1::date`

func confirmedOn(ctx context.Context, q pg.Querier, day workday.Day) ([]Setting, error) {
	return settings(ctx, q, selectConfirmedOn, day)
}

func settings(ctx context.Context, q pg.Querier, sql string, args ...any) ([]Setting, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("settings: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[Setting])
	if err != nil {
		return nil, fmt.Errorf("settings: %w", err)
	}
	return out, nil
}

const selectHistory = `SELECT ` + settingColumns + ` FROM policy_setting WHERE key = $1 ORDER BY lower(valid) DESC, id DESC`

// History gives every value the key ever had or was proposed, newest first.
func History(ctx context.Context, q pg.Querier, key Key) ([]Setting, error) {
	return settings(ctx, q, selectHistory, key)
}

const selectWaiting = `SELECT ` + settingColumns + ` FROM policy_setting WHERE confirmed_at IS NULL ORDER BY id`

// Waiting gives the proposals that need a second person.
func Waiting(ctx context.Context, q pg.Querier) ([]Setting, error) {
	return settings(ctx, q, selectWaiting)
}

const insertSetting = `
INSERT INTO policy_setting (key, value, basis, valid, proposed_by) VALUES ($1, $2, $3, daterange($4::date, $5::date), $6)
RETURNING id`

const lockSetting = `SELECT ` + settingColumns + ` FROM policy_setting WHERE id = $1 FOR UPDATE`

// closeBefore ends the value that holds now on the day the new one begins.
const closeBefore = `
UPDATE policy_setting SET valid = daterange(lower(valid), $2::date)
WHERE key = $1 AND confirmed_at IS NOT NULL AND lower(valid) < $2::date AND valid @> $2::date`

const confirmSetting = `UPDATE policy_setting SET confirmed_by = $2, confirmed_at = $3 WHERE id = $1 AND confirmed_at IS NULL`

const dropProposal = `DELETE FROM policy_setting WHERE id = $1 AND confirmed_at IS NULL`

func settingForUpdate(ctx context.Context, tx *pg.Tx, id int64) (Setting, error) {
	rows, err := settings(ctx, tx, lockSetting, id)
	if err != nil {
		return Setting{}, err
	}
	if len(rows) == 0 {
		return Setting{}, errNoSetting
	}
	return rows[0], nil
}

func addSetting(ctx context.Context, tx *pg.Tx, s Setting) (int64, error) {
	var id int64
	err := tx.QueryRow(ctx, insertSetting, s.Key, s.Value, s.Basis, s.From, s.Until, s.ProposedBy).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("setting %s: %w", s.Key, err)
	}
	return id, nil
}

func putInForce(ctx context.Context, tx *pg.Tx, s Setting, by *int64) error {
	if _, err := tx.Exec(ctx, closeBefore, s.Key, s.From); err != nil {
		return fmt.Errorf("close setting %s: %w", s.Key, err)
	}
	tag, err := tx.Exec(ctx, confirmSetting, s.ID, by, tx.Now)
	if err != nil {
		return fmt.Errorf("confirm setting %s: %w", s.Key, pg.Constraint(err, settingFields))
	}
	if tag.RowsAffected() != 1 {
		return errTaken
	}
	return nil
}

var settingFields = map[string]fault.Field{
	"policy_setting_one_value": {Name: "from", Message: "这项设置在那一天之后已经有新的规定，请选更晚的日期"},
}
