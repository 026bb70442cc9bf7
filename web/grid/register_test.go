package grid

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"portal/internal/demo"
	"portal/internal/grid"
	"portal/web/form"
)

// The register: entered, changed, ended; who holds a post cannot leave it (GRD-03).
func TestRegister(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	secretary := s.as("secretary.huaiyin")
	list := secretary.Get(pathWorkers).Is(http.StatusOK).WellMade().Says("tbody", "葛一", "葛二", "专职").Says("main", "登记网格员")
	list.SaysNot("main", "何畅")
	page := secretary.Get(pathWorkers + "/new").Is(http.StatusOK).WellMade()
	bad := secretary.Post(pathWorkers+"/new", "community", demo.Huaiyin, "name", "", "phone", "电话不详", "employment", "volunteer", "from", "明年").Is(http.StatusUnprocessableEntity)
	for _, field := range []string{"name", "employment", "from"} {
		if bad.Text("#f-"+field+"-error") == "" {
			t.Errorf("no message beside %s: %s", field, bad.Text(".errors"))
		}
	}
	if bad.Attr("#f-phone", "value") != "电话不详" {
		t.Error("what was typed is lost")
	}
	fields := []string{"form_key", page.Attr("main form [name=form_key]", "value"), "community", demo.Huaiyin, "name", "<i>马师傅</i>", "phone", "0000-5559001", "employment", grid.PartTime, "from", s.today().String()}
	at := secretary.Post(pathWorkers+"/new", fields...).Sees()
	if again := secretary.Post(pathWorkers+"/new", fields...).Sees(); again != at {
		t.Errorf("a double click leads to %s and %s", at, again)
	}
	one := secretary.Get(at).Is(http.StatusOK).WellMade().Says("h1", "<i>马师傅</i>").Says("main", "兼职", "没有岗位")
	if strings.Contains(one.Body, "<i>马") {
		t.Error("a name is not escaped")
	}
	version := one.Attr("main [name=version]", "value")
	secretary.Post(at, "version", version, "community", demo.Huaiyin, "name", "马师傅", "phone", "12", "employment", grid.FullTime).Is(http.StatusUnprocessableEntity).Says("#f-phone-error", "数字")
	secretary.Post(at, "version", version, "community", demo.Huaiyin, "name", "马师傅", "phone", "0000-5559002", "employment", grid.FullTime, "login", "worker.linhe").Is(http.StatusUnprocessableEntity).Says("#f-login-error", "账号")
	secretary.Post(at, "version", version, "community", demo.Huaiyin, "name", "马师傅", "phone", "0000-5559002", "employment", grid.FullTime).Sees()
	secretary.Post(at, "version", version, "community", demo.Huaiyin, "name", "另一个", "phone", "0000-5559003", "employment", grid.FullTime).Is(http.StatusUnprocessableEntity).Says(".errors", "已被他人处理")
	secretary.Post(at+"/end", "last", "").Is(http.StatusUnprocessableEntity).Says("#f-last-error", "最后一天")
	secretary.Post(at+"/end", "last", "2019-01-01").Is(http.StatusUnprocessableEntity).Says("#f-last-error", "早于")
	secretary.Post(at+"/end", "last", s.today().Add(5).String()).Sees()
	held := workerPath(s.worker("葛一").ID, "")
	secretary.Post(held+"/end", "last", s.today().Add(5).String()).Is(http.StatusUnprocessableEntity).Says(".errors", "请先移交")

	for _, login := range []string{"secretary.linhe", "worker.huaiyin", "clerk"} {
		v := s.as(login)
		v.Post(at, "version", "1", "name", "别人", "phone", "0000-5559001", "employment", grid.FullTime, "community", demo.Huaiyin).Is(http.StatusNotFound)
		v.Post(at+"/end", "last", s.today().String()).Is(http.StatusNotFound)
	}
	linhe := s.as("secretary.linhe")
	if got, lost := linhe.Get(at).Is(http.StatusNotFound), linhe.Get(pathWorkers+"/876543").Is(http.StatusNotFound); got.Text("main") != lost.Text("main") {
		t.Errorf("%q and %q", got.Text("main"), lost.Text("main"))
	}
	linhe.Post(pathWorkers+"/new", "community", demo.Huaiyin, "name", "越界", "phone", "0000-5559001", "employment", grid.FullTime, "from", s.today().String()).Is(http.StatusUnprocessableEntity).Says(".errors", "你负责的社区")
	s.as("worker.huaiyin").Get(held).Is(http.StatusOK).SaysNot("main", "保存", "登记离岗")
}

