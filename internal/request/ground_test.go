package request

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/intake"
	"portal/internal/pg"
	"portal/internal/pg/pgtest"
	"portal/internal/secret"
)

const (
	huaiyin = "320104900001"
	wutong  = "320104900002"
	dataCSV = "../demo/data/request_categories.csv"
)

// house is a street with its categories, people and two buildings.
type house struct {
	t    *testing.T
	db   *pg.DB
	keys *secret.Box
	s    *Service
	now  time.Time

	dispatcher, caller, clerk, handler authz.Actor
	dept                               int64 // the handling unit
	buildings                          []int64
}

func open(t *testing.T) *house {
	t.Helper()
	keys, err := secret.Temporary()
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, db: pgtest.New(t), keys: keys, now: pgtest.Now}
	h.db.Now = func() time.Time { return h.now }
	h.s = New(h.db, keys)
	h.exec(`INSERT INTO division (code, level, name, parent_code) VALUES ('320104900', 'street', '梧桐里街道', '320104'),
		('320104900001', 'community', '槐荫社区', '320104900'), ('320104900002', 'community', '梧桐社区', '320104900')`)
	h.exec(`INSERT INTO community (code, households, workers, capacity_hours) VALUES ('320104900001', 800, 8, 640), ('320104900002', 700, 7, 560)`)
	h.standBuildings()
	h.buildings = []int64{1, 2}
	h.dept = h.unit("区城市管理局", "district_department")
	desk := h.unit("网格中心", "street_section")
	h.dispatcher = h.person("diao.du", "钱调度", authz.Dispatcher, desk)
	h.caller = h.person("hui.fang", "孙回访", authz.Callback, desk)
	h.clerk = h.person("chuang.kou", "李窗口", authz.Clerk, h.unit("党群中心", "street_section"))
	h.handler = h.person("cheng.ban", "周承办", authz.Department, h.dept)
	h.importCategories()
	return h
}

// standBuildings puts two buildings there without the grids around them, which are package grid's: as owner,
// with its triggers asleep.
func (h *house) standBuildings() {
	h.t.Helper()
	if _, err := pgtest.Admin(h.t, h.db).Exec(h.t.Context(), `SET session_replication_role = replica;
		INSERT INTO building (compound, name, name_key, households, lng, lat, coord_system, valid)
		VALUES ('槐荫苑', '1幢', '槐荫苑1幢', 40, 118.8, 32, 'WGS-84', '[2020-01-01,)'), ('槐荫苑', '2幢', '槐荫苑2幢', 40, 118.8, 32, 'WGS-84', '[2020-01-01,)')`); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) importCategories() intake.Summary {
	h.t.Helper()
	file, err := os.ReadFile(dataCSV)
	if err != nil {
		h.t.Fatal(err)
	}
	sum, err := intake.Run(h.t.Context(), h.db, authz.System, CategoriesFile(), bytes.NewReader(file), "request_categories.csv", intake.Options{})
	if err != nil || !sum.OK() {
		h.t.Fatalf("categories: %v, %v", sum, err)
	}
	return sum
}

// pool works as the portal's own role, for what belongs to other packages and for looking behind.
func (h *house) exec(sql string, args ...any) {
	h.t.Helper()
	if _, err := h.db.Pool().Exec(h.t.Context(), sql, args...); err != nil {
		h.t.Fatalf("%.60s: %v", sql, err)
	}
}

func (h *house) one(into any, sql string, args ...any) {
	h.t.Helper()
	if err := h.db.Pool().QueryRow(h.t.Context(), sql, args...).Scan(into); err != nil {
		h.t.Fatalf("%.60s: %v", sql, err)
	}
}

func (h *house) unit(name, kind string) (id int64) {
	h.t.Helper()
	h.one(&id, `INSERT INTO unit (name, requester_kind) VALUES ($1, $2) RETURNING id`, name, kind)
	return id
}

func (h *house) person(login, name string, role authz.Role, unit int64) authz.Actor {
	h.t.Helper()
	a := authz.Actor{Login: login, Name: name, Posts: []authz.Post{{Role: role, UnitID: unit, UnitName: "单位", Title: role.Label(), Division: ""}}}
	h.one(&a.AccountID, `INSERT INTO account (login, name, password_hash, created_at) VALUES ($1, $2, 'x', $3) RETURNING id`, login, name, h.now)
	h.exec(`INSERT INTO account_post (account_id, role, unit_id, title, valid) VALUES ($1, $2, $3, $4, '[2020-01-01,)')`, a.AccountID, string(role), unit, role.Label())
	return a
}

// order stands in for package workorder: an order of the same number, as handoff would open it.
func (h *house) order(ctx context.Context, tx *pg.Tx, no string, f Filing, c Category) (int64, error) {
	var id int64
	contact, due := Clocks(c, mustPolicy(ctx, tx), f.At)
	err := tx.QueryRow(ctx, `INSERT INTO work_order (no, source, kind, category, title, place, search_key, building_id, community, urgency, confidential, state,
		owner_kind, started_at, contact_due, due_at) VALUES ($1, 'request', $2, $3, $4, $5, $6, NULLIF($7::bigint, 0), NULLIF($8, ''), 'general', $9, 'registered', 'desk', $10, $11, $12)
		RETURNING id`, no, string(f.Kind), c.Code, f.Title, f.PlaceWords(), f.SearchWords(), f.Building, f.Community, f.Confidential, f.At, contact, due).Scan(&id)
	return id, err
}

