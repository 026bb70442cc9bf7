package workorder

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/authz"
	"portal/internal/pg"
	"portal/internal/workday"
)

const narrow = ` AND (@states::text[] IS NULL OR o.state = ANY(@states)) AND (@category = '' OR starts_with(o.category, @category))
  AND (@community = '' OR o.community = @community) AND (@unit::bigint = 0 OR o.owner_unit = @unit) AND (@grid::bigint = 0 OR o.owner_grid = @grid)
  AND (@source = '' OR o.source = @source) AND (@urgency = '' OR o.urgency = @urgency) AND (@like = '' OR o.search_key LIKE @like)`

// Open cases by their clock. What is late ends the walk at this moment; what is nearly due is known by the part of
// its time that is left.
const open = `o.closed_at IS NULL AND o.due_at <= @until::timestamptz AND (NOT @desk OR o.owner_kind = 'desk')
  AND (NOT @nearly OR o.due_at > @now::timestamptz AND o.due_at - (o.due_at - o.started_at) * @rest::float8 <= @now::timestamptz)` + narrow

const (
	dueDown = ` AND (o.due_at, o.id) > (@at::timestamptz, @id::bigint) ORDER BY o.due_at, o.id LIMIT @limit`
	dueUp   = ` AND (o.due_at, o.id) < (@at::timestamptz, @id::bigint) ORDER BY o.due_at DESC, o.id DESC LIMIT @limit`
	newDown = ` AND (o.started_at, o.id) < (@at::timestamptz, @id::bigint) ORDER BY o.started_at DESC, o.id DESC LIMIT @limit`
	newUp   = ` AND (o.started_at, o.id) > (@at::timestamptz, @id::bigint) ORDER BY o.started_at, o.id LIMIT @limit`
	pick    = `SELECT o.id FROM work_order o WHERE `

	anyDueDown   = pick + open + dueDown
	anyDueUp     = pick + open + dueUp
	stateDueDown = pick + `o.state = @state AND ` + open + dueDown
	stateDueUp   = pick + `o.state = @state AND ` + open + dueUp

	anyNewDown = pick + `true` + narrow + newDown
	anyNewUp   = pick + `true` + narrow + newUp

	grams       = ` AND search_bigrams(o.search_key) @> search_bigrams(@key)`
	anyWordDown = pick + `true` + grams + narrow + newDown
	anyWordUp   = pick + `true` + grams + narrow + newUp
	// The first step of a search: the words among the newest rows, until the page is full.
	anyWordNear = `
SELECT o.id FROM (SELECT * FROM work_order n WHERE (n.started_at, n.id) < (@at::timestamptz, @id::bigint)
    ORDER BY n.started_at DESC, n.id DESC LIMIT @near) o WHERE true` + narrow + ` ORDER BY o.started_at DESC, o.id DESC LIMIT @limit`

	// Who sees less than everything: the own unit's, what it helps with, the own community's, unless its people are
	// complained about, and what a person holds, took or found.
	seen = `(o.owner_unit = ANY(@units) OR o.owner_community = ANY(@communities) AND o.owner_community <> o.hidden_from
  OR @account::bigint <> 0 AND o.avoid_account IS DISTINCT FROM @account AND (o.owner_account = @account OR o.owner_grid = ANY(@grids))
  OR (o.community = ANY(@communities) AND o.community <> o.hidden_from)
  OR @account::bigint <> 0 AND (o.first_account = @account OR o.reporter_account = @account)
  OR EXISTS (SELECT FROM work_helper h WHERE h.order_id = o.id AND (h.unit_id = ANY(@units) OR h.community = ANY(@communities))))`
	nearWordDown = pick + seen + grams + narrow + newDown
	nearWordUp   = pick + seen + grams + narrow + newUp

	oneNo     = pick + `o.no = @no`
	oneNoNear = oneNo + ` AND ` + seen
)

