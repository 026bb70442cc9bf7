package public

import (
	"strconv"

	"portal/internal/catalog"
	"portal/internal/page"
	"portal/web/listing"
	"portal/web/view"
)

func titleOf(f listing.Filter) string {
	if f.Kind != "" {
		return "查看 - " + f.Kind.Label()
	}
	return "查看 - 准入清单"
}

// itemsPage is the list of what holds on a day.
type itemsPage struct {
	Frame  view.Page
	Filter listing.Filter
	List   page.Page[catalog.Entry]
	Counts map[catalog.ListKind]int // without words, so they stand only beside links without words
	Total  int
	More   bool
}

func (p itemsPage) elder() bool { return p.Frame.Mode == "elder" }

func (p itemsPage) heading() string {
	switch {
	case p.Filter.Kind == "":
		return "准入清单"
	case p.elder():
		return listing.PlainTitle(p.Filter.Kind)
	}
	return p.Filter.Kind.Label()
}

func (p itemsPage) lead() string {
	if p.Filter.Kind == "" {
		return "社区做什么、帮政府做什么、不该被要求做什么，都在这里。每一项写明依据，可以查看过去任何一天。"
	}
	return listing.PlainText(p.Filter.Kind)
}

// side is one line of the list of kinds.
type side struct {
	Label, Href, Count string
	Current            bool
}

// kinds lists the kinds that hold something that day; a count stands only where it equals the rows
// that its link opens (R45).
func (p itemsPage) kinds() []side {
	f := p.Filter
	total := 0
	var out []side
	for _, k := range catalog.ListKinds {
		n := p.Counts[k]
		total += n
		if n == 0 && k != f.Kind {
			continue
		}
		label := k.Label()
		if p.elder() {
			label = listing.PlainTitle(k)
		}
		out = append(out, side{Label: label, Href: f.Address(pathItems, listing.ParamKind, string(k)), Count: p.count(n), Current: k == f.Kind})
	}
	all := side{Label: "全部", Href: f.Address(pathItems, listing.ParamKind, ""), Count: p.count(total), Current: f.Kind == ""}
	return append([]side{all}, out...)
}

func (p itemsPage) count(n int) string {
	if p.Filter.Words != "" {
		return ""
	}
	return view.Bounded(n)
}

func (p itemsPage) communities() []side {
	f := p.Filter
	out := []side{{Label: "全部社区", Href: f.Address(pathItems, listing.ParamCommunity, ""), Current: f.Community == ""}}
	for _, c := range f.Communities {
		out = append(out, side{Label: c.Name, Href: f.Address(pathItems, listing.ParamCommunity, c.Code), Current: c.Code == f.Community})
	}
	return out
}

func (p itemsPage) result() string {
	n := strconv.Itoa(p.Total)
	if p.More {
		n += " 项以上"
	} else {
		n += " 项"
	}
	return p.Filter.On.Chinese() + "，" + n + "，按编号排列"
}

func (p itemsPage) tags() []view.Tag { return p.Filter.Tags(pathItems) }

func (p itemsPage) pages() view.Pages {
	return listing.Pages(p.List, func(cursor string) string { return p.Filter.Address(pathItems, listing.ParamAfter, cursor) }, "每页 "+strconv.Itoa(onPage)+" 项")
}

// href opens an entry as of the day of the list.
func (p itemsPage) href(e catalog.Entry) string {
	return listing.Dated(e.Path(), p.Filter.On, p.Filter.Today)
}

// under is the line below a title.
func under(e catalog.Entry) string {
	words := e.ListKind.Label()
	if e.LeadDepartment != "" {
		words += " · 牵头 " + e.LeadDepartment
	}
	if e.LegalBasis != "" {
		words += " · " + e.LegalBasis
	}
	return words
}

// dayPage is 「某日清单」.
type dayPage struct {
	Frame  view.Page
	Filter listing.Filter
	Sheet  listing.DaySheet
}

func (p dayPage) link(code string) string {
	return listing.Dated(pathItems+"/"+code, p.Filter.On, p.Filter.Today)
}

// negativePage is the negative list of a day.
type negativePage struct {
	Frame  view.Page
	Filter listing.Filter
	Groups []listing.NegativeGroup
	Total  int
}

// itemPage is one entry.
type itemPage struct {
	Frame     view.Page
	Item      listing.Item
	Permalink string
}

// asOf says of which day the page speaks.
func (p itemPage) asOf() string {
	if p.Item.IsToday() {
		return "按今天 " + p.Item.Day.Chinese() + " 的情况显示"
	}
	return "按 " + p.Item.Day.Chinese() + " 的情况显示"
}

// asks says in plain words what the entry means for a resident.
func (p itemPage) asks() string { return listing.PlainText(p.Item.ListKind) }
