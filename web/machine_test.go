package web

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"portal/internal/authz"
	"portal/internal/kiosk"
	"portal/web/form"
)

// onDevice is the name of the identity that is nobody, at a device that has proved itself.
const onDevice = "the kiosk"

// machine is an enrolled device with its browser and its key.
type machine struct {
	identity
	h   *wholeHouse
	no  string
	key *ecdsa.PrivateKey
}

// machine registers a device of 槐荫社区 and enrols it over the pages, as its script does.
func (h *wholeHouse) machine(t *testing.T, no string) *machine {
	t.Helper()
	if _, err := h.machines.Register(t.Context(), authz.System, form.NewKey(), kiosk.NewDevice{No: no, Community: "320104900001", Place: "槐荫社区大厅", Printer: kiosk.ByBrowser}); err != nil {
		t.Fatal(err)
	}
	code, _, err := h.machines.Invite(t.Context(), authz.System, form.NewKey(), no)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	spki, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	m := &machine{identity: identity{login: onDevice, client: h.client(t)}, h: h, no: no, key: key}
	if status, said := h.send(t, m.identity, http.MethodPost, "/kiosk/enrol", url.Values{"code": {code}, "spki": {base64.RawURLEncoding.EncodeToString(spki)}}); status != http.StatusSeeOther || said != "/kiosk" {
		t.Fatalf("enrolment answers %d %.300s", status, said)
	}
	m.prove(t)
	return m
}

// prove begins another resident's visit.
func (m *machine) prove(t *testing.T) {
	t.Helper()
	status, said := m.h.send(t, m.identity, http.MethodPost, "/kiosk/challenge", url.Values{})
	var asked struct{ No, Nonce string }
	if err := json.Unmarshal([]byte(said), &asked); err != nil || status != http.StatusOK || asked.No != m.no {
		t.Fatalf("the challenge is %d %.300s", status, said)
	}
	sum := sha256.Sum256(kiosk.Message(m.no, asked.Nonce))
	r, s, err := ecdsa.Sign(rand.Reader, m.key, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	var signed [64]byte
	r.FillBytes(signed[:32])
	s.FillBytes(signed[32:])
	proof := url.Values{"nonce": {asked.Nonce}, "signature": {base64.RawURLEncoding.EncodeToString(signed[:])}, "fresh": {"1"}, "screen": {"1080x1920"}}
	if status, said = m.h.send(t, m.identity, http.MethodPost, "/kiosk/proof", proof); status != http.StatusOK {
		t.Fatalf("the proof answers %d %.300s", status, said)
	}
}

// awake proves the device again when something that was asked has ended the visit.
func (m *machine) awake(t *testing.T) {
	t.Helper()
	if status, _ := m.h.send(t, m.identity, http.MethodGet, "/kiosk/look", nil); status != http.StatusOK {
		m.prove(t)
	}
}

// ofDevice reports whether an address belongs to the device.
func ofDevice(path string) bool { return path == "/kiosk" || strings.HasPrefix(path, "/kiosk/") }

// ownPages must come up on a device that has proved itself, whoever stands there and whatever was answered before.
var ownPages = []string{"/kiosk/look", "/kiosk/idle", "/kiosk/help-calls", "/kiosk/help-calls/now", "/kiosk/requests/new/what", "/kiosk/lookups", "/kiosk/notices", "/kiosk/grids",
	"/kiosk/guides", "/kiosk/guides/allowed", "/kiosk/guides/forbidden", "/kiosk/guides/unlisted", "/kiosk/offline", "/kiosk/sw.js", "/kiosk/enrol", "/kiosk"}

// Every route × the browser of a working device: its own pages come up, everything else leads back to the start
// page or is not found, sign-in first of all, and nothing is written (K-2). The same pages open nothing to a
// browser that is no device.
func TestAccessOfADevice(t *testing.T) {
	h := openHouse(t)
	m := h.machine(t, "WTL-01")
	nobody := identity{client: h.client(t)}
	before := h.checksum(t)
	for _, route := range h.server.Routes {
		path := fill(route.Pattern)
		for record, word := range missings {
			path = strings.ReplaceAll(path, record, record[:strings.LastIndex(record, "/")+1]+word)
		}
		switch {
		case ofDevice(path):
			m.own(t, nobody, route.Method, path)
		case route.Method == http.MethodGet:
			if status, to := h.send(t, m.identity, route.Method, path, nil); status != http.StatusSeeOther || to != "/kiosk" {
				t.Errorf("GET %s on the device: %d %.100s", path, status, to)
			}
		default:
			if status, _ := h.send(t, m.identity, route.Method, path, plausible()); status != http.StatusNotFound {
				t.Errorf("POST %s on the device: %d", path, status)
			}
		}
	}
	m.awake(t)
	if status, to := h.send(t, m.identity, http.MethodGet, "/kiosk/requests/new", nil); status != http.StatusSeeOther || to != "/kiosk/requests/new/what" {
		t.Errorf("反映问题 on the device: %d to %s", status, to)
	}
	for _, path := range ownPages {
		if status, _ := h.send(t, m.identity, http.MethodGet, path, nil); status != http.StatusOK {
			t.Errorf("GET %s on the device: %d", path, status)
		}
	}
	if after := h.checksum(t); after != before {
		t.Errorf("asking for pages of the device changed something:\n%s\n%s", before, after)
	}
}

// own asks for a page of the device on it and elsewhere.
func (m *machine) own(t *testing.T, nobody identity, method, path string) {
	t.Helper()
	if method == http.MethodPost {
		if path == "/kiosk/enrol" || path == "/kiosk/leave" { // anybody may try a code; who has no visit leaves none
			return
		}
		if status, to := m.h.send(t, nobody, method, path, plausible()); status != http.StatusNotFound && (status != http.StatusSeeOther || to != "/kiosk") {
			t.Errorf("POST %s on no device: %d %.100s", path, status, to)
		}
		return
	}
	m.awake(t)
	if status, to := m.h.send(t, m.identity, method, path, nil); status != http.StatusOK && status != http.StatusNotFound && (status != http.StatusSeeOther || !ofDevice(to)) {
		t.Errorf("GET %s on the device: %d %.100s", path, status, to)
	}
	switch status, to := m.h.send(t, nobody, method, path, nil); {
	case path == "/kiosk/enrol" || path == "/kiosk/offline" || path == "/kiosk/sw.js": // nothing of a resident's
	case status != http.StatusSeeOther || to != "/kiosk" && to != "/kiosk/enrol":
		t.Errorf("GET %s on no device: %d %.100s", path, status, to)
	}
}
