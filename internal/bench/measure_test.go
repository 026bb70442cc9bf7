package bench

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/pg/pgtest"
)

// A round trip is counted once, whether it carries one statement or several.
func TestCounterCountsRoundTrips(t *testing.T) {
	t.Parallel()
	c, err := newCounter(t.Context(), pgtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.close)
	conn, err := pgx.Connect(t.Context(), c.url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	one := func() error { _, err := conn.Exec(t.Context(), `SELECT $1::int`, 1); return err }
	batch := func() error {
		var b pgx.Batch
		for range 3 {
			b.Queue(`SELECT $1::int`, 2)
		}
		return conn.SendBatch(t.Context(), &b).Close()
	}
	for name, c2 := range map[string]struct {
		ask  func() error
		want float64
	}{"one statement": {one, 1}, "a batch of three": {batch, 1}, "two in turn": {func() error { _ = one(); return one() }, 2}} {
		if got, err := c.per(c2.ask); err != nil || got != c2.want {
			t.Errorf("%s: %.1f trips, want %.0f (%v)", name, got, c2.want, err)
		}
	}
}

// A load asks with the cookie, counts answers and waits, and tells answers of another status.
func TestFloodAndStroll(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := asked.Add(1)
		if r.Header.Get("Cookie") != "a=b" || net.ParseIP(r.Header.Get("X-Forwarded-For")) == nil {
			t.Errorf("headers %v", r.Header)
		}
		if n%10 == 0 {
			w.WriteHeader(http.StatusTeapot)
		}
	}))
	defer srv.Close()
	host := strings.TrimPrefix(srv.URL, "http://")
	r, err := flood(t.Context(), host, 4, 200*time.Millisecond, http.StatusOK, get(host, "a=b", "/one", "/two"))
	if err != nil || int64(r.Answered) != asked.Load() || r.Wrong != r.Answered/10 || r.Status != http.StatusTeapot || len(r.Waits) != r.Answered || !slices.IsSorted(r.Waits) {
		t.Errorf("flood: %d of %d answered, %d wrong, %d waits, %v", r.Answered, asked.Load(), r.Wrong, len(r.Waits), err)
	}
	asked.Store(0)
	r, err = stroll(t.Context(), host, 50, 400*time.Millisecond, http.StatusOK, get(host, "a=b", "/"))
	if err != nil || r.Answered < 5 || r.Answered > 21 {
		t.Errorf("stroll: %d answers in 0.4 s at 50 a second, %v", r.Answered, err)
	}
}

// The processor sees work of the server and of Postgres.
func TestProcessorSeesWork(t *testing.T) {
	t.Parallel()
	conn, err := pgx.Connect(t.Context(), pgtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	p := newProcessor(t.Context(), os.Getpid(), conn)
	if p.postmaster == 0 {
		t.Fatal("the postmaster of the test's own server was not found")
	}
	r, err := p.during(func() (result, error) {
		for i, until := 0, time.Now().Add(100*time.Millisecond); time.Now().Before(until); i++ {
			_ = strings.Repeat("x", i%1000)
		}
		_, err := conn.Exec(t.Context(), `SELECT count(*) FROM generate_series(1, 2000000)`)
		return result{}, err
	})
	if err != nil || r.Server < 50*time.Millisecond || r.Postgres < 20*time.Millisecond {
		t.Errorf("server %s, Postgres %s, %v", r.Server, r.Postgres, err)
	}
	if peakMB(os.Getpid()) < 1 {
		t.Error("no memory was seen")
	}
}

// A plan names its indexes and the big tables it reads from end to end.
func TestReadPlan(t *testing.T) {
	plan := `duration: 1.608 ms  plan:
Query Text: SELECT 1
Nested Loop (actual rows=21 loops=1)
  ->  Index Scan Backward using application_recent on application a (actual rows=21 loops=1)
  ->  Bitmap Index Scan on application_words (actual rows=3 loops=1)
  ->  Seq Scan on unit u (actual rows=40 loops=1)
  ->  Seq Scan on application_check c (actual rows=40 loops=1)`
	walks, reads, ms := readPlan(plan)
	if !slices.Equal(walks, []string{"application_recent", "application_words"}) || !slices.Equal(reads, []string{"application_check"}) || ms != "1.608" {
		t.Errorf("%v %v %q", walks, reads, ms)
	}
}

// Percentiles and costs are those of the answers.
func TestResult(t *testing.T) {
	r := result{Answered: 4, Took: 2 * time.Second, Server: 6 * time.Millisecond, Postgres: 2 * time.Millisecond,
		Waits: []time.Duration{time.Millisecond, 2 * time.Millisecond, 3 * time.Millisecond, 40 * time.Millisecond}}
	if r.perSecond() != 2 || r.cpuMs() != 2 || r.at(50) != 3 || r.at(95) != 40 {
		t.Errorf("%v a second, %v ms, p50 %v, p95 %v", r.perSecond(), r.cpuMs(), r.at(50), r.at(95))
	}
	if sum := r.add(r); sum.Answered != 8 || sum.perSecond() != 2 || len(sum.Waits) != 8 {
		t.Errorf("%+v", sum)
	}
}
