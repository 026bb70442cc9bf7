package refusal

import (
	"context"
	"slices"
	"strings"

	"portal/internal/catalog"
	"portal/internal/fault"
	"portal/internal/legal"
	"portal/internal/pg"
	"portal/internal/place"
	"portal/internal/workday"
)

// LookAlike is a list entry whose title is like what was asked.
type LookAlike struct {
	Code, Title, List, Path string
}

const lookAlikes = 5

// gather reads everything a judgement depends on: law, lists and clauses as they stood on the day
// of the request, and today for what is owed from now on.
func gather(ctx context.Context, q pg.Querier, t Task, today workday.Day) (Ask, Book, error) {
	a := Ask{AskedOn: t.AskedOn, AnsweredOn: today, Requester: t.RequesterKind, RequesterName: t.RequesterName, Village: isVillage(t.Community),
		Payer: t.Payer, Consent: t.ConsentGiven, Primary: t.DemandsPrimary, Certificate: t.Certificate, BasisWords: t.BasisWords}
	book, err := loadBook(ctx, q)
	if err != nil {
		return a, nil, err
	}
	here, err := place.JurisdictionOf(ctx, q, t.Community)
	if err != nil {
		return a, nil, err
	}
	a.PlaceNames = slices.Clone(here.Names[:max(0, len(here.Names)-1)]) // without the community itself
	if a.Clauses, err = legal.ClausesOn(ctx, q, t.Community, t.AskedOn); err != nil {
		return a, nil, err
	}
	if err := addDuties(ctx, q, &a, t, here); err != nil {
		return a, nil, err
	}
	return a, book, addNegatives(ctx, q, &a, t)
}

// isVillage tells a village from a community by the national code: 001–199 are residents'
// committees, 200–399 villagers' committees (E29).
func isVillage(code string) bool {
	return len(code) == 12 && code[9:] >= "200" && code[9:] < "400"
}

// addDuties adds the article that the asker cites, and the entry that this is with its basis.
func addDuties(ctx context.Context, q pg.Querier, a *Ask, t Task, here place.Jurisdiction) error {
	if t.BasisDocKey != "" {
		fit := t.BasisFit
		if fit == "" {
			fit = FitCovers
		}
		err := addDuty(ctx, q, a, here, source{t.BasisDocKey, t.BasisVersion, t.BasisArticle}, fit, true)
		if err != nil {
			return err
		}
	}
	if t.ItemCode == "" {
		return nil
	}
	d, err := catalog.Item(ctx, q, t.ItemCode, t.AskedOn)
	if err != nil {
		return err
	}
	a.Item = itemOf(d, t.Community)
	if a.Item.Serves && d.BasisDocKey != "" && !d.CatchAll() {
		return addDuty(ctx, q, a, here, source{d.BasisDocKey, d.BasisVersionDate, d.BasisArticleNo}, FitCovers, false)
	}
	return nil
}

func itemOf(d catalog.Detail, community string) *Item {
	it := &Item{Code: d.Code, Title: d.Title, List: d.ListKind.Label(), HasPayer: d.Payer != "", OnDates: d.HoldsOn(d.Day),
		Serves: d.Standing.Effective() && !d.ListKind.Negative() && !d.ListKind.OfStreet() && !d.CatchAll()}
	chain := place.Chain(community)
	for _, s := range d.Scopes {
		if s.Open && slices.Contains(chain, s.Division) {
			it.InScope = true
			it.OnDates = it.OnDates && !d.Day.Before(s.From) && (s.Until.IsZero() || d.Day.Before(s.Until))
		}
	}
	return it
}

type source struct {
	doc     string
	version workday.Day
	article string
}

