package view

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"portal/internal/journey"
	"portal/web/static"
)

var (
	kback = KMove{Text: "上一步", Href: "/kiosk"}
	knext = KMove{Text: "下一步", Name: "go", Value: "next"}
)

func picks(n int, hint bool) []KPick {
	out := make([]KPick, n)
	for i := range out {
		out[i] = KPick{Name: "pick", Value: itoa(i), Text: []string{"楼道灯不亮", "水管漏水", "噪声扰民", "垃圾没人清", "电瓶车上楼", "电梯坏了", "其他"}[i%7], Icon: "megaphone", Chosen: i == 1}
		if hint {
			out[i].Hint = "楼道、路灯、地下车库"
		}
	}
	return out
}

func stack(parts ...templ.Component) templ.Component { return templ.Join(parts...) }

// kioskPages are pages as the features build them: the fullest of each kind.
var kioskPages = map[string]func() templ.Component{
	"home": kioskSampleHome,
	"picks": func() templ.Component {
		return kioskSample(stack(KioskSteps([]StepMark{{"什么事", "", "now"}, {"在哪里", "", ""}, {"说一说", "", ""}, {"留电话", "", ""}}), KHead("您要说什么事？", "按一张图就行")), stack(KPicks(2, picks(7, true))), KMoves(kback, KMove{}))
	},
	"phrases": func() templ.Component {
		return kioskSample(KHead("说一说是什么情况", "楼道灯 · 槐荫里 5 幢 2 单元"), stack(KNote("warn", "有危险先打 119", "燃气漏气、有人被困，先打电话。问题照样送出。"), KPicks(2, picks(6, false))), KMoves(kback, knext))
	},
	"list": func() templ.Component {
		return kioskSample(KHead("看公示", ""), stack(KPicks(1, picks(5, true)), KPager(KMove{Text: "上一页", Href: "/kiosk"}, KMove{Text: "下一页", Href: "/kiosk"}, "第 2 页，共 3 页")), KMoves(kback, KMove{}))
	},
	"phone": func() templ.Component {
		return kioskSample(KHead("留个电话吗？", "有人会打给您。不留也行，凭小票查"), stack(KPad("digits", "phone", "1385555", KMove{})), KMoves(kback, KMove{Text: "不留电话，凭小票查", Name: "go", Value: "skip"}))
	},
	"code": func() templ.Component {
		return kioskSample(KHead("输查询码", "在小票上，12 个字"), stack(KPad("code", "code", "7KQ4M2XH", KMove{})), KMoves(kback, KMove{Text: "查", Name: "go", Value: "find"}))
	},
	"call": func() templ.Component {
		return kioskSample(KHead("已经叫人了", "您填的内容还在"), KWait("/kiosk", "waiting", "info", "已经告诉槐荫社区的工作人员", "请在机器旁边等一等。谁来，这里会写出来。"), KMoves(KMove{}, KMove{Text: "接着办", Href: "/kiosk"}))
	},
}

var (
	tallAndWide = []journey.Size{journey.Kiosk, journey.KioskWide}
	kioskLooks  = []string{"", "contrast=1", "size=large", "size=xlarge", "low=1", "low=1&size=xlarge&contrast=1"}
)

