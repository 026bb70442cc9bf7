package grid

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"portal/internal/authz"
	"portal/internal/grid"
	"portal/internal/workday"
	"portal/web/form"
	"portal/web/route"
	"portal/web/view"
)

// The most entries that are written down while a handover is drawn, and the length of one.
const (
	mostEntries = 50
	entryWords  = 200
)

// assignPage is 指定 A 岗 of one grid.
type assignPage struct {
	Frame       view.Page
	Form        filled
	Title, Lead string
	Action      string
	Role        grid.Role
	Tabs        []view.Tab
	Open        *view.Banner // a handover of this post is under way
	Line        string       // households, for the legend
	Rule        string
	Cards       []card
	Now         string
	State       view.Chipped
	Figures     []view.Figure
	WhyHint     string
	Entries     bool
	EntriesOpen bool
	Verb, Then  string
	Planned     []planRow
	PlansHref   string
}

// card is one candidate, or the choice to leave the post to those who act.
type card struct {
	Value, Name, Now string
	Near, Chosen     bool
	Verb             string
	Load             *view.Load
	Sum              string
	State            view.Chipped
	Locked           string // why it cannot be chosen
}

// seat is what a page about one post of a grid stands on.
type seat struct {
	grid    grid.Grid
	role    grid.Role
	day     workday.Day // for which the candidates are weighed
	posts   []grid.Post // of that day
	answer  grid.Answer // today
	planned []grid.Post // that have not begun
}

func (s seat) post() grid.Post { return s.holder(s.role) }

func (s seat) holder(role grid.Role) grid.Post {
	for _, p := range s.posts {
		if p.Role == role {
			return p
		}
	}
	return grid.Post{}
}

// entryField is the name of the field that holds the entries of a kind, one a line.
func entryField(k grid.EntryKind) string { return "entries_" + string(k) }

func (h people) assignForm(w http.ResponseWriter, r *http.Request) error {
	return h.showAssign(w, r, blank(r, map[string]string{"role": string(grid.RoleA), "day": h.f.Today().Add(1).String()}))
}

func (h people) assign(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	g, err := h.keptGrid(r, authz.GridAssign)
	if err != nil {
		return err
	}
	in := readAppointment(f, g.ID, h.f.Today())
	if f.Valid() {
		done, err := h.s.Appoint(r.Context(), route.Actor(r), f.Key(), in)
		if err == nil {
			return h.appointed(w, r, g, in, done)
		}
		if err := beside(f, err, map[string]string{"role": ""}); err != nil {
			return err
		}
	}
	return h.showAssign(w, r, sent(f))
}

func readAppointment(f *form.Form, id grid.ID, today workday.Day) grid.Appointment {
	in := grid.Appointment{Grid: id, Role: grid.Role(f.Raw("role")), Day: f.Day("day", today), Reason: f.Line("reason", 200)}
	n, err := strconv.ParseInt(f.Raw("worker"), 10, 64)
	if err != nil || n < 0 {
		f.Add("worker", "选一位网格员")
	}
	in.Worker = grid.WorkerID(n)
	if !in.Role.Known() {
		f.Add("", "选 A 岗、B 岗或者网格长")
	}
	if in.Day.IsZero() {
		f.Add("day", "填写从哪天开始")
	}
	for _, k := range grid.EntryKinds {
		for _, words := range f.Lines(entryField(k), mostEntries, entryWords) {
			in.Entries = append(in.Entries, grid.Entry{Kind: k, Words: words})
		}
	}
	return in
}

// appointed leads on: to the handover that was drawn, or back to the grid where none was needed.
func (h people) appointed(w http.ResponseWriter, r *http.Request, g grid.Grid, in grid.Appointment, done grid.Appointed) error {
	if done.Handover != 0 {
		h.tell(r, "ok", "已生成移交单", "双方签字后生效，生效前仍由原来的人负责")
		return route.See(w, r, handoverPath(done.Handover, ""))
	}
	words := "已" + appointing(in.Role)
	if in.Worker == 0 {
		words = "已登记" + in.Role.Label() + "空缺"
	}
	h.tell(r, "ok", words, "从"+in.Day.Chinese()+"起")
	return route.See(w, r, gridPath(g.Code, "/assignments"))
}

// keptGrid is the grid of the address when this person may do the act to it; else it is missing.
func (h people) keptGrid(r *http.Request, do authz.Action) (grid.Grid, error) {
	by := route.Actor(r)
	g, err := h.s.ByCode(r.Context(), by, route.Param(r, "code"), h.f.Today())
	if err != nil {
		return g, err
	}
	return g, authz.Check(by, do, g.Object())
}

