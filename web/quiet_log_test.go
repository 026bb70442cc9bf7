package web

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"portal/internal/demo"
	"portal/internal/pg/pgtest"
	"portal/web/form"
)

// private is what a person tells the portal and no log may repeat (reliability.md §1, §2 rule 21):
// nobody's true number, and nothing that the demo street holds.
var private = map[string]string{
	"telephone":      "13851770023",
	"identity card":  "32010419400601331X",
	"name":           "欧阳静默",
	"door":           "7幢2单元1503室",
	"words":          "半夜水管爆了没人敢说",
	"password":       demo.Password,
	"wrong password": "wrong-Pass-9931-typed",
	"typed code":     "K7QF-2M9A-41X8",
	"QR token":       "q83vEjRWeJCrze8SNFZ4kA",
}

// telling is everything private in one field.
var telling = private["name"] + " " + private["telephone"] + " " + private["identity card"] + " " + private["door"] + " " + private["words"]

// confided stuffs a form: whatever the fields are called, they tell something.
func confided() url.Values {
	v := plausible()
	for _, name := range []string{"title", "words", "reason", "opinion", "answer", "points", "basis", "name", "place", "door", "note", "purpose", "q", "find", "content", "requester"} {
		v.Set(name, telling)
	}
	for name, value := range map[string]string{"phone": private["telephone"], "phone4": private["telephone"][7:], "contact_phone": private["telephone"], "contact_name": private["name"],
		"id_number": private["identity card"], "code": private["typed code"], "token": private["QR token"], "old": private["wrong password"], "password": private["wrong password"], "new": private["wrong password"]} {
		v.Set(name, value)
	}
	return v
}

// No log of the portal repeats what people tell it: not on pages, not from searches, not when input is
// refused, not when the database refuses a row (and its driver knows the whole of it), not with codes
// that open something. The log of the database's own server is tried where that server is started.
func TestLogIsQuiet(t *testing.T) {
	var log logs
	h := openHouseLogging(t, &log)
	who := h.identities(t)
	cookies := h.cookies(t, who)
	h.send(t, who[0], http.MethodPost, "/sign-in", url.Values{"login": {"admin"}, "password": {private["wrong password"]}})
	opens, number := h.confide(t)
	h.follow(t, who, opens, number)
	m := h.machine(t, "WTL-09")
	maps.Copy(opens, m.confide(t))
	h.tell(t, who)
	refused := h.refuseRows(t)
	m.tell(t)
	h.follow(t, who, opens, number)
	h.tell(t, who)
	if n := strings.Count(log.String(), "violates check constraint"); n == 0 {
		t.Errorf("no row was refused of %d tables: the walk does not come to the driver's errors", refused)
	}
	maps.Copy(cookies, h.cookies(t, append(who, m.identity)))
	maps.Copy(cookies, opens)
	h.repeatsNothing(t, &log, cookies)
}

// Where a page writes the key of its form, the token of a receipt and the code to type.
var (
	keyOnPage  = regexp.MustCompile(`name="` + form.KeyField + `" value="([^"]+)"`)
	tokenThere = regexp.MustCompile(`^/r/([A-Za-z0-9_-]{22})/receipt$`)
	codeOnPage = regexp.MustCompile(`\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b`)
)

// confide files a true request through the residents' pages and gives what opens it: its QR's token and
// its code.
func (h *wholeHouse) confide(t *testing.T) (opens map[string]string, number string) {
	t.Helper()
	resident := identity{client: h.client(t)}
	for _, step := range []struct {
		name   string
		answer url.Values
	}{
		{"what", url.Values{"category": {"0102"}}},
		{"where", url.Values{"place": {"长江路公交站旁边"}, "community": {"320104900001"}, "go": {"words"}}},
		{"say", url.Values{"words": {private["words"] + " " + private["door"]}, "kind": {"help"}}},
		{"phone", url.Values{"name": {private["name"]}, "phone": {private["telephone"]}, "go": {"next"}}},
	} {
		if status, page := h.send(t, resident, http.MethodPost, "/requests/new/"+step.name, step.answer); status != http.StatusSeeOther {
			t.Fatalf("%s: %d %.500s", step.name, status, page)
		}
	}
	_, page := h.send(t, resident, http.MethodGet, "/requests/new/check", nil)
	key := keyOnPage.FindStringSubmatch(page)
	if key == nil {
		t.Fatalf("no form on the page of checking: %.500s", page)
	}
	res, err := resident.client.PostForm(h.base+"/requests/new/check", url.Values{form.KeyField: {key[1]}})
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	token := tokenThere.FindStringSubmatch(res.Header.Get("Location"))
	if token == nil {
		t.Fatalf("filing answered %d and leads to %q", res.StatusCode, res.Header.Get("Location"))
	}
	_, page = h.send(t, resident, http.MethodGet, "/r/"+token[1]+"/receipt", nil)
	code := codeOnPage.FindString(page)
	number = regexp.MustCompile(`SQ-\d{4}-\d+`).FindString(page)
	if code == "" || number == "" {
		t.Fatalf("the receipt shows no code or no number: %.500s", page)
	}
	return map[string]string{"token of a receipt": token[1], "code of a receipt": code}, number
}

