package notice

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"image"
	"image/png"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"portal/internal/admission"
	"portal/internal/blob"
	"portal/internal/grid"
	"portal/internal/handoff"
	"portal/internal/notice"
	"portal/internal/secret"
	"portal/internal/workorder"
	"portal/web/webtest"
)

// bench is the pages over the demo street.
func bench(t *testing.T) (*webtest.Bench, Deps) {
	t.Helper()
	b := webtest.Street(t)
	keys, err := secret.Temporary()
	if err != nil {
		t.Fatal(err)
	}
	files, err := blob.NewDir(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s := notice.New(b.DB, keys, nil)
	d := Deps{Notices: s, Drafts: handoff.NewNotices(b.DB, s, admission.New(b.DB), grid.New(b.DB), workorder.New(b.DB)), Blobs: files}
	Mount(b.Router, b.Frame, d)
	return b, d
}

func street(t *testing.T) (*webtest.Bench, *notice.Service) {
	t.Helper()
	b, d := bench(t)
	return b, d.Notices
}

const huaiyin = "320104900001"

// typed is the form of a notice; pairs replace fields.
func typed(pairs ...string) []string {
	fields := []string{"kind", "affairs", "division", huaiyin, "title", "关于测试经费收支的公示", "plain_title", "测试的钱怎么花的", "plain_summary", "收入 8,400 元，花了 6,215 元。",
		"body", "收支如下：\n项目|金额\n楼道照明|4,160", "days", "15", "pair_of", ""}
	for i := 0; i+1 < len(pairs); i += 2 {
		for j := 0; j < len(fields); j += 2 {
			if fields[j] == pairs[i] {
				fields[j+1] = pairs[i+1]
			}
		}
	}
	return fields
}

// versionOf is the record's version that a desk page carries.
func versionOf(a webtest.Answer) string { return a.Attr("input[name=version]", "value") }

// published writes and signs a notice through the pages and gives its number.
func published(t *testing.T, b *webtest.Bench, pairs ...string) string {
	t.Helper()
	draft := b.As(t, "worker.huaiyin").Post("/desk/notices/new", typed(pairs...)...).Sees()
	secretary := b.As(t, "secretary.huaiyin")
	page := secretary.Get(draft).Is(http.StatusOK)
	return strings.TrimPrefix(secretary.Post(draft+"/issues/new", "version", versionOf(page)).Sees(), "/desk/notices/")
}

// J7: 公示栏 → 新公示 → 预览 A4 → 签发 → 打印: five clicks from the rail, filled in from a result.
func TestPublishFromAResult(t *testing.T) {
	t.Parallel()
	b, _ := street(t)
	v := b.As(t, "secretary.huaiyin")
	list := v.Get("/desk/notices").Is(http.StatusOK).WellMade()                                     // 1 公示栏
	fresh := v.Get(list.Attr("a[data-new]", "href")).Is(http.StatusOK).WellMade().Says("h1", "新公示") // 2 新公示
	source := fresh.Attr("input[name=source][checked]", "value")
	if !strings.HasPrefix(source, "admission:") {
		t.Fatalf("first result %s", source)
	}
	draft := v.Post("/desk/notices/new", "source", source).Sees() // 3 预览 A4
	preview := v.Get(draft).Is(http.StatusOK).WellMade()
	preview.Says(".notice-preview", "槐荫社区居民委员会", "提出单位", "依据", "经费来源与数额", "公示期 15 天", "签发时编文号").Says(".decision", "签发公示", "公示 15 天")
	issued := v.Post(draft+"/issues/new", "version", versionOf(preview)).Sees() // 4 签发公示
	desk := v.Get(issued).Is(http.StatusOK).WellMade()
	desk.Says(".banner", "已签发公示").Says("main .docno", "梧公示〔2026〕")
	sheet := v.Get(desk.Attr(".notice-acts a.btn-primary", "href")).Is(http.StatusOK).WellMade() // 5 打印
	sheet.Says(".paper", "槐荫社区居民委员会", "梧公示〔2026〕", "有异议的", "0000-5550101", "扫码看原文")
	if n := len(sheet.All(".paper .qr svg")); n != 1 {
		t.Errorf("%d codes on the sheet", n)
	}
	v.Get(draft).Sees() // the draft's address leads to the number

	// The result is published: it is offered to nobody here again, and cannot be taken twice.
	if again := v.Get("/desk/notices/new"); strings.Contains(again.Body, source) {
		t.Error("a published result is offered again")
	}
	v.Post("/desk/notices/new", "source", source).Is(http.StatusUnprocessableEntity).Says(".errors", "已经有一份公示")
	for _, foreign := range []string{strings.Replace(source, huaiyin, "320104900003", 1), "admission:2026-1", "grid:99999@" + huaiyin, "order:SQ-2026-999999@" + huaiyin, "x", "admission:'@" + huaiyin} {
		v.Post("/desk/notices/new", "source", foreign).Is(http.StatusNotFound).Says("main", "没有这件结果")
	}
	v.Post("/desk/notices/new", "source", "").Is(http.StatusUnprocessableEntity).Says(".errors", "选一件")
}

// Everything wrong with a form is said at once beside its field, and what was typed comes back.
func TestWritingAndSigning(t *testing.T) {
	t.Parallel()
	b, s := street(t)
	worker, secretary, other := b.As(t, "worker.huaiyin"), b.As(t, "secretary.huaiyin"), b.As(t, "secretary.linhe")
	bad := worker.Post("/desk/notices/new", typed("title", "", "days", "7", "plain_title", strings.Repeat("长", 21), "body", "正文<script>alert(1)</script>")...)
	bad.Is(http.StatusUnprocessableEntity).WellMade().Says(".errors", "公文标题", "大白话标题写 2 到 20", "不少于 15 天", "第三十四条")
	if got := webtest.TextOf(bad.All("textarea[name=body]")[0]); got != "正文<script>alert(1)</script>" {
		t.Errorf("the body comes back as %q", got)
	}
	worker.Post("/desk/notices/new", typed("division", "320104900003")...).Is(http.StatusUnprocessableEntity).Says(".errors", "只能为本社区")

	draft := worker.Post("/desk/notices/new", typed("body", "联系 13800138000，住 3 幢 502 室。")...).Sees()
	worker.Get(draft).Is(http.StatusOK).Says(".decision", "13800138000", "等社区书记或街道领导签发").SaysNot(".decision button", "确认可以公开")
	page := secretary.Get(draft).Is(http.StatusOK)
	secretary.Post(draft+"/issues/new", "version", versionOf(page)).Is(http.StatusUnprocessableEntity).Says(".errors", "我看过，可以公开")
	slug := strings.TrimPrefix(secretary.Post(draft+"/issues/new", "version", versionOf(page), "looked", "yes").Sees(), "/desk/notices/")

	// Another community's people, and departments, find nothing: the same page as for a number that does not exist.
	missing := other.Get("/desk/notices/2026-9999").Is(http.StatusNotFound).Text("main")
	for _, path := range []string{"", "/edit", "/print", "/history", "/withdrawals/new", "/postings/new"} {
		if a := other.Get("/desk/notices/" + slug + path); a.Status != http.StatusNotFound || a.Text("main") != missing {
			t.Errorf("%s: %d %s", path, a.Status, a.Text("main"))
		}
	}
	b.As(t, "dept.chengguan").Get("/desk/notices").Is(http.StatusNotFound)
	if a := b.Anybody(t).Get("/desk/notices/" + slug); a.Status != http.StatusSeeOther {
		t.Errorf("anybody at the desk: %d", a.Status)
	}

	// DL-17 on the pages: new words wait, then both are readable.
	edit := worker.Get("/desk/notices/"+slug+"/edit").Is(http.StatusOK).WellMade().Says("main", "重新计时")
	change := append(typed("body", "更正以后的正文，没有电话。"), "version", versionOf(edit), "reason", "去掉电话")
	worker.Post("/desk/notices/"+slug+"/edit", change...).Sees()
	anybody := b.Anybody(t)
	anybody.Get("/notices/"+slug).Is(http.StatusOK).WellMade().Says("main", "13800138000").SaysNot("main", "更正以后", "各个版本")
	anybody.Get("/notices/" + slug + "/versions/2").Is(http.StatusNotFound)
	page = secretary.Get("/desk/notices/"+slug).Is(http.StatusOK).Says("main", "新版本等签发")
	secretary.Post("/desk/notices/"+slug+"/issues/new", "version", versionOf(page)).Sees()
	anybody.Get("/notices/"+slug).Says("main", "更正以后的正文", "第 2 版", "去掉电话").SaysNot("#words", "13800138000")
	anybody.Get("/notices/"+slug+"/versions/1").Is(http.StatusOK).WellMade().Says(".banner", "这是第 1 版").Says("#words", "13800138000")
	secretary.Post("/desk/notices/"+slug+"/issues/new", "version", "1").Is(http.StatusConflict)

	// The sheet on the board: a picture for the desk, its place for everybody.
	var photo bytes.Buffer
	if err := png.Encode(&photo, image.NewRGBA(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	form := worker.Get("/desk/notices/" + slug + "/postings/new").Is(http.StatusOK).WellMade()
	day := form.Attr("input[name=on]", "value")
	worker.Post("/desk/notices/"+slug+"/postings/new", "version", versionOf(form), "on", day, "place", "").Is(http.StatusUnprocessableEntity).Says(".errors", "选择一个文件")
	worker.Upload("/desk/notices/"+slug+"/postings/new", blob.Field, "东门.png", photo.Bytes(), "version", versionOf(form), "on", day, "place", "槐香苑东门公告栏").Sees()
	picture := worker.Get("/desk/notices/"+slug).Says("main", "槐香苑东门公告栏").Attr("a[href*='/files/']", "href")
	if a := worker.Get(picture).Is(http.StatusOK); a.Header.Get("Content-Type") != "image/png" {
		t.Errorf("picture: %v", a.Header)
	}
	anybody.Get("/notices/"+slug).Says("aside", "槐香苑东门公告栏")
	anybody.Get(strings.Replace(picture, "/desk", "", 1)).Is(http.StatusNotFound)

	// 撤下: gone for everybody, kept at the desk.
	form = secretary.Get("/desk/notices/" + slug + "/withdrawals/new").Is(http.StatusOK).WellMade()
	secretary.Post("/desk/notices/"+slug+"/withdrawals/new", "version", versionOf(form), "reason", "").Is(http.StatusUnprocessableEntity).Says(".errors", "为什么撤下")
	secretary.Post("/desk/notices/"+slug+"/withdrawals/new", "version", versionOf(form), "reason", "社区名写错").Sees()
	secretary.Get("/desk/notices/"+slug).Is(http.StatusOK).Says("main", "已撤下", "社区名写错")
	secretary.Get("/desk/notices/"+slug+"/history").Is(http.StatusOK).WellMade().Says("main", "撤下公示", "社区名写错", "签发公示", "登记张贴")
	if rec, err := s.Get(t.Context(), secretary.Actor, slug); err != nil || rec.State != notice.Withdrawn {
		t.Errorf("state %s, %v", rec.State, err)
	}
	for _, path := range everyDoor(slug) {
		anybody.Get(path).Is(http.StatusNotFound)
	}
}

// everyDoor are the addresses through which everybody reads one notice.
func everyDoor(slug string) []string {
	return []string{"/notices/" + slug, "/notices/" + slug + "/print", "/notices/" + slug + ".json", "/notices/" + slug + "/versions/1", "/notices/" + slug + "/objections/new"}
}

// One visibility rule for page, print, feed, data and site map: drafts and withdrawn notices are in none of them.
func TestEveryDoorHasTheSameRule(t *testing.T) {
	t.Parallel()
	b, _ := street(t)
	anybody, secretary := b.Anybody(t), b.As(t, "secretary.huaiyin")
	hung := published(t, b)
	gone := published(t, b, "title", "关于撤下的测试公示")
	page := secretary.Get("/desk/notices/" + gone + "/withdrawals/new")
	secretary.Post("/desk/notices/"+gone+"/withdrawals/new", "version", versionOf(page), "reason", "写错").Sees()
	draft := strings.TrimPrefix(b.As(t, "worker.huaiyin").Post("/desk/notices/new", typed("title", "关于草稿的测试公示")...).Sees(), "/desk/notices/")

	var data struct {
		Notices []map[string]any `json:"notices"`
	}
	if err := json.Unmarshal([]byte(anybody.Get("/notices.json").Is(http.StatusOK).Body), &data); err != nil {
		t.Fatal(err)
	}
	var feed atomFeed
	if err := xml.Unmarshal([]byte(anybody.Get("/feeds/notices.xml").Is(http.StatusOK).Body), &feed); err != nil || len(feed.Entries) == 0 {
		t.Fatalf("feed: %v", err)
	}
	var sites siteMap
	if err := xml.Unmarshal([]byte(anybody.Get("/notices/sitemap.xml").Is(http.StatusOK).Body), &sites); err != nil {
		t.Fatal(err)
	}
	in := map[string]func(slug string) bool{
		"board": func(slug string) bool {
			return len(anybody.Get("/notices?q="+slug).All(".notice-row a[href='/notices/"+slug+"']")) > 0
		},
		"data": func(slug string) bool {
			for _, n := range data.Notices {
				if strings.HasSuffix(n["url"].(string), "/notices/"+slug) {
					return true
				}
			}
			return false
		},
		"feed": func(slug string) bool {
			for _, e := range feed.Entries {
				if strings.HasSuffix(e.ID, "/notices/"+slug) {
					return true
				}
			}
			return false
		},
		"site map": func(slug string) bool {
			for _, u := range sites.URLs {
				if strings.HasSuffix(u.Loc, "/notices/"+slug) {
					return true
				}
			}
			return false
		},
	}
	for _, path := range everyDoor(hung) {
		in["page "+path[len("/notices/"+hung):]] = func(slug string) bool {
			return anybody.Get(strings.Replace(path, hung, slug, 1)).Status == http.StatusOK
		}
	}
	for slug, want := range map[string]bool{hung: true, gone: false, draft: false} {
		for door, sees := range in {
			if sees(slug) != want {
				t.Errorf("%s through %s: %v", slug, door, !want)
			}
		}
	}
	one := map[string]any{}
	if err := json.Unmarshal([]byte(anybody.Get("/notices/"+hung+".json").Body), &one); err != nil || one["body"] == "" || one["number"] == "" {
		t.Errorf("one as data: %v, %v", one, err)
	}
	tag := anybody.Get("/notices.json").Header.Get("ETag")
	if again := anybody.GetWith("/notices.json", "If-None-Match", tag); tag == "" || again.Status != http.StatusNotModified {
		t.Errorf("the same data again: %d", again.Status)
	}
}

// Anybody objects in two clicks from the board; the answer is public, the person is not.
func TestObjecting(t *testing.T) {
	t.Parallel()
	b, _ := street(t)
	slug := published(t, b)
	anybody, secretary := b.Anybody(t), b.As(t, "secretary.huaiyin")
	path := "/notices/" + slug + "/objections/new"
	anybody.Get("/notices?q="+slug).Says(".notice-row", "提异议")
	anybody.Get(path).Is(http.StatusOK).WellMade().Says("main", "加密保存")
	bad := anybody.Post(path, "words", "？", "phone", "<b>", "name", "沈一").Is(http.StatusUnprocessableEntity).WellMade()
	bad.Says(".errors", "哪里不对", "电话写数字").Says("title", "有 2 处需要修改")
	if bad.Attr("input[name=name]", "value") != "沈一" || strings.Contains(bad.Body, "value=\"<b>") {
		t.Error("what was typed does not come back as text")
	}
	receipt := anybody.Post(path, "words", "楼道照明的钱<i>不对</i>", "phone", "13900139000", "name", "沈一").Sees()
	anybody.Get(receipt).Is(http.StatusOK).WellMade().Says("main", "收到您的异议", "最晚在").SaysNot("main", "沈一", "1390", "楼道")
	anybody.Get(receipt + "x").Is(http.StatusNotFound)

	list := secretary.Get("/desk/objections").Is(http.StatusOK).WellMade()
	desk := list.Attr("td.title a", "href")
	b.As(t, "secretary.linhe").Get(desk).Is(http.StatusNotFound)
	b.As(t, "worker.huaiyin").Get(desk).Is(http.StatusOK).Says("main", "只有答复的人能看").SaysNot("main", "沈一", "1390")
	page := secretary.Get(desk).Is(http.StatusOK).WellMade().Says(".notice-quote", "楼道照明的钱<i>不对</i>").SaysNot("main", "沈一", "1390")
	secretary.Post(desk+"/reveals/new", "purpose", "").Is(http.StatusUnprocessableEntity).Says(".errors", "为什么要看")
	seen := secretary.Post(desk+"/reveals/new", "purpose", "打电话核实").Is(http.StatusOK).Says("main", "沈一", "13900139000")
	if seen.Header.Get("Cache-Control") != "no-store" {
		t.Error("the browser may keep the person")
	}
	secretary.Post(desk, "version", versionOf(page), "gist", "沈先生 13900139000 问", "reply", "已核对。").Is(http.StatusUnprocessableEntity).Says(".errors", "个人信息")
	secretary.Post(desk, "version", versionOf(page), "gist", "照明的钱为什么不对", "reply", "已核对，金额无误，发票可以到社区看。").Sees()
	anybody.Get("/notices/"+slug).Says("#replies", "照明的钱为什么不对", "金额无误").SaysNot("main", "沈一", "1390", "<i>")
	anybody.Get(receipt).Is(http.StatusOK).WellMade().Says("main", "已经答复", "金额无误")
}

// Bad parameters get a sentence, never a fault of ours; pages in the 长辈版 speak plain words.
func TestHostileAndElder(t *testing.T) {
	t.Parallel()
	b, _ := street(t)
	slug := published(t, b, "title", `关于"><script>x的公示`, "body", `<img src=x onerror=alert(1)>|b`+"\n"+`<script>alert(2)</script>|c`)
	v := b.Anybody(t)
	for _, q := range []string{"kind='", "state=draft", "state=withdrawn", "community=1", "community=%27", "after=x", "after=%00", "q=%ff", "q=%00", "q=" + strings.Repeat("长", 61), "q=%zz"} {
		for _, path := range []string{"/notices", "/notices.json"} {
			if a := v.Get(path + "?" + q); a.Status != http.StatusUnprocessableEntity {
				t.Errorf("%s?%.30s: %d", path, q, a.Status)
			}
		}
	}
	for _, ok := range []string{"q=%25", "q=_", "q=%5C", "q='", "q=%3Cscript%3E", "unknown=1", "state=ended", "community=" + huaiyin, "kind=grid"} {
		v.Get("/notices?" + ok).Is(http.StatusOK).WellMade()
	}
	for _, no := range []string{"2026-99999", "x", "'", "%00", "draft-1", "2026-01", "..%2f", "2026-1.json.json", "sitemap"} {
		v.Get("/notices/" + no).Is(http.StatusNotFound)
	}
	for _, path := range []string{"/desk/notices/draft-0", "/desk/notices/draft-01", "/desk/notices/draft-x", "/desk/objections/x", "/desk/objections/0", "/notices/" + slug + "/versions/x", "/notices/" + slug + "/files/x"} {
		b.As(t, "reviewer").Get(path).Is(http.StatusNotFound)
	}
	one := v.Get("/notices/"+slug).Is(http.StatusOK).WellMade().Says("#words", "<script>alert(2)</script>")
	if len(one.All("main script, main img")) != 0 {
		t.Error("typed markup is markup")
	}
	if feed := v.Get("/feeds/notices.xml").Body; strings.Contains(feed, "<script>") {
		t.Error("typed markup in the feed")
	}
	elder := v.Get("/notices?mode=elder&q=" + url.QueryEscape("测试的钱")).Is(http.StatusOK).WellMade()
	elder.Says("main", "测试的钱怎么花的", "还能提意见", "我有意见", "念给我听").SaysNot("main .card", "梧公示〔")
	v.Get("/notices/"+slug+"?mode=elder").Is(http.StatusOK).WellMade().Says("h1", "测试的钱怎么花的").Says("aside", "我有意见")
	two := v.Get("/notices?q=" + url.QueryEscape("测试")).Is(http.StatusOK)
	if n := len(two.All(".notice-row")); n != 1 {
		t.Errorf("two characters find %d", n)
	}
	for _, n := range v.Get("/notices").All("nav.sidelist a[href*='kind=']") {
		for _, at := range n.Attr {
			if at.Key != "href" {
				continue
			}
			words := strings.Fields(strings.TrimSuffix(webtest.TextOf(n), "件"))
			if rows := v.Get(at.Val).Text(".board-line p"); !strings.Contains(rows, "公示中 "+words[1]+" 件") {
				t.Errorf("%v opens %q (R45)", words, rows)
			}
		}
	}
}
