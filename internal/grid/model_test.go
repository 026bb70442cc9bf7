package grid_test

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/geo"
	"portal/internal/grid"
	"portal/internal/intake"
	"portal/internal/pg"
	"portal/internal/pg/pgtest"
	"portal/internal/place"
	"portal/internal/workday"
)

// model drives the use cases with random commands, days apart, and looks at the whole history after each.
type model struct {
	*rapid.T
	ctx     context.Context
	db      *pg.DB
	svc     *grid.Service
	at      *time.Time
	workers []grid.WorkerID
	done    map[string]int // commands that were accepted
	n       int
}

func (m *model) today() workday.Day { return workday.DayOf(*m.at) }

func (m *model) key() string {
	m.n++
	return "model-key-0123456789-" + strconv.Itoa(m.n)
}

func (m *model) grids(day workday.Day) []grid.Grid {
	all, err := m.svc.OnDay(m.ctx, authz.System, modelCommunity, day)
	if err != nil {
		m.Fatal(err)
	}
	return slices.DeleteFunc(all, func(g grid.Grid) bool { return g.Kind != grid.Ordinary })
}

func (m *model) someWorker() grid.WorkerID { return rapid.SampledFrom(m.workers).Draw(m.T, "worker") }

func (m *model) someGrid() grid.Grid { return rapid.SampledFrom(m.grids(m.today())).Draw(m.T, "grid") }

func (m *model) someDay() workday.Day {
	return m.today().Add(rapid.SampledFrom([]int{-1, 0, 0, 0, 1, 9, 40}).Draw(m.T, "ahead"))
}

// took counts an accepted command; a refusal in words is as good, anything else is a fault of ours.
func (m *model) took(what string, err error) {
	if err == nil {
		m.done[what]++
		return
	}
	var said *fault.Fault
	if !errors.As(err, &said) || said.Error() == "" {
		m.Fatalf("%s: %v", what, err)
	}
}

func (m *model) split() {
	g := m.someGrid()
	rows, err := m.svc.Buildings(m.ctx, authz.System, g.ID, m.today(), "")
	if err != nil {
		m.Fatal(err)
	}
	var parts [2]grid.Part
	var points [2][]geo.Point
	if len(rows.Rows) < 2 {
		return
	}
	slices.SortFunc(rows.Rows, func(a, b grid.BuildingRow) int { return cmp.Compare(a.Lng, b.Lng) })
	cut := rapid.IntRange(1, len(rows.Rows)-1).Draw(m.T, "cut")
	for i, b := range rows.Rows {
		to := 0
		if i >= cut {
			to = 1
		}
		parts[to].Buildings = append(parts[to].Buildings, b.ID)
		points[to] = append(points[to], b.Point())
	}
	var lies bool
	if parts[0].Boundary, parts[1].Boundary, lies, err = geo.Divide(g.Boundary, points[0], points[1]); err != nil || !lies {
		return // the buildings of the halves lie in each other's way
	}
	parts[0].Name, parts[1].Name = fmt.Sprintf("分出网格%d甲", m.n), fmt.Sprintf("分出网格%d乙", m.n)
	c := grid.SplitPlan(g, parts[:], m.someDay(), "拆分")
	for i := range c.Open {
		c.Open[i].VacancyReason = "新网格，人选待定"
	}
	_, err = m.svc.Apply(m.ctx, authz.System, m.key(), c)
	m.took("split", err)
}

func (m *model) merge() {
	a, b := m.someGrid(), m.someGrid()
	if a.ID == b.ID {
		return
	}
	land, err := geo.Union(a.Boundary, b.Boundary)
	if err != nil {
		m.Fatal(err)
	}
	c := grid.MergePlan([]grid.Grid{a, b}, grid.Part{Name: fmt.Sprintf("合并网格%d", m.n), Boundary: land}, m.someDay(), "合并")
	_, err = m.svc.Apply(m.ctx, authz.System, m.key(), c)
	m.took("merge", err)
}

func (m *model) move() {
	from, to := m.someGrid(), m.someGrid()
	rows, err := m.svc.Buildings(m.ctx, authz.System, from.ID, m.today(), "")
	if err != nil {
		m.Fatal(err)
	}
	if len(rows.Rows) == 0 {
		return
	}
	b := rapid.SampledFrom(rows.Rows).Draw(m.T, "building")
	m.took("move", m.svc.MovePlaces(m.ctx, authz.System, m.key(), grid.MovePlaces{Buildings: []int64{b.ID}, To: to.ID, Day: m.someDay(), Reason: "就近管理"}))
}

func (m *model) appoint() {
	worker, reason := m.someWorker(), "轮换"
	if rapid.IntRange(0, 4).Draw(m.T, "vacate") == 0 {
		worker = 0
	}
	if rapid.IntRange(0, 5).Draw(m.T, "silent") == 0 {
		reason = ""
	}
	role := rapid.SampledFrom(grid.PostRoles).Draw(m.T, "role")
	_, err := m.svc.Appoint(m.ctx, authz.System, m.key(), grid.Appointment{Grid: m.someGrid().ID, Role: role, Worker: worker, Day: m.someDay(), Reason: reason})
	m.took("appoint", err)
}

