package workorder

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/fault"
	"portal/internal/pg"
)

// extension is an asked extension with the account that asked.
type extension struct {
	Extension
	byAccount int64
}

const selectExtension = `
SELECT a.name, e.asked_at, e.until, e.reason, COALESCE(d.name, ''), e.decided_at, COALESCE(e.granted, false), e.asked_by
FROM work_extension e JOIN account a ON a.id = e.asked_by LEFT JOIN account d ON d.id = e.decided_by WHERE e.order_id = $1`

func extensionOf(ctx context.Context, q pg.Querier, id ID) (e extension, there bool, err error) {
	err = q.QueryRow(ctx, selectExtension, int64(id)).Scan(&e.AskedBy, &e.AskedAt, &e.Until, &e.Reason, &e.DecidedBy, &e.DecidedAt, &e.Granted, &e.byAccount)
	return e, err == nil, none(err, "extension")
}

// none lets "no rows" pass and wraps everything else.
func none(err error, what string) error {
	if err == nil || errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

const insertExtensionSQL = `INSERT INTO work_extension (order_id, asked_by, asked_at, until, reason) VALUES ($1, $2, $3, $4, $5)`

func insertExtension(ctx context.Context, tx *pg.Tx, id ID, until time.Time, reason string) error {
	_, err := tx.Exec(ctx, insertExtensionSQL, int64(id), tx.Actor.AccountID, tx.Now, until, reason)
	return pg.Constraint(err, orderFields)
}

const decideExtensionSQL = `UPDATE work_extension SET decided_by = NULLIF($2::bigint, 0), decided_at = $3, granted = $4 WHERE order_id = $1 AND decided_at IS NULL`

func decideExtension(ctx context.Context, tx *pg.Tx, id ID, grant bool) error {
	tag, err := tx.Exec(ctx, decideExtensionSQL, int64(id), tx.Actor.AccountID, tx.Now, grant)
	if err != nil {
		return pg.Constraint(err, orderFields)
	}
	if tag.RowsAffected() != 1 {
		return errNoAsked
	}
	return nil
}

const setDueSQL = `UPDATE work_order SET contact_due = $2, due_at = $3 WHERE id = $1`

// setDue stores the two moments of the resident's clock; only a granted extension and an earlier joined request do.
func setDue(ctx context.Context, tx *pg.Tx, o Order) error {
	if _, err := tx.Exec(ctx, setDueSQL, int64(o.ID), o.ContactDue, o.DueAt); err != nil {
		return fmt.Errorf("due moments: %w", err)
	}
	return nil
}

const selectDispute = `
SELECT d.id, a.name, d.by_account, COALESCE(u.name, v.name || '居委会', ''), d.at, d.reason, COALESCE(d.suggests, 0), COALESCE(s.name, ''), d.rule_by, d.ruled_at,
    COALESCE(r.name, ''), COALESCE(d.upheld, false), d.ruling
FROM work_dispute d JOIN account a ON a.id = d.by_account LEFT JOIN unit u ON u.id = d.by_unit LEFT JOIN division v ON v.code = d.by_community
LEFT JOIN unit s ON s.id = d.suggests LEFT JOIN account r ON r.id = d.ruler
WHERE d.order_id = $1 AND (NOT $2 OR d.ruled_at IS NULL)`

var errNoDispute = fault.Conflict("没有待裁定的异议。打开最新的一页再办")

func disputeOf(ctx context.Context, q pg.Querier, id ID, open bool) (DisputeRow, error) {
	var d DisputeRow
	err := q.QueryRow(ctx, selectDispute, int64(id), open).Scan(&d.ID, &d.By, &d.ByAccount, &d.ByName, &d.At, &d.Reason, &d.Suggests, &d.SuggestsAs, &d.RuleBy,
		&d.RuledAt, &d.Ruler, &d.Upheld, &d.Ruling)
	return d, found(err, "dispute", errNoDispute)
}

const insertDisputeSQL = `
INSERT INTO work_dispute (order_id, by_account, by_unit, by_community, at, reason, suggests, rule_by)
VALUES ($1, $2, NULLIF($3::bigint, 0), NULLIF($4, ''), $5, $6, NULLIF($7::bigint, 0), $8)`

func insertDispute(ctx context.Context, tx *pg.Tx, o Order, reason string, suggests int64, ruleBy time.Time) error {
	_, err := tx.Exec(ctx, insertDisputeSQL, int64(o.ID), tx.Actor.AccountID, o.Owner.Unit, o.Owner.Community, tx.Now, reason, suggests, ruleBy)
	return pg.Constraint(err, orderFields)
}

const settleDisputeSQL = `UPDATE work_dispute SET ruled_at = $2, ruler = $3, upheld = $4, ruling = $5 WHERE id = $1 AND ruled_at IS NULL`

func settleDispute(ctx context.Context, tx *pg.Tx, id int64, upheld bool, ruling string) error {
	tag, err := tx.Exec(ctx, settleDisputeSQL, id, tx.Now, tx.Actor.AccountID, upheld, ruling)
	if err != nil {
		return pg.Constraint(err, orderFields)
	}
	if tag.RowsAffected() != 1 {
		return errNoDispute
	}
	return nil
}
