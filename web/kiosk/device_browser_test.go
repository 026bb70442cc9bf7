package kiosk

import (
	"crypto/x509"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"portal/internal/journey"
	"portal/web/webtest"
)

// line is the line between a browser and the portal; it can be cut.
type line struct {
	base string
	down atomic.Bool   // nothing gets through
	lost atomic.Bool   // what is filed arrives, its answer does not
	last atomic.Bool   // the answer to what is filed is the last that gets through
	sign atomic.Bool   // the sign of life after it is the last that gets through
	half atomic.Bool   // half of the receipt is the last that gets through
	came chan struct{} // something was filed
}

func (m *machine) line() *line {
	m.t.Helper()
	to, err := url.Parse(m.serve())
	if err != nil {
		m.t.Fatal(err)
	}
	l := &line{came: make(chan struct{}, 10)}
	proxy := httputil.NewSingleHostReverseProxy(to)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if l.down.Load() {
			panic(http.ErrAbortHandler)
		}
		if r.Method == http.MethodPost && r.URL.Path == stepPath(stepCheck) && l.lost.Load() {
			proxy.ServeHTTP(httptest.NewRecorder(), r)
			l.came <- struct{}{}
			panic(http.ErrAbortHandler)
		}
		switch {
		case r.Method == http.MethodPost && r.URL.Path == stepPath(stepCheck) && l.last.Load(), r.URL.Path == "/healthz" && l.sign.Load():
			l.down.Store(true)
		case r.URL.Path == pathReceipt && l.half.Load():
			l.down.Store(true)
			page := httptest.NewRecorder()
			proxy.ServeHTTP(page, r)
			w.Header().Set("Content-Type", page.Header().Get("Content-Type"))
			w.Header().Set("Content-Length", strconv.Itoa(page.Body.Len()))
			if _, err := w.Write(page.Body.Bytes()[:page.Body.Len()/2]); err != nil {
				m.t.Error(err)
			}
			panic(http.ErrAbortHandler)
		}
		proxy.ServeHTTP(w, r)
	}))
	m.t.Cleanup(srv.Close)
	l.base = strings.Replace(srv.URL, "127.0.0.1", "localhost", 1)
	return l
}

// withStore opens the store of the scripts and runs a line with it.
const withStore = `(async () => {
  const db = await new Promise((ok, no) => {
    const r = indexedDB.open('kiosk', 1);
    r.onupgradeneeded = () => { r.result.createObjectStore('key'); r.result.createObjectStore('kept', { keyPath: 'n', autoIncrement: true }).createIndex('sealed', 'sealed', { unique: true }); };
    r.onsuccess = () => ok(r.result); r.onerror = () => no(r.error);
  });
  const ask = (store, mode, act) => new Promise((ok, no) => { const tx = db.transaction(store, mode), r = act(tx.objectStore(store)); tx.oncomplete = () => ok(r.result); tx.onabort = () => no(tx.error); });
  try { LINE } finally { db.close(); }
})()`

func inStore[T any](b *journey.Browser, line string) T {
	return journey.Eval[T](b, strings.Replace(withStore, "LINE", line, 1))
}

// impart puts the key of the bench into a browser, as enrolment there would.
func (m *machine) impart(b *journey.Browser) {
	m.t.Helper()
	raw, err := x509.MarshalPKCS8PrivateKey(m.key)
	if err != nil {
		m.t.Fatal(err)
	}
	inStore[bool](b, `const raw = Uint8Array.from(atob('`+base64.StdEncoding.EncodeToString(raw)+`'), (c) => c.charCodeAt(0));
    const key = await crypto.subtle.importKey('pkcs8', raw, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
    await ask('key', 'readwrite', (s) => s.put(key, 'key')); return true;`)
}

func held(b *journey.Browser) int {
	return inStore[int](b, `return await ask('kept', 'readonly', (s) => s.count());`)
}

// screen opens a browser that has the device's cookie and key, with printing counted.
func (m *machine) screen(l *line, o journey.Options) *journey.Browser {
	m.t.Helper()
	if o.Size == (journey.Size{}) {
		o.Size = journey.Kiosk
	}
	b := journey.Open(m.t, l.base, o)
	b.BeforePages(`window.printed = 0; window.print = () => { window.printed++; };`)
	b.Go(pathHand + "?name=" + cookieDevice + "&value=" + m.cookie)
	m.impart(b)
	return b
}

