package web

import (
	"bytes"
	"fmt"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"portal/internal/blob"
	"portal/internal/demo"
	"portal/web/form"
)

// typedMark begins what the test types, so that the log can be searched for it.
const typedMark = "按规定办理守城"

// ownKeys begin the form keys of the test, so that the log can be searched for all of them at once.
const ownKeys = "SiegeKey"

func newKey() string { return ownKeys + form.NewKey() }

// lawfulWords are what a sensible person types; the rest gets typedMark.
var lawfulWords = map[string]string{"hours": "2", "login": "siege.person", "password": demo.Password, "old": demo.Password, "new": "siege-2026-fields", "code": "123456",
	"asked_time": "10:00", "value": "10", "item": "LZ-102", "community": "", "requester": "区城市管理局", "name": "石守城", "post": "1", "id": "1", "phone": resident + "9001"}

// lawfulDays are names of fields that take a date.
var lawfulDays = map[string]string{"from": "2027-01-04", "until": "2027-06-30", "last": "2027-12-31", "last_on": "2027-12-31", "asked_on": "2026-11-17", "effective": "", "start_on": "2026-12-28", "end_on": "2027-03-28",
	"review_on": "2026-12-18", "on": "2026-11-17", "paper_day": "2026-11-17", "rectify": "2026-11-25"}

// ways is how many different acts the form offers.
func (f seenForm) ways() int {
	for _, in := range f.inputs {
		if in.kind == "radio" && in.name == "do" {
			return len(in.options)
		}
	}
	return max(1, len(f.buttons))
}

// readFor are the fields that each choice of a form reads; what belongs to another choice is left alone.
var readFor = map[string]map[string][]string{
	"/desk/applications/{no}/decisions/new": {"return": {"points", "more"}, "conditions": {"condition1", "condition2", "condition3", "where1", "where2", "where3"}},
	cases + "{no}/rulings/new":              {"uphold": {"to", "other"}},
	findings + "{no}/rulings/new":           {"uphold": {"to", "other"}},
	"/desk/requests/new":                    {"look": {"category_words"}, "assist": {"agreed"}, "file paper": {"paper_day"}},
}

// reads tells whether a field matters to one of the acts of the form.
func (f seenForm) reads(name string, way int) bool {
	for do, names := range readFor[f.route] {
		if slices.Contains(names, name) {
			return f.filled(way).Get("do") == do
		}
	}
	return f.route != "/desk/applications/{no}/decisions/new" || !strings.HasPrefix(name, "mandatory") // any value is a tick
}

// looking are buttons that only look up or let go of what was typed: they keep what they can read.
var looking = map[string][]string{"/desk/requests/new": {"look", "clear"}}

// strict is the form without its buttons that only look.
func (f seenForm) strict() seenForm {
	f.buttons = slices.DeleteFunc(slices.Clone(f.buttons), func(v url.Values) bool { return slices.Contains(looking[f.route], v.Get("do")) })
	return f
}

// lookOver is the last step of a resident's form: the one that files. The steps before it only keep a draft.
const lookOver = "/requests/new/check"

// rule is the name of a form in the tables of exceptions.
func (f seenForm) rule() string {
	if f.action == lookOver {
		return lookOver
	}
	return f.route
}

// firstOption stands for whatever a form offers first.
const firstOption = "the first"

// lawfulFor are values of one form.
var lawfulFor = map[string]map[string]string{
	"/desk/imports":                     {"kind": "negative"},
	"/desk/settings/people/{login}":     {"from": "2026-11-18"},
	"/sign-in":                          {"login": "org.contact"},
	"/desk/grid-workers/new":            {"login": "", "phone": "0000-5551299"},
	"/desk/grids/{code}/team":           {"phone": "0000-5551298", "post": "社区民警"},
	"/desk/notices/new":                 {"pair_of": "", "days": "15"},
	"/desk/notices/{no}/edit":           {"days": "15", "pair_of": ""},
	"/desk/notices/{no}/issues/new":     {"looked": "yes"},
	cases + "{no}/merge":                {"no": firstOption},
	"/desk/settings/kiosks/new":         {"no": "WTL-07", "place": "槐荫社区大厅"},
	"/desk/whistles/new":                {"units": firstOption},
	"/desk/agencies/{no}/handovers/new": {"documents": firstOption},
	cases + "{no}/helps/new":            {"community": ""},
	findings + "{no}/helps/new":         {"community": ""},
	cases + "{no}/extensions/new":       {"until": "2026-11-23"},
	findings + "{no}/extensions/new":    {"until": "2026-11-23"},
}

