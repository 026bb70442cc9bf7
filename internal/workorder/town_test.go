package workorder_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/authz"
	"portal/internal/blob"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/pg/pgtest"
	"portal/internal/workorder"
)

const (
	huaiyin = "320104900001"
	shiqiao = "320104900002"
)

// town is a street of two communities, three departments and one grid with A, B and lead; one item of 槐荫 that a
// committee answers for itself (ZZ-1), and one with which it only assists the government (XZ-1).
type town struct {
	testing.TB
	db     *pg.DB
	s      *workorder.Service
	ctx    context.Context
	admin  *pgx.Conn
	street int64 // units
	city   int64
	water  int64
	body   int64 // 槐荫社区居委会
	grid   int64
	n      int
	now    time.Time

	dispatcher, dispatcher2, leader, leader2, caller          authz.Actor
	cityman, cityman2, waterman, secretary, other, a, b, lead authz.Actor
	clerk                                                     authz.Actor
}

func newTown(t testing.TB) *town {
	t.Helper()
	db := pgtest.New(t)
	c := &town{TB: t, db: db, s: workorder.New(db), ctx: context.Background(), admin: pgtest.Admin(t, db)}
	c.clock(pgtest.Now)
	c.exec(`INSERT INTO division (code, level, name, parent_code) VALUES ('320104900', 'street', '梧桐里街道', '320104'), ($1, 'community', '槐荫社区', '320104900'),
		($2, 'community', '石桥社区', '320104900')`, huaiyin, shiqiao)
	c.exec(`INSERT INTO community (code, households, workers, capacity_hours) VALUES ($1, 2680, 9, 720), ($2, 1420, 6, 480)`, huaiyin, shiqiao)
	c.street, c.city, c.water = c.unit("梧桐里街道办事处", "street_office", ""), c.unit("区城市管理局", "district_department", ""), c.unit("区水务局", "district_department", "")
	c.body = c.unit("槐荫社区居委会", "residents_committee", huaiyin)
	c.dispatcher = c.account("dispatcher", "戴渡", authz.Dispatcher, c.street, "梧桐里街道办事处", "320104900")
	c.dispatcher2 = c.account("dispatcher2", "戴双", authz.Dispatcher, c.street, "梧桐里街道办事处", "320104900")
	c.leader = c.account("leader", "周岭", authz.Leader, c.street, "梧桐里街道办事处", "320104900")
	c.leader2 = c.account("leader2", "周峰", authz.Leader, c.street, "梧桐里街道办事处", "320104900")
	c.caller = c.account("callback", "何访", authz.Callback, c.street, "梧桐里街道办事处", "320104900")
	c.clerk = c.account("clerk", "林窗", authz.Clerk, c.street, "梧桐里街道办事处", "320104900")
	c.cityman = c.account("city", "程管", authz.Department, c.city, "区城市管理局", "")
	c.cityman2 = c.account("city2", "程二", authz.Department, c.city, "区城市管理局", "")
	c.waterman = c.account("water", "水生", authz.Department, c.water, "区水务局", "")
	c.secretary = c.account("secretary.huaiyin", "槐秋", authz.Secretary, c.body, "槐荫社区居委会", huaiyin)
	c.other = c.account("secretary.shiqiao", "石春", authz.Secretary, c.street, "石桥社区居委会", shiqiao)
	c.a = c.account("grid.a", "葛一", authz.GridWorker, c.body, "槐荫社区居委会", huaiyin)
	c.b = c.account("grid.b", "葛二", authz.GridWorker, c.body, "槐荫社区居委会", huaiyin)
	c.lead = c.account("grid.lead", "葛三", authz.GridWorker, c.body, "槐荫社区居委会", huaiyin)
	c.grid = c.addGrid(1)
	c.exec(`INSERT INTO request_category (code, name) VALUES ('04', '市政'), ('19', '社区')`)
	c.exec(`INSERT INTO request_category (code, parent_code, name, departments, due_hours, handling_class) VALUES
		('0402', '04', '路灯不亮', '城市管理局(市政)；社区居委会', 24, 'service'), ('0404', '04', '下水道堵塞', '水务局', 168, 'service'),
		('1901', '19', '楼道堆物', '社区居委会', 72, 'service'), ('1902', '19', '占道经营', '区城市管理局', 72, 'enforcement')`)
	c.item("ZZ-1", "self_governance", "primary", "调解邻里纠纷", "320104900")
	c.item("XZ-1", "assist_government", "assist", "协助排查消防隐患", huaiyin)
	c.exec(`INSERT INTO unit_alias (alias, alias_key, unit_id, source) VALUES ('城市管理局', '城市管理局', $1, 't'), ('水务局', '水务局', $2, 't')`, c.city, c.water)
	return c
}

