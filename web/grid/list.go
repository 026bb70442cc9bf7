package grid

import (
	"net/http"
	"slices"
	"strings"

	"portal/internal/grid"
	"portal/internal/workday"
	"portal/web/route"
	"portal/web/view"
)

// rowsOnPage is how many grids the list beside the map shows at once.
const rowsOnPage = 50

// gridRow is one grid with who answers for it: what a area of the map says in colour, in words.
type gridRow struct {
	Grid   grid.Grid
	Answer grid.Answer
	Held   bool // the grid has posts of its own; a micro-grid follows its grid
	Look   look
	Over   int // households of the A above the line; 0 within it
	Line   int
	Href   string // chooses the grid
	Chosen bool
}

// look is the state of a grid as a colour, an icon and words.
type look struct {
	Rank  int // what comes first in the list
	Class string
	Tone  view.Tone
	Icon  string
	Words string
	Note  string // inside the map
}

// lookOf decides how a grid stands by who answers for it (GRD-04, 05, 19).
func lookOf(a grid.Answer) look {
	vacant := "A 岗空缺"
	if a.VacantDays > 0 {
		vacant += " " + itoa(a.VacantDays) + " 天"
	}
	switch {
	case a.As == grid.Street:
		return look{0, "street", view.Danger, "phone", grid.Street.Label(), grid.Street.Label()}
	case !a.VacantSince.IsZero() && (a.OverLimit || a.RedFlag):
		return look{1, "vacant", view.Danger, "user-search", vacant, "A 岗空缺"}
	case !a.VacantSince.IsZero():
		return look{2, "vacant", view.Warn, "user-search", vacant, "A 岗空缺"}
	case a.As != grid.AsA:
		return look{3, "away", view.Info, "user", a.As.Label(), a.As.Label()}
	}
	return look{Rank: 9}
}

// rows asks who answers for each grid; what needs somebody comes first.
func (h handlers) rows(r *http.Request, grids []grid.Grid, state mapState) ([]gridRow, error) {
	values, err := h.f.Settings(r.Context())
	if err != nil {
		return nil, err
	}
	var ids []grid.ID
	for _, g := range grids {
		if g.Kind != grid.Micro {
			ids = append(ids, g.ID)
		}
	}
	answers, err := h.s.WhoOn(r.Context(), route.Actor(r), ids, state.Day)
	if err != nil {
		return nil, err
	}
	load := map[grid.WorkerID]int{} // households of those who are A today
	for _, g := range grids {
		if a := answers[g.ID]; a.As == grid.AsA {
			load[a.Worker.ID] += g.Households
		}
	}
	out := make([]gridRow, len(grids))
	for i, g := range grids {
		a, held := answers[g.ID]
		w := gridRow{Grid: g, Answer: a, Held: held, Line: values.GridHouseholds, Chosen: g.Code == state.Grid,
			Href: state.address(func(s *mapState) { s.Grid, s.After = g.Code, "" })}
		if w.Look = (look{Rank: 9}); w.Held {
			w.Look = lookOf(a)
		}
		if w.Held && a.As == grid.AsA && load[a.Worker.ID] > w.Line {
			w.Over = load[a.Worker.ID] - w.Line
			w.Look.Rank = min(w.Look.Rank, 4)
		}
		out[i] = w
	}
	slices.SortStableFunc(out, func(a, b gridRow) int {
		if d := a.Look.Rank - b.Look.Rank; d != 0 {
			return d
		}
		return strings.Compare(a.Grid.Code, b.Grid.Code)
	})
	return out, nil
}

// name of who answers.
func (w gridRow) name() string {
	switch {
	case !w.Held:
		return "随所在网格"
	case w.Answer.Worker.IsZero():
		return "值班电话"
	}
	return w.Answer.Worker.Name
}

// stand says who stands in: B 岗柳青代理.
func (w gridRow) stand() string {
	if w.Answer.Worker.IsZero() {
		return "由街道值班接听"
	}
	return strings.TrimSuffix(w.Answer.As.Label(), "代理") + w.Answer.Worker.Name + "代理"
}

// why the one who answers is not the A, or that the A is over the line.
func (w gridRow) why() string {
	if w.Over > 0 {
		return "名下共 " + view.Thousands(w.Line+w.Over) + " 户，超提醒线 " + itoa(w.Over) + " 户"
	}
	if w.Answer.As == grid.AsA {
		return ""
	}
	return w.Answer.Why
}

