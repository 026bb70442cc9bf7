package grid

import (
	"context"
	"slices"

	"portal/internal/authz"
	"portal/internal/workday"
)

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
