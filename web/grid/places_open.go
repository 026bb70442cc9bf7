package grid

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"portal/internal/geo"
	"portal/internal/grid"
	"portal/internal/workday"
	"portal/web/form"
	"portal/web/view"
)

// kindOpen sets up one grid beside or inside a chosen one.
var kindOpen = changeKind{"open", "新设网格", "选一个网格，从里面划出专属网格或微网格，或者在旁边没有网格的地方新设"}

// openKinds are the kinds of a new grid, with what each does to the chosen one.
func openKinds(p changePage) []view.Option {
	return p.Form.options("opens", []view.Option{
		{Value: string(grid.Special), Label: grid.Special.Label(), Hint: "从这个网格里划出"},
		{Value: string(grid.Micro), Label: grid.Micro.Label(), Hint: "细分这个网格"},
		{Value: string(grid.Ordinary), Label: grid.Ordinary.Label(), Hint: "设在没有网格的地方"},
	})
}

// readOpen reads a new grid; a special one cuts its premises out of the chosen ordinary one (edge case 2).
func (h handlers) readOpen(r *http.Request, f *form.Form, a *wanted, day workday.Day, reason string) error {
	text, err := boundaryText(r, f, "boundary")
	if err != nil {
		return err
	}
	a.Text = text
	if a.Chosen.ID == 0 || a.Chosen.Kind == grid.Micro {
		f.Add("grid", "先选一个综合网格或者专属网格")
		return nil
	}
	o := grid.NewGrid{Kind: form.Choice(f, "opens", []grid.Kind{grid.Special, grid.Micro, grid.Ordinary}), Community: a.Chosen.Community,
		Name: named(f, "name", "新网格"), Boundary: readShape(f, "boundary", text), VacancyReason: f.Line("vacancy_reason", 200)}
	if o.Kind == "" {
		f.Add("opens", "选新网格的类型")
	}
	if text == "" {
		f.Add("boundary", "上传或粘贴新网格的边界")
	}
	a.Change = grid.Change{Day: day, Reason: reason, System: form.Choice(f, "system", []geo.System{geo.WGS84, geo.GCJ02})}
	switch o.Kind {
	case grid.Micro:
		o.Parent, o.VacancyReason = a.Chosen.ID, ""
	case grid.Ordinary:
		if o.VacancyReason == "" {
			f.Add("vacancy_reason", "新设的综合网格还没有人，写明 A 岗、B 岗为什么先空缺")
		}
	case grid.Special:
		if o.VacancyReason == "" {
			o.From = []grid.ID{a.Chosen.ID}
		}
		if a.Chosen.Kind == grid.Special {
			f.Add("opens", "专属网格从综合网格里划出，请换选一个综合网格")
		}
		if !a.Chosen.Boundary.IsZero() && f.Valid() {
			redraw, err := cutOut(f, a.Chosen, o.Boundary)
			if err != nil {
				return err
			}
			a.Change.Redraw = []grid.Redraw{redraw}
		}
	}
	a.Change.Open = []grid.NewGrid{o}
	return nil
}

// cutOut redraws a grid with a hole where another one comes to lie. The version is the one that the person
// saw: where the grid has changed since, nothing is drawn, and the change is refused or already made.
func cutOut(f *form.Form, g grid.Grid, inner geo.Shape) (grid.Redraw, error) {
	redraw := grid.Redraw{ID: g.ID, Version: versionOf(f)}
	if redraw.Version != g.Version {
		return redraw, nil
	}
	shape, ok, err := withHole(g.Boundary, inner)
	if err != nil {
		return redraw, err
	}
	if !ok {
		f.Add("boundary", "专属网格要整个在"+g.Name+"里面，是一整块，不能碰到它的边。碰到边的，请把两个网格的边界放在一份文件里，用“调整边界”上传")
	}
	redraw.Boundary = shape
	return redraw, nil
}

// withHole gives an area without a piece that lies wholly inside it; ok is false where the piece does not.
func withHole(outer, inner geo.Shape) (whole geo.Shape, ok bool, err error) {
	type drawn struct {
		Type        string          `json:"type"`
		Coordinates json.RawMessage `json:"coordinates"`
	}
	rings := func(s geo.Shape) ([][]json.RawMessage, error) { // of each part, its outline first
		var d drawn
		if err := json.Unmarshal(s.GeoJSON(), &d); err != nil {
			return nil, fmt.Errorf("read a stored boundary: %w", err)
		}
		if !strings.HasPrefix(d.Type, "Multi") {
			d.Coordinates = json.RawMessage("[" + string(d.Coordinates) + "]")
		}
		var out [][]json.RawMessage
		if err := json.Unmarshal(d.Coordinates, &out); err != nil {
			return nil, fmt.Errorf("read a stored boundary: %w", err)
		}
		return out, nil
	}
	parts, err := rings(outer)
	if err != nil {
		return whole, false, err
	}
	hole, err := rings(inner)
	if err != nil || len(hole) != 1 || len(hole[0]) != 1 {
		return whole, false, err
	}
	for i := range parts {
		alone, err := json.Marshal(map[string]any{"type": "Polygon", "coordinates": parts[i]})
		if err != nil {
			return whole, false, fmt.Errorf("write a boundary: %w", err)
		}
		part, err := geo.StoredShape(alone)
		if err != nil {
			return whole, false, fmt.Errorf("read a stored boundary: %w", err)
		}
		if !part.Contains(inner.Center()) {
			continue
		}
		parts[i] = append(parts[i], hole[0][0])
		text, err := json.Marshal(map[string]any{"type": "MultiPolygon", "coordinates": parts})
		if err != nil {
			return whole, false, fmt.Errorf("write a boundary: %w", err)
		}
		whole, err = geo.ParseShape(text)
		return whole, err == nil, nil // a hole that crosses or touches the outline is not one
	}
	return whole, false, nil
}
