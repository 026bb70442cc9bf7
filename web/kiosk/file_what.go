package kiosk

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"portal/internal/fault"
	"portal/internal/request"
	"portal/web/form"
	"portal/web/listing"
	"portal/web/view"
)

const (
	paramCategory = "category"
	paramGroup    = "group"
	groupsAll     = "all"

	mattersOnPage = 6
	examples      = 3 // matters that stand below the name of a group
	unclear       = "9901"
)

// whatPage asks 什么事: pictures first, then all matters by group.
type whatPage struct {
	stepPage
	Title, Lead string
	First       bool // the privacy line stands here
	Picks       []view.KPick
	Leaf        leaf
	Back        view.KMove
}

func (h handlers) showWhat(w http.ResponseWriter, r *http.Request, at *here, p stepPage) error {
	all, err := request.Categories(r.Context(), h.f.DB.Q())
	if err != nil {
		return err
	}
	groups, leaves := byGroup(all)
	out := whatPage{stepPage: p, Back: p.back()}
	switch group := r.URL.Query().Get(paramGroup); {
	case len(leaves[group]) > 0:
		out.Back.Href = groupPath(groupsAll)
		out.Title = "是哪一种"
		rows, l := cut(r, leaves[group], mattersOnPage)
		out.Leaf = l
		for _, c := range rows {
			out.Lead = c.ParentName
			out.Picks = append(out.Picks, view.KPick{Name: paramCategory, Value: c.Code, Text: c.Name, Hint: otherWords(c), Chosen: c.Code == p.Draft.Category})
		}
	case group == groupsAll:
		out.Back.Href = stepPath(stepWhat)
		out.Title, out.Lead = "是哪一类的事", "不知道选哪个也不要紧，点最下面那一个"
		rows, l := cut(r, groups, mattersOnPage)
		out.Leaf = l
		for _, c := range rows {
			out.Picks = append(out.Picks, view.KPick{Href: groupPath(c.Code), Text: c.Name, Hint: examplesOf(leaves[c.Code])})
		}
		out.Picks = append(out.Picks, view.KPick{Name: paramCategory, Value: unclear, Text: "不知道选哪个", Hint: "先说给我们听，我们来分"})
	default:
		out.First = true
		out.Title, out.Lead = "您要反映什么事", "点一下图就行"
		pictures := matters(all, p.Draft.Category)
		rows, l := cut(r, pictures, mattersOnPage)
		out.Leaf, out.Picks = l, rows
		if l.At == l.Of {
			out.Picks = append(out.Picks, view.KPick{Href: groupPath(groupsAll), Text: "其他", Hint: "上面都不是，看全部", Icon: "ellipsis"})
		}
	}
	return h.f.Render(w, r, status(p.Errors), showWhat(out))
}

func groupPath(group string) string {
	return listing.With(stepPath(stepWhat), url.Values{paramGroup: {group}})
}

// matters are the pictures that the street keeps, in plain words, with the name of the street below.
func matters(all []request.Category, chosen string) []view.KPick {
	name := map[string]string{}
	for _, c := range all {
		if c.Active && c.Leaf() {
			name[c.Code] = c.Name
		}
	}
	var out []view.KPick
	for _, m := range request.Matters {
		if name[m.Code] != "" {
			out = append(out, view.KPick{Name: paramCategory, Value: m.Code, Icon: m.Icon, Text: m.Plain, Hint: name[m.Code], Chosen: m.Code == chosen})
		}
	}
	return out
}

// byGroup are the groups that hold anything, and what they hold.
func byGroup(all []request.Category) (groups []request.Category, leaves map[string][]request.Category) {
	leaves = map[string][]request.Category{}
	for _, c := range all {
		if c.Active && c.Leaf() {
			leaves[c.Parent] = append(leaves[c.Parent], c)
		}
	}
	for _, c := range all {
		if c.Active && !c.Leaf() && len(leaves[c.Code]) > 0 {
			groups = append(groups, c)
		}
	}
	return groups, leaves
}

func examplesOf(leaves []request.Category) string {
	var names []string
	for _, c := range leaves[:min(examples, len(leaves))] {
		names = append(names, c.Name)
	}
	return strings.Join(names, "、")
}

// otherWords are how people call a matter.
func otherWords(c request.Category) string {
	words := strings.Fields(c.Words)
	return strings.Join(words[:min(examples, len(words))], "、")
}

// takeWhat takes a matter that was touched.
func (h handlers) takeWhat(ctx context.Context, at *here, fm *form.Form, d draft) (taken, error) {
	c, err := request.CategoryByCode(ctx, h.f.DB.Q(), fm.Raw(paramCategory))
	if fault.KindOf(err) == fault.KindNotFound || err == nil && (!c.Leaf() || !c.Active) {
		return wrong(d, errNoPick)
	}
	if err != nil {
		return taken{}, err
	}
	set, err := h.f.Settings(ctx)
	if err != nil {
		return taken{}, err
	}
	d.Notice = set.NoticeVersion // these words stood on the page
	if d.Category != c.Code {
		d.Same = ""
		d = d.meaning(request.KindOf(c.Code))
	}
	d.Category, d.CategoryName = c.Code, c.Name
	if d.Community == "" {
		d.Community, d.CommunityName = at.Session.Device.Community, at.Session.Device.CommunityName
	}
	return taken{Draft: d, To: stepPath(stepWhere)}, nil
}

// privacyPage is the whole notice behind the line of the first question (§6.7).
type privacyPage struct {
	stepPage
	Terms []view.Term
}

func (h handlers) showPrivacy(w http.ResponseWriter, r *http.Request, _ *here, p stepPage) error {
	set, err := h.f.Settings(r.Context())
	if err != nil {
		return err
	}
	p.Draft.Notice = set.NoticeVersion
	return h.f.Render(w, r, http.StatusOK, showPrivacy(privacyPage{p, listing.Privacy(set.StreetName+"办事处", set.StreetPhone)}))
}
