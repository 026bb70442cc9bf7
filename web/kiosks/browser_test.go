package kiosks

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/go-chi/chi/v5"

	"portal/internal/authz"
	"portal/internal/journey"
	"portal/internal/kiosk"
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

// A page of calls that is left open shows a new call within seconds, says it once in a live line, moves nothing that
// stands on it, and shows what others did.
func TestCallsComeToAnOpenPage(t *testing.T) {
	t.Parallel()
	b := open(t)
	first, second := b.working(t, "secretary.huaiyin", "WTL-01", huaiyin), b.working(t, "secretary.huaiyin", "WTL-02", huaiyin)
	b.quiet(t)
	worker := b.As(t, "worker.huaiyin").Actor
	b.Frame.Counts = func(ctx context.Context, by authz.Actor) (map[string]int, error) {
		all, err := b.s.Waiting(ctx, by)
		return map[string]int{"todos": len(all)}, err
	}
	v := journey.Open(t, b.serve(t, worker), journey.Options{Size: journey.Staff})
	v.Go(PathCalls)
	v.See("没有人等着")
	call := func(d kiosk.Device) kiosk.Call {
		c, err := b.s.Call(t.Context(), form.NewKey(), d)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	said := func(words string) {
		v.Until("the live line says "+words, "document.querySelector('[role=status][data-calls]').textContent.includes('"+words+"')")
	}
	one := call(first)
	v.Until("the first call", "document.querySelectorAll('[data-calls-list] tr[data-row]').length === 1")
	said("1 处等着")
	v.Axe()
	v.FitsSideways()
	v.Shot("kiosks-calls-came")
	const top = "document.querySelector('[data-calls-list] tr[data-row] button').getBoundingClientRect().top"
	before := journey.Eval[float64](v, top)
	v.Until("待办 counts it", `/1\s*件等着办/.test(document.querySelector('.rail a[href="/desk/todos"]').textContent)`)
	call(second)
	v.Until("the second call", "document.querySelectorAll('[data-calls-list] tr[data-row]').length === 2")
	said("2 处等着")
	if after := journey.Eval[float64](v, top); after != before {
		t.Errorf("the first button went from %.0f to %.0f", before, after)
	}
	if err := b.s.Take(t.Context(), worker, form.NewKey(), one.ID); err != nil {
		t.Fatal(err)
	}
	v.Until("who goes", "document.querySelector('[data-calls-list] tr[data-row]').textContent.includes('去了')")
	if err := b.s.Finish(t.Context(), worker, form.NewKey(), one.ID); err != nil {
		t.Fatal(err)
	}
	v.Until("it is done, in its place", "document.querySelector('[data-calls-list] tr[data-row]').textContent.includes('已经帮好')")
	if after := journey.Eval[float64](v, "document.querySelectorAll('[data-calls-list] tr[data-row]').length"); after != 2 {
		t.Errorf("%.0f rows", after)
	}
	if err := b.s.PaperGone(t.Context(), second, form.NewKey()); err != nil {
		t.Fatal(err)
	}
	said("WTL-02 小票没纸")
	v.See("去换纸")
	v.Axe()
	v.Shot("kiosks-calls-paper")
	v.ClickText("我去" + hall)
	v.See("居民看到你要去了")
}
