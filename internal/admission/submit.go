package admission

import (
	"context"
	"fmt"

	"portal/internal/authz"
	"portal/internal/catalog"
	"portal/internal/docno"
	"portal/internal/fault"
	"portal/internal/inbox"
	"portal/internal/pg"
	"portal/internal/policy"
	"portal/internal/workday"
)

// Submission hands an application in.
type Submission struct {
	ID        ID
	Version   int
	Key       string
	TwinKnown bool // the applicant has seen that the same item was applied for already (E25)
}

// numberKind is the kind of the number that an application carries from its first submission.
const numberKind = "申"

// Submit checks the form against every rule and makes the five checks once more (§5). Broken rules and
// negative phrases stop it, each beside its field; the other checks travel with it for the street to
// read. The number 梧申〔年〕N号 is given at the first submission and kept afterwards; the decision
// clock starts then, and goes on when a returned application comes back (R15). The same key twice is
// one submission. The contact persons of the unit.
func (s *Service) Submit(ctx context.Context, by authz.Actor, in Submission) (Application, error) {
	var a Application
	err := s.db.Write(ctx, by, func(tx *pg.Tx) error {
		_, err := tx.Once(ctx, in.Key, string(authz.AppSubmit), func() (string, error) { return idText(in.ID), s.submit(ctx, tx, in) })
		if err != nil {
			return err
		}
		a, err = one(ctx, tx, byID, in.ID)
		return err
	})
	return a, err
}

func (s *Service) submit(ctx context.Context, tx *pg.Tx, in Submission) error {
	today := workday.DayOf(tx.Now)
	var results []Result
	again := false
	a, err := s.step(ctx, tx, Step{ID: in.ID, Version: in.Version}, authz.AppSubmit, func(a *Application) error {
		l, err := look(ctx, tx, *a, today)
		if err != nil {
			return err
		}
		if err := stops(l, in.TwinKnown); err != nil {
			return err
		}
		again = a.SubmittedAt != nil
		results = l.Results
		total := a.TotalHours()
		a.Round, a.HoursTotal, a.SubmittedAt = a.Round+1, &total, &tx.Now
		a.Checks, a.FirstFailing = marks(results)
		if again {
			return resumeDecision(ctx, tx, a)
		}
		year := today.Year()
		seq, err := tx.Number(ctx, numberKind, year)
		if err != nil {
			return err
		}
		a.Year, a.Seq = &year, &seq
		return startDecision(ctx, tx, a)
	})
	if err != nil {
		return err
	}
	if err := storeChecks(ctx, tx, a, results); err != nil {
		return err
	}
	if again {
		if err := markResubmitted(ctx, tx, a.ID); err != nil {
			return err
		}
	}
	return tellSubmitted(ctx, tx, a, again)
}

// stops gives what keeps an application from being handed in: broken rules (R5–R8, R11, R12, R54),
// phrases of the negative list (R1, R33, R34), an unconfirmed twin (E25).
func stops(l Look, twinKnown bool) error {
	var fields []fault.Field
	for _, b := range l.Broken {
		fields = append(fields, fault.Field{Name: b.Name, Message: b.Message})
	}
	for _, h := range hitsOf(l.Form, l.Facts) {
		if h.Blocks() {
			fields = append(fields, fault.Field{Name: h.Field, Message: blockedBy(h)})
		}
	}
	if l.Twin != "" && !twinKnown {
		fields = append(fields, fault.Field{Name: "twin_known", Message: fmt.Sprintf("本单位已经申请过同名、时间重叠的事项（%s）。确实要再申请，请勾选“已知道”", l.Twin)})
	}
	return fault.Invalid(fields...)
}

func blockedBy(h catalog.Hit) string {
	return fmt.Sprintf("“%s”在负面清单里（%s）：%s。出处：%s。请改写后再提交", h.Entry.Phrase, h.Entry.Code, h.Entry.Description, h.Entry.Source)
}

// tellSubmitted tells the street's reviewers and the secretaries of the communities concerned.
func tellSubmitted(ctx context.Context, tx *pg.Tx, a Application, again bool) error {
	v, err := policy.Load(ctx, tx, workday.DayOf(tx.Now))
	if err != nil {
		return err
	}
	verb := "申请准入"
	if again {
		verb = "补正后重新提交"
	}
	words := fmt.Sprintf("%s %s：%s", a.UnitName, verb, docno.No{Word: v.NumberWord, Kind: numberKind, Year: *a.Year, Seq: *a.Seq}.Format()+" “"+a.Title+"”")
	to := []inbox.Audience{{Role: authz.Reviewer}}
	for _, c := range a.Communities {
		to = append(to, inbox.Audience{Role: authz.Secretary, Division: c})
	}
	for _, who := range to {
		if err := inbox.Tell(ctx, tx, who, words, "/desk/applications/"+a.Slug()); err != nil {
			return err
		}
	}
	return nil
}

// tellWithdrawn tells the reviewers that a numbered application needs no decision any more.
func tellWithdrawn(ctx context.Context, tx *pg.Tx, a Application) error {
	if a.Year == nil {
		return nil
	}
	return inbox.Tell(ctx, tx, inbox.Audience{Role: authz.Reviewer}, fmt.Sprintf("%s 撤回了“%s”", a.UnitName, a.Title), "/desk/applications/"+a.Slug())
}
