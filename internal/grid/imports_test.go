package grid

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/geo"
	"portal/internal/intake"
	"portal/internal/place"
	"portal/internal/workday"
)

func (w town) imported(k intake.Kind, file string) intake.Summary {
	w.t.Helper()
	s, err := intake.Run(context.Background(), w.db, keeper, k, strings.NewReader(file), k.Name+".csv", intake.Options{})
	if err != nil {
		w.t.Fatalf("%s: %v", k.Name, err)
	}
	return s
}

const gridHead = "code,name,community,valid_from\n"
const houseHead = "compound,name,households,residents,lng,lat,coord_system,grid_code,addresses,valid_from\n"

// Grids come in with recorded vacancies (GRD-03), micro-grids with their parents; the file again changes
// nothing, another name is a new version, and a code that was closed is not taken again (GRD-02).
func TestGridsFile(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	rows := huaiyin + "00101,一号微网格," + huaiyin + ",2020-01-01\n" + huaiyin + "001,第一网格," + huaiyin + ",2020-01-01\n" + huaiyin + "901,商圈专属网格," + huaiyin + ",2021-01-01\n"
	if s := w.imported(GridsFile(), gridHead+rows); s.String() != "grids: read=3 added=3 updated=0 unchanged=0 flagged=0 rejected=0" {
		t.Fatal(s, s.Problems)
	}
	if n := w.one(`SELECT count(*) FROM grid_assignment WHERE worker_id IS NULL AND reason <> '' AND upper_inf(valid)`); n != 4 {
		t.Errorf("%d vacancies", n)
	}
	if g := w.grid(huaiyin+"00101", thisDay); g.Kind != Micro || g.ParentID != w.grid(huaiyin+"001", thisDay).ID {
		t.Errorf("%+v", g)
	}
	if s := w.imported(GridsFile(), gridHead+rows); s.Unchanged != 3 {
		t.Error(s, s.Problems)
	}
	if s := w.imported(GridsFile(), gridHead+strings.ReplaceAll(rows, "商圈", "老街")); s.Updated != 1 || !s.OK() {
		t.Error(s, s.Problems)
	}
	if was, is := w.grid(huaiyin+"901", thisDay.Add(-1)), w.grid(huaiyin+"901", thisDay); was.Name != "商圈专属网格" || is.Name != "老街专属网格" || is.Version != 2 {
		t.Errorf("%s %s", was.Name, is.Name)
	}
	w.applied("close", Change{Day: thisDay, Reason: "撤销", Close: []ID{w.grid(huaiyin+"901", thisDay).ID}})
	bad := huaiyin + "901,又设," + huaiyin + ",2026-11-18\n" + huaiyin + "002,第二网格," + shiqiao + ",2026-11-18\n" + huaiyin + "00901,微," + huaiyin + ",2026-11-18\n" +
		huaiyin + "00102,二号微网格," + huaiyin + ",2019-01-01\n"
	s := w.imported(GridsFile(), gridHead+bad)
	var words []string
	for _, p := range s.Problems {
		words = append(words, p.Reason)
	}
	for _, want := range []string{"编码不重复使用", "前十二位应是社区编码", "不在册", "不能早于所属的网格"} {
		if !strings.Contains(strings.Join(words, "\n"), want) {
			t.Errorf("no %q in %v", want, words)
		}
	}
}

