package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5/middleware"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"portal/internal/audit"
	"portal/internal/job"
	"portal/internal/pg"
)

// Metrics are the portal's figures for Prometheus, on their own address; they hold no text that
// a person typed: routes by pattern, known methods, classes of status.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
}

// readLimit bounds what one reading of the metrics may cost the database.
const readLimit = 2 * time.Second

var buckets = []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}

// NewMetrics makes the registry with the figures of the requests, of the pool, the queue and the trail.
func NewMetrics(db *pg.DB) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "portal_requests_total", Help: "Requests by route, method and class of status."},
			[]string{"route", "method", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "portal_request_seconds", Help: "Time to answer by route and method.", Buckets: buckets},
			[]string{"route", "method"}),
	}
	m.registry.MustRegister(m.requests, m.seconds, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		ground{db}, poolGauge(db, "portal_db_connections", "Connections of the pool.", func(s poolStat) float64 { return float64(s.TotalConns()) }),
		poolGauge(db, "portal_db_connections_in_use", "Connections in use.", func(s poolStat) float64 { return float64(s.AcquiredConns()) }),
		poolGauge(db, "portal_db_connections_limit", "Most connections the pool may open.", func(s poolStat) float64 { return float64(s.MaxConns()) }),
		poolGauge(db, "portal_db_waits", "Requests that had to wait for a connection, since start.", func(s poolStat) float64 { return float64(s.EmptyAcquireCount()) }))
	return m
}

// poolStat is the part of the pool's statistics that is shown.
type poolStat interface {
	TotalConns() int32
	AcquiredConns() int32
	MaxConns() int32
	EmptyAcquireCount() int64
}

func poolGauge(db *pg.DB, name, help string, read func(poolStat) float64) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 { return read(db.Pool().Stat()) })
}

// ground reads the queue and the trail when somebody asks.
type ground struct{ db *pg.DB }

var (
	queueDesc    = prometheus.NewDesc("portal_jobs", "Jobs not yet done, by state.", []string{"state"}, nil)
	unsealedDesc = prometheus.NewDesc("portal_audit_unsealed", "Audit entries that wait for the sealer.", nil, nil)
	upDesc       = prometheus.NewDesc("portal_db_up", "1 when the database answered this reading.", nil, nil)
)

// Describe implements prometheus.Collector.
func (g ground) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{queueDesc, unsealedDesc, upDesc} {
		ch <- d
	}
}

// Collect implements prometheus.Collector. Without the database the other figures still come.
func (g ground) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), readLimit)
	defer cancel()
	depth, err := job.Depth(ctx, g.db.Q())
	var unsealed int64
	if err == nil {
		unsealed, err = audit.Unsealed(ctx, g.db.Q())
	}
	if err != nil {
		ch <- prometheus.MustNewConstMetric(upDesc, prometheus.GaugeValue, 0)
		return
	}
	ch <- prometheus.MustNewConstMetric(upDesc, prometheus.GaugeValue, 1)
	ch <- prometheus.MustNewConstMetric(unsealedDesc, prometheus.GaugeValue, float64(unsealed))
	for _, s := range job.States {
		if s != job.Completed && s != job.Cancelled {
			ch <- prometheus.MustNewConstMetric(queueDesc, prometheus.GaugeValue, float64(depth[s]), string(s))
		}
	}
}

var knownMethods = []string{http.MethodGet, http.MethodHead, http.MethodPost}

// Count is the link of Chain that counts and times requests.
func (m *Metrics) Count(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		method := r.Method
		if !slices.Contains(knownMethods, method) {
			method = "other"
		}
		ww := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		timer := prometheus.NewTimer(prometheus.ObserverFunc(func(s float64) { m.seconds.WithLabelValues(routeOf(r), method).Observe(s) }))
		defer func() {
			timer.ObserveDuration()
			m.requests.WithLabelValues(routeOf(r), method, statusClass(ww.Status())).Inc()
		}()
		next.ServeHTTP(ww, r)
	})
}

func statusClass(status int) string {
	if status == 0 {
		status = http.StatusOK
	}
	return strconv.Itoa(status/100) + "xx"
}

// Handler serves the figures.
func (m *Metrics) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 2, Timeout: 2 * readLimit}))
	return mux
}

// MetricsServer is the server of PORTAL_METRICS_ADDR; run it with Serve.
func MetricsServer(addr string, m *Metrics) *http.Server {
	return &http.Server{Addr: addr, Handler: m.Handler(), ReadHeaderTimeout: headerLimit}
}
