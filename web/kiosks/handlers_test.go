package kiosks

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"portal/internal/authz"
	"portal/internal/kiosk"
	"portal/web/form"
	"portal/web/view"
	"portal/web/webtest"
)

const (
	huaiyin = "320104900001"
	linhe   = "320104900003"
	hall    = "社区大厅门口"
)

// bench is the pages over the demo street.
type bench struct {
	*webtest.Bench
	s *kiosk.Service
}

func open(t *testing.T) bench {
	t.Helper()
	b := bench{Bench: webtest.Street(t)}
	b.s = kiosk.New(b.DB, b.Keys, nil)
	Mount(b.Router, b.Frame, Deps{Kiosks: b.s, Secure: true})
	return b
}

// register puts a device into a community, as its secretary does.
func (b bench) register(t *testing.T, login, no, community string) *webtest.Visitor {
	t.Helper()
	v := b.As(t, login)
	if to := v.Post(pathList+"/new", "no", no, "community", community, "place", hall, "printer", "browser").Sees(); to != pathOf(no) {
		t.Fatalf("registered: %s", to)
	}
	return v
}

// working enrols a device as its browser does and gives it.
func (b bench) working(t *testing.T, login, no, community string) kiosk.Device {
	t.Helper()
	v := b.register(t, login, no, community)
	code := v.Post(pathOf(no) + "/codes/new").Is(http.StatusOK).Text("[data-code]")
	return b.enrol(t, code)
}

func (b bench) enrol(t *testing.T, code string) kiosk.Device {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	spki, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	d, _, err := b.s.Enrol(t.Context(), code, spki, "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36", "192.0.2.7")
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// rowOf is the words of a device's row in the register.
func rowText(a webtest.Answer, no string) string {
	for _, n := range a.All("tr[data-row]") {
		if text := webtest.TextOf(n); strings.Contains(text, no) {
			return text
		}
	}
	return ""
}

// A device from the register to its first day of work: registered once however often the form arrives, a code
// that is shown with its end and the three steps, and health in plain words.
func TestFromRegisterToWork(t *testing.T) {
	t.Parallel()
	b := open(t)
	v := b.As(t, "secretary.huaiyin")
	v.Get(pathList + "/new").Is(http.StatusOK).WellMade()
	key := form.NewKey()
	for range 2 { // the same form twice is one device
		to := v.Post(pathList+"/new", "form_key", key, "no", "WTL-01", "community", huaiyin, "place", hall, "printer", "browser").Sees()
		if to != pathOf("WTL-01") {
			t.Fatalf("registered: %s", to)
		}
	}
	v.Get(pathOf("WTL-01")).Is(http.StatusOK).WellMade().Says("main", "WTL-01", hall, "待启用", "还没有联系过", "发启用码")
	list := v.Get(pathList).Is(http.StatusOK).WellMade()
	if row := rowText(list, "WTL-01"); !strings.Contains(row, "待启用") || !strings.Contains(row, "还没有联系过") || !strings.Contains(row, "还不知道") {
		t.Errorf("row: %s", row)
	}

	key = form.NewKey()
	first := v.Post(pathOf("WTL-01")+"/codes/new", "form_key", key).Is(http.StatusOK).WellMade().Says("main", "前有效，用一次就作废", "https://example.com/kiosk/enrol")
	code := first.Text("[data-code]")
	if !regexp.MustCompile(`^[0-9]{4}-[0-9]{4}-[0-9]{4}$`).MatchString(code) {
		t.Errorf("code %q", code)
	}
	if n := len(first.All(".confirm li")); n != 3 || first.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%d steps, kept: %s", n, first.Header.Get("Cache-Control"))
	}
	if again := v.Post(pathOf("WTL-01")+"/codes/new", "form_key", key).Text("[data-code]"); again != code {
		t.Errorf("the same form shows %s, then %s", code, again)
	}
	v.Get(pathOf("WTL-01")).SaysNot("body", code).Says("main", "启用码已发")
	next := v.Post(pathOf("WTL-01") + "/codes/new").Text("[data-code]")
	if next == code || next == "" {
		t.Errorf("a new code is %q", next)
	}

	b.enrol(t, next)
	v.Get(pathOf("WTL-01")).Says(".head", "在用", "有纸").Says("main", "Chromium 156", "今天 ")
	b.DB.Now = func(now time.Time) func() time.Time { return func() time.Time { return now } }(b.DB.Now().Add(11 * time.Minute))
	if row := rowText(v.Get(pathList), "WTL-01"); !strings.Contains(row, "没有联系") {
		t.Errorf("eleven minutes later: %s", row)
	}
	v.Get(pathOf("WTL-01")).Says("main", "超过 10 分钟没有联系")
	v.Get(pathOf("WTL-01")+"/history").Is(http.StatusOK).WellMade().Says("main", "管理一体机", "登记了一体机").SaysNot("main", code, next)
}

