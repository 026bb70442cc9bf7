package journey

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

const good = `<!doctype html><html lang="zh-CN"><head><title>甲 - 站</title></head><body><main><h1>甲</h1>
<a href="/two">看第二页</a></main></body></html>`
const two = `<!doctype html><html lang="zh-CN"><head><title>乙 - 站</title></head><body><main><h1>乙</h1>
<form method="get" action="/"><label for="n">名称</label><input id="n" name="n"><button>查找</button></form></main></body></html>`

// The harness clicks, counts, types, tabs and reads; axe runs on the page.
func TestBrowserWalks(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte(good)) })
	mux.HandleFunc("GET /two", func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte(two)) })
	srv := httptest.NewServer(mux)
	defer srv.Close()
	b := Open(t, srv.URL, Options{Size: Phone})
	b.Go("/")
	b.Axe()
	b.Start()
	b.ClickText("看第二页")
	b.Fill("#n", "林禾")
	b.TabTo("button")
	b.Enter()
	if b.Clicks() != 2 || b.Path() != "/?n=%E6%9E%97%E7%A6%BE" {
		t.Errorf("clicks %d at %s", b.Clicks(), b.Path())
	}
	b.See("甲")
	if b.Has("form") {
		t.Error("the first page has no form")
	}
}
