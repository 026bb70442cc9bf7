package grid

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"portal/internal/authz"
	"portal/internal/geo"
	"portal/internal/intake"
	"portal/internal/pg"
	"portal/internal/place"
	"portal/internal/sheet"
	"portal/internal/workday"
)

var degreesShape = regexp.MustCompile(`^[0-9]{1,3}(\.[0-9]{1,15})?$`)

// between checks a number of degrees, so that the two turned round are noticed.
func between(low, high float64, words string) func(string) error {
	return func(cell string) error {
		n, err := strconv.ParseFloat(cell, 64)
		if err != nil || !degreesShape.MatchString(cell) || n < low || n > high {
			return errors.New(words)
		}
		return nil
	}
}

func atMost(most int) func(string) error {
	return func(cell string) error {
		if n, err := strconv.Atoi(cell); err != nil || n < 0 || n > most || len(cell) > 6 {
			return fmt.Errorf("请填写 0 到 %d 的整数", most)
		}
		return nil
	}
}

// BuildingsFile is the import of buildings and their addresses. A building without a grid code is placed by
// its point. One that is known keeps its grid: moving it is a change of boundaries, with its day and reason.
func BuildingsFile() intake.Kind {
	return intake.Kind{
		Name: "buildings", Label: "楼幢", Key: []string{"compound", "name"}, Do: authz.GridImport, Plan: planBuildings,
		Columns: []intake.Column{
			{Name: "compound", Filled: true, Max: 40, Check: cleanCell},
			{Name: "name", Filled: true, Max: 40, Check: cleanCell},
			{Name: "households", Filled: true, Check: atMost(5000)},
			{Name: "residents", Check: atMost(50000)},
			{Name: "lng", Filled: true, Check: between(73, 136, "经度为 73 到 136 的小数，如 118.7718572；请核对是不是与纬度填反了")},
			{Name: "lat", Filled: true, Check: between(3, 54, "纬度为 3 到 54 的小数，如 32.0295199；请核对是不是与经度填反了")},
			{Name: "coord_system", Filled: true, Check: intake.OneOf(geo.WGS84, geo.GCJ02)},
			{Name: "grid_code", Check: codeShape},
			{Name: "addresses"},
			{Name: "valid_from", Filled: true, Check: intake.Date},
		},
	}
}

// house is a row as it will be stored.
type house struct {
	place.Building
	addresses []string
	grid      ID
	micro     ID
}

func houseOf(r intake.Row) house {
	number := func(column string) int {
		n, _ := strconv.Atoi(r.Text(column)) // the column's check has read it; empty is 0
		return n
	}
	degree := func(column string) float64 {
		n, _ := strconv.ParseFloat(r.Text(column), 64) // the column's check has read it
		return n
	}
	return house{Building: place.Building{Compound: r.Text("compound"), Name: r.Text("name"), Households: number("households"), Residents: number("residents"),
		Lng: degree("lng"), Lat: degree("lat"), System: geo.System(r.Text("coord_system")), From: r.Day("valid_from")},
		addresses: slices.Compact(slices.Sorted(slices.Values(r.Multi("addresses"))))}
}

// buildingsPlan is what a file of buildings does; all of it is written at once after the last row.
type buildingsPlan struct {
	byCode  map[string]Grid
	whole   []Grid                    // standing today, ordinary and special
	since   map[ID]workday.Day        // grids without a planned end: the day from which each stands
	stored  map[string]place.Building // the last one of a name
	home    map[int64]string          // code of the grid a stored building is in today
	written map[string]place.Address
	inFile  map[string]int // address → row
	added   []house
	changed []place.Building
	more    []place.Address // of stored buildings
}

func planBuildings(ctx context.Context, q pg.Querier, rows []intake.Row, o intake.Options) (intake.Plan, error) {
	var plan intake.Plan
	p, err := readBuildings(ctx, q, rows, o.Today)
	if err != nil {
		return plan, err
	}
	for _, r := range rows {
		act, problem := p.row(r)
		if problem != nil {
			plan.Problems = append(plan.Problems, *problem)
			continue
		}
		plan.Steps = append(plan.Steps, intake.Step{Row: r, Act: act})
	}
	plan.After = p.write
	return plan, nil
}

