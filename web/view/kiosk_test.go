package view

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
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

// Every kind of page of the touch device, drawn upright and on its side in all its appearances, keeps UX-K1 to
// UX-K4: sizes, gaps, the lower part, nothing to scroll, 28 px, 7:1.
func TestKioskPagesAreDrawnRight(t *testing.T) {
	mux := http.NewServeMux()
	mux.Handle("/static/", static.Handler())
	mux.HandleFunc("/{page}", func(w http.ResponseWriter, r *http.Request) {
		make, ok := kioskPages[r.PathValue("page")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		q, p := r.URL.Query(), samplePage("normal")
		p.Flash, p.Kiosk.Home = nil, r.PathValue("page") == "home"
		if !p.Kiosk.Home {
			p.Kiosk.Heading, p.Kiosk.Clock, p.Kiosk.Aside = "反映问题", "", "不着急，慢慢来"
		}
		p.FontSize, p.Kiosk.Contrast, p.Kiosk.Low = q.Get("size"), q.Get("contrast") == "1", q.Get("low") == "1"
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if err := html.Render(w, within(t, Kiosk(p), make())); err != nil {
			t.Error(err)
		}
	})
	srv := httptest.NewServer(mux)
	defer srv.Close()
	for _, size := range tallAndWide {
		b := journey.Open(t, srv.URL, journey.Options{Size: size})
		for name := range kioskPages {
			for _, look := range kioskLooks {
				b.Go("/" + name + "?" + look)
				b.KioskFits()
				if os.Getenv("PORTAL_SHOTS") != "" {
					b.Shot(fmt.Sprintf("k-%s-%s", name, look))
				}
			}
			b.Axe()
		}
	}
}
