package grid_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/grid"
	"portal/internal/pg"
	"portal/internal/pg/pgtest"
	"portal/internal/workday"
)

const (
	huaiyin = "320104900001"
	shiqiao = "320104900002"
)

var today = workday.DayOf(pgtest.Now)

// town is a community with its people: enough for everything about posts.
type town struct {
	*testing.T
	db    *pg.DB
	s     *grid.Service
	ctx   context.Context
	admin *pgx.Conn
	unit  int64

	mu sync.Mutex
	n  int

	secretary, leader, dispatcher, other, watcher authz.Actor
	who                                           map[string]authz.Actor
	worker                                        map[string]grid.WorkerID
}

func (c *town) exec(sql string, args ...any) {
	c.Helper()
	if _, err := c.admin.Exec(c.ctx, sql, args...); err != nil {
		c.Fatalf("%s: %v", sql, err)
	}
}

func (c *town) key() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
	return fmt.Sprintf("rota-test-key-%08d", c.n)
}

// names of the workers of 槐荫; 葛五 has no account.
var names = []string{"葛一", "葛二", "葛三", "葛四", "葛五"}

func newTown(t *testing.T) *town {
	t.Helper()
	db := pgtest.New(t)
	c := &town{T: t, db: db, s: grid.New(db), ctx: t.Context(), admin: pgtest.Admin(t, db), who: map[string]authz.Actor{}, worker: map[string]grid.WorkerID{}}
	c.exec(`INSERT INTO division (code, level, name, parent_code) VALUES ('320104900', 'street', '梧桐里街道', '320104'), ($1, 'community', '槐荫社区', '320104900'),
		($2, 'community', '石桥社区', '320104900')`, huaiyin, shiqiao)
	c.exec(`INSERT INTO community (code, households, workers, capacity_hours) VALUES ($1, 2680, 9, 720), ($2, 1420, 6, 480)`, huaiyin, shiqiao)
	if err := c.admin.QueryRow(c.ctx, `INSERT INTO unit (name, requester_kind) VALUES ('槐荫社区居委会', 'residents_committee') RETURNING id`).Scan(&c.unit); err != nil {
		t.Fatal(err)
	}
	c.secretary = c.account("secretary.huaiyin", "槐秋", authz.Secretary, huaiyin)
	c.other = c.account("secretary.shiqiao", "石春", authz.Secretary, shiqiao)
	c.leader = c.account("leader", "周岭", authz.Leader, "320104900")
	c.dispatcher = c.account("dispatcher", "戴渡", authz.Dispatcher, "320104900")
	c.watcher = c.account("supervisor.huaiyin", "槐监", authz.Supervisor, huaiyin)
	for i, name := range names {
		w := grid.Worker{Community: huaiyin, Name: name, Phone: fmt.Sprintf("0000-555000%d", i+1), Employment: grid.FullTime, From: workday.NewDay(2025, 1, 1)}
		if name != "葛五" {
			w.Login = fmt.Sprintf("grid.huaiyin%d", i+1)
			c.who[name] = c.account(w.Login, name, authz.GridWorker, huaiyin)
		}
		id, err := c.s.AddWorker(c.ctx, c.secretary, c.key(), w)
		if err != nil {
			t.Fatal(err)
		}
		c.worker[name] = id
	}
	return c
}

func (c *town) account(login, name string, role authz.Role, division string) authz.Actor {
	c.Helper()
	a := authz.Actor{Login: login, Name: name, Posts: []authz.Post{{Role: role, UnitID: c.unit, UnitName: "槐荫社区居委会", Division: division, Title: role.Label()}}}
	const add = `INSERT INTO account (login, name, password_hash, created_at) VALUES ($1, $2, 'x', $3) RETURNING id`
	if err := c.admin.QueryRow(c.ctx, add, login, name, pgtest.Now).Scan(&a.AccountID); err != nil {
		c.Fatal(err)
	}
	c.exec(`INSERT INTO account_post (account_id, role, unit_id, division, title, valid) VALUES ($1, $2, $3, $4, $5, '[2025-01-01,)')`, a.AccountID, string(role), c.unit,
		division, role.Label())
	return a
}

