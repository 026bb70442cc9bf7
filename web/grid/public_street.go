package grid

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"portal/internal/authz"
	"portal/internal/geo"
	"portal/internal/grid"
	"portal/internal/workday"
	"portal/web/view"
)

// around draws a grid among those of its community.
func (h public) around(ctx context.Context, by authz.Actor, g grid.Grid, day workday.Day) (drawing, error) {
	all, err := h.s.OnDay(ctx, by, g.Community, day)
	if err != nil {
		return drawing{}, err
	}
	return outlines(all, g.Answering(), g.CommunityName+"的网格，加粗的是"+g.Name), nil
}

// outlines draws grids without links; here is drawn bold. Grids without a boundary stand in the list only.
func outlines(grids []grid.Grid, here grid.ID, label string) drawing {
	grids = slices.DeleteFunc(slices.Clone(grids), func(g grid.Grid) bool { return g.Kind == grid.Micro || g.Boundary.IsZero() })
	shapes := make([]geo.Shape, len(grids))
	for i, g := range grids {
		shapes[i] = g.Boundary
	}
	if len(shapes) == 0 {
		return drawing{}
	}
	p := newPlane(1, geo.Shape{}, shapes...)
	d := p.drawing(label)
	for _, g := range grids {
		a, _ := p.place(area{Words: g.Short()}, g.Boundary)
		if g.ID == here {
			a.Class = "chosen"
		}
		d.Areas = append(d.Areas, a)
	}
	return d
}

// streetMap is all grids of the street, by community.
func (h public) streetMap(w http.ResponseWriter, r *http.Request) error {
	ctx, day := r.Context(), h.f.Today()
	v, err := h.f.Settings(ctx)
	if err != nil {
		return err
	}
	all, err := h.s.OnDay(ctx, everybody, v.StreetCode, day)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(g grid.Grid) bool { return g.Kind == grid.Micro })
	ids := make([]grid.ID, len(all))
	for i, g := range all {
		ids[i] = g.ID
	}
	who, err := h.who(ctx, ids, day)
	if err != nil {
		return err
	}
	p := streetPage{Frame: h.page(r, "查看 - 网格地图", view.Crumb{Text: "网格地图"})}
	for start := 0; start < len(all); {
		end := start
		for end < len(all) && all[end].Community == all[start].Community {
			end++
		}
		p.Communities = append(p.Communities, communityOf(all[start:end], who))
		start = end
	}
	return h.f.Render(w, r, http.StatusOK, showStreet(p))
}

func communityOf(grids []grid.Grid, who map[grid.ID]contact) communityMap {
	c := communityMap{ID: "c" + grids[0].Community, Name: grids[0].CommunityName}
	c.Map = outlines(grids, 0, c.Name+"的网格，名称和网格员见下面的列表")
	for _, g := range grids {
		c.Rows = append(c.Rows, publicRow{Name: strings.TrimSpace(g.Short()), Href: pathPublic + "/" + g.Code, Contact: who[g.ID]})
	}
	return c
}
