package workorder

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"portal/internal/authz"
	"portal/internal/blob"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/workday"
)

// Get reads a case that the person may see; everything else is not found.
func (s *Service) Get(ctx context.Context, by authz.Actor, no string) (Order, error) {
	o, err := oneOrder(ctx, s.db.Q(), workday.DayOf(s.db.Now()), orderByNo, no)
	if err != nil {
		return Order{}, err
	}
	if !o.visible(by) {
		return Order{}, ErrNoOrder
	}
	return o, nil
}

const selectSteps = `
SELECT s.id, s.at, s.did, COALESCE(s.account_id, 0), COALESCE(a.name, ''), s.unit_name, s.words, s.told, s.hand, s.lng, s.lat
FROM work_step s LEFT JOIN account a ON a.id = s.account_id WHERE s.order_id = $1 ORDER BY s.id LIMIT 500`

// Steps gives the history of a case, oldest first.
func (s *Service) Steps(ctx context.Context, by authz.Actor, o Order) ([]StepRow, error) {
	all, err := rowsOf[StepRow](ctx, s.db.Q(), by, o, "history", selectSteps)
	if taker := o.Unnamed(by); taker != 0 {
		for i := range all {
			if all[i].Account == taker {
				all[i].Account, all[i].Name, all[i].UnitName = 0, "", ""
			}
		}
	}
	return all, err
}

// Unnamed is the account whose name a person does not learn from a case, or 0: who took down a 举报 or a confidential
// word, and where, leads to the reporter (REQ-13). The street's own staff and the taker know.
func (o Order) Unnamed(by authz.Actor) int64 {
	if o.Source != FromRequest || o.Kind != Accusation && !o.Confidential || o.AvoidAccount == by.AccountID || authz.Allowed(by, authz.WorkView, authz.Object{}) {
		return 0
	}
	return o.AvoidAccount
}

// ToldSteps gives what the residents of a case may read, oldest first, for whoever has shown a receipt.
func ToldSteps(ctx context.Context, q pg.Querier, id ID) ([]StepRow, error) {
	all, err := collect[StepRow](ctx, q, "history", selectSteps, int64(id))
	if err != nil {
		return nil, err
	}
	out := all[:0]
	for _, x := range all {
		if x.Told {
			out = append(out, x)
		}
	}
	return out, nil
}

const selectPhotos = `
SELECT p.id, p.stage, p.sha, p.name, p.media_type, COALESCE(a.name, ''), p.at
FROM work_photo p LEFT JOIN account a ON a.id = p.by_account WHERE p.order_id = $1 ORDER BY p.id`

// Photos gives the pictures of a case.
func (s *Service) Photos(ctx context.Context, by authz.Actor, o Order) ([]Photo, error) {
	return rowsOf[Photo](ctx, s.db.Q(), by, o, "pictures", selectPhotos)
}

const selectHeldBy = `
SELECT CASE w.kind WHEN 'unit' THEN u.name WHEN 'community' THEN d.name || '居委会' WHEN 'desk' THEN '街道调度'
    ELSE COALESCE((SELECT v.name FROM grid_version v WHERE v.grid_id = w.grid_id AND NOT isempty(v.valid) ORDER BY lower(v.valid) DESC LIMIT 1), g.code)
        || COALESCE(' ' || a.name, '') END,
    lower(w.held), upper(w.held), w.why
FROM work_owner w LEFT JOIN unit u ON u.id = w.unit_id LEFT JOIN division d ON d.code = w.community LEFT JOIN grid g ON g.id = w.grid_id
LEFT JOIN account a ON a.id = w.account_id
WHERE w.order_id = $1 AND NOT isempty(w.held) ORDER BY w.id`

// Owners tells who had a case when.
func (s *Service) Owners(ctx context.Context, by authz.Actor, o Order) ([]HeldBy, error) {
	return rowsOf[HeldBy](ctx, s.db.Q(), by, o, "owners", selectHeldBy)
}

// Clocks gives the clocks of a case, oldest first, each with the reason why it ends when it does.
func (s *Service) Clocks(ctx context.Context, by authz.Actor, o Order) ([]Clock, error) {
	if !o.visible(by) {
		return nil, ErrNoOrder
	}
	return clocks(ctx, s.db.Q(), clocksOfOrder, int64(o.ID))
}