const (
	isProven    = `document.body !== null && 'proven' in document.body.dataset`
	isHome      = `location.pathname === '/kiosk' && ` + isProven
	isDelivered = `(kioskKeep.count().then((n) => { window.left = n; }), window.left === 0)`
	isHeld      = `document.getElementById('provisional') !== null && !document.getElementById('provisional').hidden`
	testPhone   = "13800138462"
	submitsAll  = `.kstep[data-kept] .knext`
)

// answers goes through the four questions in a browser and stands before 核对.
func answers(b *journey.Browser) {
	b.Go(pathHome)
	b.Until("the device proves itself", isProven)
	b.Click(".tile.main-one")
	b.Click(`button[name=category][value="0204"]`)
	b.Click(`button[name=compound]`)
	b.Click(`button[name=building]`)
	b.Click(`button[name=unit]`)
	b.Click(`button[value="楼道灯不亮"]`)
	b.Click(`.kmoves button[value=next]`)
	b.Fill(`input[name=phone]`, testPhone)
	b.Click(`.kpad .btn-primary`)
}

// A browser becomes a device by a code; its key cannot be read, and without it the start page asks for a person.
func TestEnrolInBrowser(t *testing.T) {
	m := unproven(t, webtest.Street(t), "WTL-01")
	l := m.line()
	b := journey.Open(t, l.base, journey.Options{Size: journey.Kiosk})
	b.Go(pathHome)
	if b.Path() != pathEnrol {
		t.Fatalf("an unknown browser stands at %s", b.Path())
	}
	b.KioskFits()
	b.Axe()
	b.Fill("input[name=code]", "111122223333")
	b.Press(".kpad .btn-primary")
	b.Until("a wrong code is told", `document.querySelector('[data-enrol-said]').textContent.includes('启用码不对')`)
	b.Fill("input[name=code]", strings.ReplaceAll(m.invite(), "-", ""))
	b.Key("\r") // the same touch twice within 600 ms is one
	b.Until("the start page", isHome+` || !document.querySelector('[data-enrol-said]').textContent.includes('启用码不对')`)
	if b.Has("[data-enrol-said]") {
		t.Fatalf("not enrolled: %s", b.Text("[data-enrol-said]"))
	}
	if inStore[bool](b, `const k = await ask('key', 'readonly', (s) => s.get('key')); return k.extractable;`) {
		t.Error("the key can be read")
	}
	b.Click(".tile.main-one")
	if b.Path() != stepPath(stepWhat) {
		t.Fatalf("the first tile leads to %s", b.Path())
	}
	inStore[bool](b, `await ask('key', 'readwrite', (s) => s.clear()); return true;`)
	b.Go(pathHome)
	b.Until("the device asks for a person", `document.querySelector('h1').textContent.includes('请工作人员来看一下：本机需要重新启用')`)
}

