package admission

import (
	"context"
	"encoding/json"
	"fmt"

	"portal/internal/authz"
	"portal/internal/catalog"
	"portal/internal/fault"
	"portal/internal/inbox"
	"portal/internal/pg"
	"portal/internal/workday"
)

var (
	errNoCondition = fault.NotFound("没有这条条件。可能已经由他人处理，回到申请页再看")
	errConfirmed   = fault.Conflict("这条条件刚才已经确认过")
)

// Confirm says that a condition is met in a community, and opens the item there when all mandatory
// ones are: from the day of the last confirmation, or the item's own first day if that is later
// (R18, E10). Secretaries of that community alone; the department cannot confirm its own promises.
func (s *Service) Confirm(ctx context.Context, by authz.Actor, of ID, condition int64, key string) (Condition, error) {
	var c Condition
	err := s.db.Write(ctx, by, func(tx *pg.Tx) error {
		_, err := tx.Once(ctx, key, string(authz.CondConfirm), func() (string, error) { return "", s.confirm(ctx, tx, of, condition) })
		if err != nil {
			return err
		}
		c, err = conditionByID(ctx, tx, condition)
		return err
	})
	return c, err
}

func conditionByID(ctx context.Context, tx *pg.Tx, id int64) (Condition, error) {
	found, err := conditions(ctx, tx, lockCondition, id)
	if err != nil {
		return Condition{}, err
	}
	if len(found) == 0 {
		return Condition{}, errNoCondition
	}
	return found[0], nil
}

func (s *Service) confirm(ctx context.Context, tx *pg.Tx, of ID, id int64) error {
	c, err := conditionByID(ctx, tx, id)
	if err != nil {
		return err
	}
	if c.Application != of || !authz.Allowed(tx.Actor, authz.CondConfirm, authz.Object{Divisions: []string{c.Division}}) {
		return errNoCondition
	}
	// The application's row orders two confirmations of one community, so one of them is the last.
	a, err := one(ctx, tx, byIDLocked, c.Application)
	if err != nil {
		return err
	}
	if c.ConfirmedAt != nil {
		return fault.Conflict("已由 %s 确认", *c.ConfirmedBy)
	}
	if err := storeConfirmed(ctx, tx, id); err != nil {
		return err
	}
	all, err := conditions(ctx, tx, selectConditions, a.ID)
	if err != nil {
		return err
	}
	open := c.Mandatory && !waitingIn(all, c.Division)
	if open {
		if err := catalog.OpenScope(ctx, tx, a.Slug(), c.Division, workday.DayOf(tx.Now)); err != nil {
			return err
		}
	}
	if err := recordConfirm(ctx, tx, a, c, open); err != nil {
		return err
	}
	words := fmt.Sprintf("%s确认条件到位：%s", c.Community, c.Words)
	if open {
		words += "。事项在本社区开始执行"
	}
	return tell(ctx, tx, a, words, inbox.Audience{Role: authz.Department, UnitID: a.UnitID}, inbox.Audience{Role: authz.Reviewer})
}

func recordConfirm(ctx context.Context, tx *pg.Tx, a Application, c Condition, open bool) error {
	after, err := json.Marshal(map[string]any{"condition": c.Position, "division": c.Division, "opens": open})
	if err != nil {
		return fmt.Errorf("trace: %w", err)
	}
	return tx.Record(ctx, pg.Change{Action: authz.CondConfirm, Kind: Kind, ID: int64(a.ID), No: a.Slug(), After: after, Reason: c.Words})
}
