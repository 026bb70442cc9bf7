package grid

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"portal/internal/geo"
	"portal/internal/grid"
	"portal/internal/place"
	"portal/internal/workday"
	"portal/web/static"
	"portal/web/view"
	"portal/web/webtest"
)

const (
	huaiyinFirst = streetCode + "001001"
	linheFirst   = streetCode + "003001"
)

// deskBench is all pages of the grids over the demo street.
func deskBench(t *testing.T) (*webtest.Bench, *grid.Service) {
	t.Helper()
	b := webtest.Street(t)
	s := grid.New(b.DB)
	Mount(b.Router, b.Frame, Deps{Grids: s})
	return b, s
}

// The map and the list say the same: each grid with a boundary is a link on the map that chooses it, and so
// is its row; a vacancy is hatched and written, never only coloured (UX-C3, WCAG 2.5.7).
func TestMapAndListSayTheSame(t *testing.T) {
	t.Parallel()
	b, s := deskBench(t)
	v := b.As(t, "secretary.huaiyin")
	grids, err := s.OnDay(t.Context(), v.Actor, v.Actor.Posts[0].Division, b.Frame.Today())
	if err != nil || len(grids) < 4 {
		t.Fatalf("%d grids, %v", len(grids), err)
	}
	a := v.Get(pathGrids).Is(http.StatusOK).WellMade().Says("h1", "网格").Says(".lead", "槐荫社区共", "A 岗空缺")
	if on, listed := len(a.All("svg.map a[href]")), len(a.All(".table tbody tr")); on != len(grids) || listed != len(grids) {
		t.Errorf("%d on the map and %d on the list of %d grids", on, listed, len(grids))
	}
	for _, g := range grids {
		if n := len(a.All("svg.map a[href$='grid=" + g.Code + "']")); n != 1 {
			t.Errorf("%s stands %d times on the map", g.Name, n)
		}
		if n := len(a.All(".table a[href*='grid=" + g.Code + "']")); n != 1 {
			t.Errorf("%s stands %d times on the list", g.Name, n)
		}
	}
	if !strings.Contains(a.Attr("svg.map a.vacant", "aria-label"), "A 岗空缺") {
		t.Error("the vacancy is not said")
	}
	a.Says(".table tbody tr:first-child", "A 岗空缺", "代理").Says(".mapkeys", "A 岗空缺", "楼栋", "方向键移动").Says("svg.map", "北", "米", "A 岗空缺")
	if len(a.All("svg.map rect.house")) == 0 {
		t.Error("no building on the map of a community")
	}
	if strings.Contains(a.Body, "style=") {
		t.Error("a style attribute would be dropped by the content policy")
	}
	list := v.Get(a.Attr(".segment a[href*='view=list']", "href")).Is(http.StatusOK).WellMade()
	if len(list.All("svg.map[data-map]")) != 0 || len(list.All(".table tbody tr")) != len(grids) {
		t.Error("the list alone is not the list")
	}
}

// A chosen grid stands beside the map with what can be done; nearer and farther are links.
func TestChosenGrid(t *testing.T) {
	t.Parallel()
	b, _ := deskBench(t)
	v := b.As(t, "secretary.huaiyin")
	a := v.Get(pathGrids+"?grid="+vacant).Is(http.StatusOK).WellMade().Says(".side h2", "第三网格").
		Says(".side", "A 岗空缺", "柳青（B 岗代理）", "户", "栋", "指定 A 岗", "打印网格公示牌", "移交", "那天谁负责", "看网格档案")
	for _, to := range []string{gridPath(vacant, "/assignments/new"), gridPath(vacant, "/board"), gridPath(vacant, "")} {
		if len(a.All(".side a[href='"+to+"']")) == 0 {
			t.Errorf("no link to %s", to)
		}
	}
	if a.Attr("svg.map a[aria-current]", "href") != a.Attr("svg.map a.chosen", "href") || len(a.All(".table tr.chosen")) != 1 {
		t.Error("the choice is not marked on map and list")
	}
	near := v.Get(a.Attr("a[data-zoom=in]", "href")).Is(http.StatusOK).WellMade()
	if near.Attr("svg.map", "viewBox") == a.Attr("svg.map", "viewBox") {
		t.Error("nearer is not nearer")
	}
	near.Says(".side h2", "第三网格")
	if len(near.All("a[data-zoom=out]")) != 1 || len(a.All("a[data-zoom=out]")) != 0 {
		t.Error("the way back is wrong")
	}
	w := b.As(t, "worker.huaiyin").Get(pathGrids + "?grid=" + vacant).Is(http.StatusOK)
	w.SaysNot("main", "指定 A 岗", "调整边界", "导入边界").Says(".side", "打印网格公示牌")
}

