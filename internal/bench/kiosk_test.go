package bench

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"

	"portal/internal/authz"
	"portal/internal/bench/outside"
	"portal/internal/demo"
	"portal/internal/journey"
	"portal/internal/kiosk"
	"portal/internal/pg"
	"portal/internal/secret"
	"portal/web/form"
)

// BenchmarkKiosk is the touch device: what its pages weigh all in, how soon a touch is seen by the browser's own
// timing, and how soon letters have their characters.
func BenchmarkKiosk(b *testing.B) {
	ctx := context.Background()
	r, err := start(ctx, sizesOf(b), b.TempDir(), cluster())
	if r != nil {
		defer func() {
			if err := r.end(); err != nil {
				b.Error(err)
			}
		}()
	}
	must(b, err)
	r.portal, err = r.startPortal(ctx, r.addr, r.street.url)
	must(b, err)
	codes, err := r.invites(ctx, "CS-01", "CS-02")
	must(b, err)
	d := &device{Browser: outside.NewBrowser(r.portal.Base)}
	defer d.Close()
	must(b, d.enrol(ctx, codes[0]))
	must(b, d.prove(ctx))
	must(b, r.weighKiosk(ctx, d))
	must(b, r.spell(ctx, d))
	r.touches(b, codes[1])
	r.report.write(os.Stdout)
}

// invites registers devices of 槐荫社区 and gives their codes, as staff do.
func (r *run) invites(ctx context.Context, numbers ...string) (codes []string, err error) {
	db, err := pg.Open(ctx, r.street.url, time.Now)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	keys, err := secret.OpenDir(filepath.Join(r.dir, "data", "keys"))
	if err != nil {
		return nil, err
	}
	devices := kiosk.New(db, keys, nil)
	for _, no := range numbers {
		d := kiosk.NewDevice{No: no, Community: demo.Huaiyin, Place: "槐荫社区党群服务中心二楼", Printer: kiosk.ByBrowser}
		if _, err := devices.Register(ctx, authz.System, form.NewKey(), d); err != nil {
			return nil, err
		}
		code, _, err := devices.Invite(ctx, authz.System, form.NewKey(), no)
		if err != nil {
			return nil, err
		}
		codes = append(codes, code)
	}
	return codes, nil
}

// device is a touch device without a screen.
type device struct {
	*outside.Browser
	key *ecdsa.PrivateKey
}

// enrol binds a new key by a code.
func (d *device) enrol(ctx context.Context, code string) (err error) {
	if d.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(&d.key.PublicKey)
	if err != nil {
		return err
	}
	fields := url.Values{form.KeyField: {form.NewKey()}, "code": {code}, "spki": {base64.RawURLEncoding.EncodeToString(public)}}
	a, err := d.Post(ctx, "/kiosk/enrol", fields)
	if err == nil && a.Status != http.StatusSeeOther {
		err = fmt.Errorf("enrolment: status %d", a.Status)
	}
	return err
}

// prove begins a visit.
func (d *device) prove(ctx context.Context) error {
	a, err := d.Post(ctx, "/kiosk/challenge", url.Values{})
	if err != nil {
		return err
	}
	var asked struct{ No, Nonce string }
	if err := json.Unmarshal([]byte(a.Body), &asked); err != nil {
		return fmt.Errorf("challenge: status %d: %w", a.Status, err)
	}
	sum := sha256.Sum256(kiosk.Message(asked.No, asked.Nonce))
	x, y, err := ecdsa.Sign(rand.Reader, d.key, sum[:])
	if err != nil {
		return err
	}
	var signature [64]byte
	x.FillBytes(signature[:32])
	y.FillBytes(signature[32:])
	a, err = d.Post(ctx, "/kiosk/proof", url.Values{"nonce": {asked.Nonce}, "signature": {base64.RawURLEncoding.EncodeToString(signature[:])}, "fresh": {"1"}})
	if err == nil && a.Status != http.StatusOK {
		err = fmt.Errorf("proof: status %d", a.Status)
	}
	return err
}

// filing are the buttons of 反映问题, one after another; an empty value is the first button of the name.
var filing = []struct{ name, value string }{{"category", "0204"}, {"compound", ""}, {"building", ""}, {"unit", ""}, {"phrase", "楼道灯不亮"}, {"go", "next"}, {"go", "skip"}, {"go", "next"}}

// looked are the other pages, one of each kind; the start page comes last, because it ends the visit.
var looked = []string{"/kiosk/lookups", "/kiosk/notices", "/kiosk/grids", "/kiosk/grids/compounds?name=%E6%A7%90%E9%A6%99%E8%8B%91", "/kiosk/guides", "/kiosk/guides/forbidden",
	"/kiosk/guides/forbidden/NEG-054", "/kiosk/idle?back=%2Fkiosk%2Fnotices", "/kiosk/offline", "/kiosk/enrol", "/kiosk"}

