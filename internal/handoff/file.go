package handoff

import (
	"context"
	"fmt"
	"slices"
	"time"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/request"
	"portal/internal/workday"
	"portal/internal/workorder"
)

func moment(at time.Time) string {
	local := at.In(workday.Shanghai)
	return fmt.Sprintf("%d月%d日 %s", local.Month(), local.Day(), local.Format("15:04"))
}

// File takes a resident's word: the request with its receipt, its case with the clocks running from this
// moment (REQ-07), and the dispatch that the street's rules give it, all in one transaction. The same key
// gives the same receipt again. Who may: everybody; staff who write for a resident need RequestTake.
func (c *Cases) File(ctx context.Context, by authz.Actor, key string, f request.Filing) (request.Receipt, error) {
	var out request.Receipt
	err := c.db.Write(ctx, by, func(tx *pg.Tx) error {
		if f.Channel.Staffed() {
			if err := authz.Check(by, authz.RequestTake, authz.Object{}); err != nil {
				return err
			}
		}
		no, err := tx.Once(ctx, key, string(authz.RequestFile), func() (string, error) {
			r, err := c.file(ctx, tx, f)
			out = r
			return r.No, err
		})
		if err != nil || out.No != "" {
			return err
		}
		out, err = c.requests.ReceiptTx(ctx, tx, no)
		return err
	})
	return out, err
}

func (c *Cases) file(ctx context.Context, tx *pg.Tx, f request.Filing) (request.Receipt, error) {
	var none request.Receipt
	category, err := f.Check(ctx, tx, tx.Now)
	if err != nil {
		return none, err
	}
	no, err := c.requests.NextNo(ctx, tx)
	if err != nil {
		return none, err
	}
	at := f.At
	if at.IsZero() {
		at = tx.Now
	}
	relapse, err := c.requests.Relapse(ctx, tx, f, at)
	if err != nil {
		return none, err
	}
	order, err := workorder.Open(ctx, tx, workorder.Opening{No: no, Source: workorder.FromRequest, Kind: workorder.Kind(f.Kind), Category: f.Category, Title: f.Title,
		Place: f.PlaceWords(), SearchWords: f.SearchWords(), Building: f.Building, Community: f.Community, Grid: f.Grid, HiddenFrom: f.HiddenFrom,
		ComplainedUnit: f.ComplainedUnit, Confidential: f.Confidential, Physical: category.Physical, Class: workorder.Class(category.Class), DueHours: category.DueHours,
		FirstAccount: tx.Actor.AccountID, AvoidAccount: tx.Actor.AccountID, At: at, RelapseOf: workorder.ID(relapse)})
	if err != nil {
		return none, err
	}
	r, receipt, err := c.requests.Enter(ctx, tx, no, f, category, int64(order.ID))
	if err != nil {
		return none, err
	}
	into, err := c.follows(ctx, tx, f, r)
	if err != nil {
		return none, err
	}
	if into != "" {
		switch err := c.merge(ctx, tx, []string{no}, into, "居民选择一起跟进"); fault.KindOf(err) {
		case fault.KindConflict, fault.KindInvalid: // it cannot be joined any more: a word is never refused for that
		default:
			return receipt, err
		}
	}
	_, _, err = workorder.Route(ctx, tx, order)
	return receipt, err
}

// follows is the running request that a new one joins: the same person's own on the same matter (REQ-05),
// or the one the resident chose to follow. A chosen one that ended meanwhile is no reason to refuse a word.
func (c *Cases) follows(ctx context.Context, tx *pg.Tx, f request.Filing, r request.Request) (string, error) {
	if r.SameAs != 0 {
		own, err := c.requests.ByID(ctx, tx, r.SameAs)
		if err != nil {
			return "", err
		}
		return c.open(ctx, tx, own)
	}
	if f.AsSame == "" {
		return "", nil
	}
	chosen, err := c.requests.ByNo(ctx, tx, f.AsSame)
	if err != nil || chosen.Category != f.Category || chosen.Walled() || r.Walled() {
		return "", err
	}
	return c.open(ctx, tx, chosen)
}

