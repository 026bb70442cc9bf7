package grid

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/workday"
)

// Appoint names who holds a post from a day on. Between two persons, and from a B who stands in to a new A,
// it draws a handover, and the post changes when both have signed (GRD-07); a vacancy and a lead take effect
// on their day. Ending a post with neither a successor nor a reasoned vacancy is refused (GRD-03).
func (s *Service) Appoint(ctx context.Context, by authz.Actor, key string, in Appointment) (Appointed, error) {
	var out Appointed
	err := s.db.Write(ctx, by, func(tx *pg.Tx) error {
		result, err := tx.Once(ctx, key, "grid.appoint", func() (string, error) {
			if err := lockPosts(ctx, tx, []ID{in.Grid}, []WorkerID{in.Worker}); err != nil {
				return "", err
			}
			g, err := groundOf(ctx, tx)
			if err != nil {
				return "", err
			}
			g.cases = s.Cases
			id, err := appoint(ctx, tx, g, in)
			return strconv.FormatInt(int64(id), 10), err
		})
		if err != nil {
			return err
		}
		id, err := strconv.ParseInt(result, 10, 64)
		out.Handover = HandoverID(id)
		return err
	})
	return out, err
}

// atPost is a post at the moment of a change: the grid, all lines of its posts, and the line that holds on
// the day.
type atPost struct {
	seat
	lines []Post
	line  Post
	day   workday.Day
}

// openPost looks a post up under lock. It is refused where the grid does not stand on the day, where a plan
// for later exists already, and while a handover is open.
func openPost(ctx context.Context, tx *pg.Tx, g ground, in Appointment) (atPost, error) {
	o := atPost{day: in.Day}
	found, err := seats(ctx, tx, []ID{in.Grid}, in.Day)
	if err != nil {
		return o, err
	}
	o.seat = found[in.Grid]
	if o.ID == 0 || !authz.Allowed(tx.Actor, authz.GridAssign, o.grid().Object()) {
		return o, errNoSeat
	}
	switch {
	case !in.Role.Known():
		return o, fault.InvalidField("role", "请选择 A 岗、B 岗或者网格长")
	case o.Kind == Micro:
		return o, fault.InvalidField("role", "微网格不单独设岗，由所属网格的人员负责")
	case in.Day.Before(g.today):
		return o, fault.InvalidField("day", "生效日期不能早于今天")
	case utf8.RuneCountInString(in.Reason) > 200:
		return o, fault.InvalidField("reason", "理由最多 200 个字")
	}
	if o.lines, err = posts(ctx, tx, selectPostsOfGrids, []ID{in.Grid}); err != nil {
		return o, err
	}
	if err := o.find(in.Role); err != nil {
		return o, err
	}
	h, err := openHandover(ctx, tx, in.Grid, in.Role)
	if err != nil {
		return o, err
	}
	if h.ID != 0 {
		return o, fault.Conflict("%s%s的移交正在办理（%s，接收人 %s）。请先办完或者撤销那张移交单", o.Name, in.Role.Label(), h.State.Label(), h.Receiver.Name)
	}
	return o, o.refuseHeirs(ctx, tx)
}

// refuseHeirs looks at the grids that are planned to follow this one: they have copied who holds the post. Who is
// replaced before that day is replaced there first, else a grid would open under somebody who has handed over.
func (o atPost) refuseHeirs(ctx context.Context, q pg.Querier) error {
	if o.line.Vacant() || o.line.Until.IsZero() {
		return nil
	}
	named, err := heirs(ctx, q, o.line)
	if err != nil || len(named) == 0 {
		return err
	}
	return fault.Conflict("%s计划于%s调整为%s，到时%s仍由%s担任。请先到%s办理从%s起的 %s安排，再回来办这一项", o.Name, o.line.Until.Chinese(), strings.Join(named, "、"),
		o.line.Role.Label(), o.line.Worker.Name, strings.Join(named, "、"), o.line.Until.Short(), o.line.Role.Label())
}

// find picks the line of the day. A lead may be missing; then the line is empty and runs to the grid's end.
func (o *atPost) find(role Role) error {
	stands := false
	var end workday.Day
	for _, p := range o.lines {
		if p.Role == RoleA && p.On(o.day) {
			stands = true
		}
		if p.Role == RoleA {
			end = p.Until // lines of a role come in the order of days
		}
		if p.Role != role {
			continue
		}
		if p.On(o.day) {
			o.line = p
		} else if p.From.After(o.day) {
			return fault.Conflict("%s%s从%s起已经安排为%s。请先撤销那项安排", o.Name, role.Label(), p.From.Chinese(), who(p))
		}
	}
	if !stands {
		return fault.Conflict("%s在%s不是有效的网格，不能指定人员", o.Name, o.day.Chinese())
	}
	if o.line.ID == 0 {
		o.line = Post{GridID: o.ID, Role: role, Until: end}
	}
	return nil
}

