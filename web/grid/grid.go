package grid

import (
	"net/http"
	"net/url"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/grid"
	"portal/internal/page"
	"portal/internal/workday"
	"portal/web/form"
	"portal/web/frame"
	"portal/web/route"
	"portal/web/view"
)

var errNoRecord = fault.NotFound("没有找到这个网格。可能是编码不完整，或者不在你的职责范围内")

// recordPage is one grid as of a day: who answers and why, its posts, what it was and will be, what lies in it.
type recordPage struct {
	Frame     view.Page
	Row       gridRow
	Day       workday.Day
	Today     workday.Day
	DayError  string
	Standing  string // why there is nobody on this day: not yet, or no longer
	Drawing   *drawing
	Posts     []postRow
	History   []postRow
	Planned   []postRow
	Team      []view.Term
	Versions  []versionRow
	Lineage   []lineageRow
	Buildings []buildingRow
	Micros    bool // some building lies in a micro-grid
	Pages     view.Pages
	Side      *gridSide
	Acts      []view.Link
	Trail     string
}

// postRow is one line of a post.
type postRow struct {
	Role, Holder, When, Why string
	Vacant                  bool
	Handover                string // address of the handover it came by
}

// versionRow is one version of the boundary and name.
type versionRow struct {
	Name, When, Reason, Size string
	Now                      bool
}

// lineageRow is a grid before or after.
type lineageRow struct{ Before, Name, After, Href, When string }

// buildingRow is a building in the grid.
type buildingRow struct {
	Name, Micro, Since string
	grid.BuildingRow
}

// asked reads the grid and the day of an address.
func (h handlers) asked(r *http.Request) (grid.Grid, workday.Day, *form.Form, error) {
	fm := form.Query(r)
	day := fm.Day("day", h.f.Today())
	if day.IsZero() {
		day = h.f.Today()
	}
	g, err := h.s.ByCode(r.Context(), route.Actor(r), route.Param(r, "code"), day)
	if fault.KindOf(err) == fault.KindNotFound {
		return g, day, fm, errNoRecord
	}
	return g, day, fm, err
}

func (h handlers) record(w http.ResponseWriter, r *http.Request) error {
	g, day, fm, err := h.asked(r)
	if err != nil {
		return err
	}
	state := mapState{Day: day, Today: h.f.Today(), Community: g.Community, Said: true, Grid: g.Code, Zoom: 1}
	p := recordPage{Frame: h.staff(r, "看网格档案 - "+g.Name, nil, view.Crumb{Href: state.address(func(*mapState) {}), Text: g.CommunityName}, view.Crumb{Text: g.Short()}),
		Day: day, Today: state.Today, DayError: messageOf(fm.Errors(), "day"), Trail: gridPath(g.Code, "/history")}
	p.Row = gridRow{Grid: g, Look: look{Rank: 9}}
	if g.Stands(day) {
		rows, err := h.rows(r, []grid.Grid{g}, state)
		if err != nil {
			return err
		}
		p.Row = rows[0]
		if p.Side, err = h.sideOf(r, p.Row, state); err != nil {
			return err
		}
	} else {
		p.Standing = standingWords(g, day)
	}
	if !g.Boundary.IsZero() {
		pl := smallPlane(g.Boundary)
		d := pl.drawing(g.Name + "的边界，坐标系 " + string(g.System))
		if a, ok := pl.place(area{Class: "changed"}, g.Boundary); ok {
			d.Areas = []area{a}
		}
		p.Drawing = &d
	}
	if err := h.past(r, &p, g); err != nil {
		return err
	}
	if err := h.buildingsOf(r, &p, g, fm.Raw("cursor")); err != nil {
		return err
	}
	p.acts(route.Actor(r), g)
	return h.f.Render(w, r, http.StatusOK, showRecord(p))
}

// standingWords say that a grid does not stand on a day.
func standingWords(g grid.Grid, day workday.Day) string {
	if day.Before(g.From) {
		return "这个网格从" + g.From.Chinese() + "起设立，" + day.Chinese() + "还没有"
	}
	return "这个网格到" + g.Until.Add(-1).Chinese() + "为止，" + day.Chinese() + "已经没有。编码不再使用"
}

// past gathers the posts, versions, lineage and the team.
func (h handlers) past(r *http.Request, p *recordPage, g grid.Grid) error {
	ctx, by := r.Context(), route.Actor(r)
	history, err := h.s.PostHistory(ctx, by, g.ID)
	if err != nil {
		return err
	}
	for _, post := range history {
		line := postLine(post)
		switch {
		case post.From.IsZero():
		case post.On(p.Day):
			p.Posts = append(p.Posts, line)
		case post.From.After(p.Day):
			p.Planned = append(p.Planned, line)
		default:
			p.History = append(p.History, line)
		}
	}
	team, err := h.s.Team(ctx, by, g.ID, p.Day)
	if err != nil {
		return err
	}
	p.Team = teamTerms(team)
	versions, err := h.s.Versions(ctx, by, g.ID)
	if err != nil {
		return err
	}
	for _, v := range versions {
		line := versionRow{Name: v.Name, When: sinceWords(v.From, v.Until), Reason: v.Reason, Size: "没有边界"}
		if v.CalledOff {
			line.When = "计划已撤销"
		}
		if !v.Boundary.IsZero() {
			line.Size = view.Thousands(int(v.Boundary.SquareMetres()+0.5)) + " 平方米"
		}
		line.Now = !v.CalledOff && !p.Day.Before(v.From) && (v.Until.IsZero() || p.Day.Before(v.Until))
		p.Versions = append(p.Versions, line)
	}
	before, after, err := h.s.Lineage(ctx, by, g.ID)
	if err != nil {
		return err
	}
	p.Lineage = append(lineage(before, cameFrom), lineage(after, wentInto)...)
	return nil
}

