package counter

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"portal/internal/request"
	"portal/web/form"
)

// The window without script: looking up loses nothing, a category is found by pinyin, a place brings its grid;
// what is wrong stands beside its field; the form counts once; the slip shows no person (REQ-01, K-4).
func testWindow(t *testing.T, d desk) {
	clerk := d.As(t, "clerk")
	clerk.Get(pathNew).Is(ok).WellMade().Says("main", "居民的原话", "找分类", "楼栋、小区或地址", "告知版本", "居民同意，开始代办").SaysNot("main", "正在为居民代办")

	looked := clerk.Post(pathNew, "do", "look", "words", "楼道里<b>没灯</b>", "category_words", "ludeng", "place", "槐安里3幢", "name", "张三丰", "phone", "19900000462").Is(ok).WellMade()
	looked.Says("#f-category", "路灯").Says("#f-building", "槐安里3幢").Says("#hints", "网格")
	if looked.Attr("#f-name", "value") != "张三丰" || looked.Text("#f-words") != "楼道里<b>没灯</b>" || strings.Contains(looked.Body, "<b>没灯") {
		t.Error("what was typed did not come back as it was")
	}

	if left := clerk.Get(pathNew).Is(ok).WellMade().Says("main", "上次没登记完的内容还在"); left.Attr("#f-name", "value") != "张三丰" {
		t.Error("what was looked up is not there after a while")
	}
	clerk.Post(pathNew, "do", "look", "category_words", "qqqq").Is(ok).Says("#f-category", "没有找到“qqqq”", "职责不清")
	clerk.Post(pathNew, "do", "look", "words", "三楼漏水").Is(ok).Says("#f-category", "房屋渗漏")
	clerk.Post(pathNew, "do", "look", "name", "张三丰").Is(ok)
	me := clerk.Actor
	if clerk.Actor = d.As(t, "dispatcher").Actor; strings.Contains(clerk.Get(pathNew).Body, "张三丰") {
		t.Error("the next person at the same computer reads what the one before has typed")
	}
	clerk.Actor = me
	clerk.Post(pathDraft, "words", "楼道没灯", "name", "王五").Is(ok)
	if d.count(t, "SELECT count(*) FROM request_draft WHERE position('王五'::bytea IN body) > 0") != 0 || clerk.Get(pathNew).Attr("#f-name", "value") != "王五" {
		t.Error("what is kept is not sealed, or does not come back")
	}
	if to := clerk.Post(pathNew, "do", "clear").Sees(); to != pathNew || clerk.Get(pathNew).Attr("#f-name", "value") != "" {
		t.Error("clearing leaves something")
	}

	bad := clerk.Post(pathNew, said("words", "", "kind", "", "category", "", "phone", "123")...).Is(wrong).WellMade()
	bad.Says(".errors", "有 4 处需要修改").Says("title", "有 4 处需要修改")
	for _, field := range []string{"words", "kind", "category", "phone"} {
		if len(bad.All("#f-"+field+"-error")) != 1 {
			t.Errorf("no message beside %s: %s", field, bad.Text(".errors"))
		}
	}
	if bad.Attr("#f-door", "value") != "2单元502室" {
		t.Error("the door that was typed is lost")
	}

	clerk.Post(pathNew, "do", "file", "place", "槐安里").Is(wrong).Says(".errors", "选诉求是怎么来的", "从查到的楼栋里选一幢", "请选择诉求类型", "说明情况")

	key := form.NewKey()
	before := d.count(t, "SELECT count(*) FROM request")
	no := d.file(t, clerk, form.KeyField, key, "phone", "19900000462")
	if again := d.file(t, clerk, form.KeyField, key, "phone", "19900000462"); again != no || d.count(t, "SELECT count(*) FROM request") != before+1 {
		t.Errorf("the same form counted twice: %s, then %s", no, again)
	}
	if n := d.count(t, "SELECT count(*) FROM request r JOIN building b ON b.id = r.building_id JOIN grid g ON g.id = r.grid_id WHERE r.no = $1 AND b.name = '3幢' AND r.community = '320104900001'", no); n != 1 {
		t.Error("the one building of the place, its grid and community are not kept")
	}
	slip := clerk.Get(casePath(no, "/receipt")).Is(ok).WellMade()
	if slip.Text("button[data-print-page][hidden]") != "打印小票" {
		t.Error("no button prints the slip")
	}
	slip.Says(".slip", no, "查询码", "请上门办优待证", "槐荫社区", "前联系您", "值班电话").SaysNot(".slip", "张三丰", "张*", "19900000462", "0462", "502")
	if code := slip.Text(".slip-code b"); !regexp.MustCompile(`^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}$`).MatchString(code) {
		t.Errorf("code %q", code)
	}
	if slip.Header.Get("Cache-Control") != "no-store" || len(slip.All(".slip svg path")) != 1 {
		t.Error("the slip may be stored, or has no QR")
	}
	other := d.As(t, "worker.linhe")
	if a, b := other.Get(casePath(no, "/receipt")).Is(absent), other.Get(casePath("SQ-2026-999999", "/receipt")).Is(absent); a.Text("main") != b.Text("main") {
		t.Error("somebody else's receipt does not read like none")
	}
	d.As(t, "dispatcher").Get(casePath(no, "/receipt")).Is(ok)
	for _, login := range []string{"dept.chengguan", "callback", "auditor", "org.contact"} {
		d.As(t, login).Get(pathNew).Is(absent)
	}
}

