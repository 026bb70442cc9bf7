package request

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/page"
	"portal/internal/pg"
	"portal/internal/policy"
	"portal/internal/workday"
)

// One question stands behind every figure and its rows (R45): the requests whose order was dispatched in
// the period and whose time for the first contact is over, each with what happened to it. Requests of the
// same person in the same matter do not count twice (REQ-05). The order belongs to package workorder and
// is only read.
const ratesBase = `
WITH counted AS (
    SELECT r.id, r.order_id, r.home_order, o.dispatched_at, r.contact_due, r.contacted_at, COALESCE(x.reason, '') AS exclusion, COALESCE(k.solved, '') AS solved,
        COALESCE(k.satisfied, '') AS satisfied, home.relapse_of
    FROM work_order o
    JOIN request r ON r.order_id = o.id AND r.same_as IS NULL
    LEFT JOIN work_exclusion x ON x.order_id = o.id AND x.approved_at IS NOT NULL AND NOT x.refused
    LEFT JOIN LATERAL (SELECT solved, satisfied FROM callback WHERE request_id = r.id AND locked_at IS NOT NULL AND reached AND self AND solved <> ''
        AND satisfied <> '' ORDER BY round DESC LIMIT 1) k ON true
    LEFT JOIN work_order home ON home.id = r.home_order AND home.relapse_of IS NOT NULL
    WHERE o.dispatched_at >= @from AND o.dispatched_at < @until AND r.contact_due < @now
      AND (@all OR COALESCE(o.first_unit, o.owner_unit) = ANY(@units)
        OR EXISTS (SELECT FROM unnest(@prefixes::text[]) p WHERE starts_with(r.community, p)))
      AND (@unit = 0 OR COALESCE(o.first_unit, o.owner_unit) = @unit) AND (@community = '' OR r.community = @community)
      AND starts_with(r.category, @category)
), marked AS (
    SELECT *, exclusion <> '' AS excluded, exclusion = '' AS base, exclusion = '' AND contacted_at IS NOT NULL AND contacted_at <= contact_due AS in_time,
        exclusion = '' AND solved <> '' AS valid, exclusion = '' AND relapse_of IS NOT NULL AS relapsed
    FROM counted
)`

const selectRates = ratesBase + `
SELECT count(*)::int AS dispatched, count(*) FILTER (WHERE excluded)::int AS excluded, count(*) FILTER (WHERE in_time)::int AS in_time,
    count(*) FILTER (WHERE valid)::int AS valid, count(*) FILTER (WHERE valid AND solved = 'solved')::int AS solved,
    count(*) FILTER (WHERE valid AND solved = 'partly')::int AS partly, count(*) FILTER (WHERE valid AND satisfied = 'satisfied')::int AS satisfied,
    count(*) FILTER (WHERE valid AND satisfied = 'basically')::int AS basically, count(*) FILTER (WHERE base AND NOT valid)::int AS unreached,
    count(*) FILTER (WHERE relapsed)::int AS relapses
FROM marked`

const selectExclusions = ratesBase + `
SELECT exclusion AS reason, count(*)::int AS count FROM marked WHERE excluded GROUP BY exclusion ORDER BY exclusion`

