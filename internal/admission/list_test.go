package admission

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"portal/internal/authz"
	"portal/internal/page"
	"portal/internal/pg"
	"portal/internal/pg/pgtest"
	"portal/internal/workday"
)

var today = workday.NewDay(2026, 11, 18)

// settled is an application in any state with the days that lists look at.
type settled struct {
	seq        int
	unit       authz.Actor
	state      State
	title      string
	due        string
	start, end string
	community  string
	checks     string
}

func (o *office) settle(t testing.TB, rows ...settled) {
	t.Helper()
	o.write(t, func(ctx context.Context, tx *pg.Tx) error {
		for _, r := range rows {
			var decided, admittedSeq any
			if r.state.Decided() {
				decided = tx.Now
			}
			if r.state == Approved || r.state == ApprovedConds {
				admittedSeq = r.seq
			}
			var seq any = r.seq
			if r.state == Draft {
				seq = nil
			}
			if _, err := tx.Exec(ctx, `INSERT INTO application (year, seq, admitted_year, admitted_seq, unit_id, account_id, state, title, title_key, list_kind, communities,
					due_on, start_on, end_on, decided_at, created_at, saved_at, checks)
				VALUES (CASE WHEN $1::int IS NULL THEN NULL ELSE 2026 END, $1, CASE WHEN $2::int IS NULL THEN NULL ELSE 2026 END, $2, $3, $4, $5, $6, $6, 'entrusted', $7,
					NULLIF($8, '')::date, NULLIF($9, '')::date, NULLIF($10, '')::date, $11, $12, $12, $13)`,
				seq, admittedSeq, r.unit.Posts[0].UnitID, r.unit.AccountID, r.state, r.title, []string{r.community}, r.due, r.start, r.end, decided, tx.Now, r.checks); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `INSERT INTO division (code, level, name) VALUES ($1, 'community', '槐荫社区'), ($2, 'community', '临河社区') ON CONFLICT DO NOTHING`, huaiyin, linhe)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO community (code, households, workers, capacity_hours) VALUES ($1, 1000, 6, 480), ($2, 1000, 6, 480) ON CONFLICT DO NOTHING`, huaiyin, linhe)
		return err
	})
}

func (o *office) shelf(t testing.TB) {
	o.settle(t,
		settled{1, o.dept, Submitted, "冬季消防安全宣传", "2026-12-01", "2027-01-11", "2027-03-01", huaiyin, "ppfpp"},
		settled{2, o.dept, StreetReview, "养犬登记入户提醒", "2026-11-20", "2027-01-11", "2027-03-01", linhe, "ppppp"},
		settled{3, o.other, Accepted, "低保家庭冬季探访", "2026-11-20", "2027-01-11", "", huaiyin, "peppp"},
		settled{4, o.dept, Returned, "户外广告排查", "2026-11-23", "2027-01-11", "2027-03-01", huaiyin, "fpppp"},
		settled{5, o.dept, Approved, "垃圾分类入户宣传", "2026-10-01", "2026-10-15", "2026-12-10", huaiyin, "ppppp"},
		settled{6, o.other, Approved, "困难老人信息核对", "2026-10-01", "2026-10-15", "", linhe, "ppppp"},
		settled{7, o.dept, Approved, "市容整治志愿活动", "2026-05-01", "2026-06-01", "2026-09-30", huaiyin, "ppppp"},
		settled{8, o.dept, Rejected, "满意度电话排名", "2026-05-01", "2026-06-01", "2026-09-30", huaiyin, "fpppp"},
		settled{9, o.dept, Draft, "没写完的宣传", "", "", "", huaiyin, ""},
		settled{10, o.other, Draft, "别人没写完的", "", "", "", huaiyin, ""},
		settled{11, o.dept, Approved, "明年的调查", "2026-10-01", "2027-02-01", "2027-04-01", huaiyin, "ppppp"},
	)
}

func titles(rows []Line) string {
	var out []string
	for _, l := range rows {
		out = append(out, string([]rune(l.Title)[:2]))
	}
	return strings.Join(out, " ")
}

// Each tab holds what it says, in its order, for each reach; nobody sees a foreign draft.
func TestList(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.shelf(t)
	cases := []struct {
		name string
		who  authz.Actor
		f    Filter
		want string
	}{
		{"the queue by its clock, then by age", o.reviewer, Filter{Tab: TabReview}, "养犬 低保 冬季"},
		{"everything, newest first, no drafts", o.reviewer, Filter{Tab: TabAll}, "明年 满意 市容 困难 垃圾 户外 低保 养犬 冬季"},
		{"what runs today, next end first", o.reviewer, Filter{Tab: TabRunning}, "垃圾 困难"},
		{"what ends within 30 days", o.reviewer, Filter{Tab: TabExpiring}, "垃圾"},
		{"what has left", o.reviewer, Filter{Tab: TabLeft}, "市容"},
		{"what was rejected", o.reviewer, Filter{Tab: TabRejected}, "满意"},
		{"drafts and returns of the own unit", o.dept, Filter{Tab: TabMine}, "没写 户外"},
		{"a department sees its own alone", o.dept, Filter{Tab: TabAll}, "明年 没写 满意 市容 垃圾 户外 养犬 冬季"},
		{"a secretary sees the own community", o.neighbour, Filter{Tab: TabAll}, "困难 养犬"},
		{"a secretary's running ones", o.secretary, Filter{Tab: TabRunning}, "垃圾"},
		{"two characters", o.reviewer, Filter{Tab: TabAll, Words: "宣传"}, "垃圾 冬季"},
		{"one character", o.reviewer, Filter{Tab: TabAll, Words: "犬"}, "养犬"},
		{"other width and script", o.dept, Filter{Tab: TabAll, Words: " 養 犬 "}, "养犬"},
		{"own drafts are found", o.dept, Filter{Tab: TabAll, Words: "没写"}, "没写"},
		{"foreign drafts are not", o.reviewer, Filter{Tab: TabAll, Words: "没写"}, ""},
		{"by number", o.reviewer, Filter{Tab: TabAll, Words: "梧申[2026]3"}, "低保"},
		{"by slug", o.reviewer, Filter{Tab: TabReview, Words: "2026-2"}, "养犬"},
		{"by admitted number", o.reviewer, Filter{Tab: TabAll, Words: "梧准〔2026〕6号"}, "困难"},
		{"another's number reads like none", o.dept, Filter{Tab: TabAll, Words: "2026-3"}, ""},
		{"a failing check", o.reviewer, Filter{Tab: TabReview, Check: "fail"}, "冬季"},
		{"a unit", o.reviewer, Filter{Tab: TabReview, UnitID: o.other.Posts[0].UnitID}, "低保"},
		{"another department's unit opens nothing", o.dept, Filter{Tab: TabAll, UnitID: o.other.Posts[0].UnitID}, ""},
		{"a kind", o.reviewer, Filter{Tab: TabReview, Kind: "certificate_allowed"}, ""},
		{"marks of LIKE are letters", o.reviewer, Filter{Tab: TabAll, Words: "%%"}, ""},
		{"quotes are letters", o.reviewer, Filter{Tab: TabAll, Words: "' OR 1=1 --"}, ""},
		{"words in the queue", o.reviewer, Filter{Tab: TabReview, Words: "冬季"}, "低保 冬季"},
		{"the public sees nothing", authz.Anonymous, Filter{Tab: TabAll}, ""},
	}
	for _, c := range cases {
		c.f.Today = today
		p, err := o.List(t.Context(), c.who, c.f)
		if err != nil || titles(p.Rows) != c.want {
			t.Errorf("%s: %q, %v; want %q", c.name, titles(p.Rows), err, c.want)
		}
	}
}

// Pages forward and back show each row once, in every order; a foreign cursor is refused.
func TestListPages(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.shelf(t)
	var many []settled
	for i := range 5 {
		many = append(many, settled{100 + i, o.dept, Approved, fmt.Sprintf("%c过期事项", '甲'+rune(i)), "2026-05-01", "2026-06-01", fmt.Sprintf("2026-08-%02d", 10+i/2), huaiyin, "ppppp"})
	}
	o.settle(t, many...)
	for _, f := range []Filter{{Tab: TabReview}, {Tab: TabAll}, {Tab: TabLeft}, {Tab: TabRunning}, {Tab: TabAll, Words: "宣传"}} {
		for _, who := range []authz.Actor{o.reviewer, o.secretary} {
			f.Today, f.Cursor, f.Limit = today, page.Cursor{}, 500
			whole, err := o.List(t.Context(), who, f)
			if err != nil {
				t.Fatal(err)
			}
			f.Limit = 2
			var down []Line
			var back []string
			for {
				p, err := o.List(t.Context(), who, f)
				if err != nil {
					t.Fatal(err)
				}
				down = append(down, p.Rows...)
				back = append(back, titles(p.Rows))
				if !p.HasNext {
					break
				}
				if f.Cursor, err = ParseCursor(f.Tab, p.Next); err != nil {
					t.Fatal(err)
				}
			}
			if titles(down) != titles(whole.Rows) {
				t.Errorf("%s %s: pages %q, whole %q", who.Login, f.Tab, titles(down), titles(whole.Rows))
			}
			for i := len(back) - 2; i >= 0; i-- {
				p, err := o.List(t.Context(), who, f)
				if err != nil {
					t.Fatal(err)
				}
				if f.Cursor, err = ParseCursor(f.Tab, p.Prev); err != nil {
					t.Fatal(err)
				}
				if p, err = o.List(t.Context(), who, f); err != nil || titles(p.Rows) != back[i] {
					t.Errorf("%s %s back: %q, want %q, %v", who.Login, f.Tab, titles(p.Rows), back[i], err)
				}
			}
		}
	}
	if _, err := ParseCursor(TabAll, page.Cursor{Sort: sortDue, Keys: []string{"2026-01-01"}, ID: 1}.Encode()); err == nil {
		t.Error("a cursor of another order was taken")
	}
}

// The figures of tabs and rail are the rows they open (R45).
func TestCounts(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.shelf(t)
	for _, who := range []authz.Actor{o.reviewer, o.dept, o.secretary, o.leader} {
		counts, err := o.TabCounts(t.Context(), who, today)
		if err != nil {
			t.Fatal(err)
		}
		for _, tab := range Tabs(who) {
			p, err := o.List(t.Context(), who, Filter{Tab: tab, Today: today, Limit: 500})
			if err != nil || len(p.Rows) != counts[tab] {
				t.Errorf("%s %s: %d counted, %d listed, %v", who.Login, tab, counts[tab], len(p.Rows), err)
			}
		}
	}
	a := o.submitted(t, 50, "ppppp")
	if _, err := o.Decide(t.Context(), o.reviewer, decision(a, authz.AppCondition)); err != nil {
		t.Fatal(err)
	}
	for who, want := range map[string]Waits{"reviewer": {Review: 3}, "dept.a": {Mine: 2, Unread: 1}, "secretary.huaiyin": {Conditions: 1, Unread: 1}, "leader": {Review: 3}} {
		for _, actor := range []authz.Actor{o.reviewer, o.dept, o.secretary, o.leader} {
			if actor.Login != who {
				continue
			}
			if w, err := o.Waits(t.Context(), actor); err != nil || w != want {
				t.Errorf("%s waits for %+v, %v", who, w, err)
			}
		}
	}
	for _, c := range []struct {
		tab  Tab
		want int
	}{{TabRunning, 2}, {TabAll, 10}} { // nothing of it runs while every community waits (R18)
		p, err := o.List(t.Context(), o.reviewer, Filter{Tab: c.tab, Today: workday.NewDay(2027, 2, 1), Limit: 500})
		if err != nil || len(p.Rows) != c.want {
			t.Errorf("%s: %d rows, %v", c.tab, len(p.Rows), err)
		}
	}
	mine, err := o.WaitingConditions(t.Context(), o.secretary)
	if err != nil || len(mine) != 1 || mine[0].Community != "槐荫社区" || !strings.HasPrefix(mine[0].Path(), "/desk/applications/2026-50#") {
		t.Errorf("conditions: %+v, %v", mine, err)
	}
}

// The queue leads from one application to the next, and begins again after the last.
func TestBeside(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.shelf(t)
	open := func(seq int) Application {
		a, err := o.View(t.Context(), o.reviewer, 2026, seq)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	for _, c := range []struct {
		seq, position int
		prev, next    string
	}{{2, 1, "", "/desk/applications/2026-3"}, {3, 2, "/desk/applications/2026-2", "/desk/applications/2026-1"},
		{1, 3, "/desk/applications/2026-3", "/desk/applications/2026-2"}, {4, 0, "/desk/applications/2026-3", "/desk/applications/2026-1"}} {
		b, err := o.BesideInQueue(t.Context(), o.reviewer, open(c.seq))
		if err != nil || b.Position != c.position || b.Prev() != c.prev || b.Next() != c.next {
			t.Errorf("%d: %d %q %q, %v", c.seq, b.Position, b.Prev(), b.Next(), err)
		}
	}
	if b, err := o.BesideInQueue(t.Context(), o.dept, open(1)); err != nil || b != (Beside{}) {
		t.Errorf("a department has a queue: %+v, %v", b, err)
	}
}

const fillApplications = `
INSERT INTO application (year, seq, admitted_year, admitted_seq, unit_id, account_id, state, title, title_key, list_kind, communities, due_on, start_on, end_on,
    decided_at, created_at, saved_at, submitted_at, checks)
SELECT 2025, g, CASE WHEN g % 10 < 6 THEN 2025 END, CASE WHEN g % 10 < 6 THEN g END, $1 + g % 2, $2,
    CASE WHEN g % 10 < 6 THEN 'approved' WHEN g % 10 = 6 THEN 'submitted' WHEN g % 10 = 7 THEN 'rejected' WHEN g % 10 = 8 THEN 'returned' ELSE 'withdrawn' END,
    t.words, t.words, 'entrusted', ARRAY['3201049000' || lpad((g % 6 + 1)::text, 2, '0')], DATE '2026-11-01' + g % 60, DATE '2026-01-01' + g % 140,
    DATE '2026-06-01' + g % 700, CASE WHEN g % 10 < 8 AND g % 10 <> 6 THEN $3::timestamptz END, $3, $3, $3, 'ppppp'
FROM generate_series(1, 24000) g, LATERAL (SELECT substr('冬季消防安全宣传低保核对入户走访养犬登记信息采集', g % 17 + 1, 6) || chr(19968 + g % 5000) || chr(19968 + g / 7) AS words) t`

// Every query of lists, figures and clocks walks an index of applications: at 24,000 rows no plan
// reads the whole table.
func TestListsWalkIndexes(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.shelf(t)
	admin := pgtest.Admin(t, o.db) // without the pool's time limit, which a loaded machine would meet
	if _, err := admin.Exec(t.Context(), fillApplications, o.dept.Posts[0].UnitID, o.dept.AccountID, o.db.Now()); err != nil {
		t.Fatal(err)
	}
	if _, err := admin.Exec(t.Context(), "ANALYZE application"); err != nil {
		t.Fatal(err)
	}
	queries := map[string]string{
		"anyDueDown": anyDueDown, "anyDueUp": anyDueUp, "anyNewDown": anyNewDown, "anyNewUp": anyNewUp, "anyWordDown": anyWordDown, "anyWordUp": anyWordUp,
		"anyEndsDown": anyEndsDown, "anyEndsUp": anyEndsUp, "anyWordNear": anyWordNear, "anyAsked": anyAsked, "anyNumbered": anyNumbered,
		"nearDueDown": nearDueDown, "nearNewDown": nearNewDown, "nearNewUp": nearNewUp, "nearWordDown": nearWordDown, "nearEndsDown": nearEndsDown,
		"nearAsked": nearAsked, "anyTabs": anyTabs, "nearTabs": nearTabs, "waits": selectWaits, "beside": selectBeside,
	}
	for name, sql := range queries {
		f := Filter{Tab: TabAll, Words: "养犬", Today: today, Limit: 20}
		who := o.reviewer
		if strings.HasPrefix(name, "near") {
			who = o.secretary
		}
		args, err := f.args(who, authz.ReachOf(who, authz.AppList))
		if err != nil {
			t.Fatal(err)
		}
		for k, v := range map[string]any{"decides": true, "confirms": []string{huaiyin}, "answers": []string{huaiyin}, "replies": []int64{1}, "clauses": true, "signs": true, "keeps": []string{huaiyin}, "keepsall": false,
			"account": int64(1), "most": 1000, "today": today, "soon": today.Add(30), "waits": true, "admitted": strings.HasSuffix(name, "Numbered")} {
			args[k] = v
		}
		if strings.Contains(name, "Asked") || strings.Contains(name, "Numbered") {
			args["year"], args["seq"] = 2025, 77
		}
		if plan := explain(t, admin, sql, args); strings.Contains(plan, "Seq Scan on application a") || strings.Contains(plan, "Seq Scan on application n") {
			t.Errorf("%s reads the whole table:\n%s", name, plan)
		}
	}
}

func explain(t *testing.T, conn *pgx.Conn, sql string, args pgx.NamedArgs) string {
	t.Helper()
	rows, err := conn.Query(t.Context(), "EXPLAIN "+sql, args)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(plan, "\n")
}
