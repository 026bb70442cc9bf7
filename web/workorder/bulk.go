package workorder

import (
	"net/http"
	"net/url"
	"strings"

	"portal/internal/fault"
	"portal/internal/place"
	"portal/internal/workorder"
	"portal/web/form"
	"portal/web/frame"
	"portal/web/route"
	"portal/web/view"
)

// bulkPage is the preview of a dispatch in bulk.
type bulkPage struct {
	Frame  view.Page
	Lead   string
	Errors []view.FieldError
	Target string
	Key    string
	Rows   []bulkRow
	Ready  int
	Verb   string
	Note   string
}

type bulkRow struct {
	No, Title, Place    string
	To, Why, Value      string
	Refused             bool
	Lawful, LawfulWords string // address of the same preview with the lawful owner
	ByHand              string
}

// maxBulk is how many cases one dispatch may hold.
const maxBulk = 200

// picks reads the chosen cases of an address: id-version.
func picks(values []string) []workorder.Step {
	var out []workorder.Step
	seen := map[int64]bool{}
	for _, v := range values {
		left, right, ok := strings.Cut(v, "-")
		id, version := number(left), number(right)
		if ok && id > 0 && version > 0 && !seen[id] && len(out) < maxBulk {
			seen[id] = true
			out = append(out, workorder.Step{ID: workorder.ID(id), Version: int(version)})
		}
	}
	return out
}

// moved reads the rows for which another owner was chosen: id=target.
func moved(values []string) map[workorder.ID]workorder.Target {
	out := map[workorder.ID]workorder.Target{}
	for _, v := range values {
		left, right, _ := strings.Cut(v, "=")
		if t, ok := targetOf(right); ok && number(left) > 0 {
			out[workorder.ID(number(left))] = t
		}
	}
	return out
}

// bulk previews what would happen to each chosen case; nothing is dispatched by looking.
func (h handlers) bulk(w http.ResponseWriter, r *http.Request) error {
	in := r.URL.Query()
	return h.showBulk(w, r, picks(in["pick"]), moved(in["to"]), nil)
}

func (h handlers) showBulk(w http.ResponseWriter, r *http.Request, chosen []workorder.Step, to map[workorder.ID]workorder.Target, errors []fault.Field) error {
	by := route.Actor(r)
	p := bulkPage{Frame: h.f.Staff(r, frame.Opts{Title: "批量派单 - 居民诉求", Module: "requests", Wide: true, Breadcrumbs: []view.Crumb{{Href: pathRequests + "?tab=desk", Text: "待派单"}, {Text: "批量派单"}}}),
		Target: pathBulk, Key: form.NewKey(), Errors: summary(errors)}
	p.Frame.Errors = len(errors)
	var rows []workorder.BulkRow
	if len(chosen) > 0 {
		var err error
		if rows, err = h.s.BulkPreview(r.Context(), by, chosen, to); err != nil {
			return err
		}
	}
	refused := 0
	for _, row := range rows {
		v := bulkRowOf(row, to, chosen)
		if v.Value != "" {
			p.Ready++
		} else if v.Refused {
			refused++
		}
		p.Rows = append(p.Rows, v)
	}
	p.Lead = "共 " + itoa(len(rows)) + " 件，" + itoa(p.Ready) + " 件可以派"
	if refused > 0 {
		p.Lead += "，" + itoa(refused) + " 件准入清单里没有，不能派给社区"
	}
	p.Verb, p.Note = "派出 "+itoa(p.Ready)+" 件", "预览以后有人办过的会留下，并告诉你是哪几件"
	return h.f.Render(w, r, status(errors), showBulk(p))
}

// bulkRowOf is one line of the preview: the owner that the rules propose, or the one chosen instead.
func bulkRowOf(row workorder.BulkRow, to map[workorder.ID]workorder.Target, chosen []workorder.Step) bulkRow {
	o := row.Order
	v := bulkRow{No: o.No, Title: o.Title, Place: dotted(o.CommunityName, o.Place), Why: proposedBy(row.Target), ByHand: o.Path() + "/" + dispatching.Path}
	if _, other := to[o.ID]; other {
		v.Why = "改派给主责单位"
	}
	switch {
	case row.Refused != nil:
		v.Refused, v.To, v.Why = true, row.To.Words(), plainWords(row.Refused.Words)
		if l := row.Refused.Lawful; l.Kind == workorder.Unit {
			v.Lawful, v.LawfulWords = bulkAddress(chosen, to, o.ID, toOwner(l)), "改派给"+l.Words()
		}
	case row.Problem != "":
		v.Why = row.Problem
	default:
		v.To, v.Value = row.To.Words(), id64(o.ID)+"-"+itoa(o.Version)+"="+written(row.Target)
	}
	return v
}

