package admission

import (
	"context"

	"github.com/jackc/pgx/v5"

	"portal/internal/pg"
)

// nearRows is how many of the newest rows a search looks through before it asks the bigram index: a
// frequent word fills its page there, a rare one costs little (performance.md).
const nearRows = 5000

const lineHead = `
SELECT a.id, a.year, a.seq, a.admitted_year, a.admitted_seq, u.name AS unit_name, a.state, a.title, a.item_form, a.list_kind,
       cardinality(a.communities) AS communities, a.hours_total, a.funds_fen, a.due_on, a.start_on, a.end_on, a.checks, a.first_failing, a.saved_at,
       EXISTS (SELECT 1 FROM deadline d WHERE d.object_kind = 'application' AND d.object_id = a.id AND d.not_before AND d.stopped_on IS NULL) AS not_before,
       a.state = 'approved_with_conditions' AND EXISTS (SELECT 1 FROM application_condition c
         WHERE c.application_id = a.id AND c.mandatory AND c.confirmed_at IS NULL) AS waiting
FROM application a JOIN unit u ON u.id = a.unit_id
WHERE `

// Who sees everything sees no foreign drafts; the others see their own unit's, and what concerns
// their communities.
const (
	anyReach  = `(a.state <> 'draft' OR a.unit_id = ANY(@units))`
	nearReach = `(a.unit_id = ANY(@units) OR a.state <> 'draft' AND a.communities &&
  ARRAY(SELECT y.code FROM community y JOIN unnest(@prefixes::text[]) x ON starts_with(y.code, x)))`
)

const narrow = ` AND (@unit = 0 OR a.unit_id = @unit) AND (@kind = '' OR a.list_kind = @kind) AND (@check = '' OR a.checks LIKE @check)
  AND (@like = '' OR a.title_key LIKE @like)`

const (
	waits    = ` AND a.state IN ('submitted', 'accepted', 'street_review')`
	dueDown  = narrow + waits + ` AND (a.due_on, a.id) > (@day::date, @id) ORDER BY a.due_on, a.id LIMIT @limit`
	dueUp    = narrow + waits + ` AND (a.due_on, a.id) < (@day::date, @id) ORDER BY a.due_on DESC, a.id DESC LIMIT @limit`
	newDown  = narrow + ` AND a.state = ANY(@states) AND a.id < @id ORDER BY a.id DESC LIMIT @limit`
	newUp    = narrow + ` AND a.state = ANY(@states) AND a.id > @id ORDER BY a.id LIMIT @limit`
	grams    = narrow + ` AND search_bigrams(a.title_key) @> search_bigrams(@key) AND a.state = ANY(@states)`
	wordDown = grams + ` AND a.id < @id ORDER BY a.id DESC LIMIT @limit`
	wordUp   = grams + ` AND a.id > @id ORDER BY a.id LIMIT @limit`
	last     = `COALESCE(a.end_on, DATE '9999-12-31')`
	admitted = ` AND a.state IN ('approved', 'approved_with_conditions') AND a.start_on <= @start::date AND ` + last + ` BETWEEN @from::date AND @to::date`
	// What runs has begun in at least one community: nowhere while all of them wait for conditions (R18).
	begun = `(a.state = 'approved' OR EXISTS (SELECT 1 FROM unnest(a.communities) k WHERE NOT EXISTS (SELECT 1 FROM application_condition c
  WHERE c.application_id = a.id AND c.division = k AND c.mandatory AND c.confirmed_at IS NULL)))`
	endsDown = narrow + admitted + ` AND (@every OR ` + begun + `)` + ` AND (` + last + `, a.id) > (@day::date, @id) ORDER BY ` + last + `, a.id LIMIT @limit`
	endsUp   = narrow + admitted + ` AND (@every OR ` + begun + `)` + ` AND (` + last + `, a.id) < (@day::date, @id) ORDER BY ` + last + ` DESC, a.id DESC LIMIT @limit`
)

