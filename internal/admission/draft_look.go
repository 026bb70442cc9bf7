package admission

import (
	"context"

	"portal/internal/authz"
	"portal/internal/catalog"
	"portal/internal/fault"
	"portal/internal/normal"
	"portal/internal/pg"
	"portal/internal/place"
	"portal/internal/workday"
)

// Look is a form with everything its pages show: what is broken, what the checks find, what is alike.
type Look struct {
	Application
	Facts    Facts
	Problems []Problem
	Results  []Result
	Estimate Estimate
	Similar  []catalog.SimilarEntry
	Twin     string // slug of a like application of the same unit (E25)
	Attached []Attached
	Units    []place.Unit
	Places   []Place
	Returned *Return // what the street asked to be corrected
}

// Place is a community with what it carries already in a month.
type Place struct {
	Code, Name     string
	Hours, Ceiling float64
}

// Typed is what stands in a window and is not saved yet.
type Typed struct {
	Step   int
	Form   Form
	Unread []string
}

// Fields gives the sentences of one step.
func (l Look) Fields(step int) []fault.Field {
	var out []fault.Field
	for _, p := range l.Problems {
		if p.Step == step {
			out = append(out, fault.Field{Name: p.Field, Message: p.Message})
		}
	}
	return out
}

// LookAt reads a form of the actor's unit with rules and checks as of today; typed, when given,
// stands over what is stored. It writes nothing.
func (s *Service) LookAt(ctx context.Context, by authz.Actor, id ID, typed *Typed) (Look, error) {
	var l Look
	err := s.db.Read(ctx, func(q pg.Querier) error {
		a, err := one(ctx, q, byID, id)
		if err != nil {
			return err
		}
		if !authz.Allowed(by, authz.AppDraft, a.Object()) {
			return ErrNoSuch
		}
		if typed != nil {
			a.Form.overlay(typed.Form, typed.Step, typed.Unread)
			a.TitleKey = normal.Key(a.Title)
		}
		l, err = look(ctx, q, a, workday.DayOf(s.db.Now()))
		if err != nil {
			return err
		}
		return l.furnish(ctx, q)
	})
	return l, err
}

// look is what a submission needs: rules and checks.
func look(ctx context.Context, q pg.Querier, a Application, today workday.Day) (Look, error) {
	l := Look{Application: a}
	bases, err := BasesOf(ctx, q, a.ID)
	if err != nil {
		return l, err
	}
	if l.Facts, err = factsFor(ctx, q, a, bases, today); err != nil {
		return l, err
	}
	l.Problems = Problems(a.Form, l.Facts.Ground)
	l.Results = Run(a.Form, l.Facts)
	l.Estimate = estimate(a.Form, l.Facts.Values.HourPriceFen)
	return l, nil
}

// furnish adds what only a page shows.
func (l *Look) furnish(ctx context.Context, q pg.Querier) error {
	var err error
	for _, part := range []func() error{
		func() error { l.Attached, err = attachedTo(ctx, q, l.ID); return err },
		func() error { l.Units, err = place.Units(ctx, q); return err },
		func() error { return l.readSimilar(ctx, q) },
		func() error { l.Twin, err = twinOf(ctx, q, l.Application); return err },
		func() error { return l.readPlaces(ctx, q) },
		func() error { return l.readReturn(ctx, q) },
	} {
		if err := part(); err != nil {
			return err
		}
	}
	return nil
}

func (l *Look) readSimilar(ctx context.Context, q pg.Querier) error {
	if size(l.Title) < 2 {
		return nil
	}
	all, err := catalog.Similar(ctx, q, l.TitleKey, l.Facts.Today, similarShown)
	l.Similar = all
	return err
}

func (l *Look) readPlaces(ctx context.Context, q pg.Querier) error {
	hours, err := catalog.HoursByCommunity(ctx, q, l.Facts.Today)
	if err != nil {
		return err
	}
	for _, code := range l.Facts.Communities {
		h := hours[code]
		l.Places = append(l.Places, Place{Code: code, Name: l.Facts.Names[code], Hours: h.Hours, Ceiling: h.Capacity * float64(l.Facts.Values.CeilingShare) / 100})
	}
	return nil
}

func (l *Look) readReturn(ctx context.Context, q pg.Querier) error {
	if l.State != Returned {
		return nil
	}
	all, err := returnsOf(ctx, q, l.ID)
	if len(all) > 0 {
		l.Returned = &all[0]
	}
	return err
}
