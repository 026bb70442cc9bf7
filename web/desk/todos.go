package desk

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"portal/internal/authz"
	"portal/internal/catalog"
	"portal/internal/place"
	"portal/internal/policy"
	"portal/internal/workday"
	"portal/internal/workorder"
	"portal/web/frame"
	"portal/web/route"
	"portal/web/view"
)

// todosPage is what a person must do now.
type todosPage struct {
	Frame    view.Page
	Lead     string
	Primary  *view.Link
	Burden   *burden
	Groups   []group
	OffList  []row
	Beside   bool // there is a column for 清单外任务
	More     string
	NoneYet  bool
	EmptyWhy string
	MayHelp  bool // at a touch device, when somebody calls
}

type group struct {
	Head, Count string
	Late        bool
	Rows        []row
}

type row struct {
	Row
	When, Left string
	Late       bool
	Near       bool // a clock by the hour that has little left
	First      bool // its verb is the one primary button of the page
}

// burden is the strip of a community: its ruler and what it carries.
type burden struct {
	Name  string
	Load  view.Load
	Words string
	Over  string
	Href  string
	Items int
	Tasks int
}

// The groups by clock, in the order of the page.
const (
	overdue = iota
	dueToday
	dueWeek
	dueLater
	clocks
)

var groupHeads = [clocks]string{"已超期", "今天到期", "本周", "之后"}

func (h handlers) todos(w http.ResponseWriter, r *http.Request) error {
	by, today := route.Actor(r), h.Today()
	cal, _, err := policy.Calendar(r.Context(), h.DB.Q())
	if err != nil {
		return err
	}
	p := todosPage{Frame: h.Staff(r, frame.Opts{Title: "待办 - " + by.PostLabel(), Module: "todos", Wide: true}), EmptyWhy: "新的事会出现在这里，也会有一条消息",
		MayHelp: authz.Can(by, authz.KioskHelp)}
	var all []Row
	for _, source := range h.sources {
		rows, err := source(r.Context(), by)
		if err != nil {
			return err
		}
		all = append(all, rows...)
	}
	p.Beside = authz.Can(by, authz.OfflistLog)
	late, now := p.sort(all, cal, h.DB.Now())
	p.Lead = fmt.Sprintf("%s %s。%s", today.Chinese(), today.WeekdayChinese(), tally(late, now, len(all)))
	p.NoneYet = len(all) == 0
	if authz.Can(by, authz.AppApprove) && len(all) >= queueShown {
		p.More = "/desk/applications?tab=review"
	}
	p.Primary = primary(by)
	if p.Burden, err = h.burden(r, by, today, len(p.OffList)); err != nil {
		return err
	}
	return h.Render(w, r, http.StatusOK, showTodos(p))
}

// primary is the one thing a post begins by itself.
func primary(by authz.Actor) *view.Link {
	switch {
	case authz.Can(by, authz.AppDraft):
		return &view.Link{Href: "/desk/applications/new", Text: "申请准入"}
	case authz.Can(by, authz.FindingReport) && !authz.Can(by, authz.OfflistLog):
		return &view.Link{Href: "/desk/events/new", Text: "上报"}
	case authz.Can(by, authz.RequestTake):
		return &view.Link{Href: "/desk/requests/new", Text: "登记诉求"}
	}
	return nil
}

func tally(late, now, all int) string {
	switch {
	case all == 0:
		return "没有等你处理的事"
	case late > 0:
		return fmt.Sprintf("今天有 %d 件到期，%d 件已超期", now, late)
	}
	return fmt.Sprintf("今天有 %d 件到期，一共 %d 件", now, all)
}

// sort lays the rows into the groups of the page, each by its clock.
func (p *todosPage) sort(all []Row, cal *workday.Calendar, now time.Time) (late, dueNow int) {
	var byClock [clocks][]row
	unclocked := map[string][]row{}
	var heads []string
	for _, one := range all {
		line := rowOf(one, cal, now)
		switch {
		case one.OffList:
			p.OffList = append(p.OffList, line)
		case one.until().IsZero():
			if !slices.Contains(heads, one.Unclocked) {
				heads = append(heads, one.Unclocked)
			}
			unclocked[one.Unclocked] = append(unclocked[one.Unclocked], line)
		default:
			at := clockGroup(one, now)
			byClock[at] = append(byClock[at], line)
		}
	}
	for i, rows := range byClock {
		slices.SortStableFunc(rows, func(a, b row) int { return a.until().Compare(b.until()) })
		p.add(groupHeads[i], rows, i == overdue)
	}
	for _, head := range heads {
		p.add(head, unclocked[head], false)
	}
	if len(p.Groups) > 0 {
		p.Groups[0].Rows[0].First = true
	} else if len(p.OffList) > 0 {
		p.OffList[0].First = true
	}
	return len(byClock[overdue]), len(byClock[dueToday])
}

