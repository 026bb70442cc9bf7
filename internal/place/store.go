package place

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"portal/internal/fault"
	"portal/internal/pg"
)

const divisionColumns = `
code, level, name, parent_code, standard, status, fictional, flag, source, pinyin, initials, lower(valid) AS from, upper(valid) AS until`

const selectDivision = `SELECT ` + divisionColumns + ` FROM division WHERE code = $1`
const selectDivisions = `SELECT ` + divisionColumns + ` FROM division WHERE code = ANY($1) ORDER BY array_position($1, code)`
const selectChildren = `SELECT ` + divisionColumns + ` FROM division WHERE parent_code = $1 ORDER BY code`
const findDivisions = `
SELECT ` + divisionColumns + ` FROM division
WHERE code LIKE $2 || '%' OR name LIKE '%' || $2 || '%' OR initials LIKE $2 || '%' OR replace(pinyin, ' ', '') LIKE $2 || '%'
ORDER BY (name = $1) DESC, code
LIMIT $3`

func divisions(ctx context.Context, q pg.Querier, sql string, args ...any) ([]Division, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("divisions: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[Division])
	if err != nil {
		return nil, fmt.Errorf("divisions: %w", err)
	}
	return out, nil
}

const communityColumns = `
c.code, d.name, d.pinyin, c.households, c.workers, c.capacity_hours::float8 AS capacity_hours, c.address, c.duty_phone`

const selectCommunities = `SELECT ` + communityColumns + ` FROM community c JOIN division d ON d.code = c.code WHERE c.code LIKE $1 || '%' ORDER BY c.code`
const selectCommunity = `SELECT ` + communityColumns + ` FROM community c JOIN division d ON d.code = c.code WHERE c.code = $1`

func communities(ctx context.Context, q pg.Querier, sql string, args ...any) ([]Community, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("communities: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[Community])
	if err != nil {
		return nil, fmt.Errorf("communities: %w", err)
	}
	return out, nil
}

const unitColumns = `
u.id, u.name, u.unit_type, u.requester_kind, u.division_code, u.is_group, u.active, u.role_label, u.programmes, u.works, u.source, u.synthetic,
u.assigned_fields, ARRAY(SELECT a.alias FROM unit_alias a WHERE a.unit_id = u.id ORDER BY a.alias) AS aliases`

const selectUnits = `
SELECT ` + unitColumns + ` FROM unit u
WHERE cardinality($1::text[]) = 0 OR u.requester_kind = ANY($1)
ORDER BY u.is_group, u.id`
const selectUnit = `SELECT ` + unitColumns + ` FROM unit u WHERE u.id = $1`
const selectUnitsByID = `SELECT ` + unitColumns + ` FROM unit u WHERE u.id = ANY($1) ORDER BY u.id`
const selectUnitsByName = `
SELECT ` + unitColumns + ` FROM unit u
WHERE u.name_key = ANY($1) OR u.id IN (SELECT a.unit_id FROM unit_alias a WHERE a.alias_key = ANY($1))
ORDER BY u.id`
const selectUnitByName = `
SELECT ` + unitColumns + ` FROM unit u
WHERE u.name_key = $1 OR u.id IN (SELECT a.unit_id FROM unit_alias a WHERE a.alias_key = $1)
ORDER BY (u.name_key = $1) DESC, u.id
LIMIT 1`

func units(ctx context.Context, q pg.Querier, sql string, args ...any) ([]Unit, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("units: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[Unit])
	if err != nil {
		return nil, fmt.Errorf("units: %w", err)
	}
	return out, nil
}

func oneUnit(ctx context.Context, q pg.Querier, sql string, args ...any) (Unit, error) {
	all, err := units(ctx, q, sql, args...)
	if err != nil {
		return Unit{}, err
	}
	if len(all) == 0 {
		return Unit{}, errNoUnit
	}
	return all[0], nil
}

var unitFields = map[string]fault.Field{
	"unit_requester_kind_check": {Name: "requester_kind", Message: "请选择单位的性质"},
	"unit_name_check":           {Name: "name", Message: "单位名称为 2 到 60 个字"},
}

const insertUnit = `
INSERT INTO unit (name, name_key, unit_type, requester_kind, division_code, is_group, active, role_label, programmes, works, source, synthetic, assigned_fields)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
ON CONFLICT (name) DO UPDATE SET name_key = excluded.name_key
RETURNING id`

func addUnit(ctx context.Context, tx *pg.Tx, u Unit) (int64, error) {
	var id int64
	err := tx.QueryRow(ctx, insertUnit, u.Name, NameKey(u.Name), u.UnitType, string(u.RequesterKind), u.DivisionCode, u.IsGroup, true, u.RoleLabel,
		some(u.Programmes), some(u.Works), u.Source, u.Synthetic, u.AssignedFields).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("unit %s: %w", u.Name, pg.Constraint(err, unitFields))
	}
	return id, nil
}

// some keeps a nil slice from becoming NULL.
func some(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

const updateUnit = `
UPDATE unit SET name_key = $2, unit_type = $3, requester_kind = $4, is_group = $5, role_label = $6, programmes = $7, works = $8, source = $9,
    synthetic = $10, assigned_fields = $11
WHERE name = $1`

func changeUnit(ctx context.Context, tx *pg.Tx, u Unit) error {
	_, err := tx.Exec(ctx, updateUnit, u.Name, NameKey(u.Name), u.UnitType, string(u.RequesterKind), u.IsGroup, u.RoleLabel, some(u.Programmes),
		some(u.Works), u.Source, u.Synthetic, u.AssignedFields)
	if err != nil {
		return fmt.Errorf("unit %s: %w", u.Name, err)
	}
	return nil
}

type aliasRow struct {
	Alias      string
	UnitID     int64
	Source     string
	RoleLabel  string
	Programmes []string
	Works      []string
}

const selectAliases = `SELECT alias, unit_id, source, role_label, programmes, works FROM unit_alias WHERE alias = ANY($1)`

func aliases(ctx context.Context, q pg.Querier, names []string) (map[string]aliasRow, error) {
	rows, err := q.Query(ctx, selectAliases, names)
	if err != nil {
		return nil, fmt.Errorf("aliases: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByName[aliasRow])
	if err != nil {
		return nil, fmt.Errorf("aliases: %w", err)
	}
	out := make(map[string]aliasRow, len(all))
	for _, a := range all {
		out[a.Alias] = a
	}
	return out, nil
}

const upsertAlias = `
INSERT INTO unit_alias (alias, alias_key, unit_id, source, role_label, programmes, works) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (alias) DO UPDATE SET alias_key = excluded.alias_key, unit_id = excluded.unit_id, source = excluded.source,
    role_label = excluded.role_label, programmes = excluded.programmes, works = excluded.works`

func addAlias(ctx context.Context, tx *pg.Tx, a aliasRow) error {
	if _, err := tx.Exec(ctx, upsertAlias, a.Alias, NameKey(a.Alias), a.UnitID, a.Source, a.RoleLabel, some(a.Programmes), some(a.Works)); err != nil {
		return fmt.Errorf("alias %s: %w", a.Alias, err)
	}
	return nil
}

const upsertCommunity = `
INSERT INTO community (code, households, workers, capacity_hours, address, duty_phone) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (code) DO UPDATE SET households = excluded.households, workers = excluded.workers, capacity_hours = excluded.capacity_hours,
    address = excluded.address, duty_phone = excluded.duty_phone`

func addCommunity(ctx context.Context, tx *pg.Tx, c Community) error {
	if _, err := tx.Exec(ctx, upsertCommunity, c.Code, c.Households, c.Workers, c.CapacityHours, c.Address, c.DutyPhone); err != nil {
		return fmt.Errorf("community %s: %w", c.Code, err)
	}
	return nil
}

const upsertDivision = `
INSERT INTO division (code, level, name, parent_code, standard, status, fictional, flag, source, pinyin, initials)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (code) DO UPDATE SET level = excluded.level, name = excluded.name, parent_code = excluded.parent_code, standard = excluded.standard,
    status = excluded.status, fictional = excluded.fictional, flag = excluded.flag, source = excluded.source, pinyin = excluded.pinyin,
    initials = excluded.initials`

func putDivision(ctx context.Context, tx *pg.Tx, d Division) error {
	_, err := tx.Exec(ctx, upsertDivision, d.Code, string(d.Level), d.Name, d.ParentCode, d.Standard, d.Status, d.Fictional, d.Flag, d.Source,
		d.Pinyin, d.Initials)
	if err != nil {
		return fmt.Errorf("division %s: %w", d.Code, err)
	}
	return nil
}
