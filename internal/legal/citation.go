package legal

import (
	"context"
	"slices"

	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/workday"
)

// Successor is where an article went.
type Successor struct {
	DocKey      string
	Title       string
	VersionDate workday.Day
	ArticleNos  []string
	ArticleText string // 第十条、第十二条, as the source writes it
	From        workday.Day
	Relation    Relation
	Summary     string
}

// Citation is an article as it stood on a day.
type Citation struct {
	Version
	Day          workday.Day
	ArticleNo    string
	ArticleLabel string
	Text         string
	Known        bool // false: 条文未收录
	Basis        BasisStatus
	Successors   []Successor // where it went later, or has gone already
	Came         []Change    // what it came from
	Earlier      []Version   // other versions of the document, oldest first
	Later        []Version
}

// Paragraphs splits the text for pages.
func (c Citation) Paragraphs() []string { return Article{Text: c.Text}.Paragraphs() }

// Holds reports whether the article can carry a decision on its day: in force and verified.
func (c Citation) Holds() bool { return c.Basis == BasisInForce }

// Title in full with article, for letters: 《…》第四十三条.
func (c Citation) Full() string {
	if c.ArticleLabel == "" {
		return "《" + c.Title + "》"
	}
	return "《" + c.Title + "》" + c.ArticleLabel
}

var (
	errNoDocument = fault.NotFound("法规目录里没有这份文件。可能写法不同，请在法规依据里搜索名称")
	errNoVersion  = fault.NotFound("这一天还没有这份文件的有效文本。请换一个日期，或者查看它的其他版本")
)

// ArticleOn opens an article as it stood on the day: the version in force then, its text or
// Known=false, what it is worth that day and where it went. Where no version held on the day, the
// nearest one answers with its state (尚未施行 before the first, the state it fell into after the
// last). NotFound when the document is not in the register.
func ArticleOn(ctx context.Context, q pg.Querier, docKey, articleNo string, day workday.Day) (Citation, error) {
	versions, err := versionsOf(ctx, q, docKey)
	if err != nil {
		return Citation{}, err
	}
	if len(versions) == 0 {
		return Citation{}, errNoDocument
	}
	return cite(ctx, q, versions, pick(versions, day), articleNo, day)
}

// ArticleOf opens an article of one version, judged on a day: what an item cites, whatever holds now.
func ArticleOf(ctx context.Context, q pg.Querier, docKey string, version workday.Day, articleNo string, day workday.Day) (Citation, error) {
	versions, err := versionsOf(ctx, q, docKey)
	if err != nil {
		return Citation{}, err
	}
	if len(versions) == 0 {
		return Citation{}, errNoDocument
	}
	at := slices.IndexFunc(versions, func(v Version) bool { return v.VersionDate == version })
	if at < 0 {
		return Citation{}, errNoVersion
	}
	return cite(ctx, q, versions, at, articleNo, day)
}

// pick chooses the version that held on the day, else the last that had begun, else the first.
func pick(versions []Version, day workday.Day) int {
	for i := len(versions) - 1; i >= 0; i-- {
		if versions[i].HoldsOn(day) {
			return i
		}
	}
	for i := len(versions) - 1; i >= 0; i-- {
		if f := versions[i].EffectiveFrom; !f.IsZero() && !f.After(day) {
			return i
		}
	}
	return 0
}

func cite(ctx context.Context, q pg.Querier, versions []Version, at int, articleNo string, day workday.Day) (Citation, error) {
	v := versions[at]
	c := Citation{Version: v, Day: day, ArticleNo: articleNo, Earlier: versions[:at], Later: versions[at+1:]}
	article, known, err := articleOf(ctx, q, v.ID, baseNo(articleNo))
	if err != nil {
		return c, err
	}
	if known {
		c.Known, c.Text, c.ArticleLabel = true, article.Text, article.ArticleLabel
	}
	changes, err := changesOf(ctx, q, v.DocKey)
	if err != nil {
		return c, err
	}
	titles := map[string]string{v.DocKey: v.Title}
	c.Basis, c.Successors = judge(v, articleNo, day, changes, titles)
	for _, ch := range changes {
		if ch.NewDocKey == v.DocKey && ch.NewVersion == v.VersionDate.String() && ch.Brings(baseNo(articleNo)) {
			c.Came = append(c.Came, ch)
		}
	}
	return c, nameSuccessors(ctx, q, c.Successors, titles)
}

