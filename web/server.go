// Package web is the portal's face: HTTP and HTML over the services of internal.
package web

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/go-chi/chi/v5"

	"portal/internal/account"
	"portal/internal/admission"
	"portal/internal/blob"
	"portal/internal/catalog"
	"portal/internal/fault"
	"portal/internal/grid"
	"portal/internal/handoff"
	"portal/internal/kiosk"
	"portal/internal/legal"
	"portal/internal/notice"
	"portal/internal/pg"
	"portal/internal/policy"
	"portal/internal/refusal"
	"portal/internal/request"
	"portal/internal/workorder"
	"portal/web/desk"
	"portal/web/frame"
	kioskpages "portal/web/kiosk"
	"portal/web/route"
	"portal/web/session"
	"portal/web/static"
)

// Services is everything the pages need; cmd/portal/wire.go builds it.
type Services struct {
	DB        *pg.DB
	Accounts  *account.Service
	Admission *admission.Service
	Refusals  *refusal.Service
	Grids     *grid.Service
	Requests  *request.Service
	Orders    *workorder.Service
	Cases     *handoff.Cases
	Notices   *notice.Service
	Drafts    *handoff.Notices
	Kiosks    *kiosk.Service
	Catalog   *catalog.Service
	Laws      *legal.Service
	Policy    *policy.Service
	Blobs     blob.Store
	Log       *slog.Logger
	Demo      bool
	Secure    bool                                   // reached over TLS
	Proxies   []string                               // CIDRs whose X-Forwarded-For is believed
	Metrics   *Metrics                               // nil: requests are not counted
	Brake     int                                    // requests a minute of one address; 0 the default, below 0 none
	Pending   func(ctx context.Context) (int, error) // migrations still to run
}

// Server is the finished handler with its routes, which the access test walks.
type Server struct {
	http.Handler
	Routes []route.Route
	Health *Health
}

var errNoPage = fault.NotFound("")

// New builds the portal's handler; settings that cannot work are told before anything listens.
func New(s Services) (*Server, error) {
	mux := chi.NewRouter()
	sessions := session.New(s.DB, s.Accounts, s.Secure)
	f := &frame.Frame{DB: s.DB, Sessions: sessions, Demo: s.Demo, Log: s.Log, Counts: desk.Counts(s.Admission, desk.CaseCounts(s.Orders), desk.RowCounts("grids", desk.Whistles(s.Orders)), desk.RowCounts("notices", desk.Notices(s.Notices)), desk.RowCounts("kiosks", desk.Kiosks(s.DB, s.Kiosks)))}
	cfg := MiddlewareConfig{Log: s.Log, Fail: f.Fail, Metrics: s.Metrics, TrustedProxies: s.Proxies, Secure: s.Secure, PerMinute: s.Brake}
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	mux.Use(Chain(cfg)...)
	mux.Use(kioskpages.Deps{Kiosks: s.Kiosks, Secure: s.Secure}.Fence(f.Fail))
	health := NewHealth(s.DB, s.Log, s.Pending)
	mux.Get("/healthz", health.Live)
	mux.Get("/readyz", health.Ready)
	mux.Method(http.MethodGet, "/static/*", static.Handler())
	withSession := sessions.Middleware(f.Fail)
	rt := route.New(mux.With(withSession), f.Fail, toSignIn)
	mount(rt, f, s)
	lost := withSession(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { f.Fail(w, r, errNoPage) }))
	mux.NotFound(lost.ServeHTTP)
	mux.MethodNotAllowed(lost.ServeHTTP)
	return &Server{Handler: mux, Routes: rt.Routes(), Health: health}, nil
}
