package pg

import (
	"context"
	"fmt"
)

const writeProbe = `
INSERT INTO write_probe (id, at) VALUES (1, $1)
ON CONFLICT (id) DO UPDATE SET at = excluded.at`

// Probe writes one row, for /readyz: with a full disk or on a standby, reads go on answering
// while no write works (reliability.md §2 rule 3).
func (db *DB) Probe(ctx context.Context) error {
	if _, err := db.pool.Exec(ctx, writeProbe, db.Now()); err != nil {
		return fmt.Errorf("write probe: %w", err)
	}
	return nil
}