// typedLetters are pinyin that somebody touches on the device.
const typedLetters = "banyeshuiguanbaole"

var keptOnPage = regexp.MustCompile(`name="kept" value="([^"]+)"`)

// confide files a request on the device, looks it up there by its code and delivers what the device held, and gives
// what opens it.
func (m *machine) confide(t *testing.T) map[string]string {
	t.Helper()
	m.prove(t)
	m.tell(t)
	if status, said := m.h.send(t, m.identity, http.MethodPost, "/kiosk/typing", url.Values{"typed": {typedLetters}}); status != http.StatusOK {
		t.Fatalf("typing answers %d %s", status, said)
	}
	_, page := m.h.send(t, m.identity, http.MethodGet, "/kiosk/requests/new/check", nil)
	kept := keptOnPage.FindStringSubmatch(page)
	if kept == nil {
		t.Fatalf("the device holds nothing: %s", visible(page))
	}
	if status, to := m.h.send(t, m.identity, http.MethodPost, "/kiosk/requests/new/check", url.Values{"kept": {kept[1]}}); status != http.StatusSeeOther || to != "/kiosk/receipts" {
		t.Fatalf("filing on the device answers %d %s", status, visible(to))
	}
	_, page = m.h.send(t, m.identity, http.MethodGet, "/kiosk/receipts", nil)
	code := codeOnPage.FindString(page)
	if code == "" {
		t.Fatalf("no code on the receipt: %s", visible(page))
	}
	m.h.send(t, m.identity, http.MethodPost, "/kiosk/deliveries", url.Values{"kept": {kept[1]}})
	m.h.send(t, m.identity, http.MethodPost, "/kiosk/lookups", url.Values{"code": {code}})
	if status, to := m.h.send(t, m.identity, http.MethodPost, "/kiosk/lookups/phone", url.Values{"phone4": {private["telephone"][7:]}}); status != http.StatusSeeOther || to != "/kiosk/lookups/progress" {
		t.Fatalf("the code opens nothing on the device: %d %s", status, visible(to))
	}
	for _, path := range []string{"/kiosk/lookups/progress", "/kiosk/lookups/progress/said"} {
		m.h.send(t, m.identity, http.MethodGet, path, nil)
	}
	m.h.send(t, m.identity, http.MethodPost, "/kiosk/lookups/ratings", confided())
	m.h.send(t, m.identity, http.MethodPost, "/kiosk/help-calls", url.Values{"back": {"/kiosk/requests/new/say?q=" + url.QueryEscape(telling)}})
	return map[string]string{"code of a receipt of the device": code, "request that the device held": kept[1], "letters typed on the device": typedLetters}
}

// tell types everything private on the device, whatever that answers.
func (m *machine) tell(t *testing.T) {
	t.Helper()
	for _, one := range []struct {
		step string
		v    url.Values
	}{
		{"what", url.Values{"category": {"0102"}}}, {"where", url.Values{"spot": {"马路边"}}},
		{"say", url.Values{"words": {private["words"] + " " + private["name"] + " " + private["door"]}, "go": {"next"}}}, {"phone", url.Values{"phone": {private["telephone"]}}},
	} {
		m.h.send(t, m.identity, http.MethodPost, "/kiosk/requests/new/"+one.step, one.v)
	}
	m.h.send(t, m.identity, http.MethodPost, "/kiosk/typing", url.Values{"typed": {typedLetters}})
	for _, step := range []string{"what", "where", "say", "phone", "check"} { // what cannot be read, too
		m.h.send(t, m.identity, http.MethodPost, "/kiosk/requests/new/"+step, url.Values{"category": {telling}, "spot": {telling}, "words": {strings.Repeat(telling, 9)}, "phone": {telling}, "kept": {telling}})
	}
	m.h.send(t, m.identity, http.MethodPost, "/kiosk/typing", url.Values{"typed": {telling}})
	m.h.send(t, m.identity, http.MethodPost, "/kiosk/deliveries", url.Values{"kept": {telling}})
}

