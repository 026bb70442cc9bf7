package grid

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"portal/internal/fault"
	"portal/internal/geo"
	"portal/internal/grid"
	"portal/internal/workday"
	"portal/web/form"
)

// read turns the fields into a change.
func (h handlers) read(r *http.Request, f *form.Form, a *wanted) error {
	day, reason := readWhen(f, h.f.Today())
	giveUp := f.Line("give_up", 200)
	switch a.Kind.Value {
	case "split":
		if err := h.readSplit(r, f, a, day, reason); err != nil {
			return err
		}
	case "merge":
		if err := h.readMerge(r, f, a, day, reason); err != nil {
			return err
		}
	case kindOpen.Value:
		if err := h.readOpen(r, f, a, day, reason); err != nil {
			return err
		}
	default:
		if err := h.readRedraw(r, f, a, day, reason); err != nil {
			return err
		}
	}
	a.Change.GiveUp = giveUp
	return nil
}

// readWhen reads from which day on, and why.
func readWhen(f *form.Form, today workday.Day) (workday.Day, string) {
	day := f.Day("day", today)
	if day.IsZero() {
		f.Add("day", "填从哪天起，如 2026-12-01")
	}
	reason := f.Line("reason", 200)
	if reason == "" {
		f.Add("reason", "写明为什么调整，如 新小区交付，户数超过 500 户")
	}
	return day, reason
}

func (h handlers) readRedraw(r *http.Request, f *form.Form, a *wanted, day workday.Day, reason string) error {
	text, err := boundaryText(r, f, "boundary")
	if err != nil {
		return err
	}
	a.Text = text
	if isCollection(text) {
		if !f.Valid() {
			return nil
		}
		return h.readCollection(r, f, a, day, reason)
	}
	if a.Chosen.ID == 0 {
		f.Add("grid", "选要调整的网格")
	}
	name := f.Line("name", 40)
	shape := readShape(f, "boundary", text)
	if shape.IsZero() && name == a.Chosen.Name && f.Valid() {
		f.Add("boundary", "上传或粘贴新的边界；只改名称时，把名称改掉")
	}
	system := form.Choice(f, "system", []geo.System{geo.WGS84, geo.GCJ02})
	a.Change = grid.Change{Day: day, Reason: reason, System: system,
		Redraw: []grid.Redraw{{ID: a.Chosen.ID, Version: versionOf(f), Name: name, Boundary: shape}}}
	return nil
}

func (h handlers) readSplit(r *http.Request, f *form.Form, a *wanted, day workday.Day, reason string) error {
	if a.Chosen.ID == 0 {
		f.Add("grid", "选要拆分的网格")
		return nil
	}
	rows, err := h.allBuildings(r, a.Chosen)
	if err != nil {
		return err
	}
	parts := []grid.Part{{Name: named(f, "first_name", "第一片")}, {Name: named(f, "second_name", "第二片")}}
	for i, field := range []string{"first_boundary", "second_boundary"} {
		parts[i].Boundary = readShape(f, field, strings.TrimSpace(f.Raw(field)))
	}
	byBoundary := !parts[0].Boundary.IsZero() && !parts[1].Boundary.IsZero()
	if parts[0].Boundary.IsZero() != parts[1].Boundary.IsZero() {
		f.Add("second_boundary", "两片的边界要么都填，要么都不填")
	}
	if ticked := f.All("second"); len(ticked) > 0 || !byBoundary {
		for _, b := range rows {
			i := 0
			if slices.Contains(ticked, strconv.FormatInt(b.ID, 10)) {
				i = 1
			}
			parts[i].Buildings = append(parts[i].Buildings, b.ID)
		}
		if len(parts[0].Buildings) == 0 || len(parts[1].Buildings) == 0 {
			f.Add("second", "两片都要有楼栋：勾选分到第二片的，留下第一片的")
		}
	}
	if !byBoundary && f.Valid() {
		if err := cut(f, a.Chosen, rows, parts); err != nil {
			return err
		}
	}
	a.Change = grid.SplitPlan(a.Chosen, parts, day, reason)
	return nil
}

