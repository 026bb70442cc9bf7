package admission

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"portal/internal/admission"
	"portal/internal/blob"
	"portal/web/webtest"
)

// bureau is the form pages over the demo street, asked as 区城市管理局.
type bureau struct {
	*webtest.Bench
	s    *admission.Service
	dept *webtest.Visitor
}

func newBureau(t *testing.T) *bureau {
	t.Helper()
	b := &bureau{Bench: webtest.Street(t)}
	files, err := blob.NewDir(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	b.s = admission.New(b.DB)
	Mount(b.Router, b.Frame, b.s, files)
	b.dept = b.As(t, "dept.chengguan")
	return b
}

// start begins a draft and gives the address of its first step.
func (b *bureau) start(t *testing.T) string {
	t.Helper()
	page := b.dept.Get("/desk/applications/new").Is(http.StatusOK)
	return b.dept.Post("/desk/applications/new", browserFields(page, "form[action='/desk/applications/new']")...).Sees()
}

// browserFields are the pairs a browser sends from a form as it stands, with changes laid over.
func browserFields(page webtest.Answer, selector string, changes ...string) []string {
	values := url.Values{}
	for _, n := range page.All(selector + " input, " + selector + " select, " + selector + " textarea") {
		name, kind := nodeAttr(n, "name"), nodeAttr(n, "type")
		if name == "" || kind == "file" || (kind == "radio" || kind == "checkbox") && !hasAttr(n, "checked") {
			continue
		}
		switch n.Data {
		case "textarea":
			if n.FirstChild != nil {
				values.Add(name, n.FirstChild.Data)
			} else {
				values.Add(name, "")
			}
		case "select":
			values.Add(name, chosenOption(n))
		default:
			values.Add(name, nodeAttr(n, "value"))
		}
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(changes); i += 2 {
		if !seen[changes[i]] {
			values.Del(changes[i])
			seen[changes[i]] = true
		}
		values.Add(changes[i], changes[i+1])
	}
	var out []string
	for name, all := range values {
		for _, v := range all {
			out = append(out, name, v)
		}
	}
	return out
}

func chosenOption(n *html.Node) string {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.ElementNode && hasAttr(c, "selected") {
			return nodeAttr(c, "value")
		}
	}
	return ""
}

func nodeAttr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func hasAttr(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

const reason = "居民对上门人员不熟悉，由社区工作者联系居民、说明来意，能减少打扰；办理、核查和处理都由本单位人员完成，已有的数据直接使用，不要求社区重复填报。"

// what a department types into each step.
func (b *bureau) typed(step int, page webtest.Answer) []string {
	unit := fmt.Sprint(b.dept.Actor.Posts[0].UnitID)
	switch step {
	case admission.StepItem:
		return []string{"title", "独居老人冬季取暖安全走访", "item_form", "work_task", "list_kind", "entrusted", "lead_unit", unit, "reason", reason}
	case admission.StepWork:
		return []string{"role", "assist", "assist_modes", "contact", "assist_modes", "escort_visit", "content", "一、社区联系居民并陪同一次。二、本单位当场检查。", "authority", "不授权，只协助",
			"occurrence_unit", "month", "occurrences", "2", "hours_per_occurrence", "4", "people_needed", "2"}
	case admission.StepMeans:
		all := []string{"term", "temporary", "start_on", "2027-01-11", "end_on", "2027-03-10", "funds", "5280", "funds_payer", unit, "funds_source", "部门预算",
			"funds_rule", "by_workload", "funds_pay_on", "2027-01-05", "contact_name", "城小勤", "contact_phone", "0000-5550188", "scope_reason", ""}
		for _, n := range page.All("input[name=communities]") {
			all = append(all, "communities", nodeAttr(n, "value"))
		}
		return all
	}
	return nil
}

const stepSelector = "form[data-autosave]"

// fill writes one step and presses 保存并继续.
func (b *bureau) fill(t *testing.T, path string, step int, changes ...string) webtest.Answer {
	t.Helper()
	page := b.dept.Get(path).Is(http.StatusOK)
	all := []string{"do", "next"}
	for typed := b.typed(step, page); len(typed) > 1; typed = typed[2:] {
		if !slices.Contains(changes, typed[0]) {
			all = append(all, typed[:2]...)
		}
	}
	return b.dept.Post(path, browserFields(page, stepSelector, append(all, changes...)...)...)
}

// cite searches the register and takes the first article.
func (b *bureau) cite(t *testing.T, path, words string) {
	t.Helper()
	page := b.dept.Get(path).Is(http.StatusOK)
	found := b.dept.Post(path, browserFields(page, stepSelector, "do", "find", "find", words)...).Sees()
	to, _, _ := strings.Cut(found, "#")
	hits := b.dept.Get(to).Is(http.StatusOK)
	pick := hits.Attr("button[value^='cite:']", "value")
	b.dept.Post(path, browserFields(hits, stepSelector, "do", pick)...).Sees()
}

// write fills the first four steps and gives the address of 核对并提交.
func (b *bureau) write(t *testing.T) string {
	t.Helper()
	path := b.start(t)
	b.cite(t, path, "老年人权益保障法 第七条")
	for step := admission.StepItem; step <= admission.StepData; step++ {
		path = b.fill(t, path, step).Sees()
	}
	return path
}

// J1: the department writes four steps, checks and hands in, and reads number, decision day and whom
// to call; a second press gives the same number.
func TestApply(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	path := b.write(t)
	check := b.dept.Get(path).Is(http.StatusOK).Says("h1", "核对并提交").Says(".summary", "独居老人冬季取暖安全走访", "《老年人权益保障法》第七条", "每月 2 次", "5,280 元").
		Says(".checks", "负面清单", "没有命中", "5,280 元", "至少提前")
	if n := len(check.All(".errors")); n != 0 {
		t.Fatalf("errors on a complete form: %s", check.Text(".errors"))
	}
	form := browserFields(check, "form[action$='/submissions/new']")
	action := check.Attr("form[action$='/submissions/new']", "action")
	to := b.dept.Post(action, form...).Sees()
	again := b.dept.Post(action, form...).Sees()
	if to != again || !strings.HasSuffix(to, "/submitted") {
		t.Fatalf("double press: %s and %s", to, again)
	}
	b.dept.Get(to).Is(http.StatusOK).Says("h1", "已提交").Says(".docno", "梧申〔2026〕").Says(".lead", "最晚 12月9日答复").Says("main", "为什么是 12月9日", "0000-5550100")
	b.dept.Get(path).Sees() // nothing can be edited any more (R40)
}

// Every sentence comes back beside its field, everything typed is kept, and the title begins with the count.
func TestStepComesBack(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	path := b.start(t)
	step3 := strings.TrimSuffix(path, "1") + "3"
	bad := b.fill(t, step3, admission.StepMeans, "funds", "", "start_on", "2026-12-28", "end_on", "2026-01-15", "support", "<b>线上培训 1 次</b>", "contact_phone", "打我电话").Is(http.StatusUnprocessableEntity)
	bad.Says("title", "有 3 处需要修改").Says(".errors", "填写随事项拨付的经费，没有就填 0 并说明原因", "结束日期要晚于开始日期 2026年12月28日", "填写办公电话").
		Says(".field.bad", "填写随事项拨付的经费").Says("textarea[name=support]", "<b>线上培训 1 次</b>").Says(".tasks", "有 3 处需要修改")
	if got := bad.Attr("input[name=end_on]", "value"); got != "2026-01-15" {
		t.Errorf("typed end = %q", got)
	}
	if got := bad.Attr("input[name=funds]", "aria-describedby"); !strings.Contains(got, "f-funds-error") {
		t.Errorf("funds is described by %q", got)
	}
	if strings.Contains(bad.Body, "<b>线上") {
		t.Error("typed markup reached the page")
	}
	kept := b.dept.Get(step3).Is(http.StatusOK)
	if got := kept.Attr("input[name=contact_name]", "value"); got != "城小勤" {
		t.Errorf("what could be stored was not: %q", got)
	}
}

// Two windows: the second one is told, keeps what was typed, and may save it over the first.
func TestTwoWindows(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	path := b.start(t)
	first, second := b.dept.Get(path), b.dept.Get(path)
	b.dept.Post(path, browserFields(first, stepSelector, "title", "第一个窗口的名称", "do", "exit")...).Sees()
	late := b.dept.Post(path, browserFields(second, stepSelector, "title", "第二个窗口的名称", "do", "exit")...).Is(http.StatusConflict).Says(".banner", "另一个窗口保存过")
	if got := late.Attr("input[name=title]", "value"); got != "第二个窗口的名称" {
		t.Errorf("typed title = %q", got)
	}
	b.dept.Post(path, browserFields(late, stepSelector, "do", "exit")...).Sees()
	if got := b.dept.Get(path).Attr("input[name=title]", "value"); got != "第二个窗口的名称" {
		t.Errorf("title after the second save = %q", got)
	}
}

// Autosave keeps the words and tells the new version; a stale one is refused without losing them.
func TestAutosave(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	path := b.start(t)
	page := b.dept.Get(path)
	saved := b.dept.Post(path+"/autosave", browserFields(page, stepSelector, "title", "自动保存的名称")...).Is(http.StatusOK)
	if !strings.Contains(saved.Body, `"version":2`) || !strings.Contains(saved.Body, "已自动保存 10:00") {
		t.Errorf("answer = %s", saved.Body)
	}
	stale := b.dept.Post(path+"/autosave", browserFields(page, stepSelector, "title", "又改了")...).Is(http.StatusConflict)
	if !strings.Contains(stale.Body, "另一个窗口") || strings.Contains(stale.Body, "version") {
		t.Errorf("stale answer = %s", stale.Body)
	}
}

// The fragment says what the checks find in words that are not saved, and keeps nothing.
func TestLiveChecks(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	path := b.start(t)
	base, _, _ := strings.Cut(path, "/edit/")
	page := b.dept.Get(path)
	live := b.dept.Post(base+"/check", browserFields(page, stepSelector, "title", "组织居民参加招 商 引 资推介<script>")...).Is(http.StatusOK).
		Says(".checks", "命中 1 条", "NEG-001", "社区承担的招商引资任务指标原则上一律取消").Says("mark", "招 商 引 资")
	if strings.Contains(live.Body, "<html") || strings.Contains(live.Body, "<script>") {
		t.Error("not a clean fragment")
	}
	if got := b.dept.Get(path).Attr("input[name=title]", "value"); got != "" {
		t.Errorf("a check kept %q", got)
	}
	similar := b.dept.Post(base+"/check", browserFields(page, stepSelector, "title", "协助社区矫正机构做好社区矫正调查评估工作")...).Is(http.StatusOK)
	if len(similar.All("a[href^='/items/']")) == 0 {
		t.Error("nothing similar was offered")
	}
}

// R1: a phrase stops the submission with phrase, description and source, leading to its field.
func TestNegativeStopsSubmission(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	path := b.write(t)
	first := strings.TrimSuffix(path, "5") + "1"
	page := b.dept.Get(first)
	b.dept.Post(first, browserFields(page, stepSelector, "title", "协助做好招商引资企业走访", "do", "next")...).Sees()
	check := b.dept.Get(path)
	bad := b.dept.Post(check.Attr("form[action$='/submissions/new']", "action"), browserFields(check, "form[action$='/submissions/new']")...).Is(http.StatusUnprocessableEntity)
	bad.Says(".errors", "“招商引资”在负面清单里（NEG-001）", "民发〔2015〕136号")
	if got := bad.Attr(".errors a", "href"); got != first+"#f-title" {
		t.Errorf("the message leads to %s", got)
	}
}

// R8: what was repealed is named with its successor, and one press takes it over.
func TestTakeOverSuccessor(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	path := b.start(t)
	page := b.dept.Get(path)
	b.dept.Post(path, browserFields(page, stepSelector, "do", "cite:noise-pollution-law|2021-12-24|70")...).Sees()
	cited := b.dept.Get(path).Says(".cited", "《噪声污染防治法》第七十条", "承接的是《", "第五百九十九条")
	b.dept.Post(path, browserFields(cited, stepSelector, "do", cited.Attr("button[value^='heir:']", "value"))...).Sees()
	b.dept.Get(path).Says(".cited", "《生态环境法典》第五百九十九条", "有效")
}

// A free citation that was typed but not added is not lost by 存草稿退出.
func TestFreeCitation(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	path := b.start(t)
	page := b.dept.Get(path)
	b.dept.Post(path, browserFields(page, stepSelector, "citation", "关于社区助餐的通知（宁民发〔2026〕8号）", "citation_date", "2026-03-01", "do", "exit")...).Sees()
	b.dept.Get(path).Says(".cited", "关于社区助餐的通知（宁民发〔2026〕8号）", "未收录", "2026年3月1日成文")
}

func picture(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 4, 4))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Attachments come in beside what was typed, are served to those who may see the application, and go again.
func TestAttachments(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	path := b.start(t)
	page := b.dept.Get(path)
	b.dept.Upload(path, blob.Field, "依据.png", picture(t), browserFields(page, stepSelector, "title", "边写边传", "do", "upload")...).Sees()
	page = b.dept.Get(path).Says(".files", "依据.png")
	if got := page.Attr("input[name=title]", "value"); got != "边写边传" {
		t.Errorf("title beside the upload = %q", got)
	}
	href := page.Attr(".files a", "href")
	got := b.dept.Get(href).Is(http.StatusOK)
	if got.Header.Get("Content-Type") != "image/png" || got.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("served as %v", got.Header)
	}
	for _, login := range []string{"dept.minzheng", "reviewer", "secretary.huaiyin", "admin"} {
		b.As(t, login).Get(href).Is(http.StatusNotFound)
	}
	bad := b.dept.Upload(path, blob.Field, "依据.html", []byte("<script>alert(1)</script>"), browserFields(page, stepSelector, "do", "upload")...).Is(http.StatusUnprocessableEntity)
	bad.Says("#f-attachment-error", "")
	b.dept.Post(path, browserFields(page, stepSelector, "do", page.Attr("button[value^='unfile:']", "value"))...).Sees()
	b.dept.Get(href).Is(http.StatusNotFound)
}

