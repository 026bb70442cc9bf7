package admission

import (
	"context"
	"fmt"
	"slices"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/normal"
	"portal/internal/pg"
)

// Steps of the form (ux.md §4.3): four questions, then 核对并提交.
const (
	StepItem  = 1 // 事项和依据
	StepWork  = 2 // 请社区做什么
	StepMeans = 3 // 人、钱、物
	StepData  = 4 // 要采集的数据
	StepCheck = 5 // 核对并提交
)

var stepLabels = []string{"", "事项和依据", "请社区做什么", "人、钱、物", "要采集的数据", "核对并提交"}

// StepLabel is the name of a step.
func StepLabel(step int) string {
	if step < StepItem || step > StepCheck {
		return ""
	}
	return stepLabels[step]
}

// Save is what one step of the form keeps. Form is the whole form with the step's answers in it;
// Bases replaces the cited laws when it is not nil.
type Save struct {
	ID      ID
	Version int
	Step    int
	Form    Form
	Bases   []Basis
	Done    bool // the step was left with 保存并继续
}

// errNotOpen is for a form that has left the applicant's hands.
var errNotOpen = fault.Conflict("这份申请已经提交，现在不能改。要改，请等街道退回补正，或者先撤回")

// Save keeps what was typed, complete or not; only values that cannot be stored at all are refused.
// The contact persons of the unit, while it is a draft or returned. A second window that saved in
// between gives Conflict, and nothing is overwritten.
func (s *Service) Save(ctx context.Context, by authz.Actor, in Save) (Application, error) {
	var a Application
	err := s.db.Write(ctx, by, func(tx *pg.Tx) error {
		var err error
		if a, err = one(ctx, tx, byIDLocked, in.ID); err != nil {
			return err
		}
		if !authz.Allowed(by, authz.AppDraft, a.Object()) {
			return ErrNoSuch
		}
		if a.State != Draft && a.State != Returned {
			return errNotOpen
		}
		if a.Version != in.Version {
			return errStale
		}
		a.Form = in.Form
		a.TitleKey = normal.Key(a.Title)
		if in.Done && !slices.Contains(a.StepsDone, in.Step) {
			a.StepsDone = append(a.StepsDone, in.Step)
		}
		if err := saveForm(ctx, tx, &a); err != nil {
			return err
		}
		if in.Bases != nil {
			if err := replaceBases(ctx, tx, a.ID, in.Bases); err != nil {
				return err
			}
		}
		return tx.Record(ctx, pg.Change{Action: authz.AppDraft, Kind: Kind, ID: int64(a.ID), No: a.Slug(), Reason: StepLabel(in.Step)})
	})
	return a, err
}

// Withdraw takes a draft or an undecided application back; before a decision that is free (R41).
func (s *Service) Withdraw(ctx context.Context, by authz.Actor, at Step, key string) (Application, error) {
	var a Application
	err := s.db.Write(ctx, by, func(tx *pg.Tx) error {
		_, err := tx.Once(ctx, key, string(authz.AppWithdraw), func() (string, error) {
			got, err := s.step(ctx, tx, at, authz.AppWithdraw, func(a *Application) error { return stopClocks(ctx, tx, a) })
			if err != nil {
				return "", err
			}
			return idText(got.ID), tellWithdrawn(ctx, tx, got)
		})
		if err != nil {
			return err
		}
		a, err = one(ctx, tx, byID, at.ID)
		return err
	})
	return a, err
}

// Drafts lists the unit's own drafts and returned applications, newest first.
func (s *Service) Drafts(ctx context.Context, by authz.Actor) ([]Application, error) {
	scope := authz.ReachOf(by, authz.AppDraft)
	if len(scope.Units) == 0 {
		return nil, nil
	}
	all, err := many(ctx, s.db.Q(), draftsOf, scope.Units)
	if err != nil {
		return nil, fmt.Errorf("drafts: %w", err)
	}
	return all, nil
}
