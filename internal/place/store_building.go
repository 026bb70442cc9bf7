package place

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"portal/internal/pg"
)

// BuildingColumns are the columns of a Building of the alias b, for the lists of other packages.
const BuildingColumns = `
b.id, b.compound, b.name, b.households, b.residents, b.lng, b.lat, b.coord_system AS system, lower(b.valid) AS from, upper(b.valid) AS until, b.source`

const selectBuilding = `SELECT ` + BuildingColumns + ` FROM building b WHERE b.id = $1`
const selectBuildingsOf = `SELECT ` + BuildingColumns + ` FROM building b WHERE b.compound = $1 AND b.valid @> $2::date ORDER BY b.id`
const selectAddress = `SELECT a.id, a.building_id, a.text FROM address a WHERE a.id = $1`
const selectAddressesOf = `SELECT a.id, a.building_id, a.text FROM address a WHERE a.building_id = $1 ORDER BY a.id`

func buildings(ctx context.Context, q pg.Querier, sql string, args ...any) ([]Building, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("buildings: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[Building])
	if err != nil {
		return nil, fmt.Errorf("buildings: %w", err)
	}
	return out, nil
}

func addresses(ctx context.Context, q pg.Querier, sql string, args ...any) ([]Address, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("addresses: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[Address])
	if err != nil {
		return nil, fmt.Errorf("addresses: %w", err)
	}
	return out, nil
}
