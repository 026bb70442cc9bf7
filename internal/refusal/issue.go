package refusal

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/policy"
	"portal/internal/workday"
)

// DeadlineKind names the clock of the answer (R23).
const DeadlineKind = "refusal.answer"

// IssueCmd refuses, returns or claims.
type IssueCmd struct {
	TaskStep
	Kind       Kind
	Reason     Reason
	ReasonText string
}

// Issue answers a task in one click: the judgement is made anew, the letter is drafted, checked and
// kept, the number taken, the task locked, the other side told and its clock started (R21–R23). A
// letter that rests on a clause nobody has confirmed is held (R52). Secretaries and workers of the
// community; of two at once one wins and the other reads who did what.
func (s *Service) Issue(ctx context.Context, by authz.Actor, in IssueCmd, key string) (slug string, err error) {
	err = s.db.Write(ctx, by, func(tx *pg.Tx) error {
		slug, err = tx.Once(ctx, key, string(authz.RefusalIssue), func() (string, error) { return s.issue(ctx, tx, in) })
		return err
	})
	return slug, err
}

func (s *Service) issue(ctx context.Context, tx *pg.Tx, in IssueCmd) (string, error) {
	today := workday.DayOf(tx.Now)
	var r Refusal
	t, err := s.taskStep(ctx, tx, in.TaskStep, authz.RefusalIssue, in.ReasonText, func(t *Task) error {
		if err := in.check(); err != nil {
			return err
		}
		if err := judge(ctx, tx, t, today); err != nil {
			return err
		}
		ans, err := t.Answer()
		if err != nil {
			return err
		}
		r, err = s.act(ctx, tx, *t, ans, in, today)
		return err
	})
	if err != nil {
		return "", err
	}
	if err := recordRefusal(ctx, tx, authz.RefusalIssue, nil, r, in.ReasonText); err != nil {
		return "", err
	}
	if err := tellIssued(ctx, tx, t, r); err != nil {
		return "", err
	}
	return r.Slug(), repeated(ctx, tx, r, today)
}

func (in IssueCmd) check() error {
	var out []fault.Field
	if !slices.Contains([]Kind{Refuse, Return, Claim}, in.Kind) {
		out = append(out, fault.Field{Name: "kind", Message: "选怎么答复"})
	}
	if !slices.Contains(Reasons(), in.Reason) {
		out = append(out, fault.Field{Name: "reason_code", Message: "选一个理由"})
	}
	if n := utf8.RuneCountInString(strings.TrimSpace(in.ReasonText)); n < 2 || n > 500 {
		out = append(out, fault.Field{Name: "reason", Message: "理由写 2 到 500 个字"})
	}
	return fault.Invalid(out...)
}

// act stores the refusal with its letter. The clock runs only once the letter is out.
func (s *Service) act(ctx context.Context, tx *pg.Tx, t Task, ans Answer, in IssueCmd, today workday.Day) (Refusal, error) {
	r := Refusal{TaskID: t.ID, TaskYear: t.Year, TaskSeq: t.Seq, Title: t.Title, Kind: in.Kind, Year: today.Year(), Outcome: ans.Outcome,
		ReasonCode: in.Reason, Reason: in.ReasonText, UnitID: t.RequesterID, RequesterName: t.RequesterName, Community: t.Community,
		CommunityName: t.CommunityName, IssuedBy: tx.Actor.AccountID, State: Issued}
	if ans.Held && in.Kind == Refuse {
		r.State, r.Held, r.HeldClause = Held, true, &ans.HeldClause
	}
	v, err := policy.Load(ctx, tx, today)
	if err != nil {
		return r, err
	}
	f := factsOf(t, r, v, today)
	if _, err := Draft(ans, in.Kind, f); err != nil { // before a number is taken
		return r, err
	}
	if r.Seq, err = tx.Number(ctx, in.Kind.Number(), r.Year); err != nil {
		return r, err
	}
	if err := insertRefusal(ctx, tx, &r); err != nil {
		return r, err
	}
	if r.State == Issued {
		if f.AnswerBy, err = startClock(ctx, tx, &r, v, today); err != nil {
			return r, err
		}
	}
	f.Number = r.No(v.NumberWord)
	if err := r.keepLetter(ans, f); err != nil {
		return r, err
	}
	return r, saveRefusal(ctx, tx, &r)
}

func (r *Refusal) keepLetter(ans Answer, f Facts) error {
	l, err := Draft(ans, r.Kind, f)
	if err != nil {
		return err
	}
	if r.Letter, err = json.Marshal(l); err != nil {
		return fmt.Errorf("keep the letter: %w", err)
	}
	return nil
}

