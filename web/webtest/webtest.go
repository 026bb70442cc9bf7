// Package webtest is the bench for tests of pages: handlers over real services and a real database
// with the demo street, asked as somebody in a post, and answers that are read by selector. It owns
// no table.
package webtest

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/andybalholm/cascadia"
	"github.com/go-chi/chi/v5"
	"golang.org/x/net/html"

	"portal/internal/account"
	"portal/internal/authz"
	"portal/internal/demo/demotest"
	"portal/internal/pg"
	"portal/internal/pg/pgtest"
	"portal/internal/secret"
	"portal/web/form"
	"portal/web/frame"
	"portal/web/route"
	"portal/web/session"
)

// Bench is pages over a database.
type Bench struct {
	DB     *pg.DB
	Keys   *secret.Box
	Frame  *frame.Frame
	Router *route.Router
	mux    http.Handler
}

// Street is a bench whose database holds the demo street.
func Street(t testing.TB) *Bench {
	t.Helper()
	s := demotest.Open(t)
	return over(s.DB, s.Keys)
}

// Empty is a bench whose database is migrated and empty.
func Empty(t testing.TB) *Bench {
	t.Helper()
	db := pgtest.New(t)
	keys, err := secret.Temporary()
	if err != nil {
		t.Fatalf("webtest: %v", err)
	}
	return over(db, keys)
}

func over(db *pg.DB, keys *secret.Box) *Bench {
	sessions := session.New(db, account.New(db, account.WithKeys(keys)), false)
	f := &frame.Frame{DB: db, Sessions: sessions, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	mux := chi.NewRouter()
	b := &Bench{DB: db, Keys: keys, Frame: f, mux: mux}
	lost := func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/sign-in", http.StatusSeeOther) }
	b.Router = route.New(mux.With(sessions.Middleware(f.Fail), asAsker), f.Fail, lost)
	return b
}

type askerKey struct{}

// asAsker puts the visitor in place of the person of the session.
func asAsker(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a, ok := r.Context().Value(askerKey{}).(authz.Actor); ok {
			r = r.WithContext(route.WithActor(r.Context(), a))
		}
		next.ServeHTTP(w, r)
	})
}

// Visitor asks for pages as somebody, with cookies.
type Visitor struct {
	t       testing.TB
	b       *Bench
	Actor   authz.Actor
	cookies map[string]*http.Cookie
}

// Anybody is a visitor without an account.
func (b *Bench) Anybody(t testing.TB) *Visitor { return b.Visitor(t, authz.Anonymous) }

// Visitor asks as an actor.
func (b *Bench) Visitor(t testing.TB, a authz.Actor) *Visitor {
	return &Visitor{t: t, b: b, Actor: a, cookies: map[string]*http.Cookie{}}
}

const selectPerson = `
SELECT a.id, a.name, p.id, p.role, p.unit_id, u.name, p.division, p.title
FROM account a JOIN account_post p ON p.account_id = a.id JOIN unit u ON u.id = p.unit_id WHERE a.login = $1 ORDER BY p.id LIMIT 1`

// As asks as one of the demo accounts: reviewer, worker.huaiyin …
func (b *Bench) As(t testing.TB, login string) *Visitor {
	t.Helper()
	a := authz.Actor{Login: login, Posts: make([]authz.Post, 1)}
	p := &a.Posts[0]
	err := b.DB.Q().QueryRow(t.Context(), selectPerson, login).Scan(&a.AccountID, &a.Name, &p.ID, &p.Role, &p.UnitID, &p.UnitName, &p.Division, &p.Title)
	if err != nil {
		t.Fatalf("webtest: %s: %v", login, err)
	}
	return b.Visitor(t, a)
}

// Get asks for a page.
func (v *Visitor) Get(path string) Answer {
	v.t.Helper()
	return v.do(httptest.NewRequest(http.MethodGet, path, nil))
}

// GetWith asks for a page with a header.
func (v *Visitor) GetWith(path, header, value string) Answer {
	v.t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set(header, value)
	return v.do(r)
}

// Post sends a form: pairs of name and value; a form key is added when there is none.
func (v *Visitor) Post(path string, fields ...string) Answer {
	v.t.Helper()
	values := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		values.Add(fields[i], fields[i+1])
	}
	if !values.Has(form.KeyField) {
		values.Set(form.KeyField, form.NewKey())
	}
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return v.do(r)
}

