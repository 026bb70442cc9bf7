package grid

import (
	"context"
	"fmt"

	"portal/internal/authz"
	"portal/internal/geo"
	"portal/internal/intake"
	"portal/internal/normal"
	"portal/internal/pg"
	"portal/internal/workday"
)

var codeShape = intake.Shape(`^[0-9]{15}([0-9]{2})?$`, "网格编码为十五位数字，微网格为十七位")

func cleanCell(cell string) error {
	_, err := normal.Clean(cell)
	return err
}

// GridsFile is the import of grids without boundaries: a new code opens a grid on its day, with A and B
// recorded as vacant until the assignments are imported; another name for a known one is a new version.
func GridsFile() intake.Kind {
	return intake.Kind{
		Name: "grids", Label: "网格", Key: []string{"code"}, Do: authz.GridImport, Plan: planGrids,
		Columns: []intake.Column{
			{Name: "code", Filled: true, Check: codeShape},
			{Name: "name", Filled: true, Max: 40, Check: cleanCell},
			{Name: "community", Filled: true, Check: intake.Shape(`^[0-9]{12}$`, "社区编码为十二位数字")},
			{Name: "valid_from", Filled: true, Check: intake.Date},
			{Name: "kind", Optional: true, Check: intake.OneOf(Kinds...)},
		},
	}
}

const importReason = "从文件导入"

// gridsPlan is what a file of grids does; it is written at once when all rows have been looked at.
type gridsPlan struct {
	opened  []newGrid
	fresh   versionRows // of the grids that open; ids come with them
	parents map[string]string
	renamed versionRows
	day     workday.Day // from which renamed ones hold
	byCode  map[string]Grid
}

func planGrids(ctx context.Context, q pg.Querier, rows []intake.Row, o intake.Options) (intake.Plan, error) {
	var plan intake.Plan
	var asked, codes []string
	for _, r := range rows {
		asked, codes = append(asked, r.Text("community")), append(codes, r.Text("code"))
	}
	k, err := knownOf(ctx, q, asked, codes, o.Day())
	if err != nil {
		return plan, err
	}
	communities := map[string]bool{}
	var code, name string
	if err := each(ctx, q, "communities", []any{&code, &name}, func() { communities[code] = true }, selectCommunityNames, unique(asked)); err != nil {
		return plan, err
	}
	later := map[ID]workday.Day{}
	var id ID
	var day workday.Day
	if err := each(ctx, q, "later plans", []any{&id, &day}, func() { later[id] = day }, selectLater, idsOf(k.byCode), o.Day()); err != nil {
		return plan, err
	}
	p := gridsPlan{parents: map[string]string{}, day: o.Day(), byCode: k.byCode}
	inFile := map[string]workday.Day{}
	for _, r := range rows {
		inFile[r.Text("code")] = r.Day("valid_from")
	}
	for _, r := range rows {
		act, column, words := p.row(r, k, communities, inFile, later)
		if words != "" {
			plan.Problems = append(plan.Problems, r.Problem(column, words))
			continue
		}
		plan.Steps = append(plan.Steps, intake.Step{Row: r, Act: act})
	}
	plan.After = p.write
	return plan, nil
}

func idsOf(all map[string]Grid) []ID {
	ids := []ID{}
	for _, g := range all {
		ids = append(ids, g.ID)
	}
	return ids
}

