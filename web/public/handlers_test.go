package public

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"portal/internal/demo/data"
	"portal/web/webtest"
)

// street is the public site over the demo street.
func street(t *testing.T) *webtest.Bench {
	t.Helper()
	b := webtest.Street(t)
	Mount(b.Router, b.Frame, Deps{})
	return b
}

const huaiyin = "320104900001"

// source reads the published file as records by code.
func source(t *testing.T) (header []string, rows map[string][]string) {
	t.Helper()
	raw, err := data.Bytes("items")
	if err != nil {
		t.Fatal(err)
	}
	all, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(raw), "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	rows = map[string][]string{}
	for _, r := range all[1:] {
		rows[r[1]] = r
	}
	return all[0], rows
}

func objects(t *testing.T, a webtest.Answer) []map[string]string {
	t.Helper()
	var out []map[string]string
	if err := json.Unmarshal([]byte(a.Is(http.StatusOK).Body), &out); err != nil {
		t.Fatalf("%s: %v", a.Path, err)
	}
	return out
}

// Every value of every published row is in the open data exactly as in the file, over the days on
// which the three versions hold; the rules of other places are there for those who ask.
func TestOpenDataIsExact(t *testing.T) {
	t.Parallel()
	v := street(t).Anybody(t)
	header, want := source(t)
	found := map[string]bool{}
	addresses := []string{"/items.json?on=2025-06-01", "/items.json?on=2026-03-12", "/items.json", "/items.json?on=2026-09-01",
		"/items.json?standing=reference", "/items.json?standing=reference&on=2025-06-01"}
	for _, address := range addresses {
		for _, o := range objects(t, v.Get(address)) {
			row, published := want[o["code"]]
			if !published {
				if o["number"] == "" {
					t.Errorf("%s is neither published nor approved", o["code"])
				}
				continue
			}
			found[o["code"]] = true
			for i, column := range header {
				if o[column] != row[i] {
					t.Errorf("%s %s: %q, want %q", o["code"], column, o[column], row[i])
				}
			}
			if len(o) != len(header)+4 || o["state"] == "" || o["effective_from"] == "" {
				t.Errorf("%s: keys %v", o["code"], o)
			}
		}
	}
	for code := range want {
		if !found[code] {
			t.Errorf("%s is on no day", code)
		}
	}
}