// The sides of a narrower reach: each gives one page along its own index, and the pages are joined. That a case is hidden
// from nobody is asked first: the planner would take the other question alone for a rare answer.
const (
	each = `(SELECT o.id, o.started_at, o.due_at, o.state, o.owner_kind FROM work_order o WHERE `
	only = `(SELECT o.id FROM work_order o WHERE `

	perUnit  = ` FROM unnest(@units::bigint[]) k CROSS JOIN LATERAL `
	perPlace = ` FROM unnest(@communities::text[]) k CROSS JOIN LATERAL `
	perGrid  = ` FROM unnest(@grids::bigint[]) k CROSS JOIN LATERAL `

	isUnit   = `o.owner_unit = k`
	isPlace  = `o.community = k AND (@hidden OR o.hidden_from = '' OR o.hidden_from <> k)`
	isBody   = `o.owner_community = k AND (@hidden OR o.hidden_from = '' OR o.hidden_from <> k)`
	isGrid   = `o.owner_grid = k AND (@hidden OR o.avoid_account IS DISTINCT FROM @account::bigint)`
	isOwner  = `o.owner_account = NULLIF(@account::bigint, 0) AND o.avoid_account IS DISTINCT FROM @account::bigint`
	isFirst  = `o.first_account = NULLIF(@account::bigint, 0)`
	isFinder = `o.reporter_account = NULLIF(@account::bigint, 0)`
	isHelper = `NOT @hidden AND o.id IN (SELECT h.order_id FROM work_helper h WHERE h.unit_id = ANY(@units) OR h.community = ANY(@communities))`

	ofUnits   = `(SELECT x.*` + perUnit + each + isUnit
	ofPlaces  = `(SELECT x.*` + perPlace + each + isPlace
	ofBodies  = `(SELECT x.*` + perPlace + each + isBody
	ofGrids   = `(SELECT x.*` + perGrid + each + isGrid
	ofOwners  = `(SELECT x.* FROM ` + each + isOwner
	ofFirst   = `(SELECT x.* FROM ` + each + isFirst
	ofFinders = `(SELECT x.* FROM ` + each + isFinder
	ofHelpers = `(SELECT x.* FROM ` + each + isHelper
	or        = `) x) UNION `
	mine      = `WITH mine AS (`
	end       = `) x)) `

	byDue   = `SELECT m.id FROM mine m ORDER BY m.due_at, m.id LIMIT @limit`
	byDueUp = `SELECT m.id FROM mine m ORDER BY m.due_at DESC, m.id DESC LIMIT @limit`
	byNew   = `SELECT m.id FROM mine m ORDER BY m.started_at DESC, m.id DESC LIMIT @limit`
	byNewUp = `SELECT m.id FROM mine m ORDER BY m.started_at, m.id LIMIT @limit`

	clockDown = ` AND ` + open + dueDown
	clockUp   = ` AND ` + open + dueUp
	ageDown   = narrow + newDown
	ageUp     = narrow + newUp
	// How far the first step of a search goes back: the oldest of the newest rows of any side that has more of them.
	sinceDown = ` AND o.started_at >= @since::timestamptz` + narrow + newDown

	ownDueDown = mine + ofUnits + clockDown + or + ofBodies + clockDown + or + ofGrids + clockDown + or + ofOwners + clockDown + end + byDue
	ownDueUp   = mine + ofUnits + clockUp + or + ofBodies + clockUp + or + ofGrids + clockUp + or + ofOwners + clockUp + end + byDueUp

	nearDueDown = mine + ofUnits + clockDown + or + ofPlaces + clockDown + or + ofBodies + clockDown + or + ofGrids + clockDown + or +
		ofOwners + clockDown + or + ofFirst + clockDown + or + ofFinders + clockDown + or + ofHelpers + clockDown + end + byDue
	nearDueUp = mine + ofUnits + clockUp + or + ofPlaces + clockUp + or + ofBodies + clockUp + or + ofGrids + clockUp + or +
		ofOwners + clockUp + or + ofFirst + clockUp + or + ofFinders + clockUp + or + ofHelpers + clockUp + end + byDueUp
	nearNewDown = mine + ofUnits + ageDown + or + ofPlaces + ageDown + or + ofBodies + ageDown + or + ofGrids + ageDown + or +
		ofOwners + ageDown + or + ofFirst + ageDown + or + ofFinders + ageDown + or + ofHelpers + ageDown + end + byNew
	nearNewUp = mine + ofUnits + ageUp + or + ofPlaces + ageUp + or + ofBodies + ageUp + or + ofGrids + ageUp + or +
		ofOwners + ageUp + or + ofFirst + ageUp + or + ofFinders + ageUp + or + ofHelpers + ageUp + end + byNewUp
	nearWordNear = mine + ofUnits + sinceDown + or + ofPlaces + sinceDown + or + ofBodies + sinceDown + or + ofGrids + sinceDown + or +
		ofOwners + sinceDown + or + ofFirst + sinceDown + or + ofFinders + sinceDown + or + ofHelpers + sinceDown + end + byNew

	sinceWhen = `
SELECT GREATEST((SELECT max(s.at) FROM unnest(@units::bigint[]) k CROSS JOIN LATERAL (SELECT o.started_at AS at FROM work_order o WHERE o.owner_unit = k
        AND (o.started_at, o.id) < (@at::timestamptz, @id::bigint) ORDER BY o.started_at DESC, o.id DESC OFFSET @nearside LIMIT 1) s),
    (SELECT max(s.at) FROM unnest(@communities::text[]) k CROSS JOIN LATERAL (SELECT o.started_at AS at FROM work_order o WHERE o.community = k
        AND (o.started_at, o.id) < (@at::timestamptz, @id::bigint) ORDER BY o.started_at DESC, o.id DESC OFFSET @nearside LIMIT 1) s),
    timestamptz '0001-01-01 00:00Z')`
)

