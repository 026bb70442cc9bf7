package grid

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"

	"portal/internal/authz"
	"portal/internal/catalog"
	"portal/internal/fault"
	"portal/internal/grid"
	"portal/internal/workday"
	"portal/web/form"
	"portal/web/frame"
	"portal/web/listing"
	"portal/web/route"
	"portal/web/view"
)

// public is what residents look up: who answers for their door. It reads as the public does even when
// somebody has signed in, so that no count of households and no reason of an absence can get here.
type public struct{ handlers }

// Addresses of these pages, and the names of their parameters.
const (
	pathPublic    = "/grids"
	pathPublicMap = pathPublic + "/map"
	pathCompound  = pathPublic + "/compounds"
	pathBuilding  = pathPublic + "/buildings"
	pathTasks     = "/items?kind=" + string(catalog.GridTask)

	paramWords = "q"
	paramName  = "name"
	maxWords   = 60
	mostHits   = 20
)

// mountPublic registers the pages for everybody.
func mountPublic(rt *route.Router, of handlers) {
	h := public{of}
	rt.Get(pathPublic, authz.PublicRead, h.find)
	rt.Get(pathPublicMap, authz.PublicRead, h.streetMap)
	rt.Get(pathCompound, authz.PublicRead, h.compound)
	rt.Get(pathBuilding+"/{id}", authz.PublicRead, h.building)
	rt.Get(pathPublic+"/{code}", authz.PublicRead, h.one)
	rt.Get(pathPublic+"/{code}/card", authz.PublicRead, h.card)
	rt.Get(pathGrids+"/{code}/board", authz.GridView, h.board)
}

var (
	errNoGrid     = fault.NotFound("没有这个网格。网格编码是 15 位数字；也可以按小区找您家那栋楼")
	errNoDoor     = fault.NotFound("没有找到这栋楼。可能已经拆除或者还没有登记，请按小区再找一次")
	errNoCompound = fault.NotFound("没有找到这个小区。请回到“谁管我家这片”，从列出的小区里选")
	errNoBoard    = fault.NotFound("这个网格今天不在使用，没有公示牌可以打印。请按小区找现在的网格")
	gridCode      = regexp.MustCompile(`^[0-9]{15}([0-9]{2})?$`)
)

// everybody is in whose name these pages ask.
var everybody = authz.Anonymous

func (h public) page(r *http.Request, title string, crumbs ...view.Crumb) view.Page {
	if len(crumbs) > 0 {
		crumbs = append([]view.Crumb{{Href: pathPublic, Text: "谁管我家这片"}}, crumbs...)
	}
	return h.f.Public(r, frame.Opts{Title: title, Nav: "grids", Breadcrumbs: crumbs})
}

// phones gives the two telephones that stand everywhere.
func (h public) phones(ctx context.Context) (phones, error) {
	v, err := h.f.Settings(ctx)
	return phones{Street: v.StreetPhone, Supervision: v.SupervisionPhone}, err
}

// find is the search by words, and the compounds for those who do not type.
func (h public) find(w http.ResponseWriter, r *http.Request) error {
	ctx, fm := r.Context(), form.Query(r)
	p := findPage{Frame: h.page(r, "查找 - 谁管我家这片"), Typed: fm.Raw(paramWords)}
	words := fm.Line(paramWords, maxWords)
	status := http.StatusOK
	if err := fm.Err(); err != nil {
		status = route.Status(err)
		p.Error = fm.Errors()[0].Message
		p.Frame.Errors = len(fm.Errors())
	} else if words != "" {
		p.Asked, p.Typed = true, words
		if err := h.search(ctx, &p, words); err != nil {
			return err
		}
	}
	var err error
	if p.Groups, err = h.compounds(ctx); err != nil {
		return err
	}
	return h.f.Render(w, r, status, showFind(p))
}

func (h public) search(ctx context.Context, p *findPage, words string) error {
	day := h.f.Today()
	found, err := h.s.Find(ctx, everybody, words, day, mostHits+1)
	if err != nil {
		return err
	}
	if p.More = len(found) > mostHits; p.More {
		found = found[:mostHits]
	}
	p.Hits, err = h.hits(ctx, found, day)
	return err
}

