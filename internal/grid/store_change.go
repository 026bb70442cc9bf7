package grid

import (
	"context"
	"fmt"

	"portal/internal/geo"
	"portal/internal/pg"
	"portal/internal/place"
	"portal/internal/workday"
)

// writing puts a change into the tables: whole columns at a time, never a statement for a building.
type writing struct {
	tx  *pg.Tx
	c   Change
	e   effect
	met situation
	ids []ID // of the grids that open
}

// The checks at commit run once for every row. A connection that planned them when the tables were nearly
// empty would read these whole each time: forget such plans, and make new ones along the indexes.
const (
	forgetPlans   = `DISCARD PLANS`
	alongTheIndex = `SET LOCAL enable_seqscan = off`
)

// planByIndex is for transactions that write thousands of rows.
func planByIndex(ctx context.Context, tx *pg.Tx) error {
	if _, err := tx.Exec(ctx, forgetPlans); err != nil {
		return fmt.Errorf("plans for many rows: %w", err)
	}
	if _, err := tx.Exec(ctx, alongTheIndex); err != nil {
		return fmt.Errorf("plans for many rows: %w", err)
	}
	return nil
}

func (w *writing) all(ctx context.Context) error {
	steps := []func(context.Context) error{w.open, w.inherit, w.cut, w.redraw, w.rehome, w.rehomeAddresses, w.descend}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

const insertGrids = `
INSERT INTO grid (code, community, kind, parent_id)
SELECT code, community, kind, NULLIF(parent, 0) FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) WITH ORDINALITY u (code, community, kind, parent, n) ORDER BY n
RETURNING id, code`
const insertVersions = `
INSERT INTO grid_version (grid_id, valid, name, pinyin, initials, boundary, coord_system, reason, made_at)
SELECT id, daterange(day, NULL), name, pinyin, initials, NULLIF(boundary, '')::jsonb, system, reason, $9
FROM unnest($1::bigint[], $2::date[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[]) u (id, day, name, pinyin, initials, boundary, system, reason)`

// versionRows are the columns of versions that begin.
type versionRows struct {
	ids                          []ID
	days                         []workday.Day
	names, pinyins, initials     []string
	boundaries, systems, reasons []string
}

func (v *versionRows) add(id ID, day workday.Day, name string, boundary geo.Shape, system geo.System, reason string) {
	pinyin, initials := place.Pinyin(name)
	if system == "" {
		system = geo.WGS84
	}
	v.ids, v.days, v.names = append(v.ids, id), append(v.days, day), append(v.names, name)
	v.pinyins, v.initials = append(v.pinyins, pinyin), append(v.initials, initials)
	drawn := ""
	if !boundary.IsZero() {
		drawn = string(boundary.GeoJSON())
	}
	v.boundaries, v.systems, v.reasons = append(v.boundaries, drawn), append(v.systems, string(system)), append(v.reasons, reason)
}

func (v *versionRows) insert(ctx context.Context, tx *pg.Tx) error {
	if len(v.ids) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, insertVersions, v.ids, v.days, v.names, v.pinyins, v.initials, v.boundaries, v.systems, v.reasons, tx.Now)
	if err != nil {
		return fmt.Errorf("versions of grids: %w", err)
	}
	return nil
}

// newGrid is a row of the register of grids.
type newGrid struct {
	code, community string
	kind            Kind
	parent          ID
}

// insertGridRows gives the ids in the order of the rows.
func insertGridRows(ctx context.Context, tx *pg.Tx, all []newGrid) ([]ID, error) {
	var codes, communities, kinds []string
	var parents []ID
	for _, g := range all {
		codes, communities, kinds, parents = append(codes, g.code), append(communities, g.community), append(kinds, string(g.kind)), append(parents, g.parent)
	}
	byCode := map[string]ID{}
	var id ID
	var code string
	err := each(ctx, tx, "new grids", []any{&id, &code}, func() { byCode[code] = id }, insertGrids, some(codes), some(communities), some(kinds), some(parents))
	ids := make([]ID, len(all))
	for i, g := range all {
		ids[i] = byCode[g.code]
	}
	return ids, err
}

func (w *writing) open(ctx context.Context) error {
	if len(w.e.opened) == 0 {
		return nil
	}
	rows := make([]newGrid, len(w.e.opened))
	for i, o := range w.e.opened {
		rows[i] = newGrid{o.Code, o.Community, o.Kind, o.Parent}
	}
	var err error
	if w.ids, err = insertGridRows(ctx, w.tx, rows); err != nil {
		return err
	}
	var v versionRows
	var p postRows
	for i, o := range w.e.opened {
		v.add(w.ids[i], w.c.Day, o.Name, o.Boundary, w.c.System, w.c.Reason)
		if o.Kind == Micro {
			continue
		}
		p.fill(w.ids[i], RoleA, o.a, w.c.Day)
		p.fill(w.ids[i], RoleB, o.b, w.c.Day)
	}
	if err := v.insert(ctx, w.tx); err != nil {
		return err
	}
	return p.insert(ctx, w.tx)
}

