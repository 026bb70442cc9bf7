package counter

import (
	"bytes"
	"context"
	"io"
	"iter"
	"net/http"
	"slices"
	"time"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/place"
	"portal/internal/request"
	"portal/internal/sheet"
	"portal/internal/workday"
	"portal/web/form"
	"portal/web/listing"
	"portal/web/route"
	"portal/web/view"
)

// The longest span of the figures, and the most rows of an export.
const (
	mostDays   = 400
	exportMost = 20_000
	exportStep = 500
)

// figuresPage is 三率 with the arithmetic behind it (§6.4).
type figuresPage struct {
	Frame       view.Page
	Form        filled
	Lead        string
	Communities []view.Option
	Rates       []rateView
	Lines       []figureLine
}

type rateView struct {
	Label, Value string
	Top          []view.Link
	Bottom       view.Link
}

type figureLine struct{ Label, Count, Href, Words string }

// figureRowsPage are the requests behind one number.
type figureRowsPage struct {
	Frame       view.Page
	Title, Lead string
	Export      string
	Heads       []string
	Rows        []figureRow
	Pages       view.Pages
}

type figureRow struct {
	No, Href string
	Cells    []string
}

// figureWords say how each number is counted.
var figureWords = map[request.Figure]string{
	request.FigDispatched: "这一段里派出、首次联系期限已经过去的件",
	request.FigExcluded:   "写明理由、经第二人批准剔除的件，公开件数",
	request.FigBase:       "派出的减去剔除的",
	request.FigInTime:     "在期限内联系了居民的件",
	request.FigValid:      "回访找到本人并且作了评价的件",
	request.FigSolved:     "居民说解决的件；部分解决不算在内",
	request.FigPartly:     "居民说部分解决的件，单独统计",
	request.FigSatisfied:  "居民说满意的件",
	request.FigBasically:  "居民说基本满意的件",
	request.FigUnreached:  "没有找到本人或没有评价的件，不进分母",
	request.FigRelapses:   "结案后同一处同一类又发生的件，原评价不变",
}

// span is the days and the community that the figures are about.
type span struct {
	from, last workday.Day
	community  string
}

func (s span) period() request.Period {
	return request.Period{From: s.from.Start(), Until: s.last.Add(1).Start()}
}

func (s span) scope() request.FigureScope { return request.FigureScope{Community: s.community} }

func (s span) address(path string, pairs ...string) string {
	return address(path, append([]string{"from", s.from.String(), "last", s.last.String(), "community", s.community}, pairs...)...)
}

// readSpan reads the span of an address; without one it is the last thirty days.
func readSpan(f *form.Form, today workday.Day) span {
	s := span{from: f.Day("from", today), last: f.Day("last", today), community: f.Line("community", 12)}
	if s.last.IsZero() {
		s.last = today
	}
	if s.from.IsZero() {
		s.from = s.last.Add(-29)
	}
	switch {
	case s.from.After(s.last):
		f.Add("last", "结束日期不能早于开始日期 "+s.from.Chinese())
	case s.last.Sub(s.from) > mostDays:
		f.Add("from", "一次最多看 "+itoa(mostDays)+" 天，请把日子改近一些")
	}
	if !f.Valid() {
		s.last, s.from = today, today.Add(-29)
	}
	return s
}

func (s span) words() string { return s.from.Chinese() + "至" + s.last.Chinese() }

func (h handlers) figures(w http.ResponseWriter, r *http.Request) error {
	ctx, by, f, today := r.Context(), route.Actor(r), form.Query(r), h.f.Today()
	s := readSpan(f, today)
	x := filled{typed: f, told: f.Errors(), proposed: map[string]string{"from": s.from.String(), "last": s.last.String()}}
	rates, err := h.Requests.Rates(ctx, by, s.period(), s.scope())
	if err != nil {
		return err
	}
	p := figuresPage{Form: x, Lead: s.words(), Rates: rateViews(rates, s), Lines: figureLines(rates, s)}
	if p.Communities, err = h.figureCommunities(r, x); err != nil {
		return err
	}
	p.Frame = h.staff(r, "看 - 三率", x.told, view.Crumb{Text: "三率"})
	return h.f.Render(w, r, x.status(), showFigures(p))
}

// figureCommunities is the choice of a community, for those who see the whole street.
func (h handlers) figureCommunities(r *http.Request, x filled) ([]view.Option, error) {
	if !authz.ReachOf(route.Actor(r), authz.FiguresView).All {
		return nil, nil
	}
	v, err := h.f.Settings(r.Context())
	if err != nil {
		return nil, err
	}
	all, err := place.Communities(r.Context(), h.f.DB.Q(), v.StreetCode)
	return with("全街道", x.pick("community", communityOptions(all))), err
}

// rateViews are the rates as divisions of numbers that open.
func rateViews(rates request.Rates, s span) []rateView {
	link := func(fig request.Figure) view.Link {
		return view.Link{Href: s.address(pathFigures + "/" + string(fig)), Text: fig.Label() + " " + view.Thousands(countOf(rates, fig))}
	}
	return []rateView{
		{Label: "响应率", Value: rates.Response(), Top: []view.Link{link(request.FigInTime)}, Bottom: link(request.FigBase)},
		{Label: "解决率", Value: rates.Resolution(), Top: []view.Link{link(request.FigSolved)}, Bottom: link(request.FigValid)},
		{Label: "满意率", Value: rates.Satisfaction(), Top: []view.Link{link(request.FigSatisfied), link(request.FigBasically)}, Bottom: link(request.FigValid)},
		{Label: "回访覆盖率", Value: rates.Coverage(), Top: []view.Link{link(request.FigValid)}, Bottom: link(request.FigBase)},
	}
}

