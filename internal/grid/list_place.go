package grid

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/geo"
	"portal/internal/pg"
	"portal/internal/place"
	"portal/internal/workday"
)

// Where a building or address lies on a day ($1): an address placed by itself wins over its building.
const placeColumns = place.BuildingColumns + `, a.text AS address, COALESCE(own.grid_id, p.grid_id) AS grid_id, COALESCE(own.reason, '') AS precedent`
const whereOnDay = `
JOIN building b ON b.id = h.building_id AND b.valid @> $1::date
JOIN grid_building p ON p.building_id = b.id AND p.valid @> $1::date
LEFT JOIN grid_address own ON own.address_id = h.address_id AND own.valid @> $1::date
CROSS JOIN LATERAL (SELECT COALESCE((SELECT text FROM address WHERE id = h.address_id), '') AS text) a`

const placeOfBuilding = `SELECT ` + placeColumns + ` FROM (SELECT $2::bigint AS building_id, NULL::bigint AS address_id) h` + whereOnDay
const placeOfAddress = `SELECT ` + placeColumns + ` FROM (SELECT building_id, id AS address_id FROM address WHERE id = $2) h` + whereOnDay

// Hits on words: an exact writing first, then buildings, then doorplates. A doorplate of a building that
// is a hit itself stands for nothing more, unless it lies in another grid.
const hitsOfWords = `
FROM (
    SELECT id AS building_id, NULL::bigint AS address_id, name_key AS key FROM building
    WHERE search_bigrams(name_key) @> search_bigrams($2) AND name_key LIKE '%' || $3 || '%'
    UNION ALL
    SELECT t.building_id, t.id, t.text_key FROM address t JOIN building o ON o.id = t.building_id
    WHERE search_bigrams(t.text_key) @> search_bigrams($2) AND t.text_key LIKE '%' || $3 || '%'
      AND (t.text_key = $2 OR o.name_key NOT LIKE '%' || $3 || '%' OR EXISTS (SELECT FROM grid_address x WHERE x.address_id = t.id AND x.valid @> $1::date))
) h`
const findByWords = `SELECT ` + placeColumns + hitsOfWords + whereOnDay + `
ORDER BY h.key = $2 DESC, h.address_id IS NOT NULL, char_length(h.key), b.compound, b.id, h.address_id LIMIT $4`

// Letters are short and fit many doors: the nearest ones of each kind are enough.
const hitsOfLetters = `
FROM (
    (SELECT id AS building_id, NULL::bigint AS address_id, initials AS key FROM building
     WHERE initials LIKE $2 || '%' OR replace(pinyin, ' ', '') LIKE $2 || '%'
     ORDER BY initials = $2 DESC, char_length(initials), id LIMIT 200)
    UNION ALL
    (SELECT t.building_id, t.id, t.initials FROM address t
     WHERE t.initials LIKE $2 || '%' OR replace(t.pinyin, ' ', '') LIKE $2 || '%'
     ORDER BY t.initials = $2 DESC, char_length(t.initials), t.id LIMIT 200)
) h`
const findByLetters = `SELECT ` + placeColumns + hitsOfLetters + whereOnDay + `
WHERE h.address_id IS NULL OR NOT (b.initials LIKE $2 || '%' OR replace(b.pinyin, ' ', '') LIKE $2 || '%')
ORDER BY h.key = $2 DESC, h.address_id IS NOT NULL, char_length(h.key), b.compound, b.id, h.address_id LIMIT $3`

// People write more than the register knows (槐荫苑3幢2单元502室): the longest door inside their words.
const hitsInWords = `
FROM (
    SELECT id AS building_id, NULL::bigint AS address_id, name_key AS key FROM building WHERE char_length(name_key) > 2 AND strpos($2, name_key) > 0
    UNION ALL
    SELECT t.building_id, t.id, t.text_key FROM address t WHERE char_length(t.text_key) > 2 AND strpos($2, t.text_key) > 0
) h`
const findInWords = `SELECT ` + placeColumns + hitsInWords + whereOnDay + `
ORDER BY char_length(h.key) DESC, h.address_id IS NOT NULL, b.compound, b.id, h.address_id LIMIT $3`

type placeRow struct {
	place.Building
	Address   string
	GridID    ID
	Precedent string
}

func places(ctx context.Context, q pg.Querier, day workday.Day, sql string, args ...any) ([]Place, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("places: %w", err)
	}
	hits, err := pgx.CollectRows(rows, pgx.RowToStructByName[placeRow])
	if err != nil || len(hits) == 0 {
		return nil, err
	}
	var ids []ID
	for _, h := range hits {
		if !slices.Contains(ids, h.GridID) {
			ids = append(ids, h.GridID)
		}
	}
	in, err := gridsByID(ctx, q, ids, day)
	if err != nil {
		return nil, err
	}
	out := make([]Place, len(hits))
	for i, h := range hits {
		out[i] = Place{Building: h.Building, Address: h.Address, Grid: in[h.GridID], Precedent: h.Precedent}
	}
	return out, nil
}

// seen takes away what the viewer may not see: whoever looks a door up may do so everywhere, but counts
// are for those in whose reach the grid lies.
func seen(by authz.Actor, all []Place) []Place {
	for i := range all {
		if !authz.Allowed(by, authz.GridView, all[i].Grid.Object()) {
			p := &all[i]
			p.Grid.Households, p.Grid.Residents, p.Building.Households, p.Building.Residents = 0, 0, 0, 0
		}
	}
	return all
}