// filled is the form as a sensible person sends it, with one of its buttons.
func (f seenForm) filled(button int) url.Values {
	v := url.Values{}
	for _, in := range f.inputs {
		value := in.value
		day, isDay := lawfulDays[in.name]
		word, known := lawfulWords[in.name]
		special, fixed := lawfulFor[f.route][in.name]
		switch {
		case fixed && special == firstOption && len(in.options) > 0:
			value = in.options[0]
		case fixed:
			value = special
		case in.kind == "radio" && in.name == "do":
			value = in.options[button%len(in.options)]
		case in.kind == "hidden" || value != "":
		case in.kind == "file" && f.route != editRoute && (in.name == blob.Field || in.name == "photos"):
			value = picture()
		case in.kind == "file":
			value = negatives(910)
		case in.kind == "radio" || in.kind == "select":
			for _, o := range in.options {
				if value == "" {
					value = o
				}
			}
		case isDay:
			value = day
		case known:
			value = word
		case in.typed():
			value = typedMark + "，材料齐全"
		}
		if value != "" || in.typed() {
			v.Set(in.name, value)
		}
	}
	if len(f.buttons) > 0 {
		maps.Copy(v, f.buttons[button%len(f.buttons)])
	}
	if f.action != lookOver { // filing counts under the draft's own key
		v.Set(form.KeyField, newKey())
	}
	return v
}

// send sends values the way the form would.
func (s *siege) submit(t *testing.T, f seenForm, v url.Values) answer {
	t.Helper()
	if !f.multipart {
		return s.post(t, f.who, f.action, urlencoded, []byte(v.Encode()))
	}
	kind, body := inParts(f, v)
	return s.post(t, f.who, f.action, kind, body)
}

const urlencoded = "application/x-www-form-urlencoded"

// inParts writes values as a form with files; a field of kind file carries its value as content.
func inParts(f seenForm, v url.Values) (kind string, body []byte) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	files := map[string]bool{}
	for _, in := range f.inputs {
		files[in.name] = in.kind == "file"
	}
	for name, list := range v {
		for _, value := range list {
			if !files[name] {
				_ = w.WriteField(name, value) // into memory
				continue
			}
			part, _ := w.CreateFormFile(name, map[bool]string{true: "现场.png", false: "事项.csv"}[strings.HasPrefix(value, "\x89PNG")])
			_, _ = part.Write([]byte(value))
		}
	}
	_ = w.Close()
	return w.FormDataContentType(), b.Bytes()
}

// bookkeeping are tables that a refused request may write: the brake against guessing must remember,
// and a refused sign-in stands in the record.
var bookkeeping = map[string][]string{
	"/sign-in": {"signin_brake", "audit_entry"}, "/sign-in/second-step": {"signin_brake", "audit_entry"},
	"/me/password": {"signin_brake", "audit_entry"}, "/me/second-factor": {"signin_brake", "audit_entry"},
	// a guess at a code must be remembered (reliability.md §2, 18)
	"/requests/lookup": {"code_miss"}, "/requests/lookup/{act}": {"code_miss"},
	// the photos of a refused report stay with the case: nobody has to take them again
	cases + "{no}/results/new": photoKept, findings + "{no}/results/new": photoKept,
	// a step keeps what can be read and names what cannot
	editRoute: {"application", "application_basis", "audit_entry"}, editRoute + "/autosave": {"application", "audit_entry"},
}

var photoKept = []string{"work_photo", "work_step", "blob", "form_key", "audit_entry"}

// editRoute is a step of an application, which is kept as far as it can be read.
const editRoute = "/desk/applications/{no}/edit/{step}"

// lenient are targets of the script: they answer what they can read, and say what they cannot.
// A step of a resident's form keeps what can be read and asks again, whatever was touched; only the last one files.
var lenient = map[string]bool{editRoute + "/autosave": true, "/desk/applications/{no}/check": true,
	"/desk/requests/new/draft": true, "/desk/requests/new/hints": true, "/requests/new": true, "/requests/new/{step}": true}

