package demo

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"portal/internal/authz"
	"portal/internal/geo"
	"portal/internal/grid"
	"portal/internal/intake"
	"portal/internal/place"
	"portal/internal/workday"
)

// postings are the people of the first day: who is A and who B. The phones are invented.
var postings = []struct{ grid, a, b string }{
	{"001001", "方槐", "葛二"}, {"001002", "葛二", "方槐"}, {"001003", "施敏", "柳青"}, {"001004", "柳青", "方槐"}, {"001901", "商安", "葛二"},
	{"002001", "石一鸣", "石巧"}, {"002002", "石巧", "乔安"}, {"002003", "乔安", "石一鸣"},
	{"003001", "何清", "何畅"}, {"003002", "何畅", "何清"}, {"003003", "何洲", "何平"}, {"003004", "何平", "何洲"}, {"003005", "何远", "何清"},
	{"004001", "钟声", "钟远"}, {"004002", "钟远", "钟一"}, {"004003", "钟一", "钟声"},
	{"005001", "文博", "文雅"}, {"005002", "文雅", "文博"}, {"005003", "文清", "文川"}, {"005004", "文川", "文清"},
	{"006001", "辛园", "辛和"}, {"006002", "辛和", "辛园"}, {"006003", "辛园", "辛和"},
}

// leads are the 网格长: each community's secretary, for all its grids.
var leads = map[string]string{"001": "槐秋", "002": "石书", "003": "凌河", "004": "钟书", "005": "文书", "006": "辛书"}

// workerLogins ties people of the register to demo accounts, so that they can sign.
var workerLogins = map[string]string{"葛一": "grid.huaiyin1", "葛二": "grid.huaiyin2", "槐秋": "secretary.huaiyin", "凌河": "secretary.linhe"}

// firstDay is when the street was divided.
var firstDay = workday.NewDay(2020, 1, 1)

// gridSeed carries what the steps of the grids share.
type gridSeed struct {
	*seeder
	svc     *grid.Service
	workers map[string]grid.WorkerID
	phones  int
}

// seedGrids lives through the years of the grids: the first division, one merger, people who come and go,
// and on the day of seeding one vacancy, one leave, one planned change and one handover that waits.
func seedGrids(ctx context.Context, s *seeder) error {
	g := &gridSeed{seeder: s, svc: grid.New(s.db), workers: map[string]grid.WorkerID{}}
	return s.live(ctx, []event{
		{at(firstDay, 9), g.divide},
		{at(firstDay, 10), g.placeBuildings},
		{at(firstDay, 11), g.appointLeads},
		{at(workday.NewDay(2024, 4, 8), 9), g.precedent},
		{at(workday.NewDay(2025, 7, 1), 9), g.merge},
		{s.ago(300, 9, 0), g.successor},
		{s.ago(20, 9, 0), g.teams},
		{s.ago(6, 9, 0), g.vacancy},
		{s.ago(2, 9, 0), g.leave},
		{s.ago(1, 9, 0), g.plans},
	})
}

func at(day workday.Day, hour int) time.Time { return day.Start().Add(time.Duration(hour) * time.Hour) }

// worker puts somebody into the register once.
func (g *gridSeed) worker(ctx context.Context, name, community string) (grid.WorkerID, error) {
	if id, there := g.workers[name]; there {
		return id, nil
	}
	g.phones++
	w := grid.Worker{Community: StreetCode + community, Name: name, Phone: fmt.Sprintf("0000-55512%02d", g.phones), Employment: grid.FullTime, From: workday.DayOf(g.at)}
	if login := workerLogins[name]; login != "" {
		by, err := g.as(ctx, login)
		if err != nil {
			return 0, err
		}
		w.AccountID = by.AccountID
	}
	id, err := g.svc.AddWorker(ctx, authz.System, key("worker", name), w)
	if err != nil {
		return 0, fmt.Errorf("worker %s: %w", name, err)
	}
	g.workers[name] = id
	return id, nil
}

// boundaries reads one of the embedded GeoJSON files as a change.
func (g *gridSeed) boundaries(ctx context.Context, name, reason string) (grid.Change, error) {
	raw, err := Files.ReadFile("street/" + name)
	if err != nil {
		return grid.Change{}, err
	}
	file, faults, err := geo.ReadFile(bytes.NewReader(raw))
	if err != nil {
		return grid.Change{}, err
	}
	if len(faults) > 0 {
		return grid.Change{}, fmt.Errorf("%s: %s", name, faults[0].Words)
	}
	c, faults, err := g.svc.BoundaryChange(ctx, authz.System, file, workday.DayOf(g.at), reason)
	if err == nil && len(faults) > 0 {
		err = fmt.Errorf("%s: %s", name, faults[0].Words)
	}
	return c, err
}

