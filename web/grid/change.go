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

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/geo"
	"portal/internal/grid"
	"portal/internal/workday"
	"portal/web/form"
	"portal/web/route"
	"portal/web/view"
)

// changeKind is one way to change the shape of grids.
type changeKind struct{ Value, Label, Hint string }

var changeKinds = []changeKind{
	{"redraw", "调整边界", "换一个网格的边界或名称，楼栋按新边界归格"},
	{"split", "拆分网格", "一个网格拆成两个，原编码停用，新网格用新编码"},
	{"merge", "合并网格", "几个网格并成一个，原编码停用，新网格用新编码"},
}

// address opens the form of this kind for a grid.
func (k changeKind) address(g grid.Grid) string {
	return pathChange + "?kind=" + k.Value + "&grid=" + g.Code + "&community=" + g.Community
}

// Steps of the form: look at the change, go back to it, make it.
const (
	stepPreview = "preview"
	stepEdit    = "edit"
	stepApply   = "apply"
)

const (
	mostBoundary = 5 << 20
	mostSplit    = 1000 // buildings of a grid that is split
	mostMerged   = 50
	mostNamed    = 24 // buildings with their names on the small map
)

// changePage is the form of a change.
type changePage struct {
	Frame     view.Page
	Form      filled
	Kind      changeKind
	Kinds     []view.Tab
	Scope     mapScope
	Grids     []grid.Grid // that may be changed
	Chosen    grid.Grid   // of a redraw or a split
	Buildings []view.Option
	Drawing   *drawing // of the chosen grid
	Merging   []view.Option
	Faults    []geo.Fault
	Today     workday.Day
}

// wanted is what a form asks for, read into a change, with what the form keeps for the next step.
type wanted struct {
	Kind   changeKind
	Scope  mapScope
	Grids  []grid.Grid
	Chosen grid.Grid
	Change grid.Change
	Text   string // the boundary as it was sent
	Faults []geo.Fault
}

func (h handlers) changeForm(w http.ResponseWriter, r *http.Request) error {
	fm := form.Query(r)
	a, err := h.basis(r, fm)
	if err != nil {
		return err
	}
	return h.showChange(w, r, a, blank(r, map[string]string{"day": h.f.Today().String(), "grid": a.Chosen.Code, "name": redrawName(a),
		"system": string(systemOf(a)), "version": itoa(a.Chosen.Version)}))
}

func redrawName(a wanted) string {
	if a.Kind.Value == "redraw" {
		return a.Chosen.Name
	}
	return ""
}

// systemOf is the coordinate system that the boundaries of the place are in.
func systemOf(a wanted) geo.System {
	for _, g := range append([]grid.Grid{a.Chosen}, a.Grids...) {
		if g.System != "" {
			return g.System
		}
	}
	return geo.WGS84
}

// basis reads which kind of change is meant, and where.
func (h handlers) basis(r *http.Request, fm *form.Form) (wanted, error) {
	a := wanted{Kind: changeKinds[0]}
	if i := slices.IndexFunc(changeKinds, func(k changeKind) bool { return k.Value == fm.Raw("kind") }); i >= 0 {
		a.Kind = changeKinds[i]
	}
	community := fm.Raw("community")
	code := fm.Raw("grid")
	if community == "" && len(code) >= 12 {
		community = code[:12]
	}
	var err error
	if a.Scope, err = h.scopeOf(r, authz.GridRedraw, community, community != ""); err != nil {
		return a, err
	}
	all, err := h.s.OnDay(r.Context(), route.Actor(r), a.Scope.prefix(), h.f.Today())
	if err != nil {
		return a, err
	}
	for _, g := range all {
		if authz.Allowed(route.Actor(r), authz.GridRedraw, g.Object()) {
			a.Grids = append(a.Grids, g)
		}
	}
	if code != "" {
		a.Chosen, err = h.among(r, a.Grids, code)
	}
	return a, err
}

// among finds a grid that may be changed. One that was closed meanwhile is found too: a form that arrives
// twice must read the same both times, and the second is then known by its key.
func (h handlers) among(r *http.Request, grids []grid.Grid, code string) (grid.Grid, error) {
	if i := slices.IndexFunc(grids, func(g grid.Grid) bool { return g.Code == code }); i >= 0 {
		return grids[i], nil
	}
	g, err := h.s.ByCode(r.Context(), route.Actor(r), code, h.f.Today())
	if fault.KindOf(err) == fault.KindNotFound || err == nil && !authz.Allowed(route.Actor(r), authz.GridRedraw, g.Object()) {
		return grid.Grid{}, errNoRecord
	}
	return g, err
}

func (h handlers) showChange(w http.ResponseWriter, r *http.Request, a wanted, x filled) error {
	p := changePage{Form: x, Kind: a.Kind, Scope: a.Scope, Grids: a.Grids, Chosen: a.Chosen, Faults: a.Faults, Today: h.f.Today()}
	p.Frame = h.staff(r, a.Kind.Label+" - "+a.Scope.name(), x.errors(), view.Crumb{Text: a.Kind.Label})
	for _, k := range changeKinds {
		to := pathChange + "?kind=" + k.Value
		if a.Scope.Chosen.Code != "" {
			to += "&community=" + a.Scope.Chosen.Code
		}
		if a.Chosen.Code != "" {
			to += "&grid=" + a.Chosen.Code
		}
		p.Kinds = append(p.Kinds, view.Tab{Href: to, Label: k.Label, Count: -1, Current: k == a.Kind})
	}
	if a.Kind.Value == "merge" {
		p.Merging = mergeOptions(a.Grids, x)
	} else if a.Chosen.ID != 0 {
		rows, err := h.allBuildings(r, a.Chosen)
		if err != nil {
			return err
		}
		p.Buildings, p.Drawing = splitOptions(rows, x), chosenDrawing(a.Chosen, rows)
	}
	code := x.status()
	if len(a.Faults) > 0 {
		code = http.StatusUnprocessableEntity
	}
	return h.f.Render(w, r, code, showChangeForm(p))
}

