package grid

import (
	"context"

	"portal/internal/authz"
	"portal/internal/pg"
	"portal/internal/policy"
	"portal/internal/workday"
)

// Seat is a post with the grid that it belongs to.
type Seat struct {
	Post
	GridCode      string
	GridName      string
	CommunityName string
}

// Vacancy is an A or B post that nobody holds today.
type Vacancy struct {
	Seat
	Days  int         // vacant, today included
	Until workday.Day // last day on which the B may act (GRD-03); no day for a B post
}

// PostsOf lists what a person holds on a day or is to hold later, grid by grid.
func (s *Service) PostsOf(ctx context.Context, by authz.Actor, id WorkerID, day workday.Day) ([]Seat, error) {
	var out []Seat
	err := s.db.Read(ctx, func(q pg.Querier) error {
		w, err := workerByID(ctx, q, id)
		if err != nil {
			return err
		}
		if !authz.Allowed(by, authz.GridView, w.Object()) {
			return ErrNoWorker
		}
		held, err := posts(ctx, q, selectPostsOfWorker, int64(id), day)
		if err != nil {
			return err
		}
		out, err = seated(ctx, q, held, day)
		return err
	})
	return out, err
}

// Vacancies lists the vacant A and B posts of today in the grids that this person keeps.
func (s *Service) Vacancies(ctx context.Context, by authz.Actor) ([]Vacancy, error) {
	if !authz.Can(by, authz.GridAssign) {
		return nil, nil
	}
	var out []Vacancy
	err := s.db.Read(ctx, func(q pg.Querier) error {
		today := workday.DayOf(s.db.Now())
		v, err := policy.Load(ctx, q, today)
		if err != nil {
			return err
		}
		vacant, err := posts(ctx, q, selectVacancies, today)
		if err != nil {
			return err
		}
		all, err := seated(ctx, q, vacant, today)
		out = nil
		for _, one := range all {
			if !authz.Allowed(by, authz.GridAssign, authz.Object{Divisions: []string{one.GridCode}}) {
				continue
			}
			lack := Vacancy{Seat: one, Days: today.Sub(one.VacantSince) + 1}
			if one.Role == RoleA {
				lack.Until = one.VacantSince.Add(v.ActingDays - 1)
			}
			out = append(out, lack)
		}
		return err
	})
	return out, err
}

// seated names the grids of posts.
func seated(ctx context.Context, q pg.Querier, held []Post, day workday.Day) ([]Seat, error) {
	ids := make([]ID, len(held))
	for i, p := range held {
		ids[i] = p.GridID
	}
	found, err := seats(ctx, q, ids, day)
	out := make([]Seat, len(held))
	for i, p := range held {
		g := found[p.GridID]
		out[i] = Seat{Post: p, GridCode: g.Code, GridName: g.Name, CommunityName: g.CommunityName}
	}
	return out, err
}
