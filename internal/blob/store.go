package blob

import (
	"context"
	"fmt"
	"time"

	"portal/internal/pg"
)

const remember = `
INSERT INTO blob (sha256, size, media_type, created_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (sha256) DO UPDATE SET sha256 = excluded.sha256`

// Remember notes stored content in the transaction that attaches it; the same content again is
// no second row.
func Remember(ctx context.Context, q pg.Querier, ref Ref, mediaType string, at time.Time) error {
	if _, err := q.Exec(ctx, remember, ref.SHA256, ref.Size, mediaType, at); err != nil {
		return fmt.Errorf("remember file: %w", err)
	}
	return nil
}
