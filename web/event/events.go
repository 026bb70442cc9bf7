package event

import (
	"bytes"
	"fmt"
	"net/http"
	"time"

	"portal/internal/authz"
	"portal/internal/blob"
	"portal/internal/fault"
	"portal/internal/request"
	"portal/internal/workorder"
	"portal/web/form"
	"portal/web/route"
	"portal/web/view"
)

// eventsPage is the list of findings.
type eventsPage struct {
	Frame  view.Page
	MayAdd bool
	Tabs   []view.Tab
	Rows   []eventRow
	Pages  view.Pages
}

type eventRow struct {
	Href, No, Title, Place, Owner, Left string
	State                               view.Chipped
}

var eventTabs = []struct {
	tab   workorder.Tab
	label string
}{{"mine", "我的"}, {"open", "在办"}, {"late", "已超期"}, {"all", "全部"}}

func (h handlers) list(w http.ResponseWriter, r *http.Request) error {
	q, by := form.Query(r), route.Actor(r)
	tab, at := q.Raw("tab"), q.Raw("at")
	p := eventsPage{Frame: h.staff(r, "办理 - 事件", nil, view.Crumb{Text: "事件"}), MayAdd: authz.Can(by, authz.FindingReport)}
	known := false
	for _, t := range eventTabs {
		known = known || tab == string(t.tab)
	}
	if !known {
		tab = "open"
	}
	for _, t := range eventTabs {
		p.Tabs = append(p.Tabs, view.Tab{Href: address(pathEvents, string(t.tab), ""), Label: t.label, Count: -1, Current: tab == string(t.tab)})
	}
	found, err := h.s.List(r.Context(), by, workorder.Filter{Tab: workorder.Tab(tab), Source: workorder.FromFinding, Cursor: at, Limit: 30})
	if err != nil {
		return err
	}
	now := h.f.DB.Now()
	for _, o := range found.Rows {
		row := eventRow{Href: o.Path(), No: o.No, Title: o.Title, Place: o.CommunityName + " " + o.Place, Owner: o.Owner.Words(), State: view.Chipped{Tone: "info", Words: eventState(o)}}
		if o.State.Done() {
			row.State.Tone = "ok"
		} else {
			var late bool
			if row.Left, _, late = workorder.Left(o.DueAt, now); late {
				row.State.Tone = "danger"
			}
		}
		p.Rows = append(p.Rows, row)
	}
	p.Pages = pagesOf(found, pathEvents, tab, at)
	return h.f.Render(w, r, http.StatusOK, showEvents(p))
}

// eventState: findings wait for a check, not for a callback.
func eventState(o workorder.Order) string {
	if o.State == workorder.Handled {
		return "待核查"
	}
	return o.State.Label()
}

// findPage is 上报 on the phone: kind, place (already chosen), 完成.
type findPage struct {
	Frame      view.Page
	Form       filled
	Device     string
	Account    string // records wait on the phone for the person who made them
	Hows       []view.Option
	Categories []view.Option
	Grids      []view.Option
	Houses     []view.Option
}

const maxPhotos = 6

func (h handlers) ask(w http.ResponseWriter, r *http.Request) error {
	return h.showFind(w, r, blank(r, map[string]string{"how": "solved"}))
}

