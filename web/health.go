package web

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"portal/internal/pg"
)

const (
	livePath  = "/healthz"
	readyPath = "/readyz"

	probeLimit   = 3 * time.Second
	probeEvery   = 2 * time.Second  // an answer serves everybody for this long
	pendingEvery = 30 * time.Second // migrations do not come and go
	retryAfter   = "5"
)

// Health answers whether the portal lives and whether it can work. Its answers are words for
// machines; what is wrong is in the log.
type Health struct {
	db       *pg.DB
	log      *slog.Logger
	pending  func(ctx context.Context) (int, error)
	now      func() time.Time
	draining atomic.Bool

	mu       sync.Mutex
	asked    time.Time
	answer   string // "" when ready
	counted  time.Time
	migrated bool
}

// NewHealth makes the two answers. pending counts the migrations that the database lacks.
func NewHealth(db *pg.DB, log *slog.Logger, pending func(ctx context.Context) (int, error)) *Health {
	return &Health{db: db, log: log, pending: pending, now: db.Now}
}

// Drain makes Ready answer no, so that a balancer looks elsewhere; give it to RegisterOnShutdown.
func (h *Health) Drain() { h.draining.Store(true) }

// Live says that the process answers.
func (h *Health) Live(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusOK, "ok") }

// Ready says whether the database takes writes and has the newest shape (reliability.md §2 rule 3).
func (h *Health) Ready(w http.ResponseWriter, r *http.Request) {
	problem := h.problem(r.Context())
	if problem == "" {
		say(w, http.StatusOK, "ready")
		return
	}
	w.Header().Set("Retry-After", retryAfter)
	say(w, http.StatusServiceUnavailable, problem)
}

func say(w http.ResponseWriter, status int, word string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, word+"\n")
}

// problem looks at most every two seconds, however many ask.
func (h *Health) problem(ctx context.Context) string {
	if h.draining.Load() {
		return "stopping"
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if now := h.now(); h.asked.IsZero() || now.Sub(h.asked) >= probeEvery {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), probeLimit)
		defer cancel()
		h.answer = h.look(ctx, now)
		h.asked = h.now()
	}
	return h.answer
}

func (h *Health) look(ctx context.Context, now time.Time) string {
	if err := h.db.Probe(ctx); err != nil {
		h.log.WarnContext(ctx, "not ready", "err", err)
		return "database takes no writes"
	}
	if h.migrated && now.Sub(h.counted) < pendingEvery {
		return ""
	}
	n, err := h.pending(ctx)
	if err != nil {
		h.log.WarnContext(ctx, "not ready", "err", err)
		return "migrations unknown"
	}
	h.counted, h.migrated = now, n == 0
	if n > 0 {
		h.log.WarnContext(ctx, "not ready", "pending_migrations", n)
		return "migrations pending"
	}
	return ""
}
