package workorder

import (
	"context"
	"errors"
	"fmt"
	"time"

	"portal/internal/authz"
	"portal/internal/pg"
	"portal/internal/policy"
	"portal/internal/workday"
)

// whom a rung of the ladder tells.
type whom int

const (
	theOwner whom = 1 << iota
	theDesk
	theLeader
	theDistrict // by way of the street's leader, who asks the district
)

// rung is one step of a clock's ladder: when it is due, whom it tells, in which words.
type rung struct {
	at    func(c Clock, v policy.Values) time.Time
	tells whom
	words string
}

func warned(c Clock, _ policy.Values) time.Time  { return c.WarnAt }
func overdue(c Clock, _ policy.Values) time.Time { return c.DueAt }
func leaderAt(c Clock, v policy.Values) time.Time {
	return c.DueAt.Add(time.Duration(v.EscalateLeader) * time.Hour)
}
func districtAt(c Clock, v policy.Values) time.Time {
	return c.DueAt.Add(time.Duration(v.EscalateDistrict) * time.Hour)
}

// ladders say what happens to each clock, rung by rung (Q5). A clock without rungs left rests; one whose last rung is
// the end of a window stops there.
var ladders = map[ClockKind][]rung{
	ContactClock: {{warned, theOwner, "首次联系快到时限，到%s"}, {overdue, theOwner | theDesk, "首次联系已超时限（%s）"}},
	FinishClock: {{warned, theOwner, "办结时限快到，到%s"}, {overdue, theOwner | theDesk, "已超办结时限（%s）"},
		{leaderAt, theLeader, "超期未办结（时限%s），请街道领导督办"}, {districtAt, theLeader | theDistrict, "超期未办结（时限%s），请提请区级督办"}},
	RedoClock: {{warned, theOwner, "重办时限快到，到%s"}, {overdue, theOwner | theDesk, "已超重办时限（%s）"},
		{leaderAt, theLeader, "重办超期（时限%s），请街道领导督办"}, {districtAt, theLeader | theDistrict, "重办超期（时限%s），请提请区级督办"}},
	RulingClock:   {{warned, theDesk, "异议待裁定，到%s"}, {overdue, theDesk | theLeader, "异议超时未裁定（%s），请街道领导裁定"}},
	CallbackClock: {{overdue, theDesk, "回访、核查已超时限（%s）"}},
	ReviewClock:   {{warned, theOwner | theDesk, "挂起到期，今天复查（%s前）"}, {overdue, theDesk | theLeader, "挂起已过复查日期（%s），请复查"}},
	DisputeClock:  {{overdue, 0, ""}},
}

// windows stop by themselves when they are over.
var windows = map[ClockKind]bool{DisputeClock: true}

const tickAtOnce = 500

// errClimbed ends the turn of a runner that came second, without a trace.
var errClimbed = errors.New("workorder: done by another runner")

// Tick warns at the share of a limit that the policy sets, climbs the ladder of what is overdue, and reminds of
// reviews. Two runners do nothing twice: each takes a clock under lock and looks again.
func (s *Service) Tick(ctx context.Context) error {
	now := s.db.Now()
	v, err := policy.Load(ctx, s.db.Q(), workday.DayOf(now))
	if err != nil {
		return err
	}
	ids, err := numbers(ctx, s.db.Q(), clocksToDo, now, tickAtOnce)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := s.climb(ctx, id, v); err != nil && !errors.Is(err, errClimbed) {
			return fmt.Errorf("clock %d: %w", id, err)
		}
	}
	return nil
}

// climb does everything of one clock that is due by now.
func (s *Service) climb(ctx context.Context, id int64, v policy.Values) error {
	return s.db.Write(ctx, authz.System, func(tx *pg.Tx) error {
		peek, err := clocks(ctx, tx, clockByID, id)
		if err != nil {
			return err
		}
		if len(peek) == 0 {
			return errClimbed
		}
		o, err := lockOrder(ctx, tx, peek[0].Order) // before the clock, as every act does
		if err != nil {
			return err
		}
		held, err := clocks(ctx, tx, lockClock, id, tx.Now)
		if err != nil {
			return err
		}
		if len(held) == 0 {
			return errClimbed
		}
		c := held[0]
		ladder := ladders[c.Kind]
		var tells whom
		var says string
		for c.Level < len(ladder) && !ladder[c.Level].at(c, v).After(tx.Now) {
			tells, says = tells|ladder[c.Level].tells, ladder[c.Level].words
			c.Level++
		}
		var next, stopped *time.Time
		switch {
		case c.Level < len(ladder):
			at := ladder[c.Level].at(c, v)
			next = &at
		case windows[c.Kind]:
			stopped = &tx.Now
		}
		if _, err := tx.Exec(ctx, climbClock, c.ID, c.Level, next, tx.Now, stopped); err != nil {
			return fmt.Errorf("climb: %w", err)
		}
		did := c.Label() + "时限已过"
		if tells != 0 {
			words := fmt.Sprintf(says, moment(c.DueAt))
			did = "提醒：" + words
			if err := tellRung(ctx, tx, o, tells, words); err != nil {
				return err
			}
			if tells&theDistrict != 0 {
				if err := addStep(ctx, tx, o.ID, note{did: "提请区级督办", words: words}); err != nil {
					return err
				}
			}
		}
		return tx.Record(ctx, pg.Change{Action: authz.WorkRemind, Kind: "work_clock", ID: c.ID, No: o.No, Reason: did})
	})
}

func tellRung(ctx context.Context, tx *pg.Tx, o Order, to whom, words string) error {
	line := numbered(o, "%s", words)
	told := map[authz.Role]bool{}
	if to&theOwner != 0 && o.Owner.Kind != Desk {
		if err := tell(ctx, tx, o, words); err != nil {
			return err
		}
	}
	if to&theOwner != 0 && o.Owner.Kind == Desk || to&theDesk != 0 {
		told[authz.Dispatcher] = true
	}
	if to&(theLeader|theDistrict) != 0 {
		told[authz.Leader] = true
	}
	for _, role := range []authz.Role{authz.Dispatcher, authz.Leader} {
		if !told[role] {
			continue
		}
		if err := tellRole(ctx, tx, o, role, line); err != nil {
			return err
		}
	}
	return nil
}