// grid makes one with its posts since 2025; an empty name is a vacancy since ten days ago, after 葛五 (A) or 葛四 (B).
func (c *town) grid(n int, a, b string, households int) grid.ID {
	c.Helper()
	var id grid.ID
	err := pgx.BeginFunc(c.ctx, c.admin, func(tx pgx.Tx) error {
		code := fmt.Sprintf("%s%03d", huaiyin, n)
		if err := tx.QueryRow(c.ctx, `INSERT INTO grid (code, community, kind) VALUES ($1, $2, 'grid') RETURNING id`, code, huaiyin).Scan(&id); err != nil {
			return err
		}
		b1 := &pgx.Batch{}
		b1.Queue(`INSERT INTO grid_version (grid_id, valid, name, coord_system, reason, made_at) VALUES ($1, '[2025-01-01,)', $2, 'WGS-84', '首次划分', $3)`, id,
			fmt.Sprintf("槐荫社区第%d网格", n), pgtest.Now)
		for role, name := range map[string]string{"a": a, "b": b} {
			if name != "" {
				b1.Queue(`INSERT INTO grid_assignment (grid_id, role, worker_id, valid, made_at) VALUES ($1, $2, $3, '[2025-01-01,)', $4)`, id, role, int64(c.worker[name]), pgtest.Now)
				continue
			}
			b1.Queue(`INSERT INTO grid_assignment (grid_id, role, worker_id, valid, made_at) VALUES ($1, $2, $3, '[2025-01-01,2026-11-09)', $4)`, id, role,
				int64(c.worker[map[string]string{"a": "葛五", "b": "葛四"}[role]]), pgtest.Now)
			b1.Queue(`INSERT INTO grid_assignment (grid_id, role, valid, reason, made_at) VALUES ($1, $2, '[2026-11-09,)', '退休', $3)`, id, role, pgtest.Now)
		}
		if err := tx.SendBatch(c.ctx, b1).Close(); err != nil {
			return err
		}
		if households == 0 {
			return nil
		}
		var building int64
		const build = `INSERT INTO building (compound, name, name_key, households, residents, lng, lat, coord_system, valid)
			VALUES ('槐安里', $1, $1, $2, $3, 118.79, 32.03, 'WGS-84', '[2025-01-01,)') RETURNING id`
		if err := tx.QueryRow(c.ctx, build, fmt.Sprintf("%d幢", n), households, 2*households).Scan(&building); err != nil {
			return err
		}
		_, err := tx.Exec(c.ctx, `INSERT INTO grid_building (building_id, grid_id, valid) VALUES ($1, $2, '[2025-01-01,)')`, building, id)
		return err
	})
	if err != nil {
		c.Fatal(err)
	}
	return id
}

func (c *town) kind(err error, k fault.Kind, says string) {
	c.Helper()
	if err == nil || fault.KindOf(err) != k || !strings.Contains(err.Error(), says) {
		c.Errorf("got %v, want kind %d with %q", err, k, says)
	}
}

func (c *town) must(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}

// later moves the clock.
func (c *town) later(days int) {
	now := pgtest.Now.AddDate(0, 0, days)
	c.db.Now = func() time.Time { return now }
}

// answer is the name and standing of who answers for a grid, as the reader sees it.
func (c *town) answer(by authz.Actor, id grid.ID, day workday.Day) string {
	c.Helper()
	all, err := c.s.WhoOn(c.ctx, by, []grid.ID{id}, day)
	if err != nil {
		c.Fatal(err)
	}
	return strings.TrimSpace(all[id].Worker.Name + " " + all[id].As.Label())
}

func (c *town) inbox(who authz.Actor, says string) (n int) {
	c.Helper()
	const lines = `SELECT count(*) FROM inbox_line WHERE account_id = $1 AND words LIKE '%' || $2 || '%'`
	if err := c.admin.QueryRow(c.ctx, lines, who.AccountID, says).Scan(&n); err != nil {
		c.Fatal(err)
	}
	return n
}

func (c *town) handover(by authz.Actor, id grid.HandoverID) grid.Handover {
	c.Helper()
	h, err := c.s.Handover(c.ctx, by, id)
	if err != nil {
		c.Fatal(err)
	}
	return h
}

// draw appoints somebody to an A post and gives the handover.
func (c *town) draw(id grid.ID, name string, day workday.Day, entries ...grid.Entry) grid.HandoverStep {
	c.Helper()
	done, err := c.s.Appoint(c.ctx, c.secretary, c.key(), grid.Appointment{Grid: id, Role: grid.RoleA, Worker: c.worker[name], Day: day, Reason: "轮岗", Entries: entries})
	if err != nil {
		c.Fatal(err)
	}
	if done.Handover == 0 {
		c.Fatal("no handover was drawn")
	}
	return grid.HandoverStep{ID: done.Handover, Version: 1}
}

// invariants looks at the history itself: on no day is a post without a line, with two, or A and B one person.
func (c *town) invariants() {
	c.Helper()
	const broken = `
		SELECT count(*) FROM grid_version v
		CROSS JOIN (SELECT DISTINCT d FROM (SELECT lower(valid) AS d FROM grid_assignment UNION SELECT upper(valid) FROM grid_assignment) x WHERE d IS NOT NULL) days
		WHERE v.valid @> d AND (
		   (SELECT count(*) FROM grid_assignment p WHERE p.grid_id = v.grid_id AND p.role = 'a' AND p.valid @> d) <> 1
		OR (SELECT count(*) FROM grid_assignment p WHERE p.grid_id = v.grid_id AND p.role = 'b' AND p.valid @> d) <> 1
		OR (SELECT count(DISTINCT p.worker_id) <> count(p.worker_id) FROM grid_assignment p WHERE p.grid_id = v.grid_id AND p.role IN ('a', 'b') AND p.valid @> d))`
	var n int
	if err := c.admin.QueryRow(c.ctx, broken).Scan(&n); err != nil {
		c.Fatal(err)
	}
	if n != 0 {
		c.Errorf("%d grid days without exactly one A and a different B", n)
	}
}
