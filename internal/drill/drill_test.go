package drill

import (
	"context"
	"os"
	"strconv"
	"testing"
	"time"

	"portal/internal/bench/outside"
)

// deeds that are drilled.
var deeds = []deed{logTask}

const clients = 6

// roundsOf is how many blows a drill takes: two of each kind in `go test`, PORTAL_DRILL_ROUNDS in `make drill`.
func roundsOf(t *testing.T) int {
	text := os.Getenv("PORTAL_DRILL_ROUNDS")
	if text == "" {
		return 2 * len(blows)
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

// Whatever dies by kill -9 while people submit: what they were told is there exactly once, with one
// audit entry, numbers have no gap, and the sealed history verifies (reliability.md §1, §2 rules 1, 2, 13).
func TestDrillNothingIsLostOrDoubled(t *testing.T) {
	s := open(t)
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
			if is.gaps != 0 {
				t.Errorf("%d numbers were left out", is.gaps)
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
// Without the form key each of them is doubled, so the drill can see a doubling.
func TestDrillControlWithoutFormKeyDoubles(t *testing.T) {
	s := open(t)
	for _, c := range []struct {
		name    string
		keyless bool
	}{{"with the key", false}, {"without the key", true}} {
		t.Run(c.name, func(t *testing.T) {
			d := deeds[0]
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

// With commits that do not wait for the disk, kill -9 of Postgres loses what people were told. That
// the drill finds the loss shows that it looks in the right place.
func TestDrillControlWithoutWaitingForTheDiskLoses(t *testing.T) {
	s := open(t)
	if err := s.weaken(t.Context(), `ALTER DATABASE portal SET synchronous_commit = off`, `ALTER SYSTEM SET wal_writer_delay = '10s'`,
		`ALTER SYSTEM SET wal_writer_flush_after = '1GB'`, `SELECT pg_reload_conf()`); err != nil {
		t.Fatal(err)
	}
	s.portal.Kill() // its connections still wait for the disk
	if err := s.startPortal(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), readyWait)
	defer cancel()
	var lost, told int
	for range 5 { // one blow nearly always does; five leave no doubt
		l, err := s.perform(ctx, deeds[0], 2, []blow{blows[2]}, nil)
		told += l.count()
		is, lookErr := s.look(ctx, deeds[0], l)
		if lookErr != nil {
			t.Fatal(lookErr)
		}
		lost += len(l.compare(is.rows).lost)
		if lost > 0 {
			t.Logf("told %d, lost %d (clients ended with %v)", told, lost, err)
			return
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Errorf("nothing of %d was lost: the drill does not see losses", told)
}
