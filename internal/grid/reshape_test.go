package grid

import (
	"strings"
	"testing"

	"portal/internal/geo"
	"portal/internal/place"
	"portal/internal/workday"
)

// small is a situation without a database: 第一网格 (1) west, 第二网格 (2) east, one building in each, and a
// third grid (3) that has no boundary.
func small(t *testing.T) situation {
	n := situation{today: thisDay, day: nextMonth, community: map[string]string{huaiyin: "槐荫社区"}, later: map[ID]workday.Day{}, handovers: map[ID]bool{},
		stays: map[int64][]stay{}, workers: map[WorkerID]serving{7: {Name: "葛七", Community: huaiyin, From: longAgo}}, taken: map[string]string{huaiyin + "001": "第一网格"},
		last: map[string]int{huaiyin + "o": 3}, limitA: 2, limitHouses: 800, asked: map[ID]Grid{}}
	for i, shape := range []geo.Shape{box(t, 0, 0, 10, 10), box(t, 10, 0, 10, 10), {}} {
		g := Grid{ID: ID(i + 1), Code: huaiyin + []string{"001", "002", "003"}[i], Community: huaiyin, Kind: Ordinary, Name: []string{"第一网格", "第二网格", "第三网格"}[i],
			Boundary: shape, System: geo.WGS84, From: longAgo, Version: 1, Households: 40, Buildings: 1}
		n.standing = append(n.standing, g)
		n.asked[g.ID] = g
		b := place.Building{ID: int64(i + 1), Compound: "里", Name: []string{"1幢", "2幢", "3幢"}[i], Households: 40, Lng: 118.775 + 0.01*float64(i), Lat: 32.025, System: geo.WGS84, From: longAgo}
		n.stays[b.ID] = []stay{{ID: b.ID, Building: b, Grid: g.ID, From: longAgo}}
		n.posts = append(n.posts, holding{Grid: g.ID, Role: RoleA, Worker: WorkerID(i + 1), Name: "葛" + g.Name}, holding{Grid: g.ID, Role: RoleB})
	}
	return n
}

