package admission

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"portal/internal/authz"
	"portal/internal/catalog"
	"portal/internal/docno"
	"portal/internal/fault"
	"portal/internal/inbox"
	"portal/internal/pg"
	"portal/internal/workday"
)

// Submission hands an application in.
type Submission struct {
	ID        ID
	Version   int
	Key       string // of the form, so that a double press counts once
	TwinKnown bool   // the applicant has seen that the like was applied for already (E25)
}

// Submit holds the form against every rule and makes the five checks once more (§5). Broken rules and
// phrases of the negative list stop it, each beside its field; what the other checks find travels with
// it for the street to read. The number 梧申〔年〕N号 is given at the first submission and kept; the
// decision clock starts then and goes on when a returned application comes back (R15). Members of the
// applicant's unit.
func (s *Service) Submit(ctx context.Context, by authz.Actor, in Submission) (Application, error) {
	var a Application
	err := s.db.Write(ctx, by, func(tx *pg.Tx) error {
		result, err := tx.Once(ctx, in.Key, string(authz.AppSubmit), func() (string, error) { return idText(in.ID), s.submit(ctx, tx, in) })
		if err != nil {
			return err
		}
		a, err = done(ctx, tx, result)
		return err
	})
	return a, err
}

// done reads the application that a form key was used for, which is not always the one that a
// repeated form names: nobody reads a foreign application with a key of their own.
func done(ctx context.Context, tx *pg.Tx, result string) (Application, error) {
	id, err := parseID(result)
	if err != nil {
		return Application{}, fmt.Errorf("result of a form key: %w", err)
	}
	return one(ctx, tx, byID, id)
}

func (s *Service) submit(ctx context.Context, tx *pg.Tx, in Submission) error {
	if in.Version < 1 {
		return errStale // 0 is for the portal's own jobs
	}
	var l Look
	again := false
	a, err := s.step(ctx, tx, Step{ID: in.ID, Version: in.Version}, authz.AppSubmit, func(a *Application) error {
		var err error
		if l, err = look(ctx, tx, *a, workday.DayOf(tx.Now)); err != nil {
			return err
		}
		if err := fault.Invalid(l.stops()...); err != nil {
			return err
		}
		again = a.Year != nil
		total := a.TotalHours()
		a.Round, a.HoursTotal, a.SubmittedAt = a.Round+1, &total, &tx.Now
		a.Checks, a.FirstFailing = marks(l.Results)
		if again {
			return resumeDecision(ctx, tx, a)
		}
		return s.number(ctx, tx, a, l.Facts.Values.NumberWord, in.TwinKnown)
	})
	if err != nil {
		return err
	}
	if err := storeChecks(ctx, tx, a, l.Results); err != nil {
		return err
	}
	if !again {
		return tellStreet(ctx, tx, a, "%s申请准入“%s”")
	}
	if err := markResubmitted(ctx, tx, a.ID); err != nil {
		return err
	}
	return tellStreet(ctx, tx, a, "%s补正后重新提交“%s”")
}

// number gives the application its number and starts the decision clock. Two clerks who key the same
// paper form wait for each other at the number, so the second one sees the first (E25); a refusal
// gives the number back.
func (s *Service) number(ctx context.Context, tx *pg.Tx, a *Application, word string, twinKnown bool) error {
	year := workday.DayOf(tx.Now).Year()
	seq, err := tx.Number(ctx, docno.Application, year)
	if err != nil {
		return err
	}
	twin, err := twinOf(ctx, tx, *a)
	if err != nil {
		return err
	}
	if twin != "" && !twinKnown {
		other := Application{}
		if y, n, err := docno.ParseSlug(twin); err == nil {
			other.Year, other.Seq = &y, &n
		}
		return fault.InvalidField(FieldTwin, "本单位已经申请过同名、日期相同的事项（"+other.No(word)+"）。确实要再申请一次，请勾选")
	}
	a.Year, a.Seq = &year, &seq
	return startDecision(ctx, tx, a)
}

// stops gives what keeps a form from being handed in: phrases of the negative list (R1, R33, R34) and
// broken rules.
func (l Look) stops() []fault.Field {
	var fields []fault.Field
	for _, h := range hitsOf(l.Form, l.Facts) {
		field := fault.Field{Name: h.Field, Message: blockedBy(h)}
		if h.Blocks() && !slices.Contains(fields, field) { // a phrase written twice is one sentence
			fields = append(fields, field)
		}
	}
	return append(fields, asFields(l.Problems)...)
}

// blockedBy shows the phrase with description and source of its entry (R1).
func blockedBy(h catalog.Hit) string {
	return fmt.Sprintf("“%s”在负面清单里（%s）：%s。出处：%s。改掉后再提交（R1）", h.Entry.Phrase, h.Entry.Code, h.Entry.Description, h.Entry.Source)
}

// tellStreet leaves a line for the street's reviewers and the secretaries of the communities concerned.
// A draft that nobody has seen is nobody's news.
func tellStreet(ctx context.Context, tx *pg.Tx, a Application, sentence string) error {
	if a.Year == nil {
		return nil
	}
	words, err := named(ctx, tx, a, fmt.Sprintf(sentence, strings.ReplaceAll(a.UnitName, "%", "%%"), "%s"))
	if err != nil {
		return err
	}
	to := []inbox.Audience{{Role: authz.Reviewer}}
	for _, c := range a.Communities {
		to = append(to, inbox.Audience{Role: authz.Secretary, Division: c})
	}
	return tell(ctx, tx, a, words, to...)
}
