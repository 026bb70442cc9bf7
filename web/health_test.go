package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portal/internal/audit"
	"portal/internal/pg"
	"portal/internal/pg/pgtest"
)

func ready(h *Health) *httptest.ResponseRecorder {
	return do(http.HandlerFunc(h.Ready), httptest.NewRequest(http.MethodGet, readyPath, nil))
}

// clock is a time that tests move.
type clock struct{ at atomic.Int64 }

func (c *clock) now() time.Time        { return pgtest.Now.Add(time.Duration(c.at.Load())) }
func (c *clock) pass(by time.Duration) { c.at.Add(int64(by)) }

func newHealth(t *testing.T, pending func(context.Context) (int, error)) (*Health, *pg.DB, *clock, *logs) {
	t.Helper()
	t.Parallel()
	db := pgtest.New(t)
	c, log := &clock{}, &logs{}
	db.Now = c.now
	return NewHealth(db, slog.New(slog.NewJSONHandler(log, nil)), pending), db, c, log
}

func none(context.Context) (int, error) { return 0, nil }

// Ready follows the database: it writes a row, and says 503 with Retry-After where no write
// works although reads do, and 200 again when writes work again (reliability.md §2 rule 3).
func TestReadyProbesWrites(t *testing.T) {
	h, db, c, log := newHealth(t, none)
	if w := ready(h); w.Code != 200 || w.Body.String() != "ready\n" || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("%d %q", w.Code, w.Body)
	}
	n := 0
	if err := db.Q().QueryRow(t.Context(), `SELECT count(*) FROM write_probe`).Scan(&n); err != nil || n != 1 {
		t.Errorf("probe rows: %d, %v", n, err)
	}
	admin := pgtest.Admin(t, db)
	exec := func(sql string) {
		t.Helper()
		if _, err := admin.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	exec(`REVOKE INSERT, UPDATE ON write_probe FROM portal_app`)
	c.pass(probeEvery)
	w := ready(h)
	if w.Code != 503 || w.Header().Get("Retry-After") == "" {
		t.Errorf("without writes: %d %v", w.Code, w.Header())
	}
	if strings.Contains(w.Body.String(), "permission") || !strings.Contains(log.String(), "permission denied") {
		t.Errorf("the cause belongs in the log, not in the answer: %q", w.Body)
	}
	exec(`GRANT INSERT, UPDATE ON write_probe TO portal_app`)
	c.pass(probeEvery)
	if w := ready(h); w.Code != 200 {
		t.Errorf("writes work again: %d", w.Code)
	}
}

// Without a database the process lives and is not ready.
func TestReadyWithoutDatabase(t *testing.T) {
	h, db, _, _ := newHealth(t, none)
	db.Close()
	if w := ready(h); w.Code != 503 {
		t.Errorf("ready: %d", w.Code)
	}
	if w := do(http.HandlerFunc(h.Live), httptest.NewRequest(http.MethodGet, livePath, nil)); w.Code != 200 || w.Body.String() != "ok\n" {
		t.Errorf("live: %d %q", w.Code, w.Body)
	}
}

// Pending or unknown migrations are not ready; once done they are ready.
func TestReadyWaitsForMigrations(t *testing.T) {
	left, fails := 2, errors.New("no table")
	h, _, c, _ := newHealth(t, func(context.Context) (int, error) { return left, fails })
	for _, step := range []struct {
		left int
		err  error
		want int
	}{{2, errors.New("no table"), 503}, {2, nil, 503}, {0, nil, 200}} {
		left, fails = step.left, step.err
		if w := ready(h); w.Code != step.want {
			t.Errorf("%d left, %v: %d, want %d", step.left, step.err, w.Code, step.want)
		}
		c.pass(probeEvery)
	}
}

// A thousand who ask cost one probe.
func TestReadyCannotHammer(t *testing.T) {
	var counted atomic.Int64
	h, db, c, _ := newHealth(t, func(context.Context) (int, error) { counted.Add(1); return 0, nil })
	writes := func() (n int64) {
		if err := db.Q().QueryRow(t.Context(), `SELECT xmin::text::bigint FROM write_probe`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	ready(h)
	first := writes()
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			for range 100 {
				if w := ready(h); w.Code != 200 {
					t.Errorf("%d", w.Code)
				}
			}
		})
	}
	all.Wait()
	if writes() != first || counted.Load() != 1 {
		t.Errorf("the probe was written again, migrations counted %d times", counted.Load())
	}
	c.pass(probeEvery)
	ready(h)
	if writes() == first {
		t.Error("no new probe after its time")
	}
}

// A portal that is leaving says so.
func TestReadyWhileDraining(t *testing.T) {
	h, _, _, _ := newHealth(t, none)
	h.Drain()
	if w := ready(h); w.Code != 503 || w.Body.String() != "stopping\n" {
		t.Errorf("%d %q", w.Code, w.Body)
	}
}

// The figures name routes, methods and classes, never what was typed, and read pool, queue and trail.
func TestMetrics(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	m := NewMetrics(db)
	mux, _ := portal(t, MiddlewareConfig{Metrics: m})
	for _, target := range []string{"/items/LZ-102", "/items/LZ-103?q=13800001111", "/13800001111", "/panic"} {
		get(mux, target)
	}
	do(mux, httptest.NewRequest("BREW13800001111", "/items/1", nil))
	if err := audit.Append(t.Context(), db.Q(), audit.Entry{At: db.Now(), Actor: "a", Action: "a", ObjectKind: "k", ObjectID: 1}); err != nil {
		t.Fatal(err)
	}
	w := get(m.Handler(), "/metrics")
	body := w.Body.String()
	for _, want := range []string{
		`portal_requests_total{method="GET",route="/items/{id}",status="2xx"} 2`,
		`portal_requests_total{method="GET",route="none",status="4xx"} 1`,
		`portal_requests_total{method="GET",route="/panic",status="5xx"} 1`,
		`portal_requests_total{method="other",`,
		`portal_request_seconds_count{method="GET",route="/items/{id}"} 2`,
		"portal_audit_unsealed 1", `portal_jobs{state="available"} 0`, "portal_db_up 1", "portal_db_connections ", "go_goroutines ",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("lacks %s", want)
		}
	}
	if strings.Contains(body, "1380000") || strings.Contains(body, "LZ-10") {
		t.Error("typed text in a figure")
	}
	if t.Failed() {
		t.Log(body)
	}
	if w := get(m.Handler(), "/"); w.Code != 404 {
		t.Errorf("another path: %d", w.Code)
	}
	db.Close()
	if body := get(m.Handler(), "/metrics").Body.String(); !strings.Contains(body, "portal_db_up 0") || !strings.Contains(body, "portal_requests_total") {
		t.Errorf("without a database:\n%s", body)
	}
	if srv := MetricsServer("127.0.0.1:0", m); srv.ReadHeaderTimeout == 0 || srv.Handler == nil {
		t.Errorf("server %+v", srv)
	}
}