func (h *house) file(by authz.Actor, change func(f *Filing)) (Request, Receipt) {
	h.t.Helper()
	r, receipt, err := h.tryFile(by, change)
	if err != nil {
		h.t.Fatalf("file: %v", err)
	}
	return r, receipt
}

func (h *house) tryFile(by authz.Actor, change func(f *Filing)) (r Request, receipt Receipt, err error) {
	err = h.db.Write(h.t.Context(), by, func(tx *pg.Tx) error {
		if r, err = h.enter(tx, change); err != nil {
			return err
		}
		receipt, err = h.s.ReceiptTx(h.t.Context(), tx, r.No)
		return err
	})
	return r, receipt, err
}

// enter does what handoff does when somebody files.
func (h *house) enter(tx *pg.Tx, change func(f *Filing)) (Request, error) {
	f := filing(func(f *Filing) {
		f.Building, f.Place, f.Community, f.Door = h.buildings[0], "", huaiyin, "2单元502室"
		f.Name, f.Phone = "张三丰", "13800005678"
	})
	if change != nil {
		change(&f)
	}
	ctx := h.t.Context()
	c, err := f.Check(ctx, tx, tx.Now)
	if err != nil {
		return Request{}, err
	}
	no, err := h.s.NextNo(ctx, tx)
	if err != nil {
		return Request{}, err
	}
	home, err := h.order(ctx, tx, no, f, c)
	if err != nil {
		return Request{}, err
	}
	r, receipt, err := h.s.Enter(ctx, tx, no, f, c, home)
	if err == nil && receipt.Anonymous != f.Anonymous() {
		h.t.Errorf("REQ-18: receipt %+v of %+v", receipt, f)
	}
	return r, err
}

// in runs an act of handoff: a transaction with an entry in the trail.
func (h *house) in(by authz.Actor, act func(tx *pg.Tx) error) error {
	return h.db.Write(h.t.Context(), by, func(tx *pg.Tx) error {
		tx.Replayed() // handoff records the order's side
		return act(tx)
	})
}

func (h *house) do(by authz.Actor, act func(tx *pg.Tx) error) {
	h.t.Helper()
	if err := h.in(by, act); err != nil {
		h.t.Fatal(err)
	}
}

// handle gives every reporter of an order the reply, as handoff does after workorder's report.
func (h *house) handle(order int64, reply string) {
	h.t.Helper()
	h.exec(`UPDATE work_order SET state = 'handled', reply = $2, dispatched_at = COALESCE(dispatched_at, started_at), owner_kind = 'unit', owner_unit = $3 WHERE id = $1`, order, reply, h.dept)
	h.do(h.handler, func(tx *pg.Tx) error { _, err := h.s.Answer(h.t.Context(), tx, order, reply); return err })
}

func (h *house) again(r Request) Request {
	h.t.Helper()
	got, err := h.s.ByID(h.t.Context(), h.db.Q(), r.ID)
	if err != nil {
		h.t.Fatal(err)
	}
	return got
}

func (h *house) entries() (n int) {
	h.t.Helper()
	h.one(&n, `SELECT count(*) FROM audit_entry`)
	return n
}

func wantKind(t *testing.T, err error, want fault.Kind) {
	t.Helper()
	if err == nil || fault.KindOf(err) != want {
		t.Fatalf("got %v, want kind %d", err, want)
	}
}

// leaked finds personal data in anything the database holds unsealed, the trail with it.
func (h *house) leaked(secrets ...string) {
	h.t.Helper()
	for _, sql := range []string{
		`SELECT COALESCE(string_agg(r::text, ' '), '') FROM request r`, `SELECT COALESCE(string_agg(o::text, ' '), '') FROM work_order o`,
		`SELECT COALESCE(string_agg(e::text, ' '), '') FROM audit_entry e`, `SELECT COALESCE(string_agg(n::text, ' '), '') FROM request_note n`,
		`SELECT COALESCE(string_agg(c::text, ' '), '') FROM callback c`, `SELECT COALESCE(string_agg(d::text, ' '), '') FROM request_draft d`,
		`SELECT COALESCE(string_agg(m::text, ' '), '') FROM code_miss m`, `SELECT COALESCE(string_agg(x::text, ' '), '') FROM cause x`,
		`SELECT COALESCE(string_agg(v::text, ' '), '') FROM reveal v`, `SELECT COALESCE(string_agg(g::text, ' '), '') FROM request_merge g`,
		`SELECT COALESCE(string_agg(a::text, ' '), '') FROM agency a`, `SELECT COALESCE(string_agg(y::text, ' '), '') FROM agency_entry y`,
	} {
		var all string
		h.one(&all, sql)
		for _, s := range secrets {
			if strings.Contains(all, s) {
				h.t.Errorf("%q stands unsealed: %.70s", s, sql)
			}
		}
	}
}
