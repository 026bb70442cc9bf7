package grid

import (
	"context"
	"errors"

	"portal/internal/authz"
	"portal/internal/geo"
	"portal/internal/intake"
	"portal/internal/page"
	"portal/internal/pg"
	"portal/internal/place"
	"portal/internal/workday"
)

var errNext = errors.New("grid: the shape half comes with the next commit")

func (s *Service) onDay(ctx context.Context, by authz.Actor, community string, day workday.Day) ([]Grid, error) {
	return nil, errNext
}
func (s *Service) byCode(ctx context.Context, by authz.Actor, code string, day workday.Day) (Grid, error) {
	return Grid{}, errNext
}
func (s *Service) versions(ctx context.Context, by authz.Actor, id ID) ([]VersionRow, error) {
	return nil, errNext
}
func (s *Service) lineage(ctx context.Context, by authz.Actor, id ID) (before, after []LineageRow, err error) {
	return nil, nil, errNext
}
func (s *Service) buildings(ctx context.Context, by authz.Actor, id ID, day workday.Day, cursor string) (page.Page[BuildingRow], error) {
	return page.Page[BuildingRow]{}, errNext
}
func (s *Service) find(ctx context.Context, by authz.Actor, words string, day workday.Day, limit int) ([]Place, error) {
	return nil, errNext
}
func (s *Service) atBuilding(ctx context.Context, by authz.Actor, id int64, day workday.Day) (Place, error) {
	return Place{}, errNext
}
func (s *Service) atAddress(ctx context.Context, by authz.Actor, id int64, day workday.Day) (Place, error) {
	return Place{}, errNext
}
func (s *Service) atPoint(ctx context.Context, by authz.Actor, p geo.Point, sys geo.System, day workday.Day) (Grid, error) {
	return Grid{}, errNext
}
func compounds(ctx context.Context, q pg.Querier, day workday.Day) ([]Compound, error) {
	return nil, errNext
}
func (s *Service) buildingsOf(ctx context.Context, compound string, day workday.Day) ([]place.Building, error) {
	return nil, errNext
}
func (s *Service) preview(ctx context.Context, by authz.Actor, c Change) (Preview, error) {
	return Preview{}, errNext
}
func (s *Service) apply(ctx context.Context, by authz.Actor, key string, c Change) ([]ID, error) {
	return nil, errNext
}
func (s *Service) movePlaces(ctx context.Context, by authz.Actor, key string, m MovePlaces) error {
	return errNext
}
func (s *Service) placeAddress(ctx context.Context, by authz.Actor, key string, addressID int64, to ID, day workday.Day, reason string) error {
	return errNext
}

// GridsFile is the import of grids.
func GridsFile() intake.Kind { return intake.Kind{} }

// BuildingsFile is the import of buildings and their addresses.
func BuildingsFile() intake.Kind { return intake.Kind{} }
