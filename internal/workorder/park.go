package workorder

import (
	"context"
	"fmt"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/policy"
)

// Park puts a case aside that cannot be solved now, with a reason and the day of its review, which the resident is
// shown (REQ-19, GRD-10). The dispatcher or a leader does; a review may put it aside again. The resident's clock
// is not touched: it stays visible how long the matter has been waiting.
func (s *Service) Park(ctx context.Context, by authz.Actor, key string, c Park) (Order, error) {
	return s.keyed(ctx, by, key, authz.WorkPark, func(tx *pg.Tx) (Order, error) {
		reason, err := clean("reason", c.Reason, 4, 500, "请写明客观上暂时不能解决的原因，4 到 500 个字，居民会看到")
		if err != nil {
			return Order{}, err
		}
		v, err := policy.Load(ctx, tx, today(tx))
		if err != nil {
			return Order{}, err
		}
		last := today(tx).Add(v.ParkDays)
		if !c.ReviewOn.After(today(tx)) || c.ReviewOn.After(last) {
			return Order{}, fault.InvalidField("review_on", fmt.Sprintf("复查日期选明天到%s之间的一天，最长 %d 天", last.Chinese(), v.ParkDays))
		}
		return s.step(ctx, tx, c.At, act{do: authz.WorkPark, on: desks, change: func(o *Order) (note, error) {
			o.ParkedReason, o.ReviewOn = reason, c.ReviewOn
			if err := stopClock(ctx, tx, o.ID, ReviewClock); err != nil {
				return note{}, err
			}
			due := c.ReviewOn.Add(1).Start().UTC()
			why := fmt.Sprintf("%s挂起，最长 %d 天，定在%s复查，当日 24 时到期。", moment(tx.Now), v.ParkDays, c.ReviewOn.Chinese())
			k := Clock{Order: o.ID, Kind: ReviewClock, StartedAt: tx.Now, WarnAt: c.ReviewOn.Start().UTC(), DueAt: due, Why: why, Basis: basisOf(policy.ParkDays)}
			if k.WarnAt.Before(tx.Now) {
				k.WarnAt = tx.Now
			}
			if _, err := startClock(ctx, tx, k, v.WarnShare); err != nil {
				return note{}, err
			}
			return note{did: "挂起，" + c.ReviewOn.Chinese() + "复查", words: reason, told: true}, tell(ctx, tx, *o, "已挂起，"+c.ReviewOn.Chinese()+"复查")
		}})
	})
}