func addDuty(ctx context.Context, q pg.Querier, a *Ask, here place.Jurisdiction, s source, fit Fit, cited bool) error {
	var c legal.Citation
	var err error
	if s.version.IsZero() {
		c, err = legal.ArticleOn(ctx, q, s.doc, s.article, a.AskedOn)
	} else {
		c, err = legal.ArticleOf(ctx, q, s.doc, s.version, s.article, a.AskedOn)
	}
	if fault.KindOf(err) == fault.KindNotFound {
		return nil // no longer in the register: the words of the asker remain
	}
	if err != nil {
		return err
	}
	reading, found, err := legal.DutyOf(ctx, q, c.DocKey, c.VersionDate, s.article)
	if err != nil {
		return err
	}
	d := Duty{Citation: snapshot(c), Kind: c.Kind, Basis: c.Basis, Here: here.Covers(c.Jurisdiction), Fit: fit, Cited: cited}
	if found {
		d.Reading = reading.Duty
	}
	if !d.Citation.holds(a.AnsweredOn) && a.AskedOn.Before(a.AnsweredOn) {
		if d.Citation.Heir, d.Today, err = heirOf(ctx, q, c, a.AnsweredOn); err != nil {
			return err
		}
	}
	a.Duties = append(a.Duties, d)
	return nil
}

// heirOf finds where an article is on the day of the answer, when its version ended in between (E6).
func heirOf(ctx context.Context, q pg.Querier, c legal.Citation, today workday.Day) (string, *Citation, error) {
	for _, s := range c.Successors {
		if len(s.ArticleNos) == 0 {
			continue
		}
		next, err := legal.ArticleOn(ctx, q, s.DocKey, s.ArticleNos[0], today)
		if err != nil {
			return noHeir, nil, err
		}
		now := snapshot(next)
		return s.DocKey, &now, nil
	}
	return noHeir, nil, nil
}

func snapshot(c legal.Citation) Citation {
	label := c.ArticleLabel
	if label == "" && c.ArticleNo != "" {
		label = "第" + c.ArticleNo + "条"
	}
	return Citation{DocKey: c.DocKey, Title: c.ShortTitle, Version: c.VersionDate, From: c.EffectiveFrom, To: c.EffectiveTo, ArticleNo: c.ArticleNo,
		ArticleLabel: label, Jurisdiction: c.JurisdictionLabel(), Text: strings.TrimSpace(c.Text), Known: c.Known, Verified: !c.Doubtful(), On: c.Day}
}

// addNegatives holds title and words against the negative list of the day (R1–R4); one line each.
func addNegatives(ctx context.Context, q pg.Querier, a *Ask, t Task) error {
	list, err := catalog.Negatives(ctx, q, t.AskedOn)
	if err != nil {
		return err
	}
	role := string(catalog.Assist)
	if t.DemandsPrimary {
		role = string(catalog.Primary)
	}
	var law []catalog.Cited
	for _, d := range a.Duties {
		law = append(law, catalog.Cited{Label: d.Citation.Full(), Text: d.Citation.Text, Holds: d.Basis == legal.BasisInForce, Law: d.Kind.IsLawOrRegulation()})
	}
	texts := []catalog.Text{{Field: "title", Words: t.Title, Title: true}, {Field: "words", Words: t.Words, Title: true}}
	for _, h := range catalog.Lift(catalog.Hits(list, texts, role, false), law) {
		if h.Blocks() {
			a.addNegative(h.Entry)
		}
	}
	if t.Certificate {
		if e, hit := catalog.CertificateHit(list, t.Title); hit {
			a.addNegative(e)
		}
	}
	return nil
}

func (a *Ask) addNegative(e catalog.NegativeEntry) {
	if !slices.ContainsFunc(a.Negatives, func(n Negative) bool { return n.Code == e.Code }) {
		a.Negatives = append(a.Negatives, Negative{e.Code, e.Phrase, e.Description, e.Source})
	}
}

// alike lists entries of the day whose titles are like what was asked. An entry with the very same
// title is the same thing.
func alike(ctx context.Context, q pg.Querier, t Task) (list []LookAlike, same string, err error) {
	found, err := catalog.Similar(ctx, q, t.TitleKey, t.AskedOn, lookAlikes)
	if err != nil {
		return nil, "", err
	}
	for _, e := range found {
		list = append(list, LookAlike{Code: e.Code, Title: e.Title, List: e.ListKind.Label(), Path: e.Path() + "?on=" + t.AskedOn.String()})
		if e.TitleKey == t.TitleKey && same == "" {
			same = e.Code
		}
	}
	return list, same, nil
}
