package place

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"portal/internal/pg"
	"portal/internal/workday"
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

const selectBuildingsIn = `SELECT ` + BuildingColumns + ` FROM building b WHERE b.compound = ANY($1) AND NOT isempty(b.valid) ORDER BY lower(b.valid), b.id`
const selectAddressesWritten = `SELECT a.id, a.building_id, a.text FROM address a WHERE a.text = ANY($1)`

const insertBuildings = `
INSERT INTO building (compound, name, name_key, pinyin, initials, households, residents, lng, lat, coord_system, valid, source)
SELECT compound, name, name_key, pinyin, initials, households, residents, lng, lat, system, daterange(day, NULL), source
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::int[], $7::int[], $8::float8[], $9::float8[], $10::text[], $11::date[], $12::text[])
    WITH ORDINALITY u (compound, name, name_key, pinyin, initials, households, residents, lng, lat, system, day, source, n) ORDER BY n
RETURNING id, compound, name`
const updateBuildings = `
UPDATE building b SET households = u.households, residents = u.residents, lng = u.lng, lat = u.lat, coord_system = u.system
FROM unnest($1::bigint[], $2::int[], $3::int[], $4::float8[], $5::float8[], $6::text[]) u (id, households, residents, lng, lat, system)
WHERE b.id = u.id`
const insertAddresses = `
INSERT INTO address (building_id, text, text_key, pinyin, initials)
SELECT building, text, text_key, pinyin, initials
FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[]) WITH ORDINALITY u (building, text, text_key, pinyin, initials, n) ORDER BY n`

// InsertBuildings stores buildings in one statement and gives their ids in order. A building must be placed
// in a grid in the same transaction.
func InsertBuildings(ctx context.Context, tx *pg.Tx, all []Building) ([]int64, error) {
	if len(all) == 0 {
		return nil, nil
	}
	n := len(all)
	compounds, names, keys, pinyins, initials := make([]string, n), make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	households, residents := make([]int, n), make([]int, n)
	lngs, lats := make([]float64, n), make([]float64, n)
	systems, sources, days := make([]string, n), make([]string, n), make([]workday.Day, n)
	for i, b := range all {
		compounds[i], names[i], keys[i] = b.Compound, b.Name, WordsKey(b.Label())
		pinyins[i], initials[i] = b.reading()
		households[i], residents[i], lngs[i], lats[i] = b.Households, b.Residents, b.Lng, b.Lat
		systems[i], sources[i], days[i] = string(b.System), b.Source, b.From
	}
	rows, err := tx.Query(ctx, insertBuildings, compounds, names, keys, pinyins, initials, households, residents, lngs, lats, systems, days, sources)
	if err != nil {
		return nil, fmt.Errorf("new buildings: %w", err)
	}
	byName := make(map[[2]string]int64, n)
	var id int64
	var name [2]string
	if _, err := pgx.ForEachRow(rows, []any{&id, &name[0], &name[1]}, func() error { byName[name] = id; return nil }); err != nil {
		return nil, fmt.Errorf("new buildings: %w", err)
	}
	ids := make([]int64, n)
	for i, b := range all {
		ids[i] = byName[[2]string{b.Compound, b.Name}]
	}
	return ids, nil
}

// UpdateBuildings stores new counts and points of buildings in one statement.
func UpdateBuildings(ctx context.Context, tx *pg.Tx, all []Building) error {
	if len(all) == 0 {
		return nil
	}
	n := len(all)
	ids, households, residents := make([]int64, n), make([]int, n), make([]int, n)
	lngs, lats, systems := make([]float64, n), make([]float64, n), make([]string, n)
	for i, b := range all {
		ids[i], households[i], residents[i], lngs[i], lats[i], systems[i] = b.ID, b.Households, b.Residents, b.Lng, b.Lat, string(b.System)
	}
	if _, err := tx.Exec(ctx, updateBuildings, ids, households, residents, lngs, lats, systems); err != nil {
		return fmt.Errorf("buildings: %w", err)
	}
	return nil
}

// InsertAddresses stores doorplates in one statement.
func InsertAddresses(ctx context.Context, tx *pg.Tx, all []Address) error {
	if len(all) == 0 {
		return nil
	}
	n := len(all)
	ids, texts, keys, pinyins, initials := make([]int64, n), make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	for i, a := range all {
		ids[i], texts[i], keys[i] = a.BuildingID, a.Text, WordsKey(a.Text)
		pinyins[i], initials[i] = Pinyin(keys[i])
	}
	if _, err := tx.Exec(ctx, insertAddresses, ids, texts, keys, pinyins, initials); err != nil {
		return fmt.Errorf("new addresses: %w", err)
	}
	return nil
}