func (h handlers) showFind(w http.ResponseWriter, r *http.Request, x filled) error {
	p := findPage{Frame: h.staff(r, "上报 - 事件", x.Errors, view.Crumb{Href: pathEvents, Text: "事件"}, view.Crumb{Text: "上报"}), Form: x, Device: x.value("device"),
		Account: id64(route.Actor(r).AccountID)}
	if p.Device == "" {
		p.Device = form.NewKey()
	}
	grounds, houses, err := h.s.Grounds(r.Context(), route.Actor(r))
	if err != nil {
		return err
	}
	for i, g := range grounds {
		if i == 0 && x.value("grid") == "" {
			x.proposed = map[string]string{"grid": id64(g.Grid), "how": x.value("how")}
		}
		p.Grids = append(p.Grids, view.Option{Value: id64(g.Grid), Label: g.Name})
	}
	p.Houses = []view.Option{{Value: "0", Label: "不在楼里，按网格报"}}
	for _, b := range houses {
		o := view.Option{Value: id64(b.ID), Label: b.Name}
		if x.f.Has("building") {
			o.Chosen = x.value("building") == o.Value
		} else {
			o.Chosen = b.Recent
		}
		p.Houses = append(p.Houses, o)
	}
	all, err := request.Categories(r.Context(), h.f.DB.Q())
	if err != nil {
		return err
	}
	p.Categories = []view.Option{{Value: "", Label: "请选择"}}
	for _, c := range all {
		if c.Leaf() && c.Active {
			p.Categories = append(p.Categories, view.Option{Value: c.Code, Label: c.Name})
		}
	}
	p.Categories, p.Grids, p.Hows = x.options("category", p.Categories), x.options("grid", p.Grids), x.options("how", choices(workorder.Hows))
	return h.f.Render(w, r, status(x.Errors), showFind(p))
}

// find takes one record of the phone. It may come a second time, with the same device key, when its answer was lost.
func (h handlers) find(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	d := workorder.FindingDraft{How: workorder.How(f.Raw("how")), Category: f.Raw("category"), Words: f.Text("words", 500), Place: f.Line("place", 80),
		Building: number(f.Raw("building")), Grid: number(f.Raw("grid")), DeviceKey: device(f.Raw("device")), Lng: f.Decimal("lng", 73, 136), Lat: f.Decimal("lat", 3, 54)}
	if seen, err := time.Parse(time.RFC3339, f.Raw("seen_at")); err == nil {
		d.SeenAt = seen
	}
	if by := f.Day("rectify", h.f.Today()); d.How == workorder.HazardSeen {
		d.RectifyBy = by
	}
	if house := f.Raw("building"); d.Building == 0 && house != "" && house != "0" {
		f.Add("building", "从列出的楼栋里选，或者选不在楼里")
	}
	if d.Photos, err = h.photos(r); err != nil {
		if err = f.Merge(err); err != nil {
			return err
		}
	}
	if f.Valid() {
		var o workorder.Order
		if o, err = h.s.Find(r.Context(), route.Actor(r), f.Key(), d); err == nil {
			h.tell(r, "已"+d.How.Label(), o.No+" "+o.Title)
			return route.See(w, r, o.Path())
		}
		if err = f.Merge(err); err != nil {
			return err
		}
	}
	return h.showFind(w, r, sent(f))
}

// device is the key made on the phone; anything but a short plain word is none.
func device(key string) string {
	if len(key) > 80 {
		return ""
	}
	for _, c := range key {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_') {
			return ""
		}
	}
	return key
}

// photos are read anew, so that place, device and anything hidden in them are gone (reliability.md §2, 17).
func (h handlers) photos(r *http.Request) ([]workorder.PhotoRef, error) {
	if r.MultipartForm == nil {
		return nil, nil
	}
	var out []workorder.PhotoRef
	for _, one := range r.MultipartForm.File["photos"] {
		if one.Size == 0 {
			continue
		}
		if len(out) == maxPhotos {
			return nil, fault.InvalidField("photos", fmt.Sprintf("一次最多 %d 张", maxPhotos))
		}
		content, err := one.Open()
		if err != nil {
			return nil, fault.InvalidField("photos", "照片没有传完。请再选一次")
		}
		f, err := blob.Accept(r.Context(), content, one.Filename)
		_ = content.Close()
		if fields := fault.Fields(err); len(fields) > 0 {
			return nil, fault.InvalidField("photos", fields[0].Message)
		}
		if err != nil {
			return nil, err
		}
		if !f.Kind.IsImage() {
			return nil, fault.InvalidField("photos", "这里只收照片。请选 JPG 或 PNG 图片")
		}
		ref, err := h.files.Put(r.Context(), bytes.NewReader(f.Data), blob.MaxSize)
		if err != nil {
			return nil, err
		}
		out = append(out, workorder.PhotoRef{Ref: ref, Name: f.Name, Media: f.Kind.MediaType()})
	}
	return out, nil
}
