package handoff

import (
	"context"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/request"
	"portal/internal/workorder"
)

var errOnlyRequests = fault.Forbidden("只有居民诉求能改分类")

// AskCategory proposes another category for a case (§6.8, 6). Who may: WorkReclass over the owner of the case.
func (c *Cases) AskCategory(ctx context.Context, by authz.Actor, key string, in workorder.NewCategory) (workorder.Order, error) {
	return c.keyed(ctx, by, key, authz.WorkReclass, in.At, func(tx *pg.Tx) (workorder.Order, error) {
		o, err := workorder.Lock(ctx, tx, in.At.ID) // the case before its requests, as everywhere
		if err != nil {
			return o, err
		}
		name, reason := in.Category, in.Reason
		if o.Source == workorder.FromRequest && o.Can(by, authz.WorkReclass) {
			if name, reason, err = c.requests.AskCategory(ctx, tx, int64(o.ID), in.Category, in.Reason); err != nil {
				return o, err
			}
		}
		if o, err = workorder.AskCategoryTx(ctx, tx, in.At, name, reason); err == nil && o.Source != workorder.FromRequest {
			err = errOnlyRequests
		}
		return o, err
	})
}

// DecideCategory accepts or refuses what was proposed: each request keeps its clock from its submission, may only be
// due earlier, and its author is told. Who may: WorkReclassOK, and never who proposed it.
func (c *Cases) DecideCategory(ctx context.Context, by authz.Actor, key string, in workorder.DecideCategory) (workorder.Order, error) {
	return c.keyed(ctx, by, key, authz.WorkReclassOK, in.At, func(tx *pg.Tx) (workorder.Order, error) {
		o, err := workorder.Lock(ctx, tx, in.At.ID)
		if err != nil {
			return o, err
		}
		var to workorder.Recategory
		if o.Can(by, authz.WorkReclassOK) {
			x, contact, due, err := c.requests.DecideCategory(ctx, tx, int64(o.ID), in.Grant, in.Words)
			if err != nil {
				return o, err
			}
			to = workorder.Recategory{Category: x.ToCategory, Name: x.ToName, Physical: x.ToPhysical, Class: workorder.Class(x.ToClass), DueHours: x.ToHours, ContactDue: contact, Due: due}
			if contact.IsZero() { // everybody has withdrawn or been answered
				to.ContactDue, to.Due = o.ContactDue, o.DueAt
			}
		}
		return workorder.DecideCategoryTx(ctx, tx, in, to) // refuses where o.Can did
	})
}

// CategoryAsked gives the proposal that waits for a decision about a case that the actor has opened, or nil.
func (c *Cases) CategoryAsked(ctx context.Context, o workorder.Order) (*request.CategoryChange, error) {
	return c.requests.CategoryAsked(ctx, c.db.Q(), int64(o.ID))
}
