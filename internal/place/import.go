package place

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"portal/internal/intake"
	"portal/internal/pg"
	"portal/internal/sheet"
)

// Divisions is the import of data/division_codes.csv.
func Divisions() intake.Kind {
	return intake.Kind{
		Name: "divisions", Label: "区划代码", Key: []string{"code"}, Plan: planDivisions,
		Columns: []intake.Column{
			{Name: "code", Filled: true, Check: intake.Shape(`^[0-9]{6}([0-9]{3}){0,3}([0-9]{2})?$`, "代码为六、九、十二、十五或者十七位数字")},
			{Name: "level", Filled: true, Check: intake.OneOf(Province, City, District, Street, CommunityAt, Grid, SpecialGrid, MicroGrid, Nation)},
			{Name: "name", Filled: true, Max: 60},
			{Name: "parent_code", Check: intake.Shape(`^[0-9]{6,17}$`, "上级代码为数字")},
			{Name: "standard", Max: 60},
			{Name: "status", Filled: true, Check: intake.OneOf("current", "special", "retired", "fictional")},
			{Name: "synthetic", Filled: true, Check: intake.TrueFalse},
			{Name: "source", Max: 300},
		},
	}
}

const fictionalMark = "(虚构)"

// divisionOf reads a row: 「(虚构)」 is a flag and not part of a name (product.md §8).
func divisionOf(r intake.Row) Division {
	name := r.Text("name")
	d := Division{Code: r.Text("code"), Level: Level(r.Text("level")), Name: strings.TrimSpace(strings.TrimSuffix(name, fictionalMark)),
		ParentCode: r.Text("parent_code"), Standard: r.Text("standard"), Status: r.Text("status"), Source: r.Text("source"),
		Fictional: r.Bool("synthetic") || strings.HasSuffix(name, fictionalMark)}
	d.Pinyin, d.Initials = Pinyin(d.Name)
	return d
}

func planDivisions(ctx context.Context, q pg.Querier, rows []intake.Row, _ intake.Options) (intake.Plan, error) {
	var codes []string
	inFile := map[string]bool{}
	for _, r := range rows {
		inFile[r.Text("code")] = true
		codes = append(codes, r.Text("code"), r.Text("parent_code"))
	}
	stored, err := divisions(ctx, q, selectDivisions, codes)
	if err != nil {
		return intake.Plan{}, err
	}
	known := map[string]Division{}
	for _, d := range stored {
		known[d.Code] = d
	}
	var plan intake.Plan
	for _, r := range rows {
		d := divisionOf(r)
		if problem := d.wrong(r); problem != nil {
			plan.Problems = append(plan.Problems, *problem)
			continue
		}
		step := intake.Step{Row: r}
		if _, stored := known[d.ParentCode]; d.ParentCode != "" && !inFile[d.ParentCode] && !stored {
			d.Flag = fmt.Sprintf("上级代码 %s 不在区划目录中", d.ParentCode)
			step.Flags = append(step.Flags, r.Problem("parent_code", d.Flag))
		}
		before, there := known[d.Code]
		d.From, d.Until = before.From, before.Until
		step.Act = actOf(there, before == d)
		if step.Act != intake.Unchanged {
			step.Write = func(ctx context.Context, tx *pg.Tx) error { return putDivision(ctx, tx, d) }
		}
		plan.Steps = append(plan.Steps, step)
	}
	return plan, nil
}

// wrong checks the code against level and parent: the prefix is the scope.
func (d Division) wrong(r intake.Row) *sheet.Problem {
	var reason string
	column := "code"
	switch {
	case len(d.Code) != levels[d.Level].digits:
		reason = fmt.Sprintf("%s的代码应为 %d 位", d.Level.Label(), levels[d.Level].digits)
	case d.ParentCode != "" && len(d.Code) > 6 && !strings.HasPrefix(d.Code, d.ParentCode):
		reason, column = "代码应以上级代码开头", "parent_code"
	default:
		return nil
	}
	p := r.Problem(column, reason)
	return &p
}

func actOf(there, same bool) intake.Act {
	switch {
	case !there:
		return intake.Added
	case same:
		return intake.Unchanged
	}
	return intake.Updated
}

// Departments is the import of data/departments.csv: units, other writings of the same unit, and
// groups (相关社区居委会).
func Departments() intake.Kind {
	return intake.Kind{
		Name: "departments", Label: "部门", Key: []string{"department"}, Plan: planDepartments,
		Columns: []intake.Column{
			{Name: "department", Filled: true, Max: 60},
			{Name: "department_type", Filled: true, Check: func(cell string) error {
				return intake.OneOf(typeNames()...)(cell)
			}},
			{Name: "alias_in_source", Max: 60},
			{Name: "role_label", Max: 200},
			{Name: "programmes"}, {Name: "works"},
			{Name: "source", Max: 300},
			{Name: "synthetic", Filled: true, Check: intake.TrueFalse},
			{Name: "assigned_fields", Max: 300},
		},
	}
}

