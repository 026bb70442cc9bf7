package workorder

import (
	"context"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
)

// ExcludeAsk asks to keep a case out of the rates; a second person decides, and the number of such cases is public
// (§6.4). The case itself goes on.
func (s *Service) ExcludeAsk(ctx context.Context, by authz.Actor, key string, c ExcludeAsk) (Order, error) {
	return s.aside(ctx, by, key, c.At, authz.WorkExclude, func(tx *pg.Tx, o Order) (note, error) {
		words, err := clean("words", c.Words, 4, 300, "请写明情况，4 到 300 个字")
		if err != nil {
			return note{}, err
		}
		if c.Reason.Label() == "" {
			return note{}, fault.InvalidField("reason", "请选择剔除的原因")
		}
		if _, err := tx.Exec(ctx, insertExclusion, int64(o.ID), string(c.Reason), words, by.AccountID, tx.Now); err != nil {
			return note{}, pg.Constraint(err, orderFields)
		}
		return note{did: "申请从三率中剔除：" + c.Reason.Label(), words: words}, tellRole(ctx, tx, o, authz.Leader, numbered(o, "申请从三率中剔除，请审批"))
	})
}

// ExcludeDecide is the second person's word; whoever asked does not decide.
func (s *Service) ExcludeDecide(ctx context.Context, by authz.Actor, key string, c ExcludeDecide) (Order, error) {
	return s.aside(ctx, by, key, c.At, authz.WorkExcludeOK, func(tx *pg.Tx, o Order) (note, error) {
		words, err := clean("words", c.Words, 0, 300, "说明最多 300 个字")
		if err != nil {
			return note{}, err
		}
		e, asked, err := exclusionOf(ctx, tx, o.ID)
		switch {
		case err != nil:
			return note{}, err
		case !asked || e.ApprovedAt != nil:
			return note{}, fault.Conflict("没有待审批的剔除申请。打开最新的一页再办")
		case by.AccountID != 0 && e.byAccount == by.AccountID:
			return note{}, fault.Forbidden("申请剔除的人不能审批，请由另一位街道领导审批")
		}
		if _, err := tx.Exec(ctx, decideExclusion, int64(o.ID), by.AccountID, tx.Now, !c.Grant); err != nil {
			return note{}, pg.Constraint(err, orderFields)
		}
		if c.Grant {
			return note{did: "同意剔除：" + e.Reason.Label(), words: words}, nil
		}
		return note{did: "不同意剔除", words: words}, nil
	})
}

// aside is an act about a case that changes nothing of the case: it has a line of the history and an entry of the
// trail like every other.
func (s *Service) aside(ctx context.Context, by authz.Actor, key string, at Step, do authz.Action, run func(tx *pg.Tx, o Order) (note, error)) (Order, error) {
	return s.keyed(ctx, by, key, do, func(tx *pg.Tx) (Order, error) {
		o, err := lockOrder(ctx, tx, at.ID)
		if err != nil {
			return o, err
		}
		if err := o.mayDo(by, do, desks(o)); err != nil {
			return o, err
		}
		if at.Version != 0 && at.Version != o.Version {
			return o, overtaken(ctx, tx, OrderKind, int64(o.ID))
		}
		n, err := run(tx, o)
		if err != nil {
			return o, err
		}
		n.unit = postName(by, o, do)
		if err := addStep(ctx, tx, o.ID, n); err != nil {
			return o, err
		}
		return o, record(ctx, tx, do, &o, o, n.did, n.words)
	})
}
