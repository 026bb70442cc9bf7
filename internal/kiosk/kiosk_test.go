package kiosk

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/pg/pgtest"
	"portal/internal/secret"
)

const huaiyin, linhe = "320104900001", "320104900003"

// house is two communities with their people and a clock that the test moves.
type house struct {
	*testing.T
	db                                   *pg.DB
	s                                    *Service
	mu                                   sync.Mutex
	now                                  time.Time
	n                                    int
	secretary, worker, other, clerk, out authz.Actor
}

func standing(t *testing.T) *house {
	t.Helper()
	keys, err := secret.Temporary()
	if err != nil {
		t.Fatal(err)
	}
	h := &house{T: t, db: pgtest.New(t), now: pgtest.Now}
	h.db.Now = func() time.Time { h.mu.Lock(); defer h.mu.Unlock(); return h.now }
	h.s = New(h.db, keys, nil)
	h.exec(`INSERT INTO division (code, name, level, parent_code, source) VALUES ('320104900', '梧桐里街道', 'street', '320104', 't'), ($1, '槐荫社区', 'community', '320104900', 't'), ($2, '临河社区', 'community', '320104900', 't')`, huaiyin, linhe)
	h.exec(`INSERT INTO community (code, households, workers, capacity_hours) VALUES ($1, 900, 4, 320), ($2, 800, 4, 320)`, huaiyin, linhe)
	h.secretary, h.worker, h.other = h.person("secretary.a", authz.Secretary, huaiyin), h.person("worker.a", authz.Worker, huaiyin), h.person("worker.b", authz.Worker, linhe)
	h.clerk, h.out = h.person("clerk", authz.Clerk, ""), h.person("dept", authz.Department, "")
	return h
}

func (h *house) exec(sql string, args ...any) {
	h.Helper()
	if _, err := h.db.Pool().Exec(h.Context(), sql, args...); err != nil {
		h.Fatalf("%.70s: %v", sql, err)
	}
}

func (h *house) count(sql string, args ...any) (n int) {
	h.Helper()
	if err := h.db.Pool().QueryRow(h.Context(), sql, args...).Scan(&n); err != nil {
		h.Fatalf("%.70s: %v", sql, err)
	}
	return n
}

func (h *house) person(login string, role authz.Role, division string) authz.Actor {
	h.Helper()
	a := authz.Actor{Login: login, Name: "张" + login, Posts: []authz.Post{{Role: role, Title: role.Label(), Division: division}}}
	unit := h.count(`INSERT INTO unit (name, requester_kind, division_code) VALUES ($1, 'residents_committee', $2) RETURNING id`, "单位"+login, division)
	a.AccountID = int64(h.count(`INSERT INTO account (login, name, password_hash, created_at) VALUES ($1, $2, 'x', $3) RETURNING id`, login, a.Name, h.now))
	h.exec(`INSERT INTO account_post (account_id, role, unit_id, title, division, valid) VALUES ($1, $2, $3, $4, $5, '[2020-01-01,)')`, a.AccountID, string(role), unit, role.Label(), division)
	return a
}

func (h *house) key() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.n++
	return fmt.Sprintf("kiosk-test-%032d", h.n)
}

func (h *house) later(d time.Duration) { h.mu.Lock(); h.now = h.now.Add(d); h.mu.Unlock() }

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) want(err error, kind fault.Kind) {
	h.Helper()
	if err == nil || fault.KindOf(err) != kind {
		h.Errorf("got %v, want kind %d", err, kind)
	}
}

// machine is a browser with its key.
type machine struct {
	*house
	Device
	pair   *ecdsa.PrivateKey
	cookie string
	token  string
}

func (h *house) invited(no, community string) string {
	h.Helper()
	_, err := h.s.Register(h.Context(), authz.System, h.key(), NewDevice{No: no, Community: community, Place: "党群服务中心一楼", Printer: ByBrowser})
	h.must(err)
	code, _, err := h.s.Invite(h.Context(), authz.System, h.key(), no)
	h.must(err)
	return code
}

func (h *house) enrol(code string) *machine {
	h.Helper()
	pair, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	h.must(err)
	spki, err := x509.MarshalPKIXPublicKey(&pair.PublicKey)
	h.must(err)
	m := &machine{house: h, pair: pair}
	m.Device, m.cookie, err = h.s.Enrol(h.Context(), code, spki, "Chromium", "192.0.2.7")
	h.must(err)
	return m
}

