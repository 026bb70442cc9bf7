package workorder_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/workorder"
)

func (c *town) list(by authz.Actor, f workorder.Filter) (out []string) {
	c.Helper()
	for {
		p, err := c.s.List(c.ctx, by, f)
		c.must(err)
		for _, o := range p.Rows {
			out = append(out, o.No)
		}
		if !p.HasNext {
			return out
		}
		f.Cursor = p.Next
	}
}

// A list holds what the person may open, in every tab, and nothing else; its pages have no gap and nothing twice.
func TestListIsReach(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	for i := range 9 {
		o := c.open(func(n *workorder.Opening) {
			n.At = c.now.Add(-time.Duration(i%3) * time.Hour)
			if i%4 == 1 {
				n.Community, n.Grid = shiqiao, 0
			}
			if i == 6 {
				n.ReporterAccount = c.a.AccountID
			}
			if i == 7 {
				n.FirstAccount = c.clerk.AccountID
			}
		})
		switch i % 3 {
		case 0:
			o = c.dispatch(o, to(c.city))
		case 1:
			o = c.dispatch(o, workorder.Target{Kind: workorder.Grid, Grid: c.grid, Item: "ZZ-1"})
		}
		if i == 3 {
			c.got(c.s.AskHelp(c.ctx, c.cityman, c.key(), workorder.AskHelp{At: c.sign(c.cityman, o).At(), Unit: c.water, Words: "请协助"}))
		}
	}
	all := c.list(c.dispatcher, workorder.Filter{Tab: workorder.TabAll, Limit: 2})
	if len(all) != 9 {
		t.Fatalf("%v", all)
	}
	for _, who := range []authz.Actor{c.dispatcher, c.leader, c.cityman, c.waterman, c.secretary, c.other, c.a, c.b, c.clerk} {
		var want []string
		for _, no := range all {
			if _, err := c.s.Get(c.ctx, who, no); err == nil {
				want = append(want, no)
			} else if fault.KindOf(err) != fault.KindNotFound {
				t.Error(err)
			}
		}
		for _, size := range []int{2, 50} {
			for _, tab := range []workorder.Tab{workorder.TabAll, workorder.TabOpen} {
				got := c.list(who, workorder.Filter{Tab: tab, Limit: size})
				if tab == workorder.TabAll && !slices.Equal(got, want) {
					t.Errorf("%s lists %v, may open %v", who.Name, got, want)
				}
				slices.Sort(got)
				sorted := slices.Clone(want)
				slices.Sort(sorted)
				if !slices.Equal(got, sorted) {
					t.Errorf("%s %s lists %v, may open %v", who.Name, tab, got, sorted)
				}
			}
		}
		counts, err := c.s.CountTabs(c.ctx, who)
		if err != nil || counts[workorder.TabAll] != len(want) || counts[workorder.TabOpen] != len(want) {
			t.Errorf("%s counts %v, want %d; %v", who.Name, counts, len(want), err)
		}
	}
	if got := c.list(c.dispatcher, workorder.Filter{Tab: workorder.TabAll, Unit: c.city, Limit: 1}); len(got) != 3 {
		t.Errorf("of the department: %v", got)
	}
	for _, tab := range []workorder.Tab{workorder.TabAll, workorder.TabOpen} {
		if got := c.list(c.dispatcher, workorder.Filter{Tab: tab, Grid: c.grid, Limit: 1}); len(got) != 3 {
			t.Errorf("%s of the grid: %v", tab, got)
		}
		if got := c.list(c.dispatcher, workorder.Filter{Tab: tab, Community: shiqiao, Limit: 1}); len(got) != 2 {
			t.Errorf("%s of the community: %v", tab, got)
		}
	}
	if got := c.list(c.a, workorder.Filter{Tab: workorder.TabMine}); len(got) != 3 {
		t.Errorf("the worker has to do %v", got)
	}
}

// Going back over the pages gives the pages that were there.
func TestListBack(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	for range 5 {
		c.open()
	}
	for _, tab := range []workorder.Tab{workorder.TabAll, workorder.TabDesk} {
		f := workorder.Filter{Tab: tab, Limit: 2}
		p1, err := c.s.List(c.ctx, c.dispatcher, f)
		c.must(err)
		f.Cursor = p1.Next
		p2, err := c.s.List(c.ctx, c.dispatcher, f)
		c.must(err)
		f.Cursor = p2.Prev
		back, err := c.s.List(c.ctx, c.dispatcher, f)
		c.must(err)
		if len(back.Rows) != 2 || back.Rows[0].No != p1.Rows[0].No || back.Rows[1].No != p1.Rows[1].No {
			t.Errorf("%s: %v, then back %v", tab, p1.Rows, back.Rows)
		}
		f.Cursor = "nonsense"
		_, err = c.s.List(c.ctx, c.dispatcher, f)
		c.refused(err, fault.KindInvalid, "翻页位置无效")
	}
}

// Words of two characters, a number, and reach: the search finds what is there and shows nobody more.
func TestSearch(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	o := c.open(func(n *workorder.Opening) { n.Title, n.Place = "井盖松动 100%", "梧桐路" })
	c.open()
	for words, want := range map[string]int{"井盖": 1, "梧桐": 1, "松": 1, "路灯": 1, "100%": 1, "%": 1, "無": 0, o.No: 1, strings.ToLower(o.No): 1, "喷泉": 0} {
		if got := c.list(c.dispatcher, workorder.Filter{Tab: workorder.TabAll, Words: words}); len(got) != want {
			t.Errorf("%q finds %v", words, got)
		}
		if got := c.list(c.cityman, workorder.Filter{Tab: workorder.TabAll, Words: words}); len(got) != 0 {
			t.Errorf("%q shows a stranger %v", words, got)
		}
		if got := c.list(c.secretary, workorder.Filter{Tab: workorder.TabOpen, Words: words}); len(got) != want {
			t.Errorf("%q finds %v among the open ones", words, got)
		}
	}
}