// proposedBy says where a proposal comes from.
func proposedBy(t workorder.Target) string {
	switch t.Kind {
	case workorder.Unit:
		return "派单规则，或这一分类的主责部门"
	case workorder.Community, workorder.Grid:
		return "清单里有这一项：" + t.Item
	}
	return ""
}

// bulkAddress is the same preview with another owner for one row.
func bulkAddress(chosen []workorder.Step, to map[workorder.ID]workorder.Target, id workorder.ID, t workorder.Target) string {
	q := url.Values{}
	for _, s := range chosen {
		q.Add("pick", id64(s.ID)+"-"+itoa(s.Version))
		if other, ok := to[s.ID]; ok && s.ID != id {
			q.Add("to", id64(s.ID)+"="+written(other))
		}
	}
	q.Add("to", id64(id)+"="+written(t))
	return pathBulk + "?" + q.Encode()
}

// applyBulk dispatches what the preview showed, in one transaction, each with its own entry in the trail.
func (h handlers) applyBulk(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	var rows []workorder.BulkRow
	var chosen []workorder.Step
	unread := 0
	for _, text := range f.All("row") {
		left, right, _ := strings.Cut(text, "=")
		at := picks([]string{left})
		t, ok := targetOf(right)
		if !ok || len(at) != 1 || len(rows) == maxBulk {
			unread++
			continue
		}
		chosen = append(chosen, at[0])
		rows = append(rows, workorder.BulkRow{Order: workorder.Order{ID: at[0].ID, Version: at[0].Version}, Target: t})
	}
	if unread > 0 && len(rows) > 0 {
		return h.showBulk(w, r, chosen, targetsIn(rows), []fault.Field{{Message: "有 " + itoa(unread) + " 行看不明白或者超出一次能派的件数，一件也没有派。请核对后再点一次"}})
	}
	if len(rows) == 0 {
		return h.showBulk(w, r, nil, nil, []fault.Field{{Message: "没有可以派的诉求。回到待派单，勾选要派的几件"}})
	}
	done, err := h.s.BulkApply(r.Context(), route.Actor(r), f.Key(), rows)
	if err = f.Merge(err); err != nil {
		return err
	}
	if !f.Valid() {
		return h.showBulk(w, r, chosen, targetsIn(rows), f.Errors())
	}
	more := "已通知各承办单位，时钟照走"
	if len(done.Skipped) > 0 {
		if more, err = h.skipped(r, done.Skipped); err != nil {
			return err
		}
	}
	h.tell(r, "已派出 "+itoa(len(done.Done))+" 件", more)
	return route.See(w, r, pathRequests+"?tab=desk")
}

// namedSkipped is how many of the cases left behind are named; the list shows the others.
const namedSkipped = 5

// skipped names the cases that were left as they are, since somebody else was there first.
func (h handlers) skipped(r *http.Request, rows []workorder.BulkRow) (string, error) {
	at := make([]workorder.Step, len(rows))
	for i, row := range rows {
		at[i] = row.Order.At()
	}
	now, err := h.s.BulkPlan(r.Context(), route.Actor(r), at)
	if err != nil {
		return "", err
	}
	nos := make([]string, 0, namedSkipped)
	for _, row := range now[:min(len(now), namedSkipped)] {
		nos = append(nos, row.Order.No)
	}
	words := strings.Join(nos, "、")
	if len(rows) > namedSkipped {
		words += " 等"
	}
	return itoa(len(rows)) + " 件没有派（" + words + "）：" + rows[0].Problem, nil
}

func targetsIn(rows []workorder.BulkRow) map[workorder.ID]workorder.Target {
	out := map[workorder.ID]workorder.Target{}
	for _, row := range rows {
		out[row.Order.ID] = row.Target
	}
	return out
}

// nameOf names a target that was chosen by hand.
func (h handlers) nameOf(r *http.Request, t workorder.Target) (string, error) {
	switch t.Kind {
	case workorder.Unit:
		u, err := place.UnitByID(r.Context(), h.f.DB.Q(), t.Unit)
		return u.Name, err
	case workorder.Community:
		c, err := place.CommunityByCode(r.Context(), h.f.DB.Q(), t.Community)
		return c.Name + "居委会", err
	}
	return t.Kind.Label(), nil
}
