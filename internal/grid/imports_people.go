package grid

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/intake"
	"portal/internal/pg"
	"portal/internal/policy"
	"portal/internal/sheet"
	"portal/internal/workday"
)

// oneOfWords reads a choice by its stored word or by its 中文 label.
type oneOfWords map[string]string

func (m oneOfWords) check(cell string) error {
	if m[cell] == "" {
		return errors.New("只能是：" + strings.Join(slices.Sorted(func(yield func(string) bool) {
			for k := range m {
				if !yield(k) {
					return
				}
			}
		}), "、"))
	}
	return nil
}

var employmentWords = oneOfWords{FullTime: FullTime, PartTime: PartTime, "专职": FullTime, "兼职": PartTime}
var roleWords = oneOfWords{"a": "a", "b": "b", "lead": "lead", "A岗": "a", "B岗": "b", "A 岗": "a", "B 岗": "b", "网格长": "lead"}

// WorkersFile is the import of the register: community and name are a person, and what else the row says is
// entered or changed.
func WorkersFile() intake.Kind {
	return intake.Kind{
		Name: "grid_workers", Label: "网格员", Key: []string{"community", "name"}, Do: authz.GridImport, Plan: planWorkers,
		Columns: []intake.Column{
			{Name: "community", Filled: true, Check: intake.Shape(`^[0-9]{12}$`, "社区代码为十二位数字")},
			{Name: "name", Filled: true, Max: 30, Check: intake.Shape(`^.{2,30}$`, "姓名写 2 到 30 个字")},
			{Name: "phone", Filled: true, Check: intake.Shape(`^[0-9-]{5,20}$`, "电话写 5 到 20 位数字，可以有短横线")},
			{Name: "employment", Filled: true, Check: employmentWords.check},
			{Name: "login", Optional: true, Max: 40},
			{Name: "valid_from", Filled: true, Check: intake.Date},
			{Name: "valid_until", Optional: true, Check: intake.Date},
		},
	}
}

func planWorkers(ctx context.Context, q pg.Querier, rows []intake.Row, o intake.Options) (intake.Plan, error) {
	var plan intake.Plan
	known, places, err := registerOf(ctx, q, rows)
	if err != nil {
		return plan, err
	}
	for _, r := range rows {
		w := Worker{Community: r.Text("community"), Name: r.Text("name"), Phone: r.Text("phone"), Employment: employmentWords[r.Text("employment")],
			Login: r.Text("login"), From: r.Day("valid_from"), Until: r.Day("valid_until")}
		old, there := known[w.Community+w.Name]
		w.keep(r, old)
		problem, err := w.wrong(ctx, q, r, old, places[w.Community], o.Today)
		if err != nil {
			return plan, err
		}
		if problem != nil {
			plan.Problems = append(plan.Problems, *problem)
			continue
		}
		step := intake.Step{Row: r, Act: intake.Added, Write: func(ctx context.Context, tx *pg.Tx) error { return insertWorker(ctx, tx, &w) }}
		if there {
			w.ID, w.Version = old.ID, old.Version
			step.Act, step.Write = intake.Updated, func(ctx context.Context, tx *pg.Tx) error {
				if err := lockPosts(ctx, tx, nil, []WorkerID{w.ID}); err != nil {
					return err
				}
				return updateWorker(ctx, tx, w)
			}
			if w == old {
				step.Act, step.Write = intake.Unchanged, nil
			}
		}
		plan.Steps = append(plan.Steps, step)
	}
	return plan, nil
}

// keep leaves what the file does not speak of as it is.
func (w *Worker) keep(r intake.Row, old Worker) {
	if w.Login == "" || w.Login == old.Login {
		w.Login, w.AccountID = old.Login, old.AccountID
	}
	if !r.Has("valid_until") {
		w.Until = old.Until
	}
}

