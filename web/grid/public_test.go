package grid

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"portal/internal/authz"
	"portal/internal/geo"
	"portal/internal/grid"
	"portal/internal/policy"
	"portal/internal/workday"
	"portal/web/form"
	"portal/web/view"
	"portal/web/webtest"
)

const (
	streetCode = "320104900"
	onLeave    = streetCode + "003002" // A 何畅 is away, B 何清, lead 凌河
	vacant     = streetCode + "001003" // no A, B 柳青
	merged     = streetCode + "006003" // closed in 2025
)

// The street stands once for the tests that only read.
func TestResidents(t *testing.T) {
	t.Parallel()
	b, _ := publicBench(t)
	for name, check := range map[string]func(*testing.T, *webtest.Bench){
		"three touches": threeTouches, "find by words": findByWords, "doors apart": doorsApart, "the page of a grid": gridPageSays, "the map of the street": streetMapLists,
		"nothing private": nothingPrivate, "missing places": missingPlaces, "hostile words": hostileWords, "boards": boards,
	} {
		t.Run(name, func(t *testing.T) { check(t, b) })
	}
}

// publicBench is the pages for everybody over the demo street.
func publicBench(t *testing.T) (*webtest.Bench, *grid.Service) {
	t.Helper()
	b := webtest.Street(t)
	s := grid.New(b.DB)
	mountPublic(b.Router, handlers{f: b.Frame, s: s})
	return b, s
}

