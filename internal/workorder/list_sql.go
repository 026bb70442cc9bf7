package workorder

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"portal/internal/authz"
	"portal/internal/pg"
	"portal/internal/workday"
)

const narrow = ` AND (@states::text[] IS NULL OR o.state = ANY(@states)) AND (@category = '' OR starts_with(o.category, @category))
  AND (@community = '' OR o.community = @community) AND (@unit::bigint = 0 OR o.owner_unit = @unit) AND (@grid::bigint = 0 OR o.owner_grid = @grid)
  AND (@source = '' OR o.source = @source) AND (@like = '' OR o.search_key LIKE @like)`

// Open cases by their clock. What is late ends the walk at this moment; what is nearly due is known by the part of
// its time that is left.
const open = `o.closed_at IS NULL AND o.due_at <= @until::timestamptz AND (NOT @desk OR o.owner_kind = 'desk')
  AND (NOT @nearly OR o.due_at > @now::timestamptz AND o.due_at - (o.due_at - o.started_at) * @rest::float8 <= @now::timestamptz)` + narrow

// Who sees less than everything: the own unit's, what it helps with, the own community's, unless its people are
// complained about, and what a person holds, took or found.
const owned = `(o.owner_unit = ANY(@units) OR o.owner_community = ANY(@communities) AND o.owner_community <> o.hidden_from
  OR @account::bigint <> 0 AND o.avoid_account IS DISTINCT FROM @account AND (o.owner_account = @account OR o.owner_grid = ANY(@grids)))`
const seen = `(` + owned + ` OR (o.community = ANY(@communities) AND o.community <> o.hidden_from)
  OR @account::bigint <> 0 AND (o.first_account = @account OR o.reporter_account = @account)
  OR EXISTS (SELECT FROM work_helper h WHERE h.order_id = o.id AND (h.unit_id = ANY(@units) OR h.community = ANY(@communities))))`

const (
	dueDown = ` AND (o.due_at, o.id) > (@at::timestamptz, @id::bigint) ORDER BY o.due_at, o.id LIMIT @limit`
	dueUp   = ` AND (o.due_at, o.id) < (@at::timestamptz, @id::bigint) ORDER BY o.due_at DESC, o.id DESC LIMIT @limit`
	newDown = ` AND (o.started_at, o.id) < (@at::timestamptz, @id::bigint) ORDER BY o.started_at DESC, o.id DESC LIMIT @limit`
	newUp   = ` AND (o.started_at, o.id) > (@at::timestamptz, @id::bigint) ORDER BY o.started_at, o.id LIMIT @limit`
	pick    = `SELECT o.id FROM work_order o WHERE `

	anyDueDown  = pick + open + dueDown
	anyDueUp    = pick + open + dueUp
	nearDueDown = pick + seen + ` AND ` + open + dueDown
	nearDueUp   = pick + seen + ` AND ` + open + dueUp
	ownDueDown  = pick + owned + ` AND ` + open + dueDown
	ownDueUp    = pick + owned + ` AND ` + open + dueUp

	anyNewDown = pick + `true` + narrow + newDown
	anyNewUp   = pick + `true` + narrow + newUp

	grams        = ` AND search_bigrams(o.search_key) @> search_bigrams(@key)`
	anyWordDown  = pick + `true` + grams + narrow + newDown
	anyWordUp    = pick + `true` + grams + narrow + newUp
	nearWordDown = pick + seen + grams + narrow + newDown
	nearWordUp   = pick + seen + grams + narrow + newUp
	// The first step of a search: the words among the newest rows.
	anyWordNear = `
WITH recent AS MATERIALIZED (SELECT n.id FROM work_order n WHERE (n.started_at, n.id) < (@at::timestamptz, @id::bigint)
    ORDER BY n.started_at DESC, n.id DESC LIMIT @near)
` + pick + `o.id IN (SELECT recent.id FROM recent)` + narrow + newDown

	oneNo     = pick + `o.no = @no`
	oneNoNear = oneNo + ` AND ` + seen
)

