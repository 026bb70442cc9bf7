package grid

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/geo"
	"portal/internal/grid"
	"portal/internal/place"
	"portal/internal/workday"
	"portal/web/form"
	"portal/web/frame"
	"portal/web/route"
	"portal/web/view"
)

// mountMap registers the map, the records of grids and the changes of their boundaries.
func mountMap(rt *route.Router, h handlers) {
	rt.Get(pathGrids, authz.GridView, h.mapPage)
	rt.Get(pathGrids+"/export.geojson", authz.GridExport, h.export)
	rt.Get(pathGrids+"/import", authz.GridImport, h.importForm)
	rt.Post(pathGrids+"/import", authz.GridImport, h.importFile)
	rt.Get(pathChange, authz.GridRedraw, h.changeForm)
	rt.Post(pathChange, authz.GridRedraw, h.change)
	rt.Get(pathGrids+"/{code}/places", authz.GridRedraw, h.placesForm)
	rt.Post(pathGrids+"/{code}/places", authz.GridRedraw, h.places)
	rt.Get(pathGrids+"/{code}", authz.GridView, h.record)
	rt.Get(pathGrids+"/{code}/history", authz.GridView, h.recordHistory)
}

const (
	pathChange = pathGrids + "/changes/new"
	pathImport = pathGrids + "/import"
)

var errNoCommunity = fault.NotFound("没有找到这个社区的网格。可能是地址不完整，或者不在你的职责范围内")

// mapState is what the address says; it is the whole state of the page.
type mapState struct {
	Community string // "": the whole street
	Said      bool   // the address names the community
	Day       workday.Day
	Today     workday.Day
	List      bool // without the map
	Grid      string
	Zoom      int
	After     string
}

// address gives the page with something changed.
func (s mapState) address(change func(*mapState)) string {
	change(&s)
	q := url.Values{}
	set := func(name, value string, told bool) {
		if told {
			q.Set(name, value)
		}
	}
	set("community", s.Community, s.Said)
	set("day", s.Day.String(), s.Day != s.Today)
	set("view", "list", s.List)
	set("grid", s.Grid, s.Grid != "")
	set("zoom", itoa(s.Zoom), s.Zoom > 1)
	set("after", s.After, s.After != "")
	if len(q) == 0 {
		return pathGrids
	}
	return pathGrids + "?" + q.Encode()
}

// choosing is what the links of the areas begin with; the code follows.
func (s mapState) choosing() string {
	to := s.address(func(s *mapState) { s.Grid, s.After = "", "" })
	_, q, found := strings.Cut(to, "?")
	if found {
		return "?" + q + "&grid="
	}
	return "?grid="
}

// mapScope is what somebody looks after: the communities that somebody may see, and the one that is shown.
type mapScope struct {
	All    []place.Community
	Chosen place.Community // zero: all of them
}

// prefix is the code whose grids are shown.
func (s mapScope) prefix() string {
	switch {
	case s.Chosen.Code != "":
		return s.Chosen.Code
	case len(s.All) > 0:
		return s.All[0].Code[:9]
	}
	return ""
}

// name of what is shown.
func (s mapScope) name() string {
	if s.Chosen.Code != "" {
		return s.Chosen.Name
	}
	return "全街道"
}

// scopeOf lists the communities in reach of an action and finds the one asked for: whoever has one
// community sees that one, others see the street until they choose.
func (h handlers) scopeOf(r *http.Request, do authz.Action, asked string, said bool) (mapScope, error) {
	var s mapScope
	reach := authz.ReachOf(route.Actor(r), do)
	all, err := place.Communities(r.Context(), h.f.DB.Q(), "")
	if err != nil {
		return s, err
	}
	for _, c := range all {
		if reach.All || slices.ContainsFunc(reach.Prefixes, func(p string) bool { return strings.HasPrefix(c.Code, p) || strings.HasPrefix(p, c.Code) }) {
			s.All = append(s.All, c)
		}
	}
	if !said {
		if asked = ""; len(s.All) == 1 {
			asked = s.All[0].Code
		}
		for _, p := range route.Actor(r).Posts {
			if len(p.Division) >= 12 && asked == "" && has(s.All, p.Division[:12]) {
				asked = p.Division[:12]
			}
		}
	}
	if asked == "" {
		return s, nil
	}
	i := slices.IndexFunc(s.All, func(c place.Community) bool { return c.Code == asked })
	if i < 0 {
		return s, errNoCommunity
	}
	s.Chosen = s.All[i]
	return s, nil
}

func has(all []place.Community, code string) bool {
	return slices.ContainsFunc(all, func(c place.Community) bool { return c.Code == code })
}