// The line goes down before the request leaves, before its answer comes, or before the receipt does, by a hair or in
// its midst: a provisional slip that says which, and one request when the line is back. The clock of the browser is a
// day wrong and nobody looks at it (reliability.md §2 rule 1, UX-K12).
func TestLineIsCut(t *testing.T) {
	for name, cut := range map[string]func(*line){"before": func(l *line) { l.down.Store(true) }, "after": func(l *line) { l.lost.Store(true) },
		"receipt": func(l *line) { l.last.Store(true) }, "sign": func(l *line) { l.sign.Store(true) }, "half": func(l *line) { l.half.Store(true) }} {
		t.Run(name, func(t *testing.T) {
			m := unproven(t, webtest.Street(t), "WTL-01")
			l := m.line()
			b := m.screen(l, journey.Options{})
			b.BeforePages(`{ const D = Date, off = -864e5; window.Date = class extends D { constructor(...a) { a.length ? super(...a) : super(D.now() + off); } static now() { return D.now() + off; } }; }`)
			before := m.requests(t)
			answers(b)
			b.Until("the page without a line is kept", `navigator.serviceWorker.controller !== null`)
			cut(l)
			b.Press(submitsAll)
			b.Until("the provisional slip", isHeld)
			shown := journey.Eval[string](b, `document.getElementById('provisional').innerText`)
			came := name != "before" && name != "after"
			if !strings.Contains(shown, "临-") || strings.Contains(shown, "已经收到") != came || strings.Contains(shown, "自动送出") == came || !b.Has("#provisional .kbig svg") {
				t.Errorf("the slip says %s", shown)
			}
			b.KioskFits()
			b.Shot("kiosk-provisional-" + name)
			if n := journey.Eval[int](b, `window.printed`); n != 1 {
				t.Errorf("printed %d times", n)
			}
			holds := "n,sealed"
			if came {
				holds = "came,n,sealed"
			}
			if got := inStore[string](b, `const all = await ask('kept', 'readonly', (s) => s.getAll()); return all.map((x) => Object.keys(x).sort().join()).join(';');`); got != holds {
				t.Errorf("the device holds %q", got)
			}
			l.down.Store(true)
			b.Click("#provisional .knext")
			b.Until("the page without a line", `document.body !== null && 'offline' in document.body.dataset`)
			if came {
				if n := journey.Eval[int](b, `kioskKeep.count()`); n != 0 || journey.Eval[bool](b, `document.body.innerText.includes('送到')`) {
					t.Errorf("what was answered counts as not delivered: %d", n)
				}
			} else {
				b.Until("the count", `document.body.innerText.includes('本机还有 1 件事没确认送到')`)
			}
			b.KioskFits()
			b.Axe()
			b.Shot("kiosk-offline-" + name)
			l.down.Store(false)
			l.lost.Store(false)
			l.last.Store(false)
			l.sign.Store(false)
			l.half.Store(false)
			b.Until("the start page comes by itself", isHome)
			b.Until("what was held arrives", isDelivered)
			if got := m.requests(t) - before; got != 1 {
				t.Errorf("%d requests", got)
			}
		})
	}
}

// The power goes right after the touch: started again, the device delivers once.
func TestKilledAfterFiling(t *testing.T) {
	m := unproven(t, webtest.Street(t), "WTL-01")
	l := m.line()
	profile := t.TempDir()
	before := m.requests(t)
	first := m.screen(l, journey.Options{Profile: profile})
	answers(first)
	l.lost.Store(true)
	first.Press(submitsAll)
	<-l.came
	first.Kill()
	l.lost.Store(false)
	again := journey.Open(t, l.base, journey.Options{Size: journey.Kiosk, Profile: profile})
	again.Go(pathHand + "?name=" + cookieDevice + "&value=" + m.cookie) // a cookie of years is on the disk; one of seconds is not yet
	if n := held(again); n != 1 {
		t.Fatalf("%d requests lie on the device", n)
	}
	again.Go(pathHome)
	again.Until("the start page", isHome)
	again.Until("what was held arrives", isDelivered)
	if got := m.requests(t) - before; got != 1 {
		t.Errorf("%d requests", got)
	}
}

// Two windows with the same look over everything are one request, also when both come back from a cut line.
func TestTwoWindows(t *testing.T) {
	m := unproven(t, webtest.Street(t), "WTL-01")
	l := m.line()
	one := m.screen(l, journey.Options{})
	before := m.requests(t)
	answers(one)
	two := one.Window()
	two.Go(stepPath(stepCheck))
	l.down.Store(true)
	one.Press(submitsAll)
	two.Press(submitsAll)
	one.Until("the provisional slip", isHeld)
	two.Until("the provisional slip", isHeld)
	if a, b := one.Text("#provisional .kbig-no"), two.Text("#provisional .kbig-no"); a != b {
		t.Errorf("two numbers: %s, %s", a, b)
	}
	if n := held(one); n != 1 {
		t.Errorf("%d requests lie on the device", n)
	}
	l.down.Store(false)
	one.Go(pathHome)
	two.Go(pathHome)
	one.Until("what was held arrives", isDelivered)
	if got := m.requests(t) - before; got != 1 {
		t.Errorf("%d requests", got)
	}
}

