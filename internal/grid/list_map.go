package grid

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/geo"
	"portal/internal/page"
	"portal/internal/pg"
	"portal/internal/workday"
)

// errNoGrid reads the same for a code that was never given and one out of reach.
var errNoGrid = fault.NotFound("没有找到这个网格。可能是编码不完整，或者不在你的职责范围内")

const gridColumns = `
g.id, g.code, g.community, d.name AS community_name, g.kind, COALESCE(g.parent_id, 0) AS parent_id, v.name, v.boundary, v.coord_system AS system,
lower(v.valid) AS from, upper(v.valid) AS until, v.reason, g.version, COALESCE(n.households, 0) AS households, COALESCE(n.residents, 0) AS residents,
COALESCE(n.buildings, 0) AS buildings`

// What lies in each grid and micro-grid on the day.
const countsOnDay = `
SELECT k.id, sum(b.households)::int AS households, sum(b.residents)::int AS residents, count(*)::int AS buildings
FROM grid_building p JOIN building b ON b.id = p.building_id CROSS JOIN LATERAL (VALUES (p.grid_id), (p.micro_id)) k (id)
WHERE p.valid @> $1::date AND k.id IS NOT NULL
GROUP BY k.id`

// The grids of some places ($2 code prefixes) in somebody's reach ($3 all, $4 code prefixes).
const gridsOnDay = `
WITH n AS (` + countsOnDay + `)
SELECT ` + gridColumns + `
FROM grid g
JOIN grid_version v ON v.grid_id = g.id AND v.valid @> $1::date
JOIN division d ON d.code = g.community
LEFT JOIN n ON n.id = g.id
WHERE EXISTS (SELECT FROM unnest($2::text[]) p WHERE starts_with(g.code, p))
  AND ($3 OR EXISTS (SELECT FROM unnest($4::text[]) p WHERE starts_with(g.code, p)))
ORDER BY g.code`

const countsOfOne = `
LEFT JOIN LATERAL (
    SELECT sum(b.households)::int AS households, sum(b.residents)::int AS residents, count(*)::int AS buildings
    FROM grid_building p JOIN building b ON b.id = p.building_id
    WHERE p.grid_id = COALESCE(g.parent_id, g.id) AND (g.parent_id IS NULL OR p.micro_id = g.id) AND p.valid @> $1::date) n ON true`

const fromNearest = `
FROM grid g
JOIN division d ON d.code = g.community
JOIN LATERAL (
    SELECT x.* FROM grid_version x WHERE x.grid_id = g.id AND NOT isempty(x.valid)
    ORDER BY x.valid @> $1::date DESC, lower(x.valid) <= $1::date DESC, abs(lower(x.valid) - $1::date) LIMIT 1) v ON true` + countsOfOne

// The version of the day, else the last one before it, else the first one after it.
const gridByCodeNear = `SELECT ` + gridColumns + fromNearest + ` WHERE g.code = $2`
const gridsByIDNear = `SELECT ` + gridColumns + fromNearest + ` WHERE g.id = ANY($2) ORDER BY g.code`

type gridRow struct {
	ID            ID
	Code          string
	Community     string
	CommunityName string
	Kind          Kind
	ParentID      ID
	Name          string
	Boundary      []byte
	System        geo.System
	From          workday.Day
	Until         workday.Day
	Reason        string
	Version       int
	Households    int
	Residents     int
	Buildings     int
}

func (r gridRow) grid() (Grid, error) {
	g := Grid{ID: r.ID, Code: r.Code, Community: r.Community, CommunityName: r.CommunityName, Kind: r.Kind, ParentID: r.ParentID, Name: r.Name,
		System: r.System, From: r.From, Until: r.Until, Reason: r.Reason, Version: r.Version, Households: r.Households, Residents: r.Residents,
		Buildings: r.Buildings}
	var err error
	if g.Boundary, err = shapeOf(r.Boundary); err != nil {
		return g, fmt.Errorf("boundary of grid %s: %w", r.Code, err)
	}
	return g, nil
}

// shapeOf reads a stored boundary; none is the zero shape.
func shapeOf(stored []byte) (geo.Shape, error) {
	if len(stored) == 0 {
		return geo.Shape{}, nil
	}
	return geo.StoredShape(stored)
}