// mapPage is the map with the same content as a list, and the chosen grid beside it.
type mapPage struct {
	Frame    view.Page
	State    mapState
	Scope    mapScope
	DayError string
	Lead     string
	Alert    string // what needs somebody, in red words
	Drawing  *drawing
	Undrawn  string // why some grids are on the list only
	Rows     []gridRow
	Pages    view.Pages
	Count    string
	Side     *gridSide
	Doors    []view.Link
	Redraw   string // address of 调整边界; "" without the right
	Import   string
	Export   string
	Board    string
	Empty    bool
	MayBegin bool
	Assigns  bool // somebody who names the A of grids
}

func (h handlers) readState(r *http.Request) (mapState, *form.Form) {
	fm := form.Query(r)
	s := mapState{Community: fm.Raw("community"), Said: fm.Has("community"), Today: h.f.Today(), List: fm.Raw("view") == "list",
		Grid: fm.Raw("grid"), Zoom: 1, After: fm.Raw("after")}
	if s.Day = fm.Day("day", s.Today); s.Day.IsZero() {
		s.Day = s.Today
	}
	if z := fm.Raw("zoom"); len(z) == 1 && z[0] >= '1' && z[0] <= '0'+mostZoom {
		s.Zoom = int(z[0] - '0')
	}
	return s, fm
}

func (h handlers) mapPage(w http.ResponseWriter, r *http.Request) error {
	by := route.Actor(r)
	state, fm := h.readState(r)
	sc, err := h.scopeOf(r, authz.GridView, state.Community, state.Said)
	if err != nil {
		return err
	}
	grids, err := h.s.OnDay(r.Context(), by, sc.prefix(), state.Day)
	if err != nil {
		return err
	}
	rows, err := h.rows(r, grids, state)
	if err != nil {
		return err
	}
	p := mapPage{Frame: h.f.Staff(r, frame.Opts{Title: "看网格 - " + sc.name(), Module: module}), State: state, Scope: sc, DayError: messageOf(fm.Errors(), "day")}
	p.Empty, p.MayBegin = len(grids) == 0, authz.Can(by, authz.GridImport)
	p.Assigns = authz.Can(by, authz.GridAssign)
	p.Lead, p.Alert = leadOf(sc, rows, state)
	chosen := slices.IndexFunc(rows, func(w gridRow) bool { return w.Grid.Code == state.Grid })
	if state.Grid != "" && chosen < 0 {
		p.Alert = "这一天、这个范围里没有选中的网格。" + p.Alert
		p.State.Grid = ""
	}
	if chosen >= 0 {
		if p.Side, err = h.sideOf(r, rows[chosen], state); err != nil {
			return err
		}
		p.Board = p.Side.Board
	}
	if !state.List {
		if p.Drawing, p.Undrawn, err = h.draw(r, rows, chosen, state, sc); err != nil {
			return err
		}
	}
	p.paged(rows)
	p.doors(by, sc)
	return h.f.Render(w, r, http.StatusOK, showMap(p))
}

// choose says what choosing a grid is good for.
func (p mapPage) choose() string {
	if p.Assigns {
		return "在地图或列表里选一个网格，看由谁负责，指定 A 岗，打印公示牌。"
	}
	return "在地图或列表里选一个网格，看由谁负责，打印公示牌。"
}

// doors are the other pages of the module, as far as the reader may open them.
func (p *mapPage) doors(by authz.Actor, sc mapScope) {
	in := ""
	if sc.Chosen.Code != "" {
		in = "?community=" + sc.Chosen.Code
	}
	onlyIf := func(do authz.Action, l view.Link) {
		if authz.Can(by, do) {
			p.Doors = append(p.Doors, l)
		}
	}
	onlyIf(authz.GridView, view.Link{Href: pathAnswers, Text: "那天谁负责"})
	onlyIf(authz.HandoverView, view.Link{Href: pathHandovers, Text: "移交单"})
	onlyIf(authz.GridView, view.Link{Href: pathWorkers + in, Text: "网格员名册"})
	onlyIf(authz.GridView, view.Link{Href: pathLoad + in, Text: "各网格负担"})
	here := authz.Object{Divisions: []string{sc.prefix()}}
	if authz.Can(by, authz.GridRedraw) && (sc.Chosen.Code == "" || authz.Allowed(by, authz.GridRedraw, here)) {
		p.Redraw = pathChange + in
	}
	if authz.Can(by, authz.GridImport) {
		p.Import = pathImport
	}
	if authz.Can(by, authz.GridExport) && !p.Empty {
		p.Export = exportPath(sc.prefix(), p.State)
	}
}