// Out of reach is missing: the page of another community's device, and every act on it, answers as for a
// device that is not there, and nothing changes.
func TestOutOfReachIsMissing(t *testing.T) {
	t.Parallel()
	b := open(t)
	d := b.working(t, "secretary.linhe", "LHL-01", linhe)
	if err := b.s.PaperGone(t.Context(), d, form.NewKey()); err != nil {
		t.Fatal(err)
	}
	if _, err := b.s.Call(t.Context(), form.NewKey(), d); err != nil {
		t.Fatal(err)
	}
	calls, err := b.s.Waiting(t.Context(), b.As(t, "secretary.linhe").Actor)
	if err != nil || len(calls) != 1 {
		t.Fatalf("%v, %v", calls, err)
	}
	for _, login := range []string{"secretary.huaiyin", "worker.huaiyin"} {
		v := b.As(t, login)
		if row := rowText(v.Get(pathList).Is(http.StatusOK), "LHL-01"); row != "" {
			t.Errorf("%s reads %s", login, row)
		}
		for _, below := range []string{"", "/history", "/revocations/new"} {
			there, missing := v.Get(pathOf("LHL-01")+below), v.Get(pathOf("LHL-77")+below)
			if there.Status != http.StatusNotFound || missing.Status != http.StatusNotFound || there.Text("main") != missing.Text("main") {
				t.Errorf("%s %q: %d %s, missing %d %s", login, below, there.Status, there.Text("main"), missing.Status, missing.Text("main"))
			}
		}
		for below, fields := range map[string][]string{"/codes/new": nil, "/papers/new": nil, "/revocations/new": {"reason", "不该停"}} {
			there, missing := v.Post(pathOf("LHL-01")+below, fields...), v.Post(pathOf("LHL-77")+below, fields...)
			if there.Status != http.StatusNotFound || missing.Status != http.StatusNotFound || there.Text("main") != missing.Text("main") {
				t.Errorf("%s %s: %d, missing %d", login, below, there.Status, missing.Status)
			}
		}
		v.Get(PathCalls).Is(http.StatusOK).SaysNot("main", "LHL-01")
		if a := v.Post(callPath(calls[0]), "do", "take"); a.Status != http.StatusNotFound {
			t.Errorf("%s takes another community's call: %d", login, a.Status)
		}
		if a := v.Post(PathCalls+"/987654", "do", "take"); a.Status != http.StatusNotFound {
			t.Errorf("%s takes no call: %d", login, a.Status)
		}
	}
	// in the own community, but not of this post
	b.register(t, "secretary.huaiyin", "WTL-02", huaiyin)
	w := b.As(t, "worker.huaiyin")
	w.Get(pathOf("WTL-02")).Is(http.StatusOK).SaysNot("main .actions", "发启用码", "停用").Says("main", "请社区书记或系统管理员来启用")
	w.Post(pathOf("WTL-02") + "/codes/new").Is(http.StatusNotFound)
	w.Post(pathOf("WTL-02")+"/revocations/new", "reason", "不该停").Is(http.StatusNotFound)
	w.Get(pathOf("WTL-02") + "/revocations/new").Is(http.StatusNotFound)
	for _, login := range []string{"grid.huaiyin1", "dept.chengguan", "callback", "auditor"} {
		v := b.As(t, login)
		v.Get(pathList).Is(http.StatusNotFound)
		v.Get(PathCalls).Is(http.StatusNotFound)
	}
	b.As(t, "dispatcher").Get(PathCalls).Is(http.StatusNotFound) // sees the register, does not go
	b.As(t, "dispatcher").Get(pathOf("LHL-01")).Is(http.StatusOK).SaysNot("main .actions", "已换纸", "发启用码").Says("main", "小票机没纸了")

	after, err := b.s.DeviceOf(t.Context(), b.As(t, "admin").Actor, "LHL-01")
	if err != nil || after.State != kiosk.Working || after.Paper != kiosk.PaperOut || after.HasInvite {
		t.Errorf("somebody changed it: %+v, %v", after, err)
	}
}