// REQ-04: words of danger show whom to call before anything else, while typing and after; the request is kept.
func testEmergencyFirst(t *testing.T, d desk) {
	clerk := d.As(t, "clerk")
	clerk.Post(pathHints, "words", "厨房燃气泄漏").Is(ok).Says(".tone-danger", "先请居民拨打 119", "开窗")
	if got := clerk.Post(pathHints, "words", "问问怎么办证"); len(got.All(".tone-danger")) != 0 {
		t.Error("an alarm without danger")
	}
	no := d.file(t, clerk, "words", "厨房燃气泄漏，味道很大", "title", "燃气泄漏")
	clerk.Get(pathNew).Says("main", "先请居民拨打 119", no)
}

// A paper's clock runs from the day on it (K-8); a day to come, none, and one long gone are refused.
func testPaper(t *testing.T, d desk) {
	clerk, today := d.As(t, "clerk"), d.Frame.Today()
	for _, c := range []struct{ day, says string }{{"", "填纸质表上的日期"}, {today.Add(1).String(), "不能晚于今天"}, {today.Add(-9).String(), "天内录入"}, {"昨天下午", "日期写成"}} {
		clerk.Post(pathNew, said("channel", "paper_assisted", "paper_day", c.day)...).Is(wrong).Says("#f-paper_day-error", c.says)
	}
	no := d.file(t, clerk, "channel", "paper_assisted", "paper_day", today.Add(-2).String())
	one, err := d.Requests.ByNo(t.Context(), d.DB.Q(), no)
	if err != nil || one.Channel != request.Paper || !one.SubmittedAt.Equal(today.Add(-2).Start().Add(9*time.Hour)) {
		t.Errorf("%s came in at %s through %s, %v", no, one.SubmittedAt, one.Channel, err)
	}
}