// refused checks one refusal: 4xx, a sentence, and nothing written. It reports whether it was one.
func (s *siege) refused(t *testing.T, f seenForm, what string, a answer) bool {
	t.Helper()
	w := s.written(t)
	if a.status < 400 {
		return false
	}
	if a.status < 500 {
		s.sentence(t, f.action+" "+what, a)
	}
	for _, may := range bookkeeping[f.route] {
		maps.DeleteFunc(w, func(k string, _ int) bool { return strings.HasPrefix(k, may+" ") })
	}
	if len(w) > 0 {
		t.Errorf("%s %s: %d, but wrote %v", f.action, what, a.status, w)
	}
	return true
}

func (s *siege) mustRefuse(t *testing.T, f seenForm, what string, a answer) {
	t.Helper()
	if !s.refused(t, f, what, a) {
		t.Errorf("%s %s: answered %d to %s", f.action, what, a.status, a.header.Get("Location"))
	}
}

// hostileForms sends every form of the portal in every broken way.
func (s *siege) hostileForms(t *testing.T, h *harvest) {
	s.written(t)
	reached := map[string]bool{"/look": true, "/sign-out": true, "/me/alive": true} // see hostileHeaders
	for _, signature := range slices.Sorted(maps.Keys(h.forms)) {
		pool := h.forms[signature]
		reached[pool[0].route] = true
		t.Run(strings.ReplaceAll(pool[0].route, "/", "_"), func(t *testing.T) {
			began, before := time.Now(), s.asked.Load()
			f, there := s.alive(t, pool)
			if !there && !whole[pool[0].route] {
				t.Errorf("%s: no page has this form any more", signature)
				return
			}
			if !there { // sent before: as it was
				f = pool[0]
			}
			f = f.strict()
			s.brokenBodies(t, f)
			if !lenient[f.rule()] {
				s.brokenFields(t, f)
				s.kept(t, f)
			}
			t.Logf("%d requests in %s: %s", s.asked.Load()-before, time.Since(began).Round(time.Millisecond), signature)
		})
	}
	second := seenForm{action: "/sign-in/second-step", route: "/sign-in/second-step", inputs: []input{{name: "code", kind: "text"}, {name: "next", kind: "hidden"}}}
	second.who, reached[second.route] = s.who[""], true
	s.brokenBodies(t, second)
	for _, route := range s.server.Routes {
		if route.Method == http.MethodPost && !reached[route.Pattern] && !ofDevice(route.Pattern) { // see TestHostileDevice
			t.Errorf("POST %s: no page was found that sends it", route.Pattern)
		}
	}
}

// hostileWords puts every word into every form.
func (s *siege) hostileWords(t *testing.T, h *harvest) {
	for nth, signature := range slices.Sorted(maps.Keys(h.forms)) {
		s.spoiltWords(t, h.forms[signature], nth)
	}
}

// brokenBodies sends what is no form at all, and forms without their key.
func (s *siege) brokenBodies(t *testing.T, f seenForm) {
	lawful := f.filled(0)
	send := func(what, kind, body string) {
		t.Helper()
		s.mustRefuse(t, f, what, s.post(t, f.who, f.action, kind, []byte(body)))
	}
	encoded := lawful.Encode()
	send("empty", urlencoded, "")
	send("without a type", "", encoded)
	send("as text", "text/plain", encoded)
	send("as JSON", "application/json", `{"form_key":"`+newKey()+`","version":1e309,"do":["approve"],"__proto__":{"a":1}}`)
	send("as XML", "application/xml", breakout)
	send("multipart without boundary", "multipart/form-data", encoded)
	send("multipart cut off", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"form_key\"\r\n\r\n"+newKey())
	send("multipart of another boundary", "multipart/form-data; boundary=y", "--x\r\n\r\n--x--\r\n")
	send("ten thousand parts", "multipart/form-data; boundary=x", strings.Repeat("--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n", 10_000)+"--x--\r\n")
	send("broken escapes", urlencoded, "form_key=%zz&%=%&;=;")
	send("too many fields", urlencoded, strings.Repeat("a=b&", 20_000)+encoded)
	send("too large", urlencoded, encoded+"&more="+strings.Repeat("长", 1<<19))
	s.mustRefuse(t, f, "too large, length untold", s.untold(t, f, encoded+"&more="+strings.Repeat("x", 3<<20)))
	for _, key := range []string{"", "x", strings.Repeat("k", 65), "aaaaaaaaaaaaaaaa\x00", breakout, "🗝🗝🗝🗝🗝🗝"} {
		lawful.Set(form.KeyField, key)
		s.mustRefuse(t, f, fmt.Sprintf("key %.20q", key), s.submit(t, f, lawful))
	}
	s.otherKey(t, f)
}