// kinWords say in a sentence what another grid is to this one; the other's name stands between the two.
type kinWords map[grid.LineageKind][2]string

var (
	cameFrom = kinWords{grid.ByMerge: {"", "并入本网格"}, grid.BySplit: {"从", "拆分出来"}, grid.ByRecode: {"由", "改码而来"}}
	wentInto = kinWords{grid.ByMerge: {"并入了", ""}, grid.BySplit: {"拆分出", ""}, grid.ByRecode: {"改码为", ""}}
)

func lineage(rows []grid.LineageRow, kin kinWords) []lineageRow {
	var out []lineageRow
	for _, l := range rows {
		out = append(out, lineageRow{Before: kin[l.Kind][0], After: kin[l.Kind][1], Name: l.Name, Href: gridPath(l.Code, "?day="+l.Day.String()), When: l.Day.Chinese()})
	}
	return out
}

func postLine(p grid.Post) postRow {
	line := postRow{Role: p.Role.Label(), Holder: p.Worker.Name, When: sinceWords(p.From, p.Until), Why: p.Reason, Vacant: p.Vacant()}
	if p.Vacant() {
		line.Holder = "空缺"
	}
	if p.HandoverID != 0 {
		line.Handover = pathHandovers + "/" + itoa(int(p.HandoverID))
	}
	return line
}

// buildingsOf lists the buildings in the grid on the day, page by page.
func (h handlers) buildingsOf(r *http.Request, p *recordPage, g grid.Grid, cursor string) error {
	found, err := h.s.Buildings(r.Context(), route.Actor(r), g.ID, p.Day, cursor)
	if err != nil {
		return err
	}
	for _, b := range found.Rows {
		p.Micros = p.Micros || b.MicroName != ""
		p.Buildings = append(p.Buildings, buildingRow{Name: b.Label(), Micro: b.MicroName, Since: sinceWords(b.Since, b.Through), BuildingRow: b})
	}
	p.Pages = pagesOf(found, cursor, func(cursor string) string {
		q := url.Values{"cursor": {cursor}}
		if p.Day != p.Today {
			q.Set("day", p.Day.String())
		}
		return gridPath(g.Code, "?"+q.Encode()+"#buildings")
	})
	return nil
}

// pagesOf turns a page of rows into its doors.
func pagesOf[T any](found page.Page[T], cursor string, at func(cursor string) string) view.Pages {
	var p view.Pages
	if found.HasPrev {
		p.Prev, p.Words = at(found.Prev), "接上页"
	}
	if found.HasNext {
		p.Next, p.Words = at(found.Next), "还有下页"
	}
	if cursor != "" {
		p.First = at("")
	}
	return p
}

// acts are what the reader may do with the grid.
func (p *recordPage) acts(by authz.Actor, g grid.Grid) {
	at := map[authz.Action][]view.Link{
		authz.GridAssign: {{Href: gridPath(g.Code, "/assignments/new"), Text: "指定 A 岗"}, {Href: gridPath(g.Code, "/assignments/new?role=b"), Text: "指定 B 岗"}},
		authz.GridTeam:   {{Href: gridPath(g.Code, "/team"), Text: "维护网格团队"}},
		authz.GridRedraw: {{Href: changeKinds[0].address(g), Text: "调整边界"}, {Href: changeKinds[1].address(g), Text: "拆分网格"}, {Href: changeKinds[2].address(g), Text: "合并网格"}, {Href: gridPath(g.Code, "/places"), Text: placesWords}},
	}
	if !g.Stands(p.Today) || g.Kind == grid.Micro {
		return
	}
	for _, do := range []authz.Action{authz.GridAssign, authz.GridRedraw, authz.GridTeam} {
		if authz.Allowed(by, do, g.Object()) {
			p.Acts = append(p.Acts, at[do]...)
		}
	}
}

// posts are the acts that stand as buttons, those about people; the rest are lines below them.
func (p recordPage) posts() []view.Link { return p.Acts[:min(2, len(p.Acts))] }

func (h handlers) recordHistory(w http.ResponseWriter, r *http.Request) error {
	g, _, _, err := h.asked(r)
	if err != nil {
		return err
	}
	o := frame.Opts{Title: "看操作记录 - " + g.Name, Module: module, Breadcrumbs: []view.Crumb{{Href: pathGrids, Text: "网格"}, {Href: gridPath(g.Code, ""), Text: g.Name},
		{Text: "操作记录"}}}
	return h.f.History(w, r, o, g.Name+"的操作记录", grid.ObjectKind, int64(g.ID))
}

// lead says what the grid is.
func (p recordPage) lead() string {
	g := p.Row.Grid
	return g.CommunityName + "，" + g.Kind.Label() + "，" + sinceWords(g.From, g.Until) + "的版本"
}

func (p recordPage) answerTitle() string {
	if p.Day == p.Today {
		return "今天谁负责"
	}
	return p.Day.Chinese() + "谁负责"
}