const typingPage = "/kiosk/requests/new/say?mode=type"

// kioskPage is the weight of a page on the wire, with everything it loads.
type kioskPage struct {
	path     string
	html, kb float64
}

// weighKiosk goes through the pages as a resident does.
func (r *run) weighKiosk(ctx context.Context, d *device) error {
	var pages []kioskPage
	weigh := func(path string) {
		p, err := r.packed(ctx, path, d.Cookies())
		if err != nil {
			r.report.bar(line{"weight of " + path, "≤ 60 KB", "not measured", false, err.Error()})
			return
		}
		pages = append(pages, p)
	}
	if a, err := d.Get(ctx, doors[0]); err != nil { // begins the questions
		return err
	} else if a.Status != http.StatusSeeOther {
		return fmt.Errorf("%s: status %d", doors[0], a.Status)
	}
	at := "/kiosk/requests/new/what"
	for _, touch := range filing {
		weigh(at)
		to, err := d.touch(ctx, at, touch.name, touch.value)
		if err != nil {
			return err
		}
		if touch.name == "phrase" {
			weigh(typingPage)
		}
		at = to
	}
	call := url.Values{form.KeyField: {form.NewKey()}, "back": {"/kiosk/receipts"}}
	if a, err := d.Post(ctx, "/kiosk/help-calls", call); err != nil {
		return err
	} else if a.Status != http.StatusSeeOther {
		return fmt.Errorf("call: status %d", a.Status)
	}
	for _, path := range append([]string{at, "/kiosk/help-calls"}, looked...) {
		weigh(path)
	}
	slices.SortFunc(pages, func(a, b kioskPage) int { return int(1000 * (b.kb - a.kb)) })
	worst := pages[0]
	r.report.bar(line{"heaviest kiosk page on the wire, CSS and JS included: " + worst.path, "≤ 60 KB", f1(worst.kb) + " KB", worst.kb <= 60,
		fmt.Sprintf("%.1f KB of it the page itself; %d pages, the lightest %.1f KB", worst.html, len(pages), pages[len(pages)-1].kb)})
	return nil
}

// packed asks for a page as a browser does that takes gzip, and for what it loads.
func (r *run) packed(ctx context.Context, path, cookies string) (kioskPage, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.portal.Base+path, nil)
	if err != nil {
		return kioskPage{}, err
	}
	req.Header.Set("Accept-Encoding", "gzip")
	req.Header.Set("Cookie", cookies)
	a, err := fetch(req)
	if err != nil {
		return kioskPage{}, err
	}
	if a.status != http.StatusOK || a.header.Get("Content-Encoding") != "gzip" {
		return kioskPage{}, fmt.Errorf("%s: status %d to %q, packed by %q", path, a.status, a.header.Get("Location"), a.header.Get("Content-Encoding"))
	}
	unpack, err := gzip.NewReader(bytes.NewReader(a.body))
	if err != nil {
		return kioskPage{}, fmt.Errorf("%s: %w", path, err)
	}
	page, err := io.ReadAll(unpack)
	if err != nil {
		return kioskPage{}, fmt.Errorf("%s: %w", path, err)
	}
	parts, err := r.parts(ctx, page)
	html := float64(len(a.body)) / 1024
	return kioskPage{path, html, html + parts}, err
}

// touch sends the form of a step page by one of its buttons and tells which page comes.
func (d *device) touch(ctx context.Context, path, name, value string) (string, error) {
	page, err := d.Get(ctx, path)
	if err != nil {
		return "", err
	}
	f, err := page.Form("form.kstep")
	if err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	if value == "" {
		doc, err := html.Parse(strings.NewReader(page.Body))
		if err != nil {
			return "", fmt.Errorf("%s: %w", path, err)
		}
		button := cascadia.Query(doc, cascadia.MustCompile("form.kstep button[name="+name+"]"))
		if button == nil {
			return "", fmt.Errorf("%s: no button %s", path, name)
		}
		for _, a := range button.Attr {
			if a.Key == "value" {
				value = a.Val
			}
		}
	}
	f.Fields.Set(name, value)
	a, err := d.Post(ctx, f.Action, f.Fields)
	if err == nil && a.Status != http.StatusSeeOther {
		err = fmt.Errorf("%s, %s: status %d", path, name, a.Status)
	}
	return a.Location, err
}

// sentence is typed letter by letter, as the keys do: every touch asks.
const sentence = "loudaodengbuliangle"

