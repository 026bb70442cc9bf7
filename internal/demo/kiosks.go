package demo

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"time"

	"portal/internal/authz"
	"portal/internal/kiosk"
)

// Kiosk is the touch device of the demo that waits to be set up; `portal serve` prints its code.
const Kiosk = "HYL-01"

// machines of the demo. Those that work have a key that nobody holds: they are seen on the staff's pages and
// open nothing.
var machines = []struct {
	kiosk.NewDevice
	works bool
	quiet time.Duration // since it was last seen
	paper bool          // it has run out
	calls bool          // somebody asked for help there
}{
	{kiosk.NewDevice{No: Kiosk, Community: Huaiyin, Place: "槐荫社区党群服务中心一楼", Printer: kiosk.ByBrowser}, false, 0, false, false},
	{kiosk.NewDevice{No: "HYL-02", Community: Huaiyin, Place: "槐香苑助餐点", Printer: kiosk.BySpool}, true, 3 * time.Minute, true, true},
	{kiosk.NewDevice{No: "LHJ-01", Community: Linhe, Place: "临河社区党群服务中心大厅", Printer: kiosk.ByBrowser}, true, 26 * time.Hour, false, false},
}

func seedKiosks(ctx context.Context, s *seeder) error {
	kiosks := kiosk.New(s.db, s.Keys, nil)
	for i, m := range machines {
		s.at = s.now.AddDate(0, 0, -20).Add(time.Duration(i) * time.Hour)
		d, err := kiosks.Register(ctx, authz.System, key("kiosk", i), m.NewDevice)
		if err != nil {
			return err
		}
		if !m.works {
			continue
		}
		s.at = s.now.Add(-m.quiet)
		code, _, err := kiosks.Invite(ctx, authz.System, key("kiosk-invite", i), d.No)
		if err != nil {
			return err
		}
		pair, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return err
		}
		public, err := x509.MarshalPKIXPublicKey(&pair.PublicKey)
		if err != nil {
			return err
		}
		if d, _, err = kiosks.Enrol(ctx, code, public, "Chromium", "demo"); err != nil {
			return err
		}
		if m.paper {
			if err := kiosks.PaperGone(ctx, d, key("kiosk-paper", i)); err != nil {
				return err
			}
		}
		if m.calls {
			if _, err := kiosks.Call(ctx, key("kiosk-call", i), d); err != nil {
				return err
			}
		}
	}
	return nil
}
