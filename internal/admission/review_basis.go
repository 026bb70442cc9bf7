package admission

import (
	"context"

	"portal/internal/legal"
	"portal/internal/pg"
	"portal/internal/workday"
)

// Cited is one citation of an application as of its submission: what it says, and what it is worth.
type Cited struct {
	Basis
	Words      string // 《…》第…条, or as the applicant wrote it
	Paragraphs []string
	Status     legal.BasisStatus // "" for a citation outside the register
	Href       string            // the article as it stood on the day; "" outside the register
	Period     string
}

// citedOf opens the citations as they stood on the day of submission (R51: the version follows the
// act); a draft is judged on the day it was saved.
func citedOf(ctx context.Context, q pg.Querier, a Application) ([]Cited, error) {
	day := workday.DayOf(a.SavedAt)
	if a.SubmittedAt != nil {
		day = workday.DayOf(*a.SubmittedAt)
	}
	bases, err := BasesOf(ctx, q, a.ID)
	if err != nil {
		return nil, err
	}
	out := make([]Cited, len(bases))
	for i, b := range bases {
		out[i] = Cited{Basis: b, Words: b.Citation}
		if b.DocKey == "" {
			continue
		}
		if err := out[i].open(ctx, q, day); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (c *Cited) open(ctx context.Context, q pg.Querier, day workday.Day) error {
	judged, err := legal.BasisOn(ctx, q, c.DocKey, c.VersionDate, c.ArticleNo, day)
	if err != nil {
		return err
	}
	c.Status = judged.Status
	if c.Status == legal.BasisNotYet {
		c.Status = legal.BasisUnverified
	}
	if !judged.Found {
		return nil
	}
	article, err := legal.ArticleOf(ctx, q, c.DocKey, c.VersionDate, c.ArticleNo, day)
	if err != nil {
		return err
	}
	c.Words = article.Full()
	c.Href = "/laws/" + c.DocKey
	if c.ArticleNo != "" {
		c.Href += "/" + c.ArticleNo
	}
	c.Href += "?on=" + day.String()
	if article.Known {
		c.Paragraphs = article.Paragraphs()
	}
	c.Period = day.Chinese() + "的文本"
	return nil
}
