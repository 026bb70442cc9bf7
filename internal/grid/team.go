package grid

import (
	"context"
	"fmt"
	"strings"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/workday"
)

// TeamPart is a part of the 1+2+N team.
type TeamPart string

// The parts: one lead, two as backbone, any number of helpers.
const (
	LeadPart     TeamPart = "lead"
	BackbonePart TeamPart = "backbone"
	HelperPart   TeamPart = "helper"
)

// Parts lists the parts in order.
var Parts = []TeamPart{LeadPart, BackbonePart, HelperPart}

var partLabels = map[TeamPart]string{LeadPart: "牵头（1）", BackbonePart: "骨干（2）", HelperPart: "协同（N）"}

// Label is the part's name.
func (p TeamPart) Label() string { return partLabels[p] }

// TeamPost is a post of the team: posts and units, not persons.
type TeamPost struct {
	ID    int64
	Part  TeamPart
	Post  string
	Unit  string
	Phone string
	From  workday.Day
	Until workday.Day
}

// most of a part: one party organization leads, 城管 and 公安 are the backbone, and any number helps. The mix
// of their work is reported and never a target (GRD-20).
var most = map[TeamPart]int{LeadPart: 1, BackbonePart: 2}

// Team lists the posts of a grid's 1+2+N team on a day.
func (s *Service) Team(ctx context.Context, by authz.Actor, id ID, day workday.Day) ([]TeamPost, error) {
	found, err := seats(ctx, s.db.Q(), []ID{id}, day)
	if err != nil {
		return nil, err
	}
	if g := found[id]; g.ID == 0 || !authz.Allowed(by, authz.GridView, g.grid().Object()) {
		return nil, errNoSeat
	}
	return teamOn(ctx, s.db.Q(), id, day)
}

// AddTeamPost adds a post to the team of a grid, from today or the day that it names.
func (s *Service) AddTeamPost(ctx context.Context, by authz.Actor, key string, id ID, p TeamPost) error {
	return s.db.WriteKeyed(ctx, by, key, "grid.team.add", func(tx *pg.Tx) error {
		g, err := teamGrid(ctx, tx, id)
		if err != nil {
			return err
		}
		today := workday.DayOf(tx.Now)
		p.Post, p.Unit, p.Phone = strings.TrimSpace(p.Post), strings.TrimSpace(p.Unit), strings.TrimSpace(p.Phone)
		if p.From.IsZero() {
			p.From = today
		}
		if p.From.Before(today) {
			return fault.InvalidField("from", "日期不能早于今天")
		}
		team, err := teamOn(ctx, tx, id, p.From)
		if err != nil {
			return err
		}
		same := 0
		for _, t := range team {
			if t.Part == p.Part {
				same++
			}
		}
		if limit, counted := most[p.Part]; counted && same >= limit {
			return fault.InvalidField("part", fmt.Sprintf("%s最多 %d 个岗位。请先撤下一个", p.Part.Label(), limit))
		}
		if err := addTeamPost(ctx, tx, id, &p); err != nil {
			return err
		}
		return record(ctx, tx, authz.GridTeam, ObjectKind, int64(id), g.Code, "", peopleTrace{Did: "添加了团队岗位" + p.Post, From: p.From.String()})
	})
}

// EndTeamPost takes a post off the team from today on.
func (s *Service) EndTeamPost(ctx context.Context, by authz.Actor, key string, post int64) error {
	return s.db.WriteKeyed(ctx, by, key, "grid.team.end", func(tx *pg.Tx) error {
		today := workday.DayOf(tx.Now)
		id, name, err := teamPostGrid(ctx, tx, post, today)
		if err != nil {
			return err
		}
		g, err := teamGrid(ctx, tx, id)
		if err != nil {
			return missingAs(err, errNoTeamPost)
		}
		if _, _, err := teamPostGrid(ctx, tx, post, today); err != nil { // somebody else may have ended it
			return err
		}
		if err := endTeamPost(ctx, tx, post, today); err != nil {
			return err
		}
		return record(ctx, tx, authz.GridTeam, ObjectKind, int64(id), g.Code, "", peopleTrace{Did: "撤下了团队岗位" + name, Until: today.String()})
	})
}

// teamGrid locks the grid whose team changes.
func teamGrid(ctx context.Context, tx *pg.Tx, id ID) (seat, error) {
	if err := lockPosts(ctx, tx, []ID{id}, nil); err != nil {
		return seat{}, err
	}
	found, err := seats(ctx, tx, []ID{id}, workday.DayOf(tx.Now))
	if err != nil {
		return seat{}, err
	}
	g := found[id]
	if g.ID == 0 || !authz.Allowed(tx.Actor, authz.GridTeam, g.grid().Object()) {
		return g, errNoSeat
	}
	return g, nil
}