// Another unit's draft reads like one that does not exist, on every address.
func TestForeignDraft(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	path := b.start(t)
	base, _, _ := strings.Cut(path, "/edit/")
	other := b.As(t, "dept.minzheng")
	for _, p := range []string{"/edit/1", "/edit/5", "/submitted", "/withdrawals/new"} {
		foreign, missing := other.Get(base+p), other.Get("/desk/applications/draft-999999"+p)
		foreign.Is(http.StatusNotFound)
		if foreign.Text("main") != missing.Is(http.StatusNotFound).Text("main") {
			t.Errorf("%s tells a foreign draft from a missing one", p)
		}
	}
	for _, p := range []string{"/edit/1", "/edit/1/autosave", "/check", "/submissions/new", "/withdrawals/new"} {
		other.Post(base+p, "version", "1", "title", "别人的").Is(http.StatusNotFound)
	}
	if got := b.dept.Get(path).Attr("input[name=title]", "value"); got != "" {
		t.Errorf("a stranger wrote %q", got)
	}
	for _, login := range []string{"reviewer", "worker.huaiyin", "auditor"} {
		b.As(t, login).Get(path).Is(http.StatusNotFound)
	}
}

// Hostile input gets a sentence and a 4xx, never a 500, and never reaches the page as markup.
func TestHostileForm(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	path := b.start(t)
	hostile := map[string][]string{
		"1": {"title", "a\x00b", "lead_unit", "9223372036854775808", "item_form", "' OR 1=1", "reason", strings.Repeat("长", 5000), "citation", "x\u202ey", "find", "'; DROP TABLE unit;--", "version", "x"},
		"2": {"role", "primary'", "assist_modes", "<script>", "occurrences", "1e309", "hours_per_occurrence", "NaN", "people_needed", "-1", "content", "\xff\xfe", "flags", "nope"},
		"3": {"communities", "../../etc", "term", "forever", "start_on", "infinity", "end_on", "2026-02-30", "funds", "999999999999999", "funds_payer", "0", "contact_phone", "<img src=x onerror=alert(1)>"},
		"4": {"form_name", strings.Repeat("表", 100), "form_fields", strings.Repeat("字段\n", 500), "form_frequency", "hourly", "personal_keep", "\u200b"},
	}
	for step, fields := range hostile {
		at := strings.TrimSuffix(path, "1") + step
		page := b.dept.Get(at)
		for _, do := range []string{"next", "find", "cite:a|b|c", "cite:" + strings.Repeat("x", 300) + "|2020-01-01|'", "uncite:-1", "heir:99", "upload", "nonsense"} {
			got := b.dept.Post(at, browserFields(page, stepSelector, append([]string{"do", do}, fields...)...)...)
			if got.Status >= 500 || got.Status < 300 {
				t.Errorf("step %s %s: status %d", step, do, got.Status)
			}
			if strings.Contains(got.Body, "<script>alert") || strings.Contains(got.Body, "<img src=x") {
				t.Errorf("step %s %s: markup reached the page", step, do)
			}
		}
		if got := b.dept.Post(at+"/autosave", browserFields(page, stepSelector, fields...)...); got.Status >= 500 {
			t.Errorf("autosave of step %s: %d", step, got.Status)
		}
	}
	for _, p := range []string{"/edit/0", "/edit/6", "/edit/%00", "/edit/1'", "/edit/１"} {
		if got := b.dept.Get(strings.TrimSuffix(path, "/edit/1") + p); got.Status != http.StatusNotFound {
			t.Errorf("%s: %d", p, got.Status)
		}
	}
}

