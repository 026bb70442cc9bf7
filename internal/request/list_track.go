package request

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"portal/internal/pg"
	"portal/internal/workday"
)

// orderRow is what a resident may know of the order behind a request.
type orderRow struct {
	State        string
	Place        string
	Owner        string
	OwnerPhone   string
	Ground       string
	ChannelTold  string
	ParkedReason string
	ReviewOn     *workday.Day
	Extended     bool
	Followers    int
}

// Display only: the order belongs to package workorder. Residents see units and communities, never a
// person's name; a community's duty telephone is public.
const selectTracked = `
SELECT o.state, o.place, CASE o.owner_kind WHEN 'unit' THEN u.name WHEN 'community' THEN d.name WHEN 'grid' THEN gd.name ELSE '街道调度' END AS owner,
    COALESCE(NULLIF(cm.duty_phone, ''), '') AS owner_phone, o.ground, o.channel_told, o.parked_reason, o.review_on, o.extended, o.followers
FROM work_order o
LEFT JOIN unit u ON u.id = o.owner_unit
LEFT JOIN division d ON d.code = o.owner_community
LEFT JOIN grid g ON g.id = o.owner_grid
LEFT JOIN division gd ON gd.code = g.community
LEFT JOIN community cm ON cm.code = COALESCE(o.owner_community, g.community)
WHERE o.id = $1`

func trackedOrder(ctx context.Context, q pg.Querier, id int64) (orderRow, error) {
	rows, err := q.Query(ctx, selectTracked, id)
	if err != nil {
		return orderRow{}, fmt.Errorf("tracked order: %w", err)
	}
	o, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[orderRow])
	if err != nil {
		return orderRow{}, fmt.Errorf("tracked order: %w", err)
	}
	return o, nil
}

// Of an order that others filed, its words count from the moment of merging: what was told to them before
// was told to them alone.
const selectTold = `
SELECT at, words FROM work_step
WHERE told AND words <> '' AND (order_id = $2 OR order_id = $1 AND at >=
    (SELECT max(m.at) FROM request_merge m WHERE m.request_id = $3 AND m.undone_at IS NULL))
ORDER BY at, id LIMIT 200`

func toldSteps(ctx context.Context, q pg.Querier, r Request) ([]TrackStep, error) {
	rows, err := q.Query(ctx, selectTold, r.OrderID, r.HomeOrder, int64(r.ID))
	if err != nil {
		return nil, fmt.Errorf("steps told: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[TrackStep])
}

const selectRating = `
SELECT solved, satisfied FROM callback WHERE request_id = $1 AND locked_at IS NOT NULL AND solved <> '' ORDER BY round DESC LIMIT 1`

func lastRating(ctx context.Context, q pg.Querier, id ID) (string, error) {
	var solved Solved
	var satisfied Satisfied
	err := q.QueryRow(ctx, selectRating, int64(id)).Scan(&solved, &satisfied)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("rating: %w", err)
	}
	return solved.Label() + "，" + satisfied.Label(), nil
}
