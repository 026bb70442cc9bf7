package catalog

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"portal/internal/audit"
	"portal/internal/authz"
	"portal/internal/catalog"
	"portal/internal/fault"
	"portal/internal/workday"
	"portal/web/form"
	"portal/web/listing"
	"portal/web/route"
	"portal/web/session"
	"portal/web/view"
)

var errNoItem = fault.NotFound("清单里没有这个编号。可能少输了横线，如 LZ-102；也可以回到准入清单搜索名称")

// items sends people who cut the address to the whole list.
func (h handlers) items(w http.ResponseWriter, r *http.Request) error {
	return route.See(w, r, pathLists+"/"+allKinds)
}

// itemPage is one entry at the desk.
type itemPage struct {
	base
	Item      listing.Item
	Same      []catalog.Entry // other entries that rest on the same article
	MayReview bool
	Typed     *form.Form // a review that came back
}

func (h handlers) item(w http.ResponseWriter, r *http.Request) error {
	return h.showItem(w, r, http.StatusOK, nil)
}

func (h handlers) showItem(w http.ResponseWriter, r *http.Request, status int, typed *form.Form) error {
	code := route.Param(r, "code")
	if !listing.CodeShape.MatchString(code) {
		return errNoItem
	}
	f, err := h.filter(r)
	if err != nil {
		return err
	}
	if err := f.Err(); err != nil {
		return err
	}
	v, err := h.Settings(r.Context())
	if err != nil {
		return err
	}
	ctx, q := r.Context(), h.DB.Q()
	p := itemPage{Typed: typed}
	if p.Item, err = listing.LoadItem(ctx, q, code, f.On, f.Today, v.StreetCode); err != nil {
		if fault.KindOf(err) == fault.KindNotFound {
			return errNoItem
		}
		return err
	}
	if p.Item.BasisDocKey != "" {
		all, err := catalog.CitedBy(ctx, q, p.Item.BasisDocKey, p.Item.BasisArticleNo)
		if err != nil {
			return err
		}
		p.Same = others(all, code, f.On)
	}
	p.MayReview = p.Item.IsToday() && p.Item.Standing != catalog.Reference && authz.Allowed(route.Actor(r), authz.ItemReview, authz.Object{})
	p.base = h.base(r, p.Item.Title+" - 准入清单", "lists", listsCrumb,
		view.Crumb{Href: pathLists + "/" + string(p.Item.ListKind), Text: p.Item.ListKind.Label()}, view.Crumb{Text: listing.DocNo(p.Item.Entry)})
	if typed != nil {
		p.bad(typed.Errors())
	}
	return h.Render(w, r, status, showItem(p))
}

// others are the entries of a day besides one, each once.
func others(all []catalog.Entry, code string, day workday.Day) []catalog.Entry {
	return slices.DeleteFunc(all, func(e catalog.Entry) bool { return e.Code == code || !e.HoldsOn(day) })
}

func (p itemPage) path() string { return pathItems + "/" + p.Item.Code }

func (p itemPage) typed(name string) string {
	if p.Typed == nil {
		return ""
	}
	return p.Typed.Raw(name)
}

// facts add to the public ones what only the desk asks.
func (p itemPage) facts() []view.Term {
	terms := p.Item.Facts()
	if p.Item.ApplicationID != nil {
		terms = append(terms, view.Term{Name: "准入申请", Text: "查看申请和审核", Href: "/desk/applications/" + p.Item.Code})
	}
	return append(terms, view.Term{Name: "公开页", Text: "居民看到的样子", Href: p.Item.Dated(p.Item.Path())})
}

// choices are the two outcomes of a review; the one that holds already is not offered.
func (p itemPage) choices() []view.Option {
	all := []view.Option{
		{Value: "keep", Label: "保留在册", Hint: "依据仍然站得住，或者已有承接的条文", Disabled: p.Item.Standing == catalog.Listed},
		{Value: "suspend", Label: "暂停执行", Hint: "依据已经不在，停止派任务，等重新申请或者退出", Disabled: p.Item.Standing == catalog.Suspended},
	}
	for i := range all {
		all[i].Chosen = all[i].Value == p.typed("outcome")
	}
	return slices.DeleteFunc(all, func(o view.Option) bool { return o.Disabled })
}

