package refusal

import (
	"slices"

	"portal/internal/legal"
	"portal/internal/workday"
)

// Revision is the day on which the revised 居民委员会组织法 came into force; requests before it are
// judged by the text of 2018 (step 0).
var Revision = workday.NewDay(2026, 1, 1)

// Ground is one finding of one step.
type Ground struct {
	Step     int       `json:"step"`
	Outcome  Outcome   `json:"outcome,omitempty"` // what this ground alone would give; "" gives nothing
	Finding  string    `json:"finding"`
	Reading  string    `json:"reading,omitempty"` // 本项目判断: what is our reading and not the law's words
	Citation *Citation `json:"citation,omitempty"`
	Letter   string    `json:"letter,omitempty"` // its sentence in a letter; "" stays on the screen
	Acts     []Kind    `json:"acts,omitempty"`   // the letters it belongs in; none: every letter
	Reason   Reason    `json:"reason,omitempty"` // the reason code that it suggests (R22)
	ClauseID int64     `json:"clause_id,omitempty"`
	Surplus  bool      `json:"surplus,omitempty"` // about what goes beyond a duty
}

// Answer is the judgement with everything that a person, a letter and a later reader need.
type Answer struct {
	Outcome    Outcome     `json:"outcome"`
	Step       int         `json:"step"`              // the step that names the outcome
	Surplus    Outcome     `json:"surplus,omitempty"` // what goes beyond the duty: extra forms, enforcement
	Grounds    []Ground    `json:"grounds"`
	Reason     Reason      `json:"reason"`
	ReasonText string      `json:"reason_text"`
	Held       bool        `json:"held"` // the letter waits for the legality reviewer (R52)
	HeldClause int64       `json:"held_clause,omitempty"`
	HeldTitle  string      `json:"held_title,omitempty"`
	AskedOn    workday.Day `json:"asked_on"`
	AnsweredOn workday.Day `json:"answered_on"`
	Paid       bool        `json:"paid"`
	Item       *Item       `json:"item,omitempty"`
	Village    bool        `json:"village,omitempty"`
}

// OldLaw reports whether the request is judged by the text of 2018 (step 0).
func (a Answer) OldLaw() bool { return a.AskedOn.Before(Revision) }

// TwoVersions reports whether request and answer lie on both sides of the revision (E31).
func (a Answer) TwoVersions() bool { return a.OldLaw() && !a.AnsweredOn.Before(Revision) }

// Citations lists what the letter of an act would cite.
func (a Answer) Citations(k Kind) []Citation {
	var out []Citation
	for _, g := range a.Grounds {
		if g.Citation != nil && g.in(k) {
			out = append(out, *g.Citation)
		}
	}
	return out
}

func (g Ground) in(k Kind) bool {
	if g.Letter == "" {
		return false
	}
	for _, a := range g.Acts {
		if a == k {
			return true
		}
	}
	return len(g.Acts) == 0
}

// step adds the grounds of one question.
type step func(a Ask, b Book) []Ground

// The questions of §5. Steps 0 and 1 and the list decide first; 2 to 5 are all evaluated.
var (
	firstSteps = []step{stepDate, stepDuty, stepList}
	laterSteps = []step{stepAsker, stepRegulation, stepPolicy}
)

// Judge answers 「这件事能拒绝吗？」. It is pure: the same Ask and Book give the same Answer.
func Judge(a Ask, b Book) Answer {
	ans := Answer{AskedOn: a.AskedOn, AnsweredOn: a.AnsweredOn, Paid: a.paid(), Item: a.Item, Village: a.Village}
	for _, s := range firstSteps {
		ans.Grounds = append(ans.Grounds, s(a, b)...)
	}
	switch must, beyond := a.must(); {
	case must:
		ans.Outcome, ans.Step = MustDo, 1
		ans.Grounds = append(ans.Grounds, claimFunds(a, b)...)
		if beyond {
			later := evaluate(a.surplus(), b)
			ans.Surplus, _ = strongest(later)
			for _, g := range later {
				g.Surplus = true
				ans.Grounds = append(ans.Grounds, g)
			}
		}
	case a.listed():
		ans.Outcome, ans.Step = Listed, 1
		ans.Grounds = append(ans.Grounds, claimFunds(a, b)...)
	default:
		ans.Grounds = append(ans.Grounds, evaluate(a, b)...)
		ans.Outcome, ans.Step = strongest(ans.Grounds)
	}
	ans.Reason, ans.ReasonText = suggest(a, ans)
	ans.hold(a)
	return ans
}

