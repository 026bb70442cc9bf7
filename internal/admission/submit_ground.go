package admission

import (
	"context"
	"fmt"
	"strings"

	"portal/internal/catalog"
	"portal/internal/legal"
	"portal/internal/normal"
	"portal/internal/pg"
	"portal/internal/place"
	"portal/internal/policy"
	"portal/internal/workday"
)

// factsFor gathers what rules and checks compare a form with, in a fixed number of trips.
func factsFor(ctx context.Context, q pg.Querier, a Application, bases []Basis, today workday.Day) (Facts, error) {
	x := Facts{}
	x.Today = today
	var err error
	if x.Values, err = policy.Load(ctx, q, today); err != nil {
		return x, err
	}
	for _, part := range []func() error{
		func() error { x.Unit, err = place.UnitByID(ctx, q, a.UnitID); return err },
		func() error { x.Calendar, _, err = policy.Calendar(ctx, q); return err },
		func() error { return x.readCommunities(ctx, q) },
		func() error { x.Bases, err = judge(ctx, q, bases, x.Values.StreetCode, today); return err },
		func() error { x.Negatives, err = catalog.Negatives(ctx, q, today); return err },
		func() error { x.Hours, err = catalog.HoursByCommunity(ctx, q, startOf(a.Form, today)); return err },
		func() error { return x.readForms(ctx, q, a) },
	} {
		if err := part(); err != nil {
			return x, err
		}
	}
	x.Cited = cited(x.Bases)
	return x, nil
}

// startOf is the day on which the item joins what communities carry already.
func startOf(f Form, today workday.Day) workday.Day {
	if f.StartOn.Before(today) {
		return today
	}
	return f.StartOn
}

func (x *Facts) readCommunities(ctx context.Context, q pg.Querier) error {
	all, err := place.Communities(ctx, q, x.Values.StreetCode)
	if err != nil {
		return err
	}
	x.Names = map[string]string{}
	for _, c := range all {
		x.Communities = append(x.Communities, c.Code)
		x.Names[c.Code] = c.Name
	}
	return nil
}

// readForms reads the data dictionary and the forms in use, only where the community has to fill one in.
func (x *Facts) readForms(ctx context.Context, q pg.Querier, a Application) error {
	if len(a.FormFields) == 0 {
		return nil
	}
	keys := make([]string, len(a.FormFields))
	for i, f := range a.FormFields {
		keys[i] = normal.Key(f)
	}
	var err error
	if x.Held, err = heldFields(ctx, q, keys); err != nil {
		return err
	}
	if x.Reports, err = reportForms(ctx, q); err != nil {
		return err
	}
	x.Fellows, err = fellowForms(ctx, q, a, x.Today.Add(-fellowDays))
	return err
}

// judge opens each citation as it stands on the day (R8, R51); an application cites at most ten.
func judge(ctx context.Context, q pg.Querier, bases []Basis, street string, day workday.Day) ([]Judged, error) {
	if len(bases) == 0 {
		return nil, nil
	}
	here, err := place.JurisdictionOf(ctx, q, street)
	if err != nil {
		return nil, err
	}
	out := make([]Judged, len(bases))
	for i, b := range bases {
		out[i] = Judged{Basis: b}
		if b.DocKey == "" {
			continue
		}
		if err := out[i].open(ctx, q, here, day); err != nil {
			return nil, fmt.Errorf("basis %d: %w", i+1, err)
		}
	}
	return out, nil
}

func (j *Judged) open(ctx context.Context, q pg.Querier, here place.Jurisdiction, day workday.Day) error {
	c, err := legal.ArticleOf(ctx, q, j.DocKey, j.VersionDate, j.ArticleNo, day)
	if err != nil {
		return err
	}
	duty, read, err := legal.DutyOf(ctx, q, j.DocKey, j.VersionDate, j.ArticleNo)
	if err != nil {
		return err
	}
	j.Found, j.Title, j.Article, j.Kind, j.Status, j.Text = true, c.ShortTitle, c.ArticleLabel, c.Kind, c.Basis, c.Text
	if j.Article == "" && j.ArticleNo != "" {
		j.Article = "第 " + j.ArticleNo + " 条"
	}
	j.Foreign = !here.Covers(c.Jurisdiction)
	j.CatchAll = read && duty.Duty == legal.CatchAll
	if j.Gone() != "" && len(c.Successors) > 0 {
		j.inherit(c.Successors[0])
	}
	return nil
}

func (j *Judged) inherit(h legal.Successor) {
	j.Heir = "《" + strings.TrimPrefix(h.Title, "中华人民共和国") + "》" + strings.ReplaceAll(h.ArticleText, "|", "、")
	j.HeirTo = Basis{DocKey: h.DocKey, VersionDate: h.VersionDate}
	if len(h.ArticleNos) > 0 {
		j.HeirTo.ArticleNo = h.ArticleNos[0]
	}
}

// cited is what may lift a phrase of the negative list (R3).
func cited(bases []Judged) []catalog.Cited {
	var out []catalog.Cited
	for _, b := range bases {
		if b.Found {
			out = append(out, catalog.Cited{Label: b.Label(), Text: b.Text, Holds: !b.Foreign && b.Status == legal.BasisInForce, Law: b.Kind.IsLawOrRegulation()})
		}
	}
	return out
}
