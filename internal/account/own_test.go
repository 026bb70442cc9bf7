package account

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"portal/internal/authz"
	"portal/internal/fault"
)

// The rules of a chosen password: length, not the account's name, not a common one, nothing else.
func TestPasswordRules(t *testing.T) {
	bad := map[string]string{
		"empty": "", "nine": "abcdefgh9", "login": "Worker.Huaiyin", "holds the login": "x-worker.huaiyin-1",
		"common": "1QAZ2wsx3edc", "demo": "demo-wutong-2026", "one letter": "aaaaaaaaaaaa", "pattern": "abababababab",
		"run": "3456789012", "run down": "zyxwvutsrqp", "bytes": "\xff\xfe\xff\xfe\xff\xfe\xff\xfe\xff\xfe\xff\xfe",
		"129": strings.Repeat("长短", 64) + "x",
	}
	for name, p := range bad {
		if err := passwordRules("new", p, "worker.huaiyin"); fault.KindOf(err) != fault.KindInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, p := range []string{goodPassword, "correct horse battery", "秋天的银杏叶铺满石板路", "a b c d e f g", "K7$mq!3xzp9f", strings.Repeat("长", 64) + strings.Repeat("短", 64)} {
		if err := passwordRules("new", p, "worker.huaiyin"); err != nil {
			t.Errorf("%.20q: %v", p, err)
		}
	}
	for word := range common {
		if len(word) < minPassword {
			t.Errorf("%q is refused by its length anyway", word)
		}
	}
}

// A changed password needs the old one, ends the other sessions and not this one, and is braked.
func TestChangePassword(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	other := s.enter(t, "admin")
	const fresh = "银杏果要煮熟了吃"
	wantField(t, s.ChangePassword(t.Context(), s.admin, NewPassword{Old: "wrong", New: fresh + "才好"}), "old")
	wantField(t, s.ChangePassword(t.Context(), s.admin, NewPassword{Old: goodPassword, New: "short"}), "new")
	wantField(t, s.ChangePassword(t.Context(), s.admin, NewPassword{Old: goodPassword, New: goodPassword}), "new")
	wantKind(t, s.ChangePassword(t.Context(), authz.Anonymous, NewPassword{Old: goodPassword, New: fresh + "才好"}), fault.KindNotFound)
	if err := s.ChangePassword(t.Context(), s.admin, NewPassword{Old: goodPassword, New: fresh + "才好"}); err != nil {
		t.Fatal(err)
	}
	if !s.actor(t, s.admin.SigninID).SignedIn() {
		t.Error("this session ended")
	}
	if st, _ := s.Standing(t.Context(), other.SigninID); st.Ended != EndedPassword {
		t.Errorf("the other session: %+v", st)
	}
	if _, err := s.try(t.Context(), "admin", goodPassword, "x"); err == nil {
		t.Error("the old password still works")
	}
	if _, err := s.try(t.Context(), "admin", fresh+"才好", "x"); err != nil {
		t.Errorf("the new password: %v", err)
	}
	if n := s.count(t, auditOf, "account.own_secret", "改密码"); n != 1 {
		t.Errorf("%d entries", n)
	}
	for range deviceBrake.free + 1 {
		_ = s.ChangePassword(t.Context(), s.admin, NewPassword{Old: "wrong", New: fresh + "再换"})
	}
	wantKind(t, s.ChangePassword(t.Context(), s.admin, NewPassword{Old: fresh + "才好", New: fresh + "再换"}), fault.KindTooMany)
}

// A one-time password lets one page open, runs out after seven days, and is paid off by a change.
func TestForcedChange(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	issued, err := s.ResetPassword(t.Context(), s.admin, "worker.huaiyin", "")
	if err != nil || len(issued.Password) != 19 {
		t.Fatalf("issued %+v, %v", issued, err)
	}
	if st, _ := s.Standing(t.Context(), s.worker.SigninID); st.Ended != EndedReset {
		t.Errorf("the session of a reset account: %+v", st)
	}
	in, err := s.try(t.Context(), "worker.huaiyin", issued.Password, "x")
	if err != nil || !in.MustChange {
		t.Fatalf("sign in: %+v, %v", in, err)
	}
	if st, _ := s.Standing(t.Context(), in.SigninID); st.Owes != OwesPassword {
		t.Errorf("owes %q", st.Owes)
	}
	s.pass(oneTimeLife + time.Second)
	_, err = s.try(t.Context(), "worker.huaiyin", issued.Password, "x")
	wantField(t, err, "password")
	if !strings.Contains(err.Error(), "7 天") {
		t.Errorf("no word about running out: %v", err)
	}
	if issued, err = s.ResetPassword(t.Context(), s.enter(t, "admin"), "worker.huaiyin", ""); err != nil {
		t.Fatal(err)
	}
	if in, err = s.try(t.Context(), "worker.huaiyin", issued.Password, "x"); err != nil {
		t.Fatal(err)
	}
	if err := s.ChangePassword(t.Context(), s.actor(t, in.SigninID), NewPassword{Old: issued.Password, New: "一条新的又好记的密码"}); err != nil {
		t.Fatal(err)
	}
	if st, _ := s.Standing(t.Context(), in.SigninID); st.Owes != OwesNothing {
		t.Errorf("still owes %q", st.Owes)
	}
}

// bind enrols a phone and gives its secret and the recovery codes.
func (s *street) bind(t *testing.T, by authz.Actor) (words string, codes []string) {
	t.Helper()
	if err := s.BeginSecondFactor(t.Context(), by, goodPassword); err != nil {
		t.Fatal(err)
	}
	st, err := s.SecondFactor(t.Context(), by)
	if err != nil || st.Pending == nil {
		t.Fatalf("pending: %+v, %v", st, err)
	}
	words = strings.ReplaceAll(st.Pending.Secret, " ", "")
	codes, err = s.ConfirmSecondFactor(t.Context(), by, s.code(t, words))
	if err != nil {
		t.Fatal(err)
	}
	s.pass(stepSeconds * time.Second) // the confirming step is used up
	return words, codes
}

func (s *street) code(t *testing.T, words string) string {
	t.Helper()
	code, err := totp.GenerateCode(words, s.db.Now())
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func (s *street) step(t *testing.T, account int64, code string) (SignedIn, error) {
	t.Helper()
	return s.SecondStep(t.Context(), StepTwo{AccountID: account, PassedAt: s.db.Now(), Code: code, DeviceID: "home-of-admin", Address: "192.0.2.7"})
}

// With a bound phone the password alone opens nothing; a code opens one session once, and neither
// it nor an earlier one works again.
func TestSecondFactor(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	other := s.enter(t, "admin")
	wantField(t, s.BeginSecondFactor(t.Context(), s.admin, "wrong"), "password")
	if err := s.BeginSecondFactor(t.Context(), s.admin, goodPassword); err != nil {
		t.Fatal(err)
	}
	_, err := s.ConfirmSecondFactor(t.Context(), s.admin, "000000")
	wantField(t, err, "code")
	if in, err := s.try(t.Context(), "admin", goodPassword, "home-of-admin"); err != nil || in.SecondStep {
		t.Fatalf("an unconfirmed phone is asked for: %+v, %v", in, err)
	}
	words, codes := s.bind(t, s.admin)
	if len(codes) != recoveryCodes || len(codes[0]) != 11 {
		t.Errorf("codes %v", codes)
	}
	if st, _ := s.Standing(t.Context(), other.SigninID); st.Ended != EndedFactor {
		t.Errorf("the other session: %+v", st)
	}
	in, err := s.try(t.Context(), "admin", goodPassword, "home-of-admin")
	if err != nil || !in.SecondStep || in.SigninID != 0 {
		t.Fatalf("first step: %+v, %v", in, err)
	}
	code := s.code(t, words)
	two, err := s.step(t, in.AccountID, " "+code[:3]+" "+code[3:])
	if err != nil || !s.actor(t, two.SigninID).SignedIn() {
		t.Fatalf("second step: %+v, %v", two, err)
	}
	_, err = s.step(t, in.AccountID, code) // replay
	wantField(t, err, "code")
	s.pass(-stepSeconds * time.Second)
	_, err = s.step(t, in.AccountID, s.code(t, words)) // an earlier step
	wantField(t, err, "code")
	s.pass(2 * stepSeconds * time.Second)
	if _, err = s.step(t, in.AccountID, s.code(t, words)); err != nil {
		t.Errorf("the next code: %v", err)
	}
	if n := s.count(t, auditOf, "account.sign_in", missCode); n != 2 {
		t.Errorf("%d misses in the trail", n)
	}
	const sealed = `SELECT count(*) FROM account WHERE totp_secret IS NOT NULL AND position(decode($1, 'escape') IN totp_secret) > 0`
	if n := s.count(t, sealed, words); n != 0 {
		t.Error("the secret stands open in the database")
	}
}

// The same code sent many times at once opens exactly one session.
func TestCodeRace(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	words, _ := s.bind(t, s.admin)
	code := s.code(t, words)
	var opened atomic.Int32
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if _, err := s.step(t, s.admin.AccountID, code); err == nil {
				opened.Add(1)
			}
		})
	}
	wg.Wait()
	if opened.Load() != 1 {
		t.Errorf("one code opened %d sessions", opened.Load())
	}
}

