package request

import (
	"context"
	"net/http"
	"strconv"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/place"
	"portal/web/form"
	"portal/web/listing"
	"portal/web/view"
)

const (
	paramCompound  = "compound"
	paramBuilding  = "building"
	paramDoor      = "door"
	paramPlace     = "place"
	paramCommunity = "community"
	paramGo        = "go"

	goClear = "clear" // another compound or building
	goWords = "words" // the place in words
	goNext  = "next"
	goBack  = "back"
	goSkip  = "skip"

	maxDoor  = 30
	maxPlace = 80
	mostHits = 8
)

// wherePage asks 在哪里: a compound, then a building, then perhaps a door; or a place in words.
type wherePage struct {
	stepPage
	Found       []pick
	Groups      []pickGroup // compounds by community
	Buildings   []pick
	Communities []view.Option
	Typed       bool
}

func (h handlers) showWhere(w http.ResponseWriter, r *http.Request, p stepPage) error {
	ctx := r.Context()
	out := wherePage{stepPage: p}
	var err error
	switch {
	case p.Draft.Building != 0:
	case p.Draft.Compound != "":
		out.Buildings, err = h.buildings(ctx, p.Draft.Compound)
	default:
		err = h.anywhere(ctx, &out)
	}
	if err != nil {
		return err
	}
	return h.f.Render(w, r, status(p.Errors), showWhere(out))
}

func (h handlers) buildings(ctx context.Context, compound string) ([]pick, error) {
	all, err := h.Grids.BuildingsOf(ctx, compound, h.f.Today())
	if err != nil {
		return nil, err
	}
	var out []pick
	for _, b := range all {
		out = append(out, pick{Name: paramBuilding, Value: strconv.FormatInt(b.ID, 10), Text: b.Name})
	}
	return out, nil
}

// anywhere offers the compounds by community and what fits the words.
func (h handlers) anywhere(ctx context.Context, out *wherePage) error {
	all, err := h.Grids.Compounds(ctx, h.f.Today())
	if err != nil {
		return err
	}
	communities, err := h.communities(ctx)
	if err != nil {
		return err
	}
	out.Communities = []view.Option{{Value: "", Label: "不清楚"}}
	for _, c := range communities {
		out.Communities = append(out.Communities, view.Option{Value: c.Code, Label: c.Name, Chosen: c.Code == out.Draft.Community})
		g := pickGroup{Name: c.Name}
		for _, one := range all {
			if one.Community == c.Code {
				g.Picks = append(g.Picks, pick{Name: paramCompound, Value: one.Name, Text: one.Name})
			}
		}
		if len(g.Picks) > 0 {
			out.Groups = append(out.Groups, g)
		}
	}
	if out.Draft.Looked == "" || out.message(paramWords) != "" {
		return nil
	}
	out.Typed = true
	found, err := h.Grids.Find(ctx, authz.Anonymous, out.Draft.Looked, h.f.Today(), 4*mostHits)
	if err != nil {
		return err
	}
	seen := map[int64]bool{}
	for _, f := range found {
		if len(out.Found) < mostHits && !seen[f.Building.ID] {
			seen[f.Building.ID] = true
			out.Found = append(out.Found, pick{Name: paramBuilding, Value: strconv.FormatInt(f.Building.ID, 10), Text: f.Building.Label(), Hint: f.Grid.CommunityName})
		}
	}
	return nil
}

func (h handlers) communities(ctx context.Context) ([]place.Division, error) {
	set, err := h.f.Settings(ctx)
	if err != nil {
		return nil, err
	}
	return listing.Communities(ctx, h.f.DB.Q(), set.StreetCode)
}

// takeWhere goes one question further down, or to the next step.
func (h handlers) takeWhere(ctx context.Context, fm *form.Form, d draft) (taken, error) {
	stay := func() (taken, error) { return taken{d, stepWhere, fm.Errors()}, nil }
	switch raw := fm.Raw; {
	case raw(paramGo) == goClear:
		d = d.nowhere()
		return stay()
	case raw(paramBuilding) != "":
		return h.takeBuilding(ctx, fm, d)
	case raw(paramCompound) != "":
		name := fm.Line(paramCompound, maxDoor)
		all, err := h.Grids.BuildingsOf(ctx, name, h.f.Today())
		if err != nil {
			return taken{}, err
		}
		if len(all) == 0 {
			fm.Add(paramWords, errNoPick)
			return stay()
		}
		d = d.nowhere()
		d.Compound = name
		return stay()
	case raw(paramGo) == goNext && d.Building != 0:
		d.Door = fm.Line(paramDoor, maxDoor)
		if !fm.Valid() {
			d.Door = raw(paramDoor)
			return stay()
		}
		return taken{Draft: d, Next: stepSay}, nil
	case raw(paramGo) == goWords:
		return h.takePlace(ctx, fm, d)
	}
	d.Looked = fm.Line(paramWords, maxAsked)
	if fm.Valid() && d.Looked == "" {
		fm.Add(paramWords, "写小区名或楼号再找，或者直接点下面的小区")
	}
	if !fm.Valid() {
		d.Looked = fm.Raw(paramWords)
	}
	return stay()
}

// nowhere forgets the place.
func (d draft) nowhere() draft {
	d.Compound, d.Building, d.Label, d.Door, d.Place, d.Community, d.Grid, d.Same = "", 0, "", "", "", "", 0, ""
	return d
}

// takeBuilding takes a building with the grid that answers for it today.
func (h handlers) takeBuilding(ctx context.Context, fm *form.Form, d draft) (taken, error) {
	id, _ := strconv.ParseInt(fm.Raw(paramBuilding), 10, 64)
	at, err := h.Grids.AtBuilding(ctx, authz.Anonymous, id, h.f.Today())
	if fault.KindOf(err) == fault.KindNotFound {
		fm.Add(paramWords, "没有找到这栋楼，请再选一次")
		return taken{d, stepWhere, fm.Errors()}, nil
	}
	if err != nil {
		return taken{}, err
	}
	d = d.nowhere()
	d.Compound, d.Building, d.Label = at.Building.Compound, at.Building.ID, at.Building.Label()
	d.Community, d.Grid = at.Grid.Community, int64(at.Grid.Answering())
	return taken{Draft: d, Next: stepWhere}, nil
}

// takePlace takes a place in words: a road, a park.
func (h handlers) takePlace(ctx context.Context, fm *form.Form, d draft) (taken, error) {
	communities, err := h.communities(ctx)
	if err != nil {
		return taken{}, err
	}
	lawful := make([]string, len(communities))
	for i, c := range communities {
		lawful[i] = c.Code
	}
	d = d.nowhere()
	d.Place = fm.Line(paramPlace, maxPlace)
	d.Community = form.Choice(fm, paramCommunity, lawful)
	if fm.Valid() && len([]rune(d.Place)) < 2 {
		fm.Add(paramPlace, "写清楚在哪里，如 长江路公交站旁边")
	}
	if !fm.Valid() {
		d.Place = fm.Raw(paramPlace)
		return taken{d, stepWhere, fm.Errors()}, nil
	}
	return taken{Draft: d, Next: stepSay}, nil
}
