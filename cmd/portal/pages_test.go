package main

import (
	"fmt"
	"strings"
	"testing"

	"portal/internal/journey"
)

// tours lists the pages of each role that must open, be clean for axe and fit the window.
var tours = []struct {
	login string // "" is the public
	pages []string
}{
	{"", []string{"/", "/?mode=elder", "/sign-in", "/items", "/items?mode=elder", "/items/LZ-102", "/items/LZ-038?on=2026-05-01", "/items/LZ-102?mode=elder", "/items/2026-1",
		"/items?kind=assist_government&q=%E8%B0%83%E8%A7%A3", "/items?q=%E4%B8%8D%E5%AD%98%E5%9C%A8%E7%9A%84", "/items/day?on=2025-06-01&community=320104900001", "/items/negative",
		"/laws", "/laws/urban-residents-committee-organization-law", "/laws/urban-residents-committee-organization-law/20?on=2025-12-31",
		"/laws/noise-pollution-law/70?on=2026-09-01", "/accessibility", "/privacy", "/no/such/page",
		"/grids", "/grids?q=hxy", "/grids?q=%E6%B2%A1%E6%9C%89%E8%BF%99%E4%B8%AA%E5%B0%8F%E5%8C%BA", "/grids?mode=elder", "/grids/compounds?name=%E6%A7%90%E9%A6%99%E8%8B%91", "/grids/buildings/5", "/grids/buildings/5?mode=elder",
		"/grids/320104900001003", "/grids/320104900006003", "/grids/320104900001003/card", "/grids/map"}},
	{"", []string{"/requests/new", "/requests/new/what?mode=elder", "/requests/lookup", "/requests/figures", "/requests/figures?mode=elder", "/r/{token}", "/r/{token}?mode=elder", "/r/{token}/receipt", "/r/{token}/clock",
		"/r/{donetoken}", "/r/{overtoken}", "/notices", "/notices?mode=elder", "/notices?state=ended", "/notices?q=%E6%B2%A1%E6%9C%89", "/notices/{notice}", "/notices/{notice}?mode=elder",
		"/notices/{changed}", "/notices/{changed}/versions/1", "/notices/{notice}/objections/new", "/notices/{notice}/objections/new?mode=elder"}},
	{"admin", []string{"/desk/settings", "/desk/settings/people", "/desk/settings/people/worker.linhe", "/desk/settings/people/new", "/desk/settings/jobs",
		"/desk/settings/components", "/desk/settings/calendars", "/desk/settings/limits", "/desk/settings/limits/hour_price_fen", "/desk/imports", "/me/settings", "/me/sessions", "/me/second-factor", "/me/password"}},
	{"auditor", []string{"/desk/settings/audits", "/desk/settings/audits?from=infinity", "/desk/todos", "/desk/applications"}},
	{"reviewer", []string{"/desk/todos", "/desk/inbox", "/desk/help", "/desk/search?q=%E8%80%81%E4%BA%BA", "/desk/applications", "/desk/applications?tab=all", "/desk/applications/2026-25",
		"/desk/applications/2026-27/checks/funds", "/desk/applications/2026-27/history", "/desk/applications/2026-27/print", "/desk/applications/2026-1", "/desk/lists", "/desk/lists/self_governance",
		"/desk/lists/difference?from=2025-12-31&to=2026-01-01", "/desk/lists/day?on=2026-03-12&community=320104900001", "/desk/items/LZ-038", "/deadlines/1", "/desk/tasks", "/desk/tasks/2026-1"}},
	{"dept.chengguan", []string{"/desk/todos", "/desk/applications", "/desk/applications/2026-25", "/desk/refusals"}},
	{"secretary.huaiyin", []string{"/desk/todos", "/desk/applications", "/desk/tasks", "/desk/tasks/2026-1", "/desk/refusals/refuse-2026-1", "/desk/refusals/refuse-2026-1/print", "/desk/refusal-check"}},
	{"worker.linhe", []string{"/desk/todos", "/desk/tasks/new", "/desk/refusals", "/desk/refusals/return-2026-1/print"}},
	{"legality", []string{"/desk/todos", "/desk/settings/clauses"}},
	{"clerk", []string{"/desk/todos"}},
	{"dispatcher", []string{"/desk/todos", "/desk/grids", "/desk/grids?view=list", "/desk/grids?day=2021-06-01&community=320104900006&grid=320104900006003", "/desk/grids/320104900006002",
		"/desk/grids/320104900006002/history", "/desk/grids/320104900001003/assignments", "/desk/grids/320104900001003/team", "/desk/grids/320104900001003/board", "/desk/grids/changes/new?community=320104900001",
		"/desk/grids/changes/new?kind=split&grid=320104900001001", "/desk/grids/changes/new?kind=merge&community=320104900001", "/desk/grids/import", "/desk/imports", "/desk/grids/load", "/desk/grids/answers",
		"/desk/grids/answers?q=%E6%A7%90%E9%A6%99%E8%8B%91&day=2021-06-01", "/desk/grids/answers?building=5&day=2021-06-01", "/desk/grids/answers/print?building=5&day=2021-06-01", "/desk/handovers",
		"/desk/grid-workers", "/desk/grid-workers/new", "/desk/grid-workers/2", "/desk/grid-workers/2/leave", "/desk/grid-workers/2/bulk"}},
	{"grid.huaiyin1", []string{"/desk/todos", "/desk/grids", "/desk/grids/320104900001001", "/desk/handovers"}},
	{"dispatcher", []string{"/desk/todos", "/desk/requests", "/desk/requests?tab=late", "/desk/requests?tab=near", "/desk/requests?tab=open", "/desk/requests?tab=disputed", "/desk/requests?tab=parked", "/desk/requests?tab=handled", "/desk/requests?tab=all",
		"/desk/requests?tab=all&category=0601&q=%E7%9B%B2%E9%81%93", "/desk/requests?q=%E6%B2%A1%E6%9C%89%E8%BF%99%E5%8F%A5", "/desk/requests/bulk", "/desk/requests/{desk}", "/desk/requests/{desk}/dispatches/new", "/desk/requests/{desk}/answers/new",
		"/desk/requests/{desk}/exclusions/new", "/desk/requests/{disputed}", "/desk/requests/{disputed}/rulings/new", "/desk/requests/{unit}", "/desk/requests/{unit}/parkings/new", "/desk/requests/{unit}/merge", "/desk/requests/{unit}/history",
		"/desk/requests/{parked}", "/desk/requests/{over}", "/desk/requests/figures", "/desk/requests/figures/solved", "/desk/requests/figures/excluded", "/desk/categories", "/desk/categories/0601", "/desk/routes", "/desk/routes/new", "/desk/requests?tab=all&urgency=emergency", "/desk/whistles/new?order={unit}",
		"/desk/causes", "/desk/causes/{cause}", "/desk/events", "/desk/events/{finding}/verifications/new", "/desk/whistles", "/desk/whistles/new", "/desk/whistles/{whistle}", "/desk/notices", "/desk/inbox"}},
	{"leader", []string{"/desk/todos", "/desk/requests", "/desk/requests/{longer}", "/desk/requests/{longer}/extensions/decisions/new", "/desk/requests/{excluded}/exclusions/decisions/new", "/desk/whistles/{draftwhistle}", "/desk/whistles/{whistle}/history", "/desk/objections", "/desk/limits", "/desk/limits/new"}},
	{"dept.chengguan", []string{"/desk/requests", "/desk/requests?tab=all", "/desk/requests/{new}", "/desk/requests/{unit}", "/desk/requests/{unit}/clocks", "/desk/requests/{unit}/calls/new", "/desk/requests/{unit}/visits/new", "/desk/requests/{unit}/results/new",
		"/desk/requests/{unit}/photos/new", "/desk/requests/{unit}/categories/new", "/desk/requests/{new}/disputes/new", "/desk/requests/{unit}/helps/new", "/desk/requests/{unit}/extensions/new", "/desk/requests/{unit}/reveal", "/desk/requests/{parked}/resumptions/new", "/desk/requests/{done}",
		"/desk/clocks/{clock}", "/desk/events/{finding}", "/desk/events/{finding}/history", "/desk/whistles", "/desk/whistles/{whistle}"}},
	{"dept.minzheng", []string{"/desk/todos", "/desk/requests/{helped}", "/desk/requests/{helped}/helps/answers/new"}},
	{"callback", []string{"/desk/todos", "/desk/callbacks", "/desk/callbacks/{done}", "/desk/callbacks/{over}", "/desk/requests/figures"}},
	{"clerk", []string{"/desk/requests/new", "/desk/requests", "/desk/requests/{unit}/receipt"}},
	{"clerk", []string{"/desk/agencies", "/desk/agencies/{errand-clerk-waits}", "/desk/agencies/{errand-clerk-runs}", "/desk/agencies/{errand-clerk-returns}", "/desk/agencies/{errand-clerk-over}"}},
	{"worker.huaiyin", []string{"/desk/agencies", "/desk/requests/{errandcase}/agency"}},
	{"secretary.huaiyin", []string{"/desk/agencies", "/desk/agencies/{errand-worker.huaiyin-runs}"}},
	{"worker.huaiyin", []string{"/desk/todos", "/desk/requests", "/desk/requests/{town}", "/desk/requests/{grid}", "/desk/events", "/desk/events/{hazard}", "/desk/notices", "/desk/notices/new", "/desk/notices/{draft}/edit"}},
	{"secretary.huaiyin", []string{"/desk/todos", "/desk/requests", "/desk/causes", "/desk/whistles/new", "/desk/notices", "/desk/notices?tab=draft", "/desk/notices/new?blank=1", "/desk/notices/{draft}", "/desk/notices/{draft}/edit", "/desk/notices/{notice}",
		"/desk/notices/{notice}/history", "/desk/notices/{notice}/withdrawals/new", "/desk/notices/{notice}/postings/new", "/desk/objections", "/desk/objections/{objection}"}},
	{"grid.huaiyin1", []string{"/desk/requests", "/desk/requests/{grid}", "/desk/requests/{grid}/calls/new", "/desk/events", "/desk/events?tab=all", "/desk/events/new", "/desk/events/{solved}", "/desk/events/{hazard}"}},
	{"auditor", []string{"/desk/requests", "/desk/requests/figures", "/desk/objections"}},
}