func (p *gridsPlan) row(r intake.Row, k known, communities map[string]bool, inFile map[string]workday.Day, later map[ID]workday.Day) (act intake.Act, column, words string) {
	code, name := r.Text("code"), r.Text("name")
	kind, community, parent := readCode(code)
	from := r.Day("valid_from")
	if g, there := k.byCode[code]; there {
		switch day, planned := later[g.ID]; {
		case g.Name == name:
			return intake.Unchanged, "", ""
		case planned:
			return 0, "name", fmt.Sprintf("这个网格在 %s 另有计划中的调整，请在那之后再改名", day.Chinese())
		}
		p.renamed.add(g.ID, p.day, name, g.Boundary, g.System, importReason)
		return intake.Updated, "", ""
	}
	switch begins, inThis := inFile[parent]; {
	case k.taken[code] != "":
		return 0, "code", fmt.Sprintf("编码 %s 曾经用于%s，网格编码不重复使用", code, k.taken[code])
	case kind == "":
		return 0, "code", "网格编码的后三位从 001 起"
	case community != r.Text("community"):
		return 0, "community", "网格编码的前十二位应是社区编码，请核对"
	case !communities[community]:
		return 0, "community", "没有这个社区，请先导入社区"
	case r.Text("kind") != "" && Kind(r.Text("kind")) != kind:
		return 0, "kind", "类型与编码不符：综合网格用 001 到 900，专属网格从 901 起，微网格为十七位"
	case kind == Micro && !inThis && k.byCode[parent].ID == 0:
		return 0, "code", fmt.Sprintf("所属的网格 %s 不在册，也不在这个文件里", parent)
	case kind == Micro && inThis && begins.After(from), kind == Micro && !inThis && k.byCode[parent].From.After(from):
		return 0, "valid_from", "微网格不能早于所属的网格设立"
	}
	p.opened = append(p.opened, newGrid{code: code, community: community, kind: kind, parent: k.byCode[parent].ID})
	p.fresh.add(0, from, name, geo.Shape{}, "", importReason)
	p.parents[code] = parent
	return intake.Added, "", ""
}

// write opens whole grids before their micro-grids, each kind in one statement.
// The communities are held first, as by every change that opens grids: who is given the next code waits.
func (p *gridsPlan) write(ctx context.Context, tx *pg.Tx) error {
	var communities []string
	for _, g := range p.opened {
		communities = append(communities, g.community)
	}
	if _, err := tx.Exec(ctx, lockCommunities, unique(communities)); err != nil {
		return fmt.Errorf("lock communities: %w", err)
	}
	ids := make([]ID, len(p.opened))
	byCode := map[string]ID{}
	for _, micro := range []bool{false, true} {
		var rows []newGrid
		var at []int
		for i, g := range p.opened {
			if (g.kind == Micro) != micro {
				continue
			}
			if micro && g.parent == 0 {
				g.parent = byCode[p.parents[g.code]]
			}
			rows, at = append(rows, g), append(at, i)
		}
		made, err := insertGridRows(ctx, tx, rows)
		if err != nil {
			return pg.Constraint(err, shapeFields)
		}
		for n, i := range at {
			ids[i] = made[n]
			byCode[rows[n].code] = made[n]
		}
	}
	var posts postRows
	for i, g := range p.opened {
		if g.kind != Micro {
			vacant := filling{reason: noReason}
			posts.fill(ids[i], RoleA, vacant, p.fresh.days[i])
			posts.fill(ids[i], RoleB, vacant, p.fresh.days[i])
		}
	}
	p.fresh.ids = ids
	for _, step := range []func() error{
		func() error { return p.fresh.insert(ctx, tx) },
		func() error { return posts.insert(ctx, tx) },
		func() error { return p.rename(ctx, tx) },
	} {
		if err := step(); err != nil {
			return pg.Constraint(err, shapeFields)
		}
	}
	return nil
}

func (p *gridsPlan) rename(ctx context.Context, tx *pg.Tx) error {
	if len(p.renamed.ids) == 0 {
		return nil
	}
	if _, err := tx.Exec(ctx, cutVersions, p.renamed.ids, p.day); err != nil {
		return fmt.Errorf("rename grids: %w", err)
	}
	if _, err := tx.Exec(ctx, touchGrids, p.renamed.ids); err != nil {
		return fmt.Errorf("rename grids: %w", err)
	}
	return p.renamed.insert(ctx, tx)
}
