package workorder

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"portal/internal/authz"
	"portal/internal/pg"
	"portal/internal/workday"
)

// holder is who holds a post of a grid on a day, in the order A, B, lead (GRD-04, 05).
type holder struct {
	Grid     int64
	Role     string
	Account  int64
	Name     string
	Phone    string
	PartTime bool
	Away     bool
}

// helper is a body that was asked to help with a case.
type helper struct {
	Order     ID
	Unit      int64
	Community string
	Answered  bool
}

func (h helper) object() authz.Object {
	if h.Unit != 0 {
		return authz.Object{Unit: h.Unit}
	}
	return authz.Object{Divisions: []string{h.Community}}
}

const selectHolders = `
SELECT p.grid_id, p.role, COALESCE(w.account_id, 0), w.name, w.phone, w.employment = 'part_time',
    EXISTS (SELECT FROM grid_leave l WHERE l.worker_id = w.id AND l.valid @> $2::date)
FROM grid_assignment p JOIN grid_worker w ON w.id = p.worker_id
WHERE p.grid_id = ANY($1) AND p.valid @> $2::date
ORDER BY p.grid_id, array_position(ARRAY['a','b','lead'], p.role)`

// holdersOf reads the posts of many grids on a day in one query.
func holdersOf(ctx context.Context, q pg.Querier, grids []int64, day workday.Day) (map[int64][]holder, error) {
	if len(grids) == 0 {
		return map[int64][]holder{}, nil
	}
	rows, err := q.Query(ctx, selectHolders, grids, day)
	if err != nil {
		return nil, fmt.Errorf("posts of grids: %w", err)
	}
	return holdersIn(rows)
}

