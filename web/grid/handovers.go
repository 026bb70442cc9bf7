package grid

import (
	"maps"
	"net/http"
	"net/url"
	"strconv"

	"portal/internal/authz"
	"portal/internal/grid"
	"portal/web/form"
	"portal/web/route"
	"portal/web/view"
)

// handoversPage is the list of 移交单, the ones that wait for signatures first.
type handoversPage struct {
	Frame       view.Page
	Lead, None  string
	Tabs        []view.Tab
	Closed      bool
	Communities []view.Option
	Rows        []handoverRow
	Pages       view.Pages
}

type handoverRow struct {
	Href, Title, Place string
	Giver, Receiver    string
	Planned, Verb      string
	State              view.Chipped
}

func (h people) handovers(w http.ResponseWriter, r *http.Request) error {
	by, q := route.Actor(r), form.Query(r)
	closed, at := q.Raw("state") == "closed", q.Raw("at")
	scope, err := h.scopeOf(r, authz.HandoverView, q.Raw("community"), true)
	if err != nil {
		return err
	}
	found, err := h.s.Handovers(r.Context(), by, scope.prefix(), !closed, at)
	if err != nil {
		return err
	}
	p := handoversPage{Frame: h.staff(r, "办理 - 移交单", nil, view.Crumb{Text: "移交单"}), Closed: closed, Lead: "网格换人时移交什么、谁签了字", None: "没有等着签字的移交单"}
	p.Tabs = []view.Tab{{Href: pathHandovers, Label: "办理中", Count: -1, Current: !closed}, {Href: pathHandovers + "?state=closed", Label: "已办完", Count: -1, Current: closed}}
	if closed {
		p.None = "还没有办完的移交单"
	}
	p.Communities = communityOptions(scope)
	for _, one := range found.Rows {
		p.Rows = append(p.Rows, handoverRowOf(one, by))
	}
	here := url.Values{}
	if closed {
		here.Set("state", "closed")
	}
	if scope.Chosen.Code != "" {
		here.Set("community", scope.Chosen.Code)
	}
	p.Pages = pagesOf(found, at, func(cursor string) string { return listAddress(pathHandovers, here, cursor) })
	return h.f.Render(w, r, http.StatusOK, showHandovers(p))
}

func handoverRowOf(one grid.Handover, by authz.Actor) handoverRow {
	out := handoverRow{Href: handoverPath(one.ID, ""), Title: one.GridName + " " + one.Role.Label(), Place: one.CommunityName, Giver: one.Giver.Name, Receiver: one.Receiver.Name,
		Planned: one.Planned.Chinese(), State: stateOf(one.State), Verb: "看移交单"}
	if one.Giver.IsZero() {
		out.Giver = "空缺"
	}
	switch {
	case one.Allowed(by, grid.GiveIt):
		out.Verb = "移交人签字"
	case one.Allowed(by, grid.ReceiveIt) && one.Unread > 0:
		out.Verb = "读清单"
	case one.Allowed(by, grid.ReceiveIt):
		out.Verb = "接收人签字"
	}
	return out
}

// listAddress is a list with its filters and the place in it; the address is the state.
func listAddress(path string, here url.Values, cursor string) string {
	q := maps.Clone(here)
	if cursor != "" {
		q.Set("at", cursor)
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// communityOptions are the communities of a scope as choices of a filter; one alone needs no filter.
func communityOptions(s mapScope) []view.Option {
	if len(s.All) < 2 {
		return nil
	}
	out := []view.Option{{Label: "全部社区", Chosen: s.Chosen.Code == ""}}
	for _, c := range s.All {
		out = append(out, view.Option{Value: c.Code, Label: c.Name, Chosen: c.Code == s.Chosen.Code})
	}
	return out
}

func idText[T ~int64](id T) string { return strconv.FormatInt(int64(id), 10) }
