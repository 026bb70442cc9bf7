package pg

import (
	"context"
	"fmt"

	"portal/internal/authz"
)

const takeKey = `
INSERT INTO form_key (key, account_id, action, at) VALUES ($1, $2, $3, $4)
ON CONFLICT (key) DO UPDATE SET seen = form_key.seen + 1
RETURNING account_id, action, result, seen`

const settleKey = `UPDATE form_key SET result = $2 WHERE key = $1`

// Once makes a submission with a server-made form key count once: the first call runs do and
// keeps its result, a repetition gets the same result and changes nothing. It writes on both
// paths, so nothing is acknowledged from a read (reliability.md §2 rule 1).
func (tx *Tx) Once(ctx context.Context, key, action string, do func() (result string, err error)) (string, error) {
	if key == "" {
		return do()
	}
	var (
		account   int64
		doing     string
		result    string
		seenTimes int
	)
	if err := tx.QueryRow(ctx, takeKey, key, tx.Actor.AccountID, action, tx.Now).Scan(&account, &doing, &result, &seenTimes); err != nil {
		return "", fmt.Errorf("form key: %w", err)
	}
	if account != tx.Actor.AccountID || doing != action {
		return "", errForeignKey
	}
	if seenTimes > 1 {
		tx.Replayed()
		return result, nil
	}
	result, err := do()
	if err != nil {
		return "", err
	}
	if _, err := tx.Exec(ctx, settleKey, key, result); err != nil {
		return "", fmt.Errorf("settle form key: %w", err)
	}
	return result, nil
}

// WriteKeyed is Write for an act that gives nothing back: a repetition under the same form key changes
// nothing and succeeds.
func (db *DB) WriteKeyed(ctx context.Context, by authz.Actor, key, action string, act func(tx *Tx) error) error {
	return db.Write(ctx, by, func(tx *Tx) error {
		_, err := tx.Once(ctx, key, action, func() (string, error) { return "", act(tx) })
		return err
	})
}

const nextNumber = `
INSERT INTO case_number (kind, year, last) VALUES ($1, $2, 1)
ON CONFLICT (kind, year) DO UPDATE SET last = case_number.last + 1
RETURNING last`

// Number takes the next number of a kind (申, 准 …) in a year. The row stays locked until the
// end of the transaction, so numbers have no gaps and no doubles.
func (tx *Tx) Number(ctx context.Context, kind string, year int) (int, error) {
	var n int
	if err := tx.QueryRow(ctx, nextNumber, kind, year).Scan(&n); err != nil {
		return 0, fmt.Errorf("number %s %d: %w", kind, year, err)
	}
	return n, nil
}
