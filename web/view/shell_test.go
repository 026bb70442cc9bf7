package view

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// Every shell has its language, one title, one h1, one main to skip to, and headings in order (ux.md §8).
func TestShellsAreSoundDocuments(t *testing.T) {
	for name, shell := range shells {
		for _, mode := range []string{"normal", "elder"} {
			doc := within(t, shell(samplePage(mode)), Gallery())
			if lang := attr(one(t, doc, "html"), "lang"); lang != "zh-CN" {
				t.Errorf("%s: lang %q", name, lang)
			}
			if title := words(one(t, doc, "title")); !strings.HasPrefix(title, "审核 - 申请 - 梧桐里街道") {
				t.Errorf("%s: title %q", name, title)
			}
			one(t, doc, "h1")
			one(t, doc, "main#main")
			last := 0
			for _, h := range find(doc, "main h1, main h2, main h3, main h4") {
				level := int(h.Data[1] - '0')
				if level > last+1 {
					t.Errorf("%s: %s %q after level %d", name, h.Data, words(h), last)
				}
				last = level
			}
			checkPlain(t, name, doc)
		}
	}
}

// checkPlain holds what the Content-Security-Policy asks: no inline style, script or handler (reliability.md rule 7);
// and every id is there once, every reference leads somewhere.
func checkPlain(t *testing.T, name string, doc *html.Node) {
	t.Helper()
	ids := map[string]bool{}
	for _, n := range find(doc, "*") {
		for _, a := range n.Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
				t.Errorf("%s: <%s %s=%q>", name, n.Data, a.Key, a.Val)
			}
		}
		if n.Data == "script" && attr(n, "src") == "" {
			t.Errorf("%s: inline script", name)
		}
		if id := attr(n, "id"); id != "" {
			if ids[id] {
				t.Errorf("%s: id %q twice", name, id)
			}
			ids[id] = true
		}
	}
	for _, key := range []string{"for", "aria-describedby", "aria-labelledby"} {
		for _, n := range find(doc, "["+key+"]") {
			for _, id := range strings.Fields(attr(n, key)) {
				if !ids[id] {
					t.Errorf("%s: <%s %s=%q> leads nowhere", name, n.Data, key, id)
				}
			}
		}
	}
}

func TestStaffShell(t *testing.T) {
	p := samplePage("normal")
	p.ShortcutsOff, p.Errors, p.FontSize = true, 3, "large"
	doc := within(t, Staff(p))
	if got := words(one(t, doc, "title")); !strings.HasPrefix(got, "有 3 处需要修改 - 审核") {
		t.Errorf("title %q does not begin with the errors", got)
	}
	if attr(one(t, doc, "body"), "data-shortcuts") != "off" || attr(one(t, doc, "html"), "class") != "size-large" {
		t.Error("shortcuts or size not told to the page")
	}
	rail := find(doc, ".rail a")
	if len(rail) != 3 || attr(rail[0], "aria-current") != "page" || attr(rail[0], "data-module") != "1" || attr(rail[2], "data-module") != "" {
		t.Errorf("rail of %d lines", len(rail))
	}
	if got := words(rail[0]); !strings.Contains(got, "999+") {
		t.Errorf("figure of the rail %q is not bounded", got)
	}
	if strings.ContainsAny(words(rail[1]), "0123456789") {
		t.Errorf("a line with nothing waiting shows a figure: %q", words(rail[1]))
	}
	for _, sel := range []string{".skip[href='#main']", ".doubleline", ".demo", "form[role=search] label", "a[data-help]", "form[action='/sign-out'][method=post]", "#idle[role=status][hidden]", "[data-prev]", "[data-next]", ".banner.tone-ok"} {
		one(t, doc, sel)
	}
	if attr(one(t, doc, ".look input[name=back]"), "value") != p.Path || len(find(doc, ".look button[aria-pressed=true]")) != 1 {
		t.Error("字号 does not lead back to this page, or has not one choice")
	}
	if !strings.Contains(words(one(t, doc, "footer")), p.Phone) {
		t.Error("no telephone in the foot (3.2.6)")
	}
}

