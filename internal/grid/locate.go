package grid

import (
	"context"

	"portal/internal/authz"
	"portal/internal/geo"
	"portal/internal/place"
	"portal/internal/workday"
)

// Place is the answer for a door: its building, the address if one was asked for, the grid of the day.
// Precedent says why an address does not follow its building (edge cases 1 and 2).
type Place struct {
	Building  place.Building
	Address   string
	Grid      Grid
	Precedent string
}

// Compound is a 小区 with how many buildings stand in it.
type Compound struct {
	Name      string
	Buildings int
	Community string // code; a compound on a border stands once for each
}

// Find looks doors up by words of an address, a building or a compound, by pinyin and by initials.
// The public may.
func (s *Service) Find(ctx context.Context, by authz.Actor, words string, day workday.Day, limit int) ([]Place, error) {
	return s.find(ctx, by, words, day, limit)
}

// AtBuilding gives the grid of a building on a day.
func (s *Service) AtBuilding(ctx context.Context, by authz.Actor, buildingID int64, day workday.Day) (Place, error) {
	return s.atBuilding(ctx, by, buildingID, day)
}

// AtAddress gives the grid of an address on a day: its own where it was placed by itself, else its
// building's.
func (s *Service) AtAddress(ctx context.Context, by authz.Actor, addressID int64, day workday.Day) (Place, error) {
	return s.atAddress(ctx, by, addressID, day)
}

// AtPoint gives the grid whose boundary holds a point. Coordinates are never converted: a point in
// another system than the boundaries is refused in words.
func (s *Service) AtPoint(ctx context.Context, by authz.Actor, p geo.Point, sys geo.System, day workday.Day) (Grid, error) {
	return s.atPoint(ctx, by, p, sys, day)
}

// Compounds lists the compounds with buildings that stand on a day, once for each community in which some lie.
func (s *Service) Compounds(ctx context.Context, day workday.Day) ([]Compound, error) {
	return compounds(ctx, s.db.Q(), day)
}

// BuildingsOf lists the buildings of a compound, without household counts, 1幢 before 10幢.
func (s *Service) BuildingsOf(ctx context.Context, compound string, day workday.Day) ([]place.Building, error) {
	return s.buildingsOf(ctx, compound, day)
}
