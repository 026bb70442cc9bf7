// Package admission is the gate of the 准入清单: a department's application, its checks, the
// street's review and the decision. Owns application and its child tables. Lists and items are
// ground (internal/catalog); an approval writes its entry there.
package admission

import (
	"fmt"
	"slices"
	"time"

	"portal/internal/authz"
	"portal/internal/docno"
	"portal/internal/workday"
)

// ID identifies an application inside the portal; people see its number.
type ID int64

// State is where an application stands.
type State string

// The states of this flow; consultation, board and publicity join the table later.
const (
	Draft         State = "draft"
	Submitted     State = "submitted"
	Accepted      State = "accepted"
	StreetReview  State = "street_review"
	Returned      State = "returned"
	Lapsed        State = "lapsed"
	NotAccepted   State = "not_accepted"
	Approved      State = "approved"
	ApprovedConds State = "approved_with_conditions"
	Rejected      State = "rejected"
	Withdrawn     State = "withdrawn"
)

var stateLabels = map[State]string{
	Draft: "草稿", Submitted: "已提交", Accepted: "已受理", StreetReview: "街道审核", Returned: "退回补正",
	Lapsed: "逾期未补正", NotAccepted: "不予受理", Approved: "准予准入", ApprovedConds: "附条件准入",
	Rejected: "不予准入", Withdrawn: "已撤回",
}

// Label is the one name of the state on every page.
func (s State) Label() string { return stateLabels[s] }

// Decided reports whether the street has decided.
func (s State) Decided() bool { return s == Approved || s == ApprovedConds || s == Rejected }

// Open reports whether the decision clock belongs to this state (running or paused).
func (s State) Open() bool {
	return s == Submitted || s == Accepted || s == StreetReview || s == Returned
}

// Application is one form with everything that a decision needs; the columns of the table.
type Application struct {
	ID                 ID
	Year, Seq          *int
	AdmittedYear       *int
	AdmittedSeq        *int
	UnitID             int64
	UnitName           string
	AccountID          int64
	State              State
	Version            int
	Round              int
	Form               // what the applicant fills in
	StepsDone          []int
	CreatedAt, SavedAt time.Time
	SubmittedAt        *time.Time
	AcceptedAt         *time.Time
	DecidedAt          *time.Time
	DecidedBy          *int64
	Opinion            string
	DueOn              workday.Day
	Checks             string
	FirstFailing       string
	HoursTotal         *float64
}

// Form is what the applicant fills in, step by step (domain/admission.md §4).
type Form struct {
	Title              string
	TitleKey           string
	ItemForm           ItemForm
	ListKind           string
	Role               Role
	AssistModes        []AssistMode
	LeadUnitID         *int64
	Reason             string
	Content            string
	Authority          string
	Communities        []string
	ScopeReason        string
	Term               Term
	StartOn, EndOn     workday.Day
	EarlyReason        string
	Occurrences        *float64
	OccurrenceUnit     Every
	HoursPerOccurrence *float64
	PeopleNeeded       *int
	Flags              []Flag
	FlagNotes          string
	FundsFen           *int64
	FundsPayerID       *int64
	FundsSource        string
	FundsRule          FundsRule
	FundsPayOn         workday.Day
	FundsReason        string
	Support            string
	FormName           string
	FormFrequency      Every
	FormFields         []string
	PersonalInfo       string
	PersonalPurpose    string
	PersonalKeep       string
	ContactName        string
	ContactPhone       string
}

// Basis is one cited law or policy.
type Basis struct {
	DocKey      string
	VersionDate workday.Day
	ArticleNo   string
	Citation    string // as the applicant wrote it, when the register does not hold it
	Quote       string
}

// No gives the application number 梧申〔2026〕47号, or "" for a draft. word is the street's number word.
func (a Application) No(word string) string {
	if a.Year == nil || a.Seq == nil {
		return ""
	}
	return docno.No{Word: word, Kind: "申", Year: *a.Year, Seq: *a.Seq}.Format()
}

// AdmittedNo gives 梧准〔2026〕N号 once approved, else "".
func (a Application) AdmittedNo(word string) string {
	if a.AdmittedYear == nil || a.AdmittedSeq == nil {
		return ""
	}
	return docno.No{Word: word, Kind: "准", Year: *a.AdmittedYear, Seq: *a.AdmittedSeq}.Format()
}

// Slug is the application's place in a URL: 2026-47, or draft-12 before it has a number.
func (a Application) Slug() string {
	if a.Year == nil || a.Seq == nil {
		return fmt.Sprintf("draft-%d", a.ID)
	}
	return fmt.Sprintf("%d-%d", *a.Year, *a.Seq)
}

// Object is what reach looks at. A draft concerns nobody but its unit.
func (a Application) Object() authz.Object {
	o := authz.Object{Unit: a.UnitID, Account: a.AccountID}
	if a.State != Draft {
		o.Divisions = a.Communities
	}
	return o
}

// HasFlag reports one of the six yes/no questions (field 14).
func (f Form) HasFlag(flag Flag) bool { return slices.Contains(f.Flags, flag) }
