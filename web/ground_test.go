package web

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"portal/internal/fault"
	"portal/web/route"
)

// logs collects lines of several goroutines.
type logs struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// lines gives the log as objects.
func (l *logs) lines(t *testing.T) []map[string]any {
	t.Helper()
	var out []map[string]any
	for text := range strings.Lines(l.String()) {
		line := map[string]any{}
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Fatalf("log line %q: %v", text, err)
		}
		out = append(out, line)
	}
	return out
}

// page stands for the error page: the fault's words under its status.
func page(w http.ResponseWriter, r *http.Request, err error) {
	words := "系统出了问题"
	if f, ok := fault.As(err); ok {
		words = f.Error()
	}
	w.WriteHeader(route.Status(err))
	_, _ = io.WriteString(w, words+" "+middleware.GetReqID(r.Context()))
}

// portal is a small house behind the real chain.
func portal(t *testing.T, cfg MiddlewareConfig) (*chi.Mux, *logs) {
	t.Helper()
	log := &logs{}
	cfg.Log, cfg.Fail = slog.New(slog.NewJSONHandler(log, nil)), page
	mux := chi.NewRouter()
	mux.Use(Chain(cfg)...)
	mux.Get("/items/{id}", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "事项 "+chi.URLParam(r, "id"))
	})
	mux.Get("/r/{code}", func(http.ResponseWriter, *http.Request) {})
	mux.Get("/static/*", func(http.ResponseWriter, *http.Request) {})
	mux.Get("/who", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, middleware.GetClientIP(r.Context()))
	})
	mux.Get("/panic", func(http.ResponseWriter, *http.Request) { panic("钥匙 13800001111") })
	mux.Get("/half", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "half"); panic("late") })
	mux.Get("/slow", func(w http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
		page(w, r, fault.Unavailable(r.Context().Err()))
	})
	mux.Post("/form", func(w http.ResponseWriter, r *http.Request) {
		parse := r.ParseForm
		if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
			parse = func() error { return r.ParseMultipartForm(1 << 20) }
		}
		if err := parse(); err != nil {
			page(w, r, err)
			return
		}
		_, _ = io.WriteString(w, "ok")
	})
	mux.NotFound(func(w http.ResponseWriter, r *http.Request) { page(w, r, fault.NotFound("没有这一页")) })
	return mux, log
}

