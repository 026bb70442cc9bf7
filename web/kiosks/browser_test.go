package kiosks

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/go-chi/chi/v5"

	"portal/internal/authz"
	"portal/internal/journey"
	"portal/web/form"
	"portal/web/route"
	"portal/web/static"
)

// serve opens the pages to a browser as one person.
func (b bench) serve(t *testing.T, by authz.Actor) string {
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
	Mount(rt, b.Frame, Deps{Kiosks: b.s, Demo: true})
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	return srv.URL
}

// A secretary sets a device up, changes its paper, goes to a call and stops it, at the desk and on the phone,
// with and without script; every page is checked as all pages are.
func TestRegisterInABrowser(t *testing.T) {
	t.Parallel()
	for _, way := range []struct {
		name, no string
		opts     journey.Options
	}{{"desk", "WTL-01", journey.Options{Size: journey.Staff}}, {"phone", "WTL-02", journey.Options{Size: journey.Phone, NoScript: true}}} {
		t.Run(way.name, func(t *testing.T) {
			b := open(t)
			v := journey.Open(t, b.serve(t, b.As(t, "secretary.huaiyin").Actor), way.opts)
			looked := func(name string) {
				v.Axe()
				v.FitsSideways()
				v.Shot("kiosks-" + way.name + "-" + name)
			}
			v.Go(pathList)
			looked("list")
			v.Click("a[data-new]")
			v.Click("main button[type=submit]")
			v.See("处需要修改")
			looked("register-refused")
			v.Fill("#f-no", way.no)
			v.Fill("#f-place", hall)
			v.Click("main button[type=submit]")
			v.See("已登记 "+way.no, "发启用码")
			v.Click("form[action$='/codes/new'] button")
			v.See("启用码", "12 位启用码")
			looked("code")
			d := b.enrol(t, v.Text("[data-code]"))
			if err := b.s.PaperGone(t.Context(), d, form.NewKey()); err != nil {
				t.Fatal(err)
			}
			if _, err := b.s.Call(t.Context(), form.NewKey(), d); err != nil {
				t.Fatal(err)
			}
			v.Go(pathOf(way.no))
			looked("device")
			v.Click("form[action$='/papers/new'] button")
			v.See("已换纸", "有纸")
			v.Go(pathList)
			v.Click(".head a[href='" + PathCalls + "']")
			looked("calls")
			v.ClickText("我去" + hall)
			v.See("居民看到你要去了", "已帮好")
			looked("coming")
			v.Go(pathOf(way.no))
			v.Click("a[href$='/revocations/new']")
			looked("revoke")
			v.Fill("#f-reason", "机器送修")
			v.Click("main button.btn-danger")
			v.See("已停用", "机器送修")
			v.Click("a[href$='/history']")
			looked("history")
		})
	}
}