// 快到期 and 已超期 follow the clock.
func TestNearAndLate(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	o := c.open()
	for _, x := range []struct {
		at         time.Duration
		near, late int
	}{{19 * time.Hour, 0, 0}, {20 * time.Hour, 1, 0}, {24*time.Hour - time.Second, 1, 0}, {24*time.Hour + time.Second, 0, 1}} {
		c.clock(o.StartedAt.Add(x.at))
		counts, err := c.s.CountTabs(c.ctx, c.dispatcher)
		if err != nil || counts[workorder.TabNear] != x.near || counts[workorder.TabLate] != x.late || c.get(o).Late(c.now) != (x.late == 1) {
			t.Errorf("after %v: %v %v", x.at, counts, err)
		}
	}
}

// 待办: each person reads the act that is next, the nearest clock first, and no act that would be refused.
func TestWaiting(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	verbs := func(by authz.Actor) string {
		w, err := c.s.Waiting(c.ctx, by, 10)
		c.must(err)
		var out []string
		for _, x := range w {
			if !x.Order.Can(by, x.Action) {
				t.Errorf("%s cannot %s", by.Name, x.Verb)
			}
			out = append(out, x.Verb)
		}
		return fmt.Sprint(out)
	}
	o := c.open()
	expect := func(by authz.Actor, want string) {
		t.Helper()
		if got := verbs(by); got != want {
			t.Errorf("%s waits for %s, want %s", by.Name, got, want)
		}
	}
	expect(c.dispatcher, "[派单]")
	o = c.dispatch(o, to(c.city))
	expect(c.cityman, "[签收]")
	expect(c.dispatcher, "[]")
	o = c.sign(c.cityman, o)
	expect(c.cityman, "[联系居民]")
	o = c.contact(c.cityman, o)
	expect(c.cityman, "[报办结]")
	expect(c.secretary, "[协办答复]")
	c.got(c.s.Extend(c.ctx, c.cityman, c.key(), workorder.Extend{At: o.At(), Until: o.DueAt.Add(time.Hour), Reason: "等待配件到货"}))
	expect(c.leader, "[审批延期]")
	c.got(c.s.Dispute(c.ctx, c.waterman, c.key(), workorder.Dispute{At: c.dispatch(c.open(), to(c.water)).At(), Reason: "不属于本单位"}))
	expect(c.dispatcher, "[裁定]")
	f := c.open(finding, func(n *workorder.Opening) { n.ReporterAccount = c.secretary.AccountID })
	c.report(c.waterman, c.sign(c.waterman, c.dispatch(f, to(c.water))))
	expect(c.dispatcher, "[裁定 核查]")
	expect(c.secretary, "[协办答复]")
}

// The dispatcher settles fifty requests at once after a preview; what changed meanwhile is left alone and named;
// every case has its own entry of the trail; the same form twice counts once.
func TestBulk(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	var at []workorder.Step
	for i := range 50 {
		at = append(at, c.open(func(n *workorder.Opening) {
			if i == 7 {
				n.Category = "1901" // only a community body, and no rule: nobody to send it to
			}
		}).At())
	}
	rows, err := c.s.BulkPlan(c.ctx, c.dispatcher, at)
	c.must(err)
	var good []workorder.BulkRow
	for i, r := range rows {
		if (r.Problem != "") != (i == 7) {
			t.Errorf("row %d: %q to %s", i, r.Problem, r.To.Words())
		}
		if r.Problem == "" {
			good = append(good, r)
		}
	}
	c.dispatch(good[0].Order, to(c.water)) // somebody was faster
	k := c.key()
	for range 2 {
		done, err := c.s.BulkApply(c.ctx, c.dispatcher, k, good)
		c.must(err)
		if len(done.Done) != 48 {
			t.Errorf("%d done, skipped %+v", len(done.Done), done.Skipped)
		}
	}
	if n := c.number(`SELECT count(*) FROM audit_entry WHERE action = 'work.dispatch'`); n != 49 {
		t.Errorf("%d entries of the trail", n)
	}
	if n := c.number(`SELECT count(*) FROM work_order WHERE owner_unit = $1`, c.city); n != 48 {
		t.Errorf("%d with the department", n)
	}
	_, err = c.s.BulkApply(c.ctx, c.cityman, c.key(), good)
	c.refused(err, fault.KindNotFound, "没有找到")
}

// §6.2: a list of one urgency holds the cases of it, in every tab and for every reach.
func TestListOfOneUrgency(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	want := map[workorder.Urgency][]string{}
	for _, hours := range []int{2, 24, 24, 168, 400} {
		o := c.open(func(n *workorder.Opening) { n.DueHours = hours })
		want[o.Urgency] = append(want[o.Urgency], o.No)
	}
	for _, u := range workorder.Urgencies {
		for _, by := range []authz.Actor{c.dispatcher, c.secretary} {
			for _, f := range []workorder.Filter{{Tab: workorder.TabAll}, {Tab: workorder.TabOpen}, {Tab: workorder.TabAll, Words: "路灯"}} {
				f.Urgency, f.Limit = u, 1
				got := c.list(by, f)
				slices.Sort(got)
				if !slices.Equal(got, want[u]) || len(got) == 0 {
					t.Errorf("%s, %s %q of %s: %v, want %v", by.Name, f.Tab, f.Words, u, got, want[u])
				}
			}
		}
	}
	if got := c.list(c.dispatcher, workorder.Filter{Tab: workorder.TabAll}); len(got) != 5 {
		t.Errorf("without the filter: %v", got)
	}
}
