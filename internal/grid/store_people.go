package grid

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/workday"
)

// seat is a grid as far as its posts are concerned; locked for the rest of the transaction where it was
// asked for under lock.
type seat struct {
	ID            ID
	Code          string
	Community     string
	CommunityName string
	Kind          Kind
	Name          string
	Households    int
}

func (g seat) grid() Grid {
	return Grid{ID: g.ID, Code: g.Code, Community: g.Community, Kind: g.Kind, Name: g.Name}
}

var errNoSeat = fault.NotFound("没有这个网格。可能是网格编码不完整，或者不在你的职责范围内")

// The households of the buildings that lie in the grid on the day, and the name it bears on it.
const selectSeats = `
SELECT g.id, g.code, g.community, d.name AS community_name, g.kind,
    COALESCE((SELECT v.name FROM grid_version v WHERE v.grid_id = g.id AND NOT isempty(v.valid)
              ORDER BY v.valid @> $2::date DESC, lower(v.valid) DESC LIMIT 1), g.code) AS name,
    COALESCE((SELECT sum(b.households) FROM grid_building p JOIN building b ON b.id = p.building_id
              WHERE p.grid_id = g.id AND p.valid @> $2::date), 0)::int AS households
FROM grid g JOIN division d ON d.code = g.community
WHERE g.id = ANY($1)
ORDER BY g.id`

