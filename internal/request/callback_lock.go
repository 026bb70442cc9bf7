package request

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/normal"
	"portal/internal/pg"
)

// tries that reach nobody, after which a request is settled as 联系不上.
const tries = 3

var (
	errHandler  = fault.Forbidden("回访要由没有经手这件诉求的人来做。请转给其他单位的回访员")
	errAnswered = fault.Conflict("这件诉求已经有锁定的评价。打开最新的一页查看")
	errNotReady = fault.Conflict("这件诉求还没有办理结果，暂时不能评价。请在办结以后再来")
)

// Outside reports whether somebody stands outside the handling: no hand in it, and of none of its units
// (REQ-12).
func Outside(by authz.Actor, hands, units []int64) bool {
	if slices.Contains(hands, by.AccountID) {
		return false
	}
	return !slices.ContainsFunc(by.Posts, func(p authz.Post) bool { return slices.Contains(units, p.UnitID) })
}

// check cleans what was answered; the fields are reached, self, solved, satisfied and words.
func (c *Callback) check(locking bool) error {
	var bad []fault.Field
	wrong := func(name, message string) { bad = append(bad, fault.Field{Name: name, Message: message}) }
	words, err := normal.CleanText(c.Words)
	if err != nil {
		wrong("words", err.Error())
	} else if utf8.RuneCountInString(words) > 500 {
		wrong("words", "最多 500 个字")
	}
	c.Words = words
	if c.Solved.Label() == "" || c.Satisfied.Label() == "" {
		wrong("solved", "请从给出的答案中选择")
	}
	answered := c.Reached && c.Self
	if !answered && (c.Solved != NotAsked || c.Satisfied != NotRated) {
		wrong("solved", "没有联系到本人时不能填写评价；家人代答不算有效评价") // §6.8, 10
	}
	if locking && answered && c.Solved == NotAsked {
		wrong("solved", "请选择问题是否解决")
	}
	if locking && answered && c.Satisfied == NotRated {
		wrong("satisfied", "请选择是否满意")
	}
	return fault.Invalid(bad...)
}

// SaveCallback keeps an answer that is not locked yet; nobody who handles the order sees it (REQ-12).
// Callback staff and dispatchers from outside the handling.
func (s *Service) SaveCallback(ctx context.Context, by authz.Actor, key string, c Callback) error {
	if err := authz.Check(by, authz.CallbackMake, authz.Object{}); err != nil {
		return err
	}
	return s.db.WriteKeyed(ctx, by, key, string(authz.CallbackMake)+".save", func(tx *pg.Tx) error {
		c.Source = ByStaff
		r, err := ready(ctx, tx, c)
		if err != nil {
			return err
		}
		if err := c.check(false); err != nil {
			return err
		}
		if err := putCallback(ctx, tx, r, &c, nil); err != nil {
			return err
		}
		return record(ctx, tx, authz.CallbackMake, r, "暂存了回访", "")
	})
}

// ready locks the request with every other one of its order, and checks that it waits for an answer and
// that who asks stands outside.
func ready(ctx context.Context, tx *pg.Tx, c Callback) (Request, error) {
	r, err := oneRequest(ctx, tx, requestByNo, c.No)
	if err != nil {
		return r, err
	}
	all, err := lockOrder(ctx, tx, r.OrderID)
	if err != nil {
		return r, err
	}
	at := slices.IndexFunc(all, func(o Request) bool { return o.ID == r.ID })
	if at < 0 {
		return r, errStale
	}
	r = all[at]
	switch {
	case c.Version != 0 && c.Version != r.Version:
		return r, errStale
	case c.Source == ByStaff && !Outside(tx.Actor, c.Hands, c.Units):
		return r, errHandler
	case r.WithdrawnAt != nil:
		return r, errWithdrawn
	case r.SettledAt != nil:
		return r, errAnswered
	case r.RepliedAt == nil:
		return r, errNotReady
	}
	return r, nil
}

// LockCallback locks an answer for good and says what it means for the order: settled, or back to work
// (REQ-11). A try that reached nobody counts as a try; after the third the request is settled as 联系不上.
// Who asks for the staff must be outside (REQ-12); a resident answers with the receipt (Source ByResident).
func (s *Service) LockCallback(ctx context.Context, tx *pg.Tx, c Callback) (Outcome, error) {
	if c.Source == "" {
		c.Source = ByStaff
	}
	if c.Source == ByResident {
		c.Reached, c.Self = true, true
	}
	r, err := ready(ctx, tx, c)
	if err != nil {
		return Outcome{}, err
	}
	if err := c.check(true); err != nil {
		return Outcome{}, err
	}
	return s.lock(ctx, tx, r, c)
}

