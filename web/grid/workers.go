package grid

import (
	"fmt"
	"net/http"

	"portal/internal/authz"
	"portal/internal/grid"
	"portal/internal/workday"
	"portal/web/form"
	"portal/web/route"
	"portal/web/view"
)

// workersPage is the register of grid workers, in order of community and name.
type workersPage struct {
	Frame       view.Page
	Lead        string
	Communities []view.Option
	Rows        []workerRow
	New         string // address of 登记网格员; "" without the right
	Leaves      []leaveRow
}

type workerRow struct {
	Href, Name, Place, Phone, Employment, Load string
	Away                                       string // 请假 of today
}

// workerPage is one person of the register: the record, the form to change it, the end.
type workerPage struct {
	Frame       view.Page
	Messages    []view.FieldError
	Title, Lead string
	Base        string
	Version     string
	Facts       []view.Term
	Posts       []heldRow
	Change      filled
	End         filled
	May         bool // the register is this person's to keep
	Ended       bool
	Leave, Bulk string
	Employments []view.Option
	Communities []view.Option
}

// heldRow is a post that the person holds or is to hold.
type heldRow struct{ Grid, Href, Role, Days string }

// newWorkerPage is 登记网格员.
type newWorkerPage struct {
	Frame       view.Page
	Form        filled
	Communities []view.Option
	Employments []view.Option
}

func workerPath(id grid.WorkerID, below string) string { return pathWorkers + "/" + idText(id) + below }

var employmentOptions = func() []view.Option {
	out := make([]view.Option, len(grid.Employments))
	for i, e := range grid.Employments {
		out[i] = view.Option{Value: e.Value, Label: e.Label}
	}
	return out
}()

var employments = func() []string {
	out := make([]string, len(grid.Employments))
	for i, e := range grid.Employments {
		out[i] = e.Value
	}
	return out
}()

func (h people) workers(w http.ResponseWriter, r *http.Request) error {
	by, today, q := route.Actor(r), h.f.Today(), form.Query(r)
	scope, err := h.scopeOf(r, authz.GridView, q.Raw("community"), q.Has("community"))
	if err != nil {
		return err
	}
	all, err := h.s.Workers(r.Context(), by, scope.prefix(), today)
	if err != nil {
		return err
	}
	leaves, err := h.leavesOn(r, scope.prefix(), today)
	if err != nil {
		return err
	}
	p := workersPage{Frame: h.staff(r, "查看 - 网格员名册", nil, view.Crumb{Text: "网格员名册"}), Communities: communityOptions(scope)}
	away := map[grid.WorkerID]grid.Leave{}
	for _, l := range leaves {
		if !today.Before(l.From) && today.Before(l.Until) {
			away[l.Worker] = l
		}
		p.Leaves = append(p.Leaves, leaveRowOf(l))
	}
	names := map[string]string{}
	for _, c := range scope.All {
		names[c.Code] = c.Name
	}
	for _, one := range all {
		row := workerRow{Href: workerPath(one.ID, ""), Name: one.Name, Place: names[one.Community], Phone: one.Phone, Employment: one.EmploymentLabel(), Load: loadWords(one)}
		if l, is := away[one.ID]; is {
			row.Away = "请假至" + l.Until.Add(-1).Short()
		}
		p.Rows = append(p.Rows, row)
	}
	p.Lead = fmt.Sprintf("%s共 %d 名网格员，%s。电话是公开的工作电话", scope.name(), len(all), awayWords(len(away)))
	if authz.Can(by, authz.GridPeople) {
		p.New = pathWorkers + "/new"
	}
	return h.f.Render(w, r, http.StatusOK, showWorkers(p))
}

func awayWords(n int) string {
	if n == 0 {
		return "今天没有人请假"
	}
	return fmt.Sprintf("今天 %d 人请假", n)
}

// loadWords is what a person answers for as A.
func loadWords(w grid.Worker) string {
	if w.Grids == 0 {
		return "没有任 A 岗"
	}
	return fmt.Sprintf("%d 个网格的 A 岗，%s 户", w.Grids, view.Thousands(w.Households))
}

