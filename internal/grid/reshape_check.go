package grid

import (
	"cmp"
	"errors"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"portal/internal/fault"
	"portal/internal/geo"
	"portal/internal/normal"
	"portal/internal/workday"
)

// check looks at the words of a change and at whether its grids can be changed at all.
func (r *reckoning) check() {
	if r.Change.Day.IsZero() {
		r.refuse("day", "请填写从哪一天起调整")
		return
	}
	reachesBack := r.empty && len(r.Close)+len(r.Redraw) == 0
	if r.Change.Day.Before(r.today) && !reachesBack {
		r.refuse("day", "生效日期不能早于今天（%s）。已经过去的日子按当时的网格查", r.today.Chinese())
	}
	if n := utf8.RuneCountInString(strings.TrimSpace(r.Reason)); n < 1 || n > 200 {
		r.refuse("reason", "请写明调整的理由，最多 200 个字")
	}
	if len(r.Close)+len(r.Open)+len(r.Redraw) == 0 {
		r.refuse("change", "这次调整没有任何改动，请先选择要调整的网格")
	}
	r.checkNamed()
	for i, o := range r.Open {
		r.checkNew(i, o)
	}
	r.checkNames()
	r.checkSystem()
}

// checkNamed looks at the grids that are there: they stand on the day, and nothing else is planned for them.
func (r *reckoning) checkNamed() {
	seen := map[ID]bool{}
	for _, id := range r.Close {
		if r.stands(id) && !seen[id] {
			r.checkLater(id)
			if r.handovers[id] {
				r.refuse("close", "%s有一张没有签完的移交单。请先签完或者撤销，再调整网格", r.nameOf(id))
			}
		}
		seen[id] = true
	}
	for _, d := range r.Redraw {
		g := r.asked[d.ID]
		switch {
		case seen[d.ID]:
			r.refuse("change", "%s在这次调整里出现了两次，请只留一处", g.Name)
		case !r.stands(d.ID):
		case d.Version != g.Version:
			r.conflict = cmp.Or(r.conflict, fault.Conflict("%s刚才由他人调整过。请重新打开这一页，按最新的边界再改", g.Name))
		default:
			r.checkLater(d.ID)
		}
		seen[d.ID] = true
	}
	for _, o := range r.Open {
		for _, id := range o.From {
			r.stands(id)
		}
	}
}

// stands refuses a grid that is not there on the day.
func (r *reckoning) stands(id ID) bool {
	if _, ok := r.byID[id]; ok {
		return true
	}
	g, known := r.asked[id]
	switch {
	case !known:
		r.conflict = cmp.Or(r.conflict, errNoGrid)
	case g.From.After(r.Change.Day):
		r.refuse("day", "%s从 %s 起才有。请把日期改到那一天或者之后", g.Name, g.From.Chinese())
	default:
		r.conflict = cmp.Or(r.conflict, fault.Conflict("%s已于 %s 关闭。请刷新地图，按现在的网格调整", g.Name, g.Until.Chinese()))
	}
	return false
}

func (r *reckoning) checkLater(id ID) {
	if day, planned := r.later[id]; planned {
		r.refuse("day", "%s在 %s 另有一次计划中的调整。请把这次调整定在那一天之后", r.nameOf(id), day.Chinese())
	}
}

func (r *reckoning) checkNew(at int, o NewGrid) {
	if kindLabels[o.Kind] == "" {
		r.refuse("kind", "请选择新网格的类型")
		return
	}
	if _, known := r.community[o.Community]; !known {
		r.refuse("community", "请为新网格选择社区")
		return
	}
	if (o.Kind == Micro) != (o.Parent != 0) {
		r.refuse("parent", "微网格要选所属的网格，其他网格不选")
		return
	}
	if o.Kind == Micro {
		switch parent := r.byID[o.Parent]; {
		case !r.stands(o.Parent):
			return
		case parent.Kind == Micro || parent.Community != o.Community || slices.Contains(r.Close, o.Parent):
			r.refuse("parent", "“%s”所属的网格要在本社区，并且这次不关闭", o.Name)
		}
	}
	if o.Code != "" {
		r.checkCode(at, o)
	}
	if utf8.RuneCountInString(o.VacancyReason) > 200 {
		r.refuse("vacancy_reason", "空缺的原因最多 200 个字")
	}
}