var (
	letters    = regexp.MustCompile(`^[a-z][a-z0-9]*$`)
	errNotSeen = fault.NotFound("这幢楼在这一天没有登记。请换一个日期，或者换个写法再找")
)

const (
	mostFound  = 100
	longestAsk = 100 // characters of a question
)

func (s *Service) find(ctx context.Context, by authz.Actor, words string, day workday.Day, limit int) ([]Place, error) {
	if err := authz.Check(by, authz.PublicRead, authz.Object{}); err != nil {
		return nil, err
	}
	key := place.WordsKey(words)
	if r := []rune(key); len(r) > longestAsk {
		key = string(r[:longestAsk])
	}
	if key == "" {
		return nil, nil
	}
	limit = min(max(limit, 1), mostFound)
	q := s.db.Q()
	like := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(key)
	found, err := places(ctx, q, day, findByWords, day, key, like, limit)
	if err == nil && len(found) == 0 && letters.MatchString(key) {
		found, err = places(ctx, q, day, findByLetters, day, key, limit)
	}
	if err == nil && len(found) == 0 {
		found, err = places(ctx, q, day, findInWords, day, key, limit)
	}
	return seen(by, found), err
}

func (s *Service) at(ctx context.Context, by authz.Actor, sql string, id int64, day workday.Day) (Place, error) {
	if err := authz.Check(by, authz.PublicRead, authz.Object{}); err != nil {
		return Place{}, err
	}
	found, err := places(ctx, s.db.Q(), day, sql, day, id)
	if err != nil {
		return Place{}, err
	}
	if len(found) == 0 {
		return Place{}, errNotSeen
	}
	return seen(by, found)[0], nil
}

func (s *Service) atBuilding(ctx context.Context, by authz.Actor, id int64, day workday.Day) (Place, error) {
	return s.at(ctx, by, placeOfBuilding, id, day)
}

func (s *Service) atAddress(ctx context.Context, by authz.Actor, id int64, day workday.Day) (Place, error) {
	return s.at(ctx, by, placeOfAddress, id, day)
}

func (s *Service) atPoint(ctx context.Context, by authz.Actor, p geo.Point, sys geo.System, day workday.Day) (Grid, error) {
	if err := authz.Check(by, authz.PublicRead, authz.Object{}); err != nil {
		return Grid{}, err
	}
	all, err := gridsStanding(ctx, s.db.Q(), day, "")
	if err != nil {
		return Grid{}, err
	}
	in, other := inside(all, p, sys)
	if len(in) == 0 && other != "" {
		return Grid{}, fault.InvalidField("coord_system", fmt.Sprintf("网格边界用的是 %s 坐标，这个点是 %s 坐标，两者不能换算。请用 %s 坐标再查", other.Label(), sys.Label(), other.Label()))
	}
	if len(in) == 0 {
		return Grid{}, fault.NotFound("这个点不在任何网格的边界里。请核对经纬度，或者按地址查找")
	}
	g := in[0]
	if !authz.Allowed(by, authz.GridView, g.Object()) {
		g.Households, g.Residents = 0, 0
	}
	return g, nil
}

// inside lists the grids, micro-grids aside, whose boundary holds a point, by code. When no boundary is in
// the point's system, other names the system that they are in.
func inside(all []Grid, p geo.Point, sys geo.System) (in []Grid, other geo.System) {
	same := false
	for _, g := range all {
		switch {
		case g.Kind == Micro || g.Boundary.IsZero():
		case g.System != sys:
			other = g.System
		default:
			same = true
			if g.Boundary.Contains(p) {
				in = append(in, g)
			}
		}
	}
	if same {
		other = ""
	}
	return in, other
}

const selectCompounds = `
SELECT b.compound AS name, count(*)::int AS buildings, g.community
FROM building b
JOIN grid_building p ON p.building_id = b.id AND p.valid @> $1::date
JOIN grid g ON g.id = p.grid_id
WHERE b.valid @> $1::date
GROUP BY b.compound, g.community
ORDER BY min(b.initials), b.compound, g.community`

func compounds(ctx context.Context, q pg.Querier, day workday.Day) ([]Compound, error) {
	rows, err := q.Query(ctx, selectCompounds, day)
	if err != nil {
		return nil, fmt.Errorf("compounds: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[Compound])
	if err != nil {
		return nil, fmt.Errorf("compounds: %w", err)
	}
	return out, nil
}

func (s *Service) buildingsOf(ctx context.Context, compound string, day workday.Day) ([]place.Building, error) {
	all, err := place.BuildingsOf(ctx, s.db.Q(), compound, day)
	if err != nil {
		return nil, err
	}
	for i := range all {
		all[i].Households, all[i].Residents = 0, 0
	}
	slices.SortStableFunc(all, func(a, b place.Building) int { return byNumbers(a.Name, b.Name) })
	return all, nil
}

var runs = regexp.MustCompile(`[0-9]+|[^0-9]+`)

// byNumbers compares names as people count: 2幢 before 10幢.
func byNumbers(a, b string) int {
	x, y := runs.FindAllString(a, -1), runs.FindAllString(b, -1)
	for i := range min(len(x), len(y)) {
		if x[i] == y[i] {
			continue
		}
		if digits(x[i]) && digits(y[i]) {
			m, n := strings.TrimLeft(x[i], "0"), strings.TrimLeft(y[i], "0")
			if c := cmp.Or(cmp.Compare(len(m), len(n)), cmp.Compare(m, n)); c != 0 {
				return c
			}
			continue
		}
		return cmp.Compare(x[i], y[i])
	}
	return cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(a, b))
}

func digits(s string) bool { return s[0] >= '0' && s[0] <= '9' }
