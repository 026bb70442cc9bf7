package frame

import (
	"strings"
	"testing"

	"portal/internal/authz"
)

// The phone bar of ux.md: four targets for grid workers, none for others, and one of them marked.
func TestPhoneBar(t *testing.T) {
	t.Parallel()
	worker := authz.Actor{AccountID: 1, Posts: []authz.Post{{Role: authz.GridWorker}}}
	for path, want := range map[string]string{"/desk/todos": "待办!", "/desk/requests/SQ-2026-1": "待办", "/desk/events": "待办", "/desk/events/new": "上报!", "/desk/events/SJ-2026-1/results/new": "待办",
		"/desk/grids": "地图!", "/desk/grids/320104900001001": "地图", "/desk/gridsx": "", "/me/settings": "我的!", "/me/sessions": "我的", "/desk/help": ""} {
		labels, marked := "", ""
		for _, e := range phoneBar(worker, path) {
			labels += e.Label
			if e.Here && e.In {
				t.Errorf("%s: %s is marked twice", path, e.Label)
			}
			if e.In {
				marked += e.Label
			}
			if e.Here {
				marked += e.Label + "!"
			}
		}
		if labels != "待办上报地图我的" || marked != want {
			t.Errorf("%s: %s marks %q, want %q", path, labels, marked, want)
		}
	}
	for _, r := range []authz.Role{authz.Dispatcher, authz.Leader, authz.Worker, authz.Clerk} {
		if bar := phoneBar(authz.Actor{AccountID: 1, Posts: []authz.Post{{Role: r}}}, "/desk/todos"); bar != nil {
			t.Errorf("%s has a phone bar", r)
		}
	}
	for _, x := range targets { // a target that the policy does not grant would lead nowhere
		for prefix, do := range map[string]authz.Action{"/desk/todos": authz.DeskView, "/desk/events/new": authz.FindingReport, "/desk/grids": authz.GridView, "/me": authz.OwnSettings} {
			if strings.HasPrefix(x.href, prefix) && !authz.Can(worker, do) {
				t.Errorf("a grid worker may not open %s", x.href)
			}
		}
	}
}
