package workorder

import (
	"net/http"

	"portal/internal/workorder"
	"portal/web/route"
	"portal/web/view"
)

// fillFinding writes what a grid worker saw, and until when a hazard is to be put right.
func (h handlers) fillFinding(r *http.Request, o workorder.Order, p *casePage) error {
	f, err := h.s.FindingOf(r.Context(), route.Actor(r), o)
	if err != nil {
		return err
	}
	now := h.f.DB.Now()
	p.SaidHead = "发现的情况"
	words := f.Words
	if words == "" {
		words = o.Title
	}
	meta := dotted(o.Kind.Label(), f.How.Label())
	if !f.SeenAt.IsZero() {
		meta = dotted(meta, moment(f.SeenAt, now)+"看到")
	}
	p.Said = []said{{Words: words, Meta: dotted(meta, moment(o.StartedAt, now)+"上报")}}
	if !f.RectifyBy.IsZero() {
		p.Facts = append(p.Facts, view.Term{Name: "整改到", Text: f.RectifyBy.Chinese() + "，由别人复查"})
	}
	p.Answer = answerTerms(o)
	return nil
}
