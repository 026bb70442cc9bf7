package grid

import (
	"context"
	"net/http"
	"strings"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/grid"
	"portal/internal/workday"
	"portal/web/route"
	"portal/web/view"
)

// byCode reads the grid of an address; whatever is no grid reads the same.
func (h public) byCode(r *http.Request, by authz.Actor) (grid.Grid, error) {
	code := route.Param(r, "code")
	if !gridCode.MatchString(code) {
		return grid.Grid{}, errNoGrid
	}
	g, err := h.s.ByCode(r.Context(), by, code, h.f.Today())
	if fault.KindOf(err) == fault.KindNotFound {
		return g, errNoGrid
	}
	return g, err
}

// one is the public page of a grid.
func (h public) one(w http.ResponseWriter, r *http.Request) error {
	ctx, day := r.Context(), h.f.Today()
	g, err := h.byCode(r, everybody)
	if err != nil {
		return err
	}
	p := publicGrid{Name: g.Name, Lead: g.CommunityName + "，" + g.Kind.Label() + "，编码 " + g.Code,
		Frame: h.page(r, "查看 - "+g.Name, view.Crumb{Href: pathPublicMap, Text: "网格地图"}, view.Crumb{Text: g.Name})}
	before, after, err := h.s.Lineage(ctx, everybody, g.ID)
	if err != nil {
		return err
	}
	p.Lineage = append(lineageLines(before, publicFrom, day), lineageLines(after, publicInto, day)...)
	if !g.Stands(day) {
		p.Gone = goneWords(g, day)
		return h.f.Render(w, r, http.StatusOK, showPublicGrid(p))
	}
	if p.Answer, err = h.answer(ctx, g); err != nil {
		return err
	}
	if p.Areas, err = h.areas(ctx, everybody, g, day); err != nil {
		return err
	}
	if p.Posts, p.Team, err = h.boardLines(ctx, g); err != nil {
		return err
	}
	if p.Map, err = h.around(ctx, everybody, g, day); err != nil {
		return err
	}
	return h.f.Render(w, r, http.StatusOK, showPublicGrid(p))
}

// goneWords say since when a grid is no more, or from when it will be.
func goneWords(g grid.Grid, day workday.Day) string {
	if day.Before(g.From) {
		return "这个网格从 " + g.From.Chinese() + "起才有"
	}
	return "这个网格在 " + g.Until.Chinese() + "已经撤销"
}

// What grids are to the one on the page, before a list of them.
var (
	publicFrom = map[grid.LineageKind]string{grid.ByMerge: "由以下网格合并而来", grid.BySplit: "从以下网格拆分出来", grid.ByRecode: "由以下网格改码而来"}
	publicInto = map[grid.LineageKind]string{grid.ByMerge: "并入了", grid.BySplit: "拆分为", grid.ByRecode: "改码为"}
)

// lineageLines folds a chain into one sentence a day; what is only planned is not told yet.
func lineageLines(rows []grid.LineageRow, kin map[grid.LineageKind]string, today workday.Day) []bigSentence {
	var out []bigSentence
	for _, l := range rows {
		if l.Day.After(today) {
			continue
		}
		words := l.Day.Chinese() + "，" + kin[l.Kind] + "："
		if n := len(out); n == 0 || out[n-1].Words != words {
			out = append(out, bigSentence{Words: words})
		}
		last := &out[len(out)-1]
		last.Links = append(last.Links, bigLink{l.Name, pathPublic + "/" + l.Code})
	}
	return out
}

// areas lists what lies in a grid, a line a compound.
func (h public) areas(ctx context.Context, by authz.Actor, g grid.Grid, day workday.Day) ([]areaLine, error) {
	var pairs [][2]string
	for cursor := ""; ; {
		rows, err := h.s.Buildings(ctx, by, g.ID, day, cursor)
		if err != nil {
			return nil, err
		}
		for _, b := range rows.Rows {
			pairs = append(pairs, [2]string{b.Compound, b.Name})
		}
		if !rows.HasNext || len(pairs) >= mostBuildings {
			break
		}
		cursor = rows.Next
	}
	out := areaLines(pairs)
	alone, err := h.s.ApartIn(ctx, everybody, g.ID, day)
	if err != nil || len(alone) == 0 {
		return out, err
	}
	doors := make([]string, len(alone))
	for i, one := range alone {
		doors[i] = one.Address
	}
	return append(out, areaLine{"另有", strings.Join(doors, "、")}), nil
}

// mostBuildings is where a list of what lies in a grid ends; grids hold some dozens.
const mostBuildings = 1000

// boardLines are the posts and the team as they stand on boards. Why a post is vacant is nobody's business.
func (h public) boardLines(ctx context.Context, g grid.Grid) (posts, team []boardLine, err error) {
	board, err := h.s.Board(ctx, everybody, g.Answering())
	for _, p := range board.Posts {
		line := boardLine{Part: p.Role.Label(), Who: p.Worker.Name, Phone: p.Worker.Phone}
		if p.Vacant() {
			line.Who = "空缺"
		}
		posts = append(posts, line)
	}
	for _, t := range board.Team {
		team = append(team, boardLine{Part: t.Part.Label(), Who: t.Post, Note: t.Unit, Phone: t.Phone})
	}
	return posts, team, err
}