// A recovery code works once, in any spelling; new codes make the old ones void.
func TestRecoveryCodes(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	_, codes := s.bind(t, s.admin)
	if _, err := s.step(t, s.admin.AccountID, strings.ToUpper(codes[0])); err != nil {
		t.Fatalf("recovery code: %v", err)
	}
	_, err := s.step(t, s.admin.AccountID, codes[0])
	wantField(t, err, "code")
	if st, _ := s.SecondFactor(t.Context(), s.admin); st.CodesLeft != recoveryCodes-1 || !st.Enabled || st.Since.IsZero() {
		t.Errorf("state %+v", st)
	}
	fresh, err := s.RenewRecoveryCodes(t.Context(), s.admin, goodPassword)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.step(t, s.admin.AccountID, codes[1])
	wantField(t, err, "code")
	if _, err := s.step(t, s.admin.AccountID, fresh[1]); err != nil {
		t.Errorf("a fresh code: %v", err)
	}
	for _, hostile := range []string{"", "\x00\x00\x00\x00\x00\x00", "'; DROP--x", strings.Repeat("1", 10_000), "１２３４５６", "\xff\xff\xff\xff\xff\xff"} {
		_, err := s.step(t, s.admin.AccountID, hostile)
		if k := fault.KindOf(err); k != fault.KindInvalid && k != fault.KindTooMany {
			t.Errorf("%.20q: %v", hostile, err)
		}
	}
}