func (m *machine) sign(nonce string) []byte {
	sum := sha256.Sum256(Message(m.No, nonce))
	r, s, err := ecdsa.Sign(rand.Reader, m.pair, sum[:])
	m.must(err)
	out := make([]byte, signatureLen)
	r.FillBytes(out[:32])
	s.FillBytes(out[32:])
	return out
}

func (m *machine) prove(fresh bool) error {
	m.Helper()
	nonce, err := m.s.Challenge(m.Context(), m.cookie)
	m.must(err)
	token, err := m.s.Prove(m.Context(), Proof{Cookie: m.cookie, Nonce: nonce, Signature: m.sign(nonce), Token: m.token, Fresh: fresh, Screen: "1080×1920"})
	if err == nil {
		m.token = token
	}
	return err
}

// A code sets up one device once and within its minutes; a second browser takes the place of the first, and
// the public needs no account for it. Wrong codes are braked by origin.
func TestEnrolment(t *testing.T) {
	t.Parallel()
	h := standing(t)
	code := h.invited("HYL-01", huaiyin)
	if len(code) != 14 || strings.Count(code, "-") != 2 {
		t.Fatalf("code %q", code)
	}
	if n := h.count(`SELECT count(*) FROM kiosk_invite i WHERE i::text LIKE '%' || $1 || '%'`, strings.ReplaceAll(code, "-", "")); n != 0 {
		t.Error("the code stands unsealed")
	}
	m := h.enrol(strings.ReplaceAll(code, "-", " "))
	if m.State != Working || m.Agent != "Chromium" || m.EnrolledAt == nil {
		t.Errorf("%+v", m.Device)
	}
	spki, err := x509.MarshalPKIXPublicKey(&m.pair.PublicKey)
	h.must(err)
	_, _, err = h.s.Enrol(t.Context(), code, spki, "", "192.0.2.8")
	h.want(err, fault.KindInvalid)
	if h.count(`SELECT count(*) FROM audit_entry WHERE action = $1`, string(authz.KioskEnrol)) != 1 {
		t.Error("one entry of the enrolment")
	}
	again, until, err := h.s.Invite(t.Context(), h.secretary, h.key(), "HYL-01")
	h.must(err)
	if d, err := h.s.Known(t.Context(), m.cookie); err != nil || d.State != Working || !until.Equal(h.now.Add(30*time.Minute)) {
		t.Errorf("a code alone unbinds nothing: %+v, %v", d, err)
	}
	h.later(31 * time.Minute)
	_, _, err = h.s.Enrol(t.Context(), again, spki, "", "192.0.2.9")
	h.want(err, fault.KindInvalid)
	again, _, err = h.s.Invite(t.Context(), h.secretary, h.key(), "HYL-01")
	h.must(err)
	second := h.enrol(again)
	if _, err := h.s.Known(t.Context(), m.cookie); fault.KindOf(err) != fault.KindNotFound {
		t.Errorf("the browser before: %v", err)
	}
	h.must(second.prove(true))
}

