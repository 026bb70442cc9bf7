package kiosk

import (
	"net/http"
	"strings"
	"testing"

	"portal/web/webtest"
)

// TestNumberPad: UX-K10. The keys of the pad work without script; half a number is no answer, and REQ-17 and
// REQ-18 hold.
func TestNumberPad(t *testing.T) {
	m := device(t)
	v := m.resident(t).answered("")
	v.open(m.Get(stepPath(stepPhone)))
	for _, key := range strings.Split("13800138462", "") {
		v.touch(paramPress, key)
	}
	v.touch(paramPress, "back").touch(paramPress, "2")
	if got := v.page.Attr("input[name=phone]", "value"); got != "13800138462" {
		t.Fatalf("typed %q", got)
	}
	v.touch(paramMinor, yes).touch(paramGo, goNext)
	v.page.Says("main", "没有家长同意，电话不会留下来")
	v.open(m.Get(stepPath(stepPhone))).touch(paramGuardian, yes).touch(paramGo, goNext)
	v.page.SaysNot("main", "没有家长同意").Says(".kcheck", "138****8462")
	v.open(m.Get(stepPath(stepPhone))).touch(paramPress, "clear")
	if to := m.Get(stepPath(stepCheck)).Sees(); to != stepPath(stepPhone) {
		t.Errorf("without a number 核对 leads to %s", to)
	}
}

// TestHostile: what cannot be taken comes back with a sentence, and with what was there.
func TestHostile(t *testing.T) {
	m := device(t)
	v := m.resident(t)
	for _, s := range []string{stepWhere, stepSay, stepPhone, stepKind, stepWall} {
		if to := m.Post(stepPath(s), "words", "x").Sees(); to != pathHome {
			t.Errorf("%s before 什么事 leads to %s", s, to)
		}
	}
	m.Get(stepPath("nonsense")).Is(http.StatusNotFound)
	m.Post(stepPath("nonsense")).Is(http.StatusNotFound)
	m.Post(stepPath(stepPrivacy)).Is(http.StatusNotFound)
	bad := func(step string, fields ...string) webtest.Answer {
		t.Helper()
		return m.Post(stepPath(step), fields...).Is(http.StatusUnprocessableEntity).WellMade().Says(".kmend", "")
	}
	for _, code := range []string{"", "02", "9999", "' OR 1=1", "\x00", strings.Repeat("9", 4000)} {
		bad(stepWhat, paramCategory, code)
	}
	v.open(m.Get(pathFile)).touch(paramCategory, "0204")
	bad(stepWhere)
	bad(stepWhere, paramCompound, "没有的小区")
	bad(stepWhere, paramBuilding, "0")
	bad(stepWhere, paramBuilding, "99999999999999999999")
	bad(stepWhere, paramUnit, "1单元") // no building yet
	bad(stepWhere, paramSpot, "<script>")
	bad(stepWhere, paramCommunity, "320104900999")
	v.touch(paramCompound, v.first(paramCompound)).touch(paramBuilding, v.first(paramBuilding))
	bad(stepWhere, paramUnit, "99单元")
	v.touch(paramUnit, v.first(paramUnit))
	bad(stepSay, paramGo, goNext).Says(".kmend", "点一句现成的话")
	bad(stepSay, paramPhrase, "不在上面的话")
	bad(stepSay, paramSay, "坏\x00字", paramFrom, modeType)
	bad(stepSay, paramSay, strings.Repeat("长", maxSay+1), paramFrom, modeType).Says(".kmend", "200").Says("textarea", "长长")
	bad(stepSay, paramSay, "短", paramGo, goNext, paramFrom, modeType)
	if got := m.Post(stepPath(stepSay), paramSay, `<b onclick="x">怎么办</b>`, paramGo, goNext).Sees(); got != stepPath(stepPhone) {
		t.Errorf("typed words lead to %s", got)
	}
	bad(stepPhone, paramPhone, "123", paramGo, goNext)
	bad(stepPhone, paramPhone, "abc\x00", paramGo, goNext)
	bad(stepPhone, paramGo, goNext).Says(".kmend", "不留电话")
	v.open(m.Get(stepPath(stepPhone))).touch(paramGo, goSkip)
	if len(v.page.All(".kcheck b")) != 0 {
		t.Error("markup of the resident is drawn")
	}
	bad(stepKind, paramKind, "x")
	bad(stepWall, paramSecret, yes) // 求助 asks nothing of the kind
	if got := m.Get("/kiosk/requests/new/what?page=-1&group=%00").Status; got != http.StatusOK && got != http.StatusBadRequest {
		t.Errorf("a hostile address: %d", got)
	}
}

// TestModes: phrases and typed words go together, and a change of mode loses nothing.
func TestModes(t *testing.T) {
	m := device(t)
	v := m.resident(t)
	v.open(m.Get(pathFile)).touch(paramCategory, "0204")
	v.touch(paramCompound, v.first(paramCompound)).touch(paramBuilding, v.first(paramBuilding)).touch(paramUnit, v.first(paramUnit))
	v.touch(paramPhrase, "没人打扫").touch(paramMode, modeType)
	if got := v.page.Text("textarea[name=words]"); got != "没人打扫" {
		t.Errorf("typing begins with %q", got)
	}
	v.open(v.send(v.page, paramSay, "没人打扫，三楼有水", paramMode, modePick)).page.Says(".ksaid", "三楼有水", "9 / 200")
	v.touch(paramPhrase, "没人打扫").page.SaysNot(".ksaid", "没人打扫")
}