type outcome string

var outcomes = []outcome{"keep", "suspend"}

func (h handlers) review(w http.ResponseWriter, r *http.Request) error {
	fm, err := form.Read(r)
	if err != nil {
		return err
	}
	code := route.Param(r, "code")
	if !listing.CodeShape.MatchString(code) {
		return errNoItem
	}
	chosen := form.Choice(fm, "outcome", outcomes)
	if chosen == "" && fm.Valid() {
		fm.Add("outcome", "选择保留还是暂停")
	}
	reason := fm.Text("reason", 300)
	if fm.Valid() {
		err := h.deps.Catalog.Review(r.Context(), route.Actor(r), code, chosen == "keep", reason, fm.Key())
		if err == nil {
			words := map[outcome]string{"keep": "已复核，保留在册", "suspend": "已暂停执行"}[chosen]
			return h.tell(w, r, pathItems+"/"+code, session.Flash{Tone: "ok", Words: words, More: code})
		}
		if err := fm.Merge(err); err != nil {
			return err
		}
	}
	return h.showItem(w, r, http.StatusUnprocessableEntity, fm)
}

// historyPage is who did what to an entry.
type historyPage struct {
	base
	Item   catalog.Detail
	Events []view.Event
	More   bool
}

const historyOnPage = 200

func (h handlers) history(w http.ResponseWriter, r *http.Request) error {
	code := route.Param(r, "code")
	if !listing.CodeShape.MatchString(code) {
		return errNoItem
	}
	ctx, q, today := r.Context(), h.DB.Q(), h.Today()
	d, err := catalog.Item(ctx, q, code, today)
	if err != nil {
		return errOrNoItem(err)
	}
	entries, err := audit.History(ctx, q, catalog.ItemKind, d.ItemID, 0, historyOnPage)
	if err != nil {
		return err
	}
	p := historyPage{Item: d, More: len(entries) == historyOnPage}
	for _, e := range entries {
		p.Events = append(p.Events, eventOf(e))
	}
	for _, v := range d.Versions {
		p.Events = append(p.Events, view.Event{When: v.From.Chinese(), Head: "版本开始执行", Text: versionEvent(v)})
	}
	p.base = h.base(r, "查看历史 - "+d.Title, "lists", listsCrumb, view.Crumb{Href: pathItems + "/" + code, Text: listing.DocNo(d.Entry)}, view.Crumb{Text: "历史"})
	return h.Render(w, r, http.StatusOK, showHistory(p))
}

func errOrNoItem(err error) error {
	if fault.KindOf(err) == fault.KindNotFound {
		return errNoItem
	}
	return err
}

func versionEvent(v catalog.Entry) string {
	words := v.Title
	if v.Number != "" {
		words += "，" + v.Number
	}
	return words + "，来源：" + listing.Dash(v.Source)
}

// eventOf writes an entry of the trail.
func eventOf(e audit.Entry) view.Event {
	do := authz.Action(e.Action).Label()
	if do == "" {
		do = e.Action
	}
	text := []string{strings.TrimSpace(e.Actor + " " + e.Post)}
	if change := standingChange(e.Before, e.After); change != "" {
		text = append(text, change)
	}
	if e.Reason != "" {
		text = append(text, e.Reason)
	}
	return view.Event{When: e.At.In(workday.Shanghai).Format("2006-01-02 15:04:05"), Head: do, Text: strings.Join(text, "；")}
}

// standingChange says what became of an entry: 待复核 → 在册.
func standingChange(before, after []byte) string {
	var b, a struct {
		Standing catalog.Standing `json:"standing"`
	}
	if json.Unmarshal(before, &b) != nil || json.Unmarshal(after, &a) != nil || a.Standing == "" {
		return ""
	}
	return b.Standing.Label() + " → " + a.Standing.Label()
}