// GRD-04, 05: leave is entered by the secretary or by the worker; the page shows who acts.
func TestLeave(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	own := s.as("grid.huaiyin1")
	at := workerPath(s.worker("葛一").ID, "/leave")
	own.Get(at).Is(http.StatusOK).WellMade().Says("main", "登记请假", "A 岗")
	from, last := s.today().Add(10), s.today().Add(12)
	own.Post(at, "from", from.String(), "last", s.today().Add(9).String(), "kind", "sick").Is(http.StatusUnprocessableEntity).Says("#f-last-error", "不能早于")
	own.Post(at, "from", "2019-01-01", "last", last.String(), "kind", "sick").Is(http.StatusUnprocessableEntity).Says("#f-from-error", "今天")
	own.Post(at, "from", from.String(), "last", last.String(), "kind", "gone fishing").Is(http.StatusUnprocessableEntity).Says("#f-kind-error", "选")
	key := form.NewKey()
	fields := []string{"from", from.String(), "last", last.String(), "kind", "sick", "form_key", key}
	to := own.Post(at, fields...).Sees()
	own.Post(at, fields...).Sees()
	page := own.Get(to).Is(http.StatusOK).WellMade().Says("main", "病假", from.Chinese()+"至"+last.Chinese(), "葛二", "B 岗代理")
	if n := len(page.All(`form[action*="/leave/"]`)); n != 1 {
		t.Errorf("%d leaves after a double click", n)
	}
	own.Post(at, "from", from.String(), "last", last.String(), "kind", "sick").Is(http.StatusUnprocessableEntity)
	s.as("worker.huaiyin").Get(pathWorkers).Is(http.StatusOK).SaysNot("main", "病假")
	s.as("grid.huaiyin2").Get(at).Is(http.StatusNotFound)
	s.as("secretary.linhe").Post(at, fields...).Is(http.StatusNotFound)
	off := page.Attr(`form[action*="/leave/"]`, "action")
	s.as("grid.huaiyin2").Post(off).Is(http.StatusNotFound)
	own.Post(off).Sees()
	own.Get(at).SaysNot("main", "病假，")
	if rows := own.Get(at).All(`form[action*="/leave/"]`); len(rows) != 0 {
		t.Error("a leave that was taken back is still there")
	}
	own.Post(at + "/99/call-off").Is(http.StatusNotFound)
	own.Post(at + "/abc/call-off").Is(http.StatusNotFound)
}

