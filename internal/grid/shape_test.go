package grid

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/geo"
	"portal/internal/pg"
	"portal/internal/pg/pgtest"
	"portal/internal/workday"
)

const (
	huaiyin = "320104900001"
	shiqiao = "320104900002"
)

var (
	keeper     = authz.Actor{AccountID: 1, Name: "调度岗", Posts: []authz.Post{{Role: authz.Dispatcher, Division: "320104900"}}}
	shiqiaoSec = authz.Actor{AccountID: 2, Name: "石桥书记", Posts: []authz.Post{{Role: authz.Secretary, Division: shiqiao}}}
	longAgo    = workday.NewDay(2020, 1, 1)
	thisDay    = workday.NewDay(2026, 11, 18)
	nextMonth  = workday.NewDay(2026, 12, 1)
)

// town is a street of two communities on real tables.
type town struct {
	*Service
	t testing.TB
}

func newTown(t testing.TB) town {
	t.Helper()
	db := pgtest.New(t)
	w := town{Service: New(db), t: t}
	for _, c := range []struct{ code, name string }{{huaiyin, "槐荫社区"}, {shiqiao, "石桥社区"}} {
		w.exec(`INSERT INTO division (code, level, name, parent_code) VALUES ($1, 'community', $2, '320104900')`, c.code, c.name)
		w.exec(`INSERT INTO community (code, households, workers, capacity_hours) VALUES ($1, 1000, 10, 100)`, c.code)
	}
	for id := range 3 {
		w.exec(`INSERT INTO account (login, name, password_hash, created_at) VALUES ($1, $2, '-', $3)`, fmt.Sprintf("u%d", id), fmt.Sprintf("人%d", id), pgtest.Now)
	}
	return w
}

func (w town) exec(sql string, args ...any) {
	w.t.Helper()
	if _, err := w.db.Pool().Exec(context.Background(), sql, args...); err != nil {
		w.t.Fatalf("%s: %v", sql, err)
	}
}

func (w town) one(sql string, args ...any) (n int) {
	w.t.Helper()
	if err := w.db.Q().QueryRow(context.Background(), sql, args...).Scan(&n); err != nil {
		w.t.Fatalf("%s: %v", sql, err)
	}
	return n
}

