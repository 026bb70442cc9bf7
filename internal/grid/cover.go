package grid

import (
	"fmt"
	"strings"

	"portal/internal/workday"
)

// Standing says as what somebody answers for a grid.
type Standing string

// The standings, in the order in which they are asked (GRD-04, 05, 19).
const (
	AsA        Standing = "a"
	ActingB    Standing = "acting_b"
	ActingLead Standing = "acting_lead"
	Street     Standing = "street"
)

var standingLabels = map[Standing]string{AsA: "A 岗", ActingB: "B 岗代理", ActingLead: "网格长代理", Street: "街道值班"}

// Label is the standing's name.
func (s Standing) Label() string { return standingLabels[s] }

// Answer says who answers for a grid on a day. There is always somebody (GRD-19).
type Answer struct {
	Grid        ID
	Worker      Worker // zero: the street's desk
	As          Standing
	Phone       string
	RedFlag     bool   // neither A nor B nor lead is there, or the B has been acting for too long
	Why         string // 中文; the public reads a shorter one
	VacantSince workday.Day
	VacantDays  int
	OverLimit   bool // vacant for longer than the setting allows (GRD-03)
}

// Desk is what the street sets: who answers when nobody else does, and how long a B may act.
type Desk struct {
	Phone      string
	ActingDays int
}

// Cover decides who answers for a grid on a day, from its posts and the leaves of that day. The A answers;
// while the A is away or the post is vacant, the B does (GRD-04); then the lead, and when nobody is left the
// street's desk with a red flag (GRD-05). It is computed each time and stored nowhere.
func Cover(posts []Post, away map[WorkerID]Leave, day workday.Day, desk Desk) Answer {
	held := map[Role]Post{}
	for _, p := range posts {
		if p.On(day) {
			held[p.Role] = p
		}
	}
	answer := Answer{As: Street, Phone: desk.Phone}
	a, stands := held[RoleA]
	if !stands {
		answer.Why = "这一天没有这个网格"
		return answer
	}
	answer.Grid = a.GridID
	if a.Vacant() {
		answer.VacantSince, answer.VacantDays = a.VacantSince, day.Sub(a.VacantSince)+1
		answer.OverLimit = answer.VacantDays > desk.ActingDays
	}
	var missing []string
	for _, step := range []struct {
		role Role
		as   Standing
	}{{RoleA, AsA}, {RoleB, ActingB}, {RoleLead, ActingLead}} {
		post, named := held[step.role]
		why := absence(post, named, step.role, away)
		if why == "" {
			answer.As, answer.Worker, answer.Phone = step.as, post.Worker, post.Worker.Phone
			answer.Why = sentence(missing, step.as, post)
			break
		}
		missing = append(missing, why)
	}
	if answer.As == Street {
		answer.Why = sentence(missing, Street, Post{})
	}
	answer.RedFlag = answer.As == Street || answer.OverLimit
	return answer
}

// absence says why the holder of a post does not answer; empty when the holder does.
func absence(p Post, named bool, role Role, away map[WorkerID]Leave) string {
	switch {
	case !named:
		return "没有指定" + role.Label()
	case p.Vacant() && p.Reason != "":
		return role.Label() + "空缺（" + p.Reason + "）"
	case p.Vacant():
		return role.Label() + "空缺"
	}
	if l, gone := away[p.Worker.ID]; gone {
		return role.Label() + p.Worker.Name + "请假（" + span(l.From, l.Until) + "）"
	}
	return ""
}

func sentence(missing []string, as Standing, p Post) string {
	switch as {
	case AsA:
		return "A 岗" + p.Worker.Name + "在岗"
	case Street:
		return strings.Join(missing, "，") + "，由街道值班接听"
	}
	return strings.Join(missing, "，") + "，" + p.Role.Label() + p.Worker.Name + "代理"
}

// span writes the days of [from, until): 11月18日至20日.
func span(from, until workday.Day) string {
	last := until.Add(-1)
	switch {
	case !last.After(from):
		return from.Short()
	case from.Month() == last.Month() && from.Year() == last.Year():
		return fmt.Sprintf("%s至%d日", from.Short(), last.Day())
	case from.Year() == last.Year():
		return from.Short() + "至" + last.Short()
	}
	return from.Chinese() + "至" + last.Chinese()
}

// forPublic keeps what everybody may know: who answers and how to reach them. Leave, vacancies and accounts
// are the house's own business.
func (a Answer) forPublic() Answer {
	out := Answer{Grid: a.Grid, As: a.As, Phone: a.Phone, Worker: Worker{ID: a.Worker.ID, Name: a.Worker.Name, Phone: a.Worker.Phone}}
	switch a.As {
	case AsA:
		out.Why = a.Worker.Name + "负责这个网格"
	case Street:
		out.Why = "现在由街道值班接听"
	default:
		out.Why = "现在由" + a.Worker.Name + "代理"
	}
	return out
}
