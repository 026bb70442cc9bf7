package account

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/pg"
	"portal/internal/workday"
)

type credentialRow struct {
	ID           int64
	Login        string
	Name         string
	PasswordHash string
	MustChange   bool
	DisabledAt   *time.Time
}

const selectCredentials = `SELECT id, login, name, password_hash, must_change, disabled_at FROM account WHERE login = $1`

func credentialsOf(ctx context.Context, q pg.Querier, login string) (credentialRow, error) {
	rows, err := q.Query(ctx, selectCredentials, login)
	if err != nil {
		return credentialRow{}, fmt.Errorf("credentials: %w", err)
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[credentialRow])
}

const insertSigninSQL = `
INSERT INTO signin (account_id, at, last_seen_at, device, address) VALUES ($1, $2, $2, $3, $4) RETURNING id`

func insertSignin(ctx context.Context, q pg.Querier, account int64, at time.Time, device, address string) (int64, error) {
	var id int64
	if err := q.QueryRow(ctx, insertSigninSQL, account, at, device, address).Scan(&id); err != nil {
		return 0, fmt.Errorf("open session: %w", err)
	}
	return id, nil
}

type actorRow struct {
	AccountID  int64
	Login      string
	Name       string
	At         time.Time
	LastSeenAt time.Time
	PostID     *int64
	Role       *string
	UnitID     *int64
	UnitName   *string
	Division   *string
	Title      *string
}

const selectActor = `
SELECT a.id AS account_id, a.login, a.name, s.at, s.last_seen_at,
       p.id AS post_id, p.role, p.unit_id, u.name AS unit_name, p.division, p.title
FROM signin s
JOIN account a ON a.id = s.account_id AND a.disabled_at IS NULL
LEFT JOIN account_post p ON p.account_id = a.id AND p.valid @> $2::date
LEFT JOIN unit u ON u.id = p.unit_id
WHERE s.id = $1 AND s.ended_at IS NULL
ORDER BY p.id`

func actorRows(ctx context.Context, q pg.Querier, signin int64, today workday.Day) ([]actorRow, error) {
	rows, err := q.Query(ctx, selectActor, signin, today)
	if err != nil {
		return nil, fmt.Errorf("actor: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[actorRow])
	if err != nil {
		return nil, fmt.Errorf("actor: %w", err)
	}
	return out, nil
}

const touchSigninSQL = `UPDATE signin SET last_seen_at = $2 WHERE id = $1 AND ended_at IS NULL`

func touchSignin(ctx context.Context, q pg.Querier, id int64, at time.Time) error {
	if _, err := q.Exec(ctx, touchSigninSQL, id, at); err != nil {
		return fmt.Errorf("touch session: %w", err)
	}
	return nil
}

const endSigninSQL = `
UPDATE signin SET ended_at = $3, end_reason = $4 WHERE id = $1 AND account_id = $2 AND ended_at IS NULL`

func endSignin(ctx context.Context, q pg.Querier, id, account int64, at time.Time, reason string) error {
	if _, err := q.Exec(ctx, endSigninSQL, id, account, at, reason); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

// NewAccount is an account to be made with its posts.
type NewAccount struct {
	Login, Name, PasswordHash string
	MustChange                bool
	Posts                     []NewPost
}

// NewPost is an appointment from a day on, without end unless Until is given.
type NewPost struct {
	Role, Division, Title string
	UnitID                int64
	From, Until           workday.Day
}

const insertAccountSQL = `
INSERT INTO account (login, name, password_hash, must_change, created_at) VALUES ($1, $2, $3, $4, $5) RETURNING id`

const insertPostSQL = `
INSERT INTO account_post (account_id, role, unit_id, division, title, valid)
VALUES ($1, $2, $3, $4, $5, daterange($6::date, $7::date, '[]'))`

// Insert stores an account and its posts inside the caller's use case, which records it.
func Insert(ctx context.Context, tx *pg.Tx, n NewAccount) (int64, error) {
	var id int64
	if err := tx.QueryRow(ctx, insertAccountSQL, n.Login, n.Name, n.PasswordHash, n.MustChange, tx.Now).Scan(&id); err != nil {
		return 0, pg.Constraint(err, accountFields)
	}
	for _, p := range n.Posts {
		if _, err := tx.Exec(ctx, insertPostSQL, id, p.Role, p.UnitID, p.Division, p.Title, p.From, p.Until); err != nil {
			return 0, pg.Constraint(err, accountFields)
		}
	}
	return id, nil
}
