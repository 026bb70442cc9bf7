package static_test

import (
	"context"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"portal/internal/journey"
	"portal/web/static"
	"portal/web/view"
)

// slipPage is a page of the touch device with a slip among other things, deep in boxes of which one is not shown.
func slipPage(w http.ResponseWriter, r *http.Request) {
	p := view.Page{Title: "小票", Street: "梧桐里街道", Phone: "0000-5550100", Wordmark: "梧桐", Path: "/kiosk", FontSize: r.URL.Query().Get("size"),
		Kiosk: view.KioskLook{Heading: "回执", Device: "WTL-01", Contrast: r.URL.Query().Has("contrast"), Low: r.URL.Query().Has("low"), Idle: 60, Warn: 20}}
	slip := view.KSlip(view.KSlipView{Street: "梧桐里街道", Place: "梧桐里社区一体机", Device: "WTL-01", No: "SQ-2026-1121", Code: "7KQ4-M2XH-P3T8", Matter: "楼道灯不亮，晚上看不见路，老人下楼不方便", Community: "梧桐里社区",
		Filed: "2026年11月17日 14:12", Contact: "今天 20:12 前打电话给您", Due: "11月18日 14:12 前", Phone: "0000-5550107", URL: "https://portal.example.invalid/r/3x9QmVb2R7aYk0LwZc1DfA"})
	content := templ.ComponentFunc(func(ctx context.Context, out io.Writer) error {
		if _, err := io.WriteString(out, `<h1>您的话已经收到</h1><p>电话 138****0462</p><div class="kbody"><div class="kpaper">`); err != nil {
			return err
		}
		if err := slip.Render(ctx, out); err != nil {
			return err
		}
		_, err := io.WriteString(out, `</div><p>接下来</p></div><p class="kmoves"><a class="btn" href="/kiosk">办完了</a></p>`)
		return err
	})
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if err := view.Kiosk(p).Render(templ.WithChildren(r.Context(), content), w); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

// On paper there is only the slip: one sheet of 80 mm, 72 mm of it printed, black on white whatever the screen
// looks like, the number at least 6 mm and the words at least 3.3 mm high, the code 33 mm wide, and no telephone
// of the screen (ux.md §2.6, K-4, UX-K11). On the screen nothing of it is below 28 px (UX-K1).
func TestOnlyTheSlipIsPrinted(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.Handle("/static/", static.Handler())
	mux.HandleFunc("/kiosk", slipPage)
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	v := journey.Open(t, srv.URL, journey.Options{Size: journey.Kiosk})
	const mm = `/ 96 * 25.4`
	for _, look := range []string{"/kiosk", "/kiosk?contrast=1&size=xlarge&low=1"} {
		v.Go(look)
		small := journey.Eval[[]string](v, `[...document.querySelectorAll('.slip, .slip *')].filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()) && parseFloat(getComputedStyle(e).fontSize) < 28).map((e) => e.className + e.textContent)`)
		if len(small) > 0 {
			t.Errorf("%s: small on the screen: %v", look, small)
		}
		if s := v.Printed(); s.Pages != 1 || math.Abs(s.Width-80) > 1 {
			t.Errorf("%s prints as %+v", look, s)
		}
		v.OnPaper(func() {
			v.Shot("kiosk-slip-paper")
			seen := journey.Eval[string](v, `document.body.innerText`)
			for _, outside := range []string{"138****0462", "您的话已经收到", "办完了", "叫人帮忙", "接下来", "您还在吗", "110"} {
				if strings.Contains(seen, outside) {
					t.Errorf("%s: the print says %q", look, outside)
				}
			}
			for _, inside := range []string{"SQ-2026-1121", "7KQ4-M2XH-P3T8", "楼道灯不亮", "0000-5550107", "手机扫码看进度"} {
				if !strings.Contains(seen, inside) {
					t.Errorf("%s: the print does not say %q", look, inside)
				}
			}
			for what, c := range map[string]struct {
				js     string
				lo, hi float64
			}{
				"the slip is wide":      {`document.querySelector('.slip').getBoundingClientRect().width ` + mm, 71, 72.5},
				"the slip begins left":  {`document.querySelector('.slip').getBoundingClientRect().left ` + mm, -0.1, 0.5},
				"the slip begins above": {`document.querySelector('.slip').getBoundingClientRect().top ` + mm, -0.1, 0.5},
				"the number is high":    {`parseFloat(getComputedStyle(document.querySelector('.slip-no')).fontSize) ` + mm, 6, 12},
				"words are high":        {`Math.min(...[...document.querySelectorAll('.slip *')].filter((e) => e.textContent.trim()).map((e) => parseFloat(getComputedStyle(e).fontSize))) ` + mm, 3.3, 6},
				"the code is wide":      {`document.querySelector('.slip-qr svg').getBoundingClientRect().width ` + mm, 32.9, 33.1},
				"the slip is long":      {`document.querySelector('.slip').getBoundingClientRect().height ` + mm, 100, 202},
				"colours":               {`new Set([...document.querySelectorAll('.slip, .slip *')].map((e) => getComputedStyle(e).color)).size`, 1, 1},
			} {
				if got := journey.Eval[float64](v, c.js); got < c.lo || got > c.hi {
					t.Errorf("%s: %s %.1f, want %.1f to %.1f", look, what, got, c.lo, c.hi)
				}
			}
			if got := journey.Eval[string](v, `getComputedStyle(document.querySelector('.slip-no')).color + getComputedStyle(document.querySelector('.slip')).backgroundColor`); got != "rgb(0, 0, 0)rgb(255, 255, 255)" {
				t.Errorf("%s: %s", look, got)
			}
		})
	}
}