func (m *model) takeLeave() {
	from := m.someDay()
	m.took("leave", m.svc.TakeLeave(m.ctx, authz.System, m.key(), grid.Leave{Worker: m.someWorker(), From: from,
		Until: from.Add(rapid.IntRange(-1, 20).Draw(m.T, "long")), Kind: grid.AnnualLeave}))
}

func (m *model) closeHandover() {
	open, err := m.svc.Handovers(m.ctx, authz.System, modelCommunity, true, "")
	if err != nil {
		m.Fatal(err)
	}
	if len(open.Rows) == 0 {
		return
	}
	h := rapid.SampledFrom(open.Rows).Draw(m.T, "handover")
	step := grid.HandoverStep{ID: h.ID, Version: h.Version}
	if rapid.Bool().Draw(m.T, "force") {
		m.took("force", m.svc.Force(m.ctx, authz.System, m.key(), step, "双方已当面交接"))
	} else {
		m.took("call off", m.svc.CallOff(m.ctx, authz.System, m.key(), step, "人选有变，另行安排"))
	}
}

func (m *model) end() {
	m.took("end", m.svc.EndWorker(m.ctx, authz.System, m.key(), m.someWorker(), m.someDay()))
}

// GRD-01, GRD-02, GRD-03: after random splits, merges, moves, appointments, leaves, handovers and endings,
// on every day of the history on which anything begins or ends, each building lies in exactly one
// grid that stands, and each standing grid has one A and a different B, or a visible vacancy with a reason.
func TestHistoryKeepsTheInvariants(t *testing.T) {
	walks(t)
	accepted := map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		m := newModel(t, rt)
		m.done = accepted
		rt.Repeat(map[string]func(*rapid.T){
			"split": m.with(m.split), "merge": m.with(m.merge), "move": m.with(m.move), "appoint": m.with(m.appoint), "leave": m.with(m.takeLeave),
			"handover": m.with(m.closeHandover), "end": m.with(m.end),
			"night": m.with(func() { *m.at = m.at.Add(time.Duration(rapid.IntRange(1, 12).Draw(m.T, "days")) * 24 * time.Hour) }),
			"":      m.with(m.invariants),
		})
	})
	t.Logf("accepted: %v", accepted)
	for _, what := range []string{"split", "merge", "move", "appoint", "leave"} {
		if accepted[what] == 0 {
			t.Errorf("no %s was accepted: the walk shows nothing of it", what)
		}
	}
}

// walks keeps the number of walks at a dozen, each over a database of its own, unless -rapid.checks asks for more.
func walks(t *testing.T) {
	t.Helper()
	checks := flag.Lookup("rapid.checks")
	if checks.Value.String() != checks.DefValue {
		return
	}
	if err := checks.Value.Set("12"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = checks.Value.Set(checks.DefValue) })
}

func (m *model) with(do func()) func(*rapid.T) {
	return func(rt *rapid.T) { m.T = rt; do() }
}

const modelCommunity = "320104900001"

// newModel is a community of three grids with nine buildings and seven people.
func newModel(t *testing.T, rt *rapid.T) *model {
	db := pgtest.New(t)
	at := pgtest.Now
	db.Now = func() time.Time { return at }
	m := &model{T: rt, ctx: t.Context(), db: db, svc: grid.New(db), at: &at}
	modelGround(t, db)
	for _, name := range []string{"甲一", "乙二", "丙三", "丁四", "戊五", "己六", "庚七"} {
		id, err := m.svc.AddWorker(m.ctx, authz.System, m.key(), grid.Worker{Community: modelCommunity, Name: name, Phone: "0000-5551111", Employment: grid.FullTime, From: m.today()})
		if err != nil {
			t.Fatal(err)
		}
		m.workers = append(m.workers, id)
	}
	c := grid.Change{Day: m.today(), Reason: "首次划分", System: geo.WGS84}
	for i := range 3 {
		c.Open = append(c.Open, grid.NewGrid{Kind: grid.Ordinary, Community: modelCommunity, Name: fmt.Sprintf("第%d网格", i+1), Boundary: modelSquare(t, i), A: m.workers[i], B: m.workers[i+3]})
	}
	if _, err := m.svc.Apply(m.ctx, authz.System, m.key(), c); err != nil {
		t.Fatal(err)
	}
	var rows strings.Builder
	rows.WriteString("compound,name,households,residents,lng,lat,coord_system,grid_code,addresses,valid_from\n")
	for i := range 9 {
		fmt.Fprintf(&rows, "槐安里,%d幢,40,90,%.6f,32.0205,WGS-84,,槐安里%d幢1单元,%s\n", i+1, 118.7702+float64(i/3)*0.001+float64(i%3)*0.0003, i+1, m.today())
	}
	modelLoad(t, db, grid.BuildingsFile(), rows.String())
	return m
}