func callPath(c kiosk.Call) string { return PathCalls + "/" + itoa(c.ID) }

// Hostile and broken input comes back with a sentence beside its field and everything typed, and registers
// nothing.
func TestRegisterRefusesAndKeeps(t *testing.T) {
	t.Parallel()
	b := open(t)
	v := b.As(t, "secretary.huaiyin")
	for name, c := range map[string]struct{ no, community, place, printer, field, kept string }{
		"number in small letters": {"wtl-01", huaiyin, hall, "browser", "no", "wtl-01"},
		"number too long":         {"WTLXX-001", huaiyin, hall, "browser", "no", "WTLXX-001"},
		"number with a way out":   {"../AB-1", huaiyin, hall, "browser", "no", "../AB-1"},
		"control characters":      {"WTL-0\x001", huaiyin, hall, "browser", "no", "WTL-01"},
		"no number":               {"", huaiyin, hall, "browser", "no", ""},
		"another's community":     {"WTL-01", linhe, hall, "browser", "community", "WTL-01"},
		"no community":            {"WTL-01", "", hall, "browser", "community", "WTL-01"},
		"a made up community":     {"WTL-01", "' OR 1=1", hall, "browser", "community", "WTL-01"},
		"no place":                {"WTL-01", huaiyin, "", "browser", "place", "WTL-01"},
		"a long place":            {"WTL-01", huaiyin, strings.Repeat("门", 41), "browser", "place", strings.Repeat("门", 41)},
		"a turned place":          {"WTL-01", huaiyin, "门口\u202e厅大", "browser", "place", "门口厅大"},
		"no way to print":         {"WTL-01", huaiyin, hall, "", "printer", "WTL-01"},
		"another way to print":    {"WTL-01", huaiyin, hall, "fax", "printer", "WTL-01"},
		"markup":                  {`"><script>alert(1)</script>`, huaiyin, hall, "browser", "no", `"><script>alert(1)</script>`},
	} {
		a := v.Post(pathList+"/new", "no", c.no, "community", c.community, "place", c.place, "printer", c.printer).Is(http.StatusUnprocessableEntity).WellMade()
		if a.Text("#f-"+c.field+"-error") == "" || len(a.All(".errors a[href='#f-"+c.field+"']")) == 0 {
			t.Errorf("%s: nothing beside %s: %s", name, c.field, a.Text(".errors"))
		}
		if kept := a.Attr("#f-no", "value") + "|" + a.Attr("#f-place", "value"); !strings.Contains(kept, c.kept) {
			t.Errorf("%s: %q is not kept: %q", name, c.kept, kept)
		}
		if len(a.All("main script")) != 0 {
			t.Errorf("%s: markup came through", name)
		}
	}
	if _, err := b.s.DeviceOf(t.Context(), b.As(t, "admin").Actor, "WTL-01"); err == nil {
		t.Error("a device was registered")
	}
	b.register(t, "secretary.huaiyin", "WTL-01", huaiyin)
	v.Post(pathList+"/new", "no", "WTL-01", "community", huaiyin, "place", "别处二楼", "printer", "browser").Is(http.StatusUnprocessableEntity).Says("#f-no-error", "已经有了")
	v.Get(pathOf("%00")).Is(http.StatusUnprocessableEntity)
	v.Get(pathOf(strings.Repeat("A", 3000))).Is(http.StatusNotFound)
}