// Guessing codes is braked, also from ever new devices by somebody who knows the password.
func TestCodeBrake(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	words, _ := s.bind(t, s.admin)
	var err error
	for i := range codeBrake.free + 2 {
		_, err = s.SecondStep(t.Context(), StepTwo{AccountID: s.admin.AccountID, PassedAt: s.db.Now(), Code: "12345" + string(rune('0'+i)),
			DeviceID: "evil" + string(rune('0'+i)), Address: "198.51.100.9"})
	}
	wantKind(t, err, fault.KindTooMany)
	if _, err := s.step(t, s.admin.AccountID, s.code(t, words)); err != nil {
		t.Errorf("the owner's own device: %v", err)
	}
}

// The second step needs a password that was right a short while ago and is still the same.
func TestSecondStepNeedsFirst(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	words, _ := s.bind(t, s.worker)
	send := func(at time.Time) error {
		_, err := s.SecondStep(t.Context(), StepTwo{AccountID: s.worker.AccountID, PassedAt: at, Code: s.code(t, words), DeviceID: "d"})
		return err
	}
	_, err := s.SecondStep(t.Context(), StepTwo{PassedAt: s.db.Now(), Code: s.code(t, words)})
	wantKind(t, err, fault.KindForbidden)
	wantKind(t, send(s.db.Now().Add(-passedFor-time.Second)), fault.KindForbidden)
	passed := s.db.Now()
	s.pass(time.Second)
	if _, err := s.ResetPassword(t.Context(), s.admin, "worker.huaiyin", ""); err != nil {
		t.Fatal(err)
	}
	wantKind(t, send(passed), fault.KindForbidden)
	s.pass(time.Second)
	if err := s.Disable(t.Context(), s.admin, "worker.huaiyin", ""); err != nil {
		t.Fatal(err)
	}
	wantKind(t, send(s.db.Now()), fault.KindForbidden)
}

