package grid

import (
	"slices"
	"testing"

	"portal/internal/authz"
	"portal/internal/geo"
	"portal/internal/place"
	"portal/internal/workday"
)

// The wall of a grid tells everybody who holds its posts and never why a post is vacant; doors that were placed
// by themselves are named at their building and in their grid, each once (GRD-19, edge cases 1 and 2).
func TestBoardAndDoorsApart(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ids, houses := w.twoGrids(0, 0)
	ctx := t.Context()
	board, err := w.Board(ctx, authz.Anonymous, ids[0])
	if err != nil || len(board.Posts) != 2 || board.Posts[0].Role != RoleA || board.Posts[1].Role != RoleB {
		t.Fatalf("%+v %v", board, err)
	}
	for _, p := range board.Posts {
		if !p.Vacant() || p.Reason != "" || p.Worker.Employment != "" || p.Worker.AccountID != 0 {
			t.Errorf("the wall says %+v", p)
		}
	}
	if none, err := w.Board(ctx, authz.Anonymous, 999999); err != nil || len(none.Posts)+len(none.Team) > 0 {
		t.Errorf("%+v %v", none, err)
	}
	w.exec(`INSERT INTO address (building_id, text, text_key) VALUES ($1, '界河路1号', '界河路1号'), ($1, '界河路3号', '界河路3号')`, houses[7])
	doors, err := place.AddressesOf(ctx, w.db.Q(), houses[7])
	if err != nil {
		t.Fatal(err)
	}
	if err := w.PlaceAddress(ctx, keeper, form("apart"), doors[0].ID, ids[0], thisDay, "门开在路北"); err != nil {
		t.Fatal(err)
	}
	for name, ask := range map[string]func() ([]Place, error){
		"of the building": func() ([]Place, error) { return w.Apart(ctx, authz.Anonymous, houses[7], thisDay) },
		"in the grid":     func() ([]Place, error) { return w.ApartIn(ctx, authz.Anonymous, ids[0], thisDay) },
	} {
		if got, err := ask(); err != nil || len(got) != 1 || got[0].Address != "界河路1号" || got[0].Grid.ID != ids[0] || got[0].Grid.Households != 0 {
			t.Errorf("%s: %+v %v", name, got, err)
		}
	}
	if got, err := w.Apart(ctx, authz.Anonymous, houses[7], thisDay.Add(-1)); err != nil || len(got) != 0 {
		t.Errorf("the day before: %+v %v", got, err)
	}
	if got, err := w.ApartIn(ctx, authz.Anonymous, ids[1], thisDay); err != nil || len(got) != 0 {
		t.Errorf("in the building's grid: %+v %v", got, err)
	}
}

// A compound on both sides of a border stands in both communities, in each with its own buildings only.
func TestCompoundOnABorder(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.twoGrids(0, 0)
	over := w.applied("over the border", Change{Day: longAgo, Reason: "首次导入", System: geo.WGS84, Open: []NewGrid{
		{Kind: Ordinary, Community: shiqiao, Name: "石桥社区第一网格", Boundary: box(t, 20, 0, 10, 10), VacancyReason: "招录中"}}})
	w.house("10幢", 25, 5, over[0])
	w.house("9幢", 22, 5, over[0])
	ctx := t.Context()
	all, err := w.Compounds(ctx, thisDay)
	if want := []Compound{{"槐安里", 8, huaiyin}, {"槐安里", 2, shiqiao}}; err != nil || !slices.Equal(all, want) {
		t.Errorf("%+v %v, want %+v", all, err, want)
	}
	for community, want := range map[string][]string{huaiyin: {"1幢", "2幢", "3幢", "4幢", "5幢", "6幢", "7幢", "8幢"}, shiqiao: {"9幢", "10幢"}, "320104900009": nil} {
		got, err := w.CompoundsIn(ctx, community, thisDay)
		if there := slices.Equal(got, []string{"槐安里"}); err != nil || there != (want != nil) {
			t.Errorf("%s: compounds %v %v", community, got, err)
		}
		own, err := w.BuildingsIn(ctx, community, "槐安里", thisDay)
		var names []string
		for _, b := range own {
			names = append(names, b.Name)
			if b.Households+b.Residents != 0 {
				t.Errorf("%s is told with its households", b.Label())
			}
		}
		if err != nil || !slices.Equal(names, want) {
			t.Errorf("%s: buildings %v %v, want %v", community, names, err, want)
		}
	}
	if before, err := w.BuildingsIn(ctx, shiqiao, "槐安里", workday.NewDay(2019, 12, 31)); err != nil || len(before) != 0 {
		t.Errorf("before there were any: %v %v", before, err)
	}
}
