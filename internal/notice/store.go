package notice

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"portal/internal/fault"
	"portal/internal/pg"
)

var (
	// errNoNotice reads the same for a number that does not exist, one that was withdrawn and one out of reach.
	errNoNotice    = fault.NotFound("没有这份公示。可能是编号不完整，或者已经撤下")
	errNoObjection = fault.NotFound("没有这件异议。可能是编号不完整，或者不在你的职责范围内")
	errStale       = fault.Conflict("这份公示刚才由他人办过了。打开最新的一页再办")
	errNoPending   = fault.Conflict("没有等着签发的内容。先点“修改”写好新版本")
)

const versionColumns = `
v.n, v.title, v.plain_title, v.plain_summary, v.body, v.days, v.reason, v.written_by, w.name AS written_by_name, v.written_at,
COALESCE(c.name, '') AS cleared_by_name, COALESCE(i.name, '') AS issued_by_name, v.issued_at, v.from_on, v.last_on, v.why`

const fromVersion = `
FROM notice_version v
JOIN account w ON w.id = v.written_by
LEFT JOIN account c ON c.id = v.cleared_by
LEFT JOIN account i ON i.id = v.issued_by`

const noticeColumns = `
n.id, n.year, n.seq, n.kind, n.division, d.name AS division_name, n.state, n.shown, n.source, n.pair_of, n.board_on, n.exact, n.drafted_by,
b.name AS drafted_by_name, n.drafted_at, n.ended_at, n.end_reason, n.reminded_on, n.version AS row_version,
(SELECT count(*) FROM objection o WHERE o.notice_id = n.id AND o.replied_at IS NULL) AS open,
(SELECT count(*) FROM notice_file f WHERE f.notice_id = n.id AND f.from_n <= v.n AND (f.until_n IS NULL OR f.until_n > v.n)) AS files,
EXISTS (SELECT FROM notice_version p WHERE p.notice_id = n.id AND p.issued_at IS NULL AND p.n > n.shown) AS pending, ` + versionColumns

// The text of a notice is the one that hangs, or the only one of a draft.
const fromNotice = fromVersion + `
JOIN notice n ON n.id = v.notice_id AND v.n = GREATEST(n.shown, 1)
JOIN division d ON d.code = n.division
JOIN account b ON b.id = n.drafted_by`

const selectNotice = `SELECT ` + noticeColumns + fromNotice

const noticeByID = selectNotice + ` WHERE n.id = $1`
const noticeByIDLocked = noticeByID + ` FOR UPDATE OF n`
const noticeByNumber = selectNotice + ` WHERE n.year = $1 AND n.seq = $2`
const publicByNumber = noticeByNumber + ` AND ` + publicOnly

