package notice

import (
	"compress/gzip"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"portal/internal/authz"
	"portal/internal/journey"
	"portal/web/route"
	"portal/web/static"
	"portal/web/webtest"
)

// serve opens the pages to a browser as one person, under the headers of the portal.
func serve(t *testing.T, b *webtest.Bench, d Deps, by authz.Actor) string {
	t.Helper()
	mux := chi.NewRouter()
	mux.Handle("/static/*", static.Handler())
	asPerson := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Security-Policy", "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'")
			next.ServeHTTP(w, r.WithContext(route.WithActor(r.Context(), by)))
		})
	}
	rt := route.New(mux.With(b.Frame.Sessions.Middleware(b.Frame.Fail), asPerson), b.Frame.Fail, func(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) })
	Mount(rt, b.Frame, d)
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	return srv.URL
}

// looked checks a page as every page is checked: axe, no scrolling sideways, a picture for the eye.
func looked(v *journey.Browser, name string) {
	v.Axe()
	v.FitsSideways()
	v.Shot("notice-" + name)
}

// J7 in a browser, with and without script: 公示栏 → 新公示 → 预览 A4 → 签发公示 → 打印, five clicks.
func TestPublishInABrowser(t *testing.T) {
	t.Parallel()
	b, d := bench(t)
	base := serve(t, b, d, b.As(t, "secretary.huaiyin").Actor)
	for _, way := range []struct {
		name string
		opts journey.Options
	}{{"desk", journey.Options{Size: journey.Staff}}, {"phone", journey.Options{Size: journey.Phone}}, {"noscript", journey.Options{Size: journey.Staff, NoScript: true}}} {
		t.Run(way.name, func(t *testing.T) {
			v := journey.Open(t, base, way.opts)
			v.Go("/desk/objections")
			looked(v, way.name+"-objections")
			v.Start()
			v.Click(".rail a[href='/desk/notices']") // 1 公示栏
			looked(v, way.name+"-list")
			v.Click("a[data-new]") // 2 新公示
			looked(v, way.name+"-results")
			v.Click("main form button[type=submit]") // 3 预览 A4
			v.See("签发后立即公开")
			looked(v, way.name+"-preview")
			v.Click("form[action$='/issues/new'] button") // 4 签发公示
			v.See("已签发公示")
			looked(v, way.name+"-issued")
			v.Click(".notice-acts a.btn-primary") // 5 打印
			v.See("按 Ctrl+P 打印")
			v.Axe()
			v.Shot("notice-" + way.name + "-print")
			if v.Clicks() > 5 {
				t.Errorf("%d clicks, want at most 5", v.Clicks())
			}
			for name, path := range map[string]string{"new": "/desk/notices/new?blank=1"} {
				v.Go(path)
				looked(v, way.name+"-"+name)
			}
		})
	}
}

// Everybody's pages pass axe on the phone, at the desk and in the 长辈版, stay within their weight, and take an
// objection in two clicks without script.
func TestBoardInABrowser(t *testing.T) {
	t.Parallel()
	b, d := bench(t)
	slug := published(t, b)
	base := serve(t, b, d, authz.Anonymous)
	for _, look := range []struct {
		name string
		size journey.Size
		mode string
	}{{"elder", journey.Phone, "elder"}, {"phone", journey.Phone, "normal"}, {"wide", journey.Staff, "normal"}} {
		t.Run(look.name, func(t *testing.T) {
			v := journey.Open(t, base, journey.Options{Size: look.size})
			for name, path := range map[string]string{"board": "/notices", "ended": "/notices?state=ended", "one": "/notices/" + slug, "object": "/notices/" + slug + "/objections/new", "none": "/notices?q=zzz"} {
				join := "?"
				if strings.Contains(path, "?") {
					join = "&"
				}
				v.Go(path + join + "mode=" + look.mode)
				looked(v, look.name+"-"+name)
			}
		})
	}
	t.Run("objection", func(t *testing.T) {
		v := journey.Open(t, base, journey.Options{Size: journey.Phone, NoScript: true})
		v.Go("/notices?q=" + slug)
		v.Start()
		v.Click(".notice-row .btn")
		v.Fill("textarea[name=words]", "楼道照明的钱不对")
		v.Click("main form button[type=submit]")
		v.See("收到您的异议")
		v.Axe()
		if v.Clicks() > 3 {
			t.Errorf("%d clicks to object, want at most 3", v.Clicks())
		}
	})
	var packed strings.Builder
	w := gzip.NewWriter(&packed)
	_, _ = w.Write([]byte(b.Anybody(t).Get("/notices").Body)) // into memory
	_ = w.Close()
	if n := packed.Len() + static.Size("notice.css"); n > 35<<10 {
		t.Errorf("the board weighs %d bytes", n)
	}
}