func (p *todosPage) add(head string, rows []row, late bool) {
	if len(rows) > 0 {
		p.Groups = append(p.Groups, group{Head: head, Count: fmt.Sprintf("%d 件", len(rows)), Late: late, Rows: rows})
	}
}

// until is the moment at which the row is late: its own, or the end of its day.
func (r Row) until() time.Time {
	switch {
	case !r.DueAt.IsZero():
		return r.DueAt
	case r.DueOn.IsZero():
		return time.Time{}
	}
	return r.DueOn.Add(1).Start()
}

func clockGroup(r Row, now time.Time) int {
	today := workday.DayOf(now)
	if !r.DueAt.IsZero() {
		r.DueOn = workday.DayOf(r.DueAt)
	}
	toSunday := (7 - int(today.Weekday())) % 7
	switch {
	case !r.DueAt.IsZero() && now.After(r.DueAt):
		return overdue
	case r.NotBefore && !r.DueOn.After(today):
		return dueWeek // a bound is never overdue
	case r.DueOn.Before(today):
		return overdue
	case r.DueOn == today:
		return dueToday
	case !r.DueOn.After(today.Add(toSunday)):
		return dueWeek
	}
	return dueLater
}

func rowOf(r Row, cal *workday.Calendar, now time.Time) row {
	out, today := row{Row: r}, workday.DayOf(now)
	if !r.DueAt.IsZero() {
		return byHour(out, now)
	}
	if r.DueOn.IsZero() {
		return out
	}
	switch d := r.DueOn.Sub(today); {
	case d == 0:
		out.When, out.Left = "今天", "今天到期"
	case d < 0 && !r.NotBefore:
		out.When, out.Left, out.Late = "应于 "+r.DueOn.Short(), fmt.Sprintf("超期 %d 个工作日", max(1, worked(cal, r.DueOn, today))), true
	case d == 1:
		out.When, out.Left = "明天", "剩 1 天"
	case d < 7:
		out.When, out.Left = weekday(r.DueOn)+" "+r.DueOn.Short(), fmt.Sprintf("剩 %d 个工作日", worked(cal, today, r.DueOn))
	default:
		out.When, out.Left = r.DueOn.Short(), fmt.Sprintf("剩 %d 个工作日", worked(cal, today, r.DueOn))
	}
	if r.NotBefore {
		out.When, out.Left, out.Late = "不早于 "+r.DueOn.Short(), "放假安排未导入", false
	}
	return out
}

// byHour writes a clock of hours: 剩 38 分钟, 今天 14:12 前; 超期 5 小时, 应于 昨天 17:00.
func byHour(r row, now time.Time) row {
	left, near, late := workorder.Left(r.DueAt, now)
	r.Left, r.Near, r.Late = left, near, late
	when := view.Moment(r.DueAt, now)
	if r.When = when + " 前"; late {
		r.When = "应于 " + when
	}
	return r
}

func weekday(d workday.Day) string { return "周" + string([]rune(d.WeekdayChinese())[2:]) }

// worked counts the working days after one day up to another; in a year that is not published
// Mondays to Fridays stand in, since a list only says about how long.
func worked(cal *workday.Calendar, from, to workday.Day) int {
	n := 0
	for d := from.Add(1); !d.After(to) && n < 400; d = d.Add(1) {
		kind, _, known := cal.Kind(d)
		if known && kind.Counts() || !known && d.Weekday() != time.Saturday && d.Weekday() != time.Sunday {
			n++
		}
	}
	return n
}

// burden is the load of the person's own community this month, nil for posts without one.
func (h handlers) burden(r *http.Request, by authz.Actor, today workday.Day, tasks int) (*burden, error) {
	code := ""
	for _, p := range by.Posts {
		if (p.Role == authz.Secretary || p.Role == authz.Worker) && len(p.Division) == 12 {
			code = p.Division
		}
	}
	if code == "" {
		return nil, nil
	}
	c, err := place.CommunityByCode(r.Context(), h.DB.Q(), code)
	if err != nil {
		return nil, err
	}
	hours, err := catalog.HoursByCommunity(r.Context(), h.DB.Q(), today)
	if err != nil {
		return nil, err
	}
	v, err := h.Settings(r.Context())
	if err != nil {
		return nil, err
	}
	b := &burden{Name: c.Name, Items: hours[code].Entries, Tasks: tasks, Href: "/items?community=" + code,
		Load: view.Load{Name: c.Name, Planned: hours[code].Hours, Cap: c.CapacityHours * float64(v.CeilingShare) / 100}}
	b.Words = fmt.Sprintf("已排 %s 小时。上限按 %d 名工作者、每人每月 %d 小时", view.Hours(b.Load.Planned), c.Workers, v.WorkerHours)
	if over := b.Load.Planned - b.Load.Cap; over > 0.05 {
		b.Over = "超出 " + view.Hours(over) + " 小时"
	}
	return b, nil
}
