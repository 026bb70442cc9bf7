package request

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/inbox"
	"portal/internal/normal"
	"portal/internal/page"
	"portal/internal/pg"
	"portal/internal/workday"
)

// LimitTold is a limit as the holder of a receipt reads it (REQ-20).
type LimitTold struct {
	Post      string // of the official
	Reason    string // only where this request is part of what it rests on
	SetAt     time.Time
	Until     time.Time
	State     LimitState
	CanAppeal bool
	DecideBy  *time.Time
	DecidedBy string // the post that decided the appeal
	Decision  string
}

func fullMoment(at time.Time) string { return at.In(workday.Shanghai).Format("2006年1月2日 15:04") }

// Path is the limit's page.
func (l Limit) Path() string { return fmt.Sprintf("/desk/limits/%d", l.ID) }

// limitTold is what the author of a request is told of a limit: the one in force on the telephone that was left, or
// the last one that rests on this request.
func (s *Service) limitTold(ctx context.Context, q pg.Querier, r Request) (*LimitTold, error) {
	l, err := s.limitAbout(ctx, q, r)
	if err != nil || l == nil {
		return nil, err
	}
	now := s.db.Now()
	out := &LimitTold{Post: l.SetPost, SetAt: l.SetAt, Until: l.Until, State: l.State(now), DecideBy: l.DecideBy, DecidedBy: l.DecidedPost, Decision: l.Decision}
	out.CanAppeal = out.State == LimitHolds && l.AppealedAt == nil
	for _, no := range l.Requests {
		if no == r.No {
			out.Reason = l.Reason
		}
	}
	return out, nil
}

func (s *Service) limitAbout(ctx context.Context, q pg.Querier, r Request) (*Limit, error) {
	indexes := [][]byte{}
	if r.HasPhone {
		p, err := s.person(ctx, q, r)
		if err != nil {
			return nil, err
		}
		indexes = s.keys.Indexes(PhoneDigits(p.Phone), aboutPhone)
	}
	return limitWhere(ctx, q, limitAboutRequest, indexes, s.db.Now(), int64(r.ID))
}

// Appeal is the resident's word against a limit, once, with a receipt that shows everything. Another official decides
// it; undecided in time, the limit ends by itself.
func (s *Service) Appeal(ctx context.Context, k Key, key, words string) error {
	id, level, err := s.Resolve(ctx, k)
	if err != nil {
		return err
	}
	if level != Full {
		return ErrNoCode
	}
	return s.db.WriteKeyed(ctx, authz.Anonymous, key, string(authz.LimitAppeal), func(tx *pg.Tx) error {
		words, err := normal.CleanText(words)
		if n := utf8.RuneCountInString(words); err != nil || n < 2 || n > 500 {
			return fault.InvalidField("appeal", "请用 2 到 500 个字说明为什么不同意")
		}
		r, err := oneRequest(ctx, tx, requestByID, int64(id))
		if err != nil {
			return err
		}
		about, err := s.limitAbout(ctx, tx, r)
		if err != nil {
			return err
		}
		if about == nil {
			return fault.Conflict("这个电话没有被限制，不用申诉")
		}
		l, err := oneLimit(ctx, tx, limitLocked, int64(about.ID))
		if err != nil {
			return err
		}
		switch {
		case !l.State(tx.Now).Open():
			return fault.Conflict("限制已经结束，不用再申诉")
		case l.AppealedAt != nil:
			return fault.Conflict("已经申诉过了，结果会写在这一页")
		}
		v, err := policyOf(ctx, tx)
		if err != nil {
			return err
		}
		until := tx.Now.AddDate(0, 0, v.LimitAppealDays)
		l.Appeal, l.AppealedAt, l.DecideBy = cut(MaskWords(words), 500), &tx.Now, &until
		if err := saveLimit(ctx, tx, &l, 0, 0); err != nil {
			return err
		}
		for _, role := range []authz.Role{authz.Leader, authz.Legality} {
			if err := inbox.Tell(ctx, tx, inbox.Audience{Role: role}, "居民对使用限制提出申诉，请在 "+fullMoment(until)+" 前由作出限制以外的人决定", l.Path()); err != nil {
				return err
			}
		}
		return recordLimit(ctx, tx, authz.LimitAppeal, l, "居民提出申诉", "")
	})
}

