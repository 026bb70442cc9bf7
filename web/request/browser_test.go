package request

import (
	"compress/gzip"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"portal/internal/journey"
	"portal/web/route"
	"portal/web/static"
)

// serve opens the pages to a browser, under the headers of the portal.
func (b bench) serve(t *testing.T) string {
	t.Helper()
	mux := chi.NewRouter()
	mux.Handle("/static/*", static.Handler())
	rt := route.New(mux.With(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Security-Policy", "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'")
			next.ServeHTTP(w, r)
		})
	}, b.Frame.Sessions.Middleware(b.Frame.Fail)), b.Frame.Fail, func(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) })
	Mount(rt, b.Frame, b.deps)
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	return srv.URL
}

// A resident files and follows on a phone, without script as well, and in the 长辈版; every page passes
// axe, and none scrolls sideways.
func TestInABrowser(t *testing.T) {
	b := street(t)
	base := b.serve(t)
	seenBy := func(v *journey.Browser) func(string) {
		return func(name string) {
			v.Axe()
			v.FitsSideways()
			v.Shot(name)
		}
	}
	t.Run("on the phone", func(t *testing.T) {
		onThePhone(t, b, journey.Open(t, base, journey.Options{Size: journey.Phone}), seenBy)
	})
	t.Run("without script", func(t *testing.T) {
		v := journey.Open(t, base, journey.Options{Size: journey.Phone, NoScript: true})
		fileByTouch(v, func(string) {})
		v.ClickText("看进度")
		v.See("办到哪一步")
	})
	token := filed(t, b.Anybody(t), "楼道灯三天不亮", "13812345678")
	t.Run("on paper", func(t *testing.T) { onPaper(t, base, token) })
	for _, look := range []struct {
		name string
		size journey.Size
		mode string
	}{{"elder", journey.Phone, "elder"}, {"wide", journey.Staff, "normal"}} {
		t.Run(look.name, func(t *testing.T) {
			v := journey.Open(t, base, journey.Options{Size: look.size})
			for name, path := range map[string]string{"what": "/requests/new/what", "track": "/r/" + token, "receipt": "/r/" + token + "/receipt", "lookup": "/requests/lookup", "figures": "/requests/figures"} {
				v.Go(path + "?mode=" + look.mode)
				seenBy(v)(look.name + "-" + name)
			}
		})
	}
}

// onThePhone files, follows, and answers with one tap (J8: at most two).
func onThePhone(t *testing.T, b bench, v *journey.Browser, seenBy func(*journey.Browser) func(string)) {
	t.Helper()
	seen := seenBy(v)
	fileByTouch(v, seen)
	v.ClickText("看进度")
	seen("track")
	v.ClickText("为什么是这个时间")
	seen("clock")
	v.Go("/requests/lookup")
	seen("lookup")
	r := b.slip(t, answered)
	v.Start()
	v.Go("/r/" + r.Token)
	seen("rate")
	v.ClickText("满意")
	v.See("谢谢，已经记下您的评价")
	if n := v.Clicks(); n > 2 {
		t.Errorf("J8 takes %d taps, at most 2", n)
	}
	seen("rated")
}

// fileByTouch goes through the four questions without typing.
func fileByTouch(v *journey.Browser, seen func(string)) {
	v.Go("/requests/new")
	seen("what")
	v.Click(`button[name=category][value="0402"]`)
	seen("where")
	v.Click(`button[name=compound]`)
	seen("building")
	v.Click(`button[name=building]`)
	seen("door")
	v.ClickText("下一步")
	v.ClickText("灯不亮")
	v.See("灯不亮")
	seen("say")
	v.ClickText("说完了，下一步")
	seen("phone")
	v.ClickText("不留电话")
	seen("check")
	v.ClickText("确认反映")
	v.See("已收到", "请用手机拍下")
	seen("receipt")
}

// The pages of residents weigh at most 35 KB with everything they load (performance.md).
func testLight(t *testing.T, b bench) {
	v := b.Anybody(t)
	token := filed(t, v, "楼道灯三天不亮", "13812345678")
	for _, path := range []string{"/requests/new/what", "/requests/new/what?mode=elder", "/r/" + token, "/r/" + token + "/receipt", "/requests/figures"} {
		page := v.Get(path).Is(http.StatusOK)
		var zipped strings.Builder
		w := gzip.NewWriter(&zipped)
		_, _ = w.Write([]byte(page.Body)) // into memory
		_ = w.Close()
		if kb := (zipped.Len() + static.Size("public.css") + static.Size("public.js")) >> 10; kb >= 35 {
			t.Errorf("%s weighs %d KB", path, kb)
		}
	}
}

// onPaper: the receipt and the progress have a button that prints them; a print holds the number and what was said
// of it, and nothing to press. Without script the button is absent and the keys do the same.
func onPaper(t *testing.T, base, token string) {
	t.Helper()
	for _, p := range []struct{ path, words, keeps string }{{"/receipt", "打印回执", ".bigno, .bigcode, .proof svg, .nexts"}, {"", "打印进度", "h1, .nowbox, .trail"}} {
		v := journey.Open(t, base, journey.Options{Size: journey.Staff})
		v.Go(pathTrack + token + p.path)
		v.See(p.words)
		journey.Eval[bool](v, `(window.print = () => { document.title = 'printed'; }, true)`)
		v.Press("[data-print-page]")
		v.Until("print", `document.title === 'printed'`)
		v.Axe()
		v.OnPaper(func() {
			if bad := journey.Eval[[]string](v, `(() => {
				const shown = (e) => e.getClientRects().length > 0, name = (e) => e.textContent.trim().slice(0, 20) || e.className;
				return [...[...document.querySelectorAll('main button, main .btn, main summary, main textarea, main input')].filter(shown).map((e) => 'to press: ' + name(e)),
					...`+"`"+p.keeps+"`"+`.split(', ').filter((s) => !document.querySelector(s) || ![...document.querySelectorAll(s)].some(shown)).map((s) => 'not on paper: ' + s)];
			})()`); len(bad) > 0 {
				t.Errorf("%q: %s", p.path, strings.Join(bad, "; "))
			}
			v.Shot("paper" + strings.ReplaceAll(p.path, "/", "-"))
		})
		if page := journey.Open(t, base, journey.Options{Size: journey.Staff, NoScript: true}); true {
			page.Go(pathTrack + token + p.path)
			if !page.Has("[data-print-page][hidden]") {
				t.Errorf("%q: without script the button leads nowhere", p.path)
			}
		}
	}
}
