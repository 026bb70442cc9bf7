package account

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/pg"
)

type factorRow struct {
	ID         int64
	Login      string
	Name       string
	MustChange bool
	DisabledAt *time.Time
	PasswordAt *time.Time
	Secret     []byte
	Pending    []byte
	Enabled    bool
	EnabledAt  *time.Time
	LastStep   int64
	CodesLeft  int
}

const selectFactor = `
SELECT a.id, a.login, a.name, a.must_change, a.disabled_at, a.password_at, a.totp_secret AS secret, a.totp_pending AS pending,
       a.totp_enabled_at IS NOT NULL AS enabled, a.totp_enabled_at AS enabled_at, a.totp_last_step AS last_step,
       (SELECT count(*) FROM recovery_code r WHERE r.account_id = a.id AND r.used_at IS NULL)::int AS codes_left
FROM account a WHERE a.id = $1`

const lockAccountSQL = `SELECT FROM account WHERE id = $1 FOR UPDATE`

func factorOf(ctx context.Context, q pg.Querier, account int64) (factorRow, error) {
	rows, err := q.Query(ctx, selectFactor, account)
	if err != nil {
		return factorRow{}, fmt.Errorf("second factor: %w", err)
	}
	row, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[factorRow])
	if err != nil {
		return factorRow{}, fmt.Errorf("second factor: %w", err)
	}
	return row, nil
}

// lockFactor holds the account until the end of the transaction, so that one code opens one session.
func lockFactor(ctx context.Context, tx *pg.Tx, account int64) (factorRow, error) {
	if _, err := tx.Exec(ctx, lockAccountSQL, account); err != nil {
		return factorRow{}, fmt.Errorf("lock account: %w", err)
	}
	return factorOf(ctx, tx, account)
}

const setLastStepSQL = `UPDATE account SET totp_last_step = $2 WHERE id = $1 AND totp_last_step < $2`

func setLastStep(ctx context.Context, tx *pg.Tx, account, step int64) error {
	tag, err := tx.Exec(ctx, setLastStepSQL, account, step)
	if err != nil {
		return fmt.Errorf("keep the used step: %w", err)
	}
	if tag.RowsAffected() != 1 {
		return errCode
	}
	return nil
}

const setPendingSQL = `UPDATE account SET totp_pending = $2 WHERE id = $1`

func setPending(ctx context.Context, tx *pg.Tx, account int64, sealed []byte) error {
	if _, err := tx.Exec(ctx, setPendingSQL, account, sealed); err != nil {
		return fmt.Errorf("keep the new secret: %w", err)
	}
	return nil
}

const enableFactorSQL = `
UPDATE account SET totp_secret = totp_pending, totp_pending = NULL, totp_enabled_at = $2, totp_last_step = $3 WHERE id = $1`

func enableFactor(ctx context.Context, tx *pg.Tx, account, step int64) error {
	if _, err := tx.Exec(ctx, enableFactorSQL, account, tx.Now, step); err != nil {
		return fmt.Errorf("enable second factor: %w", err)
	}
	return nil
}

const clearFactorSQL = `
UPDATE account SET totp_enabled_at = NULL, totp_secret = NULL, totp_pending = NULL WHERE id = $1`

const deleteRecovery = `DELETE FROM recovery_code WHERE account_id = $1`

// clearFactor keeps the last used step: a later secret starts above it anyway.
func clearFactor(ctx context.Context, tx *pg.Tx, account int64) error {
	if _, err := tx.Exec(ctx, clearFactorSQL, account); err != nil {
		return fmt.Errorf("clear second factor: %w", err)
	}
	if _, err := tx.Exec(ctx, deleteRecovery, account); err != nil {
		return fmt.Errorf("drop recovery codes: %w", err)
	}
	return nil
}

const insertRecovery = `
INSERT INTO recovery_code (account_id, hash, made_at) SELECT $1, h, $3 FROM unnest($2::bytea[]) AS h`

func storeRecovery(ctx context.Context, tx *pg.Tx, account int64, hashes [][]byte, at time.Time) error {
	if _, err := tx.Exec(ctx, deleteRecovery, account); err != nil {
		return fmt.Errorf("drop old recovery codes: %w", err)
	}
	if _, err := tx.Exec(ctx, insertRecovery, account, hashes, at); err != nil {
		return fmt.Errorf("store recovery codes: %w", err)
	}
	return nil
}

const useRecoverySQL = `UPDATE recovery_code SET used_at = $3 WHERE account_id = $1 AND hash = $2 AND used_at IS NULL`

func useRecovery(ctx context.Context, tx *pg.Tx, account int64, hash []byte, at time.Time) (bool, error) {
	tag, err := tx.Exec(ctx, useRecoverySQL, account, hash, at)
	if err != nil {
		return false, fmt.Errorf("use recovery code: %w", err)
	}
	return tag.RowsAffected() == 1, nil
}
