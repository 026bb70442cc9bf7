package request

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"portal/internal/fault"
	"portal/internal/pg"
)

var (
	// ErrNoRequest reads the same for a number that does not exist and one out of reach.
	ErrNoRequest = fault.NotFound("没有找到这件诉求。可能是编号不完整，或者不在你的职责范围内")
	errStale     = fault.Conflict("这件诉求刚才由他人办过了。打开最新的一页再办")
	errWithdrawn = fault.Conflict("这件诉求已经由居民撤回，不再办理。请回到列表查看")
)

const requestColumns = `
r.id, r.no, r.order_id, r.home_order, r.kind, r.category, c.name AS category_name, r.title, r.words, COALESCE(r.community, '') AS community,
COALESCE(d.name, '') AS community_name, COALESCE(r.building_id, 0) AS building_id, COALESCE(b.compound || b.name, '') AS building,
COALESCE(r.grid_id, 0) AS grid_id, r.channel, r.confidential, r.reveal_agreed, r.minor, r.notice_version, r.person IS NOT NULL AS has_person,
r.phone_index IS NOT NULL AS has_phone, COALESCE(r.same_as, 0) AS same_as, COALESCE(r.taken_by, 0) AS taken_by, COALESCE(a.name, '') AS taken_by_name,
r.submitted_at, r.contact_due, r.due_at, r.contacted_at, r.reply, r.replied_at, r.withdrawn_at, r.settled_at, r.anonymised_at, r.version`

const fromRequest = `
FROM request r
JOIN request_category c ON c.code = r.category
LEFT JOIN division d ON d.code = r.community
LEFT JOIN building b ON b.id = r.building_id
LEFT JOIN account a ON a.id = r.taken_by`

const (
	selectRequest = `SELECT ` + requestColumns + fromRequest
	requestByNo   = selectRequest + ` WHERE r.no = $1`
	requestByID   = selectRequest + ` WHERE r.id = $1`
	requestLocked = requestByID + ` FOR UPDATE OF r`
	requestsOf    = selectRequest + ` WHERE r.order_id = $1 ORDER BY r.id`
	// Requests are always locked in the order of their ids, so that two acts never wait for each other.
	requestsOfLocked = requestsOf + ` FOR UPDATE OF r`
	requestsNamed    = selectRequest + ` WHERE r.no = ANY($1) ORDER BY r.id FOR UPDATE OF r`
)

