package workorder

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"portal/internal/fault"
	"portal/internal/pg"
)

const selectWhistle = `
SELECT w.id, w.no, w.kind, COALESCE(w.order_id, 0), COALESCE(o.no, ''), w.community, d.name, w.title, w.facts, w.effort, w.place, w.meet_at, w.state,
    w.drafted_by, a.name, w.drafted_at, COALESCE(b.name, ''), w.blown_at, w.solved_at, w.solution, w.confirmed_at, w.closed_at, w.escalated_at,
    w.street_marks, w.abused, w.version
FROM whistle w JOIN division d ON d.code = w.community JOIN account a ON a.id = w.drafted_by
LEFT JOIN account b ON b.id = w.approved_by LEFT JOIN work_order o ON o.id = w.order_id`

const whistleByNo = selectWhistle + ` WHERE w.no = $1`
const whistlesOfOrder = selectWhistle + ` WHERE w.order_id = $1 ORDER BY w.id DESC LIMIT 50`
const lockWhistleByID = selectWhistle + ` WHERE w.id = $1 FOR UPDATE OF w`

func scanWhistle(row pgx.CollectableRow) (Whistle, error) {
	var w Whistle
	err := row.Scan(&w.ID, &w.No, &w.Kind, &w.Order, &w.OrderNo, &w.Community, &w.CommunityName, &w.Title, &w.Facts, &w.Effort, &w.Place, &w.MeetAt, &w.State,
		&w.DraftedBy, &w.DraftedByName, &w.DraftedAt, &w.ApprovedBy, &w.BlownAt, &w.SolvedAt, &w.Solution, &w.ConfirmedAt, &w.ClosedAt, &w.EscalatedAt,
		&w.StreetMarks, &w.Abused, &w.Version)
	return w, err
}

const selectWhistleUnits = `
SELECT x.whistle_id, x.unit_id, u.name, x.lead, x.signed_at, x.contacted_at, x.reported_at, x.reported_words, x.refused_at, x.refusal, x.missed_at,
    x.street_rates, x.community_rates, x.unit_rates
FROM whistle_unit x JOIN unit u ON u.id = x.unit_id WHERE x.whistle_id = ANY($1) ORDER BY x.whistle_id, x.lead DESC, u.name`

func whistles(ctx context.Context, q pg.Querier, sql string, args ...any) ([]Whistle, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("whistles: %w", err)
	}
	out, err := pgx.CollectRows(rows, scanWhistle)
	if err != nil {
		return nil, fmt.Errorf("whistles: %w", err)
	}
	return out, fillWhistles(ctx, q, out)
}

// fillWhistles adds the departments of many whistles in one query.
func fillWhistles(ctx context.Context, q pg.Querier, all []Whistle) error {
	at := make(map[WhistleID]int, len(all))
	ids := make([]int64, len(all))
	for i, w := range all {
		at[w.ID], ids[i] = i, int64(w.ID)
	}
	if len(ids) == 0 {
		return nil
	}
	rows, err := q.Query(ctx, selectWhistleUnits, ids)
	if err != nil {
		return fmt.Errorf("departments of whistles: %w", err)
	}
	var id WhistleID
	var u WhistleUnit
	_, err = pgx.ForEachRow(rows, []any{&id, &u.Unit, &u.Name, &u.Lead, &u.SignedAt, &u.ContactedAt, &u.ReportedAt, &u.ReportedWords, &u.RefusedAt,
		&u.Refusal, &u.MissedAt, &u.StreetRates, &u.CommunityRates, &u.UnitRates}, func() error {
		all[at[id]].Units = append(all[at[id]].Units, u)
		return nil
	})
	if err != nil {
		return fmt.Errorf("departments of whistles: %w", err)
	}
	return nil
}

func oneWhistle(ctx context.Context, q pg.Querier, sql string, args ...any) (Whistle, error) {
	all, err := whistles(ctx, q, sql, args...)
	if err != nil {
		return Whistle{}, err
	}
	if len(all) == 0 {
		return Whistle{}, ErrNoWhistle
	}
	return all[0], nil
}

func lockWhistle(ctx context.Context, tx *pg.Tx, id WhistleID) (Whistle, error) {
	return oneWhistle(ctx, tx, lockWhistleByID, int64(id))
}

