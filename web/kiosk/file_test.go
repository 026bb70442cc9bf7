package kiosk

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"portal/internal/authz"
	"portal/internal/demo"
	"portal/internal/kiosk"
	"portal/internal/request"
	"portal/web/form"
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

// TestTenTouches is J4, K-1 and UX-K6: no account, no typing, at most five screens and ten touches.
func TestTenTouches(t *testing.T) {
	m := device(t)
	before := m.requests(t)
	v := m.resident(t)
	v.touches++ // 反映问题
	v.answered("")
	if len(v.screens) > 5 {
		t.Errorf("%d screens before filing: %v", len(v.screens), v.screens)
	}
	v.page.Says("main", "物业服务质量", "槐安里", "楼道灯不亮", "不留电话", "请人来处理")
	v.touch(paramGo, goNext)
	v.page.Says("h1", "已收到").Says(".kno", "SQ-").Says("main", "办好", "您来确认", "没有手机也不要紧")
	if v.page.Path != pathReceipt {
		t.Fatalf("after filing comes %s", v.page.Path)
	}
	v.touches++
	if to := v.Post(pathLeave).Sees(); to != pathHome {
		t.Errorf("办完了 leads to %s", to)
	}
	if v.touches > 10 {
		t.Errorf("%d touches, J4 has 10", v.touches)
	}
	if got := m.requests(t) - before; got != 1 {
		t.Errorf("%d requests", got)
	}
	var channel, community string
	var building *int64
	if err := m.bench.DB.Q().QueryRow(t.Context(), `SELECT channel, community, building_id FROM request ORDER BY id DESC LIMIT 1`).Scan(&channel, &community, &building); err != nil {
		t.Fatal(err)
	}
	if channel != string(request.Kiosk) || community != demo.Huaiyin || building == nil {
		t.Errorf("filed as %s in %s at %v", channel, community, building)
	}
}

// TestOnce: reliability.md §2 rule 1, §6.8 edge case 4, two windows.
func TestOnce(t *testing.T) {
	m := device(t)
	v := m.resident(t).answered("13800138462")
	window := m.resident(t).open(m.Get(stepPath(stepCheck)))
	if window.kept() != v.kept() {
		t.Error("the same answers are sealed twice: two provisional slips with different codes")
	}
	before := m.requests(t)
	page := v.page
	if to := v.send(page, paramGo, goNext).Sees(); to != pathReceipt {
		t.Fatalf("filed leads to %s", to)
	}
	first := v.open(m.Get(pathReceipt)).page.Text(".kno")
	for name, again := range map[string]webtest.Answer{"double touch": page, "another window": window.page} {
		if to := v.send(again, paramGo, goNext).Sees(); to != pathReceipt {
			t.Fatalf("%s leads to %s", name, to)
		}
		if got := v.open(m.Get(pathReceipt)).page.Text(".kno"); got != first {
			t.Errorf("%s gives %s, first %s", name, got, first)
		}
	}
	provisional := strings.Fields(page.Text("#provisional .kbig-no"))
	if len(provisional) != 2 || !strings.HasPrefix(provisional[0], "临-") || !strings.Contains(v.page.Text(".slip-code"), provisional[1]) {
		t.Errorf("the provisional slip says %v, the receipt %s", provisional, v.page.Text(".slip-code"))
	}
	if got := m.requests(t) - before; got != 1 {
		t.Errorf("%d requests", got)
	}
}

// TestForeignKept: only what was sealed for this device is filed.
func TestForeignKept(t *testing.T) {
	m := device(t)
	other := unproven(t, m.bench, "TST-02")
	other.prove(true)
	v := m.resident(t).answered("")
	before := m.requests(t)
	for name, kept := range map[string]string{"nothing": "", "junk": "AAAA", "long": strings.Repeat("A", 70000), "cut": v.kept()[:len(v.kept())-4],
		"hostile": "\x00<script>"} {
		if got := m.Post(stepPath(stepCheck), paramKept, kept); got.Status != http.StatusUnprocessableEntity && got.Status != http.StatusRequestEntityTooLarge {
			t.Errorf("%s: status %d", name, got.Status)
		}
		if got := m.Post(pathDeliver, paramKept, kept); got.Status < 400 || got.Status >= 500 {
			t.Errorf("%s delivered: status %d", name, got.Status)
		}
	}
	if got := other.Post(pathDeliver, paramKept, v.kept()); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("kept of another device: status %d", got.Status)
	}
	if got := m.requests(t) - before; got != 0 {
		t.Errorf("%d requests", got)
	}
	m.Post(stepPath(stepCheck), paramKept, "AAAA").Says(".kmend", "重新填一次").Says(".kcheck", "楼道灯不亮")
}

