package workorder

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/workday"
)

const orderColumns = `
o.id, o.no, o.source, o.kind, o.category, c.name, o.title, o.place, COALESCE(o.building_id, 0), COALESCE(o.community, ''), COALESCE(d.name, ''),
COALESCE(o.grid_at_creation, 0), o.hidden_from, COALESCE(o.complained_unit, 0), o.handling_class, o.urgency, o.confidential, o.physical, o.state,
o.owner_kind, COALESCE(o.owner_unit, 0), COALESCE(u.name, ''), COALESCE(o.owner_community, ''), COALESCE(od.name, ''), COALESCE(oc.duty_phone, ''),
COALESCE(o.owner_grid, 0), COALESCE(o.owner_account, 0), COALESCE(oa.name, ''), COALESCE(o.first_account, 0), COALESCE(o.first_unit, 0),
COALESCE(o.reporter_account, 0), COALESCE(o.avoid_account, 0), o.item_code, o.reply, o.result, o.ground, o.channel_told, o.parked_reason, o.review_on,
o.disputes, o.reopened, o.extended, o.needs_review, COALESCE(o.relapse_of, 0), COALESCE(o.merged_into, 0), o.merged_from, o.followers, o.started_at,
o.contact_due, o.contacted_at, o.due_at, o.dispatched_at, o.signed_at, o.handled_at, o.closed_at, o.version`

const joinsOfOrder = `
JOIN request_category c ON c.code = o.category
LEFT JOIN division d ON d.code = o.community
LEFT JOIN unit u ON u.id = o.owner_unit
LEFT JOIN division od ON od.code = o.owner_community
LEFT JOIN community oc ON oc.code = o.owner_community
LEFT JOIN account oa ON oa.id = o.owner_account`

const selectOrder = `SELECT ` + orderColumns + ` FROM work_order o` + joinsOfOrder

const orderByID = selectOrder + ` WHERE o.id = $1`
const orderByNo = selectOrder + ` WHERE o.no = $1`
const lockOrderByID = orderByID + ` FOR UPDATE OF o`
const ordersByID = selectOrder + ` WHERE o.id = ANY($1) ORDER BY o.due_at, o.id`

func scanOrder(row pgx.CollectableRow) (Order, error) {
	var o Order
	w := &o.Owner
	err := row.Scan(&o.ID, &o.No, &o.Source, &o.Kind, &o.Category, &o.CategoryName, &o.Title, &o.Place, &o.Building, &o.Community, &o.CommunityName,
		&o.GridAtCreation, &o.HiddenFrom, &o.ComplainedUnit, &o.Class, &o.Urgency, &o.Confidential, &o.Physical, &o.State,
		&w.Kind, &w.Unit, &w.UnitName, &w.Community, &w.CommunityName, &w.Phone,
		&w.Grid, &w.Account, &w.Person, &o.FirstAccount, &o.FirstUnit,
		&o.ReporterAccount, &o.AvoidAccount, &o.ItemCode, &o.Reply, &o.Result, &o.Ground, &o.Channel, &o.ParkedReason, &o.ReviewOn,
		&o.Disputes, &o.Reopened, &o.Extended, &o.NeedsReview, &o.RelapseOf, &o.MergedInto, &o.mergedFrom, &o.Followers, &o.StartedAt,
		&o.ContactDue, &o.ContactedAt, &o.DueAt, &o.DispatchedAt, &o.SignedAt, &o.HandledAt, &o.ClosedAt, &o.Version)
	return o, err
}

// orders reads cases with what reach and pages need of their owners on the day.
func orders(ctx context.Context, q pg.Querier, day workday.Day, sql string, args ...any) ([]Order, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("cases: %w", err)
	}
	out, err := pgx.CollectRows(rows, scanOrder)
	if err != nil {
		return nil, fmt.Errorf("cases: %w", err)
	}
	return out, fill(ctx, q, day, out)
}

func oneOrder(ctx context.Context, q pg.Querier, day workday.Day, sql string, args ...any) (Order, error) {
	all, err := orders(ctx, q, day, sql, args...)
	if err != nil {
		return Order{}, err
	}
	if len(all) == 0 {
		return Order{}, ErrNoOrder
	}
	return all[0], nil
}

