package outside

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
)

// Browser asks for pages with cookies and follows no redirect by itself.
type Browser struct {
	Base   string
	From   string // what a trusted proxy would say about the browser's address; "" nothing
	client *http.Client
}

// patience is for one answer; somebody in a browser would have given up by then.
const patience = 20 * time.Second

// NewBrowser makes a browser without cookies.
func NewBrowser(base string) *Browser {
	jar, _ := cookiejar.New(nil) // never fails without options
	return &Browser{Base: base, client: &http.Client{Jar: jar, Timeout: patience, Transport: &http.Transport{MaxIdleConnsPerHost: 2},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// Answer is a page that came back whole.
type Answer struct {
	Status   int
	Location string
	Body     string
}

// Get asks for a page.
func (b *Browser) Get(ctx context.Context, path string) (Answer, error) {
	return b.do(ctx, http.MethodGet, path, nil)
}

// Post sends a form.
func (b *Browser) Post(ctx context.Context, path string, fields url.Values) (Answer, error) {
	return b.do(ctx, http.MethodPost, path, strings.NewReader(fields.Encode()))
}

func (b *Browser) do(ctx context.Context, method, path string, body io.Reader) (Answer, error) {
	r, err := http.NewRequestWithContext(ctx, method, b.Base+path, body)
	if err != nil {
		return Answer{}, err
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if b.From != "" {
		r.Header.Set("X-Forwarded-For", b.From)
	}
	res, err := b.client.Do(r)
	if err != nil {
		return Answer{}, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return Answer{Status: res.StatusCode, Location: res.Header.Get("Location"), Body: string(text)}, err
}

// Cookies gives the Cookie header of a request.
func (b *Browser) Cookies() string {
	u, err := url.Parse(b.Base)
	if err != nil {
		return ""
	}
	var parts []string
	for _, c := range b.client.Jar.Cookies(u) {
		parts = append(parts, c.Name+"="+c.Value)
	}
	return strings.Join(parts, "; ")
}

// Close lets go of connections.
func (b *Browser) Close() { b.client.CloseIdleConnections() }

// SignIn signs in through the page, as a person does.
func (b *Browser) SignIn(ctx context.Context, login, password string) error {
	page, err := b.Get(ctx, "/sign-in")
	if err != nil {
		return err
	}
	f, err := page.Form(`form[action^="/sign-in"]`)
	if err != nil {
		return fmt.Errorf("sign-in: %w", err)
	}
	f.Fields.Set("login", login)
	f.Fields.Set("password", password)
	a, err := b.Post(ctx, f.Action, f.Fields)
	if err != nil {
		return err
	}
	if a.Status != http.StatusSeeOther {
		return fmt.Errorf("sign-in of %s: status %d", login, a.Status)
	}
	return nil
}

// Form is a form of a page with what a browser would send as it stands.
type Form struct {
	Action string
	Fields url.Values
}

// Form finds the first form of the selector.
func (a Answer) Form(selector string) (Form, error) {
	sel, err := cascadia.Parse(selector)
	if err != nil {
		return Form{}, err
	}
	doc, err := html.Parse(strings.NewReader(a.Body))
	if err != nil {
		return Form{}, err
	}
	node := cascadia.Query(doc, sel)
	if node == nil {
		return Form{}, fmt.Errorf("status %d: the page has no %s", a.Status, selector)
	}
	f := Form{Action: attr(node, "action"), Fields: url.Values{}}
	for _, n := range cascadia.QueryAll(node, cascadia.MustCompile("input[name], textarea[name], select[name]")) {
		if value, sent := sends(n); sent {
			f.Fields.Add(attr(n, "name"), value)
		}
	}
	return f, nil
}

// sends tells what a field sends when nobody touches it.
func sends(n *html.Node) (string, bool) {
	switch n.Data {
	case "textarea":
		return strings.TrimPrefix(words(n), "\n"), true
	case "select":
		options := cascadia.QueryAll(n, cascadia.MustCompile("option"))
		for _, o := range options {
			if has(o, "selected") {
				return attr(o, "value"), true
			}
		}
		if len(options) > 0 {
			return attr(options[0], "value"), true
		}
		return "", false
	}
	switch attr(n, "type") {
	case "checkbox", "radio":
		return attr(n, "value"), has(n, "checked")
	case "submit", "button", "file", "image", "reset":
		return "", false
	}
	return attr(n, "value"), true
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func words(n *html.Node) string {
	var b strings.Builder
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}