// checkCode: a code belongs to its community and its kind, and is given once for ever (GRD-02).
func (r *reckoning) checkCode(at int, o NewGrid) {
	if kind, community, parent := readCode(o.Code); kind != o.Kind || community != o.Community || kind == Micro && parent != r.byID[o.Parent].Code {
		r.refuse("code", "编码 %s 与社区或者类型不符：综合网格用 001 到 900，专属网格从 901 起，微网格在所属网格的编码后加两位", o.Code)
	}
	if name, used := r.taken[o.Code]; used {
		r.refuse("code", "编码 %s 已经用于%s，网格编码不重复使用。不填编码时自动取下一个", o.Code, name)
	}
	if slices.ContainsFunc(r.Open[:at], func(other NewGrid) bool { return other.Code == o.Code }) {
		r.refuse("code", "编码 %s 在这次调整里用了两次", o.Code)
	}
}

// readCode takes a code apart: 15 digits, or 17 for a micro-grid. The kind is empty when it is no code.
func readCode(code string) (kind Kind, community, parent string) {
	if strings.Trim(code, "0123456789") != "" {
		return "", "", ""
	}
	switch {
	case len(code) == 17:
		return Micro, code[:12], code[:15]
	case len(code) == 15 && code[12:] >= "901":
		return Special, code[:12], ""
	case len(code) == 15 && code[12:] > "000":
		return Ordinary, code[:12], ""
	}
	return "", "", ""
}

// checkNames: 2 to 40 characters, and on one day each name once in a community.
func (r *reckoning) checkNames() {
	type inCommunity struct{ community, name string }
	used := map[inCommunity]bool{}
	leaves := map[ID]bool{}
	for _, id := range r.Close {
		leaves[id] = true
	}
	for _, d := range r.Redraw {
		leaves[d.ID] = d.Name != ""
	}
	for _, g := range r.standing {
		if !leaves[g.ID] && !leaves[g.ParentID] {
			used[inCommunity{g.Community, g.Name}] = true
		}
	}
	look := func(community, name string) {
		n := utf8.RuneCountInString(name)
		_, err := normal.Clean(name)
		at := inCommunity{community, name}
		switch {
		case n < 2 || n > 40:
			r.refuse("name", "网格名称为 2 到 40 个字")
		case err != nil:
			r.refuse("name", "网格名称%s", err.Error())
		case used[at]:
			r.refuse("name", "%s已经有叫“%s”的网格，请换一个名称", r.community[community], name)
		}
		used[at] = true
	}
	for _, o := range r.Open {
		look(o.Community, o.Name)
	}
	for _, d := range r.Redraw {
		if d.Name != "" {
			look(r.asked[d.ID].Community, d.Name)
		}
	}
}

// checkSystem: boundaries that are compared are in one system; nothing is converted.
func (r *reckoning) checkSystem() {
	drawn := slices.ContainsFunc(r.Open, func(o NewGrid) bool { return !o.Boundary.IsZero() })
	again := map[ID]bool{}
	for _, d := range r.Redraw {
		if !d.Boundary.IsZero() {
			drawn, again[d.ID] = true, true
		}
	}
	if r.System == "" && drawn {
		r.refuse("coord_system", "请写明边界的坐标系：WGS-84 或 GCJ-02")
	}
	if !drawn || r.System == "" {
		return
	}
	for _, g := range r.standing {
		if !g.Boundary.IsZero() && g.System != r.System && !again[g.ID] && !slices.Contains(r.Close, g.ID) {
			r.refuse("coord_system", "%s的边界是 %s 坐标，这次用的是 %s，不能放在一起核对。请用同一种坐标系", g.Name, g.System.Label(), r.System.Label())
			return
		}
	}
}

// compare looks for land that two grids claim, and for land that no grid claims any more (GRD-01).
func (r *reckoning) compare() {
	touched := map[string]string{} // codes of what opens or is redrawn → name
	names := map[string]string{}
	for _, g := range r.after {
		names[g.Code] = g.Name
		if _, again := r.redraws[g.ID]; (again || g.ID < 0) && !g.Boundary.IsZero() {
			touched[g.Code] = g.Name
		}
	}
	whole := func(g Grid) bool { return g.Kind != Micro }
	before, after := areas(r.standing, whole), areas(r.after, whole)
	r.overlaps(near(after, touched), touched, names)
	r.microsInside(names)
	if len(touched) == 0 && len(r.closed) == 0 {
		return
	}
	gaps, err := geo.Gaps(before, after)
	if r.unclear(err) {
		return
	}
	if len(gaps) > 0 {
		standing, err := geo.Gaps(nil, before)
		if r.unclear(err) {
			return
		}
		gaps = slices.DeleteFunc(gaps, func(g geo.Gap) bool {
			return g.Enclosed && slices.ContainsFunc(standing, func(was geo.Gap) bool { return same(was, g) })
		})
	}
	gaps = slices.DeleteFunc(gaps, func(g geo.Gap) bool { return r.undrawn(g.At) })
	r.Gaps = gaps
	if len(gaps) > 0 && r.GiveUp == "" {
		g := gaps[0]
		r.refuse("boundary", "有 %d 处土地会不属于任何网格，最大的一处在%s附近，约 %.0f 平方米。请把它划进一个网格，或者写明不再划入的理由", len(gaps), g.At.Place(), math.Ceil(g.SquareMetres))
	}
}

