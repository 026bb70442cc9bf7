package notice

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/pg"
	"portal/internal/workday"
)

const insertObjectionSQL = `
INSERT INTO objection (notice_id, n, words, person, code_index, received_at, phone_index) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`

func insertObjection(ctx context.Context, tx *pg.Tx, o *Objection, codeIndex, phoneIndex []byte) error {
	err := tx.QueryRow(ctx, insertObjectionSQL, o.NoticeID, o.N, o.Words, o.Person, codeIndex, tx.Now, phoneIndex).Scan(&o.ID)
	if err != nil {
		return fmt.Errorf("objection: %w", err)
	}
	return nil
}

const selectObjection = `
SELECT o.id, o.notice_id, o.n, o.words, o.person, o.received_at, l.due_on, COALESCE(NOT l.not_before, false) AS due_exact, COALESCE(l.id, 0) AS deadline,
    o.gist, o.reply, COALESCE(a.name, '') AS replied_by_name, o.replied_at, o.version AS row_version, n.year, n.seq, v.plain_title, n.division, d.name AS division_name
FROM objection o
JOIN notice n ON n.id = o.notice_id
JOIN notice_version v ON v.notice_id = o.notice_id AND v.n = o.n
JOIN division d ON d.code = n.division
LEFT JOIN account a ON a.id = o.replied_by
LEFT JOIN deadline l ON l.object_kind = 'objection' AND l.object_id = o.id AND l.kind = 'objection.reply'`

const objectionByID = selectObjection + ` WHERE o.id = $1`
const objectionByIDLocked = objectionByID + ` FOR UPDATE OF o`

// A receipt is followed only while its notice can be read by all.
const objectionByCode = selectObjection + ` WHERE o.code_index = ANY($1) AND ` + publicOnly
const repliesOf = selectObjection + ` WHERE o.notice_id = $1 AND o.replied_at IS NOT NULL ORDER BY o.replied_at, o.id LIMIT 200`
const objectionsOf = selectObjection + ` WHERE o.notice_id = $1 ORDER BY o.id LIMIT 200`
const objectionsDue = selectObjection + `
WHERE o.replied_at IS NULL AND l.stopped_on IS NULL AND NOT l.not_before AND l.due_on <= $1::date
  AND (o.reminded_on IS NULL OR o.reminded_on <= $2::date) ORDER BY o.id LIMIT 200`

func objections(ctx context.Context, q pg.Querier, sql string, args ...any) ([]Objection, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("objections: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[Objection])
	if err != nil {
		return nil, fmt.Errorf("objections: %w", err)
	}
	return out, nil
}

func oneObjection(ctx context.Context, q pg.Querier, sql string, args ...any) (Objection, error) {
	all, err := objections(ctx, q, sql, args...)
	if err != nil {
		return Objection{}, err
	}
	if len(all) == 0 {
		return Objection{}, errNoObjection
	}
	return all[0], nil
}

const saveReplySQL = `
UPDATE objection SET gist = $3, reply = $4, replied_by = $5, replied_at = $6, version = version + 1 WHERE id = $1 AND version = $2`

func saveReply(ctx context.Context, tx *pg.Tx, o Objection, in Answer) error {
	tag, err := tx.Exec(ctx, saveReplySQL, o.ID, o.RowVersion, in.Gist, in.Reply, tx.Actor.AccountID, tx.Now)
	if err != nil {
		return fmt.Errorf("reply: %w", err)
	}
	if tag.RowsAffected() != 1 {
		return errStale
	}
	return nil
}

const remindObjectionSQL = `
UPDATE objection SET reminded_on = $2 WHERE id = $1 AND replied_at IS NULL AND (reminded_on IS NULL OR reminded_on <= $3::date)`

func remindObjection(ctx context.Context, tx *pg.Tx, id ObjectionID, today, before workday.Day) (bool, error) {
	tag, err := tx.Exec(ctx, remindObjectionSQL, id, today, before)
	if err != nil {
		return false, fmt.Errorf("remind: %w", err)
	}
	return tag.RowsAffected() == 1, nil
}

const selectCodeIndex = `SELECT code_index FROM objection WHERE id = $1`

func codeIndexOf(ctx context.Context, q pg.Querier, id ObjectionID) (index []byte, err error) {
	if err := q.QueryRow(ctx, selectCodeIndex, id).Scan(&index); errors.Is(err, pgx.ErrNoRows) {
		return nil, errNoObjection
	} else if err != nil {
		return nil, fmt.Errorf("objection: %w", err)
	}
	return index, nil
}

const takeBrakeSQL = `
INSERT INTO objection_brake AS b (brake, slot, taken) VALUES ($1, $2, 1)
ON CONFLICT (brake, slot) DO UPDATE SET taken = b.taken + 1
RETURNING taken`

func takeBrake(ctx context.Context, tx *pg.Tx, brake string, slot time.Time) (taken int, err error) {
	if err := tx.QueryRow(ctx, takeBrakeSQL, brake, slot).Scan(&taken); err != nil {
		return 0, fmt.Errorf("brake: %w", err)
	}
	return taken, nil
}

const sweepBrakeSQL = `DELETE FROM objection_brake WHERE slot < $1`

func sweepBrake(ctx context.Context, q pg.Querier, before time.Time) error {
	if _, err := q.Exec(ctx, sweepBrakeSQL, before); err != nil {
		return fmt.Errorf("brake: %w", err)
	}
	return nil
}
