package bench

import (
	"context"
	"fmt"
)

// The grown grids: 400 of them on a lattice east of the demo street, six communities of 65 to 67, each with a new
// version every year from 2015 to 2026, a new A every year, 5,000 buildings that moved twice, 12,000 addresses.
var growGrids = []string{`
CREATE TEMP TABLE grown AS
SELECT g AS n, '32010490000' || (1 + g % 6) AS community, '32010490000' || (1 + g % 6) || lpad((100 + g / 6)::text, 3, '0') AS code,
    118.80 + (g % 20) * 0.0016 AS w, 32.00 + (g / 20) * 0.0014 AS s
FROM generate_series(0, 399) g`, `
INSERT INTO grid (code, community, kind) SELECT code, community, 'grid' FROM grown ORDER BY code`, `
INSERT INTO grid_version (grid_id, valid, name, pinyin, initials, boundary, coord_system, reason, made_at)
SELECT d.id, daterange(make_date(y, 1, 1), CASE WHEN y < 2026 THEN make_date(y + 1, 1, 1) END), '第' || g.n || '号网格', 'di hao wang ge', 'dhwg',
    jsonb_build_object('type', 'Polygon', 'coordinates', jsonb_build_array(jsonb_build_array(
        jsonb_build_array(g.w, g.s), jsonb_build_array(g.w + 0.0008, g.s - 0.00002), jsonb_build_array(g.w + 0.0016, g.s),
        jsonb_build_array(g.w + 0.0016, g.s + 0.0014), jsonb_build_array(g.w + 0.0008, g.s + 0.00138), jsonb_build_array(g.w, g.s + 0.0014),
        jsonb_build_array(g.w, g.s)))), 'WGS-84', y || ' 年调整', make_timestamptz(y, 1, 1, 9, 0, 0)
FROM grown g JOIN grid d ON d.code = g.code CROSS JOIN generate_series(2015, 2026) y`, `
INSERT INTO grid_worker (community, name, phone, employment, valid)
SELECT community, '网格员' || n, '0000-' || lpad(n::text, 7, '0'), 'full_time', daterange('2015-01-01', NULL) FROM grown`, `
INSERT INTO grid_worker (community, name, phone, employment, valid)
SELECT community, '替岗员' || n, '0000-' || lpad((n + 1000)::text, 7, '0'), 'full_time', daterange('2015-01-01', NULL) FROM grown`, `
INSERT INTO grid_assignment (grid_id, role, worker_id, valid, reason, made_at)
SELECT d.id, r.role, w.id, daterange(make_date(y, 1, 1), CASE WHEN y < 2026 THEN make_date(y + 1, 1, 1) END), '', make_timestamptz(y, 1, 1, 9, 0, 0)
FROM grown g JOIN grid d ON d.code = g.code CROSS JOIN generate_series(2015, 2026) y CROSS JOIN (VALUES ('a', 0), ('b', 1)) AS r (role, shift)
JOIN grid_worker w ON w.name = CASE WHEN (y + r.shift) % 2 = 0 THEN '网格员' ELSE '替岗员' END || g.n`, `
INSERT INTO grid_leave (worker_id, valid, kind)
SELECT w.id, daterange(make_date(y, 7, 1), make_date(y, 7, 15)), 'annual' FROM grid_worker w, generate_series(2015, 2026) y WHERE w.name LIKE '网格员%'`, `
INSERT INTO building (compound, name, name_key, pinyin, initials, households, residents, lng, lat, coord_system, valid)
SELECT '长街' || g.n || '号院', k || '幢', '长街' || g.n || '号院' || k || '幢', 'chang jie', 'cj', 40, 90, g.w + 0.0002 + (k % 4) * 0.0003, g.s + 0.0003 + (k / 4) * 0.0003,
    'WGS-84', daterange('2015-01-01', NULL)
FROM grown g, generate_series(1, 13) k WHERE g.n * 13 + k <= 5200 AND (k < 13 OR g.n % 2 = 0)`, `
INSERT INTO address (building_id, text, text_key, pinyin, initials)
SELECT b.id, b.compound || b.name || u || '单元', b.name_key || u || '单元', 'chang jie', 'cj' FROM building b, generate_series(1, 2) u WHERE b.compound LIKE '长街%'`, `
INSERT INTO grid_building (building_id, grid_id, valid)
SELECT b.id, d.id, v.valid
FROM building b JOIN grown g ON b.compound = '长街' || g.n || '号院'
CROSS JOIN (VALUES (1, daterange('2015-01-01', '2019-01-01')), (0, daterange('2019-01-01', '2023-01-01')), (0, daterange('2023-01-01', NULL))) AS v (shift, valid)
JOIN grown o ON o.n = (g.n + v.shift) % 400 JOIN grid d ON d.code = o.code`,
}

// growGrids adds the street of 400 grids and twelve years.
func (s *street) growGrids(ctx context.Context) error {
	if err := s.run(ctx, growGrids...); err != nil {
		return err
	}
	return s.settle(ctx)
}

// someBuildings gives ids of grown buildings, spread.
func (s *street) someBuildings(ctx context.Context, n int) ([]int64, error) {
	var ids []int64
	err := s.admin.QueryRow(ctx, `SELECT array_agg(id) FROM (SELECT id FROM building WHERE compound LIKE '长街%' ORDER BY (id * 7919) % 5000, id LIMIT $1) x`, n).Scan(&ids)
	if err != nil {
		return nil, fmt.Errorf("buildings: %w", err)
	}
	return ids, nil
}
