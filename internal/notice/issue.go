package notice

import (
	"context"
	"strings"
	"unicode/utf8"

	"portal/internal/authz"
	"portal/internal/docno"
	"portal/internal/fault"
	"portal/internal/inbox"
	"portal/internal/pg"
	"portal/internal/policy"
	"portal/internal/workday"
)

// Signature is the act of the secretary or of a leader.
type Signature struct {
	At     Step
	Looked bool // the signer, who did not write it, confirms the personal data in it
}

// Issue hangs the words that wait: the first time with a number, and every time with days that start anew (DL-17).
func (s *Service) Issue(ctx context.Context, by authz.Actor, key string, in Signature) (slug string, err error) {
	err = s.db.Write(ctx, by, func(tx *pg.Tx) error {
		slug, err = tx.Once(ctx, key, "notice.issue", func() (string, error) {
			n, err := s.step(ctx, tx, in.At, authz.NoticeIssue, "", func(n *Notice) (trace, error) { return s.issue(ctx, tx, n, in.Looked) })
			return n.Slug(), err
		})
		return err
	})
	return slug, err
}

func (s *Service) issue(ctx context.Context, tx *pg.Tx, n *Notice, looked bool) (trace, error) {
	v, err := valuesOf(ctx, tx)
	if err != nil {
		return trace{}, err
	}
	waiting, err := pendingOf(ctx, tx, *n)
	if err != nil {
		return trace{}, err
	}
	if err := fault.Invalid(waiting.check(n.Kind, v)...); err != nil {
		return trace{}, err
	}
	if err := s.looked(ctx, tx, n, waiting, looked); err != nil {
		return trace{}, err
	}
	cal, _, err := policy.Calendar(ctx, tx)
	if err != nil {
		return trace{}, err
	}
	today := workday.DayOf(tx.Now)
	w := windowOf(cal, today, waiting.Days)
	if n.Year == nil {
		year := today.Year()
		seq, err := tx.Number(ctx, docno.Notice, year)
		if err != nil {
			return trace{}, err
		}
		n.Year, n.Seq = &year, &seq
	}
	if err := issueVersion(ctx, tx, n.ID, waiting.N, w); err != nil {
		return trace{}, err
	}
	n.Version = waiting
	n.Shown, n.EndedAt, n.RemindedOn = waiting.N, nil, workday.Day{}
	n.hang(w)
	if waiting.WrittenBy != tx.Actor.AccountID {
		if err := inbox.Tell(ctx, tx, inbox.Audience{AccountID: waiting.WrittenBy}, "公示已签发："+waiting.PlainTitle+"。请打印、张贴，再登记张贴", n.DeskPath()); err != nil {
			return trace{}, err
		}
	}
	return trace{Did: "签发了公示", N: waiting.N, From: w.From.String(), Last: w.Last.String()}, nil
}

// hang puts the window where the board is ordered by it.
func (n *Notice) hang(w Window) {
	n.FromOn, n.LastOn, n.Why, n.Exact = w.From, w.Last, w.Why, w.Exact
	n.BoardOn = w.Last
	if w.Last.IsZero() {
		n.BoardOn = endless
	}
}

// endless orders what hangs without an end behind everything else.
var endless = workday.NewDay(9999, 12, 31)

// looked holds back what seems to hold personal data until a second person has confirmed it (§6.7): whoever
// wrote it cannot be the one. What was answered to residents is looked at by a second person whether something is
// found in it or not (REQ-21): a name in a sentence no detector finds.
func (s *Service) looked(ctx context.Context, tx *pg.Tx, n *Notice, waiting Version, looked bool) error {
	found := s.find(waiting.words())
	if n.Kind == Handling && waiting.WrittenBy == tx.Actor.AccountID && waiting.ClearedByName == "" {
		return fault.InvalidField("cleared", "办理结果的公示要由另一位同事看过个人信息再签发，不能由写的人签发")
	}
	if len(found) == 0 || waiting.ClearedByName != "" {
		return nil
	}
	where := "里面像有个人信息：" + strings.Join(found[:min(3, len(found))], "、")
	if waiting.WrittenBy == tx.Actor.AccountID {
		return fault.InvalidField("cleared", where+"。请改掉；确实要公开的，请另一位同事确认")
	}
	if !looked {
		return fault.InvalidField("cleared", where+"。请退回修改，或者勾选“我看过，可以公开”再签发")
	}
	return clearVersion(ctx, tx, n.ID, waiting.N)
}

// Withdraw takes a notice down before its time, or drops a draft. What was withdrawn counts as not published.
func (s *Service) Withdraw(ctx context.Context, by authz.Actor, key string, at Step, reason string) error {
	return s.db.WriteKeyed(ctx, by, key, "notice.end", func(tx *pg.Tx) error {
		_, err := s.step(ctx, tx, at, authz.NoticeEnd, reason, func(n *Notice) (trace, error) {
			if r := utf8.RuneCountInString(reason); r < 2 || r > 300 {
				return trace{}, fault.InvalidField("reason", "写明为什么撤下，2 到 300 个字")
			}
			n.EndedAt, n.EndReason = &tx.Now, reason
			return trace{Did: "撤下了公示"}, nil
		})
		return err
	})
}