// DecideAppeal keeps a limit or ends it at once. Who may: LimitDecide, and never who set it.
func (s *Service) DecideAppeal(ctx context.Context, by authz.Actor, key string, id LimitID, version int, keep bool, reason string) error {
	return s.changeLimit(ctx, by, key, authz.LimitDecide, id, version, reason, func(tx *pg.Tx, l *Limit, reason string) (string, error) {
		switch {
		case l.DecidedAt != nil:
			return "", errLimitTaken
		case l.AppealedAt == nil:
			return "", fault.Conflict("还没有人申诉，不用决定")
		case l.SetBy == by.AccountID:
			return "", errOwnLimit
		}
		l.Kept, l.Decision, l.DecidedAt, l.DecidedPost = keep, reason, &tx.Now, postAs(by, authz.Leader, authz.Legality)
		told := "您的申诉由" + l.DecidedPost + "决定：" + reason + "。限制照旧，到 " + fullMoment(l.Until) + " 自动解除"
		did, lifted := "申诉不成立，维持限制", int64(0)
		if !keep {
			l.LiftedAt, lifted = &tx.Now, by.AccountID
			told, did = "您的申诉由"+l.DecidedPost+"决定：限制已经解除。"+reason, "申诉成立，解除限制"
		}
		if err := saveLimit(ctx, tx, l, by.AccountID, lifted); err != nil {
			return "", err
		}
		return did, s.tellLimit(ctx, tx, l, told)
	})
}

// LiftLimit ends a limit before its time. Who may: LimitLift.
func (s *Service) LiftLimit(ctx context.Context, by authz.Actor, key string, id LimitID, version int, reason string) error {
	return s.changeLimit(ctx, by, key, authz.LimitLift, id, version, reason, func(tx *pg.Tx, l *Limit, reason string) (string, error) {
		l.LiftedAt = &tx.Now
		if err := saveLimit(ctx, tx, l, 0, by.AccountID); err != nil {
			return "", err
		}
		return "提前解除限制", s.tellLimit(ctx, tx, l, "限制已经由"+postAs(by, authz.Leader)+"提前解除。"+reason)
	})
}

// changeLimit is one act of staff to a limit in force.
func (s *Service) changeLimit(ctx context.Context, by authz.Actor, key string, do authz.Action, id LimitID, version int, reason string,
	change func(tx *pg.Tx, l *Limit, reason string) (did string, err error)) error {
	return s.db.WriteKeyed(ctx, by, key, string(do), func(tx *pg.Tx) error {
		if err := authz.Check(by, do, authz.Object{}); err != nil {
			return err
		}
		l, err := oneLimit(ctx, tx, limitLocked, int64(id))
		switch {
		case err != nil:
			return err
		case version != 0 && version != l.Version:
			return errLimitTaken
		case !l.State(tx.Now).Open():
			return errLimitOver
		}
		if reason, err = checkReason(reason); err != nil {
			return err
		}
		did, err := change(tx, &l, cut(MaskWords(reason), 200))
		if err != nil {
			return err
		}
		return recordLimit(ctx, tx, do, l, did, reason)
	})
}

func (s *Service) tellLimit(ctx context.Context, tx *pg.Tx, l *Limit, words string) error {
	rests, err := requests(ctx, tx, requestsNamed, l.Requests)
	if err != nil {
		return err
	}
	return tellOfLimit(ctx, tx, rests, words)
}

// LimitOf gives one limit. Who may: LimitView.
func (s *Service) LimitOf(ctx context.Context, by authz.Actor, id LimitID) (Limit, error) {
	if !authz.Allowed(by, authz.LimitView, authz.Object{}) {
		return Limit{}, errNoLimit
	}
	return oneLimit(ctx, s.db.Q(), limitByID, int64(id))
}

// LimitEvidence gives the requests that a limit rests on, masked, so that whoever decides an appeal can read them.
// None of them is behind the wall (REQ-13). Who may: LimitView.
func (s *Service) LimitEvidence(ctx context.Context, by authz.Actor, l Limit) ([]Summary, error) {
	if err := authz.Check(by, authz.LimitView, authz.Object{}); err != nil {
		return nil, err
	}
	rests, err := requests(ctx, s.db.Q(), limitRests, int64(l.ID))
	if err != nil {
		return nil, err
	}
	out := make([]Summary, len(rests))
	for i, r := range rests {
		if out[i], err = s.summary(ctx, s.db.Q(), r); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Limits lists the limits in force, or those that are over, newest first. Who may: LimitView.
func (s *Service) Limits(ctx context.Context, by authz.Actor, open bool, cursor string, limit int) (page.Page[Limit], error) {
	if err := authz.Check(by, authz.LimitView, authz.Object{}); err != nil {
		return page.Page[Limit]{}, err
	}
	return limitsPage(ctx, s.db.Q(), open, s.db.Now(), cursor, min(max(limit, 1), mostRows))
}
