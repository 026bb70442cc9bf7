package account

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/cascadia"
	"github.com/go-chi/chi/v5"
	"github.com/pquerna/otp/totp"
	"golang.org/x/net/html"

	"portal/internal/account"
	"portal/internal/authz"
	"portal/internal/pg"
	"portal/internal/pg/pgtest"
	"portal/internal/secret"
	"portal/internal/workday"
	"portal/web/form"
	"portal/web/frame"
	"portal/web/route"
	"portal/web/session"
)

const goodPassword = "梧桐叶子黄了一地-7k"

// portal is the pages of this package over real services and a real database.
type portal struct {
	db       *pg.DB
	accounts *account.Service
	server   *httptest.Server
	unit     int64
}

const insertUnit = `INSERT INTO unit (name, requester_kind) VALUES ('街道办事处', 'street_office') RETURNING id`

func newPortal(t *testing.T, demo, required bool) *portal {
	t.Helper()
	db := pgtest.New(t)
	keys, err := secret.Temporary()
	if err != nil {
		t.Fatal(err)
	}
	p := &portal{db: db, accounts: account.New(db, account.WithKeys(keys), account.WithSecondFactor(required))}
	if err := db.Q().QueryRow(t.Context(), insertUnit).Scan(&p.unit); err != nil {
		t.Fatal(err)
	}
	p.person(t, "admin", authz.Admin)
	p.person(t, "clerk", authz.Clerk)
	sessions := session.New(db, p.accounts, false)
	f := &frame.Frame{DB: db, Sessions: sessions, Demo: demo, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	mux := chi.NewRouter()
	rt := route.New(mux.With(sessions.Middleware(f.Fail)), f.Fail, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/sign-in?"+url.Values{"next": {r.URL.RequestURI()}}.Encode(), http.StatusSeeOther)
	})
	Mount(rt, Deps{Accounts: p.accounts, Sessions: sessions, Pages: f, Demo: demo})
	rt.Get("/desk/todos", authz.DeskView, func(w http.ResponseWriter, r *http.Request) error {
		_, err := io.WriteString(w, "<h1>待办</h1><p id=who>"+route.Actor(r).Login+"</p>")
		return err
	})
	p.server = httptest.NewServer(mux)
	t.Cleanup(p.server.Close)
	return p
}