// R41: a draft is deleted after one more question; an application is withdrawn and the street is told.
func TestWithdrawPages(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	path := b.start(t)
	base, _, _ := strings.Cut(path, "/edit/")
	ask := b.dept.Get(base+"/withdrawals/new").Is(http.StatusOK).Says("h1", "删除草稿")
	b.dept.Post(base+"/withdrawals/new", browserFields(ask, "form[action$='/withdrawals/new']")...).Sees()
	if got := b.dept.Get(path); got.Status != http.StatusSeeOther {
		t.Errorf("a deleted draft opens: %d", got.Status)
	}
	check := b.dept.Get(b.write(t))
	done := b.dept.Post(check.Attr("form[action$='/submissions/new']", "action"), browserFields(check, "form[action$='/submissions/new']")...).Sees()
	no := strings.TrimSuffix(done, "/submitted")
	ask = b.dept.Get(no+"/withdrawals/new").Is(http.StatusOK).Says("h1", "撤回申请")
	b.dept.Post(no+"/withdrawals/new", browserFields(ask, "form[action$='/withdrawals/new']")...).Sees()
	var told int
	if err := b.DB.Q().QueryRow(t.Context(), `SELECT count(*) FROM inbox_line WHERE words LIKE '%撤回了“独居老人冬季取暖安全走访”%'`).Scan(&told); err != nil || told == 0 {
		t.Errorf("told %d, %v", told, err)
	}
}
