package handoff

import (
	"context"

	"portal/internal/authz"
	"portal/internal/pg"
	"portal/internal/request"
	"portal/internal/workorder"
)

// OpenAgency begins 全程代办 for the resident of a request whose case the actor may read (REQ-16); see
// request.OpenAgencyTx. A repetition gives the same errand. Who may: AgencyOpen.
func (c *Cases) OpenAgency(ctx context.Context, by authz.Actor, key, no string, in request.AgencyOpening) (string, error) {
	var out string
	err := c.db.Write(ctx, by, func(tx *pg.Tx) error {
		var err error
		out, err = tx.Once(ctx, key, string(authz.AgencyOpen), func() (string, error) {
			r, err := c.requests.ByNo(ctx, tx, no)
			if err != nil {
				return "", err
			}
			o, err := workorder.ByID(ctx, tx, workorder.ID(r.OrderID))
			if err != nil {
				return "", err
			}
			if !o.Visible(by) {
				return "", workorder.ErrNoOrder
			}
			a, err := c.requests.OpenAgencyTx(ctx, tx, no, in)
			return a.No, err
		})
		return err
	})
	return out, err
}
