package workorder

import (
	"net/http"

	"portal/internal/workorder"
)

// fillFinding writes what a grid worker saw.
func (h handlers) fillFinding(_ *http.Request, o workorder.Order, p *casePage) error {
	p.SaidHead = "发现的情况"
	p.Said = []said{{Words: o.Title, Meta: dotted(o.Kind.Label(), moment(o.StartedAt, h.f.DB.Now()))}}
	p.Answer = answerTerms(o)
	return nil
}
