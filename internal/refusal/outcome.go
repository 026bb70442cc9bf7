// Package refusal answers 「这件事能拒绝吗？」: whether a community must do, may refuse, or hands back to
// the street what it was asked to do outside the list, with every ground, its article as it stood on
// the day of the request, and the letter (domain/admission.md §5; R21–R24, R51–R56). It keeps the
// tasks that were asked for (清单外任务) and the protected act that answers them. Nothing here is ever
// counted for or against a community (R22).
//
// Owns offlist_task and refusal. The rules are pure: judge.go, steps.go and letter.go know no database.
package refusal

import "slices"

// choice is a value with its 中文 name; the order is the order on forms.
type choice[T ~string] struct {
	value T
	label string
}

func labelOf[T ~string](cs []choice[T], v T) string {
	for _, c := range cs {
		if c.value == v {
			return c.label
		}
	}
	return ""
}

func valuesOf[T ~string](cs []choice[T]) []T {
	out := make([]T, len(cs))
	for i, c := range cs {
		out[i] = c.value
	}
	return out
}

// Outcome is the honest answer of §5.
type Outcome string

// The outcomes. There is no blanket yes.
const (
	MustDo       Outcome = "must_do"
	ByRegulation Outcome = "may_refuse_local_regulation"
	ByPolicy     Outcome = "may_refuse_policy"
	ToStreet     Outcome = "return_to_street"
	Listed       Outcome = "listed"
)

// Kind is the protected act that answers a task.
type Kind string

// The acts. TakeOn is no refusal: the task is simply taken on.
const (
	Refuse Kind = "refuse"
	Return Kind = "return"
	Claim  Kind = "claim"
	TakeOn Kind = "take_on"
)

// outcomeRow is one line of the table of answers.
type outcomeRow struct {
	outcome Outcome
	label   string
	summary string
	rank    int    // the strongest ground of steps 2–5 names the outcome: 3 before 4 before 2 and 5
	acts    []Kind // what may be done; the first names the button
}

var outcomes = []outcomeRow{
	{MustDo, "依法应办", "法律、法规直接规定居委会办这件事。可以要求提供经费和条件，不能不办。", 0, []Kind{Claim, TakeOn}},
	{ByRegulation, "可以拒绝（地方法规）", "本地的地方性法规规定，遇到这种情况居委会可以拒绝。", 3, []Kind{Refuse, Return}},
	{ByPolicy, "可以拒绝（政策）", "在本社区执行的政策规定，遇到这种情况可以拒绝。这是政策，不是法律规定。", 2, []Kind{Refuse, Return}},
	{ToStreet, "退回街道", "国家法律没有写居委会可以拒绝，也没有要求先接下来。退回街道，由街道和居委会书面商定。", 1, []Kind{Return}},
	{Listed, "在清单内", "这件事在清单内，当天在本社区有效。经费和条件没有落实的，可以提出要求。", 0, []Kind{TakeOn, Claim}},
}

func (o Outcome) row() outcomeRow {
	for _, r := range outcomes {
		if r.outcome == o {
			return r
		}
	}
	return outcomeRow{}
}

// Outcomes lists the answers in the order of the table.
func Outcomes() []Outcome {
	out := make([]Outcome, len(outcomes))
	for i, r := range outcomes {
		out[i] = r.outcome
	}
	return out
}

// Label is the answer in plain words.
func (o Outcome) Label() string { return o.row().label }

// Summary says in two sentences what the answer means.
func (o Outcome) Summary() string { return o.row().summary }

// Acts lists what may be done upon the answer; the first names the button.
func (o Outcome) Acts() []Kind { return o.row().acts }

// May reports whether the act is open upon the answer. A must_do is never refused (R53); the word
// 拒绝 needs a clause of this place (R52); a right to refuse need not be used.
func (o Outcome) May(k Kind) bool { return slices.Contains(o.row().acts, k) }

var kinds = []struct {
	kind         Kind
	verb         string // the button
	done         string // past, for flashes and history
	number       string // the kind character of 梧拒〔2026〕3号
	answerWanted string // what the receipt says is expected of the other side
}{
	{Refuse, "拒绝执行", "已拒绝执行", "拒", "申请准入、撤回要求，或者提出异议"},
	{Return, "退回街道", "已退回街道", "退", "申请准入、撤回要求，或者提出异议"},
	{Claim, "要求经费和条件", "已要求经费和条件", "请", "落实经费和条件，或者提出异议"},
	{TakeOn, "接受办理", "已接受办理", "", ""},
}

// Verb is the button's words.
func (k Kind) Verb() string {
	for _, r := range kinds {
		if r.kind == k {
			return r.verb
		}
	}
	return ""
}

// Label is the act's name on pages; the same words as the button.
func (k Kind) Label() string { return k.Verb() }

// Done says that the act was done.
func (k Kind) Done() string {
	for _, r := range kinds {
		if r.kind == k {
			return r.done
		}
	}
	return ""
}

// Number is the kind character of its document number: 拒, 退 or 请.
func (k Kind) Number() string {
	for _, r := range kinds {
		if r.kind == k {
			return r.number
		}
	}
	return ""
}

// Wanted says what the other side may answer.
func (k Kind) Wanted() string {
	for _, r := range kinds {
		if r.kind == k {
			return r.answerWanted
		}
	}
	return ""
}

// Reason is one of the seven reason codes of R22.
type Reason string

// The reasons.
const (
	NotAdmitted   Reason = "not_admitted"
	OutOfScope    Reason = "out_of_scope"
	OutOfPeriod   Reason = "out_of_period"
	NoFunds       Reason = "no_funds"
	BasisMismatch Reason = "basis_mismatch"
	NegativeList  Reason = "negative_list"
	WrongPrimary  Reason = "wrong_primary"
)

var reasons = []choice[Reason]{
	{NotAdmitted, "未准入"}, {OutOfScope, "超范围"}, {OutOfPeriod, "超期限"}, {NoFunds, "无经费或条件"},
	{BasisMismatch, "依据不符"}, {NegativeList, "负面清单"}, {WrongPrimary, "主责错位"},
}

// Reasons lists the codes in form order.
func Reasons() []Reason { return valuesOf(reasons) }

// Label is the reason's name on pages.
func (r Reason) Label() string { return labelOf(reasons, r) }
