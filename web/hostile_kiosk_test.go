package web

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"portal/web/form"
)

// touchFields are what the scripts and forms of the device send, by route; "" stands for what every form may carry.
var touchFields = map[string][]string{
	"/kiosk/enrol":                        {"code", "spki"},
	"/kiosk/challenge":                    {"no"},
	"/kiosk/proof":                        {"nonce", "signature", "fresh", "kept", "screen"},
	"/kiosk/typing":                       {"typed", "page"},
	"/kiosk/deliveries":                   {"kept"},
	"/kiosk/help-calls":                   {"back"},
	"/kiosk/look":                         {"size", "contrast", "low", "back"},
	"/kiosk/stay":                         {"back"},
	"/kiosk/leave":                        {"back"},
	"/kiosk/lookups":                      {"code", "key", "size", "call"},
	"/kiosk/lookups/phone":                {"phone4", "key", "skip", "low", "call"},
	"/kiosk/lookups/ratings":              {"answer", "version"},
	"/kiosk/lookups/prints":               {"back"},
	"/kiosk/receipts/print":               {"back"},
	"/kiosk/receipts/no-paper":            {"back"},
	"/kiosk/requests/new/{step}":          {"kept"},
	"/kiosk/guides/forbidden/{code}/slip": {"print"},
	"/kiosk/requests/new/what":            {"category"},
	"/kiosk/requests/new/where":           {"community", "compound", "building", "unit", "spot"},
	"/kiosk/requests/new/say":             {"words", "phrase", "same", "mode", "go", "from", "size", "call"},
	"/kiosk/requests/new/phone":           {"phone", "key", "minor", "guardian", "go", "contrast", "call"},
	"/kiosk/requests/new/kind":            {"kind"},
	"/kiosk/requests/new/wall":            {"secret"},
	"/kiosk/requests/new/check":           {"kept"},
	"/kiosk/requests/new/privacy":         {"go"},
}

// touchMay is what a refused touch may leave behind: a miss for the brake, and the lines to staff when something that
// the device held cannot be filed (reliability.md §2 rule 1).
var touchMay = map[string][]string{
	"/kiosk/enrol":         {"kiosk_miss"},
	"/kiosk/lookups":       {"code_miss"},
	"/kiosk/lookups/phone": {"code_miss"},
	"/kiosk/deliveries":    {"audit_entry", "form_key", "inbox_line"},
}

// touchAct are acts of the device for which a form needs nothing but its key.
var touchAct = []string{"/kiosk/help-calls"}

// answers fills the four questions on the device, in as many touches as a resident needs.
func (m *machine) answers(t *testing.T) {
	t.Helper()
	m.prove(t)
	for _, one := range []struct {
		step string
		v    url.Values
	}{{"what", url.Values{"category": {lamps}}}, {"where", url.Values{"spot": {"马路边"}}}, {"say", url.Values{"words": {"晚上看不清路"}, "go": {"next"}}}, {"phone", url.Values{"phone": {private["telephone"]}}}} {
		if status, said := m.h.send(t, m.identity, http.MethodPost, "/kiosk/requests/new/"+one.step, one.v); status != http.StatusSeeOther {
			t.Fatalf("%s on the device: %d %s", one.step, status, visible(said))
		}
	}
}

// A browser that is a proven device sends everything that no resident can: spoilt addresses and broken bodies to
// every page of the device. Bad input gets a sentence, writes nothing and stands in no log.
func TestHostileDevice(t *testing.T) {
	t.Parallel()
	s := besiege(t)
	m := s.machine(t, "WTL-08")
	m.client.Timeout = atMost
	s.who[onDevice] = m.identity
	s.hostileDevice(t, m)
	s.quietLog(t)
}

// hostileDevice asks every page of the device with spoilt addresses, and sends every form of it broken.
func (s *siege) hostileDevice(t *testing.T, m *machine) {
	for n, route := range s.server.Routes {
		if !ofDevice(route.Pattern) {
			continue
		}
		path := fill(route.Pattern)
		if route.Method == http.MethodGet {
			if path == "/kiosk" { // ends the visit
				m.prove(t)
			} else {
				m.answers(t)
			}
			s.written(t)
			for _, spoilt := range append(spoiltPaths(n, route.Pattern, path), spoiltQueries(n, path, []string{"page", "ask", "group", "back", "form", "n", "name", "mode", "full"})...) {
				s.spoilt(t, m.identity, spoilt)
			}
			if w := s.written(t); len(w) > 0 {
				t.Errorf("GET %s wrote %v", path, w)
			}
			continue
		}
		for _, path := range stepsOf(route.Pattern) {
			s.hostileTouch(t, m, path)
		}
	}
}

// stepsOf are the addresses of a form: each question of filing is one.
func stepsOf(pattern string) []string {
	if pattern != "/kiosk/requests/new/{step}" {
		return []string{fill(pattern)}
	}
	var out []string
	for path := range touchFields {
		if strings.HasPrefix(path, "/kiosk/requests/new/") && !strings.Contains(path, "{") {
			out = append(out, path)
		}
	}
	slices.Sort(out)
	return append(out, "/kiosk/requests/new/nothing")
}

// hostileTouch sends broken bodies and strange words to one form of the device.
func (s *siege) hostileTouch(t *testing.T, m *machine, path string) {
	m.answers(t)
	s.written(t)
	lawful := url.Values{form.KeyField: {newKey()}}
	send := func(what, kind, body string) {
		t.Helper()
		s.touched(t, path, what, s.post(t, m.identity, path, kind, []byte(body)))
	}
	send("empty", urlencoded, "")
	send("without a type", "", lawful.Encode())
	send("as JSON", "application/json", `{"kept":1e309,"__proto__":{"a":1}}`)
	send("multipart cut off", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"kept\"\r\n\r\nx")
	send("broken escapes", urlencoded, "kept=%zz&%=%&;=;")
	send("too many fields", urlencoded, strings.Repeat("a=b&", 20_000))
	send("too large", urlencoded, "kept="+strings.Repeat("x", 3<<20))
	m.answers(t)
	s.written(t)
	fields := touchFields[path]
	for nth, name := range fields {
		for i, word := range words {
			if (i+nth)%2 != 0 && !slices.Contains(sharp, word) { // the fields share the words
				continue
			}
			send(fmt.Sprintf("%s=%.30q", name, word), urlencoded, url.Values{name: {word, "x"}, form.KeyField: {newKey()}}.Encode())
			if path == "/kiosk/leave" || path == "/kiosk/look" || path == "/kiosk/stay" {
				m.awake(t)
				s.written(t)
			}
		}
	}
	for _, key := range []string{"x", strings.Repeat("k", 65), "aaaaaaaaaaaaaaaa\x00", breakout} {
		send(fmt.Sprintf("key %.20q", key), urlencoded, url.Values{form.KeyField: {key}}.Encode())
	}
}

// touched checks an answer to a hostile touch: whatever is refused says why and wrote nothing, and whatever is taken
// is no act but the one that the button is for.
func (s *siege) touched(t *testing.T, path, what string, a answer) {
	t.Helper()
	w := s.written(t)
	if a.status >= 400 && a.status < 500 {
		s.sentence(t, path+" "+what, a)
	}
	if slices.Contains(touchAct, path) && a.status < 400 {
		return
	}
	for _, may := range touchMay[path] {
		maps.DeleteFunc(w, func(k string, _ int) bool { return strings.HasPrefix(k, may+" ") })
	}
	if len(w) > 0 {
		t.Errorf("%s %s: %d, but wrote %v", path, what, a.status, w)
	}
}