// Paper: the device says that it is out, a worker changes it, and says so once (UX-K12).
func TestPaper(t *testing.T) {
	t.Parallel()
	b := open(t)
	d := b.working(t, "secretary.huaiyin", "WTL-01", huaiyin)
	w := b.As(t, "worker.huaiyin")
	w.Get(pathOf("WTL-01")).SaysNot("main", "已换纸")
	if err := b.s.PaperGone(t.Context(), d, form.NewKey()); err != nil {
		t.Fatal(err)
	}
	w.Get(pathOf("WTL-01")).WellMade().Says(".head", "没纸了").Says("main", "小票机没纸了", "已换纸")
	if row := rowText(w.Get(pathList), "WTL-01"); !strings.Contains(row, "没纸了") {
		t.Errorf("row: %s", row)
	}
	key := form.NewKey()
	for range 2 {
		if to := w.Post(pathOf("WTL-01")+"/papers/new", "form_key", key).Sees(); to != pathOf("WTL-01") {
			t.Errorf("leads to %s", to)
		}
	}
	w.Get(pathOf("WTL-01")).Says(".banner", "已换纸", "可以打小票了")
	w.Get(pathOf("WTL-01")).Says(".head", "有纸").SaysNot("main", "已换纸")
}

// An end of service asks for the reason, warns of what lies on the device, holds at once and is not undone by
// the same form.
func TestRevoke(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.working(t, "secretary.huaiyin", "WTL-01", huaiyin)
	v := b.As(t, "secretary.huaiyin")
	v.Get(pathOf("WTL-01")+"/revocations/new").Is(http.StatusOK).WellMade().Says("main", "马上不能办事")
	for _, bad := range []string{"", " ", "x\x00y", strings.Repeat("长", 201), "两行\n原因"} {
		v.Post(pathOf("WTL-01")+"/revocations/new", "reason", bad).Is(http.StatusUnprocessableEntity).WellMade().Says(".errors", "处需要修改")
	}
	if d, err := b.s.DeviceOf(t.Context(), v.Actor, "WTL-01"); err != nil || d.State != kiosk.Working {
		t.Fatalf("%s, %v", d.State, err)
	}
	key := form.NewKey()
	for range 2 {
		if to := v.Post(pathOf("WTL-01")+"/revocations/new", "form_key", key, "reason", "机器送修").Sees(); to != pathOf("WTL-01") {
			t.Errorf("leads to %s", to)
		}
	}
	v.Get(pathOf("WTL-01")).WellMade().Says(".head", "已停用").Says("main", "机器送修").SaysNot("main", "发启用码", "已换纸")
	if n := len(v.Get(pathOf("WTL-01")).All("a[href$='/revocations/new']")); n != 0 {
		t.Error("停用 is offered again")
	}
	if to := v.Get(pathOf("WTL-01") + "/revocations/new").Sees(); to != pathOf("WTL-01") {
		t.Errorf("leads to %s", to)
	}
	v.Post(pathOf("WTL-01")+"/revocations/new", "reason", "再停一次").Is(http.StatusUnprocessableEntity).Says(".errors", "已经停用")
	v.Post(pathOf("WTL-01")+"/codes/new").Is(http.StatusUnprocessableEntity).Says(".errors", "已经停用")
}

// A call stands there at once; one goes, the other reads who; when it is done it leaves the page (K-2).
func TestCalls(t *testing.T) {
	t.Parallel()
	b := open(t)
	d := b.working(t, "secretary.huaiyin", "WTL-01", huaiyin)
	worker, secretary := b.As(t, "worker.huaiyin"), b.As(t, "secretary.huaiyin")
	worker.Get(PathCalls).Is(http.StatusOK).WellMade()
	before := len(worker.Get(PathCalls).All("tr[data-row]"))
	call, err := b.s.Call(t.Context(), form.NewKey(), d)
	if err != nil {
		t.Fatal(err)
	}
	page := worker.Get(PathCalls).WellMade().Says("main", "WTL-01", hall, "我去", "等人去")
	if n := len(page.All("tr[data-row]")); n != before+1 {
		t.Errorf("%d calls, before %d", n, before)
	}
	worker.Get(pathList).Says(".head", "处等着")
	for _, do := range []string{"", "dance", "take\x00"} {
		worker.Post(callPath(call), "do", do).Is(http.StatusUnprocessableEntity)
	}
	key := form.NewKey()
	for range 2 {
		if to := worker.Post(callPath(call), "form_key", key, "do", "take").Sees(); to != PathCalls {
			t.Errorf("leads to %s", to)
		}
	}
	secretary.Get(PathCalls).Says("main", worker.Actor.Name, "去了", "已帮好")
	secretary.Post(callPath(call), "do", "take").Is(http.StatusUnprocessableEntity).Says(".errors", worker.Actor.Name)
	worker.Post(callPath(call), "do", "finish").Sees()
	if row := rowText(worker.Get(PathCalls), "WTL-01"); row != "" {
		t.Errorf("a call that is done: %s", row)
	}
	for _, id := range []string{"0", "-1", "x", "99999999999999999999", "1%2f2"} {
		worker.Post(PathCalls+"/"+id, "do", "take").Is(http.StatusNotFound)
	}
}

