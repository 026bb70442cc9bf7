package grid

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/place"
	"portal/internal/policy"
	"portal/internal/workday"
)

// shapeFields are the words for what the database refuses, at once or at commit.
var shapeFields = map[string]fault.Field{
	"building_in_one_grid":            {Name: "buildings", Message: "有的楼会在某一天不在任何网格里，或者同时在两个网格里。请核对楼幢名单和日期"},
	"grid_building_one":               {Name: "buildings", Message: "有的楼在同一天已经划在另一个网格里。请刷新后重选"},
	"grid_is_there_for_its_buildings": {Name: "day", Message: "所选的网格在这些日期里没有设立，不能划入楼幢或者地址。请换一个网格或者日期"},
	"micro_grid_only_subdivides":      {Name: "micro", Message: "微网格只能划分自己的网格，请在所属网格里选"},
	"grid_micro_subdivides":           {Name: "parent", Message: "微网格要选所属的网格，其他网格不选"},
	"grid_post_without_gap":           {Name: "a", Message: "网格的 A 岗、B 岗会有一段时间无人也没有登记空缺。请刷新后再办"},
	"grid_assignment_a_is_not_b":      {Name: "b", Message: "同一个人会在同一天既是 A 岗又是 B 岗（包括计划中的变动）。请另选一人"},
	"grid_assignment_one":             {Name: "a", Message: "这个岗位在同一天已经有人。请刷新后再办"},
	"grid_version_one":                {Name: "day", Message: "这个网格在同一天已有另一次调整。请刷新后再办"},
	"grid_code_key":                   {Name: "code", Message: "这个网格编码已经用过，编码不重复使用。不填编码时自动取下一个"},
	"grid_code_of_its_community":      {Name: "code", Message: "网格编码的前十二位是社区编码，请核对"},
	"grid_code_of_its_kind":           {Name: "code", Message: "综合网格编码用 001 到 900，专属网格从 901 起，微网格在所属网格的编码后加两位"},
	"grid_address_one":                {Name: "address", Message: "这个地址在同一天已经单独划过。请刷新后再办"},
	"grid_lineage_pkey":               {Name: "change", Message: "这两个网格的沿革已经登记过。请刷新后再办"},
	"building_one_name":               {Name: "name", Message: "这个小区在同一时期已有同名的楼。请核对楼幢名称和日期"},
	"address_text_key":                {Name: "addresses", Message: "这个地址已经登记在另一幢楼。请核对后只留一处"},
	"grid_version_name_check":         {Name: "name", Message: "网格名称为 2 到 40 个字"},
	"grid_version_reason_check":       {Name: "reason", Message: "理由为 1 到 200 个字"},
	"grid_address_reason_check":       {Name: "reason", Message: "理由为 1 到 200 个字"},
}

// identity is what never changes of a grid.
type identity struct {
	ID        ID
	Code      string
	Community string
}

const selectIdentities = `SELECT id, code, community FROM grid WHERE id = ANY($1) ORDER BY id`
const selectHomesOf = `SELECT DISTINCT grid_id FROM grid_building WHERE building_id = ANY($1) AND (upper_inf(valid) OR upper(valid) > $2::date) AND NOT isempty(valid)`

// The locks of a change, always in this order: communities by code, their grids by id, buildings by id.
const lockCommunities = `SELECT code FROM community WHERE code = ANY($1) ORDER BY code FOR NO KEY UPDATE`
const lockGrids = `SELECT id FROM grid WHERE community = ANY($1) OR id = ANY($2) ORDER BY id FOR NO KEY UPDATE`
const lockBuildings = `
SELECT id FROM building
WHERE id = ANY($2) OR id IN (SELECT building_id FROM grid_building WHERE grid_id = ANY($1) AND NOT isempty(valid) AND (upper_inf(valid) OR upper(valid) > $3::date))
ORDER BY id FOR NO KEY UPDATE`

const selectEverStood = `SELECT EXISTS (SELECT FROM grid WHERE community = ANY($1))`

// The first day after this one on which a version begins, or ends for good.
const selectLater = `
SELECT grid_id, min(day) FROM (
    SELECT grid_id, lower(valid) AS day FROM grid_version WHERE grid_id = ANY($1) AND NOT isempty(valid) AND lower(valid) > $2::date
    UNION ALL
    SELECT grid_id, upper(valid) FROM grid_version WHERE grid_id = ANY($1) AND NOT isempty(valid) AND upper(valid) > $2::date) d
GROUP BY grid_id`
const selectOpenHandovers = `SELECT DISTINCT grid_id FROM grid_handover WHERE grid_id = ANY($1) AND state IN ('drawn', 'given')`