var orderFields = map[string]fault.Field{
	"work_order_title_check":          {Name: "title", Message: "标题写 2 到 40 个字"},
	"work_order_place_check":          {Name: "place", Message: "地点最多 80 个字"},
	"work_order_reply_check":          {Name: "words", Message: "答复最多 2000 个字"},
	"work_order_category_fkey":        {Name: "category", Message: "请选择诉求分类"},
	"work_order_owner_unit_fkey":      {Name: "to", Message: "没有这个单位，请重新选择"},
	"work_order_answered":             {Name: "words", Message: "请写明答复"},
	"work_step_words_check":           {Name: "words", Message: "最多 1000 个字"},
	"work_dispute_reason_check":       {Name: "reason", Message: "异议理由写 4 到 500 个字"},
	"work_dispute_once":               {Name: "reason", Message: "这件诉求已经提过一次异议，不能再提"},
	"work_helper_asked_check":         {Name: "words", Message: "请写明要协办什么，2 到 200 个字"},
	"work_helper_once":                {Name: "to", Message: "已经请过这个单位协办，不用再请"},
	"work_extension_reason_check":     {Name: "reason", Message: "延期理由写 4 到 500 个字"},
	"work_extension_pkey":             {Name: "reason", Message: "延期只能申请一次"},
	"work_exclusion_pkey":             {Name: "reason", Message: "这件诉求已经申请过剔除"},
	"work_exclusion_words_check":      {Name: "words", Message: "说明最多 300 个字"},
	"routing_rule_basis_check":        {Name: "basis", Message: "依据写 2 到 200 个字"},
	"routing_rule_one":                {Name: "category", Message: "这一类在这里已经有派单规则，请修改原来的规则"},
	"routing_rule_owner":              {Name: "to", Message: "派给部门要选单位，派给社区或者网格要选清单事项"},
	"routing_rule_category_fkey":      {Name: "category", Message: "请选择诉求分类"},
	"work_photo_once":                 {Name: "photo", Message: "这张照片已经传过"},
	"work_dispute_other_ruler":        {Name: "ruling", Message: "提出异议的人不能裁定，请由另一位办理"},
	"work_extension_other":            {Name: "words", Message: "申请延期的人不能审批，请由另一位办理"},
	"work_exclusion_two":              {Name: "words", Message: "申请剔除的人不能审批，请由另一位办理"},
	"work_order_complained_unit_fkey": {Name: "complained", Message: "没有这个单位，请重新选择"},
}

const insertOrderSQL = `
INSERT INTO work_order (no, source, kind, category, title, place, search_key, building_id, community, grid_at_creation, hidden_from, complained_unit,
    handling_class, urgency, confidential, physical, state, owner_kind, first_account, reporter_account, avoid_account, relapse_of, started_at,
    contact_due, due_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, NULLIF($8::bigint, 0), NULLIF($9, ''), NULLIF($10::bigint, 0), $11, NULLIF($12::bigint, 0), $13, $14, $15, $16, $17,
    'desk', NULLIF($18::bigint, 0), NULLIF($19::bigint, 0), NULLIF($20::bigint, 0), NULLIF($21::bigint, 0), $22, $23, $24)
RETURNING id`

// insertOrder stores a new case of the desk and begins the history of its owners.
func insertOrder(ctx context.Context, tx *pg.Tx, o *Order, searchKey string) error {
	err := tx.QueryRow(ctx, insertOrderSQL, o.No, string(o.Source), string(o.Kind), o.Category, o.Title, o.Place, searchKey, o.Building, o.Community,
		o.GridAtCreation, o.HiddenFrom, o.ComplainedUnit, string(o.Class), string(o.Urgency), o.Confidential, o.Physical, string(o.State),
		o.FirstAccount, o.ReporterAccount, o.AvoidAccount, int64(o.RelapseOf), o.StartedAt, o.ContactDue, o.DueAt).Scan(&o.ID)
	if err != nil {
		return pg.Constraint(err, orderFields)
	}
	if _, err := tx.Exec(ctx, insertOwner, int64(o.ID), string(Desk), int64(0), "", int64(0), int64(0), tx.Now, "登记"); err != nil {
		return fmt.Errorf("first owner: %w", err)
	}
	o.Version = 1
	return nil
}

