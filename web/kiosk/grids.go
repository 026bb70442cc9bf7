package kiosk

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/grid"
	"portal/web/form"
	"portal/web/listing"
	"portal/web/route"
	"portal/web/view"
)

const (
	pathGridCompound = pathGrids + "/compounds"
	pathGridBuilding = pathGrids + "/buildings"

	compoundsOnPage = 6
	buildingsOnPage = 12 // short names on a pad of keys
	mostApart       = 2
	paramName       = "name"
)

func (h handlers) mountGrids(rt *route.Router) {
	rt.Get(pathGrids, authz.KioskUse, h.in(h.compounds))
	rt.Get(pathGridCompound, authz.KioskUse, h.in(h.buildings))
	rt.Get(pathGridBuilding+"/{id}", authz.KioskUse, h.in(h.whoIs))
}

var (
	errNoCompound = fault.NotFound("本社区没有这个小区。请回到“找网格员”，从列出的小区里选")
	errNoBuilding = fault.NotFound("没有找到这栋楼。可能已经拆除或者还没有登记，请回到“找网格员”再选一次")
)

// placesPage asks for a compound, or for one of its buildings.
type placesPage struct {
	Frame       view.Page
	Title, Lead string
	Picks       []view.KPick
	Keys        bool // short names, laid out as the keys of a pad
	Empty       string
	Phone       string
	Leaf        leaf
	Back        view.KMove
}

// compounds asks which compound; where there is only one, for its building right away.
func (h handlers) compounds(w http.ResponseWriter, r *http.Request, at *here) error {
	all, err := h.Grids.CompoundsIn(r.Context(), at.Session.Device.Community, h.f.Today())
	if err != nil {
		return err
	}
	if len(all) == 1 {
		return h.drawBuildings(w, r, at, all[0], view.KMove{})
	}
	p := placesPage{Title: "您家在哪个小区", Lead: at.Session.Device.CommunityName, Empty: "本社区还没有登记小区"}
	rows, l := cut(r, all, at.choices(compoundsOnPage))
	p.Leaf = l
	for _, name := range rows {
		p.Picks = append(p.Picks, view.KPick{Href: compoundPath(name), Text: name, Icon: "map-pin"})
	}
	return h.drawPlaces(w, r, at, p)
}

func compoundPath(name string) string {
	return listing.With(pathGridCompound, url.Values{paramName: {name}})
}

func (h handlers) drawPlaces(w http.ResponseWriter, r *http.Request, at *here, p placesPage) error {
	var err error
	if p.Phone, err = h.phoneIn(r.Context(), at.Session.Device.Community); err != nil {
		return err
	}
	if p.Frame, err = h.frame(r, at, p.Title+" - 找网格员", "找网格员", idlePage); err != nil {
		return err
	}
	return h.f.Render(w, r, http.StatusOK, showPlaces(p))
}

// buildings asks which building of a compound of this community.
func (h handlers) buildings(w http.ResponseWriter, r *http.Request, at *here) error {
	fm := form.Query(r)
	name := fm.Line(paramName, 40)
	all, err := h.Grids.CompoundsIn(r.Context(), at.Session.Device.Community, h.f.Today())
	if err != nil {
		return err
	}
	if !fm.Valid() || !slices.Contains(all, name) {
		return errNoCompound
	}
	return h.drawBuildings(w, r, at, name, view.KMove{Text: "换个小区", Href: pathGrids})
}

func (h handlers) drawBuildings(w http.ResponseWriter, r *http.Request, at *here, compound string, back view.KMove) error {
	all, err := h.Grids.BuildingsIn(r.Context(), at.Session.Device.Community, compound, h.f.Today())
	if err != nil {
		return err
	}
	p := placesPage{Title: "您家在哪栋楼", Lead: compound, Keys: true, Empty: "这个小区还没有登记楼栋", Back: back}
	rows, l := cut(r, all, buildingsOnPage)
	p.Leaf = l
	for _, b := range rows {
		p.Picks = append(p.Picks, view.KPick{Href: pathGridBuilding + "/" + strconv.FormatInt(b.ID, 10), Text: b.Name})
	}
	return h.drawPlaces(w, r, at, p)
}

// whoPage is the big card: who answers for a door today.
type whoPage struct {
	Frame  view.Page
	Place  string
	Grid   string
	Who    person
	Phones []view.Term
	Apart  []apartLine
	Back   view.KMove
}

// person is whom to call.
type person struct{ Name, As, Phone, Why string }

// apartLine is a door of the building that another grid answers for.
type apartLine struct{ Door, Words string }

// standIn says to residents as what somebody answers who is not the A worker; why that one is away is not
// theirs to know.
var standIn = map[grid.Standing]struct{ as, why string }{
	grid.AsA:        {"网格员", ""},
	grid.ActingB:    {"代班网格员", "今天代班"},
	grid.ActingLead: {"网格长", "今天代班"},
}

// personOf is never nobody: without an answer it is the street's desk (GRD-05, GRD-19).
func personOf(a grid.Answer, street string) person {
	s, there := standIn[a.As]
	if !there || a.Worker.IsZero() || a.Phone == "" {
		return person{Name: "街道值班室", As: "值班", Phone: street, Why: "这片现在由街道值班室接电话"}
	}
	return person{Name: a.Worker.Name, As: s.as, Phone: a.Phone, Why: s.why}
}

// whoIs answers for a building as the public reads it.
func (h handlers) whoIs(w http.ResponseWriter, r *http.Request, at *here) error {
	ctx, day, by := r.Context(), h.f.Today(), authz.Anonymous
	id, err := strconv.ParseInt(route.Param(r, "id"), 10, 64)
	if err != nil || id <= 0 {
		return errNoBuilding
	}
	place, err := h.Grids.AtBuilding(ctx, by, id, day)
	if fault.KindOf(err) == fault.KindNotFound {
		return errNoBuilding
	}
	if err != nil {
		return err
	}
	apart, err := h.Grids.Apart(ctx, by, id, day)
	if err != nil {
		return err
	}
	ids := []grid.ID{place.Grid.Answering()}
	for _, a := range apart {
		ids = append(ids, a.Grid.Answering())
	}
	who, err := h.Grids.WhoOn(ctx, by, ids, day)
	if err != nil {
		return err
	}
	set, err := h.f.Settings(ctx)
	if err != nil {
		return err
	}
	p := whoPage{Place: place.Building.Label(), Grid: place.Grid.Name, Who: personOf(who[ids[0]], set.StreetPhone), Back: view.KMove{Text: "换栋楼", Href: compoundPath(place.Building.Compound)}}
	duty, err := h.phoneIn(ctx, at.Session.Device.Community)
	if err != nil {
		return err
	}
	p.Phones = []view.Term{{Name: "社区值班电话", Text: duty}, {Name: "监督电话", Text: set.SupervisionPhone}}
	for i, a := range apart {
		if i == mostApart {
			p.Apart = append(p.Apart, apartLine{"另外几户", "也归别的网格，请打社区值班电话问"})
			break
		}
		other := personOf(who[a.Grid.Answering()], set.StreetPhone)
		p.Apart = append(p.Apart, apartLine{a.Address, "归" + a.Grid.Name + "，" + other.Name + " " + other.Phone})
	}
	if p.Frame, err = h.frame(r, at, p.Place+" - 找网格员", "找网格员", idlePage); err != nil {
		return err
	}
	return h.f.Render(w, r, http.StatusOK, showWho(p))
}
