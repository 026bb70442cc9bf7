package refusal

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/andybalholm/cascadia"
	"github.com/go-chi/chi/v5"
	"golang.org/x/net/html"

	"portal/internal/account"
	"portal/internal/authz"
	"portal/internal/demo"
	"portal/internal/demo/demotest"
	"portal/internal/legal"
	"portal/internal/pg"
	"portal/internal/pg/pgtest"
	"portal/internal/refusal"
	"portal/internal/workday"
	"portal/web/frame"
	"portal/web/route"
	"portal/web/session"
)

// portal is the pages over real services and the demo street; the actor comes from a header, so that
// each request stands for a post.
type portal struct {
	*testing.T
	db *pg.DB
	s  *refusal.Service
	h  http.Handler
	rt *route.Router
}

func newPortal(t *testing.T) *portal {
	t.Helper()
	db := demotest.Open(t).DB
	admin := pgtest.Admin(t, db)
	for _, sql := range []string{`DELETE FROM refusal`, `DELETE FROM offlist_task`, `DELETE FROM case_number WHERE kind IN ('拒', '退', '请', '清单外')`} {
		if _, err := admin.Exec(t.Context(), sql); err != nil { // the demo's own attempts, so that numbers begin at one
			t.Fatal(err)
		}
	}
	sessions := session.New(db, account.New(db), false)
	f := &frame.Frame{DB: db, Sessions: sessions, Demo: true, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	p := &portal{T: t, db: db, s: refusal.New(db)}
	laws := legal.New(db)
	laws.OnConfirmed = p.s.Released
	mux := chi.NewRouter()
	mux.Use(sessions.Middleware(f.Fail), func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, r.WithContext(route.WithActor(r.Context(), p.actor(r.Context(), r.Header.Get("X-Login")))))
		})
	})
	p.rt = route.New(mux, f.Fail, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/sign-in", http.StatusSeeOther) })
	Mount(p.rt, f, Deps{Refusals: p.s, Laws: laws})
	p.h = mux
	return p
}

func (p *portal) actor(ctx context.Context, login string) authz.Actor {
	if login == "" {
		return authz.Anonymous
	}
	a := authz.Actor{Login: login}
	post := authz.Post{}
	const who = `SELECT a.id, a.name, p.role, p.unit_id, u.name, p.division, p.title FROM account a JOIN account_post p ON p.account_id = a.id
		JOIN unit u ON u.id = p.unit_id WHERE a.login = $1`
	if err := p.db.Q().QueryRow(ctx, who, login).Scan(&a.AccountID, &a.Name, &post.Role, &post.UnitID, &post.UnitName, &post.Division, &post.Title); err != nil {
		p.Errorf("%s: %v", login, err)
	}
	a.Posts = []authz.Post{post}
	return a
}

// sheet is an answer with its parsed HTML.
type sheet struct {
	t    *portal
	code int
	to   string
	body string
	root *html.Node
}

func (p *portal) get(login, path string) sheet {
	return p.do(login, httptest.NewRequest(http.MethodGet, path, nil))
}

func (p *portal) post(login, path string, form url.Values) sheet {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return p.do(login, r)
}

func (p *portal) do(login string, r *http.Request) sheet {
	p.Helper()
	r.Header.Set("X-Login", login)
	w := httptest.NewRecorder()
	p.h.ServeHTTP(w, r)
	root, err := html.Parse(strings.NewReader(w.Body.String()))
	if err != nil {
		p.Fatal(err)
	}
	return sheet{t: p, code: w.Code, to: w.Header().Get("Location"), body: w.Body.String(), root: root}
}

func (g sheet) all(selector string) []*html.Node {
	return cascadia.QueryAll(g.root, cascadia.MustCompile(selector))
}

