package workorder

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/go-chi/chi/v5"

	"portal/internal/journey"
	"portal/internal/workorder"
	"portal/web/route"
	"portal/web/static"
)

// serve opens the pages to a browser as somebody, under the headers of the portal.
func (s street) serve(login string) string {
	s.t.Helper()
	by := s.as(login).Actor
	mux := chi.NewRouter()
	mux.Handle("/static/*", static.Handler())
	rt := route.New(mux.With(s.Frame.Sessions.Middleware(s.Frame.Fail), func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Security-Policy", "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'")
			next.ServeHTTP(w, r.WithContext(route.WithActor(r.Context(), by)))
		})
	}), s.Frame.Fail, func(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) })
	Mount(rt, s.Frame, s.deps)
	srv := httptest.NewServer(mux)
	s.t.Cleanup(srv.Close)
	return srv.URL
}

// J5 on the phone, with script and without: from the row of 待办 (one tap) to 报办结 in six taps; every page on
// the way passes axe and none scrolls sideways.
func TestJ5OnThePhone(t *testing.T) {
	s := newStreet(t)
	base := s.serve("grid.huaiyin1")
	photo := filepath.Join(t.TempDir(), "现场.jpg")
	if err := os.WriteFile(photo, jpg(t), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, o := range []journey.Options{{Size: journey.Phone}, {Size: journey.Phone, NoScript: true}} {
		no := s.fileFor("grid.huaiyin1")
		b := journey.Open(t, base, o)
		look := func(name string) {
			b.Axe()
			b.FitsSideways()
			b.Shot(name)
		}
		b.Go(at(no, "")) // the row of 待办
		b.Start()
		look("case")
		b.ClickText("签收并打电话")
		look("call")
		if !b.Has(`a[href^="tel:1380001"]`) {
			t.Fatal("no telephone to touch")
		}
		b.ClickText("记录联系")
		look("contacted")
		b.ClickText("我已到现场")
		look("result")
		b.Upload("input[name=photos]", photo)
		b.Tick(`.case-phrases label:first-of-type`)
		b.ClickText("报办结")
		look("reported")
		b.See("已报办结", "由别人回访或核查")
		// The row and the telephone link are two taps more.
		if taps := b.Clicks() + 2; taps > 6 {
			t.Errorf("J5 takes %d taps, at most 6", taps)
		}
		if got := s.order(no).State; got != workorder.Handled {
			t.Errorf("%s is %s", no, got)
		}
	}
}

// The pages of the desk pass axe at their sizes.
func TestDeskPagesInTheBrowser(t *testing.T) {
	s := newStreet(t)
	no := s.toDesk("路灯杆歪了，请派人看看。")
	base := s.serve("dispatcher")
	for _, size := range []journey.Size{journey.Staff, journey.Phone} {
		b := journey.Open(t, base, journey.Options{Size: size})
		for name, path := range map[string]string{"list": pathRequests, "late": pathRequests + "?tab=late", "dispatch": at(no, "/dispatches/new"), "answer": at(no, "/answers/new"),
			"desk-case": at(no, ""), "clocks": at(no, "/clocks"), "exclude": at(no, "/exclusions/new"), "bulk": pathBulk + "?pick=" + id64(s.order(no).ID) + "-" + s.version(no)} {
			b.Go(path)
			b.Axe()
			b.FitsSideways()
			b.Shot(name)
		}
	}
}
