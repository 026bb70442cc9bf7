package grid

import (
	"net/http"
	"strconv"

	"portal/internal/authz"
	"portal/internal/grid"
	"portal/internal/workday"
	"portal/web/form"
	"portal/web/route"
	"portal/web/view"
)

// plansPage is who held, holds and will hold the posts of a grid.
type plansPage struct {
	Frame       view.Page
	Form        filled
	Title, Lead string
	Rows        []planRow
	MayCallOff  bool
}

type planRow struct {
	From, Role, Who, Days, Reason string
	Handover                      string
	CallOff, Key                  string // address of 撤回, for what has not begun
	Open                          bool
	Why                           view.Field
}

func planRowOf(p grid.Post) planRow {
	out := planRow{From: p.From.Chinese(), Role: p.Role.Label(), Who: p.Worker.Name, Days: span(p.From, p.Until), Reason: p.Reason}
	if p.Vacant() {
		out.Who = "空缺"
	}
	if p.Reason == "" {
		out.Reason = "—"
	}
	if p.HandoverID != 0 {
		out.Handover = handoverPath(p.HandoverID, "")
	}
	return out
}

// span is a range of days in words; the last day is named, not the day after it.
func span(from, until workday.Day) string {
	if until.IsZero() {
		return from.Chinese() + "起"
	}
	if last := until.Add(-1); last != from {
		return from.Chinese() + "至" + last.Chinese()
	}
	return from.Chinese()
}

func (h people) plans(w http.ResponseWriter, r *http.Request) error {
	return h.showPlans(w, r, filled{}, 0)
}

func whyField(id int64) string { return "why_" + strconv.FormatInt(id, 10) }

func (h people) showPlans(w http.ResponseWriter, r *http.Request, x filled, of int64) error {
	by, today := route.Actor(r), h.f.Today()
	g, err := h.keptGrid(r, authz.GridView)
	if err != nil {
		return err
	}
	all, err := h.s.PostHistory(r.Context(), by, g.ID)
	if err != nil {
		return err
	}
	p := plansPage{Form: x, Title: g.Name + " 岗位变动", Lead: gridCodeWords(g), MayCallOff: authz.Allowed(by, authz.GridAssign, g.Object())}
	p.Frame = h.staff(r, "查看岗位变动 - "+g.Name, x.errors(), view.Crumb{Href: gridPath(g.Code, ""), Text: g.Name}, view.Crumb{Text: "岗位变动"})
	for _, one := range all {
		row := planRowOf(one)
		if p.MayCallOff && one.From.After(today) {
			row.CallOff = gridPath(g.Code, "/assignments/"+strconv.FormatInt(one.ID, 10)+"/call-off")
			row.Key, row.Why = form.NewKey(), view.Field{Name: whyField(one.ID), Label: "为什么撤回", Max: 200}
			if one.ID == of {
				row.Key, row.Open, row.Why = x.Key, true, x.hinted(whyField(of), "为什么撤回", "", 200)
			}
		}
		p.Rows = append(p.Rows, row)
	}
	return h.f.Render(w, r, x.status(), showPlans(p))
}

func (h people) callOffPlan(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	g, err := h.keptGrid(r, authz.GridAssign)
	if err != nil {
		return err
	}
	id, err := idOf(r, "id", "没有这条岗位变动。请回到网格页查看")
	if err != nil {
		return err
	}
	reason := f.Line(whyField(id), 200)
	if f.Valid() {
		if err = h.s.CallOffPlan(r.Context(), route.Actor(r), f.Key(), id, reason); err == nil {
			h.tell(r, "ok", "已撤回岗位变动", "岗位照原来的安排继续")
			return route.See(w, r, gridPath(g.Code, "/assignments"))
		}
		if err = beside(f, err, map[string]string{"reason": whyField(id)}); err != nil {
			return err
		}
	}
	return h.showPlans(w, r, sent(f), id)
}