// TestDelivered: what was held while the line was down counts once, also when it arrives twice or after the
// form was sent; the visit that is under way sees nothing of it (UX-K12, K-9).
func TestDelivered(t *testing.T) {
	m := device(t)
	v := m.resident(t).answered("13800138462")
	kept := v.kept()
	m.prove(true) // the next resident
	before := m.requests(t)
	var got, again delivered
	for _, into := range []*delivered{&got, &again} {
		a := m.Post(pathDeliver, paramKept, kept).Is(http.StatusOK)
		if err := json.Unmarshal([]byte(a.Body), into); err != nil {
			t.Fatal(err)
		}
	}
	if got != again || !strings.HasPrefix(got.No, "SQ-") || got.Code == "" || m.requests(t)-before != 1 {
		t.Errorf("delivered %+v, then %+v", got, again)
	}
	if to := m.Get(pathReceipt).Sees(); to != pathHome {
		t.Errorf("the next resident is led to %s", to)
	}
	// A form whose visit has ended still files what it carries: here it is the same request again.
	if to := m.Post(stepPath(stepCheck), paramKept, kept).Sees(); to != pathReceipt || m.requests(t)-before != 1 {
		t.Errorf("a late form leads to %s, %d requests", to, m.requests(t)-before)
	}
	// Without any visit the device is not proven.
	lost := unproven(t, m.bench, "TST-03")
	if to := lost.Post(stepPath(stepCheck), paramKept, kept).Sees(); to != pathHome {
		t.Errorf("an unproven device is led to %s", to)
	}
}

// TestLateForm: the visit ended on the check page, the device has proved itself again, nothing is lost.
func TestLateForm(t *testing.T) {
	m := device(t)
	v := m.resident(t).answered("")
	before := m.requests(t)
	m.prove(true)
	if to := v.send(v.page, paramGo, goNext).Sees(); to != pathReceipt {
		t.Fatalf("leads to %s", to)
	}
	if got := m.requests(t) - before; got != 1 {
		t.Errorf("%d requests", got)
	}
}

// TestNothingBehind: K-4, K-9 and UX-K11. The telephone is masked on the screen, stands on no slip and in no
// address, and the next resident finds nothing.
func TestNothingBehind(t *testing.T) {
	m := device(t)
	token := m.prove(true)
	v := m.resident(t).answered("13800138462")
	v.page.Says(".kcheck", "138****8462").SaysNot("#provisional", "138", "8462", "单元", "槐安里1幢")
	if strings.Contains(v.page.Body, "13800138462") {
		t.Error("the check page holds the telephone")
	}
	v.touch(paramGo, goNext)
	v.page.Says(".kcoming", "138****8462").SaysNot(".slip", "138", "8462", "单元", "槐安里")
	if len(v.page.All("[data-print]")) != 1 {
		t.Error("the slip is not printed")
	}
	if again := m.Get(pathReceipt); len(again.All("[data-print]")) != 0 {
		t.Error("a reload prints again")
	}
	body, err := json.Marshal(m.pocket(token))
	if err != nil {
		t.Fatal(err)
	}
	for _, left := range []string{"13800138462", "楼道灯", "单元"} {
		if strings.Contains(string(body), left) {
			t.Errorf("after filing the pocket still holds %q", left)
		}
	}
	m.prove(true)
	if to := m.Get(pathReceipt).Sees(); to != pathHome {
		t.Errorf("the next resident is led to %s", to)
	}
	if to := m.Get(stepPath(stepCheck)).Sees(); to != pathHome {
		t.Errorf("the next resident's check leads to %s", to)
	}
	m.later(time.Hour)
	if to := m.Get(stepPath(stepWhat)).Sees(); to != pathHome {
		t.Errorf("after an hour a step leads to %s", to)
	}
}

