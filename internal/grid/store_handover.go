package grid

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/page"
	"portal/internal/pg"
	"portal/internal/workday"
)

// ErrNoHandover answers for a handover that is missing or out of reach, and for an act on it that is: all read alike.
var ErrNoHandover = fault.NotFound("没有这张移交单。可能是编号不完整，或者不在你的职责范围内")

const handoverColumns = `
h.id, h.grid_id, g.code, COALESCE((SELECT v.name FROM grid_version v WHERE v.grid_id = g.id AND NOT isempty(v.valid)
    ORDER BY v.valid @> h.planned DESC, lower(v.valid) DESC LIMIT 1), g.code),
g.community, d.name, h.role, h.planned, h.state, h.reason,
(SELECT count(*) FROM grid_handover_entry e WHERE e.handover_id = h.id AND e.read_at IS NULL)::int,
h.made_at, h.given_at, COALESCE(ga.name, ''), h.received_at, COALESCE(ra.name, ''), h.closed_at, h.effective, h.close_reason, h.version,
` + workerFields + `,
COALESCE(v.id, 0), COALESCE(v.account_id, 0), COALESCE(v.community, ''), COALESCE(v.name, ''), COALESCE(v.phone, ''), COALESCE(v.employment, ''),
lower(v.valid), upper(v.valid), COALESCE(v.version, 0)`

// w is the receiver, v the giver.
const fromHandovers = `
FROM grid_handover h
JOIN grid g ON g.id = h.grid_id
JOIN division d ON d.code = g.community
JOIN grid_worker w ON w.id = h.receiver_id
LEFT JOIN grid_worker v ON v.id = h.giver_id
LEFT JOIN account ga ON ga.id = h.given_by
LEFT JOIN account ra ON ra.id = h.received_by`

const selectHandover = `SELECT ` + handoverColumns + fromHandovers + ` WHERE h.id = $1`
const lockHandoverRow = `SELECT ` + handoverColumns + fromHandovers + ` WHERE h.id = $1 FOR UPDATE OF h`
const selectOpenHandover = `SELECT ` + handoverColumns + fromHandovers + ` WHERE h.grid_id = $1 AND h.role = $2 AND h.state IN ('drawn', 'given')`
const selectMyHandovers = `SELECT ` + handoverColumns + fromHandovers + `
WHERE (v.account_id = $1 OR w.account_id = $1) AND h.state IN ('drawn', 'given') ORDER BY h.planned, h.id`

const handoversWhere = fromHandovers + `
WHERE ($1 OR EXISTS (SELECT FROM unnest($2::text[]) r WHERE g.community LIKE r || '%') OR $3::bigint <> 0 AND $3::bigint IN (v.account_id, w.account_id))
  AND g.community LIKE $4 || '%' AND ($5 = (h.state IN ('drawn', 'given')))`
const handoversForward = `SELECT ` + handoverColumns + handoversWhere + ` AND ($6::bigint = 0 OR h.id < $6) ORDER BY h.id DESC LIMIT $7`
const handoversBack = `SELECT ` + handoverColumns + handoversWhere + ` AND h.id > $6 ORDER BY h.id LIMIT $7`

// Open handovers whose planned day has passed.
const selectLateHandovers = `SELECT ` + handoverColumns + fromHandovers + ` WHERE h.state IN ('drawn', 'given') AND h.planned < $1::date ORDER BY h.id`

func scanHandover(row pgx.CollectableRow) (Handover, error) {
	var h Handover
	into := []any{&h.ID, &h.GridID, &h.GridCode, &h.GridName, &h.Community, &h.CommunityName, &h.Role, &h.Planned, &h.State, &h.Reason, &h.Unread,
		&h.MadeAt, &h.GivenAt, &h.GivenBy, &h.ReceivedAt, &h.ReceivedBy, &h.ClosedAt, &h.Effective, &h.CloseReason, &h.Version}
	into = append(into, h.Receiver.targets()...)
	err := row.Scan(append(into, h.Giver.targets()...)...)
	return h, err
}

func handovers(ctx context.Context, q pg.Querier, sql string, args ...any) ([]Handover, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("handovers: %w", err)
	}
	out, err := pgx.CollectRows(rows, scanHandover)
	if err != nil {
		return nil, fmt.Errorf("handovers: %w", err)
	}
	return out, nil
}

func oneHandover(ctx context.Context, q pg.Querier, sql string, id HandoverID) (Handover, error) {
	found, err := handovers(ctx, q, sql, int64(id))
	if err != nil {
		return Handover{}, err
	}
	if len(found) == 0 {
		return Handover{}, ErrNoHandover
	}
	return found[0], nil
}

// openHandover gives the one open handover of a post, or the zero one.
func openHandover(ctx context.Context, q pg.Querier, g ID, role Role) (Handover, error) {
	found, err := handovers(ctx, q, selectOpenHandover, int64(g), string(role))
	if err != nil || len(found) == 0 {
		return Handover{}, err
	}
	return found[0], nil
}

const handoverSort = "grid.handovers"
const handoverPage = 30