// wrong looks at what a cell alone cannot show.
func (w *Worker) wrong(ctx context.Context, q pg.Querier, r intake.Row, old Worker, known bool, today workday.Day) (*sheet.Problem, error) {
	tell := func(column, reason string) (*sheet.Problem, error) {
		p := r.Problem(column, reason)
		return &p, nil
	}
	switch {
	case !known:
		return tell("community", "没有这个社区，请核对代码")
	case !w.Until.IsZero() && !w.From.Before(w.Until):
		return tell("valid_until", "离岗日期应晚于到岗日期")
	case old.ID != 0 && old.From != w.From:
		return tell("valid_from", "已经在册，到岗日期是 "+old.From.String()+"，导入时不改")
	}
	if w.Login != old.Login {
		id, err := accountOf(ctx, q, w.Login, w.Community, today)
		if fault.KindOf(err) == fault.KindInvalid {
			return tell("login", words(err))
		}
		if err != nil {
			return nil, err
		}
		w.AccountID = id
	}
	if old.ID == 0 || w.Until.IsZero() || w.Until == old.Until {
		return nil, nil
	}
	held, err := bindsOf(ctx, q, old.ID, w.Until)
	if err != nil || len(held) == 0 {
		return nil, err
	}
	return tell("valid_until", "到这一天还有："+strings.Join(held, "、"))
}

// AssignmentsFile is the import of who holds which post. It fills posts that stand vacant; a change from one
// person to another goes through a handover and not through a file (GRD-07). Days that are past may be
// filled too: the file brings what was kept on paper.
func AssignmentsFile() intake.Kind {
	return intake.Kind{
		Name: "grid_assignments", Label: "网格岗位", Key: []string{"grid_code", "role", "valid_from"}, Do: authz.GridImport, Plan: planAssignments,
		Columns: []intake.Column{
			{Name: "grid_code", Filled: true, Check: intake.Shape(`^[0-9]{15}$`, "网格编码为十五位数字")},
			{Name: "role", Filled: true, Check: roleWords.check},
			{Name: "worker", Max: 30},
			{Name: "valid_from", Filled: true, Check: intake.Date},
			{Name: "valid_until", Optional: true, Check: intake.Date},
			{Name: "reason", Optional: true, Max: 200},
		},
	}
}

// rowFill is one row of the file: a stretch of days of a post that goes to a person.
type rowFill struct {
	row    intake.Row
	grid   seat
	role   Role
	worker Worker
	from   workday.Day
	until  workday.Day
	reason string
}

// rota is all that the rows of a file look at and change, kept in memory while the plan is made.
type rota struct {
	values  policy.Values
	grids   map[string]seat
	people  map[string]Worker
	lines   map[ID][]Post
	waiting map[ID][]Role
	spans   map[WorkerID][]aSpan
}

func planAssignments(ctx context.Context, q pg.Querier, rows []intake.Row, o intake.Options) (intake.Plan, error) {
	var plan intake.Plan
	all, err := rotaOf(ctx, q, rows, o.Today)
	if err != nil {
		return plan, err
	}
	for _, r := range rows {
		f := rowFill{row: r, grid: all.grids[r.Text("grid_code")], role: Role(roleWords[r.Text("role")]), from: r.Day("valid_from"), until: r.Day("valid_until"),
			reason: r.Text("reason")}
		f.worker = all.people[f.grid.Community+r.Text("worker")]
		column, reason, line := f.wrong(all)
		if reason != "" {
			plan.Problems = append(plan.Problems, r.Problem(column, reason))
			continue
		}
		step := intake.Step{Row: r}
		if f.worker.ID != line.Worker.ID {
			step.Act, step.Write = intake.Updated, f.write
			all.fill(f, line)
		}
		plan.Steps = append(plan.Steps, step)
	}
	return plan, nil
}

// wrong says which cell stands against the row, and gives the line that it would change.
func (f *rowFill) wrong(all *rota) (column, reason string, line Post) {
	name := f.row.Text("worker")
	switch {
	case f.grid.ID == 0:
		return "grid_code", "没有这个网格，请先导入网格", line
	case f.grid.Kind == Micro:
		return "grid_code", "微网格不单独设岗", line
	case name != "" && f.worker.ID == 0:
		return "worker", "本社区名册上没有这个人，请先导入网格员", line
	case !f.until.IsZero() && !f.from.Before(f.until):
		return "valid_until", "结束日期应晚于开始日期", line
	case slices.Contains(all.waiting[f.grid.ID], f.role):
		return "role", "这个岗位的移交单正在办理，请先办完或者撤销", line
	}
	line, ok := lineFor(all.lines[f.grid.ID], f.role, f.from, f.until)
	switch {
	case !ok:
		return "valid_from", "这段日子跨过了已有的安排，或者这一天还没有这个网格", line
	case f.worker.ID == line.Worker.ID:
		return "", "", line
	case !line.Vacant():
		return "worker", fmt.Sprintf("%s由%s负责。换人请在网格页面指定并移交", f.role.Label(), line.Worker.Name), line
	}
	end := f.end(line)
	if !f.worker.serves(f.from, end) {
		return "valid_from", f.worker.Name + "在这段日子里不在册", line
	}
	for _, p := range all.lines[f.grid.ID] {
		if f.role.signed() && p.Role.signed() && p.Role != f.role && p.Worker.ID == f.worker.ID && overlap(p.From, p.Until, f.from, end) {
			return "worker", "同一网格的 A 岗和 B 岗不能是同一个人", line
		}
	}
	if f.role == RoleA {
		if b := weigh(all.spans[f.worker.ID], f.grid, f.from, end, all.values, true); b.OverGrids {
			return "worker", fmt.Sprintf("一人最多任 %d 个网格的 A 岗", all.values.GridLimitA), line
		}
	}
	return "", "", line
}

