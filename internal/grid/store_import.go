package grid

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"portal/internal/intake"
	"portal/internal/pg"
	"portal/internal/policy"
	"portal/internal/workday"
)

const workersByName = `SELECT ` + workerFields + `, COALESCE(a.login, '') FROM grid_worker w LEFT JOIN account a ON a.id = w.account_id
WHERE w.community = ANY($1) AND NOT isempty(w.valid) ORDER BY w.id`
const knownCommunities = `SELECT code FROM community WHERE code = ANY($1)`

// registerOf gives the persons of the communities named in a file, by community and name, and which
// communities there are.
func registerOf(ctx context.Context, q pg.Querier, rows []intake.Row) (map[string]Worker, map[string]bool, error) {
	var codes []string
	for _, r := range rows {
		codes = append(codes, r.Text("community"))
	}
	people, err := peopleOf(ctx, q, codes)
	if err != nil {
		return nil, nil, err
	}
	found, err := q.Query(ctx, knownCommunities, texts(codes))
	if err != nil {
		return nil, nil, fmt.Errorf("communities: %w", err)
	}
	known, err := pgx.CollectRows(found, pgx.RowTo[string])
	if err != nil {
		return nil, nil, fmt.Errorf("communities: %w", err)
	}
	places := map[string]bool{}
	for _, code := range known {
		places[code] = true
	}
	return people, places, nil
}

func peopleOf(ctx context.Context, q pg.Querier, communities []string) (map[string]Worker, error) {
	rows, err := q.Query(ctx, workersByName, texts(communities))
	if err != nil {
		return nil, fmt.Errorf("register: %w", err)
	}
	out := map[string]Worker{}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Worker, error) {
		var w Worker
		err := row.Scan(append(w.targets(), &w.Login)...)
		return w, err
	})
	if err != nil {
		return nil, fmt.Errorf("register: %w", err)
	}
	for _, w := range all {
		out[w.Community+w.Name] = w
	}
	return out, nil
}

const gridIDsByCode = `SELECT id FROM grid WHERE code = ANY($1) ORDER BY id`
const rolesWaiting = `SELECT grid_id, role FROM grid_handover WHERE grid_id = ANY($1) AND state IN ('drawn', 'given')`
const everyASpan = `
SELECT p.worker_id, p.grid_id, lower(p.valid), upper(p.valid) FROM grid_assignment p JOIN grid_worker w ON w.id = p.worker_id
WHERE p.role = 'a' AND NOT isempty(p.valid) AND w.community = ANY($1)`

// rotaOf reads everything that a file of assignments touches.
func rotaOf(ctx context.Context, q pg.Querier, rows []intake.Row, today workday.Day) (*rota, error) {
	all := &rota{grids: map[string]seat{}, lines: map[ID][]Post{}, waiting: map[ID][]Role{}, spans: map[WorkerID][]aSpan{}}
	var codes []string
	for _, r := range rows {
		codes = append(codes, r.Text("grid_code"))
	}
	found, err := q.Query(ctx, gridIDsByCode, texts(codes))
	if err != nil {
		return nil, fmt.Errorf("grids of a file: %w", err)
	}
	ids, err := pgx.CollectRows(found, pgx.RowTo[ID])
	if err != nil {
		return nil, fmt.Errorf("grids of a file: %w", err)
	}
	byID, err := seats(ctx, q, ids, today)
	if err != nil {
		return nil, err
	}
	var communities []string
	for _, g := range byID {
		all.grids[g.Code] = g
		communities = append(communities, g.Community)
	}
	if all.people, err = peopleOf(ctx, q, communities); err != nil {
		return nil, err
	}
	lines, err := posts(ctx, q, selectPostsOfGrids, ids)
	if err != nil {
		return nil, err
	}
	for _, p := range lines {
		all.lines[p.GridID] = append(all.lines[p.GridID], p)
	}
	if err := all.readRest(ctx, q, ids, communities); err != nil {
		return nil, err
	}
	all.values, err = policy.Load(ctx, q, today)
	return all, err
}

func (all *rota) readRest(ctx context.Context, q pg.Querier, ids []ID, communities []string) error {
	var (
		id   ID
		role Role
		w    WorkerID
		s    aSpan
	)
	rows, err := q.Query(ctx, rolesWaiting, ids)
	if err != nil {
		return fmt.Errorf("open handovers: %w", err)
	}
	if _, err := pgx.ForEachRow(rows, []any{&id, &role}, func() error {
		all.waiting[id] = append(all.waiting[id], role)
		return nil
	}); err != nil {
		return fmt.Errorf("open handovers: %w", err)
	}
	if rows, err = q.Query(ctx, everyASpan, texts(communities)); err != nil {
		return fmt.Errorf("posts of persons: %w", err)
	}
	if _, err := pgx.ForEachRow(rows, []any{&w, &s.GridID, &s.From, &s.Until}, func() error {
		all.spans[w] = append(all.spans[w], s)
		return nil
	}); err != nil {
		return fmt.Errorf("posts of persons: %w", err)
	}
	return nil
}

// endPostOn ends a line on a day; one that began on it becomes an empty range.
func endPostOn(ctx context.Context, tx *pg.Tx, line Post, day workday.Day) error {
	if _, err := tx.Exec(ctx, endPost, line.ID, day); err != nil {
		return pg.Constraint(err, postFields)
	}
	return nil
}
