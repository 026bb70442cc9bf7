package home

import (
	"net/http"
	"strings"
	"testing"

	"portal/web/webtest"
)

// The first page leads to what exists, says whom to call, and counts what the list holds.
func TestHome(t *testing.T) {
	t.Parallel()
	b := webtest.Street(t)
	Mount(b.Router, b.Frame, Deps{})
	v := b.Anybody(t)
	a := v.Get("/").Is(http.StatusOK).WellMade().Says("main", "准入清单", "某日清单", "社区不该开的证明", "0000-", "办公时间", "梧桐里街道")
	if n := len(a.All("a.door")); n != 10 {
		t.Errorf("%d doors", n)
	}
	if to := a.Attr("a.door", "href"); to != "/requests/new" {
		t.Errorf("反映问题 leads to %s", to)
	}
	if strings.Contains(a.Text(".door"), "共 0 项") {
		t.Error("nothing is counted")
	}
	elder := v.Get("/?mode=elder").Is(http.StatusOK).WellMade()
	if elder.Attr("body", "class") != "elder" || len(elder.All("nav.bar a")) > 4 {
		t.Error("no elder version")
	}
}

// Before anything is published the first page stands all the same.
func TestEmptyHome(t *testing.T) {
	t.Parallel()
	b := webtest.Empty(t)
	Mount(b.Router, b.Frame, Deps{})
	v := b.Anybody(t)
	v.Get("/").Is(http.StatusOK).WellMade()
	v.Get("/accessibility").Is(http.StatusOK).WellMade().Says("main", "长辈版", "只用键盘")
	v.Get("/privacy").Is(http.StatusOK).WellMade().Says("main", "不用登录", "个人信息保护法")
}
