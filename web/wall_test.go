package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"portal/internal/workorder"
)

// What a reporter left, and who took it down. None of it stands anywhere else on the demo street.
const (
	reporterName = "邬隐名"
	reporterCall = "19900007346"
	reporterDoor = "7单元9876室"
	reporterSaid = "邬隐名说：我住7单元9876室，电话 199-0000-7346，路灯被人砸了"
)

var reporterTells = []string{reporterName, reporterCall, "199-0000-7346", "9876"} // a room above every id of the demo, so that no address of a page holds its number by chance

// wallCase is a kind of request, and who may have its reporter's contact opened.
type wallCase struct {
	name     string
	fields   url.Values
	taker    bool // the handler may know who took it down
	may, not []string
}

var wallCases = []wallCase{
	{"an ordinary one", url.Values{"kind": {"help"}}, true, []string{"dept.chengguan", "dispatcher", "callback", "clerk"}, nil},
	{"a 举报", url.Values{"kind": {"report"}}, false, []string{"dispatcher", "callback"}, []string{"dept.chengguan", "clerk"}},
	{"a confidential one", url.Values{"kind": {"complaint"}, "safety": {"confidential"}}, false, []string{"dispatcher", "callback"}, []string{"dept.chengguan", "clerk"}},
	{"a 举报 whose author agrees", url.Values{"kind": {"report"}, "safety": {"reveal_agreed"}}, false, []string{"dept.chengguan", "dispatcher", "callback", "clerk"}, nil},
}

// REQ-13, REQ-22, Q7: the reporter wall as a matrix. For every identity of the demo and every kind of request: no page
// shows name, telephone or door, no search finds by them, and only a reveal by who may opens them, each time with one
// line of the log that the resident reads.
func TestReporterWall(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	people := h.identities(t)
	at := func(login string) identity {
		return people[slices.IndexFunc(people, func(p identity) bool { return p.login == login })]
	}
	clerk, handler := at("clerk"), at("dept.chengguan")
	for i, c := range wallCases {
		no := h.wallFile(t, clerk, c, i)
		h.wallSign(t, handler, no)
		for _, who := range people {
			h.wallPages(t, who, c, no)
			if !c.taker && who.login == handler.login {
				for _, page := range []string{"", "/history"} {
					if _, body := h.send(t, who, http.MethodGet, "/desk/requests/"+no+page, nil); strings.Contains(body, clerk.actor.Name) {
						t.Errorf("%s: the handler reads on %s who took it down", c.name, page)
					}
				}
			}
			h.wallReveal(t, who, c, no)
		}
	}
}

// wallFile takes a request at the window; the routing rule sends it to 区城市管理局.
func (h *wholeHouse) wallFile(t *testing.T, clerk identity, c wallCase, i int) string {
	t.Helper()
	v := url.Values{"do": {"file"}, "channel": {"window"}, "category": {"0402"}, "title": {"路口的灯坏了"}, "words": {reporterSaid}, "place": {"长江路路口"},
		"community": {"320104900001"}, "name": {reporterName}, "phone": {reporterCall}, "door": {reporterDoor}}
	for k, x := range c.fields {
		v[k] = x
	}
	v.Set("place", "长江路路口"+strings.Repeat("东", i+1))
	status, to := h.send(t, clerk, http.MethodPost, "/desk/requests/new", v)
	no, ok := strings.CutSuffix(strings.TrimPrefix(to, "/desk/requests/"), "/receipt")
	if status != http.StatusSeeOther || !ok {
		t.Fatalf("%s: filing answered %d %.200s", c.name, status, to)
	}
	return no
}

// wallSign puts the case into the hands of its department.
func (h *wholeHouse) wallSign(t *testing.T, handler identity, no string) {
	t.Helper()
	orders := workorder.New(h.db)
	o, err := orders.Get(t.Context(), handler.actor, no)
	if err == nil && o.State == workorder.Dispatched {
		_, err = orders.Sign(t.Context(), handler.actor, "wall-key-0123456789-"+no, o.At())
	}
	if err != nil {
		t.Fatalf("%s: %v", no, err)
	}
}

// wallPages opens what may show a case: nobody's page tells who it was, whatever it answers.
func (h *wholeHouse) wallPages(t *testing.T, who identity, c wallCase, no string) {
	t.Helper()
	one := "/desk/requests/" + no
	for _, page := range []string{one, one + "/history", one + "/clocks", one + "/reveal", one + "/calls/new", one + "/merge", "/desk", "/desk/requests", "/desk/requests?tab=all",
		"/desk/callbacks", "/desk/callbacks/" + no, "/desk/inbox", "/desk/requests/figures", "/requests/figures", "/desk/causes"} {
		if _, body := h.send(t, who, http.MethodGet, page, nil); tells(body) != "" {
			t.Errorf("%s: %q reads %s on %s", c.name, who.login, tells(body), page)
		}
	}
	for _, words := range []string{reporterName, reporterCall, "1289"} {
		for _, page := range []string{"/desk/requests?tab=all&q=", "/desk/search?q=", "/search?q="} {
			_, body := h.send(t, who, http.MethodGet, page+url.QueryEscape(words), nil)
			if strings.Contains(body, one+`"`) {
				t.Errorf("%s: %q finds it by %s", c.name, who.login, words)
			}
		}
	}
}

// wallReveal asks for the contact: who may gets all of it with one line of the log, everybody else nothing at all.
func (h *wholeHouse) wallReveal(t *testing.T, who identity, c wallCase, no string) {
	t.Helper()
	logged := func() (n int) {
		if err := h.db.Pool().QueryRow(t.Context(), `SELECT count(*) FROM reveal v JOIN request r ON r.id = v.request_id WHERE r.no = $1`, no).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := logged()
	status, body := h.send(t, who, http.MethodPost, "/desk/requests/"+no+"/reveal", url.Values{"use": {"核实情况"}})
	may := slices.Contains(c.may, who.login)
	if got := status == http.StatusOK && strings.Contains(body, reporterName) && strings.Contains(body, reporterCall) && strings.Contains(body, reporterDoor); got != may {
		t.Errorf("%s: %q opened it %v (status %d), want %v", c.name, who.login, got, status, may)
	}
	if !may && tells(body) != "" {
		t.Errorf("%s: %q reads %s with the refusal", c.name, who.login, tells(body))
	}
	if got := logged() - before; may && got != 1 || !may && got != 0 {
		t.Errorf("%s: %d lines of the log for %q", c.name, got, who.login)
	}
	if slices.Contains(c.not, who.login) && status == http.StatusNotFound {
		t.Errorf("%s: %q, who knows the case, is told that it is not there", c.name, who.login)
	}
}

// tells gives what of the reporter stands in an answer.
func tells(body string) string {
	for _, x := range reporterTells {
		if strings.Contains(body, x) {
			return x
		}
	}
	return ""
}
