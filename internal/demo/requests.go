package demo

import (
	"context"
	"encoding/csv"
	"fmt"
	"time"

	"portal/internal/authz"
	"portal/internal/grid"
	"portal/internal/handoff"
	"portal/internal/place"
	"portal/internal/policy"
	"portal/internal/request"
	"portal/internal/workday"
	"portal/internal/workorder"
)

// saying is what a resident might say about a category.
type saying struct {
	category, kind, title, words string
}

// requestSeed carries what the steps of the requests share.
type requestSeed struct {
	*seeder
	requests *request.Service
	orders   *workorder.Service
	cases    *handoff.Cases
	notice   string
	sayings  []saying
	doors    []door
	limits   map[string]time.Duration // of the categories
}

// door is a building with its community and its grid on the day of seeding.
type door struct {
	place.Building
	community string
	grid      grid.ID
}

func rows(name string) ([][]string, error) {
	f, err := Files.Open("street/" + name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil || len(all) == 0 {
		return nil, fmt.Errorf("street/%s: %w", name, err)
	}
	return all[1:], nil
}

// seedRoutes says which unit, community or grid of this street a category goes to.
func seedRoutes(ctx context.Context, s *seeder) error {
	all, err := rows("routes.csv")
	if err != nil {
		return err
	}
	s.at = s.ago(120, 8, 0)
	orders := workorder.New(s.db)
	for _, r := range all {
		rule := workorder.RoutingRule{Category: r[0], Kind: workorder.OwnerKind(r[1]), Item: r[3], AssistCommunity: r[4] == "是", Basis: r[5], From: workday.DayOf(s.at)}
		if r[2] != "" {
			unit, err := place.UnitByName(ctx, s.db.Q(), r[2])
			if err != nil {
				return fmt.Errorf("route of %s: %w", r[0], err)
			}
			rule.Unit = unit.ID
		}
		if err := orders.SaveRule(ctx, authz.System, key("route", r[0]), rule); err != nil {
			return fmt.Errorf("route of %s: %w", r[0], err)
		}
	}
	return nil
}

// lives are the ways a request of the demo goes; each line says how far it has come.
var lives = []struct {
	until  string // filed, signed, contacted, reported, called
	solved request.Solved
	rated  request.Satisfied
}{
	{"called", request.IsSolved, request.IsSatisfied}, {"called", request.IsSolved, request.Basically}, {"called", request.IsSolved, request.IsSatisfied},
	{"called", request.Partly, request.Basically}, {"called", request.IsSolved, request.IsSatisfied}, {"called", request.Unsolved, request.Unsatisfied},
}

// seedRequests lives through ten weeks of what residents said: the older ones are answered and called back, the last
// days wait at every step of the chain, some of them late.
func seedRequests(ctx context.Context, s *seeder) error {
	q := &requestSeed{seeder: s, requests: request.New(s.db, s.Keys), orders: workorder.New(s.db)}
	q.cases = handoff.New(s.db, q.requests, q.orders)
	if err := q.prepare(ctx); err != nil {
		return err
	}
	var events []event
	for i := range demoRequests {
		events = append(events, q.life(i)...)
	}
	return s.live(ctx, events)
}

const demoRequests = 300

func (q *requestSeed) prepare(ctx context.Context) error {
	v, err := policy.Load(ctx, q.db.Q(), q.today)
	if err != nil {
		return err
	}
	q.notice = v.NoticeVersion
	said, err := rows("words.csv")
	if err != nil {
		return err
	}
	for _, r := range said {
		q.sayings = append(q.sayings, saying{r[0], r[1], r[2], r[3]})
	}
	categories, err := request.Categories(ctx, q.db.Q())
	if err != nil {
		return err
	}
	q.limits = map[string]time.Duration{}
	for _, c := range categories {
		q.limits[c.Code] = time.Duration(c.DueHours) * time.Hour
	}
	grids := grid.New(q.db)
	all, err := grids.OnDay(ctx, authz.System, StreetCode, q.today)
	if err != nil {
		return err
	}
	for _, g := range all {
		page, err := grids.Buildings(ctx, authz.System, g.ID, q.today, "")
		if err != nil {
			return err
		}
		for _, b := range page.Rows {
			q.doors = append(q.doors, door{b.Building, g.Community, g.ID})
		}
	}
	if len(q.doors) == 0 {
		return fmt.Errorf("%w: no buildings", errRejected)
	}
	return nil
}

// filing is the i-th word: a phone number of the reserved demo range, a name that nobody bears.
func (q *requestSeed) filing(i int) request.Filing {
	said := q.sayings[(i*7)%len(q.sayings)]
	d := q.doors[(i*37)%len(q.doors)]
	f := request.Filing{Kind: request.Kind(said.kind), Category: said.category, Title: said.title, Words: said.words, Building: d.ID, Community: d.community, Grid: int64(d.grid),
		Channel: []request.Channel{request.Phone, request.Window, request.Kiosk, request.Phone, request.Paper}[i%5], NoticeVersion: q.notice}
	if i%4 != 3 && said.kind != "praise" {
		f.Name, f.Phone = []string{"居民甲", "居民乙", "居民丙", "居民丁"}[i%4], fmt.Sprintf("1990000%04d", i)
		f.Door = fmt.Sprintf("%d单元%d0%d室", 1+i%3, 1+i%6, 1+i%2)
	}
	f.Confidential = said.kind == "report"
	return f
}

// life is what happens to the i-th request. They come some four a day; what is past its limit is done, but for a few.
func (q *requestSeed) life(i int) []event {
	days := 72 - i*72/demoRequests
	said := q.ago(days, 8+(i*5)%10, (i*13)%60)
	var no string
	events := []event{{said, func(ctx context.Context) error {
		by, err := q.taker(ctx, i)
		if err != nil {
			return err
		}
		r, err := q.cases.File(ctx, by, key("request", i), q.filing(i))
		if err != nil {
			return fmt.Errorf("request %d: %w", i, err)
		}
		no = r.No
		return nil
	}}}
	way := lives[i%len(lives)]
	then := func(after time.Duration, do func(ctx context.Context, o workorder.Order) error) {
		at := said.Add(after)
		if at.After(q.now) {
			return // still to come
		}
		events = append(events, event{at, func(ctx context.Context) error {
			o, err := q.orders.Get(ctx, authz.System, no)
			if err != nil {
				return err
			}
			if err := do(ctx, o); err != nil {
				return fmt.Errorf("%s (%s, %s): %w", no, o.State, o.Owner.Words(), err)
			}
			return nil
		}})
	}
	fresh := said.Add(q.limits[q.filing(i).Category]).After(q.now) || i%23 == 0 && days < 9 // the others are done in time; a few are late
	if !fresh && days > 3 {
		then(5*time.Minute, func(ctx context.Context, o workorder.Order) error { return q.dispatch(ctx, i, o) })
	}
	if fresh && i%3 == 0 {
		return events // waits for a signature
	}
	then(10*time.Minute, func(ctx context.Context, o workorder.Order) error { return q.sign(ctx, i, o) })
	if fresh && i%3 == 1 {
		return events // signed, not yet spoken with
	}
	then(25*time.Minute, func(ctx context.Context, o workorder.Order) error { return q.contact(ctx, i, o) })
	if fresh && i%4 != 0 {
		return events // in hand
	}
	then(min(6*time.Hour, q.limits[q.filing(i).Category]*3/4), func(ctx context.Context, o workorder.Order) error { return q.report(ctx, i, i, o) })
	then(28*time.Hour, func(ctx context.Context, o workorder.Order) error {
		return q.call(ctx, i, no, o, request.Callback{No: no, Reached: true, Self: true, Solved: way.solved, Satisfied: way.rated})
	})
	if way.solved == request.Unsolved && (i%24 != 11 || days > 6) { // sent back once, and then put right; a few are still being redone
		again := fmt.Sprint(i, " again")
		then(30*time.Hour, func(ctx context.Context, o workorder.Order) error { return q.sign(ctx, again, o) })
		then(31*time.Hour, func(ctx context.Context, o workorder.Order) error { return q.contact(ctx, again, o) })
		then(34*time.Hour, func(ctx context.Context, o workorder.Order) error { return q.report(ctx, i+1, again, o) })
		then(58*time.Hour, func(ctx context.Context, o workorder.Order) error {
			return q.call(ctx, again, no, o, request.Callback{No: no, Reached: true, Self: true, Solved: request.IsSolved, Satisfied: request.Basically})
		})
	}
	return events
}
