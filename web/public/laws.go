package public

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"

	"portal/internal/catalog"
	"portal/internal/fault"
	"portal/internal/legal"
	"portal/internal/page"
	"portal/internal/workday"
	"portal/web/form"
	"portal/web/frame"
	"portal/web/listing"
	"portal/web/route"
	"portal/web/view"
)

// lawsPage is the legal register.
type lawsPage struct {
	Frame  view.Page
	Form   *form.Form
	Words  string
	Kind   legal.DocKind
	Status legal.DocStatus
	List   page.Page[legal.DocRow]
}

const lawsOnPage = 30

var docStatuses = []legal.DocStatus{legal.InForce, legal.Superseded, legal.Repealed, legal.Unknown}

func (h handlers) laws(w http.ResponseWriter, r *http.Request) error {
	fm := form.Query(r)
	p := lawsPage{Form: fm, Frame: h.Public(r, frame.Opts{Title: "查看 - 法律依据", Nav: "laws"})}
	p.Words = fm.Line(listing.ParamWords, 60)
	p.Kind = form.Choice(fm, "kind", legal.DocKinds)
	p.Status = form.Choice(fm, "status", docStatuses)
	cursor, err := legal.ParseCursor(fm.Raw(listing.ParamAfter))
	if err != nil {
		fm.Add(listing.ParamAfter, err.Error())
	}
	if err := fm.Err(); err != nil {
		p.Frame.Errors = len(fm.Errors())
		return h.Render(w, r, route.Status(err), showLaws(p))
	}
	p.List, err = legal.Documents(r.Context(), h.DB.Q(), legal.DocFilter{Words: p.Words, Kind: p.Kind, Status: p.Status, Cursor: cursor, Limit: lawsOnPage})
	if err != nil {
		return err
	}
	return h.Render(w, r, http.StatusOK, showLaws(p))
}

func (p lawsPage) address(pairs ...string) string {
	v := url.Values{}
	set := func(name, value string) {
		if value != "" {
			v.Set(name, value)
		}
	}
	set(listing.ParamWords, p.Words)
	set("kind", string(p.Kind))
	set("status", string(p.Status))
	for i := 0; i+1 < len(pairs); i += 2 {
		if v.Del(pairs[i]); pairs[i+1] != "" {
			v.Set(pairs[i], pairs[i+1])
		}
	}
	return listing.With(pathLaws, v)
}

func (p lawsPage) tags() []view.Tag {
	var out []view.Tag
	add := func(param, words string) {
		if words != "" {
			out = append(out, view.Tag{Words: words, Href: p.address(param, "")})
		}
	}
	add(listing.ParamWords, p.Words)
	add("kind", p.Kind.Label())
	add("status", p.Status.Label())
	return out
}

func (p lawsPage) pages() view.Pages {
	return listing.Pages(p.List, func(cursor string) string { return p.address(listing.ParamAfter, cursor) }, "每页 "+strconv.Itoa(lawsOnPage)+" 份")
}

func (p lawsPage) kinds() []view.Option {
	out := []view.Option{{Label: "全部"}}
	for _, k := range legal.DocKinds {
		out = append(out, view.Option{Value: string(k), Label: k.Label(), Chosen: k == p.Kind})
	}
	return out
}

func (p lawsPage) statuses() []view.Option {
	out := []view.Option{{Label: "全部"}}
	for _, s := range docStatuses {
		out = append(out, view.Option{Value: string(s), Label: s.Label(), Chosen: s == p.Status})
	}
	return out
}

// docChip is the state of a version as the register knows it.
func docChip(v legal.Version) view.Chipped {
	return view.Chipped{Tone: docTones[v.Status], Words: v.Status.Label()}
}

var docTones = map[legal.DocStatus]view.Tone{legal.InForce: view.OK, legal.Superseded: view.Info, legal.Repealed: view.Danger, legal.Unknown: view.Warn}

func docUnder(v legal.Version) string {
	words := v.Kind.Label() + " · " + v.JurisdictionLabel()
	if v.Issuer != "" {
		words += " · " + v.Issuer
	}
	return words
}

