package kiosk

import (
	"testing"

	"portal/internal/authz"
	"portal/internal/journey"
	"portal/internal/kiosk"
	"portal/web/form"
)

// asked walks J4 by real touches and calls at every screen; it ends on the receipt.
func asked(b *journey.Browser, at func(name string)) {
	b.Go(pathFile)
	at("what")
	b.Go(stepPath(stepWhat) + "?page=2")
	at("what-2")
	b.Go(groupPath(groupsAll))
	at("groups")
	b.Go(groupPath("02"))
	at("group")
	b.Go(stepPath(stepPrivacy))
	at("privacy")
	b.Go(stepPath(stepWhat))
	b.Click("[name=category][value='0204']")
	at("compound")
	b.Click("[name=compound]")
	at("building")
	b.Click("[name=building]")
	at("unit")
	b.Go(wherePath(askPublic))
	at("public")
	b.Go(wherePath(askUnit))
	b.Click("[name=unit]")
	b.Click("[name=phrase]")
	at("say")
	b.Click("[name=go][value=next]")
	at("phone")
	b.Click("[name=go][value=skip]")
	at("check")
	b.Go(stepPath(stepKind))
	at("kind")
	b.Click("[name=kind][value=report]")
	at("wall")
	b.Click("[name=secret][value=yes]")
	at("check-walled")
	b.Click(".knext")
	b.Until("the receipt", "location.pathname === '"+pathReceipt+"'")
	at("receipt")
	b.ClickText("没打出来")
	at("paper-out")
}

// Every screen of 反映问题 keeps every measure of chapter 3, upright and on its side, in every appearance.
func TestFilingIsDrawnRight(t *testing.T) {
	m := device(t)
	base := m.serve()
	for _, size := range []journey.Size{journey.Kiosk, journey.KioskWide} {
		for _, l := range appearances {
			t.Run(size.Name+" "+l.name, func(t *testing.T) {
				if err := m.deps.Kiosks.SetPaper(t.Context(), authz.System, form.NewKey(), m.no, kiosk.PaperOK); err != nil {
					t.Fatal(err)
				}
				b := m.browser(t, base, journey.Options{Size: size})
				b.BeforePages("window.print = () => {}")
				m.visit(b)
				wear(b, l.look)
				asked(b, func(name string) {
					for _, bad := range b.KioskMeasures() {
						t.Errorf("%s: %s", name, bad)
					}
					b.Shot("file-" + name + "-" + l.name)
				})
			})
		}
	}
}
