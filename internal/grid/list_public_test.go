package grid

import (
	"testing"

	"portal/internal/authz"
	"portal/internal/place"
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
