package catalog

import (
	"context"
	"errors"
	"slices"
	"strings"

	"portal/internal/fault"
	"portal/internal/intake"
	"portal/internal/legal"
	"portal/internal/normal"
	"portal/internal/pg"
	"portal/internal/place"
	"portal/internal/policy"
	"portal/internal/sheet"
	"portal/internal/workday"
)

var docKeyShape = intake.Shape(`^[a-z0-9][a-z0-9-]{1,99}$`, "文件代号由小写字母、数字和横线组成")

// Items is the import of data/admission_items.csv, and of an export of the lists.
func Items() intake.Kind {
	columns := []intake.Column{
		{Name: "list_kind", Filled: true, Check: func(cell string) error {
			if _, ok := KindOf(cell); !ok {
				return errors.New("没有这种清单，请填写如 依法履职、协助政府、不应出具证明")
			}
			return nil
		}},
		{Name: "code", Filled: true, Check: intake.Shape(`^[A-Za-z0-9][A-Za-z0-9-]{1,29}$`, "编号由字母、数字和横线组成，如 LZ-102")},
		{Name: "title", Filled: true, Max: 200, Check: func(cell string) error {
			_, err := normal.Clean(cell)
			return err
		}},
		{Name: "category", Max: 60}, {Name: "lead_department", Max: 60}, {Name: "legal_basis", Max: 300}, {Name: "period", Max: 30},
		{Name: "frequency", Max: 30}, {Name: "source", Max: 300}, {Name: "synthetic", Filled: true, Check: intake.TrueFalse},
		{Name: "legal_text", Max: 5000}, {Name: "assigned_fields", Max: 300}, {Name: "note"},
		{Name: "basis_doc_key", Check: docKeyShape}, {Name: "basis_version_date", Check: intake.Date}, {Name: "basis_article_no", Max: 20},
		{Name: "basis_status_on_2026_11", Check: intake.OneOf(legal.BasisStatuses...)},
		{Name: "successor_doc_key", Check: docKeyShape}, {Name: "successor_version_date", Check: intake.Date}, {Name: "successor_article_nos", Max: 60},
		{Name: "effective_from", Optional: true, Check: intake.Date}, {Name: "effective_to", Optional: true, Check: intake.Date},
		{Name: "number", Ignored: true}, {Name: "state", Ignored: true},
	}
	return intake.Kind{Name: "items", Label: "准入清单", Key: []string{"code"}, Columns: columns, Plan: planItems}
}

func entryOf(r intake.Row) Entry {
	kind, _ := KindOf(r.Text("list_kind")) // the column's check has read it
	return Entry{Code: r.Text("code"), ListKind: kind, Title: r.Text("title"), TitleKey: normal.Key(r.Text("title")), Category: r.Text("category"),
		LeadDepartment: r.Text("lead_department"), LegalBasis: r.Text("legal_basis"), Period: r.Text("period"), Frequency: r.Text("frequency"),
		Source: r.Text("source"), Synthetic: r.Bool("synthetic"), LegalText: r.Text("legal_text"), AssignedFields: r.Text("assigned_fields"),
		Note: r.Text("note"), BasisDocKey: r.Text("basis_doc_key"), BasisVersionDate: r.Day("basis_version_date"), BasisArticleNo: r.Text("basis_article_no"),
		BasisStatus: legal.BasisStatus(r.Text("basis_status_on_2026_11")), SuccessorDocKey: r.Text("successor_doc_key"),
		SuccessorVersionDate: r.Day("successor_version_date"), SuccessorArticleNos: strings.Join(r.Multi("successor_article_nos"), "|"), Role: kind.Role()}
}

// itemPlan is what planItems knows while it looks at rows.
type itemPlan struct {
	judgement
	stored   map[string]Entry
	versions []ListVersion
	settings policy.Values
	leads    map[string]*int64
	options  intake.Options
}