// GRD-01, GRD-02, GRD-06, edge cases 2 and 6 as a table: what a change moves, and why another is refused.
func TestReckon(t *testing.T) {
	t.Parallel()
	west, east, all := box(t, 0, 0, 10, 10), box(t, 10, 0, 10, 10), box(t, 0, 0, 20, 10)
	open := func(n NewGrid) Change {
		n.Kind, n.Community = Ordinary, huaiyin
		if n.Name == "" {
			n.Name = "新网格"
		}
		return Change{Open: []NewGrid{n}}
	}
	with := func(c Change, change func(*Change)) Change { change(&c); return c }
	for name, c := range map[string]struct {
		change  Change
		before  func(n *situation)
		moves   string // building→grid
		refused string
	}{
		"merge by successor":       {change: with(open(NewGrid{From: []ID{1, 2}, Boundary: all}), func(c *Change) { c.Close = []ID{1, 2} }), moves: "里1幢→新网格 里2幢→新网格"},
		"merge without a boundary": {change: with(open(NewGrid{From: []ID{1, 3}, Boundary: west}), func(c *Change) { c.Close = []ID{1, 3} }), moves: "里1幢→新网格 里3幢→新网格"},
		"split without boundaries": {change: Change{Close: []ID{1}, Open: []NewGrid{{Kind: Ordinary, Community: huaiyin, Name: "甲网格", From: []ID{1}, Buildings: []int64{1}},
			{Kind: Ordinary, Community: huaiyin, Name: "乙网格", From: []ID{1}}}}, moves: "里1幢→甲网格"},
		"merge and nothing drawn":    {change: with(open(NewGrid{From: []ID{1, 2}}), func(c *Change) { c.Close = []ID{1, 2} }), moves: "里1幢→新网格 里2幢→新网格"},
		"close into a redrawn one":   {change: Change{Close: []ID{1}, Redraw: []Redraw{{ID: 2, Version: 1, Boundary: all}}}, moves: "里1幢→第二网格"},
		"close and nobody takes it":  {change: Change{Close: []ID{3}}, refused: "1 幢楼会不在任何网格里：里3幢"},
		"close and land is lost":     {change: Change{Close: []ID{1}}, refused: "土地会不属于任何网格"},
		"a list beats the boundary":  {change: open(NewGrid{Buildings: []int64{3}, From: []ID{3}}), moves: "里3幢→新网格"},
		"a list of a closed grid":    {change: with(open(NewGrid{From: []ID{3}, Buildings: []int64{2}}), func(c *Change) { c.Close = []ID{3} }), refused: "里3幢"},
		"land from a grid undrawn":   {change: open(NewGrid{Boundary: box(t, 20, 0, 10, 10), From: []ID{3}}), moves: "里3幢→新网格"},
		"withdrawn to the neighbour": {change: Change{Redraw: []Redraw{{ID: 1, Version: 1, Boundary: box(t, 0, 0, 4, 10)}, {ID: 2, Version: 1, Boundary: box(t, 4, 0, 16, 10)}}}, moves: "里1幢→第二网格"},
		"a name only":                {change: Change{Redraw: []Redraw{{ID: 1, Version: 1, Name: "老街网格"}}}},
		"overlap":                    {change: open(NewGrid{Boundary: box(t, 9, 0, 5, 5)}), refused: "重叠约"},
		"another system":             {change: with(open(NewGrid{Boundary: box(t, 30, 0, 5, 5)}), func(c *Change) { c.System = geo.GCJ02 }), refused: "同一种坐标系"},
		"a code again":               {change: open(NewGrid{Code: huaiyin + "001"}), refused: "不重复使用"},
		"a code of another kind":     {change: open(NewGrid{Code: huaiyin + "905"}), refused: "与社区或者类型不符"},
		"a name twice":               {change: open(NewGrid{Name: "第一网格"}), refused: "请换一个名称"},
		"yesterday":                  {change: with(open(NewGrid{}), func(c *Change) { c.Day = thisDay.Add(-1) }), refused: "不能早于今天"},
		"a first import reaches back": {change: with(open(NewGrid{Boundary: box(t, 30, 0, 5, 5)}), func(c *Change) { c.Day = longAgo }),
			before: func(n *situation) { n.empty = true }},
		"no reason":         {change: with(open(NewGrid{}), func(c *Change) { c.Reason = " " }), refused: "请写明调整的理由"},
		"seen before":       {change: Change{Redraw: []Redraw{{ID: 1, Version: 2, Name: "甲网格"}}}, refused: "刚才由他人调整过"},
		"a plan after it":   {change: Change{Close: []ID{1}}, before: func(n *situation) { n.later[1] = nextMonth.Add(9) }, refused: "2026年12月10日 另有一次计划中的调整"},
		"an open handover":  {change: Change{Close: []ID{3}}, before: func(n *situation) { n.handovers[3] = true }, refused: "没有签完的移交单"},
		"A is B":            {change: open(NewGrid{A: 7, B: 7}), refused: "不能是同一个人"},
		"A not on the roll": {change: open(NewGrid{A: 8}), refused: "网格员名册"},
		"three grids for A": {change: open(NewGrid{A: 7}), before: func(n *situation) {
			n.posts = append(n.posts, holding{Grid: 1, Role: RoleA, Worker: 7}, holding{Grid: 2, Role: RoleA, Worker: 7})
		}, refused: "最多 2 个"},
		"three grids for A from a planned day": {change: Change{Close: []ID{1}, Open: []NewGrid{{Kind: Ordinary, Community: huaiyin, Name: "甲网格", From: []ID{1}, Buildings: []int64{1}},
			{Kind: Ordinary, Community: huaiyin, Name: "乙网格", From: []ID{1}}}},
			before: func(n *situation) {
				n.posts = append(n.posts, holding{Grid: 1, Role: RoleA, Worker: 2, Name: "葛二", From: nextMonth.Add(9)})
			}, refused: "葛二会任 3 个网格的 A 岗，最多 2 个"},
		"A is the planned B": {change: Change{Close: []ID{3}, Open: []NewGrid{{Kind: Ordinary, Community: huaiyin, Name: "第三网格新", From: []ID{3}, A: 7}}},
			before: func(n *situation) {
				n.posts = append(n.posts, holding{Grid: 3, Role: RoleB, Worker: 7, Name: "葛七", From: nextMonth.Add(9)})
			}, refused: "已经安排任"},
		"a micro-grid outside": {change: Change{Open: []NewGrid{{Kind: Micro, Community: huaiyin, Name: "微网格", Parent: 1, Boundary: east}}}, refused: "只能划分自己的网格"},
		"a micro-grid inside":  {change: Change{Open: []NewGrid{{Kind: Micro, Community: huaiyin, Name: "微网格", Parent: 1, Boundary: box(t, 2, 2, 6, 6)}}}, moves: "里1幢→第一网格 微网格"},
		"nothing":              {change: Change{}, refused: "没有任何改动"},
	} {
		n := small(t)
		if c.before != nil {
			c.before(&n)
		}
		ch := c.change
		if ch.Day.IsZero() {
			ch.Day = nextMonth
		}
		if ch.Reason == "" {
			ch.Reason = "调整"
		}
		if ch.System == "" {
			ch.System = geo.WGS84
		}
		e := reckon(n, ch)
		var moves []string
		for _, m := range e.Moves {
			moves = append(moves, m.Building+"→"+m.To)
		}
		if said := strings.Join(e.Blocked, "；"); c.refused == "" && said != "" || !strings.Contains(said, c.refused) {
			t.Errorf("%s: blocked %q, want %q", name, said, c.refused)
		}
		if c.refused == "" && strings.Join(moves, " ") != c.moves {
			t.Errorf("%s: moves %v, want %s", name, moves, c.moves)
		}
	}
}

