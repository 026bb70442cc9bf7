package account

import (
	"testing"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg/pgtest"
)

// On an empty production database the command makes the first administrator, who must change the
// one-time password and bind a phone; a second one finds the unit, and an unknown unit is refused.
func TestFirstAdministrator(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	password, err := Add(t.Context(), db, NewUser{Login: "first.admin", Name: "第一位管理员", Role: authz.Admin})
	if err != nil || password == "" {
		t.Fatalf("add: %q, %v", password, err)
	}
	s := &street{Service: New(db, WithSecondFactor(true)), db: db}
	in, err := s.try(t.Context(), "first.admin", password, "x")
	if err != nil || !in.MustChange {
		t.Fatalf("sign in: %+v, %v", in, err)
	}
	if a := s.actor(t, in.SigninID); !a.Has(authz.Admin) || a.Posts[0].UnitName != "街道办事处" {
		t.Errorf("actor %+v", a)
	}
	if err := s.ChangePassword(t.Context(), s.actor(t, in.SigninID), NewPassword{Old: password, New: goodPassword}); err != nil {
		t.Fatal(err)
	}
	if st, _ := s.Standing(t.Context(), in.SigninID); st.Owes != OwesSecondFactor {
		t.Errorf("owes %q", st.Owes)
	}
	if _, err := Add(t.Context(), db, NewUser{Login: "second", Name: "第二位", Role: authz.Admin, Unit: "街道办事处"}); err != nil {
		t.Errorf("second: %v", err)
	}
	for name, c := range map[string]struct {
		u     NewUser
		field string
	}{
		"unit":  {NewUser{Login: "third", Name: "第三位", Role: authz.Admin, Unit: "没有的单位"}, "unit"},
		"login": {NewUser{Login: "FIRST.admin", Name: "又一位", Role: authz.Admin}, "login"},
		"role":  {NewUser{Login: "fourth", Name: "第四位", Role: "king"}, "role"},
		"NUL":   {NewUser{Login: "fifth", Name: "第五位", Role: authz.Admin, Unit: "a\x00"}, "unit"},
	} {
		_, err := Add(t.Context(), db, c.u)
		t.Run(name, func(t *testing.T) { wantField(t, err, c.field) })
	}
}

// The command resets a password, takes off the second factor and reopens an account: the way back
// in for the only administrator.
func TestReset(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	s.bind(t, s.admin)
	password, err := Reset(t.Context(), s.db, "Admin", ResetOptions{SecondFactor: true, Enable: true})
	if err != nil {
		t.Fatal(err)
	}
	if st, _ := s.Standing(t.Context(), s.admin.SigninID); st.Ended != EndedReset {
		t.Errorf("session: %+v", st)
	}
	if in, err := s.try(t.Context(), "admin", password, "home-of-admin"); err != nil || in.SecondStep || !in.MustChange {
		t.Errorf("sign in: %+v, %v", in, err)
	}
	_, err = Reset(t.Context(), s.db, "no.body", ResetOptions{})
	wantKind(t, err, fault.KindNotFound)
	const byOperator = `SELECT count(*) FROM audit_entry WHERE actor = '命令行' AND account_id IS NULL AND reason = '重设密码'`
	if n := s.count(t, byOperator); n != 1 {
		t.Errorf("%d entries", n)
	}
}
