package job_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"portal/internal/audit"
	"portal/internal/authz"
	"portal/internal/job"
	"portal/internal/pg"
	"portal/internal/pg/pgtest"
)

type letter struct {
	ID int64 `json:"id"`
}

func (letter) Kind() string { return "test.letter" }

// patience is for a queue on a loaded machine; nothing waits for it when all is well.
const patience = 60 * time.Second

var quiet = slog.New(slog.DiscardHandler)

func enqueue(t *testing.T, db *pg.DB, id int64, then error) {
	t.Helper()
	err := db.Write(t.Context(), authz.System, func(tx *pg.Tx) error {
		if err := job.Enqueue(t.Context(), tx, letter{id}); err != nil {
			return err
		}
		if then != nil {
			return then
		}
		return tx.Record(t.Context(), pg.Change{Action: authz.AppSubmit, Kind: "application", ID: id})
	})
	if !errors.Is(err, then) {
		t.Fatalf("write = %v, want %v", err, then)
	}
}

func start(t *testing.T, db *pg.DB, log *slog.Logger, periodic []job.Periodic, workers ...job.Worker) *job.Runner {
	t.Helper()
	r, err := job.New(db, log, periodic, workers...)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Stop(context.Background()) })
	return r
}

func receive[T any](t *testing.T, from <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(patience):
		t.Fatalf("no %s", what)
		panic("unreachable")
	}
}

// A job of a transaction that was taken back never runs; a committed one runs once; and the
// working role portal_app suffices for all of it, LISTEN included.
func TestEnqueueFollowsTheTransaction(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	ran := make(chan int64, 10)
	r := start(t, db, quiet, nil, job.Do(func(_ context.Context, l letter) error { ran <- l.ID; return nil }))
	enqueue(t, db, 1, errors.New("taken back"))
	enqueue(t, db, 2, nil)
	enqueue(t, db, 3, nil)
	got := map[int64]int{receive(t, ran, "job"): 1}
	got[receive(t, ran, "second job")]++
	if err := r.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	close(ran)
	for id := range ran {
		got[id]++
	}
	if len(got) != 2 || got[2] != 1 || got[3] != 1 {
		t.Errorf("runs by id = %v, want 2 and 3 once each", got)
	}
	lines, err := job.Recent(t.Context(), db.Q(), job.Completed, 0, 10)
	if err != nil || len(lines) != 2 || lines[0].Name != "test.letter" || lines[0].Failed {
		t.Errorf("recent = %+v, %v", lines, err)
	}
	if _, err := db.Q().Exec(t.Context(), `CREATE TABLE no_right (id int)`); err == nil {
		t.Error("the runner's pool may create tables: it is not the working role")
	}
}

// A stop lets a running job finish.
func TestStopDrains(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	running, release, finished := make(chan int64, 1), make(chan struct{}), make(chan int64, 1)
	r := start(t, db, quiet, nil, job.Do(func(_ context.Context, l letter) error {
		running <- l.ID
		<-release
		finished <- l.ID
		return nil
	}))
	enqueue(t, db, 5, nil)
	receive(t, running, "start")
	stopped := make(chan error, 1)
	go func() { stopped <- r.Stop(context.WithoutCancel(t.Context())) }()
	close(release)
	if err := receive(t, stopped, "stop"); err != nil {
		t.Fatal(err)
	}
	if len(finished) != 1 {
		t.Error("stopped before the job was finished")
	}
}

