package grid

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"portal/internal/audit"
	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/workday"
)

// may checks that somebody may change the shape of all these: those who keep the grids, and for a file of
// boundaries those who import.
func may(by authz.Actor, on ...authz.Object) error {
	for _, o := range on {
		if !authz.Allowed(by, authz.GridRedraw, o) && !authz.Allowed(by, authz.GridImport, o) {
			return errNoGrid
		}
	}
	return nil
}

func (n concerned) may(by authz.Actor) error {
	if len(n.named) != len(n.grids) {
		return errNoGrid
	}
	if !authz.Can(by, authz.GridRedraw) && (n.kept || !authz.Can(by, authz.GridImport)) {
		return errNoGrid
	}
	for _, g := range n.named {
		if err := may(by, authz.Object{Divisions: []string{g.Community, g.Code}}); err != nil {
			return err
		}
	}
	for _, c := range n.communities {
		if err := may(by, authz.Object{Divisions: []string{c}}); err != nil {
			return err
		}
	}
	return nil
}

// elsewhere refuses buildings whose grid is out of reach.
func (n concerned) elsewhere(ctx context.Context, q pg.Querier, by authz.Actor, day workday.Day) error {
	homes, err := n.homes(ctx, q, day)
	if err != nil {
		return err
	}
	more := concerned{grids: homes}
	if err := more.identify(ctx, q); err != nil {
		return err
	}
	return more.may(by)
}

func (s *Service) preview(ctx context.Context, by authz.Actor, c Change) (Preview, error) {
	var out effect
	err := s.db.Read(ctx, func(q pg.Querier) error {
		n, err := concernedBy(ctx, q, c)
		if err != nil {
			return err
		}
		if err := n.may(by); err != nil {
			return err
		}
		if err := n.elsewhere(ctx, q, by, dayOr(c.Day, s.today())); err != nil {
			return err
		}
		met, err := meet(ctx, q, n, dayOr(c.Day, s.today()), s.today())
		if err != nil {
			return err
		}
		out = reckon(met, c)
		return nil
	})
	return out.Preview, err
}

// dayOr lets a form without a day be looked at.
func dayOr(day, today workday.Day) workday.Day {
	if day.IsZero() {
		return today
	}
	return day
}

func (s *Service) apply(ctx context.Context, by authz.Actor, key string, c Change) ([]ID, error) {
	var ids []ID
	err := s.db.Write(ctx, by, func(tx *pg.Tx) error {
		result, err := tx.Once(ctx, key, string(authz.GridRedraw), func() (string, error) {
			opened, err := s.change(ctx, tx, c)
			return joinIDs(opened), err
		})
		if err != nil {
			return err
		}
		ids, err = splitIDs(result)
		return err
	})
	return ids, pg.Constraint(err, shapeFields)
}

// change makes a change inside a transaction: locks, reads, works out, writes, records.
func (s *Service) change(ctx context.Context, tx *pg.Tx, c Change) ([]ID, error) {
	n, err := concernedBy(ctx, tx, c)
	if err != nil {
		return nil, err
	}
	if err := n.may(tx.Actor); err != nil {
		return nil, err
	}
	today := workday.DayOf(tx.Now)
	day := dayOr(c.Day, today)
	if err := n.lock(ctx, tx, day); err != nil {
		return nil, err
	}
	if err := n.elsewhere(ctx, tx, tx.Actor, day); err != nil {
		return nil, err
	}
	met, err := meet(ctx, tx, n, day, today)
	if err != nil {
		return nil, err
	}
	e := reckon(met, c)
	if e.conflict != nil {
		return nil, s.overtaken(ctx, tx, met, c, e.conflict)
	}
	if err := fault.Invalid(e.faults...); err != nil {
		return nil, err
	}
	w := writing{tx: tx, c: c, e: e, met: met}
	if err := w.all(ctx); err != nil {
		return nil, pg.Constraint(err, shapeFields)
	}
	return w.ids, w.record(ctx)
}

