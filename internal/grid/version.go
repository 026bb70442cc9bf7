package grid

import (
	"context"
	"time"

	"portal/internal/authz"
	"portal/internal/geo"
	"portal/internal/page"
	"portal/internal/place"
	"portal/internal/workday"
)

// VersionRow is one version of a grid. From and Until are zero when the plan was called off.
type VersionRow struct {
	Name      string
	From      workday.Day
	Until     workday.Day
	Boundary  geo.Shape
	System    geo.System
	Reason    string
	MadeAt    time.Time
	CalledOff bool
}

// LineageRow is a grid before or after another.
type LineageRow struct {
	ID   ID
	Code string
	Name string
	Day  workday.Day
	Kind LineageKind
}

// LineageKind says how one grid became another.
type LineageKind string

// The kinds of succession.
const (
	BySplit  LineageKind = "split"
	ByMerge  LineageKind = "merge"
	ByRecode LineageKind = "recode"
)

var lineageLabels = map[LineageKind]string{BySplit: "拆分", ByMerge: "合并", ByRecode: "改码"}

// Label is the word for the succession.
func (k LineageKind) Label() string { return lineageLabels[k] }

// BuildingRow is a building in a grid.
type BuildingRow struct {
	place.Building
	MicroID   ID
	MicroCode string
	MicroName string
	Since     workday.Day // in this grid
	Through   workday.Day // first day no longer in it; zero: no end known
	Addresses int
}

// OnDay lists the grids under a street or community that stand on a day, in order of code, boundaries
// included: those in reach of GridView, and for the public all of them without household counts.
func (s *Service) OnDay(ctx context.Context, by authz.Actor, community string, day workday.Day) ([]Grid, error) {
	return s.onDay(ctx, by, community, day)
}

// ByCode gives a grid as of a day. One that is closed by then, or does not stand yet, is given with its
// nearest version.
func (s *Service) ByCode(ctx context.Context, by authz.Actor, code string, day workday.Day) (Grid, error) {
	return s.byCode(ctx, by, code, day)
}

// Versions lists what a grid was and will be, newest first, plans that were called off included.
func (s *Service) Versions(ctx context.Context, by authz.Actor, id ID) ([]VersionRow, error) {
	return s.versions(ctx, by, id)
}

// Lineage lists the grids a grid came from and those it became, nearest first, over the whole chain
// (edge case 6).
func (s *Service) Lineage(ctx context.Context, by authz.Actor, id ID) (before, after []LineageRow, err error) {
	return s.lineage(ctx, by, id)
}

// Buildings lists the buildings in a grid on a day, page by page.
func (s *Service) Buildings(ctx context.Context, by authz.Actor, id ID, day workday.Day, cursor string) (page.Page[BuildingRow], error) {
	return s.buildings(ctx, by, id, day, cursor)
}