func holdersIn(rows pgx.Rows) (map[int64][]holder, error) {
	out := map[int64][]holder{}
	var h holder
	_, err := pgx.ForEachRow(rows, []any{&h.Grid, &h.Role, &h.Account, &h.Name, &h.Phone, &h.PartTime, &h.Away}, func() error {
		out[h.Grid] = append(out[h.Grid], h)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("posts of grids: %w", err)
	}
	return out, nil
}

// acting picks who acts among the posts of a grid: the A, while away the B, then the lead; nobody is the desk's
// matter (GRD-05). Who must keep out of the case is passed over (§5.5, 4), and part-time workers are no hands for
// enforcement (GRD-06).
func acting(posts []holder, avoid int64, class Class) (holder, bool) {
	for _, h := range posts {
		if h.Away || avoid != 0 && h.Account == avoid || class == Enforcement && h.PartTime {
			continue
		}
		return h, true
	}
	return holder{}, false
}

const selectGridNames = `
SELECT g.id, COALESCE((SELECT v.name FROM grid_version v WHERE v.grid_id = g.id AND NOT isempty(v.valid)
    ORDER BY v.valid @> $2::date DESC, lower(v.valid) DESC LIMIT 1), g.code)
FROM grid g WHERE g.id = ANY($1)`

func gridNames(ctx context.Context, q pg.Querier, grids []int64, day workday.Day) (map[int64]string, error) {
	if len(grids) == 0 {
		return map[int64]string{}, nil
	}
	rows, err := q.Query(ctx, selectGridNames, grids, day)
	if err != nil {
		return nil, fmt.Errorf("names of grids: %w", err)
	}
	return namesIn(rows)
}

func namesIn(rows pgx.Rows) (map[int64]string, error) {
	out := map[int64]string{}
	var id int64
	var name string
	if _, err := pgx.ForEachRow(rows, []any{&id, &name}, func() error { out[id] = name; return nil }); err != nil {
		return nil, fmt.Errorf("names of grids: %w", err)
	}
	return out, nil
}

const selectHelperSides = `
SELECT order_id, COALESCE(unit_id, 0), COALESCE(community, ''), answered_at IS NOT NULL FROM work_helper WHERE order_id = ANY($1) ORDER BY id`
const selectHands = `SELECT DISTINCT order_id, account_id FROM work_step WHERE order_id = ANY($1) AND hand AND account_id IS NOT NULL ORDER BY order_id, account_id`

// fill adds what reach rests on: who holds the posts of the owner grid today, who was asked to help, who had a
// hand in it.
func fill(ctx context.Context, q pg.Querier, day workday.Day, all []Order) error {
	if len(all) == 0 {
		return nil
	}
	at := make(map[ID]int, len(all))
	var ids []int64
	var owners, grids []int64
	for i, o := range all {
		at[o.ID] = i
		ids = append(ids, int64(o.ID))
		if o.Owner.Grid != 0 {
			owners = append(owners, o.Owner.Grid)
			grids = append(grids, o.Owner.Grid)
		}
		if o.GridAtCreation != 0 {
			grids = append(grids, o.GridAtCreation)
		}
	}
	var posts map[int64][]holder
	var names map[int64]string
	var b pgx.Batch // one trip for all of it
	if owners = unique(owners); len(owners) > 0 {
		b.Queue(selectHolders, owners, day).Query(func(rows pgx.Rows) (err error) { posts, err = holdersIn(rows); return err })
	}
	if grids = unique(grids); len(grids) > 0 {
		b.Queue(selectGridNames, grids, day).Query(func(rows pgx.Rows) (err error) { names, err = namesIn(rows); return err })
	}
	b.Queue(selectHelperSides, ids).Query(func(rows pgx.Rows) error {
		var h helper
		_, err := pgx.ForEachRow(rows, []any{&h.Order, &h.Unit, &h.Community, &h.Answered}, func() error {
			all[at[h.Order]].helpers = append(all[at[h.Order]].helpers, h)
			return nil
		})
		return err
	})
	b.Queue(selectHands, ids).Query(func(rows pgx.Rows) error {
		var id ID
		var account int64
		_, err := pgx.ForEachRow(rows, []any{&id, &account}, func() error {
			all[at[id]].hands = append(all[at[id]].hands, account)
			return nil
		})
		return err
	})
	if err := together(ctx, q, &b); err != nil {
		return fmt.Errorf("people of cases: %w", err)
	}
	for i := range all {
		o := &all[i]
		o.GridName = names[o.GridAtCreation]
		if o.Owner.Kind == Grid {
			o.holders = posts[o.Owner.Grid]
			o.Owner = o.Owner.inGrid(names[o.Owner.Grid], o.holders, o.AvoidAccount, o.Class)
		}
	}
	return nil
}

// together sends what is queued in one trip; pools, connections and transactions all can.
func together(ctx context.Context, q pg.Querier, b *pgx.Batch) error {
	sender, ok := q.(interface {
		SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
	})
	if !ok {
		return errNoBatch
	}
	return sender.SendBatch(ctx, b).Close()
}

var errNoBatch = errors.New("workorder: a reader that sends one statement at a time")

// inGrid names the grid and who acts in it today.
func (o Owner) inGrid(name string, posts []holder, avoid int64, class Class) Owner {
	o.GridName = name
	if h, ok := acting(posts, avoid, class); ok {
		o.Person, o.Phone = h.Name, h.Phone
	}
	return o
}

func unique(ids []int64) []int64 {
	slices.Sort(ids)
	return slices.Compact(ids)
}

// HandledBy lists who had a hand in a case: the accounts that acted for it and the units that held it. A callback
// is made by nobody of them (REQ-12).
func HandledBy(ctx context.Context, q pg.Querier, id ID) (accounts, units []int64, err error) {
	if accounts, err = numbers(ctx, q, selectHandsOf, int64(id)); err != nil {
		return nil, nil, err
	}
	units, err = numbers(ctx, q, selectUnitsOf, int64(id))
	return accounts, units, err
}

const selectHandsOf = `SELECT DISTINCT account_id FROM work_step WHERE order_id = $1 AND hand AND account_id IS NOT NULL ORDER BY account_id`

// A community's or grid's own unit is its residents' committee.
const selectUnitsOf = `
SELECT w.unit_id FROM work_owner w WHERE w.order_id = $1 AND w.unit_id IS NOT NULL
UNION
SELECT u.id FROM work_owner w LEFT JOIN grid g ON g.id = w.grid_id
JOIN unit u ON u.requester_kind = 'residents_committee' AND u.division_code = COALESCE(w.community, g.community) WHERE w.order_id = $1
ORDER BY 1`

func numbers(ctx context.Context, q pg.Querier, sql string, args ...any) ([]int64, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("who handled it: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("who handled it: %w", err)
	}
	return out, nil
}
