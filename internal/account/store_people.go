package account

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/workday"
)

// peopleLock makes changes that could remove an administrator wait for each other, so that two
// administrators cannot remove each other at the same moment.
const peopleLock = 3201049020

const lockPeopleSQL = `SELECT pg_advisory_xact_lock($1)`

func lockPeople(ctx context.Context, tx *pg.Tx) error {
	if _, err := tx.Exec(ctx, lockPeopleSQL, int64(peopleLock)); err != nil {
		return fmt.Errorf("lock people: %w", err)
	}
	return nil
}

const lockPersonSQL = `
SELECT id, login, name, must_change, totp_enabled_at IS NOT NULL AS second_factor, disabled_at FROM account WHERE login = $1 FOR UPDATE`

func lockPerson(ctx context.Context, tx *pg.Tx, login string) (Person, error) {
	if !loginForm.MatchString(login) {
		return Person{}, errNobody
	}
	rows, err := tx.Query(ctx, lockPersonSQL, login)
	if err != nil {
		return Person{}, fmt.Errorf("lock person: %w", err)
	}
	p, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Person])
	return p, notFound(err)
}

func postOf(ctx context.Context, tx *pg.Tx, account, id int64) (HeldPost, error) {
	posts, err := postsOf(ctx, tx, []int64{account})
	if err != nil {
		return HeldPost{}, err
	}
	for _, p := range posts {
		if p.ID == id {
			return p, nil
		}
	}
	return HeldPost{}, fault.NotFound("没有找到这个岗位")
}

const (
	deletePostSQL = `DELETE FROM account_post WHERE id = $1`
	endPostSQL    = `UPDATE account_post SET valid = daterange(lower(valid), $2::date, '[]') WHERE id = $1`
)

func endPost(ctx context.Context, tx *pg.Tx, p HeldPost, last workday.Day) error {
	var err error
	if last.Before(p.From) {
		_, err = tx.Exec(ctx, deletePostSQL, p.ID)
	} else {
		_, err = tx.Exec(ctx, endPostSQL, p.ID, last)
	}
	return pg.Constraint(err, accountFields)
}

const countAdminsSQL = `
SELECT count(DISTINCT a.id) FROM account a
JOIN account_post p ON p.account_id = a.id
WHERE a.disabled_at IS NULL AND p.role = $1 AND p.valid @> $2::date AND upper_inf(p.valid)`

func countAdmins(ctx context.Context, tx *pg.Tx, today workday.Day) (n int, err error) {
	if err := tx.QueryRow(ctx, countAdminsSQL, string(authz.Admin), today).Scan(&n); err != nil {
		return 0, fmt.Errorf("count administrators: %w", err)
	}
	return n, nil
}

const setDisabledSQL = `UPDATE account SET disabled_at = $2 WHERE id = $1`

func setDisabled(ctx context.Context, tx *pg.Tx, account int64, off bool) error {
	var at *time.Time
	if off {
		at = &tx.Now
	}
	if _, err := tx.Exec(ctx, setDisabledSQL, account, at); err != nil {
		return fmt.Errorf("disable account: %w", err)
	}
	return nil
}

const setOneTimeSQL = `UPDATE account SET password_hash = $2, password_at = $3, must_change = true WHERE id = $1`

func setOneTime(ctx context.Context, tx *pg.Tx, account int64, hash string) error {
	if _, err := tx.Exec(ctx, setOneTimeSQL, account, hash, tx.Now); err != nil {
		return fmt.Errorf("set one-time password: %w", err)
	}
	return nil
}

const placeExistsSQL = `SELECT EXISTS (SELECT FROM division WHERE code = $1 AND valid @> $2::date)`

// placeExists checks the division a post reaches; "" reaches by unit or everywhere alone.
func placeExists(ctx context.Context, tx *pg.Tx, code string) error {
	if code == "" {
		return nil
	}
	var there bool
	if err := tx.QueryRow(ctx, placeExistsSQL, code, workday.DayOf(tx.Now)).Scan(&there); err != nil {
		return fmt.Errorf("look for division: %w", err)
	}
	if !there {
		return fault.InvalidField("division", "没有这个区划代码。从列出的社区里选")
	}
	return nil
}

const findUnitSQL = `
SELECT id FROM unit WHERE name = $1
UNION ALL SELECT unit_id FROM unit_alias WHERE alias = $1
LIMIT 1`

// The first administrator of an empty portal comes before any list of units is imported; the import
// then finds the street office under its name.
const firstUnitSQL = `
INSERT INTO unit (name, unit_type, requester_kind)
SELECT $1, '街道', 'street_office' WHERE NOT EXISTS (SELECT FROM unit)
RETURNING id`

func findUnit(ctx context.Context, tx *pg.Tx, name string) (id int64, err error) {
	err = tx.QueryRow(ctx, findUnitSQL, name).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		err = tx.QueryRow(ctx, firstUnitSQL, name).Scan(&id)
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, fault.InvalidField("unit", "没有叫“"+name+"”的单位。先导入单位，或照清单里的名称写")
	}
	if err != nil {
		return 0, fmt.Errorf("unit of the post: %w", err)
	}
	return id, nil
}
