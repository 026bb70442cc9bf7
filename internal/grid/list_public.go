package grid

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"portal/internal/authz"
	"portal/internal/pg"
	"portal/internal/place"
	"portal/internal/workday"
)

// Answering is the grid whose posts answer for a grid: a micro-grid only subdivides its own.
func (g Grid) Answering() ID {
	if g.Kind == Micro {
		return g.ParentID
	}
	return g.ID
}

// CompoundsIn lists the compounds with buildings in a community on a day.
func (s *Service) CompoundsIn(ctx context.Context, community string, day workday.Day) ([]string, error) {
	all, err := s.Compounds(ctx, day)
	var out []string
	for _, c := range all {
		if c.Community == community {
			out = append(out, c.Name)
		}
	}
	slices.Sort(out)
	return out, err
}

const selectBuildingsIn = `
SELECT b.id FROM building b
JOIN grid_building p ON p.building_id = b.id AND p.valid @> $3::date
JOIN grid g ON g.id = p.grid_id
WHERE g.community = $1 AND b.compound = $2 AND b.valid @> $3::date`

// BuildingsIn lists the buildings of a compound that lie in a community, as BuildingsOf does: a compound on a
// border has others beyond it.
func (s *Service) BuildingsIn(ctx context.Context, community, compound string, day workday.Day) ([]place.Building, error) {
	rows, err := s.db.Q().Query(ctx, selectBuildingsIn, community, compound, day)
	if err != nil {
		return nil, pg.Trouble(fmt.Errorf("buildings of a community: %w", err))
	}
	own, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, pg.Trouble(fmt.Errorf("buildings of a community: %w", err))
	}
	all, err := s.buildingsOf(ctx, compound, day)
	return slices.DeleteFunc(all, func(b place.Building) bool { return !slices.Contains(own, b.ID) }), err
}

// Board is what hangs on the wall of a grid: who holds its posts and how to call them, and its team.
type Board struct {
	Posts []Post
	Team  []TeamPost
}

// Board gives today's board of a grid; a micro-grid has that of the grid it subdivides. Everybody may read it
// (GRD-19), so of a post it holds name and work phone alone: no reason, no account, no kind of employment.
func (s *Service) Board(ctx context.Context, by authz.Actor, id ID) (Board, error) {
	if err := authz.Check(by, authz.PublicRead, authz.Object{}); err != nil {
		return Board{}, err
	}
	today := workday.DayOf(s.db.Now())
	found, err := heldOn(ctx, s.db.Q(), []ID{id}, today)
	if err != nil {
		return Board{}, err
	}
	var b Board
	for _, p := range found[id].posts {
		b.Posts = append(b.Posts, Post{GridID: p.GridID, Role: p.Role, Worker: Worker{ID: p.Worker.ID, Name: p.Worker.Name, Phone: p.Worker.Phone}})
	}
	slices.SortFunc(b.Posts, func(x, y Post) int { return slices.Index(PostRoles, x.Role) - slices.Index(PostRoles, y.Role) })
	if len(b.Posts) > 0 {
		id = b.Posts[0].GridID
	}
	b.Team, err = teamOn(ctx, s.db.Q(), id, today)
	return b, err
}

// Addresses that do not follow their building on a day (edge cases 1 and 2): of one building, or in one grid.
const (
	fromApart     = ` FROM (SELECT t.building_id, t.id AS address_id FROM address t JOIN grid_address x ON x.address_id = t.id AND x.valid @> $1::date `
	selectApartOf = `SELECT ` + placeColumns + fromApart + `WHERE t.building_id = $2) h` + whereOnDay + ` ORDER BY h.address_id LIMIT 50`
	selectApartIn = `SELECT ` + placeColumns + fromApart + `WHERE x.grid_id = $2) h` + whereOnDay + ` ORDER BY a.text LIMIT 50`
)

// Apart lists the addresses of a building that lie in a grid of their own, so that nobody behind such a door
// is sent to the building's worker.
func (s *Service) Apart(ctx context.Context, by authz.Actor, building int64, day workday.Day) ([]Place, error) {
	return s.apart(ctx, by, selectApartOf, building, day)
}

// ApartIn lists the addresses that lie in a grid although their buildings do not.
func (s *Service) ApartIn(ctx context.Context, by authz.Actor, grid ID, day workday.Day) ([]Place, error) {
	return s.apart(ctx, by, selectApartIn, int64(grid), day)
}

func (s *Service) apart(ctx context.Context, by authz.Actor, sql string, id int64, day workday.Day) ([]Place, error) {
	if err := authz.Check(by, authz.PublicRead, authz.Object{}); err != nil {
		return nil, err
	}
	found, err := places(ctx, s.db.Q(), day, sql, day, id)
	return seen(by, found), err
}