// follow opens the request with what opens it, acts on it, and lets staff see whose it is.
func (h *wholeHouse) follow(t *testing.T, who []identity, opens map[string]string, number string) {
	t.Helper()
	track, code := "/r/"+opens["token of a receipt"], opens["code of a receipt"]
	resident := who[0]
	for _, path := range []string{"", "/receipt", "/clock", "/nothing"} {
		h.send(t, resident, http.MethodGet, track+path, nil)
	}
	for _, act := range []string{"supplements", "ratings", "withdrawals"} {
		h.send(t, resident, http.MethodPost, track+"/"+act, confided())
		h.send(t, resident, http.MethodPost, "/requests/lookup/"+act, url.Values{"code": {code}, "phone4": {private["telephone"][7:]}, "words": {telling}})
	}
	h.send(t, resident, http.MethodPost, "/requests/lookup", url.Values{"code": {code}, "phone4": {private["telephone"][7:]}})
	for _, one := range who {
		if one.login != "dispatcher" && one.login != "clerk" && one.login != "callback" {
			continue
		}
		for _, path := range []string{"", "/reveal", "/history", "/merge"} {
			h.send(t, one, http.MethodGet, "/desk/requests/"+number+path, nil)
		}
		h.send(t, one, http.MethodPost, "/desk/requests/"+number+"/reveal", url.Values{"purpose": {"回访前核对电话"}})
		h.send(t, one, http.MethodGet, "/desk/requests?q="+url.QueryEscape(private["telephone"]), nil)
	}
}

// cookies are what opens a session for whoever has it.
func (h *wholeHouse) cookies(t *testing.T, who []identity) map[string]string {
	t.Helper()
	base, err := url.Parse(h.base)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, one := range who {
		for _, c := range one.client.Jar.Cookies(base) {
			if len(c.Value) > 15 {
				out[fmt.Sprintf("cookie %s %d of %q", c.Name, len(out), one.login)] = c.Value
			}
		}
	}
	if len(out) < len(who)-1 {
		t.Fatalf("%d cookies of %d people", len(out), len(who))
	}
	return out
}

// tell walks through every route as people who may and may not, with searches and forms that tell.
func (h *wholeHouse) tell(t *testing.T, who []identity) {
	t.Helper()
	search := url.Values{"q": {telling}, "find": {private["telephone"]}, "words": {private["name"]}, "phone": {private["telephone"]}}.Encode()
	for _, route := range h.server.Routes {
		pattern := strings.NewReplacer("/r/{code}", "/r/"+private["QR token"], "{token}", private["QR token"]).Replace(route.Pattern)
		for _, one := range who {
			if one.login != "" && !slices.Contains([]string{"admin", "worker.huaiyin", "dispatcher", "dept.chengguan"}, one.login) {
				continue
			}
			if pattern == "/sign-out" { // everybody stays to the end
				continue
			}
			path := fill(pattern)
			for record, slug := range missings {
				path = strings.ReplaceAll(path, record, record[:strings.LastIndex(record, "/")+1]+slug)
			}
			h.send(t, one, route.Method, path+"?"+search, confided())
		}
	}
	public := who[0]
	for _, path := range []string{"/" + private["telephone"], "/r/" + private["QR token"], "/nothing/" + url.PathEscape(telling)} {
		h.send(t, public, http.MethodGet, path, nil)
	}
	worker := who[slices.IndexFunc(who, func(i identity) bool { return i.login == "worker.huaiyin" })]
	h.send(t, worker, http.MethodPost, "/desk/tasks/new", url.Values{"requester": {"区城市管理局"}, "channel": {"phone"}, "title": {"陪同上门"}, "words": {telling}})
}

const refuseAll = `ALTER TABLE %s ADD CONSTRAINT nothing_new CHECK (false) NOT VALID`

// refuseRows lets the database refuse every new row of the tables that people fill.
func (h *wholeHouse) refuseRows(t *testing.T) int {
	t.Helper()
	admin := pgtest.Admin(t, h.db)
	rows, err := admin.Query(t.Context(), tableNames)
	if err != nil {
		t.Fatal(err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if _, err := admin.Exec(t.Context(), fmt.Sprintf(refuseAll, pgx.Identifier{name}.Sanitize())); err != nil {
			t.Fatal(err)
		}
	}
	return len(names)
}

// repeatsNothing reads the log for everything private, and for the cookies of everybody who came.
func (h *wholeHouse) repeatsNothing(t *testing.T, log *logs, cookies map[string]string) {
	t.Helper()
	words := log.String()
	if lines := strings.Count(words, "\n"); lines < 500 || !strings.Contains(words, "route=") {
		t.Fatalf("only %d lines were logged", lines)
	}
	secrets := maps.Clone(cookies)
	for what, value := range private {
		secrets[what], secrets[what+" in an address"] = value, url.QueryEscape(value)
	}
	for what, value := range secrets {
		if at := strings.Index(words, value); at >= 0 {
			t.Errorf("the log repeats the %s: …%s…", what, words[max(0, at-300):min(len(words), at+100)])
		}
	}
}
