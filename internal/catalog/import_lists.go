package catalog

import (
	"context"
	"errors"
	"slices"
	"strings"

	"portal/internal/fault"
	"portal/internal/intake"
	"portal/internal/normal"
	"portal/internal/pg"
	"portal/internal/place"
	"portal/internal/workday"
)

// NegativeList is the import of data/negative_list.csv.
func NegativeList() intake.Kind {
	return intake.Kind{
		Name: "negative", Label: "负面清单", Key: []string{"code"}, Plan: planNegative,
		Columns: []intake.Column{
			{Name: "code", Filled: true, Check: intake.Shape(`^[A-Za-z0-9][A-Za-z0-9-]{1,29}$`, "编号由字母、数字和横线组成，如 NEG-001")},
			{Name: "kind", Filled: true, Max: 30},
			{Name: "phrase", Filled: true, Max: 60, Check: func(cell string) error {
				if len([]rune(normal.Key(cell))) < 2 {
					return errors.New("表述至少两个字，太短会误伤正常工作")
				}
				return nil
			}},
			{Name: "match_mode", Filled: true, Check: func(cell string) error {
				if !MatchMode(cell).Known() {
					return errors.New("没有这种匹配方式，请填写如 title_contains、text_contains")
				}
				return nil
			}},
			{Name: "description", Filled: true, Max: 300}, {Name: "source", Max: 300},
			{Name: "synthetic", Filled: true, Check: intake.TrueFalse}, {Name: "assigned_fields", Max: 300},
		},
	}
}

func planNegative(ctx context.Context, q pg.Querier, rows []intake.Row, o intake.Options) (intake.Plan, error) {
	codes := make([]string, len(rows))
	for i, r := range rows {
		codes[i] = r.Text("code")
	}
	all, err := negatives(ctx, q, selectNegativesOf, codes)
	if err != nil {
		return intake.Plan{}, err
	}
	stored := make(map[string]NegativeEntry, len(all))
	for _, n := range all {
		stored[n.Code] = n
	}
	var plan intake.Plan
	for _, r := range rows {
		n := NegativeEntry{Code: r.Text("code"), Kind: r.Text("kind"), Phrase: r.Text("phrase"), PhraseKey: normal.Key(r.Text("phrase")),
			MatchMode: MatchMode(r.Text("match_mode")), Description: r.Text("description"), Source: r.Text("source"), Synthetic: r.Bool("synthetic"),
			AssignedFields: r.Text("assigned_fields"), From: firstDay}
		before, there := stored[n.Code]
		if there {
			n.ID, n.From, n.Until = before.ID, before.From, before.Until
		} else if !o.Effective.IsZero() {
			n.From = o.Effective
		}
		step := intake.Step{Row: r, Act: actOf(there, before == n)}
		if step.Act != intake.Unchanged {
			step.Write = func(ctx context.Context, tx *pg.Tx) error { return putNegative(ctx, tx, n) }
		}
		plan.Steps = append(plan.Steps, step)
	}
	return plan, nil
}

// firstDay is where the negative list begins: what it holds was published before this street kept
// lists, so that earlier days are judged by it too.
var firstDay = workday.NewDay(2025, 1, 1)

func actOf(there, same bool) intake.Act {
	switch {
	case !there:
		return intake.Added
	case same:
		return intake.Unchanged
	}
	return intake.Updated
}

// Programme is the import of data/work_programme.csv: the street's own plan (E1, E2, R50).
func Programme() intake.Kind {
	return intake.Kind{
		Name: "programme", Label: "工作方案", Key: []string{"section_no", "work_no"}, Plan: planProgramme,
		Columns: []intake.Column{
			{Name: "section_no", Filled: true, Max: 20}, {Name: "section", Filled: true, Max: 100}, {Name: "work_no", Filled: true, Max: 20},
			{Name: "work", Filled: true, Max: 200}, {Name: "lead_label", Max: 60}, {Name: "lead_departments", Max: 300},
			{Name: "responsible_units", Max: 300}, {Name: "goal"}, {Name: "source", Max: 300}, {Name: "synthetic", Filled: true, Check: intake.TrueFalse},
		},
	}
}

