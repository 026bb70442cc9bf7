package kiosk

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"portal/internal/demo"
	"portal/internal/grid"
	"portal/web/webtest"
)

// doorOf opens a compound and a building by touch and gives the card.
func (b *machine) doorOf(t *testing.T, compound, building string) webtest.Answer {
	t.Helper()
	path := b.touch(t, "/kiosk/grids", compound)
	return wellKept(t, b.Get(b.touch(t, path, building)).Is(http.StatusOK))
}

// touch finds a choice by its words on the pages of a list.
func (b *machine) touch(t *testing.T, path, words string) string {
	t.Helper()
	for range 20 {
		a := wellKept(t, b.Get(path).Is(http.StatusOK))
		for _, n := range a.All(".kpick, .knums .kkey") {
			if webtest.TextOf(n) == words {
				return attr(n, "href")
			}
		}
		next := ""
		for _, n := range a.All(".kpager a") {
			if strings.Contains(webtest.TextOf(n), "下一页") {
				next = attr(n, "href")
			}
		}
		if next == "" {
			break
		}
		path = next
	}
	t.Fatalf("no choice %q at %s", words, path)
	return ""
}

// 找网格员: compound, building, and a big card with name, post and telephone (G6).
func TestGridWorkerInThreeTouches(t *testing.T) {
	b := device(t)
	b.prove(true)
	a := b.doorOf(t, "槐安里", "1幢")
	card := a.Text(".kcard")
	if a.Text("h1") != "槐安里1幢" || !strings.Contains(card, "葛一") || !strings.Contains(card, "网格员") || !strings.Contains(card, "0000-55512") || strings.Contains(card, "代班") {
		t.Errorf("%s: %s", a.Text("h1"), card)
	}
	for _, word := range []string{"请假", "病", "户"} {
		if strings.Contains(a.Text(".kcard, .summary"), word) {
			t.Errorf("the card tells %s: what the public does not read", word)
		}
	}
	// only compounds of this community are choices
	got := b.turned(t, "/kiosk/grids", ".kpick b", compoundsOnPage)
	all, err := b.deps.Grids.Compounds(t.Context(), b.bench.Frame.Today())
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, c := range all {
		if c.Community == demo.Huaiyin {
			want = append(want, c.Name)
		}
	}
	slices.Sort(want)
	if !slices.Equal(got, want) || len(want) == len(all) {
		t.Errorf("choices %q, want %q of %d", got, want, len(all))
	}
	// every building of a compound is one
	at := "/kiosk/grids/compounds?name=" + url.QueryEscape("槐安里")
	buildings, err := b.deps.Grids.BuildingsOf(t.Context(), "槐安里", b.bench.Frame.Today())
	if err != nil {
		t.Fatal(err)
	}
	if got := b.turned(t, at, ".knums .kkey", buildingsOnPage); len(got) != len(buildings) || got[0] != "1幢" {
		t.Errorf("%d buildings are choices, there are %d", len(got), len(buildings))
	}
}

// A compound on a border is a choice in both communities, in each with its own buildings only: in 找网格员 and in
// 反映问题.
func TestCompoundOnABorder(t *testing.T) {
	b := device(t)
	beyond, err := b.deps.Grids.CompoundsIn(t.Context(), demo.Linhe, b.bench.Frame.Today())
	if err != nil || len(beyond) == 0 {
		t.Fatalf("%v, %v", beyond, err)
	}
	b.house(t, "槐安里", "97幢", demo.Linhe)
	b.house(t, beyond[0], "98幢", demo.Huaiyin)
	if got := b.turned(t, "/kiosk/grids", ".kpick b", compoundsOnPage); !slices.Contains(got, "槐安里") || !slices.Contains(got, beyond[0]) {
		t.Errorf("找网格员 offers %q", got)
	}
	buildings := func(compound string) []string {
		return b.turned(t, "/kiosk/grids/compounds?name="+url.QueryEscape(compound), ".knums .kkey", buildingsOnPage)
	}
	if got := buildings(beyond[0]); !slices.Equal(got, []string{"98幢"}) {
		t.Errorf("%s has %q here", beyond[0], got)
	}
	if got := buildings("槐安里"); len(got) < 2 || slices.Contains(got, "97幢") {
		t.Errorf("槐安里 has %q here", got)
	}
	asked := func(v *resident) (names []string) {
		for _, n := range v.page.All("button[name=building]") {
			names = append(names, webtest.TextOf(n))
		}
		return names
	}
	v := b.resident(t)
	v.open(v.Get(pathFile)).touch(paramCategory, "0204")
	if got := asked(v.touch(paramCompound, beyond[0])); !slices.Equal(got, []string{"98幢"}) {
		t.Errorf("反映问题 asks among %q", got)
	}
	v.open(v.Get(wherePath(askCommunity))).touch(paramCommunity, demo.Linhe)
	if got := asked(v.touch(paramCompound, "槐安里")); !slices.Equal(got, []string{"97幢"}) {
		t.Errorf("beyond the border 反映问题 asks among %q", got)
	}
}