// heldWords says how much text the register holds.
func heldWords(r legal.DocRow) string {
	words := strconv.Itoa(r.Versions) + " 个版本"
	if r.Articles == 0 {
		return words + "，条文未收录"
	}
	return words + "，收录 " + strconv.Itoa(r.Articles) + " 条"
}

var (
	docShape     = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,99}$`)
	articleShape = regexp.MustCompile(`^[0-9]{1,4}(\([0-9]{1,3}\))?$`)
	errNoLaw     = fault.NotFound("法规目录里没有这份文件。可能写法不同，请在法律依据里搜索名称")
	errNoArticle = fault.NotFound("这份文件没有这一条。请回到这份文件查看收录的条文")
)

// dayOf reads ?on= of a law page.
func (h handlers) dayOf(r *http.Request) (day, today workday.Day, err error) {
	fm := form.Query(r)
	today = h.Today()
	if day = fm.Day(listing.ParamDay, today); day.IsZero() {
		day = today
	}
	return day, today, fm.Err()
}

// lawPage is one document.
type lawPage struct {
	Frame    view.Page
	Doc      legal.Document
	Shown    legal.Version
	Day      workday.Day
	Today    workday.Day
	Articles []legal.Article
	Citing   []citing
	CitedBy  map[string]int // how many entries rest on an article
}

func (h handlers) law(w http.ResponseWriter, r *http.Request) error {
	key := route.Param(r, "doc")
	if !docShape.MatchString(key) {
		return errNoLaw
	}
	day, today, err := h.dayOf(r)
	if err != nil {
		return err
	}
	ctx, q := r.Context(), h.DB.Q()
	p := lawPage{Day: day, Today: today, CitedBy: map[string]int{}}
	if p.Doc, err = legal.DocumentByKey(ctx, q, key); err != nil {
		return err
	}
	p.Shown = p.Doc.On(day)
	if p.Articles, err = legal.Articles(ctx, q, p.Shown.ID); err != nil {
		return err
	}
	entries, err := catalog.CitedBy(ctx, q, key, "")
	if err != nil {
		return err
	}
	p.Citing = citingOf(entries, day)
	for _, c := range p.Citing {
		if c.Entry.BasisVersionDate == p.Shown.VersionDate {
			p.CitedBy[c.Entry.BasisArticleNo]++
		}
	}
	p.Frame = h.Public(r, frame.Opts{Title: p.Shown.ShortTitle + " - 法律依据", Nav: "laws", Breadcrumbs: []view.Crumb{{Href: pathLaws, Text: "法律依据"}, {Text: p.Shown.ShortTitle}}})
	return h.Render(w, r, http.StatusOK, showLaw(p))
}

// citing is an entry that rests on a document, once, in the version of the day.
type citing struct {
	Entry catalog.Entry
	Day   workday.Day
}

// citingOf keeps one version of each entry: that of the day, else the newest before it.
func citingOf(entries []catalog.Entry, day workday.Day) []citing {
	var out []citing
	for _, e := range entries {
		n := len(out)
		switch {
		case n == 0 || out[n-1].Entry.Code != e.Code:
			out = append(out, citing{e, day})
		case !out[n-1].Entry.HoldsOn(day) && e.HoldsOn(day):
			out[n-1].Entry = e
		}
	}
	return out
}

func (p lawPage) versionHref(v legal.Version) string {
	return pathLaws + "/" + v.DocKey + "?on=" + holdingDay(v, p.Day).String()
}

// holdingDay is a day on which the version is the one that a page shows.
func holdingDay(v legal.Version, day workday.Day) workday.Day {
	if v.HoldsOn(day) || v.EffectiveFrom.IsZero() {
		return day
	}
	return v.EffectiveFrom
}

func (p lawPage) articleHref(a legal.Article) string {
	return listing.Dated(listing.LawPath(p.Shown.DocKey, a.ArticleNo), holdingDay(p.Shown, p.Day), p.Today)
}

// changeRow is one recorded change with its two addresses.
type changeRow struct {
	When, What, Old, OldHref, New, NewHref, Summary string
	Verified                                        bool
}

func (p lawPage) changes() []changeRow {
	var out []changeRow
	for _, c := range p.Doc.Changes {
		row := changeRow{When: c.ChangedOn, What: c.Relation.Label(), Old: c.OldArticle, New: c.NewArticle, Summary: c.Summary, Verified: c.Verified}
		row.OldHref, row.NewHref = changeHref(c.DocKey, c.OldArticleNos, c.ChangedOn, -1), changeHref(c.NewDocKey, c.NewArticleNos, c.ChangedOn, 0)
		if c.DocKey != p.Shown.DocKey {
			row.Old = c.Law + " " + row.Old
		}
		out = append(out, row)
	}
	return out
}

var oneArticle = regexp.MustCompile(`^[0-9]{1,4}$`)

// changeHref opens an article as it stood so many days from the change.
func changeHref(docKey, articleNos, changedOn string, days int) string {
	if docKey == "" {
		return ""
	}
	day, err := workday.ParseDay(changedOn)
	if err != nil {
		day = workday.Day{} // the file knows only a year
	}
	if !oneArticle.MatchString(articleNos) {
		articleNos = ""
	}
	return listing.Dated(listing.LawPath(docKey, articleNos), day.Add(days), workday.Day{})
}

// articlePage is an article as it stood on a day.
type articlePage struct {
	Frame    view.Page
	Citation legal.Citation
	Day      workday.Day
	Today    workday.Day
	Citing   []citing
}

func (h handlers) article(w http.ResponseWriter, r *http.Request) error {
	key, no := route.Param(r, "doc"), route.Param(r, "article")
	if un, err := url.PathUnescape(no); err == nil {
		no = un
	}
	if !docShape.MatchString(key) {
		return errNoLaw
	}
	if !articleShape.MatchString(no) {
		return errNoArticle
	}
	day, today, err := h.dayOf(r)
	if err != nil {
		return err
	}
	ctx, q := r.Context(), h.DB.Q()
	p := articlePage{Day: day, Today: today}
	if p.Citation, err = legal.ArticleOn(ctx, q, key, no, day); err != nil {
		return err
	}
	if n := p.Citation.ArticleCount; n != nil && !p.Citation.Known && beyond(no, *n) {
		return errNoArticle
	}
	entries, err := catalog.CitedBy(ctx, q, key, no)
	if err != nil {
		return err
	}
	p.Citing = citingOf(entries, day)
	p.Frame = h.Public(r, frame.Opts{Title: p.label() + " - " + p.Citation.ShortTitle, Nav: "laws", Breadcrumbs: []view.Crumb{
		{Href: pathLaws, Text: "法律依据"}, {Href: listing.Dated(listing.LawPath(key, ""), day, today), Text: p.Citation.ShortTitle}, {Text: p.label()}}})
	return h.Render(w, r, http.StatusOK, showArticle(p))
}

// beyond reports a number that the version cannot have.
func beyond(no string, count int) bool {
	base, err := strconv.Atoi(no)
	return err == nil && (base == 0 || base > count)
}

func (p articlePage) label() string {
	if p.Citation.ArticleLabel != "" {
		return p.Citation.ArticleLabel
	}
	return "第 " + p.Citation.ArticleNo + " 条"
}

func (p articlePage) law() view.LawText {
	t := listing.LawText(p.Citation, p.Citation.Basis, "")
	return t
}

func (p articlePage) asOf() string {
	switch {
	case p.Citation.Basis == legal.BasisNotYet:
		return p.Day.Chinese() + "这份文件还没有施行，下面是它的第一个版本"
	case !p.Citation.HoldsOn(p.Day):
		return p.Day.Chinese() + "没有施行中的版本，下面是离这一天最近的版本"
	}
	return "下面是 " + p.Day.Chinese() + " 施行的文本"
}

// others are the other versions of the document, oldest first.
func (p articlePage) others() []legal.Version {
	return append(append([]legal.Version{}, p.Citation.Earlier...), p.Citation.Later...)
}

func (p articlePage) otherHref(v legal.Version) string {
	return listing.LawPath(v.DocKey, p.Citation.ArticleNo) + "?on=" + holdingDay(v, p.Day).String()
}

// came tells what the article was before.
func (p articlePage) came() []changeRow {
	return (lawPage{Shown: p.Citation.Version, Doc: legal.Document{Changes: p.Citation.Came}}).changes()
}

func (c citing) href(today workday.Day) string { return listing.Dated(c.Entry.Path(), c.Day, today) }