// The CSV says the same as the JSON, in the order of the columns of the file.
func TestCSVEqualsJSON(t *testing.T) {
	t.Parallel()
	v := street(t).Anybody(t)
	header, _ := source(t)
	a := v.Get("/items.csv?kind=协助政府&community=" + huaiyin).Is(http.StatusOK)
	rows, err := csv.NewReader(strings.NewReader(a.Body)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if want := append(slices.Clone(header), "number", "state", "effective_from", "effective_to"); !slices.Equal(rows[0], want) {
		t.Errorf("header %v", rows[0])
	}
	all := objects(t, v.Get("/items.json?kind=assist_government&community="+huaiyin))
	if len(all) != len(rows)-1 || len(all) < 20 {
		t.Fatalf("%d objects, %d rows", len(all), len(rows)-1)
	}
	for i, o := range all {
		for j, key := range rows[0] {
			if rows[i+1][j] != o[key] {
				t.Errorf("%s %s: %q and %q", o["code"], key, rows[i+1][j], o[key])
			}
		}
		if o["list_kind"] != "协助政府" {
			t.Errorf("%s is %s", o["code"], o["list_kind"])
		}
	}
}

// The answer of a reader that has it already is 304, and the tag changes with the filter.
func TestETag(t *testing.T) {
	t.Parallel()
	v := street(t).Anybody(t)
	first := v.Get("/items.json?kind=grid_task").Is(http.StatusOK)
	tag := first.Header.Get("ETag")
	if tag == "" || first.Header.Get("Cache-Control") == "" {
		t.Fatalf("headers %v", first.Header)
	}
	if again := v.GetWith("/items.json?kind=grid_task", "If-None-Match", "W/"+tag); again.Status != http.StatusNotModified || again.Body != "" {
		t.Errorf("again: %d %q", again.Status, again.Body)
	}
	v.GetWith("/items.json?kind=certificate_allowed", "If-None-Match", tag).Is(http.StatusOK)
}

// Filters narrow page and data alike, and what a count says is what its link opens (R45).
func TestFilters(t *testing.T) {
	t.Parallel()
	v := street(t).Anybody(t)
	page := v.Get("/items").Is(http.StatusOK).WellMade()
	links := page.All("nav.sidelist a[href*='kind=']")
	if len(links) < 8 {
		t.Fatalf("%d kinds", len(links))
	}
	for _, n := range links {
		words := webtest.TextOf(n)
		href := ""
		for _, at := range n.Attr {
			if at.Key == "href" {
				href = at.Val
			}
		}
		rows := objects(t, v.Get(strings.Replace(href, "/items?", "/items.json?", 1)))
		if !strings.HasSuffix(words, " "+strconv.Itoa(len(rows))+"项") {
			t.Errorf("%s opens %d", words, len(rows))
		}
		v.Get(href).Is(http.StatusOK).Says(".applied .count", strconv.Itoa(len(rows))+" 项")
	}
	one := v.Get("/items?q=" + url.QueryEscape("选举")).Is(http.StatusOK)
	if n := len(one.All("article.card")); n == 0 || n > 20 {
		t.Errorf("two characters find %d", n)
	}
	for _, n := range one.All("article.card h2") {
		if !strings.Contains(webtest.TextOf(n), "选举") {
			t.Errorf("found %s", webtest.TextOf(n))
		}
	}
	if n := len(v.Get("/items?q=" + url.QueryEscape("选")).Is(http.StatusOK).All("article.card")); n == 0 {
		t.Error("one character finds nothing")
	}
	if got := objects(t, v.Get("/items.json?q=lz-102")); len(got) != 1 || got[0]["code"] != "LZ-102" {
		t.Errorf("code finds %v", got)
	}
	v.Get("/items?q="+url.QueryEscape("没有这样的事")).Is(http.StatusOK).Says(".empty", "没有符合条件的事项", "去掉")
	v.Get("/items?q="+url.QueryEscape("选举")+"&community="+huaiyin+"&on=2026-03-12").Says(".applied", "选举", "2026年3月12日")
}

// A list is walked to its end and back by its doors, each entry once.
func TestPaging(t *testing.T) {
	t.Parallel()
	v := street(t).Anybody(t)
	want := len(objects(t, v.Get("/items.json")))
	seen := map[string]bool{}
	address, pages := "/items", 0
	var last webtest.Answer
	for address != "" {
		a := v.Get(address).Is(http.StatusOK)
		for _, n := range a.All("article.card .docno") {
			if code := webtest.TextOf(n); seen[code] {
				t.Errorf("%s twice", code)
			} else {
				seen[code] = true
			}
		}
		address, last, pages = "", a, pages+1
		if len(a.All("a[data-next]")) > 0 {
			address = a.Attr("a[data-next]", "href")
		}
	}
	if len(seen) != want || pages < 3 {
		t.Errorf("%d entries on %d pages, want %d", len(seen), pages, want)
	}
	v.Get(last.Attr("a[data-prev]", "href")).Is(http.StatusOK)
	v.Get("/items?after=xyz").Is(http.StatusUnprocessableEntity).Says(".errors", "翻页位置无效")
}

// Past days read as they were: the 2018 law's rows before 2026, the new ones after (R43).
func TestPastDays(t *testing.T) {
	t.Parallel()
	v := street(t).Anybody(t)
	has := func(on, code string) bool {
		return slices.ContainsFunc(objects(t, v.Get("/items.json?on="+on)), func(o map[string]string) bool { return o["code"] == code })
	}
	for _, c := range []struct {
		on, code string
		want     bool
	}{
		{"2025-12-31", "LZ-001", true}, {"2026-01-01", "LZ-001", false}, {"2025-12-31", "LZ-101", false}, {"2026-01-01", "LZ-101", true}, {"2024-12-31", "LZ-001", false},
	} {
		if got := has(c.on, c.code); got != c.want {
			t.Errorf("%s on %s: %v", c.code, c.on, got)
		}
	}
	v.Get("/items/day?on=2025-06-01&community="+huaiyin).Is(http.StatusOK).WellMade().
		Says("main", "2025年6月1日", "槐荫", "LZ-001", "负面清单").SaysNot(".daylist", "LZ-101")
	if n := len(v.Get("/items/day?on=2025-06-01").All(".dayfoot svg")); n != 1 {
		t.Errorf("%d codes on the sheet", n)
	}
}

// An entry shows its article as it stood, what it is worth, and where it went (R56, E5, E6).
func TestItem(t *testing.T) {
	t.Parallel()
	v := street(t).Anybody(t)
	v.Get("/items/LZ-102").Is(http.StatusOK).WellMade().Says("main", "LZ-102", "执行中", "依据有效", "城市居民委员会组织法", "全街道各社区", "固定网址")
	gone := v.Get("/items/LZ-001").Is(http.StatusOK).WellMade()
	gone.Says(".head", "已退出", "条文已调整").Says("main", "这一条去了哪里", "第十条", "2018-12-29")
	if href := gone.Attr("ul.plain a", "href"); !strings.HasPrefix(href, "/laws/urban-residents-committee-organization-law/10?on=2026-01-01") {
		t.Errorf("heir at %s", href)
	}
	then := v.Get("/items/LZ-001?on=2025-06-01").Is(http.StatusOK)
	then.Says(".head", "执行中").SaysNot(".head", "条文已调整").Says("main", "按 2025年6月1日 的情况显示", "宣传宪法、法律").Says(".article", "依据有效")
	v.Get("/items/XZ-101").Is(http.StatusOK).Says(".head", "总括条款").Says(".warnings", "不能单独作为")
	for _, code := range []string{"XZ-101", "LZ-001", "GP-002", "ZK-009"} {
		if n := len(v.Get("/items/" + code).Is(http.StatusOK).WellMade().All("main svg[role=img]")); n != 1 {
			t.Errorf("%s: %d QR codes", code, n)
		}
	}
	v.Get("/items/ZK-009").Says("main", "没有列明依据")
}

// Somebody else's, hidden and missing entries are one and the same answer.
func TestMissing(t *testing.T) {
	t.Parallel()
	v := street(t).Anybody(t)
	first := v.Get("/items/2026-99999").Is(http.StatusNotFound)
	for _, path := range []string{"/items/ZZ-999", "/items/..%2f..%2fetc", "/items/'", "/items/%00", "/items/a", "/items/" + strings.Repeat("A", 40)} {
		if a := v.Get(path); a.Status != http.StatusNotFound || a.Text("main") != first.Text("main") {
			t.Errorf("%s: %d %s", path, a.Status, a.Text("main"))
		}
	}
	for _, path := range []string{"/laws/no-such-law", "/laws/'", "/laws/..%2f", "/laws/urban-residents-committee-organization-law/999", "/laws/urban-residents-committee-organization-law/x", "/laws/urban-residents-committee-organization-law/%00"} {
		v.Get(path).Is(http.StatusNotFound).Says("main", "没有")
	}
}

// Bad parameters get a sentence, never a fault of ours, and come back as typed.
func TestHostileParameters(t *testing.T) {
	t.Parallel()
	v := street(t).Anybody(t)
	bad := []string{"on=infinity", "on=epoch", "on=2026-02-30", "kind='", "kind=%00", "q=" + strings.Repeat("长", 10000), "q=%00", "q=%ff%fe", "q=a%E2%80%AEb",
		"community=1", "community=320104900999", "community=%27%3B--", "standing=all", "after=%00", "q=%zz", "on=99999-01-01"}
	for _, q := range bad {
		for _, path := range []string{"/items", "/items.json", "/items.csv", "/items/day"} {
			if a := v.Get(path + "?" + q); a.Status != http.StatusUnprocessableEntity {
				t.Errorf("%s?%.40s: %d", path, q, a.Status)
			}
		}
	}
	v.Get("/items?on=infinity&q=%E9%80%89%E4%B8%BE").Is(422).Says(".errors", "2026-11-18")
	if got := v.Get("/items?on=infinity").Attr("input[name=on]", "value"); got != "infinity" {
		t.Errorf("typed day comes back as %q", got)
	}
	for _, path := range []string{"/laws?q=%00", "/laws?kind='", "/laws?after=1", "/laws/urban-residents-committee-organization-law?on=infinity",
		"/laws/urban-residents-committee-organization-law/6?on=now", "/items/LZ-102?on=infinity", "/items/negative?on=infinity"} {
		v.Get(path).Is(http.StatusUnprocessableEntity)
	}
	for _, ok := range []string{"on=20260312", "on=2026年3月12日", "on=", "q=%25", "q=_", "q=%5C", "q='", "q=🏠", "q=%3Cscript%3E", "unknown=1"} {
		v.Get("/items?" + ok).Is(http.StatusOK)
	}
}

// What is typed or stored comes back as text.
func TestEscaping(t *testing.T) {
	t.Parallel()
	b := street(t)
	v := b.Anybody(t)
	a := v.Get("/items?q=" + url.QueryEscape(`<script>alert(1)</script>"'`)).Is(http.StatusOK)
	if strings.Contains(a.Body, "<script>alert") || !strings.Contains(a.Attr("input[name=q]", "value"), "<script>") {
		t.Error("words are not text")
	}
	for _, n := range v.Get("/items").All("script") {
		if webtest.TextOf(n) != "" {
			t.Error("a script in the page")
		}
	}
}

// The law pages: an article as it stood on the day, other versions, where it went, who cites it.
func TestLaws(t *testing.T) {
	t.Parallel()
	v := street(t).Anybody(t)
	const law = "/laws/urban-residents-committee-organization-law"
	v.Get("/laws").Is(http.StatusOK).WellMade()
	v.Get("/laws?q="+url.QueryEscape("居民委员会")).Is(http.StatusOK).Says("main", "城市居民委员会组织法").Says(".applied", "居民委员会")
	v.Get("/laws?q=没有这份").Is(http.StatusOK).Says(".empty", "没有符合条件的文件")
	v.Get(law).Is(http.StatusOK).WellMade().Says("main", "2025-10-28 版本", "2018-12-29 版本", "第四十三条", "哪一天改了什么", "LZ-101")
	v.Get(law+"?on=2025-12-31").Says("#articles", "收录的条文").Says("main", "第二十三条").SaysNot(".article", "第四十三条")
	v.Get(law+"/20?on=2025-12-31").Is(http.StatusOK).WellMade().Says("main", "下面是 2025年12月31日 施行的文本", "2018-12-29")
	v.Get(law+"/43").Is(http.StatusOK).Says(".article", "必要的经费和条件", "依据有效")
	v.Get(law+"/10").Says("main", "清单里依据这一条的事项", "LZ-1")
	v.Get("/laws/noise-pollution-law/70").Is(http.StatusOK).Says("main", "依据已废止", "生态环境法典").Says("ul.plain", "由新法取代")
	v.Get("/laws/noise-pollution-law/2").Is(http.StatusOK).Says(".article", "条文未收录")
}

// Telephones, accounts of funds and the people behind applications are on no public page (R44).
func TestNothingPrivate(t *testing.T) {
	t.Parallel()
	v := street(t).Anybody(t)
	for _, o := range objects(t, v.Get("/items.json")) {
		for key := range o {
			if strings.Contains(key, "phone") || strings.Contains(key, "contact") || strings.Contains(key, "funds") || strings.Contains(key, "account") {
				t.Errorf("key %s", key)
			}
		}
	}
	v.Get("/items/negative").Is(http.StatusOK).WellMade().Says("main", "招商引资", "协税护税")
	v.Get("/items/negative?q="+url.QueryEscape("打卡")).Is(http.StatusOK).SaysNot("b.title", "招商引资")
}