const selectHomeCodes = `
SELECT p.building_id, g.code FROM grid_building p JOIN grid g ON g.id = p.grid_id
WHERE p.building_id = ANY($1) AND NOT isempty(p.valid) AND (upper_inf(p.valid) OR upper(p.valid) > $2::date) ORDER BY p.valid DESC`

func readBuildings(ctx context.Context, q pg.Querier, rows []intake.Row, today workday.Day) (*buildingsPlan, error) {
	p := &buildingsPlan{byCode: map[string]Grid{}, stored: map[string]place.Building{}, home: map[int64]string{}, written: map[string]place.Address{},
		inFile: map[string]int{}, since: map[ID]workday.Day{}}
	standing, err := gridsStanding(ctx, q, today, "")
	if err != nil {
		return nil, err
	}
	for _, g := range standing {
		p.byCode[g.Code] = g
		if g.Kind != Micro {
			p.whole = append(p.whole, g)
		}
	}
	first, err := firstDays(ctx, q)
	if err != nil {
		return nil, err
	}
	p.since = first
	var compounds, texts []string
	for _, r := range rows {
		compounds = append(compounds, r.Text("compound"))
		texts = append(texts, r.Multi("addresses")...)
	}
	known, err := place.BuildingsIn(ctx, q, unique(compounds))
	if err != nil {
		return nil, err
	}
	var ids []int64
	for _, b := range known {
		p.stored[b.Compound+"\x00"+b.Name] = b
		ids = append(ids, b.ID)
	}
	var id int64
	var code string
	if err := each(ctx, q, "homes of buildings", []any{&id, &code}, func() { p.home[id] = code }, selectHomeCodes, some(ids), today); err != nil {
		return nil, err
	}
	written, err := place.AddressesWritten(ctx, q, unique(texts))
	for _, a := range written {
		p.written[a.Text] = a
	}
	return p, err
}

// The day from which a grid stands; only grids whose end is not known.
const selectFirstDays = `
SELECT grid_id, lower(range_agg(valid)) FROM grid_version WHERE NOT isempty(valid) GROUP BY grid_id HAVING upper_inf(range_agg(valid))`

func firstDays(ctx context.Context, q pg.Querier) (map[ID]workday.Day, error) {
	out := map[ID]workday.Day{}
	var id ID
	var day workday.Day
	err := each(ctx, q, "first days of grids", []any{&id, &day}, func() { out[id] = day }, selectFirstDays)
	return out, err
}

func (p *buildingsPlan) row(r intake.Row) (intake.Act, *sheet.Problem) {
	fail := func(column, format string, args ...any) (intake.Act, *sheet.Problem) {
		found := r.Problem(column, fmt.Sprintf(format, args...))
		return 0, &found
	}
	h := houseOf(r)
	before, there := p.stored[h.Compound+"\x00"+h.Name]
	if there && !before.Until.IsZero() && !before.Until.After(h.From) {
		there = false // pulled down, and built again
	}
	var fresh []string
	for _, text := range h.addresses {
		a, known := p.written[text]
		other, twice := p.inFile[text]
		switch n := len([]rune(text)); {
		case n > 80:
			return fail("addresses", "地址“%s…”有 %d 个字，最多 80 个字", string([]rune(text)[:10]), n)
		case twice:
			return fail("addresses", "地址“%s”在第 %d 行已经有了，请只留一处", text, other)
		case known && (!there || a.BuildingID != before.ID):
			return fail("addresses", "地址“%s”已经登记在另一幢楼，请核对", text)
		case !known:
			fresh = append(fresh, text)
		}
		p.inFile[text] = r.Number
	}
	if there {
		return p.again(r, h, before, fresh)
	}
	column, words := p.settle(&h, r.Text("grid_code"))
	if words != "" {
		return fail(column, "%s", words)
	}
	p.added = append(p.added, h)
	return intake.Added, nil
}