// serveKiosk shows the sample pages of the touch device.
func serveKiosk(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("/static/", static.Handler())
	mux.HandleFunc("/{page}", func(w http.ResponseWriter, r *http.Request) {
		page, ok := kioskPages[r.PathValue("page")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		q, p := r.URL.Query(), samplePage("normal")
		p.Flash, p.Kiosk.Home = nil, r.PathValue("page") == "home"
		if !p.Kiosk.Home {
			p.Kiosk.Heading, p.Kiosk.Clock, p.Kiosk.Aside = "反映问题", "", "不着急，慢慢来"
		}
		p.Kiosk.Proof = 120 // no server is there to prove a key to
		p.FontSize, p.Kiosk.Contrast, p.Kiosk.Low = q.Get("size"), q.Get("contrast") == "1", q.Get("low") == "1"
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if err := html.Render(w, within(t, Kiosk(p), page())); err != nil {
			t.Error(err)
		}
	})
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	return srv.URL
}

// Every kind of page of the touch device, drawn upright and on its side in all its appearances, keeps UX-K1 to
// UX-K4: sizes, gaps, the lower part, nothing to scroll, 28 px, 7:1.
func TestKioskPagesAreDrawnRight(t *testing.T) {
	base := serveKiosk(t)
	for _, size := range tallAndWide {
		b := journey.Open(t, base, journey.Options{Size: size})
		for name := range kioskPages {
			for _, look := range kioskLooks {
				b.Go("/" + name + "?" + look)
				b.KioskFits()
				b.Shot("k-" + name + "-" + look)
			}
			b.Axe()
		}
	}
}

// Keys type into their field at once and as fast as one can, without a form being sent (UX-K4).
func TestPadTypes(t *testing.T) {
	b := journey.Open(t, serveKiosk(t), journey.Options{Size: journey.Kiosk})
	b.Go("/phone")
	const press = `((...keys) => { keys.forEach((k) => document.querySelector('.kkey[value="' + k + '"]').click()); return document.querySelector('[data-field]').value; })`
	for _, c := range []struct{ keys, want string }{{`'back', '1', '1'`, "13855511"}, {`'2', '2', '2', '2', '2'`, "13855511222"}, {`'clear', '0', 'back', 'back'`, ""}} {
		if got := journey.Eval[string](b, press+"("+c.keys+")"); got != c.want {
			t.Errorf("%s gives %q, want %q", c.keys, got, c.want)
		}
	}
	if b.Path() != "/phone" || !journey.Eval[bool](b, `document.activeElement.matches('[data-field]')`) {
		t.Error("a key sends the form, or a scanner would type nowhere")
	}
}

// Keys without script: digits and letters of the pad, back and clear; what is no key changes nothing, and no
// field grows beyond its length.
func TestKeyed(t *testing.T) {
	cases := []struct{ kind, value, key, want string }{
		{"digits", "138", "0", "1380"}, {"digits", "138", "back", "13"}, {"digits", "", "back", ""}, {"digits", "138", "clear", ""},
		{"digits", "13812345678", "9", "13812345678"}, {"digits", "1", "A", "1"}, {"digits", "1", "12", "1"}, {"digits", "1", "<b>", "1"}, {"digits4", "0462", "1", "0462"},
		{"code", "7KQ", "4", "7KQ4"}, {"code", "7KQ", "Z", "7KQZ"}, {"code", "7KQ", "O", "7KQ"}, {"code", "7KQ", "U", "7KQ"}, {"code", "临-7", "back", "临-"}, {"none", "1", "1", "1"},
	}
	for _, c := range cases {
		if got := KKeyed(c.kind, c.value, c.key); got != c.want {
			t.Errorf("%s %q + %q = %q, want %q", c.kind, c.value, c.key, got, c.want)
		}
	}
}

// A pad has every key once as a button of the form, its field is not remembered by the browser, and Enter means
// the last move and not the first key. The letters of a code are the 32 of a receipt.
func TestPad(t *testing.T) {
	for kind, keys := range map[string]int{"digits": 12, "digits4": 12, "enrol": 12, "code": 34} {
		doc := within(t, KPad(kind, "field", hostile, KMove{Text: "查", Name: "go", Value: "find"}))
		if n := len(find(doc, ".kkey[type=submit][name=key]")); n != keys {
			t.Errorf("%s has %d keys, want %d", kind, n, keys)
		}
		first := find(doc, "button")[0]
		if attr(first, "name") != "go" || attr(first, "tabindex") != "-1" || attr(one(t, doc, "input[data-field]"), "autocomplete") != "off" || attr(one(t, doc, "input[data-field]"), "value") != hostile {
			t.Errorf("%s: Enter presses %q", kind, attr(first, "value"))
		}
	}
	if n := len(kpads["code"].keys); n != 32 {
		t.Errorf("%d letters in a code", n)
	}
}

// Choices, moves and the slip let no markup and no foreign address through, and a move without words is absent.
func TestKioskPartsEscape(t *testing.T) {
	doc := within(t, stack(KHead(hostile, hostile), KPicks(9, []KPick{{Href: "javascript:x", Text: hostile, Hint: hostile}, {Name: hostile, Value: hostile, Text: hostile, Chosen: true}}), KNote(hostile, hostile, hostile),
		KMoves(KMove{}, KMove{Text: hostile, Href: "//evil.example"}), KPager(KMove{}, KMove{}, hostile), KFacts(nil), KSlip(KSlipView{Street: hostile, No: hostile, Code: hostile, Matter: hostile, Phone: hostile, URL: hostile})))
	if n := len(find(doc, "script, b b, .kback, .kpager .btn, .kfacts")); n != 0 {
		t.Errorf("%d of what must not be there", n)
	}
	for _, a := range find(doc, "a") {
		if attr(a, "href") != "#" {
			t.Errorf("address %q", attr(a, "href"))
		}
	}
	if n := len(find(doc, ".slip dd")); n != 1 {
		t.Errorf("the slip shows %d lines for one that is known", n)
	}
	one(t, within(t, KSlip(KSlipView{Provisional: true, Street: "梧桐里街道"})), ".slip.provisional")
}

// A page that waits says how long in three places: for the script, without script, and in its question (UX-K5).
func TestKioskTimeOut(t *testing.T) {
	p := samplePage("normal")
	p.Kiosk.Form, p.Path = true, "/kiosk/requests/new/say?mode=type"
	doc := within(t, Kiosk(p))
	body := one(t, doc, "body")
	if attr(body, "data-idle") != "60" || attr(body, "data-warn") != "20" || words(one(t, doc, "dialog [data-stay]")) != "我还在填" || attr(one(t, doc, "dialog form"), "action") != "/kiosk/leave" {
		t.Error("times or words of the question")
	}
	said := func() string {
		var out strings.Builder
		if err := p.refresh().Render(t.Context(), &out); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	const waits = `<noscript><meta http-equiv="refresh" content="60; url=/kiosk/idle?back=%2Fkiosk%2Frequests%2Fnew%2Fsay%3Fmode%3Dtype&amp;form=1"></noscript>`
	if got := said(); got != waits {
		t.Errorf("refresh %s", got)
	}
	p.Path = `/kiosk?x="><script>alert(1)</script>`
	if got := said(); strings.ContainsAny(got[len(`<noscript><meta http-equiv="refresh" content="`):len(got)-len(`"></noscript>`)], `"<>' `[:4]) {
		t.Errorf("an address breaks out: %s", got)
	}
	p.Kiosk.Idle = 0
	if doc := within(t, Kiosk(p)); len(find(doc, "dialog")) != 0 || said() != "" {
		t.Error("the start page does not wait for ever")
	}
}
