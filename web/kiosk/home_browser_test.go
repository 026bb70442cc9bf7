package kiosk

import (
	"strings"
	"testing"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/journey"
	"portal/web/form"
)

// appearances that a resident may choose: the three appearances, 按钮放低, and all of them together.
var appearances = []struct {
	name string
	look look
}{
	{"standard", look{}},
	{"contrast", look{Contrast: true}},
	{"large", look{Size: "large"}},
	{"xlarge", look{Size: "xlarge"}},
	{"low", look{Low: true}},
	{"low-contrast-xlarge", look{Low: true, Contrast: true, Size: "xlarge"}},
}

// wear presses the tools until the pages look so; it ends on the start page within the visit.
func wear(b *journey.Browser, l look) {
	b.Go(pathLook)
	on := func(name string, want bool) {
		if want {
			b.Click(".tools [name=" + name + "][value='1']")
		}
	}
	on("contrast", l.Contrast)
	on("low", l.Low)
	for range map[string]int{"": 0, "large": 1, "xlarge": 2}[l.Size] {
		b.Click(".tools [name=size]")
	}
}

// The start page and the pages around it keep every measure of chapter 3, upright and on its side, in every
// appearance, as they are drawn.
func TestHomeIsDrawnRight(t *testing.T) {
	m := device(t)
	base := m.serve()
	for _, size := range []journey.Size{journey.Kiosk, journey.KioskWide} {
		b := m.browser(t, base, journey.Options{Size: size})
		for _, l := range appearances {
			m.visit(b)
			wear(b, l.look)
			b.KioskFits()
			b.Shot("home-" + l.name)
			b.Click(".tools .call")
			b.See("已经叫人了")
			b.KioskFits()
			b.Shot("call-" + l.name)
			b.Go(pathIdle + "?form=1&" + query("back", pathGrids))
			b.KioskFits()
			b.Shot("idle-" + l.name)
		}
		m.visit(b)
		b.Go(pathLook)
		b.Axe()
	}
}

// A page without touches asks, one touch goes on, and nobody answering ends the visit; the time of the page is
// shortened here, its course is the same (UX-K5).
func TestIdleAsksAndLeaves(t *testing.T) {
	m := device(t)
	b := m.browser(t, m.serve(), journey.Options{Size: journey.Kiosk})
	open := func() {
		b.Go(pathCalls)
		journey.Eval[bool](b, `new Promise((done) => { document.body.dataset.idle = '0.3'; const wait = setInterval(() => { if (document.getElementById('idle').open) { clearInterval(wait); done(true); } }, 20); })`)
	}
	open()
	b.See("您还在吗？", "我还在看")
	b.KioskFits()
	b.Shot("idle-dialog")
	b.Axe()
	stayed := journey.Eval[bool](b, `new Promise((done) => { document.body.dataset.idle = '60'; document.querySelector('[data-stay]').click(); done(!document.getElementById('idle').open); })`)
	if !stayed || b.Path() != pathCalls {
		t.Error("我还在看 does not stay")
	}
	token := m.visitToken
	open()
	b.Until("the visit has ended", `document.body.dataset.warn = '0.3', location.pathname === '/kiosk'`)
	if _, err := m.deps.Kiosks.Open(t.Context(), m.cookie, token); fault.KindOf(err) != fault.KindNotFound {
		t.Errorf("the visit goes on after the countdown: %v", err)
	}
}

// A touch counts once within 600 ms, keys type as fast as one can, and a touch on a page that has just come by a
// touch is the same touch (UX-K4).
func TestOneTouchCountsOnce(t *testing.T) {
	m := device(t)
	b := m.browser(t, m.serve(), journey.Options{Size: journey.Kiosk})
	b.Go(pathLook)
	const touches = `((type, n) => { let seen = 0; const door = document.querySelector('.tile'); door.addEventListener('click', (e) => { seen++; e.preventDefault(); });
  for (let i = 0; i < n; i++) door.dispatchEvent(new PointerEvent('click', { bubbles: true, cancelable: true, pointerType: type })); return seen; })`
	if got := journey.Eval[int](b, touches+`('mouse', 3)`); got != 1 {
		t.Errorf("three touches at once count %d times", got)
	}
	if !journey.Eval[bool](b, `document.querySelector('.tile').classList.contains('touched')`) {
		t.Error("a touch is not seen")
	}
	if got := journey.Eval[int](b, `(() => { performance.now = () => 300; return `+touches+`('touch', 1); })()`); got != 0 {
		t.Error("a touch goes through to the page that it brought")
	}
}