func (p *portal) person(t *testing.T, login string, role authz.Role) {
	t.Helper()
	hash, err := account.HashPassword(t.Context(), goodPassword)
	if err != nil {
		t.Fatal(err)
	}
	err = p.db.Write(t.Context(), authz.System, func(tx *pg.Tx) error {
		id, err := account.Insert(t.Context(), tx, account.NewAccount{Login: login, Name: "某人" + login, PasswordHash: hash,
			Posts: []account.NewPost{{Role: string(role), UnitID: p.unit, Title: role.Label(), From: today(p)}}})
		if err != nil {
			return err
		}
		return tx.Record(t.Context(), pg.Change{Action: authz.PeopleManage, Kind: "account", ID: id})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// visitor is a browser that follows redirects and keeps cookies.
type visitor struct {
	t *testing.T
	p *portal
	c *http.Client
}

func (p *portal) visitor(t *testing.T) *visitor {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &visitor{t: t, p: p, c: &http.Client{Jar: jar}}
}

// answer is a page as it arrived.
type answer struct {
	t      *testing.T
	status int
	path   string
	header http.Header
	body   string
	doc    *html.Node
}

func (v *visitor) get(path string) answer {
	v.t.Helper()
	return v.read(v.c.Get(v.p.server.URL + path))
}

func (v *visitor) post(path string, fields ...string) answer {
	v.t.Helper()
	values := url.Values{form.KeyField: {form.NewKey()}}
	for i := 0; i+1 < len(fields); i += 2 {
		values.Set(fields[i], fields[i+1])
	}
	return v.read(v.c.PostForm(v.p.server.URL+path, values))
}

func (v *visitor) read(resp *http.Response, err error) answer {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	doc, err := html.Parse(strings.NewReader(string(raw)))
	if err != nil {
		v.t.Fatal(err)
	}
	return answer{t: v.t, status: resp.StatusCode, path: resp.Request.URL.RequestURI(), header: resp.Header, body: string(raw), doc: doc}
}

func (v *visitor) signIn(login string) answer {
	v.t.Helper()
	v.get("/sign-in")
	return v.post("/sign-in", "login", login, "password", goodPassword)
}

// at checks where the visitor ended up.
func (a answer) at(status int, path string) answer {
	a.t.Helper()
	if a.status != status || a.path != path {
		a.t.Fatalf("at %d %s, want %d %s\n%s", a.status, a.path, status, path, a.text("main"))
	}
	return a
}

func (a answer) all(selector string) []*html.Node {
	return cascadia.QueryAll(a.doc, cascadia.MustCompile(selector))
}

func (a answer) text(selector string) string {
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	for _, n := range a.all(selector) {
		walk(n)
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// attr gives an attribute of the first match.
func (a answer) attr(selector, name string) string {
	a.t.Helper()
	found := a.all(selector)
	if len(found) == 0 {
		a.t.Fatalf("no %s on %s", selector, a.path)
	}
	for _, at := range found[0].Attr {
		if at.Key == name {
			return at.Val
		}
	}
	return ""
}

// says checks that an element holds some words.
func (a answer) says(selector, words string) answer {
	a.t.Helper()
	if got := a.text(selector); !strings.Contains(got, words) {
		a.t.Errorf("%s on %s says %q, want %q", selector, a.path, got, words)
	}
	return a
}

// Without script: sign in, come to the page asked for, sign out.
func TestSignInAndOut(t *testing.T) {
	t.Parallel()
	p := newPortal(t, false, false)
	v := p.visitor(t)
	page := v.get("/me/sessions").at(200, "/sign-in?next=%2Fme%2Fsessions")
	if len(page.all(".skip")) != 1 || len(page.all("h1")) != 1 || page.header.Get("Cache-Control") != "no-store" {
		t.Error("the sign-in page lacks its frame")
	}
	for selector, want := range map[string][2]string{"#f-login": {"autocomplete", "username"}, "#f-password": {"autocomplete", "current-password"}} {
		if page.attr(selector, want[0]) != want[1] {
			t.Errorf("%s: %s = %q", selector, want[0], page.attr(selector, want[0]))
		}
	}
	if len(page.all("table")) != 0 || strings.Contains(page.body, "演示账号") {
		t.Error("a production page lists accounts")
	}
	page = v.post("/sign-in", "login", "clerk", "password", goodPassword, "next", page.attr("[name=next]", "value"))
	page.at(200, "/me/sessions").says("h1", "我的登录").says("td .chip", "这一处")
	v.get("/sign-in?next=/me/settings").at(200, "/me/settings")
	v.post("/sign-out").at(200, "/sign-in")
	v.get("/desk/todos").at(200, "/sign-in?next=%2Fdesk%2Ftodos")
}

// A wrong try keeps what was typed besides the password, says so beside the field, and too many
// are told when to come back.
func TestSignInRefused(t *testing.T) {
	t.Parallel()
	p := newPortal(t, false, false)
	v := p.visitor(t)
	v.get("/sign-in")
	hostile := `x"><script>alert(1)</script>`
	page := v.post("/sign-in", "login", hostile, "password", "geheim-geheim", "next", "/me/settings").at(422, "/sign-in")
	page.says("#f-password-error", "账号或密码不对").says(".errors h2", "有 1 处需要修改").says("title", "有 1 处需要修改 - 登录")
	if page.attr("#f-login", "value") != hostile || page.attr("[name=next]", "value") != "/me/settings" {
		t.Error("what was typed is lost")
	}
	if strings.Contains(page.body, "geheim") || page.attr("#f-password", "value") != "" || strings.Contains(page.body, "<script>alert") {
		t.Error("the password or a script came back")
	}
	if page.attr("#f-password", "aria-invalid") != "true" || !strings.Contains(page.attr("#f-password", "aria-describedby"), "error") {
		t.Error("the message is not tied to its field")
	}
	for _, c := range [][2]string{{"a\x00b", "x\x00"}, {strings.Repeat("a", 10_000), strings.Repeat("b", 10_000)}, {"' OR 1=1 --", "' OR ''='"}, {"\xff\xfe", "\xff"}, {"", ""}} {
		page := v.post("/sign-in", "login", c[0], "password", c[1])
		if page.status != 422 || len(page.body) > 30_000 {
			t.Errorf("%.10q: %d, %d bytes", c[0], page.status, len(page.body))
		}
	}
	for range 5 {
		v.post("/sign-in", "login", "clerk", "password", "wrong")
	}
	page = v.post("/sign-in", "login", "clerk", "password", goodPassword).at(429, "/sign-in")
	page.says(".banner", "后再试")
	if page.header.Get("Retry-After") == "" || page.attr("#f-login", "value") != "clerk" {
		t.Error("a braked try loses the login or the time")
	}
	v.read(v.c.Post(p.server.URL+"/sign-in", "application/x-www-form-urlencoded", strings.NewReader("form_key=x"))).at(422, "/sign-in")
}

// next= leads only to pages of this site.
func TestNextIsLocal(t *testing.T) {
	cases := map[string]string{
		"/desk/todos": "/desk/todos", "/items?q=a&on=2026-11-18": "/items?on=2026-11-18&q=a", "": "", "//evil.example": "", "/\\evil.example": "",
		"https://evil.example/": "", "javascript:alert(1)": "", "desk": "", "/sign-in": "", "/sign-out": "", "/sign-in/second-step": "", "\x00": "", "/\t/evil.example": "",
	}
	for in, want := range cases {
		if got := next(in); got != want {
			t.Errorf("%q leads to %q, want %q", in, got, want)
		}
	}
	p := newPortal(t, false, false)
	v := p.visitor(t)
	v.get("/sign-in?next=//evil.example/x")
	v.post("/sign-in", "login", "clerk", "password", goodPassword, "next", "//evil.example/x").at(200, "/desk/todos")
}

// A token planted before the sign-in is worth nothing after it (session fixation).
func TestFixation(t *testing.T) {
	t.Parallel()
	p := newPortal(t, false, false)
	u, _ := url.Parse(p.server.URL)
	token := func(v *visitor) string {
		for _, c := range v.c.Jar.Cookies(u) {
			if c.Name == "portal_session" {
				return c.Value
			}
		}
		return ""
	}
	victim := p.visitor(t)
	victim.signIn("clerk").at(200, "/desk/todos")
	victim.post("/sign-out")
	victim.signIn("clerk")
	planted := token(victim)
	thief := p.visitor(t)
	thief.c.Jar.SetCookies(u, []*http.Cookie{{Name: "portal_session", Value: planted, Path: "/"}})
	thief.get("/desk/todos").at(200, "/desk/todos")
	victim.post("/sign-in", "login", "clerk", "password", goodPassword).at(200, "/desk/todos")
	if token(victim) == planted {
		t.Error("signing in kept the token")
	}
	thief.get("/desk/todos").at(200, "/sign-in?next=%2Fdesk%2Ftodos")
	victim.get("/desk/todos").at(200, "/desk/todos")
}

// The demo lists its accounts by post, and never the password.
func TestDemoPage(t *testing.T) {
	t.Parallel()
	p := newPortal(t, true, false)
	page := p.visitor(t).get("/sign-in").at(200, "/sign-in")
	page.says("main", "演示账号，密码见启动时的提示").says("tbody tr:first-child", "管理员").says(".sub", "街道办事处").says("tbody tr:first-child td:last-child", "admin")
	if strings.Contains(page.body, "demo-wutong-2026") {
		t.Error("the password stands on the page")
	}
}

// A one-time password opens one page only; after the change the way leads on to where it was going.
func TestForcedChange(t *testing.T) {
	t.Parallel()
	p := newPortal(t, false, false)
	password, err := account.Reset(t.Context(), p.db, "clerk", account.ResetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	v := p.visitor(t)
	v.get("/sign-in")
	v.post("/sign-in", "login", "clerk", "password", password, "next", "/me/settings").at(200, "/me/password?next=%2Fme%2Fsettings").says(".banner", "先把一次性密码改成自己的密码")
	v.get("/desk/todos").at(200, "/me/password?next=%2Fdesk%2Ftodos")
	v.get("/me/sessions").at(200, "/me/password?next=%2Fme%2Fsessions")
	page := v.post("/me/password", "old", password, "new", "short", "next", "/me/settings").at(422, "/me/password")
	page.says("#f-new-error", "至少 10 个字符")
	if page.attr("#f-old", "value") != "" || page.attr("[name=next]", "value") != "/me/settings" {
		t.Error("the password came back or the way is lost")
	}
	v.post("/me/password", "old", "wrong", "new", "银杏叶子铺了满满一地").at(422, "/me/password").says("#f-old-error", "现在的密码不对")
	v.post("/me/password", "old", password, "new", "银杏叶子铺了满满一地", "next", "/me/settings").at(200, "/me/settings").says(".banner", "密码已改好")
}

// Enrolment with picture and typed secret, then a sign-in in two steps, a replay and a recovery code.
func TestTwoSteps(t *testing.T) {
	t.Parallel()
	p := newPortal(t, false, true)
	v := p.visitor(t)
	v.signIn("clerk").at(200, "/me/second-factor?next=%2Fdesk%2Ftodos").says(".banner", "绑定")
	v.post("/me/second-factor", "do", "start", "password", "wrong").at(422, "/me/second-factor").says("#f-password-error", "现在的密码不对")
	page := v.post("/me/second-factor?next=/desk/todos", "do", "start", "password", goodPassword).at(200, "/me/second-factor?next=%2Fdesk%2Ftodos")
	if len(page.all("main svg[role=img] path")) != 1 || len(page.all("main [style]")) != 0 {
		t.Error("no QR picture")
	}
	words := strings.ReplaceAll(page.text(".sheet-body > p b"), " ", "")
	v.post("/me/second-factor", "do", "confirm", "code", "000000").at(422, "/me/second-factor").says("#f-code-error", "验证码不对")
	page = v.post("/me/second-factor?next=/desk/todos", "do", "confirm", "code", p.code(t, words)).at(200, "/me/second-factor?next=/desk/todos")
	codes := page.all(".choices li")
	if len(codes) != 10 || page.attr(".actions a", "href") != "/desk/todos" {
		t.Fatalf("%d recovery codes", len(codes))
	}
	recovery := strings.Fields(page.text(".choices li b"))
	if len(recovery) == 1 { // one run of text
		recovery = []string{recovery[0][:11], recovery[0][11:22]}
	}
	if strings.Contains(v.get("/me/second-factor").at(200, "/me/second-factor").body, recovery[0]) {
		t.Error("the codes are shown again")
	}
	v.get("/desk/todos").at(200, "/desk/todos")

	p.pass(30 * time.Second)
	other := p.visitor(t)
	other.get("/sign-in/second-step").at(200, "/sign-in")
	other.signIn("clerk").at(200, "/sign-in/second-step")
	other.get("/desk/todos").at(200, "/sign-in?next=%2Fdesk%2Ftodos") // the password alone opens nothing
	code := p.code(t, words)
	other.post("/sign-in/second-step", "code", "123").at(422, "/sign-in/second-step").says("#f-code-error", "验证码不对")
	other.post("/sign-in/second-step", "code", code).at(200, "/desk/todos")
	third := p.visitor(t)
	third.signIn("clerk")
	third.post("/sign-in/second-step", "code", code).at(422, "/sign-in/second-step") // replay
	third.post("/sign-in/second-step", "code", recovery[0], "next", "/me/second-factor").at(200, "/me/second-factor").says(".summary", "还剩 9 个")
	if page := third.get("/me/second-factor"); strings.Contains(page.body, "关闭第二验证") {
		t.Error("what is a must offers to be closed")
	}
	fourth := p.visitor(t)
	fourth.signIn("clerk")
	p.pass(11 * time.Minute)
	fourth.post("/sign-in/second-step", "code", recovery[1]).at(200, "/sign-in").says(".banner", "重新输入账号和密码")
}

func (p *portal) pass(d time.Duration) {
	now := p.db.Now().Add(d)
	p.db.Now = func() time.Time { return now }
}

func (p *portal) code(t *testing.T, words string) string {
	t.Helper()
	code, err := totp.GenerateCode(words, p.db.Now())
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// A session ended elsewhere is out at once and hears why; another person's cannot be ended.
func TestSessionsPage(t *testing.T) {
	t.Parallel()
	p := newPortal(t, false, false)
	here, there, stranger := p.visitor(t), p.visitor(t), p.visitor(t)
	here.signIn("clerk")
	there.signIn("clerk")
	stranger.signIn("admin")
	page := here.get("/me/sessions").at(200, "/me/sessions").says("tbody", "其他浏览器 · 其他系统").says("tbody", "今天 10:00")
	id := page.attr("[name=id]", "value")
	stranger.post("/me/sessions", "do", "end", "id", id).at(404, "/me/sessions")
	there.get("/desk/todos").at(200, "/desk/todos")
	here.post("/me/sessions", "do", "end", "id", id).at(200, "/me/sessions").says(".banner", "已结束")
	there.get("/desk/todos").at(200, "/sign-in?next=%2Fdesk%2Ftodos").says(".banner", "另一处结束")
	there.signIn("clerk")
	here.post("/me/sessions", "do", "others").at(200, "/me/sessions").says(".banner", "1 次登录已结束")
	there.get("/desk/todos").at(200, "/sign-in?next=%2Fdesk%2Ftodos")
	for _, bad := range []string{"", "x", "-1", "99999999999999999999", "1 OR 1=1", "\x00"} {
		here.post("/me/sessions", "do", "end", "id", bad).at(404, "/me/sessions")
	}
	here.post("/me/sessions", "do", "root").at(422, "/me/sessions")
}

// The shortcut setting is kept and every page hears of it.
func TestSettings(t *testing.T) {
	t.Parallel()
	p := newPortal(t, false, false)
	v := p.visitor(t)
	v.signIn("clerk")
	if v.get("/me/settings").attr("body", "data-shortcuts") != "on" {
		t.Error("shortcuts begin off")
	}
	page := v.post("/me/settings", "shortcuts", "off").at(200, "/me/settings").says(".banner", "设置已保存")
	if page.attr("body", "data-shortcuts") != "off" || page.attr("[name=shortcuts][value=off]", "checked") != "" || len(page.all("[name=shortcuts][value=off][checked]")) != 1 {
		t.Error("the setting is lost")
	}
}

// People administration from the list to a post, a reset and a closed account.
func TestPeoplePages(t *testing.T) {
	t.Parallel()
	p := newPortal(t, false, false)
	v := p.visitor(t)
	v.signIn("admin")
	v.get("/desk/settings/people").at(200, "/desk/settings/people").says("tbody", "clerk").says("tbody", "窗口人员")
	v.get("/desk/settings/people?q=cler").says("tbody", "clerk")
	v.get("/desk/settings/people?q=%3Cscript%3E&state=zzz&after=").says(".empty", "没有符合条件的账号")
	v.get("/desk/settings/people?after=garbage").at(422, "/desk/settings/people?after=garbage")

	page := v.post("/desk/settings/people/new", "login", "新人", "name", `"><script>`, "role", "worker", "from", "某天").at(422, "/desk/settings/people/new")
	page.says("#f-from-error", "日期写成")
	if page.attr("#f-name", "value") != `"><script>` || len(page.all("#f-role option[value=worker][selected]")) != 1 {
		t.Error("what was typed is lost")
	}
	page = v.post("/desk/settings/people/new", "login", "新人", "name", "某新人", "role", "worker").at(422, "/desk/settings/people/new")
	page.says("#f-login-error", "小写字母").says("#f-unit-error", "单位").says("#f-division-error", "社区")
	unit := v.get("/desk/settings/people/new").attr("#f-unit option:nth-child(2)", "value")
	page = v.post("/desk/settings/people/new", "login", "new.one", "name", "<b>某新人</b>", "role", "reviewer", "unit", unit).at(200, "/desk/settings/people/new")
	password := page.text(".confirm dd:last-of-type")
	if len(password) != 19 || strings.Contains(page.body, "<b>某") {
		t.Errorf("one-time password %q", password)
	}
	fresh := p.visitor(t)
	fresh.get("/sign-in")
	fresh.post("/sign-in", "login", "new.one", "password", password).at(200, "/me/password")

	person := "/desk/settings/people/new.one"
	v.get(person).at(200, person).says("h1", "<b>某新人</b>").says("main", "现在有 1 处登录")
	v.post(person, "do", "add_post", "role", "leader", "unit", unit, "from", "2027-01-01").at(200, person).says("tbody", "未到任")
	fresh.get("/me/password").at(200, "/me/password")
	post := v.get(person).attr("#f-post option:nth-child(1)", "value")
	v.post(person, "do", "end_post", "post", post, "last_on", "2020-01-01").at(422, person).says("#f-last_on-error", "最早填昨天")
	v.post(person, "do", "end_post", "post", post, "last_on", "2026-11-17").at(200, person)
	fresh.get("/me/password").at(200, "/sign-in?next=%2Fme%2Fpassword").says(".banner", "岗位有变动")
	again := v.post(person, "do", "reset_password").at(200, person).text(".confirm dd:last-of-type")
	if len(again) != 19 || again == password {
		t.Errorf("second password %q", again)
	}
	v.post(person, "do", "disable").at(200, person).says(".chip", "已停用")
	v.post(person, "do", "disable").at(409, person).says(".banner", "已经停用")
	fresh.get("/sign-in")
	fresh.post("/sign-in", "login", "new.one", "password", again).at(422, "/sign-in")
	v.post(person, "do", "enable").at(200, person)
	v.post(person, "do", "nothing").at(422, person)
	v.post("/desk/settings/people/admin", "do", "disable").at(403, "/desk/settings/people/admin").says(".banner", "不能停用自己的账号")
	for _, missing := range []string{"no.body", "%00", "..%2f..", "%3Cscript%3E", strings.Repeat("a", 3000)} {
		if page := v.get("/desk/settings/people/" + missing); page.status != 404 {
			t.Errorf("%.20q: %d", missing, page.status)
		}
	}
}

// Whoever may not manage people gets the same answer as for a missing page, and changes nothing.
func TestPeopleOutOfReach(t *testing.T) {
	t.Parallel()
	p := newPortal(t, false, false)
	v := p.visitor(t)
	v.signIn("clerk")
	for _, path := range []string{"", "/new", "/admin", "/no.body"} {
		v.get("/desk/settings/people"+path).at(404, "/desk/settings/people"+path)
	}
	v.post("/desk/settings/people/admin", "do", "disable").at(404, "/desk/settings/people/admin")
	admin := p.visitor(t)
	admin.signIn("admin").at(200, "/desk/todos")
}

// Times and days are written as people say them.
func TestWords(t *testing.T) {
	now := pgtest.Now
	for d, want := range map[time.Duration]string{0: "今天 10:00", -25 * time.Hour: "昨天 09:00", -72 * time.Hour: "11月15日 10:00", -400 * 24 * time.Hour: "2025年10月14日 10:00"} {
		if got := momentWords(now, now.Add(d)); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}

func today(p *portal) workday.Day { return workday.DayOf(p.db.Now()) }
