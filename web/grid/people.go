package grid

import (
	"maps"
	"net/http"
	"strconv"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/web/form"
	"portal/web/route"
	"portal/web/view"
)

// people is the pages about who holds the posts of the grids.
type people struct{ handlers }

// Addresses of these pages.
const (
	pathWorkers   = "/desk/grid-workers"
	pathHandovers = "/desk/handovers"
	pathAnswers   = pathGrids + "/answers"
	pathLoad      = pathGrids + "/load"
)

// mountPeople registers the pages about posts, handovers, people and loads.
func mountPeople(rt *route.Router, of handlers) {
	h := people{of}
	rt.Get(pathAnswers, authz.GridView, h.answers)
	rt.Get(pathAnswers+"/print", authz.GridView, h.answerPaper)
	rt.Get(pathLoad, authz.GridView, h.load)
	rt.Get(pathGrids+"/{code}/assignments", authz.GridView, h.plans)
	rt.Get(pathGrids+"/{code}/assignments/new", authz.GridAssign, h.assignForm)
	rt.Post(pathGrids+"/{code}/assignments/new", authz.GridAssign, h.assign)
	rt.Post(pathGrids+"/{code}/assignments/{id}/call-off", authz.GridAssign, h.callOffPlan)
	rt.Get(pathGrids+"/{code}/team", authz.GridView, h.team)
	rt.Post(pathGrids+"/{code}/team", authz.GridTeam, h.setTeam)

	rt.Get(pathHandovers, authz.HandoverView, h.handovers)
	rt.Get(pathHandovers+"/{id}", authz.HandoverView, h.handover)
	rt.Get(pathHandovers+"/{id}/print", authz.HandoverView, h.handoverPaper)
	rt.Get(pathHandovers+"/{id}/history", authz.HandoverView, h.handoverHistory)
	rt.Post(pathHandovers+"/{id}/entries", authz.HandoverWrite, h.changeEntries)
	rt.Post(pathHandovers+"/{id}/read", authz.HandoverRead, h.readEntries)
	rt.Post(pathHandovers+"/{id}/give", authz.HandoverSign, h.give)
	rt.Post(pathHandovers+"/{id}/receive", authz.HandoverSign, h.receive)
	rt.Post(pathHandovers+"/{id}/force", authz.HandoverForce, h.force)
	rt.Post(pathHandovers+"/{id}/call-off", authz.HandoverCallOff, h.callOffHandover)

	rt.Get(pathWorkers, authz.GridView, h.workers)
	rt.Get(pathWorkers+"/new", authz.GridPeople, h.newWorker)
	rt.Post(pathWorkers+"/new", authz.GridPeople, h.addWorker)
	rt.Get(pathWorkers+"/{id}", authz.GridView, h.worker)
	rt.Post(pathWorkers+"/{id}", authz.GridPeople, h.changeWorker)
	rt.Post(pathWorkers+"/{id}/end", authz.GridPeople, h.endWorker)
	rt.Get(pathWorkers+"/{id}/leave", authz.GridLeave, h.leave)
	rt.Post(pathWorkers+"/{id}/leave", authz.GridLeave, h.takeLeave)
	rt.Post(pathWorkers+"/{id}/leave/{leave}/call-off", authz.GridLeave, h.callOffLeave)
	rt.Get(pathWorkers+"/{id}/bulk", authz.GridAssign, h.bulk)
	rt.Post(pathWorkers+"/{id}/bulk", authz.GridAssign, h.bulkMove)
}

// filled is a form as it stands on a page: what was typed, or what the page proposes, and the messages.
type filled struct {
	Key      string
	f        *form.Form
	proposed map[string]string
	shown    bool // messages are shown: the form was sent
}

// blank is the form of a fresh page; the address may carry values.
func blank(r *http.Request, proposed map[string]string) filled {
	return filled{Key: form.NewKey(), f: form.Query(r), proposed: maps.Clone(proposed)}
}

// sent is the form that came back; it keeps its key, so that sending it again counts once.
func sent(f *form.Form) filled { return filled{Key: f.Key(), f: f, shown: true} }

func (x filled) value(name string) string {
	if x.f == nil || !x.f.Has(name) {
		return x.proposed[name]
	}
	return x.f.Raw(name)
}

func (x filled) is(name, value string) bool { return x.value(name) == value }

func (x filled) message(name string) string { return messageOf(x.errors(), name) }

func (x filled) errors() []fault.Field {
	if !x.shown || x.f == nil {
		return nil
	}
	return x.f.Errors()
}

func (x filled) field(name, label string) view.Field {
	return view.Field{Name: name, Label: label, Value: x.value(name), Error: x.message(name)}
}

func (x filled) hinted(name, label, hint string, most int) view.Field {
	f := x.field(name, label)
	f.Hint, f.Max = hint, most
	return f
}

func (x filled) optional(name, label, hint string, most int) view.Field {
	f := x.hinted(name, label, hint, most)
	f.Optional = true
	return f
}

// options marks what is chosen.
func (x filled) options(name string, all []view.Option) []view.Option {
	out := make([]view.Option, len(all))
	for i, o := range all {
		o.Chosen = o.Value != "" && x.is(name, o.Value)
		out[i] = o
	}
	return out
}

func (x filled) summary() []view.FieldError { return summary(x.errors()) }

func (x filled) status() int { return status(x.errors()) }

// idOf reads a number of the address; a broken one is a missing record.
func idOf(r *http.Request, param, words string) (int64, error) {
	id, err := strconv.ParseInt(route.Param(r, param), 10, 64)
	if err != nil || id < 1 {
		return 0, fault.NotFound(words)
	}
	return id, nil
}

// versionOf is the version that the person saw; a broken one reads as stale.
func versionOf(f *form.Form) int {
	n, err := strconv.Atoi(f.Raw("version"))
	if err != nil || n < 1 {
		return -1
	}
	return n
}

// beside puts the messages of a domain beside the field that stands for them on this page; fields that
// are called alike on both sides need no mention. What stands against the whole form goes above it, so that
// nothing typed is lost. Any other error is given back.
func beside(f *form.Form, err error, names map[string]string) error {
	flt, known := fault.As(err)
	switch {
	case !known:
		return err
	case flt.Kind == fault.KindConflict:
		f.Add("", flt.Message)
		return nil
	case len(flt.Fields) == 0:
		return err
	}
	for _, e := range flt.Fields {
		name, mapped := names[e.Name]
		if !mapped {
			name = e.Name
		}
		f.Add(name, e.Message)
	}
	return nil
}

var errNoTeamPost = fault.NotFound("没有这个团队岗位。请刷新网格团队")