func planItems(ctx context.Context, q pg.Querier, rows []intake.Row, o intake.Options) (intake.Plan, error) {
	p := itemPlan{options: o, leads: map[string]*int64{}}
	if err := p.load(ctx, q, rows); err != nil {
		return intake.Plan{}, err
	}
	var plan intake.Plan
	for _, r := range rows {
		step, problem, err := p.step(ctx, q, r)
		if err != nil {
			return plan, err
		}
		if problem != nil {
			plan.Problems = append(plan.Problems, *problem)
			continue
		}
		plan.Steps = append(plan.Steps, step)
	}
	return plan, nil
}

func (p *itemPlan) load(ctx context.Context, q pg.Querier, rows []intake.Row) error {
	codes := make([]string, len(rows))
	for i, r := range rows {
		codes[i] = r.Text("code")
	}
	var err error
	if p.stored, err = latest(ctx, q, codes); err != nil {
		return err
	}
	if p.versions, err = ListVersions(ctx, q); err != nil {
		return err
	}
	p.judgement, p.settings, err = judge(ctx, q, p.options.Today)
	return err
}

// judge loads what warnings rest on: the register, this street's jurisdiction and the negative list.
func judge(ctx context.Context, q pg.Querier, day workday.Day) (j judgement, settings policy.Values, err error) {
	j.day = day
	if j.register, err = legal.LoadRegister(ctx, q); err != nil {
		return j, settings, err
	}
	if settings, err = policy.Load(ctx, q, day); err != nil {
		return j, settings, err
	}
	if j.here, err = place.JurisdictionOf(ctx, q, settings.StreetCode); err != nil {
		return j, settings, err
	}
	j.negatives, err = Negatives(ctx, q, day)
	return j, settings, err
}

func (p *itemPlan) step(ctx context.Context, q pg.Querier, r intake.Row) (intake.Step, *sheet.Problem, error) {
	e := entryOf(r)
	step := intake.Step{Row: r}
	warnings := p.warnings(e)
	e.Flags = flagsOf(warnings)
	for _, w := range warnings {
		step.Flags = append(step.Flags, r.Problem(w.column, w.reason))
	}
	e.Standing = Listed
	if e.Has(FlagForeign) {
		e.Standing = Reference
	}
	var err error
	if e.LeadUnitID, err = p.lead(ctx, q, e.LeadDepartment); err != nil {
		return step, nil, err
	}
	before, there := p.stored[e.Code]
	problem := func(column, reason string) (intake.Step, *sheet.Problem, error) {
		found := r.Problem(column, reason)
		return step, &found, nil
	}
	switch {
	case there && before.ApplicationID != nil && !sameRow(before, e):
		return problem("code", "这一事项由准入申请形成，不能用表格修改；请走变更申请（R40）")
	case there && before.ApplicationID != nil:
		step.Flags = nil
		return step, nil, nil
	case there && before.ListKind != e.ListKind:
		return problem("list_kind", "编号已用于“"+before.ListKind.Label()+"”清单，换清单请用新编号")
	case !there:
		p.newDays(&e, r)
		if !e.Until.IsZero() && !e.Until.After(e.From) {
			return problem("effective_to", "最后一日早于生效日，请核对")
		}
		step.Act = intake.Added
		step.Write = func(ctx context.Context, tx *pg.Tx) error { return addRow(ctx, tx, e, p.settings.StreetCode) }
		return step, nil, nil
	}
	p.oldDays(&e, before, r)
	if !e.Until.IsZero() && !e.Until.After(e.From) {
		return problem("effective_to", "最后一日早于生效日，请核对")
	}
	if sameRow(before, e) && slices.Equal(before.Flags, e.Flags) && before.From == e.From && before.Until == e.Until {
		return step, nil, nil
	}
	step.Act = intake.Updated
	day := p.options.Day()
	step.Write = func(ctx context.Context, tx *pg.Tx) error { return changeRow(ctx, tx, before, e, day) }
	return step, nil, nil
}

