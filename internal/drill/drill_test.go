package drill

import (
	"context"
	"os"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/bench/outside"
)

// deeds that are drilled.
var deeds = []deed{apply, logTask, file}

const clients = 6

// roundsOf is how many blows a drill takes: one of each kind in `go test`, PORTAL_DRILL_ROUNDS in `make drill`.
func roundsOf(t *testing.T) int {
	text := os.Getenv("PORTAL_DRILL_ROUNDS")
	if text == "" {
		return len(blows)
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("PORTAL_DRILL_ROUNDS=%q is no number of rounds", text)
	}
	return n
}

// open builds the portal and starts a stage. Every run has other moments to strike, and says which.
func open(t *testing.T) *stage {
	t.Helper()
	portal, err := outside.Build(t.Context(), t.TempDir(), "portal/cmd/portal")
	if err != nil {
		t.Fatal(err)
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("dice %d", seed)
	s, err := newStage(t.Context(), portal, t.TempDir(), seed)
	if s != nil {
		t.Cleanup(func() {
			if err := s.end(); err != nil && !t.Failed() {
				t.Error(err)
			}
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// One street, killed again and again. The controls come last, because they break what they stand on.
func TestDrill(t *testing.T) {
	s := open(t)
	t.Run("nothing is lost or doubled", func(t *testing.T) { nothingIsLostOrDoubled(t, s) })
	t.Run("control: a new form key doubles", func(t *testing.T) { aNewFormKeyDoubles(t, s) })
	t.Run("control: answering from a read loses", func(t *testing.T) { answeringFromAReadLoses(t, s) })
	t.Run("control: not waiting for the disk loses", func(t *testing.T) { notWaitingForTheDiskLoses(t, s) })
}

// Whatever dies by kill -9 while people submit: what they were told is there exactly once, with one
// audit entry, numbers have no gap, and the sealed history verifies (reliability.md §1, §2 rules 1, 2, 13).
func nothingIsLostOrDoubled(t *testing.T, s *stage) {
	for _, d := range deeds {
		t.Run(d.name, func(t *testing.T) {
			rounds := make([]blow, roundsOf(t))
			for i := range rounds {
				rounds[i] = blows[i%len(blows)]
			}
			began := time.Now()
			l, err := s.perform(t.Context(), d, clients, rounds, nil)
			if err != nil {
				t.Fatal(err)
			}
			is, err := s.look(t.Context(), d, l)
			if err != nil {
				t.Fatal(err)
			}
			f := l.compare(is.rows)
			if !f.clean() {
				t.Error(f)
			}
			if is.spare != 0 {
				t.Errorf("%d numbers given to nothing or drafts forgotten", is.spare)
			}
			out, err := s.verify(t.Context())
			if err != nil {
				t.Errorf("portal verify: %v\n%s", err, out)
			}
			t.Logf("%d blows in %s: %d forms answered, %d of them after repetition; %s", len(rounds), time.Since(began).Round(time.Second), f.told, is.repeated, out)
		})
	}
}

// The answer that got lost on its way: the same form again gives the same number and no second record.
// Somebody who repeats with a new form key doubles each of them, so the drill can see a doubling.
func aNewFormKeyDoubles(t *testing.T, s *stage) {
	for _, c := range []struct {
		name    string
		deed    deed
		keyless bool
	}{{"with its key", logTask, false}, {"a resident's with its key", file, false}, {"with a new key", logTask, true}} {
		t.Run(c.name, func(t *testing.T) {
			d := c.deed
			l, err := s.perform(t.Context(), d, 2, nil, func(cl *client) {
				cl.deaf, cl.keyless = true, c.keyless
			})
			if err != nil {
				t.Fatal(err)
			}
			is, err := s.look(t.Context(), d, l)
			if err != nil {
				t.Fatal(err)
			}
			f := l.compare(is.rows)
			if doubled := len(f.doubled); (doubled == f.told) != c.keyless || !c.keyless && !f.clean() {
				t.Errorf("doubled %d of %d: %s", doubled, f.told, f)
			}
		})
	}
}

// asleep stops the process that writes the log of Postgres in the background, and gives what ends it.
// Only commits that wait for the disk themselves are then written.
func asleep(ctx context.Context, s *stage) (end func(), err error) {
	conn, err := pgx.Connect(ctx, s.server.URL())
	if err != nil {
		return nil, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var pid int
	if err := conn.QueryRow(ctx, `SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'`).Scan(&pid); err != nil {
		return nil, err
	}
	return func() { _ = syscall.Kill(pid, syscall.SIGKILL) }, syscall.Kill(pid, syscall.SIGSTOP)
}

// With commits that do not wait for the disk, kill -9 of Postgres loses what people were told. That
// the drill finds the loss shows that it looks in the right place; with commits that wait, the same
// blow loses nothing.
func notWaitingForTheDiskLoses(t *testing.T, s *stage) {
	for _, c := range []struct {
		name, commit string
		loses        bool
	}{{"waiting", `ALTER DATABASE portal SET synchronous_commit = on`, false}, {"not waiting", `ALTER DATABASE portal SET synchronous_commit = off`, true}} {
		t.Run(c.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), readyWait)
			defer cancel()
			if err := s.weaken(ctx, c.commit); err != nil {
				t.Fatal(err)
			}
			s.portal.Kill() // its connections have the setting of before
			if err := s.startPortal(ctx); err != nil {
				t.Fatal(err)
			}
			endWriter, err := asleep(ctx, s)
			if err != nil {
				t.Fatal(err)
			}
			cut := blow{"kill -9 of Postgres with its writer asleep", func(ctx context.Context, s *stage) error {
				defer endWriter()
				return s.server.Kill()
			}}
			back := blow{"the way back", func(ctx context.Context, s *stage) error {
				s.portal.Kill()
				if err := s.server.Restart(ctx); err != nil {
					return err
				}
				return s.startPortal(ctx)
			}}
			l, err := s.perform(ctx, logTask, 2, []blow{both(cut, back)}, nil)
			is, lookErr := s.look(ctx, logTask, l)
			if lookErr != nil {
				t.Fatal(lookErr)
			}
			f := l.compare(is.rows)
			t.Logf("told %d, lost %d", f.told, len(f.lost))
			if c.loses {
				// Sessions may be lost as well; then the clients have said so and stopped.
				if len(f.lost) == 0 {
					t.Errorf("nothing of %d was lost: the drill does not see losses (clients ended with %v)", f.told, err)
				}
				return
			}
			if err != nil || !f.clean() {
				t.Errorf("%s, %v", f, err)
			}
		})
	}
}

func both(a, b blow) blow {
	return blow{a.name + ", " + b.name, func(ctx context.Context, s *stage) error {
		if err := a.do(ctx, s); err != nil {
			return err
		}
		return b.do(ctx, s)
	}}
}
