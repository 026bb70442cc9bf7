package kiosks

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"portal/internal/authz"
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
	State string // of all that stands on it
	Rows  []callRow
	Empty []paperRow
	Still bool // no refresh without script
}

// paperRow is a device that prints no slip, and since when.
type paperRow struct{ Place, No, Since, Href string }

// callRow is one call, written out.
type callRow struct {
	kiosk.Call
	Key   string
	When  string
	State chip
	Mine  bool
}

// Is tells a row from what it was before, for a page that is open.
func (c callRow) Is() string { return strconv.Itoa(c.Version) + " " + strconv.FormatBool(c.Late) }

func (h handlers) calls(w http.ResponseWriter, r *http.Request) error {
	return h.showCalls(w, r, fresh(r))
}

func (h handlers) showCalls(w http.ResponseWriter, r *http.Request, a answered) error {
	by := route.Actor(r)
	seen, err := h.lookAround(r.Context(), by)
	if err != nil {
		return err
	}
	now := h.f.DB.Now()
	p := callsPage{Frame: h.staff(r, "叫人帮忙", a.told, view.Crumb{Text: "叫人帮忙"}), Form: a, Lead: seen.lead(), State: seen.state(), Still: len(a.told) > 0 || r.URL.Query().Has(paramStill)}
	for _, c := range seen.calls {
		p.Rows = append(p.Rows, callRowOf(c, by.AccountID, now))
	}
	for _, d := range seen.empty {
		since := ""
		if d.PaperAt != nil {
			since = view.Moment(*d.PaperAt, now) + " 起"
		}
		p.Empty = append(p.Empty, paperRow{d.CommunityName + " " + d.Place, d.No, since, pathOf(d.No)})
	}
	return h.f.Render(w, r, a.status(), showCalls(p))
}

// paramStill asks for the page without its refresh.
const paramStill = "still"

// around is what waits in the reach of somebody: calls, and devices that print no slip.
type around struct {
	calls []kiosk.Call
	empty []kiosk.Device
}

func (h handlers) lookAround(ctx context.Context, by authz.Actor) (around, error) {
	calls, err := h.Kiosks.Waiting(ctx, by)
	if err != nil || authz.ReachOf(by, authz.KioskTend).All { // paper is the community's matter
		return around{calls: calls}, err
	}
	devices, err := h.Kiosks.Devices(ctx, by)
	return around{calls, slices.DeleteFunc(devices, func(d kiosk.Device) bool {
		return d.State != kiosk.Working || d.Paper != kiosk.PaperOut || !authz.Allowed(by, authz.KioskTend, on(d.Community))
	})}, err
}

// waiting are the calls that nobody has taken, oldest first.
func (a around) waiting() []kiosk.Call {
	return slices.DeleteFunc(slices.Clone(a.calls), func(c kiosk.Call) bool { return c.State != kiosk.CallWaiting })
}

func (a around) lead() string {
	switch n := len(a.waiting()); {
	case len(a.calls) == 0:
		return "没有人等着"
	case n == 0:
		return "都有人去了"
	default:
		return strconv.Itoa(n) + " 处等着，按“我去”，居民在屏幕上就看到是谁来"
	}
}

// state is another one whenever something on the page is.
func (a around) state() string {
	var b strings.Builder
	for _, c := range a.calls {
		fmt.Fprintf(&b, "%d.%d%t ", c.ID, c.Version, c.Late)
	}
	for _, d := range a.empty {
		b.WriteString(d.No + " ")
	}
	return b.String()
}

// words say it aloud: how many wait, where the last one is and since when, and which device has no paper.
func (a around) words(now time.Time) string {
	out := "都有人去了"
	if w := a.waiting(); len(w) > 0 {
		last := w[len(w)-1]
		out = strconv.Itoa(len(w)) + " 处等着。最近的在" + last.CommunityName + " " + last.Place + "（" + last.Device + "），" + view.Moment(last.At, now) + " 叫的"
	} else if len(a.calls) == 0 {
		out = "没有人等着"
	}
	for _, d := range a.empty {
		out += "。" + d.No + " 小票没纸"
	}
	return out
}

// now answers an open page that asks whether anything is new.
func (h handlers) now(w http.ResponseWriter, r *http.Request) error {
	seen, err := h.lookAround(r.Context(), route.Actor(r))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	return json.NewEncoder(w).Encode(struct {
		State string `json:"state"`
		Words string `json:"words"`
	}{seen.state(), seen.words(h.f.DB.Now())})
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