func (f rowFill) end(line Post) workday.Day {
	if f.until.IsZero() {
		return line.Until
	}
	return f.until
}

func overlap(from, until, otherFrom, otherUntil workday.Day) bool {
	return (until.IsZero() || otherFrom.Before(until)) && (otherUntil.IsZero() || from.Before(otherUntil))
}

// lineFor picks the one line in which the stretch lies. A lead may have none: then an empty line for the
// stretch, as long as nothing else is in the way and the grid stands.
func lineFor(lines []Post, role Role, from, until workday.Day) (Post, bool) {
	free := Post{Role: role, From: from, Until: until}
	stands, blocked := false, false
	for _, p := range lines {
		inside := p.On(from) && (until.IsZero() || p.Until.IsZero() || !until.After(p.Until))
		if p.Role == role && inside {
			return p, true
		}
		if p.Role == RoleA && p.On(from) {
			stands, free.GridID = true, p.GridID
		}
		blocked = blocked || p.Role == role && overlap(p.From, p.Until, from, until)
	}
	return free, role == RoleLead && stands && !blocked
}

// fill keeps the row in memory, for the rows after it.
func (all *rota) fill(f rowFill, line Post) {
	id, end := f.grid.ID, f.end(line)
	lines := slices.DeleteFunc(all.lines[id], func(p Post) bool { return p.ID == line.ID && p.Role == line.Role && p.From == line.From })
	for _, piece := range pieces(line, f.worker, f.from, end, f.reason) {
		if piece.Until.IsZero() || piece.From.Before(piece.Until) {
			lines = append(lines, piece)
		}
	}
	all.lines[id] = lines
	if f.role == RoleA {
		all.spans[f.worker.ID] = append(all.spans[f.worker.ID], aSpan{GridID: id, From: f.from, Until: end, Households: f.grid.Households})
	}
}

// pieces cuts a line into what stays before, the stretch itself, and what stays after.
func pieces(line Post, w Worker, from, end workday.Day, reason string) [3]Post {
	before, middle, after := line, line, line
	before.Until = from
	middle.From, middle.Until, middle.Worker, middle.Reason, middle.ID = from, end, w, reason, 0
	after.From, after.ID = end, 0
	if end.IsZero() || end == line.Until {
		after.From, after.Until = from, from // nothing stays
	}
	return [3]Post{before, middle, after}
}

// write looks the line up again under lock and fills it.
func (f rowFill) write(ctx context.Context, tx *pg.Tx) error {
	if err := lockPosts(ctx, tx, []ID{f.grid.ID}, []WorkerID{f.worker.ID}); err != nil {
		return err
	}
	lines, err := posts(ctx, tx, selectPostsOfGrids, []ID{f.grid.ID})
	if err != nil {
		return err
	}
	h, err := openHandover(ctx, tx, f.grid.ID, f.role)
	if err != nil {
		return err
	}
	line, ok := lineFor(lines, f.role, f.from, f.until)
	if !ok || !line.Vacant() || h.ID != 0 {
		return overtaken(ctx, tx, ObjectKind, int64(f.grid.ID))
	}
	cut := pieces(line, f.worker, f.from, f.end(line), f.reason)
	if line.ID != 0 {
		if err := endPostOn(ctx, tx, line, f.from); err != nil {
			return err
		}
	}
	for _, p := range cut[1:] {
		if !p.Until.IsZero() && !p.From.Before(p.Until) || line.ID == 0 && p.Vacant() {
			continue
		}
		if _, err := put(ctx, tx, Post{GridID: f.grid.ID, Role: f.role, Until: p.Until}, p.Worker.ID, p.From, p.Reason, 0); err != nil {
			return err
		}
	}
	return nil
}
