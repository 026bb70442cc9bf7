//go:build shots

package demo

import (
	"context"
	"time"

	"portal/internal/pg"
	"portal/internal/secret"
	"portal/internal/workday"
)

func SeedForShots(ctx context.Context, db *pg.DB, files string, keys *secret.Box) error {
	street := &seeder{now: db.Now(), at: db.Now(), today: workday.DayOf(db.Now()), Stores: Stores{Files: files, Keys: keys}}
	own := *db
	own.Now = func() time.Time { return street.at }
	street.db = &own
	for _, st := range append(stepsUpTo("网格"), step{"公示", seedNotices}) {
		street.at = street.now
		if err := st.do(ctx, street); err != nil {
			return err
		}
	}
	return nil
}
