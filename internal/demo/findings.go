package demo

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"portal/internal/authz"
	"portal/internal/blob"
	"portal/internal/grid"
	"portal/internal/place"
	"portal/internal/workday"
	"portal/internal/workorder"
)

// found is something that a grid worker of 槐荫 saw.
type found struct {
	days            int // ago
	how             workorder.How
	category, title string
	words           string
}

var findings = []found{
	{19, workorder.SolvedHere, "0605", "清走楼道废纸箱", "与住户说好，当场搬到楼下。"},
	{16, workorder.SolvedHere, "1205", "看望独居老人", "老人一切都好，留了联系电话。"},
	{1, workorder.ReportedUp, "0401", "人行道石板翘起", "北门往东五十米，石板翘起两块，容易绊倒。"},
	{9, workorder.SolvedHere, "0605", "电动车挪出门厅", "劝车主把车推到车棚。"},
	{6, workorder.HazardSeen, "1002", "消火栓箱门打不开", "三楼消火栓箱门变形，打不开。"},
	{0, workorder.ReportedUp, "0602", "分类点垃圾满溢", "早上没有来运，已经满出来。"},
	{4, workorder.ReportedUp, "0405", "盲道砖缺了两块", "盲道砖缺两块，视障居民走过会绊。"},
	{0, workorder.SolvedHere, "0605", "清理门厅杂物", "保洁一起清走，门厅能过轮椅。"},
}

// seedFindings lets a grid worker see things, and the street blow one whistle about what keeps coming back.
func seedFindings(ctx context.Context, s *seeder) error {
	orders := workorder.New(s.db)
	grids, err := grid.New(s.db).OnDay(ctx, authz.System, Huaiyin, s.today)
	if err != nil || len(grids) == 0 {
		return fmt.Errorf("grids of %s: %w", Huaiyin, err)
	}
	var events []event
	for i, f := range findings {
		events = append(events, event{s.ago(f.days, 9, 10+i), func(ctx context.Context) error {
			by, err := s.as(ctx, "grid.huaiyin1")
			if err != nil {
				return err
			}
			draft := workorder.FindingDraft{How: f.how, Category: f.category, Title: f.title, Words: f.words, Place: "小区公共部位", Grid: int64(grids[0].ID), SeenAt: s.at,
				DeviceKey: fmt.Sprintf("demo-phone-%08d-0000", i)}
			if f.how == workorder.HazardSeen {
				draft.RectifyBy = workday.DayOf(s.at).Add(14)
			}
			photo, err := s.picture(ctx, f.how == workorder.SolvedHere, uint8(i))
			if err != nil {
				return err
			}
			draft.Photos = []workorder.PhotoRef{photo}
			if _, err := orders.Find(ctx, by, key("finding", i), draft); err != nil {
				return fmt.Errorf("finding %d: %w", i, err)
			}
			return nil
		}})
	}
	return s.live(ctx, append(events, s.whistles(orders)...))
}

// picture keeps one of the two drawn scenes.
func (s *seeder) picture(ctx context.Context, lit bool, shade uint8) (workorder.PhotoRef, error) {
	raw, err := picture(lit, shade)
	if err != nil {
		return workorder.PhotoRef{}, err
	}
	file, err := blob.Accept(ctx, bytes.NewReader(raw), "scene.png")
	if err != nil {
		return workorder.PhotoRef{}, err
	}
	store, err := blob.NewDir(s.Files)
	if err != nil {
		return workorder.PhotoRef{}, err
	}
	ref, err := store.Put(ctx, bytes.NewReader(file.Data), int64(len(file.Data)))
	return workorder.PhotoRef{Ref: ref, Name: file.Name, Media: file.Kind.MediaType()}, err
}

// whistles are two: one that went its whole way, one that was blown yesterday and waits for the departments.
func (s *seeder) whistles(orders *workorder.Service) []event {
	var w workorder.Whistle
	act := func(login string, do authz.Action, a workorder.WhistleAct, unit string) func(ctx context.Context) error {
		return func(ctx context.Context) error {
			by, err := s.as(ctx, login)
			if err != nil {
				return err
			}
			a.At = workorder.WhistleStep{ID: w.ID, Version: w.Version}
			if unit != "" {
				u, err := place.UnitByName(ctx, s.db.Q(), unit)
				if err != nil {
					return err
				}
				a.Unit = u.ID
			}
			if w, err = orders.ActOnWhistle(ctx, by, key("whistle", do, w.No, unit), do, a); err != nil {
				return fmt.Errorf("%s: %w", do, err)
			}
			return nil
		}
	}
	draft := func(title, facts, at string, units ...string) func(ctx context.Context) error {
		return func(ctx context.Context) error {
			by, err := s.as(ctx, "secretary.huaiyin")
			if err != nil {
				return err
			}
			d := workorder.WhistleDraft{Kind: workorder.WorkWhistle, Community: Huaiyin, Title: title, Facts: facts, Place: at,
				Effort: "社区和街道已三次上门劝导、两次清理，问题仍反复。"}
			for _, name := range units {
				u, err := place.UnitByName(ctx, s.db.Q(), name)
				if err != nil {
					return err
				}
				d.Units = append(d.Units, u.ID)
			}
			d.Lead = d.Units[0]
			w, err = orders.DraftWhistle(ctx, by, key("whistle", title), d)
			return err
		}
	}
	first := s.ago(24, 9, 0)
	after := func(d time.Duration) time.Time { return first.Add(d) }
	const lead, second = "区城市管理局", "公安机关"
	return []event{
		{first, draft("夜市油烟和占道反复", "槐荫路夜市占道经营、油烟直排，两个月内反映 11 件。", "槐荫路中段", lead, second)},
		{after(time.Hour), act("leader", authz.WhistleApprove, workorder.WhistleAct{Words: "同意，请城管牵头"}, "")},
		{after(2 * time.Hour), act("leader", authz.WhistleBlow, workorder.WhistleAct{}, "")},
		{after(150 * time.Minute), act("dept.chengguan", authz.WhistleSign, workorder.WhistleAct{}, lead)},
		{after(155 * time.Minute), act("dispatcher", authz.WhistleSign, workorder.WhistleAct{}, second)},
		{after(6 * time.Hour), act("dept.chengguan", authz.WhistleContact, workorder.WhistleAct{Words: "约定明晚到场"}, lead)},
		{after(7 * time.Hour), act("dispatcher", authz.WhistleContact, workorder.WhistleAct{Words: "派出所届时到场"}, second)},
		{after(30 * time.Hour), act("dept.chengguan", authz.WhistleArrive, workorder.WhistleAct{Words: "到场 6 人，划定摆摊区域"}, lead)},
		{after(31 * time.Hour), act("dispatcher", authz.WhistleArrive, workorder.WhistleAct{Words: "到场 2 人，维持秩序"}, second)},
		{s.ago(1, 10, 0), draft("围墙外排水沟坍塌", "排水沟塌了一截，市政、水务和物业都说不归自己管。", "槐香苑北围墙外", lead, "水务部门")},
		{s.ago(1, 11, 0), act("leader", authz.WhistleApprove, workorder.WhistleAct{Words: "同意"}, "")},
		{s.ago(1, 11, 30), act("leader", authz.WhistleBlow, workorder.WhistleAct{}, "")},
	}
}
