package workorder

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/workday"
)

const orderByDevice = selectOrder + ` JOIN finding f ON f.order_id = o.id WHERE f.device_key = $1`

var findingFields = map[string]fault.Field{
	"finding_device_key":   {Name: "device", Message: "这条记录已经上报过"},
	"finding_words_check":  {Name: "words", Message: "说明最多 500 个字"},
	"finding_hazard":       {Name: "rectify", Message: "隐患要填写整改期限"},
	"work_order_no_key":    {Name: "title", Message: "编号已被占用，请再提交一次"},
	"work_photo_sha_check": {Name: "photos", Message: "照片没有传完，请再选一次"},
}

const insertFindingSQL = `
INSERT INTO finding (order_id, how, device_key, seen_at, words, lng, lat, rectify_by) VALUES ($1, $2, NULLIF($3, ''), $4, $5, $6, $7, $8)`

func insertFinding(ctx context.Context, tx *pg.Tx, id ID, f FindingDraft) error {
	_, err := tx.Exec(ctx, insertFindingSQL, int64(id), string(f.How), f.DeviceKey, f.SeenAt, f.Words, f.Lng, f.Lat, f.RectifyBy)
	return pg.Constraint(err, findingFields)
}

// findingCategory is what a finding needs to know of its category; the zero value stands for none.
type findingCategory struct {
	Name  string
	Hours int
	Class Class
}

const selectFindingCategory = `
SELECT name, due_hours, handling_class FROM request_category WHERE code = $1 AND active AND due_hours IS NOT NULL`

func categoryOfFinding(ctx context.Context, q pg.Querier, code string) (findingCategory, error) {
	var c findingCategory
	err := q.QueryRow(ctx, selectFindingCategory, code).Scan(&c.Name, &c.Hours, &c.Class)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return c, fmt.Errorf("category of a finding: %w", err)
	}
	return c, nil
}

// The grid of the building on the day goes before the grid that was chosen (GRD-01).
const selectGroundOf = `
SELECT g.id, v.name, g.community, d.name, COALESCE(b.compound || b.name, '')
FROM grid g JOIN grid_version v ON v.grid_id = g.id AND v.valid @> $3::date
JOIN division d ON d.code = g.community
LEFT JOIN building b ON b.id = $1
WHERE g.id = COALESCE((SELECT l.grid_id FROM grid_building l WHERE l.building_id = $1 AND l.valid @> $3::date), $2)`

func groundOf(ctx context.Context, q pg.Querier, building, grid int64, day workday.Day) (Ground, string, error) {
	var g Ground
	var house string
	err := q.QueryRow(ctx, selectGroundOf, building, grid, day).Scan(&g.Grid, &g.Name, &g.Community, &g.CommunityName, &house)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return g, "", fmt.Errorf("ground of a finding: %w", err)
	}
	if house == "" {
		house = g.Name
	}
	return g, house, nil
}

// The grids in which the person holds a post come first; who works for a whole community may choose each of its grids.
const selectGrounds = `
SELECT g.id, v.name, g.community, d.name
FROM grid g JOIN grid_version v ON v.grid_id = g.id AND v.valid @> $3::date
JOIN division d ON d.code = g.community
WHERE EXISTS (SELECT FROM grid_assignment p JOIN grid_worker w ON w.id = p.worker_id
        WHERE p.grid_id = g.id AND w.account_id = $1 AND p.valid @> $3::date)
    OR EXISTS (SELECT FROM unnest($2::text[]) c WHERE c <> '' AND g.community LIKE c || '%')
ORDER BY EXISTS (SELECT FROM grid_assignment p JOIN grid_worker w ON w.id = p.worker_id
        WHERE p.grid_id = g.id AND w.account_id = $1 AND p.valid @> $3::date) DESC, g.code
LIMIT 60`

const selectHouses = `
SELECT b.id, b.compound || b.name, l.grid_id,
    b.id IS NOT DISTINCT FROM (SELECT o.building_id FROM work_order o WHERE o.reporter_account = $2 AND o.building_id IS NOT NULL AND o.source = 'finding'
        ORDER BY o.started_at DESC LIMIT 1)
FROM grid_building l JOIN building b ON b.id = l.building_id
WHERE l.grid_id = ANY($1) AND l.valid @> $3::date AND b.valid @> $3::date ORDER BY 4 DESC, b.compound, b.name_key LIMIT 400`

// Grounds gives the grids from which the person reports, their own first, and the buildings of the first.
func (s *Service) Grounds(ctx context.Context, by authz.Actor) ([]Ground, []House, error) {
	if !authz.Can(by, authz.FindingReport) {
		return nil, nil, ErrNoOrder
	}
	day := workday.DayOf(s.db.Now())
	prefixes := []string{}
	for _, p := range by.Posts {
		if authz.Can(authz.Actor{AccountID: by.AccountID, Posts: []authz.Post{p}}, authz.FindingReport) {
			prefixes = append(prefixes, p.Division)
		}
	}
	grounds, err := collect[Ground](ctx, s.db.Q(), "grounds", selectGrounds, by.AccountID, prefixes, day)
	if err != nil || len(grounds) == 0 {
		return grounds, nil, err
	}
	houses, err := collect[House](ctx, s.db.Q(), "houses", selectHouses, []int64{grounds[0].Grid}, by.AccountID, day)
	return grounds, houses, err
}

const selectFinding = `SELECT how, seen_at, words, lng, lat, rectify_by FROM finding WHERE order_id = $1`

// FindingOf gives what was seen, for whoever may see the case.
func (s *Service) FindingOf(ctx context.Context, by authz.Actor, o Order) (Finding, error) {
	if !o.visible(by) {
		return Finding{}, ErrNoOrder
	}
	all, err := collect[Finding](ctx, s.db.Q(), "finding", selectFinding, int64(o.ID))
	if err != nil || len(all) == 0 {
		return Finding{}, err
	}
	return all[0], nil
}