// Where it is a must, everybody owes a second factor until it is bound, and cannot drop it;
// elsewhere it can be dropped with the password.
func TestRequired(t *testing.T) {
	t.Parallel()
	s := newStreet(t, WithSecondFactor(true), WithIssuer("梧桐里街道"))
	if st, _ := s.Standing(t.Context(), s.admin.SigninID); st.Owes != OwesSecondFactor {
		t.Errorf("owes %q", st.Owes)
	}
	if err := s.BeginSecondFactor(t.Context(), s.admin, goodPassword); err != nil {
		t.Fatal(err)
	}
	st, _ := s.SecondFactor(t.Context(), s.admin)
	if !st.Required || !strings.HasPrefix(st.Pending.URL, "otpauth://totp/") || !strings.Contains(st.Pending.URL, "%E6%A2%A7") {
		t.Errorf("state %+v %+v", st, st.Pending)
	}
	s.bind(t, s.admin)
	if st, _ := s.Standing(t.Context(), s.admin.SigninID); st.Owes != OwesNothing {
		t.Errorf("still owes %q", st.Owes)
	}
	wantKind(t, s.DropSecondFactor(t.Context(), s.admin, goodPassword), fault.KindForbidden)
	free := New(s.db, WithKeys(s.keys))
	wantField(t, free.DropSecondFactor(t.Context(), s.admin, "wrong"), "password")
	if err := free.DropSecondFactor(t.Context(), s.admin, goodPassword); err != nil {
		t.Fatal(err)
	}
	if in, err := s.try(t.Context(), "admin", goodPassword, "home-of-admin"); err != nil || in.SecondStep {
		t.Errorf("after dropping: %+v, %v", in, err)
	}
	_, err := free.RenewRecoveryCodes(t.Context(), s.admin, goodPassword)
	wantKind(t, err, fault.KindConflict)
	_, err = free.ConfirmSecondFactor(t.Context(), s.admin, "123456")
	wantKind(t, err, fault.KindConflict)
}

// The own sessions are listed and ended one by one or all others; another person's is not found.
func TestOwnSessions(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	second, third := s.enter(t, "admin"), s.enter(t, "admin")
	list, err := s.Sessions(t.Context(), s.admin)
	if err != nil || len(list) != 3 || list[0].ID != third.SigninID || !list[2].Current || list[0].Device != "Edge 浏览器 · Windows" {
		t.Fatalf("list %+v, %v", list, err)
	}
	wantKind(t, s.EndSession(t.Context(), s.admin, s.worker.SigninID), fault.KindNotFound)
	if !s.actor(t, s.worker.SigninID).SignedIn() {
		t.Fatal("ended another person's session")
	}
	if err := s.EndSession(t.Context(), s.admin, second.SigninID); err != nil {
		t.Fatal(err)
	}
	wantKind(t, s.EndSession(t.Context(), s.admin, second.SigninID), fault.KindNotFound)
	if n, err := s.EndOtherSessions(t.Context(), s.admin); n != 1 || err != nil {
		t.Errorf("ended %d, %v", n, err)
	}
	for _, gone := range []int64{second.SigninID, third.SigninID} {
		if s.actor(t, gone).SignedIn() {
			t.Errorf("session %d is still in", gone)
		}
	}
	if !s.actor(t, s.admin.SigninID).SignedIn() {
		t.Error("this session ended too")
	}
	if _, err := s.Sessions(t.Context(), authz.Anonymous); fault.KindOf(err) != fault.KindNotFound {
		t.Errorf("the public lists sessions: %v", err)
	}
}

// The shortcut setting is kept with the account.
func TestShortcuts(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	for _, on := range []bool{false, true} {
		if err := s.SetShortcuts(t.Context(), s.admin, on); err != nil {
			t.Fatal(err)
		}
		if st, _ := s.Standing(t.Context(), s.admin.SigninID); st.ShortcutsOff == on {
			t.Errorf("shortcuts on=%v, standing %+v", on, st)
		}
	}
	wantKind(t, s.SetShortcuts(t.Context(), authz.Anonymous, true), fault.KindNotFound)
}
