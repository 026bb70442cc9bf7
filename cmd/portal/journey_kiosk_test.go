package main

import (
	"path/filepath"
	"regexp"
	"testing"

	"portal/internal/authz"
	"portal/internal/journey"
	"portal/internal/kiosk"
	"portal/internal/secret"
	"portal/web/form"
)

// lying is the kiosk's screen on its side.
var lying = journey.Size{Name: "1920x1080", Width: 1920, Height: 1080}

// kiosk sets a browser up as a device of 槐荫社区: staff register it, and the code is typed on its screen.
func (s *street) kiosk(t *testing.T, no string, size journey.Size) *journey.Browser {
	t.Helper()
	keys, err := secret.OpenDir(filepath.Join(s.at.DataDir, "keys"))
	if err != nil {
		t.Fatal(err)
	}
	devices := kiosk.New(s.open.db, keys, nil)
	if _, err := devices.Register(t.Context(), authz.System, form.NewKey(), kiosk.NewDevice{No: no, Community: "320104900001", Place: "槐荫社区党群服务中心一楼", Printer: kiosk.ByBrowser}); err != nil {
		t.Fatal(err)
	}
	code, _, err := devices.Invite(t.Context(), authz.System, form.NewKey(), no)
	if err != nil {
		t.Fatal(err)
	}
	b := s.browser(t, journey.Options{Size: size})
	b.Go("/kiosk")
	b.See("启用")
	b.Fill("input[name=code]", code)
	b.ClickText("启用")
	b.See("您想办什么")
	return b
}

// J4: a resident who types nothing has filed within ten touches, upright and on its side, with and without
// script; the slip is there, and the next person sees nothing of it (K-1, K-3, K-9, UX-K6).
func TestJ4FilesAtTheKiosk(t *testing.T) {
	s := onStreet(t)
	for _, c := range []struct {
		name, no string
		size     journey.Size
		off      bool
	}{{"upright", "JY-01", journey.Kiosk, false}, {"lying", "JY-02", lying, false}, {"upright without script", "JY-03", journey.Kiosk, true}, {"lying without script", "JY-04", lying, true}} {
		t.Run(c.name, func(t *testing.T) {
			b := s.kiosk(t, c.no, c.size)
			b.Until("the proof", "'proven' in document.body.dataset")
			if c.off {
				b.ScriptOff()
				b.Go("/kiosk")
			}
			b.Start()
			b.Click("a.main-one")
			looked(b, "kiosk-what-"+c.no)
			b.Click("[name=category][value='0204']")
			b.Click("[name=compound]")
			looked(b, "kiosk-building-"+c.no)
			b.Click("[name=building]")
			b.Click("[name=unit]")
			looked(b, "kiosk-say-"+c.no)
			b.Click("[name=phrase]")
			b.Click("[name=go][value=next]")
			looked(b, "kiosk-phone-"+c.no)
			b.Click("[name=go][value=skip]")
			looked(b, "kiosk-check-"+c.no)
			b.Click(".knext")
			b.Until("the receipt", "location.pathname === '/kiosk/receipts'")
			b.See("已收到", "SQ-")
			if b.Clicks() > 10 {
				t.Errorf("%d touches to file", b.Clicks())
			}
			looked(b, "kiosk-receipt-"+c.no)
			no := numbered.FindString(b.Text(".kno"))
			b.ClickText("办完了")
			b.See("您想办什么")
			looked(b, "kiosk-home-"+c.no)
			b.Go("/kiosk/receipts")
			b.See("您想办什么") // the next person sees nothing of it
			if got, want := s.filed(t, no), 1; got != want {
				t.Errorf("%s stands %d times", no, got)
			}
		})
	}
}

// numbered is the number of a request.
var numbered = regexp.MustCompile(`SQ-[0-9]{4}-[0-9]+`)

// filed counts the requests of a number.
func (s *street) filed(t *testing.T, no string) (n int) {
	t.Helper()
	if err := s.open.db.Pool().QueryRow(t.Context(), `SELECT count(*) FROM request WHERE no = $1 AND channel = 'kiosk'`, no).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