// From the day on; empty ranges are plans that were called off.
const selectStays = `
SELECT p.id, p.grid_id, COALESCE(p.micro_id, 0), lower(p.valid), upper(p.valid), b.id, b.compound, b.name, b.households, b.residents, b.lng, b.lat,
    b.coord_system, lower(b.valid), upper(b.valid)
FROM grid_building p JOIN building b ON b.id = p.building_id
WHERE p.building_id IN (SELECT building_id FROM grid_building WHERE grid_id = ANY($1) UNION ALL SELECT unnest($2::bigint[]))
  AND NOT isempty(p.valid) AND (upper_inf(p.valid) OR upper(p.valid) > $3::date)
ORDER BY p.building_id, p.valid`
const selectAlone = `
SELECT x.id, x.address_id, a.text, a.building_id, x.grid_id, lower(x.valid), upper(x.valid), x.reason
FROM grid_address x JOIN address a ON a.id = x.address_id
WHERE x.grid_id = ANY($1) AND NOT isempty(x.valid) AND (upper_inf(x.valid) OR upper(x.valid) > $2::date)
ORDER BY x.id`
const selectHoldings = `
SELECT p.grid_id, p.role, COALESCE(p.worker_id, 0), COALESCE(w.name, ''), lower(p.valid), upper(p.valid)
FROM grid_assignment p JOIN grid g ON g.id = p.grid_id LEFT JOIN grid_worker w ON w.id = p.worker_id
WHERE p.role IN ('a', 'b') AND p.valid && daterange($2::date, NULL) AND left(g.community, 9) = ANY($1)`
const selectServing = `SELECT id, name, community, lower(valid), upper(valid) FROM grid_worker WHERE id = ANY($1)`
const selectTaken = `
SELECT g.code, (SELECT v.name FROM grid_version v WHERE v.grid_id = g.id ORDER BY v.id DESC LIMIT 1) FROM grid g WHERE g.code = ANY($1)`

// The highest numbers ever given, in grids and in the register of divisions.
const selectLast = `
SELECT CASE WHEN length(code) = 17 THEN left(code, 15) WHEN substr(code, 13) >= '901' THEN left(code, 12) || 's' ELSE left(code, 12) || 'o' END,
    max(CASE WHEN length(code) = 17 THEN substr(code, 16) ELSE substr(code, 13) END)::int
FROM (SELECT code FROM grid WHERE community = ANY($1)
      UNION ALL SELECT code FROM division WHERE length(code) IN (15, 17) AND left(code, 12) = ANY($1)) c
GROUP BY 1`
const selectCommunityNames = `SELECT c.code, d.name FROM community c JOIN division d ON d.code = c.code WHERE c.code = ANY($1)`

// each runs a query and hands every row on.
func each(ctx context.Context, q pg.Querier, what string, scan []any, row func(), sql string, args ...any) error {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if _, err := pgx.ForEachRow(rows, scan, func() error { row(); return nil }); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// concerned are the ids and codes that a change names.
type concerned struct {
	named       []identity
	grids       []ID
	communities []string
	streets     []string
	listed      []int64
	workers     []WorkerID
	codes       []string
	kept        bool // more than a file of boundaries does: for those alone who keep the grids
}

func concernedBy(ctx context.Context, q pg.Querier, c Change) (concerned, error) {
	var n concerned
	n.grids, n.kept = slices.Clone(c.Close), len(c.Close) > 0
	for _, d := range c.Redraw {
		n.grids = append(n.grids, d.ID)
	}
	for _, o := range c.Open {
		n.grids = append(n.grids, o.From...)
		if o.Parent != 0 {
			n.grids = append(n.grids, o.Parent)
		}
		n.communities = append(n.communities, o.Community)
		n.listed = append(n.listed, o.Buildings...)
		n.workers = append(n.workers, o.A, o.B)
		n.kept = n.kept || o.A != 0 || o.B != 0 || len(o.Buildings) > 0
		n.codes = append(n.codes, o.Code)
	}
	err := n.identify(ctx, q)
	return n, err
}

// identify finds the communities and streets of the grids named, and drops doubles.
func (n *concerned) identify(ctx context.Context, q pg.Querier) error {
	n.grids = unique(n.grids)
	var i identity
	if err := each(ctx, q, "identities of grids", []any{&i.ID, &i.Code, &i.Community}, func() { n.named = append(n.named, i) }, selectIdentities, n.grids); err != nil {
		return err
	}
	for _, g := range n.named {
		n.communities = append(n.communities, g.Community)
	}
	n.communities, n.listed, n.workers = unique(n.communities), unique(n.listed), unique(n.workers)
	for _, c := range n.communities {
		n.streets = append(n.streets, c[:min(len(c), 9)])
	}
	n.streets = unique(n.streets)
	return nil
}

func unique[T int64 | ID | WorkerID | string](list []T) []T {
	out := some(slices.Clone(list))
	slices.Sort(out)
	return slices.Compact(out)
}

// lock takes the locks of a change before anything is read.
func (n concerned) lock(ctx context.Context, tx *pg.Tx, day workday.Day) error {
	homes, err := n.homes(ctx, tx, day)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, lockCommunities, n.communities); err != nil {
		return fmt.Errorf("lock communities: %w", err)
	}
	var locked []ID
	var id ID
	if err := each(ctx, tx, "lock grids", []any{&id}, func() { locked = append(locked, id) }, lockGrids, n.communities, unique(append(homes, n.grids...))); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, lockBuildings, some(locked), n.listed, day); err != nil {
		return fmt.Errorf("lock buildings: %w", err)
	}
	return nil
}

