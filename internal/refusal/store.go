package refusal

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"portal/internal/fault"
	"portal/internal/pg"
)

var (
	// errNoTask reads the same for a number that does not exist and one that is out of reach.
	errNoTask    = fault.NotFound("没有这件清单外任务。可能是编号不完整，或者不是本社区登记的")
	errNoRefusal = fault.NotFound("没有这个编号的函。可能是编号不完整，或者不在你的职责范围内")
	errStale     = fault.Conflict("这件事刚才由他人办过了。打开最新的一页再办")
)

const taskColumns = `
t.id, t.year, t.seq, t.community, d.name AS community_name, t.requester_id, t.requester_words, COALESCE(u.name, t.requester_words) AS requester_name,
t.requester_kind, t.title, t.title_key, t.words, t.channel, t.asked_on, t.asked_time, t.asked_by, t.demands_primary, t.payer, t.consent_given,
t.certificate, t.basis_words, t.basis_doc_key, t.basis_version, t.basis_article, t.basis_fit, t.item_code, t.state, t.outcome, t.judged, t.logged_by,
a.name AS logged_by_name, t.logged_at, t.version`

const fromTask = `
FROM offlist_task t
JOIN division d ON d.code = t.community
JOIN account a ON a.id = t.logged_by
LEFT JOIN unit u ON u.id = t.requester_id`

const taskByID = `SELECT ` + taskColumns + fromTask + ` WHERE t.id = $1`
const taskByIDLocked = taskByID + ` FOR UPDATE OF t`
const taskByNumber = `SELECT ` + taskColumns + fromTask + ` WHERE t.year = $1 AND t.seq = $2`

func tasks(ctx context.Context, q pg.Querier, sql string, args ...any) ([]Task, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("tasks outside the list: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[Task])
	if err != nil {
		return nil, fmt.Errorf("tasks outside the list: %w", err)
	}
	return out, nil
}

func oneTask(ctx context.Context, q pg.Querier, sql string, args ...any) (Task, error) {
	all, err := tasks(ctx, q, sql, args...)
	if err != nil {
		return Task{}, err
	}
	if len(all) == 0 {
		return Task{}, errNoTask
	}
	return all[0], nil
}

var taskFields = map[string]fault.Field{
	"offlist_task_title_check":           {Name: "title", Message: "简称写 2 到 60 个字"},
	"offlist_task_words_check":           {Name: "words", Message: "最多 1000 个字"},
	"offlist_task_requester_words_check": {Name: "requester", Message: "单位名称最多 60 个字"},
	"offlist_task_basis_words_check":     {Name: "basis", Message: "依据最多 200 个字"},
	"offlist_task_asked_by":              {Name: "asked_by", Message: "姓名最多 30 个字"},
}

const insertTaskSQL = `
INSERT INTO offlist_task (year, seq, community, requester_id, requester_words, requester_kind, title, title_key, words, channel, asked_on, asked_time,
    asked_by, demands_primary, payer_named, payer, basis_doc_key, basis_article, basis_words, basis_version, basis_fit, consent_given, certificate,
    item_code, state, outcome, judged, logged_by, logged_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29)
RETURNING id`

func insertTask(ctx context.Context, tx *pg.Tx, t *Task) error {
	err := tx.QueryRow(ctx, insertTaskSQL, t.Year, t.Seq, t.Community, t.RequesterID, t.RequesterWords, string(t.RequesterKind), t.Title, t.TitleKey,
		t.Words, string(t.Channel), t.AskedOn, t.AskedTime, t.AskedBy, t.DemandsPrimary, t.Payer == PayerAsker, string(t.Payer), t.BasisDocKey,
		t.BasisArticle, t.BasisWords, t.BasisVersion, string(t.BasisFit), t.ConsentGiven, t.Certificate, t.ItemCode, string(t.State),
		string(t.Outcome), t.Judged, tx.Actor.AccountID, tx.Now).Scan(&t.ID)
	if err != nil {
		return pg.Constraint(err, taskFields)
	}
	return nil
}

const updateTask = `
UPDATE offlist_task SET state = $3, item_code = $4, outcome = $5, judged = $6, version = version + 1
WHERE id = $1 AND version = $2`

func saveTask(ctx context.Context, tx *pg.Tx, t *Task) error {
	tag, err := tx.Exec(ctx, updateTask, t.ID, t.Version, string(t.State), t.ItemCode, string(t.Outcome), t.Judged)
	if err != nil {
		return pg.Constraint(err, taskFields)
	}
	if tag.RowsAffected() != 1 {
		return errStale
	}
	t.Version++
	return nil
}

const communitiesIn = `
SELECT c.code, d.name FROM community c JOIN division d ON d.code = c.code
WHERE EXISTS (SELECT FROM unnest($1::text[]) p WHERE c.code LIKE p || '%')
ORDER BY c.code`

// Place is a community that somebody may act for.
type Place struct{ Code, Name string }

func placesIn(ctx context.Context, q pg.Querier, prefixes []string) ([]Place, error) {
	rows, err := q.Query(ctx, communitiesIn, prefixes)
	if err != nil {
		return nil, fmt.Errorf("communities in reach: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Place])
	if err != nil {
		return nil, fmt.Errorf("communities in reach: %w", err)
	}
	return out, nil
}
