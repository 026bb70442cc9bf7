package journey

import (
	"strconv"

	"github.com/chromedp/cdproto/input"
)

// Touch touches the middle of what a selector finds with a finger, as far as the browser can tell, and waits for
// nothing. A touch that lands on something else fails the test.
func (b *Browser) Touch(selector string) {
	b.t.Helper()
	at := Eval[[]float64](b, `(() => { const on = document.querySelector(`+strconv.Quote(selector)+`); if (!on) return [];
const r = on.getBoundingClientRect(), x = r.x + r.width / 2, y = r.y + r.height / 2; return on.contains(document.elementFromPoint(x, y)) ? [x, y] : []; })()`)
	if len(at) != 2 {
		b.t.Fatalf("touch %s at %s: it is not there, or something lies over it", selector, b.where())
	}
	b.clicks++
	finger := input.DispatchTouchEventParams{Type: input.DispatchTouchEventTypeTouchStart, TouchPoints: []*input.TouchPoint{{X: at[0], Y: at[1]}}}
	up := input.DispatchTouchEventParams{Type: input.DispatchTouchEventTypeTouchEnd, TouchPoints: []*input.TouchPoint{}}
	b.do("touch "+selector, call(input.DispatchTouchEvent, finger), call(input.DispatchTouchEvent, up))
}
