package grid

import (
	"context"
	"errors"
	"fmt"

	"portal/internal/audit"
	"portal/internal/authz"
	"portal/internal/pg"
	"portal/internal/policy"
	"portal/internal/workday"
)

// errTold ends a reminder that was given before, without a trace.
var errTold = errors.New("grid: told already")

// Tick tells the secretary of each vacancy that a B has been standing in for longer than the setting allows
// (GRD-03), and of each handover whose day has passed: each of them once.
func (s *Service) Tick(ctx context.Context) error {
	today := workday.DayOf(s.db.Now())
	v, err := policy.Load(ctx, s.db.Q(), today)
	if err != nil {
		return err
	}
	vacant, err := posts(ctx, s.db.Q(), selectVacancies, today)
	if err != nil {
		return err
	}
	var ids []ID
	for _, p := range vacant {
		ids = append(ids, p.GridID)
	}
	found, err := seats(ctx, s.db.Q(), ids, today)
	if err != nil {
		return err
	}
	for _, p := range vacant {
		days := today.Sub(p.VacantSince) + 1
		if days <= v.ActingDays {
			continue
		}
		g := found[p.GridID]
		words := fmt.Sprintf("%s%s已空缺 %d 天，超过 %d 天，请指定人员", g.Name, p.Role.Label(), days, v.ActingDays)
		if err := s.remind(ctx, remindedKind, p.ID, g.Code, g.Community, words, g.path()); err != nil {
			return err
		}
	}
	late, err := handovers(ctx, s.db.Q(), selectLateHandovers, today)
	if err != nil {
		return err
	}
	for _, h := range late {
		words := fmt.Sprintf("%s，原定%s，还没有签完。请提醒双方，或者代为结束", h.words(), h.Planned.Chinese())
		if err := s.remind(ctx, HandoverKind+"_reminder", int64(h.ID), h.GridCode, h.Community, words, h.ID.path()); err != nil {
			return err
		}
	}
	return nil
}

// remind tells the secretary once; the trail remembers that it was told.
func (s *Service) remind(ctx context.Context, kind string, id int64, no, community, words, path string) error {
	err := s.db.Write(ctx, authz.System, func(tx *pg.Tx) error {
		told, err := audit.History(ctx, tx, kind, id, 0, 1)
		if err != nil {
			return err
		}
		if len(told) > 0 {
			return errTold
		}
		if err := tellSecretary(ctx, tx, community, words, path); err != nil {
			return err
		}
		return record(ctx, tx, authz.GridAssign, kind, id, no, "", peopleTrace{Did: words})
	})
	if errors.Is(err, errTold) {
		return nil
	}
	return err
}
