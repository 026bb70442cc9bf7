package account

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/authz"
	"portal/internal/page"
	"portal/internal/pg"
	"portal/internal/workday"
)

const selectSessions = `
SELECT id, device, address, at, last_seen_at FROM signin
WHERE account_id = $1 AND ended_at IS NULL AND last_seen_at >= $2 AND at >= $3
ORDER BY id DESC LIMIT 100`

func listSessions(ctx context.Context, q pg.Querier, account int64, seenSince, since time.Time) ([]Session, error) {
	rows, err := q.Query(ctx, selectSessions, account, seenSince, since)
	if err != nil {
		return nil, fmt.Errorf("sessions: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Session])
}

// Person is one row of the people list.
type Person struct {
	ID           int64
	Login        string
	Name         string
	MustChange   bool
	SecondFactor bool
	DisabledAt   *time.Time
	Posts        []HeldPost `db:"-"` // in force today, or from a later day on
}

// HeldPost is one appointment of a person.
type HeldPost struct {
	ID        int64
	AccountID int64
	Role      authz.Role
	UnitID    int64
	UnitName  string
	Division  string
	Place     string // the division's name, "" when unknown
	Title     string
	From      workday.Day
	Until     workday.Day // zero: without end; the last day, included
}

// Holds reports whether the post is in force on the day.
func (p HeldPost) Holds(on workday.Day) bool {
	return !on.Before(p.From) && (p.Until.IsZero() || !on.After(p.Until))
}

// PeopleFilter narrows the people list; the zero value lists everybody.
type PeopleFilter struct {
	Words  string      // part of a name or of a login
	State  PersonState // all, active, disabled
	Cursor string
	Limit  int
}

// PersonState is a filter of the people list.
type PersonState string

// The filter's values.
const (
	AllPeople      PersonState = ""
	ActivePeople   PersonState = "active"
	DisabledPeople PersonState = "disabled"
)

// Label is the filter's name on the page.
func (s PersonState) Label() string {
	return map[PersonState]string{AllPeople: "全部", ActivePeople: "在用", DisabledPeople: "已停用"}[s]
}

const peopleSort = "people.login"

// Keyset on the login, which is unique. $1 words as a pattern or ”, $2 state, $3 the login at the cursor.
const peopleForward = `
SELECT id, login, name, must_change, totp_enabled_at IS NOT NULL AS second_factor, disabled_at FROM account
WHERE ($1 = '' OR login LIKE $1 OR name LIKE $1)
  AND ($2 = '' OR ($2 = 'disabled') = (disabled_at IS NOT NULL))
  AND login > $3
ORDER BY login LIMIT $4`

const peopleBack = `
SELECT id, login, name, must_change, totp_enabled_at IS NOT NULL AS second_factor, disabled_at FROM account
WHERE ($1 = '' OR login LIKE $1 OR name LIKE $1)
  AND ($2 = '' OR ($2 = 'disabled') = (disabled_at IS NOT NULL))
  AND login < $3
ORDER BY login DESC LIMIT $4`

var likeEscape = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

func listPeople(ctx context.Context, q pg.Querier, f PeopleFilter, at page.Cursor) ([]Person, error) {
	pattern := ""
	if f.Words != "" {
		pattern = "%" + likeEscape.Replace(f.Words) + "%"
	}
	after := ""
	if len(at.Keys) == 1 {
		after = at.Keys[0]
	}
	var rows pgx.Rows
	var err error
	if at.Back {
		rows, err = q.Query(ctx, peopleBack, pattern, string(f.State), after, f.Limit+1)
	} else {
		rows, err = q.Query(ctx, peopleForward, pattern, string(f.State), after, f.Limit+1)
	}
	if err != nil {
		return nil, fmt.Errorf("people: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Person])
}

const selectPerson = `
SELECT id, login, name, must_change, totp_enabled_at IS NOT NULL AS second_factor, disabled_at FROM account WHERE login = $1`

func personOf(ctx context.Context, q pg.Querier, login string) (Person, error) {
	rows, err := q.Query(ctx, selectPerson, login)
	if err != nil {
		return Person{}, fmt.Errorf("person: %w", err)
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Person])
}

type postRow struct {
	ID        int64
	AccountID int64
	Role      string
	UnitID    int64
	UnitName  string
	Division  string
	Place     *string
	Title     string
	From      workday.Day `db:"from_on"`
	End       workday.Day `db:"end_on"` // the first day after
}

const selectPosts = `
SELECT p.id, p.account_id, p.role, p.unit_id, u.name AS unit_name, p.division, d.name AS place, p.title,
       lower(p.valid) AS from_on, upper(p.valid) AS end_on
FROM account_post p
JOIN unit u ON u.id = p.unit_id
LEFT JOIN division d ON d.code = p.division
WHERE p.account_id = ANY($1)
ORDER BY p.account_id, lower(p.valid), p.id`

func postsOf(ctx context.Context, q pg.Querier, accounts []int64) ([]HeldPost, error) {
	rows, err := q.Query(ctx, selectPosts, accounts)
	if err != nil {
		return nil, fmt.Errorf("posts: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[postRow])
	if err != nil {
		return nil, fmt.Errorf("posts: %w", err)
	}
	out := make([]HeldPost, len(list))
	for i, r := range list {
		out[i] = HeldPost{ID: r.ID, AccountID: r.AccountID, Role: authz.Role(r.Role), UnitID: r.UnitID, UnitName: r.UnitName,
			Division: r.Division, Title: r.Title, From: r.From, Until: r.End.Add(-1)}
		if r.Place != nil {
			out[i].Place = *r.Place
		}
	}
	return out, nil
}

const countOpen = `
SELECT count(*) FROM signin WHERE account_id = $1 AND ended_at IS NULL AND last_seen_at >= $2 AND at >= $3`

func openSessions(ctx context.Context, q pg.Querier, account int64, seenSince, since time.Time) (n int, err error) {
	if err := q.QueryRow(ctx, countOpen, account, seenSince, since).Scan(&n); err != nil {
		return 0, fmt.Errorf("open sessions: %w", err)
	}
	return n, nil
}

// UnitChoice is a unit that a post may belong to.
type UnitChoice struct {
	ID   int64
	Name string
}

// PlaceChoice is a division that a post may reach.
type PlaceChoice struct {
	Code  string
	Name  string
	Level string
}

const selectUnits = `SELECT id, name FROM unit WHERE active AND NOT is_group ORDER BY name COLLATE "zh-x-icu", id LIMIT 2000`

const selectPlaces = `
SELECT code, name, level FROM division WHERE valid @> $1::date AND level IN ('city', 'district', 'street', 'community', 'grid', 'special_grid')
ORDER BY code LIMIT 5000`

func listUnits(ctx context.Context, q pg.Querier) ([]UnitChoice, error) {
	rows, err := q.Query(ctx, selectUnits)
	if err != nil {
		return nil, fmt.Errorf("units: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[UnitChoice])
}

func listPlaces(ctx context.Context, q pg.Querier, on workday.Day) ([]PlaceChoice, error) {
	rows, err := q.Query(ctx, selectPlaces, on)
	if err != nil {
		return nil, fmt.Errorf("places: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[PlaceChoice])
}

// DemoLogin is one demo account as the sign-in page of the demo lists it.
type DemoLogin struct {
	Login string
	Title string
	Unit  string
}

const selectDemoLogins = `
SELECT DISTINCT ON (a.id) a.login, p.title, u.name AS unit
FROM account a
JOIN account_post p ON p.account_id = a.id AND p.valid @> $1::date
JOIN unit u ON u.id = p.unit_id
WHERE a.disabled_at IS NULL
ORDER BY a.id, p.id LIMIT 60`

func listDemoLogins(ctx context.Context, q pg.Querier, today workday.Day) ([]DemoLogin, error) {
	rows, err := q.Query(ctx, selectDemoLogins, today)
	if err != nil {
		return nil, fmt.Errorf("demo accounts: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[DemoLogin])
}
