package grid

import (
	"fmt"
	"net/http"
	"testing"

	"portal/internal/geo"
	"portal/internal/grid"
	"portal/web/form"
)

// squareAround is a small boundary around a point, as somebody pastes it.
func squareAround(p geo.Point, half float64) string {
	return fmt.Sprintf(`{"type":"Polygon","coordinates":[[[%[1]f,%[2]f],[%[3]f,%[2]f],[%[3]f,%[4]f],[%[1]f,%[4]f],[%[1]f,%[2]f]]]}`, p.Lng-half, p.Lat-half, p.Lng+half, p.Lat+half)
}

// A special grid inside an ordinary one is cut out of it: the ordinary one gets the hole, no land is shared or
// lost, and the form counts once (edge case 2, GRD-02).
func TestSpecialGridIsCutOut(t *testing.T) {
	t.Parallel()
	b, s := deskBench(t)
	v := b.As(t, "secretary.huaiyin")
	g := gridNow(t, b, s, huaiyinFirst)
	before := versionsNow(t, b, s, g)
	today := b.Frame.Today().String()
	v.Get(kindOpen.address(g)).Is(http.StatusOK).WellMade().Says("h1", "新设网格").Says("fieldset", "专属网格", "微网格", "综合网格")
	ask := func(opens, boundary, vacancy string) []string {
		return []string{"kind", kindOpen.Value, "grid", g.Code, "community", g.Community, "version", itoa(g.Version), "opens", opens, "name", "槐荫<b>商圈</b>专属网格",
			"day", today, "reason", "商圈单设", "system", string(g.System), "vacancy_reason", vacancy, "boundary", boundary, "step", stepPreview}
	}
	inside := squareAround(g.Boundary.Center(), 0.0002)
	v.Post(pathChange, ask("", inside, "")...).Is(http.StatusUnprocessableEntity).WellMade().Says("#f-opens-error", "类型")
	v.Post(pathChange, ask("special_grid", "", "")...).Is(http.StatusUnprocessableEntity).Says("#f-boundary-error", "边界")
	v.Post(pathChange, ask("grid", inside, "")...).Is(http.StatusUnprocessableEntity).Says("#f-vacancy_reason-error", "空缺")
	out := v.Post(pathChange, ask("special_grid", squareAround(g.Boundary.Center(), 0.02), "招录中")...).Is(http.StatusUnprocessableEntity).WellMade().Says("#f-boundary-error", "整个在")
	if len(out.Text("textarea[name=boundary]")) < 20 || out.Attr("#f-vacancy_reason", "value") != "招录中" || len(out.All("input[name=opens][checked]")) != 1 {
		t.Error("what was typed is lost")
	}

	a := v.Post(pathChange, ask("special_grid", inside, "招录中")...).Is(http.StatusOK).WellMade().Says(".summary", "新设 1 个，调整 1 个").Says(".under", "没有空隙和重叠")
	if len(a.All("main .under b, main .summary b")) != 0 {
		t.Error("a name became markup")
	}
	fields := carried(a, stepApply)
	to := v.Post(pathChange, fields...).Sees()
	if again := v.Post(pathChange, fields...).Sees(); again != to {
		t.Errorf("a double click leads to %s and %s", to, again)
	}
	v.Get(to).Is(http.StatusOK).WellMade().Says(".banner", "已新设网格").Says("main", "<b>商圈</b>")
	in, err := s.AtPoint(t.Context(), v.Actor, g.Boundary.Center(), g.System, b.Frame.Today())
	if err != nil || in.Kind != grid.Special || versionsNow(t, b, s, g) != before+1 {
		t.Errorf("%+v %v", in, err)
	}
	late := append([]string{form.KeyField, form.NewKey()}, fields...)
	if got := v.Post(pathChange, late...).Status; got != http.StatusConflict && got != http.StatusUnprocessableEntity {
		t.Errorf("the version of before is taken: %d", got)
	}
	v.Post(pathChange, "kind", kindOpen.Value, "grid", linheFirst, "community", linheFirst[:12], "step", stepPreview).Is(http.StatusNotFound)
}

// A micro-grid divides the chosen grid and takes the buildings inside its boundary.
func TestMicroGridOpens(t *testing.T) {
	t.Parallel()
	b, s := deskBench(t)
	v := b.As(t, "secretary.huaiyin")
	g := gridNow(t, b, s, huaiyinFirst)
	house := housesIn(t, b, s, huaiyinFirst)[0]
	a := v.Post(pathChange, "kind", kindOpen.Value, "grid", g.Code, "community", g.Community, "version", itoa(g.Version), "opens", "micro_grid", "name", "槐安里微网格",
		"day", b.Frame.Today().String(), "reason", "楼长分片", "system", string(g.System), "boundary", squareAround(house.Point(), 0.0001), "step", stepPreview).
		Is(http.StatusOK).WellMade().Says(".summary", "新设 1 个")
	v.Post(pathChange, carried(a, stepApply)...).Sees()
	if now := housesIn(t, b, s, huaiyinFirst)[0]; now.MicroName != "槐安里微网格" {
		t.Errorf("%s lies in micro-grid %q", now.Label(), now.MicroName)
	}
	v.Get(gridPath(huaiyinFirst, "/places")).Is(http.StatusOK).Says("select[name=to]", "槐安里微网格", "留在本网格").Says("fieldset", "槐安里微网格")
}