// untold sends a body without telling its length.
func (s *siege) untold(t *testing.T, f seenForm, body string) answer {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, s.base+f.action, struct{ *strings.Reader }{strings.NewReader(body)})
	if err != nil {
		t.Fatal(err)
	}
	r.ContentLength = -1
	r.Header.Set("Content-Type", urlencoded)
	return s.ask(t, f.who, r)
}

const foreignKey = `INSERT INTO form_key (key, account_id, action, at) SELECT $1, id, 'application.submit', '2026-11-18 09:00+08' FROM account WHERE login = 'auditor'`

// unkeyed are forms whose repetition changes nothing by itself, or whose first sending only shows what would
// happen, so they look at no key; the keys of those acts are tried in internal/grid (keys_test.go).
var unkeyed = map[string]bool{"/desk/imports": true, "/desk/imports/{id}": true, "/desk/inbox": true, "/desk/settings/calendars": true, "/sign-in/second-step": true,
	"/me/password": true, "/me/second-factor": true, "/me/sessions": true, "/me/settings": true,
	"/desk/grid-workers/{id}/bulk": true, "/desk/grids/changes/new": true,
	editRoute: true, editRoute + "/autosave": true, "/desk/applications/{no}/check": true,
	// these keep or forget a draft, and file nothing
	"/desk/requests/new/draft": true, "/desk/requests/new/hints": true, "/requests/new": true, "/requests/new/{step}": true,
	// these show something; whoever looks at a contact again has looked twice, and so it stands in the record (REQ-22)
	"/requests/lookup": true, cases + "{no}/reveal": true, cases + "{no}/calls/new": true, "/desk/objections/{id}/reveals/new": true, "/desk/agencies/{no}/reveals/new": true}

// byPart are forms whose parts each count under a key of their own, made from the form's: five at once are one
// photo, but the key of somebody else is never met.
var byPart = map[string]bool{cases + "{no}/photos/new": true, findings + "{no}/photos/new": true}

// anything are hidden fields that may hold anything: what cannot be used is left out.
var anything = map[string]bool{"/desk/imports/{id} name": true, "/desk/inbox up_to": true, "/me/password next": true, editRoute + " step": true, "/sign-in next": true,
	// a request that is not there to be followed is filed by itself
	"/desk/requests/new same": true,
	// where the page leads back to
	cases + "{no}/reveal from": true, cases + "{no}/unmerge from": true,
	// another unit was chosen below, so the proposals do not count
	cases + "{no}/dispatches/new to": true, findings + "{no}/dispatches/new to": true, cases + "{no}/rulings/new to": true, findings + "{no}/rulings/new to": true,
	// a tick for the script alone; and a photo is added whatever happened to the case meanwhile
	cases + "{no}/arrivals/new here": true, findings + "{no}/arrivals/new here": true, cases + "{no}/photos/new version": true, findings + "{no}/photos/new version": true,
	// where the phone thinks it is: what cannot be read is no position
	cases + "{no}/arrivals/new lng": true, findings + "{no}/arrivals/new lng": true, cases + "{no}/arrivals/new lat": true, findings + "{no}/arrivals/new lat": true,
	// what the phone says of itself: unread, the server's clock and the form key stand in
	"/desk/events/new seen_at": true, "/desk/events/new device": true}

// otherKey sends a form under a key that somebody else has used.
func (s *siege) otherKey(t *testing.T, f seenForm) {
	t.Helper()
	if unkeyed[f.rule()] || byPart[f.route] {
		return
	}
	v := f.filled(0)
	if _, err := s.admin.Exec(t.Context(), foreignKey, v.Get(form.KeyField)); err != nil {
		t.Fatal(err)
	}
	s.written(t)
	s.mustRefuse(t, f, "the key of another account", s.submit(t, f, v))
}

// wrongChoices are no values of any choice.
var wrongChoices = []string{"no-such-choice", "\x00", "99999999999999999999", breakout}

// wrongTyped are refused in every field that people type into.
var wrongTyped = []string{"a\x00b", "\xff\xfe", "\xed\xa0\x80", "\u202egnp.exe", strings.Repeat("长", 30_000)}

// again asks for the form once more where a refused one is kept under a new version.
func (s *siege) again(t *testing.T, f seenForm) seenForm {
	t.Helper()
	if f.route == editRoute {
		if now, there := s.alive(t, []seenForm{f}); there {
			s.written(t)
			return now
		}
	}
	return f
}

