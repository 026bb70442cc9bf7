package workorder

import (
	"testing"
	"time"

	"portal/internal/authz"
	"portal/internal/policy"
	"portal/internal/workday"
)

// First contact: a quarter of the limit and at most a day (§6.2).
func TestContactAfter(t *testing.T) {
	v := policy.DefaultValues(workday.NewDay(2026, 11, 18))
	for hours, want := range map[int]time.Duration{2: 30 * time.Minute, 24: 6 * time.Hour, 72: 18 * time.Hour, 168: 24 * time.Hour, 360: 24 * time.Hour} {
		if got := contactAfter(time.Duration(hours)*time.Hour, v); got != want {
			t.Errorf("%d hours: %v, want %v", hours, got, want)
		}
	}
	for hours, want := range map[int]Urgency{1: Emergency, 2: Emergency, 24: Livelihood, 25: General, 168: General, 360: Complex} {
		if got := urgencyOf(hours); got != want {
			t.Errorf("%d hours: %s", hours, got)
		}
	}
}

// REQ-10: saying that one is at it is not a reply; telling what was done is, also with these words in it.
func TestUnfinished(t *testing.T) {
	for words, want := range map[string]bool{
		"正在协调有关单位。": true, "已转交，处理中": true, "我们将尽快处理": true, "正 在 协 调": true, "已更换灯泡，恢复照明。": false,
		"已解决；井盖权属正在协调，后续会公布": false, "经核实，该处不属于破损，已向居民解释": false} {
		if got := unfinished(words); got != want {
			t.Errorf("%q: %v", words, got)
		}
	}
}

// GRD-04, 05, 06 and §5.5, 4: who acts in a grid.
func TestActing(t *testing.T) {
	a, b, lead := holder{Role: "a", Account: 1, Name: "甲"}, holder{Role: "b", Account: 2, Name: "乙"}, holder{Role: "lead", Account: 3, Name: "丙"}
	gone := func(h holder) holder { h.Away = true; return h }
	part := func(h holder) holder { h.PartTime = true; return h }
	for _, x := range []struct {
		name  string
		posts []holder
		avoid int64
		class Class
		want  string
	}{
		{"the A", []holder{a, b, lead}, 0, Management, "甲"},
		{"the B while the A is away", []holder{gone(a), b, lead}, 0, Management, "乙"},
		{"the lead when both are", []holder{gone(a), gone(b), lead}, 0, Management, "丙"},
		{"nobody", []holder{gone(a), gone(b), gone(lead)}, 0, Management, ""},
		{"vacant", []holder{b}, 0, Management, "乙"},
		{"not the own case", []holder{a, b}, 1, ByService, "乙"},
		{"no enforcement by part-time workers", []holder{part(a), b}, 0, Enforcement, "乙"},
		{"service by part-time workers", []holder{part(a), b}, 0, ByService, "甲"},
		{"who has no account is nobody's avoided account", []holder{{Role: "a", Name: "丁"}}, 0, ByService, "丁"},
	} {
		h, ok := acting(x.posts, x.avoid, x.class)
		if h.Name != x.want || ok != (x.want != "") {
			t.Errorf("%s: %q", x.name, h.Name)
		}
	}
}

// A category's department is its first unit that is no body of a community.
func TestCommunityBody(t *testing.T) {
	for name, want := range map[string]bool{"社区居委会": true, "社区居委会(代办员)": true, "社区人民调解委员会": true, "居民委员会": true, "网格员": true,
		"社区卫生服务中心": false, "街道社区建设科": false, "城市管理局(市政)": false, "业主委员会": false} {
		if got := communityBody(name); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if got := writings("街道城市管理科(夜间)"); len(got) != 3 || got[1] != "街道城市管理科" || got[2] != "城市管理科" {
		t.Errorf("%v", got)
	}
}

func TestLeft(t *testing.T) {
	now := time.Date(2026, 11, 18, 2, 0, 0, 0, time.UTC)
	for d, want := range map[time.Duration]string{38 * time.Minute: "剩 38 分钟", 3 * time.Hour: "剩 3 小时", 72 * time.Hour: "剩 3 天", -5 * time.Hour: "超期 5 小时",
		10 * time.Second: "剩 不到 1 分钟"} {
		words, near, late := Left(now.Add(d), now)
		if words != want || late != (d < 0) || near != (d >= 0 && d < 2*time.Hour) {
			t.Errorf("%v: %q %v %v", d, words, near, late)
		}
	}
}

// Reach: the owner acts, helpers and the community see, the complained unit and a community that is complained about
// are among neither (REQ-13, §6.8, 12).
func TestSeenAndOwned(t *testing.T) {
	const community = "320104900001"
	post := func(r authz.Role, unit int64, division string) authz.Actor {
		return authz.Actor{AccountID: 50 + unit, Posts: []authz.Post{{Role: r, UnitID: unit, Division: division}}}
	}
	department, secretary, worker := post(authz.Department, 7, ""), post(authz.Secretary, 8, community), post(authz.GridWorker, 9, community)
	base := Order{Community: community, State: Dispatched, Owner: Owner{Kind: Unit, Unit: 7}}
	mine := base
	mine.Owner = Owner{Kind: Grid, Grid: 1}
	mine.holders = []holder{{Account: worker.AccountID}}
	avoided := mine
	avoided.AvoidAccount = worker.AccountID
	complained := base
	complained.ComplainedUnit = 7
	hidden := base
	hidden.HiddenFrom = community
	committee := hidden
	committee.Owner = Owner{Kind: Community, Community: community}
	helped := base
	helped.helpers = []helper{{Unit: 10}}
	for _, x := range []struct {
		name      string
		o         Order
		by        authz.Actor
		see, sign bool
	}{
		{"the owner", base, department, true, true}, {"the community", base, secretary, true, false}, {"a worker of another grid", base, worker, false, false},
		{"a holder of the grid", mine, worker, true, true}, {"the own case", avoided, worker, false, false},
		{"the unit complained about", complained, department, false, false}, {"the community complained about", hidden, secretary, false, false},
		{"the committee complained about", committee, secretary, false, false}, {"a helper", helped, post(authz.Department, 10, ""), true, false},
		{"another department", base, post(authz.Department, 11, ""), false, false}, {"the desk records for the owner", base, post(authz.Dispatcher, 1, "320104900"), true, true},
		{"an auditor only reads", base, post(authz.Auditor, 1, ""), true, false}, {"the public", base, authz.Anonymous, false, false},
	} {
		if see, sign := x.o.visible(x.by), x.o.Can(x.by, authz.WorkSign); see != x.see || sign != x.sign {
			t.Errorf("%s: sees %v, signs %v", x.name, see, sign)
		}
	}
}

// Every clock has a name and a ladder whose rungs come one after the other.
func TestLadders(t *testing.T) {
	v := policy.DefaultValues(workday.NewDay(2026, 11, 18))
	now := time.Date(2026, 11, 18, 2, 0, 0, 0, time.UTC)
	c := Clock{StartedAt: now, WarnAt: now.Add(8 * time.Hour), DueAt: now.Add(10 * time.Hour)}
	if len(ladders) != 7 {
		t.Errorf("%d ladders for the seven clocks of a case", len(ladders))
	}
	for kind, ladder := range ladders {
		if kind.Label() == "" {
			t.Errorf("%s has no name", kind)
		}
		last := time.Time{}
		for _, r := range ladder {
			if r.at(c, v).Before(last) {
				t.Errorf("%s climbs backwards", kind)
			}
			last = r.at(c, v)
		}
	}
}