// unitTypes maps the words of the file to what the law sees in the unit.
var unitTypes = []struct {
	words string
	kind  RequesterKind
	group bool
}{
	{"街道内设部门或中心", StreetSection, false},
	{"居民委员会(泛称)", ResidentsCommittee, true},
	{"领导小组", StreetOffice, false},
	{"领导小组办事机构", StreetSection, false},
	{"监督机构", StreetSection, false},
	{"区人民政府", DistrictGovernment, false},
	{"区级部门", DistrictDepartment, false},
	{"街道办事处", StreetOffice, false},
	{"法院或群团组织", CourtOrGroup, false},
	{"法律所称机关", UnitByLaw, false},
}

func typeNames() []string {
	out := make([]string, len(unitTypes))
	for i, t := range unitTypes {
		out[i] = t.words
	}
	return out
}

func unitOf(r intake.Row) Unit {
	u := Unit{Name: r.Text("department"), UnitType: r.Text("department_type"), RoleLabel: r.Text("role_label"), Programmes: r.Multi("programmes"),
		Works: r.Multi("works"), Source: r.Text("source"), Synthetic: r.Bool("synthetic"), AssignedFields: r.Text("assigned_fields")}
	if i := slices.IndexFunc(unitTypes, func(t struct {
		words string
		kind  RequesterKind
		group bool
	}) bool {
		return t.words == u.UnitType
	}); i >= 0 {
		u.RequesterKind, u.IsGroup = unitTypes[i].kind, unitTypes[i].group
	}
	return u
}

// planDepartments: of two rows that name each other as alias the first is the unit and the second
// its other writing (E2).
func planDepartments(ctx context.Context, q pg.Querier, rows []intake.Row, _ intake.Options) (intake.Plan, error) {
	stored, err := units(ctx, q, selectUnits, []string{})
	if err != nil {
		return intake.Plan{}, err
	}
	known := map[string]Unit{}
	for _, u := range stored {
		known[u.Name] = u
	}
	names := make([]string, len(rows))
	for i, r := range rows {
		names[i] = r.Text("department")
	}
	written, err := aliases(ctx, q, names)
	if err != nil {
		return intake.Plan{}, err
	}
	var plan intake.Plan
	mains := map[string]bool{}
	for _, r := range rows {
		u := unitOf(r)
		other := r.Text("alias_in_source")
		step := intake.Step{Row: r}
		if _, main := known[other]; other != "" && (mains[other] || main) {
			a := aliasRow{Alias: u.Name, Source: u.Source, RoleLabel: u.RoleLabel, Programmes: u.Programmes, Works: u.Works}
			before, there := written[u.Name]
			a.UnitID = before.UnitID
			step.Act = actOf(there, sameAlias(before, a) && known[other].ID == before.UnitID)
			if step.Act != intake.Unchanged {
				step.Write = func(ctx context.Context, tx *pg.Tx) error { return aliasTo(ctx, tx, other, a) }
			}
		} else {
			mains[u.Name] = true
			before, there := known[u.Name]
			step.Act = actOf(there, sameUnit(before, u))
			switch step.Act {
			case intake.Added:
				step.Write = func(ctx context.Context, tx *pg.Tx) error { _, err := addUnit(ctx, tx, u); return err }
			case intake.Updated:
				step.Write = func(ctx context.Context, tx *pg.Tx) error { return changeUnit(ctx, tx, u) }
			}
		}
		plan.Steps = append(plan.Steps, step)
	}
	return plan, nil
}

func aliasTo(ctx context.Context, tx *pg.Tx, name string, a aliasRow) error {
	u, err := UnitByName(ctx, tx, name)
	if err != nil {
		return err
	}
	a.UnitID = u.ID
	return addAlias(ctx, tx, a)
}

func sameAlias(a, b aliasRow) bool {
	return a.Alias == b.Alias && a.Source == b.Source && a.RoleLabel == b.RoleLabel && slices.Equal(a.Programmes, b.Programmes) && slices.Equal(a.Works, b.Works)
}

func sameUnit(a, b Unit) bool {
	return a.Name == b.Name && a.UnitType == b.UnitType && a.RequesterKind == b.RequesterKind && a.IsGroup == b.IsGroup && a.RoleLabel == b.RoleLabel &&
		slices.Equal(a.Programmes, b.Programmes) && slices.Equal(a.Works, b.Works) && a.Source == b.Source && a.Synthetic == b.Synthetic &&
		a.AssignedFields == b.AssignedFields
}