// brokenFields spoils one field after another; everything else stays as a sensible person would send it.
func (s *siege) brokenFields(t *testing.T, f seenForm) {
	ways := f.ways()
	if f.route == editRoute { // its buttons keep the same fields
		ways = 1
	}
	for button := range ways {
		for _, in := range f.inputs {
			var list []string
			switch {
			case in.name == form.KeyField || anything[f.rule()+" "+in.name] || !f.reads(in.name, button):
			case in.name == "version":
				list = []string{"0", "-1", "999999", "yesterday", "", "1e309", "\x00", "9223372036854775808"}
			case in.name == "points": // sentences of the page, which anybody could type below them
				list = wrongTyped
			case in.choice() || in.kind == "hidden":
				list = wrongChoices
			case in.typed() || in.kind == "password":
				list = wrongTyped
			}
			if f.route == editRoute {
				list = list[:min(len(list), 2)]
			}
			for i, word := range list {
				if button > 0 && i > 0 && f.reads(in.name, 0) { // the first act stands for the others
					break
				}
				f = s.again(t, f)
				v := f.filled(button)
				v[in.name] = []string{word, in.value}[:1+i%2] // every other one twice: the first counts
				s.mustRefuse(t, f, fmt.Sprintf("%s=%.30q with %s", in.name, word, buttonOf(f, button)), s.submit(t, f, v))
			}
		}
	}
	for _, wrong := range append(slices.Clone(wrongChoices), "") {
		if len(f.buttons) == 0 || len(f.buttons[0]) == 0 || f.route == editRoute { // there any button goes on
			break
		}
		v := f.filled(0)
		for name := range f.buttons[0] {
			v.Set(name, wrong)
		}
		s.mustRefuse(t, f, fmt.Sprintf("button %.30q", wrong), s.submit(t, f, v))
	}
}

func buttonOf(f seenForm, button int) string {
	if len(f.buttons) == 0 {
		return "no button"
	}
	return f.buttons[button%len(f.buttons)].Encode()
}

// kept: a form that comes back shows what was typed, however strange, and the message beside its field.
func (s *siege) kept(t *testing.T, f seenForm) {
	for _, long := range f.inputs {
		if !long.typed() {
			continue
		}
		way := 0
		for way < f.ways() && !f.reads(long.name, way) {
			way++
		}
		if way == f.ways() {
			continue
		}
		f = s.again(t, f)
		v := f.filled(way)
		for _, in := range f.inputs {
			if in.typed() && in.name != long.name {
				if _, isDay := lawfulDays[in.name]; !isDay {
					v.Set(in.name, `"留'住<b>𠮷`)
				}
			}
		}
		v.Set(long.name, strings.Repeat("长", 12_000))
		a := s.submit(t, f, v)
		s.mustRefuse(t, f, "too long "+long.name, a)
		if a.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: too long %s answers %d", f.action, long.name, a.status)
			continue
		}
		s.showsAgain(t, f, long.name, v, a)
	}
}

func (s *siege) showsAgain(t *testing.T, f seenForm, long string, v url.Values, a answer) {
	t.Helper()
	var back seenForm
	for _, n := range a.all("form") {
		if again := s.read(n, f.who, f.action); again.action == f.action && (back.action == "" || again.signature == f.signature) {
			back = again
		}
	}
	if back.action == "" {
		t.Errorf("%s: the form did not come back: %s", f.action, visible(a.body))
		return
	}
	if n := len(a.all(".field.bad .error, .errors li")); n < 2 {
		t.Errorf("%s: too long %s has no message beside its field: %s", f.action, long, visible(a.body))
	}
	for _, in := range back.inputs {
		if want := v.Get(in.name); in.typed() && want != "" && in.name != long && in.value != want {
			t.Errorf("%s: %s was typed %q and came back as %.60q", f.action, in.name, want, in.value)
		}
	}
}

// spoiltWords puts words into all fields that people type into; with the next form the others. Some of it is lawful and goes in;
// then the next form of the kind takes its place.
func (s *siege) spoiltWords(t *testing.T, pool []seenForm, nth int) {
	f, there := s.alive(t, pool)
	for i, word := range words {
		if !there {
			return
		}
		if (i+nth)%2 != 0 || (f.route == editRoute || lenient[f.rule()]) && (i+nth)%6 != 0 { // forms share the words
			continue
		}
		v := f.filled(i)
		for _, in := range f.inputs {
			if in.typed() || in.kind == "password" || in.kind == "file" {
				v.Set(in.name, word)
			}
		}
		a := s.submit(t, f, v)
		if !s.refused(t, f, fmt.Sprintf("with %.40q", word), a) {
			f, there = s.alive(t, pool)
		}
	}
}

