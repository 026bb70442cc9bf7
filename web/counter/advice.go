package counter

import (
	"net/http"
	"strconv"

	"portal/internal/grid"
	"portal/internal/request"
	"portal/internal/workorder"
	"portal/web/route"
	"portal/web/view"
)

// chosenPlace is the building that the page shows as chosen, or nothing.
func (h handlers) chosenPlace(r *http.Request, p *takePage) (at grid.Place, ok bool, err error) {
	for _, o := range p.Places {
		if !o.Chosen {
			continue
		}
		id, err := strconv.ParseInt(o.Value, 10, 64)
		if err != nil {
			return at, false, nil //nolint:nilerr // no number, no place
		}
		at, err = h.Grids.AtBuilding(r.Context(), route.Actor(r), id, h.f.Today())
		if lost(err) {
			return at, false, nil
		}
		return at, err == nil, err
	}
	return at, false, nil
}

// chosenCategory is the category that the page shows as chosen, or "".
func chosenCategory(p *takePage) string {
	for _, o := range p.Categories {
		if o.Chosen {
			return o.Value
		}
	}
	return ""
}

// fillAdvice says which grid the place lies in and who is likely to have the case. It is information: the
// dispatcher decides, and no resident is asked for a unit (REQ-24).
func (h handlers) fillAdvice(r *http.Request, p *takePage) error {
	ctx, q, day := r.Context(), h.f.DB.Q(), h.f.Today()
	at, found, err := h.chosenPlace(r, p)
	if err != nil {
		return err
	}
	community := p.Form.value("community")
	if found {
		community = at.Grid.Community
		who, err := h.Grids.WhoOn(ctx, route.Actor(r), []grid.ID{at.Grid.ID}, day)
		if err != nil {
			return err
		}
		a := who[at.Grid.ID]
		name := "街道值班"
		if !a.Worker.IsZero() {
			name = a.Worker.Name + "（" + a.As.Label() + "）"
		}
		p.Advice = append(p.Advice, view.Term{Name: "网格", Text: at.Grid.Name + "，" + name + "，" + a.Phone})
	}
	code := chosenCategory(p)
	if code == "" {
		return nil
	}
	c, err := request.CategoryByCode(ctx, q, code)
	if err != nil {
		return err
	}
	owner := c.Departments
	rule, err := workorder.RuleFor(ctx, q, code, community, day)
	if err != nil && !lost(err) {
		return err
	}
	if rule.UnitName != "" {
		owner = rule.UnitName
	}
	if owner != "" {
		p.Advice = append(p.Advice, view.Term{Name: "通常由谁办", Text: owner})
	}
	p.Advice = append(p.Advice, view.Term{Name: "办结时限", Text: itoa(c.DueHours) + " 小时，从提交起算，不因转办停下"})
	return nil
}

// fillSimilar offers running requests of the same place and matter: 一起跟进 instead of filing again (REQ-05).
func (h handlers) fillSimilar(r *http.Request, p *takePage) error {
	x := p.Form
	like := request.Like{Category: chosenCategory(p), Community: x.value("community"), Words: x.value("title"), Limit: mostSimilar}
	for _, o := range p.Places {
		if o.Chosen {
			like.Building, _ = strconv.ParseInt(o.Value, 10, 64) // written by this page
		}
	}
	if like.Category == "" || like.Building == 0 && like.Community == "" {
		return nil
	}
	found, err := h.Requests.Similar(r.Context(), route.Actor(r), like)
	if err != nil || len(found) == 0 {
		return err
	}
	now := h.f.DB.Now()
	p.Similar = []view.Option{{Label: "不是同一件事，单独登记", Chosen: x.value("same") == ""}}
	for _, s := range found {
		p.Similar = append(p.Similar, view.Option{Value: s.No, Label: s.Title, Chosen: x.value("same") == s.No,
			Hint: s.No + " · " + s.Place + " · " + moment(s.Since, now) + " · " + s.StateWords + " · " + itoa(s.Followers) + " 人"})
	}
	return nil
}
