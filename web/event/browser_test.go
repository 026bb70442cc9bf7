package event

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/go-chi/chi/v5"

	"portal/internal/journey"
	"portal/web/route"
	"portal/web/static"
)

// The line as a phone knows it.
const (
	lineUp   int32 = iota
	lineDown       // nothing arrives
	lineLost       // it arrives, but the answer does not come back
)

// serve opens the pages to a browser as somebody, over a line that can break.
func (s street) serve(login string, line *atomic.Int32) string {
	s.t.Helper()
	by := s.as(login).Actor
	mux := chi.NewRouter()
	mux.Handle("/static/*", static.Handler())
	rt := route.New(mux.With(s.Frame.Sessions.Middleware(s.Frame.Fail), func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Security-Policy", "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'")
			r = r.WithContext(route.WithActor(r.Context(), by))
			how := line.Load()
			if r.Method != http.MethodPost || how == lineUp {
				next.ServeHTTP(w, r)
				return
			}
			if how == lineLost {
				next.ServeHTTP(httptest.NewRecorder(), r)
			}
			panic(http.ErrAbortHandler)
		})
	}), s.Frame.Fail, func(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) })
	Mount(rt, s.Frame, Deps{Orders: s.s, Blobs: s.files})
	mux.Get("/desk/events/{no}", func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte("<!doctype html><title>case</title>"))
	})
	srv := httptest.NewServer(mux)
	s.t.Cleanup(srv.Close)
	return srv.URL
}

const count = `SELECT count(*) FROM finding WHERE words LIKE '断线%'`

// settle waits until the outbox has answered: its strip counts so many records.
func settle(b *journey.Browser, n string) string {
	return journey.Eval[string](b, `new Promise((ok) => {
		const look = () => document.querySelector('#outbox [data-count]')?.textContent === '`+n+`';
		if (look()) return ok('yes');
		new MutationObserver((_, o) => { if (look()) { o.disconnect(); ok('yes'); } }).observe(document.querySelector('#outbox'), { subtree: true, childList: true, attributes: true });
	})`)
}

// emptied waits until the phone keeps no record.
const emptied = `new Promise((ok) => {
	const r = indexedDB.open('outbox', 1);
	r.onsuccess = () => {
		const look = () => {
			const n = r.result.transaction('records').objectStore('records').count();
			n.onsuccess = () => { if (n.result === 0) ok('yes'); else requestAnimationFrame(look); };
		};
		look();
	};
})`

// G4, reliability 1: what was reported without a line waits on the phone and is delivered once, also when it had
// arrived and only the answer was lost; the page passes axe and does not scroll sideways.
func TestOutbox(t *testing.T) {
	s := newStreet(t)
	var line atomic.Int32
	b := journey.Open(t, s.serve("grid.huaiyin1", &line), journey.Options{Size: journey.Phone})
	b.Go(pathNew)
	b.Axe()
	b.FitsSideways()
	b.Shot("event-new")
	for i, how := range []int32{lineDown, lineLost} {
		line.Store(how)
		b.Select("[name=category]", "0105")
		b.Fill("[name=words]", "断线"+strings.Repeat("一", i+1))
		journey.Eval[bool](b, `(document.querySelector('form[data-outbox] [data-primary]').click(), true)`)
		settle(b, string(rune('1'+i)))
	}
	b.See("没有网络，2 条记录先存手机，联网后自动上传", "待上传")
	if n := s.count(count); n != 1 {
		t.Fatalf("%d arrived while the line was broken, want the one whose answer was lost", n)
	}
	b.Shot("event-outbox")
	line.Store(lineUp)
	b.Go(pathNew)
	journey.Eval[string](b, emptied)
	if n := s.count(count); n != 2 {
		t.Errorf("%d findings of 2 records", n)
	}
}

// barMeasures look at the phone bar as it is drawn: the heights and widths of its targets, and whether the last line
// of the page, scrolled to its end, stands above it.
const barMeasures = `(() => {
  const bar = document.querySelector('.phonebar'), bad = [];
  if (!bar) return ['no bar'];
  const box = bar.getBoundingClientRect();
  if (getComputedStyle(bar).position !== 'fixed' || Math.abs(box.bottom - innerHeight) > 1 || box.left > 0 || box.right < innerWidth) bad.push('it does not stand at the bottom: ' + JSON.stringify(box));
  const all = [...bar.querySelectorAll('a')];
  for (const a of all) { const r = a.getBoundingClientRect(); if (r.height < 44 || r.width < innerWidth / 4 - 1) bad.push(a.textContent.trim() + ' is ' + r.width + 'x' + r.height); }
  if (all.map((a) => a.textContent.trim()).join(' ') !== '待办 上报 地图 我的') bad.push('its targets are ' + all.map((a) => a.textContent.trim()).join(' '));
  scrollTo(0, document.documentElement.scrollHeight);
  const end = document.querySelector('.foot').getBoundingClientRect();
  if (end.bottom > box.top + 1) bad.push('it hides the end of the page by ' + (end.bottom - box.top));
  const act = document.querySelector('.find-acts')?.getBoundingClientRect();
  if (act && act.bottom > box.top + 1) bad.push('it hides the button of the form');
  return bad;
})()`

// The phone bar of ux.md at 390×844: four targets under the thumb, the current one marked, nothing hidden behind it,
// reached by keyboard with the ring in sight; on a wide window it is not there; it needs no script.
func TestPhoneBar(t *testing.T) {
	s := newStreet(t)
	var line atomic.Int32
	base := s.serve("grid.huaiyin1", &line)
	b := journey.Open(t, base, journey.Options{Size: journey.Phone})
	for path, current := range map[string]string{pathNew: "上报", pathEvents: "待办"} {
		b.Go(path)
		for _, bad := range journey.Eval[[]string](b, barMeasures) {
			t.Errorf("%s: %s", path, bad)
		}
		if got := b.Text(".phonebar a[aria-current]"); got != current {
			t.Errorf("%s marks %q", path, got)
		}
		b.Axe()
		b.FitsSideways()
		b.Shot("phonebar-" + map[bool]string{true: "new", false: "list"}[path == pathNew])
	}
	b.Go(pathNew)
	for _, field := range []string{"[name=words]", ".find-acts button", ".phonebar li:last-child a"} {
		b.TabTo(field)
		if hidden := journey.Eval[string](b, `(() => { const r = document.activeElement.getBoundingClientRect(), x = document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2);
			return document.activeElement === x || document.activeElement.contains(x) ? '' : (x ? x.outerHTML.slice(0, 80) : 'nothing'); })()`); hidden != "" {
			t.Errorf("the focus on %s is hidden by %s", field, hidden)
		}
	}
	bare := journey.Open(t, base, journey.Options{Size: journey.Phone, NoScript: true})
	bare.Go(pathEvents)
	bare.Click(".phonebar a[href='" + pathNew + "']")
	if bare.Path() != pathNew || !bare.Has(".phonebar a[aria-current=page]") {
		t.Errorf("without script the bar leads to %s", bare.Path())
	}
	wide := journey.Open(t, base, journey.Options{Size: journey.Staff})
	wide.Go(pathEvents)
	if shown := journey.Eval[string](wide, `getComputedStyle(document.querySelector('.phonebar')).display`); shown != "none" {
		t.Errorf("on a wide window the bar is %s", shown)
	}
	wide.Shot("phonebar-none")
	other := journey.Open(t, s.serve("secretary.huaiyin", &line), journey.Options{Size: journey.Phone})
	other.Go(pathEvents)
	if other.Has(".phonebar") {
		t.Error("others have the bar of grid workers")
	}
}
