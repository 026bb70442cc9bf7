package grid

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/place"
	"portal/internal/workday"
)

// moving are the checks that a move of buildings and one of an address have in common.
type moving struct {
	tx    *pg.Tx
	day   workday.Day
	today workday.Day
	to    Grid
}

// words checks the day and the reason of a move.
func (m *moving) words(reason string) error {
	switch n := utf8.RuneCountInString(strings.TrimSpace(reason)); {
	case m.day.IsZero():
		return fault.InvalidField("day", "请填写从哪一天起")
	case m.day.Before(m.today):
		return fault.InvalidField("day", fmt.Sprintf("生效日期不能早于今天（%s）", m.today.Chinese()))
	case n < 1 || n > 200:
		return fault.InvalidField("reason", "请写明理由，最多 200 个字")
	}
	return nil
}

// into checks the grid that things move to: it stands on the day, and no end is planned.
func (m *moving) into(ctx context.Context, id ID) error {
	all, err := gridsByID(ctx, m.tx, []ID{id}, m.day)
	if err != nil {
		return err
	}
	g, known := all[id]
	switch {
	case !known:
		return errNoGrid
	case g.Kind == Micro:
		return fault.InvalidField("to", "请选择综合网格或者专属网格；微网格在它们里面再选")
	case !g.Stands(m.day):
		return fault.InvalidField("to", fmt.Sprintf("%s在 %s 没有设立，请换一个网格或者日期", g.Name, m.day.Chinese()))
	}
	m.to = g
	return may(m.tx.Actor, g.Object())
}

func (s *Service) movePlaces(ctx context.Context, by authz.Actor, key string, m MovePlaces) error {
	err := s.db.WriteKeyed(ctx, by, key, string(authz.GridRedraw)+".places", func(tx *pg.Tx) error { return s.move(ctx, tx, m) })
	return pg.Constraint(err, shapeFields)
}

func (s *Service) move(ctx context.Context, tx *pg.Tx, p MovePlaces) error {
	m := moving{tx: tx, day: p.Day, today: workday.DayOf(tx.Now)}
	if err := m.words(p.Reason); err != nil {
		return err
	}
	if len(p.Buildings) == 0 {
		return fault.InvalidField("buildings", "请先选择要移动的楼")
	}
	n := concerned{listed: unique(p.Buildings), kept: true}
	homes, err := n.homes(ctx, tx, p.Day)
	if err != nil {
		return err
	}
	n.grids = append(homes, p.To)
	if p.Micro != 0 {
		n.grids = append(n.grids, p.Micro)
	}
	if err := n.identify(ctx, tx); err != nil {
		return err
	}
	if err := n.may(tx.Actor); err != nil {
		return err
	}
	if err := lockRows(ctx, tx, n.grids, n.listed, p.Day); err != nil {
		return err
	}
	if err := m.into(ctx, p.To); err != nil {
		return err
	}
	return m.rehouse(ctx, n, p)
}

// lockRows locks some grids and buildings, and nothing of their communities.
func lockRows(ctx context.Context, tx *pg.Tx, grids []ID, buildings []int64, day workday.Day) error {
	if _, err := tx.Exec(ctx, lockGrids, []string{}, grids); err != nil {
		return fmt.Errorf("lock grids: %w", err)
	}
	if _, err := tx.Exec(ctx, lockBuildings, []ID{}, some(buildings), day); err != nil {
		return fmt.Errorf("lock buildings: %w", err)
	}
	return nil
}

func (m *moving) rehouse(ctx context.Context, n concerned, p MovePlaces) error {
	met, err := meet(ctx, m.tx, concerned{listed: n.listed, grids: n.grids}, p.Day, m.today)
	if err != nil {
		return err
	}
	if g := met.asked[p.Micro]; p.Micro != 0 && (g.Kind != Micro || g.ParentID != p.To || !g.Stands(p.Day)) {
		return fault.InvalidField("micro", shapeFields["micro_grid_only_subdivides"].Message)
	}
	var ended []int64
	var begun stayRows
	from := map[ID]int{}
	for _, id := range n.listed {
		rows := met.stays[id]
		switch {
		case len(rows) == 0:
			return fault.InvalidField("buildings", "名单里有一幢楼已经不在册，请刷新后重选")
		case !slices.Contains(n.grids, rows[0].Grid):
			return fault.Conflict("%s刚才由他人移到了别的网格。请刷新后再办", rows[0].Building.Label())
		case rows[0].Grid == p.To && rows[0].Micro == p.Micro:
			continue
		case len(rows) > 1:
			return fault.InvalidField("day", fmt.Sprintf("%s另有 %s 起的迁移计划。请把这次移动定在那一天或者之后", rows[0].Building.Label(), rows[1].From.Chinese()))
		}
		from[rows[0].Grid]++
		ended = append(ended, rows[0].ID)
		begun.add(id, p.To, p.Micro, daysFrom(rows[0].From, p.Day), rows[0].Until)
	}
	if len(ended) == 0 {
		return fault.InvalidField("buildings", fmt.Sprintf("这些楼已经在%s，没有要移动的", m.to.Name))
	}
	if err := moveStays(ctx, m.tx, ended, begun, p.Day); err != nil {
		return err
	}
	return m.recordMoves(ctx, met, from, p.Reason)
}

