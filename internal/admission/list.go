package admission

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/authz"
	"portal/internal/docno"
	"portal/internal/normal"
	"portal/internal/page"
	"portal/internal/pg"
	"portal/internal/workday"
)

// Tab is a saved view of the applications.
type Tab string

// The tabs (ux.md §4.3).
const (
	TabReview   Tab = "review"
	TabMine     Tab = "mine"
	TabAll      Tab = "all"
	TabRunning  Tab = "running"
	TabExpiring Tab = "expiring"
	TabLeft     Tab = "left"
	TabRejected Tab = "rejected"
)

var tabLabels = map[Tab]string{TabReview: "待我审核", TabMine: "待我修改", TabAll: "全部", TabRunning: "执行中", TabExpiring: "30 天内到期",
	TabLeft: "已退出", TabRejected: "不予准入"}

// Label is the tab's name.
func (t Tab) Label() string { return tabLabels[t] }

// Tabs gives the views of a person: the queue for those who decide, drafts and returns for those
// who apply, then the same ones for all.
func Tabs(by authz.Actor) []Tab {
	var out []Tab
	if authz.Can(by, authz.AppApprove) {
		out = append(out, TabReview)
	}
	if authz.Can(by, authz.AppDraft) {
		out = append(out, TabMine)
	}
	return append(out, TabAll, TabRunning, TabExpiring, TabLeft, TabRejected)
}

// ExpiringDays is how far 快到期 looks ahead.
const ExpiringDays = 30

// MaxCount is where counting stops; pages show 999+.
const MaxCount = 999

// Filter says which applications. The zero value of a field does not narrow.
type Filter struct {
	Tab    Tab
	Words  string // a number, or words of the title in any width or script
	UnitID int64
	Kind   string // list_kind
	Check  string // fail or explain: at least one check stands so
	Today  workday.Day
	Cursor page.Cursor
	Limit  int
}

// Line is one row of a list.
type Line struct {
	ID           ID
	Year, Seq    *int
	AdmittedYear *int
	AdmittedSeq  *int
	UnitName     string
	State        State
	Title        string
	ItemForm     ItemForm
	ListKind     string
	Communities  int
	HoursTotal   *float64
	FundsFen     *int64
	DueOn        workday.Day
	NotBefore    bool // DueOn is only a bound: the year's calendar is not published
	StartOn      workday.Day
	EndOn        workday.Day
	Checks       string
	FirstFailing string
	Waiting      bool // a community has not confirmed its conditions yet
	SavedAt      time.Time
}

func (l Line) application() Application {
	return Application{ID: l.ID, Year: l.Year, Seq: l.Seq, AdmittedYear: l.AdmittedYear, AdmittedSeq: l.AdmittedSeq}
}

// No is the number people see now: 梧准 once admitted, else 梧申, else "".
func (l Line) No(word string) string {
	if no := l.application().AdmittedNo(word); no != "" {
		return no
	}
	return l.application().No(word)
}

// AskedNo is 梧申〔2026〕47号, "" for a draft.
func (l Line) AskedNo(word string) string { return l.application().No(word) }

// AdmittedNo is 梧准〔2026〕3号, "" before an approval.
func (l Line) AdmittedNo(word string) string { return l.application().AdmittedNo(word) }

// Path is the application's page.
func (l Line) Path() string { return l.application().Path() }

// Standing is the state in one word, with what an approval means today.
func (l Line) Standing(today workday.Day) string {
	return standing(l.State, l.Waiting, l.StartOn, l.EndOn, today)
}

func standing(s State, waiting bool, start, end, today workday.Day) string {
	switch {
	case s != Approved && s != ApprovedConds:
		return s.Label()
	case !end.IsZero() && end.Before(today):
		return "已退出"
	case waiting:
		return "待社区确认"
	case start.After(today):
		return s.Label()
	case !end.IsZero() && !end.After(today.Add(ExpiringDays)):
		return "快到期"
	}
	return "执行中"
}

// The order and the edge of each kind of list.
const (
	sortDue    = "application.due"
	sortNewest = "application.newest"
	sortEnds   = "application.ends"
)

func (t Tab) sort() string {
	switch t {
	case TabReview:
		return sortDue
	case TabRunning, TabExpiring, TabLeft:
		return sortEnds
	}
	return sortNewest
}

func (t Tab) states() []State {
	switch t {
	case TabMine:
		return []State{Draft, Returned}
	case TabRejected:
		return []State{Rejected}
	}
	return Flow.States()
}

