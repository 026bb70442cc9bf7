package grid

import (
	"context"
	"strconv"
	"strings"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/normal"
	"portal/internal/pg"
	"portal/internal/workday"
)

// Workers lists the register of a community or street on a day, as far as the reader reaches, in the order
// of the register: nobody is ranked (GRD-17).
func (s *Service) Workers(ctx context.Context, by authz.Actor, community string, day workday.Day) ([]Worker, error) {
	return workersSeen(ctx, s.db.Q(), workersOfCommunity, authz.ReachOf(by, authz.GridView), day, community)
}

// WorkerOf gives one person of the register with the grids of today.
func (s *Service) WorkerOf(ctx context.Context, by authz.Actor, id WorkerID) (Worker, error) {
	found, err := workersSeen(ctx, s.db.Q(), oneWorkerOnDay, authz.ReachOf(by, authz.GridView), workday.DayOf(s.db.Now()), int64(id))
	if err != nil {
		return Worker{}, err
	}
	if len(found) == 0 {
		return Worker{}, ErrNoWorker
	}
	return found[0], nil
}

// tidy cleans what a form wrote and names what is missing.
func (w *Worker) tidy() error {
	w.Phone, w.Login = strings.TrimSpace(w.Phone), strings.TrimSpace(w.Login)
	name, err := normal.Clean(w.Name)
	if err != nil {
		return fault.InvalidField("name", err.Error())
	}
	w.Name = name
	if w.Employment == "" {
		w.Employment = FullTime
	}
	return nil
}

// AddWorker enters a person into the register.
func (s *Service) AddWorker(ctx context.Context, by authz.Actor, key string, w Worker) (WorkerID, error) {
	if err := w.tidy(); err != nil {
		return 0, err
	}
	err := s.db.Write(ctx, by, func(tx *pg.Tx) error {
		result, err := tx.Once(ctx, key, "grid.worker.add", func() (string, error) {
			if !authz.Allowed(by, authz.GridPeople, authz.Object{Divisions: []string{w.Community}}) {
				return "", fault.InvalidField("community", "请选择你负责的社区")
			}
			today := workday.DayOf(tx.Now)
			if w.From.IsZero() {
				w.From = today
			}
			if err := w.tie(ctx, tx, today); err != nil {
				return "", err
			}
			if err := insertWorker(ctx, tx, &w); err != nil {
				return "", err
			}
			return strconv.FormatInt(int64(w.ID), 10), record(ctx, tx, authz.GridPeople, WorkerKind, int64(w.ID), w.Name, "",
				peopleTrace{Did: "把" + w.Name + "列入名册", Worker: w.Name, From: w.From.String()})
		})
		if err != nil {
			return err
		}
		id, err := strconv.ParseInt(result, 10, 64)
		w.ID = WorkerID(id)
		return err
	})
	return w.ID, err
}

// tie resolves the login; without one the account that is given stays.
func (w *Worker) tie(ctx context.Context, q pg.Querier, day workday.Day) error {
	if w.Login == "" {
		return nil
	}
	id, err := accountOf(ctx, q, w.Login, w.Community, day)
	w.AccountID = id
	return err
}

// ChangeWorker changes name, phone, employment, account, or the community. Who still holds a post or a
// handover cannot go to another community (edge case 3).
func (s *Service) ChangeWorker(ctx context.Context, by authz.Actor, key string, w Worker) error {
	if err := w.tidy(); err != nil {
		return err
	}
	return s.db.WriteKeyed(ctx, by, key, "grid.worker.change", func(tx *pg.Tx) error {
		old, err := lockWorker(ctx, tx, w.ID, authz.GridPeople)
		if err != nil {
			return err
		}
		if w.Version != old.Version {
			return overtaken(ctx, tx, WorkerKind, int64(w.ID))
		}
		w.From, w.Until = old.From, old.Until
		today := workday.DayOf(tx.Now)
		if w.Community == "" {
			w.Community = old.Community
		}
		if w.Community != old.Community {
			if !authz.Allowed(by, authz.GridPeople, w.Object()) {
				return fault.InvalidField("community", "只能调到你负责的社区。调往别的社区请由街道调度员办理")
			}
			if err := refuseBound(ctx, tx, old, today); err != nil {
				return err
			}
		}
		w.AccountID = 0 // the login says whose account it is
		if err := w.tie(ctx, tx, today); err != nil {
			return err
		}
		if err := updateWorker(ctx, tx, w); err != nil {
			return err
		}
		return record(ctx, tx, authz.GridPeople, WorkerKind, int64(w.ID), w.Name, "", peopleTrace{Did: "改了" + w.Name + "的资料", Worker: w.Name})
	})
}

// EndWorker takes a person off the register from a day on; refused while they hold a post after it.
func (s *Service) EndWorker(ctx context.Context, by authz.Actor, key string, id WorkerID, day workday.Day) error {
	return s.db.WriteKeyed(ctx, by, key, "grid.worker.end", func(tx *pg.Tx) error {
		w, err := lockWorker(ctx, tx, id, authz.GridPeople)
		if err != nil {
			return err
		}
		switch today := workday.DayOf(tx.Now); {
		case day.IsZero():
			return fault.InvalidField("day", "请填写从哪天起不再在册")
		case day.Before(today):
			return fault.InvalidField("day", "离岗日期不能早于今天")
		case !w.Until.IsZero() && !w.Until.After(day):
			return overtaken(ctx, tx, WorkerKind, int64(id))
		}
		if err := refuseBound(ctx, tx, w, day); err != nil {
			return err
		}
		if w.Until = day; !w.From.Before(day) {
			return fault.InvalidField("day", "离岗日期应晚于到岗日期（"+w.From.Chinese()+"）")
		}
		if err := updateWorker(ctx, tx, w); err != nil {
			return err
		}
		return record(ctx, tx, authz.GridPeople, WorkerKind, int64(id), w.Name, "", peopleTrace{Did: "办理了" + w.Name + "离岗", Worker: w.Name, Until: day.String()})
	})
}

func lockWorker(ctx context.Context, tx *pg.Tx, id WorkerID, do authz.Action) (Worker, error) {
	if err := lockPosts(ctx, tx, nil, []WorkerID{id}); err != nil {
		return Worker{}, err
	}
	w, err := workerByID(ctx, tx, id)
	if err == nil && !authz.Allowed(tx.Actor, do, w.Object()) {
		err = ErrNoWorker
	}
	return w, err
}

func refuseBound(ctx context.Context, tx *pg.Tx, w Worker, from workday.Day) error {
	held, err := bindsOf(ctx, tx, w.ID, from)
	if err != nil || len(held) == 0 {
		return err
	}
	return fault.Conflict("%s从%s起还有：%s。请先移交或者登记空缺", w.Name, from.Chinese(), strings.Join(held, "、"))
}
