package kiosk

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"portal/internal/authz"
	"portal/internal/kiosk"
	"portal/internal/workday"
	"portal/web/form"
	"portal/web/webtest"
)

// The start page has the five doors that exist and the five tools, the server's clock, and is kept nowhere
// (UX-K1, UX-K3, K-3).
func TestStartPage(t *testing.T) {
	m := device(t)
	page := m.Get(pathHome).Is(http.StatusOK).WellMade()
	if page.Header.Get("Cache-Control") != "no-store" {
		t.Error("the start page may be kept")
	}
	var doors []string
	for _, n := range page.All(".tile b") {
		doors = append(doors, webtest.TextOf(n))
	}
	if want := []string{"反映问题", "查进度", "看公示", "找网格员", "办事材料"}; !slices.Equal(doors, want) {
		t.Errorf("doors %v", doors)
	}
	if n := len(page.All(".tools > a, .tools > button")); n != 5 {
		t.Errorf("%d tools (UX-K3)", n)
	}
	page.Says(".clockface", clock(m.bench.DB.Now()), date(m.bench.DB.Now())).Says(".under", "110", "WTL-01").Says(".brandline", "便民一体机", "槐荫社区党群服务中心一楼").SaysNot("main", "等候", "排队")
	if page.Attr("body", "data-idle") != "0" || len(page.All("dialog, noscript meta")) != 0 {
		t.Error("the start page waits for ever")
	}
}

// A browser that is no device is led to enrolment; a device taken out of use says so and gives its cookie back.
func TestUnknownAndStopped(t *testing.T) {
	m := device(t)
	for _, path := range []string{pathHome, pathHome + "?a=1"} {
		if to := m.bench.Anybody(t).Get(path).Sees(); to != pathEnrol {
			t.Errorf("an unknown browser goes to %s", to)
		}
	}
	for _, path := range []string{pathLook, pathIdle, pathCalls, pathCallNow} {
		if to := m.bench.Anybody(t).Get(path).Sees(); to != pathHome {
			t.Errorf("%s of an unknown browser goes to %s", path, to)
		}
	}
	if err := m.deps.Kiosks.Revoke(t.Context(), authz.System, form.NewKey(), m.no, "搬走了"); err != nil {
		t.Fatal(err)
	}
	if to := m.Get(pathCalls).Sees(); to != pathHome {
		t.Errorf("a revoked device opens %s", to)
	}
	page := m.Get(pathHome).Is(http.StatusOK).WellMade().Says("h1", "这台机器已停用")
	if len(page.All(".tile")) != 0 || !strings.Contains(strings.Join(page.Header["Set-Cookie"], "\n"), cookieDevice+"=;") {
		t.Errorf("a stopped device keeps its tiles or its cookie: %v", page.Header["Set-Cookie"])
	}
}

// The start page ends the visit before it: what was answered is gone, and its token opens nothing (K-9).
func TestStartPageWipes(t *testing.T) {
	m := device(t)
	token := m.prove(true)
	m.Post(pathLook, "size", "xlarge", "back", pathCalls)
	m.Post(pathCalls, "back", pathGrids)
	if got := m.pocket(token); got.Look.Size != "xlarge" || got.Back != pathGrids {
		t.Fatalf("nothing in the pocket to be wiped: %+v", got)
	}
	m.Get(pathHome).Is(http.StatusOK)
	page := m.Get(pathCalls).Is(http.StatusOK) // the next visit, opened by the proof that still holds
	if page.Attr("html", "class") != "" || page.Attr(".kmoves a", "href") != pathHome {
		t.Error("the next resident sees the look or the way of the last one")
	}
	m.hands(cookieSession, token)
	if to := m.Get(pathCalls).Sees(); to != pathHome {
		t.Errorf("the token of a visit that is over leads to %s", to)
	}
	// A day later the proof does not hold; the tiles still come.
	m.prove(true)
	m.later(24 * time.Hour)
	if m.Get(pathHome).Is(http.StatusOK); m.Get(pathCalls).Sees() != pathHome {
		t.Error("a proof holds for a day")
	}
}