// newDays are those of the file, or of the list versions, or from the effective day on.
func (p *itemPlan) newDays(e *Entry, r intake.Row) {
	e.From = p.options.Day()
	if p.options.Spread {
		v, _ := p.register.Find(e.BasisDocKey, e.BasisVersionDate)
		e.From, e.Until, e.ListVersionID = spread(p.versions, v.EffectiveFrom, v.EffectiveTo)
		if e.From.IsZero() {
			e.From = p.options.Day()
		}
	}
	if d := r.Day("effective_from"); !d.IsZero() {
		e.From = d
	}
	if d := r.Day("effective_to"); !d.IsZero() {
		e.Until = d.Add(1)
	}
}

// oldDays keeps the stored days; a file that has the columns may change them.
func (p *itemPlan) oldDays(e *Entry, before Entry, r intake.Row) {
	e.ID, e.ItemID, e.From, e.Until, e.ListVersionID = before.ID, before.ItemID, before.From, before.Until, before.ListVersionID
	if d := r.Day("effective_from"); !d.IsZero() {
		e.From = d
	}
	if r.Has("effective_to") {
		if d := r.Day("effective_to"); d.IsZero() {
			e.Until = workday.Day{}
		} else {
			e.Until = d.Add(1)
		}
	}
	// A person may have settled the entry; only the question of place is the import's.
	if before.Standing != Reference && e.Standing != Reference {
		e.Standing = before.Standing
	}
}

// lead finds the unit of a department's name; a name of the law (公安机关) may have none.
func (p *itemPlan) lead(ctx context.Context, q pg.Querier, name string) (*int64, error) {
	if id, known := p.leads[name]; known || name == "" {
		return id, nil
	}
	u, err := place.UnitByName(ctx, q, name)
	switch {
	case fault.KindOf(err) == fault.KindNotFound:
		p.leads[name] = nil
	case err != nil:
		return nil, err
	default:
		p.leads[name] = &u.ID
	}
	return p.leads[name], nil
}

// sameRow compares the columns of the file.
func sameRow(a, b Entry) bool {
	for _, c := range itemColumns {
		if c.get(a) != c.get(b) {
			return false
		}
	}
	return true
}

// addRow stores a new entry; a published row holds in the whole street.
func addRow(ctx context.Context, tx *pg.Tx, e Entry, street string) error {
	var err error
	if e.ItemID, err = insertItem(ctx, tx, e); err != nil {
		return err
	}
	id, err := insertVersion(ctx, tx, e)
	if err != nil {
		return err
	}
	return putScope(ctx, tx, id, street, e.From, e.Until)
}

// changeRow stores a change: words that changed make a new version from the day on, so that earlier
// days read as before (R43); on the version's first day, and for flags and days, it changes in place.
func changeRow(ctx context.Context, tx *pg.Tx, before, after Entry, day workday.Day) error {
	if sameRow(before, after) || !before.From.Before(day) {
		if err := rewriteVersion(ctx, tx, after); err != nil {
			return err
		}
		return shiftScope(ctx, tx, before, after)
	}
	next := after
	next.From = day
	next.AssistModes, next.Requester, next.Payer = before.AssistModes, before.Requester, before.Payer
	next.HoursPerOccurrence, next.OccurrencesPerYear = before.HoursPerOccurrence, before.OccurrencesPerYear
	if !next.Until.IsZero() && !next.Until.After(day) {
		next.Until = workday.Day{} // the old version had ended; the file brings the entry back
	}
	old := before
	if before.Until.IsZero() || before.Until.After(day) {
		old.Until = day
		if err := closeVersion(ctx, tx, before.ID, day); err != nil {
			return err
		}
	}
	id, err := insertVersion(ctx, tx, next)
	if err != nil {
		return err
	}
	if err := copyScope(ctx, tx, before.ID, id); err != nil {
		return err
	}
	next.ID = id
	if err := shiftScope(ctx, tx, Entry{ID: id, From: before.From, Until: before.Until}, next); err != nil {
		return err
	}
	return shiftScope(ctx, tx, before, old)
}
