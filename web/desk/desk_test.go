package desk

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"portal/internal/admission"
	"portal/internal/authz"
	"portal/internal/grid"
	"portal/internal/inbox"
	"portal/internal/kiosk"
	"portal/internal/notice"
	"portal/internal/pg"
	"portal/internal/policy"
	"portal/internal/workday"
	"portal/internal/workorder"
	"portal/web/form"
	"portal/web/webtest"
)

type bench struct {
	*webtest.Bench
	apps *admission.Service
}

func newBench(t *testing.T) bench {
	t.Helper()
	b := bench{webtest.Street(t), nil}
	b.apps = admission.New(b.DB)
	orders := workorder.New(b.DB)
	whistles, notices, machines := Whistles(orders), Notices(notice.New(b.DB, b.Keys, nil)), Kiosks(b.DB, kiosk.New(b.DB, b.Keys, nil))
	b.Frame.Counts = Counts(b.apps, CaseCounts(orders), RowCounts("grids", whistles), RowCounts("notices", notices), RowCounts("kiosks", machines))
	Mount(b.Router, b.Frame, Deps{Applications: b.apps, Sources: []Source{Refusals(b.DB), Grids(grid.New(b.DB)), Cases(orders), whistles, notices, machines}})
	return b
}

// Every post of the contract lands on 待办: the page is well made, its rows have one verb each, and
// the figure of the rail is the number of rows (R45).
func TestTodosForEveryPost(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, login := range []string{"admin", "reviewer", "leader", "finance", "legality", "dept.chengguan", "dept.minzheng", "secretary.huaiyin", "secretary.linhe",
		"worker.huaiyin", "dispatcher", "clerk", "callback", "grid.huaiyin1", "org.contact", "supervisor.huaiyin", "auditor"} {
		v := b.As(t, login)
		page := v.Get("/desk/todos").Is(http.StatusOK).WellMade().Says("h1", "待办").Says(".lead", "2026年11月18日 星期三")
		rows := len(page.All("main a[data-row]"))
		if primary := len(page.All("main a.btn-primary")); primary != min(1, rows) {
			t.Errorf("%s: %d primary buttons for %d rows", login, primary, rows)
		}
		counts, err := b.Frame.Counts(t.Context(), v.Actor)
		if err != nil || counts["todos"] != rows {
			t.Errorf("%s: the rail says %d, the page has %d rows, %v", login, counts["todos"], rows, err)
		}
		if login == "dept.chengguan" {
			page.Says("main", "围墙外排水沟坍塌", "签收吹哨") // blown yesterday, its clock is over
		}
		if rows == 0 && len(page.All(".empty")) == 0 {
			t.Errorf("%s: an empty page says nothing", login)
		}
	}
	b.Anybody(t).Get("/desk/todos").Is(http.StatusSeeOther)
	if to := b.As(t, "reviewer").Get("/desk").Sees(); to != "/desk/todos" {
		t.Errorf("/desk leads to %s", to)
	}
}

// Rows are grouped by their clock, late ones first; a bound is never late; rows without a clock stand
// under their own head; 清单外任务 stand beside.
func TestGroups(t *testing.T) {
	t.Parallel()
	today := workday.NewDay(2026, 11, 18) // a Wednesday
	on := func(title string, day int) Row {
		return Row{Title: title, DueOn: workday.NewDay(2026, 11, day), Verb: "审核"}
	}
	bound := on("只是下限", 10)
	bound.NotBefore = true
	rows := []Row{on("之后", 30), on("周日", 22), on("今天", 18), on("昨天", 17), on("上周五", 13), on("下周一", 23), bound, {Title: "草稿", Unclocked: "草稿"},
		{Title: "口头要求", OffList: true}}
	cal, err := workday.NewCalendar(workday.Published())
	if err != nil {
		t.Fatal(err)
	}
	var p todosPage
	late, now := p.sort(rows, cal, today.Start().Add(9*time.Hour))
	var got []string
	for _, g := range p.Groups {
		var titles []string
		for _, r := range g.Rows {
			titles = append(titles, r.Title)
		}
		got = append(got, g.Head+":"+strings.Join(titles, " "))
	}
	want := "已超期:上周五 昨天|今天到期:今天|本周:只是下限 周日|之后:下周一 之后|草稿:草稿"
	if strings.Join(got, "|") != want || late != 2 || now != 1 || len(p.OffList) != 1 {
		t.Errorf("%s, %d late, %d today", strings.Join(got, "|"), late, now)
	}
	for title, left := range map[string]string{"上周五": "超期 3 个工作日", "昨天": "超期 1 个工作日", "今天": "今天到期", "下周一": "剩 3 个工作日", "只是下限": "放假安排未导入"} {
		for _, g := range p.Groups {
			for _, r := range g.Rows {
				if r.Title == title && r.Left != left {
					t.Errorf("%s: %q, want %q", title, r.Left, left)
				}
			}
		}
	}
	if !p.Groups[0].Rows[0].First {
		t.Error("the first row's verb is not the primary button")
	}
}

// A source that fails is an error page, never a shorter list.
func TestFailingSource(t *testing.T) {
	t.Parallel()
	b := bench{webtest.Street(t), nil}
	b.apps = admission.New(b.DB)
	Mount(b.Router, b.Frame, Deps{Applications: b.apps, Sources: []Source{func(context.Context, authz.Actor) ([]Row, error) { return nil, errors.New("down") }}})
	b.As(t, "reviewer").Get("/desk/todos").Is(http.StatusInternalServerError).SaysNot("main", "down")
}

