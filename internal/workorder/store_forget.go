package workorder

import (
	"context"
	"fmt"

	"portal/internal/authz"
	"portal/internal/pg"
)

// Visible reports whether the actor may know of the case; handoff asks it for what hangs on a case.
func (o Order) Visible(by authz.Actor) bool { return o.visible(by) }

const forgetOrder = `UPDATE work_order SET search_key = lower(no) || ' ' || title, place = '' WHERE id = $1`

const forgetSteps = `UPDATE work_step SET words = '' WHERE order_id = $1 AND words <> ''`

// Forget takes from a closed case what its residents said and where, when their requests are no longer kept under a
// name (§6.7); number, category, grid and times stay for the figures.
func Forget(ctx context.Context, tx *pg.Tx, id ID) error {
	o, err := Lock(ctx, tx, id)
	if err != nil {
		return err
	}
	for _, sql := range []string{forgetOrder, forgetSteps} {
		if _, err := tx.Exec(ctx, sql, int64(id)); err != nil {
			return fmt.Errorf("forget: %w", err)
		}
	}
	return record(ctx, tx, authz.WorkClose, &o, o, "保存期已满，去除个人信息", "")
}