// spoken is what a reader hears on the map.
func (w gridRow) spoken() string {
	words := w.Grid.Name
	if w.Look.Words != "" {
		words += "，" + w.Look.Words
	}
	if w.Held && !w.Answer.Worker.IsZero() {
		words += "，" + w.Answer.Worker.Name
	}
	if w.Over > 0 {
		words += "，超提醒线"
	}
	return words
}

// area is the row on the map. On the map of a street the communities carry the names, and with many grids
// nothing else is written.
func (w gridRow) area(state mapState, street, many bool) area {
	a := area{Href: state.choosing() + w.Grid.Code, Name: w.spoken(), Class: w.Look.Class, Warn: w.Over > 0 && !many}
	if w.Grid.Kind == grid.Micro {
		a.Class = "micro"
	}
	if !many {
		a.Note = w.Look.Note
	}
	if !street && !many {
		a.Words = w.Grid.Short()
	}
	return a
}

// leadOf says the conclusion first: how much there is, and where somebody is missing.
func leadOf(sc mapScope, rows []gridRow, state mapState) (lead, alert string) {
	if len(rows) == 0 {
		return state.on() + sc.name() + "还没有划网格", ""
	}
	var n, buildings, households int
	var missing []gridRow
	for _, w := range rows {
		if w.Grid.Kind == grid.Micro {
			continue
		}
		n, buildings, households = n+1, buildings+w.Grid.Buildings, households+w.Grid.Households
		if w.Look.Rank <= 2 {
			missing = append(missing, w)
		}
	}
	lead = state.on() + sc.name() + "共 " + itoa(n) + " 个网格、" + view.Thousands(buildings) + " 栋楼、" + view.Thousands(households) + " 户。"
	switch {
	case len(missing) == 0:
		return lead + "每个网格都有 A 岗。", ""
	case len(missing) > 2:
		return lead, itoa(len(missing)) + " 个网格没有 A 岗，排在列表最前面。"
	}
	for _, w := range missing {
		name := w.Grid.Short()
		if sc.Chosen.Code == "" {
			name = w.Grid.Name
		}
		alert += name + "的 " + w.Look.Words + "，" + w.stand() + "。"
	}
	return lead, alert
}

// on is the day when it is not today.
func (s mapState) on() string {
	if s.Day == s.Today {
		return ""
	}
	return s.Day.Chinese() + "，"
}

// paged cuts the list where the address says: after the grid that was last on the page before.
func (p *mapPage) paged(rows []gridRow) {
	from := 0
	if p.State.After != "" {
		from = 1 + slices.IndexFunc(rows, func(w gridRow) bool { return w.Grid.Code == p.State.After })
	}
	until := min(len(rows), from+rowsOnPage)
	p.Rows = rows[from:until]
	p.Count = itoa(len(rows)) + " 个网格，缺人的在前"
	if len(rows) <= rowsOnPage {
		return
	}
	after := func(i int) string {
		return p.State.address(func(s *mapState) {
			if s.After = ""; i > 0 {
				s.After = rows[i-1].Grid.Code
			}
		})
	}
	p.Pages = view.Pages{Words: "第 " + itoa(from+1) + " 到 " + itoa(until) + " 个"}
	if from > 0 {
		p.Pages.Prev, p.Pages.First = after(max(0, from-rowsOnPage)), after(0)
	}
	if until < len(rows) {
		p.Pages.Next = after(until)
	}
}

// sinceWords says since when something holds, and until when if that is known.
func sinceWords(from, until workday.Day) string {
	if from.IsZero() {
		return "计划已撤销"
	}
	words := from.Chinese() + "起"
	if !until.IsZero() {
		return from.Chinese() + "至" + until.Add(-1).Chinese()
	}
	return words
}

// listTitle is the id of the list's heading: the page has one place for it.
func listTitle(alone bool) string {
	if alone {
		return "map-title"
	}
	return "list-title"
}

// rowName is the grid's name; on the list of a street the community comes with it.
func (p mapPage) rowName(w gridRow) string {
	if p.Scope.Chosen.Code == "" {
		return w.Grid.Name
	}
	return w.Grid.Short()
}
