package web

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"portal/internal/account"
	"portal/internal/admission"
	"portal/internal/authz"
	"portal/internal/blob"
	"portal/internal/catalog"
	"portal/internal/demo"
	"portal/internal/demo/demotest"
	"portal/internal/grid"
	"portal/internal/handoff"
	"portal/internal/kiosk"
	"portal/internal/legal"
	"portal/internal/notice"
	"portal/internal/pg"
	"portal/internal/pg/pgtest"
	"portal/internal/policy"
	"portal/internal/refusal"
	"portal/internal/request"
	"portal/internal/workorder"
	"portal/web/form"
)

// identity is one demo account with its own browser and the actor behind it.
type identity struct {
	login  string // "" is the public
	actor  authz.Actor
	client *http.Client
}

// object is a record that a route's address names, and what reach sees of it.
type object struct {
	slug string
	on   []authz.Object                  // reach to one of them is reach
	to   map[authz.Action][]authz.Object // acts whose reach looks at others of its people
	by   int64                           // who found it, and may add photographs to it
}

func (o object) inReach(by authz.Actor, do authz.Action) bool {
	on, other := o.to[do]
	if !other {
		on = o.on
	}
	return authz.Allowed(by, do, authz.Object{}) || slices.ContainsFunc(on, func(on authz.Object) bool { return authz.Allowed(by, do, on) })
}

// seen reports whether the record is a case that the actor may read, whoever acts on it.
func (o object) seen(by authz.Actor) bool { return o.to != nil && o.inReach(by, authz.WorkView) }

// wholeHouse is the whole portal on the demo street.
type wholeHouse struct {
	server   *Server
	base     string
	db       *pg.DB
	accounts *account.Service
	machines *kiosk.Service
}

func openHouse(t *testing.T) *wholeHouse {
	t.Helper()
	return openHouseLogging(t, io.Discard)
}

// openHouseLogging is the same house, with its log kept.
func openHouseLogging(t *testing.T, log io.Writer) *wholeHouse {
	t.Helper()
	street := demotest.Open(t)
	db, keys := street.DB, street.Keys
	files, err := blob.NewDir(street.Stores.Files)
	if err != nil {
		t.Fatal(err)
	}
	accounts := account.New(db, account.WithKeys(keys))
	refusals, laws := refusal.New(db), legal.New(db)
	laws.OnConfirmed = refusals.Released
	requests, orders, machines := request.New(db, keys), workorder.New(db), kiosk.New(db, keys, nil)
	notices := notice.New(db, keys, nil)
	server, err := New(Services{DB: db, Accounts: accounts, Admission: admission.New(db), Refusals: refusals, Grids: grid.New(db), Requests: requests, Orders: orders, Cases: handoff.New(db, requests, orders), Notices: notices, Drafts: handoff.NewNotices(db, notices, admission.New(db), grid.New(db), orders), Kiosks: machines, Catalog: catalog.New(db), Laws: laws,
		Policy: policy.New(db), Blobs: files, Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})), Demo: true, Brake: -1,
		Pending: func(context.Context) (int, error) { return 0, nil }})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(server)
	t.Cleanup(srv.Close)
	return &wholeHouse{server, srv.URL, db, accounts, machines}
}

// identities signs one account of each kind in.
func (h *wholeHouse) identities(t *testing.T) []identity {
	t.Helper()
	out := []identity{{client: h.client(t)}}
	for _, login := range []string{"admin", "reviewer", "leader", "finance", "legality", "dept.chengguan", "dept.minzheng", "secretary.huaiyin", "secretary.linhe",
		"worker.huaiyin", "worker.linhe", "dispatcher", "clerk", "callback", "grid.huaiyin1", "grid.huaiyin2", "org.contact", "supervisor.huaiyin", "auditor"} {
		in, err := h.accounts.SignIn(t.Context(), account.Credentials{Login: login, Password: demo.Password, Device: "actor"})
		if err != nil {
			t.Fatalf("%s: %v", login, err)
		}
		actor, err := h.accounts.Actor(t.Context(), in.SigninID)
		if err != nil || !actor.SignedIn() {
			t.Fatalf("%s: %v", login, err)
		}
		who := identity{login, actor, h.client(t)}
		if status, _ := h.send(t, who, http.MethodPost, "/sign-in", url.Values{"login": {login}, "password": {demo.Password}}); status != http.StatusSeeOther {
			t.Fatalf("%s: sign-in answered %d", login, status)
		}
		out = append(out, who)
	}
	return out
}

