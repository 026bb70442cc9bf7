package admission

import (
	"context"
	"fmt"
	"strconv"

	"portal/internal/audit"
	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
)

// Offer is one of the Choices as a person may take it now; with Locked it is shown with the reason.
type Offer struct {
	Do     authz.Action
	Locked string
}

// errOwnSection is what stands in place of the decision for the applicant's own people.
const ownSection = "申请和审核不能是同一个人或同一个科室（R17）。请由其他审核岗办理"

// Offers lists the decisions that a person may take on a file now; why says what stands in the way
// of all of them, or "".
func Offers(by authz.Actor, f File) (offers []Offer, why string) {
	if !underReview(f.State) || !authz.Allowed(by, authz.AppApprove, f.Object()) {
		return nil, ""
	}
	if SameSection(by, f.Application) {
		return nil, ownSection
	}
	for _, do := range Choices {
		way := Way(f.State, do)
		if way == nil || !authz.Allowed(by, do, f.Object()) {
			continue
		}
		o := Offer{Do: do}
		for _, lead := range way[:len(way)-1] {
			if !authz.Allowed(by, lead, f.Object()) {
				o.Locked = "先由审核岗受理，再作决定"
			}
		}
		if o.Locked == "" && (do == authz.AppApprove || do == authz.AppCondition) {
			o.Locked = Locked(f.Checked)
		}
		offers = append(offers, o)
	}
	return offers, ""
}

// MayOverride reports whether 改判 is offered.
func MayOverride(by authz.Actor, f File) bool {
	return underReview(f.State) && authz.Allowed(by, authz.AppOverride, f.Object()) && !SameSection(by, f.Application)
}

// MayConfirm reports whether a condition's 确认 is offered.
func MayConfirm(by authz.Actor, c Condition) bool {
	return c.ConfirmedAt == nil && authz.Allowed(by, authz.CondConfirm, authz.Object{Divisions: []string{c.Division}})
}

// MayWithdraw reports whether the applicant may still take the application back (R41).
func MayWithdraw(by authz.Actor, a Application) bool {
	_, lawful := Flow.Next(a.State, authz.AppWithdraw)
	return lawful && authz.Allowed(by, authz.AppWithdraw, a.Object())
}

// MayResubmit reports whether the applicant may correct and send it again.
func MayResubmit(by authz.Actor, a Application) bool {
	return a.State == Returned && authz.Allowed(by, authz.AppSubmit, a.Object())
}

// Suggested gives the points of the checks that do not pass, ready for 退回补正; those of a failing
// check are meant to be ticked.
func Suggested(checked []Checked) (failing, explaining []string) {
	for _, c := range checked {
		switch c.Stands() {
		case resultFail:
			failing = append(failing, c.Points...)
		case resultExplain:
			explaining = append(explaining, c.Points...)
		}
	}
	return failing, explaining
}

// SuggestedConditions are what an approval usually asks for: what the application itself promises.
func SuggestedConditions(f File) []NewCondition {
	var out []NewCondition
	if f.FundsFen != nil && *f.FundsFen > 0 {
		out = append(out, NewCondition{Words: fmt.Sprintf("经费 %s 元在开始执行前拨到社区", yuan(*f.FundsFen)), Mandatory: true})
	}
	return out
}

// yuan writes 分 as people read money: 15,180 or 15,180.50.
func yuan(fen int64) string {
	whole := strconv.FormatInt(fen/100, 10)
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if fen%100 != 0 {
		whole += fmt.Sprintf(".%02d", fen%100)
	}
	return whole
}

const historyPage = 100

// History lists what happened to an application, newest first, before an entry (0: from the
// newest); for whoever may see the application. more reports that there are older ones.
func (s *Service) History(ctx context.Context, by authz.Actor, year, seq int, before int64) (a Application, trail []audit.Entry, more bool, err error) {
	if a, err = s.View(ctx, by, year, seq); err != nil {
		return a, nil, false, err
	}
	if trail, err = audit.History(ctx, s.db.Q(), Kind, int64(a.ID), before, historyPage+1); err != nil {
		return a, nil, false, err
	}
	if more = len(trail) > historyPage; more {
		trail = trail[:historyPage]
	}
	return a, trail, more, nil
}

// CheckOf gives one check of the present round for its 改判 page.
func (s *Service) CheckOf(ctx context.Context, by authz.Actor, year, seq int, kind string) (Application, Checked, error) {
	a, err := s.View(ctx, by, year, seq)
	if err != nil {
		return a, Checked{}, err
	}
	if err := mayAct(by, authz.AppOverride, a); err != nil {
		return a, Checked{}, err
	}
	checked, err := checkedOf(ctx, s.db.Q(), a.ID, a.Round)
	if err != nil {
		return a, Checked{}, pg.Trouble(err)
	}
	for _, c := range checked {
		if c.Kind == kind {
			return a, c, nil
		}
	}
	return a, Checked{}, fault.NotFound("没有这项检查。回到申请页再点一次改判")
}