// A job that does not finish within the drain goes back to the queue without losing an attempt,
// and the next portal does it. (Takes the ten seconds of the drain.)
func TestStopReturnsAndRestartLosesNothing(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	running := make(chan int64, 1)
	r := start(t, db, quiet, nil, job.Do(func(ctx context.Context, l letter) error {
		running <- l.ID
		<-ctx.Done()
		return ctx.Err()
	}))
	enqueue(t, db, 8, nil)
	receive(t, running, "start")
	if err := r.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	enqueue(t, db, 9, nil) // while no portal runs
	counts, err := job.Depth(t.Context(), db.Q())
	if err != nil || counts[job.Available] != 2 || len(counts) != 1 {
		t.Errorf("depth after the stop = %v, %v; want two available", counts, err)
	}
	lines, err := job.Recent(t.Context(), db.Q(), "", 0, 10)
	if err != nil || len(lines) != 2 || lines[1].Failed {
		t.Errorf("recent = %+v, %v", lines, err)
	}
	ran := make(chan int64, 10)
	next := start(t, db, quiet, nil, job.Do(func(_ context.Context, l letter) error { ran <- l.ID; return nil }))
	got := map[int64]bool{receive(t, ran, "job"): true}
	got[receive(t, ran, "second job")] = true
	if !got[8] || !got[9] {
		t.Errorf("the next portal ran %v, want 8 and 9", got)
	}
	if err := next.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// Periodic jobs run at the start already; one that fails or panics is logged by name and number
// and stops nothing.
func TestPeriodic(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	var log safeBuffer
	good, bad, wild := make(chan struct{}, 10), make(chan struct{}, 10), make(chan struct{}, 10)
	r := start(t, db, slog.New(slog.NewJSONHandler(&log, nil)), []job.Periodic{
		{Name: "bad", Every: time.Hour, Run: func(context.Context) error { bad <- struct{}{}; return errors.New("钟坏了") }},
		{Name: "wild", Every: time.Hour, Run: func(context.Context) error { wild <- struct{}{}; panic("wild") }},
		{Name: "good", Every: time.Hour, Run: func(context.Context) error { good <- struct{}{}; return nil }},
	})
	receive(t, bad, "bad")
	receive(t, wild, "wild")
	receive(t, good, "good")
	if err := r.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"err":"bad: 钟坏了"`, `"panic":"wild"`} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("log lacks %s:\n%s", want, log.String())
		}
	}
	if strings.Contains(log.String(), "permission denied") {
		t.Errorf("the working role lacks a right of the queue:\n%s", log.String())
	}
}

// Wiring mistakes are refused when the runner is made.
func TestNewRefuses(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	run := func(context.Context) error { return nil }
	do := job.Do(func(context.Context, letter) error { return nil })
	cases := []struct {
		name     string
		periodic []job.Periodic
		workers  []job.Worker
	}{
		{"twice the same name", []job.Periodic{{"a", time.Hour, run}, {"a", time.Hour, run}}, nil},
		{"no name", []job.Periodic{{"", time.Hour, run}}, nil},
		{"no function", []job.Periodic{{"a", time.Hour, nil}}, nil},
		{"no pause", []job.Periodic{{"a", 0, run}}, nil},
		{"twice the same kind", nil, []job.Worker{do, do}},
	}
	for _, c := range cases {
		if _, err := job.New(db, quiet, c.periodic, c.workers...); err == nil {
			t.Errorf("%s: accepted", c.name)
		}
	}
	if err := job.Enqueue(t.Context(), nil, letter{1}); err == nil {
		t.Error("Enqueue without a transaction: accepted")
	}
}

// Housekeeping seals what came, hands the head out, and sweeps ended sessions and old form keys
// while it keeps the others.
func TestHousekeeping(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	const rows = `
WITH s AS (INSERT INTO sessions (token, data, expiry) VALUES ('old', '', $1::timestamptz - interval '1 second'), ('new', '', $1::timestamptz + interval '1 hour'))
INSERT INTO form_key (key, account_id, action, at) VALUES
    ('old-old-old-old-old', 1, 'a', $1::timestamptz - interval '8 days'), ('new-new-new-new-new', 1, 'a', $1::timestamptz - interval '6 days')`
	if _, err := db.Q().Exec(t.Context(), rows, db.Now()); err != nil {
		t.Fatal(err)
	}
	enqueue(t, db, 4, nil)
	var kept []audit.Head
	for _, p := range job.Housekeeping(db, quiet, func(h audit.Head) error { kept = append(kept, h); return nil }) {
		for range 2 { // the second run finds nothing to do
			if err := p.Run(t.Context()); err != nil {
				t.Errorf("%s: %v", p.Name, err)
			}
		}
	}
	if len(kept) != 1 || kept[0].Seq != 1 {
		t.Errorf("heads handed out: %v, want one", kept)
	}
	var left []string
	const what = `SELECT array_agg(k ORDER BY k) FROM (SELECT token FROM sessions UNION ALL SELECT key FROM form_key) x (k)`
	if err := db.Q().QueryRow(t.Context(), what).Scan(&left); err != nil {
		t.Fatal(err)
	}
	if len(left) != 2 || left[0] != "new" || left[1] != "new-new-new-new-new" {
		t.Errorf("left = %v", left)
	}
}

// Every state has a 中文 label.
func TestStateLabels(t *testing.T) {
	for _, s := range job.States {
		if s.Label() == "" {
			t.Errorf("%s has no label", s)
		}
	}
}

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