func listHandovers(ctx context.Context, q pg.Querier, scope authz.Scope, community string, open bool, cursor string) (page.Page[Handover], error) {
	at, err := page.Decode(cursor, handoverSort, 0)
	if err != nil {
		return page.Page[Handover]{}, fault.InvalidField("", err.Error())
	}
	args := []any{scope.All, texts(scope.Prefixes), scope.Account, community, open, at.ID, handoverPage + 1}
	var found []Handover
	if at.Back {
		found, err = handovers(ctx, q, handoversBack, args...)
	} else {
		found, err = handovers(ctx, q, handoversForward, args...)
	}
	if err != nil {
		return page.Page[Handover]{}, err
	}
	return page.Cut(found, handoverPage, at, func(h Handover) page.Cursor { return page.Cursor{Sort: handoverSort, ID: int64(h.ID)} }), nil
}

const selectEntries = `SELECT id, kind, words, read_at FROM grid_handover_entry WHERE handover_id = $1 ORDER BY id`

func entriesOf(ctx context.Context, q pg.Querier, id HandoverID) ([]Entry, error) {
	rows, err := q.Query(ctx, selectEntries, int64(id))
	if err != nil {
		return nil, fmt.Errorf("entries: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[Entry])
	if err != nil {
		return nil, fmt.Errorf("entries: %w", err)
	}
	return out, nil
}

var handoverFields = map[string]fault.Field{
	"grid_handover_one_open":           {Name: "worker", Message: "这个岗位已经有一张移交单正在办理"},
	"grid_handover_reason_check":       {Name: "reason", Message: "理由最多 200 个字"},
	"grid_handover_close_reason_check": {Name: "reason", Message: "理由最多 200 个字"},
	"grid_handover_entry_words_check":  {Name: "words", Message: "每条写 1 到 200 个字"},
	"grid_handover_entry_kind_check":   {Name: "kind", Message: "请选择未办完的事、钥匙或者说明"},
}

const insertHandoverSQL = `
INSERT INTO grid_handover (grid_id, role, giver_id, receiver_id, planned, state, reason, made_at)
VALUES ($1, $2, NULLIF($3::bigint, 0), $4, $5, 'drawn', $6, $7) RETURNING id`

func insertHandover(ctx context.Context, tx *pg.Tx, g ID, role Role, giver, receiver WorkerID, planned workday.Day, reason string) (HandoverID, error) {
	var id HandoverID
	err := tx.QueryRow(ctx, insertHandoverSQL, int64(g), string(role), int64(giver), int64(receiver), planned, reason, tx.Now).Scan(&id)
	if err != nil {
		return 0, pg.Constraint(err, handoverFields)
	}
	return id, nil
}

const updateHandoverSQL = `
UPDATE grid_handover SET state = $2, given_at = $3, given_by = COALESCE(NULLIF($4::bigint, 0), given_by), received_at = $5,
    received_by = COALESCE(NULLIF($6::bigint, 0), received_by), closed_at = $7, effective = $8, close_reason = $9, version = version + 1
WHERE id = $1`

// saveHandover keeps a handover after an act; signer is who gave or received with it.
func saveHandover(ctx context.Context, tx *pg.Tx, h Handover, giver, receiver int64) error {
	_, err := tx.Exec(ctx, updateHandoverSQL, int64(h.ID), string(h.State), h.GivenAt, giver, h.ReceivedAt, receiver, h.ClosedAt, h.Effective, h.CloseReason)
	if err != nil {
		return pg.Constraint(err, handoverFields)
	}
	return nil
}

const insertEntrySQL = `INSERT INTO grid_handover_entry (handover_id, kind, words) VALUES ($1, $2, $3)`
const deleteEntrySQL = `DELETE FROM grid_handover_entry WHERE id = $1 AND handover_id = $2 AND read_at IS NULL`
const readEntriesSQL = `
UPDATE grid_handover_entry SET read_at = $3
WHERE handover_id = $1 AND read_at IS NULL AND (cardinality($2::bigint[]) = 0 OR id = ANY($2::bigint[]))`

func insertEntry(ctx context.Context, tx *pg.Tx, h HandoverID, e Entry) error {
	if _, err := tx.Exec(ctx, insertEntrySQL, int64(h), string(e.Kind), e.Words); err != nil {
		return pg.Constraint(err, handoverFields)
	}
	return nil
}

func deleteEntry(ctx context.Context, tx *pg.Tx, h HandoverID, entry int64) (bool, error) {
	tag, err := tx.Exec(ctx, deleteEntrySQL, entry, int64(h))
	if err != nil {
		return false, fmt.Errorf("remove an entry: %w", err)
	}
	return tag.RowsAffected() == 1, nil
}

func markEntriesRead(ctx context.Context, tx *pg.Tx, h HandoverID, ids []int64) error {
	if ids == nil {
		ids = []int64{}
	}
	if _, err := tx.Exec(ctx, readEntriesSQL, int64(h), ids, tx.Now); err != nil {
		return fmt.Errorf("mark entries as read: %w", err)
	}
	return nil
}
