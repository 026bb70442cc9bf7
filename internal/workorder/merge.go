package workorder

import (
	"context"
	"fmt"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
)

// Fold lets a case be handled as part of another one, in the caller's use case (REQ-05). Its own clocks stand
// still from here and go on where they were when it is taken out again (REQ-06).
func Fold(ctx context.Context, tx *pg.Tx, id, into ID, why string) error {
	if id == into {
		return fault.InvalidField("into", "不能并入自己，请选择另一件诉求")
	}
	low, high := min(id, into), max(id, into) // the same order for everybody
	if _, err := lockOrder(ctx, tx, low); err != nil {
		return err
	}
	if _, err := lockOrder(ctx, tx, high); err != nil {
		return err
	}
	target, err := lockOrder(ctx, tx, into)
	if err != nil {
		return err
	}
	if target.State.Done() || target.State == Handled {
		return fault.Conflict("%s%s，不能再并入。请选择还在办理的诉求", target.No, target.State.Label())
	}
	_, err = consequence(ctx, tx, id, authz.RequestMerge, func(o *Order) (note, error) {
		if err := mayFold(*o, target); err != nil {
			return note{}, err
		}
		before, err := stateOf(ctx, tx, id)
		if err != nil {
			return note{}, err
		}
		o.mergedFrom, o.MergedInto = before, into
		if _, err := tx.Exec(ctx, sleepClocks, int64(id), tx.Now); err != nil {
			return note{}, fmt.Errorf("let the clocks stand: %w", err)
		}
		return note{did: "并入 " + target.No, words: why, told: true}, nil
	})
	return err
}

// mayFold keeps recusal through a merge (REQ-13; §6.8, 2 and 12): a 举报 is not handled as part of something else, and
// a case that is hidden from somebody never becomes part of one that is not.
func mayFold(o, target Order) error {
	if (o.Kind == Accusation) != (target.Kind == Accusation) || o.ComplainedUnit != target.ComplainedUnit || o.HiddenFrom != target.HiddenFrom {
		return fault.Conflict("%s 涉及举报或者回避，不能与 %s 并案。请分开办理", o.No, target.No)
	}
	return nil
}

// Unfold takes a case out again: it has the state, the owner and the clocks it had (REQ-06).
func Unfold(ctx context.Context, tx *pg.Tx, id ID, why string) (Order, error) {
	o, err := lockOrder(ctx, tx, id)
	if err != nil {
		return o, err
	}
	if o.State != Merged {
		return o, overtaken(ctx, tx, OrderKind, int64(o.ID))
	}
	before := o
	o.State, o.mergedFrom, o.MergedInto = o.mergedFrom, "", 0
	if _, err := tx.Exec(ctx, wakeClocks, int64(id)); err != nil {
		return o, fmt.Errorf("wake the clocks: %w", err)
	}
	if err := settle(ctx, tx, authz.RequestMerge, &before, &o, note{did: "撤销并案，恢复自己的时限", words: why, told: true}); err != nil {
		return o, err
	}
	return o, tell(ctx, tx, o, "撤销并案，恢复办理")
}

// Followers keeps how many residents wait for a case; the merge that changed it records it.
func Followers(ctx context.Context, tx *pg.Tx, id ID, n int) error {
	if _, err := tx.Exec(ctx, setFollowers, int64(id), n); err != nil {
		return fmt.Errorf("followers: %w", err)
	}
	return nil
}

// Supplement tells the owner that a resident added something. The words stay with the request, masked for staff:
// the history of a case is read by everybody whose request hangs on it (REQ-05, §6.7).
func Supplement(ctx context.Context, tx *pg.Tx, id ID, _ string) error {
	o, err := lockOrder(ctx, tx, id)
	if err != nil {
		return err
	}
	if o.State.Done() {
		return fault.Conflict("这件诉求%s，不能再补充。问题还在，请重新反映", o.State.Label())
	}
	if err := addStep(ctx, tx, id, note{did: "居民补充"}); err != nil {
		return err
	}
	if err := record(ctx, tx, authz.RequestTrack, &o, o, "居民补充了情况", ""); err != nil {
		return err
	}
	return tell(ctx, tx, o, "有居民补充，请查看")
}

// Withdraw ends a case because the resident takes the request back; what is dangerous goes on without the resident
// (§6.8, 7).
func Withdraw(ctx context.Context, tx *pg.Tx, id ID, dangerous bool) error {
	if !dangerous {
		_, err := consequence(ctx, tx, id, authz.RequestTrack, func(o *Order) (note, error) {
			if err := tell(ctx, tx, *o, "居民已撤回"); err != nil {
				return note{}, err
			}
			return note{did: "居民撤回", told: true}, stopAllClocks(ctx, tx, id)
		})
		return err
	}
	o, err := lockOrder(ctx, tx, id)
	if err != nil {
		return err
	}
	if err := addStep(ctx, tx, id, note{did: "居民撤回；涉及安全，继续办理", told: true}); err != nil {
		return err
	}
	return record(ctx, tx, authz.RequestTrack, &o, o, "居民撤回，继续办理", "")
}
