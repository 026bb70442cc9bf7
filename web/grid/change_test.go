package grid

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"portal/internal/geo"
	"portal/internal/grid"
	"portal/web/form"
	"portal/web/webtest"
)

// gridNow gives a grid of today.
func gridNow(t *testing.T, b *webtest.Bench, s *grid.Service, code string) grid.Grid {
	t.Helper()
	g, err := s.ByCode(t.Context(), b.As(t, "dispatcher").Actor, code, b.Frame.Today())
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func versionsNow(t *testing.T, b *webtest.Bench, s *grid.Service, g grid.Grid) int {
	t.Helper()
	all, err := s.Versions(t.Context(), b.As(t, "dispatcher").Actor, g.ID)
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

// carried gives the fields of the form of a preview as the browser would send them, with another step.
func carried(a webtest.Answer, step string) []string {
	out := []string{"step", step}
	for _, n := range a.All(".decision form input") {
		name, value := "", ""
		for _, at := range n.Attr {
			switch at.Key {
			case "name":
				name = at.Val
			case "value":
				value = at.Val
			}
		}
		if name != "" {
			out = append(out, name, value)
		}
	}
	return out
}

// What people paste is often no boundary; each gets a sentence beside the field, what was typed comes back,
// and nothing is written.
func TestHostileBoundaries(t *testing.T) {
	t.Parallel()
	b, s := deskBench(t)
	v := b.As(t, "secretary.huaiyin")
	g := gridNow(t, b, s, huaiyinFirst)
	before := versionsNow(t, b, s, g)
	ring := func(points string) string { return `{"type":"Polygon","coordinates":[[` + points + `]]}` }
	for name, text := range map[string]string{
		"no JSON":      `<script>alert(1)</script>`,
		"other type":   `{"type":"Point","coordinates":[118.77,32.03]}`,
		"a number":     `7`,
		"deep":         strings.Repeat("[", 5000),
		"crossing":     ring(`[118.77,32.02],[118.78,32.03],[118.78,32.02],[118.77,32.03],[118.77,32.02]`),
		"swapped":      ring(`[32.02,118.77],[32.03,118.77],[32.03,118.78],[32.02,118.77]`),
		"out of China": ring(`[0,0],[1,0],[1,1],[0,0]`),
		"huge numbers": ring(`[1e308,1e308],[-1e308,1e308],[1e308,-1e308],[1e308,1e308]`),
		"not closed":   ring(`[118.77,32.02],[118.78,32.02],[118.78,32.03],[118.77,32.03]`),
		"two points":   ring(`[118.77,32.02],[118.78,32.02],[118.77,32.02]`),
		"bad feature":  `{"type":"Feature","properties":{},"geometry":{"type":"LineString","coordinates":[[118.77,32.02],[118.78,32.02]]}}`,
		"collection":   `{"type":"FeatureCollection","features":[]}`,
		"no system":    `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"` + huaiyinFirst + `"},"geometry":` + string(g.Boundary.GeoJSON()) + `}]}`,
	} {
		a := v.Post(pathChange, "kind", "redraw", "grid", g.Code, "version", itoa(g.Version), "name", g.Name, "day", b.Frame.Today().String(), "reason", "试一试",
			"system", "WGS-84", "step", stepPreview, "boundary", text).Is(http.StatusUnprocessableEntity).WellMade()
		if len(a.All(".errors li")) == 0 || len(a.All("script:not([src])")) != 0 {
			t.Errorf("%s: no sentence, or what was typed became part of the page", name)
		}
		if kept := a.Text("textarea[name=boundary]"); len(text) < 200 && kept != strings.TrimSpace(text) {
			t.Errorf("%s: what was typed is lost: %q", name, kept)
		}
	}
	a := v.Upload(pathChange, "boundary_file", "x.geojson", []byte{0xff, 0xfe, 0, '{'}, "kind", "redraw", "grid", g.Code, "version", "1", "name", g.Name,
		"day", b.Frame.Today().String(), "reason", "试一试", "system", "WGS-84", "step", stepPreview).Is(http.StatusUnprocessableEntity)
	a.Says("#f-boundary-error", "UTF-8")
	if after := versionsNow(t, b, s, g); after != before {
		t.Errorf("%d versions became %d", before, after)
	}
}

// A boundary that leaves land to nobody is shown with its place, red on the map, and is not offered to be
// saved; one that claims a neighbour's land neither.
func TestPreviewShowsGapsAndOverlaps(t *testing.T) {
	t.Parallel()
	b, s := deskBench(t)
	v := b.As(t, "secretary.huaiyin")
	g := gridNow(t, b, s, huaiyinFirst)
	c := g.Boundary.Center()
	small := fmt.Sprintf(`{"type":"Polygon","coordinates":[[[%[1]f,%[2]f],[%[3]f,%[2]f],[%[3]f,%[4]f],[%[1]f,%[4]f],[%[1]f,%[2]f]]]}`, c.Lng-0.0002, c.Lat-0.0002, c.Lng+0.0002, c.Lat+0.0002)
	ask := func(boundary string) webtest.Answer {
		return v.Post(pathChange, "kind", "redraw", "grid", g.Code, "version", itoa(g.Version), "name", g.Name, "day", b.Frame.Today().String(), "reason", "道路改线",
			"system", "WGS-84", "step", stepPreview, "boundary", boundary).WellMade()
	}
	a := ask(small).Is(http.StatusOK).Says("h1", "核对").Says("#blocked", "还不能调整").Says(".under", "平方米", "位置东经")
	if len(a.All("svg.map g.fault circle")) == 0 || len(a.All("svg.map g.before path")) == 0 || len(a.All("svg.map g.changed path")) == 0 {
		t.Error("the map does not show before, after and the finding")
	}
	if len(a.All("button[value=apply]")) != 0 || len(a.All("input[name=give_up]")) != 1 {
		t.Error("land may be lost without a reason")
	}
	next := gridNow(t, b, s, streetCode+"001002")
	both, err := geo.Union(g.Boundary, next.Boundary)
	if err != nil {
		t.Fatal(err)
	}
	ask(string(both.GeoJSON())).Is(http.StatusOK).Says(".errors", "重叠").Says(".under", "重叠", "位置东经")
	back := v.Post(pathChange, carried(a, stepEdit)...).Is(http.StatusOK).WellMade()
	if back.Attr("#f-reason", "value") != "道路改线" || !strings.Contains(back.Text("textarea[name=boundary]"), "Polygon") {
		t.Error("what was typed is lost on the way back")
	}
}

// A new name from today on: seen first, then made once, however often the form arrives.
func TestRenameCountsOnce(t *testing.T) {
	t.Parallel()
	b, s := deskBench(t)
	v := b.As(t, "secretary.huaiyin")
	g := gridNow(t, b, s, huaiyinFirst)
	before := versionsNow(t, b, s, g)
	const name = "槐荫社区<b>一</b>格"
	a := v.Post(pathChange, "kind", "redraw", "grid", g.Code, "version", itoa(g.Version), "name", name, "day", b.Frame.Today().Add(1).String(), "reason", "居民<i>建议</i>",
		"system", "WGS-84", "step", stepPreview).Is(http.StatusOK).WellMade().Says(".summary", "居民<i>建议</i>", "调整 1 个").Says(".under", "没有空隙和重叠", "没有楼栋换网格")
	if len(a.All("main i, main .summary b")) != 0 {
		t.Error("words became markup")
	}
	fields := carried(a, stepApply)
	to := v.Post(pathChange, fields...).Sees()
	v.Post(pathChange, fields...).Sees()
	if n := versionsNow(t, b, s, g); n != before+1 {
		t.Errorf("%d versions became %d", before, n)
	}
	v.Get(to).Is(http.StatusOK).WellMade().Says(".banner", "已排定").Says("main", "<b>一</b>格")
	stale := append([]string{form.KeyField, form.NewKey()}, fields...)
	if got := v.Post(pathChange, stale...).Status; got != http.StatusConflict && got != http.StatusUnprocessableEntity {
		t.Errorf("the version of before is taken: %d", got)
	}
}

// Ticking buildings splits a grid: the boundary is cut between them, the old code is kept and closed.
func TestSplitAndMerge(t *testing.T) {
	t.Parallel()
	b, s := deskBench(t)
	v := b.As(t, "dispatcher")
	g := gridNow(t, b, s, streetCode+"002001")
	page := v.Get(changeKinds[1].address(g)).Is(http.StatusOK).WellMade()
	boxes := page.All("input[name=second]")
	if len(boxes) != g.Buildings {
		t.Fatalf("%d of %d buildings to tick", len(boxes), g.Buildings)
	}
	today := b.Frame.Today().String()
	v.Post(pathChange, "kind", "split", "grid", g.Code, "first_name", "甲", "second_name", "", "day", today, "reason", "", "step", stepPreview).
		Is(http.StatusUnprocessableEntity).WellMade().Says(".errors", "第一片的名称", "第二片的名称", "为什么调整", "两片都要有楼栋")
	points, err := s.Buildings(t.Context(), v.Actor, g.ID, b.Frame.Today(), "")
	if err != nil {
		t.Fatal(err)
	}
	fields := []string{"kind", "split", "grid", g.Code, "first_name", "石桥社区东格", "second_name", "石桥社区西格", "day", today, "reason", "户数太多", "step", stepPreview}
	middle := g.Boundary.Center().Lng
	for _, p := range points.Rows {
		if p.Lng < middle {
			fields = append(fields, "second", fmt.Sprint(p.ID))
		}
	}
	a := v.Post(pathChange, fields...).Is(http.StatusOK).WellMade().Says(".summary", "停用 1 个，新设 2 个").Says(".under", "没有空隙和重叠", "石桥社区西格")
	apply := carried(a, stepApply)
	v.Post(pathChange, apply...).Sees()
	to := v.Post(pathChange, apply...).Sees()
	after := v.Get(to).Is(http.StatusOK).Says(".table", "东格", "西格")
	codes := []string{}
	for _, n := range after.All(".table a") {
		if text := webtest.TextOf(n); text == "石桥社区东格" || text == "石桥社区西格" || text == "东格" || text == "西格" {
			for _, at := range n.Attr {
				if i := strings.Index(at.Val, "grid="); at.Key == "href" && i >= 0 {
					codes = append(codes, at.Val[i+5:i+20])
				}
			}
		}
	}
	if len(codes) != 2 {
		t.Fatalf("the two new grids have the codes %v", codes)
	}
	v.Get(gridPath(g.Code, "?day=2026-01-01")).Is(http.StatusOK).Says("main", "拆分", "东格")
	merging := v.Post(pathChange, "kind", "merge", "community", g.Community, "merge", codes[0], "merge", codes[1], "name", "石桥社区合一格", "day", b.Frame.Today().Add(30).String(),
		"reason", "又合起来", "step", stepPreview).Is(http.StatusOK).WellMade().Says(".summary", "停用 2 个，新设 1 个").Says(".under", "没有空隙和重叠")
	v.Post(pathChange, carried(merging, stepApply)...).Sees()
	v.Post(pathChange, "kind", "merge", "community", g.Community, "merge", codes[0], "name", "一个", "day", today, "reason", "x", "step", stepPreview).
		Is(http.StatusUnprocessableEntity).Says("#f-merge", "至少勾选两个")
}

// Boundaries go out as a file and come back without a finding; a broken file is told feature by feature.
func TestExportAndImport(t *testing.T) {
	t.Parallel()
	b, s := deskBench(t)
	v := b.As(t, "dispatcher")
	out := v.Get(pathGrids + "/export.geojson?community=" + huaiyinFirst[:12]).Is(http.StatusOK)
	if !strings.Contains(out.Header.Get("Content-Disposition"), "attachment") || !strings.HasPrefix(out.Header.Get("Content-Type"), "application/geo+json") {
		t.Errorf("headers %v", out.Header)
	}
	file, faults, err := geo.ReadFile(strings.NewReader(out.Body))
	if err != nil || len(faults) != 0 || len(file.Features) < 4 {
		t.Fatalf("%d features, %v, %v", len(file.Features), faults, err)
	}
	today := b.Frame.Today().String()
	v.Get(pathImport).Is(http.StatusOK).WellMade().Says("main", "WGS-84", "FeatureCollection")
	v.Post(pathImport, "day", today, "reason", "复核", "step", stepPreview).Is(http.StatusUnprocessableEntity).WellMade().Says(".errors", "选边界文件")
	broken := strings.Replace(out.Body, huaiyinFirst, streetCode+"001002", 1)
	a := v.Upload(pathImport, "boundary_file", "broken.geojson", []byte(broken), "day", today, "reason", "复核", "step", stepPreview).Is(http.StatusUnprocessableEntity).WellMade()
	a.Says(".errors", "一处也没有保存")
	if a.Attr("#f-reason", "value") != "复核" {
		t.Error("the reason is lost")
	}
	c := gridNow(t, b, s, huaiyinFirst)
	moved := strings.Replace(out.Body, `"name":"`+c.Name+`"`, `"name":"`+c.Name+`东"`, 1)
	a = v.Upload(pathImport, "boundary_file", "grids.geojson", append([]byte("\ufeff"), moved...), "day", today, "reason", "复核", "step", stepPreview).Is(http.StatusOK).WellMade().
		Says("h1", "核对导入边界").Says(".under", "没有空隙和重叠", "没有楼栋换网格")
	fields := carried(a, stepApply)
	v.Post(pathImport, fields...).Sees()
	v.Post(pathImport, fields...).Sees()
	if now := gridNow(t, b, s, huaiyinFirst); now.Name != c.Name+"东" {
		t.Errorf("the grid is called %s", now.Name)
	}
	v.Get(pathGrids + "/export.geojson?day=%27").Is(http.StatusUnprocessableEntity)
	admin := b.As(t, "admin") // imports, and neither sees the map nor takes boundaries along
	if n := len(admin.Get(pathImport).Is(http.StatusOK).WellMade().All("a[href*='export.geojson']")); n != 0 {
		t.Error("a file is offered that is then not there")
	}
	again := strings.Replace(moved, c.Name+`东"`, c.Name+`"`, 1)
	a = admin.Upload(pathImport, "boundary_file", "grids.geojson", []byte(again), "day", b.Frame.Today().Add(1).String(), "reason", "改回来", "step", stepPreview).Is(http.StatusOK)
	admin.Get(admin.Post(pathImport, carried(a, stepApply)...).Sees()).Is(http.StatusOK).Says(".banner", "已排定")
}
