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

// leavePage is 登记请假: the days, and who answers for each grid meanwhile (GRD-04, 05).
type leavePage struct {
	Frame       view.Page
	Form        filled
	Title, Lead string
	Action      string
	Kinds       []view.Option
	Acting      []actingRow
	ActingWhen  string
	Rows        []leaveRow
}

type actingRow struct {
	Grid, Href, Who, Phone string
	State                  view.Chipped
}

type leaveRow struct {
	Who, Days, Kind string
	Href            string
	CallOff, Key    string
}

var leaveOptions = func() []view.Option {
	out := make([]view.Option, len(grid.LeaveKinds))
	for i, k := range grid.LeaveKinds {
		out[i] = view.Option{Value: string(k), Label: k.Label()}
	}
	return out
}()

func leaveRowOf(l grid.Leave) leaveRow {
	return leaveRow{Who: l.WorkerName, Days: span(l.From, l.Until), Kind: l.Kind.Label(), Href: workerPath(l.Worker, "")}
}

func (h people) leave(w http.ResponseWriter, r *http.Request) error {
	one, err := h.keptWorker(r, authz.GridLeave)
	if err != nil {
		return err
	}
	day := h.f.Today().Add(1).String()
	return h.showLeave(w, r, one, blank(r, map[string]string{"from": day, "last": day}))
}

func (h people) takeLeave(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	one, err := h.keptWorker(r, authz.GridLeave)
	if err != nil {
		return err
	}
	in := grid.Leave{Worker: one.ID, From: readDay(f, "from", "填写从哪天开始请假", h.f.Today()), Kind: form.Choice(f, "kind", grid.LeaveKinds)}
	if last := readDay(f, "last", "填写请假的最后一天", h.f.Today()); !last.IsZero() {
		in.Until = last.Add(1)
	}
	if in.Kind == "" {
		f.Add("kind", "选请假的种类")
	}
	if !in.From.IsZero() && !in.Until.IsZero() && !in.Until.After(in.From) {
		f.Add("last", "最后一天不能早于开始日期 "+in.From.Chinese())
	}
	if f.Valid() {
		if err = h.s.TakeLeave(r.Context(), route.Actor(r), f.Key(), in); err == nil {
			h.tell(r, "ok", "已登记请假", one.Name+span(in.From, in.Until)+"请假，B 岗自动代理，公示的电话同时换过来")
			return route.See(w, r, workerPath(one.ID, "/leave?from="+in.From.String()))
		}
		if err = beside(f, err, map[string]string{"until": "last", "day": "from"}); err != nil {
			return err
		}
	}
	return h.showLeave(w, r, one, sent(f))
}

// readDay reads a day that must be given.
func readDay(f *form.Form, name, missing string, today workday.Day) workday.Day {
	d := f.Day(name, today)
	if d.IsZero() {
		f.Add(name, missing)
	}
	return d
}

func (h people) callOffLeave(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	one, err := h.keptWorker(r, authz.GridLeave)
	if err != nil {
		return err
	}
	id, err := idOf(r, "leave", "没有这次请假。请回到请假页查看")
	if err != nil {
		return err
	}
	if err := h.s.CallOffLeave(r.Context(), route.Actor(r), f.Key(), id); err != nil {
		return err
	}
	h.tell(r, "ok", "已销假", one.Name+"恢复负责")
	return route.See(w, r, workerPath(one.ID, "/leave"))
}

func (h people) showLeave(w http.ResponseWriter, r *http.Request, one grid.Worker, x filled) error {
	by, today := route.Actor(r), h.f.Today()
	p := leavePage{Form: x, Title: one.Name + " 请假", Lead: "请假期间 B 岗自动代理，办结时限不变", Action: workerPath(one.ID, "/leave"), Kinds: x.options("kind", leaveOptions)}
	p.Frame = h.staff(r, "登记请假 - "+one.Name, x.errors(), view.Crumb{Href: pathWorkers, Text: "网格员名册"}, view.Crumb{Href: workerPath(one.ID, ""), Text: one.Name}, view.Crumb{Text: "请假"})
	all, err := h.s.Leaves(r.Context(), by, one.Community, today)
	if err != nil {
		return err
	}
	day := today
	if d, err := workday.ParseLoose(x.value("from"), today); err == nil {
		day = d
	}
	for _, l := range all {
		if l.Worker != one.ID {
			continue
		}
		row := leaveRowOf(l)
		row.CallOff, row.Key = workerPath(one.ID, "/leave/"+strconv.FormatInt(l.ID, 10)+"/call-off"), form.NewKey()
		p.Rows = append(p.Rows, row)
	}
	p.ActingWhen = day.Chinese()
	if p.Acting, err = h.actingFor(r, one, day); err != nil {
		return err
	}
	return h.f.Render(w, r, x.status(), showLeave(p))
}

// actingFor says who answers on a day for each grid in which this person holds a post.
func (h people) actingFor(r *http.Request, one grid.Worker, day workday.Day) ([]actingRow, error) {
	by := route.Actor(r)
	held, err := h.s.PostsOf(r.Context(), by, one.ID, day)
	if err != nil {
		return nil, err
	}
	var ids []grid.ID
	for _, p := range held {
		ids = append(ids, p.GridID)
	}
	answers, err := h.s.WhoOn(r.Context(), by, ids, day)
	var out []actingRow
	for _, p := range held {
		if p.On(day) {
			out = append(out, actingRowOf(p, answers[p.GridID]))
		}
	}
	return out, err
}

func actingRowOf(p grid.Seat, a grid.Answer) actingRow {
	return actingRow{Grid: p.GridName + "（" + p.Role.Label() + "）", Href: gridPath(p.GridCode, ""), Who: whoOf(a), Phone: a.Phone, State: standingChip(a)}
}
