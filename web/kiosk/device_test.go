package kiosk

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"portal/internal/authz"
	"portal/internal/demo"
	"portal/web/form"
	"portal/web/webtest"
)

// asked is the challenge that a browser gets.
func (m *machine) asked(v *webtest.Visitor) challenged {
	m.t.Helper()
	var out challenged
	if err := json.Unmarshal([]byte(v.Post(pathChallenge).Is(http.StatusOK).Body), &out); err != nil {
		m.t.Fatal(err)
	}
	return out
}

func (m *machine) answers(v *webtest.Visitor, nonce string, signature []byte) webtest.Answer {
	m.t.Helper()
	return v.Post(pathProof, "nonce", nonce, "signature", base64.RawURLEncoding.EncodeToString(signature), "fresh", "1", "kept", "2", "screen", "1080x1920")
}

// A device proves itself once per challenge and then has a visit; what it says of itself is seen by staff (K-1).
func TestDeviceProves(t *testing.T) {
	m := unproven(t, webtest.Street(t), "WTL-01")
	m.Get(pathLook).Is(http.StatusSeeOther)
	c := m.asked(m.Visitor)
	if c.No != m.no {
		t.Fatalf("the challenge is for %q", c.No)
	}
	signature := m.sign(c.Nonce)
	if got := m.answers(m.Visitor, c.Nonce, signature).Is(http.StatusOK); !strings.Contains(got.Body, `"next":120`) || got.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%s %v", got.Body, got.Header)
	}
	m.Get(pathLook).Is(http.StatusOK)
	m.answers(m.Visitor, c.Nonce, signature).Is(http.StatusNotFound) // signed once
	d, err := m.deps.Kiosks.DeviceOf(t.Context(), authz.System, m.no)
	if err != nil {
		t.Fatal(err)
	}
	if d.Kept != 2 || d.Screen != "1080x1920" || d.LastSeen == nil {
		t.Errorf("%+v", d)
	}
}

// A copied cookie is worth nothing without the key: no challenge can be answered, no visit is opened, and the
// start page gives none (K-1).
func TestCopiedCookieIsRefused(t *testing.T) {
	m := device(t)
	thief := m.bench.Anybody(t)
	thief.Get(pathHand + "?name=" + cookieDevice + "&value=" + m.cookie).Is(http.StatusOK)
	foreign := &machine{t: t, no: m.no}
	var err error
	if foreign.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	c := m.asked(thief)
	m.answers(thief, c.Nonce, foreign.sign(c.Nonce)).Is(http.StatusNotFound)
	m.answers(thief, m.asked(thief).Nonce, nil).Is(http.StatusNotFound)
	other := m.asked(m.Visitor)
	m.answers(thief, c.Nonce, m.sign(other.Nonce)).Is(http.StatusNotFound) // signed for another challenge
	thief.Get(pathHome).Is(http.StatusOK)
	if got := thief.Get(pathLook).Is(http.StatusSeeOther).Header.Get("Location"); got != pathHome {
		t.Errorf("a copied cookie leads to %s", got)
	}
	m.Get(pathLook).Is(http.StatusOK) // the resident notices nothing
	m.bench.Anybody(t).Post(pathChallenge).Is(http.StatusNotFound)
}

// A device that is taken out of use is out at once: its visit, its challenges and its proofs (K-1).
func TestRevokedDeviceProvesNothing(t *testing.T) {
	m := device(t)
	c := m.asked(m.Visitor)
	if err := m.deps.Kiosks.Revoke(t.Context(), authz.System, form.NewKey(), m.no, "机器被搬走"); err != nil {
		t.Fatal(err)
	}
	m.answers(m.Visitor, c.Nonce, m.sign(c.Nonce)).Is(http.StatusNotFound)
	m.Post(pathChallenge).Is(http.StatusNotFound)
	m.Get(pathLook).Is(http.StatusSeeOther)
	m.Get(pathHome).Is(http.StatusOK).Says("h1", "这台机器已停用")
}