func requests(ctx context.Context, q pg.Querier, sql string, args ...any) ([]Request, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("requests: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[Request])
	if err != nil {
		return nil, fmt.Errorf("requests: %w", err)
	}
	return out, nil
}

func oneRequest(ctx context.Context, q pg.Querier, sql string, args ...any) (Request, error) {
	all, err := requests(ctx, q, sql, args...)
	if err != nil {
		return Request{}, err
	}
	if len(all) == 0 {
		return Request{}, ErrNoRequest
	}
	return all[0], nil
}

var requestFields = map[string]fault.Field{
	"request_title_check":         {Name: "title", Message: "标题写 2 到 40 个字"},
	"request_words_check":         {Name: "words", Message: "请用 2 到 1000 个字说明情况"},
	"request_kind_check":          {Name: "kind", Message: "请选择诉求类型"},
	"request_category_fkey":       {Name: "category", Message: "请从分类中选择一项"},
	"request_community_fkey":      {Name: "place", Message: "请选择本街道的社区"},
	"request_building_id_fkey":    {Name: "place", Message: "请从查到的地点中选择"},
	"request_grid_id_fkey":        {Name: "place", Message: "请从查到的地点中选择"},
	"request_channel_check":       {Name: "channel", Message: "请选择来源"},
	"request_note_words_check":    {Name: "words", Message: "请用 2 到 500 个字补充"},
	"callback_words_check":        {Name: "words", Message: "最多 500 个字"},
	"callback_answers":            {Name: "reached", Message: "没有联系到本人时，不能填写评价"},
	"reveal_purpose_check":        {Name: "purpose", Message: "用途写 2 到 100 个字"},
	"request_category_name_check": {Name: "name", Message: "名称写 2 到 40 个字"},
}

const insertRequest = `
INSERT INTO request (no, order_id, home_order, kind, category, title, words, community, building_id, grid_id, channel, confidential, reveal_agreed,
    minor, notice_version, person, phone_index, same_as, code_index, token_index, codes, taken_by, submitted_at, contact_due, due_at)
VALUES ($1, $2, $2, $3, $4, $5, $6, NULLIF($7, ''), NULLIF($8::bigint, 0), NULLIF($9::bigint, 0), $10, $11, $12, $13, $14, $15, $16,
    NULLIF($17::bigint, 0), $18, $19, $20, NULLIF($21::bigint, 0), $22, $23, $24)
RETURNING id`

// sealedRow is what of a new request only the key file opens.
type sealedRow struct {
	person, phoneIndex           []byte
	codeIndex, tokenIndex, codes []byte
}

func storeRequest(ctx context.Context, tx *pg.Tx, r *Request, s sealedRow) error {
	err := tx.QueryRow(ctx, insertRequest, r.No, r.HomeOrder, string(r.Kind), r.Category, r.Title, r.Words, r.Community, r.BuildingID, r.GridID,
		string(r.Channel), r.Confidential, r.RevealAgreed, r.Minor, r.NoticeVersion, s.person, s.phoneIndex, int64(r.SameAs), s.codeIndex,
		s.tokenIndex, s.codes, r.TakenBy, r.SubmittedAt, r.ContactDue, r.DueAt).Scan(&r.ID)
	if err != nil {
		return pg.Constraint(fmt.Errorf("store request: %w", err), requestFields)
	}
	return nil
}

const updateRequest = `
UPDATE request SET order_id = $3, category = $4, contact_due = $5, due_at = $6, contacted_at = $7, reply = $8, replied_at = $9, withdrawn_at = $10,
    settled_at = $11, version = version + 1
WHERE id = $1 AND version = $2`

// saveRequest stores what may change in the life of a request.
func saveRequest(ctx context.Context, tx *pg.Tx, r *Request) error {
	tag, err := tx.Exec(ctx, updateRequest, int64(r.ID), r.Version, r.OrderID, r.Category, r.ContactDue, r.DueAt, r.ContactedAt, r.Reply, r.RepliedAt,
		r.WithdrawnAt, r.SettledAt)
	if err != nil {
		return pg.Constraint(fmt.Errorf("save request: %w", err), requestFields)
	}
	if tag.RowsAffected() != 1 {
		return errStale
	}
	r.Version++
	return nil
}

const insertNote = `INSERT INTO request_note (request_id, at, from_resident, words) VALUES ($1, $2, $3, $4)`

func addNote(ctx context.Context, tx *pg.Tx, id ID, fromResident bool, words string) error {
	_, err := tx.Exec(ctx, insertNote, int64(id), tx.Now, fromResident, words)
	return pg.Constraint(err, requestFields)
}

const selectNotes = `SELECT at, from_resident, words FROM request_note WHERE request_id = $1 ORDER BY id`

func notesOf(ctx context.Context, q pg.Querier, id ID) ([]Note, error) {
	rows, err := q.Query(ctx, selectNotes, int64(id))
	if err != nil {
		return nil, fmt.Errorf("notes: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Note])
}

const countNotes = `SELECT count(*) FROM request_note WHERE request_id = $1 AND from_resident`

func residentNotes(ctx context.Context, q pg.Querier, id ID) (n int, err error) {
	err = q.QueryRow(ctx, countNotes, int64(id)).Scan(&n)
	return n, err
}

const sameOfPerson = selectRequest + `
JOIN work_order o ON o.id = r.order_id
WHERE r.phone_index = ANY($1) AND r.category = $2 AND r.building_id IS NOT DISTINCT FROM NULLIF($3::bigint, 0)
  AND r.community IS NOT DISTINCT FROM NULLIF($4, '') AND r.withdrawn_at IS NULL AND o.closed_at IS NULL
  AND r.kind <> 'report' AND NOT r.confidential
ORDER BY r.id LIMIT 1`

const relapseOf = `
SELECT o.id FROM work_order o
WHERE o.category = $1 AND o.building_id = $2 AND o.state = 'closed' AND o.source = 'request' AND o.closed_at > $3
ORDER BY o.closed_at DESC, o.id DESC LIMIT 1`

func lastClosed(ctx context.Context, q pg.Querier, f Filing, since any) (int64, error) {
	if f.Building == 0 {
		return 0, nil
	}
	var id int64
	err := q.QueryRow(ctx, relapseOf, f.Category, f.Building, since).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("relapse: %w", err)
	}
	return id, nil
}
