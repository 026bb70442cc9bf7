package counter

import (
	"strings"
	"testing"

	"portal/internal/request"
	"portal/internal/sheet"
	"portal/web/form"
	"portal/web/webtest"
)

// §6.4, R45: each number of the rates opens as many rows as it says; the workbook holds the same rows; a span
// that cannot be read has its sentence; a community sees its own alone.
func testFigures(t *testing.T, d desk) {
	d.answered(t)
	leader := d.As(t, "leader")
	page := leader.Get(pathFigures).Is(ok).WellMade().Says("main", "响应率", "解决率", "满意率", "回访覆盖率", "经审批剔除", "问题复发", "不比个人")
	opened := 0
	for _, a := range page.All("tbody td a") {
		count, label, _ := strings.Cut(webtest.TextOf(a), "件，看明细：")
		href := ""
		for _, at := range a.Attr {
			if at.Key == "href" {
				href = at.Val
			}
		}
		rows, next := 0, href
		for next != "" {
			got := leader.Get(next).Is(ok).WellMade()
			rows += len(got.All("tbody tr"))
			if next = ""; len(got.All("[data-next]")) > 0 {
				next = got.Attr("[data-next]", "href")
			}
		}
		if itoa(rows) != strings.ReplaceAll(count, ",", "") {
			t.Errorf("%s: %s on the page, %d rows behind it", label, count, rows)
		}
		opened += rows
		path, query, _ := strings.Cut(href, "?")
		book := leader.Get(path + "/export.xlsx?" + query).Is(ok)
		if rows == 0 {
			continue
		}
		read, err := sheet.Read(t.Context(), strings.NewReader(book.Body), "rows.xlsx", sheet.DefaultLimits)
		if err != nil || len(read.Rows) != rows {
			t.Errorf("%s: the workbook holds other rows, %v", label, err)
		}
	}
	if opened == 0 {
		t.Error("no figure has rows: nothing was tried")
	}
	leader.Get(pathFigures+"?from=2026-13-40").Is(wrong).Says("#f-from-error", "日期写成")
	leader.Get(pathFigures+"?from=2026-03-02&last=2026-03-01").Is(wrong).Says("#f-last-error", "不能早于")
	leader.Get(pathFigures + "/everything").Is(absent)
	for _, list := range []string{pathFigures + "/base", pathCauses, pathCallbacks} { // a mistyped place in a list is bad input, never a fault of ours
		if a := d.As(t, "dispatcher").Get(list + "?after=no-cursor"); a.Status >= 500 || a.Status == ok {
			t.Errorf("%s: %d", list, a.Status)
		}
	}
	d.As(t, "secretary.linhe").Get(pathFigures).Is(ok).SaysNot(".filters", "全街道")
	d.As(t, "clerk").Get(pathFigures).Is(absent)
}

// Categories are changed by the dispatcher, as seen: hours, words and class, with messages beside their fields.
func testCategories(t *testing.T, d desk) {
	dispatcher := d.As(t, "dispatcher")
	dispatcher.Get(pathCategories).Is(ok).WellMade().Says("table", "0802", "社会生活噪声")
	dispatcher.Get(pathCategories+"?q=shehuishenghuo").Is(ok).Says("table", "噪声").SaysNot("table", "餐饮油烟")
	path := pathCategories + "/0802"
	page := dispatcher.Get(path).Is(ok).WellMade()
	version := page.Attr("[name=version]", "value")
	fields := func(pairs ...string) []string {
		return append([]string{"version", version, "name", "社会生活噪声(广场舞等)", "departments", "公安分局；社区居委会", "class", "enforcement", "also", "active"}, pairs...)
	}
	bad := dispatcher.Post(path, fields("hours", "0", "words", "太吵 <i>")...).Is(wrong).Says("#f-hours-error", "1 到 2000")
	if bad.Text("#f-words") != "太吵 <i>" {
		t.Error("what was typed is lost")
	}
	if to := dispatcher.Post(path, fields("hours", "48", "words", "广场舞太吵、半夜唱歌")...).Sees(); to != pathCategories {
		t.Errorf("saved, and sent to %s", to)
	}
	c, err := request.CategoryByCode(t.Context(), d.DB.Q(), "0802")
	if err != nil || c.DueHours != 48 || c.Words != "广场舞太吵 半夜唱歌" || c.Physical || !c.Active {
		t.Errorf("%+v %v", c, err)
	}
	dispatcher.Post(path, fields("hours", "49")...).Is(wrong).Says(".errors", "他人改过")
	dispatcher.Get(pathCategories + "/08").Is(absent)
	dispatcher.Get(pathCategories + "/zz").Is(absent)
	d.As(t, "clerk").Get(pathCategories).Is(absent)
}