// A bulk move is seen before it is made, and made all at once.
func TestBulk(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	secretary := s.as("secretary.huaiyin")
	from := s.worker("柳青")
	at := workerPath(from.ID, "/bulk")
	page := secretary.Get(at).Is(http.StatusOK).WellMade().Says("button[data-primary]", "看结果").Says("tbody", "网格")
	name := page.Attr("main tbody select", "name")
	base := []string{"role", "a", "day", s.today().Add(2).String(), "reason", "柳青调离本社区"}
	secretary.Post(at, append(base, "do", "preview")...).Is(http.StatusUnprocessableEntity).Says(".errors", "至少给一个网格")
	preview := secretary.Post(at, append(base, "do", "preview", name, idText(s.worker("商安").ID))...).Is(http.StatusOK).Says(`td[data-label="换了以后"]`, "商安", "可以换")
	preview.Says(".decision", "确认换人", "重新看结果", "1 个网格换人")
	before, err := s.svc.Handovers(t.Context(), secretary.Actor, demo.Huaiyin, true, "")
	if err != nil || len(before.Rows) != 1 {
		t.Fatalf("a preview drew something: %d, %v", len(before.Rows), err)
	}
	blocked := secretary.Post(at, append(base, "do", "preview", name, idText(s.worker("何清").ID))...).Is(http.StatusOK)
	blocked.Says(`td[data-label="换了以后"]`, "不能换").Says(".locked", "改好")
	key := form.NewKey()
	apply := append(base, "do", "apply", name, idText(s.worker("商安").ID), "form_key", key)
	if to := secretary.Post(at, apply...).Sees(); to != pathHandovers {
		t.Errorf("leads to %s", to)
	}
	secretary.Post(at, apply...)
	after, err := s.svc.Handovers(t.Context(), secretary.Actor, demo.Huaiyin, true, "")
	if err != nil || len(after.Rows) != 2 {
		t.Errorf("%d open handovers after a double click, %v", len(after.Rows), err)
	}
	secretary.Post(at, append(base, "do", "preview", name, "x")...).Is(http.StatusUnprocessableEntity).Says(".errors", "从列出的人里选")
	s.as("secretary.linhe").Post(at, apply...).Is(http.StatusNotFound)
	s.as("worker.huaiyin").Get(at).Is(http.StatusNotFound)
}

// The load of grids: the conclusion, rulers, the same as a table, and advice about places (GRD-17).
func TestLoad(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	page := s.as("secretary.huaiyin").Get(pathLoad).Is(http.StatusOK).WellMade().Says(".lead", "个网格", "A 岗空缺").Says(".figures", "楼栋", "户数")
	rows, rulers := page.All("#table tbody tr"), page.All(".loads .ruler")
	if len(rows) < 4 || len(rows) != len(rulers) {
		t.Errorf("%d rows, %d rulers", len(rows), len(rulers))
	}
	page.Says("#table", "空缺", "A 岗")
	for _, name := range []string{"葛一", "葛二", "柳青", "施敏"} {
		page.SaysNot(".sheet-body.plain", name)
	}
	whole := s.as("dispatcher").Get(pathLoad + "?community=").Is(http.StatusOK).WellMade()
	if len(whole.All("#table tbody tr")) <= len(rows) {
		t.Error("the dispatcher does not see the whole street")
	}
	s.as("secretary.huaiyin").Get(pathLoad + "?community=" + demo.Linhe).Is(http.StatusNotFound)
	s.as("dept.minzheng").Get(pathLoad).Is(http.StatusNotFound)
}

// The team is a list of posts; only those who keep the grid change it.
func TestTeam(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	secretary, at := s.as("secretary.huaiyin"), gridPath(vacantGrid, "/team")
	page := secretary.Get(at).Is(http.StatusOK).WellMade().Says("main", "牵头（1）", "骨干（2）", "协同（N）", "社区民警")
	secretary.Post(at, "part", "helper", "post", "", "unit", "").Is(http.StatusUnprocessableEntity).Says("#f-post-error", "填写岗位").Says("#f-unit-error", "填写单位")
	secretary.Post(at, "part", "backbone", "post", "第三个骨干", "unit", "街道").Is(http.StatusUnprocessableEntity).Says("#f-part-error", "最多 2 个")
	key := form.NewKey()
	for range 2 {
		secretary.Post(at, "part", "helper", "post", "<b>楼栋长</b>", "unit", "居民小组", "form_key", key).Sees()
	}
	added := secretary.Get(at).Says("main", "<b>楼栋长</b>")
	if len(added.All("tbody tr")) != len(page.All("tbody tr"))+1 || strings.Contains(added.Body, "<b>楼栋长") {
		t.Error("the post is there twice, or not escaped")
	}
	buttons := added.All("button[name=end]")
	secretary.Post(at, "end", attrOf(buttons[len(buttons)-1], "value")).Sees()
	if n := len(secretary.Get(at).All("tbody tr")); n != len(page.All("tbody tr")) {
		t.Errorf("%d posts left", n)
	}
	for _, end := range []string{"x", "-1", "99999999999999999999"} {
		secretary.Post(at, "end", end).Is(http.StatusNotFound)
	}
	s.as("worker.huaiyin").Get(at).Is(http.StatusOK).SaysNot("main", "添加岗位", "撤下")
	s.as("secretary.linhe").Get(at).Is(http.StatusNotFound)
}