// undrawn reports whether a point was inside a grid that goes on under another name without a boundary: its
// land is not given up, it is drawn by its buildings until somebody draws it.
func (r *reckoning) undrawn(at geo.Point) bool {
	return slices.ContainsFunc(r.Open, func(o NewGrid) bool {
		return o.Kind != Micro && o.Boundary.IsZero() && slices.ContainsFunc(o.From, func(id ID) bool {
			return r.closing[id] && r.byID[id].Boundary.Contains(at)
		})
	})
}

// near leaves the areas that what was touched can overlap with, and these.
func near(all []geo.Area, touched map[string]string) []geo.Area {
	var out []geo.Area
	for _, a := range all {
		_, own := touched[a.Name]
		if own || slices.ContainsFunc(all, func(b geo.Area) bool {
			_, t := touched[b.Name]
			return t && geo.Adjacent(a.Shape, b.Shape, 1)
		}) {
			out = append(out, a)
		}
	}
	return out
}

func (r *reckoning) overlaps(all []geo.Area, touched, names map[string]string) {
	found, err := geo.Overlaps(all)
	if r.unclear(err) {
		return
	}
	for _, o := range found {
		if touched[o.A] == "" && touched[o.B] == "" {
			continue
		}
		at := o.At.Place()
		o.A, o.B = names[o.A], names[o.B]
		r.Overlaps = append(r.Overlaps, o)
		r.refuse("boundary", "%s与%s在%s附近重叠约 %.0f 平方米。请改其中一条边界", o.A, o.B, at, math.Ceil(o.SquareMetres))
	}
}

// microsInside: a micro-grid lies inside its grid, and beside the others.
func (r *reckoning) microsInside(names map[string]string) {
	byID := map[ID]Grid{}
	for _, g := range r.after {
		byID[g.ID] = g
	}
	touched := func(g Grid) bool { _, again := r.redraws[g.ID]; return again || g.ID < 0 }
	var parents []ID
	for _, g := range r.after {
		if g.Kind != Micro || g.Boundary.IsZero() || byID[g.ParentID].Boundary.IsZero() || !touched(g) && !touched(byID[g.ParentID]) {
			continue
		}
		gaps, err := geo.Gaps([]geo.Area{{Name: g.Code, Shape: g.Boundary}}, []geo.Area{{Name: byID[g.ParentID].Code, Shape: byID[g.ParentID].Boundary}})
		if r.unclear(err) {
			return
		}
		if i := slices.IndexFunc(gaps, func(x geo.Gap) bool { return g.Boundary.Contains(x.At) }); i >= 0 {
			r.refuse("boundary", "微网格“%s”在%s附近越出了%s约 %.0f 平方米。微网格只能划分自己的网格", g.Name, gaps[i].At.Place(), byID[g.ParentID].Name, math.Ceil(gaps[i].SquareMetres))
		}
		if !slices.Contains(parents, g.ParentID) {
			parents = append(parents, g.ParentID)
		}
	}
	for _, p := range parents {
		all := areas(r.after, func(g Grid) bool { return g.Kind == Micro && g.ParentID == p })
		own := map[string]string{}
		for _, a := range all {
			own[a.Name] = names[a.Name]
		}
		r.overlaps(all, own, names)
	}
}

// unclear refuses boundaries that cannot be compared, in the words that geometry has for it.
func (r *reckoning) unclear(err error) bool {
	if err == nil {
		return false
	}
	words := "边界过于复杂，无法核对。请简化后再试"
	if f, ok := errors.AsType[geo.Fault](err); ok {
		words = f.Words
	}
	r.refuse("boundary", "%s", words)
	return true
}

// daysFrom is the part of a range from a day on.
func daysFrom(from, day workday.Day) workday.Day {
	if from.Before(day) {
		return day
	}
	return from
}

// same reports whether two gaps are one piece of land: a hole that was there before is nobody's fault now.
func same(a, b geo.Gap) bool {
	const metre, degrees = 1.0, 1e-5
	return math.Abs(a.SquareMetres-b.SquareMetres) < metre && math.Abs(a.At.Lng-b.At.Lng) < degrees && math.Abs(a.At.Lat-b.At.Lat) < degrees
}
