package grid

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/workday"
)

const leaveColumns = `
SELECT l.id, l.worker_id AS worker, w.name AS worker_name, w.community, COALESCE(w.account_id, 0) AS account, lower(l.valid) AS from, upper(l.valid) AS until, l.kind
FROM grid_leave l JOIN grid_worker w ON w.id = l.worker_id `

const selectLeavesOn = leaveColumns + `WHERE l.valid @> $1::date`
const selectLeavesFrom = leaveColumns + `WHERE w.community LIKE $1 || '%' AND l.valid && daterange($2::date, NULL) ORDER BY lower(l.valid), l.id`
const selectLeave = leaveColumns + `WHERE l.id = $1 AND NOT isempty(l.valid)`

func leaves(ctx context.Context, q pg.Querier, sql string, args ...any) ([]Leave, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("leaves: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[Leave])
	if err != nil {
		return nil, fmt.Errorf("leaves: %w", err)
	}
	return out, nil
}

// leavesOn gives who is away on a day.
func leavesOn(ctx context.Context, q pg.Querier, day workday.Day) (map[WorkerID]Leave, error) {
	all, err := leaves(ctx, q, selectLeavesOn, day)
	out := make(map[WorkerID]Leave, len(all))
	for _, l := range all {
		out[l.Worker] = l
	}
	return out, err
}

func leaveByID(ctx context.Context, q pg.Querier, id int64) (Leave, error) {
	found, err := leaves(ctx, q, selectLeave, id)
	if err == nil && len(found) == 0 {
		err = errNoLeave
	}
	if err != nil {
		return Leave{}, err
	}
	return found[0], nil
}

var errNoLeave = fault.NotFound("没有这次请假。可能已经撤销，或者不在你的职责范围内")

var leaveFields = map[string]fault.Field{
	"grid_leave_one":        {Name: "from", Message: "这几天里已经登记过请假。请先撤销那一次"},
	"grid_leave_kind_check": {Name: "kind", Message: "请选择请假类别"},
}

const insertLeaveSQL = `INSERT INTO grid_leave (worker_id, valid, kind) VALUES ($1, daterange($2::date, $3::date), $4) RETURNING id`

func insertLeave(ctx context.Context, tx *pg.Tx, l Leave) (int64, error) {
	var id int64
	if err := tx.QueryRow(ctx, insertLeaveSQL, int64(l.Worker), l.From, l.Until, string(l.Kind)).Scan(&id); err != nil {
		return 0, pg.Constraint(err, leaveFields)
	}
	return id, nil
}

const endLeaveSQL = `UPDATE grid_leave SET valid = daterange(lower(valid), GREATEST(lower(valid), $2::date)) WHERE id = $1`

func endLeave(ctx context.Context, tx *pg.Tx, id int64, day workday.Day) error {
	if _, err := tx.Exec(ctx, endLeaveSQL, id, day); err != nil {
		return fmt.Errorf("end a leave: %w", err)
	}
	return nil
}

const selectTeam = `
SELECT id, part, post, unit, phone, lower(valid) AS from, upper(valid) AS until FROM grid_team_post
WHERE grid_id = $1 AND valid @> $2::date ORDER BY array_position(ARRAY['lead','backbone','helper'], part), id`

func teamOn(ctx context.Context, q pg.Querier, id ID, day workday.Day) ([]TeamPost, error) {
	rows, err := q.Query(ctx, selectTeam, int64(id), day)
	if err != nil {
		return nil, fmt.Errorf("team: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[TeamPost])
	if err != nil {
		return nil, fmt.Errorf("team: %w", err)
	}
	return out, nil
}

var teamFields = map[string]fault.Field{
	"grid_team_post_post_check":  {Name: "post", Message: "岗位写 2 到 40 个字"},
	"grid_team_post_unit_check":  {Name: "unit", Message: "单位写 2 到 60 个字"},
	"grid_team_post_phone_check": {Name: "phone", Message: "电话最多 20 位数字，可以有短横线"},
	"grid_team_post_part_check":  {Name: "part", Message: "请选择牵头、骨干或者协同"},
}

const insertTeamPost = `INSERT INTO grid_team_post (grid_id, part, post, unit, phone, valid) VALUES ($1, $2, $3, $4, $5, daterange($6::date, NULL)) RETURNING id`

func addTeamPost(ctx context.Context, tx *pg.Tx, id ID, p *TeamPost) error {
	err := tx.QueryRow(ctx, insertTeamPost, int64(id), string(p.Part), p.Post, p.Unit, p.Phone, p.From).Scan(&p.ID)
	if err != nil {
		return pg.Constraint(err, teamFields)
	}
	return nil
}

const gridOfTeamPost = `SELECT grid_id, post FROM grid_team_post WHERE id = $1 AND valid @> $2::date`
const endTeamPostSQL = `UPDATE grid_team_post SET valid = daterange(lower(valid), $2::date) WHERE id = $1`

var errNoTeamPost = fault.NotFound("没有这个团队岗位。可能已经撤下，或者不在你的职责范围内")

func teamPostGrid(ctx context.Context, q pg.Querier, post int64, day workday.Day) (id ID, name string, err error) {
	err = q.QueryRow(ctx, gridOfTeamPost, post, day).Scan(&id, &name)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, "", errNoTeamPost
	}
	if err != nil {
		return 0, "", fmt.Errorf("team post: %w", err)
	}
	return id, name, nil
}

func endTeamPost(ctx context.Context, tx *pg.Tx, post int64, day workday.Day) error {
	if _, err := tx.Exec(ctx, endTeamPostSQL, post, day); err != nil {
		return fmt.Errorf("end a team post: %w", err)
	}
	return nil
}
