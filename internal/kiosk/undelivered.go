package kiosk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"portal/internal/authz"
	"portal/internal/inbox"
	"portal/internal/pg"
	"portal/internal/workday"
)

// Undelivered tells the community and the street's window that something a device held is refused for good: nobody
// stands at the device any more, so it is no call. slip is the provisional number that its resident has in hand, empty
// when what the device holds cannot be opened. Told once for each slip, and once a day for what has none.
func (s *Service) Undelivered(ctx context.Context, d Device, slip string) error {
	about := slip
	if about == "" {
		about = workday.DayOf(s.db.Now()).String()
	}
	sum := sha256.Sum256([]byte(d.No + " " + about))
	return s.db.WriteKeyed(ctx, authz.Anonymous, "undelivered-"+hex.EncodeToString(sum[:16]), string(authz.KioskTend)+" undelivered", func(tx *pg.Tx) error {
		which, what := "", "看不出是哪一件。有居民拿写着“临-”的小票来问、又查不到的，请当面重新登记，把新回执交给居民"
		if slip != "" {
			which, what = "，小票临时编号 "+slip, "居民拿这张小票来问，请当面问清情况重新登记，把新回执交给居民"
		}
		words := "一体机存着的一件诉求没能送出：" + d.Place + "（" + d.No + "）" + which + "。" + what
		for _, to := range []inbox.Audience{{Role: authz.Secretary, Division: d.Community}, {Role: authz.Worker, Division: d.Community}, {Role: authz.Clerk}} {
			if err := inbox.Tell(ctx, tx, to, words, pathDevices+d.No); err != nil {
				return err
			}
		}
		return tx.Record(ctx, pg.Change{Action: authz.KioskTend, Kind: Kind, ID: int64(d.ID), No: d.No, Reason: "存着的诉求没能送出" + which})
	})
}