func notices(ctx context.Context, q pg.Querier, sql string, args ...any) ([]Notice, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("notices: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[Notice])
	if err != nil {
		return nil, fmt.Errorf("notices: %w", err)
	}
	return out, nil
}

func oneNotice(ctx context.Context, q pg.Querier, sql string, args ...any) (Notice, error) {
	all, err := notices(ctx, q, sql, args...)
	if err != nil {
		return Notice{}, err
	}
	if len(all) == 0 {
		return Notice{}, errNoNotice
	}
	return all[0], nil
}

// The messages of the constraints that two people can meet at once.
var noticeFields = map[string]fault.Field{
	"notice_source": {Name: "source", Message: "这件结果已经有一份公示，到公示栏里打开它"},
	"notice_pair":   {Name: "pair_of", Message: "这份决定已经有一份办理结果公示"},
}

const insertNoticeSQL = `
INSERT INTO notice (kind, division, state, source, pair_of, search_key, drafted_by, drafted_at) VALUES ($1, $2, 'draft', $3, $4, $5, $6, $7)
RETURNING id`

func insertNotice(ctx context.Context, tx *pg.Tx, n *Notice) error {
	err := tx.QueryRow(ctx, insertNoticeSQL, string(n.Kind), n.Division, n.Source, n.PairOf, n.searchKey(), tx.Actor.AccountID, tx.Now).Scan(&n.ID)
	if err != nil {
		return pg.Constraint(err, noticeFields)
	}
	n.RowVersion = 1
	return putVersion(ctx, tx, n.ID, n.Version)
}

const updateNotice = `
UPDATE notice SET year = $3, seq = $4, state = $5, shown = $6, pair_of = $7, search_key = $8, board_on = $9, exact = $10, ended_at = $11,
    end_reason = $12, reminded_on = $13, version = version + 1
WHERE id = $1 AND version = $2`

func saveNotice(ctx context.Context, tx *pg.Tx, n *Notice) error {
	tag, err := tx.Exec(ctx, updateNotice, n.ID, n.RowVersion, n.Year, n.Seq, string(n.State), n.Shown, n.PairOf, n.searchKey(), n.BoardOn, n.Exact,
		n.EndedAt, n.EndReason, n.RemindedOn)
	if err != nil {
		return pg.Constraint(err, noticeFields)
	}
	if tag.RowsAffected() != 1 {
		return errStale
	}
	n.RowVersion++
	return nil
}

// New words take the place of words that wait; who confirmed those has not seen these.
const putVersionSQL = `
INSERT INTO notice_version (notice_id, n, title, plain_title, plain_summary, body, days, reason, written_by, written_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (notice_id, n) DO UPDATE SET title = excluded.title, plain_title = excluded.plain_title, plain_summary = excluded.plain_summary,
    body = excluded.body, days = excluded.days, reason = excluded.reason, written_by = excluded.written_by, written_at = excluded.written_at,
    cleared_by = NULL, cleared_at = NULL
WHERE notice_version.issued_at IS NULL`

func putVersion(ctx context.Context, tx *pg.Tx, id ID, v Version) error {
	tag, err := tx.Exec(ctx, putVersionSQL, id, v.N, v.Title, v.PlainTitle, v.PlainSummary, v.Body, v.Days, v.Reason, tx.Actor.AccountID, tx.Now)
	if err != nil {
		return fmt.Errorf("words of a notice: %w", err)
	}
	if tag.RowsAffected() != 1 {
		return errStale
	}
	return nil
}

const clearVersionSQL = `UPDATE notice_version SET cleared_by = $3, cleared_at = $4 WHERE notice_id = $1 AND n = $2 AND issued_at IS NULL`

func clearVersion(ctx context.Context, tx *pg.Tx, id ID, n int) error {
	if _, err := tx.Exec(ctx, clearVersionSQL, id, n, tx.Actor.AccountID, tx.Now); err != nil {
		return fmt.Errorf("confirm words: %w", err)
	}
	return nil
}

const issueVersionSQL = `
UPDATE notice_version SET issued_by = $3, issued_at = $4, from_on = $5, last_on = $6, why = $7 WHERE notice_id = $1 AND n = $2 AND issued_at IS NULL`

func issueVersion(ctx context.Context, tx *pg.Tx, id ID, n int, w Window) error {
	tag, err := tx.Exec(ctx, issueVersionSQL, id, n, tx.Actor.AccountID, tx.Now, w.From, w.Last, w.Why)
	if err != nil {
		return fmt.Errorf("issue words: %w", err)
	}
	if tag.RowsAffected() != 1 {
		return errStale
	}
	return nil
}

const fixVersionSQL = `UPDATE notice_version SET last_on = $3, why = $4 WHERE notice_id = $1 AND n = $2`

func fixVersion(ctx context.Context, tx *pg.Tx, n Notice) error {
	if _, err := tx.Exec(ctx, fixVersionSQL, n.ID, n.Shown, n.LastOn, n.Why); err != nil {
		return fmt.Errorf("fix a window: %w", err)
	}
	return nil
}

const selectPending = `SELECT ` + versionColumns + fromVersion + ` WHERE v.notice_id = $1 AND v.n = $2 AND v.issued_at IS NULL`

// pendingOf gives the words that wait for a signature.
func pendingOf(ctx context.Context, q pg.Querier, n Notice) (Version, error) {
	all, err := versions(ctx, q, selectPending, n.ID, n.Shown+1)
	if err == nil && len(all) == 0 {
		err = errNoPending
	}
	if err != nil {
		return Version{}, err
	}
	return all[0], nil
}

func versions(ctx context.Context, q pg.Querier, sql string, args ...any) ([]Version, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("versions of a notice: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[Version])
	if err != nil {
		return nil, fmt.Errorf("versions of a notice: %w", err)
	}
	return out, nil
}

// What the clock looks for.
const noticesOver = selectNotice + ` WHERE n.state = 'issued' AND n.exact AND n.board_on < $1::date ORDER BY n.board_on, n.id LIMIT 200`
const noticesInexact = selectNotice + ` WHERE n.state = 'issued' AND NOT n.exact ORDER BY n.id LIMIT 200`
const decisionsWithoutResult = selectNotice + `
WHERE n.state = 'ended' AND n.kind = 'deliberation' AND n.reminded_on <= $1::date
  AND NOT EXISTS (SELECT FROM notice r WHERE r.pair_of = n.id AND ` + resultOut + `) ORDER BY n.id LIMIT 200`
const resultOut = `r.state IN ('issued', 'ended')`
