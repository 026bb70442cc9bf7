package request

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/authz"
	"portal/internal/page"
	"portal/internal/pg"
)

const causeColumns = `
SELECT x.id, x.category, c.name AS category_name, COALESCE(x.building_id, 0) AS building_id, x.place, x.community, d.name AS community_name, x.found_at,
    x.requests, x.evidence, x.state, COALESCE(x.whistle_id, 0) AS whistle_id, COALESCE(a.name, '') AS decided_by, x.decided_at, x.reason, x.version
FROM cause x JOIN request_category c ON c.code = x.category JOIN division d ON d.code = x.community LEFT JOIN account a ON a.id = x.decided_by`

const (
	causeByID   = causeColumns + ` WHERE x.id = $1`
	causeLocked = causeByID + ` FOR UPDATE OF x`
)

func oneCause(ctx context.Context, q pg.Querier, sql string, id int64) (Cause, error) {
	all, err := collect[Cause](ctx, q, sql, id)
	if err != nil {
		return Cause{}, err
	}
	if len(all) == 0 {
		return Cause{}, errNoCause
	}
	return all[0], nil
}

const (
	causesReach = causeColumns + ` WHERE (@all OR EXISTS (SELECT FROM unnest(@prefixes::text[]) p WHERE starts_with(x.community, p)))
  AND (@state = '' OR x.state = @state)`
	causesDown = causesReach + ` AND x.id < @id ORDER BY x.id DESC LIMIT @limit`
	causesUp   = causesReach + ` AND x.id > @id ORDER BY x.id LIMIT @limit`
	causeSort  = "cause"
)

// Causes lists repeated troubles in somebody's reach, newest first; an empty state is every state.
func (s *Service) Causes(ctx context.Context, by authz.Actor, state CauseState, cursor string, limit int) (page.Page[Cause], error) {
	reach := authz.ReachOf(by, authz.CauseView)
	if reach.Empty() {
		return page.Page[Cause]{}, authz.Check(by, authz.CauseView, authz.Object{})
	}
	at, id, err := seek(cursor, causeSort)
	if err != nil {
		return page.Page[Cause]{}, err
	}
	limit = min(max(limit, 1), mostRows)
	args := pgx.NamedArgs{"all": reach.All, "prefixes": reach.Prefixes, "state": string(state), "id": id, "limit": limit + 1}
	var rows []Cause
	if at.Back {
		rows, err = collect[Cause](ctx, s.db.Q(), causesUp, args)
	} else {
		rows, err = collect[Cause](ctx, s.db.Q(), causesDown, args)
	}
	if err != nil {
		return page.Page[Cause]{}, err
	}
	return page.Cut(rows, limit, at, func(c Cause) page.Cursor { return idCursor(causeSort, int64(c.ID)) }), nil
}

// A place is a building, or the community where no building was named. What the same person repeats counts
// once, praise not at all, and what is behind the wall stays there. After a decision only later requests
// count.
const selectRepeated = `
SELECT 0::bigint AS id, r.category, c.name AS category_name, COALESCE(r.building_id, 0) AS building_id,
    COALESCE(max(b.compound || b.name), max(d.name)) AS place, r.community, max(d.name) AS community_name, $2::timestamptz AS found_at,
    count(*)::int AS requests, '' AS evidence, 'proposed' AS state, 0::bigint AS whistle_id, '' AS decided_by, NULL::timestamptz AS decided_at,
    '' AS reason, 0 AS version
FROM request r JOIN request_category c ON c.code = r.category JOIN division d ON d.code = r.community LEFT JOIN building b ON b.id = r.building_id
WHERE ` + causeWhere + `
GROUP BY r.category, c.name, r.building_id, r.community
HAVING count(*) >= $3
ORDER BY r.category, r.building_id, r.community`

const causeWhere = `r.submitted_at > $1 AND r.same_as IS NULL AND r.withdrawn_at IS NULL AND r.kind NOT IN ('praise', 'report') AND NOT r.confidential
  AND NOT EXISTS (SELECT FROM cause x WHERE x.category = r.category AND x.building_id IS NOT DISTINCT FROM r.building_id
    AND x.community = r.community AND x.state <> 'proposed' AND r.submitted_at <= x.decided_at)`

func repeated(ctx context.Context, tx *pg.Tx, since time.Time, least int) ([]Cause, error) {
	return collect[Cause](ctx, tx, selectRepeated, since, tx.Now, least)
}

type evidenceRow struct {
	SubmittedAt time.Time
	Title       string
	State       string
}

const selectEvidence = `
SELECT r.submitted_at, r.title, o.state FROM request r JOIN work_order o ON o.id = r.order_id
WHERE ` + causeWhere + ` AND r.category = $2 AND r.building_id IS NOT DISTINCT FROM NULLIF($3::bigint, 0) AND r.community = $4
ORDER BY r.submitted_at, r.id LIMIT 50`

func evidenceRows(ctx context.Context, q pg.Querier, c Cause, since time.Time) ([]evidenceRow, error) {
	return collect[evidenceRow](ctx, q, selectEvidence, since, c.Category, c.BuildingID, c.Community)
}

const upsertCause = `
INSERT INTO cause AS x (category, building_id, place, community, found_at, requests, evidence, state)
VALUES ($1, NULLIF($2::bigint, 0), $3, $4, $5, $6, $7, 'proposed')
ON CONFLICT (category, building_id, community) WHERE state = 'proposed'
DO UPDATE SET requests = excluded.requests, evidence = excluded.evidence
WHERE (x.requests, x.evidence) IS DISTINCT FROM (excluded.requests, excluded.evidence)
RETURNING id, xmax = 0`

// putCause stores a trouble and says whether it is a new one.
func putCause(ctx context.Context, tx *pg.Tx, c *Cause) (fresh bool, err error) {
	err = tx.QueryRow(ctx, upsertCause, c.Category, c.BuildingID, c.Place, c.Community, c.FoundAt, c.Requests, c.Evidence).Scan(&c.ID, &fresh)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil // as it was
	}
	if err != nil {
		return false, fmt.Errorf("store cause: %w", err)
	}
	return fresh, nil
}

const updateCause = `
UPDATE cause SET state = $3, whistle_id = NULLIF($4::bigint, 0), decided_by = NULLIF($5::bigint, 0), decided_at = $6, reason = $7, version = version + 1
WHERE id = $1 AND version = $2`

func saveCause(ctx context.Context, tx *pg.Tx, c *Cause) error {
	tag, err := tx.Exec(ctx, updateCause, int64(c.ID), c.Version, string(c.State), c.WhistleID, tx.Actor.AccountID, c.DecidedAt, c.Reason)
	if err != nil {
		return fmt.Errorf("save cause: %w", err)
	}
	if tag.RowsAffected() != 1 {
		return errCauseTaken
	}
	c.Version++
	return nil
}
