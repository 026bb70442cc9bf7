package admission

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/audit"
	"portal/internal/authz"
	"portal/internal/catalog"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/place"
	"portal/internal/policy"
	"portal/internal/workday"
)

// File is everything about one application on one page, read on one snapshot (R45).
type File struct {
	Application
	Values     policy.Values
	Checked    []Checked
	Returns    []Return
	Conditions []Condition
	Cited      []Cited
	Attached   []Attached
	Trail      []audit.Entry
	Decision   *policy.Explained // the decision clock; nil before the first submission
	Correction *policy.Explained // runs while returned
	Loads      []CommunityLoad
	Similar    []catalog.SimilarEntry
	LeadName   string
	PayerName  string
	Calendar   *workday.Calendar
}

// CommunityLoad is what the application means for one community in a month.
type CommunityLoad struct {
	Code    string
	Name    string
	Planned float64 // hours on the lists already
	Added   float64 // hours of this application
	Ceiling float64
}

// Attached is a file of the application.
type Attached struct {
	Code string
	Name string
	Size int64
	At   time.Time
}

const trailLength = 60

// Open reads the whole file of an application for somebody in reach; a draft only for its unit.
// NotFound reads the same for a missing number and for one out of reach.
func (s *Service) Open(ctx context.Context, by authz.Actor, year, seq int) (File, error) {
	var f File
	err := s.db.Read(ctx, func(q pg.Querier) error {
		a, err := one(ctx, q, byNumber, year, seq)
		if err != nil {
			return err
		}
		if !authz.Allowed(by, authz.AppView, a.Object()) {
			return ErrNoSuch
		}
		f = File{Application: a}
		return f.read(ctx, q, workday.DayOf(s.db.Now()))
	})
	return f, err
}

func (f *File) read(ctx context.Context, q pg.Querier, today workday.Day) error {
	var err error
	for _, part := range []func() error{
		func() error { f.Values, err = policy.Load(ctx, q, today); return err },
		func() error { f.Checked, err = checkedOf(ctx, q, f.ID, f.Round); return err },
		func() error { f.Returns, err = returnsOf(ctx, q, f.ID); return err },
		func() error { f.Conditions, err = conditions(ctx, q, selectConditions, f.ID); return err },
		func() error { f.Cited, err = citedOf(ctx, q, f.Application); return err },
		func() error { f.Attached, err = attachedTo(ctx, q, f.ID); return err },
		func() error { f.Trail, err = audit.History(ctx, q, Kind, int64(f.ID), 0, trailLength); return err },
		func() error { f.Decision, err = clockOf(ctx, q, f.ID, DecisionClock); return err },
		func() error { f.Correction, err = clockOf(ctx, q, f.ID, CorrectionClock); return err },
		func() error { f.Loads, err = loadsOf(ctx, q, f.Application, f.Values, today); return err },
		func() error { return f.readSimilar(ctx, q, today) },
		func() error { f.LeadName, err = unitName(ctx, q, f.LeadUnitID); return err },
		func() error { f.PayerName, err = unitName(ctx, q, f.FundsPayerID); return err },
		func() error { f.Calendar, _, err = policy.Calendar(ctx, q); return err },
	} {
		if err := part(); err != nil {
			return err
		}
	}
	return nil
}

const similarShown = 3

func (f *File) readSimilar(ctx context.Context, q pg.Querier, today workday.Day) error {
	all, err := catalog.Similar(ctx, q, f.TitleKey, today, similarShown+1)
	for _, s := range all {
		if s.Code != f.Slug() && len(f.Similar) < similarShown {
			f.Similar = append(f.Similar, s)
		}
	}
	return err
}

func clockOf(ctx context.Context, q pg.Querier, id ID, kind string) (*policy.Explained, error) {
	d, err := policy.Of(ctx, q, Kind, int64(id), kind)
	if fault.KindOf(err) == fault.KindNotFound && err != nil {
		return nil, nil //nolint:nilerr // no clock is an answer
	}
	if err != nil {
		return nil, err
	}
	e, err := policy.Explain(ctx, q, d.ID)
	return &e, err
}

// loadsOf stacks the application's hours on what the lists ask of each community in the month it
// begins; an entry that is on the list already is not counted twice.
func loadsOf(ctx context.Context, q pg.Querier, a Application, v policy.Values, today workday.Day) ([]CommunityLoad, error) {
	day := a.StartOn
	if day.Before(today) {
		day = today
	}
	before, err := catalog.HoursByCommunity(ctx, q, day)
	if err != nil {
		return nil, err
	}
	names, err := communityNames(ctx, q, v)
	if err != nil {
		return nil, err
	}
	added, counted := a.MonthlyHours(), map[string]bool{}
	if a.AdmittedSeq != nil {
		item, err := catalog.Item(ctx, q, a.Slug(), day)
		if err != nil && fault.KindOf(err) != fault.KindNotFound {
			return nil, err
		}
		for _, s := range item.Scopes {
			counted[s.Division] = s.Open && !s.From.After(day) && (s.Until.IsZero() || day.Before(s.Until))
		}
	}
	var out []CommunityLoad
	for _, code := range a.Communities {
		l := CommunityLoad{Code: code, Name: names[code], Planned: before[code].Hours, Added: added, Ceiling: before[code].Capacity * float64(v.CeilingShare) / 100}
		if counted[code] {
			l.Planned -= added
		}
		if l.Name == "" {
			l.Name = code
		}
		out = append(out, l)
	}
	return out, nil
}

func communityNames(ctx context.Context, q pg.Querier, v policy.Values) (map[string]string, error) {
	all, err := place.Communities(ctx, q, v.StreetCode)
	out := make(map[string]string, len(all))
	for _, c := range all {
		out[c.Code] = c.Name
	}
	return out, err
}

const selectAttached = `
SELECT t.code, t.name, b.size, t.at FROM application_attachment t JOIN blob b ON b.sha256 = t.sha256
WHERE t.application_id = $1 AND t.removed_at IS NULL ORDER BY t.id`

func attachedTo(ctx context.Context, q pg.Querier, id ID) ([]Attached, error) {
	rows, err := q.Query(ctx, selectAttached, id)
	if err != nil {
		return nil, fmt.Errorf("attachments: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[Attached])
	if err != nil {
		return nil, fmt.Errorf("attachments: %w", err)
	}
	return out, nil
}

// Decider is who decided, with the post (E27): read from the trail, as it was on that day.
func (f File) Decider() string {
	for _, e := range f.Trail {
		if decided[authz.Action(e.Action)] {
			return strings.TrimSpace(e.Post + " " + e.Actor)
		}
	}
	return ""
}

// decided are the acts that end the review.
var decided = map[authz.Action]bool{authz.AppApprove: true, authz.AppCondition: true, authz.AppReject: true, authz.AppNotAccept: true}

// Clock is a counted clock with every day it passed.
type Clock = policy.Explained

// StandingOn is the state in one word, with what an approval means on the day.
func (a Application) StandingOn(day workday.Day, waiting bool) string {
	return standing(a.State, waiting, a.StartOn, a.EndOn, day)
}