func (c *Cases) open(ctx context.Context, tx *pg.Tx, r request.Request) (string, error) {
	order, err := workorder.Lock(ctx, tx, workorder.ID(r.OrderID))
	if err != nil || order.State.Done() || order.ID == workorder.ID(r.HomeOrder) && r.WithdrawnAt != nil {
		return "", err
	}
	return r.No, nil
}

// Merge joins requests of different people on one matter to the case of another (REQ-05): each keeps its own
// clock, is answered and called back. The case gets the earliest clock of all. Who may: RequestMerge.
func (c *Cases) Merge(ctx context.Context, by authz.Actor, key string, nos []string, into, reason string) error {
	return c.db.WriteKeyed(ctx, by, key, string(authz.RequestMerge), func(tx *pg.Tx) error {
		if err := authz.Check(by, authz.RequestMerge, authz.Object{}); err != nil {
			return err
		}
		return c.merge(ctx, tx, nos, into, reason)
	})
}

func (c *Cases) merge(ctx context.Context, tx *pg.Tx, nos []string, into, reason string) error {
	if err := c.lockCasesOf(ctx, tx, append(slices.Clone(nos), into)); err != nil {
		return err
	}
	moved, err := c.requests.Merge(ctx, tx, nos, into, reason)
	if err != nil {
		return err
	}
	slices.SortFunc(moved, func(a, b request.Moved) int { return int(a.From - b.From) }) // always in one order: no deadlock
	for _, m := range moved {
		left, err := c.requests.Attached(ctx, tx, m.From)
		if err != nil {
			return err
		}
		if len(left) == 0 {
			if err := workorder.Fold(ctx, tx, workorder.ID(m.From), workorder.ID(m.To), reason); err != nil {
				return err
			}
		}
		if err := workorder.Earlier(ctx, tx, workorder.ID(m.To), m.Request.ContactDue, m.Request.DueAt); err != nil {
			return err
		}
	}
	if len(moved) == 0 {
		return nil
	}
	return c.count(ctx, tx, moved[0].To)
}

// lockCasesOf takes the cases before the requests, in one order, as every crossing does: whoever comes second waits
// instead of meeting the first one half-way.
func (c *Cases) lockCasesOf(ctx context.Context, tx *pg.Tx, nos []string) error {
	var ids []workorder.ID
	for _, no := range nos {
		r, err := c.requests.ByNo(ctx, tx, no)
		if err != nil {
			return err
		}
		ids = append(ids, workorder.ID(r.OrderID), workorder.ID(r.HomeOrder))
	}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		if _, err := workorder.Lock(ctx, tx, id); err != nil {
			return err
		}
	}
	return nil
}

// count writes how many people wait for a case.
func (c *Cases) count(ctx context.Context, tx *pg.Tx, order int64) error {
	all, err := c.requests.Attached(ctx, tx, order)
	if err != nil {
		return err
	}
	return workorder.Followers(ctx, tx, workorder.ID(order), max(len(all), 1))
}

// Unmerge takes a request out again: its own case comes back with its own clock (REQ-06). Who may: RequestMerge.
func (c *Cases) Unmerge(ctx context.Context, by authz.Actor, key, no, reason string) error {
	return c.db.WriteKeyed(ctx, by, key, string(authz.RequestMerge)+".undo", func(tx *pg.Tx) error {
		if err := authz.Check(by, authz.RequestMerge, authz.Object{}); err != nil {
			return err
		}
		if err := c.lockCasesOf(ctx, tx, []string{no}); err != nil {
			return err
		}
		m, err := c.requests.Unmerge(ctx, tx, no, reason)
		if err != nil {
			return err
		}
		if _, err := workorder.Unfold(ctx, tx, workorder.ID(m.To), reason); err != nil {
			return err
		}
		return c.count(ctx, tx, m.From)
	})
}
