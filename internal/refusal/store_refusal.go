package refusal

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/workday"
)

const refusalColumns = `
r.id, r.task_id, t.year AS task_year, t.seq AS task_seq, t.title, r.kind, r.year, r.seq, r.outcome, r.reason_code, r.reason, r.letter, r.held,
r.held_clause, r.unit_id, COALESCE(u.name, t.requester_words) AS requester_name, r.community, d.name AS community_name, r.issued_by,
a.name AS issued_by_name, r.issued_at, r.state, r.answer, r.answer_words, r.answered_by, COALESCE(b.name, '') AS answered_by_name, r.answered_at,
r.released_at, r.due_on, r.version`

const fromRefusal = `
FROM refusal r
JOIN offlist_task t ON t.id = r.task_id
JOIN division d ON d.code = r.community
JOIN account a ON a.id = r.issued_by
LEFT JOIN account b ON b.id = r.answered_by
LEFT JOIN unit u ON u.id = r.unit_id`

const refusalByID = `SELECT ` + refusalColumns + fromRefusal + ` WHERE r.id = $1`
const refusalByIDLocked = refusalByID + ` FOR UPDATE OF r`
const refusalByNumber = `SELECT ` + refusalColumns + fromRefusal + ` WHERE r.kind = $1 AND r.year = $2 AND r.seq = $3`
const refusalOfTask = `SELECT ` + refusalColumns + fromRefusal + ` WHERE r.task_id = $1 ORDER BY r.id DESC LIMIT 1`
const refusalsHeld = `SELECT ` + refusalColumns + fromRefusal + ` WHERE r.state = 'held' AND ($1::bigint = 0 OR r.held_clause = $1) ORDER BY r.id LIMIT 500`

// A clock that is not exact yet (the year is not published) closes nothing.
const refusalsOverdue = `
SELECT ` + refusalColumns + fromRefusal + `
WHERE r.state = 'issued' AND r.due_on < $1::date
  AND NOT EXISTS (SELECT FROM deadline l WHERE l.object_kind = 'refusal' AND l.object_id = r.id AND l.stopped_on IS NULL AND l.not_before)
ORDER BY r.due_on, r.id LIMIT 500`

func refusals(ctx context.Context, q pg.Querier, sql string, args ...any) ([]Refusal, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("refusals: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[Refusal])
	if err != nil {
		return nil, fmt.Errorf("refusals: %w", err)
	}
	return out, nil
}

func oneRefusal(ctx context.Context, q pg.Querier, sql string, args ...any) (Refusal, error) {
	all, err := refusals(ctx, q, sql, args...)
	if err != nil {
		return Refusal{}, err
	}
	if len(all) == 0 {
		return Refusal{}, errNoRefusal
	}
	return all[0], nil
}

var refusalFields = map[string]fault.Field{
	"refusal_reason_check":       {Name: "reason", Message: "理由写 2 到 500 个字"},
	"refusal_answer_words_check": {Name: "words", Message: "最多 500 个字"},
}

const insertRefusalSQL = `
INSERT INTO refusal (task_id, kind, year, seq, outcome, reason_code, reason, letter, held, held_clause, unit_id, community, issued_by, issued_at, state, due_on)
VALUES ($1, $2, $3, $4, $5, $6, $7, '{}', $8, $9, $10, $11, $12, $13, $14, $15)
RETURNING id`

// insertRefusal stores the act; its letter follows once the clock has been counted.
func insertRefusal(ctx context.Context, tx *pg.Tx, r *Refusal) error {
	err := tx.QueryRow(ctx, insertRefusalSQL, r.TaskID, string(r.Kind), r.Year, r.Seq, string(r.Outcome), string(r.ReasonCode), r.Reason, r.Held,
		r.HeldClause, r.UnitID, r.Community, tx.Actor.AccountID, tx.Now, string(r.State), r.DueOn).Scan(&r.ID)
	if err != nil {
		return pg.Constraint(err, refusalFields)
	}
	r.Version = 1
	return nil
}

const updateRefusal = `
UPDATE refusal SET state = $3, letter = $4, answer = $5, answer_words = $6, answered_by = $7, answered_at = $8, released_at = $9, due_on = $10,
    version = version + 1
WHERE id = $1 AND version = $2`

func saveRefusal(ctx context.Context, tx *pg.Tx, r *Refusal) error {
	tag, err := tx.Exec(ctx, updateRefusal, r.ID, r.Version, string(r.State), r.Letter, r.Answer, r.AnswerWords, r.AnsweredBy, r.AnsweredAt, r.ReleasedAt, r.DueOn)
	if err != nil {
		return pg.Constraint(err, refusalFields)
	}
	if tag.RowsAffected() != 1 {
		return errStale
	}
	r.Version++
	return nil
}

const lockCommunity = `SELECT code FROM community WHERE code = $1 FOR NO KEY UPDATE`

const countSame = `
SELECT count(*) FROM refusal
WHERE unit_id = $1 AND community = $2 AND reason_code = $3 AND kind IN ('refuse', 'return') AND state <> 'void' AND issued_at >= $4`

// sameBefore counts the acts of one community against one unit for one reason since a day (R24).
// The community's row is locked first, so that of several at once each counts the others.
func sameBefore(ctx context.Context, tx *pg.Tx, r Refusal, since workday.Day) (n int, err error) {
	var code string
	if err := tx.QueryRow(ctx, lockCommunity, r.Community).Scan(&code); err != nil {
		return 0, fmt.Errorf("lock community: %w", err)
	}
	if err := tx.QueryRow(ctx, countSame, r.UnitID, r.Community, string(r.ReasonCode), since.Start()).Scan(&n); err != nil {
		return 0, fmt.Errorf("count equal refusals: %w", err)
	}
	return n, nil
}
