// Package session ties a browser to a sign-in: a hashed random token in a cookie, the sign-in's
// id and one-time messages behind it in Postgres. Posts and rights are never stored here; they
// are read anew for each request, so that a change of role holds at once. Who still owes a change of
// a one-time password or a second factor counts as nobody on every page but those that settle it.
// Owns nothing; the table sessions is kept by the session library.
package session

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/alexedwards/scs/pgxstore"
	"github.com/alexedwards/scs/v2"
	"github.com/go-chi/chi/v5/middleware"

	"portal/internal/account"
	"portal/internal/authz"
	"portal/internal/pg"
	"portal/web/route"
)

// Store is the session manager with the portal's keys.
type Store struct {
	scs      *scs.SessionManager
	accounts *account.Service
	db       *pg.DB
}

// Keys of the session's data.
const (
	keySignin  = "signin"
	keyPending = "pending" // account id that still owes its second step
	keyPassed  = "passed"  // when its password was right, in nanoseconds
	keyFlash   = "flash"
)

// Flash is a message for the next page.
type Flash struct {
	Tone  string // ok, warn, danger, info
	Words string
	More  string // a second sentence
	Href  string // optional link
	Link  string // its words
}

// New makes the store. secure turns on the __Host- cookie, for TLS.
func New(db *pg.DB, accounts *account.Service, secure bool) *Store {
	m := scs.New()
	m.Codec = codec{}
	m.Store = pgxstore.NewWithCleanupInterval(db.Pool(), 0) // a job cleans up
	m.HashTokenInStore = true
	m.Lifetime = account.AbsoluteLimit
	m.Cookie.Name = "portal_session"
	if secure {
		m.Cookie.Name = "__Host-portal_session"
	}
	m.Cookie.Secure = secure
	m.Cookie.HttpOnly = true
	m.Cookie.SameSite = http.SameSiteLaxMode
	m.Cookie.Path = "/"
	m.Cookie.Persist = false
	return &Store{scs: m, accounts: accounts, db: db}
}

// watchHeader comes with what an open page asks by itself; it does not put off the end of an idle session.
const watchHeader = "X-Watch"

// Middleware loads the session and the actor of the request. A request without a cookie costs
// no trip to the database.
func (s *Store) Middleware(fail func(http.ResponseWriter, *http.Request, error)) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		s.scs.ErrorFunc = func(w http.ResponseWriter, r *http.Request, err error) { fail(w, r, pg.Trouble(err)) }
		return s.scs.LoadAndSave(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			st := account.Standing{}
			if id := s.scs.GetInt64(r.Context(), keySignin); id != 0 {
				asked := r.Context()
				if r.Header.Get(watchHeader) != "" {
					asked = account.Watching(asked)
				}
				var err error
				if st, err = s.accounts.Standing(asked, id); err != nil {
					fail(w, r, pg.Trouble(err))
					return
				}
				if !st.Actor.SignedIn() {
					s.ended(r.Context(), st.Ended)
				}
				w.Header().Set("Cache-Control", "no-store")
			}
			ctx := context.WithValue(r.Context(), standingKey{}, st)
			actor := st.Actor
			if !mayPass(st.Owes, r.URL.Path) {
				actor = authz.Anonymous
			}
			actor.RequestID = middleware.GetReqID(r.Context())
			next.ServeHTTP(w, r.WithContext(route.WithActor(ctx, actor)))
		}))
	}
}

// ended forgets a session that no longer holds and tells the person why.
func (s *Store) ended(ctx context.Context, why account.Ending) {
	s.scs.Remove(ctx, keySignin)
	if lead, more, _ := strings.Cut(why.Sentence(), "。"); lead != "" {
		s.Tell(ctx, Flash{Tone: "info", Words: lead, More: more})
	}
}

type standingKey struct{}

func standing(r *http.Request) account.Standing {
	st, _ := r.Context().Value(standingKey{}).(account.Standing)
	return st
}

// Owes tells what the person behind the session has to do before any other page opens.
func Owes(r *http.Request) account.Owed { return standing(r).Owes }

// ShortcutsOff tells whether the person has switched the single-key shortcuts off.
func ShortcutsOff(r *http.Request) bool { return standing(r).ShortcutsOff }

// PayPage is the page that settles what is owed.
func PayPage(o account.Owed) string {
	return map[account.Owed]string{account.OwesPassword: passwordPage, account.OwesSecondFactor: factorPage}[o]
}

const (
	passwordPage = "/me/password"
	factorPage   = "/me/second-factor"
)

// doors are the pages on which somebody who owes something is known all the same. A page that is
// not listed stays closed, so that a new one cannot be forgotten.
var doors = map[account.Owed][]string{
	account.OwesPassword:     {passwordPage, "/sign-in", "/sign-out"},
	account.OwesSecondFactor: {passwordPage, factorPage, "/sign-in", "/sign-out"},
}

func mayPass(o account.Owed, path string) bool {
	return o == account.OwesNothing || slices.Contains(doors[o], path)
}

// Begin ties the browser to a sign-in under a fresh token.
func (s *Store) Begin(ctx context.Context, signinID int64) error {
	if err := s.scs.RenewToken(ctx); err != nil {
		return err
	}
	s.scs.Remove(ctx, keyPending)
	s.scs.Remove(ctx, keyPassed)
	s.scs.Put(ctx, keySignin, signinID)
	return nil
}

// Renew gives the same session a fresh token, after a change of the password or the second factor.
func (s *Store) Renew(ctx context.Context) error { return s.scs.RenewToken(ctx) }

// End forgets everything about this browser.
func (s *Store) End(ctx context.Context) error { return s.scs.Destroy(ctx) }

// SetPending remembers that a password was right and a second step is still owed.
func (s *Store) SetPending(ctx context.Context, accountID int64) error {
	if err := s.scs.RenewToken(ctx); err != nil {
		return err
	}
	s.scs.Remove(ctx, keySignin)
	s.scs.Put(ctx, keyPending, accountID)
	s.scs.Put(ctx, keyPassed, s.db.Now().UnixNano())
	return nil
}

// Pending gives the account that owes its second step, or 0.
func (s *Store) Pending(ctx context.Context) int64 { return s.scs.GetInt64(ctx, keyPending) }

// PassedAt is when the password of the pending account was right.
func (s *Store) PassedAt(ctx context.Context) time.Time {
	return time.Unix(0, s.scs.GetInt64(ctx, keyPassed))
}

// Tell leaves a message for the next page.
func (s *Store) Tell(ctx context.Context, f Flash) { s.scs.Put(ctx, keyFlash, f) }

// Told takes the message left for this page. A request that was refused before its session was
// loaded has none; its error page must come all the same.
func (s *Store) Told(ctx context.Context) (Flash, bool) {
	if _, loaded := ctx.Value(standingKey{}).(account.Standing); !loaded || !s.scs.Exists(ctx, keyFlash) {
		return Flash{}, false
	}
	f, ok := s.scs.Pop(ctx, keyFlash).(Flash)
	return f, ok
}

// Deadline is when the session ends at the latest.
func (s *Store) Deadline(ctx context.Context) time.Time { return s.scs.Deadline(ctx) }