func settings(t *testing.T, b *webtest.Bench) policy.Values {
	t.Helper()
	v, err := b.Frame.Settings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// later sets the clock some days ahead.
func later(b *webtest.Bench, days int) {
	then := b.DB.Now().Add(time.Duration(days) * 24 * time.Hour)
	b.DB.Now = func() time.Time { return then }
}

// fits checks the size of a page on the wire (performance.md: public pages 35 KB).
func fits(t *testing.T, path, body string) {
	t.Helper()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, _ = w.Write([]byte(body)) // into memory
	_ = w.Close()
	if packed.Len() > 35<<10 {
		t.Errorf("%s: %d bytes packed", path, packed.Len())
	}
}

// My grid worker is three touches from the first page: its door, the compound, the building (G6, ux.md §5).
func threeTouches(t *testing.T, b *webtest.Bench) {
	v := b.Anybody(t)
	start := v.Get("/grids").Is(http.StatusOK).WellMade().Says("h1", "谁管我家这片").Says("main", "槐荫", "槐安里")
	compound := v.Get(start.Attr(".bigs a[href*='"+url.QueryEscape("槐安里")+"']", "href")).Is(http.StatusOK).WellMade().Says("h1", "槐安里")
	if first := compound.Text(".bigs li:first-child"); first != "1幢" {
		t.Errorf("the first building is %s", first)
	}
	a := v.Get(compound.Attr(".bigs a", "href")).Is(http.StatusOK).WellMade().Says("h1", "槐安里1幢").Says(".whom", "葛一", "网格员").SaysNot(".whom", "代班", "请假")
	if to := a.Attr(".whom-call a.btn", "href"); !strings.HasPrefix(to, "tel:0000-55512") {
		t.Errorf("the button calls %s", to)
	}
	a.Says(".whom-call", "街道值班电话").Says(".summary", "320104900001001", "监督电话", settings(t, b).SupervisionPhone).Says("main", "没有执法权")
	if a.Attr("main a[href^='/items']", "href") != "/items?kind=grid_task" || a.Attr("main a[href$='/card']", "href") != "/grids/320104900001001/card" {
		t.Error("the tasks or the door card are not linked")
	}
}

// Words, pinyin and initials find a door, and the contact stands beside it.
func findByWords(t *testing.T, b *webtest.Bench) {
	v := b.Anybody(t)
	for _, words := range []string{"槐安里1幢", "huaianli", "hal", "槐安里1幢2单元"} {
		a := v.Get("/grids?q="+url.QueryEscape(words)).Is(http.StatusOK).WellMade().Says(".hits", "槐安里", "葛一")
		if to := a.Attr(".hits a", "href"); !strings.HasPrefix(to, "/grids/buildings/") {
			t.Errorf("%s leads to %s", words, to)
		}
	}
	v.Get("/grids?q="+url.QueryEscape("没有这个地方")).Is(http.StatusOK).Says(".empty", "没有找到这个地方", "值班电话").Says("main", "槐安里")
	many := v.Get("/grids?q="+url.QueryEscape("1幢")).Is(http.StatusOK).Says(".applied", "请多写几个字")
	if n := len(many.All(".hit")); n != mostHits {
		t.Errorf("%d places", n)
	}
}

// A door that was placed by itself is never sent to its building's worker (edge cases 1 and 2).
func doorsApart(t *testing.T, b *webtest.Bench) {
	v := b.Anybody(t)
	const special = streetCode + "001901"
	v.Get("/grids?q="+url.QueryEscape("槐香苑1幢")).Is(http.StatusOK).Says(".hits", "商安")
	found := v.Get("/grids?q=" + url.QueryEscape("槐香苑1幢1单元")).Is(http.StatusOK)
	building := v.Get(found.Attr(".hits a[href*='/buildings/']", "href")).Is(http.StatusOK).WellMade()
	building.Says(".whom-name", "葛二").Says(".hits", "商安", "商圈专属网格")
	if to := building.Attr(".hits h3 a", "href"); to != "/grids/"+special {
		t.Errorf("the door leads to %s", to)
	}
	v.Get("/grids/"+special).Is(http.StatusOK).Says(".summary", "另有", building.Text(".hits h3"))
	v.Get("/grids/"+special+"/card").Is(http.StatusOK).Says(".card-lines", building.Text(".hits h3"))
}

// While A is away the page shows B and says so; from the day of return it is A again, by itself (GRD-04, GRD-19).
func TestActingByDay(t *testing.T) {
	t.Parallel()
	b, _ := publicBench(t)
	v := b.Anybody(t)
	v.Get("/grids/"+onLeave).Is(http.StatusOK).WellMade().Says(".whom", "何清", "代班").Says(".whom-why", "今天由何清代班").SaysNot("main .whom-why", "请假", "何畅").SaysNot(".whom-name", "何畅").
		SaysNot("main", "年休假", "事假", "病假")
	v.Get("/grids/"+vacant).Is(http.StatusOK).WellMade().Says(".whom", "柳青", "网格员岗位暂时空缺，由柳青代班").SaysNot("main", "施敏", "调到街道")
	later(b, 10)
	v.Get("/grids/"+onLeave).Is(http.StatusOK).Says(".whom-name", "何畅").SaysNot(".whom", "代班", "请假", "何清")
}

// With A, B and lead away it is the street's desk that answers: there is always somebody (GRD-05, GRD-19).
func TestSomebodyAlwaysAnswers(t *testing.T) {
	t.Parallel()
	b, s := publicBench(t)
	ctx, day := t.Context(), b.Frame.Today()
	g, err := s.ByCode(ctx, authz.System, onLeave, day)
	if err != nil {
		t.Fatal(err)
	}
	posts, err := s.Posts(ctx, authz.System, g.ID, day)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range posts {
		if p.Role == grid.RoleA {
			continue
		}
		if err := s.TakeLeave(ctx, authz.System, form.NewKey(), grid.Leave{Worker: p.Worker.ID, From: day, Until: day.Add(1), Kind: grid.SickLeave}); err != nil {
			t.Fatal(err)
		}
	}
	a := b.Anybody(t).Get("/grids/"+onLeave).Is(http.StatusOK).Says(".whom-name", "街道值班室").Says(".whom-call", settings(t, b).StreetPhone).Says(".whom-why", "代班").SaysNot("main", "病假", "请假")
	if to := a.Attr(".whom-call a", "href"); to != "tel:"+settings(t, b).StreetPhone {
		t.Errorf("the button calls %s", to)
	}
	later(b, 1)
	b.Anybody(t).Get("/grids/"+onLeave).Says(".whom-name", "何清")
}

// The page of a grid shows it on the map, with its posts, its team and where it came from (G2).
func gridPageSays(t *testing.T, b *webtest.Bench) {
	v := b.Anybody(t)
	a := v.Get("/grids/320104900001001").Is(http.StatusOK).WellMade()
	a.Says(".summary", "1幢至9幢").Says("table", "A 岗", "B 岗", "网格长", "社区民警", "辖区派出所")
	if n := len(a.All("svg.map .chosen path")); n != 1 {
		t.Errorf("%d grids are marked", n)
	}
	if n := len(a.All("svg.map > g > path")); n < 5 {
		t.Errorf("%d grids on the map of the community", n)
	}
	gone := v.Get("/grids/"+merged).Is(http.StatusOK).WellMade().Says(".banner", "2025年7月1日", "撤销").SaysNot("main", "打印楼道公示牌")
	if to := gone.Attr(".lineage a", "href"); !strings.HasPrefix(to, "/grids/"+streetCode+"006") {
		t.Errorf("the successor is %s", to)
	}
	v.Get(gone.Attr(".lineage a", "href")).Is(http.StatusOK).Says(".lineage", "合并")
	v.Get("/grids/"+merged+"/card").Is(http.StatusNotFound).Says("main", "没有公示牌")
}

// The map of the street names every grid in the list beside it, with somebody to call (GRD-19).
func streetMapLists(t *testing.T, b *webtest.Bench) {
	s := grid.New(b.DB)
	all, err := s.OnDay(t.Context(), authz.Anonymous, streetCode, b.Frame.Today())
	if err != nil {
		t.Fatal(err)
	}
	a := b.Anybody(t).Get("/grids/map").Is(http.StatusOK).WellMade()
	for _, g := range all {
		if a.Attr(".gridrows a[href='/grids/"+g.Code+"']", "href") == "" {
			t.Errorf("%s is not listed", g.Code)
		}
	}
	for _, n := range a.All(".gridrows a[href^='tel:']") {
		if webtest.TextOf(n) == "" {
			t.Error("a grid without telephone")
		}
	}
	if n := len(a.All("svg.map")); n != 6 {
		t.Errorf("%d maps", n)
	}
}

// A street of 400 grids in 20 communities still fits.
func TestLargeStreetFits(t *testing.T) {
	t.Parallel()
	p := streetPage{Frame: view.Page{Title: "查看 - 网格地图", Street: "大街道"}}
	for c := range 20 {
		var grids []grid.Grid
		who := map[grid.ID]contact{}
		for i := range 20 {
			id := grid.ID(c*20 + i + 1)
			x, y := 118.70+float64(i%5)*0.0031+float64(c)*0.02, 32.01+float64(i/5)*0.0037
			grids = append(grids, grid.Grid{ID: id, Code: streetCode + pad(c+1) + pad(i+1), Community: streetCode + pad(c+1), CommunityName: "第" + itoa(c+1) + "社区",
				Name: "第" + itoa(c+1) + "社区第" + itoa(i+1) + "网格", Boundary: block(t, x, y)})
			who[id] = contact{Name: "网格员" + itoa(int(id)), As: asWords[grid.AsA], Phone: "0000-555" + pad(int(id))}
		}
		p.Communities = append(p.Communities, communityOf(grids, who))
	}
	var body strings.Builder
	if err := showStreet(p).Render(t.Context(), &body); err != nil {
		t.Fatal(err)
	}
	fits(t, "400 grids", body.String())
}

func pad(n int) string { return strings.Repeat("0", max(0, 3-len(itoa(n)))) + itoa(n) }

// block is an outline with as many corners as a real one.
func block(t *testing.T, x, y float64) geo.Shape {
	t.Helper()
	var b strings.Builder
	b.WriteString(`{"type":"Polygon","coordinates":[[`)
	corner := func(x, y float64) {
		b.WriteString("[" + decimal(x) + "," + decimal(y) + "],")
	}
	for i := range 8 {
		corner(x+float64(i)*0.0004, y+float64(i%3)*0.0001)
	}
	for i := range 8 {
		corner(x+0.0029-float64(i)*0.0004, y+0.0035-float64(i%2)*0.0001)
	}
	b.WriteString("[" + decimal(x) + "," + decimal(y) + "]]]}")
	s, err := geo.ParseShape([]byte(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Households, residents and reasons of absence are on no public page, also when staff look (§5.6, GRD-17).
func nothingPrivate(t *testing.T, b *webtest.Bench) {
	paths := []string{"/grids", "/grids/map", "/grids?q=" + url.QueryEscape("槐"), "/grids/320104900001001", "/grids/" + onLeave, "/grids/" + vacant, "/grids/" + vacant + "/card"}
	for _, v := range []*webtest.Visitor{b.Anybody(t), b.As(t, "secretary.linhe"), b.As(t, "dispatcher")} {
		for _, path := range paths {
			a := v.Get(path).Is(http.StatusOK).WellMade()
			a.SaysNot("body", " 户", "户数", "居民 ", "年休假", "病假", "接任人选", "打卡", "积分", "排名", "在线时长", "轨迹")
			fits(t, path, a.Body)
			if elder := v.Get(path + mark(path) + "mode=elder").Is(http.StatusOK); !strings.HasSuffix(path, "/card") && elder.Attr("body", "class") != "elder" {
				t.Errorf("%s has no elder version", path)
			}
		}
	}
}

func mark(path string) string {
	if strings.Contains(path, "?") {
		return "&"
	}
	return "?"
}

// What is no place reads like what is missing.
func missingPlaces(t *testing.T, b *webtest.Bench) {
	v := b.Anybody(t)
	for first, others := range map[string][]string{
		"/grids/320104900001899":    {"/grids/'", "/grids/%00", "/grids/1", "/grids/" + strings.Repeat("9", 400), "/grids/..%2f..%2fetc", "/grids/320104900001899/card", "/grids/x/card"},
		"/grids/buildings/99999999": {"/grids/buildings/0", "/grids/buildings/-1", "/grids/buildings/x", "/grids/buildings/99999999999999999999", "/grids/buildings/%00", "/grids/buildings/1e3"},
		"/grids/compounds":          {"/grids/compounds?name=" + url.QueryEscape("没有这个小区"), "/grids/compounds?name=%25", "/grids/compounds?name='"},
	} {
		want := v.Get(first).Is(http.StatusNotFound).Says("main", "没有")
		for _, path := range others {
			if a := v.Get(path); a.Status != http.StatusNotFound || a.Text("main") != want.Text("main") {
				t.Errorf("%s: %d %s", path, a.Status, a.Text("main"))
			}
		}
	}
}

// What cannot be read gets a sentence beside the field and comes back as typed; the rest is words.
func hostileWords(t *testing.T, b *webtest.Bench) {
	v := b.Anybody(t)
	for _, q := range []string{strings.Repeat("长", 10000), "%00", "%ff%fe", "a%E2%80%AEb", "%zz"} {
		v.Get("/grids?q="+q).Is(http.StatusUnprocessableEntity).WellMade().Says("title", "有 1 处需要修改").Says(".errors", "修改")
		v.Get("/grids/compounds?name="+q).Is(http.StatusNotFound).Says("main", "没有找到这个小区") // no form: an address that leads nowhere
	}
	for _, q := range []string{"%25", "_", "%5C", "'", "🏠", "%20", "%3Cscript%3Ealert(1)%3C/script%3E", "a'%20or%201=1--"} {
		a := v.Get("/grids?q=" + q).Is(http.StatusOK).WellMade()
		if strings.Contains(a.Body, "<script>alert") {
			t.Error("words are not text")
		}
	}
	if typed := v.Get("/grids?q=%3Cb%3E%22").Attr("input[name=q]", "value"); typed != `<b>"` {
		t.Errorf("typed words come back as %q", typed)
	}
}

// The boards name the posts and the telephones, and their code leads to who answers today (G6).
func boards(t *testing.T, b *webtest.Bench) {
	card := b.Anybody(t).Get("/grids/320104900001001/card").Is(http.StatusOK).WellMade()
	card.Says(".doorcard", "葛一", "0000-55512", settings(t, b).SupervisionPhone, settings(t, b).StreetPhone, "槐安里", "320104900001001")
	if n := len(card.All(".doorcard svg[role=img] path")); n != 1 {
		t.Errorf("%d paths in the code", n)
	}
	b.Anybody(t).Get("/grids/"+onLeave+"/card").Says(".card-name", "何畅").Says(".card-lines", "何清").SaysNot("body", "请假")
	b.Anybody(t).Get("/grids/"+vacant+"/card").Says(".card-who", "柳青", "空缺").SaysNot("body", "施敏")
	path := "/desk/grids/320104900001001/board"
	if to := b.Anybody(t).Get(path).Sees(); !strings.HasPrefix(to, "/sign-in") {
		t.Errorf("anybody is sent to %s", to)
	}
	board := b.As(t, "secretary.huaiyin").Get(path).Is(http.StatusOK).WellMade()
	board.Says("header", "横放的 A3 纸").Says(".gridboard", "公示牌", "葛一", "A 岗", "B 岗", "网格长", "监督电话", "社区民警", "网格员做哪些事").SaysNot("body", "年休假")
	if n := len(board.All(".gridboard svg.map .chosen")); n < 1 {
		t.Error("the board has no map")
	}
	foreign := b.As(t, "secretary.linhe").Get(path).Is(http.StatusNotFound)
	if missing := b.As(t, "secretary.linhe").Get("/desk/grids/320104900001899/board").Is(http.StatusNotFound); missing.Text("main") != foreign.Text("main") {
		t.Error("another community's board reads otherwise than a missing one")
	}
}

// Whatever the answer lacks, a contact has a name and a telephone (GRD-19).
func TestContactNeverEmpty(t *testing.T) {
	t.Parallel()
	for _, a := range []grid.Answer{{}, {As: grid.Street}, {As: grid.AsA, Worker: grid.Worker{ID: 1, Name: "葛一"}}, {As: grid.ActingB, Phone: "0000-1"}} {
		if c := contactOf(a, "0000-9"); c.Name != "街道值班室" || c.Phone != "0000-9" || c.As == "" {
			t.Errorf("%+v: %+v", a, c)
		}
	}
	whole := contactOf(grid.Answer{As: grid.ActingB, Phone: "0000-1", Worker: grid.Worker{ID: 1, Name: "葛二"}}, "0000-9")
	if whole.Name != "葛二" || whole.Phone != "0000-1" || whole.As != "代班网格员" {
		t.Errorf("%+v", whole)
	}
}

// 3 号楼 stands before 12 号楼.
func TestNatural(t *testing.T) {
	t.Parallel()
	got := areaLines([][2]string{{"槐安里", "12幢"}, {"槐安里", "3幢"}, {"安居苑", "甲1幢"}, {"槐安里", "03幢"}, {"槐安里", "2幢"}})
	if len(got) != 2 || got[1].Buildings != "2幢、03幢、3幢、12幢" && got[1].Buildings != "2幢、3幢、03幢、12幢" {
		t.Errorf("%v", got)
	}
	for _, c := range []struct{ names, want string }{
		{"1幢 2幢 3幢 4幢", "1幢至4幢"}, {"1幢 2幢", "1幢、2幢"}, {"1幢 3幢 4幢 5幢 5号楼 6号楼", "1幢、3幢至5幢、5号楼、6号楼"}, {"甲楼", "甲楼"}, {"9幢 99999999999999999999幢", "9幢、99999999999999999999幢"},
	} {
		if got := strings.Join(runs(strings.Fields(c.names)), "、"); got != c.want {
			t.Errorf("%s: %s", c.names, got)
		}
	}
	for _, c := range []struct{ phone, want string }{{"0000-12345678", "tel:0000-12345678"}, {"(0000) 1234 5678", "tel:000012345678"}, {"javascript:1", "tel:1"}} {
		if tel(c.phone) != c.want {
			t.Errorf("%s: %s", c.phone, tel(c.phone))
		}
	}
}

// What is only planned is not told, and a grid that comes later says from when.
func TestLineageInWords(t *testing.T) {
	t.Parallel()
	today := workday.NewDay(2026, time.November, 22)
	rows := []grid.LineageRow{{Code: "a", Name: "甲", Day: today, Kind: grid.ByMerge}, {Code: "b", Name: "乙", Day: today, Kind: grid.ByMerge}, {Code: "c", Name: "丙", Day: today.Add(1), Kind: grid.BySplit}}
	got := lineageLines(rows, publicFrom, today)
	if len(got) != 1 || len(got[0].Links) != 2 || got[0].Words != "2026年11月22日，由以下网格合并而来：" {
		t.Errorf("%+v", got)
	}
	if words := goneWords(grid.Grid{From: today.Add(3)}, today); !strings.Contains(words, "2026年11月25日") {
		t.Error(words)
	}
}

func decimal(f float64) string { return strconv.FormatFloat(f, 'f', 6, 64) }
