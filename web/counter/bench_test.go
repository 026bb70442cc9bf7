package counter

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"portal/internal/grid"
	"portal/internal/handoff"
	"portal/internal/request"
	"portal/internal/workorder"
	"portal/web/webtest"
)

// desk is the bench of these pages: the demo street, and the services behind the pages.
type desk struct {
	*webtest.Bench
	Deps
}

func open(t *testing.T) desk {
	t.Helper()
	b := webtest.Street(t)
	requests, orders := request.New(b.DB, b.Keys), workorder.New(b.DB)
	d := desk{Bench: b, Deps: Deps{Orders: orders, Requests: requests, Cases: handoff.New(b.DB, requests, orders), Grids: grid.New(b.DB)}}
	Mount(b.Router, b.Frame, d.Deps)
	return d
}

// later moves the clock of the portal.
func (d desk) later(by time.Duration) {
	now := d.DB.Now
	d.DB.Now = func() time.Time { return now().Add(by) }
}

// count asks the database for one number.
func (d desk) count(t *testing.T, sql string, args ...any) (n int) {
	t.Helper()
	if err := d.DB.Q().QueryRow(t.Context(), sql, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// said is a request at the window with everything a resident may leave.
func said(pairs ...string) []string {
	fields := map[string]string{"do": "file", "channel": "window", "kind": "help", "category": "0105", "title": "请上门办优待证", "words": "母亲下不了楼，想请人上门",
		"place": "槐安里3幢", "door": "2单元502室", "name": "张三丰", "phone": "19900000462"}
	for i := 0; i+1 < len(pairs); i += 2 {
		fields[pairs[i]] = pairs[i+1]
	}
	var out []string
	for k, v := range fields {
		out = append(out, k, v)
	}
	return out
}

// file registers a request and gives its number.
func (d desk) file(t *testing.T, by *webtest.Visitor, pairs ...string) string {
	t.Helper()
	if !slices.Contains(pairs, "phone") { // each a person of its own: the same one is not counted twice (REQ-05)
		pairs = append(slices.Clone(pairs), "phone", fmt.Sprintf("1990001%04d", d.count(t, "SELECT count(*) FROM request")))
	}
	to := by.Post(pathNew, said(pairs...)...).Sees()
	no, ok := strings.CutSuffix(strings.TrimPrefix(to, pathRequests+"/"), "/receipt")
	if !ok || !strings.HasPrefix(no, "SQ-") {
		t.Fatalf("filed, and sent to %s", to)
	}
	return no
}

const (
	ok     = http.StatusOK
	wrong  = http.StatusUnprocessableEntity
	absent = http.StatusNotFound
)

// One street is enough for pages that leave each other alone: its seeding takes longer than all of them. Who
// moves the clock comes last.
var tried = []struct {
	name string
	try  func(*testing.T, desk)
}{
	{"Window", testWindow},
	{"EmergencyFirst", testEmergencyFirst},
	{"Paper", testPaper},
	{"Follow", testFollow},
	{"RecusalAndHostileInput", testRecusalAndHostileInput},
	{"Callback", testCallback},
	{"CallbackNobodyThere", testCallbackNobodyThere},
	{"Reveal", testReveal},
	{"ReporterWall", testReporterWall},
	{"Merge", testMerge},
	{"Figures", testFigures},
	{"Categories", testCategories},
	{"Routes", testRoutes},
	{"Causes", testCauses},
	{"Limits", testLimits},
	{"Assist", testAssist},
}

func TestPages(t *testing.T) {
	d := open(t)
	for _, one := range tried {
		t.Run(one.name, func(t *testing.T) { one.try(t, d) })
	}
}
