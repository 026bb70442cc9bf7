package catalog

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"portal/internal/authz"
	"portal/internal/blob"
	"portal/internal/catalog"
	"portal/internal/demo/data"
	"portal/internal/intake"
	"portal/internal/pg"
	"portal/internal/policy"
	"portal/internal/sheet"
	"portal/internal/workday"
	"portal/web/form"
	"portal/web/webtest"
)

const huaiyin = "320104900001"

func desk(t *testing.T, b *webtest.Bench) *webtest.Bench {
	t.Helper()
	files, err := blob.NewDir(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	Mount(b.Router, b.Frame, Deps{Kinds: catalog.Kinds(), Catalog: catalog.New(b.DB), Policy: policy.New(b.DB), Blobs: files})
	return b
}

// Every desk page stands for those who may read it, is well made, and is not there for others.
func TestPages(t *testing.T) {
	t.Parallel()
	b := desk(t, webtest.Street(t))
	reader, admin, public := b.As(t, "worker.huaiyin"), b.As(t, "admin"), b.Anybody(t)
	for _, path := range []string{"/desk/lists", "/desk/lists/all", "/desk/lists/assist_government", "/desk/lists/negative", "/desk/lists/programme",
		"/desk/lists/difference", "/desk/lists/day", "/desk/items/LZ-102", "/desk/items/LZ-102/history", "/desk/settings/calendars"} {
		reader.Get(path).Is(http.StatusOK).WellMade()
		public.Get(path).Is(http.StatusSeeOther)
	}
	for _, path := range []string{"/desk/imports", "/desk/settings/limits", "/desk/settings/limits/apply_ahead_workdays"} {
		admin.Get(path).Is(http.StatusOK).WellMade()
		if path != "/desk/imports" {
			reader.Get(path).Is(http.StatusNotFound)
		}
	}
	reader.Get("/desk/imports").Is(http.StatusNotFound)
	missing := reader.Get("/desk/lists/nothing").Is(http.StatusNotFound).Text("main")
	if got := reader.Get("/desk/lists/'").Is(http.StatusNotFound).Text("main"); got != missing {
		t.Errorf("%q and %q", got, missing)
	}
	reader.Get("/desk/items/ZZ-1").Is(http.StatusNotFound)
	reader.Get("/deadlines/999999").Is(http.StatusNotFound)
	reader.Get("/deadlines/x").Is(http.StatusNotFound)
}

// The number beside a list is the number of rows behind it, on any day (R45).
func TestCountsEqualRows(t *testing.T) {
	t.Parallel()
	v := desk(t, webtest.Street(t)).As(t, "reviewer")
	index := v.Get("/desk/lists?on=2026-03-12&community=" + huaiyin).Is(http.StatusOK)
	rows := index.All("table tbody tr[data-row]")
	if len(rows) < 10 {
		t.Fatalf("%d kinds", len(rows))
	}
	for _, row := range rows {
		href, want := link(row), lastCell(row)
		v.Get(href).Is(http.StatusOK).Says(".applied .count", "，"+want+" ")
	}
	index.Says("main", "发布的版本", "现行", "2026年8月15日起", "改了什么")
}

func link(n *html.Node) string {
	for c := range n.Descendants() {
		for _, a := range c.Attr {
			if a.Key == "href" {
				return a.Val
			}
		}
	}
	return ""
}

func lastCell(n *html.Node) string {
	last := ""
	for c := range n.ChildNodes() {
		if c.Data == "td" {
			last = webtest.TextOf(c)
		}
	}
	return last
}

// Filters narrow, an export holds what the page lists, and XLSX and CSV hold the same.
func TestExportIsThePage(t *testing.T) {
	t.Parallel()
	v := desk(t, webtest.Street(t)).As(t, "reviewer")
	v.Get("/desk/lists/assist_government?q="+url.QueryEscape("宣传")+"&standing=reference").Is(http.StatusOK).Says(".applied", "宣传", "外地参考")
	a := v.Get("/desk/lists/self_governance/export?format=csv&on=2025-06-01").Is(http.StatusOK)
	flat, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(a.Body, "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	v.Get("/desk/lists/self_governance?on=2025-06-01").Says(".applied .count", strconv.Itoa(len(flat)-1)+" 项")
	book := v.Get("/desk/lists/self_governance/export?format=xlsx&on=2025-06-01").Is(http.StatusOK)
	if !strings.Contains(book.Header.Get("Content-Disposition"), "xlsx") {
		t.Errorf("headers %v", book.Header)
	}
	read, err := sheet.Read(t.Context(), strings.NewReader(book.Body), "x.xlsx", sheet.Limits{})
	if err != nil || len(read.Rows) != len(flat)-1 || len(read.Rows) < 10 {
		t.Fatalf("%v: %d rows, want %d", err, len(read.Rows), len(flat)-1)
	}
	for i, row := range read.Rows {
		if strings.Join(row.Cells, "|") != strings.Join(flat[i+1], "|") {
			t.Errorf("row %d: %v and %v", i, row.Cells, flat[i+1])
		}
	}
	v.Get("/desk/lists/all/export?format=pdf").Is(http.StatusUnprocessableEntity)
	v.Get("/desk/lists/all?on=infinity&q=%00").Is(http.StatusUnprocessableEntity).Says(".errors", "2026-11-18")
}

// Two days are compared: the law of 2018 goes, that of 2025 comes.
func TestDifference(t *testing.T) {
	t.Parallel()
	v := desk(t, webtest.Street(t)).As(t, "worker.linhe")
	v.Get("/desk/lists/difference?from=2025-12-31&to=2026-01-01").Is(http.StatusOK).WellMade().Says("table", "LZ-101", "新增", "LZ-001", "退出").Says(".applied", "新增")
	v.Get("/desk/lists/difference?from=2026-02-02&to=2026-02-03").Says(".applied", "一样")
	v.Get("/desk/lists/difference?from=infinity&to=x").Is(http.StatusUnprocessableEntity).Says(".errors", "2026-11-18")
	v.Get("/desk/lists/difference?to=2026-01-01").Is(http.StatusUnprocessableEntity).Says(".errors", "前一天")
	v.Get("/desk/lists/day?on=2025-06-01&community="+huaiyin).Is(http.StatusOK).Says("main", "LZ-001", "槐荫").SaysNot(".daylist", "LZ-101")
}

// The plan's 大共治 is shown flagged, never silently taken over (R50, E1).
func TestProgrammeFlag(t *testing.T) {
	t.Parallel()
	v := desk(t, webtest.Street(t)).As(t, "reviewer")
	v.Get("/desk/lists/programme").Says("table", "大共治", "触及负面清单", "R50")
}

// An entry whose basis changed is reviewed once, with an opinion, and its history says so (R8).
func TestReview(t *testing.T) {
	t.Parallel()
	b := desk(t, webtest.Street(t))
	v, worker := b.As(t, "reviewer"), b.As(t, "worker.huaiyin")
	const page = "/desk/items/LZ-102"
	if n := len(worker.Get(page).Is(200).All("form[action$=reviews]")); n != 0 {
		t.Error("a worker is offered the review")
	}
	worker.Post(page+"/reviews", "outcome", "suspend", "reason", "停一停看看").Is(http.StatusNotFound)
	bad := v.Post(page+"/reviews", "reason", "短").Is(http.StatusUnprocessableEntity).Says(".errors", "选择保留还是暂停")
	if bad.Text("textarea[name=reason]") != "短" {
		t.Error("what was typed is lost")
	}
	v.Post(page+"/reviews", "outcome", "suspend", "reason", "短").Is(http.StatusUnprocessableEntity).Says(".errors", "4 到 300")
	to := v.Post(page+"/reviews", "outcome", "suspend", "reason", "承接条文还没有定 <b>待查</b>").Sees()
	v.Get(to).Is(200).Says("main", "已暂停执行", "已暂停")
	v.Get(page+"/history").Is(200).Says(".trail", "复核依据", "在册 → 已暂停", "<b>待查</b>")
	v.Post(page+"/reviews", "outcome", "suspend", "reason", "再停一次").Is(http.StatusConflict)
	v.Get(v.Post(page+"/reviews", "outcome", "keep", "reason", "条文已核实").Sees()).Says("main", "保留在册")
}

// A file is looked at first and imported afterwards; the same file again changes nothing (A3).
func TestImport(t *testing.T) {
	t.Parallel()
	b := desk(t, webtest.Empty(t))
	admin := authz.Actor{AccountID: 1, Name: "管平", Posts: []authz.Post{{Role: authz.Admin, Title: "管理员"}}}
	v := b.Visitor(t, admin)
	for _, file := range data.Files {
		raw, err := data.Bytes(file.Kind)
		if err != nil {
			t.Fatal(err)
		}
		look := v.Upload("/desk/imports", "file", file.Name, raw, "kind", file.Kind, "mode", "").Sees()
		page := v.Get(look).Is(http.StatusOK).WellMade().Says("h1", "核对").Says(".lead", "可以导入").Says(".summary", file.Kind+": read=", "rejected=0", file.Name)
		if file.Kind == "items" {
			page.Says("table", "basis_doc_key", "外地参考")
			if a := v.Get(page.Attr("a[href*='report.csv']", "href")).Is(200); !strings.Contains(a.Body, "row,column,value,reason") {
				t.Errorf("report %.80q", a.Body)
			}
		}
		form := []string{"kind", file.Kind, "name", file.Name, "mode", "", "effective", ""}
		id := strings.SplitN(look, "?", 2)[0]
		done := v.Post(id, form...).Sees()
		v.Get(done).Is(200).Says("main", "已导入", "已经全部在册")
		v.Get(v.Post(id, form...).Sees()).Says("main", "没有变化")
	}
	v.Get("/desk/imports").Is(200).Says(".trail", "准入清单", "新增 212", "管平")
}

// Rows that cannot be imported are named by row and column, nothing is written, and the corrected
// file goes in.
func TestImportProblems(t *testing.T) {
	t.Parallel()
	b := desk(t, webtest.Street(t))
	v := b.As(t, "reviewer")
	bad := "code,kind,phrase,match_mode,description,source,synthetic,assigned_fields\n" +
		"NEG-900,任务指标,<script>alert(1)</script>,nowhere,说明,来源,false,\nNEG-901,任务指标,新的说法,title_contains,说明,来源,false,\n"
	look := v.Upload("/desk/imports", "file", "坏 表.csv", []byte(bad), "kind", "negative").Sees()
	page := v.Get(look).Is(200).WellMade().Says(".lead", "有 1 行不能导入").Says("table", "match_mode", "nowhere", "没有这种匹配方式")
	if strings.Contains(page.Body, "<script>alert") {
		t.Error("a cell is not text")
	}
	if n := len(page.All("form[action^='/desk/imports/']")); n != 0 {
		t.Error("a bad file may be imported")
	}
	id := strings.SplitN(look, "?", 2)[0]
	v.Post(id, "kind", "negative", "name", "x.csv").Is(http.StatusUnprocessableEntity)
	fixed := v.Get(page.Attr("a[href*='corrected.csv']", "href")).Is(200).Body
	if !strings.Contains(fixed, "NEG-900") || strings.Contains(fixed, "NEG-901") || !strings.Contains(fixed, intake.ProblemColumn) {
		t.Errorf("corrected file %q", fixed)
	}
	v.Upload("/desk/imports", "file", "x.csv", []byte("a"), "kind", "elephants").Is(422).Says(".errors", "选择文件里是什么")
	v.Post("/desk/imports", "kind", "items").Is(422).Says(".errors", "选择要导入的")
	broken := v.Upload("/desk/imports", "file", "x.xlsx", bytes.Repeat([]byte{0xd0, 0xcf, 0x11, 0xe0}, 50), "kind", "items").Sees()
	v.Get(broken).Is(422).Says(".errors", "")
	v.Get("/desk/imports/" + strings.Repeat("0", 64) + "?kind=items&name=x").Is(http.StatusNotFound)
	v.Get("/desk/imports/..%2f..%2fetc?kind=items&name=x").Is(http.StatusNotFound)
	b.As(t, "leader").Upload("/desk/imports", "file", "x.csv", []byte(bad), "kind", "negative").Is(http.StatusNotFound)
}

// The page of a deadline counts every day, and says which year is missing instead of guessing.
func TestDeadline(t *testing.T) {
	t.Parallel()
	b := desk(t, webtest.Street(t))
	v := b.As(t, "dept.chengguan")
	exact := start(t, b.DB, workday.NewDay(2026, 9, 28), 15)
	a := v.Get("/deadlines/" + strconv.FormatInt(exact.ID, 10)).Is(200).WellMade()
	a.Says("h1", "为什么是"+exact.DueOn.Chinese()).Says("table", "国庆", "不计", "第 15 个工作日").Says("main", "退回补正期间不计")
	if rows := len(a.All("tbody tr")); rows != exact.DueOn.Sub(exact.StartedOn) || len(a.All(".days i")) != rows {
		t.Errorf("%d rows", rows)
	}
	open := start(t, b.DB, workday.NewDay(2026, 12, 20), 20)
	v.Get("/deadlines/"+strconv.FormatInt(open.ID, 10)).Is(200).Says("h1", "不早于").Says(".banner", "2027 年放假安排尚未导入", "不作猜测")

	admin := b.As(t, "admin")
	v.Upload("/desk/settings/calendars", "file", "2027.csv", []byte(calendar2027), "source", "国办通知").Is(http.StatusNotFound)
	admin.Upload("/desk/settings/calendars", "file", "2027.csv", []byte("day,kind,name\n2027-13-01,holiday,元旦\n"), "source", "国办通知").Is(422).Says("table", "2027-13-01")
	admin.Post("/desk/settings/calendars", "source", "").Is(422).Says(".errors", "来源", "选择放假安排")
	to := admin.Upload("/desk/settings/calendars", "file", "2027.csv", []byte(calendar2027), "source", "国办通知").Sees()
	admin.Get(to).Is(200).WellMade().Says(".banner", "已导入 2027 年放假安排", "待定的期限确定了").Says("main", "2027年10月1日")
	v.Get("/deadlines/"+strconv.FormatInt(open.ID, 10)).SaysNot("h1", "不早于")
}

const calendar2027 = `day,kind,name
2027-01-01,holiday,元旦
2027-02-05,holiday,春节
2027-02-06,holiday,春节
2027-02-07,holiday,春节
2027-02-08,holiday,春节
2027-01-31,makeup,春节
2027-04-05,holiday,清明节
2027-05-01,holiday,劳动节
2027-05-02,holiday,劳动节
2027-06-09,holiday,端午节
2027-09-15,holiday,中秋节
2027-10-01,holiday,国庆节
2027-10-02,holiday,国庆节
2027-10-03,holiday,国庆节
`

// start begins a clock with one pause of two days.
func start(t *testing.T, db *pg.DB, from workday.Day, days int) policy.Deadline {
	t.Helper()
	var d policy.Deadline
	err := db.Write(t.Context(), authz.System, func(tx *pg.Tx) error {
		var err error
		if d, err = policy.Start(t.Context(), tx, policy.DeadlineSpec{Kind: "test.clock", ObjectKind: "test", ObjectID: int64(from.Year()*10000 + int(from.Month())*100 + from.Day()), From: from, Days: days, Basis: "测试的依据"}); err != nil {
			return err
		}
		if err := policy.Pause(t.Context(), tx, d.ID, from.Add(1)); err != nil {
			return err
		}
		if d, err = policy.Resume(t.Context(), tx, d.ID, from.Add(2)); err != nil {
			return err
		}
		return tx.Record(t.Context(), pg.Change{Action: authz.CalendarLoad, Kind: "deadline", ID: d.ID})
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// Two persons change a setting; the page offers each what the policy table grants (X7).
func TestLimits(t *testing.T) {
	t.Parallel()
	b := desk(t, webtest.Street(t))
	first, second, leader := b.As(t, "admin"), b.As(t, "admin2"), b.As(t, "leader")
	const page = "/desk/settings/limits/apply_ahead_workdays"
	bad := first.Post(page, "value", "很多", "basis", "短", "from", "2020-01-01", "last", "2019-01-01").Is(422).Says(".errors", "请填写数字", "4 到 200", "不能倒填", "结束日期")
	if bad.Attr("input[name=value]", "value") != "很多" || len(bad.All("#f-last[aria-invalid]")) != 1 {
		t.Error("what was typed is lost, or the message stands elsewhere")
	}
	first.Get(first.Post(page, "value", "20", "basis", "梧办发〔2026〕9号", "from", "2026-12-01").Sees()).Says("main", "已提出修改", "等另一人确认", "由另一位管理员确认")
	if n := len(leader.Get("/desk/settings/limits").Is(200).All("main form[method=post]")); n != 0 {
		t.Errorf("the leader is offered %d forms", n)
	}
	confirm := second.Get("/desk/settings/limits").Is(200).Attr("form[action$=confirm]", "action")
	first.Post(confirm).Is(http.StatusForbidden)
	leader.Post(confirm).Is(http.StatusNotFound)
	second.Get(second.Post(confirm).Sees()).Says("main", "已确认修改")
	second.Post(confirm).Is(http.StatusConflict)
	second.Get(page).Says("table", "梧办发〔2026〕9号", "20")
	first.Post("/desk/settings/limits/nothing", "value", "1").Is(http.StatusNotFound)
	first.Post("/desk/settings/limits/proposals/0/confirm").Is(http.StatusNotFound)
}

// A form with a broken key is refused.
func TestFormKey(t *testing.T) {
	t.Parallel()
	b := desk(t, webtest.Street(t))
	b.As(t, "admin").Post("/desk/settings/limits/proposals/1/confirm", form.KeyField, "x").Is(http.StatusUnprocessableEntity)
}