func (g sheet) text(selector string) string {
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
	for _, n := range g.all(selector) {
		walk(n)
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// fields gives what a browser would send from a form as it stands.
func (g sheet) fields(selector string) url.Values {
	g.t.Helper()
	out := url.Values{}
	forms := g.all(selector)
	if len(forms) == 0 {
		g.t.Fatalf("no form %s in:\n%s", selector, g.body)
	}
	for _, n := range cascadia.QueryAll(forms[0], cascadia.MustCompile("input, select, textarea")) {
		name, kind := attr(n, "name"), attr(n, "type")
		switch {
		case name == "" || (kind == "radio" || kind == "checkbox") && !cascadia.MustCompile("[checked]").Match(n):
		case n.Data == "textarea":
			out.Set(name, "")
			if n.FirstChild != nil {
				out.Set(name, n.FirstChild.Data)
			}
		case n.Data == "select":
			for _, o := range cascadia.QueryAll(n, cascadia.MustCompile("option[selected]")) {
				out.Set(name, attr(o, "value"))
			}
		default:
			out.Set(name, attr(n, "value"))
		}
	}
	return out
}

func (g sheet) want(code int) sheet {
	g.t.Helper()
	if g.code != code {
		g.t.Fatalf("status %d, want %d:\n%s", g.code, code, g.text("main"))
	}
	return g
}

const decideForm = `form[action$="/responses/new"]`

// logged logs a task through the form and follows to its answer.
func (p *portal) logged(login string, change func(url.Values)) sheet {
	p.Helper()
	f := p.get(login, "/desk/tasks/new").want(http.StatusOK).fields(`form[action="/desk/tasks/new"]`)
	f.Set("requester", "区城市管理局")
	f.Set("channel", "chat_group")
	f.Set("words", "周五前把辖区商户油烟设施入户登记表报上来")
	if change != nil {
		change(f)
	}
	done := p.post(login, "/desk/tasks/new", f).want(http.StatusSeeOther)
	return p.get(login, done.to).want(http.StatusOK)
}

// J3: log (three clicks), then the button named by the outcome, reason pre-filled, the same verb; the
// receipt has a number, says what is next and by when, and the letter prints on A4.
func TestRefuseInOneClick(t *testing.T) {
	t.Parallel()
	p := newPortal(t)
	for _, c := range []struct{ login, outcome, verb, number, says, not string }{
		{"worker.huaiyin", "可以拒绝（政策）", "拒绝执行", "梧拒〔2026〕1号", "拒绝执行", "依法拒绝"},
		{"worker.linhe", "退回街道", "退回街道", "梧退〔2026〕1号", "退回梧桐里街道", "拒绝"},
	} {
		todo, err := refusal.Waiting(t.Context(), p.db.Q(), p.actor(t.Context(), c.login))
		if err != nil || len(todo) != 0 {
			t.Fatalf("%+v %v", todo, err)
		}
		answer := p.logged(c.login, nil)
		if got := answer.text("#answer h2"); got != "答案："+c.outcome {
			t.Errorf("the answer reads %q", got)
		}
		todo, err = refusal.Waiting(t.Context(), p.db.Q(), p.actor(t.Context(), c.login))
		if err != nil || len(todo) != 1 || todo[0].Button != c.verb {
			t.Fatalf("%+v %v", todo, err)
		}
		task := p.get(c.login, todo[0].Href).want(http.StatusOK)
		if got := task.text(decideForm + ` button[data-primary]`); got != c.verb {
			t.Errorf("the button reads %q", got)
		}
		f := task.fields(decideForm)
		if f.Get("reason") == "" || f.Get("reason_code") == "" || f.Get("form_key") == "" {
			t.Errorf("not pre-filled: %v", f)
		}
		f.Set("kind", attr(task.all(decideForm + ` button[data-primary]`)[0], "value"))
		action := attr(task.all(decideForm)[0], "action")
		done := p.post(c.login, action, f).want(http.StatusSeeOther)
		again := p.post(c.login, action, f).want(http.StatusSeeOther)
		if again.to != done.to {
			t.Errorf("a double click leads to %s and %s", done.to, again.to)
		}
		receipt := p.get(c.login, done.to).want(http.StatusOK)
		if receipt.text("h1") != c.verb || receipt.text(".confirm .docno") != c.number || !strings.Contains(receipt.text(".confirm .lead"), "2026年11月25日") ||
			!strings.Contains(receipt.text(".confirm .lead"), "不计入考核") {
			t.Errorf("receipt: %s", receipt.text(".confirm"))
		}
		paper := p.get(c.login, done.to+"/print").want(http.StatusOK)
		letter := paper.text(".paper")
		if !strings.Contains(letter, c.says) || strings.Contains(letter, c.not) || paper.text(".paper .redhead") == "" || len(paper.all(".paper .seal")) != 1 {
			t.Errorf("the letter: %s", letter)
		}
	}
	if text := p.get("dept.chengguan", "/desk/refusals").want(http.StatusOK).text("main"); !strings.Contains(text, "梧拒〔2026〕1号") || !strings.Contains(text, "梧退〔2026〕1号") {
		t.Errorf("the department's list: %s", text)
	}
	second := p.get("worker.huaiyin", "/desk/tasks/2026-1").want(http.StatusOK)
	if len(second.all(decideForm)) != 0 || !strings.Contains(second.text(".decision"), "梧拒〔2026〕1号") {
		t.Errorf("an answered task still offers: %s", second.text(".decision"))
	}
}

// Every ground stands on the page by step, its article opened at the version of the day, with place,
// period and 本项目判断; no page says 依法拒绝.
func TestGroundsOnThePage(t *testing.T) {
	t.Parallel()
	p := newPortal(t)
	g := p.logged("worker.huaiyin", func(f url.Values) {
		f.Set("asked_on", "2025-12-30")
		f.Set("basis", "《未成年人保护法》第四十三条")
		f.Set("fit", "unrelated")
	})
	text := g.text("main")
	for _, want := range []string{"退回街道", "第二十条", "2018年12月29日文本", "施行至2025年12月31日", "2025年10月28日文本", "和要求的事没有关系", "没有登记规定居委会可以拒绝的地方性法规", "全国"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %s:\n%s", want, text)
		}
	}
	if strings.Contains(g.body, "依法拒绝") {
		t.Error("依法拒绝")
	}
	links := map[string]bool{}
	for _, a := range g.all(".article h3 a") {
		links[attr(a, "href")] = true
	}
	if !links["/laws/urban-residents-committee-organization-law/20?on=2025-12-30"] {
		t.Errorf("articles open at %v", links)
	}
	must := p.logged("worker.huaiyin", func(f url.Values) { f.Set("basis", "未成年人保护法第43条") })
	if got := must.text("#answer h2"); got != "答案：依法应办" {
		t.Errorf("the answer reads %q", got)
	}
	if !strings.Contains(must.text("main"), "本项目判断") {
		t.Error("our reading is not marked")
	}
	for _, b := range must.all(decideForm + " button") {
		if v := attr(b, "value"); v != "claim" {
			t.Errorf("R53: a duty offers %s", v)
		}
	}
}

// 「这件事能拒绝吗？」 answers without a trace, and hands what was typed over to the form.
func TestQuickCheck(t *testing.T) {
	t.Parallel()
	p := newPortal(t)
	empty := p.get("worker.linhe", "/desk/refusal-check").want(http.StatusOK)
	if len(empty.all("#answer")) != 0 || len(empty.all(".errors")) != 0 {
		t.Error("an answer before a question")
	}
	q := url.Values{"requester": {"区城市管理局"}, "channel": {"phone"}, "words": {"报商户油烟设施登记表"}, "asked_on": {"11月17日"}}
	seen := p.get("worker.linhe", "/desk/refusal-check?"+q.Encode()).want(http.StatusOK)
	if seen.text("#answer h2") != "答案：退回街道" {
		t.Errorf("%s", seen.text("#answer"))
	}
	next := ""
	for _, a := range seen.all(`.actions a.btn-primary`) {
		next = attr(a, "href")
	}
	f := p.get("worker.linhe", next).want(http.StatusOK).fields(`form[action="/desk/tasks/new"]`)
	if f.Get("words") != "报商户油烟设施登记表" || f.Get("channel") != "phone" {
		t.Errorf("handed over: %v", f)
	}
	q.Del("channel")
	bad := p.get("worker.linhe", "/desk/refusal-check?"+q.Encode()).want(http.StatusUnprocessableEntity)
	if !strings.Contains(bad.text(".errors"), "选是怎么要求的") {
		t.Errorf("%s", bad.text(".errors"))
	}
	var n int
	if err := p.db.Q().QueryRow(t.Context(), `SELECT count(*) FROM offlist_task`).Scan(&n); err != nil || n != 0 {
		t.Errorf("%d tasks kept, %v", n, err)
	}
}

// A form with errors comes back with 422, the summary on top, each message beside its field, and
// everything that was typed; a wrong reason keeps the letter honest (R52).
func TestFormsComeBack(t *testing.T) {
	t.Parallel()
	p := newPortal(t)
	f := p.get("worker.linhe", "/desk/tasks/new").fields(`form[action="/desk/tasks/new"]`)
	f.Set("requester", `某"><script>alert(1)</script>办`)
	f.Set("words", "<b>报表</b>")
	f.Set("asked_on", "昨天晚上")
	f.Set("basis", "上级要求")
	bad := p.post("worker.linhe", "/desk/tasks/new", f).want(http.StatusUnprocessableEntity)
	if len(bad.all(".errors li")) < 1 || len(bad.all("script:not([src])")) != 0 || !strings.HasPrefix(bad.text("title"), "有 ") {
		t.Errorf("summary %q, title %q", bad.text(".errors"), bad.text("title"))
	}
	back := bad.fields(`form[action="/desk/tasks/new"]`)
	for _, name := range []string{"requester", "words", "asked_on", "basis"} {
		if back.Get(name) != f.Get(name) {
			t.Errorf("%s came back as %q", name, back.Get(name))
		}
	}
	for _, a := range bad.all(".errors a") {
		if id := attr(a, "href"); len(bad.all(id)) != 1 {
			t.Errorf("the message leads to %s, which is not there once", id)
		}
	}
	task := p.logged("worker.linhe", nil)
	d := task.fields(decideForm)
	action := attr(task.all(decideForm)[0], "action")
	d.Set("kind", "return")
	d.Set("reason", "我们拒绝")
	no := p.post("worker.linhe", action, d).want(http.StatusUnprocessableEntity)
	if !strings.Contains(no.text(".errors"), "R52") || no.fields(decideForm).Get("reason") != "我们拒绝" {
		t.Errorf("%s", no.text(".errors"))
	}
	d.Set("reason", "没有准入")
	d.Set("kind", "refuse")
	p.post("worker.linhe", action, d).want(http.StatusUnprocessableEntity)
}

// The department answers on the letter's page; somebody else's letter and a missing one read the same.
func TestDepartmentAnswers(t *testing.T) {
	t.Parallel()
	p := newPortal(t)
	task := p.logged("worker.huaiyin", nil)
	d := task.fields(decideForm)
	d.Set("kind", "refuse")
	at := p.post("worker.huaiyin", attr(task.all(decideForm)[0], "action"), d).want(http.StatusSeeOther).to
	letter := p.get("dept.chengguan", at).want(http.StatusOK)
	form := letter.fields(`form[action$="/replies/new"]`)
	p.post("dept.chengguan", at+"/replies/new", form).want(http.StatusUnprocessableEntity)
	form.Set("reply", "apply")
	p.post("dept.chengguan", at+"/replies/new", form).want(http.StatusSeeOther)
	after := p.get("dept.chengguan", at).want(http.StatusOK)
	if len(after.all(`form[action$="/replies/new"]`)) != 0 || !strings.Contains(after.text("main"), "申请准入") {
		t.Errorf("%s", after.text("main"))
	}
	missing := p.get("dept.minzheng", "/desk/refusals/refuse-2026-99").want(http.StatusNotFound)
	foreign := p.get("dept.minzheng", at).want(http.StatusNotFound)
	if missing.text("main") != foreign.text("main") {
		t.Errorf("missing reads %q, another's %q", missing.text("main"), foreign.text("main"))
	}
	for _, path := range []string{"/desk/refusals/refuse-2026-01", "/desk/refusals/steal-2026-1", "/desk/refusals/x", "/desk/tasks/2026-1/responses/new", "/desk/tasks/0-0", "/desk/refusals?after=%00"} {
		if g := p.get("dept.minzheng", path); g.code != http.StatusNotFound && g.code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", path, g.code)
		}
	}
	other := p.get("worker.linhe", "/desk/tasks/2026-1").want(http.StatusNotFound)
	none := p.get("worker.linhe", "/desk/tasks/2026-77").want(http.StatusNotFound)
	if other.text("main") != none.text("main") {
		t.Error("another community's task does not read like a missing one")
	}
	if p.post("worker.linhe", "/desk/tasks/2026-1/responses/new", d).code != http.StatusNotFound || p.get("worker.linhe", at+"/print").code != http.StatusNotFound {
		t.Error("another community acted")
	}
}

