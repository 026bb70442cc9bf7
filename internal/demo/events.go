package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"portal/internal/authz"
)

// event is something that happens at a moment of the months before today.
type event struct {
	at time.Time
	do func(ctx context.Context) error
}

// live lets the events happen in the order of time, each with the clock at its moment.
func (s *seeder) live(ctx context.Context, events []event) error {
	slices.SortStableFunc(events, func(a, b event) int { return a.at.Compare(b.at) })
	for _, e := range events {
		s.at = e.at
		if err := e.do(ctx); err != nil {
			return fmt.Errorf("on %s: %w", e.at.Format(time.DateOnly), err)
		}
	}
	return nil
}

// ago is a moment so many days back, at an hour of Shanghai, never later than now.
func (s *seeder) ago(days, hour, minute int) time.Time {
	at := s.today.Add(-days).Start().Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
	if at.After(s.now) {
		return s.now
	}
	return at
}

// key is a form key of the seed: the same step of the same record has the same one.
func key(parts ...any) string { return fmt.Sprintf("demo-seed-%v-0123456789", fmt.Sprint(parts...)) }

// as gives the actor behind a demo account at the moment of the clock.
func (s *seeder) as(ctx context.Context, login string) (authz.Actor, error) {
	return actorOf(ctx, s.db.Q(), login)
}