// must reports whether step 1 decides, and whether something beyond the article is asked as well.
func (a Ask) must() (must, beyond bool) {
	for _, d := range a.Duties {
		if d.Must() {
			must = true
			beyond = beyond || d.Fit == FitBeyond
		}
	}
	return must, must && (beyond || a.Primary || len(a.Negatives) > 0)
}

// surplus is the part of the request that no duty covers: extra forms, enforcement.
func (a Ask) surplus() Ask {
	a.Item = nil
	a.Duties = slices.DeleteFunc(slices.Clone(a.Duties), Duty.Must)
	return a
}

// evaluate asks steps 2 to 5; the fifth speaks only where nothing before it does, and not for a
// request older than the revision, which step 0 has answered already.
func evaluate(a Ask, b Book) []Ground {
	var out []Ground
	for _, s := range laterSteps {
		out = append(out, s(a, b)...)
	}
	if o, _ := strongest(out); o == "" && !a.AskedOn.Before(Revision) {
		out = append(out, stepAgree(a, b)...)
	}
	return out
}

// strongest names the outcome: 3 before 4 before 2 and 5 (and before the old gate of step 0).
func strongest(grounds []Ground) (Outcome, int) {
	best, at := Outcome(""), -1
	for _, g := range grounds {
		if g.Outcome == "" || g.Outcome.row().rank == 0 {
			continue
		}
		if best == "" || g.Outcome.row().rank > best.row().rank {
			best, at = g.Outcome, g.Step
		}
	}
	return best, at
}

// hold keeps a letter back while the clause that would carry the word 拒绝 has not been confirmed
// (R52). Where several clauses of the naming step match, one confirmed clause is enough.
func (ans *Answer) hold(a Ask) {
	if ans.Outcome != ByRegulation && ans.Outcome != ByPolicy {
		return
	}
	var waiting *legal.Clause
	for _, g := range ans.Grounds {
		if g.Outcome != ans.Outcome || g.ClauseID == 0 {
			continue
		}
		c := a.clause(g.ClauseID)
		if c == nil || !c.NeedsConfirmation() {
			return
		}
		if waiting == nil {
			waiting = c
		}
	}
	if waiting != nil {
		ans.Held, ans.HeldClause, ans.HeldTitle = true, waiting.ID, waiting.Title+waiting.ArticleLabel
	}
}

func (a Ask) clause(id int64) *legal.Clause {
	for i := range a.Clauses {
		if a.Clauses[i].ID == id {
			return &a.Clauses[i]
		}
	}
	return nil
}

// reasonRule is one line of the table that suggests a reason code (R22).
type reasonRule struct {
	when func(a Ask, ans Answer) bool
	code Reason
	text string
}

var reasonRules = []reasonRule{
	{func(_ Ask, ans Answer) bool { return ans.Outcome == MustDo || ans.Outcome == Listed }, NoFunds, "这件事由社区办理，请提供必要的经费和条件"},
	{func(a Ask, _ Answer) bool { return a.Primary }, WrongPrimary, "社区只能协助，不能当责任主体，也没有执法权"},
	{func(a Ask, _ Answer) bool { return len(a.Negatives) > 0 }, NegativeList, "列在负面清单里，不应交给社区"},
	{func(a Ask, _ Answer) bool { return a.Item != nil && a.Item.Serves && !a.Item.InScope }, OutOfScope, "清单里的这一项不包括本社区"},
	{func(a Ask, _ Answer) bool { return a.Item != nil && a.Item.Serves && !a.Item.OnDates }, OutOfPeriod, "不在清单规定的起止日期内"},
	{func(_ Ask, ans Answer) bool { return ans.named(NoFunds) }, NoFunds, "没有落实经费和条件"},
	{func(_ Ask, ans Answer) bool { return ans.Outcome == ByRegulation || ans.Outcome == ByPolicy }, NotAdmitted, "没有列入准入清单"},
	{func(a Ask, _ Answer) bool { return a.BasisWords != "" && !a.conforms() && a.seen() == department }, BasisMismatch, "所引依据不能支持这件事"},
	{func(a Ask, _ Answer) bool { return !a.paid() }, NoFunds, "没有列入准入清单，也没有说明经费和条件由谁提供"},
	{func(Ask, Answer) bool { return true }, NotAdmitted, "没有列入准入清单"},
}

// named reports whether the ground that names the outcome suggests the reason.
func (ans Answer) named(r Reason) bool {
	for _, g := range ans.Grounds {
		if g.Step == ans.Step && g.Outcome == ans.Outcome && g.ClauseID != 0 {
			return g.Reason == r
		}
	}
	return false
}

func suggest(a Ask, ans Answer) (Reason, string) {
	for _, r := range reasonRules {
		if r.when(a, ans) {
			return r.code, r.text
		}
	}
	return NotAdmitted, ""
}
