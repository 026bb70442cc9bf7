package grid

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/policy"
	"portal/internal/workday"
)

// Who holds the posts of many grids on a day, with the leave of that day. A micro-grid is answered for by
// the grid that it subdivides.
const selectCoverOn = `
SELECT g.id, g.code, g.community, l.id IS NOT NULL, lower(l.valid), upper(l.valid), ` + postColumns + `
FROM grid g
JOIN grid_assignment p ON p.grid_id = COALESCE(g.parent_id, g.id) AND p.valid @> $2::date
LEFT JOIN grid_worker w ON w.id = p.worker_id
LEFT JOIN grid_leave l ON l.worker_id = p.worker_id AND l.valid @> $2::date
WHERE g.id = ANY($1)`

// held is what is known of one grid on one day.
type held struct {
	on    authz.Object
	posts []Post
	away  map[WorkerID]Leave
}

func heldOn(ctx context.Context, q pg.Querier, ids []ID, day workday.Day) (map[ID]held, error) {
	rows, err := q.Query(ctx, selectCoverOn, ids, day)
	if err != nil {
		return nil, fmt.Errorf("who answers: %w", err)
	}
	out := make(map[ID]held, len(ids))
	var (
		id              ID
		code, community string
		gone            bool
		from, until     workday.Day
		p               Post
	)
	into := []any{&id, &code, &community, &gone, &from, &until, &p.ID, &p.GridID, &p.Role, &p.From, &p.Until, &p.Reason, &p.HandoverID, &p.VacantSince}
	_, err = pgx.ForEachRow(rows, append(into, p.Worker.targets()...), func() error {
		h, ok := out[id]
		if !ok {
			h = held{on: authz.Object{Divisions: []string{community, code}}, away: map[WorkerID]Leave{}}
		}
		h.posts = append(h.posts, p)
		if gone {
			h.away[p.Worker.ID] = Leave{From: from, Until: until}
		}
		out[id] = h
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("who answers: %w", err)
	}
	return out, nil
}

// WhoOn says who answers for each grid on a day, past or future: 那天谁负责. The public asks for today alone
// and reads who answers, not why.
func (s *Service) WhoOn(ctx context.Context, by authz.Actor, grids []ID, day workday.Day) (map[ID]Answer, error) {
	return whoOn(ctx, s.db.Q(), by, grids, day, workday.DayOf(s.db.Now()))
}

func whoOn(ctx context.Context, q pg.Querier, by authz.Actor, grids []ID, day, today workday.Day) (map[ID]Answer, error) {
	out := make(map[ID]Answer, len(grids))
	if len(grids) == 0 {
		return out, nil
	}
	if !authz.Can(by, authz.GridView) && day != today {
		return nil, fault.InvalidField("day", "这里查的是今天由谁负责。要查别的日子，请联系社区")
	}
	v, err := policy.Load(ctx, q, day)
	if err != nil {
		return nil, err
	}
	found, err := heldOn(ctx, q, grids, day)
	if err != nil {
		return nil, err
	}
	desk := Desk{Phone: v.StreetPhone, ActingDays: v.ActingDays}
	for _, id := range grids {
		h := found[id]
		a := Cover(h.posts, h.away, day, desk)
		if !authz.Allowed(by, authz.GridView, h.on) {
			a = a.forPublic()
		}
		a.Grid = id
		out[id] = a
	}
	return out, nil
}

// Posts lists the lines of a grid's posts that hold on a day.
func (s *Service) Posts(ctx context.Context, by authz.Actor, id ID, day workday.Day) ([]Post, error) {
	all, err := s.PostHistory(ctx, by, id)
	if err != nil {
		return nil, err
	}
	var out []Post
	for _, p := range all {
		if p.On(day) {
			out = append(out, p)
		}
	}
	return out, nil
}

// PostHistory lists every line of a grid's posts, A first, in the order of days, planned ones included.
func (s *Service) PostHistory(ctx context.Context, by authz.Actor, id ID) ([]Post, error) {
	var out []Post
	err := s.db.Read(ctx, func(q pg.Querier) error {
		found, err := seats(ctx, q, []ID{id}, workday.DayOf(s.db.Now()))
		if err != nil {
			return err
		}
		if g := found[id]; g.ID == 0 || !authz.Allowed(by, authz.GridView, g.grid().Object()) {
			return errNoSeat
		}
		out, err = posts(ctx, q, selectPostsOfGrids, []ID{id})
		return err
	})
	return out, err
}

// The posts that persons of a community hold on a day, in words and for nearness.
const selectHeldBy = `SELECT ` + postColumns + `, v.name
FROM grid_assignment p JOIN grid_worker w ON w.id = p.worker_id
JOIN grid_version v ON v.grid_id = p.grid_id AND v.valid @> $2::date
WHERE w.community = $1 AND p.valid @> $2::date ORDER BY w.id, p.role, p.grid_id`

type heldBy struct {
	Post
	GridName string
}

func postsHeldBy(ctx context.Context, q pg.Querier, community string, day workday.Day) (map[WorkerID][]heldBy, error) {
	rows, err := q.Query(ctx, selectHeldBy, community, day)
	if err != nil {
		return nil, fmt.Errorf("posts held: %w", err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (heldBy, error) {
		var h heldBy
		into := append([]any{&h.ID, &h.GridID, &h.Role, &h.From, &h.Until, &h.Reason, &h.HandoverID, &h.VacantSince}, h.Worker.targets()...)
		err := row.Scan(append(into, &h.GridName)...)
		return h, err
	})
	if err != nil {
		return nil, fmt.Errorf("posts held: %w", err)
	}
	out := map[WorkerID][]heldBy{}
	for _, h := range all {
		out[h.Worker.ID] = append(out[h.Worker.ID], h)
	}
	return out, nil
}

// Vacant A and B posts of today.
const selectVacancies = `SELECT ` + postColumns + fromPosts + ` WHERE p.worker_id IS NULL AND p.role IN ('a', 'b') AND p.valid @> $1::date ORDER BY p.grid_id, p.role`