// Buildings go into the grid they name or the one around their point; two or none is an error that says so.
func TestBuildingsFile(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.twoGrids(0, 0)
	rows := "石库里,1幢,30,70,118.771,32.021,WGS-84,,石库路1号；石库路3号,2020-01-01\n" + // by its point
		"石库里,2幢,30,70,118.775,32.025,GCJ-02," + huaiyin + "002,,2020-01-01\n"
	if s := w.imported(BuildingsFile(), houseHead+rows); s.String() != "buildings: read=2 added=2 updated=0 unchanged=0 flagged=0 rejected=0" {
		t.Fatal(s, s.Problems)
	}
	found, err := w.Find(context.Background(), keeper, "石库路3号", thisDay, 5)
	if err != nil || len(found) != 1 || found[0].Address != "石库路3号" || found[0].Grid.Code != huaiyin+"001" {
		t.Errorf("%+v %v", found, err)
	}
	if s := w.imported(BuildingsFile(), houseHead+rows); s.Unchanged != 2 {
		t.Error(s, s.Problems)
	}
	if s := w.imported(BuildingsFile(), houseHead+strings.Replace(strings.Replace(rows, "1幢,30", "1幢,36", 1), "石库路3号", "石库路3号；石库路5号", 1)); s.Updated != 1 || s.Unchanged != 1 {
		t.Error(s, s.Problems)
	}
	if n := w.one(`SELECT sum(households) * 10 + (SELECT count(*) FROM address) FROM building WHERE compound = '石库里'`); n != 663 {
		t.Errorf("households and addresses %d", n)
	}
	for name, c := range map[string]struct{ row, column, words string }{
		"no grid":        {"甲里,1幢,1,1,118.9,32.021,WGS-84,,,2020-01-01", "lng", "不在任何网格的边界里"},
		"two grids":      {"甲里,1幢,1,1,118.780,32.025,WGS-84,,,2020-01-01", "lng", "槐荫社区第一网格和槐荫社区第二网格"},
		"other system":   {"甲里,1幢,1,1,118.771,32.021,GCJ-02,,,2020-01-01", "coord_system", "不能换算"},
		"before grid":    {"甲里,1幢,1,1,118.771,32.021,WGS-84,,,2019-01-01", "valid_from", "2020年1月1日 起才有"},
		"unknown code":   {"甲里,1幢,1,1,118.771,32.021,WGS-84," + huaiyin + "009,,2020-01-01", "grid_code", "现在没有"},
		"turned round":   {"甲里,1幢,1,1,32.021,118.771,WGS-84,,,2020-01-01", "lng", "填反"},
		"moved":          {"石库里,1幢,36,70,118.771,32.021,WGS-84," + huaiyin + "002,,2020-01-01", "grid_code", "调整边界"},
		"another's door": {"甲里,1幢,1,1,118.771,32.021,WGS-84,,石库路1号,2020-01-01", "addresses", "另一幢楼"},
	} {
		s := w.imported(BuildingsFile(), houseHead+c.row+"\n")
		if s.OK() || s.Problems[0].Column != c.column || !strings.Contains(s.Problems[0].Reason, c.words) {
			t.Errorf("%s: %v", name, s.Problems)
		}
	}
}

// A street of 5,000 buildings with their doorplates comes in at once.
func TestBuildingsFileOfAStreet(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	var grids, houses strings.Builder
	for g := range 400 {
		fmt.Fprintf(&grids, "%s%03d,第%d网格,%s,2020-01-01\n", huaiyin, g+1, g+1, huaiyin)
		for b := range 12 {
			fmt.Fprintf(&houses, "小区%d,%d幢,40,90,118.77,32.02,WGS-84,%s%03d,路%d号%d幢甲；路%d号%d幢乙,2020-01-01\n", g, b+1, huaiyin, g+1, g, b, g, b)
		}
	}
	if s := w.imported(GridsFile(), gridHead+grids.String()); s.Added != 400 {
		t.Fatal(s, s.Problems)
	}
	began := workday.DayOf(w.db.Now())
	if s := w.imported(BuildingsFile(), houseHead+houses.String()); s.Added != 4800 {
		t.Fatal(s, s.Problems)
	}
	all, err := w.OnDay(context.Background(), keeper, "320104900", began)
	if err != nil || len(all) != 400 || all[399].Households != 480 {
		t.Errorf("%d %v", len(all), err)
	}
}

// A file of boundaries is compared with the map: unknown codes open, known ones are redrawn, the same is left.
func TestBoundaryChange(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ids, _ := w.twoGrids(0, 0)
	ctx := context.Background()
	file := geo.File{System: geo.WGS84, Features: []geo.Feature{
		{At: 1, Code: huaiyin + "001", Name: "槐荫社区第一网格", Shape: box(t, 0, 0, 10, 10)},
		{At: 2, Name: "槐荫社区第二网格", Community: huaiyin, Shape: box(t, 10, 0, 10, 5)},
		{At: 3, Code: huaiyin + "007", Name: "槐荫社区第七网格", Shape: box(t, 10, 5, 10, 5)},
		{At: 4, Code: huaiyin + "0099", Name: "错", Shape: box(t, 30, 5, 10, 5)},
	}}
	c, faults, err := w.BoundaryChange(ctx, keeper, file, thisDay, "测绘更新")
	if err != nil || len(faults) != 1 || faults[0].At != 4 || len(c.Redraw) != 1 || c.Redraw[0].ID != ids[1] || len(c.Open) != 1 {
		t.Fatalf("%+v %v %v", c, faults, err)
	}
	w.applied("file", c)
	if g := w.grid(huaiyin+"007", thisDay); g.Buildings != 4 {
		t.Errorf("houses on the line go to %+v", g)
	}
	if _, _, err := w.BoundaryChange(ctx, authz.Anonymous, file, thisDay, "x"); fault.KindOf(err) != fault.KindNotFound {
		t.Errorf("%v", err)
	}
}

