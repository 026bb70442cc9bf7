package catalog

import (
	"fmt"
	"slices"
	"strings"

	"portal/internal/legal"
	"portal/internal/workday"
)

// Standing is how an entry stands on its list.
type Standing string

// The standings. Reference is 外地参考: a rule of another place, stored and never effective here.
const (
	Listed      Standing = "listed"
	Reference   Standing = "reference"
	NeedsReview Standing = "needs_review"
	Suspended   Standing = "suspended"
)

var standingLabels = map[Standing]string{Listed: "在册", Reference: "外地参考", NeedsReview: "待复核", Suspended: "已暂停"}

// Label is the standing's 中文 name.
func (s Standing) Label() string { return standingLabels[s] }

// Effective reports whether the entry can hold in a community at all (R20; R8 keeps an entry that
// needs review on its list).
func (s Standing) Effective() bool { return s == Listed || s == NeedsReview }

// Flag is an open warning on a stored row.
type Flag string

// The flags.
const (
	FlagForeign        Flag = "foreign"
	FlagCatchAll       Flag = "catch_all"
	FlagBasisDoubtful  Flag = "basis_doubtful"
	FlagBasisMissing   Flag = "basis_missing"
	FlagArticleMissing Flag = "article_missing"
	FlagNegative       Flag = "negative_phrase"
)

var flagLabels = map[Flag]string{
	FlagForeign: "外地参考", FlagCatchAll: "总括条款", FlagBasisDoubtful: "依据存疑", FlagBasisMissing: "依据未列明", FlagArticleMissing: "条文未收录", FlagNegative: "触及负面清单",
}

// Label is the flag's 中文 name.
func (f Flag) Label() string { return flagLabels[f] }

// Entry is one version of an entry with the item it belongs to.
type Entry struct {
	ID                   int64 // of the version
	ItemID               int64
	Code                 string
	ListKind             ListKind
	ApplicationID        *int64
	Number               string // 梧准〔2026〕12号, "" for published rows
	From                 workday.Day
	Until                workday.Day // first day on which it no longer holds; no day: open
	ListVersionID        *int64
	Title                string
	TitleKey             string
	Category             string
	LeadDepartment       string
	LeadUnitID           *int64
	LegalBasis           string
	Period               string
	Frequency            string
	Source               string
	Synthetic            bool
	LegalText            string
	AssignedFields       string
	Note                 string
	BasisDocKey          string
	BasisVersionDate     workday.Day
	BasisArticleNo       string
	BasisStatus          legal.BasisStatus // as published: of 2026-11
	SuccessorDocKey      string
	SuccessorVersionDate workday.Day
	SuccessorArticleNos  string
	Flags                []Flag
	Standing             Standing
	Role                 Role
	AssistModes          []AssistMode
	Requester            string
	Payer                string
	HoursPerOccurrence   *float64
	OccurrencesPerYear   *float64
	BasisFrom            workday.Day // first and last day of the cited version, from the legal register
	BasisTo              workday.Day
}

// Has reports an open warning.
func (e Entry) Has(f Flag) bool { return slices.Contains(e.Flags, f) }

// CatchAll reports a general clause: shown as 总括条款, and never the only basis of a task (R56).
func (e Entry) CatchAll() bool { return e.Has(FlagCatchAll) }

// Last is the last day on which the version holds, or no day.
func (e Entry) Last() workday.Day {
	if e.Until.IsZero() {
		return e.Until
	}
	return e.Until.Add(-1)
}

// HoldsOn reports whether the version's days cover the day, whatever its standing.
func (e Entry) HoldsOn(day workday.Day) bool {
	return !day.Before(e.From) && (e.Until.IsZero() || day.Before(e.Until))
}

// BasisOn is what the entry's basis is worth on a day (R56): the published state, except that a
// version that still held on the day was in force then. Doubt stays doubt.
func (e Entry) BasisOn(day workday.Day) legal.BasisStatus {
	gone := e.BasisStatus == legal.BasisRenumbered || e.BasisStatus == legal.BasisSuperseded || e.BasisStatus == legal.BasisRepealed
	if gone && !e.BasisTo.IsZero() && !day.After(e.BasisTo) && !day.Before(e.BasisFrom) {
		return legal.BasisInForce
	}
	if e.BasisStatus == legal.BasisInForce && !e.BasisFrom.IsZero() && day.Before(e.BasisFrom) {
		return legal.BasisNotYet
	}
	return e.BasisStatus
}

// Successors are the numbers of the articles that took over.
func (e Entry) Successors() []string {
	if e.SuccessorArticleNos == "" {
		return nil
	}
	return strings.Split(e.SuccessorArticleNos, "|")
}

// State is the entry's state on a day, as exports and pages write it.
func (e Entry) State(day workday.Day) string {
	switch {
	case e.Standing == Reference:
		return Reference.Label()
	case day.Before(e.From):
		return "未生效"
	case !e.HoldsOn(day):
		return "已退出"
	case e.Standing == Suspended:
		return Suspended.Label()
	case e.ListKind.Negative():
		return "不得要求"
	case e.Standing == NeedsReview:
		return NeedsReview.Label()
	}
	return "生效"
}

// HoursMonth is the work an entry means for one community in a month.
func (e Entry) HoursMonth() float64 {
	if e.HoursPerOccurrence == nil || e.OccurrencesPerYear == nil {
		return 0
	}
	return *e.HoursPerOccurrence * *e.OccurrencesPerYear / 12
}

// Path is where the entry's public page is.
func (e Entry) Path() string { return "/items/" + e.Code }

// BasisDate is the version date in words for readers, or "".
func (e Entry) BasisDate() string {
	if e.BasisVersionDate.IsZero() {
		return ""
	}
	return fmt.Sprintf("%s版本", e.BasisVersionDate)
}