// The strip of a community says its hours against its ceiling; posts without a community have none.
func TestBurdenStrip(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, login := range []string{"secretary.huaiyin", "worker.linhe"} {
		b.As(t, login).Get("/desk/todos").Is(http.StatusOK).Says(".figures", "本月负担", "已排", "上限按", "名工作者", "看明细", "清单外任务")
	}
	b.As(t, "reviewer").Get("/desk/todos").SaysNot("main", "本月负担")
}

// The inbox shows a person's own lines alone, escaped, and marks them as read by a form.
func TestInbox(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	dept, other := b.As(t, "dept.chengguan"), b.As(t, "dept.minzheng")
	before, err := b.apps.Waits(t.Context(), dept.Actor)
	if err != nil {
		t.Fatal(err)
	}
	err = b.DB.Write(t.Context(), authz.System, func(tx *pg.Tx) error {
		for _, href := range []string{"/desk/applications/2026-1", "//evil.example/x", "javascript:alert(1)"} {
			if err := inbox.Tell(t.Context(), tx, inbox.Audience{AccountID: dept.Actor.AccountID}, "<b>已退回</b>补正 "+strings.Repeat("长", 300), href); err != nil {
				return err
			}
		}
		return tx.Record(t.Context(), pg.Change{Action: authz.AppReturn, Kind: "application", ID: 1})
	})
	if err != nil {
		t.Fatal(err)
	}
	page := dept.Get("/desk/inbox").Is(http.StatusOK).WellMade().Says("main", "<b>已退回</b>补正", "未读", "今天 10:00")
	for _, n := range page.All("main li a") {
		for _, a := range n.Attr {
			if a.Key == "href" && !strings.HasPrefix(a.Val, "/desk/") {
				t.Errorf("a line leads to %s", a.Val)
			}
		}
	}
	if w, err := b.apps.Waits(t.Context(), dept.Actor); err != nil || w.Unread != before.Unread+3 {
		t.Errorf("%d unread, %v", w.Unread, err)
	}
	other.Get("/desk/inbox").Is(http.StatusOK).SaysNot("main", "已退回")
	upTo := page.Attr("[name=up_to]", "value")
	other.Post("/desk/inbox", "form_key", form.NewKey(), "up_to", upTo).Sees()
	if w, err := b.apps.Waits(t.Context(), dept.Actor); err != nil || w.Unread == 0 {
		t.Errorf("somebody else read the lines: %d, %v", w.Unread, err)
	}
	for _, bad := range []string{"", "x", "-1", "99999999999999999999999"} {
		dept.Post("/desk/inbox", "form_key", form.NewKey(), "up_to", bad).Sees()
	}
	dept.Post("/desk/inbox", "form_key", form.NewKey(), "up_to", upTo).Sees()
	dept.Get("/desk/inbox").Is(http.StatusOK).SaysNot("main", "未读", "都标为已读 ")
	if w, err := b.apps.Waits(t.Context(), dept.Actor); err != nil || w.Unread != 0 {
		t.Errorf("%d unread after reading, %v", w.Unread, err)
	}
	dept.Get("/desk/inbox?after=x").Is(http.StatusUnprocessableEntity)
}

// Two characters find applications in reach, items and laws; a foreign application is not found.
func TestSearch(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	reviewer := b.As(t, "reviewer")
	reviewer.Get("/desk/search?q="+url.QueryEscape("消防")).Is(http.StatusOK).WellMade().Says("main", "清单里的事项", "XZ-002", "法律和文件", "消防法")
	rows, err := b.apps.List(t.Context(), reviewer.Actor, admission.Filter{Tab: admission.TabReview, Limit: 50})
	if err != nil {
		t.Fatal(err)
	}
	if len(rows.Rows) == 0 {
		t.Fatal("the demo street has no application to search for")
	}
	line := rows.Rows[0]
	no := line.AskedNo(policy.DefaultValues(workday.NewDay(2026, 11, 18)).NumberWord)
	reviewer.Get("/desk/search?q="+url.QueryEscape(no)).Is(http.StatusOK).Says("main", "准入申请", line.Title)
	for _, login := range []string{"dept.chengguan", "dept.minzheng"} {
		v := b.As(t, login)
		found := v.Get("/desk/search?q=" + url.QueryEscape(no)).Is(http.StatusOK)
		if mine := v.Actor.Posts[0].UnitName == line.UnitName; mine != strings.Contains(found.Text("main section"), line.Title) {
			t.Errorf("%s (own %v): %s", login, mine, found.Text("main section"))
		}
	}
	reviewer.Get("/desk/search?q="+url.QueryEscape("<script>x</script>")).Is(http.StatusOK).WellMade().Says(".empty", "没有找到“<script>x</script>”")
	for _, q := range []string{"", "?q=", "?q=%E7%8A%AC", "?q=%00%ff%fe", "?q=" + strings.Repeat("%E9%95%BF", 900), "?q='%22%25_%5C"} {
		reviewer.Get("/desk/search" + q).Is(http.StatusOK).WellMade()
	}
}

// Help names the keys, says where they are switched off, and whom to call.
func TestHelp(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.As(t, "clerk").Get("/desk/help").Is(http.StatusOK).WellMade().Says("table", "Ctrl+Enter", "搜文号、事项").Says("main", "帮助电话", "0000-", "我的设置")
}

// What is overdue stands on top in words, and the day of the page is the day of the clock.
func TestOverdueOnTop(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.DB.Now = func() time.Time { return workday.NewDay(2026, 12, 24).Start().Add(9 * time.Hour) }
	page := b.As(t, "reviewer").Get("/desk/todos").Is(http.StatusOK).Says("h2", "已超期").Says(".lead", "已超期", "2026年12月24日")
	if first := webtest.TextOf(page.All(".todo")[0]); !strings.Contains(first, "超期") {
		t.Errorf("first row: %s", first)
	}
}