// The tabs of a narrower reach in one look at what is open in it; what ever was is counted on its own, up to the limit.
const (
	runs   = `state IN ('registered','dispatched','signed','handling','disputed','parked')`
	tabsOf = `
    LEAST(count(*) FILTER (WHERE state = 'registered' AND owner_kind = 'desk'), @limit::bigint)::int,
    LEAST(count(*) FILTER (WHERE ` + runs + `), @limit::bigint)::int,
    LEAST(count(*) FILTER (WHERE ` + runs + ` AND due_at > @now::timestamptz AND due_at - (due_at - started_at) * @rest::float8 <= @now::timestamptz), @limit::bigint)::int,
    LEAST(count(*) FILTER (WHERE ` + runs + ` AND due_at <= @now::timestamptz), @limit::bigint)::int,
    LEAST(count(*) FILTER (WHERE state = 'disputed'), @limit::bigint)::int, LEAST(count(*) FILTER (WHERE state = 'parked'), @limit::bigint)::int,
    LEAST(count(*) FILTER (WHERE state = 'handled'), @limit::bigint)::int, `
	still = ` AND o.closed_at IS NULL`

	upTo   = ` LIMIT @limit) n), `
	ofOpen = `(SELECT count(*)::int FROM (SELECT FROM work_order WHERE closed_at IS NULL AND `

	// Who sees everything sees great numbers: each is counted along its index and no further than the limit.
	anyTabs = `SELECT ` + ofOpen + `state IN ('dispatched','signed','handling')` + upTo + ofOpen + `state = 'registered' AND owner_kind = 'desk'` + upTo +
		ofOpen + runs + upTo + ofOpen + runs + ` AND due_at > @now::timestamptz AND due_at - (due_at - started_at) * @rest::float8 <= @now::timestamptz` + upTo +
		ofOpen + runs + ` AND due_at <= @now::timestamptz` + upTo + ofOpen + `state = 'disputed'` + upTo + ofOpen + `state = 'parked'` + upTo +
		ofOpen + `state = 'handled'` + upTo + `(SELECT count(*)::int FROM (SELECT FROM work_order LIMIT @limit) n)`

	// What ever was of a narrower reach: any rows of each side up to the limit tell whether there are so many.
	orAny        = ` LIMIT @limit) x) UNION `
	countNearNew = `SELECT LEAST(count(*), @limit::bigint)::int FROM ((SELECT x.id` + perUnit + only + isUnit + orAny + `(SELECT x.id` + perPlace + only + isPlace + orAny +
		`(SELECT x.id` + perPlace + only + isBody + orAny + `(SELECT x.id` + perGrid + only + isGrid + orAny + `(SELECT x.id FROM ` + only + isOwner + orAny +
		`(SELECT x.id FROM ` + only + isFirst + orAny + `(SELECT x.id FROM ` + only + isFinder + orAny + `(SELECT x.id FROM ` + only + isHelper + ` LIMIT @limit) x)) n`
	// What the reach itself holds and has to do.
	toDoNow = still + ` AND o.state IN ('dispatched','signed','handling') LIMIT @limit) x) `
	doNow   = `(SELECT LEAST(count(*), @limit::bigint)::int FROM ((SELECT x.id` + perUnit + only + isUnit + toDoNow + `UNION (SELECT x.id` + perPlace + only + isBody + toDoNow +
		`UNION (SELECT x.id` + perGrid + only + isGrid + toDoNow + `UNION (SELECT x.id FROM ` + only + isOwner + toDoNow + `) n)`
	// A case of two sides is the same case: the places are read as they stand, the others without what lies in them.
	outside  = still + ` AND (cardinality(@communities::text[]) = 0 OR NOT (COALESCE(o.community = ANY(@communities), false) AND (@hidden OR o.hidden_from = '' OR o.hidden_from <> o.community)))`
	nearTabs = `SELECT ` + doNow + `, ` + tabsOf + `0 FROM (` + ofPlaces + still + `) x) UNION ALL SELECT * FROM (` + ofUnits + outside + or + ofBodies + outside + or +
		ofGrids + outside + or + ofOwners + outside + or + ofFirst + outside + or + ofFinders + outside + or + ofHelpers + outside + `) x)) others) o`
)

