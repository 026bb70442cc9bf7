package admission

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"portal/internal/admission"
	"portal/internal/blob"
	"portal/internal/workday"
	"portal/web/form"
	"portal/web/webtest"
)

const (
	huaiyin = "320104900001"
	linhe   = "320104900003"
)

// office is the pages over the demo street with the service behind them.
type office struct {
	*webtest.Bench
	s *admission.Service
}

func newOffice(t *testing.T) *office {
	t.Helper()
	b := webtest.Street(t)
	o := &office{Bench: b, s: admission.New(b.DB)}
	files, err := blob.NewDir(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	Mount(b.Router, b.Frame, o.s, files)
	return o
}

func ptr[T any](v T) *T { return &v }

// filed hands in a whole application of 区城市管理局 through the ordinary use cases; edit changes it first.
func (o *office) filed(t *testing.T, edit func(*admission.Form)) admission.Application {
	t.Helper()
	by := o.As(t, "dept.chengguan").Actor
	id, err := o.s.Begin(t.Context(), by, form.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	a, err := o.s.ViewDraft(t.Context(), by, id)
	if err != nil {
		t.Fatal(err)
	}
	unit := by.Posts[0].UnitID
	f := admission.Form{Title: "冬季火灾隐患上门提醒", ItemForm: "work_task", ListKind: "entrusted", Role: admission.RoleAssist,
		AssistModes: []admission.AssistMode{"publicise"}, LeadUnitID: &unit, Reason: strings.Repeat("社区熟悉住户情况，由社区协助联系住户，我局派员上门。", 3),
		Content: "协助联系住户，由我局派员上门提醒，一户一次", Authority: "无授权，只协助联系", Communities: []string{huaiyin, linhe}, ScopeReason: "这两个社区老旧楼栋多",
		Term: admission.Temporary, StartOn: workday.NewDay(2026, 12, 31), EndOn: workday.NewDay(2027, 3, 31), Occurrences: ptr(1.0), OccurrenceUnit: "month",
		HoursPerOccurrence: ptr(2.0), PeopleNeeded: ptr(2), FundsFen: ptr(int64(500_000)), FundsPayerID: &unit, FundsRule: "once", FundsSource: "部门预算", FundsPayOn: workday.NewDay(2026, 12, 20),
		ContactName: "联络员", ContactPhone: "0000-11112222"}
	if edit != nil {
		edit(&f)
	}
	bases := []admission.Basis{{DocKey: "fire-services-law", VersionDate: workday.NewDay(2021, 4, 29), ArticleNo: "6", Quote: "加强消防宣传教育"}}
	for step := admission.StepItem; step < admission.StepCheck; step++ {
		if a, err = o.s.Save(t.Context(), by, admission.Save{ID: id, Version: a.Version, Step: step, Form: f, Bases: bases}); err != nil {
			t.Fatal(err)
		}
		bases = nil
	}
	if a, err = o.s.Submit(t.Context(), by, admission.Submission{ID: id, Version: a.Version, Key: form.NewKey(), TwinKnown: true}); err != nil {
		t.Fatal(err)
	}
	return a
}

func unfunded(f *admission.Form) {
	f.FundsFen, f.FundsReason = ptr(int64(0)), "经费还没有落实"
}

// fields gives what a browser would send from a form as it stands, with some fields filled in otherwise.
func fields(page webtest.Answer, selector string, more ...string) []string {
	out, given := []string{}, map[string]bool{}
	for i := 0; i < len(more); i += 2 {
		given[more[i]] = true
	}
	for _, n := range page.All(selector + " input") {
		at := map[string]string{}
		for _, a := range n.Attr {
			at[a.Key] = a.Val
		}
		_, on := at["checked"]
		if at["name"] == "" || given[at["name"]] || (at["type"] == "radio" || at["type"] == "checkbox") && !on {
			continue
		}
		out = append(out, at["name"], at["value"])
	}
	for _, n := range page.All(selector + " textarea") {
		for _, a := range n.Attr {
			if a.Key == "name" && !given[a.Val] {
				out = append(out, a.Val, webtest.TextOf(n))
			}
		}
	}
	return append(out, more...)
}

const decisionForm = "form[action$='/decisions/new']"

// J2: from the list to the file, one choice, one verb, and on to the next one.
func TestDecideInTwoActions(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	first := o.filed(t, nil)
	second := o.filed(t, func(f *admission.Form) { f.Title = "沿街广告牌安全提醒" })
	reviewer := o.As(t, "reviewer")
	list := reviewer.Get("/desk/applications?tab=review&q=" + url.QueryEscape("安全提醒")).Is(http.StatusOK)
	if href := list.Attr("tbody tr:first-child a[data-row]", "href"); href != second.Path() {
		t.Errorf("the row leads to %s, want %s", href, second.Path())
	}
	list = reviewer.Get("/desk/applications").Is(http.StatusOK).WellMade().Says("table", "冬季火灾隐患上门提醒", "沿街广告牌安全提醒", "区城市管理局", "审核").
		Says(".tabs [aria-current]", "待我审核 ")
	if len(list.All("tbody tr a[href='"+first.Path()+"'][data-row]")) != 1 {
		t.Error("no row leads to the application")
	}
	page := reviewer.Get(first.Path()).Is(http.StatusOK).WellMade()
	page.Says("h1", "冬季火灾隐患上门提醒").Says(".docno", "梧申〔2026〕").Says(".checks", "负面清单", "重复采集", "经费", "工作量", "提前申请").
		Says(".loads", "槐荫", "临河").Says(".article", "消防宣传教育").Says("main", "审核期限 15 个工作日", "剩 ", "申请内容", "0000-11112222")
	if len(page.All(decisionForm)) != 1 || len(page.All(decisionForm+" [name=do]")) != 6 {
		t.Fatalf("decision: %s", page.Text(".decision"))
	}
	next := page.Attr("[data-next]", "href")
	if next != second.Path() {
		t.Errorf("next is %s", next)
	}
	to := reviewer.Post(first.Path()+"/decisions/new", fields(page, decisionForm, "do", "approve")...).Sees()
	after := reviewer.Get(to).Is(http.StatusOK).WellMade()
	after.Says(".banner", "已准予准入，文号 梧准〔2026〕", "已通知区城市管理局", "看下一件").Says(".mark", "准予准入").SaysNot("main", "审核决定")
	if href := after.Attr(".banner a", "href"); href != second.Path() {
		t.Errorf("看下一件 leads to %s", href)
	}
	after.Says(".trail", "准予准入：街道审核 → 准予准入", "受理：已提交 → 已受理")
	if href := after.Attr("section a[href^='/items/']", "href"); href != "/items/"+first.Slug() {
		t.Errorf("public page %s", href)
	}
}

// While a check fails the approvals are locked and say so; the points of the checks are filled in;
// what was typed comes back with its messages beside the fields.
func TestReturnWithPoints(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	a := o.filed(t, unfunded)
	reviewer, dept := o.As(t, "reviewer"), o.As(t, "dept.chengguan")
	page := reviewer.Get(a.Path()).Is(http.StatusOK)
	page.Says("label.locked", "准予准入", "有 1 项不通过，现在不可选").Says(decisionForm+" [data-verb]", "退回补正")
	if len(page.All("#do-approve[disabled]")) != 1 || len(page.All("#do-return[checked]")) != 1 {
		t.Error("the approval is not locked, or the return not chosen")
	}
	point := page.Attr("[name=points][checked]", "value")
	if !strings.Contains(point, "随事项拨付经费") {
		t.Errorf("point %q", point)
	}
	reviewer.Post(a.Path()+"/decisions/new", fields(page, decisionForm, "do", "approve")...).Is(http.StatusUnprocessableEntity).Says("#f-do .error", "有 1 项不通过")
	key := page.Attr(decisionForm+" [name=form_key]", "value")
	bad := reviewer.Post(a.Path()+"/decisions/new", "form_key", key, "version", fmt.Sprint(a.Version), "do", "return", "opinion", "<script>alert(1)</script>", "more", "").
		Is(http.StatusUnprocessableEntity).WellMade()
	bad.Says("title", "有 1 处需要修改").Says(".errors a[href='#f-points']", "至少勾选或写明一条").Says("#f-points .error", "至少勾选").Says("textarea[name=opinion]", "<script>alert(1)</script>")
	if len(bad.All("main script")) != 0 {
		t.Error("typed text became a script")
	}
	nothing := reviewer.Post(a.Path()+"/decisions/new", "form_key", form.NewKey(), "version", fmt.Sprint(a.Version), "opinion", "没选").Is(http.StatusUnprocessableEntity)
	nothing.Says("#f-do .error", "选一个审核决定")
	reviewer.Post(a.Path()+"/decisions/new", fields(page, decisionForm, "more", "错峰\n补一份预算")...).Sees()
	mine := dept.Get(a.Path()).Is(http.StatusOK).WellMade()
	mine.Says(".decision", "需要补正的内容", point, "错峰", "补一份预算", "修改后重新提交", "最晚").Says(".chip", "退回补正").SaysNot("main", "审核决定")
	if href := mine.Attr(".decision a[data-primary]", "href"); href != a.Path()+"/edit/1" {
		t.Errorf("correction leads to %s", href)
	}
	reviewer.Get(a.Path()).Is(http.StatusOK).Says(".decision", "需要补正的内容").SaysNot(".decision a", "修改后重新提交")
	dept.Get("/desk/applications?mine").Is(http.StatusOK).Says("table", "退回补正", "修改")
}

// 改判 keeps the found result beside the new one, needs a reason, and opens the approval.
func TestOverridePage(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	a := o.filed(t, unfunded)
	reviewer := o.As(t, "reviewer")
	path := a.Path() + "/checks/funds"
	page := reviewer.Get(path).Is(http.StatusOK).WellMade().Says("h1", "改判 经费").Says(".checks", "缺 ")
	bad := reviewer.Post(path, fields(page, "form[action$='/checks/funds']", "result", "explain", "reason", "太短了")...).Is(http.StatusUnprocessableEntity)
	bad.Says(".errors", "写清改判的理由").Says("textarea[name=reason]", "太短了")
	reviewer.Post(path, "form_key", form.NewKey(), "version", fmt.Sprint(a.Version), "result", "explain", "reason", "经费由区财政另文安排，文号已经核对").Sees()
	after := reviewer.Get(a.Path()).Is(http.StatusOK).Says(".checks", "原结果“缺 ", "改判为需说明", "另文安排").SaysNot("label.pick", "现在不可选")
	if len(after.All("#do-approve[disabled]")) != 0 {
		t.Error("the approval is still locked")
	}
	for _, kind := range []string{"no-such", "'", "%00", "negative%20"} {
		reviewer.Get(a.Path() + "/checks/" + kind).Is(http.StatusNotFound)
	}
	o.As(t, "worker.huaiyin").Get(path).Is(http.StatusNotFound)
}

// Conditions: the secretary of the community confirms by one button; nobody else is offered it.
func TestConditionsPage(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	a := o.filed(t, nil)
	reviewer, secretary := o.As(t, "reviewer"), o.As(t, "secretary.huaiyin")
	page := reviewer.Get(a.Path())
	if first := page.Attr("[name=condition1]", "value"); !strings.Contains(first, "经费 5,000 元") {
		t.Errorf("suggested condition %q", first)
	}
	reviewer.Post(a.Path()+"/decisions/new", fields(page, decisionForm, "do", "conditions", "where1", huaiyin)...).Sees()
	reviewer.Get(a.Path()).Says(".chip", "待社区确认").SaysNot("form", "确认条件到位")
	mine := secretary.Get(a.Path()).Is(http.StatusOK).WellMade().Says("form[action*='/conditions/']", "确认条件到位")
	action := mine.Attr("form[action*='/conditions/']", "action")
	o.As(t, "secretary.linhe").Get(a.Path()).Is(http.StatusOK).SaysNot("form", "确认条件到位")
	o.As(t, "secretary.linhe").Post(action, "form_key", form.NewKey()).Is(http.StatusNotFound)
	o.As(t, "dept.chengguan").Post(action, "form_key", form.NewKey()).Is(http.StatusNotFound)
	secretary.Post(a.Path()+"/conditions/999999", "form_key", form.NewKey()).Is(http.StatusNotFound)
	secretary.Post(a.Path()+"/conditions/x", "form_key", form.NewKey()).Is(http.StatusNotFound)
	secretary.Post(action, fields(mine, "form[action*='/conditions/']")...).Sees()
	secretary.Get(a.Path()).Says("main", "已确认").SaysNot("form", "确认条件到位")
}

// What is out of reach reads like what does not exist: the same status and the same body.
func TestOutOfReachIsMissing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	a := o.filed(t, nil)
	other, reviewer := o.As(t, "dept.minzheng"), o.As(t, "reviewer")
	strip := func(x webtest.Answer) string { return fmt.Sprint(x.Status) + x.Text("main") }
	for _, part := range []string{"", "/print", "/history", "/decisions/new", "/checks/funds"} {
		theirs, missing := other.Get(a.Path()+part), other.Get("/desk/applications/2026-9999"+part)
		if strip(theirs) != strip(missing) || theirs.Status != http.StatusNotFound {
			t.Errorf("%s: %q and %q", part, strip(theirs), strip(missing))
		}
	}
	for _, part := range []string{"/decisions/new", "/checks/funds", "/conditions/1"} {
		if got := other.Post(a.Path()+part, "form_key", form.NewKey(), "do", "approve"); got.Status != http.StatusNotFound {
			t.Errorf("POST %s: %d", part, got.Status)
		}
	}
	for _, no := range []string{"2026", "x", "2026-0", "2026-01", "-1", "2026-99999999999", "'", "..%2f", "%00", "梧申〔2026〕1号", "draft-x", "draft-"} {
		reviewer.Get("/desk/applications/" + url.PathEscape(no)).Is(http.StatusNotFound)
	}
	o.Anybody(t).Get(a.Path()).Is(http.StatusSeeOther)
}

// Two reviewers: the second reads who was first, with status 409; stale and hostile forms change nothing.
func TestSecondReviewer(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	a := o.filed(t, nil)
	first, second := o.As(t, "reviewer"), o.As(t, "reviewer2")
	mine, theirs := first.Get(a.Path()), second.Get(a.Path())
	send := fields(mine, decisionForm, "do", "approve")
	first.Post(a.Path()+"/decisions/new", send...).Sees()
	first.Post(a.Path()+"/decisions/new", send...).Sees() // the same form again counts once
	second.Post(a.Path()+"/decisions/new", fields(theirs, decisionForm, "do", "approve")...).Is(http.StatusConflict).Says("main", "已被他人处理：", first.Actor.Name)
	b := o.filed(t, func(f *admission.Form) { f.Title = "另外一件提醒" })
	for _, form2 := range [][]string{{"version", "x"}, {"version", "-1"}, {"version", "99999999999999999999"}, {}, {"version", fmt.Sprint(b.Version), "do", "approve' OR 1=1"},
		{"version", fmt.Sprint(b.Version), "do", "return", "points", strings.Repeat("长", 500), "opinion", "请改"}, {"version", fmt.Sprint(b.Version), "do", "reject", "opinion", "\x00\u202e理由"}} {
		got := second.Post(b.Path()+"/decisions/new", append([]string{"form_key", form.NewKey()}, append(form2, "do", "reject", "opinion", "不归社区")...)...)
		if got.Status < 400 || got.Status >= 500 {
			t.Errorf("%q: status %d", form2, got.Status)
		}
	}
	after, err := o.s.View(t.Context(), second.Actor, *b.Year, *b.Seq)
	if err != nil || after.Version != b.Version {
		t.Errorf("hostile forms changed the application: %+v, %v", after.State, err)
	}
}

// Filters stand in the address, show as tags that can be removed, and survive nonsense.
func TestListFilters(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.filed(t, nil)
	o.filed(t, func(f *admission.Form) { f.Title = "共享单车停放劝导"; unfunded(f) })
	reviewer := o.As(t, "reviewer")
	reviewer.Get("/desk/applications?tab=review&check=fail").Is(http.StatusOK).WellMade().Says("table", "共享单车").SaysNot("table", "冬季火灾").
		Says(".applied", "检查：有不通过项", "筛出 ", " 件，共 ").Says("tbody", "缺 ")
	reviewer.Get("/desk/applications?tab=all&q="+url.QueryEscape("单车")).Says("table", "共享单车停放劝导").Says(".tag", "关键词：单车")
	reviewer.Get("/desk/applications?q="+url.QueryEscape("<b>没有</b>")).Is(http.StatusOK).Says(".empty", "没有符合条件的申请", "去掉“关键词：<b>没有</b>”")
	for _, q := range []string{"?tab=x&unit=y&kind='&check=1", "?unit=99999999999999999999", "?q=%00%ff", "?q=" + strings.Repeat("%E9%95%BF", 500), "?kind=%2e%2e"} {
		reviewer.Get("/desk/applications" + q).Is(http.StatusOK).WellMade()
	}
	for _, q := range []string{"?after=x", "?after=" + strings.Repeat("A", 9000)} {
		if got := reviewer.Get("/desk/applications" + q); got.Status != http.StatusUnprocessableEntity {
			t.Errorf("%.20s: %d", q, got.Status)
		}
	}
	csv := reviewer.Get("/desk/applications.csv?tab=review&check=fail").Is(http.StatusOK)
	if !strings.Contains(csv.Body, "共享单车停放劝导") || strings.Contains(csv.Body, "冬季火灾") || !strings.Contains(csv.Body, "不通过") {
		t.Errorf("export: %s", csv.Body)
	}
	if got := reviewer.Get("/desk/applications.xlsx").Is(http.StatusOK).Header.Get("Content-Type"); !strings.Contains(got, "spreadsheetml") {
		t.Errorf("XLSX comes as %s", got)
	}
	o.As(t, "dept.minzheng").Get("/desk/applications?tab=all").Is(http.StatusOK).SaysNot("main", "共享单车", "冬季火灾")
}

// The paper and the history are pages for whoever may see the application.
func TestPaperAndHistory(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	a := o.filed(t, func(f *admission.Form) { f.Title = "A<b>&粗体的提醒" })
	reviewer := o.As(t, "reviewer")
	reviewer.Get(a.Path()+"/print").Is(http.StatusOK).WellMade().Says(".paper", "社区工作事项准入审批表", "区城市管理局", "A<b>&粗体的提醒", "《中华人民共和国消防法》", "通过")
	reviewer.Get(a.Path()+"/history").Is(http.StatusOK).WellMade().Says(".trail", "提交申请：草稿 → 已提交", "申请准入", "联络员")
	reviewer.Get(a.Path() + "/history?before=x").Is(http.StatusOK)
	if page := reviewer.Get(a.Path()); len(page.All("main b b")) != 0 || !strings.Contains(page.Body, "A&lt;b&gt;&amp;粗体") {
		t.Error("a title is not escaped")
	}
	for login, sees := range map[string]bool{"leader": true, "finance": true, "legality": true, "auditor": true, "dept.chengguan": true, "worker.huaiyin": true, "admin": false, "dispatcher": false} {
		want := http.StatusNotFound
		if sees {
			want = http.StatusOK
		}
		o.As(t, login).Get(a.Path()).Is(want).SaysNot("main", map[bool]string{true: "…", false: "粗体"}[sees])
	}
}
