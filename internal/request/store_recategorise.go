package request

import (
	"context"
	"fmt"

	"portal/internal/fault"
	"portal/internal/pg"
)

const categoryAsked = `
SELECT x.id, x.order_id, x.from_category, f.name AS from_name, x.to_category, t.name AS to_name, x.asked_by, a.name AS asked_name, x.asked_at, x.reason,
    COALESCE(t.due_hours, 0) AS to_hours, t.physical AS to_physical, t.handling_class AS to_class
FROM request_recategory x JOIN request_category f ON f.code = x.from_category JOIN request_category t ON t.code = x.to_category JOIN account a ON a.id = x.asked_by
WHERE x.order_id = $1 AND x.decided_at IS NULL`

func categoryChange(ctx context.Context, q pg.Querier, sql string, order int64) (*CategoryChange, error) {
	all, err := collect[CategoryChange](ctx, q, sql, order)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

var categoryFields = map[string]fault.Field{
	"request_recategory_differs":      {Name: "category", Message: "现在就是这个分类，请选另一项"},
	"request_recategory_reason_check": {Name: "reason", Message: "请写明为什么分类不对，4 到 200 个字"},
}

// The case's category is read where it stands: with the case.
const insertCategoryChange = `
INSERT INTO request_recategory (order_id, from_category, to_category, asked_by, asked_at, reason)
SELECT o.id, o.category, $2, $3, $4, $5 FROM work_order o WHERE o.id = $1`

func storeCategoryChange(ctx context.Context, tx *pg.Tx, order int64, to, reason string) error {
	_, err := tx.Exec(ctx, insertCategoryChange, order, to, tx.Actor.AccountID, tx.Now, reason)
	if err != nil {
		return pg.Constraint(fmt.Errorf("store a change of category: %w", err), categoryFields)
	}
	return nil
}

const endCategoryChange = `UPDATE request_recategory SET decided_by = $2, decided_at = $3, granted = $4, words = $5 WHERE id = $1 AND decided_at IS NULL`

func settleCategoryChange(ctx context.Context, tx *pg.Tx, id int64, grant bool, words string) error {
	tag, err := tx.Exec(ctx, endCategoryChange, id, tx.Actor.AccountID, tx.Now, grant, words)
	if err != nil {
		return fmt.Errorf("settle a change of category: %w", err)
	}
	if tag.RowsAffected() != 1 {
		return errNoCategoryAsk
	}
	return nil
}