// Codes only grow (GRD-02): 001 to 900, 901 to 999, and two digits more for micro-grids.
func TestCodes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind    Kind
		counter string
		number  int
		want    string
	}{
		{Ordinary, huaiyin + "o", 1, huaiyin + "001"}, {Ordinary, huaiyin + "o", 900, huaiyin + "900"}, {Ordinary, huaiyin + "o", 901, ""},
		{Special, huaiyin + "s", 1, huaiyin + "901"}, {Special, huaiyin + "s", 902, huaiyin + "902"}, {Special, huaiyin + "s", 1000, ""},
		{Micro, huaiyin + "001", 7, huaiyin + "00107"}, {Micro, huaiyin + "001", 100, ""},
	} {
		got := codeAt(c.kind, c.counter, c.number)
		if got != c.want {
			t.Errorf("%s %d: %q", c.kind, c.number, got)
		}
		if kind, community, _ := readCode(got); got != "" && (kind != c.kind || community != huaiyin) {
			t.Errorf("%s reads as %s of %s", got, kind, community)
		}
	}
	for _, wrong := range []string{"", "12", huaiyin + "000", huaiyin + "0011", huaiyin + "00x", huaiyin + "001011"} {
		if kind, _, _ := readCode(wrong); kind != "" {
			t.Errorf("%q is a %s", wrong, kind)
		}
	}
}

// People count houses by their numbers: 2幢 before 10幢, 甲 before 乙 only as written.
func TestByNumbers(t *testing.T) {
	t.Parallel()
	for _, c := range [][2]string{{"2幢", "10幢"}, {"1幢", "1幢甲"}, {"A1幢", "A02幢"}, {"9-2幢", "10-1幢"}} {
		if byNumbers(c[0], c[1]) >= 0 || byNumbers(c[1], c[0]) <= 0 || byNumbers(c[0], c[0]) != 0 {
			t.Errorf("%s before %s", c[0], c[1])
		}
	}
}
