package catalog

import (
	"io"
	"net/http"
	"strconv"

	"portal/internal/authz"
	"portal/internal/catalog"
	"portal/internal/fault"
	"portal/internal/page"
	"portal/web/listing"
	"portal/web/route"
	"portal/web/view"
)

// allKinds is the word for every list in an address.
const allKinds = "all"

const onPage = 40

// listsPage is the index: every kind with its number, the published versions, the day.
type listsPage struct {
	base
	Filter   listing.Filter
	Counts   map[catalog.ListKind]int
	Versions []catalog.ListVersion
	Waiting  int // entries that need review
	Negative int
	Import   bool
}

func (h handlers) lists(w http.ResponseWriter, r *http.Request) error {
	f, err := h.filter(r)
	if err != nil {
		return err
	}
	p := listsPage{base: h.base(r, "查看 - 准入清单", "lists"), Filter: f, Import: authz.Can(route.Actor(r), authz.ListImport)}
	if err := f.Err(); err != nil {
		p.bad(fault.Fields(err))
		return h.Render(w, r, route.Status(err), showLists(p))
	}
	ctx, q := r.Context(), h.DB.Q()
	if p.Counts, err = h.counter.ByKind(ctx, catalog.Filter{Day: f.On, Community: f.Community}); err != nil {
		return err
	}
	if p.Versions, err = catalog.ListVersions(ctx, q); err != nil {
		return err
	}
	negatives, err := catalog.Negatives(ctx, q, f.On)
	if err != nil {
		return err
	}
	p.Negative = len(negatives)
	if p.Waiting, _, err = catalog.Count(ctx, q, catalog.Filter{Day: f.On, Community: f.Community, Standings: []catalog.Standing{catalog.NeedsReview}}); err != nil {
		return err
	}
	return h.Render(w, r, http.StatusOK, showLists(p))
}

// kindRow is one line of the index.
type kindRow struct{ Label, Text, Href, Count string }

func (p listsPage) kinds() []kindRow {
	var out []kindRow
	for _, k := range catalog.ListKinds {
		out = append(out, kindRow{k.Label(), listing.PlainText(k), p.Filter.Address(pathLists + "/" + string(k)), view.Bounded(p.Counts[k])})
	}
	return append(out, kindRow{"负面清单", "名称或内容里的这些说法，不得要求社区做", p.Filter.Address(pathNegative, listing.ParamCommunity, ""), view.Bounded(p.Negative)})
}

// versionRow is a published version with the way to what it changed.
type versionRow struct {
	Title, From, Note, Day, Difference string
	Current                            bool
}

func (p listsPage) versions() []versionRow {
	var out []versionRow
	now, _ := catalog.VersionOn(p.Versions, p.Filter.Today)
	for i := len(p.Versions) - 1; i >= 0; i-- {
		v := p.Versions[i]
		row := versionRow{Title: listing.VersionTitle(v), From: v.EffectiveFrom.Chinese(), Note: v.Note, Day: pathDay + "?on=" + v.EffectiveFrom.String(), Current: v.ID == now.ID}
		if i > 0 {
			row.Difference = pathDifference + "?from=" + v.EffectiveFrom.Add(-1).String() + "&to=" + v.EffectiveFrom.String()
		}
		out = append(out, row)
	}
	return out
}

// listPage is the rows of a list on a day.
type listPage struct {
	base
	Filter   listing.Filter
	Path     string
	List     page.Page[catalog.Entry]
	Total    int
	More     bool
	MayTable bool // may export
}

// kindOf reads the kind of an address; "all" is every kind.
func kindOf(r *http.Request) (kind catalog.ListKind, path string, err error) {
	words := route.Param(r, "kind")
	if words == allKinds {
		return "", pathLists + "/" + allKinds, nil
	}
	kind = catalog.ListKind(words)
	if !kind.Valid() {
		return "", "", fault.NotFound("没有这种清单。请回到准入清单，从列出的清单里选")
	}
	return kind, pathLists + "/" + words, nil
}

// listFilter is the filter of a page of one kind: the kind stands in the path.
func (h handlers) listFilter(r *http.Request) (f listing.Filter, path string, err error) {
	kind, path, err := kindOf(r)
	if err != nil {
		return f, "", err
	}
	if f, err = h.filter(r); err != nil {
		return f, "", err
	}
	if kind != "" {
		f.Kind = kind
	}
	return f, path, nil
}

func (h handlers) list(w http.ResponseWriter, r *http.Request) error {
	f, path, err := h.listFilter(r)
	if err != nil {
		return err
	}
	p := listPage{Filter: f, Path: path, MayTable: authz.Can(route.Actor(r), authz.ListExport)}
	p.base = h.base(r, "查看 - "+p.heading(), "lists", listsCrumb, view.Crumb{Text: p.heading()})
	if err := f.Err(); err != nil {
		p.bad(fault.Fields(err))
		return h.Render(w, r, route.Status(err), showList(p))
	}
	ctx, q := r.Context(), h.DB.Q()
	if p.List, err = catalog.On(ctx, q, f.Catalog(onPage)); err != nil {
		return err
	}
	if p.Total, p.More, err = h.counter.Total(ctx, f.Catalog(0), p.List); err != nil {
		return err
	}
	return h.Render(w, r, http.StatusOK, showList(p))
}

func (p listPage) heading() string {
	if p.Filter.Kind == "" {
		return "全部清单"
	}
	return p.Filter.Kind.Label()
}

