package grid

import (
	"net/http"
	"slices"
	"strconv"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/grid"
	"portal/internal/place"
	"portal/internal/workday"
	"portal/web/form"
	"portal/web/route"
	"portal/web/view"
)

var errNoHouse = fault.NotFound("没有找到这栋楼。可能已经划到别的网格，请回到网格档案重新选")

const (
	placesWords = "调整楼栋和门牌"
	actBuilding = "buildings"
	actAddress  = "address"
	followHouse = "follow"
	aheadDays   = 366  // grids planned until then can be chosen
	alwaysDays  = 3650 // a day after all that is planned
)

// placesPage moves whole buildings to another grid, or decides about one doorplate.
type placesPage struct {
	Frame     view.Page
	Form      filled
	Grid      grid.Grid
	Address   bool
	Tabs      []view.Tab
	Action    string
	Buildings []view.Option
	Into      []view.Option
	House     string        // the building whose doorplates are shown
	HouseID   string        // its id
	Doors     []view.Option // its doorplates, each with where it lies and why
}

// moved is a choice of the list 划到哪个网格.
type moved struct{ To, Micro grid.ID }

// placesGrid is the grid of the address: a standing one that is no part of another and may be redrawn.
func (h handlers) placesGrid(r *http.Request) (grid.Grid, error) {
	by, today := route.Actor(r), h.f.Today()
	g, err := h.s.ByCode(r.Context(), by, route.Param(r, "code"), today)
	if fault.KindOf(err) == fault.KindNotFound || err == nil && (!authz.Allowed(by, authz.GridRedraw, g.Object()) || g.Kind == grid.Micro || !g.Stands(today)) {
		return g, errNoRecord
	}
	return g, err
}

func (h handlers) placesForm(w http.ResponseWriter, r *http.Request) error {
	g, err := h.placesGrid(r)
	if err != nil {
		return err
	}
	return h.showPlaces(w, r, g, blank(r, map[string]string{"day": h.f.Today().String()}))
}

func (h handlers) places(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	g, err := h.placesGrid(r)
	if err != nil {
		return err
	}
	do := h.moveBuildings
	if f.Raw("act") == actAddress {
		do = h.placeDoor
	}
	done, err := do(r, f, g)
	if err != nil {
		return err
	}
	if done == "" {
		return h.showPlaces(w, r, g, sent(f))
	}
	day := f.Day("day", h.f.Today())
	if day.After(h.f.Today()) {
		h.tell(r, "ok", done+"已排定", "从"+day.Chinese()+"起生效，到那天以前不变")
	} else {
		h.tell(r, "ok", "已"+done, "从今天起生效，以前的归属按日期仍可查看")
	}
	return route.See(w, r, placesPath(g, f.Raw("building")))
}

// placesPath is the page of a grid, with the doorplates of a building when one is named.
func placesPath(g grid.Grid, building string) string {
	if building == "" {
		return gridPath(g.Code, "/places")
	}
	return gridPath(g.Code, "/places?building="+building)
}

// readMoveDay reads from which day on, and why; the messages are those of a move.
func readMoveDay(f *form.Form, today workday.Day) (workday.Day, string) {
	day, reason := f.Day("day", today), f.Line("reason", 200)
	if day.IsZero() {
		f.Add("day", "填从哪天起，如 2026-12-01")
	}
	if reason == "" {
		f.Add("reason", "写明为什么这样划")
	}
	return day, reason
}

// moveBuildings moves the ticked buildings; it gives the words of what was done, "" when the form comes back.
func (h handlers) moveBuildings(r *http.Request, f *form.Form, g grid.Grid) (string, error) {
	ticked, err := h.ticked(r, f.All("buildings"), g)
	if err != nil {
		return "", err
	}
	m := grid.MovePlaces{Buildings: ticked}
	if len(ticked) == 0 {
		f.Add("buildings", "勾选要移动的楼栋")
	}
	all, err := h.targets(r, g, g.Community)
	if err != nil {
		return "", err
	}
	to, known := intoOf(all, f.Raw("to"))
	if !known {
		f.Add("to", "选要划入的网格")
	}
	m.To, m.Micro = to.To, to.Micro
	m.Day, m.Reason = readMoveDay(f, h.f.Today())
	if !f.Valid() {
		return "", nil
	}
	if err := h.s.MovePlaces(r.Context(), route.Actor(r), f.Key(), m); err != nil {
		return "", beside(f, err, map[string]string{"micro": "to"})
	}
	return "移动 " + itoa(len(m.Buildings)) + " 栋楼", nil
}

