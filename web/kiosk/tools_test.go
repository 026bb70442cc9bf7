package kiosk

import (
	"net/http"
	"strings"
	"testing"

	"portal/web/form"
)

// tool touches a button of the tools as the page draws it: it goes with the form that it names.
func (v *resident) tool(name, value string, typed ...string) *resident {
	v.t.Helper()
	button := `.tools button[name=` + name + `][value="` + value + `"]`
	if to := v.page.Attr(button, "form"); to == "" || v.page.Attr("form.kstep", "id") != to {
		v.t.Fatalf("%s: %s does not go with the page's form, but with %q", v.page.Path, name, to)
	}
	return v.open(v.send(v.page, append(typed, name, value)...))
}

// Words that no server has seen yet go along with a touch of the tools, also without script (UX-K3, UX-K10): 说一说,
// the telephone, the code of a slip and its four digits.
func TestToolsKeepWhatIsTyped(t *testing.T) {
	m := device(t)
	v := m.resident(t)
	v.open(m.Get(pathFile)).touch(paramCategory, "0204")
	v.touch(paramCompound, v.first(paramCompound)).touch(paramBuilding, v.first(paramBuilding)).touch(paramUnit, v.first(paramUnit)).touch(paramMode, modeType)
	for _, tool := range [][2]string{{"size", "large"}, {"low", "1"}, {paramCall, "1"}} {
		words := "三楼的灯不亮，" + tool[0]
		v.tool(tool[0], tool[1], paramSay, words)
		if tool[0] == paramCall {
			v.page.Says("h1", "已经叫人了")
			v.open(m.Get(v.page.Attr(".kmoves a", "href")))
		}
		if got := v.page.Text("textarea"); got != words || v.page.Path != sayPath(true) {
			t.Errorf("%s: %s shows %q", tool[0], v.page.Path, got)
		}
	}
	if v.page.Attr("html", "class") != "size-large" || !strings.Contains(v.page.Attr("body", "class"), "low") {
		t.Error("the switches switch nothing")
	}
	v.tool("low", "0", paramSay, strings.Repeat("长", maxSay+1)) // what no answer can hold
	if got := v.page.Text("textarea"); got != "三楼的灯不亮，call" || strings.Contains(v.page.Attr("body", "class"), "low") {
		t.Errorf("too long: %q", got)
	}
	v.touch(paramMode, modePick).tool("size", "xlarge").page.Says(".ksaid", "三楼的灯不亮")
	v.touch(paramGo, goNext)
	v.tool("low", "1", paramPhone, "13800")
	if got := v.page.Attr("input[name=phone]", "value"); got != "13800" {
		t.Errorf("half a telephone: %q", got)
	}
	if to := m.Get(stepPath(stepCheck)).Sees(); to != stepPath(stepPhone) {
		t.Errorf("half a telephone counts as an answer: %s", to)
	}
	v.tool(paramCall, "1", paramPhone, "13800138").open(m.Get(stepPath(stepPhone)))
	if got := v.page.Attr("input[name=phone]", "value"); got != "13800138" {
		t.Errorf("half a telephone: %q", got)
	}
	v.open(m.Get(pathLookup)).tool("size", "std", paramCode, "7K7Q-F2M")
	if got := v.page.Attr("input[name=code]", "value"); got != "7K7QF2M" || v.page.Path != pathLookup {
		t.Errorf("half a code: %q", got)
	}
	m.prove(true)
	filed := m.resident(t).answered("13800138462").touch(paramGo, goNext)
	code := strings.TrimPrefix(filed.page.Text(".kno b"), "查询码 ")
	v.open(m.Post(pathLookup, paramCode, code)).tool("low", "1", paramPhone4, "84")
	if got := v.page.Attr("input[name=phone4]", "value"); got != "84" || v.page.Path != pathLookupPhone {
		t.Errorf("two digits of four: %q", got)
	}
	v.page.SaysNot("body", "没有查到")
}

// A form of the tools that belongs to no question of this visit changes nothing of it.
func TestToolsOfAnotherVisit(t *testing.T) {
	m := device(t)
	for _, step := range []string{stepSay, stepPhone} {
		if to := m.Post(stepPath(step), form.KeyField, form.NewKey(), "size", "large", paramSay, "别人的话", paramPhone, "13800138462").Sees(); to != pathHome {
			t.Errorf("%s leads to %s", step, to)
		}
	}
	if to := m.Post(pathLookupPhone, "size", "large", paramPhone4, "8462").Sees(); to != pathLookup {
		t.Errorf("the four digits lead to %s", to)
	}
	if got := m.pocket(m.visitToken); got.Draft.Words != "" || got.Draft.Phone != "" || got.Typed != "" {
		t.Errorf("the visit holds %+v", got)
	}
}

// Without a visit, and in a visit that has begun nothing, every question leads to the start page: that is what Back
// finds after 办完了 (UX-K5, K-3).
func TestBackFindsNoQuestion(t *testing.T) {
	m := device(t)
	m.resident(t).answered("13800138462")
	look := func(when string) {
		for s := range fileTitles {
			for _, path := range []string{stepPath(s), stepPath(s) + "?mode=type", stepPath(s) + "?page=2"} {
				if to := m.Get(path).Sees(); to != pathHome {
					t.Errorf("%s: %s leads to %s", when, path, to)
				}
			}
		}
	}
	m.Post(pathLeave).Sees()
	look("without a visit")
	m.prove(true)
	look("in the next visit")
	m.begins()
	m.Get(stepPath(stepPrivacy)).Is(http.StatusOK)
	if to := m.Get(stepPath(stepPhone)).Sees(); to != stepPath(stepWhat) {
		t.Errorf("a later question leads to %s", to)
	}
}