// Others' grids are not there: neither on the map nor by code, in the words of what does not exist.
func TestGridsOutOfReach(t *testing.T) {
	t.Parallel()
	b, _ := deskBench(t)
	v := b.As(t, "secretary.huaiyin")
	same := func(one, other string) {
		t.Helper()
		x, y := v.Get(one).Is(http.StatusNotFound), v.Get(other).Is(http.StatusNotFound)
		if x.Text("main") != y.Text("main") {
			t.Errorf("%s: %s\n%s: %s", one, x.Text("main"), other, y.Text("main"))
		}
	}
	same(pathGrids+"?community="+linheFirst[:12], pathGrids+"?community=320104900777")
	same(gridPath(linheFirst, ""), gridPath(streetCode+"003777", ""))
	same(gridPath(linheFirst, "/history"), gridPath(streetCode+"003777", "/history"))
	same(pathChange+"?kind=redraw&grid="+linheFirst, pathChange+"?kind=redraw&grid="+streetCode+"003777")
	same(pathGrids+"/export.geojson?community="+linheFirst[:12], pathGrids+"/export.geojson?community=320104900777")
	v.Get(pathGrids+"?grid="+linheFirst).Is(http.StatusOK).SaysNot("main", "临河")
	v.Get(pathImport).Is(http.StatusNotFound)
	b.As(t, "dept.chengguan").Get(pathGrids).Is(http.StatusNotFound)
	if to := b.Anybody(t).Get(pathGrids).Sees(); !strings.HasPrefix(to, "/sign-in") {
		t.Errorf("a stranger is sent to %s", to)
	}
}

// The street sees all communities, chooses one, and any day: the grid that was merged is there before.
func TestStreetMapAndDays(t *testing.T) {
	t.Parallel()
	b, _ := deskBench(t)
	v := b.As(t, "dispatcher")
	a := v.Get(pathGrids).Is(http.StatusOK).WellMade().Says(".lead", "全街道共").Says("svg.map text.place", "槐荫社区", "临河社区")
	if n := len(a.All("select[name=community] option")); n != 7 {
		t.Errorf("%d choices of community", n)
	}
	one := v.Get(pathGrids+"?community="+merged[:12]).Is(http.StatusOK).SaysNot(".table", "第三网格")
	if len(one.All("svg.map text.place")) != 0 {
		t.Error("the name of the one community is written over its grids")
	}
	v.Get(pathGrids+"?day=2024-05-01&community="+merged[:12]).Is(http.StatusOK).WellMade().Says(".lead", "2024年5月1日").Says(".table", "第三网格")
	v.Get(pathGrids+"?day=1999-01-01").Is(http.StatusOK).WellMade().Says("main", "还没有划网格")
	v.Get(pathGrids+"?day=%3Cscript%3E&zoom=99&after=%27%22&view=x").Is(http.StatusOK).WellMade().Says("#f-day-error", "日期写成")
	v.Get(pathGrids+"?grid=%3Cscript%3Ealert(1)%3C/script%3E").Is(http.StatusOK).WellMade().Says(".lead", "没有选中的网格")
	near := v.Get(pathGrids + "?zoom=4").Is(http.StatusOK)
	if within := len(near.All("svg.map a:not([tabindex])")); within >= len(near.All("svg.map a")) || len(near.All("svg.map a")) != len(a.All("svg.map a")) {
		t.Errorf("%d grids within the nearest window: Tab must stop at no others, the arrows may", within)
	}
}