// Buildings move by themselves, and an address can be decided once with its precedent (edge case 1).
func TestMoveAndPrecedent(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ids, houses := w.twoGrids(0, 0)
	ctx := context.Background()
	m := MovePlaces{Buildings: houses[:2], To: ids[1], Day: nextMonth, Reason: "物业合并"}
	for range 2 {
		if err := w.MovePlaces(ctx, keeper, form("move"), m); err != nil {
			t.Fatal(err)
		}
	}
	if at := w.at(houses[0], nextMonth.Add(-1)) + w.at(houses[0], nextMonth); at != "槐荫社区第一网格槐荫社区第二网格" {
		t.Error(at)
	}
	if n := w.one(`SELECT count(*) FROM grid_building`); n != 10 {
		t.Errorf("%d stays", n)
	}
	blocked(t, w.MovePlaces(ctx, keeper, "", MovePlaces{Buildings: houses[:1], To: ids[1], Day: thisDay, Reason: "又"}), "另有 2026年12月1日 起的迁移计划")
	blocked(t, w.MovePlaces(ctx, keeper, "", MovePlaces{Buildings: houses[4:5], To: ids[1], Day: thisDay, Reason: "又"}), "没有要移动的")
	blocked(t, w.MovePlaces(ctx, keeper, "", MovePlaces{Buildings: houses[4:5], To: ids[0], Day: thisDay.Add(-1), Reason: "又"}), "不能早于今天")
	if err := w.MovePlaces(ctx, shiqiaoSec, "", m); fault.KindOf(err) != fault.KindNotFound {
		t.Errorf("%v", err)
	}
	w.exec(`INSERT INTO address (building_id, text, text_key) VALUES ($1, '界河路1号', '界河路1号')`, houses[7])
	doors, err := place.AddressesOf(ctx, w.db.Q(), houses[7])
	if err != nil {
		t.Fatal(err)
	}
	if err := w.PlaceAddress(ctx, keeper, form("alone"), doors[0].ID, ids[0], thisDay, "门开在路北"); err != nil {
		t.Fatal(err)
	}
	p, err := w.AtAddress(ctx, authz.Anonymous, doors[0].ID, thisDay)
	if err != nil || p.Grid.ID != ids[0] || p.Precedent != "门开在路北" || p.Address != "界河路1号" {
		t.Errorf("%+v %v", p, err)
	}
	if at := w.at(houses[7], thisDay); at != "槐荫社区第二网格" {
		t.Errorf("the building itself: %s", at)
	}
	// The grid closes: the address goes to its only successor, as everything else does.
	g := w.grid(huaiyin+"001", thisDay)
	_, err = w.Apply(ctx, keeper, "", MergePlan([]Grid{g}, Part{Name: "槐荫社区新网格", Boundary: g.Boundary}, thisDay, "改码"))
	blocked(t, err, "迁移计划")
	merged := w.applied("recode", MergePlan([]Grid{g}, Part{Name: "槐荫社区新网格", Boundary: g.Boundary}, nextMonth, "改码"))
	if p, err := w.AtAddress(ctx, keeper, doors[0].ID, nextMonth); err != nil || p.Grid.ID != merged[0] {
		t.Errorf("%+v %v", p, err)
	}
	if err := w.PlaceAddress(ctx, keeper, form("follow"), doors[0].ID, 0, nextMonth, "改回"); err != nil {
		t.Fatal(err)
	}
	if p, err := w.AtAddress(ctx, keeper, doors[0].ID, nextMonth); err != nil || p.Grid.ID != ids[1] {
		t.Errorf("%+v %v", p, err)
	}
}
