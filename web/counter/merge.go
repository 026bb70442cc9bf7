package counter

import (
	"net/http"
	"slices"

	"portal/internal/handoff"
	"portal/internal/request"
	"portal/web/form"
	"portal/web/route"
	"portal/web/view"
)

// mostCandidates is how many similar requests are offered.
const mostCandidates = 20

// mergePage is 并案: who hangs together already, and what could (REQ-05, 06).
type mergePage struct {
	Frame      view.Page
	Form       filled
	No, Title  string
	CaseHref   string
	Action     string
	Span       string
	Attached   []attachedRow
	Candidates []view.Option
}

type attachedRow struct {
	No, Who, At, Contact, Due, Home string
	Unmerge, Key                    string
}

func (h handlers) merging(w http.ResponseWriter, r *http.Request) error {
	return h.showMerge(w, r, fresh(r, nil))
}

func (h handlers) merge(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	into, nos, reason := route.Param(r, "no"), f.Values("no", 20), f.Text("reason", 200)
	if len(nos) == 0 {
		f.Add("no", "勾选至少 1 件")
	}
	if reason == "" {
		f.Add("reason", "写清为什么是同一件事")
	}
	if f.Valid() {
		if err = h.Cases.Merge(r.Context(), route.Actor(r), f.Key(), nos, into, reason); err == nil {
			h.tell(r, "ok", "已把 "+itoa(len(nos))+" 件并进 "+into, "每个人单独答复、单独回访；并错了可以拆开")
			return route.See(w, r, casePath(into, "/merge"))
		}
		if err = keep(f, err, "nos", "no"); err != nil {
			return err
		}
	}
	return h.showMerge(w, r, back(f, nil))
}

func (h handlers) unmerge(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	no, reason, from := route.Param(r, "no"), f.Text("reason", 200), f.Line("from", 20)
	if reason == "" {
		f.Add("unmerge", "写清为什么把 "+no+" 拆开")
	}
	if f.Valid() {
		if err = h.Cases.Unmerge(r.Context(), route.Actor(r), f.Key(), no, reason); err == nil {
			h.tell(r, "ok", "已拆开 "+no, "恢复它自己的时限，单独办理")
			return route.See(w, r, casePath(no, ""))
		}
		if err = keep(f, err); err != nil {
			return err
		}
	}
	return h.showMergeOf(w, r, from, back(f, nil))
}

func (h handlers) showMerge(w http.ResponseWriter, r *http.Request, x filled) error {
	return h.showMergeOf(w, r, route.Param(r, "no"), x)
}

func (h handlers) showMergeOf(w http.ResponseWriter, r *http.Request, no string, x filled) error {
	ctx, by, now := r.Context(), route.Actor(r), h.f.DB.Now()
	c, err := h.Cases.Find(ctx, by, no)
	if err != nil {
		return err
	}
	one, ok := summaryOf(c, no)
	if !ok {
		return errNothing
	}
	v, err := h.f.Settings(ctx)
	if err != nil {
		return err
	}
	p := mergePage{Form: x, No: no, Title: one.Title, CaseHref: c.Order.Path(), Action: casePath(no, "/merge"),
		Span: "同一地点、同一类别，" + itoa(v.RelapseDays) + " 天内的在办诉求"}
	for _, s := range c.Requests {
		row := attachedRow{No: s.No, Who: reporter(s.Name, s.Phone), At: moment(s.SubmittedAt, now), Contact: moment(s.ContactDue, now), Due: moment(s.DueAt, now), Home: "本件"}
		if s.ContactedAt != nil {
			row.Contact = "已联系 " + moment(*s.ContactedAt, now)
		}
		if s.Merged() {
			row.Unmerge, row.Key, row.Home = casePath(s.No, "/unmerge"), form.NewKey(), ""
		}
		p.Attached = append(p.Attached, row)
	}
	if p.Candidates, err = h.candidates(r, c, one, x); err != nil {
		return err
	}
	p.Frame = h.staff(r, "并案 - "+no, x.told, view.Crumb{Href: c.Order.Path(), Text: no}, view.Crumb{Text: "并案"})
	return h.f.Render(w, r, x.status(), showMerge(p))
}

// candidates are the similar running requests that do not hang here yet.
func (h handlers) candidates(r *http.Request, c handoff.Case, one request.Summary, x filled) ([]view.Option, error) {
	like := request.Like{Category: one.Category, Building: one.BuildingID, Community: one.Community, Limit: mostCandidates}
	found, err := h.Requests.Similar(r.Context(), route.Actor(r), like)
	if err != nil {
		return nil, err
	}
	now := h.f.DB.Now()
	var out []view.Option
	for _, s := range found {
		if s.Order == int64(c.Order.ID) {
			continue
		}
		out = append(out, view.Option{Value: s.No, Label: s.No + " " + s.Title, Chosen: slices.Contains(x.typed.All("no"), s.No),
			Hint: s.Place + " · " + moment(s.Since, now) + " · " + s.StateWords + " · " + itoa(s.Followers) + " 人"})
	}
	return out, nil
}
