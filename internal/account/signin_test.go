package account

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portal/internal/authz"
	"portal/internal/fault"
)

// A right password opens a session with the posts of the day; the trail says so once.
func TestSignIn(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	a := s.enter(t, "worker.huaiyin")
	if a.Login != "worker.huaiyin" || !a.Has(authz.Worker) || a.Posts[0].Division != "320104900001" {
		t.Errorf("actor = %+v", a)
	}
	in, err := s.try(t.Context(), "  Ｗorker.Huaiyin ", goodPassword, "x")
	if err != nil || in.AccountID != a.AccountID {
		t.Errorf("a login in full width and capitals: %+v, %v", in, err)
	}
	before := s.count(t, auditRows)
	if err := s.SignOut(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	if st, err := s.Standing(t.Context(), a.SigninID); err != nil || st.Actor.SignedIn() || st.Ended != EndedBySelf {
		t.Errorf("after sign-out: %+v, %v", st, err)
	}
	if n := s.count(t, auditRows); n != before+1 {
		t.Errorf("sign-out left %d entries", n-before)
	}
}

// Unknown, disabled and wrong all read the same, and the trail keeps neither password nor the
// unknown name (people type passwords there).
func TestSameAnswer(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	if err := s.Disable(t.Context(), s.admin, "worker.huaiyin", ""); err != nil {
		t.Fatal(err)
	}
	cases := map[string][2]string{
		"wrong":    {"admin", "secret-wrong-pw"},
		"unknown":  {"nobody.geheim", "secret-wrong-pw"},
		"disabled": {"worker.huaiyin", goodPassword},
		"NUL":      {"ad\x00min", "x\x00y"},
		"long":     {strings.Repeat("a", 10_000), strings.Repeat("p", 10_000)},
		"sql":      {"' OR 1=1 --", "' OR ''='"},
		"script":   {"<script>alert(1)</script>", "<script>"},
		"empty":    {"", ""},
		"bytes":    {"\xff\xfe", "\xff\xfe"},
		"bidi":     {"admin\u202e", "x"},
	}
	for name, c := range cases {
		_, err := s.try(t.Context(), c[0], c[1], "d-"+name)
		if !errors.Is(err, errWrong) {
			t.Errorf("%s: %v", name, err)
		}
	}
	const leaked = `SELECT count(*) FROM audit_entry e WHERE e::text LIKE '%geheim%' OR e::text LIKE '%secret%' OR e::text LIKE '%script%'`
	if n := s.count(t, leaked); n != 0 {
		t.Errorf("%d entries repeat what was typed", n)
	}
	for reason, want := range map[string]int{missUnknown: 8, missPassword: 1, missDisabled: 1} {
		if n := s.count(t, auditOf, "account.sign_in", reason); n != want {
			t.Errorf("%s: %d entries, want %d", reason, n, want)
		}
	}
	const brakes = `SELECT count(*) FROM signin_brake b WHERE b::text LIKE '%geheim%' OR b::text LIKE '%admin%'`
	if n := s.count(t, brakes); n != 0 {
		t.Errorf("%d brakes name an account", n)
	}
}

// An unknown account costs the same work as a wrong password (rule 11).
func TestSameTime(t *testing.T) {
	s := newStreet(t)
	best := func(login string) time.Duration {
		low := time.Hour
		for i := range 4 {
			start := time.Now()
			_, err := s.try(t.Context(), login, "wrong-password", fmt.Sprint("t", i))
			if !errors.Is(err, errWrong) {
				t.Fatal(err)
			}
			low = min(low, time.Since(start))
		}
		return low
	}
	known, unknown := best("admin"), best("nobody")
	if unknown < known/3 || known < unknown/3 {
		t.Errorf("known %v, unknown %v", known, unknown)
	}
}

// Misses on one device make that device wait ever longer, up to a quarter of an hour, and the
// sentence says until when; the right password in between does not help, after the wait it does.
func TestDeviceBrake(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	home := "home-of-admin"
	for i := range deviceBrake.free {
		if _, err := s.try(t.Context(), "admin", "wrong", home); !errors.Is(err, errWrong) {
			t.Fatalf("miss %d: %v", i, err)
		}
	}
	var last time.Duration
	for range 10 {
		if _, err := s.try(t.Context(), "admin", "wrong", home); !errors.Is(err, errWrong) {
			t.Fatal(err)
		}
		_, err := s.try(t.Context(), "admin", goodPassword, home)
		wantKind(t, err, fault.KindTooMany)
		var b *Braked
		if !errors.As(err, &b) || !strings.Contains(err.Error(), "后") {
			t.Fatalf("no time to wait in %v", err)
		}
		wait := b.Until.Sub(s.db.Now())
		if wait < last || wait > deviceBrake.longest {
			t.Errorf("wait %v after %v", wait, last)
		}
		last = wait
		s.pass(wait)
	}
	if last != deviceBrake.longest {
		t.Errorf("longest wait = %v", last)
	}
	if _, err := s.try(t.Context(), "admin", goodPassword, home); err != nil {
		t.Errorf("after the wait: %v", err)
	}
	if _, err := s.try(t.Context(), "admin", "wrong", home); !errors.Is(err, errWrong) {
		t.Errorf("a success did not clear the device: %v", err)
	}
}

// A stranger with ever new devices is slowed down, cannot hold up a device that signed in before,
// and holds up a new device of the victim for no longer than 30 seconds.
func TestStrangerCannotLockOut(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	braked := false
	for i := range 40 {
		_, err := s.SignIn(t.Context(), Credentials{Login: "admin", Password: "guess", DeviceID: fmt.Sprint("evil-", i), Address: "198.51.100.9"})
		braked = braked || fault.KindOf(err) == fault.KindTooMany
	}
	if !braked {
		t.Fatal("forty guesses with new devices were all looked at")
	}
	if _, err := s.try(t.Context(), "admin", goodPassword, "home-of-admin"); err != nil {
		t.Errorf("the victim's own device: %v", err)
	}
	_, err := s.try(t.Context(), "admin", goodPassword, "new-telephone")
	var b *Braked
	if !errors.As(err, &b) || b.Until.Sub(s.db.Now()) > 30*time.Second {
		t.Fatalf("a new device: %v", err)
	}
	s.pass(30 * time.Second)
	if _, err := s.try(t.Context(), "admin", goodPassword, "new-telephone"); err != nil {
		t.Errorf("a new device after the short wait: %v", err)
	}
	if _, err := s.try(t.Context(), "worker.huaiyin", goodPassword, "home-of-worker.huaiyin"); err != nil {
		t.Errorf("another account: %v", err)
	}
}

// An office shares an address: dozens of misses there hold nobody up, a flood does, for a minute.
func TestAddressBrake(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	holds := func(i int) []hold {
		return s.holdsFor(who{account: fmt.Sprint("u", i), device: fmt.Sprint("d", i), address: "2001:db8::" + fmt.Sprintf("%x", i)}, strangerBrake)
	}
	for i := range addressBrake.free + 1 {
		if _, err := s.charge(t.Context(), holds(i)); err != nil {
			t.Fatalf("miss %d at one address: %v", i, err)
		}
	}
	_, err := s.charge(t.Context(), holds(9999))
	var b *Braked
	if !errors.As(err, &b) || b.Until.Sub(s.db.Now()) > time.Minute {
		t.Fatalf("a flood from one /64 goes on: %v", err)
	}
	s.pass(addressBrake.forget + time.Second)
	if _, err := s.charge(t.Context(), holds(5)); err != nil {
		t.Errorf("not forgotten: %v", err)
	}
}

// Tries at the same moment are counted like tries one after the other.
func TestParallelTries(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	var looked, refused atomic.Int32
	var wg sync.WaitGroup
	for range 24 {
		wg.Go(func() {
			_, err := s.try(t.Context(), "admin", "wrong", "one-device")
			switch {
			case errors.Is(err, errWrong):
				looked.Add(1)
			case fault.KindOf(err) == fault.KindTooMany:
				refused.Add(1)
			default:
				t.Errorf("try: %v", err)
			}
		})
	}
	wg.Wait()
	if want := int32(deviceBrake.free + 1); looked.Load() != want || refused.Load() != 24-want {
		t.Errorf("%d looked at, %d refused; want %d looked at", looked.Load(), refused.Load(), want)
	}
}

// The brakes survive a restart of the portal with the same keys.
func TestBrakeOutlivesService(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	for range deviceBrake.free + 1 {
		_, _ = s.try(t.Context(), "admin", "wrong", "home-of-admin")
	}
	again := New(s.db, WithKeys(s.keys))
	_, err := again.SignIn(t.Context(), Credentials{Login: "admin", Password: goodPassword, DeviceID: "home-of-admin", Address: "192.0.2.7"})
	wantKind(t, err, fault.KindTooMany)
}

// The same form sent twice opens one session; sent again after that one ended, it opens a new one.
func TestSignInOnce(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	send := func() int64 {
		in, err := s.SignIn(t.Context(), Credentials{Login: "admin", Password: goodPassword, DeviceID: "d", Address: "192.0.2.1", FormKey: "0123456789abcdef"})
		if err != nil {
			t.Fatal(err)
		}
		return in.SigninID
	}
	first, second := send(), send()
	if first != second {
		t.Errorf("one form opened sessions %d and %d", first, second)
	}
	if err := s.SignOut(t.Context(), s.actor(t, first)); err != nil {
		t.Fatal(err)
	}
	third := send()
	if third == first || !s.actor(t, third).SignedIn() {
		t.Errorf("the ended session %d came back as %d", first, third)
	}
}

// Idle and absolute limits end a session with the reason, also before the sweep has seen it.
func TestSessionLimits(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	a := s.enter(t, "admin")
	s.pass(IdleLimit)
	if !s.actor(t, a.SigninID).SignedIn() {
		t.Fatal("out at exactly 30 minutes")
	}
	s.pass(IdleLimit + time.Second)
	if st, _ := s.Standing(t.Context(), a.SigninID); st.Actor.SignedIn() || st.Ended != EndedIdle || st.Ended.Sentence() == "" {
		t.Errorf("idle: %+v", st)
	}
	a = s.enter(t, "admin")
	for range 25 {
		s.pass(29 * time.Minute)
		_ = s.actor(t, a.SigninID)
	}
	if st, _ := s.Standing(t.Context(), a.SigninID); st.Ended != EndedOld {
		t.Errorf("old: %+v", st)
	}
	if st, err := s.Standing(t.Context(), 999_999); err != nil || st.Actor.SignedIn() {
		t.Errorf("a session that never was: %+v, %v", st, err)
	}
}

// Every way a session ends has words for the list and, besides an own sign-out, for the sign-in page.
func TestEndings(t *testing.T) {
	for _, e := range []Ending{EndedElsewhere, EndedIdle, EndedOld, EndedPassword, EndedReset, EndedFactor, EndedPosts, EndedDisabled} {
		if e.Label() == "" || e.Sentence() == "" {
			t.Errorf("%q has no words", e)
		}
	}
	if EndedBySelf.Sentence() != "" {
		t.Error("an own sign-out needs no explanation")
	}
}

// The sweep ends what idled out and removes what no longer serves, and nothing else.
func TestSweep(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	_, _ = s.try(t.Context(), "admin", "wrong", "x")
	const browser = `INSERT INTO sessions (token, data, expiry) VALUES ('a', '', $1), ('b', '', $2)`
	if _, err := s.db.Q().Exec(t.Context(), browser, s.db.Now().Add(-time.Minute), s.db.Now().AddDate(0, 0, 60)); err != nil {
		t.Fatal(err)
	}
	const key = `INSERT INTO form_key (key, account_id, action, at) VALUES ('0123456789abcdef', 1, 'x', $1), ('0123456789abcdeg', 1, 'x', $2)`
	if _, err := s.db.Q().Exec(t.Context(), key, s.db.Now().AddDate(0, 0, -31), s.db.Now()); err != nil {
		t.Fatal(err)
	}
	got, err := s.Sweep(t.Context())
	if err != nil || got != (Swept{Browsers: 1, FormKeys: 1}) {
		t.Errorf("first sweep %+v, %v", got, err)
	}
	s.pass(3 * 24 * time.Hour)
	fresh := s.enter(t, "admin")
	got, err = s.Sweep(t.Context())
	if err != nil || got.Idle != 2 || got.Brakes == 0 || got.Browsers != 0 || got.FormKeys != 0 {
		t.Errorf("second sweep %+v, %v", got, err)
	}
	if !s.actor(t, fresh.SigninID).SignedIn() {
		t.Error("the sweep ended a session in use")
	}
}

// Without lasting keys people sign in, but nobody can bind a phone whose secret would be lost.
func TestWithoutKeys(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	bare := New(s.db)
	wantKind(t, bare.BeginSecondFactor(t.Context(), s.admin, goodPassword), fault.KindForbidden)
	if bare.SecondFactorRequired() {
		t.Error("required by default")
	}
	if _, err := bare.SignIn(t.Context(), Credentials{Login: "admin", Password: goodPassword}); err != nil {
		t.Error(err)
	}
}

// A stored password keeps its own cost, and a damaged one is an error, never a match.
func TestStoredPassword(t *testing.T) {
	cheap := strings.Replace(dummyHash, "m=19456,t=2", "m=64,t=1", 1)
	if ok, err := passwordMatches(t.Context(), cheap, "x"); ok || err != nil {
		t.Errorf("cheap: %v %v", ok, err)
	}
	for _, bad := range []string{"", "x", "$argon2id$v=19$m=x$AAAA$AAAA", "$argon2id$v=19$m=64,t=0,p=1$AAAA$AAAA", "$argon2i$v=19$m=64,t=1,p=1$AAAA$AAAA", "$argon2id$v=19$m=64,t=1,p=1$*$AAAA"} {
		if ok, err := passwordMatches(t.Context(), bad, "x"); ok || err == nil {
			t.Errorf("%q: %v %v", bad, ok, err)
		}
	}
	hash, err := HashPassword(t.Context(), goodPassword)
	if err != nil {
		t.Fatal(err)
	}
	if ok, err := passwordMatches(t.Context(), hash, goodPassword); !ok || err != nil {
		t.Errorf("own hash: %v %v", ok, err)
	}
}

// The words of a wait name seconds or a time of day in Shanghai.
func TestWaitWords(t *testing.T) {
	now := time.Date(2026, 11, 18, 2, 0, 30, 0, time.UTC)
	cases := map[time.Duration]string{
		time.Millisecond: "1 秒后", 9500 * time.Millisecond: "10 秒后", 59 * time.Second: "59 秒后",
		2 * time.Minute: "在 10:03 之后（约 2 分钟）", 15 * time.Minute: "在 10:16 之后（约 15 分钟）",
	}
	for d, want := range cases {
		if got := waitWords(now, now.Add(d)); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}
