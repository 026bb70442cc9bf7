package view

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
)

// hostile is what every text of a component must survive.
const hostile = `"><script>alert(1)</script><img src=x onerror=alert(1)>'`

func render(t *testing.T, c templ.Component) (string, *html.Node) {
	t.Helper()
	var buf bytes.Buffer
	if err := c.Render(context.Background(), &buf); err != nil {
		t.Fatal(err)
	}
	doc, err := html.Parse(bytes.NewReader(buf.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	return buf.String(), doc
}

func find(doc *html.Node, selector string) []*html.Node {
	return cascadia.QueryAll(doc, cascadia.MustCompile(selector))
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func words(n *html.Node) string {
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data + " ")
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(n)
	return strings.Join(strings.Fields(b.String()), " ")
}

// page is a frame full of hostile text.
func hostilePage() Page {
	return Page{Title: hostile, Street: hostile, Phone: hostile, Hours: hostile, Wordmark: hostile, Demo: true, SignedIn: true, ActorName: hostile,
		ActorPost: hostile, Path: hostile, Mode: "elder", FontSize: "large", Search: hostile,
		Rail:        []RailEntry{{Numeral: hostile, Label: hostile, Href: "javascript:alert(1)", Count: 3}},
		RailExtra:   []RailEntry{{Numeral: "附", Label: hostile, Href: hostile}},
		Breadcrumbs: []Crumb{{Href: "javascript:alert(1)", Text: hostile}, {Text: hostile}},
		Flash:       &Banner{Tone: OK, Lead: hostile, Text: hostile, Href: "javascript:alert(1)", Link: hostile}}
}

// components are all components with hostile text in every place that takes text.
func components() map[string]templ.Component {
	f := Field{Name: "title", Label: hostile, Hint: hostile, Value: hostile, Error: hostile, Max: 10, Mode: "numeric", Complete: "off", Unit: hostile}
	opts := []Option{{Value: hostile, Label: hostile, Hint: hostile, Chosen: true}}
	link := []Link{{Href: "javascript:alert(1)", Text: hostile}}
	load := Load{Name: hostile, Planned: 171, Added: 20, Cap: 160}
	check := []Check{{Name: hostile, Headline: hostile, Tone: Danger, Finding: []Piece{{Text: hostile, Hit: true}, {Text: hostile}}, Links: link, Override: "javascript:alert(1)", Overridden: hostile}}
	return map[string]templ.Component{
		"gallery": Gallery(), "history": History(hostile, []Event{{When: hostile, Head: hostile, Text: hostile}}, "javascript:alert(1)"), "staff": Staff(hostilePage()), "public": Public(hostilePage()), "kiosk": Kiosk(hostilePage()), "print": Print(hostilePage()),
		"error page": ErrorPage(hostilePage(), 500, hostile, hostile, hostile, link),
		"chip":       Chip(OK, hostile), "mark": Mark(Danger, hostile), "banner": BannerBox(*hostilePage().Flash),
		"errors": ErrorSummary([]FieldError{{Field: hostile, Message: hostile}, {Message: hostile}}),
		"empty":  Empty("inbox", hostile, hostile), "head": Head(hostile, hostile), "confirmed": Confirmed(hostile, hostile, hostile),
		"text": Text(f), "date": Date(f), "area": Area(f), "select": Select(f, opts), "radios": Radios(f, opts), "ticks": Ticks(f, opts), "file": File(f, ".pdf"),
		"key": FormKey(hostile), "hidden": Hidden("x", hostile),
		"tabs":    Tabs(hostile, []Tab{{Href: "javascript:alert(1)", Label: hostile, Count: 3, Current: true}}),
		"applied": Applied([]Tag{{Words: hostile, Href: "javascript:alert(1)"}}, "javascript:alert(1)", hostile),
		"nomatch": NoMatch(hostile, []Tag{{Words: hostile, Href: hostile}}), "pager": Pager(Pages{Prev: "javascript:alert(1)", Next: hostile, First: hostile, Words: hostile}),
		"summary": Summary([]Term{{Name: hostile, Text: hostile, Change: "javascript:alert(1)"}, {Name: hostile, Text: hostile, Href: "javascript:alert(1)", Tone: Danger}}),
		"tasks":   Tasks([]Task{{Numeral: hostile, Label: hostile, Href: "javascript:alert(1)", State: hostile}}),
		"trail":   Trail([]Event{{When: hostile, Head: hostile, Text: hostile, Now: true}}),
		"ruler":   Ruler(load), "load row": LoadRow(load), "checks": Checks(check), "mini": MiniChecks(check, hostile),
		"days":  DayCells(hostile, []DayCell{{State: "past", Label: hostile}}),
		"steps": Steps([]StepMark{{Label: hostile, Words: hostile, State: "now"}}),
		"qr":    QR(hostile, hostile), "paper": Paper(PaperHead{Issuer: hostile, Number: hostile, Title: hostile, Signed: hostile, Date: hostile, QR: hostile, QRWords: hostile}),
		"article": Article(LawText{Law: hostile, Label: hostile, Period: hostile, Paragraphs: []string{hostile}, Href: "javascript:alert(1)", State: Chipped{Warn, hostile}}),
	}
}

// No component lets text become markup, keeps a script address, or carries inline style or script.
func TestComponentsEscape(t *testing.T) {
	for name, c := range components() {
		t.Run(name, func(t *testing.T) {
			text, doc := render(t, c)
			for _, s := range find(doc, "script") {
				if !strings.HasPrefix(attr(s, "src"), "/static/") {
					t.Errorf("a script came through: %s", text)
				}
			}
			if len(find(doc, "img")) > 0 {
				t.Error("an image came through")
			}
			for _, a := range find(doc, "[href]") {
				if strings.HasPrefix(strings.ToLower(attr(a, "href")), "javascript:") {
					t.Errorf("a script address came through: %s", attr(a, "href"))
				}
			}
			var walk func(*html.Node)
			walk = func(n *html.Node) {
				for _, a := range n.Attr {
					if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
						t.Errorf("<%s> carries %s", n.Data, a.Key)
					}
				}
				for c := n.FirstChild; c != nil; c = c.NextSibling {
					walk(c)
				}
			}
			walk(doc)
		})
	}
}

// A field in error says so to every reader: message, aria-invalid, aria-describedby, and the summary leads to it.
func TestFieldSaysItsError(t *testing.T) {
	_, doc := render(t, Text(Field{Name: "funds", Label: "经费", Hint: "没有就填 0", Error: "填写随事项拨付的经费"}))
	in := find(doc, "input#f-funds")
	if len(in) != 1 || attr(in[0], "aria-invalid") != "true" {
		t.Fatal("the field does not say that it is invalid")
	}
	for _, id := range strings.Fields(attr(in[0], "aria-describedby")) {
		if len(find(doc, "#"+id)) != 1 {
			t.Errorf("aria-describedby names %s, which is not there", id)
		}
	}
	if len(find(doc, "label[for=f-funds]")) != 1 {
		t.Error("no label")
	}
	_, sum := render(t, ErrorSummary([]FieldError{{"funds", "填写随事项拨付的经费"}}))
	if a := find(sum, ".errors a"); len(a) != 1 || attr(a[0], "href") != "#f-funds" || words(a[0]) != "填写随事项拨付的经费" {
		t.Error("the summary does not lead to the field with the same words")
	}
	if n := find(sum, "[role=alert][tabindex='-1']"); len(n) != 1 {
		t.Error("the summary cannot take the focus")
	}
}

// The 负担尺 reads itself out and draws what is over in red.
func TestRuler(t *testing.T) {
	over := Load{Name: "石桥", Planned: 171, Cap: 160}
	if got := over.Words(); got != "已排 171 小时，上限 160，超 11" {
		t.Errorf("words = %s", got)
	}
	_, doc := render(t, Ruler(over))
	if len(find(doc, "rect.over")) != 1 || len(find(doc, "svg[role=img][aria-label]")) != 1 {
		t.Error("the over part or the label is missing")
	}
	_, doc = render(t, Ruler(Load{Planned: 100, Added: 20, Cap: 160}))
	if len(find(doc, "rect.over")) != 0 || len(find(doc, "rect.hatch-bg")) != 1 {
		t.Error("within the ceiling nothing is red and the added part is hatched")
	}
	if got := (Load{Planned: 1, Cap: 0}).x(5); got != "100%" {
		t.Errorf("a ceiling of 0 draws at %s", got)
	}
}

// Shells have language, one main, a skip link to it, and the current place marked.
func TestShells(t *testing.T) {
	p := Page{Title: "待办", Street: "梧桐里街道", Errors: 2, Rail: []RailEntry{{Numeral: "一", Label: "待办", Href: "/desk/todos", Current: true, Count: 1200}}}
	for name, c := range map[string]templ.Component{"staff": Staff(p), "public": Public(p)} {
		_, doc := render(t, c)
		if n := find(doc, "html[lang=zh-CN]"); len(n) != 1 {
			t.Errorf("%s: no language", name)
		}
		if len(find(doc, "main#main")) != 1 || len(find(doc, "a.skip[href='#main']")) != 1 {
			t.Errorf("%s: no way past the head", name)
		}
		if title := words(find(doc, "title")[0]); !strings.HasPrefix(title, "有 2 处需要修改 - 待办 - ") {
			t.Errorf("%s: title = %s", name, title)
		}
	}
	_, doc := render(t, Staff(p))
	if a := find(doc, ".rail a[aria-current=page]"); len(a) != 1 || !strings.Contains(words(a[0]), "999+") {
		t.Error("the rail does not mark the place or bound its figure")
	}
}

// Figures are written as people read them.
func TestFigures(t *testing.T) {
	cases := []struct{ got, want string }{
		{Thousands(18600), "18,600"}, {Thousands(999), "999"}, {Thousands(-1234567), "-1,234,567"}, {Yuan(1518000), "15,180"},
		{Yuan(1518005), "15,180.05"}, {Hours(18), "18"}, {Hours(18.5), "18.5"}, {Bounded(1000), "999+"}, {Numeral(3), "三"},
	}
	for _, c := range cases {
		if c.got != c.want {
			t.Errorf("%s, want %s", c.got, c.want)
		}
	}
}