func (h people) workerOf(r *http.Request) (grid.Worker, error) {
	id, err := idOf(r, "id", "")
	if err != nil {
		return grid.Worker{}, grid.ErrNoWorker
	}
	return h.s.WorkerOf(r.Context(), route.Actor(r), grid.WorkerID(id))
}

func (h people) worker(w http.ResponseWriter, r *http.Request) error {
	one, err := h.workerOf(r)
	if err != nil {
		return err
	}
	return h.showWorker(w, r, one, proposedWorker(one), filled{Key: form.NewKey()})
}

func proposedWorker(one grid.Worker) filled {
	return filled{Key: form.NewKey(), proposed: map[string]string{"name": one.Name, "phone": one.Phone, "employment": one.Employment, "login": one.Login, "community": one.Community}}
}

func (h people) showWorker(w http.ResponseWriter, r *http.Request, one grid.Worker, change, end filled) error {
	by, today := route.Actor(r), h.f.Today()
	errors := append(change.errors(), end.errors()...)
	p := workerPage{Title: one.Name, Lead: one.EmploymentLabel() + "网格员，" + loadWords(one), Base: workerPath(one.ID, ""), Version: itoa(one.Version), Messages: summary(errors), Change: change, End: end,
		Ended: !one.Until.IsZero() && !today.Before(one.Until), May: authz.Allowed(by, authz.GridPeople, one.Object()), Employments: change.options("employment", employmentOptions)}
	p.Frame = h.staff(r, "查看网格员 - "+one.Name, errors, view.Crumb{Href: pathWorkers, Text: "网格员名册"}, view.Crumb{Text: one.Name})
	place, err := h.communityName(r, one.Community)
	if err != nil {
		return err
	}
	p.Facts = []view.Term{{Name: "社区", Text: place}, {Name: "工作电话", Text: one.Phone, Href: "tel:" + one.Phone}, {Name: "用工方式", Text: one.EmploymentLabel()}, {Name: "在册", Text: span(one.From, one.Until)},
		{Name: "系统账号", Text: map[bool]string{true: "有，可以在移交单上签字", false: "没有，移交由社区代为结束"}[one.AccountID != 0]}}
	held, err := h.s.PostsOf(r.Context(), by, one.ID, today)
	if err != nil {
		return err
	}
	for _, one := range held {
		p.Posts = append(p.Posts, heldRow{Grid: one.GridName, Href: gridPath(one.GridCode, ""), Role: one.Role.Label(), Days: span(one.From, one.Until)})
	}
	if p.Communities, err = h.keptCommunities(r, change); err != nil {
		return err
	}
	if authz.Allowed(by, authz.GridLeave, one.Object()) {
		p.Leave = workerPath(one.ID, "/leave")
	}
	if authz.Allowed(by, authz.GridAssign, one.Object()) && len(held) > 0 {
		p.Bulk = workerPath(one.ID, "/bulk")
	}
	return h.f.Render(w, r, status(errors), showWorker(p))
}

// keptWorker is the person of the address when the act is open to this actor; else missing.
func (h people) keptWorker(r *http.Request, do authz.Action) (grid.Worker, error) {
	one, err := h.workerOf(r)
	if err != nil {
		return one, err
	}
	if !authz.Allowed(route.Actor(r), do, one.Object()) {
		return one, grid.ErrNoWorker
	}
	return one, nil
}

func (h people) newWorker(w http.ResponseWriter, r *http.Request) error {
	return h.showNewWorker(w, r, blank(r, map[string]string{"from": h.f.Today().String(), "employment": grid.FullTime}))
}

func (h people) showNewWorker(w http.ResponseWriter, r *http.Request, x filled) error {
	communities, err := h.keptCommunities(r, x)
	if err != nil {
		return err
	}
	p := newWorkerPage{Form: x, Employments: x.options("employment", employmentOptions), Communities: communities}
	p.Frame = h.staff(r, "登记 - 网格员", x.errors(), view.Crumb{Href: pathWorkers, Text: "网格员名册"}, view.Crumb{Text: "登记"})
	return h.f.Render(w, r, x.status(), showNewWorker(p))
}

