package journey

import _ "embed"

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