func (x filled) ticked(name, value string) bool {
	if x.f == nil {
		return false
	}
	return slices.Contains(x.f.All(name), value)
}

func mergeOptions(grids []grid.Grid, x filled) []view.Option {
	var out []view.Option
	for _, g := range grids {
		if g.Kind == grid.Micro {
			continue
		}
		out = append(out, view.Option{Value: g.Code, Label: g.Name, Hint: itoa(g.Buildings) + " 栋楼、" + view.Thousands(g.Households) + " 户",
			Chosen: x.ticked("merge", g.Code) || !x.shown && x.value("grid") == g.Code})
	}
	return out
}

// splitOptions are the buildings of a grid, to be ticked for its second part.
func splitOptions(rows []grid.BuildingRow, x filled) []view.Option {
	out := make([]view.Option, len(rows))
	for i, b := range rows {
		id := strconv.FormatInt(b.ID, 10)
		out[i] = view.Option{Value: id, Label: b.Label(), Hint: itoa(b.Households) + " 户", Chosen: x.ticked("second", id)}
	}
	return out
}

// chosenDrawing shows where the buildings of a grid stand, by name while there is room for names.
func chosenDrawing(g grid.Grid, rows []grid.BuildingRow) *drawing {
	if g.Boundary.IsZero() {
		return nil
	}
	pl := smallPlane(g.Boundary)
	d := pl.drawing(g.Name + "现在的边界和楼栋，坐标系 " + string(g.System))
	if a, ok := pl.place(area{Class: "changed"}, g.Boundary); ok {
		d.Areas = []area{a}
	}
	for _, b := range rows {
		words := b.Name
		if len(rows) > mostNamed {
			words = ""
		}
		if at, seen := pl.spot(b.Point(), words); seen && b.System == g.System {
			d.Houses = append(d.Houses, at)
		}
	}
	return &d
}

// exportOne is the file of one grid's boundary.
func exportOne(g grid.Grid) string { return pathGrids + "/export.geojson?community=" + g.Code }

// allBuildings walks through the pages of a grid's buildings, as of today or of its last day.
func (h handlers) allBuildings(r *http.Request, g grid.Grid) ([]grid.BuildingRow, error) {
	var out []grid.BuildingRow
	day := h.f.Today()
	if !g.Until.IsZero() && !day.Before(g.Until) {
		day = g.Until.Add(-1)
	}
	for cursor := ""; ; {
		found, err := h.s.Buildings(r.Context(), route.Actor(r), g.ID, day, cursor)
		if err != nil {
			return nil, err
		}
		out = append(out, found.Rows...)
		if cursor = found.Next; !found.HasNext || len(out) >= mostSplit {
			return out, nil
		}
	}
}

// change answers the form: it shows what would come of it, goes back to it, or makes it.
func (h handlers) change(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	if r.MultipartForm != nil {
		defer r.MultipartForm.RemoveAll()
	}
	a, err := h.basis(r, f)
	if err != nil {
		return err
	}
	if f.Raw("step") == stepEdit {
		return h.showChange(w, r, a, filled{Key: form.NewKey(), f: f})
	}
	if err := h.read(r, f, &a); err != nil {
		return err
	}
	if !f.Valid() || len(a.Faults) > 0 {
		return h.showChange(w, r, a, sent(f))
	}
	if f.Raw("step") == stepApply {
		return h.apply(w, r, a, f)
	}
	return h.preview(w, r, a, f)
}

func (h handlers) apply(w http.ResponseWriter, r *http.Request, a wanted, f *form.Form) error {
	opened, err := h.s.Apply(r.Context(), route.Actor(r), f.Key(), a.Change)
	if err != nil {
		if err := f.Merge(err); err != nil {
			return err
		}
		return h.preview(w, r, a, f)
	}
	words := "旧的版本和编码都保留，可以按日期查看"
	if n := len(opened); n > 0 {
		words = "新设 " + itoa(n) + " 个网格。" + words
	}
	done := "已" + a.Kind.Label
	if a.Change.Day.After(h.f.Today()) {
		done = a.Kind.Label + "已排定，" + a.Change.Day.Chinese() + "起生效"
	}
	h.tell(r, "ok", done, words)
	to := mapState{Community: a.Scope.Chosen.Code, Said: true, Today: h.f.Today(), Day: a.Change.Day, Zoom: 1}
	if !a.Change.Day.After(to.Today) {
		to.Day = to.Today
	}
	if !authz.Can(route.Actor(r), authz.GridView) { // whoever imports need not look after grids
		return route.See(w, r, pathImport)
	}
	return route.See(w, r, to.address(func(*mapState) {}))
}

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