// 那天谁负责: any door, any day, the sentence first and why.
func TestAnswers(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	v := s.as("worker.huaiyin")
	v.Get(pathAnswers).Is(http.StatusOK).WellMade().Says("h1", "那天谁负责")
	day := s.today()
	grids, err := s.svc.OnDay(t.Context(), v.Actor, demo.Huaiyin, day)
	if err != nil {
		t.Fatal(err)
	}
	var vacant grid.Grid
	for _, g := range grids {
		if g.Code == vacantGrid {
			vacant = g
		}
	}
	houses, err := s.svc.Buildings(t.Context(), v.Actor, vacant.ID, day, "")
	if err != nil || len(houses.Rows) == 0 {
		t.Fatal(err)
	}
	label := houses.Rows[0].Label()
	one := v.Get(pathAnswers + "?q=" + url.QueryEscape(label) + "&day=" + day.String()).Is(http.StatusOK).WellMade()
	one.Says("#answer .lead", day.Chinese(), label, vacant.Name, "柳青（B 岗代理）", "电话").Says("#answer", "A 岗空缺")
	earlier := v.Get(pathAnswers + "?q=" + url.QueryEscape(label) + "&day=" + day.Add(-100).String()).Is(http.StatusOK)
	earlier.Says("#answer .lead", "施敏（A 岗）").SaysNot("#answer .lead", "按现在的安排")
	v.Get(pathAnswers+"?q="+url.QueryEscape(label)+"&day="+day.Add(30).String()).Is(http.StatusOK).Says("#answer .lead", "按现在的安排")
	paper := v.Get(one.Attr(`a[href*="/print"]`, "href")).Is(http.StatusOK)
	paper.Says(".paper", "网格责任查询单", "柳青（B 岗代理）", vacant.Code)

	many := v.Get(pathAnswers + "?q=" + url.QueryEscape(houses.Rows[0].Compound)).Is(http.StatusOK).WellMade()
	if len(many.All("tbody tr")) < 2 {
		t.Errorf("a compound finds %d doors", len(many.All("tbody tr")))
	}
	v.Get(many.Attr("tbody a", "href")).Is(http.StatusOK).Says("#answer .lead", "负责")
	v.Get(pathAnswers+"?q="+url.QueryEscape("没有这个地方")).Is(http.StatusOK).Says(".empty", "没有找到")
	v.Get(pathAnswers+"?building=987654").Is(http.StatusOK).Says(".empty", "没有找到")
	v.Get(pathAnswers+"?q=%3Cscript%3Ealert(1)%3C/script%3E").Is(http.StatusOK).SaysNot("script", "alert(1)")
	v.Get(pathAnswers+"?q=a&day=2026-13-45").Is(http.StatusUnprocessableEntity).Says("#f-day-error", "日期")
	v.Get(pathAnswers+"?q=a&building=x").Is(http.StatusUnprocessableEntity).Says("#f-q-error", "没有读懂")
	v.Get(pathAnswers + "?q=%00&day=0001-01-01").Is(http.StatusUnprocessableEntity)
	v.Get(pathAnswers + "/print?q=" + url.QueryEscape(houses.Rows[0].Compound)).Is(http.StatusNotFound)
	v.Get(pathAnswers + "/print").Is(http.StatusNotFound)
	s.Anybody(t).Get(pathAnswers).Is(http.StatusSeeOther)
}