// Every page of the tours opens at the sizes people use, axe finds nothing on it and nothing scrolls sideways.
func TestPagesAreCleanForEverybody(t *testing.T) {
	s := onStreet(t)
	known := s.known(t)
	for _, size := range []journey.Size{journey.Staff, journey.Phone} {
		for n, tour := range tours {
			name := fmt.Sprintf("%02d-%s", n, tour.login)
			if tour.login == "" {
				name += "public"
			}
			t.Run(name+" "+size.Name, func(t *testing.T) {
				b := s.browser(t, journey.Options{Size: size})
				if tour.login != "" {
					b = s.signedIn(t, tour.login, journey.Options{Size: size})
				}
				for i, page := range tour.pages {
					page = known.Replace(page)
					b.Go(page)
					if head := b.Text("h1"); head == "" || strings.Contains(head, "没有找到") != strings.HasPrefix(page, "/no/such") {
						t.Errorf("%s opens as %q", page, head)
					}
					b.Axe()
					b.FitsSideways()
					b.Shot(fmt.Sprintf("%s-%02d", name, i))
				}
			})
		}
	}
}

// Papers for the printer open on the screen too; on a phone a sheet of A4 is wider than the window, as paper is.
func TestPapersAreClean(t *testing.T) {
	s := onStreet(t)
	known := s.known(t)
	for login, page := range map[string]string{"": "/notices/{notice}/print", "secretary.huaiyin": "/desk/notices/{draft}/print", "clerk": "/desk/agencies/{errand-clerk-runs}/letter", "worker.huaiyin": "/desk/agencies/{errand-worker.huaiyin-runs}/documents"} {
		b := s.browser(t, journey.Options{Size: journey.Staff})
		if login != "" {
			b = s.signedIn(t, login, journey.Options{Size: journey.Staff})
		}
		b.Go(known.Replace(page))
		if !b.Has(".paper h1") {
			t.Errorf("%s is no paper", page)
		}
		b.Axe()
		b.FitsSideways()
		b.Shot("paper-" + login)
	}
}