func (c *town) clock(at time.Time) {
	c.now = at
	c.db.Now = func() time.Time { return at }
}

func (c *town) later(d time.Duration) { c.clock(c.now.Add(d)) }

func (c *town) exec(sql string, args ...any) {
	c.Helper()
	if _, err := c.admin.Exec(c.ctx, sql, args...); err != nil {
		c.Fatalf("%v\n%s", err, sql)
	}
}

func (c *town) number(sql string, args ...any) (n int64) {
	c.Helper()
	if err := c.admin.QueryRow(c.ctx, sql, args...).Scan(&n); err != nil {
		c.Fatalf("%v\n%s", err, sql)
	}
	return n
}

func (c *town) text(sql string, args ...any) (s string) {
	c.Helper()
	if err := c.admin.QueryRow(c.ctx, sql, args...).Scan(&s); err != nil {
		c.Fatalf("%v\n%s", err, sql)
	}
	return s
}

func (c *town) unit(name, kind, division string) int64 {
	return c.number(`INSERT INTO unit (name, requester_kind, division_code) VALUES ($1, $2, $3) RETURNING id`, name, kind, division)
}

func (c *town) account(login, name string, role authz.Role, unit int64, unitName, division string) authz.Actor {
	a := authz.Actor{Login: login, Name: name, Posts: []authz.Post{{Role: role, UnitID: unit, UnitName: unitName, Division: division, Title: role.Label()}}}
	a.AccountID = c.number(`INSERT INTO account (login, name, password_hash, created_at) VALUES ($1, $2, 'x', $3) RETURNING id`, login, name, pgtest.Now)
	c.exec(`INSERT INTO account_post (account_id, role, unit_id, division, title, valid) VALUES ($1, $2, $3, $4, $5, '[2025-01-01,)')`, a.AccountID, string(role), unit,
		division, role.Label())
	return a
}

func (c *town) addGrid(n int) (id int64) {
	c.Helper()
	err := pgx.BeginFunc(c.ctx, c.admin, func(tx pgx.Tx) error {
		code := fmt.Sprintf("%s%03d", huaiyin, n)
		if err := tx.QueryRow(c.ctx, `INSERT INTO grid (code, community, kind) VALUES ($1, $2, 'grid') RETURNING id`, code, huaiyin).Scan(&id); err != nil {
			return err
		}
		batch := &pgx.Batch{}
		batch.Queue(`INSERT INTO grid_version (grid_id, valid, name, coord_system, reason, made_at) VALUES ($1, '[2025-01-01,)', '槐荫社区第一网格', 'WGS-84', '首次划分', $2)`,
			id, pgtest.Now)
		for role, who := range map[string]authz.Actor{"a": c.a, "b": c.b, "lead": c.lead} {
			var w int64
			if err := tx.QueryRow(c.ctx, `INSERT INTO grid_worker (account_id, community, name, phone, employment, valid) VALUES ($1, $2, $3, '0000-5550001', 'full_time',
				'[2025-01-01,)') RETURNING id`, who.AccountID, huaiyin, who.Name).Scan(&w); err != nil {
				return err
			}
			batch.Queue(`INSERT INTO grid_assignment (grid_id, role, worker_id, valid, made_at) VALUES ($1, $2, $3, '[2025-01-01,)', $4)`, id, role, w, pgtest.Now)
		}
		return tx.SendBatch(c.ctx, batch).Close()
	})
	if err != nil {
		c.Fatal(err)
	}
	return id
}

func (c *town) item(code, kind, role, title, division string) {
	c.exec(`WITH i AS (INSERT INTO admission_item (code, list_kind) VALUES ($1, $2) RETURNING id),
		v AS (INSERT INTO admission_item_version (item_id, valid, title, title_key, role) SELECT id, '[2026-01-01,)', $3, $3, $4 FROM i RETURNING id)
		INSERT INTO admission_item_scope (version_id, division, valid) SELECT id, $5, '[2026-01-01,)' FROM v`, code, kind, title, role, division)
}