// 代办 (Q3, REQ-16): only after consent that was read out, shown on every page with its minutes, over with the
// filing, and over by itself after thirty minutes.
func testAssist(t *testing.T, d desk) {
	clerk := d.As(t, "clerk")
	clerk.Post(pathNew, said("channel", "assisted")...).Is(wrong).Says("#f-agreed-error", "代办还没有开始")
	clerk.Post(pathNew, said("do", "assist")...).Is(wrong).Says("#f-agreed-error", "念给居民听")
	key := form.NewKey()
	started := clerk.Post(pathNew, said("do", "assist", "agreed", "yes", form.KeyField, key)...).Is(ok).WellMade()
	started.Says(".strip", "正在为居民代办，剩 30 分钟")
	if started.Attr("#f-name", "value") != "张三丰" || started.Attr("[name=channel][checked]", "value") != "assisted" {
		t.Error("what was typed before the consent is lost, or 代办 is not chosen")
	}
	if started.Attr("form[data-autosave] [name=form_key]", "value") == key {
		t.Error("the key of the consent stands in the form that files")
	}
	d.later(2*time.Minute + 20*time.Second)
	clerk.Get(casePath("SQ-2026-999999", "/receipt")).Is(absent).Says(".strip", "剩 28 分钟")
	d.As(t, "dispatcher").Get(pathNew).SaysNot("body", "正在为居民代办")

	no := d.file(t, clerk, "channel", "assisted")
	clerk.Get(casePath(no, "/receipt")).Is(ok).Says(".slip", no, "代办").SaysNot("body", "正在为居民代办")
	if n := d.count(t, "SELECT count(*) FROM assist a JOIN request r ON r.id = a.request_id WHERE r.no = $1 AND a.ended_at IS NOT NULL AND a.consent LIKE '%告知版本%'", no); n != 1 {
		t.Error("the consent is not kept with the request")
	}

	clerk.Post(pathNew, said("do", "assist", "agreed", "yes")...).Is(ok).Says(".strip", "剩 30 分钟")
	d.later(30 * time.Minute)
	clerk.Get(pathNew).SaysNot("body", "正在为居民代办")
	clerk.Post(pathNew, said("channel", "assisted")...).Is(wrong).Says("#f-agreed-error", "到时间")

	clerk.Post(pathNew, said("do", "assist", "agreed", "yes")...).Is(ok)
	if to := clerk.Post(pathAssistEnd).Sees(); to != pathNew {
		t.Errorf("ended, and sent to %s", to)
	}
	clerk.Get(pathNew).SaysNot(".strip", "正在为居民代办").Says("main", "代办已结束")
}

// REQ-05: a similar running request is offered, and following it joins the case with a receipt of one's own.
func testFollow(t *testing.T, d desk) {
	clerk := d.As(t, "clerk")
	first := d.file(t, clerk, "category", "0301", "kind", "complaint", "title", "顶楼漏水", "words", "顶楼下雨就漏", "place", "槐安里4幢")
	seen := clerk.Post(pathNew, said("do", "look", "category", "0301", "title", "顶楼漏水", "place", "槐安里4幢")...).Is(ok).Says("#similar", first, "顶楼漏水", "单独登记")
	seen.SaysNot("#similar", "张三丰", "502")
	second := d.file(t, clerk, "category", "0301", "kind", "complaint", "title", "顶楼漏水", "words", "我家也漏", "place", "槐安里4幢", "phone", "19900000777", "name", "李四", "same", first)
	if n := d.count(t, "SELECT count(*) FROM request a JOIN request b ON b.order_id = a.order_id WHERE a.no = $1 AND b.no = $2", first, second); n != 1 {
		t.Error("the second word does not follow the first")
	}
	clerk.Get(casePath(second, "/receipt")).Is(ok).Says(".slip-no", second)
}

// 举报 about a unit: the unit is chosen for recusal, and hostile choices are refused beside their fields (REQ-13).
func testRecusalAndHostileInput(t *testing.T, d desk) {
	clerk := d.As(t, "clerk")
	unit := d.count(t, "SELECT id FROM unit WHERE name = '区城市管理局'")
	no := d.file(t, clerk, "kind", "report", "title", "反映执法人员", "words", "执法不出示证件", "complained_unit", itoa(unit), "hidden_from", "320104900001", "safety", "confidential")
	if n := d.count(t, "SELECT count(*) FROM work_order WHERE no = $1 AND complained_unit = $2 AND hidden_from = '320104900001' AND confidential AND owner_unit IS DISTINCT FROM $2", no, unit); n != 1 {
		t.Error("the recusal is not kept")
	}
	for field, value := range map[string]string{"building": "0 OR 1=1", "complained_unit": "-3", "kind": "root", "channel": "kiosk", "safety": "all", "title": strings.Repeat("长", 41), "name": "a\x00b"} {
		clerk.Post(pathNew, said(field, value)...).Is(wrong).Says("#f-"+field+"-error", "")
	}
}
