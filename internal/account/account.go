// Package account keeps people, their posts with dates, and how they sign in.
//
// It decides whether a password, a second step and a session hold, and which posts are in force
// today. Owns account, account_post, signin and signin_brake. Posts are rights, persons are not:
// what somebody may do follows from the posts of the day (internal/authz).
package account

import (
	"context"
	"errors"
	"time"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/workday"
)

// Limits of a session (ux.md §8: sign-out after 30 minutes idle, warned two minutes before).
const (
	IdleLimit     = 30 * time.Minute
	AbsoluteLimit = 12 * time.Hour
	touchEvery    = time.Minute
)

// Service answers for accounts.
type Service struct{ db *pg.DB }

// New makes the service.
func New(db *pg.DB) *Service { return &Service{db: db} }

// SignedIn is the outcome of a successful sign-in.
type SignedIn struct {
	SigninID   int64
	AccountID  int64
	MustChange bool
}

var errWrong = fault.InvalidField("password", "账号或密码不对。忘记密码请找街道管理员重设")

// Credentials are what the sign-in form sends; Device and Address serve brakes and the session list.
type Credentials struct {
	Login, Password string
	Device, Address string
}

// SignIn checks a password and opens a session. An unknown account gets the same words after the
// same work as a wrong password.
func (s *Service) SignIn(ctx context.Context, c Credentials) (SignedIn, error) {
	row, err := credentialsOf(ctx, s.db.Q(), c.Login)
	known := err == nil
	if err != nil && !errors.Is(err, pg.ErrNoRows) {
		return SignedIn{}, err
	}
	if !known {
		row.PasswordHash = dummyHash
	}
	ok, err := passwordMatches(ctx, row.PasswordHash, c.Password)
	if err != nil {
		return SignedIn{}, err
	}
	if !ok || !known || row.DisabledAt != nil {
		return SignedIn{}, errWrong
	}
	out := SignedIn{AccountID: row.ID, MustChange: row.MustChange}
	by := authz.Actor{AccountID: row.ID, Name: row.Name}
	err = s.db.Write(ctx, by, func(tx *pg.Tx) error {
		if out.SigninID, err = insertSignin(ctx, tx, row.ID, tx.Now, c.Device, c.Address); err != nil {
			return err
		}
		return tx.Record(ctx, pg.Change{Action: authz.SignIn, Kind: "account", ID: row.ID, No: row.Login})
	})
	return out, err
}

// Actor gives who stands behind a session now, with the posts in force today. A session that was
// ended, idled out or grew too old gives authz.Anonymous.
func (s *Service) Actor(ctx context.Context, signinID int64) (authz.Actor, error) {
	now := s.db.Now()
	rows, err := actorRows(ctx, s.db.Q(), signinID, workday.DayOf(now))
	if err != nil || len(rows) == 0 {
		return authz.Anonymous, err
	}
	first := rows[0]
	if now.Sub(first.LastSeenAt) > IdleLimit || now.Sub(first.At) > AbsoluteLimit {
		return authz.Anonymous, nil
	}
	if now.Sub(first.LastSeenAt) > touchEvery {
		if err := touchSignin(ctx, s.db.Q(), signinID, now); err != nil {
			return authz.Anonymous, err
		}
	}
	a := authz.Actor{AccountID: first.AccountID, Login: first.Login, Name: first.Name, SigninID: signinID}
	for _, r := range rows {
		if r.PostID != nil {
			a.Posts = append(a.Posts, authz.Post{ID: *r.PostID, Role: authz.Role(*r.Role), UnitID: *r.UnitID,
				UnitName: *r.UnitName, Division: *r.Division, Title: *r.Title})
		}
	}
	return a, nil
}

// SignOut ends the actor's own session.
func (s *Service) SignOut(ctx context.Context, by authz.Actor) error {
	return s.db.Write(ctx, by, func(tx *pg.Tx) error {
		if err := endSignin(ctx, tx, by.SigninID, by.AccountID, tx.Now, "退出"); err != nil {
			return err
		}
		return tx.Record(ctx, pg.Change{Action: authz.SignOut, Kind: "account", ID: by.AccountID, No: by.Login})
	})
}