func do(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func get(h http.Handler, target string) *httptest.ResponseRecorder {
	return do(h, httptest.NewRequest(http.MethodGet, target, nil))
}

// Every answer carries the security headers: pages, files, refusals, panics, unknown pages, HEAD.
func TestHeadersOnEveryAnswer(t *testing.T) {
	h, _ := portal(t, MiddlewareConfig{Secure: true})
	cross := httptest.NewRequest(http.MethodPost, "/form", strings.NewReader("a=1"))
	cross.Header.Set("Sec-Fetch-Site", "cross-site")
	large := httptest.NewRequest(http.MethodPost, "/form", strings.NewReader(strings.Repeat("x", 2<<20)))
	requests := map[string]*http.Request{
		"page": httptest.NewRequest(http.MethodGet, "/items/LZ-102", nil), "head": httptest.NewRequest(http.MethodHead, "/items/LZ-102", nil),
		"static": httptest.NewRequest(http.MethodGet, "/static/a.css", nil), "unknown": httptest.NewRequest(http.MethodGet, "/no", nil),
		"panic": httptest.NewRequest(http.MethodGet, "/panic", nil), "cross-site": cross, "too large": large,
		"wrong method": httptest.NewRequest(http.MethodDelete, "/items/1", nil), "NUL": httptest.NewRequest(http.MethodGet, "/items/a%00b", nil),
	}
	for name, r := range requests {
		got := do(h, r).Header()
		for header, want := range headers {
			if got.Get(header) != want {
				t.Errorf("%s: %s = %q", name, header, got.Get(header))
			}
		}
		if got.Get("Strict-Transport-Security") == "" || len(got.Get("X-Request-Id")) != 12 {
			t.Errorf("%s: HSTS %q, id %q", name, got.Get("Strict-Transport-Security"), got.Get("X-Request-Id"))
		}
	}
	plain, _ := portal(t, MiddlewareConfig{})
	if get(plain, "/items/1").Header().Get("Strict-Transport-Security") != "" {
		t.Error("HSTS without TLS")
	}
}

// A form that another site sends is refused with 403 and a sentence; our own pass, and so do
// programs that send no browser headers.
func TestCrossSite(t *testing.T) {
	h, _ := portal(t, MiddlewareConfig{})
	cases := []struct {
		name   string
		header map[string]string
		want   int
	}{
		{"same origin", map[string]string{"Sec-Fetch-Site": "same-origin", "Origin": "http://example.com"}, 200},
		{"typed address", map[string]string{"Sec-Fetch-Site": "none"}, 200},
		{"old browser, own origin", map[string]string{"Origin": "http://example.com"}, 200},
		{"no browser", nil, 200},
		{"cross-site", map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "http://evil.example"}, 403},
		{"same site, other host", map[string]string{"Sec-Fetch-Site": "same-site", "Origin": "http://other.example.com"}, 403},
		{"old browser, other origin", map[string]string{"Origin": "http://evil.example"}, 403},
		{"hidden origin", map[string]string{"Origin": "null"}, 403},
	}
	for _, c := range cases {
		r := httptest.NewRequest(http.MethodPost, "/form", strings.NewReader("a=1"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		for k, v := range c.header {
			r.Header.Set(k, v)
		}
		w := do(h, r)
		if w.Code != c.want {
			t.Errorf("%s: %d, want %d", c.name, w.Code, c.want)
		}
		if c.want == 403 && !strings.Contains(w.Body.String(), "来自别的网站") {
			t.Errorf("%s: page %q", c.name, w.Body)
		}
	}
	r := httptest.NewRequest(http.MethodGet, "/items/1", nil)
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	if w := do(h, r); w.Code != 200 {
		t.Errorf("a link from elsewhere: %d", w.Code)
	}
}

// Bodies over the limit are 413, announced or not; forms with files may be larger, up to their own limit.
func TestBodyLimit(t *testing.T) {
	h, _ := portal(t, MiddlewareConfig{BodyLimit: 1000, UploadLimit: 5000})
	form := func(size int) (string, string) {
		return "a=" + strings.Repeat("x", size-2), "application/x-www-form-urlencoded"
	}
	upload := func(size int) (string, string) {
		var b bytes.Buffer
		m := multipart.NewWriter(&b)
		f, err := m.CreateFormFile("attachment", "a.pdf")
		if err == nil {
			_, err = f.Write(make([]byte, size))
		}
		if err = errors.Join(err, m.Close()); err != nil {
			t.Fatal(err)
		}
		return b.String(), m.FormDataContentType()
	}
	cases := []struct {
		name      string
		make      func(int) (string, string)
		size      int
		announced bool
		want      int
	}{
		{"at the limit", form, 1000, true, 200},
		{"over", form, 1001, true, 413},
		{"over, not announced", form, 1001, false, 413},
		{"far over, not announced", form, 1 << 20, false, 413},
		{"upload over a form's limit", upload, 3000, true, 200},
		{"upload over its own", upload, 5001, true, 413},
		{"upload over its own, not announced", upload, 9000, false, 413},
	}
	for _, c := range cases {
		body, kind := c.make(c.size)
		r := httptest.NewRequest(http.MethodPost, "/form", io.MultiReader(strings.NewReader(body)))
		r.ContentLength = -1
		if c.announced {
			r.ContentLength = int64(len(body))
		}
		r.Header.Set("Content-Type", kind)
		w := do(h, r)
		if w.Code != c.want || c.want == 413 && !strings.Contains(w.Body.String(), "太大") {
			t.Errorf("%s: %d %q, want %d", c.name, w.Code, w.Body, c.want)
		}
	}
}

// One line per request with ids and codes only: no query, no body, no referrer, no secret code,
// no path that is no route.
func TestLogLine(t *testing.T) {
	h, log := portal(t, MiddlewareConfig{})
	r := httptest.NewRequest(http.MethodGet, "/items/LZ-102?q=%E6%9E%97%E7%A6%BE13800001111", nil)
	r.Header.Set("Referer", "http://example.com/?phone=13800001111")
	r.Header.Set("User-Agent", "13800001111")
	r.Header.Set("X-Request-Id", "13800001111")
	first := do(h, r)
	get(h, "/r/13800001111ABCDEFGHJK")
	get(h, "/13800001111")
	get(h, "/items/13800001111%20%E6%9E%97%E7%A6%BE")
	post := httptest.NewRequest(http.MethodPost, "/form", strings.NewReader("phone=13800001111"))
	post.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	do(h, post)
	if strings.Contains(log.String(), "13800001111") || strings.Contains(log.String(), "林") {
		t.Errorf("personal data in the log:\n%s", log)
	}
	lines := log.lines(t)
	if len(lines) != 5 {
		t.Fatalf("%d lines for 5 requests:\n%s", len(lines), log)
	}
	line := lines[0]
	want := map[string]any{"msg": "request", "method": "GET", "status": 200.0, "route": "/items/{id}", "address": "192.0.2.1",
		"request_id": first.Header().Get("X-Request-Id")}
	for key, value := range want {
		if line[key] != value {
			t.Errorf("%s = %v, want %v", key, line[key], value)
		}
	}
	if ids, _ := line["ids"].(map[string]any); ids["id"] != "LZ-102" {
		t.Errorf("ids = %v", line["ids"])
	}
	if lines[2]["route"] != "none" {
		t.Errorf("unknown path: route = %v", lines[2]["route"])
	}
}

// A panic becomes the error page and a log line with its trace; in the middle of an answer the
// connection is cut instead, so that nobody takes half a page for a whole one.
func TestPanic(t *testing.T) {
	h, log := portal(t, MiddlewareConfig{})
	w := get(h, "/panic")
	if w.Code != 500 || !strings.Contains(w.Body.String(), "系统出了问题") || strings.Contains(w.Body.String(), "1380000") {
		t.Errorf("%d %q", w.Code, w.Body)
	}
	if !strings.Contains(log.String(), `"msg":"panic"`) || !strings.Contains(log.String(), "ground_test.go") {
		t.Errorf("log lacks the trace:\n%s", log)
	}
	srv := httptest.NewServer(h)
	defer srv.Close()
	res, err := http.Get(srv.URL + "/half")
	if err == nil {
		_, err = io.ReadAll(res.Body)
		res.Body.Close()
	}
	if err == nil {
		t.Error("a cut answer reads as a whole one")
	}
	if res, err := http.Get(srv.URL + "/items/1"); err != nil || res.StatusCode != http.StatusOK {
		t.Errorf("after the panic: %v, %v", res, err)
	}
}

// X-Forwarded-For counts only from proxies that are named, and only their part of it.
func TestClientAddress(t *testing.T) {
	cases := []struct {
		name    string
		proxies []string
		remote  string
		xff     string
		want    string
	}{
		{"direct", nil, "198.51.100.7:1234", "", "198.51.100.7"},
		{"direct, claims another", nil, "198.51.100.7:1234", "10.0.0.1", "198.51.100.7"},
		{"through the proxy", []string{"10.0.0.0/8"}, "10.0.0.9:1", "203.0.113.5", "203.0.113.5"},
		{"through the proxy, claims another", []string{"10.0.0.0/8"}, "10.0.0.9:1", "127.0.0.1, 203.0.113.5", "203.0.113.5"},
		{"around the proxy", []string{"10.0.0.0/8"}, "198.51.100.7:1", "203.0.113.5", "198.51.100.7"},
	}
	for _, c := range cases {
		h, _ := portal(t, MiddlewareConfig{TrustedProxies: c.proxies})
		r := httptest.NewRequest(http.MethodGet, "/who", nil)
		r.RemoteAddr = c.remote
		r.Header.Set("X-Real-Ip", "10.1.1.1")
		r.Header.Set("True-Client-Ip", "10.1.1.2")
		if c.xff != "" {
			r.Header.Set("X-Forwarded-For", c.xff)
		}
		if w := do(h, r); w.Body.String() != c.want {
			t.Errorf("%s: %q, want %q", c.name, w.Body, c.want)
		}
	}
	if err := (MiddlewareConfig{TrustedProxies: []string{"10.0.0.0/8", "proxy"}}).Check(); err == nil || !strings.Contains(err.Error(), `"proxy"`) {
		t.Errorf("Check = %v", err)
	}
	if err := (MiddlewareConfig{TrustedProxies: []string{"10.0.0.0/8", "::1/128"}}).Check(); err != nil {
		t.Errorf("Check = %v", err)
	}
}

// The outer brake holds one address, not its neighbour, and neither files nor probes.
func TestOuterBrake(t *testing.T) {
	h, _ := portal(t, MiddlewareConfig{PerMinute: 3})
	from := func(addr, target string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, target, nil)
		r.RemoteAddr = addr
		return do(h, r)
	}
	var last *httptest.ResponseRecorder
	for range 4 {
		last = from("198.51.100.7:1", "/items/1")
	}
	if last.Code != 429 || last.Header().Get("Retry-After") == "" || !strings.Contains(last.Body.String(), "请过一分钟") {
		t.Errorf("fourth request: %d %v %q", last.Code, last.Header(), last.Body)
	}
	if w := from("198.51.100.7:1", "/static/a.css"); w.Code != 200 {
		t.Errorf("file: %d", w.Code)
	}
	if w := from("198.51.100.8:1", "/items/1"); w.Code != 200 {
		t.Errorf("neighbour: %d", w.Code)
	}
}

// Bytes that are no text never reach a handler.
func TestOnlyText(t *testing.T) {
	h, _ := portal(t, MiddlewareConfig{})
	cases := map[string]int{
		"/items/a%00b": 404, "/items/%ff": 404, "/items/%ed%a0%80": 404, "/items/%c0%af": 404,
		"/items/1?q=%00": 422, "/items/1?q=ok&a%ff=1": 422, "/items/1?q=%ed%a0%80": 422,
		"/items/1?q=%E5%B1%85": 200, "/items/%E5%B1%85": 200, "/items/1?q=%zz": 200, "/items/1?": 200,
	}
	for target, want := range cases {
		if w := get(h, target); w.Code != want {
			t.Errorf("%s: %d, want %d", target, w.Code, want)
		}
	}
}

// HEAD answers like GET, without a body on the wire; an unknown method is no page.
func TestHead(t *testing.T) {
	h, _ := portal(t, MiddlewareConfig{})
	srv := httptest.NewServer(h)
	defer srv.Close()
	res, err := http.Head(srv.URL + "/items/1")
	if err != nil || res.StatusCode != http.StatusOK {
		t.Errorf("HEAD: %v, %v", res, err)
	}
	if w := do(h, httptest.NewRequest(http.MethodTrace, "/items/1", nil)); w.Code != 405 {
		t.Errorf("TRACE: %d", w.Code)
	}
}

// A request's work ends at its deadline.
func TestDeadline(t *testing.T) {
	h, _ := portal(t, MiddlewareConfig{Timeout: 1})
	if w := get(h, "/slow"); w.Code != 503 {
		t.Errorf("%d", w.Code)
	}
}

// Pages travel packed for whoever takes it so; what is packed already is not packed twice.
func TestPacked(t *testing.T) {
	long := strings.Repeat("<p>网格</p>", 2000)
	mux := chi.NewRouter()
	mux.Use(Chain(MiddlewareConfig{})...)
	mux.Get("/long", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, long)
	})
	mux.Get("/packed", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/css")
		w.Header().Set("Content-Encoding", "br")
		_, _ = io.WriteString(w, "as it is")
	})
	ask := func(path string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Header.Set("Accept-Encoding", "gzip")
		return do(mux, r)
	}
	got := ask("/long")
	if got.Header().Get("Content-Encoding") != "gzip" || got.Body.Len() > len(long)/10 || got.Header().Get("Vary") != "Accept-Encoding" {
		t.Errorf("a long page: %q, %d bytes, varies by %q", got.Header().Get("Content-Encoding"), got.Body.Len(), got.Header().Get("Vary"))
	}
	z, err := gzip.NewReader(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(z); err != nil || string(text) != long {
		t.Errorf("unpacked: %d bytes, %v", len(text), err)
	}
	if got := ask("/packed"); got.Header().Get("Content-Encoding") != "br" || got.Body.String() != "as it is" {
		t.Errorf("packed twice: %q", got.Header().Get("Content-Encoding"))
	}
	if plain := get(mux, "/long"); plain.Header().Get("Content-Encoding") != "" || plain.Body.String() != long {
		t.Errorf("packed for somebody who cannot unpack it")
	}
}
