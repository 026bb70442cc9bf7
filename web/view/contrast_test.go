package view

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"portal/web/static"
)

var (
	block = regexp.MustCompile(`(?s)(:root|\.elder|\.kiosk|\.contrast) \{(.*?)\}`)
	token = regexp.MustCompile(`--([a-z0-9-]+):\s*(#[0-9a-f]{6})`)
)

// themes reads the tokens of each appearance; what one does not say it has from :root.
func themes(t *testing.T) map[string]map[string]string {
	t.Helper()
	css, err := static.Source("css/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]map[string]string{}
	for _, b := range block.FindAllStringSubmatch(css, -1) {
		m := map[string]string{}
		for k, v := range out[":root"] {
			m[k] = v
		}
		for _, kv := range token.FindAllStringSubmatch(b[2], -1) {
			m[kv[1]] = kv[2]
		}
		out[b[1]] = m
	}
	if len(out) != 4 {
		t.Fatalf("found %d appearances", len(out))
	}
	return out
}

func luminance(hex string) float64 {
	var sum float64
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, _ := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}

func ratio(a, b string) float64 {
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

// Text reaches 4.5:1 on staff and public pages and 7:1 in 长辈版, on the kiosk and in 颜色加深 (UX-C1); borders of
// controls reach 3:1 (UX-C2).
func TestContrast(t *testing.T) {
	text := [][2]string{{"ink-900", "page"}, {"ink-900", "surface"}, {"ink-700", "page"}, {"ink-700", "surface"}, {"ink-500", "page"},
		{"ink-500", "surface"}, {"ink-500", "tint"}, {"ink-500", "sunken"}, {"brand", "surface"}, {"brand", "page"}, {"brand", "tint"}, {"on-brand", "brand"}, {"on-brand", "brand-h"},
		{"seal", "surface"}, {"seal", "page"}, {"ok", "ok-bg"}, {"warn", "warn-bg"}, {"danger", "danger-bg"}, {"info", "info-bg"},
		{"neutral", "neutral-bg"}, {"violet", "violet-bg"}, {"danger", "surface"}, {"ok", "surface"}, {"warn", "surface"}, {"ink-900", "brand-50"}}
	borders := [][2]string{{"line-500", "surface"}, {"line-500", "page"}, {"brand", "surface"}, {"danger", "surface"}, {"focus-in", "surface"}}
	least := map[string]float64{":root": 4.5, ".elder": 7, ".kiosk": 7, ".contrast": 7}
	for name, tokens := range themes(t) {
		for _, p := range text {
			if r := ratio(tokens[p[0]], tokens[p[1]]); r < least[name] {
				t.Errorf("%s: %s on %s is %.2f:1, want %.1f", name, p[0], p[1], r, least[name])
			}
		}
		for _, p := range borders {
			if r := ratio(tokens[p[0]], tokens[p[1]]); r < 3 {
				t.Errorf("%s: %s beside %s is %.2f:1, want 3", name, p[0], p[1], r)
			}
		}
	}
}

// Colours stand in tokens.css alone; only marks that never change with the appearance may name one elsewhere.
func TestColoursStandInTokens(t *testing.T) {
	fixed := map[string]bool{"#fff": true, "#000": true, "#17201f": true, "#981821": true, "#b3202a": true, "#566468": true, "#3f4e52": true, "#ff6b5e": true, "#ffffff": true}
	hex := regexp.MustCompile(`#[0-9a-f]{3,6}\b`)
	for _, file := range []string{"base", "components", "staff", "public", "kiosk", "kioskhome", "kioskstep", "kiosklow", "print"} {
		css, err := static.Source("css/" + file + ".css")
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range hex.FindAllString(strings.ToLower(css), -1) {
			if !fixed[c] {
				t.Errorf("%s.css names the colour %s", file, c)
			}
		}
	}
}

// The bundles leave room for the page within the budgets of performance.md: 45 KB staff, 35 KB public, 60 KB kiosk.
func TestBundlesAreSmall(t *testing.T) {
	for _, c := range []struct {
		name string
		css  string
		js   string
		most int
	}{{"staff", "staff.css", "staff.js", 16 << 10}, {"public", "public.css", "public.js", 14 << 10}, {"kiosk", "kiosk.css", "kiosk.js", 20 << 10}} {
		if size := static.Size(c.css) + static.Size(c.js); size > c.most {
			t.Errorf("%s: style and script take %d bytes gzipped, want at most %d", c.name, size, c.most)
		}
	}
}
