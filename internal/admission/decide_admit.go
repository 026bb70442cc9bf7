package admission

import (
	"context"
	"slices"
	"strings"

	"portal/internal/catalog"
	"portal/internal/docno"
	"portal/internal/pg"
	"portal/internal/place"
	"portal/internal/workday"
)

// admit gives the number 梧准〔year〕N号 and puts the application on its list, in the transaction of
// the approval. Communities without mandatory conditions are open from the first day; the others
// wait until their own secretary has confirmed all of them (R18).
func admit(ctx context.Context, tx *pg.Tx, a *Application, conditions []NewCondition) error {
	today := workday.DayOf(tx.Now)
	year := today.Year()
	seq, err := tx.Number(ctx, docno.Approval, year)
	if err != nil {
		return err
	}
	a.AdmittedYear, a.AdmittedSeq = &year, &seq
	waits, err := storeConditions(ctx, tx, *a, conditions)
	if err != nil {
		return err
	}
	entry, err := entryOf(ctx, tx, *a, today)
	if err != nil {
		return err
	}
	for _, c := range a.Communities {
		entry.Scopes = append(entry.Scopes, catalog.AdmittedScope{Division: c, Open: !waits[c]})
	}
	_, err = catalog.Admit(ctx, tx, entry)
	return err
}

// storeConditions writes a checklist line for each community a condition speaks to, and tells which
// communities have a mandatory one.
func storeConditions(ctx context.Context, tx *pg.Tx, a Application, conditions []NewCondition) (map[string]bool, error) {
	waits := map[string]bool{}
	for i, c := range conditions {
		for _, community := range a.Communities {
			if c.Division != "" && c.Division != community {
				continue
			}
			if err := storeCondition(ctx, tx, a.ID, community, i+1, c.Words, c.Mandatory); err != nil {
				return nil, err
			}
			waits[community] = waits[community] || c.Mandatory
		}
	}
	return waits, nil
}

// entryOf is the application as it will stand on the list, without its communities.
func entryOf(ctx context.Context, tx *pg.Tx, a Application, today workday.Day) (catalog.Admission, error) {
	number, err := numberOf(ctx, tx, a, today)
	if err != nil {
		return catalog.Admission{}, err
	}
	e := catalog.Admission{Code: a.Slug(), Number: number, Kind: catalog.ListKind(a.ListKind), ApplicationID: int64(a.ID), Title: a.Title,
		Category: a.ItemForm.Label(), LeadUnitID: a.LeadUnitID, Period: a.Term.Label(), Frequency: a.OccurrenceUnit.Label(), Role: catalog.Role(a.Role),
		Requester: a.UnitName, Hours: a.HoursPerOccurrence, Occurrences: yearly(a.Form), From: a.StartOn}
	if e.From.IsZero() || e.From.Before(today) {
		e.From = today // nothing holds before it was decided (R20)
	}
	if !a.EndOn.IsZero() {
		e.Until = a.EndOn.Add(1)
	}
	for _, m := range a.AssistModes {
		e.AssistModes = append(e.AssistModes, catalog.AssistMode(m))
	}
	if e.LeadName, err = unitName(ctx, tx, a.LeadUnitID); err != nil {
		return e, err
	}
	if e.Payer, err = unitName(ctx, tx, a.FundsPayerID); err != nil {
		return e, err
	}
	return e, cite(ctx, tx, &e, a)
}

func unitName(ctx context.Context, q pg.Querier, id *int64) (string, error) {
	if id == nil {
		return "", nil
	}
	u, err := place.UnitByID(ctx, q, *id)
	return u.Name, err
}

// cite copies what the application rests on: all citations in words, the first with its version.
func cite(ctx context.Context, q pg.Querier, e *catalog.Admission, a Application) error {
	cited, err := citedOf(ctx, q, a)
	if err != nil {
		return err
	}
	var words []string
	for _, c := range cited {
		words = append(words, c.Words)
		if e.Basis.DocKey == "" && c.DocKey != "" {
			e.Basis = catalog.AdmittedBasis{DocKey: c.DocKey, VersionDate: c.VersionDate, ArticleNo: c.ArticleNo, Status: c.Status}
			e.LegalText = c.Quote
		}
	}
	e.LegalBasis = strings.Join(words, "；")
	return nil
}

// waitingIn reports whether a community still has mandatory conditions to confirm.
func waitingIn(all []Condition, division string) bool {
	return slices.ContainsFunc(all, func(c Condition) bool { return c.Division == division && c.Mandatory && c.ConfirmedAt == nil })
}

// occurrencesAYear turns a rhythm into times a year.
var occurrencesAYear = map[Every]float64{"week": 52, "month": 12, "quarter": 4, "year": 1}

// yearly is the load of an entry in times a year: lists divide it by twelve, so a task that happens
// a few times within its period is spread over the months of that period.
func yearly(f Form) *float64 {
	if f.Occurrences == nil {
		return nil
	}
	n := *f.Occurrences
	if times, ok := occurrencesAYear[f.OccurrenceUnit]; ok {
		n *= times
	} else if !f.EndOn.IsZero() && !f.StartOn.IsZero() {
		n *= 12 / float64(months(f.StartOn, f.EndOn))
	}
	return &n
}

// months counts the months that a period touches in length, at least one and at most twelve.
func months(from, to workday.Day) int {
	n := 1
	for n < 12 && from.AddMonths(n).Before(to.Add(1)) {
		n++
	}
	return n
}
