package workorder

import (
	"context"
	"errors"
	"fmt"
	"time"

	"portal/internal/authz"
	"portal/internal/inbox"
	"portal/internal/pg"
	"portal/internal/policy"
	"portal/internal/workday"
)

// blow lets the clocks of every department run and tells it (§5.3: sign 1 h, contact 24 h, report in 3 or 5 working
// days; emergency: on the spot in 30 minutes).
func blow(ctx context.Context, tx *pg.Tx, w Whistle) error {
	v, err := policy.Load(ctx, tx, today(tx))
	if err != nil {
		return err
	}
	report, err := reportClock(ctx, tx, w.Kind, v)
	if err != nil {
		return err
	}
	all := []Clock{report}
	if w.Kind != EmergencyWhistle {
		all = append(all, hoursClock(tx.Now, WhistleSignClock, time.Duration(v.WhistleSignMinutes)*time.Minute, policy.WhistleSignMinutes),
			hoursClock(tx.Now, WhistleContactClock, time.Duration(v.WhistleContactHours)*time.Hour, policy.WhistleContactHours))
	}
	for _, u := range w.Units {
		for _, c := range all {
			c.Whistle, c.Unit = int64(w.ID), u.Unit
			if _, err := startClock(ctx, tx, c, v.WarnShare); err != nil {
				return err
			}
		}
	}
	return tellUnits(ctx, tx, w, "吹哨，请在"+moment(report.DueAt)+"前报到："+w.Place)
}

func hoursClock(from time.Time, kind ClockKind, after time.Duration, setting policy.Key) Clock {
	due := from.Add(after)
	return Clock{Kind: kind, StartedAt: from, DueAt: due, Basis: basisOf(setting),
		Why: fmt.Sprintf("%s吹哨，%s内%s，到%s。自然时间，节假日照算。", moment(from), span(after), kind.Label(), moment(due))}
}

// reportClock is the time to report in: working days by the calendar, to the end of the last one.
func reportClock(ctx context.Context, tx *pg.Tx, kind WhistleKind, v policy.Values) (Clock, error) {
	days, setting := v.WhistleWorkDays, policy.WhistleWorkDays
	switch kind {
	case EmergencyWhistle:
		return hoursClock(tx.Now, WhistleReportClock, time.Duration(v.WhistleEmergencyMinutes)*time.Minute, policy.WhistleEmergencyMinutes), nil
	case HardWhistle:
		days, setting = v.WhistleHardDays, policy.WhistleHardDays
	}
	cal, version, err := policy.Calendar(ctx, tx)
	if err != nil {
		return Clock{}, err
	}
	count := workday.Count(cal, today(tx), days)
	return Clock{Kind: WhistleReportClock, StartedAt: tx.Now, DueAt: count.Due.Add(1).Start(), Why: cut(count.Summary(), 1000), Basis: basisOf(setting), Calendar: version}, nil
}

// whistleRungs say what happens to a department's clock: it is warned, then the street's leader is told. A missed
// report-in is told to the district by itself and never extended (GRD-14).
var whistleRungs = map[ClockKind][2]string{
	WhistleSignClock:    {"快到签收时限（%s）", "超过 %s 没有签收"},
	WhistleContactClock: {"快到联系街道的时限（%s）", "超过 %s 没有联系街道"},
	WhistleReportClock:  {"快到报到时限（%s）", "超过 %s 没有报到，已计入区级通报"},
}

// TickWhistles warns departments, and tells what was missed. Two runners do nothing twice.
func (s *Service) TickWhistles(ctx context.Context) error {
	ids, err := numbers(ctx, s.db.Q(), whistleClocksToDo, s.db.Now(), tickAtOnce)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := s.climbWhistle(ctx, id); err != nil && !errors.Is(err, errClimbed) {
			return fmt.Errorf("whistle clock %d: %w", id, err)
		}
	}
	return nil
}

func (s *Service) climbWhistle(ctx context.Context, id int64) error {
	return s.db.Write(ctx, authz.System, func(tx *pg.Tx) error {
		peek, err := clocks(ctx, tx, clockByID, id)
		if err != nil {
			return err
		}
		if len(peek) == 0 {
			return errClimbed
		}
		w, err := lockWhistle(ctx, tx, WhistleID(peek[0].Whistle)) // before the clock, as every act does
		if err != nil {
			return err
		}
		held, err := clocks(ctx, tx, lockClock, id, tx.Now)
		if err != nil {
			return err
		}
		u, asked := w.UnitOf(peek[0].Unit)
		if len(held) == 0 || !asked {
			return errClimbed
		}
		c, words := held[0], whistleRungs[held[0].Kind]
		late := !tx.Now.Before(c.DueAt)
		next, level, says := &c.DueAt, 1, fmt.Sprintf(words[0], moment(c.DueAt))
		if late {
			next, level, says = nil, 2, fmt.Sprintf(words[1], moment(c.DueAt))
		}
		if _, err := tx.Exec(ctx, climbClock, c.ID, level, next, tx.Now, nil); err != nil {
			return fmt.Errorf("climb: %w", err)
		}
		if err := tellUnit(ctx, tx, w, u.Unit, says); err != nil {
			return err
		}
		if late {
			if err := s.missed(ctx, tx, w, u, c.Kind, says); err != nil {
				return err
			}
		}
		return recordWhistle(ctx, tx, authz.WorkRemind, &w, w, u.Name+says, "")
	})
}

// missed tells the leader; a missed report-in is marked for the district and told to the desk as well (GRD-14).
func (s *Service) missed(ctx context.Context, tx *pg.Tx, w Whistle, u WhistleUnit, kind ClockKind, says string) error {
	if err := tellLeaders(ctx, tx, w, u.Name+says); err != nil {
		return err
	}
	if kind != WhistleReportClock {
		return nil
	}
	for i := range w.Units {
		if w.Units[i].Unit == u.Unit {
			w.Units[i].MissedAt = &tx.Now
		}
	}
	if err := saveWhistle(ctx, tx, &w); err != nil {
		return err
	}
	return inbox.Tell(ctx, tx, inbox.Audience{Role: authz.Dispatcher}, named(w, u.Name+says), w.Path())
}
