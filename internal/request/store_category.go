package request

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"portal/internal/fault"
	"portal/internal/pg"
)

var errNoCategory = fault.NotFound("没有这个诉求分类。请回到分类页重新选择")

const categoryColumns = `
c.code, COALESCE(c.parent_code, '') AS parent, c.name, COALESCE(p.name, '') AS parent_name, c.departments, COALESCE(c.due_hours, 0) AS due_hours,
c.handling_class AS class, c.words, c.physical, c.active, c.version, c.pinyin, c.initials, c.source
FROM request_category c LEFT JOIN request_category p ON p.code = c.parent_code`

const (
	selectCategories = `SELECT ` + categoryColumns + ` ORDER BY c.code`
	categoryByCode   = `SELECT ` + categoryColumns + ` WHERE c.code = $1`
	categoryLocked   = categoryByCode + ` FOR UPDATE OF c`
)

type categoryRow struct {
	Category
	Pinyin, Initials, Source string
}

func categoryRows(ctx context.Context, q pg.Querier, sql string, args ...any) ([]categoryRow, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("categories: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[categoryRow])
	if err != nil {
		return nil, fmt.Errorf("categories: %w", err)
	}
	return out, nil
}

func oneCategory(ctx context.Context, q pg.Querier, sql, code string) (categoryRow, error) {
	all, err := categoryRows(ctx, q, sql, code)
	if err != nil {
		return categoryRow{}, err
	}
	if len(all) == 0 {
		return categoryRow{}, errNoCategory
	}
	return all[0], nil
}

const putCategory = `
INSERT INTO request_category (code, parent_code, name, departments, due_hours, handling_class, words, pinyin, initials, physical, active, source)
VALUES ($1, NULLIF($2, ''), $3, $4, NULLIF($5::int, 0), $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (code) DO UPDATE SET parent_code = excluded.parent_code, name = excluded.name, departments = excluded.departments,
    due_hours = excluded.due_hours, handling_class = excluded.handling_class, words = excluded.words, pinyin = excluded.pinyin,
    initials = excluded.initials, physical = excluded.physical, active = excluded.active, source = excluded.source,
    version = request_category.version + 1`

func storeCategory(ctx context.Context, tx *pg.Tx, c categoryRow) error {
	_, err := tx.Exec(ctx, putCategory, c.Code, c.Parent, c.Name, c.Departments, c.DueHours, c.Class, c.Words, c.Pinyin, c.Initials, c.Physical,
		c.Active, c.Source)
	return pg.Constraint(err, requestFields)
}