// ticked reads the buildings of a form. One that has left the grid since is taken as long as it lies in the
// community: a form that arrives twice must read the same both times.
func (h handlers) ticked(r *http.Request, values []string, g grid.Grid) ([]int64, error) {
	rows, err := h.allBuildings(r, g)
	if err != nil {
		return nil, err
	}
	if len(values) > mostSplit {
		return nil, fault.TooLarge("一次最多移动 " + itoa(mostSplit) + " 栋楼，请分几次办")
	}
	out := make([]int64, len(values))
	for i, v := range values {
		if out[i], err = strconv.ParseInt(v, 10, 64); err != nil {
			return nil, errNoHouse
		}
		if slices.ContainsFunc(rows, func(b grid.BuildingRow) bool { return b.ID == out[i] }) {
			continue
		}
		at, err := h.s.AtBuilding(r.Context(), route.Actor(r), out[i], h.f.Today())
		if fault.KindOf(err) == fault.KindNotFound || err == nil && at.Grid.Community != g.Community {
			return nil, errNoHouse
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// placeDoor decides about one doorplate (edge cases 1 and 2).
func (h handlers) placeDoor(r *http.Request, f *form.Form, g grid.Grid) (string, error) {
	rows, err := h.allBuildings(r, g)
	if err != nil {
		return "", err
	}
	house, err := houseOf(rows, f.Raw("building"))
	if err != nil {
		return "", err
	}
	doors, err := place.AddressesOf(r.Context(), h.f.DB.Q(), house.ID)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(doors, func(a place.Address) bool { return strconv.FormatInt(a.ID, 10) == f.Raw("address") })
	if i < 0 {
		f.Add("address", "选一个门牌")
	}
	all, err := h.targets(r, g, g.Community[:9])
	if err != nil {
		return "", err
	}
	to, done := moved{}, "改为随楼划分"
	if f.Raw("to") != followHouse {
		var known bool
		if to, known = intoOf(all, f.Raw("to")); !known || to.Micro != 0 || to.To == g.ID {
			f.Add("to", "选要划入的网格，或者选随楼划分")
		}
		done = "单独划分门牌"
	}
	day, reason := readMoveDay(f, h.f.Today())
	if !f.Valid() {
		return "", nil
	}
	if err := h.s.PlaceAddress(r.Context(), route.Actor(r), f.Key(), doors[i].ID, to.To, day, reason); err != nil {
		return "", beside(f, err, map[string]string{"micro": "to", "buildings": "address"})
	}
	return done, nil
}

// houseOf finds a building of the grid by its number in the address of the page.
func houseOf(rows []grid.BuildingRow, id string) (grid.BuildingRow, error) {
	i := slices.IndexFunc(rows, func(b grid.BuildingRow) bool { return strconv.FormatInt(b.ID, 10) == id })
	if i < 0 {
		return grid.BuildingRow{}, errNoHouse
	}
	return rows[i], nil
}

// targets are the grids that things may be moved to: those of today and those that are planned.
func (h handlers) targets(r *http.Request, g grid.Grid, prefix string) ([]grid.Grid, error) {
	var out []grid.Grid
	for _, day := range []workday.Day{h.f.Today(), h.f.Today().Add(aheadDays)} {
		all, err := h.s.OnDay(r.Context(), route.Actor(r), prefix, day)
		if err != nil {
			return nil, err
		}
		for _, one := range all {
			seen := slices.ContainsFunc(out, func(o grid.Grid) bool { return o.ID == one.ID })
			if !seen && authz.Allowed(route.Actor(r), authz.GridRedraw, one.Object()) {
				out = append(out, one)
			}
		}
	}
	return out, nil
}

// intoOf finds what a code of the list stands for: a grid, or a micro-grid with the grid it divides.
func intoOf(all []grid.Grid, code string) (moved, bool) {
	i := slices.IndexFunc(all, func(g grid.Grid) bool { return g.Code == code })
	switch {
	case i < 0:
		return moved{}, false
	case all[i].Kind == grid.Micro:
		return moved{To: all[i].ParentID, Micro: all[i].ID}, true
	}
	return moved{To: all[i].ID}, true
}

// intoOptions are the grids, each followed by its micro-grids. This grid itself stands among them only for
// buildings, and only when it is divided: then a building can leave a micro-grid or enter one.
func intoOptions(all []grid.Grid, this grid.Grid, x filled, today workday.Day, address bool) []view.Option {
	out := []view.Option{{Label: "请选择"}}
	if address {
		out = append(out, view.Option{Value: followHouse, Label: "不单独划，随楼"})
	}
	words := func(g grid.Grid, name string) view.Option {
		if !g.Stands(today) {
			name += "（" + g.From.Chinese() + "起）"
		}
		return view.Option{Value: g.Code, Label: name}
	}
	for _, g := range all {
		if g.Kind == grid.Micro || address && g.ID == this.ID {
			continue
		}
		var parts []view.Option
		for _, m := range all {
			if m.Kind == grid.Micro && m.ParentID == g.ID && !address {
				parts = append(parts, words(m, g.Name+" · "+m.Name))
			}
		}
		switch {
		case g.ID != this.ID:
			out = append(out, words(g, g.Name))
		case len(parts) > 0:
			out = append(out, view.Option{Value: g.Code, Label: "留在本网格，不归微网格"})
		}
		out = append(out, parts...)
	}
	return x.options("to", out)
}

func (h handlers) showPlaces(w http.ResponseWriter, r *http.Request, g grid.Grid, x filled) error {
	p := placesPage{Form: x, Grid: g, Address: x.is("act", actAddress) || x.value("building") != "", Action: gridPath(g.Code, "/places")}
	p.Frame = h.staff(r, placesWords+" - "+g.Name, x.errors(), view.Crumb{Href: gridPath(g.Code, ""), Text: g.Name}, view.Crumb{Text: placesWords})
	p.Tabs = []view.Tab{{Href: p.Action, Label: "整栋楼", Count: -1, Current: !p.Address}, {Href: p.Action + "?act=" + actAddress, Label: "单个门牌", Count: -1, Current: p.Address}}
	rows, err := h.allBuildings(r, g)
	if err != nil {
		return err
	}
	prefix := g.Community
	if p.Address {
		prefix = g.Community[:9]
		if id := x.value("building"); id != "" {
			if err := h.doors(r, &p, rows, id); err != nil {
				return err
			}
		}
	}
	all, err := h.targets(r, g, prefix)
	if err != nil {
		return err
	}
	p.Buildings = houseOptions(rows, p)
	p.Into = intoOptions(all, g, x, h.f.Today(), p.Address)
	return h.f.Render(w, r, x.status(), showPlaces(p))
}

// houseOptions are the buildings of the grid, to be ticked, or one of them to be chosen.
func houseOptions(rows []grid.BuildingRow, p placesPage) []view.Option {
	var out []view.Option
	if p.Address {
		out = append(out, view.Option{Label: "请选择"})
	}
	for _, b := range rows {
		o := view.Option{Value: strconv.FormatInt(b.ID, 10), Label: b.Label(), Hint: itoa(b.Households) + " 户"}
		if b.MicroName != "" {
			o.Hint += "，" + b.MicroName
		}
		if !b.Through.IsZero() {
			o.Hint += "，已排定" + b.Through.Chinese() + "离开"
		}
		o.Chosen = p.Address && o.Value == p.HouseID || !p.Address && p.Form.ticked("buildings", o.Value)
		out = append(out, o)
	}
	return out
}

// doors lists the doorplates of a building, each with where it lies and what was decided about it.
func (h handlers) doors(r *http.Request, p *placesPage, rows []grid.BuildingRow, id string) error {
	house, err := houseOf(rows, id)
	if err != nil {
		return err
	}
	all, err := place.AddressesOf(r.Context(), h.f.DB.Q(), house.ID)
	if err != nil {
		return err
	}
	p.House, p.HouseID = house.Label(), id
	ctx, by, today := r.Context(), route.Actor(r), h.f.Today()
	for _, a := range all {
		now, err := h.s.AtAddress(ctx, by, a.ID, today)
		if err != nil {
			return err
		}
		later, err := h.s.AtAddress(ctx, by, a.ID, today.Add(alwaysDays))
		if fault.KindOf(err) == fault.KindNotFound { // the building is gone by then
			later, err = now, nil
		}
		if err != nil {
			return err
		}
		o := view.Option{Value: strconv.FormatInt(a.ID, 10), Label: a.Text, Hint: decidedWords(now, later)}
		o.Chosen = p.Form.is("address", o.Value)
		p.Doors = append(p.Doors, o)
	}
	return nil
}

// decidedWords say where a doorplate lies, with the precedent that is stored, and what is planned.
func decidedWords(now, later grid.Place) string {
	alone := func(at grid.Place) string {
		if at.Precedent == "" {
			return "随楼"
		}
		return "单独划在" + at.Grid.Name + "，理由：" + at.Precedent
	}
	words := alone(now)
	if planned := alone(later); planned != words {
		words += "。已排定以后改为" + planned
	}
	return words
}
