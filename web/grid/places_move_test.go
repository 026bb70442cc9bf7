package grid

import (
	"net/http"
	"strings"
	"testing"

	"portal/internal/authz"
	"portal/internal/grid"
	"portal/web/form"
	"portal/web/webtest"
)

// homeOf names the grid of a building on the day that lies some days ahead.
func homeOf(t *testing.T, b *webtest.Bench, s *grid.Service, building int64, ahead int) string {
	t.Helper()
	p, err := s.AtBuilding(t.Context(), authz.Anonymous, building, b.Frame.Today().Add(ahead))
	if err != nil {
		t.Fatal(err)
	}
	return p.Grid.Code
}

func housesIn(t *testing.T, b *webtest.Bench, s *grid.Service, code string) []grid.BuildingRow {
	t.Helper()
	g := gridNow(t, b, s, code)
	found, err := s.Buildings(t.Context(), b.As(t, "dispatcher").Actor, g.ID, b.Frame.Today(), "")
	if err != nil || len(found.Rows) < 3 {
		t.Fatalf("%d buildings, %v", len(found.Rows), err)
	}
	return found.Rows
}

// Ticked buildings go to another grid from a day on, once however often the form arrives; a form that lacks
// something comes back with what was typed and ticked.
func TestBuildingsMoveOnce(t *testing.T) {
	t.Parallel()
	b, s := deskBench(t)
	v := b.As(t, "secretary.huaiyin")
	houses := housesIn(t, b, s, huaiyinFirst)
	at, to := gridPath(huaiyinFirst, "/places"), streetCode+"001002"
	v.Get(gridPath(huaiyinFirst, "")).Is(http.StatusOK).Says("section[aria-labelledby=acts]", placesWords)
	page := v.Get(at).Is(http.StatusOK).WellMade().Says("h1", placesWords).Says("fieldset", houses[0].Label(), "户").Says("select[name=to]", "第二网格")
	if strings.Contains(page.Text("select[name=to]"), "临河") || len(page.All("option[value='"+huaiyinFirst+"']")) != 0 {
		t.Error("buildings leave the community, or go where they are")
	}
	first, second := itoa(int(houses[0].ID)), itoa(int(houses[1].ID))
	bad := v.Post(at, "act", actBuilding, "buildings", first, "to", "", "day", "哪天", "reason", "").Is(http.StatusUnprocessableEntity).WellMade()
	for _, field := range []string{"to", "day", "reason"} {
		if bad.Text("#f-"+field+"-error") == "" {
			t.Errorf("no message beside %s: %s", field, bad.Text(".errors"))
		}
	}
	if len(bad.All("input[value='"+first+"'][checked]")) != 1 || bad.Attr("#f-day", "value") != "哪天" {
		t.Error("what was typed is lost")
	}
	v.Post(at, "act", actBuilding, "to", to, "day", b.Frame.Today().String(), "reason", "物业合并").Is(http.StatusUnprocessableEntity).Says("#f-buildings-error", "勾选")
	v.Post(at, "act", actBuilding, "buildings", first, "to", linheFirst, "day", b.Frame.Today().String(), "reason", "物业合并").Is(http.StatusUnprocessableEntity).Says("#f-to-error", "网格")
	v.Post(at, "act", actBuilding, "buildings", first, "to", to, "day", "2020-01-01", "reason", "物业<b>合并</b>").Is(http.StatusUnprocessableEntity).Says("#f-day-error", "不能早于今天")

	fields := []string{form.KeyField, page.Attr("main [name=form_key]", "value"), "act", actBuilding, "buildings", first, "buildings", second, "to", to,
		"day", b.Frame.Today().Add(9).String(), "reason", "物业<b>合并</b>"}
	back := v.Post(at, fields...).Sees()
	if again := v.Post(at, fields...).Sees(); again != back {
		t.Errorf("a double click leads to %s and %s", back, again)
	}
	for _, one := range houses[:2] {
		if now, then := homeOf(t, b, s, one.ID, 8), homeOf(t, b, s, one.ID, 9); now != huaiyinFirst || then != to {
			t.Errorf("%s lies in %s, then in %s", one.Label(), now, then)
		}
	}
	v.Get(back).Is(http.StatusOK).WellMade().Says(".banner", "移动 2 栋楼已排定").Says("fieldset", "已排定"+b.Frame.Today().Add(9).Chinese()+"离开")
	v.Post(at, append([]string{form.KeyField, form.NewKey()}, fields[2:]...)...).Is(http.StatusUnprocessableEntity).Says(".errors", "网格")
	now := []string{form.KeyField, form.NewKey(), "act", actBuilding, "buildings", itoa(int(houses[2].ID)), "to", to, "day", b.Frame.Today().String(), "reason", "当天移动"}
	v.Post(at, now...).Sees()
	v.Post(at, now...).Sees()
	if home := homeOf(t, b, s, houses[2].ID, 0); home != to {
		t.Errorf("moved today, it lies in %s", home)
	}
	trail := v.Get(gridPath(huaiyinFirst, "/history")).Is(http.StatusOK).Says("main", "物业<b>合并</b>")
	if len(trail.All("main dd b, main li b b")) != 0 {
		t.Error("a reason became markup")
	}
}