// The record of a grid: who answers and why, posts, versions, where it went, its buildings and its trail.
func TestRecord(t *testing.T) {
	t.Parallel()
	b, _ := deskBench(t)
	v := b.As(t, "dispatcher")
	v.Get(gridPath(vacant, "")).Is(http.StatusOK).WellMade().Says("h1", "第三网格").Says(".who-answers", "柳青", "A 岗空缺").
		Says("#posts", "A 岗", "空缺", "B 岗").Says("#buildings", "栋").Says("main", "版本", "看操作记录", "网格团队", "指定 A 岗", "合并网格")
	v.Get(gridPath(merged, "")).Is(http.StatusOK).WellMade().Says("main", "已经没有", "并入了新苑社区第二网格").SaysNot("main", "指定 A 岗")
	v.Get(gridPath(merged, "?day=2024-05-01")).Is(http.StatusOK).WellMade().Says("main", "2024年5月1日谁负责").SaysNot("main", "已经没有")
	v.Get(gridPath(vacant, "/history")).Is(http.StatusOK).WellMade().Says("h1", "操作记录")
	v.Get(gridPath(vacant, "?cursor=zzz")).Is(http.StatusUnprocessableEntity)
	v.Get(gridPath("%3Cb%3E", "")).Is(http.StatusNotFound)
}

// A street of 400 grids: page, styles and scripts together within the bar of a staff page (performance.md).
func TestMapOfAStreetIsSmall(t *testing.T) {
	t.Parallel()
	today := workday.NewDay(2026, 11, 22)
	sc := mapScope{All: []place.Community{{Code: streetCode + "001", Name: "甲社区"}, {Code: streetCode + "002", Name: "乙社区"}}}
	p := mapPage{Frame: view.Page{Title: "看网格", Rail: make([]view.RailEntry, 8)}, State: mapState{Day: today, Today: today, Zoom: 1}, Scope: sc}
	var rows []gridRow
	for i := range 400 {
		x, y := 118.70+float64(i%20)*0.004, 32.00+float64(i/20)*0.003
		bend := func(k int) float64 { return float64((i*7919+k*104729)%900) / 1e6 }
		ring := [][2]float64{{x + bend(1), y + bend(2)}, {x + 0.002, y + bend(3)}, {x + 0.0038 - bend(4), y + bend(5)}, {x + 0.0037, y + 0.0014},
			{x + 0.0037 - bend(6), y + 0.0028 - bend(7)}, {x + 0.0019, y + 0.0027}, {x + bend(8), y + 0.0026 - bend(9)}, {x + bend(10), y + 0.0013}}
		text := ""
		for _, c := range append(ring, ring[0]) {
			text += fmt.Sprintf(",[%.7f,%.7f]", c[0], c[1])
		}
		shape, err := geo.ParseShape([]byte(`{"type":"Polygon","coordinates":[[` + text[1:] + `]]}`))
		if err != nil {
			t.Fatal(err)
		}
		community := fmt.Sprintf("%s%03d", streetCode, 1+i/20)
		g := grid.Grid{ID: grid.ID(i + 1), Code: fmt.Sprintf("%s%03d", community, 1+i%20), Community: community, CommunityName: fmt.Sprintf("第%d社区", 1+i/20), Kind: grid.Ordinary,
			Name: fmt.Sprintf("第%d社区第%d网格", 1+i/20, 1+i%20), Boundary: shape, System: geo.WGS84, Households: 300 + i*37%200, Buildings: 8 + i%9}
		w := gridRow{Grid: g, Held: true, Look: look{Rank: 9}, Answer: grid.Answer{As: grid.AsA, Phone: fmt.Sprintf("0000-5%06d", i*7919%1000000),
			Worker: grid.Worker{ID: 1, Name: string([]rune{rune(0x4e00 + i*13), rune(0x5e00 + i*29)})}}, Href: p.State.address(func(s *mapState) { s.Grid = g.Code })}
		if i%11 == 0 {
			w.Look, w.Answer.As = look{2, "vacant", view.Warn, "user-search", "A 岗空缺 3 天", "A 岗空缺"}, grid.ActingB
			w.Answer.Why = "A 岗空缺，B 岗代理"
		}
		rows = append(rows, w)
	}
	d, _, err := handlers{}.draw(nil, rows, -1, p.State, sc)
	if err != nil || len(d.Areas) != 400 {
		t.Fatalf("%v, %v", d, err)
	}
	p.Drawing = d
	p.paged(rows)
	var page, packed bytes.Buffer
	if err := showMap(p).Render(t.Context(), &page); err != nil {
		t.Fatal(err)
	}
	z := gzip.NewWriter(&packed)
	_, _ = z.Write(page.Bytes()) // into memory
	_ = z.Close()
	all := packed.Len() + static.Size("staff.css") + static.Size("staff.js")
	t.Logf("page %d bytes, packed %d, with styles and scripts %d", page.Len(), packed.Len(), all)
	if all > 45<<10 {
		t.Errorf("%d bytes packed for a map of 400 grids", all)
	}
	if len(p.Rows) != rowsOnPage || p.Pages.Next == "" {
		t.Error("the list of 400 grids is not cut into pages")
	}
}

