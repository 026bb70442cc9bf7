package grid

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"portal/internal/authz"
	"portal/internal/catalog"
	"portal/internal/fault"
	"portal/internal/geo"
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

// who gives the contact of many grids with one question.
func (h public) who(ctx context.Context, grids []grid.ID, day workday.Day) (map[grid.ID]contact, error) {
	set, err := h.phones(ctx)
	if err != nil {
		return nil, err
	}
	answers, err := h.s.WhoOn(ctx, everybody, grids, day)
	if err != nil {
		return nil, err
	}
	out := make(map[grid.ID]contact, len(grids))
	for _, id := range grids {
		out[id] = contactOf(answers[id], set.Street)
	}
	return out, nil
}

// asWords say to residents as what somebody answers.
var asWords = map[grid.Standing]string{
	grid.AsA: "网格员", grid.ActingB: "代班网格员", grid.ActingLead: "网格长，代班", grid.Street: "这片现在由街道值班室接电话",
}

// contactOf never gives nobody: without an answer it is the street's desk (GRD-05, GRD-19).
func contactOf(a grid.Answer, street string) contact {
	c := contact{Name: a.Worker.Name, As: asWords[a.As], Phone: a.Phone}
	if a.Worker.IsZero() || c.Phone == "" {
		c.Name, c.As, c.Phone = "街道值班室", asWords[grid.Street], street
	}
	return c
}

// whyNotA tells residents that somebody else answers: the post is vacant, or its holder is away today. Why
// the holder is away, and why the post is vacant, is not theirs to know.
func whyNotA(held []grid.Post, acting string) string {
	for _, p := range held {
		switch {
		case p.Role != grid.RoleA:
		case p.Vacant():
			return "网格员岗位暂时空缺，由" + acting + "代班"
		default:
			return "今天由" + acting + "代班"
		}
	}
	return "现在由" + acting + "负责"
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

// answer is who answers for a grid today, with all that a resident may need besides.
func (h public) answer(ctx context.Context, g grid.Grid) (answer, error) {
	day := h.f.Today()
	set, err := h.phones(ctx)
	if err != nil {
		return answer{}, err
	}
	id := g.Answering()
	answers, err := h.s.WhoOn(ctx, everybody, []grid.ID{id}, day)
	if err != nil {
		return answer{}, err
	}
	c := contactOf(answers[id], set.Street)
	if answers[id].As != grid.AsA {
		board, err := h.s.Board(ctx, everybody, id)
		if err != nil {
			return answer{}, err
		}
		c.Why = whyNotA(board.Posts, c.Name)
	}
	return answer{Today: "今天 " + day.Chinese(), Contact: c, Phones: set, CardHref: pathPublic + "/" + g.Code + "/card",
		Terms: []view.Term{
			{Name: "网格", Text: g.Name}, {Name: "网格编码", Text: g.Code}, {Name: "社区", Text: g.CommunityName},
			{Name: "街道值班电话", Text: set.Street, Href: tel(set.Street)},
			{Name: "监督电话", Text: set.Supervision, Href: tel(set.Supervision)},
		}}, nil
}

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
