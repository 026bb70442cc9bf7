package view

import "cmp"

var moduleKeys = map[string]string{"一": "1", "二": "2", "三": "3", "四": "4", "五": "5", "六": "6", "七": "7", "八": "8"}

// moduleKey is the digit after g that opens a rail line.
func moduleKey(numeral string) string { return moduleKeys[numeral] }

// publicEntries is the bar of the public site; doors of modules that do not exist yet are not shown.
// The elder bar has at most four entries; Numeral carries the icon there.
func (p Page) publicEntries() []RailEntry {
	if p.Mode == "elder" {
		return []RailEntry{
			{Numeral: "megaphone", Label: "看公示", Href: "/notices", Current: p.Nav == "notices"},
			{Numeral: "message-square-text", Label: "反映问题", Href: "/requests/new", Current: p.Nav == "file"},
			{Numeral: "search", Label: "查进度", Href: "/requests/lookup", Current: p.Nav == "track"},
			{Numeral: "phone", Label: "打电话", Href: "/#phone", Current: false},
		}
	}
	return []RailEntry{
		{Label: "首页", Href: "/", Current: p.Nav == "home"},
		{Label: "公示栏", Href: "/notices", Current: p.Nav == "notices"},
		{Label: "提诉求", Href: "/requests/new", Current: p.Nav == "file"},
		{Label: "查进度", Href: "/requests/lookup", Current: p.Nav == "track"},
		{Label: "网格员", Href: "/grids", Current: p.Nav == "grids"},
		{Label: "准入清单", Href: "/items", Current: p.Nav == "items"},
		{Label: "法律依据", Href: "/laws", Current: p.Nav == "laws"},
	}
}

// barred reports whether the phone bar stays at the bottom of the window.
func (p Page) barred() bool { return len(p.PhoneBar) > 0 && !p.BarRests }

// viewport of a page; staff pages reach to the edges of a phone and keep clear of them themselves.
func viewport(bundle string) string {
	if bundle == "staff" {
		return "width=device-width, initial-scale=1, viewport-fit=cover"
	}
	return "width=device-width, initial-scale=1"
}

// printBack is where a paper came from.
func (p Page) printBack() string {
	if n := len(p.Breadcrumbs); n > 0 && p.Breadcrumbs[n-1].Href != "" {
		return p.Breadcrumbs[n-1].Href
	}
	return "/"
}

// paper is what a print is made for.
func (p Page) paper() string { return cmp.Or(p.Paper, "A4") }