// The legality reviewer confirms a clause with a note, and the letter that waited goes out; others
// read the page without its forms.
func TestClausesPage(t *testing.T) {
	t.Parallel()
	p := newPortal(t)
	err := p.db.Write(t.Context(), authz.System, func(tx *pg.Tx) error {
		id, err := legal.AddClause(t.Context(), tx, legal.Clause{Ground: legal.LocalRegulation, Title: "某条例", ArticleLabel: "第三条", Words: "清单以外的，可以拒绝。<b>",
			GivesRefusal: true, Condition: legal.NotListed, Divisions: []string{demo.Linhe}, From: workday.NewDay(2020, 1, 1), Status: legal.ClauseUnverified})
		if err != nil {
			return err
		}
		return tx.Record(t.Context(), pg.Change{Action: authz.ClauseConfirm, Kind: "local_clause", ID: id})
	})
	if err != nil {
		t.Fatal(err)
	}
	task := p.logged("worker.linhe", nil)
	if !strings.Contains(task.text("#answer"), "还没有核实") {
		t.Errorf("%s", task.text("#answer"))
	}
	d := task.fields(decideForm)
	d.Set("kind", "refuse")
	at := p.post("worker.linhe", attr(task.all(decideForm)[0], "action"), d).want(http.StatusSeeOther).to
	if g := p.get("worker.linhe", at+"/print"); g.code != http.StatusSeeOther {
		t.Errorf("a held letter prints: %d", g.code)
	}
	if g := p.get("leader", "/desk/settings/clauses").want(http.StatusOK); len(g.all("main form")) != 0 {
		t.Error("a leader may confirm")
	}
	page := p.get("legality", "/desk/settings/clauses").want(http.StatusOK)
	for _, f := range page.all(`main form`) {
		action := attr(f, "action")
		form := page.fields(`main form[action="` + action + `"]`)
		form.Set("do", "confirm")
		bad := p.post("legality", action, form).want(http.StatusUnprocessableEntity)
		for _, a := range bad.all(".errors a") {
			if id := attr(a, "href"); len(bad.all(id)) != 1 {
				t.Errorf("the message leads to %s", id)
			}
		}
		for name := range form {
			if strings.HasPrefix(name, "note-") {
				form.Set(name, "核对原文，现行有效")
			}
		}
		if g := p.post("leader", action, form); g.code != http.StatusNotFound {
			t.Errorf("a leader confirmed a clause: %d", g.code)
		}
		p.post("legality", action, form).want(http.StatusSeeOther)
	}
	if g := p.get("dept.chengguan", at).want(http.StatusOK); !strings.Contains(g.text("main"), "条款已核实") {
		t.Errorf("%s", g.text("main"))
	}
	p.get("worker.linhe", at+"/print").want(http.StatusOK)
}