// TestDanger: REQ-04. The numbers stand first, and the request is taken all the same.
func TestDanger(t *testing.T) {
	m := device(t)
	v := m.resident(t)
	v.open(m.Get(stepPath(stepWhat)+"?group=05")).touch(paramCategory, "0504")
	v.page.Says(".kdanger", "119", "照样收下")
	v.touch(paramCompound, v.first(paramCompound)).touch(paramBuilding, v.first(paramBuilding)).touch(paramUnit, unitUnknown)
	v.touch(paramPhrase, v.first(paramPhrase)).touch(paramGo, goNext).touch(paramGo, goSkip)
	v.page.Says(".kdanger", "119")
	v.touch(paramGo, goNext).page.Says("h1", "已收到").Says(".kdanger", "119")
}

// TestJoin: REQ-05, 一起跟进.
func TestJoin(t *testing.T) {
	m := device(t)
	first := m.resident(t).answered("13800138461").touch(paramGo, goNext)
	no := first.page.Text(".kno .kbig-no")
	m.prove(true)
	v := m.resident(t)
	v.open(m.Get(stepPath(stepWhat))).touch(paramCategory, "0204")
	v.touch(paramCompound, v.first(paramCompound)).touch(paramBuilding, v.first(paramBuilding)).touch(paramUnit, v.first(paramUnit))
	v.page.Says(".ksame", "一起跟进", "楼道灯不亮").SaysNot(".ksame", "138", "1单元")
	if got := m.Post(stepPath(stepSay), paramSame, "SQ-2020-000001"); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("a request that was not offered is joined: %d", got.Status)
	}
	v.touch(paramSame, v.first(paramSame)).touch(paramPhrase, "报修了没人来").touch(paramGo, goNext).touch(paramGo, goSkip)
	joined := v.page.Text(".kcheck")
	if !strings.Contains(joined, "一起跟进") {
		t.Errorf("not joined: %s", joined)
	}
	v.touch(paramGo, goNext)
	var homes, orders int
	if err := m.bench.DB.Q().QueryRow(t.Context(), `SELECT count(*), count(DISTINCT order_id) FROM request WHERE order_id = (SELECT order_id FROM request WHERE no = $1)`, no).Scan(&homes, &orders); err != nil {
		t.Fatal(err)
	}
	if homes < 2 || orders != 1 {
		t.Errorf("%d requests on the case of %s", homes, no)
	}
}

// TestKindAndWall: REQ-13. What one wants is changed from the look over everything; a 举报 is hidden at first.
func TestKindAndWall(t *testing.T) {
	m := device(t)
	v := m.resident(t).answered("13800138462")
	v.follow(stepPath(stepKind)).touch(paramKind, string(request.Report))
	if v.page.Path != stepPath(stepWall) {
		t.Fatalf("after 举报 comes %s", v.page.Path)
	}
	v.open(m.Get(stepPath(stepCheck))).page.Says(".kcheck", "不让办理的人知道是您")
	v.follow(stepPath(stepWall)).touch(paramSecret, no).page.Says(".kcheck", "办理的人可以知道是您")
	v.follow(stepPath(stepKind)).touch(paramKind, string(request.Complaint)).touch(paramSecret, yes)
	v.touch(paramGo, goNext)
	var confidential bool
	if err := m.bench.DB.Q().QueryRow(t.Context(), `SELECT confidential FROM request ORDER BY id DESC LIMIT 1`).Scan(&confidential); err != nil {
		t.Fatal(err)
	}
	if !confidential {
		t.Error("the wall was not kept")
	}
}