// After 办完了 neither Back nor any store of the browser has anything of the resident (K-3, reliability.md §2 rule
// 19). The cache of whole pages is on.
func TestNothingIsLeftBehind(t *testing.T) {
	m := unproven(t, webtest.Street(t), "WTL-01")
	l := m.line()
	b := m.screen(l, journey.Options{})
	before := m.requests(t)
	answers(b)
	b.Click(submitsAll)
	b.Until("the receipt", `location.pathname === '/kiosk/receipts' && document.querySelector('.kno') !== null`)
	if n := journey.Eval[int](b, `window.printed`); n != 1 {
		t.Errorf("printed %d times", n)
	}
	if got := m.requests(t) - before; got != 1 {
		t.Errorf("%d requests", got)
	}
	b.Until("the receipt lets go of what was held", isDelivered)
	no := journey.Eval[string](b, `document.querySelector('.kno .kbig-no').textContent`)
	b.Click(`.kends form[action="/kiosk/leave"] button`)
	b.Until("the start page", isHome)
	for range 12 {
		at := journey.Eval[string](b, `location.pathname`)
		text := journey.Eval[string](b, `document.documentElement.innerText + [...document.querySelectorAll('input:not([type=hidden]), textarea')].map((f) => f.value).join(' ')`)
		for _, mine := range []string{no, testPhone, "8462", "楼道灯不亮", "您的编号"} {
			if strings.Contains(text, mine) {
				t.Errorf("%s shows %q", at, mine)
			}
		}
		if at != pathHome {
			t.Errorf("Back leads to %s", at)
		}
		journey.Eval[bool](b, `window.left = true`)
		b.Back()
		b.Until("another page", `window.left === undefined && document.readyState === 'complete'`)
		if strings.HasPrefix(b.Path(), pathHand) {
			break
		}
	}
	b.Go(pathHome)
	b.Until("the start page", isHome)
	b.Until("the page without a line is kept", `navigator.serviceWorker.controller !== null`)
	left := journey.Eval[string](b, `(async () => {
      const out = [];
      if (localStorage.length + sessionStorage.length) out.push('storage');
      for (const d of await indexedDB.databases()) if (d.name !== 'kiosk') out.push(d.name);
      if (await kioskKeep.count()) out.push('kept');
      for (const name of await caches.keys()) for (const r of await (await caches.open(name)).keys()) {
        const path = new URL(r.url).pathname;
        if (path !== '/kiosk/offline' && !path.startsWith('/static/')) out.push(path);
      }
      return out.join();
    })()`)
	if left != "" {
		t.Errorf("the browser keeps %s", left)
	}
}

// Back from the start page to a page of the visit before leads to the start page again, and what the browser keeps of
// whole pages is not seen before it was asked for anew (UX-K5, K-3).
func TestBackToAnotherVisit(t *testing.T) {
	m := unproven(t, webtest.Street(t), "WTL-01")
	b := m.screen(m.line(), journey.Options{})
	b.Go(pathHome)
	b.Until("the start page", isHome)
	b.Click(`.tile[href="` + pathLookup + `"]`)
	b.Fill("input[name=code]", "7KQ4M2")
	if !journey.Eval[bool](b, `(dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })), document.body.getBoundingClientRect().height === 0)`) {
		t.Error("a page that is kept whole would be seen when it comes back")
	}
	journey.Eval[bool](b, `(window.left = true, dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })))`)
	b.Until("the page anew", `window.left === undefined && document.readyState === 'complete'`)
	if b.Path() != pathLookup || journey.Eval[string](b, `document.querySelector('input[name=code]').value`) != "" {
		t.Errorf("within its visit a page comes back as %s", b.Path())
	}
	b.ClickText("回首页")
	b.Until("the start page", isHome)
	journey.Eval[bool](b, `window.left = true`)
	b.Back()
	b.Until("the start page by itself", `window.left === undefined && `+isHome)
}

// The page for a time without a line keeps the measures of chapter 3, upright and on its side.
func TestOfflineIsDrawnRight(t *testing.T) {
	m := unproven(t, webtest.Street(t), "WTL-01")
	l := m.line()
	for _, size := range []journey.Size{journey.Kiosk, journey.KioskWide} {
		b := m.screen(l, journey.Options{Size: size})
		b.Go(pathHome)
		b.Until("the page without a line is kept", `navigator.serviceWorker.controller !== null`)
		inStore[bool](b, `await ask('kept', 'readwrite', (s) => s.add({ sealed: 'x' })); return true;`)
		l.down.Store(true)
		b.Go(pathHome)
		b.Until("the count", `document.body !== null && document.body.innerText.includes('还有 1 件事没确认送到')`)
		b.KioskFits()
		b.Shot("kiosk-offline-one")
		l.down.Store(false)
	}
}
