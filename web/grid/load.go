package grid

import (
	"fmt"
	"net/http"

	"portal/internal/authz"
	"portal/internal/grid"
	"portal/web/form"
	"portal/web/route"
	"portal/web/view"
)

// loadPage is 负担和覆盖: what each grid carries, which posts are empty, and what could be evened out.
// It describes places, never persons (GRD-17).
type loadPage struct {
	Frame       view.Page
	Lead        string
	Communities []view.Option
	Figures     []view.Figure
	Advice      []string
	Line        string
	Loads       []view.Load
	Rows        []loadRow
}

type loadRow struct {
	Name, Href, Place            string
	Households, Residents, Count string
	Hours                        string
	Who                          string
	State                        view.Chipped
}

func (h people) load(w http.ResponseWriter, r *http.Request) error {
	by, today, q := route.Actor(r), h.f.Today(), form.Query(r)
	scope, err := h.scopeOf(r, authz.GridView, q.Raw("community"), q.Has("community"))
	if err != nil {
		return err
	}
	sheet, err := h.s.Load(r.Context(), by, scope.prefix(), today)
	if err != nil {
		return err
	}
	p := loadPage{Frame: h.staff(r, "查看 - 网格负担和覆盖", nil, view.Crumb{Text: "负担和覆盖"}), Communities: communityOptions(scope), Advice: sheet.Advice, Line: view.Thousands(sheet.Usual)}
	var households, buildings, vacant, over int
	for _, one := range sheet.Rows {
		households, buildings = households+one.Households, buildings+one.Buildings
		if one.Vacant {
			vacant++
		}
		if one.Households > sheet.Usual {
			over++
		}
		p.Loads = append(p.Loads, view.Load{Name: one.Grid.Name, Measure: gridHouseholds, Planned: float64(one.Households), Cap: float64(sheet.Usual)})
		p.Rows = append(p.Rows, loadRowOf(one))
	}
	p.Lead = coverageWords(scope.name(), len(sheet.Rows), vacant, over)
	p.Figures = []view.Figure{{Label: "网格", Value: view.Thousands(len(sheet.Rows)), Unit: "个"}, {Label: "楼栋", Value: view.Thousands(buildings), Unit: "栋"},
		{Label: "户数", Value: view.Thousands(households), Unit: "户"}, vacancyFigure(vacant)}
	return h.f.Render(w, r, http.StatusOK, showLoad(p))
}

// gridHouseholds is the measure of a grid against the usual size.
var gridHouseholds = view.Measure{Have: "住户", Limit: "一般不超过", Unit: "户"}

func vacancyFigure(n int) view.Figure {
	f := view.Figure{Label: "A 岗空缺", Value: itoa(n), Unit: "个"}
	if n > 0 {
		f.Note, f.Tone, f.Icon = "由代理的人负责", view.Warn, "user"
	}
	return f
}

// coverageWords is the conclusion that stands above the rulers.
func coverageWords(place string, grids, vacant, over int) string {
	words := fmt.Sprintf("%s共 %d 个网格，", place, grids)
	if vacant == 0 {
		words += "A 岗都有人"
	} else {
		words += fmt.Sprintf("%d 个 A 岗空缺", vacant)
	}
	if over > 0 {
		return words + fmt.Sprintf("，%d 个网格的户数偏多", over)
	}
	return words + "，户数都在一般范围内"
}

func loadRowOf(one grid.GridLoad) loadRow {
	out := loadRow{Name: one.Grid.Name, Href: gridPath(one.Grid.Code, ""), Place: one.Grid.CommunityName, Households: view.Thousands(one.Households), Residents: view.Thousands(one.Residents),
		Count: itoa(one.Buildings), Hours: view.Hours(one.HoursMonth), State: view.Chipped{Tone: view.OK, Words: one.Answer.As.Label()}, Who: one.Answer.Worker.Name}
	if one.Answer.Worker.IsZero() {
		out.Who = "街道"
	}
	switch {
	case one.Answer.RedFlag:
		out.State.Tone = view.Danger
	case one.Vacant:
		out.State = view.Chipped{Tone: view.Warn, Words: fmt.Sprintf("空缺 %d 天", one.Answer.VacantDays)}
	case one.Answer.As != grid.AsA:
		out.State.Tone = view.Info
	}
	return out
}