// hidden are the parameters that the path says already.
func (p listPage) hidden() string {
	if p.Path == pathLists+"/"+allKinds {
		return ""
	}
	return listing.ParamKind
}

// address keeps the filter; the kind of the path is no parameter.
func (p listPage) address(pairs ...string) string {
	f := p.Filter
	if p.hidden() != "" {
		f.Kind = ""
	}
	return f.Address(p.Path, pairs...)
}

func (p listPage) tags() []view.Tag {
	f := p.Filter
	if p.hidden() != "" {
		f.Kind = ""
	}
	return f.Tags(p.Path)
}

func (p listPage) export(format string) string {
	f := p.Filter
	if p.hidden() != "" {
		f.Kind = ""
	}
	return f.Address(p.Path+"/export", "format", format)
}

func (p listPage) result() string {
	n := strconv.Itoa(p.Total)
	if p.More {
		n += " 项以上"
	} else {
		n += " 项"
	}
	return p.Filter.On.Chinese() + "，" + n + "，按编号排列"
}

func (p listPage) pages() view.Pages {
	return listing.Pages(p.List, func(cursor string) string { return p.address(listing.ParamAfter, cursor) }, "每页 "+strconv.Itoa(onPage)+" 项")
}

func (p listPage) href(e catalog.Entry) string {
	return listing.Dated(pathItems+"/"+e.Code, p.Filter.On, p.Filter.Today)
}

func (p listPage) standings() []view.Option {
	out := []view.Option{{Label: "在册"}}
	for _, s := range listing.Standings {
		out = append(out, view.Option{Value: string(s), Label: s.Label(), Chosen: s == p.Filter.Standing})
	}
	return out
}

// hours writes the work of an entry in a month, or —.
func hours(e catalog.Entry) string {
	if e.HoursPerOccurrence == nil || e.OccurrencesPerYear == nil {
		return "—"
	}
	return view.Hours(e.HoursMonth())
}

// formats are the files of an export.
var formats = map[string]listing.File{
	"xlsx": {Type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Name: ".xlsx"},
	"csv":  {Type: "text/csv; charset=utf-8", Name: ".csv"},
}

func (h handlers) export(w http.ResponseWriter, r *http.Request) error {
	f, _, err := h.listFilter(r)
	if err != nil {
		return err
	}
	format := f.Form.Raw("format")
	file, ok := formats[format]
	if !ok {
		f.Form.Add("format", "导出格式从 XLSX、CSV 里选")
	}
	if err := f.Err(); err != nil {
		return err
	}
	name := "全部清单"
	if f.Kind != "" {
		name = f.Kind.Label()
	}
	file.Name = name + " " + f.On.String() + file.Name
	return listing.Download(w, r, file, func(out io.Writer) error {
		if format == "xlsx" {
			return catalog.WriteXLSX(r.Context(), h.DB.Q(), f.Catalog(0), out)
		}
		return catalog.WriteCSV(r.Context(), h.DB.Q(), f.Catalog(0), out, false)
	})
}

// dayPage is 「某日清单」.
type dayPage struct {
	base
	Filter listing.Filter
	Sheet  listing.DaySheet
}

func (h handlers) day(w http.ResponseWriter, r *http.Request) error {
	f, err := h.filter(r)
	if err != nil {
		return err
	}
	p := dayPage{base: h.base(r, "某日清单 - "+f.On.Chinese(), "lists", listsCrumb, view.Crumb{Text: "某日清单"}), Filter: f}
	if err := f.Err(); err != nil {
		p.bad(fault.Fields(err))
		return h.Render(w, r, route.Status(err), showDay(p))
	}
	if p.Sheet, err = listing.LoadDay(r.Context(), h.DB.Q(), f); err != nil {
		return err
	}
	p.Sheet.Issuer = p.Frame.Street + "办事处"
	p.Sheet.Permalink = listing.Address(r, h.deps.Secure, f.Address("/items/day", listing.ParamDay, f.On.String()))
	return h.Render(w, r, http.StatusOK, showDay(p))
}

func (p dayPage) link(code string) string {
	return listing.Dated(pathItems+"/"+code, p.Filter.On, p.Filter.Today)
}

// negativePage is the negative list of a day.
type negativePage struct {
	base
	Filter listing.Filter
	Groups []listing.NegativeGroup
	Total  int
}

func (h handlers) negative(w http.ResponseWriter, r *http.Request) error {
	f, err := h.filter(r)
	if err != nil {
		return err
	}
	p := negativePage{base: h.base(r, "查看 - 负面清单", "lists", listsCrumb, view.Crumb{Text: "负面清单"}), Filter: f}
	if err := f.Err(); err != nil {
		p.bad(fault.Fields(err))
		return h.Render(w, r, route.Status(err), showNegative(p))
	}
	all, err := catalog.Negatives(r.Context(), h.DB.Q(), f.On)
	if err != nil {
		return err
	}
	p.Groups, p.Total = listing.GroupNegatives(all, f.Words)
	return h.Render(w, r, http.StatusOK, showNegative(p))
}

// programmePage is the street's plan as it was imported; flagged work stands first (R50, E1).
type programmePage struct {
	base
	Works []catalog.Work
}

func (h handlers) programme(w http.ResponseWriter, r *http.Request) error {
	works, err := catalog.Works(r.Context(), h.DB.Q())
	if err != nil {
		return err
	}
	p := programmePage{base: h.base(r, "查看 - 工作方案", "lists", listsCrumb, view.Crumb{Text: "工作方案"}), Works: works}
	return h.Render(w, r, http.StatusOK, showProgramme(p))
}
