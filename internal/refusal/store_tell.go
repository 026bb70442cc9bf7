package refusal

import (
	"context"
	"fmt"

	"portal/internal/pg"
	"portal/internal/workday"
)

type audience struct {
	role, division string
	unit, account  int64
}

const insertLines = `
INSERT INTO inbox_line (account_id, at, words, href)
SELECT DISTINCT a.id, $5::timestamptz, $6, $7
FROM account a
WHERE a.disabled_at IS NULL AND ($4::bigint = 0 OR a.id = $4)
  AND ($1 = '' OR EXISTS (SELECT FROM account_post p WHERE p.account_id = a.id AND p.role = $1 AND p.valid @> $8::date
       AND ($3::bigint = 0 OR p.unit_id = $3) AND ($2 = '' OR p.division <> '' AND $2 LIKE p.division || '%')))`

func tell(ctx context.Context, tx *pg.Tx, to audience, words, href string) error {
	_, err := tx.Exec(ctx, insertLines, to.role, to.division, to.unit, to.account, tx.Now, words, href, workday.DayOf(tx.Now))
	if err != nil {
		return fmt.Errorf("inbox: %w", err)
	}
	return nil
}
