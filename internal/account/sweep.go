package account

import (
	"context"
	"time"

	"portal/internal/pg"
)

// How long things are kept that only serve to recognise a repetition.
const (
	keepFormKeys = 30 * 24 * time.Hour
	keepBrakes   = 2 * 24 * time.Hour // longer than any brake remembers
)

// Swept says what a sweep cleaned up.
type Swept struct {
	Idle, Old                  int64 // sessions marked as ended
	Browsers, FormKeys, Brakes int64 // rows removed
}

// Sweep ends sessions nobody used, and removes browser sessions that ran out, form keys older than
// 30 days and brakes that no longer hold. A periodic job calls it; running it twice does no harm.
func (s *Service) Sweep(ctx context.Context) (Swept, error) {
	now := s.db.Now()
	var out Swept
	err := sweep(ctx, s.db.Q(), now, &out)
	return out, pg.Trouble(err)
}