// ids asks for one page and one row more, in the direction of the cursor.
func (l look) ids(ctx context.Context, q pg.Querier, up bool) ([]int64, error) {
	switch {
	case l.no != "" && l.all:
		return numbersOf(ctx, q, oneNo, l.args)
	case l.no != "":
		return numbersOf(ctx, q, oneNoNear, l.args)
	case l.tab.sort() == sortDue:
		sql := l.reach(anyDueDown, stateDueDown, nearDueDown, ownDueDown)
		if up {
			sql = l.reach(anyDueUp, stateDueUp, nearDueUp, ownDueUp)
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
func (l look) reach(any, state, near, own string) string {
	switch {
	case l.all && !l.few && l.args["state"] != "":
		return state
	case l.all && !l.few:
		return any
	case l.tab == TabMine && !l.all:
		return own
	}
	return near
}

// search goes two steps: a frequent word fills its page among the newest rows, a rare one is cheap to ask the index for.
func (l look) search(ctx context.Context, q pg.Querier, up bool) ([]int64, error) {
	switch {
	case l.all && up:
		return numbersOf(ctx, q, anyWordUp, l.args)
	case up:
		return numbersOf(ctx, q, nearWordUp, l.args)
	case l.all:
		found, err := numbersOf(ctx, q, anyWordNear, l.args)
		if err != nil || len(found) == l.args["limit"] {
			return found, err
		}
		return numbersOf(ctx, q, anyWordDown, l.args)
	}
	var since time.Time
	if err := q.QueryRow(ctx, sinceWhen, l.args).Scan(&since); err != nil {
		return nil, fmt.Errorf("the newest cases: %w", err)
	}
	l.args["since"] = since
	found, err := numbersOf(ctx, q, nearWordNear, l.args)
	if err != nil || len(found) == l.args["limit"] {
		return found, err
	}
	return numbersOf(ctx, q, nearWordDown, l.args)
}

// tabs counts every tab; what is open of a reach is looked at once.
func (l look) tabs(ctx context.Context, q pg.Querier) (map[Tab]int, error) {
	sql := anyTabs
	if !l.all {
		sql = nearTabs
	}
	order := []Tab{TabMine, TabDesk, TabOpen, TabNear, TabLate, TabDisputed, TabParked, TabHandled, TabAll}
	n, into := make([]int, len(order)), make([]any, len(order))
	for i := range n {
		into[i] = &n[i]
	}
	if err := q.QueryRow(ctx, sql, l.args).Scan(into...); err != nil {
		return nil, fmt.Errorf("count cases: %w", err)
	}
	out := map[Tab]int{}
	for i, t := range order {
		out[t] = n[i]
	}
	if l.all {
		return out, nil
	}
	var all int
	if err := q.QueryRow(ctx, countNearNew, l.args).Scan(&all); err != nil {
		return nil, fmt.Errorf("count cases: %w", err)
	}
	out[TabAll] = all
	return out, nil
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
	if len(reach.Prefixes) == 0 && reach.Account == 0 { // no trip for nothing
		return []string{}, []int64{}, nil
	}
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