// The switches last for the visit and stay on the device (ux.md §2.2); no address and no value gets through that
// is none of ours.
func TestLook(t *testing.T) {
	m := device(t)
	if to := m.Post(pathLook, "contrast", "1", "back", pathHome).Sees(); to != pathLook {
		t.Errorf("from the start page to %s", to)
	}
	m.Post(pathLook, "low", "1", "back", pathLook)
	page := m.Get(pathLook).Is(http.StatusOK)
	if page.Attr("body", "class") != "kiosk contrast low" || page.Attr("body", "data-idle") != "60" || page.Attr(".tools [name=contrast]", "value") != "0" || len(page.All(".tile")) != 5 {
		t.Errorf("look %q, waits %s", page.Attr("body", "class"), page.Attr("body", "data-idle"))
	}
	for _, size := range []string{"large", "xlarge"} {
		m.Post(pathLook, "size", size, "back", pathCalls)
		if got := m.Get(pathCalls).Attr("html", "class"); got != "size-"+size {
			t.Errorf("size %q", got)
		}
	}
	m.Post(pathLook, "size", "<b>", "contrast", "2", "low", "x", "back", pathHome)
	page = m.Get(pathLook)
	if page.Attr("html", "class") != "size-xlarge" || page.Attr("body", "class") != "kiosk contrast low" {
		t.Error("a value that is none changed the look")
	}
	for _, back := range []string{"//evil.example", "https://evil.example/kiosk", "/desk/todos", `/\evil`, "", "/kioskx"} {
		if to := m.Post(pathLook, "low", "0", "back", back).Sees(); to != pathLook {
			t.Errorf("back %q leads to %s", back, to)
		}
	}
}

// 办完了 and a time without touches end the visit at once; 我还在看 goes on without limit (UX-K5).
func TestLeaveStayIdle(t *testing.T) {
	m := device(t)
	page := m.Get(pathCalls).Is(http.StatusOK)
	if page.Attr("dialog [data-stay]", "type") != "button" || page.Attr("body", "data-warn") == "0" {
		t.Error("a page without its question whether somebody is there")
	}
	for range 5 { // far beyond the limit of one wait, with proofs in between as the script makes them
		m.later(80 * time.Second)
		m.prove(false)
		m.Post(pathStay).Is(http.StatusNoContent)
	}
	m.Get(pathCalls).Is(http.StatusOK)
	idle := m.Get(pathIdle+"?"+query("back", pathGrids)+"&form=1").Is(http.StatusOK).WellMade().Says("h1", "您还在吗").Says("main", "30 秒后回到首页", "我还在填")
	if idle.Header.Get("Refresh") != "30; url=/kiosk" || len(idle.All("noscript, dialog")) != 0 {
		t.Errorf("countdown without script: %q", idle.Header.Get("Refresh"))
	}
	if got := m.Get(pathIdle + "?" + query("back", "//evil.example")).Is(http.StatusOK); got.Attr("main [name=back]", "value") != pathHome || got.Header.Get("Refresh") != "20; url=/kiosk" {
		t.Error("the countdown leads elsewhere, or is shorter than K-3 allows")
	}
	if to := m.Post(pathStay, "back", pathGrids).Sees(); to != pathGrids {
		t.Errorf("stay leads to %s", to)
	}
	if to := m.Post(pathLeave).Sees(); to != pathHome {
		t.Errorf("leave leads to %s", to)
	}
	if to := m.Get(pathCalls).Sees(); to != pathHome {
		t.Error("a visit that was left goes on")
	}
	m.prove(true)
	m.later(126 * time.Second)
	if to := m.Get(pathCalls).Sees(); to != pathHome {
		t.Error("a visit goes on that nobody touched for more than two minutes (K-3)")
	}
}

// 叫人帮忙 says who was told, who is coming and who was there; the way back is kept; a call is one however
// often it is pressed.
func TestCall(t *testing.T) {
	m := device(t)
	if to := m.Post(pathCalls, "back", pathFile).Sees(); to != pathCalls {
		t.Fatalf("a call leads to %s", to)
	}
	m.Post(pathCalls, "back", pathCalls)
	page := m.Get(pathCalls).Is(http.StatusOK).WellMade().Says(".knote", "槐荫", "工作人员").Says(".kphone", "值班电话")
	if page.Attr(".kmoves a", "href") != pathFile || page.Attr("[data-poll]", "data-poll") != pathCallNow {
		t.Error("the way back or the look-again is lost")
	}
	worker := m.bench.As(t, "worker.huaiyin").Actor
	calls, err := m.deps.Kiosks.Waiting(t.Context(), worker)
	if err != nil {
		t.Fatal(err)
	}
	calls = slices.DeleteFunc(calls, func(c kiosk.Call) bool { return c.Device != m.no })
	if len(calls) != 1 {
		t.Fatalf("%d calls of one device", len(calls))
	}
	state := func(want, words string) {
		t.Helper()
		var now callNow
		answer := m.Get(pathCallNow).Is(http.StatusOK)
		if err := json.Unmarshal([]byte(answer.Body), &now); err != nil || now.State != want || !strings.Contains(now.Lead, words) || answer.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s (%v), want %s %s", answer.Body, err, want, words)
		}
	}
	state("waiting", "槐荫")
	if err := m.deps.Kiosks.Take(t.Context(), worker, form.NewKey(), calls[0].ID); err != nil {
		t.Fatal(err)
	}
	state("coming", worker.Name)
	m.Get(pathCalls).Says(".knote", worker.Name, "正在过来")
	if err := m.deps.Kiosks.Finish(t.Context(), worker, form.NewKey(), calls[0].ID); err != nil {
		t.Fatal(err)
	}
	state("done", worker.Name)
}