// A rule holds from a day, the one before it ends then; a community may only be named with an admitted item (REQ-14).
func testRoutes(t *testing.T, d desk) {
	dispatcher := d.As(t, "dispatcher")
	unit := d.count(t, "SELECT id FROM unit WHERE name = '区城市管理局'")
	dispatcher.Get(pathRoutes).Is(ok).WellMade().Says("table", "全街道")
	dispatcher.Get(pathRoutes + "/new").Is(ok).WellMade()
	bad := dispatcher.Post(pathRoutes+"/new", "owner", "community").Is(wrong)
	for _, field := range []string{"category", "item", "basis"} {
		if len(bad.All("#f-"+field+"-error")) != 1 {
			t.Errorf("no message beside %s: %s", field, bad.Text(".errors"))
		}
	}
	dispatcher.Post(pathRoutes+"/new", "category", "0802", "owner", "grid", "community", "320104900001", "item", "XX-999", "basis", "街道分工").Is(wrong).Says("#f-item-error", "清单上")
	if to := dispatcher.Post(pathRoutes+"/new", "category", "0802", "owner", "unit", "unit", itoa(unit), "basis", "街道职责分工第三条", "assist", "yes").Sees(); to != pathRoutes {
		t.Errorf("saved, and sent to %s", to)
	}
	dispatcher.Get(pathRoutes+"?q=第三条").Is(ok).Says("table", "社会生活噪声", "区城市管理局", "社区协助", "全街道", "自"+d.Frame.Today().Chinese()+"起")
	change := dispatcher.Get(pathRoutes + "/new?category=0802").Is(ok)
	if change.Attr("[name=unit] [selected]", "value") != itoa(unit) || len(change.All("[name=assist][checked]")) != 1 {
		t.Error("what holds now is not proposed")
	}
	d.As(t, "leader").Get(pathRoutes).Is(absent)
	testRouteOfALaterDay(t, d, unit)
}

// A rule may begin on a later day: until then the one of today holds, and both stand in the list.
func testRouteOfALaterDay(t *testing.T, d desk, unit int) {
	t.Helper()
	dispatcher, today := d.As(t, "dispatcher"), d.Frame.Today()
	begins := today.Add(20)
	rule := func(from string) []string {
		return []string{"category", "0802", "owner", "unit", "unit", itoa(unit), "basis", "明年分工第九条", "from", from}
	}
	if bad := dispatcher.Post(pathRoutes+"/new", rule(today.Add(-1).String())...).Is(wrong).WellMade().Says("#f-from-error", "今天或者以后"); bad.Attr("[name=from]", "value") != today.Add(-1).String() {
		t.Error("the day that was typed is lost")
	}
	dispatcher.Post(pathRoutes+"/new", rule("<b>")...).Is(wrong).Says("#f-from-error", "日期")
	if to := dispatcher.Post(pathRoutes+"/new", rule(begins.String())...).Sees(); to != pathRoutes {
		t.Errorf("saved, and sent to %s", to)
	}
	list := dispatcher.Get(pathRoutes+"?q=0802").Is(ok).WellMade().Says("table", "将于"+begins.Chinese()+"生效", today.Chinese()+"至"+begins.Add(-1).Chinese(), "第三条", "第九条")
	change := list.Attr("tbody tr:last-child a", "href")
	if page := dispatcher.Get(change).Is(ok).WellMade(); page.Attr("[name=from]", "value") != begins.String() {
		t.Errorf("%s does not propose the day of the planned rule", change)
	}
	if page := dispatcher.Get(list.Attr("tbody tr:first-child a", "href")).Is(ok); page.Attr("[name=from]", "value") != "" || len(page.All("[name=assist][checked]")) != 1 {
		t.Error("the rule of today is not proposed as it stands")
	}
	if n := d.count(t, "SELECT count(*) FROM routing_rule WHERE category = '0802' AND community = '' AND valid @> $1::date AND basis LIKE '%第三条%'", today.String()); n != 1 {
		t.Error("the rule of today ended early")
	}
}

// REQ-15: a repeated trouble is shown without persons and decided once: whistle, topic or a reason for neither;
// another community's reads like none.
func testCauses(t *testing.T, d desk) {
	clerk := d.As(t, "clerk")
	for i, title := range []string{"车棚占道", "通道堆物", "消防通道堵了", "楼道堆物", "堆物没清"} {
		d.file(t, clerk, "category", "0301", "kind", "complaint", "title", title, "words", title+"，出不去", "place", "槐安里5幢", "name", "赵六", "phone", "1990000080"+itoa(i))
	}
	if err := d.Cases.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	id := d.count(t, "SELECT c.id FROM cause c JOIN building b ON b.id = c.building_id WHERE c.state = 'proposed' AND b.compound = '槐安里' AND b.name = '5幢' AND c.category = '0301'")
	path := pathCauses + "/" + itoa(id)
	secretary := d.As(t, "secretary.huaiyin")
	secretary.Get(pathCauses).Is(ok).WellMade().Says("table", "槐安里", "处理")
	page := secretary.Get(path).Is(ok).WellMade().Says("main", "5 件", "拟吹哨", "留作议题", "暂不处理").SaysNot("main", "赵", "199")
	version := page.Attr("[name=version]", "value")
	secretary.Post(path, "version", version).Is(wrong).Says("#f-decision-error", "选怎么办")
	secretary.Post(path, "version", version, "decision", "aside").Is(wrong).Says("#f-reason-error", "写明为什么")
	for _, login := range []string{"secretary.linhe", "clerk"} {
		if a := d.As(t, login).Get(path); a.Status != absent {
			t.Errorf("%s: %d", login, a.Status)
		}
		d.As(t, login).Post(path, "version", version, "decision", "topic").Is(absent)
	}
	d.As(t, "auditor").Get(path).Is(ok).SaysNot("main", "记下决定")
	key := form.NewKey()
	for range 2 {
		if to := secretary.Post(path, "version", version, "decision", "topic", form.KeyField, key).Sees(); to != path {
			t.Errorf("decided, and sent to %s", to)
		}
	}
	secretary.Get(path).Is(ok).Says("main", "已留作议题").SaysNot("main", "记下决定")
	secretary.Get(pathCauses + "/0x1").Is(absent)
}
