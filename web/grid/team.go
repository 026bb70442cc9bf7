package grid

import (
	"net/http"
	"strconv"

	"portal/internal/authz"
	"portal/internal/grid"
	"portal/web/form"
	"portal/web/route"
	"portal/web/view"
)

// teamPage is the 1+2+N team of a grid: posts and units, not persons.
type teamPage struct {
	Frame       view.Page
	Form        filled
	Title, Lead string
	Action      string
	Groups      []teamGroup
	Parts       []view.Option
	May         bool
	Told        string // what is missing of 1+2
}

type teamGroup struct {
	Head string
	Rows []teamRow
}

type teamRow struct{ ID, Post, Unit, Phone, Days, Key string }

func (h people) team(w http.ResponseWriter, r *http.Request) error {
	g, err := h.keptGrid(r, authz.GridView)
	if err != nil {
		return err
	}
	return h.showTeam(w, r, g, filled{Key: form.NewKey()})
}

func (h people) setTeam(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	g, err := h.keptGrid(r, authz.GridTeam)
	if err != nil {
		return err
	}
	if f.Has("end") {
		id, err := strconv.ParseInt(f.Raw("end"), 10, 64)
		if err != nil {
			return errNoTeamPost
		}
		if err := h.s.EndTeamPost(r.Context(), route.Actor(r), f.Key(), id); err != nil {
			return err
		}
		h.tell(r, "ok", "已撤下一个岗位", "")
		return route.See(w, r, gridPath(g.Code, "/team"))
	}
	in := grid.TeamPost{Part: form.Choice(f, "part", grid.Parts), Post: f.Line("post", 40), Unit: f.Line("unit", 60), Phone: f.Line("phone", 20), From: h.f.Today()}
	for _, ask := range []struct{ name, value, words string }{{"part", string(in.Part), "选牵头、骨干或者协同"}, {"post", in.Post, "填写岗位，如 社区民警"}, {"unit", in.Unit, "填写单位，如 梧桐里派出所"}} {
		if ask.value == "" {
			f.Add(ask.name, ask.words)
		}
	}
	if f.Valid() {
		if err = h.s.AddTeamPost(r.Context(), route.Actor(r), f.Key(), g.ID, in); err == nil {
			h.tell(r, "ok", "已添加团队岗位", "")
			return route.See(w, r, gridPath(g.Code, "/team"))
		}
		if err = f.Merge(err); err != nil {
			return err
		}
	}
	return h.showTeam(w, r, g, sent(f))
}

func (h people) showTeam(w http.ResponseWriter, r *http.Request, g grid.Grid, x filled) error {
	by := route.Actor(r)
	all, err := h.s.Team(r.Context(), by, g.ID, h.f.Today())
	if err != nil {
		return err
	}
	p := teamPage{Form: x, Title: g.Name + " 网格团队", Lead: "1+2+N：1 个牵头岗位、2 个骨干岗位、若干协同岗位", Action: gridPath(g.Code, "/team"), May: authz.Allowed(by, authz.GridTeam, g.Object())}
	p.Frame = h.staff(r, "维护团队 - "+g.Name, x.errors(), view.Crumb{Href: gridPath(g.Code, ""), Text: g.Name}, view.Crumb{Text: "网格团队"})
	count := map[grid.TeamPart]int{}
	for _, part := range grid.Parts {
		group := teamGroup{Head: part.Label()}
		for _, one := range all {
			if one.Part == part {
				count[part]++
				group.Rows = append(group.Rows, teamRow{ID: strconv.FormatInt(one.ID, 10), Post: one.Post, Unit: one.Unit, Phone: one.Phone, Days: span(one.From, one.Until), Key: form.NewKey()})
			}
		}
		p.Groups = append(p.Groups, group)
		p.Parts = append(p.Parts, view.Option{Value: string(part), Label: part.Label()})
	}
	p.Parts = x.options("part", p.Parts)
	switch {
	case count[grid.LeadPart] == 0:
		p.Told = "还缺牵头岗位"
	case count[grid.BackbonePart] < 2:
		p.Told = "骨干岗位不足 2 个，一般是城管和公安"
	}
	return h.f.Render(w, r, x.status(), showTeam(p))
}
