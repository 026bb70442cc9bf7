package workorder

import (
	"net/http"
	"time"

	"portal/internal/fault"
	"portal/internal/workorder"
	"portal/web/route"
	"portal/web/view"
)

// clocksPage is why each clock of a case runs until that moment.
type clocksPage struct {
	Frame       view.Page
	Title, Lead string
	Clocks      []clockView
	Never       []string
	Back        string
}

type clockView struct {
	ID, Label, Why, Href string
	Chip                 chip
	Terms                []view.Term
}

// never is what does not stop a resident's clock (REQ-07, GRD-10).
var never = []string{"派单、改派、转给别的单位：时钟照走，接手的单位接着剩下的时间", "提出异议、等待裁定：时钟照走", "请协办、并案、换人办理：时钟照走", "节假日和下班时间：诉求的时限按自然时间算，照走"}

// moving is what may move it.
const moving = "能改变办结时限的只有一次经批准的延期，理由会告诉居民；并案以后按最早的时限办"

func (h handlers) clocks(w http.ResponseWriter, r *http.Request) error {
	o, err := h.theCase(r)
	if err != nil {
		return err
	}
	all, err := h.s.Clocks(r.Context(), route.Actor(r), o)
	if err != nil {
		return err
	}
	return h.showClocks(w, r, o, "为什么是这个时间", all, false)
}

// clock is one clock by itself; a clock out of reach is like a missing one.
func (h handlers) clock(w http.ResponseWriter, r *http.Request) error {
	id := number(route.Param(r, "id"))
	if id == 0 {
		return fault.NotFound("没有这个时钟。可能是地址不完整，或者不在你的职责范围内")
	}
	c, o, err := h.s.ClockByID(r.Context(), route.Actor(r), id)
	if err != nil {
		return err
	}
	return h.showClocks(w, r, o, c.Label()+"为什么是这个时间", []workorder.Clock{c}, true)
}

func (h handlers) showClocks(w http.ResponseWriter, r *http.Request, o workorder.Order, title string, all []workorder.Clock, alone bool) error {
	now := h.f.DB.Now()
	p := clocksPage{Frame: h.staff(r, o, "查看时限 - "+o.Title, nil, view.Crumb{Text: "为什么是这个时间"}), Title: title, Lead: dotted(o.No, o.Title, exact(o.StartedAt)+"提交"),
		Never: append(append([]string{}, never...), moving), Back: o.Path()}
	for _, c := range all {
		v := clockView{ID: "clock-" + id64(c.ID), Label: c.Label(), Why: c.Why, Chip: clockChip(c, now)}
		if !alone {
			v.Href = pathClocks + "/" + id64(c.ID)
		}
		v.Terms = append(v.Terms, view.Term{Name: "从什么时候算", Text: exact(c.StartedAt)}, view.Term{Name: "提醒", Text: exact(c.WarnAt)}, view.Term{Name: "到什么时候", Text: exact(c.DueAt)})
		if c.StoppedAt != nil {
			v.Terms = append(v.Terms, view.Term{Name: "停在", Text: exact(*c.StoppedAt)})
		}
		v.Terms = term(term(v.Terms, "依据", c.Basis), "用的日历", c.Calendar)
		p.Clocks = append(p.Clocks, v)
	}
	return h.f.Render(w, r, http.StatusOK, showClocks(p))
}

// clockChip says how a clock stands.
func clockChip(c workorder.Clock, now time.Time) chip {
	switch {
	case c.StoppedAt != nil && c.StoppedAt.After(c.DueAt):
		return chip{view.Danger, "circle-alert", "超期后完成"}
	case c.StoppedAt != nil:
		return chip{view.OK, "check", "按时完成"}
	}
	left, near, late := workorder.Left(c.DueAt, now)
	switch {
	case late:
		return chip{view.Danger, "alarm-clock", left}
	case near || now.After(c.WarnAt):
		return chip{view.Warn, "clock", left}
	}
	return chip{view.Info, "clock", left}
}