// The odds of a guessed code: ten tries an hour of one address, a hundred altogether, against 10^12.
func TestEnrolmentIsBraked(t *testing.T) {
	t.Parallel()
	h := standing(t)
	code := h.invited("HYL-01", huaiyin)
	pair, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	h.must(err)
	spki, err := x509.MarshalPKIXPublicKey(&pair.PublicKey)
	h.must(err)
	try := func(code, origin string) error {
		_, _, err := h.s.Enrol(t.Context(), code, spki, "", origin)
		return err
	}
	for range missesOrigin {
		h.want(try("0000-0000-0000", "a"), fault.KindInvalid)
	}
	h.want(try(code, "a"), fault.KindTooMany)
	for i := range missesAll - missesOrigin {
		h.want(try("abc", fmt.Sprint("b", i)), fault.KindInvalid)
	}
	h.want(try(code, "c"), fault.KindTooMany)
	h.later(missWindow + time.Second)
	code, _, err = h.s.Invite(t.Context(), h.secretary, h.key(), "HYL-01")
	h.must(err)
	h.must(try(code, "a"))

	edge, err := rsa.GenerateKey(rand.Reader, 2048)
	h.must(err)
	rsaKey, err := x509.MarshalPKIXPublicKey(&edge.PublicKey)
	h.must(err)
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	h.must(err)
	longer, err := x509.MarshalPKIXPublicKey(&p384.PublicKey)
	h.must(err)
	for name, bad := range map[string][]byte{"rsa": rsaKey, "p384": longer, "nothing": nil, "garbage": []byte("\x30\x59garbage"), "long": make([]byte, 5000)} {
		if _, err := readKey(bad); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

// Proof: the right key over the right challenge, once. A copied cookie opens nothing without the key, and a
// copied token dies with the next proof.
func TestProof(t *testing.T) {
	t.Parallel()
	h := standing(t)
	m, foreign := h.enrol(h.invited("HYL-01", huaiyin)), h.enrol(h.invited("LHJ-01", linhe))
	ctx := t.Context()
	prove := func(who *machine, nonce string, signature []byte) error {
		_, err := h.s.Prove(ctx, Proof{Cookie: who.cookie, Nonce: nonce, Signature: signature, Fresh: true})
		return err
	}
	challenge := func(who *machine) string { n, err := h.s.Challenge(ctx, who.cookie); h.must(err); return n }
	n := challenge(m)
	h.want(prove(m, n, foreign.sign(n)), fault.KindNotFound) // the cookie copied to another browser
	h.want(prove(m, n, m.sign(n)), fault.KindNotFound)       // a challenge is used up by a wrong answer too
	n = challenge(m)
	good := m.sign(n)
	h.must(prove(m, n, good))
	h.want(prove(m, n, good), fault.KindNotFound)
	n = challenge(foreign)
	h.want(prove(m, n, m.sign(n)), fault.KindNotFound) // a challenge of another device
	for name, bad := range map[string][]byte{"short": good[:63], "long": append(good, 0), "none": nil, "zeros": make([]byte, 64)} {
		if n := challenge(m); prove(m, n, bad) == nil {
			t.Errorf("%s is taken", name)
		}
	}
	n = challenge(m)
	h.later(challengeLife + time.Second)
	h.want(prove(m, n, m.sign(n)), fault.KindNotFound)
	_, err := h.s.Challenge(ctx, "copied")
	h.want(err, fault.KindNotFound)

	h.must(m.prove(true))
	copied := m.token
	h.must(m.prove(false))
	if _, err := h.s.Open(ctx, m.cookie, copied); err != nil {
		t.Errorf("what was under way: %v", err)
	}
	h.later(graceOfToken + time.Second)
	_, err = h.s.Open(ctx, m.cookie, copied)
	h.want(err, fault.KindNotFound)
	if _, err := h.s.Open(ctx, m.cookie, m.token); err != nil {
		t.Errorf("the visit itself: %v", err)
	}
	_, err = h.s.Open(ctx, foreign.cookie, m.token)
	h.want(err, fault.KindNotFound)
	h.later(151 * time.Second)
	_, err = h.s.Open(ctx, m.cookie, m.token)
	h.want(err, fault.KindNotFound)
}

// K-3, K-9: each resident has a visit of their own; what it carried is gone when it ends, and lies sealed
// while it lasts. Without script the next visit begins only while the proof holds.
func TestVisits(t *testing.T) {
	t.Parallel()
	h := standing(t)
	m := h.enrol(h.invited("HYL-01", huaiyin))
	ctx := t.Context()
	h.must(m.prove(true))
	at, err := h.s.Open(ctx, m.cookie, m.token)
	h.must(err)
	h.must(h.s.Keep(ctx, at, []byte(`{"phone":"13800005678"}`)))
	if n := h.count(`SELECT count(*) FROM kiosk_session s WHERE encode(s.pocket, 'escape') LIKE '%13800005678%' OR s::text LIKE '%' || $1 || '%'`, m.token); n != 0 {
		t.Error("a pocket or a token stands unsealed")
	}
	if at, err = h.s.Open(ctx, m.cookie, m.token); err != nil || !strings.Contains(string(at.Pocket), "13800005678") {
		t.Errorf("%s, %v", at.Pocket, err)
	}
	first := m.token
	h.must(m.prove(true))
	if _, err := h.s.Open(ctx, m.cookie, first); fault.KindOf(err) != fault.KindNotFound || h.count(`SELECT count(*) FROM kiosk_session`) != 1 {
		t.Errorf("the visit before: %v", err)
	}
	if at, err = h.s.Open(ctx, m.cookie, m.token); err != nil || len(at.Pocket) != 0 {
		t.Errorf("the next resident sees %q, %v", at.Pocket, err)
	}
	second := m.token
	h.later(100 * time.Second)
	m.token, err = h.s.Renew(ctx, m.cookie, second)
	h.must(err)
	_, err = h.s.Open(ctx, m.cookie, second)
	h.want(err, fault.KindNotFound)
	h.later(60 * time.Second) // 160 s after the proof, 60 s after a touch
	_, err = h.s.Renew(ctx, m.cookie, m.token)
	h.want(err, fault.KindNotFound)
	h.must(m.prove(true))
	h.must(h.s.End(ctx, m.token))
	if h.count(`SELECT count(*) FROM kiosk_session`) != 0 {
		t.Error("a visit outlived its end")
	}
	h.want(h.s.Keep(ctx, at, make([]byte, longestPocket+1)), fault.KindNotFound)
	h.must(m.prove(true))
	h.later(time.Hour)
	if n, err := h.s.Sweep(ctx); err != nil || n != 1 || h.count(`SELECT count(*) FROM kiosk_session`) != 0 {
		t.Errorf("swept %d, %v", n, err)
	}
}

// Revoked means at once: no proof, no visit, no code, and the record keeps why.
func TestRevoke(t *testing.T) {
	t.Parallel()
	h := standing(t)
	m := h.enrol(h.invited("HYL-01", huaiyin))
	ctx := t.Context()
	h.must(m.prove(true))
	h.want(h.s.Revoke(ctx, h.other, h.key(), "HYL-01", "丢了"), fault.KindNotFound)
	h.want(h.s.Revoke(ctx, h.worker, h.key(), "HYL-01", "丢了"), fault.KindNotFound)
	h.want(h.s.Revoke(ctx, h.secretary, h.key(), "HYL-01", ""), fault.KindInvalid)
	key := h.key()
	h.must(h.s.Revoke(ctx, h.secretary, key, "HYL-01", "机器送修"))
	h.must(h.s.Revoke(ctx, h.secretary, key, "HYL-01", "机器送修")) // the same form again
	h.want(h.s.Revoke(ctx, h.secretary, h.key(), "HYL-01", "机器送修"), fault.KindConflict)
	_, err := h.s.Open(ctx, m.cookie, m.token)
	h.want(err, fault.KindNotFound)
	_, err = h.s.Challenge(ctx, m.cookie)
	h.want(err, fault.KindNotFound)
	_, _, err = h.s.Invite(ctx, h.secretary, h.key(), "HYL-01")
	h.want(err, fault.KindConflict)
	if d, err := h.s.Known(ctx, m.cookie); err != nil || d.State != Revoked || d.Reason != "机器送修" {
		t.Errorf("%+v, %v", d, err)
	}
}

// Out of reach reads like missing, and a device with mistakes names each beside its field.
func TestDevicesInReach(t *testing.T) {
	t.Parallel()
	h := standing(t)
	ctx := t.Context()
	_, err := h.s.Register(ctx, h.secretary, h.key(), NewDevice{No: "hy", Place: "x", Printer: "laser"})
	if got := len(fault.Fields(err)); got != 4 {
		t.Errorf("%d mistakes: %v", got, err)
	}
	_, err = h.s.Register(ctx, h.secretary, h.key(), NewDevice{No: "LHJ-01", Community: linhe, Place: "大厅里", Printer: BySpool})
	h.want(err, fault.KindInvalid)
	d, err := h.s.Register(ctx, h.secretary, h.key(), NewDevice{No: "HYL-01", Community: huaiyin, Place: "大厅里", Printer: BySpool})
	if err != nil || d.CommunityName != "槐荫社区" || d.State != Waiting {
		t.Errorf("%+v, %v", d, err)
	}
	_, err = h.s.Register(ctx, h.secretary, h.key(), NewDevice{No: "HYL-01", Community: huaiyin, Place: "二楼", Printer: BySpool})
	h.want(err, fault.KindInvalid)
	_, err = h.s.DeviceOf(ctx, h.other, "HYL-01")
	h.want(err, fault.KindNotFound)
	for who, want := range map[*authz.Actor]int{&h.secretary: 1, &h.worker: 1, &h.other: 0, &h.clerk: 1, &h.out: 0} {
		if got, err := h.s.Devices(ctx, *who); err != nil || len(got) != want {
			t.Errorf("%s sees %d, %v", who.Login, len(got), err)
		}
	}
	h.must(h.s.PaperGone(ctx, d, h.key()))
	h.must(h.s.PaperGone(ctx, d, h.key()))
	if n := h.count(`SELECT count(*) FROM inbox_line WHERE words LIKE '%打不出小票%'`); n != 2 {
		t.Errorf("%d lines about paper, want one each for secretary and worker", n)
	}
	h.must(h.s.SetPaper(ctx, h.worker, h.key(), "HYL-01", PaperOK))
	h.want(h.s.SetPaper(ctx, h.other, h.key(), "HYL-01", PaperOK), fault.KindNotFound)
	h.want(h.s.SetPaper(ctx, h.worker, h.key(), "HYL-01", "half"), fault.KindInvalid)
	if err := h.s.Print(ctx, d, Slip{No: "SQ-2026-1"}); err == nil {
		t.Error("printed without a printer")
	}
	if d, err = h.s.DeviceOf(ctx, h.clerk, "HYL-01"); err != nil || d.Paper != PaperOut {
		t.Errorf("%+v, %v", d, err)
	}
}

// K-2: a call reaches the community's people at once, one person goes, a second is told who; the street hears
// of it once when nobody went.
func TestCalls(t *testing.T) {
	t.Parallel()
	h := standing(t)
	m := h.enrol(h.invited("HYL-01", huaiyin))
	ctx := t.Context()
	var group sync.WaitGroup
	ids := make([]CallID, 6)
	for i := range ids {
		group.Go(func() {
			c, err := h.s.Call(ctx, h.key(), m.Device)
			if err != nil {
				t.Errorf("call: %v", err)
			}
			ids[i] = c.ID
		})
	}
	group.Wait()
	if h.count(`SELECT count(*) FROM kiosk_call`) != 1 || h.count(`SELECT count(*) FROM inbox_line WHERE words LIKE '%叫人帮忙%'`) != 2 {
		t.Errorf("calls %v", ids)
	}
	h.must(h.s.Tick(ctx))
	h.later(5*time.Minute + time.Second)
	h.must(h.s.Tick(ctx))
	h.must(h.s.Tick(ctx))
	if h.count(`SELECT count(*) FROM inbox_line WHERE words LIKE '%还没有人去%'`) != 1 {
		t.Error("the street's window hears of it once")
	}
	for who, want := range map[*authz.Actor]int{&h.worker: 1, &h.other: 0, &h.clerk: 1, &h.out: 0} {
		if got, err := h.s.Waiting(ctx, *who); err != nil || len(got) != want {
			t.Errorf("%s sees %d, %v", who.Login, len(got), err)
		}
	}
	h.want(h.s.Take(ctx, h.other, h.key(), ids[0]), fault.KindNotFound)
	won, lost := 0, 0
	for _, who := range []authz.Actor{h.worker, h.secretary, h.clerk} {
		group.Go(func() {
			err := h.s.Take(ctx, who, h.key(), ids[0])
			h.mu.Lock()
			defer h.mu.Unlock()
			switch fault.KindOf(err) {
			case fault.KindConflict:
				lost++
			default:
				if err != nil {
					t.Errorf("take: %v", err)
				}
				won++
			}
		})
	}
	group.Wait()
	if won != 1 || lost != 2 {
		t.Errorf("%d went, %d were told", won, lost)
	}
	c, ok, err := h.s.Calling(ctx, m.Device)
	if err != nil || !ok || c.State != CallComing || !strings.HasPrefix(c.Who, "张") {
		t.Errorf("%+v, %v", c, err)
	}
	h.must(h.s.Finish(ctx, h.secretary, h.key(), ids[0]))
	h.want(h.s.Finish(ctx, h.secretary, h.key(), ids[0]), fault.KindConflict)
	h.want(h.s.Take(ctx, h.worker, h.key(), ids[0]), fault.KindConflict)
	h.want(h.s.Take(ctx, h.worker, h.key(), 999), fault.KindNotFound)
	if next, err := h.s.Call(ctx, h.key(), m.Device); err != nil || next.ID == ids[0] || next.State != CallWaiting {
		t.Errorf("the next call %+v, %v", next, err)
	}
}
