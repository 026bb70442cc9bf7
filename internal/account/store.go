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
	PasswordAt   *time.Time
	MustChange   bool
	DisabledAt   *time.Time
	SecondFactor bool
	Familiar     bool
}

const selectCredentials = `
SELECT a.id, a.login, a.name, a.password_hash, a.password_at, a.must_change, a.disabled_at,
       a.totp_enabled_at IS NOT NULL AS second_factor,
       EXISTS (SELECT FROM signin s WHERE s.account_id = a.id AND s.device_key = $2 AND s.device_key <> '' AND s.at > $3) AS familiar
FROM account a WHERE a.login = $1`

func credentialsOf(ctx context.Context, q pg.Querier, login, deviceKey string, since time.Time) (credentialRow, error) {
	rows, err := q.Query(ctx, selectCredentials, login, deviceKey, since)
	if err != nil {
		return credentialRow{}, fmt.Errorf("credentials: %w", err)
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[credentialRow])
}

const selectDeviceKnown = `
SELECT EXISTS (SELECT FROM signin WHERE account_id = $1 AND device_key = $2 AND device_key <> '' AND at > $3)`

func deviceKnown(ctx context.Context, q pg.Querier, account int64, deviceKey string, since time.Time) (known bool, err error) {
	if err := q.QueryRow(ctx, selectDeviceKnown, account, deviceKey, since).Scan(&known); err != nil {
		return false, fmt.Errorf("known device: %w", err)
	}
	return known, nil
}

type newSignin struct {
	Account                    int64
	Device, Address, DeviceKey string
}

const insertSigninSQL = `
INSERT INTO signin (account_id, at, last_seen_at, device, address, device_key) VALUES ($1, $2, $2, $3, $4, $5) RETURNING id`

func insertSignin(ctx context.Context, tx *pg.Tx, n newSignin) (id int64, err error) {
	if err := tx.QueryRow(ctx, insertSigninSQL, n.Account, tx.Now, n.Device, n.Address, n.DeviceKey).Scan(&id); err != nil {
		return 0, fmt.Errorf("open session: %w", err)
	}
	return id, nil
}

const selectSigninOpen = `SELECT EXISTS (SELECT FROM signin WHERE id = $1 AND ended_at IS NULL)`

func signinOpen(ctx context.Context, q pg.Querier, id int64) (open bool, err error) {
	if err := q.QueryRow(ctx, selectSigninOpen, id).Scan(&open); err != nil {
		return false, fmt.Errorf("look for session: %w", err)
	}
	return open, nil
}

type actorRow struct {
	AccountID    int64
	Login        string
	Name         string
	MustChange   bool
	SecondFactor bool
	ShortcutsOff bool
	DisabledAt   *time.Time
	At           time.Time
	LastSeenAt   time.Time
	EndReason    string
	PostID       *int64
	Role         *string
	UnitID       *int64
	UnitName     *string
	Division     *string
	Title        *string
}

const selectActor = `
SELECT a.id AS account_id, a.login, a.name, a.must_change, a.totp_enabled_at IS NOT NULL AS second_factor, a.shortcuts_off,
       a.disabled_at, s.at, s.last_seen_at, s.end_reason,
       p.id AS post_id, p.role, p.unit_id, u.name AS unit_name, p.division, p.title
FROM signin s
JOIN account a ON a.id = s.account_id
LEFT JOIN account_post p ON p.account_id = a.id AND p.valid @> $2::date
LEFT JOIN unit u ON u.id = p.unit_id
WHERE s.id = $1
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

const touchSigninSQL = `UPDATE signin SET last_seen_at = $2 WHERE id = $1 AND ended_at IS NULL AND last_seen_at < $2`

func touchSignin(ctx context.Context, q pg.Querier, id int64, at time.Time) error {
	if _, err := q.Exec(ctx, touchSigninSQL, id, at); err != nil {
		return fmt.Errorf("touch session: %w", err)
	}
	return nil
}

const endSigninSQL = `
UPDATE signin SET ended_at = $3, end_reason = $4 WHERE id = $1 AND account_id = $2 AND ended_at IS NULL`

func endSignin(ctx context.Context, q pg.Querier, id, account int64, at time.Time, why Ending) (bool, error) {
	tag, err := q.Exec(ctx, endSigninSQL, id, account, at, string(why))
	if err != nil {
		return false, fmt.Errorf("end session: %w", err)
	}
	return tag.RowsAffected() == 1, nil
}

const endSigninsSQL = `
UPDATE signin SET ended_at = $3, end_reason = $4 WHERE account_id = $1 AND id <> $2 AND ended_at IS NULL`

// endSignins ends every open session of an account besides the one to keep (0 for none).
func endSignins(ctx context.Context, q pg.Querier, account, keep int64, at time.Time, why Ending) (int, error) {
	tag, err := q.Exec(ctx, endSigninsSQL, account, keep, at, string(why))
	if err != nil {
		return 0, fmt.Errorf("end sessions: %w", err)
	}
	return int(tag.RowsAffected()), nil
}

const selectPasswordHash = `SELECT password_hash FROM account WHERE id = $1 AND disabled_at IS NULL`

func passwordHashOf(ctx context.Context, q pg.Querier, account int64) (hash string, err error) {
	if err := q.QueryRow(ctx, selectPasswordHash, account).Scan(&hash); err != nil {
		return "", fmt.Errorf("password of account %d: %w", account, err)
	}
	return hash, nil
}

const setOwnPasswordSQL = `
UPDATE account SET password_hash = $3, password_at = $4, must_change = false WHERE id = $1 AND password_hash = $2`

// setOwnPassword changes nothing when the old hash was replaced meanwhile.
func setOwnPassword(ctx context.Context, q pg.Querier, account int64, old, hash string, at time.Time) (bool, error) {
	tag, err := q.Exec(ctx, setOwnPasswordSQL, account, old, hash, at)
	if err != nil {
		return false, fmt.Errorf("set password: %w", err)
	}
	return tag.RowsAffected() == 1, nil
}

const setShortcutsSQL = `UPDATE account SET shortcuts_off = $2 WHERE id = $1`

func setShortcuts(ctx context.Context, q pg.Querier, account int64, off bool) error {
	if _, err := q.Exec(ctx, setShortcutsSQL, account, off); err != nil {
		return fmt.Errorf("set shortcuts: %w", err)
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
INSERT INTO account (login, name, password_hash, must_change, created_at, password_at) VALUES ($1, $2, $3, $4, $5, $5) RETURNING id`

const insertPostSQL = `
INSERT INTO account_post (account_id, role, unit_id, division, title, valid)
VALUES ($1, $2, $3, $4, $5, daterange($6::date, $7::date, '[]')) RETURNING id`

// Insert stores an account and its posts inside the caller's use case, which records it.
func Insert(ctx context.Context, tx *pg.Tx, n NewAccount) (int64, error) {
	var id int64
	if err := tx.QueryRow(ctx, insertAccountSQL, n.Login, n.Name, n.PasswordHash, n.MustChange, tx.Now).Scan(&id); err != nil {
		return 0, pg.Constraint(err, accountFields)
	}
	for _, p := range n.Posts {
		if _, err := insertPost(ctx, tx, id, p); err != nil {
			return 0, err
		}
	}
	return id, nil
}

func insertPost(ctx context.Context, tx *pg.Tx, account int64, p NewPost) (id int64, err error) {
	err = tx.QueryRow(ctx, insertPostSQL, account, p.Role, p.UnitID, p.Division, p.Title, p.From, p.Until).Scan(&id)
	return id, pg.Constraint(err, accountFields)
}