func (g *gridSeed) divide(ctx context.Context) error {
	c, err := g.boundaries(ctx, "grids.geojson", "首次划分网格")
	if err != nil {
		return err
	}
	for i, n := range c.Open {
		at := slices.IndexFunc(postings, func(p struct{ grid, a, b string }) bool { return strings.HasSuffix(n.Code, p.grid) })
		if at < 0 {
			return fmt.Errorf("nobody for grid %s", n.Code)
		}
		p := postings[at]
		if c.Open[i].A, err = g.worker(ctx, p.a, p.grid[:3]); err != nil {
			return err
		}
		if c.Open[i].B, err = g.worker(ctx, p.b, p.grid[:3]); err != nil {
			return err
		}
	}
	_, err = g.svc.Apply(ctx, authz.System, key("divide"), c)
	return err
}

func (g *gridSeed) placeBuildings(ctx context.Context) error {
	f, err := Files.Open("street/buildings.csv")
	if err != nil {
		return err
	}
	defer f.Close()
	sum, err := intake.Run(ctx, g.db, authz.System, grid.BuildingsFile(), f, "buildings.csv", intake.Options{})
	if err == nil && len(sum.Problems) > 0 {
		err = fmt.Errorf("%w: buildings: %+v", errRejected, sum.Problems[0])
	}
	return err
}

// byCode gives the grids of the day of the clock by the last six digits of their codes.
func (g *gridSeed) byCode(ctx context.Context) (map[string]grid.Grid, error) {
	all, err := g.svc.OnDay(ctx, authz.System, StreetCode, workday.DayOf(g.at))
	if err != nil {
		return nil, err
	}
	out := make(map[string]grid.Grid, len(all))
	for _, one := range all {
		out[strings.TrimPrefix(one.Code, StreetCode)] = one
	}
	return out, nil
}

func (g *gridSeed) appointLeads(ctx context.Context) error {
	grids, err := g.byCode(ctx)
	if err != nil {
		return err
	}
	for code, one := range grids {
		lead, err := g.worker(ctx, leads[code[:3]], code[:3])
		if err != nil {
			return err
		}
		if _, err := g.svc.Appoint(ctx, authz.System, key("lead", code), grid.Appointment{Grid: one.ID, Role: grid.RoleLead, Worker: lead, Day: firstDay}); err != nil {
			return fmt.Errorf("lead of %s: %w", code, err)
		}
	}
	return nil
}

// precedent is edge case 1: a shop on the boundary road that was decided once.
func (g *gridSeed) precedent(ctx context.Context) error {
	grids, err := g.byCode(ctx)
	if err != nil {
		return err
	}
	places, err := g.svc.Find(ctx, authz.System, "槐香苑1幢1单元", workday.DayOf(g.at), 1)
	if err != nil || len(places) == 0 {
		return fmt.Errorf("no address for the precedent: %w", err)
	}
	addresses, err := place.AddressesOf(ctx, g.db.Q(), places[0].Building.ID)
	if err != nil {
		return err
	}
	shop := addresses[len(addresses)-1]
	return g.svc.PlaceAddress(ctx, authz.System, key("precedent"), shop.ID, grids["001901"].ID, workday.DayOf(g.at), "临街商铺随商圈管理，调度员裁定后照此办理")
}

func (g *gridSeed) merge(ctx context.Context) error {
	c, err := g.boundaries(ctx, "merge.geojson", "两个网格户数偏少，合并管理")
	if err != nil {
		return err
	}
	grids, err := g.byCode(ctx)
	if err != nil {
		return err
	}
	c.Close = append(c.Close, grids["006003"].ID)
	_, err = g.svc.Apply(ctx, authz.System, key("merge"), c)
	return err
}

// appoint makes an appointment as the community's secretary.
func (g *gridSeed) appoint(ctx context.Context, login, code string, a grid.Appointment) (grid.HandoverID, error) {
	by, err := g.as(ctx, login)
	if err != nil {
		return 0, err
	}
	grids, err := g.byCode(ctx)
	if err != nil {
		return 0, err
	}
	a.Grid = grids[code].ID
	done, err := g.svc.Appoint(ctx, by, key("appoint", code, a.Role, a.Day), a)
	if err != nil {
		return 0, fmt.Errorf("appoint in %s: %w", code, err)
	}
	return done.Handover, nil
}

