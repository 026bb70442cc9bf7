package session

import (
	"context"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"testing"

	"portal/internal/account"
	"portal/internal/authz"
	"portal/internal/pg"
	"portal/internal/pg/pgtest"
	"portal/web/route"
)

// desk is a tiny portal around the store: it says who acts and lets the test call the store.
type desk struct {
	*Store
	accounts *account.Service
	db       *pg.DB
	server   *httptest.Server
	do       func(ctx context.Context) error // what the next request does
	login    string                          // who acted in the last request
	owes     account.Owed
	flash    Flash
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	db := pgtest.New(t)
	accounts := account.New(db)
	d := &desk{Store: New(db, accounts, false), accounts: accounts, db: db}
	fail := func(w http.ResponseWriter, _ *http.Request, err error) { http.Error(w, err.Error(), http.StatusTeapot) }
	d.server = httptest.NewServer(d.Middleware(fail)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d.login, d.owes = route.Actor(r).Login, Owes(r)
		d.flash, _ = d.Told(r.Context())
		if d.do != nil {
			if err := d.do(r.Context()); err != nil {
				t.Error(err)
			}
		}
	})))
	t.Cleanup(d.server.Close)
	return d
}

func (d *desk) signin(t *testing.T, password string) int64 {
	t.Helper()
	in, err := d.accounts.SignIn(t.Context(), account.Credentials{Login: "first.admin", Password: password, DeviceID: "d"})
	if err != nil {
		t.Fatal(err)
	}
	return in.SigninID
}

func browser(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar}
}

func (d *desk) get(t *testing.T, c *http.Client, path string, do func(ctx context.Context) error) *http.Response {
	t.Helper()
	d.do = do
	resp, err := c.Get(d.server.URL + path)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("status %d", resp.StatusCode)
	}
	return resp
}

func (d *desk) token(t *testing.T, c *http.Client) string {
	t.Helper()
	u, _ := url.Parse(d.server.URL)
	for _, k := range c.Jar.Cookies(u) {
		if k.Name == "portal_session" {
			return k.Value
		}
	}
	return ""
}

// A session gets a fresh token at each step of the sign-in, its token stands nowhere in the
// database, its pages are not stored, and it is out at once when it is ended elsewhere.
func TestLife(t *testing.T) {
	d := newDesk(t)
	password, err := account.Add(t.Context(), d.db, account.NewUser{Login: "first.admin", Name: "某管理员", Role: authz.Admin})
	if err != nil {
		t.Fatal(err)
	}
	c := browser(t)
	d.get(t, c, "/", func(ctx context.Context) error { d.Tell(ctx, Flash{Words: "放进一个会话"}); return nil })
	planted := d.token(t, c)
	d.get(t, c, "/", func(ctx context.Context) error { return d.SetPending(ctx, 77) })
	pending := d.token(t, c)
	d.get(t, c, "/", func(ctx context.Context) error {
		if d.Pending(ctx) != 77 || !d.PassedAt(ctx).Equal(pgtest.Now) || d.login != "" {
			t.Errorf("pending %d since %v, acting %q", d.Pending(ctx), d.PassedAt(ctx), d.login)
		}
		return nil
	})
	id := d.signin(t, password)
	d.get(t, c, "/", func(ctx context.Context) error { return d.Begin(ctx, id) })
	if final := d.token(t, c); planted == "" || planted == pending || pending == final || final == "" {
		t.Errorf("tokens %q %q %q", planted, pending, final)
	}
	var n int
	const stored = `SELECT count(*) FROM sessions WHERE token = ANY($1)`
	if err := d.db.Q().QueryRow(t.Context(), stored, []string{planted, pending, d.token(t, c)}).Scan(&n); err != nil || n != 0 {
		t.Errorf("%d tokens stand open in the database, %v", n, err)
	}

	// the one-time password is still owed: nobody, except where it is paid off
	for path, want := range map[string]string{"/desk/todos": "", "/": "", "/me/second-factor": "", "/me/passwords": "", "/me/password": "first.admin", "/sign-out": "first.admin"} {
		resp := d.get(t, c, path, nil)
		if d.login != want || d.owes != account.OwesPassword || resp.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: acting %q, owes %q, %q", path, d.login, d.owes, resp.Header.Get("Cache-Control"))
		}
	}
	by, err := d.accounts.Actor(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.accounts.ChangePassword(t.Context(), by, account.NewPassword{Old: password, New: "银杏叶子铺了一地啊"}); err == nil {
		t.Fatal("nine characters passed")
	}
	if err := d.accounts.ChangePassword(t.Context(), by, account.NewPassword{Old: password, New: "银杏叶子铺了满满一地"}); err != nil {
		t.Fatal(err)
	}
	if d.get(t, c, "/desk/todos", nil); d.login != "first.admin" || d.owes != account.OwesNothing {
		t.Errorf("after the change: acting %q, owes %q", d.login, d.owes)
	}

	if _, err := account.Reset(t.Context(), d.db, "first.admin", account.ResetOptions{}); err != nil {
		t.Fatal(err)
	}
	if d.get(t, c, "/desk/todos", nil); d.login != "" {
		t.Fatal("a reset account is still in")
	}
	if d.flash.Words == "" {
		t.Error("nobody says why")
	}
	if d.get(t, c, "/sign-in", nil); d.flash.Words != "" {
		t.Error("it is said twice")
	}
	d.get(t, c, "/", func(ctx context.Context) error { return d.End(ctx) })
	if d.token(t, c) != "" {
		t.Error("the cookie outlived the session")
	}
}