// hits puts beside each place who answers for it.
func (h public) hits(ctx context.Context, found []grid.Place, day workday.Day) ([]hit, error) {
	grids := make([]grid.ID, len(found))
	for i, f := range found {
		grids[i] = f.Grid.Answering()
	}
	who, err := h.who(ctx, grids, day)
	if err != nil {
		return nil, err
	}
	out := make([]hit, len(found))
	for i, f := range found {
		out[i] = hitOf(f, who[f.Grid.Answering()])
	}
	return out, nil
}

// apart are the doors of a building that another grid answers for.
func (h public) apart(ctx context.Context, building int64) ([]hit, error) {
	day := h.f.Today()
	found, err := h.s.Apart(ctx, everybody, building, day)
	if err != nil {
		return nil, err
	}
	return h.hits(ctx, found, day)
}

// hitOf shows a place; one that does not follow its building opens its own grid.
func hitOf(f grid.Place, c contact) hit {
	out := hit{Place: f.Building.Label(), Under: f.Grid.Name, Href: pathBuilding + "/" + strconv.FormatInt(f.Building.ID, 10), Contact: c}
	if f.Address != "" {
		out.Place = f.Address
	}
	if f.Precedent != "" {
		out.Href = pathPublic + "/" + f.Grid.Code
	}
	return out
}

// compounds groups the compounds by community, both in order.
func (h public) compounds(ctx context.Context) ([]compoundGroup, error) {
	day := h.f.Today()
	all, err := h.s.Compounds(ctx, day)
	if err != nil {
		return nil, err
	}
	v, err := h.f.Settings(ctx)
	if err != nil {
		return nil, err
	}
	communities, err := listing.Communities(ctx, h.f.DB.Q(), v.StreetCode)
	if err != nil {
		return nil, err
	}
	var out []compoundGroup
	for _, c := range communities {
		g := compoundGroup{ID: "c" + c.Code, Community: c.Name}
		for _, one := range all {
			if one.Community == c.Code {
				g.Links = append(g.Links, bigLink{one.Name, pathCompound + "?" + url.Values{paramName: {one.Name}}.Encode()})
			}
		}
		slices.SortStableFunc(g.Links, func(a, b bigLink) int { return natural(a.Text, b.Text) })
		if len(g.Links) > 0 {
			out = append(out, g)
		}
	}
	return out, nil
}

// compound is the buildings of a compound.
func (h public) compound(w http.ResponseWriter, r *http.Request) error {
	fm := form.Query(r)
	name := fm.Line(paramName, 40)
	if !fm.Valid() {
		return errNoCompound
	}
	all, err := h.s.BuildingsOf(r.Context(), name, h.f.Today())
	if err != nil {
		return err
	}
	if name == "" || len(all) == 0 {
		return errNoCompound
	}
	p := compoundPage{Name: name, Frame: h.page(r, "选楼 - "+name, view.Crumb{Text: name})}
	for _, b := range all {
		p.Buildings = append(p.Buildings, bigLink{b.Name, pathBuilding + "/" + strconv.FormatInt(b.ID, 10)})
	}
	slices.SortStableFunc(p.Buildings, func(a, b bigLink) int { return natural(a.Text, b.Text) })
	return h.f.Render(w, r, http.StatusOK, showCompound(p))
}

// building is the answer for a building.
func (h public) building(w http.ResponseWriter, r *http.Request) error {
	id, err := strconv.ParseInt(route.Param(r, "id"), 10, 64)
	if err != nil || id <= 0 {
		return errNoDoor
	}
	at, err := h.s.AtBuilding(r.Context(), everybody, id, h.f.Today())
	if fault.KindOf(err) == fault.KindNotFound {
		return errNoDoor
	}
	if err != nil {
		return err
	}
	a, err := h.answer(r.Context(), at.Grid)
	if err != nil {
		return err
	}
	if a.Apart, err = h.apart(r.Context(), id); err != nil {
		return err
	}
	a.Place, a.GridHref = at.Building.Label(), pathPublic+"/"+at.Grid.Code
	compound := view.Crumb{Href: pathCompound + "?" + url.Values{paramName: {at.Building.Compound}}.Encode(), Text: at.Building.Compound}
	p := answerPage{Answer: a, Frame: h.page(r, "找网格员 - "+a.Place, compound, view.Crumb{Text: at.Building.Name})}
	return h.f.Render(w, r, http.StatusOK, showAnswer(p))
}