func TestPublicShell(t *testing.T) {
	doc := within(t, Public(samplePage("normal")))
	if attr(one(t, doc, ".bar a[aria-current=page]"), "href") != "/items" || len(find(doc, "button[value=elder]")) != 1 {
		t.Error("the bar or the way to 长辈版")
	}
	one(t, doc, "button[data-aloud][hidden]") // shows only where there is a voice
	p := samplePage("elder")
	doc = within(t, Public(p))
	if n := len(find(doc, ".bar a")); n == 0 || n > 4 {
		t.Errorf("长辈版 has %d entries, at most 4", n)
	}
	if attr(one(t, doc, "body"), "class") != "elder" || !strings.Contains(words(one(t, doc, "button[value=normal]")), "回普通版") {
		t.Error("no way back to 普通版")
	}
	p.Demo = false
	if doc := within(t, Public(p)); len(find(doc, ".demo")) != 0 {
		t.Error("演示数据 outside the demo")
	}
}

func TestKioskShell(t *testing.T) {
	p := samplePage("normal")
	doc := within(t, Kiosk(p))
	if n := len(find(doc, "header a, header button, header input")); n != 0 {
		t.Errorf("%d targets in the head band (UX-K2)", n)
	}
	var names []string
	for _, n := range find(doc, ".tools > a, .tools > button") {
		names = append(names, words(n))
	}
	if want := []string{"颜色加深", "字再大些", "按钮放低", "念给我听", "叫人帮忙"}; !slices.Equal(names, want) {
		t.Errorf("tools on the start page %v (UX-K3)", names)
	}
	p.Kiosk.Home, p.Kiosk.Contrast, p.Kiosk.Low, p.FontSize = false, true, true, "large"
	doc = within(t, Kiosk(p))
	if words(one(t, doc, ".tools > a[href='/kiosk']")) != "回首页" || attr(one(t, doc, "body"), "class") != "kiosk contrast low" || attr(one(t, doc, ".tools button[name=size]"), "value") != "xlarge" {
		t.Error("tools elsewhere, or the looks kept")
	}
	if attr(one(t, doc, ".tools"), "autocomplete") != "off" || attr(one(t, doc, ".tools button[name=low]"), "value") != "0" {
		t.Error("the bar keeps what was typed, or cannot be undone")
	}
	tiles := within(t, Tiles([]Tile{{"/kiosk/requests/new/1", "megaphone", "反映问题", hostile, true}, {"javascript:alert(1)", "x", hostile, "", false}}))
	if len(find(tiles, "script, b b")) != 0 || attr(find(tiles, ".tile")[1], "href") != "#" {
		t.Error("tiles let markup or addresses through")
	}
	if got := words(one(t, within(t, KioskSteps([]StepMark{{"什么事", "", "done"}, {"在哪里", "", "now"}})), "[aria-current=step]")); got != "2 在哪里" {
		t.Errorf("current question %q", got)
	}
}

// What the tests of all components do not cover: the kiosk's own words, the neighbours, and addresses.
func TestShellsEscape(t *testing.T) {
	p := hostilePage()
	p.Prev, p.Next = "//evil.example", "data:text/html,x"
	p.Rail[0].Href, p.Flash.Href = `\\evil.example`, "vbscript:x"
	p.Kiosk = KioskLook{Heading: hostile, Place: hostile, Device: hostile, Aside: hostile, Idle: 60, Key: hostile}
	for name, shell := range shells {
		doc := within(t, shell(p))
		checkPlain(t, name, doc)
		for _, a := range find(doc, "a[href], form[action]") {
			if to := attr(a, "href") + attr(a, "action"); strings.HasPrefix(to, "//") || strings.ContainsAny(to, ":\\") && !strings.HasPrefix(to, "/") {
				t.Errorf("%s: address %q", name, to)
			}
		}
	}
}

func TestSafe(t *testing.T) {
	for in, want := range map[string]string{
		"/items?q=a:b": "/items?q=a:b", "?page=2&t=1:2": "?page=2&t=1:2", "#f-name": "#f-name", "https://flk.npc.gov.cn/x": "https://flk.npc.gov.cn/x", "tel:025": "tel:025", "items/2026-47": "items/2026-47", "": "",
		"javascript:alert(1)": "#", "JaVaScRiPt:x": "#", " javascript:x": "#", "java\nscript:x": "#", "//evil.example/x": "#", `/\evil.example`: "#", "/\t/evil.example": "#", "data:text/html,x": "#",
	} {
		if got := string(safe(in)); got != want {
			t.Errorf("safe(%q) = %q, want %q", in, got, want)
		}
	}
}
