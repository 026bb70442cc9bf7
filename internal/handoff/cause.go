package handoff

import (
	"context"
	"fmt"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/request"
	"portal/internal/workday"
	"portal/internal/workorder"
)

// TopicFromCause keeps a repeated cause as a draft for deliberation, with its anonymised evidence (REQ-15). Who may: CauseDecide.
func (c *Cases) TopicFromCause(ctx context.Context, by authz.Actor, key string, id request.CauseID, version int, reason string) error {
	return c.db.WriteKeyed(ctx, by, key, string(authz.CauseDecide), func(tx *pg.Tx) error {
		_, err := c.requests.DecideCause(ctx, tx, id, version, request.TopicDraft, 0, reason)
		return err
	})
}

var errNoLead = fault.Conflict("这一类没有对口部门，不能直接拟吹哨。请先在派单规则里写明部门，或者从“拟吹哨”页自己选")

// WhistleFromCause drafts a whistle about a repeated cause (REQ-15) for the department of the category, with what the
// street did so far (GRD-12), and gives its number. A leader approves and blows it. Who may: CauseDecide and WhistleDraft.
func (c *Cases) WhistleFromCause(ctx context.Context, by authz.Actor, key string, id request.CauseID, version int, reason string) (string, error) {
	var no string
	err := c.db.Write(ctx, by, func(tx *pg.Tx) error {
		var err error
		no, err = tx.Once(ctx, key, string(authz.CauseDecide)+".whistle", func() (string, error) {
			cause, err := c.requests.CauseOf(ctx, by, id)
			if err != nil {
				return "", err
			}
			rule, err := workorder.RuleFor(ctx, tx, cause.Category, cause.Community, workday.DayOf(tx.Now))
			if err != nil {
				return "", err
			}
			if rule.Unit == 0 {
				return "", errNoLead
			}
			w, err := workorder.DraftWhistleTx(ctx, tx, workorder.WhistleDraft{Kind: workorder.WorkWhistle, Community: cause.Community, Title: cause.CategoryName + "多次反映",
				Facts:  fmt.Sprintf("%s同一类问题已有 %d 件诉求。%s", cause.Place, cause.Requests, reason),
				Effort: fmt.Sprintf("街道已逐件受理并派单 %d 件，问题仍反复出现。", cause.Requests), Place: cause.Place, Units: []int64{rule.Unit}, Lead: rule.Unit})
			if err != nil {
				return "", err
			}
			_, err = c.requests.DecideCause(ctx, tx, id, version, request.Whistled, int64(w.ID), reason)
			return w.No, err
		})
		return err
	})
	return no, err
}
