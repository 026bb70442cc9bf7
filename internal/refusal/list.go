package refusal

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/authz"
	"portal/internal/page"
	"portal/internal/workday"
)

// TaskFilter narrows the list of tasks. The zero value of a field does not narrow.
type TaskFilter struct {
	State     TaskState
	Outcome   Outcome
	Community string // code
	Unit      int64
	Cursor    page.Cursor
	Limit     int
}

// TaskLine is one row of the list.
type TaskLine struct {
	ID            TaskID
	Year, Seq     int
	Community     string
	CommunityName string
	RequesterName string
	Title         string
	Channel       Channel
	AskedOn       workday.Day
	State         TaskState
	Outcome       Outcome
	LoggedByName  string
	LoggedAt      time.Time
}

// Slug is the task's place in a URL.
func (l TaskLine) Slug() string { return Task{Year: l.Year, Seq: l.Seq}.Slug() }

const taskSort = "offlist.newest"
const refusalSort = "refusal.newest"

// ParseTaskCursor reads the cursor of the list of tasks.
func ParseTaskCursor(text string) (page.Cursor, error) { return page.Decode(text, taskSort, 0) }

// ParseRefusalCursor reads the cursor of the list of refusals.
func ParseRefusalCursor(text string) (page.Cursor, error) { return page.Decode(text, refusalSort, 0) }

const taskLines = `
SELECT t.id, t.year, t.seq, t.community, d.name AS community_name, COALESCE(u.name, t.requester_words) AS requester_name, t.title, t.channel, t.asked_on,
    t.state, t.outcome, a.name AS logged_by_name, t.logged_at
FROM offlist_task t
JOIN division d ON d.code = t.community
JOIN account a ON a.id = t.logged_by
LEFT JOIN unit u ON u.id = t.requester_id
WHERE ($1 OR EXISTS (SELECT FROM unnest($2::text[]) p WHERE t.community LIKE p || '%'))
  AND ($3 = '' OR t.state = $3) AND ($4 = '' OR t.outcome = $4) AND ($5 = '' OR t.community = $5) AND ($6::bigint = 0 OR t.requester_id = $6)`
const tasksForward = taskLines + ` AND ($7::bigint = 0 OR t.id < $7) ORDER BY t.id DESC LIMIT $8`
const tasksBack = taskLines + ` AND t.id > $7 ORDER BY t.id LIMIT $8`

const usualPage = 50

// Tasks lists tasks outside the list, newest first, as far as the actor reaches.
func (s *Service) Tasks(ctx context.Context, by authz.Actor, f TaskFilter) (page.Page[TaskLine], error) {
	scope := authz.ReachOf(by, authz.OfflistView)
	if f.Limit <= 0 || f.Limit > 200 {
		f.Limit = usualPage
	}
	args := []any{scope.All, some(scope.Prefixes), string(f.State), string(f.Outcome), f.Community, f.Unit, f.Cursor.ID, f.Limit + 1}
	var rows pgx.Rows
	var err error
	if f.Cursor.Back {
		rows, err = s.db.Q().Query(ctx, tasksBack, args...)
	} else {
		rows, err = s.db.Q().Query(ctx, tasksForward, args...)
	}
	if err != nil {
		return page.Page[TaskLine]{}, fmt.Errorf("list of tasks: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByName[TaskLine])
	if err != nil {
		return page.Page[TaskLine]{}, fmt.Errorf("list of tasks: %w", err)
	}
	return page.Cut(all, f.Limit, f.Cursor, func(l TaskLine) page.Cursor { return page.Cursor{Sort: taskSort, ID: int64(l.ID)} }), nil
}

func some(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

func someIDs(list []int64) []int64 {
	if list == nil {
		return []int64{}
	}
	return list
}

// RefusalFilter narrows the list of refusals, returns and claims.
type RefusalFilter struct {
	State     State
	Kind      Kind
	Community string
	Cursor    page.Cursor
	Limit     int
}

// A letter that is held or void was never sent: the unit that asked does not see it.
const refusalWhere = fromRefusal + `
WHERE ($1 OR EXISTS (SELECT FROM unnest($2::text[]) p WHERE r.community LIKE p || '%')
       OR r.unit_id = ANY($3) AND r.state NOT IN ('held', 'void'))
  AND ($4 = '' OR r.state = $4) AND ($5 = '' OR r.kind = $5) AND ($6 = '' OR r.community = $6)`
const refusalsForward = `SELECT ` + refusalColumns + refusalWhere + ` AND ($7::bigint = 0 OR r.id < $7) ORDER BY r.id DESC LIMIT $8`
const refusalsBack = `SELECT ` + refusalColumns + refusalWhere + ` AND r.id > $7 ORDER BY r.id LIMIT $8`

// Refusals lists refusals, returns and claims, newest first, as far as the actor reaches.
func (s *Service) Refusals(ctx context.Context, by authz.Actor, f RefusalFilter) (page.Page[Refusal], error) {
	scope := authz.ReachOf(by, authz.RefusalView)
	if f.Limit <= 0 || f.Limit > 200 {
		f.Limit = usualPage
	}
	args := []any{scope.All, some(scope.Prefixes), someIDs(scope.Units), string(f.State), string(f.Kind), f.Community, f.Cursor.ID, f.Limit + 1}
	var all []Refusal
	var err error
	if f.Cursor.Back {
		all, err = refusals(ctx, s.db.Q(), refusalsBack, args...)
	} else {
		all, err = refusals(ctx, s.db.Q(), refusalsForward, args...)
	}
	if err != nil {
		return page.Page[Refusal]{}, err
	}
	return page.Cut(all, f.Limit, f.Cursor, func(r Refusal) page.Cursor { return page.Cursor{Sort: refusalSort, ID: int64(r.ID)} }), nil
}
