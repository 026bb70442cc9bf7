package grid

import (
	"context"
	"net/http"

	"portal/internal/authz"
	"portal/internal/catalog"
	"portal/internal/grid"
	"portal/web/frame"
	"portal/web/listing"
	"portal/web/route"
	"portal/web/view"
)

// tasksOnBoard is how many tasks fit on the sheet.
const tasksOnBoard = 10

// card is 楼道公示牌. A paper hangs for months, so it names the holder of the post even during a leave, and
// its code leads to who answers today (GRD-19).
func (h public) card(w http.ResponseWriter, r *http.Request) error {
	g, err := h.byCode(r, everybody)
	if err != nil {
		return err
	}
	back := view.Crumb{Href: pathPublic + "/" + g.Code, Text: g.Name}
	p, err := h.paper(r, everybody, g)
	if err != nil {
		return err
	}
	p.Frame = h.f.Public(r, frame.Opts{Title: "打印 - " + g.Name + "楼道公示牌", Breadcrumbs: []view.Crumb{back}})
	return h.f.Render(w, r, http.StatusOK, showCard(p))
}

// board is 网格公示牌, printed by staff.
func (h public) board(w http.ResponseWriter, r *http.Request) error {
	by := route.Actor(r)
	g, err := h.byCode(r, by)
	if err != nil {
		return err
	}
	if err := authz.Check(by, authz.GridView, g.Object()); err != nil {
		return errNoGrid
	}
	p, err := h.paper(r, by, g)
	if err != nil {
		return err
	}
	ctx, day := r.Context(), h.f.Today()
	if p.Map, err = h.around(ctx, by, g, day); err != nil {
		return err
	}
	if p.Tasks, p.TasksMore, err = h.tasks(ctx, g.Community); err != nil {
		return err
	}
	p.Frame = h.f.Public(r, frame.Opts{Title: "打印 - " + g.Name + "公示牌", Breadcrumbs: []view.Crumb{{Href: gridPath(g.Code, ""), Text: g.Name}}})
	p.Frame.Paper = "横放的 A3"
	return h.f.Render(w, r, http.StatusOK, showBoard(p))
}

// paper is what both boards name; a grid that is not there today has none.
func (h public) paper(r *http.Request, by authz.Actor, g grid.Grid) (paperPage, error) {
	ctx, day := r.Context(), h.f.Today()
	if !g.Stands(day) {
		return paperPage{}, errNoBoard
	}
	v, err := h.f.Settings(ctx)
	if err != nil {
		return paperPage{}, err
	}
	p := paperPage{Street: v.StreetName, Community: g.CommunityName, Name: g.Name, Code: g.Code, Day: day.Chinese(),
		Address: listing.Address(r, h.secure, pathPublic+"/"+g.Code), Phones: phones{Street: v.StreetPhone, Supervision: v.SupervisionPhone}}
	if p.Areas, err = h.areas(ctx, by, g, day); err != nil {
		return p, err
	}
	if p.Posts, p.Team, err = h.boardLines(ctx, g); err != nil {
		return p, err
	}
	a, err := h.answer(ctx, g)
	p.Contact = a.Contact
	for _, l := range p.Posts {
		if l.Part == grid.RoleA.Label() && l.Phone != "" {
			p.Contact = contact{Name: l.Who, As: asWords[grid.AsA], Phone: l.Phone}
		}
	}
	return p, err
}

// tasks are the titles of what grid workers may be asked to do in the community (GRD-16).
func (h public) tasks(ctx context.Context, community string) (titles []string, more bool, err error) {
	list, err := catalog.On(ctx, h.f.DB.Q(), catalog.Filter{Kinds: []catalog.ListKind{catalog.GridTask}, Community: community, Day: h.f.Today(), Limit: tasksOnBoard})
	for _, e := range list.Rows {
		titles = append(titles, e.Title)
	}
	return titles, list.HasNext, err
}

// backups are the posts other than the one who answers.
func (p paperPage) backups() []boardLine {
	var out []boardLine
	for _, l := range p.Posts {
		if l.Phone != "" && l.Who != p.Contact.Name {
			out = append(out, l)
		}
	}
	return out
}