// quiet answers what the demo street has waiting in 槐荫社区.
func (b bench) quiet(t *testing.T) {
	t.Helper()
	by := b.As(t, "secretary.huaiyin").Actor
	calls, err := b.s.Waiting(t.Context(), by)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range calls {
		if err := b.s.Finish(t.Context(), by, form.NewKey(), c.ID); err != nil {
			t.Fatal(err)
		}
	}
	devices, err := b.s.Devices(t.Context(), by)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range devices {
		if d.Paper == kiosk.PaperOut {
			if err := b.s.SetPaper(t.Context(), by, form.NewKey(), d.No, kiosk.PaperOK); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// told is what an open page reads when it asks.
func told(t *testing.T, v *webtest.Visitor) (state, words string) {
	t.Helper()
	a := v.Get(pathNow).Is(http.StatusOK)
	var got struct{ State, Words string }
	if err := json.Unmarshal([]byte(a.Body), &got); err != nil || a.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%v, kept %q: %s", err, a.Header.Get("Cache-Control"), a.Body)
	}
	return got.State, got.Words
}

// An open page learns of every change in its reach and of none beyond it, and begins with the state that it shows.
func TestCallsToldToAnOpenPage(t *testing.T) {
	t.Parallel()
	b := open(t)
	d := b.working(t, "secretary.huaiyin", "WTL-01", huaiyin)
	far := b.working(t, "secretary.linhe", "LHL-01", linhe)
	b.quiet(t)
	worker := b.As(t, "worker.huaiyin")
	seen := map[string]string{}
	changed := func(what string, words ...string) {
		t.Helper()
		state, said := told(t, worker)
		if before, known := seen[state]; known {
			t.Errorf("%s: the state is that of %s", what, before)
		}
		seen[state] = what
		for _, w := range words {
			if !strings.Contains(said, w) {
				t.Errorf("%s: said %q, want %q", what, said, w)
			}
		}
		if got := worker.Get(PathCalls).Is(http.StatusOK).Attr("[data-calls]", "data-state"); got != state {
			t.Errorf("%s: the page begins with %q, an open one asks %q", what, got, state)
		}
	}
	changed("nobody", "没有人等着")
	if _, err := b.s.Call(t.Context(), form.NewKey(), far); err != nil {
		t.Fatal(err)
	}
	if err := b.s.PaperGone(t.Context(), far, form.NewKey()); err != nil {
		t.Fatal(err)
	}
	if state, said := told(t, worker); seen[state] != "nobody" || strings.Contains(said, "LHL-01") {
		t.Errorf("told of another community: %s", said)
	}
	call, err := b.s.Call(t.Context(), form.NewKey(), d)
	if err != nil {
		t.Fatal(err)
	}
	changed("a call", "1 处等着", hall, "WTL-01", view.Moment(call.At, b.DB.Now()))
	worker.Post(callPath(call), "do", "take").Sees()
	changed("somebody goes", "都有人去了")
	worker.Post(callPath(call), "do", "finish").Sees()
	if state, _ := told(t, worker); seen[state] != "nobody" {
		t.Errorf("done, the state is that of %s", seen[state])
	}
	if _, err := b.s.Call(t.Context(), form.NewKey(), d); err != nil {
		t.Fatal(err)
	}
	changed("another call", "1 处等着")
	b.DB.Now = func(now time.Time) func() time.Time { return func() time.Time { return now } }(b.DB.Now().Add(6 * time.Minute))
	if err := b.s.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	changed("nobody came", "1 处等着")
	for _, login := range []string{"grid.huaiyin1", "dispatcher", "auditor"} {
		b.As(t, login).Get(pathNow).Is(http.StatusNotFound)
	}
	if body := worker.Get(PathCalls).Body; !strings.Contains(body, `<noscript><meta http-equiv="refresh" content="15; url=/desk/help-calls"`) {
		t.Error("without script nothing refreshes")
	}
	if still := worker.Get(PathCalls + "?" + paramStill + "=1"); strings.Contains(still.Body, "http-equiv") || !strings.Contains(still.Body, "本页不自动刷新") {
		t.Error("the refresh cannot be switched off")
	}
}

// A device that prints no slip stands on the page of calls of its community, by name, place and since when, until
// somebody has put paper in (UX-K12).
func TestPaperStandsOnThePageOfCalls(t *testing.T) {
	t.Parallel()
	b := open(t)
	d := b.working(t, "secretary.huaiyin", "WTL-01", huaiyin)
	b.quiet(t)
	worker := b.As(t, "worker.huaiyin")
	full, _ := told(t, worker)
	if n := len(worker.Get(PathCalls).All("[data-papers] li")); n != 0 {
		t.Fatalf("%d devices without paper", n)
	}
	since := view.Moment(b.DB.Now(), b.DB.Now())
	if err := b.s.PaperGone(t.Context(), d, form.NewKey()); err != nil {
		t.Fatal(err)
	}
	b.DB.Now = func(now time.Time) func() time.Time { return func() time.Time { return now } }(b.DB.Now().Add(3 * time.Minute))
	page := worker.Get(PathCalls).WellMade().Says("[data-papers]", "小票没纸", "WTL-01", hall, since+" 起")
	if to := page.Attr("[data-papers] a", "href"); to != pathOf("WTL-01") {
		t.Errorf("去换纸 leads to %s", to)
	}
	if state, said := told(t, worker); state == full || !strings.Contains(said, "WTL-01 小票没纸") {
		t.Errorf("an open page is told %q", said)
	}
	for _, login := range []string{"secretary.linhe", "clerk"} {
		if got := b.As(t, login).Get(PathCalls).Is(http.StatusOK).Text("[data-papers]"); strings.Contains(got, "WTL-01") {
			t.Errorf("%s reads %s", login, got)
		}
	}
	worker.Get(pathOf("WTL-01")).Is(http.StatusOK).Says("main", "从 "+since+" 起")
	worker.Post(pathOf("WTL-01") + "/papers/new").Sees()
	if state, said := told(t, worker); state != full || strings.Contains(said, "没纸") || len(worker.Get(PathCalls).All("[data-papers] li")) != 0 {
		t.Errorf("with paper again an open page is told %q", said)
	}
}

// What a browser says of itself is shortened, and never trusted.
func TestBrowserOf(t *testing.T) {
	t.Parallel()
	for agent, want := range map[string]string{"": "还不知道", "Mozilla/5.0 Chrome/156.0.1 Safari/537": "Chromium 156", "Mozilla/5.0 Firefox/140.0": "Firefox 140", "curl/8": "其他浏览器", "<b>Chrome/</b>": "其他浏览器"} {
		if got := browserOf(kiosk.Device{Agent: agent}); got != want {
			t.Errorf("%q: %s, want %s", agent, got, want)
		}
	}
}

// The posts of the issue reach what the policy table gives them.
func TestWhoSeesTheRegister(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.register(t, "secretary.huaiyin", "WTL-01", huaiyin)
	for _, login := range []string{"admin", "dispatcher", "clerk", "secretary.huaiyin", "worker.huaiyin"} {
		v := b.As(t, login)
		a := v.Get(pathList).Is(http.StatusOK).WellMade()
		if rowText(a, "WTL-01") == "" {
			t.Errorf("%s does not see it", login)
		}
		if may := len(a.All("a[href='"+pathList+"/new']")) > 0; may != authz.Can(v.Actor, authz.KioskManage) {
			t.Errorf("%s: 登记新机 is offered: %v", login, may)
		}
	}
	b.register(t, "admin", "LHL-02", linhe)
}
