package kiosk

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"portal/internal/authz"
	"portal/internal/catalog"
	"portal/internal/demo"
	"portal/internal/grid"
	"portal/internal/handoff"
	"portal/internal/journey"
	"portal/internal/kiosk"
	"portal/internal/notice"
	"portal/internal/request"
	"portal/internal/workorder"
	"portal/web/form"
	"portal/web/route"
	"portal/web/static"
	"portal/web/webtest"
)

// machine is an enrolled device of the demo street, 槐荫社区, with the key that a browser would hold.
type machine struct {
	*webtest.Visitor // its browser
	t                testing.TB
	bench            *webtest.Bench
	deps             Deps
	h                handlers
	no               string
	cookie           string
	key              *ecdsa.PrivateKey
	visitToken       string // of the visit that was opened last by the bench
}

// pathHand gives the bench's browser the cookies that enrolment and proof would give.
const pathHand = "/kiosk/bench/hand"

// device enrols a device and opens a visit on it.
func device(t testing.TB) *machine {
	t.Helper()
	m := unproven(t, webtest.Street(t), "WTL-01")
	m.prove(true)
	return m
}

// unproven enrols a device whose browser has not proved itself yet.
func unproven(t testing.TB, b *webtest.Bench, no string) *machine {
	t.Helper()
	return withPrinter(t, b, no, kiosk.ByBrowser, nil)
}

// withPrinter is such a device with a printer of its kind.
func withPrinter(t testing.TB, b *webtest.Bench, no string, p kiosk.Printer, spool kiosk.Spool) *machine {
	t.Helper()
	requests := request.New(b.DB, b.Keys)
	deps := Deps{Kiosks: kiosk.New(b.DB, b.Keys, spool), Requests: requests, Cases: handoff.New(b.DB, requests, workorder.New(b.DB)),
		Grids: grid.New(b.DB), Notices: notice.New(b.DB, b.Keys, nil), Catalog: catalog.New(b.DB)}
	m := &machine{t: t, bench: b, deps: deps, h: handlers{Deps: deps, f: b.Frame}, no: no, Visitor: b.Anybody(t)}
	m.enrol(p)
	if len(b.Router.Routes()) == 0 {
		Mount(b.Router, b.Frame, deps)
		b.Router.Get(pathHand, authz.KioskUse, m.h.hands)
	}
	m.hands(cookieDevice, m.cookie)
	return m
}

func (m *machine) enrol(p kiosk.Printer) {
	m.t.Helper()
	ctx := m.t.Context()
	if _, err := m.deps.Kiosks.Register(ctx, authz.System, form.NewKey(), kiosk.NewDevice{No: m.no, Community: demo.Huaiyin, Place: "槐荫社区党群服务中心一楼", Printer: p}); err != nil {
		m.t.Fatal(err)
	}
	code := m.invite()
	pair, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		m.t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(&pair.PublicKey)
	if err != nil {
		m.t.Fatal(err)
	}
	_, cookie, err := m.deps.Kiosks.Enrol(ctx, code, public, "Chromium", "bench")
	if err != nil {
		m.t.Fatal(err)
	}
	m.key, m.cookie = pair, cookie
}

// invite makes an enrolment code.
func (m *machine) invite() string {
	m.t.Helper()
	code, _, err := m.deps.Kiosks.Invite(m.t.Context(), authz.System, form.NewKey(), m.no)
	if err != nil {
		m.t.Fatal(err)
	}
	return code
}

// sign signs as the script does: r and s of P-256.
func (m *machine) sign(nonce string) []byte {
	m.t.Helper()
	sum := sha256.Sum256(kiosk.Message(m.no, nonce))
	r, s, err := ecdsa.Sign(rand.Reader, m.key, sum[:])
	if err != nil {
		m.t.Fatal(err)
	}
	var out [64]byte
	r.FillBytes(out[:32])
	s.FillBytes(out[32:])
	return out[:]
}

// proof proves the key to the service and gives the token of the visit.
func (m *machine) proof(token string, fresh bool) string {
	m.t.Helper()
	nonce, err := m.deps.Kiosks.Challenge(m.t.Context(), m.cookie)
	if err != nil {
		m.t.Fatal(err)
	}
	token, err = m.deps.Kiosks.Prove(m.t.Context(), kiosk.Proof{Cookie: m.cookie, Nonce: nonce, Signature: m.sign(nonce), Token: token, Fresh: fresh})
	if err != nil {
		m.t.Fatal(err)
	}
	m.visitToken = token
	return token
}

// prove opens another resident's visit, or goes on with one, and gives the browser its token.
func (m *machine) prove(fresh bool) string {
	m.t.Helper()
	m.hands(cookieSession, m.proof(m.visitToken, fresh))
	return m.visitToken
}

func (m *machine) hands(cookie, value string) {
	m.t.Helper()
	m.Get(pathHand + "?name=" + cookie + "&value=" + value).Is(http.StatusOK)
}

// hands hands out a cookie, as enrolment and proof do.
func (h handlers) hands(w http.ResponseWriter, r *http.Request) error {
	h.hand(w, r.URL.Query().Get("name"), r.URL.Query().Get("value"), 0)
	_, err := w.Write([]byte("handed"))
	return err
}

// later moves the clock of the bench on.
func (m *machine) later(d time.Duration) {
	at := m.bench.DB.Now().Add(d)
	m.bench.DB.Now = func() time.Time { return at }
}

// pocket is what the visit of a token carries now.
func (m *machine) pocket(token string) pocket {
	m.t.Helper()
	r := httptest.NewRequest(http.MethodGet, pathHome, nil)
	r.AddCookie(&http.Cookie{Name: cookieDevice, Value: m.cookie})
	r.AddCookie(&http.Cookie{Name: cookieSession, Value: token})
	var out pocket
	err := m.h.in(func(_ http.ResponseWriter, _ *http.Request, at *here) error { out = at.Pocket; return nil })(httptest.NewRecorder(), r)
	if err != nil {
		m.t.Fatal(err)
	}
	return out
}

// serve opens the pages to a browser, under the headers of the portal.
func (m *machine) serve() string {
	m.t.Helper()
	mux := chi.NewRouter()
	mux.Handle("/static/*", static.Handler())
	mux.Get("/healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	rt := route.New(mux.With(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Security-Policy", "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'")
			next.ServeHTTP(w, r)
		})
	}, m.bench.Frame.Sessions.Middleware(m.bench.Frame.Fail)), m.bench.Frame.Fail, func(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) })
	Mount(rt, m.bench.Frame, m.deps)
	rt.Get(pathHand, authz.KioskUse, m.h.hands)
	srv := httptest.NewServer(mux)
	m.t.Cleanup(srv.Close)
	return strings.Replace(srv.URL, "127.0.0.1", "localhost", 1) // a secure context, as https is
}

// browser opens the device's screen with a visit under way.
func (m *machine) browser(t testing.TB, base string, o journey.Options) *journey.Browser {
	t.Helper()
	b := journey.Open(t, base, o)
	b.Go(pathHand + "?name=" + cookieDevice + "&value=" + m.cookie)
	if !o.NoScript {
		m.impart(b)
	}
	m.visit(b)
	return b
}

// visit begins a visit in a browser.
func (m *machine) visit(b *journey.Browser) {
	m.t.Helper()
	b.Go(pathHand + "?name=" + cookieSession + "&value=" + m.proof("", true))
}