// Pages of the list: each grid once, whatever stands in the address.
func TestListIsPaged(t *testing.T) {
	t.Parallel()
	var rows []gridRow
	for i := range 120 {
		rows = append(rows, gridRow{Grid: grid.Grid{Code: fmt.Sprintf("%s001%03d", streetCode, i+1)}})
	}
	seen := map[string]bool{}
	p := mapPage{State: mapState{Zoom: 1}}
	for range 3 {
		p.paged(rows)
		for _, w := range p.Rows {
			if seen[w.Grid.Code] {
				t.Fatalf("%s twice", w.Grid.Code)
			}
			seen[w.Grid.Code] = true
		}
		next, err := url.Parse(p.Pages.Next)
		if err != nil {
			t.Fatal(err)
		}
		p.State.After = next.Query().Get("after")
	}
	if len(seen) != 120 || p.State.After != "" {
		t.Errorf("%d grids seen, after %q", len(seen), p.State.After)
	}
	p.State.After = "'; DROP"
	if p.paged(rows); len(p.Rows) != rowsOnPage || p.Rows[0].Grid.Code != rows[0].Grid.Code {
		t.Error("an unknown place in the list does not begin at the front")
	}
}

// The keys of the map are all written in the list of signs: each class of an area has its words (UX-C3).
func TestSignsHaveWords(t *testing.T) {
	t.Parallel()
	for _, a := range []grid.Answer{{As: grid.Street}, {As: grid.ActingB}, {As: grid.ActingLead}, {As: grid.ActingB, VacantSince: workday.NewDay(2026, 11, 1), VacantDays: 22, OverLimit: true, RedFlag: true}} {
		l := lookOf(a)
		d := drawing{Areas: []area{{Class: l.Class}}}
		if l.Class == "" || l.Icon == "" || l.Words == "" || l.Note == "" || len(keysOf(d)) != 1 {
			t.Errorf("%+v is shown as %+v with %v", a, l, keysOf(d))
		}
	}
	if l := lookOf(grid.Answer{As: grid.AsA}); l.Class != "" || l.Words != "" {
		t.Errorf("an A in place is shown as %+v", l)
	}
}

// The name of a community moves off the words and the mark of an area, and stays where nothing lies under it.
func TestNamesKeepClear(t *testing.T) {
	t.Parallel()
	d := drawing{Areas: []area{{X: 100, Y: 100, Note: "B 岗代理"}, {X: 400, Y: 100, Warn: true}}}
	for _, c := range []struct{ at, want spot }{
		{spot{100, 121, "临河社区"}, spot{100, 97, "临河社区"}},
		{spot{400, 79, "槐荫社区"}, spot{400, 55, "槐荫社区"}},
		{spot{250, 300, "石桥社区"}, spot{250, 300, "石桥社区"}},
	} {
		if got := d.clear(c.at); got != c.want {
			t.Errorf("%v moved to %v, want %v", c.at, got, c.want)
		}
	}
}

// What happened to a grid is told from its own side, in both directions.
func TestLineageBothWays(t *testing.T) {
	t.Parallel()
	for kind, want := range map[grid.LineageKind][2]string{
		grid.ByMerge: {"甲格并入本网格", "并入了甲格"}, grid.BySplit: {"从甲格拆分出来", "拆分出甲格"}, grid.ByRecode: {"由甲格改码而来", "改码为甲格"},
	} {
		rows := []grid.LineageRow{{Code: "a", Name: "甲格", Kind: kind}}
		for i, kin := range []kinWords{cameFrom, wentInto} {
			if l := lineage(rows, kin)[0]; l.Before+l.Name+l.After != want[i] {
				t.Errorf("%s: %s%s%s, want %s", kind, l.Before, l.Name, l.After, want[i])
			}
		}
	}
}
