package view

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"golang.org/x/net/html"

	"portal/internal/journey"
	"portal/web/static"
)

// serve shows the gallery in every shell under the headers of the portal.
func serve(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("/static/", static.Handler())
	mux.HandleFunc("/{shell}", func(w http.ResponseWriter, r *http.Request) {
		shell, ok := shells[r.PathValue("shell")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		q := r.URL.Query()
		p := samplePage(q.Get("mode"))
		p.FontSize, p.Kiosk.Contrast, p.ShortcutsOff = q.Get("size"), q.Get("contrast") == "1", q.Get("keys") == "off"
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'")
		doc := within(t, shell(p), Gallery())
		if err := html.Render(w, doc); err != nil {
			t.Error(err)
		}
	})
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	return srv.URL
}

// audit looks at what is really drawn: sizes of text (UX-T1), line height, contrast of text on the
// colours behind it (UX-C1), sizes of targets (2.5.8). Papers have their own measures, drawings their own test.
const audit = `(([least, ratio, target]) => {
  const bad = new Set();
  const rgb = (c) => { const m = c.match(/[\d.]+/g).map(Number); return m.length < 4 ? [...m, 1] : m; };
  const lum = (c) => { const [r, g, b] = c.slice(0, 3).map((v) => { v /= 255; return v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; }); return .2126 * r + .7152 * g + .0722 * b; };
  const behind = (e) => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c[3] === 1) return c; } return [255, 255, 255, 1]; };
  const shown = (e) => { const r = e.getBoundingClientRect(); return r.width > 1 && r.height > 1 && getComputedStyle(e).visibility !== 'hidden'; };
  const name = (e) => e.tagName.toLowerCase() + '.' + (e.getAttribute('class') || '') + ' "' + e.textContent.trim().slice(0, 14) + '"';
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let n = 0;
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !shown(e) || e.closest('.sr, .paper, script, .wordmark, .skip, option')) continue;
    n++;
    const s = getComputedStyle(e), size = parseFloat(s.fontSize);
    if (size < least - .01) bad.add('text of ' + size + 'px: ' + name(e));
    if (e.matches('p, dd, li, td') && parseFloat(s.lineHeight) / size < 1.49) bad.add('lines of ' + s.lineHeight + ': ' + name(e));
    if (e.closest('svg, button[disabled], .off')) continue;
    const a = lum(rgb(s.color)), b = lum(behind(e)), got = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (got < ratio) bad.add('contrast ' + got.toFixed(2) + ': ' + name(e));
  }
  for (const e of document.querySelectorAll('a[href], button:not([disabled]), input:not([type=hidden]), select, textarea, summary')) {
    if (!shown(e) || e.closest('.sr, .paper, .skip')) continue;
    const line = e.closest('p, li, dd, h3, span.count');
    if (line && e.matches('a') && getComputedStyle(e).display === 'inline' && line.textContent.trim() !== e.textContent.trim()) continue;
    const box = e.matches('input[type=checkbox], input[type=radio]') ? e.closest('label') : e;
    const r = box.getBoundingClientRect();
    if (r.height < target - .5 || r.width < Math.min(target, 44) - .5) bad.add('target ' + Math.round(r.width) + 'x' + Math.round(r.height) + ': ' + name(e));
  }
  if (n < 100) bad.add('only ' + n + ' texts were looked at');
  const wide = document.documentElement.scrollWidth - innerWidth;
  if (wide > 0) bad.add('the page is ' + wide + 'px too wide: ' + [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.scroll')).slice(-3).map(name).join(', '));
  return [...bad];
})(%s)`

// Every shell with every component, as it is drawn, at the sizes that people use.
func TestDrawn(t *testing.T) {
	base := serve(t)
	narrow := journey.Size{Name: "320x640", Width: 320, Height: 640}
	looks := []struct {
		path   string
		size   journey.Size
		least  float64 // px of text
		ratio  float64
		target float64 // px
	}{
		{"/staff", journey.Staff, 14, 4.5, 24},
		{"/public", journey.Staff, 16, 4.5, 44},
		{"/public?mode=elder", journey.Staff, 26, 7, 60},
		{"/staff", journey.Phone, 14, 4.5, 44},
		{"/public?mode=elder", journey.Phone, 26, 7, 60},
		{"/staff", narrow, 14, 4.5, 44},
		{"/public", narrow, 16, 4.5, 44},
		{"/staff?size=xlarge", journey.Zoomed, 21, 4.5, 44},
		{"/kiosk", journey.Kiosk, 28, 7, 80},
		{"/kiosk?contrast=1&size=large", journey.Kiosk, 28, 7, 80},
	}
	for _, size := range []journey.Size{journey.Staff, journey.Phone, narrow, journey.Zoomed, journey.Kiosk} {
		t.Run(size.Name, func(t *testing.T) {
			b := journey.Open(t, base, journey.Options{Size: size})
			for _, c := range looks {
				if c.size != size {
					continue
				}
				b.Go(c.path)
				for _, bad := range journey.Eval[[]string](b, fmt.Sprintf(audit, fmt.Sprintf("[%g, %g, %g]", c.least, c.ratio, c.target))) {
					t.Errorf("%s: %s", c.path, bad)
				}
				b.Axe()
			}
		})
	}
}

// Single keys work outside fields only, never while a word is being composed, and can be switched off (ux.md §7);
// a counter counts characters, not bytes.
func TestScriptsOnlyHelp(t *testing.T) {
	b := journey.Open(t, serve(t), journey.Options{Size: journey.Staff})
	inSearch := func() bool { return journey.Eval[bool](b, `document.activeElement.matches('[data-search]')`) }
	press := func(where, init string) {
		journey.Eval[bool](b, fmt.Sprintf(`document.querySelector(%q).dispatchEvent(new KeyboardEvent('keydown', {bubbles: true, cancelable: true, %s}))`, where, init))
	}
	b.Go("/staff")
	press("body", "key: '/', isComposing: true")
	press("#f-phone", "key: '/'")
	press("body", "key: '/', ctrlKey: true")
	if inSearch() {
		t.Error("/ jumps while composing, from a field, or with Ctrl")
	}
	press("body", "key: '/'")
	if !inSearch() {
		t.Error("/ does not lead to the search")
	}
	if got := b.Text("#f-note-count"); got != "2 / 500 字" {
		t.Errorf("counter %q", got)
	}
	b.Go("/staff?keys=off")
	press("body", "key: '/'")
	if inSearch() {
		t.Error("single keys work although switched off")
	}
}

// The red head, the number and the title of a paper stand in the middle of its text block (ux.md §2.6).
func TestPaperIsCentred(t *testing.T) {
	b := journey.Open(t, serve(t), journey.Options{Size: journey.Staff})
	b.Go("/print")
	const off = `(() => { const block = document.querySelector('.paper hr').getBoundingClientRect(), middle = block.left + block.width / 2;
  return Math.max(...['.redhead', '.paperno', 'h3'].map((s) => { const r = document.createRange(); r.selectNodeContents(document.querySelector('.paper ' + s)); const box = r.getBoundingClientRect(); return Math.abs(box.left + box.width / 2 - middle); })); })()`
	if got := journey.Eval[float64](b, off); got > 2 {
		t.Errorf("%.1f px off the middle", got)
	}
}
