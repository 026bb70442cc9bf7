package request

import (
	"context"
	"fmt"
	"time"

	"portal/internal/fault"
	"portal/internal/page"
	"portal/internal/pg"
)

const limitColumns = `
SELECT l.id, l.set_by, a.name AS set_by_name, l.set_post, l.reason, l.set_at, l.until,
    ARRAY(SELECT r.no FROM request_limit_evidence e JOIN request r ON r.id = e.request_id WHERE e.limit_id = l.id ORDER BY r.id) AS requests,
    l.appeal, l.appealed_at, l.decide_by, COALESCE(d.name, '') AS decided_name, l.decided_post, l.decided_at, l.kept, l.decision,
    COALESCE(x.name, '') AS lifted_name, l.lifted_at, l.version
FROM request_limit l JOIN account a ON a.id = l.set_by LEFT JOIN account d ON d.id = l.decided_by LEFT JOIN account x ON x.id = l.lifted_by`

// In force: not lifted, not over, and no appeal that nobody decided in time. The moment is $2.
const (
	limitInForce = `(l.lifted_at IS NULL AND l.until > $2 AND (l.decide_by IS NULL OR l.decided_at IS NOT NULL OR l.decide_by > $2))`

	limitByID         = limitColumns + ` WHERE l.id = $1`
	limitLocked       = limitByID + ` FOR UPDATE OF l`
	limitHolding      = limitColumns + ` WHERE l.phone_index = ANY($1) AND ` + limitInForce + ` ORDER BY l.id DESC LIMIT 1`
	limitAboutRequest = limitColumns + `
WHERE l.phone_index = ANY($1) AND ` + limitInForce + ` OR l.id = (SELECT e.limit_id FROM request_limit_evidence e WHERE e.request_id = $3)
ORDER BY ` + limitInForce + ` DESC, l.id DESC LIMIT 1`
	limitsDown = limitColumns + ` WHERE ` + limitInForce + ` = $1 AND l.id < $3 ORDER BY l.id DESC LIMIT $4`
	limitsUp   = limitColumns + ` WHERE ` + limitInForce + ` = $1 AND l.id > $3 ORDER BY l.id LIMIT $4`
	limitSort  = "limit"
	limitRests = selectRequest + ` JOIN request_limit_evidence e ON e.request_id = r.id WHERE e.limit_id = $1 ORDER BY r.id`
)

func oneLimit(ctx context.Context, q pg.Querier, sql string, id int64) (Limit, error) {
	all, err := collect[Limit](ctx, q, sql, id)
	if err != nil {
		return Limit{}, err
	}
	if len(all) == 0 {
		return Limit{}, errNoLimit
	}
	return all[0], nil
}

// limitWhere gives the first limit that a statement finds, or nil.
func limitWhere(ctx context.Context, q pg.Querier, sql string, args ...any) (*Limit, error) {
	all, err := collect[Limit](ctx, q, sql, args...)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

func limitsPage(ctx context.Context, q pg.Querier, open bool, now time.Time, cursor string, limit int) (page.Page[Limit], error) {
	at, id, err := seek(cursor, limitSort)
	if err != nil {
		return page.Page[Limit]{}, err
	}
	var rows []Limit
	if at.Back {
		rows, err = collect[Limit](ctx, q, limitsUp, open, now, id, limit+1)
	} else {
		rows, err = collect[Limit](ctx, q, limitsDown, open, now, id, limit+1)
	}
	if err != nil {
		return page.Page[Limit]{}, err
	}
	return page.Cut(rows, limit, at, func(l Limit) page.Cursor { return idCursor(limitSort, int64(l.ID)) }), nil
}

const limitLock = 320104062 // one decision about limits at a time: a telephone has one limit

func lockLimits(ctx context.Context, tx *pg.Tx) error {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, limitLock); err != nil {
		return fmt.Errorf("wait for another limit: %w", err)
	}
	return nil
}

var limitFields = map[string]fault.Field{
	"request_limit_evidence_once": {Name: "nos", Message: "其中有诉求已经作过一次限制的依据，不能再用"},
	"request_limit_reason_check":  {Name: "reason", Message: "请写明事实和理由，10 到 200 个字；居民会看到"},
	"request_limit_length":        {Name: "days", Message: "限制最长 30 天"},
	"request_limit_appeal_check":  {Name: "appeal", Message: "最多 500 个字"},
}

const (
	insertLimit = `
INSERT INTO request_limit (phone_index, set_by, set_post, reason, set_at, until) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`
	insertLimitEvidence = `INSERT INTO request_limit_evidence (request_id, limit_id) VALUES ($1, $2)`
)

func storeLimit(ctx context.Context, tx *pg.Tx, l *Limit, phoneIndex []byte, rests []Request) error {
	if err := tx.QueryRow(ctx, insertLimit, phoneIndex, tx.Actor.AccountID, l.SetPost, l.Reason, l.SetAt, l.Until).Scan(&l.ID); err != nil {
		return pg.Constraint(fmt.Errorf("store limit: %w", err), limitFields)
	}
	for _, r := range rests {
		if _, err := tx.Exec(ctx, insertLimitEvidence, int64(r.ID), int64(l.ID)); err != nil {
			return pg.Constraint(fmt.Errorf("evidence of a limit: %w", err), limitFields)
		}
	}
	return nil
}

const updateLimit = `
UPDATE request_limit SET appeal = $3, appealed_at = $4, decide_by = $5, decided_by = COALESCE(NULLIF($6::bigint, 0), decided_by), decided_post = $7,
    decided_at = $8, kept = $9, decision = $10, lifted_by = NULLIF($11::bigint, 0), lifted_at = $12, version = version + 1
WHERE id = $1 AND version = $2`

func saveLimit(ctx context.Context, tx *pg.Tx, l *Limit, decidedBy, liftedBy int64) error {
	tag, err := tx.Exec(ctx, updateLimit, int64(l.ID), l.Version, l.Appeal, l.AppealedAt, l.DecideBy, decidedBy, l.DecidedPost, l.DecidedAt, l.Kept, l.Decision,
		liftedBy, l.LiftedAt)
	if err != nil {
		return pg.Constraint(fmt.Errorf("save limit: %w", err), limitFields)
	}
	if tag.RowsAffected() != 1 {
		return errLimitTaken
	}
	l.Version++
	return nil
}

const dropLimited = `
UPDATE request_limit SET phone_index = NULL
WHERE phone_index IS NOT NULL AND (lifted_at IS NOT NULL OR until <= $1 OR decided_at IS NULL AND decide_by <= $1)`

// forgetLimited takes the telephone out of limits that are over (§6.7, minimum).
func forgetLimited(ctx context.Context, tx *pg.Tx, now time.Time) error {
	if _, err := tx.Exec(ctx, dropLimited, now); err != nil {
		return fmt.Errorf("sweep limits: %w", err)
	}
	return nil
}