func (h *wholeHouse) client(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func (h *wholeHouse) send(t *testing.T, who identity, method, path string, v url.Values) (int, string) {
	t.Helper()
	var body io.Reader
	if method == http.MethodPost {
		v.Set(form.KeyField, form.NewKey())
		body = strings.NewReader(v.Encode())
	}
	r, err := http.NewRequest(method, h.base+path, body)
	if err != nil {
		t.Fatal(err)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := who.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode == http.StatusSeeOther {
		return res.StatusCode, res.Header.Get("Location")
	}
	return res.StatusCode, string(b)
}

// plausible is a body with every field that a form of the portal may want, so that a denied write is
// denied for its author and not for its emptiness.
func plausible() url.Values {
	return url.Values{"version": {"1"}, "decision": {"approve"}, "opinion": {"按规定办理"}, "reason": {"按规定办理"}, "reason_code": {"not_admitted"}, "kind": {"return"},
		"answer": {"withdraw"}, "words": {"按规定办理"}, "points": {"补充依据"}, "result": {"pass"}, "code": {"LZ-102"}, "value": {"10"}, "basis": {"街道会议纪要"}, "from": {"2027-01-01"},
		"act": {"confirm"}, "to": {"confirm"}, "step": {"1"}, "title": {"测试事项名称"}}
}

// volatile parts of a page differ between two answers to the same question.
var volatile = regexp.MustCompile(`value="[^"]*"|编号 [A-Z0-9]+|(name="back"[^>]*)|class="printfoot">[^<]*|href="[^"]*"`)

func same(a, b, slugA, slugB string) bool {
	clean := func(s, slug string) string {
		return volatile.ReplaceAllString(strings.ReplaceAll(s, "/"+slug, "/…"), "")
	}
	return clean(a, slugA) == clean(b, slugB)
}

// plain are parameters whose records everybody in the action's reach may open alike.
var plain = map[string]string{"/{code}": "/LZ-102", "/{doc}": "/urban-residents-committee-organization-law", "/{article}": "/10", "/{login}": "/worker.linhe",
	"/{kind}": "/self_governance", "/{key}": "/hour_price_fen", "/{id}": "/1", "/{n}": "/1", "/{no}": "/2026-16", "/{figure}": "/solved", "/{act}": "/supplement", "/{file}": "/report.csv", "/{step}": "/1", "/{leave}": "/1", "/{part}": "/steps"}

func fill(pattern string) string {
	for param, value := range plain {
		pattern = strings.ReplaceAll(pattern, param, value)
	}
	return pattern
}

// missings are addresses of the right form that nobody has, by the pattern that names a record.
var missings = map[string]string{"/desk/refusals/{no}": "refuse-2026-99999", "/desk/tasks/{no}": "2026-99999", "/desk/applications/{no}": "2026-99999",
	"/desk/requests/{no}": "SQ-2026-99999", "/desk/events/{no}": "SJ-2026-99999", "/desk/callbacks/{no}": "SQ-2026-99999", "/desk/whistles/{no}": "CS-2026-99999",
	"/desk/agencies/{no}": "SQ-2026-99999-1", "/desk/clocks/{id}": "999999", "/desk/causes/{id}": "999999", "/desk/limits/{id}": "999999", "/desk/notices/{no}": "2026-99999", "/desk/objections/{id}": "999999",
	"/desk/grids/{code}": "320104900001899", "/desk/handovers/{id}": "999999", "/desk/grid-workers/{id}": "999999", "/desk/settings/kiosks/{no}": "WTL-99", "/desk/help-calls/{id}": "999999"}

// named cuts a pattern after the parameter that names its record, and reports whether there is one.
func named(pattern string) (record string, ok bool) {
	for record := range missings {
		if pattern == record || strings.HasPrefix(pattern, record+"/") {
			return record, true
		}
	}
	return "", false
}

// at puts a record's word into the address of a route.
func at(pattern, record, word string) string {
	return fill(record[:strings.LastIndex(record, "/")+1] + word + strings.TrimPrefix(pattern, record))
}

// Every route × every identity × {in reach, out of reach, missing}: what is not granted reads as not
// found (or asks the public to sign in), out of reach answers like missing, and a denied write changes nothing.
func TestAccess(t *testing.T) {
	h := openHouse(t)
	objects := h.objects(t)
	for _, who := range h.identities(t) {
		name := who.login
		if name == "" {
			name = "public"
		}
		t.Run(name, func(t *testing.T) {
			before := h.checksum(t)
			for _, route := range h.server.Routes {
				granted := authz.Can(who.actor, route.Action)
				record, isNamed := named(route.Pattern)
				set := objects[record]
				switch {
				case !granted && isNamed:
					h.denied(t, who, route.Method, at(route.Pattern, record, missings[record]))
					for _, o := range set {
						h.denied(t, who, route.Method, at(route.Pattern, record, o.slug))
					}
				case !granted:
					h.denied(t, who, route.Method, fill(route.Pattern))
				case isNamed:
					h.reach(t, who, route.Method, route.Pattern, record, route.Action, set)
				case route.Method == http.MethodGet:
					path := fill(route.Pattern)
					if strings.Contains(path, "{") {
						t.Errorf("%s: the access test knows no record for it", route.Pattern)
					}
					if status, body := h.send(t, who, http.MethodGet, path, nil); status >= 500 {
						t.Errorf("GET %s as %s: %d %.200s", path, name, status, body)
					}
				}
			}
			if after := h.checksum(t); after != before {
				t.Errorf("a denied write of %s changed something:\n%s\n%s", name, before, after)
			}
		})
	}
}

func (h *wholeHouse) denied(t *testing.T, who identity, method, path string) {
	t.Helper()
	status, body := h.send(t, who, method, path, plausible())
	if who.login == "" && status == http.StatusSeeOther && strings.HasPrefix(body, "/sign-in") {
		return
	}
	if who.login != "" && status == http.StatusNotFound {
		return
	}
	t.Errorf("%s %s as %q: %d, want it hidden", method, path, who.login, status)
}

// recorded are pages whose showing itself is an entry of the trail.
var recorded = map[string]bool{"/desk/requests/{no}/receipt": true}

func (h *wholeHouse) reach(t *testing.T, who identity, method, pattern, record string, do authz.Action, set []object) {
	t.Helper()
	lost := at(pattern, record, missings[record])
	lostStatus, lostBody := h.send(t, who, method, lost, plausible())
	if lostStatus != http.StatusNotFound {
		t.Errorf("%s %s as %s: a missing record answers %d", method, lost, who.login, lostStatus)
	}
	for _, o := range set {
		path := at(pattern, record, o.slug)
		allowed := o.inReach(who.actor, do)
		if allowed && (method == http.MethodPost || recorded[pattern]) {
			continue // it would change the record
		}
		status, body := h.send(t, who, method, path, plausible())
		switch {
		case allowed && status >= 500:
			t.Errorf("%s %s as %s: %d %.300s", method, path, who.login, status, body)
		case o.by != 0 && o.by == who.actor.AccountID && strings.HasSuffix(pattern, "/photos/new"):
			// who found something shows it
		case !allowed && o.seen(who.actor) && (status == http.StatusForbidden || status == http.StatusUnprocessableEntity):
			// who sees the case but does not own it is told so in words
		case !allowed && (status != lostStatus || !same(body, lostBody, o.slug, missings[record])):
			t.Errorf("%s %s as %s: %d, but a missing record answers %d", method, path, who.login, status, lostStatus)
		}
	}
}

const tableNames = `
SELECT table_name FROM information_schema.tables
WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
  AND table_name NOT IN ('sessions', 'signin', 'write_probe', 'kiosk_session', 'kiosk_challenge') AND table_name NOT LIKE 'river%'
ORDER BY table_name`

// checksum is a fingerprint of every table but the ones that any page touches.
func (h *wholeHouse) checksum(t *testing.T) string {
	t.Helper()
	admin := pgtest.Admin(t, h.db)
	rows, err := admin.Query(t.Context(), tableNames)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for rows.Next() {
		var n string
		if err := rows.Scan(&n); err != nil {
			t.Fatal(err)
		}
		names = append(names, n)
	}
	var b strings.Builder
	for _, n := range names {
		var sum string
		if err := admin.QueryRow(t.Context(), fmt.Sprintf(`SELECT coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM %q t`, n)).Scan(&sum); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s %.8s\n", n, sum)
	}
	return b.String()
}

// objects gives records of different owners for the routes whose address names one.
func (h *wholeHouse) objects(t *testing.T) map[string][]object {
	t.Helper()
	read := func(sql string) []object {
		rows, err := h.db.Q().Query(t.Context(), sql)
		if err != nil {
			t.Fatal(err)
		}
		var out []object
		for rows.Next() {
			var o object
			var on authz.Object
			var second int64
			if err := rows.Scan(&o.slug, &on.Unit, &on.Divisions, &on.Account, &second); err != nil {
				t.Fatal(err)
			}
			o.on = []authz.Object{on, {Account: second}}
			out = append(out, o)
		}
		return out
	}
	h.calledElsewhere(t)
	h.limits(t)
	return map[string][]object{
		"/desk/settings/kiosks/{no}": read(`SELECT no, 0::bigint, ARRAY[community], 0::bigint, 0::bigint FROM kiosk_device ORDER BY no`),
		"/desk/help-calls/{id}":      read(`SELECT id::text, 0::bigint, ARRAY[community], 0::bigint, 0::bigint FROM kiosk_call ORDER BY id`),
		"/desk/agencies/{no}":        read(`SELECT g.no, 0::bigint, ARRAY[r.community], g.agent, 0::bigint FROM agency g JOIN request r ON r.id = g.request_id ORDER BY g.id`),
		"/desk/requests/{no}":        h.cases(t, `SELECT no FROM work_order WHERE source = 'request' ORDER BY (id * 7919) % 301, id LIMIT 14`, "%s"),
		"/desk/events/{no}":          h.cases(t, `SELECT no FROM work_order WHERE source = 'finding' ORDER BY id LIMIT 8`, "%s"),
		"/desk/clocks/{id}":          h.clocks(t),
		"/desk/callbacks/{no}":       read(`SELECT no, 0::bigint, ARRAY[]::text[], 0::bigint, 0::bigint FROM request ORDER BY id LIMIT 4`),
		"/desk/whistles/{no}":        h.whistles(t),
		"/desk/causes/{id}":          read(`SELECT id::text, 0::bigint, ARRAY[community], 0::bigint, 0::bigint FROM cause ORDER BY id LIMIT 6`),
		"/desk/limits/{id}":          read(`SELECT id::text, 0::bigint, ARRAY[]::text[], 0::bigint, 0::bigint FROM request_limit ORDER BY id`),
		"/desk/notices/{no}":         read(`SELECT CASE WHEN year IS NULL THEN 'draft-' || id ELSE year || '-' || seq END, 0::bigint, ARRAY[division], 0::bigint, 0::bigint FROM notice ORDER BY id DESC LIMIT 14`),
		"/desk/objections/{id}":      read(`SELECT o.id::text, 0::bigint, ARRAY[n.division], 0::bigint, 0::bigint FROM objection o JOIN notice n ON n.id = o.notice_id ORDER BY o.id LIMIT 6`),
		"/desk/refusals/{no}":        read(`SELECT kind || '-' || year || '-' || seq, COALESCE(unit_id, 0), ARRAY[community], 0::bigint, 0::bigint FROM refusal ORDER BY id LIMIT 12`),
		"/desk/tasks/{no}":           read(`SELECT year || '-' || seq, 0::bigint, ARRAY[community], 0::bigint, 0::bigint FROM offlist_task ORDER BY id LIMIT 12`),
		"/desk/applications/{no}":    read(`SELECT year || '-' || seq, unit_id, communities, 0::bigint, 0::bigint FROM application WHERE year IS NOT NULL ORDER BY id LIMIT 12`),
		"/desk/grids/{code}":         read(`SELECT code, 0::bigint, ARRAY[community, code], 0::bigint, 0::bigint FROM grid ORDER BY reverse(code) LIMIT 9`),
		"/desk/grid-workers/{id}":    read(`SELECT id::text, 0::bigint, ARRAY[community], COALESCE(account_id, 0), 0::bigint FROM grid_worker ORDER BY account_id LIMIT 12`),
		"/desk/handovers/{id}": read(`SELECT h.id::text, 0::bigint, ARRAY[g.community, g.code], COALESCE(a.account_id, 0), COALESCE(b.account_id, 0)
			FROM grid_handover h JOIN grid g ON g.id = h.grid_id JOIN grid_worker b ON b.id = h.receiver_id LEFT JOIN grid_worker a ON a.id = h.giver_id`),
	}
}

// limits leaves one in force (REQ-20).
func (h *wholeHouse) limits(t *testing.T) {
	t.Helper()
	if _, err := h.db.Pool().Exec(t.Context(), `INSERT INTO request_limit (set_by, set_post, reason, set_at, until)
		SELECT id, '街道主任', '一天里说了三遍同一句骂人的话', '2026-11-18 00:00+00', '2026-12-08 00:00+00' FROM account WHERE login = 'leader'`); err != nil {
		t.Fatal(err)
	}
}

// calledElsewhere lets somebody ask for help in the other community too.
func (h *wholeHouse) calledElsewhere(t *testing.T) {
	t.Helper()
	d, err := h.machines.DeviceOf(t.Context(), authz.System, "LHJ-01")
	if err == nil {
		_, err = h.machines.Call(t.Context(), form.NewKey(), d)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// handling are the acts for which only the owner of a case is asked.
var handling = []authz.Action{authz.WorkSign, authz.WorkContact, authz.WorkArrive, authz.WorkReport, authz.WorkExtend, authz.WorkAskHelp, authz.WorkResume, authz.WorkDispute, authz.WorkReclass}

// cases gives cases with everybody they concern, as the domain says it.
func (h *wholeHouse) cases(t *testing.T, sql, slug string) []object {
	t.Helper()
	rows, err := h.db.Q().Query(t.Context(), sql)
	if err != nil {
		t.Fatal(err)
	}
	numbers, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	orders := workorder.New(h.db)
	var out []object
	for _, no := range numbers {
		o, err := orders.Get(t.Context(), authz.System, no)
		if err != nil {
			t.Fatalf("%s: %v", no, err)
		}
		one := object{slug: fmt.Sprintf(slug, no), on: o.Seen(), by: o.ReporterAccount, to: map[authz.Action][]authz.Object{authz.WorkHelped: o.Helpers(), authz.RequestReveal: o.Owned()}}
		for _, do := range handling {
			one.to[do] = o.Owned()
		}
		first := []authz.Object{{Account: o.FirstAccount}}
		for _, do := range []authz.Action{authz.WorkAnswer, authz.WorkDecline, authz.WorkDivert, authz.RequestTake} {
			one.to[do] = first
		}
		one.to[authz.RequestReveal] = append(o.Owned(), first...)
		out = append(out, one)
	}
	return out
}

// clocks gives clocks of cases under their own ids.
func (h *wholeHouse) clocks(t *testing.T) []object {
	t.Helper()
	var out []object
	for _, o := range h.cases(t, `SELECT no FROM work_order ORDER BY (id * 7919) % 301, id LIMIT 8`, "%s") {
		var id string
		if err := h.db.Q().QueryRow(t.Context(), `SELECT c.id::text FROM work_clock c JOIN work_order o ON o.id = c.order_id WHERE o.no = $1 ORDER BY c.id LIMIT 1`, o.slug).Scan(&id); err != nil {
			t.Fatal(err)
		}
		o.slug = id
		out = append(out, o)
	}
	return out
}

// whistles gives whistles with their community and every department asked.
func (h *wholeHouse) whistles(t *testing.T) []object {
	t.Helper()
	rows, err := h.db.Q().Query(t.Context(), `SELECT no, community, ARRAY(SELECT unit_id FROM whistle_unit WHERE whistle_id = w.id) FROM whistle w ORDER BY id LIMIT 8`)
	if err != nil {
		t.Fatal(err)
	}
	var out []object
	for rows.Next() {
		var no, community string
		var units []int64
		if err := rows.Scan(&no, &community, &units); err != nil {
			t.Fatal(err)
		}
		o := object{slug: no, on: []authz.Object{{Divisions: []string{community}}}}
		for _, u := range units {
			o.on = append(o.on, authz.Object{Unit: u})
		}
		out = append(out, o)
	}
	return out
}
