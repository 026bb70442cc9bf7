package view

import (
	"bytes"
	"testing"

	"github.com/a-h/templ"
	"golang.org/x/net/html"
)

// within renders a shell around content.
func within(t *testing.T, shell templ.Component, content ...templ.Component) *html.Node {
	t.Helper()
	var buf bytes.Buffer
	if err := shell.Render(templ.WithChildren(t.Context(), templ.Join(content...)), &buf); err != nil {
		t.Fatal(err)
	}
	doc, err := html.Parse(&buf)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// one finds the only node of a selector.
func one(t *testing.T, doc *html.Node, selector string) *html.Node {
	t.Helper()
	found := find(doc, selector)
	if len(found) != 1 {
		t.Fatalf("%d of %s, want 1", len(found), selector)
	}
	return found[0]
}

// samplePage is a page as web/frame fills it.
func samplePage(mode string) Page {
	return Page{
		Title: "审核 - 申请", Street: "梧桐里街道", Phone: "025-0000-0000", Hours: "周一至周五 9:00–17:30", Wordmark: "梧桐", Demo: true, SignedIn: true,
		ActorName: "林禾", ActorPost: "社区工作者", Path: "/desk/applications?state=open&q=a", Nav: "items", Mode: mode,
		Rail:        []RailEntry{{"一", "待办", "/desk/todos", 1200, true}, {"二", "准入清单", "/desk/applications", 0, false}},
		RailExtra:   []RailEntry{{"附", "消息", "/desk/inbox", 3, false}},
		Breadcrumbs: []Crumb{{"/desk/applications", "准入清单"}, {"", "第 3 件"}}, Prev: "/desk/applications/2026-46", Next: "/desk/applications/2026-48",
		Flash: &Banner{Tone: OK, Lead: "已退回补正。"},
		Kiosk: KioskLook{Home: true, Clock: "14:06", Date: "11月17日 星期二", Place: "梧桐里社区党群服务中心", Device: "WTL-01", Idle: 60, Warn: 20, Key: "kkkkkkkkkkkkkkkkkkkkkk"},
	}
}

var shells = map[string]func(Page) templ.Component{"staff": Staff, "public": Public, "kiosk": Kiosk, "print": Print}
