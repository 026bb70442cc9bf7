package workorder

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/workday"
)

const ruleColumns = `
SELECT r.id, r.category, c.name, r.community, COALESCE(d.name, ''), r.owner_kind, COALESCE(r.unit_id, 0), COALESCE(u.name, ''), r.item_code,
    r.assist_community, r.basis, COALESCE(r.dispute_id, 0), lower(r.valid), upper(r.valid), r.version
FROM routing_rule r JOIN request_category c ON c.code = r.category
LEFT JOIN division d ON d.code = r.community LEFT JOIN unit u ON u.id = r.unit_id`

const rulesOfCategories = ruleColumns + ` WHERE r.category = ANY($1) AND r.valid @> $2::date ORDER BY r.id`
const selectRules = ruleColumns + ` WHERE r.valid @> $1::date OR lower(r.valid) > $1::date ORDER BY r.category, r.community, lower(r.valid) LIMIT 1000`
const lockRule = ruleColumns + ` WHERE r.id = $1 FOR UPDATE OF r`

const unitRulesOnly = true

var errNoRule = fault.NotFound("这一类诉求还没有派单规则。请在派单规则页添加")

func rules(ctx context.Context, q pg.Querier, sql string, args ...any) ([]RoutingRule, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("routing rules: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (RoutingRule, error) {
		var r RoutingRule
		err := row.Scan(&r.ID, &r.Category, &r.CategoryName, &r.Community, &r.CommunityName, &r.Kind, &r.Unit, &r.UnitName, &r.Item, &r.AssistCommunity,
			&r.Basis, &r.Dispute, &r.From, &r.Until, &r.Version)
		return r, err
	})
	if err != nil {
		return nil, fmt.Errorf("routing rules: %w", err)
	}
	return out, nil
}

// rulesHolding reads the rules of many categories that hold on a day.
func rulesHolding(ctx context.Context, q pg.Querier, categories []string, day workday.Day) (map[string][]RoutingRule, error) {
	all, err := rules(ctx, q, rulesOfCategories, categories, day)
	out := map[string][]RoutingRule{}
	for _, r := range all {
		out[r.Category] = append(out[r.Category], r)
	}
	return out, err
}

const selectDepartments = `SELECT code, departments FROM request_category WHERE code = ANY($1)`

// departmentsOf reads the departments of many categories as the list names them.
func departmentsOf(ctx context.Context, q pg.Querier, categories []string) (map[string]departments, error) {
	out := map[string]departments{}
	var code, words string
	err := eachOf(ctx, q, "departments of categories", selectDepartments, categories, []any{&code, &words}, func() {
		out[code] = departments{true, strings.FieldsFunc(words, func(r rune) bool { return r == '；' || r == ';' || r == '、' })}
	})
	return out, err
}

const selectGridHomes = `SELECT id, community FROM grid WHERE id = ANY($1)`

func gridHomes(ctx context.Context, q pg.Querier, grids []int64) (map[int64]string, error) {
	out := map[int64]string{}
	var id int64
	var home string
	err := eachOf(ctx, q, "communities of grids", selectGridHomes, grids, []any{&id, &home}, func() { out[id] = home })
	return out, err
}

const selectBodies = `SELECT c.code, d.name, c.duty_phone FROM community c JOIN division d ON d.code = c.code WHERE c.code = ANY($1)`

func bodiesOf(ctx context.Context, q pg.Querier, communities []string) (map[string]body, error) {
	out := map[string]body{}
	var code string
	var b body
	err := eachOf(ctx, q, "communities", selectBodies, communities, []any{&code, &b.name, &b.phone}, func() { out[code] = b })
	return out, err
}

// eachOf walks the rows about many keys.
func eachOf(ctx context.Context, q pg.Querier, what, sql string, keys any, into []any, row func()) error {
	rows, err := q.Query(ctx, sql, keys)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if _, err := pgx.ForEachRow(rows, into, func() error { row(); return nil }); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

const selectLastHolders = `
SELECT DISTINCT ON (order_id) order_id, kind, COALESCE(unit_id, 0), COALESCE(community, ''), COALESCE(grid_id, 0)
FROM work_owner WHERE order_id = ANY($1) AND kind <> 'desk' ORDER BY order_id, id DESC`

// lastHandlers are those who had cases before they came back to the desk.
func lastHandlers(ctx context.Context, q pg.Querier, ids []ID) (map[ID]Owner, error) {
	keys := make([]int64, len(ids))
	for i, id := range ids {
		keys[i] = int64(id)
	}
	out := map[ID]Owner{}
	var id ID
	var w Owner
	err := eachOf(ctx, q, "last handlers", selectLastHolders, keys, []any{&id, &w.Kind, &w.Unit, &w.Community, &w.Grid}, func() { out[id] = w })
	return out, err
}

const insertRule = `
INSERT INTO routing_rule (category, community, owner_kind, unit_id, item_code, assist_community, basis, dispute_id, valid)
VALUES ($1, $2, $3, NULLIF($4::bigint, 0), $5, $6, $7, NULLIF($8::bigint, 0), daterange($9::date, $10::date)) RETURNING id`
const endRuleSQL = `UPDATE routing_rule SET valid = daterange(lower(valid), $2::date), version = version + 1 WHERE id = $1`
const nextRuleSQL = `SELECT min(lower(valid)) FROM routing_rule WHERE category = $1 AND community = $2 AND lower(valid) > $3::date`
const replaceRuleSQL = `
UPDATE routing_rule SET owner_kind = $2, unit_id = NULLIF($3::bigint, 0), item_code = $4, assist_community = $5, basis = $6,
    dispute_id = NULLIF($7::bigint, 0), version = version + 1
WHERE id = $1`
const ruleOfPlace = ruleColumns + ` WHERE r.category = $1 AND r.community = $2 AND r.valid @> $3::date FOR UPDATE OF r`

// putRule lets a rule hold from its day on, or from today. The one that held before ends there; one that began that
// day is changed; one that is planned for later takes over when its day comes.
func putRule(ctx context.Context, tx *pg.Tx, r RoutingRule) (RoutingRule, error) {
	day := r.From
	if day.IsZero() {
		day = today(tx)
	}
	before, err := rules(ctx, tx, ruleOfPlace, r.Category, r.Community, day)
	if err != nil {
		return r, err
	}
	if len(before) > 0 && before[0].From == day {
		r.ID = before[0].ID
		_, err := tx.Exec(ctx, replaceRuleSQL, r.ID, string(r.Kind), r.Unit, r.Item, r.AssistCommunity, r.Basis, r.Dispute)
		return r, pg.Constraint(err, orderFields)
	}
	if len(before) > 0 {
		if _, err := tx.Exec(ctx, endRuleSQL, before[0].ID, day); err != nil {
			return r, fmt.Errorf("end a rule: %w", err)
		}
	}
	var until *workday.Day
	if err := tx.QueryRow(ctx, nextRuleSQL, r.Category, r.Community, day).Scan(&until); err != nil {
		return r, fmt.Errorf("the rule after: %w", err)
	}
	err = tx.QueryRow(ctx, insertRule, r.Category, r.Community, string(r.Kind), r.Unit, r.Item, r.AssistCommunity, r.Basis, r.Dispute, day, until).Scan(&r.ID)
	return r, pg.Constraint(err, orderFields)
}
