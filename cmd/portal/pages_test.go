package main

import (
	"testing"

	"portal/internal/journey"
)

// tours lists the pages of each role that must open, be clean for axe and fit the window.
var tours = []struct {
	login string // "" is the public
	pages []string
}{
	{"", []string{"/", "/sign-in", "/items", "/items/LZ-102", "/items?kind=assist_government&q=%E8%B0%83%E8%A7%A3", "/laws", "/no/such/page"}},
	{"admin", []string{"/desk/settings", "/desk/settings/people", "/desk/settings/people/worker.linhe", "/desk/settings/people/new", "/desk/settings/jobs",
		"/desk/settings/components", "/me/settings", "/me/sessions", "/me/second-factor", "/me/password"}},
	{"auditor", []string{"/desk/settings/audits", "/desk/settings/audits?from=infinity"}},
}

// Every page of the tours opens at the sizes people use, axe finds nothing on it and nothing scrolls sideways.
func TestPagesAreCleanForEverybody(t *testing.T) {
	s := onStreet(t)
	for _, size := range []journey.Size{journey.Staff, journey.Phone} {
		for _, tour := range tours {
			name := tour.login
			if name == "" {
				name = "public"
			}
			t.Run(name+" "+size.Name, func(t *testing.T) {
				b := s.browser(t, journey.Options{Size: size})
				if tour.login != "" {
					b = s.signedIn(t, tour.login, journey.Options{Size: size})
				}
				for i, page := range tour.pages {
					b.Go(page)
					if !b.Has("h1") {
						t.Errorf("%s has no heading", page)
					}
					b.Axe()
					b.FitsSideways()
					b.Shot(name + "-" + string(rune('a'+i)))
				}
			})
		}
	}
}