// The moments of the resident's clock are not among the columns: nothing that happens to a case moves them (REQ-07).
const updateOrder = `
UPDATE work_order SET state = $3, owner_kind = $4, owner_unit = NULLIF($5::bigint, 0), owner_community = NULLIF($6, ''), owner_grid = NULLIF($7::bigint, 0),
    owner_account = NULLIF($8::bigint, 0), first_unit = NULLIF($9::bigint, 0), item_code = $10, reply = $11, result = $12, ground = $13, channel_told = $14,
    parked_reason = $15, review_on = $16, disputes = $17, reopened = $18, extended = $19, needs_review = $20, merged_into = NULLIF($21::bigint, 0),
    merged_from = $22, followers = $23, contacted_at = $24, dispatched_at = $25, signed_at = $26, handled_at = $27, closed_at = $28, version = version + 1
WHERE id = $1 AND version = $2`

// saveOrder stores a case that was read under lock; its owner is stored by giveTo.
func saveOrder(ctx context.Context, tx *pg.Tx, o *Order) error {
	w := o.Owner
	tag, err := tx.Exec(ctx, updateOrder, int64(o.ID), o.Version, string(o.State), string(w.Kind), w.Unit, w.Community, w.Grid, w.Account, o.FirstUnit,
		o.ItemCode, o.Reply, o.Result, o.Ground, o.Channel, o.ParkedReason, o.ReviewOn, o.Disputes, o.Reopened, o.Extended, o.NeedsReview,
		int64(o.MergedInto), string(o.mergedFrom), o.Followers, o.ContactedAt, o.DispatchedAt, o.SignedAt, o.HandledAt, o.ClosedAt)
	if err != nil {
		return pg.Constraint(err, orderFields)
	}
	if tag.RowsAffected() != 1 {
		return errStale
	}
	o.Version++
	return nil
}

var errStale = fault.Conflict("这件事刚才由他人办过了。打开最新的一页再办")

const insertOwner = `
INSERT INTO work_owner (order_id, kind, unit_id, community, grid_id, account_id, held, why)
VALUES ($1, $2, NULLIF($3::bigint, 0), NULLIF($4, ''), NULLIF($5::bigint, 0), NULLIF($6::bigint, 0), tstzrange($7, NULL), $8)`
const openOwner = `SELECT id, lower(held) FROM work_owner WHERE order_id = $1 AND upper_inf(held) FOR UPDATE`
const closeOwner = `UPDATE work_owner SET held = tstzrange($2, $3) WHERE id = $1`

// giveTo makes somebody the owner and keeps who it was until now. The history has no gap: where two owners follow
// each other within one moment, the first held it for no time.
func giveTo(ctx context.Context, tx *pg.Tx, o *Order, to Owner, why string) error {
	var last int64
	from := tx.Now
	since := tx.Now
	err := tx.QueryRow(ctx, openOwner, int64(o.ID)).Scan(&last, &since)
	if err != nil {
		return fmt.Errorf("owner until now: %w", err)
	}
	if since.After(from) {
		from = since // the clocks of two machines differ
	}
	if _, err := tx.Exec(ctx, closeOwner, last, since, from); err != nil {
		return fmt.Errorf("owner until now: %w", err)
	}
	if _, err := tx.Exec(ctx, insertOwner, int64(o.ID), string(to.Kind), to.Unit, to.Community, to.Grid, to.Account, from, cut(why, 200)); err != nil {
		return fmt.Errorf("owner: %w", err)
	}
	o.Owner = to
	return nil
}

const insertStep = `
INSERT INTO work_step (order_id, at, did, account_id, unit_name, words, told, hand, lng, lat)
VALUES ($1, $2, $3, NULLIF($4::bigint, 0), $5, $6, $7, $8, $9, $10)`

// addStep writes a line of the history that people read.
func addStep(ctx context.Context, tx *pg.Tx, id ID, n note) error {
	_, err := tx.Exec(ctx, insertStep, int64(id), tx.Now, n.did, tx.Actor.AccountID, n.unit, n.words, n.told, n.hand, n.lng, n.lat)
	if err != nil {
		return pg.Constraint(err, orderFields)
	}
	return nil
}

// found turns "no rows" into a fault and wraps everything else.
func found(err error, what string, missing error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return missing
	}
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

func cut(words string, most int) string {
	if r := []rune(words); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return words
}
