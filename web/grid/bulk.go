package grid

import (
	"fmt"
	"net/http"
	"strconv"

	"portal/internal/authz"
	"portal/internal/grid"
	"portal/internal/workday"
	"portal/web/form"
	"portal/web/route"
	"portal/web/view"
)

// bulkPage is 批量换人: every A (or B) post of one person, to whom each goes, and what that would mean
// before it is made.
type bulkPage struct {
	Frame       view.Page
	Form        filled
	Title, Lead string
	Action      string
	Roles       []view.Option
	Rows        []bulkRow
	Previewed   bool
	Blocked     string // why it cannot be made yet
	Words       string // what confirming does
}

type bulkRow struct {
	Name, Code, Href string
	To               view.Field
	Choices          []view.Option
	Then             string
	Load             *view.Load
	State            view.Chipped
	Problem          string
}

// toField is the choice of who takes over a grid.
func toField(id grid.ID) string { return "to_" + idText(id) }

func (h people) bulk(w http.ResponseWriter, r *http.Request) error {
	one, err := h.keptWorker(r, authz.GridAssign)
	if err != nil {
		return err
	}
	return h.showBulk(w, r, one, blank(r, map[string]string{"day": h.f.Today().Add(1).String(), "role": string(grid.RoleA)}), false)
}

// bulkMove previews or makes a bulk move; the button says which.
// bulkDo is what a button of the page asks for.
type bulkDo string

const (
	lookBulk  bulkDo = "preview"
	applyBulk bulkDo = "apply"
)

func (h people) bulkMove(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	one, err := h.keptWorker(r, authz.GridAssign)
	if err != nil {
		return err
	}
	day := readDay(f, "day", "填写从哪天开始", h.f.Today())
	in := grid.Bulk{From: one.ID, Day: day, Reason: f.Line("reason", 200), Role: form.Choice(f, "role", grid.PostRoles[:2])}
	plan, err := h.s.BulkPlan(r.Context(), route.Actor(r), in)
	if err != nil {
		return err
	}
	in.To = readTo(f, plan)
	if len(in.To) == 0 && f.Valid() {
		f.Add("", "至少给一个网格选接任的人")
	}
	do := form.Choice(f, "do", []bulkDo{lookBulk, applyBulk})
	if do == "" {
		f.Add("", "点“看结果”或者“确认换人”")
	}
	if f.Valid() && do == applyBulk {
		done, err := h.s.BulkApply(r.Context(), route.Actor(r), f.Key(), in)
		if err == nil {
			h.tell(r, "ok", "已批量换人", fmt.Sprintf("生成 %d 张移交单，双方签字后生效", len(done)))
			return route.See(w, r, pathHandovers)
		}
		if err = beside(f, err, map[string]string{"to": ""}); err != nil {
			return err
		}
	}
	return h.showBulk(w, r, one, sent(f), f.Valid())
}

// readTo reads the choice of each grid of the plan; a grid without a choice stays as it is.
func readTo(f *form.Form, plan grid.BulkPreview) map[grid.ID]grid.WorkerID {
	out := map[grid.ID]grid.WorkerID{}
	for _, row := range plan.Rows {
		v := f.Raw(toField(row.Grid))
		if v == "" {
			continue
		}
		id, err := strconv.ParseInt(v, 10, 64)
		if err != nil || id < 0 {
			f.Add(toField(row.Grid), "从列出的人里选")
			continue
		}
		out[row.Grid] = grid.WorkerID(id)
	}
	return out
}

func (h people) showBulk(w http.ResponseWriter, r *http.Request, one grid.Worker, x filled, previewed bool) error {
	by, today := route.Actor(r), h.f.Today()
	in := grid.Bulk{From: one.ID, Day: today, Reason: x.value("reason"), Role: grid.Role(x.value("role")), To: map[grid.ID]grid.WorkerID{}}
	if in.Role != grid.RoleB {
		in.Role = grid.RoleA
	}
	if day, err := workday.ParseLoose(x.value("day"), today); err == nil && day.After(today) {
		in.Day = day
	}
	plan, err := h.s.BulkPlan(r.Context(), by, in)
	if err != nil {
		return err
	}
	if previewed {
		in.To = readTo(x.f, plan)
		if plan, err = h.s.BulkPlan(r.Context(), by, in); err != nil {
			return err
		}
	}
	people, err := h.s.Workers(r.Context(), by, one.Community, in.Day)
	if err != nil {
		return err
	}
	p := bulkPage{Form: x, Title: one.Name + " 批量换人", Action: workerPath(one.ID, "/bulk"), Previewed: previewed, Lead: "先看结果，再确认。没选人的网格不变"}
	p.Frame = h.staff(r, "批量换人 - "+one.Name, x.errors(), view.Crumb{Href: pathWorkers, Text: "网格员名册"}, view.Crumb{Href: workerPath(one.ID, ""), Text: one.Name}, view.Crumb{Text: "批量换人"})
	for _, role := range grid.PostRoles[:2] {
		p.Roles = append(p.Roles, view.Option{Value: string(role), Label: role.Label(), Chosen: role == in.Role})
	}
	moves := 0
	for _, row := range plan.Rows {
		line := bulkRowOf(row, people, one, x)
		if previewed && row.Chosen {
			moves++
			line.preview(row)
		}
		p.Rows = append(p.Rows, line)
	}
	p.Words = fmt.Sprintf("从%s起，%d 个网格换人。换人的网格各生成一张移交单，双方签字后生效", in.Day.Chinese(), moves)
	if previewed && plan.Blocked {
		p.Blocked = "还有网格不能这样换，改好标红的再确认"
	}
	return h.f.Render(w, r, x.status(), showBulk(p))
}

func bulkRowOf(row grid.BulkRow, people []grid.Worker, one grid.Worker, x filled) bulkRow {
	out := bulkRow{Name: row.GridName, Code: row.GridCode, Href: gridPath(row.GridCode, ""), To: x.field(toField(row.Grid), row.GridName+"由谁接任")}
	options := []view.Option{{Label: "不变"}}
	for _, w := range people {
		if w.ID != one.ID {
			options = append(options, view.Option{Value: idText(w.ID), Label: w.Name})
		}
	}
	nobody := view.Option{Value: "0", Label: "先空着"}
	if row.Role == grid.RoleA {
		nobody.Label = "先空着，由 B 岗代理"
	}
	out.Choices = x.options(out.To.Name, append(options, nobody))
	return out
}

// afterMove is the measure of a person's load once the move is made.
var afterMove = view.Measure{Have: "换后共", Limit: view.Households.Limit, Unit: view.Households.Unit}

// preview says what the move of this grid would mean.
func (b *bulkRow) preview(row grid.BulkRow) {
	b.Then, b.Problem = row.Then.Name, row.Problem
	switch {
	case row.Problem != "":
		b.State = view.Chipped{Tone: view.Danger, Words: "不能换"}
	case row.Then.IsZero():
		b.Then, b.State = "空缺", view.Chipped{Tone: view.Warn, Words: "空缺"}
	default:
		b.State = view.Chipped{Tone: view.OK, Words: "可以换"}
	}
	if row.Limit > 0 && !row.Then.IsZero() {
		b.Load = &view.Load{Name: row.Then.Name, Measure: afterMove, Planned: float64(row.HouseholdsAfter), Cap: float64(row.Limit)}
		if over := row.HouseholdsAfter - row.Limit; over > 0 && row.Problem == "" {
			b.State = view.Chipped{Tone: view.Warn, Words: "超 " + view.Thousands(over) + " 户"}
		}
	}
}