func factsOf(t Task, r Refusal, v policy.Values, day workday.Day) Facts {
	return Facts{Issuer: IssuerName(t.Community, t.CommunityName), Street: v.StreetName, Requester: t.RequesterName, Title: t.Title, Channel: t.Channel.Label(),
		Reason: r.ReasonCode, ReasonText: r.Reason, Number: r.No(v.NumberWord), Day: day}
}

// IssuerName is the committee in whose name a letter goes out.
func IssuerName(code, name string) string {
	if isVillage(code) {
		return name + "村民委员会"
	}
	return name + "居民委员会"
}

// startClock gives the other side its working days (R23). A due day that the published calendar does
// not reach yet is stored as not before, and no day is promised in the letter.
func startClock(ctx context.Context, tx *pg.Tx, r *Refusal, v policy.Values, today workday.Day) (promised workday.Day, err error) {
	d, err := policy.Start(ctx, tx, policy.DeadlineSpec{Kind: DeadlineKind, ObjectKind: RefusalKind, ObjectID: int64(r.ID), From: today,
		Days: v.RefusalAnswer, Basis: "收到后答复（R23，本街道默认）"})
	if err != nil {
		return workday.Day{}, err
	}
	r.DueOn = d.DueOn
	if d.NotBefore {
		return workday.Day{}, nil
	}
	return d.DueOn, nil
}

func href(r Refusal) string { return "/desk/refusals/" + r.Slug() }

// tellIssued tells everybody concerned: the other side, the street's reviewers, the secretary; for a
// held letter the legality reviewers alone.
func tellIssued(ctx context.Context, tx *pg.Tx, t Task, r Refusal) error {
	if r.State == Held {
		return tellRole(ctx, tx, authz.Legality, "", t.CommunityName+"有一封函等条款核实后发出：“"+t.Title+"”", "/desk/settings/clauses")
	}
	words := t.CommunityName + r.Kind.Done() + "：“" + t.Title + "”，理由 " + r.ReasonCode.Label()
	if r.UnitID != nil {
		if err := tellUnit(ctx, tx, *r.UnitID, words+"，请答复", href(r)); err != nil {
			return err
		}
	}
	if err := tellRole(ctx, tx, authz.Reviewer, "", words, href(r)); err != nil {
		return err
	}
	return tellRole(ctx, tx, authz.Secretary, r.Community, words, href(r))
}

// repeated notices the same unit, community and reason again and again (R24): the discipline office
// reads it. The unit is in question, never the community.
func repeated(ctx context.Context, tx *pg.Tx, r Refusal, today workday.Day) error {
	if r.UnitID == nil || r.Kind == Claim {
		return nil
	}
	v, err := policy.Load(ctx, tx, today)
	if err != nil {
		return err
	}
	n, err := sameBefore(ctx, tx, r, today.Add(-v.RefusalWindow))
	if err != nil || n == 0 || n%v.RefusalRepeat != 0 {
		return err
	}
	words := fmt.Sprintf("%s %d 天内第 %d 次因“%s”被%s退回或拒绝，请关注该单位的交办", r.RequesterName, v.RefusalWindow, n, r.ReasonCode.Label(), r.CommunityName)
	return tellRole(ctx, tx, authz.Auditor, "", words, href(r))
}

// ViewRefusal opens a refusal, return or claim; out of reach reads like missing.
func (s *Service) ViewRefusal(ctx context.Context, by authz.Actor, kind Kind, year, seq int) (Refusal, error) {
	r, err := oneRefusal(ctx, s.db.Q(), refusalByNumber, string(kind), year, seq)
	if err != nil {
		return r, err
	}
	if !authz.Allowed(by, authz.RefusalView, r.Object()) {
		return Refusal{}, errNoRefusal
	}
	return r, nil
}

// OfTask gives the act that answered a task.
func (s *Service) OfTask(ctx context.Context, by authz.Actor, id TaskID) (Refusal, error) {
	r, err := oneRefusal(ctx, s.db.Q(), refusalOfTask, id)
	if err != nil {
		return r, err
	}
	if !authz.Allowed(by, authz.RefusalView, r.Object()) {
		return Refusal{}, errNoRefusal
	}
	return r, nil
}

// Preview drafts the letter of an act as it would go out today, without number and clock.
func (s *Service) Preview(ctx context.Context, t Seen, k Kind) (Letter, error) {
	today := workday.DayOf(s.db.Now())
	v, err := policy.Load(ctx, s.db.Q(), today)
	if err != nil {
		return Letter{}, err
	}
	r := Refusal{Kind: k, ReasonCode: t.Now.Reason, Reason: t.Now.ReasonText}
	f := factsOf(t.Task, r, v, today)
	f.Number = ""
	return Draft(t.Now, k, f)
}
