// Package authz decides who may do what, and to which records.
//
// policy.go holds THE table: action -> 中文 label -> role -> reach. A person holds
// posts; each post has a role, a unit and a division prefix. A route, a transition, an
// audit entry and a button all use the same Action constant.
package authz

import (
	"slices"
	"strings"

	"portal/internal/fault"
)

// Role is what a post entitles to.
type Role string

// The roles. Public is everybody who has not signed in.
const (
	Public     Role = "public"
	Admin      Role = "admin"
	Reviewer   Role = "reviewer"
	Leader     Role = "leader"
	Finance    Role = "finance"
	Legality   Role = "legality"
	Department Role = "department"
	Secretary  Role = "secretary"
	Worker     Role = "worker"
	Dispatcher Role = "dispatcher"
	Clerk      Role = "clerk"
	Callback   Role = "callback"
	GridWorker Role = "grid_worker"
	OrgContact Role = "org_contact"
	Supervisor Role = "supervisor"
	Auditor    Role = "auditor"
)

// Roles lists every role in the order of the matrix.
var Roles = []Role{Public, Admin, Reviewer, Leader, Finance, Legality, Department, Secretary, Worker,
	Dispatcher, Clerk, Callback, GridWorker, OrgContact, Supervisor, Auditor}

var roleLabels = map[Role]string{
	Public: "公众", Admin: "管理员", Reviewer: "街道审核岗", Leader: "街道领导", Finance: "街道财政",
	Legality: "司法所", Department: "部门联络员", Secretary: "社区书记", Worker: "社区工作者",
	Dispatcher: "街道调度员", Clerk: "窗口人员", Callback: "回访员", GridWorker: "网格员",
	OrgContact: "组织联系人", Supervisor: "居务监督委员会", Auditor: "审计员",
}

// Label is the role's name on pages.
func (r Role) Label() string { return roleLabels[r] }

// Post is one appointment in force today.
type Post struct {
	ID       int64
	Role     Role
	UnitID   int64  // the unit or section the post belongs to
	UnitName string // as shown
	Division string // national code whose prefix is the reach: 320104900 or 320104900001
	Title    string // 岗位 as shown, e.g. 社区书记
}

// Actor is who acts: an account with its posts of the day, or nobody.
type Actor struct {
	AccountID int64
	Login     string
	Name      string
	Posts     []Post
	RequestID string // for the audit trail
	SigninID  int64  // the session this comes from
	system    bool   // the portal itself: jobs and the console; no session can become it
}

// Anonymous is the public.
var Anonymous = Actor{}

// System is the portal itself: jobs, the console and the seed. It holds no post and may do every
// action of the table; no request can act in its name.
var System = Actor{Name: "系统", system: true}

// IsSystem reports whether the portal itself acts.
func (a Actor) IsSystem() bool { return a.system }

// SignedIn reports whether a person is behind the actor.
func (a Actor) SignedIn() bool { return a.AccountID != 0 }

// Has reports whether one of the posts carries the role.
func (a Actor) Has(r Role) bool {
	return slices.ContainsFunc(a.Posts, func(p Post) bool { return p.Role == r })
}

// PostLabel names the post under which the actor stands in records and headers.
func (a Actor) PostLabel() string {
	if len(a.Posts) == 0 {
		return ""
	}
	return strings.TrimSpace(a.Posts[0].UnitName + " " + a.Posts[0].Title)
}

// grants gives what the row allows this actor; everybody is also the public.
func (a Actor) grants(row Row) []grant {
	var out []grant
	if reach, ok := row.Who[Public]; ok {
		out = append(out, grant{reach: reach})
	}
	for _, p := range a.Posts {
		if reach, ok := row.Who[p.Role]; ok {
			out = append(out, grant{reach: reach, post: p})
		}
	}
	if reach, ok := row.Who[Anyone]; ok && a.SignedIn() {
		out = append(out, grant{reach: reach})
	}
	return out
}

type grant struct {
	reach Reach
	post  Post
}

// Object is the part of a record that reach looks at.
type Object struct {
	Unit      int64    // the unit that owns it (applicant, asked department)
	Divisions []string // communities or grids concerned
	Account   int64    // the person it belongs to
}

// Can reports whether the actor may do the action to something at all.
func Can(a Actor, do Action) bool {
	row, ok := rowOf(do)
	return ok && (a.system || len(a.grants(row)) > 0)
}

// Check refuses with NotFound what is out of reach: it reads like a missing record.
func Check(a Actor, do Action, on Object) error {
	if Allowed(a, do, on) {
		return nil
	}
	return fault.NotFound("没有找到这一页。可能是地址不完整，或者内容不在你的职责范围内")
}

// Allowed is Check as a question, for buttons.
func Allowed(a Actor, do Action, on Object) bool {
	row, ok := rowOf(do)
	if !ok || a.system {
		return ok
	}
	return slices.ContainsFunc(a.grants(row), func(g grant) bool { return g.covers(a, on) })
}

func (g grant) covers(a Actor, on Object) bool {
	switch g.reach {
	case Everywhere:
		return true
	case OwnUnit:
		return on.Unit != 0 && on.Unit == g.post.UnitID
	case OwnDivision:
		return slices.ContainsFunc(on.Divisions, func(d string) bool {
			return g.post.Division != "" && strings.HasPrefix(d, g.post.Division)
		})
	case Own:
		return a.AccountID != 0 && on.Account == a.AccountID
	}
	return false
}

// Scope is a reach as a list query needs it. The zero Scope sees nothing.
type Scope struct {
	All      bool
	Units    []int64
	Prefixes []string // division codes; a record is in reach when one of its codes starts with one
	Account  int64
}

// ReachOf turns the actor's grants for an action into the scope of a list.
func ReachOf(a Actor, do Action) Scope {
	var s Scope
	row, ok := rowOf(do)
	if !ok || a.system {
		return Scope{All: ok}
	}
	for _, g := range a.grants(row) {
		switch g.reach {
		case Everywhere:
			s.All = true
		case OwnUnit:
			s.Units = append(s.Units, g.post.UnitID)
		case OwnDivision:
			if g.post.Division != "" {
				s.Prefixes = append(s.Prefixes, g.post.Division)
			}
		case Own:
			s.Account = a.AccountID
		}
	}
	return s
}

// Empty reports whether the scope sees nothing.
func (s Scope) Empty() bool {
	return !s.All && len(s.Units) == 0 && len(s.Prefixes) == 0 && s.Account == 0
}
