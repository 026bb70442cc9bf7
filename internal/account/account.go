// Package account keeps people, their posts with dates, and how they sign in.
//
// It decides whether a password, a second step and a session hold, how long somebody who guesses
// has to wait, and which posts are in force today. Owns account, account_post, signin, signin_brake
// and recovery_code. Posts are rights, persons are not: what somebody may do follows from the posts
// of the day (internal/authz). Basis: product.md X7, reliability.md §2 rules 11, 12 and 20.
package account

import (
	"context"
	"time"

	"portal/internal/authz"
	"portal/internal/pg"
	"portal/internal/secret"
	"portal/internal/workday"
)

// Limits of a session (ux.md §8: sign-out after 30 minutes idle, warned two minutes before).
const (
	IdleLimit     = 30 * time.Minute
	AbsoluteLimit = 12 * time.Hour
	touchEvery    = time.Minute
)

// Service answers for accounts.
type Service struct {
	db       *pg.DB
	keys     *secret.Box
	lasting  bool // keys outlive the process, so secrets may be sealed with them
	required bool // a second factor is a must
	issuer   string
}

// Option changes how New sets the service up.
type Option func(*Service)

// WithKeys gives the keys that seal second-factor secrets and hide brake keys. Without it the
// service signs people in, but nobody can enrol a second factor.
func WithKeys(keys *secret.Box) Option {
	return func(s *Service) { s.keys, s.lasting = keys, true }
}

// WithSecondFactor makes the second factor a must for everybody (PORTAL_ENV=production): who has
// none enrols one before any other page opens.
func WithSecondFactor(required bool) Option {
	return func(s *Service) { s.required = required }
}

// WithIssuer names the portal in authenticator apps.
func WithIssuer(name string) Option {
	return func(s *Service) { s.issuer = name }
}

// New makes the service.
func New(db *pg.DB, opts ...Option) *Service {
	s := &Service{db: db, issuer: "街道治理平台"}
	for _, o := range opts {
		o(s)
	}
	if s.keys == nil {
		keys, err := secret.Temporary()
		if err != nil {
			panic("account: no random numbers: " + err.Error())
		}
		s.keys = keys
	}
	return s
}

// SecondFactorRequired reports whether everybody must have a second factor here.
func (s *Service) SecondFactorRequired() bool { return s.required }

// Now is the service's clock, for pages that say how long ago something was.
func (s *Service) Now() time.Time { return s.db.Now() }

// Owed is what somebody has to do before any other page opens.
type Owed string

// The things owed.
const (
	OwesNothing      Owed = ""
	OwesPassword     Owed = "password"      // a one-time password must be changed
	OwesSecondFactor Owed = "second_factor" // a second factor must be enrolled
)

// Standing is how a session stands now.
type Standing struct {
	Actor        authz.Actor // authz.Anonymous when the session no longer holds
	Owes         Owed
	ShortcutsOff bool
	Ended        Ending // why it no longer holds, or ""
}

type watchingKey struct{}

// Watching marks what an open page asks by itself. Nobody sits before it because of that, so it does not put off the
// end of an idle session.
func Watching(ctx context.Context) context.Context {
	return context.WithValue(ctx, watchingKey{}, true)
}

// Standing reads who stands behind a session now, with the posts in force today. A session that
// was ended, idled out or grew too old gives authz.Anonymous and the reason.
func (s *Service) Standing(ctx context.Context, signinID int64) (Standing, error) {
	now := s.db.Now()
	rows, err := actorRows(ctx, s.db.Q(), signinID, workday.DayOf(now))
	if err != nil || len(rows) == 0 {
		return Standing{}, err
	}
	first := rows[0]
	if why := first.ending(now); why != "" {
		return Standing{Ended: why}, nil
	}
	if ctx.Value(watchingKey{}) == nil && now.Sub(first.LastSeenAt) > touchEvery {
		if err := touchSignin(ctx, s.db.Q(), signinID, now); err != nil {
			return Standing{}, err
		}
	}
	out := Standing{ShortcutsOff: first.ShortcutsOff, Owes: s.owes(first)}
	out.Actor = authz.Actor{AccountID: first.AccountID, Login: first.Login, Name: first.Name, SigninID: signinID}
	for _, r := range rows {
		if r.PostID != nil {
			out.Actor.Posts = append(out.Actor.Posts, authz.Post{ID: *r.PostID, Role: authz.Role(*r.Role), UnitID: *r.UnitID,
				UnitName: *r.UnitName, Division: *r.Division, Title: *r.Title})
		}
	}
	return out, nil
}

func (s *Service) owes(r actorRow) Owed {
	switch {
	case r.MustChange:
		return OwesPassword
	case s.required && !r.SecondFactor:
		return OwesSecondFactor
	}
	return OwesNothing
}

// ending tells why a session no longer holds at that moment, or "".
func (r actorRow) ending(now time.Time) Ending {
	switch {
	case r.EndReason != "":
		return Ending(r.EndReason)
	case r.DisabledAt != nil:
		return EndedDisabled
	case now.Sub(r.LastSeenAt) > IdleLimit:
		return EndedIdle
	case now.Sub(r.At) > AbsoluteLimit:
		return EndedOld
	}
	return ""
}

// Actor is the actor of Standing.
func (s *Service) Actor(ctx context.Context, signinID int64) (authz.Actor, error) {
	st, err := s.Standing(ctx, signinID)
	return st.Actor, err
}

// SignOut ends the actor's own session.
func (s *Service) SignOut(ctx context.Context, by authz.Actor) error {
	return s.db.Write(ctx, by, func(tx *pg.Tx) error {
		if _, err := endSignin(ctx, tx, by.SigninID, by.AccountID, tx.Now, EndedBySelf); err != nil {
			return err
		}
		return tx.Record(ctx, pg.Change{Action: authz.SignOut, Kind: Kind, ID: by.AccountID, No: by.Login})
	})
}

// Kind names accounts in the audit trail.
const Kind = "account"
