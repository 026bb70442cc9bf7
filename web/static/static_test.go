package static

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

func ask(t *testing.T, path, encoding string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	if encoding != "" {
		r.Header.Set("Accept-Encoding", encoding)
	}
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	return w.Result()
}

// A bundle has its hash in its name, is kept for ever, and comes compressed to whoever takes it.
func TestBundlesAreServed(t *testing.T) {
	hashed := regexp.MustCompile(`^/static/[a-z]+-[0-9a-f]{12}\.(css|js|svg)$`)
	for _, b := range bundles {
		url := URL(b.name)
		if !hashed.MatchString(url) {
			t.Errorf("%s stands at %s", b.name, url)
		}
		plain, zipped := ask(t, url, ""), ask(t, url, "br, gzip")
		if plain.StatusCode != http.StatusOK || !strings.Contains(plain.Header.Get("Cache-Control"), "immutable") || plain.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s: %d %v", b.name, plain.StatusCode, plain.Header)
		}
		if plain.Header.Get("Content-Encoding") != "" || zipped.Header.Get("Content-Encoding") != "gzip" {
			t.Errorf("%s: encodings %q and %q", b.name, plain.Header.Get("Content-Encoding"), zipped.Header.Get("Content-Encoding"))
		}
		body, _ := io.ReadAll(plain.Body)
		r, err := gzip.NewReader(zipped.Body)
		if err != nil {
			t.Fatal(err)
		}
		if same, _ := io.ReadAll(r); string(same) != string(body) || len(body) == 0 {
			t.Errorf("%s: the compressed answer is not the plain one", b.name)
		}
	}
}

func TestUnknownFileIsNotThere(t *testing.T) {
	for _, path := range []string{"/static/", "/static/staff.css", "/static/css/base.css", "/static/../static.go", "/static/staff-000000000000.css"} {
		if got := ask(t, path, "").StatusCode; got != http.StatusNotFound {
			t.Errorf("%s answers %d", path, got)
		}
	}
}

// Older office machines stop at Chromium 109, and the Content-Security-Policy allows no other host.
func TestStylesAndScriptsAreModest(t *testing.T) {
	late := regexp.MustCompile(`:has\(|color-mix\(|@layer|@scope|@container|&\s*[.:{]|https?://|@import|@font-face`)
	outside := regexp.MustCompile(`https?://|eval\(|new Function|localStorage|document\.write`)
	for _, b := range bundles {
		for _, part := range b.parts {
			text, err := Source(part)
			if err != nil {
				t.Fatal(err)
			}
			rule := map[string]*regexp.Regexp{".css": late, ".js": outside}[part[strings.LastIndex(part, "."):]]
			if rule != nil && rule.MatchString(text) {
				t.Errorf("%s: %q", part, rule.FindString(text))
			}
			if strings.HasSuffix(part, ".js") && len(text) > 5<<10 {
				t.Errorf("%s has %d bytes; scripts only enhance", part, len(text))
			}
		}
	}
}