// 念给我听 is there only with a Chinese voice of the machine, reads title and choices, and a second touch stops
// (UX-K9); the voices here are a stub.
func TestAloud(t *testing.T) {
	m := device(t)
	b := m.browser(t, m.serve(), journey.Options{Size: journey.Kiosk})
	b.Go(pathLook)
	const button = `.tools [data-aloud]`
	if !journey.Eval[bool](b, `document.querySelector('`+button+`').hidden`) {
		t.Error("念给我听 is shown without a voice")
	}
	b.BeforePages(`window.said = []; window.stopped = 0; let speaking = false;
Object.defineProperty(window, 'speechSynthesis', { value: { get speaking() { return speaking; }, getVoices: () => window.voices, addEventListener() {}, speak(u) { speaking = true; window.said.push(u.text); window.spoken = u.voice.lang; }, cancel() { speaking = false; window.stopped++; } } });
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
window.voices = [{ lang: 'en-US', localService: true }, { lang: 'zh-CN', localService: false }, { lang: 'cmn', localService: false }];
const near = new URLSearchParams(location.search).get('voice');
if (near) window.voices.push({ lang: near, localService: true });`)
	b.Go(pathLook)
	if !journey.Eval[bool](b, `document.querySelector('`+button+`').hidden`) {
		t.Error("a voice that is not of this machine is used")
	}
	for _, lang := range []string{"zh-CN", "zh_CN", "cmn", "cmn-latn-pinyin", "zh"} { // Chromium, Windows, espeak-ng
		b.Go(pathLook + "?" + query("voice", lang))
		if journey.Eval[bool](b, `document.querySelector('`+button+`').hidden`) {
			t.Errorf("a voice of this machine, %s, is not taken", lang)
			continue
		}
		said := journey.Eval[string](b, `(() => { document.querySelector('`+button+`').click(); return window.said.join('|'); })()`)
		for _, words := range []string{"您想办什么", "反映问题", "办事材料"} {
			if !strings.Contains(said, words) {
				t.Errorf("%q is not read: %s", words, said)
			}
		}
		if got := journey.Eval[string](b, `window.spoken`); got != lang {
			t.Errorf("read by %q instead of %q", got, lang)
		}
	}
	b.KioskFits() // five tools side by side
	b.Shot("home-five-tools")
	if journey.Eval[int](b, `window.stopped`) != 1 {
		t.Error("a new page is not quiet")
	}
	if journey.Eval[int](b, `(performance.now = () => 1e6, document.querySelector('`+button+`').click(), window.stopped)`) != 2 {
		t.Error("a second touch does not stop it")
	}
}

// A device that was taken out of use has its page in every appearance of the frame.
func TestStoppedIsDrawnRight(t *testing.T) {
	m := device(t)
	base := m.serve()
	var screens []*journey.Browser
	for _, size := range []journey.Size{journey.Kiosk, journey.KioskWide} {
		screens = append(screens, m.browser(t, base, journey.Options{Size: size}))
	}
	if err := m.deps.Kiosks.Revoke(t.Context(), authz.System, form.NewKey(), m.no, "搬走了"); err != nil {
		t.Fatal(err)
	}
	for _, b := range screens {
		b.Go(pathHome)
		b.See("这台机器已停用")
		b.KioskFits()
		b.Shot("stopped")
	}
}

// Without script the switches, a call and its way back are plain buttons, and a page without touches leads to
// the countdown and on (UX-K10).
func TestWithoutScript(t *testing.T) {
	m := device(t)
	b := m.browser(t, m.serve(), journey.Options{Size: journey.Kiosk, NoScript: true})
	b.Go(pathHome)
	b.ClickText("颜色加深")
	if b.Path() != pathLook || !b.Has("body.contrast") {
		t.Errorf("颜色加深 leads to %s", b.Path())
	}
	b.ClickText("叫人帮忙")
	b.See("已经叫人了")
	if !b.Has("meta[http-equiv=refresh]") || !b.Has("body.contrast") {
		t.Error("no time-out without script, or the look is lost")
	}
	b.Go(pathIdle + "?" + query("back", pathCalls))
	b.ClickText("我还在看")
	if b.Path() != pathCalls {
		t.Errorf("我还在看 leads to %s", b.Path())
	}
	b.ClickText("回首页")
}