// Everything in a narrower reach, newest first: each side of the reach gives one page along its own index.
const (
	each       = `(SELECT x.id, x.started_at FROM `
	ofUnits    = `unnest(@units::bigint[]) k CROSS JOIN LATERAL (SELECT o.id, o.started_at FROM work_order o WHERE o.owner_unit = k` + narrow
	ofPlaces   = `unnest(@communities::text[]) k CROSS JOIN LATERAL (SELECT o.id, o.started_at FROM work_order o WHERE o.community = k AND (@hidden OR o.hidden_from <> k)` + narrow
	ofBodies   = `unnest(@communities::text[]) k CROSS JOIN LATERAL (SELECT o.id, o.started_at FROM work_order o WHERE o.owner_community = k AND (@hidden OR o.hidden_from <> k)` + narrow
	ofGrids    = `unnest(@grids::bigint[]) k CROSS JOIN LATERAL (SELECT o.id, o.started_at FROM work_order o WHERE o.owner_grid = k AND o.avoid_account IS DISTINCT FROM NULLIF(@account::bigint, 0)` + narrow
	ofOwners   = `(SELECT o.id, o.started_at FROM work_order o WHERE o.owner_account = NULLIF(@account::bigint, 0) AND o.avoid_account IS DISTINCT FROM @account::bigint` + narrow
	ofFirst    = `(SELECT o.id, o.started_at FROM work_order o WHERE o.first_account = NULLIF(@account::bigint, 0)` + narrow
	ofFinders  = `(SELECT o.id, o.started_at FROM work_order o WHERE o.reporter_account = NULLIF(@account::bigint, 0)` + narrow
	ofHelpers  = `(SELECT o.id, o.started_at FROM work_order o WHERE NOT @hidden AND o.id IN (SELECT h.order_id FROM work_helper h WHERE h.unit_id = ANY(@units) OR h.community = ANY(@communities))` + narrow
	done       = `) x) UNION `
	branchDown = `WITH mine AS (` + each + ofUnits + newDown + done + each + ofPlaces + newDown + done + each + ofBodies + newDown + done + each + ofGrids + newDown + done +
		each + ofOwners + newDown + done + each + ofFirst + newDown + done + each + ofFinders + newDown + done + each + ofHelpers + newDown + `) x)) `
	branchUp = `WITH mine AS (` + each + ofUnits + newUp + done + each + ofPlaces + newUp + done + each + ofBodies + newUp + done + each + ofGrids + newUp + done +
		each + ofOwners + newUp + done + each + ofFirst + newUp + done + each + ofFinders + newUp + done + each + ofHelpers + newUp + `) x)) `
	nearNewDown  = branchDown + `SELECT m.id FROM mine m ORDER BY m.started_at DESC, m.id DESC LIMIT @limit`
	nearNewUp    = branchUp + `SELECT m.id FROM mine m ORDER BY m.started_at, m.id LIMIT @limit`
	countNearNew = `SELECT count(*) FROM (` + nearNewDown + `) n`
	countAnyNew  = `SELECT count(*) FROM (` + anyNewDown + `) n`
	countAnyWord = `SELECT count(*) FROM (` + anyWordDown + `) n`
	countNearBy  = `SELECT count(*) FROM (` + nearWordDown + `) n`
	countAnyDue  = `SELECT count(*) FROM (` + anyDueDown + `) n`
	countNearDue = `SELECT count(*) FROM (` + nearDueDown + `) n`
	countOwnDue  = `SELECT count(*) FROM (` + ownDueDown + `) n`
)

// ids asks for one page and one row more, in the direction of the cursor.
func (l look) ids(ctx context.Context, q pg.Querier, up bool) ([]int64, error) {
	switch {
	case l.no != "" && l.all:
		return numbersOf(ctx, q, oneNo, l.args)
	case l.no != "":
		return numbersOf(ctx, q, oneNoNear, l.args)
	case l.tab.sort() == sortDue:
		sql := l.reach(anyDueDown, nearDueDown, ownDueDown)
		if up {
			sql = l.reach(anyDueUp, nearDueUp, ownDueUp)
		}
		return numbersOf(ctx, q, sql, l.args)
	case l.words:
		return l.search(ctx, q, up)
	case l.all && !l.few && up:
		return numbersOf(ctx, q, anyNewUp, l.args)
	case l.all && !l.few:
		return numbersOf(ctx, q, anyNewDown, l.args)
	case up:
		return numbersOf(ctx, q, nearNewUp, l.args)
	}
	return numbersOf(ctx, q, nearNewDown, l.args)
}

