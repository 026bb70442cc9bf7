package workorder

import (
	"context"
	"regexp"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/normal"
	"portal/internal/page"
	"portal/internal/pg"
	"portal/internal/policy"
	"portal/internal/workday"
)

// Tab is a saved view of the cases.
type Tab string

// The tabs.
const (
	TabMine     Tab = "mine"
	TabDesk     Tab = "desk"
	TabOpen     Tab = "open"
	TabNear     Tab = "near"
	TabLate     Tab = "late"
	TabDisputed Tab = "disputed"
	TabParked   Tab = "parked"
	TabHandled  Tab = "handled"
	TabAll      Tab = "all"
)

var tabLabels = map[Tab]string{TabMine: "待我办理", TabDesk: "待派单", TabOpen: "办理中", TabNear: "快到期", TabLate: "已超期", TabDisputed: "异议待裁定",
	TabParked: "已挂起", TabHandled: "待回访、核查", TabAll: "全部"}

// Label is the tab's name.
func (t Tab) Label() string { return tabLabels[t] }

// Tabs gives the views of a person: the queues of the desk for those who dispatch.
func Tabs(by authz.Actor) []Tab {
	if authz.Can(by, authz.WorkDispatch) {
		return []Tab{TabDesk, TabDisputed, TabLate, TabNear, TabOpen, TabHandled, TabParked, TabAll}
	}
	return []Tab{TabMine, TabLate, TabNear, TabOpen, TabHandled, TabParked, TabAll}
}

// running are the states in which somebody still has to do something.
var running = []string{string(Registered), string(Dispatched), string(Signed), string(Handling), string(Disputed), string(Parked)}

// toDo are the states in which the owner has to do something.
var toDo = []string{string(Dispatched), string(Signed), string(Handling)}

// states of a tab; nil is every state.
func (t Tab) states() []string {
	switch t {
	case TabMine:
		return toDo
	case TabDesk:
		return []string{string(Registered)}
	case TabOpen, TabNear, TabLate:
		return running
	case TabDisputed:
		return []string{string(Disputed)}
	case TabParked:
		return []string{string(Parked)}
	case TabHandled:
		return []string{string(Handled)}
	}
	return nil
}

const (
	listSize = 20
	// MaxCount is where counting stops; pages show 999+.
	MaxCount    = 999
	nearRows    = 5000 // newest rows that a search looks through before it asks the bigram index (performance.md)
	nearSide    = 1000 // and of the newest rows of one side of a narrower reach
	sortDue     = "work.due"
	sortNewest  = "work.newest"
	secondsForm = time.RFC3339Nano
)

func (t Tab) sort() string {
	if t == TabAll || t == "" {
		return sortNewest
	}
	return sortDue
}

// List cuts one page of a tab for what the person may see. Open cases come by their clock, all of them newest first.
func (s *Service) List(ctx context.Context, by authz.Actor, f Filter) (page.Page[Order], error) {
	at, err := page.Decode(f.Cursor, f.Tab.sort(), 1)
	if err != nil {
		return page.Page[Order]{}, fault.InvalidField("", err.Error())
	}
	if f.Limit <= 0 || f.Limit > 500 {
		f.Limit = listSize
	}
	look, err := s.look(ctx, by, f)
	if err != nil || look.empty {
		return page.Page[Order]{}, err
	}
	if err := look.edge(at); err != nil {
		return page.Page[Order]{}, fault.InvalidField("", page.ErrCursor.Error())
	}
	ids, err := look.ids(ctx, s.db.Q(), at.Back)
	if err != nil {
		return page.Page[Order]{}, err
	}
	rows, err := inOrder(ctx, s.db.Q(), workday.DayOf(s.db.Now()), ids)
	if err != nil {
		return page.Page[Order]{}, err
	}
	return page.Cut(rows, f.Limit, at, func(o Order) page.Cursor {
		key := o.DueAt
		if f.Tab.sort() == sortNewest {
			key = o.StartedAt
		}
		return page.Cursor{Sort: f.Tab.sort(), Keys: []string{key.UTC().Format(secondsForm)}, ID: int64(o.ID)}
	}), nil
}

// inOrder reads cases in the order of their numbers given.
func inOrder(ctx context.Context, q pg.Querier, day workday.Day, ids []int64) ([]Order, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	read, err := orders(ctx, q, day, ordersByID, ids)
	if err != nil {
		return nil, err
	}
	at := make(map[ID]Order, len(read))
	for _, o := range read {
		at[o.ID] = o
	}
	out := make([]Order, 0, len(ids))
	for _, id := range ids {
		if o, ok := at[ID(id)]; ok {
			out = append(out, o)
		}
	}
	return out, nil
}

// look is one question to the table: what may be seen, what is asked for, from where on.
type look struct {
	tab   Tab
	all   bool // everything is in reach
	empty bool
	few   bool // one unit, community or grid is asked for: its own index is shorter
	words bool // two characters or more: the bigram index may help
	no    string
	args  pgx.NamedArgs
}

