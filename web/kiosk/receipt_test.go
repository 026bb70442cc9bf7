package kiosk

import (
	"testing"

	"portal/internal/authz"
	"portal/internal/kiosk"
	"portal/web/form"
)

// TestPaperOut: UX-K12. The number large to be photographed, staff alerted; the machine of the server too.
func TestPaperOut(t *testing.T) {
	m := device(t)
	v := m.resident(t).answered("").touch(paramGo, goNext)
	v.open(m.Post(pathNoPaper)).page.Says("main", "小票机没纸了。请用手机拍下编号，或按“叫人帮忙”").Says(".kbig", "SQ-", "查询码")
	d, err := m.deps.Kiosks.Known(t.Context(), m.cookie)
	if err != nil || d.Paper != kiosk.PaperOut {
		t.Errorf("paper is %s: %v", d.Paper, err)
	}
	if err := m.deps.Kiosks.SetPaper(t.Context(), authz.System, form.NewKey(), m.no, kiosk.PaperOK); err != nil {
		t.Fatal(err)
	}
	v.open(m.Post(pathReprint))
	if len(v.page.All("[data-print]")) != 1 {
		t.Error("再打一张 prints nothing")
	}
}