// The days on which anything in the history begins or ends, and the counts on each of them, read straight
// from the tables and not through the package.
const broken = `
WITH days AS (
    SELECT DISTINCT d FROM (
        SELECT lower(valid) AS d FROM grid_version UNION SELECT upper(valid) FROM grid_version UNION SELECT lower(valid) FROM grid_building
        UNION SELECT upper(valid) FROM grid_building UNION SELECT lower(valid) FROM grid_assignment UNION SELECT upper(valid) FROM grid_assignment
        UNION SELECT lower(valid) FROM building UNION SELECT '2099-01-01'::date) x WHERE d IS NOT NULL)
SELECT 'building ' || b.id || ' lies in ' || count(v.id) || ' grids on ' || d.d
FROM days d JOIN building b ON b.valid @> d.d
LEFT JOIN grid_building p ON p.building_id = b.id AND p.valid @> d.d
LEFT JOIN grid_version v ON v.grid_id = p.grid_id AND v.valid @> d.d
GROUP BY b.id, d.d HAVING count(v.id) <> 1
UNION ALL
SELECT 'grid ' || v.grid_id || ' has ' || count(a.id) || ' ' || r.role || ' on ' || d.d
FROM days d JOIN grid_version v ON v.valid @> d.d JOIN grid g ON g.id = v.grid_id AND g.kind <> 'micro_grid' CROSS JOIN (VALUES ('a'), ('b')) AS r (role)
LEFT JOIN grid_assignment a ON a.grid_id = v.grid_id AND a.role = r.role AND a.valid @> d.d AND (a.worker_id IS NOT NULL OR a.reason <> '')
GROUP BY v.grid_id, r.role, d.d HAVING count(a.id) <> 1
UNION ALL
SELECT 'one person is A and B of grid ' || a.grid_id || ' on ' || d.d
FROM days d JOIN grid_assignment a ON a.valid @> d.d AND a.role = 'a' JOIN grid_assignment b ON b.grid_id = a.grid_id AND b.valid @> d.d AND b.role = 'b'
WHERE a.worker_id = b.worker_id
UNION ALL
SELECT 'worker ' || a.worker_id || ' is A of ' || count(*) || ' grids on ' || d.d
FROM days d JOIN grid_assignment a ON a.valid @> d.d AND a.role = 'a' AND a.worker_id IS NOT NULL
GROUP BY a.worker_id, d.d HAVING count(*) > 2
UNION ALL
SELECT 'worker ' || w.id || ' holds a post of grid ' || a.grid_id || ' outside the register'
FROM grid_worker w JOIN grid_assignment a ON a.worker_id = w.id AND NOT isempty(a.valid) AND NOT w.valid @> a.valid`

// invariants looks at every day of the history, past and planned.
func (m *model) invariants() {
	rows, err := m.db.Q().Query(m.ctx, broken)
	if err != nil {
		m.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var words string
		if err := rows.Scan(&words); err != nil {
			m.Fatal(err)
		}
		m.Error(words)
	}
	if err := rows.Err(); err != nil {
		m.Fatal(err)
	}
	standing := m.grids(m.today())
	ids := make([]grid.ID, len(standing))
	for i, g := range standing {
		ids[i] = g.ID
	}
	answers, err := m.svc.WhoOn(m.ctx, authz.System, ids, m.today())
	if err != nil {
		m.Fatal(err)
	}
	for _, id := range ids { // GRD-19: always a contact that can be reached
		if answers[id].Phone == "" {
			m.Errorf("nobody can be reached for grid %d on %s", id, m.today())
		}
	}
}

// modelGround is a street with one community.
func modelGround(t *testing.T, db *pg.DB) {
	t.Helper()
	modelLoad(t, db, place.Divisions(), "code,level,name,parent_code,standard,status,synthetic,source\n"+
		"320104900,street,梧桐里街道,,project,fictional,true,x\n320104900001,community,槐荫社区,320104900,project,fictional,true,x\n")
	if err := db.Write(t.Context(), authz.System, func(tx *pg.Tx) error {
		if err := place.AddCommunity(t.Context(), tx, place.Community{Code: modelCommunity, Households: 360, Workers: 7, CapacityHours: 560}); err != nil {
			return err
		}
		return tx.Record(t.Context(), pg.Change{Action: authz.ListImport, Kind: "community", No: modelCommunity})
	}); err != nil {
		t.Fatal(err)
	}
}

func modelLoad(t *testing.T, db *pg.DB, k intake.Kind, content string) {
	t.Helper()
	if s, err := intake.Run(t.Context(), db, authz.System, k, strings.NewReader(content), k.Name+".csv", intake.Options{}); err != nil || !s.OK() {
		t.Fatalf("%s: %v %v %+v", k.Name, err, s, s.Problems)
	}
}

// modelSquare is the i-th square of a row that share their sides.
func modelSquare(t *testing.T, i int) geo.Shape {
	t.Helper()
	w, e := 118.770+float64(i)*0.001, 118.771+float64(i)*0.001
	s, err := geo.ParseShape(fmt.Appendf(nil, `{"type":"Polygon","coordinates":[[[%f,32.02],[%f,32.02],[%f,32.021],[%f,32.021],[%f,32.02]]]}`, w, e, e, w, w))
	if err != nil {
		t.Fatal(err)
	}
	return s
}