func (c *town) rule(category string, kind workorder.OwnerKind, unit int64, item string) {
	c.exec(`INSERT INTO routing_rule (category, owner_kind, unit_id, item_code, basis, valid) VALUES ($1, $2, NULLIF($3::bigint, 0), $4, '演示规则', '[2026-01-01,)')`,
		category, string(kind), unit, item)
}

func (c *town) away(who authz.Actor) {
	c.exec(`INSERT INTO grid_leave (worker_id, valid, kind) SELECT id, '[2026-11-18,2026-11-19)', 'annual' FROM grid_worker WHERE account_id = $1`, who.AccountID)
}

func (c *town) key() string {
	c.n++
	return fmt.Sprintf("work-test-key-0123456789-%d", c.n)
}

// open makes a case of the desk: a broken street lamp unless change says otherwise.
func (c *town) open(change ...func(n *workorder.Opening)) workorder.Order {
	c.Helper()
	c.n++
	n := workorder.Opening{No: fmt.Sprintf("SQ-2026-%d", c.n), Source: workorder.FromRequest, Kind: workorder.Help, Category: "0402", Title: "路灯不亮", Place: "槐安里小区",
		Community: huaiyin, Grid: c.grid, Class: workorder.ByService, DueHours: 24}
	for _, f := range change {
		f(&n)
	}
	if n.Source == workorder.FromFinding {
		n.No = strings.Replace(n.No, "SQ", "SJ", 1)
	}
	var o workorder.Order
	c.must(c.db.Write(c.ctx, c.clerk, func(tx *pg.Tx) (err error) { o, err = workorder.Open(c.ctx, tx, n); return err }))
	return o
}

func finding(n *workorder.Opening) { n.Source, n.Kind = workorder.FromFinding, workorder.Found }

// to is a department as a target.
func to(unit int64) workorder.Target { return workorder.Target{Kind: workorder.Unit, Unit: unit} }

func (c *town) dispatch(o workorder.Order, t workorder.Target) workorder.Order {
	c.Helper()
	return c.got(c.s.Dispatch(c.ctx, c.dispatcher, c.key(), workorder.Dispatch{At: o.At(), To: t}))
}

func (c *town) sign(by authz.Actor, o workorder.Order) workorder.Order {
	c.Helper()
	return c.got(c.s.Sign(c.ctx, by, c.key(), o.At()))
}

func (c *town) contact(by authz.Actor, o workorder.Order) workorder.Order {
	c.Helper()
	return c.got(c.s.Contact(c.ctx, by, c.key(), workorder.Contact{At: o.At(), Words: "电话说明了情况", Told: true, ByPhone: true}))
}

const doneWords = "已更换灯泡，恢复照明。"

func (c *town) report(by authz.Actor, o workorder.Order) workorder.Order {
	c.Helper()
	return c.got(c.s.Report(c.ctx, by, c.key(), workorder.Report{At: o.At(), Words: doneWords, Result: "solved"}))
}

func (c *town) photo(by authz.Actor, o workorder.Order, sha string) workorder.Order {
	c.Helper()
	return c.got(c.s.AddPhoto(c.ctx, by, c.key(), o.At(), workorder.After, blob.Ref{SHA256: strings.Repeat(sha, 64), Size: 10}, "灯.jpg", "image/jpeg"))
}

func (c *town) got(o workorder.Order, err error) workorder.Order {
	c.Helper()
	c.must(err)
	return o
}

func (c *town) get(o workorder.Order) workorder.Order {
	c.Helper()
	return c.got(c.s.Get(c.ctx, authz.System, o.No))
}

func (c *town) tx(by authz.Actor, run func(tx *pg.Tx) error) {
	c.Helper()
	c.must(c.db.Write(c.ctx, by, run))
}

func (c *town) must(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}

func (c *town) refused(err error, k fault.Kind, says string) {
	c.Helper()
	if err == nil || fault.KindOf(err) != k || !strings.Contains(err.Error(), says) {
		c.Errorf("got %v, want kind %d with %q", err, k, says)
	}
}

func (c *town) state(o workorder.Order, want workorder.State) {
	c.Helper()
	if o.State != want {
		c.Errorf("%s is %s, want %s", o.No, o.State, want)
	}
}

func (c *town) inbox(who authz.Actor, says string) int64 {
	return c.number(`SELECT count(*) FROM inbox_line WHERE account_id = $1 AND words LIKE '%' || $2 || '%'`, who.AccountID, says)
}