// countOf is the number of a figure.
func countOf(r request.Rates, fig request.Figure) int {
	return map[request.Figure]int{request.FigDispatched: r.Dispatched, request.FigExcluded: r.Excluded, request.FigBase: r.Base(),
		request.FigInTime: r.InTime, request.FigValid: r.Valid, request.FigSolved: r.Solved, request.FigPartly: r.Partly,
		request.FigSatisfied: r.Satisfied, request.FigBasically: r.Basically, request.FigUnreached: r.Unreached, request.FigRelapses: r.Relapses}[fig]
}

func figureLines(rates request.Rates, s span) []figureLine {
	var out []figureLine
	for _, fig := range request.Figures {
		line := figureLine{Label: fig.Label(), Count: view.Thousands(countOf(rates, fig)), Href: s.address(pathFigures + "/" + string(fig)), Words: figureWords[fig]}
		if fig == request.FigExcluded {
			for _, e := range rates.Exclusions {
				line.Words += "；" + e.Label() + " " + itoa(e.Count) + " 件"
			}
		}
		out = append(out, line)
	}
	return out
}

// Heads of the page and of the workbook.
var (
	figureHeads = []string{"编号", "诉求", "社区", "承办", "派出", "首次联系期限", "首次联系", "居民评价", "备注"}
	exportHeads = []string{"编号", "诉求", "分类", "社区", "承办", "派出", "首次联系期限", "首次联系", "解决", "满意", "剔除理由", "复发自"}
)

// figureCells are the words of a row on the page, without its number.
func figureCells(row request.RateRow, now time.Time) []string {
	contacted, remark := "没有联系", ""
	if row.ContactedAt != nil {
		contacted = moment(*row.ContactedAt, now)
	}
	switch {
	case row.Exclusion != "":
		remark = "剔除：" + row.Exclusion
	case row.RelapseOf != "":
		remark = "复发自 " + row.RelapseOf
	}
	rated := row.Solved.Label()
	if row.Solved != request.NotAsked {
		rated += "，" + row.Satisfied.Label()
	}
	return []string{row.Title + "（" + row.Category + "）", row.Community, row.Owner, moment(row.DispatchedAt, now), moment(row.ContactDue, now), contacted, rated, remark}
}

// exportCells are all that is known of a row, for the workbook.
func exportCells(row request.RateRow) []string {
	contacted := ""
	if row.ContactedAt != nil {
		contacted = fully(*row.ContactedAt)
	}
	return []string{row.No, row.Title, row.Category, row.Community, row.Owner, fully(row.DispatchedAt), fully(row.ContactDue), contacted, row.Solved.Label(), row.Satisfied.Label(),
		row.Exclusion, row.RelapseOf}
}

var errNoFigure = fault.NotFound("没有这个数字。请从三率页点开")

// figureAsked reads which number, and of which span; what cannot be read is no page.
func (h handlers) figureAsked(r *http.Request) (request.Figure, span, *form.Form, error) {
	fig := request.Figure(route.Param(r, "figure"))
	if !slices.Contains(request.Figures, fig) {
		return "", span{}, nil, errNoFigure
	}
	f := form.Query(r)
	s := readSpan(f, h.f.Today())
	return fig, s, f, f.Err()
}

func (h handlers) figureRows(w http.ResponseWriter, r *http.Request) error {
	fig, s, f, err := h.figureAsked(r)
	if err != nil {
		return err
	}
	got, err := h.Requests.RateRows(r.Context(), route.Actor(r), fig, s.period(), s.scope(), f.Line("after", 2000), screen)
	if err != nil {
		return placed(err)
	}
	p := figureRowsPage{Title: fig.Label(), Lead: s.words() + "，" + figureWords[fig], Export: s.address(pathFigures + "/" + string(fig) + "/export.xlsx"), Heads: figureHeads,
		Pages: listing.Pages(got, func(cursor string) string { return s.address(pathFigures+"/"+string(fig), "after", cursor) }, "每页 "+itoa(screen)+" 件")}
	now := h.f.DB.Now()
	for _, row := range got.Rows {
		p.Rows = append(p.Rows, figureRow{No: row.No, Href: casePath(row.No, ""), Cells: figureCells(row, now)})
	}
	p.Frame = h.staff(r, "看明细 - "+fig.Label(), nil, view.Crumb{Href: s.address(pathFigures), Text: "三率"}, view.Crumb{Text: fig.Label()})
	return h.f.Render(w, r, http.StatusOK, showFigureRows(p))
}

// figureExport gives all rows of a number as a workbook.
func (h handlers) figureExport(w http.ResponseWriter, r *http.Request) error {
	fig, s, _, err := h.figureAsked(r)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := sheet.WriteXLSX(&out, fig.Label(), exportHeads, h.exported(r.Context(), route.Actor(r), fig, s)); err != nil {
		return err
	}
	file := listing.File{Type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Name: fig.Label() + " " + s.from.String() + " " + s.last.String() + ".xlsx"}
	return listing.Download(w, r, file, func(to io.Writer) error {
		_, err := out.WriteTo(to)
		return err
	})
}

func (h handlers) exported(ctx context.Context, by authz.Actor, fig request.Figure, s span) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		cursor := ""
		for n := 0; n < exportMost; {
			got, err := h.Requests.RateRows(ctx, by, fig, s.period(), s.scope(), cursor, exportStep)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, row := range got.Rows {
				n++
				if !yield(exportCells(row), nil) {
					return
				}
			}
			if !got.HasNext {
				return
			}
			cursor = got.Next
		}
	}
}
