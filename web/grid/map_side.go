package grid

import (
	"net/http"

	"portal/internal/authz"
	"portal/internal/grid"
	"portal/web/route"
	"portal/web/view"
)

// gridSide is the chosen grid beside the map: who answers, the posts, the team, and what can be done.
type gridSide struct {
	Row     gridRow
	Posts   []view.Term
	Team    []view.Term
	Record  string
	Board   string // the grid board for print
	Redraw  string
	Appoint string // 指定 A 岗; "" without the right
	Links   []view.Link
}

// sideOf gathers the side column of a grid.
func (h handlers) sideOf(r *http.Request, w gridRow, state mapState) (*gridSide, error) {
	by, g := route.Actor(r), w.Grid
	onDay := ""
	if state.Day != state.Today {
		onDay = "?day=" + state.Day.String()
	}
	s := &gridSide{Row: w, Record: gridPath(g.Code, onDay)}
	if !w.Held {
		return s, nil
	}
	posts, err := h.s.Posts(r.Context(), by, g.ID, state.Day)
	if err != nil {
		return nil, err
	}
	s.Posts = postTerms(posts)
	team, err := h.s.Team(r.Context(), by, g.ID, state.Day)
	if err != nil {
		return nil, err
	}
	s.Team = teamTerms(team)
	s.Board = gridPath(g.Code, "/board")
	if authz.Allowed(by, authz.GridAssign, g.Object()) {
		s.Appoint = gridPath(g.Code, "/assignments/new")
	}
	s.Links = append(s.Links, view.Link{Href: pathAnswers, Text: "那天谁负责"})
	if authz.Can(by, authz.HandoverView) {
		s.Links = append(s.Links, view.Link{Href: pathHandovers + "?community=" + g.Community, Text: "移交单"})
	}
	if authz.Allowed(by, authz.GridRedraw, g.Object()) {
		s.Redraw = changeKinds[0].address(g)
	}
	return s, nil
}

// postTerms are the posts of a day as lines: who holds them, or why nobody does.
func postTerms(posts []grid.Post) []view.Term {
	var out []view.Term
	for _, role := range grid.PostRoles {
		for _, p := range posts {
			if p.Role != role {
				continue
			}
			t := view.Term{Name: role.Label(), Text: p.Worker.Name + " " + p.Worker.Phone}
			if p.Vacant() {
				t.Text, t.Tone = "空缺："+p.Reason, view.Warn
			}
			out = append(out, t)
		}
	}
	return out
}

// teamTerms are the posts of the 1+2+N team.
func teamTerms(team []grid.TeamPost) []view.Term {
	var out []view.Term
	for _, part := range grid.Parts {
		for _, p := range team {
			if p.Part != part {
				continue
			}
			words := p.Post + "，" + p.Unit
			if p.Phone != "" {
				words += " " + p.Phone
			}
			out = append(out, view.Term{Name: part.Label(), Text: words})
		}
	}
	return out
}

// tone of the box that says who answers.
func (w gridRow) tone() view.Tone {
	if w.Look.Tone == "" {
		return view.OK
	}
	return w.Look.Tone
}

// answerWords say who answers and as what.
func (w gridRow) answerWords() string {
	if w.Answer.Worker.IsZero() {
		return grid.Street.Label()
	}
	return w.Answer.Worker.Name + "（" + w.Answer.As.Label() + "）"
}

// sizes of a grid as three figures.
func (w gridRow) sizes() []view.Figure {
	return []view.Figure{{Label: "户数", Value: view.Thousands(w.Grid.Households), Unit: "户"}, {Label: "楼栋", Value: itoa(w.Grid.Buildings), Unit: "栋"},
		{Label: "人口", Value: view.Thousands(w.Grid.Residents), Unit: "人"}}
}

// keyLine is one sign of the map with its words.
type keyLine struct {
	Class, Icon, Words string
	Mark               bool
}

var keyLines = []keyLine{{Class: "vacant", Icon: "user-search", Words: "A 岗空缺"}, {Class: "street", Icon: "phone", Words: "街道值班"},
	{Class: "away", Icon: "user", Words: "代理中"}, {Class: "micro", Words: "微网格"}, {Class: "before", Words: "原边界"}, {Class: "changed", Words: "调整后"},
	{Class: "chosen", Words: "选中"}, {Class: "warn", Words: "超户数提醒线", Mark: true}}

// keysOf lists the signs that a map uses.
func keysOf(d drawing) []keyLine {
	var out []keyLine
	for _, k := range keyLines {
		if d.has(k.Class) {
			out = append(out, k)
		}
	}
	return out
}
