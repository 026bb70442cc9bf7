package workorder

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/authz"
	"portal/internal/workday"
)

// What may wait for a person among the open cases, by their clock: the own ones to sign, contact, report; those to
// dispatch and rule; more time to decide; help to answer; findings to verify; reviews of what was put aside.
const (
	inHand  = ` AND o.closed_at IS NULL AND o.state IN ('dispatched','signed','handling')` + soonest
	soonest = ` ORDER BY o.due_at, o.id LIMIT @limit`
	ofDesk  = `(SELECT x.* FROM ` + each + `@dispatches AND o.closed_at IS NULL AND o.state = 'registered' AND o.owner_kind = 'desk'` + soonest
	ofRows  = `(SELECT x.* FROM ` + each + `@dispatches AND o.closed_at IS NULL AND o.state = 'disputed'` + soonest
	ofAside = `(SELECT x.* FROM ` + each + `@dispatches AND o.closed_at IS NULL AND o.state = 'parked' AND o.review_on <= @today::date` + soonest
	ofMore  = `(SELECT x.* FROM ` + each + `@leads AND o.closed_at IS NULL AND o.state IN ('signed','handling')
    AND o.id IN (SELECT e.order_id FROM work_extension e WHERE e.decided_at IS NULL)` + soonest
	ofAsked = `(SELECT x.* FROM ` + each + `o.closed_at IS NULL AND o.state IN ('dispatched','signed','handling') AND o.id IN (
    SELECT h.order_id FROM work_helper h WHERE h.answered_at IS NULL AND h.unit_id = ANY(@helpunits)
    UNION ALL SELECT h.order_id FROM work_helper h WHERE h.answered_at IS NULL AND h.community = ANY(@helpplaces))` + soonest
	byOther = ` AND o.closed_at IS NULL AND o.state = 'handled' AND o.source = 'finding' AND o.reporter_account IS DISTINCT FROM @me
    AND NOT EXISTS (SELECT FROM work_step t WHERE t.order_id = o.id AND t.hand AND t.account_id = @me)` + soonest
	ofAllDone = `(SELECT x.* FROM ` + each + `@verifiesall` + byOther
	ofDone    = `(SELECT x.* FROM unnest(@verifies::text[]) k CROSS JOIN LATERAL ` + each + `o.community = k AND (o.hidden_from = '' OR o.hidden_from <> k)` + byOther

	selectWaiting = mine + ofUnits + inHand + or + ofBodies + inHand + or + ofGrids + inHand + or + ofOwners + inHand + or + ofDesk + or + ofRows + or + ofAside + or +
		ofMore + or + ofAsked + or + ofAllDone + or + ofDone + end + byDue
)

const selectExclusionsAsked = `SELECT order_id FROM work_exclusion WHERE approved_at IS NULL AND asked_by <> $1 ORDER BY asked_at LIMIT $2`

// verb is one line of what may wait: the first that the person can do is the next act.
type verb struct {
	do    authz.Action
	words string
	when  func(o Order) bool
}

func always(Order) bool { return true }

// verbs in the order in which they are asked.
var verbs = []verb{
	{authz.WorkExtendOK, "审批延期", func(o Order) bool { return !o.Extended }},
	{authz.WorkRule, "裁定", always},
	{authz.WorkSign, "签收", always},
	{authz.WorkContact, "联系居民", func(o Order) bool { return o.ContactedAt == nil }},
	{authz.WorkReport, "报办结", always},
	{authz.WorkHelped, "协办答复", always},
	{authz.WorkVerify, "核查", always},
	{authz.WorkPark, "复查", func(o Order) bool { return o.State == Parked }},
	{authz.WorkDispatch, "派单", func(o Order) bool { return o.State == Registered }},
}

// Waiting gives what waits for the person on 待办, by the clock that ends first, with the act that is next. A
// dispatcher's list is the desk's: what a department has to do stands on its own list.
func (s *Service) Waiting(ctx context.Context, by authz.Actor, limit int) ([]Wait, error) {
	now := s.db.Now()
	day, q := workday.DayOf(now), s.db.Q()
	do := authz.ReachOf(by, authz.WorkSign)
	do.All = false
	communities, grids, err := placesOf(ctx, q, do, day)
	if err != nil {
		return nil, err
	}
	verify, help := authz.ReachOf(by, authz.WorkVerify), authz.ReachOf(by, authz.WorkHelped)
	verifies, helpPlaces := communities, communities // mostly one and the same post
	if !slices.Equal(verify.Prefixes, do.Prefixes) {
		if verifies, _, err = placesOf(ctx, q, authz.Scope{Prefixes: verify.Prefixes}, day); err != nil {
			return nil, err
		}
	}
	if !slices.Equal(help.Prefixes, do.Prefixes) {
		if helpPlaces, _, err = placesOf(ctx, q, authz.Scope{Prefixes: help.Prefixes}, day); err != nil {
			return nil, err
		}
	}
	args := pgx.NamedArgs{"hidden": false, "units": append([]int64{}, do.Units...), "communities": communities, "grids": grids, "account": do.Account, "me": by.AccountID,
		"dispatches": authz.Can(by, authz.WorkDispatch), "leads": authz.Can(by, authz.WorkExtendOK), "helpunits": append([]int64{}, help.Units...),
		"helpplaces": helpPlaces, "verifiesall": verify.All, "verifies": verifies, "today": day, "limit": limit}
	ids, err := numbersOf(ctx, q, selectWaiting, args)
	if err != nil {
		return nil, err
	}
	excluded := []int64{}
	if authz.Can(by, authz.WorkExcludeOK) {
		if excluded, err = numbers(ctx, q, selectExclusionsAsked, by.AccountID, limit); err != nil {
			return nil, err
		}
	}
	all, err := inOrder(ctx, q, day, unique(append(slices.Clone(ids), excluded...)))
	if err != nil {
		return nil, err
	}
	ticking, err := clocks(ctx, q, runningOf, append(slices.Clone(ids), excluded...))
	if err != nil {
		return nil, err
	}
	var out []Wait
	for _, o := range all {
		if w, ok := waitOf(o, by, slices.Contains(excluded, int64(o.ID)), !slices.Contains(ids, int64(o.ID))); ok {
			w.Clock = nearest(ticking, o.ID)
			out = append(out, w)
		}
	}
	slices.SortStableFunc(out, func(a, b Wait) int { return a.until().Compare(b.until()) })
	return out[:min(len(out), limit)], nil
}

// waitOf finds the next act of a person for a case.
func waitOf(o Order, by authz.Actor, excluded, onlyExcluded bool) (Wait, bool) {
	for _, v := range verbs {
		if onlyExcluded || !o.Can(by, v.do) || !v.when(o) {
			continue
		}
		if _, own := ownPost(o, by, v.do); ownersAct[v.do] && !own { // what a department has to do is not the desk's list
			continue
		}
		return Wait{Order: o, Verb: v.words, Action: v.do}, true
	}
	if excluded && o.Can(by, authz.WorkExcludeOK) {
		return Wait{Order: o, Verb: "审批剔除", Action: authz.WorkExcludeOK}, true
	}
	return Wait{}, false
}

func (w Wait) until() time.Time {
	if w.Clock != nil {
		return w.Clock.DueAt
	}
	return w.Order.DueAt
}

// nearest is the clock of a case that ends first; clocks come by case and end.
func nearest(all []Clock, id ID) *Clock {
	for i := range all {
		if all[i].Order == id && all[i].Kind != DisputeClock {
			return &all[i]
		}
	}
	return nil
}
