package grid

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/workday"
)

// ErrNoWorker answers for a person who is missing or out of reach, and for an act that is: all read alike.
var ErrNoWorker = fault.NotFound("名册上没有这位网格员。可能已经离职，或者不在你的职责范围内")

const selectWorker = `SELECT ` + workerFields + ` FROM grid_worker w WHERE w.id = $1`

func workerByID(ctx context.Context, q pg.Querier, id WorkerID) (Worker, error) {
	var w Worker
	err := q.QueryRow(ctx, selectWorker, int64(id)).Scan(w.targets()...)
	if errors.Is(err, pgx.ErrNoRows) {
		return w, ErrNoWorker
	}
	if err != nil {
		return w, fmt.Errorf("worker: %w", err)
	}
	return w, nil
}

// A worker with the grids of the day; who is not in the register on the day is left out.
const workersOnDay = `
SELECT ` + workerFields + `, COALESCE(a.login, ''),
    (SELECT count(*) FROM grid_assignment p WHERE p.worker_id = w.id AND p.role = 'a' AND p.valid @> $3::date)::int,
    COALESCE((SELECT sum(b.households) FROM grid_assignment p JOIN grid_building gb ON gb.grid_id = p.grid_id AND gb.valid @> $3::date
              JOIN building b ON b.id = gb.building_id WHERE p.worker_id = w.id AND p.role = 'a' AND p.valid @> $3::date), 0)::int
FROM grid_worker w LEFT JOIN account a ON a.id = w.account_id
WHERE ($1 OR EXISTS (SELECT FROM unnest($2::text[]) r WHERE w.community LIKE r || '%'))`

const workersOfCommunity = workersOnDay + ` AND w.community LIKE $4 || '%' AND w.valid @> $3::date ORDER BY w.community, w.id`
const oneWorkerOnDay = workersOnDay + ` AND w.id = $4::bigint`

func workersSeen(ctx context.Context, q pg.Querier, sql string, scope authz.Scope, day workday.Day, what any) ([]Worker, error) {
	rows, err := q.Query(ctx, sql, scope.All, texts(scope.Prefixes), day, what)
	if err != nil {
		return nil, fmt.Errorf("workers: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Worker, error) {
		var w Worker
		err := row.Scan(append(w.targets(), &w.Login, &w.Grids, &w.Households)...)
		return w, err
	})
	if err != nil {
		return nil, fmt.Errorf("workers: %w", err)
	}
	return out, nil
}

func texts(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

var workerMessages = map[string]fault.Field{
	"grid_worker_account":          {Name: "login", Message: "这个账号已经是另一位网格员的账号"},
	"grid_worker_name_check":       {Name: "name", Message: "姓名写 2 到 30 个字"},
	"grid_worker_phone_check":      {Name: "phone", Message: "电话写 5 到 20 位数字，可以有短横线"},
	"grid_worker_employment_check": {Name: "employment", Message: "请选择专职或者兼职"},
	"grid_worker_community_fkey":   {Name: "community", Message: "没有这个社区"},
}

// An account may be tied to a person of a community when it holds a post there today.
const accountHere = `
SELECT a.id FROM account a
WHERE a.login = $1 AND a.disabled_at IS NULL
  AND EXISTS (SELECT FROM account_post p WHERE p.account_id = a.id AND p.valid @> $3::date AND p.division LIKE $2 || '%')`

func accountOf(ctx context.Context, q pg.Querier, login, community string, day workday.Day) (int64, error) {
	var id int64
	err := q.QueryRow(ctx, accountHere, login, community, day).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, fault.InvalidField("login", "本社区没有这个账号，或者它在本社区没有岗位。请核对，或者先留空")
	}
	if err != nil {
		return 0, fmt.Errorf("account: %w", err)
	}
	return id, nil
}

const insertWorkerSQL = `
INSERT INTO grid_worker (account_id, community, name, phone, employment, valid)
VALUES (NULLIF($1::bigint, 0), $2, $3, $4, $5, daterange($6::date, $7::date)) RETURNING id`

func insertWorker(ctx context.Context, tx *pg.Tx, w *Worker) error {
	err := tx.QueryRow(ctx, insertWorkerSQL, w.AccountID, w.Community, w.Name, w.Phone, w.Employment, w.From, w.Until).Scan(&w.ID)
	if err != nil {
		return pg.Constraint(err, workerMessages)
	}
	return nil
}

const updateWorkerSQL = `
UPDATE grid_worker SET account_id = NULLIF($2::bigint, 0), community = $3, name = $4, phone = $5, employment = $6, valid = daterange($7::date, $8::date),
    version = version + 1
WHERE id = $1`

func updateWorker(ctx context.Context, tx *pg.Tx, w Worker) error {
	if _, err := tx.Exec(ctx, updateWorkerSQL, int64(w.ID), w.AccountID, w.Community, w.Name, w.Phone, w.Employment, w.From, w.Until); err != nil {
		return pg.Constraint(err, workerMessages)
	}
	return nil
}

// What binds a person from a day on: lines of posts, and handovers that wait for a signature.
const selectBinds = `
SELECT v.name || CASE p.role WHEN 'a' THEN ' A 岗' WHEN 'b' THEN ' B 岗' ELSE ' 网格长' END
FROM grid_assignment p JOIN grid_version v ON v.grid_id = p.grid_id AND v.valid @> GREATEST(lower(p.valid), $2::date)
WHERE p.worker_id = $1 AND NOT isempty(p.valid) AND p.valid && daterange($2::date, NULL)
UNION ALL
SELECT v.name || ' 的移交单' FROM grid_handover h JOIN grid_version v ON v.grid_id = h.grid_id AND v.valid @> $2::date
WHERE $1 IN (h.receiver_id, h.giver_id) AND h.state IN ('drawn', 'given')`

func bindsOf(ctx context.Context, q pg.Querier, id WorkerID, from workday.Day) ([]string, error) {
	rows, err := q.Query(ctx, selectBinds, int64(id), from)
	if err != nil {
		return nil, fmt.Errorf("posts of a worker: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("posts of a worker: %w", err)
	}
	return out, nil
}
