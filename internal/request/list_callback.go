package request

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/page"
	"portal/internal/pg"
	"portal/internal/policy"
	"portal/internal/workday"
)

const callbackSort = "callback"

// Whoever had a hand in an order, or stands in a unit that held it, does not even see it here (REQ-12).
const selectDue = `
SELECT r.id, r.no, r.title, c.name AS category, COALESCE(d.name, '') AS community, r.order_id AS "order", r.replied_at, r.confidential, r.kind,
    r.reveal_agreed, (SELECT count(*) FROM callback k WHERE k.request_id = r.id AND k.locked_at IS NOT NULL AND k.source = 'staff' AND k.solved = ''
        AND k.at >= r.replied_at)::int AS tries,
    EXISTS (SELECT FROM callback k WHERE k.request_id = r.id AND k.locked_at IS NULL) AS draft
FROM request r JOIN request_category c ON c.code = r.category LEFT JOIN division d ON d.code = r.community
WHERE r.replied_at IS NOT NULL AND r.settled_at IS NULL AND r.withdrawn_at IS NULL AND r.phone_index IS NOT NULL
  AND NOT EXISTS (SELECT FROM work_step w WHERE w.order_id = r.order_id AND w.hand AND w.account_id = @account)
  AND NOT EXISTS (SELECT FROM work_owner w WHERE w.order_id = r.order_id AND (w.unit_id = ANY(@units) OR w.account_id = @account))`

const (
	dueForward = selectDue + ` AND (r.replied_at, r.id) > (@at, @id) ORDER BY r.replied_at, r.id LIMIT @limit`
	dueBack    = selectDue + ` AND (r.replied_at, r.id) < (@at, @id) ORDER BY r.replied_at DESC, r.id DESC LIMIT @limit`
)

type dueRow struct {
	ID                             ID
	No, Title, Category, Community string
	Order                          int64
	RepliedAt                      time.Time
	Confidential                   bool
	Kind                           Kind
	RevealAgreed                   bool
	Tries                          int
	Draft                          bool
}

const mostRows = 200

// CallbacksDue lists requests that wait to be called back, the longest waiting first. Callback staff and
// dispatchers; what they handled themselves is not in it (REQ-12).
func (s *Service) CallbacksDue(ctx context.Context, by authz.Actor, cursor string, limit int) (page.Page[Due], error) {
	var out page.Page[Due]
	if err := authz.Check(by, authz.CallbackMake, authz.Object{}); err != nil {
		return out, err
	}
	at, err := page.Decode(cursor, callbackSort, 1)
	if err != nil {
		return out, errCursor
	}
	limit = min(max(limit, 1), mostRows)
	err = s.db.Read(ctx, func(q pg.Querier) error {
		v, err := policy.Load(ctx, q, workday.DayOf(s.db.Now()))
		if err != nil {
			return err
		}
		rows, err := dueRows(ctx, q, by, at, limit)
		if err != nil {
			return err
		}
		cut := page.Cut(rows, limit, at, func(r dueRow) page.Cursor {
			return page.Cursor{Sort: callbackSort, Keys: []string{r.RepliedAt.UTC().Format(time.RFC3339Nano)}, ID: int64(r.ID)}
		})
		out = page.Page[Due]{Prev: cut.Prev, Next: cut.Next, HasPrev: cut.HasPrev, HasNext: cut.HasNext}
		for _, r := range cut.Rows {
			d, err := s.due(ctx, q, r, v)
			if err != nil {
				return err
			}
			out.Rows = append(out.Rows, d)
		}
		return nil
	})
	return out, err
}

func dueRows(ctx context.Context, q pg.Querier, by authz.Actor, at page.Cursor, limit int) ([]dueRow, error) {
	var units []int64
	for _, p := range by.Posts {
		units = append(units, p.UnitID)
	}
	args := pgx.NamedArgs{"account": by.AccountID, "units": units, "at": time.Unix(0, 0), "id": 0, "limit": limit + 1}
	if !at.IsZero() {
		moment, err := time.Parse(time.RFC3339Nano, at.Keys[0])
		if err != nil {
			return nil, errCursor
		}
		args["at"], args["id"] = moment, at.ID
	}
	if at.Back {
		return collect[dueRow](ctx, q, dueBack, args)
	}
	return collect[dueRow](ctx, q, dueForward, args)
}

func (s *Service) due(ctx context.Context, q pg.Querier, r dueRow, v policy.Values) (Due, error) {
	full := Request{ID: r.ID, No: r.No, HasPerson: true, Kind: r.Kind, Confidential: r.Confidential, RevealAgreed: r.RevealAgreed}
	p, err := s.person(ctx, q, full)
	if err != nil {
		return Due{}, err
	}
	d := Due{No: r.No, Title: MaskWords(r.Title), Category: r.Category, Community: r.Community, Order: r.Order, Name: orNone(MaskName(p.Name)),
		Phone: orNone(MaskPhone(p.Phone)), RepliedAt: r.RepliedAt, Tries: r.Tries, Draft: r.Draft}
	if full.Walled() {
		d.Name, d.Phone = wordWalled, wordWalled
	}
	d.DueAt = r.RepliedAt.Add(time.Duration(v.CallbackHours) * time.Hour)
	d.Late = s.db.Now().After(d.DueAt)
	return d, nil
}

// collect reads rows by the names of their columns.
func collect[T any](ctx context.Context, q pg.Querier, sql string, args ...any) ([]T, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("rows: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[T])
	if err != nil {
		return nil, fmt.Errorf("rows: %w", err)
	}
	return out, nil
}

// errCursor: a mistyped place in a list is bad input, never a fault of ours.
var errCursor = fault.InvalidField("after", page.ErrCursor.Error())

// seek reads a cursor over ids alone: where to go on, and which way.
func seek(cursor, sort string) (at page.Cursor, id int64, err error) {
	at, err = page.Decode(cursor, sort, 0)
	if err != nil {
		return at, 0, errCursor
	}
	if at.IsZero() {
		return at, 1<<63 - 1, nil
	}
	return at, at.ID, nil
}

func idCursor(sort string, id int64) page.Cursor { return page.Cursor{Sort: sort, ID: id} }
