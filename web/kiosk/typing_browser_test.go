package kiosk

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"portal/internal/journey"
	"portal/web/static"
	"portal/web/view"
)

// typingPage serves the step 说一说 with the keyboard as the device sees it; an answer to the letters of held
// waits until that is closed. What is sent comes out of sent.
func typingPage(t *testing.T, words, held string, hold chan struct{}, sent chan string) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("/static/", static.Handler())
	mux.HandleFunc("POST "+pathTyping, func(w http.ResponseWriter, r *http.Request) {
		if held != "" && r.PostFormValue("typed") == held {
			<-hold
		}
		if err := (handlers{}).typing(w, r, nil); err != nil {
			w.WriteHeader(http.StatusUnprocessableEntity)
		}
	})
	mux.HandleFunc("POST "+stepPath(stepSay), func(_ http.ResponseWriter, r *http.Request) { sent <- r.PostFormValue(paramSay) })
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'self'; form-action 'self'")
		p := sayPage{stepPage: stepPage{Step: stepSay, Draft: draft{CategoryName: "楼道灯", Place: "梧桐里 5 号楼 2 单元", Words: words},
			Frame: view.Page{Title: "说情况", Street: "岚桥街道", Wordmark: "岚桥", Phone: "0000-5550100", Path: "/kiosk", Demo: true,
				Kiosk: view.KioskLook{Heading: "反映问题", Aside: "不着急，慢慢来", Proof: 120, Low: r.URL.Query().Has("low")}}},
			Typing: true, CanType: true, Modes: []view.KPick{{Name: paramMode, Value: modePick, Text: "选现成的话", Icon: "list-checks"},
				{Name: paramMode, Value: modeType, Text: "拼音打字", Icon: "keyboard", Chosen: true}}}
		if err := showSay(p).Render(r.Context(), w); err != nil {
			t.Error(err)
		}
	})
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	return srv.URL
}

// until waits for something to hold in the page.
func until(t *testing.T, b *journey.Browser, condition string) {
	t.Helper()
	if !journey.Eval[bool](b, `new Promise((done) => { let n = 0; const look = () => (`+condition+`) ? done(true) : n++ > 900 ? done(false) : requestAnimationFrame(look); look(); })`) {
		t.Fatalf("it never holds: %s; the letters read %q, the field %q", condition, b.Text("[data-ime-pinyin]"), value(b))
	}
}

func touch(b *journey.Browser, keys ...string) {
	for _, k := range keys {
		b.Tick(`[data-layer]:not([hidden]) [data-k="` + k + `"]`)
	}
}

func spell(b *journey.Browser, letters string) { touch(b, strings.Split(letters, "")...) }

const first = `document.querySelector('.cand.first')?.textContent`

func value(b *journey.Browser) string {
	return journey.Eval[string](b, `document.querySelector('[data-ime-field]').value`)
}

// shows waits for the first candidate.
func shows(t *testing.T, b *journey.Browser, text string) {
	t.Helper()
	until(t, b, first+` === '`+text+`'`)
}

// UX-K8 by real touches: words, a page further, punctuation that takes the first text, figures, ⌫ and 清空.
func TestTypingInABrowser(t *testing.T) {
	t.Parallel()
	sent := make(chan string, 1)
	b := journey.Open(t, typingPage(t, "三楼的灯不亮，", "", nil, sent), journey.Options{Size: journey.Kiosk})
	b.Go("/")
	b.Axe()
	spell(b, "weixian")
	shows(t, b, "危险")
	if got := b.Text("[data-ime-pinyin]"); got != "wei'xian" {
		t.Errorf("the letters read %q", got)
	}
	if !journey.Eval[bool](b, `document.activeElement.matches('[data-ime-field]') && document.activeElement.inputMode === 'none'`) {
		t.Error("the field has lost the focus, or would call the device's own keyboard")
	}
	b.Shot("kiosk-typing")
	b.Axe()
	b.Tick(`[data-k="next"]`)
	until(t, b, `document.querySelector('[data-k="prev"]') !== null`)
	b.Tick(`[data-k="prev"]`)
	shows(t, b, "危险")
	touch(b, "space")
	until(t, b, `document.querySelector('.cand') === null`)
	if got := value(b); got != "三楼的灯不亮，危险" {
		t.Fatalf("the field holds %q", got)
	}
	spell(b, "xiexie")
	touch(b, "。") // may come before the answer: it waits for it
	until(t, b, `document.querySelector('[data-ime-field]').value.endsWith('。')`)
	if got := value(b); got != "三楼的灯不亮，危险谢谢。" {
		t.Fatalf("the field holds %q", got)
	}
	touch(b, "back", "back", "123", "3", "号", "楼", "2", "单元", "abc")
	if got := value(b); got != "三楼的灯不亮，危险谢3号楼2单元" {
		t.Fatalf("the field holds %q", got)
	}
	if got := b.Text("#words-count"); got != "16 / 200 字" {
		t.Errorf("the counter says %q", got)
	}
	spell(b, "xi")
	touch(b, "'", "a", "n")
	shows(t, b, "西安")
	touch(b, "clear")
	until(t, b, `document.querySelector('.cand') === null`)
	if value(b) == "" {
		t.Fatal("清空 takes the letters first")
	}
	touch(b, "clear")
	if got := value(b); got != "" {
		t.Fatalf("清空 leaves %q", got)
	}
	// what a real keyboard types, and what is still open when one goes on
	b.Key("loushui")
	shows(t, b, "漏水")
	b.Key(kb.Backspace)
	until(t, b, `document.querySelector('[data-ime-pinyin]').textContent.endsWith('shu')`)
	b.Key("i ")
	until(t, b, `document.querySelector('[data-ime-field]').value === '漏水'`)
	spell(b, "xq")
	shows(t, b, "小区")
	journey.Eval[bool](b, `document.querySelector('form.kstep').requestSubmit(), true`)
	if got := <-sent; got != "漏水小区" {
		t.Errorf("%q was sent", got)
	}
}

