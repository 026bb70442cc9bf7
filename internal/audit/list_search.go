package audit

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/fault"
	"portal/internal/page"
)

// Filter narrows the auditors' page; empty fields do not narrow.
type Filter struct {
	Actor     string    // a part of the name
	AccountID int64     // one account
	Action    string    // an authz.Action
	Kind      string    // object kind
	No        string    // the number people see, exactly
	From, To  time.Time // From included, To not
	Cursor    string    // of Page.Next or Page.Prev
}

const searchOrder = "audit"

// Placeholders of both directions: $1 part of the name, $2 account, $3 action, $4 kind, $5 number,
// $6 from, $7 to, $8 cursor, $9 limit.
const (
	searchWhere = `
SELECT id, at, account_id, actor, post, action, object_kind, object_id, object_no, before, after, reason, request_id
FROM audit_entry
WHERE ($1 = '' OR strpos(actor, $1) > 0) AND ($2 = 0 OR account_id = $2) AND ($3 = '' OR action = $3)
  AND ($4 = '' OR object_kind = $4) AND ($5 = '' OR object_no = $5)
  AND ($6::timestamptz IS NULL OR at >= $6) AND ($7::timestamptz IS NULL OR at < $7)`
	searchOlder = searchWhere + ` AND ($8 = 0 OR id < $8) ORDER BY id DESC LIMIT $9`
	searchNewer = searchWhere + ` AND id > $8 ORDER BY id LIMIT $9`
)

// Search lists entries newest first for people who may see the trail (authz.AuditView). A cursor
// that is not one of this list is a fault beside the field "cursor".
func Search(ctx context.Context, q Querier, f Filter, limit int) (page.Page[Entry], error) {
	var none page.Page[Entry]
	at, err := page.Decode(f.Cursor, searchOrder, 0)
	if err != nil {
		return none, fault.InvalidField("cursor", err.Error())
	}
	sql := searchOlder
	if at.Back {
		sql = searchNewer
	}
	rows, err := q.Query(ctx, sql, f.Actor, f.AccountID, f.Action, f.Kind, f.No, moment(f.From), moment(f.To), at.ID, limit+1)
	if err != nil {
		return none, fmt.Errorf("search audit: %w", err)
	}
	entries, err := pgx.CollectRows(rows, pgx.RowToStructByName[Entry])
	if err != nil {
		return none, fmt.Errorf("search audit: %w", err)
	}
	return page.Cut(entries, limit, at, func(e Entry) page.Cursor { return page.Cursor{Sort: searchOrder, ID: e.ID} }), nil
}

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