// cut draws the boundaries of two parts between their buildings, when nobody drew them.
func cut(f *form.Form, g grid.Grid, rows []grid.BuildingRow, parts []grid.Part) error {
	if g.Boundary.IsZero() {
		return nil
	}
	points := make([][]geo.Point, len(parts))
	for i, part := range parts {
		for _, b := range rows {
			if slices.Contains(part.Buildings, b.ID) && b.System == g.System {
				points[i] = append(points[i], b.Point())
			}
		}
	}
	first, second, ok, err := geo.Divide(g.Boundary, points[0], points[1])
	if err != nil {
		return fmt.Errorf("split a boundary: %w", err)
	}
	if !ok {
		f.Add("second_boundary", "勾选的楼栋和留下的楼栋不能用一条直线分开，请填两片的边界")
	}
	parts[0].Boundary, parts[1].Boundary = first, second
	return nil
}

func (h handlers) readMerge(r *http.Request, f *form.Form, a *wanted, day workday.Day, reason string) error {
	var chosen []grid.Grid
	codes := f.All("merge")
	if len(codes) > mostMerged {
		f.Add("merge", "一次最多合并 "+itoa(mostMerged)+" 个网格")
		return nil
	}
	for _, code := range codes {
		g, err := h.among(r, a.Grids, code)
		if err != nil {
			return err
		}
		if g.Kind != grid.Micro && !slices.ContainsFunc(chosen, func(c grid.Grid) bool { return c.ID == g.ID }) {
			chosen = append(chosen, g)
		}
	}
	if len(chosen) < 2 {
		f.Add("merge", "至少勾选两个要合并的网格")
	}
	boundaries := make([]geo.Shape, len(chosen))
	for i, g := range chosen {
		if boundaries[i] = g.Boundary; g.System != chosen[0].System {
			f.Add("merge", "这些网格的边界用了两种坐标系，不能直接合并。请先把边界换成同一种坐标系")
		}
	}
	all, err := geo.Union(boundaries...)
	if err != nil {
		return fmt.Errorf("merge boundaries: %w", err)
	}
	a.Change = grid.MergePlan(chosen, grid.Part{Name: named(f, "name", "合并后的网格"), Boundary: all}, day, reason)
	return nil
}

func named(f *form.Form, field, what string) string {
	name := f.Line(field, 40)
	if utf8.RuneCountInString(name) < 2 {
		f.Add(field, "填"+what+"的名称，2 到 40 个字，如 槐荫社区第三网格")
	}
	return name
}

// boundaryText is the GeoJSON that was pasted or, when a file came, the file's.
func boundaryText(r *http.Request, f *form.Form, field string) (string, error) {
	file, _, err := r.FormFile(field + "_file")
	switch {
	case errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart):
		return strings.TrimSpace(f.Raw(field)), nil
	case err != nil:
		return "", fmt.Errorf("read the boundary file: %w", err)
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, mostBoundary+1))
	if err != nil {
		return "", fmt.Errorf("read the boundary file: %w", err)
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	switch {
	case len(text) > mostBoundary:
		return "", fault.TooLarge("边界文件超过 5 MB，没有收下。请按社区分成几个文件")
	case !utf8.Valid(text) || bytes.IndexByte(text, 0) >= 0:
		f.Add(field, "这个文件不是 UTF-8 编码的 GeoJSON。请另存为 UTF-8 再上传")
		return "", nil
	}
	return strings.TrimSpace(string(text)), nil
}

// outline is as much of a GeoJSON text as tells a collection, a feature and a geometry apart.
type outline struct {
	Type     string          `json:"type"`
	Geometry json.RawMessage `json:"geometry"`
}

func isCollection(text string) bool {
	var o outline
	return json.Unmarshal([]byte(text), &o) == nil && o.Type == "FeatureCollection"
}

// readShape reads one boundary, alone or as a feature; an empty text is no boundary.
func readShape(f *form.Form, field, text string) geo.Shape {
	if text == "" {
		return geo.Shape{}
	}
	var o outline
	if json.Unmarshal([]byte(text), &o) == nil && o.Type == "Feature" && len(o.Geometry) > 0 {
		text = string(o.Geometry)
	}
	s, err := geo.ParseShape([]byte(text))
	if err != nil {
		f.Add(field, sentence(err))
	}
	return s
}

// sentence of an error that is meant for readers.
func sentence(err error) string {
	if bad := (geo.Fault{}); errors.As(err, &bad) {
		return bad.Words
	}
	return "没有读懂这段 GeoJSON。请从地图软件重新导出多边形"
}