// successor: 方槐 retired; the leader closed the handover that he could no longer sign.
func (g *gridSeed) successor(ctx context.Context) error {
	for _, p := range []struct {
		code string
		role grid.Role
		name string
	}{{"001001", grid.RoleA, "葛一"}, {"001002", grid.RoleB, "葛一"}, {"001004", grid.RoleB, "葛一"}} {
		w, err := g.worker(ctx, p.name, "001")
		if err != nil {
			return err
		}
		id, err := g.appoint(ctx, "secretary.huaiyin", p.code, grid.Appointment{Role: p.role, Worker: w, Day: workday.DayOf(g.at), Reason: "方槐退休",
			Entries: []grid.Entry{{Kind: grid.KeyEntry, Words: "弱电间钥匙一把"}, {Kind: grid.NoteEntry, Words: "楼长联系册已交社区"}}})
		if err != nil {
			return err
		}
		leader, err := g.as(ctx, "leader")
		if err != nil {
			return err
		}
		h, err := g.svc.Handover(ctx, authz.System, id)
		if err != nil {
			return err
		}
		if err := g.svc.Force(ctx, leader, key("force", p.code, p.role), grid.HandoverStep{ID: id, Version: h.Version}, "方槐已办理退休，凭纸质移交单办理"); err != nil {
			return fmt.Errorf("force %s: %w", p.code, err)
		}
	}
	return g.svc.EndWorker(ctx, authz.System, key("retired"), g.workers["方槐"], workday.DayOf(g.at))
}

// team is the 1+2+N of every grid: posts and units, never persons.
var team = []grid.TeamPost{
	{Part: grid.LeadPart, Post: "社区党组织牵头人", Unit: "社区党组织"},
	{Part: grid.BackbonePart, Post: "城管队员", Unit: "街道城市管理部", Phone: "0000-5550121"},
	{Part: grid.BackbonePart, Post: "社区民警", Unit: "辖区派出所", Phone: "0000-5550110"},
	{Part: grid.HelperPart, Post: "物业联络人", Unit: "物业服务企业"},
	{Part: grid.HelperPart, Post: "消防宣传员", Unit: "街道消防工作站", Phone: "0000-5550119"},
}

func (g *gridSeed) teams(ctx context.Context) error {
	grids, err := g.byCode(ctx)
	if err != nil {
		return err
	}
	for code, one := range grids {
		for i, p := range team {
			p.From = workday.DayOf(g.at)
			if err := g.svc.AddTeamPost(ctx, authz.System, key("team", code, i), one.ID, p); err != nil {
				return fmt.Errorf("team of %s: %w", code, err)
			}
		}
	}
	return nil
}

func (g *gridSeed) vacancy(ctx context.Context) error {
	if _, err := g.appoint(ctx, "secretary.huaiyin", "001003", grid.Appointment{Role: grid.RoleA, Day: workday.DayOf(g.at), Reason: "施敏调到街道工作，接任人选正在商定"}); err != nil {
		return err
	}
	return g.svc.EndWorker(ctx, authz.System, key("moved"), g.workers["施敏"], workday.DayOf(g.at))
}

func (g *gridSeed) leave(ctx context.Context) error {
	by, err := g.as(ctx, "secretary.linhe")
	if err != nil {
		return err
	}
	day := workday.DayOf(g.at)
	return g.svc.TakeLeave(ctx, by, key("leave"), grid.Leave{Worker: g.workers["何畅"], From: day, Until: day.Add(8), Kind: grid.AnnualLeave})
}

func (g *gridSeed) plans(ctx context.Context) error {
	day := workday.DayOf(g.at)
	if _, err := g.appoint(ctx, "dispatcher", "002001", grid.Appointment{Role: grid.RoleLead, Worker: g.workers["石巧"], Day: day.Add(12), Reason: "网格长轮换"}); err != nil {
		return err
	}
	_, err := g.appoint(ctx, "secretary.huaiyin", "001004", grid.Appointment{Role: grid.RoleB, Worker: g.workers["葛二"], Day: day.Add(6), Reason: "按楼栋远近调整 B 岗",
		Entries: []grid.Entry{{Kind: grid.TaskEntry, Words: "铁匠营 3 幢楼道灯报修，物业答复本周五更换"}, {Kind: grid.KeyEntry, Words: "铁匠营活动室钥匙一把"},
			{Kind: grid.NoteEntry, Words: "5 幢加装电梯的意见已收齐，等社区通知"}}})
	return err
}