// reach picks among constants the text for what the person may see.
func (l look) reach(any, near, own string) string {
	switch {
	case l.all:
		return any
	case l.tab == TabMine:
		return own
	}
	return near
}

func (l look) search(ctx context.Context, q pg.Querier, up bool) ([]int64, error) {
	switch {
	case l.all && up:
		return numbersOf(ctx, q, anyWordUp, l.args)
	case up:
		return numbersOf(ctx, q, nearWordUp, l.args)
	case !l.all:
		return numbersOf(ctx, q, nearWordDown, l.args)
	}
	found, err := numbersOf(ctx, q, anyWordNear, l.args)
	if err != nil || len(found) == l.args["limit"] {
		return found, err
	}
	return numbersOf(ctx, q, anyWordDown, l.args)
}

func (l look) count(ctx context.Context, q pg.Querier) (n int, err error) {
	sql := countNearNew
	switch {
	case l.no != "":
		found, err := l.ids(ctx, q, false)
		return len(found), err
	case l.tab.sort() == sortDue:
		sql = l.reach(countAnyDue, countNearDue, countOwnDue)
	case l.words && l.all:
		sql = countAnyWord
	case l.words:
		sql = countNearBy
	case l.all && !l.few:
		sql = countAnyNew
	}
	if err := q.QueryRow(ctx, sql, l.args).Scan(&n); err != nil {
		return 0, fmt.Errorf("count cases: %w", err)
	}
	return n, nil
}

func numbersOf(ctx context.Context, q pg.Querier, sql string, args pgx.NamedArgs) ([]int64, error) {
	return numbers(ctx, q, sql, args)
}

// The communities under the prefixes of a reach, and the grids in which a person holds a post today.
const selectPlaces = `
SELECT ARRAY(SELECT c.code FROM community c JOIN unnest($1::text[]) p ON starts_with(c.code, p) ORDER BY c.code),
    ARRAY(SELECT DISTINCT p.grid_id FROM grid_worker w JOIN grid_assignment p ON p.worker_id = w.id
          WHERE w.account_id = NULLIF($2::bigint, 0) AND p.valid @> $3::date)`

func placesOf(ctx context.Context, q pg.Querier, reach authz.Scope, day workday.Day) (communities []string, grids []int64, err error) {
	prefixes := append([]string{}, reach.Prefixes...)
	if err := q.QueryRow(ctx, selectPlaces, prefixes, reach.Account, day).Scan(&communities, &grids); err != nil {
		return nil, nil, fmt.Errorf("places in reach: %w", err)
	}
	return communities, grids, nil
}

// What is open of a grid: by its owner, or by the person who acts for it where one is named.
const openOfGrid = selectOrder + `
WHERE o.closed_at IS NULL AND o.owner_grid = $1 AND ($2::bigint = 0 OR o.owner_account IS NULL OR o.owner_account = $2)
ORDER BY o.due_at, o.id LIMIT 500`

// OpenOfGrid lists the open cases that a handover of the grid names (GRD-07), by their clock; account 0 means of
// everybody. The caller knows who may read them.
func OpenOfGrid(ctx context.Context, q pg.Querier, grid, account int64) ([]Order, error) {
	rows, err := q.Query(ctx, openOfGrid, grid, account)
	if err != nil {
		return nil, fmt.Errorf("open cases of a grid: %w", err)
	}
	out, err := pgx.CollectRows(rows, scanOrder)
	if err != nil {
		return nil, fmt.Errorf("open cases of a grid: %w", err)
	}
	return out, nil
}