// postRows are the columns of posts that begin with a grid.
type postRows struct {
	grids   []ID
	roles   []string
	workers []WorkerID
	days    []workday.Day
	reasons []string
}

func (p *postRows) fill(grid ID, role Role, f filling, day workday.Day) {
	if f.inherit {
		return
	}
	p.grids, p.roles, p.workers = append(p.grids, grid), append(p.roles, string(role)), append(p.workers, f.worker)
	p.days, p.reasons = append(p.days, day), append(p.reasons, f.reason)
}

const insertPosts = `
INSERT INTO grid_assignment (grid_id, role, worker_id, valid, reason, made_at)
SELECT grid, role, NULLIF(worker, 0), daterange(day, NULL), reason, $6
FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::date[], $5::text[]) u (grid, role, worker, day, reason)`

func (p *postRows) insert(ctx context.Context, tx *pg.Tx) error {
	if len(p.grids) == 0 {
		return nil
	}
	if _, err := tx.Exec(ctx, insertPosts, p.grids, p.roles, p.workers, p.days, p.reasons, tx.Now); err != nil {
		return fmt.Errorf("posts of new grids: %w", err)
	}
	return nil
}

// What is planned for a post is inherited with it; signed handovers stay with the predecessor.
const inheritPosts = `
INSERT INTO grid_assignment (grid_id, role, worker_id, valid, reason, made_at)
SELECT u.successor, p.role, p.worker_id, p.valid * daterange($4::date, NULL), p.reason, $5
FROM unnest($1::bigint[], $2::bigint[], $3::text[]) u (successor, predecessor, role)
JOIN grid_assignment p ON p.grid_id = u.predecessor AND p.role = u.role
WHERE NOT isempty(p.valid * daterange($4::date, NULL))`
const inheritTeam = `
INSERT INTO grid_team_post (grid_id, part, post, unit, phone, valid)
SELECT u.successor, t.part, t.post, t.unit, t.phone, t.valid * daterange($3::date, NULL)
FROM unnest($1::bigint[], $2::bigint[]) u (successor, predecessor)
JOIN grid_team_post t ON t.grid_id = u.predecessor
WHERE NOT isempty(t.valid * daterange($3::date, NULL))
ORDER BY t.id`

// inherit copies posts, the lead and the team from first predecessors before these are cut.
func (w *writing) inherit(ctx context.Context) error {
	var to, from, toTeam, fromTeam []ID
	var roles []string
	for i, o := range w.e.opened {
		if o.Kind == Micro || len(o.From) == 0 {
			continue
		}
		toTeam, fromTeam = append(toTeam, w.ids[i]), append(fromTeam, o.From[0])
		for _, r := range []struct {
			role Role
			do   bool
		}{{RoleA, o.a.inherit}, {RoleB, o.b.inherit}, {RoleLead, true}} {
			if r.do {
				to, from, roles = append(to, w.ids[i]), append(from, o.From[0]), append(roles, string(r.role))
			}
		}
	}
	if len(to) == 0 {
		return nil
	}
	if _, err := w.tx.Exec(ctx, inheritPosts, to, from, roles, w.c.Day, w.tx.Now); err != nil {
		return fmt.Errorf("inherit posts: %w", err)
	}
	if _, err := w.tx.Exec(ctx, inheritTeam, toTeam, fromTeam, w.c.Day); err != nil {
		return fmt.Errorf("inherit teams: %w", err)
	}
	return nil
}

// Everything of a grid that closes ends on the day; what was planned after it becomes empty.
const cutVersions = `
UPDATE grid_version SET valid = valid * daterange(NULL, $2::date)
WHERE grid_id = ANY($1) AND NOT isempty(valid) AND (upper_inf(valid) OR upper(valid) > $2::date)`
const cutPosts = `
UPDATE grid_assignment SET valid = valid * daterange(NULL, $2::date)
WHERE grid_id = ANY($1) AND NOT isempty(valid) AND (upper_inf(valid) OR upper(valid) > $2::date)`
const cutTeam = `
UPDATE grid_team_post SET valid = valid * daterange(NULL, $2::date)
WHERE grid_id = ANY($1) AND NOT isempty(valid) AND (upper_inf(valid) OR upper(valid) > $2::date)`
const touchGrids = `UPDATE grid SET version = version + 1 WHERE id = ANY($1)`

func (w *writing) cut(ctx context.Context) error {
	changed := unique(w.e.closed)
	for _, g := range w.e.redrawn {
		changed = append(changed, g.ID)
	}
	if _, err := w.tx.Exec(ctx, cutVersions, changed, w.c.Day); err != nil {
		return fmt.Errorf("end versions: %w", err)
	}
	if _, err := w.tx.Exec(ctx, cutPosts, some(w.e.closed), w.c.Day); err != nil {
		return fmt.Errorf("end posts: %w", err)
	}
	if _, err := w.tx.Exec(ctx, cutTeam, some(w.e.closed), w.c.Day); err != nil {
		return fmt.Errorf("end teams: %w", err)
	}
	if _, err := w.tx.Exec(ctx, touchGrids, changed); err != nil {
		return fmt.Errorf("touch grids: %w", err)
	}
	return nil
}