// TestEveryMatter: K-1 and UX-K7. Every matter of the street is reached by touches, seven choices a screen.
func TestEveryMatter(t *testing.T) {
	m := device(t)
	all, err := request.Categories(t.Context(), m.bench.DB.Q())
	if err != nil {
		t.Fatal(err)
	}
	found, seen := map[string]bool{}, map[string]bool{}
	todo := []string{stepPath(stepWhat)}
	for len(todo) > 0 {
		at := todo[0]
		todo = todo[1:]
		if seen[at] {
			continue
		}
		seen[at] = true
		page := m.Get(at).Is(http.StatusOK).WellMade()
		if n := len(page.All(".kpick")); n > 7 || n == 0 {
			t.Errorf("%s: %d choices", at, n)
		}
		for _, n := range page.All("button[name=category]") {
			found[attr(n, "value")] = true
		}
		for _, n := range page.All(".kpick[href], .kpager a") {
			todo = append(todo, attr(n, "href"))
		}
	}
	for _, c := range all {
		if c.Leaf() && c.Active && !found[c.Code] {
			t.Errorf("%s %s cannot be reached", c.Code, c.Name)
		}
	}
	m.Get(stepPath(stepWhat)).Says(".kprivacy", "看全文", "电话可以不留")
	m.Get(stepPath(stepPrivacy)).Is(http.StatusOK).Says(".knotice", "谁在收", "留多久", "不满 14 周岁")
}

// TestOtherPlaces: public places and other communities.
func TestOtherPlaces(t *testing.T) {
	m := device(t)
	v := m.resident(t)
	v.open(m.Get(stepPath(stepWhat))).touch(paramCategory, "0402").follow(wherePath(askPublic)).touch(paramSpot, "马路边")
	v.touch(paramPhrase, "灯不亮").touch(paramGo, goNext).touch(paramGo, goSkip).page.Says(".kcheck", "槐荫社区 马路边")
	v.follow(wherePath(askCompound)).follow(wherePath(askCommunity))
	var other string
	for _, n := range v.page.All("button[name=community]") {
		if code := attr(n, "value"); code != demo.Huaiyin {
			other = code
		}
	}
	v.touch(paramCommunity, other)
	if len(v.page.All("button[name=compound]")) > 0 {
		v.touch(paramCompound, v.first(paramCompound))
	}
	v.touch(paramBuilding, v.first(paramBuilding)).touch(paramUnit, unitUnknown)
	if v.page.Path != stepPath(stepCheck) {
		t.Fatalf("a change from 核对 leads to %s", v.page.Path)
	}
	v.touch(paramGo, goNext)
	var community string
	if err := m.bench.DB.Q().QueryRow(t.Context(), `SELECT community FROM request ORDER BY id DESC LIMIT 1`).Scan(&community); err != nil {
		t.Fatal(err)
	}
	if community != other {
		t.Errorf("filed in %s, not %s", community, other)
	}
}

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
	v.open(m.Get(stepPath(stepWhat))).touch(paramCategory, "0204")
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
	v.open(m.Get(stepPath(stepWhat))).touch(paramCategory, "0204")
	v.touch(paramCompound, v.first(paramCompound)).touch(paramBuilding, v.first(paramBuilding)).touch(paramUnit, v.first(paramUnit))
	v.touch(paramPhrase, "没人打扫").touch(paramMode, modeType)
	if got := v.page.Text("textarea[name=words]"); got != "没人打扫" {
		t.Errorf("typing begins with %q", got)
	}
	v.open(v.send(v.page, paramSay, "没人打扫，三楼有水", paramMode, modePick)).page.Says(".ksaid", "三楼有水", "9 / 200")
	v.touch(paramPhrase, "没人打扫").page.SaysNot(".ksaid", "没人打扫")
}

// TestPaperOut: UX-K12. The number large to be photographed, staff alerted; the machine of the server too.
func TestPaperOut(t *testing.T) {
	m := device(t)
	v := m.resident(t).answered("").touch(paramGo, goNext)
	v.open(m.Post(pathNoPaper)).page.Says("main", "小票机没纸了。请用手机拍下编号，或按“叫人帮忙”").Says(".kbig", "SQ-", "查询码")
	d, err := m.deps.Kiosks.Known(t.Context(), m.cookie)
	if err != nil || d.Paper != kiosk.PaperOut {
		t.Errorf("paper is %s: %v", d.Paper, err)
	}
	if err := m.deps.Kiosks.SetPaper(t.Context(), authz.System, form.NewKey(), m.no, kiosk.PaperOK); err != nil {
		t.Fatal(err)
	}
	v.open(m.Post(pathReprint))
	if len(v.page.All("[data-print]")) != 1 {
		t.Error("再打一张 prints nothing")
	}
}