func (h people) showAssign(w http.ResponseWriter, r *http.Request, x filled) error {
	s, err := h.seat(r, x)
	if err != nil {
		return err
	}
	candidates, err := h.s.Candidates(r.Context(), route.Actor(r), s.grid.ID, s.role, s.day)
	if err != nil {
		return err
	}
	v, err := h.f.Settings(r.Context())
	if err != nil {
		return err
	}
	p := assignPage{Form: x, Role: s.role, Title: s.grid.Name + " " + appointing(s.role), Action: gridPath(s.grid.Code, "/assignments/new"), Line: view.Thousands(v.GridHouseholds),
		Lead: gridCodeWords(s.grid), Tabs: roleTabs(s), Verb: verbOf(s.role), Now: holderOf(s), PlansHref: gridPath(s.grid.Code, "/assignments")}
	p.Frame = h.staff(r, appointing(s.role)+" - "+s.grid.Name, x.errors(), view.Crumb{Href: gridPath(s.grid.Code, ""), Text: s.grid.Name}, view.Crumb{Text: appointing(s.role)})
	p.Rule = fmt.Sprintf("每人最多任 %d 个网格的 A 岗，超过 %s 户须写明理由。按离得近、负担轻排序", v.GridLimitA, view.Thousands(v.GridHouseholds))
	p.Figures = []view.Figure{{Label: "户数", Value: view.Thousands(s.grid.Households), Unit: "户"}, {Label: "楼栋", Value: view.Thousands(s.grid.Buildings), Unit: "栋"}}
	p.Entries = s.role != grid.RoleLead
	p.EntriesOpen = slices.ContainsFunc(grid.EntryKinds, func(k grid.EntryKind) bool { return x.value(entryField(k)) != "" || x.message(entryField(k)) != "" })
	p.WhyHint, p.Then = "轮换可写 岗位调整；留空缺、超过提醒线时必须写明", "双方在移交单上签字后生效，公示的网格员同时换过来"
	if s.role == grid.RoleLead {
		p.WhyHint, p.Then = "如 社区两委分工调整", "网格长不用移交，到日子就生效"
	}
	p.State = vacancyChip(s)
	p.Cards = cards(s, candidates, x, v.ActingDays)
	for _, one := range s.planned {
		p.Planned = append(p.Planned, planRowOf(one))
	}
	if p.Open, err = h.openHandover(r, s); err != nil {
		return err
	}
	return h.f.Render(w, r, x.status(), showAssign(p))
}

// seat gathers a post of a grid: who holds it on the day asked for, who answers today, what is planned.
func (h people) seat(r *http.Request, x filled) (seat, error) {
	by, today := route.Actor(r), h.f.Today()
	s := seat{role: grid.Role(x.value("role")), day: today}
	if !s.role.Known() {
		s.role = grid.RoleA
	}
	if d, err := workday.ParseLoose(x.value("day"), today); err == nil && d.After(today) {
		s.day = d
	}
	var err error
	if s.grid, err = h.keptGrid(r, authz.GridAssign); err != nil {
		return s, err
	}
	if s.posts, err = h.s.Posts(r.Context(), by, s.grid.ID, s.day); err != nil {
		return s, err
	}
	answers, err := h.s.WhoOn(r.Context(), by, []grid.ID{s.grid.ID}, today)
	if err != nil {
		return s, err
	}
	s.answer = answers[s.grid.ID]
	all, err := h.s.PostHistory(r.Context(), by, s.grid.ID)
	for _, one := range all {
		if one.From.After(today) {
			s.planned = append(s.planned, one)
		}
	}
	return s, err
}

// openHandover is the banner about a handover of this post that still waits for signatures.
func (h people) openHandover(r *http.Request, s seat) (*view.Banner, error) {
	open, err := h.s.Handovers(r.Context(), route.Actor(r), s.grid.Community, true, "")
	if err != nil {
		return nil, err
	}
	for _, one := range open.Rows {
		if one.GridID == s.grid.ID && one.Role == s.role {
			return &view.Banner{Tone: view.Warn, Lead: "这个岗位的移交单还没办完。", Text: "再次指定前，先签字或者撤销：", Href: handoverPath(one.ID, ""),
				Link: one.Giver.Name + "移交给" + one.Receiver.Name}, nil
		}
	}
	return nil, nil
}

func gridCodeWords(g grid.Grid) string {
	return g.CommunityName + " · " + g.Kind.Label() + " · " + g.Code
}

func verbOf(role grid.Role) string {
	if role == grid.RoleLead {
		return "指定网格长"
	}
	return "生成移交单"
}