const (
	anyDueDown  = lineHead + anyReach + dueDown
	anyDueUp    = lineHead + anyReach + dueUp
	anyNewDown  = lineHead + anyReach + newDown
	anyNewUp    = lineHead + anyReach + newUp
	anyWordDown = lineHead + anyReach + wordDown
	anyWordUp   = lineHead + anyReach + wordUp
	anyEndsDown = lineHead + anyReach + endsDown
	anyEndsUp   = lineHead + anyReach + endsUp

	nearDueDown  = lineHead + nearReach + dueDown
	nearDueUp    = lineHead + nearReach + dueUp
	nearNewDown  = lineHead + nearReach + newDown
	nearNewUp    = lineHead + nearReach + newUp
	nearWordDown = lineHead + nearReach + wordDown
	nearWordUp   = lineHead + nearReach + wordUp
	nearEndsDown = lineHead + nearReach + endsDown
	nearEndsUp   = lineHead + nearReach + endsUp

	// The first step of a search: the words among the newest rows.
	anyWordNear = `
WITH near AS MATERIALIZED (SELECT n.id FROM application n WHERE n.id < @id ORDER BY n.id DESC LIMIT @near)` +
		lineHead + `a.id IN (SELECT near.id FROM near) AND ` + anyReach + newDown

	anyNumbered  = lineHead + anyReach + ` AND a.admitted_year = @year AND a.admitted_seq = @seq AND @admitted`
	nearNumbered = lineHead + nearReach + ` AND a.admitted_year = @year AND a.admitted_seq = @seq AND @admitted`
	anyAsked     = lineHead + anyReach + ` AND a.year = @year AND a.seq = @seq AND NOT @admitted`
	nearAsked    = lineHead + nearReach + ` AND a.year = @year AND a.seq = @seq AND NOT @admitted`
)

// rows asks for one page and one row more, in the direction of the cursor.
func (f Filter) rows(ctx context.Context, q pg.Querier, all bool, args pgx.NamedArgs) ([]Line, error) {
	if no, ok := number(f.Words); ok {
		return numbered(ctx, q, all, no.Kind == "准", args)
	}
	up := f.Cursor.Back != (f.Tab == TabLeft) // what has left is read from its newest end
	switch f.Tab.sort() {
	case sortDue:
		return oneOf(ctx, q, all, up, args, dueOrder)
	case sortEnds:
		return oneOf(ctx, q, all, up, args, endsOrder)
	}
	if len([]rune(args["key"].(string))) < 2 {
		return oneOf(ctx, q, all, up, args, newOrder)
	}
	if all && !up {
		found, err := lines(ctx, q, anyWordNear, args)
		if err != nil || len(found) == f.Limit+1 {
			return found, err
		}
	}
	return oneOf(ctx, q, all, up, args, wordOrder)
}

type order int

const (
	dueOrder order = iota
	newOrder
	wordOrder
	endsOrder
)

// oneOf picks the constant text of an order, a reach and a direction.
func oneOf(ctx context.Context, q pg.Querier, all, up bool, args pgx.NamedArgs, by order) ([]Line, error) {
	switch {
	case by == dueOrder && all && !up:
		return lines(ctx, q, anyDueDown, args)
	case by == dueOrder && all:
		return lines(ctx, q, anyDueUp, args)
	case by == dueOrder && !up:
		return lines(ctx, q, nearDueDown, args)
	case by == dueOrder:
		return lines(ctx, q, nearDueUp, args)
	case by == newOrder && all && !up:
		return lines(ctx, q, anyNewDown, args)
	case by == newOrder && all:
		return lines(ctx, q, anyNewUp, args)
	case by == newOrder && !up:
		return lines(ctx, q, nearNewDown, args)
	case by == newOrder:
		return lines(ctx, q, nearNewUp, args)
	case by == wordOrder && all && !up:
		return lines(ctx, q, anyWordDown, args)
	case by == wordOrder && all:
		return lines(ctx, q, anyWordUp, args)
	case by == wordOrder && !up:
		return lines(ctx, q, nearWordDown, args)
	case by == wordOrder:
		return lines(ctx, q, nearWordUp, args)
	case all && !up:
		return lines(ctx, q, anyEndsDown, args)
	case all:
		return lines(ctx, q, anyEndsUp, args)
	case !up:
		return lines(ctx, q, nearEndsDown, args)
	}
	return lines(ctx, q, nearEndsUp, args)
}

// numbered finds the one application of a number.
func numbered(ctx context.Context, q pg.Querier, all, approved bool, args pgx.NamedArgs) ([]Line, error) {
	switch {
	case all && approved:
		return lines(ctx, q, anyNumbered, args)
	case all:
		return lines(ctx, q, anyAsked, args)
	case approved:
		return lines(ctx, q, nearNumbered, args)
	}
	return lines(ctx, q, nearAsked, args)
}