// house builds a house of a compound in the first grid of a community.
func (b *machine) house(t *testing.T, compound, name, community string) {
	t.Helper()
	tx, err := b.bench.DB.Pool().Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(t.Context()) }()
	var id, at int64
	var since time.Time
	if err := tx.QueryRow(t.Context(), `SELECT g.id, lower(p.valid)::timestamptz FROM grid g JOIN grid_building p ON p.grid_id = g.id AND upper_inf(p.valid)
		WHERE g.community = $1 ORDER BY g.id LIMIT 1`, community).Scan(&at, &since); err != nil {
		t.Fatal(err)
	}
	if err := tx.QueryRow(t.Context(), `INSERT INTO building (compound, name, name_key, pinyin, initials, households, residents, lng, lat, coord_system, valid)
		VALUES ($1, $2, $3, 'jie', 'j', 40, 90, 118.77, 32.02, 'WGS-84', daterange($4::date, NULL)) RETURNING id`, compound, name, compound+name, since).Scan(&id); err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `INSERT INTO grid_building (building_id, grid_id, valid) VALUES ($1, $2, daterange($3::date, NULL))`, id, at, since); err != nil {
		t.Fatal(err)
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// A door that another grid answers for is told beside its building's (edge cases 1 and 2).
func TestDoorsApart(t *testing.T) {
	b := device(t)
	b.prove(true)
	a := b.doorOf(t, "槐香苑", "1幢")
	if got := a.Text("main"); !strings.Contains(got, "葛二") || !strings.Contains(got, "商安") || !strings.Contains(got, "商圈专属网格") {
		t.Errorf("%s", got)
	}
}

// GRD-05, GRD-19: whoever is away, somebody answers: the B, the lead, at last the street's desk; why is told to
// nobody.
func TestSomebodyAlwaysAnswers(t *testing.T) {
	worker := grid.Worker{ID: 1, Name: "葛一"}
	for _, c := range []struct {
		a    grid.Answer
		want person
	}{
		{grid.Answer{Worker: worker, As: grid.AsA, Phone: "1"}, person{"葛一", "网格员", "1", ""}},
		{grid.Answer{Worker: worker, As: grid.ActingB, Phone: "1", Why: "葛二病假"}, person{"葛一", "代班网格员", "1", "今天代班"}},
		{grid.Answer{Worker: worker, As: grid.ActingLead, Phone: "1", Why: "空缺"}, person{"葛一", "网格长", "1", "今天代班"}},
		{grid.Answer{As: grid.Street, Phone: "9"}, person{"街道值班室", "值班", "9", "这片现在由街道值班室接电话"}},
		{grid.Answer{Worker: worker, As: grid.AsA}, person{"街道值班室", "值班", "9", "这片现在由街道值班室接电话"}},
		{grid.Answer{}, person{"街道值班室", "值班", "9", "这片现在由街道值班室接电话"}},
	} {
		if got := personOf(c.a, "9"); got != c.want {
			t.Errorf("%+v reads %+v, want %+v", c.a, got, c.want)
		}
	}
	b := device(t)
	b.prove(true)
	then := b.bench.DB.Now().Add(400 * 24 * time.Hour) // whatever changes within a year
	b.bench.DB.Now = func() time.Time { return then }
	b.prove(true)
	if got := b.doorOf(t, "槐安里", "1幢").Text(".kcard-phone"); len(got) < 7 {
		t.Errorf("nobody answers: %q", got)
	}
}

// What is no place reads like a missing one, and never as a fault of the server.
func TestPlacesThatAreNone(t *testing.T) {
	b := device(t)
	b.prove(true)
	for _, name := range []string{"", "没有这个小区", "%00", "%ff", "<script>", url.QueryEscape("' OR 1=1 --"), strings.Repeat("x", 5000)} {
		b.Get("/kiosk/grids/compounds?name=" + name).Is(http.StatusNotFound)
	}
	for _, id := range []string{"0", "-1", "x", "1e9", "%00", strconv.FormatInt(1<<62, 10), "99999999999999999999999"} {
		b.Get("/kiosk/grids/buildings/" + id).Is(http.StatusNotFound)
	}
}