// Without script the page of a call looks again by itself, but not for ever (K-3).
func TestCallLooksAgain(t *testing.T) {
	m := device(t)
	m.Post(pathCalls, "back", "javascript:alert(1)")
	meta := func(path string) string { return m.Get(path).Is(http.StatusOK).Body }
	if !strings.Contains(meta(pathCalls), `content="10; url=/kiosk/help-calls?n=1"`) {
		t.Error("it does not look again")
	}
	for _, n := range []string{"9", "99999"} {
		if !strings.Contains(meta(pathCalls+"?n="+n), `content="90; url=/kiosk/idle?back=%2Fkiosk%2Fhelp-calls"`) {
			t.Errorf("after %s looks it goes on", n)
		}
	}
	for _, n := range []string{"-1", "x", "99999999999999999999"} {
		m.Get(pathCalls + "?n=" + n).Is(http.StatusOK)
	}
	if got := m.Get(pathCalls).Attr(".kmoves a", "href"); got != pathHome {
		t.Errorf("back leads to %q", got)
	}
}

// What goes wrong on the device stands in its own frame, in large print, with a way on (reliability.md rule 3).
func TestFaultsInTheFrameOfTheDevice(t *testing.T) {
	m := device(t)
	page := m.Post(pathLook, form.KeyField, "x").WellMade()
	if page.Status != http.StatusUnprocessableEntity || page.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("status %d, %q", page.Status, page.Header.Get("Cache-Control"))
	}
	page.Says(".kmoves", "回首页").Says(".tools", "叫人帮忙").SaysNot("body", "登录")
}

// Hours become words only where the text and the calendar say so.
func TestWindow(t *testing.T) {
	const words = "工作日 9:00—12:00，13:30—17:30"
	at := func(hour, minute int) time.Time {
		return time.Date(2026, 11, 17, hour, minute, 0, 0, workday.Shanghai)
	}
	cases := []struct {
		words string
		at    time.Time
		kind  workday.Kind
		known bool
		want  string
	}{
		{words, at(8, 59), workday.Workday, true, "街道窗口 9:00 开门 今天办到 17:30"},
		{words, at(9, 0), workday.Workday, true, "街道窗口 现在开着 今天办到 17:30"},
		{words, at(12, 0), workday.Makeup, true, "街道窗口 13:30 开门 今天办到 17:30"},
		{words, at(17, 29), workday.Workday, true, "街道窗口 现在开着 今天办到 17:30"},
		{words, at(17, 30), workday.Workday, true, "街道窗口 今天已下班 窗口时间 " + words},
		{words, at(10, 0), workday.Holiday, true, "街道窗口 今天休息 窗口时间 " + words},
		{words, at(10, 0), workday.Weekend, true, "街道窗口 今天休息 窗口时间 " + words},
		{words, at(10, 0), "", false, "窗口时间 " + words},
		{"每天都在", at(10, 0), workday.Workday, true, "窗口时间 每天都在"},
		{"每天 9：00-17：30", at(10, 0), workday.Holiday, true, "窗口时间 每天 9：00-17：30"},
		{"工作日 9：00-17：30", at(10, 0), workday.Workday, true, "街道窗口 现在开着 今天办到 17:30"},
		{"", at(10, 0), workday.Workday, true, ""},
	}
	for _, c := range cases {
		var got []string
		for _, f := range window(c.words, c.at, c.kind, c.known) {
			got = append(got, f.Name, f.Text)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%q at %s: %q, want %q", c.words, c.at.Format("15:04"), got, c.want)
		}
	}
}

// saying covers a call that nobody took in time and one that ended without a name.
func TestSaying(t *testing.T) {
	for want, c := range map[string]kiosk.Call{"社区的人暂时走不开": {State: kiosk.CallWaiting, Late: true}, "这次已经办好": {State: kiosk.CallDone}, "李四 社区工作者正在过来": {State: kiosk.CallComing, Who: "李四 社区工作者", Late: true}} {
		if got := saying(c, true); got.Lead != want {
			t.Errorf("%+v: %q, want %q", c, got.Lead, want)
		}
	}
	if got := saying(kiosk.Call{}, false); got.State != "none" {
		t.Errorf("no call is %q", got.State)
	}
}

// query writes one parameter of an address.
func query(name, value string) string { return url.Values{name: {value}}.Encode() }