func who(p Post) string {
	if p.Vacant() {
		return "空缺（" + p.Reason + "）"
	}
	return p.Worker.Name
}

// appoint does one appointment under locks that the caller took.
func appoint(ctx context.Context, tx *pg.Tx, g ground, in Appointment) (HandoverID, error) {
	if in.Day.IsZero() {
		in.Day = g.today
	}
	in.Reason = strings.TrimSpace(in.Reason)
	o, err := openPost(ctx, tx, g, in)
	if err != nil {
		return 0, err
	}
	if in.Worker == 0 {
		return 0, vacate(ctx, tx, o, in)
	}
	w, err := workerByID(ctx, tx, in.Worker)
	if err != nil {
		return 0, err
	}
	if err := o.takes(w, in.Role, in.Day); err != nil {
		return 0, err
	}
	if in.Role == RoleA {
		spans, err := aSpansOf(ctx, tx, w.ID, in.Day, true)
		if err != nil {
			return 0, err
		}
		if err := weigh(spans, o.seat, in.Day, o.line.Until, g.values, false).refuse(w.Name, g.values.GridLimitA, in.Reason); err != nil {
			return 0, err
		}
	}
	if in.Role.signed() {
		return draw(ctx, tx, g, o, w, in)
	}
	return 0, seatWorker(ctx, tx, o, w, in.Day, in.Reason, 0)
}

// vacate records that nobody holds the post from the day on, and why (GRD-03).
func vacate(ctx context.Context, tx *pg.Tx, o atPost, in Appointment) error {
	switch {
	case utf8.RuneCountInString(in.Reason) < 2:
		return fault.InvalidField("reason", "没有接任的人时，请写明空缺的原因")
	case o.line.ID == 0:
		return fault.InvalidField("worker", "这个网格还没有网格长")
	case o.line.Vacant():
		return fault.Conflict("%s%s已经空缺（%s）", o.Name, in.Role.Label(), o.line.Reason)
	}
	if _, err := put(ctx, tx, o.line, 0, in.Day, in.Reason, 0); err != nil {
		return err
	}
	words := fmt.Sprintf("%s%s从%s起空缺（%s）", o.Name, in.Role.Label(), in.Day.Chinese(), in.Reason)
	if err := tellAccount(ctx, tx, o.line.Worker.AccountID, words, o.path()); err != nil {
		return err
	}
	if in.Role == RoleA {
		for _, p := range o.lines {
			if p.Role == RoleB && p.On(in.Day) {
				if err := tellAccount(ctx, tx, p.Worker.AccountID, words+"，由你代理", o.path()); err != nil {
					return err
				}
			}
		}
	}
	return record(ctx, tx, authz.GridAssign, ObjectKind, int64(o.ID), o.Code, in.Reason, peopleTrace{Did: "登记了" + in.Role.Label() + "空缺", Role: in.Role,
		From: in.Day.String(), Until: o.line.Until.String()})
}

func (g seat) path() string { return "/desk/grids/" + g.Code }

// takes checks that a person may hold the post from the day on: of the community, in service, not in the
// post already, and A and B two persons (GRD-03).
func (o atPost) takes(w Worker, role Role, from workday.Day) error {
	switch {
	case w.Community != o.Community:
		return fault.InvalidField("worker", w.Name+"不在本社区的网格员名册上。请先办理调动")
	case o.line.Worker.ID == w.ID:
		return fault.InvalidField("worker", w.Name+"已经是这个网格的"+role.Label())
	case !w.serves(from, o.line.Until):
		return fault.InvalidField("worker", w.Name+"在这段日子里不在册。请另选一位，或者先改名册上的日期")
	}
	if !role.signed() {
		return nil
	}
	for _, p := range o.lines {
		if p.Role.signed() && p.Role != role && p.Worker.ID == w.ID && (p.Until.IsZero() || p.Until.After(from)) {
			return fault.InvalidField("worker", fmt.Sprintf("%s是这个网格的%s，A 岗和 B 岗不能是同一个人。请先另行指定%s", w.Name, p.Role.Label(), p.Role.Label()))
		}
	}
	return nil
}