// spell measures what a touch of a letter waits for its characters, at the server.
func (r *run) spell(ctx context.Context, d *device) error {
	if err := d.prove(ctx); err != nil {
		return err
	}
	got, err := flood(ctx, host(r.portal), 1, r.flood, http.StatusOK, post(host(r.portal), d.Cookies(), "/kiosk/typing", func(n int) string {
		return url.Values{"typed": {sentence[:1+n%len(sentence)]}, "page": {"0"}}.Encode()
	}))
	if err != nil {
		return err
	}
	r.report.bar(line{"characters for one more letter of pinyin", "p95 ≤ 100 ms", fmt.Sprintf("p50 %.1f ms, p95 %.1f ms", got.at(50), got.at(95)), got.at(95) <= 100 && got.Wrong == 0,
		fmt.Sprintf("%d answered, %d wrong", got.Answered, got.Wrong)})
	return nil
}

// timing keeps the browser's own timing of touches: of each, the longest way of its events to the next paint. The
// browser tells of what took 16 ms or more, and of the first touch of a page in any case. The start page stays
// when a tile is touched, so that its answer can be read.
const timing = `{
  window.touches = {}; window.seen = 0;
  for (const what of [{ type: 'event', durationThreshold: 16 }, { type: 'first-input' }]) new PerformanceObserver((list) => {
    for (const e of list.getEntries()) if (/^(pointerdown|pointerup|click)$/.test(e.name)) touches[e.interactionId] = Math.max(touches[e.interactionId] || 0, e.duration);
  }).observe({ buffered: true, ...what });
  addEventListener('click', (e) => { seen++; if (location.pathname === '/kiosk' && e.target.closest('a')) e.preventDefault(); });
}`

// quick is the shortest time that the browser tells of every touch.
const quick = 16

// touches measures touches in a real browser on an enrolled device.
func (r *run) touches(b *testing.B, code string) {
	s := journey.Open(b, r.portal.Base, journey.Options{Size: journey.Kiosk})
	s.Go("/kiosk")
	s.Fill("input[name=code]", code)
	s.ClickText("启用")
	const proven = "'proven' in document.body.dataset"
	s.Until("the device proves itself", proven)
	s.BeforePages(timing)

	var tiles []float64
	for n := range 25 {
		s.Go("/kiosk")
		s.Until("a start page that takes touches", proven+" && performance.now() > 700") // sooner is the touch of the page before
		s.Touch(fmt.Sprintf(".tile[href=%q]", doors[n%len(doors)]))
		s.Until("the browser's timing", "Object.keys(touches).length > 0 && seen === 1")
		if !s.Has(".tile.touched") {
			b.Errorf("a touch of %s is not seen", doors[n%len(doors)])
		}
		tiles = append(tiles, journey.Eval[float64](s, "Math.max(...Object.values(touches))"))
	}
	r.touched("first touch of a start page, a tile", tiles)

	s.Go("/kiosk/lookups")
	r.touched("keys of the pad for codes", keyed(s, `.kkey[value=%q]`, "K7QFM2XR8PTW3HJN5VCAD", "document.querySelector('[data-pad] input[name=code]').value.length > 0"))

	s.Go("/kiosk/requests/new")
	for _, touch := range filing[:4] {
		selector := ".kstep button[name=" + touch.name + "]"
		if touch.value != "" {
			selector += "[value='" + touch.value + "']"
		}
		s.Click(selector)
	}
	s.Go(typingPage)
	r.touched("keys of pinyin", keyed(s, `[data-layer]:not([hidden]) [data-k=%q]`, sentence+"hen", "document.querySelector('.cand.first') !== null"))
}

// doors are the tiles of the start page.
var doors = []string{"/kiosk/requests/new", "/kiosk/lookups", "/kiosk/notices", "/kiosk/grids", "/kiosk/guides"}

// keyed touches key after key of a page and gives how long each took; what the browser does not tell took at most
// its shortest time.
func keyed(s *journey.Browser, selector, keys, answered string) []float64 {
	for _, k := range keys {
		s.Touch(fmt.Sprintf(selector, string(k)))
	}
	s.Until("every key", fmt.Sprintf("seen === %d && %s", len(keys), answered))
	took := journey.Eval[[]float64](s, `new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(Object.values(touches)))))`)
	for len(took) < len(keys) {
		took = append(took, quick)
	}
	return took
}

// touched notes how soon touches were answered.
func (r *run) touched(what string, took []float64) {
	slices.Sort(took)
	p95 := took[len(took)*95/100]
	r.report.bar(line{what + ": to the next paint, the browser's timing", "p95 ≤ 100 ms", fmt.Sprintf("p50 %.0f ms, p95 %.0f ms", took[len(took)/2], p95), p95 <= 100,
		fmt.Sprintf("%d touches, the longest %.0f ms", len(took), took[len(took)-1])})
}
