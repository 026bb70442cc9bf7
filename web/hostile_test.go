package web

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/andybalholm/cascadia"
	"github.com/go-chi/chi/v5"
	"github.com/jackc/pgx/v5"
	"golang.org/x/net/html"

	"portal/internal/authz"
	"portal/internal/demo"
	"portal/internal/pg/pgtest"
	"portal/web/form"
)

// atMost is how long one answer may take, on a busy machine too: a quadratic reader takes minutes.
const atMost = 15 * time.Second

// The marker stands in everything that tries to become markup.
const breakout = `<x-hostile>"onx-hostile="1'onx-hostile='1--></textarea></title></script><x-hostile onx-hostile=1>`

// words are what nobody types and everybody sends (reliability.md §1, §2 rules 14 and 15).
var words = []string{
	"\x00", "a\x00b", "\xff\xfe", "\xc0\xaf", "\xed\xa0\x80", "\ufffd", "\ufffe", "\u202egnp.exe", "\u200b\u2060", "\x1b[31m", "\r\nSet-Cookie: hostile=1",
	breakout, "javascript:alert('x-hostile')", "//x-hostile.example/", "'; DROP TABLE application; --", "1 OR 1=1", "%' OR '%'='", `\`, "%", "_%_%_%", "${7*7}{{.}}%s%n",
	"../../../../etc/passwd", "=HYPERLINK(\"http://x-hostile.example\")", "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>",
	"-1", "0", "9223372036854775808", "99999999999999999999999999", "NaN", "1e309", "-Infinity", "0x10", "١٢٣", "１２３", "①", "1.5.2", "2026-02-30", "2026-13-01", "0000-00-00",
	"infinity", "now", "epoch", "99999-12-31", "-4713-01-01", "294277-01-01", "25:61", "draft-9223372036854775808", "2026-9223372036854775807", "9999999-1", "refuse-2026--1",
	"😀", "𠮷𠮷𠮷", "e\u0301", "شارع", strings.Repeat("́", 300), strings.Repeat("长", 3_300),
}

// leaks are traces of the inside that no answer may hold.
var leaks = regexp.MustCompile(`goroutine \d+|\.go:\d+|SQLSTATE|jackc|pgconn|runtime error|\bsql:|syntax error|stack trace|invalid input syntax|panic`)

// siege is the whole house under attack, with what was seen of it.
type siege struct {
	*wholeHouse
	log     logs
	mux     chi.Routes
	who     map[string]identity
	admin   *pgx.Conn
	asked   atomic.Int64
	mu      sync.Mutex
	slowest time.Duration
	slowAt  string

	calls    int                   // telephones given out
	openings map[string]url.Values // pages that answer a form, not an address
}

func (s *siege) noteTime(took time.Duration, what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if took > s.slowest {
		s.slowest, s.slowAt = took, what
	}
}

// answer is one reply, read.
type answer struct {
	status int
	header http.Header
	body   string
	doc    *html.Node
}

func (a answer) all(selector string) []*html.Node {
	return cascadia.QueryAll(a.doc, cascadia.MustCompile(selector))
}

func besiege(t *testing.T) *siege {
	t.Helper()
	s := &siege{who: map[string]identity{}, openings: map[string]url.Values{}}
	s.wholeHouse = openHouseLogging(t, &s.log)
	s.mux = s.server.Handler.(chi.Routes)
	for _, who := range s.identities(t) {
		who.client.Timeout = atMost
		s.who[who.login] = who
	}
	s.admin = pgtest.Admin(t, s.db)
	s.watchWrites(t)
	return s
}

const watchOne = `
CREATE TRIGGER zz_watched AFTER INSERT OR UPDATE OR DELETE ON %q FOR EACH ROW EXECUTE FUNCTION watched()`

const watcher = `
CREATE TABLE watched_write (tab text, op text);
CREATE FUNCTION watched() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN INSERT INTO watched_write VALUES (TG_TABLE_NAME, TG_OP); RETURN NULL; END $$`

// watchWrites notes every row that is written and stays, so that each refused request can be seen to
// have written nothing without reading the whole database after each.
func (s *siege) watchWrites(t *testing.T) {
	t.Helper()
	rows, err := s.admin.Query(t.Context(), tableNames)
	if err != nil {
		t.Fatal(err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.admin.Exec(t.Context(), watcher); err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		if _, err := s.admin.Exec(t.Context(), fmt.Sprintf(watchOne, n)); err != nil {
			t.Fatal(err)
		}
	}
}

// written tells what was written since it was asked last: table and kind of write, with the number.
func (s *siege) written(t *testing.T) map[string]int {
	t.Helper()
	rows, err := s.admin.Query(t.Context(), `WITH gone AS (DELETE FROM watched_write RETURNING tab, op) SELECT tab || ' ' || op FROM gone`)
	if err != nil {
		t.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]int{}
	for _, w := range list {
		out[w]++
	}
	return out
}

// ask sends a request and reads the answer; what no answer may ever be is a failure here.
func (s *siege) ask(t *testing.T, who identity, r *http.Request) answer {
	t.Helper()
	what := fmt.Sprintf("%s %.200s as %q", r.Method, r.URL.RequestURI(), who.login)
	began := time.Now()
	res, err := who.client.Do(r)
	if err != nil {
		t.Errorf("%s: no answer: %v", what, err)
		return answer{header: http.Header{}, doc: &html.Node{}}
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Errorf("%s: half an answer: %v", what, err)
	}
	s.asked.Add(1)
	s.noteTime(time.Since(began), what)
	a := answer{status: res.StatusCode, header: res.Header, body: string(b), doc: &html.Node{}}
	s.lawful(t, what, a)
	return a
}

// lawful is what every answer keeps.
func (s *siege) lawful(t *testing.T, what string, a answer) {
	t.Helper()
	if a.status >= 500 {
		t.Errorf("%s: %d %s", what, a.status, visible(a.body))
	}
	if found := leaks.FindString(a.body); found != "" && !strings.Contains(a.header.Get("Content-Type"), "sheet") {
		t.Errorf("%s: the answer tells %q", what, found)
	}
	if a.header.Get("X-Content-Type-Options") != "nosniff" || a.header.Get("Content-Security-Policy") == "" {
		t.Errorf("%s: headers are missing", what)
	}
	if strings.Contains(strings.Join(a.header.Values("Set-Cookie"), " "), "hostile") {
		t.Errorf("%s: a cookie was smuggled", what)
	}
	if to := a.header.Get("Location"); to != "" && (!strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.HasPrefix(to, `/\`)) {
		t.Errorf("%s: leads away to %q", what, to)
	}
	if !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") {
		return
	}
	doc, err := html.Parse(strings.NewReader(a.body))
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return
	}
	*a.doc = *doc
	for n := range doc.Descendants() {
		if n.Data == "x-hostile" && n.Type == html.ElementNode {
			t.Errorf("%s: typed text became an element", what)
		}
		for _, at := range n.Attr {
			link := slices.Contains([]string{"href", "src", "action", "formaction"}, at.Key)
			if strings.Contains(at.Key, "x-hostile") || link && (strings.HasPrefix(at.Val, "javascript:") || strings.HasPrefix(at.Val, "//")) {
				t.Errorf("%s: typed text became %s=%q", what, at.Key, at.Val)
			}
		}
	}
}

func (s *siege) get(t *testing.T, who identity, path string) answer {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, s.base+path, nil)
	if err != nil {
		t.Fatalf("%q: %v", path, err)
	}
	return s.ask(t, who, r)
}

// open opens a page by its address, or by the form that it answers.
func (s *siege) open(t *testing.T, who identity, path string) answer {
	t.Helper()
	typed, byForm := s.openings[path]
	if !byForm {
		return s.get(t, who, path)
	}
	typed.Set(form.KeyField, newKey())
	return s.post(t, who, path, urlencoded, []byte(typed.Encode()))
}

// post sends a body of any kind.
func (s *siege) post(t *testing.T, who identity, path, kind string, body []byte) answer {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, s.base+path, bytes.NewReader(body))
	if err != nil {
		t.Fatalf("%q: %v", path, err)
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	return s.ask(t, who, r)
}

// visible is what a page says.
func visible(body string) string {
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		return body
	}
	var b strings.Builder
	root := cascadia.Query(doc, cascadia.MustCompile("main"))
	if root == nil {
		root = doc
	}
	for n := range root.Descendants() {
		if n.Type == html.TextNode {
			b.WriteString(n.Data + " ")
		}
	}
	return fmt.Sprintf("%.300s", strings.Join(strings.Fields(b.String()), " "))
}

// routeOfPath names the route that a path leads to, or "".
func (s *siege) routeOfPath(method, path string) string {
	path, _, _ = strings.Cut(path, "?")
	rc := chi.NewRouteContext()
	if !s.mux.Match(rc, method, path) {
		return ""
	}
	return rc.RoutePattern()
}

// Bad input gets a sentence, never a 500: every route of the portal, under every kind of address, form,
// header and repetition, as people whose post opens the route. One street serves all parts, for the
// last of them reads the log of the others.
func TestHostileInput(t *testing.T) {
	s := besiege(t)
	forms := s.crawl(t)
	t.Run("addresses", func(t *testing.T) { s.hostileAddresses(t, forms) })
	t.Run("headers", func(t *testing.T) { s.hostileHeaders(t, forms) })
	t.Run("twice, whole", func(t *testing.T) { s.hostileTwice(t, forms, true) })
	t.Run("forms", func(t *testing.T) { s.hostileForms(t, forms) })
	t.Run("twice", func(t *testing.T) { s.hostileTwice(t, forms, false) })
	t.Run("words", func(t *testing.T) { s.hostileWords(t, forms) })
	t.Run("exports", s.hostileExports)
	t.Run("log", s.quietLog)
	t.Logf("%d requests, the slowest %s: %s", s.asked.Load(), s.slowest.Round(time.Millisecond), s.slowAt)
}

// hostileAddresses asks every page with every parameter of its address and every filter spoiled. The
// questions change nothing, so several are asked at a time.
func (s *siege) hostileAddresses(t *testing.T, h *harvest) {
	s.written(t)
	since := s.lastEntry(t)
	jobs := make(chan func(), 100)
	var busy sync.WaitGroup
	for range 4 {
		busy.Go(func() {
			for job := range jobs {
				job()
			}
		})
	}
	for n, route := range s.server.Routes {
		if route.Method != http.MethodGet || ofDevice(route.Pattern) { // see TestHostileDevice
			continue
		}
		who, concrete := h.somebody(route.Pattern)
		if concrete == "" {
			t.Errorf("%s: nobody was seen to open it", route.Pattern)
			continue
		}
		for _, path := range append(spoiltPaths(n, route.Pattern, concrete), spoiltQueries(n, concrete, h.params(route.Pattern))...) {
			jobs <- func() { s.spoilt(t, who, path) }
		}
	}
	close(jobs)
	busy.Wait()
	w, others := s.written(t), 0
	if err := s.admin.QueryRow(t.Context(), `SELECT count(*) FROM audit_entry WHERE id > $1 AND action <> $2`, since, authz.RequestTake).Scan(&others); err != nil {
		t.Fatal(err)
	}
	if others == 0 {
		delete(w, "audit_entry INSERT") // showing a receipt to staff is itself an entry
	}
	if len(w) > 0 {
		t.Errorf("asking for pages wrote %v", w)
	}
}

// spoilt asks for one spoilt address: the page, another one, or a sentence.
func (s *siege) spoilt(t *testing.T, who identity, path string) {
	a := s.get(t, who, path)
	if !slices.Contains([]int{200, 301, 303, 307, 308, 400, 404, 422}, a.status) {
		t.Errorf("%.200s: %d %s", path, a.status, visible(a.body))
	}
	if a.status >= 400 {
		s.sentence(t, path, a)
	}
}

// spoiltPaths puts words in the place of each parameter; with the next route the others.
func spoiltPaths(nth int, pattern, concrete string) []string {
	var out []string
	parts, real := strings.Split(pattern, "/"), strings.Split(concrete, "/")
	for i, part := range parts {
		if !strings.HasPrefix(part, "{") {
			continue
		}
		for j, word := range append(slices.Clone(words), "%", "a;b=c") {
			if (i+j+nth)%2 != 0 && word != breakout {
				continue
			}
			spoilt := slices.Clone(real)
			spoilt[i] = url.PathEscape(word)
			out = append(out, strings.Join(spoilt, "/"))
		}
		for _, raw := range []string{"%2e%2e", "%2e%2e%2f%2e%2e%2fetc", "%252e", "..%5c..", "%00"} {
			spoilt := slices.Clone(real)
			spoilt[i] = raw
			out = append(out, strings.Join(spoilt, "/"))
		}
	}
	return out
}

// sharp words go into every filter, the others are shared out among the filters of a page.
var sharp = []string{breakout, "99999999999999999999999999", "infinity", strings.Repeat("长", 3_300)}

// spoiltQueries puts words into the filters of a page. Bytes that are no text are refused before any
// page is asked, so a few pages stand for all.
func spoiltQueries(nth int, path string, names []string) []string {
	var out []string
	add := func(name, word string) { out = append(out, path+"?"+url.Values{name: {word}}.Encode()) }
	for _, name := range names {
		for _, word := range sharp {
			add(name, word)
		}
	}
	for i, word := range words {
		if len(names) > 0 && (nth%8 == 0 || isText(word) && (i+nth)%2 == 0) {
			add(names[(i+nth)%len(names)], word)
		}
	}
	raw := []string{"%zz=1;&=&&on=%zz", url.Values{"mode": {breakout}, "size": {"\x01"}, "next": {breakout}}.Encode()}
	if nth%8 == 0 {
		raw = append(raw, "%", "q=a;on=b", "=", "%00=1", "q=%ff", strings.Repeat("&a=b", 11_000)) // more pairs than the standard library reads
	}
	for _, query := range raw {
		out = append(out, path+"?"+query)
	}
	return out
}

var han = regexp.MustCompile(`\p{Han}{4,}|最多 \d+ 个字`)

// sentence checks that a refused form or address says so: beside the field and on top, or on a page of
// its own, in words that people read.
func (s *siege) sentence(t *testing.T, what string, a answer) {
	t.Helper()
	if kind := a.header.Get("Content-Type"); strings.HasPrefix(kind, "text/plain") || strings.HasPrefix(kind, "application/json") {
		if !han.MatchString(a.body) {
			t.Errorf("%s: %d without a sentence: %.200q", what, a.status, a.body)
		}
		return
	}
	for _, n := range a.all(".errors li, .error, main .lead, .banner, .kmend") {
		for d := range n.Descendants() {
			if d.Type == html.TextNode && han.MatchString(d.Data) {
				return
			}
		}
	}
	t.Errorf("%s: %d without a sentence: %s", what, a.status, visible(a.body))
}

// quietLog: whatever was sent and whatever went wrong, the log holds no password, cookie, form key,
// telephone or typed text, one line per request, and no error.
func (s *siege) quietLog(t *testing.T) {
	text := s.log.String()
	if n := strings.Count(text, "msg=request "); int64(n) < s.asked.Load() {
		t.Errorf("%d lines for %d requests", n, s.asked.Load())
	}
	secrets := map[string][]string{"password": {demo.Password}, "form key": {ownKeys}, "telephone": {"0000-555", resident, private["telephone"]}, "typed text": {"x-hostile", "etc/passwd", "DROP TABLE", "长长", typedMark}}
	for _, who := range s.who {
		u, err := url.Parse(s.base)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range who.client.Jar.Cookies(u) {
			if len(c.Value) > 16 {
				secrets["cookie"] = append(secrets["cookie"], c.Value)
			}
		}
	}
	if len(secrets["cookie"]) < len(s.who)-1 {
		t.Errorf("only %d cookies to look for", len(secrets["cookie"]))
	}
	for name, list := range secrets {
		for _, secret := range list {
			if at := strings.Index(text, secret); at >= 0 {
				t.Errorf("a %s stands in the log: …%s…", name, text[max(0, at-200):min(len(text), at+80)])
				break
			}
		}
	}
	for line := range strings.Lines(text) {
		if strings.Contains(line, "level=ERROR") {
			t.Errorf("an error in the log: %.600s", line)
		}
	}
}
