//go:build shots

package demo_test

import (
	"fmt"
	"net/http"
	"os"
	"testing"
	"time"

	"portal/internal/admission"
	"portal/internal/blob"
	"portal/internal/demo"
	"portal/internal/grid"
	"portal/internal/handoff"
	"portal/internal/notice"
	"portal/internal/secret"
	"portal/internal/workorder"
	wn "portal/web/notice"
	"portal/web/static"
	"portal/web/webtest"
)

func TestServeShots(t *testing.T) {
	b := webtest.Empty(t)
	b.Frame.Demo = true
	keys, _ := secret.Temporary()
	dir := t.TempDir()
	if err := demo.SeedForShots(t.Context(), b.DB, dir, keys); err != nil {
		t.Fatal(err)
	}
	files, _ := blob.NewDir(dir)
	ns := notice.New(b.DB, keys, nil)
	wn.Mount(b.Router, b.Frame, wn.Deps{Notices: ns, Blobs: files, Drafts: handoff.NewNotices(b.DB, ns, admission.New(b.DB), grid.New(b.DB), workorder.New(b.DB))})
	for port, login := range map[int]string{8141: "", 8142: "secretary.huaiyin", 8143: "reviewer", 8144: "worker.huaiyin"} {
		v := b.Anybody(t)
		if login != "" {
			v = b.As(t, login)
		}
		mux := http.NewServeMux()
		mux.Handle("/static/", static.Handler())
		mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
			var a webtest.Answer
			if r.Method == "POST" {
				r.ParseMultipartForm(1 << 20)
				var pairs []string
				for k, vs := range r.PostForm {
					for _, x := range vs {
						pairs = append(pairs, k, x)
					}
				}
				a = v.Post(r.URL.RequestURI(), pairs...)
			} else {
				a = v.Get(r.URL.RequestURI())
			}
			for k, x := range a.Header {
				w.Header()[k] = x
			}
			w.WriteHeader(a.Status)
			fmt.Fprint(w, a.Body)
		})
		go http.ListenAndServe(fmt.Sprintf("127.0.0.1:%d", port), mux)
	}
	fmt.Println("serving")
	for i := 0; i < 2400; i++ {
		if _, err := os.Stat("/tmp/h4stop"); err == nil {
			return
		}
		time.Sleep(time.Second)
	}
}
