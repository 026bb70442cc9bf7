package journey

import (
	"context"
	_ "embed"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// KioskWide is the touch device on its side.
var KioskWide = Size{"1920x1080", 1920, 1080}

//go:embed kiosk.js
var kioskSource string

// KioskMeasures tells what a page of the touch device misses of UX-K1 to UX-K3 and UX-C1 as it is drawn: size and
// distance of targets, a head band without any, their place on the screen, size and contrast of words, nothing
// to scroll, nothing hidden by the bar of tools. Without script it finds nothing: the same page is measured
// with script on.
func (b *Browser) KioskMeasures() []string {
	b.t.Helper()
	if !b.script {
		return nil
	}
	return Eval[[]string](b, kioskSource)
}

// KioskFits fails the test for everything that KioskMeasures finds.
func (b *Browser) KioskFits() {
	b.t.Helper()
	for _, bad := range b.KioskMeasures() {
		b.t.Errorf("%s (%s): %s", b.Path(), b.size.Name, bad)
	}
}

// BeforePages runs a script before every page that is opened from now on, e.g. to stand in for the voices of a
// machine.
func (b *Browser) BeforePages(script string) {
	b.t.Helper()
	b.do("put a script before pages", call(page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script}))
}

// Until waits until an expression is true in the page that is open then; a page that is just being replaced is
// asked again.
func (b *Browser) Until(what, expr string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	for ctx.Err() == nil {
		if ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool](expr)); err == nil && ok {
			return
		}
	}
	b.t.Fatalf("%s: never, at %s", what, b.where())
}
