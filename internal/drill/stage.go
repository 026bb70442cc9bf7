package drill

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/bench/outside"
	"portal/internal/pg/devdb"
)

// stage is a portal and a Postgres of its own, both of which may die.
type stage struct {
	portalPath string
	dataDir    string
	addr       string
	server     *devdb.Server
	portal     *outside.Program
	dice       *rand.Rand
	acts       int // how often clients were let loose; marks of one act are never those of another
}

// readyWait is for one start on a busy machine, crash recovery or seeding included.
const readyWait = 2 * time.Minute

// newStage starts both; the database is durable, whatever the surroundings offer.
func newStage(ctx context.Context, portalPath, dir string, seed uint64) (*stage, error) {
	server, err := devdb.Start(ctx, devdb.Options{Ephemeral: true})
	if err != nil {
		return nil, err
	}
	s := &stage{portalPath: portalPath, dataDir: filepath.Join(dir, "data"), server: server, dice: rand.New(rand.NewPCG(seed, seed))}
	if s.addr, err = outside.FreeAddr(); err == nil {
		err = s.startPortal(ctx)
	}
	return s, err
}

// end stops both in good order.
func (s *stage) end() error {
	var err error
	if s.portal != nil {
		err = s.portal.Stop()
	}
	return errors.Join(err, s.server.Stop())
}

func (s *stage) startPortal(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyWait)
	defer cancel()
	// One client sends more than an office; each comes from an address of its own.
	p, err := outside.StartPortal(s.portalPath, s.addr, s.dataDir, s.server.URL(), "PORTAL_TRUSTED_PROXIES=127.0.0.0/8")
	if err != nil {
		return err
	}
	s.portal = p
	return p.Ready(ctx, "/readyz")
}

func (s *stage) base() string { return "http://" + s.addr }

// blow is one way to die and to come back.
type blow struct {
	name string
	do   func(ctx context.Context, s *stage) error
}

var blows = []blow{
	{"kill -9 of the portal", func(ctx context.Context, s *stage) error {
		s.portal.Kill()
		return s.startPortal(ctx)
	}},
	{"kill -9 of Postgres", func(ctx context.Context, s *stage) error {
		if err := s.server.Kill(); err != nil {
			return err
		}
		if err := s.server.Restart(ctx); err != nil {
			return err
		}
		wait, cancel := context.WithTimeout(ctx, readyWait)
		defer cancel()
		return s.portal.Ready(wait, "/readyz") // the same portal finds its way back
	}},
	{"kill -9 of both", func(ctx context.Context, s *stage) error {
		if err := s.server.Kill(); err != nil {
			return err
		}
		s.portal.Kill()
		if err := s.server.Restart(ctx); err != nil {
			return err
		}
		return s.startPortal(ctx)
	}},
}

var names = []string{"甲", "乙", "丙", "丁", "戊", "己", "庚", "辛"}

// newPrefix begins the marks of one act.
func newPrefix(act int) string { return fmt.Sprintf("演练%d-", act) }

// perform lets clients work through the blows, each after a random number of further answers, and
// returns when every form in hand is answered.
func (s *stage) perform(ctx context.Context, d deed, many int, rounds []blow, change func(*client)) (*ledger, error) {
	s.acts++
	l := newLedger(newPrefix(s.acts))
	stop := make(chan struct{})
	var (
		wg     sync.WaitGroup
		mu     sync.Mutex
		faults error
	)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	fail := func(err error) {
		mu.Lock()
		defer mu.Unlock()
		faults = errors.Join(faults, err)
		cancel() // nobody waits for answers that will not come
	}
	for n := range many {
		c, err := newClient(ctx, s.base(), names[n%len(names)], d, l)
		if err != nil {
			return l, err
		}
		c.b.From = fmt.Sprintf("10.2.0.%d", n+1)
		if change != nil {
			change(c)
		}
		wg.Go(func() {
			if err := c.work(ctx, stop); err != nil {
				fail(err)
			}
		})
	}
	for _, b := range append(rounds, blow{name: "end", do: func(context.Context, *stage) error { return nil }}) {
		if err := s.answers(ctx, l, 5+s.dice.IntN(15)); err != nil {
			break // a client failed and said why
		}
		if err := b.do(ctx, s); err != nil {
			fail(fmt.Errorf("%s: %w", b.name, err))
			break
		}
	}
	close(stop)
	wg.Wait()
	return l, faults
}

// answers waits for that many further answers.
func (s *stage) answers(ctx context.Context, l *ledger, many int) error {
	for range many {
		select {
		case <-l.writes:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// there is what stands in the tables.
type there struct {
	rows     []row
	spare    int // numbers given to nothing, drafts forgotten
	repeated int // forms that came more than once and counted once
}

const countRepeated = `SELECT count(*) FROM form_key WHERE seen > 1`

// look reads what came out of one act, past every grant.
func (s *stage) look(ctx context.Context, d deed, l *ledger) (there, error) {
	var t there
	conn, err := pgx.Connect(ctx, s.server.URL())
	if err != nil {
		return t, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	found, err := conn.Query(ctx, d.rows, l.prefix)
	if err != nil {
		return t, err
	}
	if t.rows, err = pgx.CollectRows(found, pgx.RowToStructByName[row]); err != nil {
		return t, err
	}
	if err := conn.QueryRow(ctx, d.spare).Scan(&t.spare); err != nil {
		return t, err
	}
	return t, conn.QueryRow(ctx, countRepeated).Scan(&t.repeated)
}

// verify runs `portal verify` over the trail.
func (s *stage) verify(ctx context.Context) (string, error) {
	cmd := exec.CommandContext(ctx, s.portalPath, "verify")
	cmd.Env = append(os.Environ(), "PORTAL_DATABASE_URL="+s.server.URL(), "PORTAL_DATA_DIR="+s.dataDir)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// weaken takes a promise of the database away, for a negative control.
func (s *stage) weaken(ctx context.Context, statements ...string) error {
	conn, err := pgx.Connect(ctx, s.server.URL())
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	for _, sql := range statements {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return fmt.Errorf("%s: %w", sql, err)
		}
	}
	return nil
}