// seatWorker puts a person on the post for the rest of the line of that day.
func seatWorker(ctx context.Context, tx *pg.Tx, o atPost, w Worker, from workday.Day, reason string, h HandoverID) error {
	role := o.line.Role
	if _, err := put(ctx, tx, o.line, w.ID, from, reason, h); err != nil {
		return err
	}
	words := fmt.Sprintf("你从%s起任%s%s", from.Chinese(), o.Name, role.Label())
	if err := tellAccount(ctx, tx, w.AccountID, words, o.path()); err != nil {
		return err
	}
	return record(ctx, tx, authz.GridAssign, ObjectKind, int64(o.ID), o.Code, reason, peopleTrace{Did: "指定了" + role.Label() + w.Name, Role: role,
		Worker: w.Name, From: from.String(), Until: o.line.Until.String()})
}

// CallOffPlan takes back what was planned for a day still to come; whoever holds the post before it goes on.
func (s *Service) CallOffPlan(ctx context.Context, by authz.Actor, key string, post int64, reason string) error {
	return s.db.WriteKeyed(ctx, by, key, "grid.call_off_plan", func(tx *pg.Tx) error { return callOffPlan(ctx, tx, post, strings.TrimSpace(reason)) })
}

var errNoPlan = fault.NotFound("没有这项安排。可能已经撤销，或者不在你的职责范围内")

func callOffPlan(ctx context.Context, tx *pg.Tx, post int64, reason string) error {
	planned, before, err := planAndBefore(ctx, tx, post)
	if err != nil {
		return err
	}
	if err := lockPosts(ctx, tx, []ID{planned.GridID}, []WorkerID{before.Worker.ID}); err != nil {
		return err
	}
	if planned, before, err = planAndBefore(ctx, tx, post); err != nil { // the one read under lock counts
		return err
	}
	g, err := groundOf(ctx, tx)
	if err != nil {
		return err
	}
	found, err := seats(ctx, tx, []ID{planned.GridID}, planned.From)
	if err != nil {
		return err
	}
	at := found[planned.GridID]
	switch {
	case !authz.Allowed(tx.Actor, authz.GridAssign, at.grid().Object()):
		return errNoPlan
	case !planned.From.After(g.today):
		return fault.Conflict("%s%s的这项安排已经生效，不能撤销。请重新指定", at.Name, planned.Role.Label())
	case utf8.RuneCountInString(reason) < shortestReason:
		return errShortReason
	case before.ID == 0 && planned.Role.signed():
		return fault.Conflict("%s从%s才开始，%s必须有人或者写明空缺，不能撤销", at.Name, planned.From.Chinese(), planned.Role.Label())
	}
	if err := mayGoOn(ctx, tx, g, at, planned, before); err != nil {
		return err
	}
	if err := callOffPost(ctx, tx, planned, before); err != nil {
		return err
	}
	words := fmt.Sprintf("%s%s从%s起的安排已撤销（%s）", at.Name, planned.Role.Label(), planned.From.Chinese(), reason)
	for _, p := range []Post{planned, before} {
		if err := tellAccount(ctx, tx, p.Worker.AccountID, words, at.path()); err != nil {
			return err
		}
	}
	return record(ctx, tx, authz.GridAssign, ObjectKind, int64(at.ID), at.Code, reason, peopleTrace{Did: "撤销了" + planned.Role.Label() + "的安排",
		Role: planned.Role, Worker: who(planned), From: planned.From.String(), Until: planned.Until.String()})
}

// planAndBefore reads a planned line and the one it follows.
func planAndBefore(ctx context.Context, q pg.Querier, post int64) (planned, before Post, err error) {
	found, err := posts(ctx, q, selectPost, post)
	if err != nil {
		return planned, before, err
	}
	if len(found) == 0 {
		return planned, before, errNoPlan
	}
	planned = found[0]
	lines, err := posts(ctx, q, selectPostsOfGrids, []ID{planned.GridID})
	for _, p := range lines {
		if p.Role == planned.Role && p.Until == planned.From {
			before = p
		}
	}
	return planned, before, err
}

// mayGoOn checks that whoever held the post before the plan may hold it through the plan's days as well.
func mayGoOn(ctx context.Context, tx *pg.Tx, g ground, at seat, planned, before Post) error {
	w := before.Worker
	if w.IsZero() {
		return nil
	}
	if !w.serves(planned.From, planned.Until) {
		return fault.Conflict("%s在%s以后不在册，不能接着任%s。请改为指定别人", w.Name, planned.From.Chinese(), planned.Role.Label())
	}
	if planned.Role != RoleA {
		return nil
	}
	spans, err := aSpansOf(ctx, tx, w.ID, planned.From, false)
	if err != nil {
		return err
	}
	if b := weigh(spans, at, planned.From, planned.Until, g.values, true); b.OverGrids {
		return fault.Conflict("撤销后 %s 会任 %d 个网格的 A 岗，最多 %d 个。请改为指定别人", w.Name, b.Grids, g.values.GridLimitA)
	}
	return nil
}