// One doorplate is put into another grid with its reason, which is stored and shown as the precedent, and can
// follow its building again (edge cases 1 and 2).
func TestDoorplateAlone(t *testing.T) {
	t.Parallel()
	b, s := deskBench(t)
	v := b.As(t, "dispatcher")
	house := itoa(int(housesIn(t, b, s, huaiyinFirst)[0].ID))
	at, to := gridPath(huaiyinFirst, "/places"), streetCode+"001002"
	v.Get(at+"?act="+actAddress).Is(http.StatusOK).WellMade().Says("main", "门牌在哪栋楼").SaysNot("main", "保存门牌归属")
	page := v.Get(at+"?building="+house).Is(http.StatusOK).WellMade().Says("fieldset", "随楼").Says("select[name=to]", "第二网格", "临河", "随楼")
	door := page.Attr("input[name=address]", "value")
	fields := func(key, to, day, reason string) []string {
		return []string{form.KeyField, key, "act", actAddress, "building", house, "address", door, "to", to, "day", day, "reason", reason}
	}
	today := b.Frame.Today()
	bad := v.Post(at, "act", actAddress, "building", house, "address", "876543", "to", huaiyinFirst, "day", "", "reason", "").Is(http.StatusUnprocessableEntity).WellMade()
	for _, field := range []string{"address", "to", "day", "reason"} {
		if bad.Text("#f-"+field+"-error") == "" {
			t.Errorf("no message beside %s: %s", field, bad.Text(".errors"))
		}
	}
	kept := v.Post(at, fields(form.NewKey(), to, "2020-01-01", "门开在<i>路北</i>")...).Is(http.StatusUnprocessableEntity).Says("#f-day-error", "不能早于今天")
	if kept.Attr("#f-reason", "value") != "门开在<i>路北</i>" || len(kept.All("input[value='"+door+"'][checked]")) != 1 || len(kept.All("option[value='"+to+"'][selected]")) != 1 {
		t.Error("what was typed is lost")
	}
	v.Post(at, fields(form.NewKey(), followHouse, today.String(), "改回")...).Is(http.StatusUnprocessableEntity).Says("#f-to-error", "本来就随它的楼")

	once := fields(page.Attr("main form[method=post] [name=form_key]", "value"), to, today.String(), "门开在<i>路北</i>")
	back := v.Post(at, once...).Sees()
	v.Post(at, once...).Sees()
	shown := v.Get(back).Is(http.StatusOK).WellMade().Says(".banner", "已单独划分门牌").Says("fieldset", "单独划在", "第二网格", "门开在<i>路北</i>")
	if len(shown.All("fieldset i")) != 0 {
		t.Error("a reason became markup")
	}
	v.Post(at, fields(form.NewKey(), followHouse, today.Add(3).String(), "店门改回路南")...).Sees()
	v.Get(back).Is(http.StatusOK).Says("fieldset", "单独划在", "已排定以后改为随楼")
}

// Others' grids, micro-grids, and buildings of other grids are not there, in the words of what does not exist.
func TestPlacesOutOfReach(t *testing.T) {
	t.Parallel()
	b, s := deskBench(t)
	v := b.As(t, "secretary.huaiyin")
	same := func(one, other webtest.Answer) {
		t.Helper()
		if x, y := one.Is(http.StatusNotFound).Text("main"), other.Is(http.StatusNotFound).Text("main"); x != y {
			t.Errorf("%s\n%s", x, y)
		}
	}
	at, nowhere := gridPath(linheFirst, "/places"), gridPath(streetCode+"003777", "/places")
	same(v.Get(at), v.Get(nowhere))
	move := []string{"act", actBuilding, "buildings", "1", "to", huaiyinFirst, "day", b.Frame.Today().String(), "reason", "试"}
	same(v.Post(at, move...), v.Post(nowhere, move...))
	b.As(t, "worker.huaiyin").Get(gridPath(huaiyinFirst, "/places")).Is(http.StatusNotFound)
	b.As(t, "worker.huaiyin").Get(gridPath(huaiyinFirst, "")).Is(http.StatusOK).SaysNot("main", placesWords)

	other := housesIn(t, b, s, linheFirst)[0]
	mine := gridPath(huaiyinFirst, "/places")
	same(v.Get(mine+"?building="+itoa(int(other.ID))), v.Get(mine+"?building=876543"))
	same(v.Get(mine+"?building=x%27%3Cb%3E"), v.Get(mine+"?building=876543"))
	steal := func(id string) webtest.Answer {
		return v.Post(mine, "act", actBuilding, "buildings", id, "to", streetCode+"001002", "day", b.Frame.Today().String(), "reason", "试")
	}
	same(steal(itoa(int(other.ID))), steal("876543"))
	same(steal("1;DROP"), steal("876543"))
	if home := homeOf(t, b, s, other.ID, 0); home != linheFirst {
		t.Errorf("a building of others went to %s", home)
	}
	v.Post(mine, "act", actAddress, "building", itoa(int(other.ID)), "address", "1", "to", huaiyinFirst, "day", b.Frame.Today().String(), "reason", "试").Is(http.StatusNotFound)
}