func (w *writing) redraw(ctx context.Context) error {
	var v versionRows
	for _, g := range w.e.redrawn {
		v.add(g.ID, w.c.Day, g.Name, g.Boundary, g.System, w.c.Reason)
	}
	return v.insert(ctx, w.tx)
}

func (w *writing) idOf(t target) ID {
	if t.opened > 0 {
		return w.ids[t.opened-1]
	}
	return t.id
}

const cutStays = `UPDATE grid_building SET valid = valid * daterange(NULL, $2::date) WHERE id = ANY($1)`
const insertStays = `
INSERT INTO grid_building (building_id, grid_id, micro_id, valid)
SELECT building, grid, NULLIF(micro, 0), daterange(day, until)
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::date[], $5::date[]) u (building, grid, micro, day, until)`

// stayRows are the columns of stays that begin.
type stayRows struct {
	buildings     []int64
	grids, micros []ID
	days, until   []workday.Day
}

func (r *stayRows) add(building int64, grid, micro ID, from, until workday.Day) {
	r.buildings, r.grids, r.micros = append(r.buildings, building), append(r.grids, grid), append(r.micros, micro)
	r.days, r.until = append(r.days, from), append(r.until, until)
}

func (r *stayRows) insert(ctx context.Context, tx *pg.Tx) error {
	if len(r.buildings) == 0 {
		return nil
	}
	if _, err := tx.Exec(ctx, insertStays, r.buildings, r.grids, r.micros, r.days, r.until); err != nil {
		return fmt.Errorf("buildings into grids: %w", err)
	}
	return nil
}

// manyRows is where looking at every row at commit begins to be felt.
const manyRows = 200

func (w *writing) rehome(ctx context.Context) error {
	if len(w.e.moves) > manyRows {
		if err := planByIndex(ctx, w.tx); err != nil {
			return err
		}
	}
	var ended []int64
	var begun stayRows
	for _, m := range w.e.moves {
		ended = append(ended, m.stay.ID)
		begun.add(m.stay.Building.ID, w.idOf(m.grid), w.idOf(m.micro), daysFrom(m.stay.From, w.c.Day), m.stay.Until)
	}
	return moveStays(ctx, w.tx, ended, begun, w.c.Day)
}

func moveStays(ctx context.Context, tx *pg.Tx, ended []int64, begun stayRows, day workday.Day) error {
	if _, err := tx.Exec(ctx, cutStays, some(ended), day); err != nil {
		return fmt.Errorf("buildings out of grids: %w", err)
	}
	return begun.insert(ctx, tx)
}

const cutAddresses = `UPDATE grid_address SET valid = valid * daterange(NULL, $2::date) WHERE id = ANY($1)`
const insertAddresses = `
INSERT INTO grid_address (address_id, grid_id, valid, reason)
SELECT address, grid, daterange(day, until), reason FROM unnest($1::bigint[], $2::bigint[], $3::date[], $4::date[], $5::text[]) u (address, grid, day, until, reason)`

func (w *writing) rehomeAddresses(ctx context.Context) error {
	var rows, addresses []int64
	var grids []ID
	var from, until []workday.Day
	var reasons []string
	for _, a := range w.met.alone {
		if to, moves := w.e.alone[a.ID]; moves {
			rows, addresses, grids, reasons = append(rows, a.ID), append(addresses, a.Address), append(grids, w.idOf(to)), append(reasons, a.Reason)
			from, until = append(from, daysFrom(a.From, w.c.Day)), append(until, a.Until)
		}
	}
	if len(rows) == 0 {
		return nil
	}
	if _, err := w.tx.Exec(ctx, cutAddresses, rows, w.c.Day); err != nil {
		return fmt.Errorf("addresses out of grids: %w", err)
	}
	if _, err := w.tx.Exec(ctx, insertAddresses, addresses, grids, from, until, reasons); err != nil {
		return fmt.Errorf("addresses into grids: %w", err)
	}
	return nil
}

const insertLinks = `
INSERT INTO grid_lineage (predecessor_id, successor_id, day, kind)
SELECT predecessor, successor, $4, kind FROM unnest($1::bigint[], $2::bigint[], $3::text[]) u (predecessor, successor, kind)
ON CONFLICT DO NOTHING`

func (w *writing) descend(ctx context.Context) error {
	var from, to []ID
	var kinds []string
	for _, l := range w.e.links {
		from, to, kinds = append(from, l.from), append(to, w.idOf(l.to)), append(kinds, string(l.kind))
	}
	if len(from) == 0 {
		return nil
	}
	if _, err := w.tx.Exec(ctx, insertLinks, from, to, kinds, w.c.Day); err != nil {
		return fmt.Errorf("lineage: %w", err)
	}
	return nil
}