func exportPath(prefix string, s mapState) string {
	q := url.Values{"community": {prefix}}
	if s.Day != s.Today {
		q.Set("day", s.Day.String())
	}
	return pathGrids + "/export.geojson?" + q.Encode()
}

// draw puts the grids on the map. Boundaries in another coordinate system than the first one's stay off
// it: drawn together they would lie hundreds of metres apart.
func (h handlers) draw(r *http.Request, rows []gridRow, chosen int, state mapState, sc mapScope) (*drawing, string, error) {
	var shapes []geo.Shape
	var system geo.System
	missing := 0
	for _, w := range rows {
		if system == "" && !w.Grid.Boundary.IsZero() {
			system = w.Grid.System
		}
		if w.Grid.Boundary.IsZero() || w.Grid.System != system {
			missing++
			continue
		}
		shapes = append(shapes, w.Grid.Boundary)
	}
	if len(shapes) == 0 {
		return nil, "这些网格还没有边界，先看列表", nil
	}
	var around geo.Shape
	if chosen >= 0 {
		around = rows[chosen].Grid.Boundary
	}
	pl := newPlane(state.Zoom, around, shapes...)
	d := pl.drawing(sc.name() + "网格地图，" + itoa(len(shapes)) + " 个网格，坐标系 " + string(system))
	for _, w := range drawOrder(rows) {
		if w.Grid.System != system {
			continue
		}
		a := w.area(state, sc.Chosen.Code == "" && state.Zoom < 3, len(shapes) > manyAreas && state.Zoom < 3)
		a.Chosen = w.Grid.Code == state.Grid
		if a, ok := pl.place(a, w.Grid.Boundary); ok {
			d.Areas = append(d.Areas, a)
		}
	}
	if sc.Chosen.Code == "" {
		d.Places = placesOf(pl, d, rows)
	}
	if err := h.houses(r, &d, pl, system, state, sc); err != nil {
		return nil, "", err
	}
	if state.Zoom < mostZoom {
		d.In = state.address(func(s *mapState) { s.Zoom++ })
	}
	if state.Zoom > 1 {
		d.Out = state.address(func(s *mapState) { s.Zoom-- })
	}
	words := ""
	if missing > 0 {
		words = itoa(missing) + " 个网格没有边界，或者坐标系不同，只在列表里"
	}
	return &d, words, nil
}

// drawOrder puts what lies within another grid above it, and the chosen one on top.
func drawOrder(rows []gridRow) []gridRow {
	rank := map[grid.Kind]int{grid.Ordinary: 0, grid.Special: 1, grid.Micro: 2}
	out := slices.Clone(rows)
	slices.SortStableFunc(out, func(a, b gridRow) int {
		if d := rank[a.Grid.Kind] - rank[b.Grid.Kind]; d != 0 {
			return d
		}
		return strings.Compare(a.Grid.Code, b.Grid.Code)
	})
	return out
}

// placesOf writes the name of each community once, in the middle of its grids.
func placesOf(pl plane, d drawing, rows []gridRow) []spot {
	type sum struct{ x, y, n int }
	sums, names, order := map[string]*sum{}, map[string]string{}, []string{}
	for _, w := range rows {
		if w.Grid.Boundary.IsZero() {
			continue
		}
		x, y := pl.view.XY(w.Grid.Boundary.Center())
		s := sums[w.Grid.Community]
		if s == nil {
			s = &sum{}
			sums[w.Grid.Community], names[w.Grid.Community] = s, w.Grid.CommunityName
			order = append(order, w.Grid.Community)
		}
		s.x, s.y, s.n = s.x+x, s.y+y, s.n+1
	}
	var out []spot
	for _, c := range order {
		s := sums[c]
		at := d.clear(spot{X: s.x / s.n, Y: s.y/s.n - 14, Words: names[c]})
		if pl.sees(at.X, at.Y, 0) {
			out = append(out, at)
		}
	}
	return out
}

// houses puts the buildings of one community on the map; on the map of a street they would be dust.
func (h handlers) houses(r *http.Request, d *drawing, pl plane, system geo.System, state mapState, sc mapScope) error {
	if sc.Chosen.Code == "" {
		return nil
	}
	houses, err := h.s.Houses(r.Context(), route.Actor(r), sc.prefix(), state.Day, mostHouses)
	if err != nil {
		return err
	}
	for _, b := range houses {
		if at, seen := pl.spot(b.Point(), ""); seen && b.System == system {
			d.Houses = append(d.Houses, at)
		}
	}
	return nil
}