// A made-up token is nobody, and a browser without one costs no session.
func TestForged(t *testing.T) {
	d := newDesk(t)
	c := browser(t)
	if d.get(t, c, "/", nil); d.token(t, c) != "" || d.login != "" {
		t.Error("a first visit opened a session")
	}
	u, _ := url.Parse(d.server.URL)
	c.Jar.SetCookies(u, []*http.Cookie{{Name: "portal_session", Value: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", Path: "/"}})
	if d.get(t, c, "/", nil); d.login != "" {
		t.Error("a forged token acts")
	}
}

// Over TLS the cookies carry the __Host- name and are kept from scripts.
func TestSecureCookies(t *testing.T) {
	d := newDesk(t)
	s := New(d.db, d.accounts, true)
	h := s.Middleware(func(w http.ResponseWriter, _ *http.Request, err error) { t.Error(err) })(
		http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			s.Tell(r.Context(), Flash{Words: "x"})
			s.Device(w, r)
		}))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	names := map[string]bool{}
	for _, c := range w.Result().Cookies() {
		names[c.Name] = c.Secure && c.HttpOnly && c.SameSite == http.SameSiteLaxMode && c.Path == "/"
	}
	if !names["__Host-portal_session"] || !names["__Host-portal_device"] || len(names) != 2 {
		t.Errorf("cookies %v", names)
	}
}

// A browser keeps its device name; a made-up one of another shape is replaced.
func TestDevice(t *testing.T) {
	d := newDesk(t)
	w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil)
	id := d.Device(w, r)
	r.AddCookie(w.Result().Cookies()[0])
	w = httptest.NewRecorder()
	if d.Device(w, r) != id || len(w.Result().Cookies()) != 0 {
		t.Error("the device changed its name")
	}
	r = httptest.NewRequest(http.MethodGet, "/", nil)
	r.AddCookie(&http.Cookie{Name: "portal_device", Value: "mine"})
	if got := d.Device(httptest.NewRecorder(), r); got == "mine" || got == id {
		t.Errorf("device %q", got)
	}
	if Address(r) != "192.0.2.1" {
		t.Errorf("address %q", Address(r))
	}
}

// Browsers and systems are named as people call them.
func TestDeviceWords(t *testing.T) {
	cases := map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36 Edg/120.0.0.0": "Edge 浏览器 · Windows",
		"Mozilla/5.0 (Windows NT 6.1; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/109.0.0.0 Safari/537.36":                "Chrome 浏览器 · Windows",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Safari/604.1":     "Safari 浏览器 · 苹果手机",
		"Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 Chrome/111.0 Mobile Safari/537.36 MicroMessenger/8.0":                       "微信 · 安卓",
		"Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0":                                                        "火狐浏览器 · Linux",
		"":                              "其他浏览器 · 其他系统",
		"<script>alert(1)</script>\x00": "其他浏览器 · 其他系统",
	}
	for agent, want := range cases {
		if got := DeviceWords(agent); got != want {
			t.Errorf("%.40q: %q, want %q", agent, got, want)
		}
	}
}
