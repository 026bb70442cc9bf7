package grid

import (
	"net/http"
	"slices"
	"strconv"

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
	kindOpen,
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