// box is a rectangle in thousandths of a degree from the corner of the town.
func box(t testing.TB, x, y, width, height float64) geo.Shape {
	t.Helper()
	const lng, lat, unit = 118.77, 32.02, 0.001
	l, b, r, u := lng+x*unit, lat+y*unit, lng+(x+width)*unit, lat+(y+height)*unit
	s, err := geo.ParseShape(fmt.Appendf(nil, `{"type":"Polygon","coordinates":[[[%[1]f,%[2]f],[%[3]f,%[2]f],[%[3]f,%[4]f],[%[1]f,%[4]f],[%[1]f,%[2]f]]]}`, l, b, r, u))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// house puts a building of 40 households at a point of the town.
func (w town) house(name string, x, y float64, at ID) (id int64) {
	w.t.Helper()
	tx, err := w.db.Pool().Begin(context.Background())
	if err != nil {
		w.t.Fatal(err)
	}
	defer tx.Rollback(context.Background())
	if err := tx.QueryRow(context.Background(), `INSERT INTO building (compound, name, name_key, pinyin, initials, households, residents, lng, lat, coord_system, valid)
		VALUES ('槐安里', $1, $2, 'huai an li', 'hal', 40, 90, $3, $4, 'WGS-84', daterange('2020-01-01', NULL)) RETURNING id`, name, "槐安里"+name, 118.77+x/1000, 32.02+y/1000).Scan(&id); err != nil {
		w.t.Fatal(err)
	}
	if _, err := tx.Exec(context.Background(), `INSERT INTO grid_building (building_id, grid_id, valid) VALUES ($1, $2, daterange('2020-01-01', NULL))`, id, at); err != nil {
		w.t.Fatal(err)
	}
	if err := tx.Commit(context.Background()); err != nil {
		w.t.Fatal(err)
	}
	return id
}

func (w town) worker(name string) (id WorkerID) {
	w.t.Helper()
	if err := w.db.Q().QueryRow(context.Background(), `INSERT INTO grid_worker (community, name, phone, employment, valid)
		VALUES ($1, $2, '025-10000000', 'full_time', daterange('2020-01-01', NULL)) RETURNING id`, huaiyin, name).Scan(&id); err != nil {
		w.t.Fatal(err)
	}
	return id
}

// form makes a key as long as a form's.
func form(key string) string { return fmt.Sprintf("%-32s", key) }

func (w town) applied(key string, c Change) []ID {
	w.t.Helper()
	ids, err := w.Apply(context.Background(), keeper, form(key), c)
	if err != nil {
		w.t.Fatal(err)
	}
	return ids
}

func (w town) grid(code string, day workday.Day) Grid {
	w.t.Helper()
	g, err := w.ByCode(context.Background(), keeper, code, day)
	if err != nil {
		w.t.Fatal(err)
	}
	return g
}

func (w town) at(building int64, day workday.Day) string {
	w.t.Helper()
	p, err := w.AtBuilding(context.Background(), keeper, building, day)
	if err != nil {
		w.t.Fatalf("building %d on %s: %v", building, day, err)
	}
	return p.Grid.Name
}

// twoGrids draws the first import: 第一网格 west, 第二网格 east, 10 × 10 each, four houses in each.
func (w town) twoGrids(a, b WorkerID) (ids []ID, houses []int64) {
	w.t.Helper()
	ids = w.applied("first", Change{Day: longAgo, Reason: "首次导入", System: geo.WGS84, Open: []NewGrid{
		{Kind: Ordinary, Community: huaiyin, Name: "槐荫社区第一网格", Boundary: box(w.t, 0, 0, 10, 10), A: a, B: b, VacancyReason: "招录中"},
		{Kind: Ordinary, Community: huaiyin, Name: "槐荫社区第二网格", Boundary: box(w.t, 10, 0, 10, 10), VacancyReason: "招录中"},
	}})
	for i := range 8 {
		x := 1 + 2.5*float64(i)
		houses = append(houses, w.house(fmt.Sprintf("%d幢", i+1), x, 5, ids[i/4]))
	}
	return ids, houses
}

func blocked(t testing.TB, err error, words string) {
	t.Helper()
	if f, ok := fault.As(err); !ok || !strings.Contains(f.Error(), words) {
		t.Errorf("%v, want words %q", err, words)
	}
}

// GRD-01, GRD-02: a split ends one grid and begins two with codes of their own; the day before, everything is
// as it was (edge case 5), and the same form a second time changes nothing.
func TestSplit(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	a, b := w.worker("葛一"), w.worker("葛二")
	ids, houses := w.twoGrids(a, b)
	first := w.grid(huaiyin+"001", thisDay)
	if first.Households != 160 || first.Residents != 360 || first.Buildings != 4 || first.Short() != "第一网格" {
		t.Fatalf("%+v", first)
	}
	c := SplitPlan(first, []Part{{Name: "槐荫社区第三网格", Boundary: box(t, 0, 0, 5, 10)}, {Name: "槐荫社区第四网格", Boundary: box(t, 5, 0, 5, 10)}}, nextMonth, "户数过多")
	p, err := w.Preview(context.Background(), keeper, c)
	if err != nil || len(p.Blocked) > 0 || len(p.Moves) != 4 || len(p.Before) != 1 || len(p.After) != 2 || p.After[0].Households != 80 {
		t.Fatalf("%+v %v", p, err)
	}
	opened := w.applied("split", c)
	again := w.applied("split", c)
	if !slices.Equal(opened, again) || w.one(`SELECT count(*) FROM grid`) != 4 {
		t.Errorf("the same form twice: %v %v", opened, again)
	}
	if at := w.at(houses[0], nextMonth.Add(-1)); at != "槐荫社区第一网格" {
		t.Errorf("the day before: %s", at)
	}
	if at := w.at(houses[0], nextMonth) + w.at(houses[3], nextMonth) + w.at(houses[4], nextMonth); at != "槐荫社区第三网格槐荫社区第四网格槐荫社区第二网格" {
		t.Errorf("from the day on: %s", at)
	}
	closed := w.grid(huaiyin+"001", nextMonth.Add(30))
	if closed.Until != nextMonth || closed.Name != "槐荫社区第一网格" || closed.Buildings != 0 {
		t.Errorf("a closed grid: %+v", closed)
	}
	_, after, err := w.Lineage(context.Background(), keeper, ids[0])
	if err != nil || len(after) != 2 || after[0].Kind != BySplit || after[0].Code != huaiyin+"003" {
		t.Errorf("%+v %v", after, err)
	}
	// The people go with the first predecessor: A and B of both halves.
	if n := w.one(`SELECT count(*) FROM grid_assignment WHERE grid_id = ANY($1) AND worker_id = ANY($2) AND lower(valid) = $3`, opened, []WorkerID{a, b}, nextMonth); n != 4 {
		t.Errorf("%d posts inherited", n)
	}
	if n := w.one(`SELECT count(*) FROM audit_entry WHERE action = 'grid.redraw' AND reason = '户数过多'`); n != 3 {
		t.Errorf("%d audit entries", n)
	}
	// A third half would make three grids for one A: refused (GRD-06).
	third := SplitPlan(w.grid(huaiyin+"003", nextMonth), []Part{{Name: "甲网格", Boundary: box(t, 0, 0, 5, 5)}, {Name: "乙网格", Boundary: box(t, 0, 5, 5, 5)}}, nextMonth, "再拆")
	_, err = w.Apply(context.Background(), keeper, form("third"), third)
	blocked(t, err, "最多 2 个")
}

// Edge case 6: predecessors are a chain. GRD-02: the code of a grid that is gone is never given again.
func TestMergeChain(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ids, houses := w.twoGrids(0, 0)
	merged := w.applied("m", MergePlan([]Grid{w.grid(huaiyin+"001", thisDay), w.grid(huaiyin+"002", thisDay)},
		Part{Name: "槐荫社区大网格", Boundary: box(t, 0, 0, 20, 10)}, thisDay, "合并"))
	for _, h := range houses {
		if at := w.at(h, thisDay); at != "槐荫社区大网格" {
			t.Errorf("house %d in %s", h, at)
		}
	}
	// The community is merged into another one: the grid goes over, and its history with it.
	g := w.grid(huaiyin+"003", thisDay)
	over := w.applied("over", Change{Day: nextMonth, Reason: "社区合并", System: geo.WGS84, Close: []ID{g.ID},
		Open: []NewGrid{{Kind: Ordinary, Community: shiqiao, Name: "石桥社区第一网格", Boundary: g.Boundary, From: []ID{g.ID}}}})
	before, _, err := w.Lineage(context.Background(), keeper, over[0])
	if err != nil || len(before) != 3 || before[0].ID != merged[0] || before[0].Kind != ByRecode || before[1].ID != ids[0] || before[1].Kind != ByMerge {
		t.Errorf("%+v %v", before, err)
	}
	fresh := Change{Day: nextMonth, Reason: "又设", Open: []NewGrid{{Kind: Ordinary, Community: huaiyin, Name: "新网格", Code: huaiyin + "001"}}}
	_, err = w.Apply(context.Background(), keeper, form("reuse"), fresh)
	blocked(t, err, "网格编码不重复使用")
	fresh.Open[0].Code = ""
	w.applied("fresh", fresh)
	if g := w.grid(huaiyin+"004", nextMonth); g.Name != "新网格" {
		t.Errorf("%+v", g)
	}
}

// Edge case 2: the premises of a special grid are cut out of the ordinary one; the land around stays.
func TestSpecialGridCutOut(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ids, houses := w.twoGrids(0, 0)
	hole, err := geo.ParseShape([]byte(`{"type":"Polygon","coordinates":[[[118.77,32.02],[118.78,32.02],[118.78,32.03],[118.77,32.03],[118.77,32.02]],
		[[118.773,32.024],[118.773,32.026],[118.774,32.026],[118.774,32.024],[118.773,32.024]]]}`))
	if err != nil {
		t.Fatal(err)
	}
	special := NewGrid{Kind: Special, Community: huaiyin, Name: "商圈专属网格", Boundary: box(t, 3, 4, 1, 2), From: []ID{ids[0]}, VacancyReason: "待定"}
	c := Change{Day: thisDay, Reason: "商圈单设", System: geo.WGS84, Open: []NewGrid{special}}
	_, err = w.Apply(context.Background(), keeper, form("k"), c)
	blocked(t, err, "重叠约")
	c.Redraw = []Redraw{{ID: ids[0], Version: 1, Boundary: hole}}
	w.applied("k2", c)
	if at := w.at(houses[0], thisDay) + w.at(houses[1], thisDay); at != "槐荫社区第一网格商圈专属网格" {
		t.Errorf("%s", at)
	}
	if g, err := w.AtPoint(context.Background(), authz.Anonymous, geo.Point{Lng: 118.7735, Lat: 32.025}, geo.WGS84, thisDay); err != nil || g.Code != huaiyin+"901" || g.Households != 0 {
		t.Errorf("%+v %v", g, err)
	}
	_, err = w.AtPoint(context.Background(), authz.Anonymous, geo.Point{Lng: 118.7735, Lat: 32.025}, geo.GCJ02, thisDay)
	blocked(t, err, "不能换算")
	before, _, err := w.Lineage(context.Background(), keeper, w.grid(huaiyin+"901", thisDay).ID)
	if err != nil || len(before) != 1 || before[0].Kind != BySplit {
		t.Errorf("%+v %v", before, err)
	}
	// The one who saw the map before that is told, and nothing is lost.
	_, err = w.Apply(context.Background(), keeper, form("late"), Change{Day: thisDay, Reason: "改", System: geo.WGS84, Redraw: []Redraw{{ID: ids[0], Version: 1, Name: "别名网格"}}})
	if fault.KindOf(err) != fault.KindConflict || !strings.Contains(err.Error(), "调度岗") {
		t.Errorf("%v", err)
	}
	// Land that would belong to nobody is refused, and passes with a reason when no building stands on it.
	lost := Change{Day: thisDay, Reason: "河道整治", System: geo.WGS84, Redraw: []Redraw{{ID: ids[1], Version: 1, Boundary: box(t, 10, 0, 10, 9)}}}
	_, err = w.Apply(context.Background(), keeper, form("lost"), lost)
	blocked(t, err, "不属于任何网格")
	lost.GiveUp = "划为河道"
	w.applied("lost2", lost)
	lost.Redraw[0] = Redraw{ID: ids[1], Version: 2, Boundary: box(t, 10, 0, 5, 9)}
	_, err = w.Apply(context.Background(), keeper, form("lost3"), lost)
	blocked(t, err, "2 幢楼会不在任何网格里")
}

// GRD-01 by the database alone: whatever writes past this package is refused at commit.
func TestDatabaseRefuses(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ids, houses := w.twoGrids(0, 0)
	micro := w.applied("micro", Change{Day: thisDay, Reason: "划微网格", System: geo.WGS84, Open: []NewGrid{{Kind: Micro, Community: huaiyin, Name: "一号微网格",
		Parent: ids[1], Boundary: box(t, 10, 0, 10, 10)}}})[0]
	if n := w.one(`SELECT count(*) FROM grid_building WHERE micro_id = $1 AND upper_inf(valid)`, micro); n != 4 {
		t.Errorf("%d buildings in the micro-grid", n)
	}
	for name, c := range map[string]struct{ constraint, sql string }{
		"a gap":                    {"building_in_one_grid", `UPDATE grid_building SET valid = valid * daterange(NULL, '2026-11-20') WHERE building_id = $1 AND $2 > 0`},
		"two grids at once":        {"grid_building_one", `INSERT INTO grid_building (building_id, grid_id, valid) VALUES ($1, $2, daterange('2026-11-20', NULL))`},
		"a building past the grid": {"grid_is_there_for_its_buildings", `UPDATE grid_version SET valid = daterange('2020-01-01', '2026-11-20') WHERE grid_id = $2 AND $1 > 0`},
		"micro outside its parent": {"micro_grid_only_subdivides", fmt.Sprintf(`UPDATE grid_building SET micro_id = %d WHERE building_id = $1 AND $2 > 0`, micro)},
		"a new building without":   {"building_in_one_grid", `INSERT INTO building (compound, name, name_key, households, lng, lat, coord_system, valid) SELECT 'x', 'y', 'xy', 1, 118, 32, 'WGS-84', daterange('2020-01-01', NULL) WHERE $1 > 0 AND $2 > 0`},
		"no A":                     {"grid_post_without_gap", `UPDATE grid_assignment SET valid = daterange('2020-01-01', '2026-11-20') WHERE grid_id = $2 AND role = 'a' AND $1 > 0`},
	} {
		err := w.db.Write(context.Background(), keeper, func(tx *pg.Tx) error {
			tx.Replayed()
			_, err := tx.Exec(context.Background(), c.sql, houses[0], ids[0])
			return err
		})
		err = pg.Constraint(err, shapeFields)
		if f := fault.Fields(err); len(f) != 1 || f[0] != shapeFields[c.constraint] {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Nobody changes or sees more than the reach allows, and the public sees no household counts (§5.6).
func TestReach(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ids, houses := w.twoGrids(0, 0)
	ctx := context.Background()
	c := Change{Day: thisDay, Reason: "改名", Redraw: []Redraw{{ID: ids[0], Version: 1, Name: "别的名称"}}}
	for _, by := range []authz.Actor{shiqiaoSec, authz.Anonymous} {
		if _, err := w.Apply(ctx, by, "", c); fault.KindOf(err) != fault.KindNotFound {
			t.Errorf("%s: %v", by.Name, err)
		}
		if _, err := w.Preview(ctx, by, c); fault.KindOf(err) != fault.KindNotFound {
			t.Errorf("%s: %v", by.Name, err)
		}
	}
	if _, err := w.ByCode(ctx, shiqiaoSec, huaiyin+"001", thisDay); fault.KindOf(err) != fault.KindNotFound {
		t.Errorf("out of reach: %v", err)
	}
	steal := Change{Day: thisDay, Reason: "新设", Open: []NewGrid{{Kind: Ordinary, Community: shiqiao, Name: "石桥社区第一网格", Buildings: houses[:1]}}}
	if _, err := w.Apply(ctx, shiqiaoSec, "", steal); fault.KindOf(err) != fault.KindNotFound {
		t.Errorf("another community's building: %v", err)
	}
	all, err := w.OnDay(ctx, authz.Anonymous, "320104900", thisDay)
	if err != nil || len(all) != 2 || all[0].Households+all[0].Residents != 0 || all[0].Buildings != 4 || all[0].Boundary.IsZero() {
		t.Errorf("%+v %v", all, err)
	}
	if own, err := w.OnDay(ctx, shiqiaoSec, "320104900", thisDay); err != nil || len(own) != 0 {
		t.Errorf("%+v %v", own, err)
	}
	found, err := w.Find(ctx, authz.Anonymous, "槐安里 ３号楼", thisDay, 10)
	if err != nil || len(found) != 1 || found[0].Building.Name != "3幢" || found[0].Grid.Code != huaiyin+"001" || found[0].Building.Households+found[0].Grid.Households != 0 {
		t.Errorf("%+v %v", found, err)
	}
	if found, err := w.Find(ctx, keeper, "hal", thisDay, 5); err != nil || len(found) != 5 || found[0].Grid.Households != 160 {
		t.Errorf("%+v %v", found, err)
	}
	if found, err := w.Find(ctx, keeper, "梧桐里街道槐安里2幢1单元101室", thisDay, 5); err != nil || len(found) != 1 || found[0].Building.Name != "2幢" {
		t.Errorf("%+v %v", found, err)
	}
	if list, err := w.Compounds(ctx, thisDay); err != nil || len(list) != 1 || list[0] != (Compound{Name: "槐安里", Buildings: 8, Community: huaiyin}) {
		t.Errorf("%+v %v", list, err)
	}
	rows, err := w.Buildings(ctx, authz.Anonymous, ids[0], thisDay, "")
	if err != nil || len(rows.Rows) != 4 || rows.HasNext || rows.Rows[0].Households != 0 || rows.Rows[0].Since != longAgo {
		t.Errorf("%+v %v", rows, err)
	}
}

// Two people split one grid, and a third moves a building out of it, at once: one of the splits holds, the other
// is told in words, and every building still lies in one grid on every day (GRD-01).
func TestChangesAtOnce(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ids, houses := w.twoGrids(0, 0)
	g := w.grid(huaiyin+"001", thisDay)
	errs := make([]error, 3)
	var all sync.WaitGroup
	for i := range 2 {
		c := SplitPlan(g, []Part{{Name: fmt.Sprintf("甲%d网格", i), Boundary: box(t, 0, 0, 5, 10)}, {Name: fmt.Sprintf("乙%d网格", i), Boundary: box(t, 5, 0, 5, 10)}}, thisDay, "拆分")
		all.Go(func() { _, errs[i] = w.Apply(context.Background(), keeper, "", c) })
	}
	all.Go(func() {
		errs[2] = w.MovePlaces(context.Background(), keeper, "", MovePlaces{Buildings: houses[:1], To: ids[1], Day: nextMonth, Reason: "移动"})
	})
	all.Wait()
	done := 0
	for i, err := range errs {
		if err == nil {
			done++
		} else if _, told := fault.As(err); !told {
			t.Errorf("%d: %v", i, err)
		}
	}
	if (errs[0] == nil) == (errs[1] == nil) && errs[2] != nil || errs[0] == nil && errs[1] == nil {
		t.Errorf("%d done: %v", done, errs)
	}
	if n := w.one(`SELECT count(*) FROM building b WHERE datemultirange(b.valid) <> (SELECT range_agg(p.valid) FROM grid_building p WHERE p.building_id = b.id)`); n != 0 {
		t.Errorf("%d buildings not in one grid on all days", n)
	}
	if n := w.one(`SELECT count(*) FROM grid_building p JOIN (SELECT grid_id, range_agg(valid) AS days FROM grid_version GROUP BY 1) v USING (grid_id) WHERE NOT isempty(p.valid) AND NOT v.days @> p.valid`); n != 0 {
		t.Errorf("%d stays past their grid", n)
	}
}