// The rows of one page are found first, by when their case was dispatched; only they get their names.
const (
	figureRows = ratesBase + `, shown AS (
SELECT * FROM marked
WHERE CASE @figure WHEN 'dispatched' THEN true WHEN 'excluded' THEN excluded WHEN 'base' THEN base WHEN 'in_time' THEN in_time WHEN 'valid' THEN valid
    WHEN 'solved' THEN valid AND solved = 'solved' WHEN 'partly' THEN valid AND solved = 'partly'
    WHEN 'satisfied' THEN valid AND satisfied = 'satisfied' WHEN 'basically' THEN valid AND satisfied = 'basically'
    WHEN 'unreached' THEN base AND NOT valid WHEN 'relapses' THEN relapsed ELSE false END`
	figureNames = `)
SELECT s.id, r.no, r.title, c.name AS category, COALESCE(d.name, '') AS community, o.id AS "order", o.no AS order_no,
    CASE o.owner_kind WHEN 'unit' THEN u.name WHEN 'community' THEN od.name WHEN 'grid' THEN gd.name ELSE '街道调度' END AS owner,
    s.dispatched_at, s.contact_due, s.contacted_at, s.exclusion, s.solved, s.satisfied, COALESCE(old.no, '') AS relapse_of
FROM shown s
JOIN request r ON r.id = s.id
JOIN work_order o ON o.id = s.order_id
JOIN request_category c ON c.code = r.category
LEFT JOIN division d ON d.code = r.community
LEFT JOIN unit u ON u.id = o.owner_unit
LEFT JOIN division od ON od.code = o.owner_community
LEFT JOIN grid g ON g.id = o.owner_grid
LEFT JOIN division gd ON gd.code = g.community
LEFT JOIN work_order old ON old.id = s.relapse_of`

	figureDown = figureRows + ` AND (dispatched_at, id) < (@at, @id) ORDER BY dispatched_at DESC, id DESC LIMIT @limit` + figureNames +
		` ORDER BY s.dispatched_at DESC, s.id DESC`
	figureUp = figureRows + ` AND (dispatched_at, id) > (@at, @id) ORDER BY dispatched_at, id LIMIT @limit` + figureNames + ` ORDER BY s.dispatched_at, s.id`

	// Where the nearest cases of a period end, on the way of a page.
	nearestDown = `SELECT dispatched_at FROM work_order WHERE dispatched_at >= @from AND dispatched_at < @until ORDER BY dispatched_at DESC OFFSET @near LIMIT 1`
	nearestUp   = `SELECT dispatched_at FROM work_order WHERE dispatched_at >= @from AND dispatched_at < @until ORDER BY dispatched_at OFFSET @near LIMIT 1`
)

// nearCases is how many of the nearest cases a page of rows looks through before it looks through the period: most
// figures fill their page there, however long the period is.
const nearCases = 1000

func (s *Service) rateArgs(p Period, reach authz.Scope, sc FigureScope) pgx.NamedArgs {
	return pgx.NamedArgs{"from": p.From, "until": p.Until, "now": s.db.Now(), "all": reach.All, "units": reach.Units, "prefixes": reach.Prefixes,
		"unit": sc.Unit, "community": sc.Community, "category": sc.Category}
}

// Rates counts the three rates of a period for what somebody may see (FiguresView): the street, the own
// unit, the own community.
func (s *Service) Rates(ctx context.Context, by authz.Actor, p Period, sc FigureScope) (Rates, error) {
	reach := authz.ReachOf(by, authz.FiguresView)
	if reach.Empty() {
		return Rates{}, authz.Check(by, authz.FiguresView, authz.Object{})
	}
	return s.rates(ctx, s.rateArgs(p, reach, sc))
}

// PublicRates are the street's rates for everybody, with the count of exclusions (§6.4). They are counted at
// most once in ten minutes, one count at a time, so that nobody's reloading keeps the database busy.
func (s *Service) PublicRates(ctx context.Context, p Period) (Rates, error) {
	s.public.mu.Lock()
	defer s.public.mu.Unlock()
	now := s.db.Now()
	if kept, ok := s.public.kept[p]; ok && now.Sub(kept.at) < publicLife && !now.Before(kept.at) {
		return kept.rates, nil
	}
	rates, err := s.rates(ctx, s.rateArgs(p, authz.Scope{All: true}, FigureScope{}))
	if err != nil {
		return rates, err
	}
	if len(s.public.kept) >= publicMost || s.public.kept == nil {
		s.public.kept = map[Period]publicCount{}
	}
	s.public.kept[p] = publicCount{rates, now}
	return rates, nil
}

const (
	publicLife = 10 * time.Minute
	publicMost = 64 // periods
)

// publicRates keeps the last public counts.
type publicRates struct {
	mu   sync.Mutex
	kept map[Period]publicCount
}

type publicCount struct {
	rates Rates
	at    time.Time
}

func (s *Service) rates(ctx context.Context, args pgx.NamedArgs) (Rates, error) {
	var out Rates
	err := s.db.Read(ctx, func(q pg.Querier) error {
		counts, err := collect[rateCounts](ctx, q, selectRates, args)
		if err != nil {
			return err
		}
		var reasons []ExclusionCount
		if counts[0].Excluded > 0 {
			reasons, err = collect[ExclusionCount](ctx, q, selectExclusions, args)
		}
		out = counts[0].with(reasons)
		return err
	})
	return out, err
}

// rateCounts is Rates without its list, as the one row of the counts.
type rateCounts struct {
	Dispatched, Excluded, InTime, Valid, Solved, Partly, Satisfied, Basically, Unreached, Relapses int
}