// recordMoves writes one line for every grid that loses or gains buildings.
func (m *moving) recordMoves(ctx context.Context, met situation, from map[ID]int, reason string) error {
	total := 0
	for _, g := range sortedGrids(met.asked) {
		lost, touched := from[g.ID]
		if !touched || g.ID == m.to.ID {
			total += lost
			continue
		}
		total += lost
		before, after := traceOf(g), traceOf(g)
		after.Buildings -= lost
		if err := recordGrid(ctx, m.tx, g.ID, &before, &after, reason); err != nil {
			return err
		}
	}
	before, after := traceOf(m.to), traceOf(m.to)
	after.Buildings += total - from[m.to.ID]
	return recordGrid(ctx, m.tx, m.to.ID, &before, &after, reason)
}

func sortedGrids(all map[ID]Grid) []Grid {
	var out []Grid
	for _, g := range all {
		out = append(out, g)
	}
	slices.SortFunc(out, func(a, b Grid) int { return strings.Compare(a.Code, b.Code) })
	return out
}

const endAlone = `
UPDATE grid_address SET valid = valid * daterange(NULL, $2::date)
WHERE address_id = $1 AND NOT isempty(valid) AND (upper_inf(valid) OR upper(valid) > $2::date)
RETURNING grid_id`
const lockAddress = `SELECT building_id FROM address WHERE id = $1 FOR UPDATE`

func (s *Service) placeAddress(ctx context.Context, by authz.Actor, key string, address int64, to ID, day workday.Day, reason string) error {
	err := s.db.WriteKeyed(ctx, by, key, string(authz.GridRedraw)+".address", func(tx *pg.Tx) error {
		return s.placeAlone(ctx, tx, address, to, day, reason)
	})
	return pg.Constraint(err, shapeFields)
}

func (s *Service) placeAlone(ctx context.Context, tx *pg.Tx, address int64, to ID, day workday.Day, reason string) error {
	m := moving{tx: tx, day: day, today: workday.DayOf(tx.Now)}
	if err := m.words(reason); err != nil {
		return err
	}
	a, err := place.AddressByID(ctx, tx, address)
	if err != nil {
		return err
	}
	n := concerned{listed: []int64{a.BuildingID}, kept: true}
	if n.grids, err = n.homes(ctx, tx, day); err != nil {
		return err
	}
	if to != 0 {
		n.grids = append(n.grids, to)
	}
	if err := n.identify(ctx, tx); err != nil {
		return err
	}
	if err := n.may(tx.Actor); err != nil {
		return err
	}
	if err := lockRows(ctx, tx, n.grids, n.listed, day); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, lockAddress, address); err != nil {
		return fmt.Errorf("lock an address: %w", err)
	}
	var was, id ID
	if err := each(ctx, tx, "end a precedent", []any{&id}, func() { was = id }, endAlone, address, day); err != nil {
		return err
	}
	record := func(id ID, before, after *string) error {
		return recordAddress(ctx, tx, id, before, after, reason)
	}
	if to == 0 {
		if was == 0 {
			return fault.InvalidField("to", "这个地址本来就随它的楼，没有要改的")
		}
		return record(was, &a.Text, nil)
	}
	if err := m.into(ctx, to); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, insertAddresses, []int64{address}, []ID{to}, []workday.Day{day}, []workday.Day{{}}, []string{reason}); err != nil {
		return pg.Constraint(err, shapeFields)
	}
	return record(to, nil, &a.Text)
}

// recordAddress tells the trail which address a grid lost or gained.
func recordAddress(ctx context.Context, tx *pg.Tx, id ID, before, after *string, reason string) error {
	side := func(text *string) *trace {
		if text == nil {
			return nil
		}
		return &trace{Address: *text}
	}
	return recordGrid(ctx, tx, id, side(before), side(after), reason)
}