func (s *Service) lock(ctx context.Context, tx *pg.Tx, r Request, c Callback) (Outcome, error) {
	out := Outcome{Order: r.OrderID}
	if !c.Valid() && c.Source == ByStaff {
		missed, err := triesSince(ctx, tx, r)
		if err != nil {
			return out, err
		}
		out.TriesLeft = tries - missed - 1
		if out.TriesLeft <= 0 {
			out.TriesLeft, c.Source = 0, ByLapse
		}
	}
	if err := putCallback(ctx, tx, r, &c, &tx.Now); err != nil {
		return out, err
	}
	out.Round, out.Reopen, out.Lapsed = c.Round, c.Unhappy(), c.Source == ByLapse
	out.Locked = c.Valid() && !out.Reopen || out.Lapsed
	if err := s.settle(ctx, tx, &r, &out); err != nil {
		return out, err
	}
	out.Request, out.Why = r, whyOf(c, out)
	return out, record(ctx, tx, callbackAction(c.Source), r, out.Why, "")
}

// settle writes what an answer means: this request is done, or all that are not go back to work.
func (s *Service) settle(ctx context.Context, tx *pg.Tx, r *Request, out *Outcome) error {
	all, err := requests(ctx, tx, requestsOf, r.OrderID) // locked by ready
	if err != nil {
		return err
	}
	out.AllLocked = true
	for i := range all {
		o := &all[i]
		switch {
		case o.SettledAt != nil:
			continue
		case out.Reopen:
			o.RepliedAt = nil // asked again after the next reply
			out.AllLocked = false
		case o.ID == r.ID && out.Locked:
			o.SettledAt = &tx.Now
		default:
			out.AllLocked = false
			continue
		}
		if err := saveRequest(ctx, tx, o); err != nil {
			return err
		}
		if o.ID == r.ID {
			*r = *o
		}
	}
	return nil
}

func callbackAction(source CallbackSource) authz.Action {
	if source == ByResident {
		return authz.RequestTrack
	}
	return authz.CallbackMake
}

func whyOf(c Callback, out Outcome) string {
	switch {
	case out.Lapsed:
		return "多次回访联系不上，按未评价结束"
	case !c.Reached:
		return fmt.Sprintf("回访没有联系上，还可以再试 %d 次", out.TriesLeft)
	case !c.Self:
		return fmt.Sprintf("接听的不是本人，不算有效评价，还可以再试 %d 次", out.TriesLeft)
	}
	parts := []string{c.Source.Label(), c.Solved.Label(), c.Satisfied.Label()}
	if out.Reopen {
		return strings.Join(parts, "，") + "，退回重办"
	}
	return strings.Join(parts, "，")
}

// Lapse settles requests that can only be rated by their receipt, for no telephone was left, when the time
// for the callback is over without a rating. It also names the orders in which nobody is left to be asked,
// because the last one withdrew or was taken out: they are done (§6.8, 7). A job of handoff calls it and closes the orders.
func (s *Service) Lapse(ctx context.Context, tx *pg.Tx, limit int) ([]Outcome, error) {
	v, err := policyOf(ctx, tx)
	if err != nil {
		return nil, err
	}
	waiting, err := unreachable(ctx, tx, tx.Now.Add(-time.Duration(v.CallbackHours)*time.Hour), limit)
	if err != nil {
		return nil, err
	}
	var out []Outcome
	for _, no := range waiting {
		c := Callback{No: no, Source: ByLapse}
		r, err := ready(ctx, tx, c)
		if fault.KindOf(err) == fault.KindConflict {
			continue // rated at this moment
		}
		if err != nil {
			return nil, err
		}
		o, err := s.lock(ctx, tx, r, c)
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	done, err := answeredByAll(ctx, tx, limit)
	if err != nil {
		return nil, err
	}
	for _, order := range done {
		if !slices.ContainsFunc(out, func(o Outcome) bool { return o.Order == order }) {
			out = append(out, Outcome{Order: order, AllLocked: true})
		}
	}
	return out, nil
}

// CallbacksOf gives the answers of a request, oldest first. Whoever handles the order, and whoever makes no
// callbacks, sees only what is locked (REQ-12).
func (s *Service) CallbacksOf(ctx context.Context, by authz.Actor, no string, hands, units []int64) ([]Callback, error) {
	r, err := oneRequest(ctx, s.db.Q(), requestByNo, no)
	if err != nil {
		return nil, err
	}
	all, err := callbacksOf(ctx, s.db.Q(), r.ID)
	if err != nil {
		return nil, err
	}
	open := authz.Can(by, authz.CallbackMake) && Outside(by, hands, units)
	return slices.DeleteFunc(all, func(c Callback) bool { return c.LockedAt == nil && !open }), nil
}
