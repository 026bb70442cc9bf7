package grid

import (
	"context"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/workday"
)

// LeaveKind says why somebody is away. Staff in reach see it; the public never does.
type LeaveKind string

// The kinds of leave.
const (
	AnnualLeave   LeaveKind = "annual"
	SickLeave     LeaveKind = "sick"
	PersonalLeave LeaveKind = "personal"
	TrainingLeave LeaveKind = "training"
	OtherLeave    LeaveKind = "other"
)

// LeaveKinds lists the kinds in the order of forms.
var LeaveKinds = []LeaveKind{AnnualLeave, SickLeave, PersonalLeave, TrainingLeave, OtherLeave}

var leaveLabels = map[LeaveKind]string{AnnualLeave: "年休假", SickLeave: "病假", PersonalLeave: "事假", TrainingLeave: "培训", OtherLeave: "其他"}

// Label is the kind's name.
func (k LeaveKind) Label() string { return leaveLabels[k] }

// Leave is a stretch of days on which a person is away: from a day until the day of return.
type Leave struct {
	ID         int64
	Worker     WorkerID
	WorkerName string
	Community  string
	Account    int64 // of the person; 0: none
	From       workday.Day
	Until      workday.Day // the day of return; always given
	Kind       LeaveKind   // empty when the reader may not know it
}

const longestLeave = 366 // days

// TakeLeave enters days on which a person is away; the B acts from the first of them by itself (GRD-04).
func (s *Service) TakeLeave(ctx context.Context, by authz.Actor, key string, in Leave) error {
	return s.db.WriteKeyed(ctx, by, key, "grid.leave", func(tx *pg.Tx) error {
		w, err := lockWorker(ctx, tx, in.Worker, authz.GridLeave)
		if err != nil {
			return err
		}
		if err := in.check(w, workday.DayOf(tx.Now)); err != nil {
			return err
		}
		if _, err := insertLeave(ctx, tx, in); err != nil {
			return err
		}
		if err := tellStandIns(ctx, tx, w, in); err != nil {
			return err
		}
		return record(ctx, tx, authz.GridLeave, WorkerKind, int64(w.ID), w.Name, "", peopleTrace{Did: "登记了" + w.Name + "请假", Worker: w.Name,
			From: in.From.String(), Until: in.Until.String()})
	})
}

func (l Leave) check(w Worker, today workday.Day) error {
	switch {
	case l.Kind.Label() == "":
		return fault.InvalidField("kind", "请选择请假类别")
	case l.From.IsZero() || l.Until.IsZero():
		return fault.InvalidField("from", "请填写请假的第一天和返岗的那一天")
	case l.From.Before(today):
		return fault.InvalidField("from", "请假从今天或者以后开始登记；过去的日子谁负责，不再改动")
	case !l.From.Before(l.Until):
		return fault.InvalidField("until", "返岗日应晚于请假的第一天")
	case l.Until.Sub(l.From) > longestLeave:
		return fault.InvalidField("until", "一次请假最多一年。更长的请登记岗位空缺")
	case !w.serves(l.From, l.Until):
		return fault.InvalidField("from", w.Name+"在这段日子里不在册")
	}
	return nil
}

// tellStandIns tells those who act in the grids of a person on leave.
func tellStandIns(ctx context.Context, tx *pg.Tx, w Worker, l Leave) error {
	held, err := posts(ctx, tx, selectPostsOfWorker, int64(w.ID), l.From)
	if err != nil {
		return err
	}
	var ids []ID
	for _, p := range held {
		if p.Role == RoleA && p.On(l.From) {
			ids = append(ids, p.GridID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	found, err := seats(ctx, tx, ids, l.From)
	if err != nil {
		return err
	}
	lines, err := posts(ctx, tx, selectPostsOfGrids, ids)
	if err != nil {
		return err
	}
	away, err := leavesOn(ctx, tx, l.From)
	if err != nil {
		return err
	}
	for _, id := range ids {
		var of []Post
		for _, p := range lines {
			if p.GridID == id {
				of = append(of, p)
			}
		}
		answer := Cover(of, away, l.From, Desk{})
		words := found[id].Name + " A 岗" + w.Name + "请假（" + span(l.From, l.Until) + "），由你代理"
		if err := tellAccount(ctx, tx, answer.Worker.AccountID, words, found[id].path()); err != nil {
			return err
		}
	}
	return nil
}

// CallOffLeave takes back a leave: one that has begun ends today, days that are past stay.
func (s *Service) CallOffLeave(ctx context.Context, by authz.Actor, key string, id int64) error {
	return s.db.WriteKeyed(ctx, by, key, "grid.leave.call_off", func(tx *pg.Tx) error {
		l, err := leaveByID(ctx, tx, id)
		if err != nil {
			return err
		}
		w, err := lockWorker(ctx, tx, l.Worker, authz.GridLeave)
		if err != nil {
			return missingAs(err, errNoLeave)
		}
		if l, err = leaveByID(ctx, tx, id); err != nil { // the one read under lock counts
			return err
		}
		today := workday.DayOf(tx.Now)
		if !l.Until.After(today) {
			return fault.Conflict("%s这次请假已经结束（%s），不再改动", w.Name, span(l.From, l.Until))
		}
		if err := endLeave(ctx, tx, id, today); err != nil {
			return err
		}
		return record(ctx, tx, authz.GridLeave, WorkerKind, int64(w.ID), w.Name, "", peopleTrace{Did: "撤销了" + w.Name + "的请假", Worker: w.Name,
			From: l.From.String(), Until: l.Until.String()})
	})
}

// Leaves lists leaves that end after the day, the nearest first, as far as the reader reaches. Why somebody
// is away is told only to those who keep the leaves of the place, and to the person.
func (s *Service) Leaves(ctx context.Context, by authz.Actor, community string, day workday.Day) ([]Leave, error) {
	all, err := leaves(ctx, s.db.Q(), selectLeavesFrom, community, day)
	if err != nil {
		return nil, err
	}
	out := []Leave{}
	for _, l := range all {
		w := Worker{ID: l.Worker, Community: l.Community, AccountID: l.Account}
		keeps := authz.Allowed(by, authz.GridLeave, w.Object())
		if !keeps && !authz.Allowed(by, authz.GridView, w.Object()) {
			continue
		}
		if !keeps {
			l.Kind = ""
		}
		out = append(out, l)
	}
	return out, nil
}
