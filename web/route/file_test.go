package route

import (
	"mime"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// Files go out under their own type, as a download unless they are images, and under a name that
// every browser reads and that cannot break out of the header.
func TestSendFile(t *testing.T) {
	cases := []struct {
		name        string
		f           File
		disposition string
		want        string // the name a reader sees
	}{
		{"pdf", File{Name: "居务公开.pdf", MediaType: "application/pdf"}, "attachment", "居务公开.pdf"},
		{"image", File{Name: "现场 1.jpg", MediaType: "image/jpeg", Image: true}, "inline", "现场 1.jpg"},
		{"tricks", File{Name: "a\";x=\r\nSet-Cookie: 1;%.pdf", MediaType: "application/pdf"}, "attachment", "a\";x=\r\nSet-Cookie: 1;%.pdf"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			c.f.Content, c.f.Hash = strings.NewReader("<script>x</script>"), "abc"
			w := httptest.NewRecorder()
			if err := SendFile(w, httptest.NewRequest(http.MethodGet, "/f", nil), c.f); err != nil {
				t.Fatal(err)
			}
			h := w.Header()
			if strings.ContainsAny(h.Get("Content-Disposition"), "\r\n") || h.Get("Set-Cookie") != "" {
				t.Errorf("header broken: %q", h)
			}
			kind, params, err := mime.ParseMediaType(h.Get("Content-Disposition"))
			if err != nil || kind != c.disposition || params["filename"] != c.want {
				t.Errorf("disposition %q: %s %v, %v", h.Get("Content-Disposition"), kind, params, err)
			}
			if h.Get("Content-Type") != c.f.MediaType || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Cache-Control") != "private, no-store" {
				t.Errorf("headers %v", h)
			}
			if w.Code != http.StatusOK || w.Body.String() != "<script>x</script>" {
				t.Errorf("%d %q", w.Code, w.Body)
			}
		})
	}
}