// overtaken says who was first, where the trail knows it.
func (s *Service) overtaken(ctx context.Context, tx *pg.Tx, met situation, c Change, otherwise error) error {
	for _, d := range c.Redraw {
		g, known := met.asked[d.ID]
		if !known || g.Version == d.Version {
			continue
		}
		last, err := audit.History(ctx, tx, ObjectKind, int64(d.ID), 0, 1)
		if err != nil {
			return err
		}
		if len(last) > 0 {
			return fault.Conflict("%s %s由%s调整过。请重新打开这一页，按最新的边界再改", g.Name, since(tx.Now.Sub(last[0].At)), last[0].Actor)
		}
	}
	return otherwise
}

func joinIDs(ids []ID) string {
	words := make([]string, len(ids))
	for i, id := range ids {
		words[i] = strconv.FormatInt(int64(id), 10)
	}
	return strings.Join(words, " ")
}

func splitIDs(text string) ([]ID, error) {
	var ids []ID
	for _, w := range strings.Fields(text) {
		n, err := strconv.ParseInt(w, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("ids of a change: %w", err)
		}
		ids = append(ids, ID(n))
	}
	return ids, nil
}

// trace is what the audit trail keeps of a grid.
type trace struct {
	Code      string      `json:"code,omitempty"`
	Name      string      `json:"name,omitempty"`
	From      workday.Day `json:"from,omitzero"`
	Until     workday.Day `json:"until,omitzero"`
	Buildings int         `json:"buildings"`
	Address   string      `json:"address,omitempty"` // placed by itself
	Redrawn   bool        `json:"redrawn,omitempty"`
	GiveUp    string      `json:"give_up,omitempty"`
}

func traceOf(g Grid) trace {
	return trace{Code: g.Code, Name: g.Name, From: g.From, Until: g.Until, Buildings: g.Buildings}
}

// recordGrid writes one grid's line of the trail.
func recordGrid(ctx context.Context, tx *pg.Tx, id ID, before, after *trace, reason string) error {
	ch := pg.Change{Action: authz.GridRedraw, Kind: ObjectKind, ID: int64(id), Reason: reason}
	for _, side := range []struct {
		of *trace
		to *[]byte
	}{{before, &ch.Before}, {after, &ch.After}} {
		if side.of == nil {
			continue
		}
		ch.No = side.of.Code
		text, err := json.Marshal(side.of)
		if err != nil {
			return fmt.Errorf("trace of a grid: %w", err)
		}
		*side.to = text
	}
	return tx.Record(ctx, ch)
}

// record tells the trail of every grid that opens, closes, is redrawn, or loses or gains buildings.
func (w *writing) record(ctx context.Context) error {
	before, after := map[ID]Grid{}, map[ID]Grid{}
	for _, g := range w.e.Before {
		before[g.ID] = g
	}
	for _, g := range w.e.After {
		if g.ID < 0 {
			g.ID = w.ids[-g.ID-1]
		}
		after[g.ID] = g
	}
	for _, g := range w.e.Before {
		b, a := traceOf(g), traceOf(g)
		if now, stays := after[g.ID]; stays {
			a = traceOf(now)
			a.Redrawn = string(now.Boundary.GeoJSON()) != string(g.Boundary.GeoJSON())
		} else {
			a.Until, a.Buildings = w.c.Day, 0
		}
		a.GiveUp = w.c.GiveUp
		if err := recordGrid(ctx, w.tx, g.ID, &b, &a, w.c.Reason); err != nil {
			return err
		}
	}
	for i, o := range w.e.opened {
		a := traceOf(after[w.ids[i]])
		a.Code, a.GiveUp = o.Code, w.c.GiveUp
		if err := recordGrid(ctx, w.tx, w.ids[i], nil, &a, w.c.Reason); err != nil {
			return err
		}
	}
	return nil
}
