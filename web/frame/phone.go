package frame

import (
	"strings"

	"portal/internal/authz"
	"portal/web/view"
)

// target is one of the four of the phone bar (ux.md §4.2); below are the addresses of its other pages.
type target struct {
	icon, label, href string
	below             []string
}

var targets = []target{
	{"list-checks", "待办", "/desk/todos", []string{"/desk/requests", "/desk/events", "/desk/clocks", "/desk/inbox"}},
	{"plus-circle", "上报", "/desk/events/new", nil},
	{"map", "地图", "/desk/grids", []string{"/desk/grids", "/desk/handovers", "/desk/grid-workers"}},
	{"user", "我的", "/me/settings", []string{"/me"}},
}

// phoneBar is the bar for whoever works on the move: grid workers. Exactly one target is marked where a page belongs
// to one.
func phoneBar(a authz.Actor, path string) []view.BarEntry {
	if !a.Has(authz.GridWorker) {
		return nil
	}
	out := make([]view.BarEntry, len(targets))
	at := -1
	for i, t := range targets {
		out[i] = view.BarEntry{Icon: t.icon, Label: t.label, Href: t.href, Here: path == t.href}
		if out[i].Here {
			at = i
		}
	}
	for i := 0; i < len(targets) && at < 0; i++ {
		for _, p := range targets[i].below {
			if path == p || strings.HasPrefix(path, p+"/") {
				out[i].In, at = true, i
				break
			}
		}
	}
	return out
}
