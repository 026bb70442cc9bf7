// Package static serves the portal's own files: a few style sheets and small scripts, bundled,
// hashed and compressed once at start, so that a browser asks for each only once.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"net/http"
	"path"
	"regexp"
	"strings"
)

//go:embed css js icon.svg
var files embed.FS

// bundles names what a page asks for and the files it is made of.
var bundles = []struct {
	name  string
	parts []string
}{
	{"staff.css", []string{"css/tokens.css", "css/base.css", "css/components.css", "css/map.css", "css/counter.css", "css/staff.css", "css/print.css"}},
	{"public.css", []string{"css/tokens.css", "css/base.css", "css/components.css", "css/map.css", "css/places.css", "css/public.css", "css/resident.css", "css/print.css"}},
	{"kiosk.css", []string{"css/tokens.css", "css/base.css", "css/components.css", "css/places.css", "css/kiosk.css", "css/kioskhome.css", "css/kioskstep.css", "css/kiosklow.css", "css/kioskfile.css", "css/print.css", "css/slip.css", "css/kioskslip.css"}},
	{"kiosktype.css", []string{"css/kioskime.css"}},
	{"kiosktype.js", []string{"js/kiosk-ime.js"}},
	{"boards.css", []string{"css/boards.css"}},
	{"boardpage.css", []string{"css/boardpage.css"}},
	{"notice.css", []string{"css/notice.css"}},
	{"slip.css", []string{"css/slip.css"}},
	{"case.css", []string{"css/case.css"}},
	{"case.js", []string{"js/here.js"}},
	{"outbox.js", []string{"js/outbox.js", "js/position.js"}},
	{"staff.js", []string{"js/form.js", "js/keys.js", "js/map.js", "js/idle.js"}},
	{"public.js", []string{"js/form.js", "js/aloud.js", "js/map.js"}},
	{"icon.svg", []string{"icon.svg"}},
	{"kiosk.js", []string{"js/form.js", "js/aloud.js", "js/kiosk-idle.js", "js/kiosk-pad.js", "js/kiosk-keep.js", "js/kiosk-file.js", "js/kiosk-device.js"}},
	{"calls.js", []string{"js/calls.js"}},
	{"kioskenrol.js", []string{"js/kioskenrol.js"}},
}

type asset struct {
	plain, zipped []byte
	mime          string
}

// remarks are the comments of a style sheet: for those who read the file, not for a browser.
var remarks = regexp.MustCompile(`(?s)/\*.*?\*/\s*`)

var assets, urls = build()

func build() (map[string]asset, map[string]string) {
	assets, urls := map[string]asset{}, map[string]string{}
	for _, b := range bundles {
		var all bytes.Buffer
		for _, part := range b.parts {
			text, err := files.ReadFile(part)
			if err != nil {
				panic(fmt.Sprintf("static: %v", err))
			}
			if path.Ext(part) == ".css" {
				text = remarks.ReplaceAll(text, nil)
			}
			all.Write(text)
			all.WriteByte('\n')
		}
		sum := sha256.Sum256(all.Bytes())
		ext := path.Ext(b.name)
		hashed := strings.TrimSuffix(b.name, ext) + "-" + hex.EncodeToString(sum[:6]) + ext
		assets[hashed] = asset{all.Bytes(), zip(all.Bytes()), map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}[ext]}
		urls[b.name] = "/static/" + hashed
	}
	return assets, urls
}

func zip(b []byte) []byte {
	var out bytes.Buffer
	w, _ := gzip.NewWriterLevel(&out, gzip.BestCompression) // the level is valid
	_, _ = w.Write(b)                                       // a buffer takes everything
	_ = w.Close()
	return out.Bytes()
}

// URL gives the address of a bundle, with the hash of its content in its name.
func URL(name string) string {
	u, ok := urls[name]
	if !ok {
		panic("static: no bundle " + name)
	}
	return u
}

// Size gives the compressed size of a bundle in bytes, for the page budgets.
func Size(name string) int { return len(assets[strings.TrimPrefix(URL(name), "/static/")].zipped) }

// Source gives the text of one embedded file, for tests of tokens and contrast.
func Source(name string) (string, error) {
	b, err := files.ReadFile(name)
	return string(b), err
}

// Handler serves /static/. Names carry their hash, so answers never grow old.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, ok := assets[strings.TrimPrefix(r.URL.Path, "/static/")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("Content-Type", a.mime)
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("Vary", "Accept-Encoding")
		body := a.plain
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			h.Set("Content-Encoding", "gzip")
			body = a.zipped
		}
		_, _ = w.Write(body) // the reader may leave
	})
}