// homes are the grids of the buildings named one by one.
func (n concerned) homes(ctx context.Context, q pg.Querier, day workday.Day) ([]ID, error) {
	var homes []ID
	var id ID
	err := each(ctx, q, "homes of buildings", []any{&id}, func() { homes = append(homes, id) }, selectHomesOf, n.listed, day)
	return homes, err
}

// meet reads the situation that a change on a day meets.
func meet(ctx context.Context, q pg.Querier, n concerned, day, today workday.Day) (situation, error) {
	s := situation{today: today, day: day, community: map[string]string{}, later: map[ID]workday.Day{}, handovers: map[ID]bool{}, stays: map[int64][]stay{},
		workers: map[WorkerID]serving{}, taken: map[string]string{}, last: map[string]int{}}
	settings, err := policy.Load(ctx, q, today)
	if err != nil {
		return s, err
	}
	s.limitA, s.limitHouses = settings.GridLimitA, settings.GridHouseholds
	if s.standing, err = gridsStanding(ctx, q, day, n.streets...); err != nil {
		return s, err
	}
	if s.asked, err = gridsByID(ctx, q, n.grids, day); err != nil {
		return s, err
	}
	var stood bool
	if err := q.QueryRow(ctx, selectEverStood, n.communities).Scan(&stood); err != nil {
		return s, fmt.Errorf("grids that ever stood: %w", err)
	}
	s.empty = !stood
	var own []ID
	for _, g := range s.standing {
		if slices.Contains(n.communities, g.Community) {
			own = append(own, g.ID)
		}
	}
	return s, s.read(ctx, q, n, unique(append(own, n.grids...)))
}

// read fills the maps; own are the grids of the communities concerned.
func (s *situation) read(ctx context.Context, q pg.Querier, n concerned, own []ID) error {
	var (
		id, id2    ID
		worker     WorkerID
		day        workday.Day
		text, name string
		number     int
		at         stay
		b          place.Building
		alone      aloneAddress
		held       holding
		serve      serving
	)
	for _, read := range []func() error{
		func() error {
			return each(ctx, q, "communities", []any{&text, &name}, func() { s.community[text] = name }, selectCommunityNames, n.communities)
		},
		func() error {
			return each(ctx, q, "later plans", []any{&id, &day}, func() { s.later[id] = day }, selectLater, own, s.day)
		},
		func() error {
			return each(ctx, q, "open handovers", []any{&id}, func() { s.handovers[id] = true }, selectOpenHandovers, own)
		},
		func() error {
			return each(ctx, q, "buildings", []any{&at.ID, &at.Grid, &id2, &at.From, &at.Until, &b.ID, &b.Compound, &b.Name, &b.Households, &b.Residents,
				&b.Lng, &b.Lat, &b.System, &b.From, &b.Until}, func() {
				row := at
				row.Micro, row.Building = id2, b
				s.stays[b.ID] = append(s.stays[b.ID], row)
			}, selectStays, own, n.listed, s.day)
		},
		func() error {
			return each(ctx, q, "addresses", []any{&alone.ID, &alone.Address, &alone.Text, &alone.Building, &alone.Grid, &alone.From, &alone.Until, &alone.Reason},
				func() { s.alone = append(s.alone, alone) }, selectAlone, own, s.day)
		},
		func() error {
			return each(ctx, q, "posts", []any{&held.Grid, &held.Role, &held.Worker, &held.Name, &held.From, &held.Until},
				func() { s.posts = append(s.posts, held) }, selectHoldings, n.streets, s.day)
		},
		func() error {
			return each(ctx, q, "workers", []any{&worker, &serve.Name, &serve.Community, &serve.From, &serve.Until},
				func() { s.workers[worker] = serve }, selectServing, n.workers)
		},
		func() error {
			return each(ctx, q, "codes", []any{&text, &name}, func() { s.taken[text] = name }, selectTaken, some(n.codes))
		},
		func() error {
			return each(ctx, q, "numbers", []any{&text, &number}, func() { s.last[text] = number }, selectLast, n.communities)
		},
	} {
		if err := read(); err != nil {
			return err
		}
	}
	return nil
}