func grids(ctx context.Context, q pg.Querier, sql string, args ...any) ([]Grid, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("grids: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByName[gridRow])
	if err != nil {
		return nil, fmt.Errorf("grids: %w", err)
	}
	out := make([]Grid, len(all))
	for i, r := range all {
		if out[i], err = r.grid(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// gridsStanding lists the grids of some places that stand on a day, whoever asks.
func gridsStanding(ctx context.Context, q pg.Querier, day workday.Day, prefixes ...string) ([]Grid, error) {
	return grids(ctx, q, gridsOnDay, day, prefixes, true, []string{})
}

// gridsByID gives grids as of a day, or with the version nearest to it.
func gridsByID(ctx context.Context, q pg.Querier, ids []ID, day workday.Day) (map[ID]Grid, error) {
	all, err := grids(ctx, q, gridsByIDNear, day, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[ID]Grid, len(all))
	for _, g := range all {
		out[g.ID] = g
	}
	return out, nil
}

const selectVersions = `
SELECT v.name, lower(v.valid) AS from, upper(v.valid) AS until, v.boundary, v.coord_system AS system, v.reason, v.made_at, isempty(v.valid) AS called_off
FROM grid_version v WHERE v.grid_id = $1
ORDER BY isempty(v.valid), lower(v.valid) DESC, v.id DESC`

func versionsOf(ctx context.Context, q pg.Querier, id ID) ([]VersionRow, error) {
	rows, err := q.Query(ctx, selectVersions, id)
	if err != nil {
		return nil, fmt.Errorf("versions of a grid: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (VersionRow, error) {
		var v VersionRow
		var boundary []byte
		err := row.Scan(&v.Name, &v.From, &v.Until, &boundary, &v.System, &v.Reason, &v.MadeAt, &v.CalledOff)
		if err == nil {
			v.Boundary, err = shapeOf(boundary)
		}
		return v, err
	})
	if err != nil {
		return nil, fmt.Errorf("versions of a grid: %w", err)
	}
	return out, nil
}

// The whole chain in one direction, nearest first; the name is the last one the grid had.
const nameOfLinked = `
SELECT g.id, g.code, v.name, c.day, c.kind
FROM (SELECT id, min(depth) AS depth, min(day) AS day, min(kind) AS kind FROM chain GROUP BY id) c
JOIN grid g ON g.id = c.id
JOIN LATERAL (SELECT x.name FROM grid_version x WHERE x.grid_id = g.id ORDER BY isempty(x.valid), lower(x.valid) DESC LIMIT 1) v ON true
ORDER BY c.depth, g.code`
const selectPredecessors = `
WITH RECURSIVE chain AS (
    SELECT predecessor_id AS id, day, kind, 1 AS depth FROM grid_lineage WHERE successor_id = $1
    UNION SELECT l.predecessor_id, l.day, l.kind, c.depth + 1 FROM chain c JOIN grid_lineage l ON l.successor_id = c.id WHERE c.depth < 50)` + nameOfLinked
const selectSuccessors = `
WITH RECURSIVE chain AS (
    SELECT successor_id AS id, day, kind, 1 AS depth FROM grid_lineage WHERE predecessor_id = $1
    UNION SELECT l.successor_id, l.day, l.kind, c.depth + 1 FROM chain c JOIN grid_lineage l ON l.predecessor_id = c.id WHERE c.depth < 50)` + nameOfLinked

func linked(ctx context.Context, q pg.Querier, sql string, id ID) ([]LineageRow, error) {
	rows, err := q.Query(ctx, sql, id)
	if err != nil {
		return nil, fmt.Errorf("lineage: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByPos[LineageRow])
	if err != nil {
		return nil, fmt.Errorf("lineage: %w", err)
	}
	return out, nil
}

// view is how somebody sees grids: staff what is in their reach, with counts; everybody else, as the
// public, all of them without households and residents (governance.md §5.6).
type view struct {
	scope  authz.Scope
	public bool
}

func viewOf(by authz.Actor) view {
	if scope := authz.ReachOf(by, authz.GridView); !scope.Empty() {
		return view{scope: scope}
	}
	return view{scope: authz.ReachOf(by, authz.PublicRead), public: true}
}

// masked takes the counts of households away that the viewer may not see.
func (v view) masked(g Grid) Grid {
	if v.public {
		g.Households, g.Residents = 0, 0
	}
	return g
}

func (s *Service) onDay(ctx context.Context, by authz.Actor, community string, day workday.Day) ([]Grid, error) {
	v := viewOf(by)
	if v.scope.Empty() {
		return nil, errNoGrid
	}
	all, err := grids(ctx, s.db.Q(), gridsOnDay, day, []string{community}, v.scope.All, some(v.scope.Prefixes))
	if err != nil {
		return nil, err
	}
	for i := range all {
		all[i] = v.masked(all[i])
	}
	return all, nil
}

// some keeps a nil slice from becoming NULL.
func some[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// readable lets a grid pass that the viewer may see.
func readable(by authz.Actor, all []Grid) (Grid, error) {
	if len(all) == 0 {
		return Grid{}, errNoGrid
	}
	v := viewOf(by)
	if !v.public && !authz.Allowed(by, authz.GridView, all[0].Object()) || v.scope.Empty() {
		return Grid{}, errNoGrid
	}
	return v.masked(all[0]), nil
}

func (s *Service) byCode(ctx context.Context, by authz.Actor, code string, day workday.Day) (Grid, error) {
	all, err := grids(ctx, s.db.Q(), gridByCodeNear, day, code)
	if err != nil {
		return Grid{}, err
	}
	return readable(by, all)
}

func (s *Service) byID(ctx context.Context, by authz.Actor, id ID, day workday.Day) (Grid, error) {
	all, err := grids(ctx, s.db.Q(), gridsByIDNear, day, []ID{id})
	if err != nil {
		return Grid{}, err
	}
	return readable(by, all)
}

func (s *Service) versions(ctx context.Context, by authz.Actor, id ID) ([]VersionRow, error) {
	if _, err := s.byID(ctx, by, id, s.today()); err != nil {
		return nil, err
	}
	return versionsOf(ctx, s.db.Q(), id)
}

func (s *Service) lineage(ctx context.Context, by authz.Actor, id ID) (before, after []LineageRow, err error) {
	if _, err := s.byID(ctx, by, id, s.today()); err != nil {
		return nil, nil, err
	}
	if before, err = linked(ctx, s.db.Q(), selectPredecessors, id); err != nil {
		return nil, nil, err
	}
	after, err = linked(ctx, s.db.Q(), selectSuccessors, id)
	return before, after, err
}

const (
	buildingSort = "grid.building"
	buildingRows = 50
)

const selectBuildingsOfGrid = `
SELECT b.id, b.compound, b.name, b.households, b.residents, b.lng, b.lat, b.coord_system, lower(b.valid), upper(b.valid), b.source,
    COALESCE(m.id, 0), COALESCE(m.code, ''), COALESCE(mv.name, ''), lower(p.valid), upper(p.valid),
    (SELECT count(*)::int FROM address a WHERE a.building_id = b.id)
FROM grid_building p
JOIN building b ON b.id = p.building_id
LEFT JOIN grid m ON m.id = p.micro_id
LEFT JOIN grid_version mv ON mv.grid_id = m.id AND mv.valid @> $3::date
WHERE p.grid_id = $1 AND ($2 = 0 OR p.micro_id = $2) AND p.valid @> $3::date`
const buildingsForward = selectBuildingsOfGrid + ` AND (b.compound, b.id) > ($4, $5) ORDER BY b.compound, b.id LIMIT $6`
const buildingsBack = selectBuildingsOfGrid + ` AND (b.compound, b.id) < ($4, $5) ORDER BY b.compound DESC, b.id DESC LIMIT $6`

func (s *Service) buildings(ctx context.Context, by authz.Actor, id ID, day workday.Day, cursor string) (page.Page[BuildingRow], error) {
	var none page.Page[BuildingRow]
	at, err := page.Decode(cursor, buildingSort, 1)
	if err != nil {
		return none, fault.InvalidField("cursor", err.Error())
	}
	g, err := s.byID(ctx, by, id, day)
	if err != nil {
		return none, err
	}
	grid, micro := g.ID, ID(0)
	if g.Kind == Micro {
		grid, micro = g.ParentID, g.ID
	}
	sql, after := buildingsForward, ""
	if at.Back {
		sql = buildingsBack
	}
	if !at.IsZero() {
		after = at.Keys[0]
	}
	rows, err := s.db.Q().Query(ctx, sql, grid, micro, day, after, at.ID, buildingRows+1)
	if err != nil {
		return none, fmt.Errorf("buildings of a grid: %w", err)
	}
	public := viewOf(by).public
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (BuildingRow, error) {
		var b BuildingRow
		err := row.Scan(&b.ID, &b.Compound, &b.Name, &b.Households, &b.Residents, &b.Lng, &b.Lat, &b.System, &b.From, &b.Until, &b.Source, &b.MicroID,
			&b.MicroCode, &b.MicroName, &b.Since, &b.Through, &b.Addresses)
		if public {
			b.Households, b.Residents = 0, 0
		}
		return b, err
	})
	if err != nil {
		return none, fmt.Errorf("buildings of a grid: %w", err)
	}
	return page.Cut(list, buildingRows, at, func(b BuildingRow) page.Cursor {
		return page.Cursor{Sort: buildingSort, Keys: []string{b.Compound}, ID: b.ID}
	}), nil
}

func (s *Service) today() workday.Day { return workday.DayOf(s.db.Now()) }
