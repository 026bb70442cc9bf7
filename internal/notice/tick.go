package notice

import (
	"context"
	"time"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/policy"
	"portal/internal/workday"
)

// Days between two reminders of the same thing [D].
const (
	resultEvery = 30
	replyEvery  = 3
)

// Tick ends windows, counts those anew whose year has been published since, asks for the publication of results
// (DL-18) and for answers to objections, and forgets who objected when the retention time is over. Running it twice
// changes nothing more.
func (s *Service) Tick(ctx context.Context) error {
	today := workday.DayOf(s.db.Now())
	for _, part := range []func(context.Context, workday.Day) error{s.recount, s.lapse, s.askResults, s.askReplies, s.forget, s.sweep} {
		if err := part(ctx, today); err != nil {
			return err
		}
	}
	return nil
}

// each runs an act on notices, one transaction for each; somebody may have been faster.
func (s *Service) each(ctx context.Context, due []Notice, act func(tx *pg.Tx, n Notice) error) error {
	for _, n := range due {
		err := s.db.Write(ctx, authz.System, func(tx *pg.Tx) error { return act(tx, n) })
		if err != nil && fault.KindOf(err) != fault.KindConflict {
			return err
		}
	}
	return nil
}

func (s *Service) recount(ctx context.Context, _ workday.Day) error {
	due, err := notices(ctx, s.db.Q(), noticesInexact)
	if err != nil || len(due) == 0 {
		return err
	}
	return s.each(ctx, due, func(tx *pg.Tx, n Notice) error {
		cal, _, err := policy.Calendar(ctx, tx)
		if err != nil {
			return err
		}
		w := windowOf(cal, workday.DayOf(*n.IssuedAt), n.Days)
		if !w.Exact {
			tx.Replayed() // still not published
			return nil
		}
		n, err = lockedAgain(ctx, tx, n)
		if err != nil {
			return err
		}
		n.hang(w)
		if err := fixVersion(ctx, tx, n); err != nil {
			return err
		}
		if err := saveNotice(ctx, tx, &n); err != nil {
			return err
		}
		return record(ctx, tx, authz.NoticeIssue, ObjectKind, int64(n.ID), n.Slug(), "放假安排公布后重新计算", trace{Did: "算出了最后一天", N: n.Shown, Last: w.Last.String()})
	})
}

func (s *Service) lapse(ctx context.Context, today workday.Day) error {
	due, err := notices(ctx, s.db.Q(), noticesOver, today)
	if err != nil {
		return err
	}
	return s.each(ctx, due, func(tx *pg.Tx, n Notice) error {
		_, err := s.step(ctx, tx, n.Step(), Lapse, "公示期满", func(n *Notice) (trace, error) {
			n.EndedAt, n.EndReason = &tx.Now, "公示期满"
			if n.Kind.WantsResult() {
				n.RemindedOn = today
				return trace{Did: "公示期满"}, tellKeepers(ctx, tx, *n, "公示期满："+n.PlainTitle+"。办理结果也要公示，不少于十五天", n.DeskPath())
			}
			return trace{Did: "公示期满"}, nil
		})
		return err
	})
}

func (s *Service) askResults(ctx context.Context, today workday.Day) error {
	due, err := notices(ctx, s.db.Q(), decisionsWithoutResult, today.Add(-resultEvery))
	if err != nil {
		return err
	}
	return s.each(ctx, due, func(tx *pg.Tx, n Notice) error {
		if !n.Kind.WantsResult() {
			tx.Replayed()
			return nil
		}
		n, err := lockedAgain(ctx, tx, n)
		if err != nil {
			return err
		}
		n.RemindedOn = today
		if err := saveNotice(ctx, tx, &n); err != nil {
			return err
		}
		if err := tellKeepers(ctx, tx, n, "还没有公示办理结果："+n.PlainTitle, n.DeskPath()); err != nil {
			return err
		}
		return record(ctx, tx, authz.NoticeView, ObjectKind, int64(n.ID), n.Slug(), "提醒公示办理结果", trace{Did: "提醒公示办理结果"})
	})
}

// lockedAgain takes the row of a notice that was found without a lock; changed since, it is left for the next time.
func lockedAgain(ctx context.Context, tx *pg.Tx, n Notice) (Notice, error) {
	now, err := oneNotice(ctx, tx, noticeByIDLocked, n.ID)
	if err == nil && now.RowVersion != n.RowVersion {
		err = errStale
	}
	return now, err
}

func (s *Service) askReplies(ctx context.Context, today workday.Day) error {
	due, err := objections(ctx, s.db.Q(), objectionsDue, today.Add(1), today.Add(-replyEvery))
	if err != nil {
		return err
	}
	for _, o := range due {
		err := s.db.Write(ctx, authz.System, func(tx *pg.Tx) error {
			if fresh, err := remindObjection(ctx, tx, o.ID, today, today.Add(-replyEvery)); err != nil || !fresh {
				tx.Replayed()
				return err
			}
			words := "异议明天到期，请答复："
			if o.Late(today) {
				words = "异议已超期，请答复："
			} else if o.DueOn == today {
				words = "异议今天到期，请答复："
			}
			n := Notice{Division: o.Division}
			if err := tellKeepers(ctx, tx, n, words+o.PlainTitle, deskObjection(o.ID)); err != nil {
				return err
			}
			return record(ctx, tx, authz.ObjectionView, ObjectionKind, int64(o.ID), o.NoticeSlug(), "提醒答复异议", trace{Did: "提醒答复异议"})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// sweep forgets the counts of the brake after two days.
func (s *Service) sweep(ctx context.Context, _ workday.Day) error {
	return sweepBrake(ctx, s.db.Q(), s.db.Now().Add(-48*time.Hour))
}
