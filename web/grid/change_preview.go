package grid

import (
	"net/http"
	"slices"
	"strconv"

	"portal/internal/geo"
	"portal/internal/grid"
	"portal/web/form"
	"portal/web/route"
	"portal/web/view"
)

// previewPage is what a change would do: nothing is written before the reader has seen it.
type previewPage struct {
	Frame    view.Page
	Kind     changeKind
	Action   string
	Key      string
	Kept     []keptField
	Terms    []view.Term
	Drawing  *drawing
	Findings []finding // numbered as on the map
	Moves    []grid.Move
	Homeless []string
	Limits   []string
	Blocked  []string
	GiveUp   *view.Field // land that no grid covers any more needs a reason
	Back     string
}

// keptField carries the form to its next step.
type keptField struct{ Name, Value string }

// finding is an overlap or a gap: a number on the map and a sentence.
type finding struct {
	No    string
	Words string
}

// preview shows what would come of a change.
func (h handlers) preview(w http.ResponseWriter, r *http.Request, a wanted, f *form.Form) error {
	found, err := h.s.Preview(r.Context(), route.Actor(r), a.Change)
	if err != nil {
		if err := f.Merge(err); err != nil {
			return err
		}
		if a.Kind == kindFile {
			return h.showImport(w, r, sent(f), a.Faults)
		}
		return h.showChange(w, r, a, sent(f))
	}
	p := previewPage{Kind: a.Kind, Action: pathChange, Key: form.NewKey(), Moves: found.Moves, Homeless: found.Homeless, Limits: found.Limits,
		Blocked: found.Blocked, Kept: kept(f, a)}
	if a.Kind == kindFile {
		p.Action = pathImport
	}
	p.Frame = h.staff(r, "核对 - "+a.Kind.Label, f.Errors(), view.Crumb{Text: a.Kind.Label})
	for _, e := range f.Errors() {
		if !slices.Contains(p.Blocked, e.Message) {
			p.Blocked = append(p.Blocked, e.Message)
		}
	}
	p.Terms = []view.Term{{Name: "从哪天起", Text: a.Change.Day.Chinese()}, {Name: "为什么", Text: a.Change.Reason}, {Name: "网格", Text: countWords(a.Change)}}
	names := map[string]string{}
	for _, g := range append(slices.Clone(found.Before), found.After...) {
		names[g.Code] = g.Name
	}
	p.findings(found, names)
	p.Drawing = previewChart(found, p.Findings)
	if len(found.Gaps) > 0 {
		p.GiveUp = &view.Field{Name: "give_up", Label: "不再划入网格的理由", Hint: "空出来的地方确实不归任何网格时才填，如 整体划归外街道", Value: a.Change.GiveUp, Max: 200, Optional: true}
	}
	status := http.StatusOK
	if len(f.Errors()) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return h.f.Render(w, r, status, showPreview(p))
}

// kept lists what the next step needs again; the boundary of a file has become text.
func kept(f *form.Form, a wanted) []keptField {
	out := []keptField{{"kind", a.Kind.Value}}
	for _, name := range []string{"grid", "community", "day", "reason", "name", "system", "version", "first_name", "second_name", "first_boundary", "second_boundary", "opens", "vacancy_reason"} {
		if f.Raw(name) != "" {
			out = append(out, keptField{name, f.Raw(name)})
		}
	}
	if a.Text != "" {
		out = append(out, keptField{"boundary", a.Text})
	}
	for _, name := range []string{"merge", "second"} {
		for _, v := range f.All(name) {
			out = append(out, keptField{name, v})
		}
	}
	return out
}

// countWords say how many grids close, open and change.
func countWords(c grid.Change) string {
	words := ""
	for _, n := range []struct {
		n    int
		what string
	}{{len(c.Close), "停用"}, {len(c.Open), "新设"}, {len(c.Redraw), "调整"}} {
		if n.n == 0 {
			continue
		}
		if words != "" {
			words += "，"
		}
		words += n.what + " " + itoa(n.n) + " 个"
	}
	return words
}

// findings are the overlaps, then the gaps, with the numbers that stand on the map.
func (p *previewPage) findings(found grid.Preview, names map[string]string) {
	add := func(words string, at geo.Point) {
		p.Findings = append(p.Findings, finding{No: itoa(len(p.Findings) + 1), Words: words + "，位置" + at.Place()})
	}
	for _, o := range found.Overlaps {
		add(gridNamed(names, o.A)+"和"+gridNamed(names, o.B)+"重叠 "+squares(o.SquareMetres), o.At)
	}
	for _, g := range found.Gaps {
		where := "有 " + squares(g.SquareMetres) + "原来属于网格，调整后不属于任何网格"
		if g.Enclosed {
			where = "网格中间有 " + squares(g.SquareMetres) + "不属于任何网格"
		}
		add(where, g.At)
	}
}

func gridNamed(names map[string]string, code string) string {
	if name := names[code]; name != "" {
		return name
	}
	return code
}

func squares(m float64) string { return view.Thousands(int(m+0.5)) + " 平方米" }

// previewChart draws what was in dashes, what will be in full, and the findings in red.
func previewChart(found grid.Preview, findings []finding) *drawing {
	var shapes []geo.Shape
	for _, g := range append(slices.Clone(found.Before), found.After...) {
		if !g.Boundary.IsZero() {
			shapes = append(shapes, g.Boundary)
		}
	}
	if len(shapes) == 0 {
		return nil
	}
	pl := newPlane(1, geo.Shape{}, shapes...)
	d := pl.drawing("调整前后的边界，" + strconv.Itoa(len(findings)) + " 处需要看")
	for _, g := range found.After {
		if a, ok := pl.place(area{Class: "changed", Words: g.Short()}, g.Boundary); ok {
			d.Areas = append(d.Areas, a)
		}
	}
	for _, g := range found.Before {
		if a, ok := pl.place(area{Class: "before"}, g.Boundary); ok {
			d.Areas = append(d.Areas, a)
		}
	}
	at := func(p geo.Point) {
		if s, ok := pl.spot(p, itoa(len(d.Faults)+1)); ok {
			d.Faults = append(d.Faults, s)
		} else {
			d.Faults = append(d.Faults, spot{X: -99, Y: -99})
		}
	}
	for _, o := range found.Overlaps {
		at(o.At)
	}
	for _, g := range found.Gaps {
		at(g.At)
	}
	return &d
}

// gridOptions are the grids to choose from.
func gridOptions(p changePage) []view.Option {
	out := []view.Option{{Label: "请选择"}}
	for _, g := range p.Grids {
		if g.Kind != grid.Micro || p.Kind.Value == "redraw" {
			out = append(out, view.Option{Value: g.Code, Label: g.Name, Chosen: g.Code == p.Chosen.Code})
		}
	}
	return out
}

func systemOptions(x filled) []view.Option {
	return x.options("system", []view.Option{{Value: string(geo.WGS84), Label: geo.WGS84.Label()}, {Value: string(geo.GCJ02), Label: geo.GCJ02.Label()}})
}

func withWidth(f view.Field, width string) view.Field {
	f.Width = width
	return f
}

// faultWords name the grid and the place of a fault.
func faultWords(f geo.Fault) string { return f.Words }
