package kiosk

import (
	"context"
	"time"

	"portal/internal/policy"
	"portal/internal/workday"
)

// Session is one resident's visit. What it carries lies sealed in the database until the visit ends.
type Session struct {
	ID        SessionID
	Device    Device
	Pocket    []byte // what the pages put in, opened
	OpenedAt  time.Time
	ProvenAt  time.Time
	TouchedAt time.Time
}

const (
	aboutPocket   = "kiosk.pocket:"
	longestPocket = 64 << 10
	touchEvery    = 5 * time.Second
)

// patience is how long a visit may go without a touch; the pages end it sooner.
func patience(v policy.Values) time.Duration {
	return time.Duration(max(v.KioskIdle+v.KioskWarn, v.KioskIdleForm+v.KioskWarnForm)+5) * time.Second
}

func proofLife(v policy.Values) time.Duration {
	return time.Duration(v.KioskProof)*time.Second + graceOfProof
}

// Open gives the visit of a device's cookie and a token: NotFound unless the device works, has proved its key
// lately, and somebody touched it lately.
func (s *Service) Open(ctx context.Context, cookie, token string) (Session, error) {
	d, err := s.working(ctx, cookie)
	if err != nil {
		return Session{}, err
	}
	now := s.db.Now()
	v, err := policy.Load(ctx, s.db.Q(), workday.DayOf(now))
	if err != nil {
		return Session{}, err
	}
	row, err := sessionOf(ctx, s.db.Q(), d.ID, hashOf(token), now)
	if err != nil || now.Sub(row.ProvenAt) > proofLife(v) || now.Sub(row.TouchedAt) > patience(v) {
		return Session{}, notVisit(err)
	}
	out := Session{ID: row.ID, Device: d, OpenedAt: row.OpenedAt, ProvenAt: row.ProvenAt, TouchedAt: row.TouchedAt}
	if len(row.Pocket) > 0 {
		if out.Pocket, err = s.keys.Open(row.Pocket, aboutPocket+d.No); err != nil {
			return Session{}, err
		}
	}
	if now.Sub(row.TouchedAt) >= touchEvery {
		err = touch(ctx, s.db, row.ID, now)
	}
	return out, err
}

// Renew begins another resident's visit without script: the proof of the visit before holds on as long as it
// would have. NotFound when that is over.
func (s *Service) Renew(ctx context.Context, cookie, token string) (string, error) {
	old, err := s.Open(ctx, cookie, token)
	if err != nil {
		return "", err
	}
	fresh, hash, err := random()
	if err != nil {
		return "", err
	}
	return fresh, replaceSession(ctx, s.db, old, hash, s.db.Now())
}

// Keep puts the pocket of a visit away, sealed. A visit that ended meanwhile keeps nothing.
func (s *Service) Keep(ctx context.Context, at Session, pocket []byte) error {
	if len(pocket) > longestPocket {
		return errNoVisit
	}
	sealed, err := s.keys.Seal(pocket, aboutPocket+at.Device.No)
	if err != nil {
		return err
	}
	return keepPocket(ctx, s.db, at.ID, sealed)
}

// End deletes a visit with all it carries; a missing one is no error.
func (s *Service) End(ctx context.Context, token string) error {
	if token == "" {
		return nil
	}
	return endSession(ctx, s.db, hashOf(token))
}

// Sweep deletes visits, challenges, codes and misses that are over, and says how many visits there were.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	now := s.db.Now()
	v, err := policy.Load(ctx, s.db.Q(), workday.DayOf(now))
	if err != nil {
		return 0, err
	}
	return sweep(ctx, s.db, now, patience(v), proofLife(v))
}