func (c rateCounts) with(x []ExclusionCount) Rates {
	return Rates{Dispatched: c.Dispatched, Excluded: c.Excluded, InTime: c.InTime, Valid: c.Valid, Solved: c.Solved, Partly: c.Partly,
		Satisfied: c.Satisfied, Basically: c.Basically, Unreached: c.Unreached, Relapses: c.Relapses, Exclusions: x}
}

type figureRow struct {
	ID ID
	RateRow
}

const figureSort = "figure.dispatched"

// RateRows opens a figure: exactly the requests that were counted, newest first, titles masked.
func (s *Service) RateRows(ctx context.Context, by authz.Actor, fig Figure, p Period, sc FigureScope, cursor string, limit int) (page.Page[RateRow], error) {
	var out page.Page[RateRow]
	reach := authz.ReachOf(by, authz.FiguresView)
	if reach.Empty() {
		return out, authz.Check(by, authz.FiguresView, authz.Object{})
	}
	if fig.Label() == "" {
		return out, fault.NotFound("没有这个数字。请回到三率页，从数字点进来")
	}
	at, err := page.Decode(cursor, figureSort, 1)
	if err != nil {
		return out, errCursor
	}
	limit = min(max(limit, 1), mostRows)
	args := s.rateArgs(p, reach, sc)
	args["figure"], args["limit"] = string(fig), limit+1
	if err := fromWhere(args, p, at); err != nil {
		return out, err
	}
	var rows []figureRow
	err = s.db.Read(ctx, func(q pg.Querier) (err error) {
		rows, err = figureRowsOf(ctx, q, args, at.Back, nearCases)
		return err
	})
	if err != nil {
		return out, fmt.Errorf("figure %s: %w", fig, err)
	}
	cut := page.Cut(rows, limit, at, func(r figureRow) page.Cursor {
		return page.Cursor{Sort: figureSort, Keys: []string{r.DispatchedAt.UTC().Format(time.RFC3339Nano)}, ID: int64(r.ID)}
	})
	out = page.Page[RateRow]{Prev: cut.Prev, Next: cut.Next, HasPrev: cut.HasPrev, HasNext: cut.HasNext}
	for _, r := range cut.Rows {
		r.Title, r.Exclusion = MaskWords(r.Title), ExclusionCount{Reason: r.Exclusion}.Label()
		out.Rows = append(out.Rows, r.RateRow)
	}
	return out, nil
}

// fromWhere sets where a page of rows begins, and leaves out what lies before it.
func fromWhere(args pgx.NamedArgs, p Period, at page.Cursor) error {
	args["at"], args["id"] = p.Until, int64(1<<63-1)
	if at.IsZero() {
		return nil
	}
	moment, err := time.Parse(time.RFC3339Nano, at.Keys[0])
	if err != nil {
		return errCursor
	}
	args["at"], args["id"] = moment, at.ID
	if after := moment.Add(time.Microsecond); at.Back && moment.After(p.From) {
		args["from"] = moment
	} else if !at.Back && after.Before(p.Until) {
		args["until"] = after
	}
	return nil
}

// figureRowsOf looks through the nearest cases first, and through all of the period where they do not fill the page.
func figureRowsOf(ctx context.Context, q pg.Querier, args pgx.NamedArgs, up bool, nearest int) ([]figureRow, error) {
	sql := figureDown
	if up {
		sql = figureUp
	}
	args["near"] = nearest
	end, more, err := endOfNearest(ctx, q, args, up)
	if err != nil {
		return nil, err
	}
	if !more {
		return collect[figureRow](ctx, q, sql, args)
	}
	part := maps.Clone(args)
	if up {
		part["until"] = end
	} else {
		part["from"] = end
	}
	rows, err := collect[figureRow](ctx, q, sql, part)
	if err != nil || len(rows) == args["limit"] {
		return rows, err
	}
	return collect[figureRow](ctx, q, sql, args)
}

// endOfNearest is where the nearest cases end; false where the period has no more than those.
func endOfNearest(ctx context.Context, q pg.Querier, args pgx.NamedArgs, up bool) (end time.Time, more bool, err error) {
	sql := nearestDown
	if up {
		sql = nearestUp
	}
	err = q.QueryRow(ctx, sql, args).Scan(&end)
	if errors.Is(err, pgx.ErrNoRows) {
		return end, false, nil
	}
	if err != nil {
		return end, false, fmt.Errorf("nearest cases: %w", err)
	}
	return end, true, nil
}

// policyOf loads the settings of the moment.
func policyOf(ctx context.Context, tx *pg.Tx) (policy.Values, error) {
	return policy.Load(ctx, tx, workday.DayOf(tx.Now))
}