var likeMarks = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)
var caseNumber = regexp.MustCompile(`^(?i)(SQ|SJ)-?([0-9]{4})-([0-9]{1,7})$`)

func (s *Service) look(ctx context.Context, by authz.Actor, f Filter) (look, error) {
	return lookWith(ctx, s.db.Q(), s.db.Now(), authz.ReachOf(by, authz.WorkList), f)
}

func lookWith(ctx context.Context, q pg.Querier, now time.Time, reach authz.Scope, f Filter) (look, error) {
	l := look{tab: f.Tab}
	if reach.Empty() {
		l.empty = true
		return l, nil
	}
	v, err := policy.Load(ctx, q, workday.DayOf(now))
	if err != nil {
		return l, err
	}
	key, like := normal.Key(f.Words), ""
	if key != "" {
		like = "%" + likeMarks.Replace(key) + "%"
	}
	if m := caseNumber.FindStringSubmatch(strings.TrimSpace(f.Words)); m != nil {
		l.no = strings.ToUpper(m[1]) + "-" + m[2] + "-" + m[3]
	}
	l.all, l.words = reach.All, len([]rune(key)) >= 2
	states := f.Tab.states()
	if f.State != "" {
		states = narrowed(states, string(f.State))
	}
	until, state := farAway, ""
	if f.Tab == TabLate {
		until = now
	}
	if len(states) == 1 {
		state = states[0]
	}
	l.args = pgx.NamedArgs{"states": states, "state": state, "category": f.Category, "community": f.Community, "unit": f.Unit, "grid": f.Grid, "source": string(f.Source),
		"urgency": string(f.Urgency), "like": like, "key": key, "now": now, "until": until, "nearly": f.Tab == TabNear, "rest": float64(100-v.WarnShare) / 100, "limit": f.Limit + 1,
		"near": nearRows, "nearside": nearSide, "no": l.no, "desk": f.Tab == TabDesk}
	if l.few = l.all && (f.Unit != 0 || f.Community != "" || f.Grid != 0); l.few {
		return l, l.reachOf(ctx, q, now, authz.Scope{}, f)
	}
	return l, l.reachOf(ctx, q, now, reach, Filter{})
}

func narrowed(states []string, to string) []string {
	if states == nil {
		return []string{to}
	}
	for _, x := range states {
		if x == to {
			return []string{to}
		}
	}
	return []string{}
}

var farAway = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// reachOf turns a reach into the keys of the indexes; only is what a person who sees everything asked for.
func (l *look) reachOf(ctx context.Context, q pg.Querier, now time.Time, reach authz.Scope, only Filter) error {
	communities, grids, err := placesOf(ctx, q, reach, workday.DayOf(now))
	if err != nil {
		return err
	}
	units := append([]int64{}, reach.Units...)
	switch {
	case only.Grid != 0:
		grids = append(grids, only.Grid)
	case only.Unit != 0:
		units = append(units, only.Unit)
	case only.Community != "":
		communities = append(communities, only.Community)
	}
	l.args["units"], l.args["communities"], l.args["grids"], l.args["account"], l.args["hidden"] = units, communities, grids, reach.Account, l.all
	return nil
}

// edge sets where the page begins; without a cursor it is before the first row of the order.
func (l *look) edge(at page.Cursor) error {
	l.args["at"], l.args["id"] = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), int64(0)
	if l.tab.sort() == sortNewest {
		l.args["at"], l.args["id"] = farAway, int64(1<<63-1)
	}
	if l.tab == TabNear { // what is late lies before it
		l.args["at"] = l.args["now"]
	}
	if at.IsZero() {
		return nil
	}
	t, err := time.Parse(secondsForm, at.Keys[0])
	if err != nil {
		return err
	}
	l.args["at"], l.args["id"] = t, at.ID
	return nil
}

// CountTabs counts the tabs of a person, each up to MaxCount + 1.
func (s *Service) CountTabs(ctx context.Context, by authz.Actor) (map[Tab]int, error) {
	l, err := s.look(ctx, by, Filter{Tab: TabAll, Limit: MaxCount})
	if err != nil || l.empty {
		return map[Tab]int{}, err
	}
	if err := l.edge(page.Cursor{}); err != nil {
		return nil, err
	}
	n, err := l.tabs(ctx, s.db.Q())
	if err != nil {
		return nil, err
	}
	out := map[Tab]int{}
	for _, t := range Tabs(by) {
		out[t] = n[t]
	}
	return out, nil
}

// Look asks the database what a list of everything asks, so that a bench may see which way it goes.
func Look(ctx context.Context, q pg.Querier, now time.Time, f Filter) error {
	f.Limit = listSize
	l, err := lookWith(ctx, q, now, authz.Scope{All: true}, f)
	if err != nil {
		return err
	}
	if err := l.edge(page.Cursor{}); err != nil {
		return err
	}
	_, err = l.ids(ctx, q, false)
	return err
}
