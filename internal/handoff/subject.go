package handoff

import (
	"context"

	"portal/internal/authz"
	"portal/internal/pg"
	"portal/internal/request"
	"portal/internal/workorder"
)

// Erase takes a person out of their settled requests, and their words out of the cases that nobody
// else waits for. Requests that are still running are refused and named. It is a command of the
// operator, after somebody has made sure who asks.
func (c *Cases) Erase(ctx context.Context, phone, reason string) (request.Erased, error) {
	var out request.Erased
	err := c.db.Write(ctx, authz.System, func(tx *pg.Tx) error {
		var err error
		if out, err = c.requests.EraseTx(ctx, tx, phone, reason); err != nil {
			return err
		}
		for _, id := range out.Orders {
			if err := workorder.Forget(ctx, tx, workorder.ID(id)); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}
