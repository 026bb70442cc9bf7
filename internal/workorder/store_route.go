package workorder

import (
	"context"
	"errors"
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

// A rule of the community goes before one of everywhere; $4 keeps departments only.
const selectRule = ruleColumns + `
WHERE r.category = $1 AND r.community IN ('', $2) AND r.valid @> $3::date AND (NOT $4 OR r.owner_kind = 'unit')
ORDER BY r.community = '' LIMIT 1`
const selectRules = ruleColumns + ` WHERE r.valid @> $1::date OR lower(r.valid) > $1::date ORDER BY r.category, r.community, lower(r.valid) LIMIT 1000`
const lockRule = ruleColumns + ` WHERE r.id = $1 FOR UPDATE OF r`
const selectItem = `
SELECT r.item_code FROM routing_rule r
WHERE r.category = $1 AND r.item_code <> '' AND r.valid @> $3::date
ORDER BY r.community = $2 DESC, r.community = '' DESC, r.id LIMIT 1`

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

func ruleWhere(ctx context.Context, q pg.Querier, category, community string, day workday.Day, unitsOnly bool) (RoutingRule, error) {
	all, err := rules(ctx, q, selectRule, category, community, day, unitsOnly)
	if err != nil {
		return RoutingRule{}, err
	}
	if len(all) == 0 {
		return RoutingRule{}, errNoRule
	}
	return all[0], nil
}

// itemOf is the entry of the lists that belongs to a category here, "" where no rule names one.
func itemOf(ctx context.Context, q pg.Querier, category, community string, day workday.Day) (string, error) {
	var code string
	err := q.QueryRow(ctx, selectItem, category, community, day).Scan(&code)
	if err = found(err, "item of a category", errNoRule); fault.KindOf(err) == fault.KindNotFound && err != nil {
		return "", nil //nolint:nilerr // no rule is an answer
	}
	return code, err
}

const selectDepartments = `SELECT departments FROM request_category WHERE code = $1`

func departmentNames(ctx context.Context, q pg.Querier, category string) ([]string, error) {
	var words string
	err := q.QueryRow(ctx, selectDepartments, category).Scan(&words)
	if err := found(err, "departments of a category", fault.InvalidField("category", "请选择诉求分类")); err != nil {
		return nil, err
	}
	return strings.FieldsFunc(words, func(r rune) bool { return r == '；' || r == ';' || r == '、' }), nil
}

const selectGridCommunity = `SELECT community FROM grid WHERE id = $1`

func communityOf(ctx context.Context, q pg.Querier, to Target) (string, error) {
	if to.Kind == Community {
		return to.Community, nil
	}
	var code string
	err := q.QueryRow(ctx, selectGridCommunity, to.Grid).Scan(&code)
	return code, found(err, "community of a grid", fault.InvalidField("to", "没有这个网格，请重新选择"))
}

const selectCommunityName = `SELECT d.name, c.duty_phone FROM community c JOIN division d ON d.code = c.code WHERE c.code = $1`

func communityName(ctx context.Context, q pg.Querier, code string) (name, phone string, err error) {
	err = q.QueryRow(ctx, selectCommunityName, code).Scan(&name, &phone)
	return name, phone, found(err, "community", fault.InvalidField("to", "没有这个社区，请重新选择"))
}

const selectLastHolder = `
SELECT kind, COALESCE(unit_id, 0), COALESCE(community, ''), COALESCE(grid_id, 0) FROM work_owner WHERE order_id = $1 AND kind <> 'desk' ORDER BY id DESC LIMIT 1`

// lastHandler is who had a case before it came back to the desk.
func lastHandler(ctx context.Context, q pg.Querier, id ID) (Owner, error) {
	var w Owner
	err := q.QueryRow(ctx, selectLastHolder, int64(id)).Scan(&w.Kind, &w.Unit, &w.Community, &w.Grid)
	if errors.Is(err, pgx.ErrNoRows) {
		return Owner{Kind: Desk}, nil
	}
	if err != nil {
		return w, fmt.Errorf("last handler: %w", err)
	}
	return w, nil
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