// Upload sends a form with a file.
func (v *Visitor) Upload(path, field, name string, content []byte, fields ...string) Answer {
	v.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	keyed := false
	for i := 0; i+1 < len(fields); i += 2 {
		keyed = keyed || fields[i] == form.KeyField
		_ = w.WriteField(fields[i], fields[i+1]) // into memory
	}
	if !keyed {
		_ = w.WriteField(form.KeyField, form.NewKey())
	}
	part, err := w.CreateFormFile(field, name)
	if err != nil {
		v.t.Fatal(err)
	}
	_, _ = part.Write(content)
	_ = w.Close()
	r := httptest.NewRequest(http.MethodPost, path, &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	return v.do(r)
}

func (v *Visitor) do(r *http.Request) Answer {
	v.t.Helper()
	r = r.WithContext(contextWith(v.t.Context(), v.Actor))
	for _, c := range v.cookies {
		r.AddCookie(c)
	}
	rec := httptest.NewRecorder()
	v.b.mux.ServeHTTP(rec, r)
	for _, c := range rec.Result().Cookies() {
		v.cookies[c.Name] = c
	}
	doc, err := html.Parse(strings.NewReader(rec.Body.String()))
	if err != nil {
		v.t.Fatal(err)
	}
	return Answer{t: v.t, Status: rec.Code, Header: rec.Header(), Body: rec.Body.String(), Path: r.URL.RequestURI(), doc: doc}
}

func contextWith(ctx context.Context, a authz.Actor) context.Context {
	return context.WithValue(ctx, askerKey{}, a)
}

// Answer is what came back.
type Answer struct {
	t      testing.TB
	Status int
	Header http.Header
	Body   string
	Path   string
	doc    *html.Node
}

// Is checks the status.
func (a Answer) Is(status int) Answer {
	a.t.Helper()
	if a.Status != status {
		a.t.Fatalf("%s: status %d, want %d\n%s", a.Path, a.Status, status, a.Text("main"))
	}
	return a
}

// Sees checks for a redirect after a form and gives its address.
func (a Answer) Sees() string {
	a.t.Helper()
	a.Is(http.StatusSeeOther)
	return a.Header.Get("Location")
}

// All finds by selector.
func (a Answer) All(selector string) []*html.Node {
	return cascadia.QueryAll(a.doc, cascadia.MustCompile(selector))
}

// Text is the words of all that a selector finds, white space folded.
func (a Answer) Text(selector string) string {
	var b strings.Builder
	for _, n := range a.All(selector) {
		b.WriteString(TextOf(n) + " ")
	}
	return strings.TrimSpace(b.String())
}

// TextOf is the words of one node.
func TextOf(n *html.Node) string {
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(n)
	return strings.Join(strings.Fields(b.String()), " ")
}

// Attr is an attribute of the first match; a missing match fails the test.
func (a Answer) Attr(selector, name string) string {
	a.t.Helper()
	found := a.All(selector)
	if len(found) == 0 {
		a.t.Fatalf("%s: no %s", a.Path, selector)
	}
	for _, at := range found[0].Attr {
		if at.Key == name {
			return at.Val
		}
	}
	return ""
}

// Says checks that what a selector finds holds all the words.
func (a Answer) Says(selector string, words ...string) Answer {
	a.t.Helper()
	text := a.Text(selector)
	for _, w := range words {
		if !strings.Contains(text, w) {
			a.t.Errorf("%s: %s does not say %q: %s", a.Path, selector, w, text)
		}
	}
	return a
}

// SaysNot checks that what a selector finds holds none of the words.
func (a Answer) SaysNot(selector string, words ...string) Answer {
	a.t.Helper()
	text := a.Text(selector)
	for _, w := range words {
		if strings.Contains(text, w) {
			a.t.Errorf("%s: %s says %q: %s", a.Path, selector, w, text)
		}
	}
	return a
}

// WellMade checks what every page must have: a title with the name of the site, one h1, a language, a
// main part, labels of fields and a caption in every table.
func (a Answer) WellMade() Answer {
	a.t.Helper()
	if n := len(a.All("h1")); n != 1 {
		a.t.Errorf("%s: %d h1", a.Path, n)
	}
	if title := a.Text("title"); !strings.Contains(title, " - ") {
		a.t.Errorf("%s: title %q", a.Path, title)
	}
	if a.Attr("html", "lang") != "zh-CN" || len(a.All("main#main")) != 1 {
		a.t.Errorf("%s: lang or main is missing", a.Path)
	}
	for _, table := range a.All("table") {
		if cascadia.Query(table, cascadia.MustCompile("caption")) == nil {
			a.t.Errorf("%s: a table without caption", a.Path)
		}
	}
	seen := map[string]bool{}
	for _, n := range a.All("[id]") {
		for _, at := range n.Attr {
			if at.Key == "id" && seen[at.Val] {
				a.t.Errorf("%s: id %q twice", a.Path, at.Val)
			} else if at.Key == "id" {
				seen[at.Val] = true
			}
		}
	}
	for _, n := range a.All("form[method=post]") {
		if cascadia.Query(n, cascadia.MustCompile("[name=form_key]")) == nil && !bare(n) {
			a.t.Errorf("%s: a form without key: %s", a.Path, TextOf(n))
		}
	}
	return a
}

// bare forms are those of the frame, which change nothing that counts: the look and leaving.
func bare(n *html.Node) bool {
	for _, at := range n.Attr {
		if at.Key == "action" && (at.Val == "/look" || at.Val == "/sign-out") {
			return true
		}
	}
	return false
}
