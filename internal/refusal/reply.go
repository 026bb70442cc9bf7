package refusal

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/policy"
	"portal/internal/workday"
)

// ReplyCmd is what the other side answers (R23).
type ReplyCmd struct {
	Step
	Reply Reply
	Words string
}

// Reply answers a refusal, return or claim: apply, withdraw, appeal, or provide what was claimed. The
// contact persons of the unit that asked.
func (s *Service) Reply(ctx context.Context, by authz.Actor, in ReplyCmd, key string) error {
	return s.db.Write(ctx, by, func(tx *pg.Tx) error {
		_, err := tx.Once(ctx, key, string(authz.RefusalReply), func() (string, error) {
			r, err := s.step(ctx, tx, in.Step, authz.RefusalReply, mayReply(by), func(r *Refusal) error {
				if err := in.check(r.Kind); err != nil {
					return err
				}
				r.Answer, r.AnswerWords, r.AnsweredBy, r.AnsweredAt = &in.Reply, in.Words, &by.AccountID, &tx.Now
				return stopClock(ctx, tx, *r)
			})
			if err != nil {
				return "", err
			}
			return r.Slug(), tellAnswered(ctx, tx, r)
		})
		return err
	})
}

func mayReply(by authz.Actor) func(Refusal) error {
	return func(r Refusal) error {
		if !authz.Allowed(by, authz.RefusalReply, r.Object()) {
			return errNoRefusal
		}
		return nil
	}
}

func (in ReplyCmd) check(k Kind) error {
	var out []fault.Field
	if !slices.Contains(k.Replies(), in.Reply) {
		out = append(out, fault.Field{Name: "reply", Message: "选怎么答复"})
	}
	n := utf8.RuneCountInString(strings.TrimSpace(in.Words))
	if n > 500 {
		out = append(out, fault.Field{Name: "words", Message: "最多 500 个字"})
	}
	if (in.Reply == Appeal || in.Reply == Provide) && n < 2 {
		message := "写清异议的理由和依据"
		if in.Reply == Provide {
			message = "写清经费和条件的来源、数额和到位时间"
		}
		out = append(out, fault.Field{Name: "words", Message: message})
	}
	return fault.Invalid(out...)
}

func stopClock(ctx context.Context, tx *pg.Tx, r Refusal) error {
	d, err := policy.Of(ctx, tx, RefusalKind, int64(r.ID), DeadlineKind)
	if fault.KindOf(err) == fault.KindNotFound {
		return nil
	}
	if err != nil {
		return err
	}
	return policy.Stop(ctx, tx, d.ID, workday.DayOf(tx.Now))
}

// tellAnswered tells the person who issued it and the secretary; an appeal goes to the street.
func tellAnswered(ctx context.Context, tx *pg.Tx, r Refusal) error {
	words := r.RequesterName + "答复了“" + r.Title + "”：" + r.Answer.Label()
	if err := tellPerson(ctx, tx, r.IssuedBy, words, href(r)); err != nil {
		return err
	}
	if *r.Answer == Appeal {
		return tellRole(ctx, tx, authz.Reviewer, "", words+"，请街道研究", href(r))
	}
	return nil
}

// CloseSilent closes what the other side has left unanswered past its day as withdrawn (R23); an
// unanswered claim for funds goes to the street instead. A clock whose year is not published closes
// nothing. It is a job: each closing is a transaction of its own.
func (s *Service) CloseSilent(ctx context.Context) (closed int, err error) {
	late, err := refusals(ctx, s.db.Q(), refusalsOverdue, workday.DayOf(s.db.Now()))
	if err != nil {
		return 0, err
	}
	for _, r := range late {
		err := s.db.Write(ctx, authz.System, func(tx *pg.Tx) error { return s.closeOne(ctx, tx, r) })
		if fault.KindOf(err) == fault.KindConflict {
			continue // answered at the last moment
		}
		if err != nil {
			return closed, err
		}
		closed++
	}
	return closed, nil
}

func (s *Service) closeOne(ctx context.Context, tx *pg.Tx, late Refusal) error {
	silent := Silent
	r, err := s.step(ctx, tx, Step{ID: late.ID, Version: late.Version}, authz.RefusalClose, nil, func(r *Refusal) error {
		r.Answer, r.AnsweredAt = &silent, &tx.Now
		r.AnswerWords = "逾期未答复，按撤回处理"
		if r.Kind == Claim {
			r.AnswerWords = "逾期未答复，已报街道协调"
		}
		return stopClock(ctx, tx, *r)
	})
	if err != nil {
		return err
	}
	words := r.RequesterName + "没有在期限内答复“" + r.Title + "”，" + r.AnswerWords
	if err := tellPerson(ctx, tx, r.IssuedBy, words, href(r)); err != nil {
		return err
	}
	if r.Kind == Claim {
		return tellRole(ctx, tx, authz.Reviewer, "", words, href(r))
	}
	if r.UnitID != nil {
		return tellUnit(ctx, tx, *r.UnitID, words, href(r))
	}
	return nil
}
