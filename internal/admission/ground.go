package admission

import (
	"context"
	"fmt"

	"portal/internal/authz"
	"portal/internal/catalog"
	"portal/internal/legal"
	"portal/internal/normal"
	"portal/internal/pg"
	"portal/internal/place"
	"portal/internal/policy"
	"portal/internal/workday"
)

// factsFor gathers everything that rules and checks compare a form with, in a fixed number of trips.
func factsFor(ctx context.Context, q pg.Querier, a Application, bases []Basis, today workday.Day) (Facts, error) {
	var x Facts
	var err error
	x.Today = today
	if x.Values, err = policy.Load(ctx, q, today); err != nil {
		return x, err
	}
	if x.Unit, err = place.UnitByID(ctx, q, a.UnitID); err != nil {
		return x, err
	}
	if x.Calendar, _, err = policy.Calendar(ctx, q); err != nil {
		return x, err
	}
	communities, err := place.Communities(ctx, q, x.Values.StreetCode)
	if err != nil {
		return x, err
	}
	x.Names = map[string]string{}
	for _, c := range communities {
		x.Communities = append(x.Communities, c.Code)
		x.Names[c.Code] = c.Name
	}
	if x.Bases, err = judgeBases(ctx, q, bases, today); err != nil {
		return x, err
	}
	for _, b := range x.Bases {
		x.Cited = append(x.Cited, catalog.Cited{Label: "《" + b.Title + "》第" + b.ArticleNo + "条", Text: b.Text, Holds: b.Status == legal.BasisInForce, Law: b.Kind.IsLawOrRegulation()})
	}
	if x.Negatives, err = catalog.Negatives(ctx, q, today); err != nil {
		return x, err
	}
	on := a.StartOn
	if on.IsZero() {
		on = today
	}
	if x.Hours, err = catalog.HoursByCommunity(ctx, q, on); err != nil {
		return x, err
	}
	if len(a.FormFields) > 0 {
		keys := make([]string, len(a.FormFields))
		for i, f := range a.FormFields {
			keys[i] = normal.Key(f)
		}
		if x.Held, err = heldFields(ctx, q, keys); err != nil {
			return x, err
		}
		if x.Reports, err = reportForms(ctx, q); err != nil {
			return x, err
		}
	}
	return x, nil
}

// judgeBases opens each cited article as it stands on the day (R8); an application cites at most ten.
func judgeBases(ctx context.Context, q pg.Querier, bases []Basis, day workday.Day) ([]Judged, error) {
	out := make([]Judged, len(bases))
	for i, b := range bases {
		out[i] = Judged{Basis: b, Title: b.Citation, Status: legal.BasisUnverified}
		if b.DocKey == "" {
			continue
		}
		basis, err := legal.BasisOn(ctx, q, b.DocKey, b.VersionDate, b.ArticleNo, day)
		if err != nil {
			return nil, fmt.Errorf("basis %d: %w", i+1, err)
		}
		out[i].Found, out[i].Status, out[i].Kind = basis.Found, basis.Status, basis.Document.Kind
		if basis.Found {
			out[i].Title = basis.Document.ShortTitle
			cited, err := legal.ArticleOf(ctx, q, b.DocKey, b.VersionDate, b.ArticleNo, day)
			if err != nil {
				return nil, fmt.Errorf("basis %d: %w", i+1, err)
			}
			out[i].Text = cited.Text
		}
		if len(basis.Successors) > 0 {
			heir := basis.Successors[0]
			out[i].Heir = "《" + heir.Title + "》" + heir.ArticleText
			article := ""
			if len(heir.ArticleNos) > 0 {
				article = heir.ArticleNos[0]
			}
			out[i].HeirKey = heir.DocKey + "|" + heir.VersionDate.String() + "|" + article
		}
	}
	return out, nil
}

// Look is a draft with everything that its pages show: what is broken, what the checks find, what
// is alike.
type Look struct {
	Application
	Bases    []Judged
	Broken   []Field
	Results  []Result
	Similar  []catalog.SimilarEntry
	Twin     string // number of an application of the same unit, title and days (E25)
	Facts    Facts
	Attached []Attached
}

// Field is a broken rule with the step on which it is mended.
type Field struct {
	Name, Message string
	Step          int
}

// LookAt reads a draft or returned application of the actor's unit with live checks; it writes nothing.
// form, when given, stands for what is being typed.
func (s *Service) LookAt(ctx context.Context, by authz.Actor, id ID, form *Form) (Look, error) {
	var l Look
	err := s.db.Read(ctx, func(q pg.Querier) error {
		a, err := one(ctx, q, byID, id)
		if err != nil {
			return err
		}
		if !authz.Allowed(by, authz.AppDraft, a.Object()) {
			return ErrNoSuch
		}
		if form != nil {
			a.Form = *form
			a.TitleKey = normal.Key(a.Title)
		}
		l, err = look(ctx, q, a, workday.DayOf(s.db.Now()))
		return err
	})
	return l, err
}

func look(ctx context.Context, q pg.Querier, a Application, today workday.Day) (Look, error) {
	l := Look{Application: a}
	bases, err := BasesOf(ctx, q, a.ID)
	if err != nil {
		return l, err
	}
	if l.Facts, err = factsFor(ctx, q, a, bases, today); err != nil {
		return l, err
	}
	l.Bases = l.Facts.Bases
	for _, f := range Broken(a.Form, l.Facts.Ground) {
		l.Broken = append(l.Broken, Field{f.Name, f.Message, StepOf(f.Name)})
	}
	l.Results = Run(a.Form, l.Facts)
	if l.Attached, err = attachedTo(ctx, q, a.ID); err != nil {
		return l, err
	}
	if runes(a.Title) >= 2 {
		if l.Similar, err = catalog.Similar(ctx, q, a.TitleKey, today, 3); err != nil {
			return l, err
		}
	}
	if !a.StartOn.IsZero() && a.TitleKey != "" {
		l.Twin, err = twinOf(ctx, q, a)
	}
	return l, err
}