// ClockByID gives one clock and its case, for the page 「为什么是这时」.
func (s *Service) ClockByID(ctx context.Context, by authz.Actor, id int64) (Clock, Order, error) {
	all, err := clocks(ctx, s.db.Q(), clockByID, id)
	if err != nil {
		return Clock{}, Order{}, err
	}
	if len(all) == 0 || all[0].Order == 0 {
		return Clock{}, Order{}, errNoClock
	}
	o, err := oneOrder(ctx, s.db.Q(), workday.DayOf(s.db.Now()), orderByID, int64(all[0].Order))
	if err != nil {
		return Clock{}, Order{}, err
	}
	if !o.visible(by) {
		return Clock{}, Order{}, errNoClock
	}
	return all[0], o, nil
}

// ClocksOf gives the clocks of a case for whoever has shown a receipt of it.
func ClocksOf(ctx context.Context, q pg.Querier, id ID) ([]Clock, error) {
	return clocks(ctx, q, clocksOfOrder, int64(id))
}

// HelpsOf gives who was asked to help and what came of it.
func (s *Service) HelpsOf(ctx context.Context, by authz.Actor, o Order) ([]HelpRow, error) {
	if !o.visible(by) {
		return nil, ErrNoOrder
	}
	return helps(ctx, s.db.Q(), o.ID)
}

// DisputeOf gives the dispute of a case; false where there was none.
func (s *Service) DisputeOf(ctx context.Context, by authz.Actor, o Order) (DisputeRow, bool, error) {
	if !o.visible(by) {
		return DisputeRow{}, false, ErrNoOrder
	}
	d, err := disputeOf(ctx, s.db.Q(), o.ID, false)
	if fault.KindOf(err) == fault.KindConflict {
		return d, false, nil
	}
	return d, err == nil, err
}

// ExtensionOf gives what was asked and decided about more time; false where nothing was.
func (s *Service) ExtensionOf(ctx context.Context, by authz.Actor, o Order) (Extension, bool, error) {
	if !o.visible(by) {
		return Extension{}, false, ErrNoOrder
	}
	e, there, err := extensionOf(ctx, s.db.Q(), o.ID)
	return e.Extension, there, err
}

// ExclusionOf gives what was asked and decided about the rates; false where nothing was.
func (s *Service) ExclusionOf(ctx context.Context, by authz.Actor, o Order) (Exclusion, bool, error) {
	if !o.visible(by) {
		return Exclusion{}, false, ErrNoOrder
	}
	e, there, err := exclusionOf(ctx, s.db.Q(), o.ID)
	return e.Exclusion, there, err
}

func rowsOf[T any](ctx context.Context, q pg.Querier, by authz.Actor, o Order, what, sql string) ([]T, error) {
	if !o.visible(by) {
		return nil, ErrNoOrder
	}
	return collect[T](ctx, q, what, sql, int64(o.ID))
}

func collect[T any](ctx context.Context, q pg.Querier, what, sql string, args ...any) ([]T, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByPos[T])
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return out, nil
}

// What is shown as done must be newer than the last time it was said to be done.
const countPhotos = `
SELECT p.stage, count(*)::int FROM work_photo p WHERE p.order_id = $1 AND ($2::timestamptz IS NULL OR p.at > $2) GROUP BY p.stage`

func photosSince(ctx context.Context, q pg.Querier, o Order) (map[Stage]int, error) {
	rows, err := q.Query(ctx, countPhotos, int64(o.ID), o.HandledAt)
	if err != nil {
		return nil, fmt.Errorf("pictures: %w", err)
	}
	out := map[Stage]int{}
	var stage Stage
	var n int
	if _, err := pgx.ForEachRow(rows, []any{&stage, &n}, func() error { out[stage] = n; return nil }); err != nil {
		return nil, fmt.Errorf("pictures: %w", err)
	}
	return out, nil
}

const insertPhoto = `
INSERT INTO work_photo (order_id, stage, sha, name, media_type, by_account, at) VALUES ($1, $2, $3, $4, $5, NULLIF($6::bigint, 0), $7)`

// savePhoto keeps a picture that was accepted and stored before; the caller records it.
func savePhoto(ctx context.Context, tx *pg.Tx, id ID, stage Stage, ref blob.Ref, name, media string) error {
	if err := blob.Remember(ctx, tx, ref, media, tx.Now); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, insertPhoto, int64(id), string(stage), ref.SHA256, name, media, tx.Actor.AccountID, tx.Now)
	return pg.Constraint(err, orderFields)
}
