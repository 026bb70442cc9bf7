package admission

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/inbox"
	"portal/internal/pg"
	"portal/internal/workday"
)

// Results of a check as they are stored.
const (
	resultPass    = "pass"
	resultExplain = "explain"
	resultFail    = "fail"
)

// Override sets the result of one check aside, with the reason (R3, ux.md §2.4 改判).
type Override struct {
	ID      ID
	Version int
	Key     string
	Kind    string // negative, duplicate, funds, load or ahead
	Result  string // pass or explain
	Reason  string
}

// Limits of an override's reason.
const (
	MinOverride = 10
	MaxOverride = 300
)

// Override keeps both results, who decided and why. Reviewers and leaders, while the application is
// with the street; never the applicant or the applicant's section (R17).
func (s *Service) Override(ctx context.Context, by authz.Actor, o Override) (Application, error) {
	var a Application
	o.Reason = strings.TrimSpace(o.Reason)
	err := s.db.Write(ctx, by, func(tx *pg.Tx) error {
		_, err := tx.Once(ctx, o.Key, string(authz.AppOverride), func() (string, error) { return idText(o.ID), s.override(ctx, tx, o) })
		if err != nil {
			return err
		}
		a, err = one(ctx, tx, byID, o.ID)
		return err
	})
	return a, err
}

func (s *Service) override(ctx context.Context, tx *pg.Tx, o Override) error {
	a, err := one(ctx, tx, byIDLocked, o.ID)
	if err != nil {
		return err
	}
	if err := mayAct(tx.Actor, authz.AppOverride, a); err != nil {
		return err
	}
	if !underReview(a.State) || a.Version != o.Version {
		return overtaken(ctx, tx, a)
	}
	checked, err := checkedOf(ctx, tx, a.ID, a.Round)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(checked, func(c Checked) bool { return c.Kind == o.Kind })
	if at < 0 {
		return fault.NotFound("没有这项检查。回到申请页再点一次改判")
	}
	if err := o.check(checked[at]); err != nil {
		return err
	}
	if err := storeOverride(ctx, tx, a, o.Kind, o.Result, o.Reason); err != nil {
		return err
	}
	was := checked[at].Stands()
	checked[at].OverrideResult = &o.Result
	a.Checks, a.FirstFailing = copies(checked)
	if err := saveState(ctx, tx, &a); err != nil {
		return err
	}
	return tx.Record(ctx, pg.Change{Action: authz.AppOverride, Kind: Kind, ID: int64(a.ID), No: a.Slug(),
		Before: overrideTrace(o.Kind, checked[at].Result, was), After: overrideTrace(o.Kind, checked[at].Result, o.Result), Reason: o.Reason})
}

func (o Override) check(c Checked) error {
	var bad []fault.Field
	switch {
	case o.Result != resultPass && o.Result != resultExplain:
		bad = append(bad, fault.Field{Name: "result", Message: "选改判为通过还是需说明"})
	case o.Result == c.Stands():
		bad = append(bad, fault.Field{Name: "result", Message: "这项检查现在就是这个结果，不用改判"})
	}
	if n := utf8.RuneCountInString(o.Reason); n < MinOverride || n > MaxOverride {
		bad = append(bad, fault.Field{Name: "reason", Message: fmt.Sprintf("写清改判的理由，%d 到 %d 个字。原结果会一起留档", MinOverride, MaxOverride)})
	}
	return fault.Invalid(bad...)
}

func overrideTrace(kind, found, stands string) []byte {
	b, err := json.Marshal(map[string]string{"check": kind, "found": found, "stands": stands})
	if err != nil {
		return nil // three texts always encode
	}
	return b
}

// underReview are the states in which the street has the application before it.
func underReview(s State) bool { return s == Submitted || s == Accepted || s == StreetReview }

// copies makes what lists show of the checks: one letter each, and the first failing headline.
func copies(checked []Checked) (letters, first string) {
	for _, c := range checked {
		letters += c.Stands()[:1]
		if c.Stands() == resultFail && first == "" {
			first = c.Headline
		}
	}
	return letters, first
}

// outcomes is what a decision tells those it concerns; %s is the title.
var outcomes = map[authz.Action]string{
	authz.AppAccept: "“%s”已受理", authz.AppNotAccept: "“%s”不予受理", authz.AppReturn: "“%s”退回补正，改好后重新提交",
	authz.AppApprove: "“%s”准予准入", authz.AppCondition: "“%s”附条件准入，条件由社区确认", authz.AppReject: "“%s”不予准入",
}

// announce leaves a line for the applicant's unit, for the secretaries of the communities concerned
// and for the other reviewers, in the transaction of the decision (issue item 4).
func announce(ctx context.Context, tx *pg.Tx, a Application, d Decision) error {
	words, err := named(ctx, tx, a, outcomes[d.Do])
	if err != nil {
		return err
	}
	number, err := numberOf(ctx, tx, a, workday.DayOf(tx.Now))
	if err != nil {
		return err
	}
	if number != "" {
		words += "，文号 " + number
	}
	if d.Opinion != "" && d.Do != authz.AppAccept {
		words += "。意见：" + d.Opinion
	}
	return tellAll(ctx, tx, a, words, authz.Reviewer)
}

// tellAll tells the applicant's unit, the secretaries concerned and every holder of one more role.
func tellAll(ctx context.Context, tx *pg.Tx, a Application, words string, also authz.Role) error {
	to := []inbox.Audience{{Role: authz.Department, UnitID: a.UnitID}, {Role: also}}
	for _, c := range a.Communities {
		to = append(to, inbox.Audience{Role: authz.Secretary, Division: c})
	}
	return tell(ctx, tx, a, words, to...)
}

func tell(ctx context.Context, tx *pg.Tx, a Application, words string, to ...inbox.Audience) error {
	for _, audience := range to {
		if err := inbox.Tell(ctx, tx, audience, words, a.Path()); err != nil {
			return err
		}
	}
	return nil
}

// Path is the application's page on the desk.
func (a Application) Path() string { return "/desk/applications/" + a.Slug() }
