package outside

import (
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A form sends what a browser would send without anybody touching it.
func TestForm(t *testing.T) {
	page := Answer{Body: `<form action="/other"></form><form class="it" action="/send" method="post">
		<input type="hidden" name="form_key" value="k1"><input name="title" value="旧 &amp; 新"><input type="checkbox" name="c" value="1" checked>
		<input type="checkbox" name="c" value="2"><input type="radio" name="r" value="x"><input type="file" name="f"><textarea name="t">
一
二</textarea><select name="s"><option value="a"><option value="b" selected></select><select name="d"><option value="first"><option value="second"></select>
		<button name="do" value="next">下一步</button></form>`}
	f, err := page.Form("form.it")
	want := url.Values{"form_key": {"k1"}, "title": {"旧 & 新"}, "c": {"1"}, "t": {"一\n二"}, "s": {"b"}, "d": {"first"}}
	if err != nil || f.Action != "/send" || !cmp.Equal(f.Fields, want) {
		t.Errorf("%v %s %s", err, f.Action, cmp.Diff(want, f.Fields))
	}
	if _, err := page.Form("form.none"); err == nil {
		t.Error("a form that is not there was found")
	}
}
