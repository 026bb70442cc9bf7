package admission

import (
	"context"
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

// Decision is what the reviewer or leader chose on the review page.
type Decision struct {
	ID         ID
	Version    int    // the version that the person saw
	Key        string // of the form, so that a double press counts once
	Do         authz.Action
	Opinion    string
	Points     []string       // what is to be corrected; only for 退回补正
	Conditions []NewCondition // only for 附条件准入
}

// NewCondition is one condition of an approval (R18).
type NewCondition struct {
	Division  string // one community, or "" for all of them
	Words     string
	Mandatory bool
}

// Choices are the decisions in the order of the page. 受理 and 开始审核 are taken along by any later
// choice, so a decision needs two actions on the page; each step still leaves its own entry.
var Choices = []authz.Action{authz.AppApprove, authz.AppCondition, authz.AppReturn, authz.AppReject, authz.AppNotAccept, authz.AppAccept}

// Limits of what is written with a decision.
const (
	MaxOpinion    = 500
	MaxPoints     = 12
	MaxPointWords = 120
	MaxConditions = 6
	maxCondition  = 200
)

// Way gives the lawful steps from a state to a choice: itself, or 受理 and 开始审核 before it. Nothing
// when the choice cannot be reached any more.
func Way(from State, do authz.Action) []authz.Action {
	if _, ok := Flow.Next(from, do); ok {
		return []authz.Action{do}
	}
	for _, lead := range []authz.Action{authz.AppAccept, authz.AppStart} {
		next, ok := Flow.Next(from, lead)
		if !ok {
			continue
		}
		if rest := Way(next.To, do); rest != nil {
			return append([]authz.Action{lead}, rest...)
		}
	}
	return nil
}

// Decide takes one of the Choices in one transaction, with one entry for each step of the Way.
// Reviewers; leaders from 已受理 on. Never the applicant or the applicant's section (R17). While a
// check is 不通过 and not overridden, 准予准入 and 附条件准入 are refused. Conflict names who was first.
func (s *Service) Decide(ctx context.Context, by authz.Actor, d Decision) (Application, error) {
	var a Application
	if !slices.Contains(Choices, d.Do) {
		return a, fault.InvalidField("do", "选一个审核决定")
	}
	d.clean()
	err := s.db.Write(ctx, by, func(tx *pg.Tx) error {
		_, err := tx.Once(ctx, d.Key, string(d.Do), func() (string, error) { return idText(d.ID), s.decide(ctx, tx, d) })
		if err != nil {
			return err
		}
		a, err = one(ctx, tx, byID, d.ID)
		return err
	})
	return a, err
}

func (s *Service) decide(ctx context.Context, tx *pg.Tx, d Decision) error {
	a, err := one(ctx, tx, byIDLocked, d.ID)
	if err != nil {
		return err
	}
	if err := mayAct(tx.Actor, d.Do, a); err != nil {
		return err
	}
	way := Way(a.State, d.Do)
	if way == nil || a.Version != d.Version {
		return overtaken(ctx, tx, a)
	}
	for _, lead := range way[:len(way)-1] {
		if !authz.Allowed(tx.Actor, lead, a.Object()) {
			return fault.Forbidden("这份申请还没有受理。先由审核岗受理，再作决定")
		}
	}
	if err := d.check(ctx, tx, a); err != nil {
		return err
	}
	for _, do := range way[:len(way)-1] {
		if a, err = s.step(ctx, tx, Step{ID: a.ID, Version: a.Version}, do, lead(tx, do)); err != nil {
			return err
		}
	}
	a, err = s.step(ctx, tx, Step{ID: a.ID, Version: a.Version, Reason: d.reason()}, d.Do, func(a *Application) error {
		return s.settle(ctx, tx, d, a)
	})
	if err != nil {
		return err
	}
	return announce(ctx, tx, a, d)
}

// lead is what 受理 and 开始审核 change besides the state.
func lead(tx *pg.Tx, do authz.Action) func(a *Application) error {
	return func(a *Application) error {
		if do == authz.AppAccept {
			a.AcceptedAt = &tx.Now
		}
		return nil
	}
}

// settle is what the decision itself changes besides the state.
func (s *Service) settle(ctx context.Context, tx *pg.Tx, d Decision, a *Application) error {
	if d.Do == authz.AppAccept {
		return lead(tx, d.Do)(a)
	}
	a.Opinion = d.Opinion
	if d.Do == authz.AppReturn {
		if err := storeReturn(ctx, tx, *a, d.Points, d.Opinion); err != nil {
			return err
		}
		return pauseDecision(ctx, tx, a)
	}
	if err := stopClocks(ctx, tx, a); err != nil {
		return err
	}
	if a.State.Decided() {
		a.DecidedAt, a.DecidedBy = &tx.Now, &tx.Actor.AccountID
	}
	if d.Do == authz.AppApprove || d.Do == authz.AppCondition {
		return admit(ctx, tx, a, d.Conditions)
	}
	return nil
}

func (d *Decision) clean() {
	d.Opinion = strings.TrimSpace(d.Opinion)
	d.Points = slices.DeleteFunc(slices.Clone(d.Points), func(p string) bool { return strings.TrimSpace(p) == "" })
	d.Conditions = slices.DeleteFunc(slices.Clone(d.Conditions), func(c NewCondition) bool { return strings.TrimSpace(c.Words) == "" })
	for i := range d.Conditions {
		d.Conditions[i].Words = strings.TrimSpace(d.Conditions[i].Words)
	}
}

// reason is the decision in one text for the trail: what was to be corrected or fulfilled, and why.
func (d Decision) reason() string {
	parts := slices.Clone(d.Points)
	for _, c := range d.Conditions {
		parts = append(parts, c.Words)
	}
	if d.Do == authz.AppAccept || d.Opinion != "" {
		parts = append(parts, d.Opinion)
	}
	return strings.Trim(strings.Join(parts, "；"), "；")
}

// needsOpinion are the choices whose reason the applicant must be able to read.
var needsOpinion = map[authz.Action]string{
	authz.AppReturn: "写清要改成什么样，对方照着改", authz.AppReject: "写清不予准入的理由，会送达申请单位", authz.AppNotAccept: "写清不予受理的理由，会送达申请单位",
}

// check holds the decision against its own form and against the five checks.
func (d Decision) check(ctx context.Context, tx *pg.Tx, a Application) error {
	bad := d.checkForm(a)
	if d.Do == authz.AppApprove || d.Do == authz.AppCondition {
		checked, err := checkedOf(ctx, tx, a.ID, a.Round)
		if err != nil {
			return err
		}
		if why := Locked(checked); why != "" {
			bad = append(bad, fault.Field{Name: "do", Message: why})
		}
		if today := workday.DayOf(tx.Now); !a.EndOn.IsZero() && a.EndOn.Before(today) {
			bad = append(bad, fault.Field{Name: "do", Message: "事项的结束日期 " + a.EndOn.Chinese() + " 已经过了，不能再准予。退回补正，请对方改期限"})
		}
	}
	return fault.Invalid(bad...)
}

func (d Decision) checkForm(a Application) []fault.Field {
	var bad []fault.Field
	add := func(field, message string) { bad = append(bad, fault.Field{Name: field, Message: message}) }
	switch n := utf8.RuneCountInString(d.Opinion); {
	case n > MaxOpinion:
		add("opinion", fmt.Sprintf("审核意见最多 %d 个字，现在有 %d 个字", MaxOpinion, n))
	case n < minReason && needsOpinion[d.Do] != "":
		add("opinion", needsOpinion[d.Do])
	}
	if d.Do == authz.AppReturn {
		tooLong := slices.ContainsFunc(d.Points, func(p string) bool { return utf8.RuneCountInString(p) > MaxPointWords })
		switch {
		case len(d.Points) == 0:
			add("points", "至少勾选或写明一条需要补正的内容")
		case len(d.Points) > MaxPoints || tooLong:
			add("points", fmt.Sprintf("最多 %d 条，每条最多 %d 个字", MaxPoints, MaxPointWords))
		}
	}
	if d.Do == authz.AppCondition {
		for _, f := range checkConditions(d.Conditions, a.Communities) {
			add(f.Name, f.Message)
		}
	}
	return bad
}

func checkConditions(cs []NewCondition, communities []string) []fault.Field {
	switch {
	case len(cs) == 0:
		return []fault.Field{{Name: "conditions", Message: "至少写一条条件；没有条件就选准予准入"}}
	case len(cs) > MaxConditions:
		return []fault.Field{{Name: "conditions", Message: fmt.Sprintf("最多写 %d 条条件", MaxConditions)}}
	}
	for _, c := range cs {
		if n := utf8.RuneCountInString(c.Words); n < minReason || n > maxCondition {
			return []fault.Field{{Name: "conditions", Message: fmt.Sprintf("每条条件写 %d 到 %d 个字", minReason, maxCondition)}}
		}
		if c.Division != "" && !slices.Contains(communities, c.Division) {
			return []fault.Field{{Name: "conditions", Message: "条件只能提给申请涉及的社区"}}
		}
	}
	return nil
}

// Locked says why 准予准入 and 附条件准入 cannot be chosen now, or "".
func Locked(checked []Checked) string {
	failing := 0
	for _, c := range checked {
		if c.Stands() == resultFail {
			failing++
		}
	}
	switch {
	case len(checked) == 0:
		return "五项检查还没有结果，现在不可选"
	case failing > 0:
		return fmt.Sprintf("有 %d 项不通过，现在不可选。先改判，或者退回补正", failing)
	}
	return ""
}

// number gives the application's admitted number; numbers are taken at approval alone, so they
// have no gaps, and the word is the street's setting of the day.
func numberOf(ctx context.Context, q pg.Querier, a Application, today workday.Day) (string, error) {
	v, err := policy.Load(ctx, q, today)
	if err != nil {
		return "", err
	}
	return a.AdmittedNo(v.NumberWord), nil
}
