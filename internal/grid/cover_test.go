package grid

import (
	"strings"
	"testing"

	"portal/internal/workday"
)

var (
	coverDay = workday.NewDay(2026, 11, 18)
	desk     = Desk{Phone: "0000-12345678", ActingDays: 14}
	one      = Worker{ID: 1, Name: "葛一", Phone: "0000-5550001", AccountID: 11}
	two      = Worker{ID: 2, Name: "葛二", Phone: "0000-5550002"}
	three    = Worker{ID: 3, Name: "葛三", Phone: "0000-5550003"}
)

func line(r Role, w Worker) Post {
	p := Post{ID: int64(len(r)), GridID: 7, Role: r, Worker: w, From: workday.NewDay(2025, 1, 1)}
	if w.IsZero() {
		p.Reason, p.VacantSince = "退休", coverDay.Add(-13)
	}
	return p
}

// GRD-04, GRD-05, GRD-19 and the limit of GRD-03: every combination leads to somebody with a telephone.
func TestCover(t *testing.T) {
	t.Parallel()
	away := func(ids ...WorkerID) map[WorkerID]Leave {
		out := map[WorkerID]Leave{}
		for _, id := range ids {
			out[id] = Leave{From: coverDay, Until: coverDay.Add(3), Kind: SickLeave}
		}
		return out
	}
	long := line(RoleA, Worker{})
	long.VacantSince = coverDay.Add(-14)
	for name, c := range map[string]struct {
		posts []Post
		away  map[WorkerID]Leave
		as    Standing
		phone string
		red   bool
		over  bool
		says  string
	}{
		"the A is there":                    {[]Post{line(RoleA, one), line(RoleB, two)}, nil, AsA, one.Phone, false, false, "A 岗葛一在岗"},
		"GRD-04 the A is away":              {[]Post{line(RoleA, one), line(RoleB, two)}, away(1), ActingB, two.Phone, false, false, "A 岗葛一请假（11月18日至20日），B 岗葛二代理"},
		"GRD-05 the B is away too":          {[]Post{line(RoleA, one), line(RoleB, two), line(RoleLead, three)}, away(1, 2), ActingLead, three.Phone, false, false, "网格长葛三代理"},
		"GRD-05 nobody is there":            {[]Post{line(RoleA, one), line(RoleB, two), line(RoleLead, three)}, away(1, 2, 3), Street, desk.Phone, true, false, "由街道值班接听"},
		"GRD-05 no lead is named":           {[]Post{line(RoleA, one), line(RoleB, two)}, away(1, 2), Street, desk.Phone, true, false, "没有指定网格长"},
		"GRD-03 vacant on the 14th day":     {[]Post{line(RoleA, Worker{}), line(RoleB, two)}, nil, ActingB, two.Phone, false, false, "A 岗空缺（退休），B 岗葛二代理"},
		"GRD-03 vacant on the 15th day":     {[]Post{long, line(RoleB, two)}, nil, ActingB, two.Phone, true, true, "B 岗葛二代理"},
		"GRD-03 A and B vacant":             {[]Post{line(RoleA, Worker{}), line(RoleB, Worker{}), line(RoleLead, three)}, nil, ActingLead, three.Phone, false, false, "B 岗空缺"},
		"GRD-19 a grid that does not stand": {nil, nil, Street, desk.Phone, false, false, "没有这个网格"},
		"only the B is away":                {[]Post{line(RoleA, one), line(RoleB, two)}, away(2), AsA, one.Phone, false, false, "在岗"},
	} {
		a := Cover(c.posts, c.away, coverDay, desk)
		if a.As != c.as || a.Phone != c.phone || a.RedFlag != c.red || a.OverLimit != c.over || !strings.Contains(a.Why, c.says) {
			t.Errorf("%s: %+v", name, a)
		}
		if a.Phone == "" {
			t.Errorf("%s: nobody can be reached", name)
		}
	}
}

// Whatever a line's range does not cover is not asked.
func TestCoverLooksAtTheDay(t *testing.T) {
	t.Parallel()
	old, now := line(RoleA, one), line(RoleA, two)
	old.Until, now.From = coverDay, coverDay
	lines := []Post{old, now, line(RoleB, three)}
	if a := Cover(lines, nil, coverDay.Add(-1), desk); a.Worker.ID != 1 {
		t.Errorf("the day before: %+v", a)
	}
	if a := Cover(lines, nil, coverDay, desk); a.Worker.ID != 2 {
		t.Errorf("the day itself: %+v", a)
	}
}

// The public reads who answers; leave, vacancies and accounts stay inside.
func TestPublicAnswerSaysNoMore(t *testing.T) {
	t.Parallel()
	a := Cover([]Post{line(RoleA, one), line(RoleB, Worker{}), line(RoleLead, three)}, map[WorkerID]Leave{1: {From: coverDay, Until: coverDay.Add(1), Kind: SickLeave}},
		coverDay, desk).forPublic()
	if a.Worker != (Worker{ID: 3, Name: "葛三", Phone: three.Phone}) || a.Phone != three.Phone || a.Why != "现在由葛三代理" || a.RedFlag || a.VacantDays != 0 {
		t.Errorf("%+v", a)
	}
}

func TestSpanOfDays(t *testing.T) {
	t.Parallel()
	for want, until := range map[string]workday.Day{"11月18日": coverDay.Add(1), "11月18日至20日": coverDay.Add(3), "11月18日至12月2日": workday.NewDay(2026, 12, 3),
		"2026年11月18日至2027年1月4日": workday.NewDay(2027, 1, 5)} {
		if got := span(coverDay, until); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// GRD-06: counted on the worst day, whatever lies before and after.
func TestTogetherCountsTheWorstDay(t *testing.T) {
	t.Parallel()
	d := func(n int) workday.Day { return coverDay.Add(n) }
	spans := []aSpan{{GridID: 1, From: d(-100), Until: d(5), Households: 300}, {GridID: 2, From: d(5), Households: 400}, {GridID: 3, From: d(20), Until: d(30), Households: 100}}
	for _, c := range []struct{ from, until, grids, households int }{{0, 5, 1, 300}, {0, 0, 2, 500}, {0, 20, 1, 400}, {30, 0, 1, 400}, {6, 21, 2, 500}} {
		until := workday.Day{}
		if c.until != 0 {
			until = d(c.until)
		}
		if n, h := together(spans, d(c.from), until); n != c.grids || h != c.households {
			t.Errorf("from %d until %d: %d grids, %d households", c.from, c.until, n, h)
		}
	}
}