// Every page of this feature has one h1, a title of its own, a key in every form, and no hostile word
// comes out as markup; nobody without a post opens any of it.
func TestPagesAreSound(t *testing.T) {
	t.Parallel()
	p := newPortal(t)
	hostile := `<img src=x onerror=alert(1)>"'`
	task := p.logged("worker.huaiyin", func(f url.Values) {
		f.Set("words", hostile)
		f.Set("title", hostile)
		f.Set("basis", hostile)
		f.Set("asked_by", "<i>")
	})
	d := task.fields(decideForm)
	d.Set("kind", "refuse")
	d.Set("reason", hostile)
	at := p.post("worker.huaiyin", attr(task.all(decideForm)[0], "action"), d).want(http.StatusSeeOther).to
	titles := map[string]string{}
	for _, path := range []string{"/desk/tasks", "/desk/tasks?state=logged&outcome=must_do", "/desk/tasks/new", "/desk/tasks/2026-1", "/desk/refusal-check", "/desk/refusals", at, at + "/print", "/desk/settings/clauses"} {
		login := "worker.huaiyin"
		if path == "/desk/settings/clauses" {
			login = "legality"
		}
		g := p.get(login, path).want(http.StatusOK)
		if n := len(g.all("h1")); n != 1 {
			t.Errorf("%s has %d h1", path, n)
		}
		if len(g.all(`main img, main i:not([class]), [onerror], [style]`)) != 0 {
			t.Errorf("%s: hostile words became markup", path)
		}
		for _, f := range g.all(`main form[method="post"]`) {
			if len(cascadia.QueryAll(f, cascadia.MustCompile(`input[name="form_key"]`))) != 1 {
				t.Errorf("%s: a form without a key: %s", path, attr(f, "action"))
			}
		}
		ids := map[string]int{}
		for _, n := range g.all("[id]") {
			if ids[attr(n, "id")]++; ids[attr(n, "id")] == 2 {
				t.Errorf("%s: id %s twice", path, attr(n, "id"))
			}
		}
		title := g.text("title")
		if other, twice := titles[title]; twice && strings.Split(other, "?")[0] != strings.Split(path, "?")[0] {
			t.Errorf("%s and %s are both %q", path, other, title)
		}
		titles[title] = path
	}
	for _, rt := range p.rt.Routes() {
		path := strings.NewReplacer("{no}", "2026-1", "{id}", "1").Replace(rt.Pattern)
		for _, login := range []string{"", "admin", "grid.huaiyin1"} {
			g := p.do(login, httptest.NewRequest(rt.Method, path, nil))
			allowed := login == "admin" && rt.Pattern == pathClauses
			if (g.code == http.StatusOK) != allowed {
				t.Errorf("%s %s as %q: %d", rt.Method, path, login, g.code)
			}
		}
	}
}