// again compares a row with the building that is stored.
func (p *buildingsPlan) again(r intake.Row, h house, before place.Building, fresh []string) (intake.Act, *sheet.Problem) {
	code := r.Text("grid_code")
	if code != "" && p.home[before.ID] != code[:15] {
		found := r.Problem("grid_code", fmt.Sprintf("这幢楼在册的网格是 %s。换网格请用“调整边界”，写明日期和理由", p.home[before.ID]))
		return 0, &found
	}
	now := before
	now.Households, now.Residents, now.Lng, now.Lat, now.System = h.Households, h.Residents, h.Lng, h.Lat, h.System
	for _, text := range fresh {
		p.more = append(p.more, place.Address{BuildingID: before.ID, Text: text})
	}
	switch {
	case now != before:
		p.changed = append(p.changed, now)
		return intake.Updated, nil
	case len(fresh) > 0:
		return intake.Updated, nil
	}
	return intake.Unchanged, nil
}

// settle finds the grid of a new building: the one named, else the one around its point.
func (p *buildingsPlan) settle(h *house, code string) (column, words string) {
	if code == "" {
		in, other := inside(p.whole, h.Point(), h.System)
		switch {
		case len(in) == 0 && other != "":
			return "coord_system", fmt.Sprintf("网格边界用的是 %s 坐标，两者不能换算。请改用 %s 坐标，或者填写网格编码", other.Label(), other.Label())
		case len(in) == 0:
			return "lng", "这个点不在任何网格的边界里。请核对经纬度，或者填写网格编码"
		case len(in) > 1:
			return "lng", fmt.Sprintf("这个点同时在%s的边界上。请填写网格编码", namesOf(in))
		}
		code = in[0].Code
	}
	g, known := p.byCode[code]
	if !known {
		return "grid_code", fmt.Sprintf("现在没有编码为 %s 的网格，请核对", code)
	}
	h.grid = g.ID
	if g.Kind == Micro {
		h.grid, h.micro = g.ParentID, g.ID
	}
	for _, id := range []ID{h.grid, h.micro} {
		since, lasting := p.since[id]
		switch {
		case id == 0:
		case !lasting:
			return "grid_code", fmt.Sprintf("%s已有关闭的计划，请在那之后再导入", g.Name)
		case since.After(h.From):
			return "valid_from", fmt.Sprintf("%s从 %s 起才有，这幢楼的起始日期不能更早", g.Name, since.Chinese())
		}
	}
	return "", ""
}

func namesOf(all []Grid) string {
	names := make([]string, len(all))
	for i, g := range all {
		names[i] = g.Name
	}
	return strings.Join(names, "和")
}

// write stores everything in a handful of statements, however long the file is.
func (p *buildingsPlan) write(ctx context.Context, tx *pg.Tx) error {
	if err := planByIndex(ctx, tx); err != nil {
		return err
	}
	fresh := make([]place.Building, len(p.added))
	for i, h := range p.added {
		fresh[i] = h.Building
	}
	ids, err := place.InsertBuildings(ctx, tx, fresh)
	if err != nil {
		return pg.Constraint(err, shapeFields)
	}
	doors := p.more
	var stays stayRows
	for i, h := range p.added {
		stays.add(ids[i], h.grid, h.micro, h.From, workday.Day{})
		for _, text := range h.addresses {
			doors = append(doors, place.Address{BuildingID: ids[i], Text: text})
		}
	}
	for _, step := range []func() error{
		func() error { return stays.insert(ctx, tx) },
		func() error { return place.UpdateBuildings(ctx, tx, p.changed) },
		func() error { return place.InsertAddresses(ctx, tx, doors) },
	} {
		if err := step(); err != nil {
			return pg.Constraint(err, shapeFields)
		}
	}
	return nil
}