func roleTabs(s seat) []view.Tab {
	out := make([]view.Tab, len(grid.PostRoles))
	for i, role := range grid.PostRoles {
		out[i] = view.Tab{Href: gridPath(s.grid.Code, "/assignments/new?role="+string(role)), Label: role.Label(), Count: -1, Current: role == s.role}
	}
	return out
}

// holderOf says who holds the post on the day for which the candidates are weighed.
func holderOf(s seat) string {
	switch p := s.post(); {
	case p.ID == 0:
		return "还没有" + s.role.Label()
	case p.Vacant():
		return s.role.Label() + "空缺"
	default:
		return s.role.Label() + "是" + p.Worker.Name
	}
}

// appointing is the act in words: 指定 A 岗, 指定网格长.
func appointing(role grid.Role) string {
	if role.Label()[0] < 0x80 {
		return "指定 " + role.Label()
	}
	return "指定" + role.Label()
}

func vacancyChip(s seat) view.Chipped {
	if s.role != grid.RoleA || s.answer.VacantSince.IsZero() {
		return view.Chipped{}
	}
	tone := view.Warn
	if s.answer.OverLimit {
		tone = view.Danger
	}
	return view.Chipped{Tone: tone, Words: fmt.Sprintf("空缺 %d 天", s.answer.VacantDays)}
}

// cards lists the candidates near first, those who cannot be chosen after the others, then 先由 B 岗代理 or 先空着.
func cards(s seat, candidates []grid.Candidate, x filled, most int) []card {
	out, closed := make([]card, 0, len(candidates)+1), []card(nil)
	for _, c := range candidates {
		if one := cardOf(s, c, x); one.Locked == "" {
			out = append(out, one)
		} else {
			closed = append(closed, one)
		}
	}
	out = append(out, closed...)
	if s.role == grid.RoleLead && s.post().ID == 0 {
		return out
	}
	return append(out, vacantCard(s, x, most))
}

func cardOf(s seat, c grid.Candidate, x filled) card {
	out := card{Value: strconv.FormatInt(int64(c.Worker.ID), 10), Name: c.Worker.Name, Now: c.Now, Near: c.Adjacent, Verb: verbOf(s.role)}
	out.Chosen = x.is("worker", out.Value)
	if c.Worker.Employment == grid.PartTime {
		out.Name += "（" + c.Worker.EmploymentLabel() + "）"
	}
	if c.Same {
		out.Locked = "已在本网格任 A 岗或者 B 岗，先换下来再选"
		return out
	}
	if s.role != grid.RoleA {
		return out
	}
	added := c.HouseholdsAfter - c.HouseholdsBefore
	out.Load = &view.Load{Name: c.Worker.Name, Measure: view.Households, Planned: float64(c.HouseholdsBefore), Added: float64(added), Cap: float64(c.Limit)}
	out.Sum = fmt.Sprintf("%s + %s = %s 户", view.Thousands(c.HouseholdsBefore), view.Thousands(added), view.Thousands(c.HouseholdsAfter))
	switch {
	case c.OverGrids:
		out.Locked, out.State = "任 A 岗的网格已到上限，不能再指定", view.Chipped{Tone: view.Danger, Words: "网格已满"}
	case c.OverHouseholds:
		out.State = view.Chipped{Tone: view.Danger, Words: fmt.Sprintf("超 %s 户，须写理由", view.Thousands(c.HouseholdsAfter-c.Limit))}
	default:
		out.State = view.Chipped{Tone: view.OK, Words: "不超"}
	}
	out.Chosen = out.Chosen && out.Locked == ""
	return out
}

// vacantCard is the choice to name nobody now (GRD-03).
func vacantCard(s seat, x filled, most int) card {
	c := card{Value: "0", Name: "先空着", Now: "写明原因，空缺会公开显示", Chosen: x.is("worker", "0"), Verb: "登记空缺"}
	if s.role == grid.RoleA {
		c.Name, c.Now = "先由 B 岗代理", fmt.Sprintf("最长 %d 天，写明 A 岗空缺的原因", most)
		if !s.answer.VacantSince.IsZero() {
			c.Now = fmt.Sprintf("最长 %d 天，已用 %d 天", most, s.answer.VacantDays)
		}
	}
	if s.role == grid.RoleA && s.holder(grid.RoleB).Vacant() {
		c.Name, c.Now = "先空着", "B 岗也没有人，由网格长负责；网格长也不在的，由街道值班接听"
	}
	if s.post().Vacant() && s.post().ID != 0 {
		c.Locked = "已经登记为空缺"
		c.Chosen = false
	}
	return c
}
