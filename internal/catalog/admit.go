package catalog

import (
	"context"
	"encoding/json"

	"portal/internal/fault"
	"portal/internal/legal"
	"portal/internal/normal"
	"portal/internal/pg"
	"portal/internal/workday"
)

// Admission is an approved application as it enters its list.
type Admission struct {
	Code          string // of the address: 2026-47
	Number        string // 梧准〔2026〕12号
	Kind          ListKind
	ApplicationID int64
	Title         string
	Category      string
	LeadUnitID    *int64
	LeadName      string
	LegalBasis    string // 《…》第…条, as the application cites it
	LegalText     string
	Period        string // 长期、阶段性、临时、应急
	Frequency     string
	Basis         AdmittedBasis
	Role          Role
	AssistModes   []AssistMode
	Requester     string
	Payer         string
	Hours         *float64 // per occurrence and community
	Occurrences   *float64 // a year
	From          workday.Day
	Until         workday.Day // first day on which it no longer holds; no day: open
	Scopes        []AdmittedScope
}

// AdmittedBasis is the first citation.
type AdmittedBasis struct {
	DocKey      string
	VersionDate workday.Day
	ArticleNo   string
	Status      legal.BasisStatus
}

// AdmittedScope is one community: Open at once, or waiting for its conditions (R18).
type AdmittedScope struct {
	Division string
	Open     bool
}

// Admit puts an approved application on its list, in the transaction of the approval, whose audit
// entry covers it. It holds from its first day in the communities that are open (R20).
func Admit(ctx context.Context, tx *pg.Tx, a Admission) (itemID int64, err error) {
	if len(a.Scopes) == 0 {
		return 0, fault.InvalidField("communities", "请至少选择一个社区")
	}
	e := Entry{Code: a.Code, ListKind: a.Kind, ApplicationID: &a.ApplicationID, Number: a.Number, From: a.From, Until: a.Until, Title: a.Title,
		TitleKey: normal.Key(a.Title), Category: a.Category, LeadUnitID: a.LeadUnitID, LeadDepartment: a.LeadName, LegalBasis: a.LegalBasis,
		LegalText: a.LegalText, Period: a.Period, Frequency: a.Frequency, Source: a.Number, BasisDocKey: a.Basis.DocKey,
		BasisVersionDate: a.Basis.VersionDate, BasisArticleNo: a.Basis.ArticleNo, BasisStatus: a.Basis.Status, Standing: Listed, Role: a.Role,
		AssistModes: a.AssistModes, Requester: a.Requester, Payer: a.Payer, HoursPerOccurrence: a.Hours, OccurrencesPerYear: a.Occurrences}
	if e.ItemID, err = insertItem(ctx, tx, e); err != nil {
		return 0, err
	}
	version, err := insertVersion(ctx, tx, e)
	if err != nil {
		return 0, err
	}
	for _, s := range a.Scopes {
		from, until := a.From, a.Until
		if !s.Open {
			from, until = workday.Day{}, workday.Day{}
		}
		if err := putScope(ctx, tx, version, s.Division, from, until); err != nil {
			return 0, err
		}
	}
	return e.ItemID, nil
}

// OpenScope lets an entry hold in a community from a day on, when the community has confirmed the
// mandatory conditions (R18, E10), but not before the entry's own first day.
func OpenScope(ctx context.Context, tx *pg.Tx, code, division string, from workday.Day) error {
	versions, err := versionsOf(ctx, tx, code)
	if err != nil {
		return err
	}
	if len(versions) == 0 {
		return errNoItem
	}
	v := versions[0]
	if from.Before(v.From) {
		from = v.From
	}
	if !v.Until.IsZero() && !from.Before(v.Until) {
		return fault.Conflict("这一事项已经在 %s 到期", v.Last().Chinese())
	}
	return putScope(ctx, tx, v.ID, division, from, v.Until)
}

// Load is what a published entry means for a community, where the file does not say it.
type Load struct {
	HoursPerOccurrence *float64
	OccurrencesPerYear *float64
	AssistModes        []AssistMode
	Requester          string
	Payer              string
}

// SetLoad stores the load of an entry's newest version; used by the demo and by yearly review.
func SetLoad(ctx context.Context, tx *pg.Tx, code string, l Load) error {
	versions, err := versionsOf(ctx, tx, code)
	if err != nil {
		return err
	}
	if len(versions) == 0 {
		return errNoItem
	}
	return storeLoad(ctx, tx, versions[0].ID, l)
}

// asJSON is for the trail; the types here always encode.
func asJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return b
}
