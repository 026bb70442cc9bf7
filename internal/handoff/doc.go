// Package handoff is what crosses between domains: one method per crossing, one transaction each. A
// request becomes a case; a reply of its owner answers every resident who asked; a locked callback closes
// the case or sends it back; cases merge and come apart; many requests become one whistle.
//
// It owns no table and decides nothing of its own: each side keeps its rules, and reach is asked of the
// case (workorder), which a request has none of.
package handoff

import (
	"context"
	"fmt"

	"portal/internal/authz"
	"portal/internal/grid"
	"portal/internal/pg"
	"portal/internal/request"
	"portal/internal/workorder"
)

// Cases carries what crosses between requests, work orders and grids.
type Cases struct {
	db       *pg.DB
	requests *request.Service
	orders   *workorder.Service
}

// New makes it.
func New(db *pg.DB, requests *request.Service, orders *workorder.Service) *Cases {
	return &Cases{db: db, requests: requests, orders: orders}
}

// OfGrid lists the open cases that a handover of a grid must name (GRD-07); for grid.Service.Cases.
func OfGrid(ctx context.Context, q pg.Querier, id grid.ID) ([]grid.OpenCase, error) {
	open, err := workorder.OpenOfGrid(ctx, q, int64(id), 0)
	if err != nil {
		return nil, fmt.Errorf("open cases of a grid: %w", err)
	}
	out := make([]grid.OpenCase, len(open))
	for i, o := range open {
		out[i] = grid.OpenCase{No: o.No, Words: o.Title + "，" + o.Place + "，" + moment(o.DueAt) + "到期"}
	}
	return out, nil
}

// Case is a case with the words of everybody who asked for it, masked.
type Case struct {
	Order    workorder.Order
	Requests []request.Summary
}

// Find opens the case of a request or finding by its number. A merged request opens the case it was
// merged into. Who may: as WorkView; fault: NotFound, the same for missing and out of reach.
func (c *Cases) Find(ctx context.Context, by authz.Actor, no string) (Case, error) {
	var out Case
	var err error
	if out.Order, err = c.orders.Get(ctx, by, no); err != nil {
		return out, err
	}
	out.Requests, err = c.requests.Summaries(ctx, c.db.Q(), int64(out.Order.ID))
	return out, err
}
