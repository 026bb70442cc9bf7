package workorder

import (
	"context"
	"slices"

	"portal/internal/authz"
)

// WhistleWait is a whistle that waits for the person: the next act, for which department, and its clock.
type WhistleWait struct {
	Whistle Whistle
	Do      authz.Action
	Unit    WhistleUnit // of an act of one department
	Clock   *Clock
}

// nextWhistleActs are what somebody is asked for, in this order; what is merely possible (refusing, calling off) is not.
var nextWhistleActs = []struct {
	do    authz.Action
	clock ClockKind
}{{authz.WhistleApprove, ""}, {authz.WhistleBlow, ""}, {authz.WhistleSign, WhistleSignClock}, {authz.WhistleContact, WhistleContactClock},
	{authz.WhistleArrive, WhistleReportClock}, {authz.WhistleSolve, ""}, {authz.WhistleConfirm, ""}, {authz.WhistleJudge, ""}, {authz.WhistleClose, ""}}

const clocksOfWhistles = clockColumns + ` WHERE k.whistle_id = ANY($1) AND k.stopped_at IS NULL ORDER BY k.whistle_id, k.due_at, k.id`

// WhistlesWaiting lists what the newest open whistles ask of the person, one act each. Who may: as WhistleView.
func (s *Service) WhistlesWaiting(ctx context.Context, by authz.Actor) ([]WhistleWait, error) {
	if !authz.Can(by, authz.WhistleView) {
		return nil, nil
	}
	open, err := s.Whistles(ctx, by, WhistlesOpen, "")
	if err != nil || len(open.Rows) == 0 {
		return nil, err
	}
	ids := make([]int64, len(open.Rows))
	for i, w := range open.Rows {
		ids[i] = int64(w.ID)
	}
	running, err := clocks(ctx, s.db.Q(), clocksOfWhistles, ids)
	if err != nil {
		return nil, err
	}
	var out []WhistleWait
	for _, w := range open.Rows {
		if next, waits := w.next(by, running); waits {
			out = append(out, next)
		}
	}
	return out, nil
}

func (w Whistle) next(by authz.Actor, running []Clock) (WhistleWait, bool) {
	for _, act := range nextWhistleActs {
		units := []WhistleUnit{{}}
		if _, ofUnit := unitActs[act.do]; ofUnit {
			units = w.Units
		}
		for _, u := range units {
			if !w.Can(by, act.do, u.Unit) {
				continue
			}
			out := WhistleWait{Whistle: w, Do: act.do, Unit: u}
			if i := slices.IndexFunc(running, func(c Clock) bool { return c.Whistle == int64(w.ID) && c.Unit == u.Unit && c.Kind == act.clock }); i >= 0 {
				out.Clock = &running[i]
			}
			return out, true
		}
	}
	return WhistleWait{}, false
}