// notTwice are forms whose second sending is another matter: the old password is no longer the password. Filing at the
// window and by phone, and 报办结, want a category, a draft or a contact that the attack before has used up: five at once under
// one key are tried in internal/handoff (TestFileOnce, TestMergeAndBack) and in web/counter and web/request.
// A step of an application counts by its version, a calendar by its content. What needs a drawn boundary,
// ticked buildings or a person without posts is sent twice in web/grid (change, places) and internal/grid (keys_test.go).
var notTwice = map[string]bool{"/desk/requests/new": true, "/requests/new/check": true, cases + "{no}/results/new": true, "/me/password": true, "/me/second-factor": true, editRoute: true, "/desk/settings/calendars": true,
	"/desk/grids/changes/new": true, "/desk/grids/import": true, "/desk/grid-workers/{id}/end": true, "/desk/grids/{code}/places": true}

// whole are forms that must be sent before the attack spoils what they hand in, or makes the brake hold.
var whole = map[string]bool{"/desk/applications/{no}/submissions/new": true, "/sign-in": true, cases + "{no}/merge": true, "/desk/requests/bulk": true}

// alone are tables of which one act makes at most one row.
var alone = []string{"form_key", "application", "offlist_task", "refusal", "account", "account_post", "policy_setting", "application_attachment", "application_return", "deadline",
	"request", "work_order", "work_dispute", "work_extension", "work_exclusion", "work_helper", "callback", "finding", "whistle", "cause", "notice", "notice_version", "notice_file", "notice_posting", "objection",
	"kiosk_device", "kiosk_invite", "kiosk_call", "request_limit", "request_recategory", "agency"}

// hostileTwice: the same form four times at once and once more is one act, and everybody who sent it
// reads that it is done.
func (s *siege) hostileTwice(t *testing.T, h *harvest, early bool) {
	acts := 0
	for _, signature := range slices.Sorted(maps.Keys(h.forms)) {
		if whole[h.forms[signature][0].route] != early {
			continue
		}
		pool := slices.Clone(h.forms[signature])
		if pool[0].route == "/sign-in" { // the walker stays signed out
			pool[0].who.client = s.client(t)
		}
		f, there := s.alive(t, pool)
		if !there || notTwice[f.rule()] || lenient[f.rule()] {
			continue // settled by another form of the same record
		}
		acts++
		f = f.strict()
		s.written(t)
		v, since := f.filled(0), s.lastEntry(t)
		var all sync.WaitGroup
		answers := make([]answer, 5)
		for i := range 4 {
			all.Go(func() { answers[i] = s.submit(t, f, v) })
		}
		all.Wait()
		answers[4] = s.submit(t, f, v)
		for _, a := range answers {
			if a.status >= 400 || a.status != answers[0].status || a.header.Get("Location") != answers[0].header.Get("Location") {
				t.Errorf("%s: %d %s, the first %d %s: %s", f.action, a.status, a.header.Get("Location"), answers[0].status, answers[0].header.Get("Location"), visible(a.body))
			}
		}
		w := s.written(t)
		for _, table := range alone {
			if n := w[table+" INSERT"]; n > 1 {
				t.Errorf("%s: %d rows of %s", f.action, n, table)
			}
		}
		if n := s.writers(t, since); n > 1 && !unkeyed[f.rule()] && f.route != "/sign-in" { // signing in over a session ends that one
			t.Errorf("%s: %d of five requests stand in the record", f.action, n)
		}
		t.Logf("%s: %d %v", f.action, answers[0].status, w)
	}
	if acts < 2 || !early && acts < 16 {
		t.Errorf("only %d forms were sent twice", acts)
	}
}

// writers counts the requests that left something in the record since an entry of it.
func (s *siege) writers(t *testing.T, since int64) (requests int) {
	t.Helper()
	if err := s.admin.QueryRow(t.Context(), `SELECT count(DISTINCT request_id) FROM audit_entry WHERE id > $1`, since).Scan(&requests); err != nil {
		t.Fatal(err)
	}
	return requests
}

func (s *siege) lastEntry(t *testing.T) (id int64) {
	t.Helper()
	if err := s.admin.QueryRow(t.Context(), `SELECT max(id) FROM audit_entry`).Scan(&id); err != nil {
		t.Fatal(err)
	}
	return id
}