// An answer to letters that have changed since is dropped, and letters show before any answer (UX-K4).
func TestLateAnswersAreDropped(t *testing.T) {
	t.Parallel()
	hold := make(chan struct{})
	b := journey.Open(t, typingPage(t, "", "w", hold, nil), journey.Options{Size: journey.Kiosk})
	b.Go("/")
	journey.Eval[bool](b, `window.answers = 0, window.real = fetch, window.fetch = (...a) => real(...a).then((r) => { setTimeout(() => answers++); return r; }), true`)
	spell(b, "w")
	if got := b.Text("[data-ime-pinyin]"); got != "w" {
		t.Errorf("before the answer the letters read %q", got)
	}
	spell(b, "uye")
	shows(t, b, "物业")
	close(hold)
	until(t, b, `answers === 4`)
	if got := journey.Eval[string](b, first); got != "物业" {
		t.Errorf("the answer to w replaced that to wuye: %s", got)
	}
}

// K-10 of the measures: two hundred characters and no more, whatever is chosen.
func TestTypingEndsAtTwoHundred(t *testing.T) {
	t.Parallel()
	b := journey.Open(t, typingPage(t, strings.Repeat("漏", 199), "", nil, nil), journey.Options{Size: journey.Kiosk})
	b.Go("/")
	spell(b, "weixian")
	shows(t, b, "危险")
	touch(b, "space")
	until(t, b, `document.querySelector('.cand') === null`)
	touch(b, "。")
	if got := []rune(value(b)); len(got) != 200 || string(got[198:]) != "漏危" {
		t.Errorf("the field holds %d characters", len(got))
	}
}

// Measures of UX-K8 and UX-K1, upright, lowered and on its side: nothing overlaps the bar of tools, nothing scrolls.
func TestKeysAreLargeEnough(t *testing.T) {
	t.Parallel()
	for name, at := range map[string]struct {
		size journey.Size
		path string
	}{"upright": {journey.Kiosk, "/"}, "lowered": {journey.Kiosk, "/?low"}, "side": {journey.Size{Name: "1920x1080", Width: 1920, Height: 1080}, "/"}} {
		t.Run(name, func(t *testing.T) {
			b := journey.Open(t, typingPage(t, "三楼的灯全不亮，老人晚上看不见，", "", nil, nil), journey.Options{Size: at.size})
			b.Go(at.path)
			spell(b, "womenloudaoliyoudeng")
			until(t, b, `document.querySelectorAll('.cand').length >= 4`)
			b.FitsSideways()
			b.Shot("kiosk-typing-" + name)
			small := journey.Eval[[]string](b, `[...document.querySelectorAll('.krow button')].filter((k) => k.offsetParent && (k.offsetWidth < 90 || k.offsetHeight < 96)).map((k) => k.dataset.k)`)
			if len(small) > 0 {
				t.Errorf("keys below 90 × 96 px: %v", small)
			}
			if px := journey.Eval[float64](b, `Math.min(...[...document.querySelectorAll('.cand')].map((c) => parseFloat(getComputedStyle(c).fontSize)))`); px < 44 {
				t.Errorf("candidates of %v px", px)
			}
			if n := journey.Eval[int](b, `document.querySelectorAll('.cand').length`); n < 4 || n > 5 {
				t.Errorf("%d candidates on a page", n)
			}
			gap := journey.Eval[float64](b, `(() => { const all = [...document.querySelectorAll('.krow button, .kcands button')].filter((k) => k.offsetParent).map((k) => k.getBoundingClientRect());
				let least = 99; all.forEach((a, i) => all.slice(i + 1).forEach((b) => { least = Math.min(least, Math.max(b.left - a.right, a.left - b.right, b.top - a.bottom, a.top - b.bottom)); })); return least; })()`)
			if gap < 9.99 {
				t.Errorf("keys %v px apart", gap)
			}
			if over := journey.Eval[int](b, `document.documentElement.scrollHeight - innerHeight`); over > 0 {
				t.Errorf("the page is %d px too high", over)
			}
			if text := journey.Eval[int](b, `document.querySelector('[data-ime-field]').offsetHeight`); text < 90 {
				t.Errorf("the field is %d px high", text)
			}
			if name == "lowered" {
				if top := journey.Eval[float64](b, `Math.min(...[...document.querySelectorAll('.krow button, .cand')].filter((k) => k.offsetParent).map((k) => k.getBoundingClientRect().top))`); top < 0.28*float64(at.size.Height) {
					t.Errorf("a key at %v px", top)
				}
			}
		})
	}
}

// Without script the area stands there for the device's own keyboard, and no key that would do nothing.
func TestNoKeysWithoutScript(t *testing.T) {
	t.Parallel()
	sent := make(chan string, 1)
	b := journey.Open(t, typingPage(t, "", "", nil, sent), journey.Options{Size: journey.Kiosk, NoScript: true})
	b.Go("/")
	for _, part := range []string{"[data-ime-keys][hidden]", "[data-ime-bar][hidden]"} {
		if !b.Has(part) {
			t.Errorf("no %s", part)
		}
	}
	b.Fill("#"+paramSay, "楼道灯不亮")
	b.TabTo(fmt.Sprintf("button[value=%q]", goNext))
	b.Key(kb.Enter)
	if got := <-sent; got != "楼道灯不亮" {
		t.Errorf("%q was sent", got)
	}
}