// keptCommunities are the communities whose register this person keeps, as choices; with one alone nothing is asked.
func (h people) keptCommunities(r *http.Request, x filled) ([]view.Option, error) {
	scope, err := h.scopeOf(r, authz.GridPeople, "", true)
	if err != nil {
		return nil, err
	}
	var out []view.Option
	if len(scope.All) > 1 {
		out = append(out, view.Option{Label: "选择"})
	}
	for _, c := range scope.All {
		out = append(out, view.Option{Value: c.Code, Label: c.Name})
	}
	return x.options("community", out), nil
}

// readWorker reads what both forms of the register ask; the words of the rules come with the use case.
func readWorker(f *form.Form, into grid.Worker) grid.Worker {
	into.Name, into.Phone, into.Employment = f.Line("name", 30), f.Line("phone", 20), form.Choice(f, "employment", employments)
	into.Community, into.Login = f.Line("community", 12), f.Line("login", 40)
	if into.Name == "" {
		f.Add("name", "填写姓名，如 葛一")
	}
	if into.Phone == "" {
		f.Add("phone", "填写公开的工作电话，如 000-5550101")
	}
	if into.Employment == "" {
		f.Add("employment", "选专职或者兼职")
	}
	if into.Community == "" {
		f.Add("community", "选在哪个社区")
	}
	return into
}

func (h people) addWorker(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	in := readWorker(f, grid.Worker{From: f.Day("from", h.f.Today())})
	if in.From.IsZero() {
		f.Add("from", "填写从哪天在册")
	}
	if f.Valid() {
		id, err := h.s.AddWorker(r.Context(), route.Actor(r), f.Key(), in)
		if err == nil {
			h.tell(r, "ok", "已登记网格员", "在网格页给他指定岗位")
			return route.See(w, r, workerPath(id, ""))
		}
		if err := f.Merge(err); err != nil {
			return err
		}
	}
	return h.showNewWorker(w, r, sent(f))
}

func (h people) changeWorker(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	one, err := h.keptWorker(r, authz.GridPeople)
	if err != nil {
		return err
	}
	in := readWorker(f, one)
	in.Version = versionOf(f)
	if f.Valid() {
		if err = h.s.ChangeWorker(r.Context(), route.Actor(r), f.Key(), in); err == nil {
			h.tell(r, "ok", "已保存", "公示的电话同时换过来")
			return route.See(w, r, workerPath(one.ID, ""))
		}
		if err = beside(f, err, nil); err != nil {
			return err
		}
	}
	return h.showWorker(w, r, one, sent(f), filled{Key: form.NewKey()})
}

// endWorker asks for the last day in the register; the record ends the day after it.
func (h people) endWorker(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	one, err := h.keptWorker(r, authz.GridPeople)
	if err != nil {
		return err
	}
	last := f.Day("last", h.f.Today())
	if f.Raw("last") == "" {
		f.Add("last", "填写在册的最后一天")
	}
	if f.Valid() {
		if err = h.s.EndWorker(r.Context(), route.Actor(r), f.Key(), one.ID, last.Add(1)); err == nil {
			h.tell(r, "ok", "已登记离岗", one.Name+"在册到"+last.Chinese())
			return route.See(w, r, workerPath(one.ID, ""))
		}
		if err = beside(f, err, map[string]string{"day": "last", "until": "last"}); err != nil {
			return err
		}
	}
	return h.showWorker(w, r, one, proposedWorker(one), sent(f))
}

func (h people) communityName(r *http.Request, code string) (string, error) {
	scope, err := h.scopeOf(r, authz.GridView, "", true)
	if err != nil {
		return "", err
	}
	for _, c := range scope.All {
		if c.Code == code {
			return c.Name, nil
		}
	}
	return code, nil
}

// leavesOn lists the leaves that touch a day or come after it.
func (h people) leavesOn(r *http.Request, prefix string, day workday.Day) ([]grid.Leave, error) {
	if !authz.Can(route.Actor(r), authz.GridLeave) {
		return nil, nil
	}
	return h.s.Leaves(r.Context(), route.Actor(r), prefix, day)
}
