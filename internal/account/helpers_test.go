package account

import (
	"context"
	"testing"
	"time"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/pg/pgtest"
	"portal/internal/secret"
	"portal/internal/workday"
)

const goodPassword = "梧桐叶子黄了一地" + "-7k"

// street is a small portal: one unit, one community, an administrator and a worker.
type street struct {
	*Service
	db     *pg.DB
	unit   int64
	admin  authz.Actor
	worker authz.Actor
}

const (
	insertUnit     = `INSERT INTO unit (name, requester_kind) VALUES ('街道办事处', 'street_office') RETURNING id`
	insertDivision = `INSERT INTO division (code, level, name) VALUES ('320104900001', 'community', '槐荫社区')`
)

func newStreet(t *testing.T, opts ...Option) *street {
	t.Helper()
	db := pgtest.New(t)
	keys, err := secret.Temporary()
	if err != nil {
		t.Fatal(err)
	}
	s := &street{Service: New(db, append([]Option{WithKeys(keys)}, opts...)...), db: db}
	if err := db.Q().QueryRow(t.Context(), insertUnit).Scan(&s.unit); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Q().Exec(t.Context(), insertDivision); err != nil {
		t.Fatal(err)
	}
	s.person(t, "admin", authz.Admin, "")
	s.person(t, "worker.huaiyin", authz.Worker, "320104900001")
	s.admin, s.worker = s.enter(t, "admin"), s.enter(t, "worker.huaiyin")
	return s
}

var hashOnce string

// person stores an account with goodPassword, the way the seed does.
func (s *street) person(t *testing.T, login string, role authz.Role, division string) int64 {
	t.Helper()
	if hashOnce == "" {
		hash, err := HashPassword(t.Context(), goodPassword)
		if err != nil {
			t.Fatal(err)
		}
		hashOnce = hash
	}
	var id int64
	err := s.db.Write(t.Context(), authz.System, func(tx *pg.Tx) (err error) {
		id, err = Insert(t.Context(), tx, NewAccount{Login: login, Name: "某" + login, PasswordHash: hashOnce, Posts: []NewPost{
			{Role: string(role), UnitID: s.unit, Division: division, Title: role.Label(), From: s.today()}}})
		if err != nil {
			return err
		}
		return tx.Record(t.Context(), pg.Change{Action: authz.PeopleManage, Kind: Kind, ID: id})
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (s *street) today() workday.Day { return workday.DayOf(s.db.Now()) }

// pass moves the clock.
func (s *street) pass(d time.Duration) {
	now := s.db.Now().Add(d)
	s.db.Now = func() time.Time { return now }
}

func (s *street) try(ctx context.Context, login, password, device string) (SignedIn, error) {
	return s.SignIn(ctx, Credentials{Login: login, Password: password, DeviceID: device, Address: "192.0.2.7", Device: "Edge 浏览器 · Windows"})
}

// enter signs in and gives the actor of the session.
func (s *street) enter(t *testing.T, login string) authz.Actor {
	t.Helper()
	in, err := s.try(t.Context(), login, goodPassword, "home-of-"+login)
	if err != nil || in.SigninID == 0 {
		t.Fatalf("sign in as %s: %+v, %v", login, in, err)
	}
	return s.actor(t, in.SigninID)
}

func (s *street) actor(t *testing.T, signin int64) authz.Actor {
	t.Helper()
	a, err := s.Actor(t.Context(), signin)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// count runs a counting statement.
func (s *street) count(t *testing.T, sql string, args ...any) int {
	t.Helper()
	var n int
	if err := s.db.Q().QueryRow(t.Context(), sql, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

const (
	auditOf   = `SELECT count(*) FROM audit_entry WHERE action = $1 AND reason = $2`
	auditRows = `SELECT count(*) FROM audit_entry`
)

// wantKind checks the kind of a fault.
func wantKind(t *testing.T, err error, want fault.Kind) {
	t.Helper()
	if err == nil || fault.KindOf(err) != want {
		t.Fatalf("err = %v, want a fault of kind %d", err, want)
	}
}

// wantField checks that a message stands beside the field.
func wantField(t *testing.T, err error, field string) {
	t.Helper()
	for _, f := range fault.Fields(err) {
		if f.Name == field && f.Message != "" {
			return
		}
	}
	t.Fatalf("err = %v, want a message beside %q", err, field)
}