// ParseCursor reads the cursor of a tab's pages.
func ParseCursor(t Tab, text string) (page.Cursor, error) {
	keys := 1
	if t.sort() == sortNewest {
		keys = 0
	}
	return page.Decode(text, t.sort(), keys)
}

const listSize = 20

var farDay = workday.NewDay(9999, 12, 31)

// List cuts one page of a tab for what the person may see: drafts only of the own unit.
func (s *Service) List(ctx context.Context, by authz.Actor, f Filter) (page.Page[Line], error) {
	if f.Limit <= 0 || f.Limit > 500 {
		f.Limit = listSize
	}
	reach := authz.ReachOf(by, authz.AppList)
	if reach.Empty() {
		return page.Page[Line]{}, nil
	}
	args, err := f.args(by, reach)
	if err != nil {
		return page.Page[Line]{}, err
	}
	rows, err := f.rows(ctx, s.db.Q(), reach.All, args)
	if err != nil {
		return page.Page[Line]{}, err
	}
	return page.Cut(rows, f.Limit, f.Cursor, func(l Line) page.Cursor { return f.cursorOf(l) }), nil
}

func (f Filter) cursorOf(l Line) page.Cursor {
	c := page.Cursor{Sort: f.Tab.sort(), ID: int64(l.ID)}
	switch c.Sort {
	case sortDue:
		c.Keys = []string{l.DueOn.String()}
	case sortEnds:
		end := l.EndOn
		if end.IsZero() {
			end = farDay
		}
		c.Keys = []string{end.String()}
	}
	return c
}

// number reads words that are a number: 梧申〔2026〕47号, 梧准〔2026〕3号 or 2026-47.
func number(words string) (no docno.No, ok bool) {
	words = strings.TrimSpace(words)
	if no, err := docno.Parse(words); err == nil {
		return no, true
	}
	year, seq, err := docno.ParseSlug(words)
	return docno.No{Kind: docno.Application, Year: year, Seq: seq}, err == nil
}

var likeMarks = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

func (f Filter) args(by authz.Actor, reach authz.Scope) (pgx.NamedArgs, error) {
	key, like, check := normal.Key(f.Words), "", ""
	if key != "" {
		like = "%" + likeMarks.Replace(key) + "%"
	}
	if f.Check != "" {
		check = "%" + f.Check[:1] + "%"
	}
	day, id, err := f.edge()
	args := pgx.NamedArgs{"units": slices.Concat(reach.Units, authz.ReachOf(by, authz.AppDraft).Units), "prefixes": reach.Prefixes, "unit": f.UnitID,
		"kind": f.Kind, "check": check, "like": like, "key": key, "states": f.Tab.states(), "day": day, "id": id, "limit": f.Limit + 1,
		"start": farDay, "from": f.Today, "to": farDay, "near": nearRows, "year": 0, "seq": 0, "admitted": false, "every": f.Tab == TabLeft}
	switch f.Tab {
	case TabRunning:
		args["start"] = f.Today
	case TabExpiring:
		args["to"] = f.Today.Add(ExpiringDays)
	case TabLeft:
		args["from"], args["to"] = workday.NewDay(1, 1, 1), f.Today.Add(-1)
	}
	if no, ok := number(f.Words); ok {
		args["year"], args["seq"], args["admitted"] = no.Year, no.Seq, no.Kind == docno.Approval
	}
	return args, err
}

// edge is where the page begins; without a cursor it is before the first row of the order.
func (f Filter) edge() (day workday.Day, id int64, err error) {
	if f.Cursor.IsZero() {
		if f.Tab.sort() == sortNewest || f.Tab == TabLeft {
			return farDay, 1<<63 - 1, nil
		}
		return workday.NewDay(1, 1, 1), 0, nil
	}
	if len(f.Cursor.Keys) > 0 {
		if day, err = workday.ParseDay(f.Cursor.Keys[0]); err != nil {
			return day, 0, page.ErrCursor
		}
	}
	return day, f.Cursor.ID, nil
}

func lines(ctx context.Context, q pg.Querier, sql string, args pgx.NamedArgs) ([]Line, error) {
	rows, err := q.Query(ctx, sql, args)
	if err != nil {
		return nil, fmt.Errorf("applications: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[Line])
	if err != nil {
		return nil, fmt.Errorf("applications: %w", err)
	}
	return out, nil
}
