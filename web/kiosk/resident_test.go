package kiosk

import (
	"net/http"
	"strings"
	"testing"

	"portal/web/webtest"
)

// resident touches the device: every touch is a button or a link that stands on the page before it.
type resident struct {
	*machine
	t       testing.TB
	page    webtest.Answer
	touches int
	screens map[string]bool // paths that asked something
}

func (m *machine) resident(t testing.TB) *resident {
	t.Helper()
	return &resident{machine: m, t: t, screens: map[string]bool{}}
}

// open follows redirects as a browser does and checks what holds for every page.
func (v *resident) open(a webtest.Answer) *resident {
	v.t.Helper()
	for a.Status == http.StatusSeeOther {
		a = v.Get(a.Header.Get("Location"))
	}
	v.page = a.Is(http.StatusOK).WellMade()
	if got := a.Header.Get("Cache-Control"); got != "no-store" {
		v.t.Errorf("%s may be kept: %q", a.Path, got)
	}
	for _, sel := range []string{`form:not([autocomplete=off])`, `input:not([type=hidden]):not([autocomplete=off])`, `textarea:not([autocomplete=off])`} {
		if n := len(a.All(sel)); n > 0 {
			v.t.Errorf("%s: %d of %s", a.Path, n, sel)
		}
	}
	v.screens[strings.Split(a.Path, "?")[0]] = true
	return v
}

// begins touches 反映问题 on the start page.
func (m *machine) begins() {
	m.t.Helper()
	if to := m.Get(pathFile).Sees(); to != stepPath(stepWhat) {
		m.t.Fatalf("反映问题 leads to %s", to)
	}
}

// touch presses the button that has this name and value, with the hidden fields of its form.
func (v *resident) touch(name, value string) *resident {
	v.t.Helper()
	button := "button[name=" + name + `][value="` + value + `"]`
	if len(v.page.All(".kstep "+button)) == 0 {
		v.t.Fatalf("%s: no button %s=%s", v.page.Path, name, value)
	}
	v.touches++
	return v.open(v.send(v.page, name, value))
}

// send posts the form of a step page as the browser would.
func (v *resident) send(page webtest.Answer, fields ...string) webtest.Answer {
	v.t.Helper()
	for _, n := range page.All("form.kstep input, form.kstep textarea") {
		if name := attr(n, "name"); name != "" && name != fields[0] {
			value := attr(n, "value")
			if n.Data == "textarea" {
				value = webtest.TextOf(n)
			}
			fields = append(fields, name, value)
		}
	}
	return v.Post(page.Attr("form.kstep", "action"), fields...)
}

// follow touches a link of the page.
func (v *resident) follow(href string) *resident {
	v.t.Helper()
	if len(v.page.All(`.kstep a[href="`+href+`"]`)) == 0 {
		v.t.Fatalf("%s: no link to %s", v.page.Path, href)
	}
	v.touches++
	return v.open(v.Get(href))
}

// first is the value of the first button of a name.
func (v *resident) first(name string) string {
	v.t.Helper()
	return v.page.Attr(".kstep button[name="+name+"]", "value")
}

// answered goes through the four questions of 楼道灯 and stands before 核对.
func (v *resident) answered(phone string) *resident {
	v.t.Helper()
	v.open(v.Get(pathFile)).touch(paramCategory, "0204")
	v.touch(paramCompound, v.first(paramCompound)).touch(paramBuilding, v.first(paramBuilding)).touch(paramUnit, v.first(paramUnit))
	v.touch(paramPhrase, "楼道灯不亮").touch(paramGo, goNext)
	if phone == "" {
		return v.touch(paramGo, goSkip)
	}
	v.touches++
	return v.open(v.send(v.page, paramPhone, phone, paramGo, goNext))
}

func (v *resident) kept() string { return v.page.Attr("input[name=kept]", "value") }

func (m *machine) requests(t testing.TB) (n int) {
	t.Helper()
	if err := m.bench.DB.Q().QueryRow(t.Context(), `SELECT count(*) FROM request`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