// baseNo cuts the item off an article number: 10(8) is in article 10.
func baseNo(no string) string {
	for i, r := range no {
		if r == '(' || r == '（' {
			return no[:i]
		}
	}
	return no
}

// Basis is what a cited article is worth on a day.
type Basis struct {
	Status     BasisStatus
	Successors []Successor
	Document   Version
	Found      bool // the cited version is in the register
}

// BasisOn judges a citation as items and applications store it (R8, R56). An unknown document or
// version is unverified, never an error.
func BasisOn(ctx context.Context, q pg.Querier, docKey string, version workday.Day, articleNo string, day workday.Day) (Basis, error) {
	versions, err := versionsOf(ctx, q, docKey)
	if err != nil {
		return Basis{}, err
	}
	at := slices.IndexFunc(versions, func(v Version) bool { return v.VersionDate == version })
	if at < 0 {
		return Basis{Status: BasisUnverified}, nil
	}
	changes, err := changesOf(ctx, q, docKey)
	if err != nil {
		return Basis{}, err
	}
	b := Basis{Document: versions[at], Found: true}
	titles := map[string]string{docKey: versions[at].Title}
	b.Status, b.Successors = judge(versions[at], articleNo, day, changes, titles)
	return b, nameSuccessors(ctx, q, b.Successors, titles)
}

// judge is the rule: before the first day nothing holds; on its days a verified version is in force
// and an unverified one unverified; afterwards the change of the article decides, and without one
// the fate of the whole version.
func judge(v Version, articleNo string, day workday.Day, changes []Change, titles map[string]string) (BasisStatus, []Successor) {
	var heirs []Successor
	after := BasisStatus("")
	for _, ch := range changes {
		if ch.DocKey != v.DocKey || ch.OldVersion != v.VersionDate.String() || !ch.Concerns(baseNo(articleNo)) {
			continue
		}
		after = afterChange[ch.Relation]
		if ch.NewDocKey != "" && ch.NewArticleNos != "" {
			heirs = append(heirs, heir(ch, titles))
		}
	}
	switch {
	case v.EffectiveFrom.IsZero():
		return BasisUnverified, heirs
	case day.Before(v.EffectiveFrom):
		return BasisNotYet, heirs
	case v.HoldsOn(day) && v.Doubtful():
		return BasisUnverified, heirs
	case v.HoldsOn(day):
		return BasisInForce, heirs
	case v.Status == Repealed:
		return BasisRepealed, heirs
	case after == "":
		return BasisSuperseded, heirs
	default:
		return after, heirs
	}
}

func heir(ch Change, titles map[string]string) Successor {
	s := Successor{DocKey: ch.NewDocKey, Title: titles[ch.NewDocKey], ArticleText: ch.NewArticle, Relation: ch.Relation, Summary: ch.Summary}
	s.VersionDate, _ = workday.ParseDay(ch.NewVersion) // the import checked it; "" is no day
	s.From, _ = workday.ParseDay(ch.ChangedOn)
	s.ArticleNos = splitNos(ch.NewArticleNos)
	return s
}

func nameSuccessors(ctx context.Context, q pg.Querier, heirs []Successor, titles map[string]string) error {
	for i := range heirs {
		if heirs[i].Title != "" {
			continue
		}
		if titles[heirs[i].DocKey] == "" {
			versions, err := versionsOf(ctx, q, heirs[i].DocKey)
			if err != nil {
				return err
			}
			if len(versions) > 0 {
				titles[heirs[i].DocKey] = versions[len(versions)-1].Title
			}
		}
		heirs[i].Title = titles[heirs[i].DocKey]
	}
	return nil
}
