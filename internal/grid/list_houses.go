package grid

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"portal/internal/authz"
	"portal/internal/geo"
	"portal/internal/workday"
)

// House is a building as a map shows it: a point, in the system it was measured in.
type House struct {
	Lng    float64
	Lat    float64
	System geo.System
}

// Point is where it stands.
func (h House) Point() geo.Point { return geo.Point{Lng: h.Lng, Lat: h.Lat} }

const housesOnDay = `
WITH here AS MATERIALIZED (
    SELECT p.building_id FROM grid_building p
    WHERE p.valid @> $1::date AND p.grid_id = ANY (ARRAY(SELECT g.id FROM grid g
        WHERE starts_with(g.code, $2) AND ($3 OR EXISTS (SELECT FROM unnest($4::text[]) x WHERE starts_with(g.code, x))))))
SELECT b.lng, b.lat, b.coord_system AS system
FROM building b JOIN here h ON h.building_id = b.id
ORDER BY b.id
LIMIT $5`

// Houses lists where buildings stand under a community or grid on a day, for its map: at most the limit,
// in reach of whoever looks at the grids.
func (s *Service) Houses(ctx context.Context, by authz.Actor, prefix string, day workday.Day, limit int) ([]House, error) {
	v := viewOf(by)
	if v.scope.Empty() {
		return nil, errNoGrid
	}
	rows, err := s.db.Q().Query(ctx, housesOnDay, day, prefix, v.scope.All, some(v.scope.Prefixes), limit)
	if err != nil {
		return nil, fmt.Errorf("buildings of a map: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[House])
	if err != nil {
		return nil, fmt.Errorf("buildings of a map: %w", err)
	}
	return out, nil
}