var whistleFields = map[string]fault.Field{
	"whistle_title_check":    {Name: "title", Message: "简称写 2 到 40 个字"},
	"whistle_community_fkey": {Name: "community", Message: "请选择在哪个社区"},
	"whistle_one_lead":       {Name: "lead", Message: "只能有一个牵头单位"},
	"whistle_effort":         {Name: "effort", Message: "先写街道已经做了什么"},
}

const insertWhistleSQL = `
INSERT INTO whistle (no, kind, order_id, community, title, facts, effort, place, meet_at, state, drafted_by, drafted_at)
VALUES ($1, $2, NULLIF($3::bigint, 0), $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id`
const insertWhistleUnits = `INSERT INTO whistle_unit (whistle_id, unit_id, lead) SELECT $1, u, u = $3 FROM unnest($2::bigint[]) u`

func insertWhistle(ctx context.Context, tx *pg.Tx, no string, d WhistleDraft) (WhistleID, error) {
	var id WhistleID
	err := tx.QueryRow(ctx, insertWhistleSQL, no, string(d.Kind), int64(d.Order), d.Community, d.Title, d.Facts, d.Effort, d.Place, d.MeetAt,
		string(WhistleDrafted), tx.Actor.AccountID, tx.Now).Scan(&id)
	if err != nil {
		return 0, pg.Constraint(err, whistleFields)
	}
	_, err = tx.Exec(ctx, insertWhistleUnits, int64(id), d.Units, d.Lead)
	return id, pg.Constraint(err, whistleFields)
}

const updateWhistle = `
UPDATE whistle SET state = $3, blown_at = $4, solved_at = $5, solution = $6, confirmed_at = $7, closed_at = $8, escalated_at = $9, street_marks = $10,
    abused = $11, version = version + 1
WHERE id = $1 AND version = $2`
const updateWhistleUnit = `
UPDATE whistle_unit SET signed_at = $3, contacted_at = $4, reported_at = $5, reported_words = $6, refused_at = $7, refusal = $8, missed_at = $9,
    street_rates = $10, community_rates = $11, unit_rates = $12
WHERE whistle_id = $1 AND unit_id = $2`

// saveWhistle stores a whistle that was read under lock, with its departments.
func saveWhistle(ctx context.Context, tx *pg.Tx, w *Whistle) error {
	tag, err := tx.Exec(ctx, updateWhistle, int64(w.ID), w.Version, string(w.State), w.BlownAt, w.SolvedAt, w.Solution, w.ConfirmedAt, w.ClosedAt,
		w.EscalatedAt, w.StreetMarks, w.Abused)
	if err != nil {
		return pg.Constraint(err, whistleFields)
	}
	if tag.RowsAffected() != 1 {
		return errStale
	}
	w.Version++
	for _, u := range w.Units {
		if _, err := tx.Exec(ctx, updateWhistleUnit, int64(w.ID), u.Unit, u.SignedAt, u.ContactedAt, u.ReportedAt, u.ReportedWords, u.RefusedAt, u.Refusal,
			u.MissedAt, string(u.StreetRates), string(u.CommunityRates), string(u.UnitRates)); err != nil {
			return pg.Constraint(err, whistleFields)
		}
	}
	return nil
}

const setApproverSQL = `UPDATE whistle SET approved_by = NULLIF($2::bigint, 0) WHERE id = $1`

func setApprover(ctx context.Context, tx *pg.Tx, id WhistleID) error {
	if _, err := tx.Exec(ctx, setApproverSQL, int64(id), tx.Actor.AccountID); err != nil {
		return fmt.Errorf("approve a whistle: %w", err)
	}
	return nil
}

// stopWhistle ends every clock of a whistle.
func stopWhistle(ctx context.Context, tx *pg.Tx, id WhistleID) error {
	return stopUnitClocks(ctx, tx, id, 0)
}

// stopUnitClocks ends every clock of a department; unit 0 means that of all.
func stopUnitClocks(ctx context.Context, tx *pg.Tx, id WhistleID, unit int64) error {
	for _, k := range []ClockKind{WhistleSignClock, WhistleContactClock, WhistleReportClock} {
		if err := stopWhistleClock(ctx, tx, int64(id), k, unit); err != nil {
			return err
		}
	}
	return nil
}

const whistleClocksToDo = `
SELECT id FROM work_clock WHERE stopped_at IS NULL AND next_at <= $1 AND whistle_id IS NOT NULL ORDER BY next_at, id LIMIT $2`
