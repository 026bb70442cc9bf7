package kiosks

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"portal/internal/fault"
	"portal/internal/kiosk"
	"portal/web/form"
	"portal/web/route"
	"portal/web/view"
)

// callsPage is who asks for a person, and where.
type callsPage struct {
	Frame view.Page
	Form  answered
	Lead  string
	Rows  []callRow
}

// callRow is one call, written out.
type callRow struct {
	kiosk.Call
	Key   string
	When  string
	State chip
	Mine  bool
}

func (h handlers) calls(w http.ResponseWriter, r *http.Request) error {
	return h.showCalls(w, r, fresh(r))
}

func (h handlers) showCalls(w http.ResponseWriter, r *http.Request, a answered) error {
	by := route.Actor(r)
	all, err := h.Kiosks.Waiting(r.Context(), by)
	if err != nil {
		return err
	}
	p := callsPage{Frame: h.staff(r, "叫人帮忙", a.told, view.Crumb{Text: "叫人帮忙"}), Form: a}
	waiting := 0
	for _, c := range all {
		p.Rows = append(p.Rows, callRowOf(c, by.AccountID, h.f.DB.Now()))
		if c.State == kiosk.CallWaiting {
			waiting++
		}
	}
	switch {
	case len(all) == 0:
		p.Lead = "没有人等着"
	case waiting == 0:
		p.Lead = "都有人去了"
	default:
		p.Lead = strconv.Itoa(waiting) + " 处等着，按“我去”，居民在屏幕上就看到是谁来"
	}
	return h.f.Render(w, r, a.status(), showCalls(p))
}

func callRowOf(c kiosk.Call, me int64, now time.Time) callRow {
	row := callRow{Call: c, Key: form.NewKey(), When: view.Moment(c.At, now), Mine: c.TakenBy == me && me != 0}
	switch {
	case c.State == kiosk.CallComing:
		row.State = chip{view.OK, "hand-helping", c.Who + " 去了"}
	case c.Late:
		row.State = chip{view.Danger, "alarm-clock", "一直没人去，已报街道"}
	default:
		row.State = chip{view.Warn, "clock", c.State.Label()}
	}
	return row
}

// acts are the two buttons of a call.
var acts = map[string]struct {
	do    func(s *kiosk.Service, r *http.Request, key string, id kiosk.CallID) error
	words string
}{
	"take": {func(s *kiosk.Service, r *http.Request, key string, id kiosk.CallID) error {
		return s.Take(r.Context(), route.Actor(r), key, id)
	}, "居民看到你要去了"},
	"finish": {func(s *kiosk.Service, r *http.Request, key string, id kiosk.CallID) error {
		return s.Finish(r.Context(), route.Actor(r), key, id)
	}, "这次帮好了"},
}

var errNoCall = fault.NotFound("没有找到这次叫人。可能已经帮好了，或者不在你的职责范围内")

func (h handlers) answer(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(route.Param(r, "id"), 10, 64)
	if err != nil || id < 1 {
		return errNoCall
	}
	act, known := acts[f.Raw("do")]
	if !known {
		open, err := h.Kiosks.Waiting(r.Context(), route.Actor(r))
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(open, func(c kiosk.Call) bool { return c.ID == kiosk.CallID(id) }) { // out of reach reads like missing
			return errNoCall
		}
		f.Add("", "按“我去”或“已帮好”")
		return h.showCalls(w, r, back(f))
	}
	if err = act.do(h.Kiosks, r, f.Key(), kiosk.CallID(id)); err != nil {
		if err = merge(f, err); err != nil {
			return err
		}
		return h.showCalls(w, r, back(f))
	}
	h.tell(r, act.words, "")
	return route.See(w, r, PathCalls)
}

func itoa(id kiosk.CallID) string { return strconv.FormatInt(int64(id), 10) }