// A code binds a browser once; a wrong one, or no key, changes nothing of what the browser was.
func TestEnrolmentByCode(t *testing.T) {
	m := device(t)
	code := m.invite()
	v := m.bench.Anybody(t)
	page := v.Get(pathEnrol).Is(http.StatusOK).WellMade()
	if page.Attr("form[data-enrol] input[name=code]", "autocomplete") != "off" {
		t.Error("the browser may keep the code")
	}
	pair, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(&pair.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	spki := base64.RawURLEncoding.EncodeToString(public)
	enrol := func(code, spki string) webtest.Answer {
		return v.Post(pathEnrol, form.KeyField, form.NewKey(), paramCode, code, paramSPKI, spki)
	}
	enrol("1111-2222-3333", spki).Is(http.StatusUnprocessableEntity).Says("[data-enrol-said]", "启用码不对")
	enrol(code, "").Is(http.StatusUnprocessableEntity).Says("[data-enrol-said]", "密钥")
	enrol(code, "<script>").Is(http.StatusUnprocessableEntity)
	enrol(`"><script>`, spki).Is(http.StatusUnprocessableEntity).SaysNot("form", "<script>")
	m.Get(pathLook).Is(http.StatusOK) // bound still
	if got := enrol(code, spki).Is(http.StatusSeeOther).Header.Get("Location"); got != pathHome {
		t.Errorf("enrolment leads to %s", got)
	}
	v.Get(pathHome).Is(http.StatusOK).Says("h1", "您想办什么")
	m.Get(pathLook).Is(http.StatusSeeOther) // the browser of before is out
	enrol(code, spki).Is(http.StatusUnprocessableEntity)
	if got := m.bench.Anybody(t).Get(pathHome).Is(http.StatusSeeOther).Header.Get("Location"); got != pathEnrol {
		t.Errorf("an unknown browser is led to %s", got)
	}
}

// The browser of a device in use has no page but the device's, and nobody signs in there (K-2); other browsers
// notice nothing.
func TestFence(t *testing.T) {
	m := device(t)
	reached := ""
	fence := m.deps.Fence(m.bench.Frame.Fail)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { reached = r.URL.Path }))
	ask := func(method, path, cookie string) *httptest.ResponseRecorder {
		reached = ""
		r := httptest.NewRequest(method, path, nil)
		if cookie != "" {
			r.AddCookie(&http.Cookie{Name: cookieDevice, Value: cookie})
		}
		w := httptest.NewRecorder()
		fence.ServeHTTP(w, r)
		return w
	}
	before := m.signIns()
	for _, path := range []string{"/", "/sign-in", "/desk", "/desk/todos", "/desk/settings/kiosks", "/notices", "/r/abc", "/kiosks", "/me/settings", "/metrics", "/static", "/api/x"} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			if w := ask(method, path, m.cookie); w.Code != http.StatusSeeOther || w.Header().Get("Location") != pathHome || reached != "" {
				t.Errorf("%s %s: %d to %q", method, path, w.Code, w.Header().Get("Location"))
			}
		}
		for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete} {
			if w := ask(method, path, m.cookie); w.Code != http.StatusNotFound || reached != "" {
				t.Errorf("%s %s: %d", method, path, w.Code)
			}
		}
		for _, cookie := range []string{"", "unknown"} {
			if ask(http.MethodGet, path, cookie); reached != path {
				t.Errorf("%s is fenced without a device", path)
			}
		}
	}
	if got := m.signIns(); got != before {
		t.Errorf("%d signings-in stand in the trail, %d before", got, before)
	}
	for _, path := range []string{"/kiosk", "/kiosk/requests/new/what", "/static/kiosk.css", "/healthz"} {
		if ask(http.MethodPost, path, m.cookie); reached != path {
			t.Errorf("%s is fenced", path)
		}
	}
	if err := m.deps.Kiosks.Revoke(t.Context(), authz.System, form.NewKey(), m.no, "搬到二楼用别的机器"); err != nil {
		t.Fatal(err)
	}
	if ask(http.MethodGet, "/sign-in", m.cookie); reached != "/sign-in" {
		t.Error("a browser that is no device any more stays fenced")
	}
}

// signIns counts what the trail says of signing in.
func (m *machine) signIns() int {
	m.t.Helper()
	var n int
	if err := m.bench.DB.Q().QueryRow(m.t.Context(), `SELECT count(*) FROM audit_entry WHERE action LIKE 'account.sign%'`).Scan(&n); err != nil {
		m.t.Fatal(err)
	}
	return n
}

// What the browser keeps for the time without a line is the same for everybody and names its files itself.
func TestWorkerAndOfflinePage(t *testing.T) {
	m := device(t)
	a := m.Get(pathWorker).Is(http.StatusOK)
	for name, want := range map[string]string{"Service-Worker-Allowed": pathHome, "Cache-Control": "no-cache", "Content-Type": "text/javascript; charset=utf-8"} {
		if got := a.Header.Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	first, _, _ := strings.Cut(a.Body, "\n")
	var files []string
	if err := json.Unmarshal([]byte(strings.TrimSuffix(strings.TrimPrefix(first, "const FILES = "), ";")), &files); err != nil || len(files) != 4 || files[0] != pathOffline {
		t.Fatalf("%s: %v", first, err)
	}
	page := m.Get(pathOffline).Is(http.StatusOK)
	page.Says("main", "网络断了，正在恢复", "值班电话").SaysNot("body", m.no, demo.Huaiyin)
	for _, n := range page.All("link[href], script[src]") {
		at := attr(n, "href") + attr(n, "src")
		if !strings.Contains(first, `"`+at+`"`) {
			t.Errorf("%s is not kept with the page", at)
		}
	}
	if n := len(page.All("form, button, a")); n > 0 {
		t.Errorf("%d things on the page without a line need the server", n)
	}
}