func planProgramme(ctx context.Context, q pg.Querier, rows []intake.Row, o intake.Options) (intake.Plan, error) {
	all, err := Works(ctx, q)
	if err != nil {
		return intake.Plan{}, err
	}
	stored := map[[2]string]Work{}
	for _, w := range all {
		stored[[2]string{w.SectionNo, w.WorkNo}] = w
	}
	negatives, err := Negatives(ctx, q, o.Today)
	if err != nil {
		return intake.Plan{}, err
	}
	var plan intake.Plan
	for _, r := range rows {
		w := Work{SectionNo: r.Text("section_no"), Section: r.Text("section"), WorkNo: r.Text("work_no"), Work: r.Text("work"),
			LeadLabel: r.Text("lead_label"), LeadDepartments: r.Text("lead_departments"), ResponsibleUnits: r.Text("responsible_units"),
			Goal: r.Text("goal"), Source: r.Text("source"), Synthetic: r.Bool("synthetic")}
		step := intake.Step{Row: r}
		unknown, err := w.resolve(ctx, q, r.Multi("lead_departments"))
		if err != nil {
			return plan, err
		}
		if len(unknown) > 0 {
			step.Flags = append(step.Flags, r.Problem("lead_departments", "没有这些单位："+strings.Join(unknown, "、")+"。请先导入部门"))
		}
		w.judge(negatives)
		if w.Flagged {
			step.Flags = append(step.Flags, r.Problem("responsible_units", w.FlagReason))
		}
		before, there := stored[[2]string{w.SectionNo, w.WorkNo}]
		step.Act = actOf(there, before.same(w))
		if step.Act != intake.Unchanged {
			step.Write = func(ctx context.Context, tx *pg.Tx) error { return putWork(ctx, tx, w) }
		}
		plan.Steps = append(plan.Steps, step)
	}
	return plan, nil
}

// resolve finds the leading units by any of their names (E2); 牵头部门 and 业务部门 both lead.
func (w *Work) resolve(ctx context.Context, q pg.Querier, names []string) (unknown []string, err error) {
	w.LeadUnitIDs = []int64{}
	for _, name := range names {
		u, err := place.UnitByName(ctx, q, name)
		if fault.KindOf(err) == fault.KindNotFound {
			unknown = append(unknown, name)
			continue
		}
		if err != nil {
			return nil, err
		}
		w.LeadUnitIDs = append(w.LeadUnitIDs, u.ID)
	}
	return unknown, nil
}

// communityWords are how the plan names a residents' committee.
var communityWords = []string{"居委会", "居民委员会", "社区"}

// judge flags a task whose work or goal hits the negative list while a community is its 责任单位
// (R50); what is proposed instead is to assist by finding and reporting (E1).
func (w *Work) judge(negatives []NegativeEntry) {
	named := false
	for _, word := range communityWords {
		named = named || strings.Contains(w.ResponsibleUnits, word)
	}
	w.ProposedModes = []AssistMode{}
	if !named {
		return
	}
	hits := Hits(negatives, []Text{{Field: "work", Words: w.Work, Title: true}, {Field: "goal", Words: w.Goal, Title: true}}, ResponsibleUnit, false)
	var phrases []string
	for _, h := range hits {
		if h.Blocks() && !slices.Contains(phrases, h.Entry.Phrase) {
			phrases = append(phrases, h.Entry.Phrase)
		}
	}
	if len(phrases) == 0 {
		return
	}
	w.Flagged = true
	w.FlagReason = "触及负面清单“" + strings.Join(phrases, "、") + "”，又把" + w.ResponsibleUnits + "列为责任单位；社区不能作责任主体（R50），建议改为协助，只做发现报告"
	w.ProposedRole, w.ProposedModes = Assist, []AssistMode{DiscoverReport}
}

func (w Work) same(o Work) bool {
	return slices.Equal(w.LeadUnitIDs, o.LeadUnitIDs) && slices.Equal(w.ProposedModes, o.ProposedModes) && w.Section == o.Section && w.Work == o.Work && w.LeadLabel == o.LeadLabel && w.LeadDepartments == o.LeadDepartments &&
		w.ResponsibleUnits == o.ResponsibleUnits && w.Goal == o.Goal && w.Source == o.Source && w.Synthetic == o.Synthetic && w.Flagged == o.Flagged &&
		w.FlagReason == o.FlagReason && w.ProposedRole == o.ProposedRole
}
