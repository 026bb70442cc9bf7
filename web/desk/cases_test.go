package desk

import (
	"strings"
	"testing"
	"time"

	"portal/internal/authz"
	"portal/internal/workday"
	"portal/internal/workorder"
	"portal/web/webtest"
)

// A clock by the hour is late by the minute, not by the day, and stands among the days by its moment.
func TestRowsByTheHour(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 18, 14, 0, 0, 0, workday.Shanghai)
	row := func(title string, at time.Time) Row { return Row{Title: title, DueAt: at, DueOn: workday.DayOf(at)} }
	rows := []Row{row("今晚", now.Add(5*time.Hour)), row("一小时内", now.Add(38*time.Minute)), row("刚过", now.Add(-time.Minute)), {Title: "今天下班前", DueOn: workday.DayOf(now)}, row("明早", now.Add(20*time.Hour))}
	cal, err := workday.NewCalendar(workday.Published())
	if err != nil {
		t.Fatal(err)
	}
	var p todosPage
	late, today := p.sort(rows, cal, now)
	var got []string
	left := map[string]row2{}
	for _, g := range p.Groups {
		for _, r := range g.Rows {
			got = append(got, g.Head+" "+r.Title)
			left[r.Title] = row2{r.Left, r.When, r.Near, r.Late}
		}
	}
	if want := "已超期 刚过|今天到期 一小时内|今天到期 今晚|今天到期 今天下班前|本周 明早"; strings.Join(got, "|") != want || late != 1 || today != 3 {
		t.Errorf("%s, %d late, %d today", strings.Join(got, "|"), late, today)
	}
	for title, want := range map[string]row2{"一小时内": {"剩 38 分钟", "今天 14:38 前", true, false}, "刚过": {"超期 1 分钟", "应于 今天 13:59", false, true}, "明早": {"剩 20 小时", "明天 10:00 前", false, false}} {
		if left[title] != want {
			t.Errorf("%s: %+v, want %+v", title, left[title], want)
		}
	}
}

type row2 struct {
	left, when string
	near, late bool
}

// A case stands with the clock that runs out first, and leads to its page.
func TestCaseRow(t *testing.T) {
	t.Parallel()
	due := time.Date(2026, 11, 20, 9, 0, 0, 0, workday.Shanghai)
	w := workorder.Wait{Verb: "签收", Action: authz.WorkSign, Order: workorder.Order{No: "SQ-2026-7", Title: "路灯不亮", Source: workorder.FromRequest, DueAt: due, Urgency: workorder.General, Place: "槐香苑2幢"}}
	row := caseRow(w)
	if !row.DueAt.Equal(due) || row.DueOn != workday.DayOf(due) || row.Href != "/desk/requests/SQ-2026-7" || row.Verb != "签收" || !strings.Contains(row.Detail, "槐香苑2幢") || row.Icon != "pencil" {
		t.Errorf("%+v", row)
	}
	w.Clock = &workorder.Clock{DueAt: due.Add(-24 * time.Hour)}
	if row = caseRow(w); !row.DueAt.Equal(due.Add(-24*time.Hour)) || row.DueOn != workday.NewDay(2026, 11, 19) {
		t.Errorf("the nearer clock is not shown: %v", row.DueAt)
	}
}

// Everybody's cases stand in 待办 with a verb and an address; the figures of the rail count the same rows.
func TestCasesOfEverybody(t *testing.T) {
	t.Parallel()
	b := webtest.Street(t)
	orders := workorder.New(b.DB)
	some := 0
	for _, login := range []string{"dispatcher", "leader", "worker.huaiyin", "secretary.linhe", "grid.huaiyin1", "dept.chengguan", "clerk", "callback", "auditor", "org.contact"} {
		v := b.As(t, login)
		rows, err := Cases(orders)(t.Context(), v.Actor)
		if err != nil {
			t.Fatalf("%s: %v", login, err)
		}
		for _, row := range rows {
			if row.Title == "" || row.Verb == "" || row.DueAt.IsZero() || !strings.HasPrefix(row.Href, "/desk/") {
				t.Errorf("%s: %+v", login, row)
			}
		}
		counts, err := CaseCounts(orders)(t.Context(), v.Actor)
		if err != nil || counts["todos"] != len(rows) || counts["requests"]+counts["grids"] != len(rows) {
			t.Errorf("%s: %v of %d rows, %v", login, counts, len(rows), err)
		}
		some += len(rows)
	}
	if some == 0 {
		t.Error("nobody has anything to do in the demo street")
	}
}