func seats(ctx context.Context, q pg.Querier, ids []ID, day workday.Day) (map[ID]seat, error) {
	rows, err := q.Query(ctx, selectSeats, ids, day)
	if err != nil {
		return nil, fmt.Errorf("grids: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByName[seat])
	if err != nil {
		return nil, fmt.Errorf("grids: %w", err)
	}
	out := make(map[ID]seat, len(all))
	for _, g := range all {
		out[g.ID] = g
	}
	return out, nil
}

const lockSeatsSQL = `SELECT id FROM grid WHERE id = ANY($1) ORDER BY id FOR UPDATE`
const lockWorkersSQL = `SELECT id FROM grid_worker WHERE id = ANY($1) ORDER BY id FOR UPDATE`

// lockPosts takes the grids and then the persons, each in the order of their numbers, so that any two
// changes of posts wait for each other in the same order. What is read afterwards is settled.
func lockPosts(ctx context.Context, tx *pg.Tx, grids []ID, workers []WorkerID) error {
	if len(grids) > 0 {
		if _, err := tx.Exec(ctx, lockSeatsSQL, grids); err != nil {
			return fmt.Errorf("lock grids: %w", err)
		}
	}
	if len(workers) > 0 {
		if _, err := tx.Exec(ctx, lockWorkersSQL, workers); err != nil {
			return fmt.Errorf("lock workers: %w", err)
		}
	}
	return nil
}

// workerFields are a worker's columns without what a day adds.
const workerFields = `
COALESCE(w.id, 0), COALESCE(w.account_id, 0), COALESCE(w.community, ''), COALESCE(w.name, ''), COALESCE(w.phone, ''), COALESCE(w.employment, ''),
lower(w.valid), upper(w.valid), COALESCE(w.version, 0)`

func (w *Worker) targets() []any {
	return []any{&w.ID, &w.AccountID, &w.Community, &w.Name, &w.Phone, &w.Employment, &w.From, &w.Until, &w.Version}
}

const postColumns = `
p.id, p.grid_id, p.role, lower(p.valid), upper(p.valid), p.reason, COALESCE(p.handover_id, 0),
CASE WHEN p.worker_id IS NULL THEN COALESCE(
    (SELECT max(upper(h.valid)) FROM grid_assignment h
     WHERE h.grid_id = p.grid_id AND h.role = p.role AND h.worker_id IS NOT NULL AND NOT isempty(h.valid) AND upper(h.valid) <= lower(p.valid)),
    (SELECT min(lower(h.valid)) FROM grid_assignment h WHERE h.grid_id = p.grid_id AND h.role = p.role AND NOT isempty(h.valid))) END, ` + workerFields

const fromPosts = ` FROM grid_assignment p LEFT JOIN grid_worker w ON w.id = p.worker_id `

const selectPostsOfGrids = `SELECT ` + postColumns + fromPosts + `
WHERE p.grid_id = ANY($1) AND NOT isempty(p.valid) ORDER BY p.grid_id, array_position(ARRAY['a','b','lead'], p.role), lower(p.valid)`
const selectPostsOfWorker = `SELECT ` + postColumns + fromPosts + `
WHERE p.worker_id = $1 AND NOT isempty(p.valid) AND p.valid && daterange($2::date, NULL) ORDER BY p.grid_id, p.role, lower(p.valid)`
const selectPost = `SELECT ` + postColumns + fromPosts + ` WHERE p.id = $1 AND NOT isempty(p.valid)`

func scanPost(row pgx.CollectableRow) (Post, error) {
	var p Post
	err := row.Scan(append([]any{&p.ID, &p.GridID, &p.Role, &p.From, &p.Until, &p.Reason, &p.HandoverID, &p.VacantSince}, p.Worker.targets()...)...)
	return p, err
}

func posts(ctx context.Context, q pg.Querier, sql string, args ...any) ([]Post, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("posts: %w", err)
	}
	out, err := pgx.CollectRows(rows, scanPost)
	if err != nil {
		return nil, fmt.Errorf("posts: %w", err)
	}
	return out, nil
}

// The grids that open when this one closes and whose post begins under the same person; not those that have the
// person from another predecessor.
const selectHeirs = `
SELECT v.name
FROM grid_lineage l
JOIN grid_assignment p ON p.grid_id = l.successor_id AND p.role = $2 AND p.worker_id = $3 AND lower(p.valid) = l.day
JOIN grid_version v ON v.grid_id = p.grid_id AND lower(v.valid) = l.day
WHERE l.predecessor_id = $1 AND l.day = $4::date
  AND NOT EXISTS (SELECT FROM grid_lineage o JOIN grid_assignment h ON h.grid_id = o.predecessor_id AND h.role = $2 AND h.worker_id = $3 AND upper(h.valid) = l.day
                  WHERE o.successor_id = l.successor_id AND o.predecessor_id <> $1)
ORDER BY p.grid_id`

func heirs(ctx context.Context, q pg.Querier, line Post) ([]string, error) {
	var out []string
	var name string
	err := each(ctx, q, "grids to come", []any{&name}, func() { out = append(out, name) }, selectHeirs, line.GridID, string(line.Role), int64(line.Worker.ID), line.Until)
	return out, err
}

const endPost = `UPDATE grid_assignment SET valid = daterange(lower(valid), $2::date) WHERE id = $1`
const voidPost = `UPDATE grid_assignment SET valid = 'empty' WHERE id = $1`
const insertPost = `
INSERT INTO grid_assignment (grid_id, role, worker_id, valid, reason, handover_id, made_at)
VALUES ($1, $2, NULLIF($3::bigint, 0), daterange($4::date, $5::date), $6, NULLIF($7::bigint, 0), $8)
RETURNING id`

var postFields = map[string]fault.Field{
	"grid_assignment_vacancy_says_why": {Name: "reason", Message: "请写明为什么空缺"},
	"grid_assignment_reason_check":     {Name: "reason", Message: "理由最多 200 个字"},
	"grid_assignment_a_is_not_b":       {Name: "worker", Message: "同一网格的 A 岗和 B 岗不能是同一个人"},
	"grid_assignment_one":              {Name: "day", Message: "这段日子里已经有别的安排。打开最新的一页再办"},
}

// put gives a post to somebody (0: to nobody, with the reason) for the rest of the line that holds on the
// first day. The line before ends there; one that began on that very day becomes an empty range.
func put(ctx context.Context, tx *pg.Tx, line Post, to WorkerID, from workday.Day, reason string, h HandoverID) (int64, error) {
	if line.ID != 0 {
		if err := endPostOn(ctx, tx, line, from); err != nil {
			return 0, err
		}
	}
	var id int64
	err := tx.QueryRow(ctx, insertPost, line.GridID, string(line.Role), int64(to), from, line.Until, reason, int64(h), tx.Now).Scan(&id)
	if err != nil {
		return 0, pg.Constraint(err, postFields)
	}
	return id, nil
}

// callOffPost makes a planned line empty; the line before it, if there is one, goes on in its place.
func callOffPost(ctx context.Context, tx *pg.Tx, planned, before Post) error {
	if _, err := tx.Exec(ctx, voidPost, planned.ID); err != nil {
		return fmt.Errorf("call off a plan: %w", err)
	}
	if before.ID == 0 {
		return nil
	}
	return endPostOn(ctx, tx, before, planned.Until)
}

// aSpan is a stretch of days on which somebody is A of a grid, with the grid's households.
type aSpan struct {
	GridID     ID
	From       workday.Day
	Until      workday.Day
	Households int
	Leaving    bool // an open handover gives it to somebody else
}

const selectASpans = `
SELECT s.worker_id, s.grid_id, s.from, s.until,
    COALESCE((SELECT sum(b.households) FROM grid_building gb JOIN building b ON b.id = gb.building_id
              WHERE gb.grid_id = s.grid_id AND gb.valid @> $2::date), 0)::int AS households, s.leaving
FROM (
    SELECT p.worker_id, p.grid_id, lower(p.valid) AS from, upper(p.valid) AS until,
        EXISTS (SELECT FROM grid_handover h WHERE h.grid_id = p.grid_id AND h.role = 'a' AND h.giver_id = p.worker_id AND h.state IN ('drawn', 'given')) AS leaving
    FROM grid_assignment p
    WHERE p.worker_id = ANY($1) AND p.role = 'a' AND p.valid && daterange($2::date, NULL)
    UNION ALL
    SELECT h.receiver_id, h.grid_id, h.planned, NULL::date, false
    FROM grid_handover h
    WHERE h.receiver_id = ANY($1) AND h.role = 'a' AND h.state IN ('drawn', 'given') AND $3) s
ORDER BY s.worker_id, s.from, s.grid_id`

// aSpans gives the A posts of persons from a day on; promised adds what open handovers will bring.
func aSpans(ctx context.Context, q pg.Querier, workers []WorkerID, from workday.Day, promised bool) (map[WorkerID][]aSpan, error) {
	out := map[WorkerID][]aSpan{}
	var w WorkerID
	var s aSpan
	err := each(ctx, q, "posts of persons", []any{&w, &s.GridID, &s.From, &s.Until, &s.Households, &s.Leaving}, func() { out[w] = append(out[w], s) },
		selectASpans, workers, from, promised)
	return out, err
}

// aSpansOf is aSpans of one person.
func aSpansOf(ctx context.Context, q pg.Querier, w WorkerID, from workday.Day, promised bool) ([]aSpan, error) {
	all, err := aSpans(ctx, q, []WorkerID{w}, from, promised)
	return all[w], err
}
